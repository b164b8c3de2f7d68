/**
 * Full backward hooks: the module's tensors pass through identities at its entry and exit whose gradients are those of its
 * inputs and outputs. Several tensors pass through one joined vector, so that their gradients arrive together.
 */
import { TorshError } from '../errors';
import { isGradEnabled } from '../autograd';
import { isTensor, type Tensor } from '../tensor';
import * as ops from '../gen/ops';
import type { HookList } from './hooks';
import type { Module } from './module';

/** gradInput and gradOutput have one entry an argument and an output: null for what is no tensor or needs no gradient. */
export type BackwardHook = (module: any, gradInput: any[], gradOutput: any[]) => unknown;
type Grads = (Tensor | null)[];

/** Copies of the tensors in the graph, and a call of `onGrads` with all their gradients, which it may replace. */
function watch(tensors: Tensor[], name: string, onGrads: (grads: Tensor[]) => Tensor[] | null): Tensor[] {
  if (tensors.length === 1) {
    const [only] = tensors;
    const seen = only.viewAs(only);
    seen.registerHook((grad: Tensor) => onGrads([grad])?.[0]);
    return [seen];
  }
  if (tensors.some((t) => t.dtype !== tensors[0].dtype)) {
    throw new TorshError('ERR_UNSUPPORTED', name, `${name}: a full backward hook needs all tensors that require grad to have one dtype`);
  }
  const joined = ops.cat(tensors.map((t) => t.reshape([-1])));
  const parts = (vector: Tensor): Tensor[] => {
    let at = 0;
    return tensors.map((t) => {
      const part = vector.narrow(0, at, t.numel()).view(t.shape);
      at += t.numel();
      return part;
    });
  };
  const split = parts(joined);
  joined.registerHook((grad: Tensor) => {
    const replaced = onGrads(parts(grad));
    return replaced ? ops.cat(replaced.map((t) => t.reshape([-1]))) : undefined;
  });
  return split;
}

export function runBackwardHooked(module: Module, hooks: HookList<BackwardHook>, args: unknown[], forward: (args: unknown[]) => unknown): unknown {
  if (!isGradEnabled()) return forward(args);
  const name = module.constructor.name;
  const active = [...hooks];
  const wanted = (value: unknown): value is Tensor => isTensor(value) && value.requiresGrad;
  let gradOutput: Grads = [];

  /** Runs the hooks; gives the gradients of the inputs at the places in `at`, or null when no hook changed them. */
  const fire = (grads: Tensor[], at: number[]): Tensor[] | null => {
    let gradInput: Grads = args.map(() => null);
    at.forEach((place, i) => { gradInput[place] = grads[i]; });
    let changed = false;
    for (const hook of active) {
      const result = hook(module, gradInput, gradOutput);
      if (result === undefined || result === null) continue;
      if (at.length === 0) throw new TorshError('ERR_CALLBACK', name, `${name}: a backward hook can only replace gradients of inputs that require grad`);
      const list = Array.isArray(result) ? result as Grads : [result as Tensor];
      if (list.length !== args.length) {
        throw new TorshError('ERR_CALLBACK', name, `${name}: a backward hook returned ${list.length} gradients, but there are ${args.length} inputs`);
      }
      gradInput = list;
      changed = true;
    }
    return changed ? at.map((place, i) => gradInput[place] ?? grads[i]) : null;
  };

  const inputs = args.flatMap((arg, i) => (wanted(arg) ? [i] : []));
  let entering = args;
  if (inputs.length > 0) {
    const watched = watch(inputs.map((i) => args[i] as Tensor), name, (grads) => fire(grads, inputs));
    entering = [...args];
    inputs.forEach((place, i) => { entering[place] = watched[i]; });
  }
  const output = forward(entering);
  const outputs: unknown[] = Array.isArray(output) ? output : [output];
  const places = outputs.flatMap((value, i) => (wanted(value) ? [i] : []));
  if (places.length === 0) return output;
  const leaving = watch(places.map((i) => outputs[i] as Tensor), name, (grads) => {
    gradOutput = outputs.map(() => null);
    places.forEach((place, i) => { gradOutput[place] = grads[i]; });
    if (inputs.length === 0) fire([], []);
    return null;
  });
  if (!Array.isArray(output)) return leaving[0];
  const result = [...outputs];
  places.forEach((place, i) => { result[place] = leaving[i]; });
  // Named results keep their names.
  for (const key of Object.getOwnPropertyNames(output)) {
    if (key === 'length' || /^\d+$/.test(key)) continue;
    const at = outputs.indexOf((output as unknown as Record<string, unknown>)[key]);
    Object.defineProperty(result, key, { value: at < 0 ? (output as unknown as Record<string, unknown>)[key] : result[at], enumerable: false });
  }
  return result;
}
