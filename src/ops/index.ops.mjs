// Indexing: by tensors, by masks, along one dim.
import { int64 as i, t, tensors } from './rows.mjs';

const b = (shape, ...values) => ({ t: shape, dtype: 'bool', values });

export default [
  {
    name: '_index', args: 'Tensor self, Tensor?[] indices', node: 'IndexBackward0', grad: { saves: 'self.sizes indices' }, dtypes: 'all',
    doc: 'input[indices]: one tensor of integers or bools for each of the first dims, none for whole dims.',
    samples: [{ args: [t(3, 4), tensors(i([2], 0, 2))] }],
  },
  {
    name: '_at', overload: 'at', args: 'Tensor self, int[] items, Tensor[] tensors', grad: 'composite', dtypes: 'all',
    doc: 'input[...]: items are 0 (None), 1 (...), 2 int, 3 given start stop step (given: bits 1, 2, 4), 4 (the next of tensors), 5 bool.',
    samples: [{ args: [t(3, 4), [2, 1], []] }],
  },
  {
    name: '_set_at', overload: 'set_at', args: 'Tensor self, int[] items, Tensor[] tensors, Operand value', returns: 'void', grad: 'composite', dtypes: 'all',
    doc: "input[...] = value, broadcast and converted to input's dtype; items as of _at.",
    samples: [{ args: [t(3, 4), [2, 1], [], 5] }],
  },
  {
    name: 'index_put', args: 'Tensor self, Tensor?[] indices, Tensor values, bool accumulate=False', as: ['function', 'method', 'inplace'], flags: ['direct'], grad: { saves: 'indices values.sizes' }, dtypes: 'all',
    doc: 'A copy of input with values at input[indices]; accumulate adds them, repeated places included. Values broadcast. https://pytorch.org/docs/stable/generated/torch.Tensor.index_put_.html',
    samples: [{ args: [t(3, 4), tensors(i([2], 0, 2)), t(2, 4)] }, { args: [t(3, 4), tensors(i([3], 0, 2, 0), i([3], -1, 1, -1)), t(3), true] }, { args: [t(3, 2), tensors(b([3], true, false, true)), t(2)] }, { args: [t(3), tensors(i([0])), t(0)] }],
    errors: [{ args: [t(3, 4), tensors(i([1], 3)), t(4)], code: 'ERR_INDEX', message: 'indexPut: index 3 is out of bounds for dimension 0 with size 3' }, { args: [t(3, 4), tensors(i([1], 0)), t(3)], code: 'ERR_SHAPE', message: 'indexPut: shape mismatch: value tensor of shape [3] cannot be broadcast to indexing result of shape [1, 4]' }, { args: [t(2), tensors(i([1], 0)), { t: [1], dtype: 'float64' }], code: 'ERR_DTYPE', message: 'indexPut: Index put requires the source and destination dtypes match, got float32 for the destination and float64 for the source.' }],
  },
  {
    name: 'index_select', flags: ['exact'], args: 'Tensor self, int dim, Tensor index', as: ['function', 'method', 'out'], grad: { saves: 'self.sizes index' }, dtypes: 'all',
    doc: 'The slices of dim that index (0-d or 1-d) names. https://pytorch.org/docs/stable/generated/torch.index_select.html',
    samples: [{ args: [t(3, 4), 0, i([2], 2, 0)] }, { args: [t(3, 4), -1, i([5], 0, 0, 3, 1, 2)] }, { args: [t(), 0, i([1], 0)] }, { args: [t(3), 0, { t: [2], dtype: 'int32', values: [0, 1] }] }, { args: [{ t: [3, 4], dtype: 'complex64' }, 0, { t: [3], dtype: 'int64', values: [2, 0, 2] }] }],
    errors: [{ args: [t(3), 0, i([1], 3)], code: 'ERR_INDEX', message: 'indexSelect: index 3 is out of bounds for dimension 0 with size 3' }, { args: [t(3), 0, t(1)], code: 'ERR_DTYPE', message: 'indexSelect: Expected dtype int32 or int64 for index but got: float32' }],
  },
  {
    name: 'index_add', args: 'Tensor self, int dim, Tensor index, Tensor source, *, Scalar alpha=1', as: ['function', 'method', 'inplace', 'out'], flags: ['direct', 'exact'], grad: { saves: 'index source.sizes' }, dtypes: 'all',
    doc: 'A copy of input with alpha * source added to the slices of dim that index names. https://pytorch.org/docs/stable/generated/torch.Tensor.index_add_.html',
    samples: [{ args: [t(3, 4), 0, i([4], 2, 0, 2, 1), t(4, 4)] }, { args: [t(2, 3), 1, i([2], 0, 0), t(2, 2)], kwargs: { alpha: 2.5 } }, { args: [{ t: [3], dtype: 'int32', low: 0, high: 9 }, 0, i([2], 1, 1), { t: [2], dtype: 'int32', low: 0, high: 9 }] }, { args: [{ t: [3, 4], dtype: 'complex64' }, 1, { t: [3], dtype: 'int64', values: [0, 0, 3] }, { t: [3, 3], dtype: 'complex64' }], kwargs: { alpha: { re: 2, im: -1 } } }],
    errors: [{ args: [t(2, 3), 0, i([3], 0, 1, 1), t(2, 3)], code: 'ERR_SHAPE', message: 'indexAdd: Number of indices (3) should be equal to source.size(dim): (2), for dim: 0' }, { args: [t(2), 0, i([1], -1), t(1)], code: 'ERR_INDEX', message: 'indexAdd: index -1 is out of bounds for dimension 0 with size 2' }],
  },
  {
    name: 'index_copy', args: 'Tensor self, int dim, Tensor index, Tensor source', as: ['function', 'method', 'inplace', 'out'], flags: ['direct', 'exact'], grad: { saves: 'index source.sizes' }, dtypes: 'all',
    doc: 'A copy of input with the slices of source at the places of dim that index names. https://pytorch.org/docs/stable/generated/torch.Tensor.index_copy_.html',
    samples: [{ args: [t(3, 4), 0, i([2], 2, 0), t(2, 4)] }, { args: [t(2, 3), -1, i([1], 1), t(2, 1)] }],
    errors: [{ args: [t(2, 3), 0, i([1], 0), t(1, 2)], code: 'ERR_SHAPE', message: 'indexCopy: Source/destination tensor must have same slice shapes (but for dimension 0). Destination shape: [2, 3], source shape: [1, 2]' }],
  },
  {
    name: 'index_fill', args: 'Tensor self, int dim, Tensor index, Operand value', as: ['function', 'method', 'inplace'], flags: ['direct'], grad: { saves: 'index' }, dtypes: 'all',
    doc: 'A copy of input with value in the slices of dim that index names. https://pytorch.org/docs/stable/generated/torch.Tensor.index_fill_.html',
    samples: [{ args: [t(3, 4), 0, i([2], 2, 0), 1.5] }, { args: [t(2, 3), 1, i([1], -1), t()] }],
    errors: [{ args: [t(2, 3), 0, i([1], 0), t(2)], code: 'ERR_SHAPE', message: 'indexFill: index_fill_ only supports a 0-dimensional value tensor, but got tensor with 1 dimension(s).' }],
  },
  {
    name: 'gather', args: 'Tensor self, int dim, Tensor index, *, bool sparse_grad=False', as: ['function', 'method', 'out'], flags: ['direct'], grad: { saves: 'self.sizes index' }, dtypes: 'all',
    doc: 'out[i][j][k] = input[index[i][j][k]][j][k] for dim 0, and so on: elements along dim. https://pytorch.org/docs/stable/generated/torch.gather.html',
    samples: [{ args: [t(3, 4), 0, i([2, 3], 0, 2, 1, 2, 2, 0)] }, { args: [t(3, 4), -1, i([3, 1], 3, 0, 1)] }, { args: [t(), 0, i([], 0)] }, { args: [{ t: [4], dtype: 'complex64' }, 0, { t: [3], dtype: 'int64', values: [2, 0, 2] }] }],
    errors: [{ args: [t(3, 4), 0, i([1, 1], 3)], code: 'ERR_INDEX', message: 'gather: index 3 is out of bounds for dimension 0 with size 3' }, { args: [t(3), 0, t(1)], code: 'ERR_DTYPE', message: 'gather: Expected dtype int64 for index, got float32' }],
  },
  {
    name: 'scatter', args: 'Tensor self, int dim, Tensor index, Tensor src, *, str? reduce=None', as: ['function', 'method', 'inplace', 'out'], overload: 'scatter', flags: ['direct', 'exact'], grad: { saves: 'index src.sizes' }, dtypes: 'all',
    doc: "A copy of input with src at the places that index names along dim (see gather); reduce 'add' or 'multiply' combines them with what is there. Or with a number instead of src. https://pytorch.org/docs/stable/generated/torch.Tensor.scatter_.html",
    samples: [{ args: [t(3, 4), 0, i([2, 3], 0, 2, 1, 1, 0, 2), t(2, 3)] }, { args: [t(3, 4), 1, i([3, 1], 3, 0, 1), t(3, 2)] }, { args: [t(), 0, i([], 0), t()] }],
    errors: [{ args: [t(3), 0, i([1], 3), t(1)], code: 'ERR_INDEX', message: 'scatter: index 3 is out of bounds for dimension 0 with size 3' }, { args: [t(3), 0, i([2], 0, 1), t(1)], code: 'ERR_SHAPE', message: 'scatter: Expected index [2] to be smaller than self [3] apart from dimension 0 and to be smaller size than src [1]' }],
  },
  {
    name: 'scatter_value', args: 'Tensor self, int dim, Tensor index, Scalar value, *, str? reduce=None', as: ['function', 'method', 'inplace', 'out'], overload: 'scatter', flags: ['direct', 'exact'], grad: { saves: 'index' }, dtypes: 'all',
    doc: 'A copy of input with value at the places that index names along dim. https://pytorch.org/docs/stable/generated/torch.Tensor.scatter_.html',
    samples: [{ args: [t(3, 4), 0, i([2, 3], 0, 2, 1, 1, 0, 2), 2.5] }, { args: [{ t: [3], dtype: 'int64', low: 0, high: 5 }, 0, i([2], 1, 1), 3], kwargs: { reduce: 'add' } }],
    errors: [{ args: [t(3), 0, i([1], 0), 2], kwargs: { reduce: 'mean' }, code: 'ERR_ARGUMENT', message: 'scatter: reduce argument must be either add or multiply.' }],
  },
  {
    name: 'scatter_add', args: 'Tensor self, int dim, Tensor index, Tensor src', as: ['function', 'method', 'inplace', 'out'], flags: ['direct', 'exact'], grad: { saves: 'index src.sizes' }, dtypes: 'all',
    doc: 'A copy of input with src added at the places that index names along dim. https://pytorch.org/docs/stable/generated/torch.Tensor.scatter_add_.html',
    samples: [{ args: [t(3, 4), 0, i([2, 3], 0, 2, 1, 0, 0, 2), t(2, 3)] }, { args: [t(4), 0, i([6], 3, 0, 3, 3, 1, 0), t(6)] }, { args: [{ t: [3], dtype: 'int16', low: 0, high: 9 }, 0, i([2], 1, 1), { t: [2], dtype: 'int16', low: 0, high: 9 }] }, { args: [{ t: [4], dtype: 'complex64' }, 0, { t: [3], dtype: 'int64', values: [2, 0, 2] }, { t: [3], dtype: 'complex64' }] }],
    errors: [{ args: [t(3), 0, i([1], 0), { t: [1], dtype: 'float64' }], code: 'ERR_DTYPE', message: 'scatterAdd: Expected self.dtype to be equal to src.dtype (float32 and float64)' }],
  },
  {
    name: 'scatter_reduce', flags: ['exact'], args: 'Tensor self, int dim, Tensor index, Tensor src, str reduce, *, bool include_self=True', as: ['function', 'method', 'inplace', 'out'], grad: { saves: 'self index src result' }, dtypes: 'all',
    doc: "A copy of input in which each place that index names along dim (see gather) is the sum, prod, mean, amax or amin of what src puts there and, with includeSelf, of what was there. Means of integers round down. https://pytorch.org/docs/stable/generated/torch.Tensor.scatter_reduce_.html",
    samples: ['sum', 'prod', 'mean', 'amax', 'amin'].flatMap((reduce) => [
      { args: [t(3, 4), 0, i([2, 3], 0, 2, 1, 0, 0, 2), t(2, 3), reduce] }, { args: [t(4), -1, i([6], 3, 0, 3, 3, 1, 0), t(7), reduce], kwargs: { includeSelf: false } }, { args: [{ t: [3], dtype: 'int16', low: -9, high: 9 }, 0, i([2], 1, 1), { t: [2], dtype: 'int16', low: -9, high: 9 }, reduce], kwargs: { includeSelf: false } },
      { args: [t(), 0, i([], 0), t(), reduce] },
    ]),
    errors: [{ args: [t(3), 0, i([1], 0), t(1), 'max'], code: 'ERR_ARGUMENT', message: 'scatterReduce: reduce argument must be either sum, prod, mean, amax or amin.' }, { args: [t(3), 0, i([1], 3), t(1), 'sum'], code: 'ERR_INDEX', message: 'scatterReduce: index 3 is out of bounds for dimension 0 with size 3' }],
  },
  {
    name: 'index_reduce', flags: ['exact'], args: 'Tensor self, int dim, Tensor index, Tensor source, str reduce, *, bool include_self=True', as: ['function', 'method', 'inplace', 'out'], grad: 'composite', dtypes: 'all',
    doc: "A copy of input in which each slice of dim that index names is the prod, mean, amax or amin of the slices of source that go there and, with includeSelf, of what was there. https://pytorch.org/docs/stable/generated/torch.Tensor.index_reduce_.html",
    samples: ['prod', 'mean', 'amax', 'amin'].flatMap((reduce) => [{ args: [t(3, 4), 0, i([4], 2, 0, 2, 1), t(4, 4), reduce] }, { args: [t(2, 3), 1, i([2], 0, 0), t(2, 2), reduce], kwargs: { includeSelf: false } }, { args: [t(), 0, i([], 0), t(), reduce] }]),
    errors: [{ args: [t(3), 0, i([1], 0), t(1), 'sum'], code: 'ERR_ARGUMENT', message: 'indexReduce: Expected reduce to be one of prod, mean, amax or amin but got sum.' }, { args: [t(3), 0, i([1], 3), t(1), 'amax'], code: 'ERR_INDEX', message: 'indexReduce: index 3 is out of bounds for dimension 0 with size 3' }],
  },
  {
    name: 'segment_reduce', args: 'Tensor data, str reduce, *, Tensor? lengths=None, Tensor? indices=None, Tensor? offsets=None, int axis=0, bool unsafe=False, Scalar? initial=None', as: ['function', 'out'], grad: { saves: 'data lengths offsets result' }, dtypes: 'float',
    doc: 'The sum, mean, max, min or prod of each segment of axis; lengths says how long they are, or offsets where they begin and the last ends; their other dims are those of data before axis. initial is taken in by each, and is what an empty one gives. unsafe: lengths need not cover all.',
    samples: ['sum', 'mean', 'max', 'min', 'prod'].flatMap((reduce) => [
      { args: [t(5), reduce], kwargs: { lengths: i([3], 2, 2, 1) } }, { args: [t(4, 3), reduce], kwargs: { offsets: i([3], 0, 1, 4), initial: 0.25 } }, { args: [t(2, 4), reduce], kwargs: { lengths: i([2, 2], 1, 2, 3, 1), axis: 1, unsafe: true } },
    ]),
    errors: [{ args: [t(3), 'all'], code: 'ERR_ARGUMENT', message: 'segmentReduce: unsupported reduction given! all' }, { args: [t(3), 'sum'], code: 'ERR_ARGUMENT', message: 'segmentReduce: Either lengths or offsets must be defined.' }, { args: [t(3), 'sum'], kwargs: { lengths: i([2], 1, 1) }, code: 'ERR_ARGUMENT', message: 'segmentReduce: Expected all rows of lengths along axis to sum to data.size(lengths.dim()-1) when !unsafe.' }, { args: [t(3), 'sum'], kwargs: { lengths: i([2], 1, -1) }, code: 'ERR_ARGUMENT', message: 'segmentReduce: lengths contains negative value!' }],
  },
  {
    name: '_segment_ids', args: 'Tensor data, Tensor? lengths, Tensor? offsets, int axis', grad: 'not differentiable', dtypes: 'float',
    doc: 'Which segment each place of axis belongs to; one more than there are for none.', samples: [{ args: [t(3), i([2], 1, 1), null, 0] }],
  },
  {
    name: 'take', args: 'Tensor self, Tensor index', as: ['function', 'method', 'out'], flags: ['direct'], grad: { saves: 'self.sizes index' }, dtypes: 'all',
    doc: 'Elements of the flattened input at index, in the shape of index. https://pytorch.org/docs/stable/generated/torch.take.html',
    samples: [{ args: [t(3, 4), i([2, 2], 0, 11, -1, 5)] }, { args: [t(3), i([0])] }, { args: [t(), i([], 0)] }, { args: [{ t: [3, 4], dtype: 'complex64' }, { t: [3], dtype: 'int64', values: [2, 0, -1] }] }],
    errors: [{ args: [t(4), i([1], 4)], code: 'ERR_INDEX', message: 'take: out of range: tried to access index 4 on a tensor of 4 elements.' }],
  },
  {
    name: 'put', args: 'Tensor self, Tensor index, Tensor source, bool accumulate=False', as: ['function', 'method', 'inplace'], flags: ['direct'], grad: { saves: 'index source.sizes' }, dtypes: 'all',
    doc: 'A copy of input with the elements of source at the places of the flattened input that index names; accumulate adds them. https://pytorch.org/docs/stable/generated/torch.Tensor.put_.html',
    samples: [{ args: [t(3, 4), i([2], 0, -1), t(2)] }, { args: [t(3), i([2, 2], 0, 0, 1, 2), t(2, 2), true] }],
    errors: [{ args: [t(4), i([1], 4), t(1)], code: 'ERR_INDEX', message: 'put: out of range: tried to access index 4 on a tensor of 4 elements.' }, { args: [t(4), i([1], 0), t(2)], code: 'ERR_INDEX', message: 'put: Expected source and index to have the same number of elements, but got source.numel() = 2, index.numel() = 1' }],
  },
  {
    name: 'nonzero', args: 'Tensor self', as: ['function', 'method'], grad: 'not differentiable', dtypes: 'all',
    doc: 'The coordinates of the elements that are not zero, one row for each, in row-major order; { asTuple: true } gives one tensor for each dim instead. https://pytorch.org/docs/stable/generated/torch.nonzero.html',
    samples: [{ args: [{ t: [2, 3], values: [0, 1, 0, 2, 0, 3] }] }, { args: [t()] }, { args: [{ t: [4], dtype: 'bool', values: [true, false, true, true] }] }],
  },
  {
    name: '_nonzero_tuple', args: 'Tensor self', returns: 'Tensor[]', grad: 'not differentiable', dtypes: 'all',
    doc: 'The coordinates of the elements that are not zero, one tensor for each dim.',
    samples: [{ args: [t(2, 3)] }],
  },
  {
    name: 'argwhere', args: 'Tensor self', as: ['function', 'method'], grad: 'not differentiable', dtypes: 'all',
    doc: 'The coordinates of the elements that are not zero, one row for each. https://pytorch.org/docs/stable/generated/torch.argwhere.html',
    samples: [{ args: [{ t: [2, 2], values: [0, 1, 2, 0] }] }, { args: [t()] }],
  },
  {
    name: 'masked_select', flags: ['exact'], args: 'Tensor self, Tensor mask', as: ['function', 'method', 'out'], grad: { saves: 'self.sizes mask' }, dtypes: 'all',
    doc: 'The elements of input where mask is true, in a 1-d tensor; the two broadcast. https://pytorch.org/docs/stable/generated/torch.masked_select.html',
    samples: [{ args: [t(2, 3), b([2, 3], true, false, true, false, false, true)] }, { args: [t(2, 3), b([3], true, false, true)] }, { args: [t(3), b([2, 1], true, false)] }, { args: [t(), b([], true)] }],
    errors: [{ args: [t(2), t(2)], code: 'ERR_DTYPE', message: 'maskedSelect: expected BoolTensor or ByteTensor for mask, got float32' }],
  },
  {
    name: 'masked_scatter', args: 'Tensor self, Tensor mask, Tensor source', as: ['function', 'method', 'inplace'], flags: ['direct'], grad: { saves: 'mask source.sizes' }, dtypes: 'all',
    doc: 'A copy of input with the elements of source, in order, where mask is true. https://pytorch.org/docs/stable/generated/torch.Tensor.masked_scatter_.html',
    samples: [{ args: [t(2, 3), b([2, 3], true, false, true, false, false, true), t(4)] }, { args: [t(2, 3), b([3], true, false, true), t(2, 2)] }],
    errors: [{ args: [t(3), b([3], true, true, true), t(2)], code: 'ERR_SHAPE', message: 'maskedScatter: Number of elements of source < number of ones in mask (2 < 3)' }],
  },
];
