/** createWorker(): torsh in a thread of its own. */
import type { BackendInfo } from '../backend/abi';
import { isPlainObject } from '../bind';
import { TorshError } from '../errors';
import type { MemoryInfo } from '../memory';
import type { torsh as api } from '../torsh';
import { moduleAddress } from './host.node';
import type { JobContext } from './job';
import { Link, type Ready, type TensorData } from './link';
import { type Pending, placeOf, type Remote, type RemoteTensor } from './remote';
import { mapDeep, type Order } from './wire';

export interface WorkerOptions {
  /** A module whose exported functions are tasks: new URL('./training.mjs', import.meta.url). Each is called with an input and its job (see JobContext). */
  module?: URL | string;
  /** A worker of your own, whose script calls serve(); by default torsh starts its own. */
  worker?: unknown;
  /** In Node: the backend of the worker; by default what 'torsh' chooses there. */
  backend?: 'native' | 'wasm';
  /** In a page: where torsh.wasm (of a page that is cross-origin isolated: torsh-threads.wasm) lies, if not beside the worker's script. */
  wasm?: URL | string;
  /** Threads that an op may use. */
  threads?: number;
  /** For manualSeed() in the worker. */
  seed?: number;
  /** Shown by developer tools. */
  name?: string;
  /** Terminates the worker. */
  signal?: AbortSignal;
}

export interface RunOptions {
  /** Called with what the task tells by job.progress(). */
  onProgress?: (value: any) => void;
  /** Aborts the job: it rejects at once with the signal's reason, and the task ends with its next job.step(). */
  signal?: AbortSignal;
}

const refuse = (op: string, text: string): TorshError => new TorshError('ERR_ARGUMENT', op, `${op}: ${text}`);
type Tell = Extract<Order, { op: 'tell' }>['what'];

interface JobControls {
  /** It waits before its next job.step(), or batch of train.fit(). */
  pause(): void;
  resume(): void;
  /** Goes on for so many steps (1), and waits then. */
  step(count?: number): void;
  /** Lets it end after the step that goes on, and resolve to what the task returns then. */
  stop(): void;
  /** For the task's job.onMessage. */
  send(message: unknown): void;
}
/** A task that runs in the worker; awaited, it gives what the task returns. */
export type Job<T = any> = Promise<T> & JobControls;

/** A thread with a torsh of its own. What is made there stays there: the page holds handles, and brings what it wants to see. */
export class TorshWorker {
  /** Which backend the worker has, and why. */
  readonly backend: BackendInfo;
  /** Names of the tasks that run() knows. */
  readonly tasks: readonly string[];
  /**
   * torsh in the worker: `const model = new worker.torsh.nn.Linear(2, 1)`. Calls are sent in their order without waiting, and their results may be used in further
   * calls at once; awaiting gives plain data, or handles of tensors and objects: `await model(x).argmax(1).tolist()` takes one round trip.
   */
  readonly torsh: Remote<typeof api>;
  /** Resolves when the worker is no more, to the reason. */
  readonly closed: Promise<string>;

  /** @internal */
  constructor(private readonly link: Link, { backend, tasks }: Ready) {
    this.backend = backend;
    this.tasks = tasks;
    this.torsh = link.root() as Remote<typeof api>;
    this.closed = link.closed;
  }

  /**
   * Runs a task: one of the module by its name, or a function, which is sent as its source (it sees nothing but its arguments): `(input, job) => result`.
   * Plain data and typed arrays are copied (see transfer()), tensors and modules that it returns stay in the worker. Errors: what the task throws, with its
   * code and op; ERR_BACKEND when the worker ends before the task.
   */
  run<T = any>(task: string, input?: unknown, options?: RunOptions): Job<T>;
  run<I, T>(task: (input: I, job: JobContext) => T | Promise<T>, input?: I, options?: RunOptions): Job<Awaited<T>>;
  run(task: unknown, input?: unknown, options: RunOptions = {}): Job {
    if (typeof task !== 'string' && typeof task !== 'function') throw refuse('run', `a task must be a name or a function, but got ${typeof task}`);
    const { onProgress = null, signal } = options;
    signal?.throwIfAborted();
    const { job, result, abandon } = this.link.run(typeof task === 'string' ? task : { source: sourceOf(task as () => unknown) }, input, onProgress);
    let over = false;
    const tell = (what: Tell, value?: unknown): void => { if (!over) this.link.post({ op: 'tell', job, what, value }, value); };
    const abort = (): void => {
      const reason: unknown = signal!.reason;
      tell('abort', reason instanceof Error ? reason.message : String(reason));
      abandon(reason);
    };
    signal?.addEventListener('abort', abort, { once: true });
    const ended = result.finally(() => {
      over = true;
      signal?.removeEventListener('abort', abort);
    });
    const controls: JobControls = {
      pause: () => { tell('pause'); }, resume: () => { tell('resume'); }, step: (count = 1) => { tell('step', count); }, stop: () => { tell('stop'); }, send: (message) => { tell('message', message); },
    };
    return Object.assign(ended, controls);
  }

  /** A copy of a value in the worker: tensors of this thread become tensors there. For large ones that are used again and again. */
  put<T>(value: T): Pending<T> { return this.link.put(value) as Pending<T>; }

  /** Brings tensors here, also in arrays and objects: `{ dtype, shape, data }` each. A state dict: `torsh.fromMessage(await worker.get(model.stateDict()))`. */
  async get(value: RemoteTensor | PromiseLike<RemoteTensor>): Promise<TensorData>;
  async get(value: unknown): Promise<any>;
  async get(value: unknown): Promise<any> {
    const brought = new Map<unknown, Promise<unknown>>();
    mapDeep(value, (x) => {
      const place = placeOf(x);
      if (place === null) return null;
      brought.set(x, this.link.bring(place));
      return { value: null };
    });
    const all = new Map<unknown, unknown>();
    await Promise.all([...brought].map(async ([x, promise]) => { all.set(x, await promise); }));
    return mapDeep(value, (x) => (all.has(x) ? { value: all.get(x) } : null));
  }

  /**
   * Runs fn, whose calls are carried out in the worker, and lets go of the tensors that they have made but for what it returns (awaited): a step of a training as
   * one would write it at home. fn is not async: calls need no await. Errors: the first of those calls that fails.
   */
  tidy<T>(fn: () => T): Promise<T extends PromiseLike<infer R> ? R : T> { return this.link.scoped(fn) as Promise<any>; }

  /** What is live in the worker. */
  memory(): Promise<MemoryInfo> { return Promise.resolve(this.torsh.memory()); }

  /** Lets it end when what was asked for so far is done. */
  async close(): Promise<void> {
    await this.memory();
    this.terminate();
  }
  /** Ends it now, in the middle of whatever it does. What is awaited of it rejects. */
  terminate(): void { this.link.stop('it was terminated'); }
  [Symbol.dispose](): void { this.terminate(); }
}

/** A method is written as one, which is no expression. */
function sourceOf(f: () => unknown): string {
  const text = Function.prototype.toString.call(f);
  if (/\{\s*\[native code\]\s*\}\s*$/.test(text)) throw refuse('run', 'a native or bound function has no source to send');
  return /^(?:async\s+)?(?:function\b|\(|[\p{ID_Start}$_][\p{ID_Continue}$]*\s*=>)/u.test(text) ? text : `({ ${text} })[${JSON.stringify(f.name)}]`;
}

/**
 * Starts a thread with torsh in it: a worker of a page, or a worker thread of Node. Training there leaves the page alone.
 * Errors: ERR_BACKEND when the thread or its backend cannot be started, and what the module throws; ERR_ARGUMENT.
 */
export async function createWorker(options: WorkerOptions = {}): Promise<TorshWorker> {
  if (!isPlainObject(options as unknown)) throw refuse('createWorker', 'takes an object of options');
  const names = ['module', 'worker', 'backend', 'wasm', 'threads', 'seed', 'name', 'signal'];
  for (const key of Object.keys(options)) if (!names.includes(key)) throw refuse('createWorker', `got an unexpected option '${key}'`);
  const { module, worker = null, backend = null, wasm, threads = null, seed = null, name = 'torsh', signal } = options;
  if (backend !== null && backend !== 'native' && backend !== 'wasm') throw refuse('createWorker', `backend must be native or wasm, but got ${String(backend)}`);
  if (threads !== null && !(Number.isInteger(threads) && threads >= 1)) throw refuse('createWorker', `threads must be an integer of at least 1, but got ${String(threads)}`);
  const address = (value: unknown, option: string): string | null => {
    const found = value === undefined ? null : moduleAddress(value);
    if (value !== undefined && found === null) throw refuse('createWorker', `${option} needs an address, as new URL('./file.mjs', import.meta.url), but got '${String(value)}'`);
    return found;
  };
  signal?.throwIfAborted();
  const link = new Link({ name, backend, worker }, { start: true, module: address(module, 'module'), wasm: address(wasm, 'wasm'), threads, seed });
  signal?.addEventListener('abort', () => { link.stop('it was terminated'); }, { once: true });
  return new TorshWorker(link, await link.ready);
}
