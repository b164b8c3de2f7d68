/**
 * Which fields of a module are parameters, buffers and submodules. Found when asked for, in definition order, so that
 * plain assignment is all a module needs. Plain arrays and objects are walked like ModuleList and ModuleDict.
 */
import { isPlainObject } from '../bind';
import { type Tensor, isTensor } from '../tensor';
import type { Module } from './module';
import { type Parameter, isBuffer, isParameter } from './parameter';

export const moduleBrand: unique symbol = Symbol.for('torsh.nn.Module');
/** Where a module keeps what is not a field. */
export const internals: unique symbol = Symbol.for('torsh.nn.Module.internals');

export const isModule = (x: unknown): x is Module => typeof x === 'function' && (x as Partial<Module>)[moduleBrand] === true;

type Group = unknown[] | Record<string, unknown>;
/** A module, or a plain array or object that holds some. */
export type Node = Module | Group;

export interface Members {
  parameters: [name: string, value: Parameter][];
  buffers: [name: string, value: Tensor, persistent: boolean][];
  children: [name: string, value: Node][];
}

const isGroup = (x: unknown): x is Group => Array.isArray(x) || isPlainObject(x);

/** True when modules or parameters stand somewhere in a plain array or object. */
function holdsMembers(group: Group, seen: Set<unknown> = new Set()): boolean {
  seen.add(group);
  for (const value of Array.isArray(group) ? group : Object.values(group)) {
    if (value === null || value === undefined) continue;
    if (isModule(value) || isParameter(value)) return true;
    if (isGroup(value) && !seen.has(value) && holdsMembers(value, seen)) return true;
    // Data, not modules: a million numbers need not be looked at.
    if (Array.isArray(group) && typeof value !== 'object' && typeof value !== 'function') return false;
  }
  return false;
}

export const isModuleGroup = (x: unknown): x is Group => isGroup(x) && holdsMembers(x);

export function membersOf(node: Node): Members {
  const members: Members = { parameters: [], buffers: [], children: [] };
  const registered = isModule(node) ? node[internals].buffers : undefined;
  for (const name of Object.keys(node)) {
    const value = (node as unknown as Record<string, unknown>)[name];
    if (typeof value === 'function') {
      if (isModule(value)) members.children.push([name, value]);
    } else if (typeof value !== 'object' || value === null) {
      continue;
    } else if (isTensor(value)) {
      const persistent = registered?.get(name);
      if (persistent !== undefined) members.buffers.push([name, value, persistent]);
      else if (isParameter(value)) members.parameters.push([name, value]);
      else if (isBuffer(value)) members.buffers.push([name, value, value.persistent]);
    } else if (isModuleGroup(value)) {
      members.children.push([name, value]);
    }
  }
  return members;
}

const join = (prefix: string, name: string): string => (prefix === '' ? name : `${prefix}.${name}`);

/** The node and all below it, parents first; each once, or (unique = false) once for each path that leads to it. */
export function* nodesOf(node: Node, prefix = '', unique = true, memo: Set<unknown> = new Set()): Generator<[string, Node]> {
  if (memo.has(node)) return;
  memo.add(node);
  yield [prefix, node];
  for (const [name, child] of membersOf(node).children) yield* nodesOf(child, join(prefix, name), unique, memo);
  if (!unique) memo.delete(node);
}

/** Direct submodules, reaching through plain arrays and objects. */
export function* childModules(node: Node, prefix = '', memo: Set<unknown> = new Set()): Generator<[string, Module]> {
  for (const [name, child] of membersOf(node).children) {
    if (memo.has(child)) continue;
    memo.add(child);
    if (isModule(child)) yield [join(prefix, name), child];
    else yield* childModules(child, join(prefix, name), memo);
  }
}

/** Parameters or buffers of the node and (recurse) of all below it, each once. */
export function namedMembers<K extends 'parameters' | 'buffers'>(
  node: Node, kind: K, prefix: string, recurse: boolean, removeDuplicate: boolean,
): [string, Members[K][number][1]][] {
  const memo = new Set<unknown>();
  const found: [string, Members[K][number][1]][] = [];
  const visit = (path: string, at: Node): void => {
    const members = membersOf(at);
    for (const [name, value] of members[kind]) {
      if (removeDuplicate && memo.has(value)) continue;
      memo.add(value);
      found.push([join(path, name), value]);
    }
    // A plain array or object is part of its module, so its own parameters count without recursion too.
    if (!recurse) for (const [name, child] of members.children) if (!isModule(child)) visit(join(path, name), child);
  };
  if (recurse) for (const [path, at] of nodesOf(node, prefix, removeDuplicate)) visit(path, at);
  else visit(prefix, node);
  return found;
}
