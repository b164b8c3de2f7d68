// Losses of margins, of embeddings, and negative log-likelihoods of distributions.
import { camel, functionalDoc, list, t, within } from './rows.mjs';

const legacy = "bool? size_average=None, bool? reduce=None, str reduction='mean'";
const labels = (low, high, ...shape) => ({ t: shape, dtype: 'int64', low, high });
const signs = (...values) => ({ ...list(values), grad: false });
const fixed = (low, high, ...shape) => ({ ...within(low, high, ...shape), grad: false });
const BOTH = ['torsh', 'nn.functional'];
const none = { reduction: 'none' };

/** errors: the words for a reduction that is none, after the word itself. */
const loss = (name, args, doc, samples, errors = [], words = ' is not a valid value for reduction') => ({
  name, args, namespaces: ['nn.functional'], grad: 'composite', dtypes: 'float', doc: `${doc} ${functionalDoc(name)}`, samples,
  errors: [{ ...samples[0], kwargs: { reduction: 'median' }, code: 'ERR_ARGUMENT', message: `${camel(name)}: median${words}` }, ...errors],
});

export default [
  loss('soft_margin_loss', `Tensor self, Tensor target, ${legacy}`, 'log(1 + exp(-target * input)), its mean or sum; targets are 1 or -1. The target broadcasts to input.', [
    { args: [t(3, 4), fixed(-1, 1, 3, 4)] }, { args: [t(3), signs(1, -1, 1)], kwargs: none }, { args: [t(3), signs(1, -1, 1)], kwargs: { sizeAverage: false } }, { args: [t(), fixed(-1, 1)], kwargs: { reduction: 'sum' } },
  ], [{ args: [t(5, 4), t(5)], code: 'ERR_SHAPE', message: 'softMarginLoss: The size of tensor a (4) must match the size of tensor b (5) at non-singleton dimension 1 (shapes [5, 4] and [5])' },
    { args: [t(4), t(5, 4)], code: 'ERR_SHAPE', message: "softMarginLoss: the target must have input's shape [4], or one that broadcasts to it, but got [5, 4]" }]),
  {
    ...loss('margin_ranking_loss', `Tensor input1, Tensor input2, Tensor target, float margin=0, ${legacy}`, 'max(0, -target * (input1 - input2) + margin), its mean or sum; a target of 1 says that input1 ranks higher, -1 that input2 does. Shapes broadcast. Errors: different numbers of dims.', [
      { args: [t(4), t(4), signs(1, -1, 1, -1)] }, { args: [t(3, 4), t(3, 4), fixed(-1, 1, 3, 4)], kwargs: { margin: 0.3, reduction: 'none' } }, { args: [t(), t(), fixed(-1, 1)], kwargs: { reduction: 'sum' } },
    ], [{ args: [t(5, 4), t(5, 4), t(5)], code: 'ERR_SHAPE', message: 'marginRankingLoss: margin_ranking_loss : All input tensors should have same dimension but got sizes: input1: [5, 4], input2: [5, 4], target: [5]' }]), namespaces: BOTH,
  },
  {
    ...loss('hinge_embedding_loss', `Tensor self, Tensor target, float margin=1.0, ${legacy}`, 'input where target is 1, max(0, margin - input) where it is -1; its mean or sum. Shapes broadcast.', [
      { args: [t(4), signs(1, -1, 1, -1)] }, { args: [t(4), signs(1, -1, 0, -1)], kwargs: { margin: 0.3, reduction: 'none' } }, { args: [t(2, 4), signs(1, -1, 1, -1)], kwargs: { reduction: 'sum' } },
    ]), namespaces: BOTH,
  },
  {
    ...loss('cosine_embedding_loss', `Tensor input1, Tensor input2, Tensor target, float margin=0, ${legacy}`, '1 - cos(input1, input2) where target is 1, max(0, cos(input1, input2) - margin) where it is -1; its mean or sum. Inputs (N, D) with target (N), or (D) with target (). Errors: other dims.', [
      { args: [t(3, 4), t(3, 4), signs(1, -1, 1)] }, { args: [t(3, 4), t(3, 4), signs(-1, -1, 1)], kwargs: { margin: -0.5, reduction: 'none' } }, { args: [t(4), t(4), { t: [], values: [-1], grad: false }], kwargs: { margin: -0.9, reduction: 'sum' } },
    ], [
      { args: [t(3, 4), t(3, 4), t(3, 1)], code: 'ERR_SHAPE', message: 'cosineEmbeddingLoss: 0D or 1D target tensor expected, multi-target not supported (target [3, 1])' },
      { args: [t(3), t(3), t(3)], code: 'ERR_SHAPE', message: 'cosineEmbeddingLoss: 1D target tensor expects 2D input tensors, but found inputs with sizes [3] and [3].' },
    ]), namespaces: BOTH,
  },
  {
    ...loss('triplet_margin_loss', `Tensor anchor, Tensor positive, Tensor negative, float margin=1.0, float p=2, float eps=1e-6, bool swap=False, ${legacy}`, 'max(0, d(anchor, positive) - d(anchor, negative) + margin) with pairwiseDistance d, its mean or sum; swap: with d(positive, negative) where that is less than d(anchor, negative). Shapes broadcast. Errors: different numbers of dims.', [
      { args: [t(3, 4), t(3, 4), t(3, 4)] }, { args: [t(3, 4), t(3, 4), t(3, 4)], kwargs: { margin: 0.5, p: 3, swap: true, reduction: 'none' } }, { args: [t(4), t(4), t(4)], kwargs: { p: 1, reduction: 'sum' } },
    ], [{ args: [t(2, 3), t(3), t(2, 3)], code: 'ERR_SHAPE', message: 'tripletMarginLoss: All inputs should have same dimension but got 2D, 1D and 2D inputs. (shapes [2, 3], [3] and [2, 3])' }]), namespaces: BOTH,
  },
  loss('multilabel_soft_margin_loss', `Tensor self, Tensor target, Tensor? weight=None, ${legacy}`, '-(target log(sigmoid(input)) + (1 - target) log(sigmoid(-input))) times weight, its mean over the last dim (the classes), and the mean or sum of that.', [
    { args: [t(3, 4), fixed(0, 1, 3, 4)] }, { args: [t(3, 4), fixed(0, 1, 3, 4), fixed(0.5, 2, 4)], kwargs: none }, { args: [t(4), fixed(0, 1, 4)], kwargs: { reduction: 'sum' } },
  ], [{ args: [t(), t()], code: 'ERR_SHAPE', message: 'multilabelSoftMarginLoss: input must have at least one dimension, got shape []' }], ' is not valid'),
  loss('multi_margin_loss', `Tensor self, Tensor target, int p=1, float margin=1.0, Tensor? weight=None, ${legacy}`, 'The sum over the classes i that are not the target t of max(0, margin - input[t] + input[i])^p times weight[t], over their number; its mean or sum. input (N, C) with target (N), or (C) with target (). Errors: labels that are no class, another p.', [
    { args: [t(4, 3), labels(0, 3, 4)] }, { args: [t(4, 3), labels(0, 3, 4)], kwargs: { p: 2, margin: 0.5, weight: fixed(0.5, 2, 3), reduction: 'none' } }, { args: [t(3), labels(0, 3)], kwargs: { reduction: 'sum' } }, { args: [t(0, 3), labels(0, 3, 0)], kwargs: { reduction: 'sum' } },
  ], [
    { args: [t(2, 3), list([0, 3], 'int64')], code: 'ERR_INDEX', message: 'multiMarginLoss: target out of range (3 for 3 classes)' },
    { args: [t(2, 3), labels(0, 3, 2), 3], code: 'ERR_ARGUMENT', message: 'multiMarginLoss: only p == 1 and p == 2 supported' },
    { args: [t(2, 3), labels(0, 3, 3)], code: 'ERR_SHAPE', message: 'multiMarginLoss: inconsistent target size, expected one class a sample but got [3] (input [2, 3])' },
    { args: [t(2, 3), labels(0, 3, 2)], kwargs: { weight: t(2) }, code: 'ERR_SHAPE', message: 'multiMarginLoss: inconsistent weight size, expected 3 but got [2]' },
  ]),
  loss('multilabel_margin_loss', `Tensor self, Tensor target, ${legacy}`, 'The sum of max(0, 1 - input[t] + input[i]) over the targets t, which stand in target up to the first -1, and the other classes i, over the number of classes; its mean or sum. input and target (N, C) or (C). Errors: labels that are no class, sizes that differ.', [
    { args: [t(2, 4), { t: [2, 4], dtype: 'int64', values: [3, 0, -1, 1, 2, -1, 0, 0] }] }, { args: [t(2, 3), { t: [2, 3], dtype: 'int64', values: [0, 1, 2, 1, 0, -1] }], kwargs: none }, { args: [t(3), list([1, -1, 0], 'int64')], kwargs: { reduction: 'sum' } },
  ], [
    { args: [t(3), list([1, 3, 0], 'int64')], code: 'ERR_INDEX', message: "multilabelMarginLoss: argument #2 'target' is out of range (3 for 3 classes)" },
    { args: [t(2, 3), labels(0, 3, 2, 2)], code: 'ERR_SHAPE', message: "multilabelMarginLoss: inconsistent target size, expected the input's size but got [2, 2] (input [2, 3])" },
  ]),
  { name: '_multilabel_margin', args: 'Tensor self, Tensor target', grad: { saves: 'self target' }, dtypes: 'float', doc: 'multilabelMarginLoss of each row, without reduction.', samples: [{ args: [t(1, 3), { t: [1, 3], dtype: 'int64', values: [1, -1, 0] }] }] },
  { name: '_multilabel_margin_backward', args: 'Tensor grad, Tensor self, Tensor target', grad: { saves: 'self target' }, dtypes: 'float', doc: 'Gradient of _multilabel_margin.', samples: [{ args: [t(1), t(1, 3), { t: [1, 3], dtype: 'int64', values: [1, -1, 0] }] }] },
  { name: '_multilabel_margin_slope', args: 'Tensor v, Tensor self, Tensor target', grad: { saves: 'self target' }, dtypes: 'float', doc: 'Change of _multilabel_margin along v.', samples: [{ args: [t(1, 3), t(1, 3), { t: [1, 3], dtype: 'int64', values: [1, -1, 0] }] }] },
  loss('gaussian_nll_loss', "Tensor self, Tensor target, Tensor var, bool full=False, float eps=1e-6, str reduction='mean'", '(log(var) + (input - target)^2 / var) / 2, its mean or sum, with variances of eps at least (which their gradient does not see); full: plus log(2 pi) / 2. var has the size of input, with 1 for the last size or without it. Errors: negative variances, other sizes.', [
    { args: [t(3, 4), t(3, 4), within(0.5, 2, 3, 4)] }, { args: [t(3, 4), t(3, 4), within(0.5, 2, 3)], kwargs: { full: true, reduction: 'none' } }, { args: [t(3, 4), t(4), within(0.5, 2, 3, 1)], kwargs: { reduction: 'sum' } },
  ], [
    { args: [t(3), t(3), list([1, -1, 1])], code: 'ERR_ARGUMENT', message: 'gaussianNllLoss: var has negative entry/entries' },
    { args: [t(3), t(3), within(0.5, 1, 2)], code: 'ERR_SHAPE', message: 'gaussianNllLoss: var is of incorrect size (input [3], var [2])' },
  ], ' is not valid'),
  loss('poisson_nll_loss', `Tensor self, Tensor target, bool log_input=True, bool full=False, bool? size_average=None, float eps=1e-8, bool? reduce=None, str reduction='mean'`, 'exp(input) - target * input, or input - target * log(input + eps) without logInput, its mean or sum; full: plus an approximation of log(target!) where target is above 1. Shapes broadcast.', [
    { args: [t(3, 4), within(0, 5, 3, 4)] }, { args: [within(0.5, 2, 3, 4), within(1.5, 5, 3, 4)], kwargs: { logInput: false, full: true, reduction: 'none' } }, { args: [t(4), fixed(0, 0.9, 4)], kwargs: { full: true, reduction: 'sum' } },
  ], [], ' is not valid'),
];
