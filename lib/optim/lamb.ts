import { bind, signature } from '../bind';
import { zerosLike } from '../gen/ops';
import type { Tensor } from '../tensor';
import type { Tail } from '../nn/common';
import type { ParamGroup, Params } from './optimizer';
import { Whole, WholeOptimizer } from './whole';

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

/**
 * Adam whose step has the length lr times that of the parameter, for large batches (You et al. 2019, https://arxiv.org/abs/1904.00962).
 *
 * @example
 * ```js
 * const w = torsh.tensor([2], { requiresGrad: true });
 * const optimizer = new torsh.optim.LAMB([w], { lr: 0.1 });
 * w.square().sum().backward();
 * optimizer.step();
 * console.log(w.item() < 2); // true
 * ```
 */
export class LAMB extends WholeOptimizer {
  constructor(params: Params, ...rest: Tail<[lr: number, betas: readonly [number, number], eps: number, weightDecay: number, biasCorrection: boolean], LAMBOptions>);
  constructor(...args: unknown[]) {
    const [params, lr, betas, eps, weightDecay, biasCorrection, maximize] = bind(sig, args);
    super(params, { lr, betas, eps, weightDecay, biasCorrection, maximize });
  }
  _check(group: ParamGroup): void {
    this._checkAllAtLeastZero(group, { lr: 'learning rate', eps: 'epsilon value', weightDecay: 'weight_decay value' });
    this._checkBetas(group.betas);
  }
  get _rule(): Whole { return Whole.LAMB; }
  _states(p: Tensor): Record<string, () => Tensor> { return { exp_avg: () => zerosLike(p), exp_avg_sq: () => zerosLike(p) }; }
  _numbers({ betas: [beta1, beta2], eps, biasCorrection }: ParamGroup): number[] { return [beta1, beta2, eps, biasCorrection ? 1 : 0]; }
}
