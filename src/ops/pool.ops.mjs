// Pooling.
import { camel, functionalDoc as docs, int64 as list64, of, t, within } from './rows.mjs';

const SPATIAL = ['L', 'H, W', 'D, H, W'];
const AVERAGE = 'int[] kernel_size, int[]? stride, int[] padding, bool ceil_mode, bool count_include_pad, int? divisor_override';

const maxPool = (n, samples, errors) => [
  {
    name: `max_pool${n}d_with_indices`, args: `Tensor self, int[${n}] kernel_size, int[${n}]? stride=None, int[${n}] padding=0, int[${n}] dilation=1, bool ceil_mode=False, bool return_indices=False`, returns: 'Tensor output, Tensor indices',
    namespaces: n === 1 ? ['torsh', 'nn.functional'] : ['nn.functional'], grad: 'composite', dtypes: 'int float', impl: `ts__max_pool(cx, a->self, ${n}, a->kernel_size, a->stride, a->padding, a->dilation, a->ceil_mode, out->t)`,
    doc: `maxPool${n}d that also gives, for each window, the place of its maximum in the plane. ${docs(`max_pool${n}d`)}`, samples,
  },
  {
    name: `max_pool${n}d`, args: `Tensor self, int[${n}] kernel_size, int[${n}]? stride=None, int[${n}] padding=0, int[${n}] dilation=1, bool ceil_mode=False, bool return_indices=False`,
    namespaces: ['torsh', 'nn.functional'], grad: 'composite', dtypes: 'int float', returns: 'Tensor', impl: `ts_max_pool_values(cx, out, ${n}, a->self, a->kernel_size, a->stride, a->padding, a->dilation, a->ceil_mode, a->return_indices)`,
    doc: `Maximum of each window of input (N, C, ${SPATIAL[n - 1]}), N optional; stride is kernelSize unless given, padding counts as -infinity; NaN wins. With returnIndices: [output, indices], the places of the maxima in their planes. Errors: padding over half the kernel, windows that do not fit. ${docs(`max_pool${n}d`)}`,
    samples, errors,
  },
];

/** An op with the argument return_indices and its twin that gives them. */
const pair = (row, call, samples, errors) => [
  { ...row, name: `${row.name}_with_indices`, returns: 'Tensor output, Tensor indices', grad: 'composite', impl: call, doc: `${camel(row.name)} that also gives, for each window, the place of its maximum in the plane. ${docs(row.name)}`, samples: samples.map(({ args, kwargs: { returnIndices: _, ...kwargs } = {} }) => ({ args, kwargs })) },
  { ...row, returns: 'Tensor', grad: 'composite', impl: `!a->return_indices ? ${call} : ts_fail(cx, TS_ERR_ARGUMENT, "one result has no room for indices: use ${camel(row.name)}WithIndices")`, samples, errors },
];

const avgPool = (n, samples, errors) => ({
  name: `avg_pool${n}d`, args: `Tensor self, int[${n}] kernel_size, int[${n}]? stride=None, int[${n}] padding=0, bool ceil_mode=False, bool count_include_pad=True${n > 1 ? ', int? divisor_override=None' : ''}`,
  namespaces: n === 1 ? ['torsh', 'nn.functional'] : ['nn.functional'], grad: 'composite', dtypes: 'float',
  impl: `(out->t[0] = ts__avg_pool(cx, a->self, ${n}, a->kernel_size, a->stride, a->padding, a->ceil_mode, a->count_include_pad, ${n > 1 ? 'a->divisor_override' : '(ts_opt_int){false, 0}'})) != NULL`,
  doc: `Mean of each window of input (N, C, ${SPATIAL[n - 1]}), N optional; stride is kernelSize unless given. countIncludePad counts padding as zeros. Errors: padding over half the kernel, windows that do not fit. ${docs(`avg_pool${n}d`)}`,
  samples, errors,
});

const adaptiveMax = (n, samples, errors) => pair({
  name: `adaptive_max_pool${n}d`, args: `Tensor self, size[${n}] output_size, bool return_indices=False`, namespaces: n === 1 ? ['torsh', 'nn.functional'] : ['nn.functional'], dtypes: 'float',
  doc: `Maxima of windows of input (N, C, ${SPATIAL[n - 1]}), N optional, that share it out evenly, as many as outputSize says; null keeps the input's size. With returnIndices: [output, indices]. Errors: empty dims other than the batch, negative sizes. ${docs(`adaptive_max_pool${n}d`)}`,
}, `ts_adaptive_maximum(cx, out, ${n}, a->self, a->output_size)`, samples, errors);

const fractionalMax = (n, samples, errors) => pair({
  name: `fractional_max_pool${n}d`, args: `Tensor self, int[${n}] kernel_size, int[${n}]? output_size=None, float[${n}]? output_ratio=None, bool return_indices=False, Tensor? _random_samples=None`, namespaces: ['nn.functional'], dtypes: 'float',
  doc: `Maxima of windows of input (N, C, ${SPATIAL[n - 1]}), N optional, at pseudo-random places that cover it about evenly; outputSize, or outputRatio of the input's, says how many. _randomSamples (N, C, ${n}) of [0, 1) decide the places, else the generator does. With returnIndices: [output, indices]. ${docs(`fractional_max_pool${n}d`)}`,
}, `ts_fractional_maximum(cx, out, ${n}, a->self, a->kernel_size, a->output_size, a->output_ratio, a->_random_samples)`, samples, errors);

const maxUnpool = (n, samples, errors) => ({
  name: `max_unpool${n}d`, args: `Tensor self, Tensor indices, int[${n}] kernel_size, int[${n}]? stride=None, int[${n}] padding=0, int[]? output_size=None`, namespaces: ['nn.functional'], grad: 'composite', dtypes: 'float',
  impl: `ts_max_unpooled(cx, out, ${n}, a->self, a->indices, a->kernel_size, a->stride, a->padding, a->output_size)`,
  doc: `The reverse of maxPool${n}d: planes of zeros with the elements of input (N, C, ${SPATIAL[n - 1]}), N optional, at the places that indices name; of outputSize, or (in - 1) * stride - 2 * padding + kernelSize. Errors: indices of another shape or beyond the plane, an outputSize that the pooling cannot come from. ${docs(`max_unpool${n}d`)}`,
  samples, errors,
});

const lpPool = (n, samples, errors) => ({
  name: `lp_pool${n}d`, args: `Tensor self, float norm_type, int[${n}] kernel_size, int[${n}]? stride=None, bool ceil_mode=False`, namespaces: ['nn.functional'], grad: 'composite', dtypes: 'float',
  impl: `ts_power_pooled(cx, out, ${n}, a->self, a->norm_type, a->kernel_size, a->stride, a->ceil_mode)`,
  doc: `The sum of the powers normType of each window of input (N, C, ${SPATIAL[n - 1]}), N optional, to the power 1 / normType. ${docs(`lp_pool${n}d`)}`,
  samples, errors,
});

const adaptiveAvg = (n, samples, errors) => ({
  name: `adaptive_avg_pool${n}d`, args: `Tensor self, size[${n}] output_size`, namespaces: n === 1 ? ['torsh', 'nn.functional'] : ['nn.functional'], grad: 'composite', dtypes: 'float',
  impl: `ts_adaptive_average(cx, out, ${n}, a->self, a->output_size)`,
  doc: `Means of windows of input (N, C, ${SPATIAL[n - 1]}), N optional, that share it out evenly, as many as outputSize says; null keeps the input's size. Errors: empty dims other than the batch, negative sizes. ${docs(`adaptive_avg_pool${n}d`)}`,
  samples, errors,
});

export default [
  ...maxPool(1, [{ args: [t(2, 3, 8), 2], kwargs: { returnIndices: true } }, { args: [t(3, 7), 3, 2, 1] }], [{ args: [t(1, 2, 4), 2, 1, 2], code: 'ERR_ARGUMENT', message: 'maxPool1d: pad should be at most half of kernel size, but got pad=2 and kernel_size=2' }]),
  ...maxPool(2, [{ args: [t(2, 3, 6, 6), 2] }, { args: [t(1, 2, 7, 5), [3, 2], 2, 1] }, { args: [t(2, 5, 5), 2], kwargs: { ceilMode: true, dilation: 2, stride: 1 } }], [{ args: [t(1, 1, 2, 2), 3], code: 'ERR_SHAPE', message: 'maxPool2d: Given input size: [1, 1, 2, 2]. Calculated output size: 0. Output size is too small' }]),
  ...maxPool(3, [{ args: [t(1, 2, 4, 4, 4), 2] }]),
  avgPool(1, [{ args: [t(2, 3, 8), 2] }, { args: [t(3, 7), 3, 2, 1, true, false] }]),
  avgPool(2, [{ args: [t(2, 3, 6, 6), 2] }, { args: [t(1, 2, 7, 5), [3, 2], 2, 1] }, { args: [t(2, 5, 5), 3], kwargs: { ceilMode: true, countIncludePad: false, padding: 1, stride: 2 } }, { args: [t(1, 4, 4), 2], kwargs: { divisorOverride: 3 } }],
    [{ args: [t(1, 1, 4, 4), 2], kwargs: { divisorOverride: 0 }, code: 'ERR_ARGUMENT', message: 'avgPool2d: divisor must be not zero' }]),
  avgPool(3, [{ args: [t(1, 2, 4, 4, 4), 2] }]),
  ...adaptiveMax(1, [{ args: [t(2, 3, 7), 3] }, { args: [t(3, 4), 6], kwargs: { returnIndices: true } }], [{ args: [t(2, 3, 0), 2], code: 'ERR_SHAPE', message: 'adaptiveMaxPool1d: Expected input to have non-zero size for non-batch dimensions, but input has sizes [2, 3, 0] with dimension 2 being empty' }]),
  ...adaptiveMax(2, [{ args: [t(2, 3, 5, 7), [3, 2]] }, { args: [t(3, 4, 4), 1] }, { args: [t(1, 2, 5, 4), [null, 3]] }, { args: [t(0, 2, 5, 4), 3] }], [{ args: [t(3, 4), 2], code: 'ERR_SHAPE', message: 'adaptiveMaxPool2d: Expected 3D or 4D tensor, but got [3, 4]' }]),
  ...adaptiveMax(3, [{ args: [t(1, 2, 3, 5, 4), [2, 3, 2]] }, { args: [t(2, 3, 3, 3), [null, 1, 2]] }]),
  ...fractionalMax(2, [{ args: [t(1, 2, 7, 6), 2, [3, 4]], kwargs: { _randomSamples: { t: [1, 2, 2], low: 0, high: 1, grad: false } } }, { args: [t(2, 5, 5), 2], kwargs: { outputRatio: 0.5, _randomSamples: { t: [1, 2, 2], low: 0, high: 1, grad: false }, returnIndices: true } }],
    [{ args: [t(1, 1, 4, 4), 2], code: 'ERR_ARGUMENT', message: 'fractionalMaxPool2d: fractional_max_pool2d requires specifying either an output_size or an output_ratio' },
      { args: [t(1, 1, 4, 4), 3, 3], code: 'ERR_SHAPE', message: 'fractionalMaxPool2d: kernel size 3 and output size 3 are too large for input size 4' }]),
  ...fractionalMax(3, [{ args: [t(1, 2, 4, 5, 6), [2, 2, 3], [2, 3, 2]], kwargs: { _randomSamples: { t: [1, 2, 3], low: 0, high: 1, grad: false } } }]),
  maxUnpool(1, [{ args: [t(1, 2, 3), list64([1, 2, 3], 0, 2, 5, 1, 3, 4), 2] }, { args: [t(2, 2), list64([2, 2], 1, 3, 0, 4), 2, 2], kwargs: { outputSize: [5] } }],
    [{ args: [t(1, 1, 2), list64([1, 1, 2], 0, 4), 2], code: 'ERR_INDEX', message: 'maxUnpool1d: Found an invalid max index: 4 (output volumes are of size 4)' },
      { args: [t(1, 1, 2), list64([1, 1, 2], 0, 2), 2], kwargs: { outputSize: [9] }, code: 'ERR_ARGUMENT', message: 'maxUnpool1d: invalid output_size [9] (dim 0 must be between 2 and 6)' }]),
  maxUnpool(2, [{ args: [t(1, 2, 2, 2), list64([1, 2, 2, 2], 0, 2, 8, 10, 5, 3, 12, 15), 2] }, { args: [t(1, 1, 2), list64([1, 1, 2], 0, 5), [2, 2], [2, 3], [0, 1]] }],
    [{ args: [t(1, 1, 2, 2), list64([1, 1, 2], 0, 1), 2], code: 'ERR_SHAPE', message: 'maxUnpool2d: Expected shape of indices to be: [1, 1, 2, 2] but got: [1, 1, 2]' }]),
  maxUnpool(3, [{ args: [t(1, 1, 1, 2, 1), list64([1, 1, 1, 2, 1], 0, 15), 2] }]),
  lpPool(1, [{ args: [within(0.5, 2, 2, 3, 8), 2, 2] }, { args: [within(0.5, 2, 3, 7), 3, 3, 2, true] }]),
  lpPool(2, [{ args: [within(0.5, 2, 1, 2, 5, 4), 2, 2] }, { args: [within(0.5, 2, 2, 5, 5), 1.5, [3, 2], 2] }]),
  lpPool(3, [{ args: [within(0.5, 2, 1, 2, 3, 4, 4), 2, 2] }]),
  {
    name: 'local_response_norm', args: 'Tensor self, int size, float alpha=0.0001, float beta=0.75, float k=1.0', namespaces: ['nn.functional'], grad: 'composite', dtypes: 'float',
    doc: `input (N, C, ...) over (k + alpha * the mean of the squares of size channels around each) ** beta. Errors: fewer than 3 dims. ${docs('local_response_norm')}`,
    samples: [{ args: [t(2, 4, 3), 3] }, { args: [t(1, 5, 3, 2), 2], kwargs: { alpha: 0.5, beta: 0.5, k: 2 } }, { args: [t(1, 3, 2, 2, 2), 4, 1] }, { args: [t(0, 3, 2), 2] }],
    errors: [{ args: [t(2, 3), 2], code: 'ERR_SHAPE', message: 'localResponseNorm: Expected 3D or higher dimensionality input (got 2 dimensions)' }],
  },
  {
    name: '_adaptive_max_pool', args: 'Tensor self, int[] size', returns: 'Tensor output, Tensor indices', grad: { saves: 'self.sizes result1' }, node: 'AdaptiveMaxPoolBackward0', dtypes: 'float',
    doc: 'Maximum of each of the windows that share the last dims out evenly, and its place in the plane.', samples: [{ args: [t(2, 5, 4), [2, 3]] }],
  },
  {
    name: '_fractional_max_pool', args: 'Tensor self, Tensor samples, int[] kernel_size, int[] size', returns: 'Tensor output, Tensor indices', grad: { saves: 'self.sizes result1' }, node: 'FractionalMaxPoolBackward0', dtypes: 'float',
    doc: 'Maximum of each window, whose places the samples (planes, dims) decide, and its place in the plane.', samples: [{ args: [t(1, 5, 4), { t: [1, 2], low: 0, high: 1, grad: false }, [2, 2], [2, 3]] }],
  },
  {
    name: '_max_unpool', args: 'Tensor self, Tensor indices, int[] size', grad: { saves: 'indices' }, dtypes: 'all', node: 'MaxUnpoolBackward0',
    doc: 'Planes of zeros of the given size with the elements of input at the places that indices name.', samples: [{ args: [t(1, 2), list64([1, 2], 1, 3), [5]] }],
  },
  {
    name: '_max_pool', args: 'Tensor self, int dims, int[] kernel_size, int[]? stride, int[] padding, int[] dilation, bool ceil_mode', returns: 'Tensor output, Tensor indices', grad: { saves: 'self.sizes result1' }, node: 'MaxPoolWithIndicesBackward0', dtypes: 'int float',
    doc: 'Maximum of each window over 1 to 3 dims, and its place in the plane.', samples: [{ args: [t(2, 3, 6, 6), 2, [2, 2], null, [0, 0], [1, 1], false] }],
  },
  {
    name: '_max_pool_backward', args: 'Tensor grad, Tensor indices, int[] size, int dims', grad: { saves: 'indices' }, dtypes: 'float',
    doc: 'Adds grad to the places that indices name in planes of the given size.', samples: [{ args: [t(1, 2), { t: [1, 2], dtype: 'int64', values: [1, 3] }, [1, 5], 1] }],
  },
  {
    name: '_max_pool_gather', args: 'Tensor self, Tensor indices, int dims', grad: { saves: 'self.sizes indices' }, dtypes: 'float',
    doc: 'The elements of planes at the places that indices name.', samples: [{ args: [t(1, 5), { t: [1, 2], dtype: 'int64', values: [1, 3] }, 1] }],
  },
  {
    name: '_avg_pool', args: `Tensor self, int dims, ${AVERAGE}`, grad: { saves: 'self.sizes' }, node: 'AvgPoolBackward0', dtypes: 'float',
    doc: 'Mean of each window over 1 to 3 dims.', samples: [{ args: [t(2, 3, 6), 1, [2], null, [0], false, true, null] }],
  },
  {
    name: '_avg_pool_backward', args: `Tensor grad, int[] size, int dims, ${AVERAGE}`, grad: { saves: '' }, dtypes: 'float',
    doc: 'Spreads grad evenly over the elements of each window.', samples: [{ args: [t(2, 3, 3), [2, 3, 6], 1, [2], null, [0], false, true, null] }],
  },
  adaptiveAvg(1, [{ args: [t(2, 3, 7), 3] }, { args: [t(3, 4), [6]] }], [{ args: [t(2, 3, 0), 2], code: 'ERR_SHAPE', message: 'adaptiveAvgPool1d: Expected input to have non-zero size for non-batch dimensions, but input has sizes [2, 3, 0] with dimension 2 being empty' }]),
  adaptiveAvg(2, [{ args: [t(2, 3, 5, 7), [3, 2]] }, { args: [t(3, 4, 4), 1] }, { args: [t(1, 2, 5, 4), [null, 3]] }, { args: [t(0, 2, 5, 4), 3] }, { args: [t(1, 2, 3, 4), [0, 2]] }],
    [{ args: [t(3, 4), 2], code: 'ERR_SHAPE', message: 'adaptiveAvgPool2d: Expected 3D or 4D tensor, but got [3, 4]' }, { args: [t(2, 3, 4, 4), [-1, 2]], code: 'ERR_ARGUMENT', message: 'adaptiveAvgPool2d: elements of output_size must be greater than or equal to 0 but received {-1, 2}' },
      { args: [of('int64', 1, 4, 4), 2], code: 'ERR_DTYPE', message: 'adaptiveAvgPool2d: not implemented for int64' }]),
  adaptiveAvg(3, [{ args: [t(1, 2, 3, 5, 4), [2, 3, 2]] }, { args: [t(2, 3, 3, 3), [null, 1, 2]] }]),
];
