/** Continuous stand-ins for discrete variables, differentiable in their parameters. https://arxiv.org/abs/1611.00712 */
import { bind, signature } from '../bind';
import * as ops from '../gen/ops';
import { isTensor } from '../runtime/call';
import type { Tensor } from '../tensor';
import { oddsOf, type OddsOptions } from './binomial';
import { Categorical, type ClassOptions } from './categorical';
import * as constraints from './constraints';
import type { Constraint } from './constraints';
import { Distribution, type SampleShape } from './distribution';
import { TransformedDistribution } from './independent';
import { ExpTransform, SigmoidTransform } from './transforms';
import { broadcastAll, clampProbs, logitsToProbs, probsToLogits, type Param, type Tail, type Validate } from './utils';

const text = 'temperature, probs=null, logits=null, validateArgs=null';
const sigs = {
  LogitRelaxedBernoulli: signature('LogitRelaxedBernoulli', text),
  RelaxedBernoulli: signature('RelaxedBernoulli', text),
  ExpRelaxedCategorical: signature('ExpRelaxedCategorical', text),
  RelaxedOneHotCategorical: signature('RelaxedOneHotCategorical', text),
};
const both = { probs: constraints.unitInterval, logits: constraints.real };
const classes = { probs: constraints.simplex, logits: constraints.realVector };
/** The temperature as a tensor, of the parameter's dtype. */
const warmth = (name: string, temperature: unknown, like: Tensor): Tensor =>
  (isTensor(temperature) ? temperature : broadcastAll(name, temperature)[0].to(like.dtype));

/** The log-odds of a relaxed Bernoulli variable. */
export class LogitRelaxedBernoulli extends Distribution {
  static override readonly argConstraints = both;
  static override readonly support: Constraint = constraints.real;
  static override readonly hasRsample = true;
  protected static override readonly lazy = ['probs', 'logits'];
  readonly temperature: Tensor;
  constructor(temperature: Param, probs?: Param | null, logits?: Param | null, validateArgs?: Tail);
  constructor(temperature: Param, options: OddsOptions);
  constructor(options: OddsOptions & { temperature: Param });
  constructor(...args: unknown[]) {
    const [temperature, probs, logits, validateArgs] = bind(sigs.LogitRelaxedBernoulli, args) as [unknown, unknown, unknown, Validate];
    const { what, value } = oddsOf('LogitRelaxedBernoulli', probs, logits);
    super(value.shape, [], validateArgs);
    this.temperature = warmth('LogitRelaxedBernoulli', temperature, value);
    this._give(what, value);
    this._checkArgs();
  }
  get probs(): Tensor { return this._given('probs', () => logitsToProbs(this.logits, true)); }
  get logits(): Tensor { return this._given('logits', () => probsToLogits(this.probs, true)); }
  get paramShape(): number[] { return this.probs.shape; }
  override rsample(...sampleShape: SampleShape): Tensor {
    const shape = this._extendedShape(sampleShape), probs = clampProbs(this.probs.expand(shape));
    const u = clampProbs(ops.rand(shape, { dtype: probs.dtype }));
    return u.log().sub(u.neg().log1p()).add(probs.log()).sub(probs.neg().log1p()).div(this.temperature);
  }
  override logProb(value: Tensor): Tensor {
    this._validateSample(value);
    const [logits, x] = broadcastAll('LogitRelaxedBernoulli', this.logits, value);
    const diff = logits.sub(x.mul(this.temperature));
    return this.temperature.log().add(diff).sub(diff.exp().log1p().mul(2));
  }
}

/**
 * Numbers in [0, 1], near 0 and 1 for a low temperature. https://pytorch.org/docs/stable/distributions.html#relaxedbernoulli
 *
 * @example
 * ```js
 * const d = new torsh.distributions.RelaxedBernoulli(torsh.tensor(0.5), { probs: torsh.tensor([0.3]) });
 * const x = d.sample([3]);
 * console.log(x.shape, d.logProb(x).shape); // [ 3, 1 ] [ 3, 1 ]
 * ```
 */
export class RelaxedBernoulli extends TransformedDistribution<LogitRelaxedBernoulli> {
  static override readonly argConstraints = both;
  static override readonly support: Constraint = constraints.unitInterval;
  constructor(temperature: Param, probs?: Param | null, logits?: Param | null, validateArgs?: Tail);
  constructor(temperature: Param, options: OddsOptions);
  constructor(options: OddsOptions & { temperature: Param });
  constructor(...args: unknown[]) {
    const [temperature, probs, logits, validateArgs] = bind(sigs.RelaxedBernoulli, args) as [Param, Param, Param, Validate];
    super(new LogitRelaxedBernoulli(temperature, probs, logits, validateArgs), new SigmoidTransform(), validateArgs);
  }
  get temperature(): Tensor { return this.baseDist.temperature; }
  get probs(): Tensor { return this.baseDist.probs; }
  get logits(): Tensor { return this.baseDist.logits; }
}

/** The logarithm of a relaxed one-hot vector. */
export class ExpRelaxedCategorical extends Distribution {
  static override readonly argConstraints = classes;
  static override readonly support: Constraint = constraints.realVector;
  static override readonly hasRsample = true;
  readonly temperature: Tensor;
  private readonly categorical: Categorical;
  constructor(temperature: Param, probs?: Tensor | null, logits?: Tensor | null, validateArgs?: Tail);
  constructor(temperature: Param, options: ClassOptions);
  constructor(options: ClassOptions & { temperature: Param });
  constructor(...args: unknown[]) {
    const [temperature, probs, logits, validateArgs] = bind(sigs.ExpRelaxedCategorical, args) as [unknown, Tensor, Tensor, Validate];
    const categorical = new Categorical(probs, logits, validateArgs);
    super(categorical.batchShape, categorical.paramShape.slice(-1), validateArgs);
    this.categorical = categorical;
    this.temperature = warmth('ExpRelaxedCategorical', temperature, categorical._param);
    this._checkArgs();
  }
  protected override _expandParts(next: this, batchShape: readonly number[]): void {
    (next as unknown as { categorical: Categorical }).categorical = this.categorical.expand(batchShape);
  }
  get probs(): Tensor { return this.categorical.probs; }
  get logits(): Tensor { return this.categorical.logits; }
  get paramShape(): number[] { return this.categorical.paramShape; }
  override rsample(...sampleShape: SampleShape): Tensor {
    const u = clampProbs(ops.rand(this._extendedShape(sampleShape), { dtype: this.logits.dtype }));
    const scores = this.logits.sub(u.log().neg().log()).div(this.temperature);
    return scores.sub(scores.logsumexp(-1, true));
  }
  override logProb(value: Tensor): Tensor {
    this._validateSample(value);
    const k = this.eventShape[0], [logits, x] = broadcastAll('ExpRelaxedCategorical', this.logits, value);
    const score = logits.sub(x.mul(this.temperature));
    return score.sub(score.logsumexp(-1, true)).sum(-1).add(ops.fullLike(this.temperature, k).lgamma()).add(this.temperature.log().mul(k - 1));
  }
}

/**
 * Points of the simplex, near its corners for a low temperature. https://pytorch.org/docs/stable/distributions.html#relaxedonehotcategorical
 *
 * @example
 * ```js
 * const d = new torsh.distributions.RelaxedOneHotCategorical(torsh.tensor(0.5), { probs: torsh.tensor([0.2, 0.8]) });
 * const x = d.sample([3]);
 * console.log(x.shape, d.logProb(x).shape); // [ 3, 2 ] [ 3 ]
 * ```
 */
export class RelaxedOneHotCategorical extends TransformedDistribution<ExpRelaxedCategorical> {
  static override readonly argConstraints = classes;
  static override readonly support: Constraint = constraints.simplex;
  constructor(temperature: Param, probs?: Tensor | null, logits?: Tensor | null, validateArgs?: Tail);
  constructor(temperature: Param, options: ClassOptions);
  constructor(options: ClassOptions & { temperature: Param });
  constructor(...args: unknown[]) {
    const [temperature, probs, logits, validateArgs] = bind(sigs.RelaxedOneHotCategorical, args) as [Param, Tensor, Tensor, Validate];
    super(new ExpRelaxedCategorical(temperature, probs, logits, validateArgs), new ExpTransform(), validateArgs);
  }
  get temperature(): Tensor { return this.baseDist.temperature; }
  get probs(): Tensor { return this.baseDist.probs; }
  get logits(): Tensor { return this.baseDist.logits; }
}
