/** From an index to a batch: the same in the main thread and in workers. */
import { TorshError } from '../errors';
import { isTensor } from '../tensor';
import { defaultCollate } from './collate';
import { type GivesBatches, lengthOf, type MapDataset, rowsOf, Subset, wholeBatch } from './dataset';
import { seedSample, unseen } from './sample-seed';

export const isPromise = (x: unknown): x is PromiseLike<unknown> =>
  (typeof x === 'object' || typeof x === 'function') && x !== null && typeof (x as PromiseLike<unknown>).then === 'function';

export function now<T>(value: T, seeded = false): T {
  if (isPromise(value)) {
    const instead = seeded ? 'with seedSamples only workers await it, for they do nothing else meanwhile' : 'use `for await` instead of `for`';
    throw new TorshError('ERR_ARGUMENT', 'DataLoader', `DataLoader: the dataset or collateFn returned a Promise; ${instead}`);
  }
  return value;
}

/** What a dataset threw at an index, or a collate function at the indices of its batch. */
export class SampleError {
  constructor(readonly index: unknown, readonly error: unknown) {}
}

/** ' at index 3', ' at indices 4, 5', or nothing where it is not known. */
export function place(index: unknown): string {
  if (index === undefined) return '';
  if (!Array.isArray(index)) return ` at index ${String(index)}`;
  const shown = index.length > 12 ? [...index.slice(0, 12), '...'] : index;
  return ` at indices ${shown.map(String).join(', ')}`;
}

/** In the thread where it happened: torsh's errors say where, others stay what they are and get an `index`. */
function expose(thrown: unknown): unknown {
  if (!(thrown instanceof SampleError)) return thrown;
  const { index, error } = thrown;
  if (error instanceof TorshError) {
    const told = new TorshError(error.code, 'DataLoader', `DataLoader:${place(index)}: ${error.message}`, { cause: error });
    return Object.assign(told, { index });
  }
  if (typeof error === 'object' && error !== null && Object.isExtensible(error) && !('index' in error)) {
    Object.defineProperty(error, 'index', { value: index, enumerable: true, writable: true, configurable: true });
  }
  return error;
}

/** Runs `f` with its errors exposed. */
export function exposed<T>(f: () => T): T {
  try {
    return f();
  } catch (e) {
    throw expose(e);
  }
}
export async function exposedLater<T>(f: () => Promise<T>): Promise<T> {
  try {
    return await f();
  } catch (e) {
    throw expose(e);
  }
}

export interface Plan {
  readonly dataset: unknown;
  readonly collateFn: (samples: any) => unknown;
  readonly batchSize: number | null;
  readonly dropLast: boolean;
  /** Whether indices come in arrays, of which each makes a batch. */
  readonly batches: boolean;
  /** With seedSamples: the seed of the pass. */
  readonly seed: number | bigint | null;
}

/** Runs `f`; what it throws becomes a SampleError. */
function marked<T>(index: unknown, f: () => T): T {
  try {
    return f();
  } catch (e) {
    throw e instanceof SampleError ? e : new SampleError(index, e);
  }
}

async function markedLater<T>(index: unknown, f: () => T | PromiseLike<T>): Promise<T> {
  try {
    return await f();
  } catch (e) {
    throw e instanceof SampleError ? e : new SampleError(index, e);
  }
}

function given(dataset: unknown, index: unknown, value: unknown): unknown {
  if (value !== undefined) return value;
  const n = lengthOf(dataset);
  throw new TorshError('ERR_INDEX', 'DataLoader', `the dataset${n === null ? '' : `, whose length is ${n},`} has nothing there (undefined)`);
}

const ask = (dataset: unknown, index: unknown): unknown => (dataset as MapDataset).at(index as number);

/** What lies under Subsets, and the indices there: a whole batch may be had from it at once. */
function beneath(plan: Plan, index: unknown): { dataset: unknown; indices: number[] } | null {
  if (!plan.batches || !Array.isArray(index)) return null;
  let indices = index as number[];
  let { dataset } = plan;
  while (dataset instanceof Subset && dataset.at === Subset.prototype.at) {
    const { indices: chosen } = dataset;
    if (!indices.every((i) => Number.isInteger(i) && i >= 0 && i < chosen.length)) return null; // at() speaks of what is wrong
    indices = indices.map((i) => chosen[i]);
    dataset = dataset.dataset;
  }
  return { dataset, indices };
}

/** A whole batch at once, where that is what stacking its samples would give. */
function quick(plan: Plan, whole: ReturnType<typeof beneath>, index: unknown): unknown {
  if (whole === null || plan.collateFn !== defaultCollate || whole.indices.length === 0) return null;
  const { dataset, indices } = whole;
  if (isTensor(dataset) && dataset.ndim > 0) {
    const n = dataset.shape[0];
    return indices.every((i) => Number.isInteger(i) && i >= 0 && i < n) ? rowsOf([dataset], indices)[0] : null;
  }
  const give = (dataset as Partial<GivesBatches> | null)?.[wholeBatch];
  return typeof give === 'function' ? marked(index, () => give.call(dataset, indices)) : null;
}

/** The samples of getitems(indices), which must be as many as the indices. */
function several(asked: unknown[], samples: unknown): unknown[] {
  if (Array.isArray(samples) && samples.length === asked.length) return samples;
  const what = Array.isArray(samples) ? `${samples.length} samples` : `a value of type ${typeof samples}`;
  throw new SampleError(asked, new TorshError('ERR_ARGUMENT', 'DataLoader', `the dataset's getitems(indices) gave ${what} for ${asked.length} indices`));
}

const severalOf = (whole: ReturnType<typeof beneath>): ((indices: number[]) => unknown) | null => {
  const dataset = whole?.dataset as MapDataset | undefined;
  return typeof dataset?.getitems === 'function' ? (indices) => dataset.getitems!(indices) : null;
};

export function fetchNow(plan: Plan, index: unknown): unknown {
  const whole = beneath(plan, index), batch = quick(plan, whole, index);
  if (batch !== null) return batch;
  return plan.seed === null ? madeNow(plan, whole, index) : unseen(() => madeNow(plan, whole, index));
}

function madeNow(plan: Plan, whole: ReturnType<typeof beneath>, index: unknown): unknown {
  const { dataset, collateFn, seed } = plan, getitems = seed === null ? severalOf(whole) : null;
  const one = (i: unknown, get: () => unknown): unknown => {
    if (seed !== null) seedSample(seed, i);
    const value = now(marked(i, get), seed !== null);
    return marked(i, () => given(dataset, i, value));
  };
  let data: unknown;
  if (getitems) {
    const asked = index as unknown[], samples = several(asked, now(marked(asked, () => getitems(whole!.indices))));
    data = samples.map((s, k) => one(asked[k], () => s));
  } else data = plan.batches ? Array.from(index as unknown[], (i) => one(i, () => ask(dataset, i))) : one(index, () => ask(dataset, index));
  return now(marked(index, () => collateFn(data)), seed !== null);
}

export async function fetchLater(plan: Plan, index: unknown): Promise<unknown> {
  const whole = beneath(plan, index), batch = quick(plan, whole, index);
  if (batch !== null) return batch;
  if (plan.seed !== null) return unseen(() => seededLater(plan, plan.seed!, index));
  const { dataset, collateFn } = plan, getitems = severalOf(whole);
  const one = (i: unknown, get: () => unknown): Promise<unknown> => markedLater(i, async () => given(dataset, i, await get()));
  let data: unknown;
  if (getitems) {
    const asked = index as unknown[], samples = several(asked, await markedLater(asked, () => getitems(whole!.indices)));
    data = await Promise.all(samples.map((s, k) => one(asked[k], () => s)));
  } else data = await (plan.batches ? Promise.all(Array.from(index as unknown[], (i) => one(i, () => ask(dataset, i)))) : one(index, () => ask(dataset, index)));
  return markedLater(index, () => collateFn(data));
}

/** One sample after the other, since there is one generator. */
async function seededLater(plan: Plan, seed: number | bigint, index: unknown): Promise<unknown> {
  const { dataset, collateFn, batches } = plan, samples: unknown[] = [];
  for (const i of batches ? index as unknown[] : [index]) {
    seedSample(seed, i);
    samples.push(await markedLater(i, async () => given(dataset, i, await ask(dataset, i))));
  }
  return markedLater(index, () => collateFn(batches ? samples : samples[0]));
}

/** Batches of what is read in order; next() is undefined at the end, which in a worker comes for each on its own. */
export class Reader {
  private readonly source: AsyncIterator<unknown> | Iterator<unknown>;
  private ended = false;
  private seen = 0;
  constructor(private readonly plan: Plan) {
    const dataset = plan.dataset as AsyncIterable<unknown> & Iterable<unknown>;
    this.source = Symbol.asyncIterator in dataset ? dataset[Symbol.asyncIterator]() : (dataset as Iterable<unknown>)[Symbol.iterator]();
  }
  async next(): Promise<{ batch: unknown; samples: number } | undefined> {
    const { batchSize, dropLast, collateFn } = this.plan;
    const samples: unknown[] = [], first = this.seen;
    while (!this.ended && samples.length < (batchSize ?? 1)) {
      const step = await markedLater(this.seen, () => this.source.next());
      if (step.done) this.ended = true;
      else samples.push(await markedLater(this.seen++, () => step.value));
    }
    const n = samples.length;
    if (n === 0 || (this.ended && dropLast && n < (batchSize ?? 1))) return undefined;
    const index = batchSize === null ? first : samples.map((_, i) => first + i);
    return { batch: await markedLater(index, () => collateFn(batchSize === null ? samples[0] : samples)), samples: n };
  }
  async close(): Promise<void> {
    if (!this.ended) await this.source.return?.();
    this.ended = true;
  }
}

/** The same where nothing is awaited. */
export function* readNow(plan: Plan): globalThis.Generator<{ batch: unknown; samples: number }, void, undefined> {
  const { batchSize, dropLast, collateFn } = plan;
  const source = (plan.dataset as Iterable<unknown>)[Symbol.iterator]();
  let seen = 0, ended = false;
  try {
    while (!ended) {
      const samples: unknown[] = [], first = seen;
      while (!ended && samples.length < (batchSize ?? 1)) {
        const step = marked(seen, () => source.next());
        if (step.done) ended = true;
        else {
          samples.push(now(step.value));
          seen++;
        }
      }
      const n = samples.length;
      if (n === 0 || (ended && dropLast && n < (batchSize ?? 1))) return;
      const index = batchSize === null ? first : samples.map((_, i) => first + i);
      yield { batch: now(marked(index, () => collateFn(batchSize === null ? samples[0] : samples))), samples: n };
    }
  } finally {
    if (!ended) source.return?.();
  }
}

/** Sums up what an iterable dataset gave. Errors: more than the length that it states, as when each worker gives all of it. */
export class Tally {
  private total = 0;
  private readonly length: number;
  constructor(dataset: unknown, private readonly numWorkers: number) {
    this.length = lengthOf(dataset) ?? Infinity;
  }
  add(samples: number): void {
    this.total += samples;
    if (this.total <= this.length) return;
    throw new TorshError('ERR_INDEX', 'DataLoader', `DataLoader: the IterableDataset states a length of ${this.length}, but gives a sample at index ${this.length}`
      + (this.numWorkers > 0 ? '; with numWorkers each worker must give its share only, see getWorkerInfo()' : ''));
  }
}
