/**
 * Runs of programs beside JavaScript: a few at once on other threads, the rest in a queue, in the order of their calls. Where there are no
 * other threads (WebAssembly) a run is made from the event loop, one at a time.
 */
import { abi } from '../backend/abi';
import * as sys from '../gen/system';
import type { Tensor } from '../tensor';

interface Entry {
  job: number;
  signal: AbortSignal | undefined;
  onAbort: () => void;
  settle: (made: Tensor[] | null, error: unknown) => void;
}

const waiting: Entry[] = [], running = new Set<Entry>();

const later: (callback: () => void) => void = typeof setImmediate === 'function' ? (callback) => { setImmediate(callback); } : (callback) => { setTimeout(callback, 0); };

/** An error as AbortSignal has it. */
export const reasonOf = (signal: AbortSignal): unknown => signal.reason as unknown;

function finish(entry: Entry): void {
  running.delete(entry);
  entry.signal?.removeEventListener('abort', entry.onAbort);
  let made: Tensor[] | null = null, error: unknown;
  try {
    made = sys._jobTake(entry.job);
  } catch (e) {
    error = e;
  }
  if (entry.signal?.aborted) {
    made?.forEach((t) => { t.dispose(); });
    entry.settle(null, reasonOf(entry.signal));
  } else entry.settle(made, error);
  next();
}

function start(entry: Entry): void {
  running.add(entry);
  const { launch } = abi();
  if (launch) launch(entry.job, () => { finish(entry); });
  else {
    later(() => {
      try {
        if (!entry.signal?.aborted) sys._jobRun(entry.job);
      } catch { /* taking the job says it again */ }
      finish(entry);
    });
  }
}

function next(): void {
  const lanes = abi().lanes?.() ?? 1;
  while (running.size < lanes && waiting.length > 0) {
    const entry = waiting.shift()!;
    try {
      start(entry);
    } catch (e) {
      running.delete(entry);
      entry.signal?.removeEventListener('abort', entry.onAbort);
      sys._jobFree(entry.job);
      entry.settle(null, e);
    }
  }
}

/** The tensors that a job makes. It runs when its turn comes; an abort takes it out of the queue, or ends it at its next call. */
export function submit(job: number, signal: AbortSignal | undefined): Promise<Tensor[]> {
  return new Promise((resolve, reject) => {
    const entry: Entry = {
      job, signal,
      onAbort: () => {
        const at = waiting.indexOf(entry);
        if (at < 0) { sys._jobStop(job); return; }
        waiting.splice(at, 1);
        signal!.removeEventListener('abort', entry.onAbort);
        sys._jobFree(job);
        reject(reasonOf(signal!) as Error);
      },
      settle: (made, error) => { if (made === null) reject(error as Error); else resolve(made); },
    };
    signal?.addEventListener('abort', entry.onAbort);
    waiting.push(entry);
    next();
  });
}
