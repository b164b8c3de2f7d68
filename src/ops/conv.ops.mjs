// Convolution.
import { functionalDoc as docs, t } from './rows.mjs';

const SETTINGS = 'int[] stride, int[] padding, int[] dilation, int groups';

const conv = (n, samples, errors) => ({
  name: `conv${n}d`, args: `Tensor self, Tensor weight, Tensor? bias=None, int[${n}] stride=1, padding[${n}] padding=0, int[${n}] dilation=1, int groups=1`,
  namespaces: ['torsh', 'nn.functional'], grad: 'composite', dtypes: 'int float complex', impl: `ts_conv_nd(cx, out, ${n}, a->self, a->weight, a->bias, a->stride, a->padding, a->dilation, a->groups)`,
  doc: `Cross-correlation of input (N, C, ${['L', 'H, W', 'D, H, W'][n - 1]}), N optional, with weight (O, C / groups, ${['k', 'kh, kw', 'kd, kh, kw'][n - 1]}). padding is a number, ${n === 1 ? 'an array' : `${n} numbers`}, 'valid' or 'same' (stride 1 only). Errors: channels that do not fit groups, kernels larger than the padded input. ${docs(`conv${n}d`)}`,
  samples, errors,
});

const transposed = (n, samples, errors) => ({
  name: `conv_transpose${n}d`, args: `Tensor self, Tensor weight, Tensor? bias=None, int[${n}] stride=1, int[${n}] padding=0, int[${n}] output_padding=0, int groups=1, int[${n}] dilation=1`,
  namespaces: ['torsh', 'nn.functional'], grad: 'composite', dtypes: 'int float complex', impl: `ts_conv_transpose_nd(cx, out, ${n}, a->self, a->weight, a->bias, a->stride, a->padding, a->output_padding, a->groups, a->dilation)`,
  doc: `Transposed convolution of input (N, C, ${['L', 'H, W', 'D, H, W'][n - 1]}), N optional, with weight (C, O / groups, ${['k', 'kh, kw', 'kd, kh, kw'][n - 1]}): the gradient of conv${n}d with respect to its input. Sizes are (in - 1) * stride - 2 * padding + dilation * (k - 1) + outputPadding + 1. Errors: channels that do not fit, output padding that is neither below stride nor below dilation. ${docs(`conv_transpose${n}d`)}`,
  samples, errors,
});

export default [
  transposed(1, [{ args: [{ t: [2, 3, 6], dtype: 'complex64' }, { t: [3, 4, 3], dtype: 'complex64' }, { t: [4], dtype: 'complex64' }] }, { args: [t(2, 4, 5), t(4, 3, 3), t(3)] }, { args: [t(4, 6), t(4, 1, 2), t(2)], kwargs: { stride: 2, padding: 1, outputPadding: 1, groups: 2 } }, { args: [t(1, 2, 4), t(2, 1, 3)], kwargs: { dilation: 3, outputPadding: 2 } }],
    [{ args: [t(1, 2, 4), t(2, 1, 3)], kwargs: { outputPadding: 1 }, code: 'ERR_ARGUMENT', message: 'convTranspose1d: output padding must be smaller than either stride or dilation, but got output_padding=1, stride=1, dilation=1 at dimension 0' }]),
  transposed(2, [{ args: [t(2, 3, 4, 3), t(3, 4, 3, 2), t(4)] }, { args: [t(1, 4, 3, 3), t(4, 1, 3, 3)], kwargs: { groups: 4, padding: 1, stride: [2, 1] } }, { args: [t(0, 3, 4, 4), t(3, 2, 3, 3)] }, { args: [t(2, 3, 3), t(2, 3, 1, 1), t(3)] }],
    [{ args: [t(1, 3, 4, 4), t(2, 3, 3, 3)], code: 'ERR_SHAPE', message: 'convTranspose2d: Given transposed=1, weight of size [2, 3, 3, 3], expected input[1, 3, 4, 4] to have 2 channels, but got 3 channels instead' },
      { args: [t(1, 2, 4, 4), t(2, 3, 3, 3), t(4)], code: 'ERR_SHAPE', message: 'convTranspose2d: Given transposed=1, weight of size [2, 3, 3, 3], expected bias to be 1-dimensional with 3 elements, but got bias of size [4] instead' }]),
  transposed(3, [{ args: [t(1, 2, 2, 3, 2), t(2, 3, 2, 2, 2), t(3)], kwargs: { stride: [1, 2, 1] } }, { args: [t(2, 2, 2, 2), t(2, 1, 2, 2, 2)], kwargs: { groups: 2, padding: 1 } }]),
  {
    name: 'convolution', args: 'Tensor self, Tensor weight, Tensor? bias, int[] stride, int[] padding, int[] dilation, bool transposed, int[] output_padding, int groups', grad: 'composite', dtypes: 'int float complex',
    doc: `Convolution or, where transposed is true, transposed convolution, of 1 to 3 spatial dims as weight has them. ${docs('conv2d')}`,
    samples: [{ args: [t(1, 2, 5), t(3, 2, 2), t(3), [2], [1], [1], false, [0], 1] }, { args: [t(1, 2, 3, 3), t(2, 3, 2, 2), null, [2, 2], [0, 0], [1, 1], true, [1, 0], 1] }],
    errors: [{ args: [t(2, 5), t(3, 2, 2), null, [1], [0], [1], false, [0], 1], code: 'ERR_SHAPE', message: 'convolution: Expected input and weight of 3 to 5 dims, the same number, but got input of size: [2, 5] with weight of size [3, 2, 2]' }],
  },
  {
    name: 'conv_tbc', args: 'Tensor self, Tensor weight, Tensor bias, int pad=0', namespaces: ['torsh', 'nn.functional'], grad: 'composite', dtypes: 'float',
    doc: `Convolution over time of input (T, N, C) with weight (k, C, O) and bias (O), to (T + 2 pad - k + 1, N, O). ${docs('conv_tbc')}`,
    samples: [{ args: [t(5, 2, 3), t(2, 3, 4), t(4), 1] }],
    errors: [{ args: [t(5, 2, 3), t(2, 2, 4), t(4)], code: 'ERR_SHAPE', message: 'convTbc: Input dim 2 (input channels) is not == dim 1 in the weight tensor (3 and 2)' }],
  },
  conv(1, [{ args: [{ t: [2, 3, 6], dtype: 'complex64' }, { t: [4, 3, 3], dtype: 'complex64' }, { t: [4], dtype: 'complex64' }] }, { args: [t(2, 4, 9), t(3, 4, 3), t(3)] }, { args: [t(4, 9), t(6, 2, 2)], kwargs: { stride: 2, padding: 1, groups: 2 } }, { args: [t(1, 1, 7), t(1, 1, 4)], kwargs: { padding: 'same' } }],
    [{ args: [t(2, 3), t(3, 4, 3)], code: 'ERR_SHAPE', message: 'conv1d: Given groups=1, weight of size [3, 4, 3], expected input[1, 2, 3] to have 4 channels, but got 2 channels instead' }]),
  conv(2, [{ args: [t(2, 3, 6, 5), t(4, 3, 3, 3), t(4)] }, { args: [t(1, 4, 7, 7), t(4, 1, 3, 3)], kwargs: { groups: 4, padding: 1, dilation: 2, stride: [2, 1] } }, { args: [t(2, 3, 4, 4), t(5, 3, 1, 1)] }, { args: [t(3, 5, 5), t(2, 3, 2, 3)], kwargs: { padding: 'same' } }, { args: [t(0, 3, 4, 4), t(2, 3, 3, 3)] }],
    [{ args: [t(1, 3, 2, 2), t(2, 3, 3, 3)], code: 'ERR_SHAPE', message: "conv2d: Calculated padded input size per channel: (2). Kernel size: (3). Kernel size can't be greater than actual input size (input [1, 3, 2, 2], weight [2, 3, 3, 3])" },
      { args: [t(1, 3, 4, 4), t(2, 3, 3, 3)], kwargs: { stride: 0 }, code: 'ERR_ARGUMENT', message: 'conv2d: non-positive stride is not supported, got stride=[0, 0]' }]),
  conv(3, [{ args: [t(1, 2, 4, 4, 4), t(3, 2, 2, 2, 2), t(3)] }, { args: [t(2, 3, 3, 3), t(4, 1, 2, 2, 2)], kwargs: { groups: 2, padding: 1 } }],
    [{ args: [t(2, 2), t(3, 2, 2, 2, 2)], code: 'ERR_SHAPE', message: 'conv3d: Expected 4D (unbatched) or 5D (batched) input to conv3d, but got input of size: [2, 2] with weight of size [3, 2, 2, 2, 2]' }]),
  {
    name: '_conv', args: `Tensor self, Tensor weight, Tensor? bias, ${SETTINGS}`, grad: { saves: 'self(weight).sizes weight(self).sizes' }, node: 'ConvolutionBackward0', dtypes: 'int float',
    doc: 'Convolution with 1 to 3 spatial dims, input (N, C, ...), weight (O, C / groups, ...).', samples: [{ args: [t(2, 4, 5, 5), t(6, 2, 3, 2), t(6), [2, 1], [1, 0], [1, 2], 2] }],
  },
  {
    name: '_conv_input', args: `Tensor grad, Tensor weight, int[] size, ${SETTINGS}`, grad: { saves: 'grad(weight).sizes weight(grad).sizes' }, dtypes: 'int float',
    doc: 'Gradient of a convolution with respect to its input of the given size: the transposed convolution.', samples: [{ args: [t(2, 6, 3, 2), t(6, 2, 3, 3), [2, 4, 5, 6], [2, 2], [1, 0], [1, 1], 2] }],
  },
  {
    name: '_conv_weight', args: `Tensor grad, Tensor self, int[] size, ${SETTINGS}`, grad: { saves: 'grad(self).sizes self(grad).sizes' }, dtypes: 'int float',
    doc: 'Gradient of a convolution with respect to its weight of the given size.', samples: [{ args: [t(2, 6, 3, 2), t(2, 4, 5, 6), [6, 2, 3, 3], [2, 2], [1, 0], [1, 1], 2] }],
  },
];
