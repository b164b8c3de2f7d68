/** x.at(...) and x.setAt(...): Python's subscripts, put into a list of items that the core takes apart. */
import { bind, signature } from './bind';
import { bytesOf, flattenNested, typedArrayDtype } from './convert';
import { fromBytes, tensor } from './creation';
import { TorshError } from './errors';
import { _nonzeroTuple, at, nonzero as nonzeroRows, select, setAt } from './gen/ops';
import { isTensor, useIndexArrays } from './runtime/call';
import { type Scalar, defaults, isComplexNumber } from './runtime/dtype';
import type { Slice } from './slice';
import type { Tensor } from './tensor';

/** An int, null (a new dim), '...', 'a:b:s', torsh.slice(a, b, s), a boolean, or integers or booleans as a tensor or arrays. */
export type Index = number | bigint | null | string | boolean | Tensor | Slice | ArrayLike<unknown>;

/* The core's codes; see the row _at. */
const NONE = 0, ELLIPSIS = 1, INT = 2, SLICE = 3, TENSOR = 4, BOOL = 5;

const invalid = (op: string, what: string): TorshError =>
  new TorshError('ERR_INDEX', op, `${op}: only integers, slices ('a:b:s' or torsh.slice()), ellipsis ('...'), null, booleans, and integer or boolean tensors and arrays are valid indices (got ${what})`);

const isSlice = (x: unknown): x is Slice => typeof x === 'object' && x !== null && 'start' in x && 'stop' in x && 'step' in x;
const isArray = (x: unknown): x is ArrayLike<unknown> => Array.isArray(x) || typedArrayDtype(x) !== null;

/** What a lone array of more than plain numbers and booleans is in Python: not one index, but several. */
const isTuple = (list: ArrayLike<unknown>): boolean =>
  Array.isArray(list) && list.some((x) => x === null || typeof x === 'string' || isTensor(x) || isSlice(x) || isArray(x));

function putSlice(items: number[], op: string, start: unknown, stop: unknown, step: unknown): void {
  let given = 0;
  const bounds = [start, stop, step].map((v, i) => {
    const x: unknown = isTensor(v) ? v.item() : v;
    if (x === null || x === undefined || x === Infinity) return 0;
    if (typeof x === 'bigint') { given |= 1 << i; return Number(x); }
    if (typeof x !== 'number' || !Number.isInteger(x)) throw invalid(op, `a slice with ${String(x)}`);
    given |= 1 << i;
    return x;
  });
  items.push(SLICE, given, ...bounds);
}

const slicePattern = /^\s*([+-]?\d*)\s*:\s*([+-]?\d*)\s*(?::\s*([+-]?\d*)\s*)?$/;

function putText(items: number[], op: string, text: string): void {
  if (text.trim() === '...') { items.push(ELLIPSIS); return; }
  const m = slicePattern.exec(text);
  if (!m || m.slice(1).some((part) => part === '+' || part === '-')) throw invalid(op, `'${text}'`);
  const [start, stop, step] = m.slice(1).map((part) => (part ? Number(part) : null));
  putSlice(items, op, start, stop, step);
}

/** An array of integers or booleans as a tensor; a typed array of another kind keeps its dtype, for the core to refuse. */
function indexTensor(list: ArrayLike<unknown>, op: string): Tensor {
  const { shape, dtype, values } = flattenNested(list, op);
  if (dtype !== defaults.dtype || typedArrayDtype(list) !== null) return fromBytes(bytesOf(values, dtype), dtype, shape);
  for (let i = 0; i < values.length; i++) {
    if (typeof values[i] === 'boolean' || (typeof values[i] === 'number' && !Number.isInteger(values[i]))) throw invalid(op, `an array with ${String(values[i])}`);
  }
  return fromBytes(bytesOf(values, 'int64'), 'int64', shape);
}

useIndexArrays(indexTensor);

function encode(index: readonly unknown[], op: string): [number[], Tensor[]] {
  const items: number[] = [], tensors: Tensor[] = [];
  for (const x of index) {
    if (typeof x === 'number' || typeof x === 'bigint') {
      if (typeof x === 'number' && !Number.isInteger(x)) throw invalid(op, String(x));
      items.push(INT, Number(x));
    } else if (x === null) items.push(NONE);
    else if (typeof x === 'string') putText(items, op, x);
    else if (typeof x === 'boolean') items.push(BOOL, x ? 1 : 0);
    else if (isTensor(x)) { items.push(TENSOR); tensors.push(x); }
    else if (isArray(x)) { items.push(TENSOR); tensors.push(indexTensor(x, op)); }
    else if (isSlice(x)) putSlice(items, op, x.start, x.stop, x.step);
    else throw invalid(op, x === undefined ? 'undefined' : typeof x);
  }
  return [items, tensors];
}

export function indexGet(t: Tensor, index: Index[]): Tensor {
  if (index.length === 1 && Number.isInteger(index[0])) {
    try {
      return select(t, 0, index[0] as number);
    } catch { /* refused below, in the words of a subscript */ }
  }
  const only: unknown = index.length === 1 ? index[0] : null;
  const [items, tensors] = encode(isArray(only) && isTuple(only) ? Array.from(only) : index, 'at');
  return at(t, items, tensors);
}

export function indexSet(t: Tensor, index: Index[], value: Tensor | Scalar | unknown): void {
  const [items, tensors] = encode(index, 'setAt');
  const plain = isTensor(value) || isComplexNumber(value) || typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint';
  setAt(t, items, tensors, plain ? value : tensor(value as number[], { dtype: t.dtype }));
}

const nonzeroSignature = signature('nonzero', 'input, *, asTuple=false');

/**
 * The coordinates of the elements that are not zero in row-major order: (n, ndim), or one tensor for each dim.
 * https://pytorch.org/docs/stable/generated/torch.nonzero.html
 */
export function nonzero(input: Tensor, options: { asTuple: true }): Tensor[];
export function nonzero(input: Tensor, options?: { asTuple?: false }): Tensor;
export function nonzero(...args: unknown[]): Tensor | Tensor[] {
  const [input, asTuple] = bind(nonzeroSignature, args) as [Tensor, boolean];
  return asTuple ? _nonzeroTuple(input) : nonzeroRows(input);
}
