// Padding.
import { functionalDoc, of, t } from './rows.mjs';

export default [
  {
    name: 'constant_pad_nd', args: 'Tensor self, int[] pad, Scalar value=0', grad: { saves: '' }, dtypes: 'all',
    doc: `input with value around it: pad is [before, after] of the last dim, then of the one before it, and so on; negative numbers crop. Errors: an odd number of amounts, more than two a dim, crops larger than a dim. ${functionalDoc('pad')}`,
    samples: [{ args: [t(2, 3), [1, 2]] }, { args: [t(2, 3), [1, -1, 0, 2], 0.5] }, { args: [t(2, 3, 4), [-1, -2]] }, { args: [of('int32', 2, 2), [0, 1], 7] }, { args: [t(), []] }],
    errors: [{ args: [t(2, 3), [1]], code: 'ERR_ARGUMENT', message: 'constantPadNd: Length of pad must be even but instead it equals 1' },
      { args: [t(2, 3), [-2, -2]], code: 'ERR_SHAPE', message: 'constantPadNd: The input size 3, plus negative padding -2 and -2 resulted in a negative output size, which is invalid. Check dimension 1 of your input.' }],
  },
  {
    name: 'pad', args: "Tensor self, int[] pad, str mode='constant', Scalar? value=None", namespaces: ['nn.functional'], grad: 'composite', dtypes: 'all',
    doc: `Pads dims from the last one on: pad is [before, after] of the last, then of the one before it, and so on; negative numbers crop. Mode constant fills with value (0 unless given) in any number of dims; reflect, replicate and circular pad the last one to three dims of an input with one or two dims more. Errors: amounts that do not fit the dims. ${functionalDoc('pad')}`,
    samples: [{ args: [t(2, 3), [1, 1]] }, { args: [t(2, 3, 4), [1, 2, 0, 1]], kwargs: { value: 2.5 } }, { args: [t(2, 3, 4), [2, 1], 'reflect'] }, { args: [t(1, 2, 3, 4), [2, 3, 1, 0], 'reflect'] },
      { args: [t(2, 2, 2, 2, 3), [1, 1, 0, 1, 1, 0], 'reflect'] }, { args: [t(2, 3, 4), [2, 5], 'replicate'] }, { args: [t(1, 2, 3, 4), [2, -1, 1, 4], 'replicate'] }, { args: [t(2, 2, 3), [3, 1], 'circular'] },
      { args: [t(1, 2, 3, 4), [2, -1, 3, 0], 'circular'] }, { args: [of('int64', 2, 3), [1, 1], 'circular'] }],
    errors: [{ args: [t(2, 3), [1]], code: 'ERR_SHAPE', message: 'pad: Padding length must be divisible by 2' }, { args: [t(3), [0, 0, 1, 1]], code: 'ERR_SHAPE', message: 'pad: Padding length too large' },
      { args: [t(2, 3), [1, 1], 'mirror'], code: 'ERR_UNSUPPORTED', message: 'pad: Unrecognised padding mode mirror' },
      { args: [t(2, 3), [1, 1], 'reflect', 1], code: 'ERR_ARGUMENT', message: 'pad: Padding mode "reflect" doesn\'t take in value argument' },
      { args: [t(2, 3), [3, 1], 'reflect'], code: 'ERR_SHAPE', message: 'pad: Argument #4: Padding size should be less than the corresponding input dimension, but got: padding (3, 1) at dimension 1 of input [2, 3]' },
      { args: [t(2, 3), [4, 1], 'circular'], code: 'ERR_SHAPE', message: 'pad: Padding value causes wrapping around more than once.' },
      { args: [t(2, 3), [-3, 0], 'replicate'], code: 'ERR_SHAPE', message: 'pad: input (W: 3) is too small. Calculated output W: 0' },
      { args: [t(3), [1, 1], 'reflect'], code: 'ERR_UNSUPPORTED', message: 'pad: Only 2D, 3D, 4D, 5D padding with non-constant padding are supported for now' }],
  },
];
