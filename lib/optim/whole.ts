/** Optimizers whose rule looks at a parameter as a whole (norms, products), still one call for all parameters (src/kernels/optim_whole.c). */
import { _optimizerStepWhole_ } from '../gen/system';
import { stepping } from '../runtime/recording';
import { tensor, type Tensor } from '../tensor';
import { Optimizer, type Closure, type ParamGroup } from './optimizer';

/** By ts_whole_rule of src/kernels/optim.h. */
export enum Whole { LAMB, Adafactor, Muon, Shampoo }

export abstract class WholeOptimizer extends Optimizer {
  abstract readonly _rule: Whole;
  /** How a parameter's states begin, by name, in the order that the rule wants. */
  abstract _states(p: Tensor, group: ParamGroup): Record<string, () => Tensor>;
  /** Numbers of the rule, after lr, weightDecay and maximize. */
  abstract _numbers(group: ParamGroup): number[];

  step(closure?: Closure | null): Tensor | number | null {
    return this._run(closure, (group) => {
      const numbersNow = (): number[] => [group.lr, group.weightDecay ?? 0, group.maximize ? 1 : 0, ...this._numbers(group)] as number[], numbers = numbersNow();
      for (const params of this._batches(group)) {
        const fresh = new Map<Tensor, Record<string, Tensor>>(), states: Tensor[] = [], counts: number[] = [];
        const steps = params.map((p) => {
          const begins = this._states(p, group), names = Object.keys(begins);
          let state = this.state.get(p) as Record<string, Tensor> | undefined;
          if (!state || names.some((name) => !state![name])) {
            const known = state;
            state = { step: known?.step ?? tensor(0) };
            for (const name of names) state[name] = known?.[name] ?? begins[name]();
            fresh.set(p, state);
          }
          counts.push(names.length);
          for (const name of names) states.push(state[name]);
          return state.step;
        });
        stepping(this, group, numbersNow);
        _optimizerStepWhole_(this._rule, params, states, counts, steps, numbers);
        for (const [p, state] of fresh) this._remember(p, state);
      }
    });
  }

  override _takeState(param: Tensor, values: Record<string, unknown>): Record<string, unknown> {
    const { step } = values;
    return super._takeState(param, typeof step === 'number' ? { ...values, step: tensor(step) } : values);
  }
}
