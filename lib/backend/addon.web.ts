import { TorshError } from '../errors';

export const platformName = (): string => 'web';

/** There are no addons in pages. */
export function loadAddon(): never {
  throw new TorshError('ERR_BACKEND', 'torsh', 'torsh: the native backend exists in Node only');
}
