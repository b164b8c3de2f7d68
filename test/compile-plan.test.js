// torsh.compile without gradients: chains, folded norms, buffers. What a plan gives is what the function gives, to the bit, but for folding.
const torsh = require('torsh');

const { nn } = torsh;
const F = nn.functional;
const text = (x) => (Array.isArray(x) ? x.map(text) : [x.dtype, x.shape, x.stride(), Array.from(x.toTypedArray(), String)]);
const planned = (compiled) => compiled.explain().programs.filter((p) => p.ready);

/** A generator of whole numbers below n, the same ones for a seed. */
function numbers(seed) {
  let state = seed;
  return (n) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor(state / 2 ** 32 * n);
  };
}

const shapes = [[2, 3, 4], [2, 3, 4], [2, 3, 4], [3, 4], [4], [1], [2, 1, 4], [3, 1], []];
const one = [
  (x) => x.relu(), (x) => x.neg(), (x) => x.tanh(), (x) => x.sigmoid(), (x) => x.exp().clamp(0, 9), (x) => x.add(1.5), (x) => x.mul(-0.25), (x) => x.square(), (x) => x.pow(3), (x) => x.pow(1),
  (x) => x.abs().sqrt(), (x) => F.gelu(x), (x) => F.silu(x), (x) => F.leakyRelu(x, 0.2), (x) => F.hardtanh(x, -1, 1), (x) => F.elu(x, 0.5), (x) => F.softplus(x), (x) => torsh.rsub(x, 2),
  (x) => x.clamp(-1, 1), (x) => x.floor(), (x) => x.sin(), (x) => F.softsign(x), (x) => x.div(3), (x) => x.add(2, { alpha: 3 }), (x) => F.threshold(x, 0.1, -1), (x) => F.hardswish(x),
];
const two = [
  (x, y) => x.add(y), (x, y) => x.sub(y), (x, y) => x.mul(y), (x, y) => x.div(y.abs().add(1)), (x, y) => torsh.maximum(x, y), (x, y) => x.add(y, { alpha: -0.5 }), (x, y) => torsh.atan2(x, y),
  (x, y) => torsh.addcmul(x, y, y, { value: 0.5 }), (x, y) => torsh.hypot(x, y),
];
const inplace = [(x) => x.relu_(), (x) => x.mul_(0.5), (x) => x.add_(1), (x) => x.clamp_(-2, 2), (x) => F.relu6(x, true), (x) => x.tanh_()];
/** What is no link: views, reductions, products, other dtypes. */
const other = [
  (x) => x.sum(), (x) => x.reshape(-1), (x) => (x.ndim > 1 ? x.transpose(0, 1).contiguous() : x), (x) => (x.ndim > 1 ? x.transpose(0, 1) : x), (x) => x.to('float64').mul(2).to('float32'),
  (x) => F.softmax(x.reshape(1, -1), 1), (x) => (x.ndim > 0 ? x.narrow(0, 0, 1) : x), (x) => x.gt(0).to('float32'), (x) => x.mul(3).to('int32').pow(0.5).nanToNum(0), (x) => x.to('int32').clamp(-1, 1.5), (x) => x.mul(torsh.tensor(2, { dtype: 'float64' })), (x) => torsh.where(x.gt(0), x, x.mul(0.5)), (x) => x.clone(), (x) => x.detach(),
];

const broadcasts = (a, b) => a.slice().reverse().every((n, i) => i >= b.length || n === 1 || b[b.length - 1 - i] === 1 || n === b[b.length - 1 - i]);

/** A function of random calls: [choice, operands] for each, made once and called as often as one likes. */
function program(seed, length) {
  const draw = numbers(seed), lines = [];
  for (let i = 0; i < length; i++) lines.push([draw(20), draw(1000), draw(1000), draw(1000)]);
  const wanted = 1 + draw(3);
  return (...inputs) => {
    const made = [...inputs];
    const own = new Set();
    for (const [kind, which, a, b] of lines) {
      // Late values are likelier.
      const at = (n) => made[made.length - 1 - Math.floor((n % made.length) * (n % 7 ? 0.4 : 1))];
      const x = at(a), y = at(b);
      let result;
      if (kind < 9) result = one[which % one.length](x);
      else if (kind < 14) {
        if (!broadcasts(x.shape, y.shape)) continue;
        result = two[which % two.length](x, y);
      } else if (kind < 17) {
        // Arguments stay as they are, and what may be a view of one.
        if (!own.has(x)) continue;
        inplace[which % inplace.length](x);
        continue;
      } else result = other[which % other.length](x);
      if (kind < 14) own.add(result);
      made.push(result);
    }
    return made.slice(-wanted);
  };
}

describe('programs of random calls', () => {
  test.each(Array.from({ length: 40 }, (_, i) => i))('number %i', (seed) => {
    const draw = numbers(seed + 1000), dtype = seed % 4 === 3 ? 'float64' : 'float32';
    const inputs = () => [0, 1, 2].map((i) => {
      const x = torsh.randn(shapes[(seed + i * 4) % shapes.length], { dtype });
      return draw(4) === 0 && x.ndim > 1 ? x.transpose(0, 1) : x;
    });
    const given = inputs();
    const fn = program(seed, 24), compiled = torsh.compile(fn);
    torsh.noGrad(() => {
      for (let i = 0; i < 5; i++) {
        const args = given.map((x) => torsh.randnLike(x)), copies = args.map((x) => x.clone());
        const got = compiled(...args), wanted = text(fn(...copies));
        expect(text(got)).toEqual(wanted);
        expect(text(args)).toEqual(text(copies));
      }
    });
    expect(compiled.explain().breaks).toEqual([]);
    expect(planned(compiled).map((p) => p.runs)).toEqual([3]);
  });
});

/** Outputs of a compiled model in eval mode are near those of the model; the explanation of its program. */
function near(model, ...shape) {
  model.eval();
  const compiled = torsh.compile(model);
  torsh.noGrad(() => {
    for (let i = 0; i < 4; i++) {
      const x = torsh.randn(shape), got = compiled(x), wanted = model(x);
      expect(got.shape).toEqual(wanted.shape);
      expect(torsh.allclose(got, wanted, 1e-4, 1e-5)).toBe(true);
    }
  });
  return [planned(compiled)[0], compiled];
}
/** Running statistics as training leaves them. */
function trained(model, ...shape) {
  model.train();
  torsh.noGrad(() => { for (let i = 0; i < 2; i++) model(torsh.randn(shape).mul(2).add(0.5)); });
  return model;
}
class Residual extends nn.Module {
  constructor(n, down, inplace) {
    super();
    this.conv1 = new nn.Conv2d(n, n, 3, { padding: 1, bias: false });
    this.bn1 = new nn.BatchNorm2d(n);
    this.conv2 = new nn.Conv2d(n, n, 3, { padding: 1 });
    this.bn2 = new nn.BatchNorm2d(n, { affine: false });
    this.down = down ? new nn.Sequential(new nn.Conv2d(n, n, 1), new nn.BatchNorm2d(n)) : null;
    this.relu = new nn.ReLU(inplace);
  }
  forward(x) {
    const y = this.bn2(this.conv2(this.relu(this.bn1(this.conv1(x)))));
    return this.relu(y.add(this.down ? this.down(x) : x));
  }
}

describe('batch norms, summands and clamps go into the product before them', () => {
  test('residual blocks', () => {
    const [p] = near(trained(new nn.Sequential(new Residual(3, true, true), new Residual(3, false, false)), 2, 3, 6, 6), 2, 3, 6, 6);
    expect([p.folded, p.endings, p.calls]).toEqual([5, 4, 7 - 2]);
    expect(p.buffers.count).toBeGreaterThan(0);
    expect(p.plain).toBeNull();
  });
  test.each([
    ['conv1d, groups, stride, no bias', () => new nn.Sequential(new nn.Conv1d(4, 6, 3, { groups: 2, stride: 2, bias: false }), new nn.BatchNorm1d(6), new nn.ReLU6()), [3, 4, 9], [1, 1]],
    ['conv3d and a clamp', () => new nn.Sequential(new nn.Conv3d(2, 3, 2, { dilation: 2, padding: 1 }), new nn.BatchNorm3d(3), new nn.Hardtanh(-0.3, 0.4)), [2, 2, 4, 4, 4], [1, 1]],
    ['depthwise, padding by word', () => new nn.Sequential(new nn.Conv2d(4, 4, 3, { groups: 4, padding: 'same' }), new nn.BatchNorm2d(4), new nn.SiLU()), [2, 4, 5, 5], [1, 0]],
    ['linear', () => new nn.Sequential(new nn.Linear(5, 7), new nn.BatchNorm1d(7), new nn.Tanh()), [6, 5], [1, 0]],
    ['a norm by itself with its neighbours', () => new nn.Sequential(new nn.BatchNorm2d(3), new nn.ReLU(), new nn.BatchNorm2d(3), new nn.Conv2d(3, 2, 1)), [2, 3, 4, 4], [0, 0]],
    ['a transposed convolution stays', () => new nn.Sequential(new nn.ConvTranspose2d(3, 4, 2), new nn.BatchNorm2d(4), new nn.ReLU()), [2, 3, 4, 4], [0, 0]],
    ['channels that are no channels', () => new nn.Sequential(new nn.Linear(5, 7), new nn.BatchNorm1d(3)), [2, 3, 5], [0, 0]],
  ])('%s', (_, make, shape, [folded, endings]) => {
    const [p] = near(trained(make(), ...shape), ...shape);
    expect([p.folded, p.endings]).toEqual([folded, endings]);
  });
  /* Weights are packed once for each program: the ways of 1x1 with and without a rest of a panel, of windows, of Winograd, and of groups. */
  test.each([
    ['1x1', [2, 5, 7, 7], [14, 5, 1, 1], {}],
    ['1x1 of many channels', [1, 300, 9, 9], [50, 300, 1, 1], {}],
    ['1x1, four columns over', [1, 20, 14, 14], [30, 20, 1, 1], {}],
    ['1x1, three columns over', [1, 7, 5, 7], [61, 7, 1, 1], {}],
    ['1x1, two columns over', [2, 70, 5, 10], [27, 70, 1, 1], {}],
    ['1x1, groups', [2, 6, 20, 17], [8, 3, 1, 1], { groups: 2 }],
    ['3x3 of few channels', [1, 3, 12, 12], [17, 3, 3, 3], { padding: 1, stride: 2 }],
    ['3x3 of more', [1, 16, 30, 30], [16, 16, 3, 3], { padding: 1 }],
    ['depthwise', [2, 6, 9, 9], [6, 1, 3, 3], { groups: 6, padding: 1 }],
    ['one window', [3, 4, 5, 5], [6, 4, 5, 5], {}],
    ['taps that reach nothing', [2, 3, 1, 1], [4, 3, 3, 3], { padding: 1 }],
  ])('weights that are packed and change: %s', (_, input, weight, options) => {
    for (const dtype of ['float32', 'float64']) {
      const [x, w, b] = [torsh.randn(input), torsh.randn(weight), torsh.randn(weight[0])].map((t) => t.to(dtype));
      const r = torsh.randn(nn.functional.conv2d(x, w, b, options).shape).to(dtype);
      r.view(-1).narrow(0, 0, 2).copy_(torsh.tensor([NaN, -Infinity]));
      const f = () => torsh.clamp(nn.functional.conv2d(x, w, b, options).add(r), -0.5, 2);
      const compiled = torsh.compile(f);
      const check = () => torsh.noGrad(() => { expect(compiled().tolist()).toEqual(f().tolist()); });
      for (let i = 0; i < 4; i++) check();
      w.mul_(-1.5);
      check();
      w.view(-1).narrow(0, 0, 1).fill_(7);
      check();
      expect(planned(compiled)[0].endings).toBe(1);
    }
  });
  test('a function that changes a weight packs nothing', () => {
    const [x, w, v] = [torsh.randn(1, 4, 6, 6), torsh.randn(9, 4, 1, 1), torsh.randn(9, 4, 1, 1)];
    const f = (weight) => {
      const y = nn.functional.conv2d(x, weight).relu();
      weight.mul_(0.5);
      return y;
    };
    v.copy_(w);
    const compiled = torsh.compile(() => f(w));
    torsh.noGrad(() => { for (let i = 0; i < 5; i++) expect(compiled().tolist()).toEqual(f(v).tolist()); });
    expect(planned(compiled)[0].runs).toBe(3);
  });
  test('float64, and modules whose parameters and statistics change', () => {
    const model = trained(new nn.Sequential(new nn.Conv2d(2, 3, 3), new nn.BatchNorm2d(3), new nn.ReLU()), 2, 2, 6, 6).eval();
    const compiled = torsh.compile(model), x = torsh.randn(2, 2, 6, 6);
    const check = (n = 3) => torsh.noGrad(() => { for (let i = 0; i < n; i++) expect(torsh.allclose(compiled(x), model(x), 1e-4, 1e-5)).toBe(true); });
    check();
    torsh.noGrad(() => { model.at(0).weight.mul_(2); });
    check(1);
    torsh.noGrad(() => { model.at(1).bias.add_(3); });
    check(1);
    model.at(1).running_var.fill_(0.3);
    check(1);
    model.train();
    model(torsh.randn(2, 2, 6, 6));
    model.eval();
    check(1);
    expect(planned(compiled)[0].runs).toBe(5);
    model.at(0).bias.data = torsh.ones(3);
    model.at(1).eps = 0.5;
    check();
    model.loadStateDict(Object.fromEntries(Object.entries(model.stateDict()).map(([k, v]) => [k, k.includes('num') ? v : v.mul(0.5)])));
    check();
    model.to('float64');
    const wide = x.to('float64');
    torsh.noGrad(() => { for (let i = 0; i < 3; i++) expect(torsh.allclose(compiled(wide), model(wide), 1e-10, 1e-12)).toBe(true); });
  });
  test('with gradients nothing is folded, and explain says why', () => {
    const model = new nn.Sequential(new nn.Conv2d(2, 3, 3), new nn.BatchNorm2d(3), new nn.ReLU()).eval(), compiled = torsh.compile(model);
    const x = torsh.randn(2, 2, 6, 6);
    for (let i = 0; i < 3; i++) expect(text(compiled(x))).toEqual(text(model(x)));
    const [p] = planned(compiled);
    expect([p.folded, p.fused, p.buffers.count]).toEqual([0, [], 0]);
    expect(p.plain).toMatch(/want gradients/);
    expect(String(compiled.explain())).toMatch(/plain .*want gradients/);
  });
  test('a norm whose convolution is needed elsewhere stays; so does one that is also changed', () => {
    const conv = new nn.Conv2d(2, 2, 1), bn = new nn.BatchNorm2d(2).eval();
    const both = torsh.compile((x) => { const y = conv(x); return [bn(y).relu(), y]; });
    const counted = torsh.compile((x) => { bn.running_mean.add_(0.1); return bn(conv(x)); });
    const plainly = (x) => { bn.running_mean.add_(0.1); return bn(conv(x)); };
    torsh.noGrad(() => {
      for (let i = 0; i < 3; i++) {
        const x = torsh.randn(1, 2, 3, 3), y = conv(x), [a, b] = both(x);
        expect(torsh.allclose(a, bn(y).relu(), 1e-4, 1e-5)).toBe(true);
        expect(text(b)).toEqual(text(y));
        const got = counted(x);
        bn.running_mean.sub_(0.1);
        expect(torsh.allclose(got, plainly(x), 1e-5, 1e-6)).toBe(true);
      }
    });
    expect([planned(both)[0].folded, planned(counted)[0].folded]).toEqual([0, 0]);
    // An addend that changes between the convolution and the addition.
    const late = (x) => { const z = x.mul(1), view = z.reshape(-1), y = conv(z); view.add_(1); return y.add(z).relu(); };
    const lately = torsh.compile(late);
    torsh.noGrad(() => { for (let i = 0; i < 3; i++) { const x = torsh.randn(1, 2, 3, 3); expect(torsh.allclose(lately(x), late(x), 1e-5, 1e-6)).toBe(true); } });
    expect(planned(lately)[0].endings).toBe(0);
  });
});

test('buffers stay from run to run, and results are never among them', () => {
  const weight = torsh.randn(64, 64), fn = (x) => { for (let i = 0; i < 4; i++) x = x.matmul(weight).tanh(); return x; };
  const compiled = torsh.compile(fn), x = torsh.randn(512, 64);
  torsh.noGrad(() => {
    const results = [], wanted = [];
    for (let i = 0; i < 6; i++) { results.push(compiled(x.mul(i))); wanted.push(fn(x.mul(i))); }
    expect(results.map(text)).toEqual(wanted.map(text));
  });
  const [p] = planned(compiled);
  expect(p.buffers).toEqual({ count: 2, bytes: 2 * 512 * 64 * 4 });
  const { bytes } = torsh.memory();
  compiled.dispose();
  expect(bytes - torsh.memory().bytes).toBeGreaterThanOrEqual(p.buffers.bytes);
});

test('explain, as text and as data', () => {
  const model = new nn.Sequential(new nn.Conv2d(2, 3, 3), new nn.BatchNorm2d(3), new nn.ReLU(), new nn.Flatten(), new nn.Linear(48, 2)).eval();
  const told = torsh.noGrad(() => torsh.compile.explain((x) => model(x).add(1).tanh(), torsh.randn(1, 2, 6, 6)));
  expect(told.programs[0]).toMatchObject({ steps: 7, calls: 4, folded: 1, endings: 1, fused: [['add', 'tanh']], plain: null, bound: null });
  expect(told.programs[0].guards).toContain('gradients off');
  expect(String(told)).toMatch(/7 calls: conv2d, batchNorm/);
  expect(String(told)).toMatch(/fused +add \+ tanh/);
  expect(String(torsh.compile((x) => x).explain())).toBe('nothing has been called yet');
});
