/** vmap: a function of one sample as a function of a batch. */
import { bind, isPlainObject, signature } from '../bind';
import { TorshError } from '../errors';
import * as ops from '../gen/ops';
import type { Tensor } from '../tensor';
import { getRngState, setRngState } from '../random';
import './batching/answer';
import './batching/function';
import { Batched, type Randomness, full, isAt, within } from './batching/levels';
import { leaves, mapLeaves, withLeaves } from './tree';

type Func = (...args: any[]) => any;
type Dims = number | null | readonly Dims[] | { readonly [key: string]: Dims };
export interface VmapOptions { inDims?: Dims; outDims?: Dims; randomness?: 'error' | 'same' | 'different'; chunkSize?: number | null }

const fail = (text: string, code: 'ERR_ARGUMENT' | 'ERR_SHAPE' = 'ERR_ARGUMENT'): never => { throw new TorshError(code, 'vmap', `vmap: ${text}`); };

/** The mapped dim of each tensor of a tree (null: handed on whole), in order. */
function dimsOf(tree: unknown, dims: Dims): (number | null)[] {
  if (Array.isArray(dims)) {
    if (!Array.isArray(tree) || tree.length !== dims.length) fail(`inDims has ${dims.length} entries where there are ${Array.isArray(tree) ? tree.length : 'no'} arguments`);
    return (tree as unknown[]).flatMap((x, i) => dimsOf(x, dims[i] as Dims));
  }
  if (isPlainObject(dims)) {
    if (!isPlainObject(tree)) fail('inDims is an object where the argument is none');
    return Object.entries(tree as object).flatMap(([key, x]) => dimsOf(x, (dims as Record<string, Dims>)[key] ?? null));
  }
  return leaves(tree).map((t) => {
    if (dims === null) return null;
    const dim = dims as number;
    if (!Number.isInteger(dim) || dim < -t.ndim || dim >= t.ndim) fail(`Got in_dim=${String(dim)} for an input of ${t.ndim} dims`);
    return dim < 0 ? dim + t.ndim : dim;
  });
}

const taken = signature('vmap', 'func, inDims=0, outDims=0, randomness="error", chunkSize=null');

/**
 * The function that does for every slice of its arguments along inDims (null: the same for all; nested as the arguments are) what func does for
 * one, and puts the results along outDims. func runs once: its tensors stand for those of all samples, and each op is one call for
 * the whole batch where src/ops/batch.mjs knows how, else one for each sample. Gradients flow through it, also per sample: vmap(grad(f)).
 * randomness: 'different' numbers for each sample, the 'same' ones, or (as PyTorch does by default) an 'error' when func draws any.
 * chunkSize: so many samples at a time. Errors: item(), tolist() and whatever depends on values inside func; in-place changes of what is the
 * same for all by what is not. https://pytorch.org/docs/stable/generated/torch.func.vmap.html
 *
 * @example
 * ```js
 * const dot = torsh.vmap((x, y) => torsh.dot(x, y));
 * console.log(dot(torsh.ones(3, 4), torsh.full([3, 4], 2))); // tensor([8., 8., 8.])
 * ```
 */
export function vmap(func: Func, inDims?: Dims | VmapOptions, outDims?: Dims, options?: VmapOptions): Func;
export function vmap(...options: unknown[]): Func {
  const [func, inDims, outDims, randomness, chunkSize] = bind(taken, options) as [Func, Dims, Dims, Randomness, number | null];
  if (!['error', 'same', 'different'].includes(randomness)) fail(`Only allowed values for randomness are 'error', 'different', or 'same'. Got ${randomness}`);
  if (chunkSize !== null && !(Number.isInteger(chunkSize) && chunkSize > 0)) fail(`chunkSize should be null or greater than 0. Got ${String(chunkSize)}`);
  return (...args) => {
    const inputs = leaves(args);
    const dims = dimsOf(args, Array.isArray(inDims) ? inDims : args.map(() => inDims));
    const sizes = inputs.flatMap((t, i) => (dims[i] === null ? [] : [t.shape[dims[i]!]]));
    if (sizes.length === 0) fail('at least one argument must be mapped over');
    const [n] = sizes;
    if (sizes.some((size) => size !== n)) fail(`Expected all tensors to have the same size in the mapped dimension, got sizes [${sizes}] for the mapped dimension`, 'ERR_SHAPE');
    if (n === 0) fail('the mapped dimension has size 0: there is nothing to call the function with', 'ERR_SHAPE');
    if (chunkSize === null || chunkSize >= n) return run(func, args, inputs, dims, n, outDims, randomness);
    const starts = Array.from({ length: Math.ceil(n / chunkSize) }, (_, i) => i * chunkSize);
    const state = randomness === 'same' ? getRngState() : null;
    const parts = starts.map((from, i) => {
      if (state !== null && i > 0) setRngState(state);
      const count = Math.min(chunkSize, n - from);
      return run(func, args, inputs.map((t, k) => (dims[k] === null ? t : t.narrow(dims[k]!, from, count))), dims, count, outDims, randomness);
    });
    const lists = parts.map(leaves), places = outDimsOf(parts[0], outDims);
    let at = -1;
    return mapLeaves(parts[0], (t) => (places[++at] === null ? t : ops.cat(lists.map((list) => list[at]), places[at]!)));
  };
}

function run(func: Func, args: unknown[], inputs: Tensor[], dims: (number | null)[], n: number, outDims: Dims, randomness: Randomness): unknown {
  const values = inputs.map((t, k) => (dims[k] === null || dims[k] === 0 ? t : t.movedim(dims[k]!, 0)));
  const [result, level] = within(n, randomness, (here) => [
    func(...withLeaves(args, values.map((t, k) => (dims[k] === null ? t : new Batched(t, here)))) as unknown[]), here] as const);
  if (typeof (result as { then?: unknown } | null)?.then === 'function') fail('the function returned a Promise: its later parts would run outside of vmap');
  if (leaves(result).length === 0) fail('the function must return tensors');
  const places = outDimsOf(result, outDims);
  let at = -1;
  return mapLeaves(result, (t) => {
    const place = places[++at];
    if (place === null) return isAt(t, level) ? fail('the function returned a batched tensor, but outDims says null for it') : t;
    return place === 0 ? full(t, level) : full(t, level).movedim(0, place);
  });
}

/** Where the batch goes in each tensor of a result. */
function outDimsOf(result: unknown, dims: Dims): (number | null)[] {
  if (!Array.isArray(dims)) return leaves(result).map(() => dims as number | null);
  if (!Array.isArray(result) || result.length !== dims.length) fail(`outDims has ${dims.length} entries where there are ${Array.isArray(result) ? result.length : 'no'} results`);
  return (result as unknown[]).flatMap((x, i) => outDimsOf(x, dims[i] as Dims));
}
