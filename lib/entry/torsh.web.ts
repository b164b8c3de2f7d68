/** Pages and workers: the same API on WASM, ready once this module has been awaited. */
import { useBackend } from '../backend/abi';
import { compileWasm, wasmAbi } from '../backend/wasm';
import { torsh } from '../torsh';

useBackend(wasmAbi(await compileWasm(new URL('./torsh.wasm', import.meta.url))), ['a page or worker runs WebAssembly']);
export default torsh;
