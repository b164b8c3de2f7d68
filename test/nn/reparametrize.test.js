// torsh.nn.utils: parametrizations, weight and spectral normalisation, fusion. Expected numbers are PyTorch 1.13's.
const torsh = require('torsh');
const { values } = require('../support/numbers');

const { nn } = torsh;
const { parametrize, parametrizations } = nn.utils;
const f64 = { dtype: 'float64' };
const near = (got, want, digits = 10) => {
  expect(got.length).toBe(want.length);
  want.forEach((w, i) => expect(got[i]).toBeCloseTo(w, digits));
};
const fill = (shape, f) => torsh.tensor(Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => f(i))).reshape(shape);
const linear = (rows = 3, columns = 4) => {
  const m = new nn.Linear(columns, rows).double();
  torsh.noGrad(() => { m.weight.copy_(fill([rows, columns], (i) => Math.cos(0.9 * i + 0.3))); m.bias.copy_(fill([rows], (i) => Math.sin(i))); });
  return m;
};
const x = () => fill([2, 4], (i) => Math.sin(0.7 * i));
class Symmetric extends nn.Module {
  forward(w) { return w.triu().add(w.triu(1).t()); }
  rightInverse(w) { return w.triu(); }
}
class Double extends nn.Module {
  forward(w) { return w.mul(2); }
}

test('registerParametrization: the tensor is computed, the original is the parameter', () => {
  const m = linear(4, 4), before = values(m.weight), original = m.weight;
  expect(parametrize.registerParametrization(m, 'weight', new Symmetric())).toBe(m);
  expect(parametrize.isParametrized(m)).toBe(true);
  expect([parametrize.isParametrized(m, 'weight'), parametrize.isParametrized(m, 'bias'), parametrize.isParametrized(linear())]).toEqual([true, false, false]);
  expect(m.weight.equal(m.weight.t())).toBe(true);
  expect(m.namedParameters().map(([name]) => name)).toEqual(['bias', 'parametrizations.weight.original']);
  expect(m.parametrizations.weight.original).toBe(original);
  expect(m instanceof nn.Linear).toBe(true);
  expect(parametrize.typeBeforeParametrizations(m)).toBe(nn.Linear);
  expect(String(m)).toContain('ParametrizedLinear(');
  m(x()).sum().backward();
  expect(original.grad.shape).toEqual([4, 4]);
  near(values(original.grad.tril(-1)), Array(16).fill(0));
  // Stacked, and without an inverse.
  const once = values(m.weight);
  parametrize.registerParametrization(m, 'weight', new Double());
  near(values(m.weight), once.map((v) => 2 * v));
  expect(() => { m.weight = torsh.eye(4, f64); }).toThrow('parametrization Double does not implement rightInverse.');
  const copy = torsh.deepcopy(m);
  torsh.noGrad(() => m.parametrizations.weight.original.zero_());
  near(values(copy.weight), once.map((v) => 2 * v));
  parametrize.removeParametrizations(copy, 'weight');
  expect(copy.constructor).toBe(nn.Linear);
  expect(copy.namedParameters().map(([name]) => name).sort()).toEqual(['bias', 'weight']);
  near(values(copy.weight), once.map((v) => 2 * v));
  expect(parametrize.isParametrized(m, 'weight')).toBe(true);
  expect(before.length).toBe(16);
  original.grad = null;
});

test('assignment, state dicts, functionalCall, buffers, removal without values', () => {
  const m = linear(3, 3);
  parametrize.registerParametrization(m, 'weight', new Symmetric());
  m.weight = torsh.tensor([[1, 2, 3], [2, 4, 5], [3, 5, 6]], f64);
  near(values(m.weight), [1, 2, 3, 2, 4, 5, 3, 5, 6]);
  near(values(m.parametrizations.weight.original), [1, 2, 3, 0, 4, 5, 0, 0, 6]);
  const dict = m.stateDict();
  expect(Object.keys(dict)).toEqual(['bias', 'parametrizations.weight.original']);
  const other = linear(3, 3);
  parametrize.registerParametrization(other, 'weight', new Symmetric());
  other.loadStateDict(dict);
  near(values(other.weight), values(m.weight));
  const input = torsh.ones(1, 3, f64);
  const out = nn.utils.stateless.functionalCall(m, { 'parametrizations.weight.original': torsh.zeros(3, 3, f64) }, input);
  near(values(out), values(m.bias));
  parametrize.removeParametrizations(m, 'weight', { leaveParametrized: false });
  near(values(m.weight), [1, 2, 3, 0, 4, 5, 0, 0, 6]);
  m.float();
  expect(m.weight.dtype).toBe('float32');
  const norm = new nn.BatchNorm1d(2);
  parametrize.registerParametrization(norm, 'running_var', new Double());
  expect(values(norm.running_var)).toEqual([2, 2]);
  expect(Object.keys(norm.stateDict())).toContain('parametrizations.running_var.original');
  parametrize.removeParametrizations(norm, 'running_var');
  expect(norm.buffers().some((b) => values(b)[0] === 2)).toBe(true);
});

test('cached computes once; what does not fit is refused', () => {
  const m = linear(3, 3);
  let calls = 0;
  class Counting extends nn.Module { forward(w) { calls++; return w.mul(1); } }
  parametrize.registerParametrization(m, 'weight', new Counting(), { unsafe: true });
  calls = 0;
  parametrize.cached(() => {
    const first = m.weight;
    expect(m.weight).toBe(first);
    parametrize.cached(() => expect(m.weight).toBe(first));
    expect(m.weight).toBe(first);
  });
  expect(calls).toBe(1);
  expect(m.weight).not.toBe(m.weight);
  expect(() => parametrize.cached(() => { throw new Error('inside'); })).toThrow('inside');
  expect(calls).toBe(3);
  class Row extends nn.Module { forward(w) { return w.at(0); } }
  class Half extends nn.Module { forward(w) { return w.float(); } }
  const fresh = linear();
  expect(() => parametrize.registerParametrization(fresh, 'weight', new Row())).toThrow('may not change the shape of the tensor');
  expect(() => parametrize.registerParametrization(fresh, 'weight', new Half())).toThrow('may not change the dtype of the tensor');
  expect(() => parametrize.registerParametrization(fresh, 'nothing', new Row())).toThrow("does not have a parameter, a buffer, or a parametrized element with name 'nothing'");
  expect(() => parametrize.removeParametrizations(fresh, 'weight')).toThrow('does not have a parametrization on weight');
  expect(fresh.namedParameters().map(([name]) => name)).toEqual(['weight', 'bias']);
});

test('several originals: weightNorm', () => {
  const m = linear(), before = values(m.weight);
  parametrizations.weightNorm(m);
  near(values(m.weight), before);
  expect(m.namedParameters().map(([name, p]) => [name, p.shape])).toEqual([
    ['bias', [3]], ['parametrizations.weight.original0', [3, 1]], ['parametrizations.weight.original1', [3, 4]]]);
  torsh.noGrad(() => m.parametrizations.weight.original0.mul_(2));
  near(values(m.weight), before.map((v) => 2 * v));
  m.weight = torsh.ones(3, 4, f64);
  near(values(m.parametrizations.weight.original0), [2, 2, 2]);
  expect(() => parametrize.removeParametrizations(m, 'weight', false)).toThrow('Cannot leave unparametrized');
  parametrize.removeParametrizations(m, 'weight');
  near(values(m.weight), Array(12).fill(1));
  expect(m.weight instanceof nn.Parameter).toBe(true);
  const old = nn.utils.weightNorm(linear()), modern = parametrizations.weightNorm(new nn.Linear(4, 3).double());
  modern.loadStateDict(old.stateDict());
  near(values(modern.weight), before);
  const twin = new nn.Linear(4, 3).double();
  expect(parametrize.transferParametrizationsAndParams(modern, twin)).toBe(twin);
  expect(twin.parametrizations.weight.original1).toBe(modern.parametrizations.weight.original1);
  near(values(twin.weight), before);
  for (const dim of [1, null]) {
    const other = parametrizations.weightNorm(linear(), 'weight', dim);
    near(values(other.weight), before);
    expect(other.parametrizations.weight.original0.shape).toEqual(dim === 1 ? [1, 4] : []);
  }
});

test('orthogonal: every map, tall, wide, square, batches, complex', () => {
  const check = (w) => {
    const [n, k] = w.shape.slice(-2);
    const gram = n >= k ? w.transpose(-2, -1).conj().matmul(w) : w.matmul(w.transpose(-2, -1).conj());
    expect(gram.sub(torsh.eye(Math.min(n, k), f64)).abs().max().item()).toBeLessThan(1e-12);
  };
  for (const map of [null, 'matrix_exp', 'cayley', 'householder']) {
    for (const [rows, columns] of [[3, 3], [5, 3], [3, 5]]) {
      for (const useTrivialization of [true, false]) {
        if (!useTrivialization && (map === 'matrix_exp' || map === 'cayley' || (map === null && rows === columns))) {
          expect(() => parametrizations.orthogonal(linear(rows, columns), { orthogonalMap: map, useTrivialization })).toThrow('It is not possible to assign');
          continue;
        }
        const m = parametrizations.orthogonal(linear(rows, columns), 'weight', map, { useTrivialization });
        check(m.weight);
        const opt = new torsh.optim.SGD(m.parameters(), { lr: 0.1 });
        const before = values(m.weight);
        m(torsh.ones(1, columns, f64)).pow(3).sum().backward();
        opt.step();
        opt.zeroGrad();
        check(m.weight);
        expect(values(m.weight)).not.toEqual(before);
        const [q] = torsh.linalg.qr(fill([5, 5], (i) => Math.cos(i * i)));
        const wanted = q.narrow(0, 0, rows).narrow(1, 0, columns);
        if (Math.min(rows, columns) === 3 && Math.max(rows, columns) === 5) {
          m.weight = wanted;
          near(values(m.weight), values(wanted));
        }
      }
    }
  }
  // PyTorch's values of the maps themselves, with an identity for a base.
  for (const [map, [rows, columns], wanted] of [
    ['matrix_exp', [3, 3], [0.327022493776, 0.297653476881, -0.896916214741, -0.934314623576, 0.244267778407, -0.259594754576, 0.141818449912, 0.922895259568, 0.357983054252]],
    ['matrix_exp', [4, 2], [0.375370344207, 0.027134661805, -0.621520464563, 0.5029084487, -0.59144836536, 0.001017026444, 0.350711060465, 0.863913055817]],
    ['matrix_exp', [2, 4], [0.465545930955, 0.735997933876, -0.12473482644, -0.475410612602, 0.320630673633, 0.324080541711, 0.598645331325, 0.658628530276]],
    ['cayley', [3, 3], [0.490307434672, 0.360746117026, -0.793385693441, -0.842933783186, 0.427631546132, -0.326487209422, 0.221497757707, 0.828850710203, 0.513756015563]],
    ['cayley', [4, 2], [0.502936260125, 0.085708735659, -0.53234349221, 0.598771237991, -0.568804748394, 0.038836059055, 0.374334987355, 0.795373357426]],
    ['cayley', [2, 4], [0.600828926368, 0.596582241057, -0.155098711895, -0.508958368105, 0.18222141526, 0.496559780517, 0.578601905203, 0.620841022718]],
    ['householder', [3, 3], [0.252847745554, -0.585119277385, 0.770521543372, 0.739675125719, 0.63026788787, 0.235887892677, -0.623657539007, 0.510291897596, 0.592159989604]],
    ['householder', [4, 2], [0.193090509165, -0.597252023893, 0.407365113213, 0.348313009396, 0.585761665963, 0.525157830786, -0.673537668208, 0.496162594524]],
    ['householder', [2, 4], [0.154783584144, -0.306270722496, 0.426704215089, 0.836757909701, 0.956363787271, 0.115869096428, 0.159347429889, -0.215756936105]],
  ]) {
    const m = parametrizations.orthogonal(linear(rows, columns), { orthogonalMap: map });
    torsh.noGrad(() => {
      m.parametrizations.weight[0].base.copy_(torsh.eye(Math.max(rows, columns), f64));
      m.parametrizations.weight.original.copy_(fill([rows, columns], (i) => {
        const [row, column] = [Math.floor(i / columns), i % columns];
        return map === 'householder' && row === column ? 1 - 2 * (row % 2) : Math.cos(0.9 * i + 0.3);
      }));
    });
    near(values(m.weight), wanted);
  }
  const batch = new nn.Module();
  batch.w = new nn.Parameter(fill([2, 4, 3], (i) => Math.cos(i * i)));
  parametrizations.orthogonal(batch, 'w');
  check(batch.w);
  const unitary = new nn.Module();
  unitary.w = new nn.Parameter(torsh.complex(fill([3, 3], (i) => Math.cos(i * i)), fill([3, 3], Math.sin)));
  parametrizations.orthogonal(unitary, 'w');
  expect(torsh.viewAsReal(unitary.w.mH.matmul(unitary.w).sub(torsh.eye(3, f64))).abs().max().item()).toBeLessThan(1e-12);
  expect(() => parametrizations.orthogonal(linear(), 'bias')).toThrow('Expected a matrix or batch of matrices. Got a tensor of 1 dimensions.');
  expect(() => parametrizations.orthogonal(linear(), 'weight', 'qr')).toThrow('orthogonal_map has to be one of');
  expect(() => parametrizations.orthogonal(linear(), 'nothing')).toThrow("has no parameter or buffer with name 'nothing'");
});

test('spectralNorm: the largest singular value becomes 1', () => {
  for (const wrap of [parametrizations.spectralNorm, nn.utils.spectralNorm]) {
    const m = linear(), sigma = torsh.linalg.svdvals(m.weight.detach()).max().item(), before = values(m.weight);
    wrap(m);
    for (let i = 0; i < 40; i++) torsh.tidy(() => m(x()));
    near(values(m.weight), before.map((v) => v / sigma), 8);
    m.eval();
    const frozen = values(m(x()));
    near(values(m(x())), frozen);
    m.train();
    // Two forwards before the backward of the first.
    const [first] = [m(x()), m(x())];
    first.sum().backward();
    for (const p of m.parameters()) p.grad = null;
    if (wrap === nn.utils.spectralNorm) {
      expect(Object.keys(m.stateDict()).sort()).toEqual(['bias', 'weight_orig', 'weight_u', 'weight_v']);
      expect(() => nn.utils.spectralNorm(m)).toThrow('Cannot register two spectral_norm hooks on the same parameter weight');
      nn.utils.removeSpectralNorm(m);
      near(values(m.weight), before.map((v) => v / sigma), 8);
      expect(m.namedParameters().map(([name]) => name).sort()).toEqual(['bias', 'weight']);
      expect(() => nn.utils.removeSpectralNorm(m)).toThrow("spectral_norm of 'weight' not found in");
    } else {
      expect(Object.keys(m.stateDict())).toEqual(['bias', 'parametrizations.weight.original', 'parametrizations.weight.0._u', 'parametrizations.weight.0._v']);
    }
  }
  // One iteration from known vectors, as PyTorch takes it.
  for (const [wrap, weights, slopes] of [
    [parametrizations.spectralNorm, [0.405272591301, 0.153719310218, -0.214165680206, -0.419974353574], [0.434687151764, 0.423660375224, 0.413056910257, 0.410901247754, -0.010106323762, 0.000540062608]],
    [nn.utils.spectralNorm, [0.407968314414, 0.154741794113, -0.215590230957, -0.422767867362], [0.43491681621, 0.424341111048, 0.415808996184, 0.415777406046, -0.008773677484, 0.00300841032]],
  ]) {
    const m = wrap(linear(), { nPowerIterations: 2 });
    const list = m.parametrizations?.weight, [u, v] = list ? [list[0]._u, list[0]._v] : [m.weight_u, m.weight_v];
    torsh.noGrad(() => { u.copy_(torsh.tensor([0.6, 0.8, 0])); v.copy_(torsh.tensor([0.5, 0.5, -0.5, 0.5])); });
    if (!list) m(x());
    const w = m.weight;
    near(values(w).slice(0, 4), weights);
    w.at(0).sum().backward();
    const original = list ? list.original : m.weight_orig;
    near(values(original.grad).slice(0, 6), slopes);
    original.grad = null;
  }
  const bias = parametrizations.spectralNorm(linear(), 'bias');
  near([bias.bias.norm().item()], [1]);
  const up = parametrizations.spectralNorm(new nn.ConvTranspose1d(2, 5, 3));
  expect(up.parametrizations.weight[0]._u.shape).toEqual([5]);
  expect(() => parametrizations.spectralNorm(linear(), { dim: 2 })).toThrow('Dimension out of range (expected to be in range of [-2, 1] but got 2)');
  expect(() => parametrizations.spectralNorm(linear(), { nPowerIterations: 0 })).toThrow('Expected n_power_iterations to be positive, but got n_power_iterations=0');
});

test('weightNorm in its older form', () => {
  const m = linear(), before = values(m.weight);
  expect(nn.utils.weightNorm(m)).toBe(m);
  near(values(m.weight), before);
  expect(m.namedParameters().map(([name, p]) => [name, p.shape])).toEqual([['bias', [3]], ['weight_g', [3, 1]], ['weight_v', [3, 4]]]);
  torsh.noGrad(() => m.weight_g.mul_(3));
  m(x()).sum().backward();
  near(values(m.weight), before.map((v) => 3 * v));
  // The direction's gradient stands at right angles to it.
  near(values(m.weight_v.grad.mul(m.weight_v).sum(1)), [0, 0, 0]);
  for (const p of m.parameters()) p.grad = null;
  expect(() => nn.utils.weightNorm(m)).toThrow('Cannot register two weight_norm hooks on the same parameter weight');
  nn.utils.removeWeightNorm(m);
  near(values(m.weight), before.map((v) => 3 * v));
  expect(m.namedParameters().map(([name]) => name).sort()).toEqual(['bias', 'weight']);
  expect(() => nn.utils.removeWeightNorm(m)).toThrow("weight_norm of 'weight' not found in");
  const whole = nn.utils.weightNorm(linear(), { dim: null });
  expect(whole.weight_g.shape).toEqual([]);
});

test('fusion with batch normalisation', () => {
  const norm = (kind, n) => {
    const bn = new kind(n).double();
    torsh.noGrad(() => {
      bn.weight.copy_(fill([n], (i) => 1 + 0.3 * i));
      bn.bias.copy_(fill([n], (i) => i - 1));
      bn.running_mean.copy_(fill([n], (i) => 0.2 * i));
      bn.running_var.copy_(fill([n], (i) => 0.5 + i));
    });
    return bn.eval();
  };
  const input = fill([2, 2, 5, 5], (i) => Math.sin(i));
  for (const bias of [true, false]) {
    const conv = new nn.Conv2d(2, 3, 3, { bias }).double().eval(), bn = norm(nn.BatchNorm2d, 3);
    const fused = nn.utils.fuseConvBnEval(conv, bn);
    near(values(fused(input)), values(bn(conv(input))));
    expect(fused.weight).not.toBe(conv.weight);
    const up = new nn.ConvTranspose2d(2, 3, 3, { bias }).double().eval();
    near(values(nn.utils.fuseConvBnEval(up, bn, true)(input)), values(bn(up(input))));
    const flat = new nn.Linear(4, 3, { bias }).double().eval(), bn1 = norm(nn.BatchNorm1d, 3);
    near(values(nn.utils.fuseLinearBnEval(flat, bn1)(x())), values(bn1(flat(x()))));
  }
  const [w, b] = nn.utils.fuseConvBnWeights(torsh.ones(2, 1, 1), null, torsh.tensor([1, 2]), torsh.tensor([4, 9]), 0, null, null);
  near([...values(w), ...values(b)], [1 / 2, 1 / 3, -1 / 2, -2 / 3], 6);
  expect(() => nn.utils.fuseConvBnEval(new nn.Conv1d(1, 1, 1), new nn.BatchNorm1d(1))).toThrow('Fusion only for eval!');
});

test('skipInit, clipGradNorm, memory formats', () => {
  torsh.manualSeed(1);
  const wanted = values(torsh.rand(3));
  torsh.manualSeed(1);
  const m = nn.utils.skipInit(nn.Linear, 4, 3, { bias: false });
  expect([m.weight.shape, m.bias]).toEqual([[3, 4], null]);
  expect(values(torsh.rand(3))).toEqual(wanted);
  expect(nn.utils.clipGradNorm).toBe(nn.utils.clipGradNorm_);
  const p = new nn.Parameter(torsh.ones(2));
  p.grad = torsh.tensor([3, 4]);
  const total = nn.utils.getTotalNorm([p.grad]);
  expect([total.item(), nn.utils.getTotalNorm([p.grad], { normType: Infinity }).item(), nn.utils.getTotalNorm([]).item()]).toEqual([5, 4, 0]);
  nn.utils.clipGradsWithNorm_([p], 1, total);
  near(values(p.grad), [0.6, 0.8], 5);
  expect(() => nn.utils.getTotalNorm([torsh.tensor([Infinity])], 2, true)).toThrow('non-finite');
  const conv = nn.utils.convertConv2dWeightMemoryFormat(new nn.Conv2d(2, 3, 3), 'channels_last');
  expect(conv.weight.isContiguous({ memoryFormat: 'channels_last' })).toBe(true);
});
