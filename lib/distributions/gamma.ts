/** Gamma variables, and ratios and sums of them. */
import { bind, signature } from '../bind';
import { tensor } from '../creation';
import * as ops from '../gen/ops';
import { finfo } from '../info';
import type { Tensor } from '../tensor';
import * as constraints from './constraints';
import type { Constraint } from './constraints';
import { Distribution, ExponentialFamily, type SampleShape } from './distribution';
import { TransformedDistribution } from './independent';
import { standardNormal } from './normal';
import { PowerTransform } from './transforms';
import { broadcastAll, fail, needTensor, type Param, type Tail, type Validate } from './utils';

const sigs = {
  Exponential: signature('Exponential', 'rate, validateArgs=null'),
  Gamma: signature('Gamma', 'concentration, rate, validateArgs=null'),
  InverseGamma: signature('InverseGamma', 'concentration, rate, validateArgs=null'),
  Chi2: signature('Chi2', 'df, validateArgs=null'),
  Dirichlet: signature('Dirichlet', 'concentration, validateArgs=null'),
  Beta: signature('Beta', 'concentration1, concentration0, validateArgs=null'),
  FisherSnedecor: signature('FisherSnedecor', 'df1, df2, validateArgs=null'),
  StudentT: signature('StudentT', 'df, loc=0, scale=1, validateArgs=null'),
};
const tiny = (t: Tensor): number => finfo(t.dtype).tiny;

/**
 * Waiting times between events of a rate. https://pytorch.org/docs/stable/distributions.html#exponential
 *
 * @example
 * ```js
 * const d = new torsh.distributions.Exponential(2);
 * console.log(d.sample([3]).shape, d.mean, d.logProb(torsh.tensor(0.5))); // [ 3 ] tensor(0.5000) tensor(-0.3069)
 * ```
 */
export class Exponential extends ExponentialFamily {
  static override readonly argConstraints = { rate: constraints.positive };
  static override readonly support: Constraint = constraints.nonnegative;
  static override readonly hasRsample = true;
  readonly rate: Tensor;
  constructor(rate: Param, validateArgs?: Tail);
  constructor(options: { rate: Param; validateArgs?: Validate });
  constructor(...args: unknown[]) {
    const [given, validateArgs] = bind(sigs.Exponential, args) as [unknown, Validate];
    const [rate] = broadcastAll('Exponential', given);
    super(rate.shape, [], validateArgs);
    this.rate = rate;
    this._checkArgs();
  }
  override get mean(): Tensor { return this.rate.reciprocal(); }
  override get mode(): Tensor { return ops.zerosLike(this.rate); }
  override get stddev(): Tensor { return this.rate.reciprocal(); }
  override get variance(): Tensor { return this.rate.pow(-2); }
  override rsample(...sampleShape: SampleShape): Tensor {
    return ops.empty(this._extendedShape(sampleShape), { dtype: this.rate.dtype }).exponential_().div(this.rate);
  }
  override logProb(value: Tensor): Tensor {
    this._validateSample(value);
    return this.rate.log().sub(this.rate.mul(value));
  }
  override cdf(value: Tensor): Tensor {
    this._validateSample(value, 'cdf');
    return this.rate.neg().mul(value).exp().neg().add(1);
  }
  override icdf(value: Tensor): Tensor { return value.neg().add(1).log().neg().div(this.rate); }
  override entropy(): Tensor { return this.rate.log().neg().add(1); }
  override get _naturalParams(): Tensor[] { return [this.rate.neg()]; }
  override _logNormalizer(x: Tensor): Tensor { return x.neg().log().neg(); }
  override get _meanCarrierMeasure(): number { return 0; }
}

/**
 * The gamma distribution of shape concentration and rate = 1 / scale; samples move with the concentration by implicit differentiation
 * (https://arxiv.org/abs/1805.08498). https://pytorch.org/docs/stable/distributions.html#gamma
 *
 * @example
 * ```js
 * const d = new torsh.distributions.Gamma(2, 1);
 * console.log(d.sample([3]).shape, d.mean, d.logProb(torsh.tensor(0.5))); // [ 3 ] tensor(2.) tensor(-1.1931)
 * ```
 */
export class Gamma extends ExponentialFamily {
  static override readonly argConstraints: Readonly<Record<string, Constraint>> = { concentration: constraints.positive, rate: constraints.positive };
  static override readonly support: Constraint = constraints.nonnegative;
  static override readonly hasRsample = true;
  readonly concentration: Tensor;
  readonly rate: Tensor;
  constructor(concentration: Param, rate: Param, validateArgs?: Tail);
  constructor(options: { concentration: Param; rate: Param; validateArgs?: Validate });
  constructor(...args: unknown[]) {
    const [a, b, validateArgs] = bind(sigs.Gamma, args) as [unknown, unknown, Validate];
    const [concentration, rate] = broadcastAll('Gamma', a, b);
    super(concentration.shape, [], validateArgs);
    this.concentration = concentration;
    this.rate = rate;
    this._checkArgs();
  }
  override get mean(): Tensor { return this.concentration.div(this.rate); }
  override get mode(): Tensor { return this.concentration.sub(1).div(this.rate).clamp(0); }
  override get variance(): Tensor { return this.concentration.div(this.rate.square()); }
  override rsample(...sampleShape: SampleShape): Tensor {
    const shape = this._extendedShape(sampleShape);
    const value = ops._standardGamma(this.concentration.expand(shape)).div(this.rate.expand(shape));
    value.detach().clamp_(tiny(value)); // off 0, without a trace in the graph
    return value;
  }
  override logProb(value: Tensor): Tensor {
    this._validateSample(value);
    const { concentration, rate } = this;
    return ops.xlogy(concentration, rate).add(ops.xlogy(concentration.sub(1), value)).sub(rate.mul(value)).sub(concentration.lgamma());
  }
  override cdf(value: Tensor): Tensor {
    this._validateSample(value, 'cdf');
    return ops.igamma(this.concentration, this.rate.mul(value));
  }
  override entropy(): Tensor {
    const { concentration, rate } = this;
    return concentration.sub(rate.log()).add(concentration.lgamma()).add(concentration.neg().add(1).mul(concentration.digamma()));
  }
  override get _naturalParams(): Tensor[] { return [this.concentration.sub(1), this.rate.neg()]; }
  override _logNormalizer(x: Tensor, y: Tensor): Tensor { return x.add(1).lgamma().add(x.add(1).mul(y.reciprocal().neg().log())); }
  override get _meanCarrierMeasure(): number { return 0; }
}

/**
 * 1 / x of a gamma variable x. https://pytorch.org/docs/stable/distributions.html#inversegamma
 *
 * @example
 * ```js
 * const d = new torsh.distributions.InverseGamma(3, 1);
 * console.log(d.sample([3]).shape, d.mean, d.logProb(torsh.tensor(0.5))); // [ 3 ] tensor(0.5000) tensor(0.0794)
 * ```
 */
export class InverseGamma extends TransformedDistribution<Gamma> {
  static override readonly argConstraints = { concentration: constraints.positive, rate: constraints.positive };
  static override readonly support: Constraint = constraints.positive;
  constructor(concentration: Param, rate: Param, validateArgs?: Tail);
  constructor(options: { concentration: Param; rate: Param; validateArgs?: Validate });
  constructor(...args: unknown[]) {
    const [concentration, rate, validateArgs] = bind(sigs.InverseGamma, args) as [Param, Param, Validate];
    const base = new Gamma(concentration, rate, validateArgs);
    super(base, new PowerTransform(tensor(-1, { dtype: base.rate.dtype })), validateArgs);
  }
  get concentration(): Tensor { return this.baseDist.concentration; }
  get rate(): Tensor { return this.baseDist.rate; }
  private above(result: Tensor, least: number): Tensor { return result.maskedFill(this.concentration.le(least), Infinity); }
  override get mean(): Tensor { return this.above(this.rate.div(this.concentration.sub(1)), 1); }
  override get mode(): Tensor { return this.rate.div(this.concentration.add(1)); }
  override get variance(): Tensor { return this.above(this.rate.square().div(this.concentration.sub(1).square().mul(this.concentration.sub(2))), 2); }
  override entropy(): Tensor {
    const { concentration } = this;
    return concentration.add(this.rate.log()).add(concentration.lgamma()).sub(concentration.add(1).mul(concentration.digamma()));
  }
}

/**
 * The sum of df squared standard normal variables. https://pytorch.org/docs/stable/distributions.html#chi2
 *
 * @example
 * ```js
 * const d = new torsh.distributions.Chi2(3);
 * console.log(d.sample([3]).shape, d.mean, d.logProb(torsh.tensor(0.5))); // [ 3 ] tensor(3.) tensor(-1.5155)
 * ```
 */
export class Chi2 extends Gamma {
  static override readonly argConstraints: Readonly<Record<string, Constraint>> = { df: constraints.positive };
  constructor(df: Param, validateArgs?: Tail);
  constructor(options: { df: Param; validateArgs?: Validate });
  constructor(...args: unknown[]) {
    const [df, validateArgs] = bind(sigs.Chi2, args) as [unknown, Validate];
    super(broadcastAll('Chi2', df)[0].mul(0.5), 0.5, validateArgs);
  }
  get df(): Tensor { return this.concentration.mul(2); }
  protected override _expandParts(next: this, batchShape: readonly number[]): void {
    const copy = next as { concentration: Tensor; rate: Tensor };
    copy.concentration = this.concentration.expand(batchShape);
    copy.rate = this.rate.expand(batchShape);
  }
}

/**
 * Points of the simplex. https://pytorch.org/docs/stable/distributions.html#dirichlet
 *
 * @example
 * ```js
 * const d = new torsh.distributions.Dirichlet(torsh.tensor([1, 2, 3]));
 * const x = d.sample([3]);
 * console.log(x.shape, d.logProb(x).shape); // [ 3, 3 ] [ 3 ]
 * ```
 */
export class Dirichlet extends ExponentialFamily {
  static override readonly argConstraints = { concentration: constraints.independent(constraints.positive, 1) };
  static override readonly support: Constraint = constraints.simplex;
  static override readonly hasRsample = true;
  readonly concentration: Tensor;
  constructor(concentration: Tensor, validateArgs?: Tail);
  constructor(options: { concentration: Tensor; validateArgs?: Validate });
  constructor(...args: unknown[]) {
    const [given, validateArgs] = bind(sigs.Dirichlet, args) as [unknown, Validate];
    const concentration = needTensor('Dirichlet', 'concentration', given), { shape } = concentration;
    if (shape.length < 1) fail('Dirichlet', '`concentration` parameter must be at least one-dimensional.', 'ERR_SHAPE');
    super(shape.slice(0, -1), shape.slice(-1), validateArgs);
    this.concentration = concentration;
    this._checkArgs();
  }
  private get total(): Tensor { return this.concentration.sum(-1, true); }
  override get mean(): Tensor { return this.concentration.div(this.total); }
  override get mode(): Tensor {
    const excess = this.concentration.sub(1).clamp(0), mode = excess.div(excess.sum(-1, true));
    const corner = ops.oneHot(mode.argmax(-1), this.eventShape[0]).to(mode.dtype);
    return ops.where(this.concentration.lt(1).all(-1, true), corner, mode);
  }
  override get variance(): Tensor {
    const { total } = this;
    return this.concentration.mul(total.sub(this.concentration)).div(total.square().mul(total.add(1)));
  }
  override rsample(...sampleShape: SampleShape): Tensor { return ops._sampleDirichlet(this.concentration.expand(this._extendedShape(sampleShape))); }
  override logProb(value: Tensor): Tensor {
    this._validateSample(value);
    const { concentration } = this;
    return ops.xlogy(concentration.sub(1), value).sum(-1).add(concentration.sum(-1).lgamma()).sub(concentration.lgamma().sum(-1));
  }
  override entropy(): Tensor {
    const { concentration } = this, total = concentration.sum(-1);
    return concentration.lgamma().sum(-1).sub(total.lgamma()).sub(total.neg().add(this.eventShape[0]).mul(total.digamma()))
      .sub(concentration.sub(1).mul(concentration.digamma()).sum(-1));
  }
  override get _naturalParams(): Tensor[] { return [this.concentration]; }
  override _logNormalizer(x: Tensor): Tensor { return x.lgamma().sum(-1).sub(x.sum(-1).lgamma()); }
}

/**
 * The first of two coordinates of a Dirichlet variable. https://pytorch.org/docs/stable/distributions.html#beta
 *
 * @example
 * ```js
 * const d = new torsh.distributions.Beta(2, 3);
 * console.log(d.sample([3]).shape, d.mean, d.logProb(torsh.tensor(0.5))); // [ 3 ] tensor(0.4000) tensor(0.4055)
 * ```
 */
export class Beta extends ExponentialFamily {
  static override readonly argConstraints = { concentration1: constraints.positive, concentration0: constraints.positive };
  static override readonly support: Constraint = constraints.unitInterval;
  static override readonly hasRsample = true;
  private readonly dirichlet: Dirichlet;
  constructor(concentration1: Param, concentration0: Param, validateArgs?: Tail);
  constructor(options: { concentration1: Param; concentration0: Param; validateArgs?: Validate });
  constructor(...args: unknown[]) {
    const [a, b, validateArgs] = bind(sigs.Beta, args) as [unknown, unknown, Validate];
    const dirichlet = new Dirichlet(ops.stack(broadcastAll('Beta', a, b), -1), { validateArgs: false });
    super(dirichlet.batchShape, [], validateArgs);
    this.dirichlet = dirichlet;
    this._checkArgs();
  }
  protected override _expandParts(next: this, batchShape: readonly number[]): void { (next as unknown as { dirichlet: Dirichlet }).dirichlet = this.dirichlet.expand(batchShape); }
  get concentration1(): Tensor { return this.dirichlet.concentration.select(-1, 0); }
  get concentration0(): Tensor { return this.dirichlet.concentration.select(-1, 1); }
  override get mean(): Tensor { return this.concentration1.div(this.concentration1.add(this.concentration0)); }
  override get mode(): Tensor { return this.dirichlet.mode.select(-1, 0); }
  override get variance(): Tensor {
    const total = this.concentration1.add(this.concentration0);
    return this.concentration1.mul(this.concentration0).div(total.square().mul(total.add(1)));
  }
  override rsample(...sampleShape: SampleShape): Tensor { return this.dirichlet.rsample(...sampleShape).select(-1, 0); }
  override logProb(value: Tensor): Tensor {
    this._validateSample(value);
    return this.dirichlet.logProb(ops.stack([value, value.neg().add(1)], -1));
  }
  override entropy(): Tensor { return this.dirichlet.entropy(); }
  override get _naturalParams(): Tensor[] { return [this.concentration1, this.concentration0]; }
  override _logNormalizer(x: Tensor, y: Tensor): Tensor { return x.lgamma().add(y.lgamma()).sub(x.add(y).lgamma()); }
}

/**
 * The ratio of two chi2 variables, each over its degrees of freedom. https://pytorch.org/docs/stable/distributions.html#fishersnedecor
 *
 * @example
 * ```js
 * const d = new torsh.distributions.FisherSnedecor(3, 4);
 * console.log(d.sample([3]).shape, d.mean, d.logProb(torsh.tensor(0.5))); // [ 3 ] tensor(2.) tensor(-0.5709)
 * ```
 */
export class FisherSnedecor extends Distribution {
  static override readonly argConstraints = { df1: constraints.positive, df2: constraints.positive };
  static override readonly support: Constraint = constraints.positive;
  static override readonly hasRsample = true;
  readonly df1: Tensor;
  readonly df2: Tensor;
  constructor(df1: Param, df2: Param, validateArgs?: Tail);
  constructor(options: { df1: Param; df2: Param; validateArgs?: Validate });
  constructor(...args: unknown[]) {
    const [a, b, validateArgs] = bind(sigs.FisherSnedecor, args) as [unknown, unknown, Validate];
    const [df1, df2] = broadcastAll('FisherSnedecor', a, b);
    super(df1.shape, [], validateArgs);
    this.df1 = df1;
    this.df2 = df2;
    this._checkArgs();
  }
  private above(least: number): Tensor { return this.df2.maskedFill(this.df2.le(least), NaN); }
  override get mean(): Tensor {
    const df2 = this.above(2);
    return df2.div(df2.sub(2));
  }
  override get mode(): Tensor { return this.df1.sub(2).div(this.df1).mul(this.df2).div(this.df2.add(2)).maskedFill(this.df1.le(2), NaN); }
  override get variance(): Tensor {
    const df2 = this.above(4);
    return df2.square().mul(2).mul(this.df1.add(df2).sub(2)).div(this.df1.mul(df2.sub(2).square()).mul(df2.sub(4)));
  }
  override rsample(...sampleShape: SampleShape): Tensor {
    const part = (df: Tensor): Tensor => new Gamma(df.mul(0.5), df, { validateArgs: false }).rsample(...sampleShape);
    const x1 = part(this.df1), x2 = part(this.df2).clamp(tiny(this.df2));
    return x1.div(x2).clamp(tiny(x2));
  }
  override logProb(value: Tensor): Tensor {
    this._validateSample(value);
    const half1 = this.df1.mul(0.5), half2 = this.df2.mul(0.5), ratio = this.df1.div(this.df2), halves = half1.add(half2);
    const t1 = halves.lgamma().sub(half1.lgamma()).sub(half2.lgamma());
    return t1.add(half1.mul(ratio.log())).add(half1.sub(1).mul(value.log())).sub(halves.mul(ratio.mul(value).log1p()));
  }
}

/**
 * A normal variable over the root of a chi2 one. https://pytorch.org/docs/stable/distributions.html#studentt
 *
 * @example
 * ```js
 * const d = new torsh.distributions.StudentT(5);
 * console.log(d.sample([3]).shape, d.mean, d.logProb(torsh.tensor(0.5))); // [ 3 ] tensor(0.) tensor(-1.1150)
 * ```
 */
export class StudentT extends Distribution {
  static override readonly argConstraints = { df: constraints.positive, loc: constraints.real, scale: constraints.positive };
  static override readonly support: Constraint = constraints.real;
  static override readonly hasRsample = true;
  readonly df: Tensor;
  readonly loc: Tensor;
  readonly scale: Tensor;
  constructor(df: Param, loc?: Param, scale?: Param, validateArgs?: Tail);
  constructor(df: Param, options: { loc?: Param; scale?: Param; validateArgs?: Validate });
  constructor(options: { df: Param; loc?: Param; scale?: Param; validateArgs?: Validate });
  constructor(...args: unknown[]) {
    const [a, b, c, validateArgs] = bind(sigs.StudentT, args) as [unknown, unknown, unknown, Validate];
    const [df, loc, scale] = broadcastAll('StudentT', a, b, c);
    super(df.shape, [], validateArgs);
    this.df = df;
    this.loc = loc;
    this.scale = scale;
    this._checkArgs();
  }
  override get mean(): Tensor { return this.loc.maskedFill(this.df.le(1), NaN); }
  override get mode(): Tensor { return this.loc; }
  override get variance(): Tensor {
    const { df } = this;
    return this.scale.square().mul(df).div(df.sub(2)).maskedFill(df.le(2), Infinity).maskedFill(df.le(1), NaN);
  }
  override rsample(...sampleShape: SampleShape): Tensor {
    const x = standardNormal(this._extendedShape(sampleShape), this.df);
    const z = new Chi2(this.df, { validateArgs: false }).rsample(...sampleShape);
    return this.loc.add(this.scale.mul(x.mul(z.div(this.df).rsqrt())));
  }
  override logProb(value: Tensor): Tensor {
    this._validateSample(value);
    const { df } = this, y = value.sub(this.loc).div(this.scale), more = df.add(1).mul(0.5);
    const z = this.scale.log().add(df.log().mul(0.5)).add(0.5 * Math.log(Math.PI)).add(df.mul(0.5).lgamma()).sub(more.lgamma());
    return more.neg().mul(y.square().div(df).log1p()).sub(z);
  }
  override entropy(): Tensor {
    const half = this.df.mul(0.5), more = this.df.add(1).mul(0.5);
    const lbeta = half.lgamma().add(0.5 * Math.log(Math.PI)).sub(more.lgamma());
    return this.scale.log().add(more.mul(more.digamma().sub(half.digamma()))).add(this.df.log().mul(0.5)).add(lbeta);
  }
}
