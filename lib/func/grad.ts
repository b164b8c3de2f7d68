/** torsh.func: functions that give derivatives of functions. https://pytorch.org/docs/stable/func.api.html */
import { bind, signature } from '../bind';
import { grad as gradOf } from '../autograd';
import { enableGrad } from '../autograd/modes';
import { TorshError } from '../errors';
import * as ops from '../gen/ops';
import { isTensor } from '../runtime/call';
import type { Tensor } from '../tensor';
import { getRngState, setRngState } from '../random';
import { everywhere } from './batching/levels';
import { type Tree, leaves, mapLeaves, withLeaves } from './tree';
import { vmap } from './vmap';

type Func = (...args: any[]) => any;
type Argnums = number | readonly number[];
interface GradOptions { argnums?: Argnums; hasAux?: boolean }

/** How many of these functions are running inside one another. */
let depth = 0;

/** A tensor to differentiate by; inside vmap each sample has its own. */
function ownOf(t: Tensor): Tensor {
  if (!t.isFloatingPoint() && !t.isComplex()) return t;
  const own = everywhere(t);
  return own.requiresGrad ? own.viewAs(own) : own.detach().requiresGrad_(true);
}

/** Runs fn with arguments of its own in place of some of the tensors of args; the result's graph leads to them. */
function differentiated<T>(args: Tree, fn: (own: any, connected: boolean) => T): T {
  const outer = leaves(args).some((t) => t.requiresGrad) || depth > 0;
  depth++;
  try {
    return enableGrad(() => fn(mapLeaves(args, ownOf), outer));
  } finally {
    depth--;
  }
}
/** Results of the outermost function are free of the graphs that made them, unless its arguments require grad. */
const finish = (tree: Tree, connected: boolean): any => (connected ? tree : mapLeaves(tree, (t) => t.detach()));

const gradients = (outputs: Tensor[], inputs: Tensor[], gradOutputs: Tensor[]): Tensor[] => {
  const live = outputs.map((_, i) => i).filter((i) => outputs[i].requiresGrad);
  const found = live.length === 0 ? inputs.map(() => null)
    : gradOf(live.map((i) => outputs[i]), inputs, { gradOutputs: live.map((i) => gradOutputs[i]), createGraph: true, allowUnused: true });
  return found.map((g, i) => g ?? ops.zerosLike(inputs[i]));
};

function argumentPlaces(op: string, argnums: unknown, n: number): number[] {
  const list = (Array.isArray(argnums) ? argnums : [argnums]) as number[];
  return list.map((i) => {
    const place = i < 0 ? i + n : i;
    if (!Number.isInteger(i) || place < 0 || place >= n) throw new TorshError('ERR_ARGUMENT', op, `${op}: argnums ${String(i)} is out of range for ${n} arguments`);
    return place;
  });
}

/** Calls func with its chosen arguments made differentiable. */
function withChosen<T>(op: string, args: unknown[], argnums: unknown, fn: (args: unknown[], chosen: any, connected: boolean) => T): T {
  const places = argumentPlaces(op, argnums, args.length);
  return differentiated(places.map((i) => args[i]), (own: unknown[], connected) => {
    const all = [...args];
    places.forEach((place, k) => { all[place] = own[k]; });
    return fn(all, Array.isArray(argnums) ? own : own[0], connected);
  });
}

function split(result: unknown, hasAux: unknown, op: string): [unknown, unknown] {
  if (!hasAux) return [result, undefined];
  if (!Array.isArray(result) || result.length !== 2) throw new TorshError('ERR_ARGUMENT', op, `${op}: with hasAux the function must return [output, aux]`);
  return [result[0], result[1]];
}

function gradAndMore(op: string, func: Func, args: unknown[], argnums: unknown, hasAux: unknown): { grads: any; value: any; aux: any } {
  return withChosen(op, args, argnums, (all, chosen, connected) => {
    const [value, aux] = split(func(...all), hasAux, op);
    if (!isTensor(value) || value.numel() !== 1 || value.ndim !== 0) {
      throw new TorshError('ERR_SHAPE', op, `${op}: Expected the function to return a 0-d tensor, got ${isTensor(value) ? `shape [${value.shape}]` : typeof value}`);
    }
    const inputs = leaves(chosen).filter((t) => t.requiresGrad);
    const grads = gradients([value], inputs, [ops.onesLike(value)]);
    let at = 0;
    const tree = mapLeaves(chosen, (t) => (t.requiresGrad ? grads[at++] : ops.zerosLike(t)));
    return { grads: finish(tree, connected), value: finish(value, connected), aux: finish(aux, connected) };
  });
}

const gradSignature = signature('grad', 'func, argnums=0, hasAux=false');

/**
 * The function that gives the gradient of func (which returns a 0-d tensor) with respect to its arguments `argnums`; with hasAux, [gradient, aux].
 *
 * @example
 * ```js
 * console.log(torsh.func.grad((x) => x.pow(3).sum())(torsh.tensor([1, 2]))); // tensor([ 3., 12.])
 * ```
 */
export function grad(func: Func, argnums?: Argnums | GradOptions, hasAux?: boolean): Func;
export function grad(...options: unknown[]): Func {
  const [func, argnums, hasAux] = bind(gradSignature, options) as [Func, Argnums, boolean];
  return (...args) => {
    const { grads, aux } = gradAndMore('grad', func, args, argnums, hasAux);
    return hasAux ? [grads, aux] : grads;
  };
}

/** As grad, giving [gradient, value], or [gradient, [value, aux]]. */
export function gradAndValue(func: Func, argnums?: Argnums | GradOptions, hasAux?: boolean): Func;
export function gradAndValue(...options: unknown[]): Func {
  const [func, argnums, hasAux] = bind(gradSignature, options) as [Func, Argnums, boolean];
  return (...args) => {
    const { grads, value, aux } = gradAndMore('gradAndValue', func, args, argnums, hasAux);
    return [grads, hasAux ? [value, aux] : value];
  };
}

/** gradAndValue with the value in front. */
export function valueAndGrad(func: Func, argnums?: Argnums | GradOptions, hasAux?: boolean): Func {
  const both = gradAndValue(func, argnums, hasAux);
  return (...args) => (both(...args) as unknown[]).reverse();
}

/**
 * [output, vjpFn]: vjpFn takes cotangents like the output and gives one gradient for each primal (the one alone for a single primal); with hasAux, [output, vjpFn, aux].
 *
 * @example
 * ```js
 * const [output, back] = torsh.func.vjp((x) => x.sin(), torsh.zeros(2));
 * console.log(output, back(torsh.ones(2))); // tensor([0., 0.]) tensor([1., 1.])
 * ```
 */
export function vjp(func: Func, ...args: any[]): [any, Func] | [any, Func, any] {
  const options = args.length > 0 && args[args.length - 1]?.hasAux !== undefined && !isTensor(args[args.length - 1]) ? args.pop() as { hasAux: boolean } : { hasAux: false };
  return differentiated(args, (own: unknown[], connected) => {
    const [output, aux] = split(func(...own), options.hasAux, 'vjp');
    const inputs = leaves(own).filter((t) => t.requiresGrad);
    const product: Func = (...cotangents) => {
      const outputs = leaves(output), given = leaves(cotangents.length === 1 ? cotangents[0] : cotangents);
      if (given.length !== outputs.length) throw new TorshError('ERR_ARGUMENT', 'vjp', `vjp: expected ${outputs.length} cotangents, got ${given.length}`);
      const grads = enableGrad(() => gradients(outputs, inputs, given));
      let at = 0;
      const tree = mapLeaves(own, (t) => (t.requiresGrad ? grads[at++] : ops.zerosLike(t))) as unknown[];
      const done = finish(tree, connected || given.some((t) => t.requiresGrad)) as unknown[];
      return done.length === 1 ? done[0] : done;
    };
    const value = finish(output, connected);
    return options.hasAux ? [value, product, finish(aux, connected)] : [value, product];
  });
}

/** The Jacobian times tangents, by differentiating the vector-Jacobian product in its vector. */
function pushforward(outputs: Tensor[], inputs: Tensor[], tangents: Tensor[]): Tensor[] {
  const us = outputs.map((o) => ops.zerosLike(o.detach()).requiresGrad_(true));
  return gradients(gradients(outputs, inputs, us), us, tangents);
}

const jvpSignature = signature('jvp', 'func, primals, tangents, *, strict=false, hasAux=false');

/**
 * [output, tangent of the output]: the derivative of func at primals (an array) along tangents (an array like it).
 *
 * @example
 * ```js
 * const [output, tangent] = torsh.func.jvp((x) => x.square(), [torsh.tensor([3])], [torsh.tensor([1])]);
 * console.log(output, tangent); // tensor([9.]) tensor([6.])
 * ```
 */
export function jvp(func: Func, primals: readonly any[], tangents: readonly any[], options?: { strict?: boolean; hasAux?: boolean }): any[];
export function jvp(...options: unknown[]): any[] {
  const [func, primals, tangents, , hasAux] = bind(jvpSignature, options) as [Func, unknown[], unknown[], boolean, boolean];
  if (!Array.isArray(primals) || !Array.isArray(tangents) || leaves(primals).length !== leaves(tangents).length) {
    throw new TorshError('ERR_ARGUMENT', 'jvp', 'jvp: primals and tangents must be arrays of the same structure');
  }
  const along = leaves(tangents);
  const mixed = along.some((t) => t.requiresGrad);
  return differentiated(primals, (own: unknown[], connected) => {
    const [output, aux] = split(func(...own), hasAux, 'jvp');
    const all = leaves(own);
    const wanted = all.map((_, i) => i).filter((i) => all[i].requiresGrad);
    const tangent = pushforward(leaves(output), wanted.map((i) => all[i]), wanted.map((i) => along[i]));
    const result = [finish(output, connected), finish(withLeaves(output, tangent), connected || mixed)];
    return hasAux ? [...result, finish(aux, connected)] : result;
  });
}

/**
 * [output, jvpFn]: jvpFn takes tangents like the primals and gives the derivative of func at primals along them, without running func again.
 * https://pytorch.org/docs/stable/generated/torch.func.linearize.html
 */
export function linearize(func: Func, ...primals: any[]): [any, Func] {
  return differentiated(primals, (own: unknown[], connected) => {
    const output: unknown = func(...own);
    const outputs = leaves(output), all = leaves(own), wanted = all.flatMap((t, i) => (t.requiresGrad ? [i] : []));
    const us = outputs.map((o) => ops.zerosLike(o.detach()).requiresGrad_(true));
    const pulled = gradients(outputs, wanted.map((i) => all[i]), us);
    const along: Func = (...tangents) => {
      const given = leaves(tangents);
      if (given.length !== all.length) throw new TorshError('ERR_ARGUMENT', 'linearize', `linearize: expected ${all.length} tangents, got ${given.length}`);
      const found = enableGrad(() => gradients(pulled, us, wanted.map((i) => given[i])));
      return finish(withLeaves(output, found), connected || given.some((t) => t.requiresGrad)) as unknown;
    };
    return [finish(output, connected), along];
  });
}

/** Every direction of a list of tensors, one at one element of one of them: for each tensor its parts, of the directions in front. */
function basis(list: Tensor[]): Tensor[] {
  const sizes = list.map((t) => t.numel()), total = sizes.reduce((x, y) => x + y, 0);
  return list.map((t, i) => ops.eye(total, { dtype: t.dtype }).narrow(1, sizes.slice(0, i).reduce((x, y) => x + y, 0), sizes[i]).reshape([total, ...t.shape]));
}

interface JacobianOptions { argnums?: Argnums; hasAux?: boolean; chunkSize?: number | null }
type Jacobian = (func: Func, argnums?: Argnums | JacobianOptions, hasAux?: boolean | { hasAux?: boolean; chunkSize?: number | null }) => Func;

/** How a Jacobian comes about: in directions of the outputs or of the inputs, from each of which `derive` gives a part of it. */
interface Way {
  byOutput: boolean;
  derive(outputs: Tensor[], inputs: Tensor[], direction: Tensor[]): Tensor[];
}

/** Derivatives in all directions, these in front: in one pass of vmap, in which every direction has arguments of its own; where vmap refuses, one by one. */
function inAllDirections(way: Way, outputs: Tensor[], inputs: Tensor[], again: (fn: (outputs: Tensor[], inputs: Tensor[]) => Tensor[]) => Tensor[], chunkSize: number | null): Tensor[] {
  const from = way.byOutput ? outputs : inputs, to = way.byOutput ? inputs : outputs;
  const directions = basis(from), n = directions[0]?.shape[0] ?? 0;
  if (n > 1) {
    try {
      return vmap((...direction: Tensor[]) => again((outs, ins) => way.derive(outs, ins, direction)), { randomness: 'same', chunkSize })(...directions) as Tensor[];
    } catch (error) {
      if (!(error instanceof TorshError && error.op === 'vmap')) throw error;
    }
  }
  const found = Array.from({ length: n }, (_, i) => way.derive(outputs, inputs, directions.map((d) => d.select(0, i))));
  return to.map((t, k) => (n === 0 ? ops.zeros([0, ...t.shape], { dtype: t.dtype }) : ops.stack(found.map((list) => list[k]))));
}

/** The blocks of the Jacobian, one for each output and input. */
function blocks(way: Way, found: Tensor[], outputs: Tensor[], inputs: Tensor[]): Tensor[][] {
  const offset = (list: Tensor[], k: number): number => list.slice(0, k).reduce((n, t) => n + t.numel(), 0);
  return outputs.map((o, j) => inputs.map((x, i) => {
    const whole = way.byOutput ? found[i].narrow(0, offset(outputs, j), o.numel()) : found[j].narrow(0, offset(inputs, i), x.numel()).movedim(0, -1);
    return whole.reshape([...o.shape, ...x.shape]);
  }));
}

function jacobianOf(op: string, way: Way): Jacobian {
  const taken = signature(op, 'func, argnums=0, hasAux=false, *, chunkSize=null');
  return (...options) => {
    const [func, argnums, hasAux, chunkSize] = bind(taken, options) as [Func, Argnums, boolean, number | null];
    return (...args) => {
      const state = getRngState();
      return withChosen(op, args, argnums, (all, chosen, connected) => {
        const [output, aux] = split(func(...all), hasAux, op);
        const outputs = leaves(output), inputs = leaves(chosen);
        setRngState(state); // the second run draws the same numbers
        const again = (fn: (outputs: Tensor[], inputs: Tensor[]) => Tensor[]): Tensor[] =>
          withChosen(op, all, argnums, (given, own) => fn(leaves(split(func(...given), hasAux, op)[0]), leaves(own)));
        const parts = blocks(way, inAllDirections(way, outputs, inputs, again, chunkSize), outputs, inputs);
        const tree = withLeaves(output, parts.map((row) => withLeaves(chosen, row) as unknown));
        return hasAux ? [finish(tree, connected), finish(aux, connected)] : finish(tree, connected);
      });
    };
  };
}

/**
 * The function that gives the Jacobian of func: [...output shape, ...argument shape]. Backward runs once for all elements of the output (so many at a time as chunkSize says), and func twice.
 *
 * @example
 * ```js
 * console.log(torsh.func.jacrev((x) => x.square())(torsh.tensor([1, 2])));
 * // tensor([[2., 0.],
 * //         [0., 4.]])
 * ```
 */
export const jacrev: Jacobian = jacobianOf('jacrev', { byOutput: true, derive: gradients });

/**
 * jacrev by columns: all elements of the argument at once, better where it has fewer than the output.
 *
 * @example
 * ```js
 * console.log(torsh.func.jacfwd((x) => x.square())(torsh.tensor([1, 2])));
 * // tensor([[2., 0.],
 * //         [0., 4.]])
 * ```
 */
export const jacfwd: Jacobian = jacobianOf('jacfwd', { byOutput: false, derive: pushforward });

/**
 * The function that gives the matrix of second derivatives of func, nested by argument.
 *
 * @example
 * ```js
 * console.log(torsh.func.hessian((x) => x.pow(3).sum())(torsh.tensor([1, 2])));
 * // tensor([[ 6.,  0.],
 * //         [ 0., 12.]])
 * ```
 */
export const hessian = (func: Func, argnums: Argnums = 0): Func => jacfwd(jacrev(func, argnums), argnums);
