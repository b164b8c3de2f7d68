/** Optimizers whose step is one call of the core for all parameters (src/kernels/optim_rules.c). */
import { tensor, type Tensor } from '../tensor';
import { fullLike, zerosLike } from '../gen/ops';
import { _optimizerStep_ } from '../gen/system';
import { stepping } from '../runtime/recording';
import { Optimizer, type Closure, type ParamGroup } from './optimizer';
import { recordedStep } from './recorded';

/** By ts_step_rule of src/kernels/optim.h. */
export enum Rule { Adamax, NAdam, RAdam, SparseAdam, RMSprop, Adagrad, Adadelta, ASGD, Rprop, Lion, FTRL, AdaHessian }

/** What a parameter begins with: states of its shape filled with a number, and lone numbers. */
export interface Beginning {
  states: Record<string, number>;
  scalars?: Record<string, number>;
}

export abstract class FusedOptimizer extends Optimizer {
  abstract readonly _rule: Rule;
  abstract _beginning(group: ParamGroup): Beginning;
  /** Numbers of the rule, after lr, weightDecay and maximize. */
  abstract _numbers(group: ParamGroup): number[];

  step(closure?: Closure | null): Tensor | number | null {
    return this._run(closure, (group) => this._update(group));
  }

  _update(group: ParamGroup): void {
    if (group.differentiable) {
      recordedStep(this, group, Rule[this._rule], (p) => begin(p, this._beginning(group)));
      return;
    }
    const beginning = this._beginning(group);
    const numbersNow = (): number[] => [group.lr, group.weightDecay ?? 0, group.maximize ? 1 : 0, ...this._numbers(group)] as number[], numbers = numbersNow();
    const names = Object.keys(beginning.states), lone = Object.keys(beginning.scalars ?? {});
    const needed = ['step', ...names, ...lone];
    for (const params of this._batches(group)) {
      const fresh = new Map<Tensor, Record<string, Tensor>>();
      const states = params.map((p): Record<string, Tensor> => {
        const known = this.state.get(p);
        if (known && needed.every((name) => known[name])) return known;
        const state = { ...begin(p, beginning), ...known } as Record<string, Tensor>;
        fresh.set(p, state);
        return state;
      });
      const all = (list: string[]): Tensor[] => list.flatMap((name) => states.map((state) => state[name]));
      stepping(this, group, numbersNow);
      _optimizerStep_(this._rule, params, [...all(names), ...this._extra(params, group)], all(lone), all(['step']), numbers);
      for (const [p, state] of fresh) this._remember(p, state);
    }
  }

  /** What a step reads like one more state of each parameter, and does not keep. */
  _extra(_params: readonly Tensor[], _group: ParamGroup): Tensor[] { return []; }

  /** State made before the first step. */
  _begin(group: ParamGroup): void {
    for (const p of group.params) this._remember(p, begin(p, this._beginning(group)));
  }

  override _isLone(name: string): boolean {
    return name === 'step' || name in (this._beginning(this.paramGroups[0]).scalars ?? {});
  }

  /** Lone numbers may have been saved as plain ones. */
  override _takeState(param: Tensor, values: Record<string, unknown>): Record<string, unknown> {
    const tensors = Object.entries(values).map(([name, value]) => [name, typeof value === 'number' && this._isLone(name) ? tensor(value) : value] as const);
    return super._takeState(param, Object.fromEntries(tensors));
  }
}

function begin(p: Tensor, { states, scalars = {} }: Beginning): Record<string, Tensor> {
  const state: Record<string, Tensor> = { step: tensor(0) };
  for (const [name, value] of Object.entries(scalars)) state[name] = tensor(value);
  for (const [name, value] of Object.entries(states)) {
    state[name] = value === 0 ? zerosLike(p) : fullLike(p, p.isComplex() ? { re: value, im: value } : value);
  }
  return state;
}
