import { TorshError } from '../errors';
import type { Abi } from './abi';

/** There are no addons in pages. */
export function nativeAbi(): Abi {
  throw new TorshError('ERR_BACKEND', 'torsh', 'torsh: the native backend exists in Node only');
}
