/** What schedulers share: the optimizer's groups, epochs, state dicts. */
import { TorshError } from '../../errors';
import { onlyHere } from '../../runtime/recording';
import { Optimizer, type ParamGroup } from '../optimizer';

export type SchedulerStateDict = Record<string, unknown>;

/** T0 and Ti are PyTorch's T_0 and T_i. */
export const toSnake = (name: string): string => name.replace(/^T(?=[0i]$)/, 'T_').replace(/(?<=.)[A-Z]/g, (c) => `_${c.toLowerCase()}`);
export const toCamel = (name: string): string => name.replace(/^T_(?=[0i]$)/, 'T').replace(/(?<=[a-zA-Z0-9])_([a-z])/g, (_, c: string) => c.toUpperCase());
const isState = ([name, value]: [string, unknown]): boolean => name !== 'optimizer' && typeof value !== 'function';

/** Takes what the scheduler has too; other keys of PyTorch's state dicts mean nothing here. */
export function takeState(scheduler: object, state: SchedulerStateDict): void {
  if (typeof state !== 'object' || state === null) throw refuse(scheduler, 'loadStateDict needs an object');
  for (const [key, value] of Object.entries(state)) {
    const name = toCamel(key);
    if (isState([name, value]) && Object.hasOwn(scheduler, name)) (scheduler as Record<string, unknown>)[name] = Array.isArray(value) ? [...value as unknown[]] : value;
  }
}

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

/** Refuses options that must be numbers and are not. */
export function checkNumbers(scheduler: object, options: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(options)) {
    if (typeof value !== 'number' || Number.isNaN(value)) throw refuse(scheduler, `${name} must be a number, not ${String(value)}`);
  }
}

/** 0.001 as '1.0000e-03'. */
const exponential = (x: number): string => x.toExponential(4).replace(/(?<=e[+-])\d$/, '0$&');
/** An epoch as PyTorch prints it: '00005', or '5.50' where epochs have fractions. */
export const epochText = (epoch: number): string => (Number.isInteger(epoch) ? String(epoch).padStart(5, '0') : epoch.toFixed(2));
export const rateText = (group: number, lr: number): string => `learning rate of group ${group} to ${exponential(lr)}.`;

/**
 * The base of schedulers. One of your own defines getLr(), and calls this._initialStep() at the end of its constructor, when its fields are there.
 */
export abstract class LRScheduler {
  optimizer: Optimizer;
  /** Learning rates that the groups began with. */
  baseLrs: number[];
  /** Steps taken; the next step is number lastEpoch + 1. */
  lastEpoch: number;
  /** Prints each rate that is set. */
  verbose: boolean;
  _stepCount = 0;
  _lastLr: number[] = [];

  constructor(optimizer: unknown, lastEpoch: number = -1, verbose: boolean = false) {
    this.optimizer = checkOptimizer(this, optimizer);
    if (!Number.isInteger(lastEpoch) || lastEpoch < -1) throw refuse(this, `lastEpoch must be a whole number of at least -1, not ${String(lastEpoch)}`);
    this._groups.forEach((group, i) => {
      if (lastEpoch === -1) group.initialLr ??= group.lr;
      else if (group.initialLr === undefined) throw refuse(this, `param 'initialLr' is not specified in paramGroups[${i}] when resuming an optimizer`);
    });
    this.baseLrs = this._groups.map((group) => group.initialLr);
    this.lastEpoch = lastEpoch;
    this.verbose = Boolean(verbose);
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
    onlyHere('a scheduler steps in it (let it follow the compiled function)');
    this._stepCount++;
    let rates: number[];
    if (epoch === undefined || epoch === null) {
      this.lastEpoch++;
      rates = this.getLr();
    } else {
      this.lastEpoch = epoch;
      rates = this._closedForm() ?? this.getLr();
    }
    this._set(rates, epoch);
  }

  _set(rates: number[], epoch?: number | null): void {
    this._groups.forEach((group, i) => {
      // A group that has been added later keeps its rate.
      if (i < rates.length) group.lr = rates[i];
      this.printLr(this.verbose, i, group.lr, epoch);
    });
    this._lastLr = this._groups.map((group) => group.lr);
  }

  /** Takes back the step that making the scheduler has made, of which SequentialLR keeps only the first. */
  _undo(): void { this.lastEpoch--; }

  /** Prints the rate of a group, if isVerbose. */
  printLr(isVerbose: boolean, group: number, lr: number, epoch: number | null = null): void {
    if (!isVerbose) return;
    const text = rateText(group, lr);
    console.log(epoch === null ? `Adjusting ${text}` : `Epoch ${epochText(epoch)}: adjusting ${text}`);
  }

  /** The rates that the last step set, one for each group. */
  getLastLr(): number[] { return this._lastLr; }

  /** Everything but the optimizer and functions, by PyTorch's names. */
  stateDict(): SchedulerStateDict {
    return Object.fromEntries(Object.entries(this).filter(isState).map(([name, value]) => [toSnake(name), value as unknown]));
  }
  loadStateDict(state: SchedulerStateDict): void {
    takeState(this, state);
  }

  _rates(next: (group: ScheduledGroup, i: number) => number): number[] { return this._groups.map(next); }
}
