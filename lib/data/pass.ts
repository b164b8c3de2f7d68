/** One pass over a dataset with workers: which one gets which task, and results in order whatever order they come in. As PyTorch does it. */
import { TorshError } from '../errors';
import { dropMessage, fromMessage } from '../messages';
import { place, type Tally } from './fetch';
import type { Recipe } from './transport';

export interface PoolPlan {
  readonly numWorkers: number;
  readonly seed: number | bigint;
  readonly seedSamples: boolean;
  readonly dataset: Recipe;
  readonly collate: Recipe;
  readonly init: Recipe | null;
  readonly iterable: boolean;
  readonly batchSize: number | null;
  readonly dropLast: boolean;
  readonly batches: boolean;
  /** The collate function makes new tensors each time, which the worker need not keep. */
  readonly fresh: boolean;
}

/** What went wrong in a worker. */
export interface Failure { worker: number; index: unknown; code: string | null; name: string; message: string; stack: string }
/** Of a task: a batch (as a message), a failure, or the end of the worker's iterator. */
export interface Reply { pass: number; task: number; message?: unknown; samples?: number; failure?: Failure; end?: boolean }

export interface Pool {
  readonly open: boolean;
  /** The pass that is under way. */
  pass: number;
  begin(seed: number | bigint): number;
  post(worker: number, task: number, index: unknown): void;
  /** The next reply of any worker; errors: a worker has ended, none came in time (ms; 0: no limit). */
  takeNow(timeout: number): Reply;
  take(timeout: number): Promise<Reply>;
  /** Ends the workers; resolves when they are gone, during which the process is kept alive if `wait`. */
  close(wait: boolean): Promise<void>;
}

interface Task { worker: number; reply?: Reply }

export class Pass<B> {
  private readonly tasks = new Map<number, Task>();
  private readonly active: boolean[];
  private readonly number: number;
  private sent = 0;
  private due = 0;
  private turn = 0;
  private over = false;

  constructor(private readonly pool: Pool, private readonly indices: Iterator<unknown> | null, private readonly numWorkers: number,
    prefetchFactor: number, private readonly timeout: number, private readonly persistent: boolean, private readonly tally: Tally | null,
    seed: number | bigint) {
    this.active = new Array<boolean>(numWorkers).fill(true);
    this.number = pool.begin(seed);
    try {
      for (let i = 0; i < prefetchFactor * numWorkers; i++) this.putNext();
    } catch (e) {
      void this.end(false, false);
      throw e;
    }
  }

  *now(): globalThis.Generator<B, void, undefined> {
    let whole = false;
    try {
      for (let task = this.ready(); task !== null; task = this.ready()) {
        if (task.reply) yield this.give(task.reply);
        else this.accept(this.pool.takeNow(this.timeout));
      }
      whole = true;
    } finally {
      void this.end(whole, false);
    }
  }

  async *later(): AsyncGenerator<B, void, undefined> {
    let whole = false;
    try {
      for (let task = this.ready(); task !== null; task = this.ready()) {
        if (task.reply) yield this.give(task.reply);
        else this.accept(await this.pool.take(this.timeout));
      }
      whole = true;
    } finally {
      await this.end(whole, true);
    }
  }

  /** After the last batch, an error or a break. */
  end(whole: boolean, wait: boolean): Promise<void> {
    if (this.over) return Promise.resolve();
    this.over = true;
    for (const { reply } of this.tasks.values()) if (reply?.message !== undefined) dropMessage(reply.message);
    this.tasks.clear();
    if (!whole) this.indices?.return?.();
    return this.persistent && this.pool.open ? Promise.resolve() : this.pool.close(wait); // not awaited here: that would keep the dataset until then
  }

  /** Gives the next index to the next worker that still has something to give. */
  private putNext(): void {
    let index: unknown = null;
    if (this.indices !== null) {
      const step = this.indices.next();
      if (step.done) return;
      index = step.value;
    }
    for (let i = 0; i < this.numWorkers; i++) {
      const worker = this.turn;
      this.turn = (this.turn + 1) % this.numWorkers;
      if (!this.active[worker]) continue;
      this.tasks.set(this.sent, { worker });
      this.pool.post(worker, this.sent++, index);
      return;
    }
  }

  /** The task whose turn it is, with its reply or without; null when all is done. */
  private ready(): Task | null {
    if (this.over) return null;
    if (this.pool.pass !== this.number) {
      throw new TorshError('ERR_ARGUMENT', 'DataLoader', 'DataLoader: a newer loop over the same loader has ended this one; with persistentWorkers there is one at a time');
    }
    for (; this.due < this.sent; this.due++) {
      const task = this.tasks.get(this.due);
      if (task && (task.reply || this.active[task.worker])) return task;
      this.tasks.delete(this.due);
    }
    return null;
  }

  private accept(reply: Reply): void {
    if (reply.pass !== this.number || this.over) {
      if (reply.message !== undefined) dropMessage(reply.message);
      return;
    }
    const task = this.tasks.get(reply.task);
    if (!task) return;
    if (reply.end) {
      this.active[task.worker] = false;
      this.putNext();
    } else task.reply = reply;
  }

  private give(reply: Reply): B {
    this.tasks.delete(this.due++);
    if (reply.failure) throw failed(reply.failure);
    if (this.tally && reply.samples !== undefined) {
      try {
        this.tally.add(reply.samples);
      } catch (e) {
        dropMessage(reply.message);
        throw e;
      }
    }
    const batch = fromMessage(reply.message) as B;
    this.putNext();
    return batch;
  }
}

/** What a worker threw: the index in the message, the worker's stack below it. */
export function failed(failure: Failure): TorshError {
  const { worker, index, code, name, message, stack } = failure;
  const cause = Object.assign(new Error(message), { name, stack });
  const error = new TorshError((code ?? 'ERR_CALLBACK') as 'ERR_CALLBACK', 'DataLoader', `DataLoader: worker ${worker} failed${place(index)}: ${name}: ${message}\nStack in the worker:\n${stack}`, { cause });
  return Object.assign(error, { worker, index });
}
