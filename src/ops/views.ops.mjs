// Views: other windows on the same memory, never a copy.
const t = (...shape) => ({ t: shape });

export default [
  {
    name: 'as_strided', args: 'Tensor self, int[] size, int[] stride, int? storage_offset=None', as: ['function', 'method'], flags: ['view'], grad: { saves: 'self.sizes' }, dtypes: 'all',
    doc: 'A view with the given sizes, strides and offset (in elements, from the start of the storage). Errors: a window that leaves the storage. https://pytorch.org/docs/stable/generated/torch.as_strided.html',
    samples: [{ args: [t(4, 4), [2, 2], [4, 1], 1] }, { args: [t(6), [3, 2], [1, 1]] }, { args: [t(3), [], []] }],
    errors: [{ args: [t(4), [3, 3], [2, 1]], code: 'ERR_ARGUMENT', message: 'asStrided: setStorage: sizes [3, 3], strides [2, 1], storage offset 0, and itemsize 4 requiring a storage size of 28 are out of bounds for storage of size 16' }],
  },
  {
    name: 'expand', args: 'Tensor self, int[] ...size, *, bool implicit=False', as: ['method'], flags: ['view'], grad: { saves: 'self.sizes' }, dtypes: 'all',
    doc: 'A view in which dims of size 1 are repeated without a copy; -1 keeps a size; new dims may come in front. https://pytorch.org/docs/stable/generated/torch.Tensor.expand.html',
    samples: [{ args: [t(3, 1), [3, 4]] }, { args: [t(3), [2, -1]] }, { args: [t(), [2, 2]] }],
    errors: [{ args: [t(3, 2), [3, 4]], code: 'ERR_SHAPE', message: 'expand: The expanded size of the tensor (4) must match the existing size (2) at non-singleton dimension 1.  Target sizes: [3, 4].  Tensor sizes: [3, 2]' }],
  },
  {
    name: 'reshape', args: 'Tensor self, int[] ...shape', as: ['function', 'method'], grad: 'composite', dtypes: 'all',
    doc: 'The same elements in another shape: a view where strides allow it, else a copy. One size may be -1. https://pytorch.org/docs/stable/generated/torch.reshape.html',
    samples: [{ args: [t(2, 6), [3, 4]] }, { args: [t(2, 6), [-1]] }, { args: [t(), [1, 1]] }, { args: [t(0, 3), [3, 0]] }],
    errors: [{ args: [t(2, 3), [4, 2]], code: 'ERR_SHAPE', message: "reshape: shape '[4, 2]' is invalid for input of size 6" }],
  },
  {
    name: 'view', args: 'Tensor self, int[] ...size', as: ['method'], flags: ['view'], grad: { saves: 'self.sizes' }, dtypes: 'all',
    doc: 'The same elements in another shape, sharing memory. Errors: strides that do not allow it (use reshape). https://pytorch.org/docs/stable/generated/torch.Tensor.view.html',
    samples: [{ args: [t(2, 6), [3, 4]] }, { args: [t(2, 6), [-1, 2]] }, { args: [t(), [1]] }],
    errors: [{ args: [t(2, 3), [5]], code: 'ERR_SHAPE', message: "view: shape '[5]' is invalid for input of size 6" }],
  },
  {
    name: 'transpose', args: 'Tensor self, int dim0, int dim1', as: ['function', 'method', 'inplace'], flags: ['view', 'reshapes'], aliases: ['swapaxes', 'swapdims'], grad: { saves: '' }, dtypes: 'all',
    doc: 'A view with two dims exchanged. https://pytorch.org/docs/stable/generated/torch.transpose.html',
    samples: [{ args: [t(2, 3, 4), 0, 2] }, { args: [t(2, 3), -1, 0] }, { args: [t(), 0, 0] }],
    errors: [{ args: [t(2, 3), 0, 2], code: 'ERR_INDEX', message: 'transpose: Dimension out of range (expected to be in range of [-2, 1], but got 2)' }],
  },
  {
    name: 'unsqueeze', args: 'Tensor self, int dim', as: ['function', 'method', 'inplace'], flags: ['view', 'reshapes'], grad: { saves: '' }, dtypes: 'all',
    doc: 'A view with a new dim of size 1 at dim, in [-ndim - 1, ndim]. https://pytorch.org/docs/stable/generated/torch.unsqueeze.html',
    samples: [{ args: [t(2, 3), 0] }, { args: [t(2, 3), -1] }, { args: [t(), 0] }],
    errors: [{ args: [t(2), 3], code: 'ERR_INDEX', message: 'unsqueeze: Dimension out of range (expected to be in range of [-2, 1], but got 3)' }],
  },
  {
    name: 'narrow', args: 'Tensor self, int dim, int start, int length', as: ['function', 'method'], flags: ['view'], grad: { saves: 'self.sizes' }, dtypes: 'all', node: 'SliceBackward0',
    doc: 'A view of length elements of dim from start on. https://pytorch.org/docs/stable/generated/torch.narrow.html',
    samples: [{ args: [t(4, 3), 0, 1, 2] }, { args: [t(4), -1, -3, 2] }, { args: [t(2, 3), 1, 3, 0] }],
    errors: [{ args: [t(4), 0, 2, 3], code: 'ERR_INDEX', message: 'narrow: start (2) + length (3) exceeds dimension size (4).' }],
  },
  {
    name: '_narrow_backward', args: 'Tensor grad, int[] size, int dim, int start', grad: { saves: 'grad.sizes' }, dtypes: 'all',
    doc: 'Zeros of the given size with grad in the window that narrow(dim, start) shows.',
    samples: [{ args: [t(2, 3), [4, 3], 0, 1] }],
  },
  {
    name: 'detach', args: 'Tensor self', as: ['method'], grad: 'not differentiable', dtypes: 'all',
    doc: 'A tensor over the same memory outside the graph. https://pytorch.org/docs/stable/generated/torch.Tensor.detach.html',
    samples: [{ args: [t(2, 3)] }],
  },
];
