// Hooks, differentiable steps, optimizers and schedulers of one's own, what schedulers print.
const torsh = require('torsh');
const { values } = require('../support/numbers');

const { nn, optim } = torsh;
const f64 = { dtype: 'float64' };
const parameter = (v = [1, 2]) => new nn.Parameter(torsh.tensor(v, f64));

test('hooks around the step see its arguments, and may change them', () => {
  const p = parameter();
  const opt = new optim.SGD([p], { lr: 0.5 });
  const seen = [];
  const closure = () => 7;
  const first = opt.registerStepPreHook((o, args) => { seen.push(['before', o === opt, args.length]); return [closure]; });
  opt.registerStepPreHook((o, args) => { seen.push(args[0] === closure); });
  const last = opt.registerStepPostHook((o, args) => { seen.push(['after', args[0] === closure, values(p)]); });
  p.grad = torsh.ones(2, f64);
  expect(opt.step()).toBe(7);
  expect(seen).toEqual([['before', true, 0], true, ['after', true, [0.5, 1.5]]]);
  first.remove();
  last.remove();
  expect(opt.step()).toBe(null);
  expect(seen.length).toBe(4);
  opt.registerStepPreHook(() => 3);
  expect(() => opt.step()).toThrow('SGD: a hook before the step must return nothing or an array of arguments');
  expect(() => opt.registerStepPostHook(3)).toThrow('SGD: a hook must be a function');
  expect(Object.keys(opt)).not.toContain('step');
});

test('hooks of state dicts, those of Lookahead too', () => {
  const p = parameter();
  for (const opt of [new optim.Adam([p]), new optim.Lookahead(new optim.Adam([p]))]) {
    const seen = [];
    opt.registerStateDictPreHook((o) => { seen.push(o === opt); });
    opt.registerStateDictPostHook((o, dict) => ({ ...dict, extra: 1 }));
    opt.registerStateDictPostHook((o, dict) => { seen.push('extra' in dict); }, { prepend: true });
    opt.registerLoadStateDictPreHook((o, dict) => ({ ...dict, param_groups: dict.param_groups.map((g) => ({ ...g, lr: 0.25 })) }));
    opt.registerLoadStateDictPostHook((o) => { seen.push(o.paramGroups[0].lr); });
    const dict = opt.stateDict();
    expect(dict.extra).toBe(1);
    opt.loadStateDict(dict);
    expect(seen).toEqual([true, false, 0.25]);
  }
});

describe('differentiable steps', () => {
  const settings = {
    SGD: { lr: 0.1, momentum: 0.5, weightDecay: 0.2, nesterov: true }, Adam: { lr: 0.1, weightDecay: 0.2, amsgrad: true }, AdamW: { lr: 0.1, weightDecay: 0.5 }, Adamax: { lr: 0.1 },
    NAdam: { lr: 0.1 }, RAdam: { lr: 0.1, betas: [0.9, 0.8] }, RMSprop: { lr: 0.1, momentum: 0.5, centered: true, alpha: 0.5 }, Adagrad: { lr: 0.1, initialAccumulatorValue: 0.5, maximize: true },
    Adadelta: { eps: 0.1 }, ASGD: { lr: 0.1, lambd: 0.2, t0: 0 }, Rprop: { lr: 0.1 },
  };
  test.each(Object.entries(settings))('%s: gradients of three steps', (name, options) => {
    // The loss at the end, of where the steps began and of what their gradients are made.
    const train = (w, s) => {
      const p = w.clone();
      const opt = new optim[name]([p], { ...options, differentiable: true });
      for (let t = 0; t < 3; t++) {
        const q = p.clone();
        p.grad = s.mul(q.square()).add(q.sin().mul(t + 1));
        opt.step();
      }
      return p.pow(3).sum();
    };
    const [w, s] = [[0.5, -1, 2], [0.3, 0.7, -0.2]].map((v) => torsh.tensor(v, { ...f64, requiresGrad: true }));
    // PyTorch takes SGD's first momentum out of the graph: its gradient is not that of the whole.
    if (name !== 'SGD') expect(torsh.autograd.gradcheck(train, [w, s])).toBe(true);
    else {
      const grads = torsh.autograd.grad(train(w, s), [w, s]);
      expect(values(grads[1]).every((x) => x !== 0)).toBe(true);
    }
  });

  test('SGD gives the gradients of PyTorch', () => {
    // torch.autograd.grad of the same with torch.optim.SGD([p], lr=.1, momentum=.9, weight_decay=.1, differentiable=True)
    const [w, s] = [[0.5, -1, 2], [0.3, 0.7, -0.2]].map((v) => torsh.tensor(v, { ...f64, requiresGrad: true }));
    const p = w.clone();
    const opt = new optim.SGD([p], { lr: 0.1, momentum: 0.9, weightDecay: 0.1, differentiable: true });
    for (let t = 0; t < 3; t++) {
      const q = p.clone();
      [p.grad] = torsh.autograd.grad(s.mul(q).mul(q).add(q.sin()).sum(), q, { createGraph: true });
      opt.step();
    }
    const grads = torsh.autograd.grad(p.pow(3).sum(), [w, s]);
    [[0.07545161994632138, 0.3765756150872285, 27.696448956745215], [-0.01440317237677865, 0.4288412745031138, -27.005596385739402]].forEach((want, i) => want.forEach((x, k) => expect(values(grads[i])[k]).toBeCloseTo(x, 12)));
  });

  test('without it a step records nothing, and only leaves can be optimized', () => {
    const w = parameter();
    expect(() => new optim.SGD([w.clone()], { lr: 1 })).toThrow("SGD: can't optimize a non-leaf Tensor");
    const p = w.clone();
    const opt = new optim.SGD([p], { lr: 0.5, differentiable: true });
    p.grad = torsh.ones(2, f64);
    torsh.noGrad(() => opt.step());
    p.sum().backward();
    expect(values(w.grad)).toEqual([1, 1]);
    expect(values(p)).toEqual([0.5, 1.5]);
  });
});

test('named parameters: names stay with their group', () => {
  const model = new nn.Sequential(new nn.Linear(1, 1), new nn.Linear(1, 1, false));
  const named = [...model.namedParameters()];
  const opt = new optim.SGD(named, { lr: 1 });
  expect(model.parameters().map((p, i) => opt.paramGroups[0].params[i] === p)).toEqual([true, true, true]);
  expect(opt.stateDict().param_groups[0]).toMatchObject({ param_names: ['0.weight', '0.bias', '1.weight'], params: [0, 1, 2] });
  const other = new optim.SGD([{ params: named.slice(0, 1) }, { params: named.slice(1), lr: 2 }], { lr: 1 });
  expect(other.paramGroups.map((g) => g.paramNames)).toEqual([['0.weight'], ['0.bias', '1.weight']]);
  expect(() => new optim.SGD([named[0], named[1][1]], { lr: 1 })).toThrow('SGD: all optimizer params should be with/without names. Some param names are missing');
  expect(() => opt.addParamGroup({ params: [parameter()] })).toThrow('SGD: all optimizer param groups should be with/without names');
});

test('a rate that a scheduler left a rounding error below zero is loaded', () => {
  const make = () => new optim.SGD([parameter()], { lr: 0.1 });
  const opt = make();
  const scheduler = new optim.lrScheduler.LinearLR(opt, { startFactor: 0.3, endFactor: 0, totalIters: 3 });
  for (let t = 0; t < 3; t++) scheduler.step();
  expect(opt.paramGroups[0].lr).toBeLessThan(0);
  const twin = make();
  twin.loadStateDict(opt.stateDict());
  expect(twin.paramGroups[0].lr).toBe(opt.paramGroups[0].lr);
});

test('an optimizer of one\'s own needs a constructor and a step', () => {
  class Plain extends optim.Optimizer {
    constructor(params, lr) { super(params, { lr }); }
    step(closure) {
      const loss = closure ? closure() : null;
      torsh.noGrad(() => {
        for (const { params, lr } of this.paramGroups) {
          for (const p of params) {
            p.sub_(p.grad.mul(lr));
            const known = this.state.get(p);
            this.state.set(p, { count: (known?.count ?? 0) + 1 });
          }
        }
      });
      return loss;
    }
  }
  const p = parameter();
  const opt = new Plain([p], 0.5);
  expect(new optim.lrScheduler.StepLR(opt, 1, 0.5).getLastLr()).toEqual([0.5]);
  p.grad = torsh.ones(2, f64);
  opt.step();
  expect(values(p)).toEqual([0.5, 1.5]);
  expect(opt.stateDict()).toEqual({ state: { 0: { count: 1 } }, param_groups: [{ lr: 0.5, initial_lr: 0.5, params: [0] }] });
});

test('a scheduler of one\'s own, and schedulers within schedulers', () => {
  const { LRScheduler, SequentialLR, ChainedScheduler, LinearLR, ConstantLR, ExponentialLR, ReduceLROnPlateau } = optim.lrScheduler;
  class Half extends LRScheduler {
    constructor(optimizer) {
      super(optimizer);
      this.factor = 0.5;
      this._initialStep();
    }
    getLr() { return this.baseLrs.map((lr) => lr * this.factor ** this.lastEpoch); }
  }
  const make = () => new optim.SGD([parameter()], { lr: 1 });
  const opt = make();
  const half = new Half(opt);
  half.step();
  expect([opt.paramGroups[0].lr, half.getLastLr()]).toEqual([0.5, [0.5]]);
  expect(half.stateDict()).toEqual({ base_lrs: [1], last_epoch: 1, verbose: false, _step_count: 2, _last_lr: [0.5], factor: 0.5 });

  const nest = (o) => new SequentialLR(o, [
    new ChainedScheduler([new ConstantLR(o, 0.5, 2), new ExponentialLR(o, 0.5)]),
    new SequentialLR(o, [new LinearLR(o, 0.25, { totalIters: 2 }), new ExponentialLR(o, 0.1)], [3]),
  ], [4]);
  const outer = make();
  const scheduler = nest(outer);
  const rates = [];
  for (let t = 0; t < 9; t++) {
    rates.push(outer.paramGroups[0].lr);
    if (t === 5) {
      const twin = make(), other = nest(twin);
      twin.loadStateDict(outer.stateDict());
      other.loadStateDict(JSON.parse(JSON.stringify(scheduler.stateDict())));
      other.step();
      expect(twin.paramGroups[0].lr).toBeCloseTo(1, 12);
    }
    scheduler.step();
  }
  // The chain: 1/2 until step 2, halved each step; then the inner sequence from its beginning.
  [0.5, 0.25, 0.25, 0.125, 0.25, 0.625, 1, 1, 0.1].forEach((want, t) => expect(rates[t]).toBeCloseTo(want, 12));
  expect(() => new SequentialLR(outer, [new ReduceLROnPlateau(outer)], [])).toThrow('SequentialLR: takes schedulers whose step needs no metric, but the one at index 0 is ReduceLROnPlateau');
  expect(() => new ChainedScheduler([])).toThrow('ChainedScheduler: expects at least one scheduler');
  expect(() => new SequentialLR(outer, [half], [])).toThrow('SequentialLR: expects all schedulers to belong to the same optimizer');
});

test('what schedulers print', () => {
  const lines = [];
  const spy = jest.spyOn(console, 'log').mockImplementation((line) => { lines.push(line); });
  try {
    const opt = new optim.SGD([{ params: [parameter()] }, { params: [parameter()], lr: 3e-12 }], { lr: 0.1 });
    const scheduler = new optim.lrScheduler.StepLR(opt, 2, { verbose: true });
    scheduler.step(4);
    const warm = new optim.lrScheduler.CosineAnnealingWarmRestarts(new optim.SGD([parameter()], { lr: 0.1 }), 4, { verbose: true });
    warm.step(2.5);
    const plateau = new optim.lrScheduler.ReduceLROnPlateau(new optim.SGD([parameter()], { lr: 0.1 }), { patience: 0, verbose: true });
    for (const metric of [1, 1]) plateau.step(metric);
    plateau.step(1, 2.5);
    scheduler.printLr(false, 0, 1);
  } finally {
    spy.mockRestore();
  }
  // Printed by PyTorch 1.13.
  expect(lines).toEqual([
    'Adjusting learning rate of group 0 to 1.0000e-01.', 'Adjusting learning rate of group 1 to 3.0000e-12.',
    'Epoch 00004: adjusting learning rate of group 0 to 1.0000e-03.', 'Epoch 00004: adjusting learning rate of group 1 to 3.0000e-14.',
    'Epoch 00000: adjusting learning rate of group 0 to 1.0000e-01.', 'Epoch 2.50: adjusting learning rate of group 0 to 3.0866e-02.',
    'Epoch 00002: reducing learning rate of group 0 to 1.0000e-02.', 'Epoch 2.50: reducing learning rate of group 0 to 1.0000e-03.',
  ]);
});

test('state dicts of schedulers as PyTorch writes them', () => {
  const opt = new optim.SGD([parameter()], { lr: 1 });
  const scheduler = new optim.lrScheduler.MultiStepLR(opt, [1]);
  const saved = { gamma: 0.5, base_lrs: [1], last_epoch: 3, verbose: false, _step_count: 4, _get_lr_called_within_step: false, _last_lr: [1], optimizer: 3, step: 'no' };
  for (const milestones of [{ 4: 2 }, new Map([[4, 2]]), [4, 4]]) {
    opt.paramGroups[0].lr = 1;
    scheduler.loadStateDict({ ...saved, milestones });
    scheduler.step();
    expect([opt.paramGroups[0].lr, scheduler.lastEpoch, scheduler.stateDict().milestones]).toEqual([0.25, 4, new Map([[4, 2]])]);
  }
  const warm = new optim.lrScheduler.CosineAnnealingWarmRestarts(opt, 3);
  expect(Object.keys(warm.stateDict())).toEqual(expect.arrayContaining(['T_0', 'T_i', 'T_mult', 'T_cur', 'eta_min']));
  warm.loadStateDict({ T_0: 5, T_i: 10, T_mult: 2, T_cur: 4 });
  expect([warm.T0, warm.Ti, warm.TMult, warm.TCur]).toEqual([5, 10, 2, 4]);
  expect(new optim.lrScheduler.LambdaLR(opt, () => 1).stateDict().lr_lambdas).toEqual([null]);
  const plateau = new optim.lrScheduler.ReduceLROnPlateau(opt);
  plateau.loadStateDict(JSON.parse(JSON.stringify(plateau.stateDict())));
  expect(plateau.best).toBe(Infinity);
  expect(() => scheduler.loadStateDict(null)).toThrow(torsh.TorshError);
});
