/** For bundles without top-level await: `import torsh, { init } from 'torsh/web'; await init({ wasm })`. */
import type { WasmSource } from '../backend/wasm';
import { torsh } from '../torsh';
import { load } from './page-init';

/**
 * Loads the backend, once; wasm: the address, bytes, response or compiled module of torsh.wasm, or of torsh-threads.wasm for a page that is
 * cross-origin isolated (default: the right one, beside this file). relaxedSimd: false does without relaxed SIMD's fused
 * multiply-adds, so that products round alike in all browsers and are slower; true takes them wherever the browser has them (default: where they are
 * fast). Resolves to torsh.
 */
export async function init(options: { wasm?: WasmSource; relaxedSimd?: boolean } = {}): Promise<typeof torsh> {
  await load(options);
  return torsh;
}
export default torsh;
