/** Threads that hold the model and compute batches, so that the server's own thread goes on answering. */
import { createRequire } from 'node:module';
import torsh from './torsh.mjs';

const { createWorker, transfer } = createRequire(new URL('../../package.json', import.meta.url))('torsh/worker');
const RESTART_MS = 1000;

export class Engine {
  /** The network's description: { input: { shape, names? }, classes }. */
  input;
  classes;
  /** What the threads said of their memory last. */
  memory = [];
  /** Called when a thread becomes free. */
  onFree = () => {};
  #network;
  #checkpoint;
  #threads;
  #workers = [];
  #free = [];
  #closed = false;

  /** Loads the file and starts the threads. Errors: what does not fit, with the reason. */
  static async start({ network, file, workers, threads, log }) {
    const engine = new Engine();
    const checkpoint = torsh.load(file);
    // Made here once, so that what does not fit is told before anything listens.
    const { input, classes } = (await import(network)).network(torsh, checkpoint);
    Object.assign(engine, { input, classes, log });
    engine.#network = network;
    engine.#checkpoint = checkpoint;
    engine.#threads = threads;
    await Promise.all(Array.from({ length: workers }, (_, i) => engine.#add(i)));
    return engine;
  }

  /** Values of one input, and of one output. */
  get inputSize() { return this.input.shape.reduce((a, b) => a * b, 1); }
  get outputSize() { return this.classes.length; }
  get hasFree() { return this.#free.length > 0; }
  get alive() { return this.#workers.some((worker) => worker); }

  async #add(i) {
    const worker = await createWorker({ module: new URL('predictor.mjs', import.meta.url), threads: this.#threads, name: `predictor ${i}` });
    const { message } = torsh.toMessage(this.#checkpoint);
    await worker.run('setup', { network: this.#network, weights: message });
    if (this.#closed) {
      worker.terminate();
      return;
    }
    this.#workers[i] = worker;
    void worker.closed.then((reason) => this.#lost(i, worker, reason));
    this.#setFree(i);
  }

  #setFree(i) {
    if (!this.#workers[i]) return;
    this.#free.push(i);
    this.onFree();
  }

  /** A thread has ended that was to go on: its batch is lost, another takes its place. */
  #lost(i, worker, reason) {
    if (this.#closed || this.#workers[i] !== worker) return;
    this.#workers[i] = null;
    this.#free = this.#free.filter((free) => free !== i);
    this.log.error(`predictor ${i}: ${reason}; it is started again`);
    const again = () => this.#add(i).catch((error) => {
      this.log.error(`predictor ${i}: ${error.message}`);
      setTimeout(again, RESTART_MS).unref();
    });
    void again();
  }

  /** Computes a batch (Float32Array of count inputs, given away) in a free thread; its outputs as one Float32Array. */
  async run(data, count) {
    const i = this.#free.shift();
    try {
      const { output, memory } = await this.#workers[i].run('predict', { data: transfer(data), shape: [count, ...this.input.shape] });
      this.memory[i] = memory;
      return output;
    } finally {
      this.#setFree(i);
    }
  }

  async close() {
    this.#closed = true;
    await Promise.all(this.#workers.map((worker) => worker?.close().catch(() => {})));
  }
}
