/** torsh.testing: comparing results in tests. */
import { noGrad } from './autograd';
import { bind, isPlainObject, signature } from './bind';
import { typedArrayDtype } from './creation';
import { TorshError, type ErrorCode } from './errors';
import * as ops from './gen/ops';
import { tidy } from './memory';
import { py, pyFloat, pySize } from './nn/repr';
import { type DType, isComplexNumber } from './runtime/dtype';
import { isTensor, tensor, type Tensor } from './tensor';

export interface AssertCloseOptions {
  /** Both or neither; by default what suits the dtype: see assertClose. */
  rtol?: number | null;
  atol?: number | null;
  /** NaN equals NaN. */
  equalNan?: boolean;
  checkDtype?: boolean;
  checkStride?: boolean;
  /** Accepted and without effect: there is one device, one layout and one kind of tensor. */
  checkDevice?: boolean;
  checkLayout?: boolean;
  allowSubclasses?: boolean;
  /** The error's text, or what makes it of the one that would be given. */
  msg?: string | ((message: string) => string) | null;
}

interface Rules { rtol: number | null; atol: number | null; equalNan: boolean; checkDtype: boolean; checkStride: boolean }
type Tolerance = readonly [rtol: number, atol: number];

/** A difference, and in which item of nested values it is. */
class Mismatch extends Error {
  constructor(readonly code: ErrorCode, message: string, readonly path: string = '') { super(message); }
}

const tolerances: Partial<Record<DType, Tolerance>> = {
  float16: [1e-3, 1e-5], bfloat16: [1.6e-2, 1e-5], float32: [1.3e-6, 1e-5], float64: [1e-7, 1e-7], complex64: [1.3e-6, 1e-5], complex128: [1e-7, 1e-7],
};

function toleranceFor(rules: Rules, ...kinds: DType[]): Tolerance {
  if (rules.rtol !== null && rules.atol !== null) return [rules.rtol, rules.atol];
  const known = kinds.map((kind) => tolerances[kind] ?? [0, 0] as const);
  return [Math.max(...known.map(([rtol]) => rtol)), Math.max(...known.map(([, atol]) => atol))];
}

/** What two lines of a message say: one difference with where it is and what is allowed. */
const line = (what: string, value: string, at: string, allowed: number): string => `${what} difference: ${value}${at}${allowed > 0 ? ` (up to ${pyFloat(allowed)} allowed)` : ''}`;
const headline = (things: string, [rtol, atol]: Tolerance): string => `${things} are not ${rtol > 0 || atol > 0 ? 'close' : 'equal'}!\n\n`;

function compareScalars(absolute: string, relative: string, tolerance: Tolerance): Mismatch {
  return new Mismatch('ERR_NUMERIC', `${headline('Scalars', tolerance)}${line('Absolute', absolute, '', tolerance[1])}\n${line('Relative', relative, '', tolerance[0])}`);
}

interface Part { re: number; im: number }
const partsOf = (x: number | Part): Part => (typeof x === 'number' ? { re: x, im: 0 } : x);

function compareNumbers(actual: number | Part, expected: number | Part, rules: Rules): void {
  const complex = typeof actual !== 'number' || typeof expected !== 'number';
  const tolerance = toleranceFor(rules, complex ? 'complex128' : 'float64');
  const [a, e] = [partsOf(actual), partsOf(expected)];
  if (a.re === e.re && a.im === e.im) return;
  const isNan = (x: Part): boolean => Number.isNaN(x.re) || Number.isNaN(x.im);
  if (rules.equalNan && isNan(a) && isNan(e)) return;
  const size = Math.hypot(e.re, e.im), difference = Math.hypot(a.re - e.re, a.im - e.im);
  if (Number.isFinite(size) && difference <= tolerance[1] + tolerance[0] * size) return;
  throw compareScalars(pyFloat(difference), pyFloat(difference / size), tolerance);
}

function compareBigints(actual: bigint, expected: bigint, rules: Rules): void {
  const tolerance = toleranceFor(rules, 'int64'), [rtol, atol] = tolerance;
  const abs = (x: bigint): bigint => (x < 0n ? -x : x);
  const difference = abs(actual - expected);
  if (difference === 0n || Number(difference) <= atol + rtol * Number(abs(expected))) return;
  throw compareScalars(String(difference), pyFloat(Number(difference) / Number(abs(expected))), tolerance);
}

/** Where a flat index lies: '(0, 2)'. */
function unravel(flat: number, shape: readonly number[]): string {
  const index: number[] = [];
  for (let d = shape.length - 1; d >= 0; d--) {
    index.unshift(flat % shape[d]);
    flat = Math.floor(flat / shape[d]);
  }
  return py(index);
}

const isFloat = (kind: DType): boolean => kind in tolerances;

function compareTensors(actual: Tensor, expected: Tensor, rules: Rules): void {
  const attribute = (name: string, a: string, e: string, code: ErrorCode): Mismatch => new Mismatch(code, `The values for attribute '${name}' do not match: ${a} != ${e}.`);
  if (String(actual.shape) !== String(expected.shape)) throw attribute('shape', pySize(actual.shape), pySize(expected.shape), 'ERR_SHAPE');
  if (rules.checkDtype && actual.dtype !== expected.dtype) throw attribute('dtype', `torch.${actual.dtype}`, `torch.${expected.dtype}`, 'ERR_DTYPE');
  if (rules.checkStride && String(actual.stride()) !== String(expected.stride())) throw attribute('stride()', py(actual.stride()), py(expected.stride()), 'ERR_SHAPE');
  const tolerance = toleranceFor(rules, actual.dtype, expected.dtype), [rtol, atol] = tolerance;
  // In the widest dtype of their kind: bools and small integers would wrap around, 16-bit floats round.
  const kinds = [actual.dtype, expected.dtype];
  const wide: DType = kinds.some((kind) => kind.startsWith('complex')) ? 'complex128' : kinds.some(isFloat) ? 'float64' : 'int64';
  const [a, e] = [actual.to(wide), expected.to(wide)];
  const matches = rtol === 0 && atol === 0 && !rules.equalNan ? a.eq(e) : ops.isclose(a, e, rtol, atol, rules.equalNan);
  if (matches.all().item()) return;
  const absolute = a.sub(e).abs().maskedFill(matches, 0);
  const relative = absolute.div(e.abs()).maskedFill(matches, 0);
  const text = (x: number | bigint, kind: DType): string => (isFloat(kind) ? pyFloat(Number(x)) : String(x));
  if (a.ndim === 0) {
    const difference: number | bigint = absolute.item();
    throw compareScalars(text(difference, absolute.dtype), pyFloat(Number(difference) / Number(e.abs().item())), tolerance);
  }
  const count = a.numel(), wrong = count - (matches.sum().item() as number);
  const greatest = (what: string, differences: Tensor, allowed: number): string => {
    const { values, indices } = differences.flatten().max(0);
    return line(`Greatest ${what}`, text(values.item(), differences.dtype), ` at index ${unravel(indices.item() as number, a.shape)}`, allowed);
  };
  throw new Mismatch('ERR_NUMERIC', `${headline('Tensor-likes', tolerance)}Mismatched elements: ${wrong} / ${count} (${(100 * wrong / count).toFixed(1)}%)\n`
    + `${greatest('absolute', absolute, atol)}\n${greatest('relative', relative, rtol)}`);
}

const isMap = (x: unknown): x is Map<unknown, unknown> => Object.prototype.toString.call(x) === '[object Map]';
const entriesOf = (x: unknown): Map<unknown, unknown> | null =>
  (isMap(x) ? x : typeof x === 'object' && x !== null && !isTensor(x) && isPlainObject(x) && !isComplexNumber(x) ? new Map(Object.entries(x)) : null);
const isSequence = (x: unknown): x is readonly unknown[] => Array.isArray(x);
const isNumber = (x: unknown): x is number | Part => typeof x === 'number' || isComplexNumber(x);
const nameOf = (x: unknown): string => (isTensor(x) ? 'Tensor' : x === null ? 'null' : typeof x === 'object' ? (x.constructor?.name ?? 'object') : typeof x);
const quote = (key: unknown): string => (typeof key === 'string' ? `'${key}'` : String(key));

function inside(path: string, run: () => void): void {
  try {
    run();
  } catch (e) {
    if (e instanceof Mismatch) throw new Mismatch(e.code, e.message, path + e.path);
    throw e;
  }
}

/** A tensor of the values beside one; numbers on both sides stay numbers. */
function likeTensor(x: unknown, other: unknown): unknown {
  if (isTensor(x)) return x;
  if (typedArrayDtype(x) !== null && !isTensor(other)) return tensor(x as Float32Array);
  if (!isTensor(other) || !(isNumber(x) || typeof x === 'boolean' || typeof x === 'bigint' || isSequence(x) || typedArrayDtype(x) !== null)) return x;
  return tensor(x as number, { dtype: other.dtype });
}

function compare(first: unknown, second: unknown, rules: Rules): void {
  const actual = likeTensor(first, second) ?? null, expected = likeTensor(second, first) ?? null;
  if (isTensor(actual) && isTensor(expected)) return compareTensors(actual, expected, rules);
  if (actual === null || expected === null) {
    if (actual !== expected) throw new Mismatch('ERR_NUMERIC', `None mismatch: ${py(actual)} is not ${py(expected)}`);
    return;
  }
  if (typeof actual === 'boolean' && typeof expected === 'boolean') {
    if (actual !== expected) throw new Mismatch('ERR_NUMERIC', `Booleans mismatch: ${py(actual)} is not ${py(expected)}`);
    return;
  }
  if (isNumber(actual) && isNumber(expected)) return compareNumbers(actual, expected, rules);
  if (typeof actual === 'bigint' && typeof expected === 'bigint') return compareBigints(actual, expected, rules);
  if (typeof actual === 'bigint' && isNumber(expected) || isNumber(actual) && typeof expected === 'bigint') {
    if (rules.checkDtype) throw new Mismatch('ERR_DTYPE', `The (d)types do not match: ${nameOf(actual)} != ${nameOf(expected)}.`);
    return compareNumbers(isNumber(actual) ? actual : Number(actual), isNumber(expected) ? expected : Number(expected), rules);
  }
  if (isSequence(actual) && isSequence(expected)) {
    if (actual.length !== expected.length) throw new Mismatch('ERR_SHAPE', `The length of the sequences mismatch: ${actual.length} != ${expected.length}`);
    actual.forEach((item, i) => { inside(`[${i}]`, () => { compare(item, expected[i], rules); }); });
    return;
  }
  const [mapped, wanted] = [entriesOf(actual), entriesOf(expected)];
  if (mapped && wanted) {
    const missing = [...wanted.keys()].filter((key) => !mapped.has(key)), additional = [...mapped.keys()].filter((key) => !wanted.has(key));
    if (missing.length + additional.length > 0) {
      const list = (keys: unknown[]): string => `[${keys.map(quote).sort().join(', ')}]`;
      throw new Mismatch('ERR_ARGUMENT', `The keys of the mappings do not match:${missing.length > 0 ? `\nMissing keys in the actual mapping: ${list(missing)}` : ''}${
        additional.length > 0 ? `\nAdditional keys in the actual mapping: ${list(additional)}` : ''}`);
    }
    for (const [key, item] of mapped) inside(`[${quote(key)}]`, () => { compare(item, wanted.get(key), rules); });
    return;
  }
  throw new Mismatch('ERR_ARGUMENT', `No comparison pair was able to handle inputs of type ${nameOf(actual)} and ${nameOf(expected)}.`);
}

const sig = signature('assertClose', 'actual{}, expected{}, *, allowSubclasses=true, rtol=null, atol=null, equalNan=false, checkDevice=true, checkDtype=true, checkLayout=true, checkStride=false, msg=null');

/**
 * Throws unless actual and expected are close: |actual - expected| <= atol + rtol * |expected| for each element, with the same shape and dtype.
 * Takes tensors, numbers, bigints, booleans, null, and arrays, objects and Maps of these; what stands against a tensor may be a number, nested
 * arrays or a typed array and is read in its dtype. By default rtol and atol are 1e-3, 1e-5 for float16, 1.6e-2, 1e-5 for bfloat16,
 * 1.3e-6, 1e-5 for float32 and complex64, 1e-7, 1e-7 for float64, complex128 and JavaScript numbers, 0 for the rest; of two dtypes the larger.
 * Errors: ERR_NUMERIC, ERR_SHAPE or ERR_DTYPE with PyTorch's text, which says how many elements differ, by how much and where; ERR_ARGUMENT
 * for what cannot be compared. https://pytorch.org/docs/stable/testing.html
 *
 * @example
 * ```js
 * torsh.testing.assertClose(torsh.tensor([1]), torsh.tensor([1 + 1e-7]));
 * ```
 */
export function assertClose(actual: unknown, expected: unknown, options?: AssertCloseOptions): void;
export function assertClose(...args: unknown[]): void {
  // Two objects that are compared are not options.
  const options = args.length > 2 ? args[2] : {};
  if (args.length < 2 || args.length > 3 || typeof options !== 'object' || options === null || !isPlainObject(options)) {
    throw new TorshError('ERR_ARGUMENT', 'assertClose', 'assertClose: takes actual, expected and an object of options');
  }
  const [, , , rtol, atol, equalNan, , checkDtype, , checkStride, msg] = bind(sig, [0, 0, options]) as [
    unknown, unknown, unknown, number | null, number | null, boolean, unknown, boolean, unknown, boolean, string | ((message: string) => string) | null];
  for (const [name, other, value] of [['rtol', 'atol', rtol], ['atol', 'rtol', atol]] as const) {
    if (value === null && (rtol !== null || atol !== null)) {
      throw new TorshError('ERR_ARGUMENT', 'assertClose', `assertClose: Both 'rtol' and 'atol' must be either specified or omitted, but got no ${name}.`);
    }
    if (value !== null && !(typeof value === 'number' && value >= 0)) {
      throw new TorshError('ERR_ARGUMENT', 'assertClose', `assertClose: ${name} must be a number of at least 0 (and ${other} too), but got ${String(value)}`);
    }
  }
  try {
    tidy(() => { noGrad(() => { compare(args[0], args[1], { rtol, atol, equalNan, checkDtype, checkStride }); }); });
  } catch (e) {
    if (!(e instanceof Mismatch)) throw e;
    const message = `${e.message}${e.path === '' ? '' : `\n\nThe failure occurred for item ${e.path}`}`;
    throw new TorshError(e.code, 'assertClose', typeof msg === 'function' ? msg(message) : msg ?? `assertClose: ${message}`);
  }
}
