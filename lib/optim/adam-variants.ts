/** Relatives of Adam. */
import { signature, type Signature } from '../bind';
import type { Tail } from '../nn/common';
import { FusedOptimizer, Rule, type Beginning } from './fused';
import { options, type ParamGroup, type Params, type StepOptions } from './optimizer';

const flags = 'maximize=false, capturable=false, differentiable=false';
const sigs = {
  Adamax: signature('Adamax', `params, lr=2e-3, betas=[0.9, 0.999], eps=1e-8, weightDecay=0, foreach=null, *, ${flags}`),
  NAdam: signature('NAdam', `params, lr=2e-3, betas=[0.9, 0.999], eps=1e-8, weightDecay=0, momentumDecay=4e-3, decoupledWeightDecay=false, *, foreach=null, ${flags}`),
  RAdam: signature('RAdam', `params, lr=1e-3, betas=[0.9, 0.999], eps=1e-8, weightDecay=0, decoupledWeightDecay=false, *, foreach=null, ${flags}`),
  SparseAdam: signature('SparseAdam', 'params, lr=1e-3, betas=[0.9, 0.999], eps=1e-8, maximize=false'),
};

type Betas = readonly [number, number];
export interface AdamaxOptions extends Omit<StepOptions, 'fused'> {
  lr?: number;
  betas?: Betas;
  eps?: number;
  weightDecay?: number;
}
export interface RAdamOptions extends AdamaxOptions {
  /** Applies weight decay to the parameter itself, as AdamW does. */
  decoupledWeightDecay?: boolean;
}
export interface NAdamOptions extends RAdamOptions {
  momentumDecay?: number;
}

abstract class WithBetas extends FusedOptimizer {
  constructor(sig: Signature, args: readonly unknown[], order: string) {
    super(...options(sig, args, `lr betas eps ${order}`));
  }

  _check(group: ParamGroup): void {
    this._checkAllAtLeastZero(group, { lr: 'learning rate', eps: 'epsilon value' });
    this._checkBetas(group.betas);
    this._checkAtLeastZero('weight_decay value', group.weightDecay);
  }
  _beginning(_group: ParamGroup): Beginning { return { states: { exp_avg: 0, exp_avg_sq: 0 } }; }
  _numbers({ betas: [beta1, beta2], eps }: ParamGroup): number[] { return [beta1, beta2, eps]; }
}

/**
 * Adam by the largest gradient so far instead of the mean square (Kingma & Ba 2014).
 *
 * @example
 * ```js
 * const w = torsh.tensor([2], { requiresGrad: true });
 * const optimizer = new torsh.optim.Adamax([w], { lr: 0.1 });
 * w.square().sum().backward();
 * optimizer.step();
 * console.log(w.item() < 2); // true
 * ```
 */
export class Adamax extends WithBetas {
  constructor(params: Params, ...rest: Tail<[lr: number, betas: Betas, eps: number, weightDecay: number], AdamaxOptions>);
  constructor(...args: unknown[]) { super(sigs.Adamax, args, 'weightDecay foreach maximize capturable? differentiable?'); }
  get _rule(): Rule { return Rule.Adamax; }
  override _beginning(): Beginning { return { states: { exp_avg: 0, exp_inf: 0 } }; }
}

/**
 * Adam with Nesterov momentum (Dozat 2016).
 *
 * @example
 * ```js
 * const w = torsh.tensor([2], { requiresGrad: true });
 * const optimizer = new torsh.optim.NAdam([w], { lr: 0.1 });
 * w.square().sum().backward();
 * optimizer.step();
 * console.log(w.item() < 2); // true
 * ```
 */
export class NAdam extends WithBetas {
  constructor(params: Params, ...rest: Tail<[lr: number, betas: Betas, eps: number, weightDecay: number, momentumDecay: number, decoupledWeightDecay: boolean], NAdamOptions>);
  constructor(...args: unknown[]) { super(sigs.NAdam, args, 'weightDecay momentumDecay foreach decoupledWeightDecay? maximize? capturable? differentiable?'); }
  get _rule(): Rule { return Rule.NAdam; }
  override _check(group: ParamGroup): void {
    super._check(group);
    this._checkAtLeastZero('momentum_decay value', group.momentumDecay);
  }
  override _beginning(): Beginning { return { states: { exp_avg: 0, exp_avg_sq: 0 }, scalars: { mu_product: 1 } }; }
  override _numbers(group: ParamGroup): number[] { return [...super._numbers(group), group.momentumDecay, group.decoupledWeightDecay ? 1 : 0] as number[]; }
}

/**
 * Adam whose early steps leave out a variance that is not yet known (Liu et al. 2019).
 *
 * @example
 * ```js
 * const w = torsh.tensor([2], { requiresGrad: true });
 * const optimizer = new torsh.optim.RAdam([w], { lr: 0.1 });
 * w.square().sum().backward();
 * optimizer.step();
 * console.log(w.item() < 2); // true
 * ```
 */
export class RAdam extends WithBetas {
  constructor(params: Params, ...rest: Tail<[lr: number, betas: Betas, eps: number, weightDecay: number, decoupledWeightDecay: boolean], RAdamOptions>);
  constructor(...args: unknown[]) { super(sigs.RAdam, args, 'weightDecay foreach decoupledWeightDecay? maximize? capturable? differentiable?'); }
  get _rule(): Rule { return Rule.RAdam; }
  override _numbers(group: ParamGroup): number[] { return [...super._numbers(group), group.decoupledWeightDecay ? 1 : 0]; }
}

/**
 * Adam for gradients of few rows. Gradients here are dense, so every element of one counts as given, zeros too.
 *
 * @example
 * ```js
 * const m = new torsh.nn.Embedding(10, 3);
 * const optimizer = new torsh.optim.SparseAdam(m.parameters(), { lr: 0.1 }); // moves only rows that have a gradient
 * m(torsh.tensor([1, 2])).sum().backward();
 * optimizer.step();
 * ```
 */
export class SparseAdam extends WithBetas {
  constructor(params: Params, ...rest: Tail<[lr: number, betas: Betas, eps: number, maximize: boolean], Pick<AdamaxOptions, 'lr' | 'betas' | 'eps' | 'maximize'>>);
  constructor(...args: unknown[]) { super(sigs.SparseAdam, args, 'maximize'); }
  get _rule(): Rule { return Rule.SparseAdam; }
  override _check({ lr, eps, betas }: ParamGroup): void {
    if (!(lr > 0)) throw this._refuse(`Invalid learning rate: ${lr}`);
    if (!(eps > 0)) throw this._refuse(`Invalid epsilon value: ${String(eps)}`);
    this._checkBetas(betas);
  }
}
