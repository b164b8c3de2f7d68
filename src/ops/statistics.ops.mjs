// Quantiles, covariances, correlations.
import { list, of, t, torchDoc as page } from './rows.mjs';

const out = ['function', 'method', 'out'];

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
];
