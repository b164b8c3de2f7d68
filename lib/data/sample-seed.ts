/** Random numbers that depend on the sample alone, not on who makes it. */
import { getRngState, manualSeed, setRngState } from '../random';
import { isTensor } from '../tensor';

const mask = (1n << 64n) - 1n;

/** 32 bits, which is what the generator takes of a seed, from that of the pass and the sample's index (the steps of splitmix64). */
function mixed(seed: number | bigint, index: number): number {
  let z = (BigInt(seed) + BigInt(index + 1) * 0x9e3779b97f4a7c15n) & mask;
  z = ((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n) & mask;
  z = ((z ^ (z >> 27n)) * 0x94d049bb133111ebn) & mask;
  return Number((z ^ (z >> 31n)) & 0xffffffffn);
}

export function seedSample(seed: number | bigint, index: unknown): void {
  manualSeed(mixed(seed, Number.isSafeInteger(index) ? index as number : 0));
}

/** Runs `f`, also where it is awaited; then the default generator goes on as if nothing had been drawn. */
export function unseen<T>(f: () => T): T {
  const state = getRngState();
  const restore = (): void => {
    setRngState(state);
    state.dispose();
  };
  let result: T;
  try {
    result = f();
  } catch (e) {
    restore();
    throw e;
  }
  if (!isTensor(result) && typeof (result as PromiseLike<unknown> | null)?.then === 'function') {
    return (result as unknown as Promise<unknown>).finally(restore) as T;
  }
  restore();
  return result;
}
