/** Which modules a recorded function reaches, and whether their fields are still what they were: training, numbers, parameters, submodules. */
import { isPlainObject } from '../bind';
import { internals, isModule } from '../nn/fields';
import { everywhere } from '../nn/global-hooks';
import type { Module } from '../nn/module';
import { isTensor } from '../tensor';
import { Refusal } from './arguments';

type Fields = Record<string, unknown>;
interface Watched { node: Fields; module: Module | null; names: string[]; values: unknown[]; length: number }
export type Watch = readonly Watched[];

const MAX_LENGTH = 1024;
/** Hooks of calls: those of state dicts set the flag too. */
function hookedModule(m: Module): boolean {
  const hooks = m[internals];
  return hooks.hooked && hooks.forwardPre.size + hooks.forward.size + hooks.backwardPre.size + hooks.backward.size > 0;
}

/** Runs fn; gives its result, and the modules that were called. */
export function reaching<T>(fn: () => T): [result: T, reached: Set<Module>] {
  const reached = new Set<Module>();
  const hook = everywhere.forwardPre.add((m: Module) => { reached.add(m); });
  try {
    return [fn(), reached];
  } finally {
    hook.remove();
  }
}

/** Throws where hooks run, which may do anything. */
export function refuseHooks(modules: Iterable<Module>): void {
  if (everywhere.hooked) throw new Refusal('hooks of all modules are set');
  for (const m of modules) if (hookedModule(m)) throw new Refusal(`a ${m.constructor.name} has hooks`);
}

/** The fields of modules and of all below them, as they are now. */
export function watch(modules: Iterable<Module>): Watch {
  const found: Watched[] = [], seen = new Set<unknown>();
  const visit = (x: object): void => {
    if (seen.has(x)) return;
    seen.add(x);
    // What a getter computes is made of fields that are watched themselves.
    const node = x as Fields, names = Object.keys(node).filter((name) => 'value' in Object.getOwnPropertyDescriptor(node, name)!), values = names.map((name) => node[name]);
    found.push({ node, module: isModule(x) ? x : null, names, values, length: Array.isArray(x) ? x.length : -1 });
    for (const v of values) {
      if (isModule(v)) visit(v);
      else if (typeof v === 'object' && v !== null && !isTensor(v) && (Array.isArray(v) ? v.length <= MAX_LENGTH : isPlainObject(v))) visit(v);
    }
  };
  for (const m of modules) visit(m);
  return found;
}

/** Whether everything is as it was. */
export function unchanged(all: Watch): boolean {
  if (all.length > 0 && everywhere.hooked) return false;
  for (const { node, module, names, values, length } of all) {
    if (module !== null && hookedModule(module)) return false;
    if (length >= 0 && (node as unknown as unknown[]).length !== length) return false;
    for (let i = 0; i < names.length; i++) if (!Object.is(node[names[i]], values[i])) return false;
  }
  return true;
}

/** The first field that is not what it was, in words. */
export function difference(all: Watch): string {
  for (const { node, module, names, values } of all) {
    const at = names.findIndex((name, i) => !Object.is(node[name], values[i]));
    if (at >= 0) return `field '${names[at]}' of ${module ? `a ${module.constructor.name}` : 'a group of modules'}`;
  }
  return 'the hooks of a module';
}
