// The long sweep over layouts and dtypes: every sample of every row, with its float tensors in each dtype that the row takes
// and its tensors transposed, expanded and sliced, against the same call on contiguous copies.
const torsh = require('torsh');
const { rows, isUninitialised, isAboutLayout, isRandom, changesSelf, build, callRow, tensorsOf } = require('../support/rows');
const { values, nmse } = require('../support/numbers');

const DTYPES = ['float32', 'float64', 'float16', 'bfloat16', 'int64', 'int32', 'uint8', 'int8', 'bool', 'complex64', 'complex128'];
const limits = { float64: 1e-24, complex128: 1e-24, float16: 1e-5, bfloat16: 1e-4 };

/** The same values in other memory. */
const layouts = {
  transposed: (x) => (x.ndim < 2 ? x : x.mT.contiguous().mT),
  sliced: (x) => {
    if (x.ndim === 0) return torsh.stack([x, x, x]).at(1);
    const room = torsh.stack([x, x], -1); // every other element of the last dim
    return room.select(-1, 0);
  },
  offset: (x) => torsh.cat([x.reshape(-1), x.reshape(-1)]).narrow(0, x.numel(), x.numel()).view(x.shape),
};
/** Tensors whose first dim repeats one slice: an expanded tensor, and what it stands for. */
const expanded = (x) => (x.ndim === 0 || x.shape[0] === 0 ? x : x.narrow(0, 0, 1).expand(x.shape));

/** The result as plain data; a refusal as its words. */
function outcome(row, sample, change) {
  const built = build(torsh, sample);
  const given = new Map(built.tensors.map(({ tensor }) => [tensor, change(tensor)]));
  const swap = (v) => (given.has(v) ? given.get(v) : Array.isArray(v) ? v.map(swap) : v);
  torsh.manualSeed(3);
  try {
    const result = callRow(row, torsh, { args: built.args.map(swap), options: Object.fromEntries(Object.entries(built.options).map(([k, v]) => [k, swap(v)])) });
    const tensors = tensorsOf(torsh, result);
    return tensors.length > 0 ? { tensors: tensors.map((t) => ({ dtype: t.dtype, shape: Array.from(t.shape), numbers: values(t) })) } : { value: result };
  } catch (error) {
    if (!(error instanceof torsh.TorshError)) throw error;
    return { message: error.message };
  }
}

function expectSame(row, got, want, what) {
  if (!want.tensors || !got.tensors) {
    expect({ what, ...got }).toEqual({ what, ...want });
    return;
  }
  expect(got.tensors.map(({ dtype, shape }) => [what, dtype, shape])).toEqual(want.tensors.map(({ dtype, shape }) => [what, dtype, shape]));
  if (isUninitialised(row)) return;
  want.tensors.forEach(({ dtype, numbers }, i) => {
    const error = nmse(got.tensors[i].numbers, numbers);
    if (!(error <= (row.tolerance?.layouts ?? limits[dtype] ?? 1e-12))) throw new Error(`${what}, output ${i}: normalised squared error ${error}`);
  });
}

for (const row of rows.filter((r) => !changesSelf(r) && !isAboutLayout(r) && !isRandom(r))) {
  test(row.name, () => {
    for (const [i, sample] of row.samples.entries()) {
      for (const dtype of DTYPES) {
        torsh.tidy(() => {
          const cast = (x) => (x.dtype === 'float32' ? x.to(dtype) : x);
          const plain = outcome(row, sample, cast);
          const at = `sample ${i}, ${dtype}`;
          for (const [name, layout] of Object.entries(layouts)) expectSame(row, outcome(row, sample, (x) => layout(cast(x))), plain, `${at}, ${name}`);
          expectSame(row, outcome(row, sample, (x) => expanded(cast(x))), outcome(row, sample, (x) => expanded(cast(x)).contiguous()), `${at}, expanded`);
        });
      }
    }
  });
}
