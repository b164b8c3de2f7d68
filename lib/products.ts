/** einsum and tensordot as Python calls them: forms that the op table does not know are put into those that it does. */
import { isPlainObject } from './bind';
import { TorshError } from './errors';
import { einsum as einsumOf, tensordot as tensordotOf } from './gen/ops';
import { isTensor } from './runtime/call';
import type { Tensor } from './tensor';

/** Dims of an operand by number (below 52), '...' for those that broadcast. */
export type Sublist = readonly (number | '...')[];

const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';

function subscripts(list: Sublist, what: string): string {
  return list.map((x) => {
    if (x === '...') return x;
    if (!Number.isInteger(x) || x < 0 || x >= 52) throw new TorshError('ERR_ARGUMENT', 'einsum', `einsum: expected subscripts for ${what} to be within the range [0, 52), but got ${String(x)}`);
    return letters[x];
  }).join('');
}

/**
 * The sum of products that an equation names: einsum('ij,jk->ik', x, y), or with the subscripts of each operand behind it:
 * einsum(x, [0, 1], y, [1, 2], [0, 2]). https://pytorch.org/docs/stable/generated/torch.einsum.html
 */
export function einsum(equation: string, ...operands: (Tensor | readonly Tensor[])[]): Tensor;
export function einsum(operand: Tensor, subscripts: Sublist, ...rest: (Tensor | Sublist)[]): Tensor;
export function einsum(...args: unknown[]): Tensor {
  if (!isTensor(args[0])) return (einsumOf as (...a: unknown[]) => Tensor)(...args);
  const operands: Tensor[] = [], parts: string[] = [];
  let at = 0;
  for (; at + 1 < args.length && isTensor(args[at]); at += 2) {
    if (!Array.isArray(args[at + 1])) throw new TorshError('ERR_ARGUMENT', 'einsum', 'einsum: each operand must be followed by an array of its subscripts');
    operands.push(args[at] as Tensor);
    parts.push(subscripts(args[at + 1] as Sublist, `operand ${parts.length}`));
  }
  const result = args[at];
  if (at + 1 < args.length || (at < args.length && !Array.isArray(result))) throw new TorshError('ERR_ARGUMENT', 'einsum', 'einsum: each operand must be followed by an array of its subscripts');
  return einsumOf(parts.join(',') + (result === undefined ? '' : `->${subscripts(result as Sublist, 'the output')}`), operands);
}

const isPair = (x: unknown): x is [number[], number[]] => Array.isArray(x) && x.length === 2 && x.every((d) => Array.isArray(d) || ArrayBuffer.isView(d));

/**
 * Products summed over pairs of dims: dims is a number (that many last dims of input with the first of other), a pair of lists, or
 * a tensor with one of these. https://pytorch.org/docs/stable/generated/torch.tensordot.html
 */
export function tensordot(input: Tensor, other: Tensor, dims?: number | readonly [readonly number[], readonly number[]] | Tensor, options?: { out?: Tensor }): Tensor;
export function tensordot(input: Tensor, other: Tensor, options: { dims?: number | readonly [readonly number[], readonly number[]] | Tensor; out?: Tensor }): Tensor;
export function tensordot(input: Tensor, other: Tensor, dimsSelf: readonly number[], dimsOther: readonly number[], options?: { out?: Tensor }): Tensor;
export function tensordot(...args: unknown[]): Tensor {
  const last = args[args.length - 1];
  const options = isPlainObject(last) ? { ...last } : null;
  const at = options ? args.length - 1 : args.length;
  let dims: unknown = options && 'dims' in options ? options.dims : at === 3 ? args[2] : undefined;
  if (isTensor(dims)) dims = dims.tolist();
  if (Array.isArray(dims) && dims.length === 1 && !Array.isArray(dims[0])) [dims] = dims as unknown[];
  const call = tensordotOf as (...a: unknown[]) => Tensor;
  if (dims === undefined) return call(...args);
  if (options) delete options.dims;
  return call(args[0], args[1], ...(isPair(dims) ? dims : [dims]), ...(options ? [options] : []));
}
