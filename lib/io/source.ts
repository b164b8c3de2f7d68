/**
 * Bytes to read, wherever they lie. Parsers are generators that ask for bytes, so that one parser serves files, which are read
 * at once, and blobs, which have to be awaited.
 */

import type { DType } from '../runtime/dtype';
import type { Tensor } from '../tensor';

/** The rule that a file breaks. */
export class FormatError extends Error {}

export interface Ask { offset: number; length: number }
/** What answers is good until the next question: buffers are used again. */
export type Reading<T> = Generator<Ask, T, Uint8Array>;

export interface ByteSource {
  size: number;
  /** Exactly `length` bytes from `offset`; both are in range. */
  read(offset: number, length: number): Uint8Array;
  /** A 1-d tensor on these bytes where they can be mapped into memory, else null. */
  map?(offset: number, length: number, dtype: DType): Tensor | null;
}
export interface AwaitedSource {
  size: number;
  read(offset: number, length: number): Promise<Uint8Array>;
}

export function finish<T>(reading: Reading<T>, source: ByteSource): T {
  let step = reading.next();
  while (!step.done) {
    let bytes: Uint8Array;
    try {
      bytes = source.read(step.value.offset, step.value.length);
    } catch (e) {
      step = reading.throw(e);
      continue;
    }
    step = reading.next(bytes);
  }
  return step.value;
}

export async function finishAwaited<T>(reading: Reading<T>, source: AwaitedSource): Promise<T> {
  let step = reading.next();
  while (!step.done) {
    let bytes: Uint8Array;
    try {
      bytes = await source.read(step.value.offset, step.value.length);
    } catch (e) {
      step = reading.throw(e);
      continue;
    }
    step = reading.next(bytes);
  }
  return step.value;
}

/** A part of a source, or bytes made of one. */
export interface Region {
  size: number;
  read(offset: number, length: number): Reading<Uint8Array>;
  map?: ByteSource['map'];
}

export const part = (start: number, size: number, map?: ByteSource['map']): Region => ({
  size,
  *read(offset, length) { return yield { offset: start + offset, length }; },
  map: map && ((offset, length, dtype) => map(start + offset, length, dtype)),
});

/** A part of a part. */
export const within = (region: Region, start: number, size: number): Region => ({
  size,
  *read(offset, length) { return yield* region.read(start + offset, length); },
  map: region.map && ((offset, length, dtype) => region.map!(start + offset, length, dtype)),
});

export const inMemory = (bytes: Uint8Array): Region => ({
  size: bytes.length,
  // eslint-disable-next-line require-yield
  *read(offset, length) { return bytes.subarray(offset, offset + length); },
});

export const memorySource = (bytes: Uint8Array): ByteSource => ({
  size: bytes.length,
  read: (offset, length) => bytes.subarray(offset, offset + length),
});
