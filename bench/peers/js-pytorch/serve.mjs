/** js-pytorch on the CPU: nested JavaScript arrays. */
import { createRequire } from 'node:module';
import { serve } from '../protocol.mjs';

const { torch } = createRequire(import.meta.url)('js-pytorch');

serve({
  add({ n }) {
    const [a, b] = [torch.rand([n]), torch.rand([n])];
    return { run: () => { torch.add(a, b); } };
  },
  chain({ n, backward, variant }) {
    if (variant) return undefined;
    const [a, b, x] = [torch.rand([n]), torch.rand([n]), torch.rand([n], backward)];
    const step = (y) => torch.add(torch.mul(y, a), b);
    const f = () => torch.exp(step(torch.neg(step(torch.exp(step(x)))))).sum();
    return { run: backward ? () => { f().backward(); } : () => { f(); } };
  },
  matmul({ m, k, n, batch, transposed, dtype }) {
    if (m > 256 || batch || transposed || dtype || m !== n) return undefined;
    const [a, b] = [torch.rand([m, k]), torch.rand([k, n])];
    return { run: () => { torch.matmul(a, b); } };
  },
});
