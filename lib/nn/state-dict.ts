/** stateDict() and loadStateDict(): a module's values by PyTorch's keys. */
import { TorshError } from '../errors';
import { type Tensor, isTensor } from '../tensor';
import { noGrad } from '../autograd';
import { internals, isModule, membersOf, moduleBrand, type Node } from './fields';
import type { Module } from './module';
import { pySize } from './repr';

/** Tensors by key, in PyTorch's order; extra state of modules may be any value. */
export type StateDict = Record<string, Tensor>;
export interface Metadata { version?: number }
export interface IncompatibleKeys { missingKeys: string[]; unexpectedKeys: string[] }
export type LoadHook = (module: any, keys: IncompatibleKeys) => void;
export type StateDictPreHook = (module: any, prefix: string, keepVars: boolean) => void;
export type StateDictPostHook = (module: any, stateDict: any, prefix: string, localMetadata: Metadata) => void;
export type LoadPreHook = (
  module: any, stateDict: any, prefix: string, localMetadata: Metadata, strict: boolean, missingKeys: string[], unexpectedKeys: string[], errorMsgs: string[],
) => void;

const EXTRA_STATE = '_extra_state';

/** Has the module's class getExtraState or setExtraState of its own? */
function overrides(module: Module, name: 'getExtraState' | 'setExtraState'): boolean {
  for (let at: object | null = module; at !== null && !Object.hasOwn(at, moduleBrand); at = Object.getPrototypeOf(at) as object | null) if (Object.hasOwn(at, name)) return true;
  return false;
}

type Metadatas = Record<string, Metadata>;

export function stateDict(root: Module, destination: StateDict | null, prefix: string, keepVars: boolean): StateDict {
  const dict: StateDict = destination ?? {};
  let metadatas = (dict as { _metadata?: Metadatas })._metadata;
  if (!metadatas) {
    metadatas = {};
    // Beside the keys, not among them: versions of the modules' layouts, lost when the values are saved elsewhere.
    Object.defineProperty(dict, '_metadata', { value: metadatas, enumerable: false });
  }
  const visit = (node: Node, path: string): void => {
    const metadata: Metadata = isModule(node) ? { version: (node.constructor as typeof Module)._version } : {};
    if (isModule(node)) {
      metadatas[path.slice(0, -1)] = metadata;
      for (const hook of node[internals].saving) hook(node, path, keepVars);
    }
    const { parameters, buffers, children } = membersOf(node);
    for (const [name, value] of parameters) dict[path + name] = keepVars ? value : value.detach();
    for (const [name, value, persistent] of buffers) if (persistent) dict[path + name] = keepVars ? value : value.detach();
    if (isModule(node) && overrides(node, 'getExtraState')) dict[path + EXTRA_STATE] = node.getExtraState() as Tensor;
    for (const [name, child] of children) visit(child, `${path}${name}.`);
    if (!isModule(node)) return;
    for (const hook of node[internals].saved) hook(node, dict, path, metadata);
  };
  visit(root, prefix);
  return dict;
}

export function loadStateDict(root: Module, source: StateDict | Map<string, unknown>, strict: boolean, assign: boolean): IncompatibleKeys {
  const isMap = Object.prototype.toString.call(source) === '[object Map]';
  if (!isMap && (typeof source !== 'object' || source === null || isTensor(source))) {
    throw new TorshError('ERR_ARGUMENT', 'loadStateDict',
      `loadStateDict: Expected state_dict to be dict-like, got ${source === null ? 'null' : isTensor(source) ? 'Tensor' : typeof source}.`);
  }
  const metadatas = (source as { _metadata?: Metadatas })._metadata ?? {};
  const dict = new Map<string, unknown>(isMap ? (source as Map<string, unknown>) : Object.entries(source));
  const missingKeys: string[] = [];
  const unexpectedKeys: string[] = [];
  const problems: string[] = [];
  const copies: [to: Tensor, from: Tensor][] = [];
  const extras: [to: Module, from: unknown][] = [];
  const loaded: Module[] = [];

  const visit = (node: Node, prefix: string): void => {
    if (isModule(node)) {
      const metadata = metadatas[prefix.slice(0, -1)] ?? {};
      for (const hook of node[internals].loading) {
        const object = Object.fromEntries(dict);
        hook(node, object, prefix, metadata, strict, missingKeys, unexpectedKeys, problems);
        dict.clear();
        for (const [key, value] of Object.entries(object)) dict.set(key, value);
      }
      node._beforeLoad(dict, prefix, metadata);
    }
    const { parameters, buffers, children } = membersOf(node);
    const own = new Set(children.map(([name]) => name));
    for (const [name, value, persistent] of [...parameters, ...buffers] as [string, Tensor, boolean?][]) {
      if (persistent === false) continue;
      own.add(name);
      const key = prefix + name;
      if (!dict.has(key)) { missingKeys.push(key); continue; }
      const given = checkValue(key, value, dict.get(key), problems);
      if (given) copies.push([value, given]);
    }
    const extraKey = prefix + EXTRA_STATE;
    if (isModule(node) && overrides(node, 'setExtraState')) {
      if (dict.has(extraKey)) extras.push([node, dict.get(extraKey)]);
      else missingKeys.push(extraKey);
    } else if (dict.has(extraKey)) {
      unexpectedKeys.push(extraKey);
    }
    for (const key of dict.keys()) {
      if (key.startsWith(prefix) && key !== extraKey && !own.has(key.slice(prefix.length).split('.', 1)[0])) unexpectedKeys.push(key);
    }
    for (const [name, child] of children) visit(child, `${prefix}${name}.`);
    if (isModule(node)) loaded.push(node);
  };
  visit(root, '');

  const keys: IncompatibleKeys = { missingKeys, unexpectedKeys };
  for (const module of loaded) for (const hook of module[internals].load) hook(module, keys);
  if (strict) {
    const quote = (list: string[]): string => list.map((key) => `"${key}"`).join(', ');
    if (unexpectedKeys.length > 0) problems.unshift(`Unexpected key(s) in state_dict: ${quote(unexpectedKeys)}. `);
    if (missingKeys.length > 0) problems.unshift(`Missing key(s) in state_dict: ${quote(missingKeys)}. `);
  }
  if (problems.length > 0) {
    throw new TorshError('ERR_ARGUMENT', 'loadStateDict',
      `Error(s) in loading state_dict for ${root.constructor.name}:\n\t${problems.join('\n\t')}`);
  }
  noGrad(() => {
    for (const [to, from] of copies) {
      if (assign) to.data = from.detach();
      else to.copy_(from);
    }
  });
  for (const [to, from] of extras) to.setExtraState(from);
  return keys;
}

/** What to copy into `current`, or null with the reason added to the problems. */
function checkValue(key: string, current: Tensor, given: unknown, problems: string[]): Tensor | null {
  if (!isTensor(given)) {
    problems.push(`While copying the parameter named "${key}", expected torch.Tensor or Tensor-like object from checkpoint but received ${
      given === null ? 'null' : typeof given}`);
    return null;
  }
  const [want, got] = [current.shape, given.shape];
  if (want.length === 0 && got.length === 1 && got[0] > 0) return given.select(0, 0); // layouts before PyTorch 0.4
  if (want.length !== got.length || want.some((size, i) => size !== got[i])) {
    problems.push(`size mismatch for ${key}: copying a param with shape ${pySize(got)} from checkpoint, the shape in current model is ${pySize(want)}.`);
    return null;
  }
  return given;
}
