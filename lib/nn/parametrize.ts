/** torsh.nn.utils.parametrize: tensors of a module computed from others. https://pytorch.org/tutorials/intermediate/parametrizations.html */
import { bind, signature } from '../bind';
import { noGrad } from '../autograd';
import { TorshError } from '../errors';
import { isTensor, keep, type Tensor } from '../tensor';
import { ModuleDict, ModuleList } from './containers';
import { internals, membersOf } from './fields';
import type { Module } from './module';
import { Parameter, isParameter } from './parameter';
import { pySize } from './repr';

/** forward(original, ...) gives the tensor; rightInverse(tensor), if there is one, gives originals for it. */
export type Parametrization = Module & { rightInverse?(value: Tensor): Tensor | Tensor[] };
type Fields = Record<string, unknown>;

const sigs = {
  registerParametrization: signature('registerParametrization', 'module, tensorName, parametrization, *, unsafe=false'),
  removeParametrizations: signature('removeParametrizations', 'module, tensorName, leaveParametrized=true'),
};

export function fail(op: string, text: string): never {
  throw new TorshError('ERR_ARGUMENT', op, `${op}: ${text}`);
}

const fieldsOf = (module: Module): Fields => module as unknown as Fields;
const kindOf = (x: unknown): string => (isTensor(x) ? 'Tensor' : x === null ? 'null' : Array.isArray(x) ? 'Array' : typeof x);
const call = (module: Module, ...args: unknown[]): unknown => (module as unknown as (...list: unknown[]) => unknown)(...args);

/** A parameter or buffer by its name, where it counts as the same in loops over members. */
export function put(module: Module, name: string, value: Tensor, persistent = true): void {
  if (isParameter(value)) module.registerParameter(name, value);
  else module.registerBuffer(name, value, persistent);
}

export function take(module: Module, name: string): void {
  Reflect.deleteProperty(module, name);
  module[internals].buffers.delete(name);
}

export const isMember = (module: Module, name: string): boolean => {
  const { parameters, buffers } = membersOf(module);
  return parameters.some(([known]) => known === name) || buffers.some(([known]) => known === name);
};

/** The storage of `to` becomes that of `from`; parameters stay the same objects. */
export function assignData(to: Tensor, from: Tensor): void {
  to.data = keep(from.detach());
}

/** Parametrizations of one tensor, applied in order, and what they are applied to: original, or original0, original1, ... */
export class ParametrizationList extends ModuleList {
  unsafe: boolean;
  isTensor: boolean;
  ntensors: number;
  [name: `original${string}`]: Tensor;

  constructor(modules: Iterable<Module>, original: Tensor, unsafe = false) {
    super([...modules]);
    this.unsafe = unsafe;
    const { shape, dtype, requiresGrad } = original;
    if (this.length === 0) fail('ParametrizationList', 'ParametrizationList requires one or more modules.');
    const inverse = noGrad(() => {
      let value: Tensor | Tensor[] = original;
      for (const module of [...this].reverse() as Parametrization[]) if (module.rightInverse) value = module.rightInverse(value as Tensor);
      return value;
    });
    if (!isTensor(inverse) && !Array.isArray(inverse)) {
      fail('registerParametrization', `'rightInverse' must return a Tensor or an array of tensors. Got ${kindOf(inverse)}`);
    }
    this.isTensor = isTensor(inverse);
    this.ntensors = isTensor(inverse) ? 1 : inverse.length;
    if (isTensor(inverse)) {
      if (inverse.dtype !== dtype) {
        fail('registerParametrization', 'When `rightInverse` outputs one tensor, it may not change the dtype.\n'
          + `original.dtype: ${dtype}\nrightInverse(original).dtype: ${inverse.dtype}`);
      }
      if (inverse !== original) assignData(original, inverse);
      put(this, 'original', original);
    } else {
      inverse.forEach((value: unknown, i) => {
        if (!isTensor(value)) fail('registerParametrization', `'rightInverse' must return a Tensor or an array of tensors. Got element ${i} of the array with type ${kindOf(value)}.`);
        put(this, `original${i}`, isParameter(original) ? new Parameter(value.detach(), requiresGrad) : value.detach());
      });
    }
    if (unsafe) return;
    checkSame(noGrad(() => this.forward()), dtype, shape, 'unparametrized', 'parametrized');
  }

  /** Sets the originals so that the parametrized tensor becomes `value`. */
  rightInverse(value: Tensor): void {
    noGrad(() => {
      let result: Tensor | Tensor[] = value;
      for (const module of [...this].reverse() as Parametrization[]) {
        if (!module.rightInverse) fail('rightInverse', `parametrization ${module.constructor.name} does not implement rightInverse.`);
        result = module.rightInverse(result as Tensor);
      }
      const list = this.isTensor ? [result] : result;
      if (!Array.isArray(list)) fail('rightInverse', `'rightInverse' must return an array of tensors. Got ${kindOf(list)}.`);
      if (list.length !== this.ntensors) fail('rightInverse', `'rightInverse' must return an array of tensors of length ${this.ntensors}. Got an array of length ${list.length}.`);
      const originals = this._sources();
      list.forEach((given: unknown, i) => {
        if (!isTensor(given)) fail('rightInverse', `\`rightInverse\` should return a tensor. Got ${kindOf(given)}`);
        if (given.dtype !== originals[i].dtype) {
          fail('rightInverse', `The tensor returned by \`rightInverse\` has dtype ${given.dtype} while \`original\` has dtype ${originals[i].dtype}`);
        }
      });
      // A copy, where the given tensor itself comes back: it stays the caller's.
      originals.forEach((original, i) => { assignData(original, list[i] === value ? value.clone() : list[i] as Tensor); });
    });
  }

  _sources(): Tensor[] {
    return this.isTensor ? [this.original] : Array.from({ length: this.ntensors }, (_, i) => this[`original${i}`]);
  }

  override forward(): any {
    const [first, ...others] = this;
    let x = call(first, ...this._sources());
    for (const module of others) x = call(module, x);
    return x;
  }
}

function checkSame(value: unknown, dtype: string, shape: readonly number[], before: string, after: string): void {
  if (!isTensor(value)) fail('registerParametrization', `A parametrization must return a tensor. Got ${kindOf(value)}.`);
  const changed = (what: string, from: string, to: string): never => fail('registerParametrization',
    `Registering a parametrization may not change the ${what} of the tensor, unless \`unsafe\` flag is enabled.\n${before} ${what}: ${from}\n${after} ${what}: ${to}`);
  if (value.dtype !== dtype) changed('dtype', dtype, value.dtype);
  if (pySize(value.shape) !== pySize([...shape])) changed('shape', pySize([...shape]), pySize(value.shape));
}

let caching = 0;
const cache = new Map<Module, Map<string, unknown>>();

/** Runs fn; in it each parametrized tensor is computed once. PyTorch's `with parametrize.cached():`. */
export function cached<T>(fn: () => T): T {
  const leave = (): void => { if (--caching === 0) cache.clear(); };
  caching++;
  let result: T;
  try {
    result = fn();
  } catch (error) {
    leave();
    throw error;
  }
  if (result instanceof Promise) return result.finally(leave) as T;
  leave();
  return result;
}

function compute(module: Module, name: string): unknown {
  const list = (fieldsOf(module).parametrizations as ModuleDict)[name] as Module;
  if (caching === 0) return call(list);
  let known = cache.get(module);
  if (!known) cache.set(module, known = new Map());
  if (!known.has(name)) {
    const value = call(list);
    known.set(name, isTensor(value) ? keep(value) : value);
  }
  return known.get(name);
}

/** The tensor of a module (or with no name any) is parametrized. */
export function isParametrized(module: Module, tensorName: string | null = null): boolean {
  const all = fieldsOf(module).parametrizations;
  if (!(all instanceof ModuleDict)) return false;
  return tensorName === null ? all.length > 0 : Object.hasOwn(all, tensorName);
}

/** The class of a module, or what it was before parametrizations. */
export function typeBeforeParametrizations(module: Module): any {
  const prototype = Object.getPrototypeOf(module) as object;
  return (isParametrized(module) ? Object.getPrototypeOf(prototype) as object : prototype).constructor;
}

/**
 * From now on module[tensorName] is parametrization(original); assigning to it goes through rightInverse. Several may be stacked.
 *
 * @example
 * ```js
 * class Symmetric extends torsh.nn.Module {
 *   forward(x) {
 *     return x.triu().add(x.triu(1).T);
 *   }
 * }
 * const m = new torsh.nn.Linear(3, 3);
 * torsh.nn.utils.parametrize.registerParametrization(m, 'weight', new Symmetric());
 * console.log(torsh.equal(m.weight, m.weight.T)); // true
 * ```
 */
export function registerParametrization<M extends Module>(module: M, tensorName: string, parametrization: Module, options?: { unsafe?: boolean }): M;
export function registerParametrization(...args: unknown[]): Module {
  const [module, name, parametrization, unsafe] = bind(sigs.registerParametrization, args) as [Module, string, Parametrization, boolean];
  parametrization.train(module.training);
  if (isParametrized(module, name)) {
    const list = (fieldsOf(module).parametrizations as ModuleDict)[name] as ParametrizationList;
    if (!unsafe) {
      const before = fieldsOf(module)[name] as Tensor;
      const after = call(parametrization, before);
      checkSame(after, before.dtype, before.shape, `module.${name}`, `parametrization(module.${name})`);
      if (parametrization.rightInverse) {
        const back = parametrization.rightInverse(after as Tensor);
        if (!isTensor(back)) fail('registerParametrization', `parametrization.rightInverse must return a tensor. Got: ${kindOf(back)}`);
        checkSame(back, before.dtype, before.shape, `module.${name}`, 'returned');
      }
    }
    list.append(parametrization);
    list.unsafe ||= unsafe;
  } else if (isMember(module, name)) {
    const list = new ParametrizationList([parametrization], fieldsOf(module)[name] as Tensor, unsafe);
    take(module, name);
    if (!isParametrized(module)) {
      const base = module.constructor as new () => Module, title = `Parametrized${base.name}`;
      Object.setPrototypeOf(module, { [title]: class extends base {} }[title].prototype as object);
      fieldsOf(module).parametrizations = new ModuleDict();
    }
    Object.defineProperty(module, name, {
      configurable: true, enumerable: false,
      get(this: Module): unknown { return compute(this, name); },
      set(this: Module, value: Tensor) { ((fieldsOf(this).parametrizations as ModuleDict)[name] as ParametrizationList).rightInverse(value); },
    });
    fieldsOf(fieldsOf(module).parametrizations as Module)[name] = list;
  } else {
    fail('registerParametrization', `Module '${String(module)}' does not have a parameter, a buffer, or a parametrized element with name '${name}'`);
  }
  return module;
}

/** Undoes it; the tensor keeps the parametrized values, or (leaveParametrized: false) gets its original back. */
export function removeParametrizations<M extends Module>(module: M, tensorName: string, leaveParametrized?: boolean | { leaveParametrized?: boolean }): M;
export function removeParametrizations(...args: unknown[]): Module {
  const [module, name, leave] = bind(sigs.removeParametrizations, args) as [Module, string, boolean];
  if (!isParametrized(module, name)) fail('removeParametrizations', `Module ${String(module)} does not have a parametrization on ${name}`);
  const all = fieldsOf(module).parametrizations as ModuleDict, list = all[name] as ParametrizationList;
  let original: Tensor;
  if (list.isTensor) {
    ({ original } = list);
    if (leave) assignData(original, noGrad(() => (compute(module, name) as Tensor).clone()));
  } else {
    if (!leave) fail('removeParametrizations', 'Cannot leave unparametrized (`leaveParametrized: false`) a tensor that is parametrized in terms of a sequence of tensors.');
    const value = compute(module, name) as Tensor;
    original = value.requiresGrad ? new Parameter(value.detach().clone()) : value;
  }
  Reflect.deleteProperty(module, name);
  Reflect.deleteProperty(all, name);
  cache.get(module)?.delete(name);
  put(module, name, original);
  if (!isParametrized(module)) {
    Reflect.deleteProperty(module, 'parametrizations');
    Object.setPrototypeOf(module, Object.getPrototypeOf(Object.getPrototypeOf(module)) as object);
  }
  return module;
}

/** Gives toModule the parametrizations of fromModule (of one tensor, or of all) and what they are applied to, shared. */
export function transferParametrizationsAndParams<M extends Module>(fromModule: Module, toModule: M, tensorName: string | null = null): M {
  if (!isParametrized(fromModule)) return toModule;
  const all = fieldsOf(fromModule).parametrizations as ModuleDict;
  for (const name of tensorName === null ? Object.keys(membersByName(all)) : [tensorName]) {
    const list = all[name] as ParametrizationList | undefined;
    if (!list) fail('transferParametrizationsAndParams', `the module has no parametrization of '${name}'`);
    if (!(name in toModule)) fieldsOf(toModule)[name] = new Parameter(noGrad(() => (compute(fromModule, name) as Tensor).clone()));
    for (const parametrization of list) registerParametrization(toModule, name, parametrization, { unsafe: list.unsafe });
    const made = (fieldsOf(toModule).parametrizations as ModuleDict)[name] as ParametrizationList;
    list._sources().forEach((source, i) => { fieldsOf(made)[list.isTensor ? 'original' : `original${i}`] = source; });
  }
  return toModule;
}

const membersByName = (module: Module): Record<string, unknown> => Object.fromEntries(membersOf(module).children);
