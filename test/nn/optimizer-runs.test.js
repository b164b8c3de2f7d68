// Random options of optimizers and schedulers, two groups with options of their own, against PyTorch (fixtures/optimizer_runs.py).
const { readFileSync } = require('node:fs');
const { join } = require('node:path');
const torsh = require('torsh');
const { camel } = require('../support/golden');
const { values } = require('../support/numbers');

const { nn, optim } = torsh;
const runs = JSON.parse(readFileSync(join(__dirname, '../fixtures/optimizer_runs.json'), 'utf8'));
const shapes = [[3, 2], [4]];
const options = (kwargs) => Object.fromEntries(Object.entries(kwargs).map(([k, v]) => [camel(k), v]));

function fill(k, dtype, f) {
  const complex = dtype === 'complex128', shape = complex ? [...shapes[k], 2] : shapes[k];
  const t = torsh.tensor(Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => f(i))).reshape(shape);
  return complex ? torsh.viewAsComplex(t) : t.to(dtype);
}
const start = (k, dtype) => fill(k, dtype, (i) => Math.cos(0.9 * i + 0.5 * k));
const gradient = (k, t, dtype) => fill(k, dtype, (i) => 0.5 * Math.sin(0.7 * i + 1.3 * t + k) + 0.2 * Math.cos(0.11 * i * i - 0.37 * t));

function expectNear(got, want, tolerance, what) {
  expect(got.length).toBe(want.length);
  want.forEach((w, i) => {
    if (!(Math.abs(got[i] - w) <= tolerance * Math.max(1, Math.abs(w)))) throw new Error(`${what}: element ${i} is ${got[i]} instead of ${w}`);
  });
}

test.each(runs.optimizers.map((run) => [`${run.name} ${JSON.stringify([run.base, run.own])} ${run.dtype}`, run]))('%s', (_, run) => torsh.tidy(() => {
  const { name, dtype, base, own, after, groups, state } = run;
  for (const differentiable of [false, true]) {
    // Recorded steps change tensors that need no gradient, as they do leaves of a graph.
    const params = shapes.map((__, k) => (differentiable ? start(k, dtype) : new nn.Parameter(start(k, dtype))));
    const opt = new optim[name]([{ params: params.slice(0, 1) }, { params: params.slice(1), ...options(own) }], { ...options(base), ...(differentiable ? { differentiable } : {}) });
    for (let t = 0; t < 12; t++) {
      params.forEach((p, k) => { p.grad = (t + k) % 5 === 1 ? null : gradient(k, t, dtype); });
      opt.step();
    }
    const tolerance = dtype === 'float32' ? 2e-5 : differentiable ? 1e-7 : 1e-11;
    params.forEach((p, k) => expectNear(values(p), after[k], tolerance, `parameter ${k}`));
    const saved = opt.stateDict();
    if (differentiable) continue;
    expect(saved.param_groups.map((g) => Object.keys(g))).toEqual(groups);
    const momentum = [base, { ...base, ...own }].map((o) => o.momentum ?? 0);
    // Where there is no momentum PyTorch 1.13 saves a buffer that is None.
    const wanted = state.map((keys, k) => (name === 'SGD' && momentum[k] === 0 ? [] : keys));
    expect([0, 1].map((k) => Object.keys(saved.state[k] ?? {}))).toEqual(wanted);
  }
}));

function build([kind, inner, milestones], optimizer) {
  const { lrScheduler } = optim;
  if (kind === 'SequentialLR') return new lrScheduler.SequentialLR(optimizer, inner.map((s) => build(s, optimizer)), milestones);
  if (kind === 'ChainedScheduler') return new lrScheduler.ChainedScheduler(inner.map((s) => build(s, optimizer)));
  return new lrScheduler[kind](optimizer, options(inner));
}

test.each(runs.schedulers.map((run) => [JSON.stringify(run.spec), run]))('%s', (_, { spec, rows }) => torsh.tidy(() => {
  const make = () => {
    const params = [0, 1].map(() => new nn.Parameter(torsh.zeros(1)));
    const optimizer = new optim.SGD([{ params: params.slice(0, 1) }, { params: params.slice(1), lr: 0.3 }], { lr: 0.1, momentum: 0.9 });
    return [optimizer, build(spec, optimizer)];
  };
  const both = [make()];
  rows.forEach((row, t) => {
    if (t === 5) {
      // From here on a twin goes beside it, which was made of the saved states alone.
      const [[optimizer, scheduler], twin] = [both[0], make()];
      twin[0].loadStateDict(optimizer.stateDict());
      twin[1].loadStateDict(JSON.parse(JSON.stringify(scheduler.stateDict())));
      both.push(twin);
    }
    for (const [optimizer, scheduler] of both) {
      expectNear(optimizer.paramGroups.map((g) => g.lr).concat(optimizer.paramGroups.map((g) => g.momentum)), row, 1e-12, `step ${t}`);
      expect(scheduler.getLastLr()).toEqual(optimizer.paramGroups.map((g) => g.lr));
      optimizer.step();
      scheduler.step();
    }
  });
}));
