import { bind, signature } from '../bind';
import type { Tensor } from '../tensor';
import { count, fail, type Tail } from './common';
import { takesNames } from './forward';
import { Module } from './module';
import { py } from './repr';

const sigs = {
  Flatten: signature('Flatten', 'startDim=1, endDim=-1'),
  Unflatten: signature('Unflatten', 'dim, unflattenedSize'),
};

/**
 * Makes one dimension of those from startDim to endDim.
 *
 * @example
 * ```js
 * const m = new torsh.nn.Flatten();
 * console.log(m(torsh.randn(32, 1, 5, 5)).shape); // [ 32, 25 ]
 * ```
 */
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

/**
 * Splits dimension `dim` into dimensions of the given sizes, one of which may be -1.
 *
 * @example
 * ```js
 * const m = new torsh.nn.Unflatten(1, [2, 5]);
 * console.log(m(torsh.randn(3, 10)).shape); // [ 3, 2, 5 ]
 * ```
 */
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
    return input.unflatten(this.dim, this.unflattenedSize);
  }
  extraRepr(): string {
    return `dim=${this.dim}, unflattened_size=${py(this.unflattenedSize)}`;
  }
}

takesNames('input', Flatten, Unflatten);
