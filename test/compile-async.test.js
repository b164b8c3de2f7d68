// compiled.runAsync: the same results beside JavaScript, with what the call found; bounds, aborts, errors, effects.
const torsh = require('torsh');

const { nn } = torsh;
const values = (x) => (Array.isArray(x) ? x.map(values) : torsh.isTensor(x) ? [x.dtype, x.shape, Array.from(x.toTypedArray(), String)] : x);
const net = () => new nn.Sequential(new nn.Linear(8, 32), new nn.ReLU(), new nn.Linear(32, 4)).eval();
/** Two calls, so that there is a program. */
async function ready(compiled, ...args) {
  for (let i = 0; i < 2; i++) await compiled.runAsync(...args);
  return compiled;
}
/** Some hundred milliseconds of work. */
const slow = (x) => { for (let i = 0; i < 60; i++) x = x.matmul(x).mul(0.01); return x; };

test('results are those of the function, many at once, in whatever order', async () => {
  const model = net(), compiled = torsh.compile(model);
  const inputs = Array.from({ length: 40 }, (_, i) => torsh.randn(1 + (i % 3), 8));
  const expected = torsh.noGrad(() => inputs.map((x) => values(model(x))));
  const got = await Promise.all(inputs.map((x) => compiled.runAsync(x)));
  expect(got.map(values)).toEqual(expected);
  expect(got.every((y) => !y.requiresGrad)).toBe(true);
  const again = await Promise.all(inputs.map((x) => compiled.runAsync(x)));
  expect(again.map(values)).toEqual(expected);
  expect(compiled.explain().programs.reduce((n, p) => n + p.runs, 0)).toBe(80 - 6);
});

test('what a function returns comes as it does, and calls of both kinds mix', async () => {
  const fn = (x, y, k) => ({ sum: x.add(y), list: [x, x.mul(k), null, 'text'], view: y.reshape(-1) });
  const compiled = torsh.compile(fn), x = torsh.randn(2, 3), y = torsh.randn(2, 3);
  await ready(compiled, x, y, 2);
  for (let i = 0; i < 3; i++) {
    const got = await compiled.runAsync(x, y, 2), own = torsh.noGrad(() => compiled(x, y, 2));
    expect(values(Object.values(got).flat())).toEqual(values(Object.values(fn(x, y, 2)).flat()));
    expect(values(Object.values(own).flat())).toEqual(values(Object.values(got).flat()));
    expect(got.list[0]).toBe(x);
    // A view of an argument comes as a copy.
    got.view.add_(1);
    expect(values(y)).toEqual(values(fn(x, y, 2).view.reshape(2, 3)));
  }
});

test('the event loop goes on meanwhile', async () => {
  const compiled = torsh.compile(slow), x = torsh.randn(256, 256).mul(0.1);
  await ready(compiled, x);
  let turns = 0;
  const timer = setInterval(() => { turns++; }, 0);
  const runs = Promise.all([1, 2, 3].map(() => compiled.runAsync(x)));
  await runs;
  clearInterval(timer);
  expect(turns).toBeGreaterThan(1);
  const wanted = values(torsh.noGrad(() => slow(x)));
  for (const y of await runs) expect(values(y)).toEqual(wanted);
});

test('parameters and arguments are held as they were at the call', async () => {
  const model = net(), compiled = torsh.compile(model), x = torsh.randn(4, 8);
  const optimizer = new torsh.optim.Adam(model.parameters(), { lr: 0.5 });
  await ready(compiled, x);
  for (let round = 0; round < 3; round++) {
    const expected = values(torsh.noGrad(() => model(x)));
    const runs = Array.from({ length: 8 }, () => compiled.runAsync(x));
    torsh.noGrad(() => {
      x.mul_(1.25);
      torsh.add(x, 1, { out: x });
      for (const p of model.parameters()) p.add_(1);
    });
    model(torsh.randn(4, 8)).square().sum().backward();
    optimizer.step();
    optimizer.zeroGrad();
    const later = compiled.runAsync(x), now = values(torsh.noGrad(() => model(x)));
    expect(now).not.toEqual(expected);
    for (const y of await Promise.all(runs)) expect(values(y)).toEqual(expected);
    expect(values(await later)).toEqual(now);
  }
});

test('folded weights and running statistics follow the module, not the runs under way', async () => {
  const model = new nn.Sequential(new nn.Conv2d(2, 3, 3), new nn.BatchNorm2d(3), new nn.ReLU()).eval(), compiled = torsh.compile(model), x = torsh.randn(2, 2, 6, 6);
  await ready(compiled, x);
  const before = torsh.noGrad(() => model(x)), run = compiled.runAsync(x);
  model.train();
  model(torsh.randn(4, 2, 6, 6));
  model.eval();
  const after = torsh.noGrad(() => model(x));
  expect(torsh.allclose(before, after)).toBe(false);
  expect(torsh.allclose(await run, before, 1e-4, 1e-5)).toBe(true);
  expect(torsh.allclose(await compiled.runAsync(x), after, 1e-4, 1e-5)).toBe(true);
});

test('arguments may be disposed while they are used; nothing is left behind', async () => {
  const model = net(), compiled = torsh.compile(model), x = torsh.randn(4, 8);
  await ready(compiled, x);
  const expected = values(torsh.noGrad(() => model(x)));
  const runs = Array.from({ length: 6 }, () => { const twin = x.clone(), run = compiled.runAsync(twin); twin.dispose(); return run; });
  for (const y of await Promise.all(runs)) expect(values(y)).toEqual(expected);
  const last = compiled.runAsync(x);
  compiled.dispose();
  expect(values(await last)).toEqual(expected);
  await expect(compiled.runAsync(x)).rejects.toMatchObject({ code: 'ERR_DISPOSED' });
});

test('the queue is bounded', async () => {
  const compiled = torsh.compile(slow, { queue: 4 }), x = torsh.randn(64, 64).mul(0.1);
  await ready(compiled, x);
  const runs = Array.from({ length: 7 }, () => compiled.runAsync(x));
  const settled = await Promise.allSettled(runs);
  expect(settled.map((s) => s.status)).toEqual([...Array(4).fill('fulfilled'), ...Array(3).fill('rejected')]);
  expect(settled[6].reason).toMatchObject({ name: 'TorshError', code: 'ERR_BUSY', message: expect.stringContaining('4 calls have not finished') });
  await compiled.runAsync(x);
  for (const queue of [0, -1, 1.5, 'x', NaN]) expect(() => torsh.compile(slow, { queue })).toThrow(/queue must be a whole number/);
});

test('aborts: before the call, in the queue, under way', async () => {
  const compiled = torsh.compile(slow), x = torsh.randn(128, 128).mul(0.1);
  await ready(compiled, x);
  await expect(compiled.async({ signal: AbortSignal.abort() })(x)).rejects.toMatchObject({ name: 'AbortError' });
  const controllers = Array.from({ length: 12 }, () => new AbortController());
  const runs = controllers.map(({ signal }) => compiled.async({ signal })(x));
  const reason = new Error('enough');
  for (const c of controllers.slice(0, -1)) c.abort(reason);
  const settled = await Promise.allSettled(runs);
  expect(settled.slice(0, -1).map((s) => s.reason)).toEqual(Array.from({ length: 11 }, () => reason));
  expect(values(settled[11].value)).toEqual(values(torsh.noGrad(() => slow(x))));
  controllers[11].abort();
  expect(values(await compiled.async({})(x))).toEqual(values(settled[11].value));
});

test('errors are those of the function', async () => {
  const fn = (x, i) => x.indexSelect(0, i), compiled = torsh.compile(fn);
  const x = torsh.randn(3, 2), good = torsh.tensor([0, 1], { dtype: 'int64' }), bad = torsh.tensor([0, 9], { dtype: 'int64' });
  await ready(compiled, x, good);
  let expected;
  try { fn(x, bad); } catch (e) { expected = e; }
  for (let i = 0; i < 2; i++) {
    await expect(compiled.runAsync(x, bad)).rejects.toMatchObject({ code: expected.code, op: expected.op, message: expected.message });
    expect(values(await compiled.runAsync(x, good))).toEqual(values(fn(x, good)));
  }
});

test('what belongs to its thread runs at once, with the reason', async () => {
  const state = torsh.zeros(3);
  const counting = torsh.compile((x) => { state.add_(x); return state.clone(); });
  for (let i = 1; i < 5; i++) expect(values(await counting.runAsync(torsh.ones(3)))).toEqual(values(torsh.full([3], i)));
  expect(counting.explain().programs[0].bound).toMatch(/in place/);
  const drawing = torsh.compile((x) => x.add(torsh.rand(3)));
  await ready(drawing, torsh.ones(3));
  torsh.manualSeed(5);
  const [a, b] = [await drawing.runAsync(torsh.ones(3)), await drawing.runAsync(torsh.ones(3))];
  torsh.manualSeed(5);
  expect(values([a, b])).toEqual(values([torsh.rand(3).add(1), torsh.rand(3).add(1)]));
  expect(drawing.explain().programs[0].bound).toMatch(/random/);
  const norm = new nn.BatchNorm1d(3), training = torsh.compile(norm), twin = torsh.deepcopy(norm);
  for (let i = 0; i < 4; i++) {
    const x = torsh.randn(5, 3);
    expect(values(await training.runAsync(x))).toEqual(values(torsh.noGrad(() => twin(x))));
  }
  expect(values(norm.running_mean)).toEqual(values(twin.running_mean));
  expect(training.explain().programs[0].bound).toMatch(/running statistics|in place/);
  const deciding = torsh.compile((x) => (x.sum().item() > 0 ? x.mul(2) : x));
  for (const v of [1, -1, 1, -1]) expect((await deciding.runAsync(torsh.full([1], v))).item()).toBe(v > 0 ? 2 : -1);
  const later = torsh.compile((x) => Promise.resolve(x.add(1)));
  expect((await later.runAsync(torsh.ones(1))).item()).toBe(2);
  await expect(torsh.compile((x) => (x.sum().item() > 0 ? x : x.neg()), { fullgraph: true }).runAsync(torsh.ones(1))).rejects.toMatchObject({ code: 'ERR_UNSUPPORTED' });
  expect((await torsh.compile((x) => x.add(1), { disable: true }).runAsync(torsh.ones(1))).item()).toBe(2);
});
