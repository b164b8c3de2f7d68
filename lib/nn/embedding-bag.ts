import { bind, signature } from '../bind';
import { isTensor, type Tensor } from '../tensor';
import { noGrad } from '../autograd';
import { count, fail, newParameter, type Factory, type Tail } from './common';
import { takesNames } from './forward';
import { functional as F } from './functional';
import * as init from './init';
import { Module } from './module';
import { Parameter } from './parameter';
import { py, pyFloat } from './repr';

type BagMode = 'sum' | 'mean' | 'max';
const sigs = {
  EmbeddingBag: signature('EmbeddingBag', 'numEmbeddings, embeddingDim, maxNorm=null, normType=2, scaleGradByFreq=false, mode="mean", sparse=false, _weight=null, '
    + 'includeLastOffset=false, paddingIdx=null, device=null, dtype=null'),
  fromPretrained: signature('fromPretrained',
    'embeddings, freeze=true, maxNorm=null, normType=2, scaleGradByFreq=false, mode="mean", sparse=false, includeLastOffset=false, paddingIdx=null'),
};

export interface EmbeddingBagOptions extends Factory {
  /** Rows longer than this are shortened to it, in place, when they are looked up. */
  maxNorm?: number | null;
  normType?: number;
  /** Divides gradients by how often their row occurs in the batch. */
  scaleGradByFreq?: boolean;
  mode?: BagMode;
  /** Sparse gradients do not exist in torsh; only false is possible. */
  sparse?: boolean;
  /** The last offset is an end, not a beginning. */
  includeLastOffset?: boolean;
  /** A row that counts as absent. */
  paddingIdx?: number | null;
}
type EmbeddingBagTail = Tail<[maxNorm: number | null, normType: number, scaleGradByFreq: boolean, mode: BagMode, sparse: boolean], EmbeddingBagOptions>;

/**
 * Sums, means or maxima of bags of rows of a table: (bags, n), or (n) with offsets, to (bags, embeddingDim).
 *
 * @example
 * ```js
 * const m = new torsh.nn.EmbeddingBag(10, 3, { mode: 'sum' });
 * const offsets = torsh.tensor([0, 3]); // two bags: of three, of two
 * console.log(m(torsh.tensor([1, 2, 4, 5, 4]), offsets).shape); // [ 2, 3 ]
 * ```
 */
export class EmbeddingBag extends Module {
  readonly numEmbeddings: number;
  readonly embeddingDim: number;
  readonly maxNorm: number | null;
  readonly normType: number;
  readonly scaleGradByFreq: boolean;
  readonly mode: BagMode;
  readonly sparse: boolean;
  readonly includeLastOffset: boolean;
  readonly paddingIdx: number | null;
  weight: Parameter;

  constructor(numEmbeddings: number, embeddingDim: number, ...rest: EmbeddingBagTail);
  constructor(options: { numEmbeddings: number; embeddingDim: number } & EmbeddingBagOptions);
  constructor(...args: unknown[]) {
    super();
    const [rows, columns, maxNorm, normType, scaleGradByFreq, mode, sparse, weight, includeLastOffset, paddingIdx, device, dtype] = bind(sigs.EmbeddingBag, args);
    this.numEmbeddings = count('EmbeddingBag', 'numEmbeddings', rows);
    this.embeddingDim = count('EmbeddingBag', 'embeddingDim', columns);
    this.maxNorm = maxNorm as number | null;
    this.normType = normType as number;
    this.scaleGradByFreq = scaleGradByFreq as boolean;
    this.mode = mode as BagMode;
    if (sparse) fail('EmbeddingBag', 'sparse gradients are not supported');
    this.sparse = false;
    this.includeLastOffset = includeLastOffset as boolean;
    this.paddingIdx = null;
    if (paddingIdx !== null) {
      const at = paddingIdx as number;
      if (!Number.isInteger(at) || at >= this.numEmbeddings || at < -this.numEmbeddings) fail('EmbeddingBag', 'padding_idx must be within num_embeddings');
      this.paddingIdx = at < 0 ? at + this.numEmbeddings : at;
    }
    if (weight === null) {
      this.weight = newParameter('EmbeddingBag', [this.numEmbeddings, this.embeddingDim], dtype, device);
      this.resetParameters();
    } else {
      if (!isTensor(weight) || weight.ndim !== 2 || weight.shape[0] !== this.numEmbeddings || weight.shape[1] !== this.embeddingDim) {
        fail('EmbeddingBag', 'Shape of weight does not match num_embeddings and embedding_dim', 'ERR_SHAPE');
      }
      this.weight = new Parameter(weight);
    }
  }

  /** One over a given (n, d) tensor, which it shares; freeze keeps it from being trained. */
  static fromPretrained(embeddings: Tensor, ...rest: Tail<[freeze: boolean, maxNorm: number | null, normType: number, scaleGradByFreq: boolean, mode: BagMode],
    Omit<EmbeddingBagOptions, keyof Factory> & { freeze?: boolean }>): EmbeddingBag {
    const [table, freeze, maxNorm, normType, scaleGradByFreq, mode, sparse, includeLastOffset, paddingIdx] = bind(sigs.fromPretrained, [embeddings, ...rest]);
    if (!isTensor(table) || table.ndim !== 2) fail('fromPretrained', 'Embeddings parameter is expected to be 2-dimensional', 'ERR_SHAPE');
    const options = { maxNorm, normType, scaleGradByFreq, mode, sparse, includeLastOffset, paddingIdx, _weight: table } as EmbeddingBagOptions;
    const bag = new this(table.shape[0], table.shape[1], options);
    bag.weight.requiresGrad = !freeze;
    return bag;
  }

  resetParameters(): void {
    init.normal_(this.weight);
    const at = this.paddingIdx;
    if (at !== null) noGrad(() => this.weight.select(0, at).fill_(0));
  }

  forward(input: Tensor, offsets: Tensor | null = null, perSampleWeights: Tensor | null = null): Tensor {
    return F.embeddingBag(input, this.weight, offsets, this.maxNorm, this.normType, this.scaleGradByFreq, this.mode, this.sparse, perSampleWeights,
      this.includeLastOffset, this.paddingIdx);
  }

  extraRepr(): string {
    let s = `${this.numEmbeddings}, ${this.embeddingDim}`;
    if (this.maxNorm !== null) s += `, max_norm=${py(this.maxNorm)}`;
    if (this.normType !== 2) s += `, norm_type=${pyFloat(this.normType)}`;
    if (this.scaleGradByFreq) s += ', scale_grad_by_freq=True';
    s += `, mode=${this.mode}`;
    if (this.paddingIdx !== null) s += `, padding_idx=${this.paddingIdx}`;
    return s;
  }
}

takesNames('input, offsets=null, perSampleWeights=null', EmbeddingBag);
