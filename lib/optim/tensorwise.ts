/** Optimizers whose rule looks at a parameter as a whole (norms, products): tensor ops, one parameter after the other. */
import { noGrad } from '../autograd';
import { tidy } from '../memory';
import { tensor, type Tensor } from '../tensor';
import { Optimizer, type Closure, type ParamGroup } from './optimizer';

export type Tensors = Record<string, Tensor>;

/** The root of the sum of squares. */
export const lengthOf = (t: Tensor): number => t.norm().item() as number;

export abstract class TensorwiseOptimizer extends Optimizer {
  /** What a parameter begins with, beside its count of steps. */
  abstract _begin(p: Tensor, group: ParamGroup): Tensors;
  /** Step t (from 1) of one parameter, in place; grad has the sign that descends, and may be changed. */
  abstract _change(p: Tensor, grad: Tensor, state: Tensors, group: ParamGroup, t: number): void;

  step(closure?: Closure | null): Tensor | number | null {
    return this._run(closure, (group) => noGrad(() => { for (const p of group.params) tidy(() => this._one(p, group)); }));
  }

  _one(p: Tensor, group: ParamGroup): void {
    const grad = p.grad?.detach();
    if (!grad) return;
    if (!p.isFloatingPoint()) throw this._refuse(`only floating-point parameters are supported, but got one of ${p.dtype}`, 'ERR_DTYPE');
    if (!this.state.has(p)) this._remember(p, { step: tensor(0), ...this._begin(p, group) });
    const state = this.state.get(p) as Tensors;
    state.step.add_(1);
    this._change(p, group.maximize ? grad.neg() : grad.clone(), state, group, state.step.item() as number);
  }

  override _takeState(param: Tensor, values: Record<string, unknown>): Record<string, unknown> {
    const { step } = values;
    return super._takeState(param, typeof step === 'number' ? { ...values, step: tensor(step) } : values);
  }
}
