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

const sigs = {
  Embedding: signature('Embedding',
    'numEmbeddings, embeddingDim, paddingIdx=null, maxNorm=null, normType=2, scaleGradByFreq=false, sparse=false, _weight=null, device=null, dtype=null'),
  fromPretrained: signature('fromPretrained', 'embeddings, freeze=true, paddingIdx=null, maxNorm=null, normType=2, scaleGradByFreq=false, sparse=false'),
};

export interface EmbeddingOptions extends Factory {
  /** A row that stays as it is: its gradient is zero, and it begins as zeros. */
  paddingIdx?: number | null;
  /** Rows longer than this are shortened to it, in place, when they are looked up. */
  maxNorm?: number | null;
  normType?: number;
  /** Divides gradients by how often their row occurs in the batch. */
  scaleGradByFreq?: boolean;
  /** Sparse gradients do not exist in torsh; only false is possible. */
  sparse?: boolean;
}
type EmbeddingTail = Tail<[paddingIdx: number | null, maxNorm: number | null, normType: number, scaleGradByFreq: boolean, sparse: boolean], EmbeddingOptions>;

/**
 * A table of vectors: integer input (*) to (*, embeddingDim).
 *
 * @example
 * ```js
 * const m = new torsh.nn.Embedding(10, 3, { paddingIdx: 0 });
 * console.log(m(torsh.tensor([[1, 2], [4, 0]])).shape); // [ 2, 2, 3 ]
 * ```
 */
export class Embedding extends Module {
  readonly numEmbeddings: number;
  readonly embeddingDim: number;
  readonly paddingIdx: number | null;
  readonly maxNorm: number | null;
  readonly normType: number;
  readonly scaleGradByFreq: boolean;
  readonly sparse: boolean;
  weight: Parameter;

  constructor(numEmbeddings: number, embeddingDim: number, ...rest: EmbeddingTail);
  constructor(options: { numEmbeddings: number; embeddingDim: number } & EmbeddingOptions);
  constructor(...args: unknown[]) {
    super();
    const [rows, columns, paddingIdx, maxNorm, normType, scaleGradByFreq, sparse, weight, device, dtype] = bind(sigs.Embedding, args);
    this.numEmbeddings = count('Embedding', 'numEmbeddings', rows);
    this.embeddingDim = count('Embedding', 'embeddingDim', columns);
    this.paddingIdx = null;
    if (paddingIdx !== null) {
      const at = paddingIdx as number;
      if (!Number.isInteger(at) || at >= this.numEmbeddings || at < -this.numEmbeddings) fail('Embedding', 'Padding_idx must be within num_embeddings');
      this.paddingIdx = at < 0 ? at + this.numEmbeddings : at;
    }
    this.maxNorm = maxNorm as number | null;
    this.normType = normType as number;
    this.scaleGradByFreq = scaleGradByFreq as boolean;
    if (sparse) fail('Embedding', 'sparse gradients are not supported');
    this.sparse = false;
    if (weight === null) {
      this.weight = newParameter('Embedding', [this.numEmbeddings, this.embeddingDim], dtype, device);
      this.resetParameters();
    } else {
      if (!isTensor(weight) || weight.ndim !== 2 || weight.shape[0] !== this.numEmbeddings || weight.shape[1] !== this.embeddingDim) {
        fail('Embedding', 'Shape of weight does not match num_embeddings and embedding_dim', 'ERR_SHAPE');
      }
      this.weight = new Parameter(weight);
    }
  }

  /** An embedding over a given (n, d) tensor, which it shares; freeze keeps it from being trained. */
  static fromPretrained(embeddings: Tensor, ...rest: Tail<[freeze: boolean, paddingIdx: number | null, maxNorm: number | null, normType: number,
    scaleGradByFreq: boolean, sparse: boolean], Omit<EmbeddingOptions, keyof Factory> & { freeze?: boolean }>): Embedding {
    const [table, freeze, paddingIdx, maxNorm, normType, scaleGradByFreq, sparse] = bind(sigs.fromPretrained, [embeddings, ...rest]);
    if (!isTensor(table) || table.ndim !== 2) fail('fromPretrained', 'Embeddings parameter is expected to be 2-dimensional', 'ERR_SHAPE');
    const [rows, columns] = table.shape;
    const options = { paddingIdx, maxNorm, normType, scaleGradByFreq, sparse, _weight: table } as EmbeddingOptions;
    const embedding = new this(rows, columns, options);
    embedding.weight.requiresGrad = !freeze;
    return embedding;
  }

  resetParameters(): void {
    init.normal_(this.weight);
    const at = this.paddingIdx;
    if (at !== null) noGrad(() => this.weight.select(0, at).fill_(0));
  }

  forward(input: Tensor): Tensor {
    return F.embedding(input, this.weight, this.paddingIdx, this.maxNorm, this.normType, this.scaleGradByFreq, this.sparse);
  }

  extraRepr(): string {
    let s = `${this.numEmbeddings}, ${this.embeddingDim}`;
    if (this.paddingIdx !== null) s += `, padding_idx=${this.paddingIdx}`;
    if (this.maxNorm !== null) s += `, max_norm=${py(this.maxNorm)}`;
    if (this.normType !== 2) s += `, norm_type=${pyFloat(this.normType)}`;
    if (this.scaleGradByFreq) s += ', scale_grad_by_freq=True';
    return s;
  }
}

takesNames('input', Embedding);
