/** torch.utils.data: the order in which samples are taken. Same draws as PyTorch 1.13. */
import { bind, signature } from '../bind';
import { fromBytes } from '../creation';
import { TorshError } from '../errors';
import * as ops from '../gen/ops';
import { Generator } from '../random';
import { isTensor, keep, tensor, type Tensor } from '../tensor';
import { datasetFirst, iterableOf, listOf, sizeOf } from './dataset';

/** Base of samplers: implement [Symbol.iterator] and, where it is known, `length`. */
export class Sampler<T = number> implements Iterable<T> {
  [Symbol.iterator](): Iterator<T> {
    throw new TorshError('ERR_UNSUPPORTED', 'Sampler', `Sampler: ${this.constructor.name} does not implement [Symbol.iterator]`);
  }
}

type Steps<T> = globalThis.Generator<T, void, undefined>;

function positive(value: unknown, name: string, op: string): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value <= 0) {
    throw new TorshError('ERR_ARGUMENT', op, `${op}: ${name} should be a positive integer value, but got ${name}=${String(value)}`);
  }
  return value;
}

function boolean(value: unknown, name: string, op: string): boolean {
  if (typeof value !== 'boolean') throw new TorshError('ERR_ARGUMENT', op, `${op}: ${name} should be a boolean value, but got ${name}=${String(value)}`);
  return value;
}

/** A random int64, as PyTorch draws seeds. */
export function drawSeed(generator: Generator | null): number | bigint {
  const seed = fromBytes(new Uint8Array(8), 'int64', []).random_({ generator: generator ?? undefined });
  const value = seed.item() as number | bigint;
  seed.dispose();
  return value;
}

/** The first n numbers of a 1-d tensor, some at a time: an order of a hundred million samples does not fit into a JS array. */
function* numbersOf(order: Tensor, n = order.shape[0]): Steps<number> {
  keep(order); // also when the first is asked for inside a tidy()
  try {
    for (let at = 0; at < n; at += PIECE) {
      const piece = order.narrow(0, at, Math.min(PIECE, n - at)), numbers = piece.tolist() as number[];
      piece.dispose();
      yield* numbers;
    }
  } finally {
    order.dispose();
  }
}
const PIECE = 1 << 14;

/**
 * 0, 1, 2, ...
 *
 * @example
 * ```js
 * console.log([...new torsh.utils.data.SequentialSampler([7, 8, 9])]); // [ 0, 1, 2 ]
 * ```
 */
export class SequentialSampler extends Sampler {
  readonly dataSource: unknown;
  constructor(dataSource: unknown) {
    super();
    this.dataSource = dataSource;
  }
  override *[Symbol.iterator](): Steps<number> {
    const n = this.length;
    for (let i = 0; i < n; i++) yield i;
  }
  get length(): number {
    return sizeOf(this.dataSource, 'SequentialSampler');
  }
}

const randomSignature = signature('RandomSampler', 'dataSource, replacement=false, numSamples=null, generator=null');

export interface RandomSamplerOptions {
  replacement?: boolean;
  numSamples?: number | null;
  generator?: Generator | null;
}

/**
 * A new random order each time; with `replacement`, independent draws.
 *
 * @example
 * ```js
 * console.log([...new torsh.utils.data.RandomSampler([7, 8, 9])].sort()); // [ 0, 1, 2 ]
 * ```
 */
export class RandomSampler extends Sampler {
  readonly dataSource: unknown;
  readonly replacement: boolean;
  readonly generator: Generator | null;
  private readonly given: number | null;
  constructor(dataSource: unknown, options?: RandomSamplerOptions);
  constructor(dataSource: unknown, replacement?: boolean, numSamples?: number | null, generator?: Generator | null);
  constructor(...args: unknown[]) {
    super();
    const [dataSource, replacement, numSamples, generator] = bind(randomSignature, datasetFirst(args));
    this.dataSource = dataSource;
    this.replacement = boolean(replacement, 'replacement', 'RandomSampler');
    this.given = numSamples as number | null;
    this.generator = generator as Generator | null;
    positive(this.numSamples, 'numSamples', 'RandomSampler');
  }
  get numSamples(): number {
    return this.given ?? sizeOf(this.dataSource, 'RandomSampler');
  }
  override *[Symbol.iterator](): Steps<number> {
    const n = sizeOf(this.dataSource, 'RandomSampler');
    if (n === 0) throw new TorshError('ERR_ARGUMENT', 'RandomSampler', 'RandomSampler: the dataset is empty');
    let generator = this.generator;
    if (generator === null) {
      const seed = drawSeed(null);
      generator = new Generator().manualSeed(BigInt.asUintN(32, BigInt(seed))); // all that mt19937 takes of a seed
    }
    const total = this.numSamples;
    // In PyTorch's pieces, the last of which is drawn even when it is empty: a generator of one's own sees every draw.
    if (this.replacement) {
      for (let left = total; ; left -= 32) {
        yield* ops.randint(0, n, [Math.min(left, 32)], { generator }).tolist() as number[];
        if (left < 32) return;
      }
    }
    for (let left = total; ; left -= n) {
      yield* numbersOf(ops.randperm(n, { generator }), Math.min(left, n));
      if (left < n) return;
    }
  }
  get length(): number {
    return this.numSamples;
  }
}

const subsetSignature = signature('SubsetRandomSampler', 'indices, generator=null');

/**
 * The given indices in a new random order each time.
 *
 * @example
 * ```js
 * console.log([...new torsh.utils.data.SubsetRandomSampler([4, 2, 7])].sort()); // [ 2, 4, 7 ]
 * ```
 */
export class SubsetRandomSampler<T = number> extends Sampler<T> {
  readonly indices: ArrayLike<T>;
  readonly generator: Generator | null;
  constructor(indices: ArrayLike<T> | Tensor, options?: { generator?: Generator | null } | Generator | null);
  constructor(...args: unknown[]) {
    super();
    const [indices, generator] = bind(subsetSignature, args);
    this.indices = listOf<T>(indices, 'indices', 'SubsetRandomSampler');
    this.generator = generator as Generator | null;
  }
  override *[Symbol.iterator](): Steps<T> {
    const order = ops.randperm(this.indices.length, { generator: this.generator ?? undefined });
    for (const i of numbersOf(order)) yield this.indices[i];
  }
  get length(): number {
    return this.indices.length;
  }
}

const weightedSignature = signature('WeightedRandomSampler', 'weights, numSamples, replacement=true, generator=null');

/**
 * Index i with a probability in proportion to weights[i].
 *
 * @example
 * ```js
 * console.log([...new torsh.utils.data.WeightedRandomSampler([0, 0, 1], 4)]); // [ 2, 2, 2, 2 ]
 * ```
 */
export class WeightedRandomSampler extends Sampler {
  readonly weights: Tensor;
  readonly numSamples: number;
  readonly replacement: boolean;
  readonly generator: Generator | null;
  constructor(weights: ArrayLike<number> | Tensor, numSamples: number, options?: { replacement?: boolean; generator?: Generator | null });
  constructor(weights: ArrayLike<number> | Tensor, numSamples: number, replacement?: boolean, generator?: Generator | null);
  constructor(...args: unknown[]) {
    super();
    const [weights, numSamples, replacement, generator] = bind(weightedSignature, args);
    this.numSamples = positive(numSamples, 'numSamples', 'WeightedRandomSampler');
    this.replacement = boolean(replacement, 'replacement', 'WeightedRandomSampler');
    this.weights = tensor(weights as Tensor | number[], { dtype: 'float64' });
    if (this.weights.ndim !== 1) {
      throw new TorshError('ERR_SHAPE', 'WeightedRandomSampler',
        `WeightedRandomSampler: weights should be a 1d sequence but given weights have shape [${this.weights.shape.join(', ')}]`);
    }
    this.generator = generator as Generator | null;
  }
  override *[Symbol.iterator](): Steps<number> {
    yield* numbersOf(ops.multinomial(this.weights, this.numSamples, this.replacement, { generator: this.generator ?? undefined }));
  }
  get length(): number {
    return this.numSamples;
  }
}

const batchSignature = signature('BatchSampler', 'sampler, batchSize, dropLast');

/**
 * Arrays of up to batchSize of what another sampler (or any iterable) gives.
 *
 * @example
 * ```js
 * const { BatchSampler, SequentialSampler } = torsh.utils.data;
 * console.log([...new BatchSampler(new SequentialSampler([1, 2, 3, 4, 5]), 2, false)]); // [ [ 0, 1 ], [ 2, 3 ], [ 4 ] ]
 * ```
 */
export class BatchSampler<T = number> extends Sampler<T[]> {
  readonly sampler: Iterable<T>;
  readonly batchSize: number;
  readonly dropLast: boolean;
  constructor(sampler: Iterable<T>, options: { batchSize: number; dropLast: boolean });
  constructor(sampler: Iterable<T>, batchSize: number, dropLast: boolean | { dropLast: boolean });
  constructor(...args: unknown[]) {
    super();
    const [sampler, batchSize, dropLast] = bind(batchSignature, args);
    this.sampler = iterableOf<T>(sampler, 'sampler', 'BatchSampler');
    this.batchSize = positive(batchSize, 'batchSize', 'BatchSampler');
    this.dropLast = boolean(dropLast, 'dropLast', 'BatchSampler');
  }
  override *[Symbol.iterator](): Steps<T[]> {
    let batch: T[] = [];
    for (const index of this.sampler) {
      if (batch.push(index) === this.batchSize) {
        yield batch;
        batch = [];
      }
    }
    if (batch.length > 0 && !this.dropLast) yield batch;
  }
  get length(): number {
    const n = sizeOf(this.sampler, 'BatchSampler');
    return this.dropLast ? Math.floor(n / this.batchSize) : Math.ceil(n / this.batchSize);
  }
}

const distributedSignature = signature('DistributedSampler', 'dataset, numReplicas=null, rank=null, shuffle=true, seed=0, dropLast=false');

/**
 * The share of one of several processes that each take every numReplicas-th sample of one common order; shares are equally long,
 * by samples that come twice or, with dropLast, by samples left out. Call setEpoch(epoch) before each pass, or all have one order.
 */
export class DistributedSampler extends Sampler {
  readonly dataset: unknown;
  readonly numReplicas: number;
  readonly rank: number;
  readonly shuffle: boolean;
  readonly seed: number;
  readonly dropLast: boolean;
  readonly numSamples: number;
  readonly totalSize: number;
  epoch = 0;
  constructor(dataset: unknown, options: { numReplicas: number; rank: number; shuffle?: boolean; seed?: number; dropLast?: boolean });
  constructor(dataset: unknown, numReplicas: number, rank: number, ...rest: unknown[]);
  constructor(...args: unknown[]) {
    super();
    const [dataset, numReplicas, rank, shuffle, seed, dropLast] = bind(distributedSignature, args);
    if (numReplicas === null || rank === null) throw new TorshError('ERR_ARGUMENT', 'DistributedSampler', 'DistributedSampler: needs numReplicas and rank');
    this.dataset = dataset;
    this.numReplicas = positive(numReplicas, 'numReplicas', 'DistributedSampler');
    if (!Number.isInteger(rank) || (rank as number) < 0 || (rank as number) >= this.numReplicas) {
      throw new TorshError('ERR_ARGUMENT', 'DistributedSampler',
        `DistributedSampler: Invalid rank ${String(rank)}, rank should be in the interval [0, ${this.numReplicas - 1}]`);
    }
    this.rank = rank as number;
    this.shuffle = boolean(shuffle, 'shuffle', 'DistributedSampler');
    this.seed = seed as number;
    this.dropLast = boolean(dropLast, 'dropLast', 'DistributedSampler');
    const n = sizeOf(dataset, 'DistributedSampler');
    const whole = this.dropLast ? Math.max(0, Math.ceil((n - this.numReplicas) / this.numReplicas)) : 0;
    this.numSamples = this.dropLast && n % this.numReplicas !== 0 ? whole : Math.ceil(n / this.numReplicas);
    this.totalSize = this.numSamples * this.numReplicas;
  }
  override *[Symbol.iterator](): Steps<number> {
    const n = sizeOf(this.dataset, 'DistributedSampler');
    if (n === 0) return;
    const order = this.shuffle ? ops.randperm(n, { generator: new Generator().manualSeed(this.seed + this.epoch) }).toTypedArray() as BigInt64Array : null;
    for (let i = this.rank; i < this.totalSize; i += this.numReplicas) yield order ? Number(order[i % n]) : i % n;
  }
  get length(): number {
    return this.numSamples;
  }
  /** With shuffle, every epoch has an order of its own. */
  setEpoch(epoch: number): void {
    this.epoch = epoch;
  }
}

const dynamicSignature = signature('DynamicBatchSampler', 'sampler, sizes, maxSize, *, padded=false, maxSamples=null, skipTooBig=false, dropLast=false');

export interface DynamicBatchOptions {
  /** The cost of a batch is that of its largest sample times their number, as padding makes it, rather than the sum of sizes. */
  padded?: boolean;
  maxSamples?: number | null;
  /** Leaves out samples beyond maxSize, which else are batches of their own. */
  skipTooBig?: boolean;
  dropLast?: boolean;
}

/** Batches of as many samples as fit into maxSize together; sizes[i], or sizes(i), says how large sample i is. */
export class DynamicBatchSampler<T = number> extends Sampler<T[]> {
  readonly sampler: Iterable<T>;
  readonly maxSize: number;
  readonly sizeOf: (index: T) => number;
  private readonly options: Required<DynamicBatchOptions>;
  constructor(sampler: Iterable<T>, sizes: ArrayLike<number> | Tensor | ((index: T) => number), maxSize: number, options: DynamicBatchOptions = {}) {
    super();
    const [, , , padded, maxSamples, skipTooBig, dropLast] = bind(dynamicSignature, [sampler, sizes, maxSize, options]);
    const op = 'DynamicBatchSampler';
    this.sampler = iterableOf<T>(sampler, 'sampler', op);
    if (typeof maxSize !== 'number' || !(maxSize > 0)) throw new TorshError('ERR_ARGUMENT', op, `${op}: maxSize should be a positive number, but got maxSize=${String(maxSize)}`);
    this.maxSize = maxSize;
    const list = isTensor(sizes) ? sizes.tolist() as number[] : sizes;
    this.sizeOf = typeof list === 'function' ? list : (index) => list[index as number];
    this.options = {
      padded: boolean(padded, 'padded', op), skipTooBig: boolean(skipTooBig, 'skipTooBig', op), dropLast: boolean(dropLast, 'dropLast', op),
      maxSamples: maxSamples === null ? Infinity : positive(maxSamples, 'maxSamples', op),
    };
  }
  override *[Symbol.iterator](): Steps<T[]> {
    const { padded, skipTooBig, dropLast } = this.options;
    const most = this.options.maxSamples ?? Infinity;
    let batch: T[] = [], sum = 0, largest = 0;
    for (const index of this.sampler) {
      const size = this.sizeOf(index);
      if (typeof size !== 'number' || !(size >= 0)) {
        throw new TorshError('ERR_ARGUMENT', 'DynamicBatchSampler', `DynamicBatchSampler: the size of sample ${String(index)} is ${String(size)}, not a number from 0`);
      }
      if (skipTooBig && size > this.maxSize) continue;
      const cost = padded ? Math.max(largest, size) * (batch.length + 1) : sum + size;
      if (batch.length > 0 && (cost > this.maxSize || batch.length >= most)) {
        yield batch;
        batch = [];
        sum = largest = 0;
      }
      batch.push(index);
      sum += size;
      largest = Math.max(largest, size);
    }
    if (batch.length > 0 && !dropLast) yield batch;
  }
}
