/** Pages and workers: loads the backend, which is ready once this module has been awaited. */
import { hasBackend, useBackend } from '../backend/abi';
import { loadWasm } from '../backend/wasm';

if (!hasBackend()) {
  // Bundlers find the files by these very words.
  useBackend(...await loadWasm('a page or worker runs WebAssembly', new URL('../torsh.wasm', import.meta.url), new URL('../torsh-threads.wasm', import.meta.url), async () => (await import('./page-embedded')).default));
}
