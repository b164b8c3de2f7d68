// Elementwise arithmetic.
import { camel, list, misfit, of, refuses, t, torchDoc, within } from './rows.mjs';

const ALL = ['function', 'method', 'inplace', 'out'];
const TWIN = [...ALL, 'inplace function'];
const division = (name, how) => ({ args: [of('int64', 3), list([1, 0, 2], 'int64')], ...how, code: 'ERR_NUMERIC', message: `${camel(name)}: ZeroDivisionError` });
const nonzero = (...shape) => within(0.5, 2, ...shape);

const COMPLEX = new Set(['neg', 'positive', 'abs', 'sgn', 'square']);
/** Ops of one tensor. */
const unary = (name, impl, grad, doc, more = {}) => ({
  name, args: 'Tensor self', as: TWIN, flags: ['direct'], impl, grad, dtypes: COMPLEX.has(name) ? 'int float complex' : 'int float', doc: `${doc} ${torchDoc(name)}`,
  samples: [{ args: [t(3, 4)] }, { args: [t()] }, { args: [t(0, 2)] }, { args: [list([1.3, -2.6, 0.7, -0.2])] }, { args: [of('int32', 3)] }, ...(COMPLEX.has(name) ? [{ args: [of('complex64', 3, 4)] }] : [])], ...more,
});
const rounding = (name, id, doc, more = {}) => unary(name, `ts_rounded(cx, a->self, out, ${id})`, { saves: '' }, `${doc} Integers stay as they are; the gradient is zero.`, {
  samples: [{ args: [list([1.3, -2.6, 0.7, -0.2, 2.45])] }, { args: [within(-5, 5, 3, 4)] }, { args: [of('int32', 3)] }], errors: [refuses(name, 'bool', of('bool', 2))], ...more,
});

export default [
  {
    name: 'add', args: 'Operand self, Operand other, *, Scalar alpha=1', as: ALL, flags: ['direct'],
    grad: { saves: '' }, dtypes: 'all',
    doc: `input + alpha * other, elementwise. Shapes broadcast; dtypes promote. Errors: shapes that do not broadcast, a float alpha for integers. ${torchDoc('add')}`,
    samples: [
      { args: [t(3, 4), t(3, 4)] }, { args: [t(3, 1), t(4)] }, { args: [t(), t(2)] }, { args: [t(2, 3), 2], kwargs: { alpha: 3 } }, { args: [t(2, 3), t(3)], kwargs: { alpha: -0.5 } },
      { args: [2, t(3)] }, { args: [t(0, 3), t(3)] }, { args: [of('int32', 4), of('int64', 4)] }, { args: [of('bool', 3), of('bool', 3)] }, { args: [of('float16', 3), of('int8', 3)] }, { args: [of('uint8', 4), of('int8', 4)], kwargs: { alpha: 2 } },
      { args: [{ t: [3, 4], dtype: 'complex64' }, { t: [4], dtype: 'complex64' }], kwargs: { alpha: { re: 2, im: -1 } } },
    ],
    errors: [
      misfit('add'),
      { args: [of('int64', 2), of('int64', 2)], kwargs: { alpha: 0.5 }, code: 'ERR_DTYPE', message: 'add: For integral input tensors, argument alpha must not be a floating point number.' },
    ],
  },
  {
    name: 'sub', args: 'Operand self, Operand other, *, Scalar alpha=1', as: ALL, flags: ['direct'], aliases: ['subtract'], grad: { saves: '' }, dtypes: 'int float complex',
    doc: `input - alpha * other, elementwise. Errors: bools, shapes that do not broadcast, a float alpha for integers. ${torchDoc('sub')}`,
    samples: [{ args: [t(3, 4), t(3, 4)] }, { args: [t(3, 1), t(4)] }, { args: [t(2, 3), 2], kwargs: { alpha: 3 } }, { args: [1.5, t(3)] }, { args: [of('uint8', 4), of('uint8', 4)] }, { args: [of('bfloat16', 3), 1] }, { args: [{ t: [3, 4], dtype: 'complex64' }, { t: [4], dtype: 'complex64' }], kwargs: { alpha: { re: 2, im: -1 } } }],
    errors: [
      misfit('sub'),
      { args: [of('bool', 2), of('bool', 2)], code: 'ERR_DTYPE', message: 'sub: Subtraction, the `-` operator, with two bool tensors is not supported. Use the `^` or `logical_xor()` operator instead.' },
      { args: [of('int64', 2), of('bool', 2)], code: 'ERR_DTYPE', message: 'sub: Subtraction, the `-` operator, with a bool tensor is not supported. If you are trying to invert a mask, use the `~` or `logical_not()` operator instead.' },
    ],
  },
  {
    name: 'rsub', args: 'Tensor self, Operand other, Scalar alpha=1', flags: ['direct'], grad: { saves: '' }, dtypes: 'int float complex',
    doc: 'other - alpha * input, elementwise. https://pytorch.org/docs/stable/tensors.html',
    samples: [{ args: [t(3, 4), t(4)] }, { args: [t(3), 2, 0.5] }, { args: [of('int64', 3), 5] }, { args: [{ t: [3], dtype: 'complex64' }, { re: 1, im: 2 }] }], errors: [{ ...misfit('rsub'), message: 'rsub: The size of tensor a (4) must match the size of tensor b (3) at non-singleton dimension 1 (shapes [4] and [2, 3])' }],
  },
  {
    name: 'mul', args: 'Operand self, Operand other', as: ALL, flags: ['direct'], aliases: ['multiply'],
    impl: 'ts_binary(cx, a->self, a->other, out, TS_BIN_MUL, TS_SAME, NULL)', grad: { saves: 'self(other) other(self)' }, dtypes: 'all',
    doc: `input * other, elementwise; bools multiply as "and". ${torchDoc('mul')}`,
    samples: [{ args: [t(3, 4), t(3, 4)] }, { args: [t(3, 1), t(4)] }, { args: [t(2, 3), 2.5] }, { args: [t(), t()] }, { args: [of('bool', 3), of('bool', 3)] }, { args: [of('int8', 3), of('uint8', 3)] }, { args: [of('float16', 2, 3), t()] }, { args: [{ t: [3, 4], dtype: 'complex64' }, { t: [4], dtype: 'complex64' }] }, { args: [{ t: [3] }, { re: 1, im: 2 }] }],
    errors: [misfit('mul')],
  },
  {
    name: 'div', args: 'Operand self, Operand other, *, str? rounding_mode=None', as: ALL, flags: ['direct'], aliases: ['divide', 'trueDivide'], grad: { saves: 'self(other) other' }, dtypes: 'all',
    doc: `input / other, elementwise; integers give float32. roundingMode 'trunc' rounds towards zero, 'floor' down, both keeping integers. Errors: another roundingMode, a zero among integer divisors when rounding. ${torchDoc('div')}`,
    samples: [
      { args: [t(3, 4), nonzero(3, 4)] }, { args: [t(3, 1), nonzero(4)] }, { args: [t(3), 2] }, { args: [1, nonzero(3)] }, { args: [of('int64', 4), list([2, -3, 4, 1], 'int64')] },
      { args: [within(-9, 9, 5), nonzero(5)], kwargs: { roundingMode: 'floor' } }, { args: [within(-9, 9, 5), nonzero(5)], kwargs: { roundingMode: 'trunc' } },
      { args: [of('int32', 5), -4], kwargs: { roundingMode: 'floor' } }, { args: [of('int32', 5), -4], kwargs: { roundingMode: 'trunc' } }, { args: [t(0, 3), 2] },
      { args: [{ t: [3, 4], dtype: 'complex64' }, { t: [4], dtype: 'complex64' }] },
      { args: [{ re: 1, im: 2 }, nonzero(3)] },
    ],
    errors: [
      misfit('div'), division('div', { kwargs: { roundingMode: 'floor' } }),
      { args: [t(2), 2], kwargs: { roundingMode: 'up' }, code: 'ERR_ARGUMENT', message: "div: div expected rounding_mode to be one of None, 'trunc', or 'floor' but found 'up'" },
    ],
  },
  {
    name: 'floor_divide', args: 'Operand self, Operand other', as: ALL, flags: ['direct'], grad: 'not differentiable', dtypes: 'int float',
    doc: `input / other rounded down, elementwise. Errors: bools, a zero among integer divisors. ${torchDoc('floor_divide')}`,
    samples: [{ args: [within(-9, 9, 3, 4), nonzero(4)] }, { args: [of('int64', 5), -2] }, { args: [7, list([2, -3, 4], 'int32')] }, { args: [list([5, 250, 9], 'uint8'), 4] }],
    errors: [misfit('floor_divide'), division('floor_divide'), refuses('floor_divide', 'bool', of('bool', 2), of('bool', 2))],
  },
  {
    name: 'remainder', args: 'Operand self, Operand other', as: ALL, flags: ['direct'], grad: { saves: 'self(other) other(other)' }, dtypes: 'int float',
    doc: `Python's input % other, elementwise: of the sign of other. Errors: bools, a zero among integer divisors. ${torchDoc('remainder')}`,
    samples: [{ args: [within(-9, 9, 3, 4), nonzero(4)] }, { args: [within(-9, 9, 3), -2.5] }, { args: [of('int64', 5), -4] }, { args: [7, list([2, -3, 4], 'int32')] }],
    errors: [misfit('remainder'), division('remainder'), { args: [2, 3], code: 'ERR_ARGUMENT', message: 'remainder: one of the arguments must be a Tensor, got two numbers' }],
  },
  {
    name: 'fmod', args: 'Tensor self, Operand other', as: ALL, flags: ['direct'], grad: { saves: 'self(other) other(other)' }, dtypes: 'int float',
    doc: `C's fmod of input and other, elementwise: of the sign of input. Errors: bools, a zero among integer divisors. ${torchDoc('fmod')}`,
    samples: [{ args: [within(-9, 9, 3, 4), nonzero(4)] }, { args: [within(-9, 9, 3), -2.5] }, { args: [of('int64', 5), -4] }],
    errors: [misfit('fmod'), division('fmod')],
  },
  {
    name: 'pow', args: 'Operand self, Operand exponent', as: ALL, flags: ['direct'], grad: { saves: 'self exponent result' }, dtypes: 'int float complex',
    doc: `input to the power of exponent, elementwise. Errors: two bools, a negative number as the exponent of integers. ${torchDoc('pow')}`,
    samples: [
      { args: [nonzero(3, 4), t(4)] }, { args: [t(3), 2] }, { args: [t(3), 3] }, { args: [nonzero(3), 0.5] }, { args: [nonzero(3), -0.5] }, { args: [nonzero(3), -1] }, { args: [nonzero(3), -2] }, { args: [nonzero(3), 2.5] }, { args: [t(2), 0] },
      { args: [2.5, t(3)] }, { args: [0, nonzero(3)] }, { args: [of('int64', 5), 3] }, { args: [of('int64', 5), of('int64', 5)] }, { args: [of('bool', 3), 2] }, { args: [of('float16', 3), 2] },
      { args: [{ t: [3], dtype: 'complex64' }, { t: [3], dtype: 'complex64' }] },
      { args: [{ t: [3], dtype: 'complex64' }, 3] },
      { args: [nonzero(3), { re: 0.5, im: 1 }] },
      { args: [{ re: 0.5, im: 1 }, { t: [3], dtype: 'complex64' }] },
    ],
    errors: [
      { args: [of('int64', 2), -1], code: 'ERR_ARGUMENT', message: 'pow: Integers to negative integer powers are not allowed.' },
      refuses('pow', 'bool', of('bool', 2), of('bool', 2)), { args: [2, 3], code: 'ERR_ARGUMENT', message: 'pow: one of the arguments must be a Tensor, got two numbers' },
    ],
  },
  {
    name: 'float_power', args: 'Operand self, Operand exponent', as: ALL, grad: 'composite', dtypes: 'all',
    doc: `input to the power of exponent, elementwise, in float64. ${torchDoc('float_power')}`,
    samples: [{ args: [nonzero(3, 4), t(4)] }, { args: [of('int64', 5), -2] }, { args: [2, of('int32', 3)] }, { args: [{ t: [3], dtype: 'complex64' }, 2] }],
    errors: [{ args: [2, 3], code: 'ERR_ARGUMENT', message: 'floatPower: one of the arguments must be a Tensor, got two numbers' }],
  },
  unary('neg', null, { saves: '' }, '-input, elementwise. Errors: bools.', {
    aliases: ['negative'],
    errors: [{ args: [of('bool', 2)], code: 'ERR_DTYPE', message: 'neg: Negation, the `-` operator, on a bool tensor is not supported. If you are trying to invert a mask, use the `~` or `logical_not()` operator instead.' }],
  }),
  unary('positive', null, 'composite', 'input itself. Errors: bools.', {
    as: ['function', 'method'], flags: [], errors: [{ args: [of('bool', 2)], code: 'ERR_DTYPE', message: 'positive: The `+` operator, on a bool tensor is not supported.' }],
  }),
  unary('abs', null, { saves: 'self' }, 'The absolute value, of complex numbers a real one; its gradient at 0 is 0. Errors: bools.', {
    aliases: ['absolute'], errors: [refuses('abs', 'bool', of('bool', 2))],
  }),
  unary('sign', null, { saves: '' }, '-1, 0 or 1, elementwise; NaN gives 0. Errors: complex numbers.', { as: ALL, dtypes: 'bool int float', errors: [{ args: [of('complex64', 2)], code: 'ERR_DTYPE', message: 'sign: Unlike NumPy, torsh.sign is not meant to support complex numbers; use torsh.sgn instead' }] }),
  unary('sgn', 'ts_sign_of(cx, a->self, out)', { saves: 'self result' }, 'The sign of real numbers; of complex ones input / abs(input), 0 at 0.', { as: ALL, dtypes: 'all' }),
  unary('square', 'ts_pow_number(cx, a->self, out, 2)', { saves: 'self' }, 'input * input, elementwise.', { dtypes: 'all' }),
  unary('reciprocal', 'ts_unary(cx, a->self, out, TS_UN_RECIPROCAL, TS_TO_FLOAT, NULL)', { saves: 'result' }, '1 / input, elementwise; integers give float32.', {
    dtypes: 'all', samples: [{ args: [nonzero(3, 4)] }, { args: [nonzero()] }, { args: [of('complex64', 3)] }, { args: [of('int32', 3)] }],
  }),
  unary('sqrt', 'ts_unary(cx, a->self, out, TS_UN_SQRT, TS_TO_FLOAT, NULL)', { saves: 'result' }, 'The square root; NaN for negative numbers.', {
    dtypes: 'all', samples: [{ args: [nonzero(3, 4)] }, { args: [nonzero()] }, { args: [of('complex64', 3)] }, { args: [of('uint8', 3)] }, { args: [of('bfloat16', 3)] }],
  }),
  unary('rsqrt', 'ts_unary(cx, a->self, out, TS_UN_RSQRT, TS_TO_FLOAT, NULL)', { saves: 'result' }, '1 / sqrt(input), elementwise.', {
    dtypes: 'all', samples: [{ args: [nonzero(3, 4)] }, { args: [nonzero()] }, { args: [of('complex64', 3)] }, { args: [of('uint8', 3)] }],
  }),
  rounding('floor', 'TS_UN_FLOOR', 'The largest integer not above input.'),
  rounding('ceil', 'TS_UN_CEIL', 'The smallest integer not below input.'),
  rounding('trunc', 'TS_UN_TRUNC', 'input rounded towards zero.', { aliases: ['fix'] }),
  rounding('round', null, 'The nearest integer, halves to even; with decimals, the nearest multiple of 10 ** -decimals (floats only).', {
    args: 'Tensor self, *, int decimals=0', aliases: ['special.round'], impl: undefined,
    samples: [{ args: [list([1.3, -2.6, 0.7, -0.2, 2.45])] }, { args: [list([1.345, -2.678, 150.26])], kwargs: { decimals: 2 } }, { args: [list([1345, -2678, 150.26])], kwargs: { decimals: -2 } }, { args: [of('int32', 3)] }],
    errors: [refuses('round', 'bool', of('bool', 2)), { args: [of('int64', 2)], kwargs: { decimals: 1 }, code: 'ERR_DTYPE', message: 'round: not implemented for int64' }],
  }),
  unary('frac', 'ts_unary(cx, a->self, out, TS_UN_FRAC, TS_NO_INT, NULL)', { saves: '' }, 'input - trunc(input), elementwise. Errors: integers.', {
    dtypes: 'float', samples: [{ args: [list([1.3, -2.6, 0.7, -0.2])] }, { args: [within(1.1, 1.9, 3, 4)] }], errors: [refuses('frac', 'int64', of('int64', 2))],
  }),
  unary('deg2rad', 'ts_scaled_by(cx, a->self, out, 0x1.1df46a2529d39p-6)', { saves: '' }, 'Degrees to radians.', { dtypes: 'all' }),
  unary('rad2deg', 'ts_scaled_by(cx, a->self, out, 0x1.ca5dc1a63c1f8p+5)', { saves: '' }, 'Radians to degrees.', { dtypes: 'all' }),
  {
    name: 'nan_to_num', args: 'Tensor self, float? nan=None, float? posinf=None, float? neginf=None', as: TWIN, flags: ['direct'], grad: { saves: 'self' }, dtypes: 'all',
    doc: `input with NaN replaced by nan (0), infinity by posinf (the largest finite number) and -infinity by neginf (the least). ${torchDoc('nan_to_num')}`,
    samples: [{ args: [t(3, 4)] }, { args: [t(3), 1, 2, 3] }, { args: [of('int64', 2)] }],
  },
  {
    name: 'lerp', args: 'Tensor self, Tensor end, Operand weight', as: ALL, flags: ['direct'], grad: { saves: 'self(weight) end(weight) weight' }, dtypes: 'float complex',
    doc: `input + weight * (end - input), elementwise. Errors: integers, different dtypes. ${torchDoc('lerp')}`,
    samples: [{ args: [t(3, 4), t(3, 4), 0.25] }, { args: [t(3, 1), t(4), t(3, 4)] }, { args: [t(3), t(3), within(0.5, 1.5, 3)] }, { args: [t(), t(), 2] }, { args: [{ t: [3], dtype: 'complex64' }, { t: [3], dtype: 'complex64' }, { re: 0.25, im: 0.5 }] }, { args: [{ t: [3], dtype: 'complex64' }, { t: [3], dtype: 'complex64' }, { t: [3], dtype: 'complex64' }] }],
    errors: [misfit('lerp'), { args: [t(2), of('float64', 2), 0.5], code: 'ERR_DTYPE', message: 'lerp: expected dtype float32 for `end` but got dtype float64' }, refuses('lerp', 'int64', of('int64', 2), of('int64', 2), 0.5)]
      .map((e) => (e.args.length === 2 ? { ...e, args: [...e.args, 0.5] } : e)),
  },
  {
    name: 'addcmul', args: 'Tensor self, Tensor tensor1, Tensor tensor2, *, Scalar value=1', as: ALL, flags: ['direct'], grad: { saves: 'tensor1(tensor2) tensor2(tensor1)' }, dtypes: 'int float complex',
    doc: `input + value * tensor1 * tensor2, elementwise. Errors: bools. ${torchDoc('addcmul')}`,
    samples: [{ args: [t(3, 4), t(3, 4), t(3, 4)] }, { args: [t(3, 4), t(4), t(3, 1)], kwargs: { value: 2.5 } }, { args: [of('int64', 3), of('int64', 3), of('int64', 3)], kwargs: { value: 3 } }, { args: [{ t: [3], dtype: 'complex64' }, { t: [3], dtype: 'complex64' }, { t: [3], dtype: 'complex64' }], kwargs: { value: { re: 2, im: -1 } } }],
    errors: [refuses('addcmul', 'bool', of('bool', 2), of('bool', 2), of('bool', 2))],
  },
  {
    name: 'addcdiv', args: 'Tensor self, Tensor tensor1, Tensor tensor2, *, Scalar value=1', as: ALL, flags: ['direct'], grad: { saves: 'tensor1 tensor2' }, dtypes: 'float complex',
    doc: `input + value * tensor1 / tensor2, elementwise. Errors: integers. ${torchDoc('addcdiv')}`,
    samples: [{ args: [t(3, 4), t(3, 4), nonzero(3, 4)] }, { args: [t(3, 4), t(4), nonzero(3, 1)], kwargs: { value: 2.5 } }, { args: [{ t: [3], dtype: 'complex64' }, { t: [3], dtype: 'complex64' }, { t: [3], dtype: 'complex64' }], kwargs: { value: { re: 2, im: -1 } } }],
    errors: [{ args: [of('int64', 2), of('int64', 2), of('int64', 2)], code: 'ERR_DTYPE', message: 'addcdiv: Integer division with addcdiv is no longer supported; divide floats, or compute (input + value * trunc(tensor1 / tensor2))' }],
  },
];

