/** What runs in the worker: a GPT that learns from a text, and writes meanwhile. */
import { makeGpt } from './model.mjs';

export const sizes = {
  tiny: { context: 32, layers: 1, heads: 2, width: 32, batch: 16 },
  small: { context: 64, layers: 2, heads: 4, width: 64, batch: 12 },
  medium: { context: 96, layers: 4, heads: 4, width: 96, batch: 12 },
};
/** Steps with rising learning rate; characters written after a step; of one sample; steps between looks at the text kept for validation. */
const WARM_UP = 40, LETTERS = 4, SAMPLE = 280, VALIDATE = 25;

/** Learns from `text` until the page stops it. */
export async function train({ text, size, temperature, seed }, job) {
  const { torsh } = job, { nn, optim } = torsh, config = sizes[size];
  const alphabet = [...new Set(text)].sort(), code = new Map(alphabet.map((c, i) => [c, i]));
  const all = torsh.tensor(Int32Array.from(text, (c) => code.get(c)), { dtype: 'int64' }), cut = Math.floor(0.95 * all.shape[0]);
  const parts = { train: all.narrow(0, 0, cut), test: all.narrow(0, cut, all.shape[0] - cut) };
  if (parts.test.shape[0] < config.context + 2) parts.test = parts.train;
  torsh.manualSeed(seed);
  const model = makeGpt(torsh, { ...config, characters: alphabet.length });
  const optimizer = new optim.AdamW(model.parameters(), { lr: 0.004, betas: [0.9, 0.98], weightDecay: 0.05 });
  const around = torsh.arange(config.context + 1);
  job.onMessage = (message) => { temperature = message.temperature; };

  /** The loss on pieces of a part, taken at random. */
  const lossOn = (part) => {
    const starts = torsh.randint(0, part.shape[0] - config.context, [config.batch, 1]), ids = part.at(starts.add(around));
    const logits = model(ids.at(':', ':-1'));
    return nn.functional.crossEntropy(logits.reshape(-1, alphabet.length), ids.at(':', '1:').reshape(-1));
  };
  /** One more character of the sample; what it was, and the likeliest ones with their odds. */
  let written = [code.get('\n') ?? 0];
  const write = () => torsh.tidy(() => torsh.noGrad(() => {
    const logits = model(torsh.tensor(written.slice(-config.context), { dtype: 'int64' }).unsqueeze(0)).at(0, -1).div(temperature);
    const odds = logits.softmax(0), [values, indices] = odds.topk(Math.min(6, alphabet.length));
    const id = torsh.multinomial(odds, 1).item();
    written.push(id);
    return { letter: alphabet[id], next: indices.tolist().map((i, k) => [alphabet[i], values.at(k).item()]) };
  }));

  const parameters = model.parameters().reduce((n, p) => n + p.numel(), 0);
  job.progress({ parameters, characters: alphabet.length, config });
  let step = 0, loss = NaN, since = performance.now(), seen = 0;
  const learn = () => {
    optimizer.paramGroups[0].lr = 0.004 * Math.min(1, (step + 1) / WARM_UP) / Math.sqrt(Math.max(1, step / 400));
    optimizer.zeroGrad();
    const value = lossOn(parts.train);
    value.backward();
    nn.utils.clipGradNorm_(model.parameters(), 1);
    optimizer.step();
    loss = value.item();
    step++;
    seen += config.batch * config.context;
  };
  const unseen = () => torsh.tidy(() => torsh.noGrad(() => lossOn(parts.test).item()));
  while (await job.step(learn)) {
    const begins = written.length > SAMPLE;
    if (begins) written = [code.get('\n') ?? 0];
    let letters = '', next = null;
    for (let i = 0; i < LETTERS; i++) {
      const one = write();
      letters += one.letter;
      next = one.next;
    }
    const now = performance.now();
    job.progress({ step, loss, letters, next, begins, rate: (1000 * seen) / (now - since), ...(step % VALIDATE === 1 ? { unseen: unseen() } : {}) });
    since = now;
    seen = 0;
  }
  return { step, loss };
}
