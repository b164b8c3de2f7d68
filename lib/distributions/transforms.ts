/** torsh.distributions.transforms: the transforms by name. */
import * as ops from '../gen/ops';
import { broadcastShapes, finfo } from '../info';
import type { DType, Tensor } from '../tensor';
import * as constraints from './constraints';
import type { Constraint } from './constraints';
import { ComposeTransform, IndependentTransform, ReshapeTransform, Transform, identityTransform, isTransform, type Shape } from './transform';
import { broadcastAll, fail, sumRightmost, trilToVector, vectorToTril, type Param } from './utils';

export { ComposeTransform, IndependentTransform, ReshapeTransform, Transform, identityTransform };

type Cache = number | { cacheSize?: number };

/** Real numbers to the positive ones, element by element. */
abstract class ToPositive extends Transform {
  override get domain(): Constraint { return constraints.real; }
  override get codomain(): Constraint { return constraints.positive; }
  override get bijective(): boolean { return true; }
  override get sign(): number { return 1; }
  override equals(other: unknown): boolean { return isTransform(other) && other.constructor === this.constructor; }
}

/** y = exp(x). */
export class ExpTransform extends ToPositive {
  override _call(x: Tensor): Tensor { return x.exp(); }
  override _inverse(y: Tensor): Tensor { return y.log(); }
  override logAbsDetJacobian(x: Tensor, _y: Tensor): Tensor { return x; }
}

/** y = log(1 + exp(x)). */
export class SoftplusTransform extends ToPositive {
  override _call(x: Tensor): Tensor { return ops.softplus(x); }
  override _inverse(y: Tensor): Tensor { return y.neg().expm1().neg().log().add(y); }
  override logAbsDetJacobian(x: Tensor, _y: Tensor): Tensor { return ops.softplus(x.neg()).neg(); }
}

/** y = |x|, which cannot be undone. */
export class AbsTransform extends Transform {
  override get domain(): Constraint { return constraints.real; }
  override get codomain(): Constraint { return constraints.positive; }
  override equals(other: unknown): boolean { return other instanceof AbsTransform; }
  override _call(x: Tensor): Tensor { return x.abs(); }
  override _inverse(y: Tensor): Tensor { return y; }
}

/** y = x^exponent, of positive numbers. */
export class PowerTransform extends Transform {
  declare readonly exponent: Tensor;
  constructor(exponent: Param, cacheSize: Cache = 0) {
    super(cacheSize);
    [this.exponent] = broadcastAll('PowerTransform', exponent);
  }
  protected override _copy(cacheSize: number): Transform { return new PowerTransform(this.exponent, cacheSize); }
  override get domain(): Constraint { return constraints.positive; }
  override get codomain(): Constraint { return constraints.positive; }
  override get bijective(): boolean { return true; }
  override get sign(): number | Tensor { return this.exponent.gt(0).all().item() ? 1 : this.exponent.sign(); }
  override equals(other: unknown): boolean { return other instanceof PowerTransform && sameValues(this.exponent, other.exponent); }
  override _call(x: Tensor): Tensor { return x.pow(this.exponent); }
  override _inverse(y: Tensor): Tensor { return y.pow(this.exponent.reciprocal()); }
  override logAbsDetJacobian(x: Tensor, y: Tensor): Tensor { return this.exponent.mul(y).div(x).abs().log(); }
  override forwardShape(shape: Shape): number[] { return broadcastShapes(shape, this.exponent.shape); }
  override inverseShape(shape: Shape): number[] { return broadcastShapes(shape, this.exponent.shape); }
}

function sameValues(a: Param, b: Param): boolean {
  if (typeof a === 'number') return typeof b === 'number' ? a === b : sameValues(b, a);
  return a.eq(b).all().item() as boolean;
}

/** Sigmoids that stay off 0 and 1. */
function clippedSigmoid(x: Tensor): Tensor {
  const { tiny, eps } = finfo(x.dtype);
  return x.sigmoid().clamp(tiny, 1 - eps);
}

/** y = 1 / (1 + exp(-x)). */
export class SigmoidTransform extends ToPositive {
  override get codomain(): Constraint { return constraints.unitInterval; }
  override _call(x: Tensor): Tensor { return clippedSigmoid(x); }
  override _inverse(y: Tensor): Tensor {
    const { tiny, eps } = finfo(y.dtype);
    const p = y.clamp(tiny, 1 - eps);
    return p.log().sub(p.neg().log1p());
  }
  override logAbsDetJacobian(x: Tensor, _y: Tensor): Tensor { return ops.softplus(x.neg()).neg().sub(ops.softplus(x)); }
}

/** y = tanh(x); the inverse of what rounded to 1 is infinite: cacheSize 1 remembers x. */
export class TanhTransform extends ToPositive {
  override get codomain(): Constraint { return constraints.interval(-1, 1); }
  override _call(x: Tensor): Tensor { return x.tanh(); }
  override _inverse(y: Tensor): Tensor { return y.atanh(); }
  override logAbsDetJacobian(x: Tensor, _y: Tensor): Tensor { return x.neg().add(Math.LN2).sub(ops.softplus(x.mul(-2))).mul(2); }
}

/**
 * y = loc + scale * x; eventDim: how many of the last dims are one event.
 *
 * @example
 * ```js
 * const t = new torsh.distributions.AffineTransform(1, 2);
 * console.log(t(torsh.tensor([3])), t.inv(torsh.tensor([7]))); // tensor([7.]) tensor([3.])
 * ```
 */
export class AffineTransform extends Transform {
  declare readonly loc: Param;
  declare readonly scale: Param;
  private declare readonly _eventDim: number;
  constructor(loc: Param, scale: Param, eventDim: number | { eventDim?: number; cacheSize?: number } = 0, cacheSize: Cache = 0) {
    super(typeof eventDim === 'object' ? eventDim : cacheSize);
    this.loc = loc;
    this.scale = scale;
    this._eventDim = typeof eventDim === 'object' ? eventDim.eventDim ?? 0 : eventDim;
  }
  protected override _copy(cacheSize: number): Transform { return new AffineTransform(this.loc, this.scale, this._eventDim, cacheSize); }
  override get eventDim(): number { return this._eventDim; }
  override get domain(): Constraint { return this._eventDim === 0 ? constraints.real : constraints.independent(constraints.real, this._eventDim); }
  override get codomain(): Constraint { return this.domain; }
  override get bijective(): boolean { return true; }
  override get sign(): number | Tensor { return typeof this.scale === 'number' ? Math.sign(this.scale) : this.scale.sign(); }
  override equals(other: unknown): boolean { return other instanceof AffineTransform && sameValues(this.loc, other.loc) && sameValues(this.scale, other.scale); }
  override _call(x: Tensor): Tensor { return x.mul(this.scale).add(this.loc); }
  override _inverse(y: Tensor): Tensor { return y.sub(this.loc).div(this.scale); }
  override logAbsDetJacobian(x: Tensor, _y: Tensor): Tensor {
    const result = typeof this.scale === 'number' ? ops.fullLike(x, Math.log(Math.abs(this.scale))) : this.scale.abs().log();
    const dims = this._eventDim;
    return sumRightmost(result, dims).expand(x.shape.slice(0, x.ndim - dims));
  }
  override forwardShape(shape: Shape): number[] { return broadcastShapes(shape, shapeOf(this.loc), shapeOf(this.scale)); }
  override inverseShape(shape: Shape): number[] { return this.forwardShape(shape); }
}
const shapeOf = (x: Param): number[] => (typeof x === 'number' ? [] : x.shape);

function needDims(name: string, shape: Shape, n: number): void {
  if (shape.length < n) fail(name, 'Too few dimensions on input');
}

/** Vectors of D (D - 1) / 2 real numbers to the Cholesky factors of D x D correlation matrices. */
export class CorrCholeskyTransform extends Transform {
  override get domain(): Constraint { return constraints.realVector; }
  override get codomain(): Constraint { return constraints.corrCholesky; }
  override get bijective(): boolean { return true; }
  override _call(x: Tensor): Tensor {
    const { eps } = finfo(x.dtype);
    const r = vectorToTril('CorrCholeskyTransform', x.tanh().clamp(-1 + eps, 1 - eps), -1);
    const n = r.size(-1);
    const rest = r.square().neg().add(1).sqrt().cumprod(-1);
    return r.add(ops.eye(n, { dtype: r.dtype })).mul(shifted(rest));
  }
  override _inverse(y: Tensor): Tensor {
    const rest = y.square().cumsum(-1).neg().add(1);
    const t = trilToVector(y, -1).div(trilToVector(shifted(rest), -1).sqrt());
    return t.add(1).div(t.neg().add(1)).log().div(2);
  }
  override logAbsDetJacobian(x: Tensor, y: Tensor): Tensor {
    const rest = y.square().cumsum(-1).neg().add(1);
    const sticks = trilToVector(rest, -2).log().sum(-1).mul(0.5);
    return sticks.add(x.add(ops.softplus(x.mul(-2))).sub(Math.LN2).sum(-1).mul(-2));
  }
  override forwardShape(shape: Shape): number[] {
    needDims('CorrCholeskyTransform', shape, 1);
    const n = shape[shape.length - 1], d = Math.round(Math.sqrt(0.25 + 2 * n) + 0.5);
    if (d * (d - 1) / 2 !== n) fail('CorrCholeskyTransform', `Input is not a flattened lower-diagonal number (${n})`);
    return [...shape.slice(0, -1), d, d];
  }
  override inverseShape(shape: Shape): number[] {
    needDims('CorrCholeskyTransform', shape, 2);
    const [rows, d] = shape.slice(-2);
    if (rows !== d) fail('CorrCholeskyTransform', `Input is not square (${rows} x ${d})`);
    return [...shape.slice(0, -2), d * (d - 1) / 2];
  }
}
/** One place to the right along the last dim, from 1 on. */
const shifted = (t: Tensor): Tensor => ops.pad(t.narrow(-1, 0, t.size(-1) - 1), [1, 0], 'constant', 1);

/** Normalised exponentials: coordinatewise and simple, but not bijective. */
export class SoftmaxTransform extends Transform {
  override get domain(): Constraint { return constraints.realVector; }
  override get codomain(): Constraint { return constraints.simplex; }
  override equals(other: unknown): boolean { return other instanceof SoftmaxTransform; }
  override _call(x: Tensor): Tensor {
    const probs = x.sub(x.max(-1, true).values).exp();
    return probs.div(probs.sum(-1, true));
  }
  override _inverse(y: Tensor): Tensor { return y.log(); }
  override forwardShape(shape: Shape): number[] { needDims('SoftmaxTransform', shape, 1); return [...shape]; }
  override inverseShape(shape: Shape): number[] { needDims('SoftmaxTransform', shape, 1); return [...shape]; }
}

/** n real numbers to the simplex of n + 1: sticks are broken off one after another. */
export class StickBreakingTransform extends Transform {
  override get domain(): Constraint { return constraints.realVector; }
  override get codomain(): Constraint { return constraints.simplex; }
  override get bijective(): boolean { return true; }
  override equals(other: unknown): boolean { return other instanceof StickBreakingTransform; }
  override _call(x: Tensor): Tensor {
    const z = clippedSigmoid(x.sub(sticks(x.size(-1), x.dtype).log()));
    return ops.pad(z, [0, 1], 'constant', 1).mul(ops.pad(z.neg().add(1).cumprod(-1), [1, 0], 'constant', 1));
  }
  override _inverse(y: Tensor): Tensor {
    const n = y.size(-1) - 1, crop = y.narrow(-1, 0, n);
    const rest = crop.cumsum(-1).neg().add(1).clamp(finfo(y.dtype).tiny);
    return crop.log().sub(rest.log()).add(sticks(n, y.dtype).log());
  }
  override logAbsDetJacobian(x: Tensor, y: Tensor): Tensor {
    const n = x.size(-1), t = x.sub(sticks(n, x.dtype).log());
    return ops.logsigmoid(t).sub(t).add(y.narrow(-1, 0, n).log()).sum(-1);
  }
  override forwardShape(shape: Shape): number[] { needDims('StickBreakingTransform', shape, 1); return [...shape.slice(0, -1), shape[shape.length - 1] + 1]; }
  override inverseShape(shape: Shape): number[] { needDims('StickBreakingTransform', shape, 1); return [...shape.slice(0, -1), shape[shape.length - 1] - 1]; }
}
/** n, n - 1, ..., 1. */
const sticks = (n: number, dtype: DType): Tensor => ops.arange(n, 0, -1, { dtype });

/** Square matrices to lower triangular ones with a positive diagonal. */
export class LowerCholeskyTransform extends Transform {
  override get domain(): Constraint { return constraints.independent(constraints.real, 2); }
  override get codomain(): Constraint { return constraints.lowerCholesky; }
  override equals(other: unknown): boolean { return isTransform(other) && other.constructor === this.constructor; }
  override _call(x: Tensor): Tensor { return x.tril(-1).add(ops.diagEmbed(x.diagonal(0, -2, -1).exp())); }
  override _inverse(y: Tensor): Tensor { return y.tril(-1).add(ops.diagEmbed(y.diagonal(0, -2, -1).log())); }
}

/** Square matrices to positive definite ones, by their lower triangle. */
export class PositiveDefiniteTransform extends LowerCholeskyTransform {
  override get codomain(): Constraint { return constraints.positiveDefinite; }
  override _call(x: Tensor): Tensor {
    const lower = super._call(x);
    return ops.matmul(lower, lower.transpose(-2, -1));
  }
  override _inverse(y: Tensor): Tensor { return super._inverse(ops.linalgCholesky(y)); }
}

/** Transforms of parts of given lengths along a dim. */
export class CatTransform extends Transform {
  declare readonly transforms: readonly Transform[];
  declare readonly dim: number;
  declare readonly lengths: readonly number[];
  constructor(tseq: readonly Transform[], dim = 0, lengths: readonly number[] | null = null, cacheSize: Cache = 0) {
    super(cacheSize);
    if (!Array.isArray(tseq) || !tseq.every(isTransform)) fail('CatTransform', 'tseq must be an array of transforms');
    this.transforms = this.cacheSize ? tseq.map((t) => t.withCache(this.cacheSize)) : [...tseq];
    this.lengths = lengths ?? this.transforms.map(() => 1);
    if (this.lengths.length !== this.transforms.length) fail('CatTransform', `expected ${this.transforms.length} lengths, got ${this.lengths.length}`);
    this.dim = dim;
  }
  override get eventDim(): number { return Math.max(...this.transforms.map((t) => t.eventDim)); }
  get length(): number { return this.lengths.reduce((a, b) => a + b, 0); }
  protected override _copy(cacheSize: number): Transform { return new CatTransform(this.transforms, this.dim, this.lengths, cacheSize); }
  private parts(t: Tensor): Tensor[] {
    if (t.size(this.dim) !== this.length) fail('CatTransform', `expected ${this.length} entries along dim ${this.dim}, got ${t.size(this.dim)}`);
    let start = 0;
    return this.lengths.map((n) => {
      start += n;
      return t.narrow(this.dim, start - n, n);
    });
  }
  override _call(x: Tensor): Tensor { return ops.cat(this.parts(x).map((part, i) => this.transforms[i](part)), this.dim); }
  override _inverse(y: Tensor): Tensor { return ops.cat(this.parts(y).map((part, i) => this.transforms[i].inv(part)), this.dim); }
  override logAbsDetJacobian(x: Tensor, y: Tensor): Tensor {
    const xs = this.parts(x), ys = this.parts(y), { eventDim } = this;
    const terms = this.transforms.map((t, i) => sumRightmost(t.logAbsDetJacobian(xs[i], ys[i]), Math.max(eventDim - t.eventDim, 0)));
    const dim = (this.dim >= 0 ? this.dim - x.ndim : this.dim) + eventDim;
    return dim < 0 ? ops.cat(terms, dim) : terms.reduce((a, b) => a.add(b));
  }
  override get bijective(): boolean { return this.transforms.every((t) => t.bijective); }
  override get domain(): Constraint { return constraints.cat(this.transforms.map((t) => t.domain), this.dim, this.lengths); }
  override get codomain(): Constraint { return constraints.cat(this.transforms.map((t) => t.codomain), this.dim, this.lengths); }
}

/** Transforms of the slices along a dim. */
export class StackTransform extends Transform {
  declare readonly transforms: readonly Transform[];
  declare readonly dim: number;
  constructor(tseq: readonly Transform[], dim = 0, cacheSize: Cache = 0) {
    super(cacheSize);
    if (!Array.isArray(tseq) || !tseq.every(isTransform)) fail('StackTransform', 'tseq must be an array of transforms');
    this.transforms = this.cacheSize ? tseq.map((t) => t.withCache(this.cacheSize)) : [...tseq];
    this.dim = dim;
  }
  protected override _copy(cacheSize: number): Transform { return new StackTransform(this.transforms, this.dim, cacheSize); }
  private slices(t: Tensor): Tensor[] {
    if (t.size(this.dim) !== this.transforms.length) fail('StackTransform', `expected ${this.transforms.length} slices along dim ${this.dim}, got ${t.size(this.dim)}`);
    return this.transforms.map((_, i) => t.select(this.dim, i));
  }
  override _call(x: Tensor): Tensor { return ops.stack(this.slices(x).map((part, i) => this.transforms[i](part)), this.dim); }
  override _inverse(y: Tensor): Tensor { return ops.stack(this.slices(y).map((part, i) => this.transforms[i].inv(part)), this.dim); }
  override logAbsDetJacobian(x: Tensor, y: Tensor): Tensor {
    const xs = this.slices(x), ys = this.slices(y);
    return ops.stack(this.transforms.map((t, i) => t.logAbsDetJacobian(xs[i], ys[i])), this.dim);
  }
  override get bijective(): boolean { return this.transforms.every((t) => t.bijective); }
  override get domain(): Constraint { return constraints.stack(this.transforms.map((t) => t.domain), this.dim); }
  override get codomain(): Constraint { return constraints.stack(this.transforms.map((t) => t.codomain), this.dim); }
}

/** What CumulativeDistributionTransform needs of a distribution. */
interface Cumulative { support: Constraint; cdf(value: Tensor): Tensor; icdf(value: Tensor): Tensor; logProb(value: Tensor): Tensor }

/** y = the distribution function of x: in a chain with the inverse of another one, a copula. */
export class CumulativeDistributionTransform extends Transform {
  declare readonly distribution: Cumulative;
  constructor(distribution: Cumulative, cacheSize: Cache = 0) {
    super(cacheSize);
    this.distribution = distribution;
  }
  protected override _copy(cacheSize: number): Transform { return new CumulativeDistributionTransform(this.distribution, cacheSize); }
  override get domain(): Constraint { return this.distribution.support; }
  override get codomain(): Constraint { return constraints.unitInterval; }
  override get bijective(): boolean { return true; }
  override get sign(): number { return 1; }
  override _call(x: Tensor): Tensor { return this.distribution.cdf(x); }
  override _inverse(y: Tensor): Tensor { return this.distribution.icdf(y); }
  override logAbsDetJacobian(x: Tensor, _y: Tensor): Tensor { return this.distribution.logProb(x); }
}
