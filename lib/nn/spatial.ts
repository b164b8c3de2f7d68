/** Windows, shuffles between channels and space, other sizes. */
import { bind, signature } from '../bind';
import type { Tensor } from '../tensor';
import * as ops from '../gen/ops';
import { type Size, type Tail } from './common';
import { takesNames } from './forward';
import { Module } from './module';
import { py, pyFloat, pyGiven } from './repr';

const windows = 'dilation=1, padding=0, stride=1';
const sigs = {
  Fold: signature('Fold', `outputSize, kernelSize, ${windows}`),
  Unfold: signature('Unfold', `kernelSize, ${windows}`),
  PixelShuffle: signature('PixelShuffle', 'upscaleFactor'),
  PixelUnshuffle: signature('PixelUnshuffle', 'downscaleFactor'),
  ChannelShuffle: signature('ChannelShuffle', 'groups'),
  Upsample: signature('Upsample', 'size=null, scaleFactor=null, mode="nearest", alignCorners=null, recomputeScaleFactor=null'),
  UpsamplingNearest2d: signature('UpsamplingNearest2d', 'size=null, scaleFactor=null'),
  UpsamplingBilinear2d: signature('UpsamplingBilinear2d', 'size=null, scaleFactor=null'),
  LocalResponseNorm: signature('LocalResponseNorm', 'size, alpha=1e-4, beta=0.75, k=1'),
  CrossMapLRN2d: signature('CrossMapLRN2d', 'size, alpha=1e-4, beta=0.75, k=1'),
};

export interface WindowOptions { dilation?: Size; padding?: Size; stride?: Size }
type WindowTail = Tail<[dilation: Size, padding: Size, stride: Size], WindowOptions>;

/**
 * Windows as columns (N, C * kh * kw, number of windows), N optional, added up in an image of outputSize.
 *
 * @example
 * ```js
 * const m = new torsh.nn.Fold([4, 5], [2, 2]);
 * console.log(m(torsh.randn(1, 12, 12)).shape); // [ 1, 3, 4, 5 ]
 * ```
 */
export class Fold extends Module {
  readonly outputSize: Size;
  readonly kernelSize: Size;
  readonly dilation: Size;
  readonly padding: Size;
  readonly stride: Size;

  constructor(...args: [outputSize: Size, kernelSize: Size, ...rest: WindowTail] | [options: { outputSize: Size; kernelSize: Size } & WindowOptions]) {
    super();
    [this.outputSize, this.kernelSize, this.dilation, this.padding, this.stride] = bind(sigs.Fold, args) as Size[];
  }
  forward(input: Tensor): Tensor {
    return ops.fold(input, this.outputSize, this.kernelSize, this.dilation, this.padding, this.stride);
  }
  extraRepr(): string {
    return `output_size=${py(this.outputSize)}, kernel_size=${py(this.kernelSize)}, dilation=${py(this.dilation)}, padding=${py(this.padding)}, stride=${py(this.stride)}`;
  }
}

/**
 * The sliding windows of (N, C, H, W), N optional, as columns (N, C * kh * kw, number of windows).
 *
 * @example
 * ```js
 * const m = new torsh.nn.Unfold([2, 3]);
 * console.log(m(torsh.randn(2, 5, 3, 4)).shape); // [ 2, 30, 4 ]
 * ```
 */
export class Unfold extends Module {
  readonly kernelSize: Size;
  readonly dilation: Size;
  readonly padding: Size;
  readonly stride: Size;

  constructor(...args: [kernelSize: Size, ...rest: WindowTail] | [options: { kernelSize: Size } & WindowOptions]) {
    super();
    [this.kernelSize, this.dilation, this.padding, this.stride] = bind(sigs.Unfold, args) as Size[];
  }
  forward(input: Tensor): Tensor {
    return ops.unfold(input, this.kernelSize, this.dilation, this.padding, this.stride);
  }
  extraRepr(): string {
    return `kernel_size=${py(this.kernelSize)}, dilation=${py(this.dilation)}, padding=${py(this.padding)}, stride=${py(this.stride)}`;
  }
}

/**
 * (..., C * r * r, H, W) to (..., C, H * r, W * r).
 *
 * @example
 * ```js
 * const m = new torsh.nn.PixelShuffle(3);
 * console.log(m(torsh.randn(1, 9, 4, 4)).shape); // [ 1, 1, 12, 12 ]
 * ```
 */
export class PixelShuffle extends Module {
  readonly upscaleFactor: number;
  constructor(...args: [upscaleFactor: number] | [options: { upscaleFactor: number }]) {
    super();
    [this.upscaleFactor] = bind(sigs.PixelShuffle, args) as [number];
  }
  forward(input: Tensor): Tensor {
    return ops.pixelShuffle(input, this.upscaleFactor);
  }
  extraRepr(): string {
    return `upscale_factor=${this.upscaleFactor}`;
  }
}

/**
 * (..., C, H * r, W * r) to (..., C * r * r, H, W).
 *
 * @example
 * ```js
 * const m = new torsh.nn.PixelUnshuffle(3);
 * console.log(m(torsh.randn(1, 1, 12, 12)).shape); // [ 1, 9, 4, 4 ]
 * ```
 */
export class PixelUnshuffle extends Module {
  readonly downscaleFactor: number;
  constructor(...args: [downscaleFactor: number] | [options: { downscaleFactor: number }]) {
    super();
    [this.downscaleFactor] = bind(sigs.PixelUnshuffle, args) as [number];
  }
  forward(input: Tensor): Tensor {
    return ops.pixelUnshuffle(input, this.downscaleFactor);
  }
  extraRepr(): string {
    return `downscale_factor=${this.downscaleFactor}`;
  }
}

/**
 * (N, C, ...) with the channels of all groups dealt out in turn.
 *
 * @example
 * ```js
 * const m = new torsh.nn.ChannelShuffle(2);
 * console.log(m(torsh.arange(4).reshape(1, 4, 1, 1)).flatten()); // tensor([0, 2, 1, 3])
 * ```
 */
export class ChannelShuffle extends Module {
  readonly groups: number;
  constructor(...args: [groups: number] | [options: { groups: number }]) {
    super();
    [this.groups] = bind(sigs.ChannelShuffle, args) as [number];
  }
  forward(input: Tensor): Tensor {
    return ops.channelShuffle(input, this.groups);
  }
  extraRepr(): string {
    return `groups=${this.groups}`;
  }
}

type Scale = number | readonly number[];
export interface SizeOptions { size?: Size | null; scaleFactor?: Scale | null }
export interface UpsampleOptions extends SizeOptions { mode?: string; alignCorners?: boolean | null; recomputeScaleFactor?: boolean | null }

/**
 * interpolate() to a size or by a factor: (N, C, L), (N, C, H, W) or (N, C, D, H, W).
 *
 * @example
 * ```js
 * const m = new torsh.nn.Upsample({ scaleFactor: 2, mode: 'bilinear' });
 * console.log(m(torsh.randn(1, 3, 4, 4)).shape); // [ 1, 3, 8, 8 ]
 * ```
 */
export class Upsample extends Module {
  readonly size: Size | null;
  readonly scaleFactor: Scale | null;
  readonly mode: string;
  readonly alignCorners: boolean | null;
  readonly recomputeScaleFactor: boolean | null;

  constructor(...args: Tail<[size: Size | null, scaleFactor: Scale | null, mode: string, alignCorners: boolean | null, recomputeScaleFactor: boolean | null], UpsampleOptions>) {
    super();
    [this.size, this.scaleFactor, this.mode, this.alignCorners, this.recomputeScaleFactor] =
      bind(sigs.Upsample, args) as [Size | null, Scale | null, string, boolean | null, boolean | null];
  }
  forward(input: Tensor): Tensor {
    return ops.interpolate(input, this.size, this.scaleFactor, this.mode, this.alignCorners, this.recomputeScaleFactor);
  }
  extraRepr(): string {
    const float = (x: Scale): string => (typeof x === 'number' ? pyFloat(x) : `(${x.map(pyFloat).join(', ')}${x.length === 1 ? ',' : ''})`);
    return `${this.scaleFactor === null ? `size=${py(this.size)}` : `scale_factor=${float(this.scaleFactor)}`}, mode=${this.mode}`;
  }
}

/**
 * Upsample with mode 'nearest', for images.
 *
 * @example
 * ```js
 * const m = new torsh.nn.UpsamplingNearest2d({ size: [6, 8] });
 * console.log(m(torsh.randn(1, 3, 4, 4)).shape); // [ 1, 3, 6, 8 ]
 * ```
 */
export class UpsamplingNearest2d extends Upsample {
  constructor(...args: Tail<[size: Size | null, scaleFactor: Scale | null], SizeOptions>) {
    const [size, scaleFactor] = bind(sigs.UpsamplingNearest2d, args) as [Size | null, Scale | null];
    super(size, scaleFactor, 'nearest');
  }
}

/**
 * Upsample with mode 'bilinear' and aligned corners, for images.
 *
 * @example
 * ```js
 * const m = new torsh.nn.UpsamplingBilinear2d({ scaleFactor: 2 });
 * console.log(m(torsh.randn(1, 3, 4, 4)).shape); // [ 1, 3, 8, 8 ]
 * ```
 */
export class UpsamplingBilinear2d extends Upsample {
  constructor(...args: Tail<[size: Size | null, scaleFactor: Scale | null], SizeOptions>) {
    const [size, scaleFactor] = bind(sigs.UpsamplingBilinear2d, args) as [Size | null, Scale | null];
    super(size, scaleFactor, 'bilinear', true);
  }
}

export interface LocalResponseOptions { alpha?: number; beta?: number; k?: number }
type LocalResponseArgs = [size: number, ...rest: Tail<[alpha: number, beta: number, k: number], LocalResponseOptions>] | [options: { size: number } & LocalResponseOptions];

abstract class ResponseNorm extends Module {
  readonly size: number;
  readonly alpha: number;
  readonly beta: number;
  readonly k: number;
  constructor(name: 'LocalResponseNorm' | 'CrossMapLRN2d', args: ArrayLike<unknown>) {
    super();
    [this.size, this.alpha, this.beta, this.k] = bind(sigs[name], args) as number[];
  }
}

/**
 * Divides (N, C, ...) by (k + alpha * the mean of the squares of `size` neighbouring channels) ** beta.
 *
 * @example
 * ```js
 * const m = new torsh.nn.LocalResponseNorm(2);
 * console.log(m(torsh.randn(2, 5, 8, 8)).shape); // [ 2, 5, 8, 8 ]
 * ```
 */
export class LocalResponseNorm extends ResponseNorm {
  constructor(...args: LocalResponseArgs) {
    super('LocalResponseNorm', args);
  }
  forward(input: Tensor): Tensor {
    return ops.localResponseNorm(input, this.size, this.alpha, this.beta, this.k);
  }
  extraRepr(): string {
    return `${this.size}, alpha=${py(this.alpha)}, beta=${py(this.beta)}, k=${pyGiven(this.k, 1)}`;
  }
}

/**
 * The older LocalResponseNorm of images: its windows are of odd width, whatever size divides by.
 *
 * @example
 * ```js
 * const m = new torsh.nn.CrossMapLRN2d(3);
 * console.log(m(torsh.randn(1, 8, 4, 4)).shape); // [ 1, 8, 4, 4 ]
 * ```
 */
export class CrossMapLRN2d extends ResponseNorm {
  constructor(...args: LocalResponseArgs) {
    super('CrossMapLRN2d', args);
  }
  forward(input: Tensor): Tensor {
    const width = 2 * Math.floor((this.size - 1) / 2 + 1) - 1;
    return ops.localResponseNorm(input, width, this.alpha * width / this.size, this.beta, this.k);
  }
  extraRepr(): string {
    return `${this.size}, alpha=${py(this.alpha)}, beta=${py(this.beta)}, k=${py(this.k)}`;
  }
}

takesNames('input', Fold, Unfold, PixelShuffle, PixelUnshuffle, ChannelShuffle, Upsample, LocalResponseNorm, CrossMapLRN2d);
