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

/** PyTorch's names where tfjs has another; ops whose arguments behind the tensors mean the same. */
const renamed = {
  matmul: 'matMul', mm: 'matMul', bmm: 'matMul', eq: 'equal', ne: 'notEqual', lt: 'less', le: 'lessEqual', gt: 'greater', ge: 'greaterEqual', cat: 'concat', flip: 'reverse',
  logical_and: 'logicalAnd', logical_or: 'logicalOr', logical_not: 'logicalNot', logical_xor: 'logicalXor', argmax: 'argMax', argmin: 'argMin', logsumexp: 'logSumExp',
  log_softmax: 'logSoftmax', leaky_relu: 'leakyRelu', floor_divide: 'floorDiv', isnan: 'isNaN', isinf: 'isInf', isfinite: 'isFinite', remainder: 'mod',
};
const alike = new Set(['add', 'sub', 'mul', 'div', 'pow', 'maximum', 'minimum', 'atan2', 'exp', 'expm1', 'log', 'log1p', 'sqrt', 'rsqrt', 'tanh', 'sigmoid', 'relu', 'relu6', 'elu',
  'selu', 'softplus', 'abs', 'neg', 'square', 'sin', 'cos', 'tan', 'asin', 'acos', 'atan', 'sinh', 'cosh', 'asinh', 'acosh', 'atanh', 'floor', 'ceil', 'round', 'sign', 'reciprocal',
  'erf', 'sum', 'mean', 'prod', 'any', 'all', 'max', 'min', 'cumsum', 'cumprod', 'softmax', 'stack', 'tile', 'where', 'prelu']);

function tensor(spec) {
  const dtype = { bool: 'bool', int32: 'int32', int64: 'int32' }[spec.dtype ?? 'float32'] ?? 'float32';
  if (spec.values) return tf.tensor(spec.values, spec.t, dtype);
  const made = tf.randomUniform(spec.t, spec.low ?? -1, spec.high ?? 1);
  return dtype === 'float32' ? made : made.cast(dtype);
}
const value = (v) => (v?.t ? tensor(v) : v?.list ? v.list.map(value) : v);

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
  op({ name, args, kwargs }) {
    const f = tf[renamed[name] ?? (alike.has(name) ? name : '')];
    if (!f || Object.keys(kwargs).length > 0) return undefined;
    const given = args.map(value);
    return () => { tf.tidy(() => { f(...given); }); };
  },
});
