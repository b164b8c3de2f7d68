/** What runs in the worker: the network, its training, and a look into it. */
import { enlarge, jitter, loadDigits } from '../shared/digits.mjs';

const SHOWN = 40, BATCH = 32, LAST = 3000;

let digits = null, model = null;

/** The norms keep every filter answering to something: with so few of them, each that ReLU silences for good would be missed. */
function network({ nn }) {
  return new nn.Sequential(
    new nn.Conv2d(1, 8, 5, { padding: 2, bias: false }), new nn.BatchNorm2d(8), new nn.ReLU(), new nn.MaxPool2d(2),
    new nn.Conv2d(8, 16, 5, { padding: 2, bias: false }), new nn.BatchNorm2d(16), new nn.ReLU(), new nn.MaxPool2d(2),
    new nn.Flatten(), new nn.Linear(16 * 7 * 7, 10),
  );
}

/** Reads the digits; returns those that the page shows, as they are and as the network sees them. */
export async function prepare(_, { torsh }) {
  const { train, test } = await loadDigits();
  const tensors = (part) => ({ x: enlarge(torsh, part.pixels), y: torsh.tensor(part.labels, { dtype: 'int64' }) });
  digits = { train: tensors(train), test: tensors(test) };
  return { pixels: test.pixels.slice(0, SHOWN * 64), large: digits.test.x.narrow(0, 0, SHOWN).toTypedArray(), labels: test.labels.slice(0, SHOWN) };
}

/** Trains a new network until the page stops it; tells of its steps, and now and then how well it reads. */
export async function train({ lr, seed }, job) {
  const { torsh } = job, { nn, optim } = torsh, { x, y } = digits.train;
  torsh.manualSeed(seed);
  model = network(torsh);
  const optimizer = new optim.AdamW(model.parameters(), { lr });
  job.onMessage = (message) => { optimizer.paramGroups[0].lr = message.lr; };

  let step = 0, losses = [], since = performance.now();
  const tell = (more = {}) => {
    const now = performance.now(), kernels = model.at(0).weight.detach().toTypedArray();
    job.progress({ step, losses, rate: (1000 * losses.length * BATCH) / (now - since), kernels: job.transfer(kernels), ...more });
    losses = [];
    since = now;
  };
  tell(measure(torsh));
  const once = () => {
    const rows = torsh.randint(0, x.shape[0], [BATCH]);
    model.train();
    optimizer.zeroGrad();
    const loss = nn.functional.crossEntropy(model(jitter(torsh, x.indexSelect(0, rows))), y.indexSelect(0, rows));
    loss.backward();
    optimizer.step();
    step++;
    losses.push(loss.item());
    if (job.due(1500, 'measure')) tell(measure(torsh));
    else if (job.due(80)) tell();
  };
  while (await job.step(once)) if (step === LAST) break;
  tell(measure(torsh));
}

/** How many of the test digits it reads correctly, and what it takes the first of them for. */
function measure(torsh) {
  return torsh.tidy(() => torsh.noGrad(() => {
    const read = model.eval()(digits.test.x).argmax(1);
    return { accuracy: read.eq(digits.test.y).to('float32').mean().item(), read: read.at(torsh.slice(0, SHOWN)).tolist() };
  }));
}

/** One picture on its way through the network. */
export function look(pixels, { torsh, transfer }) {
  if (model === null) return null;
  return torsh.tidy(() => torsh.noGrad(() => {
    let x = enlarge(torsh, pixels);
    const seen = [];
    for (const layer of model.eval()) {
      x = layer(x);
      if (layer instanceof torsh.nn.ReLU) seen.push(transfer(x.toTypedArray()));
    }
    return { first: seen[0], second: seen[1], odds: x.softmax(1).flatten().tolist() };
  }));
}
