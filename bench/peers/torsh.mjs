/** torsh on one backend: node torsh.mjs native|wasm THREADS */
import { createRequire } from 'node:module';
import { serve } from './protocol.mjs';

const [, , backend, threads] = process.argv;
const require = createRequire(import.meta.url);
const torsh = require(`../../dist/${backend}.cjs`);
const { build, callRow, rows } = require('../../test/support/rows.js');
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
  /* A function of one sample as one of all: its outputs, or the gradients of its loss. */
  mapped({ n, derivative }) {
    const { func, nn, vmap } = torsh;
    const net = new nn.Sequential(new nn.Linear(20, 64), new nn.Tanh(), new nn.Linear(64, 10));
    const weights = Object.fromEntries(net.namedParameters().map(([name, p]) => [name, p.detach()]));
    const [x, y] = [torsh.randn(n, 20), torsh.randint(0, 10, [n])];
    const out = (w, sample) => func.functionalCall(net, w, sample);
    const loss = (w, sample, label) => nn.functional.crossEntropy(out(w, sample), label);
    const f = derivative ? vmap(func.grad(loss), [null, 0, 0]) : vmap(out, [null, 0]);
    return () => { torsh.tidy(() => { f(weights, x, ...(derivative ? [y] : [])); }); };
  },
  step({ optimizer, options, n }) {
    const p = new torsh.nn.Parameter(torsh.rand(n / 1000, 1000));
    p.grad = torsh.rand(n / 1000, 1000);
    const opt = new torsh.optim[optimizer]([p], { lr: 1e-3, ...options });
    return () => { opt.step(); };
  },
  op({ row, args, kwargs }) {
    const built = build(torsh, { args, kwargs });
    const entry = rows.find((r) => r.name === row);
    return () => { torsh.tidy(() => { callRow(entry, torsh, built); }); };
  },
});
