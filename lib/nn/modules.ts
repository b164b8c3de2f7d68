/** torsh.nn.modules.module, where PyTorch keeps the hooks of all modules. */
import * as hooks from './global-hooks';

export const module = {
  registerModuleForwardPreHook: hooks.registerModuleForwardPreHook,
  registerModuleForwardHook: hooks.registerModuleForwardHook,
  registerModuleFullBackwardPreHook: hooks.registerModuleFullBackwardPreHook,
  registerModuleFullBackwardHook: hooks.registerModuleFullBackwardHook,
  registerModuleBufferRegistrationHook: hooks.registerModuleBufferRegistrationHook,
  registerModuleParameterRegistrationHook: hooks.registerModuleParameterRegistrationHook,
  registerModuleModuleRegistrationHook: hooks.registerModuleModuleRegistrationHook,
};
