/** The base of all distributions. https://pytorch.org/docs/stable/distributions.html#distribution */
import { grad } from '../autograd';
import { enableGrad, noGrad } from '../autograd/modes';
import { bind, signature } from '../bind';
import { py, pyFloat, pySize } from '../nn/repr';
import { isTensor } from '../runtime/call';
import type { Tensor } from '../tensor';
import { isDependent, type Constraint } from './constraints';
import { fail, sumRightmost, unsupported, type Validate } from './utils';

/** Sizes, as arguments or an array. */
export type Sizes = number[] | [sizes: readonly number[]];
export type SampleShape = Sizes | [options: { sampleShape?: readonly number[] }];
export type Constraints = Readonly<Record<string, Constraint>>;

const sigs = { sample: signature('sample', '...sampleShape=[]'), expand: signature('expand', '...batchShape=[]') };
const sizes = (which: keyof typeof sigs, args: readonly unknown[]): number[] => {
  const [shape] = bind(sigs[which], args) as [number[]];
  if (!Array.isArray(shape) || !shape.every((n) => Number.isSafeInteger(n) && n >= 0)) fail(which, `expected sizes, got ${String(shape)}`);
  return shape;
};

const same = (a: readonly number[], b: readonly number[]): boolean => a.length === b.length && a.every((n, i) => n === b[i]);
const sized = (t: Tensor): string => `Tensor of shape ${py(t.shape)}`;

/**
 * What all distributions offer. batchShape: the shape of the parameters; eventShape: that of one sample. A subclass calls
 * super(batchShape, eventShape, validateArgs), sets its parameters and then calls _checkArgs(); it defines static argConstraints and support
 * (or the getter) and rsample or sample, logProb, ...
 */
export abstract class Distribution {
  /** Constraints of the parameters by name. */
  static readonly argConstraints: Constraints = {};
  /** Where the samples lie; null when that depends on the parameters and instances tell. */
  static readonly support: Constraint | null = null;
  static readonly hasRsample: boolean = false;
  static readonly hasEnumerateSupport: boolean = false;
  /** Parameters that are computed from others at first use. */
  protected static readonly lazy: readonly string[] = [];
  private static validates = true;
  /** Whether distributions check their arguments unless told otherwise: true at first. */
  static setDefaultValidateArgs(value: boolean): void {
    if (typeof value !== 'boolean') fail('setDefaultValidateArgs', `expected a boolean, got ${String(value)}`);
    Distribution.validates = value;
  }

  readonly batchShape: readonly number[];
  readonly eventShape: readonly number[];
  /** @internal */ _validateArgs: boolean;
  /** What was given, or computed, of parameters that stand for each other. */
  private _values: Record<string, Tensor> = {};

  constructor(batchShape: readonly number[] = [], eventShape: readonly number[] = [], validateArgs: Validate | { validateArgs?: Validate } = null) {
    this.batchShape = batchShape;
    this.eventShape = eventShape;
    const validate = typeof validateArgs === 'object' && validateArgs !== null ? validateArgs.validateArgs ?? null : validateArgs;
    this._validateArgs = validate ?? Distribution.validates;
  }

  private get kind(): typeof Distribution { return this.constructor as typeof Distribution; }
  /** @internal */ get _name(): string { return this.constructor.name; }
  get argConstraints(): Constraints { return this.kind.argConstraints; }
  get support(): Constraint { return this.kind.support ?? unsupported(this._name, 'does not define support'); }
  get hasRsample(): boolean { return this.kind.hasRsample; }
  get hasEnumerateSupport(): boolean { return this.kind.hasEnumerateSupport; }

  get mean(): Tensor { return unsupported(this._name, 'does not implement mean'); }
  get mode(): Tensor { return unsupported(this._name, 'does not implement mode'); }
  get variance(): Tensor { return unsupported(this._name, 'does not implement variance'); }
  get stddev(): Tensor { return this.variance.sqrt(); }

  /** Samples of shape sampleShape + batchShape + eventShape, outside the graph. */
  sample(...sampleShape: SampleShape): Tensor { return noGrad(() => this.rsample(...sampleShape)); }
  /** Samples that are differentiable in the parameters. */
  rsample(..._sampleShape: SampleShape): Tensor { return unsupported(this._name, 'does not implement rsample'); }
  /** sample([n]). */
  sampleN(n: number): Tensor { return this.sample([n]); }
  /** The logarithm of the density, or probability, of each event of value. */
  logProb(_value: Tensor): Tensor { return unsupported(this._name, 'does not implement logProb'); }
  /** The probability of at most value. */
  cdf(_value: Tensor): Tensor { return unsupported(this._name, 'does not implement cdf'); }
  /** The value with a probability of at most it. */
  icdf(_value: Tensor): Tensor { return unsupported(this._name, 'does not implement icdf'); }
  /** All values of a discrete distribution along a new first dim; expand: over the batch. */
  enumerateSupport(_expand: boolean | { expand?: boolean } = true): Tensor { return unsupported(this._name, 'does not implement enumerateSupport'); }
  /** In nats, of shape batchShape. */
  entropy(): Tensor { return unsupported(this._name, 'does not implement entropy'); }
  perplexity(): Tensor { return this.entropy().exp(); }

  /** The same distribution over a larger batch, without copying its parameters. */
  expand(...batchShape: Sizes | [options: { batchShape: readonly number[] }]): this {
    const shape = sizes('expand', batchShape);
    const next = Object.assign(Object.create(Object.getPrototypeOf(this) as object) as this, this) as this & { batchShape: readonly number[] } & Record<string, unknown>;
    next.batchShape = shape;
    next._values = {};
    for (const [name, constraint] of Object.entries(this.argConstraints)) {
      const t = this._values[name] ?? (Object.hasOwn(this, name) ? (this as unknown as Record<string, unknown>)[name] : null);
      if (!isTensor(t) || t.isDisposed) continue;
      const wide = t.expand([...shape, ...t.shape.slice(t.ndim - constraint.eventDim)]);
      if (this._values[name]) next._values[name] = wide;
      else (next as Record<string, unknown>)[name] = wide;
    }
    this._expandParts(next, shape);
    return next;
  }
  /** Expands what a subclass holds besides its parameters. */
  protected _expandParts(_next: this, _batchShape: readonly number[]): void { /* nothing here */ }

  /** @internal */ _give(name: string, value: Tensor): void { this._values[name] = value; }
  /** @internal A parameter that was given, or is computed now; computed again after a tidy() took it. */
  _given(name: string, compute: () => Tensor): Tensor {
    const value = this._values[name];
    if (value !== undefined && !value.isDisposed) return value;
    return (this._values[name] = enableGrad(compute));
  }
  /** @internal */ _has(name: string): boolean { return name in this._values; }

  protected _extendedShape(sampleShape: readonly unknown[] = []): number[] { return [...this._sampleShape(sampleShape), ...this.batchShape, ...this.eventShape]; }
  protected _sampleShape(sampleShape: readonly unknown[]): number[] { return sizes('sample', sampleShape); }

  /** @internal Each parameter against its constraint. */
  _checkArgs(): void {
    if (!this._validateArgs) return;
    for (const [name, constraint] of Object.entries(this.argConstraints)) {
      if (isDependent(constraint) || (this.kind.lazy.includes(name) && !this._has(name))) continue;
      const value = (this as unknown as Record<string, Tensor>)[name];
      if (constraint.check(value).all().item()) continue;
      fail(this._name, `Expected parameter ${name} (${sized(value)}) of distribution ${this} to satisfy the constraint ${constraint}, but found invalid values:\n${value}`);
    }
  }

  /** @internal A value against the shapes and the support. */
  _validateSample(value: unknown, what = 'logProb'): void {
    if (!this._validateArgs) return;
    if (!isTensor(value)) fail(this._name, `The value argument to ${what} must be a Tensor`);
    const given = value.shape, cut = given.length - this.eventShape.length;
    const text = (shape: readonly number[]): string => `[${shape.join(', ')}]`;
    if (cut < 0 || !same(given.slice(cut), this.eventShape)) fail(this._name, `The right-most size of value must match eventShape: ${text(given)} vs ${text(this.eventShape)}.`, 'ERR_SHAPE');
    const expected = [...this.batchShape, ...this.eventShape];
    for (let k = 1; k <= Math.min(given.length, expected.length); k++) {
      const i = given[given.length - k], j = expected[expected.length - k];
      if (i !== 1 && j !== 1 && i !== j) fail(this._name, `Value is not broadcastable with batchShape+eventShape: ${text(given)} vs ${text(expected)}.`, 'ERR_SHAPE');
    }
    const { support } = this;
    if (support.check(value).all().item()) return;
    fail(this._name, `Expected value argument (${sized(value)}) to be within the support (${support}) of the distribution ${this}, but found invalid values:\n${value}`);
  }

  toString(): string {
    const shown = Object.keys(this.argConstraints).flatMap((name) => {
      const value = this._values[name] ?? (Object.hasOwn(this, name) ? (this as unknown as Record<string, unknown>)[name] : null);
      return isTensor(value) ? [`${name.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`)}: ${brief(value)}`] : [];
    });
    return `${this._name}(${shown.join(', ')})`;
  }
  [Symbol.for('nodejs.util.inspect.custom')](): string { return this.toString(); }
}

function brief(t: Tensor): string {
  if (t.isDisposed || t.numel() !== 1) return t.isDisposed ? String(t) : pySize(t.shape);
  if (t.ndim > 0) return String(t);
  const value: unknown = t.item();
  return t.isFloatingPoint() ? pyFloat(value as number) : py(value);
}

/**
 * Distributions whose density is exp(<t(x), theta> - F(theta) + k(x)): entropy and KL divergence follow from the log normalizer F and its gradient.
 * https://pytorch.org/docs/stable/distributions.html#exponentialfamily
 */
export abstract class ExponentialFamily extends Distribution {
  get _naturalParams(): Tensor[] { return unsupported(this._name, 'does not define its natural parameters'); }
  _logNormalizer(..._naturalParams: Tensor[]): Tensor { return unsupported(this._name, 'does not define its log normalizer'); }
  get _meanCarrierMeasure(): number { return unsupported(this._name, 'does not implement entropy'); }

  override entropy(): Tensor {
    const carrier = this._meanCarrierMeasure;
    const { params, normalizer, gradients } = gradientsOf(this);
    return params.reduce((sum, p, i) => sum.sub(sumRightmost(p.mul(gradients[i]), p.ndim - this.batchShape.length)), normalizer.sub(carrier));
  }
}

/** The natural parameters, the log normalizer there and its gradients. */
export function gradientsOf(p: ExponentialFamily): { params: Tensor[]; normalizer: Tensor; gradients: Tensor[] } {
  return enableGrad(() => {
    const params = p._naturalParams.map((t) => t.detach().requiresGrad_());
    const normalizer = p._logNormalizer(...params);
    return { params, normalizer, gradients: grad(normalizer.sum(), params, { createGraph: true }) };
  });
}
