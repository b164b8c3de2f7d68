// Activations, mostly functions of nn.functional; rrelu draws its slopes. Those that can overwrite their input take `inplace` there.
import { functionalDoc, list, of, refuses, t, within } from './rows.mjs';

const F = ['nn.functional'];
const BOTH = ['torsh', 'nn.functional'];
const float = (name) => refuses(name, 'int64', of('int64', 2));

/** Activations of one tensor; params are further arguments, as in PyTorch. */
const activation = (name, params, doc, more = {}) => ({
  name, args: `Tensor self${params ? `, ${params}` : ''}`, as: ['function', 'inplace', 'inplace argument'], namespaces: F, flags: ['direct'], grad: { saves: 'self' }, dtypes: 'float', doc: `${doc} ${functionalDoc(name)}`,
  samples: [{ args: [within(-4, 4, 3, 4)] }, { args: [t()] }, { args: [t(0, 2)] }, { args: [of('bfloat16', 3)] }], errors: [float(name)], ...more,
});
const NAMED = ['function', 'inplace', 'inplace function', 'inplace argument'];
const plain = (id) => ({ impl: `ts_unary(cx, a->self, out, ${id}, TS_NO_INT, NULL)` });
/** With a parameter: samples with its default and with another value. */
const tried = (...values) => ({ samples: [{ args: [within(-4, 4, 3, 4)] }, { args: [within(-4, 4, 5), ...values] }, { args: [t()] }, { args: [of('bfloat16', 3)] }] });

/** The gradient of an activation as an op of its own: what flows into the result, then the input. */
const backward = (name, params, impl, more = {}) => ({
  name: `_${name}_backward`, args: `Tensor grad_output, Tensor self${params ? `, ${params}` : ''}`, flags: ['direct'], impl, grad: { saves: 'grad_output self' }, dtypes: 'float',
  doc: `The gradient of ${name}.`, samples: [{ args: [t(3, 4), within(-4, 4, 3, 4)] }], ...more,
});
const pair = (id, params = 'NULL') => `ts_binary(cx, a->grad_output, a->self, out, ${id}, TS_NO_INT, ${params})`;
const numbers = (...names) => `((const ts_scalar[3]){${names.map((n) => `ts_float(a->${n})`).join(', ')}})`;

export default [
  activation('relu', '', 'max(input, 0), elementwise; NaN stays NaN, the gradient at 0 is 0. Errors: bools.', {
    as: ['function', 'method', 'inplace', 'inplace function', 'inplace argument'], namespaces: BOTH, grad: { saves: 'result' }, dtypes: 'int float',
    samples: [{ args: [t(3, 4)] }, { args: [t()] }, { args: [list([-1, 0.5, 2, -0.5, 3])] }, { args: [{ t: [4], dtype: 'int32', low: -5, high: 5 }] }],
    errors: [{ args: [of('bool', 2)], code: 'ERR_DTYPE', message: 'relu: Boolean inputs not supported for relu' }],
  }),
  activation('threshold', 'Scalar threshold, Scalar value', 'input where it is above threshold, else value, elementwise. Errors: bools.', {
    as: NAMED, namespaces: BOTH, dtypes: 'int float', samples: [{ args: [within(-4, 4, 3, 4), 0.3, -1] }, { args: [t(), 0, 20] }, { args: [of('int64', 5), 1.5, 2] }], errors: [refuses('threshold', 'bool', of('bool', 2), 0, 1)],
  }),
  {
    name: '_threshold_backward', args: 'Tensor grad, Tensor self, Scalar threshold', flags: ['direct'], grad: { saves: 'self' }, dtypes: 'int float',
    doc: 'grad where input is above the threshold, else 0: the gradient of relu and threshold.', samples: [{ args: [t(3, 4), t(3, 4), 0] }],
  },
  activation('relu6', '', 'min(max(input, 0), 6), elementwise. Errors: bools.', {
    as: ['function', 'inplace', 'inplace argument'], impl: 'ts_hard_bounds(cx, a->self, 0, 6, out)', dtypes: 'int float', samples: [{ args: [within(-4, 10, 3, 4)] }, { args: [of('int32', 5)] }],
    errors: [{ args: [of('bool', 2)], code: 'ERR_DTYPE', message: 'relu6: Bool inputs not supported for hardtanh' }],
  }),
  activation('hardtanh', 'float min_val=-1.0, float max_val=1.0', 'input within [minVal, maxVal], elementwise; the gradient on the bounds is 0. Errors: bools, unsigned integers with negative bounds.', {
    as: NAMED, dtypes: 'int float', samples: [{ args: [within(-4, 4, 3, 4)] }, { args: [within(-4, 4, 5), -2, 0.5] }, { args: [of('int64', 5), -2, 3] }],
    errors: [
      { args: [of('bool', 2)], code: 'ERR_DTYPE', message: 'hardtanh: Bool inputs not supported for hardtanh' },
      { args: [of('uint8', 2)], code: 'ERR_DTYPE', message: 'hardtanh: cannot do hardtanh on an unsigned type with negative limits' },
    ],
  }),
  backward('hardtanh', 'float min_val, float max_val', pair('TS_BIN_HARDTANH_BACKWARD', numbers('min_val', 'max_val')), { samples: [{ args: [t(3, 4), within(-4, 4, 3, 4), -1, 1] }], grad: { saves: 'self' } }),
  activation('leaky_relu', 'float negative_slope=0.01', 'input where positive, else negativeSlope * input, elementwise. Errors: integers.', { as: NAMED, ...tried(0.2) }),
  backward('leaky_relu', 'float negative_slope', undefined, { samples: [{ args: [t(3, 4), within(-4, 4, 3, 4), 0.1] }], grad: { saves: 'self' } }),
  activation('elu', 'float alpha=1.0', 'input where positive, else alpha * (exp(input) - 1), elementwise. Errors: integers.', { as: NAMED, impl: 'ts_elu_of(cx, a->self, out, a->alpha, 1, 1)', ...tried(0.7) }),
  activation('selu', '', '1.0507 * elu(input, 1.67326), elementwise: keeps mean 0 and variance 1. Errors: integers.', { as: NAMED, namespaces: BOTH, impl: 'ts_elu_of(cx, a->self, out, TS_SELU_ALPHA * TS_SELU_SCALE, TS_SELU_SCALE, 1)' }),
  activation('celu', 'float alpha=1.0', 'input where positive, else alpha * (exp(input / alpha) - 1), elementwise. Errors: integers, alpha 0.', {
    as: NAMED, namespaces: BOTH, ...tried(2), errors: [float('celu'), { args: [t(2), 0], code: 'ERR_NUMERIC', message: 'celu: ZeroDivisionError: alpha cannot be 0 for CELU' }],
  }),
  backward('elu', 'float negative, float positive, float inside', pair('TS_BIN_ELU_BACKWARD', numbers('negative', 'positive', 'inside')), { samples: [{ args: [t(3, 4), within(-4, 4, 3, 4), 1.5, 1, 0.5] }] }),
  activation('gelu', "*, str approximate='none'", "input times the normal distribution function of input, elementwise; approximate 'tanh' computes it by tanh. Errors: integers, another approximate.", {
    as: ['function', 'out'], samples: [{ args: [within(-4, 4, 3, 4)] }, { args: [within(-4, 4, 3, 4)], kwargs: { approximate: 'tanh' } }, { args: [t()] }, { args: [of('bfloat16', 3)] }],
    errors: [float('gelu'), { args: [t(2)], kwargs: { approximate: 'erf' }, code: 'ERR_ARGUMENT', message: 'gelu: approximate argument must be either none or tanh.' }],
  }),
  backward('gelu', "*, str approximate='none'", undefined, { samples: [{ args: [t(3, 4), within(-4, 4, 3, 4)] }, { args: [t(3, 4), within(-4, 4, 3, 4)], kwargs: { approximate: 'tanh' } }] }),
  activation('silu', '', 'input * sigmoid(input), elementwise. Errors: integers.', plain('TS_UN_SILU')),
  backward('silu', '', pair('TS_BIN_SILU_BACKWARD')),
  activation('mish', '', 'input * tanh(softplus(input)), elementwise. Errors: integers.', plain('TS_UN_MISH')),
  backward('mish', '', pair('TS_BIN_MISH_BACKWARD')),
  activation('softplus', 'float beta=1, float threshold=20', 'log(1 + exp(beta * input)) / beta, elementwise; input itself where beta * input is above threshold. Errors: integers.', { as: ['function', 'out'], ...tried(2, 5) }),
  backward('softplus', 'float beta, float threshold', undefined, { samples: [{ args: [t(3, 4), within(-4, 4, 3, 4), 2, 5] }] }),
  activation('logsigmoid', '', 'log(sigmoid(input)), elementwise. Errors: integers.', { as: ['function', 'out'], ...plain('TS_UN_LOGSIGMOID') }),
  backward('logsigmoid', '', pair('TS_BIN_LOGSIGMOID_BACKWARD')),
  activation('hardsigmoid', '', 'min(max(input + 3, 0), 6) / 6, elementwise. Errors: integers.', plain('TS_UN_HARDSIGMOID')),
  backward('hardsigmoid', '', pair('TS_BIN_HARDSIGMOID_BACKWARD'), { grad: { saves: 'self' } }),
  activation('hardswish', '', 'input * min(max(input + 3, 0), 6) / 6, elementwise. Errors: integers.', plain('TS_UN_HARDSWISH')),
  backward('hardswish', '', pair('TS_BIN_HARDSWISH_BACKWARD')),
  activation('hardshrink', 'float lambd=0.5', '0 within [-lambd, lambd], elsewhere input, elementwise. Errors: integers.', { as: ['function', 'method', 'out'], namespaces: BOTH, ...tried(1.5) }),
  activation('softshrink', 'float lambd=0.5', 'input moved towards 0 by lambd, 0 within [-lambd, lambd], elementwise. Errors: integers, a negative lambd.', {
    as: ['function', 'out'], ...tried(1.5), errors: [float('softshrink'), { args: [t(2), -0.5], code: 'ERR_ARGUMENT', message: 'softshrink: lambda must be greater or equal to 0, but found to be -0.5.' }],
  }),
  backward('shrink', 'float lambd', undefined, { samples: [{ args: [t(3, 4), within(-4, 4, 3, 4), 0.5] }], grad: { saves: 'self' } }),
  activation('softsign', '', 'input / (1 + |input|), elementwise.', { as: ['function'], flags: [], grad: 'composite', dtypes: 'int float', errors: [] }),
  activation('tanhshrink', '', 'input - tanh(input), elementwise.', { as: ['function'], flags: [], grad: 'composite', dtypes: 'int float', errors: [] }),
  {
    name: '_prelu', args: 'Tensor self, Tensor slope', impl: 'ts_binary(cx, a->self, a->slope, out, TS_BIN_PRELU, TS_NO_INT, NULL)', flags: ['direct'], grad: { saves: 'self slope(self)' }, dtypes: 'float',
    doc: 'prelu with the weight spread over the dims of the input.', samples: [{ args: [within(-4, 4, 3, 4), within(0.1, 0.5, 4)] }, { args: [within(-4, 4, 3), within(0.1, 0.5, 1)] }],
  },
  {
    name: 'prelu', args: 'Tensor self, Tensor weight', as: ['function', 'method'], namespaces: BOTH, grad: 'composite', dtypes: 'float',
    doc: `input where positive, else weight * input; weight has one element, or one for each channel (dim 1). Errors: integers, different dtypes, another number of weights. ${functionalDoc('prelu')}`,
    samples: [{ args: [within(-4, 4, 3, 4), within(0.1, 0.5, 1)] }, { args: [within(-4, 4, 2, 3, 2), within(0.1, 0.5, 3)] }, { args: [within(-4, 4), within(0.1, 0.5)] }],
    errors: [
      { args: [t(2, 3), t(2)], code: 'ERR_SHAPE', message: 'prelu: Mismatch of parameter numbers and input channel size. Found parameter numbers = 2 and channel size = 3.' },
      { args: [t(), t(2)], code: 'ERR_SHAPE', message: 'prelu: Not allow zero-dim input tensor.' },
      { args: [t(2, 3), t(2, 4)], code: 'ERR_SHAPE', message: 'prelu: Expected `weight` to be a scalar or 1D tensor, but got ndim = 2 (shape [2, 4])' },
    ],
  },
  {
    name: 'glu', args: 'Tensor self, int dim=-1', namespaces: F, grad: 'composite', dtypes: 'float',
    doc: `The first half of input along dim times the sigmoid of the second. Errors: integers, an odd size. ${functionalDoc('glu')}`, samples: [{ args: [t(3, 4)] }, { args: [t(2, 4, 3), 1] }, { args: [t(2, 0)] }],
    errors: [
      { args: [t(3)], code: 'ERR_SHAPE', message: 'glu: Halving dimension must be even, but dimension 0 is size 3' },
      { args: [t()], code: 'ERR_SHAPE', message: 'glu: glu does not support scalars because halving size must be even' },
    ],
  },
  {
    name: 'rrelu', args: 'Tensor self, float lower=0.125, float upper=0.3333333333333333, bool training=False', as: ['function', 'inplace', 'inplace function', 'inplace argument'], namespaces: BOTH, grad: 'composite', dtypes: 'float',
    doc: `input where positive, else a slope times input: drawn from [lower, upper] for each element in training, else their mean. Errors: integers, lower above upper. ${functionalDoc('rrelu')}`, samples: [{ args: [within(-4, 4, 3, 4)] }, { args: [within(-4, 4, 3, 4), 0.1, 0.9, true] }],
    errors: [{ args: [t(2), 0.3, 0.1], code: 'ERR_ARGUMENT', message: 'rrelu: Lower bound should be less than or equal to the upper bound' }, { args: [of('int64', 2)], code: 'ERR_DTYPE', message: 'rrelu: not implemented for int64' }],
  },
  { name: '_rrelu_noise', args: 'Tensor self, float lower, float upper', grad: 'not differentiable', dtypes: 'float', doc: 'The slopes of rrelu in training.', samples: [{ args: [t(3), 0.1, 0.2] }] },
];
