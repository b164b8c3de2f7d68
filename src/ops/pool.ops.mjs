// Pooling.
const t = (...shape) => ({ t: shape });
const docs = (name) => `https://pytorch.org/docs/stable/generated/torch.nn.functional.${name}.html`;
const SPATIAL = ['L', 'H, W', 'D, H, W'];
const AVERAGE = 'int[] kernel_size, int[]? stride, int[] padding, bool ceil_mode, bool count_include_pad, int? divisor_override';

const maxPool = (n, samples, errors) => [
  {
    name: `max_pool${n}d_with_indices`, args: `Tensor self, int[${n}] kernel_size, int[${n}]? stride=None, int[${n}] padding=0, int[${n}] dilation=1, bool ceil_mode=False`, returns: 'Tensor output, Tensor indices',
    namespaces: ['nn.functional'], grad: 'composite', dtypes: 'int float', impl: `ts__max_pool(cx, a->self, ${n}, a->kernel_size, a->stride, a->padding, a->dilation, a->ceil_mode, out->t)`,
    doc: `maxPool${n}d that also gives, for each window, the place of its maximum in the plane. ${docs(`max_pool${n}d`)}`, samples,
  },
  {
    name: `max_pool${n}d`, args: `Tensor self, int[${n}] kernel_size, int[${n}]? stride=None, int[${n}] padding=0, int[${n}] dilation=1, bool ceil_mode=False, bool return_indices=False`,
    namespaces: ['torsh', 'nn.functional'], grad: 'composite', dtypes: 'int float', returns: 'Tensor', impl: `ts_max_pool_values(cx, out, ${n}, a->self, a->kernel_size, a->stride, a->padding, a->dilation, a->ceil_mode, a->return_indices)`,
    doc: `Maximum of each window of input (N, C, ${SPATIAL[n - 1]}), N optional; stride is kernelSize unless given, padding counts as -infinity; NaN wins. For indices use maxPool${n}dWithIndices or nn.MaxPool${n}d. Errors: padding over half the kernel, windows that do not fit. ${docs(`max_pool${n}d`)}`,
    samples, errors,
  },
];

const avgPool = (n, samples, errors) => ({
  name: `avg_pool${n}d`, args: `Tensor self, int[${n}] kernel_size, int[${n}]? stride=None, int[${n}] padding=0, bool ceil_mode=False, bool count_include_pad=True${n > 1 ? ', int? divisor_override=None' : ''}`,
  namespaces: n === 1 ? ['torsh', 'nn.functional'] : ['nn.functional'], grad: 'composite', dtypes: 'float',
  impl: `(out->t[0] = ts__avg_pool(cx, a->self, ${n}, a->kernel_size, a->stride, a->padding, a->ceil_mode, a->count_include_pad, ${n > 1 ? 'a->divisor_override' : '(ts_opt_int){false, 0}'})) != NULL`,
  doc: `Mean of each window of input (N, C, ${SPATIAL[n - 1]}), N optional; stride is kernelSize unless given. countIncludePad counts padding as zeros. Errors: padding over half the kernel, windows that do not fit. ${docs(`avg_pool${n}d`)}`,
  samples, errors,
});

export default [
  ...maxPool(1, [{ args: [t(2, 3, 8), 2] }, { args: [t(3, 7), 3, 2, 1] }], [{ args: [t(1, 2, 4), 2, 1, 2], code: 'ERR_ARGUMENT', message: 'maxPool1d: pad should be at most half of kernel size, but got pad=2 and kernel_size=2' }]),
  ...maxPool(2, [{ args: [t(2, 3, 6, 6), 2] }, { args: [t(1, 2, 7, 5), [3, 2], 2, 1] }, { args: [t(2, 5, 5), 2], kwargs: { ceilMode: true, dilation: 2, stride: 1 } }], [{ args: [t(1, 1, 2, 2), 3], code: 'ERR_SHAPE', message: 'maxPool2d: Given input size: [1, 1, 2, 2]. Calculated output size: 0. Output size is too small' }]),
  ...maxPool(3, [{ args: [t(1, 2, 4, 4, 4), 2] }]),
  avgPool(1, [{ args: [t(2, 3, 8), 2] }, { args: [t(3, 7), 3, 2, 1, true, false] }]),
  avgPool(2, [{ args: [t(2, 3, 6, 6), 2] }, { args: [t(1, 2, 7, 5), [3, 2], 2, 1] }, { args: [t(2, 5, 5), 3], kwargs: { ceilMode: true, countIncludePad: false, padding: 1, stride: 2 } }, { args: [t(1, 4, 4), 2], kwargs: { divisorOverride: 3 } }],
    [{ args: [t(1, 1, 4, 4), 2], kwargs: { divisorOverride: 0 }, code: 'ERR_ARGUMENT', message: 'avgPool2d: divisor must be not zero' }]),
  avgPool(3, [{ args: [t(1, 2, 4, 4, 4), 2] }]),
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
];
