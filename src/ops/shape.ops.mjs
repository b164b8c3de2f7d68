// Shape ops made of views; cutting and joining.
const t = (...shape) => ({ t: shape });
const list = (...tensors) => ({ list: tensors });

export default [
  {
    name: 'view_as', args: 'Tensor self, Tensor other', as: ['method'], grad: 'composite', dtypes: 'all',
    doc: 'input.view(other.shape). https://pytorch.org/docs/stable/generated/torch.Tensor.view_as.html',
    samples: [{ args: [t(2, 6), t(3, 4)] }],
    errors: [{ args: [t(2, 3), t(5)], code: 'ERR_SHAPE', message: "viewAs: shape '[5]' is invalid for input of size 6" }],
  },
  {
    name: 'reshape_as', args: 'Tensor self, Tensor other', as: ['method'], grad: 'composite', dtypes: 'all',
    doc: 'input.reshape(other.shape). https://pytorch.org/docs/stable/generated/torch.Tensor.reshape_as.html',
    samples: [{ args: [t(2, 6), t(3, 4)] }],
    errors: [{ args: [t(2, 3), t(5)], code: 'ERR_SHAPE', message: "reshapeAs: shape '[5]' is invalid for input of size 6" }],
  },
  {
    name: 'expand_as', args: 'Tensor self, Tensor other', as: ['method'], grad: 'composite', dtypes: 'all',
    doc: 'input.expand(other.shape). https://pytorch.org/docs/stable/generated/torch.Tensor.expand_as.html',
    samples: [{ args: [t(3, 1), t(2, 3, 4)] }],
    errors: [{ args: [t(3, 2), t(3, 4)], code: 'ERR_SHAPE', message: 'expandAs: The expanded size of the tensor (4) must match the existing size (2) at non-singleton dimension 1.  Target sizes: [3, 4].  Tensor sizes: [3, 2]' }],
  },
  {
    name: 'broadcast_to', args: 'Tensor self, int[] size', as: ['function', 'method'], grad: 'composite', dtypes: 'all',
    doc: 'A view of input broadcast to a shape. https://pytorch.org/docs/stable/generated/torch.broadcast_to.html',
    samples: [{ args: [t(3, 1), [2, 3, 4]] }, { args: [t(), [2]] }],
    errors: [{ args: [t(3, 2), [3, 4]], code: 'ERR_SHAPE', message: 'broadcastTo: The expanded size of the tensor (4) must match the existing size (2) at non-singleton dimension 1.  Target sizes: [3, 4].  Tensor sizes: [3, 2]' }],
  },
  {
    name: 'ravel', args: 'Tensor self', as: ['function', 'method'], grad: 'composite', dtypes: 'all',
    doc: 'All elements in one dim; a view where strides allow it. https://pytorch.org/docs/stable/generated/torch.ravel.html',
    samples: [{ args: [t(2, 3)] }, { args: [t()] }],
  },
  {
    name: 'T', args: 'Tensor self', as: ['property'], grad: 'composite', dtypes: 'all',
    doc: 'A view with the dims reversed. https://pytorch.org/docs/stable/tensors.html#torch.Tensor.T',
    samples: [{ args: [t(2, 3)] }, { args: [t(2, 3, 4)] }, { args: [t()] }],
  },
  {
    name: 'mT', args: 'Tensor self', as: ['property'], grad: 'composite', dtypes: 'all',
    doc: 'A view of a matrix, or of each of a batch, transposed. https://pytorch.org/docs/stable/tensors.html#torch.Tensor.mT',
    samples: [{ args: [t(2, 3)] }, { args: [t(2, 3, 4)] }],
    errors: [{ args: [t(3)], code: 'ERR_SHAPE', message: 'mT: tensor.mT is only supported on matrices or batches of matrices. Got 1-D tensor.' }],
  },
  {
    name: 'H', args: 'Tensor self', as: ['property'], grad: 'composite', dtypes: 'all',
    doc: 'A view of a matrix, transposed and conjugated. https://pytorch.org/docs/stable/tensors.html#torch.Tensor.H',
    samples: [{ args: [t(2, 3)] }, { args: [t()] }],
    errors: [{ args: [t(2, 3, 4)], code: 'ERR_SHAPE', message: 'H: tensor.H is only supported on matrices (2-D tensors). Got 3-D tensor. For batches of matrices, consider using tensor.mH' }],
  },
  {
    name: 'mH', args: 'Tensor self', as: ['property'], grad: 'composite', dtypes: 'all',
    doc: 'A view of a matrix, or of each of a batch, transposed and conjugated. https://pytorch.org/docs/stable/tensors.html#torch.Tensor.mH',
    samples: [{ args: [t(2, 3)] }, { args: [t(2, 3, 4)] }],
    errors: [{ args: [t(3)], code: 'ERR_SHAPE', message: 'mH: tensor.mH is only supported on matrices or batches of matrices. Got 1-D tensor.' }],
  },
  {
    name: 'adjoint', args: 'Tensor self', as: ['function', 'method'], grad: 'composite', dtypes: 'all',
    doc: 'A view of a matrix, or of each of a batch, transposed and conjugated. https://pytorch.org/docs/stable/generated/torch.adjoint.html',
    samples: [{ args: [t(2, 3)] }, { args: [t(2, 3, 4)] }],
    errors: [{ args: [t(3)], code: 'ERR_SHAPE', message: 'adjoint: tensor.adjoint() is only supported on matrices or batches of matrices. Got 1-D tensor.' }],
  },
  {
    name: 'flatten', args: 'Tensor self, int start_dim=0, int end_dim=-1', as: ['function', 'method'], grad: 'composite', dtypes: 'all',
    doc: 'The dims from startDim to endDim as one; a view where strides allow it. https://pytorch.org/docs/stable/generated/torch.flatten.html',
    samples: [{ args: [t(2, 3, 4)] }, { args: [t(2, 3, 4), 1] }, { args: [t(2, 3, 4), 0, 1] }, { args: [t()] }, { args: [t(2, 0, 3), 1] }],
    errors: [{ args: [t(2, 3), 1, 0], code: 'ERR_ARGUMENT', message: 'flatten: flatten() has invalid args: start_dim cannot come after end_dim' }],
  },
  {
    name: 'unflatten', args: 'Tensor self, int dim, int[] sizes', as: ['function', 'method'], grad: 'composite', dtypes: 'all',
    doc: 'A view with dim cut into dims of the given sizes, one of which may be -1. https://pytorch.org/docs/stable/generated/torch.unflatten.html',
    samples: [{ args: [t(2, 6), 1, [2, 3]] }, { args: [t(6), 0, [-1, 2]] }],
    errors: [{ args: [t(4), 0, [3, 2]], code: 'ERR_SHAPE', message: "unflatten: Provided sizes [3, 2] don't multiply up to the size of dim 0 (4) in the input tensor" }],
  },
  {
    name: 'movedim', args: 'Tensor self, int[] source, int[] destination', as: ['function', 'method'], aliases: ['moveaxis'], grad: 'composite', dtypes: 'all',
    doc: 'A view with the dims of source moved to destination, the others in order. https://pytorch.org/docs/stable/generated/torch.movedim.html',
    samples: [{ args: [t(2, 3, 4), 0, 2] }, { args: [t(2, 3, 4), [0, 1], [-1, 0]] }],
    errors: [{ args: [t(2, 3), [0, 0], [0, 1]], code: 'ERR_ARGUMENT', message: 'movedim: repeated dim in `source` ([0, 0])' }],
  },
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
  {
    name: 'cat', args: 'Tensor[] tensors, int dim=0', as: ['function', 'out'], flags: ['direct'], aliases: ['concat', 'concatenate'], grad: { saves: 'tensors.sizes' }, dtypes: 'all',
    doc: 'Tensors joined along dim; dtypes promote, other sizes must agree. https://pytorch.org/docs/stable/generated/torch.cat.html',
    samples: [{ args: [list(t(2, 3), t(1, 3))] }, { args: [list(t(2, 3), t(2, 2)), -1] }, { args: [list(t(2, 3), t(0), t(2, 3))] }, { args: [list({ t: [2], dtype: 'int32' }, t(3))] }, { args: [{ list: [{ t: [3], dtype: 'complex64' }, { t: [2] }] }] }],
    errors: [{ args: [[]], code: 'ERR_ARGUMENT', message: 'cat: expected a non-empty list of Tensors' }, { args: [list(t(2, 3), t(2, 4))], code: 'ERR_SHAPE', message: 'cat: Sizes of tensors must match except in dimension 0. Expected size 3 but got size 4 for tensor number 1 in the list (shapes [2, 3] at 0 and [2, 4]).' }],
  },
  {
    name: 'stack', args: 'Tensor[] tensors, int dim=0', as: ['function', 'out'], flags: ['direct'], grad: { saves: '' }, dtypes: 'all',
    doc: 'Tensors of one shape joined along a new dim. https://pytorch.org/docs/stable/generated/torch.stack.html',
    samples: [{ args: [list(t(2, 3), t(2, 3))] }, { args: [list(t(2), t(2), t(2)), -1] }, { args: [list(t(), t())] }],
    errors: [{ args: [list(t(2), t(3))], code: 'ERR_SHAPE', message: 'stack: stack expects each tensor to be equal size, but got [2] at entry 0 and [3] at entry 1' }],
  },
];
