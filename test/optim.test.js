// Optimizers and schedulers step by step against PyTorch (training.json). What torsh lacks yet is not called.
const torsh = require('torsh');
const { loadTraining } = require('./support/goldenset');
const { camel } = require('./support/golden');
const { values } = require('./support/numbers');

const golden = loadTraining();
const required = ['SGD', 'Adam', 'AdamW', 'Adamax', 'NAdam', 'RAdam', 'RMSprop', 'Adagrad', 'Adadelta', 'ASGD', 'Rprop'];
const options = (kwargs) => Object.fromEntries(Object.entries(kwargs).map(([k, v]) => [camel(k), v]));
const shapes = [[4, 3], [3], [2, 2, 2]];
const numel = (shape) => shape.reduce((a, b) => a * b, 1);
const fill = (shape, f) => torsh.tensor(Float64Array.from({ length: numel(shape) }, (_, i) => f(i))).reshape(shape);

const startingParameters = () => shapes.map((shape, k) => new torsh.nn.Parameter(fill(shape, (i) => Math.cos(0.9 * i + 0.5 * k))));
const gradient = (shape, k, t) => fill(shape, (i) => 0.5 * Math.sin(0.7 * i + 1.3 * t + k) + 0.2 * Math.cos(0.11 * i * i - 0.37 * t));

function expectNear(got, want, what, tolerance = 1e-9) {
  want.forEach((w, i) => {
    if (!(Math.abs(got[i] - w) <= tolerance * Math.max(1, Math.abs(w)))) throw new Error(`${what}: element ${i} is ${got[i]} instead of ${w}`);
  });
}

for (const { name, kwargs, params_after_step: steps } of golden.optimizers) {
  if (!torsh.optim[name] && !required.includes(name)) continue;
  test(`${name} ${JSON.stringify(kwargs)}`, () => torsh.tidy(() => {
    const parameters = startingParameters();
    const optimizer = new torsh.optim[name](parameters, options(kwargs));
    steps.forEach((wanted, t) => {
      parameters.forEach((p, k) => { p.grad = gradient(shapes[k], k, t); });
      optimizer.step();
      parameters.forEach((p, k) => expectNear(values(p), wanted[k], `step ${t}, parameter ${k}`));
    });
  }));
}

for (const { kwargs, trace } of golden.lbfgs) {
  test(`LBFGS ${JSON.stringify(kwargs)}`, () => torsh.tidy(() => {
    const x = new torsh.nn.Parameter(torsh.tensor([-1.2, 1], { dtype: 'float64' }));
    const optimizer = new torsh.optim.LBFGS([x], options(kwargs));
    trace.forEach(([loss, ...point], t) => {
      const got = optimizer.step(() => {
        optimizer.zeroGrad();
        const [a, b] = x.unbind();
        const value = torsh.add(a.neg().add(1).square(), b.sub(a.square()).square().mul(100));
        value.backward();
        return value;
      });
      // One step here multiplies rounding errors by about 1e4.
      expectNear([got.item(), ...values(x)], [loss, ...point], `step ${t}`, 1e-6);
    });
  }));
}

const schedulers = torsh.optim.lrScheduler ?? {};

for (const { name, kwargs, lr_momentum: rows } of golden.schedulers) {
  if (!schedulers[name] || JSON.stringify(kwargs).includes('lambda')) continue;
  test(`${name} ${JSON.stringify(kwargs)}`, () => torsh.tidy(() => {
    const optimizer = new torsh.optim.SGD(startingParameters(), { lr: 0.1, momentum: 0.9 });
    const scheduler = new schedulers[name](optimizer, options(kwargs));
    rows.forEach(([lr, momentum], t) => {
      expectNear([optimizer.paramGroups[0].lr, optimizer.paramGroups[0].momentum], [lr, momentum], `step ${t}`);
      optimizer.step();
      scheduler.step();
    });
  }));
}

for (const { kwargs, metrics, lr } of schedulers.ReduceLROnPlateau ? golden.plateau : []) {
  test(`ReduceLROnPlateau ${JSON.stringify(kwargs)}`, () => torsh.tidy(() => {
    const optimizer = new torsh.optim.SGD(startingParameters(), { lr: 0.1, momentum: 0.9 });
    const scheduler = new schedulers.ReduceLROnPlateau(optimizer, options(kwargs));
    metrics.forEach((metric, t) => {
      scheduler.step(metric);
      expectNear([optimizer.paramGroups[0].lr], [lr[t]], `step ${t}`);
    });
  }));
}

test('parameter groups, zeroGrad, and the state dict', () => torsh.tidy(() => {
  const [a, b, c] = startingParameters();
  const optimizer = new torsh.optim.Adam([{ params: [a], lr: 0.5 }, { params: [b, c] }], { lr: 0.01 });
  expect(optimizer.paramGroups.map((g) => g.lr)).toEqual([0.5, 0.01]);
  [a, b, c].forEach((p, k) => { p.grad = gradient(shapes[k], k, 0); });
  optimizer.step();
  const saved = optimizer.stateDict();
  optimizer.zeroGrad();
  expect(a.grad === null || values(a.grad).every((x) => x === 0)).toBe(true);
  const twins = [a, b, c].map((p) => new torsh.nn.Parameter(p.detach().clone()));
  const other = new torsh.optim.Adam([{ params: [twins[0]], lr: 0.1 }, { params: [twins[1], twins[2]] }], { lr: 0.1 });
  other.loadStateDict(saved);
  expect(other.paramGroups.map((g) => g.lr)).toEqual([0.5, 0.01]);
  [[a, b, c], twins].forEach((list) => list.forEach((p, k) => { p.grad = gradient(shapes[k], k, 1); }));
  optimizer.step();
  other.step();
  twins.forEach((p, k) => expect(values(p)).toEqual(values([a, b, c][k])));
}));
