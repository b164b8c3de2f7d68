/** Counts of successes and failures. */
import { noGrad } from '../autograd/modes';
import { bind, signature } from '../bind';
import * as ops from '../gen/ops';
import { finfo } from '../info';
import { py } from '../nn/repr';
import type { Tensor } from '../tensor';
import * as constraints from './constraints';
import type { Constraint } from './constraints';
import { Distribution, ExponentialFamily, type SampleShape } from './distribution';
import { Gamma } from './gamma';
import { broadcastAll, clampProbs, enumerated, fail, logitsToProbs, oneOf, probsToLogits, unsupported, type Param, type Tail, type Validate } from './utils';

/** The probability of success, or its log-odds: one of both. */
export interface OddsOptions { probs?: Param | null; logits?: Param | null; validateArgs?: Validate }

const odds = 'probs=null, logits=null';
const sigs = {
  Bernoulli: signature('Bernoulli', `${odds}, validateArgs=null`),
  Geometric: signature('Geometric', `${odds}, validateArgs=null`),
  Binomial: signature('Binomial', `totalCount=1, ${odds}, validateArgs=null`),
  NegativeBinomial: signature('NegativeBinomial', `totalCount, ${odds}, validateArgs=null`),
  ContinuousBernoulli: signature('ContinuousBernoulli', `${odds}, lims=[0.499, 0.501], validateArgs=null`),
  Poisson: signature('Poisson', 'rate, validateArgs=null'),
};
const both = { probs: constraints.unitInterval, logits: constraints.real };
const crossEntropy = (logits: Tensor, target: Tensor): Tensor => ops.binaryCrossEntropyWithLogits(logits, target, { reduction: 'none' });

/** Which parameter was given, and it as a tensor. */
export function oddsOf(name: string, probs: unknown, logits: unknown): { what: 'probs' | 'logits'; value: Tensor } {
  oneOf(name, probs, logits);
  const what = probs !== null ? 'probs' : 'logits';
  return { what, value: broadcastAll(name, probs ?? logits)[0] };
}

/**
 * Ones of probability probs, and zeros. https://pytorch.org/docs/stable/distributions.html#bernoulli
 *
 * @example
 * ```js
 * const d = new torsh.distributions.Bernoulli(0.3);
 * console.log(d.sample([3]).shape, d.mean, d.logProb(torsh.tensor(1))); // [ 3 ] tensor(0.3000) tensor(-1.2040)
 * ```
 */
export class Bernoulli extends ExponentialFamily {
  static override readonly argConstraints = both;
  static override readonly support: Constraint = constraints.boolean;
  static override readonly hasEnumerateSupport = true;
  protected static override readonly lazy = ['probs', 'logits'];
  constructor(probs?: Param | null, logits?: Param | null, validateArgs?: Tail);
  constructor(options: OddsOptions);
  constructor(...args: unknown[]) {
    const [probs, logits, validateArgs] = bind(sigs.Bernoulli, args) as [unknown, unknown, Validate];
    const { what, value } = oddsOf('Bernoulli', probs, logits);
    super(value.shape, [], validateArgs);
    this._give(what, value);
    this._checkArgs();
  }
  get probs(): Tensor { return this._given('probs', () => logitsToProbs(this.logits, true)); }
  get logits(): Tensor { return this._given('logits', () => probsToLogits(this.probs, true)); }
  get paramShape(): number[] { return this.probs.shape; }
  override get mean(): Tensor { return this.probs; }
  override get mode(): Tensor { return this.probs.ge(0.5).to(this.probs.dtype).maskedFill(this.probs.eq(0.5), NaN); }
  override get variance(): Tensor { return this.probs.mul(this.probs.neg().add(1)); }
  override sample(...sampleShape: SampleShape): Tensor {
    return noGrad(() => ops.bernoulli(this.probs.expand(this._extendedShape(sampleShape))));
  }
  override logProb(value: Tensor): Tensor {
    this._validateSample(value);
    const [logits, target] = broadcastAll('Bernoulli', this.logits, value);
    return crossEntropy(logits, target).neg();
  }
  override entropy(): Tensor { return crossEntropy(this.logits, this.probs); }
  override enumerateSupport(expand: boolean | { expand?: boolean } = true): Tensor {
    return enumerated(ops.arange(2, { dtype: this.probs.dtype }), this.batchShape, expand);
  }
  override get _naturalParams(): Tensor[] { return [this.probs.logit()]; }
  override _logNormalizer(x: Tensor): Tensor { return x.exp().add(1).log(); }
  override get _meanCarrierMeasure(): number { return 0; }
}

/**
 * The number of failures before the first success. https://pytorch.org/docs/stable/distributions.html#geometric
 *
 * @example
 * ```js
 * const d = new torsh.distributions.Geometric(0.3);
 * console.log(d.sample([3]).shape, d.mean, d.logProb(torsh.tensor(1))); // [ 3 ] tensor(2.3333) tensor(-1.5606)
 * ```
 */
export class Geometric extends Distribution {
  static override readonly argConstraints = both;
  static override readonly support: Constraint = constraints.nonnegativeInteger;
  protected static override readonly lazy = ['probs', 'logits'];
  constructor(probs?: Param | null, logits?: Param | null, validateArgs?: Tail);
  constructor(options: OddsOptions);
  constructor(...args: unknown[]) {
    const [probs, logits, validateArgs] = bind(sigs.Geometric, args) as [unknown, unknown, Validate];
    const { what, value } = oddsOf('Geometric', probs, logits);
    super(value.shape, [], validateArgs);
    this._give(what, value);
    this._checkArgs();
    if (this._validateArgs && what === 'probs' && !value.gt(0).all().item()) {
      fail('Geometric', `Expected parameter probs (Tensor of shape ${py(value.shape)}) of distribution ${this} to be positive but found invalid values:\n${value.detach().maskedSelect(value.le(0))}`);
    }
  }
  get probs(): Tensor { return this._given('probs', () => logitsToProbs(this.logits, true)); }
  get logits(): Tensor { return this._given('logits', () => probsToLogits(this.probs, true)); }
  override get mean(): Tensor { return this.probs.reciprocal().sub(1); }
  override get mode(): Tensor { return ops.zerosLike(this.probs); }
  override get variance(): Tensor { return this.mean.div(this.probs); }
  override sample(...sampleShape: SampleShape): Tensor {
    return noGrad(() => {
      const u = ops.empty(this._extendedShape(sampleShape), { dtype: this.probs.dtype }).uniform_(finfo(this.probs.dtype).tiny, 1);
      return u.log().div(this.probs.neg().log1p()).floor();
    });
  }
  override logProb(value: Tensor): Tensor {
    this._validateSample(value);
    const [x, all] = broadcastAll('Geometric', value, this.probs);
    const probs = all.maskedFill(all.eq(1).logicalAnd(x.eq(0)), 0);
    return x.mul(probs.neg().log1p()).add(this.probs.log());
  }
  override entropy(): Tensor { return crossEntropy(this.logits, this.probs).div(this.probs); }
}

/** max(x, 0), with the gradient 1/2 at 0. */
const positivePart = (x: Tensor): Tensor => x.clamp(0).add(x).sub(x.clamp({ max: 0 })).div(2);

/**
 * The number of successes in totalCount trials. https://pytorch.org/docs/stable/distributions.html#binomial
 *
 * @example
 * ```js
 * const d = new torsh.distributions.Binomial(10, 0.3);
 * console.log(d.sample([3]).shape, d.mean, d.logProb(torsh.tensor(1))); // [ 3 ] tensor(3.) tensor(-2.1115)
 * ```
 */
export class Binomial extends Distribution {
  static override readonly argConstraints = { totalCount: constraints.nonnegativeInteger, ...both };
  static override readonly hasEnumerateSupport = true;
  protected static override readonly lazy = ['probs', 'logits'];
  readonly totalCount: Tensor;
  constructor(totalCount?: Param, probs?: Param | null, logits?: Param | null, validateArgs?: Tail);
  constructor(totalCount: Param, options: OddsOptions);
  constructor(options: OddsOptions & { totalCount?: Param });
  constructor(...args: unknown[]) {
    const [count, probs, logits, validateArgs] = bind(sigs.Binomial, args) as [unknown, unknown, unknown, Validate];
    const { what, value } = oddsOf('Binomial', probs, logits);
    const [totalCount, param] = broadcastAll('Binomial', count, value);
    super(param.shape, [], validateArgs);
    this.totalCount = totalCount.to(param.dtype);
    this._give(what, param);
    this._checkArgs();
  }
  get probs(): Tensor { return this._given('probs', () => logitsToProbs(this.logits, true)); }
  get logits(): Tensor { return this._given('logits', () => probsToLogits(this.probs, true)); }
  get paramShape(): number[] { return this.probs.shape; }
  override get support(): Constraint { return constraints.integerInterval(0, this.totalCount); }
  override get mean(): Tensor { return this.totalCount.mul(this.probs); }
  override get mode(): Tensor { return this.totalCount.add(1).mul(this.probs).floor().minimum(this.totalCount); }
  override get variance(): Tensor { return this.mean.mul(this.probs.neg().add(1)); }
  override sample(...sampleShape: SampleShape): Tensor {
    const shape = this._extendedShape(sampleShape);
    return noGrad(() => ops.binomial(this.totalCount.expand(shape), this.probs.expand(shape)));
  }
  override logProb(value: Tensor): Tensor {
    this._validateSample(value);
    const n = this.totalCount, { logits } = this;
    const normalizer = n.mul(positivePart(logits)).add(n.mul(logits.abs().neg().exp().log1p())).sub(n.add(1).lgamma());
    return value.mul(logits).sub(value.add(1).lgamma()).sub(n.sub(value).add(1).lgamma()).sub(normalizer);
  }
  /** The one count of the whole batch. */
  private homogeneous(what: string): number {
    const most = this.totalCount.max().item() as number;
    if (this.totalCount.min().item() !== most) unsupported('Binomial', `Inhomogeneous total count not supported by \`${what}\`.`);
    return most;
  }
  override entropy(): Tensor {
    this.homogeneous('entropy');
    const logProb = this.logProb(this.enumerateSupport(false));
    return logProb.exp().mul(logProb).sum(0).neg();
  }
  override enumerateSupport(expand: boolean | { expand?: boolean } = true): Tensor {
    return enumerated(ops.arange(this.homogeneous('enumerateSupport') + 1, { dtype: this.totalCount.dtype }), this.batchShape, expand);
  }
}

/**
 * The number of successes, of probability probs, before totalCount failures. https://pytorch.org/docs/stable/distributions.html#negativebinomial
 *
 * @example
 * ```js
 * const d = new torsh.distributions.NegativeBinomial(3, 0.4);
 * console.log(d.sample([3]).shape, d.mean, d.logProb(torsh.tensor(1))); // [ 3 ] tensor(2.) tensor(-1.3502)
 * ```
 */
export class NegativeBinomial extends Distribution {
  static override readonly argConstraints = { totalCount: constraints.greaterThanEq(0), probs: constraints.halfOpenInterval(0, 1), logits: constraints.real };
  static override readonly support: Constraint = constraints.nonnegativeInteger;
  protected static override readonly lazy = ['probs', 'logits'];
  readonly totalCount: Tensor;
  constructor(totalCount: Param, probs?: Param | null, logits?: Param | null, validateArgs?: Tail);
  constructor(totalCount: Param, options: OddsOptions);
  constructor(options: OddsOptions & { totalCount: Param });
  constructor(...args: unknown[]) {
    const [count, probs, logits, validateArgs] = bind(sigs.NegativeBinomial, args) as [unknown, unknown, unknown, Validate];
    const { what, value } = oddsOf('NegativeBinomial', probs, logits);
    const [totalCount, param] = broadcastAll('NegativeBinomial', count, value);
    super(param.shape, [], validateArgs);
    this.totalCount = totalCount.to(param.dtype);
    this._give(what, param);
    this._checkArgs();
  }
  get probs(): Tensor { return this._given('probs', () => logitsToProbs(this.logits, true)); }
  get logits(): Tensor { return this._given('logits', () => probsToLogits(this.probs, true)); }
  get paramShape(): number[] { return this.probs.shape; }
  override get mean(): Tensor { return this.totalCount.mul(this.logits.exp()); }
  override get mode(): Tensor { return this.totalCount.sub(1).mul(this.logits.exp()).floor().clamp(0); }
  override get variance(): Tensor { return this.mean.div(this.logits.neg().sigmoid()); }
  override sample(...sampleShape: SampleShape): Tensor {
    // A count of 0 is no concentration of a gamma distribution, but draws its 0.
    return noGrad(() => ops.poisson(new Gamma(this.totalCount, this.logits.neg().exp(), { validateArgs: false }).sample(...sampleShape)));
  }
  override logProb(value: Tensor): Tensor {
    this._validateSample(value);
    const n = this.totalCount, sum = n.add(value);
    const unnormalized = n.mul(ops.logsigmoid(this.logits.neg())).add(value.mul(ops.logsigmoid(this.logits)));
    const normalization = value.add(1).lgamma().sub(sum.lgamma()).add(n.lgamma());
    return unnormalized.sub(normalization.maskedFill(sum.eq(0), 0));
  }
}

/**
 * Counts of events of a rate. https://pytorch.org/docs/stable/distributions.html#poisson
 *
 * @example
 * ```js
 * const d = new torsh.distributions.Poisson(4);
 * console.log(d.sample([3]).shape, d.mean, d.logProb(torsh.tensor(1))); // [ 3 ] tensor(4.) tensor(-2.6137)
 * ```
 */
export class Poisson extends ExponentialFamily {
  static override readonly argConstraints = { rate: constraints.nonnegative };
  static override readonly support: Constraint = constraints.nonnegativeInteger;
  readonly rate: Tensor;
  constructor(rate: Param, validateArgs?: Tail);
  constructor(options: { rate: Param; validateArgs?: Validate });
  constructor(...args: unknown[]) {
    const [given, validateArgs] = bind(sigs.Poisson, args) as [unknown, Validate];
    const [rate] = broadcastAll('Poisson', given);
    super(rate.shape, [], validateArgs);
    this.rate = rate;
    this._checkArgs();
  }
  override get mean(): Tensor { return this.rate; }
  override get mode(): Tensor { return this.rate.floor(); }
  override get variance(): Tensor { return this.rate; }
  override sample(...sampleShape: SampleShape): Tensor { return noGrad(() => ops.poisson(this.rate.expand(this._extendedShape(sampleShape)))); }
  override logProb(value: Tensor): Tensor {
    this._validateSample(value);
    const [rate, x] = broadcastAll('Poisson', this.rate, value);
    return ops.xlogy(x, rate).sub(rate).sub(x.add(1).lgamma());
  }
  override get _naturalParams(): Tensor[] { return [this.rate.log()]; }
  override _logNormalizer(x: Tensor): Tensor { return x.exp(); }
}

/**
 * Numbers in [0, 1] with a density proportional to probs^x (1 - probs)^(1 - x). https://pytorch.org/docs/stable/distributions.html#continuousbernoulli
 *
 * @example
 * ```js
 * const d = new torsh.distributions.ContinuousBernoulli(0.3);
 * console.log(d.sample([3]).shape, d.mean, d.logProb(torsh.tensor(1))); // [ 3 ] tensor(0.4302) tensor(-0.4534)
 * ```
 */
export class ContinuousBernoulli extends ExponentialFamily {
  static override readonly argConstraints = both;
  static override readonly support: Constraint = constraints.unitInterval;
  static override readonly hasRsample = true;
  protected static override readonly lazy = ['probs', 'logits'];
  /** Between them series stand for formulas that divide by 0 at 1/2. */
  private readonly lims: readonly [number, number];
  constructor(probs?: Param | null, logits?: Param | null, lims?: readonly [number, number], validateArgs?: Tail);
  constructor(options: OddsOptions & { lims?: readonly [number, number] });
  constructor(...args: unknown[]) {
    const [probs, logits, lims, validateArgs] = bind(sigs.ContinuousBernoulli, args) as [unknown, unknown, [number, number], Validate];
    const { what, value } = oddsOf('ContinuousBernoulli', probs, logits);
    super(value.shape, [], validateArgs);
    this.lims = lims;
    this._give(what, value);
    this._checkArgs();
    if (what === 'probs') this._give(what, clampProbs(value));
  }
  get probs(): Tensor { return this._given('probs', () => clampProbs(logitsToProbs(this.logits, true))); }
  get logits(): Tensor { return this._given('logits', () => probsToLogits(this.probs, true)); }
  get paramShape(): number[] { return this.probs.shape; }
  private get stable(): Tensor { return outside(this.probs, this.lims[0], this.lims[1]); }
  private get cut(): Tensor { return ops.where(this.stable, this.probs, ops.fullLike(this.probs, this.lims[0])); }
  /** @internal The logarithm of what makes the density's integral 1. */
  get _logNorm(): Tensor {
    const p = this.cut, half = p.le(0.5), below = ops.where(half, p, ops.zerosLike(p)), above = ops.where(p.ge(0.5), p, ops.onesLike(p));
    const norm = p.neg().log1p().sub(p.log()).abs().log().sub(ops.where(half, below.mul(-2).log1p(), above.mul(2).sub(1).log()));
    const x = this.probs.sub(0.5).square();
    return ops.where(this.stable, norm, x.mul(104 / 45).add(4 / 3).mul(x).add(Math.LN2));
  }
  override get mean(): Tensor {
    const p = this.cut, x = this.probs.sub(0.5);
    const mean = p.div(p.mul(2).sub(1)).add(p.neg().log1p().sub(p.log()).reciprocal());
    return ops.where(this.stable, mean, x.square().mul(16 / 45).add(1 / 3).mul(x).add(0.5));
  }
  override get variance(): Tensor {
    const p = this.cut, x = this.probs.sub(0.5).square();
    const variance = p.mul(p.sub(1)).div(p.mul(-2).add(1).square()).add(p.neg().log1p().sub(p.log()).square().reciprocal());
    return ops.where(this.stable, variance, x.mul(-128 / 945).add(1 / 15).mul(x).neg().add(1 / 12));
  }
  override rsample(...sampleShape: SampleShape): Tensor { return this.icdf(ops.rand(this._extendedShape(sampleShape), { dtype: this.probs.dtype })); }
  override logProb(value: Tensor): Tensor {
    this._validateSample(value);
    const [logits, x] = broadcastAll('ContinuousBernoulli', this.logits, value);
    return this._logNorm.sub(crossEntropy(logits, x));
  }
  override cdf(value: Tensor): Tensor {
    this._validateSample(value, 'cdf');
    const p = this.cut, rest = p.neg().add(1);
    const inside = p.pow(value).mul(rest.pow(value.neg().add(1))).add(p).sub(1).div(p.mul(2).sub(1));
    return ops.where(value.le(0), ops.zerosLike(value), ops.where(value.ge(1), ops.onesLike(value), ops.where(this.stable, inside, value)));
  }
  override icdf(value: Tensor): Tensor {
    const p = this.cut, low = p.neg().log1p();
    return ops.where(this.stable, value.mul(p.mul(2).sub(1)).sub(p).log1p().sub(low).div(p.log().sub(low)), value);
  }
  override entropy(): Tensor {
    const low = this.probs.neg().log1p();
    return this.mean.mul(low.sub(this.probs.log())).sub(this._logNorm).sub(low);
  }
  override get _naturalParams(): Tensor[] { return [this.logits]; }
  override _logNormalizer(x: Tensor): Tensor {
    const low = this.lims[0] - 0.5, stable = outside(x, low, this.lims[1] - 0.5), cut = ops.where(stable, x, ops.fullLike(x, low));
    const norm = cut.exp().sub(1).abs().log().sub(cut.abs().log());
    return ops.where(stable, norm, x.mul(0.5).add(x.pow(2).div(24)).sub(x.pow(4).div(2880)));
  }
  override get _meanCarrierMeasure(): number { return 0; }
}
const outside = (x: Tensor, low: number, high: number): Tensor => x.le(low).logicalOr(x.gt(high));
