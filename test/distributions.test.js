// torsh.distributions against PyTorch's values (fixtures/distributions.json, made by the script beside it), for each case in turn.
const torsh = require('torsh');
const fixture = require('./fixtures/distributions.json');
const { values } = require('./support/numbers');

const D = torsh.distributions;
const camel = (name) => name.replace(/_(\w)/g, (_, c) => c.toUpperCase());
const special = { nan: NaN, inf: Infinity, '-inf': -Infinity };
const decode = (list) => list.map((v) => (typeof v === 'string' ? special[v] : v));

/** Runs f with another default dtype, as the fixture was made. */
function withDefault(dtype, f) {
  torsh.setDefaultDtype(dtype);
  try {
    return f();
  } finally {
    torsh.setDefaultDtype('float32');
  }
}

/** A distribution of the fixture; leaves collects its tensors. */
function build({ class: name, args }, dtype, leaves = null, options = {}) {
  const given = {};
  for (const [key, v] of Object.entries(args)) {
    if (Array.isArray(v)) {
      given[camel(key)] = torsh.tensor(v, { dtype, requiresGrad: leaves !== null });
      leaves?.push(given[camel(key)]);
    } else given[camel(key)] = v?.dist ? build(v.dist, dtype, leaves) : v;
  }
  return new D[name]({ ...given, ...options });
}

/** Shapes too, where the fixture has them. */
function close(got, want, tolerance, what = '') {
  const list = decode(Array.isArray(want) ? want : want.values);
  if (!Array.isArray(want)) expect([what, got.shape]).toEqual([what, want.shape]);
  const have = values(got).map(Number);
  expect([what, have.length]).toEqual([what, list.length]);
  const scale = Math.max(0, ...list.filter(Number.isFinite).map(Math.abs));
  have.forEach((v, i) => {
    const same = Object.is(v, list[i]) || v === list[i] || Math.abs(v - list[i]) <= tolerance * Math.max(1e-3, scale);
    if (!same) throw new Error(`${what}: element ${i} is ${v} instead of ${list[i]}; all: ${have} instead of ${list}`);
  });
}
/** The value of f, or null where it is not implemented. */
function attempt(f) {
  try {
    return f();
  } catch (e) {
    if (e.code !== 'ERR_UNSUPPORTED') throw e;
    return null;
  }
}
function compare(f, want, what) {
  const got = attempt(f);
  if (want === null) expect([what, got]).toEqual([what, null]);
  else close(got, want, 1e-9, what);
}
const weighted = (t) => t.mul(torsh.arange(1, t.numel() + 1, { dtype: 'float64' }).sin().reshape(t.shape)).sum();
function compareGrads(loss, leaves, want, tolerance, what) {
  if (want === null) {
    expect([what, leaves.length > 0 && loss.requiresGrad]).toEqual([what, false]);
    return;
  }
  torsh.autograd.grad(loss, leaves, { allowUnused: true, retainGraph: true }).forEach((g, i) => {
    if (want[i] === null) expect([what, g === null || g.abs().max().item() === 0]).toEqual([what, true]);
    else close(g, want[i], tolerance, `${what} ${i}`);
  });
}

// PyTorch approximates how gamma and beta numbers move with their concentrations to some 0.2%; torsh computes it.
const approximate = new Set(['Gamma', 'Chi2', 'Beta', 'Dirichlet', 'FisherSnedecor', 'StudentT']);
const title = ({ class: name, args }, i) => `${i} ${name} ${Object.keys(args).join(' ')}`;
const cases = fixture.cases.map((c, i) => [title(c, i), c]);

test.each(cases)('%s: samples', (_, c) => {
  for (const dtype of ['float32', 'float64']) {
    withDefault(dtype, () => {
      const d = build(c, dtype);
      torsh.manualSeed(1);
      close(d.sample([3]), c.samples[dtype][0], dtype === 'float32' ? 1e-5 : 1e-9, dtype);
      close(d.sample(), c.samples[dtype][1], dtype === 'float32' ? 1e-5 : 1e-9, dtype);
    });
  }
});

test.each(cases)('%s: values and gradients', (_, c) => withDefault('float64', () => {
  const fresh = build(c, 'float64');
  expect([String(fresh), String(fresh.support)]).toEqual([c.text, c.within]);
  const leaves = [], d = build(c, 'float64', leaves);
  expect([d.batchShape, d.eventShape]).toEqual([c.batch, c.event]);
  for (const name of ['mean', 'mode', 'variance', 'stddev']) compare(() => d[name], c[name], name);
  torsh.manualSeed(2);
  const x = d.sample(2);
  close(x, c.value, 1e-9, 'value');
  expect(x.requiresGrad).toBe(false);
  const logProb = d.logProb(x);
  close(logProb, c.logProb, 1e-9, 'logProb');
  compareGrads(weighted(logProb), leaves, c.logProbGrads, 1e-7, 'logProb grad');
  // PyTorch 1.13 lacks the distribution function of gamma variables.
  if (c.class !== 'Gamma' && c.class !== 'Chi2') compare(() => d.cdf(x), c.cdf, 'cdf');
  compare(() => d.icdf(torsh.linspace(0.1, 0.9, x.numel(), { dtype: 'float64' }).reshape(x.shape)), c.icdf, 'icdf');
  compare(() => d.entropy(), c.entropy, 'entropy');
  if (c.entropy) close(d.perplexity().log(), c.entropy, 1e-9, 'perplexity');
  if (c.support !== undefined) compare(() => d.enumerateSupport(), c.support, 'enumerateSupport');
  if (c.rsample) {
    torsh.manualSeed(3);
    const r = d.rsample({ sampleShape: [2] });
    close(r, c.rsample, 1e-9, 'rsample');
    compareGrads(weighted(r), leaves, c.rsampleGrads, approximate.has(c.class) ? 3e-3 : 1e-7, 'rsample grad');
  }
  torsh.manualSeed(4);
  const wide = build(c, 'float64').expand([2, ...c.batch]);
  const s = wide.sample();
  expect([wide.batchShape, wide.eventShape]).toEqual([[2, ...c.batch], c.event]);
  close(s, c.expanded[0], 1e-9, 'expanded sample');
  close(wide.logProb(s), c.expanded[1], 1e-9, 'expanded logProb');
}));

test('klDivergence: every pair', () => withDefault('float64', () => {
  const made = fixture.cases.map((c) => build(c, 'float64'));
  const rules = new Map(fixture.kl.map(([i, j, want]) => [`${i} ${j}`, want]));
  made.forEach((p, i) => made.forEach((q, j) => {
    if (String(p.eventShape) !== String(q.eventShape)) return;
    const what = `${cases[i][0]} || ${cases[j][0]}`, want = rules.get(`${i} ${j}`);
    if (want === null) return; // of shapes that only torsh broadcasts
    compare(() => D.klDivergence(p, q), want ?? null, what);
  }));
}));

test('gradients of Dirichlet numbers: the derivative of beta distribution functions', () => {
  // For a pair, x moves so that its distribution function stays: dx/da = -(dF/da) / density, by central differences of the integral of the density.
  const F = (x, a, b) => {
    const n = 20000, f = (t) => Math.exp((a - 1) * Math.log(t) + (b - 1) * Math.log(1 - t));
    let low = 0, whole = 0;
    for (let k = 0; k < n; k++) {
      low += f((k + 0.5) / n * x);
      whole += f((k + 0.5) / n);
    }
    return [low * x / whole, f(x) / (whole / n)];
  };
  for (const [x, a, b] of [[0.3, 2.5, 4], [0.9, 3, 2], [0.05, 6, 9]]) {
    const h = 1e-4, [, density] = F(x, a, b);
    const want = -(F(x, a + h, b)[0] - F(x, a - h, b)[0]) / (2 * h) / density / (1 - x);
    const t = (v) => torsh.tensor([v], { dtype: 'float64' });
    const got = torsh._dirichletGrad(t(x), t(a), t(a + b)).item();
    expect(Math.abs(got - want)).toBeLessThan(1e-5 * Math.abs(want));
  }
});
