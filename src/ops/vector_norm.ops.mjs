// Norms of vectors, and what is made of them.
import { of, range, t, torchDoc as page } from './rows.mjs';

const typed = (dtype, low, high, ...shape) => ({ t: shape, dtype, low, high });
const out = ['function', 'method', 'out'];

export default [
  {
    name: 'vector_norm', args: 'Tensor self, Scalar ord=2, int[]? dim=None, bool keepdim=False, *, dtype? dtype=None', as: ['function', 'out'], namespaces: ['linalg'], grad: { saves: 'self result' }, dtypes: 'float complex',
    doc: `(sum of |input|^ord)^(1 / ord) over the given dims (all when none are given); the largest or smallest |input| for an infinite ord, the number of non-zero ones for 0. Errors: integers; a norm of nothing that has none. https://pytorch.org/docs/stable/generated/torch.linalg.vector_norm.html`,
    samples: [{ args: [t(3, 4)] }, { args: [t(3, 4), 1, 1] }, { args: [t(3, 4), 3, [0, 1]] }, { args: [t(3, 4), 1.5, 1] }, { args: [{ t: [3, 4], low: 0.2, high: 1 }, 0.5, 1] }, { args: [t(3, 4), 0, 1] }, { args: [t()] }, { args: [t(0, 3), 2, 0] }, { args: [t(3)], kwargs: { dtype: 'float64' } }, { args: [{ t: [3, 4], dtype: 'complex64' }, 3, 1] }],
    errors: [range('vectorNorm'), { args: [t(0), -1], code: 'ERR_SHAPE', message: 'vectorNorm: cannot compute the -1 norm of an empty dimension 0 (shape [0]): the operation does not have an identity' }].map((e) => (e.code === 'ERR_INDEX' ? { ...e, args: [t(2, 3), 2, 2] } : e)),
  },
  {
    name: 'norm', overload: 'norm', args: 'Tensor self, Scalar? p=2, int[]? dim=None, bool keepdim=False, *, dtype? dtype=None', as: out, grad: 'composite', dtypes: 'float complex',
    doc: `The vector norm of order p over the given dims (all when none are given). ${page('norm')}`, samples: [{ args: [t(3, 4)] }, { args: [t(3, 4), 1, 1, true] }, { args: [t(3, 4), null, [0, 1]] }, { args: [{ t: [3, 4], dtype: 'complex64' }] }],
    errors: [{ args: [typed('int64', 0, 9, 3)], code: 'ERR_DTYPE', message: 'norm: input dtype should be either floating point or complex. Got int64 instead.' }],
  },
  {
    name: 'norm_named', overload: 'norm', args: 'Tensor self, str p, int[]? dim=None, bool keepdim=False, *, dtype? dtype=None', as: out, grad: 'composite', dtypes: 'float complex',
    doc: `By name: the Frobenius norm ('fro'), or the sum of singular values of a matrix ('nuc'). ${page('norm')}`, samples: [{ args: [t(3, 4), 'fro'] }, { args: [t(3, 4), 'fro', [0, 1]] }, { args: [t(3, 4), 'nuc'] }, { args: [t(2, 3, 4), 'nuc', [0, 2], true] }],
    errors: [{ args: [t(2, 2), 'l1'], code: 'ERR_ARGUMENT', message: "norm: only valid string values are 'fro' and 'nuc', found l1" }],
  },
  {
    name: 'dist', args: 'Tensor self, Tensor other, Scalar p=2', as: ['function', 'method'], grad: 'composite', dtypes: 'float complex',
    doc: `The norm of input - other. Shapes broadcast. ${page('dist')}`, samples: [{ args: [t(3, 4), t(3, 4)] }, { args: [t(3, 1), t(4), 1] }, { args: [{ t: [3, 4], dtype: 'complex64' }, { t: [4], dtype: 'complex64' }] }],
  },
  {
    name: 'normalize', args: 'Tensor self, float p=2.0, int[] dim=1, float eps=1e-12', namespaces: ['nn.functional'], grad: 'composite', dtypes: 'float complex',
    doc: 'input over its norm along dim, which counts as eps at least. https://pytorch.org/docs/stable/generated/torch.nn.functional.normalize.html', samples: [{ args: [t(3, 4)] }, { args: [t(3, 4), 1, 0] }, { args: [t(2, 3, 4), 2, [1, 2]] }, { args: [{ t: [3, 4], dtype: 'complex64' }] }],
  },
  {
    name: 'cosine_similarity', args: 'Tensor x1, Tensor x2, int dim=1, float eps=1e-8', namespaces: ['torsh', 'nn.functional'], grad: 'composite', dtypes: 'float',
    doc: 'The cosine of the angle between x1 and x2 along dim; norms count as eps at least. Shapes broadcast. https://pytorch.org/docs/stable/generated/torch.nn.functional.cosine_similarity.html',
    samples: [{ args: [t(3, 4), t(3, 4)] }, { args: [t(2, 3, 4), t(3, 4), -1] }],
  },
  {
    name: 'norm_except_dim', args: 'Tensor self, int pow=2, int dim=0', grad: 'composite', dtypes: 'float',
    doc: 'The vector norm of order pow over all dims but dim, which stay with size 1; over all of them, to a 0-d tensor, where dim is -1. What weight normalization divides by.',
    samples: [{ args: [t(3, 4)] }, { args: [t(2, 3, 4), 2, 1] }, { args: [t(3, 4), 1, -1] }, { args: [t(3)] }], errors: [{ args: [t(2, 3), 2, 2], code: 'ERR_INDEX', message: 'normExceptDim: Dimension out of range (expected to be in range of [-2, 1], but got 2)' }],
  },
  {
    name: 'pairwise_distance', args: 'Tensor x1, Tensor x2, float p=2.0, float eps=1e-6, bool keepdim=False', namespaces: ['torsh', 'nn.functional'], grad: 'composite', dtypes: 'float complex',
    doc: 'The norm of x1 - x2 + eps along the last dim. https://pytorch.org/docs/stable/generated/torch.nn.functional.pairwise_distance.html', samples: [{ args: [t(3, 4), t(3, 4)] }, { args: [t(3, 4), t(4), 1, 1e-6, true] }],
  },
  {
    name: 'renorm', args: 'Tensor self, Scalar p, int dim, Scalar maxnorm', as: ['function', 'method', 'inplace', 'out'], grad: 'composite', dtypes: 'float complex',
    doc: `input with each slice of dim whose p-norm is above maxnorm scaled down to it. Errors: fewer than two dims, a p that is not positive. ${page('renorm')}`,
    samples: [{ args: [t(3, 4), 2, 0, 0.5] }, { args: [t(2, 3, 2), 1, -2, 1.5] }, { args: [t(3, 4), 3, 1, 0.7] }, { args: [of('float16', 2, 3), 2, 0, 0.5] }],
    errors: [{ args: [t(3), 2, 0, 1], code: 'ERR_SHAPE', message: 'renorm: input needs at least 2 dimensions, got 1 dimensions' }, { args: [t(3, 2), 0, 0, 1], code: 'ERR_ARGUMENT', message: 'renorm: non-positive-norm not supported' }, { args: [t(3, 2), 2, 0, -1], code: 'ERR_ARGUMENT', message: 'renorm: expected maxnorm to be >= 0 but got -1' }],
  },
];
