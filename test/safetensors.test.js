'use strict';
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { pathToFileURL } = require('node:url');
const torsh = require('torsh');
const { refusal } = require('./support/scoped');

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'torsh-io-'));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

const values = (t) => [...t.toTypedArray()];

/** Bytes of a file with the given header (text or object) and data. */
function file(header, data = new Uint8Array(0), length = null) {
  const text = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + text.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length ?? text.length), true);
  bytes.set(text, 8);
  bytes.set(data, 8 + text.length);
  return bytes;
}

const headerOf = (bytes) => {
  const n = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  return JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + n)));
};

const dtypes = ['float32', 'float64', 'float16', 'bfloat16', 'int8', 'uint8', 'int16', 'int32', 'int64', 'bool'];

test.each(dtypes)('%s goes out and comes back', (dtype) => {
  const x = torsh.tensor([0, 1, 2, 3, 1, 0], { dtype });
  const state = { matrix: x.reshape(2, 3), transposed: x.reshape(2, 3).T, scalar: x.at(1), none: torsh.zeros([0, 4], { dtype }), part: x.narrow(0, 1, 3) };
  const back = torsh.load(torsh.save(state));
  expect(Object.keys(back)).toEqual(Object.keys(state));
  for (const [name, t] of Object.entries(state)) {
    expect(back[name].dtype).toBe(dtype);
    expect(back[name].shape).toEqual(t.shape);
    expect(values(back[name])).toEqual(values(t));
    expect(back[name].requiresGrad).toBe(false);
  }
});

test('special values keep their bits', () => {
  const x = torsh.tensor([NaN, Infinity, -Infinity, -0, 1e-45, 3.4e38]);
  const y = torsh.load(torsh.save({ x })).x;
  expect(values(y)).toEqual(values(x));
  expect(Object.is(y.toTypedArray()[3], -0)).toBe(true);
});

test('a file is written whole, read by path and URL, and leaves nothing beside it', () => {
  const name = path.join(folder, 'model.safetensors');
  torsh.save({ a: torsh.tensor([1, 2]) }, name);
  torsh.save(new Map([['b', torsh.tensor([3n])]]), pathToFileURL(name));
  expect(fs.readdirSync(folder)).toEqual(['model.safetensors']);
  expect(values(torsh.load(name).b)).toEqual([3n]);
  expect(values(torsh.load(pathToFileURL(name)).b)).toEqual([3n]);
  const bytes = fs.readFileSync(name);
  expect(values(torsh.load(bytes).b)).toEqual([3n]);
  expect(values(torsh.load(new Uint8Array(bytes).buffer).b)).toEqual([3n]);
});

test('a failed save leaves the old file', () => {
  const name = path.join(folder, 'kept.safetensors');
  torsh.save({ a: torsh.ones(1) }, name);
  expect(refusal(() => torsh.save({ a: torsh.ones(1), b: 5 }, name)).code).toBe('ERR_ARGUMENT');
  const broken = torsh.ones(2);
  broken.toTypedArray = undefined;
  broken.detach = () => { throw new Error('no'); };
  expect(() => torsh.save({ broken }, name)).toThrow();
  expect(values(torsh.load(name).a)).toEqual([1]);
  expect(fs.readdirSync(folder).filter((f) => f.includes('tmp'))).toEqual([]);
});

test('the layout is aligned, ordered and padded', () => {
  const bytes = torsh.save({ b: torsh.tensor([true]), 10: torsh.ones(1), wide: torsh.tensor([1n]) });
  const header = headerOf(bytes);
  expect(header.__metadata__).toEqual({ format: 'pt' });
  expect(header.wide).toEqual({ dtype: 'I64', shape: [1], data_offsets: [0, 8] });
  expect(header[10]).toEqual({ dtype: 'F32', shape: [1], data_offsets: [8, 12] });
  expect(header.b).toEqual({ dtype: 'BOOL', shape: [1], data_offsets: [12, 13] });
  expect(Number(new DataView(bytes.buffer).getBigUint64(0, true)) % 8).toBe(0);
});

test('metadata is kept', () => {
  const state = torsh.load(torsh.save({ a: torsh.ones(1) }, { metadata: { epoch: '3', note: 'größe ✓' } }));
  expect(torsh.metadataOf(state)).toEqual({ epoch: '3', note: 'größe ✓' });
  expect(torsh.metadataOf(torsh.load(torsh.save(state)))).toEqual({ epoch: '3', note: 'größe ✓' });
  expect(torsh.metadataOf(torsh.load(file({})))).toBeNull();
  expect(refusal(() => torsh.save({}, { metadata: { epoch: 3 } })).code).toBe('ERR_ARGUMENT');
});

test('odd names are names like any other', () => {
  const names = ['__proto__', 'constructor', '', 'a"b\\c', '層.0', '\u{1f600}', 'toString'];
  const state = new Map(names.map((name, i) => [name, torsh.tensor([i])]));
  const back = torsh.load(torsh.save(state));
  expect(Object.keys(back)).toEqual(names);
  names.forEach((name, i) => expect(values(back[name])).toEqual([i]));
});

const F32 = (shape, begin, end) => ({ dtype: 'F32', shape, data_offsets: [begin, end] });
const zeros = (n) => new Uint8Array(n);

const good = [
  ['an empty state dict', file({})],
  ['trailing spaces', file('{}   ')],
  ['any order', file({ b: F32([1], 4, 8), a: F32([1], 0, 4) }, zeros(8))],
  ['empty tensors in between', file({ a: F32([0, 3], 4, 4), b: F32([1], 0, 4), c: F32([1], 4, 8) }, zeros(8))],
  ['fields of a later version', file({ a: { ...F32([1], 0, 4), note: [{ x: [1.5e3, null, true, 'y'] }] } }, zeros(4))],
];
test.each(good)('reads %s', (_, bytes) => {
  expect(() => torsh.load(bytes)).not.toThrow();
});

test.each([['a pickle', 0x0280], ['JSON', 0x7b], ['gzip', 0x8b1f], ['an .npy file', 0x4e93]])('a header whose length looks like %s', (_, length) => {
  const text = JSON.stringify({ a: F32([1], 0, 4) });
  expect(torsh.load(file(text.padEnd(length), zeros(4))).a.tolist()).toEqual([0]);
});

const nested = `{"a":{"x":${'['.repeat(100)}${']'.repeat(100)},"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`;
const bad = [
  ['no bytes', zeros(0), /at least 8 bytes/],
  ['seven bytes', zeros(7), /at least 8 bytes/],
  ['a header longer than the file', file('{}', zeros(0), 3), /claims 3 bytes, but the file has 10/],
  ['a huge header', file('{}', zeros(0), 100_000_001), /more than the 100000000/],
  ['a header of 2^64 - 1', Uint8Array.of(255, 255, 255, 255, 255, 255, 255, 255, 123, 125), /more than the 100000000/],
  ['an empty header', file(''), /must begin with '\{'/],
  ['a space before', file(' {}'), /must begin with '\{'/],
  ['an array', file('[]'), /must begin with '\{'/],
  ['text after', file('{}x'), /not valid JSON/],
  ['half an object', file('{"a"'), /not valid JSON/],
  ['a trailing comma', file('{"a":{"dtype":"F32","shape":[],"data_offsets":[0,4]},}', zeros(4)), /not valid JSON/],
  ['an open string', file('{"a'), /not valid JSON/],
  ['a bad escape', file('{"\\q":1}'), /not valid JSON/],
  ['a control character', file('{"a\n":1}'), /not valid JSON/],
  ['bad UTF-8', file('{"\u00ff"}').map((b) => (b === 0xc3 ? 0xff : b)), /not valid UTF-8/],
  ['a byte order mark', file('\ufeff{}'), /must begin with '\{'/],
  ['a number for a tensor', file('{"a":1}'), /not valid JSON: expected '\{'/],
  ['the same tensor twice', file('{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"\\u0061":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}', zeros(4)),
    /'a' appears twice/],
  ['two dtypes', file('{"a":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}}', zeros(4)), /'dtype' appears twice/],
  ['no dtype', file({ a: { shape: [1], data_offsets: [0, 4] } }, zeros(4)), /'a' has no dtype/],
  ['no shape', file({ a: { dtype: 'F32', data_offsets: [0, 4] } }, zeros(4)), /'a' has no shape/],
  ['no offsets', file({ a: { dtype: 'F32', shape: [1] } }, zeros(4)), /'a' has no data_offsets/],
  ['three offsets', file({ a: { dtype: 'F32', shape: [1], data_offsets: [0, 4, 4] } }, zeros(4)), /two integers/],
  ['an unknown dtype', file({ a: { ...F32([1], 0, 4), dtype: 'F33' } }, zeros(4)), /unknown dtype 'F33'/],
  ['a dtype that torsh lacks', file({ a: { ...F32([1], 0, 4), dtype: 'U32' } }, zeros(4)), /dtype U32, which torsh does not have/],
  ['a negative size', file({ a: F32([-1], 0, 4) }, zeros(4)), /non-negative integers/],
  ['a fraction', file({ a: F32([1.5], 0, 4) }, zeros(4)), /non-negative integers/],
  ['an exponent', file('{"a":{"dtype":"F32","shape":[1e0],"data_offsets":[0,4]}}', zeros(4)), /non-negative integers/],
  ['a size past 2^53', file('{"a":{"dtype":"F32","shape":[9007199254740993],"data_offsets":[0,4]}}', zeros(4)), /too large/],
  ['a product past 2^64', file({ a: F32([2 ** 40, 2 ** 40], 0, 4) }, zeros(4)), /takes 4835703278458516698824704 bytes/],
  ['too many dims', file({ a: F32(Array(65).fill(1), 0, 4) }, zeros(4)), /65 dimensions/],
  ['too few bytes for the shape', file({ a: F32([2], 0, 4) }, zeros(4)), /takes 8 bytes, but data_offsets \[0, 4\] hold 4/],
  ['offsets backwards', file({ a: F32([1], 4, 0) }, zeros(4)), /run backwards/],
  ['offsets past the end', file({ a: F32([1], 0, 4) }, zeros(3)), /go past the data, which has 3 bytes/],
  ['an overlap', file({ a: F32([2], 0, 8), b: F32([1], 4, 8) }, zeros(8)), /an overlap/],
  ['a hole at the start', file({ a: F32([1], 4, 8) }, zeros(8)), /a hole/],
  ['a hole between', file({ a: F32([1], 0, 4), b: F32([1], 8, 12) }, zeros(12)), /a hole/],
  ['bytes after the last tensor', file({ a: F32([1], 0, 4) }, zeros(8)), /take 4 bytes of data, but the file has 8/],
  ['metadata that is no object', file('{"__metadata__":3}'), /not valid JSON/],
  ['metadata that is no string', file({ __metadata__: { a: 3 } }), /must map strings to strings/],
  ['deep nesting', file(nested, zeros(4)), /nested more than 64 deep/],
  ['a zip file', Uint8Array.of(0x50, 0x4b, 3, 4, 0, 0, 8, 8, 0, 0), /zip file has no end/],
];
test.each(bad)('refuses %s', (_, bytes, rule) => {
  const name = path.join(folder, 'bad.safetensors');
  fs.writeFileSync(name, bytes);
  const e = refusal(() => torsh.load(name));
  expect(e.code).toBe('ERR_IO');
  expect(e.op).toBe('load');
  expect(e.message).toMatch(rule);
  expect(e.message).toContain('bad.safetensors');
  expect(refusal(() => torsh.load(bytes)).message).toMatch(rule);
});

test('what cannot be read or written says why', () => {
  const missing = refusal(() => torsh.load(path.join(folder, 'nowhere', 'x')));
  expect(missing.code).toBe('ERR_IO');
  expect(missing.message).toMatch(/cannot read .*ENOENT/);
  expect(refusal(() => torsh.load(folder)).code).toBe('ERR_IO');
  expect(refusal(() => torsh.save({}, path.join(folder, 'nowhere', 'x'))).message).toMatch(/cannot write .*ENOENT/);
  expect(refusal(() => torsh.load('/dev/null')).message).toMatch(/regular file/);
  expect(refusal(() => torsh.load(5)).code).toBe('ERR_ARGUMENT');
  expect(refusal(() => torsh.load(new URL('ftp://example.org/x'))).code).toBe('ERR_IO');
  expect(refusal(() => torsh.save(5)).code).toBe('ERR_ARGUMENT');
  expect(refusal(() => torsh.save({ a: [1, 2] })).message).toMatch(/'a' must be a tensor/);
  expect(refusal(() => torsh.save({}, 5)).code).toBe('ERR_ARGUMENT');
  expect(refusal(() => torsh.save(new Map([['__metadata__', torsh.ones(1)]]))).code).toBe('ERR_IO');
});

test('a bool in a file is true or false, whatever its byte', () => {
  const bytes = file({ a: { dtype: 'BOOL', shape: [3], data_offsets: [0, 3] } }, Uint8Array.of(0, 255, 2));
  expect(torsh.load(bytes).a.tolist()).toEqual([false, true, true]);
  expect(values(torsh.load(bytes).a)).toEqual([0, 1, 1]);
});

test('damaged files never do more than throw a TorshError', () => {
  let seed = 12345;
  const random = (n) => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return Math.floor((seed / 2 ** 32) * n);
  };
  const state = { 'fc1.weight': torsh.ones(3, 4), 'fc1.bias': torsh.zeros(3), steps: torsh.tensor([5n]), mask: torsh.tensor([true, false]), none: torsh.zeros(0, 2) };
  const whole = torsh.save(state, { metadata: { a: 'b' } });
  const headerEnd = whole.length - 12 * 4 - 3 * 4 - 8 - 2;
  const before = torsh.memory().handles;
  const alphabet = new TextEncoder().encode('{}[]",:0123456789-.eE\\ \n\u0000aFI');
  let refused = 0;
  for (let round = 0; round < 6000; round++) {
    let bytes = whole.slice(0, round % 4 === 0 ? random(whole.length + 1) : whole.length);
    for (let i = random(4); i > 0 && bytes.length > 0; i--) {
      const at = random(random(3) ? Math.min(headerEnd, bytes.length) : bytes.length);
      const kind = random(4);
      if (kind === 0) bytes[at] = random(256);
      else if (kind === 1) bytes[at] = alphabet[random(alphabet.length)];
      else if (kind === 2) bytes[at] ^= 1 << random(8);
      else bytes = Uint8Array.from([...bytes.subarray(0, at), ...bytes.subarray(at + random(9))]);
    }
    let loaded = null;
    try {
      loaded = torsh.load(bytes);
    } catch (e) {
      expect(e).toBeInstanceOf(torsh.TorshError);
      expect(e.code).toBe('ERR_IO');
      refused++;
    }
    if (loaded) for (const t of Object.values(loaded)) t.dispose();
  }
  expect(refused).toBeGreaterThan(2000);
  expect(torsh.memory().handles).toBe(before);
});

test('a module is saved and loaded', () => {
  const { nn } = torsh;
  const make = () => new nn.Sequential(new nn.Linear(4, 8), new nn.BatchNorm1d(8), new nn.ReLU(), new nn.Linear(8, 2));
  torsh.manualSeed(3);
  const model = make();
  const name = path.join(folder, 'm.safetensors');
  torsh.save(model.stateDict(), name);
  const other = make();
  other.loadStateDict(torsh.load(name));
  const x = torsh.randn(5, 4);
  expect(other(x).tolist()).toEqual(model(x).tolist());
});
