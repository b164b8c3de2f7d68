// Comparisons, selection, bounds, logic and bits, elementwise.
import { camel, list, misfit, of, refuses, t, tensorDoc, torchDoc, within } from './rows.mjs';

const ALL = ['function', 'method', 'inplace', 'out'];
const TWIN = [...ALL, 'inplace function'];
const NO = 'not differentiable';
const special = { args: [within(-2, 2, 3, 4)] };

const compare = (name, id, alias, what) => ({
  name, args: 'Tensor self, Operand other', as: ALL, flags: ['direct'], aliases: alias ? [alias] : [], impl: `ts_compare(cx, a->self, a->other, out, ${id})`, grad: NO, dtypes: /^(eq|ne)$/.test(name) ? 'all' : 'bool int float',
  doc: `Whether input ${what} other, elementwise, as bools; NaN is unequal to everything. ${torchDoc(name)}`,
  samples: [
    { args: [of('int64', 3, 4), of('int64', 3, 4)] }, { args: [t(3, 1), t(4)] }, { args: [list([1, 2, 3]), 2] }, { args: [of('uint8', 5), of('uint8', 5)] }, { args: [of('bool', 4), of('bool', 4)] },
    { args: [of('int32', 4), 0.5] }, { args: [of('float16', 3), of('bfloat16', 3)] }, { args: [t(), t()] }, { args: [t(0, 3), t(3)] },
    ...(/^(eq|ne)$/.test(name) ? [{ args: [of('complex64', 3), of('complex64', 3)] }, { args: [t(3), { re: 1, im: 2 }] }] : []),
  ],
  errors: [misfit(name)],
});
const test = (name, id, doc, as = ['function', 'method']) => ({
  name, args: 'Tensor self', as, flags: ['direct'], impl: `ts_test(cx, a->self, out, ${id})`, grad: NO, dtypes: 'all', doc: `${doc} ${torchDoc(name)}`,
  samples: [special, { args: [t()] }, { args: [of('int64', 3)] }, { args: [of('float16', 3)] }, { args: [of('bool', 2)] }],
});
const logical = (name, id, what) => ({
  name, args: 'Tensor self, Tensor other', as: ALL, flags: ['direct'], impl: `ts_logical(cx, a->self, a->other, out, ${id})`, grad: NO, dtypes: 'all',
  doc: `Logical ${what}, elementwise; what is not zero is true. ${torchDoc(name)}`,
  samples: [{ args: [of('bool', 3, 4), of('bool', 4)] }, { args: [list([0, 1.5, -2]), list([1, 0, 3], 'int64')] }], errors: [misfit(name)],
});
const bitwise = (name, id, what) => ({
  name, args: 'Operand self, Operand other', as: ALL, flags: ['direct'], impl: `ts_bitwise(cx, a->self, a->other, out, ${id})`, grad: NO, dtypes: 'bool int',
  doc: `Bitwise ${what}, elementwise; logical for bools. Errors: floats. ${torchDoc(name)}`,
  samples: [{ args: [of('int64', 3, 4), of('int64', 4)] }, { args: [of('bool', 4), of('bool', 4)] }, { args: [of('uint8', 3), 3] }, { args: [6, of('int32', 3)] }],
  errors: [{ ...misfit(name), args: [of('int64', 2, 3), of('int64', 4)] }, refuses(name, 'float32', t(2), t(2)), { args: [2, 3], code: 'ERR_ARGUMENT', message: `${camel(name)}: one of the arguments must be a Tensor, got two numbers` }],
});
const shift = (name, id, what) => ({
  name, args: 'Operand self, Operand other', as: ALL, flags: ['direct'], impl: `ts_bitwise(cx, a->self, a->other, out, ${id})`, grad: NO, dtypes: 'int',
  doc: `input shifted ${what} by other bits, elementwise. Errors: bools, floats. ${torchDoc(name)}`,
  samples: [{ args: [of('int64', 3, 4), { t: [4], dtype: 'int64', low: 0, high: 8 }] }, { args: [of('int8', 3), 2] }, { args: [6, { t: [3], dtype: 'int32', low: 0, high: 8 }] }],
  errors: [refuses(name, 'float32', t(2), t(2)), refuses(name, 'bool', of('bool', 2), of('bool', 2))],
});
const extreme = (name, id, doc, saves = 'self other') => ({
  name, args: 'Tensor self, Tensor other', as: ['function', 'method', 'out'], flags: ['direct'], impl: `ts_binary(cx, a->self, a->other, out, ${id}, TS_SAME, NULL)`, grad: { saves }, dtypes: 'bool int float', doc: `${doc} ${torchDoc(name)}`,
  samples: [{ args: [t(3, 4), t(3, 4)] }, { args: [t(3, 1), t(4)] }, { args: [of('int64', 3), of('int32', 3)] }, { args: [of('bool', 3), of('bool', 3)] }], errors: [misfit(name)],
});
const bounds = { args: [within(-2, 2, 3, 4), -1, 1.5] };

export default [
  compare('eq', 'TS_CMP_EQ', null, '=='),
  compare('ne', 'TS_CMP_NE', 'notEqual', '!='),
  compare('lt', 'TS_CMP_LT', 'less', '<'),
  compare('le', 'TS_CMP_LE', 'lessEqual', '<='),
  compare('gt', 'TS_CMP_GT', 'greater', '>'),
  compare('ge', 'TS_CMP_GE', 'greaterEqual', '>='),
  {
    name: 'isclose', args: 'Tensor self, Tensor other, float rtol=1e-05, float atol=1e-08, bool equal_nan=False', grad: NO, as: ['function', 'method'], dtypes: 'all',
    doc: `Whether |input - other| <= atol + rtol * |other|, elementwise; equal infinities are close. Errors: different dtypes, negative tolerances. ${torchDoc('isclose')}`,
    samples: [{ args: [t(3, 4), t(3, 4), 0.5, 0.5] }, { args: [list([1, 2]), list([1.000001, 2.1])] }, { args: [of('int64', 3), of('int64', 3)] }, { args: [t(2), t(2), 0, 0, true] }, { args: [{ t: [3], dtype: 'complex64' }, { t: [3], dtype: 'complex64' }] }],
    errors: [
      { args: [t(2), of('float64', 2)], code: 'ERR_DTYPE', message: 'isclose: float32 did not match float64' },
      { args: [t(2), t(2), -0.5], code: 'ERR_ARGUMENT', message: 'isclose: rtol must be greater than or equal to zero, but got -0.5' },
    ],
  },
  {
    name: 'allclose', args: 'Tensor self, Tensor other, float rtol=1e-05, float atol=1e-08, bool equal_nan=False', returns: 'bool', grad: NO, as: ['function', 'method'], dtypes: 'all',
    doc: `Whether every element is close, as isclose says. ${torchDoc('allclose')}`, samples: [{ args: [t(3, 4), t(3, 4), 0.5, 0.5] }, { args: [list([1, 2]), list([1.000001, 2])] }],
    errors: [{ args: [t(2), t(2), 0, -1], code: 'ERR_ARGUMENT', message: 'allclose: atol must be greater than or equal to zero, but got -1' }],
  },
  {
    name: 'equal', args: 'Tensor self, Tensor other', returns: 'bool', grad: NO, as: ['function', 'method'], dtypes: 'all',
    doc: `Whether two tensors have the same shape and elements. ${torchDoc('equal')}`, samples: [{ args: [list([1, 2]), list([1, 2])] }, { args: [t(3), t(4)] }, { args: [list([1, 2]), list([1, 2], 'int64')] }],
  },
  extreme('maximum', 'TS_BIN_MAX', 'The larger of two tensors, elementwise; NaN wins. The gradient is shared where they are equal.'),
  extreme('minimum', 'TS_BIN_MIN', 'The smaller of two tensors, elementwise; NaN wins. The gradient is shared where they are equal.'),
  extreme('fmax', 'TS_BIN_FMAX', 'The larger of two tensors, elementwise; NaN loses.'),
  extreme('fmin', 'TS_BIN_FMIN', 'The smaller of two tensors, elementwise; NaN loses.'),
  test('isnan', 'TS_TEST_ISNAN', 'Whether elements are NaN.'),
  test('isinf', 'TS_TEST_ISINF', 'Whether elements are infinite.'),
  test('isfinite', 'TS_TEST_ISFINITE', 'Whether elements are neither NaN nor infinite.'),
  test('isposinf', 'TS_TEST_ISPOSINF', 'Whether elements are positive infinity.', ['function', 'method', 'out']),
  test('isneginf', 'TS_TEST_ISNEGINF', 'Whether elements are negative infinity.', ['function', 'method', 'out']),
  test('signbit', 'TS_TEST_SIGNBIT', 'Whether the sign bit is set: of negative numbers and -0.', ['function', 'method', 'out']),
  { ...test('isreal', '', 'Whether elements are real numbers or complex ones with imaginary part 0.'), impl: undefined, samples: [special, { args: [of('complex64', 3)] }] },
  logical('logical_and', 'TS_BIN_AND', 'and'),
  logical('logical_or', 'TS_BIN_OR', 'or'),
  logical('logical_xor', 'TS_BIN_XOR', 'exclusive or'),
  {
    name: 'logical_not', args: 'Tensor self', as: ALL, flags: ['direct'], grad: NO, dtypes: 'all', doc: `Logical not, elementwise; what is not zero is true. ${torchDoc('logical_not')}`,
    samples: [{ args: [of('bool', 3, 4)] }, { args: [list([0, 1.5, -2])] }, { args: [of('int64', 3)] }],
  },
  bitwise('bitwise_and', 'TS_BIN_AND', 'and'),
  bitwise('bitwise_or', 'TS_BIN_OR', 'or'),
  bitwise('bitwise_xor', 'TS_BIN_XOR', 'exclusive or'),
  {
    name: 'bitwise_not', args: 'Tensor self', as: ALL, flags: ['direct'], impl: 'ts_unary(cx, a->self, out, TS_UN_BITWISE_NOT, TS_NO_FLOAT, NULL)', grad: NO, dtypes: 'bool int',
    doc: `Bitwise not, elementwise; logical for bools. Errors: floats. ${torchDoc('bitwise_not')}`,
    samples: [{ args: [of('int64', 3, 4)] }, { args: [of('bool', 4)] }, { args: [of('uint8', 3)] }], errors: [refuses('bitwise_not', 'float32', t(2))],
  },
  shift('bitwise_left_shift', 'TS_BIN_SHL', 'left'),
  shift('bitwise_right_shift', 'TS_BIN_SHR', 'right, keeping the sign,'),
  {
    name: 'where', overload: 'where', args: 'Tensor condition, Operand self, Operand other', flags: ['direct'], grad: { saves: 'condition' }, dtypes: 'all',
    doc: `input where condition holds, else other; all three broadcast, dtypes promote. Errors: a condition that is neither bool nor uint8. ${torchDoc('where')}`,
    samples: [
      { args: [of('bool', 3, 4), t(3, 4), t(3, 4)] }, { args: [of('bool', 3, 1), t(4), t()] }, { args: [of('bool', 3), 1, 2.5] }, { args: [of('bool', 3), of('int64', 3), 0] }, { args: [of('bool', 3), of('bfloat16', 3), t(3)] }, { args: [of('bool', 3), of('int8', 3), of('uint8', 3)] },
      { args: [{ t: [3], dtype: 'bool' }, { t: [3], dtype: 'complex64' }, { t: [3], dtype: 'complex64' }] },
    ],
    errors: [
      { args: [t(2), t(2), t(2)], code: 'ERR_DTYPE', message: 'where: where expected condition to be a boolean tensor, but got a tensor with dtype float32' },
      { args: [of('bool', 2, 3), t(4), t(4)], code: 'ERR_SHAPE', message: 'where: The size of tensor a (3) must match the size of tensor b (4) at non-singleton dimension 1 (shapes [2, 3] and [4])' },
    ],
  },
  {
    name: '_where_tuple', overload: 'where', args: 'Tensor condition', returns: 'Tensor[]', grad: 'not differentiable', dtypes: 'all',
    doc: `The coordinates of the elements that are not zero, one tensor for each dim: nonzero with asTuple. ${torchDoc('where')}`, samples: [{ args: [of('bool', 3, 4)] }],
  },
  {
    name: '_where_self', overload: 'where', args: 'Tensor self, Tensor condition, Operand other', as: ['method'], grad: 'composite', dtypes: 'all',
    doc: `input where condition holds, else other. ${tensorDoc('where')}`, samples: [{ args: [t(3, 4), of('bool', 3, 4), t(4)] }],
  },
  {
    name: 'masked_fill', args: 'Tensor self, Tensor mask, Operand value', as: ['function', 'method', 'inplace'], flags: ['direct'], grad: { saves: 'mask' }, dtypes: 'all',
    doc: `input with value where mask holds. Errors: a mask that is neither bool nor uint8, a value with dims. ${tensorDoc('masked_fill')}`,
    samples: [{ args: [t(3, 4), of('bool', 3, 4), 2] }, { args: [t(3, 4), of('bool', 4), t()] }, { args: [of('int64', 3), of('bool', 3), 7] }, { args: [of('float16', 3), of('bool'), -1] }, { args: [{ t: [3], dtype: 'complex64' }, { t: [3], dtype: 'bool' }, { re: 1, im: 2 }] }],
    errors: [
      { args: [t(2), t(2), 1], code: 'ERR_DTYPE', message: 'maskedFill: expected mask dtype to be bool but got float32' },
      { args: [t(2), of('bool', 2), t(1)], code: 'ERR_SHAPE', message: 'maskedFill: masked_fill only supports a 0-dimensional value tensor, but got tensor with 1 dimension(s) (shape [1]).' },
      { args: [of('uint8', 2), of('bool', 2), 300], code: 'ERR_ARGUMENT', message: 'maskedFill: value cannot be converted to type uint8 without overflow' },
    ],
  },
  {
    name: 'clamp', args: 'Tensor self, Operand? min=None, Operand? max=None', as: TWIN, flags: ['direct'], aliases: ['clip'], grad: { saves: 'self min max' }, dtypes: 'int float',
    doc: `min(max(input, min), max), elementwise; either bound may be left out, or be a tensor. The gradient passes on the bounds. Errors: no bound at all. ${torchDoc('clamp')}`,
    samples: [
      bounds, { args: [within(-2, 2, 5), 0] }, { args: [within(-2, 2, 5)], kwargs: { max: 0.5 } }, { args: [within(-2, 2, 3, 4), within(-2, 0, 4), within(0, 1, 3, 1)] }, { args: [t(3), t(3)] },
      { args: [of('int64', 5), -2, 3] }, { args: [of('int64', 5), 0.5] }, { args: [of('uint8', 5), 2, 4] }, { args: [within(-2, 2, 5), 1, -1] },
    ],
    errors: [
      { args: [t(2)], code: 'ERR_ARGUMENT', message: "clamp: At least one of 'min' or 'max' must not be None" },
      { args: [of('uint8', 2), 0, 300], code: 'ERR_ARGUMENT', message: 'clamp: value cannot be converted to type uint8 without overflow' },
    ],
  },
  {
    name: 'clamp_min', args: 'Tensor self, Operand min', as: TWIN, flags: ['direct'], impl: 'ts_clamped(cx, a->self, a->min, NULL, out)', grad: { saves: 'self min' }, dtypes: 'int float',
    doc: `max(input, min), elementwise. ${torchDoc('clamp')}`, samples: [{ args: [within(-2, 2, 5), 0] }, { args: [t(3, 4), t(4)] }, { args: [of('int64', 5), 1] }], errors: [misfit('clamp_min')],
  },
  {
    name: 'clamp_max', args: 'Tensor self, Operand max', as: TWIN, flags: ['direct'], impl: 'ts_clamped(cx, a->self, NULL, a->max, out)', grad: { saves: 'self max' }, dtypes: 'int float',
    doc: `min(input, max), elementwise. ${torchDoc('clamp')}`, samples: [{ args: [within(-2, 2, 5), 0] }, { args: [t(3, 4), t(4)] }, { args: [of('int64', 5), 1] }], errors: [misfit('clamp_max')],
  },
];
