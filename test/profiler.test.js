// torsh.profiler: what it records, and that ops do under it what they do without.
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const torsh = require('torsh');
const { refusal, scopedTest } = require('./support/scoped');

const { nn, profiler } = torsh;
const { profile, recordFunction, schedule } = profiler;
const rowOf = (prof, key, options) => prof.keyAverages(options).find((row) => row.key === key);
const busy = (ms) => { const end = performance.now() + ms; while (performance.now() < end); };

scopedTest('counts, and times inside one another', () => {
  const prof = profile();
  const result = prof.run(() => recordFunction('outer', () => {
    const x = torsh.ones(3, 3);
    for (let i = 0; i < 4; i++) x.add_(x.matmul(x));
    recordFunction('inner', () => { busy(3); x.relu(); });
    return x.sum().item();
  }));
  expect(result).toBeGreaterThan(9);
  expect(Object.fromEntries([...prof.keyAverages()].map((row) => [row.key, row.count]))).toEqual({ ones: 1, matmul: 4, add_: 4, relu: 1, inner: 1, sum: 1, item: 1, outer: 1 });
  const [outer, inner, relu] = ['outer', 'inner', 'relu'].map((key) => rowOf(prof, key));
  expect(inner.cpuTimeTotal).toBeGreaterThan(2999);
  expect(inner.cpuTimeTotal - inner.selfCpuTimeTotal).toBeCloseTo(relu.cpuTimeTotal, 6);
  const averages = prof.keyAverages();
  expect(averages.selfCpuTimeTotal).toBeCloseTo(outer.cpuTimeTotal, 3);
  expect(relu.cpuTime).toBe(relu.cpuTimeTotal);
});

scopedTest('ops do what they do without it, whatever is recorded', () => {
  torsh.manualSeed(1);
  const x = torsh.randn(4, 6, { requiresGrad: true }), index = torsh.tensor([0, 2], { dtype: 'int64' });
  const work = () => {
    const parts = x.split([2, 4], 1);
    const { values, indices } = x.topk(2, 1);
    const out = torsh.empty(4, 6);
    torsh.add(x.detach(), 2n ** 40n, { alpha: 3, out });
    const loss = torsh.cat([parts[1], values], 1).pow(2).sum().add(x.at(index).mul({ re: 1, im: 2 }).abs().sum());
    loss.backward();
    const [grad] = [x.grad.tolist()];
    x.grad = null;
    return [
      values.tolist(), indices.tolist(), out.tolist(), loss.item(), grad, String(x), x.detach().clamp({ min: 0 }).tolist(), x.detach().sum([0, 1]).item(), torsh.arange(3, 9, 2).tolist(),
      torsh.einsum('ij,kj->ik', x, x).tolist(), torsh.where(x.gt(0), x, 0).tolist(), nn.functional.conv1d(x.detach().unsqueeze(0), torsh.ones(1, 4, 3), { padding: 'same' }).tolist(),
      torsh.quantile(x.detach(), 0.5).item(), torsh.equal(x, x), torsh.uniqueConsecutive(index, { returnCounts: true }).map((t) => t.tolist()),
      refusal(() => x.matmul(torsh.ones(5, 2))).message, refusal(() => torsh.zeros(2, { dtype: 'int32' }).div_(2)).message,
    ];
  };
  const expected = work();
  for (const options of [{}, { recordShapes: true }, { profileMemory: true }, { recordShapes: true, profileMemory: true, withStack: true, withModules: true }]) {
    expect(profile(options).run(work)).toEqual(expected);
  }
});

scopedTest('shapes, memory, places', () => {
  const prof = profile({ recordShapes: true, profileMemory: true, withStack: true });
  const kept = prof.run(() => {
    const a = torsh.ones(100, 10), b = torsh.ones(10, 50);
    a.matmul(b).dispose();
    torsh.tensor([1]).add(1).dispose();
    nn.functional.linear(torsh.ones(2, 3), torsh.ones(4, 3));
    return a.matmul(b);
  });
  const events = prof.events();
  expect(events.filter((e) => e.name === 'matmul').map((e) => e.inputShapes)).toEqual([[[100, 10], [10, 50]], [[100, 10], [10, 50]]]);
  expect(events.find((e) => e.name === 'add')).toMatchObject({ inputShapes: [[1]], inputDtypes: ['float32'] });
  // A bias that is not there has no shape.
  expect(events.find((e) => e.name === 'linear')).toMatchObject({ inputShapes: [[2, 3], [4, 3], []], inputDtypes: ['float32', 'float32', ''] });
  expect(events.find((e) => e.name === 'matmul').memory).toBeGreaterThanOrEqual(20000);
  expect(events.find((e) => e.name === 'matmul').memory).toBeLessThan(40000);
  expect(events.find((e) => e.name === 'matmul').stack[0]).toMatch(/profiler\.test\.js/);
  expect(prof.keyAverages({ groupByInputShape: true }).find((row) => row.key === 'matmul').inputShapes).toEqual([[100, 10], [10, 50]]);
  expect(kept.shape).toEqual([100, 50]);
});

scopedTest('training: backward, steps of optimizers, modules; ops of hooks lie inside backward', () => {
  const model = new nn.Sequential(new nn.Linear(2, 3), new nn.ReLU());
  const optimizer = new torsh.optim.Adam(model.parameters());
  const hook = model[0].weight.registerHook((grad) => { busy(2); return grad.mul(2); });
  const prof = profile({ withModules: true });
  prof.run(() => {
    model(torsh.ones(1, 2)).sum().backward();
    optimizer.step();
  });
  const backward = rowOf(prof, 'backward'), mul = rowOf(prof, 'mul');
  expect(mul.count).toBe(1);
  expect(prof.events().find((e) => e.name === 'mul').depth).toBe(1);
  expect(backward.cpuTimeTotal).toBeGreaterThan(1999);
  expect(backward.cpuTimeTotal - backward.selfCpuTimeTotal).toBeCloseTo(mul.cpuTimeTotal, 6);
  expect(rowOf(prof, 'adamStep').count).toBe(1);
  expect(rowOf(prof, 'nn.Module: Sequential').cpuTimeTotal).toBeGreaterThanOrEqual(rowOf(prof, 'nn.Module: Linear').cpuTimeTotal);
  hook.remove();
  const events = prof.events().length;
  model(torsh.ones(1, 2));
  expect(prof.events()).toHaveLength(events);
});

scopedTest('the table', () => {
  const prof = profile({ profileMemory: true });
  prof.run(() => { for (let i = 0; i < 3; i++) torsh.ones(1000).add(1); torsh.randn(200, 200).matmul(torsh.randn(200, 200)); });
  const text = prof.keyAverages().table({ sortBy: 'cpu_time_total', rowLimit: 2 });
  const lines = text.trimEnd().split('\n');
  expect(lines[1].split(/ {2,}/)).toEqual(['Name', 'Self CPU %', 'Self CPU', 'CPU total %', 'CPU total', 'CPU time avg', 'CPU Mem', 'Self CPU Mem', '# of Calls']);
  expect(lines).toHaveLength(8);
  expect(lines[5]).toMatch(/^-{4,}/);
  expect(lines[6]).toMatch(/^Self CPU time total: [\d.]+(us|ms|s)$/);
  const shares = prof.keyAverages().table().split('\n').slice(3).map((line) => Number(/([\d.]+)%/.exec(line)?.[1] ?? 0));
  expect(shares.reduce((a, b) => a + b)).toBeCloseTo(100, 1);
  expect([...prof.keyAverages()].find((row) => row.key === 'add').cpuMemoryUsage).toBeGreaterThanOrEqual(12000);
  expect(refusal(() => prof.keyAverages().table({ sortBy: 'time' })).message).toMatch(/sortBy must be one of cpuTimeTotal/);
  expect(refusal(() => prof.keyAverages().table({ sort: 'time' })).message).toMatch(/unexpected option 'sort'/);
});

scopedTest('the Chrome trace: complete events within one another', () => {
  const prof = profile({ recordShapes: true });
  prof.run(() => recordFunction('part', () => { torsh.ones(2).add(1); busy(1); }));
  const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'torsh-trace-')), 'trace.json');
  prof.exportChromeTrace(file);
  const text = fs.readFileSync(file, 'utf8');
  fs.rmSync(path.dirname(file), { recursive: true });
  expect(text).toBe(prof.exportChromeTrace());
  const [meta, ...events] = JSON.parse(text).traceEvents;
  expect(meta).toMatchObject({ ph: 'M', name: 'process_name' });
  const part = events.find((e) => e.name === 'part'), add = events.find((e) => e.name === 'add');
  for (const e of events) expect(e).toMatchObject({ ph: 'X', pid: 1, tid: 1, ts: expect.any(Number), dur: expect.any(Number) });
  expect(add.args).toEqual({ 'Input Dims': [[2]], 'Input type': ['float32'] });
  expect([add.cat, part.cat]).toEqual(['cpu_op', 'user_annotation']);
  expect(add.ts).toBeGreaterThanOrEqual(part.ts);
  expect(add.ts + add.dur).toBeLessThanOrEqual(part.ts + part.dur);
});

test('what is awaited, and what throws', async () => {
  const prof = profile();
  const boom = new Error('boom');
  expect(() => prof.run(() => recordFunction('a', () => { recordFunction('left open'); throw boom; }))).toThrow(boom);
  expect(prof.events().map((e) => e.name)).toEqual(['left open', 'a']);
  await expect(prof.run(async () => { await recordFunction('b', async () => { await Promise.resolve(); throw boom; }); })).rejects.toBe(boom);
  expect(prof.events().map((e) => e.name)).toEqual(['b']);
  const value = await prof.run(async () => {
    const waiting = recordFunction('waits', () => new Promise((resolve) => { setTimeout(() => resolve(5), 5); }));
    torsh.ones(1).dispose();
    return waiting;
  });
  expect(value).toBe(5);
  expect(prof.events().map((e) => [e.name, e.depth])).toEqual([['ones', 0], ['waits', 0]]);
  expect(rowOf(prof, 'waits').cpuTimeTotal).toBeGreaterThan(4000);
  // Nothing records any more.
  expect(recordFunction('c', () => 3)).toBe(3);
  recordFunction('d').end();
  expect(prof.events()).toHaveLength(2);
});

test('one at a time', () => {
  const first = profile().start();
  const error = refusal(() => profile().start());
  expect(error).toMatchObject({ code: 'ERR_UNSUPPORTED' });
  expect(error.message).toMatch(/another profile records now/);
  expect(refusal(() => first.start()).message).toMatch(/it has been started/);
  first.stop();
  first.stop();
  profile().run(() => undefined);
  expect(refusal(() => profile().keyAverages()).message).toMatch(/nothing has been recorded/);
  expect(refusal(() => profile({ shapes: true })).message).toMatch(/unexpected option 'shapes'/);
});

test('a schedule of steps', () => {
  const plan = schedule({ wait: 1, warmup: 1, active: 2, repeat: 2, skipFirst: 1 });
  expect(Array.from({ length: 11 }, (_, i) => plan(i))).toEqual(['none', 'none', 'warmup', 'record', 'recordAndSave', 'none', 'warmup', 'record', 'recordAndSave', 'none', 'none']);
  const traces = [];
  const prof = profile({ schedule: plan, onTraceReady: (p) => { traces.push(p.keyAverages().map((row) => [row.key, row.count])); } });
  prof.run(() => {
    for (let i = 0; i < 11; i++) {
      torsh.ones(i + 1).dispose();
      prof.step();
    }
  });
  expect(traces).toEqual([[['ones', 2]], [['ones', 2]]]);
  expect(refusal(() => schedule({ wait: 0, warmup: 0, active: 0 })).message).toMatch(/active must be an integer of at least 1/);
});
