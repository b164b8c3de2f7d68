/** Regions over which a value is valid. https://pytorch.org/docs/stable/distributions.html#module-torch.distributions.constraints */
import * as ops from '../gen/ops';
import { finfo } from '../info';
import { py, pyFloat } from '../nn/repr';
import type { Tensor } from '../tensor';
import { fail, unsupported } from './utils';

/** A bound: a number, or a tensor of them. */
export type Bound = number | Tensor;

/** Base of the constraints: check(value) tells for each event of value whether it is valid. */
export abstract class Constraint {
  /** Whether the values are isolated points. */
  get isDiscrete(): boolean { return false; }
  /** How many of the last dims make one event: check() leaves them away. */
  get eventDim(): number { return 0; }
  abstract check(value: Tensor): Tensor;
  toString(): string { return `${this.constructor.name}()`; }
  [Symbol.for('nodejs.util.inspect.custom')](): string { return this.toString(); }
}

/** Stands for what depends on other parameters: its properties may be known, validity is not. */
export class Dependent extends Constraint {
  constructor(private readonly known: { isDiscrete?: boolean; eventDim?: number } = {}) { super(); }
  override get isDiscrete(): boolean { return this.known.isDiscrete ?? unsupported('Dependent', '.isDiscrete cannot be determined statically'); }
  override get eventDim(): number { return this.known.eventDim ?? unsupported('Dependent', '.eventDim cannot be determined statically'); }
  override check(_value: Tensor): Tensor { return fail('Dependent', 'Cannot determine validity of dependent constraint'); }
}
export const isDependent = (constraint: Constraint): boolean => constraint instanceof Dependent;

/** A constraint whose last batch dims belong to the event: it is valid where all of them are. */
export class IndependentConstraint extends Constraint {
  constructor(readonly baseConstraint: Constraint, readonly reinterpretedBatchNdims: number) { super(); }
  override get isDiscrete(): boolean { return this.baseConstraint.isDiscrete; }
  override get eventDim(): number { return this.baseConstraint.eventDim + this.reinterpretedBatchNdims; }
  override check(value: Tensor): Tensor {
    const result = this.baseConstraint.check(value), n = this.reinterpretedBatchNdims;
    if (result.ndim < n) fail('IndependentConstraint', `Expected value.dim() >= ${this.eventDim} but got ${value.ndim}`);
    return result.reshape([...result.shape.slice(0, result.ndim - n), -1]).all(-1);
  }
  override toString(): string { return `IndependentConstraint(${this.baseConstraint}, ${this.reinterpretedBatchNdims})`; }
}

const isBit = (value: Tensor): Tensor => value.eq(0).logicalOr(value.eq(1));
const isWhole = (value: Tensor): Tensor => value.remainder(1).eq(0);

export class BooleanConstraint extends Constraint {
  override get isDiscrete(): boolean { return true; }
  override check(value: Tensor): Tensor { return isBit(value); }
  override toString(): string { return 'Boolean()'; }
}

export class OneHot extends Constraint {
  override get isDiscrete(): boolean { return true; }
  override get eventDim(): number { return 1; }
  override check(value: Tensor): Tensor { return isBit(value).all(-1).logicalAnd(value.sum(-1).eq(1)); }
}

/** Bounds as Python prints them. */
const bound = (x: Bound, float: boolean): string => (typeof x === 'number' ? (float ? pyFloat(x) : py(x)) : String(x));

export class IntegerInterval extends Constraint {
  constructor(readonly lowerBound: Bound, readonly upperBound: Bound) { super(); }
  override get isDiscrete(): boolean { return true; }
  override check(value: Tensor): Tensor { return isWhole(value).logicalAnd(value.ge(this.lowerBound)).logicalAnd(value.le(this.upperBound)); }
  override toString(): string { return `IntegerInterval(lower_bound=${bound(this.lowerBound, false)}, upper_bound=${bound(this.upperBound, false)})`; }
}

export class IntegerLessThan extends Constraint {
  constructor(readonly upperBound: Bound) { super(); }
  override get isDiscrete(): boolean { return true; }
  override check(value: Tensor): Tensor { return isWhole(value).logicalAnd(value.le(this.upperBound)); }
  override toString(): string { return `IntegerLessThan(upper_bound=${bound(this.upperBound, false)})`; }
}

export class IntegerGreaterThan extends Constraint {
  constructor(readonly lowerBound: Bound) { super(); }
  override get isDiscrete(): boolean { return true; }
  override check(value: Tensor): Tensor { return isWhole(value).logicalAnd(value.ge(this.lowerBound)); }
  override toString(): string { return `IntegerGreaterThan(lower_bound=${bound(this.lowerBound, false)})`; }
}

/** Everything but NaN. */
export class Real extends Constraint {
  override check(value: Tensor): Tensor { return value.eq(value); }
}

export class GreaterThan extends Constraint {
  constructor(readonly lowerBound: Bound) { super(); }
  override check(value: Tensor): Tensor { return value.gt(this.lowerBound); }
  override toString(): string { return `GreaterThan(lower_bound=${bound(this.lowerBound, true)})`; }
}

export class GreaterThanEq extends Constraint {
  constructor(readonly lowerBound: Bound) { super(); }
  override check(value: Tensor): Tensor { return value.ge(this.lowerBound); }
  override toString(): string { return `GreaterThanEq(lower_bound=${bound(this.lowerBound, true)})`; }
}

export class LessThan extends Constraint {
  constructor(readonly upperBound: Bound) { super(); }
  override check(value: Tensor): Tensor { return value.lt(this.upperBound); }
  override toString(): string { return `LessThan(upper_bound=${bound(this.upperBound, true)})`; }
}

export class Interval extends Constraint {
  constructor(readonly lowerBound: Bound, readonly upperBound: Bound) { super(); }
  override check(value: Tensor): Tensor { return value.ge(this.lowerBound).logicalAnd(value.le(this.upperBound)); }
  override toString(): string { return `${this.constructor.name}(lower_bound=${bound(this.lowerBound, true)}, upper_bound=${bound(this.upperBound, true)})`; }
}

export class HalfOpenInterval extends Interval {
  override check(value: Tensor): Tensor { return value.ge(this.lowerBound).logicalAnd(value.lt(this.upperBound)); }
}

/** Not negative, with the sum 1 along the last dim. */
export class Simplex extends Constraint {
  override get eventDim(): number { return 1; }
  override check(value: Tensor): Tensor { return value.ge(0).all(-1).logicalAnd(value.sum(-1).sub(1).abs().lt(1e-6)); }
}

/** Counts with a sum of at most the bound. */
export class MultinomialConstraint extends Constraint {
  constructor(readonly upperBound: Bound) { super(); }
  override get isDiscrete(): boolean { return true; }
  override get eventDim(): number { return 1; }
  override check(value: Tensor): Tensor { return value.ge(0).all(-1).logicalAnd(value.sum(-1).le(this.upperBound)); }
  override toString(): string { return 'Multinomial()'; }
}

abstract class MatrixConstraint extends Constraint {
  override get eventDim(): number { return 2; }
}
const overMatrix = (t: Tensor): Tensor => t.reshape([...t.shape.slice(0, -2), -1]).all(-1);

export class LowerTriangular extends MatrixConstraint {
  override check(value: Tensor): Tensor { return overMatrix(value.tril().eq(value)); }
}

export class LowerCholesky extends MatrixConstraint {
  override check(value: Tensor): Tensor { return overMatrix(value.tril().eq(value)).logicalAnd(value.diagonal(0, -2, -1).gt(0).all(-1)); }
}

export class CorrCholesky extends MatrixConstraint {
  override check(value: Tensor): Tensor {
    const tolerance = finfo(value.dtype).eps * value.size(-1) * 10;
    const unit = ops.vectorNorm(value.detach(), 2, -1).sub(1).abs().le(tolerance).all(-1);
    return lowerCholesky.check(value).logicalAnd(unit);
  }
}

export class Square extends MatrixConstraint {
  override check(value: Tensor): Tensor { return ops.full(value.shape.slice(0, -2), value.size(-2) === value.size(-1), { dtype: 'bool' }); }
}

export class SymmetricConstraint extends Square {
  override check(value: Tensor): Tensor {
    const isSquare = super.check(value);
    if (!isSquare.all().item()) return isSquare;
    return ops.isclose(value, value.transpose(-2, -1), { atol: 1e-6 }).all(-2).all(-1);
  }
  override toString(): string { return 'Symmetric()'; }
}

export class PositiveSemidefinite extends SymmetricConstraint {
  override check(value: Tensor): Tensor {
    const symmetric = super.check(value);
    return symmetric.all().item() ? ops.linalgEigvalsh(value).ge(0).all(-1) : symmetric;
  }
  override toString(): string { return 'PositiveSemidefinite()'; }
}

export class PositiveDefinite extends SymmetricConstraint {
  override check(value: Tensor): Tensor {
    const symmetric = super.check(value);
    return symmetric.all().item() ? ops.linalgCholeskyEx(value).info.eq(0) : symmetric;
  }
  override toString(): string { return 'PositiveDefinite()'; }
}

/** Constraints of parts of given lengths along a dim. */
export class CatConstraint extends Constraint {
  readonly lengths: readonly number[];
  constructor(readonly cseq: readonly Constraint[], readonly dim = 0, lengths: readonly number[] | null = null) {
    super();
    this.lengths = lengths ?? cseq.map(() => 1);
    if (this.lengths.length !== cseq.length) fail('cat', `expected ${cseq.length} lengths, got ${this.lengths.length}`);
  }
  override get isDiscrete(): boolean { return this.cseq.some((c) => c.isDiscrete); }
  override get eventDim(): number { return Math.max(...this.cseq.map((c) => c.eventDim)); }
  override check(value: Tensor): Tensor {
    let start = 0;
    return ops.cat(this.cseq.map((c, i) => {
      const part = value.narrow(this.dim, start, this.lengths[i]);
      start += this.lengths[i];
      return c.check(part);
    }), this.dim);
  }
  override toString(): string { return 'Cat()'; }
}

/** Constraints of the slices along a dim. */
export class StackConstraint extends Constraint {
  constructor(readonly cseq: readonly Constraint[], readonly dim = 0) { super(); }
  override get isDiscrete(): boolean { return this.cseq.some((c) => c.isDiscrete); }
  override get eventDim(): number {
    const dim = Math.max(...this.cseq.map((c) => c.eventDim));
    return this.dim + dim < 0 ? dim + 1 : dim;
  }
  override check(value: Tensor): Tensor { return ops.stack(this.cseq.map((c, i) => c.check(value.select(this.dim, i))), this.dim); }
  override toString(): string { return 'Stack()'; }
}

/** A family of constraints: called it makes one, and in a registry it stands for all of them. */
export interface Maker<A extends unknown[], C extends Constraint> { (...args: A): C; readonly type: new (...args: any[]) => C }
function maker<A extends unknown[], C extends Constraint>(type: new (...args: A) => C): Maker<A, C> {
  return Object.assign((...args: A) => new type(...args), { type });
}

export const dependent = Object.assign((known: { isDiscrete?: boolean; eventDim?: number } = {}) => new Dependent(known), { type: Dependent }) as Maker<[known?: { isDiscrete?: boolean; eventDim?: number }], Dependent>;
export const independent = maker(IndependentConstraint);
export const boolean = new BooleanConstraint();
export const oneHot = new OneHot();
export const nonnegativeInteger = new IntegerGreaterThan(0);
export const positiveInteger = new IntegerGreaterThan(1);
export const integerInterval = maker(IntegerInterval);
export const real = new Real();
export const realVector = independent(real, 1);
export const positive = new GreaterThan(0);
export const nonnegative = new GreaterThanEq(0);
export const greaterThan = maker(GreaterThan);
export const greaterThanEq = maker(GreaterThanEq);
export const lessThan = maker(LessThan);
export const multinomial = maker(MultinomialConstraint);
export const unitInterval = new Interval(0, 1);
export const interval = maker(Interval);
export const halfOpenInterval = maker(HalfOpenInterval);
export const simplex = new Simplex();
export const lowerTriangular = new LowerTriangular();
export const lowerCholesky = new LowerCholesky();
export const corrCholesky = new CorrCholesky();
export const square = new Square();
export const symmetric = new SymmetricConstraint();
export const positiveSemidefinite = new PositiveSemidefinite();
export const positiveDefinite = new PositiveDefinite();
export const cat = maker(CatConstraint);
export const stack = maker(StackConstraint);
