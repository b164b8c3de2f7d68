// Tensors joined, and made fit for each other.
import { t, tensors, torchDoc as page } from './rows.mjs';

const atleast = (n) => [
  {
    name: `atleast_${n}d`, overload: `atleast_${n}d`, args: 'Tensor self', grad: 'composite', dtypes: 'all', impl: `ts_at_least(cx, a->self, out, ${n})`,
    doc: `input itself, or a view of it with as many dims of size 1 as it takes to have ${n}. Of several tensors, an array. ${page(`atleast_${n}d`)}`, samples: [{ args: [t()] }, { args: [t(3)] }, { args: [t(2, 3)] }, { args: [t(2, 3, 2, 2)] }],
  },
  {
    name: `atleast_${n}d_list`, overload: `atleast_${n}d`, args: 'Tensor[] ...tensors', returns: 'Tensor[]', grad: 'composite', dtypes: 'all', impl: `ts_all_at_least(cx, a->tensors, out, ${n})`,
    doc: `Each of several tensors with at least ${n} dims. ${page(`atleast_${n}d`)}`, samples: [{ args: [t(), t(2, 3)] }, { args: [tensors(t(3), t())] }],
  },
];
const stacks = (name, what, ...samples) => ({
  name, args: 'Tensor[] tensors', as: ['function', 'out'], aliases: name === 'vstack' ? ['rowStack'] : [], grad: 'composite', dtypes: 'all', doc: `${what} ${page(name)}`,
  samples: [{ args: [tensors(t(2), t(2))] }, { args: [tensors(t(), t())] }, ...samples.map((args) => ({ args: [tensors(...args)] }))],
  errors: [{ args: [[]], code: 'ERR_ARGUMENT', message: `${name.replace('_s', 'S')}: ${name} expects a non-empty TensorList` }],
});

export default [
  {
    name: 'broadcast_tensors', args: 'Tensor[] ...tensors', returns: 'Tensor[]', grad: 'composite', dtypes: 'all', doc: `Views of all tensors broadcast to their common shape. ${page('broadcast_tensors')}`,
    samples: [{ args: [t(3), t(2, 1)] }, { args: [tensors(t(), t(2, 3), t(1, 3))] }, { args: [t(2)] }],
    errors: [{ args: [t(2), t(3)], code: 'ERR_SHAPE', message: 'broadcastTensors: The size of tensor a (2) must match the size of tensor b (3) at non-singleton dimension 0 (shapes [2] and [3])' }],
  },
  {
    name: 'meshgrid', args: "Tensor[] ...tensors, *, str indexing='ij'", returns: 'Tensor[]', grad: 'composite', dtypes: 'all',
    doc: `Views of 0-d and 1-d tensors broadcast to a grid, the k-th varying along dim k; with indexing 'xy' the first two dims are exchanged. ${page('meshgrid')}`,
    samples: [{ args: [t(2), t(3)] }, { args: [tensors(t(2), t(), t(3))], kwargs: { indexing: 'xy' } }, { args: [t(2)] }],
    errors: [{ args: [[]], code: 'ERR_ARGUMENT', message: 'meshgrid: expects a non-empty TensorList' }, { args: [t(2, 2)], code: 'ERR_SHAPE', message: 'meshgrid: Expected 0D or 1D tensor in the tensor list but got: [2, 2]' }, { args: [t(2)], kwargs: { indexing: 'no' }, code: 'ERR_ARGUMENT', message: "meshgrid: indexing must be one of 'xy' or 'ij', but received: no" }],
  },
  ...atleast(1), ...atleast(2), ...atleast(3),
  stacks('hstack', 'Tensors joined along dim 1, 1-d ones along dim 0.', [t(2, 1), t(2, 3)]),
  stacks('vstack', 'Tensors joined along dim 0, after 1-d ones became rows.', [t(3), t(2, 3)], [t(2, 1, 2), t(1, 1, 2)]),
  stacks('dstack', 'Tensors joined along dim 2, after atleast3d.', [t(2, 1), t(2, 1)], [t(2, 1, 2), t(2, 1, 1)]),
  stacks('column_stack', '1-d tensors as columns, joined with others along dim 1.', [t(2), t(2, 3)], [t(2, 1, 2), t(2, 2, 2)]),
  {
    name: 'block_diag', args: 'Tensor[] ...tensors', grad: { saves: 'tensors.sizes' }, dtypes: 'all', doc: `A matrix with the given ones (vectors count as rows) along its diagonal, zeros elsewhere; dtypes promote. ${page('block_diag')}`,
    samples: [{ args: [t(2, 3), t(1, 2)] }, { args: [tensors(t(3), t(), t(2, 1))] }, { args: [t(0, 2), t(2, 1)] }, { args: [{ t: [2, 2], dtype: 'int32' }, t(1)] }], errors: [{ args: [t(2), t(2, 2, 2)], code: 'ERR_SHAPE', message: 'blockDiag: Input tensors must have 2 or fewer dimensions. Input 1 has 3 dimensions' }],
  },
  {
    name: 'cartesian_prod', args: 'Tensor[] ...tensors', grad: 'composite', dtypes: 'all', doc: `All choices of one element of each vector, one a row, the last varying fastest; of one vector itself. ${page('cartesian_prod')}`,
    samples: [{ args: [t(2), t(3)] }, { args: [tensors(t(2), t(1), t(2))] }, { args: [t(2)] }], errors: [{ args: [t(2), t()], code: 'ERR_SHAPE', message: 'cartesianProd: Expect a 1D vector, but got shape []' }],
  },
  {
    name: 'combinations', args: 'Tensor self, int r=2, bool with_replacement=False', as: ['function', 'method'], grad: 'composite', dtypes: 'all',
    doc: `All choices of r elements of a vector in order, one a row; withReplacement may take an element several times. ${page('combinations')}`,
    samples: [{ args: [t(4)] }, { args: [t(3), 2, true] }, { args: [t(4), 3] }, { args: [t(3), 0] }, { args: [t(2), 3] }], errors: [{ args: [t(2, 2)], code: 'ERR_SHAPE', message: 'combinations: Expect a 1D vector, but got shape [2, 2]' }, { args: [t(2), -1], code: 'ERR_ARGUMENT', message: 'combinations: Expect a non-negative number, but got -1' }],
  },
  {
    name: 'cat', args: 'Tensor[] tensors, int dim=0', as: ['function', 'out'], flags: ['direct'], aliases: ['concat', 'concatenate'], grad: { saves: 'tensors.sizes' }, dtypes: 'all',
    doc: 'Tensors joined along dim; dtypes promote, other sizes must agree. https://pytorch.org/docs/stable/generated/torch.cat.html',
    samples: [{ args: [tensors(t(2, 3), t(1, 3))] }, { args: [tensors(t(2, 3), t(2, 2)), -1] }, { args: [tensors(t(2, 3), t(0), t(2, 3))] }, { args: [tensors({ t: [2], dtype: 'int32' }, t(3))] }, { args: [{ list: [{ t: [3], dtype: 'complex64' }, { t: [2] }] }] }],
    errors: [{ args: [[]], code: 'ERR_ARGUMENT', message: 'cat: expected a non-empty list of Tensors' }, { args: [tensors(t(2, 3), t(2, 4))], code: 'ERR_SHAPE', message: 'cat: Sizes of tensors must match except in dimension 0. Expected size 3 but got size 4 for tensor number 1 in the list (shapes [2, 3] at 0 and [2, 4]).' }],
  },
  {
    name: 'stack', args: 'Tensor[] tensors, int dim=0', as: ['function', 'out'], flags: ['direct'], grad: { saves: '' }, dtypes: 'all',
    doc: 'Tensors of one shape joined along a new dim. https://pytorch.org/docs/stable/generated/torch.stack.html',
    samples: [{ args: [tensors(t(2, 3), t(2, 3))] }, { args: [tensors(t(2), t(2), t(2)), -1] }, { args: [tensors(t(), t())] }],
    errors: [{ args: [tensors(t(2), t(3))], code: 'ERR_SHAPE', message: 'stack: stack expects each tensor to be equal size, but got [2] at entry 0 and [3] at entry 1' }],
  },
];
