// Connectionist temporal classification.
import { functionalDoc, list, t, within } from './rows.mjs';

const lengths = 'lengths[] input_lengths, lengths[] target_lengths, int blank';
const probs = (...shape) => ({ ...within(-3, -0.5, ...shape), grad: false }); // the gradient is that of probabilities that add up to one
const labels = (...shape) => ({ t: shape, dtype: 'int64', low: 1, high: 4 });
const kept = [list([2, 1], 'int64'), [5, 4], [1, 1], 0];

export default [
  {
    name: 'ctc_loss', args: "Tensor self, Tensor targets, lengths[] input_lengths, lengths[] target_lengths, int blank=0, str reduction='mean', bool zero_infinity=False", namespaces: ['torsh', 'nn.functional'], grad: 'composite', dtypes: 'float',
    doc: `Minus the log-probability of each target sequence, under all alignments with the inputs; its mean over target lengths and samples, or sum. input: log-probabilities (T, N, C) or (T, C); targets (N, S), or all joined in one dim; lengths as arrays or tensors. zeroInfinity: 0 where no alignment exists. The gradient holds for what logSoftmax gives. Errors: labels that are no class, lengths that do not fit. ${functionalDoc('ctc_loss')}`,
    samples: [
      { args: [probs(5, 2, 4), labels(2, 3), [5, 4], [3, 2]] }, { args: [probs(5, 2, 4), labels(5), [5, 4], [3, 2]], kwargs: { reduction: 'sum' } }, { args: [probs(5, 2, 4), list([1, 1, 2, 2], 'int64'), list([2, 5], 'int64'), list([2, 2], 'int64')], kwargs: { reduction: 'none', zeroInfinity: true } },
      { args: [probs(5, 4), labels(3), [5], [3]], kwargs: { reduction: 'none' } }, { args: [probs(5, 2, 4), labels(2, 3), [5, 4], [0, 2], 3], kwargs: { reduction: 'none' } },
    ],
    errors: [
      { args: [probs(5, 2, 4), labels(2, 3), [5, 6], [3, 2]], code: 'ERR_ARGUMENT', message: 'ctcLoss: Expected input_lengths to have value at most 5, but got value 6' },
      { args: [probs(5, 2, 4), labels(2, 3), [5], [3, 2]], code: 'ERR_SHAPE', message: 'ctcLoss: input_lengths must be of size batch_size (1 for 2 samples)' },
      { args: [probs(5, 2, 4), labels(2, 3), [5, 5], [3, 4]], code: 'ERR_SHAPE', message: "ctcLoss: Expected tensor to have size at least 4 at dimension 1, but got size 3 for argument #2 'targets'" },
      { args: [probs(5, 2, 3), list([1, 3], 'int64'), [5, 5], [1, 1]], code: 'ERR_INDEX', message: 'ctcLoss: target 3 is out of range for 3 classes' },
      { args: [probs(5, 2, 3), list([1, 2], 'int64'), [5, 5], [1, 1], 3], code: 'ERR_ARGUMENT', message: 'ctcLoss: blank must be in label range (3 for 3 classes)' },
    ],
  },
  { name: '_ctc_loss', args: `Tensor self, Tensor targets, ${lengths}, bool zero_infinity`, returns: 'Tensor nll, Tensor alpha, Tensor exact', grad: { saves: 'self targets result1 result2' }, dtypes: 'float', doc: 'ctcLoss of each sample, its forward variables, and itself in float64.', samples: [{ args: [probs(5, 2, 4), ...kept, false] }] },
  { name: '_ctc_loss_backward', args: `Tensor grad, Tensor self, Tensor targets, ${lengths}, bool zero_infinity, Tensor alpha, Tensor nll`, grad: { saves: '' }, dtypes: 'float', doc: 'Gradient of _ctc_loss.', samples: [{ args: [t(2), probs(5, 2, 4), ...kept, false, t(2, 5, 3), t(2)] }] },
];
