// torsh.compile: what a program gives is what the function gives, to the bit; what cannot be a program runs as it is and says why.
const torsh = require('torsh');

const { nn } = torsh;
const values = (x) => (Array.isArray(x) ? x.map(values) : torsh.isTensor(x) ? [x.dtype, x.shape, Array.from(x.toTypedArray(), String)] : x);
const live = () => { torsh.emptyCache(); return torsh.memory().handles; };
const ready = (compiled) => compiled.explain().programs.filter((p) => p.ready);
const reasons = (compiled) => compiled.explain().breaks.map((b) => b.reason);

/** Calls both with the same arguments and random numbers, several times; the last ones are runs of a program. */
function agree(compiled, plain, makeArgs, calls = 4, same = (a, b) => expect(a).toEqual(b)) {
  for (let i = 0; i < calls; i++) {
    const args = makeArgs(i);
    torsh.manualSeed(i);
    const got = values(compiled(...args));
    const state = torsh.rand(1).item();
    torsh.manualSeed(i);
    same(got, values(plain(...args)));
    expect(state).toBe(torsh.rand(1).item());
  }
}

class Attention extends nn.Module {
  constructor() {
    super();
    this.qkv = new nn.Linear(8, 24);
    this.norm = new nn.LayerNorm(8);
    this.drop = new nn.Dropout(0.3);
  }
  forward(x) {
    const [q, k, v] = this.qkv(this.norm(x)).chunk(3, -1);
    return x.add(this.drop(nn.functional.scaledDotProductAttention(q, k, v, { isCausal: true })));
  }
}

const models = {
  'a multi-layer perceptron': [() => new nn.Sequential(new nn.Linear(6, 16), new nn.ReLU(), new nn.Dropout(0.5), new nn.Linear(16, 3)), [5, 6]],
  'a convolutional net': [() => new nn.Sequential(new nn.Conv2d(2, 4, 3, { padding: 1 }), new nn.BatchNorm2d(4), new nn.ReLU(), new nn.MaxPool2d(2), new nn.Flatten(), new nn.Linear(36, 3)), [4, 2, 6, 6]],
  'attention': [() => new Attention(), [2, 5, 8]],
  'an LSTM': [() => new nn.LSTM(4, 6, { batchFirst: true }), [2, 3, 4]],
};

describe.each(Object.entries(models))('%s', (_, [make, shape]) => {
  test('forward, in training and in eval', () => {
    torsh.manualSeed(1);
    const model = make(), twin = torsh.deepcopy(model), compiled = torsh.compile(model);
    agree(compiled, twin, () => [torsh.randn(shape)]);
    model.eval();
    twin.eval();
    agree(compiled, twin, () => [torsh.randn(shape)]);
    // Without gradients the norm is folded into the convolution, which rounds otherwise.
    const near = (a, b) => a[2].forEach((x, i) => expect(Number(x)).toBeCloseTo(Number(b[2][i]), 4));
    torsh.noGrad(() => agree(compiled, twin, () => [torsh.randn(shape)], 4, _ === 'a convolutional net' ? near : undefined));
    const programs = ready(compiled);
    expect(programs.map((p) => p.runs)).toEqual([2, 2, 2]);
    expect(programs[0].inputs).toEqual([`float32[${shape.join(', ')}]`]);
    expect(programs[0].constants).toBeGreaterThan(0);
    expect(compiled.explain().breaks).toEqual([]);
    for (const [name, buffer] of model.namedBuffers()) expect(values(buffer)).toEqual(values(new Map(twin.namedBuffers()).get(name)));
  });

  test('a train loop: the loss is a program, the optimizer is not', () => {
    torsh.manualSeed(2);
    const model = make(), twin = torsh.deepcopy(model);
    const losses = [model, twin].map((m) => {
      const loss = (x) => { const y = m(x); return (Array.isArray(y) ? y[0] : y).square().mean(); };
      return [m, m === model ? torsh.compile(loss) : loss, new torsh.optim.AdamW(m.parameters(), { lr: 0.01 })];
    });
    for (let i = 0; i < 6; i++) {
      const x = torsh.randn(shape);
      const [a, b] = losses.map(([m, loss, optimizer]) => {
        torsh.manualSeed(i);
        optimizer.zeroGrad();
        const l = loss(x);
        l.backward();
        const gradients = [...m.parameters()].map((p) => values(p.grad));
        optimizer.step();
        return [l.item(), gradients];
      });
      expect(a).toEqual(b);
    }
    expect(ready(losses[0][1])[0].runs).toBe(4);
    expect([...model.parameters()].map(values)).toEqual([...twin.parameters()].map(values));
  });
});

test('forward and backward in one program', () => {
  const model = new nn.Linear(3, 2), twin = torsh.deepcopy(model);
  const step = (m) => (x) => {
    const loss = m(x).square().sum();
    loss.backward();
    return loss.detach();
  };
  const whole = torsh.compile(step(model));
  agree(whole, step(twin), () => [torsh.randn(4, 3)], 5);
  expect(values(model.weight.grad)).toEqual(values(twin.weight.grad));
  expect(ready(whole)[0].runs).toBe(3);
  const gradients = (m) => (x) => torsh.autograd.grad(m(x).square().sum(), [m.weight, m.bias]);
  const compiled = torsh.compile(gradients(model));
  agree(compiled, gradients(twin), () => [torsh.randn(4, 3)]);
  expect(ready(compiled)).toHaveLength(1);
});

test('gradients flow through a program to its inputs, and twice', () => {
  const fn = (x, y) => x.mul(y).tanh().sum(0);
  const compiled = torsh.compile(fn);
  for (let i = 0; i < 4; i++) {
    const [x, y] = [torsh.randn(3, 2).requiresGrad_(), torsh.randn(3, 2).requiresGrad_()];
    const second = (f) => {
      const [g] = torsh.autograd.grad(f(x, y).sum(), [x], { createGraph: true });
      return torsh.autograd.grad(g.square().sum(), [x, y]);
    };
    expect(values(second(compiled))).toEqual(values(second(fn)));
  }
  const x = torsh.randn(3, 2, { dtype: 'float64', requiresGrad: true }), y = torsh.randn(3, 2, { dtype: 'float64', requiresGrad: true });
  for (let i = 0; i < 2; i++) compiled(x, y);
  expect(torsh.autograd.gradcheck(compiled, [x, y])).toBe(true);
});

test('new shapes, dtypes, strides, modes and other arguments are recorded anew', () => {
  const fn = (x, { scale, dims }) => x.mul(scale).sum(dims[0]);
  const compiled = torsh.compile(fn);
  const options = { scale: 2, dims: [0] };
  for (const make of [() => torsh.randn(2, 3), () => torsh.randn(4, 3), () => torsh.randn(3, 2).t(), () => torsh.randn(2, 3, { dtype: 'float64' }), () => torsh.ones(2, 3).requiresGrad_()]) {
    agree(compiled, fn, () => [make(), options]);
  }
  agree(compiled, fn, () => [torsh.randn(2, 3), { scale: 3, dims: [0] }]);
  agree(compiled, fn, () => [torsh.randn(2, 3), { scale: 2, dims: [1] }]);
  torsh.inferenceMode(() => agree(compiled, fn, () => [torsh.randn(2, 3), options]));
  const product = (a, b) => a.matmul(b);
  const products = torsh.compile(product);
  agree(products, product, () => [torsh.randn(4, 4), torsh.randn(4, 4)]);
  torsh.autocast(() => agree(products, product, () => [torsh.randn(4, 4), torsh.randn(4, 4)]));
  agree(products, product, () => [torsh.randn(4, 4), torsh.randn(4, 4)], 1);
  expect(ready(compiled)).toHaveLength(8);
  expect(ready(products).map((p) => p.runs)).toEqual([3, 2]);
});

test('in-place changes, views, out=, tensors made of numbers, several results', () => {
  const state = torsh.zeros(3);
  const fn = (x) => {
    const y = x.clone();
    y.at(0).mul_(2);
    y.narrow(1, 0, 2).add_(torsh.tensor([[1], [10]]));
    state.add_(y.sum(0));
    const out = torsh.empty(2, 3);
    torsh.exp(y, { out });
    const { values: top, indices } = y.topk(2, 1);
    return { top, list: [indices, out, x, 7, null, state], rows: y.unbind(0), again: top };
  };
  const compiled = torsh.compile(fn);
  for (let i = 0; i < 4; i++) {
    const x = torsh.randn(2, 3), before = state.clone();
    const got = compiled(x), text = values(Object.values(got).flat());
    state.copy_(before);
    expect(text).toEqual(values(Object.values(fn(x)).flat()));
    expect(got.list[2]).toBe(x);
    expect(got.list[5]).toBe(state);
    expect(got.again).toBe(got.top);
  }
  expect(ready(compiled)[0].runs).toBe(2);
  const named = torsh.compile((x) => x.max(1));
  for (let i = 0; i < 3; i++) expect(named(torsh.tensor([[1, 3, 2]])).indices.item()).toBe(1);
});

test('an argument that the function also reaches by itself is told apart', () => {
  const w = torsh.tensor([1, 2, 3]);
  const fn = (x) => x.mul(w).add(x);
  const compiled = torsh.compile(fn);
  const same = [w, w, w, torsh.tensor([4, 5, 6]), torsh.tensor([4, 5, 6]), torsh.tensor([7, 8, 9]), w];
  agree(compiled, fn, (i) => [same[i]], same.length);
  const pair = (a, b) => a.clone().add_(b).mul(a);
  const pairs = torsh.compile(pair);
  agree(pairs, pair, (i) => (i % 2 ? [torsh.randn(2), torsh.randn(2)] : [w, w]), 8);
});

test('what JavaScript computes anew at each call is found out', () => {
  let n = 0;
  const counting = torsh.compile((x) => x.add(++n));
  for (let i = 1; i < 9; i++) expect(counting(torsh.zeros(1)).item()).toBe(i);
  expect(reasons(counting)[0]).toMatch(/not the same at each call: argument 'other' of call 1, add/);
  const made = torsh.compile((x) => x.add(torsh.tensor([++n])));
  for (let i = 0; i < 8; i++) expect(made(torsh.zeros(1)).item()).toBe(n);
  expect(reasons(made)[0]).toMatch(/a tensor of other values/);
  let state = torsh.zeros(1);
  const carried = torsh.compile((x) => (state = state.add(x)));
  for (let i = 1; i < 9; i++) expect(carried(torsh.ones(1)).item()).toBe(i);
  class Stateful extends nn.Module {
    constructor() { super(); this.calls = 0; }
    forward(x) { this.calls++; return x.mul(this.calls); }
  }
  class Scaled extends nn.Module {
    constructor() { super(); this.scale = 0; }
    forward(x) { return x.mul(this.scale); }
  }
  const stateful = torsh.compile(new Stateful());
  for (let i = 1; i < 14; i++) expect(stateful(torsh.ones(1)).item()).toBe(i);
  expect(reasons(stateful)[0]).toBe("field 'calls' of a Stateful changes at each call");
  const model = new Scaled(), scaled = torsh.compile(model);
  for (let i = 0; i < 27; i++) {
    model.scale = Math.floor(i / 3);
    expect(scaled(torsh.ones(1)).item()).toBe(model.scale);
  }
  expect(reasons(scaled)[0]).toBe("field 'scale' of a Scaled has had more than 8 values");
});

test.each([
  ['item()', (x) => (x.sum().item() > 0 ? x.mul(2) : x.mul(3)), /item gives values to JavaScript/],
  ['tolist()', (x) => (x.tolist()[0] > 0 ? x.mul(2) : x.mul(3)), /reads values into JavaScript/],
  ['equal()', (x) => (torsh.equal(x, x.abs()) ? x.mul(2) : x.mul(3)), /equal gives values to JavaScript/],
  ['the shape of nonzero()', (x) => x.add(x.gt(0).nonzero().shape[0]), /looks at a shape that depends on values/],
  ['a mask', (x) => x.add(x.at(x.gt(0)).mul(2).shape[0]), /looks at a shape that depends on values/],
  ['a number from a tensor', (x) => torsh.full([2], x.at(0)), /item gives values|value of a tensor for a number/],
  ['a promise', (x) => Promise.resolve(x), /Promise/],
  ['an instance of a class', (x) => Object.assign(new Error('box'), { x: x.mul(2) }), /returns a Error/],
])('a function that depends on data runs as it is: %s', async (_, fn, reason) => {
  const compiled = torsh.compile(fn);
  for (const x of [[1, 2], [-1, 2], [-3, -4], [5, -1], [1, 1]].map((list) => torsh.tensor(list))) {
    const [a, b] = [await compiled(x), await fn(x)];
    expect(values(a.x ?? a)).toEqual(values(b.x ?? b));
  }
  expect(compiled.explain().programs).toEqual([]);
  expect(compiled.explain().breaks).toEqual([{ inputs: ['float32[2]'], reason: expect.stringMatching(reason) }]);
  const strict = torsh.compile(fn, { fullgraph: true });
  expect(() => strict(torsh.ones(2))).toThrow(expect.objectContaining({ code: 'ERR_UNSUPPORTED', message: expect.stringMatching(reason) }));
  expect(() => strict(torsh.ones(2))).toThrow(reason);
});

test('shapes that depend on values stay in a program as long as JavaScript does not ask for them', () => {
  const fn = (x) => x.at(x.gt(0)).mul(2).sum().add(x.nonzero().sum());
  const compiled = torsh.compile(fn);
  agree(compiled, fn, () => [torsh.randn(6)], 6);
  expect(ready(compiled)[0].runs).toBe(4);
});

test('hooks, functions of autograd, arguments of other kinds run as they are, with the reason', () => {
  const model = new nn.Linear(2, 1);
  class Double extends torsh.autograd.Function {
    static forward(ctx, x) { return x.mul(2); }
    static backward(ctx, g) { return g.mul(2); }
  }
  const doubled = torsh.compile((x) => Double.apply(x));
  for (let i = 0; i < 3; i++) expect(doubled(torsh.ones(1).requiresGrad_()).gradFn).not.toBeNull();
  expect(reasons(doubled)[0]).toMatch(/autograd\.Function/);
  let seen = 0;
  const hooked = torsh.compile(model);
  for (let i = 0; i < 3; i++) hooked(torsh.ones(1, 2));
  const handle = model.registerForwardHook(() => { seen++; });
  for (let i = 0; i < 3; i++) hooked(torsh.ones(1, 2));
  expect(seen).toBe(3);
  expect(reasons(hooked)[0]).toMatch(/Linear has hooks/);
  handle.remove();
  const other = torsh.compile((x, list) => x.add(list[0]));
  for (let i = 0; i < 3; i++) expect(other(torsh.ones(1), new Float32Array([i])).item()).toBe(1 + i);
  expect(reasons(other)[0]).toMatch(/Float32Array/);
  const holder = { scale: 1, run: torsh.compile(function run(x) { return x.mul(this.scale); }), add: torsh.compile((x) => x.add(1)) };
  for (; holder.scale < 5; holder.scale++) expect([holder.run(torsh.ones(1)).item(), holder.add(torsh.ones(1)).item()]).toEqual([holder.scale, 2]);
  expect(reasons(holder.run)[0]).toMatch(/called as a method/);
  expect(ready(holder.add)).toHaveLength(1);
  const making = torsh.compile((x) => new nn.Parameter(x.mul(2)));
  for (let i = 0; i < 4; i++) expect(making(torsh.ones(1))).toBeInstanceOf(nn.Parameter);
  expect(reasons(making)[0]).toMatch(/parameter/);
  for (const bad of [3, null, 'x']) expect(() => torsh.compile(bad)).toThrow(/compile: expected a function or a module/);
  expect(() => torsh.compile((x) => x, { fullGraph: true })).toThrow(/unexpected option 'fullGraph'/);
});

test('errors are those of the function, and leave everything as it was', () => {
  const fn = (x, i) => torsh.noGrad(() => x.exp().indexSelect(0, i));
  const compiled = torsh.compile(fn);
  const good = () => torsh.tensor([0, 1], { dtype: 'int64' }), bad = torsh.tensor([0, 9], { dtype: 'int64' });
  const x = torsh.randn(3, 2).requiresGrad_();
  const thrown = (f) => { try { f(x, bad); } catch (e) { return [e.code, e.op, e.message]; } return null; };
  expect(thrown(compiled)).toEqual(thrown(fn));
  for (let i = 0; i < 3; i++) expect(values(compiled(x, good()))).toEqual(values(fn(x, good())));
  const expected = thrown(fn), handles = live();
  expect(thrown(compiled)).toEqual(expected);
  expect(expected[0]).toBe('ERR_INDEX');
  expect(torsh.isGradEnabled()).toBe(true);
  expect(live()).toBeLessThanOrEqual(handles);
  expect(values(compiled(x, good()))).toEqual(values(fn(x, good())));
  expect(ready(compiled)[0].runs).toBe(3);
  const gone = torsh.ones(2);
  const late = torsh.compile((y) => y.add(gone));
  for (let i = 0; i < 3; i++) late(torsh.ones(2));
  gone.dispose();
  expect(() => late(torsh.ones(2))).toThrow(/disposed/);
});

test('parameters are used as they are now: changed in place, converted, replaced', () => {
  const model = new nn.Linear(2, 2), compiled = torsh.compile(model);
  const check = (x) => { for (let i = 0; i < 3; i++) expect(values(compiled(x))).toEqual(values(model(x))); };
  check(torsh.ones(1, 2));
  torsh.noGrad(() => model.weight.mul_(3));
  check(torsh.ones(1, 2));
  model.weight = new nn.Parameter(torsh.ones(2, 2));
  check(torsh.ones(1, 2));
  model.to('float64');
  check(torsh.ones(1, 2, { dtype: 'float64' }));
  model.weight.requiresGrad = false;
  model.bias.requiresGrad = false;
  check(torsh.ones(1, 2, { dtype: 'float64' }));
  expect(compiled(torsh.ones(1, 2, { dtype: 'float64' })).requiresGrad).toBe(false);
});

test('parametrized modules are recorded with what computes their parameters', () => {
  const model = nn.utils.parametrizations.weightNorm(new nn.Linear(3, 2)), compiled = torsh.compile(model);
  agree(compiled, model, () => [torsh.randn(2, 3)]);
  torsh.noGrad(() => { for (const p of model.parameters()) p.mul_(2); });
  agree(compiled, model, () => [torsh.randn(2, 3)], 2);
  expect(ready(compiled)[0].runs).toBe(4);
});

test('compiled functions in compiled functions, in vmap, in grad and in tidy', () => {
  const inner = torsh.compile((x) => x.sin().mul(2)), fn = (x) => inner(x).add(1).sum();
  const outer = torsh.compile(fn);
  agree(outer, (x) => x.sin().mul(2).add(1).sum(), () => [torsh.randn(3)]);
  expect(ready(outer)[0].ops).toEqual(['sin', 'mul', 'add', 'sum']);
  expect(inner.explain().programs).toEqual([]);
  const x = torsh.randn(4, 3);
  for (let i = 0; i < 3; i++) {
    expect(values(torsh.vmap(outer)(x))).toEqual(values(torsh.vmap(fn)(x)));
    expect(values(torsh.func.grad(outer)(x))).toEqual(values(torsh.func.grad(fn)(x)));
  }
  const mapped = torsh.compile((y) => torsh.vmap((row) => row.mul(row.sum()))(y));
  agree(mapped, (y) => y.mul(y.sum(1, true)), () => [torsh.randn(2, 3)]);
  expect(ready(mapped)).toHaveLength(1);
  const handles = live();
  for (let i = 0; i < 4; i++) torsh.tidy(() => { outer(torsh.randn(3)); });
  expect(live()).toBeLessThanOrEqual(handles);
});

test('programs leave no tensors behind; dispose frees their constants', () => {
  const before = torsh.memory().bytes, handles = live();
  torsh.tidy(() => {
    const weight = torsh.ones(1000, 100);
    const compiled = torsh.compile((x) => x.matmul(weight).relu().add(torsh.tensor([1])));
    for (let i = 0; i < 5; i++) compiled(torsh.ones(2, 1000));
    const during = torsh.memory().handles;
    compiled(torsh.ones(2, 1000)).dispose();
    expect(torsh.memory().handles).toBe(during + 1);
    weight.dispose();
    expect(torsh.memory().bytes - before).toBeGreaterThan(400000);
    compiled.dispose();
    compiled.dispose();
    expect(() => compiled(torsh.ones(2, 1000))).toThrow(expect.objectContaining({ code: 'ERR_DISPOSED' }));
  });
  expect(live()).toBeLessThanOrEqual(handles);
  expect(torsh.memory().bytes - before).toBeLessThan(100000);
});

test('intermediate results are released after their last use', () => {
  const fn = (x) => { for (let i = 0; i < 50; i++) x = x.add(1); return x; };
  const compiled = torsh.compile(fn), x = torsh.zeros(10000);
  for (let i = 0; i < 2; i++) compiled(x);
  torsh.emptyCache();
  torsh.resetPeakMemory();
  const { bytes } = torsh.memory();
  expect(compiled(x).at(0).item()).toBe(50);
  expect(torsh.memory().peak - bytes).toBeLessThan(5 * 40000);
});

test('many shapes and many arguments do not pile up', () => {
  const compiled = torsh.compile((x, k) => x.mul(k));
  for (let n = 1; n < 80; n++) for (let i = 0; i < 2; i++) expect(compiled(torsh.ones(n), 2).shape).toEqual([n]);
  expect(compiled.explain().programs).toHaveLength(64);
  expect(values(compiled(torsh.ones(1), 2))).toEqual(values(torsh.ones(1).mul(2)));
  for (let k = 0; k < 80; k++) expect(compiled(torsh.ones(2), k).at(0).item()).toBe(k);
  expect(reasons(compiled)[0]).toMatch(/more than 64 values/);
});

test('explain tries a function', () => {
  const { programs, breaks } = torsh.compile.explain((x) => x.matmul(x.t()).relu(), torsh.ones(2, 3));
  expect(programs).toEqual([expect.objectContaining({ inputs: ['float32[2, 3]'], steps: 3, ops: ['t', 'matmul', 'relu'], constants: 0, runs: 0, ready: true })]);
  expect(breaks).toEqual([]);
  const compiled = torsh.compile((x) => (x.item() ? x : x.add(1)));
  compiled(torsh.ones(1));
  expect(torsh.compile.explain(compiled)).toEqual({ programs: [], breaks: [{ inputs: ['float32[1]'], reason: expect.stringContaining('item') }] });
  expect(() => torsh.compile.explain(3)).toThrow(torsh.TorshError);
});
