/** torch.utils.data.DataLoader */
import { bind, signature } from '../bind';
import { TorshError } from '../errors';
import { nameOf } from '../io/values';
import type { Generator } from '../random';
import { defaultCollate, defaultConvert, recipe } from './collate';
import { datasetFirst, isIterableDataset, iterableOf, sizeOf, type MapDataset } from './dataset';
import { exposed, exposedLater, fetchLater, fetchNow, type Plan, Reader, readNow, Tally } from './fetch';
import { Pass, type Pool } from './pass';
import { BatchSampler, drawSeed, RandomSampler, SequentialSampler } from './sampler';
import { datasetRecipe, functionRecipe, isFromModule, make, moduleRecipe, type FromModule, type Recipe } from './transport';
import { hasThreads, openPool } from './workers.node';

export interface DataLoaderOptions<B = any> {
  /** null: samples are not put into batches. */
  batchSize?: number | null;
  shuffle?: boolean | null;
  sampler?: Iterable<any> | null;
  batchSampler?: Iterable<readonly any[]> | null;
  /** Threads that make batches ahead; in a page, which has none, batches are fetched ahead by `for await`. */
  numWorkers?: number;
  /** How each worker makes the dataset, where it cannot be copied: a module's address, or { module, export, args }. */
  workerDataset?: FromModule | null;
  /** Makes a batch of an array of samples; may return a Promise, with `for await`. For workers: a function of torsh or { module, export }. */
  collateFn?: ((samples: any[]) => B | Promise<B>) | FromModule | null;
  /** Accepted and without effect: there is no device memory to pin for. */
  pinMemory?: boolean;
  dropLast?: boolean;
  /** Seconds to wait for a batch of a worker; 0: without limit. A worker that runs out of memory is noticed by `for await`, by a `for` loop only so. */
  timeout?: number;
  /** { module, export } of a function that each worker calls with its number before it begins. */
  workerInitFn?: FromModule | ((id: number) => unknown) | null;
  generator?: Generator | null;
  /** Batches that each worker makes ahead. */
  prefetchFactor?: number;
  /** Workers stay for the next pass. Call dispose() when there is none. */
  persistentWorkers?: boolean;
  /**
   * What each sample draws depends on the seed of the pass and its index alone: random transforms give the same for any number of workers, none
   * included. (Else a worker's random numbers are its own, from base seed + its number, as in PyTorch.) Not for iterable datasets.
   */
  seedSamples?: boolean;
}

const loaderSignature = signature('DataLoader', 'dataset, batchSize=1, shuffle=null, sampler=null, batchSampler=null, numWorkers=0, '
  + 'collateFn=null, pinMemory=false, dropLast=false, timeout=0, workerInitFn=null, multiprocessingContext=null, generator=null, '
  + '*, prefetchFactor=2, persistentWorkers=false, pinMemoryDevice="", workerDataset=null, seedSamples=false');

function refuse(rule: string): TorshError {
  return new TorshError('ERR_ARGUMENT', 'DataLoader', `DataLoader: ${rule}`);
}

type Batches<B> = globalThis.Generator<B, void, undefined>;
type LaterBatches<B> = AsyncGenerator<B, void, undefined>;

/** Workers of loops that were left without being closed, and of loaders that nobody holds any more. */
const abandoned = new FinalizationRegistry<Pool>((pool) => { void pool.close(false); });

/**
 * Batches of a dataset: an array, a tensor, a Dataset (at(index), length) or an iterable. Iterate it with `for...of`, or with
 * `for await`, which also takes datasets and collate functions that return Promises and lets other work run in between.
 * Draws the random numbers that PyTorch's draws. Arguments and errors (ERR_ARGUMENT) as in PyTorch.
 *
 * With numWorkers, worker threads make the batches, in the order they would have without. Data reaches them as a copy (tensors share their
 * memory on the native backend); a dataset that is a class of one's own is made in each worker from a module: workerDataset. Errors of
 * workers (ERR_UNSUPPORTED: what cannot get there; else the code that was thrown, or ERR_CALLBACK) name the index and show their stack.
 *
 * @example
 * ```js
 * const { DataLoader, TensorDataset } = torsh.utils.data;
 * const loader = new DataLoader(new TensorDataset(torsh.randn(10, 3), torsh.arange(10)), { batchSize: 4, shuffle: true, dropLast: true });
 * for (const [x, y] of loader) console.log(x.shape, y.shape); // [ 4, 3 ] [ 4 ]
 * ```
 */
export class DataLoader<B = any> implements Iterable<B>, AsyncIterable<B> {
  readonly dataset: unknown;
  readonly batchSize: number | null;
  readonly sampler: Iterable<unknown> | null;
  readonly batchSampler: Iterable<readonly unknown[]> | null;
  readonly numWorkers: number;
  readonly collateFn: ((samples: any) => unknown) | FromModule;
  readonly dropLast: boolean;
  readonly timeout: number;
  readonly generator: Generator | null;
  readonly prefetchFactor: number;
  readonly persistentWorkers: boolean;
  readonly seedSamples: boolean;
  private readonly recipes: { dataset: Recipe; collate: Recipe; init: Recipe | null } | null = null;
  private pool: Pool | null = null;

  constructor(dataset: MapDataset | Iterable<unknown> | AsyncIterable<unknown>, options?: DataLoaderOptions<B>);
  constructor(dataset: MapDataset | Iterable<unknown> | AsyncIterable<unknown>, batchSize: number | null,
    shuffle?: boolean | null | DataLoaderOptions<B>, options?: DataLoaderOptions<B>);
  constructor(options: DataLoaderOptions<B> & { dataset: MapDataset | Iterable<unknown> | AsyncIterable<unknown> });
  constructor(...args: unknown[]) {
    const values = bind(loaderSignature, datasetFirst(args));
    const [dataset, batchSize, shuffle, sampler, batchSampler, numWorkers, collateFn, , dropLast, timeout, workerInitFn] = values as [
      unknown, number | null, boolean | null, Iterable<unknown> | null, Iterable<readonly unknown[]> | null, number,
      ((samples: any) => unknown) | FromModule | null, boolean, boolean, number, FromModule | null];
    const [prefetchFactor, persistentWorkers, , workerDataset, seedSamples] = values.slice(13) as [number, boolean, string, FromModule | null, boolean];
    if (!Number.isSafeInteger(numWorkers) || numWorkers < 0) throw refuse('numWorkers option should be non-negative; use numWorkers=0 to disable multiprocessing.');
    if (typeof timeout !== 'number' || !(timeout >= 0)) throw refuse('timeout option should be non-negative');
    if (!Number.isSafeInteger(prefetchFactor) || prefetchFactor <= 0) throw refuse(`prefetchFactor should be a positive integer value, but got prefetchFactor=${String(prefetchFactor)}`);
    if (numWorkers === 0 && prefetchFactor !== 2) throw refuse('prefetchFactor option could only be specified in multiprocessing. let numWorkers > 0 to enable multiprocessing.');
    if (numWorkers === 0 && persistentWorkers) throw refuse('persistentWorkers option needs numWorkers > 0');
    if (workerDataset !== null && !isFromModule(workerDataset)) throw refuse("workerDataset should be a module's address or { module, export, args }");
    for (const [name, value] of [['shuffle', shuffle], ['dropLast', dropLast], ['persistentWorkers', persistentWorkers], ['seedSamples', seedSamples]] as const) {
      if (value !== null && typeof value !== 'boolean') throw refuse(`${name} should be a boolean value, but got ${name}=${String(value)}`);
    }
    for (const [name, f] of [['collateFn', collateFn], ['workerInitFn', workerInitFn]] as const) {
      if (f !== null && typeof f !== 'function' && !(isFromModule(f) && numWorkers > 0)) throw refuse(`${name} should be a function${numWorkers > 0 ? ' or { module, export }' : ''}`);
    }
    const generator = values[12] as Generator | null;
    if (generator !== null && typeof (generator as Partial<Generator>).manualSeed !== 'function') throw refuse(`generator should be a torsh.Generator, but got ${nameOf(generator)}`);
    for (const [name, order] of [['sampler', sampler], ['batchSampler', batchSampler]] as const) if (order !== null) iterableOf(order, name, 'DataLoader');
    const iterable = isIterableDataset(dataset);
    if (!iterable && typeof (dataset as MapDataset | null)?.at !== 'function') {
      throw refuse('the dataset must offer at(index) and length, or be iterable');
    }
    if (iterable) {
      const given = shuffle ? 'shuffle' : seedSamples ? 'seedSamples' : sampler !== null ? 'sampler' : batchSampler !== null ? 'batchSampler' : null;
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
    this.numWorkers = numWorkers;
    this.timeout = timeout;
    this.prefetchFactor = prefetchFactor;
    this.persistentWorkers = persistentWorkers;
    this.seedSamples = seedSamples;
    this.generator = generator;
    this.dropLast = dropLast;
    this.batchSize = batchSampler === null ? batchSize : null;
    this.sampler = iterable ? null
      : sampler ?? (shuffle ? new RandomSampler(dataset, { generator: this.generator }) : new SequentialSampler(dataset));
    this.batchSampler = batchSampler ?? (this.sampler && batchSize !== null ? new BatchSampler(this.sampler, batchSize, dropLast) : null);
    this.collateFn = collateFn ?? (this.batches ? defaultCollate : defaultConvert);
    if (numWorkers > 0 && hasThreads()) {
      this.recipes = {
        dataset: workerDataset ? moduleRecipe(workerDataset, 'workerDataset') : datasetRecipe(dataset),
        collate: functionRecipe(this.collateFn, 'collateFn'),
        init: workerInitFn ? functionRecipe(workerInitFn, 'workerInitFn') : null,
      };
    }
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
    if (this.recipes !== null) {
      const { pass, pool } = this.begin();
      const batches = pass.now();
      const close = batches.return.bind(batches);
      batches.return = (value) => { void pass.end(false, false); return close(value); };
      if (!this.persistentWorkers) abandoned.register(batches, pool);
      return batches;
    }
    if (this.sampler === null) {
      drawSeed(this.generator);
      return this.fromIterable();
    }
    // The order of draws is PyTorch's: first the sampler's iterator (most draw when they are first asked), then the seed for workers.
    const indices = (this.batchSampler ?? this.sampler)[Symbol.iterator]();
    return this.fromMap(indices, drawSeed(this.generator));
  }

  [Symbol.asyncIterator](): LaterBatches<B> {
    if (this.recipes !== null) {
      const { pass, pool } = this.begin();
      const batches = pass.later();
      const close = batches.return.bind(batches);
      batches.return = async (value) => { await pass.end(false, true); return close(value); };
      if (!this.persistentWorkers) abandoned.register(batches, pool);
      return batches;
    }
    const indices = this.sampler === null ? null : (this.batchSampler ?? this.sampler)[Symbol.iterator]();
    const seed = drawSeed(this.generator);
    const batches = indices === null ? this.fromIterableAsync() : this.fromMapAsync(indices, seed);
    return this.numWorkers > 0 ? ahead(batches, this.numWorkers * this.prefetchFactor) : batches;
  }

  /** Ends workers that were kept for the next pass. */
  dispose(): void {
    void this.pool?.close(false);
    this.pool = null;
  }

  private begin(): { pass: Pass<B>; pool: Pool } {
    const { dataset, batchSize, dropLast, numWorkers, batches } = this;
    const indices = this.sampler === null ? null : (this.batchSampler ?? this.sampler)[Symbol.iterator]();
    let pool = this.pool?.open ? this.pool : null;
    const seed = drawSeed(this.generator); // each time, as without workers: the order of samples is the same with any number of them
    if (pool === null) {
      const fresh = this.batches && (this.collateFn === defaultCollate || recipe in this.collateFn);
      pool = openPool({ ...this.recipes!, numWorkers, seed, seedSamples: this.seedSamples, iterable: isIterableDataset(dataset), batchSize, dropLast, batches, fresh });
      if (this.persistentWorkers) {
        this.pool = pool;
        abandoned.register(this, pool);
      }
    }
    return { pool, pass: new Pass<B>(pool, indices, numWorkers, this.prefetchFactor, this.timeout * 1000, this.persistentWorkers,
      indices === null ? new Tally(dataset, numWorkers) : null, seed) };
  }

  /** seed: of this pass. */
  private plan(seed: number | bigint | null): Plan {
    const { dataset, batchSize, dropLast, batches, collateFn } = this;
    if (typeof collateFn !== 'function') throw refuse('a collateFn from a module needs `for await` where there are no worker threads');
    return { dataset, collateFn, batchSize, dropLast, batches, seed: this.seedSamples ? seed : null };
  }

  /** The same where awaiting is possible. */
  private async planLater(seed: number | bigint | null): Promise<Plan> {
    const { dataset, batchSize, dropLast, batches, collateFn } = this;
    if (typeof collateFn === 'function') return this.plan(seed);
    const made = await make(moduleRecipe(collateFn, 'collateFn'), 'function') as Plan['collateFn'];
    return { dataset, collateFn: made, batchSize, dropLast, batches, seed: this.seedSamples ? seed : null };
  }

  private *fromMap(indices: Iterator<unknown>, seed: number | bigint): Batches<B> {
    const plan = this.plan(seed);
    for (const index of steps(indices)) yield exposed(() => fetchNow(plan, index)) as B;
  }

  private async *fromMapAsync(indices: Iterator<unknown>, seed: number | bigint): LaterBatches<B> {
    const turns = new Turns(), plan = await this.planLater(seed);
    for (const index of steps(indices)) {
      await turns.yield();
      // What is seeded may not wait here: others would draw from the generator meanwhile.
      yield (plan.seed === null ? await exposedLater(() => fetchLater(plan, index)) : exposed(() => fetchNow(plan, index))) as B;
    }
  }

  private *fromIterable(): Batches<B> {
    const { dataset } = this, plan = this.plan(null);
    if (!(Symbol.iterator in (dataset as Iterable<unknown>))) throw refuse('the dataset is an async iterable; use `for await`');
    const reader = readNow(plan), tally = new Tally(dataset, 0);
    try {
      for (let step = exposed(() => reader.next()); !step.done; step = exposed(() => reader.next())) {
        tally.add(step.value.samples);
        yield step.value.batch as B;
      }
    } finally {
      reader.return();
    }
  }

  private async *fromIterableAsync(): LaterBatches<B> {
    const turns = new Turns(), tally = new Tally(this.dataset, 0), reader = new Reader(await this.planLater(null));
    try {
      for (;;) {
        await turns.yield();
        const step = await exposedLater(() => reader.next());
        if (step === undefined) return;
        tally.add(step.samples);
        yield step.batch as B;
      }
    } finally {
      await reader.close();
    }
  }
}

/** Asks for up to n batches before they are wanted. */
async function* ahead<B>(batches: LaterBatches<B>, n: number): LaterBatches<B> {
  const asked: Promise<IteratorResult<B, void>>[] = [];
  const ask = (): void => {
    const step = batches.next();
    step.catch(() => undefined); // told when its turn comes
    asked.push(step);
  };
  try {
    for (let i = 0; i < n; i++) ask();
    for (;;) {
      const step = await asked.shift()!;
      if (step.done) return;
      ask();
      yield step.value;
    }
  } finally {
    await batches.return();
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

const schedule: (callback: () => void) => void = typeof setImmediate === 'function' ? (callback) => { setImmediate(callback); }
  : typeof MessageChannel === 'function' ? (callback) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => { port1.close(); callback(); };
    port2.postMessage(null);
  } : (callback) => { setTimeout(callback, 0); };

/** Lets timers, input and painting have their turn when the last one is some milliseconds past. */
export class Turns {
  private last = performance.now();
  async yield(): Promise<void> {
    if (performance.now() - this.last < 10) return;
    await new Promise<void>(schedule);
    this.last = performance.now();
  }
}

