import { bind, signature } from '../bind';
import type { Tensor } from '../tensor';
import * as ops from '../gen/ops';
import { sizes, type Size, type Tail } from './common';
import { takesNames } from './forward';
import { Module } from './module';
import { py } from './repr';

const maxText = 'kernelSize, stride=null, padding=0, dilation=1, returnIndices=false, ceilMode=false';
const avgText = 'kernelSize, stride=null, padding=0, ceilMode=false, countIncludePad=true';
const sigs = {
  MaxPool1d: signature('MaxPool1d', maxText),
  MaxPool2d: signature('MaxPool2d', maxText),
  MaxPool3d: signature('MaxPool3d', maxText),
  AvgPool1d: signature('AvgPool1d', avgText),
  AvgPool2d: signature('AvgPool2d', `${avgText}, divisorOverride=null`),
  AvgPool3d: signature('AvgPool3d', `${avgText}, divisorOverride=null`),
};

export interface MaxPoolOptions {
  /** kernelSize unless given. */
  stride?: Size | null;
  padding?: Size;
  dilation?: Size;
  /** Results are [values, indices]. */
  returnIndices?: boolean;
  ceilMode?: boolean;
}
type MaxPoolTail = Tail<[stride: Size | null, padding: Size, dilation: Size, returnIndices: boolean, ceilMode: boolean], MaxPoolOptions>;

/** Checked for n dimensions, kept as given: that is how PyTorch prints it. */
function checked(name: string, n: number, what: string, value: unknown, min: number): Size {
  sizes(name, what, value, n, min);
  return value as Size;
}

/** One tensor, or with returnIndices two: TypeScript may take it as either. */
export type Pooled = ReturnType<typeof ops.maxPool2d>;
export type PoolOp = (input: Tensor, kernelSize: Size, stride: Size | null, padding: Size, dilation: Size, ceilMode: boolean) => Tensor | [Tensor, Tensor];

abstract class MaxPool extends Module {
  readonly kernelSize: Size;
  readonly stride: Size;
  readonly padding: Size;
  readonly dilation: Size;
  readonly returnIndices: boolean;
  readonly ceilMode: boolean;

  constructor(name: keyof typeof sigs, n: number, args: readonly unknown[]) {
    super();
    const [kernelSize, stride, padding, dilation, returnIndices, ceilMode] = bind(sigs[name], args);
    this.kernelSize = checked(name, n, 'kernelSize', kernelSize, 1);
    this.stride = checked(name, n, 'stride', stride ?? kernelSize, 1);
    this.padding = checked(name, n, 'padding', padding, 0);
    this.dilation = checked(name, n, 'dilation', dilation, 1);
    this.returnIndices = returnIndices as boolean;
    this.ceilMode = ceilMode as boolean;
  }
  _run(input: Tensor, pool: PoolOp): Pooled {
    return pool(input, this.kernelSize, this.stride, this.padding, this.dilation, this.ceilMode) as Pooled;
  }
  extraRepr(): string {
    return `kernel_size=${py(this.kernelSize)}, stride=${py(this.stride)}, padding=${py(this.padding)}, dilation=${py(this.dilation)}, ceil_mode=${py(this.ceilMode)}`;
  }
}

/**
 * The largest value of each window: (N, C, L) or (C, L).
 *
 * @example
 * ```js
 * const m = new torsh.nn.MaxPool1d(3, { stride: 2 });
 * console.log(m(torsh.randn(20, 16, 50)).shape); // [ 20, 16, 24 ]
 * ```
 */
export class MaxPool1d extends MaxPool {
  constructor(kernelSize: Size, ...rest: MaxPoolTail);
  constructor(options: { kernelSize: Size } & MaxPoolOptions);
  constructor(...args: unknown[]) {
    super('MaxPool1d', 1, args);
  }
  forward(input: Tensor): Pooled {
    return this._run(input, this.returnIndices ? ops.maxPool1dWithIndices : ops.maxPool1d);
  }
}

/**
 * The largest value of each window: (N, C, H, W) or (C, H, W).
 *
 * @example
 * ```js
 * const m = new torsh.nn.MaxPool2d(2);
 * console.log(m(torsh.randn(2, 16, 50, 32)).shape); // [ 2, 16, 25, 16 ]
 * ```
 */
export class MaxPool2d extends MaxPool {
  constructor(kernelSize: Size, ...rest: MaxPoolTail);
  constructor(options: { kernelSize: Size } & MaxPoolOptions);
  constructor(...args: unknown[]) {
    super('MaxPool2d', 2, args);
  }
  forward(input: Tensor): Pooled {
    return this._run(input, this.returnIndices ? ops.maxPool2dWithIndices : ops.maxPool2d);
  }
}

/**
 * The largest value of each window: (N, C, D, H, W) or (C, D, H, W).
 *
 * @example
 * ```js
 * const m = new torsh.nn.MaxPool3d([3, 2, 2]);
 * console.log(m(torsh.randn(2, 16, 12, 10, 8)).shape); // [ 2, 16, 4, 5, 4 ]
 * ```
 */
export class MaxPool3d extends MaxPool {
  constructor(kernelSize: Size, ...rest: MaxPoolTail);
  constructor(options: { kernelSize: Size } & MaxPoolOptions);
  constructor(...args: unknown[]) {
    super('MaxPool3d', 3, args);
  }
  forward(input: Tensor): Pooled {
    return this._run(input, this.returnIndices ? ops.maxPool3dWithIndices : ops.maxPool3d);
  }
}

export interface AvgPoolOptions {
  /** kernelSize unless given. */
  stride?: Size | null;
  padding?: Size;
  ceilMode?: boolean;
  countIncludePad?: boolean;
}
export interface AvgPoolNdOptions extends AvgPoolOptions {
  /** What sums are divided by, instead of the window's size. */
  divisorOverride?: number | null;
}
type AvgPoolNdTail = Tail<
  [stride: Size | null, padding: Size, ceilMode: boolean, countIncludePad: boolean, divisorOverride: number | null], AvgPoolNdOptions
>;

abstract class AvgPool extends Module {
  readonly kernelSize: Size;
  readonly stride: Size;
  readonly padding: Size;
  readonly ceilMode: boolean;
  readonly countIncludePad: boolean;
  readonly divisorOverride: number | null;

  constructor(name: keyof typeof sigs, n: number, args: readonly unknown[]) {
    super();
    const [kernelSize, stride, padding, ceilMode, countIncludePad, divisorOverride] = bind(sigs[name], args);
    this.kernelSize = checked(name, n, 'kernelSize', kernelSize, 1);
    this.stride = checked(name, n, 'stride', stride ?? kernelSize, 1);
    this.padding = checked(name, n, 'padding', padding, 0);
    this.ceilMode = ceilMode as boolean;
    this.countIncludePad = countIncludePad as boolean;
    this.divisorOverride = (divisorOverride ?? null) as number | null;
  }
  extraRepr(): string {
    return `kernel_size=${py(this.kernelSize)}, stride=${py(this.stride)}, padding=${py(this.padding)}`;
  }
}

/**
 * The mean of each window: (N, C, L) or (C, L).
 *
 * @example
 * ```js
 * const m = new torsh.nn.AvgPool1d(3, { stride: 2 });
 * console.log(m(torsh.randn(20, 16, 50)).shape); // [ 20, 16, 24 ]
 * ```
 */
export class AvgPool1d extends AvgPool {
  constructor(kernelSize: Size, ...rest: Tail<[stride: Size | null, padding: Size, ceilMode: boolean, countIncludePad: boolean], AvgPoolOptions>);
  constructor(options: { kernelSize: Size } & AvgPoolOptions);
  constructor(...args: unknown[]) {
    super('AvgPool1d', 1, args);
  }
  forward(input: Tensor): Tensor {
    return ops.avgPool1d(input, this.kernelSize, this.stride, this.padding, this.ceilMode, this.countIncludePad);
  }
  // PyTorch keeps the numbers of this class alone as tuples.
  extraRepr(): string {
    const tuple = (value: Size): string => py(typeof value === 'number' ? [value] : value);
    return `kernel_size=${tuple(this.kernelSize)}, stride=${tuple(this.stride)}, padding=${tuple(this.padding)}`;
  }
}

/**
 * The mean of each window: (N, C, H, W) or (C, H, W).
 *
 * @example
 * ```js
 * const m = new torsh.nn.AvgPool2d([3, 2], { stride: [2, 1] });
 * console.log(m(torsh.randn(20, 16, 50, 32)).shape); // [ 20, 16, 24, 31 ]
 * ```
 */
export class AvgPool2d extends AvgPool {
  constructor(kernelSize: Size, ...rest: AvgPoolNdTail);
  constructor(options: { kernelSize: Size } & AvgPoolNdOptions);
  constructor(...args: unknown[]) {
    super('AvgPool2d', 2, args);
  }
  forward(input: Tensor): Tensor {
    return ops.avgPool2d(input, this.kernelSize, this.stride, this.padding, this.ceilMode, this.countIncludePad, this.divisorOverride);
  }
}

/**
 * The mean of each window: (N, C, D, H, W) or (C, D, H, W).
 *
 * @example
 * ```js
 * const m = new torsh.nn.AvgPool3d(3, { stride: 2 });
 * console.log(m(torsh.randn(2, 16, 20, 14, 12)).shape); // [ 2, 16, 9, 6, 5 ]
 * ```
 */
export class AvgPool3d extends AvgPool {
  constructor(kernelSize: Size, ...rest: AvgPoolNdTail);
  constructor(options: { kernelSize: Size } & AvgPoolNdOptions);
  constructor(...args: unknown[]) {
    super('AvgPool3d', 3, args);
  }
  forward(input: Tensor): Tensor {
    return ops.avgPool3d(input, this.kernelSize, this.stride, this.padding, this.ceilMode, this.countIncludePad, this.divisorOverride);
  }
}

takesNames('input', AvgPool1d, AvgPool2d, AvgPool3d, MaxPool1d, MaxPool2d, MaxPool3d);
