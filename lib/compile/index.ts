/**
 * torsh.compile: a function's calls of ops, recorded once and run as one call. The core keeps the programs (src/core/capture.h); here stands
 * what a call must be like for one of them to stand for the function.
 */
import { noGrad } from '../autograd/modes';
import { bind, signature } from '../bind';
import { TorshError } from '../errors';
import * as sys from '../gen/system';
import { isModule } from '../nn/fields';
import type { Module } from '../nn/module';
import { adopt, callWithTensors } from '../runtime/call';
import { type LiveStep, recording } from '../runtime/recording';
import { opNames } from '../runtime/signature';
import type { Tensor } from '../tensor';
import { type Break, Explanation, type Program, programOf } from './explain';
import { reasonOf, submit } from './jobs';
import { Steps, optionsOf, sameOptions } from './optimizers';
import { type Layout, Refusal, type Returned, build, keyOf, returned, sift } from './arguments';
import { type Watch, difference, reaching, refuseHooks, unchanged, watch } from './watch';

/** Programs of one kind of call while the modules are in one state. */
interface Variant {
  set: number;
  /** null until the first recording has ended. */
  watch: Watch | null;
  layouts: Map<number, Layout>;
  /** Of programs in which optimizers step. */
  steps: Map<number, Steps>;
}

/** Calls whose arguments are alike but for their tensors. */
interface Kind { variants: Variant[]; reason: string | null }

export interface CompileOptions {
  /** Throw, where a call cannot be recorded, instead of running the function as it is. */
  fullgraph?: boolean;
  /** Do nothing. */
  disable?: boolean;
  /** Calls of runAsync() that may be unfinished at a time; more are refused (ERR_BUSY). */
  queue?: number;
}
type AnyFunction = (...args: any[]) => any;
export type Compiled<F extends AnyFunction> = ((...args: Parameters<F>) => ReturnType<F>) & {
  /** The function or module itself. */
  readonly original: F;
  /**
   * The same beside JavaScript: a promise of what the function returns, computed without gradients on another thread (WebAssembly: on this
   * one, from the event loop). Arguments, parameters and all else that it reads are held as they are at the time of the call. The first two
   * calls with such arguments, and those that explain() calls bound or not compiled, run at once. Errors: ERR_BUSY when the queue is full.
   */
  runAsync(...args: Parameters<F>): Promise<Awaited<ReturnType<F>>>;
  /** runAsync with a signal, which takes a call out of the queue or ends it at its next step; the promise is rejected with the signal's reason. */
  async(options: { signal?: AbortSignal }): (...args: Parameters<F>) => Promise<Awaited<ReturnType<F>>>;
  /** What has been recorded, and what could not be. */
  explain(): Explanation;
  /** Frees the programs and what they hold; the function can no longer be called. */
  dispose(): void;
};

const MAX_KINDS = 64, MAX_VARIANTS = 8;
const compiledFunctions = new WeakMap<object, Recorder>();
const registry = new FinalizationRegistry<number[]>((sets) => { for (const set of sets) sys._programsFree(set); });

let replayOp = -1;

/** Before a run: the numbers that optimizers step by now. False: an optimizer is not what it was. */
function tellNumbers(v: Variant): boolean {
  for (const [program, steps] of v.steps) {
    if (!steps.stand()) return false;
    const numbers = steps.changed();
    if (numbers !== null) sys._programNumbers(v.set, program, numbers);
  }
  return true;
}

class Recorder {
  readonly kinds = new Map<string, Kind>();
  /** Numbers of all sets, for the registry: it must not hold the function itself. */
  readonly sets: number[] = [];
  readonly refused = new Set<string>();
  disposed = false;

  /** Whether what stands before the point of a call matters to it. */
  readonly usesThis: boolean;

  /** Whose steps have been recorded: their options must not change meanwhile. */
  private readonly optimizers = new Set<LiveStep['optimizer']>();
  /** Asynchronous calls that have not settled. */
  unfinished = 0;

  constructor(readonly fn: AnyFunction, readonly fullgraph: boolean, readonly queue: number) {
    const text = String(fn);
    this.usesThis = !isModule(fn) && /\bthis\b/.test(text) && !/^(async\s*)?(\([^()]*\)|[\w$]+)\s*=>/.test(text);
    if (replayOp < 0) replayOp = opNames().indexOf('_replay');
  }

  call(self: unknown, args: unknown[]): unknown {
    this.alive();
    if (this.usesThis && self !== undefined) {
      this.refuse(new Refusal('it is called as a method, whose object may change unseen'));
      return this.fn.apply(self, args);
    }
    const tensors: Tensor[] = [], modules: Module[] = [];
    const kind = this.kindOf(args, tensors, modules);
    if (kind === null) return this.fn(...args);
    if (kind.reason !== null) return this.plainly(kind.reason, args);
    const v = this.variantOf(kind);
    if (v === null || (v.steps.size > 0 && !tellNumbers(v))) return this.record(kind, v, args, tensors, modules);
    const w = callWithTensors(replayOp, v.set, tensors), n = w[1];
    if (n === -1) return this.record(kind, v, args, tensors, modules);
    if (n === -2) return this.plainly(null, args);
    return this.results(v, tensors, w, n);
  }

  /** runAsync: what a program on another thread gives, or what the function gives here and now. */
  async callAsync(args: unknown[], signal?: AbortSignal): Promise<unknown> {
    this.alive();
    if (signal?.aborted) throw reasonOf(signal);
    if (this.unfinished >= this.queue) {
      throw new TorshError('ERR_BUSY', 'runAsync', `runAsync: ${this.queue} calls have not finished yet, as many as the option queue allows`);
    }
    this.unfinished++;
    try {
      const started = noGrad(() => this.start(args, signal));
      const result: unknown = await ('now' in started ? started.now : started.later());
      if (signal?.aborted) throw reasonOf(signal);
      return result;
    } finally {
      this.unfinished--;
    }
  }

  /** Everything of an asynchronous call that happens before it returns. */
  private start(args: unknown[], signal?: AbortSignal): { now: unknown } | { later: () => Promise<unknown> } {
    const tensors: Tensor[] = [], modules: Module[] = [];
    const kind = this.kindOf(args, tensors, modules);
    if (kind === null) return { now: this.fn(...args) };
    if (kind.reason !== null) return { now: this.plainly(kind.reason, args) };
    const v = this.variantOf(kind);
    const job = v === null ? -1 : sys._jobNew(v.set, tensors);
    if (job === -1) return { now: this.record(kind, v, args, tensors, modules) };
    if (job === -2) return { now: this.plainly(null, args) };
    if (job === -3) return { now: this.call(undefined, args) };
    const layout = this.layoutOf(v!), made = submit(job, signal);
    return { later: async () => build(layout, tensors, await made) };
  }

  private alive(): void {
    if (this.disposed) throw new TorshError('ERR_DISPOSED', 'compile', 'compile: the compiled function has been disposed');
  }

  /** What is known of calls with such arguments, whose tensors and modules go into the lists; null: the function itself knows what to do. */
  private kindOf(args: unknown[], tensors: Tensor[], modules: Module[]): Kind | null {
    if (recording.on) return null;
    let key: string;
    try {
      key = keyOf(args, tensors, modules);
    } catch (e) {
      this.refuse(e);
      return null;
    }
    // Samples of vmap and disposed tensors.
    for (const t of tensors) if (t._h === 0) return null;
    let kind = this.kinds.get(key);
    if (kind === undefined) {
      if (this.kinds.size >= MAX_KINDS) {
        this.refuse(new Refusal(`its arguments other than tensors have had more than ${MAX_KINDS} values`));
        return null;
      }
      this.kinds.set(key, kind = { variants: [], reason: null });
    }
    return kind;
  }

  private variantOf({ variants }: Kind): Variant | null {
    for (let i = 0; i < variants.length; i++) {
      const v = variants[i];
      if (!unchanged(v.watch!)) continue;
      if (i > 0) variants.unshift(...variants.splice(i, 1));
      return v;
    }
    return null;
  }

  /** The layout of the program that ran last, or is about to. */
  private layoutOf(v: Variant): Layout {
    return v.layouts.size === 1 ? v.layouts.values().next().value! : v.layouts.get(sys._replayed())!;
  }

  private results(v: Variant, inputs: readonly Tensor[], w: Float64Array, n: number): unknown {
    const handles = n === 1 ? [w[2]] : Array.from(w.subarray(2, 2 + n));
    const made = handles.map(adopt);
    const layout = this.layoutOf(v);
    return layout.kind === 'made' ? made[layout.at] : build(layout, inputs, made);
  }

  private plainly(reason: string | null, args: unknown[]): unknown {
    if (this.fullgraph) this.fail(reason);
    return this.fn(...args);
  }

  private fail(reason: string | null): never {
    reason ??= this.explain().breaks.map((b) => b.reason).join('; ');
    throw new TorshError('ERR_UNSUPPORTED', 'compile', `compile: the function cannot be recorded: ${reason}`);
  }

  /** Notes why a call is not recorded. */
  private refuse(e: unknown): void {
    if (!(e instanceof Refusal)) throw e;
    this.refused.add(e.message);
    if (this.fullgraph) this.fail(e.message);
  }

  /** Runs the function and records it, for a variant that there is or for a new one. */
  private record(kind: Kind, variant: Variant | null, args: unknown[], inputs: Tensor[], modules: Module[]): unknown {
    const roots = isModule(this.fn) ? [...modules, this.fn] : modules;
    try {
      refuseHooks(roots);
      if (variant === null && kind.variants.length >= MAX_VARIANTS) {
        throw new Refusal(`${difference(kind.variants[0].watch!)} has had more than ${MAX_VARIANTS} values`);
      }
    } catch (e) {
      if (!(e instanceof Refusal) || kind.variants.length < MAX_VARIANTS) {
        this.refuse(e);
        return this.fn(...args);
      }
      this.forget(kind);
      return this.plainly(kind.reason = e.message, args);
    }
    if (variant !== null) return this.recordInto(kind, variant, args, inputs, roots);
    const fresh: Variant = { set: sys._programsNew(), watch: null, layouts: new Map(), steps: new Map() };
    this.sets.push(fresh.set);
    try {
      return this.recordInto(kind, fresh, args, inputs, roots);
    } finally {
      if (fresh.watch === null) this.free(fresh.set);
    }
  }

  private recordInto(kind: Kind, v: Variant, args: unknown[], inputs: Tensor[], roots: Module[]): unknown {
    if (!sys._captureBegin(v.set, inputs)) return this.fn(...args);
    let ended = false;
    try {
      recording.on = true;
      recording.steps = [];
      const options = optionsOf(this.optimizers);
      const [result, reached] = reaching(() => this.fn(...args) as unknown);
      recording.on = false;
      for (const m of roots) reached.add(m);
      let answer: Returned | null = null;
      try {
        refuseHooks(reached);
        answer = returned(result, inputs);
      } catch (e) {
        if (!(e instanceof Refusal)) throw e;
        sys._captureBreak(e.message);
      }
      const { steps } = recording;
      if (!sameOptions(options, optionsOf(this.optimizers))) sys._captureBreak('it changes the options of an optimizer');
      for (const { optimizer } of steps) this.optimizers.add(optimizer);
      const [state, number, replaced, ...made] = sys._captureEnd(answer?.tensors ?? [], answer?.text ?? '');
      ended = true;
      v.layouts.delete(replaced);
      v.steps.delete(replaced);
      if (state !== 0 && steps.length > 0) v.steps.set(number, new Steps(steps));
      if (answer !== null && state !== 0) v.layouts.set(number, sift(answer.layout, answer.tensors, made.map((x) => x === 1)));
      if (v.watch === null) {
        v.watch = watch(reached);
        kind.variants.unshift(v);
      } else if (!unchanged(v.watch)) {
        kind.reason = `${difference(v.watch)} changes at each call`;
      }
      // A run makes plain tensors, which a tidy may dispose.
      if (answer?.tensors.some((t, i) => made[i] === 1 && t._kept)) kind.reason = 'it returns a parameter or another kept tensor that it makes';
      if (kind.reason !== null) this.forget(kind);
      if (this.fullgraph && (state === 0 || kind.reason !== null)) this.fail(kind.reason);
      return result;
    } finally {
      recording.on = false;
      recording.steps = [];
      if (!ended) sys._captureDrop();
    }
  }

  private free(set: number): void {
    sys._programsFree(set);
    this.sets.splice(this.sets.indexOf(set), 1);
  }

  private forget(kind: Kind): void {
    for (const v of kind.variants) this.free(v.set);
    kind.variants.length = 0;
  }

  explain(): Explanation {
    const programs: Program[] = [], breaks: Break[] = [];
    for (const kind of this.kinds.values()) {
      for (const v of kind.variants) {
        for (const line of sys._programsReport(v.set)!.split('\n')) {
          if (line === '') continue;
          const found = programOf(line, v.watch?.filter((w) => w.module !== null).length ?? 0);
          if ('reason' in found) breaks.push(found);
          else programs.push(found);
        }
      }
    }
    for (const { reason } of this.kinds.values()) if (reason !== null) breaks.push({ inputs: null, reason });
    for (const reason of this.refused) breaks.push({ inputs: null, reason });
    return new Explanation(programs, breaks);
  }

  dispose(): void {
    if (this.disposed) return;
    if (recording.on) throw new TorshError('ERR_ARGUMENT', 'compile', 'compile: a compiled function cannot be disposed while one is being recorded');
    this.disposed = true;
    for (const kind of this.kinds.values()) this.forget(kind);
    this.kinds.clear();
  }
}

export { Explanation, type Program, type Break };

const compileSignature = signature('compile', 'model, *, fullgraph=false, disable=false, queue=256');

/**
 * A function that does what `model` (a function or a module) does, with less work in between: its calls of ops are recorded, and from the
 * third call with such arguments on they run as one call into the core, forward and (where `model` asks for gradients) backward; intermediate
 * results are released after their last use. Results, gradients and random numbers are those of the function itself.
 *
 * A recording serves for tensors of the same shapes, strides, dtypes and requiresGrad, the same other arguments, modes (noGrad, autocast, ...)
 * and fields of the modules that are called (training, ...); for others there is a new one. Parameters and other tensors that the function
 * reaches by itself are used as they are at the time of the call, and so are learning rates and other numbers of optimizers that step in it. Two recordings must agree before they are used; what JavaScript changes only later (a number
 * in a variable outside) is not seen, and neither are other effects of the function (printing, assignments). Functions that read values
 * (item(), tolist()), hold steps of schedulers, hooks or autograd.Functions, or return something other than tensors and plain values run as they
 * are; explain() says why, and with fullgraph that is an error (ERR_UNSUPPORTED). https://pytorch.org/docs/stable/generated/torch.compile.html
 */
function compileFunction<F extends AnyFunction>(model: F, options?: CompileOptions): Compiled<F>;
function compileFunction(...given: unknown[]): unknown {
  const [model, fullgraph, disable, queue] = bind(compileSignature, given) as [AnyFunction, boolean, boolean, number];
  if (typeof model !== 'function') throw new TorshError('ERR_ARGUMENT', 'compile', `compile: expected a function or a module, but got ${model === null ? 'null' : typeof model}`);
  if (!(Number.isInteger(queue) && queue >= 1)) throw new TorshError('ERR_ARGUMENT', 'compile', `compile: queue must be a whole number of at least 1, but got ${String(queue)}`);
  const recorder = new Recorder(compiledFunctions.get(model)?.fn ?? model, fullgraph, queue);
  const call = function (this: unknown, ...args: unknown[]): unknown {
    return disable && !recorder.disposed ? recorder.fn.apply(this, args) : recorder.call(this, args);
  };
  const beside = (args: unknown[], signal?: AbortSignal): Promise<unknown> =>
    (disable && !recorder.disposed ? Promise.resolve().then(() => noGrad(() => recorder.fn(...args) as unknown)) : recorder.callAsync(args, signal));
  const compiled = Object.assign(call, {
    original: recorder.fn, runAsync: (...args: unknown[]) => beside(args), async: (options: { signal?: AbortSignal } = {}) => (...args: unknown[]) => beside(args, options.signal),
    explain: () => recorder.explain(), dispose: () => { recorder.dispose(); },
  });
  registry.register(compiled, recorder.sets);
  compiledFunctions.set(compiled, recorder);
  return compiled;
}

/**
 * What has been recorded of a compiled function, and why the rest was not. With arguments they are tried first: two calls, or three with
 * a function that is not compiled yet. https://pytorch.org/docs/stable/torch.compiler_api.html
 */
export function explain(model: AnyFunction, ...args: unknown[]): Explanation {
  if (typeof model !== 'function') throw new TorshError('ERR_ARGUMENT', 'explain', 'explain: expected a function or a module');
  const known = compiledFunctions.has(model), compiled = (known ? model : compileFunction(model)) as Compiled<AnyFunction>;
  try {
    if (args.length > 0) for (let i = 0; i < 2; i++) compiled(...(args as []));
    return compiled.explain();
  } finally {
    if (!known) compiled.dispose();
  }
}

export const compile = Object.assign(compileFunction, { explain });
