// Softmax, its logarithm, and softmax with noise.
import { functionalDoc, t } from './rows.mjs';

const errors = (name) => [
  { args: [t(2, 3), 2], code: 'ERR_INDEX', message: `${name}: Dimension out of range (expected to be in range of [-2, 1], but got 2)` },
  { args: [{ t: [3], dtype: 'int64', low: 0, high: 5 }, 0], code: 'ERR_DTYPE', message: `${name}: not implemented for int64` },
];
const samples = [{ args: [t(3, 4), 1] }, { args: [t(2, 3, 4), 0] }, { args: [t(2, 3, 4), -2] }, { args: [t(), 0] }, { args: [t(0, 3), 1] }, { args: [{ t: [3], dtype: 'int32', low: -3, high: 3 }, 0], kwargs: { dtype: 'float32' } }];
const row = (name, what) => ({
  name, args: 'Tensor self, int? dim=None, dtype? dtype=None', as: ['function', 'method'], namespaces: ['torsh', 'nn.functional', 'special'], grad: { saves: 'self.sizes result' }, dtypes: 'float', samples, errors: errors(name === 'softmax' ? name : 'logSoftmax'),
  doc: `${what} Computed in dtype where that is given. Without a dim it is 0 for 0, 1 and 3 dims and else 1. Errors: integers. https://pytorch.org/docs/stable/generated/torch.nn.functional.${name}.html`,
});
const backward = (name, what) => ({ name, args: 'Tensor grad, Tensor output, int dim', grad: { saves: 'grad output' }, dtypes: 'float', doc: `Gradient of ${what} from that of its result.`, samples: [{ args: [t(3, 4), t(3, 4), 1] }, { args: [t(2, 3, 4), t(2, 3, 4), 1] }] });

export default [
  row('softmax', 'exp(input) over its sum along dim.'),
  row('log_softmax', 'The logarithm of softmax along dim, without its loss of precision.'),
  {
    name: 'softmin', args: 'Tensor self, int? dim=None, dtype? dtype=None', namespaces: ['nn.functional'], grad: 'composite', dtypes: 'float',
    doc: 'softmax(-input). https://pytorch.org/docs/stable/generated/torch.nn.functional.softmin.html', samples: [{ args: [t(3, 4), 1] }], errors: errors('softmin'),
  },
  backward('_softmax_backward_data', 'softmax'),
  backward('_log_softmax_backward_data', 'logSoftmax'),
  {
    name: 'gumbel_softmax', args: 'Tensor logits, float tau=1, bool hard=False, float eps=1e-10, int dim=-1', namespaces: ['nn.functional'], grad: 'composite', dtypes: 'float',
    doc: `softmax((logits + Gumbel noise) / tau) along dim; hard: one-hot, with the gradient of that. ${functionalDoc('gumbel_softmax')}`, samples: [{ args: [t(3, 4)] }, { args: [t(3, 4), 0.5], kwargs: { dim: 0 } }],
    errors: [{ args: [t(3, 4)], kwargs: { dim: 2 }, code: 'ERR_INDEX', message: 'gumbelSoftmax: Dimension out of range (expected to be in range of [-2, 1], but got 2)' }],
  },
];
