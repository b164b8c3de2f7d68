/** What a checkpoint's pickle holds, as JavaScript has it. */
import { type Tensor, isTensor } from '../tensor';
import { Parameter } from '../nn/parameter';
import type { DType } from '../runtime/dtype';
import { itemsizeOf } from './bulk';
import { PickleDict, PickleGlobal, PickleTuple } from './pickle';
import { PickledArray } from './numpy-pickle';
import { FormatError } from './source';
import { arrayTensor } from './npy';
import { setOwn } from './values';
import { isPickledTensor, isStorage, type PickledStorage, type PickledTensor } from './torch-globals';

/** Deeper than Python's own pickler can go. */
const MAX_DEPTH = 1000;
/** A dict that was a plain object with names that are numbers carries this attribute (see pickle-write.ts). */
export const OBJECT_MARK = '_torsh';

/** memories: 1-d tensors on the whole of each storage, which the result shares. */
export class Builder {
  private readonly done = new Map<unknown, unknown>();
  private readonly views = new Map<string, Tensor>();
  private readonly made: Tensor[] = [];
  private depth = 0;

  constructor(private readonly memories: ReadonlyMap<string, Tensor>) {}

  build(x: unknown): unknown {
    if (typeof x !== 'object' || x === null || ArrayBuffer.isView(x)) return x;
    if (this.done.has(x)) return this.done.get(x);
    if (++this.depth > MAX_DEPTH) throw new FormatError(`it is nested more than ${MAX_DEPTH} deep`);
    const made = this.make(x);
    this.depth--;
    return made;
  }

  private make(x: object): unknown {
    if (Array.isArray(x)) {
      this.done.set(x, x);
      for (let i = 0; i < x.length; i++) x[i] = this.build(x[i]);
      return x;
    }
    if (x instanceof PickleTuple) {
      const list: unknown[] = [];
      this.done.set(x, list);
      for (const item of x.items) list.push(this.build(item));
      return list;
    }
    if (x instanceof PickleDict) return this.dict(x);
    if (x instanceof Set) {
      const set = new Set<unknown>();
      this.done.set(x, set);
      for (const item of x) set.add(this.build(item));
      return set;
    }
    const leaf = this.leaf(x);
    if (isTensor(leaf)) this.made.push(leaf);
    this.done.set(x, leaf);
    return leaf;
  }

  private leaf(x: object): unknown {
    if (isPickledTensor(x)) return this.tensor(x);
    if (isStorage(x)) return this.window(x, x.dtype ?? 'uint8', [x.numel], [1], 0);
    if (x instanceof PickledArray) {
      if (!x.type) throw new FormatError('numpy.ndarray is without its data');
      return arrayTensor(x.bytes, x.type, x.shape, x.fortran);
    }
    if (x instanceof PickleGlobal) {
      if (typeof x.value !== 'string') throw new FormatError(`it holds ${x.name} itself, which has no meaning here`);
      return x.value;
    }
    if ('complex' in x) return x.complex;
    throw new FormatError('it holds an object that is not known');
  }

  /** A plain object where the keys are strings, else a Map. */
  private dict(x: PickleDict): unknown {
    const attributes = x.attributes?.map;
    const numbers = attributes?.get(OBJECT_MARK) === 'object';
    const isObject = [...x.map.keys()].every((key) => typeof key === 'string' || (numbers && typeof key === 'number'));
    if (!isObject) {
      const map = new Map<unknown, unknown>();
      this.done.set(x, map);
      for (const [key, value] of x.map) map.set(this.build(key), this.build(value));
      return map;
    }
    const object: Record<string, unknown> = {};
    this.done.set(x, object);
    for (const [key, value] of x.map) setOwn(object, String(key), this.build(value));
    const metadata = attributes?.get('_metadata');
    if (metadata instanceof PickleDict) Object.defineProperty(object, '_metadata', { value: this.build(metadata), enumerable: false, writable: true, configurable: true });
    return object;
  }

  private tensor({ kind, storage, dtype, offset, size, stride, requiresGrad }: PickledTensor): Tensor {
    const t = this.window(storage, dtype, size, stride, offset);
    if (kind === 'parameter') {
      const p = new Parameter(t, requiresGrad);
      t.dispose();
      return p;
    }
    if (requiresGrad) t.requiresGrad = true;
    return t;
  }

  private window(storage: PickledStorage, dtype: DType, size: readonly number[], stride: readonly number[], offset: number): Tensor {
    const memory = this.memories.get(storage.key)!;
    const at = (storage.offset * (storage.dtype === null ? 1 : itemsizeOf(storage.dtype))) / itemsizeOf(dtype) + offset;
    if (!Number.isInteger(at)) throw new FormatError(`storage '${storage.key}' is seen as ${dtype} from the middle of an element`);
    return this.typed(memory, storage.key, dtype).asStrided([...size], [...stride], size.includes(0) ? 0 : at);
  }

  /** The memory as elements of a dtype. */
  private typed(memory: Tensor, key: string, dtype: DType): Tensor {
    if (memory.dtype === dtype) return memory;
    const name = `${dtype} ${key}`;
    let view = this.views.get(name);
    if (!view) {
      const bytes = memory.numel() * memory.itemsize, size = itemsizeOf(dtype);
      if (bytes % size !== 0) throw new FormatError(`storage '${key}' of ${bytes} bytes is seen as ${dtype}`);
      view = memory.view(dtype) as Tensor;
      this.views.set(name, view);
    }
    return view;
  }

  /** Lets go of the tensors that were built. */
  abandon(): void {
    for (const t of this.made) t.dispose();
  }

  /** Lets go of what only the building needed. */
  dispose(): void {
    for (const view of this.views.values()) view.dispose();
    for (const memory of this.memories.values()) memory.dispose();
  }
}
