// Trains a little, has its worker compute, and leaves what it found in globalThis.result.
import torsh, { Tensor, nn, optim, tensor } from 'torsh';
import { Linear } from 'torsh/nn';

function train() {
  torsh.manualSeed(0);
  const x = torsh.rand(64, 2), y = x.sum(1, true);
  const model = new nn.Sequential(new Linear(2, 8), new nn.Tanh(), new nn.Linear(8, 1)), optimizer = new optim.Adam(model.parameters(), { lr: 0.05 });
  const losses = [];
  for (let step = 0; step < 60; step++) {
    optimizer.zeroGrad();
    const loss = nn.functional.mseLoss(model(x), y);
    loss.backward();
    optimizer.step();
    losses.push(loss.item());
  }
  return { first: losses[0], last: losses.at(-1), layer: String(model.at(0)) };
}

function askWorker() {
  const worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => { resolve(data); };
    worker.onerror = (event) => { reject(new Error(event.message)); };
    worker.postMessage([[1, 2], [3, 4]]);
  });
}

try {
  globalThis.result = {
    ...torsh.backend, ...train(), oneClass: torsh.ones(1) instanceof Tensor && Linear === nn.Linear && torsh.nn.Linear === Linear,
    product: torsh.matmul(tensor([[1, 2], [3, 4]]), tensor([[1], [1]])).tolist(), worker: await askWorker(),
  };
} catch (error) {
  globalThis.result = { error: `${error.message}\n${error.stack}` };
}
