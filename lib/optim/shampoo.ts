import { bind, signature } from '../bind';
import { eye, zerosLike } from '../gen/ops';
import type { Tensor } from '../tensor';
import type { Tail } from '../nn/common';
import type { ParamGroup, Params } from './optimizer';
import { Whole, WholeOptimizer } from './whole';

const sig = signature('Shampoo', 'params, lr=1e-1, momentum=0, weightDecay=0, eps=1e-4, updateFreq=1, *, maximize=false');

export interface ShampooOptions {
  lr?: number;
  momentum?: number;
  /** Added to the gradient. */
  weightDecay?: number;
  /** The preconditioners begin as eps times the identity. */
  eps?: number;
  /** Roots are taken anew every updateFreq steps. */
  updateFreq?: number;
  maximize?: boolean;
}

/**
 * A preconditioner for each dimension of a tensor (Gupta, Koren & Singer 2018, https://arxiv.org/abs/1802.09568, algorithm 2).
 *
 * @example
 * ```js
 * const w = torsh.eye(3).requiresGrad_();
 * const optimizer = new torsh.optim.Shampoo([w], { lr: 0.1 });
 * w.square().sum().backward();
 * optimizer.step();
 * console.log(w.shape); // [ 3, 3 ]
 * ```
 */
export class Shampoo extends WholeOptimizer {
  constructor(params: Params, ...rest: Tail<[lr: number, momentum: number, weightDecay: number, eps: number, updateFreq: number], ShampooOptions>);
  constructor(...args: unknown[]) {
    const [params, lr, momentum, weightDecay, eps, updateFreq, maximize] = bind(sig, args);
    super(params, { lr, momentum, weightDecay, eps, updateFreq, maximize });
  }
  _check(group: ParamGroup): void {
    this._checkAllAtLeastZero(group, { lr: 'learning rate', momentum: 'momentum value', weightDecay: 'weight_decay value', eps: 'epsilon value' });
    if (!Number.isInteger(group.updateFreq) || group.updateFreq < 1) throw this._refuse(`Invalid update_freq value: ${String(group.updateFreq)}`);
  }
  get _rule(): Whole { return Whole.Shampoo; }
  _states(p: Tensor, { eps, momentum }: ParamGroup): Record<string, () => Tensor> {
    const { dtype } = p, states: Record<string, () => Tensor> = momentum > 0 ? { momentum_buffer: () => zerosLike(p) } : {};
    (p.ndim === 0 ? [1] : p.shape).forEach((n, i) => {
      states[`precond_${i}`] = () => eye(n, null, { dtype }).mul_(eps as number);
      states[`inv_precond_${i}`] = () => eye(n, null, { dtype });
    });
    return states;
  }
  _numbers({ momentum, updateFreq }: ParamGroup): number[] { return [momentum, updateFreq] as number[]; }
}
