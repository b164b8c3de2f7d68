/** Continuous distributions on lines, half lines, intervals and the circle. */
import { noGrad } from '../autograd/modes';
import { bind, signature } from '../bind';
import * as ops from '../gen/ops';
import { finfo } from '../info';
import type { Tensor } from '../tensor';
import * as constraints from './constraints';
import type { Constraint } from './constraints';
import { Distribution, type SampleShape } from './distribution';
import { Exponential } from './gamma';
import { TransformedDistribution } from './independent';
import { folded, type LocScale, type ScaleOnly } from './normal';
import { AbsTransform, AffineTransform, ExpTransform, PowerTransform } from './transforms';
import { broadcastAll, eulerConstant, fail, type Param, type Tail, type Validate } from './utils';

const sigs = {
  Uniform: signature('Uniform', 'low, high, validateArgs=null'),
  Cauchy: signature('Cauchy', 'loc, scale, validateArgs=null'),
  HalfCauchy: signature('HalfCauchy', 'scale, validateArgs=null'),
  Laplace: signature('Laplace', 'loc, scale, validateArgs=null'),
  Gumbel: signature('Gumbel', 'loc, scale, validateArgs=null'),
  Weibull: signature('Weibull', 'scale, concentration, validateArgs=null'),
  Pareto: signature('Pareto', 'scale, alpha, validateArgs=null'),
  Kumaraswamy: signature('Kumaraswamy', 'concentration1, concentration0, validateArgs=null'),
  VonMises: signature('VonMises', 'loc, concentration, validateArgs=null'),
};
const locScale = { loc: constraints.real, scale: constraints.positive };
const dependent = constraints.dependent({ isDiscrete: false, eventDim: 0 });

/**
 * The same density from low to high. https://pytorch.org/docs/stable/distributions.html#uniform
 *
 * @example
 * ```js
 * const d = new torsh.distributions.Uniform(0, 2);
 * console.log(d.sample([3]).shape, d.mean, d.logProb(torsh.tensor(0.5))); // [ 3 ] tensor(1.) tensor(-0.6931)
 * ```
 */
export class Uniform extends Distribution {
  static override readonly argConstraints = { low: dependent, high: dependent };
  static override readonly hasRsample = true;
  readonly low: Tensor;
  readonly high: Tensor;
  constructor(low: Param, high: Param, validateArgs?: Tail);
  constructor(options: { low: Param; high: Param; validateArgs?: Validate });
  constructor(...args: unknown[]) {
    const [a, b, validateArgs] = bind(sigs.Uniform, args) as [unknown, unknown, Validate];
    const [low, high] = broadcastAll('Uniform', a, b);
    super(low.shape, [], validateArgs);
    this.low = low;
    this.high = high;
    if (this._validateArgs && !low.lt(high).all().item()) fail('Uniform', `Uniform is not defined when low >= high: ${this}`);
  }
  override get support(): Constraint { return constraints.interval(this.low, this.high); }
  private get width(): Tensor { return this.high.sub(this.low); }
  override get mean(): Tensor { return this.high.add(this.low).div(2); }
  override get mode(): Tensor { return this.high.mul(NaN); }
  override get stddev(): Tensor { return this.width.div(Math.sqrt(12)); }
  override get variance(): Tensor { return this.width.square().div(12); }
  override rsample(...sampleShape: SampleShape): Tensor {
    return ops.rand(this._extendedShape(sampleShape), { dtype: this.low.dtype }).mul(this.width).add(this.low);
  }
  override logProb(value: Tensor): Tensor {
    this._validateSample(value);
    return this.low.le(value).logicalAnd(this.high.gt(value)).to(this.low.dtype).log().sub(this.width.log());
  }
  override cdf(value: Tensor): Tensor {
    this._validateSample(value, 'cdf');
    return value.sub(this.low).div(this.width).clamp(0, 1);
  }
  override icdf(value: Tensor): Tensor { return value.mul(this.width).add(this.low); }
  override entropy(): Tensor { return this.width.log(); }
}

/**
 * The ratio of two normal variables of mean 0: without mean and variance. https://pytorch.org/docs/stable/distributions.html#cauchy
 *
 * @example
 * ```js
 * const d = new torsh.distributions.Cauchy(0, 1);
 * console.log(d.sample([3]).shape, d.mean, d.logProb(torsh.tensor(0.5))); // [ 3 ] tensor(nan) tensor(-1.3679)
 * ```
 */
export class Cauchy extends Distribution {
  static override readonly argConstraints = locScale;
  static override readonly support: Constraint = constraints.real;
  static override readonly hasRsample = true;
  readonly loc: Tensor;
  readonly scale: Tensor;
  constructor(loc: Param, scale: Param, validateArgs?: Tail);
  constructor(options: LocScale);
  constructor(...args: unknown[]) {
    const [a, b, validateArgs] = bind(sigs.Cauchy, args) as [unknown, unknown, Validate];
    const [loc, scale] = broadcastAll('Cauchy', a, b);
    super(loc.shape, [], validateArgs);
    this.loc = loc;
    this.scale = scale;
    this._checkArgs();
  }
  override get mean(): Tensor { return ops.full(this._extendedShape(), NaN, { dtype: this.loc.dtype }); }
  override get mode(): Tensor { return this.loc; }
  override get variance(): Tensor { return ops.full(this._extendedShape(), Infinity, { dtype: this.loc.dtype }); }
  override rsample(...sampleShape: SampleShape): Tensor {
    return ops.empty(this._extendedShape(sampleShape), { dtype: this.loc.dtype }).cauchy_().mul(this.scale).add(this.loc);
  }
  override logProb(value: Tensor): Tensor {
    this._validateSample(value);
    return this.scale.log().neg().sub(Math.log(Math.PI)).sub(value.sub(this.loc).div(this.scale).square().add(1).log());
  }
  override cdf(value: Tensor): Tensor {
    this._validateSample(value, 'cdf');
    return value.sub(this.loc).div(this.scale).atan().div(Math.PI).add(0.5);
  }
  override icdf(value: Tensor): Tensor { return value.sub(0.5).mul(Math.PI).tan().mul(this.scale).add(this.loc); }
  override entropy(): Tensor { return this.scale.log().add(Math.log(4 * Math.PI)); }
}

/**
 * The absolute value of a Cauchy variable of location 0. https://pytorch.org/docs/stable/distributions.html#halfcauchy
 *
 * @example
 * ```js
 * const d = new torsh.distributions.HalfCauchy(1);
 * console.log(d.sample([3]).shape, d.mean, d.logProb(torsh.tensor(0.5))); // [ 3 ] tensor(inf) tensor(-0.6747)
 * ```
 */
export class HalfCauchy extends TransformedDistribution<Cauchy> {
  static override readonly argConstraints = { scale: constraints.positive };
  static override readonly support: Constraint = constraints.nonnegative;
  constructor(scale: Param, validateArgs?: Tail);
  constructor(options: ScaleOnly);
  constructor(...args: unknown[]) {
    const [scale, validateArgs] = bind(sigs.HalfCauchy, args) as [Param, Validate];
    super(new Cauchy(0, scale, { validateArgs: false }), new AbsTransform(), validateArgs);
    this._checkArgs();
  }
  get scale(): Tensor { return this.baseDist.scale; }
  override get mean(): Tensor { return ops.full(this._extendedShape(), Infinity, { dtype: this.scale.dtype }); }
  override get mode(): Tensor { return ops.zerosLike(this.scale); }
  override get variance(): Tensor { return this.baseDist.variance; }
  override logProb(value: Tensor): Tensor {
    this._validateSample(value);
    return folded(this.baseDist.logProb(value), value);
  }
  override cdf(value: Tensor): Tensor {
    this._validateSample(value, 'cdf');
    return this.baseDist.cdf(value).mul(2).sub(1);
  }
  override icdf(value: Tensor): Tensor { return this.baseDist.icdf(value.add(1).div(2)); }
  override entropy(): Tensor { return this.baseDist.entropy().sub(Math.LN2); }
}

/**
 * Exponential on both sides of loc. https://pytorch.org/docs/stable/distributions.html#laplace
 *
 * @example
 * ```js
 * const d = new torsh.distributions.Laplace(0, 1);
 * console.log(d.sample([3]).shape, d.mean, d.logProb(torsh.tensor(0.5))); // [ 3 ] tensor(0.) tensor(-1.1931)
 * ```
 */
export class Laplace extends Distribution {
  static override readonly argConstraints = locScale;
  static override readonly support: Constraint = constraints.real;
  static override readonly hasRsample = true;
  readonly loc: Tensor;
  readonly scale: Tensor;
  constructor(loc: Param, scale: Param, validateArgs?: Tail);
  constructor(options: LocScale);
  constructor(...args: unknown[]) {
    const [a, b, validateArgs] = bind(sigs.Laplace, args) as [unknown, unknown, Validate];
    const [loc, scale] = broadcastAll('Laplace', a, b);
    super(loc.shape, [], validateArgs);
    this.loc = loc;
    this.scale = scale;
    this._checkArgs();
  }
  override get mean(): Tensor { return this.loc; }
  override get mode(): Tensor { return this.loc; }
  override get variance(): Tensor { return this.scale.square().mul(2); }
  override get stddev(): Tensor { return this.scale.mul(Math.SQRT2); }
  override rsample(...sampleShape: SampleShape): Tensor {
    const { dtype } = this.loc;
    const u = ops.empty(this._extendedShape(sampleShape), { dtype }).uniform_(finfo(dtype).eps - 1, 1);
    return this.loc.sub(this.scale.mul(u.sign()).mul(u.abs().neg().log1p()));
  }
  override logProb(value: Tensor): Tensor {
    this._validateSample(value);
    return this.scale.mul(2).log().neg().sub(value.sub(this.loc).abs().div(this.scale));
  }
  override cdf(value: Tensor): Tensor {
    this._validateSample(value, 'cdf');
    const x = value.sub(this.loc);
    return x.sign().mul(0.5).mul(x.abs().neg().div(this.scale).expm1()).neg().add(0.5);
  }
  override icdf(value: Tensor): Tensor {
    const term = value.sub(0.5);
    return this.loc.sub(this.scale.mul(term.sign()).mul(term.abs().mul(-2).log1p()));
  }
  override entropy(): Tensor { return this.scale.mul(2).log().add(1); }
}

/**
 * The largest of many, in the limit. https://pytorch.org/docs/stable/distributions.html#gumbel
 *
 * @example
 * ```js
 * const d = new torsh.distributions.Gumbel(0, 1);
 * console.log(d.sample([3]).shape, d.mean, d.logProb(torsh.tensor(0.5))); // [ 3 ] tensor(0.5772) tensor(-1.1065)
 * ```
 */
export class Gumbel extends TransformedDistribution<Uniform> {
  static override readonly argConstraints = locScale;
  static override readonly support: Constraint = constraints.real;
  readonly loc: Tensor;
  readonly scale: Tensor;
  constructor(loc: Param, scale: Param, validateArgs?: Tail);
  constructor(options: LocScale);
  constructor(...args: unknown[]) {
    const [a, b, validateArgs] = bind(sigs.Gumbel, args) as [unknown, unknown, Validate];
    const [loc, scale] = broadcastAll('Gumbel', a, b), { tiny, eps } = finfo(loc.dtype);
    super(new Uniform(ops.fullLike(loc, tiny), ops.fullLike(loc, 1 - eps)), [
      new ExpTransform().inv, new AffineTransform(0, ops.onesLike(scale).neg()), new ExpTransform().inv, new AffineTransform(loc, scale.neg()),
    ], validateArgs);
    this.loc = loc;
    this.scale = scale;
    this._checkArgs();
  }
  override get mean(): Tensor { return this.loc.add(this.scale.mul(eulerConstant)); }
  override get mode(): Tensor { return this.loc; }
  override get stddev(): Tensor { return this.scale.mul(Math.PI / Math.sqrt(6)); }
  override get variance(): Tensor { return this.stddev.square(); }
  override logProb(value: Tensor): Tensor {
    this._validateSample(value);
    const y = this.loc.sub(value).div(this.scale);
    return y.sub(y.exp()).sub(this.scale.log());
  }
  override entropy(): Tensor { return this.scale.log().add(1 + eulerConstant); }
}

/**
 * A power of an exponential variable. https://pytorch.org/docs/stable/distributions.html#weibull
 *
 * @example
 * ```js
 * const d = new torsh.distributions.Weibull(1, 2);
 * console.log(d.sample([3]).shape, d.mean, d.logProb(torsh.tensor(0.5))); // [ 3 ] tensor(0.8862) tensor(-0.2500)
 * ```
 */
export class Weibull extends TransformedDistribution<Exponential> {
  static override readonly argConstraints = { scale: constraints.positive, concentration: constraints.positive };
  static override readonly support: Constraint = constraints.positive;
  readonly scale: Tensor;
  readonly concentration: Tensor;
  constructor(scale: Param, concentration: Param, validateArgs?: Tail);
  constructor(options: { scale: Param; concentration: Param; validateArgs?: Validate });
  constructor(...args: unknown[]) {
    const [a, b, validateArgs] = bind(sigs.Weibull, args) as [unknown, unknown, Validate];
    const [scale, concentration] = broadcastAll('Weibull', a, b);
    super(new Exponential(ops.onesLike(scale), validateArgs), [new PowerTransform(concentration.reciprocal()), new AffineTransform(0, scale)], validateArgs);
    this.scale = scale;
    this.concentration = concentration;
    this._checkArgs();
  }
  private get inverse(): Tensor { return this.concentration.reciprocal(); }
  override get mean(): Tensor { return this.scale.mul(this.inverse.add(1).lgamma().exp()); }
  override get mode(): Tensor { return this.scale.mul(this.concentration.sub(1).div(this.concentration).pow(this.inverse)); }
  override get variance(): Tensor {
    return this.scale.square().mul(this.inverse.mul(2).add(1).lgamma().exp().sub(this.inverse.add(1).lgamma().mul(2).exp()));
  }
  override entropy(): Tensor { return this.inverse.neg().add(1).mul(eulerConstant).add(this.scale.mul(this.inverse).log()).add(1); }
}

/**
 * exp of an exponential variable of rate alpha, times scale. https://pytorch.org/docs/stable/distributions.html#pareto
 *
 * @example
 * ```js
 * const d = new torsh.distributions.Pareto(1, 3);
 * console.log(d.sample([3]).shape, d.mean, d.logProb(torsh.tensor(2))); // [ 3 ] tensor(1.5000) tensor(-1.6740)
 * ```
 */
export class Pareto extends TransformedDistribution<Exponential> {
  static override readonly argConstraints = { alpha: constraints.positive, scale: constraints.positive };
  readonly scale: Tensor;
  readonly alpha: Tensor;
  constructor(scale: Param, alpha: Param, validateArgs?: Tail);
  constructor(options: { scale: Param; alpha: Param; validateArgs?: Validate });
  constructor(...args: unknown[]) {
    const [a, b, validateArgs] = bind(sigs.Pareto, args) as [unknown, unknown, Validate];
    const [scale, alpha] = broadcastAll('Pareto', a, b);
    super(new Exponential(alpha, validateArgs), [new ExpTransform(), new AffineTransform(0, scale)], validateArgs);
    this.scale = scale;
    this.alpha = alpha;
    this._checkArgs();
  }
  override get support(): Constraint { return constraints.greaterThanEq(this.scale); }
  override get mean(): Tensor {
    const a = this.alpha.clamp(1);
    return a.mul(this.scale).div(a.sub(1));
  }
  override get mode(): Tensor { return this.scale; }
  override get variance(): Tensor {
    const a = this.alpha.clamp(2);
    return this.scale.square().mul(a).div(a.sub(1).square().mul(a.sub(2)));
  }
  override entropy(): Tensor { return this.scale.div(this.alpha).log().add(this.alpha.reciprocal().add(1)); }
}

/**
 * Like a beta distribution, with a distribution function in closed form. https://pytorch.org/docs/stable/distributions.html#kumaraswamy
 *
 * @example
 * ```js
 * const d = new torsh.distributions.Kumaraswamy(2, 3);
 * console.log(d.sample([3]).shape, d.mean, d.logProb(torsh.tensor(0.5))); // [ 3 ] tensor(0.4571) tensor(0.5232)
 * ```
 */
export class Kumaraswamy extends TransformedDistribution<Uniform> {
  static override readonly argConstraints = { concentration1: constraints.positive, concentration0: constraints.positive };
  static override readonly support: Constraint = constraints.unitInterval;
  readonly concentration1: Tensor;
  readonly concentration0: Tensor;
  constructor(concentration1: Param, concentration0: Param, validateArgs?: Tail);
  constructor(options: { concentration1: Param; concentration0: Param; validateArgs?: Validate });
  constructor(...args: unknown[]) {
    const [x, y, validateArgs] = bind(sigs.Kumaraswamy, args) as [unknown, unknown, Validate];
    const [a, b] = broadcastAll('Kumaraswamy', x, y);
    super(new Uniform(ops.zerosLike(b), ops.onesLike(b), validateArgs), [new PowerTransform(b.reciprocal()), new AffineTransform(1, -1), new PowerTransform(a.reciprocal())], validateArgs);
    this.concentration1 = a;
    this.concentration0 = b;
    this._checkArgs();
  }
  private moment(n: number): Tensor {
    const arg = this.concentration1.reciprocal().mul(n).add(1), b = this.concentration0;
    return b.mul(arg.lgamma().add(b.lgamma()).sub(arg.add(b).lgamma()).exp());
  }
  override get mean(): Tensor { return this.moment(1); }
  override get mode(): Tensor {
    const a = this.concentration1, b = this.concentration0;
    const log = b.reciprocal().mul(b.neg().log1p()).sub(b.neg().mul(a).log1p());
    return log.maskedFill(b.lt(1).logicalOr(a.lt(1)), NaN).exp();
  }
  override get variance(): Tensor { return this.moment(2).sub(this.mean.square()); }
  override entropy(): Tensor {
    const a = this.concentration1, b = this.concentration0;
    const harmonic = b.add(1).digamma().add(eulerConstant);
    return b.reciprocal().neg().add(1).add(a.reciprocal().neg().add(1).mul(harmonic)).sub(a.log()).sub(b.log());
  }
}

/* Polynomials of Abramowitz and Stegun 9.8.1 to 9.8.4 for the modified Bessel functions of order 0 and 1. */
const small = [[1, 3.5156229, 3.0899424, 1.2067492, 0.2659732, 0.0360768, 0.0045813], [0.5, 0.87890594, 0.51498869, 0.15084934, 0.02658733, 0.00301532, 0.00032411]];
const large = [
  [0.39894228, 0.01328592, 0.00225319, -0.00157565, 0.00916281, -0.02057706, 0.02635537, -0.01647633, 0.00392377],
  [0.39894228, -0.03988024, -0.00362018, 0.00163801, -0.01031555, 0.02282967, -0.02895312, 0.01787654, -0.00420059],
];
const polynomial = (y: Tensor, terms: readonly number[]): Tensor =>
  terms.slice(0, -1).reduceRight((sum: Tensor | number, term) => y.mul(sum).add(term), terms[terms.length - 1]) as Tensor;

/** The logarithm of the modified Bessel function of order 0 or 1 at x > 0. */
function logBessel(x: Tensor, order: 0 | 1): Tensor {
  const low = polynomial(x.div(3.75).square(), small[order]);
  const near = (order === 1 ? x.abs().mul(low) : low).log();
  const far = x.sub(x.log().mul(0.5)).add(polynomial(x.reciprocal().mul(3.75), large[order]).log());
  return ops.where(x.lt(3.75), near, far);
}

/**
 * The normal distribution of the circle: angles in [-pi, pi). https://pytorch.org/docs/stable/distributions.html#vonmises
 *
 * @example
 * ```js
 * const d = new torsh.distributions.VonMises(0, 1);
 * console.log(d.sample([3]).shape, d.mean, d.logProb(torsh.tensor(0.5))); // [ 3 ] tensor(0.) tensor(-1.1962)
 * ```
 */
export class VonMises extends Distribution {
  static override readonly argConstraints = { loc: constraints.real, concentration: constraints.positive };
  static override readonly support: Constraint = constraints.real;
  readonly loc: Tensor;
  readonly concentration: Tensor;
  constructor(loc: Param, concentration: Param, validateArgs?: Tail);
  constructor(options: { loc: Param; concentration: Param; validateArgs?: Validate });
  constructor(...args: unknown[]) {
    const [a, b, validateArgs] = bind(sigs.VonMises, args) as [unknown, unknown, Validate];
    const [loc, concentration] = broadcastAll('VonMises', a, b);
    super(loc.shape, [], validateArgs);
    this.loc = loc;
    this.concentration = concentration;
    this._checkArgs();
  }
  override get mean(): Tensor { return this.loc; }
  override get mode(): Tensor { return this.loc; }
  /** The circular variance. */
  override get variance(): Tensor { return logBessel(this.concentration, 1).sub(logBessel(this.concentration, 0)).exp().neg().add(1); }
  override logProb(value: Tensor): Tensor {
    this._validateSample(value);
    return value.sub(this.loc).cos().mul(this.concentration).sub(Math.log(2 * Math.PI)).sub(logBessel(this.concentration, 0));
  }
  /** By rejection, as Best and Fisher (1979) describe it. */
  override sample(...sampleShape: SampleShape): Tensor {
    return noGrad(() => {
      const shape = this._extendedShape(sampleShape), k = this.concentration, { dtype } = this.loc;
      const tau = k.square().mul(4).add(1).sqrt().add(1), rho = tau.sub(tau.mul(2).sqrt()).div(k.mul(2));
      const r = rho.square().add(1).div(rho.mul(2));
      let x = ops.zeros(shape, { dtype }), done = ops.zeros(shape, { dtype: 'bool' });
      for (let round = 0; !done.all().item(); round++) {
        if (round === 1000) fail('VonMises', `no sample was accepted in ${round} rounds: is the concentration finite and positive?`, 'ERR_NUMERIC');
        const [u1, u2, u3] = ops.rand([3, ...shape], { dtype }).unbind();
        const z = u1.mul(Math.PI).cos(), f = r.mul(z).add(1).div(r.add(z)), c = k.mul(r.sub(f));
        const accept = c.mul(c.neg().add(2)).sub(u2).gt(0).logicalOr(c.div(u2).log().add(1).sub(c).ge(0));
        x = ops.where(accept, u3.sub(0.5).sign().mul(f.acos()), x);
        done = done.logicalOr(accept);
      }
      return x.add(Math.PI).add(this.loc).remainder(2 * Math.PI).sub(Math.PI);
    });
  }
}
