// Native against WASM in one process: every sample of every row within a normalised squared error of 1e-12 (float32) or
// 1e-24 (float64) unless the row gives a reason for more, and refused inputs with the same words.
const native = require('torsh/native');
const wasm = require('torsh/wasm');
const { rows, isUninitialised, build, callRow, tensorsOf } = require('../support/rows');
const { values, nmse } = require('../support/numbers');

const limits = { float64: 1e-24, float32: 1e-12, float16: 1e-6, bfloat16: 1e-4, complex64: 1e-12, complex128: 1e-24 };
const shapes = { '': undefined, ' 0-d': () => [], ' empty': (shape) => (shape.length === 0 ? [0] : [0, ...shape.slice(1)]) };

/** The result of a sample on a backend as plain data; an error as its words. */
function outcome(torsh, row, sample, how) {
  return torsh.tidy(() => {
    torsh.manualSeed(11);
    try {
      const result = callRow(row, torsh, build(torsh, sample, how));
      const tensors = tensorsOf(torsh, result);
      if (tensors.length === 0) return { value: result };
      return { tensors: tensors.map((t) => ({ dtype: t.dtype, shape: Array.from(t.shape), numbers: values(t) })) };
    } catch (error) {
      if (!(error instanceof torsh.TorshError)) throw error;
      return { code: error.code, op: error.op, message: error.message };
    }
  });
}

function compare(row, sample, how) {
  const [a, b] = [native, wasm].map((torsh) => outcome(torsh, row, sample, how));
  if (!a.tensors || !b.tensors) {
    expect(a).toEqual(b);
    return;
  }
  expect(a.tensors.map(({ dtype, shape }) => ({ dtype, shape }))).toEqual(b.tensors.map(({ dtype, shape }) => ({ dtype, shape })));
  if (isUninitialised(row)) return;
  a.tensors.forEach((x, i) => {
    const limit = row.tolerance?.parity ?? limits[x.dtype] ?? 0;
    const error = nmse(x.numbers, b.tensors[i].numbers);
    if (!(error <= limit)) throw new Error(`output ${i}: normalised squared error ${error} above ${limit}`);
  });
}

test('these are two backends with one table', () => {
  expect([native.backend.name, wasm.backend.name]).toEqual(['native', 'wasm']);
});

for (const row of rows) {
  describe(row.name, () => {
    row.samples.forEach((sample, i) => {
      for (const [suffix, reshape] of Object.entries(shapes)) test(`sample ${i}${suffix}`, () => compare(row, sample, { reshape }));
      test(`sample ${i} strided float64`, () => compare(row, sample, { layout: 'strided', float: 'float64' }));
    });
    (row.errors ?? []).forEach((sample, i) => {
      test(`error ${i}`, () => {
        const [a, b] = [native, wasm].map((torsh) => outcome(torsh, row, sample));
        expect(a).toEqual(b);
        expect(a.code).toBe(sample.code);
      });
    });
  });
}

test('random numbers agree to the bit', () => {
  for (const make of [(t) => t.rand(1000), (t) => t.randn(1003), (t) => t.randn(100, { dtype: 'float64' }), (t) => t.randperm(100), (t) => t.randint(-5, 2 ** 40, [50])]) {
    const [a, b] = [native, wasm].map((torsh) => {
      torsh.manualSeed(42);
      return values(make(torsh));
    });
    expect(a).toEqual(b);
  }
});

test('a tensor of the other backend is refused in words', () => {
  expect(() => native.add(native.ones(1), wasm.ones(1))).toThrow(native.TorshError);
  expect(() => wasm.add(wasm.ones(1), native.ones(1))).toThrow(/backend/i);
});
