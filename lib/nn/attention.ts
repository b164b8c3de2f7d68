/** Attention of several heads. */
import { bind, signature } from '../bind';
import type { Tensor } from '../tensor';
import { count, fail, newParameter, type Factory, type Tail } from './common';
import { takesNames } from './forward';
import { functional as F } from './functional';
import * as init from './init';
import { Linear } from './linear';
import { Module } from './module';
import type { Parameter } from './parameter';

const sig = signature('MultiheadAttention', 'embedDim, numHeads, dropout=0, bias=true, addBiasKv=false, addZeroAttn=false, kdim=null, vdim=null, batchFirst=false, device=null, dtype=null');

/** A linear layer under the name that PyTorch gives to that of attention. */
class NonDynamicallyQuantizableLinear extends Linear {}

export interface MultiheadAttentionOptions extends Factory {
  dropout?: number;
  bias?: boolean;
  addBiasKv?: boolean;
  addZeroAttn?: boolean;
  kdim?: number | null;
  vdim?: number | null;
  batchFirst?: boolean;
}
type OptionTail = Tail<
  [dropout: number, bias: boolean, addBiasKv: boolean, addZeroAttn: boolean, kdim: number | null, vdim: number | null, batchFirst: boolean], MultiheadAttentionOptions
>;
export interface AttentionCall { keyPaddingMask?: Tensor | null; needWeights?: boolean; attnMask?: Tensor | null; averageAttnWeights?: boolean; isCausal?: boolean }

/**
 * query (L, N, E), key (S, N, kdim), value (S, N, vdim), batchFirst: (N, L, E) and so on: [output, weights or null].
 *
 * @example
 * ```js
 * const attention = new torsh.nn.MultiheadAttention(16, 4, { batchFirst: true });
 * const x = torsh.randn(2, 5, 16);
 * const [output, weights] = attention(x, x, x);
 * console.log(output.shape, weights.shape); // [ 2, 5, 16 ] [ 2, 5, 5 ]
 * ```
 */
export class MultiheadAttention extends Module {
  readonly embedDim: number;
  readonly kdim: number;
  readonly vdim: number;
  readonly numHeads: number;
  readonly headDim: number;
  readonly dropout: number;
  readonly batchFirst: boolean;
  readonly addZeroAttn: boolean;
  in_proj_weight: Parameter | null;
  q_proj_weight: Parameter | null;
  k_proj_weight: Parameter | null;
  v_proj_weight: Parameter | null;
  in_proj_bias: Parameter | null;
  out_proj: Linear;
  bias_k: Parameter | null;
  bias_v: Parameter | null;

  constructor(embedDim: number, numHeads: number, ...rest: OptionTail);
  constructor(options: { embedDim: number; numHeads: number } & MultiheadAttentionOptions);
  constructor(...args: unknown[]) {
    super();
    const name = 'MultiheadAttention';
    const [embedDim, numHeads, dropout, bias, addBiasKv, addZeroAttn, kdim, vdim, batchFirst, device, dtype] = bind(sig, args);
    const width = this.embedDim = count(name, 'embedDim', embedDim, 1);
    this.kdim = count(name, 'kdim', kdim ?? width);
    this.vdim = count(name, 'vdim', vdim ?? width);
    this.numHeads = count(name, 'numHeads', numHeads, 1);
    this.headDim = width / this.numHeads;
    if (!Number.isInteger(this.headDim)) fail(name, 'embed_dim must be divisible by num_heads');
    this.dropout = dropout as number;
    this.batchFirst = batchFirst as boolean;
    this.addZeroAttn = addZeroAttn as boolean;
    const one = this.kdim === width && this.vdim === width;
    const make = (...size: number[]): Parameter => newParameter(name, size, dtype, device);
    this.in_proj_weight = one ? make(3 * width, width) : null;
    this.q_proj_weight = one ? null : make(width, width);
    this.k_proj_weight = one ? null : make(width, this.kdim);
    this.v_proj_weight = one ? null : make(width, this.vdim);
    this.in_proj_bias = bias ? make(3 * width) : null;
    this.out_proj = new NonDynamicallyQuantizableLinear(width, width, { bias: bias as boolean, device: device as 'cpu' | null, dtype: dtype as Factory['dtype'] });
    this.bias_k = addBiasKv ? make(1, 1, width) : null;
    this.bias_v = addBiasKv ? make(1, 1, width) : null;
    this.resetParameters();
  }

  resetParameters(): void {
    for (const weight of [this.in_proj_weight, this.q_proj_weight, this.k_proj_weight, this.v_proj_weight]) if (weight) init.xavierUniform_(weight);
    if (this.in_proj_bias) {
      init.zeros_(this.in_proj_bias);
      init.zeros_(this.out_proj.bias!);
    }
    if (this.bias_k) init.xavierNormal_(this.bias_k);
    if (this.bias_v) init.xavierNormal_(this.bias_v);
  }

  forward(query: Tensor, key: Tensor, value: Tensor, ...rest: Tail<
    [keyPaddingMask: Tensor | null, needWeights: boolean, attnMask: Tensor | null, averageAttnWeights: boolean, isCausal: boolean], AttentionCall
  >): [output: Tensor, weights: Tensor | null];
  forward(...args: unknown[]): [output: Tensor, weights: Tensor | null] {
    const values = bind(forwardSig, args);
    let [query, key, value] = values as [Tensor, Tensor, Tensor];
    const [keyPaddingMask, needWeights, attnMask, averageAttnWeights, isCausal] = values.slice(3) as [Tensor | null, boolean, Tensor | null, boolean, boolean];
    const turned = this.batchFirst && query.ndim === 3;
    if (turned) { // tensors that are the same stay the same: their projections are one product
      const turn = (t: Tensor): Tensor => (t.ndim === 3 ? t.transpose(0, 1) : t);
      const [q, k, v] = [query, key, value];
      query = turn(q);
      key = k === q ? query : turn(k);
      value = v === k ? key : v === q ? query : turn(v);
    }
    const [output, weights] = F.multiHeadAttentionForward(
      query, key, value, this.embedDim, this.numHeads, this.in_proj_weight, this.in_proj_bias, this.bias_k, this.bias_v, this.addZeroAttn, this.dropout,
      this.out_proj.weight, this.out_proj.bias, {
        training: this.training, keyPaddingMask, needWeights, attnMask, averageAttnWeights, isCausal,
        useSeparateProjWeight: this.in_proj_weight === null, qProjWeight: this.q_proj_weight, kProjWeight: this.k_proj_weight, vProjWeight: this.v_proj_weight,
      },
    );
    return [turned ? output.transpose(0, 1) : output, weights];
  }
}

const forwardText = 'query, key, value, keyPaddingMask=null, needWeights=true, attnMask=null, averageAttnWeights=true, isCausal=false';
const forwardSig = signature('MultiheadAttention', forwardText);
takesNames(forwardText, MultiheadAttention);
