// Creation, copying, conversion.
const t = (...shape) => ({ t: shape });

export default [
  {
    name: 'clone', args: 'Tensor self, *, str? memory_format=None', as: ['function', 'method'], grad: { saves: '' }, dtypes: 'all',
    doc: "A copy in memory of its own; strides are kept when dense, unless memoryFormat is 'contiguous_format'. https://pytorch.org/docs/stable/generated/torch.clone.html",
    samples: [{ args: [t(2, 3)] }, { args: [t()] }, { args: [t(0, 2)] }],
  },
  {
    name: 'contiguous', args: 'Tensor self, *, str? memory_format=None', as: ['method'], grad: 'composite', dtypes: 'all',
    doc: 'input itself when it is contiguous, else a contiguous copy. https://pytorch.org/docs/stable/generated/torch.Tensor.contiguous.html',
    samples: [{ args: [t(2, 3)] }],
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
    name: 'ones_like', args: 'Tensor self, *, dtype? dtype=None', grad: 'not differentiable', dtypes: 'all',
    doc: 'Ones in the shape and (unless given) dtype of input. https://pytorch.org/docs/stable/generated/torch.ones_like.html',
    samples: [{ args: [t(2, 3)] }],
  },
  {
    name: 'zeros_like', args: 'Tensor self, *, dtype? dtype=None', grad: 'not differentiable', dtypes: 'all',
    doc: 'Zeros in the shape and (unless given) dtype of input. https://pytorch.org/docs/stable/generated/torch.zeros_like.html',
    samples: [{ args: [t(2, 3)] }],
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
