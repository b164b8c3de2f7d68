'use strict';
// torsh.inspectFile: what load() would give, without making it. Damaged files: files-hostile.test.js.
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const torsh = require('torsh');
const { refusal, scopedTest } = require('./support/scoped');

const fixtures = path.join(__dirname, 'fixtures', 'torch');
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'torsh-inspect-'));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

/** The tensors in a value by their paths, as inspectFile names them. */
function tensorsIn(value, name = '', found = {}) {
  if (torsh.isTensor(value)) found[name] = { dtype: value.dtype, shape: [...value.shape], bytes: value.numel() * value.itemsize };
  else if (typeof value === 'object' && value !== null && !ArrayBuffer.isView(value)) {
    const entries = typeof value.entries === 'function' ? [...value.entries()] : Object.entries(value);
    for (const [key, member] of entries) tensorsIn(member, name === '' ? String(key) : `${name}.${key}`, found);
  }
  return found;
}

describe.each(['tensors.pt', 'tensors_legacy.pt', 'checkpoint.pt', 'checkpoint_legacy.pt', 'checkpoint_5.pt', 'stored.npz', 'deflated.npz', 'f8_fortran.npy', 'u2.npy', 'f2_scalar.npy'])('%s', (name) => {
  const file = path.join(fixtures, name);

  scopedTest('agrees with load()', () => {
    const before = torsh.memory().handles;
    const contents = torsh.inspectFile(file, { verify: true });
    expect(torsh.memory().handles).toBe(before);
    expect(contents.format).toBe(name.replace(/.*\./, ''));
    expect(contents.size).toBe(fs.statSync(file).size);
    const listed = Object.fromEntries(contents.tensors.map(({ name: its, dtype, shape, bytes }) => [its, { dtype, shape, bytes }]));
    expect(listed).toEqual(tensorsIn(torsh.load(file)));
    expect(contents.tensors.every((t) => t.loadable)).toBe(true);
  });

  test('the same from bytes, and from a Blob', async () => {
    const bytes = fs.readFileSync(file), expected = torsh.inspectFile(file);
    expect(torsh.inspectFile(bytes)).toEqual(expected);
    expect(await torsh.inspectFile(new Blob([bytes]))).toEqual(expected);
  });
});

scopedTest('safetensors: metadata, and dtypes that torsh lacks', () => {
  const header = JSON.stringify({ __metadata__: { __proto__: 'x', by: 'me' }, a: { dtype: 'F8_E4M3', shape: [2], data_offsets: [0, 2] }, b: { dtype: 'U8', shape: [1, 1], data_offsets: [2, 3] } });
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  const contents = torsh.inspectFile(Buffer.concat([length, Buffer.from(header), Buffer.alloc(3)]));
  expect(contents).toMatchObject({ format: 'safetensors', metadata: { by: 'me' }, values: [], shards: null });
  expect(contents.tensors).toEqual([
    { name: 'a', dtype: 'F8_E4M3', shape: [2], bytes: 2, loadable: false },
    { name: 'b', dtype: 'uint8', shape: [1, 1], bytes: 1, loadable: true },
  ]);
});

scopedTest('.pt: other values, and who shares memory', () => {
  const x = torsh.ones(2, 3), list = [1, 2, 3];
  const bytes = torsh.save({ x, row: x.at(0), n: 5, big: 2n ** 70n, text: 'long '.repeat(100), list, again: list, none: null, raw: new Uint8Array(7), many: Array(100).fill(0), empty: {}, c: { re: 1, im: -2 } }, { format: 'pt' });
  const { tensors, values, valuesLeftOut } = torsh.inspectFile(bytes);
  expect(tensors.map((t) => [t.name, t.shape, t.storage])).toEqual([['x', [2, 3], '0'], ['row', [3], '0']]);
  const texts = Object.fromEntries(values.map((v) => [v.name, v.text]));
  expect(texts).toMatchObject({ n: '5', big: String(2n ** 70n), list: '[1, 2, 3]', again: "the same as 'list'", none: 'null', raw: '7 bytes', empty: '{}', many: '[0, 0, 0, 0, 0, 0, 0, 0, ... 100 in all]' });
  expect(texts.text).toMatch(/^"long .*\.\.\.$/);
  expect(texts.text.length).toBeLessThan(100);
  expect(valuesLeftOut).toBe(0);
});

test('.pt: what unfolds without end is told once', () => {
  // Each level holds the one below ten times: 10^40 leaves in a few hundred bytes.
  let level = [1];
  for (let i = 0; i < 40; i++) level = Array(10).fill(level);
  const { values } = torsh.inspectFile(torsh.save(level, { format: 'pt' }));
  expect(values).toHaveLength(9 * 39 + 10);
});

scopedTest('shards, by their index', () => {
  const file = path.join(folder, 'big.safetensors');
  torsh.save({ a: torsh.ones(100), b: torsh.ones(200), c: torsh.ones(50) }, file, { maxShardSize: 500 });
  const contents = torsh.inspectFile(file);
  expect(contents.shards).toHaveLength(3);
  expect(contents.tensors.map((t) => [t.name, t.shape, t.file])).toEqual([['a', [100], contents.shards[0]], ['b', [200], contents.shards[1]], ['c', [50], contents.shards[2]]]);
  const index = `${file}.index.json`;
  expect(refusal(() => torsh.inspectFile(fs.readFileSync(index))).message).toMatch(/index of a sharded state dict, whose shards lie elsewhere/);
  fs.copyFileSync(path.join(folder, contents.shards[0]), path.join(folder, contents.shards[1]));
  expect(refusal(() => torsh.inspectFile(file)).message).toMatch(/names tensor 'b', which is not in its shard/);
  fs.copyFileSync(path.join(fixtures, 'f4.npy'), path.join(folder, contents.shards[1]));
  expect(refusal(() => torsh.inspectFile(index)).message).toMatch(/it is not a shard/);
});

test('what is no file is refused', async () => {
  expect(refusal(() => torsh.inspectFile(5)).message).toMatch(/^inspectFile: f must be a path.*but got a number$/);
  expect(refusal(() => torsh.inspectFile(path.join(folder, 'nowhere'))).code).toBe('ERR_IO');
  expect(refusal(() => torsh.inspectFile(new Uint8Array(9), { maxInflatedBytes: -1 })).code).toBe('ERR_ARGUMENT');
  await expect(torsh.inspectFile(new Blob(['nonsense']))).rejects.toMatchObject({ code: 'ERR_IO', op: 'inspectFile' });
});
