'use strict';
// Damaged and hostile files of every format: each is a TorshError that says where, soon, and leaves nothing behind.
const fs = require('node:fs');
const path = require('node:path');
const torsh = require('torsh');
const { refusal } = require('./support/scoped');
const { zip } = require('./support/zip');

const fixture = (name) => fs.readFileSync(path.join(__dirname, 'fixtures', 'torch', name));
const text = (s) => Buffer.from(s, 'latin1');
const u32 = (n) => { const b = Buffer.alloc(4); b.writeUInt32LE(n); return b; };
const u64 = (n) => { const b = Buffer.alloc(8); b.writeBigUInt64LE(BigInt(n)); return b; };
const str = (s) => Buffer.concat([text('X'), u32(Buffer.byteLength(s)), Buffer.from(s)]);
const join = (...parts) => Buffer.concat(parts.map((p) => (typeof p === 'string' ? text(p) : p)));

/** A .pt file with this pickle and these storages. */
const pt = (pickle, storages = {}, rest = {}) => zip([{ name: 'a/data.pkl', data: join(pickle) }, ...Object.entries(storages).map(([key, data]) => ({ name: `a/data/${key}`, data })), ...Object.entries(rest).map(([name, data]) => ({ name: `a/${name}`, data: join(data) }))]);
const int = (n) => (n >= 0 && n < 256 ? Buffer.from([0x4b, n]) : n === Math.trunc(n) && Math.abs(n) < 2 ** 31 ? join('J', u32(n >>> 0)) : join(Buffer.from([0x8a, 8]), u64(BigInt.asUintN(64, BigInt(n)))));
const tuple = (...items) => join('(', ...items, 't');
const storage = (numel, { type = 'ctorch\nFloatStorage\n', key = '0' } = {}) => join(tuple(str('storage'), type, str(key), str('cpu'), int(numel)), 'Q');
const tensor = ({ numel = 4, size = [2, 2], stride = [2, 1], offset = 0, ...rest } = {}) =>
  join('ctorch._utils\n_rebuild_tensor_v2\n', tuple(storage(numel, rest), int(offset), tuple(...size.map(int)), tuple(...stride.map(int)), '\x89', 'N'), 'R');
const four = Buffer.alloc(16);
const npy = fixture('f4.npy');

/** inspectFile() refuses it in the same words, unless only elements or the meaning of a value are at fault. */
function inspectRefuses(bytes, { message }) {
  if (/more objects than are read/.test(message)) return; // once is long enough
  if (/has no meaning here|an object that is not known|uint64 beyond/.test(message)) {
    expect(torsh.inspectFile(bytes).size).toBe(bytes.length);
    return;
  }
  const e = refusal(() => torsh.inspectFile(bytes, { verify: true }));
  expect([e.code, e.op]).toEqual(['ERR_IO', 'inspectFile']);
  expect(e.message).toBe(message.replace(/^load:/, 'inspectFile:').replace(/ \(\{ verify: false \} .*\)$/, ''));
}

test('the honest ones are read', () => {
  expect(torsh.load(pt(join('\x80\x02', tensor(), '.'), { 0: four })).tolist()).toEqual([[0, 0], [0, 0]]);
  expect(torsh.load(zip([{ name: 'x.npy', data: fixture('f4.npy') }, { name: 'y.npy', data: fixture('b1.npy'), deflate: true }], { comment: 'PK\x05\x06 no end' })).y.tolist()).toEqual([true, false]);
  expect(torsh.load(pt('\x80\x02K\x05.'))).toBe(5);
  expect(torsh.load(pt("(lp0\nI1\naF2.5\naL7L\naVh\\u00e9\naS'x\\ty'\naNa.", {}))).toEqual([1, 2.5, 7, 'hé', 'x\ty', null]);
});

test('fields of 64 bits', () => {
  const wide = (...numbers) => join('\x01\x00', Buffer.from([8 * numbers.length, 0]), ...numbers.map(u64));
  const file = (...numbers) => zip([{ name: 'x.npy', data: npy, size: 0xffffffff, packed: 0xffffffff, extra: join('FB\x01\x00Z', wide(...numbers)) }]);
  expect(torsh.load(file(npy.length, npy.length)).x.shape).toEqual([2, 3]);
  expect(refusal(() => torsh.load(file(2n ** 62n, 2n ** 62n))).message).toMatch(/size of 'x\.npy' is 4611686018427387904, beyond any file/);
  expect(refusal(() => torsh.load(file(2 ** 40, 2 ** 40))).message).toMatch(/takes 1099511627776 bytes/);
  expect(refusal(() => torsh.load(file(npy.length))).message).toMatch(/lacks its ZIP64 field/);
});

test('what later and other PyTorches write', () => {
  const numbers = Buffer.from(Float32Array.of(1, 2, 3, 4).buffer), untyped = { type: 'ctorch.storage\nUntypedStorage\n' };
  const v3 = (dtype, size) => join('ctorch._utils\n_rebuild_tensor_v3\n', tuple(storage(16, untyped), int(0), tuple(int(size)), tuple(int(1)), '\x89', 'N', `ctorch\n${dtype}\n`, '}'), 'R');
  const two = torsh.load(pt(join('\x80\x02', tuple(v3('float32', 4), v3('int16', 8)), '.'), { 0: numbers }, { '.data/serialization_id': '123', '.format_version': '1', byteorder: 'little', version: '3\n' }));
  expect([two[0].tolist(), two[1].dtype, two[0].isSharedStorageWith(two[1])]).toEqual([[1, 2, 3, 4], 'int16', true]);
  expect(refusal(() => torsh.load(pt(join('\x80\x02', v3('uint16', 8), '.'), { 0: numbers }))).message).toMatch(/dtype uint16, which torsh does not have/);
  const attributes = join('ctorch._tensor\n_rebuild_from_type_v2\n', tuple('ctorch._utils\n_rebuild_tensor_v2\n', 'ctorch.nn.parameter\nParameter\n', tuple(storage(4), int(0), tuple(int(4)), tuple(int(1)), '\x88', 'N'), '}'), 'R');
  const parameter = torsh.load(pt(join('\x80\x02', attributes, '.'), { 0: numbers }));
  expect([parameter instanceof torsh.nn.Parameter, parameter.requiresGrad, parameter.tolist()]).toEqual([true, true, [1, 2, 3, 4]]);
  expect(torsh.load(pt(join('\x80\x02', tensor(), '.'), { 0: Buffer.from(numbers).swap32() }, { byteorder: 'big' })).tolist()).toEqual([[1, 2], [3, 4]]);
  expect(refusal(() => torsh.load(pt(join('\x80\x02', tensor(), '.'), { 0: numbers }, { byteorder: 'middle' }))).message).toMatch(/byte order is 'middle'/);
});

const pickles = [
  ['calls os.system', 'cos\nsystem\n(X\x0a\x00\x00\x00touch /tmptR.', /names os\.system/],
  ['calls posix.system', "cposix\nsystem\np0\n(S'id'\ntp1\nRp2\n.", /names posix\.system/],
  ['calls eval', '\x80\x02c__builtin__\neval\n\x8c\x011\x85R.', /names __builtin__\.eval/],
  ['calls builtins.getattr', '\x80\x04\x8c\x08builtins\x8c\x07getattr\x93.', /names builtins\.getattr/],
  ['names an inherited property', '\x80\x02cbuiltins\n__proto__\n.', /names builtins\.__proto__/],
  ['names a storage called constructor', '\x80\x02ctorch\nconstructor\n.', /names torch\.constructor/],
  ['makes an instance', '(c__main__\nEvil\no.', /names __main__\.Evil/],
  ['makes an instance by INST', '(i__main__\nEvil\n.', /names __main__\.Evil/],
  ['uses an extension code', '\x80\x02\x82\x01.', /extension code/],
  ['calls a number', '\x80\x02K\x01)R.', /called that is no class/],
  ['calls a dtype', '\x80\x02ctorch\nfloat32\n)R.', /torch\.float32 is called/],
  ['calls with a list', '\x80\x02ctorch\nSize\n]R.', /arguments are no tuple/],
  ['builds a dict', '\x80\x02}}b.', /a state is given/],
  ['builds a number', '\x80\x02K\x01Nb.', /a state is given/],
  ['appends to a tuple', '\x80\x02)Na.', /appended to what is no list/],
  ['sets in a list', '\x80\x02]NNs.', /set in what is no dict/],
  ['has a key too many', '\x80\x02}(Nu.', /a key has no value/],
  ['is empty', '', /ends in the middle/],
  ['stops with nothing', '\x80\x02.', /stack is empty/],
  ['pops a mark', '(.', /down to the mark/],
  ['has no mark', '\x80\x02Nt.', /no mark/],
  ['has no stop', '\x80\x02N', /ends in the middle/],
  ['has a protocol of its own', '\x80\x09N.', /protocol 9/],
  ['has an unknown opcode', '\x80\x02\xff.', /0xff is no opcode/],
  ['asks for an empty memo', '\x80\x02h\x05.', /memo 5 is empty/],
  ['has a string past the end', '\x80\x02X\xff\xff\xff\xff.', /4294967295 bytes are wanted/],
  ['has a string of 2^64 - 1', '\x80\x04\x8d\xff\xff\xff\xff\xff\xff\xff\xff.', /beyond any file/],
  ['has bytes of 2^40', '\x80\x04\x8e\x00\x00\x00\x00\x00\x01\x00\x00.', /1099511627776 bytes are wanted/],
  ['has an integer of 2^31 bytes', '\x80\x02\x8b\xff\xff\xff\x7f.', /longer than the 1024/],
  ['has an integer of a million digits', `L${'9'.repeat(1e6)}L\n.`, /no integer/],
  ['has a word for an integer', 'Iabc\n.', /no integer/],
  ['has a word for a float', 'Fabc\n.', /no float/],
  ['has a string that is no UTF-8', '\x80\x02X\x01\x00\x00\x00\xff.', /not valid UTF-8/],
  ['has a persistent id that is a word', '\x80\x02X\x01\x00\x00\x00aQ.', /persistent id/],
  ['has the source of a module', join('\x80\x02', tuple(str('module'), 'N', str('x.py'), str('code')), 'Q.'), /persistent id/],
  ['holds a function', '\x80\x02ctorch._utils\n_rebuild_tensor_v2\n.', /has no meaning here/],
  ['rebuilds nothing', '\x80\x02ctorch._utils\n_rebuild_tensor_v2\n)R.', /takes a storage/],
  ['makes a parameter of a number', '\x80\x02ctorch._utils\n_rebuild_parameter\n(K\x01\x88NtR.', /takes a tensor/],
  ['is nested a million deep', join('\x80\x02', ']'.repeat(1e6), 'a'.repeat(1e6 - 1), '.'), /nested more than/],
  ['makes more dicts than memory holds', '}'.repeat(1e7), /more objects than are read/],
  ['makes more tuples than memory holds', ')'.repeat(1e7), /more objects than are read/],
  ['remembers one thing too often', `N${'q\x05'.repeat(1e7)}.`, /more objects than are read/],
  ['makes a numpy array of objects', '\x80\x02cnumpy\ndtype\nX\x02\x00\x00\x00O8\x85R.', /not known|no meaning/],
];
test.each(pickles)('a pickle that %s', (_, pickle, rule) => {
  const file = pt(typeof pickle === 'string' ? text(pickle) : pickle);
  const e = refusal(() => torsh.load(file));
  expect(e.code).toBe('ERR_IO');
  expect(e.message).toMatch(rule);
  inspectRefuses(file, e);
});

const tensors = [
  ['past its storage', tensor({ size: [2, 3], stride: [3, 1] }), /reaches element 5, but storage '0' has 4/],
  ['past its storage by its offset', tensor({ offset: 1 }), /reaches element 4/],
  ['with a negative stride', tensor({ stride: [-2, 1] }), /-2 as a stride/],
  ['with a negative size', tensor({ size: [-1, 2] }), /-1 as a size/],
  ['with a negative offset', tensor({ offset: -1 }), /the offset -1/],
  ['with a stride that overflows', tensor({ size: [2 ** 31, 2], stride: [2 ** 52, 1] }), /reaches element/],
  ['with 2^62 elements in no memory', tensor({ size: [2 ** 31 - 1, 2 ** 31 - 1, 2 ** 31 - 1], stride: [0, 0, 0] }), /more elements than can be counted/],
  ['with more strides than sizes', tensor({ stride: [2, 1, 1] }), /2 sizes and 3 strides/],
  ['with 100 dimensions', tensor({ size: Array(100).fill(1), stride: Array(100).fill(1) }), /100 dimensions/],
  ['in a larger storage', tensor({ numel: 2 ** 40 }), /has 16 bytes, but the pickle says 4398046511104/],
  ['in a storage of -1', tensor({ numel: -1 }), /-1 elements/],
  ['in a storage that is not there', tensor({ key: '../../etc/passwd' }), /is not in the file/],
  ['in a storage of no type', tensor({ type: 'cbuiltins\nint\n' }), /no type that is known/],
  ['of quantized numbers', tensor({ type: 'ctorch\nQInt8Storage\n' }), /torch\.QInt8Storage/],
  ['in a storage of two sizes', join('(', tensor(), tensor({ numel: 3, size: [1], stride: [1] }), 't'), /16 bytes in one place and 12/],
];
test.each(tensors)('a tensor %s', (_, pickle, rule) => {
  const before = torsh.memory().handles;
  const file = pt(join('\x80\x02', pickle, '.'), { 0: four });
  const e = refusal(() => torsh.load(file));
  expect(e.code).toBe('ERR_IO');
  expect(e.message).toMatch(rule);
  inspectRefuses(file, e);
  expect(torsh.memory().handles).toBe(before);
});

const header = (dict, data = Buffer.alloc(24)) => { const h = text(`${dict}\n`), n = Buffer.alloc(2); n.writeUInt16LE(h.length); return join('\x93NUMPY\x01\x00', n, h, data); };
const archives = [
  ['is cut off', zip([{ name: 'a.npy', data: npy }]).subarray(0, 100), /no end/],
  ['holds neither', zip([{ name: 'readme.txt', data: 'x' }]), /neither one of torch\.save/],
  ['holds a program', pt('\x80\x02N.', {}, { 'constants.pkl': '\x80\x02N.' }), /TorchScript/],
  ['climbs up', zip([{ name: '../../evil.npy', data: npy }]), /climbs out/],
  ['is absolute', zip([{ name: '/etc/evil.npy', data: npy }]), /climbs out/],
  ['climbs up by backslashes', zip([{ name: 'a\\..\\..\\evil.npy', data: npy }]), /climbs out/],
  ['names a drive', zip([{ name: 'C:evil.npy', data: npy }]), /climbs out/],
  ['has a name twice', zip([{ name: 'a.npy', data: npy }, { name: 'a.npy', data: npy }]), /twice/],
  ['has entries that overlap', zip([{ name: 'a.npy', data: npy }, { name: 'b.npy', data: npy, at: 0 }]), /what follows begins at byte/],
  ['has an entry past the end', zip([{ name: 'a.npy', data: npy, at: 1e9 }]), /what follows begins/],
  ['has an entry that is too long', zip([{ name: 'a.npy', data: npy, size: 1e9, packed: 1e9 }]), /takes 1000000000 bytes/],
  ['has two sizes', zip([{ name: 'a.npy', data: npy, size: 5 }]), /sizes differ/],
  ['claims what deflate cannot', zip([{ name: 'a.npy', data: npy, deflate: true, size: 2 ** 31 }]), /deflate cannot do/],
  ['has a million entries', zip([{ name: 'a.npy', data: npy }], { count: 65534 }), /65534 entries in/],
  ['has a directory past the end', zip([{ name: 'a.npy', data: npy }], { start: 2 ** 30 }), /but the file has/],
  ['has a large directory', zip([{ name: 'a.npy', data: npy }], { size: 2 ** 31 }), /but the file has/],
  ['is encrypted', zip([{ name: 'a.npy', data: npy, flags: 1 }]), /encrypted/],
  ['is packed otherwise', zip([{ name: 'a.npy', data: npy, method: 12 }]), /method 12/],
  ['has a false sum', zip([{ name: 'a.npy', data: npy, crc: 5 }]), /checksum is [0-9a-f]{8} instead of 00000005/],
  ['has a false sum of what was deflated', zip([{ name: 'a.npy', data: npy, crc: 5, deflate: true }]), /checksum/],
  ['inflates to less', zip([{ name: 'a.npy', data: npy, size: 400, deflate: true }]), /do not inflate to 400/],
  ['inflates to more', zip([{ name: 'a.npy', data: Buffer.alloc(1e5), size: 100, deflate: true }]), /do not inflate to 100/],
  ['is no deflate', zip([{ name: 'a.npy', data: npy, method: 8 }]), /do not inflate/],
  ['lacks its wide field', zip([{ name: 'a.npy', data: npy, size: 0xffffffff }]), /lacks its ZIP64 field/],
  ['has a name of broken letters', zip([{ name: Buffer.from([0xff, 0xfe]), data: npy }]), /not valid UTF-8/],
  ['is a bomb of 200 MB', zip([{ name: 'a.npy', data: Buffer.alloc(200e6), deflate: true }]), /expands from \d+ to 200000000 bytes.*maxInflatedBytes/],
  ['has an .npy of another size', zip([{ name: 'a.npy', data: npy.subarray(0, 140) }]), /'a\.npy': the array.*takes 24 bytes, but 12/],
  ['has a flipped bit', (() => { const b = zip([{ name: 'a.npy', data: npy }]); b[170] ^= 1; return b; })(), /checksum/],
  ['has a flipped bit in a storage', (() => { const b = pt(join('\x80\x02', tensor(), '.'), { 0: Buffer.from('0123456789abcdef') }); b[b.indexOf('0123456789')] ^= 1; return b; })(), /checksum.*verify: false/],
];
test.each(archives)('an archive that %s', (_, bytes, rule) => {
  const before = torsh.memory().handles;
  const e = refusal(() => torsh.load(bytes));
  expect(e.code).toBe('ERR_IO');
  expect(e.message).toMatch(rule);
  inspectRefuses(bytes, e);
  expect(torsh.memory().handles).toBe(before);
});

test('limits and checks may be told otherwise', () => {
  const zeros = { x: torsh.zeros(100, 1000, 50) };
  const bytes = torsh.save(zeros, { format: 'npz', compress: true });
  expect(bytes.length).toBeLessThan(100000);
  expect(torsh.load(bytes).x.shape).toEqual([100, 1000, 50]);
  expect(refusal(() => torsh.load(bytes, { maxInflatedBytes: 1e6 })).message).toMatch(/expands/);
  const flipped = pt(join('\x80\x02', tensor(), '.'), { 0: Buffer.from('0123456789abcdef') });
  flipped[flipped.indexOf('0123456789')] ^= 1;
  expect(torsh.load(flipped, { verify: false }).shape).toEqual([2, 2]);
  expect(refusal(() => torsh.load(bytes, { weightsOnly: false })).code).toBe('ERR_UNSUPPORTED');
  expect(refusal(() => torsh.load(bytes, { mapLocation: 'cuda' })).code).toBe('ERR_UNSUPPORTED');
  expect(refusal(() => torsh.load(bytes, { maxInflatedBytes: 'all' })).code).toBe('ERR_ARGUMENT');
});

const arrays = [
  ['of no dtype', header("{'fortran_order': False, 'shape': (2, 3), }"), /lacks 'descr'/],
  ['that is no dict', header('[1, 2]'), /expected '\{'/],
  ['with code in it', header("{'descr': '<f4', 'fortran_order': False, 'shape': (__import__('os').system('id'),), }"), /expected a size/],
  ['with an unknown key', header("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), 'x': 1, }"), /unknown key 'x'/],
  ['with a key twice', header("{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }"), /'descr' twice/],
  ['with more behind', header("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), } x"), /expected the end/],
  ['of unknown numbers', header("{'descr': '<f3', 'fortran_order': False, 'shape': (2, 3), }"), /'<f3' is not supported/],
  ['of an inherited dtype', header("{'descr': 'constructor', 'fortran_order': False, 'shape': (2, 3), }"), /is not known/],
  ['of long doubles', header("{'descr': '<g16', 'fortran_order': False, 'shape': (2, 3), }"), /long doubles/],
  ['of too many elements', header("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 4), }"), /takes 32 bytes, but 24/],
  ['of 2^80 elements', header("{'descr': '<f4', 'fortran_order': False, 'shape': (1099511627776, 1099511627776), }"), /takes 4835703278458516698824704 bytes/],
  ['of a size past 2^53', header("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,), }"), /too large/],
  ['of a negative size', header("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }"), /expected a size/],
  ['of 65 dimensions', header(`{'descr': '<f4', 'fortran_order': False, 'shape': (${'1, '.repeat(65)}), }`), /more than 64/],
  ['of a later version', join('\x93NUMPY\x09\x00', Buffer.alloc(10)), /version 9/],
  ['with a header past the end', join('\x93NUMPY\x01\x00\x00\x10'), /claims 4096 bytes/],
  ['with a header of 4 GB', join('\x93NUMPY\x02\x00\xff\xff\xff\xff', Buffer.alloc(8)), /claims 4294967295 bytes, more/],
  ['that is short', text('\x93NUMPY\x01'), /at least 10 bytes/],
  ['of uint64 past 2^63', (() => { const b = Buffer.from(fixture('u8.npy')); b[b.length - 1] = 0xff; return b; })(), /uint64 beyond 2\^63/],
];
test.each(arrays)('an .npy file %s', (_, bytes, rule) => {
  const before = torsh.memory().handles;
  const e = refusal(() => torsh.load(bytes));
  expect(e.message).toMatch(rule);
  inspectRefuses(bytes, e);
  expect(torsh.memory().handles).toBe(before);
});

const legacy = fixture('tensors_legacy.pt');
const others = [
  ['a plain pickle', text('\x80\x02}q\x00.'), /not one of torch\.save/],
  ['half a magic number', legacy.subarray(0, 8), /ends in the middle/],
  ['a legacy file without its last storage', legacy.subarray(0, legacy.length - 20), /takes \d+ bytes at byte \d+, but the file has/],
  ['a legacy file of another protocol', join(legacy.subarray(0, 15), '\x80\x02K\x01.', legacy.subarray(20)), /protocol version is 1/],
  ['a gzipped file', join('\x1f\x8b\x08', Buffer.alloc(20)), /gzipped/],
  ['a pointer of Git LFS', text('version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 5\n'), /Git LFS pointer/],
  ['nothing', Buffer.alloc(0), /at least 8 bytes.* \(it is none of \.pt, safetensors/],
  ['a page in its place', text('\n<!DOCTYPE html><title>404</title>'), /\(it is a web page: what answered had no such file\)/],
  ['zeros', Buffer.alloc(600), /\(it begins with nothing but zeros/],
  ['words', text('hello world, this is no model'), /the header claims .* \(it is none of \.pt, safetensors, \.npz and \.npy by its first bytes/],
  ['JSON of another kind', text('{"hello": [1, 2, 3]}'), /weight_map/],
];
test.each(others)('%s', (_, bytes, rule) => {
  const e = refusal(() => torsh.load(bytes));
  expect(e.code).toBe('ERR_IO');
  expect(e.message).toMatch(rule);
  inspectRefuses(bytes, e);
});

// Valid files with random damage, the same each time: an error, or a value.
const seeds = {
  'zip .pt': fixture('checkpoint.pt'), 'legacy .pt': fixture('checkpoint_legacy.pt'), 'protocol 5': fixture('checkpoint_5.pt'), 'every dtype': fixture('tensors.pt'), 'legacy tensors': legacy,
  npy: fixture('f8_fortran.npy'), 'stored npz': fixture('stored.npz'), 'deflated npz': fixture('deflated.npz'), 'index of shards': text('{"metadata": {"total_size": 8}, "weight_map": {"a": "x-1.safetensors", "b": "x-2.safetensors"}}'),
};
/** Everything that a value holds, so that what loads can be let go of. */
function dispose(x, seen = new Set()) {
  if (typeof x !== 'object' || x === null || seen.has(x)) return;
  seen.add(x);
  if (typeof x.dispose === 'function') x.dispose();
  else if (typeof x.forEach === 'function') x.forEach((v, k) => { dispose(v, seen); dispose(k, seen); });
  else if (!ArrayBuffer.isView(x)) for (const v of Object.values(x)) dispose(v, seen);
}
test.each(Object.entries(seeds))('random damage: %s', (name, whole) => {
  let state = 20250 + name.length;
  const random = (n) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
  const large = [0, 1, 0x7f, 0x80, 0xff], opcodes = text('(.0123aNbcdeIJKLMQRSTUVX]}lopqrstu)\x80\x81\x85\x86\x87\x88\x89\x8a\x8b\x8c\x93\x94\x95');
  const before = torsh.memory().handles;
  const end = Date.now() + 800; // on a slow machine fewer rounds
  let refused = 0, rounds = 0;
  for (; rounds < 1000 && (rounds < 100 || Date.now() < end); rounds++) {
    let bytes = Buffer.from(rounds % 5 === 0 ? whole.subarray(0, random(whole.length + 1)) : whole);
    for (let i = 1 + random(4); i > 0 && bytes.length > 0; i--) {
      const at = random(bytes.length), kind = random(6);
      if (kind === 0) bytes[at] = random(256);
      else if (kind === 1) bytes[at] = opcodes[random(opcodes.length)];
      else if (kind === 2) bytes[at] ^= 1 << random(8);
      else if (kind === 3) bytes.fill(large[random(large.length)], at, Math.min(bytes.length, at + 1 + random(8)));
      else if (kind === 4) bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + random(40))]);
      else { const from = random(bytes.length); bytes.copy(bytes, at, from, from + random(64)); }
    }
    try {
      if (rounds % 3 === 0) torsh.inspectFile(bytes, { verify: rounds % 2 === 0 });
      else dispose(torsh.load(bytes, { verify: rounds % 2 === 0 }));
    } catch (e) {
      if (!(e instanceof torsh.TorshError)) throw e;
      refused++;
    }
  }
  expect(refused).toBeGreaterThan(rounds / 10);
  expect(torsh.memory().handles).toBe(before);
});
