/** Custom differentiable functions: forward and backward in JavaScript. */
import { abi } from '../backend/abi';
import { TorshError } from '../errors';
import * as sys from '../gen/system';
import { PASS, adopt, applyMapped, handleOf, isTensor } from '../runtime/call';
import type { Tensor } from '../tensor';
import { registerCallback } from './callbacks';
import { isGradEnabled, noGrad } from './modes';

type Grads = readonly (Tensor | null)[];

/** Carries what backward needs from forward. https://pytorch.org/docs/stable/autograd.html#context-method-mixins */
export class FunctionCtx {
  /** For each argument of apply: whether its gradient will be asked for. */
  needsInputGrad: boolean[] = [];
  /** Anything else that a function wants to remember. */
  [key: string]: any;

  /** @internal */ _toSave: (Tensor | null)[] = [];
  /** @internal */ _dirty: Tensor[] = [];
  /** @internal */ _nonDifferentiable: Tensor[] = [];
  /** @internal */ _materialize = true;
  /** @internal */ _saved: readonly (Tensor | null)[] | null = null;

  /** Keeps tensors (inputs or outputs; null stays null) for backward, watched for in-place changes. */
  saveForBackward(...tensors: (Tensor | null)[]): void {
    for (const t of tensors) {
      if (t !== null && !isTensor(t)) throw new TorshError('ERR_ARGUMENT', 'saveForBackward', 'saveForBackward: can only save Tensors or null');
    }
    this._toSave = tensors;
  }
  /** Says which inputs forward has changed in place; it must return them. */
  markDirty(...tensors: Tensor[]): void { this._dirty = tensors; }
  /** Says which outputs have no gradient. */
  markNonDifferentiable(...tensors: Tensor[]): void { this._nonDifferentiable = tensors; }
  /** Whether backward gets zeros (true, the default) or null for outputs that no gradient reached. */
  setMaterializeGrads(value: boolean): void { this._materialize = value; }
  /** What was saved, null where null was; only while backward runs. */
  get savedTensors(): readonly Tensor[] {
    if (this._saved === null) throw new TorshError('ERR_AUTOGRAD', 'savedTensors', 'savedTensors: saved tensors can be read while backward runs');
    return this._saved as readonly Tensor[];
  }
}

/** What apply() needs of a subclass. */
interface FunctionClass {
  name: string;
  forward(...args: any[]): any;
  backward(ctx: FunctionCtx, ...grads: any[]): any;
  setupContext?: (ctx: FunctionCtx, inputs: unknown[], output: any) => void;
  onceDifferentiable?: boolean;
  generateVmapRule?: boolean;
  vmap?: (info: { batchSize: number; randomness: string }, inDims: readonly (0 | null)[], ...args: any[]) => [output: any, outDims: any];
}

/**
 * A differentiable function of your own. Static `forward(ctx, ...args)` computes, on tensors, without recording; static
 * `backward(ctx, ...gradOutputs)` gives one gradient (or null) for each argument. With a static `setupContext(ctx, inputs, output)`
 * forward takes the arguments alone. `static onceDifferentiable = true` makes gradients of gradients an error. Inside torsh.vmap it runs for
 * each sample; with `static generateVmapRule = true` once for all of them (forward and backward are then mapped, so nothing in them may depend on
 * values), or as a static `vmap(info, inDims, ...args)` says, which takes whole batches and gives [output, outDims].
 * https://pytorch.org/docs/stable/autograd.html#torch.autograd.Function
 *
 *   class Exp extends torsh.autograd.Function {
 *     static forward(ctx, x) { const y = x.exp(); ctx.saveForBackward(y); return y; }
 *     static backward(ctx, grad) { const [y] = ctx.savedTensors; return grad.mul(y); }
 *   }
 *   const y = Exp.apply(x);
 */
// oxlint-disable-next-line typescript/no-extraneous-class -- subclasses override the static methods, as in PyTorch
export class Function {
  static onceDifferentiable = false;

  static forward(..._args: any[]): any {
    throw new TorshError('ERR_UNSUPPORTED', this.name, `${this.name}: You must implement the forward function for custom autograd.Function.`);
  }
  static backward(_ctx: FunctionCtx, ..._grads: any[]): any {
    throw new TorshError('ERR_UNSUPPORTED', this.name, `${this.name}: You must implement the backward method for your custom autograd.Function to use it with backward mode AD.`);
  }
  /** Runs forward and records backward. Errors: outputs that are no tensors; leaves that require grad changed in place. */
  static apply(...args: any[]): any { return apply(this as unknown as FunctionClass, args); }
}

function apply(fn: FunctionClass, args: unknown[]): unknown {
  const mapped = applyMapped(fn, args, apply);
  if (mapped !== PASS) return mapped;
  const ctx = new FunctionCtx();
  ctx.needsInputGrad = args.map((a) => isTensor(a) && a.requiresGrad);
  const records = isGradEnabled() && ctx.needsInputGrad.includes(true);
  const result: unknown = noGrad(() => {
    if (fn.setupContext === undefined) return fn.forward(ctx, ...args);
    const output: unknown = fn.forward(...args);
    fn.setupContext(ctx, args, output);
    return output;
  });
  const list: unknown[] = Array.isArray(result) ? result : [result];
  const outputs = list.map((o) => {
    // An input handed on unchanged is an output of its own.
    if (!isTensor(o) || ctx._dirty.includes(o) || !args.includes(o)) return o;
    return noGrad(() => o.viewAs(o));
  });
  if (records) record(fn, ctx, args, outputs);
  if (!Array.isArray(result)) return outputs[0];
  return outputs;
}

function record(fn: FunctionClass, ctx: FunctionCtx, args: unknown[], outputs: unknown[]): void {
  const tensors = outputs.filter(isTensor);
  if (tensors.length === 0) throw new TorshError('ERR_ARGUMENT', fn.name, `${fn.name}: forward must return a Tensor or an array of Tensors`);
  for (const t of ctx._dirty) {
    if (!tensors.includes(t)) throw new TorshError('ERR_AUTOGRAD', fn.name, `${fn.name}: inputs that were marked dirty must be returned as outputs`);
  }
  const inputs = args.filter(isTensor);
  const saved = ctx._toSave.filter((t) => t !== null);
  const places = ctx._toSave.map((t) => (t === null ? -1 : saved.indexOf(t)));
  ctx._toSave = []; // the graph holds them, not this object, which the graph would never let go
  const flags = tensors.map((t) => (!ctx._nonDifferentiable.includes(t) && isInexact(t) ? 1 : 0) + (ctx._dirty.includes(t) ? 2 : 0));
  ctx._dirty = [];
  ctx._nonDifferentiable = [];
  const id = registerCallback(runner(fn, ctx, places, args.map(isTensor)));
  sys._customNode(inputs, tensors, saved, saved.map((t) => tensors.indexOf(t)), flags, id, ctx._materialize, `${fn.name}Backward`);
}

const isInexact = (t: Tensor): boolean => t.isFloatingPoint() || t.isComplex();

/** In a function of its own, so that the closure which the graph keeps holds nothing but these. */
function runner(fn: FunctionClass, ctx: FunctionCtx, places: readonly number[], isTensorArg: readonly boolean[]): () => void {
  return () => {
    const wall = abi().wall();
    const nGrads = wall[0], nSaved = wall[1 + nGrads];
    const handles = Array.from(wall.subarray(1, 2 + nGrads + nSaved));
    const grads: Grads = handles.slice(0, nGrads).map(adopt);
    const saved = handles.slice(nGrads + 1).map(adopt);
    ctx._saved = places.map((i) => (i < 0 ? null : saved[i]));
    let answer: (Tensor | null)[];
    try {
      answer = fn.onceDifferentiable ? once(fn, ctx, grads) : listed(fn.backward(ctx, ...grads));
    } finally {
      ctx._saved = null;
    }
    deliver(fn, answer, isTensorArg);
  };
}

const listed = (x: unknown): (Tensor | null)[] => (Array.isArray(x) ? x : [x]) as (Tensor | null)[];

/** One gradient for each argument, those of the tensors to the wall. */
function deliver(fn: FunctionClass, answer: (Tensor | null | undefined)[], isTensorArg: readonly boolean[]): void {
  const extra = answer.length > isTensorArg.length && answer.slice(isTensorArg.length).some((g) => g !== null && g !== undefined);
  if (answer.length < isTensorArg.length || extra) {
    throw new TorshError('ERR_AUTOGRAD', fn.name, `${fn.name}: backward returned an incorrect number of gradients (expected ${isTensorArg.length}, got ${answer.length})`);
  }
  const handles: number[] = [];
  isTensorArg.forEach((is, i) => {
    const g = answer[i] ?? null;
    if (g !== null && !isTensor(g)) throw new TorshError('ERR_AUTOGRAD', fn.name, `${fn.name}: expected a Tensor or null as gradient ${i}`);
    if (!is && g !== null) throw new TorshError('ERR_AUTOGRAD', fn.name, `${fn.name}: backward returned a gradient at position ${i}, but the corresponding forward input was not a Tensor`);
    if (is) handles.push(g === null ? 0 : handleOf(g, fn.name));
  });
  const wall = abi().wall();
  wall[0] = handles.length;
  wall.set(handles, 1);
}

/** The gradients outside the graph; taking gradients of them is an error that says why. */
function once(fn: FunctionClass, ctx: FunctionCtx, grads: Grads): (Tensor | null)[] {
  const answer = noGrad(() => listed(fn.backward(ctx, ...grads)));
  if (!isGradEnabled() || !grads.some((g) => g?.requiresGrad)) return answer;
  return answer.map((g) => (g === null || g === undefined ? null : Twice.apply(g.detach().requiresGrad_(true)) as Tensor));
}

class Twice extends Function {
  static override forward(_ctx: FunctionCtx, x: Tensor): Tensor { return x.viewAs(x); }
  static override backward(): never {
    throw new TorshError('ERR_AUTOGRAD', 'backward', 'backward: trying to differentiate twice a function that was marked with onceDifferentiable');
  }
}
