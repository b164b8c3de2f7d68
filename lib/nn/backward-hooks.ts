/**
 * Full backward hooks: the module's tensors pass through identities at its entry and exit whose gradients are those of its
 * inputs and outputs. Several tensors pass through one joined vector, so that their gradients arrive together.
 */
import { TorshError } from '../errors';
import { isGradEnabled } from '../autograd';
import { promoteTypes } from '../info';
import { isTensor, type DType, type Tensor } from '../tensor';
import * as ops from '../gen/ops';
import type { Module } from './module';

/** gradInput and gradOutput have one entry an argument and an output: null for what is no tensor or needs no gradient. */
export type BackwardHook = (module: any, gradInput: any[], gradOutput: any[]) => unknown;
/** What it returns takes the place of gradOutput. */
export type BackwardPreHook = (module: any, gradOutput: any[]) => unknown;
type Grads = (Tensor | null)[];
type OnGrads = (grads: Tensor[]) => Tensor[] | null;

/** How tensors lie in the vector that joins them; of several dtypes the vector has the widest, which changes no value. */
interface Joint { readonly dtype: DType; readonly parts: readonly { readonly shape: number[]; readonly dtype: DType }[] }

function jointOf(tensors: readonly Tensor[]): Joint {
  return { dtype: tensors.map((t) => t.dtype).reduce(promoteTypes), parts: tensors.map(({ shape, dtype }) => ({ shape, dtype })) };
}

function split(vector: Tensor, { parts }: Joint): Tensor[] {
  let at = 0;
  return parts.map(({ shape, dtype }) => {
    const n = shape.reduce((a, b) => a * b, 1);
    at += n;
    return vector.narrow(0, at - n, n).view(shape).to(dtype);
  });
}

const join = (tensors: readonly Tensor[], { dtype }: Joint): Tensor => ops.cat(tensors.map((t) => t.reshape([-1]).to(dtype)));

/** The tensors again, one node later in the graph; onGrads gets all their gradients at once and may replace them. */
function watch(tensors: Tensor[], onGrads: OnGrads): Tensor[] {
  if (tensors.length === 1) {
    const [only] = tensors;
    const seen = only.viewAs(only);
    seen.registerHook(singleHook(onGrads));
    return [seen];
  }
  const joint = jointOf(tensors);
  const joined = join(tensors, joint);
  joined.registerHook(joinedHook(joint, onGrads));
  return split(joined, joint);
}

function joinedHook(joint: Joint, onGrads: OnGrads): (grad: Tensor) => Tensor | undefined {
  return (grad) => {
    const replaced = onGrads(split(grad, joint));
    return replaced ? join(replaced, joint) : undefined;
  };
}
function singleHook(onGrads: OnGrads): (grad: Tensor) => Tensor | undefined {
  return (grad) => onGrads([grad])?.[0];
}

const pick = (values: readonly unknown[], places: readonly number[]): Tensor[] => places.map((i) => values[i] as Tensor);

/** values with others at some places. */
function put(values: readonly unknown[], places: readonly number[], others: readonly unknown[]): unknown[] {
  const result = [...values];
  places.forEach((place, i) => { result[place] = others[i]; });
  return result;
}

/**
 * What one call's backward needs. Closures that the core keeps are made in functions of their own: those of one scope share
 * what any of them refers to, and a tensor of the forward pass would hold the graph that holds the closure.
 */
class Call {
  gradOutput: Grads = [];
  constructor(readonly module: Module, readonly before: readonly BackwardPreHook[], readonly hooks: readonly BackwardHook[], readonly inputs: readonly number[], readonly argCount: number) {}

  /** Runs the hooks; gives the gradients of the inputs that have one, or null when no hook changed them. */
  fire(grads: Tensor[]): Tensor[] | null {
    const { module, inputs, argCount, gradOutput } = this;
    this.gradOutput = [];
    let gradInput: Grads = new Array<null>(argCount).fill(null);
    inputs.forEach((place, i) => { gradInput[place] = grads[i]; });
    let changed = false;
    for (const hook of this.hooks) {
      const result = hook(module, gradInput, gradOutput);
      if (result === undefined || result === null) continue;
      const name = module.constructor.name;
      if (inputs.length === 0) throw new TorshError('ERR_CALLBACK', name, `${name}: a backward hook can only replace gradients of inputs that require grad`);
      const list = Array.isArray(result) ? result as Grads : [result as Tensor];
      if (list.length !== argCount) {
        throw new TorshError('ERR_CALLBACK', name, `${name}: a backward hook returned ${list.length} gradients, but there are ${argCount} inputs`);
      }
      gradInput = list;
      changed = true;
    }
    return changed ? inputs.map((place, i) => gradInput[place] ?? grads[i]) : null;
  }

  enter(args: readonly unknown[]): unknown[] {
    if (this.inputs.length === 0) return [...args];
    return put(args, this.inputs, watch(pick(args, this.inputs), this.atInputs()));
  }

  /** outputs with those at `places` watched. */
  leave(outputs: readonly unknown[], places: readonly number[]): unknown[] {
    return put(outputs, places, watch(pick(outputs, places), this.atOutputs(outputs.length, places)));
  }

  private atInputs(): OnGrads {
    return (grads) => this.fire(grads);
  }

  private atOutputs(count: number, places: readonly number[]): OnGrads {
    return (grads) => {
      let gradOutput = put(new Array<null>(count).fill(null), places, grads) as Grads;
      let changed = false;
      for (const hook of this.before) {
        const result = hook(this.module, gradOutput);
        if (result === undefined || result === null) continue;
        gradOutput = (Array.isArray(result) ? result : [result]) as Grads;
        if (gradOutput.length !== count) {
          const name = this.module.constructor.name;
          throw new TorshError('ERR_CALLBACK', name, `${name}: a backward pre hook returned ${gradOutput.length} gradients, but there are ${count} outputs`);
        }
        changed = true;
      }
      this.gradOutput = gradOutput;
      if (this.inputs.length === 0) this.fire([]);
      return changed ? places.map((place, i) => gradOutput[place] ?? grads[i]) : null;
    };
  }
}

const wanted = (values: readonly unknown[]): number[] =>
  values.flatMap((value, i) => (isTensor(value) && value.requiresGrad ? [i] : []));

export function runBackwardHooked(
  module: Module, before: readonly BackwardPreHook[], hooks: readonly BackwardHook[], args: unknown[], forward: (args: unknown[]) => unknown,
): unknown {
  if (!isGradEnabled()) return forward(args);
  // With pre hooks alone the inputs need no watching.
  const call = new Call(module, before, hooks, hooks.length > 0 ? wanted(args) : [], args.length);
  const output = forward(call.enter(args));
  const outputs: readonly unknown[] = Array.isArray(output) ? output : [output];
  const places = wanted(outputs);
  if (places.length === 0) return output;
  const leaving = call.leave(outputs, places);
  if (!Array.isArray(output)) return leaving[0];
  // Named results keep their names.
  for (const key of Object.getOwnPropertyNames(output)) {
    if (key === 'length' || /^\d+$/.test(key)) continue;
    const value = (output as unknown as Record<string, unknown>)[key];
    const at = outputs.indexOf(value);
    Object.defineProperty(leaving, key, { value: at < 0 ? value : leaving[at], enumerable: false });
  }
  return leaving;
}
