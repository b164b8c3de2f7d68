/** Distances and the bilinear layer. */
import { bind, signature } from '../bind';
import type { Tensor } from '../tensor';
import { count, newParameter, type Factory, type Tail } from './common';
import { takesNames } from './forward';
import { functional as F } from './functional';
import { uniform_ } from './init';
import { Module } from './module';
import type { Parameter } from './parameter';
import { py } from './repr';

const sigs = {
  CosineSimilarity: signature('CosineSimilarity', 'dim=1, eps=1e-8'),
  PairwiseDistance: signature('PairwiseDistance', 'p=2, eps=1e-6, keepdim=false'),
  Bilinear: signature('Bilinear', 'in1Features, in2Features, outFeatures, bias=true, device=null, dtype=null'),
};

/**
 * The cosine of the angle between two tensors along a dim.
 *
 * @example
 * ```js
 * const m = new torsh.nn.CosineSimilarity();
 * console.log(m(torsh.tensor([[1, 0]]), torsh.tensor([[1, 1]]))); // tensor([0.7071])
 * ```
 */
export class CosineSimilarity extends Module {
  readonly dim: number;
  readonly eps: number;
  constructor(...args: Tail<[dim: number, eps: number], { dim?: number; eps?: number }>) {
    super();
    const [dim, eps] = bind(sigs.CosineSimilarity, args);
    this.dim = dim as number;
    this.eps = eps as number;
  }
  forward(x1: Tensor, x2: Tensor): Tensor {
    return F.cosineSimilarity(x1, x2, this.dim, this.eps);
  }
}

/**
 * The norm of the difference of two tensors along the last dim.
 *
 * @example
 * ```js
 * const m = new torsh.nn.PairwiseDistance();
 * console.log(m(torsh.tensor([[0, 0]]), torsh.tensor([[3, 4]]))); // tensor([5.0000])
 * ```
 */
export class PairwiseDistance extends Module {
  readonly norm: number;
  readonly eps: number;
  readonly keepdim: boolean;
  constructor(...args: Tail<[p: number, eps: number, keepdim: boolean], { p?: number; eps?: number; keepdim?: boolean }>) {
    super();
    const [p, eps, keepdim] = bind(sigs.PairwiseDistance, args);
    this.norm = p as number;
    this.eps = eps as number;
    this.keepdim = keepdim as boolean;
  }
  forward(x1: Tensor, x2: Tensor): Tensor {
    return F.pairwiseDistance(x1, x2, this.norm, this.eps, this.keepdim);
  }
}

export interface BilinearOptions extends Factory { bias?: boolean }

/**
 * x1^T A x2 + b for each output.
 *
 * @example
 * ```js
 * const m = new torsh.nn.Bilinear(20, 30, 40);
 * console.log(m(torsh.randn(8, 20), torsh.randn(8, 30)).shape); // [ 8, 40 ]
 * ```
 */
export class Bilinear extends Module {
  readonly in1Features: number;
  readonly in2Features: number;
  readonly outFeatures: number;
  weight: Parameter;
  bias: Parameter | null;
  constructor(in1Features: number, in2Features: number, outFeatures: number, ...rest: Tail<[bias: boolean], BilinearOptions>);
  constructor(options: { in1Features: number; in2Features: number; outFeatures: number } & BilinearOptions);
  constructor(...args: unknown[]) {
    super();
    const [in1, in2, out, bias, device, dtype] = bind(sigs.Bilinear, args);
    this.in1Features = count('Bilinear', 'in1Features', in1, 1);
    this.in2Features = count('Bilinear', 'in2Features', in2);
    this.outFeatures = count('Bilinear', 'outFeatures', out);
    this.weight = newParameter('Bilinear', [this.outFeatures, this.in1Features, this.in2Features], dtype, device);
    this.bias = bias ? newParameter('Bilinear', [this.outFeatures], dtype, device) : null;
    this.resetParameters();
  }
  resetParameters(): void {
    const bound = 1 / Math.sqrt(this.in1Features);
    uniform_(this.weight, -bound, bound);
    if (this.bias) uniform_(this.bias, -bound, bound);
  }
  forward(input1: Tensor, input2: Tensor): Tensor {
    return F.bilinear(input1, input2, this.weight, this.bias);
  }
  extraRepr(): string {
    return `in1_features=${this.in1Features}, in2_features=${this.in2Features}, out_features=${this.outFeatures}, bias=${py(this.bias !== null)}`;
  }
}

takesNames('x1, x2', CosineSimilarity, PairwiseDistance);
takesNames('input1, input2', Bilinear);
