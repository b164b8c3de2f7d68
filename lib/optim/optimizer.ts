/** What optimizers share: parameter groups, state, state dicts. */
import { bind, isPlainObject, type Signature } from '../bind';
import { TorshError, type ErrorCode } from '../errors';
import { enableGrad, noGrad } from '../autograd';
import { _hasGrads } from '../gen/system';
import { isTensor, keep, type Tensor } from '../tensor';
import { zeroGrads } from '../nn/grads';
import { HookList, type HookOptions, type RemovableHandle } from '../nn/hooks';
import { py } from '../nn/repr';
import { onlyHere } from '../runtime/recording';

/** Options by PyTorch's names in camelCase; those not given are the optimizer's defaults. */
export interface ParamGroup {
  params: Tensor[];
  lr: number;
  [option: string]: any;
}
/** A parameter with its name, as namedParameters() gives it: names are kept in the group, as paramNames. */
type Named = readonly [name: string, param: Tensor];
export type ParamGroupInput = { params: Tensor | Iterable<Tensor> | Iterable<Named> } & Record<string, unknown>;
export type Params = Iterable<Tensor> | Iterable<Named> | Iterable<ParamGroupInput>;
export type Closure = () => Tensor | number;
/** PyTorch's layout: state by the parameter's number; options by PyTorch's names; params as numbers. */
export interface OptimizerStateDict {
  state: Record<string, Record<string, unknown>>;
  param_groups: ({ params: number[] } & Record<string, unknown>)[];
}
type State = Record<string, any>;

/** Options that say how a step is computed. foreach, capturable and fused choose between kernels in PyTorch: there is one here, so they are taken and kept. */
export interface StepOptions {
  /** Climbs instead of descending. */
  maximize?: boolean;
  foreach?: boolean | null;
  capturable?: boolean;
  fused?: boolean | null;
  /** Records the step, so that gradients flow through it; parameters need not be leaves then. */
  differentiable?: boolean;
}

/** Sees the optimizer and the arguments of its step; the hook before it may give others. */
export type StepHook = (optimizer: Optimizer, args: unknown[]) => unknown[] | null | undefined | void;
/** May give another state dict. */
export type StateDictHook = (optimizer: Optimizer, dict: OptimizerStateDict) => OptimizerStateDict | null | undefined | void;
type PlainHook = (optimizer: Optimizer) => void;
type Prepend = Pick<HookOptions, 'prepend'>;

/** Hooks by the moment at which they run. */
class Hooks {
  stepPre = new HookList<StepHook>();
  stepPost = new HookList<(optimizer: Optimizer, args: unknown[]) => void>();
  statePre = new HookList<PlainHook>();
  statePost = new HookList<StateDictHook>();
  loadPre = new HookList<StateDictHook>();
  loadPost = new HookList<PlainHook>();
}

/**
 * The params of a constructor's arguments, and its options in the order in which groups and state dicts show them. Those marked with ? are
 * younger than PyTorch 1.13: they are kept where they are given, so that what is shown and saved is the same there.
 */
export function options(sig: Signature, args: readonly unknown[], order: string): [params: unknown, defaults: Record<string, unknown>] {
  const values = bind(sig, args), defaults: Record<string, unknown> = {};
  for (const word of order.split(' ')) {
    const name = word.replace('?', ''), at = sig.index.get(name)!, value = values[at];
    if (word === name || value !== sig.params[at].default) defaults[name] = value;
  }
  return [values[0], defaults];
}

const toSnake = (name: string): string => name.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`);
const toCamel = (name: string): string => name.replace(/_([a-z0-9])/g, (_, c: string) => c.toUpperCase());

/** Parameters handled by one call across the wall. */
const BATCH = 512;

/**
 * @example
 * ```js
 * const w = torsh.tensor([2], { requiresGrad: true });
 * const optimizer = new torsh.optim.SGD([w], { lr: 0.1 });
 * optimizer.paramGroups[0].lr = 0.5;
 * w.square().sum().backward();
 * optimizer.step();
 * optimizer.zeroGrad();
 * console.log(w); // tensor([0.], requires_grad=True)
 * ```
 */
export abstract class Optimizer {
  paramGroups: ParamGroup[] = [];
  /** What the optimizer remembers of each parameter, by PyTorch's names. */
  state: Map<Tensor, State> = new Map();
  readonly defaults: Readonly<Record<string, unknown>>;
  declare _hooks?: Hooks;

  /** defaults: options of groups that do not give their own; undefined for one that every group must give. */
  constructor(params: unknown, defaults: Record<string, unknown>) {
    this.defaults = defaults;
    this._checkDefaults(defaults);
    if (isTensor(params)) throw this._refuse('params argument given to the optimizer should be an iterable of Tensors or dicts, but got Tensor');
    if (typeof (params as Partial<Iterable<unknown>> | null)?.[Symbol.iterator] !== 'function') {
      throw this._refuse(`params argument given to the optimizer should be an iterable of Tensors or dicts, but got ${params === null ? 'null' : typeof params}`);
    }
    const list = [...(params as Iterable<unknown>)];
    if (list.length === 0) throw this._refuse('optimizer got an empty parameter list');
    const groups = isPlainObject(list[0]) ? list : [{ params: list }];
    for (const group of groups) this.addParamGroup(group as ParamGroupInput);
  }

  /** Adds parameters with options of their own. */
  addParamGroup(input: ParamGroupInput): void {
    if (!isPlainObject(input)) throw this._refuse('param group must be a plain object');
    const { params: given, ...options } = input;
    if (kind(given) === 'Set') throw this._refuse('optimizer parameters need to be organized in ordered collections; please use an array instead of a Set');
    if (!isTensor(given) && typeof (given as Partial<Iterable<unknown>> | undefined)?.[Symbol.iterator] !== 'function') {
      throw this._refuse('a param group needs params, an iterable of Tensors');
    }
    const entries: (Tensor | Named)[] = isTensor(given) ? [given] : [...given];
    const isNamed = (entry: Tensor | Named): entry is Named => Array.isArray(entry) && entry.length === 2 && typeof entry[0] === 'string';
    const names = entries.filter(isNamed).map(([name]) => name), params = entries.map((entry) => (isNamed(entry) ? entry[1] : entry));
    if (names.length > 0) {
      if (names.length < params.length) throw this._refuse('all optimizer params should be with/without names. Some param names are missing');
      options.paramNames = names;
    }
    if (this.paramGroups.length > 0 && params.length > 0 && ('paramNames' in this.paramGroups[0]) !== ('paramNames' in options)) {
      throw this._refuse('all optimizer param groups should be with/without names');
    }
    for (const p of params) {
      if (!isTensor(p)) throw this._refuse(`optimizer can only optimize Tensors, but one of the params is ${p === null ? 'null' : typeof p}`);
      if (!(this.defaults.differentiable || p.isLeaf || p.retainsGrad)) throw this._refuse("can't optimize a non-leaf Tensor", 'ERR_AUTOGRAD');
    }
    for (const name of Object.keys(options)) {
      const camel = toCamel(name);
      if (camel !== name && camel in this.defaults) throw this._refuse(`got an unexpected option '${name}' (it is called '${camel}')`);
    }
    const group: ParamGroup = { params, ...options } as unknown as ParamGroup;
    for (const name of Object.keys(this.defaults)) {
      if (group[name] === undefined) group[name] = this.defaults[name];
      if (group[name] === undefined) throw this._refuse(`parameter group didn't specify a value of required optimization parameter ${name}`);
    }
    this._check(group);
    const seen = new Set(this.paramGroups.flatMap((g) => g.params));
    if (params.some((p) => seen.has(p))) throw this._refuse('some parameters appear in more than one parameter group');
    if (new Set(params).size !== params.length) throw this._refuse('a parameter group contains the same parameter twice');
    this.paramGroups.push(group);
  }

  /** Throws when a group's options make no sense; what an optimizer of one's own may override. */
  _check(_group: ParamGroup): void {}

  /** Defaults are checked although every group may have options of its own; lr may be left to the groups. */
  _checkDefaults(defaults: Record<string, unknown>): void {
    const required = Object.keys(defaults).filter((name) => defaults[name] === undefined);
    this._check({ params: [], ...defaults, ...Object.fromEntries(required.map((name) => [name, 1])) } as unknown as ParamGroup);
    if (defaults.fused && defaults.differentiable) throw this._refuse('`fused` cannot be `differentiable`');
    if (defaults.fused && defaults.foreach) throw this._refuse('`fused` and `foreach` cannot be `True` together');
  }

  /** One step from the gradients; the closure, if any, is run first to compute them, and its loss is returned. */
  abstract step(closure?: Closure | null): Tensor | number | null;

  /** Drops all gradients (as PyTorch does since 2.0), or (setToNone: false) fills them with zeros. */
  zeroGrad(setToNone: boolean | { setToNone?: boolean } = true): void {
    const none = typeof setToNone === 'object' ? setToNone.setToNone ?? true : setToNone;
    for (const group of this.paramGroups) zeroGrads(group.params, none);
  }

  /** Runs the closure with gradients recorded, then `update`, made of calls that record nothing, for each group. */
  _run(closure: Closure | null | undefined, update: (group: ParamGroup) => void): Tensor | number | null {
    const loss = closure ? enableGrad(closure) : null;
    for (const group of this.paramGroups) update(group);
    return loss;
  }

  /** Parameters that take part in a step, in batches for the core, which leaves out those that have no gradient now. */
  *_batches(group: ParamGroup, stateless = false): Generator<Tensor[]> {
    const { params } = group;
    for (let i = 0; i < params.length; i += BATCH) {
      let batch = params.length <= BATCH ? params : params.slice(i, i + BATCH);
      if (!stateless && batch.some((p) => !this.state.has(p))) {
        // State is made with the first gradient.
        const graded = _hasGrads(batch);
        batch = batch.filter((p, k) => graded[k] === 1 || this.state.has(p));
      }
      if (batch.length > 0) yield batch;
    }
  }

  /** State that a step has made. */
  _remember(param: Tensor, state: State): void {
    for (const value of Object.values(state)) if (isTensor(value)) keep(value);
    this.state.set(param, { ...this.state.get(param), ...state });
  }

  #hooksOf(hook: unknown): Hooks {
    if (typeof hook !== 'function') throw this._refuse('a hook must be a function');
    if (!this._hooks) Object.defineProperty(this, '_hooks', { value: new Hooks() });
    return this._hooks!;
  }

  /** The first step hook puts itself around step, whichever class defines it. */
  #stepHooks(hook: unknown): Hooks {
    const hooks = this.#hooksOf(hook);
    if (!Object.hasOwn(this, 'step')) {
      const inner = this.step;
      const step = (...given: unknown[]): Tensor | number | null => {
        onlyHere('hooks of an optimizer run in it');
        let args = given;
        for (const run of hooks.stepPre) {
          const changed = run(this, args);
          if (changed !== null && changed !== undefined) {
            if (!Array.isArray(changed)) throw this._refuse('a hook before the step must return nothing or an array of arguments');
            args = changed;
          }
        }
        const loss = inner.apply(this, args as [Closure?]);
        for (const run of hooks.stepPost) run(this, args);
        return loss;
      };
      Object.defineProperty(this, 'step', { value: step, configurable: true, writable: true });
    }
    return hooks;
  }

  /** Runs before each step. https://pytorch.org/docs/stable/generated/torch.optim.Optimizer.register_step_pre_hook.html */
  registerStepPreHook(hook: StepHook): RemovableHandle { return this.#stepHooks(hook).stepPre.add(hook); }
  /** Runs after each step. https://pytorch.org/docs/stable/generated/torch.optim.Optimizer.register_step_post_hook.html */
  registerStepPostHook(hook: (optimizer: Optimizer, args: unknown[]) => void): RemovableHandle { return this.#stepHooks(hook).stepPost.add(hook); }
  /** Runs before stateDict(). https://pytorch.org/docs/stable/generated/torch.optim.Optimizer.register_state_dict_pre_hook.html */
  registerStateDictPreHook(hook: PlainHook, options: Prepend = {}): RemovableHandle { return this.#hooksOf(hook).statePre.add(hook, options); }
  /** Sees what stateDict() gives. https://pytorch.org/docs/stable/generated/torch.optim.Optimizer.register_state_dict_post_hook.html */
  registerStateDictPostHook(hook: StateDictHook, options: Prepend = {}): RemovableHandle { return this.#hooksOf(hook).statePost.add(hook, options); }
  /** Sees what loadStateDict() is given. https://pytorch.org/docs/stable/generated/torch.optim.Optimizer.register_load_state_dict_pre_hook.html */
  registerLoadStateDictPreHook(hook: StateDictHook, options: Prepend = {}): RemovableHandle { return this.#hooksOf(hook).loadPre.add(hook, options); }
  /** Runs after loadStateDict(). https://pytorch.org/docs/stable/generated/torch.optim.Optimizer.register_load_state_dict_post_hook.html */
  registerLoadStateDictPostHook(hook: PlainHook, options: Prepend = {}): RemovableHandle { return this.#hooksOf(hook).loadPost.add(hook, options); }

  /** State and options, in PyTorch's layout and by its names. */
  stateDict(): OptimizerStateDict {
    for (const run of this._hooks?.statePre ?? []) run(this);
    let dict = this._makeStateDict();
    for (const run of this._hooks?.statePost ?? []) dict = run(this, dict) ?? dict;
    return dict;
  }

  /** Takes over options and copies of the state; parameters keep their order and number. */
  loadStateDict(dict: OptimizerStateDict): void {
    for (const run of this._hooks?.loadPre ?? []) dict = run(this, dict) ?? dict;
    this._takeStateDict(dict);
    for (const run of this._hooks?.loadPost ?? []) run(this);
  }

  _makeStateDict(): OptimizerStateDict {
    const numbers = new Map<Tensor, number>();
    const param_groups = this.paramGroups.map(({ params, ...options }) => {
      for (const p of params) numbers.set(p, numbers.size);
      const packed: Record<string, unknown> = {};
      for (const name of Object.keys(options)) packed[toSnake(name)] = options[name];
      return { ...packed, params: params.map((p) => numbers.get(p)!) };
    });
    const state: OptimizerStateDict['state'] = {};
    for (const [p, values] of this.state) {
      const number = numbers.get(p);
      if (number !== undefined) state[number] = { ...values };
    }
    return { state, param_groups };
  }

  _takeStateDict(dict: OptimizerStateDict): void {
    const source = dict as unknown as { state?: unknown; param_groups?: unknown; paramGroups?: unknown } | null;
    const saved = (source?.param_groups ?? source?.paramGroups) as OptimizerStateDict['param_groups'] | undefined;
    if (!Array.isArray(saved) || typeof source?.state !== 'object' || source.state === null) {
      throw this._refuse("loadStateDict needs an object with 'state' and 'param_groups'");
    }
    if (saved.length !== this.paramGroups.length) throw this._refuse('loaded state dict has a different number of parameter groups');
    const byNumber = new Map<string, Tensor>();
    const groups = this.paramGroups.map(({ params, ...own }, i) => {
      const { params: numbers, ...options } = saved[i];
      if (!Array.isArray(numbers) || numbers.length !== params.length) {
        throw this._refuse("loaded state dict contains a parameter group that doesn't match the size of optimizer's group");
      }
      numbers.forEach((number, k) => byNumber.set(String(number), params[k]));
      const group = { params, ...own } as unknown as ParamGroup;
      for (const name of Object.keys(options)) group[toCamel(name)] = options[name];
      // A scheduler that ends at 0 may have left a rate by a rounding error below it.
      this._check(group.lr < 0 && group.lr > -1e-9 ? { ...group, lr: 0 } : group);
      return group;
    });
    const state = new Map<Tensor, State>();
    for (const [number, values] of entriesOf(source.state)) {
      const param = byNumber.get(String(number));
      if (param) state.set(param, this._takeState(param, values));
    }
    this.paramGroups.forEach((group, i) => Object.assign(group, groups[i]));
    this.state = state;
  }

  /** True for state that is one number, whatever the parameter's dtype. */
  _isLone(name: string): boolean { return name === 'step'; }

  /** A copy of saved state in the parameter's dtype; counters stay as they are. */
  _takeState(param: Tensor, values: State): State {
    const made: State = {};
    for (const [name, value] of Object.entries(values)) {
      if (!isTensor(value)) made[name] = value;
      else made[name] = keep(noGrad(() => (!this._isLone(name) && param.isFloatingPoint() && value.dtype !== param.dtype
        ? value.detach().to(param.dtype) : value.detach().clone())));
    }
    return made;
  }

  _refuse(text: string, code: ErrorCode = 'ERR_ARGUMENT'): TorshError {
    const { name } = this.constructor;
    return new TorshError(code, name, `${name}: ${text}`);
  }

  /** A number that is at least 0 and not NaN. */
  _checkAtLeastZero(what: string, value: unknown): void {
    if (typeof value !== 'number' || !(value >= 0)) throw this._refuse(`Invalid ${what}: ${String(value)}`);
  }

  _checkAllAtLeastZero(group: ParamGroup, names: Record<string, string>): void {
    for (const [name, what] of Object.entries(names)) this._checkAtLeastZero(what, group[name]);
  }

  _checkNumbers(group: ParamGroup, names: readonly string[]): void {
    for (const name of names) if (typeof group[name] !== 'number' || Number.isNaN(group[name])) throw this._refuse(`${name} must be a number, but got ${String(group[name])}`);
  }

  _checkBetas(betas: unknown): void {
    if (!Array.isArray(betas) || betas.length !== 2) throw this._refuse(`Invalid betas: ${String(betas)}`);
    betas.forEach((beta: unknown, i) => {
      if (typeof beta !== 'number' || !(beta >= 0 && beta < 1)) throw this._refuse(`Invalid beta parameter at index ${i}: ${String(beta)}`);
    });
  }

  toString(): string {
    let text = `${this.constructor.name} (`;
    this.paramGroups.forEach(({ params: _, ...options }, i) => {
      const names = new Map(Object.keys(options).map((name) => [toSnake(name), name] as const));
      text += `\nParameter Group ${i}\n`;
      for (const name of [...names.keys()].sort()) text += `    ${name}: ${py(options[names.get(name)!])}\n`;
    });
    return `${text})`;
  }
}
Object.defineProperty(Optimizer.prototype, Symbol.for('nodejs.util.inspect.custom'), {
  value(this: Optimizer): string { return this.toString(); },
});

/** State by number, which other readers of PyTorch's files may give as a Map. */
export function entriesOf(state: unknown): [number: string, values: State][] {
  if (typeof state !== 'object' || state === null) return [];
  return kind(state) === 'Map' ? [...(state as Map<unknown, State>)].map(([k, v]) => [String(k), v]) : Object.entries(state as Record<string, State>);
}

const kind = (value: unknown): string => Object.prototype.toString.call(value).slice(8, -1);
