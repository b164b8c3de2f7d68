// Images cut into windows and put together again; elements moved between channels and space.
import { functionalDoc, of, t } from './rows.mjs';

const WINDOWS = 'int[2] dilation=1, int[2] padding=0, int[2] stride=1';
const PLAIN = 'int[] kernel_size, int[] dilation, int[] padding, int[] stride';

export default [
  {
    name: 'unfold_windows', args: `Tensor self, int[2] kernel_size, ${WINDOWS}`, namespaces: ['nn.functional'], overload: 'unfold', grad: 'composite', dtypes: 'float complex',
    doc: `The sliding windows of input (N, C, H, W), N optional, as columns: (N, C * kh * kw, number of windows). Errors: windows that do not fit, empty dims other than the batch. ${functionalDoc('unfold')}`,
    samples: [{ args: [t(2, 3, 5, 4), 2] }, { args: [t(2, 4, 5), [3, 2]], kwargs: { dilation: [1, 2], padding: 1, stride: 2 } }, { args: [t(0, 2, 3, 3), 2] }],
    errors: [{ args: [t(1, 3, 4, 4), 5], code: 'ERR_SHAPE', message: 'unfold: Given input with spatial size (4, 4), kernel_size=(5, 5), dilation=(1, 1), padding=(0, 0), calculated shape of the array of sliding blocks as (0, 0), but its components must be at least one.' },
      { args: [t(4, 4), 2], code: 'ERR_SHAPE', message: 'unfold: Expected 3D or 4D (batch mode) tensor with possibly 0 batch size and other non-zero dimensions for input, but got: [4, 4]' }],
  },
  {
    name: 'fold', args: `Tensor self, int[2] output_size, int[2] kernel_size, ${WINDOWS}`, namespaces: ['nn.functional'], grad: 'composite', dtypes: 'float complex',
    doc: `Windows as columns (N, C * kh * kw, number of windows), N optional, added up where they lie in an image of outputSize: (N, C, H, W). Errors: sizes that do not belong together. ${functionalDoc('fold')}`,
    samples: [{ args: [t(2, 8, 12), [5, 4], 2] }, { args: [t(12, 9), [5, 5], [3, 2]], kwargs: { dilation: [1, 2], padding: 1, stride: 2 } }, { args: [t(0, 4, 4), [3, 3], 2] }],
    errors: [{ args: [t(1, 13, 9), [4, 4], 2], code: 'ERR_SHAPE', message: "fold: Expected size of input's dimension 1 to be divisible by the product of kernel_size, but got input.size(1)=13 and kernel_size=(2, 2)." },
      { args: [t(1, 12, 8), [4, 4], 2], code: 'ERR_SHAPE', message: "fold: Given output_size=(4, 4), kernel_size=(2, 2), dilation=(1, 1), padding=(0, 0), stride=(1, 1), expected size of input's dimension 2 to match the calculated number of sliding blocks 3 * 3 = 9, but got input.size(2)=8." }],
  },
  {
    name: '_im2col', args: `Tensor self, ${PLAIN}`, grad: { saves: 'self.sizes' }, node: 'Im2ColBackward0', dtypes: 'float',
    doc: 'Windows of (N, C, H, W) as columns.', samples: [{ args: [t(1, 2, 4, 4), [2, 2], [1, 1], [0, 0], [1, 1]] }],
  },
  {
    name: '_col2im', args: `Tensor self, int[] size, ${PLAIN}`, grad: { saves: '' }, node: 'Col2ImBackward0', dtypes: 'float',
    doc: 'Columns added up in (N, C, *size): the transpose of _im2col.', samples: [{ args: [t(1, 8, 9), [4, 4], [2, 2], [1, 1], [0, 0], [1, 1]] }],
  },
  {
    name: 'pixel_shuffle', args: 'Tensor self, int upscale_factor', namespaces: ['torsh', 'nn.functional'], grad: { saves: '' }, dtypes: 'all',
    doc: `(..., C * r * r, H, W) to (..., C, H * r, W * r), r being upscaleFactor. Errors: channels that r * r does not divide. ${functionalDoc('pixel_shuffle')}`,
    samples: [{ args: [t(2, 8, 2, 3), 2] }, { args: [t(1, 2, 9, 1, 2), 3] }, { args: [of('int64', 4, 2, 2), 2] }, { args: [t(0, 4, 2, 2), 2] }],
    errors: [{ args: [t(1, 4), 2], code: 'ERR_SHAPE', message: 'pixelShuffle: pixel_shuffle expects input to have at least 3 dimensions, but got input with 2 dimension(s)' },
      { args: [t(1, 5, 2, 2), 2], code: 'ERR_SHAPE', message: "pixelShuffle: pixel_shuffle expects its input's 'channel' dimension to be divisible by the square of upscale_factor, but input.size(-3)=5 is not divisible by 4" },
      { args: [t(4, 2, 2), 0], code: 'ERR_ARGUMENT', message: 'pixelShuffle: pixel_shuffle expects a positive upscale_factor, but got 0' }],
  },
  {
    name: 'pixel_unshuffle', args: 'Tensor self, int downscale_factor', namespaces: ['torsh', 'nn.functional'], grad: { saves: '' }, dtypes: 'all',
    doc: `(..., C, H * r, W * r) to (..., C * r * r, H, W), r being downscaleFactor. Errors: sizes that r does not divide. ${functionalDoc('pixel_unshuffle')}`,
    samples: [{ args: [t(2, 2, 4, 6), 2] }, { args: [t(1, 3, 3), 3] }, { args: [t(0, 1, 2, 2), 2] }],
    errors: [{ args: [t(1, 4), 2], code: 'ERR_SHAPE', message: 'pixelUnshuffle: pixel_unshuffle expects input to have at least 3 dimensions, but got input with 2 dimension(s)' },
      { args: [t(1, 3, 4), 2], code: 'ERR_SHAPE', message: 'pixelUnshuffle: pixel_unshuffle expects height to be divisible by downscale_factor, but input.size(-2)=3 is not divisible by 2' }],
  },
  {
    name: 'channel_shuffle', args: 'Tensor self, int groups', namespaces: ['torsh', 'nn.functional'], aliases: ['nativeChannelShuffle'], grad: { saves: '' }, dtypes: 'all',
    doc: `(N, C, ...) with the channels of all groups dealt out in turn. Errors: channels that groups does not divide, fewer than 3 dims. ${functionalDoc('channel_shuffle')}`,
    samples: [{ args: [t(2, 6, 3), 2] }, { args: [t(1, 4, 2, 2), 4] }, { args: [t(0, 4, 2), 2] }],
    errors: [{ args: [t(1, 4), 2], code: 'ERR_SHAPE', message: 'channelShuffle: channel_shuffle expects input with > 2 dims, but got input with sizes [1, 4]' },
      { args: [t(1, 4, 2), 3], code: 'ERR_SHAPE', message: 'channelShuffle: Number of channels must be divisible by groups. Got 4 channels and 3 groups.' },
      { args: [t(1, 4, 2), 0], code: 'ERR_ARGUMENT', message: 'channelShuffle: Number of groups to divide channels in must be positive. Value of groups:0' }],
  },
];
