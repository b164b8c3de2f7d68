import { bind, signature } from '../bind';
import type { Scalar, Tensor } from '../tensor';
import * as ops from '../gen/ops';
import { fail, type Size } from './common';
import { takesNames } from './forward';
import { Module } from './module';
import { py } from './repr';

const named = (name: string): ReturnType<typeof signature> => signature(name, 'padding');
const constant = (name: string): ReturnType<typeof signature> => signature(name, 'padding, value');

type Mode = 'reflect' | 'replicate' | 'circular';
type PadArgs = [padding: Size] | [options: { padding: Size }];
type ConstantArgs = [padding: Size, value: Scalar] | [padding: Size, options: { value: Scalar }] | [options: { padding: Size; value: Scalar }];

/** [before, after] of each of n dims, the last one first: a number stands for all. */
function amounts(name: string, n: number, padding: unknown): number[] {
  const list = Array.isArray(padding) ? padding as unknown[] : new Array<unknown>(2 * n).fill(padding);
  if (list.length !== 2 * n || !list.every(Number.isSafeInteger)) fail(name, `padding must be an integer or ${2 * n} of them, but got ${py(padding)}`);
  return list as number[];
}

abstract class PadNd extends Module {
  readonly padding: number[];
  constructor(name: string, n: number, args: readonly unknown[]) {
    super();
    this.padding = amounts(name, n, bind(named(name), args)[0]);
  }
  abstract _mode(): Mode;
  forward(input: Tensor): Tensor {
    return ops.pad(input, this.padding, this._mode());
  }
  extraRepr(): string {
    return py(this.padding);
  }
}
abstract class Reflection extends PadNd {
  _mode(): Mode { return 'reflect'; }
}
abstract class Replication extends PadNd {
  _mode(): Mode { return 'replicate'; }
}
abstract class Circular extends PadNd {
  _mode(): Mode { return 'circular'; }
}

abstract class ConstantNd extends Module {
  readonly padding: number[];
  readonly value: Scalar;
  constructor(name: string, n: number, args: readonly unknown[]) {
    super();
    const [padding, value] = bind(constant(name), args);
    this.padding = amounts(name, n, padding);
    this.value = value as Scalar;
  }
  forward(input: Tensor): Tensor {
    return ops.pad(input, this.padding, 'constant', this.value);
  }
  extraRepr(): string {
    return `padding=${py(this.padding)}, value=${py(this.value)}`;
  }
}
abstract class ZeroNd extends ConstantNd {
  constructor(name: string, n: number, args: readonly unknown[]) {
    super(name, n, [bind(named(name), args)[0], 0]);
  }
  extraRepr(): string {
    return py(this.padding);
  }
}

/**
 * Pads the last dim with the reflection of what is inside, the edge not repeated. padding: a number, or [before, after] of the last dim, then of those before it.
 *
 * @example
 * ```js
 * console.log(new torsh.nn.ReflectionPad1d(2)(torsh.tensor([[1, 2, 3]]))); // tensor([[3., 2., 1., 2., 3., 2., 1.]])
 * ```
 */
export class ReflectionPad1d extends Reflection {
  constructor(...args: PadArgs) {
    super('ReflectionPad1d', 1, args);
  }
}

/**
 * Pads the last two dims with the reflection of what is inside, the edge not repeated. padding: a number, or [before, after] of the last dim, then of those before it.
 *
 * @example
 * ```js
 * const m = new torsh.nn.ReflectionPad2d(2);
 * console.log(m(torsh.randn(1, 3, 4, 4)).shape); // [ 1, 3, 8, 8 ]
 * ```
 */
export class ReflectionPad2d extends Reflection {
  constructor(...args: PadArgs) {
    super('ReflectionPad2d', 2, args);
  }
}

/**
 * Pads the last three dims with the reflection of what is inside, the edge not repeated. padding: a number, or [before, after] of the last dim, then of those before it.
 *
 * @example
 * ```js
 * const m = new torsh.nn.ReflectionPad3d(1);
 * console.log(m(torsh.randn(1, 3, 4, 4, 4)).shape); // [ 1, 3, 6, 6, 6 ]
 * ```
 */
export class ReflectionPad3d extends Reflection {
  constructor(...args: PadArgs) {
    super('ReflectionPad3d', 3, args);
  }
}

/**
 * Pads the last dim with copies of the edge. padding: a number, or [before, after] of the last dim, then of those before it.
 *
 * @example
 * ```js
 * console.log(new torsh.nn.ReplicationPad1d([1, 2])(torsh.tensor([[1, 2, 3]]))); // tensor([[1., 1., 2., 3., 3., 3.]])
 * ```
 */
export class ReplicationPad1d extends Replication {
  constructor(...args: PadArgs) {
    super('ReplicationPad1d', 1, args);
  }
}

/**
 * Pads the last two dims with copies of the edge. padding: a number, or [before, after] of the last dim, then of those before it.
 *
 * @example
 * ```js
 * const m = new torsh.nn.ReplicationPad2d(2);
 * console.log(m(torsh.randn(1, 3, 4, 4)).shape); // [ 1, 3, 8, 8 ]
 * ```
 */
export class ReplicationPad2d extends Replication {
  constructor(...args: PadArgs) {
    super('ReplicationPad2d', 2, args);
  }
}

/**
 * Pads the last three dims with copies of the edge. padding: a number, or [before, after] of the last dim, then of those before it.
 *
 * @example
 * ```js
 * const m = new torsh.nn.ReplicationPad3d(1);
 * console.log(m(torsh.randn(1, 3, 4, 4, 4)).shape); // [ 1, 3, 6, 6, 6 ]
 * ```
 */
export class ReplicationPad3d extends Replication {
  constructor(...args: PadArgs) {
    super('ReplicationPad3d', 3, args);
  }
}

/**
 * Pads the last dim with what comes in from the other side. padding: a number, or [before, after] of the last dim, then of those before it.
 *
 * @example
 * ```js
 * console.log(new torsh.nn.CircularPad1d(1)(torsh.tensor([[1, 2, 3]]))); // tensor([[3., 1., 2., 3., 1.]])
 * ```
 */
export class CircularPad1d extends Circular {
  constructor(...args: PadArgs) {
    super('CircularPad1d', 1, args);
  }
}

/**
 * Pads the last two dims with what comes in from the other side. padding: a number, or [before, after] of the last dim, then of those before it.
 *
 * @example
 * ```js
 * const m = new torsh.nn.CircularPad2d([1, 1, 2, 0]);
 * console.log(m(torsh.randn(1, 3, 4, 4)).shape); // [ 1, 3, 6, 6 ]
 * ```
 */
export class CircularPad2d extends Circular {
  constructor(...args: PadArgs) {
    super('CircularPad2d', 2, args);
  }
}

/**
 * Pads the last three dims with what comes in from the other side. padding: a number, or [before, after] of the last dim, then of those before it.
 *
 * @example
 * ```js
 * const m = new torsh.nn.CircularPad3d(1);
 * console.log(m(torsh.randn(1, 3, 4, 4, 4)).shape); // [ 1, 3, 6, 6, 6 ]
 * ```
 */
export class CircularPad3d extends Circular {
  constructor(...args: PadArgs) {
    super('CircularPad3d', 3, args);
  }
}

/**
 * Pads the last dim with a value. padding: a number, or [before, after] of the last dim, then of those before it; negative ones crop.
 *
 * @example
 * ```js
 * console.log(new torsh.nn.ConstantPad1d([1, 2], 9)(torsh.tensor([[1, 2, 3]]))); // tensor([[9., 1., 2., 3., 9., 9.]])
 * ```
 */
export class ConstantPad1d extends ConstantNd {
  constructor(...args: ConstantArgs) {
    super('ConstantPad1d', 1, args);
  }
}

/**
 * Pads the last two dims with a value. padding: a number, or [before, after] of the last dim, then of those before it; negative ones crop.
 *
 * @example
 * ```js
 * const m = new torsh.nn.ConstantPad2d([1, 1, 2, 0], 3.5);
 * console.log(m(torsh.randn(1, 2, 2)).shape); // [ 1, 4, 4 ]
 * ```
 */
export class ConstantPad2d extends ConstantNd {
  constructor(...args: ConstantArgs) {
    super('ConstantPad2d', 2, args);
  }
}

/**
 * Pads the last three dims with a value. padding: a number, or [before, after] of the last dim, then of those before it; negative ones crop.
 *
 * @example
 * ```js
 * const m = new torsh.nn.ConstantPad3d(1, 0);
 * console.log(m(torsh.randn(1, 3, 4, 4, 4)).shape); // [ 1, 3, 6, 6, 6 ]
 * ```
 */
export class ConstantPad3d extends ConstantNd {
  constructor(...args: ConstantArgs) {
    super('ConstantPad3d', 3, args);
  }
}

/**
 * Pads the last dim with zeros. padding: a number, or [before, after] of the last dim, then of those before it; negative ones crop.
 *
 * @example
 * ```js
 * console.log(new torsh.nn.ZeroPad1d(1)(torsh.tensor([[1, 2]]))); // tensor([[0., 1., 2., 0.]])
 * ```
 */
export class ZeroPad1d extends ZeroNd {
  constructor(...args: PadArgs) {
    super('ZeroPad1d', 1, args);
  }
}

/**
 * Pads the last two dims with zeros. padding: a number, or [before, after] of the last dim, then of those before it; negative ones crop.
 *
 * @example
 * ```js
 * const m = new torsh.nn.ZeroPad2d([1, 1, 2, 0]);
 * console.log(m(torsh.randn(1, 3, 4, 4)).shape); // [ 1, 3, 6, 6 ]
 * ```
 */
export class ZeroPad2d extends ZeroNd {
  constructor(...args: PadArgs) {
    super('ZeroPad2d', 2, args);
  }
}

/**
 * Pads the last three dims with zeros. padding: a number, or [before, after] of the last dim, then of those before it; negative ones crop.
 *
 * @example
 * ```js
 * const m = new torsh.nn.ZeroPad3d(1);
 * console.log(m(torsh.randn(1, 3, 4, 4, 4)).shape); // [ 1, 3, 6, 6, 6 ]
 * ```
 */
export class ZeroPad3d extends ZeroNd {
  constructor(...args: PadArgs) {
    super('ZeroPad3d', 3, args);
  }
}

takesNames('input', PadNd, ConstantNd);
