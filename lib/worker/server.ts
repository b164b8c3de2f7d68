/** The worker's side: a table of what lives here, calls in their order, and jobs. */
import { TorshError } from '../errors';
import { isBranded } from '../runtime/brand';
import type { torsh as api } from '../torsh';
import type { Tensor } from '../tensor';
import { leave, listen, loadModule } from './host.node';
import { JobContext, type Task } from './job';
import { errorData, type Handle, isPackedTensor, isRef, mapDeep, type Order, packTensor, protocol, type Ref, refMark, refuse, type Reply, type StartOrder, transfer, type Transferred, transfersOf } from './wire';

type Torsh = typeof api;

export interface ServeOptions {
  /** The torsh that this worker has imported, or what loads one. */
  torsh: Torsh | ((options: { wasm: string | null }) => Torsh | Promise<Torsh>);
  /** What run() finds by name. */
  tasks?: Record<string, Task>;
}

interface Entry { value?: unknown; error?: { thrown: unknown } }
type Call = Extract<Order, { op: 'call' | 'new' }>;

/** In a worker with a script of its own: answers the page's createWorker({ worker }). */
export function serve(options: ServeOptions): void {
  const server = new Server(options);
  server.send = listen((order) => { server.hear(order as Order); });
  server.send({ hello: protocol });
}

const isPromise = (x: unknown): x is Promise<unknown> => typeof (x as { then?: unknown } | null | undefined)?.then === 'function' && !isBranded(x);
/** Tensors, modules, optimizers: what has a life of its own here. */
const livesHere = (x: unknown): boolean => typeof x === 'function' || isBranded(x)
  || (typeof x === 'object' && x !== null && Object.prototype.toString.call(x) === '[object Object]' && ![Object.prototype, null].includes(Object.getPrototypeOf(x) as null));
const isIterator = (x: unknown): x is Iterable<unknown> => typeof x === 'object' && x !== null && typeof (x as { next?: unknown }).next === 'function' && Symbol.iterator in x;

class Server {
  send!: (reply: Reply, transfer?: Transferred[]) => void;
  private torsh!: Torsh;
  private tasks: Record<string, unknown>;
  private readonly table = new Map<number, Entry>();
  /** How often a tensor stands in the table; those that calls have made. */
  private readonly uses = new Map<object, number>();
  private readonly made = new WeakSet<object>();
  private readonly jobs = new Map<number, JobContext>();
  private readonly queue: Order[] = [];
  private busy = false;
  private own = 0;

  constructor(private readonly options: ServeOptions) {
    this.tasks = options.tasks ?? {};
  }

  hear(order: Order): void {
    if (!('start' in order) && order.op === 'tell') {
      this.jobs.get(order.job)?.hear(order.what, order.value);
      return;
    }
    this.queue.push(order);
    if (!this.busy) void this.work();
  }

  private async work(): Promise<void> {
    this.busy = true;
    for (let order = this.queue.shift(); order; order = this.queue.shift()) {
      const done = this.obey(order);
      if (done !== null) await done;
    }
    this.busy = false;
  }

  /** Null, or what has to be waited for before the next order. */
  private obey(order: Order): Promise<void> | null {
    if ('start' in order) return this.start(order);
    switch (order.op) {
      case 'call': case 'new': return this.call(order);
      case 'get': this.get(order); return null;
      case 'put': this.keep(order.result, () => this.decode(order.value)); return null;
      case 'release': this.release(order.ids, order.dispose); return null;
      case 'check': this.check(order.reply, order.ids); return null;
      case 'run': this.run(order); return null;
      default: leave(); return null;
    }
  }

  private async start({ module, wasm, threads, seed }: StartOrder): Promise<void> {
    try {
      const { torsh } = this.options;
      this.torsh = isTorsh(torsh) ? torsh : await torsh({ wasm });
      this.table.set(0, { value: this.torsh });
      if (threads !== null) this.torsh.setNumThreads(threads);
      if (seed !== null) this.torsh.manualSeed(seed);
      if (module !== null) {
        const found = await loadModule(module);
        this.tasks = { ...this.tasks, ...(typeof found.default === 'object' ? found.default as object : {}), ...found };
      }
      const names = Object.keys(this.tasks).filter((name) => typeof this.tasks[name] === 'function');
      this.send({ ready: { backend: { ...this.torsh.backend }, tasks: names } });
    } catch (e) {
      this.send({ failed: errorData(e) });
    }
  }

  private decode(value: unknown): any {
    return mapDeep(value, (x) => {
      if (isRef(x)) return { value: this.find(x).value };
      if (isPackedTensor(x)) {
        const t = this.torsh.fromMessage(x) as object;
        this.made.add(t);
        return { value: t };
      }
      return null;
    });
  }

  /** A value of the table or within one, and what it is a member of. */
  private find({ [refMark]: id, path }: Ref): { value: any; owner: any } {
    const entry = this.table.get(id);
    if (!entry) throw new TorshError('ERR_DISPOSED', 'worker', 'worker: what this stood for in the worker has been released');
    if (entry.error) throw entry.error.thrown;
    let value = entry.value, owner: any;
    path.forEach((name, i) => {
      if (value === null || value === undefined) throw new TypeError(`Cannot read '${name}' of ${String(value)}${i > 0 ? ` (${path.slice(0, i).join('.')})` : ''} in the worker`);
      owner = value;
      value = (value as Record<string, unknown>)[name];
    });
    return { value, owner };
  }

  private call({ op, result, target, args }: Call): Promise<void> | null {
    let value: any;
    try {
      const { value: f, owner } = this.find(target);
      if (typeof f !== 'function') throw new TypeError(`${target.path.join('.') || 'it'} is not a function in the worker`);
      const given = args.map((arg) => this.decode(arg) as unknown);
      // What a call makes on its way goes at once. A class may keep tensors where nobody sees them.
      value = op === 'new' ? new f(...given) : this.scoped(() => Reflect.apply(f as (...args: unknown[]) => unknown, owner, given) as unknown);
    } catch (e) {
      this.fail(result, e);
      return null;
    }
    if (!isPromise(value)) {
      this.keep(result, () => value as unknown, true);
      return null;
    }
    return value.then((v) => { this.keep(result, () => v, true); }, (e: unknown) => { this.fail(result, e); });
  }

  /** tidy() for calls that may return a Promise, whose work goes on. */
  private scoped(f: () => unknown): unknown {
    let later: { promise: unknown } | null = null;
    const value = this.torsh.tidy(() => {
      const got = f();
      if (!isPromise(got)) return got;
      later = { promise: got };
      return null;
    });
    return later === null ? value : (later as { promise: unknown }).promise;
  }

  private keep(id: number, value: () => unknown, made = false): void {
    try {
      const got = value(), kept = isIterator(got) ? [...got] : got;
      this.table.set(id, { value: kept });
      this.eachTensor(kept, (t) => {
        this.uses.set(t, (this.uses.get(t) ?? 0) + 1);
        if (made) this.made.add(t);
      });
    } catch (e) {
      this.fail(id, e);
    }
  }

  private fail(id: number, thrown: unknown): void {
    this.table.set(id, { error: { thrown } });
    this.send({ broken: id, error: errorData(thrown) });
  }

  private eachTensor(value: unknown, f: (t: Tensor) => void): void {
    mapDeep(value, (x) => {
      if (isBranded(x)) f(x as Tensor);
      return isBranded(x) || livesHere(x) ? { value: null } : null;
    });
  }

  private release(ids: number[], dispose: boolean): void {
    for (const id of ids) {
      const entry = this.table.get(id);
      this.table.delete(id);
      if (!entry || id === 0) continue;
      this.eachTensor(entry.value, (t) => {
        const left = (this.uses.get(t) ?? 1) - 1;
        if (left > 0) this.uses.set(t, left);
        else {
          this.uses.delete(t);
          // Parameters and what a module holds are not ours to end.
          if (dispose && this.made.has(t) && !t._kept) t.dispose();
        }
      });
    }
  }

  /** For the page: tensors and objects stay here and get a place in the table; with `bytes` tensors go there as their elements. */
  private encode(value: unknown, own: number | null, bytes: boolean): unknown {
    return mapDeep(value, (x) => {
      if (bytes && isBranded(x)) return { value: packTensor((x as Tensor).detach()) };
      if (!livesHere(x)) return null;
      if (bytes) throw refuse(`get() brings tensors and plain data, not ${describe(x)}`);
      let id = own;
      if (id === null || x !== value) {
        id = --this.own;
        this.keep(id, () => x);
      }
      return { value: handleOf(id, x) };
    }, true);
  }

  private get({ reply, target, bytes }: Extract<Order, { op: 'get' }>): void {
    try {
      const { value } = this.find(target);
      const encoded = this.encode(value, target.path.length === 0 ? target[refMark] : null, bytes);
      // What toTypedArray() has made is nobody else's.
      const only = target.path.length === 0 && ArrayBuffer.isView(value) && this.table.get(target[refMark])?.value === value;
      this.send({ reply, value: encoded }, transfersOf(only ? transfer(encoded as object) : encoded));
    } catch (e) {
      this.send({ reply, error: errorData(e) });
    }
  }

  /** Whether calls went well: the first error of these. */
  private check(reply: number, ids: number[]): void {
    const errors = ids.flatMap((id) => this.table.get(id)?.error ?? []);
    this.send(errors.length > 0 ? { reply, error: errorData(errors[0].thrown) } : { reply });
  }

  private run({ job, task, input }: Extract<Order, { op: 'run' }>): void {
    const context = new JobContext(this.torsh, (value) => {
      this.eachTensor(value, () => { throw refuse('progress() takes plain data and typed arrays, not tensors: call item(), tolist() or toTypedArray()'); });
      this.send({ job, progress: value }, transfersOf(value));
    });
    this.jobs.set(job, context);
    const begin = async (): Promise<unknown> => {
      const given = this.decode(input) as unknown;
      return (await this.task(task))(given, context);
    };
    begin().then((value) => {
      const encoded = this.encode(value, null, false);
      this.send({ job, value: encoded }, transfersOf(encoded));
    }).catch((e: unknown) => { this.send({ job, error: errorData(e) }); }).finally(() => { this.jobs.delete(job); });
  }

  private async task(task: string | { source: string }): Promise<Task> {
    if (typeof task !== 'string') {
      const module = await loadModule(`data:text/javascript,${encodeURIComponent(`export default (${task.source});`)}`);
      return module.default as Task;
    }
    const found = this.tasks[task];
    if (typeof found !== 'function') {
      const names = Object.keys(this.tasks).filter((name) => typeof this.tasks[name] === 'function');
      throw new TorshError('ERR_ARGUMENT', 'worker', `worker: there is no task '${task}'; there ${names.length === 0 ? 'are none' : `are ${names.join(', ')}`}`);
    }
    return found as Task;
  }
}

const isTorsh = (x: ServeOptions['torsh']): x is Torsh => typeof x === 'object';
const describe = (x: unknown): string => (typeof x === 'function' && !('parameters' in x) ? `the function ${x.name || '(anonymous)'}` : `an instance of ${(x as object).constructor?.name ?? '(unknown)'}`);

function handleOf(id: number, x: unknown): Handle {
  if (isBranded(x)) {
    const t = x as Tensor;
    return { [refMark]: id, type: 'Tensor', dtype: t.dtype, shape: [...t.shape], requiresGrad: t.requiresGrad };
  }
  return { [refMark]: id, type: (x as object).constructor?.name ?? 'Object' };
}
