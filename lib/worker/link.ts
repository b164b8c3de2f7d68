/** The page's end of the line: orders and replies, and which values of the worker the page holds. */
import type { BackendInfo } from '../backend/abi';
import { TorshError } from '../errors';
import { isBranded } from '../runtime/brand';
import { startThread, type Thread, type ThreadOptions } from './host.node';
import { type Cell, type Place, placeOf, refOf, remote, type Sender } from './remote';
import { errorFrom, type Handle, isPackedTensor, isRef, mapDeep, type Order, packTensor, protocol, type Ref, refMark, refuseUncloneable, type Reply, type StartOrder, tensorMark, transfersOf } from './wire';

interface Waiting { resolve(value: unknown): void; reject(error: unknown): void }
interface Running extends Waiting { progress: ((value: any) => void) | null }
export interface Ready { backend: BackendInfo; tasks: string[] }

/** A tensor that was brought from the worker: its elements as toTypedArray() gives them. torsh.fromMessage() makes a tensor of it (once). */
export interface TensorData { readonly dtype: string; readonly shape: readonly number[]; readonly data: any }

/** Views of bytes, by the tensor's dtype. */
const arrays: Record<string, new (buffer: ArrayBuffer) => ArrayBufferView> = {
  float32: Float32Array, float64: Float64Array, float16: Uint16Array, bfloat16: Uint16Array, int8: Int8Array, uint8: Uint8Array, int16: Int16Array, int32: Int32Array,
  int64: BigInt64Array, bool: Uint8Array, complex64: Float32Array, complex128: Float64Array,
};

function withData(packed: Record<string, any>): TensorData {
  Object.defineProperty(packed, 'data', { value: new arrays[packed.dtype as string](packed[tensorMark] as ArrayBuffer), enumerable: true });
  return packed as unknown as TensorData;
}

export class Link implements Sender {
  /** Resolves when the worker can be used. */
  readonly ready: Promise<Ready>;
  readonly closed: Promise<string>;
  private readonly thread: Thread;
  private readonly cells = new Map<number, WeakRef<Cell>>();
  private readonly waiting = new Map<number, Waiting>();
  private readonly running = new Map<number, Running>();
  private readonly registry = new FinalizationRegistry<number>((id) => { this.drop(id, this.collected); });
  /** Entries of the worker's table that nobody holds any more; the tensors of the second may go at once. */
  private readonly collected: number[] = [];
  private readonly disposed: number[] = [];
  /** Of calls that may still fail: orders are obeyed one after the other, so an answer tells that all before it went as they went. */
  private unconfirmed: Cell[] = [];
  private soon = false;
  private scope: Cell[] | null = null;
  private next = 0;
  private gone: TorshError | null = null;
  private greeted: (Omit<Waiting, 'resolve'> & { resolve(ready: Ready): void }) | null = null;
  private ended!: (why: string) => void;

  constructor(options: ThreadOptions, private readonly start: StartOrder) {
    this.closed = new Promise((resolve) => { this.ended = resolve; });
    this.ready = new Promise((resolve, reject) => { this.greeted = { resolve, reject }; });
    this.thread = startThread(options, { message: (m) => { this.hear(m as Reply); }, gone: (why) => { this.stop(why); } });
  }

  private hear(reply: Reply): void {
    if (typeof reply !== 'object' || reply === null) return;
    if ('hello' in reply) {
      if (reply.hello === protocol) this.thread.post(this.start, []);
      else this.refuse(new TorshError('ERR_BACKEND', 'createWorker', 'createWorker: the script of the worker has another version of torsh'));
    } else if ('failed' in reply) this.refuse(errorFrom(reply.failed));
    else if ('ready' in reply) {
      this.greeted?.resolve(reply.ready as Ready);
      this.greeted = null;
      this.hold();
    } else if ('broken' in reply) this.broken(reply.broken, errorFrom(reply.error));
    else if ('progress' in reply) this.running.get(reply.job)?.progress?.(reply.progress);
    else {
      const [map, id] = 'job' in reply ? [this.running, reply.job] as const : [this.waiting, reply.reply] as const;
      const waits = map.get(id);
      map.delete(id);
      if ('reply' in reply) this.unconfirmed = this.unconfirmed.filter((cell) => cell.id > id);
      if (reply.error) waits?.reject(errorFrom(reply.error));
      else if (waits) waits.resolve(reply.value);
      else this.decode(reply.value); // of a job that was aborted: what it left in the worker is let go with its handles
      this.hold();
    }
  }

  private refuse(error: unknown): void {
    this.greeted?.reject(error);
    this.greeted = null;
    this.stop('it could not be started');
  }

  /** A call has failed in the worker. Where nobody asks for its result, or uses it, this is an unhandled rejection. */
  private broken(id: number, thrown: unknown): void {
    const cell = this.cells.get(id)?.deref();
    if (cell && !cell.used) cell.settled ??= Promise.reject(thrown);
  }

  /** The worker is no more: whoever waits for it hears why. */
  stop(why: string): void {
    if (this.gone !== null) return;
    this.gone = new TorshError('ERR_BACKEND', 'worker', `worker: the worker is no longer there: ${why}`);
    this.thread.terminate();
    for (const waits of [...this.waiting.values(), ...this.running.values(), ...(this.greeted ? [this.greeted] : [])]) waits.reject(this.gone);
    this.waiting.clear();
    this.running.clear();
    this.greeted = null;
    this.ended(why);
  }

  /** Keeps the process alive while something is awaited. */
  private hold(): void {
    if (this.gone === null) this.thread.hold(this.waiting.size + this.running.size > 0 || this.greeted !== null);
  }

  post(order: Order, content?: unknown): void {
    if (this.gone !== null) throw this.gone;
    this.sweep();
    this.thread.post(order, transfersOf(content));
  }

  private sweep(): void {
    for (const [list, dispose] of [[this.collected, false], [this.disposed, true]] as const) {
      if (list.length > 0) this.thread.post({ op: 'release', ids: list.splice(0), dispose } satisfies Order, []);
    }
  }

  /** Sent with the next order, or soon. */
  private drop(id: number, list: number[]): void {
    this.cells.delete(id);
    list.push(id);
    if (this.soon || this.gone !== null) return;
    this.soon = true;
    const timer = setTimeout(() => {
      this.soon = false;
      if (this.gone === null) this.sweep();
    }, 20) as unknown as { unref?: () => void };
    timer.unref?.();
  }

  release(cell: Cell): void {
    if (cell.released || cell.id === 0) return;
    cell.released = true;
    this.registry.unregister(cell);
    if (cell.plain === null) this.drop(cell.id, this.disposed);
  }

  private cell(id: number): Cell {
    const cell: Cell = { id, handle: null, plain: null, settled: null, used: false, released: false };
    this.cells.set(id, new WeakRef(cell));
    this.registry.register(cell, id, cell);
    if (this.scope !== null) {
      this.scope.push(cell);
      cell.used = true;
    }
    return cell;
  }

  /** For the worker: what lives there by its place, tensors of this thread by their bytes. */
  encode(value: unknown): unknown {
    return mapDeep(value, (x) => {
      const place = placeOf(x);
      if (place !== null) return { value: this.placed(place) };
      if (isPackedTensor(x)) {
        return { value: { ...x as object, data: undefined } };
      }
      if (isBranded(x)) return { value: packTensor(x) };
      return refuseUncloneable(x);
    }, true);
  }

  private placed({ cell, path, sender }: Place): unknown {
    if (cell.plain !== null && path.length === 0) return cell.plain.value;
    if (sender !== this) throw new TorshError('ERR_ARGUMENT', 'worker', 'worker: an argument lives in another worker; bring it here first: await other.get(x)');
    return refOf(cell, path);
  }

  /** What came from the worker: what lives there as proxies, tensors that were brought as TensorData. */
  decode(value: unknown, own: Cell | null = null): unknown {
    return mapDeep(value, (x) => {
      if (isPackedTensor(x)) return { value: withData(x as Record<string, unknown>) };
      if (!isRef(x)) return null;
      const cell = own !== null && x[refMark] === own.id ? own : this.cell(x[refMark]);
      cell.handle = x as Handle;
      return { value: remote(this, cell, [], true) };
    });
  }

  root(): unknown {
    return remote(this, { id: 0, handle: { [refMark]: 0, type: 'torsh' }, plain: null, settled: null, used: false, released: false }, [], true);
  }

  call(op: 'call' | 'new', target: Ref, args: unknown[]): unknown {
    const encoded = args.map((arg) => this.encode(arg));
    const cell = this.cell(++this.next);
    this.post({ op, result: cell.id, target, args: encoded }, encoded);
    this.unconfirmed.push(cell);
    if (this.unconfirmed.length % 1000 === 0) this.ask((reply) => ({ op: 'check', reply, ids: [] })).catch(() => undefined);
    return remote(this, cell);
  }

  put(value: unknown): unknown {
    const encoded = this.encode(value), cell = this.cell(++this.next);
    this.post({ op: 'put', result: cell.id, value: encoded }, encoded);
    return remote(this, cell);
  }

  settle(cell: Cell): Promise<unknown> {
    return (cell.settled ??= this.ask((reply) => ({ op: 'get', reply, target: refOf(cell, []), bytes: false })).then((value) => {
      const found = this.decode(value, cell);
      if (cell.handle === null) {
        cell.plain = { value: found };
        this.registry.unregister(cell);
        this.drop(cell.id, this.disposed);
      }
      return found;
    }));
  }

  async read(target: Ref): Promise<unknown> {
    return this.decode(await this.ask((reply) => ({ op: 'get', reply, target, bytes: false })));
  }

  /** Tensors by their elements. */
  async bring({ cell, path }: Place): Promise<unknown> {
    if (cell.plain !== null && path.length === 0) return cell.plain.value;
    return this.decode(await this.ask((reply) => ({ op: 'get', reply, target: refOf(cell, path), bytes: true })));
  }

  private async ask(order: (reply: number) => Order): Promise<unknown> {
    const reply = ++this.next;
    this.post(order(reply));
    return new Promise((resolve, reject) => {
      this.waiting.set(reply, { resolve, reject });
      this.hold();
    });
  }

  run(task: string | { source: string }, input: unknown, progress: ((value: any) => void) | null): { job: number; result: Promise<unknown>; abandon(reason: unknown): void } {
    const job = ++this.next, encoded = this.encode(input);
    this.post({ op: 'run', job, task, input: encoded }, encoded);
    const result = new Promise((resolve, reject) => { this.running.set(job, { resolve, reject, progress }); });
    this.hold();
    const abandon = (reason: unknown): void => {
      const waits = this.running.get(job);
      this.running.delete(job);
      waits?.reject(reason);
      this.hold();
    };
    return { job, result: result.then((value) => this.decode(value)), abandon };
  }

  /** Runs fn, and lets go of all that calls in it have made but what it returns. */
  async scoped(fn: () => unknown): Promise<unknown> {
    const outer = this.scope, made: Cell[] = this.scope = [];
    const kept = new Set<Cell>();
    try {
      let value: unknown;
      try {
        value = fn();
        if (placeOf(value) === null && typeof (value as { then?: unknown } | null | undefined)?.then === 'function') {
          (value as Promise<unknown>).then(null, () => undefined);
          throw new TorshError('ERR_ARGUMENT', 'tidy', 'tidy: the function must not be async: calls are sent in their order without waiting, so it needs no await');
        }
      } finally {
        this.scope = outer;
      }
      const found: Place[] = [];
      mapDeep(value, (x) => {
        const place = placeOf(x);
        if (place === null) return null;
        found.push(place);
        return { value: null };
      });
      const checked = this.ask((reply) => ({ op: 'check', reply, ids: made.map((c) => c.id) }));
      const results = new Map<Place, unknown>();
      // Both, so that no rejection is left alone.
      const settled = await Promise.allSettled([checked, ...found.map(async (place) => { results.set(place, await (place.path.length === 0 ? this.settle(place.cell) : this.read(refOf(place.cell, place.path)))); })]);
      for (const one of settled) if (one.status === 'rejected') throw one.reason;
      for (const { cell, path } of found) if (path.length === 0) kept.add(cell);
      return mapDeep(value, (x) => {
        const place = placeOf(x);
        return place === null ? null : { value: results.get(place) };
      });
    } finally {
      for (const cell of made) {
        if (kept.has(cell)) outer?.push(cell);
        else if (this.gone === null) this.release(cell);
      }
    }
  }
}
