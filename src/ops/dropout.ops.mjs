// Dropouts: of elements, of channels, and those that keep mean and variance.
import { functionalDoc, t } from './rows.mjs';

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
    name: 'native_dropout', args: 'Tensor self, float p', returns: 'Tensor output, Tensor mask', grad: { saves: 'result1' }, dtypes: 'float', doc: 'input with elements zeroed with probability p and the others divided by 1 - p, and the mask that does it.', samples: [{ args: [t(3, 4), 0.4] }],
  },
  {
    name: 'dropout', args: 'Tensor self, float p=0.5, bool training=True', namespaces: ['torsh', 'nn.functional'], grad: 'composite', dtypes: 'float', impl: 'ts_dropout_of(cx, out, a->self, a->p, a->training)',
    doc: `In training zeroes elements with probability p and divides the others by 1 - p; else input itself. https://pytorch.org/docs/stable/generated/torch.nn.functional.dropout.html`,
    samples: [{ args: [t(3, 4), 0.4] }, { args: [t(3, 4), 0.4, false] }, { args: [t(2), 1.0] }], errors: [{ args: [t(2), 1.5], code: 'ERR_ARGUMENT', message: 'dropout: dropout probability has to be between 0 and 1, but got 1.5' }],
  },
];
