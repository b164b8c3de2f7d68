// Largest and smallest elements, and where they stand.
import { range, t, torchDoc as page } from './rows.mjs';

const ints = (...shape) => ({ t: shape, dtype: 'int32', low: -9, high: 9 });
const out = ['function', 'method', 'out'];
const empty = (name) => ({ args: [t(0)], code: 'ERR_SHAPE', message: `${name}: Expected reduction dim to be specified for input.numel() == 0. Specify the reduction dim with the 'dim' argument. (shape [0])` });
const emptyDim = (name) => ({ args: [t(2, 0), 1], code: 'ERR_INDEX', message: `${name}: Expected reduction dim 1 to have non-zero size. (shape [2, 0])` });

const extreme = (name, what) => [
  {
    name, overload: name, args: 'Tensor self', as: ['function', 'method'], grad: { saves: 'self result' }, node: `${name === 'max' ? 'Max' : 'Min'}Backward1`, dtypes: 'bool int float',
    doc: `The ${what} element of all; NaN if there is one. Elements that tie share the gradient. Errors: an empty input. ${page(name)}`,
    samples: [{ args: [t(3, 4)] }, { args: [t()] }, { args: [ints(3, 4)] }, { args: [{ t: [3], dtype: 'bool' }] }], errors: [empty(name)],
  },
  {
    name: `${name}_dim`, overload: name, flags: ['exact'], args: 'Tensor self, int dim, bool keepdim=False', returns: 'Tensor values, Tensor indices', as: out, grad: { saves: 'self.sizes result1' }, node: `${name === 'max' ? 'Max' : 'Min'}Backward0`, dtypes: 'bool int float',
    doc: `The ${what} elements along a dim and their indices (the first, where several tie); NaN wins. Errors: a dim of size 0. ${page(name)}`,
    samples: [{ args: [t(3, 4), 1] }, { args: [t(2, 3, 4), -2, true] }, { args: [t(), 0] }, { args: [ints(4, 5), 0] }, { args: [t(0, 3), 1] }], errors: [range(name), emptyDim(name)],
  },
  {
    name: `${name}_other`, overload: name, args: 'Tensor self, Tensor other', as: out, grad: 'composite', dtypes: 'bool int float',
    doc: `${name}imum of two tensors. ${page(name)}`, samples: [{ args: [t(3, 4), t(3, 4)] }, { args: [t(3, 1), t(4)] }],
  },
];
const arg = (name, what) => ({
  name, flags: ['exact'], args: 'Tensor self, int? dim=None, bool keepdim=False', as: out, grad: 'not differentiable', dtypes: 'bool int float',
  doc: `Index of the ${what} element along a dim, or of the flattened tensor: the first, where several tie; NaN wins. Errors: nothing to choose from. ${page(name)}`,
  samples: [{ args: [t(3, 4)] }, { args: [t(3, 4), 1] }, { args: [t(2, 3, 4), -2], kwargs: { keepdim: true } }, { args: [t()] }, { args: [ints(4, 5), 0] }], errors: [empty(name), emptyDim(name)],
});
const reduced = (name, what) => ({
  name, flags: ['exact'], args: 'Tensor self, int[]? dim=None, bool keepdim=False', as: out, grad: { saves: 'self result' }, dtypes: 'bool int float',
  doc: `The ${what} elements over the given dims (all when none are given); NaN wins. Elements that tie share the gradient. Errors: a dim of size 0. ${page(name)}`,
  samples: [{ args: [t(3, 4)] }, { args: [t(3, 4), 1] }, { args: [t(2, 3, 4), [0, -1]], kwargs: { keepdim: true } }, { args: [t()] }, { args: [ints(4, 5), 0] }], errors: [empty(name), range(name)],
});

const median = (name, what) => [
  {
    name, overload: name, args: 'Tensor self', as: ['function', 'method'], grad: { saves: 'self result' }, dtypes: 'bool int float', doc: `Median of all elements; ${what}. ${page(name)}`,
    samples: [{ args: [t(3, 4)] }, { args: [t()] }, { args: [ints(5)] }],
  },
  {
    name: `${name}_dim`, overload: name, flags: ['exact'], args: 'Tensor self, int dim=-1, bool keepdim=False', returns: 'Tensor values, Tensor indices', as: out, grad: { saves: 'self.sizes result1' }, dtypes: 'bool int float',
    doc: `Medians along a dim and their indices; ${what}. Errors: a dim of size 0. ${page(name)}`,
    samples: [{ args: [t(3, 4), 1] }, { args: [t(5, 3), 0, true] }, { args: [t(), 0] }, { args: [ints(3, 5), 1] }], errors: [range(name), emptyDim(name)],
  },
];

export default [
  ...extreme('max', 'largest'),
  ...extreme('min', 'smallest'),
  reduced('amax', 'largest'),
  reduced('amin', 'smallest'),
  {
    name: 'aminmax', flags: ['exact'], args: 'Tensor self, *, int? dim=None, bool keepdim=False', returns: 'Tensor min, Tensor max', as: out, grad: { saves: 'self result0 result1' }, dtypes: 'bool int float',
    doc: `amin and amax in one call. ${page('aminmax')}`, samples: [{ args: [t(3, 4)] }, { args: [t(3, 4)], kwargs: { dim: 1, keepdim: true } }, { args: [ints(3, 4)], kwargs: { dim: 0 } }], errors: [empty('aminmax')],
  },
  arg('argmax', 'largest'),
  arg('argmin', 'smallest'),
  ...median('median', 'of an even number the lower one; NaN if there is one'),
  ...median('nanmedian', 'of an even number the lower one, NaN left out'),
  {
    name: 'kthvalue', flags: ['exact'], args: 'Tensor self, int k, int dim=-1, bool keepdim=False', returns: 'Tensor values, Tensor indices', as: out, grad: { saves: 'self.sizes result1' }, dtypes: 'bool int float',
    doc: `The k-th smallest element (from 1) along a dim and its index; NaN counts as the largest. Errors: a k out of range. ${page('kthvalue')}`,
    samples: [{ args: [t(3, 4), 2] }, { args: [t(4, 3), 3, 0, true] }, { args: [t(), 1] }, { args: [ints(3, 5), 1, 1] }],
    errors: [{ args: [t(2, 2), 3], code: 'ERR_ARGUMENT', message: 'kthvalue: selected number k out of range for dimension 1' }],
  },
  {
    name: 'mode', flags: ['exact'], args: 'Tensor self, int dim=-1, bool keepdim=False', returns: 'Tensor values, Tensor indices', as: out, grad: { saves: 'self.sizes result1' }, dtypes: 'bool int float',
    doc: `The most frequent element along a dim (the smallest, where several are) and the index of its last place. ${page('mode')}`,
    samples: [{ args: [t(3, 4)] }, { args: [ints(5, 3), 0, true] }, { args: [t()] }], errors: [emptyDim('mode')],
  },
];
