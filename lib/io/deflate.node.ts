/** Deflate and CRC-32 by Node's zlib. In a page deflate.web.ts takes this module's place. */
import * as zlib from 'zlib';
import { crc32 as ownCrc32 } from './crc32';

/** The bytes that raw deflate data stands for, exactly `size` of them; null when it does not. */
export function inflate(data: Uint8Array, size: number): Uint8Array | null {
  try {
    const out = zlib.inflateRawSync(data, { maxOutputLength: Math.max(size, 1) });
    return out.length === size ? out : null;
  } catch {
    return null;
  }
}

export const deflate = (data: Uint8Array): Uint8Array => zlib.deflateRawSync(data);

/** The checksum of what `crc` (0 at the start) is of, followed by `bytes`. */
export const crc32: (bytes: Uint8Array, crc: number) => number = (zlib as { crc32?: typeof ownCrc32 }).crc32 ?? ownCrc32;
