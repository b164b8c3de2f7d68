// Native against WASM for every sample of every row in every dtype.
const native = require('torsh/native');
const wasm = require('torsh/wasm');
const { rows, isUninitialised, build, callRow, tensorsOf } = require('../support/rows');
const { values, nmse } = require('../support/numbers');

const DTYPES = ['float64', 'float16', 'bfloat16', 'int64', 'int32', 'int16', 'uint8', 'int8', 'bool', 'complex64', 'complex128'];
const limits = { float64: 1e-24, complex128: 1e-24, float32: 1e-12, complex64: 1e-12, float16: 1e-6, bfloat16: 1e-4 };

function outcome(torsh, row, sample, dtype) {
  return torsh.tidy(() => {
    const built = build(torsh, sample);
    const given = new Map(built.tensors.map(({ tensor }) => [tensor, tensor.dtype === 'float32' ? tensor.to(dtype) : tensor]));
    const swap = (v) => (given.has(v) ? given.get(v) : Array.isArray(v) ? v.map(swap) : v);
    torsh.manualSeed(11);
    try {
      const result = callRow(row, torsh, { args: built.args.map(swap), options: Object.fromEntries(Object.entries(built.options).map(([k, v]) => [k, swap(v)])) });
      const tensors = tensorsOf(torsh, result);
      return tensors.length === 0 ? { value: result } : { tensors: tensors.map((t) => ({ dtype: t.dtype, shape: Array.from(t.shape), numbers: values(t) })) };
    } catch (error) {
      if (!(error instanceof torsh.TorshError)) throw error;
      return { code: error.code, op: error.op, message: error.message };
    }
  });
}

for (const row of rows) {
  test(row.name, () => {
    for (const [i, sample] of row.samples.entries()) {
      for (const dtype of DTYPES) {
        const [a, b] = [native, wasm].map((torsh) => outcome(torsh, row, sample, dtype));
        const at = `sample ${i}, ${dtype}`;
        if (!a.tensors || !b.tensors) {
          expect({ at, ...a }).toEqual({ at, ...b });
          continue;
        }
        expect(a.tensors.map((t) => [at, t.dtype, t.shape])).toEqual(b.tensors.map((t) => [at, t.dtype, t.shape]));
        if (isUninitialised(row)) continue;
        a.tensors.forEach((x, k) => {
          const error = nmse(x.numbers, b.tensors[k].numbers);
          if (!(error <= (row.tolerance?.parity ?? limits[x.dtype] ?? 0))) throw new Error(`${at}, output ${k}: normalised squared error ${error}`);
        });
      }
    }
  });
}
