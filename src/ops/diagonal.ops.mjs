// Diagonals and triangles of matrices.
import { t, torchDoc as page } from './rows.mjs';

const both = ['function', 'method'];

const triangle = (name, side, other) => ({
  name, args: 'Tensor self, int diagonal=0', as: ['function', 'method', 'out', 'inplace'], grad: { saves: '' }, dtypes: 'all', impl: `ts_triangle(cx, a->self, out, a->diagonal, ${name === 'triu'})`,
  doc: `The ${side} triangle of a matrix or of each of a batch, zeros ${other} the given diagonal (0: the main one, positive: above it). Errors: less than two dims. ${page(name)}`,
  samples: [{ args: [t(3, 4)] }, { args: [t(3, 4), 1] }, { args: [t(2, 3, 3), -1] }, { args: [t(2, 3), 9] }, { args: [t(2, 3), -9] }],
  errors: [{ args: [t(3)], code: 'ERR_SHAPE', message: `${name}: input tensor must have at least 2 dimensions` }],
});
const indices = (name, side) => ({
  name, args: 'int row, int col, int offset=0, *, dtype? dtype=None', flags: ['factory'], grad: 'not differentiable', dtypes: 'int', impl: `ts_triangle_indices(cx, out, a->row, a->col, a->offset, a->dtype, ${name === 'triu_indices'})`,
  doc: `Coordinates of the ${side} triangle of a matrix of row by col, row by row, in a matrix of two rows; int64 unless dtype says otherwise. ${page(name)}`,
  samples: [{ args: [3, 3] }, { args: [4, 3, -1] }, { args: [2, 4, 1] }, { args: [0, 3] }, { args: [3, 3, 9] }, { args: [3, 3, -9], kwargs: { dtype: 'int32' } }],
  errors: [{ args: [-1, 2], code: 'ERR_ARGUMENT', message: `${name.replace('_i', 'I')}: row must be non-negative, got-1` }],
});

export default [
  {
    name: 'diag', args: 'Tensor self, int diagonal=0', as: ['function', 'method', 'out'], grad: 'composite', dtypes: 'all',
    doc: `Of a vector, the matrix with it on the given diagonal; of a matrix, a copy of that diagonal. ${page('diag')}`,
    samples: [{ args: [t(3)] }, { args: [t(2), -1] }, { args: [t(3, 4), 1] }, { args: [t(0)] }], errors: [{ args: [t()], code: 'ERR_SHAPE', message: 'diag: matrix or a vector expected, got shape []' }],
  },
  {
    name: 'diag_embed', args: 'Tensor self, int offset=0, int dim1=-2, int dim2=-1', as: both, grad: 'composite', dtypes: 'all',
    doc: `Matrices with the last dim of input on their diagonals: dim1 and dim2 of the result span them. ${page('diag_embed')}`,
    samples: [{ args: [t(2, 3)] }, { args: [t(2, 3), 1] }, { args: [t(2, 3), -1, 0, 2] }, { args: [t(2), 0, 1, 0] }],
    errors: [{ args: [t(2, 3), 0, 1, 1], code: 'ERR_ARGUMENT', message: 'diagEmbed: diagonal dimensions cannot be identical 1, 1' }, { args: [t()], code: 'ERR_SHAPE', message: 'diagEmbed: input must have at least 1 dimension' }],
  },
  {
    name: 'diagflat', args: 'Tensor self, int offset=0', as: both, grad: 'composite', dtypes: 'all', doc: `The matrix with all elements of input on the given diagonal. ${page('diagflat')}`,
    samples: [{ args: [t(2, 2)] }, { args: [t(3), 1] }, { args: [t(), -1] }],
  },
  {
    name: 'trace', args: 'Tensor self', as: both, grad: 'composite', dtypes: 'all', doc: `The sum of the diagonal of a matrix; integers add up in int64. ${page('trace')}`,
    samples: [{ args: [t(3, 3)] }, { args: [t(2, 4)] }, { args: [{ t: [3, 2], dtype: 'int32', low: -5, high: 5 }] }, { args: [{ t: [3, 3], dtype: 'complex64' }] }], errors: [{ args: [t(3)], code: 'ERR_SHAPE', message: 'trace: expected a matrix' }],
  },
  triangle('tril', 'lower', 'above'),
  triangle('triu', 'upper', 'below'),
  indices('tril_indices', 'lower'),
  indices('triu_indices', 'upper'),
  {
    name: 'fill_diagonal_', args: 'Tensor self, Scalar fill_value, bool wrap=False', as: ['method'], flags: ['direct', 'inplace'], grad: { saves: '' }, dtypes: 'all',
    doc: 'Fills the diagonal, of more than two dims (of one size) that of all; wrap begins it anew below a tall matrix. https://pytorch.org/docs/stable/generated/torch.Tensor.fill_diagonal_.html',
    samples: [{ args: [t(3, 3), 2] }, { args: [t(2, 4), 1.5] }, { args: [t(7, 3), 2, true] }, { args: [t(7, 3), 2] }, { args: [t(3, 3, 3), 1] }],
    errors: [{ args: [t(3), 1], code: 'ERR_SHAPE', message: 'fillDiagonal_: dimensions must larger than 1' }, { args: [t(2, 3, 2), 1], code: 'ERR_SHAPE', message: 'fillDiagonal_: all dimensions of input must be of equal length, got [2, 3, 2]' }],
  },
];
