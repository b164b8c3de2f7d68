// Quantiles, covariances, differences, areas, norms held down.
import { list, of, t, torchDoc as page } from './rows.mjs';

const out = ['function', 'method', 'out'];
const range = (name) => ({ args: [t(2, 3), 2], code: 'ERR_INDEX', message: `${name}: Dimension out of range (expected to be in range of [-2, 1], but got 2)` });

const quantile = (name, what) => ({
  name, args: "Tensor self, Operand q, int? dim=None, bool keepdim=False, *, str interpolation='linear'", as: out, flags: ['exact'], grad: 'composite', dtypes: 'float',
  doc: `The q-th quantiles (q: a number of [0, 1], or a tensor of them in input's dtype, whose dim comes first) of all elements or along dim; ${what}. Between two elements interpolation decides: linear, lower, higher, midpoint, nearest. Errors: nothing to choose from, a q outside [0, 1]. ${page(name)}`,
  samples: [
    { args: [t(3, 4), 0.4] }, { args: [t(3, 5), 0.3, 1] }, { args: [t(3, 4), { t: [3], values: [0, 0.55, 1], grad: false }, 0, true] }, { args: [t(2, 3, 2), { t: [], values: [0.7], grad: false }, -2] }, { args: [t(), 0.5] }, { args: [t(3, 4), 0.5], kwargs: { keepdim: true } },
    ...['lower', 'higher', 'midpoint', 'nearest'].map((interpolation) => ({ args: [t(3, 5), { t: [2], values: [0.3, 0.8], grad: false }, 1], kwargs: { interpolation } })),
  ],
  errors: [
    { args: [t(0), 0.5], code: 'ERR_SHAPE', message: `${name}: input tensor must be non-empty (shape [0])` }, { args: [t(2), 1.5], code: 'ERR_ARGUMENT', message: `${name}: q values must be in the range [0, 1]` },
    { args: [t(2), 0.5], kwargs: { interpolation: 'none' }, code: 'ERR_ARGUMENT', message: `${name}: interpolation must be one of linear, lower, higher, midpoint or nearest, but got none` },
    { args: [of('int64', 2), 0.5], code: 'ERR_DTYPE', message: `${name}: input tensor must be either float or double dtype, got int64` },
  ],
});

const area = (name, aliases, what, doc) => {
  const shared = { overload: name, aliases, as: ['function'], grad: 'composite', dtypes: 'int float', doc: `${what} along dim by the trapezoidal rule, from sample points x (1-d along dim, or as y's last dims) or steps dx. ${doc}` };
  return [
    { ...shared, name, args: 'Tensor y, *, Scalar dx=1, int dim=-1', samples: [{ args: [t(3, 4)] }, { args: [t(3, 4)], kwargs: { dx: 0.5, dim: 0 } }, { args: [of('int64', 4)] }, { args: [t(1)] }, { args: [t(2, 0)] }], errors: [{ args: [t(2, 3)], kwargs: { dim: 2 }, code: 'ERR_INDEX', message: range(name.replace('_t', 'T')).message }] },
    {
      ...shared, name: `${name}_x`, args: 'Tensor y, Tensor x, *, int dim=-1', samples: [{ args: [t(3, 4), t(4)] }, { args: [t(3, 4), t(3, 4)], kwargs: { dim: 0 } }, { args: [t(2, 3, 4), t(3, 4)], kwargs: { dim: 1 } }, { args: [of('int64', 4), of('int64', 4)] }],
      errors: [{ args: [t(2, 3), t(2)], code: 'ERR_SHAPE', message: `${name.replace('_t', 'T')}: There must be one \`x\` value for each sample point (2 for 3)` }],
    },
  ];
};

const gradient = { overload: 'gradient', as: ['function'], returns: 'Tensor[]', grad: 'composite', dtypes: 'int float', doc: `Estimates of the gradient of a function sampled at input, one tensor for each dim: central differences of second order, one-sided ones of edgeOrder at the borders. spacing: the distance of the samples, one for each dim, or their coordinates (1-d) along each dim. Errors: a dim with fewer than edgeOrder + 1 samples. ${page('gradient')}` };

export default [
  quantile('quantile', 'NaN where there is one'),
  quantile('nanquantile', 'NaN left out'),
  {
    name: 'cov', args: 'Tensor self, *, int correction=1, Tensor? fweights=None, Tensor? aweights=None', as: ['function', 'method'], grad: 'composite', dtypes: 'int float complex',
    doc: `Covariances of variables (rows) over observations (columns): (rows, rows), 0-d of one row or a 1-d input. correction is taken from the number of observations; fweights says how often each occurred, aweights how much it counts. Errors: more than two dims, weights that are negative or do not fit. ${page('cov')}`,
    samples: [
      { args: [t(3, 5)] }, { args: [t(5)], kwargs: { correction: 0 } }, { args: [t(2, 4)], kwargs: { fweights: list([1, 2, 0, 3], 'int64') } }, { args: [t(2, 4)], kwargs: { aweights: { t: [4], low: 0.1, high: 1 } } }, { args: [of('int32', 2, 4)] },
      { args: [t(2, 4)], kwargs: { correction: 0, fweights: list([1, 2, 1, 3], 'int64'), aweights: { t: [4], low: 0.1, high: 1 } } }, { args: [t(2, 4)], kwargs: { fweights: list([1, 2, 1, 3], 'int64'), aweights: { t: [4], low: 0.1, high: 1 } } },
    ],
    errors: [{ args: [t(1, 1, 1)], code: 'ERR_SHAPE', message: 'cov: expected input to have two or fewer dimensions but got an input with 3 dimensions' }, { args: [t(2)], kwargs: { fweights: list([-1, 2], 'int64') }, code: 'ERR_ARGUMENT', message: 'cov: fweights cannot be negative' }, { args: [t(2)], kwargs: { aweights: { t: [3], low: 0.1, high: 1 } }, code: 'ERR_SHAPE', message: 'cov: expected aweights to have the same numel as there are observations in the input but got 3 != 2' }],
  },
  {
    name: 'corrcoef', args: 'Tensor self', as: ['function', 'method'], grad: 'composite', dtypes: 'int float complex',
    doc: `Pearson's correlation coefficients of variables (rows) over observations (columns): cov over the roots of its diagonal. ${page('corrcoef')}`, samples: [{ args: [t(3, 5)] }, { args: [t(5)] }, { args: [of('int32', 2, 4)] }],
    errors: [{ args: [t(1, 1, 1)], code: 'ERR_SHAPE', message: 'corrcoef: expected input to have two or fewer dimensions but got an input with 3 dimensions' }],
  },
  {
    name: 'diff', args: 'Tensor self, int n=1, int dim=-1, Tensor? prepend=None, Tensor? append=None', as: out, grad: 'composite', dtypes: 'all',
    doc: `The n-th differences along dim, after prepend and append are put beside input; of bools, where they change. ${page('diff')}`,
    samples: [{ args: [t(3, 4)] }, { args: [t(4, 3), 2, 0] }, { args: [t(2, 3)], kwargs: { prepend: t(2, 2), append: t(2, 1) } }, { args: [t(3), 0] }, { args: [t(3), 5] }, { args: [{ t: [5], dtype: 'bool' }] }, { args: [of('int16', 5), 3] }],
    errors: [{ args: [t()], code: 'ERR_SHAPE', message: 'diff: diff expects input to be at least one-dimensional' }, { args: [t(3), -1], code: 'ERR_ARGUMENT', message: 'diff: order must be non-negative but got -1' }, { args: [t(2, 3)], kwargs: { prepend: t(1) }, code: 'ERR_SHAPE', message: 'diff: diff expects prepend or append to be the same dimension as input (shapes [1] and [2, 3])' }],
  },
  {
    ...gradient, name: 'gradient', args: 'Tensor self, *, Scalar? spacing=None, int[]? dim=None, int edge_order=1', samples: [{ args: [t(3, 4)] }, { args: [t(4, 3)], kwargs: { spacing: 0.5, dim: 0, edgeOrder: 2 } }, { args: [of('int64', 5)] }, { args: [t()] }],
    errors: [{ args: [t(3, 1)], code: 'ERR_SHAPE', message: 'gradient: torch.gradient expected each dimension size to be at least edge_order+1 (shape [3, 1])' }, { args: [t(3)], kwargs: { edgeOrder: 3 }, code: 'ERR_ARGUMENT', message: 'gradient: torch.gradient only supports edge_order=1 and edge_order=2.' }, { args: [t(3, 3)], kwargs: { dim: [1, -1] }, code: 'ERR_ARGUMENT', message: 'gradient: dim 1 appears multiple times in the list of dims' }],
  },
  {
    ...gradient, name: 'gradient_coordinates', args: 'Tensor self, *, Tensor[] spacing, int[]? dim=None, int edge_order=1',
    samples: [{ args: [t(3, 4)], kwargs: { spacing: { list: [{ t: [3], values: [0, 0.5, 2], grad: false }, { t: [4], values: [0, 1, 3, 3.5], grad: false }] } } }, { args: [t(4, 3)], kwargs: { spacing: { list: [{ t: [4], values: [0, 1, 3, 3.5], grad: false }] }, dim: 0, edgeOrder: 2 } }],
    errors: [{ args: [t(3)], kwargs: { spacing: { list: [t(1, 3)] } }, code: 'ERR_SHAPE', message: 'gradient: torch.gradient expected each element of spacing to have one dimension, but got an element with 2 dimensions!' }],
  },
  {
    ...gradient, name: 'gradient_list', args: 'Tensor self, *, float[] spacing, int[]? dim=None, int edge_order=1', samples: [{ args: [t(3, 4)], kwargs: { spacing: [0.5, 2] } }, { args: [t(3, 4)], kwargs: { spacing: [0.5], dim: 1 } }],
    errors: [{ args: [t(3, 3)], kwargs: { spacing: [1], dim: [0, 1] }, code: 'ERR_ARGUMENT', message: "gradient: torch.gradient expected spacing to be unspecified, a scalar or it's spacing and dim arguments to have the same length, but got a spacing argument of length 1 and a dim argument of length 2." }],
  },
  ...area('trapezoid', ['trapz'], 'The area under y', page('trapezoid')),
  ...area('cumulative_trapezoid', [], 'The area under y up to each sample but the first', page('cumulative_trapezoid')),
  {
    name: 'renorm', args: 'Tensor self, Scalar p, int dim, Scalar maxnorm', as: ['function', 'method', 'inplace', 'out'], grad: 'composite', dtypes: 'float complex',
    doc: `input with each slice of dim whose p-norm is above maxnorm scaled down to it. Errors: fewer than two dims, a p that is not positive. ${page('renorm')}`,
    samples: [{ args: [t(3, 4), 2, 0, 0.5] }, { args: [t(2, 3, 2), 1, -2, 1.5] }, { args: [t(3, 4), 3, 1, 0.7] }, { args: [of('float16', 2, 3), 2, 0, 0.5] }],
    errors: [{ args: [t(3), 2, 0, 1], code: 'ERR_SHAPE', message: 'renorm: input needs at least 2 dimensions, got 1 dimensions' }, { args: [t(3, 2), 0, 0, 1], code: 'ERR_ARGUMENT', message: 'renorm: non-positive-norm not supported' }, { args: [t(3, 2), 2, 0, -1], code: 'ERR_ARGUMENT', message: 'renorm: expected maxnorm to be >= 0 but got -1' }],
  },
];
