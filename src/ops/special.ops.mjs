// Rare functions of mathematics, most of them of torsh.special only.
import { misfit, of, t, torchDoc, within } from './rows.mjs';

const ALL = ['function', 'method', 'inplace', 'out'];
const page = (name) => `https://pytorch.org/docs/stable/special.html#torch.special.${name}`;
const NONE = 'not differentiable';

/** One tensor in, floats out. */
const one = (name, c, what, saves, samples, more = {}) => ({
  name, args: 'Tensor self', as: ['function', 'out'], namespaces: ['special'], flags: ['direct'], impl: `ts_special1(cx, a->self, out, ts_${c}_at)`,
  grad: saves === NONE ? NONE : { saves }, dtypes: 'real', doc: `${what}, elementwise; integers give float32. ${page(name)}`,
  samples: [...samples.map((x) => ({ args: [x] })), { args: [t(0, 2)] }, { args: [of('int64', 3)] }], ...more,
});
const two = (name, c, what, args, grad, samples, more = {}) => ({
  name, args, as: ['function', 'out'], namespaces: ['special'], flags: ['direct'], impl: `ts_special2(cx, a->self, a->${args.split(' ').at(-1)}, out, ts_${c}_at)`,
  grad, dtypes: 'real', doc: `${what}, elementwise with broadcasting; integers give float32. ${page(name)}`, samples: samples.map((x) => ({ args: x })),
  errors: [misfit(name), { args: [2, 3], code: 'ERR_ARGUMENT', message: `${misfit(name).message.split(':')[0]}: one of the arguments must be a Tensor, got two numbers` }], ...more,
});
const polynomial = (name, c, what) => two(name, c, `${what} of degree n (cut to a whole number; below 0 it is 0) at input`, 'Operand self, Operand n', NONE,
  [[within(-2, 2, 3, 4), { t: [4], dtype: 'int64', low: 0, high: 6 }], [within(-1, 1, 5), { t: [5], low: -2, high: 30 }], [within(-1, 1, 3), 4], [0.5, { t: [3], dtype: 'int64', low: 0, high: 12 }], [of('int64', 3), 2]], { impl: `ts_polynomials(cx, a->self, a->n, out, ts_${c}_loops)` });

const wide = [within(-30, 30, 3, 4), within(-3, 3)];
const positive = [within(0.1, 3, 3, 4), within(3, 40, 5)];
/** The gamma functions: the derivative by the first argument is not known. */
const gamma = (name, alias, what) => two(name, name, `${what} of order input at other`, 'Tensor self, Tensor other', { saves: 'self other' },
  [[{ ...within(0.3, 4, 3, 4), grad: false }, within(0.2, 6, 4)], [{ ...within(30, 60, 5), grad: false }, within(30, 60, 5)], [{ ...within(0.3, 2), grad: false }, within(0.2, 2)], [of('int64', 3), within(1, 3, 3)]], {
    as: ALL, namespaces: ['torsh'], aliases: [alias], errors: [misfit(name)],
    doc: `${what} of order input at other, elementwise with broadcasting; integers give float32. Only the gradient of other is known. ${torchDoc(name)}`,
  });

export default [
  {
    name: 'polygamma', overload: 'polygamma', args: 'int n, Tensor self', as: ['function', 'out'], flags: ['direct'], namespaces: ['torsh', 'special'], impl: 'ts_polygamma_of(cx, a->n, a->self, out)', grad: { saves: 'self' }, dtypes: 'real',
    doc: `The n-th derivative of digamma, elementwise; integers give float32. Errors: a negative n. ${torchDoc('polygamma')}`,
    samples: [{ args: [0, within(0.3, 4, 3)] }, { args: [1, within(0.3, 4, 3, 4)] }, { args: [3, within(-1.8, -1.2, 3)] }, { args: [2, of('int64', 3)] }],
    errors: [{ args: [-1, t(2)], code: 'ERR_ARGUMENT', message: 'polygamma: polygamma(n, x) does not support negative n.' }],
  },
  {
    name: '_polygamma_self', overload: 'polygamma', args: 'Tensor self, int n', as: ['method', 'inplace'], flags: ['direct'], impl: 'ts_polygamma_of(cx, a->n, a->self, out)', grad: { saves: 'self' }, dtypes: 'real', node: 'PolygammaBackward0',
    doc: `The n-th derivative of digamma, elementwise; integers give float32. ${torchDoc('polygamma')}`, samples: [{ args: [within(0.3, 4, 3, 4), 1] }],
  },
  one('i0', 'bessel_i0', 'The modified Bessel function of order 0', 'self', [within(-3, 3, 3, 4), within(-3, 3)], { as: [...ALL, 'inplace function'], namespaces: ['torsh'], aliases: ['special.i0'], doc: `The modified Bessel function of order 0, elementwise; integers give float32. ${torchDoc('i0')}` }),
  one('i0e', 'bessel_i0e', 'exp(-|input|) times the modified Bessel function of order 0', 'self result', wide),
  one('i1', 'bessel_i1', 'The modified Bessel function of order 1', 'self result', [within(-3, 3, 3, 4), within(-3, 3)]),
  one('i1e', 'bessel_i1e', 'exp(-|input|) times the modified Bessel function of order 1', 'self result', wide),
  one('ndtr', 'ndtr', 'The distribution function of the standard normal distribution', 'self', [within(-3, 3, 3, 4), within(-3, 3)], { impl: 'ts_unary(cx, a->self, out, TS_UN_NDTR, TS_TO_FLOAT, NULL)' }),
  one('ndtri', 'ndtri', 'The inverse of ndtr', 'result', [within(0.1, 0.9, 3, 4), within(0.1, 0.9)]),
  one('log_ndtr', 'log_ndtr', 'The logarithm of ndtr, without its underflow', 'self', [within(-20, 4, 3, 4), within(-3, 3)]),
  one('entr', 'entr', '-input * log(input), 0 at 0, -infinity below', 'self', [within(0.1, 3, 3, 4), within(0.1, 3)], { impl: 'ts_unary(cx, a->self, out, TS_UN_ENTR, TS_TO_FLOAT, NULL)' }),
  one('erfcx', 'erfcx', 'exp(input ** 2) * erfc(input), without overflow above 0', 'self result', [within(-1.5, 6, 3, 4), within(-1, 3)]),
  one('airy_ai', 'airy_ai', "Airy's function Ai", NONE, [within(-12, 12, 3, 4), within(-3, 3)]),
  ...[0, 1].flatMap((n) => [
    one(`bessel_j${n}`, `bessel_j${n}`, `The Bessel function of the first kind of order ${n}`, NONE, wide),
    one(`bessel_y${n}`, `bessel_y${n}`, `The Bessel function of the second kind of order ${n}`, NONE, positive),
    one(`modified_bessel_i${n}`, `bessel_i${n}`, `The modified Bessel function of the first kind of order ${n}`, NONE, wide),
    one(`modified_bessel_k${n}`, `bessel_k${n}`, `The modified Bessel function of the second kind of order ${n}`, NONE, positive),
    one(`scaled_modified_bessel_k${n}`, `bessel_k${n}e`, `exp(input) times the modified Bessel function of the second kind of order ${n}`, NONE, positive),
  ]),
  one('spherical_bessel_j0', 'spherical_j0', 'The spherical Bessel function of order 0, sin(input) / input', NONE, wide),
  ...['t', 'u', 'v', 'w'].flatMap((letter, i) => [
    polynomial(`chebyshev_polynomial_${letter}`, `chebyshev_${letter}`, `The Chebyshev polynomial of kind ${i + 1}`),
    polynomial(`shifted_chebyshev_polynomial_${letter}`, `shifted_${letter}`, `The shifted Chebyshev polynomial of kind ${i + 1} (the plain one at 2 input - 1)`),
  ]),
  polynomial('hermite_polynomial_h', 'hermite_h', "The physicist's Hermite polynomial"),
  polynomial('hermite_polynomial_he', 'hermite_he', "The probabilist's Hermite polynomial"),
  polynomial('laguerre_polynomial_l', 'laguerre_l', 'The Laguerre polynomial'),
  polynomial('legendre_polynomial_p', 'legendre_p', 'The Legendre polynomial'),
  two('xlog1py', 'xlog1py', 'input * log1p(other), 0 where input is 0', 'Operand self, Operand other', { saves: 'self other' },
    [[within(0.5, 2, 3, 4), within(-0.5, 2, 4)], [within(-1, 1), within(0.5, 2)], [2, within(0.5, 2, 3)], [within(0.5, 2, 3), 2], [of('int64', 3), within(0.5, 2, 3)]]),
  two('zeta', 'zeta', "Hurwitz's zeta function of input at other (whose gradient alone is known)", 'Operand self, Operand other', { saves: 'self other' },
    [[{ ...within(1.5, 4, 3, 4), grad: false }, within(0.5, 3, 4)], [2, within(0.5, 3, 3)], [{ ...within(1.5, 4, 3), grad: false }, 2], [{ t: [3], dtype: 'int64', low: 2, high: 5 }, of('int64', 3)]]),
  gamma('igamma', 'special.gammainc', 'The lower regularised incomplete gamma function'),
  gamma('igammac', 'special.gammaincc', 'The upper regularised incomplete gamma function'),
];
