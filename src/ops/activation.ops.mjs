// Activations.
const t = (...shape) => ({ t: shape });

export default [
  {
    name: 'relu', args: 'Tensor self', as: ['function', 'method', 'inplace'], flags: ['direct'], namespaces: ['torsh'],
    impl: 'ts_unary(cx, a->self, out, TS_UN_RELU, TS_SAME, NULL)', grad: { saves: 'result' }, dtypes: 'int float',
    doc: 'max(input, 0), elementwise; NaN stays NaN, the gradient at 0 is 0. https://pytorch.org/docs/stable/generated/torch.nn.functional.relu.html',
    samples: [{ args: [t(3, 4)] }, { args: [t()] }, { args: [{ t: [5], values: [-1, 0, 2, -0.5, 3] }] }, { args: [{ t: [4], dtype: 'int32', low: -5, high: 5 }] }],
    errors: [{ args: [{ t: [2], dtype: 'bool' }], code: 'ERR_DTYPE', message: 'relu: not implemented for bool' }],
  },
  {
    name: 'threshold_backward', args: 'Tensor grad, Tensor self, Scalar threshold', flags: ['direct'], grad: { saves: 'self' }, dtypes: 'int float',
    doc: 'grad where input is above the threshold, else 0: the gradient of relu and threshold.',
    samples: [{ args: [t(3, 4), t(3, 4), 0] }],
  },
];
