// Tensors cut into views.
import { t } from './rows.mjs';

export default [
  {
    name: 'unbind', args: 'Tensor self, int dim=0', as: ['function', 'method'], returns: 'Tensor[]', flags: ['listview'], grad: { saves: '' }, dtypes: 'all',
    doc: 'Views of all slices along dim. https://pytorch.org/docs/stable/generated/torch.unbind.html',
    samples: [{ args: [t(3, 2)] }, { args: [t(2, 3), 1] }, { args: [t(2)] }],
    errors: [{ args: [t()], code: 'ERR_INDEX', message: 'unbind: Dimension specified as 0 but tensor has no dimensions' }],
  },
  {
    name: 'split_with_sizes', args: 'Tensor self, int[] split_sizes, int dim=0', as: ['function', 'method'], aliases: ['unsafeSplitWithSizes'], returns: 'Tensor[]', flags: ['listview'], node: 'SplitWithSizesBackward0', grad: { saves: '' }, dtypes: 'all',
    doc: 'Views of consecutive pieces of the given sizes along dim. https://pytorch.org/docs/stable/generated/torch.split.html',
    samples: [{ args: [t(5, 2), [1, 4]] }, { args: [t(2, 5), [2, 0, 3], 1] }],
    errors: [{ args: [t(4), [1, 2]], code: 'ERR_SHAPE', message: "splitWithSizes: split_with_sizes expects split_sizes to sum exactly to 4 (input tensor's size at dimension 0), but got split_sizes=[1, 2]" }],
  },
  {
    name: 'chunk', args: 'Tensor self, int chunks, int dim=0', as: ['function', 'method'], aliases: ['unsafeChunk'], returns: 'Tensor[]', grad: 'composite', dtypes: 'all',
    doc: 'Views of at most the given number of pieces of one size along dim, the last one smaller. https://pytorch.org/docs/stable/generated/torch.chunk.html',
    samples: [{ args: [t(5, 2), 2] }, { args: [t(2, 4), 3, 1] }],
    errors: [{ args: [t(4), 0], code: 'ERR_ARGUMENT', message: 'chunk: chunk expects `chunks` to be greater than 0, got: 0' }],
  },
  {
    name: 'split', args: 'Tensor self, int split_size, int dim=0', as: ['function', 'method'], aliases: ['unsafeSplit'], returns: 'Tensor[]', overload: 'split', grad: 'composite', dtypes: 'all',
    doc: 'Views of pieces of splitSize along dim, the last one smaller where it does not divide the dim; or of pieces of the given sizes. https://pytorch.org/docs/stable/generated/torch.split.html',
    samples: [{ args: [t(5, 2), 2] }, { args: [t(2, 4), 2, -1] }, { args: [t(0, 2), 3] }],
    errors: [{ args: [t(4), 0], code: 'ERR_ARGUMENT', message: 'split: split_size can only be 0 if dimension size is 0, but got dimension size of 4' }],
  },
  {
    name: 'split_sizes', args: 'Tensor self, int[] split_size_or_sections, int dim=0', as: ['function', 'method'], returns: 'Tensor[]', overload: 'split', grad: 'composite', dtypes: 'all',
    doc: 'Views of pieces of the given sizes along dim. https://pytorch.org/docs/stable/generated/torch.split.html',
    samples: [{ args: [t(5, 2), [1, 4]] }],
    errors: [{ args: [t(4), [1, 2]], code: 'ERR_SHAPE', message: "split: split_with_sizes expects split_sizes to sum exactly to 4 (input tensor's size at dimension 0), but got split_sizes=[1, 2]" }],
  },
  {
    name: 'tensor_split', args: 'Tensor self, int sections, int dim=0', as: ['function', 'method'], returns: 'Tensor[]', overload: 'tensor_split', grad: 'composite', dtypes: 'all',
    doc: 'Views of pieces along dim: as many as told, the first ones larger by one where they do not divide it; or cut before each of the given indices. https://pytorch.org/docs/stable/generated/torch.tensor_split.html',
    samples: [{ args: [t(5, 2), 2] }],
    errors: [{ args: [t(4), 0], code: 'ERR_ARGUMENT', message: 'tensorSplit: number of sections must be larger than 0, got 0' }],
  },
  {
    name: 'tensor_split_at', args: 'Tensor self, int[] indices, int dim=0', as: ['function', 'method'], returns: 'Tensor[]', overload: 'tensor_split', grad: 'composite', dtypes: 'all',
    doc: 'Views of pieces along dim, cut before each of the given indices. https://pytorch.org/docs/stable/generated/torch.tensor_split.html',
    samples: [{ args: [t(5, 2), [1, 3]] }, { args: [t(2, 4), [3, 1], 1] }],
    errors: [{ args: [t(), [1]], code: 'ERR_SHAPE', message: 'tensorSplit: expected at least a 1-dimensional tensor, but got a tensor with 0 dims' }],
  },
  {
    name: 'tensor_split_by', args: 'Tensor self, Tensor tensor_indices_or_sections, int dim=0', as: ['function', 'method'], returns: 'Tensor[]', overload: 'tensor_split', grad: 'composite', dtypes: 'all',
    doc: 'tensorSplit with the number of sections (0-d) or the indices (1-d) in an int64 tensor. https://pytorch.org/docs/stable/generated/torch.tensor_split.html',
    samples: [{ args: [t(5, 2), { t: [2], dtype: 'int64', values: [1, 3] }] }, { args: [t(5), { t: [], dtype: 'int64', values: [2] }] }],
    errors: [{ args: [t(5), t(1)], code: 'ERR_DTYPE', message: 'tensorSplit: tensor_split expected tensor_indices_or_sections to have dtype of long, but got float32' }],
  },
  {
    name: 'hsplit', args: 'Tensor self, int sections', as: ['function', 'method'], returns: 'Tensor[]', overload: 'hsplit', grad: 'composite', dtypes: 'all',
    doc: 'Views of equal pieces along the second dim (of 1-d tensors the first); or cut before each of the given indices. https://pytorch.org/docs/stable/generated/torch.hsplit.html',
    samples: [{ args: [t(4), 2] }],
    errors: [{ args: [t(), 2], code: 'ERR_SHAPE', message: 'hsplit: requires a tensor with at least 1 dimension, but got a tensor with 0 dimensions!' }, { args: [t(4), 3], code: 'ERR_ARGUMENT', message: 'hsplit: attempting to split along dimension 0, but the size of the dimension 4 is not divisible by the split_size 3!' }],
  },
  {
    name: 'hsplit_at', args: 'Tensor self, int[] indices', as: ['function', 'method'], returns: 'Tensor[]', overload: 'hsplit', grad: 'composite', dtypes: 'all',
    doc: 'Views of pieces along the second dim (of 1-d tensors the first), cut before each of the given indices. https://pytorch.org/docs/stable/generated/torch.hsplit.html',
    samples: [{ args: [t(4), [1, 3]] }],
    errors: [{ args: [t(), [1]], code: 'ERR_SHAPE', message: 'hsplit: requires a tensor with at least 1 dimension, but got a tensor with 0 dimensions!' }],
  },
  {
    name: 'vsplit', args: 'Tensor self, int sections', as: ['function', 'method'], returns: 'Tensor[]', overload: 'vsplit', grad: 'composite', dtypes: 'all',
    doc: 'Views of equal pieces along the first dim; or cut before each of the given indices. https://pytorch.org/docs/stable/generated/torch.vsplit.html',
    samples: [{ args: [t(4, 2), 2] }],
    errors: [{ args: [t(), 2], code: 'ERR_SHAPE', message: 'vsplit: requires a tensor with at least 2 dimensions, but got a tensor with 0 dimensions!' }, { args: [t(4, 2), 3], code: 'ERR_ARGUMENT', message: 'vsplit: attempting to split along dimension 0, but the size of the dimension 4 is not divisible by the split_size 3!' }],
  },
  {
    name: 'vsplit_at', args: 'Tensor self, int[] indices', as: ['function', 'method'], returns: 'Tensor[]', overload: 'vsplit', grad: 'composite', dtypes: 'all',
    doc: 'Views of pieces along the first dim, cut before each of the given indices. https://pytorch.org/docs/stable/generated/torch.vsplit.html',
    samples: [{ args: [t(4, 2), [1, 3]] }],
    errors: [{ args: [t(), [1]], code: 'ERR_SHAPE', message: 'vsplit: requires a tensor with at least 2 dimensions, but got a tensor with 0 dimensions!' }],
  },
  {
    name: 'dsplit', args: 'Tensor self, int sections', as: ['function', 'method'], returns: 'Tensor[]', overload: 'dsplit', grad: 'composite', dtypes: 'all',
    doc: 'Views of equal pieces along the third dim; or cut before each of the given indices. https://pytorch.org/docs/stable/generated/torch.dsplit.html',
    samples: [{ args: [t(2, 2, 4), 2] }],
    errors: [{ args: [t(), 2], code: 'ERR_SHAPE', message: 'dsplit: requires a tensor with at least 3 dimensions, but got a tensor with 0 dimensions!' }, { args: [t(2, 2, 4), 3], code: 'ERR_ARGUMENT', message: 'dsplit: attempting to split along dimension 2, but the size of the dimension 4 is not divisible by the split_size 3!' }],
  },
  {
    name: 'dsplit_at', args: 'Tensor self, int[] indices', as: ['function', 'method'], returns: 'Tensor[]', overload: 'dsplit', grad: 'composite', dtypes: 'all',
    doc: 'Views of pieces along the third dim, cut before each of the given indices. https://pytorch.org/docs/stable/generated/torch.dsplit.html',
    samples: [{ args: [t(2, 2, 4), [1, 3]] }],
    errors: [{ args: [t(), [1]], code: 'ERR_SHAPE', message: 'dsplit: requires a tensor with at least 3 dimensions, but got a tensor with 0 dimensions!' }],
  },
];
