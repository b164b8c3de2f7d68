// Normalisation.
import { functionalDoc as page, t } from './rows.mjs';

const positive = (...shape) => ({ t: shape, low: 0.5, high: 1.5 });
const constant = (...shape) => ({ t: shape, low: 0.5, high: 1.5, grad: false });
const dims = 'int[] dims, int[] weight_dims, bool training';

export default [
  {
    name: '_normalize', args: `Tensor self, Tensor? weight, Tensor? bias, Tensor? running_mean, Tensor? running_var, ${dims}, float momentum, float eps`, returns: 'Tensor output, Tensor mean, Tensor rstd', grad: { saves: 'self weight result1 result2' }, dtypes: 'float',
    doc: 'input less its mean over dims, over its standard deviation there, times weight, plus bias, which vary along weight_dims. In training the running statistics take in what is seen; else they stand for it. mean and rstd keep dims with size 1.',
    samples: [{ args: [t(2, 3), t(3), t(3), null, null, [1], [1], true, 0.1, 1e-5] }],
  },
  {
    name: '_normalize_backward', args: `Tensor grad, Tensor self, Tensor? weight, Tensor mean, Tensor rstd, ${dims}, float eps`, returns: 'Tensor grad_input, Tensor grad_weight, Tensor grad_bias', grad: { saves: 'grad self weight mean rstd' }, dtypes: 'float',
    doc: 'Gradients of _normalize.', samples: [{ args: [t(2, 3), t(2, 3), t(3), t(2, 1), t(2, 1), [1], [1], true, 1e-5] }],
  },
  {
    name: 'batch_norm', args: 'Tensor self, Tensor? running_mean, Tensor? running_var, Tensor? weight=None, Tensor? bias=None, bool training=False, float momentum=0.1, float eps=1e-5', namespaces: ['nn.functional'], grad: 'composite', dtypes: 'float',
    doc: `Normalises each channel (dim 1) over all other dims, by its own statistics in training (which are then mixed into the running ones, in place) and by the running ones else. Errors: one value a channel in training, sizes that do not match. ${page('batch_norm')}`,
    samples: [
      { args: [t(3, 2), null, null, t(2), t(2), true] }, { args: [t(2, 3, 4), null, null], kwargs: { training: true } },
      { args: [t(2, 3, 2, 2), constant(3), constant(3), positive(3), t(3)] }, { args: [t(4, 3), constant(3), constant(3)] },
    ],
    errors: [
      { args: [t(1, 3), null, null], kwargs: { training: true }, code: 'ERR_SHAPE', message: 'batchNorm: Expected more than 1 value per channel when training, got input size [1, 3]' },
      { args: [t(2, 3), t(2), t(3)], code: 'ERR_SHAPE', message: 'batchNorm: running_mean should contain 3 elements not 2' },
    ],
  },
  {
    name: 'native_batch_norm', args: 'Tensor self, Tensor? weight, Tensor? bias, Tensor? running_mean, Tensor? running_var, bool training, float momentum, float eps', returns: 'Tensor, Tensor, Tensor', grad: 'composite', dtypes: 'float',
    doc: 'batchNorm with the mean and the inverse standard deviation that it took (in training). https://pytorch.org/docs/stable/generated/torch.nn.functional.batch_norm.html',
    samples: [{ args: [t(3, 2, 2), t(2), t(2), null, null, true, 0.1, 1e-5] }],
  },
  {
    name: 'layer_norm', args: 'Tensor self, int[] normalized_shape, Tensor? weight=None, Tensor? bias=None, float eps=1e-5', namespaces: ['torsh', 'nn.functional'], grad: 'composite', dtypes: 'float',
    doc: `Normalises over the last dims, those of normalizedShape. Errors: an input or weights that do not end in them. ${page('layer_norm')}`,
    samples: [{ args: [t(2, 3, 4), [4], t(4), t(4)] }, { args: [t(2, 3, 4), [3, 4], t(3, 4)] }, { args: [t(5), 5] }, { args: [t(0, 3), [3], t(3), t(3)] }],
    errors: [
      { args: [t(2, 3), [2]], code: 'ERR_SHAPE', message: 'layerNorm: Given normalized_shape=[2], expected input with shape [*, 2], but got input of size [2, 3]' },
      { args: [t(2, 3), [3], t(2)], code: 'ERR_SHAPE', message: 'layerNorm: Expected weight to be of same shape as normalized_shape, but got weight of shape [2] and normalized_shape = [3]' },
    ],
  },
  {
    name: 'native_layer_norm', args: 'Tensor self, int[] normalized_shape, Tensor? weight, Tensor? bias, float eps', returns: 'Tensor, Tensor, Tensor', grad: 'composite', dtypes: 'float',
    doc: `layerNorm with the mean and the inverse standard deviation that it took. ${page('layer_norm')}`, samples: [{ args: [t(2, 3, 4), [4], t(4), t(4), 1e-5] }],
  },
  {
    name: 'group_norm', args: 'Tensor self, int num_groups, Tensor? weight=None, Tensor? bias=None, float eps=1e-5', namespaces: ['torsh', 'nn.functional'], grad: 'composite', dtypes: 'float',
    doc: `Normalises groups of channels (dim 1) of each sample. Errors: channels that do not divide into groups. ${page('group_norm')}`,
    samples: [{ args: [t(2, 4, 3), 2, t(4), t(4)] }, { args: [t(2, 6), 3] }, { args: [t(2, 4, 2, 2), 1, t(4), t(4)] }],
    errors: [{ args: [t(2, 5), 2], code: 'ERR_SHAPE', message: 'groupNorm: Expected number of channels in input to be divisible by num_groups, but got input of shape [2, 5] and num_groups=2' }],
  },
  {
    name: 'instance_norm', args: 'Tensor self, Tensor? running_mean=None, Tensor? running_var=None, Tensor? weight=None, Tensor? bias=None, bool use_input_stats=True, float momentum=0.1, float eps=1e-5', namespaces: ['nn.functional'], grad: 'composite', dtypes: 'float',
    doc: `Normalises each channel of each sample over its own elements, or by running statistics. Errors: one element a channel. ${page('instance_norm')}`,
    samples: [{ args: [t(2, 3, 4)] }, { args: [t(2, 3, 2, 2), null, null, t(3), t(3)] }, { args: [t(2, 3, 4), constant(3), constant(3), t(3), t(3), false] }],
    errors: [{ args: [t(2, 3, 1)], code: 'ERR_SHAPE', message: 'instanceNorm: Expected more than 1 spatial element when training, got input size [2, 3, 1]' }],
  },
  {
    name: '_rms_normalize', args: 'Tensor self, Tensor? weight, int[] dims, float eps', returns: 'Tensor output, Tensor rms', grad: { saves: 'self weight result1' }, dtypes: 'float',
    doc: 'input over the root of (the mean of its squares over dims, plus eps), times weight, which varies along dims; and one over that root, which keeps dims with size 1.',
    samples: [{ args: [t(2, 3), t(3), [1], 1e-5] }, { args: [t(2, 3, 2), null, [1, 2], 1e-5] }],
  },
  {
    name: '_rms_normalize_backward', args: 'Tensor grad, Tensor self, Tensor? weight, Tensor rms, int[] dims', returns: 'Tensor grad_input, Tensor grad_weight', grad: 'not differentiable', dtypes: 'float',
    doc: 'Gradients of _rms_normalize.', samples: [{ args: [t(2, 3), t(2, 3), t(3), t(2, 1), [1]] }],
  },
  {
    name: 'rms_norm', args: 'Tensor self, int[] normalized_shape, Tensor? weight=None, float? eps=None', namespaces: ['torsh', 'nn.functional'], grad: 'composite', dtypes: 'float',
    doc: `input over the root of (the mean of its squares over the last dims, those of normalizedShape, plus eps), times weight; eps is the dtype's unless given. Errors: an input or a weight that does not end in them, integers. ${page('rms_norm')}`,
    samples: [{ args: [t(2, 3, 4), [4], t(4)] }, { args: [t(2, 3, 4), [3, 4]], kwargs: { eps: 0.01 } }, { args: [t(5), 5] }],
    errors: [
      { args: [t(2, 3), [2]], code: 'ERR_SHAPE', message: 'rmsNorm: Given normalized_shape=[2], expected input with shape [*, 2], but got input of size [2, 3]' },
      { args: [t(2, 3), [3], t(2)], code: 'ERR_SHAPE', message: 'rmsNorm: Expected weight to be of same shape as normalized_shape, but got weight of shape [2] and normalized_shape = [3]' },
    ],
  },
];
