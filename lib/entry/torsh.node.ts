/** The choice in Node: native where it loads, else WASM; TORSH_BACKEND=native|wasm forces one. */
import { TorshError } from '../errors';
import type { torsh as api } from '../torsh';

const wish = process.env.TORSH_BACKEND ?? '';

function load(name: 'native' | 'wasm', ...reasons: string[]): typeof api {
  // Words that a bundler of a server follows.
  const torsh = (name === 'native' ? require('./native.cjs') : require('./wasm.cjs')) as typeof api;
  (torsh.backend.reasons as string[]).splice(0, 1, ...reasons);
  return torsh;
}

function choose(): typeof api {
  if (wish === 'native' || wish === 'wasm') return load(wish, `TORSH_BACKEND is '${wish}'`);
  if (wish !== '' && wish !== 'auto') {
    throw new TorshError('ERR_BACKEND', 'torsh', `torsh: TORSH_BACKEND is '${wish}', expected native, wasm or auto`);
  }
  let why: Error;
  try {
    return load('native', 'the native backend loads, and is the faster one');
  } catch (e) {
    why = e as Error;
  }
  try {
    return load('wasm', 'the native backend could not be loaded', why.message);
  } catch (e) {
    throw new TorshError('ERR_BACKEND', 'torsh', `torsh: no backend could be loaded\n${why.message}\n${(e as Error).message}`, { cause: e });
  }
}

export default choose();
