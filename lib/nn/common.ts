/** What the layers share: argument types, new parameters, sizes. */
import { TorshError } from '../errors';
import type { DType, Tensor } from '../tensor';
import { _empty } from '../gen/system';
import { Parameter } from './parameter';

/** The optional end of a signature: any prefix of it by position, then options by name. */
export type Tail<Q extends unknown[], O> = Q extends [infer A, ...infer B]
  ? [] | [options: O] | [A | undefined, ...Tail<B, O>]
  : [] | [options: O];

export interface Factory {
  /** Only 'cpu' exists; taken so that ported code runs. */
  device?: 'cpu' | null;
  dtype?: DType | null;
}

/** One number for all dimensions, or one for each. */
export type Size = number | readonly number[];

export function fail(name: string, text: string, code: 'ERR_ARGUMENT' | 'ERR_SHAPE' = 'ERR_ARGUMENT'): never {
  throw new TorshError(code, name, `${name}: ${text}`);
}

/** A parameter with room for values, to be initialised. */
export function newParameter(name: string, size: number[], dtype: unknown, device: unknown = null): Parameter {
  if (device !== null && device !== 'cpu') fail(name, `device must be 'cpu', but got ${String(device)}`);
  return new Parameter(_empty(size, dtype as DType | null));
}

/** A whole number of at least `min`. */
export function count(name: string, what: string, value: unknown, min = 0): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < min) {
    fail(name, `${what} must be an integer of at least ${min}, but got ${String(value)}`);
  }
  return value;
}

/** n numbers of at least min: one is repeated. */
export function sizes(name: string, what: string, value: unknown, n: number, min = 0): number[] {
  const list = Array.isArray(value) ? value as unknown[] : new Array<unknown>(n).fill(value);
  if (list.length !== n) fail(name, `${what} must be a number or ${n} of them, but got [${list.join(', ')}]`);
  return list.map((size) => count(name, what, size, min));
}

/** A probability. */
export function probability(name: string, p: unknown): number {
  if (typeof p !== 'number' || !(p >= 0 && p <= 1)) fail(name, `dropout probability has to be between 0 and 1, but got ${String(p)}`);
  return p;
}

export function checkDim(name: string, input: Tensor, allowed: readonly number[]): void {
  if (!allowed.includes(input.ndim)) {
    fail(name, `expected ${allowed.map((n) => `${n}D`).join(' or ')} input (got ${input.ndim}D input)`, 'ERR_SHAPE');
  }
}
