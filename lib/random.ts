/** The generator that random ops draw from: PyTorch's CPU stream. */
import { TorshError } from './errors';
import * as sys from './gen/system';
import type { Tensor } from './tensor';

/** Seeds the default generator: the same numbers as torch.manual_seed, on both backends. */
export function manualSeed(seed: number | bigint): Generator {
  defaultGenerator.manualSeed(seed);
  return defaultGenerator;
}
export const initialSeed = (): number => sys._initialSeed();
export const getRngState = (): Tensor => sys._rngState();
export const setRngState = (state: Tensor): void => { sys._setRngState(state); };

export class Generator {
  manualSeed(seed: number | bigint): this {
    if (typeof seed !== 'bigint' && !Number.isSafeInteger(seed)) throw new TorshError('ERR_ARGUMENT', 'manualSeed', `manualSeed: the seed must be an integer, not ${seed}`);
    sys._manualSeed(Number(seed));
    return this;
  }
}
export const defaultGenerator = new Generator();
