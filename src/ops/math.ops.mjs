// Elementwise functions of mathematics.
import { misfit, of, refuses, t, torchDoc, within } from './rows.mjs';

const ALL = ['function', 'method', 'inplace', 'out'];
const TWIN = [...ALL, 'inplace function'];
const REAL = new Set(['erf', 'erfc', 'erfinv', 'lgamma', 'digamma', 'i0', 'i1']);
/** One tensor in, floats out; samples from [low, high), where the function has a finite slope. */
const unary = (name, what, saves, [low, high], more = {}) => ({
  name, args: 'Tensor self', as: TWIN, flags: ['direct'], impl: `ts_unary(cx, a->self, out, TS_UN_${name.toUpperCase()}, TS_TO_FLOAT, NULL)`, grad: { saves }, dtypes: REAL.has(name) ? 'bool int float' : 'all',
  doc: `${what}, elementwise; integers give float32. ${torchDoc(name)}`,
  samples: [{ args: [within(low, high, 3, 4)] }, { args: [within(low, high)] }, { args: [t(0, 2)] }, { args: [of('int64', 3)] }, { args: [{ t: [3], dtype: 'float16', low, high }] }, { args: [{ t: [3], dtype: 'bfloat16', low, high }] }, ...(REAL.has(name) ? [] : [{ args: [{ t: [3], dtype: 'complex64', low, high }] }])], ...more,
});
const binary = (name, rule, saves, what, samples, more = {}) => ({
  name, args: 'Tensor self, Tensor other', as: ALL, flags: ['direct'], impl: `ts_binary(cx, a->self, a->other, out, TS_BIN_${name.toUpperCase()}, ${rule}, NULL)`,
  grad: saves === null ? 'not differentiable' : { saves }, dtypes: rule === 'TS_TO_FLOAT' ? 'all' : rule === 'TS_NO_INT' ? 'float' : 'all', doc: `${what} ${torchDoc(name)}`, samples: samples.map((args) => ({ args })), errors: [misfit(name)], ...more,
});
const pair = [[within(0.5, 2, 3, 4), within(0.5, 2, 4)], [within(-2, -0.5, 3, 1), within(0.5, 2, 4)], [within(0.5, 2), within(0.5, 2)]];
const whole = [[of('int64', 3, 4), of('int64', 4)], [of('int32', 3), of('int64', 3)], [of('uint8', 3), of('uint8', 3)]];

export default [
  unary('exp', 'e to the power of input', 'result', [-2, 2]),
  unary('exp2', '2 to the power of input', 'result', [-2, 2], { aliases: ['special.exp2'] }),
  unary('expm1', 'exp(input) - 1, exact around 0', 'result', [-2, 2], { aliases: ['special.expm1'] }),
  unary('log', 'The natural logarithm', 'self', [0.2, 3]),
  unary('log2', 'The logarithm of base 2', 'self', [0.2, 3]),
  unary('log10', 'The logarithm of base 10', 'self', [0.2, 3]),
  unary('log1p', 'log(1 + input), exact around 0', 'self', [-0.7, 3], { aliases: ['special.log1p'] }),
  unary('sin', 'The sine', 'self', [-3, 3]),
  unary('cos', 'The cosine', 'self', [-3, 3]),
  unary('tan', 'The tangent', 'result', [-1.2, 1.2]),
  unary('asin', 'The inverse sine', 'self', [-0.9, 0.9], { aliases: ['arcsin'] }),
  unary('acos', 'The inverse cosine', 'self', [-0.9, 0.9], { aliases: ['arccos'] }),
  unary('atan', 'The inverse tangent', 'self', [-3, 3], { aliases: ['arctan'] }),
  unary('sinh', 'The hyperbolic sine', 'self', [-2, 2]),
  unary('cosh', 'The hyperbolic cosine', 'self', [-2, 2]),
  unary('tanh', 'The hyperbolic tangent', 'result', [-2, 2], { namespaces: ['torsh', 'nn.functional'] }),
  unary('asinh', 'The inverse hyperbolic sine', 'self', [-3, 3], { aliases: ['arcsinh'] }),
  unary('acosh', 'The inverse hyperbolic cosine', 'self', [1.2, 3], { aliases: ['arccosh'] }),
  unary('atanh', 'The inverse hyperbolic tangent', 'self', [-0.9, 0.9], { aliases: ['arctanh'] }),
  unary('sinc', 'sin(pi input) / (pi input), 1 at 0', 'self', [-2, 2], { aliases: ['special.sinc'] }),
  unary('erf', 'The error function', 'self', [-2, 2], { aliases: ['special.erf'] }),
  unary('erfc', '1 - erf(input), exact where that is small', 'self', [-2, 2], { aliases: ['special.erfc'] }),
  unary('erfinv', 'The inverse of the error function', 'result', [-0.9, 0.9], { as: ALL, aliases: ['special.erfinv'] }),
  unary('sigmoid', '1 / (1 + exp(-input))', 'result', [-3, 3], { namespaces: ['torsh', 'nn.functional'], aliases: ['special.expit'] }),
  unary('lgamma', 'log|gamma(input)|', 'self', [0.3, 4], { as: ALL, aliases: ['special.gammaln'] }),
  unary('digamma', 'The derivative of lgamma', 'self', [0.3, 4], { as: ALL, aliases: ['special.digamma', 'special.psi'] }),
  {
    name: 'mvlgamma', args: 'Tensor self, int p', as: ALL, aliases: ['special.multigammaln'], grad: 'composite', dtypes: 'bool int float',
    doc: `The logarithm of the gamma function of p dims, elementwise; integers give float32. Errors: p below 1. ${torchDoc('mvlgamma')}`,
    samples: [{ args: [within(1.5, 4, 3, 4), 2] }, { args: [of('int64', 3), 1] }], errors: [{ args: [t(2), 0], code: 'ERR_ARGUMENT', message: 'mvlgamma: p has to be greater than or equal to 1' }],
  },
  {
    name: 'frexp', args: 'Tensor self', returns: 'Tensor mantissa, Tensor exponent', as: ['function', 'method', 'out'], grad: { saves: 'result1' }, dtypes: 'float',
    doc: `mantissa of [0.5, 1) in magnitude and exponent (int32) with input = mantissa * 2 ** exponent; 0 and what is not finite is its own mantissa. Errors: integers. ${torchDoc('frexp')}`,
    samples: [{ args: [within(-9, 9, 3, 4)] }, { args: [t()] }, { args: [t(0, 2)] }, { args: [of('float16', 3)] }],
    errors: [{ args: [of('int64', 2)], code: 'ERR_DTYPE', message: 'frexp: torch.frexp() only supports floating-point dtypes' }],
  },
  unary('logit', 'log(input / (1 - input)); with eps, of input clamped to [eps, 1 - eps]', 'self', [0.1, 0.9], {
    args: 'Tensor self, float? eps=None', impl: undefined, aliases: ['special.logit'], samples: [{ args: [within(0.1, 0.9, 3, 4)] }, { args: [within(-0.5, 1.5, 3, 4), 0.1] }, { args: [within(0.1, 0.9)] }, { args: [of('int64', 3)] }],
  }),
  {
    name: '_sigmoid_backward', args: 'Tensor grad_output, Tensor output', flags: ['direct'], impl: 'ts_binary(cx, a->grad_output, a->output, out, TS_BIN_SIGMOID_BACKWARD, TS_NO_INT, NULL)',
    grad: { saves: 'grad_output output' }, dtypes: 'float', doc: 'gradOutput * output * (1 - output): the gradient of sigmoid.', samples: [{ args: [t(3, 4), t(3, 4)] }],
  },
  {
    name: '_tanh_backward', args: 'Tensor grad_output, Tensor output', flags: ['direct'], impl: 'ts_binary(cx, a->grad_output, a->output, out, TS_BIN_TANH_BACKWARD, TS_NO_INT, NULL)',
    grad: { saves: 'grad_output output' }, dtypes: 'float', doc: 'gradOutput * (1 - output ** 2): the gradient of tanh.', samples: [{ args: [t(3, 4), t(3, 4)] }],
  },
  binary('atan2', 'TS_TO_FLOAT', 'self other', 'The angle of the point (other, input), elementwise; integers give float32.', [...pair, [of('int64', 3), of('int64', 3)]], { aliases: ['arctan2'] }),
  binary('hypot', 'TS_NO_INT', 'self other result', 'sqrt(input ** 2 + other ** 2), elementwise, without overflow. Errors: integers.', pair, { errors: [misfit('hypot'), refuses('hypot', 'int64', of('int64', 2), of('int64', 2))] }),
  binary('logaddexp', 'TS_NO_INT', 'self other', 'log(exp(input) + exp(other)), elementwise, without overflow. Errors: integers.', pair, { as: ['function', 'method', 'out'] }),
  binary('logaddexp2', 'TS_NO_INT', 'self other', 'log2(2 ** input + 2 ** other), elementwise, without overflow. Errors: integers.', pair, { as: ['function', 'method', 'out'] }),
  binary('xlogy', 'TS_TO_FLOAT', 'self other', 'input * log(other), elementwise, 0 where input is 0; integers give float32.', [...pair.slice(0, 1), [within(-1, 1, 3), within(0.5, 2, 3)], [2, within(0.5, 2, 3)], [within(0.5, 2, 3), 2], [of('int64', 3), of('int64', 3)]],
    { args: 'Operand self, Operand other', as: TWIN, aliases: ['special.xlogy'], impl: undefined, errors: [misfit('xlogy'), { args: [2, 3], code: 'ERR_ARGUMENT', message: 'xlogy: one of the arguments must be a Tensor, got two numbers' }] }),
  binary('copysign', 'TS_TO_FLOAT', 'self other result', 'input with the sign of other, elementwise; integers give float32.', [...pair, [within(0.5, 2, 3), -1], [of('int64', 3), of('int64', 3)]], { args: 'Tensor self, Operand other' }),
  binary('nextafter', 'TS_NO_INT', null, 'The floating point number after input on the way to other, elementwise. Errors: integers.', pair.slice(0, 2), { impl: undefined, errors: [misfit('nextafter'), refuses('nextafter', 'int64', of('int64', 2), of('int64', 2))] }),
  binary('heaviside', 'TS_SAME', null, '0 below 0, 1 above, values at 0, elementwise. Errors: different dtypes.', [[t(3, 4), t(4)], [of('int64', 3), of('int64', 3)], [of('bool', 3), of('bool', 3)]], {
    args: 'Tensor self, Tensor values', impl: undefined, errors: [misfit('heaviside'), { args: [t(2), of('int64', 2)], code: 'ERR_DTYPE', message: 'heaviside: heaviside is not yet implemented for tensors with different dtypes.' }],
  }),
  binary('ldexp', 'TS_TO_FLOAT', null, 'input * 2 ** other, elementwise.', [[t(3, 4), t(4)], [of('int64', 3), of('int64', 3)], [t(3), of('int32', 3)]], { as: TWIN, impl: undefined, flags: [], grad: 'composite' }),
  binary('gcd', 'TS_NO_FLOAT', null, 'The greatest common divisor, elementwise. Errors: floats, bools.', whole, { as: TWIN, impl: undefined, dtypes: 'int', errors: [refuses('gcd', 'float32', t(2), t(2)), refuses('gcd', 'bool', of('bool', 2), of('bool', 2))] }),
  binary('lcm', 'TS_NO_FLOAT', null, 'The least common multiple, elementwise. Errors: floats, bools.', whole, { as: TWIN, impl: undefined, dtypes: 'int', errors: [refuses('lcm', 'float32', t(2), t(2))] }),
];
