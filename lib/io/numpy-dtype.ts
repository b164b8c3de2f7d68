/** NumPy's names of element types ('<f4') and torsh's. */
import type { DType } from '../runtime/dtype';
import type { Passing } from './bulk';
import { FormatError } from './source';

export interface NumpyType {
  dtype: DType;
  /** Bytes of an element in the file. */
  size: number;
  passing: Passing;
}

const plain: Record<string, DType> = {
  b1: 'bool', i1: 'int8', u1: 'uint8', i2: 'int16', i4: 'int32', i8: 'int64', f2: 'float16', f4: 'float32', f8: 'float64', c8: 'complex64', c16: 'complex128',
};
const refused: Record<string, string> = {
  O: 'Python objects, which only a pickle can hold', S: 'byte strings', a: 'byte strings', U: 'strings', V: 'records or raw bytes', M: 'dates', m: 'spans of time', g: 'long doubles',
};

/** Unsigned integers become signed ones that hold them, as typed arrays do. */
const wide: Record<string, { dtype: DType; size: number; convert: (bytes: Uint8Array) => Uint8Array }> = {
  u2: { dtype: 'int32', size: 2, convert: (b) => bytesOf(Int32Array.from(new Uint16Array(aligned(b)))) },
  u4: { dtype: 'int64', size: 4, convert: (b) => bytesOf(BigInt64Array.from(new Uint32Array(aligned(b)) as unknown as Iterable<bigint>, (x) => BigInt(x))) },
  u8: {
    dtype: 'int64', size: 8,
    convert: (b) => {
      for (let i = 7; i < b.length; i += 8) if (b[i] & 0x80) throw new FormatError('a uint64 beyond 2^63 does not fit into int64');
      return b;
    },
  },
};
const aligned = (b: Uint8Array): ArrayBuffer => b.slice().buffer as ArrayBuffer;
const bytesOf = (a: Int32Array | BigInt64Array): Uint8Array => new Uint8Array(a.buffer, 0, a.byteLength);

/** The type of a descr: order ('<', '>', '|' or '='), kind and size. Throws for those that hold no numbers. */
export function numpyType(descr: string): NumpyType {
  const [, order, code] = /^([<>|=]?)([A-Za-z?][0-9]{0,9})$/.exec(descr) ?? [];
  if (code === undefined) throw new FormatError(`the dtype ${JSON.stringify(descr.slice(0, 60))} is not known`);
  const kind = code === '?' ? 'b1' : code;
  const own = Object.prototype.hasOwnProperty.call(plain, kind) ? plain[kind] : null;
  const widened = Object.prototype.hasOwnProperty.call(wide, kind) ? wide[kind] : null;
  if (own === null && widened === null) {
    const why = Object.prototype.hasOwnProperty.call(refused, code[0]) ? `: an array of ${refused[code[0]]}` : '';
    throw new FormatError(`the dtype '${descr}' is not supported${why}`);
  }
  const size = widened?.size ?? Number(kind.slice(1));
  const unit = own?.startsWith('complex') ? size / 2 : size;
  const passing: Passing = {};
  if (order === '>') passing.swap = unit;
  if (widened) Object.assign(passing, { from: size, convert: widened.convert });
  return { dtype: own ?? widened!.dtype, size, passing };
}

const descrs: Partial<Record<DType, string>> = {
  bool: '|b1', uint8: '|u1', int8: '|i1', int16: '<i2', int32: '<i4', int64: '<i8', float16: '<f2', float32: '<f4', float64: '<f8', complex64: '<c8', complex128: '<c16',
};
/** The descr of a dtype; null for bfloat16, which NumPy does not have. */
export const descrOf = (dtype: DType): string | null => descrs[dtype] ?? null;
