'use strict';
// NumPy's files (test/fixtures/torch_files.py) and our own.
const fs = require('node:fs');
const path = require('node:path');
const torsh = require('torsh');
const { refusal } = require('./support/scoped');

const fixture = (name) => path.join(__dirname, 'fixtures', 'torch', name);

test.each([
  ['f4', 'float32', [[0, 1, 2], [3, 4, 5]]], ['f8_fortran', 'float64', [[0, 1, 2], [3, 4, 5]]], ['i2_big', 'int16', [1, -2, 300]], ['b1', 'bool', [true, false]],
  ['u2', 'int32', [0, 65535]], ['u4', 'int64', [0, 2 ** 32 - 1]], ['u8', 'int64', [0, 2n ** 63n - 1n]], ['c8', 'complex64', [{ re: 1, im: 2 }, { re: 3, im: -4 }]],
  ['f2_scalar', 'float16', 1.5], ['i8_empty', 'int64', []],
])('%s.npy', (name, dtype, values) => {
  const t = torsh.load(fixture(`${name}.npy`));
  expect([t.dtype, t.tolist()]).toEqual([dtype, values]);
  expect(t.shape).toEqual(name === 'i8_empty' ? [0, 3] : t.shape);
  expect(torsh.load(fs.readFileSync(fixture(`${name}.npy`))).tolist()).toEqual(values);
});

test('columns first is a view', () => {
  expect(torsh.load(fixture('f8_fortran.npy')).stride()).toEqual([1, 2]);
});

test.each([['objects', /'\|O' is not supported: an array of Python objects/], ['strings', /an array of strings/], ['records', /records/]])('%s.npy is refused', (name, rule) => {
  const e = refusal(() => torsh.load(fixture(`${name}.npy`)));
  expect(e.code).toBe('ERR_IO');
  expect(e.message).toMatch(rule);
});

test.each(['stored.npz', 'deflated.npz'])('%s', (name) => {
  const arrays = torsh.load(fixture(name));
  expect(Object.keys(arrays)).toEqual(['weights', 'steps']);
  expect([arrays.weights.dtype, arrays.weights.tolist(), arrays.steps.dtype, arrays.steps.item()]).toEqual(['float32', [[0, 1, 2], [3, 4, 5]], 'int64', 5]);
});

test('an .npy file is what NumPy writes, to the byte', () => {
  const x = torsh.arange(6, { dtype: 'float32' }).reshape(2, 3);
  expect(Buffer.from(torsh.save(x, { format: 'npy' })).equals(fs.readFileSync(fixture('f4.npy')))).toBe(true);
  expect(Buffer.from(torsh.save(x.T.contiguous().T, { format: 'npy' })).equals(fs.readFileSync(fixture('f4.npy')))).toBe(true);
  for (const [name, t] of [['f2_scalar', torsh.tensor(1.5, { dtype: 'float16' })], ['b1', torsh.tensor([true, false])], ['i8_empty', torsh.zeros(0, 3, { dtype: 'int64' })]]) {
    expect(Buffer.from(torsh.save(t, { format: 'npy' })).equals(fs.readFileSync(fixture(`${name}.npy`)))).toBe(true);
  }
});

test.each([[false], [true]])('arrays by name, compressed: %s', (compress) => {
  const arrays = { 'fc.weight': torsh.randn(3, 4), count: torsh.tensor(5n), mask: torsh.tensor([true, false]), '層': torsh.zeros(0), wide: torsh.zeros(100, 100) };
  const bytes = torsh.save(arrays, { format: 'npz', compress });
  expect(bytes.length < 40000).toBe(compress);
  const back = torsh.load(bytes);
  expect(Object.keys(back)).toEqual(Object.keys(arrays));
  for (const [name, t] of Object.entries(arrays)) expect([back[name].dtype, back[name].shape, back[name].toTypedArray()]).toEqual([t.dtype, t.shape, t.toTypedArray()]);
});

test('what cannot be saved', () => {
  expect(refusal(() => torsh.save({ a: torsh.ones(1) }, { format: 'npy' })).message).toMatch(/holds one tensor/);
  expect(refusal(() => torsh.save({ a: 1 }, { format: 'npz' })).message).toMatch(/'a' must be a tensor/);
  expect(refusal(() => torsh.save(torsh.ones(1, { dtype: 'bfloat16' }), { format: 'npy' })).message).toMatch(/NumPy has no bfloat16/);
  expect(refusal(() => torsh.save({}, { format: 'pt', compress: true })).message).toMatch(/compress is for npz/);
});
