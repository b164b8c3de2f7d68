/** What runs in the worker: a network of a few neurons, and what each of them sees. */
import { REACH } from './points.mjs';

/** Points of the plane, so many in a row, at which the neurons are looked at; and at which the output is. */
export const GRID = 40, FINE = 80;
/** Time in ms from picture to picture. */
const FRAME = 60;

function network(nn, layers, activation) {
  const sizes = [2, ...layers], parts = [];
  layers.forEach((size, i) => { parts.push(new nn.Linear(sizes[i], size), new nn[activation]()); });
  return new nn.Sequential(...parts, new nn.Linear(sizes.at(-1), 1));
}

/** Trains until the page stops it. train and test: points (see points.mjs). */
export async function train({ layers, activation, lr, decay, pace, seed, train, test }, job) {
  const { torsh } = job, { nn, optim } = torsh;
  torsh.manualSeed(seed);
  const model = network(nn, layers, activation);
  const optimizer = new optim.AdamW(model.parameters(), { lr, weightDecay: decay });
  const tensors = ({ x, y }) => ({ x: torsh.tensor(x).reshape(-1, 2).div(REACH / 2), y: torsh.tensor(y).reshape(-1, 1) });
  const sets = { train: tensors(train), test: tensors(test) };
  const points = (n) => {
    const line = torsh.linspace(-2, 2, n);
    return torsh.stack(torsh.meshgrid([line.neg(), line], { indexing: 'ij' }).reverse(), 2).reshape(-1, 2);
  };
  const plane = points(GRID), fine = points(FINE);
  const lossOf = ({ x, y }) => nn.functional.binaryCrossEntropyWithLogits(model(x), y);
  job.onMessage = (settings) => {
    Object.assign(optimizer.paramGroups[0], { lr: settings.lr, weightDecay: settings.decay });
    pace = settings.pace;
  };

  /** Pictures of all neurons, layer by layer, as bytes (128 is zero); weights, the same way. */
  const view = () => torsh.noGrad(() => {
    const pictures = [], weights = [];
    const toBytes = (x) => x.clamp(-1, 1).mul(127).add(128).to('uint8').t().contiguous().toTypedArray();
    let x = plane;
    for (const layer of model) {
      if (layer instanceof nn.Linear) weights.push(layer.weight.detach().toTypedArray());
      x = layer(x);
      if (!(layer instanceof nn.Linear)) pictures.push(job.transfer(toBytes(activation === 'Sigmoid' ? x.mul(2).sub(1) : x)));
    }
    pictures.push(job.transfer(toBytes(model(fine).sigmoid().mul(2).sub(1))));
    const right = model(sets.test.x).gt(0).to('float32').eq(sets.test.y).to('float32').mean().item();
    return { pictures, weights, right, trainLoss: lossOf(sets.train).item(), testLoss: lossOf(sets.test).item() };
  });

  let step = 0, told = 0, next = performance.now();
  const tell = () => {
    torsh.tidy(() => { job.progress({ step, ...view() }); });
    told = step;
    next = performance.now() + FRAME;
  };
  const once = () => {
    optimizer.zeroGrad();
    lossOf(sets.train).backward();
    optimizer.step();
    step++;
  };
  tell();
  while (await job.step(once)) {
    // Not more than so many steps for each picture, or all is over before one has seen it.
    const rest = next - performance.now();
    if (step - told >= pace && rest > 0) await new Promise((resolve) => { setTimeout(resolve, rest); });
    if (performance.now() >= next) tell();
  }
}
