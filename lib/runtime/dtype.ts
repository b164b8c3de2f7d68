/** Element types, in the order of ts_dtype in src/core/dtype.h. */
export const dtypes = [
  'bool', 'uint8', 'int8', 'int16', 'int32', 'int64', 'float16', 'bfloat16', 'float32', 'float64', 'complex64', 'complex128',
] as const;
export type DType = (typeof dtypes)[number];
export const itemsizes: readonly number[] = [1, 1, 1, 2, 4, 8, 2, 2, 4, 8, 8, 16];
export const NO_DTYPE = 255;
const numbers = new Map<string, number>(dtypes.map((d, i) => [d, i]));
/** PyTorch's other names. */
for (const [alias, d] of [['float', 'float32'], ['double', 'float64'], ['half', 'float16'], ['int', 'int32'], ['long', 'int64'], ['short', 'int16'], ['cfloat', 'complex64'], ['cdouble', 'complex128']] as const) {
  numbers.set(alias, numbers.get(d)!);
}
/** What numbers become: torsh.setDefaultDtype(). */
export const defaults: { dtype: DType } = { dtype: 'float32' };
export const dtypeNumber = (name: string): number | undefined => numbers.get(name);
/** A complex number: what item() and tolist() give and what stands for one wherever a number may stand. */
export interface Complex { re: number; im: number }
export function isComplexNumber(x: unknown): x is Complex {
  return typeof x === 'object' && x !== null && typeof (x as Complex).re === 'number' && typeof (x as Complex).im === 'number' && Object.keys(x).length === 2;
}
/** What a JS number, bigint, boolean or { re, im } may stand for. */
export type Scalar = number | bigint | boolean | Complex;
