/** What a file of torch.save may name: tensors, their storages and dtypes, and the containers around them. Nothing else exists here. */
import type { DType } from '../runtime/dtype';
import { itemsizeOf } from './bulk';
import { numpyGlobal } from './numpy-pickle';
import { PickleDict, PickleGlobal, type PickleHost, PickleTuple } from './pickle';
import { FormatError } from './source';

/** Memory of the file. dtype: null for bytes whose type the tensors on it say. */
export interface PickledStorage {
  kind: 'storage';
  /** Of the whole memory; a storage of an old file may be a window on it. */
  key: string;
  dtype: DType | null;
  offset: number;
  numel: number;
}
export interface PickledTensor {
  kind: 'tensor' | 'parameter';
  storage: PickledStorage;
  dtype: DType;
  offset: number;
  size: number[];
  stride: number[];
  requiresGrad: boolean;
}
const isStorage = (x: unknown): x is PickledStorage => (x as PickledStorage | null)?.kind === 'storage';
const isTensor = (x: unknown): x is PickledTensor => (x as PickledTensor | null)?.kind === 'tensor' || (x as PickledTensor | null)?.kind === 'parameter';

/** Storages by key, as they are found; size in bytes of the whole memory. */
export interface FoundStorage { key: string; dtype: DType | null; bytes: number }

const MAX_DIMS = 64;
const storageTypes: Record<string, DType | null> = {
  BoolStorage: 'bool', ByteStorage: 'uint8', CharStorage: 'int8', ShortStorage: 'int16', IntStorage: 'int32', LongStorage: 'int64', HalfStorage: 'float16',
  BFloat16Storage: 'bfloat16', FloatStorage: 'float32', DoubleStorage: 'float64', ComplexFloatStorage: 'complex64', ComplexDoubleStorage: 'complex128', UntypedStorage: null,
};
export const storageTypeOf = (dtype: DType): string => Object.keys(storageTypes).find((name) => storageTypes[name] === dtype)!;
const torchDtypes = ['bool', 'uint8', 'int8', 'int16', 'int32', 'int64', 'float16', 'bfloat16', 'float32', 'float64', 'complex64', 'complex128'];
/** Dtypes that PyTorch has and torsh lacks; as values they are only names. */
const otherDtypes = ['complex32', 'uint16', 'uint32', 'uint64', 'qint8', 'quint8', 'qint32', 'quint4x2', 'quint2x4', 'float8_e4m3fn', 'float8_e5m2', 'float8_e4m3fnuz', 'float8_e5m2fnuz'];
/** Named by files, refused with a reason. */
const unsupported: [pattern: RegExp, why: string][] = [
  [/^torch\._utils\._rebuild_sparse/, 'sparse tensors are not supported'],
  [/^torch\._utils\._rebuild_qtensor$/, 'quantized tensors are not supported'],
  [/^torch\._utils\._rebuild_(?:meta|nested|wrapper)/, 'tensors of this kind are not supported'],
  [/^torch\.(?:cuda\.)?(?:QU?Int\w*|ComplexHalf)Storage$/, 'its dtype is one that torsh does not have'],
  [/^torch\.(?:nn|optim)\./, 'the file holds a whole module or optimizer, which only its own code can rebuild: save its state_dict() instead'],
];

const own = (o: object, key: string): boolean => Object.prototype.hasOwnProperty.call(o, key);
const count = (x: unknown): x is number => typeof x === 'number' && Number.isSafeInteger(x) && x >= 0;

/** The host of one pickle: its list of what may be named, and the storages that it refers to. */
export class TorchHost implements PickleHost {
  readonly storages = new Map<string, FoundStorage>();
  private readonly globals = new Map<string, PickleGlobal>();

  global(module: string, name: string): PickleGlobal {
    const path = `${module}.${name}`;
    let found = this.globals.get(path);
    if (!found) {
      found = this.find(module === '__builtin__' ? 'builtins' : module, name, path) ?? undefined;
      if (!found) {
        const why = unsupported.find(([pattern]) => pattern.test(path))?.[1] ?? 'it is not among the names that may be loaded, and nothing of it is run';
        throw new FormatError(`it names ${path.slice(0, 200)}: ${why}`);
      }
      this.globals.set(path, found);
    }
    return found;
  }

  private find(module: string, name: string, path: string): PickleGlobal | null {
    const type = (make: (args: unknown[]) => unknown): PickleGlobal => new PickleGlobal(path, make);
    switch (module) {
      case 'torch': case 'torch.cuda': case 'torch.storage':
        if (own(storageTypes, name)) return new PickleGlobal(path, null, { storageType: storageTypes[name] });
        if (module !== 'torch') return null;
        if (torchDtypes.includes(name) || otherDtypes.includes(name)) return new PickleGlobal(path, null, name);
        if (name === 'Size') return type(([items = new PickleTuple([])]) => sequence(items, path));
        if (name === 'device') return type(([kind, index]) => (index === undefined || index === null ? text(kind, path) : `${text(kind, path)}:${String(index)}`));
        return name === 'Tensor' ? new PickleGlobal(path, null) : null;
      case 'torch._utils':
        if (name === '_rebuild_tensor') return type((a) => rebuild(a, path));
        if (name === '_rebuild_tensor_v2') return type((a) => rebuild(a, path, a[4]));
        if (name === '_rebuild_tensor_v3') return type((a) => rebuild(a, path, a[4], a[6]));
        if (name === '_rebuild_parameter' || name === '_rebuild_parameter_with_state') return type((a) => parameter(a[0], a[1], path));
        return null;
      case 'torch._tensor':
        // A tensor with attributes: these are left out.
        return name === '_rebuild_from_type_v2' ? type((a) => this.fromType(a, path)) : null;
      case 'torch.nn.parameter':
        if (name === 'Parameter') return type(([data, requiresGrad = true]) => parameter(data, requiresGrad, path));
        return name === 'Buffer' ? type(([data]) => data) : null;
      case 'collections':
        if (name === 'OrderedDict') return type((a) => pairs(new PickleDict('OrderedDict'), a[0], path));
        if (name === 'defaultdict') return type((a) => pairs(new PickleDict('defaultdict'), a[1], path));
        return name === 'Counter' ? type((a) => pairs(new PickleDict('Counter'), a[0], path)) : null;
      case 'builtins': return this.builtin(name, path);
      case '_codecs': return name === 'encode' ? type((a) => latin1(a, path)) : null;
      default: return numpyGlobal(module, name, path);
    }
  }

  private builtin(name: string, path: string): PickleGlobal | null {
    switch (name) {
      case 'set': case 'frozenset': return new PickleGlobal(path, ([items]) => new Set(items === undefined ? [] : sequence(items, path)));
      case 'complex': return new PickleGlobal(path, ([re, im = 0]) => {
        if (typeof re !== 'number' || typeof im !== 'number') throw refuse(path, 'takes two numbers');
        return { complex: { re, im } };
      });
      case 'bytes': case 'bytearray': return new PickleGlobal(path, (a) => (a.length === 0 ? new Uint8Array(0) : ArrayBuffer.isView(a[0]) ? a[0] : latin1(a, path)));
      // As the default of a defaultdict.
      case 'dict': case 'list': case 'int': case 'float': case 'str': case 'tuple': case 'bool': return new PickleGlobal(path, null);
      default: return null;
    }
  }

  private fromType(args: unknown[], path: string): unknown {
    const [rebuilder, kind, inner] = args;
    if (!(rebuilder instanceof PickleGlobal) || !rebuilder.name.startsWith('torch._utils._rebuild_') || !rebuilder.call || !(inner instanceof PickleTuple)) throw refuse(path, 'rebuilds what is no tensor');
    if (!(kind instanceof PickleGlobal) || (kind.name !== 'torch.Tensor' && kind.name !== 'torch.nn.parameter.Parameter')) throw refuse(path, 'rebuilds what is neither a Tensor nor a Parameter');
    const made = rebuilder.call(inner.items);
    return kind.name === 'torch.Tensor' ? made : parameter(made, isTensor(made) && made.requiresGrad, path);
  }

  persistent(id: unknown): PickledStorage {
    if (!(id instanceof PickleTuple) || id.items[0] !== 'storage') throw new FormatError("a persistent id is not that of a storage, ('storage', type, key, location, size)");
    const [, type, key, , numel, window = null] = id.items;
    const storageType = type instanceof PickleGlobal ? (type.value as { storageType?: DType | null } | undefined)?.storageType : undefined;
    if (storageType === undefined) throw new FormatError('a storage has no type that is known');
    if (typeof key !== 'string' || key.length > 200) throw new FormatError('the key of a storage is no string');
    if (!count(numel)) throw new FormatError(`storage '${key}' has ${show(numel)} elements`);
    const bytes = numel * (storageType === null ? 1 : itemsizeOf(storageType));
    const known = this.storages.get(key);
    if (!known) this.storages.set(key, { key, dtype: storageType, bytes });
    else if (known.bytes !== bytes) throw new FormatError(`storage '${key}' has ${known.bytes} bytes in one place and ${bytes} in another`);
    const storage: PickledStorage = { kind: 'storage', key, dtype: storageType, offset: 0, numel };
    if (window !== null) {
      const [, offset, size] = window instanceof PickleTuple ? window.items : [];
      if (!count(offset) || !count(size) || offset + size > numel) throw new FormatError(`a window on storage '${key}' goes past its ${numel} elements`);
      storage.offset = offset;
      storage.numel = size;
    }
    return storage;
  }
}

const refuse = (path: string, rule: string): FormatError => new FormatError(`${path} ${rule}`);
const show = (x: unknown): string => (typeof x === 'number' || typeof x === 'bigint' || typeof x === 'string' ? String(x).slice(0, 60) : 'no number of');

function sequence(x: unknown, path: string): unknown[] {
  if (x instanceof PickleTuple) return x.items;
  if (Array.isArray(x)) return x;
  throw refuse(path, 'takes a list');
}

function text(x: unknown, path: string): string {
  if (typeof x !== 'string') throw refuse(path, 'takes a string');
  return x;
}

/** Bytes that Python 3 wrote for Python 2: characters up to 255. */
function latin1([value, encoding]: unknown[], path: string): Uint8Array {
  if (encoding !== 'latin1' && encoding !== 'latin-1') throw refuse(path, 'takes latin1 only');
  return Uint8Array.from(text(value, path), (c) => {
    const code = c.charCodeAt(0);
    if (code > 255 || c.length > 1) throw refuse(path, 'takes characters up to 255');
    return code;
  });
}

/** Fills a dict from what its constructor is given: a dict, or pairs. */
function pairs(dict: PickleDict, from: unknown, path: string): PickleDict {
  if (from === undefined) return dict;
  if (from instanceof PickleDict) {
    for (const [key, value] of from.map) dict.map.set(key, value);
    return dict;
  }
  for (const pair of sequence(from, path)) {
    const [key, value, ...rest] = sequence(pair, path);
    if (rest.length > 0 || value === undefined) throw refuse(path, 'takes pairs');
    dict.map.set(key, value);
  }
  return dict;
}

function sizes(x: unknown, what: string, path: string): number[] {
  const list = sequence(x, path);
  if (list.length > MAX_DIMS) throw refuse(path, `has ${list.length} dimensions, more than ${MAX_DIMS}`);
  for (const n of list) if (!count(n)) throw refuse(path, `has ${show(n)} as a ${what}`);
  return [...list] as number[];
}

function rebuild([storage, offset, sizeOf, strideOf]: unknown[], path: string, requiresGrad: unknown = false, dtypeOf: unknown = null): PickledTensor {
  if (!isStorage(storage)) throw refuse(path, 'takes a storage');
  const size = sizes(sizeOf, 'size', path), stride = sizes(strideOf, 'stride', path);
  if (!count(offset)) throw refuse(path, `has the offset ${show(offset)}`);
  if (stride.length !== size.length) throw refuse(path, `has ${size.length} sizes and ${stride.length} strides`);
  let dtype = storage.dtype;
  if (dtypeOf !== null) {
    const name = dtypeOf instanceof PickleGlobal && typeof dtypeOf.value === 'string' ? dtypeOf.value : null;
    if (name === null || !torchDtypes.includes(name)) throw refuse(path, `has the dtype ${name ?? '?'}, which torsh does not have`);
    dtype = name as DType;
  }
  dtype ??= 'uint8';
  const room = Math.floor((storage.numel * (storage.dtype === null ? 1 : itemsizeOf(storage.dtype))) / itemsizeOf(dtype));
  if (!size.includes(0)) {
    const last = size.reduce((n, s, d) => n + (s - 1) * stride[d], offset);
    if (!(last < room)) throw refuse(path, `[${size.join(', ')}] with strides [${stride.join(', ')}] from ${offset} reaches element ${last}, but storage '${storage.key}' has ${room}`);
  }
  if (!(size.reduce((a, b) => a * b, itemsizeOf(dtype)) <= Number.MAX_SAFE_INTEGER) && !size.includes(0)) throw refuse(path, `[${size.join(', ')}] has more elements than can be counted`);
  if (typeof requiresGrad !== 'boolean') throw refuse(path, 'has no requires_grad');
  if (requiresGrad && !/float|complex/.test(dtype)) throw refuse(path, `of ${dtype} cannot require grad`);
  return { kind: 'tensor', storage, dtype, offset, size, stride, requiresGrad };
}

function parameter(data: unknown, requiresGrad: unknown, path: string): PickledTensor {
  if (!isTensor(data)) throw refuse(path, 'takes a tensor');
  if (typeof requiresGrad !== 'boolean') throw refuse(path, 'has no requires_grad');
  if (requiresGrad && !/float|complex/.test(data.dtype)) throw refuse(path, `of ${data.dtype} cannot require grad`);
  return { ...data, kind: 'parameter', requiresGrad };
}

export { isStorage, isTensor as isPickledTensor };
