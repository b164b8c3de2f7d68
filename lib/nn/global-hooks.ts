/** Hooks of all modules: torch.nn.modules.module.register_module_... */
import { TorshError } from '../errors';
import type { BackwardHook, BackwardPreHook } from './backward-hooks';
import type { ForwardHook, ForwardHookOptions, ForwardPreHook } from './call';
import { HookList, type HookOptions, type RemovableHandle } from './hooks';

/** hook(module, name, value) when something is registered; what it returns takes the value's place. */
export type RegistrationHook = (module: any, name: string, value: any) => unknown;

export const everywhere = {
  forwardPre: new HookList<ForwardPreHook>(),
  forward: new HookList<ForwardHook>(),
  backwardPre: new HookList<BackwardPreHook>(),
  backward: new HookList<BackwardHook>(),
  buffer: new HookList<RegistrationHook>(),
  parameter: new HookList<RegistrationHook>(),
  module: new HookList<RegistrationHook>(),
  /** Whether a call must look at hooks. */
  get hooked(): boolean {
    return this.forwardPre.size + this.forward.size + this.backwardPre.size + this.backward.size > 0;
  },
};

export function tellRegistered<T>(kind: 'buffer' | 'parameter' | 'module', module: object, name: string, value: T): T {
  for (const hook of everywhere[kind]) value = (hook(module, name, value) ?? value) as T;
  return value;
}

function add<F>(name: string, list: HookList<F>, hook: F, options?: HookOptions): RemovableHandle {
  if (typeof hook !== 'function') throw new TorshError('ERR_ARGUMENT', name, `${name}: a hook must be a function, but got ${hook === null ? 'null' : typeof hook}`);
  return list.add(hook, options);
}

/** The hook runs before the forward of every module, ahead of the module's own. */
export const registerModuleForwardPreHook = (hook: ForwardPreHook): RemovableHandle => add('registerModuleForwardPreHook', everywhere.forwardPre, hook);
/** The hook runs after the forward of every module, ahead of the module's own. */
export const registerModuleForwardHook = (hook: ForwardHook, options: Pick<ForwardHookOptions, 'withKwargs' | 'alwaysCall'> = {}): RemovableHandle =>
  add('registerModuleForwardHook', everywhere.forward, hook, { withKwargs: options.withKwargs, alwaysCall: options.alwaysCall });
/** hook(module, gradOutput) in the backward of every module. */
export const registerModuleFullBackwardPreHook = (hook: BackwardPreHook): RemovableHandle => add('registerModuleFullBackwardPreHook', everywhere.backwardPre, hook);
/** hook(module, gradInput, gradOutput) in the backward of every module. */
export const registerModuleFullBackwardHook = (hook: BackwardHook): RemovableHandle => add('registerModuleFullBackwardHook', everywhere.backward, hook);
/** Runs when registerBuffer() is called; fields that are assigned are found later and tell no hook. */
export const registerModuleBufferRegistrationHook = (hook: RegistrationHook): RemovableHandle => add('registerModuleBufferRegistrationHook', everywhere.buffer, hook);
/** Runs when registerParameter() is called; fields that are assigned are found later and tell no hook. */
export const registerModuleParameterRegistrationHook = (hook: RegistrationHook): RemovableHandle => add('registerModuleParameterRegistrationHook', everywhere.parameter, hook);
/** Runs when registerModule(), addModule() or a container takes a module; fields that are assigned are found later and tell no hook. */
export const registerModuleModuleRegistrationHook = (hook: RegistrationHook): RemovableHandle => add('registerModuleModuleRegistrationHook', everywhere.module, hook);
