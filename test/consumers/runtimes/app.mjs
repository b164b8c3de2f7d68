// The last line printed is JSON.
import torsh, { nn, Tensor } from 'torsh';
import { Linear } from 'torsh/nn';
import { createRequire } from 'node:module';

const required = createRequire(import.meta.url)('torsh');
torsh.manualSeed(0);
const layer = new Linear(2, 1), x = torsh.tensor([[1, 2], [3, 4]], { requiresGrad: true });
layer(x).sum().backward();
console.log(JSON.stringify({
  name: torsh.backend.name, reasons: torsh.backend.reasons, product: torsh.matmul(x, x).tolist(), grad: x.grad.shape, rand: torsh.rand(2).tolist(),
  one: required === torsh && required.ones(1) instanceof Tensor && nn.Linear === Linear,
}));
