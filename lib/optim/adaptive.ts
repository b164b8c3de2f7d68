/** Rates from past squares of the gradient: Adagrad, Adadelta, RMSprop. */
import { signature } from '../bind';
import type { Tail } from '../nn/common';
import { FusedOptimizer, Rule, type Beginning } from './fused';
import { options, type ParamGroup, type Params, type StepOptions } from './optimizer';

const sigs = {
  Adagrad: signature('Adagrad', 'params, lr=1e-2, lrDecay=0, weightDecay=0, initialAccumulatorValue=0, eps=1e-10, foreach=null, *, maximize=false, differentiable=false, fused=null'),
  Adadelta: signature('Adadelta', 'params, lr=1.0, rho=0.9, eps=1e-6, weightDecay=0, foreach=null, *, capturable=false, maximize=false, differentiable=false'),
  RMSprop: signature('RMSprop',
    'params, lr=1e-2, alpha=0.99, eps=1e-8, weightDecay=0, momentum=0, centered=false, foreach=null, maximize=false, differentiable=false, *, capturable=false'),
};

export interface AdagradOptions extends Omit<StepOptions, 'capturable'> {
  lr?: number;
  lrDecay?: number;
  weightDecay?: number;
  initialAccumulatorValue?: number;
  eps?: number;
}

/**
 * The rate falls with the sum of all squares (Duchi et al. 2011).
 *
 * @example
 * ```js
 * const w = torsh.tensor([2], { requiresGrad: true });
 * const optimizer = new torsh.optim.Adagrad([w], { lr: 0.1 });
 * w.square().sum().backward();
 * optimizer.step();
 * console.log(w.item() < 2); // true
 * ```
 */
export class Adagrad extends FusedOptimizer {
  constructor(params: Params, ...rest: Tail<[lr: number, lrDecay: number, weightDecay: number, initialAccumulatorValue: number, eps: number], AdagradOptions>);
  constructor(...args: unknown[]) {
    super(...options(sigs.Adagrad, args, 'lr lrDecay eps weightDecay initialAccumulatorValue foreach maximize differentiable? fused?'));
    for (const group of this.paramGroups) this._begin(group);
  }
  get _rule(): Rule { return Rule.Adagrad; }
  _check(group: ParamGroup): void {
    this._checkAllAtLeastZero(group, {
      lr: 'learning rate', lrDecay: 'lr_decay value', weightDecay: 'weight_decay value',
      initialAccumulatorValue: 'initial_accumulator_value value', eps: 'epsilon value',
    });
  }
  _beginning({ initialAccumulatorValue }: ParamGroup): Beginning { return { states: { sum: initialAccumulatorValue as number } }; }
  _numbers({ lrDecay, eps }: ParamGroup): number[] { return [lrDecay, eps]; }
}

export interface AdadeltaOptions extends Omit<StepOptions, 'fused'> {
  lr?: number;
  /** Decay of the running averages. */
  rho?: number;
  eps?: number;
  weightDecay?: number;
}

/**
 * Steps in the unit of the parameter, from averages of squares of gradients and of steps (Zeiler 2012).
 *
 * @example
 * ```js
 * const w = torsh.tensor([2], { requiresGrad: true });
 * const optimizer = new torsh.optim.Adadelta([w], { lr: 1 });
 * w.square().sum().backward();
 * optimizer.step();
 * console.log(w.item() < 2); // true
 * ```
 */
export class Adadelta extends FusedOptimizer {
  constructor(params: Params, ...rest: Tail<[lr: number, rho: number, eps: number, weightDecay: number], AdadeltaOptions>);
  constructor(...args: unknown[]) {
    super(...options(sigs.Adadelta, args, 'lr rho eps weightDecay maximize foreach capturable? differentiable?'));
  }
  get _rule(): Rule { return Rule.Adadelta; }
  _check(group: ParamGroup): void {
    this._checkAtLeastZero('learning rate', group.lr);
    if (!(group.rho >= 0 && group.rho <= 1)) throw this._refuse(`Invalid rho value: ${String(group.rho)}`);
    this._checkAllAtLeastZero(group, { eps: 'epsilon value', weightDecay: 'weight_decay value' });
  }
  _beginning(): Beginning { return { states: { square_avg: 0, acc_delta: 0 } }; }
  _numbers({ rho, eps }: ParamGroup): number[] { return [rho, eps]; }
}

export interface RMSpropOptions extends Omit<StepOptions, 'fused'> {
  lr?: number;
  /** Decay of the running averages. */
  alpha?: number;
  eps?: number;
  weightDecay?: number;
  momentum?: number;
  /** Divides by an estimate of the variance rather than of the mean square. */
  centered?: boolean;
}

/**
 * Gradients divided by the root of their running mean square (Hinton 2012).
 *
 * @example
 * ```js
 * const w = torsh.tensor([2], { requiresGrad: true });
 * const optimizer = new torsh.optim.RMSprop([w], { lr: 0.1 });
 * w.square().sum().backward();
 * optimizer.step();
 * console.log(w.item() < 2); // true
 * ```
 */
export class RMSprop extends FusedOptimizer {
  constructor(params: Params, ...rest: Tail<[lr: number, alpha: number, eps: number, weightDecay: number, momentum: number, centered: boolean], RMSpropOptions>);
  constructor(...args: unknown[]) {
    super(...options(sigs.RMSprop, args, 'lr momentum alpha eps centered weightDecay foreach maximize differentiable capturable?'));
  }
  get _rule(): Rule { return Rule.RMSprop; }
  _check(group: ParamGroup): void {
    this._checkAllAtLeastZero(group, {
      lr: 'learning rate', eps: 'epsilon value', momentum: 'momentum value', weightDecay: 'weight_decay value', alpha: 'alpha value',
    });
  }
  _beginning({ centered, momentum }: ParamGroup): Beginning {
    return { states: { square_avg: 0, ...(momentum > 0 ? { momentum_buffer: 0 } : {}), ...(centered ? { grad_avg: 0 } : {}) } };
  }
  _numbers({ alpha, eps, momentum, centered }: ParamGroup): number[] { return [alpha, eps, momentum, centered ? 1 : 0]; }
}
