/** jax-js on WASM (one thread in Node), its operations one by one; arrays are moved unless .ref is taken. */
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { join, dirname } from 'node:path';
import { serve } from './protocol.mjs';

const require = createRequire(import.meta.url);
const jax = await import(pathToFileURL(join(dirname(require.resolve('@jax-js/jax')), 'index.js')).href);
await jax.init('wasm');
jax.defaultDevice('wasm');
const { numpy: np, random, grad } = jax;
const rand = (...shape) => random.uniform(random.key(0), shape);

/** Results are lazy: wait for them, then let them go. */
const finish = (x) => {
  x.dataSync();
};

serve({
  add({ n }) {
    const [a, b] = [rand(n), rand(n)];
    return () => finish(np.add(a.ref, b.ref));
  },
  chain({ n }) {
    const [a, b, x] = [rand(n), rand(n), rand(n)];
    const step = (y) => np.add(np.multiply(y, a.ref), b.ref);
    const gradient = grad((v) => np.sum(np.exp(step(np.negative(step(np.exp(step(v))))))));
    return () => finish(gradient(x.ref));
  },
  matmul({ n }) {
    const [a, b] = [rand(n, n), rand(n, n)];
    return () => finish(np.matmul(a.ref, b.ref));
  },
});
