'use strict';
// DataLoader with worker threads: the batches of numWorkers 0, errors, ends; tensors in messages between threads.
const { join } = require('node:path');
const { pathToFileURL } = require('node:url');
const { Worker } = require('node:worker_threads');
const torsh = require('torsh');

const { ConcatDataset, DataLoader, Dataset, IterableDataset, StackDataset, Subset, TensorDataset, padCollate } = torsh.utils.data;
const url = pathToFileURL(join(__dirname, 'support', 'datasets.mjs'));
const entry = join(__dirname, '..', 'dist', `${BACKEND}.cjs`);

class Squares extends Dataset {
  constructor(n) {
    super();
    this.length = n;
  }
  at(i) {
    return { x: torsh.tensor([i, i * i]), label: i, name: `n${i}` };
  }
}
class Whole extends IterableDataset {
  constructor(length) {
    super();
    this.length = length;
  }
}
const squares = (n, options, ...args) => new DataLoader(new Squares(n), { numWorkers: 2, workerDataset: { module: url, export: 'Squares', args: [n, ...args] }, ...options });

const plain = (b) => (torsh.isTensor(b) ? b.tolist() : Array.isArray(b) ? b.map(plain) : b !== null && typeof b === 'object' ? Object.fromEntries(Object.entries(b).map(([k, v]) => [k, plain(v)])) : b);
const all = (loader) => [...loader].map(plain);
const allLater = async (loader) => {
  const seen = [];
  for await (const b of loader) seen.push(plain(b));
  return seen;
};
/** Workers end by themselves shortly after a loop. */
const threads = () => process.getActiveResourcesInfo().filter((r) => r === 'Worker' || r === 'MessagePort').length;

describe.each([['for', (loader) => all(loader)], ['for await', allLater]])('%s', (_name, every) => {
  test.each([1, 2, 3])('%i workers give what none gives, in order', async (numWorkers) => {
    const x = torsh.randn(23, 3, 2).transpose(1, 2), y = torsh.arange(23);
    const data = new TensorDataset(x, y), twice = torsh.cat([x, x]);
    const some = [data, new Subset(data, [9, 3, 5, 7, 1, 0]), y, [...'abcdefg'], new StackDataset({ x: twice, n: new ConcatDataset([y, y]) })];
    for (const dataset of numWorkers === 2 ? some : some.slice(0, 1)) {
      torsh.manualSeed(3);
      const expected = all(new DataLoader(dataset, 4, true));
      const next = torsh.rand(1).item();
      torsh.manualSeed(3);
      expect(await every(new DataLoader(dataset, 4, { shuffle: true, numWorkers }))).toEqual(expected);
      expect(torsh.rand(1).item()).toBe(next);
    }
  });

  test('datasets and functions of modules', async () => {
    expect(await every(squares(7, { batchSize: 3, shuffle: false }))).toEqual(all(new DataLoader(new Squares(7), 3)));
    expect(await every(squares(4, { batchSize: null, workerDataset: url }))).toEqual([0, 1, 2, 3].map((i) => ({ x: [i, i * i], label: i, name: `n${i}` })));
    expect(await every(squares(4, { batchSize: 2, collateFn: { module: url, export: 'sums' } }))).toEqual([[0, 2], [6, 12]]);
    expect(await every(new DataLoader([torsh.ones(1), torsh.ones(2)], 2, { numWorkers: 1, collateFn: padCollate({ paddingValue: 7 }) }))).toEqual([[[1, 7], [1, 1]]]);
    const later = new DataLoader(new Squares(5), 2, { numWorkers: 2, workerDataset: { module: url, export: 'later' } });
    expect(await every(later)).toEqual([[[0, 1], ['0', '1']], [[2, 3], ['2', '3']], [[4], ['4']]]);
  });

  test('workers know who they are, and draw by base seed + id', async () => {
    const options = { batchSize: null, numWorkers: 2, workerDataset: { module: url, export: 'ids' }, workerInitFn: { module: url, export: 'init' } };
    const threadsBefore = torsh.getNumThreads();
    torsh.manualSeed(5);
    const seen = await every(new DataLoader(new Squares(8), options));
    expect(seen.map((s) => s[0])).toEqual([0, 1, 0, 1, 0, 1, 0, 1]);
    expect(seen.map((s) => s[5])).toEqual([0, 10, 0, 10, 0, 10, 0, 10]);
    expect(seen.every((s) => s[1] === 2 && s[3] === 1)).toBe(true);
    expect([...new Set(seen.map((s) => s[6])), torsh.getNumThreads()]).toEqual([1, threadsBefore]);
    const base = seen[0][2];
    expect(BigInt(seen[1][2])).toBe(BigInt(base) + 1n);
    const g = new torsh.Generator().manualSeed(BigInt(base) + 1n);
    expect(seen[1][4]).toEqual(torsh.rand(2, { generator: g }).tolist());
    expect(seen[3][4]).toEqual(torsh.rand(2, { generator: g }).tolist());
    torsh.manualSeed(5);
    expect(await every(new DataLoader(new Squares(8), options))).toEqual(seen);
    expect(torsh.utils.data.getWorkerInfo()).toBeNull();
  });

  test('IterableDataset: each worker gives its share, in turn', async () => {
    class Count extends IterableDataset {}
    const loader = (n, numWorkers, options) => new DataLoader(new Count(), { batchSize: 2, numWorkers, workerDataset: { module: url, export: 'Count', args: [n] }, ...options });
    expect(await every(loader(9, 2))).toEqual([[0, 2], [1, 3], [4, 6], [5, 7], [8]]);
    expect(await every(loader(9, 2, { dropLast: true }))).toEqual([[0, 2], [1, 3], [4, 6], [5, 7]]);
    expect(await every(loader(3, 3, { batchSize: null, persistentWorkers: false }))).toEqual([0, 1, 2]);
    const kept = loader(5, 2, { persistentWorkers: true });
    for (let i = 0; i < 2; i++) expect(await every(kept)).toEqual([[0, 2], [1, 3], [4]]);
    kept.dispose();
  });

  test('errors name the index and show the stack', async () => {
    const failure = async (trouble, options) => {
      try {
        await every(squares(6, { batchSize: 2, ...options }, trouble));
      } catch (e) {
        return e;
      }
      throw new Error('no error');
    };
    const e = await failure({ throws: 3 });
    expect(e).toBeInstanceOf(torsh.TorshError);
    expect(e.message).toMatch(/^DataLoader: worker 1 failed at index 3: RangeError: no sample 3\nStack in the worker:\n[\s\S]*datasets\.mjs:\d+/);
    expect([e.code, e.worker, e.index, e.cause.name, e.cause.message]).toEqual(['ERR_CALLBACK', 1, 3, 'RangeError', 'no sample 3']);
    expect((await failure({ torsh: 0 })).code).toBe('ERR_SHAPE');
    expect((await failure({ unsendable: 1 }, { collateFn: undefined, batchSize: null })).message).toMatch(/the function f cannot be copied to another thread/);
    expect((await failure({ exits: 1 })).message).toMatch(/worker 0 exited unexpectedly/);
    expect((await failure({ sleeps: 0 }, { timeout: 0.4 })).message).toMatch(/timed out after 0.4 seconds/);
    expect((await failure({}, { workerDataset: { module: url, export: 'Nothing' } })).message).toMatch(/has no export 'Nothing'; it has Count, Draws, Squares, Whole/);
    expect((await failure({}, { workerDataset: new URL('missing.mjs', url) })).message).toMatch(/missing\.mjs/);
  });

  test('ragged batches, iterables that break or give more than they state', async () => {
    const failure = async (loader) => {
      try {
        await every(loader);
      } catch (e) {
        return [e.code, e.index, e.message];
      }
      throw new Error('no error');
    };
    const ragged = [torsh.ones(2), torsh.ones(2), torsh.ones(2), torsh.ones(3)];
    expect(await failure(new DataLoader(ragged, 2, { numWorkers: 1 }))).toEqual(['ERR_SHAPE', [2, 3], expect.stringMatching(/^DataLoader: worker 0 failed at indices 2, 3: TorshError: stack: .*\[3\].*\nStack in the worker:\n/)]);
    const whole = (...args) => new DataLoader(new Whole(5), { batchSize: 2, numWorkers: 2, workerDataset: { module: url, export: 'Whole', args } });
    expect(await failure(whole(5))).toEqual(['ERR_INDEX', undefined, expect.stringMatching(/states a length of 5, but gives a sample at index 5; with numWorkers each worker must give its share/)]);
    expect(await failure(whole(5, 3))).toEqual(['ERR_CALLBACK', 3, expect.stringMatching(/^DataLoader: worker 0 failed at index 3: RangeError: nothing after 2\n[\s\S]*datasets\.mjs:\d+/)]);
    expect(await every(new DataLoader([0, 1, 2, 3, 4, 5], 3, { numWorkers: 2, workerDataset: { module: url, export: 'pairs' } }))).toEqual([[[0, 1, 2], [3, 3, 3]], [[3, 4, 5], [3, 3, 3]]]);
  });

  test('several passes: one order with any number of workers, of workers that stay too', async () => {
    const passes = [];
    for (const options of [{}, { numWorkers: 2 }, { numWorkers: 1, persistentWorkers: true }, { numWorkers: 3, persistentWorkers: true, prefetchFactor: 1 }]) {
      torsh.manualSeed(7);
      const loader = new DataLoader(new TensorDataset(torsh.arange(11)), 3, { shuffle: true, ...options });
      passes.push([options.numWorkers ? await every(loader) : all(loader), await every(loader), torsh.rand(1).item()]);
      loader.dispose();
    }
    for (const other of passes.slice(1)) expect(other).toEqual(passes[0]);
    expect(passes[0][1]).not.toEqual(passes[0][0]);
  });

  test('seedSamples: random samples are the same with any number of workers, and new in each pass', async () => {
    class Draws extends Dataset {
      get length() { return 7; }
      at(i) { return torsh.cat([torsh.tensor([i]), torsh.rand(2)]); }
    }
    const passes = [];
    for (const [wait, options] of [[false, {}], [false, { numWorkers: 1, persistentWorkers: true }], [true, { numWorkers: 3 }]]) {
      torsh.manualSeed(3);
      const loader = new DataLoader(new Draws(), 2, { shuffle: true, seedSamples: true, ...(options.numWorkers ? { workerDataset: { module: url, export: 'Draws', args: [7, wait] } } : {}), ...options });
      passes.push([await every(loader), await every(loader), torsh.rand(1).item()]);
      loader.dispose();
    }
    expect(passes[1]).toEqual(passes[0]);
    expect(passes[2]).toEqual(passes[0]);
    const drawn = passes[0].slice(0, 2).flat(2).map((sample) => sample[1]);
    expect(new Set(drawn).size).toBe(14);
  });

  test('workers that stay: seeds are drawn once, breaks leave the next pass whole', async () => {
    const loader = squares(6, { batchSize: 2, persistentWorkers: true, workerDataset: { module: url, export: 'ids' }, batchSampler: null });
    const first = await every(loader), second = await every(loader);
    expect(second[0][2]).toEqual(first[0][2]);
    expect(second[0][4]).not.toEqual(first[0][4]);
    for await (const b of loader) { void b; break; }
    for (const b of loader) { void b; break; }
    expect((await every(loader)).map((b) => b[0])).toEqual([[0, 0], [1, 1], [0, 0]]);
    const one = loader[Symbol.iterator]();
    one.next();
    expect((await every(loader)).length).toBe(3);
    expect(() => one.next()).toThrow(/a newer loop/);
    loader.dispose();
  });
});

test('nothing is left after break, return, throw', async () => {
  torsh.emptyCache();
  const before = torsh.memory().bytes, running = threads();
  for (const leave of ['break', 'throw', 'return', 'unused']) {
    const loader = squares(100, { batchSize: 2, prefetchFactor: 4 });
    try {
      if (leave === 'unused') await loader[Symbol.asyncIterator]().return();
      else if (leave === 'return') {
        const it = loader[Symbol.asyncIterator]();
        await it.next();
        const pending = it.next();
        await it.return();
        await pending;
        expect((await it.next()).done).toBe(true);
      } else {
        for await (const b of loader) {
          b.x.dispose();
          b.label.dispose();
          if (leave === 'break') break;
          throw new Error('stop');
        }
      }
    } catch (e) {
      expect(e.message).toBe('stop');
    }
    expect(threads()).toBeLessThanOrEqual(running);
  }
  torsh.emptyCache();
  expect(torsh.memory().bytes - before).toBeLessThan(1 << 20);
});

test('what cannot get into a worker is refused, with what to do', () => {
  expect(() => new DataLoader(new Squares(3), { numWorkers: 1 })).toThrow(/type Squares cannot be copied to worker threads.*workerDataset: \{ module: new URL/);
  expect(() => new DataLoader([1], { numWorkers: 1, collateFn: (x) => x })).toThrow(/collateFn is a function.*export it from a module/);
  expect(() => new DataLoader([1], { numWorkers: 1, workerInitFn: () => 0 })).toThrow(/workerInitFn is a function/);
  expect(() => [...new DataLoader([() => 1], { numWorkers: 1 })]).toThrow(/function \(anonymous\) cannot be copied to another thread/);
  expect(() => [...new DataLoader([{ d: new Squares(1) }], { numWorkers: 1 })]).toThrow(/instance of class Squares cannot be copied/);
  expect(() => new DataLoader([1], { numWorkers: 1, workerDataset: './set.mjs' })).toThrow(torsh.TorshError);
  expect(() => new DataLoader([1], { numWorkers: 1, workerDataset: { module: './set.mjs' } })).toThrow(/absolute path, but got '.\/set.mjs'/);
  for (const options of [{ numWorkers: -1 }, { numWorkers: 1.5 }, { timeout: -1 }, { prefetchFactor: 3 }, { persistentWorkers: true }, { numWorkers: 1, prefetchFactor: 0 }, { collateFn: url }]) {
    expect(() => new DataLoader([1], options)).toThrow(torsh.TorshError);
  }
  expect(() => new DataLoader(new Whole(1), { seedSamples: true })).toThrow(/expected unspecified seedSamples/);
  expect(() => [...new DataLoader({ length: 1, at: async () => 1 }, { seedSamples: true })]).toThrow(/only workers await/);
  const crop = torsh.utils.data.transforms.randomCrop(2, { generator: new torsh.Generator() });
  expect(() => new DataLoader([1], { numWorkers: 1, collateFn: crop })).toThrow(/randomCrop has a generator of its own/);
  expect(() => [...new DataLoader(torsh.ones(3, { requiresGrad: true }).mul(2), { numWorkers: 1 })]).toThrow(/a graph stays in its thread/);
});

describe('tensors in messages', () => {
  const source = `
    const torsh = require(${JSON.stringify(entry)});
    const { parentPort } = require('node:worker_threads');
    parentPort.on('message', (m) => {
      if (m === 'end') return parentPort.close();
      const { t, list } = torsh.fromMessage(m);
      t.mul_(2);
      const { message, transfer } = torsh.toMessage([t, list.get('k').add(1), 'text']);
      parentPort.postMessage(message, transfer);
    });`;
  test('there and back', async () => {
    const worker = new Worker(source, { eval: true });
    const t = torsh.arange(6).reshape(2, 3).t(), leaf = torsh.ones(2, { requiresGrad: true });
    const { message, transfer } = torsh.toMessage({ t, list: new Map([['k', torsh.ones(2, { dtype: 'bfloat16' })]]) });
    const answer = new Promise((resolve) => { worker.once('message', resolve); });
    worker.postMessage(message, transfer);
    const [u, v, text] = torsh.fromMessage(await answer);
    expect([u.tolist(), u.dtype, v.tolist(), v.dtype, text]).toEqual([[[0, 6], [2, 8], [4, 10]], 'int64', [2, 2], 'bfloat16', 'text']);
    expect(t.tolist()).toEqual(BACKEND === 'native' ? u.tolist() : [[0, 3], [1, 4], [2, 5]]);
    if (BACKEND === 'native') {
      expect(u.isSharedStorageWith(t)).toBe(true);
      expect(u.stride()).toEqual(t.stride());
      expect(() => t.resize_(100)).toThrow(/not resizable/);
    }
    const again = torsh.fromMessage(torsh.toMessage(leaf).message);
    expect([again.requiresGrad, again.isLeaf]).toEqual([true, true]);
    expect(() => torsh.toMessage([leaf, leaf.mul(2)])).toThrow(/a graph stays in its thread/);
    worker.postMessage('end', []);
    await new Promise((resolve) => { worker.once('exit', resolve); });
  });

  test('a message is received once; one object is one tensor', () => {
    const t = torsh.ones(3), { message } = torsh.toMessage([t, t]);
    const copy = structuredClone(message);
    const [a, b] = torsh.fromMessage(message);
    expect(a).toBe(b);
    if (BACKEND === 'native') expect(() => torsh.fromMessage(copy)).toThrow(/received already/);
  });

  test('what is never received goes with the thread that sent it', async () => {
    const bytes = () => { torsh.emptyCache(); return torsh.memory().bytes; };
    const before = bytes();
    const worker = new Worker(`
      const torsh = require(${JSON.stringify(entry)});
      require('node:worker_threads').parentPort.postMessage(torsh.toMessage(torsh.ones(1 << 22)).message);`, { eval: true });
    await new Promise((resolve) => { worker.once('exit', resolve); });
    expect(bytes() - before).toBeLessThan(1 << 22);
  });
});
