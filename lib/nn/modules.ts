/** torsh.nn.modules.module, where PyTorch keeps the hooks of all modules. */
import * as hooks from './global-hooks';

const { everywhere: _, tellRegistered: __, ...registering } = hooks;
export const module = registering;
