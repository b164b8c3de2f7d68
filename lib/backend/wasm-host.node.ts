/** What the WebAssembly backend takes from Node: the files beside the bundle, and threads. */
import { existsSync, readFileSync } from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import type workerThreads from 'node:worker_threads';
import { TorshError } from '../errors';
import { USUAL_THREADS, type WorkerOrder, workerSource } from './wasm-workers';

/** Where a bundler has put the files: tools/build/entries.mjs writes the module that notes it. */
const files = Symbol.for('torsh.files');

export function wasmBytes(name: string): Uint8Array<ArrayBuffer> {
  const path = join(__dirname, name), elsewhere = (globalThis as { [files]?: Record<string, URL> })[files]?.[name];
  try {
    return readFileSync(elsewhere && !existsSync(path) ? elsewhere : path) as Uint8Array<ArrayBuffer>;
  } catch (e) {
    throw new TorshError('ERR_BACKEND', 'torsh', `torsh: ${path} could not be read (in a bundle? leave torsh out of it, as an external package, or put the file there): ${(e as Error).message}`);
  }
}

/** What init() of torsh/web may say by relaxedSimd. */
export function relaxedWish(): boolean | undefined {
  const wish = process.env.TORSH_RELAXED_SIMD ?? '';
  if (!['', '0', '1'].includes(wish)) throw new TorshError('ERR_BACKEND', 'torsh', `torsh: TORSH_RELAXED_SIMD is '${wish}', expected 0 or 1`);
  return wish === '' ? undefined : wish === '1';
}

/** Why there can be no threads; null when there can. */
export const threadsRefused = (): string | null => null;

/* Reading node:worker_threads takes a millisecond or two of every start: workers are told by what they may not do. */
const inWorker = (): boolean => (process.chdir as { disabled?: boolean }).disabled === true;

/** Threads unless told otherwise, and why there are so few. */
export function usualThreads(): [count: number, why: string | null] {
  if (inWorker()) return [1, "one thread unless setNumThreads() asks for more: the program's own workers share the machine"];
  return [Math.min(os.availableParallelism?.() ?? os.cpus().length, USUAL_THREADS), null];
}

/** Starts a worker that keeps no process alive; failed: it could not be started, or broke. */
export function startWorker(order: WorkerOrder, failed: (why: string) => void): void {
  const { Worker } = require('node:worker_threads') as typeof workerThreads;
  const worker = new Worker(`(${workerSource})(require('node:worker_threads').workerData)`, { eval: true, name: 'torsh', workerData: order, env: {}, execArgv: [] });
  worker.on('error', (e: Error) => { failed(e?.message ?? String(e)); });
  worker.on('exit', (code) => { if (code !== 0) failed(`it ended with code ${code}`); });
  worker.unref();
}
