/** Functions of torch itself whose arguments stand in another order than those of nn.functional. */
import { bind, signature } from './bind';
import { TorshError } from './errors';
import * as ops from './gen/ops';
import type { Tensor } from './tensor';

const sigs = {
  batchNorm: signature('batchNorm', 'input, weight, bias, runningMean, runningVar, training, momentum, eps, cudnnEnabled=false'),
  instanceNorm: signature('instanceNorm', 'input, weight, bias, runningMean, runningVar, useInputStats, momentum, eps, cudnnEnabled=false'),
  poissonNllLoss: signature('poissonNllLoss', 'input, target, logInput, full, eps, reduction'),
};
type Norm = [Tensor, Tensor | null, Tensor | null, Tensor | null, Tensor | null, boolean, number, number];
type NormCall = [input: Tensor, weight: Tensor | null, bias: Tensor | null, runningMean: Tensor | null, runningVar: Tensor | null, own: boolean, momentum: number, eps: number, cudnnEnabled?: boolean];

/** nn.functional.batchNorm. https://pytorch.org/docs/stable/generated/torch.nn.functional.batch_norm.html */
export function batchNorm(...args: NormCall): Tensor {
  const [input, weight, bias, runningMean, runningVar, training, momentum, eps] = bind(sigs.batchNorm, args) as Norm;
  return ops.batchNorm(input, runningMean, runningVar, weight, bias, training, momentum, eps);
}

/** nn.functional.instanceNorm. https://pytorch.org/docs/stable/generated/torch.nn.functional.instance_norm.html */
export function instanceNorm(...args: NormCall): Tensor {
  const [input, weight, bias, runningMean, runningVar, useInputStats, momentum, eps] = bind(sigs.instanceNorm, args) as Norm;
  return ops.instanceNorm(input, runningMean, runningVar, weight, bias, useInputStats, momentum, eps);
}

const reductions = ['none', 'mean', 'sum'];

/** nn.functional.poissonNllLoss, the reduction by word or number. https://pytorch.org/docs/stable/generated/torch.nn.functional.poisson_nll_loss.html */
export function poissonNllLoss(input: Tensor, target: Tensor, logInput: boolean, full: boolean, eps: number, reduction: number | string): Tensor;
export function poissonNllLoss(...args: unknown[]): Tensor {
  const [input, target, logInput, full, eps, given] = bind(sigs.poissonNllLoss, args) as [Tensor, Tensor, boolean, boolean, number, number | string];
  const reduction = typeof given === 'number' ? reductions[given] : given;
  if (reduction === undefined) throw new TorshError('ERR_ARGUMENT', 'poissonNllLoss', `poissonNllLoss: ${given} is not valid`);
  return ops.poissonNllLoss(input, target, { logInput, full, eps, reduction });
}
