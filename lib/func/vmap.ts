/** vmap: a function of one sample as a function of a batch. */
import { bind, isPlainObject, signature } from '../bind';
import { TorshError } from '../errors';
import * as ops from '../gen/ops';
import { isTensor } from '../runtime/call';
import type { Tensor } from '../tensor';
import { getRngState, setRngState } from '../random';
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
 * The function that runs func on each slice of its arguments along inDims (null: the same for all; nested as the arguments are)
 * and stacks the results along outDims. Gradients flow through it. randomness: 'different' numbers for each slice, the 'same' ones, or
 * (as PyTorch does by default) an 'error' when func draws any. https://pytorch.org/docs/stable/generated/torch.func.vmap.html
 */
export function vmap(func: Func, inDims?: Dims | VmapOptions, outDims?: Dims, options?: VmapOptions): Func;
export function vmap(...options: unknown[]): Func {
  const [func, inDims, outDims, randomness] = bind(taken, options) as [Func, Dims, Dims, string, number | null];
  if (!['error', 'same', 'different'].includes(randomness)) fail(`Only allowed values for randomness are 'error', 'different', or 'same'. Got ${randomness}`);
  return (...args) => {
    const inputs = leaves(args);
    const dims = dimsOf(args, Array.isArray(inDims) ? inDims : args.map(() => inDims));
    const sizes = inputs.flatMap((t, i) => (dims[i] === null ? [] : [t.shape[dims[i]!]]));
    if (sizes.length === 0) fail('at least one argument must be mapped over');
    if (sizes.some((n) => n !== sizes[0])) fail(`Expected all tensors to have the same size in the mapped dimension, got sizes [${sizes}] for the mapped dimension`, 'ERR_SHAPE');
    if (sizes[0] === 0) fail('the mapped dimension has size 0: there is nothing to call the function with', 'ERR_SHAPE');
    return run(func, args, inputs, dims, sizes[0], outDims, randomness);
  };
}

function run(func: Func, args: unknown[], inputs: Tensor[], dims: (number | null)[], n: number, outDims: Dims, randomness: string): unknown {
  const state = randomness === 'different' ? null : getRngState();
  const results: unknown[] = [];
  for (let i = 0; i < n; i++) {
    if (i > 0 && state) setRngState(state);
    const slices = inputs.map((t, k) => (dims[k] === null ? t : t.select(dims[k]!, i)));
    results.push(func(...withLeaves(args, slices) as unknown[]));
    if (i === 0 && randomness === 'error' && !ops.equal(state!, getRngState())) {
      fail("called random operation while in randomness error mode. Please either use the 'same' or 'different' randomness flags on vmap or perform the randomness operation out of vmap");
    }
  }
  state?.dispose();
  return stacked(results, outDims);
}

function stacked(results: unknown[], outDims: Dims): unknown {
  const [first] = results;
  const outputs = results.map(leaves);
  if (outputs[0].length === 0 && !isTensor(first)) fail('the function must return tensors');
  const dims = Array.isArray(outDims) ? (first as unknown[]).flatMap((x, i) => leaves(x).map(() => outDims[i] as number)) : outputs[0].map(() => outDims as number);
  let at = -1;
  return mapLeaves(first, () => {
    at++;
    return ops.stack(outputs.map((list) => list[at]), dims[at] ?? 0);
  });
}
