/** What host.node.ts offers, with the workers of pages. */
import { TorshError } from '../errors';
import type { Events, Thread, ThreadOptions } from './host.node';
import type { Transferred } from './wire';

export type { Events, Thread, ThreadOptions };

/** A page does not hear that a worker has ended by itself. It holds a lock, which is ours when it is gone. */
const lockOf = (id: string): string => `torsh worker ${id}`;
interface Locks { request(name: string, options: { signal: AbortSignal }, held: () => unknown): Promise<unknown> }
const locks = (): Locks | undefined => (globalThis.navigator as { locks?: Locks } | undefined)?.locks;

export function startThread({ name, worker: given }: ThreadOptions, events: Events): Thread {
  if (typeof Worker !== 'function') throw new TorshError('ERR_UNSUPPORTED', 'createWorker', 'createWorker: there are no workers here');
  if (given !== null && typeof (given as Partial<Worker>).postMessage !== 'function') throw new TorshError('ERR_ARGUMENT', 'createWorker', 'createWorker: worker must be a Worker whose script calls serve()');
  // Bundlers find the file by these very words.
  const worker = (given as Worker | null) ?? new Worker(new URL('./worker-thread.mjs', import.meta.url), { type: 'module', name });
  const watch = new AbortController();
  worker.addEventListener('message', (e) => {
    const lock = (e.data as { lock?: string } | null)?.lock;
    if (typeof lock !== 'string') events.message(e.data);
    else locks()?.request(lockOf(lock), { signal: watch.signal }, () => { events.gone('it has ended'); }).catch(() => undefined);
  });
  worker.addEventListener('messageerror', () => { events.gone('a message could not be read'); });
  worker.addEventListener('error', (e) => {
    // After its start a worker survives what nobody in it has caught.
    if (!started) events.gone(e.message || 'its script could not be loaded');
  });
  let started = false;
  worker.addEventListener('message', () => { started = true; }, { once: true });
  return {
    post: (message, transfer) => { worker.postMessage(message, transfer as Transferable[]); },
    hold: () => undefined,
    terminate: () => {
      watch.abort();
      worker.terminate();
    },
  };
}

interface Scope { postMessage(message: unknown, transfer?: Transferred[]): void; addEventListener(type: 'message', listener: (e: { data: unknown }) => void): void; close(): void }
const scope = globalThis as unknown as Scope;

export function listen(hear: (message: unknown) => void): (message: unknown, transfer?: Transferred[]) => void {
  if (typeof (globalThis as { WorkerGlobalScope?: unknown }).WorkerGlobalScope !== 'function') throw new TorshError('ERR_ARGUMENT', 'serve', 'serve: this is no worker');
  scope.addEventListener('message', (e) => { hear(e.data); });
  const id = `${Date.now()}-${Math.random()}`;
  locks()?.request(lockOf(id), { signal: new AbortController().signal }, () => {
    scope.postMessage({ lock: id }, []);
    return new Promise(() => undefined);
  }).catch(() => undefined);
  return (message, transfer = []) => { scope.postMessage(message, transfer); };
}

export function leave(): void {
  scope.close();
}

export function moduleAddress(module: unknown): string | null {
  if (module instanceof URL) return module.href;
  if (typeof module !== 'string') return null;
  try {
    return new URL(module, globalThis.document?.baseURI ?? globalThis.location?.href).href;
  } catch {
    return null;
  }
}

export const loadModule = (address: string): Promise<Record<string, unknown>> => import(/* webpackIgnore: true */ /* @vite-ignore */ address) as Promise<Record<string, unknown>>;

const waiting: (() => void)[] = [];
let channel: MessageChannel | null = null;
/* Timers would wait for 4 ms. */
export function turn(): Promise<void> {
  if (channel === null) {
    channel = new MessageChannel();
    channel.port1.onmessage = () => { waiting.shift()?.(); };
  }
  return new Promise((resolve) => {
    waiting.push(resolve);
    channel!.port2.postMessage(0);
  });
}
