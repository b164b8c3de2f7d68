// What is made of matrix products, and small products of vectors.
import { LINEAR, both, complex, oblong, out, page, regular } from './linalg_rows.mjs';
import { of, t, tensors, torchDoc, z } from './rows.mjs';

export default [
  {
    name: 'matrix_power', args: 'Tensor self, int n', as: both, aliases: ['linalg.matrixPower'], grad: 'composite', dtypes: 'int float complex',
    doc: `The n-th power of a square matrix, or of each of a batch; of its inverse for a negative n, the identity for 0. Errors: singular matrices with a negative n. ${page('matrix_power')}`,
    samples: [{ args: [t(3, 3), 3] }, { args: [regular(2, 3, 3), -2] }, { args: [t(2, 2), 0] }, { args: [t(2, 2), 1] }, { args: [t(2, 2), 10] }, { args: [of('int64', 2, 2), 2] }, { args: [t(0, 0), 3] }, { args: [complex('regular', 2, 2), -3] }],
    errors: [oblong('matrixPower', 2), { args: [{ t: [2, 2], values: [1, 2, 2, 4] }, -1], code: 'ERR_NUMERIC', message: 'matrixPower: The diagonal element 2 is zero, the inversion could not be completed because the input matrix is singular.' }],
  },
  {
    name: 'matrix_exp', args: 'Tensor self', as: ['function', 'method'], aliases: ['linalg.matrixExp'], grad: { saves: 'self' }, dtypes: LINEAR, doc: `The exponential of a square matrix, or of each of a batch. ${page('matrix_exp')}`,
    samples: [{ args: [t(3, 3)] }, { args: [t(2, 2, 2)] }, { args: [{ t: [3, 3], low: -9, high: 9 }] }, { args: [t(1, 1)] }, { args: [t(0, 0)] }, { args: [t(0, 2, 2)] }, { args: [z(2, 2)] }],
    errors: [oblong('matrixExp'), { args: [of('int32', 2, 2)], code: 'ERR_DTYPE', message: 'matrixExp: Expected a floating point or complex tensor as input. Got int32' }],
  },
  {
    name: 'linalg_multi_dot', args: 'Tensor[] tensors', as: out, grad: 'composite', dtypes: 'int float complex', doc: `The product of two or more matrices in the cheapest order; the first and the last may be vectors. Errors: shapes that do not fit. ${page('multi_dot')}`,
    samples: [{ args: [tensors(t(2, 3), t(3, 4), t(4, 2))] }, { args: [tensors(t(3), t(3, 4), t(4))] }, { args: [tensors(t(3), t(3))] }, { args: [tensors(t(1, 9), t(9, 2), t(2, 9), t(9, 1))] }, { args: [tensors(t(2, 0), t(0, 3))] }, { args: [tensors(z(2, 3), z(3, 1), z(1, 2))] }],
    errors: [
      { args: [tensors(t(2))], code: 'ERR_ARGUMENT', message: 'linalg.multiDot: expected at least 2 tensors but got 1' }, { args: [tensors(t(2, 2), t(3))], code: 'ERR_SHAPE', message: 'linalg.multiDot: tensors 0 and 1 with shapes [2, 2] and [3] cannot be multiplied' },
      { args: [tensors(t(2, 2, 2), t(2))], code: 'ERR_SHAPE', message: 'linalg.multiDot: the first tensor must be 1D or 2D but got 3D' }, { args: [tensors(t(2), t(2, 2, 2), t(2))], code: 'ERR_SHAPE', message: 'linalg.multiDot: tensor 1 must be 2D but got 3D' },
    ],
  },
  {
    name: 'chain_matmul', args: 'Tensor[] ...matrices', as: out, grad: 'composite', dtypes: 'int float complex', doc: `The product of matrices in the cheapest order. See linalg.multiDot. ${torchDoc('chain_matmul')}`, samples: [{ args: [t(2, 3), t(3, 4), t(4, 2)] }, { args: [t(2, 3)] }],
    errors: [{ args: [t(2, 3), t(3)], code: 'ERR_SHAPE', message: 'chainMatmul: Tensor dimension is 1, expected 2 instead.' }],
  },
  {
    name: 'linalg_cross', args: 'Tensor self, Tensor other, *, int dim=-1', as: out, grad: { saves: 'self(other) other(self)' }, dtypes: 'int float complex', doc: `Cross products of the vectors of three along dim. Other dims broadcast. Errors: dims of another length, another number of dims. ${page('cross')}`,
    samples: [{ args: [t(2, 3), t(2, 3)] }, { args: [t(3, 2), t(3, 1)], kwargs: { dim: 0 } }, { args: [of('int64', 3), of('int64', 3)] }, { args: [t(0, 3), t(1, 3)] }, { args: [z(3), z(3)] }],
    errors: [
      { args: [t(5, 3), t(5, 1)], code: 'ERR_SHAPE', message: 'linalg.cross: inputs dimension -1 must have length 3. Got 3 and 1' }, { args: [t(3), t(2, 3)], code: 'ERR_SHAPE', message: 'linalg.cross: inputs must have the same number of dimensions.' },
    ],
  },
  {
    name: 'cross', args: 'Tensor self, Tensor other, int? dim=None', as: both, grad: 'composite', dtypes: 'int float complex', doc: `Cross products of the vectors of three along dim, or along the first dim of 3. See linalg.cross. ${torchDoc('cross')}`,
    samples: [{ args: [t(2, 3), t(2, 3)] }, { args: [t(3, 2), t(3, 2)] }, { args: [t(3, 3), t(3, 3), 1] }], errors: [{ args: [t(2, 2), t(2, 2)], code: 'ERR_SHAPE', message: 'cross: no dimension of size 3 in input of shape [2, 2]' }],
  },
  {
    name: 'linalg_vecdot', args: 'Tensor x, Tensor y, *, int dim=-1', as: out, grad: 'composite', dtypes: LINEAR, doc: `Inner products along dim, of the conjugate of x and y. Shapes broadcast. ${page('vecdot')}`,
    samples: [{ args: [t(2, 3), t(2, 3)] }, { args: [t(3, 2), t(3, 1)], kwargs: { dim: 0 } }, { args: [t(0), t(0)] }, { args: [z(3), z(3)] }],
    errors: [{ args: [of('int64', 3), of('int64', 3)], code: 'ERR_DTYPE', message: 'linalg.vecdot: Expected a floating point or complex tensor as input. Got int64' }],
  },
  {
    name: 'linalg_diagonal', args: 'Tensor A, *, int offset=0, int dim1=-2, int dim2=-1', grad: 'composite', dtypes: 'all', doc: `A view of the diagonals of matrices; torsh.diagonal of the last two dims. ${page('diagonal')}`, samples: [{ args: [t(2, 3, 4)] }, { args: [t(3, 3)], kwargs: { offset: 1 } }],
  },
  {
    name: 'linalg_vander', args: 'Tensor x, *, int? N=None', as: ['function'], grad: 'composite', dtypes: 'int float complex', doc: `Vandermonde matrices: the powers 0 to N - 1 of the elements of x along a new last dim. Errors: N below 2, bools. ${page('vander')}`,
    samples: [{ args: [t(3)] }, { args: [t(2, 3)], kwargs: { N: 4 } }, { args: [of('int32', 3)] }, { args: [z(3)] }], errors: [{ args: [t(3)], kwargs: { N: 1 }, code: 'ERR_ARGUMENT', message: 'linalg.vander: N must be greater than 1.' }],
  },
  {
    name: 'vander', args: 'Tensor x, int? N=None, bool increasing=False', grad: 'composite', dtypes: 'int float complex', doc: `The Vandermonde matrix of a vector: its powers from N - 1 to 0, or (increasing) from 0 to N - 1. ${torchDoc('vander')}`,
    samples: [{ args: [t(3)] }, { args: [t(3), 2] }, { args: [t(3), 4, true] }, { args: [t(3), 0] }, { args: [of('int64', 3)] }], errors: [{ args: [t(2, 2)], code: 'ERR_SHAPE', message: 'vander: x must be a one-dimensional tensor, got shape [2, 2]' }],
  },
];
