// Complex numbers: making them, their parts, conjugates.
import { of, t, torchDoc, within, z } from './rows.mjs';

export default [
  {
    name: 'complex', args: 'Tensor real, Tensor imag', as: ['function', 'out'], flags: ['exact'], grad: { saves: '' }, dtypes: 'float',
    doc: `A complex tensor of its real and imaginary parts, which broadcast: float32 gives complex64, float64 complex128. Errors: other dtypes, different ones. ${torchDoc('complex')}`,
    samples: [{ args: [t(3, 4), t(3, 4)] }, { args: [t(3, 1), t(4)] }, { args: [t(), t()] }],
    errors: [
      { args: [of('int64', 2), of('int64', 2)], code: 'ERR_DTYPE', message: 'complex: Expected both inputs to be Float or Double tensors but got int64 and int64' },
      { args: [t(2), of('float64', 2)], code: 'ERR_DTYPE', message: "complex: Expected object of scalar type float32 but got scalar type float64 for second argument" },
    ],
  },
  {
    name: 'polar', args: 'Tensor abs, Tensor angle', as: ['function', 'out'], flags: ['exact'], grad: { saves: 'result' }, dtypes: 'float',
    doc: `A complex tensor of absolute values and angles. Errors: dtypes other than float32 and float64, different ones. ${torchDoc('polar')}`,
    samples: [{ args: [within(0.5, 1.5, 3, 4), t(3, 4)] }, { args: [within(0.5, 1.5, 3, 1), t(4)] }],
    errors: [{ args: [t(2), of('float64', 2)], code: 'ERR_DTYPE', message: "polar: Expected object of scalar type float32 but got scalar type float64 for second argument" }],
  },
  {
    name: 'view_as_real', args: 'Tensor self', as: ['function'], flags: ['view'], grad: { saves: '' }, dtypes: 'complex',
    doc: `A view of a complex tensor as a real one with a last dim of size 2: real and imaginary part. Errors: real tensors. ${torchDoc('view_as_real')}`,
    samples: [{ args: [z(2, 3)] }, { args: [z()] }],
    errors: [{ args: [t(2)], code: 'ERR_DTYPE', message: 'viewAsReal: view_as_real is only supported for complex tensors' }],
  },
  {
    name: 'view_as_complex', args: 'Tensor self', as: ['function'], flags: ['view'], grad: { saves: '' }, dtypes: 'float',
    doc: `A view of a real tensor with a last dim of size 2 as a complex one without it. Errors: another size, strides that do not allow it. ${torchDoc('view_as_complex')}`,
    samples: [{ args: [t(3, 4, 2)] }, { args: [t(2)] }],
    errors: [
      { args: [of('int64', 2)], code: 'ERR_DTYPE', message: 'viewAsComplex: view_as_complex is only supported for float and double tensors, but got a tensor of dtype int64' },
      { args: [t()], code: 'ERR_SHAPE', message: 'viewAsComplex: Input tensor must have one or more dimensions' },
      { args: [t(2, 3)], code: 'ERR_SHAPE', message: 'viewAsComplex: Tensor must have a last dimension of size 2' },
    ],
  },
  {
    name: 'real', args: 'Tensor self', as: ['function', 'property'], grad: 'composite', dtypes: 'all',
    doc: `The real part as a view; a real tensor itself. ${torchDoc('real')}`,
    samples: [{ args: [z(3, 4)] }, { args: [t(3)] }],
  },
  {
    name: 'imag', args: 'Tensor self', as: ['function', 'property'], grad: 'composite', dtypes: 'complex',
    doc: `The imaginary part as a view. Errors: real tensors. ${torchDoc('imag')}`,
    samples: [{ args: [z(3, 4)] }],
    errors: [{ args: [t(2)], code: 'ERR_DTYPE', message: 'imag: imag is not implemented for tensors with non-complex dtypes.' }],
  },
  {
    name: 'conj_physical', args: 'Tensor self', as: ['function', 'method', 'inplace', 'out'], flags: ['direct'], grad: { saves: '' }, dtypes: 'all',
    doc: `The complex conjugate; of a real tensor a copy. ${torchDoc('conj_physical')}`,
    samples: [{ args: [z(3, 4)] }, { args: [t(3)] }, { args: [of('int64', 3)] }],
  },
  {
    name: 'conj', args: 'Tensor self', as: ['function', 'method'], grad: 'composite', dtypes: 'all',
    doc: `The complex conjugate, computed at once; a real tensor itself. ${torchDoc('conj')}`,
    samples: [{ args: [z(3, 4)] }, { args: [t(3)] }],
  },
  ...['conj', 'neg'].map((what) => ({
    name: `resolve_${what}`, args: 'Tensor self', as: ['function', 'method'], grad: 'composite', dtypes: 'all',
    doc: `input itself: no tensor of torsh waits to be ${what === 'conj' ? 'conjugated' : 'negated'}. ${torchDoc(`resolve_${what}`)}`,
    samples: [{ args: [z(3)] }, { args: [t(3)] }],
  })),
  ...['conj', 'neg'].map((what) => ({
    name: `is_${what}`, args: 'Tensor self', returns: 'bool', as: ['function', 'method'], grad: 'not differentiable', dtypes: 'all',
    doc: `Whether the tensor waits to be ${what === 'conj' ? 'conjugated' : 'negated'}: never. ${torchDoc(`is_${what}`)}`,
    samples: [{ args: [z(3)] }],
  })),
  {
    name: 'angle', args: 'Tensor self', as: ['function', 'method', 'out'], grad: { saves: 'self' }, dtypes: 'all',
    doc: `The angle of complex numbers in radians; of real ones 0 or, when negative, pi. ${torchDoc('angle')}`,
    samples: [{ args: [z(3, 4)] }, { args: [t(3, 4)] }, { args: [of('int64', 3)] }],
  },
];
