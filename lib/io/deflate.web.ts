/** What deflate.node.ts offers, where there is no zlib: fflate, which is bundled. */
import { Inflate, deflateSync } from 'fflate';

export { crc32 } from './crc32';

/** Input that is inflated before the output is looked at: a bomb has at most a thousand times as much. */
const STEP = 16384;

export function inflate(data: Uint8Array, size: number): Uint8Array | null {
  const out = new Uint8Array(size);
  let at = 0;
  try {
    const stream = new Inflate((chunk) => {
      if (at + chunk.length > size) throw new Error('too long');
      out.set(chunk, at);
      at += chunk.length;
    });
    for (let i = 0; i === 0 || i < data.length; i += STEP) stream.push(data.subarray(i, i + STEP), i + STEP >= data.length);
  } catch {
    return null;
  }
  return at === size ? out : null;
}

export const deflate = (data: Uint8Array): Uint8Array => deflateSync(data);
