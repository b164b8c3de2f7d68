/** Pooling to a given output size, at random places, by powers, and back. */
import { bind, signature, type Signature } from '../bind';
import type { Tensor } from '../tensor';
import * as ops from '../gen/ops';
import { fail, sizes, type Size, type Tail } from './common';
import { takesNames } from './forward';
import { Module } from './module';
import type { Pooled } from './pooling';
import { py } from './repr';

/** null keeps the input's size. */
export type AdaptiveSize = number | null | readonly (number | null)[];

const adaptiveText = (max: boolean): string => (max ? 'outputSize, returnIndices=false' : 'outputSize');
const unpoolText = 'kernelSize, stride=null, padding=0';
const lpText = 'normType, kernelSize, stride=null, ceilMode=false';
const fractionalText = 'kernelSize, outputSize=null, outputRatio=null, returnIndices=false, _randomSamples=null';

abstract class AdaptiveAvg extends Module {
  readonly outputSize: AdaptiveSize;
  constructor(name: string, args: readonly unknown[]) {
    super();
    [this.outputSize] = bind(signature(name, adaptiveText(false)), args) as [AdaptiveSize];
  }
  extraRepr(): string {
    return `output_size=${py(this.outputSize)}`;
  }
}
type AdaptiveAvgArgs = [outputSize: AdaptiveSize] | [options: { outputSize: AdaptiveSize }];

/**
 * Means of as many windows as outputSize says: (N, C, L) or (C, L).
 *
 * @example
 * ```js
 * const m = new torsh.nn.AdaptiveAvgPool1d(5);
 * console.log(m(torsh.randn(1, 64, 8)).shape); // [ 1, 64, 5 ]
 * ```
 */
export class AdaptiveAvgPool1d extends AdaptiveAvg {
  constructor(...args: AdaptiveAvgArgs) {
    super('AdaptiveAvgPool1d', args);
  }
  forward(input: Tensor): Tensor {
    return ops.adaptiveAvgPool1d(input, this.outputSize);
  }
}
/**
 * Means of as many windows as outputSize says: (N, C, H, W) or (C, H, W).
 *
 * @example
 * ```js
 * const m = new torsh.nn.AdaptiveAvgPool2d([5, 7]);
 * console.log(m(torsh.randn(1, 64, 8, 9)).shape); // [ 1, 64, 5, 7 ]
 * ```
 */
export class AdaptiveAvgPool2d extends AdaptiveAvg {
  constructor(...args: AdaptiveAvgArgs) {
    super('AdaptiveAvgPool2d', args);
  }
  forward(input: Tensor): Tensor {
    return ops.adaptiveAvgPool2d(input, this.outputSize);
  }
}
/**
 * Means of as many windows as outputSize says: (N, C, D, H, W) or (C, D, H, W).
 *
 * @example
 * ```js
 * const m = new torsh.nn.AdaptiveAvgPool3d([5, 7, null]);
 * console.log(m(torsh.randn(1, 64, 10, 9, 8)).shape); // [ 1, 64, 5, 7, 8 ]
 * ```
 */
export class AdaptiveAvgPool3d extends AdaptiveAvg {
  constructor(...args: AdaptiveAvgArgs) {
    super('AdaptiveAvgPool3d', args);
  }
  forward(input: Tensor): Tensor {
    return ops.adaptiveAvgPool3d(input, this.outputSize);
  }
}

abstract class AdaptiveMax extends Module {
  readonly outputSize: AdaptiveSize;
  readonly returnIndices: boolean;
  constructor(name: string, args: readonly unknown[]) {
    super();
    [this.outputSize, this.returnIndices] = bind(signature(name, adaptiveText(true)), args) as [AdaptiveSize, boolean];
  }
  extraRepr(): string {
    return `output_size=${py(this.outputSize)}`;
  }
}
type AdaptiveMaxArgs = [outputSize: AdaptiveSize, ...rest: Tail<[returnIndices: boolean], { returnIndices?: boolean }>] | [options: { outputSize: AdaptiveSize; returnIndices?: boolean }];

/**
 * Maxima of as many windows as outputSize says: (N, C, L) or (C, L); returnIndices: [output, indices].
 *
 * @example
 * ```js
 * const m = new torsh.nn.AdaptiveMaxPool1d(5);
 * console.log(m(torsh.randn(1, 64, 8)).shape); // [ 1, 64, 5 ]
 * ```
 */
export class AdaptiveMaxPool1d extends AdaptiveMax {
  constructor(...args: AdaptiveMaxArgs) {
    super('AdaptiveMaxPool1d', args);
  }
  forward(input: Tensor): Pooled {
    return ops.adaptiveMaxPool1d(input, this.outputSize, this.returnIndices);
  }
}
/**
 * Maxima of as many windows as outputSize says: (N, C, H, W) or (C, H, W); returnIndices: [output, indices].
 *
 * @example
 * ```js
 * const m = new torsh.nn.AdaptiveMaxPool2d(7);
 * console.log(m(torsh.randn(1, 64, 10, 9)).shape); // [ 1, 64, 7, 7 ]
 * ```
 */
export class AdaptiveMaxPool2d extends AdaptiveMax {
  constructor(...args: AdaptiveMaxArgs) {
    super('AdaptiveMaxPool2d', args);
  }
  forward(input: Tensor): Pooled {
    return ops.adaptiveMaxPool2d(input, this.outputSize, this.returnIndices);
  }
}
/**
 * Maxima of as many windows as outputSize says: (N, C, D, H, W) or (C, D, H, W); returnIndices: [output, indices].
 *
 * @example
 * ```js
 * const m = new torsh.nn.AdaptiveMaxPool3d(4);
 * console.log(m(torsh.randn(1, 8, 8, 9, 10)).shape); // [ 1, 8, 4, 4, 4 ]
 * ```
 */
export class AdaptiveMaxPool3d extends AdaptiveMax {
  constructor(...args: AdaptiveMaxArgs) {
    super('AdaptiveMaxPool3d', args);
  }
  forward(input: Tensor): Pooled {
    return ops.adaptiveMaxPool3d(input, this.outputSize, this.returnIndices);
  }
}

export interface MaxUnpoolOptions { stride?: Size | null; padding?: Size }
type MaxUnpoolArgs = [kernelSize: Size, ...rest: Tail<[stride: Size | null, padding: Size], MaxUnpoolOptions>] | [options: { kernelSize: Size } & MaxUnpoolOptions];

abstract class MaxUnpool extends Module {
  readonly kernelSize: number[];
  readonly stride: number[];
  readonly padding: number[];
  constructor(name: string, n: number, args: readonly unknown[]) {
    super();
    const [kernelSize, stride, padding] = bind(signature(name, unpoolText), args);
    this.kernelSize = sizes(name, 'kernelSize', kernelSize, n, 1);
    this.stride = sizes(name, 'stride', stride ?? kernelSize, n, 1);
    this.padding = sizes(name, 'padding', padding, n);
  }
  extraRepr(): string {
    return `kernel_size=${py(this.kernelSize)}, stride=${py(this.stride)}, padding=${py(this.padding)}`;
  }
}

/**
 * The reverse of MaxPool1d, by its indices: what was no maximum is zero.
 *
 * @example
 * ```js
 * const pool = new torsh.nn.MaxPool1d(2, { returnIndices: true });
 * const [output, indices] = pool(torsh.tensor([[[1, 3, 2, 4]]]));
 * console.log(new torsh.nn.MaxUnpool1d(2)(output, indices)); // tensor([[[0., 3., 0., 4.]]])
 * ```
 */
export class MaxUnpool1d extends MaxUnpool {
  constructor(...args: MaxUnpoolArgs) {
    super('MaxUnpool1d', 1, args);
  }
  forward(input: Tensor, indices: Tensor, outputSize: readonly number[] | null = null): Tensor {
    return ops.maxUnpool1d(input, indices, this.kernelSize, this.stride, this.padding, outputSize);
  }
}
/**
 * The reverse of MaxPool2d, by its indices: what was no maximum is zero.
 *
 * @example
 * ```js
 * const pool = new torsh.nn.MaxPool2d(2, { returnIndices: true });
 * const [output, indices] = pool(torsh.randn(1, 1, 4, 4));
 * console.log(new torsh.nn.MaxUnpool2d(2)(output, indices).shape); // [ 1, 1, 4, 4 ]
 * ```
 */
export class MaxUnpool2d extends MaxUnpool {
  constructor(...args: MaxUnpoolArgs) {
    super('MaxUnpool2d', 2, args);
  }
  forward(input: Tensor, indices: Tensor, outputSize: readonly number[] | null = null): Tensor {
    return ops.maxUnpool2d(input, indices, this.kernelSize, this.stride, this.padding, outputSize);
  }
}
/**
 * The reverse of MaxPool3d, by its indices: what was no maximum is zero.
 *
 * @example
 * ```js
 * const pool = new torsh.nn.MaxPool3d(2, { returnIndices: true });
 * const [output, indices] = pool(torsh.randn(1, 1, 4, 4, 4));
 * console.log(new torsh.nn.MaxUnpool3d(2)(output, indices).shape); // [ 1, 1, 4, 4, 4 ]
 * ```
 */
export class MaxUnpool3d extends MaxUnpool {
  constructor(...args: MaxUnpoolArgs) {
    super('MaxUnpool3d', 3, args);
  }
  forward(input: Tensor, indices: Tensor, outputSize: readonly number[] | null = null): Tensor {
    return ops.maxUnpool3d(input, indices, this.kernelSize, this.stride, this.padding, outputSize);
  }
}

export interface LPPoolOptions { stride?: Size | null; ceilMode?: boolean }
type LPPoolArgs = [normType: number, kernelSize: Size, ...rest: Tail<[stride: Size | null, ceilMode: boolean], LPPoolOptions>]
  | [options: { normType: number; kernelSize: Size } & LPPoolOptions];

abstract class LPPool extends Module {
  readonly normType: number;
  readonly kernelSize: Size;
  readonly stride: Size | null;
  readonly ceilMode: boolean;
  constructor(name: string, args: readonly unknown[]) {
    super();
    [this.normType, this.kernelSize, this.stride, this.ceilMode] = bind(signature(name, lpText), args) as [number, Size, Size | null, boolean];
  }
  extraRepr(): string {
    return `norm_type=${py(this.normType)}, kernel_size=${py(this.kernelSize)}, stride=${py(this.stride)}, ceil_mode=${py(this.ceilMode)}`;
  }
}

/**
 * The normType-norm of each window: (N, C, L) or (C, L).
 *
 * @example
 * ```js
 * const m = new torsh.nn.LPPool1d(2, 3, { stride: 2 });
 * console.log(m(torsh.randn(20, 16, 50)).shape); // [ 20, 16, 24 ]
 * ```
 */
export class LPPool1d extends LPPool {
  constructor(...args: LPPoolArgs) {
    super('LPPool1d', args);
  }
  forward(input: Tensor): Tensor {
    return ops.lpPool1d(input, this.normType, this.kernelSize, this.stride, this.ceilMode);
  }
}
/**
 * The normType-norm of each window: (N, C, H, W) or (C, H, W).
 *
 * @example
 * ```js
 * const m = new torsh.nn.LPPool2d(1.2, [3, 2], { stride: [2, 1] });
 * console.log(m(torsh.randn(2, 16, 50, 32)).shape); // [ 2, 16, 24, 31 ]
 * ```
 */
export class LPPool2d extends LPPool {
  constructor(...args: LPPoolArgs) {
    super('LPPool2d', args);
  }
  forward(input: Tensor): Tensor {
    return ops.lpPool2d(input, this.normType, this.kernelSize, this.stride, this.ceilMode);
  }
}
/**
 * The normType-norm of each window: (N, C, D, H, W) or (C, D, H, W).
 *
 * @example
 * ```js
 * const m = new torsh.nn.LPPool3d(2, 2);
 * console.log(m(torsh.randn(2, 4, 6, 8, 10)).shape); // [ 2, 4, 3, 4, 5 ]
 * ```
 */
export class LPPool3d extends LPPool {
  constructor(...args: LPPoolArgs) {
    super('LPPool3d', args);
  }
  forward(input: Tensor): Tensor {
    return ops.lpPool3d(input, this.normType, this.kernelSize, this.stride, this.ceilMode);
  }
}

type Ratio = number | readonly number[];
export interface FractionalMaxPoolOptions { outputSize?: Size | null; outputRatio?: Ratio | null; returnIndices?: boolean; _randomSamples?: Tensor | null }
type FractionalArgs = [kernelSize: Size, ...rest: Tail<[outputSize: Size | null, outputRatio: Ratio | null, returnIndices: boolean], FractionalMaxPoolOptions>]
  | [options: { kernelSize: Size } & FractionalMaxPoolOptions];
const fractionalSigs: Record<string, Signature> = {
  FractionalMaxPool2d: signature('FractionalMaxPool2d', fractionalText), FractionalMaxPool3d: signature('FractionalMaxPool3d', fractionalText),
};

abstract class FractionalMaxPool extends Module {
  readonly kernelSize: number[];
  readonly returnIndices: boolean;
  readonly outputSize: number[] | null;
  readonly outputRatio: number[] | null;
  declare _random_samples: Tensor | null;
  constructor(name: string, n: number, args: readonly unknown[]) {
    super();
    const [kernelSize, outputSize, outputRatio, returnIndices, samples] = bind(fractionalSigs[name], args);
    this.kernelSize = sizes(name, 'kernelSize', kernelSize, n, 1);
    this.returnIndices = returnIndices as boolean;
    this.registerBuffer('_random_samples', samples as Tensor | null);
    this.outputSize = outputSize === null ? null : sizes(name, 'outputSize', outputSize, n, 1);
    this.outputRatio = outputRatio === null ? null : Array.isArray(outputRatio) ? outputRatio as number[] : new Array<number>(n).fill(outputRatio as number);
    if (outputSize === null && outputRatio === null) fail(name, `${name} requires specifying either an output size, or a pooling ratio`);
    if (outputSize !== null && outputRatio !== null) fail(name, 'only one of output_size and output_ratio may be specified');
    if (this.outputRatio?.some((r) => !(r > 0 && r < 1))) fail(name, `output_ratio must be between 0 and 1 (got ${py(outputRatio)})`);
  }
}

/**
 * Maxima of windows at pseudo-random places that cover the input about evenly: (N, C, H, W) or (C, H, W).
 *
 * @example
 * ```js
 * const m = new torsh.nn.FractionalMaxPool2d(3, { outputRatio: [0.7, 0.5] });
 * console.log(m(torsh.randn(2, 16, 50, 32)).shape); // [ 2, 16, 35, 16 ]
 * ```
 */
export class FractionalMaxPool2d extends FractionalMaxPool {
  constructor(...args: FractionalArgs) {
    super('FractionalMaxPool2d', 2, args);
  }
  forward(input: Tensor): Pooled {
    return ops.fractionalMaxPool2d(input, this.kernelSize, this.outputSize, this.outputRatio, this.returnIndices, this._random_samples);
  }
}
/**
 * Maxima of windows at pseudo-random places that cover the input about evenly: (N, C, D, H, W) or (C, D, H, W).
 *
 * @example
 * ```js
 * const m = new torsh.nn.FractionalMaxPool3d(2, { outputSize: [4, 5, 6] });
 * console.log(m(torsh.randn(2, 4, 10, 10, 12)).shape); // [ 2, 4, 4, 5, 6 ]
 * ```
 */
export class FractionalMaxPool3d extends FractionalMaxPool {
  constructor(...args: FractionalArgs) {
    super('FractionalMaxPool3d', 3, args);
  }
  forward(input: Tensor): Pooled {
    return ops.fractionalMaxPool3d(input, this.kernelSize, this.outputSize, this.outputRatio, this.returnIndices, this._random_samples);
  }
}

takesNames('input', AdaptiveAvgPool1d, AdaptiveAvgPool2d, AdaptiveAvgPool3d, AdaptiveMaxPool1d, AdaptiveMaxPool2d, AdaptiveMaxPool3d, LPPool1d, LPPool2d, LPPool3d,
  FractionalMaxPool2d, FractionalMaxPool3d);
takesNames('input, indices, outputSize=null', MaxUnpool1d, MaxUnpool2d, MaxUnpool3d);
