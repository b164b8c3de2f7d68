// Activations. Those of nn.functional alone are functions there; `inplace` says which can overwrite their input.
import { functionalDoc, list, of, refuses, t, within } from './rows.mjs';

const F = ['nn.functional'];
const KINKS = list([-4, -3, -1, -0.5, 0, 0.5, 1, 3, 4]);
const float = (name) => refuses(name, 'int64', of('int64', 2));

/** Activations of one tensor; params are further arguments, as in PyTorch. */
const activation = (name, params, doc, more = {}) => ({
  name, args: `Tensor self${params ? `, ${params}` : ''}`, as: ['function'], namespaces: F, flags: ['direct'], grad: { saves: 'self' }, dtypes: 'float', doc: `${doc} ${functionalDoc(name)}`,
  samples: [{ args: [within(-4, 4, 3, 4)] }, { args: [t()] }, { args: [t(0, 2)] }, { args: [of('bfloat16', 3)] }], errors: [float(name)], ...more,
});
const plain = (name, id) => ({ impl: `ts_unary(cx, a->self, out, ${id}, TS_NO_INT, NULL)` });
/** The gradient of an activation as an op of its own: what flows into the result, then the input. */
const backward = (name, params, what, impl, more = {}) => ({
  name, args: `Tensor grad_output, Tensor self${params ? `, ${params}` : ''}`, namespaces: F, flags: ['direct'], impl, grad: { saves: 'grad_output self' }, dtypes: 'float', doc: `The gradient of ${what}.`,
  samples: [{ args: [t(3, 4), within(-4, 4, 3, 4)] }], ...more,
});
const pair = (id) => `ts_binary(cx, a->grad_output, a->self, out, ${id}, TS_NO_INT, NULL)`;

export default [
  {
    name: 'relu', args: 'Tensor self', as: ['function', 'method', 'inplace'], flags: ['direct'], namespaces: ['torsh'], grad: { saves: 'result' }, dtypes: 'int float',
    doc: `max(input, 0), elementwise; NaN stays NaN, the gradient at 0 is 0. Errors: bools. ${functionalDoc('relu')}`,
    samples: [{ args: [t(3, 4)] }, { args: [t()] }, { args: [list([-1, 0.5, 2, -0.5, 3])] }, { args: [{ t: [4], dtype: 'int32', low: -5, high: 5 }] }],
    errors: [{ args: [of('bool', 2)], code: 'ERR_DTYPE', message: 'relu: Boolean inputs not supported for relu' }],
  },
  {
    name: 'threshold_backward', args: 'Tensor grad, Tensor self, Scalar threshold', flags: ['direct'], grad: { saves: 'self' }, dtypes: 'int float',
    doc: 'grad where input is above the threshold, else 0: the gradient of relu and threshold.',
    samples: [{ args: [t(3, 4), t(3, 4), 0] }],
  },
  activation('silu', '', 'input * sigmoid(input), elementwise. Errors: integers.', plain('silu', 'TS_UN_SILU')),
  backward('silu_backward', '', 'silu', pair('TS_BIN_SILU_BACKWARD')),
  activation('gelu', "*, str approximate='none'", "input times the normal distribution function of input, elementwise; approximate 'tanh' computes it by tanh. Errors: integers, another approximate.", {
    samples: [{ args: [within(-4, 4, 3, 4)] }, { args: [within(-4, 4, 3, 4)], kwargs: { approximate: 'tanh' } }, { args: [t()] }, { args: [of('bfloat16', 3)] }],
    errors: [float('gelu'), { args: [t(2)], kwargs: { approximate: 'erf' }, code: 'ERR_ARGUMENT', message: 'gelu: approximate argument must be either none or tanh.' }],
  }),
  backward('gelu_backward', "*, str approximate='none'", 'gelu', undefined, { samples: [{ args: [t(3, 4), within(-4, 4, 3, 4)] }, { args: [t(3, 4), within(-4, 4, 3, 4)], kwargs: { approximate: 'tanh' } }] }),
];
