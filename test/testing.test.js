// torsh.testing.assertClose: what passes, and PyTorch's words for what does not.
const torsh = require('torsh');
const cases = require('./fixtures/assert-close.json');
const { refusal, scopedTest } = require('./support/scoped');

const { assertClose } = torsh.testing;

function build(value) {
  if (Array.isArray(value)) return value.map(build);
  if (value === null || typeof value !== 'object') return value;
  if ('float' in value) return { nan: NaN, inf: Infinity, '-inf': -Infinity }[value.float];
  if ('tensor' in value) return torsh.tensor(build(value.tensor), { dtype: value.dtype });
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, build(item)]));
}

test.each(cases.map((row) => [row.name, row]))('%s', (_, row) => torsh.tidy(() => {
  const run = () => assertClose(build(row.actual), build(row.expected), row.options);
  if (row.message === null) run();
  else expect(refusal(run).message).toBe(`assertClose: ${row.message}`);
}));

scopedTest('complex numbers differ by their distance', () => {
  const z = torsh.tensor([{ re: 1, im: 2 }]);
  assertClose(z, torsh.tensor([{ re: 1, im: 2.000001 }]));
  expect(refusal(() => assertClose(z, torsh.tensor([{ re: 1, im: 3 }]))).message).toMatch(/Greatest absolute difference: 1\.0 at index \(0,\)/);
  expect(refusal(() => assertClose({ re: 0.1, im: 0.2 }, { re: 0.1, im: 0.3 })).code).toBe('ERR_NUMERIC');
});

scopedTest('values stand in the dtype of the tensor beside them', () => {
  assertClose(torsh.tensor([[1, 2]]), [[1, 2]]);
  assertClose([1, 2.5], torsh.tensor([1, 2.5], { dtype: 'float16' }));
  assertClose(torsh.tensor([0.1]).at(0), 0.1);
  assertClose(torsh.tensor([1n, 2n]), Int32Array.of(1, 2));
  assertClose(Float32Array.of(1, 2), Float32Array.of(1, 2));
  expect(refusal(() => assertClose(torsh.ones(2), [1, 1.1])).code).toBe('ERR_NUMERIC');
  expect(refusal(() => assertClose(torsh.ones(2), [1])).code).toBe('ERR_SHAPE');
  expect(refusal(() => assertClose(Float32Array.of(1), Float64Array.of(1))).code).toBe('ERR_DTYPE');
});

scopedTest('bigints are exact beyond 2^53', () => {
  const message = refusal(() => assertClose(2n ** 60n + 1n, 2n ** 60n)).message;
  expect(message).toMatch(/^assertClose: Scalars are not equal!\n\nAbsolute difference: 1\n/);
  const large = refusal(() => assertClose(torsh.tensor([2n ** 53n + 1n]), torsh.tensor([0n]))).message;
  expect(large).toMatch(/Greatest absolute difference: 9007199254740993 at index \(0,\)\nGreatest relative difference: inf/);
  expect(refusal(() => assertClose(1n, 1)).code).toBe('ERR_DTYPE');
  assertClose(1n, 1, { checkDtype: false });
});

scopedTest('maps, strides, messages of one\'s own', () => {
  assertClose(new Map([['a', torsh.ones(1)]]), { a: torsh.ones(1) });
  expect(refusal(() => assertClose(new Map([['a', [torsh.ones(1)]]]), new Map([['a', [torsh.zeros(1)]]]))).message).toMatch(/The failure occurred for item \['a'\]\[0\]$/);
  const x = torsh.arange(4).reshape(2, 2);
  const turned = x.T.contiguous().T;
  assertClose(x, turned);
  expect(refusal(() => assertClose(x, turned, { checkStride: true })).message).toMatch(/'stride\(\)' do not match: \(2, 1\) != \(1, 2\)/);
  expect(refusal(() => assertClose(1, 2, { msg: 'mine' })).message).toBe('mine');
  expect(refusal(() => assertClose(1, 2, { msg: (text) => `so: ${text}` })).message).toMatch(/^so: Scalars are not close!/);
});

scopedTest('what cannot be compared', () => {
  expect(refusal(() => assertClose('a', 'a')).message).toMatch(/No comparison pair was able to handle inputs of type string and string/);
  expect(refusal(() => assertClose(torsh.ones(1), { a: 1 })).code).toBe('ERR_ARGUMENT');
  expect(refusal(() => assertClose(1)).message).toMatch(/takes actual, expected/);
  expect(refusal(() => assertClose(1, 1, { rtoll: 1 })).message).toMatch(/unexpected option 'rtoll'/);
  expect(refusal(() => assertClose(1, 1, { rtol: -1, atol: 0 })).message).toMatch(/rtol must be a number of at least 0/);
  const z = torsh.ones(1, { requiresGrad: true });
  assertClose(z.mul(2), torsh.tensor([2]));
  expect(torsh.isGradEnabled()).toBe(true);
});
