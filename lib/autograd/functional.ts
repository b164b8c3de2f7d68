/** torsh.autograd.functional: Jacobians, Hessians and their products with vectors. */
import { bind, signature } from '../bind';
import { TorshError } from '../errors';
import * as ops from '../gen/ops';
import { isTensor } from '../runtime/call';
import type { Tensor } from '../tensor';
import { grad } from './index';
import { enableGrad } from './modes';

type Tensors = Tensor | readonly Tensor[];
type Func = (...inputs: Tensor[]) => Tensors;
interface Options { createGraph?: boolean; strict?: boolean }
interface JacobianOptions extends Options { vectorize?: boolean; strategy?: 'reverse-mode' | 'forward-mode' }
interface HessianOptions extends Options { vectorize?: boolean; outerJacobianStrategy?: 'reverse-mode' | 'forward-mode' }

const signatureOf = (name: string, more = ''): ReturnType<typeof signature> => signature(name, `func, inputs, ${more}createGraph=false, strict=false`);

function tensorsOf(x: unknown, op: string, what: string): Tensor[] {
  const all = Array.isArray(x) ? (x as unknown[]) : [x];
  all.forEach((t, i) => {
    if (!isTensor(t)) throw new TorshError('ERR_ARGUMENT', op, `${op}: the ${what} must be a Tensor or an array of Tensors, entry ${i} is not`);
  });
  return all as Tensor[];
}

/** Inputs as this call's own: connected to the caller's graph only where that is wanted. */
const prepare = (inputs: Tensor[], createGraph: boolean): Tensor[] =>
  inputs.map((x) => (createGraph && x.requiresGrad ? x.viewAs(x) : x.detach().requiresGrad_(true)));

/** A gradient that is not there is zero, or an error when strict. */
function filled(g: Tensor | null, x: Tensor, op: string, strict: boolean, what: string): Tensor {
  if (g !== null) return g;
  if (strict) throw new TorshError('ERR_AUTOGRAD', op, `${op}: ${what} is independent of an input. This is not allowed in strict mode.`);
  return ops.zerosLike(x);
}

/** Results have the structure of what they belong to; outside a graph unless one was asked for. */
function shaped<T extends Tensors>(list: Tensor[], pattern: unknown, createGraph: boolean): T {
  const done = createGraph ? list : list.map((t) => t.detach());
  return (Array.isArray(pattern) ? done : done[0]) as unknown as T;
}

function gradients(op: string, outputs: Tensor[], inputs: Tensor[], gradOutputs: Tensor[], createGraph: boolean, strict: boolean): Tensor[] {
  const live = outputs.map((_, i) => i).filter((i) => outputs[i].requiresGrad);
  if (live.length < outputs.length && strict) {
    throw new TorshError('ERR_AUTOGRAD', op, `${op}: output ${outputs.findIndex((o) => !o.requiresGrad)} is independent of the inputs. This is not allowed in strict mode.`);
  }
  const found = live.length === 0 ? inputs.map(() => null)
    : grad(live.map((i) => outputs[i]), inputs, { gradOutputs: live.map((i) => gradOutputs[i]), retainGraph: true, createGraph, allowUnused: true });
  return found.map((g, i) => filled(g, inputs[i], op, strict, 'The output of the function'));
}

/** v fitted to what it multiplies: ones for a lone element where none is given. */
function vectors(op: string, v: unknown, like: Tensor[], what: string): Tensor[] {
  if (v === null || v === undefined) {
    if (like.length !== 1 || like[0].numel() !== 1) {
      throw new TorshError('ERR_ARGUMENT', op, `${op}: The vector v can only be null if ${what} has a single element`);
    }
    return [ops.onesLike(like[0])];
  }
  const list = tensorsOf(v, op, 'vector v');
  if (list.length !== like.length) throw new TorshError('ERR_ARGUMENT', op, `${op}: v has ${list.length} tensors, ${what} has ${like.length}`);
  list.forEach((t, i) => {
    if (String(t.shape) !== String(like[i].shape)) throw new TorshError('ERR_SHAPE', op, `${op}: v[${i}] has shape [${t.shape}], but should have [${like[i].shape}]`);
  });
  return list;
}

const jacobianSignature = signature('jacobian', 'func, inputs, createGraph=false, strict=false, vectorize=false, strategy="reverse-mode"');

/**
 * The Jacobian of func at inputs: [...output shape, ...input shape] for each pair, nested as outputs and inputs are. strict: an
 * output that does not depend on an input is an error. https://pytorch.org/docs/stable/generated/torch.autograd.functional.jacobian.html
 */
export function jacobian(func: Func, inputs: Tensors, options?: JacobianOptions): any;
export function jacobian(...args: unknown[]): any {
  const [func, given, createGraph, strict] = bind(jacobianSignature, args) as [Func, Tensors, boolean, boolean];
  return enableGrad(() => {
    const inputs = prepare(tensorsOf(given, 'jacobian', 'inputs'), createGraph);
    const result = func(...inputs);
    const rows = tensorsOf(result, 'jacobian', 'outputs of the function').map((output) => {
      const n = output.numel();
      const eye = ops.eye(n, { dtype: output.dtype }).reshape([n, ...output.shape]);
      const each = Array.from({ length: n }, (_, j) => gradients('jacobian', [output], inputs, [eye.select(0, j)], createGraph, strict));
      return inputs.map((x, k) => {
        const shape = [...output.shape, ...x.shape];
        return n === 0 ? ops.zeros(shape, { dtype: x.dtype }) : ops.stack(each.map((g) => g[k])).reshape(shape);
      });
    });
    const perOutput = rows.map((row) => shaped<any>(row, given, createGraph));
    return Array.isArray(result) ? perOutput : perOutput[0];
  });
}

function scalarOf(op: string, func: Func): Func {
  return (...inputs) => {
    const [output, ...more] = tensorsOf(func(...inputs), op, 'outputs of the function');
    if (more.length > 0 || output.numel() !== 1) throw new TorshError('ERR_SHAPE', op, `${op}: The Tensor returned by the function should contain a single element (shape [${output.shape}])`);
    return output.reshape([]);
  };
}

const hessianSignature = signature('hessian', 'func, inputs, createGraph=false, strict=false, vectorize=false, outerJacobianStrategy="reverse-mode"');

/** Second derivatives of a func with one element: the Jacobian of its gradient, nested by input twice. https://pytorch.org/docs/stable/generated/torch.autograd.functional.hessian.html */
export function hessian(func: Func, inputs: Tensors, options?: HessianOptions): any;
export function hessian(...args: unknown[]): any {
  const [func, given, createGraph, strict] = bind(hessianSignature, args) as [Func, Tensors, boolean, boolean];
  const scalar = scalarOf('hessian', func);
  const first: Func = (...inputs) => jacobian(scalar, Array.isArray(given) ? inputs : inputs[0], { createGraph: true, strict });
  return jacobian(first, given, { createGraph, strict });
}

const vjpSignature = signatureOf('vjp', 'v=null, ');

/** [outputs, v times the Jacobian]; v is like the outputs. https://pytorch.org/docs/stable/generated/torch.autograd.functional.vjp.html */
export function vjp(func: Func, inputs: Tensors, v?: Tensors | null, options?: Options): [any, any];
export function vjp(...args: unknown[]): [any, any] {
  const [func, given, v, createGraph, strict] = bind(vjpSignature, args) as [Func, Tensors, unknown, boolean, boolean];
  return enableGrad(() => {
    const inputs = prepare(tensorsOf(given, 'vjp', 'inputs'), createGraph);
    const result = func(...inputs);
    const outputs = tensorsOf(result, 'vjp', 'outputs of the function');
    const products = gradients('vjp', outputs, inputs, vectors('vjp', v, outputs, 'the output of the function'), createGraph, strict);
    return [shaped(outputs, result, createGraph), shaped(products, given, createGraph)];
  });
}

/** A product with the Jacobian from the right: the gradient, with respect to u, of u times the Jacobian. */
function forward(op: string, outputs: Tensor[], inputs: Tensor[], v: Tensor[], createGraph: boolean, strict: boolean): Tensor[] {
  const us = outputs.map((o) => ops.zerosLike(o.detach()).requiresGrad_(true));
  const products = gradients(op, outputs, inputs, us, true, strict);
  const live = products.map((_, i) => i).filter((i) => products[i].requiresGrad);
  const found = live.length === 0 ? us.map(() => null)
    : grad(live.map((i) => products[i]), us, { gradOutputs: live.map((i) => v[i]), createGraph, allowUnused: true });
  return found.map((g, i) => filled(g, us[i], op, strict, 'The output of the function'));
}

const jvpSignature = signatureOf('jvp', 'v=null, ');

/** [outputs, the Jacobian times v]; v is like the inputs. https://pytorch.org/docs/stable/generated/torch.autograd.functional.jvp.html */
export function jvp(func: Func, inputs: Tensors, v?: Tensors | null, options?: Options): [any, any];
export function jvp(...args: unknown[]): [any, any] {
  const [func, given, v, createGraph, strict] = bind(jvpSignature, args) as [Func, Tensors, unknown, boolean, boolean];
  return enableGrad(() => {
    const inputs = prepare(tensorsOf(given, 'jvp', 'inputs'), createGraph);
    const vs = vectors('jvp', v, inputs, 'the input of the function');
    const result = func(...inputs);
    const outputs = tensorsOf(result, 'jvp', 'outputs of the function');
    return [shaped(outputs, result, createGraph), shaped(forward('jvp', outputs, inputs, vs, createGraph, strict), result, createGraph)];
  });
}

/** The func's value and gradient, with the graph of the gradient. */
function valueAndGradient(op: string, func: Func, given: Tensors, createGraph: boolean, strict: boolean): { inputs: Tensor[]; output: Tensor; first: Tensor[] } {
  const inputs = prepare(tensorsOf(given, op, 'inputs'), createGraph);
  const output = scalarOf(op, func)(...inputs) as Tensor;
  return { inputs, output, first: gradients(op, [output], inputs, [ops.onesLike(output)], true, strict) };
}

const vhpSignature = signatureOf('vhp', 'v=null, ');

/** [output, v times the Hessian]. https://pytorch.org/docs/stable/generated/torch.autograd.functional.vhp.html */
export function vhp(func: Func, inputs: Tensors, v?: Tensors | null, options?: Options): [Tensor, any];
export function vhp(...args: unknown[]): [Tensor, any] {
  const [func, given, v, createGraph, strict] = bind(vhpSignature, args) as [Func, Tensors, unknown, boolean, boolean];
  return enableGrad(() => {
    const { inputs, output, first } = valueAndGradient('vhp', func, given, createGraph, strict);
    const vs = vectors('vhp', v, inputs, 'the input of the function');
    return [shaped<Tensor>([output], null, createGraph), shaped(gradients('vhp', first, inputs, vs, createGraph, strict), given, createGraph)];
  });
}

const hvpSignature = signatureOf('hvp', 'v=null, ');

/** [output, the Hessian times v]; vhp is the faster of the two. https://pytorch.org/docs/stable/generated/torch.autograd.functional.hvp.html */
export function hvp(func: Func, inputs: Tensors, v?: Tensors | null, options?: Options): [Tensor, any];
export function hvp(...args: unknown[]): [Tensor, any] {
  const [func, given, v, createGraph, strict] = bind(hvpSignature, args) as [Func, Tensors, unknown, boolean, boolean];
  return enableGrad(() => {
    const { inputs, output, first } = valueAndGradient('hvp', func, given, createGraph, strict);
    const vs = vectors('hvp', v, inputs, 'the input of the function');
    return [shaped<Tensor>([output], null, createGraph), shaped(forward('hvp', first, inputs, vs, createGraph, strict), given, createGraph)];
  });
}
