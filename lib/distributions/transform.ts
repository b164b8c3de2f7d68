/** Transforms of random variables: the base class, inverses, compositions. https://pytorch.org/docs/stable/distributions.html#module-torch.distributions.transforms */
import * as ops from '../gen/ops';
import type { Tensor } from '../tensor';
import * as constraints from './constraints';
import type { Constraint } from './constraints';
import { fail, sumRightmost, unsupported } from './utils';

export type Shape = readonly number[];

/** A transform is called like a function: t(x) goes forward, t.inv(y) back. */
export interface Transform { (x: Tensor): Tensor }

/**
 * Base of the transforms. A subclass has domain and codomain, _call(x), and if it is bijective _inverse(y) and logAbsDetJacobian(x, y).
 * cacheSize 1 keeps the last pair, so that t.inv(t(x)) is x itself.
 */
// oxlint-disable-next-line typescript/no-unsafe-declaration-merging -- the interface gives instances their call signature
export abstract class Transform {
  declare cacheSize: number;
  private declare _pair: [Tensor, Tensor] | null;
  protected declare _inv: Transform | null;

  constructor(cacheSize: number | { cacheSize?: number } = 0) {
    const size = typeof cacheSize === 'object' ? cacheSize.cacheSize ?? 0 : cacheSize;
    if (size !== 0 && size !== 1) fail(new.target.name, 'cacheSize must be 0 or 1');
    const self = ((x: Tensor) => self._forward(x)) as unknown as this;
    Object.setPrototypeOf(self, new.target.prototype as object);
    Reflect.deleteProperty(self, 'name');
    Reflect.deleteProperty(self, 'length');
    self.cacheSize = size;
    self._pair = null;
    self._inv = null;
    // oxlint-disable-next-line no-constructor-return -- instances are functions
    return self;
  }

  abstract get domain(): Constraint;
  abstract get codomain(): Constraint;
  get bijective(): boolean { return false; }
  /** +1 or -1 (or a tensor of them) where the transform rises or falls. */
  get sign(): number | Tensor { return unsupported(this.constructor.name, 'has no sign'); }
  get eventDim(): number {
    const { eventDim } = this.domain;
    return eventDim === this.codomain.eventDim ? eventDim : fail(this.constructor.name, 'Please use either .domain.eventDim or .codomain.eventDim');
  }
  /** The inverse; the inverse of it is this transform again. */
  get inv(): Transform { return (this._inv ??= new InverseTransform(this)); }
  /** The same transform with another size of cache. */
  withCache(cacheSize = 1): Transform { return this.cacheSize === cacheSize ? this : this._copy(cacheSize); }
  protected _copy(cacheSize: number): Transform { return new (this.constructor as new (cacheSize: number) => Transform)(cacheSize); }
  /** Whether another transform does the same, as far as their kinds and parameters tell. */
  equals(other: unknown): boolean { return this === other; }

  /** @internal */ _forward(x: Tensor): Tensor {
    if (this.cacheSize === 0) return this._call(x);
    if (this._pair?.[0] === x && !this._pair[1].isDisposed) return this._pair[1];
    const y = this._call(x);
    this._pair = [x, y];
    return y;
  }
  /** @internal */ _backward(y: Tensor): Tensor {
    if (this.cacheSize === 0) return this._inverse(y);
    if (this._pair?.[1] === y && !this._pair[0].isDisposed) return this._pair[0];
    const x = this._inverse(y);
    this._pair = [x, y];
    return x;
  }
  _call(_x: Tensor): Tensor { return unsupported(this.constructor.name, '_call is not implemented'); }
  _inverse(_y: Tensor): Tensor { return unsupported(this.constructor.name, 'the inverse is not implemented'); }
  /** log |dy/dx| for y = t(x), one number for each event of the domain. */
  logAbsDetJacobian(_x: Tensor, _y: Tensor): Tensor { return unsupported(this.constructor.name, 'logAbsDetJacobian is not implemented'); }
  /** The shape of t(x) for an x of this shape. */
  forwardShape(shape: Shape): number[] { return [...shape]; }
  inverseShape(shape: Shape): number[] { return [...shape]; }
  toString(): string { return `${this.constructor.name}()`; }
  [Symbol.for('nodejs.util.inspect.custom')](): string { return this.toString(); }
}

export const isTransform = (x: unknown): x is Transform => typeof x === 'function' && x instanceof Transform;

class InverseTransform extends Transform {
  constructor(transform: Transform) {
    super(transform.cacheSize);
    this._inv = transform;
  }
  override get inv(): Transform { return this._inv!; }
  override get domain(): Constraint { return this.inv.codomain; }
  override get codomain(): Constraint { return this.inv.domain; }
  override get bijective(): boolean { return this.inv.bijective; }
  override get sign(): number | Tensor { return this.inv.sign; }
  override withCache(cacheSize = 1): Transform { return this.inv.withCache(cacheSize).inv; }
  override equals(other: unknown): boolean { return other instanceof InverseTransform && this.inv.equals(other.inv); }
  override _forward(x: Tensor): Tensor { return this.inv._backward(x); }
  override _backward(y: Tensor): Tensor { return this.inv._forward(y); }
  override logAbsDetJacobian(x: Tensor, y: Tensor): Tensor { return this.inv.logAbsDetJacobian(y, x).neg(); }
  override forwardShape(shape: Shape): number[] { return this.inv.inverseShape(shape); }
  override inverseShape(shape: Shape): number[] { return this.inv.forwardShape(shape); }
  override toString(): string { return `_InverseTransform(${this.inv})`; }
}

/** A chain of transforms. https://pytorch.org/docs/stable/distributions.html#torch.distributions.transforms.ComposeTransform */
export class ComposeTransform extends Transform {
  declare readonly parts: readonly Transform[];
  constructor(parts: readonly Transform[], cacheSize: number | { cacheSize?: number } = 0) {
    super(cacheSize);
    if (!Array.isArray(parts) || !parts.every(isTransform)) fail('ComposeTransform', 'parts must be an array of transforms');
    this.parts = this.cacheSize ? parts.map((part) => part.withCache(this.cacheSize)) : parts;
  }
  override equals(other: unknown): boolean { return other instanceof ComposeTransform && sameTransforms(this.parts, other.parts); }
  override get domain(): Constraint {
    if (this.parts.length === 0) return constraints.real;
    let { eventDim } = this.parts[this.parts.length - 1].codomain;
    for (const part of [...this.parts].reverse()) eventDim = Math.max(eventDim + part.domain.eventDim - part.codomain.eventDim, part.domain.eventDim);
    return widened(this.parts[0].domain, eventDim);
  }
  override get codomain(): Constraint {
    if (this.parts.length === 0) return constraints.real;
    let { eventDim } = this.parts[0].domain;
    for (const part of this.parts) eventDim = Math.max(eventDim + part.codomain.eventDim - part.domain.eventDim, part.codomain.eventDim);
    return widened(this.parts[this.parts.length - 1].codomain, eventDim);
  }
  override get bijective(): boolean { return this.parts.every((p) => p.bijective); }
  override get sign(): number | Tensor { return product(this.parts.map((p) => p.sign)); }
  override get inv(): Transform {
    if (this._inv === null) {
      const inv = new ComposeTransform(this.parts.map((p) => p.inv).reverse());
      inv._inv = this;
      this._inv = inv;
    }
    return this._inv;
  }
  protected override _copy(cacheSize: number): Transform { return new ComposeTransform(this.parts, cacheSize); }
  override _forward(x: Tensor): Tensor { return this.parts.reduce((t, part) => part(t), x); }
  override logAbsDetJacobian(x: Tensor, y: Tensor): Tensor {
    if (this.parts.length === 0) return ops.zerosLike(x);
    const xs = [x];
    for (const part of this.parts.slice(0, -1)) xs.push(part(xs[xs.length - 1]));
    xs.push(y);
    let { eventDim } = this.domain;
    const terms = this.parts.map((part, i) => {
      const term = sumRightmost(part.logAbsDetJacobian(xs[i], xs[i + 1]), eventDim - part.domain.eventDim);
      eventDim += part.codomain.eventDim - part.domain.eventDim;
      return term;
    });
    return terms.reduce((a, b) => a.add(b));
  }
  override forwardShape(shape: Shape): number[] { return this.parts.reduce((s, part) => part.forwardShape(s), [...shape]); }
  override inverseShape(shape: Shape): number[] { return [...this.parts].reverse().reduce((s, part) => part.inverseShape(s), [...shape]); }
  override toString(): string { return `ComposeTransform(\n    ${this.parts.map(String).join(',\n    ')}\n)`; }
}

/** A constraint with as many event dims as asked for. */
export const widened = (constraint: Constraint, eventDim: number): Constraint =>
  (eventDim > constraint.eventDim ? constraints.independent(constraint, eventDim - constraint.eventDim) : constraint);

/** The product of signs. */
export const product = (signs: readonly (number | Tensor)[]): number | Tensor =>
  signs.reduce((a: number | Tensor, b) => (typeof a === 'number' ? (typeof b === 'number' ? a * b : b.mul(a)) : a.mul(b)), 1);

export const sameTransforms = (a: readonly Transform[], b: readonly Transform[]): boolean => a.length === b.length && a.every((t, i) => t.equals(b[i]));

/** Changes nothing. */
export const identityTransform = new ComposeTransform([]);

/** A transform whose last batch dims count as one event. */
export class IndependentTransform extends Transform {
  declare readonly baseTransform: Transform;
  declare readonly reinterpretedBatchNdims: number;
  constructor(baseTransform: Transform, reinterpretedBatchNdims: number, cacheSize: number | { cacheSize?: number } = 0) {
    super(cacheSize);
    this.baseTransform = baseTransform.withCache(this.cacheSize);
    this.reinterpretedBatchNdims = reinterpretedBatchNdims;
  }
  override equals(other: unknown): boolean {
    return other instanceof IndependentTransform && this.reinterpretedBatchNdims === other.reinterpretedBatchNdims && this.baseTransform.equals(other.baseTransform);
  }
  protected override _copy(cacheSize: number): Transform { return new IndependentTransform(this.baseTransform, this.reinterpretedBatchNdims, cacheSize); }
  override get domain(): Constraint { return constraints.independent(this.baseTransform.domain, this.reinterpretedBatchNdims); }
  override get codomain(): Constraint { return constraints.independent(this.baseTransform.codomain, this.reinterpretedBatchNdims); }
  override get bijective(): boolean { return this.baseTransform.bijective; }
  override get sign(): number | Tensor { return this.baseTransform.sign; }
  override _call(x: Tensor): Tensor {
    if (x.ndim < this.domain.eventDim) fail('IndependentTransform', 'Too few dimensions on input');
    return this.baseTransform(x);
  }
  override _inverse(y: Tensor): Tensor {
    if (y.ndim < this.codomain.eventDim) fail('IndependentTransform', 'Too few dimensions on input');
    return this.baseTransform.inv(y);
  }
  override logAbsDetJacobian(x: Tensor, y: Tensor): Tensor { return sumRightmost(this.baseTransform.logAbsDetJacobian(x, y), this.reinterpretedBatchNdims); }
  override forwardShape(shape: Shape): number[] { return this.baseTransform.forwardShape(shape); }
  override inverseShape(shape: Shape): number[] { return this.baseTransform.inverseShape(shape); }
  override toString(): string { return `IndependentTransform(${this.baseTransform}, ${this.reinterpretedBatchNdims})`; }
}

/** Gives the last dims another shape. */
export class ReshapeTransform extends Transform {
  declare readonly inShape: Shape;
  declare readonly outShape: Shape;
  constructor(inShape: Shape, outShape: Shape, cacheSize: number | { cacheSize?: number } = 0) {
    super(cacheSize);
    this.inShape = [...inShape];
    this.outShape = [...outShape];
    const numel = (shape: Shape): number => shape.reduce((a, b) => a * b, 1);
    if (numel(inShape) !== numel(outShape)) fail('ReshapeTransform', `inShape [${inShape.join(', ')}] and outShape [${outShape.join(', ')}] have different numbers of elements`);
  }
  protected override _copy(cacheSize: number): Transform { return new ReshapeTransform(this.inShape, this.outShape, cacheSize); }
  override get domain(): Constraint { return constraints.independent(constraints.real, this.inShape.length); }
  override get codomain(): Constraint { return constraints.independent(constraints.real, this.outShape.length); }
  override get bijective(): boolean { return true; }
  override _call(x: Tensor): Tensor { return x.reshape(exchange(x.shape, this.inShape, this.outShape)); }
  override _inverse(y: Tensor): Tensor { return y.reshape(exchange(y.shape, this.outShape, this.inShape)); }
  override logAbsDetJacobian(x: Tensor, _y: Tensor): Tensor { return ops.zeros(x.shape.slice(0, x.ndim - this.inShape.length), { dtype: x.dtype }); }
  override forwardShape(shape: Shape): number[] { return exchange(shape, this.inShape, this.outShape); }
  override inverseShape(shape: Shape): number[] { return exchange(shape, this.outShape, this.inShape); }
}

function exchange(shape: Shape, from: Shape, to: Shape): number[] {
  const cut = shape.length - from.length;
  if (cut < 0) fail('ReshapeTransform', 'Too few dimensions on input');
  if (from.some((n, i) => shape[cut + i] !== n)) fail('ReshapeTransform', `Shape mismatch: expected [${from.join(', ')}] but got [${shape.slice(cut).join(', ')}]`);
  return [...shape.slice(0, cut), ...to];
}
