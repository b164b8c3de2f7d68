import { bind, signature } from '../bind';
import type { Tensor } from '../tensor';
import { count, fail, type Tail } from './common';
import { Module } from './module';
import { py } from './repr';

const sigs = {
  Flatten: signature('Flatten', 'startDim=1, endDim=-1'),
  Unflatten: signature('Unflatten', 'dim, unflattenedSize'),
};

/** Makes one dimension of those from startDim to endDim. */
export class Flatten extends Module {
  readonly startDim: number;
  readonly endDim: number;
  constructor(...args: Tail<[startDim: number, endDim: number], { startDim?: number; endDim?: number }>) {
    super();
    const [startDim, endDim] = bind(sigs.Flatten, args);
    this.startDim = startDim as number;
    this.endDim = endDim as number;
  }
  forward(input: Tensor): Tensor {
    return input.flatten(this.startDim, this.endDim);
  }
  extraRepr(): string {
    return `start_dim=${this.startDim}, end_dim=${this.endDim}`;
  }
}

/** Splits dimension `dim` into dimensions of the given sizes, one of which may be -1. */
export class Unflatten extends Module {
  readonly dim: number;
  readonly unflattenedSize: number[];
  constructor(dim: number, unflattenedSize: readonly number[]);
  constructor(options: { dim: number; unflattenedSize: readonly number[] });
  constructor(...args: unknown[]) {
    super();
    const [dim, size] = bind(sigs.Unflatten, args);
    this.dim = count('Unflatten', 'dim', dim, -64);
    if (!Array.isArray(size)) fail('Unflatten', `unflattened_size must be an array of integers, but found type ${typeof size}`);
    this.unflattenedSize = size.map((n, i) => {
      if (!Number.isSafeInteger(n)) fail('Unflatten', `unflattened_size must be an array of integers, but found element of type ${typeof n} at pos ${i}`);
      return n as number;
    });
  }
  forward(input: Tensor): Tensor {
    const { shape } = input;
    const dim = this.dim < 0 ? this.dim + shape.length : this.dim;
    if (dim < 0 || dim >= shape.length) {
      fail('Unflatten', `Dimension out of range (expected to be in range of [${-shape.length}, ${shape.length - 1}], but got ${this.dim})`, 'ERR_SHAPE');
    }
    return input.reshape([...shape.slice(0, dim), ...this.fit(shape[dim]), ...shape.slice(dim + 1)]);
  }
  /** unflattenedSize with -1 replaced: elsewhere in the shape sizes may be 0, so that reshape could not tell. */
  private fit(total: number): number[] {
    const known = this.unflattenedSize.reduce((a, n) => (n === -1 ? a : a * n), 1);
    const size = this.unflattenedSize.map((n) => (n === -1 ? total / known : n));
    if (size.reduce((a, b) => a * b, 1) !== total || size.some((n) => !Number.isInteger(n) || n < 0)) {
      fail('Unflatten', `Provided sizes [${this.unflattenedSize.join(', ')}] don't multiply up to the size of dim ${this.dim} (${total}) in the input tensor`, 'ERR_SHAPE');
    }
    return size;
  }
  extraRepr(): string {
    return `dim=${this.dim}, unflattened_size=${py(this.unflattenedSize)}`;
  }
}
