// Products over named or counted dims.
import { t, tensors, torchDoc as page } from './rows.mjs';

export default [
  {
    name: 'einsum', args: 'str equation, Tensor[] ...operands', grad: 'composite', dtypes: 'int float complex',
    doc: `The sum of products that an equation names: a letter for each dim of each operand, '...' for dims that broadcast, '->' before those of the result (without it: '...', then the letters that occur once, in order of the alphabet). A letter twice in an operand is its diagonal. Operands are contracted in the order that takes least work. Instead of an equation each operand may be followed by an array of numbers below 52 (or '...'), with those of the result behind the last one: einsum(x, [0, 1], y, [1, 2], [0, 2]). ${page('einsum')}`,
    samples: [
      { args: ['ij,jk->ik', t(2, 3), t(3, 4)] }, { args: ['ii->i', t(3, 3)] }, { args: ['ij', t(2, 3)] }, { args: ['ji', t(2, 3)] }, { args: ['i->', t(3)] }, { args: ['bij,bjk', t(2, 2, 3), t(2, 3, 2)] }, { args: ['... i j -> ... j i', t(2, 2, 3)] },
      { args: ['i,j->ij', tensors(t(2), t(3))] }, { args: ['ab,bc,cd,da->', t(2, 3), t(3, 2), t(2, 2), t(2, 2)] }, { args: ['bi,bi->b', t(3, 2), t(3, 2)] }, { args: ['...ij,...jk->...ik', t(2, 1, 2, 3), t(3, 3, 2)] }, { args: ['iji,j->', t(2, 3, 2), t(3)] },
      { args: ['ij,kj->ik', t(2, 3), t(1, 1)] }, { args: [',ij', t(), t(2, 2)] }, { args: ['ijk,ik->k', t(2, 3, 2), t(2, 2)] },
      { args: ['ij,jk->ik', { list: [{ t: [2, 3], dtype: 'complex64' }, { t: [3, 2], dtype: 'complex64' }] }] },
    ],
    errors: [
      { args: ['ij,jk', t(2, 3)], code: 'ERR_ARGUMENT', message: 'einsum: fewer operands were provided than specified in the equation' }, { args: ['ij', t(2, 3), t(3)], code: 'ERR_ARGUMENT', message: 'einsum: more operands were provided than specified in the equation' },
      { args: ['ij', t(2)], code: 'ERR_ARGUMENT', message: 'einsum: the number of subscripts in the equation (2) does not match the number of dimensions (1) for operand 0 and no ellipsis was given' }, { args: ['i->ij', t(2)], code: 'ERR_ARGUMENT', message: 'einsum: output subscript j does not appear in the equation for any input operand' },
      { args: ['ij,jk', t(2, 3), t(4, 2)], code: 'ERR_SHAPE', message: 'einsum: subscript j has size 4 for operand 1 which does not broadcast with previously seen size 3' }, { args: ['i1', t(2, 3)], code: 'ERR_ARGUMENT', message: 'einsum: invalid subscript given at index 1 in the equation string, subscripts must be in [a-zA-Z]' },
      { args: ['ii', t(2, 3)], code: 'ERR_SHAPE', message: "einsum: subscript i is repeated for operand 0 but the sizes don't match, 3 != 2" }, { args: ['i', []], code: 'ERR_ARGUMENT', message: 'einsum: must provide at least one operand' },
    ],
  },
  {
    name: 'tensordot', overload: 'tensordot', args: 'Tensor self, Tensor other, int[] dims_self, int[] dims_other', as: ['function', 'out'], grad: 'composite', dtypes: 'int float complex',
    doc: `Products summed over pairs of dims: dims is a number (that many last dims of input with the first of other) or a pair of lists. Errors: sizes that differ. ${page('tensordot')}`,
    samples: [{ args: [t(2, 3, 4), t(4, 3), [1, 2], [1, 0]] }, { args: [t(2, 3), t(3), -1, 0] }, { args: [t(2, 3), t(1, 2), 1, 0] }],
    errors: [{ args: [t(2, 3), t(2, 3), [1], [0]], code: 'ERR_SHAPE', message: 'tensordot: contracted dimensions need to match, but first has size 3 in dim 1 and second has size 2 in dim 0' }, { args: [t(2), t(2), [0], []], code: 'ERR_ARGUMENT', message: 'tensordot: both dimension lists should have same length' }],
  },
  {
    name: 'tensordot_count', overload: 'tensordot', args: 'Tensor self, Tensor other, int dims=2', as: ['function', 'out'], grad: 'composite', dtypes: 'int float complex',
    doc: `Products summed over the last dims of input and the first of other. ${page('tensordot')}`, samples: [{ args: [t(2, 3, 4), t(3, 4, 2)] }, { args: [t(2), t(3), 0] }, { args: [t(2, 3), t(3, 2), 1] }],
    errors: [{ args: [t(2), t(2), -1], code: 'ERR_ARGUMENT', message: 'tensordot: tensordot expects dims >= 0, but got dims=-1' }],
  },
  {
    name: 'inner', args: 'Tensor self, Tensor other', as: ['function', 'method', 'out'], grad: 'composite', dtypes: 'int float complex', doc: `Products summed over the last dims; with a 0-d tensor the product. ${page('inner')}`,
    samples: [{ args: [t(3), t(3)] }, { args: [t(2, 3), t(4, 3)] }, { args: [t(2, 3), t()] }, { args: [t(2, 2, 3), t(3)] }],
    errors: [{ args: [t(2, 3), t(3, 2)], code: 'ERR_SHAPE', message: 'inner: inner() the last dimension must match on both input tensors but got shapes [2, 3] and [3, 2]' }],
  },
  {
    name: 'kron', args: 'Tensor self, Tensor other', as: ['function', 'method', 'out'], grad: 'composite', dtypes: 'all', doc: `The Kronecker product: each element of input times all of other, side by side. Dims of size 1 are put in front of the one that has fewer. ${page('kron')}`,
    samples: [{ args: [t(2, 2), t(2, 3)] }, { args: [t(3), t(2, 2)] }, { args: [t(), t(2)] }, { args: [t(1, 2, 2), t(2, 1)] }],
  },
];
