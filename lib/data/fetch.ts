/** From an index to a batch: the same in the main thread and in workers. */
import { TorshError } from '../errors';
import * as ops from '../gen/ops';
import { isTensor, tensor } from '../tensor';
import { defaultCollate } from './collate';
import { sizeOf, Subset, TensorDataset, type MapDataset } from './dataset';

const isPromise = (x: unknown): x is PromiseLike<unknown> =>
  (typeof x === 'object' || typeof x === 'function') && x !== null && typeof (x as PromiseLike<unknown>).then === 'function';

export function now<T>(value: T): T {
  if (isPromise(value)) {
    throw new TorshError('ERR_ARGUMENT', 'DataLoader', 'DataLoader: the dataset or collateFn returned a Promise; use `for await` instead of `for`');
  }
  return value;
}

/** What a dataset threw, and at which index. */
export class SampleError {
  constructor(readonly index: unknown, readonly error: unknown) {}
}

export interface Plan {
  readonly dataset: unknown;
  readonly collateFn: (samples: any) => unknown;
  readonly batchSize: number | null;
  readonly dropLast: boolean;
  /** Whether indices come in arrays, of which each makes a batch. */
  readonly batches: boolean;
}

const sample = (dataset: unknown, index: unknown): unknown => (dataset as MapDataset).at(index as number);

export function fetchNow(plan: Plan, index: unknown): unknown {
  const quick = gather(plan, index);
  if (quick !== null) return quick;
  const data = plan.batches ? (index as number[]).map((i) => now(sample(plan.dataset, i))) : now(sample(plan.dataset, index));
  return now(plan.collateFn(data));
}

export async function fetchLater(plan: Plan, index: unknown, at: (index: unknown) => unknown = (i) => sample(plan.dataset, i)): Promise<unknown> {
  const quick = gather(plan, index);
  if (quick !== null) return quick;
  return plan.collateFn(await (plan.batches ? Promise.all((index as number[]).map(at)) : at(index)));
}

/** The same; a failure at a sample becomes a SampleError. */
export function fetchMarked(plan: Plan, index: unknown): Promise<unknown> {
  return fetchLater(plan, index, async (i) => {
    try {
      return await sample(plan.dataset, i);
    } catch (e) {
      throw new SampleError(i, e);
    }
  });
}

/** A whole batch by one indexSelect a tensor, where that is what stacking its samples would give. */
function gather(plan: Plan, index: unknown): unknown {
  if (plan.collateFn !== defaultCollate || !Array.isArray(index)) return null;
  let at = index as number[];
  let dataset = plan.dataset;
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
  const batch = isTensor(dataset) ? ops.indexSelect(dataset, 0, select) : (dataset as TensorDataset).tensors.map((t) => ops.indexSelect(t, 0, select));
  select.dispose();
  return batch;
}

/** Batches of what is read in order; next() is undefined at the end, which in a worker comes for each on its own. */
export class Reader {
  private readonly source: AsyncIterator<unknown> | Iterator<unknown>;
  private ended = false;
  constructor(private readonly plan: Plan) {
    const dataset = plan.dataset as AsyncIterable<unknown> & Iterable<unknown>;
    this.source = Symbol.asyncIterator in dataset ? dataset[Symbol.asyncIterator]() : (dataset as Iterable<unknown>)[Symbol.iterator]();
  }
  async next(): Promise<{ batch: unknown } | undefined> {
    const { batchSize, dropLast, collateFn } = this.plan;
    const samples: unknown[] = [];
    while (!this.ended && samples.length < (batchSize ?? 1)) {
      const step = await this.source.next();
      if (step.done) this.ended = true;
      else samples.push(await step.value);
    }
    if (samples.length === 0 || (this.ended && dropLast && samples.length < (batchSize ?? 1))) return undefined;
    return { batch: await collateFn(batchSize === null ? samples[0] : samples) };
  }
  async close(): Promise<void> {
    if (!this.ended) await this.source.return?.();
    this.ended = true;
  }
}
