/** Parameters and buffers whose shape the first input decides. */
import { _empty } from '../gen/system';
import type { DType, Tensor } from '../tensor';
import { Buffer, Parameter } from './parameter';

/** One with no room for values yet: materialize() gives it its shape and makes it an ordinary Parameter, the same object. */
export class UninitializedParameter extends Parameter {
  constructor(requiresGrad: boolean = true, options: { device?: 'cpu' | null; dtype?: DType | null } = {}) {
    super(_empty([0], options.dtype ?? null), requiresGrad);
  }
  materialize(shape: readonly number[], _device: 'cpu' | null = null, dtype: DType | null = null): void {
    this.data = _empty([...shape], dtype ?? this.dtype);
    Object.setPrototypeOf(this, Parameter.prototype);
  }
  toString(): string {
    return '<UninitializedParameter>';
  }
}

/** The same for a Buffer. */
export class UninitializedBuffer extends Buffer {
  constructor(_requiresGrad: boolean = false, options: { device?: 'cpu' | null; dtype?: DType | null } = {}) {
    super(_empty([0], options.dtype ?? null));
  }
  materialize(shape: readonly number[], _device: 'cpu' | null = null, dtype: DType | null = null): void {
    this.data = _empty([...shape], dtype ?? this.dtype);
    Object.setPrototypeOf(this, Buffer.prototype);
  }
  toString(): string {
    return '<UninitializedBuffer>';
  }
}

/** Is t without a shape of its own? Told by class, so that a tensor of no elements is not. */
export const isUninitialized = (t: Tensor): t is UninitializedParameter | UninitializedBuffer => t instanceof UninitializedParameter || t instanceof UninitializedBuffer;
