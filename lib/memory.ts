/** What is live, and how to be prompt about releasing it. */
import { abi } from './backend/abi';
import { scoped } from './autograd/modes';
import { sweepCallbacks } from './autograd/callbacks';
import * as sys from './gen/system';
import { isTensor, tidyScope } from './runtime/call';
import type { Tensor } from './tensor';

export interface MemoryInfo {
  /** Tensors that JS holds. */
  handles: number;
  /** Bytes in use, kept for reuse, most ever in use, and the limit (0: none). */
  bytes: number;
  pooled: number;
  peak: number;
  budget: number;
  /** Blocks of memory in use. */
  blocks: number;
}

/**
 * @example
 * ```js
 * console.log(Object.keys(torsh.memory())); // [ 'handles', 'bytes', 'pooled', 'peak', 'budget', 'blocks' ]
 * ```
 */
export function memory(): MemoryInfo {
  const [handles, bytes, pooled, peak, budget, blocks] = sys._memory() as number[];
  return { handles, bytes, pooled, peak, budget, blocks };
}
/** The byte budget: going past it is an ERR_MEMORY. 0: no limit. */
export const setMemoryBudget = (bytes: number): void => { sys._setMemoryBudget(bytes); };
export const resetPeakMemory = (): void => { sys._resetPeakMemory(); };
/** Releases what collected tensors held (native) and gives pooled memory back to the system. */
export function emptyCache(): void {
  abi().collect();
  sweepCallbacks();
  sys._trimMemory();
}

function holds(value: unknown, kept: Set<Tensor>, depth = 0): void {
  if (isTensor(value)) {
    kept.add(value);
    const batch = (value as { value?: unknown }).value; // a sample of vmap stands on the tensor of all samples
    if (batch !== undefined) holds(batch, kept, depth);
  } else if (depth < 8 && value !== null && typeof value === 'object') {
    for (const v of value instanceof Map ? value.values() : Object.values(value as object)) holds(v, kept, depth + 1);
  }
}

/**
 * Runs fn and disposes the tensors made in it, but for those it returns, parameters, buffers, gradients and what keep() marked.
 *
 * @example
 * ```js
 * const mean = torsh.tidy(() => torsh.rand(100, 100).mean()); // what else was made inside is freed
 * console.log(mean.shape); // []
 * ```
 */
export function tidy<T>(fn: () => T): T {
  const outer = tidyScope.get(), made: Tensor[] = [];
  let result: T | undefined;
  try {
    result = scoped('tidy', fn, () => {
      tidyScope.set(made);
      return () => { tidyScope.set(outer); };
    });
    return result;
  } finally {
    const kept = new Set<Tensor>();
    holds(result, kept);
    for (const t of made) {
      if (!t._kept && !kept.has(t)) t.dispose();
      else if (t.isDisposed) continue;
      else if (!t._kept && outer) outer.push(t);
      else abi().track(t, t._h);
    }
  }
}
