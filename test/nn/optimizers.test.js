// Optimizers beyond the plain trajectories: options against PyTorch (fixtures/optimizers.py), dtypes, strides, groups, state, errors.
const { readFileSync } = require('node:fs');
const { join } = require('node:path');
const torsh = require('torsh');
const { camel } = require('../support/golden');
const { values } = require('../support/numbers');

const { nn, optim } = torsh;
const { cases, complex: complexCases, lbfgs: lbfgsCases } = JSON.parse(readFileSync(join(__dirname, '../fixtures/optimizers.json'), 'utf8'));
const shapes = [[4, 3], [3]];
const numel = (shape) => shape.reduce((a, b) => a * b, 1);
const fill = (shape, dtype, f) => torsh.tensor(Float64Array.from({ length: numel(shape) }, (_, i) => f(i))).reshape(shape).to(dtype);
const start = (k, dtype) => fill(shapes[k], dtype, (i) => Math.cos(0.9 * i + 0.5 * k));
const gradient = (k, t, dtype) => fill(shapes[k], dtype, (i) => 0.5 * Math.sin(0.7 * i + 1.3 * t + k) + 0.2 * Math.cos(0.11 * i * i - 0.37 * t));
const options = (kwargs) => Object.fromEntries(Object.entries(kwargs).map(([k, v]) => [camel(k), v]));
const parameters = (dtype = 'float32') => shapes.map((_, k) => new nn.Parameter(start(k, dtype)));
const giveGradients = (params, t, dtype = 'float32') => params.forEach((p, k) => { p.grad = gradient(k, t, dtype); });

/** A parameter with the same values, but in memory of the given order: 'transposed', or 'gaps' between the elements. */
function laidOut(t, layout) {
  if (layout === 'transposed') return t.ndim < 2 ? t : t.t().contiguous().t();
  const wide = torsh.zeros([...t.shape, 2], { dtype: t.dtype }).select(-1, 0);
  torsh.noGrad(() => wide.copy_(t));
  return wide;
}

function expectNear(got, want, tolerance, what) {
  want.forEach((w, i) => {
    if (!(Math.abs(got[i] - w) <= tolerance * Math.max(1, Math.abs(w)))) throw new Error(`${what}: element ${i} is ${got[i]} instead of ${w}`);
  });
}

for (const { name, kwargs, dtype, after, state } of cases) {
  for (const layout of ['contiguous', 'transposed', 'gaps']) {
    test(`${name} ${JSON.stringify(kwargs)} ${dtype}, ${layout} memory`, () => {
      const tolerance = dtype === 'float64' ? 1e-12 : 2e-6;
      const params = shapes.map((_, k) => new nn.Parameter(layout === 'contiguous' ? start(k, dtype) : laidOut(start(k, dtype), layout)));
      const opt = new optim[name](params, options(kwargs));
      after.forEach((wanted, t) => {
        params.forEach((p, k) => {
          const g = gradient(k, t, dtype);
          p.grad = k === 1 && t % 3 === 1 ? null : layout === 'gaps' ? laidOut(g, layout) : g;
        });
        opt.step();
        params.forEach((p, k) => expectNear(values(p), wanted[k], tolerance, `step ${t}, parameter ${k}`));
      });
      params.forEach((p, k) => {
        for (const [key, want] of Object.entries(state[k])) if (want !== null) expectNear(values(opt.state.get(p)[key]), [want].flat(), tolerance, key);
      });
    });
  }
}

for (const { name, kwargs, after } of complexCases) {
  test(`${name} ${JSON.stringify(kwargs)} of complex numbers`, () => {
    const pair = (f) => torsh.complex(fill(shapes[0], 'float64', (i) => f(i, 0)), fill(shapes[0], 'float64', (i) => f(i, 4)));
    const p = new nn.Parameter(pair((i, d) => Math.cos(0.9 * i + 0.5 * d)));
    const opt = new optim[name]([p], options(kwargs));
    after.forEach((wanted, t) => {
      p.grad = pair((i, d) => 0.5 * Math.sin(0.7 * i + 1.3 * (t + d)) + 0.2 * Math.cos(0.11 * i * i - 0.37 * (t + d)));
      opt.step();
      expectNear(values(torsh.viewAsReal(p.detach())), wanted, 1e-12, `step ${t}`);
    });
  });
}

const lbfgsProblem = (dtype = 'float64') => {
  const [a, b, c] = [[-1.2, 1], [[0.5], [-0.3]], [7]].map((v) => new nn.Parameter(torsh.tensor(v, { dtype })));
  const closure = () => {
    for (const p of [a, b, c]) p.grad = null;
    const x = torsh.cat([a, b.flatten()]);
    const [head, tail] = [x.narrow(0, 0, 3), x.narrow(0, 1, 3)];
    const loss = head.neg().add(1).square().add(tail.sub(head.square()).square().mul(5)).sum();
    loss.backward();
    return loss;
  };
  return { params: [a, b, c], closure, point: () => [a, b, c].flatMap((p) => values(p)) };
};

for (const { kwargs, trace, func_evals: evaluations, n_iter: iterations } of lbfgsCases) {
  test(`LBFGS ${JSON.stringify(kwargs)}`, () => torsh.tidy(() => {
    const { params, closure, point } = lbfgsProblem();
    const opt = new optim.LBFGS(params, options(kwargs));
    trace.forEach(([loss, ...wanted], t) => {
      expectNear([torsh.tidy(() => opt.step(closure).item()), ...point()], [loss, ...wanted], 1e-8, `step ${t}`);
    });
    const state = opt.state.get(params[0]);
    expect([state.func_evals, state.n_iter]).toEqual([evaluations, iterations]);
  }));
}

test('LBFGS goes on from its state dict, in float32 too, and needs a closure', () => {
  for (const dtype of ['float64', 'float32']) {
    const [one, two] = [lbfgsProblem(dtype), lbfgsProblem(dtype)];
    const first = new optim.LBFGS(one.params, { lineSearchFn: 'strong_wolfe', maxIter: 4 });
    first.step(one.closure);
    two.params.forEach((p, i) => torsh.noGrad(() => p.copy_(one.params[i])));
    const second = new optim.LBFGS(two.params, { lineSearchFn: 'strong_wolfe' });
    second.loadStateDict(first.stateDict());
    expect(Object.keys(first.stateDict().state[0])).toEqual(expect.arrayContaining(['d', 't', 'old_dirs', 'old_stps', 'ro', 'H_diag', 'prev_flat_grad', 'prev_loss', 'func_evals', 'n_iter', 'al']));
    for (let i = 0; i < 3; i++) expect(second.step(two.closure).item()).toBe(first.step(one.closure).item());
    expect(two.point()).toEqual(one.point());
  }
  const { params } = lbfgsProblem();
  expect(() => new optim.LBFGS(params).step()).toThrow('LBFGS: step needs a closure');
  expect(() => new optim.LBFGS([{ params: [params[0]] }, { params: [params[1]] }])).toThrow("LBFGS doesn't support per-parameter options (parameter groups)");
  expect(() => new optim.LBFGS(params, { lineSearchFn: 'armijo' })).toThrow("only 'strong_wolfe' is supported");
});

test('SparseAdam on dense gradients is Adam with eps beside the biased root', () => {
  const [p, q] = [0, 0].map((k) => new nn.Parameter(start(k, 'float64')));
  const [one, two] = [new optim.SparseAdam([p], { lr: 0.01, eps: 1e-3 }), new optim.Adam([q], { lr: 0.01, eps: 0 })];
  for (let t = 0; t < 3; t++) {
    giveGradients([p], t, 'float64');
    giveGradients([q], t, 'float64');
    one.step();
    two.paramGroups[0].eps = 1e-3 / Math.sqrt(1 - 0.999 ** (t + 1));
    two.step();
  }
  expectNear(values(p), values(q), 1e-12, 'parameter');
  expect(Object.keys(one.stateDict().state[0]).sort()).toEqual(['exp_avg', 'exp_avg_sq', 'step']);
});

test('decoupled weight decay of NAdam and RAdam is that of AdamW', () => {
  for (const name of ['NAdam', 'RAdam']) {
    const [p, q] = [0, 0].map((k) => new nn.Parameter(start(k, 'float64')));
    const [one, two] = [new optim[name]([p], { lr: 0.1, weightDecay: 0.5, decoupledWeightDecay: true }), new optim[name]([q], { lr: 0.1 })];
    for (let t = 0; t < 3; t++) {
      giveGradients([p], t, 'float64');
      giveGradients([q], t, 'float64');
      torsh.noGrad(() => q.mul_(1 - 0.1 * 0.5));
      one.step();
      two.step();
    }
    expectNear(values(p), values(q), 1e-12, name);
    expect(() => new optim[name]([p], { maximize: true, foreach: false, capturable: false })).not.toThrow();
  }
});

for (const dtype of ['float16', 'bfloat16']) {
  for (const [name, kwargs] of [['SGD', { lr: 0.1, momentum: 0.9, nesterov: true }], ['Adam', { lr: 0.01, eps: 1e-4, amsgrad: true }], ['AdamW', { lr: 0.01, eps: 1e-4 }],
    ['Adamax', { eps: 1e-4 }], ['NAdam', { eps: 1e-4 }], ['RAdam', { eps: 1e-4 }], ['RMSprop', { momentum: 0.5, centered: true, eps: 1e-2 }], ['Adagrad', { eps: 1e-4 }],
    ['Adadelta', { eps: 1e-3 }], ['ASGD', { lr: 0.1 }], ['Rprop', {}]]) {
    test(`${name} in ${dtype} follows float32 within its precision`, () => {
      const [half, full] = [parameters(dtype), parameters(dtype).map((p) => new nn.Parameter(p.detach().float()))];
      const [a, b] = [new optim[name](half, kwargs), new optim[name](full, kwargs)];
      for (let t = 0; t < 5; t++) {
        giveGradients(half, t, dtype);
        full.forEach((p, k) => { p.grad = half[k].grad.float(); });
        a.step();
        b.step();
      }
      half.forEach((p, k) => expectNear(values(p), values(full[k]), dtype === 'float16' ? 5e-3 : 4e-2, `parameter ${k}`));
      expect(Object.values(a.state.get(half[0])).map((v) => v.dtype)).toContain(dtype);
    });
  }
}

test('odd shapes: 0-d, empty, long, NaN and infinity', () => {
  const inputs = [torsh.tensor(2), torsh.zeros(0, 3), torsh.ones(100003), torsh.tensor([NaN, Infinity, 1])];
  for (const name of ['SGD', 'Adam', 'AdamW', 'Adamax', 'NAdam', 'RAdam', 'RMSprop', 'Adagrad', 'Adadelta', 'ASGD', 'Rprop', 'SparseAdam']) {
    const params = inputs.map((t) => new nn.Parameter(t.clone()));
    params.forEach((p) => { p.grad = torsh.onesLike(p); });
    const opt = new optim[name](params, { lr: 0.5, ...(name === 'SGD' ? { momentum: 0.5 } : name === 'ASGD' ? { lambd: 0 } : name === 'AdamW' ? { weightDecay: 0 } : {}) });
    opt.step();
    const moved = 2 - params[0].item();
    if (['SGD', 'Adam', 'AdamW'].includes(name)) expect(moved).toBeCloseTo(0.5, 1);
    expect(moved).toBeGreaterThan(0);
    expect(new Set(values(params[2])).size).toBe(1);
    expectNear([params[2].at(100002).item(), ...values(params[3]).slice(2)], [1 - moved, 1 - moved], 1e-3);
    expect(values(params[3]).slice(0, 2)).toEqual([NaN, Infinity]);
  }
});

test('more parameters than one call takes', () => {
  const params = Array.from({ length: 1300 }, (_, i) => new nn.Parameter(torsh.tensor([i])));
  const opt = new optim.Adam(params, { lr: 1, amsgrad: true });
  params.forEach((p) => { p.grad = torsh.ones(1); });
  opt.step();
  expect(params.map((p) => p.item())).toEqual(params.map((_, i) => Math.fround(i - 1)));
  opt.zeroGrad();
  expect(params.every((p) => p.grad === null)).toBe(true);
});

test('the closure computes gradients and gives its loss', () => {
  const p = new nn.Parameter(torsh.tensor([3]));
  const opt = new optim.SGD([p], { lr: 0.1 });
  const loss = torsh.noGrad(() => opt.step(() => {
    opt.zeroGrad();
    const l = p.square().sum();
    l.backward();
    return l;
  }));
  expect(loss.item()).toBe(9);
  expectNear(values(p), [2.4], 1e-6);
  expect(opt.step()).toBe(null);
  expect(() => opt.step(async () => {})).toThrow('Promise');
});

test('a gradient that shares memory with its parameter', () => {
  for (const name of ['SGD', 'Adam', 'RMSprop', 'Rprop']) {
    const base = torsh.tensor([1, 2, 3, 4]);
    const p = new nn.Parameter(base.narrow(0, 0, 3));
    p.grad = base.narrow(0, 1, 3);
    const q = new nn.Parameter(torsh.tensor([1, 2, 3]));
    q.grad = torsh.tensor([2, 3, 4]);
    new optim[name]([p], { lr: 0.5 }).step();
    new optim[name]([q], { lr: 0.5 }).step();
    expect(values(p)).toEqual(values(q));
  }
});

test('a step counts as an in-place change', () => {
  const p = new nn.Parameter(torsh.ones(2));
  const loss = p.mul(p).sum();
  p.grad = torsh.ones(2);
  new optim.SGD([p], { lr: 0.1 }).step();
  expect(() => loss.backward()).toThrow('modified by an inplace operation');
});

test('groups: own options, defaults, later ones', () => {
  const [a, b] = parameters();
  const opt = new optim.SGD([{ params: a, lr: 1 }, { params: [b], momentum: 0.5 }], { lr: 0.1, weightDecay: 0.25 });
  expect(opt.paramGroups.map(({ lr, momentum, weightDecay }) => [lr, momentum, weightDecay])).toEqual([[1, 0, 0.25], [0.1, 0.5, 0.25]]);
  expect(opt.paramGroups[0].params[0]).toBe(a);
  const c = new nn.Parameter(torsh.ones(1));
  opt.addParamGroup({ params: c, name: 'late' });
  expect([opt.paramGroups[2].lr, opt.paramGroups[2].name]).toEqual([0.1, 'late']);
  opt.paramGroups[2].lr = 0.5;
  c.grad = torsh.ones(1);
  opt.step();
  expectNear(values(c), [1 - 0.5 * 1.25], 1e-6);
  const named = new optim.Adam({ params: [c], lr: 0.3 });
  expect(named.paramGroups[0].lr).toBe(0.3);
});

test('state dicts have the layout of PyTorch', () => {
  const [a, b] = parameters();
  const opt = new optim.AdamW([{ params: [a] }, { params: [b], lr: 0.5 }], { betas: [0.8, 0.9], amsgrad: true });
  giveGradients([a], 0);
  opt.step();
  opt.step();
  const dict = opt.stateDict();
  expect(Object.keys(dict)).toEqual(['state', 'param_groups']);
  expect(dict.param_groups).toEqual([
    { lr: 0.001, betas: [0.8, 0.9], eps: 1e-8, weight_decay: 0.01, amsgrad: true, foreach: null, maximize: false, capturable: false, params: [0] },
    { lr: 0.5, betas: [0.8, 0.9], eps: 1e-8, weight_decay: 0.01, amsgrad: true, foreach: null, maximize: false, capturable: false, params: [1] },
  ]);
  expect(Object.keys(dict.state)).toEqual(['0']);
  expect(Object.keys(dict.state[0])).toEqual(['step', 'exp_avg', 'exp_avg_sq', 'max_exp_avg_sq']);
  expect([dict.state[0].step.item(), dict.state[0].step.dtype, dict.state[0].step.shape]).toEqual([2, 'float32', []]);
});

test('loading a state dict copies it and continues as the original', () => {
  for (const [name, kwargs] of [['SGD', { lr: 0.1, momentum: 0.9 }], ['Adam', { lr: 0.1, amsgrad: true }], ['NAdam', {}], ['RMSprop', { momentum: 0.5 }],
    ['Adagrad', {}], ['ASGD', { t0: 1 }], ['Rprop', {}]]) {
    const one = parameters();
    const first = new optim[name](one, kwargs);
    for (let t = 0; t < 3; t++) { giveGradients(one, t); first.step(); }
    const two = one.map((p) => new nn.Parameter(p.detach().clone()));
    const second = new optim[name](two, { lr: 7 });
    second.loadStateDict(first.stateDict());
    for (let t = 3; t < 6; t++) {
      giveGradients(one, t);
      first.step();
    }
    for (let t = 3; t < 6; t++) {
      giveGradients(two, t);
      second.step();
    }
    two.forEach((p, k) => expect(values(p)).toEqual(values(one[k])));
    // Into parameters of another dtype: the state follows them, the count does not.
    const wide = one.map((p) => new nn.Parameter(p.detach().double()));
    const third = new optim[name](wide, { lr: 7 });
    third.loadStateDict(first.stateDict());
    const state = third.state.get(wide[0]);
    for (const [key, value] of Object.entries(state)) expect([key, value.dtype]).toEqual([key, ['step', 'mu_product', 'eta', 'mu'].includes(key) ? 'float32' : 'float64']);
    giveGradients(wide, 0, 'float64');
    third.step();
  }
});

test('a state dict as PyTorch writes it: snake case, plain counts, null buffers', () => {
  const p = new nn.Parameter(torsh.ones(2));
  const adam = new optim.Adam([p]);
  adam.loadStateDict({
    state: { 0: { step: 3, exp_avg: torsh.zeros(2), exp_avg_sq: torsh.ones(2) } },
    param_groups: [{ lr: 0.5, betas: [0.9, 0.99], eps: 1e-8, weight_decay: 0.1, amsgrad: false, maximize: false, foreach: null, capturable: false, params: [0] }],
  });
  expect([adam.paramGroups[0].weightDecay, adam.state.get(p).step.item()]).toEqual([0.1, 3]);
  p.grad = torsh.ones(2);
  adam.step();
  expect(adam.state.get(p).step.item()).toBe(4);
  const sgd = new optim.SGD([p], { lr: 0.1, momentum: 0.9 });
  sgd.loadStateDict({ state: { 0: { momentum_buffer: null } }, param_groups: [{ ...sgd.stateDict().param_groups[0], lr: 0.2 }] });
  p.grad = torsh.ones(2);
  sgd.step();
  expect(values(sgd.state.get(p).momentum_buffer)).toEqual([1, 1]);
});

test('a state dict that does not fit is refused whole', () => {
  const p = new nn.Parameter(torsh.ones(2));
  const opt = new optim.Adam([p], { lr: 0.1 });
  p.grad = torsh.ones(2);
  opt.step();
  const dict = opt.stateDict();
  const two = new optim.Adam([{ params: [p] }, { params: [new nn.Parameter(torsh.ones(1))] }]);
  expect(() => two.loadStateDict(dict)).toThrow('different number of parameter groups');
  const more = new optim.Adam([p, new nn.Parameter(torsh.ones(1))]);
  expect(() => more.loadStateDict(dict)).toThrow("doesn't match the size of optimizer's group");
  expect(() => opt.loadStateDict(null)).toThrow(torsh.TorshError);
  expect(() => opt.loadStateDict({ ...dict, param_groups: [{ ...dict.param_groups[0], lr: -1 }] })).toThrow('Invalid learning rate: -1');
  expect(opt.paramGroups[0].lr).toBe(0.1);
  const wrong = { ...dict, state: { 0: { ...dict.state[0], exp_avg: torsh.zeros(3) } } };
  opt.loadStateDict(wrong);
  const before = values(p);
  expect(() => opt.step()).toThrow('Adam: exp_avg of parameter 0 is float32 [3], but the parameter is float32 [2]');
  expect(values(p)).toEqual(before);
});

test('state and gradients outlive a tidy', () => {
  const p = new nn.Parameter(torsh.ones(2));
  const opt = new optim.Adam([p], { lr: 0.1, amsgrad: true });
  for (let i = 0; i < 3; i++) {
    torsh.tidy(() => {
      opt.zeroGrad();
      p.square().sum().backward();
      opt.step();
    });
  }
  expect(opt.state.get(p).step.item()).toBe(3);
  expect(p.grad.shape).toEqual([2]);
});

test('what makes no sense is refused', () => {
  const p = () => new nn.Parameter(torsh.ones(2));
  const { SGD, Adam, AdamW } = optim;
  expect(() => new SGD([], { lr: 0.1 })).toThrow('SGD: optimizer got an empty parameter list');
  expect(() => new SGD(p(), { lr: 0.1 })).toThrow('should be an iterable of Tensors or dicts, but got Tensor');
  expect(() => new SGD(3, { lr: 0.1 })).toThrow('should be an iterable of Tensors or dicts, but got number');
  expect(() => new SGD([p(), 3], { lr: 0.1 })).toThrow('one of the params is number');
  expect(() => new SGD([p().mul(2)], { lr: 0.1 })).toThrow("can't optimize a non-leaf Tensor");
  expect(() => new SGD([p()])).toThrow("didn't specify a value of required optimization parameter lr");
  expect(() => new SGD([p()], { lr: -0.1 })).toThrow('Invalid learning rate: -0.1');
  expect(() => new SGD([p()], { lr: NaN })).toThrow('Invalid learning rate: NaN');
  expect(() => new SGD([p()], { lr: 0.1, momentum: -1 })).toThrow('Invalid momentum value: -1');
  expect(() => new SGD([p()], { lr: 0.1, weightDecay: -1 })).toThrow('Invalid weight_decay value: -1');
  expect(() => new SGD([p()], { lr: 0.1, nesterov: true })).toThrow('Nesterov momentum requires a momentum and zero dampening');
  expect(() => new SGD([p()], { lr: 0.1, weight_decay: 1 })).toThrow("unexpected option 'weight_decay'");
  expect(() => new SGD([{ params: [p()], weight_decay: 1 }], { lr: 0.1 })).toThrow("it is called 'weightDecay'");
  expect(() => new Adam([p()], { betas: [1, 0.9] })).toThrow('Invalid beta parameter at index 0: 1');
  expect(() => new Adam([p()], { betas: [0.9, -0.1] })).toThrow('Invalid beta parameter at index 1: -0.1');
  expect(() => new AdamW([p()], { eps: -1 })).toThrow('Invalid epsilon value: -1');
  expect(() => new AdamW([{ params: [p()], lr: -2 }])).toThrow('Invalid learning rate: -2');
  expect(() => new SGD([{ params: [p()], lr: 1 }], { lr: -1 })).toThrow('Invalid learning rate: -1');
  expect(() => new SGD([p()], { lr: 0.1, dampening: 'much' })).toThrow('SGD: dampening must be a number, but got much');
  expect(() => new Adam([p()], { differentiable: true, fused: true })).toThrow('`fused` cannot be `differentiable`');
  const twice = p();
  expect(() => new Adam([twice, twice])).toThrow('the same parameter twice');
  expect(() => new Adam([{ params: [twice] }, { params: [twice] }])).toThrow('some parameters appear in more than one parameter group');
  expect(() => new Adam([{ params: new Set([twice]) }])).toThrow('ordered collections');
  expect(() => new Adam([twice]).addParamGroup([twice])).toThrow('param group must be a plain object');
});

test('options of the other optimizers that make no sense, with the words of PyTorch', () => {
  const p = new nn.Parameter(torsh.ones(2));
  for (const [name, kwargs, text] of [
    ['Adamax', { lr: -1 }, 'Adamax: Invalid learning rate: -1'], ['Adamax', { eps: -1 }, 'Invalid epsilon value: -1'], ['Adamax', { betas: [0.9, 1] }, 'Invalid beta parameter at index 1: 1'],
    ['NAdam', { momentumDecay: -1 }, 'Invalid momentum_decay value: -1'], ['RAdam', { weightDecay: -1 }, 'Invalid weight_decay value: -1'],
    ['RMSprop', { alpha: -1 }, 'Invalid alpha value: -1'], ['RMSprop', { momentum: -1 }, 'Invalid momentum value: -1'],
    ['Adagrad', { lrDecay: -1 }, 'Invalid lr_decay value: -1'], ['Adagrad', { initialAccumulatorValue: -1 }, 'Invalid initial_accumulator_value value: -1'],
    ['Adadelta', { rho: 1.1 }, 'Invalid rho value: 1.1'], ['ASGD', { weightDecay: -1 }, 'Invalid weight_decay value: -1'],
    ['Rprop', { etas: [1.1, 1.2] }, 'Invalid eta values: 1.1, 1.2'], ['SparseAdam', { lr: 0 }, 'Invalid learning rate: 0'], ['SparseAdam', { eps: 0 }, 'Invalid epsilon value: 0'],
  ]) expect(() => new optim[name]([p], kwargs)).toThrow(text);
  const opt = new optim.RMSprop([p], { momentum: 0.5 });
  opt.state.set(p, { step: torsh.tensor(0), square_avg: torsh.zeros(3), momentum_buffer: torsh.zeros(2) });
  p.grad = torsh.ones(2);
  expect(() => opt.step()).toThrow('RMSprop: square_avg of parameter 0 is float32 [3], but the parameter is float32 [2]');
  expect(values(p)).toEqual([1, 1]);
});

test('an integer parameter cannot be optimized', () => {
  const p = torsh.tensor([1n, 2n]);
  expect(() => {
    p.grad = torsh.tensor([1n, 2n]);
    new optim.SGD([p], { lr: 0.1 }).step();
  }).toThrow(torsh.TorshError);
});

test('printing is that of PyTorch', () => {
  const opt = new optim.SGD([{ params: parameters() }], { lr: 0.1, momentum: 0.9 });
  expect(String(opt)).toBe(`SGD (
Parameter Group 0
    dampening: 0
    differentiable: False
    foreach: None
    lr: 0.1
    maximize: False
    momentum: 0.9
    nesterov: False
    weight_decay: 0
)`);
  expect(String(new optim.Adam(parameters()))).toBe(`Adam (
Parameter Group 0
    amsgrad: False
    betas: (0.9, 0.999)
    capturable: False
    differentiable: False
    eps: 1e-08
    foreach: None
    fused: False
    lr: 0.001
    maximize: False
    weight_decay: 0
)`);
});
