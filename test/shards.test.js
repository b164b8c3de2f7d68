'use strict';
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { pathToFileURL } = require('node:url');
const torsh = require('torsh');
const { refusal } = require('./support/scoped');

let folder;
beforeEach(() => { folder = fs.mkdtempSync(path.join(os.tmpdir(), 'torsh-shards-')); });
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

const state = () => ({ 10: torsh.ones(10), big: torsh.arange(100, { dtype: 'float32' }), a: torsh.zeros(5, 2), b: torsh.tensor([1n, 2n]), none: torsh.zeros(0) });
const values = (dict) => Object.entries(dict).map(([name, t]) => [name, t.dtype, t.shape, [...t.toTypedArray()]]);
const names = () => fs.readdirSync(folder).sort();

test('a state dict goes into shards and comes back', () => {
  const file = path.join(folder, 'model.safetensors');
  torsh.save(state(), file, { maxShardSize: 100, metadata: { epoch: '3' } });
  expect(names()).toEqual([1, 2, 3].map((i) => `model-0000${i}-of-00003.safetensors`).concat('model.safetensors.index.json'));
  const index = JSON.parse(fs.readFileSync(`${file}.index.json`, 'utf8'));
  expect(index.metadata.total_size).toBe(40 + 400 + 40 + 16);
  expect(index.weight_map).toEqual({
    10: 'model-00001-of-00003.safetensors', big: 'model-00002-of-00003.safetensors', a: 'model-00003-of-00003.safetensors', b: 'model-00003-of-00003.safetensors', none: 'model-00003-of-00003.safetensors',
  });
  for (const f of [file, `${file}.index.json`, pathToFileURL(file)]) {
    const back = torsh.load(f);
    expect(values(back)).toEqual(values(state()));
    expect(torsh.metadataOf(back)).toEqual({ epoch: '3' });
  }
  expect(Object.keys(torsh.load(path.join(folder, 'model-00003-of-00003.safetensors')))).toEqual(['a', 'b', 'none']);
});

test('what fits stays one file', () => {
  torsh.save(state(), path.join(folder, 'm.safetensors'), { maxShardSize: '1KB' });
  expect(names()).toEqual(['m.safetensors']);
});

test('a second save never writes over the first, and clears it away when it stands', () => {
  const file = path.join(folder, 'm.safetensors');
  torsh.save(state(), file);
  torsh.save(state(), file, { maxShardSize: 100 });
  expect(names().length).toBe(4); // the single file is gone
  const first = names();
  const changed = { ...state(), big: torsh.zeros(100) };
  torsh.save(changed, file, { maxShardSize: 100 });
  expect(names().filter((name) => first.includes(name))).toEqual(['m.safetensors.index.json']);
  expect(values(torsh.load(file))).toEqual(values(changed));
  const broken = torsh.ones(50);
  broken.detach = () => { throw new Error('no'); };
  const before = names();
  expect(() => torsh.save({ ...changed, broken }, file, { maxShardSize: 100 })).toThrow('no');
  expect(names()).toEqual(before);
  expect(values(torsh.load(file))).toEqual(values(changed));
});

const bad = [
  ['climbs up', { a: '../x.safetensors' }, /no plain file name/], ['climbs up by a backslash', { a: '..\\x' }, /no plain file name/], ['is absolute', { a: '/etc/passwd' }, /no plain file name/],
  ['names a folder', { a: '..' }, /no plain file name/], ['names a number', { a: 5 }, /no plain file name/], ['names a missing file', { a: 'gone.safetensors' }, /cannot read .*gone/],
  ['has a list', [], /weight_map/], ['has nothing', null, /weight_map/],
];
test.each(bad)('an index that %s is refused', (_, map, rule) => {
  const file = path.join(folder, 'x.safetensors.index.json');
  fs.writeFileSync(file, JSON.stringify({ metadata: {}, weight_map: map }, null, 1));
  const e = refusal(() => torsh.load(file));
  expect(e.code).toBe('ERR_IO');
  expect(e.message).toMatch(rule);
});

test('an index and its shards have to agree', () => {
  const file = path.join(folder, 'm.safetensors');
  torsh.save(state(), file, { maxShardSize: 100 });
  const text = fs.readFileSync(`${file}.index.json`, 'utf8');
  const before = torsh.memory().handles;
  fs.writeFileSync(`${file}.index.json`, text.replace('"b":', '"c":'));
  expect(refusal(() => torsh.load(file)).message).toMatch(/m-00003-of-00003.*tensor 'c'.*not there/);
  fs.writeFileSync(`${file}.index.json`, text.slice(0, -20));
  expect(refusal(() => torsh.load(file)).message).toMatch(/not valid JSON/);
  fs.writeFileSync(`${file}.index.json`, text);
  expect(refusal(() => torsh.load(fs.readFileSync(`${file}.index.json`))).message).toMatch(/by its path/);
  expect(torsh.memory().handles).toBe(before);
});

test('sizes of shards', () => {
  const file = path.join(folder, 'm.safetensors');
  for (const maxShardSize of [0, -1, NaN, 'big', '5XB', {}]) expect(refusal(() => torsh.save(state(), file, { maxShardSize })).message).toMatch(/maxShardSize/);
  expect(refusal(() => torsh.save(state(), { maxShardSize: 5 })).message).toMatch(/maxShardSize/);
  expect(refusal(() => torsh.save(state(), path.join(folder, 'm.pt'), { maxShardSize: 5 })).message).toMatch(/maxShardSize/);
  torsh.save(state(), file, { maxShardSize: '0.4 KiB' });
  expect(names().length).toBe(4);
});
