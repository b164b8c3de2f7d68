/** Calls of ops: arguments to the wall, results from it. */
import { abi } from '../backend/abi';
import { bind, tryBind } from '../bind';
import { TorshError, errorCodes, type ErrorCode } from '../errors';
import type { Tensor } from '../tensor';
import { version } from '../gen/version';
import { brand, isBranded } from './brand';
import { type DType, NO_DTYPE, type Scalar, dtypeNumber, isComplexNumber } from './dtype';
import { type OpParam, type OpSignature, signatureOf } from './signature';

export type { DType, Scalar };

export { brand };

type Made = Tensor & { _h: number; _kept: boolean };
let make: () => Made, plainly: () => Made;
let instance: object;
/** Called once by lib/tensor.ts: this module cannot import the class, whose methods come from here. */
export function useTensorClass(factory: () => Made, token: object): void {
  make = plainly = factory;
  instance = token;
}

/** Shows `seen` every tensor as it is made, before it has a handle; null: no longer. */
export function watchMade(seen: ((t: Tensor) => void) | null): void {
  make = seen === null ? plainly : () => {
    const t = plainly();
    seen(t);
    return t;
  };
}

/* What arrays given as indices become: lib/indexing.ts says it, for the same reason. */
let indexTensor: (list: ArrayLike<unknown>, op: string) => Tensor;
export function useIndexArrays(convert: (list: ArrayLike<unknown>, op: string) => Tensor): void { indexTensor = convert; }
const takesIndices = (p: OpParam, v: unknown): v is ArrayLike<unknown> =>
  p.type === 'Tensor' && (p.name === 'index' || p.name === 'indices') && (Array.isArray(v) || (ArrayBuffer.isView(v) && !(v instanceof DataView)));

/** While vmap runs a function each call of an op comes here first; the answer may be PASS, for the ordinary way. */
export type Interceptor = (sig: OpSignature, values: unknown[], self: Tensor | null) => unknown;
export const PASS = Symbol('PASS');
let interceptor: Interceptor | null = null;
export function intercept(next: Interceptor | null): void { interceptor = next; }
/* What vmap makes of an autograd.Function: the result of fn applied to args, or PASS. */
type Mapped = (fn: any, args: readonly unknown[], apply: (fn: any, args: unknown[]) => unknown) => unknown;
let mapped: Mapped | null = null;
export function useMapped(f: Mapped): void { mapped = f; }
export const applyMapped: Mapped = (fn, args, apply) => (interceptor === null || mapped === null ? PASS : mapped(fn, args, apply));
/* Throws when a tensor without a handle is one of vmap's. */
let refuse: ((t: Tensor, op: string) => void) | null = null;
export function useRefusal(f: (t: Tensor, op: string) => void): void { refuse = f; }
function absent(t: Tensor, op: string): never {
  refuse?.(t, op);
  throw new TorshError('ERR_DISPOSED', op, `${op}: the tensor has been disposed`);
}
const whole = (op: number, self: Tensor | null, ...tensors: Tensor[]): any => {
  const sig = signatureOf(op);
  return perform(sig, bind(sig, tensors), self);
};

/** Tensors made since the innermost tidy began; the collector does not watch them yet. */
let tidying: Made[] | null = null;
export const tidyScope = {
  get: (): Tensor[] | null => tidying,
  set: (s: Tensor[] | null): void => { tidying = s as Made[] | null; },
};

export function isTensor(x: unknown): x is Tensor {
  return isBranded(x);
}

/** The handle of a tensor of this backend that has not been disposed. */
export function handleOf(t: Tensor, op: string): number {
  const h = t._h;
  if (h === 0) absent(t, op);
  if ((t as unknown as Record<symbol, unknown>)[brand] !== instance) {
    const other = ((t as unknown as Record<symbol, unknown>)[brand] as { version?: string }).version;
    const whose = other === version ? 'another backend; ' : `another copy of torsh (version ${other ?? 'unknown'}, this is ${version}; npm ls torsh tells who brings it): have one version, or `;
    throw new TorshError('ERR_BACKEND', op, `${op}: the tensor belongs to ${whose}copy it with tensor(x.toTypedArray(), ...)`);
  }
  return h;
}

let thrown: { error: unknown } | null = null;
/** Keeps what a host callback threw, until the call that ran it comes back. */
export function keepThrown(error: unknown): void { thrown = { error }; }

export function raise(): never {
  const a = abi();
  const code: ErrorCode = errorCodes[a.wall()[0]] ?? 'ERR_ARGUMENT';
  const message = a.message();
  if (thrown && code === 'ERR_CALLBACK') {
    const { error } = thrown;
    thrown = null;
    throw error;
  }
  throw new TorshError(code, message.slice(0, Math.max(0, message.indexOf(':'))), message);
}

type Call = (op: number, owner: Made | null) => void;
/* A profiler's way to the backend. The check costs less than a nanosecond; another function in the backend's place would cost every later call 80. */
let watched: Call | null = null;
export function watchCalls(around: ((call: Call) => Call) | null): void {
  watched = around === null ? null : around((op, owner) => { abi().call(op, owner); });
}

/* Handles are small integers: as such they stand in the tensor itself, and not in a number beside it. */
function setHandle(t: Made, handle: number): void {
  t._h = handle | 0;
  if (tidying !== null) tidying.push(t);
}

/** Runs an op with one tensor as its result. What a tidy holds it disposes, or hands to the collector as it ends: that need not watch it meanwhile. */
function run(op: number): Tensor {
  const t = make();
  const a = abi();
  const owner = tidying === null ? t : null;
  if (watched === null) a.call(op, owner);
  else watched(op, owner);
  const w = a.wall();
  if (w[0] !== 0) raise();
  setHandle(t, w[1]);
  return t;
}

function runInto(op: number, self: Tensor): Tensor {
  const a = abi();
  if (watched === null) a.call(op, null);
  else watched(op, null);
  if (a.wall()[0] !== 0) raise();
  return self;
}

/** Runs an op of a number and a list of tensors, without a look at its signature; its results lie on the wall. */
export function callWithTensors(op: number, first: number, list: readonly Tensor[]): Float64Array {
  const a = abi(), w = a.wall();
  room(w, 2, list.length + 1, 'compile', 'tensors');
  w[0] = first;
  w[1] = list.length;
  for (let i = 0; i < list.length; i++) w[i + 2] = handleOf(list[i], 'compile');
  w[list.length + 2] = 0; /* no destinations */
  if (watched === null) a.call(op, null);
  else watched(op, null);
  const r = a.wall();
  if (r[0] !== 0) raise();
  return r;
}

/** A tensor for a handle that the core has just made; null for 0. */
export function adopt(handle: number): Tensor | null {
  if (handle === 0) return null;
  const t = make();
  if (tidying === null) abi().track(t, handle);
  setHandle(t, handle);
  return t;
}

/* Fast callers: one or two tensors, then up to three plain values. kinds: bit 0 and 1 tell which are operands (tagged). */
export function unary(op: number, a: Tensor, kinds: number, x?: number, y?: number, z?: number): Tensor {
  if (interceptor !== null) return whole(op, null, a);
  put1(op, a, kinds, x, y, z, true);
  return run(op);
}
export function unaryInplace(op: number, a: Tensor, kinds: number, x?: number, y?: number, z?: number): Tensor {
  if (interceptor !== null) return whole(op, a, a);
  put1(op, a, kinds, x, y, z, false);
  return runInto(op, a);
}
export function binary(op: number, a: Tensor, b: Tensor, kinds: number, x?: number, y?: number, z?: number): Tensor {
  if (interceptor !== null) return whole(op, null, a, b);
  put2(op, a, b, kinds, x, y, z, true);
  return run(op);
}
export function binaryInplace(op: number, a: Tensor, b: Tensor, kinds: number, x?: number, y?: number, z?: number): Tensor {
  if (interceptor !== null) return whole(op, a, a, b);
  put2(op, a, b, kinds, x, y, z, false);
  return runInto(op, a);
}

function put1(_op: number, a: Tensor, kinds: number, x: number | undefined, y: number | undefined, z: number | undefined, out: boolean): void {
  const h = handleOf(a, 'torsh');
  const w = abi().wall();
  let i = 0;
  if (kinds & 1) w[i++] = 1;
  w[i++] = h;
  putRest(w, i, x, y, z, out);
}

function put2(_op: number, a: Tensor, b: Tensor, kinds: number, x: number | undefined, y: number | undefined, z: number | undefined, out: boolean): void {
  const ha = handleOf(a, 'torsh'), hb = handleOf(b, 'torsh');
  const w = abi().wall();
  let i = 0;
  if (kinds & 1) w[i++] = 1;
  w[i++] = ha;
  if (kinds & 2) w[i++] = 1;
  w[i++] = hb;
  putRest(w, i, x, y, z, out);
}

function putRest(w: Float64Array, i: number, x: number | undefined, y: number | undefined, z: number | undefined, out: boolean): void {
  if (x !== undefined) {
    w[i++] = x;
    if (y !== undefined) {
      w[i++] = y;
      if (z !== undefined) w[i++] = z;
    }
  }
  if (out) w[i] = 0; /* no destinations */
}

export function invoke(op: number, args: ArrayLike<unknown>): unknown {
  const sig = signatureOf(op);
  return perform(sig, bind(sig, args), null);
}

export function invokeMethod(op: number, self: unknown, args: ArrayLike<unknown>): unknown {
  const sig = signatureOf(op);
  return perform(sig, bind(sig, args, self), self as Tensor);
}

/** torsh.abs_(x): the in-place twin of an op as a function. */
export function invokeInplace(op: number, args: ArrayLike<unknown>): unknown {
  const sig = signatureOf(op);
  const values = bind(sig, args);
  return perform(sig, values, checkTensor(values[0], sig.name, sig.params[0].name));
}

/** A function with an `inplace` argument, which picks between an op and its twin. */
export function invokeOptional(whole: number, plain: number, twin: number, args: ArrayLike<unknown>): unknown {
  const sig = signatureOf(whole);
  const values = bind(sig, args);
  const [inplace] = values.splice(sig.index.get('inplace')!, 1);
  return truth(sig.name, 'inplace', inplace) ? perform(signatureOf(twin), values, checkTensor(values[0], sig.name, sig.params[0].name)) : perform(signatureOf(plain), values, null);
}

/** A function with a `returnIndices` argument, which picks between an op and the one of the same arguments that gives them too. */
export function invokeIndexed(plain: number, indexed: number, args: ArrayLike<unknown>): unknown {
  const sig = signatureOf(plain);
  const values = bind(sig, args);
  const at = sig.index.get('returnIndices')!;
  if (!truth(sig.name, 'returnIndices', values[at])) return perform(sig, values, null);
  return perform(signatureOf(indexed), values, null);
}

/** An op of several forms (max of a tensor, along a dim, of two tensors): the first that takes these arguments. */
export function invokeForm(forms: readonly number[], self: unknown, args: ArrayLike<unknown>): unknown {
  for (const form of forms) {
    const sig = signatureOf(form);
    const values = tryBind(sig, args, self);
    if (typeof values !== 'string' && sig.params.every((p, i) => takes(p, values[i]))) return perform(sig, values, (self as Tensor | undefined) ?? null);
  }
  const { name } = signatureOf(forms[0]);
  const given = Array.from(args, (v) => (isTensor(v) ? 'Tensor' : describe(v))).join(', ');
  const known = forms.map((form) => `(${signatureOf(form).params.filter((p) => p.name !== 'out').map((p) => `${p.type} ${p.name}`).join(', ')})`).join(', ');
  throw new TorshError('ERR_ARGUMENT', name, `${name}: received an invalid combination of arguments (${given}); it takes one of ${known}`);
}

const isNumber = (v: unknown): boolean => typeof v === 'number' || typeof v === 'bigint';

/** Whether a value is of a parameter's type; a number that a 0-d tensor stands for is not looked for here. */
function takes(p: OpParam, v: unknown): boolean {
  if (v === null) return p.type.endsWith('?') || p.type === 'Scalar';
  switch (p.type.replace(/\?$/, '')) {
    case 'Tensor': return isTensor(v) || takesIndices(p, v);
    case 'Operand': case 'Scalar': return isTensor(v) || isNumber(v) || typeof v === 'boolean' || isComplexNumber(v);
    case 'Tensor[]': case 'Tensor?[]': return Array.isArray(v) && v.every((t) => isTensor(t) || t === null);
    case 'int': case 'float': return isNumber(v);
    case 'bool': return typeof v === 'boolean';
    case 'true': return v === true;
    case 'false': return v === false;
    case 'lengths[]': case 'int[]': case 'float[]':
      if (isTensor(v)) return p.type === 'lengths[]' && v.ndim === 1;
      return isNumber(v) || ArrayBuffer.isView(v) || (Array.isArray(v) && v.every((x) => isNumber(x) || isTensor(x)));
    default: return typeof v === 'string'; /* dtype, str */
  }
}

export function perform(sig: OpSignature, values: unknown[], self: Tensor | null): unknown {
  if (interceptor !== null) {
    const answer = interceptor(sig, values, self);
    if (answer !== PASS) return answer;
  }
  const n = sig.encoded;
  const factory = n < sig.params.length - (sig.hasOut ? 1 : 0);
  if (factory) checkFactory(sig, values, n);
  prepare(sig, values);
  const w = abi().wall();
  let at = 0;
  for (let i = 0; i < n; i++) at = put(w, at, sig.name, sig.params[i], values[i]);
  const inplace = self !== null && sig.name.endsWith('_');
  const out = sig.hasOut ? (values[sig.params.length - 1] as Tensor | Tensor[] | null) : null;
  if (!inplace) {
    const dests = out === null ? [] : Array.isArray(out) ? out : [out];
    w[at++] = dests.length;
    for (const d of dests) w[at++] = handleOf(checkTensor(d, sig.name, 'out'), sig.name);
  }
  if (inplace) return runInto(sig.id, self);
  if (sig.returns === 'Tensor') {
    const t = make();
    const owner = tidying === null ? t : null;
    if (watched === null) abi().call(sig.id, owner);
    else watched(sig.id, owner);
    const r = abi().wall();
    if (r[0] !== 0) raise();
    if (r[1] === 0) return null;
    setHandle(t, r[1]);
    if (factory && values[n + 3] === true) t.requiresGrad = true;
    if (out === null) return t;
    t.dispose();
    return out;
  }
  if (watched === null) abi().call(sig.id, null);
  else watched(sig.id, null);
  return results(sig, out);
}

/** Arrays that stand for indices and tensors that stand for numbers become what they stand for. */
export function prepare(sig: OpSignature, values: unknown[]): void {
  for (let i = 0; i < sig.encoded; i++) {
    const v = values[i], p = sig.params[i];
    if (typeof v === 'object' && v !== null) values[i] = takesIndices(p, v) ? indexTensor(v, sig.name) : numbersOf(p, v);
  }
}

/** layout, device, pinMemory, requiresGrad, memoryFormat: torsh has dense tensors on the CPU. */
function checkFactory(sig: OpSignature, values: unknown[], at: number): void {
  const [layout, device, , requiresGrad] = values.slice(at);
  if (layout !== null && layout !== 'strided') throw new TorshError('ERR_UNSUPPORTED', sig.name, `${sig.name}: layout '${String(layout)}' is not supported, only 'strided'`);
  if (device !== null && !/^cpu(:0)?$/.test(String(device))) throw new TorshError('ERR_UNSUPPORTED', sig.name, `${sig.name}: device '${String(device)}' is not supported, only 'cpu'`);
  truth(sig.name, 'requiresGrad', requiresGrad);
}

/** Tensors that stand for plain numbers are read before the wall is written: reading uses the wall too. */
function numbersOf(p: OpParam, v: unknown): unknown {
  if (!/^(int|lengths|float|bool)/.test(p.type)) return v;
  if (isTensor(v)) return v.ndim === 0 ? v.item() : v.tolist();
  return Array.isArray(v) ? v.map((x: unknown) => (isTensor(x) ? x.item() : x)) : v;
}

function results(sig: OpSignature, out: Tensor | Tensor[] | null): unknown {
  const w = abi().wall();
  if (w[0] !== 0) raise();
  if (sig.fields) {
    const handles = Array.from(w.subarray(1, 1 + sig.count));
    const list = handles.map(adopt) as (Tensor | null)[] & Record<string, unknown>;
    if (out !== null) { list.forEach((t, i) => { t?.dispose(); list[i] = (out as Tensor[])[i]; }); }
    sig.fields.forEach((f, i) => { if (f) Object.defineProperty(list, f, { value: list[i], enumerable: false }); });
    return list;
  }
  switch (sig.returns) {
    case 'Tensor[]': return Array.from(w.subarray(2, 2 + w[1])).map(adopt);
    case 'int[]': return Array.from(w.subarray(2, 2 + w[1]));
    case 'str': {
      if (w[1] < 0) return null;
      return String.fromCharCode(...w.subarray(2, 2 + w[1]));
    }
    case 'void': return undefined;
    default: return scalarAt(w, 1);
  }
}

function scalarAt(w: Float64Array, i: number): Scalar | null {
  switch (w[i]) {
    case 0: return null;
    case 4: return w[i + 1] !== 0;
    case 5: return (BigInt(w[i + 1]) << 32n) | BigInt(w[i + 2]);
    case 6: return { re: w[i + 1], im: w[i + 2] };
    default: return w[i + 1];
  }
}

function checkTensor(v: unknown, op: string, name: string): Tensor {
  if (isTensor(v)) return v;
  throw wrong(op, name, 'a Tensor', v);
}

const describe = (v: unknown): string =>
  v === null ? 'null' : Array.isArray(v) ? 'an array' : typeof v === 'object' ? (v.constructor?.name ?? 'an object') : typeof v === 'string' ? `'${v}'` : typeof v;
const wrong = (op: string, name: string, want: string, got: unknown): TorshError =>
  new TorshError('ERR_ARGUMENT', op, `${op}: argument '${name}' must be ${want}, not ${describe(got)}`);

function putScalar(w: Float64Array, at: number, op: string, name: string, v: unknown): number {
  if (typeof v === 'number') {
    w[at] = Number.isSafeInteger(v) && !Object.is(v, -0) ? 2 : 3;
    w[at + 1] = v;
    return at + 2;
  }
  if (typeof v === 'boolean') { w[at] = 4; w[at + 1] = v ? 1 : 0; return at + 2; }
  if (typeof v === 'bigint') {
    if (BigInt.asIntN(64, v) !== v) throw new TorshError('ERR_ARGUMENT', op, `${op}: argument '${name}' does not fit into 64 bits: ${v}`);
    w[at] = 5;
    w[at + 1] = Number(v >> 32n);
    w[at + 2] = Number(v & 0xffffffffn);
    return at + 3;
  }
  if (isTensor(v)) { w[at] = 1; w[at + 1] = handleOf(v, op); return at + 2; }
  if (v === null) { w[at] = 0; w[at + 1] = 0; return at + 2; }
  if (isComplexNumber(v)) {
    w[at] = 6;
    w[at + 1] = v.re;
    w[at + 2] = v.im;
    return at + 3;
  }
  throw wrong(op, name, 'a number', v);
}

function number(op: string, name: string, v: unknown): number {
  if (typeof v === 'number') return v;
  if (typeof v === 'bigint') return Number(v);
  throw wrong(op, name, 'a number', v);
}

/** A size that the input decides: TS_SIZE_AS_INPUT in src/kernels/window.h. */
const AS_INPUT = -2147483648;

function putNumbers(w: Float64Array, at: number, op: string, p: OpParam, v: unknown): number {
  if (v === null && p.type === 'size[]') v = [null];
  if (v === null) { w[at] = -1; return at + 1; }
  if (typeof v === 'number' || typeof v === 'bigint') {
    const n = p.expand || 1;
    w[at++] = n;
    for (let i = 0; i < n; i++) w[at++] = Number(v);
    return at;
  }
  if (!Array.isArray(v) && !ArrayBuffer.isView(v)) throw wrong(op, p.name, 'a number or an array of numbers', v);
  const list = v as ArrayLike<unknown>;
  const repeat = list.length === 1 && p.expand > 1 ? p.expand : 1;
  room(w, at, list.length * repeat, op, p.name);
  w[at++] = list.length * repeat;
  for (let r = 0; r < repeat; r++) for (let i = 0; i < list.length; i++) w[at++] = list[i] === null && p.type === 'size[]' ? AS_INPUT : number(op, p.name, list[i]);
  return at;
}

/** A padding by word: see TS_PADDING_SAME in src/kernels/window.h. */
function putPadding(w: Float64Array, at: number, op: string, v: string): number {
  if (v !== 'same' && v !== 'valid') throw new TorshError('ERR_ARGUMENT', op, `${op}: Invalid padding string '${v}', should be one of 'valid', 'same'`);
  w[at] = v === 'same' ? -2 : -3;
  return at + 1;
}

/** One argument onto the wall; returns where the next one goes. */
function put(w: Float64Array, at: number, op: string, p: OpParam, v: unknown): number {
  const optional = p.type.endsWith('?');
  if (v === null && !optional && p.type !== 'Scalar' && p.type !== 'size[]') throw wrong(op, p.name, expected(p.type), v);
  switch (p.type) {
    case 'Tensor': case 'Tensor?':
      w[at] = v === null ? 0 : handleOf(checkTensor(v, op, p.name), op);
      return at + 1;
    case 'Operand': case 'Operand?':
      if (v !== null && typeof v === 'object' && !isTensor(v) && !isComplexNumber(v)) throw wrong(op, p.name, 'a Tensor or a number', v);
      return putScalar(w, at, op, p.name, v);
    case 'Scalar': case 'Scalar?': return putScalar(w, at, op, p.name, v);
    case 'Tensor[]': case 'Tensor?[]': {
      if (isTensor(v)) v = [v];
      if (!Array.isArray(v)) throw wrong(op, p.name, 'an array of Tensors', v);
      room(w, at, v.length, op, p.name);
      w[at++] = v.length;
      for (const t of v as unknown[]) w[at++] = t === null && p.type === 'Tensor?[]' ? 0 : handleOf(checkTensor(t, op, p.name), op);
      return at;
    }
    case 'int': case 'float': w[at] = number(op, p.name, v); return at + 1;
    case 'int?': case 'float?': case 'bool?':
      if (v === null) { w[at] = 0; return at + 1; }
      w[at] = 1;
      w[at + 1] = p.type === 'bool?' ? Number(truth(op, p.name, v)) : number(op, p.name, v);
      return at + 2;
    case 'Generator?':
      if (v === null) { w[at] = 0; return at + 1; }
      w[at] = 1;
      w[at + 1] = generatorId(op, p.name, v);
      return at + 2;
    case 'bool': case 'true': case 'false': w[at] = truth(op, p.name, v) ? 1 : 0; return at + 1;
    case 'dtype?': {
      if (v === null) { w[at] = NO_DTYPE; return at + 1; }
      const d = typeof v === 'string' ? dtypeNumber(v) : undefined;
      if (d === undefined) throw wrong(op, p.name, 'a dtype', v);
      w[at] = d;
      return at + 1;
    }
    case 'padding[]': return typeof v === 'string' ? putPadding(w, at, op, v) : putNumbers(w, at, op, p, v);
    case 'int[]': case 'int[]?': case 'float[]': case 'float[]?': case 'size[]': case 'lengths[]': return putNumbers(w, at, op, p, v);
    case 'str': case 'str?': {
      if (v === null) { w[at] = -1; return at + 1; }
      if (typeof v !== 'string') throw wrong(op, p.name, 'a string', v);
      room(w, at, v.length, op, p.name);
      w[at++] = v.length;
      for (let i = 0; i < v.length; i++) w[at++] = v.charCodeAt(i) & 0xff;
      return at;
    }
    default: throw new TorshError('ERR_ARGUMENT', op, `${op}: cannot pass argument '${p.name}'`);
  }
}

const expected = (type: string): string =>
  type.startsWith('Tensor[') || type.startsWith('Tensor?[') ? 'an array of Tensors' : type === 'Tensor' ? 'a Tensor' : type.startsWith('Operand') ? 'a Tensor or a number'
    : type.includes('[]') ? 'a number or an array of numbers' : /^(bool|true|false)$/.test(type) ? 'a boolean' : type === 'str' ? 'a string' : 'a number';

/** Generators are recognised by what they carry, as tensors are. */
export const generatorBrand = Symbol.for('torsh.Generator');
function generatorId(op: string, name: string, v: unknown): number {
  const id = typeof v === 'object' && v !== null ? (v as Record<symbol, unknown>)[generatorBrand] : undefined;
  if (typeof id !== 'number') throw wrong(op, name, 'a Generator', v);
  return id;
}

function room(w: Float64Array, at: number, n: number, op: string, name: string): void {
  if (at + n + 64 > w.length) throw new TorshError('ERR_ARGUMENT', op, `${op}: argument '${name}' has too many entries (${n})`);
}

function truth(op: string, name: string, v: unknown): boolean {
  if (typeof v === 'boolean') return v;
  if (v === 0 || v === 1) return v === 1;
  throw wrong(op, name, 'a boolean', v);
}
