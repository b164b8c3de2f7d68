/**
 * Python pickles, protocols 0 to 5, read as data: https://docs.python.org/3/library/pickletools.html. Nothing is looked up by name but in the
 * table of globals that the caller gives, and nothing runs but what stands there.
 */
import { FormatError } from './source';

/** A class or function that a pickle names. value: what it is when it stands alone (a dtype, a kind of storage). */
export class PickleGlobal {
  constructor(readonly name: string, readonly call: ((args: unknown[]) => unknown) | null, readonly value?: unknown) {}
}

/** dict and its kin; keys as they came. attributes: what BUILD added. */
export class PickleDict {
  readonly map = new Map<unknown, unknown>();
  attributes: PickleDict | null = null;
  constructor(readonly kind: 'dict' | 'OrderedDict' | 'defaultdict' | 'Counter' = 'dict') {}
}
export class PickleTuple {
  constructor(readonly items: unknown[]) {}
}
/** What takes a state by BUILD. */
export interface Buildable { build(state: unknown): void }

export interface PickleHost {
  /** Throws for what is not allowed. */
  global(module: string, name: string): PickleGlobal;
  /** What a persistent id stands for. */
  persistent(id: unknown): unknown;
}

const MARK = { mark: true };
/** Numbers of more bytes or digits than this are no numbers but an attack: their conversion takes the square of their length. */
const MAX_INT_BYTES = 1024, MAX_DIGITS = 2500;
/** What a pickle may make, in opcodes; containers count for several, since a byte of the file can be hundreds of bytes in memory. */
const MAX_WORK = 16_000_000;
const WORK: Record<number, number> = { 0x7d: 16, 0x64: 16, 0x8f: 16, 0x91: 16, 0x52: 8, 0x81: 8, 0x92: 8, 0x69: 8, 0x6f: 8, 0x29: 4, 0x74: 4, 0x85: 4, 0x86: 4, 0x87: 4, 0x5d: 2, 0x6c: 2, 0x70: 2, 0x71: 2, 0x72: 2, 0x94: 2 };
const work = new Uint8Array(256).fill(1);
for (const [op, n] of Object.entries(WORK)) work[Number(op)] = n;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Input ended in the middle: more bytes may help. */
export class PickleEnd extends FormatError {}

/** Reads one pickle from `at` on. After load(), `at` is behind it. */
export class Unpickler {
  private readonly view: DataView;
  private stack: unknown[] = [];
  private readonly memo = new Map<number, unknown>();
  private opcodeAt = 0;
  private work = 0;

  /** base: where bytes[0] lies in the file, for messages. */
  constructor(private readonly bytes: Uint8Array, public at: number, private readonly host: PickleHost, private readonly base = 0, private readonly what = 'pickle') {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  load(): unknown {
    this.opcodeAt = this.at;
    try {
      for (;;) {
        this.opcodeAt = this.at;
        const op = this.byte();
        this.work += work[op];
        if (this.work > MAX_WORK) fail(`it makes more objects than are read (${MAX_WORK} opcodes, containers counting for up to 16)`);
        if (this.step(op)) return this.pop();
      }
    } catch (e) {
      if (e instanceof PickleEnd) throw e;
      // A Map, a string or an array has its limits too.
      if (e instanceof FormatError || e instanceof RangeError) throw new FormatError(`${this.what}, byte ${this.base + this.opcodeAt}: ${e.message}`);
      throw e;
    }
  }

  /** One opcode; true for STOP. */
  private step(op: number): boolean {
    const { stack } = this;
    switch (op) {
      case 0x80: { // PROTO
        const protocol = this.byte();
        if (protocol > 5) fail(`protocol ${protocol} is not known; 0 to 5 are read`);
        break;
      }
      case 0x2e: return true; // STOP
      case 0x95: this.skipFrame(); break; // FRAME

      // Values
      case 0x4e: stack.push(null); break; // NONE
      case 0x88: stack.push(true); break; // NEWTRUE
      case 0x89: stack.push(false); break; // NEWFALSE
      case 0x4a: stack.push(this.view.getInt32(this.take(4), true)); break; // BININT
      case 0x4b: stack.push(this.byte()); break; // BININT1
      case 0x4d: stack.push(this.view.getUint16(this.take(2), true)); break; // BININT2
      case 0x49: stack.push(intLine(this.line())); break; // INT
      case 0x4c: stack.push(decimal(this.line().replace(/L$/, ''))); break; // LONG
      case 0x8a: stack.push(this.long(this.byte())); break; // LONG1
      case 0x8b: stack.push(this.long(this.length4())); break; // LONG4
      case 0x47: stack.push(this.view.getFloat64(this.take(8), false)); break; // BINFLOAT
      case 0x46: stack.push(floatLine(this.line())); break; // FLOAT
      case 0x58: stack.push(this.text(this.length4())); break; // BINUNICODE
      case 0x8c: stack.push(this.text(this.byte())); break; // SHORT_BINUNICODE
      case 0x8d: stack.push(this.text(this.length8())); break; // BINUNICODE8
      case 0x56: stack.push(rawUnicode(this.line())); break; // UNICODE
      case 0x54: stack.push(this.oldString(this.length4())); break; // BINSTRING
      case 0x55: stack.push(this.oldString(this.byte())); break; // SHORT_BINSTRING
      case 0x53: stack.push(quoted(this.line())); break; // STRING
      case 0x42: stack.push(this.raw(this.length4())); break; // BINBYTES
      case 0x43: stack.push(this.raw(this.byte())); break; // SHORT_BINBYTES
      case 0x8e: case 0x96: stack.push(this.raw(this.length8())); break; // BINBYTES8, BYTEARRAY8

      // Containers
      case 0x5d: stack.push([]); break; // EMPTY_LIST
      case 0x7d: stack.push(new PickleDict()); break; // EMPTY_DICT
      case 0x29: stack.push(new PickleTuple([])); break; // EMPTY_TUPLE
      case 0x8f: stack.push(new Set()); break; // EMPTY_SET
      case 0x85: case 0x86: case 0x87: { // TUPLE1, TUPLE2, TUPLE3
        const n = op - 0x84;
        this.need(n);
        stack.push(new PickleTuple(stack.splice(stack.length - n, n)));
        break;
      }
      case 0x74: stack.push(new PickleTuple(this.popMark())); break; // TUPLE
      case 0x6c: stack.push(this.popMark()); break; // LIST
      case 0x64: { // DICT
        const dict = new PickleDict();
        setItems(dict, this.popMark());
        stack.push(dict);
        break;
      }
      case 0x91: stack.push(new Set(this.popMark())); break; // FROZENSET
      case 0x61: { const item = this.pop(); append(this.top(), [item]); break; } // APPEND
      case 0x65: { const items = this.popMark(); append(this.top(), items); break; } // APPENDS
      case 0x73: { const value = this.pop(), key = this.pop(); setItems(this.top(), [key, value]); break; } // SETITEM
      case 0x75: { const items = this.popMark(); setItems(this.top(), items); break; } // SETITEMS
      case 0x90: { // ADDITEMS
        const items = this.popMark(), set = this.top();
        if (!(set instanceof Set)) fail('items are added to what is no set');
        for (const item of items) (set as Set<unknown>).add(item);
        break;
      }

      // Stack and memo
      case 0x28: stack.push(MARK); break; // MARK
      case 0x30: if (stack[stack.length - 1] === MARK) stack.pop(); else this.pop(); break; // POP
      case 0x31: this.popMark(); break; // POP_MARK
      case 0x32: stack.push(this.top()); break; // DUP
      case 0x70: this.memo.set(memoIndex(this.line()), this.top()); break; // PUT
      case 0x71: { const i = this.byte(); this.memo.set(i, this.top()); break; } // BINPUT
      case 0x72: { const i = this.length4(); this.memo.set(i, this.top()); break; } // LONG_BINPUT
      case 0x94: this.memo.set(this.memo.size, this.top()); break; // MEMOIZE
      case 0x67: this.get(memoIndex(this.line())); break; // GET
      case 0x68: this.get(this.byte()); break; // BINGET
      case 0x6a: this.get(this.length4()); break; // LONG_BINGET

      // What is named
      case 0x63: { const module = this.line(); stack.push(this.host.global(module, this.line())); break; } // GLOBAL
      case 0x93: { // STACK_GLOBAL
        const name = this.pop(), module = this.pop();
        if (typeof name !== 'string' || typeof module !== 'string') fail('a global is named by what is no string');
        stack.push(this.host.global(module as string, name as string));
        break;
      }
      case 0x52: case 0x81: { // REDUCE, NEWOBJ
        const args = this.pop(), what = this.pop();
        if (!(args instanceof PickleTuple)) fail('arguments are no tuple');
        stack.push(this.call(what, (args as PickleTuple).items));
        break;
      }
      case 0x92: { // NEWOBJ_EX
        const options = this.pop(), args = this.pop(), what = this.pop();
        if (!(args instanceof PickleTuple) || !(options instanceof PickleDict) || options.map.size > 0) fail('an object is made with named arguments, which is not allowed');
        stack.push(this.call(what, (args as PickleTuple).items));
        break;
      }
      case 0x62: { const state = this.pop(); this.build(this.top(), state); break; } // BUILD
      case 0x51: stack.push(this.host.persistent(this.pop())); break; // BINPERSID
      case 0x50: stack.push(this.host.persistent(this.line())); break; // PERSID
      case 0x69: { // INST
        const module = this.line(), name = this.line();
        const args = this.popMark();
        stack.push(this.call(this.host.global(module, name), args));
        break;
      }
      case 0x6f: { // OBJ
        const [what, ...args] = this.popMark();
        stack.push(this.call(what, args));
        break;
      }
      case 0x82: case 0x83: case 0x84: return fail('an object is named by an extension code, which is not allowed');
      case 0x97: case 0x98: return fail('out-of-band buffers are not supported');
      default: return fail(`0x${op.toString(16).padStart(2, '0')} is no opcode of a pickle`);
    }
    return false;
  }

  private call(what: unknown, args: unknown[]): unknown {
    if (!(what instanceof PickleGlobal)) return fail('something is called that is no class or function');
    if (!what.call) return fail(`${what.name} is called, which is not allowed`);
    return what.call(args);
  }

  private build(object: unknown, state: unknown): void {
    if (object instanceof PickleDict && object.kind !== 'dict') {
      if (!(state instanceof PickleDict)) fail('the attributes of a dict are no dict');
      object.attributes = state as PickleDict;
    } else if (typeof (object as Buildable | null)?.build === 'function') {
      (object as Buildable).build(state);
    } else {
      fail('a state is given to an object that takes none');
    }
  }

  private byte(): number { return this.bytes[this.take(1)]; }

  /** The place of the next n bytes, which are passed. */
  private take(n: number): number {
    const at = this.at;
    if (n > this.bytes.length - at) throw new PickleEnd(`${this.what}, byte ${this.base + this.opcodeAt}: it ends in the middle (${n} bytes are wanted, ${this.bytes.length - at} are left)`);
    this.at += n;
    return at;
  }

  private length4(): number { return this.view.getUint32(this.take(4), true); }
  private length8(): number {
    const n = this.view.getBigUint64(this.take(8), true);
    if (n > BigInt(Number.MAX_SAFE_INTEGER)) fail(`a length of ${n} is beyond any file`);
    return Number(n);
  }

  private skipFrame(): void { this.length8(); }

  private raw(n: number): Uint8Array { return this.bytes.slice(this.take(n), this.at); }

  private text(n: number): string { return decodeText(this.bytes.subarray(this.take(n), this.at)); }

  /** Python 2's str: text, or bytes when it is none. */
  private oldString(n: number): unknown {
    const bytes = this.raw(n);
    try {
      return utf8.decode(bytes);
    } catch {
      return bytes;
    }
  }

  private long(n: number): number | bigint {
    if (n > MAX_INT_BYTES) fail(`an integer of ${n} bytes is longer than the ${MAX_INT_BYTES} that are read`);
    const at = this.take(n);
    let v = 0n;
    for (let i = n - 1; i >= 0; i--) v = (v << 8n) | BigInt(this.bytes[at + i]);
    return narrowInt(BigInt.asIntN(8 * n, v));
  }

  private line(): string {
    const end = this.bytes.indexOf(10, this.at);
    if (end < 0) throw new PickleEnd(`${this.what}, byte ${this.base + this.opcodeAt}: it ends within a line`);
    const bytes = this.bytes.subarray(this.at, end);
    this.at = end + 1;
    return decodeText(bytes[bytes.length - 1] === 13 ? bytes.subarray(0, -1) : bytes);
  }

  private need(n: number): void {
    const from = this.stack.length - n;
    if (from < 0) fail('the stack is empty');
    for (let i = from; i < this.stack.length; i++) if (this.stack[i] === MARK) fail('the stack is empty down to the mark');
  }

  private top(): unknown {
    this.need(1);
    return this.stack[this.stack.length - 1];
  }

  private pop(): unknown {
    this.need(1);
    return this.stack.pop();
  }

  private popMark(): unknown[] {
    const at = this.stack.lastIndexOf(MARK);
    if (at < 0) fail('there is no mark on the stack');
    return this.stack.splice(at).slice(1);
  }

  private get(i: number): void {
    if (!this.memo.has(i)) fail(`memo ${i} is empty`);
    this.stack.push(this.memo.get(i));
  }
}

function fail(rule: string): never { throw new FormatError(rule); }

function append(list: unknown, items: unknown[]): void {
  if (!Array.isArray(list)) fail('items are appended to what is no list');
  for (const item of items) (list as unknown[]).push(item);
}

function setItems(dict: unknown, items: unknown[]): void {
  if (!(dict instanceof PickleDict)) return fail('items are set in what is no dict');
  if (items.length % 2 !== 0) fail('a key has no value');
  for (let i = 0; i < items.length; i += 2) dict.map.set(items[i], items[i + 1]);
}

/** An int as JS has it: a number where that is exact. */
export function narrowInt(v: bigint): number | bigint {
  return v >= BigInt(Number.MIN_SAFE_INTEGER) && v <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(v) : v;
}

function decimal(text: string): number | bigint {
  if (!/^\s*[+-]?\d+\s*$/.test(text) || text.length > MAX_DIGITS) fail(`'${text.slice(0, 40)}' is no integer that is read`);
  return narrowInt(BigInt(text.trim().replace(/^\+/, '')));
}

const intLine = (text: string): number | bigint | boolean => (text === '01' ? true : text === '00' ? false : decimal(text));

function memoIndex(text: string): number {
  if (!/^\d{1,10}$/.test(text)) fail(`'${text.slice(0, 40)}' is no place in the memo`);
  return Number(text);
}

const specialFloats: Record<string, number> = { inf: Infinity, '+inf': Infinity, '-inf': -Infinity, nan: NaN, '-nan': NaN };
function floatLine(text: string): number {
  if (Object.prototype.hasOwnProperty.call(specialFloats, text)) return specialFloats[text];
  if (!/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text) || text.length > MAX_DIGITS) fail(`'${text.slice(0, 40)}' is no float`);
  return Number(text);
}

/** UTF-8 as Python pickles it: halves of surrogate pairs are let through. */
function decodeText(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    return decodeSurrogates(bytes);
  }
}

function decodeSurrogates(bytes: Uint8Array): string {
  let text = '', start = 0;
  const upTo = (end: number): void => {
    try {
      text += utf8.decode(bytes.subarray(start, end));
    } catch {
      fail('a string is not valid UTF-8');
    }
  };
  for (let i = 0; i + 2 < bytes.length; i++) {
    if (bytes[i] !== 0xed || bytes[i + 1] < 0xa0 || bytes[i + 1] > 0xbf || (bytes[i + 2] & 0xc0) !== 0x80) continue;
    upTo(i);
    text += String.fromCharCode(0xd000 | ((bytes[i + 1] & 0x3f) << 6) | (bytes[i + 2] & 0x3f));
    start = i + 3;
    i += 2;
  }
  upTo(bytes.length);
  return text;
}

const rawUnicode = (text: string): string =>
  text.replace(/\\u([0-9a-fA-F]{4})|\\U(0010[0-9a-fA-F]{4}|000[0-9a-fA-F]{5})/g, (_, four?: string, eight?: string) => String.fromCodePoint(Number.parseInt((four ?? eight)!, 16)));

const escapes: Record<string, string> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f', v: '\v', a: '\x07', '\\': '\\', "'": "'", '"': '"' };
function quoted(text: string): string {
  const q = text[0];
  if (text.length < 2 || (q !== "'" && q !== '"') || text[text.length - 1] !== q) fail('a string is not quoted');
  return text.slice(1, -1).replace(/\\(x[0-9a-fA-F]{2}|.)/g, (whole, e: string) => (e.length === 3 ? String.fromCharCode(Number.parseInt(e.slice(1), 16)) : escapes[e] ?? whole));
}
