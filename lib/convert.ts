/** Between JS values and the bytes of tensors. */
import { abi } from './backend/abi';
import { TorshError } from './errors';
import { bfloat16ToNumber, float16ToNumber } from './half';
import type { Tensor, TypedArrays } from './tensor';
import { handleOf, isTensor } from './runtime/call';
import { readValues } from './runtime/recording';
import { type Complex, type DType, type Scalar, defaults, dtypes, isComplexNumber, itemsizes } from './runtime/dtype';

export type { Complex };
export type Nested = Scalar | readonly Nested[] | ArrayLike<number> | ArrayLike<bigint>;
/** Arrays of integers given as indices; they become int64 tensors. */
export type IndexArray = readonly Nested[] | ArrayLike<number> | ArrayLike<bigint>;

const constructors: { [D in DType]: new (buffer: ArrayBuffer, offset: number, length: number) => TypedArrays[D] } = {
  bool: Uint8Array, uint8: Uint8Array, int8: Int8Array, int16: Int16Array, int32: Int32Array, int64: BigInt64Array,
  float16: Uint16Array, bfloat16: Uint16Array, float32: Float32Array, float64: Float64Array, complex64: Float32Array, complex128: Float64Array,
};

/** Row-major bytes in memory that JS owns. */
export function readBytes(t: Tensor): Uint8Array<ArrayBuffer> {
  const plain = t.isContiguous() ? t : t.detach().contiguous();
  const bytes = new Uint8Array(plain.numel() * plain.itemsize);
  if (bytes.length) abi().read(handleOf(plain, 'toTypedArray'), bytes);
  readValues();
  if (plain !== t) plain.dispose();
  return bytes;
}

export function typedFromBytes<D extends DType>(dtype: D, bytes: Uint8Array<ArrayBuffer>): TypedArrays[D] {
  return new constructors[dtype](bytes.buffer, bytes.byteOffset, bytes.byteLength / (itemsizes[dtypes.indexOf(dtype)] / (dtype.startsWith('complex') ? 2 : 1)));
}

const SAFE = BigInt(Number.MAX_SAFE_INTEGER);

/** Elements as tolist() gives them: numbers, bigints beyond 2^53, booleans. */
function elementReader(dtype: DType, data: ArrayLike<number | bigint>): (i: number) => unknown {
  switch (dtype) {
    case 'bool': return (i) => data[i] !== 0;
    case 'int64': return (i) => { const v = data[i] as bigint; return v <= SAFE && v >= -SAFE ? Number(v) : v; };
    case 'float16': return (i) => float16ToNumber(data[i] as number);
    case 'bfloat16': return (i) => bfloat16ToNumber(data[i] as number);
    case 'complex64': case 'complex128': return (i) => ({ re: data[2 * i], im: data[2 * i + 1] });
    default: return (i) => data[i];
  }
}

export function nestedValues(shape: readonly number[], dtype: DType, data: ArrayLike<number | bigint>): unknown {
  const get = elementReader(dtype, data);
  let at = 0;
  const build = (d: number): unknown => (d === shape.length ? get(at++) : Array.from({ length: shape[d] }, () => build(d + 1)));
  return build(0);
}

const typedDtypes: Record<string, DType> = {
  Uint8Array: 'uint8', Uint8ClampedArray: 'uint8', Int8Array: 'int8', Int16Array: 'int16', Int32Array: 'int32', BigInt64Array: 'int64',
  Float32Array: 'float32', Float64Array: 'float64', Uint16Array: 'int32', Uint32Array: 'int64', BigUint64Array: 'int64',
};
/** The dtype of a typed array's elements; null when x is none. By tag: other realms have their own classes. */
export function typedArrayDtype(x: unknown): DType | null {
  if (!ArrayBuffer.isView(x)) return null;
  return typedDtypes[(x as unknown as Record<symbol, string>)[Symbol.toStringTag]] ?? null;
}

export interface Flat { shape: number[]; dtype: DType; values: ArrayLike<Scalar> }

/** Shape, default dtype and values of nested arrays; ragged ones are an error. Tensors inside are read. */
export function flattenNested(data: unknown, op: string): Flat {
  const own = typedArrayDtype(data);
  if (own) return { shape: [(data as Float32Array).length], dtype: own, values: data as unknown as ArrayLike<number> };
  const shape: number[] = [];
  for (let x = data; isList(x); x = (x as ArrayLike<unknown>)[0]) {
    shape.push((x as ArrayLike<unknown>).length);
    if ((x as ArrayLike<unknown>).length === 0) break;
  }
  const values: Scalar[] = [];
  let kind = 0; /* 1 bool, 2 bigint, 3 number, 4 complex */
  const inner: DType[] = [];
  const walk = (x: unknown, d: number): void => {
    if (isTensor(x)) {
      const rest = x.shape;
      if (!same(rest, shape.slice(d).length ? shape.slice(d) : rest)) throw ragged(op, shape, d);
      inner.push(x.dtype);
      walk(x.tolist(), d);
      return;
    }
    if (isList(x)) {
      const list = x as ArrayLike<unknown>;
      if (d >= shape.length || list.length !== shape[d]) throw ragged(op, shape, d);
      const typed = typedArrayDtype(x);
      if (typed && !inner.includes(typed)) inner.push(typed);
      for (let i = 0; i < list.length; i++) walk(list[i], d + 1);
      return;
    }
    if (d !== shape.length) throw ragged(op, shape, d);
    if (typeof x === 'number') kind = Math.max(kind, 3);
    else if (typeof x === 'bigint') kind = Math.max(kind, 2);
    else if (typeof x === 'boolean') kind = Math.max(kind, 1);
    else if (isComplexNumber(x)) kind = 4;
    else throw new TorshError('ERR_ARGUMENT', op, `${op}: cannot make a tensor of ${x === null ? 'null' : typeof x}`);
    values.push(x);
  };
  /* Tensors lie below the arrays: their dims join the shape. */
  let first: unknown = data;
  for (let i = 0; i < shape.length; i++) first = (first as ArrayLike<unknown>)[0];
  if (isTensor(first)) shape.push(...first.shape);
  walk(data, 0);
  const dtype: DType = inner.length === 1 ? inner[0] : kind === 1 ? 'bool' : kind === 2 ? 'int64' : kind === 4 ? (defaults.dtype === 'float64' ? 'complex128' : 'complex64') : defaults.dtype;
  return { shape, dtype, values };
}

const notReal = (dtype: DType): TorshError => new TorshError('ERR_DTYPE', 'tensor', `tensor: a complex number cannot be converted to ${dtype}`);
const isList = (x: unknown): boolean => Array.isArray(x) || (typedArrayDtype(x) !== null);
const same = (a: number[], b: number[]): boolean => a.length === b.length && a.every((v, i) => v === b[i]);
const ragged = (op: string, shape: number[], d: number): TorshError =>
  new TorshError('ERR_SHAPE', op, `${op}: expected sequence of length ${shape[d] ?? 0} at dim ${d}: nested arrays must be rectangular`);

/** Values as row-major bytes of dtype; float16 and bfloat16 are converted by the core. */
export function bytesOf(values: ArrayLike<Scalar>, dtype: DType): Uint8Array<ArrayBuffer> {
  const n = values.length;
  if (dtype.startsWith('complex')) {
    const out = dtype === 'complex64' ? new Float32Array(2 * n) : new Float64Array(2 * n);
    for (let i = 0; i < n; i++) {
      const v = values[i];
      out[2 * i] = typeof v === 'object' ? v.re : Number(v);
      if (typeof v === 'object') out[2 * i + 1] = v.im;
    }
    return new Uint8Array(out.buffer);
  }
  if (!ArrayBuffer.isView(values)) for (let i = 0; i < n; i++) if (typeof values[i] === 'object') throw notReal(dtype);
  if (dtype === 'int64') {
    const out = new BigInt64Array(n);
    for (let i = 0; i < n; i++) {
      const v = values[i];
      out[i] = typeof v === 'bigint' ? v : Number.isFinite(Number(v)) ? BigInt(Math.trunc(Number(v))) : -(2n ** 63n);
    }
    return new Uint8Array(out.buffer);
  }
  const out = new (constructors[dtype] as unknown as new (n: number) => { [i: number]: number; buffer: ArrayBuffer })(n);
  if (dtype === 'bool') for (let i = 0; i < n; i++) out[i] = values[i] ? 1 : 0;
  else if (ArrayBuffer.isView(values) && typeof values[0] !== 'bigint') (out as unknown as Float32Array).set(values as unknown as ArrayLike<number>);
  else for (let i = 0; i < n; i++) out[i] = Number(values[i]);
  return new Uint8Array(out.buffer);
}
