/** Lion and FTRL: elementwise rules that PyTorch does not have. */
import { bind, signature } from '../bind';
import type { Tail } from '../nn/common';
import { FusedOptimizer, Rule, type Beginning } from './fused';
import type { ParamGroup, Params } from './optimizer';

const sigs = {
  Lion: signature('Lion', 'params, lr=1e-4, betas=[0.9, 0.99], weightDecay=0, *, maximize=false'),
  FTRL: signature('FTRL', 'params, lr=1e-1, beta=1, l1=0, l2=0, weightDecay=0, *, maximize=false'),
};

export interface LionOptions {
  lr?: number;
  betas?: readonly [number, number];
  /** Of the parameter itself, as in AdamW. */
  weightDecay?: number;
  maximize?: boolean;
}

/**
 * The sign of an average of gradients (Chen et al. 2023, https://arxiv.org/abs/2302.06675).
 *
 * @example
 * ```js
 * const w = torsh.tensor([2], { requiresGrad: true });
 * const optimizer = new torsh.optim.Lion([w], { lr: 0.1 });
 * w.square().sum().backward();
 * optimizer.step();
 * console.log(w.item() < 2); // true
 * ```
 */
export class Lion extends FusedOptimizer {
  constructor(params: Params, ...rest: Tail<[lr: number, betas: readonly [number, number], weightDecay: number], LionOptions>);
  constructor(...args: unknown[]) {
    const [params, lr, betas, weightDecay, maximize] = bind(sigs.Lion, args);
    super(params, { lr, betas, weightDecay, maximize });
  }
  get _rule(): Rule { return Rule.Lion; }
  _check(group: ParamGroup): void {
    this._checkAtLeastZero('learning rate', group.lr);
    this._checkBetas(group.betas);
    this._checkAtLeastZero('weight_decay value', group.weightDecay);
  }
  _beginning(): Beginning { return { states: { exp_avg: 0 } }; }
  _numbers({ betas: [beta1, beta2] }: ParamGroup): number[] { return [beta1, beta2]; }
}

export interface FTRLOptions {
  lr?: number;
  /** Added to the root of the sum of squares. */
  beta?: number;
  /** Strength of the L1 penalty, which makes zeros. */
  l1?: number;
  l2?: number;
  /** Added to the gradient. */
  weightDecay?: number;
  maximize?: boolean;
}

/**
 * FTRL-Proximal, with rates for each coordinate (McMahan et al. 2013, https://research.google/pubs/pub41159).
 *
 * @example
 * ```js
 * const w = torsh.tensor([2], { requiresGrad: true });
 * const optimizer = new torsh.optim.FTRL([w], { lr: 0.1 });
 * w.square().sum().backward();
 * optimizer.step();
 * console.log(w.item() < 2); // true
 * ```
 */
export class FTRL extends FusedOptimizer {
  constructor(params: Params, ...rest: Tail<[lr: number, beta: number, l1: number, l2: number, weightDecay: number], FTRLOptions>);
  constructor(...args: unknown[]) {
    const [params, lr, beta, l1, l2, weightDecay, maximize] = bind(sigs.FTRL, args);
    super(params, { lr, beta, l1, l2, weightDecay, maximize });
  }
  get _rule(): Rule { return Rule.FTRL; }
  _check(group: ParamGroup): void {
    if (!(group.lr > 0)) throw this._refuse(`Invalid learning rate: ${group.lr}`);
    this._checkAllAtLeastZero(group, { beta: 'beta value', l1: 'l1 value', l2: 'l2 value', weightDecay: 'weight_decay value' });
  }
  _beginning(): Beginning { return { states: { z: 0, n: 0 } }; }
  _numbers({ beta, l1, l2 }: ParamGroup): number[] { return [beta, l1, l2]; }
}
