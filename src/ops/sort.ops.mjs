// Sorting and selecting.
import { of, range, t, torchDoc as page } from './rows.mjs';

const out = ['function', 'method', 'out'];
const ties = { t: [2, 6], dtype: 'float32', grad: false, values: [2, 1, 2, 0, 1, 2, 3, 3, 0, 0, 3, 1] };
const samples = [
  { args: [t(3, 4)] }, { args: [t(2, 3, 4), 1, true] }, { args: [t(5, 3), 0] }, { args: [t(20), -1, true] }, { args: [t()] }, { args: [ties, 1], kwargs: { stable: true } },
  { args: [of('int64', 4, 5), 1, true] }, { args: [of('int16', 40), 0] }, { args: [of('uint8', 5, 2), 0] }, { args: [{ t: [6], dtype: 'bool' }] }, { args: [of('float64', 300)] }, { args: [t(0, 3), 0] },
];

export default [
  {
    name: 'sort', flags: ['exact'], args: 'Tensor self, int dim=-1, bool descending=False, *, bool stable=False', returns: 'Tensor values, Tensor indices', as: out, grad: { saves: 'self.sizes result1' }, dtypes: 'bool int float',
    doc: `The elements along dim in order, and the indices they had. Equal elements keep their order, whether or not stable asks for it; NaN counts as the largest. Errors: a dim out of range. ${page('sort')}`,
    samples, errors: [range('sort')],
  },
  {
    name: 'argsort', args: 'Tensor self, int dim=-1, bool descending=False, *, bool stable=False', as: ['function', 'method'], grad: 'not differentiable', dtypes: 'bool int float',
    doc: `The indices that sort input along dim (see sort). ${page('argsort')}`, samples, errors: [range('argsort')],
  },
  {
    name: 'msort', flags: ['exact'], args: 'Tensor self', as: out, grad: 'composite', dtypes: 'bool int float',
    doc: `The elements along the first dim in ascending order. ${page('msort')}`, samples: [{ args: [t(3, 4)] }, { args: [t()] }, { args: [of('int32', 7)] }],
  },
  {
    name: 'topk', flags: ['exact'], args: 'Tensor self, int k, int dim=-1, bool largest=True, bool sorted=True', returns: 'Tensor values, Tensor indices', as: out, grad: { saves: 'self.sizes result1' }, dtypes: 'bool int float',
    doc: `The k largest (or smallest) elements along dim and their indices, the best first whatever sorted says; the first, where several tie. NaN counts as the largest. Errors: a k out of range. ${page('topk')}`,
    samples: [
      { args: [t(3, 4), 2] }, { args: [t(2, 5, 3), 3, 1, false] }, { args: [t(2, 70), 40], kwargs: { sorted: false } }, { args: [t(), 1] }, { args: [ties, 3] }, { args: [of('int64', 4, 5), 5, -1] }, { args: [t(3, 4), 0] },
      { args: [of('int8', 2, 300), 7, 1, false] }, { args: [of('float64', 2, 300), 9] },
    ],
    errors: [{ args: [t(2, 3), 4], code: 'ERR_ARGUMENT', message: 'topk: selected index k out of range' }, { args: [t(2, 3), 1, 2], code: 'ERR_INDEX', message: 'topk: Dimension out of range (expected to be in range of [-2, 1], but got 2)' }],
  },
];
