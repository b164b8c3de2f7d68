// Elements or slices once each.
import { of, t, torchDoc } from './rows.mjs';

const some = { t: [2, 4], dtype: 'int64', values: [3, 1, 2, 1, 2, 2, 9, 3] };
const slices = { t: [4, 2], dtype: 'int64', values: [1, 2, 0, 5, 1, 2, 1, 2] };
const range = (name) => ({ args: [t(2, 3), true, 3], code: 'ERR_INDEX', message: `${name}: Dimension out of range (expected to be in range of [-2, 1], but got 3)` });

const unique = (name, public_, what, doc) => ({
  name, overload: public_, args: 'Tensor self, bool inverse=True, int? dim=None', returns: 'Tensor values, Tensor inverse, Tensor counts', grad: 'not differentiable', dtypes: 'all',
  doc: `${what}, in which of them each element (with dim: each slice) of input is, and how many of each there are. ${doc}`,
  samples: [{ args: [some] }, { args: [slices, true, 0] }, { args: [some, false] }, { args: [t(3, 4)] }, { args: [t()] }, { args: [t(0)] }, { args: [of('float64', 3, 2), true, -1] }, { args: [{ t: [7], dtype: 'bool' }] }, { args: [of('uint8', 300)] }, { args: [t(400)] }],
  errors: [{ ...range(public_.replace('_c', 'C')) }, { args: [t(0, 3), true, 1], code: 'ERR_SHAPE', message: `${public_.replace('_c', 'C')}: There are 0 sized dimensions, and they aren't selected, so unique cannot be applied (shape [0, 3])` }],
});

export default [
  unique('_unique', 'unique', 'The different elements (with dim: slices) of input in ascending order', torchDoc('unique')),
  unique('_unique_consecutive', 'unique_consecutive', 'The elements (with dim: slices) of input without those that equal the one before', torchDoc('unique_consecutive')),
];
