/** For bundles without top-level await: `import torsh, { init } from 'torsh/web'; await init({ wasm })`. */
import { useBackend } from '../backend/abi';
import { compileWasm, wasmAbi } from '../backend/wasm';
import { torsh } from '../torsh';

/** Loads the backend; wasm: the address, bytes, response or compiled module of torsh.wasm (default: beside this file). */
export async function init(options: { wasm?: Parameters<typeof compileWasm>[0] } = {}): Promise<typeof torsh> {
  useBackend(wasmAbi(await compileWasm(options.wasm ?? new URL('./torsh.wasm', import.meta.url))), ['init() was called']);
  return torsh;
}
export default torsh;
