'use strict';
// What PyTorch 1.13 prints, from test/fixtures/print.py.
const util = require('node:util');
const torsh = require('torsh');
const cases = require('./fixtures/print.json');

const number = (v) => {
  if (typeof v !== 'string') return v;
  if (v === 'nan') return NaN;
  if (v === 'inf') return Infinity;
  if (v === '-inf') return -Infinity;
  return v === '-0' ? -0 : BigInt(v);
};
const numel = (shape) => shape.reduce((a, b) => a * b, 1);

function make({ dtype, shape, values, arange }) {
  const n = numel(shape);
  const flat = arange ? Array.from({ length: n }, (_, i) => arange[0] + arange[1] * i) : values.flat().map(number);
  if (n === 0) return torsh.zeros(shape, { dtype });
  switch (dtype) {
    case 'bool': return torsh.tensor(flat.map(Boolean)).reshape(shape);
    case 'int64': return torsh.tensor(BigInt64Array.from(flat, BigInt)).reshape(shape);
    case 'int8': case 'uint8': case 'int16': case 'int32':
      return torsh.tensor(Int32Array.from(flat, Math.trunc), { dtype }).reshape(shape);
    case 'complex64': return torsh.frombuffer(Float32Array.from(flat), { dtype }).reshape(shape);
    case 'complex128': return torsh.frombuffer(Float64Array.from(flat), { dtype }).reshape(shape);
    default: return torsh.tensor(Float64Array.from(flat), { dtype }).reshape(shape);
  }
}

function graded(x, grad) {
  if (!grad) return x;
  x.requiresGrad = true;
  if (grad === 'add') return x.add(0);
  return grad === 'mul' ? x.mul(1) : x;
}

afterEach(() => torsh.setPrintoptions({ profile: 'default' }));

test.each([...new Set(cases.map((c) => c.dtype))])('prints %s as PyTorch', (dtype) => {
  const mine = cases.filter((c) => c.dtype === dtype);
  const texts = mine.map((c) => {
    torsh.setPrintoptions({ profile: 'default', ...c.options });
    return String(graded(make(c), c.grad));
  });
  const about = ({ shape, options, grad }, text) => `[${shape}] ${JSON.stringify(options ?? {})} ${grad ?? ''}\n${text}`;
  expect(texts.map((text, i) => about(mine[i], text))).toEqual(mine.map((c) => about(c, c.text)));
});

test('a transposed, sliced view prints its own elements', () => {
  const x = torsh.arange(12).reshape(3, 4);
  expect(String(x.T)).toBe('tensor([[ 0,  4,  8],\n        [ 1,  5,  9],\n        [ 2,  6, 10],\n        [ 3,  7, 11]])');
  expect(String(torsh.arange(4000).reshape(1000, 4).T)).toBe([
    'tensor([[   0,    4,    8,  ..., 3988, 3992, 3996],',
    '        [   1,    5,    9,  ..., 3989, 3993, 3997],',
    '        [   2,    6,   10,  ..., 3990, 3994, 3998],',
    '        [   3,    7,   11,  ..., 3991, 3995, 3999]])'].join('\n'));
});

test('a huge tensor is summarised without a copy', () => {
  const x = torsh.zeros(1).expand(100_000_000);
  expect(String(x)).toBe('tensor([0., 0., 0.,  ..., 0., 0., 0.])');
  expect(String(torsh.ones(1, 1).expand(50_000, 50_000)).split('\n')).toHaveLength(7);
});

test('inspect and console.log print the same', () => {
  const x = torsh.tensor([1, 2.5]);
  expect(util.inspect(x)).toBe('tensor([1.0000, 2.5000])');
  expect(`${x}`).toBe(x.toString());
});

test('printing takes no part in the graph', () => {
  const x = torsh.ones(3, { requiresGrad: true });
  expect(String(x)).toBe('tensor([1., 1., 1.], requires_grad=True)');
  expect(x.isLeaf).toBe(true);
});

test('setPrintoptions refuses what makes no sense', () => {
  for (const options of [{ precision: -1 }, { precision: 1.5 }, { edgeitems: 0 }, { profile: 'long' }, { threshold: NaN }, { sciMode: 1 }, { width: 3 }]) {
    expect(() => torsh.setPrintoptions(options)).toThrow(torsh.TorshError);
  }
  expect(String(torsh.tensor([1.5]))).toBe('tensor([1.5000])');
});

test('what is not given stays, but sciMode follows the values again', () => {
  torsh.setPrintoptions({ precision: 2, sciMode: true });
  expect(String(torsh.tensor([1.5]))).toBe('tensor([1.50e+00])');
  torsh.setPrintoptions({ linewidth: 40 });
  expect(String(torsh.tensor([1.5]))).toBe('tensor([1.50])');
});
