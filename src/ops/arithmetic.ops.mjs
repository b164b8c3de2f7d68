// Elementwise arithmetic.
const t = (...shape) => ({ t: shape });

export default [
  {
    name: 'add', args: 'Operand self, Operand other, *, Scalar alpha=1', as: ['function', 'method', 'inplace', 'out'], flags: ['direct'],
    grad: { saves: '' }, dtypes: 'all',
    doc: 'input + alpha * other, elementwise. Shapes broadcast; dtypes promote. Errors: shapes that do not broadcast, a float alpha for integers. https://pytorch.org/docs/stable/generated/torch.add.html',
    samples: [
      { args: [t(3, 4), t(3, 4)] }, { args: [t(3, 1), t(4)] }, { args: [t(), t(2)] }, { args: [t(2, 3), 2], kwargs: { alpha: 3 } },
      { args: [t(0, 3), t(3)] }, { args: [{ t: [4], dtype: 'int32' }, { t: [4], dtype: 'int64' }] },
    ],
    errors: [
      { args: [t(2, 3), t(4)], code: 'ERR_SHAPE', message: 'add: The size of tensor a (3) must match the size of tensor b (4) at non-singleton dimension 1 (shapes [2, 3] and [4])' },
      { args: [{ t: [2], dtype: 'int64' }, { t: [2], dtype: 'int64' }], kwargs: { alpha: 0.5 }, code: 'ERR_DTYPE', message: 'add: For integral input tensors, argument alpha must not be a floating point number.' },
    ],
  },
  {
    name: 'mul', args: 'Operand self, Operand other', as: ['function', 'method', 'inplace', 'out'], flags: ['direct'], aliases: ['multiply'],
    impl: 'ts_binary(cx, a->self, a->other, out, TS_BIN_MUL, TS_SAME, NULL)', grad: { saves: 'self other' }, dtypes: 'all',
    doc: 'input * other, elementwise; bools multiply as "and". https://pytorch.org/docs/stable/generated/torch.mul.html',
    samples: [{ args: [t(3, 4), t(3, 4)] }, { args: [t(3, 1), t(4)] }, { args: [t(2, 3), 2.5] }, { args: [t(), t()] }, { args: [{ t: [3], dtype: 'bool' }, { t: [3], dtype: 'bool' }] }],
    errors: [{ args: [t(2, 3), t(4)], code: 'ERR_SHAPE', message: 'mul: The size of tensor a (3) must match the size of tensor b (4) at non-singleton dimension 1 (shapes [2, 3] and [4])' }],
  },
];
