/** One of several classes: as an index, as a one-hot vector, or counted over several draws. */
import { noGrad } from '../autograd/modes';
import { bind, signature } from '../bind';
import { tensor } from '../creation';
import * as ops from '../gen/ops';
import { finfo } from '../info';
import type { Tensor } from '../tensor';
import { Binomial } from './binomial';
import * as constraints from './constraints';
import type { Constraint } from './constraints';
import { Distribution, type SampleShape } from './distribution';
import { enumerated, fail, logitsToProbs, needTensor, oneOf, probsToLogits, type Validate } from './utils';

/** Probabilities (of any positive sum) or log-odds of the classes along the last dim: one of both. */
export interface ClassOptions { probs?: Tensor | null; logits?: Tensor | null; validateArgs?: Validate }

const text = 'probs=null, logits=null, validateArgs=null';
const sigs = {
  Categorical: signature('Categorical', text),
  OneHotCategorical: signature('OneHotCategorical', text),
  Multinomial: signature('Multinomial', `totalCount=1, ${text}`),
};

/**
 * Indices of classes, 0 to K - 1, int64. https://pytorch.org/docs/stable/distributions.html#categorical
 *
 * @example
 * ```js
 * const d = new torsh.distributions.Categorical(torsh.tensor([0.2, 0.8]));
 * const x = d.sample([3]);
 * console.log(x.shape, d.logProb(x).shape); // [ 3 ] [ 3 ]
 * ```
 */
export class Categorical extends Distribution {
  static override readonly argConstraints = { probs: constraints.simplex, logits: constraints.realVector };
  static override readonly hasEnumerateSupport = true;
  protected static override readonly lazy = ['probs', 'logits'];
  /** @internal */ readonly _byProbs: boolean;
  constructor(probs?: Tensor | null, logits?: Tensor | null, validateArgs?: Validate | { validateArgs?: Validate });
  constructor(options: ClassOptions);
  constructor(...args: unknown[]) {
    const [probs, logits, validateArgs] = bind(sigs.Categorical, args) as [unknown, unknown, Validate];
    oneOf('Categorical', probs, logits);
    const byProbs = probs !== null, what = byProbs ? 'probs' : 'logits';
    const given = needTensor('Categorical', what, probs ?? logits);
    if (given.ndim < 1) fail('Categorical', `\`${what}\` parameter must be at least one-dimensional.`, 'ERR_SHAPE');
    super(given.shape.slice(0, -1), [], validateArgs);
    this._byProbs = byProbs;
    this._give(what, byProbs ? given.div(given.sum(-1, true)) : given.sub(given.logsumexp(-1, true)));
    this._checkArgs();
  }
  get probs(): Tensor { return this._given('probs', () => logitsToProbs(this.logits)); }
  get logits(): Tensor { return this._given('logits', () => probsToLogits(this.probs)); }
  /** @internal */ get _param(): Tensor { return this._byProbs ? this.probs : this.logits; }
  get paramShape(): number[] { return this._param.shape; }
  /** @internal */ get _numEvents(): number { return this._param.size(-1); }
  override get support(): Constraint { return constraints.integerInterval(0, this._numEvents - 1); }
  override get mean(): Tensor { return ops.full(this._extendedShape(), NaN, { dtype: this.probs.dtype }); }
  override get mode(): Tensor { return this.probs.argmax(-1); }
  override get variance(): Tensor { return this.mean; }
  override sample(...sampleShape: SampleShape): Tensor {
    return noGrad(() => {
      const shape = this._sampleShape(sampleShape), draws = shape.reduce((a, b) => a * b, 1);
      const drawn = ops.multinomial(this.probs.reshape(-1, this._numEvents), draws, true);
      return drawn.t().reshape([...shape, ...this.batchShape]);
    });
  }
  override logProb(value: Tensor): Tensor {
    this._validateSample(value);
    const [index, logits] = ops.broadcastTensors([value.long().unsqueeze(-1), this.logits]);
    return logits.gather(-1, index.narrow(-1, 0, 1)).squeeze(-1);
  }
  override entropy(): Tensor { return this.logits.clamp(finfo(this.logits.dtype).min).mul(this.probs).sum(-1).neg(); }
  override enumerateSupport(expand: boolean | { expand?: boolean } = true): Tensor {
    return enumerated(ops.arange(this._numEvents, { dtype: 'int64' }), this.batchShape, expand);
  }
}

/** What stands on a categorical distribution. */
abstract class OverCategorical extends Distribution {
  /** @internal */ readonly _categorical: Categorical;
  constructor(categorical: Categorical, validateArgs: Validate) {
    super(categorical.batchShape, categorical.paramShape.slice(-1), validateArgs);
    this._categorical = categorical;
  }
  protected override _expandParts(next: this, batchShape: readonly number[]): void {
    (next as { _categorical: Categorical })._categorical = this._categorical.expand(batchShape);
  }
  get probs(): Tensor { return this._categorical.probs; }
  get logits(): Tensor { return this._categorical.logits; }
  get paramShape(): number[] { return this._categorical.paramShape; }
}

/**
 * Classes as vectors of zeros and a one. https://pytorch.org/docs/stable/distributions.html#onehotcategorical
 *
 * @example
 * ```js
 * const d = new torsh.distributions.OneHotCategorical(torsh.tensor([0.2, 0.8]));
 * const x = d.sample([3]);
 * console.log(x.shape, d.logProb(x).shape); // [ 3, 2 ] [ 3 ]
 * ```
 */
export class OneHotCategorical extends OverCategorical {
  static override readonly argConstraints = { probs: constraints.simplex, logits: constraints.realVector };
  static override readonly support: Constraint = constraints.oneHot;
  static override readonly hasEnumerateSupport = true;
  constructor(probs?: Tensor | null, logits?: Tensor | null, validateArgs?: Validate | { validateArgs?: Validate });
  constructor(options: ClassOptions);
  constructor(...args: unknown[]) {
    const [probs, logits, validateArgs] = bind(sigs.OneHotCategorical, args) as [Tensor, Tensor, Validate];
    super(new Categorical(probs, logits, validateArgs), validateArgs);
    this._checkArgs();
  }
  override get mean(): Tensor { return this.probs; }
  override get mode(): Tensor { return ops.oneHot(this.probs.argmax(-1), this.eventShape[0]).to(this.probs); }
  override get variance(): Tensor { return this.probs.mul(this.probs.neg().add(1)); }
  override sample(...sampleShape: SampleShape): Tensor { return ops.oneHot(this._categorical.sample(...sampleShape), this.eventShape[0]).to(this.probs.dtype); }
  override logProb(value: Tensor): Tensor {
    this._validateSample(value);
    return this._categorical.logProb(value.max(-1).indices);
  }
  override entropy(): Tensor { return this._categorical.entropy(); }
  override enumerateSupport(expand: boolean | { expand?: boolean } = true): Tensor {
    return enumerated(ops.eye(this.eventShape[0], { dtype: this.probs.dtype }), this.batchShape, expand);
  }
}

/**
 * The same, whose rsample passes the gradient straight through to probs. https://arxiv.org/abs/1308.3432
 *
 * @example
 * ```js
 * const d = new torsh.distributions.OneHotCategoricalStraightThrough(torsh.tensor([0.2, 0.8], { requiresGrad: true }));
 * console.log(d.rsample([3]).requiresGrad); // true
 * ```
 */
export class OneHotCategoricalStraightThrough extends OneHotCategorical {
  static override readonly hasRsample = true;
  override rsample(...sampleShape: SampleShape): Tensor {
    return this.sample(...sampleShape).add(this.probs.sub(this.probs.detach()));
  }
}

export interface MultinomialOptions extends ClassOptions { totalCount?: number }

/**
 * How often each class comes in totalCount draws. https://pytorch.org/docs/stable/distributions.html#multinomial
 *
 * @example
 * ```js
 * const d = new torsh.distributions.Multinomial({ totalCount: 5, probs: torsh.tensor([0.2, 0.8]) });
 * const x = d.sample([3]);
 * console.log(x.shape, d.logProb(x).shape); // [ 3, 2 ] [ 3 ]
 * ```
 */
export class Multinomial extends OverCategorical {
  static override readonly argConstraints = { probs: constraints.simplex, logits: constraints.realVector };
  readonly totalCount: number;
  constructor(totalCount?: number, probs?: Tensor | null, logits?: Tensor | null, validateArgs?: Validate);
  constructor(totalCount: number, options: ClassOptions);
  constructor(options: MultinomialOptions);
  constructor(...args: unknown[]) {
    const [totalCount, probs, logits, validateArgs] = bind(sigs.Multinomial, args) as [number, Tensor, Tensor, Validate];
    if (!Number.isSafeInteger(totalCount) || totalCount < 0) fail('Multinomial', `totalCount must be an integer of at least 0, got ${String(totalCount)}: inhomogeneous counts are not supported`, 'ERR_UNSUPPORTED');
    super(new Categorical(probs, logits, validateArgs), validateArgs);
    this.totalCount = totalCount;
    this._checkArgs();
  }
  override get support(): Constraint { return constraints.multinomial(this.totalCount); }
  override get mean(): Tensor { return this.probs.mul(this.totalCount); }
  override get variance(): Tensor { return this.probs.mul(this.totalCount).mul(this.probs.neg().add(1)); }
  override sample(...sampleShape: SampleShape): Tensor {
    return noGrad(() => {
      const drawn = this._categorical.sample([this.totalCount, ...this._sampleShape(sampleShape)]).movedim(0, -1);
      const counts = ops.zeros(this._extendedShape(sampleShape), { dtype: 'int64' });
      return counts.scatterAdd(-1, drawn, ops.onesLike(drawn)).to(this.probs.dtype);
    });
  }
  override entropy(): Tensor {
    const n = this.totalCount, counts = tensor([n], { dtype: 'int64' });
    const first = this._categorical.entropy().mul(n).sub(counts.add(1).lgamma().squeeze(0));
    const binomial = new Binomial(n, this.probs);
    const support = binomial.enumerateSupport(false).narrow(0, 1, n);
    return first.add(binomial.logProb(support).exp().mul(support.add(1).lgamma()).sum([0, -1]));
  }
  override logProb(value: Tensor): Tensor {
    this._validateSample(value);
    const [all, counts] = ops.broadcastTensors([this.logits, value]);
    const logits = all.maskedFill(counts.eq(0).logicalAnd(all.eq(-Infinity)), 0);
    return counts.sum(-1).add(1).lgamma().sub(counts.add(1).lgamma().sum(-1)).add(logits.mul(counts).sum(-1));
  }
}
