'use strict';
// torch.utils.data; the orders of samples come from PyTorch 1.13 by test/fixtures/data.py.
const torsh = require('torsh');
const golden = require('./fixtures/data.json');

const {
  BatchSampler, ChainDataset, ConcatDataset, DataLoader, Dataset, DistributedSampler, DynamicBatchSampler, IterableDataset, RandomSampler, Sampler, SequentialSampler, StackDataset, Subset,
  SubsetRandomSampler, TensorDataset, WeightedRandomSampler, defaultCollate, padCollate, randomSplit,
} = torsh.utils.data;

const range = (n) => Array.from({ length: n }, (_, i) => i);
const plain = (b) => (Array.isArray(b) ? b.map(plain) : typeof b === 'object' ? b.tolist() : b);
const batches = (loader) => [...loader].map(plain);
const epochs = (loader) => [batches(loader), batches(loader)];
const generator = () => {
  const g = new torsh.Generator();
  g.manualSeed(42);
  return g;
};

const shares = (n, numReplicas, options) => range(numReplicas).flatMap((rank) => {
  const sampler = new DistributedSampler(range(n), { numReplicas, rank, ...options });
  return [0, 1].map((epoch) => {
    sampler.setEpoch(epoch);
    return [sampler.length, [...sampler]];
  });
});
const weights = [0.1, 0.9, 0.4, 0.7, 3.0, 0.6];
const calls = {
  'RandomSampler(20)': () => [...new RandomSampler(range(20))],
  'RandomSampler(5, numSamples 13)': () => [...new RandomSampler(range(5), { numSamples: 13 })],
  'RandomSampler(5, numSamples 3)': () => [...new RandomSampler(range(5), { numSamples: 3 })],
  'RandomSampler(7, replacement, 70)': () => [...new RandomSampler(range(7), true, 70)],
  'RandomSampler(7, replacement, 64, generator)': () => [...new RandomSampler(range(7), true, 64, generator())],
  'RandomSampler(9, generator)': () => [...new RandomSampler(range(9), { generator: generator() })],
  SubsetRandomSampler: () => [...new SubsetRandomSampler([3, 1, 4, 15, 9, 2])],
  WeightedRandomSampler: () => [...new WeightedRandomSampler(weights, 12)],
  'WeightedRandomSampler, no replacement': () => [...new WeightedRandomSampler(weights, 4, { replacement: false })],
  'DataLoader(20, 4, shuffle)': () => epochs(new DataLoader(range(20), 4, true)),
  'DataLoader(10, 4, shuffle, dropLast)': () => epochs(new DataLoader(range(10), 4, { shuffle: true, dropLast: true })),
  'DataLoader(10, 4)': () => epochs(new DataLoader(range(10), { batchSize: 4 })),
  'DataLoader(10, 4), then rand': () => [batches(new DataLoader(range(10), 4)), torsh.rand(2).tolist()],
  'DataLoader(7, null, shuffle)': () => [[...new DataLoader(range(7), null, true)], torsh.rand(2).tolist()],
  'DataLoader(7, generator)': () => [epochs(new DataLoader(range(7), 3, { shuffle: true, generator: generator() })), torsh.rand(2).tolist()],
  'DataLoader(batchSampler)': () => batches(new DataLoader(range(9), { batchSampler: new BatchSampler(new RandomSampler(range(9)), 4, false) })),
  'one generator for two': () => {
    const g = generator();
    const loader = new DataLoader(range(6), 4, { shuffle: true, generator: g });
    return [batches(loader), [...new RandomSampler(range(3), { generator: g })], batches(loader), torsh.randint(1000, [2], { generator: g }).tolist()];
  },
  TensorDataset: () => batches(new DataLoader(new TensorDataset(torsh.arange(10).to('float32').reshape(5, 2), torsh.arange(5)), 2, true)),
  'randomSplit([3, 7])': () => randomSplit(range(10), [3, 7]).map((s) => s.indices),
  'randomSplit([0.3, 0.3, 0.4])': () => randomSplit(range(11), [0.3, 0.3, 0.4], { generator: generator() }).map((s) => s.indices),
  'DistributedSampler(11, 3)': () => shares(11, 3),
  'DistributedSampler(11, 3, dropLast, seed 5)': () => shares(11, 3, { dropLast: true, seed: 5 }),
  'DistributedSampler(3, 8, in order)': () => shares(3, 8, { shuffle: false }),
  'DistributedSampler(12, 4, dropLast, in order)': () => shares(12, 4, { shuffle: false, dropLast: true }),
};

test('every golden order is tried', () => expect(Object.keys(calls)).toEqual(Object.keys(golden)));

test.each(Object.keys(golden))('takes samples in the order of PyTorch: %s', (name) => {
  torsh.manualSeed(0);
  expect(calls[name]()).toEqual(golden[name]);
});

test('an order outlives a tidy, and is let go of when a loop is left', () => {
  const order = new RandomSampler(range(40000), { generator: generator() });
  const expected = torsh.randperm(40000, { generator: generator() }).tolist();
  const seen = [], iterator = order[Symbol.iterator]();
  torsh.tidy(() => { seen.push(iterator.next().value); });
  for (const i of iterator) seen.push(i);
  expect(seen).toEqual(expected);
  const before = torsh.memory().bytes;
  for (const i of new RandomSampler({ length: 2e6 })) {
    expect(i >= 0 && i < 2e6).toBe(true);
    break;
  }
  torsh.emptyCache();
  expect(torsh.memory().bytes - before).toBeLessThan(1e6);
});

test('for await gives what for gives', async () => {
  const loader = new DataLoader(range(10), 3, true);
  torsh.manualSeed(1);
  const one = batches(loader);
  torsh.manualSeed(1);
  const two = [];
  for await (const batch of loader) two.push(batch.tolist());
  expect(two).toEqual(one);
});

describe('datasets', () => {
  class Squares extends Dataset {
    constructor(n) {
      super();
      this.n = n;
    }
    get length() {
      return this.n;
    }
    at(i) {
      return { x: torsh.tensor([i, i * i]), label: i, name: `n${i}` };
    }
  }

  test('a class of one\'s own', () => {
    const loader = new DataLoader(new Squares(5), { batchSize: 2 });
    expect(loader.length).toBe(3);
    const [a, , c] = [...loader];
    expect(a.x.tolist()).toEqual([[0, 0], [1, 1]]);
    expect(a.label.dtype).toBe('int64');
    expect(a.name).toEqual(['n0', 'n1']);
    expect(c.x.shape).toEqual([1, 2]);
    expect(() => new Dataset().at(0)).toThrow(torsh.TorshError);
  });

  test('TensorDataset: rows, batches, wrong sizes', () => {
    const data = new TensorDataset(torsh.arange(6).reshape(3, 2), torsh.tensor([5, 6, 7]));
    expect(data.length).toBe(3);
    expect(data.at(-1).map((t) => t.tolist())).toEqual([[4, 5], 7]);
    expect(() => data.at(3)).toThrow(/out of range/);
    expect(() => new TensorDataset(torsh.ones(3), torsh.ones(2))).toThrow(/Size mismatch between tensors \(\[3\], \[2\]\)/);
    expect(() => new TensorDataset()).toThrow(torsh.TorshError);
    expect(() => new TensorDataset(torsh.tensor(1))).toThrow(torsh.TorshError);
  });

  test('the fast path gives what stacking gives', () => {
    const x = torsh.randn(11, 3, 2).transpose(1, 2), y = torsh.arange(11);
    const data = new TensorDataset(x, y);
    const subset = new Subset(new Subset(data, [9, 3, 5, 7, 1, 0]), [5, 0, 1, 2]);
    for (const dataset of [data, subset]) {
      const fast = batches(new DataLoader(dataset, 3));
      const slow = batches(new DataLoader(dataset, 3, { collateFn: (samples) => defaultCollate(samples) }));
      expect(fast).toEqual(slow);
    }
    expect(batches(new DataLoader(y, 4))).toEqual([[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10]]);
    expect(() => [...new DataLoader(data, { sampler: [0, 11] })]).toThrow(/out of range/);
    expect(batches(new DataLoader(data, { sampler: [-1], batchSize: 1 }))[0][1]).toEqual([10]);
  });

  test('a batch is a copy, and knows its gradient', () => {
    const x = torsh.zeros(4, 2, { requiresGrad: true });
    for (const [batch] of new DataLoader(new TensorDataset(x), { batchSize: 2, sampler: [1, 1, 3] })) batch.sum().backward();
    expect(x.grad.tolist()).toEqual([[0, 0], [2, 2], [0, 0], [1, 1]]);
  });

  test('ConcatDataset and Subset', () => {
    const both = new ConcatDataset([['a', 'b'], [], ['c']]);
    expect(both.length).toBe(3);
    expect([0, 1, 2, -1, -3].map((i) => both.at(i))).toEqual(['a', 'b', 'c', 'c', 'a']);
    expect(() => both.at(3)).toThrow(/out of range/);
    expect(() => both.at(-4)).toThrow(/out of range/);
    expect(() => new ConcatDataset([])).toThrow(/should not be an empty iterable/);
    expect(new Subset('abc'.split(''), torsh.tensor([2n, 0n])).at(0)).toBe('c');
    expect(() => new Subset([1], [0]).at(1)).toThrow(torsh.TorshError);
  });

  test('StackDataset: side by side, by place or by name', () => {
    const pairs = new StackDataset(range(3), ['a', 'b', 'c']), named = new StackDataset({ n: torsh.arange(3), text: ['a', 'b', 'c'] });
    expect([pairs.length, pairs.at(-1), named.length, named.at(1).text, named.at(1).n.item()]).toEqual([3, [2, 'c'], 3, 'b', 1]);
    expect(batches(new DataLoader(pairs, 2))).toEqual([[[0, 1], ['a', 'b']], [[2], ['c']]]);
    expect(() => pairs.at(3)).toThrow(/out of range/);
    expect(() => new StackDataset([1], [1, 2])).toThrow(/Size mismatch between datasets \(1, 2\)/);
    expect(() => new StackDataset()).toThrow(/At least one dataset should be passed/);
    expect(() => new StackDataset({})).toThrow(torsh.TorshError);
  });

  test('randomSplit refuses lengths that do not add up', () => {
    expect(() => randomSplit(range(10), [3, 6])).toThrow(/Sum of input lengths does not equal/);
    expect(() => randomSplit(range(10), [1.5, -0.5])).toThrow(/Fraction at index 0/);
    expect(() => randomSplit(range(3), [1.5, 1.5])).toThrow(torsh.TorshError);
  });

  class Count extends IterableDataset {
    constructor(n) {
      super();
      this.n = n;
      this.closed = 0;
    }
    *[Symbol.iterator]() {
      try {
        for (let i = 0; i < this.n; i++) yield i;
      } finally {
        this.closed++;
      }
    }
  }

  test('IterableDataset, in batches and singly', async () => {
    expect(batches(new DataLoader(new Count(5), 2))).toEqual([[0, 1], [2, 3], [4]]);
    expect(batches(new DataLoader(new Count(5), 2, { dropLast: true }))).toEqual([[0, 1], [2, 3]]);
    expect([...new DataLoader(new Count(3), null)]).toEqual([0, 1, 2]);
    expect(batches(new DataLoader(new ChainDataset([new Count(2), new Count(3)]), 4))).toEqual([[0, 1, 0, 1], [2]]);
    const seen = [];
    for await (const b of new DataLoader(new Count(5), 2)) seen.push(b.tolist());
    expect(seen).toEqual([[0, 1], [2, 3], [4]]);
    const source = new Count(9);
    for (const b of new DataLoader(source, 2)) {
      b.dispose();
      break;
    }
    expect(source.closed).toBe(1);
    expect(() => new DataLoader(new Count(3), { shuffle: true })).toThrow(/expected unspecified shuffle option/);
    expect(() => new DataLoader(new Count(3), { sampler: [1] })).toThrow(/expected unspecified sampler option/);
    expect(() => new DataLoader(new Count(3)).length).toThrow(/no length/);
  });

  test('what comes by Promise is awaited, and refused without await', async () => {
    const later = { length: 5, at: async (i) => [i, String(i)] };
    const seen = [];
    for await (const [n, text] of new DataLoader(later, 2, { collateFn: async (s) => defaultCollate(s) })) seen.push([n.tolist(), text]);
    expect(seen).toEqual([[[0, 1], ['0', '1']], [[2, 3], ['2', '3']], [[4], ['4']]]);
    expect(() => [...new DataLoader(later, 2)]).toThrow(/use `for await`/);
    async function* stream() {
      yield* [1, 2, 3];
    }
    const streamed = [];
    for await (const b of new DataLoader(stream(), 2)) streamed.push(b.tolist());
    expect(streamed).toEqual([[1, 2], [3]]);
    expect(() => [...new DataLoader(stream(), 2)]).toThrow(/use `for await`/);
  });
});

describe('what goes wrong says where', () => {
  const both = async (loader) => {
    const errors = [];
    try { for (const b of loader) void b; } catch (e) { errors.push(e); }
    try { for await (const b of loader) void b; } catch (e) { errors.push(e); }
    expect(errors.length).toBe(2);
    return errors;
  };
  test('a plain object alone is a dataset, or options that name one', () => {
    const data = { length: 2, at: (i) => i };
    expect([batches(new DataLoader(data)), batches(new DataLoader({ dataset: data, batchSize: 2 })), [...new RandomSampler(data)].sort()]).toEqual([[[0], [1]], [[0, 1]], [0, 1]]);
  });
  test('a dataset that throws: its own error, with the index', async () => {
    const cause = new RangeError('no sample');
    for (const e of await both(new DataLoader({ length: 6, at: (i) => { if (i === 4) throw cause; return i; } }, 3))) expect(e).toBe(cause);
    expect(cause.index).toBe(4);
    for (const e of await both(new DataLoader({ length: 6, at: (i) => torsh.ones(2).reshape(i === 4 ? 3 : 2) }, 3))) {
      expect([e.code, e.index, e.message, e.cause.op]).toEqual(['ERR_SHAPE', 4, expect.stringMatching(/^DataLoader: at index 4: reshape: /), 'reshape']);
    }
    for (const thrown of [7, null, Object.freeze(new Error('frozen'))]) expect(await both(new DataLoader({ length: 1, at: () => { throw thrown; } }))).toEqual([thrown, thrown]);
  });
  test('a dataset that lies about its length', async () => {
    for (const batchSize of [2, null]) {
      for (const e of await both(new DataLoader({ length: 6, at: (i) => ['a', 'b', 'c'][i] }, batchSize))) {
        expect([e.code, e.index, e.message]).toEqual(['ERR_INDEX', 3, 'DataLoader: at index 3: the dataset, whose length is 6, has nothing there (undefined)']);
      }
    }
    for (const length of [-1, 1.5, NaN, '3', Infinity]) expect(() => new DataLoader({ length, at: (i) => i }).length).toThrow(/has no length/);
    const more = Object.assign(new ChainDataset([[1, 2, 3]]), { datasets: [] });
    Object.defineProperties(more, { length: { value: 3 }, [Symbol.iterator]: { value: function* numbers() { yield* [1, 2, 3, 4]; } } });
    for (const e of await both(new DataLoader(more, 2))) expect(e.message).toBe('DataLoader: the IterableDataset states a length of 3, but gives a sample at index 3');
  });
  test('ragged batches', async () => {
    const samples = [1, 1, 1, 1, 2].map((n) => torsh.ones(n));
    for (const e of await both(new DataLoader(samples, { batchSize: 3, sampler: [0, 1, 2, 3, 4] }))) {
      expect([e.index, e.message]).toEqual([[3, 4], expect.stringMatching(/^DataLoader: at indices 3, 4: stack: .*\[1\].*\[2\]/)]);
    }
    expect(() => batches(new DataLoader((function* generate() { yield* samples; })(), 3))).toThrow(/at indices 3, 4: stack/);
  });
});

test('getitems: several samples at once, through Subsets too', async () => {
  const asked = [];
  const data = { length: 5, at: () => { throw new Error('at'); }, getitems: (indices) => (asked.push(indices), indices.map((i) => i * 10)) };
  expect(batches(new DataLoader(data, 2))).toEqual([[0, 10], [20, 30], [40]]);
  expect(batches(new DataLoader(new Subset(new Subset(data, [4, 3, 2]), [2, 0]), 2))).toEqual([[20, 40]]);
  expect(asked).toEqual([[0, 1], [2, 3], [4], [2, 4]]);
  const seen = [];
  for await (const b of new DataLoader({ ...data, getitems: async (indices) => indices.map(async (i) => i) }, 4)) seen.push(b.tolist());
  expect(seen).toEqual([[0, 1, 2, 3], [4]]);
  expect(() => batches(new DataLoader({ ...data, getitems: () => [1] }, 2))).toThrow(/at indices 0, 1: the dataset's getitems\(indices\) gave 1 samples for 2 indices/);
  expect(() => batches(new DataLoader({ ...data, getitems: (indices) => indices.map((i) => (i === 3 ? undefined : i)) }, 2))).toThrow(/at index 3: the dataset, whose length is 5, has nothing there/);
});

describe('defaultCollate', () => {
  test('by kind', () => {
    const of = (...samples) => {
      const t = defaultCollate(samples);
      return [t.dtype, t.tolist()];
    };
    expect(of(1, 2, 3)).toEqual(['int64', [1, 2, 3]]);
    expect(of(1, 2.5)).toEqual(['float32', [1, 2.5]]);
    expect(of(1n, 2n)).toEqual(['int64', [1, 2]]);
    expect(of(true, false)).toEqual(['bool', [true, false]]);
    expect(of(Float64Array.of(1, 2), Float64Array.of(3, 4))).toEqual(['float64', [[1, 2], [3, 4]]]);
    expect(of(torsh.tensor(1), torsh.tensor(2))).toEqual(['float32', [1, 2]]);
    expect(defaultCollate(['a', 'b'])).toEqual(['a', 'b']);
    expect(plain(defaultCollate([[1, 'a'], [2, 'b']]))).toEqual([[1, 2], ['a', 'b']]);
    expect(defaultCollate([new Map([['k', 1]]), new Map([['k', 2]])]).get('k').tolist()).toEqual([1, 2]);
  });

  test('what does not match is refused', () => {
    for (const samples of [[[1], [1, 2]], [1, 'a'], [{ a: 1 }, { b: 1 }], [null], [undefined], [Symbol('x')], [new Date()], [torsh.ones(2), torsh.ones(3)], [torsh.ones(1), 5]]) {
      expect(() => defaultCollate(samples)).toThrow(torsh.TorshError);
    }
  });
});

describe('padCollate', () => {
  test('pads to the largest of the batch, in every dim', () => {
    const [x, label] = padCollate()([[torsh.ones(2, 1), 7], [torsh.ones(1, 3), 8]]);
    expect(x.tolist()).toEqual([[[1, 0, 0], [1, 0, 0]], [[1, 1, 1], [0, 0, 0]]]);
    expect(label.tolist()).toEqual([7, 8]);
    const [y, lengths] = padCollate({ paddingValue: -1, batchFirst: false, returnLengths: true })([Float64Array.of(1), Float64Array.of(2, 3), new Float64Array(0)]);
    expect([y.dtype, y.tolist(), lengths.dtype, lengths.tolist()]).toEqual(['float64', [[1, 2, -1], [-1, 3, -1]], 'int64', [1, 2, 0]]);
    expect(padCollate()([torsh.tensor(1), torsh.tensor(2)]).tolist()).toEqual([1, 2]);
    expect(padCollate({ paddingValue: 9 })([{ ids: torsh.tensor([1, 2], { dtype: 'int64' }) }, { ids: torsh.tensor([3], { dtype: 'int64' }) }]).ids.tolist()).toEqual([[1, 2], [3, 9]]);
    expect(batches(new DataLoader([torsh.ones(1), torsh.ones(2)], 2, { collateFn: padCollate() }))).toEqual([[[1, 0], [1, 1]]]);
  });
  test('refuses different numbers of dims', () => {
    expect(() => padCollate()([torsh.ones(1), torsh.ones(1, 1)])).toThrow(/one number of dims/);
    expect(() => padCollate({ padding: 1 })).toThrow(torsh.TorshError);
  });
});

describe('samplers', () => {
  test('DynamicBatchSampler: as many as fit', () => {
    const sizes = [4, 4, 9, 1, 2, 3, 12, 1];
    expect([...new DynamicBatchSampler(range(8), sizes, 10)]).toEqual([[0, 1], [2, 3], [4, 5], [6], [7]]);
    expect([...new DynamicBatchSampler(range(8), (i) => sizes[i], 10, { skipTooBig: true })]).toEqual([[0, 1], [2, 3], [4, 5, 7]]);
    expect([...new DynamicBatchSampler(range(8), torsh.tensor(sizes), 10, { padded: true, dropLast: true })]).toEqual([[0, 1], [2], [3, 4, 5], [6]]);
    expect([...new DynamicBatchSampler(range(4), [0, 0, 0, 0], 1, { maxSamples: 3 })]).toEqual([[0, 1, 2], [3]]);
    expect(() => [...new DynamicBatchSampler([5], [1], 1)]).toThrow(/the size of sample 5 is undefined/);
    expect(() => new DynamicBatchSampler([5], [1], 0)).toThrow(torsh.TorshError);
    expect(() => new DistributedSampler(range(3), { numReplicas: 2, rank: 2 })).toThrow(/Invalid rank 2/);
  });

  test('lengths', () => {
    expect(new SequentialSampler(range(4)).length).toBe(4);
    expect(new BatchSampler(range(7), 3, false).length).toBe(3);
    expect(new BatchSampler(range(7), 3, true).length).toBe(2);
    expect([...new BatchSampler(new SequentialSampler(range(7)), { batchSize: 3, dropLast: true })]).toEqual([[0, 1, 2], [3, 4, 5]]);
    expect(new DataLoader(range(7), 3, { dropLast: true }).length).toBe(2);
    expect(new DataLoader(range(7), null).length).toBe(7);
  });

  test('one\'s own, of any iterable', () => {
    class Backwards extends Sampler {
      *[Symbol.iterator]() {
        yield* [2, 1, 0];
      }
    }
    const loader = new DataLoader(range(3), { sampler: new Backwards(), batchSize: 2 });
    expect(batches(loader)).toEqual([[2, 1], [0]]);
    expect(() => loader.length).toThrow(/no length/);
    expect(batches(new DataLoader(range(5), { batchSampler: [[4, 0], [2]] }))).toEqual([[4, 0], [2]]);
  });

  test('wrong values', () => {
    for (const make of [
      () => new BatchSampler(range(3), 0, false), () => new BatchSampler(range(3), 2, 1), () => new RandomSampler([]), () => new RandomSampler([1], 'yes'),
      () => new RandomSampler([1], { numSamples: -1 }), () => new WeightedRandomSampler([1], 0), () => new WeightedRandomSampler([[1]], 1),
      () => new DataLoader(range(3), 0), () => new DataLoader(range(3), 1.5), () => new DataLoader(range(3), { shuffle: true, sampler: [1] }),
      () => new DataLoader(range(3), { batchSampler: [[1]], batchSize: 2 }), () => new DataLoader(range(3), null, { dropLast: true }),
      () => new DataLoader(5), () => new DataLoader(null), () => new DataLoader(range(3), { batchsize: 2 }), () => new DataLoader(range(3), { numWorkers: -2 }),
      () => new DataLoader(range(3), { collateFn: 3 }), () => new DataLoader(range(3), { shuffle: 'yes' }),
      () => [...new RandomSampler([], { numSamples: 3 })], () => new Subset([1], 5), () => new ChainDataset(5), () => new ConcatDataset(5), () => randomSplit([1], 'x'), () => randomSplit([1]),
      () => new SubsetRandomSampler(5), () => new BatchSampler(5, 2, false), () => new DataLoader([1], { sampler: 5 }), () => new DataLoader([1], { batchSampler: 5 }),
      () => new DataLoader([1], { generator: 5 }), () => [...new DataLoader([1], { batchSampler: [0] })], () => [...new WeightedRandomSampler([-1, 2], 2)], () => defaultCollate(5), () => defaultCollate([]),
    ]) expect(make).toThrow(torsh.TorshError);
  });
});
