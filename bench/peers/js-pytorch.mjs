/** js-pytorch on the CPU: nested JavaScript arrays. */
import { createRequire } from 'node:module';
import { serve } from './protocol.mjs';

const { torch } = createRequire(import.meta.url)('js-pytorch');

serve({
  add({ n }) {
    if (n > 1e6) return undefined;
    const [a, b] = [torch.rand([n]), torch.rand([n])];
    return () => { torch.add(a, b); };
  },
  chain({ n }) {
    const [a, b, x] = [torch.rand([n]), torch.rand([n]), torch.rand([n], true)];
    const step = (y) => torch.add(torch.mul(y, a), b);
    return () => { torch.exp(step(torch.neg(step(torch.exp(step(x)))))).sum().backward(); };
  },
  matmul({ n }) {
    if (n > 256) return undefined;
    const [a, b] = [torch.rand([n, n]), torch.rand([n, n])];
    return () => { torch.matmul(a, b); };
  },
});
