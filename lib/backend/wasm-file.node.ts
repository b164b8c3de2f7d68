import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TorshError } from '../errors';

/** The bytes of torsh.wasm, which lies beside the bundle. */
export function wasmBytes(): Uint8Array<ArrayBuffer> {
  const path = join(__dirname, 'torsh.wasm');
  try {
    return readFileSync(path) as Uint8Array<ArrayBuffer>;
  } catch (e) {
    throw new TorshError('ERR_BACKEND', 'torsh', `torsh: ${path} could not be read: ${(e as Error).message}`);
  }
}
