import { bind, signature } from '../bind';
import type { Tensor } from '../tensor';
import { count, fail, newParameter, type Factory, type Size, type Tail } from './common';
import { takesNames } from './forward';
import { functional as F } from './functional';
import * as init from './init';
import { Module } from './module';
import type { Parameter } from './parameter';
import { py } from './repr';

const sigs = {
  LayerNorm: signature('LayerNorm', 'normalizedShape, eps=1e-5, elementwiseAffine=true, bias=true, *, device=null, dtype=null'),
  RMSNorm: signature('RMSNorm', 'normalizedShape, eps=null, elementwiseAffine=true, device=null, dtype=null'),
  GroupNorm: signature('GroupNorm', 'numGroups, numChannels, eps=1e-5, affine=true, device=null, dtype=null'),
};

export interface LayerNormOptions extends Factory { eps?: number; elementwiseAffine?: boolean; bias?: boolean }

/**
 * Normalises over the last dimensions, whose sizes normalizedShape gives.
 *
 * @example
 * ```js
 * const m = new torsh.nn.LayerNorm(10);
 * console.log(m(torsh.randn(20, 5, 10)).shape); // [ 20, 5, 10 ]
 * ```
 */
export class LayerNorm extends Module {
  readonly normalizedShape: number[];
  readonly eps: number;
  readonly elementwiseAffine: boolean;
  weight: Parameter | null;
  bias: Parameter | null;

  constructor(normalizedShape: Size, ...rest: Tail<[eps: number, elementwiseAffine: boolean, bias: boolean], LayerNormOptions>);
  constructor(options: { normalizedShape: Size } & LayerNormOptions);
  constructor(...args: unknown[]) {
    super();
    const [normalizedShape, eps, elementwiseAffine, bias, device, dtype] = bind(sigs.LayerNorm, args);
    const shape = Array.isArray(normalizedShape) ? normalizedShape as unknown[] : [normalizedShape];
    this.normalizedShape = shape.map((size) => count('LayerNorm', 'normalizedShape', size));
    this.eps = eps as number;
    this.elementwiseAffine = elementwiseAffine as boolean;
    this.weight = elementwiseAffine ? newParameter('LayerNorm', this.normalizedShape, dtype, device) : null;
    this.bias = elementwiseAffine && bias ? newParameter('LayerNorm', this.normalizedShape, dtype, device) : null;
    this.resetParameters();
  }
  resetParameters(): void {
    if (this.weight) init.ones_(this.weight);
    if (this.bias) init.zeros_(this.bias);
  }
  forward(input: Tensor): Tensor {
    return F.layerNorm(input, this.normalizedShape, this.weight, this.bias, this.eps);
  }
  extraRepr(): string {
    return `${py(this.normalizedShape)}, eps=${py(this.eps)}, elementwise_affine=${py(this.elementwiseAffine)}`;
  }
}

export interface RMSNormOptions extends Factory { eps?: number | null; elementwiseAffine?: boolean }

/**
 * Divides by the root of the mean of the squares over the last dimensions, whose sizes normalizedShape gives.
 *
 * @example
 * ```js
 * const m = new torsh.nn.RMSNorm(10);
 * console.log(m(torsh.randn(20, 5, 10)).shape); // [ 20, 5, 10 ]
 * ```
 */
export class RMSNorm extends Module {
  readonly normalizedShape: number[];
  readonly eps: number | null;
  readonly elementwiseAffine: boolean;
  weight: Parameter | null;

  constructor(normalizedShape: Size, ...rest: Tail<[eps: number | null, elementwiseAffine: boolean], RMSNormOptions>);
  constructor(options: { normalizedShape: Size } & RMSNormOptions);
  constructor(...args: unknown[]) {
    super();
    const [normalizedShape, eps, elementwiseAffine, device, dtype] = bind(sigs.RMSNorm, args);
    const shape = Array.isArray(normalizedShape) ? normalizedShape as unknown[] : [normalizedShape];
    this.normalizedShape = shape.map((size) => count('RMSNorm', 'normalizedShape', size));
    this.eps = eps as number | null;
    this.elementwiseAffine = elementwiseAffine as boolean;
    this.weight = elementwiseAffine ? newParameter('RMSNorm', this.normalizedShape, dtype, device) : null;
    this.resetParameters();
  }
  resetParameters(): void {
    if (this.weight) init.ones_(this.weight);
  }
  forward(input: Tensor): Tensor {
    return F.rmsNorm(input, this.normalizedShape, this.weight, this.eps);
  }
  extraRepr(): string {
    return `${py(this.normalizedShape)}, eps=${py(this.eps)}, elementwise_affine=${py(this.elementwiseAffine)}`;
  }
}

export interface GroupNormOptions extends Factory { eps?: number; affine?: boolean }

/**
 * Normalises over groups of channels of each sample: (N, C, ...).
 *
 * @example
 * ```js
 * const m = new torsh.nn.GroupNorm(3, 6);
 * console.log(m(torsh.randn(2, 6, 4, 4)).shape); // [ 2, 6, 4, 4 ]
 * ```
 */
export class GroupNorm extends Module {
  readonly numGroups: number;
  readonly numChannels: number;
  readonly eps: number;
  readonly affine: boolean;
  weight: Parameter | null;
  bias: Parameter | null;

  constructor(numGroups: number, numChannels: number, ...rest: Tail<[eps: number, affine: boolean], GroupNormOptions>);
  constructor(options: { numGroups: number; numChannels: number } & GroupNormOptions);
  constructor(...args: unknown[]) {
    super();
    const [numGroups, numChannels, eps, affine, device, dtype] = bind(sigs.GroupNorm, args);
    this.numGroups = count('GroupNorm', 'numGroups', numGroups, 1);
    this.numChannels = count('GroupNorm', 'numChannels', numChannels);
    if (this.numChannels % this.numGroups !== 0) fail('GroupNorm', 'num_channels must be divisible by num_groups');
    this.eps = eps as number;
    this.affine = affine as boolean;
    this.weight = affine ? newParameter('GroupNorm', [this.numChannels], dtype, device) : null;
    this.bias = affine ? newParameter('GroupNorm', [this.numChannels], dtype, device) : null;
    this.resetParameters();
  }
  resetParameters(): void {
    if (this.weight) init.ones_(this.weight);
    if (this.bias) init.zeros_(this.bias);
  }
  forward(input: Tensor): Tensor {
    return F.groupNorm(input, this.numGroups, this.weight, this.bias, this.eps);
  }
  extraRepr(): string {
    return `${this.numGroups}, ${this.numChannels}, eps=${py(this.eps)}, affine=${py(this.affine)}`;
  }
}

takesNames('input', GroupNorm, LayerNorm, RMSNorm);
