// Searching and counting: places in sorted sequences, membership, what occurs, histograms.
import { list, of, t, torchDoc as page } from './rows.mjs';

const bounds = list([-1, -0.5, 0, 0.25, 0.25, 2]);
const rows = { t: [2, 3], values: [-1, 0, 1, -0.5, 0, 0.5] };
const some = { t: [2, 4], dtype: 'int64', values: [3, 1, 2, 1, 2, 2, 9, 3] };
const slices = { t: [4, 2], dtype: 'int64', values: [1, 2, 0, 5, 1, 2, 1, 2] };
const range = (name) => ({ args: [t(2, 3), true, 3], code: 'ERR_INDEX', message: `${name}: Dimension out of range (expected to be in range of [-2, 1], but got 3)` });

const unique = (name, public_, what, doc) => ({
  name, overload: public_, args: 'Tensor self, bool inverse=True, int? dim=None', returns: 'Tensor values, Tensor inverse, Tensor counts', grad: 'not differentiable', dtypes: 'all',
  doc: `${what}, in which of them each element (with dim: each slice) of input is, and how many of each there are. ${doc}`,
  samples: [{ args: [some] }, { args: [slices, true, 0] }, { args: [some, false] }, { args: [t(3, 4)] }, { args: [t()] }, { args: [t(0)] }, { args: [of('float64', 3, 2), true, -1] }, { args: [{ t: [7], dtype: 'bool' }] }, { args: [of('uint8', 300)] }, { args: [t(400)] }],
  errors: [{ ...range(public_.replace('_c', 'C')) }, { args: [t(0, 3), true, 1], code: 'ERR_SHAPE', message: `${public_.replace('_c', 'C')}: There are 0 sized dimensions, and they aren't selected, so unique cannot be applied (shape [0, 3])` }],
});

const histogram = {
  overload: 'histogram', flags: ['exact'], returns: 'Tensor hist, Tensor bin_edges', as: ['function', 'method', 'out'], grad: 'not differentiable', dtypes: 'float',
  doc: `How many elements fall into each bin (with weight: the sums of their weights; density: over the total and the bin's width) and the bin edges. bins: how many of equal width over range (the data's, when none is given), or the edges in ascending order. The last bin has its right edge; elements outside and NaN count nowhere. ${page('histogram')}`,
};

export default [
  unique('_unique', 'unique', 'The different elements (with dim: slices) of input in ascending order', page('unique')),
  unique('_unique_consecutive', 'unique_consecutive', 'The elements (with dim: slices) of input without those that equal the one before', page('unique_consecutive')),
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
  {
    name: 'bincount', args: 'Tensor self, Tensor? weights=None, int minlength=0', as: ['function', 'method'], grad: { saves: 'self weights.sizes' }, dtypes: 'int',
    doc: `How often each of 0, 1, ... occurs in a 1-d tensor of integers that are not negative: (max + 1) numbers, minlength at least. With weights their sums, in float32 of float32 weights, else in float64. ${page('bincount')}`,
    samples: [
      { args: [list([0, 3, 1, 3], 'int64')] }, { args: [list([0, 3, 1, 3], 'int32'), t(4)] }, { args: [list([1, 1], 'uint8')], kwargs: { minlength: 5 } }, { args: [list([1, 1], 'int64'), of('int64', 2)] }, { args: [{ t: [0], dtype: 'int64' }], kwargs: { minlength: 2 } },
    ],
    errors: [
      { args: [list([0, -1], 'int64')], code: 'ERR_ARGUMENT', message: 'bincount: bincount only supports 1-d non-negative integral inputs.' }, { args: [list([0, 1], 'int64'), t(3)], code: 'ERR_SHAPE', message: 'bincount: weights should be 1-d and have the same length as input (shapes [3] and [2])' },
      { args: [t(3)], code: 'ERR_DTYPE', message: 'bincount: not implemented for float32' }, { args: [list([0, 1], 'int64')], kwargs: { minlength: -1 }, code: 'ERR_ARGUMENT', message: 'bincount: minlength should be >= 0' },
    ],
  },
  {
    name: 'histc', flags: ['exact'], args: 'Tensor self, int bins=100, Scalar min=0, Scalar max=0', as: ['function', 'method', 'out'], grad: 'not differentiable', dtypes: 'float',
    doc: `How many elements fall into each of bins equal parts of [min, max] (of the data's range, when the two are equal). Elements outside and NaN count nowhere. ${page('histc')}`,
    samples: [{ args: [t(3, 4)] }, { args: [t(20), 4, -1, 1] }, { args: [list([1, 1, 1]), 3] }, { args: [t(), 2] }, { args: [of('float64', 9), 5, -0.5, 2] }, { args: [t(0), 3] }],
    errors: [{ args: [t(2), 0], code: 'ERR_ARGUMENT', message: 'histc: bins must be > 0, but got 0 for dimension 0' }, { args: [t(2), 3, 2, 1], code: 'ERR_ARGUMENT', message: 'histc: max must be larger than min' }, { args: [of('int64', 3), 3], code: 'ERR_DTYPE', message: 'histc: not implemented for int64' }],
  },
  {
    ...histogram, name: 'histogram', args: 'Tensor self, int bins=100, *, float[]? range=None, Tensor? weight=None, bool density=False',
    samples: [{ args: [t(3, 4)] }, { args: [t(20), 4], kwargs: { range: [-1, 1] } }, { args: [t(20), 4], kwargs: { weight: t(20), density: true } }, { args: [list([1, 1, 1]), 3] }, { args: [t(), 2] }, { args: [of('float64', 9), 5], kwargs: { density: true } }, { args: [t(0), 3] }],
    errors: [
      { args: [t(2), 0], code: 'ERR_ARGUMENT', message: 'histogram: bins must be > 0, but got 0 for dimension 0' }, { args: [t(2), 3], kwargs: { range: [2, 1] }, code: 'ERR_ARGUMENT', message: 'histogram: min should not exceed max, but got min 2 max 1 for dimension 0' },
      { args: [t(2), 3], kwargs: { range: [2] }, code: 'ERR_ARGUMENT', message: 'histogram: for a 1-dimensional histogram range should have 2 elements, but got 1' },
      { args: [t(2), 3], kwargs: { weight: t(3) }, code: 'ERR_SHAPE', message: 'histogram: if weight tensor is provided it should have the same shape as the input tensor, but got input with shape [2] and weight with shape [3]' },
    ],
  },
  {
    ...histogram, name: 'histogram_bins', args: 'Tensor self, Tensor bins, *, Tensor? weight=None, bool density=False',
    samples: [{ args: [t(3, 4), list([-1, -0.5, 0.7, 1])] }, { args: [t(20), list([-0.5, 0, 0.5])], kwargs: { weight: t(20), density: true } }],
    errors: [{ args: [t(2), t(2, 2)], code: 'ERR_SHAPE', message: 'histogram: bins tensor should have one dimension, but got 2 dimensions in the bins tensor for dimension 0' }],
  },
  {
    name: '_histogramdd', overload: 'histogramdd', args: 'Tensor self, int[]? bins, Tensor[] edges, bool single, float[]? range, Tensor? weight, bool density', returns: 'Tensor[]', grad: 'not differentiable', dtypes: 'float',
    doc: 'The histogram of the points along the last dim, and the bin edges of each axis.',
    samples: [{ args: [t(5, 2), [2, 3], [], false, null, null, false] }, { args: [t(5, 2), [3], [], true, [-1, 1, -1, 1], t(5), true] }, { args: [t(2, 3, 2), null, { list: [list([-1, 0, 1]), list([-0.5, 0.5])] }, false, null, null, false] }],
    errors: [{ args: [t(5), [2], [], false, null, null, false], code: 'ERR_SHAPE', message: 'histogramdd: input tensor should have at least 2 dimensions, got shape [5]' }],
  },
];
