// Views: other windows on the same memory, never a copy.
import { t } from './rows.mjs';

export default [
  {
    name: 'as_strided', args: 'Tensor self, int[] size, int[] stride, int? storage_offset=None', as: ['function', 'method', 'inplace'], flags: ['view', 'reshapes'], grad: { saves: 'self.sizes' }, dtypes: 'all',
    doc: 'A view with the given sizes, strides and offset (in elements, from the start of the storage). Errors: a window that leaves the storage. https://pytorch.org/docs/stable/generated/torch.as_strided.html',
    samples: [{ args: [t(4, 4), [2, 2], [4, 1], 1] }, { args: [t(6), [3, 2], [1, 1]] }, { args: [t(3), [], []] }, { args: [{ t: [4, 4], dtype: 'complex64' }, [2, 2], [4, 1], 1] }],
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
    name: 'view', overload: 'view', args: 'Tensor self, int[] ...size', as: ['method'], flags: ['view'], grad: { saves: 'self.sizes' }, dtypes: 'all',
    doc: 'The same elements in another shape, sharing memory. Errors: strides that do not allow it (use reshape). https://pytorch.org/docs/stable/generated/torch.Tensor.view.html',
    samples: [{ args: [t(2, 6), [3, 4]] }, { args: [t(2, 6), [-1, 2]] }, { args: [t(), [1]] }],
    errors: [{ args: [t(2, 3), [5]], code: 'ERR_SHAPE', message: "view: shape '[5]' is invalid for input of size 6" }],
  },
  {
    name: 'view_dtype', overload: 'view', args: 'Tensor self, dtype? dtype', as: ['method'], flags: ['view'], grad: 'not differentiable', dtypes: 'all',
    doc: 'The same bytes read as another dtype; where its size differs, the last dim grows or shrinks. Errors: sizes and strides that do not allow it. https://pytorch.org/docs/stable/generated/torch.Tensor.view.html',
    samples: [{ args: [t(2, 3), 'int32'] }, { args: [t(2, 4), 'float64'] }, { args: [t(2, 3), 'uint8'] }, { args: [t(), 'int32'] }],
    errors: [{ args: [t(), 'float64'], code: 'ERR_SHAPE', message: 'view: self.dim() cannot be 0 to view float32 as float64 (different element sizes)' }, { args: [t(2, 3), 'float64'], code: 'ERR_SHAPE', message: 'view: self.size(-1) must be divisible by 2 to view float32 as float64 (different element sizes), but got 3' }],
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
    name: '_slice', args: 'Tensor self, int dim=0, int? start=None, int? end=None, int step=1', flags: ['view'], grad: { saves: 'self.sizes' }, dtypes: 'all', node: 'SliceBackward0',
    doc: "Python's input[start:end:step] along dim.",
    samples: [{ args: [t(5, 3), 0, 1, 4, 2] }],
  },
  {
    name: '_slice_backward', args: 'Tensor grad, int[] size, int dim, int start, int step', grad: { saves: 'grad.sizes' }, dtypes: 'all',
    doc: 'Zeros of the given size with grad at start, start + step, ... of dim. Neither may be negative.',
    samples: [{ args: [t(2, 3), [4, 3], 0, 1, 1] }],
  },
  {
    name: 'select', args: 'Tensor self, int dim, int index', as: ['function', 'method'], flags: ['view'], grad: { saves: 'self.sizes' }, dtypes: 'all',
    doc: 'A view of the slice at index of dim, which goes away. https://pytorch.org/docs/stable/generated/torch.select.html',
    samples: [{ args: [t(4, 3), 0, 1] }, { args: [t(4, 3), -1, -3] }, { args: [t(4), 0, 2] }],
    errors: [
      { args: [t(2, 3), 0, 2], code: 'ERR_INDEX', message: 'select: index 2 out of range for tensor of size [2, 3] at dimension 0' },
      { args: [t(), 0, 0], code: 'ERR_INDEX', message: 'select: select() cannot be applied to a 0-dim tensor.' },
    ],
  },
  {
    name: 'permute', args: 'Tensor self, int[] ...dims', as: ['function', 'method'], flags: ['view'], grad: { saves: '' }, dtypes: 'all',
    doc: 'A view with the dims in the given order. https://pytorch.org/docs/stable/generated/torch.permute.html',
    samples: [{ args: [t(2, 3, 4), [2, 0, 1]] }, { args: [t(2, 3), [-1, 0]] }, { args: [t(), []] }],
    errors: [
      { args: [t(2, 3), [0, 0]], code: 'ERR_ARGUMENT', message: 'permute: duplicate dims are not allowed.' },
      { args: [t(2, 3), [0]], code: 'ERR_SHAPE', message: 'permute: number of dimensions in the tensor input does not match the length of the desired ordering of dimensions i.e. input.dim() = 2 is not equal to len(dims) = 1' },
    ],
  },
  {
    name: 'squeeze', args: 'Tensor self, int[]? dim=None', as: ['function', 'method', 'inplace'], flags: ['view', 'reshapes'], grad: { saves: 'self.sizes' }, dtypes: 'all',
    doc: 'A view without the dims of size 1: all of them, or those among dim. https://pytorch.org/docs/stable/generated/torch.squeeze.html',
    samples: [{ args: [t(1, 3, 1)] }, { args: [t(1, 3, 1), 0] }, { args: [t(1, 3, 1), [0, -1]] }, { args: [t(2, 3), 1] }, { args: [t(), 0] }],
    errors: [{ args: [t(2, 3), 2], code: 'ERR_INDEX', message: 'squeeze: Dimension out of range (expected to be in range of [-2, 1], but got 2)' }],
  },
  {
    name: 't', args: 'Tensor self', as: ['function', 'method', 'inplace'], flags: ['view', 'reshapes'], grad: { saves: '' }, dtypes: 'all',
    doc: 'The transpose of a matrix as a view; 0-d and 1-d tensors stay as they are. https://pytorch.org/docs/stable/generated/torch.t.html',
    samples: [{ args: [t(2, 3)] }, { args: [t(3)] }, { args: [t()] }],
    errors: [{ args: [t(2, 3, 4)], code: 'ERR_SHAPE', message: 't: expects a tensor with <= 2 dimensions, but self is 3D' }],
  },
  {
    name: 'diagonal', args: 'Tensor self, int offset=0, int dim1=0, int dim2=1', as: ['function', 'method'], flags: ['view'], grad: { saves: 'self.sizes' }, dtypes: 'all',
    doc: 'A view of a diagonal of the matrices that dim1 and dim2 span, as the last dim; offset is above (positive) or below the main one. https://pytorch.org/docs/stable/generated/torch.diagonal.html',
    samples: [{ args: [t(3, 4)] }, { args: [t(3, 4), -1] }, { args: [t(2, 3, 4), 1, -1, 0] }, { args: [t(3, 3), 5] }],
    errors: [{ args: [t(2, 3), 0, 1, -1], code: 'ERR_ARGUMENT', message: 'diagonal: diagonal dimensions cannot be identical 1, -1' }],
  },
  {
    name: '_diagonal_backward', args: 'Tensor grad, int[] size, int offset, int dim1, int dim2', grad: { saves: '' }, dtypes: 'all',
    doc: 'Zeros of the given size with grad on the diagonal.',
    samples: [{ args: [t(3), [3, 4], 0, 0, 1] }],
  },
  {
    name: 'unfold', args: 'Tensor self, int dimension, int size, int step', as: ['method'], overload: 'unfold', flags: ['view'], grad: { saves: 'self.sizes' }, dtypes: 'all',
    doc: 'A view of all windows of the given size along dimension, step apart; a last dim runs inside the window. https://pytorch.org/docs/stable/generated/torch.Tensor.unfold.html',
    samples: [{ args: [t(7), 0, 2, 1] }, { args: [t(2, 7), -1, 3, 2] }, { args: [t(), 0, 1, 1] }, { args: [{ t: [7], dtype: 'complex64' }, 0, 2, 1] }],
    errors: [
      { args: [t(3), 0, 4, 1], code: 'ERR_ARGUMENT', message: 'unfold: maximum size for tensor at dimension 0 is 3 but size is 4' },
      { args: [t(3), 0, 2, 0], code: 'ERR_ARGUMENT', message: 'unfold: step is 0 but must be > 0' },
    ],
  },
  {
    name: '_unfold_backward', args: 'Tensor grad, int[] size, int dim, int step', grad: { saves: 'grad.sizes' }, dtypes: 'float',
    doc: 'Sums the windows of grad into a tensor of the given size.',
    samples: [{ args: [t(3, 2), [4], 0, 1] }],
  },
  {
    name: 'detach', args: 'Tensor self', as: ['method'], grad: 'not differentiable', dtypes: 'all',
    doc: 'A tensor over the same memory outside the graph. https://pytorch.org/docs/stable/generated/torch.Tensor.detach.html',
    samples: [{ args: [t(2, 3)] }],
  },
];
