// prune.GradualPruning: sparsity that grows by a schedule while the model learns.
const torsh = require('torsh');
const { values } = require('../support/numbers');

const { nn, optim } = torsh;
const { prune } = nn.utils;
const model = () => {
  torsh.manualSeed(3);
  return new nn.Sequential(new nn.Linear(6, 10), new nn.Tanh(), new nn.Linear(10, 4));
};
const zeros = (t) => values(t).filter((v) => v === 0).length;

test('cubic: most at first, exactly as many as the schedule says, what is out stays out, and what is left learns', () => torsh.tidy(() => {
  const m = model();
  const pairs = [[m[0], 'weight'], [m[2], 'weight']];
  const plan = new prune.GradualPruning(pairs, prune.L1Unstructured, { finalSparsity: 0.8, steps: 4, start: 2, every: 3 });
  const opt = new optim.SGD(m.parameters(), { lr: 0.1 });
  const x = torsh.randn(16, 6), y = torsh.randn(16, 4);
  const seen = [];
  let before = values(m[0].weight_mask), loss;
  for (let i = 0; i < 16; i++) {
    loss = nn.functional.mseLoss(m(x), y);
    opt.zeroGrad();
    loss.backward();
    opt.step();
    const target = plan.step();
    expect(target).toBeCloseTo(plan.sparsityAt(i + 1), 12);
    const after = values(m[0].weight_mask);
    expect(after.every((v, k) => v <= before[k])).toBe(true);
    expect(values(m[0].weight).every((v, k) => (v === 0) === (after[k] === 0))).toBe(true);
    before = after;
    seen.push(zeros(m[0].weight_mask));
  }
  const part = (t) => Math.round(60 * 0.8 * (1 - (1 - t) ** 3));
  expect(seen).toEqual([0, 0, 0, 0, ...[0.25, 0.5, 0.75].flatMap((t) => [part(t), part(t), part(t)]), part(1), part(1), part(1)]);
  expect(plan.sparsity).toBeCloseTo(0.8, 12);
  for (const [module, name] of pairs) prune.remove(module, name);
  expect(zeros(m[0].weight)).toBe(48);
  expect(Object.keys(m.stateDict()).sort()).toEqual(['0.bias', '0.weight', '2.bias', '2.weight']);
}));

test('the smallest go first, together or each parameter by itself', () => {
  const [together, each] = [model(), model()];
  const all = values(torsh.cat([together[0].weight, together[2].weight].map((w) => w.detach().abs().flatten()))).sort((a, b) => a - b);
  const run = (m, globally) => new prune.GradualPruning([[m[0], 'weight'], [m[2], 'weight']], prune.L1Unstructured, { finalSparsity: 0.5, steps: 1, globally }).step();
  run(together, true);
  run(each, false);
  expect(zeros(together[0].weight) + zeros(together[2].weight)).toBe(50);
  const left = [together[0], together[2]].flatMap((layer) => values(layer.weight)).filter((v) => v !== 0).map(Math.abs);
  expect(Math.min(...left)).toBe(all[50]);
  expect([zeros(each[0].weight), zeros(each[2].weight)]).toEqual([30, 20]);
});

test('structured methods count slices; linear and exponential schedules; a function; resuming', () => {
  const conv = new nn.Conv2d(3, 8, 3);
  const plan = new prune.GradualPruning([[conv, 'weight']], prune.LnStructured, { finalSparsity: 0.5, steps: 4, schedule: 'linear', n: 2, dim: 0 });
  const empty = () => values(conv.weight.detach().abs().sum([1, 2, 3])).filter((v) => v === 0).length;
  expect([1, 2, 3, 4, 5].map(() => { plan.step(); return empty(); })).toEqual([1, 2, 3, 4, 4]);
  const of = (options) => new prune.GradualPruning([[new nn.Linear(2, 2), 'bias']], prune.RandomUnstructured, options);
  const falling = of({ initialSparsity: 0.2, finalSparsity: 0.9, steps: 3, schedule: 'exponential' });
  const left = [0, 1, 2, 3].map((n) => 1 - falling.sparsityAt(n));
  expect([left[1] / left[0], left[2] / left[1]]).toEqual([1, 1].map(() => expect.closeTo(left[3] / left[2], 10)));
  expect(left.map((v) => Number(v.toFixed(10)))).toEqual([0.8, 0.4, 0.2, 0.1]);
  const later = of({ finalSparsity: 1, steps: 2, schedule: (t) => t * t });
  later.loadStateDict({ lastStep: 1 });
  expect([later.sparsityAt(1), later.step(), later.sparsity, later.stateDict()]).toEqual([0.25, 1, 1, { lastStep: 2 }]);
});

test('masks of a saved model go on where they were', () => {
  const saved = model();
  const start = (m) => new prune.GradualPruning([[m[0], 'weight']], prune.L1Unstructured, { finalSparsity: 0.6, steps: 2, schedule: 'linear' });
  start(saved).step();
  const m = model();
  const plan = start(m);
  m.loadStateDict(saved.stateDict());
  plan.loadStateDict({ lastStep: 1 });
  const kept = values(m[0].weight_mask);
  plan.step();
  expect(zeros(m[0].weight_mask)).toBe(36);
  expect(values(m[0].weight_mask).every((v, i) => v <= kept[i])).toBe(true);
});

test('refused', () => {
  const of = (options, method = prune.L1Unstructured) => () => new prune.GradualPruning([[new nn.Linear(2, 2), 'weight']], method, { finalSparsity: 0.5, steps: 2, ...options });
  expect(of({ finalSparsity: 1.5 })).toThrow('GradualPruning: finalSparsity must be between 0 and 1, but got 1.5');
  expect(of({ initialSparsity: 0.9 })).toThrow('GradualPruning: finalSparsity must not be below initialSparsity, but got 0.5 and 0.9');
  expect(of({ steps: 0 })).toThrow('GradualPruning: steps must be an integer of at least 1, but got 0');
  expect(of({ schedule: 'square' })).toThrow("GradualPruning: schedule must be 'cubic', 'linear', 'exponential' or a function, but got square");
  expect(of({ globally: true, n: 2 }, prune.LnStructured)).toThrow('GradualPruning: together only unstructured methods prune, but LnStructured is structured');
  expect(of({ n: 2 })).toThrow("got an unexpected option 'n'");
});
