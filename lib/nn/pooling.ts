import { bind, signature } from '../bind';
import type { Tensor } from '../tensor';
import { sizes, type Size, type Tail } from './common';
import { functional as F } from './functional';
import { Module } from './module';
import { py } from './repr';

const sigs = {
  MaxPool2d: signature('MaxPool2d', 'kernelSize, stride=null, padding=0, dilation=1, returnIndices=false, ceilMode=false'),
  AvgPool2d: signature('AvgPool2d', 'kernelSize, stride=null, padding=0, ceilMode=false, countIncludePad=true, divisorOverride=null'),
};

export interface MaxPoolOptions {
  stride?: Size | null;
  padding?: Size;
  dilation?: Size;
  returnIndices?: boolean;
  ceilMode?: boolean;
}

/** The largest value of each window: (N, C, H, W) or (C, H, W); returnIndices: [values, indices]. */
export class MaxPool2d extends Module {
  readonly kernelSize: Size;
  readonly stride: Size;
  readonly padding: Size;
  readonly dilation: Size;
  readonly returnIndices: boolean;
  readonly ceilMode: boolean;

  constructor(kernelSize: Size, ...rest: Tail<[stride: Size | null, padding: Size, dilation: Size, returnIndices: boolean, ceilMode: boolean], MaxPoolOptions>);
  constructor(options: { kernelSize: Size } & MaxPoolOptions);
  constructor(...args: unknown[]) {
    super();
    const [kernelSize, stride, padding, dilation, returnIndices, ceilMode] = bind(sigs.MaxPool2d, args);
    this.kernelSize = checked('MaxPool2d', 'kernelSize', kernelSize, 1);
    this.stride = checked('MaxPool2d', 'stride', stride ?? kernelSize, 1);
    this.padding = checked('MaxPool2d', 'padding', padding, 0);
    this.dilation = checked('MaxPool2d', 'dilation', dilation, 1);
    this.returnIndices = returnIndices as boolean;
    this.ceilMode = ceilMode as boolean;
  }
  forward(input: Tensor): any {
    return F.maxPool2d(input, this.kernelSize, this.stride, this.padding, this.dilation, this.ceilMode, this.returnIndices);
  }
  extraRepr(): string {
    return `kernel_size=${py(this.kernelSize)}, stride=${py(this.stride)}, padding=${py(this.padding)}, dilation=${py(this.dilation)}, ceil_mode=${py(this.ceilMode)}`;
  }
}

export interface AvgPool2dOptions {
  stride?: Size | null;
  padding?: Size;
  ceilMode?: boolean;
  countIncludePad?: boolean;
  divisorOverride?: number | null;
}

/** The mean of each window: (N, C, H, W) or (C, H, W). */
export class AvgPool2d extends Module {
  readonly kernelSize: Size;
  readonly stride: Size;
  readonly padding: Size;
  readonly ceilMode: boolean;
  readonly countIncludePad: boolean;
  readonly divisorOverride: number | null;

  constructor(kernelSize: Size, ...rest: Tail<
    [stride: Size | null, padding: Size, ceilMode: boolean, countIncludePad: boolean, divisorOverride: number | null], AvgPool2dOptions
  >);
  constructor(options: { kernelSize: Size } & AvgPool2dOptions);
  constructor(...args: unknown[]) {
    super();
    const [kernelSize, stride, padding, ceilMode, countIncludePad, divisorOverride] = bind(sigs.AvgPool2d, args);
    this.kernelSize = checked('AvgPool2d', 'kernelSize', kernelSize, 1);
    this.stride = checked('AvgPool2d', 'stride', stride ?? kernelSize, 1);
    this.padding = checked('AvgPool2d', 'padding', padding, 0);
    this.ceilMode = ceilMode as boolean;
    this.countIncludePad = countIncludePad as boolean;
    this.divisorOverride = divisorOverride as number | null;
  }
  forward(input: Tensor): Tensor {
    return F.avgPool2d(input, this.kernelSize, this.stride, this.padding, this.ceilMode, this.countIncludePad, this.divisorOverride);
  }
  extraRepr(): string {
    return `kernel_size=${py(this.kernelSize)}, stride=${py(this.stride)}, padding=${py(this.padding)}`;
  }
}

/** Checked for two dimensions, kept as given: that is how PyTorch prints it. */
function checked(name: string, what: string, value: unknown, min: number): Size {
  sizes(name, what, value, 2, min);
  return value as Size;
}
