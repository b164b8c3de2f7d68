/** How samples become a batch. */
import { isPlainObject } from '../bind';
import { TorshError } from '../errors';
import * as ops from '../gen/ops';
import { isTensor, tensor } from '../tensor';

const isTypedArray = (x: unknown): boolean => ArrayBuffer.isView(x) && Object.prototype.toString.call(x) !== '[object DataView]';
const isMap = (x: unknown): x is Map<unknown, unknown> => Object.prototype.toString.call(x) === '[object Map]';

function refuse(rule: string): TorshError {
  return new TorshError('ERR_ARGUMENT', 'defaultCollate', `defaultCollate: ${rule}`);
}

/**
 * Stacks samples along a new first dim: tensors and typed arrays are stacked, bigints and whole numbers become int64 (as
 * Python's ints), other numbers float32, booleans bool, strings stay an array; arrays, objects and Maps are collated member
 * by member. Errors: ERR_ARGUMENT for what it does not know and for samples that do not match.
 */
export function defaultCollate(batch: readonly unknown[]): any {
  const first = batch[0];
  if (isTensor(first)) return ops.stack(all(batch, isTensor, 'tensors'), 0);
  if (isTypedArray(first)) return ops.stack(all(batch, isTypedArray, 'typed arrays').map((x) => tensor(x as Float32Array)), 0);
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
    return first.map((_, i) => defaultCollate(rows.map((row) => row[i])));
  }
  if (isMap(first)) {
    const maps = all(batch, isMap, 'Maps') as Map<unknown, unknown>[];
    return new Map([...first.keys()].map((key) => [key, defaultCollate(maps.map((m) => member(m.has(key), key, m.get(key))))]));
  }
  if (isPlainObject(first)) {
    const objects = all(batch, isPlainObject, 'objects') as Record<string, unknown>[];
    return Object.fromEntries(Object.keys(first).map((key) => [key, defaultCollate(objects.map((o) => member(key in o, key, o[key])))]));
  }
  throw refuse(`batch must contain tensors, typed arrays, numbers, booleans, strings, objects or arrays; found ${found(first)}`);
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
