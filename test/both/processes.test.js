// torsh in processes and threads of its own: memory of a synchronous loop, worker_threads, clean exits.
const { root, evaluate, run, PEAK_RSS } = require('../support/child');
const { join } = require('node:path');

const entry = (name) => JSON.stringify(join(root, 'dist', `${name}.cjs`));
const backends = ['native', 'wasm'];

test('6000 dropped tensors of 1 MB in one synchronous loop, native, no dispose: under 400 MB', async () => {
  const { peak, exposed, last } = await evaluate(`
    const torsh = require(${entry('native')});
    let x = torsh.ones(262144);
    for (let i = 0; i < 6000; i++) x = torsh.ones(262144).mul(2);
    console.log(JSON.stringify({ peak: ${PEAK_RSS}, exposed: typeof globalThis.gc, last: x.at(0).item() }));`);
  expect(last).toBe(2);
  expect(exposed).toBe('undefined');
  expect(peak).toBeLessThan(400);
});

test('the same with a graph: dropped losses take their graphs along', async () => {
  const { peak, grad } = await evaluate(`
    const torsh = require(${entry('native')});
    const w = torsh.ones(262144, { requiresGrad: true });
    for (let i = 0; i < 1000; i++) { w.mul(i).relu().sum(); }
    w.mul(3).sum().backward();
    console.log(JSON.stringify({ peak: ${PEAK_RSS}, grad: w.grad.at(0).item() }));`);
  expect(grad).toBe(3);
  expect(peak).toBeLessThan(400);
});

test('WASM: the same loop in a tidy stays flat', async () => {
  const { peak } = await evaluate(`
    const torsh = require(${entry('wasm')});
    for (let i = 0; i < 6000; i++) torsh.tidy(() => { torsh.ones(262144).mul(2); });
    console.log(JSON.stringify({ peak: ${PEAK_RSS} }));`);
  expect(peak).toBeLessThan(400);
});

test.each(backends)('worker_threads on %s: many at once, opening and exiting, each with its own tensors', async (name) => {
  const source = `
    const { Worker, isMainThread, parentPort, workerData } = require('node:worker_threads');
    const torsh = require(${entry(name)});
    const work = (seed) => {
      torsh.manualSeed(seed);
      const layer = new torsh.nn.Linear(16, 4);
      const opt = new torsh.optim.SGD(layer.parameters(), { lr: 0.1 });
      let loss;
      for (let i = 0; i < 30; i++) {
        loss = layer(torsh.ones(8, 16)).pow(2).mean();
        opt.zeroGrad();
        loss.backward();
        opt.step();
      }
      return [loss.item(), torsh.rand(64, 64).matmul(torsh.rand(64, 64)).sum().item()];
    };
    if (isMainThread) {
      const start = (seed) => new Promise((resolve, reject) => {
        const w = new Worker(__filename, { workerData: seed });
        w.on('message', resolve);
        w.on('error', reject);
      });
      (async () => {
        const alone = [0, 1, 2, 3].map(work);
        const rounds = [];
        for (let r = 0; r < 3; r++) rounds.push(await Promise.all([0, 1, 2, 3].map(start)));
        console.log(JSON.stringify({ alone, rounds }));
      })();
    } else {
      parentPort.postMessage(work(workerData));
    }`;
  const { mkdtempSync, writeFileSync, rmSync } = require('node:fs');
  const folder = mkdtempSync(join(require('node:os').tmpdir(), 'torsh-workers-'));
  try {
    const file = join(folder, 'main.cjs');
    writeFileSync(file, source);
    const { code, stdout, stderr } = await run(process.execPath, [file]);
    expect(stderr).toBe('');
    expect(code).toBe(0);
    const { alone, rounds } = JSON.parse(stdout);
    for (const round of rounds) {
      round.forEach((result, i) => result.forEach((value, k) => expect(value).toBeCloseTo(alone[i][k], 3)));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('a worker that is terminated in the middle takes nothing with it', async () => {
  const got = await evaluate(`
    const { Worker } = require('node:worker_threads');
    const torsh = require(${entry('native')});
    (async () => {
      for (let i = 0; i < 5; i++) {
        const w = new Worker('const torsh = require(' + ${JSON.stringify(entry('native'))} + '); const a = torsh.rand(256, 256); require("node:worker_threads").parentPort.postMessage(1); for (;;) a.matmul(a);', { eval: true });
        await new Promise((resolve) => w.once('message', resolve));
        await new Promise((resolve) => setTimeout(resolve, 20));
        await w.terminate();
      }
      console.log(JSON.stringify(torsh.ones(64, 64).matmul(torsh.ones(64, 64)).sum().item()));
    })();`);
  expect(got).toBe(64 ** 3);
});

test.each(backends)('%s leaves nothing that keeps the process alive', async (name) => {
  const { code } = await run(process.execPath, ['-e', `const torsh = require(${entry(name)}); torsh.rand(1024, 1024).matmul(torsh.rand(1024, 1024));`]);
  expect(code).toBe(0); // not the signal that run() ends it with after a while
});

test.each(backends)('loops over a DataLoader of %s that are left, fail or wait in vain let the process end by itself', async (name) => {
  const seen = await evaluate(`
    const torsh = require(${entry(name)});
    const { DataLoader } = torsh.utils.data;
    const module = ${JSON.stringify(require('node:url').pathToFileURL(join(root, 'test/support/datasets.mjs')).href)};
    const loader = (trouble, options) => new DataLoader([1, 2, 3, 4, 5, 6], { numWorkers: 2, workerDataset: { module, export: 'Squares', args: [6, trouble] }, ...options });
    const words = [];
    (async () => {
      for await (const b of loader({}, { persistentWorkers: true })) { words.push(b.label.tolist()); break; } // never disposed
      for (const b of loader({}, { persistentWorkers: true })) { words.push(b.label.tolist()); break; }
      for await (const b of loader({})) { words.push(b.label.tolist()); break; }
      loader({})[Symbol.asyncIterator]().next(); // and nobody waits for it
      loader({})[Symbol.iterator]().next();
      for (const [trouble, options] of [[{ throws: 1 }, { persistentWorkers: true }], [{ exits: 0 }, {}], [{ sleeps: 0 }, { timeout: 0.3 }]]) {
        try {
          for await (const b of loader(trouble, options)) void b;
        } catch (e) {
          words.push(e.message.split('\\n')[0]);
        }
      }
      console.log(JSON.stringify(words));
    })();`);
  expect(seen).toEqual([[0], [0], [0], 'DataLoader: worker 1 failed at index 1: RangeError: no sample 1', expect.stringMatching(/^DataLoader: worker 0 exited unexpectedly/), 'DataLoader: timed out after 0.3 seconds']);
});

test('a worker whose bundle does not load is told of, also to a loop that cannot hear events; options of the process do not disturb', async () => {
  const { copyFileSync, mkdtempSync, rmSync } = require('node:fs');
  const folder = mkdtempSync(join(require('node:os').tmpdir(), 'torsh-load-'));
  for (const name of ['wasm.cjs', 'kit.cjs', 'torsh.wasm']) copyFileSync(join(root, 'dist', name), join(folder, name));
  const words = await evaluate(`
    const torsh = require(${JSON.stringify(join(folder, 'wasm.cjs'))}), { DataLoader } = torsh.utils.data;
    const words = [];
    require('node:fs').rmSync(${JSON.stringify(join(folder, 'torsh.wasm'))});
    try {
      words.push([...new DataLoader([1, 2], { numWorkers: 1 })].length);
    } catch (e) {
      words.push(e.message);
    }
    console.log(JSON.stringify(words));`);
  for (const node of [['--max-old-space-size=900'], ['--input-type=commonjs', '--max-old-space-size=900']]) {
    expect(await evaluate(`const { DataLoader } = require(${entry('wasm')}).utils.data; console.log(JSON.stringify([...new DataLoader([1, 2], { numWorkers: 1 })].map((b) => b.item())));`, { node })).toEqual([1, 2]);
  }
  rmSync(folder, { recursive: true, force: true });
  expect(words).toEqual([expect.stringMatching(/^DataLoader: worker 0 exited unexpectedly/)]);
});
