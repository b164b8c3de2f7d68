/** TensorFlow.js: node serve.mjs wasm|cpu. One thread: its WASM backend has threads in browsers only. */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { bundleTfjs } from '../bundles.mjs';
import { serve } from '../protocol.mjs';
import { op } from './ops.mjs';
import { works } from './works.mjs';

const require = createRequire(import.meta.url);
const kind = process.argv[2];
console.log = console.warn = () => {}; // its advertisement

const { tf, backend } = require(bundleTfjs(kind, true));
if (kind === 'wasm') backend.setWasmPaths(`${join(dirname(require.resolve('@tensorflow/tfjs-backend-wasm/package.json')), 'dist')}/`);
await tf.setBackend(kind);
await tf.ready();

serve({ ...works(tf), op: op(tf) });
