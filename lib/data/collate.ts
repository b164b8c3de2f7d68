/** How samples become a batch. */
import { bind, isPlainObject, signature } from '../bind';
import { TorshError } from '../errors';
import * as ops from '../gen/ops';
import { isTensor, tensor, type Tensor } from '../tensor';

const isTypedArray = (x: unknown): boolean => ArrayBuffer.isView(x) && Object.prototype.toString.call(x) !== '[object DataView]';
const isMap = (x: unknown): x is Map<unknown, unknown> => Object.prototype.toString.call(x) === '[object Map]';

function refuse(rule: string): TorshError {
  return new TorshError('ERR_ARGUMENT', 'defaultCollate', `defaultCollate: ${rule}`);
}

/** Stacks samples along a new first dim. */
type Stack = (tensors: Tensor[]) => any;
const plain: Stack = (tensors) => ops.stack(tensors, 0);

/**
 * Stacks samples along a new first dim: tensors and typed arrays are stacked, bigints and whole numbers become int64 (as
 * Python's ints), other numbers float32, booleans bool, strings stay an array; arrays, objects and Maps are collated member
 * by member. Errors: ERR_ARGUMENT for what it does not know and for samples that do not match.
 *
 * @example
 * ```js
 * console.log(torsh.utils.data.defaultCollate([[1, torsh.zeros(2)], [2, torsh.ones(2)]]));
 * // [
 * //   tensor([1, 2]),
 * //   tensor([[0., 0.],
 * //           [1., 1.]])
 * // ]
 * ```
 */
export function defaultCollate(batch: readonly unknown[]): any {
  return collate(batch, plain);
}

function collate(batch: readonly unknown[], stack: Stack): any {
  const first = batch[0];
  if (isTensor(first)) return stack(all(batch, isTensor, 'tensors'));
  if (isTypedArray(first)) {
    const made = all(batch, isTypedArray, 'typed arrays').map((x) => tensor(x as Float32Array));
    const stacked = stack(made) as unknown;
    for (const t of made) t.dispose();
    return stacked;
  }
  switch (typeof first) {
    case 'number': {
      const numbers = all(batch, (x) => typeof x === 'number', 'numbers') as number[];
      return tensor(numbers, { dtype: numbers.every((x) => Number.isSafeInteger(x) && !Object.is(x, -0)) ? 'int64' : 'float32' });
    }
    case 'bigint': return tensor(all(batch, (x) => typeof x === 'bigint', 'bigints') as bigint[]);
    case 'boolean': return tensor(all(batch, (x) => typeof x === 'boolean', 'booleans') as boolean[]);
    case 'string': return [...batch];
  }
  if (Array.isArray(first)) {
    const rows = all(batch, Array.isArray, 'arrays') as unknown[][];
    if (rows.some((row) => row.length !== first.length)) throw refuse('each element in list of batch should be of equal size');
    return first.map((_, i) => collate(rows.map((row) => row[i]), stack));
  }
  if (isMap(first)) {
    const maps = all(batch, isMap, 'Maps') as Map<unknown, unknown>[];
    return new Map([...first.keys()].map((key) => [key, collate(maps.map((m) => member(m.has(key), key, m.get(key))), stack)]));
  }
  if (isPlainObject(first)) {
    const objects = all(batch, isPlainObject, 'objects') as Record<string, unknown>[];
    return Object.fromEntries(Object.keys(first).map((key) => [key, collate(objects.map((o) => member(key in o, key, o[key])), stack)]));
  }
  throw refuse(`batch must contain tensors, typed arrays, numbers, booleans, strings, objects or arrays; found ${found(first)}`);
}

const padSignature = signature('padCollate', '*, paddingValue=0, batchFirst=true, returnLengths=false');

export interface PadCollateOptions {
  paddingValue?: number;
  /** false: of what was padded, the batch is the second dim. */
  batchFirst?: boolean;
  /** Instead of a tensor: [tensor, the first size of each sample as int64]. */
  returnLengths?: boolean;
}

/** How a function of the library is made again in a worker: its name, its arguments. */
export const recipe: unique symbol = Symbol.for('torsh.utils.data.recipe');

/**
 * A collate function that works as defaultCollate does, but makes tensors and typed arrays of different sizes (of one number of dims)
 * fit: they are padded at the ends of their dims to the largest of the batch. For sequences, images, boxes.
 *
 * @example
 * ```js
 * const collate = torsh.utils.data.padCollate({ paddingValue: -1 });
 * console.log(collate([torsh.arange(3), torsh.arange(1)]));
 * // tensor([[ 0,  1,  2],
 * //         [ 0, -1, -1]])
 * ```
 */
export function padCollate(options?: PadCollateOptions): (batch: readonly unknown[]) => any;
export function padCollate(...args: unknown[]): (batch: readonly unknown[]) => any {
  const [paddingValue, batchFirst, returnLengths] = bind(padSignature, args) as [number, boolean, boolean];
  const stack: Stack = (tensors) => {
    const shapes = tensors.map((t) => t.shape);
    const [first] = shapes;
    if (shapes.some((shape) => shape.length !== first.length)) {
      throw new TorshError('ERR_SHAPE', 'padCollate', `padCollate: samples must have one number of dims, but have sizes ${shapes.map((s) => `[${s.join(', ')}]`).join(', ')}`);
    }
    const most = first.map((_, d) => Math.max(...shapes.map((shape) => shape[d])));
    const padded = tensors.map((t, i) => (shapes[i].every((n, d) => n === most[d]) ? t
      : ops.pad(t, most.flatMap((_, d) => [0, most[most.length - 1 - d] - shapes[i][most.length - 1 - d]]), 'constant', paddingValue)));
    const batch = ops.stack(padded, batchFirst || first.length === 0 ? 0 : 1);
    return returnLengths ? [batch, tensor(shapes.map((shape) => shape[0] ?? 1), { dtype: 'int64' })] : batch;
  };
  return Object.assign((batch: readonly unknown[]) => collate(batch, stack), { [recipe]: ['padCollate', { paddingValue, batchFirst, returnLengths }] });
}

function all(batch: readonly unknown[], test: (x: unknown) => boolean, kind: string): any[] {
  const odd = batch.find((x) => !test(x));
  if (odd !== undefined || batch.includes(undefined)) throw refuse(`a batch of ${kind} must not also contain ${found(odd)}`);
  return batch as any[];
}

function member(has: boolean, key: unknown, value: unknown): unknown {
  if (!has) throw refuse(`a sample lacks the key '${String(key)}' that the first one has`);
  return value;
}

function found(x: unknown): string {
  if (x === null || x === undefined) return String(x);
  return typeof x === 'object' ? ((x as object).constructor?.name ?? 'an object') : typeof x;
}

/** Typed arrays, also inside arrays, objects and Maps, become tensors; all else stays. */
export function defaultConvert(data: unknown): any {
  if (isTypedArray(data)) return tensor(data as Float32Array);
  if (Array.isArray(data)) return data.map(defaultConvert);
  if (isMap(data)) return new Map([...data].map(([key, value]) => [key, defaultConvert(value)]));
  if (isPlainObject(data)) return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, defaultConvert(value)]));
  return data;
}
