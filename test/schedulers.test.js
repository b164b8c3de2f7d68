// Learning rates and momenta of schedulers, alone and combined, against PyTorch (fixtures/schedulers.json), and what they refuse.
const torsh = require('torsh');
const golden = require('./fixtures/schedulers.json');

const { lrScheduler: schedulers } = torsh.optim;
const parameter = () => new torsh.nn.Parameter(torsh.zeros(1));
const sgd = () => new torsh.optim.SGD([{ params: [parameter()] }, { params: [parameter()], lr: 0.3 }], { lr: 0.1, momentum: 0.9 });
const adam = () => new torsh.optim.Adam([parameter(), parameter()], { lr: 0.1 });
const momentum = (group) => group.momentum ?? group.betas[0];

/** Rates and momenta of both groups before each step. */
function trajectory(optimizer, make, steps, epochs) {
  const scheduler = make(optimizer);
  return Array.from({ length: steps }, (_, t) => {
    const row = [...optimizer.paramGroups.map((g) => g.lr), ...optimizer.paramGroups.map(momentum)];
    optimizer.step();
    if (epochs) scheduler.step(epochs[t]);
    else scheduler.step();
    return row;
  });
}

const epochs = [0, 3, 2.5, 7, 7.5, 1, 9, 12, 30, 2];
const warm = (o) => new schedulers.CosineAnnealingWarmRestarts(o, 4, 2, 0.01);
const cosine = (o) => new schedulers.CosineAnnealingLR(o, 6, 0.02);
const cases = {
  warm: [warm],
  warm1: [(o) => new schedulers.CosineAnnealingWarmRestarts(o, 3)],
  lambda: [(o) => new schedulers.LambdaLR(o, [(e) => 0.9 ** e, (e) => 1 / (1 + e)])],
  mult: [(o) => new schedulers.MultiplicativeLR(o, () => 0.95)],
  seq: [(o) => new schedulers.SequentialLR(o, [new schedulers.LinearLR(o, 0.1, { totalIters: 4 }), new schedulers.ExponentialLR(o, 0.9), new schedulers.CosineAnnealingLR(o, { TMax: 5 })], [5, 12])],
  chain: [(o) => new schedulers.ChainedScheduler([new schedulers.ConstantLR(o, 0.1, 2), new schedulers.ExponentialLR(o, 0.9)])],
  one3: [(o) => new schedulers.OneCycleLR(o, [1, 2], { epochs: 5, stepsPerEpoch: 6, threePhase: true, annealStrategy: 'linear', pctStart: 0.4 })],
  cyc: [(o) => new schedulers.CyclicLR(o, 0.01, 0.2, { stepSizeUp: 4, stepSizeDown: 6, mode: 'exp_range', gamma: 0.97 })],
  cyc2: [(o) => new schedulers.CyclicLR(o, [0.01, 0.02], [0.2, 0.5], { stepSizeUp: 3, mode: 'triangular2' })],
  cos: [cosine],
  adam_one: [(o) => new schedulers.OneCycleLR(o, 1, { totalSteps: 30 }), adam],
  warm_ep: [warm, sgd, epochs],
  step_ep: [(o) => new schedulers.StepLR(o, 3, 0.5), sgd, epochs.map(Math.trunc)],
  cos_ep: [cosine, sgd, epochs],
  lin_ep: [(o) => new schedulers.LinearLR(o, 0.2, { totalIters: 6 }), sgd, epochs],
};

test.each(Object.entries(cases))('%s follows PyTorch', (name, [make, optimizer = sgd, steps]) => torsh.tidy(() => {
  trajectory(optimizer(), make, golden[name].length, steps).forEach((row, t) => {
    row.forEach((value, k) => {
      if (!(Math.abs(value - golden[name][t][k]) <= 1e-12)) throw new Error(`step ${t}, entry ${k}: ${value} instead of ${golden[name][t][k]}`);
    });
  });
}));

test('ReduceLROnPlateau in its modes', () => torsh.tidy(() => {
  const metrics = [-1, -2, -2, -2.0001, -2, -2, -1, 0, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2];
  const settings = [{ patience: 1, cooldown: 2 }, { mode: 'max', patience: 2, threshold: 0.1, thresholdMode: 'abs', factor: 0.3 }, { mode: 'max', patience: 0, minLr: 0.001 }];
  settings.forEach((options, i) => {
    const optimizer = new torsh.optim.SGD([parameter()], { lr: 0.1 });
    const scheduler = new schedulers.ReduceLROnPlateau(optimizer, options);
    metrics.forEach((metric, t) => {
      scheduler.step(t % 2 ? torsh.tensor(metric, { dtype: 'float64' }) : metric);
      expect(optimizer.paramGroups[0].lr).toBeCloseTo(golden.plat[i][t], 14);
    });
  });
}));

test('state dicts continue where they were', () => torsh.tidy(() => {
  for (const [make] of Object.values(cases).filter(([, kind, steps]) => !kind && !steps)) {
    const optimizer = sgd();
    const scheduler = make(optimizer);
    for (let t = 0; t < 7; t++) scheduler.step();
    const twin = sgd();
    const other = make(twin);
    other.loadStateDict(JSON.parse(JSON.stringify(scheduler.stateDict())));
    twin.loadStateDict(optimizer.stateDict());
    for (let t = 0; t < 7; t++) {
      scheduler.step();
      other.step();
      expect(twin.paramGroups.map((g) => g.lr)).toEqual(optimizer.paramGroups.map((g) => g.lr));
      expect(other.getLastLr()).toEqual(scheduler.getLastLr());
    }
  }
}));

test('what makes no sense is refused', () => torsh.tidy(() => {
  const optimizer = sgd();
  const plain = new torsh.optim.SGD([parameter()], { lr: 0.1 });
  for (const [make, text] of [
    [() => new schedulers.StepLR({}, 3), /StepLR: expected an Optimizer/],
    [() => new schedulers.StepLR(optimizer, 0), /stepSize must be a positive integer/],
    [() => new schedulers.StepLR(optimizer, 3, { gama: 1 }), /unexpected option 'gama'/],
    [() => new schedulers.LambdaLR(optimizer, [() => 1]), /Expected 2 lr_lambdas, but got 1/],
    [() => new schedulers.LinearLR(optimizer, 0), /Starting multiplicative factor/],
    [() => new schedulers.OneCycleLR(optimizer, 1), /define either totalSteps/],
    [() => new schedulers.OneCycleLR(optimizer, [1, 2, 3], { totalSteps: 3 }), /expected 2 values for maxLr, got 3/],
    [() => new schedulers.ReduceLROnPlateau(optimizer, { factor: 1 }), /Factor should be < 1.0/],
    [() => new schedulers.CosineAnnealingWarmRestarts(optimizer, 0), /positive integer T0/],
    [() => new schedulers.SequentialLR(optimizer, [new schedulers.StepLR(plain, 1)], []), /same optimizer/],
    [() => new schedulers.StepLR(sgd(), 3, { lastEpoch: 4 }), /'initialLr' is not specified/],
  ]) {
    expect(make).toThrow(torsh.TorshError);
    expect(make).toThrow(text);
  }
  const short = new schedulers.OneCycleLR(plain, 1, { totalSteps: 2, cycleMomentum: false });
  expect(() => { for (let t = 0; t < 4; t++) short.step(); }).toThrow(/Tried to step/);
}));
