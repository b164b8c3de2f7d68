// Transforms, constraints and their registries, what is refused and in which words, and what distributions do beyond PyTorch's values.
const torsh = require('torsh');
const fixture = require('./fixtures/distributions.json').transforms;

const D = torsh.distributions;
const { constraints: c, bijectTo, transformTo } = D;
const t = (data, options = {}) => torsh.tensor(data, { dtype: 'float64', ...options });
const at = ({ shape, values }) => t(values).reshape(shape);
const unpack = (v) => (Array.isArray(v) ? { shape: [v.length], values: v } : v);
function close(got, want, tolerance = 1e-9) {
  const { shape, values } = unpack(want);
  expect(got.shape).toEqual(shape);
  expect(got.sub(at({ shape, values })).abs().max().item()).toBeLessThan(tolerance);
}

const made = {
  exp: () => new D.ExpTransform(), abs: () => new D.AbsTransform(), affine: () => new D.AffineTransform(t([1, 2, 3]), -0.5),
  'affine vectors': () => new D.AffineTransform(1, t([0.5, 2, -3]), { eventDim: 1 }), sigmoid: () => new D.SigmoidTransform(), tanh: () => new D.TanhTransform(),
  softplus: () => new D.SoftplusTransform(), power: () => new D.PowerTransform(t(1.5)), softmax: () => new D.SoftmaxTransform(), stick: () => new D.StickBreakingTransform(),
  cholesky: () => new D.LowerCholeskyTransform(), corr: () => new D.CorrCholeskyTransform(),
  compose: () => new D.ComposeTransform([new D.ExpTransform(), new D.AffineTransform(0, 2), new D.IndependentTransform(new D.PowerTransform(2), 1)]),
  independent: () => new D.IndependentTransform(new D.ExpTransform(), 1), reshape: () => new D.ReshapeTransform([3], [3, 1]),
  cat: () => new D.CatTransform([new D.ExpTransform(), new D.AffineTransform(1, 2)], -1, [2, 1]), stack: () => new D.StackTransform([new D.ExpTransform(), new D.TanhTransform()], 0),
  inverse: () => new D.ExpTransform().inv,
};

test('the fixture has these transforms', () => expect(Object.keys(made)).toEqual(Object.keys(fixture)));

test.each(Object.entries(fixture))('transform %s', (name, want) => {
  const f = made[name](), x = at(unpack(want.x)), y = f(x);
  close(y, want.y);
  close(f.inv(y), want.back, 1e-8);
  expect(f.inv.inv).toBe(f);
  if (want.jacobian) close(f.logAbsDetJacobian(x, y), want.jacobian);
  else expect(() => f.logAbsDetJacobian(x, y)).toThrow(/not implemented/);
  expect(String(f)).toBe(want.text);
  expect([f.forwardShape(x.shape), f.inverseShape(y.shape), f.bijective, [f.domain.eventDim, f.codomain.eventDim]]).toEqual([want.forward, want.inverse, want.bijective, want.dims]);
  // With a cache the inverse of the last result is what it was made of.
  const cached = f.withCache();
  const kept = cached(x);
  expect(cached(x)).toBe(kept);
  expect(cached.inv(kept)).toBe(x);
  expect(cached.withCache(1)).toBe(cached);
  expect(torsh.tidy(() => { cached(x); }) ?? cached(x).isDisposed).toBe(false);
});

test('equal transforms, signs, what is refused', () => {
  expect(made.compose().equals(made.compose())).toBe(true);
  expect(made.compose().inv.equals(made.compose().inv)).toBe(true);
  expect(made.affine().equals(new D.AffineTransform(1, -0.5))).toBe(false);
  expect(made.exp().equals(made.tanh())).toBe(false);
  expect([made.exp().sign, new D.AffineTransform(0, -2).sign, new D.ComposeTransform([made.exp(), new D.AffineTransform(0, -2)]).sign]).toEqual([1, -1, -1]);
  expect(D.identityTransform(t([1])).tolist()).toEqual([1]);
  expect(() => new D.ExpTransform(2)).toThrow('ExpTransform: cacheSize must be 0 or 1');
  expect(() => new D.ReshapeTransform([2], [3])).toThrow(/different numbers of elements/);
  expect(() => made.reshape()(t([1, 2]))).toThrow(/Shape mismatch: expected \[3\] but got \[2\]/);
  expect(() => made.cat()(t([1, 2]))).toThrow(/expected 3 entries along dim -1, got 2/);
  expect(() => made.corr()(t([1, 2, 3, 4]))).toThrow(/cannot be expressed as the lower triangular part/);
  expect(() => new D.ComposeTransform([Math.exp])).toThrow(/array of transforms/);
});

test('a transform of one\'s own, in a distribution', () => {
  class Cube extends D.Transform {
    get domain() { return c.real; }
    get codomain() { return c.real; }
    get bijective() { return true; }
    get sign() { return 1; }
    _call(x) { return x.pow(3); }
    _inverse(y) { return y.abs().pow(1 / 3).mul(y.sign()); }
    logAbsDetJacobian(x) { return x.square().mul(3).log(); }
  }
  const d = new D.TransformedDistribution(new D.Normal(t([0.5, 1]), t(2)), [new Cube(), new D.AffineTransform(1, -2)]);
  const x = t([[0.3, -1], [2, 0.7]]), y = x.pow(3).mul(-2).add(1);
  close(d.logProb(y), unpack({ shape: [2, 2], values: d.baseDist.logProb(x).sub(x.square().mul(6).log()).flatten().tolist() }));
  close(d.cdf(y), unpack({ shape: [2, 2], values: d.baseDist.cdf(x).neg().add(1).flatten().tolist() }));
  close(d.cdf(d.icdf(t([0.2, 0.6]))), [0.2, 0.6]);
  expect([d.hasRsample, String(d.support), String(d)]).toEqual([true, 'Real()', 'TransformedDistribution()']);
});

test('transforms widen a distribution and make events of its batch', () => {
  const d = new D.TransformedDistribution(new D.Normal(t([0]), t(1)), new D.AffineTransform(t([0, 1, 2]), t([1, 2, 3]), 1));
  expect([d.batchShape, d.eventShape, d.sample([4]).shape, d.logProb(t([0, 0, 0])).shape]).toEqual([[], [3], [4, 3], []]);
  expect(d.expand([2]).sample().shape).toEqual([2, 3]);
  expect(() => new D.TransformedDistribution(new D.Normal(0, 1), new D.SoftmaxTransform())).toThrow(/shape with size at least 1/);
  expect(() => new D.TransformedDistribution(new D.Normal(0, 1), [1])).toThrow(/must be a Transform or an array of Transforms/);
});

test('constraints: what is valid, as PyTorch says and prints it', () => {
  const m = (...rows) => t(rows);
  const list = [
    [c.boolean, t([0, 1, 2, 0.5]), 'Boolean()', [true, true, false, false], 0, true],
    [c.oneHot, m([0, 1, 0], [1, 1, 0], [0.5, 0.5, 0]), 'OneHot()', [true, false, false], 1, true],
    [c.nonnegativeInteger, t([-1, 0, 1.5, 3]), 'IntegerGreaterThan(lower_bound=0)', [false, true, false, true], 0, true],
    [c.positiveInteger, t([0, 1, 1.5]), 'IntegerGreaterThan(lower_bound=1)', [false, true, false], 0, true],
    [c.real, t([0, NaN, Infinity]), 'Real()', [true, false, true], 0, false],
    [c.realVector, m([0, NaN], [1, 2]), 'IndependentConstraint(Real(), 1)', [false, true], 1, false],
    [c.positive, t([0, -1, 2, NaN]), 'GreaterThan(lower_bound=0.0)', [false, false, true, false], 0, false],
    [c.nonnegative, t([0, -1, 2]), 'GreaterThanEq(lower_bound=0.0)', [true, false, true], 0, false],
    [c.unitInterval, t([0, 1, 1.1, -0.1]), 'Interval(lower_bound=0.0, upper_bound=1.0)', [true, true, false, false], 0, false],
    [c.simplex, m([0.5, 0.5], [0.6, 0.5], [-0.5, 1.5]), 'Simplex()', [true, false, false], 1, false],
    [c.lowerTriangular, t([[[1, 0], [2, -1]], [[1, 0.5], [2, 1]]]), 'LowerTriangular()', [true, false], 2, false],
    [c.lowerCholesky, t([[[1, 0], [2, -1]], [[1, 0], [2, 1]]]), 'LowerCholesky()', [false, true], 2, false],
    [c.corrCholesky, t([[[1, 0], [0.6, 0.8]], [[1, 0], [0.6, 0.7]]]), 'CorrCholesky()', [true, false], 2, false],
    [c.square, torsh.zeros(2, 2, 3), 'Square()', [false, false], 2, false],
    [c.symmetric, t([[[1, 2], [2, 1]], [[1, 2], [2.1, 1]]]), 'Symmetric()', [true, false], 2, false],
    [c.positiveSemidefinite, t([[[1, 2], [2, 1]], [[1, 1], [1, 2]]]), 'PositiveSemidefinite()', [false, true], 2, false],
    [c.positiveDefinite, t([[[1, 2], [2, 1]], [[2, 1], [1, 2]]]), 'PositiveDefinite()', [false, true], 2, false],
    ...[
      [c.greaterThan(2), 'GreaterThan(lower_bound=2.0)', [false, false, false, false]], [c.greaterThanEq(2), 'GreaterThanEq(lower_bound=2.0)', [false, false, true, false]],
      [c.lessThan(2), 'LessThan(upper_bound=2.0)', [true, true, false, true]], [c.interval(-1, 2), 'Interval(lower_bound=-1.0, upper_bound=2.0)', [true, true, true, true]],
      [c.halfOpenInterval(-1, 2), 'HalfOpenInterval(lower_bound=-1.0, upper_bound=2.0)', [true, true, false, true]],
      [c.interval(t([-2, 1, 1, 1]), 2), 'Interval(lower_bound=tensor([-2.,  1.,  1.,  1.], dtype=torch.float64), upper_bound=2.0)', [true, false, true, true]],
    ].map(([k, text, want]) => [k, t([-1, 0, 2, 1.5]), text, want, 0, false]),
    [c.integerInterval(0, 3), t([-1, 0, 2, 1.5]), 'IntegerInterval(lower_bound=0, upper_bound=3)', [false, true, true, false], 0, true],
    [c.cat([c.positive, c.real], -1, [1, 2]), m([1, -1, 2], [-1, 0, 0]), 'Cat()', [[true, true, true], [false, true, true]], 0, false],
    [c.stack([c.positive, c.real], -1), m([1, -1], [-1, 0]), 'Stack()', [[true, true], [false, true]], 1, false],
    [c.multinomial(3), m([1, 2], [2, 2]), 'Multinomial()', [true, false], 1, true],
  ];
  for (const [constraint, x, text, want, eventDim, discrete] of list) {
    expect([String(constraint), constraint.check(x).tolist(), constraint.eventDim, constraint.isDiscrete]).toEqual([text, want, eventDim, discrete]);
  }
  expect(() => D.Uniform.argConstraints.low.check(t([1]))).toThrow('Dependent: Cannot determine validity of dependent constraint');
  expect([c.isDependent(D.Uniform.argConstraints.low), c.isDependent(c.real)]).toEqual([true, false]);
  expect(D.Normal.argConstraints.scale).toBe(c.positive);
});

test('bijectTo and transformTo reach every constraint they know', () => {
  torsh.manualSeed(0);
  const scalar = [c.real, c.positive, c.nonnegative, c.greaterThan(2), c.greaterThanEq(-1), c.lessThan(2), c.interval(-1, 2), c.halfOpenInterval(t(-1), 5), c.unitInterval, c.independent(c.positive, 1)];
  const both = [...scalar, c.simplex, c.corrCholesky, c.realVector, c.cat([c.positive, c.unitInterval], -1, [2, 1]), c.stack([c.positive, c.lessThan(0), c.real], -1)];
  const matrix = [c.lowerCholesky, c.positiveDefinite, c.positiveSemidefinite];
  for (const [registry, list] of [[bijectTo, both], [transformTo, [...both, ...matrix]]]) {
    for (const constraint of list) {
      const f = registry(constraint), x = torsh.randn([4, 3, 3], { dtype: 'float64' }).narrow(-2, 0, 3);
      const y = f(x);
      expect([String(constraint), constraint.check(y).all().item()]).toEqual([String(constraint), true]);
      if (registry === bijectTo) close(f.inv(y), { shape: x.shape, values: x.flatten().tolist() }, 1e-6);
    }
  }
  expect(() => bijectTo(c.lowerCholesky)).toThrow('Cannot transform LowerCholesky constraints');
  const own = new D.ConstraintRegistry();
  own.register(c.interval, (k) => new D.AffineTransform(k.lowerBound, 1));
  expect(own(c.unitInterval)(t([2])).tolist()).toEqual([2]);
  expect(() => own.register(3, () => null)).toThrow(/Expected constraint to be either a Constraint subclass or instance/);
});

test.each([
  ['a parameter off its constraint', () => new D.Normal(t([1, 2]), t([1, -1])),
    'Normal: Expected parameter scale (Tensor of shape (2,)) of distribution Normal(loc: torch.Size([2]), scale: torch.Size([2])) to satisfy the constraint GreaterThan(lower_bound=0.0), but found invalid values:\ntensor([ 1., -1.], dtype=torch.float64)'],
  ['NaN', () => new D.Gamma(NaN, 1), 'Gamma: Expected parameter concentration (Tensor of shape ()) of distribution Gamma(concentration: nan, rate: 1.0)'],
  ['a value that is no tensor', () => new D.Normal(0, 1).logProb(1), 'Normal: The value argument to logProb must be a Tensor'],
  ['a value of another shape', () => new D.Normal(t([0, 1]), 1).logProb(torsh.zeros(3)), 'Normal: Value is not broadcastable with batchShape+eventShape: [3] vs [2].'],
  ['an event of another shape', () => new D.Dirichlet(torsh.ones(3)).logProb(torsh.ones(2)), 'Dirichlet: The right-most size of value must match eventShape: [2] vs [3].'],
  ['a value off the support', () => new D.Beta(1, 1).logProb(t(2)), 'Beta: Expected value argument (Tensor of shape ()) to be within the support (Interval(lower_bound=0.0, upper_bound=1.0)) of the distribution Beta(), but found invalid values:\ntensor(2., dtype=torch.float64)'],
  ['negative weights', () => new D.Categorical(t([-1, 2])), 'Categorical: Expected parameter probs'],
  ['an empty interval', () => new D.Uniform(2, 1), 'Uniform: Uniform is not defined when low >= high'],
  ['a geometric variable that never ends', () => new D.Geometric(t([0, 1])), 'to be positive but found invalid values:\ntensor([0.], dtype=torch.float64)'],
  ['neither probs nor logits', () => new D.Bernoulli(), 'Bernoulli: Either `probs` or `logits` must be specified, but not both.'],
  ['both', () => new D.Binomial(3, { probs: 0.1, logits: 1 }), 'Binomial: Either `probs` or `logits` must be specified, but not both.'],
  ['one class without a dim', () => new D.Categorical({ logits: t(1) }), 'Categorical: `logits` parameter must be at least one-dimensional.'],
  ['numbers for classes', () => new D.Categorical({ probs: 0.5 }), "Categorical: argument 'probs' must be a Tensor, not number"],
  ['no matrix', () => new D.MultivariateNormal(torsh.zeros(2)), 'MultivariateNormal: Exactly one of covarianceMatrix or precisionMatrix or scaleTril may be specified.'],
  ['a matrix that is not positive definite', () => new D.MultivariateNormal(torsh.zeros(2), torsh.eye(2).neg()), 'to satisfy the constraint PositiveDefinite()'],
  ['too few degrees of freedom', () => new D.Wishart(1, torsh.eye(3)), 'expected to be greater than ndim - 1 = 2'],
  ['a matrix of one row', () => new D.LKJCholesky(1), 'LKJCholesky: Expected dim to be an integer greater than or equal to 2. Found dim=1.'],
  ['counts of each their own', () => new D.Multinomial(t([1, 2]), { probs: t([0.5, 0.5]) }), 'Multinomial: totalCount must be an integer'],
  ['counts that differ', () => new D.Binomial(t([1, 2]), 0.5).entropy(), 'Binomial: Inhomogeneous total count not supported by `entropy`.'],
  ['more dims than there are', () => new D.Independent(new D.Normal(0, 1), 1), 'Independent: Expected reinterpretedBatchNdims <= baseDistribution.batchShape.length, actual 1 vs 0'],
  ['another number of components', () => new D.MixtureSameFamily(new D.Categorical(torsh.ones(3)), new D.Normal(torsh.zeros(2), 1)), '`mixtureDistribution component` (3) does not equal `componentDistribution.batchShape[-1]` (2)'],
  ['words for numbers', () => new D.Normal('0', 1), 'Normal: Input arguments must all be instances of number or Tensor'],
  ['an unknown option', () => new D.Normal({ loc: 0, scale: 1, variance: 2 }), "Normal: got an unexpected option 'variance'"],
  ['sizes below 0', () => new D.Normal(0, 1).sample([-1]), 'sample: expected sizes, got -1'],
  ['what is not there', () => new D.Cauchy(0, 1).enumerateSupport(), 'Cauchy: does not implement enumerateSupport'],
  ['pairs without a rule', () => D.klDivergence(new D.Cauchy(0, 1), new D.Normal(0, 1)), 'klDivergence: No KL(p || q) is implemented for p type Cauchy and q type Normal'],
  ['no distribution', () => D.klDivergence(new D.Cauchy(0, 1), 3), 'klDivergence: takes two distributions'],
  ['a concentration that accepts nothing', () => new D.VonMises(t(0), t(NaN), { validateArgs: false }).sample(), 'VonMises: no sample was accepted'],
])('refused: %s', (_, f, text) => {
  let error = null;
  try { f(); } catch (e) { error = e; }
  expect(error).toBeInstanceOf(torsh.TorshError);
  expect(error.message).toContain(text);
});

test('checks can be left out, for one distribution or for all', () => {
  expect(new D.Normal(0, -1, false).scale.item()).toBe(-1);
  expect(new D.Normal(0, 1, { validateArgs: false }).logProb(t(NaN)).item()).toBeNaN();
  D.Distribution.setDefaultValidateArgs(false);
  try {
    expect(new D.Normal(0, -1).scale.item()).toBe(-1);
    expect(() => new D.Normal(0, -1, true)).toThrow(/Expected parameter scale/);
  } finally {
    D.Distribution.setDefaultValidateArgs(true);
  }
  expect(() => new D.Normal(0, -1)).toThrow(/Expected parameter scale/);
});

test('sizes stand as arguments, an array or an option; numbers take the dtype of the tensors', () => {
  const d = new D.Normal({ loc: torsh.zeros(2, 1, { dtype: 'float64' }), scale: 1 });
  for (const s of [d.sample(3, 4), d.sample([3, 4]), d.rsample({ sampleShape: [3, 4] })]) expect([s.shape, s.dtype]).toEqual([[3, 4, 2, 1], 'float64']);
  expect([d.sampleN(5).shape, d.sample().shape, d.expand(3, 2, 1).batchShape]).toEqual([[5, 2, 1], [2, 1], [3, 2, 1]]);
  expect(new D.Normal(0, 1).sample().dtype).toBe('float32');
});

test('parameters that were computed are computed again after a tidy, with their gradient', () => {
  const logits = t([0.1, 0.2, 0.7], { requiresGrad: true });
  const d = new D.Categorical({ logits });
  torsh.tidy(() => { torsh.noGrad(() => d.probs); d.entropy(); });
  d.entropy().backward();
  expect(logits.grad.abs().sum().item()).toBeGreaterThan(0);
  expect(String(d)).toBe('Categorical(probs: torch.Size([3]), logits: torch.Size([3]))');
});

// Rules stay for good, so they are made where no tensors are.
class Triangle extends D.Distribution {
  static argConstraints = { width: c.positive };
  static support = c.nonnegative;
  static hasRsample = true;
  constructor(width, options) {
    super(width.shape, [], options);
    this.width = width;
    this._checkArgs();
  }
  rsample(...shape) { return torsh.rand(this._extendedShape(shape), { dtype: this.width.dtype }).sqrt().mul(this.width); }
  logProb(value) {
    this._validateSample(value);
    return value.mul(2).div(this.width.square()).log();
  }
}
class Narrow extends Triangle {}
const triangles = (p, q) => q.width.div(p.width).log().mul(2);
const seven = () => t(7);

test('a distribution of one\'s own: expand, sample, the checks and a divergence', () => {
  const d = new Triangle(t([1, 2]));
  expect([d.expand([3, 2]).sample([4]).shape, d.hasRsample, String(d)]).toEqual([[4, 3, 2], true, 'Triangle(width: torch.Size([2]))']);
  expect(d.expand([3, 2])).toBeInstanceOf(Triangle);
  expect(() => new Triangle(t([-1]))).toThrow(/Expected parameter width/);
  expect(() => d.logProb(t([-1, 1]))).toThrow(/to be within the support/);
  expect(() => D.klDivergence(d, d)).toThrow(/No KL/);
  D.registerKl(Triangle, Triangle, triangles);
  expect(D.klDivergence(d, new Triangle(t([2, 2]))).tolist()).toEqual([2 * Math.log(2), 0]);
  D.registerKl(Narrow, Triangle, seven);
  expect([D.klDivergence(new Narrow(t([1])), d).item(), D.klDivergence(d, new Narrow(t([1, 2]))).tolist()]).toEqual([7, [0, 0]]);
  expect(() => D.registerKl(Triangle, Array, () => null)).toThrow(/Expected typeQ to be a Distribution subclass/);
});

test('a mixture of components with supports of their own', () => {
  const d = new D.MixtureSameFamily(new D.Categorical(t([1, 3])), new D.Uniform(t([[0, 0], [0, 1]]), t([2, 4])));
  close(d.logProb(t([[1, 1.5], [0.5, 1.25], [1.5, 1]])).exp(), { shape: [3, 2], values: [0.3125, 0.375, 0.3125, 0.375, 0.3125, 0.375] });
  expect(() => d.logProb(t([3, 1.5]))).toThrow(/within the support \(Interval/);
  const counts = new D.MixtureSameFamily(new D.Categorical(t([1, 1])), new D.Binomial(3, t([0.2, 0.5])));
  expect([counts.sample([4]).shape, counts.logProb(t([0, 1, 2, 3])).exp().sum().item()]).toEqual([[4], expect.closeTo(1, 10)]);
});

test('divergences of transformed and independent distributions ask for the same form', () => {
  const n = (loc) => new D.Normal(t([loc, 0]), t(1)), lift = (d, f = new D.ExpTransform()) => new D.TransformedDistribution(d, [f]);
  expect(D.klDivergence(lift(n(1)), lift(n(0))).tolist()).toEqual([0.5, 0]);
  expect(D.klDivergence(new D.Independent(n(1), 1), new D.Independent(n(0), 1)).item()).toBe(0.5);
  expect(() => D.klDivergence(lift(n(1)), lift(n(0), new D.TanhTransform()))).toThrow(/transforms of both distributions must be the same/);
  expect(() => D.klDivergence(new D.Independent(n(1), 1), new D.Independent(n(0), 0))).toThrow(/reinterpretedBatchNdims differ/);
});

test('InverseGamma: the density of 1 / x, its moments and entropy', () => {
  const a = t([3, 4.5]), b = t([2, 0.5]), d = new D.InverseGamma(a, b), y = t([[0.7, 0.2], [1.5, 0.05]]);
  const density = a.mul(b.log()).sub(a.lgamma()).sub(a.add(1).mul(y.log())).sub(b.div(y));
  close(d.logProb(y), { shape: [2, 2], values: density.flatten().tolist() });
  close(d.mean, [1, 0.5 / 3.5]);
  close(d.variance, [4 / 4, 0.25 / (3.5 ** 2 * 2.5)]);
  close(d.cdf(y), { shape: [2, 2], values: torsh.special.gammaincc(a, b.div(y)).flatten().tolist() });
  torsh.manualSeed(0);
  const s = d.sample([20000]);
  close(d.logProb(s).mean(0).neg().sub(d.entropy()), [0, 0], 0.03);
  expect(D.klDivergence(d, new D.InverseGamma(a, b)).abs().max().item()).toBeLessThan(1e-12);
  expect(String(d)).toBe('InverseGamma()');
});

test('Wishart numbers are differentiable in their parameters', () => {
  const covarianceMatrix = t([[2, 0.3], [0.3, 1]], { requiresGrad: true }), df = t(5, { requiresGrad: true });
  torsh.manualSeed(0);
  const s = new D.Wishart({ df, covarianceMatrix }).rsample([500]);
  const [gradC, gradDf] = torsh.autograd.grad(s.mean(0).sum(), [covarianceMatrix, df]);
  // The mean is df * covarianceMatrix.
  expect(Math.abs(gradDf.item() - 3.6)).toBeLessThan(0.5);
  expect(Math.abs(gradC.sum().item() - 20)).toBeLessThan(3);
});

test('one distribution serves many backward passes', () => {
  const concentration = t(2, { requiresGrad: true }), rate = t([1, 2], { requiresGrad: true }), d = new D.Gamma(concentration, rate);
  for (let i = 0; i < 3; i++) d.rsample().sum().add(d.logProb(t([1, 3])).sum()).backward();
  expect([concentration.grad.isfinite().item(), rate.grad.shape]).toEqual([true, [2]]);
});

test('gradients of gradients of gamma and Dirichlet numbers are refused, as in PyTorch', () => {
  for (const [f, op] of [[(a) => new D.Gamma(a, 1), '_gammaSlope'], [(a) => new D.Dirichlet(a), '_dirichletGrad']]) {
    const a = t([1.5, 2.5], { requiresGrad: true });
    const [grad] = torsh.autograd.grad(f(a).rsample().square().sum(), [a], { createGraph: true });
    expect(() => torsh.autograd.grad(grad.sum(), [a])).toThrow(`the derivative of '${op}' is not implemented`);
  }
});

test('a gradient step makes data likelier, and one batch of many shapes at once', () => {
  torsh.manualSeed(0);
  const loc = t(0, { requiresGrad: true }), logScale = t(0, { requiresGrad: true }), data = torsh.randn([200], { dtype: 'float64' }).mul(2).add(3);
  const opt = new torsh.optim.Adam([loc, logScale], { lr: 0.1 });
  for (let i = 0; i < 150; i++) {
    opt.zeroGrad();
    new D.Normal(loc, logScale.exp()).logProb(data).mean().neg().backward();
    opt.step();
  }
  expect(Math.abs(loc.item() - data.mean().item())).toBeLessThan(0.02);
  expect(Math.abs(logScale.exp().item() - data.std({ unbiased: false }).item())).toBeLessThan(0.02);
});
