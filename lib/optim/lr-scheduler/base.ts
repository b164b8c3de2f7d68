/** What schedulers share: the optimizer's groups, epochs, state dicts. */
import { TorshError } from '../../errors';
import { Optimizer, type ParamGroup } from '../optimizer';

export type SchedulerStateDict = Record<string, unknown>;

export const toSnake = (name: string): string => name.replace(/(?<=.)[A-Z]/g, (c) => `_${c.toLowerCase()}`);
export const toCamel = (name: string): string => name.replace(/(?<=[a-zA-Z0-9])_([a-z])/g, (_, c: string) => c.toUpperCase());
const isState = ([name, value]: [string, unknown]): boolean => name !== 'optimizer' && typeof value !== 'function';

/** A group with the learning rate that it began with. */
export type ScheduledGroup = ParamGroup & { initialLr: number };

export function refuse(scheduler: object, text: string): TorshError {
  const { name } = scheduler.constructor;
  return new TorshError('ERR_ARGUMENT', name, `${name}: ${text}`);
}

export function checkOptimizer(scheduler: object, optimizer: unknown): Optimizer {
  if (!(optimizer instanceof Optimizer)) throw refuse(scheduler, `expected an Optimizer, not ${optimizer === null ? 'null' : typeof optimizer}`);
  return optimizer;
}

/** One value for each group: a number stands for all of them. */
export function perGroup(scheduler: object, name: string, groups: readonly ParamGroup[], value: unknown): number[] {
  if (!Array.isArray(value)) return groups.map(() => value as number);
  if (value.length !== groups.length) throw refuse(scheduler, `expected ${groups.length} values for ${name}, got ${value.length}`);
  return [...value as number[]];
}

export abstract class LRScheduler {
  optimizer: Optimizer;
  /** Learning rates that the groups began with. */
  baseLrs: number[];
  /** Steps taken; the next step is number lastEpoch + 1. */
  lastEpoch: number;
  _stepCount = 0;
  _lastLr: number[] = [];

  constructor(optimizer: unknown, lastEpoch: number) {
    this.optimizer = checkOptimizer(this, optimizer);
    this._groups.forEach((group, i) => {
      if (lastEpoch === -1) group.initialLr ??= group.lr;
      else if (group.initialLr === undefined) throw refuse(this, `param 'initialLr' is not specified in paramGroups[${i}] when resuming an optimizer`);
    });
    this.baseLrs = this._groups.map((group) => group.initialLr);
    this.lastEpoch = lastEpoch;
  }

  get _groups(): ScheduledGroup[] { return this.optimizer.paramGroups as ScheduledGroup[]; }

  /** The first rates; the last thing that a constructor does. */
  _initialStep(): void {
    this._stepCount = 0;
    this.step();
  }

  /** Rates of epoch lastEpoch, from those of the one before. */
  abstract getLr(): number[];
  /** Rates of epoch lastEpoch from nothing else, where there is a formula. */
  _closedForm(): number[] | null { return null; }

  /** On to the next epoch, or to the one given; after the optimizer's step. */
  step(epoch?: number | null): void {
    this._stepCount++;
    let rates: number[];
    if (epoch === undefined || epoch === null) {
      this.lastEpoch++;
      rates = this.getLr();
    } else {
      this.lastEpoch = epoch;
      rates = this._closedForm() ?? this.getLr();
    }
    this._set(rates);
  }

  _set(rates: number[]): void {
    this._groups.forEach((group, i) => { group.lr = rates[i]; });
    this._lastLr = rates;
  }

  /** The rates that the last step set, one for each group. */
  getLastLr(): number[] { return this._lastLr; }

  /** Everything but the optimizer and functions, by PyTorch's names. */
  stateDict(): SchedulerStateDict {
    return Object.fromEntries(Object.entries(this).filter(isState).map(([name, value]) => [toSnake(name), value as unknown]));
  }
  loadStateDict(state: SchedulerStateDict): void {
    for (const [name, value] of Object.entries(state)) if (isState([name, value])) (this as unknown as Record<string, unknown>)[toCamel(name)] = value;
  }

  _rates(next: (group: ScheduledGroup, i: number) => number): number[] { return this._groups.map(next); }
}
