/** What runs in the worker: the network of the file learns symbols that it has never seen, and goes on reading digits. */
import { enlarge, jitter, loadDigits } from '../shared/digits.mjs';
import { accuracy, makeReader, toTensors } from './model.mjs';

const DIGITS = 10, REPLAY = 32, LAST = 400;

let digits = null, file = null, model = null, examples = [];

/** Takes the bytes of the file; says what it holds and how well it reads. */
export async function load(bytes, { torsh }) {
  file = bytes;
  const { train, test } = await loadDigits();
  digits = { train: toTensors(torsh, train), test: toTensors(torsh, test) };
  const metadata = begin(torsh, 0);
  return { metadata, weights: model.parameters().reduce((n, p) => n + p.numel(), 0), accuracy: accuracy(torsh, model, digits.test) };
}

/** The network as the file has it, with room for more symbols in its last layer. */
function begin(torsh, symbols) {
  const state = torsh.load(file), metadata = torsh.metadataOf(state);
  for (const name of Object.keys(state)) state[name] = state[name].to('float32');
  model = grow(torsh, state, symbols);
  return metadata;
}

/** A network with the weights of `state`, and rows for so many symbols. What it has of them is kept. */
function grow(torsh, state, symbols) {
  const made = makeReader(torsh, DIGITS + symbols);
  torsh.noGrad(() => {
    for (const [name, p] of made.namedParameters()) {
      const from = state[name];
      if (name.startsWith('head')) {
        p.mul_(0.2).narrow(0, 0, Math.min(from.shape[0], p.shape[0])).copy_(from.narrow(0, 0, Math.min(from.shape[0], p.shape[0])));
      } else p.copy_(from);
    }
  });
  return made;
}

/** Learns the drawings that the page has sent, some digits in between so that those are not forgotten. */
export async function train({ drawings, symbols, anew, seed }, job) {
  const { torsh } = job, { nn, optim } = torsh;
  torsh.manualSeed(seed);
  if (anew) begin(torsh, symbols);
  else if (model.head.outFeatures !== DIGITS + symbols) model = grow(torsh, model.stateDict(), symbols);
  examples = [...drawings];
  let own = stack(torsh), left = LAST;
  // Further drawings, while it learns.
  job.onMessage = (drawing) => {
    examples.push(drawing);
    own = stack(torsh);
    left = LAST;
  };
  const optimizer = new optim.AdamW([{ params: model.body.parameters(), lr: 0.0004 }, { params: model.head.parameters(), lr: 0.004 }], { weightDecay: 0.02 });
  let step = 0, loss = NaN;
  const tell = (more) => { job.progress({ step, loss, ...more }); };
  const measure = () => ({ symbols, digits: accuracy(torsh, model, digits.test), own: own === null ? null : accuracy(torsh, model, own) });
  const once = () => {
    const rows = torsh.randint(0, digits.train.x.shape[0], [REPLAY]), old = digits.train.x.indexSelect(0, rows);
    const x = own === null ? old : torsh.cat([jitter(torsh, own.x), old]), y = digits.train.y.indexSelect(0, rows);
    optimizer.zeroGrad();
    const value = nn.functional.crossEntropy(model(x), own === null ? y : torsh.cat([own.y, y]));
    value.backward();
    optimizer.step();
    loss = value.item();
    step++;
    if (job.due(60)) tell();
  };
  tell(measure());
  while (await job.step(once)) {
    if (job.due(700, 'measure')) tell(measure());
    if (--left <= 0) break;
  }
  tell(measure());
}

function stack(torsh) {
  if (examples.length === 0) return null;
  const pixels = new Float32Array(64 * examples.length);
  examples.forEach((example, i) => { pixels.set(example.pixels, 64 * i); });
  return toTensors(torsh, { pixels, labels: examples.map(({ symbol }) => DIGITS + symbol) });
}

/** What it takes a picture for. */
export const read = (pixels, { torsh }) => torsh.tidy(() => torsh.noGrad(() => model(enlarge(torsh, pixels)).softmax(1).flatten().tolist()));

/** The network as a file that torsh, PyTorch and others read. */
export const save = (_, { torsh, transfer }) => transfer(torsh.save(model.stateDict()));
