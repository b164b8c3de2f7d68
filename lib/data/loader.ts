/** torch.utils.data.DataLoader */
import { bind, signature } from '../bind';
import { TorshError } from '../errors';
import * as ops from '../gen/ops';
import type { Generator } from '../random';
import { isTensor, tensor } from '../tensor';
import { defaultCollate, defaultConvert } from './collate';
import { isIterableDataset, sizeOf, Subset, TensorDataset, type MapDataset } from './dataset';
import { BatchSampler, drawSeed, RandomSampler, SequentialSampler } from './sampler';

export interface DataLoaderOptions<B = any> {
  /** null: samples are not put into batches. */
  batchSize?: number | null;
  shuffle?: boolean | null;
  sampler?: Iterable<any> | null;
  batchSampler?: Iterable<readonly any[]> | null;
  numWorkers?: number;
  /** Makes a batch of an array of samples; may return a Promise, with `for await`. */
  collateFn?: ((samples: any[]) => B | Promise<B>) | null;
  /** Accepted and without effect: there is no device memory to pin for. */
  pinMemory?: boolean;
  dropLast?: boolean;
  generator?: Generator | null;
}

const loaderSignature = signature('DataLoader', 'dataset, batchSize=1, shuffle=null, sampler=null, batchSampler=null, numWorkers=0, '
  + 'collateFn=null, pinMemory=false, dropLast=false, timeout=0, workerInitFn=null, multiprocessingContext=null, generator=null, '
  + '*, prefetchFactor=2, persistentWorkers=false, pinMemoryDevice=""');

function refuse(rule: string): TorshError {
  return new TorshError('ERR_ARGUMENT', 'DataLoader', `DataLoader: ${rule}`);
}

const isPromise = (x: unknown): x is PromiseLike<unknown> =>
  (typeof x === 'object' || typeof x === 'function') && x !== null && typeof (x as PromiseLike<unknown>).then === 'function';

type Batches<B> = globalThis.Generator<B, void, undefined>;

/**
 * Batches of a dataset: an array, a tensor, a Dataset (at(index), length) or an iterable. Iterate it with `for...of`, or with
 * `for await`, which also takes datasets and collate functions that return Promises and lets other work run in between.
 * Draws the random numbers that PyTorch's draws. Arguments and errors (ERR_ARGUMENT) as in PyTorch; numWorkers is 0.
 */
export class DataLoader<B = any> implements Iterable<B>, AsyncIterable<B> {
  readonly dataset: unknown;
  readonly batchSize: number | null;
  readonly sampler: Iterable<unknown> | null;
  readonly batchSampler: Iterable<readonly unknown[]> | null;
  readonly numWorkers: number;
  readonly collateFn: (samples: any) => unknown;
  readonly dropLast: boolean;
  readonly generator: Generator | null;

  constructor(dataset: MapDataset | Iterable<unknown> | AsyncIterable<unknown>, options?: DataLoaderOptions<B>);
  constructor(dataset: MapDataset | Iterable<unknown> | AsyncIterable<unknown>, batchSize: number | null,
    shuffle?: boolean | null | DataLoaderOptions<B>, options?: DataLoaderOptions<B>);
  constructor(...args: unknown[]) {
    const values = bind(loaderSignature, args);
    const [dataset, batchSize, shuffle, sampler, batchSampler, numWorkers, collateFn, , dropLast] = values as [
      unknown, number | null, boolean | null, Iterable<unknown> | null, Iterable<readonly unknown[]> | null, number,
      ((samples: any) => unknown) | null, boolean, boolean];
    if (numWorkers !== 0) {
      throw new TorshError('ERR_UNSUPPORTED', 'DataLoader', `DataLoader: numWorkers must be 0, but got ${String(numWorkers)}`);
    }
    for (const [name, value] of [['shuffle', shuffle], ['dropLast', dropLast]] as const) {
      if (value !== null && typeof value !== 'boolean') throw refuse(`${name} should be a boolean value, but got ${name}=${String(value)}`);
    }
    if (collateFn !== null && typeof collateFn !== 'function') throw refuse('collateFn should be a function');
    const iterable = isIterableDataset(dataset);
    if (!iterable && typeof (dataset as MapDataset | null)?.at !== 'function') {
      throw refuse('the dataset must offer at(index) and length, or be iterable');
    }
    if (iterable) {
      const given = shuffle ? 'shuffle' : sampler !== null ? 'sampler' : batchSampler !== null ? 'batchSampler' : null;
      if (given) throw refuse(`DataLoader with IterableDataset: expected unspecified ${given} option`);
    }
    if (sampler !== null && shuffle) throw refuse('sampler option is mutually exclusive with shuffle');
    if (batchSampler !== null) {
      if (batchSize !== 1 || shuffle || sampler !== null || dropLast) {
        throw refuse('batchSampler option is mutually exclusive with batchSize, shuffle, sampler, and dropLast');
      }
    } else if (batchSize === null) {
      if (dropLast) throw refuse('batchSize=null option disables auto-batching and is mutually exclusive with dropLast');
    } else if (!Number.isSafeInteger(batchSize) || batchSize <= 0) {
      throw refuse(`batchSize should be a positive integer value, but got batchSize=${String(batchSize)}`);
    }
    this.dataset = dataset;
    this.numWorkers = 0;
    this.generator = values[12] as Generator | null;
    this.dropLast = dropLast;
    this.batchSize = batchSampler === null ? batchSize : null;
    this.sampler = iterable ? null
      : sampler ?? (shuffle ? new RandomSampler(dataset, { generator: this.generator }) : new SequentialSampler(dataset));
    this.batchSampler = batchSampler ?? (this.sampler && batchSize !== null ? new BatchSampler(this.sampler, batchSize, dropLast) : null);
    this.collateFn = collateFn ?? (this.batches ? defaultCollate : defaultConvert);
  }

  private get batches(): boolean {
    return this.batchSize !== null || this.batchSampler !== null;
  }

  /** Batches in a pass. Errors: ERR_ARGUMENT when the dataset or the sampler does not know its length. */
  get length(): number {
    if (this.sampler !== null) return sizeOf(this.batchSampler ?? this.sampler, 'DataLoader');
    const n = sizeOf(this.dataset, 'DataLoader');
    if (this.batchSize === null) return n;
    return this.dropLast ? Math.floor(n / this.batchSize) : Math.ceil(n / this.batchSize);
  }

  [Symbol.iterator](): Batches<B> {
    if (this.sampler === null) {
      drawSeed(this.generator);
      return this.fromIterable();
    }
    // The order of draws is PyTorch's: first the sampler's iterator (most draw when they are first asked), then the seed for workers.
    const indices = (this.batchSampler ?? this.sampler)[Symbol.iterator]();
    drawSeed(this.generator);
    return this.fromMap(indices);
  }

  [Symbol.asyncIterator](): AsyncGenerator<B, void, undefined> {
    if (this.sampler === null) {
      drawSeed(this.generator);
      return this.fromIterableAsync();
    }
    const indices = (this.batchSampler ?? this.sampler)[Symbol.iterator]();
    drawSeed(this.generator);
    return this.fromMapAsync(indices);
  }

  private *fromMap(indices: Iterator<unknown>): Batches<B> {
    for (const index of steps(indices)) {
      const quick = this.gather(index);
      if (quick) { yield quick; continue; }
      const data = this.batches ? (index as number[]).map((i) => now(this.sample(i))) : now(this.sample(index));
      yield now(this.collateFn(data)) as B;
    }
  }

  private async *fromMapAsync(indices: Iterator<unknown>): AsyncGenerator<B, void, undefined> {
    const turns = new Turns();
    for (const index of steps(indices)) {
      await turns.yield();
      const quick = this.gather(index);
      if (quick) { yield quick; continue; }
      const data = await (this.batches ? Promise.all((index as number[]).map((i) => this.sample(i))) : this.sample(index));
      yield await this.collateFn(data) as B;
    }
  }

  private *fromIterable(): Batches<B> {
    const source = this.dataset as Iterable<unknown>;
    if (!(Symbol.iterator in source)) throw refuse('the dataset is an async iterable; use `for await`');
    let samples: unknown[] = [];
    for (const sample of source) {
      if (this.batchSize === null) { yield now(this.collateFn(now(sample))) as B; continue; }
      if (samples.push(now(sample)) < this.batchSize) continue;
      yield now(this.collateFn(samples)) as B;
      samples = [];
    }
    if (samples.length > 0 && !this.dropLast) yield now(this.collateFn(samples)) as B;
  }

  private async *fromIterableAsync(): AsyncGenerator<B, void, undefined> {
    const turns = new Turns();
    let samples: unknown[] = [];
    for await (const sample of this.dataset as AsyncIterable<unknown>) {
      if (this.batchSize !== null && samples.push(sample) < this.batchSize) continue;
      await turns.yield();
      yield await this.collateFn(this.batchSize === null ? sample : samples) as B;
      samples = [];
    }
    if (samples.length > 0 && !this.dropLast) yield await this.collateFn(samples) as B;
  }

  private sample(index: unknown): unknown {
    return (this.dataset as MapDataset).at(index as number);
  }

  /** A whole batch by one indexSelect a tensor, where that is what stacking its samples would give. */
  private gather(index: unknown): B | null {
    if (this.collateFn !== defaultCollate || !Array.isArray(index)) return null;
    let at = index as number[];
    let dataset = this.dataset;
    while (dataset instanceof Subset && dataset.at === Subset.prototype.at) {
      const { indices } = dataset;
      if (!at.every((i) => Number.isInteger(i) && i >= 0 && i < indices.length)) return null;
      at = at.map((i) => indices[i]);
      dataset = dataset.dataset;
    }
    const whole = isTensor(dataset) && dataset.ndim > 0;
    if (!whole && !(dataset instanceof TensorDataset && dataset.at === TensorDataset.prototype.at)) return null;
    const n = sizeOf(dataset, 'DataLoader');
    if (at.length === 0 || !at.every((i) => Number.isInteger(i) && i >= 0 && i < n)) return null; // at() speaks of what is wrong
    const select = tensor(at, { dtype: 'int64' });
    const batch = isTensor(dataset) ? ops.indexSelect(dataset, 0, select)
      : (dataset as TensorDataset).tensors.map((t) => ops.indexSelect(t, 0, select));
    select.dispose();
    return batch as B;
  }
}

/** The rest of an iterator, which is closed when the loop ends early. */
function* steps<T>(iterator: Iterator<T>): Batches<T> {
  let done = false;
  try {
    for (;;) {
      const step = iterator.next();
      if (step.done) { done = true; return; }
      yield step.value;
    }
  } finally {
    if (!done) iterator.return?.();
  }
}

function now<T>(value: T): T {
  if (isPromise(value)) {
    throw new TorshError('ERR_ARGUMENT', 'DataLoader', 'DataLoader: the dataset or collateFn returned a Promise; use `for await` instead of `for`');
  }
  return value;
}

const schedule: (callback: () => void) => void = typeof setImmediate === 'function' ? (callback) => { setImmediate(callback); }
  : typeof MessageChannel === 'function' ? (callback) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => { port1.close(); callback(); };
    port2.postMessage(null);
  } : (callback) => { setTimeout(callback, 0); };

/** Lets timers, input and painting have their turn when the last one is some milliseconds past. */
class Turns {
  private last = performance.now();
  async yield(): Promise<void> {
    if (performance.now() - this.last < 10) return;
    await new Promise<void>(schedule);
    this.last = performance.now();
  }
}

