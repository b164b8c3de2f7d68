/** Pruning in small steps between those of training. */
import { noGrad } from '../autograd';
import { TorshError } from '../errors';
import * as ops from '../gen/ops';
import type { Tensor } from '../tensor';
import type { Module } from './module';
import { type BasePruningMethod, PruningContainer, identity, maskOf, refreshPruned } from './prune';

/** How far the way from the first to the last sparsity has been gone when the part t of the time is over: from 0 at 0 to 1 at 1. */
export type PruningProgress = (t: number) => number;
export interface GradualPruningOptions {
  /** The part that is zero in the end. */
  finalSparsity: number;
  /** In how many prunings it is reached. */
  steps: number;
  initialSparsity?: number;
  /** step() prunes for the first time when it has been called this often. */
  start?: number;
  /** And then at every so many calls. */
  every?: number;
  /** cubic: much at first, ever less to the end (https://arxiv.org/abs/1710.01878); exponential: the same part of what is left each time; linear; or a function. */
  schedule?: 'cubic' | 'linear' | 'exponential' | PruningProgress;
  /** All parameters as if they were one, so that some lose more than others; unstructured methods only. */
  globally?: boolean;
  /** Options of the method: n, dim. */
  [option: string]: unknown;
}
type Pair = readonly [module: Module, name: string];
type Method = new (options: Record<string, unknown>) => BasePruningMethod;

function fail(text: string): never {
  throw new TorshError('ERR_ARGUMENT', 'GradualPruning', `GradualPruning: ${text}`);
}

function share(what: string, value: unknown): number {
  if (typeof value !== 'number' || !(value >= 0 && value <= 1)) fail(`${what} must be between 0 and 1, but got ${String(value)}`);
  return value;
}

function whole(what: string, value: unknown, min: number): number {
  if (!Number.isSafeInteger(value) || (value as number) < min) fail(`${what} must be an integer of at least ${min}, but got ${String(value)}`);
  return value as number;
}

const zerosOf = (mask: Tensor): number => mask.numel() - Number(mask.sum().item());

/** The slices along dim of which nothing is left. */
const emptySlices = (mask: Tensor, dim: number): number => mask.shape[dim] - Number(mask.transpose(0, dim).reshape([mask.shape[dim], -1]).sum(1).ne(0).sum().item());

/**
 * Raises the sparsity of parameters, [module, name] pairs, from initialSparsity to finalSparsity by a schedule; call step() after the optimizer's. What is pruned
 * stays so. Structured methods count slices. It holds masks as prune's functions do: remove() makes them final, state dicts carry them.
 */
export class GradualPruning {
  readonly #pairs: Pair[];
  readonly #method: Method;
  readonly #options: Record<string, unknown>;
  readonly #progress: PruningProgress;
  readonly #start: number;
  readonly #every: number;
  readonly #steps: number;
  readonly #from: number;
  readonly #to: number;
  readonly #globally: boolean;
  /** How often step() has been called. */
  lastStep = 0;

  constructor(parameters: Iterable<Pair>, pruningMethod: new (...args: any[]) => BasePruningMethod, options: GradualPruningOptions) {
    if (typeof (parameters as Partial<Iterable<Pair>> | null)?.[Symbol.iterator] !== 'function') fail('parameters must be an iterable of [module, name] pairs');
    const { finalSparsity, steps, initialSparsity = 0, start = 0, every = 1, schedule = 'cubic', globally = false, ...rest } = options;
    this.#pairs = [...parameters];
    this.#method = pruningMethod;
    this.#options = rest;
    this.#to = share('finalSparsity', finalSparsity);
    this.#from = share('initialSparsity', initialSparsity);
    if (this.#to < this.#from) fail(`finalSparsity must not be below initialSparsity, but got ${this.#to} and ${this.#from}`);
    this.#steps = whole('steps', steps, 1);
    this.#start = whole('start', start, 0);
    this.#every = whole('every', every, 1);
    this.#globally = globally;
    this.#progress = this.#progressOf(schedule);
    const method = new this.#method({ ...rest, amount: 0 });
    if (globally && method._type !== 'unstructured') fail(`together only unstructured methods prune, but ${pruningMethod.name} is ${method._type}`);
    for (const [module, name] of this.#pairs) if (!maskOf(module, name)) identity(module, name);
  }

  #progressOf(schedule: unknown): PruningProgress {
    if (typeof schedule === 'function') return schedule as PruningProgress;
    switch (schedule) {
      case 'linear': return (t) => t;
      case 'cubic': return (t) => 1 - (1 - t) ** 3;
      case 'exponential': {
        const [from, to] = [this.#from, this.#to];
        if (to === 1) fail("finalSparsity must be below 1 with schedule 'exponential'");
        return (t) => (to === from ? t : (1 - from - (1 - from) * ((1 - to) / (1 - from)) ** t) / (to - from));
      }
      default: return fail(`schedule must be 'cubic', 'linear', 'exponential' or a function, but got ${String(schedule)}`);
    }
  }

  /** The sparsity that is aimed at when step() has been called n times. */
  sparsityAt(n: number): number {
    if (n < this.#start) return 0;
    const done = Math.min(Math.floor((n - this.#start) / this.#every), this.#steps);
    return this.#from + (this.#to - this.#from) * Math.min(Math.max(this.#progress(done / this.#steps), 0), 1);
  }

  /** The part of all elements that is zero now. */
  get sparsity(): number {
    const masks = this.#pairs.map(([module, name]) => maskOf(module, name)!);
    const all = masks.reduce((n, mask) => n + mask.numel(), 0);
    return all === 0 ? 0 : masks.reduce((n, mask) => n + zerosOf(mask), 0) / all;
  }

  /** Counts one step of training and prunes if it is time to; returns the sparsity aimed at. */
  step(): number {
    const n = ++this.lastStep, target = this.sparsityAt(n);
    if (n >= this.#start && (n - this.#start) % this.#every === 0) noGrad(() => { this.#prune(target); });
    return target;
  }

  #prune(target: number): void {
    const masks = this.#pairs.map(([module, name]) => maskOf(module, name)!);
    const values = this.#pairs.map(([module, name]) => (module as unknown as Record<string, Tensor>)[`${name}_orig`].detach());
    const flat = (list: Tensor[]): Tensor => ops.cat(list.map((t) => t.reshape([-1])));
    const next = this.#globally && masks.length > 0 ? split(this.#pruned(flat(values), flat(masks), target), masks) : masks.map((mask, i) => this.#pruned(values[i], mask, target));
    masks.forEach((mask, i) => {
      mask.copy_(next[i]);
      refreshPruned(...this.#pairs[i]);
    });
  }

  /** The mask with so much more out that the target is reached; never more than is left. */
  #pruned(values: Tensor, mask: Tensor, target: number): Tensor {
    const { dim, _type: type } = new this.#method({ ...this.#options, amount: 0 });
    const along = type === 'structured' ? ((dim ?? -1) + mask.ndim) % mask.ndim : null;
    const [size, gone] = along === null ? [mask.numel(), zerosOf(mask)] : [mask.shape[along], emptySlices(mask, along)];
    const amount = Math.min(Math.round(target * size), size) - gone;
    return amount <= 0 ? mask : new PruningContainer(new this.#method({ ...this.#options, amount })).computeMask(values, mask);
  }

  stateDict(): { lastStep: number } {
    return { lastStep: this.lastStep };
  }
  loadStateDict(state: { lastStep: number }): void {
    this.lastStep = whole('lastStep', state.lastStep, 0);
  }
}

function split(flat: Tensor, like: readonly Tensor[]): Tensor[] {
  let at = 0;
  return like.map((t) => {
    at += t.numel();
    return flat.narrow(0, at - t.numel(), t.numel()).reshape(t.shape);
  });
}
