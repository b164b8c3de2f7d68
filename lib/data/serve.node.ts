/** How a bundle that has been loaded finds out that a DataLoader started it, as a worker. */
import type workerThreads from 'node:worker_threads';
import { workerKey } from './worker-key';

/** Called once when the bundle is loaded: in such a worker, begins to serve. */
export function serveIfWorker(serve: (setup: unknown) => void): void {
  if (process.env[workerKey] === undefined) return; // reading node:worker_threads takes a millisecond or two of every start
  const { isMainThread, workerData } = require('node:worker_threads') as typeof workerThreads;
  const setup = isMainThread ? undefined : (workerData as Record<string, { file: string }> | null | undefined)?.[workerKey];
  if (setup !== undefined && setup.file === __filename) serve(setup);
}
