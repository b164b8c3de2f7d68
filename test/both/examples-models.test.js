'use strict';
// The examples as users run them, on their smallest settings.
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const zlib = require('node:zlib');
const torsh = require('torsh');
const { root, run } = require('../support/child');

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'torsh-examples-'));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

/** Runs an example that must succeed; its output. */
async function example(name, ...args) {
  const { code, stdout, stderr } = await run(process.execPath, [path.join(root, 'examples', `${name}.mjs`), ...args], { cwd: folder });
  expect(stderr).toBe('');
  expect(code).toBe(0);
  return stdout;
}
/** The numbers that stand behind a word, in their order. */
const numbers = (out, word) => [...out.matchAll(new RegExp(`(?<!\\w )${word} (\\d+\\.\\d+)`, 'g'))].map((m) => Number(m[1]));

const idx = (shape, values) => {
  const head = Buffer.alloc(4 + 4 * shape.length);
  head.set([0, 0, 8, shape.length]);
  shape.forEach((n, i) => head.writeUInt32BE(n, 4 + 4 * i));
  return zlib.gzipSync(Buffer.concat([head, values]));
};
/** The digits that come with torsh, in MNIST's form: [file, file]. */
function digitsAsMnist() {
  const rows = zlib.gunzipSync(fs.readFileSync(path.join(root, 'examples/data/digits.csv.gz'))).toString().trim().split('\n').map((line) => line.split(',').map(Number));
  const at = path.join(folder, 'mnist');
  fs.mkdirSync(at);
  fs.writeFileSync(path.join(at, 'all-images-idx3-ubyte.gz'), idx([rows.length, 8, 8], Buffer.from(rows.flatMap((row) => row.slice(0, 64).map((v) => Math.min(255, 16 * v))))));
  fs.writeFileSync(path.join(at, 'all-labels-idx1-ubyte.gz'), idx([rows.length], Buffer.from(rows.map((row) => row[64]))));
  return at;
}

describe('mnist', () => {
  let data;
  beforeAll(() => { data = digitsAsMnist(); });

  test.each(['native', 'wasm'])('reads digits it has not seen, on %s', async (backend) => {
    const file = path.join(folder, `${backend}.safetensors`);
    const out = await example('mnist', '--data', data, '--epochs=6', '--batch-size=32', '--lr=0.01', '--backend', backend, '--save', file);
    expect(out).toMatch(new RegExp(`1438 pictures of 8x8 to train on, 359 to test with; ${backend}`));
    const accuracy = numbers(out, 'test accuracy');
    expect(accuracy).toHaveLength(6);
    expect(accuracy[5]).toBeGreaterThan(90);
    const losses = numbers(out, 'loss');
    expect(losses[5]).toBeLessThan(losses[0] / 2);
    expect(torsh.load(file)['fc2.weight'].shape).toEqual([10, 128]);
  });

  test('says where its data is to be had', async () => {
    const { code, stderr } = await run(process.execPath, [path.join(root, 'examples/mnist.mjs')]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^mnist: --data DIR is needed.*t10k-images-idx3-ubyte\.gz/);
    expect(stderr).toMatch(/https:\/\/.*t10k-labels/);
    expect(stderr).not.toMatch(/^ +at /m);
  });
});

test('char-gpt learns and writes', async () => {
  const file = path.join(folder, 'gpt.safetensors');
  const out = await example('char-gpt', '--steps=60', '--batch-size=16', '--context=32', '--layers=2', '--heads=2', '--width=32', '--lr=0.01', '--length=80', '--prompt=ROMEO:', '--save', file);
  expect(out).toMatch(/399862 characters, 63 different/);
  const [first, last] = numbers(out, 'test loss');
  expect(first).toBeGreaterThan(3.5); // near log(63), knowing nothing
  expect(last).toBeLessThan(2.9);
  const written = out.slice(out.indexOf('\n\n') + 2, -1);
  expect(written).toMatch(/^ROMEO:/);
  expect(written.length).toBeGreaterThan(60);
  expect(written.length).toBeLessThanOrEqual(86);
  expect(torsh.load(file)['blocks.1.qkv.weight'].shape).toEqual([96, 32]);
});

test('char-gpt learns from a text of the user, and writes the same for the same seed', async () => {
  const file = path.join(folder, 'abc.txt');
  fs.writeFileSync(file, 'abc'.repeat(300));
  const args = ['--data', file, '--steps=30', '--batch-size=8', '--context=8', '--layers=1', '--heads=1', '--width=16', '--lr=0.02', '--length=30', '--prompt=a', '--temperature=0.1'];
  const out = await example('char-gpt', ...args);
  expect(out).toMatch(/\n\nabcabcabcabcabcabcabcabcabcabca\n$/);
});

test('char-gpt refuses a text that is too short', async () => {
  const file = path.join(folder, 'short.txt');
  fs.writeFileSync(file, 'To be, or not to be');
  const { code, stderr } = await run(process.execPath, [path.join(root, 'examples/char-gpt.mjs'), '--data', file]);
  expect(code).toBe(1);
  expect(stderr).toMatch(/^char-gpt: the text has 19 characters: too few for a context of 64\n$/);
});

test('names-rnn learns and makes up names', async () => {
  const file = path.join(folder, 'names.safetensors');
  const out = await example('names-rnn', '--steps=100', '--hidden=32', '--lr=0.01', '--samples=12', '--save', file);
  expect(out).toMatch(/28830 names to train on, 3203 to test with, 26 letters/);
  const [first, last] = numbers(out, 'test loss');
  expect(first).toBeGreaterThan(2.9);
  expect(last).toBeLessThan(2.55);
  const made = [...out.matchAll(/^([a-z]*)( \*)?$/gm)].map((m) => m[1]).filter(Boolean);
  expect(made.length).toBeGreaterThanOrEqual(11); // a name may be empty
  expect(new Set(made).size).toBeGreaterThan(8);
  const known = new Set(zlib.gunzipSync(fs.readFileSync(path.join(root, 'examples/data/names.txt.gz'))).toString().split('\n'));
  expect(out).toMatch(new RegExp(`\n${12 - made.filter((name) => known.has(name)).length} of 12 are new`));
  expect(torsh.load(file)['rnn.weight_hh_l0'].shape).toEqual([96, 32]);
});

test('vae learns and draws a grid of digits', async () => {
  const file = path.join(folder, 'made', 'vae.png');
  const out = await example('vae', '--epochs=4', '--hidden=64', '--grid', file);
  const losses = numbers(out, 'test loss');
  expect(losses).toHaveLength(4);
  expect(losses[3]).toBeLessThan(losses[0] - 1);
  expect(out).toMatch(/[█▓▒░]{2}/);
  expect(out).toMatch(/drawn 1 .*drawn 2/);
  const image = await torsh.utils.data.readImage(file, { channels: 1 });
  expect(image.shape).toEqual([1, 640, 640]);
  // The first row is that of the test's first digits, each within a frame.
  const digits = zlib.gunzipSync(fs.readFileSync(path.join(root, 'examples/data/digits.csv.gz'))).toString().split('\n');
  const seventh = torsh.tensor(digits[6].split(',').slice(0, 64).map(Number)).div(16).reshape(8, 8);
  const shown = image.at(0, '12:72:8', '12:72:8');
  torsh.testing.assertClose(shown, seventh, { atol: 0.004, rtol: 0 });
  // The digits of its own, below, differ.
  const own = image.at(0, '176:');
  expect(own.at(':56', ':64').sub(own.at(':56', '80:144')).abs().mean().item()).toBeGreaterThan(0.01);
});

describe('the command line', () => {
  test.each([
    ['an unknown option', ['--epoch', '3'], /^mnist: unknown option --epoch; --help lists them\n$/],
    ['a value left out', ['--lr'], /^mnist: --lr needs a value\n$/],
    ['a wrong number', ['--epochs', '1.5'], /^mnist: --epochs must be a positive whole number, not '1\.5'\n$/],
    ['a wrong backend', ['--backend', 'gpu'], /^mnist: --backend must be native or wasm, not 'gpu'\n$/],
    ['a folder without MNIST', ['--data', root], /^mnist: .* does not hold MNIST.*\n$/],
  ])('names %s', async (_, args, message) => {
    const { code, stdout, stderr } = await run(process.execPath, [path.join(root, 'examples/mnist.mjs'), ...args]);
    expect(stderr).toMatch(message);
    expect(stdout).toBe('');
    expect(code).toBe(1);
  });

  test.each(['mnist', 'char-gpt', 'names-rnn', 'vae'])('--help of %s lists the options', async (name) => {
    const out = await example(name, '--help');
    for (const option of ['--data', '--lr', '--seed N', '--backend NAME', '--help']) expect(out).toContain(option);
  });
});
