/** What the WebAssembly backend takes from a page or its worker. */
import { TorshError } from '../errors';
import { USUAL_THREADS, type WorkerOrder, workerSource } from './wasm-workers';

/** Pages fetch: see lib/entry/page-start.ts. */
export function wasmBytes(name: string): Uint8Array<ArrayBuffer> {
  throw new TorshError('ERR_BACKEND', 'torsh', `torsh: a page cannot load ${name} synchronously`);
}

/** Pages tell init(). */
export const relaxedWish = (): boolean | undefined => undefined;

/** Why there can be no threads; null when there can. */
export function threadsRefused(): string | null {
  if (globalThis.crossOriginIsolated !== true) return 'the page is not cross-origin isolated (headers Cross-Origin-Opener-Policy and Cross-Origin-Embedder-Policy)';
  if (typeof SharedArrayBuffer !== 'function') return 'there is no SharedArrayBuffer here';
  return typeof Worker === 'function' ? null : 'there are no workers here';
}

/** Threads unless told otherwise, and why there are so few. */
export const usualThreads = (): [count: number, why: string | null] => [Math.min(globalThis.navigator?.hardwareConcurrency || 1, USUAL_THREADS), null];

/** A browser fetches a worker's script when the thread that asks for it has returned to its events. */
export const workersComeLate = true;

let script: string | undefined;

/** Starts a worker; failed: it could not be started, or broke. */
export function startWorker(order: WorkerOrder, failed: (why: string) => void): void {
  script ??= URL.createObjectURL(new Blob([`onmessage = (e) => { (${workerSource})(e.data); close(); };`], { type: 'text/javascript' }));
  const worker = new Worker(script, { name: 'torsh' });
  worker.onerror = (e) => { failed(e.message || 'its script was refused'); };
  worker.onmessageerror = () => { failed('it could not be given the memory'); };
  worker.postMessage(order, []);
}
