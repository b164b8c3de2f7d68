/** The Tensor class: what the core knows by a handle. Most methods are generated (lib/gen/methods.ts). */
import { abi } from './backend/abi';
import { TorshError } from './errors';
import { TensorOps } from './gen/methods';
import * as sys from './gen/system';
import { type Nested, nestedValues, readBytes, typedFromBytes } from './convert';
import { type ToOptions, convert } from './to';
import { withTrace } from './autograd/anomaly';
import { addHook, type HookHandle } from './autograd/hooks';
import { gradFnOf, type GradFn } from './autograd/grad-fn';
import { mapInto } from './apply';
import { isDenseIn } from './memory-format';
import { tensor } from './creation';
import { indexGet, indexSet, nonzero, type Index } from './indexing';
import { tensorToString } from './print-tensor';
import { unique, uniqueConsecutive, type ConsecutiveOptions, type UniqueOptions, type UniqueResult } from './unique';
import { version } from './gen/version';
import { brand, isTensor, tidyScope, useTensorClass } from './runtime/call';
import { type DType, type Scalar, dtypes, itemsizes } from './runtime/dtype';
import { recording } from './runtime/recording';

/** Marks tensors of this copy of the library, so that those of the other backend are told apart. */
const instance = { version };

declare global {
  /** The name behind `using x = ...`, for programs whose own "lib" does not know it yet. */
  interface SymbolConstructor { readonly dispose: unique symbol }
}

export interface TypedArrays {
  bool: Uint8Array; uint8: Uint8Array; int8: Int8Array; int16: Int16Array; int32: Int32Array; int64: BigInt64Array;
  float16: Uint16Array; bfloat16: Uint16Array; float32: Float32Array; float64: Float64Array; complex64: Float32Array; complex128: Float64Array;
}

/** A multi-dimensional array of one dtype. Tensors come from functions (`tensor`, `zeros`, `rand`, ...), not from `new`. */
export class Tensor extends TensorOps {
  /** Handle of the core's tensor; 0 once disposed. */
  declare _h: number;
  /** Outlives tidy(): parameters, buffers, optimizer state. */
  declare _kept: boolean;
  /** The backend's note: see Owner in backend/abi.ts. */
  declare _cell: { handle: number } | null;
  private declare _grad: Tensor | null;
  private declare _gradId: number;

  /** With `from`, a second object for the same tensor, of a subclass: Parameter and Buffer are made so. */
  constructor(from?: Tensor) {
    super();
    this._h = 0;
    this._cell = null;
    this._kept = from !== undefined;
    this._grad = null;
    this._gradId = 0;
    if (from === undefined) return;
    const shared = sys._share(from);
    this._h = shared._h;
    shared._h = 0;
    abi().retrack(shared, this, this._h);
  }

  /** Sizes of the dims. */
  get shape(): number[] { const m = sys._meta(this) as number[]; return m.slice(6, 6 + m[5]); }
  get dtype(): DType { return dtypes[(sys._meta(this) as number[])[0]]; }
  get ndim(): number { return (sys._meta(this) as number[])[5]; }
  get device(): 'cpu' { return 'cpu'; }
  get layout(): 'strided' { return 'strided'; }
  get itemsize(): number { return itemsizes[(sys._meta(this) as number[])[0]]; }
  get requiresGrad(): boolean { return ((sys._meta(this) as number[])[1] & 1) !== 0; }
  set requiresGrad(value: boolean) { sys._setRequiresGrad(this, value); }
  get isLeaf(): boolean { return ((sys._meta(this) as number[])[1] & 2) !== 0; }
  get retainsGrad(): boolean { return ((sys._meta(this) as number[])[1] & 16) !== 0; }
  /** Counts in-place changes of the storage. */
  get _version(): number { return (sys._meta(this) as number[])[4]; }
  /** The accumulated gradient, or null. */
  get grad(): Tensor | null {
    const id = sys._gradId(this);
    if (id === 0) { this._grad = null; this._gradId = 0; return null; }
    // In a recording each look at it is a call, for the next run may find another tensor.
    if (recording.on || this._gradId !== id || this._grad === null || this._grad._h === 0) {
      const scope = tidyScope.get();
      tidyScope.set(null); // a leaf's gradient outlives a tidy
      this._grad = sys._grad(this);
      tidyScope.set(scope);
      this._gradId = id;
    }
    return this._grad;
  }
  set grad(value: Tensor | null) {
    sys._setGrad(this, value);
    this._grad = null;
    this._gradId = 0;
  }
  /** The node that made this tensor: { name, nextFunctions }, or null for a leaf. */
  get gradFn(): GradFn | null { return gradFnOf(this); }
  /** The same values outside the graph; assigning replaces values, sizes and dtype without touching the graph. */
  get data(): Tensor { return this.detach(); }
  set data(value: Tensor) { sys._setData(this, value); }

  size(): number[];
  size(dim: number): number;
  size(dim?: number): number | number[] {
    const shape = this.shape;
    if (dim === undefined) return shape;
    const n = shape.length || 1;
    if (!Number.isInteger(dim) || dim < -n || dim >= n || shape.length === 0) {
      throw new TorshError('ERR_INDEX', 'size', `size: Dimension out of range (expected to be in range of [${-n}, ${n - 1}], but got ${dim})`);
    }
    return shape[dim < 0 ? dim + n : dim];
  }
  stride(): number[];
  stride(dim: number): number;
  stride(dim?: number): number | number[] {
    const m = sys._meta(this) as number[];
    const strides = m.slice(6 + m[5]);
    return dim === undefined ? strides : strides[dim < 0 ? dim + strides.length : dim];
  }
  storageOffset(): number { return (sys._meta(this) as number[])[2]; }
  dim(): number { return this.ndim; }
  ndimension(): number { return this.ndim; }
  numel(): number { return this.shape.reduce((a, b) => a * b, 1); }
  nelement(): number { return this.numel(); }
  elementSize(): number { return this.itemsize; }
  /** Whether elements lie in memory in row-major order, or in that of a memory format. */
  isContiguous(options: { memoryFormat?: string } = {}): boolean {
    const m = sys._meta(this) as number[];
    const { memoryFormat: format = 'contiguous_format' } = options;
    return format === 'contiguous_format' ? (m[1] & 4) !== 0 : isDenseIn(format, m.slice(6, 6 + m[5]), m.slice(6 + m[5]));
  }
  isInference(): boolean { return ((sys._meta(this) as number[])[1] & 8) !== 0; }
  isFloatingPoint(): boolean { return this.dtype.includes('float'); }
  isSigned(): boolean { return this.dtype !== 'uint8' && this.dtype !== 'bool'; }
  /** Whether the one element is not zero. Errors: more or less than one. */
  isNonzero(): boolean {
    const n = this.numel();
    if (n !== 1) throw new TorshError('ERR_ARGUMENT', 'isNonzero', `isNonzero: Boolean value of Tensor with ${n === 0 ? 'no values' : 'more than one value'} is ambiguous`);
    return Boolean(this.ne(0).item());
  }
  isSameSize(other: Tensor): boolean { return String(this.shape) === String(other.shape); }
  /** Whether both are the same window on the same memory. */
  isSetTo(tensor: Tensor): boolean {
    return sys._sameStorage(this, tensor) && this.dtype === tensor.dtype && this.storageOffset() === tensor.storageOffset() && this.isSameSize(tensor) && String(this.stride()) === String(tensor.stride());
  }
  isShared(): boolean { return false; }
  isDistributed(): boolean { return false; }
  isPinned(): boolean { return false; }
  getDevice(): number { return -1; }
  isComplex(): boolean { return this.dtype.startsWith('complex'); }
  isSharedStorageWith(other: Tensor): boolean { return sys._sameStorage(this, other); }
  get length(): number { return this.size(0); }

  /** The value of a tensor with one element: a number, a bigint beyond 2^53, a boolean, { re, im }. */
  item(): any { return sys._item(this); }
  /** Nested arrays of the values; a plain value for 0-d tensors. */
  tolist(): any { return nestedValues(this.shape, this.dtype, this.toTypedArray()); }
  /** A row-major copy; raw bits for the 16-bit floats, interleaved pairs for complex. */
  toTypedArray(): TypedArrays[DType] { return typedFromBytes(this.dtype, readBytes(this)); }

  /** The same values in another dtype (and memory); this tensor itself when nothing changes. https://pytorch.org/docs/stable/generated/torch.Tensor.to.html */
  to(target: DType | 'cpu' | Tensor | ToOptions, ...rest: unknown[]): Tensor { return convert(this, [target, ...rest]); }
  /** The dtype's name, or this tensor in another dtype. */
  type(): DType;
  type(dtype: DType): Tensor;
  type(dtype?: DType): DType | Tensor { return dtype === undefined ? this.dtype : convert(this, [dtype]); }
  typeAs(other: Tensor): Tensor { return convert(this, [other]); }
  bool(options: ToOptions = {}): Tensor { return convert(this, ['bool', options]); }
  byte(options: ToOptions = {}): Tensor { return convert(this, ['uint8', options]); }
  char(options: ToOptions = {}): Tensor { return convert(this, ['int8', options]); }
  short(options: ToOptions = {}): Tensor { return convert(this, ['int16', options]); }
  int(options: ToOptions = {}): Tensor { return convert(this, ['int32', options]); }
  long(options: ToOptions = {}): Tensor { return convert(this, ['int64', options]); }
  half(options: ToOptions = {}): Tensor { return convert(this, ['float16', options]); }
  bfloat16(options: ToOptions = {}): Tensor { return convert(this, ['bfloat16', options]); }
  float(options: ToOptions = {}): Tensor { return convert(this, ['float32', options]); }
  double(options: ToOptions = {}): Tensor { return convert(this, ['float64', options]); }
  cfloat(options: ToOptions = {}): Tensor { return convert(this, ['complex64', options]); }
  cdouble(options: ToOptions = {}): Tensor { return convert(this, ['complex128', options]); }
  cpu(): Tensor { return this; }

  /** A tensor with a copy of data and, unless another is given, the dtype of this one. */
  newTensor(data: Nested | Tensor, options: { dtype?: DType; requiresGrad?: boolean } = {}): Tensor { return tensor(data, { dtype: this.dtype, ...options }); }
  /** The same elements in another shape, as PyTorch's deprecated resize gives them. */
  resize(...size: (number | readonly number[])[]): Tensor { return this.reshape(size.flat() as number[]); }
  resizeAs(tensor: Tensor): Tensor { return this.reshape(tensor.shape); }
  toDense(): Tensor { return this; }
  /** Uninitialised memory of a size, or newTensor of values, with the dtype of this tensor. */
  new(...args: any[]): Tensor { return args.every((a) => typeof a === 'number') ? this.newEmpty(args.length ? args as number[] : [0]) : this.newTensor(args[0] as Nested); }
  /** Every element becomes f of it. */
  apply_(f: (x: any) => Scalar): this { mapInto('apply_', this, [], f); return this; }
  /** Every element becomes f of it and of that of another tensor. */
  map_(other: Tensor, f: (x: any, y: any) => Scalar): this { mapInto('map_', this, [other], f); return this; }
  map2_(x: Tensor, y: Tensor, f: (a: any, x: any, y: any) => Scalar): this { mapInto('map2_', this, [x, y], f); return this; }
  /** Makes this tensor a window on the memory of source (all of it unless sizes say otherwise). */
  set_(source: Tensor, storageOffset = 0, size?: readonly number[], stride?: readonly number[]): this {
    const strides = stride ?? size?.map((_, d) => size.slice(d + 1).reduce((a, b) => a * b, 1));
    if (source.dtype !== this.dtype) throw new TorshError('ERR_DTYPE', 'set_', `set_: expected a source of dtype ${this.dtype}, got ${source.dtype}`);
    if (this.requiresGrad) throw new TorshError('ERR_AUTOGRAD', 'set_', 'set_: cannot change the memory of a tensor that requires grad');
    sys._setData(this, size && strides ? source.detach().asStrided(size, strides, storageOffset) : source);
    return this;
  }
  /** Leaves the graph in place. Errors: views. */
  detach_(): this { sys._detachInPlace(this); return this; }

  /** Python's x[...]: ints, null, '...', slice(a, b, s) or 'a:b:s', bool and int tensors and arrays. */
  at(...index: Index[]): Tensor { return indexGet(this, index); }
  /** Python's x[...] = value. */
  setAt(index: Index | Index[], value: Tensor | Scalar | Nested): void { indexSet(this, Array.isArray(index) ? index : [index], value); }
  /** Coordinates of the elements that are not zero: (n, ndim), or one tensor for each dim. */
  nonzero(options: { asTuple: true }): Tensor[];
  nonzero(options?: { asTuple?: false }): Tensor;
  nonzero(options: { asTuple?: boolean } = {}): any { return nonzero(this, options as { asTuple: true }); }
  /** The different elements (or slices of dim), ascending; with returnInverse or returnCounts an array of tensors. */
  unique<O extends UniqueOptions>(options?: O): UniqueResult<O>;
  unique(sorted: boolean, returnInverse?: boolean, returnCounts?: boolean, dim?: number | null): Tensor | Tensor[];
  unique(...args: any[]): any { return unique(this, ...(args as [any])); }
  /** The elements (or slices of dim) without those that equal the one before. */
  uniqueConsecutive<O extends ConsecutiveOptions>(options?: O): UniqueResult<O>;
  uniqueConsecutive(returnInverse: boolean, returnCounts?: boolean, dim?: number | null): Tensor | Tensor[];
  uniqueConsecutive(...args: any[]): any { return uniqueConsecutive(this, ...(args as [any])); }
  *[Symbol.iterator](): IterableIterator<Tensor> {
    const n = this.size(0);
    for (let i = 0; i < n; i++) yield this.select(0, i);
  }

  requiresGrad_(requiresGrad = true): this { sys._setRequiresGrad(this, requiresGrad); return this; }
  retainGrad(): void { sys._retainGrad(this); }
  /** Runs `hook` on the gradient when it is computed; what it returns (if anything) takes its place. */
  registerHook(hook: (grad: Tensor) => Tensor | null | undefined | void): HookHandle { return addHook(this, hook); }
  /** Accumulates gradients of this tensor into the leaves it depends on. */
  backward(gradient?: Tensor | null | { gradient?: Tensor | null; retainGraph?: boolean; createGraph?: boolean; inputs?: Tensor[] }, options: { retainGraph?: boolean; createGraph?: boolean; inputs?: Tensor[] } = {}): void {
    let g: Tensor | null = null;
    if (isTensor(gradient)) g = gradient;
    else if (gradient) { options = gradient; g = gradient.gradient ?? null; }
    for (const key of Object.keys(options)) {
      if (!['gradient', 'retainGraph', 'createGraph', 'inputs'].includes(key)) throw new TorshError('ERR_ARGUMENT', 'backward', `backward: got an unexpected option '${key}'`);
    }
    const create = options.createGraph ?? false;
    withTrace(() => { sys._backward([this], [g], options.retainGraph ?? create, create, options.inputs ?? []); });
  }

  /** Releases the memory now instead of when this object is collected. Using the tensor afterwards is an error. */
  dispose(): void {
    if (this._h === 0) return;
    abi().release(this, this._h);
    this._h = 0;
  }
  get isDisposed(): boolean { return this._h === 0; }
  /** `using x = ...`: dispose() at the end of the block. Below, since not every engine knows the symbol. */
  declare [Symbol.dispose]: () => void;

  toString(): string { return tensorToString(this); }
  [Symbol.for('nodejs.util.inspect.custom')](): string { return tensorToString(this); }
  toJSON(): unknown { return this.tolist(); }
}

Object.defineProperty(Tensor.prototype, brand, { value: instance });
if (typeof Symbol.dispose === 'symbol') {
  Object.defineProperty(Tensor.prototype, Symbol.dispose, { value: Tensor.prototype.dispose, writable: true, configurable: true });
}
useTensorClass(() => new Tensor(), instance);

export { isTensor };
export type { DType, Scalar };
export { frombuffer, keep, tensor } from './creation';
