// vmap over the op table: what one call for a whole batch gives is what the loop over its samples gives.
const torsh = require('torsh');
const { rows, build, isDifferentiable, isDifferentiableRow, isRandom, isTensorSpec, isUninitialised, tensorsOf, variants } = require('../support/rows');
const { refusal, scopedTest } = require('../support/scoped');

const { func, nn, vmap } = torsh;
const F = nn.functional;
const double = (numbers) => torsh.tensor(numbers, { dtype: 'float64' });
const expectSame = (got, want) => {
  expect(got.shape).toEqual(want.shape);
  if (!torsh.allclose(got, want, { rtol: 1e-5, atol: 1e-6 })) expect(got.tolist()).toEqual(want.tolist());
};
const B = 3;
const message = (f) => refusal(f).message;

/** A sample with other numbers: other seeds, given values in another order. */
function varied(v, b) {
  if (isTensorSpec(v)) {
    if (!v.values) return { ...v, seed: (v.seed ?? v.t.length) + 17 * b + 1 };
    const flat = v.values.flat(Infinity), k = b % Math.max(1, flat.length);
    return { ...v, values: [...flat.slice(k), ...flat.slice(0, k)] };
  }
  if (Array.isArray(v)) return v.map((x) => varied(x, b));
  if (v !== null && typeof v === 'object') return Object.fromEntries(Object.entries(v).map(([key, x]) => [key, varied(x, b)]));
  return v;
}

/** The arguments of a sample with other tensors in their places. */
function withTensors(built, tensors) {
  let at = 0;
  const one = (v) => (v instanceof torsh.Tensor ? tensors[at++] : Array.isArray(v) ? v.map(one) : v);
  return { args: built.args.map(one), options: Object.fromEntries(Object.entries(built.options).map(([key, v]) => [key, one(v)])) };
}

function expectClose(got, want) {
  expect([got.shape, got.dtype]).toEqual([want.shape, want.dtype]);
  if (got.numel() === 0) return;
  const plain = (t) => (t.isComplex() ? torsh.viewAsReal(t) : t).to('float64');
  const low = /16/.test(got.dtype);
  const ok = torsh.allclose(plain(got), plain(want), { rtol: low ? 1e-2 : 1e-4, atol: low ? 1e-2 : 1e-5, equalNan: true });
  if (!ok) expect(got.tolist()).toEqual(want.tolist());
}

/** Which tensors are mapped: all of them, the first alone, the last alone. */
const patterns = (n) => [() => true, ...(n > 1 ? [(k) => k === 0, (k) => k === n - 1] : [])].map((is) => Array.from({ length: n }, (_, k) => is(k)));

const refused = new Set(['data', 'refused']);
const mapped = rows.filter((row) => row.samples.some((s) => JSON.stringify(s).includes('"t":')) && !refused.has(row.batch));

/** Runs check(f, tensors of each sample, mapped tensors, inDims, specs) for each way of mapping a row's samples. */
function eachCase(row, check) {
  row.samples.forEach((sample, place) => {
    const builds = Array.from({ length: B }, (_, b) => build(torsh, { args: varied(sample.args ?? [], b), kwargs: varied(sample.kwargs ?? {}, b) }));
    const n = builds[0].tensors.length;
    if (n === 0) return;
    for (const pattern of patterns(n)) {
      for (const name of row.variants.filter((v) => variants[v] && !(v === 'function' && row.variants.includes('method')))) {
        const changes = name === 'inplace' || row.name.endsWith('_');
        if (changes && !pattern[0]) continue;
        const call = variants[name](row);
        const f = (...tensors) => call(torsh, withTensors(builds[0], tensors));
        const each = Array.from({ length: B }, (_, b) => pattern.map((m, k) => (m ? builds[b] : builds[0]).tensors[k].tensor.clone()));
        const whole = pattern.map((m, k) => (m ? torsh.stack(builds.map((x) => x.tensors[k].tensor)) : builds[0].tensors[k].tensor.clone()));
        check({ f, each, whole, inDims: pattern.map((m) => (m ? 0 : null)), specs: builds[0].tensors.map(({ spec }) => spec), gradients: place === 0 && !changes });
      }
    }
  });
}

/** The results for each sample, null where a sample with other numbers is refused or gives another shape. */
function looped(f, each) {
  const state = torsh.getRngState();
  try {
    const results = each.map((tensors) => { torsh.setRngState(state); return tensorsOf(torsh, f(...tensors)); });
    const shapes = new Set(results.map((list) => String(list.map((t) => t.shape.join('x')))));
    return results[0].length > 0 && shapes.size === 1 ? results : null;
  } catch {
    return null;
  } finally {
    torsh.setRngState(state);
  }
}

/** A number from the results of f, whose gradient is not the same everywhere. */
const lossOf = (f) => (...tensors) => {
  const outputs = tensorsOf(torsh, f(...tensors)).filter((t) => t.requiresGrad).map((t) => (t.isComplex() ? torsh.viewAsReal(t) : t));
  return outputs.map((t) => t.mul(t.detach().cos()).sum()).reduce((a, b) => a.add(b), torsh.zeros([]));
};
const hasGradients = (row) => isDifferentiableRow(row) && !isRandom(row) && row.name !== 'lobpcg';

const isItsLoop = (row) => torsh.tidy(() => {
  eachCase(row, ({ f, each, whole, inDims, specs, gradients }) => torsh.tidy(() => {
    const want = looped(f, each.map((list) => list.map((t) => t.clone())));
    if (want === null) return;
    const got = tensorsOf(torsh, vmap(f, { inDims, randomness: 'same' })(...whole.map((t) => t.clone())));
    expect(got.length).toBe(want[0].length);
    if (isUninitialised(row)) return;
    got.forEach((t, i) => { expectClose(t, torsh.stack(want.map((list) => list[i]))); });
    const wanted = specs.flatMap((spec, k) => (isDifferentiable(spec.dtype ?? 'float32') && spec.grad !== false ? [k] : []));
    if (!gradients || wanted.length === 0 || !hasGradients(row)) return;
    const slopes = func.grad(lossOf(f), wanted);
    const loop = looped(slopes, each);
    if (loop === null) return;
    vmap(slopes, inDims)(...whole).forEach((t, i) => { expectClose(t, torsh.stack(loop.map((list) => list[i]))); });
  }));
});
test.each(mapped.map((row) => [row.name, row]))('%s is its loop, and so are its gradients', (_, row) => isItsLoop(row));

test('what a row refuses it refuses of samples too', () => {
  for (const row of rows) {
    for (const sample of row.errors) {
      torsh.tidy(() => {
        const built = build(torsh, sample);
        const given = built.tensors.map(({ tensor }) => tensor);
        for (const name of given.length > 0 ? row.variants.filter((v) => variants[v]) : []) {
          const call = (...tensors) => { variants[name](row)(torsh, withTensors(built, tensors)); return tensors[0]; };
          try { call(...given); } catch { refusal(() => vmap(call, { randomness: 'same' })(...given.map((t) => torsh.stack([t, t, t])))); }
        }
      });
    }
  }
});

test('most rows are one call, not slices', () => {
  const sliced = mapped.filter((row) => row.batch === 'slices');
  expect(mapped.length).toBeGreaterThan(600);
  expect(sliced.length / mapped.length).toBeLessThan(0.1);
});

test.each(rows.filter((row) => refused.has(row.batch)).map((row) => [row.name, row]))('%s depends on values: refused', (_, row) => torsh.tidy(() => {
  const built = build(torsh, row.samples[0]);
  const name = row.variants.find((v) => variants[v]);
  const call = (...tensors) => { variants[name](row)(torsh, withTensors(built, tensors)); return torsh.ones(1); };
  expect(message(() => vmap(call)(...built.tensors.map(({ tensor }) => torsh.stack([tensor, tensor]))))).toMatch(/^vmap: /);
}));

describe('functions', () => {
  scopedTest('run once, and say what a sample looks like', () => {
    let calls = 0;
    const seen = [];
    const y = vmap((x) => {
      calls++;
      seen.push(x.shape, x.ndim, x.numel(), x.size(0), x.stride(), x.dtype, x.isContiguous(), torsh.isTensor(x), x.t().isContiguous());
      return x.sum();
    })(torsh.ones(4, 2, 3));
    expect([calls, y.tolist(), seen]).toEqual([1, [6, 6, 6, 6], [[2, 3], 2, 6, 2, [3, 1], 'float32', true, true, false]]);
    let text = '';
    vmap((x) => { text = String(x); return x; })(torsh.ones(2));
    expect(text).toBe('BatchedTensor(lvl=1, bdim=0, value=\n    tensor([1., 1.])\n)');
  });

  scopedTest('nested: each level has its own batch', () => {
    const x = torsh.rand(2, 3, 4, { dtype: 'float64' }), y = torsh.rand(5, 4, { dtype: 'float64' });
    const dots = vmap(vmap(vmap((a, b) => a.dot(b), [null, 0]), [0, null]), [0, null])(x, y);
    expectSame(dots, torsh.einsum('ijk,lk->ijl', x, y));
    const outer = vmap((a) => vmap((b) => a.mul(b).add(torsh.ones(4, { dtype: 'float64' })))(y))(x.select(0, 0));
    expectSame(outer, x.select(0, 0).unsqueeze(1).mul(y).add(1));
    const softmaxed = vmap(vmap((row) => row.softmax(0)), { inDims: 1, outDims: 1 })(x);
    expectSame(softmaxed, x.softmax(2));
  });

  scopedTest('trees, inDims, outDims, chunks', () => {
    const x = torsh.rand(5, 2, 3, { dtype: 'float64' }), w = double(2);
    const f = ({ a, list: [b] }, k) => ({ sum: a.add(b).mul(k), pair: [a.max(0), b] });
    const whole = vmap(f, { inDims: [{ a: 0, list: [2] }, null], outDims: 1 })({ a: x, list: [x.movedim(0, 2)] }, w);
    const parts = vmap(f, { inDims: [{ a: 0, list: [2] }, null], outDims: 1, chunkSize: 2 })({ a: x, list: [x.movedim(0, 2)] }, w);
    expectSame(whole.sum, x.mul(4).movedim(0, 1));
    for (const pick of [(t) => t.sum, (t) => t.pair[0][0], (t) => t.pair[0][1], (t) => t.pair[1]]) expectSame(pick(parts), pick(whole));
    const calls = [];
    vmap((t) => { calls.push(t.shape); return t; }, { chunkSize: 2 })(x);
    expect(calls).toEqual([[2, 3], [2, 3], [2, 3]]);
    expect(vmap((a) => [a, torsh.ones(2)], { outDims: [0, null] })(x).map((t) => t.shape)).toEqual([[5, 2, 3], [2]]);
    expect(vmap(() => torsh.ones(2))(x).shape).toEqual([5, 2]);
  });

  scopedTest('results keep their names; tidy and checkpoint work inside', () => {
    const x = torsh.rand(3, 4, { dtype: 'float64' });
    expectSame(vmap((row) => row.max(0))(x).values, x.amax(1));
    expectSame(vmap((row) => torsh.tidy(() => row.exp().add(torsh.tidy(() => row.mul(2).add(1)))))(x), x.exp().add(x.mul(2)).add(1));
    expectSame(vmap((row) => torsh.utils.checkpoint.checkpoint((t) => t.exp().mul(2), row))(x).detach(), x.exp().mul(2));
  });

  scopedTest('layers with weights that all samples share', () => {
    const layers = [
      [new nn.MultiheadAttention(6, 2, { batchFirst: true }).eval(), [3, 1, 5, 6], (l, t) => l(t, t, t)[0]], [new nn.TransformerEncoderLayer(6, 2, 8).eval(), [3, 5, 2, 6], (l, t) => l(t)],
      [new nn.LSTM(6, 4, 2), [3, 5, 2, 6], (l, t) => l(t)[0]], [new nn.GRU(6, 4, { batchFirst: true }), [3, 5, 6], (l, t) => l(t)[1]], [new nn.BatchNorm2d(4).eval(), [3, 2, 4, 5, 5], (l, t) => l(t)],
      [new nn.BatchNorm1d(4, { trackRunningStats: false }), [3, 5, 4], (l, t) => l(t)],
    ];
    for (const [layer, shape, call] of layers) {
      const x = torsh.rand(shape);
      expectSame(vmap((t) => call(layer, t))(x).detach(), torsh.stack([0, 1, 2].map((b) => call(layer, x.select(0, b)))).detach());
    }
    expect(message(() => vmap((t) => new nn.BatchNorm1d(4)(t))(torsh.rand(3, 5, 4)))).toMatch(/running_mean or running_var/);
  });

  scopedTest('type promotion is that of a sample', () => {
    const half = torsh.ones(3, 4, { dtype: 'float16' }), numbers = double([1, 2, 3]);
    expect(vmap((a, b) => a.mul(b))(half, numbers).dtype).toBe('float16');
    expect(vmap((a) => a.mul(double(2)))(torsh.ones(3, { dtype: 'float16' })).dtype).toBe('float64');
    expect(vmap((a, i) => a.mul(i))(half, torsh.arange(3)).dtype).toBe('float16');
  });
});

describe('indexing', () => {
  const x = torsh.arange(3 * 4 * 5 * 6).reshape(3, 4, 5, 6);
  const i = torsh.tensor([0n, 2n]), j = torsh.tensor([1n, 3n]), mask = torsh.tensor([true, false, true, true]);
  const of = torsh.tensor([[0n, 1n], [2n, 3n], [1n, 1n]]), one = torsh.tensor([0n, 1n, 3n]);
  const loop = (f, ...args) => torsh.stack(Array.from({ length: 3 }, (_, b) => f(...args.map((t) => t.select(0, b)))));

  scopedTest('with what is the same for all samples', () => {
    for (const index of [[1], [-1, '1:3'], [torsh.slice(null, null, 2), '...', 1], [null, 1], ['...', null], [i], [':', i], [i, j], [i, ':', j], [1, i], [i, 2, j], [mask], ['...', i], [true], [[[0, 1], [2, 3]]]]) {
      const f = (t) => t.at(...index);
      expectSame(vmap(f)(x), loop(f, x));
    }
  });

  scopedTest('with indices of each sample', () => {
    for (const f of [(t, k) => t.at(k), (t, k) => t.at(':', k), (t, k) => t.at(':', ':', k), (t, k) => t.at(null, k), (t, k) => t.at(k, '1:3'), (t, k) => t.at('...', k), (t, k) => t.at(k, 2), (t, k) => t.at(k, i), (t, k) => t.indexSelect(1, k)]) {
      expectSame(vmap(f)(x, of), loop(f, x, of));
    }
    expectSame(vmap((t, k, l) => t.at(k, l))(x, of, one), loop((t, k, l) => t.at(k, l), x, of, one));
    expectSame(vmap((k) => x.select(0, 0).at(':', k))(of), loop((k) => x.select(0, 0).at(':', k), of));
  });

  scopedTest('assigning', () => {
    const values = torsh.arange(90).reshape(3, 5, 6);
    for (const index of [[1], ['1:3'], [i], [mask], ['...', 1, ':']]) {
      const f = (t, v) => { const copy = t.clone(); copy.setAt(index, index.length === 3 ? v.select(0, 0) : v); return copy; };
      expectSame(vmap(f)(x, values), loop(f, x, values));
    }
    const g = (t, k, v) => { const copy = t.clone(); copy.setAt([k], v); return copy; };
    expectSame(vmap(g)(x, one, values), loop(g, x, one, values));
  });
});

describe('changes in place', () => {
  scopedTest('of the batch, through views too', () => {
    const x = torsh.zeros(3, 2, 2), add = double([1, 2, 3]).float();
    vmap((m, a) => { m.select(0, 0).add_(a); m.t().select(0, 1).mul_(3); m.setAt([1, 0], a); return m; })(x, add);
    expect(x.tolist()).toEqual([1, 2, 3].map((a) => [[a, 3 * a], [a, 0]]));
    const made = vmap((a) => { const m = a.newZeros(2, 2); m.fillDiagonal_(1); m.setAt([0, 1], a); return m; })(add);
    expect(made.tolist()).toEqual([1, 2, 3].map((a) => [[1, a], [0, 1]]));
  });

  scopedTest('of what all samples share: refused', () => {
    const shared = torsh.zeros(2);
    expect(message(() => vmap((x) => shared.add_(x))(torsh.ones(3, 2)))).toMatch(/add_\(self, \*extra_args\) is not possible/);
    expect(message(() => vmap((x) => { shared.setAt([0], x); return x; })(torsh.ones(3)))).toMatch(/is not possible/);
    expect(message(() => vmap((x) => torsh.add(x, 1, { out: shared }))(torsh.ones(3)))).toMatch(/out= is not supported/);
    expect(shared.tolist()).toEqual([0, 0]);
    expect(vmap((x) => { shared.add_(1); return x; })(torsh.ones(3)).tolist()).toEqual([1, 1, 1]);
    expect(shared.tolist()).toEqual([1, 1]);
  });
});

describe('refusals', () => {
  scopedTest('what depends on values', () => {
    const x = torsh.ones(3, 2);
    for (const f of [(t) => t.sum().item(), (t) => t.tolist(), (t) => t.toTypedArray(), (t) => torsh.equal(t, t), (t) => t.at(t.gt(0)), (t) => torsh.zeros(t.sum())]) {
      expect(message(() => vmap((t) => { f(t); return t; })(x))).toMatch(/^vmap: It looks like you're calling \.\w+\(\)/);
    }
    expect(message(() => vmap((t) => { t.sum().backward(); return t; })(x.clone().requiresGrad_(true)))).toMatch(/torsh\.func\.grad/);
  });

  scopedTest('what is not tensors, is late, or has escaped', () => {
    const x = torsh.ones(3, 2);
    let kept;
    vmap((t) => { kept = t.exp(); return t; })(x);
    expect(message(() => kept.add(1))).toMatch(/has ended/);
    expect(message(() => kept.shape)).toMatch(/has ended/);
    expect(message(() => vmap((t) => t.add(kept))(x))).toMatch(/has ended/);
    expect(message(() => vmap(() => 3)(x))).toMatch(/must return tensors/);
    expect(message(() => vmap((t) => Promise.resolve(t))(x))).toMatch(/Promise/);
    expect(message(() => vmap((t) => t, { outDims: null })(x))).toMatch(/outDims says null/);
    expect(message(() => vmap((t) => t, { chunkSize: 0 })(x))).toMatch(/chunkSize/);
    expect(message(() => vmap((t) => t.view(5))(x))).toMatch(/view/);
    expect(torsh.ones(2).add(1).tolist()).toEqual([2, 2]); // nothing is left switched on
  });
});

scopedTest('random numbers: the same, or different ones, for every sample', () => {
  const x = torsh.zeros(4, 3);
  const draws = [(t) => t.add(torsh.rand(3)), (t) => F.dropout(t.add(1), 0.5), (t) => torsh.randnLike(t), (t) => t.add(F.dropout(torsh.ones(64), 0.5).sum()), (t) => t.clone().uniform_(), () => torsh.randperm(50).at('0:3'),
    (t) => torsh.bernoulli(torsh.full([64], 0.5)).sum().add(t), (t) => vmap((y) => y.add(torsh.rand([])))(t)];
  for (const draw of draws) {
    expect(message(() => vmap(draw)(x))).toMatch(/randomness error mode/);
    const same = vmap(draw, { randomness: 'same' });
    if (draw === draws.at(-1)) continue; // its own vmap says 'error'
    const rows = same(x);
    expect(torsh.equal(rows, rows.at('0:1').expandAs(rows))).toBe(true);
    const different = vmap(draw, { randomness: 'different' })(x);
    expect(torsh.equal(different, different.at('0:1').expandAs(different))).toBe(false);
  }
  expect(vmap((t) => F.dropout(t, 0.5, false))(x).tolist()).toEqual(x.tolist());
  expect(message(() => vmap((t) => { x.uniform_(); return t; }, { randomness: 'different' })(x))).toMatch(/in-place random/);
  expect(message(() => vmap((t) => { torsh.rand(3, { out: x }); return t; }, { randomness: 'different' })(x))).toMatch(/out= is not supported/);
});

describe('derivatives', () => {
  const model = () => new nn.Sequential(new nn.Conv2d(1, 3, 3, { padding: 1 }), new nn.GroupNorm(1, 3), new nn.ReLU(), new nn.MaxPool2d(2), new nn.Flatten(1), new nn.Linear(12, 4)).to('float64');
  const weightsOf = (net) => Object.fromEntries([...net.namedParameters()].map(([name, p]) => [name, p.detach()]));

  scopedTest('of each sample, by the weights of a network', () => {
    torsh.manualSeed(3);
    const net = model(), weights = weightsOf(net), x = torsh.randn(5, 1, 4, 4, { dtype: 'float64' }), y = torsh.tensor([0n, 3n, 1n, 2n, 3n]);
    const loss = (w, sample, label) => F.crossEntropy(func.functionalCall(net, w, sample.unsqueeze(0)), label.unsqueeze(0));
    const each = vmap(func.grad(loss), [null, 0, 0])(weights, x, y);
    for (let b = 0; b < 5; b++) {
      net.zeroGrad();
      F.crossEntropy(net(x.narrow(0, b, 1)), y.narrow(0, b, 1)).backward();
      for (const [name, p] of net.namedParameters()) expectSame(each[name].select(0, b), p.grad);
    }
  });

  scopedTest('through vmap into what all samples share', () => {
    const w = torsh.rand(3, 2, { dtype: 'float64' }).requiresGrad_(true), x = torsh.rand(4, 3, { dtype: 'float64' });
    vmap((row) => row.matmul(w).tanh().sum())(x).sum().backward();
    const other = w.detach().requiresGrad_(true);
    x.matmul(other).tanh().sum().backward();
    expectSame(w.grad, other.grad);
    expectSame(func.grad((m) => vmap((row) => row.matmul(m).tanh().sum())(x).sum())(w.detach()), other.grad);
  });

  scopedTest('of derivatives, in any order', () => {
    const x = double([0.5, -1, 2]), f = (t) => t.sin().mul(t.pow(3));
    const second = vmap(func.grad(func.grad(f)))(x);
    const by = (t) => t.sin().neg().mul(t.pow(3)).add(t.cos().mul(t.pow(2)).mul(6)).add(t.sin().mul(t).mul(6));
    expectSame(second, by(x));
    expectSame(func.grad((t) => vmap(func.grad(f))(t).sum())(x), by(x));
    const g = (t) => torsh.stack([t.prod(), t.pow(2).sum(), t.sin().sum()]);
    const batch = torsh.rand(4, 3, { dtype: 'float64' });
    const jacobians = vmap(func.jacrev(g))(batch);
    batch.unbind().forEach((row, i) => { expectSame(jacobians.select(0, i), torsh.autograd.functional.jacobian(g, row)); });
    expectSame(vmap(func.jacfwd(g))(batch), jacobians);
    const h = (t) => t.pow(3).sum().add(t.prod());
    const hessians = vmap(func.hessian(h))(batch);
    batch.unbind().forEach((row, i) => { expectSame(hessians.select(0, i), torsh.autograd.functional.hessian(h, row)); });
  });

  scopedTest('vmap over a product with vectors', () => {
    const x = double([1, 2, 3]);
    const [, pull] = func.vjp((t) => t.pow(2), x);
    expectSame(vmap(pull)(torsh.eye(3, { dtype: 'float64' })), torsh.diag(x.mul(2)));
    const push = (v) => func.jvp((t) => t.pow(2).cumsum(0), [x], [v])[1];
    expectSame(vmap(push, { outDims: 1 })(torsh.eye(3, { dtype: 'float64' })), func.jacrev((t) => t.pow(2).cumsum(0))(x));
  });

  scopedTest('functions of one\'s own run for each sample', () => {
    class Cube extends torsh.autograd.Function {
      static forward(ctx, x) { ctx.saveForBackward(x); return torsh.tensor(x.tolist().map((v) => v ** 3), { dtype: 'float64' }); }
      static backward(ctx, grad) { const [x] = ctx.savedTensors; return x.pow(2).mul(3).mul(grad); }
    }
    const x = torsh.rand(3, 2, { dtype: 'float64' });
    expectSame(vmap((row) => Cube.apply(row))(x), x.pow(3));
    expectSame(vmap(func.grad((row) => Cube.apply(row).sum()))(x), x.pow(2).mul(3));
  });

  scopedTest('functions of one\'s own run once where they say so', () => {
    let calls = 0;
    class Scale extends torsh.autograd.Function {
      static generateVmapRule = true;
      static forward(ctx, x, w, k) { calls++; ctx.saveForBackward(x, w); ctx.k = k; ctx.twice = x.mul(2); return [x.mul(w).mul(k), x.exp()]; }
      static backward(ctx, g, h) { const [x, w] = ctx.savedTensors; return [g.mul(w).mul(ctx.k).add(h.mul(ctx.twice.div(2).exp())), g.mul(x).mul(ctx.k), null]; }
    }
    const plain = (x, w) => x.mul(w).mul(3).sum().add(x.exp().sum()), own = (x, w) => { const [a, b] = Scale.apply(x, w, 3); return a.sum().add(b.sum()); };
    const x = torsh.rand(4, 3, { dtype: 'float64' }), w = torsh.rand(3, { dtype: 'float64' });
    for (const dims of [[0, null], [null, 0]]) {
      const args = dims[0] === 0 ? [x, w] : [w, x];
      const got = vmap(func.grad(own, [0, 1]), dims)(...args), want = vmap(func.grad(plain, [0, 1]), dims)(...args);
      got.forEach((g, i) => { expectSame(g, want[i]); });
    }
    const [a, b] = [w.clone().requiresGrad_(true), w.clone().requiresGrad_(true)];
    vmap(own, [0, null])(x, a).sum().backward();
    vmap(plain, [0, null])(x, b).sum().backward();
    expectSame(a.grad, b.grad);
    expectSame(vmap(vmap(own, [0, null]), [null, 0])(x, x), vmap(vmap(plain, [0, null]), [null, 0])(x, x));
    expect(calls).toBe(4);
    class Rule extends torsh.autograd.Function {
      static vmap(info, inDims, t) { return [t.movedim(0, 1).mul(info.batchSize + inDims.length), 1]; }
    }
    expectSame(vmap((row) => Rule.apply(row))(x), x.mul(5));
  });

  scopedTest('an ensemble at once; batch norms without statistics; linearize', () => {
    const models = [1, 2, 3].map((seed) => { torsh.manualSeed(seed); return new nn.Sequential(new nn.Linear(4, 5), new nn.BatchNorm1d(5), new nn.Tanh()).eval(); });
    const [params, buffers] = func.stackModuleState(models), x = torsh.rand(6, 4);
    expect([params['0.weight'].shape, params['0.weight'].isLeaf, params['0.weight'].requiresGrad, buffers['1.running_mean'].shape]).toEqual([[3, 5, 4], true, true, [3, 5]]);
    const run = (p, b, t) => func.functionalCall(models[0], [p, b], t);
    expectSame(vmap(run, [0, 0, null])(params, buffers, x).detach(), torsh.stack(models.map((m) => m(x))).detach());
    expect(message(() => func.stackModuleState([models[0], new nn.Linear(1, 1).eval()]))).toMatch(/same class/);
    const net = func.replaceAllBatchNormModules_(models[0].train());
    expect([net === models[0], net[1].running_mean]).toEqual([true, null]);
    const batch = torsh.rand(2, 6, 4);
    expectSame(vmap((t) => net(t))(batch).detach(), torsh.stack([net(batch.select(0, 0)), net(batch.select(0, 1))]).detach());
    const f = (a, b) => a.sin().mul(b), at = [double([1, 2]), double([3, 4])], along = [double([1, 0]), double([0, 1])];
    const [value, push] = func.linearize(f, ...at);
    const [wanted, tangent] = func.jvp(f, at, along);
    expectSame(value, wanted);
    expectSame(push(...along), tangent);
    expectSame(vmap(push)(...along.map((t) => torsh.stack([t, t.mul(2)]))), torsh.stack([tangent, tangent.mul(2)]));
  });

  scopedTest('jacobians in chunks, of several outputs and arguments, of functions that vmap refuses', () => {
    const f = (a, { b }) => ({ u: a.mul(b), v: [b.sum().mul(a.prod()), a] });
    const args = [double([1, 2]), { b: double([3, 4]) }];
    const whole = func.jacrev(f, [0, 1])(...args), chunked = func.jacrev(f, { argnums: [0, 1], chunkSize: 2 })(...args), forward = func.jacfwd(f, [0, 1])(...args);
    for (const j of [whole, chunked, forward]) {
      expect(j.u[0].tolist()).toEqual([[3, 0], [0, 4]]);
      expect(j.u[1].b.tolist()).toEqual([[1, 0], [0, 2]]);
      expect(j.v[0][0].tolist()).toEqual([14, 7]);
      expect(j.v[1][1].b.tolist()).toEqual([[0, 0], [0, 0]]);
    }
    const branching = (t) => (t.sum().item() > 0 ? t.mul(2) : t.mul(3));
    expect(func.jacrev(branching)(double([1, 2])).tolist()).toEqual([[2, 0], [0, 2]]);
  });
});
