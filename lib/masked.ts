/**
 * torsh.masked: reductions and normalizations over the elements where a boolean mask, broadcast to the input, is true.
 * https://pytorch.org/docs/stable/masked.html
 */
import { bind, signature } from './bind';
import { TorshError } from './errors';
import * as ops from './gen/ops';
import { iinfo } from './info';
import { type DType } from './runtime/dtype';
import type { Tensor } from './tensor';

type Mask = Tensor | null;
type Dims = number | readonly number[] | null;
export interface MaskedOptions { dim?: Dims; keepdim?: boolean; dtype?: DType | null; mask?: Mask }
export interface AlongOptions { dtype?: DType | null; mask?: Mask }

/** The mask in the input's shape. */
function spread(op: string, input: Tensor, mask: Tensor): Tensor {
  if (mask.ndim > input.ndim) throw new TorshError('ERR_INDEX', op, `${op}: expected a mask that broadcasts to the input, got ${mask.ndim} dimensions for an input of ${input.ndim}`);
  return ops.broadcastTo(mask.bool(), input.shape);
}

/** What changes nothing where the mask is false. */
type Identity = 'zero' | 'one' | 'lowest' | 'highest' | 'nan';
function identity(kind: Identity, dtype: DType): number | bigint | boolean {
  if (kind === 'zero') return 0;
  if (kind === 'one') return 1;
  if (kind === 'nan') return NaN;
  if (dtype === 'bool') return kind === 'highest';
  if (dtype.includes('float')) return kind === 'highest' ? Infinity : -Infinity;
  return iinfo(dtype)[kind === 'highest' ? 'max' : 'min'];
}
const filled = (op: string, input: Tensor, mask: Mask, kind: Identity): Tensor =>
  (mask === null ? input : ops.where(spread(op, input, mask), input, ops.full([], identity(kind, input.dtype), { dtype: input.dtype })));

/** The dims that are reduced, from the last one on. */
function dimsOf(op: string, dim: Dims, ndim: number): number[] {
  if (dim === null) return Array.from({ length: ndim }, (_, d) => ndim - 1 - d);
  const n = Math.max(ndim, 1);
  const dims = (typeof dim === 'number' ? [dim] : Array.from(dim)).map((d) => {
    if (!Number.isInteger(d) || d < -n || d >= n) throw new TorshError('ERR_INDEX', op, `${op}: Dimension out of range (expected to be in range of [${-n}, ${n - 1}], but got ${d})`);
    return d < 0 ? d + n : d;
  });
  if (new Set(dims).size !== dims.length) throw new TorshError('ERR_ARGUMENT', op, `${op}: a dim appears multiple times in the list of dims`);
  return dims.sort((a, b) => b - a);
}
const oneDim = (op: string, dim: number, ndim: number): number => dimsOf(op, dim, ndim)[0];
/** Integers and bools add up in int64. */
const wide = (dtype: DType): DType => (/^(u?int|bool)/.test(dtype) ? 'int64' : dtype);

const reduction = (name: string, between = '') => signature(name, `input, ${between}dim=null, *, keepdim=false, dtype=null, mask=null`);
const along = (name: string) => signature(name, 'input, dim, *, dtype=null, mask=null');
type Reduced = [Tensor, Dims, boolean, DType | null, Mask];

const sumSignature = reduction('sum');
export function sum(input: Tensor, dim?: Dims | MaskedOptions, options?: MaskedOptions): Tensor;
export function sum(...args: unknown[]): Tensor {
  const [input, dim, keepdim, dtype, mask] = bind(sumSignature, args) as Reduced;
  return ops.sum(filled('sum', input, mask, 'zero'), dimsOf('sum', dim, input.ndim), keepdim, { dtype: dtype ?? wide(input.dtype) });
}

const prodSignature = reduction('prod');
export function prod(input: Tensor, dim?: Dims | MaskedOptions, options?: MaskedOptions): Tensor;
export function prod(...args: unknown[]): Tensor {
  const [input, dim, keepdim, dtype, mask] = bind(prodSignature, args) as Reduced;
  const start = filled('prod', input, mask, 'one').to(dtype ?? wide(input.dtype));
  return dimsOf('prod', dim, input.ndim).reduce((t, d) => ops.prod(t, d, keepdim), start);
}

const extreme = (name: 'amax' | 'amin', op: typeof ops.amax) => {
  const sig = reduction(name);
  return (...args: [Tensor, (Dims | MaskedOptions)?, MaskedOptions?]): Tensor => {
    const [input, dim, keepdim, dtype, mask] = bind(sig, args) as Reduced;
    return op(filled(name, input, mask, name === 'amax' ? 'lowest' : 'highest'), dimsOf(name, dim, input.ndim), keepdim).to(dtype ?? input.dtype);
  };
};
export const amax = extreme('amax', ops.amax);
export const amin = extreme('amin', ops.amin);

const place = (name: 'argmax' | 'argmin', op: typeof ops.argmax) => {
  const sig = reduction(name);
  return (...args: [Tensor, (number | null | MaskedOptions)?, MaskedOptions?]): Tensor => {
    const [input, dim, keepdim, dtype, mask] = bind(sig, args) as [Tensor, number | null, boolean, DType | null, Mask];
    return op(filled(name, input, mask, name === 'argmax' ? 'lowest' : 'highest'), dim, keepdim).to(dtype ?? input.dtype);
  };
};
export const argmax = place('argmax', ops.argmax);
export const argmin = place('argmin', ops.argmin);

/** How many elements count. */
function countOf(input: Tensor, mask: Mask, dims: number[], keepdim: boolean): Tensor {
  const counted = mask === null ? ops.ones(input.shape, { dtype: 'int64' }) : mask.long();
  return ops.sum(counted, dims, keepdim);
}

const meanSignature = reduction('mean');
export function mean(input: Tensor, dim?: Dims | MaskedOptions, options?: MaskedOptions): Tensor;
export function mean(...args: unknown[]): Tensor {
  const [input, dim, keepdim, dtype, given] = bind(meanSignature, args) as Reduced;
  const mask = given && spread('mean', input, given), dims = dimsOf('mean', dim, input.ndim);
  return sum(input, dim, { keepdim, dtype: dtype ?? input.dtype, mask }).div(countOf(input, mask, dims, keepdim));
}

const medianSignature = signature('median', 'input, dim=-1, *, keepdim=false, dtype=null, mask=null');
export function median(input: Tensor, dim?: number | MaskedOptions, options?: MaskedOptions): Tensor;
export function median(...args: unknown[]): Tensor {
  const [input, dim, keepdim, dtype, mask] = bind(medianSignature, args) as [Tensor, number, boolean, DType | null, Mask];
  const real = input.isFloatingPoint();
  const { values } = ops.nanmedian(filled('median', real ? input : input.float(), mask, 'nan'), oneDim('median', dim, input.ndim), keepdim) as unknown as { values: Tensor };
  if (real) return values;
  if (ops.isnan(values).any().item()) throw new TorshError('ERR_ARGUMENT', 'median', 'median: expected no fully masked out rows if dtype is not floating point');
  return values.to(dtype ?? input.dtype);
}

const logsumexpSignature = reduction('logsumexp');
export function logsumexp(input: Tensor, dim?: Dims | MaskedOptions, options?: MaskedOptions): Tensor;
export function logsumexp(...args: unknown[]): Tensor {
  const [input, dim, keepdim, dtype, mask] = bind(logsumexpSignature, args) as Reduced;
  return ops.logsumexp(filled('logsumexp', input, mask, 'lowest'), dimsOf('logsumexp', dim, input.ndim), keepdim).to(dtype ?? input.dtype);
}

const logaddexpSignature = signature('logaddexp', 'input, other, *, dtype=null, inputMask=null, otherMask=null');
export function logaddexp(input: Tensor, other: Tensor, options?: { dtype?: DType | null; inputMask?: Mask; otherMask?: Mask }): Tensor;
export function logaddexp(...args: unknown[]): Tensor {
  const [input, other, dtype, inputMask, otherMask] = bind(logaddexpSignature, args) as [Tensor, Tensor, DType | null, Mask, Mask];
  return ops.logaddexp(filled('logaddexp', input, inputMask, 'lowest'), filled('logaddexp', other, otherMask, 'lowest')).to(dtype ?? input.dtype);
}

const normSignature = reduction('norm', 'ord=2, ');
export function norm(input: Tensor, ord?: number | MaskedOptions, dim?: Dims | MaskedOptions, options?: MaskedOptions): Tensor;
export function norm(...args: unknown[]): Tensor {
  const [input, ord, dim, keepdim, dtype, mask] = bind(normSignature, args) as [Tensor, number, Dims, boolean, DType | null, Mask];
  return ops.vectorNorm(filled('norm', input, mask, ord === -Infinity ? 'highest' : 'zero'), ord, dimsOf('norm', dim, input.ndim), keepdim, { dtype: dtype ?? input.dtype });
}

const spreadOf = (name: 'var' | 'std') => {
  const sig = signature(name, 'input, dim=null, unbiased=false, *, keepdim=false, dtype=null, mask=null');
  return (...args: [Tensor, (Dims | MaskedOptions)?, (boolean | MaskedOptions)?, MaskedOptions?]): Tensor => {
    const [input, dim, unbiased, keepdim, dtype, given] = bind(sig, args) as [Tensor, Dims, boolean, boolean, DType | null, Mask];
    const mask = given && spread(name, input, given), dims = dimsOf(name, dim, input.ndim);
    const want = dtype ?? (input.isFloatingPoint() || input.isComplex() ? input.dtype : 'float32');
    const compute = want.includes('int') || want === 'bool' ? 'float32' : want;
    let count = countOf(input, mask, dims, true);
    const x = input.sub(sum(input, dim, { keepdim: true, dtype: want, mask }).div(count));
    const total = sum(x.mul(x.conj()), dim, { keepdim, dtype: compute, mask });
    if (!keepdim) count = count.reshape(total.shape);
    if (unbiased) count = count.sub(1).clamp(0);
    const result = total.div(count).to(want);
    return name === 'std' ? result.sqrt() : result;
  };
};
const variance = spreadOf('var');
export { variance as var };
export const std = spreadOf('std');

const scan = (name: 'cumsum' | 'cumprod', kind: Identity, op: typeof ops.cumsum) => {
  const sig = along(name);
  return (...args: [Tensor, number | (AlongOptions & { dim: number }), AlongOptions?]): Tensor => {
    const [input, dim, dtype, mask] = bind(sig, args) as [Tensor, number, DType | null, Mask];
    return op(filled(name, input, mask, kind), oneDim(name, dim, input.ndim), { dtype: dtype ?? input.dtype });
  };
};
export const cumsum = scan('cumsum', 'zero', ops.cumsum);
export const cumprod = scan('cumprod', 'one', ops.cumprod);

const softened = (name: 'softmax' | 'logSoftmax' | 'softmin', kind: Identity, op: typeof ops.softmin) => {
  const sig = along(name);
  return (...args: [Tensor, number | (AlongOptions & { dim: number }), AlongOptions?]): Tensor => {
    const [input, dim, dtype, mask] = bind(sig, args) as [Tensor, number, DType | null, Mask];
    return op(filled(name, input, mask, kind), oneDim(name, dim, input.ndim), dtype ?? input.dtype);
  };
};
export const softmax = softened('softmax', 'lowest', ops.softmax);
export const logSoftmax = softened('logSoftmax', 'lowest', ops.logSoftmax);
export const softmin = softened('softmin', 'highest', ops.softmin);

const normalizeSignature = signature('normalize', 'input, ord, dim, *, eps=1e-12, dtype=null, mask=null');
export function normalize(input: Tensor, ord: number, dim: number, options?: AlongOptions & { eps?: number }): Tensor;
export function normalize(...args: unknown[]): Tensor {
  const [input, ord, dim, eps, dtype, mask] = bind(normalizeSignature, args) as [Tensor, number, number, number, DType | null, Mask];
  const size = norm(input, ord, dim, { keepdim: true, dtype, mask });
  return filled('normalize', input, mask, 'zero').div(ops.maximum(size, ops.fullLike(size, eps)));
}
