// Cumulative ops.
import { range, t, torchDoc as page } from './rows.mjs';

const ints = (...shape) => ({ t: shape, dtype: 'int32', low: -4, high: 5 });
const samples = [{ args: [t(3, 4), 1] }, { args: [t(2, 3, 4), 0] }, { args: [t(2, 3, 4), -2] }, { args: [t(), 0] }, { args: [t(0, 3), 0] }];
const accumulate = (name, grad, what) => ({
  name, args: 'Tensor self, int dim, *, dtype? dtype=None', as: ['function', 'method', 'inplace', 'out'], grad, dtypes: 'all',
  doc: `${what} along dim; integers and bools in int64. ${page(name)}`,
  samples: [...samples, { args: [ints(3, 4), 1] }, { args: [{ t: [2, 4], values: [1.5, 0, 2, 3, 0, 2, 0, 1] }, 1] }, { args: [ints(3), 0], kwargs: { dtype: 'float32' } }, { args: [{ t: [3, 4], dtype: 'complex64' }, 1] }], errors: [range(name)],
});

const extreme = (name, what) => ({
  name, flags: ['exact'], args: 'Tensor self, int dim', returns: 'Tensor values, Tensor indices', as: ['function', 'method', 'out'], grad: { saves: 'self.sizes result1' }, dtypes: 'all',
  doc: `${what} element so far along dim and its index: the last, where several tie; NaN wins. ${page(name)}`, samples: [...samples, { args: [ints(3, 4), 1] }], errors: [range(name)],
});

export default [
  accumulate('cumsum', { saves: 'self.sizes' }, 'Running sum'),
  accumulate('cumprod', { saves: 'self result' }, 'Running product'),
  {
    name: 'logcumsumexp', flags: ['exact'], args: 'Tensor self, int dim', as: ['function', 'method', 'out'], grad: { saves: 'self result' }, dtypes: 'float',
    doc: `Logarithm of the running sum of exponentials along dim. ${page('logcumsumexp')}`, samples, errors: [range('logcumsumexp'), { args: [ints(3), 0], code: 'ERR_DTYPE', message: 'logcumsumexp: not implemented for int32' }],
  },
  extreme('cummax', 'Largest'),
  extreme('cummin', 'Smallest'),
  { name: '_cumsum_back', args: 'Tensor self, int dim', grad: { saves: '' }, dtypes: 'all', doc: 'cumsum from the end.', samples: [{ args: [t(2, 3), 1] }] },
  {
    name: '_recurrence', args: 'Tensor self, Tensor factor, int dim, bool reverse', grad: { saves: 'self factor result' }, dtypes: 'float',
    doc: 'y[k] = input[k] + factor[k] y[k - 1] along dim; reverse: y[k] = input[k] + factor[k + 1] y[k + 1].', samples: [{ args: [t(2, 3), t(2, 3), 1, false] }],
  },
];
