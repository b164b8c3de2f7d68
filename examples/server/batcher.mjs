/**
 * Brings concurrent requests together: a batch goes out when it is full, or when its oldest request has waited long enough, and a thread is free. While all
 * are busy requests gather, so that the busier the server, the larger the batches. What waits is bounded.
 */
export class Overloaded extends Error {}

export class Batcher {
  #waiting = [];
  #rows = 0;
  #timer = null;
  #draining = false;
  #idle = null;
  #running = 0;

  /** engine: hasFree, onFree, inputSize, outputSize, run(data, count). maxBatch, maxQueue: inputs. maxWait: milliseconds. onBatch(rows, seconds): told of each batch. */
  constructor({ engine, maxBatch, maxWait, maxQueue, onBatch = () => {} }) {
    Object.assign(this, { engine, maxBatch, maxWait, maxQueue, onBatch });
    engine.onFree = () => { this.#dispatch(); };
  }

  /** Inputs that wait. */
  get depth() { return this.#rows; }

  /** A request of `count` inputs, for drop(); its `outputs` is a promise of theirs. Errors: Overloaded when too much waits already; outputs: what the engine throws. */
  add(inputs, count) {
    if (this.#rows + count > this.maxQueue) throw new Overloaded(`${this.#rows} inputs wait already, of at most ${this.maxQueue}`);
    const job = { inputs, count, since: performance.now() };
    job.outputs = new Promise((resolve, reject) => Object.assign(job, { resolve, reject }));
    this.#waiting.push(job);
    this.#rows += count;
    this.#dispatch();
    return job;
  }

  /** Forgets a request that nobody waits for any more; one that is being computed goes on. */
  drop(job) {
    const at = this.#waiting.indexOf(job);
    if (at < 0) return;
    this.#waiting.splice(at, 1);
    this.#rows -= job.count;
  }

  /** Lets no request wait for others any more; resolves when all are answered. */
  async drain() {
    this.#draining = true;
    this.#dispatch();
    if (this.#running > 0 || this.#waiting.length > 0) await new Promise((resolve) => { this.#idle = resolve; });
  }

  #dispatch() {
    while (this.engine.hasFree && this.#waiting.length > 0) {
      const left = this.#waiting[0].since + this.maxWait - performance.now();
      if (this.#rows < this.maxBatch && left > 0 && !this.#draining) {
        if (this.#timer === null) {
          this.#timer = setTimeout(() => {
            this.#timer = null;
            this.#dispatch();
          }, left);
        }
        return;
      }
      void this.#send(this.#take());
    }
    if (this.#idle && this.#running === 0 && this.#waiting.length === 0) this.#idle();
  }

  /** The jobs of the next batch: requests stay whole. */
  #take() {
    let rows = 0, n = 0;
    while (n < this.#waiting.length && (n === 0 || rows + this.#waiting[n].count <= this.maxBatch)) rows += this.#waiting[n++].count;
    this.#rows -= rows;
    return { jobs: this.#waiting.splice(0, n), rows };
  }

  async #send({ jobs, rows }) {
    const { inputSize, outputSize } = this.engine;
    const data = new Float32Array(rows * inputSize);
    let at = 0;
    for (const { inputs, count } of jobs) {
      data.set(inputs, at);
      at += count * inputSize;
    }
    const begin = performance.now();
    this.#running++;
    try {
      const output = await this.engine.run(data, rows);
      this.onBatch(rows, (performance.now() - begin) / 1000);
      let from = 0;
      for (const { count, resolve } of jobs) resolve(output.subarray(from, from += count * outputSize));
    } catch (error) {
      for (const { reject } of jobs) reject(error);
    } finally {
      this.#running--;
      this.#dispatch();
    }
  }
}
