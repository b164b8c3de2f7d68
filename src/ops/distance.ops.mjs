// Distances between rows; the bilinear form.
import { functionalDoc, of, t, torchDoc } from './rows.mjs';

const rows = 'Tensor x1, Tensor x2, float p';
const MODE = { computeMode: 'donot_use_mm_for_euclid_dist' };

export default [
  {
    name: 'cdist', args: "Tensor x1, Tensor x2, float p=2.0, str compute_mode='use_mm_for_euclid_dist_if_necessary'", grad: 'composite', dtypes: 'float',
    doc: `The p-norms of the differences of all rows of x1 (..., n, m) and x2 (..., r, m), (..., n, r); p may be 0 (how many coordinates differ) or Infinity. Batch dims broadcast. Euclidean distances of more than 25 rows go through a matrix product unless computeMode says otherwise. Errors: integers, half precision, different dtypes or columns, a negative p. ${torchDoc('cdist')}`,
    samples: [
      { args: [t(3, 4), t(2, 4)] }, { args: [t(2, 3, 4), t(2, 4), 1] }, { args: [t(3, 4), t(2, 4), 3] }, { args: [t(3, 4), t(2, 4), 1.5] }, { args: [t(3, 4), t(2, 4), 0] }, { args: [t(3, 9), t(2, 9), 1.7e308] }, { args: [t(1, 2), t(26, 2)] },
      { args: [t(3, 4), t(2, 4)], kwargs: { computeMode: 'use_mm_for_euclid_dist' } }, { args: [t(2, 1, 3, 4), t(3, 2, 4)], kwargs: MODE }, { args: [t(3, 0), t(2, 0)] },
    ],
    errors: [
      { args: [t(3, 4), t(2, 3)], code: 'ERR_SHAPE', message: 'cdist: X1 and X2 must have the same number of columns. X1: 4 X2: 3 (shapes [3, 4] and [2, 3])' },
      { args: [t(3), t(2, 3)], code: 'ERR_SHAPE', message: 'cdist: cdist only supports at least 2D tensors, X1 got: 1D' },
      { args: [t(3, 4), t(2, 4), -1], code: 'ERR_ARGUMENT', message: 'cdist: cdist only supports non-negative p values' },
      { args: [t(3, 4), t(2, 4), 2, 'mm'], code: 'ERR_ARGUMENT', message: 'cdist: mm is not a valid value for compute_mode' },
      { args: [of('int64', 3, 4), t(2, 4)], code: 'ERR_DTYPE', message: 'cdist: cdist only supports floating-point dtypes, X1 got: int64' },
    ],
  },
  { name: '_cdist', args: `${rows}, bool product`, grad: { saves: 'x1 x2 result' }, dtypes: 'float', doc: 'cdist of (b, n, m) and (b, r, m).', samples: [{ args: [t(1, 3, 4), t(1, 2, 4), 2, false] }] },
  { name: '_cdist_backward', args: `Tensor grad, ${rows}, Tensor dist`, grad: 'not differentiable', dtypes: 'float', doc: 'Gradient of _cdist in x1.', samples: [{ args: [t(1, 3, 2), t(1, 3, 4), t(1, 2, 4), 2, t(1, 3, 2)] }] },
  {
    name: 'pdist', args: 'Tensor self, float p=2', namespaces: ['torsh', 'nn.functional'], grad: 'composite', dtypes: 'float',
    doc: `The p-norms of the differences of every two rows of input (n, m), n (n - 1) / 2 of them: the upper triangle of cdist(input, input, p). Errors: integers, half precision, other dims, a negative p. ${functionalDoc('pdist')}`,
    samples: [{ args: [t(4, 3)] }, { args: [t(4, 3), 1] }, { args: [t(4, 3), 1.7e308] }, { args: [t(4, 3), 0] }, { args: [t(1, 3)] }],
    errors: [{ args: [t(3)], code: 'ERR_SHAPE', message: 'pdist: pdist only supports 2D tensors, got: 1D' }, { args: [t(3, 2), -1], code: 'ERR_ARGUMENT', message: 'pdist: pdist only supports non-negative p values' }],
  },
  {
    name: 'bilinear', args: 'Tensor input1, Tensor input2, Tensor weight, Tensor? bias=None', namespaces: ['torsh', 'nn.functional'], grad: 'composite', dtypes: 'int float complex',
    doc: `input1 @ weight[k] @ input2 for each output k, plus bias: input1 (..., in1), input2 (..., in2), weight (out, in1, in2), bias (out). Errors: sizes that do not match. ${functionalDoc('bilinear')}`,
    samples: [{ args: [t(2, 3), t(2, 4), t(5, 3, 4), t(5)] }, { args: [t(3), t(4), t(2, 3, 4)] }, { args: [t(2, 2, 3), t(2, 2, 2), t(2, 3, 2), t(2)] }, { args: [t(0, 3), t(0, 4), t(5, 3, 4)] }],
    errors: [
      { args: [t(2, 3), t(2, 4), t(5, 3, 4), t(4)], code: 'ERR_SHAPE', message: 'bilinear: bilinear(): bias size does not match weight size: got 4 but expected 5' },
      { args: [t(2, 3), t(3, 4), t(5, 3, 4)], code: 'ERR_SHAPE', message: 'bilinear: bilinear(): input batch dimensions do not match at dim 0: got 2 and 3' },
      { args: [t(2, 3), t(4), t(5, 3, 4)], code: 'ERR_SHAPE', message: 'bilinear: bilinear(): input dimensions do not match: got 2 and 1' },
      { args: [t(2, 2), t(2, 4), t(5, 3, 4)], code: 'ERR_SHAPE', message: 'bilinear: bilinear(): input1 size does not match weight size: got 2 but expected 3' },
    ],
  },
];
