/** Mixtures of distributions of one kind. */
import { noGrad } from '../autograd/modes';
import { bind, signature } from '../bind';
import * as ops from '../gen/ops';
import type { Tensor } from '../tensor';
import { Categorical } from './categorical';
import { Constraint } from './constraints';
import { Distribution, type SampleShape } from './distribution';
import { fail, type Validate } from './utils';

type Options = { validateArgs?: Validate };
const mixtureSignature = signature('MixtureSameFamily', 'mixtureDistribution, componentDistribution, validateArgs=null');

/** Valid for every component, whose parameters may be bounds: PyTorch 1.13 compares them with the wrong dims. */
class ForAllComponents extends Constraint {
  constructor(private readonly base: Constraint) { super(); }
  override get isDiscrete(): boolean { return this.base.isDiscrete; }
  override get eventDim(): number { return this.base.eventDim; }
  override check(value: Tensor): Tensor { return this.base.check(value.unsqueeze(-1 - this.eventDim)).all(-1); }
  override toString(): string { return String(this.base); }
}

/**
 * A mixture: a categorical distribution chooses along the last batch dim of the components.
 * https://pytorch.org/docs/stable/distributions.html#mixturesamefamily
 *
 * @example
 * ```js
 * const { Categorical, MixtureSameFamily, Normal } = torsh.distributions;
 * const d = new MixtureSameFamily(new Categorical(torsh.ones(2)), new Normal(torsh.tensor([-1, 1]), 0.5));
 * console.log(d.mean, d.sample([4]).shape); // tensor(0.) [ 4 ]
 * ```
 */
export class MixtureSameFamily<D extends Distribution = Distribution> extends Distribution {
  readonly mixtureDistribution: Categorical;
  readonly componentDistribution: D;
  constructor(mixtureDistribution: Categorical, componentDistribution: D, validateArgs?: Validate | Options);
  constructor(options: { mixtureDistribution: Categorical; componentDistribution: D } & Options);
  constructor(...args: unknown[]) {
    const [mixture, component, validateArgs] = bind(mixtureSignature, args) as [Categorical, D, Validate];
    const name = 'MixtureSameFamily';
    if (!(mixture instanceof Categorical)) fail(name, 'The Mixture distribution needs to be an instance of torsh.distributions.Categorical');
    if (!(component instanceof Distribution)) fail(name, 'The Component distribution needs to be an instance of torsh.distributions.Distribution');
    const mixed = mixture.batchShape, batch = component.batchShape.slice(0, -1);
    for (let k = 1; k <= Math.min(mixed.length, batch.length); k++) {
      const a = mixed[mixed.length - k], b = batch[batch.length - k];
      if (a !== 1 && b !== 1 && a !== b) fail(name, `\`mixtureDistribution.batchShape\` ([${mixed.join(', ')}]) is not compatible with \`componentDistribution.batchShape\` ([${batch.join(', ')}])`, 'ERR_SHAPE');
    }
    const km = mixture.logits.size(-1), kc = component.batchShape[component.batchShape.length - 1];
    if (km !== kc) fail(name, `\`mixtureDistribution component\` (${km}) does not equal \`componentDistribution.batchShape[-1]\` (${kc})`, 'ERR_SHAPE');
    super(batch, component.eventShape, validateArgs);
    this.mixtureDistribution = mixture;
    this.componentDistribution = component;
  }
  protected override _expandParts(next: this, batchShape: readonly number[]): void {
    const copy = next as { mixtureDistribution: Categorical; componentDistribution: D };
    copy.componentDistribution = this.componentDistribution.expand([...batchShape, this.mixtureDistribution.logits.size(-1)]);
    copy.mixtureDistribution = this.mixtureDistribution.expand(batchShape);
  }
  override get support(): Constraint { return new ForAllComponents(this.componentDistribution.support); }
  private pad(x: Tensor): Tensor { return x.unsqueeze(-1 - this.eventShape.length); }
  /** Weights against the means of components. */
  private get weights(): Tensor {
    const { probs } = this.mixtureDistribution;
    return probs.reshape([...probs.shape, ...this.eventShape.map(() => 1)]);
  }
  private mixed(x: Tensor): Tensor { return x.mul(this.weights).sum(-1 - this.eventShape.length); }
  override get mean(): Tensor { return this.mixed(this.componentDistribution.mean); }
  override get variance(): Tensor {
    const { mean, variance } = this.componentDistribution;
    return this.mixed(variance).add(this.mixed(mean.sub(this.pad(this.mean)).square()));
  }
  override cdf(value: Tensor): Tensor { return this.componentDistribution.cdf(this.pad(value)).mul(this.mixtureDistribution.probs).sum(-1); }
  override logProb(value: Tensor): Tensor {
    this._validateSample(value);
    return this.componentDistribution.logProb(this.pad(value)).add(ops.logSoftmax(this.mixtureDistribution.logits, -1)).logsumexp(-1);
  }
  override sample(...sampleShape: SampleShape): Tensor {
    return noGrad(() => {
      const dim = this._sampleShape(sampleShape).length + this.batchShape.length;
      const chosen = this.mixtureDistribution.expand(this.batchShape).sample(...sampleShape), all = this.componentDistribution.sample(...sampleShape);
      const shape = all.shape;
      shape[dim] = 1;
      const index = chosen.reshape([...chosen.shape, 1, ...this.eventShape.map(() => 1)]).expand(shape);
      return all.gather(dim, index).squeeze(dim);
    });
  }
  override toString(): string { return `MixtureSameFamily(\n  ${this.mixtureDistribution},\n  ${this.componentDistribution})`; }
}
