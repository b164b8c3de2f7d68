// Dropouts of channels, dropouts that keep mean and variance, and other ops with noise; normalisation by the root mean square.
import { functionalDoc, of, t, torchDoc, within } from './rows.mjs';

const BOTH = ['torsh', 'nn.functional'];
const F = ['nn.functional'];
const range = (name) => ({ args: [t(2, 3), 1.5], code: 'ERR_ARGUMENT', message: `${name}: dropout probability has to be between 0 and 1, but got 1.5` });
const samples = (...shape) => [{ args: [t(...shape), 0.4, true] }, { args: [t(...shape), 0.4, false] }, { args: [t(...shape), 1, true] }];

export default [
  {
    name: 'alpha_dropout', args: 'Tensor self, float p=0.5, bool training=False', as: ['function', 'inplace', 'inplace function', 'inplace argument'], namespaces: BOTH, grad: 'composite', dtypes: 'float',
    doc: `In training sets elements with probability p to selu's least value, then scales and moves all so that mean 0 and variance 1 remain; else input itself. Errors: p outside [0, 1]. ${functionalDoc('alpha_dropout')}`, samples: samples(3, 4), errors: [range('alphaDropout')],
  },
  {
    name: 'feature_alpha_dropout', args: 'Tensor self, float p=0.5, bool training=False', as: ['function', 'inplace', 'inplace function', 'inplace argument'], namespaces: BOTH, grad: 'composite', dtypes: 'float',
    doc: `alphaDropout of whole channels (the first two dims). Errors: p outside [0, 1], fewer than two dims. ${functionalDoc('feature_alpha_dropout')}`, samples: samples(3, 4, 2),
    errors: [range('featureAlphaDropout'), { args: [t(3), 0.5, true], code: 'ERR_SHAPE', message: 'featureAlphaDropout: Feature dropout requires at least 2 dimensions in the input (got shape [3])' }],
  },
  {
    name: 'feature_dropout', args: 'Tensor self, float p, bool training', as: ['function', 'inplace', 'inplace function'], grad: 'composite', dtypes: 'float',
    doc: `Dropout of whole channels (the first two dims). Errors: p outside [0, 1], fewer than two dims. ${functionalDoc('dropout2d')}`, samples: samples(3, 4, 2), errors: [{ args: [t(3), 0.5, true], code: 'ERR_SHAPE', message: 'featureDropout: Feature dropout requires at least 2 dimensions in the input (got shape [3])' }],
  },
  {
    name: 'dropout1d', args: 'Tensor self, float p=0.5, bool training=True', as: ['function', 'inplace', 'inplace argument'], namespaces: F, grad: 'composite', dtypes: 'float',
    doc: `In training zeroes whole channels of (N, C, L) or (C, L) with probability p and divides the others by 1 - p. Errors: p outside [0, 1], other dims. ${functionalDoc('dropout1d')}`, samples: [...samples(2, 3, 4), { args: [t(4, 3), 0.4] }],
    errors: [range('dropout1d'), { args: [t(3)], code: 'ERR_SHAPE', message: 'dropout1d: dropout1d: Expected 2D or 3D input, but received a 1D input.' }],
  },
  {
    name: 'dropout2d', args: 'Tensor self, float p=0.5, bool training=True', as: ['function', 'inplace', 'inplace argument'], namespaces: F, grad: 'composite', dtypes: 'float',
    doc: `In training zeroes whole channels (the first two dims) with probability p and divides the others by 1 - p. Errors: p outside [0, 1], fewer than two dims. ${functionalDoc('dropout2d')}`, samples: samples(2, 3, 2, 2), errors: [range('dropout2d')],
  },
  {
    name: 'dropout3d', args: 'Tensor self, float p=0.5, bool training=True', as: ['function', 'inplace', 'inplace argument'], namespaces: F, grad: 'composite', dtypes: 'float',
    doc: `In training zeroes whole channels of (N, C, D, H, W) or (C, D, H, W) with probability p and divides the others by 1 - p. Errors: p outside [0, 1]. ${functionalDoc('dropout3d')}`, samples: [...samples(2, 3, 2, 1, 2), { args: [t(4, 2, 1, 2), 0.4] }], errors: [range('dropout3d')],
  },
  {
    name: 'rrelu', args: 'Tensor self, float lower=0.125, float upper=0.3333333333333333, bool training=False', as: ['function', 'inplace', 'inplace function', 'inplace argument'], namespaces: BOTH, grad: 'composite', dtypes: 'float',
    doc: `input where positive, else a slope times input: drawn from [lower, upper] for each element in training, else their mean. Errors: integers, lower above upper. ${functionalDoc('rrelu')}`, samples: [{ args: [within(-4, 4, 3, 4)] }, { args: [within(-4, 4, 3, 4), 0.1, 0.9, true] }],
    errors: [{ args: [t(2), 0.3, 0.1], code: 'ERR_ARGUMENT', message: 'rrelu: Lower bound should be less than or equal to the upper bound' }, { args: [of('int64', 2)], code: 'ERR_DTYPE', message: 'rrelu: not implemented for int64' }],
  },
  { name: '_rrelu_noise', args: 'Tensor self, float lower, float upper', grad: 'not differentiable', dtypes: 'float', doc: 'The slopes of rrelu in training.', samples: [{ args: [t(3), 0.1, 0.2] }] },
  {
    name: 'gumbel_softmax', args: 'Tensor logits, float tau=1, bool hard=False, float eps=1e-10, int dim=-1', namespaces: F, grad: 'composite', dtypes: 'float',
    doc: `softmax((logits + Gumbel noise) / tau) along dim; hard: one-hot, with the gradient of that. ${functionalDoc('gumbel_softmax')}`, samples: [{ args: [t(3, 4)] }, { args: [t(3, 4), 0.5], kwargs: { dim: 0 } }],
    errors: [{ args: [t(3, 4)], kwargs: { dim: 2 }, code: 'ERR_INDEX', message: 'gumbelSoftmax: Dimension out of range (expected to be in range of [-2, 1], but got 2)' }],
  },
  {
    name: 'rms_norm', args: 'Tensor self, int[] normalized_shape, Tensor? weight=None, float? eps=None', namespaces: BOTH, grad: 'composite', dtypes: 'float',
    doc: `input over the root of (the mean of its squares over the last dims, those of normalizedShape, plus eps), times weight; eps is the dtype's unless given. Errors: an input or a weight that does not end in them, integers. ${torchDoc('nn.functional.rms_norm')}`,
    samples: [{ args: [t(2, 3, 4), [4], t(4)] }, { args: [t(2, 3, 4), [3, 4]], kwargs: { eps: 0.01 } }, { args: [t(5), 5] }],
    errors: [
      { args: [t(2, 3), [2]], code: 'ERR_SHAPE', message: 'rmsNorm: Given normalized_shape=[2], expected input with shape [*, 2], but got input of size [2, 3]' },
      { args: [t(2, 3), [3], t(2)], code: 'ERR_SHAPE', message: 'rmsNorm: Expected weight to be of same shape as normalized_shape, but got weight of shape [2] and normalized_shape = [3]' },
    ],
  },
];
