/** The choice in Node: native where it loads, else WASM; TORSH_BACKEND=native|wasm forces one. */
import { createRequire } from 'node:module';
import type { torsh as api } from '../torsh';

const require = createRequire(__filename);
const wish = process.env.TORSH_BACKEND;

function load(): typeof api {
  if (wish !== undefined && wish !== '' && wish !== 'auto' && wish !== 'native' && wish !== 'wasm') {
    throw new Error(`torsh: TORSH_BACKEND is '${wish}', expected native, wasm or auto`);
  }
  if (wish === 'native' || wish === 'wasm') return require(`./${wish}.cjs`) as typeof api;
  try {
    return require('./native.cjs') as typeof api;
  } catch (e) {
    const torsh = require('./wasm.cjs') as typeof api;
    (torsh.backend.reasons as string[]).splice(0, 1, 'the native backend could not be loaded', (e as Error).message);
    return torsh;
  }
}

export default load();
