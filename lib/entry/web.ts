/** For bundles without top-level await: `import torsh, { init } from 'torsh/web'; await init({ wasm })`. */
import { useBackend } from '../backend/abi';
import { compileWasm, loadWasm, wasmAbi } from '../backend/wasm';
import { torsh } from '../torsh';

/**
 * Loads the backend; wasm: the address, bytes, response or compiled module of torsh.wasm, or of torsh-threads.wasm for a page that is
 * cross-origin isolated (default: the right one, beside this file).
 */
export async function init(options: { wasm?: Parameters<typeof compileWasm>[0] } = {}): Promise<typeof torsh> {
  const why = 'init() was called';
  if (options.wasm === undefined) {
    useBackend(...await loadWasm(why, new URL('./torsh.wasm', import.meta.url), new URL('./torsh-threads.wasm', import.meta.url)));
  } else {
    const reasons = [why];
    useBackend(wasmAbi(await compileWasm(options.wasm), reasons), reasons);
  }
  return torsh;
}
export default torsh;
