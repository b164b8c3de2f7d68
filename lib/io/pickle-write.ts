/** Values as a pickle of protocol 2, made of what PyTorch's weights_only loader takes. */
import { isPlainObject } from '../bind';
import { isParameter } from '../nn/parameter';
import * as sys from '../gen/system';
import type { DType } from '../runtime/dtype';
import { type Tensor, isTensor } from '../tensor';
import { itemsizeOf } from './bulk';
import { FormatError } from './source';
import { storageTypeOf } from './torch-globals';
import { OBJECT_MARK } from './unpickled';
import { isMap, isSet, nameOf } from './values';

/** Memory that the pickle refers to by its key. */
export interface SavedStorage { key: string; dtype: DType; numel: number; tensor: Tensor }
export interface Pickled { bytes: Uint8Array; storages: SavedStorage[] }

const MAX_DEPTH = 1000, BATCH = 1000;

/** A value that cannot be saved: says where it stands. */
export class ValueError extends FormatError {}

export function pickle(value: unknown): Pickled {
  const writer = new Pickler();
  writer.op(0x80, 2);
  writer.value(value, 'the value', 0);
  writer.op(0x2e);
  return { bytes: writer.bytes(), storages: [...writer.storages.values()] };
}

class Pickler {
  readonly storages = new Map<number, SavedStorage>();
  private buffer = new Uint8Array(1024);
  private view = new DataView(this.buffer.buffer);
  private length = 0;
  private readonly memo = new Map<unknown, number>();

  bytes(): Uint8Array { return this.buffer.slice(0, this.length); }

  private room(n: number): number {
    const at = this.length;
    if (at + n > this.buffer.length) {
      const grown = new Uint8Array(Math.max(2 * this.buffer.length, at + n));
      grown.set(this.buffer);
      this.buffer = grown;
      this.view = new DataView(grown.buffer);
    }
    this.length += n;
    return at;
  }

  op(...bytes: number[]): void { this.copy(bytes); }

  private copy(bytes: ArrayLike<number>): void {
    // room() may change the buffer: it comes first.
    const at = this.room(bytes.length);
    this.buffer.set(bytes, at);
  }

  value(x: unknown, path: string, depth: number): void {
    if (x === null || x === undefined) return this.op(0x4e);
    switch (typeof x) {
      case 'boolean': return this.op(x ? 0x88 : 0x89);
      case 'number': return Number.isSafeInteger(x) && !Object.is(x, -0) ? this.int(x) : this.float(x);
      case 'bigint': return this.long(x, path);
      case 'string': return this.text(x);
    }
    if (this.remembered(x)) return;
    if (depth > MAX_DEPTH) throw new ValueError(`${path} is nested more than ${MAX_DEPTH} deep`);
    if (isTensor(x)) this.tensor(x);
    else if (Array.isArray(x)) this.list(x, path, depth);
    else if (isMap(x)) this.dict([...x], false, x, path, depth);
    else if (isSet(x)) this.set(x, path, depth);
    else if (isPlainObject(x)) this.object(x, path, depth);
    else if (Object.prototype.toString.call(x) === '[object Uint8Array]') this.raw(x as unknown as Uint8Array);
    else {
      const hint = typeof (x as { stateDict?: unknown }).stateDict === 'function' ? '; save what its stateDict() returns'
        : ArrayBuffer.isView(x) ? '; make it a tensor' : '';
      throw new ValueError(`${path} is ${nameOf(x)}, which cannot be saved${hint}`);
    }
  }

  private remembered(x: unknown): boolean {
    const i = this.memo.get(x);
    if (i === undefined) return false;
    if (i < 256) this.op(0x68, i);
    else this.wide(0x6a, i);
    return true;
  }

  private put(x: unknown): void {
    const i = this.memo.size;
    this.memo.set(x, i);
    if (i < 256) this.op(0x71, i);
    else this.wide(0x72, i);
  }

  private wide(op: number, n: number): void {
    this.op(op);
    const at = this.room(4);
    this.view.setUint32(at, n, true);
  }

  private int(n: number): void {
    if (n >= 0 && n < 256) this.op(0x4b, n);
    else if (n >= 0 && n < 65536) this.op(0x4d, n & 255, n >> 8);
    else if (n >= -(2 ** 31) && n < 2 ** 31) this.wide(0x4a, n >>> 0);
    else this.long(BigInt(n), '');
  }

  /** As few bytes of two's complement as hold it. */
  private long(n: bigint, path: string): void {
    if (n >= -(2n ** 31n) && n < 2n ** 31n) return this.int(Number(n));
    let size = Math.ceil((n.toString(16).length + 1) / 2);
    while (size > 1 && BigInt.asIntN(8 * (size - 1), n) === n) size--;
    if (BigInt.asIntN(8 * size, n) !== n) size++;
    if (size > 255) throw new ValueError(`${path} is an integer of ${size} bytes, more than the 255 that can be saved`);
    this.op(0x8a, size);
    for (let i = 0, rest = n; i < size; i++, rest >>= 8n) this.op(Number(rest & 255n));
  }

  private float(x: number): void {
    this.op(0x47);
    const at = this.room(8);
    this.view.setFloat64(at, x, false);
  }

  private text(s: string): void {
    if (this.remembered(s)) return;
    const bytes = utf8(s);
    this.wide(0x58, bytes.length);
    this.copy(bytes);
    this.put(s);
  }

  private global(module: string, name: string): void {
    const key = `\0global ${module} ${name}`;
    if (this.remembered(key)) return;
    this.op(0x63, ...new TextEncoder().encode(`${module}\n${name}\n`));
    this.put(key);
  }

  private list(list: readonly unknown[], path: string, depth: number): void {
    this.op(0x5d);
    this.put(list);
    for (let i = 0; i < list.length; i += BATCH) {
      this.op(0x28);
      for (let k = i; k < Math.min(list.length, i + BATCH); k++) this.value(list[k], `${path}[${k}]`, depth + 1);
      this.op(0x65);
    }
  }

  private tuple(items: readonly unknown[], write: (item: any, i: number) => void): void {
    if (items.length > 3) this.op(0x28);
    items.forEach(write);
    this.op(items.length > 3 ? 0x74 : items.length === 0 ? 0x29 : 0x84 + items.length);
  }

  private dict(entries: readonly (readonly [unknown, unknown])[], ordered: boolean, identity: object, path: string, depth: number): void {
    if (ordered) this.emptyOrdered();
    else this.op(0x7d);
    this.put(identity);
    for (let i = 0; i < entries.length; i += BATCH) {
      this.op(0x28);
      for (const [key, value] of entries.slice(i, i + BATCH)) {
        this.key(key, path);
        this.value(value, `${path}${typeof key === 'string' && /^[A-Za-z_$][\w$]*$/.test(key) ? `.${key}` : `[${shown(key)}]`}`, depth + 1);
      }
      this.op(0x75);
    }
  }

  /** What Python can hash. */
  private key(key: unknown, path: string): void {
    if (Array.isArray(key)) this.tuple(key, (item) => { this.key(item, path); });
    else if (key === null || ['string', 'number', 'bigint', 'boolean'].includes(typeof key)) this.value(key, `a key of ${path}`, 0);
    else throw new ValueError(`a key of ${path} is ${nameOf(key)}, which cannot be saved: keys are strings, numbers, booleans, null or arrays of these`);
  }

  private emptyOrdered(): void {
    this.global('collections', 'OrderedDict');
    this.op(0x29, 0x52);
  }

  private object(x: Record<string, unknown>, path: string, depth: number): void {
    const entries = Object.entries(x).filter(([, value]) => value !== undefined);
    const metadata = Object.getOwnPropertyDescriptor(x, '_metadata');
    const layout = metadata && !metadata.enumerable ? metadata.value as unknown : undefined;
    // PyTorch numbers the parameters of an optimizer's state; as names of a plain object the numbers are strings.
    const { state } = x;
    if (isPlainObject(state) && Array.isArray(x.param_groups) && !this.memo.has(state) && Object.keys(state).length > 0 && Object.keys(state).every((k) => /^(?:0|[1-9]\d{0,8})$/.test(k))) {
      this.op(0x7d);
      this.put(x);
      this.op(0x28);
      for (const [key, value] of entries) {
        this.text(key);
        if (key === 'state') this.numbered(state, `${path}.state`, depth + 1);
        else this.value(value, `${path}.${key}`, depth + 1);
      }
      this.op(0x75);
      return;
    }
    this.dict(entries, isPlainObject(layout), x, path, depth);
    if (isPlainObject(layout)) this.attributes({ _metadata: layout }, path, depth);
  }

  /** A plain object with numbers for names. */
  private numbered(x: Record<string, unknown>, path: string, depth: number): void {
    this.dict(Object.entries(x).map(([key, value]) => [Number(key), value] as const), true, x, path, depth);
    this.attributes({ [OBJECT_MARK]: 'object' }, path, depth);
  }

  private attributes(members: Record<string, unknown>, path: string, depth: number): void {
    this.dict(Object.entries(members), false, members, path, depth);
    this.op(0x62);
  }

  private set(x: Set<unknown>, path: string, depth: number): void {
    this.global('__builtin__', 'set');
    const items = [...x];
    for (const item of items) if (typeof item === 'object' && item !== null) throw new ValueError(`${path} is a Set with ${nameOf(item)} in it, which cannot be saved`);
    this.tuple([items], () => { this.list(items, path, depth); });
    this.op(0x52);
    this.put(x);
  }

  /** Bytes, as Python 3 writes them for protocol 2. */
  private raw(x: Uint8Array): void {
    this.global('_codecs', 'encode');
    let text = '';
    for (const b of x) text += String.fromCharCode(b);
    this.tuple([text, 'latin1'], (s: string) => { this.text(s); });
    this.op(0x52);
    this.put(x);
  }

  private tensor(t: Tensor): void {
    if (isParameter(t)) {
      this.global('torch._utils', '_rebuild_parameter');
      this.op(0x28);
      this.rebuild(t, false);
      this.op(t.requiresGrad ? 0x88 : 0x89);
      this.emptyOrdered();
      this.op(0x74, 0x52);
    } else {
      this.rebuild(t, t.requiresGrad);
    }
    this.put(t);
  }

  private rebuild(t: Tensor, requiresGrad: boolean): void {
    const storage = this.storage(t), int = (n: number): void => { this.int(n); };
    this.global('torch._utils', '_rebuild_tensor_v2');
    this.op(0x28);
    this.op(0x28);
    this.text('storage');
    this.global('torch', storageTypeOf(storage.dtype));
    this.text(storage.key);
    this.text('cpu');
    this.int(storage.numel);
    this.op(0x74, 0x51);
    this.int(t.storageOffset());
    this.tuple(t.shape, int);
    this.tuple(t.stride(), int);
    this.op(requiresGrad ? 0x88 : 0x89);
    this.emptyOrdered();
    this.op(0x74, 0x52);
  }

  private storage(t: Tensor): SavedStorage {
    const [id, bytes] = sys._storage(t);
    const { dtype } = t;
    let storage = this.storages.get(id);
    if (!storage) {
      storage = { key: String(this.storages.size), dtype, numel: Math.floor(bytes / itemsizeOf(dtype)), tensor: t };
      this.storages.set(id, storage);
    } else if (storage.dtype !== dtype) {
      throw new ValueError(`two tensors see the same memory as ${storage.dtype} and as ${dtype}, which a .pt file cannot hold: clone() one of them`);
    }
    return storage;
  }
}

const shown = (key: unknown): string => (typeof key === 'string' ? JSON.stringify(key) : String(key));

/** UTF-8; halves of surrogate pairs as Python's 'surrogatepass' has them. */
function utf8(s: string): Uint8Array {
  if (!/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/.test(s)) return new TextEncoder().encode(s);
  const out: number[] = [];
  for (const c of s) {
    const code = c.codePointAt(0)!;
    if (code >= 0xd800 && code < 0xe000) out.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
    else out.push(...new TextEncoder().encode(c));
  }
  return Uint8Array.from(out);
}
