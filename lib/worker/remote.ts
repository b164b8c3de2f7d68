/** Values of the worker as the page holds them: proxies whose calls are sent there. */
import { TorshError } from '../errors';
import type { Tensor } from '../tensor';
import type { DType } from '../runtime/dtype';
import { type Handle, type Ref, refMark } from './wire';

/** Members of a value in the worker, each called or awaited. */
type Members<T> = { readonly [K in Exclude<keyof T, keyof TensorFace | 'then'>]: Member<T[K]> };
type Member<T> = T extends abstract new (...args: any[]) => infer R ? (new (...args: any[]) => Pending<R>) & Call<T> & Members<T>
  : Call<T> & (T extends object ? Members<T> : unknown) & PromiseLike<Settled<T>>;
type Call<T> = T extends (...args: any[]) => infer R ? (...args: any[]) => Pending<Awaited<R>> : unknown;

/** What is known of a tensor without asking for it. */
interface TensorFace {
  readonly shape: number[];
  readonly dtype: DType;
  readonly requiresGrad: boolean;
  readonly ndim: number;
  /** Lets it go at once; otherwise it goes when this handle is collected, or with the scope of tidy(). */
  dispose(): void;
}

/** A tensor in the worker: `await x.matmul(y)`, `await x.toTypedArray()`, `await x.item()`. */
export type RemoteTensor = Members<Tensor> & TensorFace;
/** A module, an optimizer or any other object of the worker; a module is called as at home. */
export type Remote<T> = [T] extends [Tensor] ? RemoteTensor : Call<T> & (T extends object ? Members<T> : unknown) & { dispose(): void };
/** A result that is on its way: awaited, or used at once in further calls. */
export type Pending<T> = ([T] extends [Tensor] ? Members<Tensor> : Call<T> & (T extends object ? Members<T> : unknown)) & Promise<Settled<T>>;
type HasMethods<T> = { [K in keyof T]: T[K] extends (...args: any[]) => any ? true : never }[keyof T];
/** What awaiting gives: plain data is copied, tensors and objects stay in the worker. */
export type Settled<T> = T extends Tensor ? RemoteTensor
  : T extends string | number | bigint | boolean | null | undefined | void | ArrayBufferView | ArrayBuffer ? T
    : T extends readonly any[] ? { [K in keyof T]: Settled<T[K]> }
      : T extends (...args: any[]) => any ? Remote<T> : T extends object ? ([HasMethods<T>] extends [never] ? { [K in keyof T]: Settled<T[K]> } : Remote<T>) : T;

/** The page's side of an entry in the worker's table. */
export interface Cell {
  readonly id: number;
  /** Of a tensor or object that has been awaited; of plain data, which no longer needs the worker. */
  handle: Handle | null;
  plain: { value: unknown } | null;
  settled: Promise<unknown> | null;
  /** By another call, or a scope that will look after it: its error will be heard of there. */
  used: boolean;
  released: boolean;
}

export interface Sender {
  call(op: 'call' | 'new', target: Ref, args: unknown[]): unknown;
  read(target: Ref): Promise<unknown>;
  settle(cell: Cell): Promise<unknown>;
  release(cell: Cell): void;
}

export interface Place { cell: Cell; path: readonly string[]; sender: Sender }
const places = new WeakMap<object, Place>();
const inspect = Symbol.for('nodejs.util.inspect.custom');

/** Where a proxy points to, or null for anything else. */
export const placeOf = (x: unknown): Place | null => ((typeof x === 'function' || typeof x === 'object') && x !== null ? places.get(x) ?? null : null);
export function refOf(cell: Cell, path: readonly string[]): Ref {
  if (cell.released) throw new TorshError('ERR_DISPOSED', 'worker', 'worker: what this stood for in the worker has been released');
  cell.used = true;
  return { [refMark]: cell.id, path };
}

const known = new Set(['shape', 'dtype', 'requiresGrad', 'ndim']);

/** A proxy for a cell, or for what is found from it along a path. Awaited ones are not thenable, or awaiting them would never end. */
export function remote(sender: Sender, cell: Cell, path: readonly string[] = [], awaited = false): unknown {
  const root = path.length === 0;
  const later = (): Promise<unknown> => (root ? sender.settle(cell) : sender.read(refOf(cell, path)));
  const describe = (): string => [cell.handle === null ? 'pending' : cell.handle.shape ? `${cell.handle.type}[${cell.handle.shape.join(', ')}] ${cell.handle.dtype}` : cell.handle.type, ...path].join('.');
  const target = Object.defineProperty(function remote() { /* what the traps stand on */ }, inspect, { value: () => `Remote(${describe()})` });
  const proxy: object = new Proxy(target, {
    get(_, name) {
      if (typeof name === 'symbol') {
        if (name === inspect) return target[inspect as never];
        if (name === Symbol.toPrimitive) return () => `Remote(${describe()})`;
        return name === Symbol.dispose && root ? () => { sender.release(cell); } : undefined;
      }
      if (awaited && root) {
        if (name === 'then') return undefined;
        if (known.has(name) && cell.handle?.shape) return name === 'ndim' ? cell.handle.shape.length : cell.handle[name as 'shape'];
      } else if (name === 'then' || name === 'catch' || name === 'finally') {
        return (...args: unknown[]) => { const p = later(); return (p[name] as (...args: unknown[]) => unknown).apply(p, args); };
      }
      if (root && name === 'dispose') return () => { sender.release(cell); };
      return remote(sender, cell, [...path, name]);
    },
    apply: (_, _this, args) => sender.call('call', refOf(cell, path), args),
    construct: (_, args) => sender.call('new', refOf(cell, path), args) as object,
    has: (_, name) => name === 'then' && !(awaited && root),
    set() { throw new TorshError('ERR_UNSUPPORTED', 'worker', 'worker: fields of what lives in the worker are set by what runs there: worker.run((input, job) => { ... })'); },
  });
  places.set(proxy, { cell, path, sender });
  return proxy;
}
