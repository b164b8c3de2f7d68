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
 * The peers that are `wanted`, by name: { command, env, only, usual }, or { missing } with what would bring it. command: [program, arguments]; `only`: the groups that the peer
 * says something about; `usual: false`: not in --quick.
 */
export function findPeers(threads, wanted = () => true) {
  const single = threads === 1;
  const ofNode = (name, script, ...args) => (installed(name) ? { command: node(script, ...args) } : { missing: INSTALL });
  const ofTorsh = (backend, file) => (existsSync(join(root, file)) ? { command: node('torsh/serve.mjs', backend, threads) } : { missing: `npm run build:${backend}` });
  const ofPython = (...args) => {
    const python = findPython();
    return python ? { command: [python, [join(here, 'pytorch/serve.py'), String(threads), ...args]] } : { missing: 'apt install python3-torch, or pip install torch' };
  };
  const ofOpenmp = () => {
    const library = openmpBlas();
    return library ? { ...ofPython(), env: { LD_PRELOAD: library } } : { missing: 'apt install libopenblas0-openmp, or the path of its libblas.so.3 as BENCH_OPENMP_BLAS' };
  };
  const inC = () => {
    const program = compileLimits();
    return program ? { command: [program, [String(threads)]] } : { missing: 'a C compiler' };
  };
  const chromium = findChromium();
  const inPage = (library, { missing }) => {
    if (missing || chromium) return missing ? { missing } : { command: node('chromium/serve.mjs', library, threads), usual: false };
    return { missing: 'node tools/setup.mjs finds or installs Chromium' };
  };
  const wasm = () => ofTorsh('wasm', 'dist/torsh.wasm'), ortWeb = () => ofNode('onnxruntime-web', 'ort/serve.mjs', 'onnxruntime-web', threads);
  const tfjs = () => ofNode('@tensorflow/tfjs-backend-wasm', 'tfjs/serve.mjs', 'wasm'), jax = () => ofNode('@jax-js/jax', 'jax/serve.mjs');
  const peers = {
    native: () => ofTorsh('native', 'build/Release/torsh.node'),
    wasm,
    'wasm chromium': () => inPage('torsh', wasm()),
    limits: () => ({ ...inC(), only: ['matmul', 'elementwise', 'optim'] }),
    pytorch: () => ofPython(),
    ...(single ? {} : { 'pytorch-openmp': ofOpenmp }),
    'pytorch-foreach': () => ({ ...ofPython('foreach'), only: ['optim'] }),
    'ort-node': () => ofNode('onnxruntime-node', 'ort/serve.mjs', 'onnxruntime-node', threads),
    // In Node TensorFlow.js and jax-js have one thread.
    ...(single || !chromium ? { 'tfjs-wasm': tfjs } : {}),
    'tfjs-wasm chromium': () => inPage('tfjs', tfjs()),
    'ort-web': ortWeb,
    'ort-web chromium': () => inPage('ort', ortWeb()),
    ...(single || !chromium ? { 'jax-js': jax } : {}),
    'jax-js chromium': () => inPage('jax', jax()),
    'tfjs-cpu': () => ({ ...ofNode('@tensorflow/tfjs-backend-cpu', 'tfjs/serve.mjs', 'cpu'), only: ['small'], usual: false }),
    'js-pytorch': () => ({ ...ofNode('js-pytorch', 'js-pytorch/serve.mjs'), only: ['small', 'matmul'], usual: false }),
  };
  return Object.fromEntries(Object.entries(peers).filter(([name]) => wanted(name)).map(([name, find]) => [name, find()]));
}
