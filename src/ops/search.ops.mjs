// Places in sorted sequences, and membership.
import { list, of, t, torchDoc as page } from './rows.mjs';

const bounds = list([-1, -0.5, 0, 0.25, 0.25, 2]);
const rows = { t: [2, 3], values: [-1, 0, 1, -0.5, 0, 0.5] };
const some = { t: [2, 4], dtype: 'int64', values: [3, 1, 2, 1, 2, 2, 9, 3] };

export default [
  {
    name: 'searchsorted', flags: ['exact'], args: 'Tensor sorted_sequence, Operand self, *, bool out_int32=False, bool right=False, str? side=None, Tensor? sorter=None', as: ['function', 'out'], grad: 'not differentiable', dtypes: 'bool int float',
    doc: `Where input's values belong in sortedSequence (1-d, or with input's other dims): the first place whose bound is not below the value; right, or side 'right': above it. sorter: indices that put sortedSequence in order. In int64, or int32. Errors: shapes that do not fit, a sorter out of range. ${page('searchsorted')}`,
    samples: [
      { args: [bounds, t(3, 4)] }, { args: [bounds, list([0.25, 0, 3, -9])], kwargs: { right: true } }, { args: [rows, t(2, 5)], kwargs: { outInt32: true } }, { args: [bounds, 0.25], kwargs: { side: 'right' } },
      { args: [list([3, 1, 2]), list([2, 0, 5])], kwargs: { sorter: { t: [3], dtype: 'int64', values: [1, 2, 0] } } }, { args: [list([1, 5, 9], 'int64'), list([4, 5, 6], 'int64')] }, { args: [list([1, 5, 9], 'int32'), t(2)] }, { args: [of('float64', 0), of('float64', 3)] },
    ],
    errors: [
      { args: [bounds, t(2)], kwargs: { side: 'middle' }, code: 'ERR_ARGUMENT', message: "searchsorted: side can only be 'left' or 'right' but got middle" },
      { args: [bounds, t(2)], kwargs: { side: 'left', right: true }, code: 'ERR_ARGUMENT', message: "searchsorted: side and right can't be set to opposites, got side of left while right was True" },
      { args: [rows, t(3)], code: 'ERR_SHAPE', message: 'searchsorted: boundaries tensor should be 1 dimension or the first N-1 dimensions of boundaries tensor and input value tensor must match, but we got boundaries tensor [2, 3] and input value tensor [3]' },
      { args: [t(2), t(2)], kwargs: { sorter: { t: [2], dtype: 'int64', values: [0, 2] } }, code: 'ERR_INDEX', message: 'searchsorted: sorter index out of range' },
    ],
  },
  {
    name: 'bucketize', flags: ['exact'], args: 'Operand self, Tensor boundaries, *, bool out_int32=False, bool right=False', as: ['function', 'out'], grad: 'not differentiable', dtypes: 'bool int float',
    doc: `Where input's values belong in boundaries, which are 1-d and sorted: see searchsorted. ${page('bucketize')}`,
    samples: [{ args: [t(3, 4), bounds] }, { args: [t(2), bounds], kwargs: { right: true, outInt32: true } }, { args: [0.25, bounds] }, { args: [of('int64', 5), list([1, 3], 'int64')] }],
    errors: [{ args: [t(2), t(2, 2)], code: 'ERR_SHAPE', message: 'bucketize: boundaries tensor must be 1 dimension, but got dim(2)' }],
  },
  {
    name: 'isin', flags: ['exact'], args: 'Operand elements, Operand test_elements, *, bool assume_unique=False, bool invert=False', as: ['function', 'out'], grad: 'not differentiable', dtypes: 'bool int float',
    doc: `Which elements are (invert: are not) among testElements; one of the two may be a number. NaN is nowhere. ${page('isin')}`,
    samples: [{ args: [some, list([1, 9, 4], 'int64')] }, { args: [some, 2] }, { args: [3, some] }, { args: [some, list([1, 2.5])], kwargs: { invert: true, assumeUnique: true } }, { args: [t(3, 4), t(0)] }, { args: [of('uint8', 5), of('int16', 50)] }],
    errors: [{ args: [1, 2], code: 'ERR_ARGUMENT', message: 'isin: one of the arguments must be a Tensor, got two numbers' }],
  },
];
