// Optimizers that are not PyTorch 1.13's: each against its paper's update, worked out here number by number.
const torsh = require('torsh');
const { values } = require('../support/numbers');

const { nn, optim } = torsh;
const f64 = { dtype: 'float64' };
const param = (v) => new nn.Parameter(torsh.tensor(v, f64));
const near = (got, want, digits = 11) => {
  expect(got.length).toBe(want.length);
  want.forEach((w, i) => expect(got[i]).toBeCloseTo(w, digits));
};
const W = [0.5, -1, 2], G = [[0.1, -0.4, 0], [-0.3, 0.2, 0.5], [0.7, -0.1, -0.2]];
const norm = (v) => Math.hypot(...v);

/** Steps of `opt` on p by gradients G beside those of `rule(w, g, t)`, an update of plain numbers. */
function follow(opt, p, rule, gradients = G) {
  let w = values(p);
  gradients.forEach((g, t) => {
    p.grad = torsh.tensor(g, f64).reshape(p.shape);
    opt.step();
    w = rule(w, g.flat(2), t + 1);
    near(values(p), w);
  });
}

test('Lion: the sign of one average, decay on the parameter, another average kept', () => {
  const p = param(W);
  const m = [0, 0, 0];
  follow(new optim.Lion([p], { lr: 0.1, betas: [0.8, 0.6], weightDecay: 0.5 }), p, (w, g) => w.map((x, i) => {
    const way = Math.sign(0.8 * m[i] + 0.2 * g[i]);
    m[i] = 0.6 * m[i] + 0.4 * g[i];
    return x - 0.1 * (way + 0.5 * x);
  }));
});

test('FTRL: z, n and the closed form with its zeros', () => {
  const p = param(W);
  const z = [0, 0, 0], n = [0, 0, 0];
  const [alpha, beta, l1, l2] = [0.5, 0.3, 0.4, 0.1];
  follow(new optim.FTRL([p], { lr: alpha, beta, l1, l2 }), p, (w, g) => w.map((x, i) => {
    const sigma = (Math.sqrt(n[i] + g[i] ** 2) - Math.sqrt(n[i])) / alpha;
    z[i] += g[i] - sigma * x;
    n[i] += g[i] ** 2;
    return Math.abs(z[i]) <= l1 ? 0 : -(z[i] - Math.sign(z[i]) * l1) / ((beta + Math.sqrt(n[i])) / alpha + l2);
  }));
  expect(values(p)).toContain(0);
});

test('LAMB: a step as long as the parameter', () => {
  for (const biasCorrection of [true, false]) {
    const p = param(W);
    const m = [0, 0, 0], v = [0, 0, 0];
    const [lr, b1, b2, eps, decay] = [0.1, 0.8, 0.9, 1e-3, 0.2];
    follow(new optim.LAMB([p], { lr, betas: [b1, b2], eps, weightDecay: decay, biasCorrection }), p, (w, g, t) => {
      const way = w.map((x, i) => {
        m[i] = b1 * m[i] + (1 - b1) * g[i];
        v[i] = b2 * v[i] + (1 - b2) * g[i] ** 2;
        const [c1, c2] = biasCorrection ? [1 - b1 ** t, 1 - b2 ** t] : [1, 1];
        return m[i] / c1 / (Math.sqrt(v[i] / c2) + eps) + decay * x;
      });
      return w.map((x, i) => x - lr * norm(w) / norm(way) * way[i]);
    });
  }
  // Many elements, in memory that is not in order: lengths are sums over blocks.
  const n = 10001, fill = (f) => Array.from({ length: n }, (_, i) => f(i));
  const wide = torsh.zeros(n, 2, f64).select(1, 0), start = fill((i) => Math.cos(i)), g = fill((i) => Math.sin(3 * i));
  torsh.noGrad(() => wide.copy_(torsh.tensor(start, f64)));
  const many = new nn.Parameter(wide);
  many.grad = torsh.tensor(g, f64);
  new optim.LAMB([many], { lr: 0.1, eps: 1e-3, betas: [0.5, 0.75] }).step();
  const way = g.map((x) => x / (Math.abs(x) + 1e-3));
  near(values(many), start.map((x, i) => x - 0.1 * norm(start) / norm(way) * way[i]), 9);

  const zero = param([0, 0]);
  const opt = new optim.LAMB([zero], { lr: 0.1 });
  zero.grad = torsh.ones(2, f64);
  opt.step();
  near(values(zero), [-0.1, -0.1], 5);
});

test('Adafactor: factored squares of a matrix, plain ones of a vector', () => {
  const lr = 0.05, d = 1, decay = 0.1, [e1, e2] = [1e-10, 1e-3];
  const rms = (v) => norm(v) / Math.sqrt(v.length);
  const finish = (w, g, t, estimate) => {
    const u = g.map((x, i) => x / Math.sqrt(Math.max(estimate[i], e1 * e1)));
    const alpha = Math.max(e2, rms(w)) * Math.min(lr, 1 / Math.sqrt(t));
    return w.map((x, i) => x * (1 - lr * decay) - alpha * u[i] / Math.max(1, rms(u) / d));
  };
  const options = { lr, eps: [e1, e2], d, weightDecay: decay };
  const p = param([[0.5, -1, 2], [1, 0.3, -0.2]]);
  const row = [0, 0], col = [0, 0, 0];
  const gradients = [[[0.1, -0.4, 0.3], [-0.3, 0.2, 0.5]], [[0.7, -0.1, -0.2], [0.05, 0.4, -0.6]], [[0.2, 0.2, 0.1], [0.3, -0.1, 0.9]]];
  follow(new optim.Adafactor([p], options), p, (w, g, t) => {
    const fresh = t ** -0.8;
    row.forEach((r, i) => { row[i] = (1 - fresh) * r + fresh * (g[3 * i] ** 2 + g[3 * i + 1] ** 2 + g[3 * i + 2] ** 2) / 3; });
    col.forEach((c, j) => { col[j] = (1 - fresh) * c + fresh * (g[j] ** 2 + g[3 + j] ** 2) / 2; });
    return finish(w, g, t, w.map((_, i) => row[Math.floor(i / 3)] * col[i % 3] / ((row[0] + row[1]) / 2)));
  }, gradients);
  const q = param(W);
  const v = [0, 0, 0];
  const opt = new optim.Adafactor([q], options);
  follow(opt, q, (w, g, t) => {
    v.forEach((x, i) => { v[i] = (1 - t ** -0.8) * x + t ** -0.8 * g[i] ** 2; });
    return finish(w, g, t, v);
  });
  expect(Object.keys(opt.stateDict().state[0])).toEqual(['step', 'variance']);
  expect(() => new optim.Adafactor([q], { d: 0.5 })).toThrow('Clipping threshold d should be >= 1 but is: 0.5');
  expect(() => new optim.Adafactor([q], { beta2Decay: 1 })).toThrow('beta2_decay should be <= 0 but is: 1');
});

test('Muon: a momentum whose singular values go through the polynomial', () => {
  // A matrix with singular vectors known: U diag(s) V', both rotations.
  const turn = (a) => [[Math.cos(a), -Math.sin(a)], [Math.sin(a), Math.cos(a)]];
  const times = (a, b) => a.map((r) => b[0].map((_, j) => r.reduce((s, x, k) => s + x * b[k][j], 0)));
  const flip = (a) => a[0].map((_, j) => a.map((r) => r[j]));
  const build = (s) => times(times(turn(0.4), [[s[0], 0], [0, s[1]]]), flip(turn(1.1)));
  const [a, b, c] = [3.4445, -4.775, 2.0315];
  const through = (s) => {
    let v = s.map((x) => x / norm(s));
    for (let i = 0; i < 5; i++) v = v.map((x) => a * x + b * x ** 3 + c * x ** 5);
    return v;
  };
  for (const [nesterov, extra] of [[true, {}], [false, { adjustLrFn: 'match_rms_adamw' }]]) {
    const p = param([[1, 2], [3, 4]]);
    const opt = new optim.Muon([p], { lr: 0.1, weightDecay: 0.5, momentum: 0.9, nesterov, ...extra });
    let w = [1, 2, 3, 4], buffer = [0, 0];
    for (const s of [[3, 1], [0.5, 2]]) {
      p.grad = torsh.tensor(build(s), f64);
      opt.step();
      buffer = buffer.map((x, i) => 0.9 * x + 0.1 * s[i]);
      const way = build(through(nesterov ? s.map((x, i) => 0.1 * x + 0.9 * buffer[i]) : buffer)).flat();
      w = w.map((x, i) => x * (1 - 0.05) - 0.1 * (extra.adjustLrFn ? 0.2 * Math.SQRT2 : 1) * way[i]);
      near(values(p), w, 9);
    }
  }
  const tall = param([[1, 2], [3, 4], [5, 7]]), start = tall.detach().clone();
  tall.grad = torsh.tensor([[0.3, -0.2], [0.1, 0.8], [-0.5, 0.4]], f64);
  new optim.Muon([tall], { lr: 1, weightDecay: 0 }).step();
  const moved = values(torsh.linalg.svdvals(start.sub(tall.detach()).div(Math.sqrt(1.5))));
  for (const s of moved) expect(Math.abs(s - 1)).toBeLessThan(0.35);
  expect(() => new optim.Muon([param([1])])).toThrow('Muon only supports 2D parameters whereas we found a parameter with size: [1]');
  expect(() => new optim.Muon([tall], { adjustLrFn: 'x' })).toThrow('Adjust learning rate function x is not supported');
});

test('Shampoo: inverse roots of sums of products, one for each dim', () => {
  const eps = 1e-2, lr = 0.5;
  // Of a diagonal gradient both preconditioners are diagonal: (eps + sum g^2)^(-1/4) twice.
  const p = param([[1, 2], [3, 4]]);
  const sums = [eps, eps];
  follow(new optim.Shampoo([p], { lr, eps }), p, (w, g) => {
    [0, 3].forEach((at, i) => { sums[i] += g[at] ** 2; });
    return w.map((x, i) => x - lr * (i % 3 === 0 ? g[i] / Math.sqrt(sums[i / 3]) : 0));
  }, [[[0.3, 0], [0, -2]], [[-1, 0], [0, 0.5]]]);
  // Of a vector it is full-matrix Adagrad: the first step is g (eps + |g|^2)^(-1/2).
  const q = param(W);
  q.grad = torsh.tensor(G[0], f64);
  new optim.Shampoo([q], { lr, eps }).step();
  near(values(q), W.map((x, i) => x - lr * G[0][i] / Math.sqrt(eps + norm(G[0]) ** 2)), 9);
  // Three dims: the exponent is -1/6 each; a gradient with one element that is not zero.
  const cube = param(Array.from({ length: 2 }, () => [[0, 0], [0, 0], [0, 0]]));
  cube.grad = torsh.zerosLike(cube);
  torsh.noGrad(() => cube.grad.view([-1]).narrow(0, 4, 1).fill_(3));
  const opt = new optim.Shampoo([cube], { lr, eps, momentum: 0.5 });
  opt.step();
  const first = -lr * 3 / Math.sqrt(eps + 9);
  near(values(cube), Array.from({ length: 12 }, (_, i) => (i === 4 ? first : 0)), 9);
  opt.step();
  near([values(cube)[4]], [first + 0.5 * first - lr * 3 / Math.sqrt(eps + 18)], 9);
  // Any matrix, made of singular vectors and values s: L^(-1/4) G R^(-1/4) has the values s (eps + s^2)^(-1/2), sums of s^2 later.
  const [u, v] = [[[0.6, -0.8], [0.8, 0.6]], [[2 / 3, 2 / 3, 1 / 3], [-2 / 3, 1 / 3, 2 / 3]]];
  const build = (s) => u.map((row) => v[0].map((_, j) => row[0] * s[0] * v[0][j] + row[1] * s[1] * v[1][j]));
  const r = param([[1, 2, 0], [3, 4, 1]]), squares = [0, 0];
  const general = new optim.Shampoo([r], { lr, eps, updateFreq: 2 });
  let w = [1, 2, 0, 3, 4, 1], roots;
  [[1.5, 0.4], [-0.3, 2], [0.7, 1]].forEach((s, t) => {
    r.grad = torsh.tensor(build(s), f64);
    general.step();
    s.forEach((x, i) => { squares[i] += x * x; });
    // Roots are taken anew every second step.
    if (t % 2 === 0) roots = squares.map((x) => 1 / Math.sqrt(eps + x));
    const way = build(s.map((x, i) => x * roots[i])).flat();
    w = w.map((x, i) => x - lr * way[i]);
    near(values(r), w, 9);
  });
});

test('AdaHessian: of a quadratic form without mixed terms the estimate is exact', () => {
  const a = [2, -0.5, 4];
  for (const [hessianPower, nSamples] of [[1, 1], [0.5, 3]]) {
    const p = param(W);
    const opt = new optim.AdaHessian([p], { lr: 0.1, betas: [0.8, 0.9], eps: 1e-3, weightDecay: 0.2, hessianPower, nSamples });
    let w = W;
    const m = [0, 0, 0], v = [0, 0, 0];
    for (let t = 1; t <= 3; t++) {
      opt.zeroGrad();
      opt.step(() => {
        const loss = p.square().mul(torsh.tensor(a, f64)).sum().div(2);
        loss.backward({ createGraph: true });
        return loss;
      });
      w = w.map((x, i) => {
        m[i] = 0.8 * m[i] + 0.2 * a[i] * x;
        v[i] = 0.9 * v[i] + 0.1 * a[i] ** 2;
        return x * (1 - 0.1 * 0.2) - 0.1 * m[i] / (1 - 0.8 ** t) / ((v[i] / (1 - 0.9 ** t)) ** (hessianPower / 2) + 1e-3);
      });
      near(values(p), w);
    }
    opt.zeroGrad();
  }
  // The mean over each kernel, and the demand for a graph.
  const kernel = new nn.Parameter(torsh.ones(1, 1, 2, 2, f64));
  const opt = new optim.AdaHessian([kernel], { averageConvKernel: true, lr: 1, eps: 0 });
  const weights = torsh.tensor([[[[1, 2], [3, 6]]]], f64);
  opt.step(() => { const l = kernel.square().mul(weights).sum().div(2); l.backward({ createGraph: true }); return l; });
  near(values(kernel), [1, 2, 3, 6].map((g) => 1 - g / 3), 9);
  kernel.grad = torsh.onesLike(kernel);
  expect(() => opt.step()).toThrow('compute it with loss.backward({ createGraph: true })');
  opt.zeroGrad();
});

test('Lookahead: every k steps the slow weights move, and the fast ones go back to them', () => {
  const p = param(W);
  const opt = new optim.Lookahead(new optim.SGD([p], { lr: 0.5, momentum: 0.9 }), { k: 2, alpha: 0.3 });
  const inner = param(W), plain = new optim.SGD([inner], { lr: 0.5, momentum: 0.9 });
  let slow = W;
  for (let t = 0; t < 6; t++) {
    for (const x of [p, inner]) x.grad = torsh.tensor(G[t % 3], f64);
    opt.step();
    plain.step();
    if (t % 2 === 1) {
      slow = slow.map((x, i) => x + 0.3 * (values(inner)[i] - x));
      torsh.noGrad(() => inner.copy_(torsh.tensor(slow, f64)));
    }
    near(values(p), values(inner));
    if (t === 2) {
      const dict = opt.stateDict();
      expect(Object.keys(dict.state[0])).toEqual(['momentum_buffer', 'slow_param', 'slow_step']);
      const twin = param(values(p));
      const other = new optim.Lookahead(new optim.SGD([twin], { lr: 9, momentum: 0.9 }), 2, 0.3);
      other.loadStateDict(dict);
      twin.grad = torsh.tensor(G[0], f64);
      other.step();
      const moved = values(p).map((x, i) => x - 0.5 * (0.9 * values(dict.state[0].momentum_buffer)[i] + G[0][i]));
      near(values(twin), slow.map((x, i) => x + 0.3 * (moved[i] - x)));
    }
  }
  expect(opt.paramGroups).toBe(opt.optimizer.paramGroups);
  const late = param([1]);
  opt.addParamGroup({ params: late, lr: 1 });
  late.grad = torsh.ones(1, f64);
  expect(new optim.lrScheduler.StepLR(opt, 1).getLastLr()).toEqual([0.5, 1]);
  opt.step();
  near(values(late), [0]);
  expect(() => new optim.Lookahead([p])).toThrow('Lookahead: expected an Optimizer');
  expect(() => new optim.Lookahead(plain, 0)).toThrow('Invalid lookahead steps: 0');
  expect(() => new optim.Lookahead(plain, 5, 2)).toThrow('Invalid slow update rate: 2');
});

test('SAM: the gradient at w + rho g / |g|', () => {
  const a = [0.2, 0.5, 0.4];
  for (const adaptive of [false, true]) {
    const [p, q] = [param(W.slice(0, 2)), param(W.slice(2))];
    const opt = new optim.SAM(new optim.SGD([p, q], { lr: 0.1 }), { rho: 0.5, adaptive });
    const closure = () => {
      opt.zeroGrad();
      const loss = torsh.cat([p, q]).pow(4).mul(torsh.tensor(a, f64)).sum().div(4);
      loss.backward();
      return loss;
    };
    const slope = (w) => w.map((x, i) => a[i] * x ** 3);
    let w = W;
    for (let t = 0; t < 2; t++) {
      const loss = opt.step(closure);
      expect(loss.item()).toBeCloseTo(w.reduce((s, x, i) => s + a[i] * x ** 4 / 4, 0), 10);
      const g = slope(w), length = norm(g.map((x, i) => x * (adaptive ? w[i] : 1)));
      const worst = w.map((x, i) => x + 0.5 * g[i] * (adaptive ? x * x : 1) / length);
      w = w.map((x, i) => x - 0.1 * slope(worst)[i]);
      near([...values(p), ...values(q)], w);
    }
  }
  const p = param(W);
  const opt = new optim.SAM(new optim.Adam([p]));
  expect(() => opt.step()).toThrow('step needs a closure');
  let calls = 0;
  expect(() => opt.step(() => { p.grad = torsh.tensor(G[0], f64); if (calls++ === 1) throw new Error('second'); return 0; })).toThrow('second');
  near(values(p), W);
  expect(() => new optim.SAM(new optim.Adam([p]), { rho: -1 })).toThrow('Invalid rho, should be non-negative: -1');
});

test('all of them: float32, state dicts, maximize, tidy, refusals', () => {
  const make = { Lion: {}, FTRL: {}, LAMB: {}, Adafactor: {}, Muon: {}, Shampoo: { momentum: 0.5 } };
  for (const [name, options] of Object.entries(make)) {
    const params = [0, 1, 2].map((k) => new nn.Parameter(torsh.tensor([[0.5, -1], [2, 0.25]]).mul(k + 1)));
    const opt = new optim[name](params, options);
    const give = (list) => list.forEach((p, k) => { p.grad = k === 2 ? null : torsh.tensor([[0.1, -0.4], [0.3, 0.2]]).mul(k + 1); });
    const before = params.map((p) => values(p));
    for (let t = 0; t < 2; t++) torsh.tidy(() => { give(params); opt.step(); });
    expect(values(params[0])).not.toEqual(before[0]);
    expect(values(params[2])).toEqual(before[2]);
    const twins = params.map((p) => new nn.Parameter(p.detach().clone()));
    const other = new optim[name](twins, { lr: 5 });
    other.loadStateDict(opt.stateDict());
    give(params);
    give(twins);
    opt.step();
    other.step();
    twins.forEach((p, k) => expect(values(p)).toEqual(values(params[k])));
    const [up, down] = [1, 1].map(() => new nn.Parameter(torsh.tensor([[1, 2], [3, 5]])));
    up.grad = torsh.tensor([[0.1, -0.4], [0.3, 0.2]]);
    down.grad = up.grad.neg();
    new optim[name]([up], { ...options, maximize: true }).step();
    new optim[name]([down], options).step();
    expect(values(up)).toEqual(values(down));
    expect(() => new optim[name]([up], { lr: -1 })).toThrow(/[Ll]earning rate/);
  }
  const whole = torsh.tensor([1n]);
  whole.grad = torsh.tensor([1n]);
  expect(() => new optim.LAMB([whole]).step()).toThrow('LAMB: only floating-point parameters are supported, but got one of int64');
});
