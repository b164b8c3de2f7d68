/** How a bundle that has been loaded finds out that a DataLoader started it, as a worker. */
import { isMainThread, workerData } from 'node:worker_threads';
import { workerKey } from './worker-key';

/** Called once when the bundle is loaded: in such a worker, begins to serve. */
export function serveIfWorker(serve: (setup: unknown) => void): void {
  const setup = isMainThread ? undefined : (workerData as Record<string, { file: string }> | null | undefined)?.[workerKey];
  if (setup !== undefined && setup.file === __filename) serve(setup);
}
