// Matrix products.
const t = (...shape) => ({ t: shape });

export default [
  {
    name: 'mm', args: 'Tensor self, Tensor mat2', as: ['function', 'method', 'out'], grad: { saves: 'self mat2' }, dtypes: 'int float',
    doc: 'Product of two matrices, (n, m) by (m, p) to (n, p). No broadcasting, one dtype. https://pytorch.org/docs/stable/generated/torch.mm.html',
    samples: [{ args: [t(2, 3), t(3, 4)] }, { args: [t(0, 3), t(3, 2)] }, { args: [t(2, 0), t(0, 3)] }, { args: [{ t: [2, 3], dtype: 'int64', low: -5, high: 5 }, { t: [3, 2], dtype: 'int64', low: -5, high: 5 }] }],
    errors: [
      { args: [t(10, 2048), t(64, 6)], code: 'ERR_SHAPE', message: 'mm: mat1 and mat2 shapes cannot be multiplied (10x2048 and 64x6)' },
      { args: [t(2, 2, 2), t(2, 2)], code: 'ERR_SHAPE', message: 'mm: self must be a matrix, got shape [2, 2, 2]' },
    ],
  },
  {
    name: 'bmm', args: 'Tensor self, Tensor mat2', as: ['function', 'method', 'out'], grad: { saves: 'self mat2' }, dtypes: 'int float',
    doc: 'Products of matrices in a batch, (b, n, m) by (b, m, p) to (b, n, p). https://pytorch.org/docs/stable/generated/torch.bmm.html',
    samples: [{ args: [t(2, 2, 3), t(2, 3, 4)] }, { args: [t(0, 2, 3), t(0, 3, 4)] }],
    errors: [{ args: [t(2, 2, 3), t(3, 3, 4)], code: 'ERR_SHAPE', message: 'bmm: Expected size for first two dimensions of batch2 tensor to be: [2, 3] but got: [3, 3] (shapes [2, 2, 3] and [3, 3, 4])' }],
  },
  {
    name: 'matmul', args: 'Tensor self, Tensor other', as: ['function', 'method', 'out'], grad: 'composite', dtypes: 'int float',
    doc: 'Matrix product with vectors and broadcast batches: (..., n, m) by (..., m, p). A 1-d operand gains a dim for the product and loses it after. Errors: inner sizes that differ, 0-d operands. https://pytorch.org/docs/stable/generated/torch.matmul.html',
    samples: [{ args: [t(2, 3), t(3, 4)] }, { args: [t(3), t(3)] }, { args: [t(3), t(3, 2)] }, { args: [t(2, 3), t(3)] }, { args: [t(2, 1, 2, 3), t(3, 3, 4)] }, { args: [t(2, 2, 3), t(3, 2)] }, { args: [t(2, 2, 3), t(3)] }, { args: [t(2, 0), t(0, 3)] }],
    errors: [{ args: [t(10, 2048), t(64, 6)], code: 'ERR_SHAPE', message: 'matmul: mat1 and mat2 shapes cannot be multiplied (10x2048 and 64x6)' }, { args: [t(), t(2)], code: 'ERR_SHAPE', message: 'matmul: both arguments to matmul need to be at least 1D, but they are 0D and 1D' }],
  },
];
