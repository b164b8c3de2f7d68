/** torch.embedding and torch.embedding_bag: the table comes first, as in PyTorch, unlike in nn.functional. */
import { bind, signature } from './bind';
import { TorshError } from './errors';
import { noGrad } from './autograd';
import * as ops from './gen/ops';
import { type Tensor, tensor } from './tensor';

const sigs = {
  embedding: signature('embedding', 'weight, indices, paddingIdx=-1, scaleGradByFreq=false, sparse=false'),
  embeddingBag: signature('embeddingBag',
    'weight, indices, offsets, scaleGradByFreq=false, mode=0, sparse=false, perSampleWeights=null, includeLastOffset=false, paddingIdx=null'),
};
const modes = ['sum', 'mean', 'max'];

/** The rows of weight that indices name. https://pytorch.org/docs/stable/generated/torch.nn.functional.embedding.html */
export function embedding(weight: Tensor, indices: Tensor, paddingIdx?: number, scaleGradByFreq?: boolean, sparse?: boolean): Tensor;
export function embedding(weight: Tensor, indices: Tensor, options: { paddingIdx?: number; scaleGradByFreq?: boolean; sparse?: boolean }): Tensor;
export function embedding(...args: unknown[]): Tensor {
  const [weight, indices, paddingIdx, scaleGradByFreq, sparse] = bind(sigs.embedding, args) as [Tensor, Tensor, number, boolean, boolean];
  return ops.embedding(indices, weight, paddingIdx === -1 ? null : paddingIdx, null, 2, scaleGradByFreq, sparse);
}

export interface EmbeddingBagCall {
  scaleGradByFreq?: boolean;
  /** 0: sum, 1: mean, 2: max. */
  mode?: number;
  sparse?: boolean;
  perSampleWeights?: Tensor | null;
  includeLastOffset?: boolean;
  paddingIdx?: number | null;
}

/**
 * Sums, means or maxima of rows by bag: [output, the bag of each index, sizes of the bags (0 for sums), rows of the maxima].
 * https://pytorch.org/docs/stable/generated/torch.nn.functional.embedding_bag.html
 */
export function embeddingBag(weight: Tensor, indices: Tensor, offsets: Tensor, scaleGradByFreq?: boolean, mode?: number, sparse?: boolean,
  perSampleWeights?: Tensor | null, includeLastOffset?: boolean, paddingIdx?: number | null): [Tensor, Tensor, Tensor, Tensor];
export function embeddingBag(weight: Tensor, indices: Tensor, offsets: Tensor, options: EmbeddingBagCall): [Tensor, Tensor, Tensor, Tensor];
export function embeddingBag(...args: unknown[]): [Tensor, Tensor, Tensor, Tensor] {
  const [weight, indices, offsets, scaleGradByFreq, mode, sparse, perSampleWeights, includeLastOffset, paddingIdx] =
    bind(sigs.embeddingBag, args) as [Tensor, Tensor, Tensor, boolean, number, boolean, Tensor | null, boolean, number | null];
  const word = modes[mode];
  if (word === undefined) throw new TorshError('ERR_ARGUMENT', 'embeddingBag', `embeddingBag: mode has to be 0 (sum), 1 (mean) or 2 (max), but got ${mode}`);
  const output = ops.embeddingBag(indices, weight, offsets, null, 2, scaleGradByFreq, word, sparse, perSampleWeights, includeLastOffset, paddingIdx);
  const rows = (indices.tolist() as (number | bigint)[]).map(Number);
  const starts = (offsets.tolist() as (number | bigint)[]).map(Number);
  if (!includeLastOffset) starts.push(rows.length);
  const padding = paddingIdx === null ? -1 : paddingIdx < 0 ? paddingIdx + weight.shape[0] : paddingIdx;
  const bags = starts.slice(0, -1).map((from, b) => rows.slice(from, starts[b + 1]));
  const int64 = (values: number[]): Tensor => tensor(values, { dtype: 'int64' });
  const sizes = int64(bags.map((bag) => (mode === 0 ? 0 : bag.filter((row) => row !== padding).length)));
  return [output, int64(bags.flatMap((bag, b) => bag.map(() => b))), sizes, mode === 2 ? maxima() : sizes.clone()];

  /** Which rows won, 0 in empty bags. */
  function maxima(): Tensor {
    return noGrad(() => {
      const places = ops._embeddingBagMax(weight, int64(rows.slice(0, starts[starts.length - 1])), int64(starts), padding).places;
      return int64([...rows.slice(0, starts[starts.length - 1]), 0]).indexSelect(0, places.flatten()).view(places.shape);
    });
  }
}
