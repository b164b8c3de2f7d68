// Sums, products, means, norms, counts, variances.
const t = (...shape) => ({ t: shape });
const typed = (dtype, low, high, ...shape) => ({ t: shape, dtype, low, high });
const out = ['function', 'method', 'out'];
const range = (name) => ({ args: [t(2, 3), 2], code: 'ERR_INDEX', message: `${name}: Dimension out of range (expected to be in range of [-2, 1], but got 2)` });
const page = (name) => `https://pytorch.org/docs/stable/generated/torch.${name}.html`;

/** var, std and their pairs with the mean: three forms of one name. */
const spread = (name, returns, what) => {
  const shared = { returns, as: returns ? ['function', 'method'] : out, overload: name, dtypes: 'float complex', doc: `${what} correction (unbiased: 1, else 0) is what is taken from the number of elements; nothing left gives NaN. Errors: integers. ${page(name)}` };
  if (returns) shared.as = ['function'];
  return [
    {
      ...shared, name, args: 'Tensor self, int[]? dim=None, *, int? correction=None, bool keepdim=False', grad: { saves: name.startsWith('std') ? 'self result0' : 'self' },
      samples: [{ args: [t(3, 4)] }, { args: [t(3, 4), 1], kwargs: { correction: 0 } }, { args: [t(2, 3, 4), [0, -1]], kwargs: { keepdim: true } }, { args: [t(2, 3)], kwargs: { dim: [], correction: 2 } }, { args: [{ t: [3, 4], dtype: 'complex64' }, 1] }],
      errors: [range(name.replace('_m', 'M')), { args: [typed('int64', 0, 9, 3)], code: 'ERR_DTYPE', message: `${name.replace('_m', 'M')}: only support floating point and complex dtypes, got int64` }],
    },
    { ...shared, name: `${name}_dim`, args: 'Tensor self, int[]? dim, bool unbiased=True, bool keepdim=False', grad: 'composite', samples: [{ args: [t(3, 4), 1, false] }, { args: [t(3, 4), 0, true, true] }, { args: [t(3, 4)], kwargs: { dim: [0, 1], unbiased: false } }] },
    { ...shared, name: `${name}_unbiased`, args: 'Tensor self, bool unbiased=True', grad: 'composite', samples: [{ args: [t(3, 4), false] }] },
  ];
};

const truth = (name, what, where) => ({
  name, flags: ['exact'], args: 'Tensor self, int[]? dim=None, bool keepdim=False', as: out, grad: 'not differentiable', dtypes: 'all',
  doc: `${what}, over the given dims (all when none are given): a bool, of uint8 a uint8. ${page(where)}`,
  samples: [{ args: [typed('bool', 0, 1, 3, 4)] }, { args: [typed('bool', 0, 1, 3, 4), 1] }, { args: [typed('int32', -1, 2, 2, 3, 4), [0, -1]], kwargs: { keepdim: true } }, { args: [typed('uint8', 0, 2, 3, 2), 0] }, { args: [t(0, 3), 0] }, { args: [t()] }],
  errors: [range(name)],
});

export default [
  {
    name: 'sum', args: 'Tensor self, int[]? dim=None, bool keepdim=False, *, dtype? dtype=None', as: out, grad: { saves: 'self.sizes' }, dtypes: 'all',
    doc: `Sum over the given dims (all when none are given); integers and bools add up in int64. keepdim leaves them with size 1. Errors: a dim out of range or named twice. ${page('sum')}`,
    samples: [{ args: [t(3, 4)] }, { args: [t(3, 4), 1] }, { args: [t(2, 3, 4), [0, -1]], kwargs: { keepdim: true } }, { args: [t()] }, { args: [t(0, 3), 0] }, { args: [{ t: [3, 3], dtype: 'bool' }] }, { args: [t(3, 2)], kwargs: { dtype: 'float64' } }, { args: [{ t: [3, 4], dtype: 'complex64' }, 1] }],
    errors: [range('sum'), { args: [t(2, 3), [0, -2]], code: 'ERR_ARGUMENT', message: 'sum: dim 0 appears multiple times in the list of dims' }],
  },
  {
    name: 'mean', flags: ['exact'], args: 'Tensor self, int[]? dim=None, bool keepdim=False, *, dtype? dtype=None', as: out, grad: { saves: 'self.sizes' }, dtypes: 'float complex',
    doc: `Mean over the given dims (all when none are given); of no elements it is NaN. Errors: integers without a dtype. ${page('mean')}`,
    samples: [{ args: [t(3, 4)] }, { args: [t(3, 4), 1] }, { args: [t(2, 3, 4), [0, -1], true] }, { args: [t()] }, { args: [typed('int32', -9, 9, 3, 3)], kwargs: { dtype: 'float32' } }, { args: [{ t: [3, 4], dtype: 'complex64' }, 0, true] }],
    errors: [range('mean'), { args: [typed('int64', 0, 9, 3)], code: 'ERR_DTYPE', message: 'mean: could not infer output dtype. Input dtype must be either a floating point or complex dtype. Got: int64' }],
  },
  {
    name: 'prod', args: 'Tensor self, int? dim=None, bool keepdim=False, *, dtype? dtype=None', as: out, grad: { saves: 'self' }, dtypes: 'all',
    doc: `Product of all elements or along a dim; integers and bools multiply in int64. ${page('prod')}`,
    samples: [{ args: [t(3, 4)] }, { args: [t(3, 4), 1] }, { args: [t(2, 3, 4), -2, true] }, { args: [t()] }, { args: [{ t: [2, 3], values: [0, 2, 3, 0, 0, 1] }, 1] }, { args: [typed('int32', -4, 5, 3, 3), 0] }, { args: [t(0, 3), 0] }, { args: [t(3)], kwargs: { dtype: 'float64' } }, { args: [{ t: [3, 4], dtype: 'complex64' }, 1] }],
    errors: [range('prod')],
  },
  truth('any', 'Whether any element is not zero', 'any'),
  truth('all', 'Whether no element is zero', 'all'),
  {
    name: 'count_nonzero', args: 'Tensor self, int[]? dim=None', as: ['function', 'method'], grad: 'not differentiable', dtypes: 'all',
    doc: `How many elements over the given dims (all when none are given) are not zero. ${page('count_nonzero')}`,
    samples: [{ args: [{ t: [2, 3], values: [0, 2, 3, 0, 0, 1] }] }, { args: [typed('int8', -1, 2, 3, 4), 1] }, { args: [typed('bool', 0, 1, 2, 3, 4), [0, 2]] }], errors: [range('countNonzero')],
  },
  ...spread('var', undefined, 'Variance over the given dims (all when none are given).'),
  ...spread('var_mean', 'Tensor, Tensor', 'Variance and mean over the given dims (all when none are given).'),
  ...spread('std', undefined, 'Standard deviation over the given dims (all when none are given).'),
  ...spread('std_mean', 'Tensor, Tensor', 'Standard deviation and mean over the given dims (all when none are given).'),
  {
    name: 'nansum', args: 'Tensor self, int[]? dim=None, bool keepdim=False, *, dtype? dtype=None', as: out, grad: { saves: 'self' }, dtypes: 'all',
    doc: `sum with NaN as zero. ${page('nansum')}`, samples: [{ args: [t(3, 4)] }, { args: [t(3, 4), 1] }, { args: [typed('int32', -9, 9, 2, 3), 0] }, { args: [{ t: [3, 4], dtype: 'complex64' }] }], errors: [range('nansum')],
  },
  {
    name: 'nanmean', args: 'Tensor self, int[]? dim=None, bool keepdim=False, *, dtype? dtype=None', as: out, grad: 'composite', dtypes: 'float complex',
    doc: `mean of what is not NaN. Errors: integers. ${page('nanmean')}`, samples: [{ args: [t(3, 4)] }, { args: [t(3, 4), 1, true] }],
    errors: [{ args: [typed('int64', 0, 9, 3)], code: 'ERR_DTYPE', message: 'nanmean: expected input to have floating point or complex dtype but got int64' }],
  },
  {
    name: 'logsumexp', args: 'Tensor self, int[] dim, bool keepdim=False', as: out, namespaces: ['torsh', 'special'], grad: { saves: 'self result' }, dtypes: 'int float',
    doc: `log(sum(exp(input))) over the given dims, without overflow; integers become float32. ${page('logsumexp')}`,
    samples: [{ args: [t(3, 4), 1] }, { args: [t(2, 3, 4), [0, 2], true] }, { args: [t(), 0] }, { args: [t(0, 3), 0] }, { args: [typed('int32', -9, 9, 2, 3), 0] }], errors: [range('logsumexp')],
  },
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
];
