/** Transformers. */
import { bind, signature } from '../bind';
import * as ops from '../gen/ops';
import type { DType, Tensor } from '../tensor';
import { MultiheadAttention } from './attention';
import { count, fail, type Factory, type Tail } from './common';
import { ModuleList } from './containers';
import { deepcopy } from './deepcopy';
import { Dropout } from './dropout';
import { takesNames } from './forward';
import { functional as F } from './functional';
import { xavierUniform_ } from './init';
import { Linear } from './linear';
import { Module } from './module';
import { LayerNorm } from './normalization';

const layerText = 'dModel, nhead, dimFeedforward=2048, dropout=0.1, activation="relu", layerNormEps=1e-5, batchFirst=false, normFirst=false, bias=true, device=null, dtype=null';
const sigs = {
  TransformerEncoderLayer: signature('TransformerEncoderLayer', layerText),
  TransformerDecoderLayer: signature('TransformerDecoderLayer', layerText),
  TransformerEncoder: signature('TransformerEncoder', 'encoderLayer, numLayers, norm=null, enableNestedTensor=true, maskCheck=true'),
  TransformerDecoder: signature('TransformerDecoder', 'decoderLayer, numLayers, norm=null'),
  Transformer: signature('Transformer', 'dModel=512, nhead=8, numEncoderLayers=6, numDecoderLayers=6, dimFeedforward=2048, dropout=0.1, activation="relu", customEncoder=null, customDecoder=null, ' +
    'layerNormEps=1e-5, batchFirst=false, normFirst=false, bias=true, device=null, dtype=null'),
};

export type Activation = 'relu' | 'gelu' | ((x: Tensor) => Tensor);
export interface TransformerLayerOptions extends Factory {
  dimFeedforward?: number;
  dropout?: number;
  activation?: Activation;
  layerNormEps?: number;
  batchFirst?: boolean;
  normFirst?: boolean;
  bias?: boolean;
}
type LayerTail = Tail<
  [dimFeedforward: number, dropout: number, activation: Activation, layerNormEps: number, batchFirst: boolean, normFirst: boolean, bias: boolean], TransformerLayerOptions
>;

function activationOf(name: string, given: unknown): (x: Tensor) => Tensor {
  if (typeof given === 'function') return given as (x: Tensor) => Tensor;
  if (given === 'relu') return (x) => F.relu(x);
  if (given === 'gelu') return (x) => F.gelu(x);
  return fail(name, `activation should be relu/gelu, not ${String(given)}`);
}

interface LayerSettings { width: number; heads: number; hidden: number; drop: number; act: (x: Tensor) => Tensor; eps: number; batchFirst: boolean; normFirst: boolean; bias: boolean; factory: Factory }
function settingsOf(name: 'TransformerEncoderLayer' | 'TransformerDecoderLayer', args: ArrayLike<unknown>): LayerSettings {
  const [width, heads, hidden, drop, activation, eps, batchFirst, normFirst, bias, device, dtype] = bind(sigs[name], args);
  return {
    width: count(name, 'dModel', width, 1), heads: count(name, 'nhead', heads, 1), hidden: count(name, 'dimFeedforward', hidden), drop: drop as number, act: activationOf(name, activation), eps: eps as number,
    batchFirst: batchFirst as boolean, normFirst: normFirst as boolean, bias: bias as boolean, factory: { device: device as 'cpu' | null, dtype: dtype as DType | null },
  };
}

export interface EncoderLayerCall { srcMask?: Tensor | null; srcKeyPaddingMask?: Tensor | null; isCausal?: boolean }

/**
 * Attention of the input to itself, then two linear layers; each added to what goes in, and normalised.
 *
 * @example
 * ```js
 * const layer = new torsh.nn.TransformerEncoderLayer(16, 4, { dimFeedforward: 32 });
 * console.log(layer(torsh.randn(10, 2, 16)).shape); // [ 10, 2, 16 ]
 * ```
 */
export class TransformerEncoderLayer extends Module {
  self_attn: MultiheadAttention;
  linear1: Linear;
  dropout: Dropout;
  linear2: Linear;
  readonly normFirst: boolean;
  norm1: LayerNorm;
  norm2: LayerNorm;
  dropout1: Dropout;
  dropout2: Dropout;
  activation: (x: Tensor) => Tensor;

  constructor(dModel: number, nhead: number, ...rest: LayerTail);
  constructor(options: { dModel: number; nhead: number } & TransformerLayerOptions);
  constructor(...args: unknown[]) {
    super();
    const { width, heads, hidden, drop, act, eps, batchFirst, normFirst, bias, factory } = settingsOf('TransformerEncoderLayer', args);
    this.self_attn = new MultiheadAttention(width, heads, { dropout: drop, batchFirst, bias, ...factory });
    this.linear1 = new Linear(width, hidden, { bias, ...factory });
    this.dropout = new Dropout(drop);
    this.linear2 = new Linear(hidden, width, { bias, ...factory });
    this.normFirst = normFirst;
    this.norm1 = new LayerNorm(width, { eps, bias, ...factory });
    this.norm2 = new LayerNorm(width, { eps, bias, ...factory });
    this.dropout1 = new Dropout(drop);
    this.dropout2 = new Dropout(drop);
    this.activation = act;
  }

  forward(src: Tensor, ...rest: Tail<[srcMask: Tensor | null, srcKeyPaddingMask: Tensor | null, isCausal: boolean], EncoderLayerCall>): Tensor;
  forward(...args: unknown[]): Tensor {
    const [src, attnMask, keyPaddingMask, isCausal] = bind(encoderLayerForward, args) as [Tensor, Tensor | null, Tensor | null, boolean];
    const attend = (x: Tensor): Tensor => this.dropout1(this.self_attn(x, x, x, { attnMask, keyPaddingMask, needWeights: false, isCausal })[0]);
    const feed = (x: Tensor): Tensor => this.dropout2(this.linear2(this.dropout(this.activation(this.linear1(x)))));
    if (this.normFirst) {
      const x = src.add(attend(this.norm1(src)));
      return x.add(feed(this.norm2(x)));
    }
    const x = this.norm1(src.add(attend(src)));
    return this.norm2(x.add(feed(x)));
  }
}

export interface DecoderLayerCall {
  tgtMask?: Tensor | null;
  memoryMask?: Tensor | null;
  tgtKeyPaddingMask?: Tensor | null;
  memoryKeyPaddingMask?: Tensor | null;
  tgtIsCausal?: boolean;
  memoryIsCausal?: boolean;
}
type DecoderTail = Tail<
  [tgtMask: Tensor | null, memoryMask: Tensor | null, tgtKeyPaddingMask: Tensor | null, memoryKeyPaddingMask: Tensor | null, tgtIsCausal: boolean, memoryIsCausal: boolean], DecoderLayerCall
>;
type DecoderValues = [Tensor, Tensor, Tensor | null, Tensor | null, Tensor | null, Tensor | null, boolean, boolean];

/**
 * An encoder layer that also attends to memory, what an encoder gave.
 *
 * @example
 * ```js
 * const layer = new torsh.nn.TransformerDecoderLayer(16, 4, { dimFeedforward: 32 });
 * console.log(layer(torsh.randn(6, 2, 16), torsh.randn(10, 2, 16)).shape); // [ 6, 2, 16 ]
 * ```
 */
export class TransformerDecoderLayer extends Module {
  self_attn: MultiheadAttention;
  multihead_attn: MultiheadAttention;
  linear1: Linear;
  dropout: Dropout;
  linear2: Linear;
  readonly normFirst: boolean;
  norm1: LayerNorm;
  norm2: LayerNorm;
  norm3: LayerNorm;
  dropout1: Dropout;
  dropout2: Dropout;
  dropout3: Dropout;
  activation: (x: Tensor) => Tensor;

  constructor(dModel: number, nhead: number, ...rest: LayerTail);
  constructor(options: { dModel: number; nhead: number } & TransformerLayerOptions);
  constructor(...args: unknown[]) {
    super();
    const { width, heads, hidden, drop, act, eps, batchFirst, normFirst, bias, factory } = settingsOf('TransformerDecoderLayer', args);
    this.self_attn = new MultiheadAttention(width, heads, { dropout: drop, batchFirst, bias, ...factory });
    this.multihead_attn = new MultiheadAttention(width, heads, { dropout: drop, batchFirst, bias, ...factory });
    this.linear1 = new Linear(width, hidden, { bias, ...factory });
    this.dropout = new Dropout(drop);
    this.linear2 = new Linear(hidden, width, { bias, ...factory });
    this.normFirst = normFirst;
    this.norm1 = new LayerNorm(width, { eps, bias, ...factory });
    this.norm2 = new LayerNorm(width, { eps, bias, ...factory });
    this.norm3 = new LayerNorm(width, { eps, bias, ...factory });
    this.dropout1 = new Dropout(drop);
    this.dropout2 = new Dropout(drop);
    this.dropout3 = new Dropout(drop);
    this.activation = act;
  }

  forward(tgt: Tensor, memory: Tensor, ...rest: DecoderTail): Tensor;
  forward(...args: unknown[]): Tensor {
    const [tgt, memory, tgtMask, memoryMask, tgtPadding, memoryPadding, tgtCausal, memoryCausal] = bind(decoderLayerForward, args) as DecoderValues;
    const attend = (x: Tensor): Tensor => this.dropout1(this.self_attn(x, x, x, { attnMask: tgtMask, keyPaddingMask: tgtPadding, needWeights: false, isCausal: tgtCausal })[0]);
    const recall = (x: Tensor): Tensor =>
      this.dropout2(this.multihead_attn(x, memory, memory, { attnMask: memoryMask, keyPaddingMask: memoryPadding, needWeights: false, isCausal: memoryCausal })[0]);
    const feed = (x: Tensor): Tensor => this.dropout3(this.linear2(this.dropout(this.activation(this.linear1(x)))));
    let x = tgt;
    if (this.normFirst) {
      x = x.add(attend(this.norm1(x)));
      x = x.add(recall(this.norm2(x)));
      return x.add(feed(this.norm3(x)));
    }
    x = this.norm1(x.add(attend(x)));
    x = this.norm2(x.add(recall(x)));
    return this.norm3(x.add(feed(x)));
  }
}

const copies = (layer: Module, n: number): ModuleList => new ModuleList(Array.from({ length: n }, () => deepcopy(layer)));

/**
 * numLayers copies of an encoder layer, and a norm.
 *
 * @example
 * ```js
 * const layer = new torsh.nn.TransformerEncoderLayer(16, 4, { dimFeedforward: 32, batchFirst: true });
 * const encoder = new torsh.nn.TransformerEncoder(layer, 2);
 * console.log(encoder(torsh.randn(2, 10, 16)).shape); // [ 2, 10, 16 ]
 * ```
 */
export class TransformerEncoder extends Module {
  layers: ModuleList;
  readonly numLayers: number;
  norm: Module | null;
  constructor(encoderLayer: Module, numLayers: number, ...rest: Tail<[norm: Module | null, enableNestedTensor: boolean, maskCheck: boolean], { norm?: Module | null; enableNestedTensor?: boolean; maskCheck?: boolean }>);
  constructor(...args: unknown[]) {
    super();
    const [layer, n, norm] = bind(sigs.TransformerEncoder, args) as [Module, unknown, Module | null];
    this.numLayers = count('TransformerEncoder', 'numLayers', n);
    this.layers = copies(layer, this.numLayers);
    this.norm = norm;
  }
  forward(src: Tensor, ...rest: Tail<[mask: Tensor | null, srcKeyPaddingMask: Tensor | null, isCausal: boolean | null], { mask?: Tensor | null; srcKeyPaddingMask?: Tensor | null; isCausal?: boolean | null }>): Tensor;
  forward(...args: unknown[]): Tensor {
    const [src, mask, srcKeyPaddingMask, isCausal] = bind(encoderForward, args) as [Tensor, Tensor | null, Tensor | null, boolean | null];
    let x = src;
    for (const layer of this.layers) x = (layer as unknown as TransformerEncoderLayer)(x, { srcMask: mask, srcKeyPaddingMask, isCausal: isCausal ?? false });
    return this.norm ? (this.norm as unknown as (x: Tensor) => Tensor)(x) : x;
  }
}

/**
 * numLayers copies of a decoder layer, and a norm.
 *
 * @example
 * ```js
 * const layer = new torsh.nn.TransformerDecoderLayer(16, 4, { dimFeedforward: 32 });
 * const decoder = new torsh.nn.TransformerDecoder(layer, 2);
 * console.log(decoder(torsh.randn(6, 2, 16), torsh.randn(10, 2, 16)).shape); // [ 6, 2, 16 ]
 * ```
 */
export class TransformerDecoder extends Module {
  layers: ModuleList;
  readonly numLayers: number;
  norm: Module | null;
  constructor(decoderLayer: Module, numLayers: number, ...rest: Tail<[norm: Module | null], { norm?: Module | null }>);
  constructor(...args: unknown[]) {
    super();
    const [layer, n, norm] = bind(sigs.TransformerDecoder, args) as [Module, unknown, Module | null];
    this.numLayers = count('TransformerDecoder', 'numLayers', n);
    this.layers = copies(layer, this.numLayers);
    this.norm = norm;
  }
  forward(tgt: Tensor, memory: Tensor, ...rest: DecoderTail): Tensor;
  forward(...args: unknown[]): Tensor {
    const [tgt, memory, tgtMask, memoryMask, tgtKeyPaddingMask, memoryKeyPaddingMask, tgtIsCausal, memoryIsCausal] = bind(decoderForward, args) as DecoderValues;
    let x = tgt;
    for (const layer of this.layers) {
      x = (layer as unknown as TransformerDecoderLayer)(x, memory, { tgtMask, memoryMask, tgtKeyPaddingMask, memoryKeyPaddingMask, tgtIsCausal: tgtIsCausal ?? false, memoryIsCausal });
    }
    return this.norm ? (this.norm as unknown as (x: Tensor) => Tensor)(x) : x;
  }
}

export interface TransformerOptions extends TransformerLayerOptions {
  dModel?: number;
  nhead?: number;
  numEncoderLayers?: number;
  numDecoderLayers?: number;
  customEncoder?: Module | null;
  customDecoder?: Module | null;
}
export interface TransformerCall {
  srcMask?: Tensor | null;
  tgtMask?: Tensor | null;
  memoryMask?: Tensor | null;
  srcKeyPaddingMask?: Tensor | null;
  tgtKeyPaddingMask?: Tensor | null;
  memoryKeyPaddingMask?: Tensor | null;
}

/**
 * Encoder and decoder: src (S, N, E) and tgt (T, N, E), batchFirst: (N, S, E) and (N, T, E), to tgt's size.
 *
 * @example
 * ```js
 * const model = new torsh.nn.Transformer(16, 4, { numEncoderLayers: 2, numDecoderLayers: 2, dimFeedforward: 32 });
 * console.log(model(torsh.randn(10, 2, 16), torsh.randn(6, 2, 16)).shape); // [ 6, 2, 16 ]
 * ```
 */
export class Transformer extends Module {
  encoder: Module;
  decoder: Module;
  readonly dModel: number;
  readonly nhead: number;
  readonly batchFirst: boolean;

  constructor(...args: Tail<[dModel: number, nhead: number, numEncoderLayers: number, numDecoderLayers: number, dimFeedforward: number, dropout: number, activation: Activation], TransformerOptions>);
  constructor(...args: unknown[]) {
    super();
    const [dModel, nhead, encoders, decoders, dimFeedforward, dropout, activation, customEncoder, customDecoder, layerNormEps, batchFirst, normFirst, bias, device, dtype] = bind(sigs.Transformer, args) as
      [number, number, number, number, number, number, Activation, Module | null, Module | null, number, boolean, boolean, boolean, 'cpu' | null, DType | null];
    const factory = { device, dtype };
    const settings = { dimFeedforward, dropout, activation, layerNormEps, batchFirst, normFirst, bias, ...factory };
    const norm = (): LayerNorm => new LayerNorm(dModel, { eps: layerNormEps, bias, ...factory });
    this.encoder = customEncoder ?? new TransformerEncoder(new TransformerEncoderLayer(dModel, nhead, settings), encoders, norm());
    this.decoder = customDecoder ?? new TransformerDecoder(new TransformerDecoderLayer(dModel, nhead, settings), decoders, norm());
    this.dModel = dModel;
    this.nhead = nhead;
    this.batchFirst = batchFirst;
    this.resetParameters();
  }
  resetParameters(): void {
    for (const parameter of this.parameters()) if (parameter.ndim > 1) xavierUniform_(parameter);
  }

  forward(src: Tensor, tgt: Tensor, ...rest: Tail<
    [srcMask: Tensor | null, tgtMask: Tensor | null, memoryMask: Tensor | null, srcKeyPaddingMask: Tensor | null, tgtKeyPaddingMask: Tensor | null, memoryKeyPaddingMask: Tensor | null], TransformerCall
  >): Tensor;
  forward(...args: unknown[]): Tensor {
    const [src, tgt, srcMask, tgtMask, memoryMask, srcKeyPaddingMask, tgtKeyPaddingMask, memoryKeyPaddingMask] = bind(transformerForward, args) as [Tensor, Tensor, ...(Tensor | null)[]];
    const way = this.batchFirst ? 0 : 1;
    if (src.ndim === 3 && src.shape[way] !== tgt.shape[way]) fail('Transformer', 'the batch number of src and tgt must be equal', 'ERR_SHAPE');
    if (src.shape[src.ndim - 1] !== this.dModel || tgt.shape[tgt.ndim - 1] !== this.dModel) fail('Transformer', 'the feature number of src and tgt must be equal to d_model', 'ERR_SHAPE');
    const memory = (this.encoder as TransformerEncoder)(src, { mask: srcMask, srcKeyPaddingMask });
    return (this.decoder as TransformerDecoder)(tgt, memory, { tgtMask, memoryMask, tgtKeyPaddingMask, memoryKeyPaddingMask });
  }

  /** Zeros where a query may look, -Infinity for the keys after it. */
  static generateSquareSubsequentMask(sz: number, options: { dtype?: DType | null } = {}): Tensor {
    const at = ops.arange(sz);
    return ops.zeros([sz, sz], { dtype: options.dtype ?? null }).maskedFill(at.unsqueeze(1).lt(at), -Infinity);
  }
  generateSquareSubsequentMask(sz: number): Tensor {
    return Transformer.generateSquareSubsequentMask(sz);
  }
}

const text = {
  encoderLayer: 'src, srcMask=null, srcKeyPaddingMask=null, isCausal=false',
  decoderLayer: 'tgt, memory, tgtMask=null, memoryMask=null, tgtKeyPaddingMask=null, memoryKeyPaddingMask=null, tgtIsCausal=false, memoryIsCausal=false',
  encoder: 'src, mask=null, srcKeyPaddingMask=null, isCausal=null',
  decoder: 'tgt, memory, tgtMask=null, memoryMask=null, tgtKeyPaddingMask=null, memoryKeyPaddingMask=null, tgtIsCausal=null, memoryIsCausal=false',
  transformer: 'src, tgt, srcMask=null, tgtMask=null, memoryMask=null, srcKeyPaddingMask=null, tgtKeyPaddingMask=null, memoryKeyPaddingMask=null',
};
const encoderLayerForward = signature('TransformerEncoderLayer', text.encoderLayer);
const decoderLayerForward = signature('TransformerDecoderLayer', text.decoderLayer);
const encoderForward = signature('TransformerEncoder', text.encoder);
const decoderForward = signature('TransformerDecoder', text.decoder);
const transformerForward = signature('Transformer', text.transformer);
takesNames(text.encoderLayer, TransformerEncoderLayer);
takesNames(text.decoderLayer, TransformerDecoderLayer);
takesNames(text.encoder, TransformerEncoder);
takesNames(text.decoder, TransformerDecoder);
takesNames(text.transformer, Transformer);
