/** Loads the backend of torsh/web. */
import { hasBackend, useBackend } from '../backend/abi';
import { type WasmSource, compileWasm, loadWasm, wasmAbi } from '../backend/wasm';
import { TorshError } from '../errors';

/** Where a script is no module, bundlers leave nothing of import.meta. */
function beside(address: () => URL): URL {
  try {
    return address();
  } catch (e) {
    throw new TorshError('ERR_BACKEND', 'init', 'init: this script does not know its own address, so torsh.wasm cannot be found beside it: init({ wasm }) with its address or bytes', { cause: e });
  }
}

export async function load({ wasm, relaxedSimd }: { wasm?: WasmSource; relaxedSimd?: boolean } = {}): Promise<void> {
  // What has been loaded stays: tensors stand on it.
  if (hasBackend()) return;
  const why = 'init() was called';
  if (wasm === undefined) {
    useBackend(...await loadWasm(why, beside(() => new URL('../torsh.wasm', import.meta.url)), beside(() => new URL('../torsh-threads.wasm', import.meta.url)), undefined, relaxedSimd));
  } else {
    const reasons = [why];
    useBackend(wasmAbi(await compileWasm(wasm), reasons, relaxedSimd), reasons);
  }
}
