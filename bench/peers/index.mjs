/** Who is compared: how each peer's process is started, and how it comes to be there. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findChromium } from '../../tools/setup.mjs';
import { compileLimits } from './limits/compile.mjs';
import { findPython, openmpBlas } from './pytorch/find.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '../..');
const require = createRequire(import.meta.url);
const INSTALL = 'npm run bench:peers';

const installed = (name) => {
  try {
    require.resolve(name);
    return true;
  } catch {
    return existsSync(join(here, '../node_modules', name));
  }
};
const node = (script, ...args) => [process.execPath, ['--expose-gc', join(here, script), ...args.map(String)]];

/**
 * { name: { command, env, missing, only } }: [program, arguments] or, where it is missing, how to get it. `only`: the groups that it says something
 * about; `usual: false`: not in --quick.
 */
export function findPeers(threads) {
  const python = findPython(), limits = compileLimits(), openmp = openmpBlas();
  const ofNode = (name, script, ...args) => (installed(name) ? { command: node(script, ...args) } : { missing: INSTALL });
  const ofPython = (...args) => (python ? { command: [python, [join(here, 'pytorch/serve.py'), String(threads), ...args]] } : { missing: 'apt install python3-torch, or pip install torch' });
  const ofTorsh = (backend, file) => (existsSync(join(root, file)) ? { command: node('torsh/serve.mjs', backend, threads) } : { missing: `npm run build:${backend}` });
  const single = threads === 1, chromium = findChromium();
  const inPage = (library, { missing }) => {
    if (missing || chromium) return missing ? { missing } : { command: node('chromium/serve.mjs', library, threads), usual: false };
    return { missing: 'node tools/setup.mjs finds or installs Chromium' };
  };
  const [tfjs, ortWeb, jax] = [ofNode('@tensorflow/tfjs-backend-wasm', 'tfjs/serve.mjs', 'wasm'), ofNode('onnxruntime-web', 'ort/serve.mjs', 'onnxruntime-web', threads), ofNode('@jax-js/jax', 'jax/serve.mjs')];
  const wasm = ofTorsh('wasm', 'dist/torsh.wasm');
  return {
    native: ofTorsh('native', 'build/Release/torsh.node'),
    wasm,
    'wasm chromium': inPage('torsh', wasm),
    limits: { ...(limits ? { command: [limits, [String(threads)]] } : { missing: 'a C compiler' }), only: ['matmul', 'elementwise', 'optim'] },
    pytorch: ofPython(),
    ...(single ? {} : { 'pytorch-openmp': openmp ? { ...ofPython(), env: { LD_PRELOAD: openmp } } : { missing: 'apt install libopenblas0-openmp, or the path of its library as BENCH_OPENMP_BLAS' } }),
    'pytorch-foreach': { ...ofPython('foreach'), only: ['optim'] },
    'ort-node': ofNode('onnxruntime-node', 'ort/serve.mjs', 'onnxruntime-node', threads),
    // In Node TensorFlow.js and jax-js have one thread.
    ...(single || !chromium ? { 'tfjs-wasm': tfjs } : {}),
    'tfjs-wasm chromium': inPage('tfjs', tfjs),
    'ort-web': ortWeb,
    ...(single || !chromium ? { 'jax-js': jax } : { 'jax-js chromium': inPage('jax', jax) }),
    'tfjs-cpu': { ...ofNode('@tensorflow/tfjs-backend-cpu', 'tfjs/serve.mjs', 'cpu'), only: ['small'], usual: false },
    'js-pytorch': { ...ofNode('js-pytorch', 'js-pytorch/serve.mjs'), only: ['small', 'matmul'], usual: false },
  };
}
