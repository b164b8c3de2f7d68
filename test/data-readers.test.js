'use strict';
// Readers of files and tokenizers of torsh.utils.data.
const { parse: csvParse } = require('csv-parse/sync');
const torsh = require('torsh');

const { BpeTokenizer, CharTokenizer, parseCsv, parseIdx, parseJsonLines } = torsh.utils.data;
const utf8 = (text) => new TextEncoder().encode(text);

test('parseIdx: types, sizes, and files that lie', () => {
  const t = parseIdx(Uint8Array.of(0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 255));
  expect([t.dtype, t.tolist()]).toEqual(['uint8', [[1, 2, 3], [4, 5, 255]]]);
  const f = parseIdx(Uint8Array.of(0, 0, 0x0d, 1, 0, 0, 0, 2, 0x3f, 0x80, 0, 0, 0xc0, 0, 0, 0));
  expect([f.dtype, f.tolist()]).toEqual(['float32', [1, -2]]);
  expect(parseIdx(Uint8Array.of(9, 0, 0, 0x0b, 0, 0xff, 0xfe).subarray(1)).item()).toBe(-2);
  const huge = Uint8Array.of(0, 0, 8, 3, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255);
  for (const [bytes, what] of [
    [huge, /promises 4294967295 x .* but 0 follow/], [Uint8Array.of(0, 0, 8), /3 bytes/], [Uint8Array.of(1, 0, 8, 0), /two zero bytes/], [Uint8Array.of(0, 0, 7, 0), /type 7/],
    [Uint8Array.of(0, 0, 8, 200, 1), /within its header/], [Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 1, 5, 6), /but 2 follow/], [Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 2, 5), /but 1 follow/],
  ]) expect(() => parseIdx(bytes)).toThrow(what);
  expect(() => parseIdx('text')).toThrow(torsh.TorshError);
});

test('parseCsv: RFC 4180', () => {
  expect(parseCsv('a,b\r\n1,"x, ""y""\nz"\n,\n')).toEqual([['a', 'b'], ['1', 'x, "y"\nz'], ['', '']]);
  expect(parseCsv(utf8('\ufeffa;b\n1;-2.5\n;inf'), { delimiter: ';', header: true, numeric: true })).toEqual([{ a: 1, b: -2.5 }, { a: NaN, b: Infinity }]);
  expect(parseCsv('1,2', { header: ['x', 'y'] })).toEqual([{ x: '1', y: '2' }]);
  expect(parseCsv('')).toEqual([]);
  for (const [text, what, options] of [
    ['a,b\n1', /line 2 has 1 fields, but 2/], ['a\n"b\n\n', /opened in line 2 are not closed/], ['"a"b', /line 1: text after closing/], ['a"b', /line 1: quotes within/],
    ['1\n0x', /line 2, field 1: "0x" is no number/, { numeric: true }], ['"1\n2"\n3,4', /line 3 has 2/], [Uint8Array.of(0xff), /not UTF-8/], ['a', /delimiter/, { delimiter: '"' }],
  ]) expect(() => parseCsv(text, options)).toThrow(what);
});

test('parseCsv gives and refuses what csv-parse does, on random texts', () => {
  const words = ['a', 'b', ',', ',', ',', '"', '"', '""', '\n', '\n', '\r\n', '\r', 'é ', '1.5', '"x"', '"y,\n"'];
  const outcome = (f) => {
    try {
      return f();
    } catch {
      return 'refused';
    }
  };
  const count = { refused: 0, read: 0 }, differ = [];
  const picks = torsh.randint(0, words.length, [4000, 12], { generator: new torsh.Generator().manualSeed(1) }).tolist();
  picks.forEach((pick, i) => {
    const text = pick.slice(0, 1 + (i % 12)).map((k) => words[k]).join('');
    const expected = outcome(() => csvParse(text, { record_delimiter: ['\r\n', '\n', '\r'] }));
    count[expected === 'refused' ? 'refused' : 'read']++;
    const got = outcome(() => parseCsv(text));
    if (JSON.stringify(got) !== JSON.stringify(expected)) differ.push({ text, got, expected });
  });
  expect(differ).toEqual([]);
  expect(Math.min(count.refused, count.read)).toBeGreaterThan(500);
});

test('parseJsonLines', () => {
  expect(parseJsonLines('{"a":1}\r\n\n[2]\n')).toEqual([{ a: 1 }, [2]]);
  expect(() => parseJsonLines('1\n{')).toThrow(/line 2/);
});

test('CharTokenizer', () => {
  const t = CharTokenizer.train('hello, 🙂 wörld');
  expect(t.decode(t.encode('wörld🙂'))).toBe('wörld🙂');
  expect(t.vocabSize).toBe(new Set('hello, 🙂 wörld').size);
  expect(CharTokenizer.fromJSON(JSON.parse(JSON.stringify(t))).encode('he')).toEqual(t.encode('he'));
  expect(t.decode(torsh.tensor(t.encode('hell')).tolist())).toBe('hell');
  expect(() => t.encode('z')).toThrow(/"z" is not in the vocabulary/);
  expect(() => t.decode([99])).toThrow(/token 99/);
});

test('BpeTokenizer: trains, encodes any text, decodes', () => {
  const t = BpeTokenizer.train('aaab aaab ab', 259);
  // "aa" comes 4 times, "ab" 3.
  expect(t.merges[0]).toEqual([97, 97]);
  const big = BpeTokenizer.train('the cat sat on the mat, the cat ate the rat; 123 123 — größer größer '.repeat(5), 320);
  for (const text of ['', 'the cat', ' the  größer\n\n123', '🙂 unseen \u0000', 'a'.repeat(50)]) expect(big.decode(big.encode(text))).toBe(text);
  expect(big.encode(' the cat').length).toBeLessThan(4);
  expect(BpeTokenizer.fromJSON(JSON.parse(JSON.stringify(big))).encode('the rat')).toEqual(big.encode('the rat'));
  expect(BpeTokenizer.train('', 300).vocabSize).toBe(256);
  expect(big.decode([0xff])).toBe('\ufffd');
  expect(() => big.decode([9999])).toThrow(/token 9999/);
  expect(() => BpeTokenizer.train('a', 3)).toThrow(torsh.TorshError);
  expect(big.decode(torsh.tensor(big.encode('the rat')))).toBe('the rat');
  const doubling = Array.from({ length: 60 }, (_, i) => (i === 0 ? [97, 97] : [255 + i, 255 + i]));
  expect(() => BpeTokenizer.fromJSON({ merges: doubling })).toThrow(/token 280 would stand for 33554432 bytes/);
  for (const make of [() => new BpeTokenizer([[97, 300]]), () => new BpeTokenizer([[1]]), () => BpeTokenizer.fromJSON({}), () => CharTokenizer.fromJSON(null), () => CharTokenizer.train(5), () => new CharTokenizer(['ab']),
    () => big.encode(5), () => big.decode(5), () => parseJsonLines('1', { x: 1 })]) expect(make).toThrow(torsh.TorshError);
});
