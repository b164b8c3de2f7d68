import type { Abi } from './abi';
import { loadAddon } from './addon.web';

export const nativeAbi = (): Abi => loadAddon();
