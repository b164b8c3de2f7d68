/** Averaged SGD, and steps from signs alone. */
import { signature } from '../bind';
import type { Tail } from '../nn/common';
import { FusedOptimizer, Rule, type Beginning } from './fused';
import { options, type ParamGroup, type Params, type StepOptions } from './optimizer';

const flags = 'foreach=null, maximize=false, differentiable=false, capturable=false';
const sigs = {
  ASGD: signature('ASGD', `params, lr=1e-2, lambd=1e-4, alpha=0.75, t0=1e6, weightDecay=0, ${flags}`),
  Rprop: signature('Rprop', `params, lr=1e-2, etas=[0.5, 1.2], stepSizes=[1e-6, 50], ${flags}`),
};

export interface ASGDOptions extends Omit<StepOptions, 'fused'> {
  lr?: number;
  /** Decay of the parameters. */
  lambd?: number;
  /** Power by which the rate falls. */
  alpha?: number;
  /** The step at which averaging begins. */
  t0?: number;
  weightDecay?: number;
}

/**
 * Averaged stochastic gradient descent (Polyak & Juditsky 1992); the average is ax of the state.
 *
 * @example
 * ```js
 * const w = torsh.tensor([2], { requiresGrad: true });
 * const optimizer = new torsh.optim.ASGD([w], { lr: 0.1 });
 * w.square().sum().backward();
 * optimizer.step();
 * console.log(w.item() < 2); // true
 * ```
 */
export class ASGD extends FusedOptimizer {
  constructor(params: Params, ...rest: Tail<[lr: number, lambd: number, alpha: number, t0: number, weightDecay: number], ASGDOptions>);
  constructor(...args: unknown[]) {
    super(...options(sigs.ASGD, args, 'lr lambd alpha t0 weightDecay foreach maximize differentiable? capturable?'));
  }
  get _rule(): Rule { return Rule.ASGD; }
  _check(group: ParamGroup): void {
    this._checkAllAtLeastZero(group, { lr: 'learning rate', weightDecay: 'weight_decay value' });
    this._checkNumbers(group, ['lambd', 'alpha', 't0']);
  }
  _beginning({ lr }: ParamGroup): Beginning { return { states: { ax: 0 }, scalars: { eta: lr, mu: 1 } }; }
  _numbers({ lambd, alpha, t0 }: ParamGroup): number[] { return [lambd, alpha, t0]; }
}

export interface RpropOptions extends Omit<StepOptions, 'fused'> {
  lr?: number;
  /** Factors of a step when its gradient has changed sign, and when not. */
  etas?: readonly [number, number];
  /** The smallest and the largest step. */
  stepSizes?: readonly [number, number];
}

/**
 * Resilient backpropagation (Riedmiller & Braun 1993): each element has a step of its own, of which signs decide.
 *
 * @example
 * ```js
 * const w = torsh.tensor([2], { requiresGrad: true });
 * const optimizer = new torsh.optim.Rprop([w], { lr: 0.1 });
 * w.square().sum().backward();
 * optimizer.step();
 * console.log(w.item() < 2); // true
 * ```
 */
export class Rprop extends FusedOptimizer {
  constructor(params: Params, ...rest: Tail<[lr: number, etas: readonly [number, number], stepSizes: readonly [number, number]], RpropOptions>);
  constructor(...args: unknown[]) {
    super(...options(sigs.Rprop, args, 'lr etas stepSizes foreach maximize differentiable? capturable?'));
  }
  get _rule(): Rule { return Rule.Rprop; }
  _check({ lr, etas, stepSizes }: ParamGroup): void {
    this._checkAtLeastZero('learning rate', lr);
    const [minus, plus] = Array.isArray(etas) ? etas as number[] : [];
    if (!(minus > 0 && minus < 1 && plus > 1)) throw this._refuse(`Invalid eta values: ${minus}, ${plus}`);
    const [least, most] = Array.isArray(stepSizes) ? stepSizes as number[] : [];
    if (!(least >= 0 && most >= least)) throw this._refuse(`Invalid step sizes: ${least}, ${most}`);
  }
  _beginning({ lr }: ParamGroup): Beginning { return { states: { prev: 0, step_size: lr } }; }
  _numbers({ etas: [minus, plus], stepSizes: [least, most] }: ParamGroup): number[] { return [minus, plus, least, most]; }
}
