/** torch.utils.data: what holds samples. A dataset offers at(index) and length, as arrays and tensors do. */
import { bind, isPlainObject, signature } from '../bind';
import { TorshError } from '../errors';
import * as ops from '../gen/ops';
import { nameOf } from '../io/values';
import type { Generator } from '../random';
import { isTensor, type Tensor, tensor } from '../tensor';

/** What serves as a dataset: an array, a tensor, a Dataset, any object with at() and length. */
export interface MapDataset<T = unknown> {
  at(index: number): T;
  readonly length?: number;
  /** Several samples at once, for datasets that save work so (one query, one read); may return a Promise. As PyTorch's __getitems__. */
  getitems?(indices: number[]): T[] | PromiseLike<T[]>;
}

/** Of datasets that can give a batch as it would be after collating (null: not these). */
export const wholeBatch: unique symbol = Symbol('torsh.utils.data.wholeBatch');
export interface GivesBatches { [wholeBatch](indices: number[]): unknown }

const iterableBrand: unique symbol = Symbol.for('torsh.utils.data.IterableDataset');

/**
 * Base of datasets that give the sample of an index: implement at(index), which may return a Promise, and `length`.
 *
 * @example
 * ```js
 * class Squares extends torsh.utils.data.Dataset {
 *   get length() { return 5; }
 *   at(i) { return i * i; }
 * }
 * console.log(new Squares().at(3)); // 9
 * ```
 */
export class Dataset<T = unknown> implements MapDataset<T> {
  at(_index: number): T {
    throw new TorshError('ERR_UNSUPPORTED', 'Dataset', `Dataset: ${this.constructor.name} does not implement at(index)`);
  }
}

/**
 * Base of datasets that are read in order: implement [Symbol.iterator] or [Symbol.asyncIterator].
 *
 * @example
 * ```js
 * class Stream extends torsh.utils.data.IterableDataset {
 *   *[Symbol.iterator]() { yield* [1, 2, 3]; }
 * }
 * console.log([...new torsh.utils.data.DataLoader(new Stream(), { batchSize: 2 })]); // [ tensor([1, 2]), tensor([3]) ]
 * ```
 */
export class IterableDataset<T = unknown> {
  readonly [iterableBrand] = true as const;
  [Symbol.iterator](): Iterator<T> {
    throw new TorshError('ERR_UNSUPPORTED', 'IterableDataset', `IterableDataset: ${this.constructor.name} implements no iterator`);
  }
}

export function isIterableDataset(x: unknown): x is Iterable<unknown> | AsyncIterable<unknown> {
  if (typeof x !== 'object' || x === null) return false;
  if ((x as Record<symbol, unknown>)[iterableBrand] === true) return true;
  return typeof (x as MapDataset).at !== 'function' && (Symbol.iterator in x || Symbol.asyncIterator in x);
}

/** A list by index. Errors: ERR_ARGUMENT for what is none. */
export function listOf<T>(x: unknown, name: string, op: string): ArrayLike<T> {
  if (isTensor(x) && x.ndim === 1) return x.tolist() as unknown as T[];
  const n = typeof x === 'object' && x !== null ? (x as ArrayLike<T>).length : undefined;
  if (typeof n !== 'number' || !Number.isSafeInteger(n) || n < 0 || isTensor(x)) throw new TorshError('ERR_ARGUMENT', op, `${op}: ${name} must be an array or a 1-d tensor, but got ${nameOf(x)}`);
  return x as ArrayLike<T>;
}

export function iterableOf<T>(x: unknown, name: string, op: string): Iterable<T> {
  if (typeof (x as Iterable<T> | null | undefined)?.[Symbol.iterator] !== 'function') throw new TorshError('ERR_ARGUMENT', op, `${op}: ${name} must be iterable, but got ${nameOf(x)}`);
  return x as Iterable<T>;
}

/** Arguments of what takes a dataset first: one that is a plain object and stands alone is no options object. */
export function datasetFirst(args: unknown[]): unknown[] {
  const only = args[0] as Partial<MapDataset> & object;
  const alone = args.length === 1 && isPlainObject(only) && (typeof only.at === 'function' || typeof only.length === 'number' || isIterableDataset(only));
  return alone ? [only, {}] : args;
}

/** len(dataset) */
export function sizeOf(dataset: unknown, op: string): number {
  if (isTensor(dataset)) {
    if (dataset.ndim === 0) throw new TorshError('ERR_SHAPE', op, `${op}: a 0-d tensor is no dataset`);
    return dataset.shape[0];
  }
  const length = (dataset as { length?: unknown } | null | undefined)?.length;
  if (typeof length === 'number' && Number.isInteger(length) && length >= 0) return length;
  throw new TorshError('ERR_ARGUMENT', op, `${op}: the dataset has no length`);
}

/** The same, or null. */
export function lengthOf(dataset: unknown): number | null {
  try {
    return sizeOf(dataset, 'DataLoader');
  } catch {
    return null;
  }
}

/** The rows of each tensor, as stacking them one by one would give. */
export function rowsOf(tensors: readonly Tensor[], indices: number[]): Tensor[] {
  const select = tensor(indices, { dtype: 'int64' });
  const rows = tensors.map((t) => ops.indexSelect(t, 0, select));
  select.dispose();
  return rows;
}

export function inRange(index: number, length: number, op: string): number {
  if (!Number.isInteger(index) || index < -length || index >= length) {
    throw new TorshError('ERR_INDEX', op, `${op}: index ${index} is out of range for a dataset of ${length}`);
  }
  return index < 0 ? index + length : index;
}

/**
 * Tensors of one first size; sample i is their i-th rows, as an array.
 *
 * @example
 * ```js
 * const set = new torsh.utils.data.TensorDataset(torsh.arange(6).reshape(3, 2), torsh.tensor([0, 1, 0]));
 * console.log(set.length, set.at(1)); // 3 [ tensor([2, 3]), tensor(1.) ]
 * ```
 */
export class TensorDataset extends Dataset<Tensor[]> {
  readonly tensors: readonly Tensor[];
  constructor(...tensors: Tensor[]) {
    super();
    if (tensors.length === 0) throw new TorshError('ERR_ARGUMENT', 'TensorDataset', 'TensorDataset: takes at least one tensor');
    for (const t of tensors) {
      if (!isTensor(t)) throw new TorshError('ERR_ARGUMENT', 'TensorDataset', 'TensorDataset: every argument must be a tensor');
      if (t.ndim === 0 || t.shape[0] !== tensors[0].shape[0]) {
        throw new TorshError('ERR_SHAPE', 'TensorDataset',
          `TensorDataset: Size mismatch between tensors (${tensors.map((u) => `[${u.shape.join(', ')}]`).join(', ')})`);
      }
    }
    this.tensors = tensors;
  }
  override at(index: number): Tensor[] {
    const i = inRange(index, this.length, 'TensorDataset');
    return this.tensors.map((t) => t.at(i) as Tensor);
  }
  [wholeBatch](indices: number[]): Tensor[] | null {
    const n = this.length;
    const plain = this.at === TensorDataset.prototype.at && indices.every((i) => Number.isInteger(i) && i >= 0 && i < n);
    return plain ? rowsOf(this.tensors, indices) : null; // at() speaks of what is wrong
  }
  get length(): number {
    return this.tensors[0].shape[0];
  }
}

/**
 * The samples of `dataset` at `indices`.
 *
 * @example
 * ```js
 * const { Subset, TensorDataset } = torsh.utils.data;
 * console.log(new Subset(new TensorDataset(torsh.arange(10)), [2, 4]).length); // 2
 * ```
 */
export class Subset<T = unknown> extends Dataset<T> {
  readonly dataset: MapDataset<T>;
  readonly indices: ArrayLike<number>;
  constructor(dataset: MapDataset<T>, indices: ArrayLike<number> | Tensor) {
    super();
    this.dataset = dataset;
    this.indices = listOf<number>(indices, 'indices', 'Subset');
  }
  override at(index: number): T {
    return this.dataset.at(this.indices[inRange(index, this.length, 'Subset')]);
  }
  get length(): number {
    return this.indices.length;
  }
}

/**
 * Several datasets, one after the other.
 *
 * @example
 * ```js
 * const { ConcatDataset, TensorDataset } = torsh.utils.data;
 * const set = new ConcatDataset([new TensorDataset(torsh.zeros(3)), new TensorDataset(torsh.ones(2))]);
 * console.log(set.length, set.at(4)); // 5 [ tensor(1.) ]
 * ```
 */
export class ConcatDataset<T = unknown> extends Dataset<T> {
  readonly datasets: readonly MapDataset<T>[];
  readonly cumulativeSizes: readonly number[];
  constructor(datasets: Iterable<MapDataset<T>>) {
    super();
    this.datasets = [...iterableOf<MapDataset<T>>(datasets, 'datasets', 'ConcatDataset')];
    if (this.datasets.length === 0) throw new TorshError('ERR_ARGUMENT', 'ConcatDataset', 'ConcatDataset: datasets should not be an empty iterable');
    let total = 0;
    this.cumulativeSizes = this.datasets.map((d) => {
      if (isIterableDataset(d)) throw new TorshError('ERR_ARGUMENT', 'ConcatDataset', 'ConcatDataset: ConcatDataset does not support IterableDataset');
      return (total += sizeOf(d, 'ConcatDataset'));
    });
  }
  override at(index: number): T {
    const i = inRange(index, this.length, 'ConcatDataset');
    let low = 0, high = this.cumulativeSizes.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.cumulativeSizes[middle] > i) high = middle;
      else low = middle + 1;
    }
    return this.datasets[low].at(low === 0 ? i : i - this.cumulativeSizes[low - 1]);
  }
  get length(): number {
    return this.cumulativeSizes[this.cumulativeSizes.length - 1];
  }
}

/** Several iterable datasets, one after the other. */
export class ChainDataset<T = unknown> extends IterableDataset<T> {
  readonly datasets: Iterable<Iterable<T>>;
  constructor(datasets: Iterable<Iterable<T>>) {
    super();
    this.datasets = iterableOf(datasets, 'datasets', 'ChainDataset');
  }
  override *[Symbol.iterator](): Steps<T> {
    for (const dataset of this.datasets) {
      if (!isIterableDataset(dataset)) throw new TorshError('ERR_ARGUMENT', 'ChainDataset', 'ChainDataset: ChainDataset only supports IterableDataset');
      yield* dataset as Iterable<T>;
    }
  }
  get length(): number {
    let total = 0;
    for (const dataset of this.datasets) total += sizeOf(dataset, 'ChainDataset');
    return total;
  }
}
type Steps<T> = globalThis.Generator<T, void, undefined>;

type Members = readonly MapDataset[] | Readonly<Record<string, MapDataset>>;

/**
 * Datasets of one length side by side: sample i is an array of their i-th samples, or an object when they were given by name.
 *
 * @example
 * ```js
 * const { StackDataset, TensorDataset } = torsh.utils.data;
 * const set = new StackDataset({ image: new TensorDataset(torsh.zeros(3, 2)), label: new TensorDataset(torsh.arange(3)) });
 * console.log(set.length, Object.keys(set.at(0))); // 3 [ 'image', 'label' ]
 * ```
 */
export class StackDataset<T = any> extends Dataset<T> {
  readonly datasets: Members;
  readonly length: number;
  constructor(datasets: Readonly<Record<string, MapDataset>>);
  constructor(...datasets: MapDataset[]);
  constructor(...args: unknown[]) {
    super();
    const named = args.length === 1 && isPlainObject(args[0]) && typeof args[0].at !== 'function';
    this.datasets = named ? args[0] as Record<string, MapDataset> : args as MapDataset[];
    const sizes = Object.values(this.datasets).map((d) => sizeOf(d, 'StackDataset'));
    if (sizes.length === 0) throw new TorshError('ERR_ARGUMENT', 'StackDataset', 'StackDataset: At least one dataset should be passed');
    if (sizes.some((n) => n !== sizes[0])) {
      throw new TorshError('ERR_SHAPE', 'StackDataset', `StackDataset: Size mismatch between datasets (${sizes.join(', ')})`);
    }
    this.length = sizes[0];
  }
  override at(index: number): T {
    const i = inRange(index, this.length, 'StackDataset');
    if (Array.isArray(this.datasets)) return (this.datasets as MapDataset[]).map((d) => d.at(i)) as T;
    return Object.fromEntries(Object.entries(this.datasets).map(([name, d]: [string, MapDataset]) => [name, d.at(i)])) as T;
  }
}

/** From here on indices are in a typed array: an array of so many numbers could end the process. */
const LARGE = 1 << 24;
const randomSplitSignature = signature('randomSplit', 'dataset, lengths, generator=null');

/**
 * Splits a dataset at random into Subsets of the given lengths, which add up to its length, or fractions, which add up
 * to 1 (what rounding leaves over goes to the first ones). Errors: ERR_ARGUMENT when they do not.
 *
 * @example
 * ```js
 * const { randomSplit, TensorDataset } = torsh.utils.data;
 * const [train, test] = randomSplit(new TensorDataset(torsh.arange(10)), [0.8, 0.2]);
 * console.log(train.length, test.length); // 8 2
 * ```
 */
export function randomSplit<T>(dataset: MapDataset<T>, lengths: readonly number[], options?: { generator?: Generator | null } | Generator | null): Subset<T>[];
export function randomSplit(...args: unknown[]): Subset[] {
  const [dataset, given, generator] = bind(randomSplitSignature, args) as [MapDataset, unknown, Generator | null];
  const n = sizeOf(dataset, 'randomSplit');
  let lengths = Array.from(listOf<number>(given, 'lengths', 'randomSplit'));
  if (lengths.some((l) => typeof l !== 'number')) throw new TorshError('ERR_ARGUMENT', 'randomSplit', 'randomSplit: lengths must be numbers');
  const sum = lengths.reduce((a, b) => a + b, 0);
  if (Math.abs(sum - 1) <= 1e-9 * Math.max(sum, 1)) {
    lengths = lengths.map((fraction, i) => {
      if (!(fraction >= 0 && fraction <= 1)) throw new TorshError('ERR_ARGUMENT', 'randomSplit', `randomSplit: Fraction at index ${i} is not between 0 and 1`);
      return Math.floor(n * fraction);
    });
    const rest = n - lengths.reduce((a, b) => a + b, 0);
    for (let i = 0; i < rest; i++) lengths[i % lengths.length]++;
  }
  if (lengths.some((l) => !Number.isInteger(l) || l < 0) || lengths.reduce((a, b) => a + b, 0) !== n) {
    throw new TorshError('ERR_ARGUMENT', 'randomSplit',
      `randomSplit: Sum of input lengths does not equal the length of the input dataset! (lengths [${lengths.join(', ')}], dataset of ${n})`);
  }
  const order = ops.randperm(n, { generator: generator ?? undefined }).toTypedArray() as BigInt64Array;
  let end = 0;
  return lengths.map((length) => {
    const part = order.subarray(end, (end += length));
    return new Subset(dataset, length > LARGE ? Float64Array.from(part as unknown as ArrayLike<number>, Number) : Array.from(part, Number));
  });
}
