/** A module's call with the hooks around it. */
import { isPlainObject } from '../bind';
import { TorshError } from '../errors';
import { isTensor } from '../tensor';
import { runBackwardHooked, type BackwardHook, type BackwardPreHook } from './backward-hooks';
import { internals } from './fields';
import { everywhere } from './global-hooks';
import { HookList, type Hook, type HookOptions } from './hooks';
import type { Module } from './module';
import type { LoadHook, LoadPreHook, StateDictPostHook, StateDictPreHook } from './state-dict';

/** kwargs: only with withKwargs. */
export type ForwardPreHook = (module: any, args: any[], kwargs: any) => unknown;
/** (module, args, output), or with withKwargs (module, args, kwargs, output). */
export type ForwardHook = (module: any, args: any[], outputOrKwargs: any, output: any) => unknown;
export type ForwardPreHookOptions = Omit<HookOptions, 'alwaysCall'>;
export type ForwardHookOptions = HookOptions;

export interface ModuleHooks {
  hooked: boolean;
  forwardPre: HookList<ForwardPreHook>;
  forward: HookList<ForwardHook>;
  backwardPre: HookList<BackwardPreHook>;
  backward: HookList<BackwardHook>;
  saving: HookList<StateDictPreHook>;
  saved: HookList<StateDictPostHook>;
  loading: HookList<LoadPreHook>;
  load: HookList<LoadHook>;
}

/** No hooks, or copies of the lists of a module. */
export function hooksOf(from?: ModuleHooks): ModuleHooks {
  const list = <K extends Exclude<keyof ModuleHooks, 'hooked'>>(key: K): ModuleHooks[K] => (from ? from[key].copy() : new HookList()) as ModuleHooks[K];
  return {
    hooked: from?.hooked ?? false, forwardPre: list('forwardPre'), forward: list('forward'), backwardPre: list('backwardPre'),
    backward: list('backward'), saving: list('saving'), saved: list('saved'), loading: list('loading'), load: list('load'),
  };
}

type Kwargs = Record<string, unknown>;
type Bind = (module: Module, args: unknown[]) => unknown[];
type AnyHook = (...args: unknown[]) => unknown;

/** The arguments of a call and the options that end it. */
function split(args: unknown[]): [unknown[], Kwargs] {
  const last = args[args.length - 1];
  const named = typeof last === 'object' && last !== null && !isTensor(last) && isPlainObject(last);
  return named ? [args.slice(0, -1), last as Kwargs] : [args, {}];
}

function runPreHook(self: Module, hook: Hook<ForwardPreHook>, args: unknown[], bind: Bind | null): unknown[] {
  const run = hook.run as AnyHook;
  if (!hook.options.withKwargs) {
    const result = run(self, bind ? bind(self, args) : args) ?? null;
    return result === null ? args : Array.isArray(result) ? result : [result];
  }
  const result = run(self, ...split(args)) ?? null;
  if (result === null) return args;
  const kwargs: unknown = Array.isArray(result) ? result[1] : null;
  if (!Array.isArray(result) || result.length !== 2 || typeof kwargs !== 'object' || kwargs === null || !isPlainObject(kwargs)) {
    const name = self.constructor.name;
    throw new TorshError('ERR_CALLBACK', name, `${name}: forward pre-hook must return null or [args, kwargs], but got ${typeof result}`);
  }
  const changed = (Array.isArray(result[0]) ? result[0] : [result[0]]) as unknown[];
  return Object.keys(kwargs).length > 0 ? [...changed, kwargs] : changed;
}

/** bind puts arguments in order where the call ends with options. */
export function runHooked(self: Module, args: unknown[], bind: Bind | null): unknown {
  const hooks = self[internals];
  const done = new Set<number>();
  let ordered = args, output: unknown = null;
  const after = (hook: Hook<ForwardHook>): void => {
    done.add(hook.id);
    const run = hook.run as AnyHook;
    const result = hook.options.withKwargs ? run(self, ...split(args), output) : run(self, ordered, output);
    if (result !== undefined && result !== null) output = result;
  };
  const afterHooks = (): Hook<ForwardHook>[] => [...everywhere.forward.list(), ...hooks.forward.list()];
  try {
    for (const hook of [...everywhere.forwardPre.list(), ...hooks.forwardPre.list()]) {
      args = runPreHook(self, hook, args, bind);
      // Hooks may have put options where there were none.
      ordered = args;
    }
    if (bind) ordered = bind(self, args);
    const forward = (inputs: unknown[]): unknown => self.forward(...inputs);
    const pre = [...everywhere.backwardPre, ...hooks.backwardPre], post = [...everywhere.backward, ...hooks.backward];
    output = pre.length + post.length > 0 ? runBackwardHooked(self, pre, post, ordered, forward) : forward(ordered);
    for (const hook of afterHooks()) after(hook);
  } catch (error) {
    for (const hook of afterHooks()) {
      if (!hook.options.alwaysCall || done.has(hook.id)) continue;
      // What forward threw matters more than what a hook throws after it.
      try { after(hook); } catch { /* told by the first error */ }
    }
    throw error;
  }
  return output;
}
