// Lookup tables, and lookups that are reduced at once, bag by bag.
import { functionalDoc, int64 as i, t } from './rows.mjs';

const w = { t: [5, 3], seed: 11 };

export default [
  {
    name: 'embedding_bag', args: "Tensor input, Tensor weight, Tensor? offsets=None, float? max_norm=None, float norm_type=2.0, bool scale_grad_by_freq=False, str mode='mean', bool sparse=False, Tensor? per_sample_weights=None, bool include_last_offset=False, int? padding_idx=None",
    namespaces: ['nn.functional'], grad: 'composite', dtypes: 'float',
    doc: `Sums, means or maxima of the rows of weight (rows, width) that each bag of input names: (bags, width). input (bags, n), or 1-d with bags that begin at offsets; includeLastOffset says that the last offset is an end. perSampleWeights multiply the rows (mode 'sum'). Rows paddingIdx count as absent; empty bags give zeros; sparse gradients do not exist. Any integer dtype, or whole floats. Errors: offsets that do not begin at 0, fall, or go beyond input. ${functionalDoc('embedding_bag')}`,
    samples: [{ args: [i([5], 1, 2, 4, 0, 1), w, i([2], 0, 3)] }, { args: [i([2, 3], 1, 2, 4, 0, 1, 1), w], kwargs: { mode: 'sum', perSampleWeights: t(2, 3) } }, { args: [i([2, 2], 1, 2, 4, 0), w], kwargs: { mode: 'max' } },
      { args: [i([5], 1, 2, 4, 1, 1), w, i([4], 0, 2, 2, 5)], kwargs: { includeLastOffset: true, paddingIdx: 4 } }, { args: [i([4], 1, 2, 4, 1), { ...w, grad: false }, i([3], 0, 2, 2)], kwargs: { mode: 'max', paddingIdx: 2 } },
      { args: [i([4], 1, 2, 1, 1), { ...w, grad: false }, i([2], 0, 2)], kwargs: { mode: 'sum', scaleGradByFreq: true } }, { args: [i([0]), w, i([0])] }],
    errors: [{ args: [i([2], 0, 1), w], code: 'ERR_ARGUMENT', message: 'embeddingBag: offsets has to be a 1D Tensor but got None' }, { args: [i([2], 0, 1), w, i([2], 1, 2)], code: 'ERR_ARGUMENT', message: 'embeddingBag: offsets[0] has to be 0, i.e., the first sequence in the mini-batch has to start from position 0. However, got 1' },
      { args: [i([2], 0, 1), w, i([2], 0, 3)], code: 'ERR_ARGUMENT', message: "embeddingBag: offsets[-1] can not be greater than input's length 2 but got offsets[-1] of 3" },
      { args: [i([2], 0, 5), w, i([1], 0)], code: 'ERR_INDEX', message: 'embeddingBag: index out of range in self (5, for 5 rows)' }, { args: [i([2], 0, 1), w, i([1], 0)], kwargs: { mode: 'min' }, code: 'ERR_ARGUMENT', message: 'embeddingBag: mode has to be one of sum, mean or max' },
      { args: [i([2], 0, 1), w, i([1], 0)], kwargs: { perSampleWeights: t(2) }, code: 'ERR_UNSUPPORTED', message: "embeddingBag: per_sample_weights is only supported for mode='sum' (got mode='mean')" }],
  },
  {
    name: '_embedding_bag', args: 'Tensor weight, Tensor indices, Tensor bags, Tensor offsets, Tensor? scale, int padding_idx, bool scale_grad_by_freq', grad: { saves: 'weight(scale).sizes indices bags scale(weight)' }, node: 'EmbeddingBagBackward0', dtypes: 'float',
    doc: 'Sums of scaled rows by bag: indices and bags (n), offsets (bags + 1), scale (n).', samples: [{ args: [t(5, 3), i([2], 0, 4), i([2], 0, 0), i([2], 0, 2), t(2), -1, false] }],
  },
  {
    name: '_embedding_bag_max', args: 'Tensor weight, Tensor indices, Tensor offsets, int padding_idx', returns: 'Tensor output, Tensor places', grad: { saves: 'weight.sizes indices result1' }, node: 'EmbeddingBagBackward0', dtypes: 'float',
    doc: 'Maxima of rows by bag, and which of the n indices gave them; n where a bag is empty.', samples: [{ args: [t(5, 3), i([2], 0, 4), i([2], 0, 2), -1] }],
  },
  {
    name: 'embedding', args: 'Tensor input, Tensor weight, int? padding_idx=None, float? max_norm=None, float norm_type=2.0, bool scale_grad_by_freq=False, bool sparse=False', as: ['function'], namespaces: ['nn.functional'], grad: 'composite', dtypes: 'float',
    doc: 'The rows of weight (rows, width) that input names, in shape (*input.shape, width). Any integer dtype, or whole floats. The row paddingIdx gets no gradient; maxNorm renormalises the rows that are looked up in place; scaleGradByFreq divides gradients by how often a row occurs. https://pytorch.org/docs/stable/generated/torch.nn.functional.embedding.html',
    samples: [{ args: [i([2, 3], 0, 4, 1, 1, 0, 2), t(5, 3)] }, { args: [i([4], 0, 4, 1, 1), { t: [5, 3], grad: false }, 1] }, { args: [i([4], 0, 4, 1, 1), { t: [5, 3], grad: false }], kwargs: { scaleGradByFreq: true } }, { args: [i([], 2), t(5, 3), -5] }, { args: [i([0]), t(5, 3)] }],
    errors: [{ args: [i([1], 5), t(5, 3)], code: 'ERR_INDEX', message: 'embedding: index out of range in self (5, for 5 rows)' }, { args: [i([1], 0), t(5, 3), 5], code: 'ERR_ARGUMENT', message: 'embedding: Padding_idx must be within num_embeddings (5 of 5)' }, { args: [{ t: [1], values: [0.5], grad: false }, t(5, 3)], code: 'ERR_DTYPE', message: 'embedding: indices must be integers or whole floats, got 0.5 (float32)' }],
  },
  {
    name: '_embedding', args: 'Tensor weight, Tensor indices, int padding_idx, bool scale_grad_by_freq', node: 'EmbeddingBackward0', grad: { saves: 'weight.sizes indices' }, dtypes: 'all',
    doc: 'The rows of weight that indices name; paddingIdx is -1 for none.',
    samples: [{ args: [t(5, 3), i([2], 0, 4), -1, false] }],
  },
  {
    name: '_embedding_backward', args: 'Tensor grad, Tensor indices, int num_weights, int padding_idx, bool scale_grad_by_freq', grad: { saves: 'indices' }, dtypes: 'float',
    doc: 'The rows of grad added up in the rows of a table that indices name.',
    samples: [{ args: [t(2, 3), i([2], 0, 4), 5, -1, false] }],
  },
  {
    name: '_embedding_double_backward', args: 'Tensor grad, Tensor indices, int padding_idx, bool scale_grad_by_freq', grad: { saves: 'grad.sizes indices' }, dtypes: 'float',
    doc: 'The adjoint of _embedding_backward.',
    samples: [{ args: [t(5, 3), i([2], 0, 4), -1, false] }],
  },
  {
    name: 'one_hot', args: 'Tensor self, int num_classes=-1', as: ['function'], namespaces: ['nn.functional'], grad: 'not differentiable', dtypes: 'int',
    doc: 'Zeros with a one at the class in a new last dim, int64; as many classes as the largest needs unless told. Any integer dtype, or whole floats. https://pytorch.org/docs/stable/generated/torch.nn.functional.one_hot.html',
    samples: [{ args: [i([3], 0, 2, 1)] }, { args: [i([2, 2], 0, 2, 1, 0), 5] }, { args: [i([], 1)] }, { args: [i([0]), 3] }],
    errors: [{ args: [i([1], -1)], code: 'ERR_ARGUMENT', message: 'oneHot: Class values must be non-negative (got -1).' }, { args: [i([1], 3), 3], code: 'ERR_ARGUMENT', message: 'oneHot: Class values must be smaller than num_classes (got 3 for 3).' }],
  },
];
