// Shape ops made of views.
import { t } from './rows.mjs';

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
];
