// torsh.debug: live tensors and the places where they were made.
const torsh = require('torsh');
const { collectUntil } = require('./support/collect');

const { debug } = torsh;
afterEach(() => { debug.trackAllocations(false); });

function makesLeak(kept) { kept.push(torsh.ones(3, 5)); }
const sum = (report, key) => report.places.reduce((n, place) => n + place[key], 0);

test('a leak report names where live tensors were made', () => {
  const before = torsh.ones(7);
  const kept = [], mark = debug.trackAllocations();
  for (let i = 0; i < 3; i++) makesLeak(kept);
  const half = torsh.zeros(4, { dtype: 'float16' });
  torsh.ones(1000).dispose();
  torsh.tidy(() => { torsh.ones(1000).add(1); });
  const report = debug.leakReport({ since: mark });
  const leak = report.places.find(({ place }) => place.includes('makesLeak'));
  expect(leak).toMatchObject({ count: 3, shapes: [['float32 [3, 5]', 3]] });
  expect(leak.bytes).toBe(180);
  expect(leak.place).toMatch(/debug\.test\.js:\d+/);
  expect(leak.stack.length).toBeGreaterThan(1);
  expect(report.places.some(({ shapes }) => shapes.some(([shape]) => shape === 'float16 [4]'))).toBe(true);
  expect(report.places.some(({ shapes }) => shapes.some(([shape]) => shape.includes('1000')))).toBe(false);
  expect(sum(report, 'count')).toBe(report.count);
  expect(sum(report, 'bytes')).toBe(report.bytes);
  expect(String(report)).toContain('3 of float32 [3, 5]');
  expect(String(debug.leakReport({ top: 1 }))).toMatch(/and \d+ places? more/);
  const all = debug.liveTensors();
  expect(all.length).toBe(torsh.memory().handles);
  expect(all.find(({ shape, stack }) => stack === null && shape.length === 1 && shape[0] === 7)).toBeDefined();
  for (const t of [before, half, ...kept]) t.dispose();
  expect(debug.leakReport({ since: mark }).places.some(({ place }) => place.includes('makesLeak'))).toBe(false);
});

test('views and gradients: memory counts once, results of several tensors are all known', () => {
  const mark = debug.trackAllocations({ depth: 1 });
  const x = torsh.ones(100).requiresGrad_(), view = x.detach().view(10, 10), [values, indices] = x.detach().reshape(10, 10).max(1);
  const report = debug.leakReport({ since: mark });
  expect(report.bytes).toBe(400 + 40 + 80);
  for (const { stack } of report.places) expect(stack.length).toBeLessThanOrEqual(1);
  x.sum().backward();
  const { grad } = x;
  const shapes = debug.leakReport({ since: mark }).places.flatMap((place) => place.shapes.map(([shape]) => shape));
  for (const shape of ['float32 [100]', 'float32 [10, 10]', 'int64 [10]']) expect(shapes).toContain(shape);
  for (const t of [x, view, values, indices, grad]) t.dispose();
});

test('tracking keeps nothing alive', async () => {
  const before = torsh.memory().handles;
  debug.trackAllocations();
  (() => { for (let i = 0; i < 50; i++) torsh.ones(10).add(i); })();
  torsh.ones(1).dispose(); // the last one made is held until the next
  expect(await collectUntil(torsh, () => torsh.memory().handles <= before + 2)).toBe(true);
});

test('bad arguments', () => {
  expect(() => debug.trackAllocations(true, { depth: 0 })).toThrow(/depth must be a positive whole number/);
  expect(() => debug.leakReport({ until: 3 })).toThrow(/until/);
  expect(String(debug.leakReport())).toContain('nothing is being tracked');
});
