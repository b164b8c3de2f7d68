// torsh.nn.utils.prune; masks of the deterministic methods are PyTorch 1.13's.
const torsh = require('torsh');
const { values } = require('../support/numbers');

const { nn } = torsh;
const { prune } = nn.utils;
const linear = () => {
  const m = new nn.Linear(4, 3);
  torsh.noGrad(() => m.weight.copy_(torsh.tensor(Float64Array.from({ length: 12 }, (_, i) => Math.cos(0.9 * i + 0.3))).reshape([3, 4])));
  return m;
};
const mask = (m) => values(m.weight_mask);
const zeros = (list) => list.filter((v) => v === 0).length;

test('identity: original, mask and product; remove makes it final', () => {
  const m = linear(), weight = m.weight, before = values(weight);
  expect(prune.identity(m, 'weight')).toBe(m);
  expect(Object.keys(m.stateDict()).sort()).toEqual(['bias', 'weight_mask', 'weight_orig']);
  expect(m.weight_orig).toBe(weight);
  expect(values(m.weight)).toEqual(before);
  expect([prune.isPruned(m), prune.isPruned(new nn.Sequential(m)), prune.isPruned(linear())]).toEqual([true, true, false]);
  prune.remove(m, 'weight');
  expect(m.weight).toBe(weight);
  expect(Object.keys(m.stateDict()).sort()).toEqual(['bias', 'weight']);
  expect(prune.isPruned(m)).toBe(false);
  expect(() => prune.remove(m, 'weight')).toThrow("Parameter 'weight' of module Linear(");
});

test('l1Unstructured, lnStructured and customFromMask, one after the other', () => {
  const m = linear();
  prune.l1Unstructured(m, 'weight', 3);
  expect(mask(m)).toEqual([1, 0, 1, 1, 1, 0, 1, 1, 0, 1, 1, 1]);
  prune.lnStructured(m, 'weight', 0.3, 2, 1);
  expect(mask(m)).toEqual([1, 0, 1, 1, 1, 0, 1, 1, 0, 0, 1, 1]);
  prune.lnStructured(m, 'weight', { amount: 1, n: Infinity, dim: -2 });
  expect(mask(m)).toEqual([1, 0, 1, 1, 0, 0, 0, 0, 0, 0, 1, 1]);
  prune.l1Unstructured(m, 'weight', { amount: 0.25 });
  expect(mask(m)).toEqual([1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 1]);
  prune.customFromMask(m, 'weight', torsh.tensor([[1, 1, 0, 1], [1, 1, 0, 1], [0, 1, 1, 1]]));
  expect(mask(m)).toEqual([1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 1]);
  expect(values(m.weight)).toEqual(values(m.weight_orig.mul(m.weight_mask)));
});

test('what is pruned stays so in training, and the original gets no gradient there', () => {
  const m = linear();
  prune.l1Unstructured(m, 'weight', 0.5);
  expect(zeros(values(m.weight))).toBe(6);
  const opt = new torsh.optim.SGD(m.parameters(), { lr: 0.1 });
  for (let i = 0; i < 3; i++) {
    torsh.tidy(() => {
      opt.zeroGrad();
      m(torsh.ones(2, 4)).sum().backward();
      opt.step();
    });
  }
  m(torsh.ones(1, 4));
  expect(values(m.weight).map((v) => (v === 0 ? 0 : 1))).toEqual(mask(m));
  expect(values(m.weight_orig.grad).map((v) => (v === 0 ? 0 : 1))).toEqual(mask(m));
  opt.zeroGrad();
  const other = prune.identity(linear(), 'weight');
  other.loadStateDict(m.stateDict());
  expect(values(other(torsh.ones(1, 4)))).toEqual(values(m(torsh.ones(1, 4))));
  prune.remove(m, 'weight');
  expect(zeros(values(m.weight))).toBe(6);
});

test('random methods: as many as asked for, of those that are left', () => {
  torsh.manualSeed(0);
  const m = linear();
  prune.randomUnstructured(m, 'weight', { amount: 4 });
  expect(zeros(mask(m))).toBe(4);
  prune.randomUnstructured(m, 'weight', 0.5);
  expect(zeros(mask(m))).toBe(8);
  const rows = linear();
  prune.randomStructured(rows, 'weight', 1, 0);
  const sums = values(rows.weight_mask.sum(1));
  expect(sums.sort()).toEqual([0, 4, 4]);
  prune.randomStructured(rows, 'weight', { amount: 0.5, dim: 1 });
  expect(values(rows.weight_mask.sum(0)).sort()).toEqual([0, 0, 2, 2]);
  prune.randomUnstructured(rows, 'bias', 0);
  expect(values(rows.bias_mask)).toEqual([1, 1, 1]);
});

test('importance scores decide instead of the values', () => {
  const m = linear();
  prune.l1Unstructured(m, 'weight', { amount: 3, importanceScores: torsh.arange(12, { dtype: 'float32' }).reshape([3, 4]) });
  expect(mask(m)).toEqual([0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1]);
  const rows = linear();
  prune.lnStructured(rows, 'weight', { amount: 1, n: 2, dim: 0, importanceScores: torsh.tensor([[5, 5, 5, 5], [1, 0, 0, 0], [3, 3, 3, 3]]) });
  expect(mask(rows)).toEqual([1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1, 1]);
});

test('globalUnstructured: over several parameters as one', () => {
  const [a, b] = [linear(), linear()];
  torsh.noGrad(() => b.weight.mul_(10));
  prune.globalUnstructured([[a, 'weight'], [b, 'weight']], prune.L1Unstructured, { amount: 12 });
  expect(zeros(mask(a)) + zeros(mask(b))).toBe(12);
  expect(zeros(mask(a))).toBeGreaterThan(zeros(mask(b)));
  // What is pruned already counts as gone.
  prune.globalUnstructured([[a, 'weight'], [b, 'weight']], prune.L1Unstructured, { amount: 0.5 });
  expect(zeros(mask(a)) + zeros(mask(b))).toBe(18);
  const c = linear();
  prune.globalUnstructured([[c, 'weight']], prune.L1Unstructured, { amount: 4, importanceScores: [[c, 'weight', torsh.arange(12, { dtype: 'float32' }).reshape([3, 4])]] });
  expect(mask(c)).toEqual([0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1]);
  expect(() => prune.globalUnstructured([[c, 'weight']], prune.LnStructured, { amount: 1, n: 1 })).toThrow('Only "unstructured" PRUNING_TYPE supported');
});

test('methods as classes: own ones, apply, prune, containers', () => {
  class EveryOther extends prune.BasePruningMethod {
    static PRUNING_TYPE = 'unstructured';
    computeMask(t, defaultMask) {
      const m = defaultMask.clone();
      m.view([-1]).indexFill_(0, torsh.arange(1, t.numel(), 2), 0);
      return m;
    }
  }
  const m = linear();
  const method = EveryOther.apply(m, 'weight');
  expect(method instanceof EveryOther).toBe(true);
  expect(mask(m)).toEqual([1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0]);
  const container = EveryOther.apply(m, 'weight');
  expect(container instanceof prune.PruningContainer).toBe(true);
  expect([container.length, [...container].length, container.at(0)]).toEqual([2, 2, method]);
  expect(mask(m)).toEqual([1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0]);
  const t = torsh.tensor([3, -1, 2]);
  expect(values(new prune.L1Unstructured(1).prune(t))).toEqual([3, -0, 2]);
  expect(values(new prune.L1Unstructured({ amount: 1 }).prune(t, null, torsh.tensor([1, 2, 3])))).toEqual([0, -1, 2]);
  prune.L1Unstructured.apply(m, 'bias', 1, { importanceScores: torsh.tensor([2, 1, 3]) });
  expect(values(m.bias_mask)).toEqual([1, 0, 1]);
});

test('refusals leave the module as it was', () => {
  const m = linear();
  for (const [call, text] of [
    [() => prune.l1Unstructured(m, 'weight', -1), 'amount=-1 should either be a float in the range [0, 1] or a non-negative integer'],
    [() => prune.l1Unstructured(m, 'weight', 1.5), 'amount=1.5 should either be'],
    [() => prune.l1Unstructured(m, 'weight', 'all'), 'Invalid type for amount: all. Must be int or float.'],
    [() => prune.l1Unstructured(m, 'weight', 13), 'amount=13 should be smaller than the number of parameters to prune=12'],
    [() => prune.lnStructured(m, 'weight', 1, 2, 2), 'Invalid index 2 for tensor of size'],
    [() => prune.lnStructured(m, 'bias', 1, 2, 0), 'Structured pruning can only be applied to multidimensional tensors.'],
    [() => prune.customFromMask(m, 'weight', torsh.ones(2)), 'the mask has shape'],
    [() => prune.l1Unstructured(m, 'weight', 1, torsh.ones(2)), 'importance_scores should have the same shape as parameter weight of'],
    [() => prune.identity(m, 'nothing'), "has no parameter 'nothing'"],
  ]) {
    expect(call).toThrow(text);
    expect(call).toThrow(torsh.TorshError);
    expect(Object.keys(m.stateDict())).toEqual(['weight', 'bias']);
  }
});
