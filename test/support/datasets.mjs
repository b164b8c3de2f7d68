// Datasets as workers import them.
import { createRequire } from 'node:module';

const torsh = createRequire(import.meta.url)('torsh');
const { Dataset, IterableDataset, defaultCollate, getWorkerInfo } = torsh.utils.data;

/** [i, i^2], with what may go wrong at one index. */
export class Squares extends Dataset {
  constructor(n, trouble = {}) {
    super();
    this.n = n;
    this.trouble = trouble;
  }
  get length() {
    return this.n;
  }
  at(i) {
    if (i === this.trouble.throws) throw new RangeError(`no sample ${i}`);
    if (i === this.trouble.torsh) torsh.ones(2).reshape(3);
    if (i === this.trouble.exits) process.exit(3);
    if (i === this.trouble.sleeps) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60000);
    if (i === this.trouble.unsendable) return { f: () => i };
    return { x: torsh.tensor([i, i * i]), label: i, name: `n${i}` };
  }
}

export const later = () => ({ length: 5, at: async (i) => [i, String(i)] });

/** What differs between workers. */
export const ids = {
  length: 8,
  at() {
    const info = getWorkerInfo();
    return [info.id, info.numWorkers, info.seed, Number(info.dataset === ids), torsh.rand(2), globalThis.started ?? -1, torsh.getNumThreads()];
  },
};
export const init = (id) => { globalThis.started = id * 10; };

/** Its share of 0 .. n - 1. */
export class Count extends IterableDataset {
  constructor(n) {
    super();
    this.n = n;
  }
  *[Symbol.iterator]() {
    const { id, numWorkers } = getWorkerInfo() ?? { id: 0, numWorkers: 1 };
    for (let i = id; i < this.n; i += numWorkers) yield i;
  }
}

/** All of 0 .. n - 1, whichever worker asks; breaks at one. */
export class Whole extends IterableDataset {
  constructor(n, breaks = -1) {
    super();
    this.length = n;
    this.breaks = breaks;
  }
  *[Symbol.iterator]() {
    for (let i = 0; i < this.length; i++) {
      if (i === this.breaks) throw new RangeError(`nothing after ${i - 1}`);
      yield i;
    }
  }
}

/** Several at once. */
export const pairs = { length: 6, at: () => { throw new Error('at'); }, getitems: async (indices) => indices.map((i) => [i, indices.length]) };

/** Draws, and awaits in between or not. */
export class Draws extends Dataset {
  constructor(n, wait = false) {
    super();
    this.length = n;
    this.wait = wait;
  }
  at(i) {
    const made = () => torsh.cat([torsh.tensor([i]), torsh.rand(2)]);
    return this.wait ? new Promise((resolve) => { setTimeout(resolve, i % 2); }).then(made) : made();
  }
}

export const sums = (samples) => defaultCollate(samples.map((s) => s.x)).sum(1);
export default new Squares(4);
