/** torsh on one backend: node torsh.mjs native|wasm THREADS */
import { createRequire } from 'node:module';
import { serve } from './protocol.mjs';

const [, , backend, threads] = process.argv;
const torsh = createRequire(import.meta.url)(`../../dist/${backend}.cjs`);
torsh.setNumThreads(Number(threads));

serve({
  // Small results are dropped and left to the collector; large ones are disposed, so that their memory is warm.
  add({ n }) {
    const [a, b] = [torsh.rand(n), torsh.rand(n)];
    return n < 1e5 ? () => { torsh.add(a, b); } : () => torsh.add(a, b).dispose();
  },
  chain({ n }) {
    const [a, b] = [torsh.rand(n), torsh.rand(n)];
    const x = torsh.rand(n).requiresGrad_(true);
    return () => {
      x.grad = null;
      x.mul(a).add(b).exp().mul(a).add(b).neg().mul(a).add(b).exp().sum().backward();
    };
  },
  matmul({ n }) {
    const [a, b] = [torsh.rand(n, n), torsh.rand(n, n)];
    return () => torsh.matmul(a, b).dispose();
  },
});
