// The pool of the WebAssembly backend: workers that come, fail to come, break and leave, each case in a process of its own.
const { join } = require('node:path');
const { root, run } = require('../support/child');

const entry = JSON.stringify(join(root, 'dist', 'wasm.cjs'));

/**
 * A program that knows of each worker (`started`, `arrived()`), may `change` how they start, and prints what `body` returns. busy() is work
 * enough for a worker to be asked for; it returns a number that must not depend on who does it.
 */
const program = (body, { change = '', before = '', require: load = `require(${entry})` } = {}) => `
  const threads = require('node:worker_threads');
  const started = [], left = [];
  const arrived = (n) => new Promise((resolve) => { const look = () => (started.filter((w) => w.there).length >= n ? resolve() : setTimeout(look, 5)); look(); });
  threads.Worker = class extends threads.Worker {
    constructor(source, options) {
      ${change}
      super(source, options);
      started.push(this);
      this.on('online', () => { this.there = true; });
      this.on('exit', (code) => { left.push(code); });
    }
  };
  ${before}
  const torsh = ${load};
  const refusal = (fn) => { try { fn(); return null; } catch (e) { return [e.name, e.code, e.message]; } };
  const busy = () => torsh.tidy(() => {
    torsh.manualSeed(1);
    const a = torsh.rand(320, 320);
    let x = a;
    for (let i = 0; i < 40; i++) x = x.matmul(a).div(160);
    return x.sum().item();
  });
  (async () => { ${body} })().then((result) => console.log(JSON.stringify(result)));`;

async function result(body, options) {
  const { code, stdout, stderr } = await run(process.execPath, ['-e', program(body, options)]);
  if (code !== 0) throw new Error(`exit ${code}\n${stdout}${stderr}`);
  expect(stderr).toBe('');
  return JSON.parse(stdout.trim().split('\n').pop());
}

// Ten seconds of waiting, begun now so that they pass beside the other tests.
const idle = result(`
  const first = busy();
  await arrived(1);
  const second = busy(), before = started.length;
  while (left.length === 0) await new Promise((resolve) => setTimeout(resolve, 50));
  const third = busy();
  await arrived(1);
  return { first, second, third, fourth: busy(), before, after: started.length, left, threads: torsh.backend.threads };`, { before: "require('node:os').availableParallelism = () => 2;" }).catch((e) => e);

test('small programs start no worker', async () => {
  const got = await result(`
    const model = new torsh.nn.Sequential(new torsh.nn.Linear(32, 32), new torsh.nn.ReLU(), new torsh.nn.Linear(32, 2));
    const opt = new torsh.optim.Adam(model.parameters(), { lr: 0.01 });
    for (let i = 0; i < 50; i++) {
      const loss = model(torsh.rand(16, 32)).pow(2).mean();
      opt.zeroGrad();
      loss.backward();
      opt.step();
    }
    return { started: started.length, ...torsh.backend };`);
  expect(got.started).toBe(0);
  expect(got.threads).toBeGreaterThan(0);
  expect(got.reasons).toEqual(["'torsh/wasm' was imported"]);
});

test('results are the same whatever the number of threads', async () => {
  const body = `
    const { createHash } = require('node:crypto');
    const F = torsh.nn.functional;
    torsh.manualSeed(0);
    const a = torsh.rand(300, 400), b = torsh.rand(400, 500), big = torsh.randn(1000, 300), line = torsh.randn(700001);
    const image = torsh.randn([4, 8, 30, 30], { requiresGrad: true }), weight = torsh.randn([16, 8, 3, 3], { requiresGrad: true });
    const q = torsh.randn(2, 4, 100, 16), rows = torsh.randint(0, 1000, [5000]);
    const exact = {
      matmul: () => a.matmul(b), double: () => a.double().matmul(b.double()), batched: () => torsh.bmm(a.expand(3, 300, 400), b.expand(3, 400, 500)),
      add: () => line.add(1.5), exp: () => line.exp(), where: () => torsh.where(line.gt(0), line, line.mul(2)), cast: () => line.int(), copy: () => big.T.contiguous(),
      sum: () => line.sum(), std: () => line.std(), columns: () => big.sum(0), max: () => big.max(1).values, norm: () => F.layerNorm(big, [300]), softmax: () => big.softmax(1),
      sort: () => big.sort(1).values, scan: () => line.view(1, -1).expand(2, 700001).cumsum(1), conv: () => F.conv2d(image, weight, { padding: 1 }),
      pool: () => F.maxPool2d(image, 2), rows: () => F.embedding(rows, big), fft: () => torsh.fft.rfft(big).abs(), attention: () => F.scaledDotProductAttention(q, q, q),
      gradient: () => { image.grad = null; F.conv2d(image, weight, { padding: 1 }).pow(2).sum().backward(); return image.grad; },
    };
    const digests = {}, workers = [];
    for (const n of [1, 2, 5]) {
      torsh.setNumThreads(n);
      while (started.length < n - 1) busy();
      await arrived(n - 1);
      workers.push(started.length);
      for (const name in exact) (digests[name] ??= []).push(createHash('md5').update(torsh.tidy(() => exact[name]()).toTypedArray()).digest('hex'));
    }
    return { digests, workers };`;
  const { digests, workers } = await result(body);
  /* More where the machine is so slow that idle ones have left in between. */
  expect(workers.map((n, i) => Math.min(n, [0, 1, 4][i]))).toEqual([0, 1, 4]);
  for (const [name, all] of Object.entries(digests)) expect([name, ...new Set(all)]).toHaveLength(2);
});

test('what JavaScript is given is its own memory, also after others have grown the shared one', async () => {
  const got = await result(`
    torsh.setNumThreads(4);
    while (started.length < 3) busy();
    await arrived(3);
    const kept = [];
    for (let i = 0; i < 30; i++) kept.push(torsh.ones(500, 500 + i).matmul(torsh.ones(500 + i, 600)));
    const bytes = kept.map((x) => x.toTypedArray());
    return { own: bytes.every((b) => b.buffer instanceof ArrayBuffer), values: bytes.map((b) => [b.length, b[0], b[b.length - 1]]), text: String(refusal(() => torsh.ones(2).matmul(torsh.ones(3)))[2]) };`);
  expect(got.own).toBe(true);
  expect(got.values).toEqual(Array.from({ length: 30 }, (_, i) => [300000, 500 + i, 500 + i]));
  expect(got.text).toMatch(/matmul|dot/);
});

test('numbers of threads: 0 is the usual one, others than 0 to 64 are refused', async () => {
  const got = await result(`
    const usual = torsh.getNumThreads();
    const refused = [-1, 65, 1e10, 1.5, NaN, Infinity, 'two'].map((n) => refusal(() => torsh.setNumThreads(n)));
    const after = torsh.getNumThreads();
    torsh.setNumThreads(64);
    const most = torsh.getNumThreads();
    torsh.setNumThreads(0);
    return { usual, refused, after, most, again: torsh.getNumThreads() };`);
  for (const error of got.refused) expect(error).toEqual(['TorshError', 'ERR_ARGUMENT', expect.any(String)]);
  expect(got.after).toBe(got.usual);
  expect(got.most).toBe(64);
  expect(got.again).toBe(got.usual);
});

test.each([
  ['cannot be made', "throw new Error('no threads left');", /no threads left/],
  ['break at their start', "source = 'throw new Error(\"broken start\")';", /broken start/],
])('workers that %s: one thread, the same numbers, one reason', async (_, change, why) => {
  const got = await result(`
    torsh.setNumThreads(1);
    const alone = busy();
    torsh.setNumThreads(3);
    const during = busy();
    while (torsh.getNumThreads() > 1) await new Promise((resolve) => setTimeout(resolve, 5));
    const after = busy();
    torsh.setNumThreads(4);
    const again = busy();
    return { alone, others: [during, after, again], ...torsh.backend };`, { change });
  expect(got.others).toEqual([got.alone, got.alone, got.alone]);
  expect(got.threads).toBe(1);
  expect(got.reasons).toHaveLength(2);
  expect(got.reasons[1]).toMatch(/^fewer threads: a worker could not be started/);
  expect(got.reasons[1]).toMatch(why);
});

test('workers that never come to work are not waited for', async () => {
  const got = await result(`
    torsh.setNumThreads(1);
    const alone = busy();
    torsh.setNumThreads(3);
    return { alone, others: [busy(), busy()] };`, { change: "source = 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)';" });
  expect(got.others).toEqual([got.alone, got.alone]);
});

test('a worker that breaks in the middle of a job ends the backend with an error, not the process', async () => {
  // Without functions in its table, a worker traps in its first piece of a job.
  const got = await result(`
    torsh.setNumThreads(2);
    let error = null;
    for (let i = 0; i < 1000 && error === null; i++) error = refusal(busy);
    return { error, later: refusal(() => torsh.ones(2).add(1)) };`, {
    change: "source = source.replace('exports.torsh_worker(slot)', 'const table = exports.__indirect_function_table; for (let i = 0; i < table.length; i++) table.set(i, null); exports.torsh_worker(slot)');",
  });
  expect(got.error).toEqual(['TorshError', 'ERR_BACKEND', expect.stringMatching(/crashed/)]);
  expect(got.later).toEqual(['TorshError', 'ERR_BACKEND', expect.stringMatching(/crashed/)]);
});

const refuse = (most) => `
  const Memory = WebAssembly.Memory;
  WebAssembly.Memory = function (wish) { if (wish.shared && wish.maximum > ${most}) throw new RangeError('refused for the test'); return new Memory(wish); };`;

test('shared memory refused: one thread, and the reason', async () => {
  const got = await result(`
    const sum = busy();
    torsh.setNumThreads(4);
    return { sum, again: busy(), started: started.length, ...torsh.backend };`, { before: refuse(0) });
  expect(got.again).toBe(got.sum);
  expect(got.started).toBe(0);
  expect(got.threads).toBe(1);
  expect(got.reasons).toEqual(["'torsh/wasm' was imported", expect.stringMatching(/^one thread: .*refused for the test/)]);
});

test('where neither module can be started for want of memory, a TorshError says so', async () => {
  const got = await result("return refusal(() => torsh());", { before: "WebAssembly.Instance = function () { throw new RangeError('refused for the test'); };", require: `() => require(${entry})` });
  expect(got).toEqual(['TorshError', 'ERR_BACKEND', expect.stringMatching(/could not be started: refused for the test/)]);
});

test('where 4 GB of address space are refused, less is taken, and its end is an error', async () => {
  const got = await result(`
    const sum = busy();
    const kept = [], error = refusal(() => { for (;;) kept.push(torsh.empty(32 << 20)); });
    while (kept.length) kept.pop().dispose();
    return { sum, again: busy(), error, budget: torsh.memory().budget, ...torsh.backend };`, { before: refuse(8192) });
  expect(got.again).toBe(got.sum);
  expect(got.budget).toBe((512 << 20) - (64 << 20));
  expect(got.error).toEqual(['TorshError', 'ERR_MEMORY', expect.any(String)]);
  expect(got.reasons).toHaveLength(1);
});

test.each([
  ['of itself', '', 0], ['by process.exit', 'process.exit(3);', 3], ['by an exception', "setImmediate(() => { throw new Error('on purpose'); });", 1],
])('a process with workers ends %s', async (_, end, expected) => {
  const { code } = await run(process.execPath, ['-e', program(`
    torsh.setNumThreads(4);
    while (started.length < 3) busy();
    await arrived(3);
    busy();
    ${end}`)]);
  expect(code).toBe(expected);
});

test("the program's own worker_threads have one thread unless they ask for more, and may be terminated in a job", async () => {
  const inner = program(`
    const { parentPort } = threads;
    const usual = torsh.getNumThreads(), alone = busy();
    torsh.setNumThreads(2);
    while (started.length < 1) busy();
    await arrived(1);
    parentPort.postMessage({ usual, alone, shared: busy(), reasons: torsh.backend.reasons });
    for (;;) busy();`);
  const got = await result(`
    const results = [];
    for (let i = 0; i < 2; i++) {
      const worker = new threads.Worker(${JSON.stringify(inner)}, { eval: true });
      results.push(await new Promise((resolve, reject) => { worker.on('message', resolve); worker.on('error', reject); }));
      await worker.terminate();
    }
    return { results, here: busy() };`);
  for (const r of got.results) expect(r).toEqual({ usual: 1, alone: got.here, shared: got.here, reasons: ["'torsh/wasm' was imported", expect.stringMatching(/^one thread unless setNumThreads/)] });
});

test('idle workers leave, and others come when there is work again', async () => {
  const got = await idle;
  if (got instanceof Error) throw got;
  expect(new Set([got.first, got.second, got.third, got.fourth]).size).toBe(1);
  expect(got).toMatchObject({ before: 1, after: 2, left: [0], threads: 2 });
});
