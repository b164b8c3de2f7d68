/** Pages have no threads that could wait for each other: DataLoader fetches ahead in the one there is. */
import type { Pool, PoolPlan } from './pass';

export const hasThreads = (): boolean => false;

export function openPool(_plan: PoolPlan): Pool {
  throw new Error('torsh: no threads here');
}

export function serve(_given: unknown): void { /* nobody starts a page as a worker of a DataLoader */ }
