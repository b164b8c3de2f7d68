/** NumPy's .npy files: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html */
import type { Tensor } from '../tensor';
import { finish, FormatError, inMemory, type Reading, type Region } from './source';
import { pieces, readTensor } from './bulk';
import { type NumpyType, descrOf, numpyType } from './numpy-dtype';

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
export const looksLikeNpy = (first: Uint8Array): boolean => MAGIC.every((b, i) => first[i] === b);

/** Far more than a header of numbers takes; NumPy's own limit for headers that it trusts less. */
const MAX_HEADER = 10_000, MAX_DIMS = 64;

interface Header { type: NumpyType; fortran: boolean; shape: number[] }

/** What a whole .npy file says of its array, which begins at byte `begin` and fills the rest. */
export function* readNpyHeader(file: Region, seen?: (bytes: Uint8Array) => void): Reading<Header & { begin: number }> {
  if (file.size < 10) throw new FormatError(`an .npy file has at least 10 bytes, but this has ${file.size}`);
  const first = yield* file.read(0, Math.min(file.size, 12));
  if (!looksLikeNpy(first)) throw new FormatError("it does not begin as an .npy file ('\\x93NUMPY')");
  const version = first[6];
  if (version < 1 || version > 3) throw new FormatError(`.npy version ${version}.${first[7]} is not known; 1 to 3 are read`);
  const start = version === 1 ? 10 : 12;
  const length = first[8] | (first[9] << 8) | (version === 1 || first.length < 12 ? 0 : (first[10] << 16) | (first[11] << 24));
  if (length < 0 || length > MAX_HEADER) throw new FormatError(`the .npy header claims ${length >>> 0} bytes, more than the ${MAX_HEADER} that are read`);
  if (start + length > file.size) throw new FormatError(`the .npy header claims ${length} bytes, but the file has ${file.size} in all`);
  seen?.(first.subarray(0, start));
  const bytes = yield* file.read(start, length);
  seen?.(bytes);
  const header = parseHeader(new TextDecoder('latin1').decode(bytes)), { type, shape } = header;
  const begin = start + length, total = shape.reduce((n, s) => n * BigInt(s), BigInt(type.size));
  if (total !== BigInt(file.size - begin)) {
    throw new FormatError(`the array of shape [${shape.join(', ')}] and dtype '${type.dtype}' takes ${total} bytes, but ${file.size - begin} follow the header at byte ${begin}`);
  }
  return { ...header, begin };
}

/** Reads an array from a whole .npy file. */
export function* readNpy(file: Region, seen?: (bytes: Uint8Array) => void): Reading<Tensor> {
  const { type, fortran, shape, begin } = yield* readNpyHeader(file, seen);
  const t = yield* readTensor(file, begin, type.dtype, fortran ? [...shape].reverse() : shape, { ...type.passing, seen });
  return fortran ? turned(t) : t;
}

/** An array whose bytes are at hand. */
export function arrayTensor(bytes: Uint8Array, type: NumpyType, shape: readonly number[], fortran: boolean): Tensor {
  const t = finish(readTensor(inMemory(bytes), 0, type.dtype, fortran ? [...shape].reverse() : shape, type.passing), { size: 0, read: () => bytes });
  return fortran ? turned(t) : t;
}

/** Column by column: the same memory with its dims in reverse. */
function turned(t: Tensor): Tensor {
  if (t.ndim < 2) return t;
  const view = t.permute(Array.from({ length: t.ndim }, (_, d) => t.ndim - 1 - d));
  t.dispose();
  return view;
}

/** A Python literal: {'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }. */
function parseHeader(text: string): Header {
  let at = 0;
  const fail = (wanted: string): never => { throw new FormatError(`the .npy header is not as it should be: expected ${wanted} at character ${at}`); };
  const take = (pattern: RegExp, wanted: string): string => {
    const found = pattern.exec(text.slice(at, at + 2000));
    if (!found) return fail(wanted);
    at += found[0].length;
    return found[1] ?? found[0];
  };
  const space = (): void => { while (' \t\n\r\f'.includes(text[at] ?? '-')) at++; };
  const is = (c: string): boolean => { space(); return text[at] === c ? (at++, true) : false; };
  const found = new Map<string, unknown>();
  const tuple = (): number[] => {
    const list: number[] = [];
    if (!is('(')) fail("'('");
    while (!is(')')) {
      space();
      const digits = take(/^\d+/, 'a size');
      if (text[at] === 'L') at++; // Python 2
      const n = Number(digits);
      if (!Number.isSafeInteger(n)) throw new FormatError(`the .npy header's shape holds ${digits.slice(0, 30)}, which is too large`);
      list.push(n);
      if (list.length > MAX_DIMS) throw new FormatError(`the .npy header's shape has more than ${MAX_DIMS} dimensions`);
      if (!is(',')) { if (!is(')')) fail("',' or ')'"); break; }
    }
    return list;
  };
  if (!is('{')) fail("'{'");
  while (!is('}')) {
    space();
    const key = take(/^'([a-z_]{1,20})'|^"([a-z_]{1,20})"/, 'a key').replace(/"/g, '');
    if (!is(':')) fail("':'");
    space();
    if (found.has(key)) throw new FormatError(`the .npy header has '${key}' twice`);
    if (key === 'descr') {
      if (text[at] === '[' || text[at] === '(') throw new FormatError('the .npy file holds records (a structured dtype), which are not supported');
      found.set(key, take(/^'([^'\\]{1,40})'|^"[^"\\]{1,40}"/, 'a dtype').replace(/"/g, ''));
    } else if (key === 'fortran_order') found.set(key, take(/^(?:True|False)/, 'True or False') === 'True');
    else if (key === 'shape') found.set(key, tuple());
    else throw new FormatError(`the .npy header has an unknown key '${key}'`);
    if (!is(',')) { if (!is('}')) fail("',' or '}'"); break; }
  }
  space();
  if (at < text.length) fail('the end');
  for (const key of ['descr', 'fortran_order', 'shape']) if (!found.has(key)) throw new FormatError(`the .npy header lacks '${key}'`);
  return { type: numpyType(found.get('descr') as string), fortran: found.get('fortran_order') as boolean, shape: found.get('shape') as number[] };
}

/** Digits of the longest axis that NumPy leaves room for, so that a file can grow in place. */
const GROWTH_DIGITS = 21;

/** The bytes before the data, as NumPy writes them. */
export function npyHead(t: Tensor): Uint8Array {
  const descr = descrOf(t.dtype);
  if (descr === null) throw new FormatError(`NumPy has no ${t.dtype}; convert to float32 first`);
  const { shape } = t;
  const sizes = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  let text = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${sizes}, }`;
  if (shape.length > 0) text += ' '.repeat(Math.max(0, GROWTH_DIGITS - String(shape[0]).length));
  const length = Math.floor((10 + text.length + 1) / 64) * 64 + 64 - 10;
  const head = new Uint8Array(10 + length).fill(0x20);
  head.set([...MAGIC, 1, 0, length & 255, length >> 8]);
  head.set(new TextEncoder().encode(text), 10);
  head[head.length - 1] = 10;
  return head;
}

/** A whole .npy file. */
export function* writeNpy(t: Tensor): Generator<Uint8Array, void, undefined> {
  yield npyHead(t);
  yield* pieces(t);
}
