/** Workers of a DataLoader as worker_threads. A worker runs the very file that this is bundled into, which then serves instead of being imported. */
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker, type WorkerOptions } from 'node:worker_threads';
import { abi } from '../backend/abi';
import { TorshError } from '../errors';
import * as sys from '../gen/system';
import { dropMessage, fromMessage, toMessage } from '../messages';
import { manualSeed } from '../random';
import { isTensor } from '../tensor';
import { fetchLater, type Plan, Reader, SampleError } from './fetch';
import type { Failure, Pool, PoolPlan, Reply } from './pass';
import { make } from './transport';
import { workerKey } from './worker-key';
import { setWorkerInfo } from './worker-info';

/** How long a worker may take to end by itself. */
const grace = 200;
/** Words of the shared memory: how many replies were sent, whether all is over, and of each worker whether it has ended. */
const SENT = 0, CLOSED = 1, ENDED = 2;

/** What a worker runs: whoever waits hears of its end, be it that the bundle does not load. */
const bootstrap = `
  const { file, id, shared } = require('node:worker_threads').workerData[${JSON.stringify(workerKey)}], state = new Int32Array(shared);
  process.on('exit', () => {
    Atomics.store(state, ${ENDED} + id, 1);
    Atomics.add(state, ${SENT}, 1);
    Atomics.notify(state, ${SENT});
  });
  require(file);`;

/** Options of the process go along by themselves, but --input-type would make the bootstrap a module; those of V8 may not be listed. */
function newWorker(options: WorkerOptions): Worker {
  const kept = process.execArgv.filter((a) => !/^--(?:input-type|inspect)/.test(a));
  if (kept.length === process.execArgv.length) return new Worker(bootstrap, { ...options, eval: true });
  try {
    return new Worker(bootstrap, { ...options, eval: true, execArgv: kept });
  } catch (e) {
    if ((e as { code?: string }).code !== 'ERR_WORKER_INVALID_EXEC_ARGV') throw e;
    return new Worker(bootstrap, { ...options, eval: true, execArgv: [] });
  }
}

interface Setup { file: string; id: number; port: MessagePort; shared: SharedArrayBuffer; plan: unknown }
type Order = { pass: number; task: number; index: unknown } | { begin: number; seed: number | bigint } | { close: true };

export const hasThreads = (): boolean => typeof Worker === 'function';

export function openPool(plan: PoolPlan): Pool {
  return new Threads(plan);
}

class Threads implements Pool {
  pass = 0;
  private readonly state: Int32Array<SharedArrayBuffer>;
  private readonly workers: Worker[] = [];
  private readonly ports: MessagePort[] = [];
  private readonly plans: unknown[] = [];
  private readonly replies: Reply[] = [];
  private readonly gone: Promise<void>[] = [];
  private trouble: string | null = null;
  private wake: (() => void) | null = null;
  private closing: Promise<void> | null = null;

  constructor(plan: PoolPlan) {
    const shared = new SharedArrayBuffer(4 * (ENDED + plan.numWorkers));
    this.state = new Int32Array(shared);
    try {
      for (let id = 0; id < plan.numWorkers; id++) this.start(id, plan, shared);
    } catch (e) {
      void this.close(false);
      throw e;
    }
  }

  private start(id: number, plan: PoolPlan, shared: SharedArrayBuffer): void {
    const { port1, port2 } = new MessageChannel();
    const { message, transfer } = toMessage(plan);
    this.plans.push(message);
    this.ports.push(port1);
    const setup: Setup = { file: __filename, id, port: port2, shared, plan: message };
    const worker = newWorker({
      workerData: { [workerKey]: setup }, transferList: [port2, ...transfer], name: `torsh data ${id}`,
      env: { ...process.env, TORSH_BACKEND: abi().name, [workerKey]: '1' },
    });
    this.workers.push(worker);
    worker.on('error', (e: Error) => { this.trouble ??= `worker ${id} failed: ${e?.stack ?? String(e)}`; });
    this.gone.push(new Promise((resolve) => {
      worker.on('exit', (code) => {
        Atomics.store(this.state, ENDED + id, 1);
        this.trouble ??= `worker ${id} exited unexpectedly (code ${code})`;
        port1.close();
        this.wake?.();
        resolve();
      });
    }));
    port1.on('message', (reply: Reply) => {
      this.replies.push(reply);
      this.wake?.();
    });
    port1.unref();
    worker.unref();
  }

  get open(): boolean {
    return this.closing === null && this.trouble === null;
  }

  begin(seed: number | bigint): number {
    this.pass++;
    for (const port of this.ports) port.postMessage({ begin: this.pass, seed } satisfies Order);
    return this.pass;
  }

  post(worker: number, task: number, index: unknown): void {
    this.ports[worker].postMessage({ pass: this.pass, task, index } satisfies Order);
  }

  private drain(): Reply | undefined {
    for (const port of this.ports) {
      for (let m = receiveMessageOnPort(port); m; m = receiveMessageOnPort(port)) this.replies.push(m.message as Reply);
    }
    return this.replies.shift();
  }

  private ended(): TorshError {
    const id = this.workers.findIndex((_, i) => Atomics.load(this.state, ENDED + i) !== 0);
    return new TorshError('ERR_CALLBACK', 'DataLoader', `DataLoader: ${this.trouble ?? `worker ${id} exited unexpectedly`}`);
  }
  private late(timeout: number): TorshError {
    return new TorshError('ERR_CALLBACK', 'DataLoader', `DataLoader: timed out after ${timeout / 1000} seconds`);
  }
  private get anyEnded(): boolean {
    return this.workers.some((_, i) => Atomics.load(this.state, ENDED + i) !== 0);
  }

  takeNow(timeout: number): Reply {
    const until = timeout > 0 ? performance.now() + timeout : Infinity;
    for (;;) {
      const sent = Atomics.load(this.state, SENT);
      const ended = this.anyEnded; // before the ports are looked at: what it sent has arrived then
      const reply = this.drain();
      if (reply) return reply;
      if (ended) throw this.ended();
      const left = until - performance.now();
      if (left <= 0) throw this.late(timeout);
      Atomics.wait(this.state, SENT, sent, Math.min(left, 1000));
    }
  }

  async take(timeout: number): Promise<Reply> {
    const until = timeout > 0 ? performance.now() + timeout : Infinity;
    for (;;) {
      const ended = this.anyEnded;
      const reply = this.drain();
      if (reply) return reply;
      if (this.closing) return { pass: -1, task: -1 };
      if (ended) throw this.ended();
      const left = until - performance.now();
      if (left <= 0) throw this.late(timeout);
      let timer: ReturnType<typeof setTimeout> | undefined;
      this.hold(true);
      await new Promise<void>((resolve) => {
        this.wake = resolve;
        if (left < Infinity) timer = setTimeout(resolve, Math.ceil(left));
      });
      this.wake = null;
      clearTimeout(timer);
      this.hold(false);
    }
  }

  /** Only who waits keeps the process alive. */
  private hold(on: boolean): void {
    for (const worker of this.workers) worker[on ? 'ref' : 'unref']();
  }

  close(wait: boolean): Promise<void> {
    if (this.closing === null) {
      Atomics.store(this.state, CLOSED, 1);
      for (const port of this.ports) port.postMessage({ close: true } satisfies Order);
      const timer = setTimeout(() => { for (const worker of this.workers) void worker.terminate(); }, grace);
      if (!wait) timer.unref();
      this.closing = Promise.all(this.gone).then(() => {
        clearTimeout(timer);
        for (const reply of this.replies.splice(0)) dropMessage(reply.message);
        this.plans.forEach(dropMessage);
        this.wake?.();
      });
      this.wake?.();
    }
    if (wait) this.hold(true);
    return this.closing;
  }
}

/** What a worker that a DataLoader has started does with the orders that it gets. */
export function serve(given: unknown): void {
  const setup = given as Setup;
  const server = new Server(setup);
  setup.port.on('message', (order: Order) => { server.take(order); });
}

class Server {
  private readonly state: Int32Array;
  private readonly ready: Promise<Plan>;
  private options!: PoolPlan;
  private reader: Reader | null = null;
  /** With seedSamples: that of the pass. */
  private seed: number | bigint | null = null;
  private work: Promise<void>;

  constructor(private readonly setup: Setup) {
    this.state = new Int32Array(setup.shared);
    this.ready = this.begin();
    this.work = this.ready.then(() => undefined, () => undefined); // a failure is told when the first task comes
  }

  /** One order after the other: the draws of random numbers depend on nothing but their order. */
  take(order: Order): void {
    this.work = this.work.then(() => this.obey(order));
  }

  private signal(): void {
    Atomics.add(this.state, SENT, 1);
    Atomics.notify(this.state, SENT);
  }

  private async begin(): Promise<Plan> {
    await Promise.resolve(); // until the file that is being loaded has its exports
    const { id } = this.setup;
    sys._workAlone(true); // workers share the machine among themselves, and with who waits for them
    const options = this.options = fromMessage(this.setup.plan) as PoolPlan;
    manualSeed(options.seed); // what a module draws for its dataset is the same in all workers
    const dataset = await make(options.dataset, 'dataset') as unknown;
    const collateFn = await make(options.collate, 'function') as Plan['collateFn'];
    const init = options.init === null ? null : await make(options.init, 'function') as (id: number) => unknown;
    for (const [name, f] of [['collateFn', collateFn], ['workerInitFn', init]] as const) {
      if (f !== null && typeof f !== 'function') throw new TorshError('ERR_ARGUMENT', 'DataLoader', `DataLoader: what the module exports as ${name} is no function`);
    }
    const sum = BigInt.asUintN(64, BigInt(options.seed) + BigInt(id));
    const seed = sum <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(sum) : sum;
    manualSeed(seed);
    setWorkerInfo({ id, numWorkers: options.numWorkers, seed, dataset });
    await init?.(id);
    return { dataset, collateFn, batchSize: options.batchSize, dropLast: options.dropLast, batches: options.batches, seed: null };
  }

  private async obey(order: Order): Promise<void> {
    if ('close' in order) {
      await this.reader?.close().catch(() => undefined);
      this.setup.port.close();
      return;
    }
    if (Atomics.load(this.state, CLOSED) !== 0) return;
    if ('begin' in order) {
      await this.reader?.close().catch(() => undefined);
      this.reader = null;
      if (this.options?.seedSamples) this.seed = order.seed;
      return;
    }
    const { pass, task, index } = order;
    try {
      const plan = await this.ready;
      let batch: unknown, samples: number | undefined;
      if (this.options.iterable) {
        const step = await (this.reader ??= new Reader(plan)).next();
        if (step === undefined) { this.reply({ pass, task, end: true }); return; }
        ({ batch, samples } = step);
      } else batch = await fetchLater(this.seed === null ? plan : { ...plan, seed: this.seed }, index);
      const { message, transfer } = toMessage(batch);
      try {
        this.reply({ pass, task, message, samples }, transfer);
      } catch (e) {
        dropMessage(message);
        throw e;
      }
      if (this.options.fresh) dispose(batch);
    } catch (e) {
      this.reply({ pass, task, failure: this.failure(e) });
    }
  }

  private reply(reply: Reply, transfer: ArrayBuffer[] = []): void {
    this.setup.port.postMessage(reply, transfer);
    this.signal();
  }

  private failure(thrown: unknown): Failure {
    const e = (thrown instanceof SampleError ? thrown.error : thrown) as Partial<TorshError> | null | undefined;
    const message = String(e?.message ?? e), name = String(e?.name ?? 'Error');
    return {
      worker: this.setup.id, index: thrown instanceof SampleError ? thrown.index : undefined, code: e instanceof TorshError ? e.code : null,
      name, message, stack: String(e?.stack ?? `${name}: ${message}`),
    };
  }
}

/** The receiver has the batch now. */
function dispose(batch: unknown): void {
  if (isTensor(batch)) batch.dispose();
  else if (Array.isArray(batch)) batch.forEach(dispose);
  else if (typeof batch === 'object' && batch !== null) for (const part of batch instanceof Map ? batch.values() : Object.values(batch)) dispose(part);
}
