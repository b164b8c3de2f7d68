// Threads of WebAssembly in a real Chromium: where a page may have them, and where not.
const { root, serve, launch, openPage } = require('../support/browser');

const isolation = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' };

/** Runs in the page, or in its worker: the same work on one thread and on three. */
const measure = `
  export default async function () {
    const { default: torsh } = await import('/dist/torsh.web.mjs');
    const started = [], Worker = globalThis.Worker;
    globalThis.Worker = class extends Worker { constructor(...args) { super(...args); started.push(this); } };
    const busy = () => torsh.tidy(() => {
      torsh.manualSeed(1);
      const a = torsh.rand(320, 320);
      let x = a;
      for (let i = 0; i < 40; i++) x = x.matmul(a).div(160);
      return x.sum().item();
    });
    const usual = torsh.getNumThreads();
    torsh.setNumThreads(1);
    const alone = busy(), none = started.length;
    torsh.setNumThreads(3);
    const asked = started.length, others = [];
    for (let i = 0; i < 20; i++) {
      others.push(busy());
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return { usual, alone, none, asked, others, started: started.length, threads: torsh.backend.threads, reasons: torsh.backend.reasons, own: torsh.ones(5).toTypedArray().buffer instanceof ArrayBuffer };
  }`;
const extra = {
  '/page.html': '<!doctype html><link rel="icon" href="data:,"><title>threads</title>',
  '/measure.mjs': measure,
  '/worker.mjs': "import measure from './measure.mjs'; postMessage(await measure());",
};
const inPage = () => import('/measure.mjs').then((m) => m.default());
const inWorker = () => new Promise((resolve, reject) => {
  const worker = new globalThis.Worker('/worker.mjs', { type: 'module' });
  worker.onmessage = (e) => resolve(e.data);
  worker.onerror = (e) => reject(new Error(e.message));
});

let browser = null;
beforeAll(async () => { if (!process.env.TORSH_NO_BROWSER) browser = await launch(); });
afterAll(() => browser?.close());

/** What `task` gives in a page with these headers, and what went wrong there. */
async function inBrowser(task, headers) {
  const server = await serve(root, { headers, extra });
  const problems = [], page = await openPage(browser, problems);
  try {
    await page.goto(`${server.url}/page.html`);
    return { ...(await page.evaluate(task)), problems };
  } finally {
    await page.close();
    await server.close();
  }
}

const runs = process.env.TORSH_NO_BROWSER ? test.skip.each : test.each;

runs([['a page', inPage], ['a worker of a page', inWorker]])('%s that is cross-origin isolated has threads, and they change no result', async (_, task) => {
  const got = await inBrowser(task, isolation);
  expect(got.problems).toEqual([]);
  expect(got).toMatchObject({ none: 0, asked: 2, threads: 3, own: true }); // asked for before there is work: they come when the page is idle
  expect(got.started).toBeGreaterThanOrEqual(2);
  expect(got.reasons).toHaveLength(1);
  expect(got.usual).toBeGreaterThan(0);
  expect(new Set([got.alone, ...got.others]).size).toBe(1);
});

runs([
  ['that is not isolated', {}, 'one thread: the page is not cross-origin isolated'],
  ['that forbids workers', { ...isolation, 'Content-Security-Policy': "worker-src 'none'" }, 'fewer threads: a worker could not be started: '],
])('a page %s has one thread, and says why', async (_, headers, why) => {
  const got = await inBrowser(inPage, headers);
  expect(got.threads).toBe(1);
  expect(got.reasons).toEqual(['a page or worker runs WebAssembly', expect.stringContaining(why)]);
  expect(got.own).toBe(true);
  expect(new Set([got.alone, ...got.others]).size).toBe(1);
});
