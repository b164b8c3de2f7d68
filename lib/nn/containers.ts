/** Sequential, ModuleList and ModuleDict. Their modules are their fields ('0', '1', ... or the given names). */
import { isPlainObject } from '../bind';
import { TorshError } from '../errors';
import { isModule } from './fields';
import { Module } from './module';

type Fields<T> = Record<string, T>;

/** Own modules in order, with their names. */
export function entriesOf(container: Module): [string, Module][] {
  const found: [string, Module][] = [];
  for (const key of Object.keys(container)) {
    const value = (container as unknown as Fields<unknown>)[key];
    if (isModule(value)) found.push([key, value]);
  }
  return found;
}

function fail(container: Module, code: 'ERR_ARGUMENT' | 'ERR_INDEX', text: string): never {
  const name = container.constructor.name;
  throw new TorshError(code, name, `${name}: ${text}`);
}

/** An index into n things; negative ones count from the end. `n` itself is allowed for insertion. */
export function placeOf(container: Module, index: number, n: number, last = n - 1): number {
  if (!Number.isInteger(index) || index < -n || index > last) fail(container, 'ERR_INDEX', `index ${index} is out of range`);
  return index < 0 ? index + n : index;
}

/** Modules in a row: what Sequential and ModuleList share. */
abstract class ModuleRow<T extends Module = Module> extends Module {
  readonly [index: number]: T;

  get length(): number {
    return entriesOf(this).length;
  }
  *[Symbol.iterator](): Generator<T> {
    for (const [, module] of entriesOf(this)) yield module as T;
  }
  /** The module at a place; negative places count from the end. */
  at(index: number): T {
    const entries = entriesOf(this);
    return entries[placeOf(this, index, entries.length)][1] as T;
  }
  set(index: number, module: T): void {
    const entries = entriesOf(this);
    this._put(entries[placeOf(this, index, entries.length)][0], module);
  }
  append(module: T): this {
    this._put(String(this.length), module);
    return this;
  }
  extend(modules: Iterable<T>): this {
    if (typeof (modules as Partial<Iterable<T>> | null)?.[Symbol.iterator] !== 'function') fail(this, 'ERR_ARGUMENT', 'extend should be called with an iterable');
    for (const module of [...modules]) this.append(module);
    return this;
  }
  insert(index: number, module: T): this {
    const modules = [...this];
    modules.splice(placeOf(this, index, modules.length, modules.length), 0, module);
    return this._renumber(modules);
  }
  /** Takes the module at a place out and returns it. */
  pop(index = -1): T {
    const modules = [...this];
    const [taken] = modules.splice(placeOf(this, index, modules.length), 1);
    this._renumber(modules);
    return taken;
  }

  _put(name: string, module: unknown): void {
    if (!isModule(module)) fail(this, 'ERR_ARGUMENT', `${module === null ? 'null' : typeof module} is not a Module subclass`);
    if (Object.hasOwn(this, name)) (this as unknown as Fields<Module>)[name] = module;
    else this.registerModule(name, module);
  }
  _renumber(modules: T[]): this {
    for (const module of modules) if (!isModule(module)) fail(this, 'ERR_ARGUMENT', `${typeof module} is not a Module subclass`);
    for (const [name] of entriesOf(this)) Reflect.deleteProperty(this, name);
    modules.forEach((module, i) => this._put(String(i), module));
    return this;
  }
}

/**
 * Modules in the order given, each fed with the result of the one before; a plain object names them.
 *
 * @example
 * ```js
 * const model = new torsh.nn.Sequential(new torsh.nn.Linear(4, 8), new torsh.nn.ReLU(), new torsh.nn.Linear(8, 2));
 * console.log(model(torsh.randn(3, 4)).shape, model.length); // [ 3, 2 ] 3
 * ```
 */
export class Sequential extends ModuleRow {
  constructor(...modules: Module[]);
  constructor(modules: Record<string, Module>);
  constructor(...args: unknown[]) {
    super();
    const [first] = args;
    const named = args.length !== 1 ? null
      : isPlainObject(first) ? Object.entries(first)
        : Object.prototype.toString.call(first) === '[object Map]' ? [...(first as Map<string, unknown>)] : null;
    if (named) for (const [name, module] of named) this.registerModule(name, module as Module);
    else args.forEach((module, i) => this._put(String(i), module));
  }
  forward(input: any): any {
    for (const module of this) input = module(input);
    return input;
  }
  /** The modules from `start` up to `end`, in a new Sequential that shares them. */
  slice(start?: number, end?: number): Sequential {
    return new Sequential(Object.fromEntries(entriesOf(this).slice(start, end)));
  }
}

/** Modules by the names of an object, without a forward: an older Module for classes to extend. */
export class Container extends Module {
  constructor(modules: Record<string, Module> = {}) {
    super();
    for (const [name, module] of Object.entries(modules)) this.registerModule(name, module);
  }
}

/**
 * A list of modules.
 *
 * @example
 * ```js
 * const layers = new torsh.nn.ModuleList([new torsh.nn.Linear(4, 4), new torsh.nn.Linear(4, 2)]);
 * let x = torsh.randn(3, 4);
 * for (const layer of layers) x = layer(x);
 * console.log(x.shape, layers.length); // [ 3, 2 ] 2
 * ```
 */
export class ModuleList<T extends Module = Module> extends ModuleRow<T> {
  constructor(modules?: Iterable<T> | null) {
    super();
    if (modules !== undefined && modules !== null) this.extend(modules);
  }
  slice(start?: number, end?: number): ModuleList<T> {
    return new ModuleList([...this].slice(start, end));
  }
}

/** Pairs of what update() takes: a plain object, a Map, pairs, or a container with items(). */
export function pairsOf(container: Module, source: unknown): [string, unknown][] {
  if (isPlainObject(source)) return Object.entries(source);
  const items = (source as { items?: () => Iterable<[string, unknown]> } | null)?.items;
  if (typeof items === 'function') return [...items.call(source)];
  if (typeof (source as Partial<Iterable<unknown>> | null)?.[Symbol.iterator] !== 'function') {
    fail(container, 'ERR_ARGUMENT', 'update should be called with an object or an iterable of key/value pairs');
  }
  return [...(source as Iterable<unknown>)].map((pair, i) => {
    if (!Array.isArray(pair) || pair.length !== 2) fail(container, 'ERR_ARGUMENT', `update sequence element #${i} is not a [name, value] pair`);
    return pair as [string, unknown];
  });
}

/**
 * Modules by name. Names that are whole numbers come first, in ascending order, as fields of JS objects do.
 *
 * @example
 * ```js
 * const act = new torsh.nn.ModuleDict({ relu: new torsh.nn.ReLU(), tanh: new torsh.nn.Tanh() });
 * console.log(act.get('relu')(torsh.tensor([-1, 1])), [...act.keys()]); // tensor([0., 1.]) [ 'relu', 'tanh' ]
 * ```
 */
export class ModuleDict<T extends Module = Module> extends Module {
  readonly [name: string]: any;

  constructor(modules?: Record<string, T> | Iterable<[string, T]> | ModuleDict<T> | null) {
    super();
    if (modules !== undefined && modules !== null) this.update(modules);
  }
  get length(): number {
    return entriesOf(this).length;
  }
  *[Symbol.iterator](): Generator<string> {
    yield* this.keys();
  }
  has(name: string): boolean {
    return Object.hasOwn(this, name) && isModule(this[name]);
  }
  get(name: string): T {
    if (!this.has(name)) fail(this, 'ERR_INDEX', `no module named '${name}'`);
    return this[name] as T;
  }
  set(name: string, module: T): this {
    this.registerModule(name, module);
    return this;
  }
  pop(name: string): T {
    const module = this.get(name);
    Reflect.deleteProperty(this, name);
    return module;
  }
  clear(): void {
    for (const name of this.keys()) Reflect.deleteProperty(this, name);
  }
  keys(): string[] {
    return entriesOf(this).map(([name]) => name);
  }
  values(): T[] {
    return entriesOf(this).map(([, module]) => module as T);
  }
  items(): [string, T][] {
    return entriesOf(this) as [string, T][];
  }
  update(modules: Record<string, T> | Iterable<[string, T]> | ModuleDict<T>): this {
    const pairs = pairsOf(this, modules);
    for (const [name, module] of pairs) this.set(name, module as T);
    return this;
  }
}
