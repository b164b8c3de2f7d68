/** What a page and its worker say to each other, and how values are made ready for it. */
import { isPlainObject } from '../bind';
import { type ErrorCode, TorshError } from '../errors';
import { isBranded } from '../runtime/brand';

/** Stands for a value that lives in the worker: entry `ref` of its table, or what is found from there along `path`. */
export const refMark = 'torsh:remote';
/** The mark of tensors in messages, as torsh.toMessage() makes them and torsh.fromMessage() reads them. */
export const tensorMark = 'torsh:tensor';

export interface Ref { [refMark]: number; path: readonly string[] }
/** A value of the worker that stays there, as the page hears of it. */
export interface Handle { [refMark]: number; type: string; dtype?: string; shape?: number[]; requiresGrad?: boolean }

export const isRef = (x: unknown): x is Ref & Handle => isPlainObject(x) && refMark in x;
export const isPackedTensor = (x: unknown): boolean => isPlainObject(x) && tensorMark in x;

export interface ErrorData { name: string; message: string; stack?: string; code?: ErrorCode; op?: string; thrown?: unknown }

export interface StartOrder { start: true; module: string | null; wasm: string | null; threads: number | null; seed: number | null }

/** To the worker. Calls and releases are obeyed one after the other; jobs begin in that order, and go on beside it. */
export type Order =
  | StartOrder
  | { op: 'call' | 'new'; result: number; target: Ref; args: unknown[] }
  | { op: 'get'; reply: number; target: Ref; bytes: boolean }
  | { op: 'put'; result: number; value: unknown }
  | { op: 'check'; reply: number; ids: number[] }
  | { op: 'release'; ids: number[]; dispose: boolean }
  | { op: 'run'; job: number; task: string | { source: string }; input: unknown }
  | { op: 'tell'; job: number; what: 'abort' | 'stop' | 'pause' | 'resume' | 'step' | 'message'; value?: unknown }
  | { op: 'close' };

/** From the worker. */
export type Reply =
  | { hello: number }
  | { ready: { backend: unknown; tasks: string[] } }
  | { failed: ErrorData }
  | { reply: number; value?: unknown; error?: ErrorData }
  | { broken: number; error: ErrorData }
  | { job: number; progress: unknown }
  | { job: number; value?: unknown; error?: ErrorData };

/** Both sides are of one version, or they do not talk. */
export const protocol = 1;

export const refuse = (text: string): TorshError => new TorshError('ERR_UNSUPPORTED', 'worker', `worker: ${text}`);

/** ArrayBuffer, MessagePort, ImageBitmap, ...: the name that pages have for these is not known to every program in Node. */
export type Transferred = object;

const toTransfer = new WeakSet<object>();

/**
 * Marks a typed array, ArrayBuffer, MessagePort, ImageBitmap or OffscreenCanvas: the message that has it takes it along instead of a copy, and it is
 * empty here afterwards. Returns it.
 */
export function transfer<T extends object>(value: T): T {
  toTransfer.add(value);
  return value;
}

const isMap = (x: object): x is Map<unknown, unknown> => Object.prototype.toString.call(x) === '[object Map]';

/**
 * A copy of arrays, plain objects and Maps; `visit` gives what stands in place of anything else, or null to leave it to the structured clone. Names of
 * results (values, indices) are hidden, but not in what is to be sent: a clone has what can be seen.
 */
export function mapDeep(value: unknown, visit: (x: unknown) => { value: unknown } | null, sent = false): unknown {
  const seen = new Map<unknown, unknown>();
  const walk = (x: unknown): unknown => {
    if ((typeof x !== 'object' || x === null) && typeof x !== 'function') return x;
    if (seen.has(x)) return seen.get(x);
    const found = visit(x);
    if (found !== null) {
      seen.set(x, found.value);
      return found.value;
    }
    if (Array.isArray(x)) {
      const to: unknown[] = [];
      seen.set(x, to);
      for (const v of x) to.push(walk(v));
      for (const name of Object.getOwnPropertyNames(x)) {
        if (!Object.hasOwn(to, name)) Object.defineProperty(to, name, { value: walk((x as unknown as Record<string, unknown>)[name]), enumerable: sent });
      }
      return to;
    }
    if (isMap(x)) {
      const to = new Map<unknown, unknown>();
      seen.set(x, to);
      for (const [k, v] of x) to.set(walk(k), walk(v));
      return to;
    }
    if (isPlainObject(x)) {
      const to: Record<string, unknown> = {};
      seen.set(x, to);
      for (const k of Object.keys(x)) to[k] = walk(x[k]);
      return to;
    }
    return x;
  };
  return walk(value);
}

/** The parts of a value that its message takes along. */
export function transfersOf(value: unknown): Transferred[] {
  const list = new Set<Transferred>(), add = (x: Transferred): void => { list.add(x); };
  mapDeep(value, (x) => {
    if (typeof x === 'object' && toTransfer.has(x!)) {
      toTransfer.delete(x!);
      add(ArrayBuffer.isView(x) ? x.buffer as ArrayBuffer : x as Transferred);
      return { value: x };
    }
    if (isPackedTensor(x)) {
      const bytes = (x as { [tensorMark]: unknown })[tensorMark];
      if (typeof bytes === 'object' && toTransfer.has(bytes!)) {
        toTransfer.delete(bytes!);
        add(bytes as ArrayBuffer);
      }
      return { value: x };
    }
    return null;
  });
  return [...list].filter((x) => !(typeof SharedArrayBuffer === 'function' && x as unknown instanceof SharedArrayBuffer));
}

/** A tensor of this thread as a message: its bytes. */
export function packTensor(t: unknown): Record<string, unknown> {
  const tensor = t as { toTypedArray(): ArrayBufferView; dtype: string; shape: number[]; requiresGrad: boolean; isLeaf: boolean };
  const bytes = tensor.toTypedArray().buffer as ArrayBuffer;
  return { [tensorMark]: transfer(bytes), dtype: tensor.dtype, shape: [...tensor.shape], requiresGrad: tensor.requiresGrad && tensor.isLeaf };
}

/** What goes through the structured clone as it is; null for what has to be refused or replaced. */
export function refuseUncloneable(x: unknown): null {
  if (typeof x === 'function') throw refuse(`the function ${x.name || '(anonymous)'} cannot be copied to another thread`);
  if (!isPlainObject(x) && !isBranded(x) && Object.prototype.toString.call(x) === '[object Object]') {
    throw refuse(`an instance of class ${(x as object).constructor?.name ?? '(unknown)'} cannot be copied to another thread`);
  }
  return null;
}

export function errorData(thrown: unknown): ErrorData {
  if (typeof thrown !== 'object' || thrown === null || !('message' in thrown)) return { name: 'Error', message: String(thrown), thrown: typeof thrown === 'function' || typeof thrown === 'symbol' ? String(thrown) : thrown };
  const e = thrown as Partial<TorshError>;
  return { name: String(e.name ?? 'Error'), message: String(e.message), stack: e.stack, code: e.code, op: e.op };
}

/** The error again, of its own class where that is known; its stack is that of the worker. */
export function errorFrom(data: ErrorData): unknown {
  if ('thrown' in data) return data.thrown;
  const types: Record<string, ErrorConstructor> = { TypeError, RangeError, SyntaxError, ReferenceError };
  const e = data.name === 'TorshError' ? new TorshError(data.code!, data.op!, data.message) : new (types[data.name] ?? Error)(data.message);
  if (e.name !== data.name) e.name = data.name;
  if (data.stack) e.stack = data.stack;
  if (data.code !== undefined && !('code' in e)) Object.assign(e, { code: data.code });
  return e;
}
