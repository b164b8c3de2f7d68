import { bind, signature } from '../bind';
import type { Tensor } from '../tensor';
import * as ops from '../gen/ops';
import { fail, type Factory, type Size, type Tail } from './common';
import { ConvNd } from './conv';
import { takesNames } from './forward';

export interface ConvTransposeOptions extends Factory {
  stride?: Size;
  padding?: Size;
  /** Added to one side of the output's sizes, which a stride leaves open. */
  outputPadding?: Size;
  groups?: number;
  bias?: boolean;
  dilation?: Size;
  paddingMode?: 'zeros';
}
export type ConvTransposeTail = Tail<
  [stride: Size, padding: Size, outputPadding: Size, groups: number, bias: boolean, dilation: Size, paddingMode: 'zeros'], ConvTransposeOptions
>;
export type ConvTransposeNamed = { inChannels: number; outChannels: number; kernelSize: Size } & ConvTransposeOptions;

const text = 'inChannels, outChannels, kernelSize, stride=1, padding=0, outputPadding=0, groups=1, bias=true, dilation=1, paddingMode="zeros", device=null, dtype=null';
const sigs = {
  ConvTranspose1d: signature('ConvTranspose1d', text), ConvTranspose2d: signature('ConvTranspose2d', text), ConvTranspose3d: signature('ConvTranspose3d', text),
};

/** What the transposed convolutions of any number of dimensions share. */
export abstract class ConvTransposeNd extends ConvNd {
  declare readonly padding: number[];

  constructor(name: keyof typeof sigs, dims: number, args: readonly unknown[]) {
    const [inChannels, outChannels, kernelSize, stride, padding, outputPadding, groups, bias, dilation, paddingMode, device, dtype] = bind(sigs[name], args);
    if (paddingMode !== 'zeros') fail(name, `Only "zeros" padding mode is supported for ${name}`);
    if (typeof padding === 'string') fail(name, 'padding must be numbers');
    super(name, dims, [inChannels, outChannels, kernelSize, stride, padding, dilation, groups, bias, paddingMode, device, dtype], { outputPadding });
  }

  /** The output padding that leads to outputSize (all dims, or the spatial ones). */
  _outputPadding(input: Tensor, outputSize: readonly number[] | null): number[] {
    if (outputSize === null) return this.outputPadding;
    const name = this.constructor.name;
    const dims = this.kernelSize.length;
    const batched = input.ndim === dims + 2;
    const wanted = batched || input.ndim === dims + 1 ? (outputSize.length === input.ndim ? outputSize.slice(input.ndim - dims) : outputSize) : [];
    if (wanted.length !== dims) {
      fail(name, `for ${input.ndim}D input, output_size must have ${dims} or ${batched ? dims + 2 : dims + 1} elements (got ${outputSize.length})`);
    }
    const least = this.kernelSize.map((k, i) => (input.shape[input.ndim - dims + i] - 1) * this.stride[i] - 2 * this.padding[i] + this.dilation[i] * (k - 1) + 1);
    const most = least.map((size, i) => size + this.stride[i] - 1);
    if (wanted.some((size, i) => size < least[i] || size > most[i])) {
      fail(name, `requested an output size of [${wanted.join(', ')}], but valid sizes range from [${least.join(', ')}] to [${most.join(', ')}] (for an input of [${input.shape.slice(input.ndim - dims).join(', ')}])`);
    }
    return wanted.map((size, i) => size - least[i]);
  }
}

/**
 * (N, inChannels, L) or (inChannels, L) to (N, outChannels, L'): the gradient of a Conv1d with respect to its input.
 *
 * @example
 * ```js
 * const m = new torsh.nn.ConvTranspose1d(16, 33, 3, { stride: 2 });
 * console.log(m(torsh.randn(2, 16, 50)).shape); // [ 2, 33, 101 ]
 * ```
 */
export class ConvTranspose1d extends ConvTransposeNd {
  constructor(inChannels: number, outChannels: number, kernelSize: Size, ...rest: ConvTransposeTail);
  constructor(options: ConvTransposeNamed);
  constructor(...args: unknown[]) {
    super('ConvTranspose1d', 1, args);
  }
  forward(input: Tensor, outputSize: readonly number[] | null = null): Tensor {
    return ops.convTranspose1d(input, this.weight, this.bias, this.stride, this.padding, this._outputPadding(input, outputSize), this.groups, this.dilation);
  }
}

/**
 * (N, inChannels, H, W) or (inChannels, H, W) to (N, outChannels, H', W'): the gradient of a Conv2d with respect to its input.
 *
 * @example
 * ```js
 * const m = new torsh.nn.ConvTranspose2d(16, 8, 3, { stride: 2, padding: 1, outputPadding: 1 });
 * console.log(m(torsh.randn(1, 16, 12, 12)).shape); // [ 1, 8, 24, 24 ]
 * ```
 */
export class ConvTranspose2d extends ConvTransposeNd {
  constructor(inChannels: number, outChannels: number, kernelSize: Size, ...rest: ConvTransposeTail);
  constructor(options: ConvTransposeNamed);
  constructor(...args: unknown[]) {
    super('ConvTranspose2d', 2, args);
  }
  forward(input: Tensor, outputSize: readonly number[] | null = null): Tensor {
    return ops.convTranspose2d(input, this.weight, this.bias, this.stride, this.padding, this._outputPadding(input, outputSize), this.groups, this.dilation);
  }
}

/**
 * (N, inChannels, D, H, W) or (inChannels, D, H, W) to (N, outChannels, D', H', W'): the gradient of a Conv3d with respect to its input.
 *
 * @example
 * ```js
 * const m = new torsh.nn.ConvTranspose3d(4, 8, 2, { stride: 2 });
 * console.log(m(torsh.randn(1, 4, 3, 4, 5)).shape); // [ 1, 8, 6, 8, 10 ]
 * ```
 */
export class ConvTranspose3d extends ConvTransposeNd {
  constructor(inChannels: number, outChannels: number, kernelSize: Size, ...rest: ConvTransposeTail);
  constructor(options: ConvTransposeNamed);
  constructor(...args: unknown[]) {
    super('ConvTranspose3d', 3, args);
  }
  forward(input: Tensor, outputSize: readonly number[] | null = null): Tensor {
    return ops.convTranspose3d(input, this.weight, this.bias, this.stride, this.padding, this._outputPadding(input, outputSize), this.groups, this.dilation);
  }
}

takesNames('input, outputSize=null', ConvTranspose1d, ConvTranspose2d, ConvTranspose3d);
