import { bind, signature } from '../bind';
import type { Tensor } from '../tensor';
import * as ops from '../gen/ops';
import { count, fail, newParameter, sizes, type Factory, type Size, type Tail } from './common';
import { takesNames } from './forward';
import { initFanIn } from './init-layers';
import { Module } from './module';
import type { Parameter } from './parameter';
import { py } from './repr';

export type Padding = Size | 'same' | 'valid';
export type PaddingMode = 'zeros' | 'reflect' | 'replicate' | 'circular';
export interface ConvOptions extends Factory {
  stride?: Size;
  padding?: Padding;
  dilation?: Size;
  groups?: number;
  bias?: boolean;
  paddingMode?: PaddingMode;
}
export type ConvTail = Tail<[stride: Size, padding: Padding, dilation: Size, groups: number, bias: boolean, paddingMode: PaddingMode], ConvOptions>;
export type ConvNamed = { inChannels: number; outChannels: number; kernelSize: Size } & ConvOptions;

const text = 'inChannels, outChannels, kernelSize, stride=1, padding=0, dilation=1, groups=1, bias=true, paddingMode="zeros", device=null, dtype=null';
const sigs = { Conv1d: signature('Conv1d', text), Conv2d: signature('Conv2d', text), Conv3d: signature('Conv3d', text) };
export type Transposed = { outputPadding: unknown };
const paddingModes = ['zeros', 'reflect', 'replicate', 'circular'];

/** What the convolutions of any number of dimensions share. */
export abstract class ConvNd extends Module {
  // A lazy convolution learns them from its first input.
  inChannels: number;
  outChannels: number;
  readonly kernelSize: number[];
  readonly stride: number[];
  readonly padding: number[] | 'same' | 'valid';
  readonly dilation: number[];
  readonly outputPadding: number[];
  readonly groups: number;
  readonly paddingMode: PaddingMode;
  weight: Parameter;
  bias: Parameter | null;

  /** settings: bound arguments in the order of Conv2d. A transposed convolution has its weight the other way round. */
  constructor(name: string, dims: number, settings: readonly unknown[], transposed?: Transposed) {
    super();
    const [inChannels, outChannels, kernelSize, stride, padding, dilation, groups, bias, paddingMode, device, dtype] = settings;
    this.inChannels = count(name, 'inChannels', inChannels);
    this.outChannels = count(name, 'outChannels', outChannels);
    this.groups = count(name, 'groups', groups, 1);
    if (this.inChannels % this.groups !== 0) fail(name, 'in_channels must be divisible by groups');
    if (this.outChannels % this.groups !== 0) fail(name, 'out_channels must be divisible by groups');
    this.kernelSize = sizes(name, 'kernelSize', kernelSize, dims, 1);
    this.stride = sizes(name, 'stride', stride, dims, 1);
    if (typeof padding === 'string') {
      if (padding !== 'same' && padding !== 'valid') fail(name, `Invalid padding string '${padding}', should be one of 'same', 'valid'`);
      if (padding === 'same' && this.stride.some((s) => s !== 1)) fail(name, "padding='same' is not supported for strided convolutions");
      this.padding = padding;
    } else {
      this.padding = sizes(name, 'padding', padding, dims);
    }
    this.dilation = sizes(name, 'dilation', dilation, dims, 1);
    if (!paddingModes.includes(paddingMode as string)) {
      fail(name, `padding_mode must be one of ${paddingModes.map((m) => `'${m}'`).join(', ')}, but got padding_mode='${String(paddingMode)}'`);
    }
    this.paddingMode = paddingMode as PaddingMode;
    this.outputPadding = sizes(name, 'outputPadding', transposed?.outputPadding ?? 0, dims);
    const channels = transposed ? [this.inChannels, this.outChannels / this.groups] : [this.outChannels, this.inChannels / this.groups];
    this.weight = newParameter(name, [...channels, ...this.kernelSize], dtype, device);
    this.bias = bias ? newParameter(name, [this.outChannels], dtype, device) : null;
    this.resetParameters();
  }

  resetParameters(): void {
    initFanIn(this.weight, this.bias);
  }

  /** The input, padded as paddingMode says, and the padding left for the convolution itself. */
  _pad(input: Tensor): [Tensor, number[] | 'same' | 'valid'] {
    if (this.paddingMode === 'zeros') return [input, this.padding];
    // F.pad goes from the last dimension to the first, two numbers each.
    const amounts = this.kernelSize.flatMap((k, i) => {
      if (this.padding === 'valid') return [0, 0];
      if (this.padding !== 'same') return [this.padding[i], this.padding[i]];
      const total = this.dilation[i] * (k - 1);
      const left = Math.floor(total / 2);
      return [total - left, left];
    }).reverse();
    return [ops.pad(input, amounts, this.paddingMode), this.kernelSize.map(() => 0)];
  }

  extraRepr(): string {
    let s = `${this.inChannels}, ${this.outChannels}, kernel_size=${py(this.kernelSize)}, stride=${py(this.stride)}`;
    if (typeof this.padding === 'string' || this.padding.some((p) => p !== 0)) s += `, padding=${py(this.padding)}`;
    if (this.dilation.some((d) => d !== 1)) s += `, dilation=${py(this.dilation)}`;
    if (this.outputPadding.some((p) => p !== 0)) s += `, output_padding=${py(this.outputPadding)}`;
    if (this.groups !== 1) s += `, groups=${this.groups}`;
    if (this.bias === null) s += ', bias=False';
    if (this.paddingMode !== 'zeros') s += `, padding_mode=${this.paddingMode}`;
    return s;
  }
}

/**
 * (N, inChannels, L) or (inChannels, L) to (N, outChannels, L').
 *
 * @example
 * ```js
 * const m = new torsh.nn.Conv1d(16, 33, 3, { stride: 2 });
 * console.log(m(torsh.randn(20, 16, 50)).shape); // [ 20, 33, 24 ]
 * ```
 */
export class Conv1d extends ConvNd {
  constructor(inChannels: number, outChannels: number, kernelSize: Size, ...rest: ConvTail);
  constructor(options: ConvNamed);
  constructor(...args: unknown[]) {
    super('Conv1d', 1, bind(sigs.Conv1d, args));
  }
  forward(input: Tensor): Tensor {
    const [padded, padding] = this._pad(input);
    return ops.conv1d(padded, this.weight, this.bias, this.stride, padding, this.dilation, this.groups);
  }
}

/**
 * (N, inChannels, H, W) or (inChannels, H, W) to (N, outChannels, H', W').
 *
 * @example
 * ```js
 * const m = new torsh.nn.Conv2d(16, 33, [3, 5], { stride: [2, 1], padding: [4, 2], dilation: [3, 1] });
 * console.log(m(torsh.randn(2, 16, 50, 30)).shape); // [ 2, 33, 26, 30 ]
 * ```
 */
export class Conv2d extends ConvNd {
  constructor(inChannels: number, outChannels: number, kernelSize: Size, ...rest: ConvTail);
  constructor(options: ConvNamed);
  constructor(...args: unknown[]) {
    super('Conv2d', 2, bind(sigs.Conv2d, args));
  }
  forward(input: Tensor): Tensor {
    const [padded, padding] = this._pad(input);
    return ops.conv2d(padded, this.weight, this.bias, this.stride, padding, this.dilation, this.groups);
  }
}

/**
 * (N, inChannels, D, H, W) or (inChannels, D, H, W) to (N, outChannels, D', H', W').
 *
 * @example
 * ```js
 * const m = new torsh.nn.Conv3d(4, 8, 3, { padding: 'same' });
 * console.log(m(torsh.randn(2, 4, 6, 10, 8)).shape); // [ 2, 8, 6, 10, 8 ]
 * ```
 */
export class Conv3d extends ConvNd {
  constructor(inChannels: number, outChannels: number, kernelSize: Size, ...rest: ConvTail);
  constructor(options: ConvNamed);
  constructor(...args: unknown[]) {
    super('Conv3d', 3, bind(sigs.Conv3d, args));
  }
  forward(input: Tensor): Tensor {
    const [padded, padding] = this._pad(input);
    return ops.conv3d(padded, this.weight, this.bias, this.stride, padding, this.dilation, this.groups);
  }
}

takesNames('input', Conv1d, Conv2d, Conv3d);
