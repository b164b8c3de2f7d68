/**
 * Tensors in messages between threads. Where they see one memory (native) a tensor goes by a token and both sides hold the same
 * elements; elsewhere (WebAssembly) its bytes are transferred.
 */
import { abi } from './backend/abi';
import { isPlainObject } from './bind';
import { readBytes } from './convert';
import { fromBytes } from './creation';
import { TorshError } from './errors';
import * as sys from './gen/system';
import { type DType, isTensor } from './runtime/call';

/** For postMessage(message, transfer). */
export interface Message { message: unknown; transfer: ArrayBuffer[] }

const mark = 'torsh:tensor';
interface Packed { [mark]: number | ArrayBuffer; dtype?: DType; shape?: number[]; requiresGrad?: boolean }
const isPacked = (x: unknown): x is Packed => isPlainObject(x) && mark in x;
const isMap = (x: unknown): x is Map<unknown, unknown> => Object.prototype.toString.call(x) === '[object Map]';

/**
 * A value as a message for another thread: tensors inside arrays, plain objects and Maps are made ready to be sent, all else is left to
 * the structured clone. Each message is for one receiver, who calls fromMessage once; what is never received is freed with the thread
 * that made it. Errors: tensors within a graph (ERR_AUTOGRAD); functions and instances of classes, which cannot be copied (ERR_UNSUPPORTED).
 */
export function toMessage(value: unknown): Message {
  const transfer: ArrayBuffer[] = [], seen = new Map<unknown, unknown>(), made: Packed[] = [];
  const pack = (x: unknown): unknown => {
    if (typeof x === 'function' || typeof x === 'symbol') throw refuse(typeof x === 'symbol' ? 'a symbol' : `the function ${x.name || '(anonymous)'}`);
    if (typeof x !== 'object' || x === null) return x;
    if (seen.has(x)) return seen.get(x);
    if (isTensor(x)) {
      const packed: Packed = { [mark]: 0 };
      if (abi().oneMemory) packed[mark] = sys._tokenNew(x);
      else {
        if (x.requiresGrad && !x.isLeaf) throw new TorshError('ERR_AUTOGRAD', 'toMessage', 'toMessage: a graph stays in its thread: only leaves that require grad can be sent to another; call detach() first');
        Object.assign(packed, { [mark]: readBytes(x).buffer, dtype: x.dtype, shape: x.shape, requiresGrad: x.requiresGrad });
        transfer.push(packed[mark] as ArrayBuffer);
      }
      made.push(packed);
      seen.set(x, packed);
      return packed;
    }
    if (Array.isArray(x)) return fill(x, [] as unknown[], (to) => { for (const v of x) to.push(pack(v)); });
    if (isMap(x)) return fill(x, new Map<unknown, unknown>(), (to) => { for (const [k, v] of x) to.set(pack(k), pack(v)); });
    if (isPlainObject(x)) return fill(x, {} as Record<string, unknown>, (to) => { for (const k of Object.keys(x)) to[k] = pack(x[k]); });
    if (Object.prototype.toString.call(x) === '[object Object]') throw refuse(`an instance of class ${(x as object).constructor?.name ?? '(unknown)'}`);
    return x;
  };
  const fill = <T>(from: unknown, to: T, members: (to: T) => void): T => {
    seen.set(from, to);
    members(to);
    return to;
  };
  try {
    return { message: pack(value), transfer };
  } catch (e) {
    made.forEach(drop);
    throw e;
  }
}

function refuse(what: string): TorshError {
  return new TorshError('ERR_UNSUPPORTED', 'toMessage', `toMessage: ${what} cannot be copied to another thread`);
}

/** The value of a message that toMessage made in another thread. Errors: ERR_DISPOSED when it was received before, or its thread has ended. */
export function fromMessage(message: unknown): any {
  return walk(message, (packed) => {
    const data = packed[mark];
    if (typeof data === 'number') return sys._tokenAdopt(data);
    const t = fromBytes(new Uint8Array(data), packed.dtype!, packed.shape!);
    if (packed.requiresGrad) t.requiresGrad = true;
    return t;
  });
}

/** Forgets a message that will not be received: its tensors need not wait. */
export function dropMessage(message: unknown): void {
  walk(message, drop);
}

function drop(packed: Packed): null {
  if (typeof packed[mark] === 'number') sys._tokenDrop(packed[mark]);
  return null;
}

/** The message is ours since it was cloned: tensors are put in place. */
function walk(message: unknown, unpack: (packed: Packed) => unknown): unknown {
  const seen = new Map<unknown, unknown>();
  const visit = (x: unknown): unknown => {
    if (typeof x !== 'object' || x === null) return x;
    if (seen.has(x)) return seen.get(x);
    seen.set(x, x);
    if (Array.isArray(x)) {
      for (let i = 0; i < x.length; i++) if (typeof x[i] === 'object') x[i] = visit(x[i]);
    } else if (isPacked(x)) {
      const t = unpack(x);
      seen.set(x, t);
      return t;
    } else if (isMap(x)) {
      const entries = [...x];
      x.clear();
      for (const [k, v] of entries) x.set(visit(k), visit(v));
    } else if (isPlainObject(x)) {
      for (const k of Object.keys(x)) x[k] = visit(x[k]);
    }
    return x;
  };
  return visit(message);
}
