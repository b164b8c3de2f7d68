/** Threads of Node: how a worker is started, and what it hears its master by. */
import { join } from 'node:path';
import { parentPort, Worker } from 'node:worker_threads';
import { TorshError } from '../errors';
import type { Transferred } from './wire';

export interface Thread {
  post(message: unknown, transfer: Transferred[]): void;
  /** Keeps the process alive, or not. */
  hold(on: boolean): void;
  terminate(): void;
}
export interface Events {
  message(message: unknown): void;
  /** The worker is no more. */
  gone(why: string): void;
}
export interface ThreadOptions { name: string; backend: string | null; worker: unknown }

/** Options of the process go along, but for those that would change what the file is, and those of V8, which may not be listed. */
function newWorker(file: string, options: ConstructorParameters<typeof Worker>[1]): Worker {
  const execArgv = process.execArgv.filter((a) => !/^--(?:input-type|inspect|eval|print|-e|-p)/.test(a));
  try {
    return new Worker(file, { ...options, execArgv });
  } catch (e) {
    if ((e as { code?: string }).code !== 'ERR_WORKER_INVALID_EXEC_ARGV') throw e;
    return new Worker(file, { ...options, execArgv: [] });
  }
}

export function startThread({ name, backend, worker: given }: ThreadOptions, events: Events): Thread {
  if (given !== null && typeof (given as Partial<Worker>).postMessage !== 'function') throw new TorshError('ERR_ARGUMENT', 'createWorker', 'createWorker: worker must be a Worker whose script calls serve()');
  const worker = (given as Worker | null) ?? newWorker(join(__dirname, 'worker-thread.cjs'), { name, env: backend === null ? { ...process.env } : { ...process.env, TORSH_BACKEND: backend } });
  let trouble: string | null = null;
  worker.on('message', events.message);
  worker.on('messageerror', (e: Error) => { events.gone(`a message could not be read: ${e.message}`); });
  worker.on('error', (e: Error) => { trouble = e?.message ?? String(e); });
  worker.on('exit', (code) => { events.gone(trouble ?? `it exited (code ${code})`); });
  return {
    post: (message, transfer) => { worker.postMessage(message, transfer as never); },
    hold: (on) => { if (on) worker.ref(); else worker.unref(); },
    terminate: () => { void worker.terminate(); },
  };
}

/** In the worker: listens, and returns how to answer. */
export function listen(hear: (message: unknown) => void): (message: unknown, transfer?: Transferred[]) => void {
  if (parentPort === null) throw new TorshError('ERR_ARGUMENT', 'serve', 'serve: this is no worker thread');
  const port = parentPort;
  port.on('message', hear);
  return (message, transfer = []) => { port.postMessage(message, transfer as never); };
}

export function leave(): void {
  parentPort?.close();
}

/** The address of a module for import() in the worker. */
export function moduleAddress(module: unknown): string | null {
  if (Object.prototype.toString.call(module) === '[object URL]') return (module as URL).href;
  if (typeof module !== 'string') return null;
  if (/^[A-Za-z]:[\\/]/.test(module)) return `file:///${module.replaceAll('\\', '/')}`;
  if (module.startsWith('/')) return `file://${encodeURI(module)}`;
  return /^[a-z][a-z\d+.-]+:/.test(module) ? module : null;
}

export const loadModule = (address: string): Promise<Record<string, unknown>> => import(/* webpackIgnore: true */ address) as Promise<Record<string, unknown>>;
/** Resolves once messages that have arrived were heard. */
export const turn = (): Promise<void> => new Promise((resolve) => { setImmediate(resolve); });
