import { TorshError } from '../errors';

/** Pages fetch torsh.wasm: see lib/entry/torsh.web.ts. */
export function wasmBytes(): Uint8Array<ArrayBuffer> {
  throw new TorshError('ERR_BACKEND', 'torsh', 'torsh: a page cannot load torsh.wasm synchronously');
}
