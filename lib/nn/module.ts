import { bind, isPlainObject, signature } from '../bind';
import { TorshError, type ErrorCode } from '../errors';
import { type Tensor, isTensor, keep, type DType } from '../tensor';
import { noGrad } from '../autograd';
import { emptyLike } from '../gen/ops';
import {
  childModules, internals, isModule, isModuleGroup, membersOf, moduleBrand, namedMembers, nodesOf, type Node,
} from './fields';
import type { BackwardHook, BackwardPreHook } from './backward-hooks';
import { hooksOf, runHooked, type ForwardHook, type ForwardHookOptions, type ForwardPreHook, type ForwardPreHookOptions, type ModuleHooks } from './call';
import { signatureOf } from './forward';
import { everywhere, tellRegistered } from './global-hooks';
import { zeroGrads } from './grads';
import { type HookList, type RemovableHandle } from './hooks';
import { isParameter, type Parameter } from './parameter';
import { tree } from './repr';
import {
  loadStateDict, stateDict, type IncompatibleKeys, type LoadHook, type LoadPreHook, type Metadata, type StateDict, type StateDictPostHook, type StateDictPreHook,
} from './state-dict';
import { parseTo } from './to';

export type { BackwardHook, BackwardPreHook, ForwardHook, ForwardHookOptions, ForwardPreHook, ForwardPreHookOptions };

interface Internals extends ModuleHooks {
  /** Registered buffers: name to persistent. */
  buffers: Map<string, boolean>;
  /** Names registered as modules, so that null prints. */
  modules: Set<string>;
}

const sigs = {
  stateDict: signature('stateDict', '*, destination=null, prefix="", keepVars=false'),
  loadStateDict: signature('loadStateDict', 'stateDict{}, strict=true, assign=false'),
};

function refuse(code: ErrorCode, op: string, text: string): TorshError {
  return new TorshError(code, op, `${op}: ${text}`);
}

/** Arguments in order where some came by name; those of modules that say nothing of names pass unchanged. */
function withNames(self: Module, args: unknown[]): unknown[] {
  const sig = signatureOf(self.forward);
  return sig ? bind(sig, args) : args;
}

/** An instance: a function with the prototype of its class, whose own properties are the module's fields. */
function callable(prototype: object): Module {
  const self = ((...args: unknown[]) => {
    const last = args[args.length - 1];
    const named = typeof last === 'object' && last !== null && !isTensor(last) && isPlainObject(last);
    if (self[internals].hooked || everywhere.hooked) return runHooked(self, args, named ? withNames : null);
    return self.forward(...(named ? withNames(self, args) : args));
  }) as unknown as Module;
  Object.setPrototypeOf(self, prototype);
  Reflect.deleteProperty(self, 'name');
  Reflect.deleteProperty(self, 'length');
  const value: Internals = { buffers: new Map(), modules: new Set(), ...hooksOf() };
  Object.defineProperty(self, internals, { value });
  return self;
}

/** A field, of the instance itself. */
function own(module: Module, name: string): unknown {
  return Object.hasOwn(module, name) ? (module as unknown as Record<string, unknown>)[name] : undefined;
}

function assign(module: Module, name: string, value: unknown): void {
  (module as unknown as Record<string, unknown>)[name] = value;
}

function checkName(module: Module, op: string, kind: string, name: unknown, known: boolean): void {
  if (typeof name !== 'string') throw refuse('ERR_ARGUMENT', op, `${kind} name should be a string, got ${kindOf(name)}`);
  if (name.includes('.')) throw refuse('ERR_ARGUMENT', op, `${kind} name can't contain ".", got: ${name}`);
  if (name === '') throw refuse('ERR_ARGUMENT', op, `${kind} name can't be empty string ""`);
  const vacant = Object.hasOwn(module, name) && (own(module, name) ?? null) === null;
  if (name in module && !known && !vacant) throw refuse('ERR_ARGUMENT', op, `attribute '${name}' already exists`);
}

function resolve(module: Module, op: string, path: string[]): unknown {
  let at: unknown = module;
  for (const name of path) {
    if (!(isModule(at) || Array.isArray(at) || isPlainObject(at)) || !Object.hasOwn(at, name)) {
      throw refuse('ERR_ARGUMENT', op, `${isModule(at) ? at.constructor.name : kindOf(at)} has no attribute \`${name}\``);
    }
    at = (at as unknown as Record<string, unknown>)[name];
  }
  return at;
}

function addHook<F>(module: Module, list: HookList<F>, hook: F, options: ForwardHookOptions = {}): RemovableHandle {
  if (typeof hook !== 'function') {
    throw refuse('ERR_ARGUMENT', module.constructor.name, `a hook must be a function, but got ${kindOf(hook)}`);
  }
  module[internals].hooked = true;
  return list.add(hook, options);
}

// Private members are no way here: they would be put on the object that the constructor does not return.
/** Base of all modules: assign parameters, buffers and submodules to fields, write forward(), call the instance. */
export interface Module {
  (...args: Parameters<this['forward']>): ReturnType<this['forward']>;
}
/**
 * @example
 * ```js
 * class Net extends torsh.nn.Module {
 *   constructor() {
 *     super();
 *     this.fc = new torsh.nn.Linear(4, 2);
 *   }
 *   forward(x) {
 *     return this.fc(x).relu();
 *   }
 * }
 * const net = new Net();
 * console.log(net(torsh.randn(3, 4)).shape); // [ 3, 2 ]
 * console.log(net);
 * // Net(
 * //   (fc): Linear(in_features=4, out_features=2, bias=True)
 * // )
 * ```
 */
export class Module {
  /** Version of the state dict's layout, saved beside it. */
  static readonly _version: number = 1;

  declare readonly [moduleBrand]: true;
  declare readonly [internals]: Internals;
  declare training: boolean;

  constructor() {
    const self = callable(new.target.prototype);
    self.training = true;
    return self;
  }

  forward(..._args: any[]): any {
    throw refuse('ERR_UNSUPPORTED', this.constructor.name, `Module [${this.constructor.name}] is missing the required "forward" function`);
  }

  // ---- registration

  /** A tensor that belongs to the module but is not trained; persistent ones are saved. null makes the name known only. */
  registerBuffer(name: string, tensor: Tensor | null, options: boolean | { persistent?: boolean } = true): void {
    checkName(this, 'registerBuffer', 'buffer', name, this[internals].buffers.has(name));
    if (tensor !== null && !isTensor(tensor)) {
      throw refuse('ERR_ARGUMENT', 'registerBuffer', `cannot assign '${kindOf(tensor)}' object to buffer '${name}' (Tensor or null required)`);
    }
    tensor = tellRegistered('buffer', this, name, tensor);
    this[internals].buffers.set(name, typeof options === 'object' ? options.persistent ?? true : options);
    assign(this, name, tensor === null ? null : keep(tensor));
  }

  /** The same as assigning a Parameter to a field. */
  registerParameter(name: string, param: Parameter | null): void {
    checkName(this, 'registerParameter', 'parameter', name, isParameter(own(this, name)));
    if (param !== null && !isParameter(param)) {
      throw refuse('ERR_ARGUMENT', 'registerParameter', `cannot assign '${kindOf(param)}' object to parameter '${name}' (nn.Parameter or null required)`);
    }
    assign(this, name, tellRegistered('parameter', this, name, param));
  }

  /** The same as assigning a module to a field. */
  registerModule(name: string, module: Module | null): void {
    checkName(this, 'registerModule', 'module', name, isModule(own(this, name)) || this[internals].modules.has(name));
    if (module !== null && !isModule(module)) {
      throw refuse('ERR_ARGUMENT', 'registerModule', `${kindOf(module)} is not a Module subclass`);
    }
    module = tellRegistered('module', this, name, module);
    this[internals].modules.add(name);
    assign(this, name, module);
  }

  addModule(name: string, module: Module | null): void {
    this.registerModule(name, module);
  }

  // ---- walking

  /** Parameters of the module and (recurse) of all below it, each once, in definition order. */
  parameters(recurse: boolean | { recurse?: boolean } = true): Parameter[] {
    return this.namedParameters('', typeof recurse === 'object' ? recurse.recurse ?? true : recurse).map(([, p]) => p);
  }

  /** [name, parameter] pairs; names are those of stateDict(). */
  namedParameters(...args: Walk): [string, Parameter][] {
    const { prefix, recurse, removeDuplicate } = walkOptions(args);
    return namedMembers(this, 'parameters', prefix, recurse, removeDuplicate);
  }

  buffers(recurse: boolean | { recurse?: boolean } = true): Tensor[] {
    return this.namedBuffers('', typeof recurse === 'object' ? recurse.recurse ?? true : recurse).map(([, b]) => b);
  }

  namedBuffers(...args: Walk): [string, Tensor][] {
    const { prefix, recurse, removeDuplicate } = walkOptions(args);
    return namedMembers(this, 'buffers', prefix, recurse, removeDuplicate);
  }

  /** Direct submodules. */
  children(): Module[] {
    return [...childModules(this)].map(([, m]) => m);
  }

  namedChildren(): [string, Module][] {
    return [...childModules(this)];
  }

  /** The module and all below it, each once. */
  modules(): Module[] {
    return this.namedModules().map(([, m]) => m);
  }

  /** [path, module] pairs, this one first; memo: modules to leave out, to which those found are added. */
  namedModules(...args: ModuleWalk): [string, Module][] {
    if (typeof args[0] === 'string') args = [null, ...args] as unknown as ModuleWalk;
    const [memo, prefix, removeDuplicate] = bind(moduleWalkSignature, args) as [Set<unknown> | null, string, boolean];
    return [...nodesOf(this, prefix, removeDuplicate, memo ?? new Set())].filter((entry): entry is [string, Module] => isModule(entry[1]));
  }

  /** The submodule at a dotted path; '' is the module itself. */
  getSubmodule(target: string): Module {
    const found = resolve(this, 'getSubmodule', target === '' ? [] : target.split('.'));
    if (!isModule(found)) throw refuse('ERR_ARGUMENT', 'getSubmodule', `\`${target}\` is not an nn.Module`);
    return found;
  }

  /** Puts a module in the place of the submodule at a dotted path. */
  setSubmodule(target: string, module: Module): void {
    if (target === '') throw refuse('ERR_ARGUMENT', 'setSubmodule', 'Cannot set the submodule without a target name!');
    if (!isModule(module)) throw refuse('ERR_ARGUMENT', 'setSubmodule', `${kindOf(module)} is not a Module subclass`);
    const path = target.split('.'), name = path[path.length - 1];
    const owner = resolve(this, 'setSubmodule', path.slice(0, -1)), old = resolve(this, 'setSubmodule', path);
    if (!isModule(old)) throw refuse('ERR_ARGUMENT', 'setSubmodule', `\`${target}\` is not an nn.Module`);
    (owner as Record<string, unknown>)[name] = module;
  }

  getParameter(target: string): Parameter {
    const found = resolve(this, 'getParameter', target.split('.'));
    if (!isParameter(found)) throw refuse('ERR_ARGUMENT', 'getParameter', `\`${target}\` is not an nn.Parameter`);
    return found;
  }

  getBuffer(target: string): Tensor {
    const path = target.split('.');
    const found = resolve(this, 'getBuffer', path);
    const owner = resolve(this, 'getBuffer', path.slice(0, -1)) as Node;
    const buffer = membersOf(owner).buffers.find(([name]) => name === path[path.length - 1]);
    if (!buffer || found !== buffer[1]) throw refuse('ERR_ARGUMENT', 'getBuffer', `\`${target}\` is not a buffer`);
    return buffer[1];
  }

  // ---- changing all at once

  /** Calls fn on every submodule, children first, then on the module itself. */
  apply(fn: (module: Module) => void): this {
    for (const child of this.children()) child.apply(fn);
    fn(this);
    return this;
  }

  train(mode = true): this {
    if (typeof mode !== 'boolean') throw refuse('ERR_ARGUMENT', 'train', 'training mode is expected to be boolean');
    this.training = mode;
    for (const child of this.children()) child.train(mode);
    return this;
  }

  eval(): this {
    return this.train(false);
  }

  requiresGrad_(requiresGrad = true): this {
    for (const p of this.parameters()) p.requiresGrad_(requiresGrad);
    return this;
  }

  /** Drops all gradients, or (setToNone: false) fills them with zeros. */
  zeroGrad(setToNone: boolean | { setToNone?: boolean } = true): void {
    zeroGrads(this.parameters(), typeof setToNone === 'object' ? setToNone.setToNone ?? true : setToNone);
  }

  /** Replaces the values of all parameters, gradients and buffers; parameters stay the same objects. */
  _apply(fn: (tensor: Tensor) => Tensor): this {
    noGrad(() => {
      for (const [, node] of nodesOf(this)) {
        const members = membersOf(node);
        for (const [, param] of members.parameters) {
          param.data = fn(param.data);
          const grad = param.grad;
          if (grad) grad.data = fn(grad.data);
        }
        for (const [name, buffer] of members.buffers) (node as unknown as Record<string, unknown>)[name] = keep(fn(buffer));
      }
    });
    return this;
  }

  /** to(dtype), to({ dtype }), to(tensor): floating-point parameters and buffers become that dtype, in place. */
  to(...args: unknown[]): this {
    const dtype = parseTo(args);
    if (dtype === null) return this;
    return this._apply((t) => (t.isFloatingPoint() ? t.to(dtype) : t));
  }
  /** All parameters and buffers, whatever their dtype. */
  type(dtype: DType): this {
    return this._apply((t) => t.to(dtype));
  }
  float(): this {
    return this.to('float32');
  }
  double(): this {
    return this.to('float64');
  }
  half(): this {
    return this.to('float16');
  }
  bfloat16(): this {
    return this.to('bfloat16');
  }
  cpu(): this {
    return this;
  }
  /** Always an error: there is no other device. */
  cuda(_device: unknown = null): this {
    throw refuse('ERR_UNSUPPORTED', 'cuda', 'torsh computes on the CPU and has no other device; leave the call out');
  }
  /** Nothing to do: tensors are handed to other threads without a copy, see toMessage(). */
  shareMemory(): this {
    return this;
  }
  /** Gives all parameters and buffers new memory without values. */
  toEmpty(_options: { device?: 'cpu' | null } = {}): this {
    return this._apply((t) => emptyLike(t));
  }

  // ---- state

  /** Parameters and persistent buffers by PyTorch's keys: detached tensors that share the module's storage. */
  stateDict(...args: unknown[]): StateDict {
    const [destination, prefix, keepVars] = bind(sigs.stateDict, args) as [StateDict | null, string, boolean];
    return stateDict(this, destination, prefix, keepVars);
  }

  /**
   * Copies values in, by key. Missing or unexpected keys (strict), wrong shapes and what are not tensors are listed
   * in one error, and then nothing has changed. assign: parameters and buffers share the memory of what is given, and take its dtype.
   */
  loadStateDict(dict: StateDict | Map<string, unknown>, options?: boolean | { strict?: boolean; assign?: boolean }): IncompatibleKeys;
  loadStateDict(dict: StateDict | Map<string, unknown>, strict: boolean, assign: boolean | { assign?: boolean }): IncompatibleKeys;
  loadStateDict(...args: unknown[]): IncompatibleKeys {
    const [source, strict, assign] = bind(sigs.loadStateDict, args) as [StateDict | Map<string, unknown>, boolean, boolean];
    return loadStateDict(this, source, strict, assign);
  }

  /** What the module keeps beside its tensors, to be saved in its state dict: for classes to override, with setExtraState(). */
  getExtraState(): unknown {
    throw refuse('ERR_UNSUPPORTED', this.constructor.name, 'getExtraState is not defined: a class that overrides setExtraState needs it');
  }
  /** Gets back what getExtraState() gave. */
  setExtraState(_state: unknown): void {
    throw refuse('ERR_UNSUPPORTED', this.constructor.name, 'setExtraState is not defined: a class whose state dict holds extra state needs it');
  }

  /** Runs before the module's own keys are read; may add to `dict`, a copy, for state dicts of older layouts. */
  _beforeLoad(_dict: Map<string, unknown>, _prefix: string, _metadata: Metadata): void {}

  // ---- hooks

  /**
   * hook(module, args) before forward; what it returns (an array, or one value) replaces the arguments. withKwargs: hook(module, args, kwargs),
   * kwargs being the options object that ends the call, or {}; [args, kwargs] replaces both.
   */
  registerForwardPreHook(hook: ForwardPreHook, options: ForwardPreHookOptions = {}): RemovableHandle {
    return addHook(this, this[internals].forwardPre, hook, options);
  }

  /**
   * hook(module, args, output) after forward; what it returns replaces the output. withKwargs: hook(module, args, kwargs, output);
   * alwaysCall: it runs also where forward throws, with null for the output.
   */
  registerForwardHook(hook: ForwardHook, options: ForwardHookOptions = {}): RemovableHandle {
    return addHook(this, this[internals].forward, hook, options);
  }

  /** hook(module, gradOutput) in backward, before the module's gradients; the array it returns replaces gradOutput. */
  registerFullBackwardPreHook(hook: BackwardPreHook, options: { prepend?: boolean } = {}): RemovableHandle {
    return addHook(this, this[internals].backwardPre, hook, options);
  }

  /** hook(module, gradInput, gradOutput) in backward; the array it returns replaces gradInput. */
  registerFullBackwardHook(hook: BackwardHook, options: { prepend?: boolean } = {}): RemovableHandle {
    return addHook(this, this[internals].backward, hook, options);
  }

  /** The older name of registerFullBackwardHook: gradInput are the gradients of the module's inputs, not of its last op. */
  registerBackwardHook(hook: BackwardHook): RemovableHandle {
    return this.registerFullBackwardHook(hook);
  }

  /** hook(module, prefix, keepVars) before stateDict() reads the module. */
  registerStateDictPreHook(hook: StateDictPreHook): RemovableHandle {
    return addHook(this, this[internals].saving, hook);
  }

  /** hook(module, stateDict, prefix, localMetadata) after stateDict() has read the module and those below it; it may change the dict. */
  registerStateDictPostHook(hook: StateDictPostHook): RemovableHandle {
    return addHook(this, this[internals].saved, hook);
  }

  /**
   * hook(module, stateDict, prefix, localMetadata, strict, missingKeys, unexpectedKeys, errorMsgs) before loadStateDict reads the
   * module's own keys; it may change the dict, a copy of what was given, and the lists.
   */
  registerLoadStateDictPreHook(hook: LoadPreHook): RemovableHandle {
    return addHook(this, this[internals].loading, hook);
  }

  /** hook(module, { missingKeys, unexpectedKeys }) after loadStateDict; it may change the lists. */
  registerLoadStateDictPostHook(hook: LoadHook): RemovableHandle {
    return addHook(this, this[internals].load, hook);
  }

  // ---- printing and copying

  /** What stands in the module's parentheses. */
  extraRepr(): string {
    return '';
  }

  toString(): string {
    return describe(this.constructor.name, this.extraRepr(), this, this[internals].modules);
  }

  /** A module of the same class with the same fields, for deepcopy() to fill. */
  _blank(): Module {
    const copy = callable(Object.getPrototypeOf(this) as object);
    const [from, to] = [this[internals], copy[internals]];
    for (const [name, persistent] of from.buffers) to.buffers.set(name, persistent);
    for (const name of from.modules) to.modules.add(name);
    Object.assign(to, hooksOf(from));
    return copy;
  }
}
Object.defineProperty(Module.prototype, moduleBrand, { value: true });
Object.defineProperty(Module.prototype, Symbol.for('nodejs.util.inspect.custom'), {
  value(this: Module): string { return this.toString(); },
});

export interface WalkOptions { prefix?: string; recurse?: boolean; removeDuplicate?: boolean }
type Walk = [prefix?: string | WalkOptions, recurse?: boolean | WalkOptions, removeDuplicate?: boolean | WalkOptions];
type ModuleWalk = [memo?: Set<unknown> | null | string | ModuleWalkOptions, prefix?: string | boolean | ModuleWalkOptions, removeDuplicate?: boolean | ModuleWalkOptions];
export interface ModuleWalkOptions { memo?: Set<unknown> | null; prefix?: string; removeDuplicate?: boolean }
const moduleWalkSignature = signature('namedModules', 'memo=null, prefix="", removeDuplicate=true');
const walkSignature = signature('namedParameters', 'prefix="", recurse=true, removeDuplicate=true');
function walkOptions(args: Walk): Required<WalkOptions> {
  const [prefix, recurse, removeDuplicate] = bind(walkSignature, args) as [string, boolean, boolean];
  return { prefix, recurse, removeDuplicate };
}

function kindOf(x: unknown): string {
  if (x === null || x === undefined) return String(x);
  if (isTensor(x)) return 'Tensor';
  return typeof x === 'object' ? (x.constructor?.name ?? 'object') : typeof x;
}

/** Plain arrays and objects of modules print as the container that they stand for. */
function describe(name: string, extra: string, node: Node, registered: ReadonlySet<string>): string {
  const children: [string, string][] = [];
  for (const key of Object.keys(node)) {
    const value = (node as unknown as Record<string, unknown>)[key];
    if (isModule(value)) children.push([key, value.toString()]);
    else if (value === null && registered.has(key)) children.push([key, 'None']);
    else if (isModuleGroup(value)) children.push([key, describe(Array.isArray(value) ? 'ModuleList' : 'ModuleDict', '', value, new Set())]);
  }
  return tree(name, extra, children);
}
