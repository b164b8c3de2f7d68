/** Kinds of values, told apart by brand: a realm (a Jest test, a frame) has classes of its own. */
import { isTensor } from '../tensor';

export const brandOf = (x: unknown): string => Object.prototype.toString.call(x).slice(8, -1);
export const isMap = (x: unknown): x is Map<unknown, unknown> => brandOf(x) === 'Map';
export const isSet = (x: unknown): x is Set<unknown> => brandOf(x) === 'Set';

export type FileName = string | URL;
export function isFileName(f: unknown): f is FileName {
  return typeof f === 'string' || (typeof f === 'object' && f !== null && typeof (f as URL).href === 'string' && typeof (f as URL).protocol === 'string');
}

/** Sets a member, also one called '__proto__'. */
export function setOwn(object: object, key: string, value: unknown): void {
  if (key === '__proto__') Object.defineProperty(object, key, { value, enumerable: true, writable: true, configurable: true });
  else (object as Record<string, unknown>)[key] = value;
}

export function bytesOf(f: unknown): Uint8Array | null {
  if (ArrayBuffer.isView(f)) return new Uint8Array(f.buffer, f.byteOffset, f.byteLength);
  return brandOf(f) === 'ArrayBuffer' || brandOf(f) === 'SharedArrayBuffer' ? new Uint8Array(f as ArrayBuffer) : null;
}

/** A value's kind in words. */
export function nameOf(x: unknown): string {
  if (isTensor(x)) return 'a tensor';
  if (x === null || x === undefined) return String(x);
  if (typeof x === 'function') return `a function (${x.name || 'without a name'})`;
  return typeof x === 'object' ? `an object (${(x as object).constructor?.name ?? 'without a class'})` : `a ${typeof x}`;
}
