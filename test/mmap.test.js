'use strict';
// Files as memory. Where they cannot be mapped (WebAssembly) the same calls read them.
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const torsh = require('torsh');

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'torsh-mmap-'));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));
const state = () => ({ large: torsh.arange(100000, { dtype: 'float32' }).reshape(100, 1000), small: torsh.ones(3), flags: torsh.ones(70000, { dtype: 'bool' }), wide: torsh.full([20000], 7n), half: torsh.ones(50001, { dtype: 'float16' }) });
const same = (got, want) => Object.entries(want).every(([name, t]) => got[name].dtype === t.dtype && String(got[name].shape) === String(t.shape) && Buffer.from(got[name].toTypedArray().buffer).equals(Buffer.from(t.toTypedArray().buffer)));

test.each(['m.safetensors', 'm.pt', 'm.npz'])('%s', (name) => {
  const file = path.join(folder, name);
  const want = state();
  torsh.save(want, file);
  const size = fs.statSync(file).size, { bytes } = torsh.memory();
  const back = torsh.load(file, { mmap: true });
  if (torsh.backend.name === 'native') expect(torsh.memory().bytes - bytes).toBeLessThan(200000);
  expect(same(back, want)).toBe(true);
  // What is changed stays in memory, and the file may be replaced under it.
  back.large.mul_(2);
  torsh.save({ other: torsh.zeros(2) }, file, { format: name.split('.')[1] });
  expect(back.large.sum().item()).toBe(torsh.arange(100000, { dtype: 'float32' }).mul(2).sum().item());
  expect(back.wide.sum().item()).toBe(140000);
  expect(size).toBeGreaterThan(600000);
});

test('the file is left as it is, and what is mapped is saved as any other', () => {
  const file = path.join(folder, 'kept.pt');
  torsh.save({ ...state(), row: null }, file);
  const bytes = fs.readFileSync(file);
  const back = torsh.load(file, { mmap: true });
  back.large.fill_(3);
  expect(fs.readFileSync(file).equals(bytes)).toBe(true);
  torsh.save({ large: back.large }, file);
  expect(fs.statSync(file).size).toBeLessThan(402000);
  expect(torsh.load(file).large.min().item()).toBe(3);
});

test('data that are not aligned are read', () => {
  const file = path.join(folder, 'odd.safetensors');
  const bytes = Buffer.from(torsh.save({ x: torsh.arange(50000, { dtype: 'float32' }) }));
  const length = Number(bytes.readBigUInt64LE(0));
  const odd = Buffer.concat([bytes.subarray(0, 8 + length), Buffer.from(' '), bytes.subarray(8 + length)]);
  odd.writeBigUInt64LE(BigInt(length + 1), 0);
  fs.writeFileSync(file, odd);
  expect(torsh.load(file, { mmap: true }).x.at(-1).item()).toBe(49999);
});
