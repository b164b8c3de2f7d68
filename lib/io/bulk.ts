/** Elements between tensors and files, a piece at a time, so that neither side needs a second copy. */
import { abi } from '../backend/abi';
import * as sys from '../gen/system';
import { handleOf } from '../runtime/call';
import { readValues, wrotePart } from '../runtime/recording';
import { type DType, dtypes, itemsizes } from '../runtime/dtype';
import type { Tensor } from '../tensor';
import type { Reading, Region } from './source';

export const PIECE = 1 << 20;

export const itemsizeOf = (dtype: DType): number => itemsizes[dtypes.indexOf(dtype)];

/** What is done to bytes on their way. */
export interface Passing {
  /** Numbers of so many bytes, each turned round. */
  swap?: number;
  /** Elements of another size, and how they become those of the tensor. */
  from?: number;
  convert?: (bytes: Uint8Array) => Uint8Array;
  /** Sees the bytes as they are in the file. */
  seen?: (bytes: Uint8Array) => void;
}

/** A tensor filled with the bytes of a region from `offset` on. The caller has checked that they are there. */
export function* readTensor(region: Region, offset: number, dtype: DType, shape: readonly number[], passing: Passing = {}): Reading<Tensor> {
  const mapped = mappedTensor(region, offset, dtype, shape, passing);
  if (mapped) return mapped;
  const t = sys._empty([...shape], dtype);
  let flat: Tensor | null = null;
  try {
    const size = passing.from ?? itemsizeOf(dtype), total = shape.reduce((a, b) => a * b, 1) * size;
    for (let at = 0; at < total;) {
      const length = Math.min(PIECE, total - at);
      const bytes = passed(yield* region.read(offset + at, length), dtype, passing);
      if (length === total) {
        abi().write(handleOf(t, 'load'), bytes);
        wrotePart();
      } else {
        flat ??= t.reshape(-1);
        const window = flat.narrow(0, at / size, length / size);
        abi().write(handleOf(window, 'load'), bytes);
        wrotePart();
        window.dispose();
      }
      at += length;
    }
  } catch (e) {
    t.dispose();
    throw e;
  } finally {
    flat?.dispose();
  }
  return t;
}

/** Below this a page of its own is not worth it. */
const MAPPED = 1 << 16;

function mappedTensor(region: Region, offset: number, dtype: DType, shape: readonly number[], { swap, convert, seen }: Passing): Tensor | null {
  const total = shape.reduce((a, b) => a * b, 1) * itemsizeOf(dtype);
  if (!region.map || total < MAPPED || swap || convert || seen || dtype === 'bool') return null;
  const flat = region.map(offset, total, dtype);
  if (!flat || shape.length === 1) return flat;
  const t = flat.reshape([...shape]);
  flat.dispose();
  return t;
}

function passed(bytes: Uint8Array, dtype: DType, { swap, convert, seen }: Passing): Uint8Array {
  seen?.(bytes);
  if (swap && swap > 1) bytes = swapped(bytes, swap);
  if (convert) bytes = convert(bytes);
  // Any byte may stand in a file, but a bool is 0 or 1.
  if (dtype === 'bool' && bytes.some((b) => b > 1)) bytes = bytes.map((b) => (b ? 1 : 0));
  return bytes;
}

/** Units of `unit` bytes, each turned round. */
export function swapped(bytes: Uint8Array, unit: number): Uint8Array {
  const out = new Uint8Array(bytes.length);
  for (let i = 0; i < bytes.length; i += unit) for (let k = 0; k < unit; k++) out[i + k] = bytes[i + unit - 1 - k];
  return out;
}

/** The row-major bytes of a tensor in pieces; each is good until the next is asked for. */
export function* pieces(t: Tensor): Generator<Uint8Array, void, undefined> {
  const buffer = new Uint8Array(Math.min(PIECE, t.numel() * t.itemsize));
  const plain = t.detach();
  try {
    yield* parts(plain, buffer);
  } finally {
    plain.dispose();
  }
}

function* parts(t: Tensor, buffer: Uint8Array): Generator<Uint8Array, void, undefined> {
  const bytes = t.numel() * t.itemsize;
  if (bytes === 0) return;
  if (bytes <= PIECE) {
    const whole = t.isContiguous() ? t : t.contiguous();
    const out = buffer.subarray(0, bytes);
    abi().read(handleOf(whole, 'save'), out);
    readValues();
    if (whole !== t) whole.dispose();
    yield out;
    return;
  }
  // Along the first dim that can be cut; of contiguous memory, along all of it.
  const flat = t.isContiguous() ? t.reshape(-1) : t;
  const { shape } = flat;
  const rows = Math.max(1, Math.floor(PIECE / (bytes / shape[0])));
  for (let at = 0; at < shape[0]; at += rows) {
    const window = rows === 1 ? flat.select(0, at) : flat.narrow(0, at, Math.min(rows, shape[0] - at));
    yield* parts(window, buffer);
    window.dispose();
  }
  if (flat !== t) flat.dispose();
}
