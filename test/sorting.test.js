// Sorting, selecting and counting beyond the samples: lengths that take each path, NaN, ties, the forms of unique and histogramdd.
const torsh = require('torsh');
const { values } = require('./support/numbers');
const { scoped } = require('./support/scoped');

const lengths = [1, 7, 16, 17, 100, 255, 256, 1000, 9000];

/** Pseudo-random numbers with ties, both zeros, infinities and NaN among them. */
function numbers(n, step) {
  const special = [NaN, Infinity, -Infinity, 0, -0, NaN];
  return Array.from({ length: n }, (_, i) => (i % step === step - 1 ? special[(i / step) % special.length | 0] : ((i * 7919) % 1009) - 500));
}

/** By JavaScript: NaN last, equal ones in their order. */
function order(list, descending) {
  const sign = descending ? -1 : 1;
  const rank = (a, b) => (Number.isNaN(a) || Number.isNaN(b) ? Number(Number.isNaN(a)) - Number(Number.isNaN(b)) : a - b || 0);
  return list.map((_, i) => i).sort((i, j) => sign * rank(list[i], list[j]) || i - j);
}

describe.each(['float32', 'float64', 'float16', 'bfloat16', 'int64', 'int32', 'int8', 'uint8'])('%s', (dtype) => {
  for (const n of lengths) {
    test(`${n} elements are sorted, selected, found`, scoped(() => {
      const isFloat = /float/.test(dtype);
      const x = torsh.tensor(isFloat ? numbers(n, 5) : numbers(n, n + 1).map((v) => v % (dtype.endsWith('8') ? 100 : 499)), { dtype: isFloat ? dtype : 'float64' }).abs().to(dtype);
      const list = values(x).map(Number);
      for (const descending of [false, true]) {
        const want = order(list, descending);
        const { values: sorted, indices } = x.sort({ descending, stable: true });
        expect(indices.tolist()).toEqual(want);
        expect(values(sorted).map(Number)).toEqual(want.map((i) => list[i]));
        const k = Math.ceil(n / 3);
        expect(x.topk(k, { largest: descending }).indices.tolist()).toEqual(want.slice(0, k));
      }
      const k = Math.floor(n / 2);
      expect(x.kthvalue(k + 1).indices.item()).toBe(order(list, false)[k]);
    }));
  }
});

test('int64 of any size is sorted exactly', scoped(() => {
  const list = Array.from({ length: 300 }, (_, i) => (BigInt(i) * 6364136223846793005n) % (1n << 62n) - (1n << 61n));
  const sorted = torsh.tensor(list).sort()[0].tolist().map(BigInt);
  expect(sorted).toEqual(list.slice().sort((a, b) => (a < b ? -1 : 1)));
}));

test('dims other than the last are sorted in place of it', scoped(() => {
  const x = torsh.tensor(numbers(2 * 70 * 90, 9)).reshape(2, 70, 90);
  for (const dim of [0, 1]) {
    const direct = x.sort(dim);
    const turned = x.transpose(dim, 2).contiguous().sort(2);
    expect(direct.indices.equal(turned.indices.transpose(dim, 2))).toBe(true);
    expect(direct.indices.isContiguous()).toBe(true);
  }
}));

test('unique gives what its flags ask for', scoped(() => {
  const x = torsh.tensor([[3n, 1n], [3n, 2n]]);
  expect(torsh.unique(x).tolist()).toEqual([1, 2, 3]);
  expect(x.unique({ returnCounts: true }).map((t) => t.tolist())).toEqual([[1, 2, 3], [1, 1, 2]]);
  expect(x.unique(true, true, true).map((t) => t.tolist())).toEqual([[1, 2, 3], [[2, 0], [2, 1]], [1, 1, 2]]);
  expect(x.flatten().uniqueConsecutive({ returnInverse: true }).map((t) => t.tolist())).toEqual([[3, 1, 3, 2], [0, 1, 2, 3]]);
  expect(torsh.unique(torsh.tensor([[1, 2], [0, 5], [1, 2]]), { dim: 0, returnInverse: true }).map((t) => t.tolist())).toEqual([[[0, 5], [1, 2]], [1, 0, 1]]);
  expect(torsh.unique(torsh.tensor([NaN, 1, NaN])).shape).toEqual([3]);
}));

test('histogramdd takes numbers and edges', scoped(() => {
  const points = torsh.tensor([[0, 0], [0.5, 1], [1, 1], [NaN, 1]]);
  const { hist, binEdges } = torsh.histogramdd(points, [2, 1], { range: [0, 1, 0, 2] });
  expect(hist.tolist()).toEqual([[1], [2]]);
  expect(binEdges.map((e) => e.tolist())).toEqual([[0, 0.5, 1], [0, 2]]);
  expect(torsh.histogramdd(points, [torsh.tensor([0, 0.5, 1]), torsh.tensor([0, 2])])[0].tolist()).toEqual([[1], [2]]);
  expect(() => torsh.histogramdd(points, [2])).toThrow(/expected 2 sequences/);
}));

test('a matrix that is turned is copied right, whatever its size and dtype', scoped(() => {
  for (const [n, m] of [[8, 8], [33, 65], [70, 9], [128, 200]]) {
    for (const dtype of ['float32', 'float64', 'int16', 'uint8', 'complex64']) {
      const x = torsh.arange(n * m).reshape(n, m).to(dtype);
      const turned = x.t().contiguous();
      expect(turned.reshape(-1).equal(torsh.take(x, torsh.arange(n * m).reshape(n, m).t()).reshape(-1))).toBe(true);
    }
  }
}));

test('arrays given as indices become int64', scoped(() => {
  const x = torsh.tensor([[1, 2, 3], [4, 5, 6]]);
  expect(x.indexSelect(1, [2, 0]).tolist()).toEqual([[3, 1], [6, 4]]);
  expect(torsh.gather(x, 1, [[0], [2]]).tolist()).toEqual([[1], [6]]);
  expect(torsh.zeros(3).scatterAdd(0, [0, 0, 2], torsh.ones(3)).tolist()).toEqual([2, 0, 1]);
  expect(torsh.zeros(3).scatter_(0, new BigInt64Array([1n]), 5).tolist()).toEqual([0, 5, 0]);
  expect(torsh.take(x, { index: [5n, 0n] }).tolist()).toEqual([6, 1]);
  expect(() => x.indexSelect(1, [0.5])).toThrow(torsh.TorshError);
  expect(() => x.indexSelect(1, [3])).toThrow(/out of bounds/);
}));
