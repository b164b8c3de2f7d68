/** Tensors from JS values and bytes. */
import { abi } from './backend/abi';
import { bind, signature } from './bind';
import { type Nested, bytesOf, flattenNested, typedArrayDtype } from './convert';
import { TorshError } from './errors';
import { _toDtype } from './gen/ops';
import * as sys from './gen/system';
import { handleOf, isTensor } from './runtime/call';
import { wroteValues } from './runtime/recording';
import { type DType, defaults, dtypeNumber, dtypes, itemsizes } from './runtime/dtype';
import type { Tensor } from './tensor';

export interface TensorOptions { dtype?: DType; requiresGrad?: boolean; device?: string }

const tensorSignature = signature('tensor', 'data, *, dtype=null, device=null, requiresGrad=false, pinMemory=false');

function dtypeOf(name: unknown, op: string): DType {
  const n = typeof name === 'string' ? dtypeNumber(name) : undefined;
  if (n === undefined) throw new TorshError('ERR_ARGUMENT', op, `${op}: argument 'dtype' must be a dtype, not ${String(name)}`);
  return dtypes[n];
}

/** A tensor over bytes that are copied: row-major, little-endian. */
export function fromBytes(bytes: Uint8Array, dtype: DType, shape: readonly number[]): Tensor {
  const t = sys._empty([...shape], dtype);
  if (bytes.length) {
    abi().write(handleOf(t, 'tensor'), bytes);
    wroteValues(t);
  }
  return t;
}

/**
 * A tensor with a copy of nested arrays, a typed array or a number. Numbers give float32, booleans bool, bigints int64, a
 * typed array its own type, { re, im } complex64; `dtype` overrides. A typed array with a complex dtype holds real and imaginary
 * parts in turn. Errors: ragged arrays. https://pytorch.org/docs/stable/generated/torch.tensor.html
 *
 * @example
 * ```js
 * console.log(torsh.tensor([[1, 2], [3, 4]], { dtype: 'int32' }));
 * // tensor([[1, 2],
 * //         [3, 4]], dtype=torch.int32)
 * ```
 */
export function tensor(data: Nested | Tensor, options?: TensorOptions): Tensor;
export function tensor(...args: unknown[]): Tensor {
  const [data, dtype, , requiresGrad] = bind(tensorSignature, args);
  let t: Tensor;
  if (isTensor(data)) {
    t = data.detach().clone();
    if (dtype !== null) t = _toDtype(t, dtypeOf(dtype, 'tensor'));
  } else {
    const flat = flattenNested(data, 'tensor');
    const want = dtype === null ? flat.dtype : dtypeOf(dtype, 'tensor');
    /* A typed array of complex numbers holds their parts in turn, as toTypedArray() gives them. */
    if (want.startsWith('complex') && typedArrayDtype(data) !== null) {
      if (flat.shape[0] % 2 !== 0) throw new TorshError('ERR_SHAPE', 'tensor', `tensor: a typed array of complex numbers holds pairs of real and imaginary parts, but has ${flat.shape[0]} elements`);
      flat.shape[0] /= 2;
      t = fromBytes(bytesOf(flat.values, want === 'complex64' ? 'float32' : 'float64'), want, flat.shape);
      if (requiresGrad) t.requiresGrad = true;
      return t;
    }
    /* Halves round in the core, from float64: the one rounding that PyTorch does. */
    const direct = want === 'float16' || want === 'bfloat16' ? 'float64' : want;
    t = fromBytes(bytesOf(flat.values, direct), direct, flat.shape);
    if (direct !== want) t = _toDtype(t, want);
  }
  if (requiresGrad) t.requiresGrad = true;
  return t;
}

const bufferSignature = signature('frombuffer', 'buffer, *, dtype, count=-1, offset=0, requiresGrad=false');

/**
 * A 1-d tensor with a copy of `count` (-1: all) little-endian elements from `offset` bytes on.
 * https://pytorch.org/docs/stable/generated/torch.frombuffer.html
 *
 * @example
 * ```js
 * console.log(torsh.frombuffer(new Uint8Array([1, 0, 2, 0]), { dtype: 'int16' })); // tensor([1, 2], dtype=torch.int16)
 * ```
 */
export function frombuffer(buffer: ArrayBufferView | ArrayBuffer, options: { dtype: DType; count?: number; offset?: number; requiresGrad?: boolean }): Tensor;
export function frombuffer(...args: unknown[]): Tensor {
  const [buffer, name, count, offset, requiresGrad] = bind(bufferSignature, args) as [unknown, unknown, number, number, boolean];
  const fail = (rule: string): never => { throw new TorshError('ERR_ARGUMENT', 'frombuffer', `frombuffer: ${rule}`); };
  const bytes = ArrayBuffer.isView(buffer) ? new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength)
    : Object.prototype.toString.call(buffer) === '[object ArrayBuffer]' || Object.prototype.toString.call(buffer) === '[object SharedArrayBuffer]' ? new Uint8Array(buffer as ArrayBuffer)
      : fail('the buffer must be an ArrayBuffer or a view on one');
  const dtype = dtypeOf(name, 'frombuffer');
  const size = itemsizes[dtypes.indexOf(dtype)];
  if (!Number.isInteger(offset) || offset < 0 || offset > bytes.length) fail(`offset (${offset} bytes) must be between 0 and the buffer's length (${bytes.length} bytes)`);
  const rest = bytes.length - offset;
  if (count < 0 && rest % size !== 0) fail(`buffer length (${rest} bytes) after offset (${offset} bytes) must be a multiple of element size (${size})`);
  const n = count < 0 ? rest / size : count;
  if (!Number.isInteger(n) || n * size > rest) fail(`requested buffer length (${n * size} bytes) after offset (${offset} bytes) must not be greater than the actual length (${bytes.length} bytes)`);
  const t = fromBytes(bytes.subarray(offset, offset + n * size), dtype, [n]);
  if (requiresGrad) t.requiresGrad = true;
  return t;
}

const asTensorSignature = signature('asTensor', 'data, dtype=null, device=null');

/** A tensor as it is when it has the dtype, else converted; anything else as tensor() makes it. https://pytorch.org/docs/stable/generated/torch.as_tensor.html */
export function asTensor(data: Nested | Tensor, dtype?: DType | null, device?: string | null): Tensor;
export function asTensor(data: Nested | Tensor, options: { dtype?: DType | null; device?: string | null }): Tensor;
export function asTensor(...args: unknown[]): Tensor {
  const [data, dtype] = bind(asTensorSignature, args) as [Nested | Tensor, DType | null];
  if (!isTensor(data)) return tensor(data as Nested, dtype === null ? {} : { dtype });
  const want = dtype === null ? data.dtype : dtypeOf(dtype, 'asTensor');
  return want === data.dtype ? data : _toDtype(data, want);
}

const asarraySignature = signature('asarray', 'obj, *, dtype=null, device=null, copy=null, requiresGrad=false');

/** asTensor that copies when told to, or never. https://pytorch.org/docs/stable/generated/torch.asarray.html */
export function asarray(obj: Nested | Tensor, options?: { dtype?: DType | null; device?: string | null; copy?: boolean | null; requiresGrad?: boolean }): Tensor;
export function asarray(...args: unknown[]): Tensor {
  const [obj, dtype, , copy, requiresGrad] = bind(asarraySignature, args) as [Nested | Tensor, DType | null, unknown, boolean | null, boolean];
  let t = asTensor(obj, dtype);
  if (copy === false && t !== obj) throw new TorshError('ERR_ARGUMENT', 'asarray', 'asarray: cannot make a tensor of this without a copy');
  if (copy === true && t === obj) t = t.clone();
  if (!requiresGrad && t.requiresGrad) t = t.detach();
  if (requiresGrad) t.requiresGrad = true;
  return t;
}

const scalarSignature = signature('scalarTensor', 'value, *, dtype=null, device=null, layout=null, pinMemory=false, requiresGrad=false');

/** A 0-d tensor of the default dtype unless told. */
export function scalarTensor(value: number | bigint | boolean, options?: TensorOptions): Tensor;
export function scalarTensor(...args: unknown[]): Tensor {
  const [value, dtype, , , , requiresGrad] = bind(scalarSignature, args) as [number, DType | null, unknown, unknown, unknown, boolean];
  return tensor(value, { dtype: dtype ?? defaults.dtype, requiresGrad });
}

/** Lets a tensor outlive the tidy() that it was made in. */
export function keep<T extends Tensor>(t: T): T {
  t._kept = true;
  return t;
}

export { typedArrayDtype };
