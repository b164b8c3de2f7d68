/** The normal distribution and what is made of it. */
import { noGrad } from '../autograd/modes';
import { bind, signature } from '../bind';
import * as ops from '../gen/ops';
import type { Tensor } from '../tensor';
import * as constraints from './constraints';
import type { Constraint } from './constraints';
import { ExponentialFamily, type SampleShape } from './distribution';
import { Independent, TransformedDistribution } from './independent';
import { AbsTransform, ExpTransform, StickBreakingTransform } from './transforms';
import { broadcastAll, type Param, type Tail, type Validate } from './utils';

export interface LocScale { loc: Param; scale: Param; validateArgs?: Validate }
export interface ScaleOnly { scale: Param; validateArgs?: Validate }
const sigs = {
  Normal: signature('Normal', 'loc, scale, validateArgs=null'),
  LogNormal: signature('LogNormal', 'loc, scale, validateArgs=null'),
  LogisticNormal: signature('LogisticNormal', 'loc, scale, validateArgs=null'),
  HalfNormal: signature('HalfNormal', 'scale, validateArgs=null'),
};
const locScale = { loc: constraints.real, scale: constraints.positive };

/**
 * The normal distribution of mean loc and standard deviation scale. https://pytorch.org/docs/stable/distributions.html#normal
 *
 * @example
 * ```js
 * const d = new torsh.distributions.Normal(0, 1);
 * console.log(d.sample([3]).shape, d.mean, d.logProb(torsh.tensor(0.5))); // [ 3 ] tensor(0.) tensor(-1.0439)
 * ```
 */
export class Normal extends ExponentialFamily {
  static override readonly argConstraints = locScale;
  static override readonly support: Constraint = constraints.real;
  static override readonly hasRsample = true;
  readonly loc: Tensor;
  readonly scale: Tensor;
  constructor(loc: Param, scale: Param, validateArgs?: Tail);
  constructor(options: LocScale);
  constructor(...args: unknown[]) {
    const [a, b, validateArgs] = bind(sigs.Normal, args) as [unknown, unknown, Validate];
    const [loc, scale] = broadcastAll('Normal', a, b);
    super(loc.shape, [], validateArgs);
    this.loc = loc;
    this.scale = scale;
    this._checkArgs();
  }
  override get mean(): Tensor { return this.loc; }
  override get mode(): Tensor { return this.loc; }
  override get stddev(): Tensor { return this.scale; }
  override get variance(): Tensor { return this.scale.square(); }
  override sample(...sampleShape: SampleShape): Tensor {
    const shape = this._extendedShape(sampleShape);
    return noGrad(() => ops.normal(this.loc.expand(shape), this.scale.expand(shape)));
  }
  override rsample(...sampleShape: SampleShape): Tensor { return standardNormal(this._extendedShape(sampleShape), this.loc).mul(this.scale).add(this.loc); }
  override logProb(value: Tensor): Tensor {
    this._validateSample(value);
    return value.sub(this.loc).square().neg().div(this.variance.mul(2)).sub(this.scale.log()).sub(Math.log(Math.sqrt(2 * Math.PI)));
  }
  override cdf(value: Tensor): Tensor {
    this._validateSample(value, 'cdf');
    return value.sub(this.loc).mul(this.scale.reciprocal()).div(Math.SQRT2).erf().add(1).mul(0.5);
  }
  override icdf(value: Tensor): Tensor { return this.loc.add(this.scale.mul(value.mul(2).sub(1).erfinv()).mul(Math.SQRT2)); }
  override entropy(): Tensor { return this.scale.log().add(0.5 + 0.5 * Math.log(2 * Math.PI)); }
  override get _naturalParams(): Tensor[] { return [this.loc.div(this.variance), this.variance.reciprocal().mul(-0.5)]; }
  override _logNormalizer(x: Tensor, y: Tensor): Tensor { return x.square().mul(-0.25).div(y).add(y.reciprocal().mul(-Math.PI).log().mul(0.5)); }
  override get _meanCarrierMeasure(): number { return 0; }
}

/** Standard normal numbers in the dtype of a tensor. */
export const standardNormal = (shape: number[], like: Tensor): Tensor => ops.empty(shape, { dtype: like.dtype }).normal_();

/**
 * exp of a normal variable. https://pytorch.org/docs/stable/distributions.html#lognormal
 *
 * @example
 * ```js
 * const d = new torsh.distributions.LogNormal(0, 1);
 * console.log(d.sample([3]).shape, d.mean, d.logProb(torsh.tensor(0.5))); // [ 3 ] tensor(1.6487) tensor(-0.4660)
 * ```
 */
export class LogNormal extends TransformedDistribution<Normal> {
  static override readonly argConstraints = locScale;
  static override readonly support: Constraint = constraints.positive;
  constructor(loc: Param, scale: Param, validateArgs?: Tail);
  constructor(options: LocScale);
  constructor(...args: unknown[]) {
    const [loc, scale, validateArgs] = bind(sigs.LogNormal, args) as [Param, Param, Validate];
    super(new Normal(loc, scale, validateArgs), new ExpTransform(), validateArgs);
  }
  get loc(): Tensor { return this.baseDist.loc; }
  get scale(): Tensor { return this.baseDist.scale; }
  override get mean(): Tensor { return this.loc.add(this.scale.square().div(2)).exp(); }
  override get mode(): Tensor { return this.loc.sub(this.scale.square()).exp(); }
  override get variance(): Tensor { return this.scale.square().exp().sub(1).mul(this.loc.mul(2).add(this.scale.square()).exp()); }
  override entropy(): Tensor { return this.baseDist.entropy().add(this.loc); }
}

/**
 * The absolute value of a normal variable of mean 0. https://pytorch.org/docs/stable/distributions.html#halfnormal
 *
 * @example
 * ```js
 * const d = new torsh.distributions.HalfNormal(1);
 * console.log(d.sample([3]).shape, d.mean, d.logProb(torsh.tensor(0.5))); // [ 3 ] tensor(0.7979) tensor(-0.3508)
 * ```
 */
export class HalfNormal extends TransformedDistribution<Normal> {
  static override readonly argConstraints = { scale: constraints.positive };
  static override readonly support: Constraint = constraints.nonnegative;
  constructor(scale: Param, validateArgs?: Tail);
  constructor(options: ScaleOnly);
  constructor(...args: unknown[]) {
    const [scale, validateArgs] = bind(sigs.HalfNormal, args) as [Param, Validate];
    super(new Normal(0, scale, { validateArgs: false }), new AbsTransform(), validateArgs);
    this._checkArgs();
  }
  get scale(): Tensor { return this.baseDist.scale; }
  override get mean(): Tensor { return this.scale.mul(Math.sqrt(2 / Math.PI)); }
  override get mode(): Tensor { return ops.zerosLike(this.scale); }
  override get variance(): Tensor { return this.scale.square().mul(1 - 2 / Math.PI); }
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

/** The density of |x| from that of a symmetric x. */
export const folded = (logProb: Tensor, value: Tensor): Tensor => {
  const twice = logProb.add(Math.LN2);
  return ops.where(value.ge(0), twice, ops.fullLike(twice, -Infinity));
};

/**
 * Normal variables on the simplex, by breaking sticks. https://pytorch.org/docs/stable/distributions.html#logisticnormal
 *
 * @example
 * ```js
 * const d = new torsh.distributions.LogisticNormal(torsh.zeros(2), torsh.ones(2));
 * const x = d.sample([3]);
 * console.log(x.shape, d.logProb(x).shape); // [ 3, 3 ] [ 3 ]
 * ```
 */
export class LogisticNormal extends TransformedDistribution<Independent<Normal>> {
  static override readonly argConstraints = locScale;
  static override readonly support: Constraint = constraints.simplex;
  constructor(loc: Param, scale: Param, validateArgs?: Tail);
  constructor(options: LocScale);
  constructor(...args: unknown[]) {
    const [loc, scale, validateArgs] = bind(sigs.LogisticNormal, args) as [Param, Param, Validate];
    let base = new Normal(loc, scale, validateArgs);
    if (base.batchShape.length === 0) base = base.expand([1]);
    super(new Independent(base, 1), new StickBreakingTransform(), validateArgs);
  }
  get loc(): Tensor { return this.baseDist.baseDist.loc; }
  get scale(): Tensor { return this.baseDist.baseDist.scale; }
}
