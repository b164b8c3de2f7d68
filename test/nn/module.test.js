// nn.Module: fields, walking, modes, conversion, hooks, copies.
const torsh = require('torsh');
const { values } = require('../support/numbers');

const { nn } = torsh;
const F = nn.functional;

class Net extends nn.Module {
  constructor() {
    super();
    this.fc1 = new nn.Linear(4, 3);
    this.scale = new nn.Parameter(torsh.ones(3));
    this.registerBuffer('mean', torsh.zeros(3));
    this.registerBuffer('scratch', torsh.zeros(2), false);
    this.fc2 = new nn.Linear(3, 2, { bias: false });
    this.plain = torsh.ones(1);
    this.layers = [new nn.Linear(2, 2), null, new nn.ReLU()];
    this.heads = { a: new nn.Linear(2, 1), b: [new nn.Parameter(torsh.zeros(1))] };
    this.note = 'text';
  }
  forward(x) {
    return this.layers[0](this.fc2(this.fc1(x).mul(this.scale)));
  }
}

test('an instance is a callable of its class', () => {
  const net = new Net();
  expect(typeof net).toBe('function');
  expect(net).toBeInstanceOf(Net);
  expect(net).toBeInstanceOf(nn.Module);
  expect(net.constructor).toBe(Net);
  expect('name' in net).toBe(false);
  expect('length' in net).toBe(false);
  expect(net(torsh.ones(5, 4)).shape).toEqual([5, 2]);
  class Named extends nn.Module {
    name = 'mine';
    length = 3;
    forward(...args) { return args; }
  }
  const named = new Named();
  expect([named.name, named.length]).toEqual(['mine', 3]);
  expect(named(1, { a: 2 }, [3])).toEqual([1, { a: 2 }, [3]]);
  expect(() => new nn.Module()(1)).toThrow('Module [Module] is missing the required "forward" function');
});

test('parameters, buffers and modules are found in definition order', () => {
  const net = new Net();
  const names = ['scale', 'fc1.weight', 'fc1.bias', 'fc2.weight', 'layers.0.weight', 'layers.0.bias', 'heads.a.weight', 'heads.a.bias', 'heads.b.0'];
  expect([...net.namedParameters()].map(([name]) => name)).toEqual(names);
  expect([...net.namedParameters('p')].map(([name]) => name)).toEqual(names.map((name) => `p.${name}`));
  expect([...net.namedParameters({ recurse: false })].map(([name]) => name)).toEqual(['scale', 'heads.b.0']);
  expect([...net.parameters()].every((p) => p instanceof nn.Parameter && p.requiresGrad && p.isLeaf)).toBe(true);
  expect([...net.namedBuffers()].map(([name]) => name)).toEqual(['mean', 'scratch']);
  expect([...net.buffers()].length).toBe(2);
  expect([...net.namedChildren()].map(([name]) => name)).toEqual(['fc1', 'fc2', 'layers.0', 'layers.2', 'heads.a']);
  expect([...net.namedModules()].map(([name]) => name)).toEqual(['', 'fc1', 'fc2', 'layers.0', 'layers.2', 'heads.a']);
  expect([...net.modules()][0]).toBe(net);
  expect(Object.keys(net.stateDict())).toEqual(['scale', 'mean', ...names.slice(1)]);
  net.extra = new nn.Linear(1, 1);
  delete net.fc1;
  net.scale = null;
  expect([...net.namedParameters()].map(([name]) => name)).toEqual([...names.slice(3), 'extra.weight', 'extra.bias']);
});

test('what is shared is found once, and saved under both names', () => {
  const shared = new nn.Linear(2, 2);
  const model = new nn.Sequential(shared, new nn.ReLU(), shared);
  model.again = shared.weight;
  expect([...model.namedParameters()].map(([name]) => name)).toEqual(['again', '0.bias']);
  expect([...model.namedParameters({ removeDuplicate: false })].map(([name]) => name)).toEqual(['again', '0.weight', '0.bias', '2.weight', '2.bias']);
  expect([...model.modules()].length).toBe(3);
  expect(Object.keys(model.stateDict())).toEqual(['again', '0.weight', '0.bias', '2.weight', '2.bias']);
});

test('a module that refers to itself can be walked', () => {
  const net = new nn.Sequential(new nn.Linear(1, 1));
  const data = { list: [] };
  data.self = data;
  net.data = data;
  net.numbers = Array.from({ length: 10 }, (_, i) => i);
  expect([...net.parameters()].length).toBe(2);
});

test('nn.Buffer registers itself', () => {
  const net = new nn.Module();
  net.kept = new nn.Buffer(torsh.ones(2));
  net.scratch = new nn.Buffer(torsh.ones(2), { persistent: false });
  expect([...net.namedBuffers()].map(([name]) => name)).toEqual(['kept', 'scratch']);
  expect(Object.keys(net.stateDict())).toEqual(['kept']);
  expect(net.kept.requiresGrad).toBe(false);
});

test('registration refuses what PyTorch refuses', () => {
  const net = new Net();
  expect(() => net.registerBuffer('a.b', torsh.ones(1))).toThrow('buffer name can\'t contain "."');
  expect(() => net.registerBuffer('', torsh.ones(1))).toThrow('empty string');
  expect(() => net.registerBuffer('forward', torsh.ones(1))).toThrow("attribute 'forward' already exists");
  expect(() => net.registerBuffer('fc1', torsh.ones(1))).toThrow("attribute 'fc1' already exists");
  expect(() => net.registerBuffer('x', 3)).toThrow("cannot assign 'number' object to buffer 'x'");
  expect(() => net.registerParameter('p', torsh.ones(1))).toThrow("cannot assign 'Tensor' object to parameter 'p'");
  expect(() => net.registerModule('m', 7)).toThrow('is not a Module subclass');
  expect(() => net.addModule('scale', new nn.ReLU())).toThrow("attribute 'scale' already exists");
  net.registerParameter('late', null);
  expect([...net.namedParameters()].map(([name]) => name)).not.toContain('late');
  net.registerParameter('late', new nn.Parameter(torsh.ones(1)));
  net.registerBuffer('mean', torsh.ones(3));
  net.registerModule('fc1', new nn.Linear(1, 1));
  expect([...net.namedParameters()].map(([name]) => name)).toContain('late');
  expect(() => new nn.Parameter([1, 2])).toThrow(torsh.TorshError);
  expect(() => new nn.Parameter(torsh.tensor([1n]))).toThrow(torsh.TorshError);
});

test('a Parameter shares the storage of its tensor, outside the graph', () => {
  const source = torsh.ones(3);
  const p = new nn.Parameter(source);
  expect([p.requiresGrad, p.isLeaf, source.requiresGrad]).toEqual([true, true, false]);
  torsh.noGrad(() => p.mul_(2));
  expect(values(source)).toEqual([2, 2, 2]);
  const made = torsh.ones(2, { requiresGrad: true }).mul(3);
  const q = new nn.Parameter(made, { requiresGrad: false });
  expect([q.isLeaf, q.requiresGrad]).toEqual([true, false]);
  expect(String(new nn.Parameter(torsh.zeros(2)))).toBe('Parameter containing:\ntensor([0., 0.], requires_grad=True)');
  expect(p.mul(2)).not.toBeInstanceOf(nn.Parameter);
});

test('getSubmodule, getParameter, getBuffer', () => {
  const net = new Net();
  expect(net.getSubmodule('')).toBe(net);
  expect(net.getSubmodule('layers.0')).toBe(net.layers[0]);
  expect(net.getParameter('heads.a.bias')).toBe(net.heads.a.bias);
  expect(net.getBuffer('mean')).toBe(net.mean);
  expect(() => net.getSubmodule('fc1.nothing')).toThrow('Linear has no attribute `nothing`');
  expect(() => net.getSubmodule('fc1.weight')).toThrow('`fc1.weight` is not an nn.Module');
  expect(() => net.getParameter('mean')).toThrow('`mean` is not an nn.Parameter');
  expect(() => net.getBuffer('plain')).toThrow('`plain` is not a buffer');
});

test('train, eval, apply, requiresGrad_, zeroGrad', () => {
  const net = new Net();
  expect(net.eval()).toBe(net);
  expect([...net.modules()].some((m) => m.training)).toBe(false);
  net.train();
  expect([...net.modules()].every((m) => m.training)).toBe(true);
  expect(() => net.train(1)).toThrow('training mode is expected to be boolean');
  const seen = [];
  net.apply((m) => seen.push(m));
  expect(seen.length).toBe(6);
  expect(seen[5]).toBe(net);
  net(torsh.ones(2, 4)).sum().backward();
  expect(net.fc1.weight.grad.shape).toEqual([3, 4]);
  net.zeroGrad({ setToNone: false });
  expect(values(net.fc1.weight.grad).every((x) => x === 0)).toBe(true);
  net.zeroGrad();
  expect(net.fc1.weight.grad).toBe(null);
  net.requiresGrad_(false);
  expect([...net.parameters()].some((p) => p.requiresGrad)).toBe(false);
});

test('to converts in place what is floating-point', () => {
  const model = new nn.Sequential(new nn.Linear(3, 2), new nn.BatchNorm1d(2));
  const { weight } = model[0];
  model(torsh.ones(2, 3)).sum().backward();
  expect(model.double()).toBe(model);
  expect(model[0].weight).toBe(weight);
  expect([weight.dtype, weight.grad.dtype, model[1].running_mean.dtype, model[1].num_batches_tracked.dtype]).toEqual(['float64', 'float64', 'float64', 'int64']);
  expect(weight.requiresGrad && weight.isLeaf).toBe(true);
  model.to({ dtype: 'bfloat16' });
  expect(weight.dtype).toBe('bfloat16');
  expect(model.to('float16')[0].bias.dtype).toBe('float16');
  expect(model.to(torsh.zeros(1))[0].bias.dtype).toBe('float32');
  expect(model.to('cpu')).toBe(model);
  expect(() => model.to('int64')).toThrow('nn.Module.to only accepts floating point or complex dtypes');
  expect(() => model.to('cuda')).toThrow(torsh.TorshError);
  expect(() => model.to({ dtyp: 'float32' })).toThrow("unexpected option 'dtyp'");
  expect(model.half().float().bfloat16()[0].weight.dtype).toBe('bfloat16');
});

test('forward hooks see and replace arguments and results', () => {
  const model = new nn.Linear(2, 2);
  const log = [];
  const pre = model.registerForwardPreHook((m, args) => { log.push(['pre', m === model, args.length]); });
  const double = model.registerForwardPreHook((_, [x]) => x.mul(2));
  const post = model.registerForwardHook((m, args, output) => { log.push(['post', m === model, args.length, output.shape]); });
  const shift = model.registerForwardHook((_m, _a, output) => output.add(1));
  const first = model.registerForwardPreHook(() => { log.push(['first']); }, { prepend: true });
  const x = torsh.ones(1, 2);
  const want = values(F.linear(x.mul(2), model.weight, model.bias).add(1));
  expect(values(model(x))).toEqual(want);
  expect(log).toEqual([['first'], ['pre', true, 1], ['post', true, 1, [1, 2]]]);
  [pre, double, post, shift, first].forEach((handle) => handle.remove());
  double.remove();
  expect(values(model(x))).toEqual(values(F.linear(x, model.weight, model.bias)));
  expect(log.length).toBe(3);
  const once = model.registerForwardHook(() => { once.remove(); log.push('once'); });
  model(x);
  model(x);
  expect(log.filter((entry) => entry === 'once').length).toBe(1);
  expect(() => model.registerForwardHook(3)).toThrow('a hook must be a function');
  model.registerForwardPreHook(() => { throw new Error('from the hook'); });
  expect(() => model(x)).toThrow('from the hook');
});

test('full backward hooks see and replace gradients', () => {
  const model = new nn.Linear(2, 3, { bias: false });
  const x = torsh.ones(1, 2, { requiresGrad: true });
  const seen = [];
  const handle = model.registerFullBackwardHook((m, gradInput, gradOutput) => {
    seen.push([m === model, gradInput.map(values), gradOutput.map(values)]);
    return [gradInput[0].mul(10)];
  });
  model(x).sum().backward();
  const columns = values(model.weight.sum(0));
  expect(seen).toEqual([[true, [columns], [[1, 1, 1]]]]);
  expect(values(x.grad)).toEqual(columns.map((v) => Math.fround(v * 10)));
  expect(values(model.weight.grad)).toEqual([1, 1, 1, 1, 1, 1]);
  handle.remove();
  // Without gradients of inputs the hook still sees those of the outputs.
  model.registerFullBackwardHook((_m, gradInput, gradOutput) => { seen.push([gradInput, gradOutput.map(values)]); });
  model(torsh.ones(1, 2)).sum().backward();
  expect(seen[1]).toEqual([[null], [[1, 1, 1]]]);
  expect(torsh.noGrad(() => model(x)).requiresGrad).toBe(false);
});

test('full backward hooks of several inputs and outputs', () => {
  class Pair extends nn.Module {
    forward(a, b, factor) { return [a.mul(b), a.add(b).mul(factor)]; }
  }
  const model = new Pair();
  const seen = [];
  model.registerFullBackwardHook((_m, gradInput, gradOutput) => {
    seen.push([gradInput.map((g) => g && values(g)), gradOutput.map((g) => g && values(g))]);
    return gradInput.map((g) => g && g.mul(2));
  });
  const a = torsh.tensor([1, 2], { requiresGrad: true });
  const b = torsh.tensor([[3], [5]], { requiresGrad: true });
  const [product, sum] = model(a, b, 7);
  product.sum().add(sum.sum()).backward();
  expect(seen).toEqual([[[[22, 22], [17, 17], null], [[1, 1, 1, 1], [1, 1, 1, 1]]]]);
  expect(values(a.grad)).toEqual([44, 44]);
  expect(values(b.grad)).toEqual([34, 34]);
});

test('deepcopy shares nothing and keeps the structure', () => {
  const net = new Net();
  net.tied = net.fc1;
  net.fc1.registerForwardHook((_m, _a, y) => y.mul(2));
  net.fc1.weight.grad = torsh.ones(3, 4);
  const copy = torsh.deepcopy(net);
  expect(copy).toBeInstanceOf(Net);
  expect(copy.tied).toBe(copy.fc1);
  expect(copy.fc1).not.toBe(net.fc1);
  expect(Object.keys(copy.stateDict())).toEqual(Object.keys(net.stateDict()));
  expect([...copy.namedBuffers()].map(([name]) => name)).toEqual(['mean', 'scratch']);
  expect(copy.fc1.weight).toBeInstanceOf(nn.Parameter);
  const x = torsh.ones(1, 4);
  expect(values(copy(x))).toEqual(values(net(x)));
  torsh.noGrad(() => net.fc1.weight.zero_());
  expect(values(copy.fc1.weight).some((v) => v !== 0)).toBe(true);
  expect(copy.heads.b[0]).not.toBe(net.heads.b[0]);
  expect(() => torsh.deepcopy([net(x)])).toThrow('graph leaves');
});

test('a module in training: gradients, a step, lower loss', () => {
  torsh.manualSeed(0);
  const model = new nn.Sequential(new nn.Linear(2, 16), new nn.Tanh(), new nn.Linear(16, 2));
  const x = torsh.tensor([[0, 0], [0, 1], [1, 0], [1, 1]]);
  const y = torsh.tensor([0, 1, 1, 0]);
  const opt = new torsh.optim.Adam(model.parameters(), { lr: 0.05 });
  const lossOf = new nn.CrossEntropyLoss();
  let loss;
  for (let i = 0; i < 100; i++) {
    opt.zeroGrad();
    loss = lossOf(model(x), y);
    loss.backward();
    opt.step();
  }
  expect(loss.item()).toBeLessThan(0.05);
  expect(model(x).argmax(1).tolist()).toEqual([0, 1, 1, 0]);
});

test('modules of the library take arguments by name, those of users take what they are given', () => {
  const linear = new nn.Linear(2, 1);
  const x = torsh.ones(3, 2);
  expect(values(linear({ input: x }))).toEqual(values(linear(x)));
  expect(() => linear({ inputs: x })).toThrow("Linear: got an unexpected option 'inputs'");
  expect(new nn.MSELoss()(x, { target: x }).item()).toBe(0);
  class Own extends nn.Linear {
    forward(options) { return options; }
  }
  const options = { input: 3 };
  expect(new Own(1, 1)(options)).toBe(options);
  expect(new nn.Sequential(new nn.Identity())(options)).toBe(options);
});

test('activations in place: the values, and the gradients of what was there', () => {
  for (const make of [() => new nn.ReLU({ inplace: true }), () => new nn.SiLU({ inplace: true }), () => new nn.Dropout({ p: 0.5, inplace: true })]) {
    const [layer, x] = [make(), torsh.tensor([-1, 0.5, 2], { requiresGrad: true })];
    const twin = torsh.deepcopy(layer);
    twin.inplace = false;
    const y = x.mul(1);
    torsh.manualSeed(1);
    expect(layer(y)).toBe(y);
    y.mul(y).sum().backward();
    const z = torsh.tensor([-1, 0.5, 2], { requiresGrad: true });
    torsh.manualSeed(1);
    const out = twin(z.mul(1));
    out.mul(out).sum().backward();
    expect(values(y)).toEqual(values(out));
    expect(values(x.grad)).toEqual(values(z.grad));
  }
});
