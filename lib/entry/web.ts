/** For bundles without top-level await: `import torsh, { init } from 'torsh/web'; await init({ wasm })`. */
import type { WasmSource } from '../backend/wasm';
import { torsh } from '../torsh';
import { load } from './page-init';

/**
 * Loads the backend, once; wasm: the address, bytes, response or compiled module of torsh.wasm, or of torsh-threads.wasm for a page that is
 * cross-origin isolated (default: the right one, beside this file). Resolves to torsh.
 */
export async function init(options: { wasm?: WasmSource } = {}): Promise<typeof torsh> {
  await load(options);
  return torsh;
}
export default torsh;
