// Matrix products.
import { t, torchDoc as docs, z } from './rows.mjs';

export default [
  {
    name: 'mm', args: 'Tensor self, Tensor mat2', as: ['function', 'method', 'out'], grad: { saves: 'self(mat2) mat2(self)' }, dtypes: 'int float complex',
    doc: 'Product of two matrices, (n, m) by (m, p) to (n, p). No broadcasting, one dtype. https://pytorch.org/docs/stable/generated/torch.mm.html',
    samples: [{ args: [t(2, 3), t(3, 4)] }, { args: [t(0, 3), t(3, 2)] }, { args: [t(2, 0), t(0, 3)] }, { args: [{ t: [2, 3], dtype: 'int64', low: -5, high: 5 }, { t: [3, 2], dtype: 'int64', low: -5, high: 5 }] }, { args: [z(2, 3), z(3, 4)] }],
    errors: [
      { args: [t(10, 2048), t(64, 6)], code: 'ERR_SHAPE', message: 'mm: mat1 and mat2 shapes cannot be multiplied (10x2048 and 64x6)' },
      { args: [t(2, 2, 2), t(2, 2)], code: 'ERR_SHAPE', message: 'mm: self must be a matrix, got shape [2, 2, 2]' },
    ],
  },
  {
    name: 'bmm', args: 'Tensor self, Tensor mat2', as: ['function', 'method', 'out'], grad: { saves: 'self(mat2) mat2(self)' }, dtypes: 'int float complex',
    doc: 'Products of matrices in a batch, (b, n, m) by (b, m, p) to (b, n, p). https://pytorch.org/docs/stable/generated/torch.bmm.html',
    samples: [{ args: [t(2, 2, 3), t(2, 3, 4)] }, { args: [t(0, 2, 3), t(0, 3, 4)] }, { args: [z(2, 2, 3), z(2, 3, 4)] }],
    errors: [{ args: [t(2, 2, 3), t(3, 3, 4)], code: 'ERR_SHAPE', message: 'bmm: Expected size for first two dimensions of batch2 tensor to be: [2, 3] but got: [3, 3] (shapes [2, 2, 3] and [3, 3, 4])' }],
  },
  {
    name: 'matmul', args: 'Tensor self, Tensor other', as: ['function', 'method', 'out'], aliases: ['linalg.matmul'], grad: 'composite', dtypes: 'int float complex',
    doc: 'Matrix product with vectors and broadcast batches: (..., n, m) by (..., m, p). A 1-d operand gains a dim for the product and loses it after. Errors: inner sizes that differ, 0-d operands. https://pytorch.org/docs/stable/generated/torch.matmul.html',
    samples: [{ args: [t(2, 3), t(3, 4)] }, { args: [t(3), t(3)] }, { args: [t(3), t(3, 2)] }, { args: [t(2, 3), t(3)] }, { args: [t(2, 1, 2, 3), t(3, 3, 4)] }, { args: [t(2, 2, 3), t(3, 2)] }, { args: [t(2, 2, 3), t(3)] }, { args: [t(2, 0), t(0, 3)] }, { args: [z(2, 1, 2, 3), z(3, 4)] }, { args: [z(3), z(3)] }],
    errors: [{ args: [t(10, 2048), t(64, 6)], code: 'ERR_SHAPE', message: 'matmul: mat1 and mat2 shapes cannot be multiplied (10x2048 and 64x6)' }, { args: [t(), t(2)], code: 'ERR_SHAPE', message: 'matmul: both arguments to matmul need to be at least 1D, but they are 0D and 1D' }],
  },
  {
    name: 'addmm', args: 'Tensor self, Tensor mat1, Tensor mat2, *, Scalar beta=1, Scalar alpha=1', as: ['function', 'method', 'inplace', 'out'], grad: { saves: 'mat1(mat2) mat2(mat1)' }, dtypes: 'int float complex',
    doc: `beta * input + alpha * (mat1 @ mat2); input broadcasts to the product. beta = 0 ignores input, NaN and all. ${docs('addmm')}`,
    samples: [{ args: [t(2, 4), t(2, 3), t(3, 4)] }, { args: [t(4), t(2, 3), t(3, 4)], kwargs: { beta: 0.5, alpha: 2 } }, { args: [t(), t(2, 0), t(0, 3)] }, { args: [z(4), z(2, 3), z(3, 4)], kwargs: { beta: { re: 0.5, im: 1 }, alpha: { re: 2, im: -1 } } }],
    errors: [{ args: [t(3), t(2, 3), t(3, 4)], code: 'ERR_SHAPE', message: 'addmm: input of shape [3] does not broadcast to the product of shapes [2, 3] and [3, 4]' }],
  },
  {
    name: 'linear', args: 'Tensor self, Tensor weight, Tensor? bias=None', namespaces: ['nn.functional'], grad: { saves: 'self(weight).sizes weight(self).sizes' }, dtypes: 'int float complex',
    doc: 'input @ weight.T + bias: input (..., in), weight (out, in) or (in), bias (out). https://pytorch.org/docs/stable/generated/torch.nn.functional.linear.html',
    samples: [{ args: [t(2, 3), t(4, 3), t(4)] }, { args: [t(2, 2, 3), t(4, 3)] }, { args: [t(3), t(4, 3), t(4)] }, { args: [t(2, 3), t(3)] }, { args: [t(0, 3), t(4, 3), t(4)] }, { args: [z(2, 3), z(4, 3), z(4)] }],
    errors: [{ args: [t(2, 3), t(4, 5)], code: 'ERR_SHAPE', message: 'linear: mat1 and mat2 shapes cannot be multiplied (2x3 and 5x4)' }],
  },
  {
    name: 'mv', args: 'Tensor self, Tensor vec', as: ['function', 'method', 'out'], grad: 'composite', dtypes: 'int float complex', doc: `Product of a matrix (n, m) and a vector (m). ${docs('mv')}`,
    samples: [{ args: [t(2, 3), t(3)] }, { args: [t(0, 3), t(3)] }, { args: [z(2, 3), z(3)] }], errors: [{ args: [t(2, 3), t(2)], code: 'ERR_SHAPE', message: 'mv: size mismatch, got input (2), mat (2x3), vec (2)' }],
  },
  {
    name: 'dot', args: 'Tensor self, Tensor tensor', as: ['function', 'method', 'out'], grad: 'composite', dtypes: 'int float complex', doc: `Inner product of two vectors of one length. ${docs('dot')}`,
    samples: [{ args: [t(4), t(4)] }, { args: [t(0), t(0)] }, { args: [z(4), z(4)] }], errors: [{ args: [t(2), t(3)], code: 'ERR_SHAPE', message: 'dot: inconsistent tensor size, expected tensor [2] and src [3] to have the same number of elements' }],
  },
  {
    name: 'vdot', args: 'Tensor self, Tensor other', as: ['function', 'method', 'out'], grad: 'composite', dtypes: 'int float complex', doc: `Inner product of two vectors of one length, the first conjugated. ${docs('vdot')}`,
    samples: [{ args: [t(4), t(4)] }, { args: [z(4), z(4)] }], errors: [{ args: [t(2), t(3)], code: 'ERR_SHAPE', message: 'vdot: inconsistent tensor size, expected tensor [2] and src [3] to have the same number of elements' }],
  },
  {
    name: 'outer', args: 'Tensor self, Tensor vec2', as: ['function', 'method', 'out'], aliases: ['ger'], grad: 'composite', dtypes: 'all', doc: `Outer product of two vectors, (n) and (m) to (n, m). ${docs('outer')}`,
    samples: [{ args: [t(3), t(4)] }, { args: [t(0), t(2)] }, { args: [z(3), z(4)] }], errors: [{ args: [t(2, 2), t(3)], code: 'ERR_SHAPE', message: 'outer: Expected 1-D arguments, but got shapes [2, 2] and [3]' }],
  },
  {
    name: 'baddbmm', args: 'Tensor self, Tensor batch1, Tensor batch2, *, Scalar beta=1, Scalar alpha=1', as: ['function', 'method', 'inplace', 'out'], grad: 'composite', dtypes: 'int float complex',
    doc: `beta * input + alpha * (batch1 @ batch2) for each matrix of a batch. ${docs('baddbmm')}`, samples: [{ args: [t(2, 2, 4), t(2, 2, 3), t(2, 3, 4)] }, { args: [t(4), t(2, 2, 3), t(2, 3, 4)], kwargs: { beta: 0.5, alpha: 2 } }, { args: [z(2, 2, 4), z(2, 2, 3), z(2, 3, 4)], kwargs: { alpha: { re: 2, im: -1 } } }],
  },
  {
    name: 'addbmm', args: 'Tensor self, Tensor batch1, Tensor batch2, *, Scalar beta=1, Scalar alpha=1', as: ['function', 'method', 'inplace', 'out'], grad: 'composite', dtypes: 'int float complex',
    doc: `beta * input + alpha * (the sum over the batch of batch1 @ batch2). ${docs('addbmm')}`, samples: [{ args: [t(2, 4), t(3, 2, 3), t(3, 3, 4)] }, { args: [t(4), t(2, 2, 3), t(2, 3, 4)], kwargs: { beta: 0.5, alpha: 2 } }],
  },
  {
    name: 'addmv', args: 'Tensor self, Tensor mat, Tensor vec, *, Scalar beta=1, Scalar alpha=1', as: ['function', 'method', 'inplace', 'out'], grad: 'composite', dtypes: 'int float complex',
    doc: `beta * input + alpha * (mat @ vec). ${docs('addmv')}`, samples: [{ args: [t(2), t(2, 3), t(3)] }, { args: [t(), t(2, 3), t(3)], kwargs: { beta: 0.5, alpha: 2 } }],
  },
  {
    name: 'addr', args: 'Tensor self, Tensor vec1, Tensor vec2, *, Scalar beta=1, Scalar alpha=1', as: ['function', 'method', 'inplace', 'out'], grad: 'composite', dtypes: 'all',
    doc: `beta * input + alpha * (the outer product of vec1 and vec2). ${docs('addr')}`, samples: [{ args: [t(2, 3), t(2), t(3)] }, { args: [t(3), t(2), t(3)], kwargs: { beta: 0.5, alpha: 2 } }],
  },
];
