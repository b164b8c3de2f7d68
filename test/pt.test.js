'use strict';
// Files that real PyTorch wrote (test/fixtures/torch_files.py), and our own.
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const torsh = require('torsh');
const { refusal } = require('./support/scoped');

const { nn, optim } = torsh;
const fixture = (name) => path.join(__dirname, 'fixtures', 'torch', name);
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'torsh-pt-'));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));
const known = JSON.parse(fs.readFileSync(fixture('values.json'), 'utf8'));
const roundTrip = (value) => torsh.load(torsh.save(value, { format: 'pt' }));

const special = { nan: NaN, inf: Infinity, '-inf': -Infinity };
/** Tensors against what the fixtures' script said of them, at any depth. */
function compare(got, want, where) {
  if (want !== null && typeof want === 'object' && 'tensor' in want) {
    const [dtype, shape, numbers] = want.tensor;
    expect([where, got.dtype, got.shape]).toEqual([where, dtype, shape]);
    const flat = (got.isComplex() ? torsh.viewAsReal(got) : got).to('float64').reshape(-1).tolist();
    expect(flat).toEqual(numbers.map((v) => (typeof v === 'string' ? special[v] : v)));
  } else if (want !== null && typeof want === 'object') {
    const entries = got instanceof Map || Object.prototype.toString.call(got) === '[object Map]' ? [...got] : Object.entries(got);
    expect([where, entries.map(([k]) => String(k))]).toEqual([where, Object.keys(want)]);
    for (const [key, value] of entries) compare(value, want[key], `${where}.${String(key)}`);
  } else {
    expect([where, got]).toEqual([where, want]);
  }
}

describe.each(['tensors.pt', 'tensors_legacy.pt'])('%s', (name) => {
  test('every dtype and layout comes back', () => {
    const state = torsh.load(fixture(name));
    compare(state, known.tensors, name);
    expect(Object.is(state.special.toTypedArray()[3], -0)).toBe(true);
    compare(torsh.load(fs.readFileSync(fixture(name))), known.tensors, 'bytes');
    compare(roundTrip(state), known.tensors, 'again');
  });

  test('views share their memory as they did', () => {
    const { base, transposed, part, expanded, scalar } = torsh.load(fixture(name));
    expect([transposed.stride(), part.storageOffset(), part.stride(), expanded.stride()]).toEqual([[1, 4], 2, [2], [0, 0]]);
    base.mul_(10);
    expect(part.tolist()).toEqual([20, 40, 60]);
    expect(transposed.at(1).tolist()).toEqual([10, 50, 90]);
    expect(base.isSharedStorageWith(scalar)).toBe(false);
  });
});

describe.each(['checkpoint.pt', 'checkpoint_5.pt', 'checkpoint_legacy.pt'])('%s', (name) => {
  const read = () => torsh.load(fixture(name));

  test('values of every kind', () => {
    const c = read();
    expect(c.list).toEqual([1, 'two', 2.5]);
    expect(c.again).toBe(c.list);
    expect(c.tuple).toEqual([1, [2, []]]);
    expect([c.none, c.yes, c.no]).toEqual([null, true, false]);
    expect(c.ints).toEqual([0, 255, 256, 65535, 65536, -1, -(2 ** 31), 2 ** 31, 2 ** 53 - 1, 2n ** 53n, -(2n ** 63n), 10n ** 30n]);
    expect(c.floats).toEqual([0.1, -0, Infinity]);
    expect(c.strings).toEqual(['', 'größe', '\u{1f600}', '\ud800']);
    expect([...c.bytes]).toEqual([0, 255, 10]);
    expect([...c.keys]).toEqual([[1, 'a'], [[1, 2], 'b'], [null, 'c'], [2.5, 'd']]);
    expect([...c.set].sort()).toEqual([3, 4]);
    expect([c.complex, c.size, c.dtype, c.device]).toEqual([{ re: 1, im: -2 }, [2, 3], 'bfloat16', 'cuda:1']);
    expect([c.default, c.counter]).toEqual([{ q: [1] }, { a: 2, b: 1 }]);
    expect(c.numpy.slice(0, 4)).toEqual([1.5, 7, true, 0.5]);
    expect([c.numpy[4].dtype, c.numpy[4].tolist(), c.numpy[5].tolist()]).toEqual(['int32', [[0, 1, 2], [3, 4, 5]], [[0, 1, 2], [3, 4, 5]]]);
  });

  test('parameters and leaves', () => {
    const { parameter, frozen, leaf, model } = read();
    expect([parameter, frozen].map((p) => [p instanceof nn.Parameter, p.requiresGrad, p.isLeaf])).toEqual([[true, true, true], [true, false, true]]);
    expect([leaf instanceof nn.Parameter, leaf.requiresGrad, leaf.isLeaf]).toEqual([false, true, true]);
    parameter.mul(leaf).sum().backward();
    expect(parameter.grad.tolist()).toEqual([1, 1]);
    new optim.SGD([parameter], { lr: 1 }).step();
    expect(parameter.tolist()).toEqual([0, 0]);
    expect(model['0.weight'].requiresGrad).toBe(false);
  });

  test('a model and its optimizer go on where PyTorch stopped', () => {
    const c = read();
    compare(c.model, known.model, 'model');
    compare(c.optimizer, known.optimizer, 'optimizer');
    expect(c.model._metadata).toEqual({ '': { version: 1 }, 0: { version: 1 }, 1: { version: 2 } });
    expect(Object.keys(c.model)).not.toContain('_metadata');
    const model = new nn.Sequential(new nn.Linear(3, 2), new nn.BatchNorm1d(2));
    expect(model.loadStateDict(c.model)).toEqual({ missingKeys: [], unexpectedKeys: [] });
    const adam = new optim.Adam(model.parameters(), { lr: 5 });
    const scheduler = new optim.lrScheduler.MultiStepLR(adam, [9]);
    adam.loadStateDict(c.optimizer);
    scheduler.loadStateDict(c.scheduler);
    expect(adam.state.get(model[0].weight).step.item()).toBe(2);
    expect(adam.paramGroups[0].lr).toBeCloseTo(0.001, 12);
    for (let i = 0; i < 3; i++) { adam.step(); scheduler.step(); }
    expect(adam.paramGroups[0].lr).toBeCloseTo(0.00001, 12);
  });
});

test.each([
  ['custom.pt', /data\.pkl, byte \d+: it names __main__\.Custom/],
  ['module.pt', /torch\.nn\.modules\.linear\.Linear.*save its state_dict\(\) instead/],
  ['sparse.pt', /sparse tensors are not supported/],
])('%s is refused', (name, rule) => {
  const e = refusal(() => torsh.load(fixture(name)));
  expect(e.code).toBe('ERR_IO');
  expect(e.message).toMatch(rule);
  expect(e.message).toContain(name);
});

test('what is saved comes back', () => {
  const shared = { a: [1] }, cycle = [1];
  cycle.push(cycle);
  const value = {
    nested: { deep: [{ x: null }, [true, false]], 'key with spaces': 'ok' }, number: [0, -1, 255, 256, 65536, 2 ** 31, -(2 ** 40), 2 ** 53 - 1, 1.5, -0, NaN, 1e300, -Infinity],
    big: [2n ** 53n, -(2n ** 64n), 2n ** 200n, -(2n ** 63n), 2n ** 63n - 1n], text: ['', 'a'.repeat(300), '層\u{1f600}', 'half \ud83d', '__proto__'],
    map: new Map([[1, 'one'], [2.5, 'x'], [true, 'y'], [null, 'z'], ['s', 't'], [2n ** 60n, 0]]), empty: [{}, [], new Map([[1, 2]]), new Set()], set: new Set([1, 'b']),
    first: shared, second: shared, bytes: Uint8Array.of(0, 10, 255), long: Array.from({ length: 2500 }, (_, i) => i),
  };
  const back = roundTrip(value);
  expect(back).toEqual(value);
  expect(Object.is(back.number[9], -0)).toBe(true);
  expect(back.first).toBe(back.second);
  const loop = roundTrip(cycle);
  expect(loop[1]).toBe(loop);
  const odd = JSON.parse('{"__proto__": 1, "constructor": 2}');
  expect(Object.entries(roundTrip(odd))).toEqual([['__proto__', 1], ['constructor', 2]]);
  expect(Object.getPrototypeOf(roundTrip(odd))).toBe(Object.getPrototypeOf(back));
  expect(roundTrip({ there: 1, gone: undefined })).toEqual({ there: 1 });
  expect(roundTrip(new Map([['only', 'strings']]))).toEqual({ only: 'strings' });
});

test('tensors are saved with the memory that they share', () => {
  const base = torsh.arange(12, { dtype: 'float32' }), parameter = new nn.Parameter(torsh.ones(3));
  const value = { base, view: base.reshape(3, 4).T, part: base.narrow(0, 4, 2), parameter, same: parameter, data: parameter.detach(), alone: torsh.ones(2), none: torsh.zeros(0, 3) };
  const back = roundTrip(value);
  back.base.fill_(1);
  expect([back.view.sum().item(), back.part.tolist(), back.alone.isSharedStorageWith(back.base)]).toEqual([12, [1, 1], false]);
  expect(back.same).toBe(back.parameter);
  expect([back.parameter instanceof nn.Parameter, back.data instanceof nn.Parameter, back.data.isSharedStorageWith(back.parameter)]).toEqual([true, false, true]);
  expect(back.none.shape).toEqual([0, 3]);
  // Not a byte more for what is seen twice.
  expect(torsh.save({ a: base, b: base.T }, { format: 'pt' }).length - torsh.save({ a: base }, { format: 'pt' }).length).toBeLessThan(200);
  const two = torsh.ones(2, { dtype: 'complex64' });
  expect(refusal(() => torsh.save({ two, parts: torsh.viewAsReal(two) }, { format: 'pt' })).message).toMatch(/same memory as complex64 and as float32/);
});

test('an optimizer state keeps its numbers for PyTorch and its shape for us', () => {
  const model = new nn.Linear(2, 1);
  const adam = new optim.Adam(model.parameters());
  model(torsh.ones(1, 2)).sum().backward();
  adam.step();
  const saved = adam.stateDict();
  const back = roundTrip({ optimizer: saved }).optimizer;
  expect(Object.keys(back.state)).toEqual(['0', '1']);
  expect(back.param_groups).toEqual(saved.param_groups);
  expect(back.state[0].exp_avg.tolist()).toEqual(saved.state[0].exp_avg.tolist());
});

test('what cannot be saved says where it stands', () => {
  const save = (value) => refusal(() => torsh.save(value, { format: 'pt' }));
  expect(save({ a: { b: [1, () => 0] } }).message).toMatch(/the value\.a\.b\[1\] is a function/);
  expect(save({ a: new Date(0) }).message).toMatch(/the value\.a is an object \(Date\)/);
  expect(save({ 'a b': new Float32Array(2) }).message).toMatch(/the value\["a b"\] is an object \(Float32Array\).*make it a tensor/);
  expect(save(new nn.Linear(1, 1)).message).toMatch(/save what its stateDict\(\) returns/);
  expect(save({ o: new optim.SGD([torsh.ones(1, { requiresGrad: true })], { lr: 1 }) }).message).toMatch(/stateDict/);
  expect(save(new Map([[{}, 1]])).message).toMatch(/a key of the value/);
  expect(save([2n ** 3000n]).message).toMatch(/375|376/);
  let deep = [];
  for (let i = 0; i < 2000; i++) deep = [deep];
  expect(save(deep).message).toMatch(/nested more than/);
  expect(refusal(() => torsh.save({}, { format: 'zip' })).code).toBe('ERR_ARGUMENT');
  expect(refusal(() => torsh.save({}, { format: 'pt', metadata: {} })).message).toMatch(/safetensors/);
  expect(refusal(() => torsh.save({ a: 1 })).message).toMatch(/format: 'pt'/);
});

test('the layout of the archive is the one that PyTorch maps into memory', () => {
  const bytes = Buffer.from(torsh.save({ a: torsh.ones(3), b: torsh.ones(5, { dtype: 'uint8' }) }, { format: 'pt' }));
  const names = [];
  for (let at = 0; bytes.readUInt32LE(at) === 0x04034b50;) {
    const [name, extra, size] = [bytes.readUInt16LE(at + 26), bytes.readUInt16LE(at + 28), bytes.readUInt32LE(at + 18)];
    names.push(bytes.toString('utf8', at + 30, at + 30 + name));
    at += 30 + name + extra;
    expect(at % 64).toBe(0);
    at += size;
  }
  expect(names).toEqual(['archive/data.pkl', 'archive/byteorder', 'archive/data/0', 'archive/data/1', 'archive/version']);
});

test('a training run goes on bit for bit', () => {
  const file = path.join(folder, 'run.pt');
  const make = () => {
    const model = new nn.Sequential(new nn.Linear(4, 8), new nn.BatchNorm1d(8), new nn.ReLU(), new nn.Dropout(0.3), new nn.Linear(8, 1));
    const optimizer = new optim.AdamW(model.parameters(), { lr: 0.05, amsgrad: true });
    const scheduler = new optim.lrScheduler.OneCycleLR(optimizer, 0.1, { totalSteps: 12 });
    const step = () => {
      const loss = model(torsh.randn(16, 4)).pow(2).mean();
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
      scheduler.step();
      return loss.item();
    };
    return { model, optimizer, scheduler, step };
  };
  torsh.manualSeed(11);
  const run = make();
  for (let i = 0; i < 5; i++) run.step();
  torsh.save({ model: run.model.stateDict(), optimizer: run.optimizer.stateDict(), scheduler: run.scheduler.stateDict(), rng: torsh.getRngState(), epoch: 5 }, file);
  const rest = [1, 2, 3, 4, 5].map(() => run.step());
  torsh.manualSeed(99);
  const again = make();
  again.step();
  const c = torsh.load(file);
  again.model.loadStateDict(c.model);
  again.optimizer.loadStateDict(c.optimizer);
  again.scheduler.loadStateDict(c.scheduler);
  torsh.setRngState(c.rng);
  expect(c.epoch).toBe(5);
  expect([1, 2, 3, 4, 5].map(() => again.step())).toEqual(rest);
  for (const [name, t] of Object.entries(run.model.stateDict())) expect(again.model.stateDict()[name].toTypedArray()).toEqual(t.toTypedArray());
});

test('nothing stays behind', () => {
  const bytes = torsh.save({ a: torsh.ones(3), b: [torsh.ones(2).T] }, { format: 'pt' });
  const before = torsh.memory().handles;
  for (const t of Object.values(torsh.load(bytes)).flat()) t.dispose();
  torsh.save({ c: 1 }, { format: 'pt' });
  expect(torsh.memory().handles).toBe(before);
});
