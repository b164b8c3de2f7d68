// stateDict and loadStateDict: PyTorch's keys and PyTorch's report, and nothing changed when it is refused.
const torsh = require('torsh');
const { values } = require('../support/numbers');

const { nn } = torsh;
const model = () => new nn.Sequential({ conv: new nn.Conv2d(1, 2, 3), bn: new nn.BatchNorm2d(2), fc: new nn.Linear(4, 2) });
const snapshot = (m) => Object.entries(m.stateDict()).map(([key, t]) => [key, values(t)]);

test('keys are those of PyTorch', () => {
  expect(Object.keys(model().stateDict())).toEqual([
    'conv.weight', 'conv.bias', 'bn.weight', 'bn.bias', 'bn.running_mean', 'bn.running_var', 'bn.num_batches_tracked', 'fc.weight', 'fc.bias']);
  expect(Object.keys(model().stateDict({ prefix: 'net.' }))[0]).toBe('net.conv.weight');
  expect(Object.keys(new nn.BatchNorm1d(2, { affine: false, trackRunningStats: false }).stateDict())).toEqual([]);
  expect(Object.keys(new nn.CrossEntropyLoss(torsh.ones(3)).stateDict())).toEqual(['weight']);
});

test('values are detached and share the storage; keepVars gives the parameters', () => {
  const m = model();
  const dict = m.stateDict();
  expect(dict['fc.weight'].requiresGrad).toBe(false);
  torsh.noGrad(() => m.fc.weight.fill_(3));
  expect(values(dict['fc.weight']).every((x) => x === 3)).toBe(true);
  expect(m.stateDict({ keepVars: true })['fc.weight']).toBe(m.fc.weight);
  const into = {};
  expect(m.stateDict({ destination: into, prefix: 'a.' })).toBe(into);
  expect(into['a.fc.bias'].shape).toEqual([2]);
});

test('loading copies, converts the dtype, and keeps the parameters', () => {
  const [from, to] = [model(), model().double()];
  const { weight } = to.fc;
  expect(to.loadStateDict(from.stateDict())).toEqual({ missingKeys: [], unexpectedKeys: [] });
  expect(to.fc.weight).toBe(weight);
  expect(weight.dtype).toBe('float64');
  expect(values(weight)).toEqual(values(from.fc.weight));
  torsh.noGrad(() => from.fc.weight.zero_());
  expect(values(weight).some((x) => x !== 0)).toBe(true);
  expect(to.loadStateDict(new Map(Object.entries(from.stateDict()))).missingKeys).toEqual([]);
});

test('all problems are listed at once and nothing is applied', () => {
  const m = model();
  const before = snapshot(m);
  const dict = new Map(Object.entries(model().stateDict()));
  dict.delete('conv.bias');
  dict.delete('fc.weight');
  dict.set('fc.extra', torsh.zeros(1));
  dict.set('head.weight', torsh.zeros(1));
  dict.set('conv.weight', torsh.zeros(2, 1, 5, 5));
  dict.set('fc.bias', 3);
  let error;
  try {
    m.loadStateDict(dict);
  } catch (e) {
    error = e;
  }
  expect(error).toBeInstanceOf(torsh.TorshError);
  expect([error.code, error.op]).toEqual(['ERR_ARGUMENT', 'loadStateDict']);
  expect(error.message).toBe([
    'Error(s) in loading state_dict for Sequential:',
    'Missing key(s) in state_dict: "conv.bias", "fc.weight". ',
    'Unexpected key(s) in state_dict: "head.weight", "fc.extra". ',
    'size mismatch for conv.weight: copying a param with shape torch.Size([2, 1, 5, 5]) from checkpoint, the shape in current model is torch.Size([2, 1, 3, 3]).',
    'While copying the parameter named "fc.bias", expected torch.Tensor or Tensor-like object from checkpoint but received number',
  ].join('\n\t'));
  expect(snapshot(m)).toEqual(before);
});

test('strict: false takes what fits, but not wrong shapes', () => {
  const m = model();
  const dict = { 'fc.bias': torsh.tensor([5, 6]), other: torsh.zeros(1) };
  const { missingKeys, unexpectedKeys } = m.loadStateDict(dict, { strict: false });
  expect(values(m.fc.bias)).toEqual([5, 6]);
  expect(missingKeys.length).toBe(7);
  expect(unexpectedKeys).toEqual(['other']);
  expect(() => m.loadStateDict({ 'fc.bias': torsh.zeros(3) }, false)).toThrow('size mismatch for fc.bias');
  expect(() => m.loadStateDict(null)).toThrow('Expected state_dict to be dict-like');
  expect(() => m.loadStateDict(torsh.zeros(1))).toThrow('Expected state_dict to be dict-like');
});

test('batch counts are asked for where the state dict says that it has them', () => {
  const dict = model().stateDict();
  const old = { ...dict };
  delete old['bn.num_batches_tracked'];
  expect(model().loadStateDict(old)).toEqual({ missingKeys: [], unexpectedKeys: [] });
  delete dict['bn.num_batches_tracked'];
  expect(() => model().loadStateDict(dict)).toThrow('Missing key(s) in state_dict: "bn.num_batches_tracked". ');
});

test('scalars saved as vectors of one load into scalars', () => {
  const m = new nn.Module();
  m.scale = new nn.Parameter(torsh.tensor(1));
  m.loadStateDict({ scale: torsh.tensor([4]) });
  expect(m.scale.item()).toBe(4);
});

test('extra state and load hooks', () => {
  class Counter extends nn.Module {
    count = 0;
    getExtraState() { return { count: this.count }; }
    setExtraState(state) { this.count = state.count; }
  }
  const [a, b] = [new nn.Sequential(new Counter()), new nn.Sequential(new Counter())];
  a[0].count = 3;
  const seen = [];
  b.registerLoadStateDictPostHook((m, keys) => seen.push([m === b, { ...keys }]));
  b.loadStateDict(a.stateDict());
  expect(b[0].count).toBe(3);
  expect(seen).toEqual([[true, { missingKeys: [], unexpectedKeys: [] }]]);
  expect(() => b.loadStateDict({})).toThrow('Missing key(s) in state_dict: "0._extra_state". ');
  const lenient = new nn.Linear(1, 1);
  lenient.registerLoadStateDictPostHook((_m, keys) => { keys.missingKeys.length = 0; });
  lenient.loadStateDict({});
});

test('half of the extra state is an error that names the missing method', () => {
  class Saves extends nn.Module { getExtraState() { return 1; } }
  class Takes extends nn.Module { setExtraState() {} }
  expect(() => new Takes().getExtraState()).toThrow('Takes: getExtraState is not defined');
  expect(() => new Saves().setExtraState(1)).toThrow('Saves: setExtraState is not defined');
  expect(Object.keys(new nn.Sequential(new Saves(), new nn.Linear(1, 1)).stateDict())).toEqual(['0._extra_state', '1.weight', '1.bias']);
});

test('assign: what is given becomes the memory and the dtype of the parameters, which stay the same objects', () => {
  const m = new nn.BatchNorm1d(2);
  const { weight } = m;
  const given = Object.fromEntries(Object.entries(m.stateDict()).map(([k, v]) => [k, v.isFloatingPoint() ? v.double().add(2) : v.clone()]));
  m.loadStateDict(given, { assign: true });
  expect(m.weight).toBe(weight);
  expect([m.weight.dtype, m.running_var.dtype, m.weight.requiresGrad, m.weight.isLeaf]).toEqual(['float64', 'float64', true, true]);
  given.weight.fill_(7);
  expect(values(m.weight)).toEqual([7, 7]);
  expect(() => m.loadStateDict({ ...given, bias: torsh.ones(3) }, true, true)).toThrow('size mismatch for bias');
});

test('setSubmodule replaces a module at a path', () => {
  const net = new nn.Sequential(new nn.Sequential(new nn.Linear(2, 2)), new nn.ReLU());
  const other = new nn.Linear(2, 5);
  net.setSubmodule('0.0', other);
  expect(net.getSubmodule('0.0')).toBe(other);
  expect(() => net.setSubmodule('0.1', other)).toThrow('setSubmodule: Sequential has no attribute `1`');
  expect(() => net.setSubmodule('', other)).toThrow('setSubmodule: Cannot set the submodule without a target name!');
  expect(() => net.setSubmodule('1', 3)).toThrow('setSubmodule: number is not a Module subclass');
});
