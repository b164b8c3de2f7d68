// torsh/worker in a real Chromium: the page stays responsive while a worker trains, and hears of its end.
const { root, serve, launch, openPage, longestTask } = require('../support/browser');

const extra = {
  '/page.html': '<!doctype html><link rel="icon" href="data:,"><title>worker</title>',
  '/own.mjs': "import torsh from '/dist/torsh.web.mjs'; import { serve } from '/dist/worker.web.mjs'; serve({ torsh, tasks: { six: () => torsh.ones(6).sum().item() } });",
};
const isolation = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' };

let browser = null;
beforeAll(async () => { if (!process.env.TORSH_NO_BROWSER) browser = await launch(); });
afterAll(() => browser?.close());

const runs = process.env.TORSH_NO_BROWSER ? test.skip : test;

/** What task() gives in a page; with prepare() before it, also how long the page's longest task was meanwhile. */
async function inPage(task, { headers = {}, prepare = null } = {}) {
  const server = await serve(root, { headers, extra });
  const problems = [], page = await openPage(browser, problems);
  try {
    await page.goto(`${server.url}/page.html`);
    if (prepare === null) return { ...(await page.evaluate(task)), problems };
    await page.evaluate(prepare);
    let result;
    const longest = await longestTask(browser, page, async () => { result = await page.evaluate(task); });
    return { ...result, longest, problems };
  } finally {
    await page.close();
    await server.close();
  }
}

async function start() {
  const { createWorker } = await import('/dist/worker.web.mjs');
  globalThis.torshWorker = await createWorker({ module: '/test/support/worker-tasks.mjs' });
}
async function trains() {
  const worker = globalThis.torshWorker, told = [];
  const result = await worker.run('train', { steps: 1200 }, { onProgress: (p) => told.push(p) });
  const [at] = await worker.run('predict', [0.5]);
  // And from the page itself, with weights that were brought.
  const { torsh } = worker;
  const model = new torsh.nn.Linear(2, 1);
  await model.loadStateDict({ weight: torsh.tensor([[1, 2]]), bias: torsh.zeros(1) });
  const { weight } = await worker.get(model.stateDict());
  return { result, told, at, backend: worker.backend, weight: Array.from(weight.data), output: await model(torsh.ones(1, 2)).item() };
}

runs.each([['', {}], ['that is cross-origin isolated ', isolation]])('a page %sstays responsive while its worker trains', async (_, headers) => {
  const got = await inPage(trains, { headers, prepare: start });
  expect(got.problems).toEqual([]);
  expect(got.longest).toBeLessThan(50);
  expect(got.backend.name).toBe('wasm');
  expect(got.result.step).toBe(1200);
  expect(got.result.loss).toBeLessThan(got.told[0].loss / 10);
  const [first, last] = [got.told[0].memory, got.told.at(-1).memory];
  for (const what of ['handles', 'bytes', 'peak']) expect(last[what]).toBeLessThanOrEqual(first[what]);
  expect(got.at).toBeCloseTo(0, 1);
  expect([got.weight, got.output]).toEqual([[1, 2], 3]);
});

runs('a page hears why a worker is not there, or no longer', async () => {
  const got = await inPage(async () => {
    const { createWorker } = await import('/dist/worker.web.mjs');
    const why = (promise) => Promise.resolve(promise).then(() => 'nothing', (e) => `${e.name} ${e.code}: ${e.message}`);
    const worker = await createWorker({ module: new URL('/test/support/worker-tasks.mjs', location.href) });
    const spinning = why(worker.run('spin', null, { onProgress: () => worker.terminate() }));
    const other = await createWorker({ module: '/test/support/worker-tasks.mjs' });
    const training = why(other.run('train', { steps: 1e9 }));
    return {
      terminated: await spinning, quit: await why(other.run('quit')), meanwhile: await training,
    };
  });
  expect(got.problems).toEqual([]);
  expect(got.terminated).toMatch(/TorshError ERR_BACKEND: .*terminated/);
  for (const text of [got.quit, got.meanwhile]) expect(text).toMatch(/TorshError ERR_BACKEND: .*has ended/);
});

runs('a worker with a script of its own answers, and bad addresses are told', async () => {
  const got = await inPage(async () => {
    const { createWorker } = await import('/dist/worker.web.mjs');
    const why = (promise) => promise.then(() => 'nothing', (e) => `${e.name} ${e.code}: ${e.message}`);
    const worker = await createWorker({ worker: new globalThis.Worker('/own.mjs', { type: 'module' }) });
    return {
      six: await worker.run('six'), one: await worker.torsh.ones(1).item(),
      wasm: await why(createWorker({ wasm: '/none.wasm' })), script: await why(createWorker({ worker: new globalThis.Worker('/none.mjs', { type: 'module' }) })), module: await why(createWorker({ module: '/none.mjs' })),
    };
  });
  expect(got).toMatchObject({ six: 6, one: 1 });
  expect(got.wasm).toMatch(/TorshError ERR_BACKEND: .*none\.wasm could not be fetched.*404/);
  expect(got.script).toMatch(/TorshError ERR_BACKEND: .*could not be loaded/);
  expect(got.module).toMatch(/none\.mjs/);
});
