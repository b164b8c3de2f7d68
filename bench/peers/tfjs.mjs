/** TensorFlow.js: node tfjs.mjs wasm|cpu. One thread: its WASM backend has threads in browsers only. */
import { mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import { serve } from './protocol.mjs';

const require = createRequire(import.meta.url);
const kind = process.argv[2];
const here = dirname(fileURLToPath(import.meta.url));
console.log = console.warn = () => {}; // its advertisement would be read as an answer

// Its gradients ship as ES modules that Node does not load as such, so they are bundled.
const bundle = join(here, '../../build', `bench-tfjs-${kind}.cjs`);
mkdirSync(dirname(bundle), { recursive: true });
buildSync({
  stdin: {
    contents: `export * as tf from '@tensorflow/tfjs-core'; import '@tensorflow/tfjs-core/dist/register_all_gradients';
      export * as backend from '@tensorflow/tfjs-backend-${kind}';`,
    resolveDir: here,
  },
  bundle: true, platform: 'node', mainFields: ['module', 'main'], format: 'cjs', outfile: bundle, logLevel: 'silent',
});
const { tf, backend } = require(bundle);
if (kind === 'wasm') backend.setWasmPaths(`${join(dirname(require.resolve('@tensorflow/tfjs-backend-wasm/package.json')), 'dist')}/`);
await tf.setBackend(kind);
await tf.ready();

const done = (t) => { t.dispose(); };

serve({
  add({ n }) {
    const [a, b] = [tf.randomUniform([n]), tf.randomUniform([n])];
    return () => done(tf.add(a, b));
  },
  chain({ n }) {
    const [a, b, x] = [tf.randomUniform([n]), tf.randomUniform([n]), tf.randomUniform([n])];
    const step = (y) => tf.add(tf.mul(y, a), b);
    const gradient = tf.grad((v) => tf.sum(tf.exp(step(tf.neg(step(tf.exp(step(v))))))));
    return () => done(gradient(x));
  },
  matmul({ n }) {
    const [a, b] = [tf.randomUniform([n, n]), tf.randomUniform([n, n])];
    return () => done(tf.matMul(a, b));
  },
});
