// nn.Module: hooks of all kinds, lazily and at run time changing trees, copies.
const torsh = require('torsh');
const { values } = require('../support/numbers');

const { nn } = torsh;
const hooksOfAll = nn.modules.module;
const x = () => torsh.tensor([[1, 2]]);

class Scaled extends nn.Module {
  constructor() {
    super();
    this.layer = new nn.Linear(2, 2, { bias: false });
    torsh.noGrad(() => this.layer.weight.copy_(torsh.eye(2)));
  }
  forward(input, { scale = 1, fail = false } = {}) {
    if (fail) throw new Error('forward failed');
    return this.layer(input).mul(scale);
  }
}

test('forward hooks with options take them apart from the arguments', () => {
  const model = new Scaled();
  const log = [];
  const plain = model.registerForwardPreHook((_m, args) => { log.push(['plain', args.length]); });
  const pre = model.registerForwardPreHook((_m, args, kwargs) => { log.push(['pre', args.length, kwargs]); return [args, { ...kwargs, scale: 3 }]; }, { withKwargs: true });
  const post = model.registerForwardHook((_m, args, kwargs, output) => { log.push(['post', args.length, kwargs, values(output)]); return output.add(1); }, { withKwargs: true });
  expect(values(model(x()))).toEqual([4, 7]);
  expect(values(model(x(), { scale: 2 }))).toEqual([4, 7]);
  expect(log).toEqual([
    ['plain', 1], ['pre', 1, {}], ['post', 1, { scale: 3 }, [3, 6]],
    ['plain', 2], ['pre', 1, { scale: 2 }], ['post', 1, { scale: 3 }, [3, 6]],
  ]);
  [plain, pre, post].forEach((handle) => handle.remove());
  model.registerForwardPreHook(() => 3, { withKwargs: true });
  expect(() => model(x())).toThrow('forward pre-hook must return null or [args, kwargs]');
});

test('library modules: hooks without options see arguments in order, with options as they were given', () => {
  const linear = new nn.Linear(2, 1);
  const seen = [];
  linear.registerForwardPreHook((_m, args) => { seen.push(args.length); });
  linear.registerForwardPreHook((_m, args, kwargs) => { seen.push([args.length, Object.keys(kwargs)]); }, { withKwargs: true });
  linear({ input: x() });
  expect(seen).toEqual([1, [0, ['input']]]);
});

test('prepend, alwaysCall', () => {
  const model = new Scaled();
  const log = [];
  model.registerForwardHook(() => { log.push('b'); });
  model.registerForwardHook(() => { log.push('a'); }, { prepend: true });
  model.registerForwardHook((_m, _a, output) => { log.push(output === null ? 'always, null' : 'always'); }, { alwaysCall: true });
  model.registerForwardHook(() => { log.push('c'); throw new Error('of a hook'); }, { alwaysCall: true });
  expect(() => model(x(), { fail: true })).toThrow('forward failed');
  expect(log).toEqual(['always, null', 'c']);
  expect(() => model(x())).toThrow('of a hook');
  expect(log.slice(2)).toEqual(['a', 'b', 'always', 'c']);
});

test('full backward pre hooks replace gradients of outputs', () => {
  const model = new Scaled();
  const seen = [];
  const pre = model.registerFullBackwardPreHook((m, gradOutput) => { seen.push(['pre', m === model, gradOutput.map(values)]); return [gradOutput[0].mul(2)]; });
  model.registerFullBackwardHook((_m, gradInput, gradOutput) => { seen.push(['post', gradInput.map(values), gradOutput.map(values)]); });
  const input = x().requiresGrad_();
  model(input).sum().backward();
  expect(seen).toEqual([['pre', true, [[1, 1]]], ['post', [[2, 2]], [[2, 2]]]]);
  expect(values(input.grad)).toEqual([2, 2]);
  expect(values(model.layer.weight.grad)).toEqual([2, 4, 2, 4]);
  pre.remove();
  const bad = model.registerFullBackwardPreHook(() => []);
  expect(() => model(input).sum().backward()).toThrow('a backward pre hook returned 0 gradients, but there are 1 outputs');
  bad.remove();
});

test('backward hooks of tensors of several dtypes', () => {
  class Mixed extends nn.Module {
    forward(a, b) { return [a.mul(b.float()), b.mul(2)]; }
  }
  const model = new Mixed();
  const seen = [];
  model.registerFullBackwardHook((_m, gradInput, gradOutput) => {
    seen.push([gradInput.map((g) => [g.dtype, values(g)]), gradOutput.map((g) => [g.dtype, values(g)])]);
  });
  const a = torsh.tensor([1, 2], { requiresGrad: true });
  const b = torsh.tensor([3, 4], { dtype: 'bfloat16', requiresGrad: true });
  const [y, z] = model(a, b);
  expect([y.dtype, z.dtype]).toEqual(['float32', 'bfloat16']);
  y.sum().add(z.float().sum()).backward();
  expect(seen).toEqual([[
    [['float32', [3, 4]], ['bfloat16', [3, 4]]], [['float32', [1, 1]], ['bfloat16', [1, 1]]],
  ]]);
  expect([b.grad.dtype, values(b.grad)]).toEqual(['bfloat16', [3, 4]]);
});

test('hooks of all modules run before their own and go away', () => {
  const log = [];
  const name = (m) => m.constructor.name;
  const handles = [
    hooksOfAll.registerModuleForwardPreHook((m) => { log.push(`pre ${name(m)}`); }),
    hooksOfAll.registerModuleForwardHook((m) => { log.push(`post ${name(m)}`); }),
    hooksOfAll.registerModuleFullBackwardPreHook((m) => { log.push(`back pre ${name(m)}`); }),
    hooksOfAll.registerModuleFullBackwardHook((m) => { log.push(`back ${name(m)}`); }),
  ];
  const model = new Scaled();
  model.registerForwardHook(() => { log.push('own'); });
  model(x().requiresGrad_()).sum().backward();
  expect(log).toEqual([
    'pre Scaled', 'pre Linear', 'post Linear', 'post Scaled', 'own', 'back pre Scaled', 'back pre Linear', 'back Linear', 'back Scaled',
  ]);
  handles.forEach((handle) => handle.remove());
  model(x());
  expect(log.length).toBe(10);
  expect(() => hooksOfAll.registerModuleForwardHook(null)).toThrow('a hook must be a function');
});

test('registration hooks see what is registered and may replace it', () => {
  const seen = [];
  const handles = [
    hooksOfAll.registerModuleBufferRegistrationHook((_m, name, buffer) => { seen.push(['buffer', name]); return buffer.add(1); }),
    hooksOfAll.registerModuleParameterRegistrationHook((_m, name) => { seen.push(['parameter', name]); }),
    hooksOfAll.registerModuleModuleRegistrationHook((_m, name, module) => { seen.push(['module', name, module.constructor.name]); }),
  ];
  try {
    const model = new nn.Sequential(new nn.ReLU());
    model.registerBuffer('b', torsh.zeros(1));
    model.registerParameter('p', new nn.Parameter(torsh.zeros(1)));
    model.addModule('m', new nn.Tanh());
    expect(values(model.b)).toEqual([1]);
  } finally {
    handles.forEach((handle) => handle.remove());
  }
  expect(seen).toEqual([['module', '0', 'ReLU'], ['buffer', 'b'], ['parameter', 'p'], ['module', 'm', 'Tanh']]);
});

test('state dict hooks: before, after, and before loading', () => {
  const model = new nn.Sequential(new Scaled());
  const log = [];
  model[0].registerStateDictPreHook((m, prefix, keepVars) => { log.push(['saving', m === model[0], prefix, keepVars]); });
  const after = model[0].registerStateDictPostHook((_m, dict, prefix, metadata) => {
    log.push(['saved', prefix, metadata.version]);
    dict[`${prefix}old`] = dict[`${prefix}layer.weight`];
    delete dict[`${prefix}layer.weight`];
  });
  const dict = model.stateDict();
  expect(Object.keys(dict)).toEqual(['0.old']);
  expect(log).toEqual([['saving', true, '0.', false], ['saved', '0.', 1]]);
  after.remove();
  expect(() => model.loadStateDict(dict)).toThrow('Missing key(s) in state_dict: "0.layer.weight"');
  const loading = model[0].registerLoadStateDictPreHook((_m, given, prefix, _metadata, strict) => {
    log.push(['loading', prefix, strict]);
    given[`${prefix}layer.weight`] = given[`${prefix}old`].mul(5);
    delete given[`${prefix}old`];
  });
  model[0].registerLoadStateDictPostHook((_m, keys) => { log.push(['loaded', keys.missingKeys.length]); });
  model.loadStateDict(dict);
  expect(log.slice(2)).toEqual([['loading', '0.', true], ['loaded', 0]]);
  expect(values(model[0].layer.weight)).toEqual([5, 0, 0, 5]);
  expect(Object.keys(dict)).toEqual(['0.old']);
  loading.remove();
  model[0].registerLoadStateDictPreHook((_m, _d, _p, _md, _s, _missing, _unexpected, errors) => { errors.push('not this one'); });
  expect(() => model.loadStateDict({})).toThrow('not this one');
});

test('namedModules: memo, prefix, duplicates', () => {
  const model = new nn.Sequential(new nn.ReLU(), new nn.Sequential(new nn.Tanh()));
  model.again = model[1];
  const names = (...args) => model.namedModules(...args).map(([name]) => name);
  expect(names()).toEqual(['', '0', '1', '1.0']);
  expect(names(null, 'm')).toEqual(['m', 'm.0', 'm.1', 'm.1.0']);
  expect(names({ removeDuplicate: false })).toEqual(['', '0', '1', '1.0', 'again', 'again.0']);
  const memo = new Set([model[1]]);
  expect(names(memo)).toEqual(['', '0']);
  expect(memo.has(model[0])).toBe(true);
});

test('toEmpty keeps shapes, dtypes and identities', () => {
  const model = new nn.BatchNorm1d(3).double();
  const { weight } = model;
  expect(model.toEmpty({ device: 'cpu' })).toBe(model);
  expect(model.weight).toBe(weight);
  expect([weight.shape, weight.dtype, model.running_mean.dtype, model.num_batches_tracked.dtype]).toEqual([[3], 'float64', 'float64', 'int64']);
});

test('deepcopy: shared parameters stay shared, lazy ones stay lazy, gradients of tensors come along', () => {
  const model = new nn.Sequential(new nn.Linear(2, 2), new nn.Linear(2, 2));
  model[1].weight = model[0].weight;
  const copy = torsh.deepcopy(model);
  expect(copy[1].weight).toBe(copy[0].weight);
  expect(copy[0].weight).not.toBe(model[0].weight);
  expect(copy.parameters().length).toBe(3);
  const lazy = new nn.Sequential(new nn.LazyLinear(3), new nn.LazyConv1d(2, 1));
  const twin = torsh.deepcopy(lazy);
  expect(twin[0].weight).toBeInstanceOf(nn.UninitializedParameter);
  expect(twin[0](torsh.ones(1, 5)).shape).toEqual([1, 3]);
  expect(twin[1](torsh.ones(1, 4, 5)).shape).toEqual([1, 2, 5]);
  expect(twin[0].weight).not.toBeInstanceOf(nn.UninitializedParameter);
  expect(lazy[0].weight).toBeInstanceOf(nn.UninitializedParameter);
  const leaf = torsh.ones(2, { requiresGrad: true });
  leaf.mul(3).sum().backward();
  expect(values(torsh.deepcopy(leaf).grad)).toEqual([3, 3]);
  model.registerForwardHook((_m, _a, y) => y.mul(0).abs());
  expect(values(torsh.deepcopy(model)(x()))).toEqual([0, 0]);
});

test('modules whose graph changes at run time', () => {
  class Growing extends nn.Module {
    constructor() {
      super();
      this.layers = new nn.ModuleList();
    }
    forward(input) {
      this.first ??= new nn.Linear(input.shape[1], 2);
      let h = this.first(input);
      for (const layer of this.layers) h = layer(h).tanh();
      return h;
    }
  }
  const model = new Growing();
  expect(model.parameters()).toEqual([]);
  expect(model(torsh.ones(1, 7)).shape).toEqual([1, 2]);
  expect(model.namedParameters().map(([name]) => name)).toEqual(['first.weight', 'first.bias']);
  const optimizer = new torsh.optim.SGD(model.parameters(), { lr: 0.1 });
  for (let depth = 1; depth <= 3; depth++) {
    const added = new nn.Linear(2, 2);
    model.layers.append(added);
    optimizer.addParamGroup({ params: added.parameters() });
    const before = values(added.weight);
    optimizer.zeroGrad();
    model(torsh.ones(3, 7)).sum().backward();
    optimizer.step();
    expect(values(added.weight)).not.toEqual(before);
    expect(model.parameters().length).toBe(2 + 2 * depth);
  }
  model.layers.pop(1);
  delete model.first;
  expect(Object.keys(model.stateDict())).toEqual(['layers.0.weight', 'layers.0.bias', 'layers.1.weight', 'layers.1.bias']);
  model.first = new nn.Sequential(new nn.Linear(4, 3), new nn.ReLU(), new nn.Linear(3, 2));
  model(torsh.ones(1, 4)).sum().backward();
  expect(model.first[0].weight.grad.shape).toEqual([3, 4]);
  expect(torsh.deepcopy(model).eval().layers[1].training).toBe(false);
});

test('registerBackwardHook, the older name, sees and replaces gradients of inputs', () => {
  const layer = new nn.Linear(2, 1, { bias: false });
  const handle = layer.registerBackwardHook((module, gradInput, gradOutput) => [gradInput[0].mul(gradOutput[0].item())]);
  const x = torsh.ones(1, 2, { requiresGrad: true });
  layer(x).mul(3).sum().backward();
  expect(x.grad.allclose(layer.weight.detach().mul(9))).toBe(true);
  handle.remove();
  expect(() => layer.cuda()).toThrow('cuda: torsh computes on the CPU');
  expect(layer.shareMemory()).toBe(layer);
});
