/** What the WebAssembly backend takes from Node: the files beside the bundle, and threads. */
import { existsSync, readFileSync } from 'node:fs';
import os from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type workerThreads from 'node:worker_threads';
import { TorshError } from '../errors';
import { USUAL_THREADS, type WorkerOrder, workerSource } from './wasm-workers';

/** Where a bundler has put the files: tools/build/entries.mjs writes the module that notes it. */
const files = Symbol.for('torsh.files');

/**
 * Where a file of the package lies. A bundle for a server notes a path of its site, such as Next.js's /_next/static/media/torsh.b41279f0.wasm: the file lies at
 * the end of that path, seen from the script's folder or one above it, or from Next.js's `chunks` there.
 */
function placeOf(name: string): string {
  const beside = join(__dirname, name), noted = (globalThis as { [files]?: Record<string, URL> })[files]?.[name];
  if (!noted || existsSync(beside)) return beside;
  const at = String(noted);
  if (at.startsWith('file:')) return fileURLToPath(at);
  const parts = at.split(/[?#]/, 1)[0].split('/').filter(Boolean), ends = parts.map((_, i) => parts.slice(i).join('/'));
  for (let folder = __dirname, above = ''; folder !== above; above = folder, folder = dirname(folder)) {
    const found = ends.flatMap((end) => [join(folder, end), join(folder, 'chunks', end)]).find((path) => existsSync(path));
    if (found) return found;
  }
  return beside;
}

export function wasmBytes(name: string): Uint8Array<ArrayBuffer> {
  const path = placeOf(name);
  try {
    return readFileSync(path) as Uint8Array<ArrayBuffer>;
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

/** Workers start at once, also while the thread that asks for them is busy. */
export const workersComeLate = false;

/** Starts a worker that keeps no process alive; failed: it could not be started, or broke. */
export function startWorker(order: WorkerOrder, failed: (why: string) => void): void {
  const { Worker } = require('node:worker_threads') as typeof workerThreads;
  const worker = new Worker(`(${workerSource})(require('node:worker_threads').workerData)`, { eval: true, name: 'torsh', workerData: order, env: {}, execArgv: [] });
  worker.on('error', (e: Error) => { failed(e?.message ?? String(e)); });
  worker.on('exit', (code) => { if (code !== 0) failed(`it ended with code ${code}`); });
  worker.unref();
}
