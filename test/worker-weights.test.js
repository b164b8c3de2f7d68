'use strict';
// One set of weights in several worker_threads: shared where threads see one memory, copied elsewhere; used at the same time, compiled or not.
const { join } = require('node:path');
const { Worker } = require('node:worker_threads');
const torsh = require('torsh');

const { nn } = torsh;
const entry = join(__dirname, '..', 'dist', `${BACKEND}.cjs`);
const shared = BACKEND === 'native';
const values = (x) => Array.from(x.toTypedArray());
const layers = '[new nn.Linear(64, 256), new nn.BatchNorm1d(256), new nn.ReLU(), new nn.Linear(256, 8)]';
const net = () => new nn.Sequential(new nn.Linear(64, 256), new nn.BatchNorm1d(256), new nn.ReLU(), new nn.Linear(256, 8)).eval();

const source = `
  const torsh = require(${JSON.stringify(entry)});
  const { parentPort } = require('node:worker_threads');
  const { nn } = torsh;
  const model = new nn.Sequential(...${layers}).eval();
  let compiled;
  parentPort.on('message', async (m) => {
    if (m === 'end') return parentPort.close();
    const { weights, x, rounds, mode } = torsh.fromMessage(m);
    if (weights) {
      model.loadStateDict(weights, { assign: true });
      compiled = torsh.compile(model);
    }
    let y;
    for (let i = 0; i < rounds; i++) y = mode === 'async' ? await compiled.runAsync(x) : torsh.noGrad(() => (mode === 'compiled' ? compiled : model)(x));
    const { message, transfer } = torsh.toMessage(y);
    parentPort.postMessage(message, transfer);
  });`;

function start() {
  const worker = new Worker(source, { eval: true });
  const ask = (value) => new Promise((resolve, reject) => {
    worker.once('message', (m) => { resolve(torsh.fromMessage(m)); });
    worker.once('error', reject);
    const { message, transfer } = torsh.toMessage(value);
    worker.postMessage(message, transfer);
  });
  const end = () => new Promise((resolve) => {
    worker.once('exit', resolve);
    worker.postMessage('end', []);
  });
  return { ask, end };
}

test('several threads compute with the same weights at once', async () => {
  const model = net(), x = torsh.randn(16, 64);
  const workers = [start(), start()];
  try {
    const expected = values(torsh.noGrad(() => model(x)));
    await Promise.all(workers.map(({ ask }) => ask({ weights: model.stateDict(), x, rounds: 1, mode: 'plain' })));
    for (const mode of ['plain', 'compiled', 'async']) {
      const asked = workers.map(({ ask }) => ask({ x, rounds: 20, mode }));
      const own = torsh.noGrad(() => Array.from({ length: 20 }, () => values(model(x))));
      for (const y of own) expect(y).toEqual(expected);
      for (const y of await Promise.all(asked)) values(y).forEach((v, i) => expect(v).toBeCloseTo(expected[i], 4));
    }
    // What is written here is seen there where the memory is one.
    torsh.noGrad(() => { model.at(3).bias.add_(100); });
    const [after] = await Promise.all(workers.map(({ ask }) => ask({ x, rounds: 1, mode: 'plain' })));
    expect(values(after)[0] - expected[0]).toBeCloseTo(shared ? 100 : 0, 3);
  } finally {
    await Promise.all(workers.map(({ end }) => end()));
  }
});

test('a run whose weights are shared with another thread and changed meanwhile is refused', async () => {
  const model = net(), compiled = torsh.compile(model), x = torsh.randn(4, 64);
  for (let i = 0; i < 2; i++) await compiled.runAsync(x);
  const before = values(torsh.noGrad(() => model(x)));
  const { message } = torsh.toMessage([model.at(3).weight.detach(), model.at(3).bias.detach()]);
  const run = compiled.runAsync(x);
  torsh.noGrad(() => { model.at(3).bias.add_(1); });
  if (shared) await expect(run).rejects.toMatchObject({ code: 'ERR_UNSUPPORTED', message: expect.stringContaining('shared with other threads, was changed in place') });
  else values(await run).forEach((v, i) => expect(v).toBeCloseTo(before[i], 4));
  for (const t of torsh.fromMessage(message)) t.dispose();
  values(await compiled.runAsync(x)).forEach((v, i) => expect(v).toBeCloseTo(before[i] + 1, 4));
});
