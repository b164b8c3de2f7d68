// Creation, copying, conversion.
import { t, torchDoc as docs } from './rows.mjs';

const FACTORY = 'dtype? dtype=None';
const LIKE = '*, dtype? dtype=None';
const NO = 'not differentiable';

/** zeros, zeros_like and new_zeros in one go. */
const filled = (name, what, fill) => [
  {
    name, args: `int[] ...size, *, ${FACTORY}`, as: ['function', 'out'], flags: ['direct', 'factory'], grad: NO, dtypes: 'all', impl: `ts_filled(cx, out, a->size, a->dtype, ${fill})`,
    doc: `A tensor of ${what} with the given size, float32 unless dtype says otherwise. Errors: negative sizes, sizes whose product overflows or exceeds memory. ${docs(name)}`,
    samples: [{ args: [[2, 3]] }, { args: [[]] }, { args: [[0, 4]] }, { args: [[2]], kwargs: { dtype: 'int64' } }],
    errors: [{ args: [[2, -1]], code: 'ERR_SHAPE', message: `${name}: Trying to create tensor with negative dimension -1: [2, -1]` }],
  },
  {
    name: `${name}_like`, args: `Tensor self, ${LIKE}`, flags: ['factory'], grad: NO, dtypes: 'all', impl: `ts_filled_like(cx, out, a->self, a->dtype, ${fill})`,
    doc: `A tensor of ${what} with the size and (unless given) the dtype of input. ${docs(`${name}_like`)}`,
    samples: [{ args: [t(2, 3)] }, { args: [t()] }, { args: [t(0, 2)], kwargs: { dtype: 'int32' } }],
  },
  {
    name: `new_${name}`, args: `Tensor self, int[] ...size, *, ${FACTORY}`, as: ['method'], flags: ['factory'], grad: NO, dtypes: 'all', impl: `ts_filled_new(cx, out, a->self, a->size, a->dtype, ${fill})`,
    doc: `A tensor of ${what} with the given size and (unless given) the dtype of input. ${docs(`Tensor.new_${name}`)}`,
    samples: [{ args: [t(2), [2, 3]] }, { args: [{ t: [2], dtype: 'int64' }, []] }],
  },
];

export default [
  ...filled('zeros', 'zeros', 'ts_int(0)'),
  ...filled('ones', 'ones', 'ts_int(1)'),
  ...filled('empty', 'uninitialised memory', 'ts_none()').map((row) => ({ ...row, samples: [row.samples[0]].map((s) => ({ ...s, uninitialised: true })) })),
  {
    name: 'empty_strided', args: `int[] size, int[] stride, *, ${FACTORY}`, flags: ['factory'], grad: NO, dtypes: 'all',
    doc: `An uninitialised tensor with the given sizes and strides. ${docs('empty_strided')}`, samples: [{ args: [[2, 3], [1, 2]], uninitialised: true }],
  },
  {
    name: 'full', args: `int[] size, Scalar fill_value, *, ${FACTORY}`, as: ['function', 'out'], flags: ['direct', 'factory'], grad: NO, dtypes: 'all',
    doc: `A tensor of the given size filled with one value: float32 for numbers, bool for booleans, int64 for bigints, unless dtype says otherwise. ${docs('full')}`,
    samples: [{ args: [[2, 3], 1.5] }, { args: [[], 2] }, { args: [[2], true] }, { args: [[3], 7], kwargs: { dtype: 'int16' } }],
  },
  {
    name: 'full_like', args: `Tensor self, Scalar fill_value, ${LIKE}`, flags: ['factory'], grad: NO, dtypes: 'all',
    doc: `A tensor filled with one value, with the size and (unless given) the dtype of input. ${docs('full_like')}`, samples: [{ args: [t(2, 3), 4] }, { args: [t(), -1.5] }, { args: [{ t: [3], dtype: 'complex64' }, { re: 1, im: 2 }] }],
  },
  {
    name: 'new_full', args: `Tensor self, int[] size, Scalar fill_value, *, ${FACTORY}`, as: ['method'], flags: ['factory'], grad: NO, dtypes: 'all',
    doc: `A tensor filled with one value, with the given size and (unless given) the dtype of input. ${docs('Tensor.new_full')}`, samples: [{ args: [t(1), [2, 2], 4] }],
  },
  {
    name: 'fill', args: 'Tensor self, Operand value', as: ['function', 'method', 'inplace'], flags: ['direct'], grad: { saves: '' }, dtypes: 'all',
    doc: `input with every element set to value, a number or a 0-d tensor. ${docs('Tensor.fill_')}`,
    samples: [{ args: [t(2, 3), 1.5] }, { args: [t(2), t()] }, { args: [t(), 3] }],
    errors: [{ args: [t(2), t(2)], code: 'ERR_SHAPE', message: 'fill: fill only supports 0-dimension value tensor but got tensor with 1 dimensions.' }],
  },
  {
    name: 'arange', args: `Scalar? start=None, Scalar? end=None, Scalar step=1, *, ${FACTORY}`, as: ['function', 'out'], flags: ['factory'], grad: NO, dtypes: 'int float',
    doc: `Values from start (inclusive; 0 when only one bound is given) to end (exclusive) by step; int64 when all are integers, else float32. Errors: a step of 0, bounds of the wrong order. ${docs('arange')}`,
    samples: [{ args: [5] }, { args: [1, 4] }, { args: [1, 2.5, 0.5] }, { args: [5, 0, -2] }, { args: [0, 0] }, { args: [3], kwargs: { dtype: 'float64' } }],
    errors: [{ args: [0, 5, 0], code: 'ERR_ARGUMENT', message: 'arange: step must be nonzero' }, { args: [5, 0], code: 'ERR_ARGUMENT', message: 'arange: upper bound and larger bound inconsistent with step sign' }],
  },
  {
    name: 'linspace', args: `Scalar start, Scalar end, int steps, *, ${FACTORY}`, as: ['function', 'out'], flags: ['factory'], grad: NO, dtypes: 'int float',
    doc: `steps values evenly from start to end, both included. ${docs('linspace')}`,
    samples: [{ args: [0, 1, 5] }, { args: [-2, 3, 1] }, { args: [0, 1, 0] }, { args: [0, 10, 5], kwargs: { dtype: 'int64' } }],
    errors: [{ args: [0, 1, -1], code: 'ERR_ARGUMENT', message: 'linspace: number of steps must be non-negative' }],
  },
  {
    name: 'logspace', args: `Scalar start, Scalar end, int steps, float base=10.0, *, ${FACTORY}`, as: ['function', 'out'], flags: ['factory'], grad: NO, dtypes: 'int float',
    doc: `steps values from base ** start to base ** end, evenly on a logarithmic scale. ${docs('logspace')}`,
    samples: [{ args: [0, 2, 3] }, { args: [-1, 1, 4], kwargs: { base: 2 } }], errors: [{ args: [0, 1, -1], code: 'ERR_ARGUMENT', message: 'logspace: number of steps must be non-negative' }],
  },
  {
    name: 'eye', args: `int n, int? m=None, *, ${FACTORY}`, as: ['function', 'out'], flags: ['factory'], grad: NO, dtypes: 'all',
    doc: `A matrix with ones on the diagonal, (n, m), m = n unless given. ${docs('eye')}`,
    samples: [{ args: [3] }, { args: [2, 4] }, { args: [0] }], errors: [{ args: [-1], code: 'ERR_ARGUMENT', message: 'eye: n must be greater or equal to 0, got -1' }],
  },
  {
    name: 'clone', args: 'Tensor self, *, str? memory_format=None', as: ['function', 'method'], grad: { saves: '' }, dtypes: 'all',
    doc: "A copy in memory of its own; strides are kept when dense, unless memoryFormat is 'contiguous_format', 'channels_last' (4 dims) or 'channels_last_3d' (5 dims). https://pytorch.org/docs/stable/generated/torch.clone.html",
    samples: [{ args: [t(2, 3)] }, { args: [t()] }, { args: [t(0, 2)] }, { args: [t(2, 3, 2, 2)], kwargs: { memoryFormat: 'channels_last' } }],
    errors: [{ args: [t(2, 3)], kwargs: { memoryFormat: 'channels_last' }, code: 'ERR_SHAPE', message: 'clone: required rank 4 tensor to use channels_last format' }, { args: [t(2, 3)], kwargs: { memoryFormat: 'rows' }, code: 'ERR_ARGUMENT', message: "clone: memory_format must be one of 'contiguous_format', 'preserve_format', 'channels_last' and 'channels_last_3d', not 'rows'" }],
  },
  {
    name: 'contiguous', args: 'Tensor self, *, str? memory_format=None', as: ['method'], grad: 'composite', dtypes: 'all',
    doc: 'input itself when it is contiguous, else a contiguous copy; in the order of strides of a memoryFormat. https://pytorch.org/docs/stable/generated/torch.Tensor.contiguous.html',
    samples: [{ args: [t(2, 3)] }, { args: [t(2, 3, 2, 2)], kwargs: { memoryFormat: 'channels_last' } }, { args: [t(1, 2, 2, 1, 2)], kwargs: { memoryFormat: 'channels_last_3d' } }],
    errors: [{ args: [t(2, 3)], kwargs: { memoryFormat: 'preserve_format' }, code: 'ERR_ARGUMENT', message: 'contiguous: preserve memory format is unsupported by the contiguous operator' }],
  },
  {
    name: 'resize_', args: 'Tensor self, int[] ...size, *, str? memory_format=None', as: ['method'], flags: ['inplace', 'reshapes'], grad: 'not differentiable', dtypes: 'all',
    doc: 'Gives input another size: the first elements of its memory in order, which grows by zeros where it is too short. Errors: an input that requires a gradient. https://pytorch.org/docs/stable/generated/torch.Tensor.resize_.html',
    samples: [{ args: [t(2, 3), [3, 2]] }, { args: [t(2, 3), [2]] }, { args: [t(2), [2, 3]] }, { args: [t(3), []] }],
    errors: [{ args: [t(2), [-1]], code: 'ERR_SHAPE', message: 'resize_: Trying to create tensor with negative dimension -1: [-1]' }],
  },
  {
    name: 'resize_as_', args: 'Tensor self, Tensor the_template, *, str? memory_format=None', as: ['method'], flags: ['inplace', 'reshapes'], grad: 'not differentiable', dtypes: 'all',
    doc: 'input.resize_(theTemplate.shape). https://pytorch.org/docs/stable/generated/torch.Tensor.resize_as_.html', samples: [{ args: [t(2, 3), t(3, 2)] }, { args: [t(2), t(2, 2)] }],
  },
  {
    name: 'copy_', args: 'Tensor self, Tensor src, bool non_blocking=False', as: ['method'], flags: ['direct', 'inplace'], grad: { saves: '' }, dtypes: 'all',
    doc: 'Copies src into input, broadcast to its shape and converted to its dtype. https://pytorch.org/docs/stable/generated/torch.Tensor.copy_.html',
    samples: [{ args: [t(2, 3), t(3)] }, { args: [t(2, 3), { t: [2, 3], dtype: 'float64' }] }],
    errors: [{ args: [t(2, 3), t(4)], code: 'ERR_SHAPE', message: 'copy_: The size of tensor a (3) must match the size of tensor b (4) at non-singleton dimension 1 (shapes [2, 3] and [4])' }],
  },
  {
    name: 'zero_', args: 'Tensor self', as: ['method'], flags: ['direct', 'inplace'], grad: { saves: '' }, dtypes: 'all',
    doc: 'Fills input with zeros. https://pytorch.org/docs/stable/generated/torch.Tensor.zero_.html',
    samples: [{ args: [t(2, 3)] }, { args: [t()] }],
  },
  {
    name: '_to_dtype', args: 'Tensor self, dtype? dtype', grad: { saves: 'self.sizes' }, node: 'ToCopyBackward0', dtypes: 'all',
    doc: 'input in another dtype; itself when it has it already.',
    samples: [{ args: [t(2, 3), 'float64'] }],
  },
  {
    name: 'new_empty_strided', args: 'Tensor self, int[] size, int[] stride, dtype? dtype=None', as: ['method'], grad: 'not differentiable', dtypes: 'all',
    doc: 'An uninitialised tensor with the given sizes and strides and, unless another is given, the dtype of input. https://pytorch.org/docs/stable/generated/torch.empty_strided.html',
    samples: [{ args: [t(1), [2, 3], [1, 2]] }],
  },
  {
    name: '_as_strided_backward', args: 'Tensor grad, int[] input_size, int[] input_stride, int input_offset, int[] size, int[] stride, int offset', grad: { saves: '' }, dtypes: 'float',
    doc: 'Gradient of asStrided: what flows into each element of the window is added to the element of the input it shows.',
    samples: [{ args: [t(2, 2), [4, 4], [4, 1], 0, [2, 2], [4, 1], 1] }],
  },
  {
    name: 'sum_to_size', args: 'Tensor self, int[] ...size', as: ['method'], grad: 'composite', dtypes: 'all',
    doc: 'Sums input over the dims that broadcasting size to its shape would repeat. https://pytorch.org/docs/stable/generated/torch.Tensor.sum_to_size.html',
    samples: [{ args: [t(2, 3), [1, 3]] }, { args: [t(2, 3), []] }, { args: [t(2, 3), [3]] }],
    errors: [{ args: [t(2, 3), [2]], code: 'ERR_SHAPE', message: 'sumToSize: size {[2]} is not expandable to size {[2, 3]}.' }],
  },
];
