// Counting: bincount and histograms.
import { list, of, t, torchDoc as page } from './rows.mjs';

const histogram = {
  overload: 'histogram', flags: ['exact'], returns: 'Tensor hist, Tensor bin_edges', as: ['function', 'method', 'out'], grad: 'not differentiable', dtypes: 'float',
  doc: `How many elements fall into each bin (with weight: the sums of their weights; density: over the total and the bin's width) and the bin edges. bins: how many of equal width over range (the data's, when none is given), or the edges in ascending order. The last bin has its right edge; elements outside and NaN count nowhere. ${page('histogram')}`,
};

export default [
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
