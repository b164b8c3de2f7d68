import { bind, signature } from '../bind';
import { zerosLike } from '../gen/ops';
import type { Tensor } from '../tensor';
import type { Tail } from '../nn/common';
import type { ParamGroup, Params } from './optimizer';
import { TensorwiseOptimizer, lengthOf, type Tensors } from './tensorwise';

const sig = signature('LAMB', 'params, lr=1e-3, betas=[0.9, 0.999], eps=1e-6, weightDecay=0, biasCorrection=true, *, maximize=false');

export interface LAMBOptions {
  lr?: number;
  betas?: readonly [number, number];
  eps?: number;
  /** Part of the step that is scaled, as in AdamW. */
  weightDecay?: number;
  biasCorrection?: boolean;
  maximize?: boolean;
}

/** Adam whose step has the length lr times that of the parameter, for large batches (You et al. 2019, https://arxiv.org/abs/1904.00962). */
export class LAMB extends TensorwiseOptimizer {
  constructor(params: Params, ...rest: Tail<[lr: number, betas: readonly [number, number], eps: number, weightDecay: number, biasCorrection: boolean], LAMBOptions>);
  constructor(...args: unknown[]) {
    const [params, lr, betas, eps, weightDecay, biasCorrection, maximize] = bind(sig, args);
    super(params, { lr, betas, eps, weightDecay, biasCorrection, maximize });
  }
  _check(group: ParamGroup): void {
    this._checkAllAtLeastZero(group, { lr: 'learning rate', eps: 'epsilon value', weightDecay: 'weight_decay value' });
    this._checkBetas(group.betas);
  }
  _begin(p: Tensor): Tensors { return { exp_avg: zerosLike(p), exp_avg_sq: zerosLike(p) }; }
  _change(p: Tensor, grad: Tensor, { exp_avg, exp_avg_sq }: Tensors, { lr, betas: [beta1, beta2], eps, weightDecay, biasCorrection }: ParamGroup, t: number): void {
    exp_avg.mul_(beta1).add_(grad, { alpha: 1 - beta1 });
    exp_avg_sq.mul_(beta2).addcmul_(grad, grad, { value: 1 - beta2 });
    const [unbias1, unbias2] = biasCorrection ? [1 - beta1 ** t, 1 - beta2 ** t] : [1, 1];
    const way = exp_avg.div(unbias1).div_(exp_avg_sq.div(unbias2).sqrt_().add_(eps)).add_(p, { alpha: weightDecay as number });
    const [size, length] = [lengthOf(p), lengthOf(way)];
    p.add_(way, { alpha: -lr * (size > 0 && length > 0 ? size / length : 1) });
  }
}
