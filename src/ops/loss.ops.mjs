// Losses.
import { functionalDoc as page, t } from './rows.mjs';

const labels = (classes, ...shape) => ({ t: shape, dtype: 'int64', low: 0, high: classes });
const fixed = (...shape) => ({ t: shape, low: 0.5, high: 2, grad: false });
const chance = (...shape) => ({ t: shape, low: 0.1, high: 0.9 });
const legacy = 'bool? size_average=None, bool? reduce=None';
const base = { namespaces: ['nn.functional'], dtypes: 'float' };
const badReduction = (name) => ({ args: [t(2), t(2)], kwargs: { reduction: 'median' }, code: 'ERR_ARGUMENT', message: `${name}: median is not a valid value for reduction` });
const pairs = [{ args: [t(3, 4), t(3, 4)] }, { args: [t(3, 4), t(3, 4)], kwargs: { reduction: 'none' } }, { args: [t(3, 4), t(3, 4)], kwargs: { reduction: 'sum' } }, { args: [t(3, 1), t(4)] }, { args: [t(), t()] }, { args: [t(0, 2), t(0, 2)], kwargs: { reduction: 'sum' } }];
const kept = 'Tensor target, Tensor? weight, int ignore_index, str reduction';

export default [
  {
    ...base, name: 'mse_loss', args: `Tensor self, Tensor target, ${legacy}, str reduction='mean'`, grad: 'composite',
    doc: `(input - target)^2, its mean or sum. Shapes broadcast. ${page('mse_loss')}`, samples: pairs, errors: [badReduction('mseLoss'), { args: [t(2), t(3)], code: 'ERR_SHAPE', message: 'mseLoss: The size of tensor a (2) must match the size of tensor b (3) at non-singleton dimension 0 (shapes [2] and [3])' }],
  },
  { ...base, name: 'l1_loss', args: `Tensor self, Tensor target, ${legacy}, str reduction='mean'`, grad: 'composite', doc: `|input - target|, its mean or sum. Shapes broadcast. ${page('l1_loss')}`, samples: [...pairs, { args: [{ t: [3], dtype: 'complex64' }, { t: [3], dtype: 'complex64' }] }], errors: [badReduction('l1Loss')] },
  {
    ...base, name: 'smooth_l1_loss', args: `Tensor self, Tensor target, ${legacy}, str reduction='mean', float beta=1.0`, grad: 'composite',
    doc: `0.5 d^2 / beta where |d| < beta, else |d| - 0.5 beta, with d = input - target. Errors: a negative beta. ${page('smooth_l1_loss')}`, samples: [...pairs, { args: [t(3, 4), t(3, 4)], kwargs: { beta: 0.3 } }, { args: [t(3), t(3)], kwargs: { beta: 0 } }],
    errors: [{ args: [t(2), t(2)], kwargs: { beta: -1 }, code: 'ERR_ARGUMENT', message: 'smoothL1Loss: smooth_l1_loss does not support negative values for beta.' }],
  },
  {
    ...base, name: 'huber_loss', args: "Tensor self, Tensor target, str reduction='mean', float delta=1.0", grad: 'composite',
    doc: `0.5 d^2 where |d| <= delta, else delta (|d| - 0.5 delta), with d = input - target. Errors: a delta that is not positive. ${page('huber_loss')}`, samples: [...pairs, { args: [t(3, 4), t(3, 4)], kwargs: { delta: 0.3 } }],
    errors: [{ args: [t(2), t(2)], kwargs: { delta: 0 }, code: 'ERR_ARGUMENT', message: 'huberLoss: huber_loss does not support non-positive values for delta.' }],
  },
  { name: '_difference_loss', args: 'Tensor self, Tensor target, int kind, float limit, str reduction', grad: { saves: 'self target' }, dtypes: 'float complex', doc: 'A loss of the difference: kind 0 square, 1 absolute, 2 smooth l1, 3 huber.', samples: [{ args: [t(3), t(3), 0, 0, 'mean'] }] },
  { name: '_difference_loss_backward', args: 'Tensor grad, Tensor self, Tensor target, int kind, float limit, str reduction', grad: { saves: 'grad self target' }, dtypes: 'float', doc: 'Gradient of _difference_loss in input.', samples: [{ args: [t(), t(3), t(3), 0, 0, 'mean'] }] },
  { name: '_difference_loss_curvature', args: 'Tensor self, Tensor target, int kind, float limit', grad: 'not differentiable', dtypes: 'float', doc: 'Second derivative of smooth l1 and huber losses in input.', samples: [{ args: [t(3), t(3), 3, 1] }] },
  {
    ...base, name: 'nll_loss', args: `Tensor self, Tensor target, Tensor? weight=None, bool? size_average=None, int ignore_index=-100, bool? reduce=None, str reduction='mean'`, grad: 'composite',
    doc: `Minus the input at the class that target names, times that class's weight; the mean is over the weights. input (N, C, ...) or (C), target (N, ...) or () of any integer dtype or whole floats. Errors: labels that are no class and not ignoreIndex, sizes that do not match. ${page('nll_loss')}`,
    samples: [
      { args: [t(4, 3), labels(3, 4)] }, { args: [t(4, 3), labels(3, 4), fixed(3)] }, { args: [t(4, 3), labels(3, 4)], kwargs: { reduction: 'none', ignoreIndex: 1 } }, { args: [t(3), labels(3)] },
      { args: [t(2, 3, 2, 2), labels(3, 2, 2, 2), fixed(3)], kwargs: { ignoreIndex: 0 } }, { args: [t(4, 3), { t: [4], values: [0, 2, 1, 2], grad: false }], kwargs: { reduction: 'sum' } }, { args: [t(0, 3), labels(3, 0)], kwargs: { reduction: 'sum' } },
    ],
    errors: [
      { args: [t(2, 3), { t: [2], dtype: 'int64', values: [0, 3] }], code: 'ERR_INDEX', message: 'nllLoss: Target 3 is out of bounds. (3 classes)' },
      { args: [t(2, 3), labels(3, 4)], code: 'ERR_SHAPE', message: 'nllLoss: Expected input batch_size (2) to match target batch_size (4). (input [2, 3], target [4])' },
      { args: [t(2, 3), { t: [2], values: [0, 0.5] }], code: 'ERR_ARGUMENT', message: 'nllLoss: class labels must be whole numbers, got 0.5' },
    ],
  },
  { name: '_nll_loss', args: `Tensor self, ${kept}`, returns: 'Tensor output, Tensor total_weight', grad: { saves: 'self.sizes target weight' }, dtypes: 'float', doc: 'nllLoss and the sum of the weights.', samples: [{ args: [t(2, 3), labels(3, 2), null, -100, 'mean'] }] },
  { name: '_nll_loss_backward', args: `Tensor grad, int[] size, ${kept}`, grad: { saves: 'target weight' }, dtypes: 'float', doc: 'Gradient of _nll_loss.', samples: [{ args: [t(), [2, 3], labels(3, 2), null, -100, 'mean'] }] },
  {
    ...base, name: 'cross_entropy', args: `Tensor self, Tensor target, Tensor? weight=None, bool? size_average=None, int ignore_index=-100, bool? reduce=None, str reduction='mean', float label_smoothing=0.0`, grad: 'composite',
    doc: `nllLoss of logSoftmax(input), in one pass where input is (N, C) and target holds classes. A target of input's shape holds probabilities. Errors: as nllLoss; a labelSmoothing outside [0, 1]. ${page('cross_entropy')}`,
    samples: [
      { args: [t(4, 3), labels(3, 4)] }, { args: [t(4, 3), labels(3, 4), fixed(3)], kwargs: { reduction: 'sum' } }, { args: [t(4, 3), labels(3, 4)], kwargs: { reduction: 'none', ignoreIndex: 1 } }, { args: [t(3), labels(3)] },
      { args: [t(4, 3), labels(3, 4), fixed(3)], kwargs: { ignoreIndex: 2, labelSmoothing: 0.2 } }, { args: [t(2, 3, 2), labels(3, 2, 2)] }, { args: [t(4, 3), { t: [4, 3], low: 0, high: 1 }] },
      { args: [t(2, 3, 2), { t: [2, 3, 2], low: 0, high: 1 }, fixed(3)], kwargs: { reduction: 'none', labelSmoothing: 0.1 } }, { args: [t(4, 3), { t: [4], values: [0, 2, 1, 2], grad: false }] },
    ],
    errors: [
      { args: [t(2, 3), { t: [2], dtype: 'int64', values: [0, -1] }], code: 'ERR_INDEX', message: 'crossEntropy: Target -1 is out of bounds. (3 classes)' },
      { args: [t(2, 3), labels(3, 2)], kwargs: { labelSmoothing: 1.5 }, code: 'ERR_ARGUMENT', message: 'crossEntropy: label_smoothing must be between 0.0 and 1.0. Got: 1.5' },
    ],
  },
  { name: '_cross_entropy', args: `Tensor self, ${kept}`, returns: 'Tensor output, Tensor total_weight, Tensor lse', grad: { saves: 'self target weight result2' }, node: 'NllLossBackward0', dtypes: 'float', doc: 'crossEntropy of (N, C) with classes.', samples: [{ args: [t(2, 3), labels(3, 2), null, -100, 'mean'] }] },
  { name: '_cross_entropy_backward', args: `Tensor grad, Tensor self, ${kept}, Tensor lse`, grad: { saves: 'grad self target weight' }, dtypes: 'float', doc: 'Gradient of _cross_entropy.', samples: [{ args: [t(), t(2, 3), labels(3, 2), null, -100, 'mean', t(2, 2)] }] },
  { name: '_class_weights', args: `int[] size, ${kept}, float label_smoothing, dtype? dtype=None`, returns: 'Tensor q, Tensor total', grad: 'not differentiable', dtypes: 'float', doc: 'q of crossEntropy = -sum(q * logSoftmax(input)), and the sum of the weights.', samples: [{ args: [[2, 3], labels(3, 2), null, -100, 'mean', 0.1] }] },
  {
    ...base, name: 'binary_cross_entropy', args: `Tensor self, Tensor target, Tensor? weight=None, ${legacy}, str reduction='mean'`, grad: 'composite',
    doc: `-(target log(input) + (1 - target) log(1 - input)), logarithms no lower than -100, times weight. Errors: an input outside [0, 1], sizes that differ. ${page('binary_cross_entropy')}`,
    samples: [{ args: [chance(3, 4), chance(3, 4)] }, { args: [chance(3, 4), chance(3, 4), fixed(4)], kwargs: { reduction: 'sum' } }, { args: [chance(3), chance(3)], kwargs: { reduction: 'none' } }, { args: [chance(), chance()] }],
    errors: [
      { args: [{ t: [2], values: [0.5, 1.5] }, chance(2)], code: 'ERR_ARGUMENT', message: 'binaryCrossEntropy: all elements of input should be between 0 and 1' },
      { args: [chance(2), chance(3)], code: 'ERR_SHAPE', message: 'binaryCrossEntropy: Using a target size ([3]) that is different to the input size ([2]) is deprecated. Please ensure they have the same size.' },
    ],
  },
  {
    ...base, name: 'binary_cross_entropy_with_logits', args: `Tensor self, Tensor target, Tensor? weight=None, ${legacy}, str reduction='mean', Tensor? pos_weight=None`, grad: 'composite',
    doc: `binaryCrossEntropy of sigmoid(input), exact for large inputs; posWeight multiplies what positive targets cost. Errors: sizes that differ. ${page('binary_cross_entropy_with_logits')}`,
    samples: [{ args: [t(3, 4), chance(3, 4)] }, { args: [t(3, 4), chance(3, 4), fixed(4)], kwargs: { reduction: 'sum' } }, { args: [t(3, 4), chance(3, 4)], kwargs: { posWeight: { t: [4], low: 0.5, high: 2 }, reduction: 'none' } }, { args: [t(), chance()] }],
    errors: [{ args: [t(2), chance(3)], code: 'ERR_SHAPE', message: 'binaryCrossEntropyWithLogits: Target size ([3]) must be the same as input size ([2])' }],
  },
  { name: '_binary_cross_entropy', args: 'Tensor self, Tensor target', grad: { saves: 'self target' }, dtypes: 'float', doc: 'binaryCrossEntropy, elementwise.', samples: [{ args: [chance(3), chance(3)] }] },
  { name: '_binary_cross_entropy_with_logits', args: 'Tensor self, Tensor target, Tensor? pos_weight', grad: { saves: 'self target pos_weight' }, dtypes: 'float', doc: 'binaryCrossEntropyWithLogits, elementwise.', samples: [{ args: [t(3), chance(3), null] }] },
  {
    ...base, name: 'kl_div', args: `Tensor self, Tensor target, ${legacy}, str reduction='mean', bool log_target=False`, grad: 'composite',
    doc: `target (log(target) - input), or exp(target) (target - input) where target holds logarithms; 'batchmean' is the sum over the first size. Shapes broadcast. ${page('kl_div')}`,
    samples: [{ args: [t(3, 4), chance(3, 4)] }, { args: [t(3, 4), chance(3, 4)], kwargs: { reduction: 'batchmean' } }, { args: [t(3, 4), t(3, 4)], kwargs: { logTarget: true, reduction: 'sum' } }, { args: [t(3, 1), chance(4)], kwargs: { reduction: 'none' } }],
    errors: [badReduction('klDiv')],
  },
];
