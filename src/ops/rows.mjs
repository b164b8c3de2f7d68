// What the op tables share. A tensor in a sample: t(2, 3) for pseudo-random numbers of [-1, 1), of(dtype, 2, 3) for other
// dtypes, z(2, 3) for complex64, within(low, high, 2, 3) for other ranges, list([...], dtype) and int64(shape, ...values) for
// given values; tensors(t(2), t(3)) for an argument that takes several.
export const t = (...shape) => ({ t: shape });
export const of = (dtype, ...shape) => ({ t: shape, dtype, ...(/int/.test(dtype) ? { low: dtype === 'uint8' ? 0 : -9, high: 9 } : {}) });
export const z = (...shape) => of('complex64', ...shape);
export const within = (low, high, ...shape) => ({ t: shape, low, high });
export const list = (values, dtype) => ({ t: [values.length], values, ...(dtype ? { dtype } : {}) });
export const int64 = (shape, ...values) => ({ t: shape, dtype: 'int64', values });
export const tensors = (...all) => ({ list: all });

export const torchDoc = (name) => `https://pytorch.org/docs/stable/generated/torch.${name}.html`;
export const tensorDoc = (name) => `https://pytorch.org/docs/stable/generated/torch.Tensor.${name}.html`;
export const functionalDoc = (name) => `https://pytorch.org/docs/stable/generated/torch.nn.functional.${name}.html`;

export const camel = (s) => s.replace(/([a-z0-9])_([a-z0-9])/gi, (_, a, b) => a + b.toUpperCase());
/** The error of shapes [2, 3] and [4]. */
export const misfit = (name) => ({
  args: [t(2, 3), t(4)], code: 'ERR_SHAPE', message: `${camel(name)}: The size of tensor a (3) must match the size of tensor b (4) at non-singleton dimension 1 (shapes [2, 3] and [4])`,
});
export const refuses = (name, dtype, ...args) => ({ args, code: 'ERR_DTYPE', message: `${camel(name)}: not implemented for ${dtype}` });
/** The error of dim 2 of a matrix. */
export const range = (name) => ({ args: [t(2, 3), 2], code: 'ERR_INDEX', message: `${name}: Dimension out of range (expected to be in range of [-2, 1], but got 2)` });
