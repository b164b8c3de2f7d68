/** Pages and workers: the same API on WASM, ready once this module has been awaited. */
import { useBackend } from '../backend/abi';
import { loadWasm } from '../backend/wasm';
import { torsh } from '../torsh';

// Bundlers find the files by these very words.
useBackend(...await loadWasm('a page or worker runs WebAssembly', new URL('./torsh.wasm', import.meta.url), new URL('./torsh-threads.wasm', import.meta.url)));
export default torsh;
