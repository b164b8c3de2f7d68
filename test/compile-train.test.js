// torsh.compile of whole training steps: forward, backward, clipping and the optimizer's step in one program, to the bit.
const torsh = require('torsh');

const { nn, optim } = torsh;
const values = (x) => [x.dtype, x.shape, Array.from(x.toTypedArray(), String)];
const net = () => new nn.Sequential(new nn.Linear(4, 8), new nn.Tanh(), new nn.Linear(8, 2));
const runs = (compiled) => compiled.explain().programs.reduce((n, p) => n + p.runs, 0);
const reasons = (compiled) => compiled.explain().breaks.map((b) => b.reason);

/** Two models alike, with an optimizer each; the first one's steps are compiled. */
function twins(makeOptimizer, makeStep) {
  torsh.manualSeed(3);
  const models = [net()];
  models.push(torsh.deepcopy(models[0]));
  const optimizers = models.map(makeOptimizer);
  const steps = models.map((m, i) => makeStep(m, optimizers[i]));
  return { models, optimizers, steps: [torsh.compile(steps[0]), steps[1]] };
}
const plain = (model, optimizer) => (x, y) => {
  optimizer.zeroGrad();
  const loss = nn.functional.mseLoss(model(x), y);
  loss.backward();
  optimizer.step();
  return loss;
};
function train({ models, steps }, n, after = () => undefined) {
  for (let i = 0; i < n; i++) {
    const x = torsh.randn(6, 4), y = torsh.randn(6, 2);
    const [a, b] = steps.map((step) => step(x, y));
    expect(values(a)).toEqual(values(b));
    const [mine, wanted] = models.map((m) => [...m.parameters()]);
    expect(mine.map(values)).toEqual(wanted.map(values));
    expect(mine.map((p) => p.grad && values(p.grad))).toEqual(wanted.map((p) => p.grad && values(p.grad)));
    after(i);
  }
}

const optimizers = {
  'SGD': (m) => new optim.SGD(m.parameters(), { lr: 0.1 }),
  'SGD with momentum': (m) => new optim.SGD(m.parameters(), { lr: 0.1, momentum: 0.9, weightDecay: 0.01, nesterov: true }),
  'Adam': (m) => new optim.Adam(m.parameters(), { lr: 0.05 }),
  'AdamW in two groups': (m) => new optim.AdamW([{ params: [m.at(0).weight], lr: 0.1 }, { params: [m.at(0).bias, ...m.at(2).parameters()] }], { lr: 0.02, amsgrad: true }),
  'RMSprop': (m) => new optim.RMSprop(m.parameters(), { lr: 0.01, centered: true, momentum: 0.5 }),
  'Lion': (m) => new optim.Lion(m.parameters(), { lr: 0.01 }),
  'LAMB': (m) => new optim.LAMB(m.parameters(), { lr: 0.01 }),
};

test.each(Object.entries(optimizers))('%s: rates change from step to step', (_, make) => {
  const all = twins(make, plain);
  const schedulers = all.optimizers.map((o) => new optim.lrScheduler.CosineAnnealingLR(o, 10));
  train(all, 9, () => { for (const s of schedulers) s.step(); });
  expect(runs(all.steps[0])).toBeGreaterThanOrEqual(5);
  expect(reasons(all.steps[0])).toEqual([]);
  const [a, b] = all.optimizers.map((o) => Object.values(o.stateDict().state).map((s) => Object.values(s).map((v) => (torsh.isTensor(v) ? values(v) : v))));
  expect(a).toEqual(b);
});

test('clipping, gradients filled with zeros, gradients that pile up', () => {
  const clipped = twins(optimizers.Adam, (m, o) => (x, y) => {
    o.zeroGrad();
    const loss = nn.functional.mseLoss(m(x), y);
    loss.backward();
    const norm = nn.utils.clipGradNorm_(m.parameters(), 0.1);
    o.step();
    return norm.add(loss);
  });
  train(clipped, 8);
  expect(runs(clipped.steps[0])).toBeGreaterThanOrEqual(4);
  const capped = twins(optimizers.SGD, (m, o) => (x, y) => {
    nn.functional.mseLoss(m(x), y).backward();
    nn.utils.clipGradValue_(m.parameters(), 0.05);
    o.step();
    o.zeroGrad(false);
    return x.sum();
  });
  train(capped, 8);
  expect(runs(capped.steps[0])).toBeGreaterThanOrEqual(4);
  const piling = twins(optimizers.SGD, (m, o) => (x, y) => {
    const loss = nn.functional.mseLoss(m(x), y);
    loss.backward();
    for (const p of m.parameters()) if (p.grad !== null) p.grad.mul_(0.5);
    o.step();
    return loss;
  });
  // Whether there are gradients when a call begins may differ from call to call.
  train(piling, 12, (i) => { if (i % 4 === 3) for (const o of piling.optimizers) o.zeroGrad(); });
  expect(runs(piling.steps[0])).toBeGreaterThan(0);
  const reading = twins(optimizers.SGD, (m, o) => (x, y) => {
    const had = m.at(0).weight.grad !== null;
    const loss = plain(m, o)(x, y);
    return loss.mul(had ? 2 : 3);
  });
  train(reading, 12, (i) => { if (i % 5 > 2) for (const o of reading.optimizers) o.zeroGrad(); });
});

test('options that decide how a step is made, state that is loaded, groups that are added', () => {
  const all = twins(optimizers.Adam, plain), compiled = all.steps[0];
  train(all, 6);
  const before = runs(compiled);
  expect(before).toBeGreaterThan(1);
  for (const o of all.optimizers) Object.assign(o.paramGroups[0], { weightDecay: 0.1, betas: [0.5, 0.9], eps: 1e-6, maximize: true });
  train(all, 5);
  expect(runs(compiled)).toBeGreaterThan(0);
  const saved = all.optimizers.map((o) => torsh.deepcopy(o.stateDict()));
  train(all, 4);
  all.optimizers.forEach((o, i) => { o.loadStateDict(saved[i]); });
  train(all, 5);
  const more = all.models.map(() => torsh.ones(2).requiresGrad_());
  all.optimizers.forEach((o, i) => { o.addParamGroup({ params: [more[i]] }); });
  for (const w of more) w.grad = torsh.ones(2);
  train(all, 1);
  expect(values(more[0])).toEqual(values(more[1]));
  const fresh = twins(optimizers.SGD, plain);
  train(fresh, 4);
  for (const o of fresh.optimizers) { o.paramGroups[0].lr = 0; o.paramGroups[0].momentum = 0.5; }
  train(fresh, 5, (i) => { for (const o of fresh.optimizers) o.paramGroups[0].lr = 0.1 * i; });
  expect(reasons(fresh.steps[0])).toEqual([]);
});

test('several shapes share an optimizer', () => {
  const all = twins(optimizers.Adam, plain);
  for (let i = 0; i < 14; i++) {
    const x = torsh.randn(2 + (i % 2), 4), y = torsh.randn(2 + (i % 2), 2);
    for (const o of all.optimizers) o.paramGroups[0].lr = 0.01 * (i + 1);
    const [a, b] = all.steps.map((step) => step(x, y));
    expect(values(a)).toEqual(values(b));
  }
  const [mine, wanted] = all.models.map((m) => [...m.parameters()].map(values));
  expect(mine).toEqual(wanted);
  expect(all.steps[0].explain().programs.filter((p) => p.runs > 2)).toHaveLength(2);
});

test('what only JavaScript would do again is refused, with the reason, and done', () => {
  const scheduled = twins(optimizers.SGD, (m, o) => {
    const scheduler = new optim.lrScheduler.StepLR(o, 2, 0.5), step = plain(m, o);
    return (x, y) => { const loss = step(x, y); scheduler.step(); return loss; };
  });
  train(scheduled, 6);
  expect(reasons(scheduled.steps[0])[0]).toMatch(/a scheduler steps in it/);
  const assigned = twins(optimizers.SGD, (m, o) => {
    const step = plain(m, o);
    return (x, y) => { o.paramGroups[0].lr *= 0.9; return step(x, y); };
  });
  train(assigned, 6);
  expect(reasons(assigned.steps[0])[0]).toMatch(/changes the options of an optimizer/);
  const looking = twins((m) => new optim.Lookahead(optimizers.SGD(m), { k: 3 }), plain);
  train(looking, 8);
  expect(reasons(looking.steps[0])[0]).toMatch(/Lookahead/);
  let hooked = 0;
  const hooks = twins(optimizers.SGD, plain);
  hooks.optimizers[0].registerStepPostHook(() => { hooked++; });
  train(hooks, 5);
  expect(hooked).toBe(5);
  expect(reasons(hooks.steps[0])[0]).toMatch(/hooks of an optimizer/);
});
