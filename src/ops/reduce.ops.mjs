// Sums, products, means, counts, variances.
import { range, t, torchDoc as page } from './rows.mjs';

const typed = (dtype, low, high, ...shape) => ({ t: shape, dtype, low, high });
const out = ['function', 'method', 'out'];

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
];
