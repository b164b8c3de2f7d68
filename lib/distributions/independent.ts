/** Distributions made of others: more dims in one event, transformed variables. */
import { noGrad } from '../autograd/modes';
import { bind, signature } from '../bind';
import type { Tensor } from '../tensor';
import * as constraints from './constraints';
import type { Constraint } from './constraints';
import { Distribution, type SampleShape } from './distribution';
import { ComposeTransform, isTransform, product, widened, type Transform } from './transform';
import { fail, sumRightmost, unsupported, type Validate } from './utils';

type Options = { validateArgs?: Validate };
const sigs = {
  Independent: signature('Independent', 'baseDistribution, reinterpretedBatchNdims, validateArgs=null'),
  TransformedDistribution: signature('TransformedDistribution', 'baseDistribution, transforms, validateArgs=null'),
};

/**
 * Counts the last batch dims of a distribution to the event: Independent(Normal of shape (3, 4), 1) has batchShape [3], eventShape [4].
 * https://pytorch.org/docs/stable/distributions.html#independent
 *
 * @example
 * ```js
 * const { Independent, Normal } = torsh.distributions;
 * const d = new Independent(new Normal(torsh.zeros(3), 1), 1); // one event of three numbers
 * console.log(d.eventShape, d.logProb(torsh.zeros(3))); // [ 3 ] tensor(-2.7568)
 * ```
 */
export class Independent<D extends Distribution = Distribution> extends Distribution {
  readonly baseDist: D;
  readonly reinterpretedBatchNdims: number;
  constructor(baseDistribution: D, reinterpretedBatchNdims: number, validateArgs?: Validate | Options);
  constructor(options: { baseDistribution: D; reinterpretedBatchNdims: number } & Options);
  constructor(...args: unknown[]) {
    const [base, n, validateArgs] = bind(sigs.Independent, args) as [D, number, Validate];
    if (!(base instanceof Distribution)) fail('Independent', 'baseDistribution must be a Distribution');
    const { length } = base.batchShape;
    if (!Number.isInteger(n) || n < 0 || n > length) fail('Independent', `Expected reinterpretedBatchNdims <= baseDistribution.batchShape.length, actual ${n} vs ${length}`);
    super(base.batchShape.slice(0, length - n), [...base.batchShape.slice(length - n), ...base.eventShape], validateArgs);
    this.baseDist = base;
    this.reinterpretedBatchNdims = n;
  }
  protected override _expandParts(next: this, batchShape: readonly number[]): void {
    (next as { baseDist: D }).baseDist = this.baseDist.expand([...batchShape, ...this.eventShape.slice(0, this.reinterpretedBatchNdims)]);
  }
  override get hasRsample(): boolean { return this.baseDist.hasRsample; }
  override get hasEnumerateSupport(): boolean { return this.reinterpretedBatchNdims === 0 && this.baseDist.hasEnumerateSupport; }
  override get support(): Constraint {
    const { support } = this.baseDist;
    return this.reinterpretedBatchNdims ? constraints.independent(support, this.reinterpretedBatchNdims) : support;
  }
  override get mean(): Tensor { return this.baseDist.mean; }
  override get mode(): Tensor { return this.baseDist.mode; }
  override get variance(): Tensor { return this.baseDist.variance; }
  override sample(...sampleShape: SampleShape): Tensor { return this.baseDist.sample(...sampleShape); }
  override rsample(...sampleShape: SampleShape): Tensor { return this.baseDist.rsample(...sampleShape); }
  override logProb(value: Tensor): Tensor { return sumRightmost(this.baseDist.logProb(value), this.reinterpretedBatchNdims); }
  override entropy(): Tensor { return sumRightmost(this.baseDist.entropy(), this.reinterpretedBatchNdims); }
  override enumerateSupport(expand: boolean | { expand?: boolean } = true): Tensor {
    if (this.reinterpretedBatchNdims > 0) unsupported('Independent', 'Enumeration over cartesian product is not implemented');
    return this.baseDist.enumerateSupport(expand);
  }
  override toString(): string { return `Independent(${this.baseDist}, ${this.reinterpretedBatchNdims})`; }
}

/**
 * What becomes of a variable under transforms, one after another; its density follows from theirs.
 * https://pytorch.org/docs/stable/distributions.html#transformeddistribution
 *
 * @example
 * ```js
 * const { AffineTransform, Normal, TransformedDistribution } = torsh.distributions;
 * const d = new TransformedDistribution(new Normal(0, 1), [new AffineTransform(2, 3)]);
 * console.log(d.logProb(torsh.tensor(2))); // tensor(-2.0176)
 * ```
 */
export class TransformedDistribution<D extends Distribution = Distribution> extends Distribution {
  readonly baseDist: D;
  readonly transforms: readonly Transform[];
  constructor(baseDistribution: D, transforms: Transform | readonly Transform[], validateArgs?: Validate | Options);
  constructor(options: { baseDistribution: D; transforms: Transform | readonly Transform[] } & Options);
  constructor(...args: unknown[]) {
    const [given, list, validateArgs] = bind(sigs.TransformedDistribution, args) as [Distribution, Transform | Transform[], Validate];
    if (!(given instanceof Distribution)) fail('TransformedDistribution', 'baseDistribution must be a Distribution');
    const transforms = isTransform(list) ? [list] : list;
    if (!Array.isArray(transforms) || !transforms.every(isTransform)) fail('TransformedDistribution', 'transforms must be a Transform or an array of Transforms');
    const baseShape = [...given.batchShape, ...given.eventShape], baseDims = given.eventShape.length;
    const whole = new ComposeTransform(transforms), domainDims = whole.domain.eventDim;
    if (baseShape.length < domainDims) fail('TransformedDistribution', `baseDistribution needs to have shape with size at least ${domainDims}, but got [${baseShape.join(', ')}].`, 'ERR_SHAPE');
    const shape = whole.forwardShape(baseShape), expanded = whole.inverseShape(shape);
    let base = given;
    if (String(baseShape) !== String(expanded)) base = base.expand(expanded.slice(0, expanded.length - baseDims));
    if (domainDims > baseDims) base = new Independent(base, domainDims - baseDims);
    const cut = shape.length - (whole.codomain.eventDim + Math.max(baseDims - domainDims, 0));
    super(shape.slice(0, cut), shape.slice(cut), validateArgs);
    this.baseDist = base as D;
    this.transforms = transforms;
  }
  protected override _expandParts(next: this, batchShape: readonly number[]): void {
    const shape = [...this.transforms].reverse().reduce((s, t) => t.inverseShape(s), [...batchShape, ...this.eventShape]);
    (next as { baseDist: D }).baseDist = this.baseDist.expand(shape.slice(0, shape.length - this.baseDist.eventShape.length));
  }
  override get support(): Constraint {
    const known = (this.constructor as typeof Distribution).support;
    if (known !== null) return known;
    if (this.transforms.length === 0) return this.baseDist.support;
    return widened(this.transforms[this.transforms.length - 1].codomain, this.eventShape.length);
  }
  override get hasRsample(): boolean { return this.baseDist.hasRsample; }
  override sample(...sampleShape: SampleShape): Tensor {
    return noGrad(() => this.transforms.reduce((x, t) => t(x), this.baseDist.sample(...sampleShape)));
  }
  override rsample(...sampleShape: SampleShape): Tensor { return this.transforms.reduce((x, t) => t(x), this.baseDist.rsample(...sampleShape)); }
  override logProb(value: Tensor): Tensor {
    this._validateSample(value);
    let dims = this.eventShape.length, y = value;
    let sum: Tensor | null = null;
    for (const t of [...this.transforms].reverse()) {
      const x = t.inv(y);
      dims += t.domain.eventDim - t.codomain.eventDim;
      const term = sumRightmost(t.logAbsDetJacobian(x, y), dims - t.domain.eventDim);
      sum = sum === null ? term.neg() : sum.sub(term);
      y = x;
    }
    const base = sumRightmost(this.baseDist.logProb(y), dims - this.baseDist.eventShape.length);
    return sum === null ? base : sum.add(base);
  }
  /** Where transforms fall, at most becomes at least. */
  private monotonized(p: Tensor): Tensor {
    const sign = product(this.transforms.map((t) => t.sign));
    return sign === 1 ? p : p.sub(0.5).mul(sign).add(0.5);
  }
  override cdf(value: Tensor): Tensor {
    const x = [...this.transforms].reverse().reduce((y, t) => t.inv(y), value);
    this.baseDist._validateSample(x, 'cdf');
    return this.monotonized(this.baseDist.cdf(x));
  }
  override icdf(value: Tensor): Tensor { return this.transforms.reduce((x, t) => t(x), this.baseDist.icdf(this.monotonized(value))); }
}
