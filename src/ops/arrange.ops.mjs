// Elements put elsewhere or repeated: flips, rolls, tiles.
import { int64 as i, t, torchDoc as page } from './rows.mjs';

const both = ['function', 'method'];
const range = (name, dim = 2) => ({ code: 'ERR_INDEX', message: `${name}: Dimension out of range (expected to be in range of [-2, 1], but got ${dim})` });

export default [
  {
    name: 'flip', args: 'Tensor self, int[] ...dims', as: both, grad: { saves: '' }, dtypes: 'all',
    doc: `A copy with the order of the elements reversed along dims. Errors: a dim named twice. ${page('flip')}`,
    samples: [{ args: [t(3, 4), [0]] }, { args: [t(2, 3, 4), [0, -1]] }, { args: [t(5), 0] }, { args: [t(2, 3), []] }, { args: [t(), []] }],
    errors: [{ args: [t(2, 3), [0, -2]], code: 'ERR_ARGUMENT', message: 'flip: dim 0 appears multiple times in the list of dims' }, { args: [t(2, 3), 2], ...range('flip') }],
  },
  {
    name: 'fliplr', args: 'Tensor self', as: both, grad: 'composite', dtypes: 'all', doc: `input with its columns (dim 1) in reverse order. Errors: less than two dims. ${page('fliplr')}`,
    samples: [{ args: [t(2, 3)] }, { args: [t(2, 3, 2)] }], errors: [{ args: [t(3)], code: 'ERR_SHAPE', message: 'fliplr: Input must be >= 2-d.' }],
  },
  {
    name: 'flipud', args: 'Tensor self', as: both, grad: 'composite', dtypes: 'all', doc: `input with its rows (dim 0) in reverse order. Errors: a 0-d input. ${page('flipud')}`,
    samples: [{ args: [t(2, 3)] }, { args: [t(3)] }], errors: [{ args: [t()], code: 'ERR_SHAPE', message: 'flipud: Input must be >= 1-d.' }],
  },
  {
    name: 'roll', args: 'Tensor self, int[] shifts, int[] dims=[]', as: both, grad: { saves: '' }, dtypes: 'all',
    doc: `A copy with the elements moved on by shifts along dims, those beyond the end coming in at the start; without dims the flattened elements roll. ${page('roll')}`,
    samples: [{ args: [t(3, 4), 1] }, { args: [t(3, 4), 5, 1] }, { args: [t(3, 4), [1, -1], [0, 1]] }, { args: [t(3), [1, 1], [0, 0]] }, { args: [t(), 2] }, { args: [t(2, 0), 1, 0] }],
    errors: [{ args: [t(2, 3), [1, 2], 0], code: 'ERR_ARGUMENT', message: 'roll: shifts and dimensions must align. shifts: 2, dims:1' }, { args: [t(2, 3), []], code: 'ERR_ARGUMENT', message: 'roll: `shifts` required' }, { args: [t(2, 3), 1, 2], ...range('roll') }],
  },
  {
    name: 'rot90', args: 'Tensor self, int k=1, int[] dims=[0, 1]', as: both, grad: 'composite', dtypes: 'all',
    doc: `input turned by 90 degrees k times in the plane of two dims, from the first towards the second. ${page('rot90')}`,
    samples: [{ args: [t(2, 3)] }, { args: [t(2, 3), 2] }, { args: [t(2, 3), -1] }, { args: [t(2, 3, 4), 1, [1, -1]] }, { args: [t(2, 3), 4] }],
    errors: [
      { args: [t(2, 3), 1, [0]], code: 'ERR_ARGUMENT', message: 'rot90: expected total rotation dims == 2, but got dims = 1' }, { args: [t(3)], code: 'ERR_SHAPE', message: 'rot90: expected total dims >= 2, but got total dims = 1' },
      { args: [t(2, 3), 1, [0, 0]], code: 'ERR_ARGUMENT', message: 'rot90: expected rotation dims to be different, but got dim0 = 0 and dim1 = 0' }, { args: [t(2, 3), 1, [0, 3]], code: 'ERR_INDEX', message: 'rot90: Rotation dim1 out of range, dim1 = 3' },
    ],
  },
  {
    name: 'repeat', args: 'Tensor self, int[] ...repeats', as: ['method'], grad: { saves: 'self.sizes' }, dtypes: 'all',
    doc: 'A copy with input side by side repeats times along each dim; more repeats than dims add dims in front. Errors: fewer repeats than dims, negative ones. https://pytorch.org/docs/stable/generated/torch.Tensor.repeat.html',
    samples: [{ args: [t(2, 3), [2, 1]] }, { args: [t(3), [2, 2]] }, { args: [t(), [2, 3]] }, { args: [t(2), [0]] }, { args: [t(), []] }, { args: [t(2, 3), [3, 2, 1]] }],
    errors: [{ args: [t(2, 3), [2]], code: 'ERR_SHAPE', message: 'repeat: Number of dimensions of repeat dims can not be smaller than number of dimensions of tensor' }, { args: [t(2), [-1]], code: 'ERR_SHAPE', message: 'repeat: Trying to create tensor with negative dimension -2: [-2]' }],
  },
  {
    name: 'tile', args: 'Tensor self, int[] ...dims', as: both, grad: 'composite', dtypes: 'all',
    doc: `A copy with input side by side dims times along each dim; where there are fewer numbers than dims, ones stand in front. ${page('tile')}`,
    samples: [{ args: [t(2, 3), [2]] }, { args: [t(2, 3), [2, 1, 2]] }, { args: [t(), []] }], errors: [{ args: [t(2), [-1]], code: 'ERR_SHAPE', message: 'tile: Trying to create tensor with negative dimension -2: [-2]' }],
  },
  {
    name: 'repeat_interleave', overload: 'repeat_interleave', args: 'Tensor self, int repeats, int? dim=None, *, int? output_size=None', as: both, grad: { saves: 'self.sizes' }, dtypes: 'all',
    doc: `Each element repeated on the spot along dim (without it, of the flattened input): the same number of times, or as often as an int tensor (one number, or one for each element) says. ${page('repeat_interleave')}`,
    samples: [{ args: [t(2, 3), 2] }, { args: [t(2, 3), 2, 1] }, { args: [t(2, 3), 0, -2] }, { args: [t(), 3, 0] }, { args: [t(2), 2], kwargs: { outputSize: 4 } }],
    errors: [{ args: [t(2), -1], code: 'ERR_ARGUMENT', message: 'repeatInterleave: repeats can not be negative' }, { args: [t(2, 3), 1, 2], ...range('repeatInterleave') }, { args: [t(2), 2], kwargs: { outputSize: 5 }, code: 'ERR_ARGUMENT', message: 'repeatInterleave: allocated size does not match required size' }],
  },
  {
    name: 'repeat_interleave_by', overload: 'repeat_interleave', args: 'Tensor self, Tensor repeats, int? dim=None, *, int? output_size=None', as: both, grad: 'composite', dtypes: 'all',
    doc: `Each element repeated as often as an int32 or int64 tensor says. ${page('repeat_interleave')}`,
    samples: [{ args: [t(3, 2), i([3], 1, 0, 2), 0] }, { args: [t(2, 2), i([1], 2), 1] }, { args: [t(3), i([], 2)] }],
    errors: [{ args: [t(3), i([2], 1, 2), 0], code: 'ERR_SHAPE', message: 'repeatInterleave: repeats must have the same size as input along dim (2 and 3)' }, { args: [t(2), t(2), 0], code: 'ERR_DTYPE', message: 'repeatInterleave: repeats has to be Long or Int tensor, got float32' }, { args: [t(2), i([2], 1, -1)], code: 'ERR_ARGUMENT', message: 'repeatInterleave: repeats can not be negative' }],
  },
  {
    name: 'repeat_interleave_positions', overload: 'repeat_interleave', args: 'Tensor repeats, *, int? output_size=None', as: ['function'], grad: 'not differentiable', dtypes: 'int',
    doc: `The index of each element, as often as the element says: [2, 0, 1] gives [0, 0, 2]. ${page('repeat_interleave')}`,
    samples: [{ args: [i([3], 2, 0, 1)] }, { args: [{ t: [2], dtype: 'int32', values: [1, 3] }], kwargs: { outputSize: 4 } }],
    errors: [{ args: [i([1, 2], 1, 2)], code: 'ERR_SHAPE', message: 'repeatInterleave: repeat_interleave only accept 1D vector as repeat' }],
  },
  {
    name: 'take_along_dim', args: 'Tensor self, Tensor indices, int? dim=None', as: ['function', 'method', 'out'], grad: 'composite', dtypes: 'all',
    doc: `Elements of input at indices (int64) along dim, as gather takes them; all other dims broadcast. Without dim both are flattened. ${page('take_along_dim')}`,
    samples: [{ args: [t(3, 4), i([3, 1], 0, 3, 1), 1] }, { args: [t(3, 4), i([1, 4], 2, 0, 1, 1), 0] }, { args: [t(3, 4), i([2, 2], 0, 11, 5, 5)] }],
    errors: [{ args: [t(3), t(3), 0], code: 'ERR_DTYPE', message: 'takeAlongDim: dtype of indices should be Long but got float32' }, { args: [t(3, 2), i([1], 0), 0], code: 'ERR_SHAPE', message: 'takeAlongDim: input and indices should have the same number of dimensions, but got 2 dimensions for input, and 1 dimensions for indices' }],
  },
];
