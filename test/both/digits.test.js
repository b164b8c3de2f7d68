'use strict';
// The digits example, as a user runs it.
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const zlib = require('node:zlib');
const torsh = require('torsh');

const root = path.join(__dirname, '../..');
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'torsh-digits-'));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

/** Runs the example; { status, out, err }. */
function digits(...args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [path.join(root, 'examples/digits.mjs'), ...args], { encoding: 'utf8', cwd: folder });
  return { status, out: stdout, err: stderr };
}

test('trains to 97 % on both backends, which then agree', () => {
  const file = path.join(folder, 'model.safetensors');
  const { status, out, err } = digits('--save', file);
  expect(err).toBe('');
  expect(status).toBe(0);
  const accuracies = [...out.matchAll(/test accuracy (\d+\.\d) %   loss \d\.\d+   \d+\.\d+ s per epoch/g)].map((m) => Number(m[1]));
  expect(accuracies).toHaveLength(2);
  for (const accuracy of accuracies) expect(accuracy).toBeGreaterThanOrEqual(97);
  expect(out).toMatch(/native and wasm agree: the same prediction for 256 of 256 test digits/);
  expect(out).toMatch(/native reads \d.*\n.*wasm reads \d/);
  expect(Object.keys(torsh.load(file))).toEqual([
    '0.weight', '0.bias', '1.weight', '1.bias', '1.running_mean', '1.running_var', '1.num_batches_tracked', '4.weight', '4.bias', '9.weight', '9.bias']);
});

const idx = (shape, values) => {
  const head = Buffer.alloc(4 + 4 * shape.length);
  head.set([0, 0, 8, shape.length]);
  shape.forEach((n, i) => head.writeUInt32BE(n, 4 + 4 * i));
  return Buffer.concat([head, values]);
};

/** A folder in MNIST's form, of bars that stand where the digit says. */
function mnist(name, change = {}) {
  const at = path.join(folder, name);
  fs.mkdirSync(at);
  const part = (count) => {
    const pixels = Buffer.alloc(count * 144), labels = Buffer.alloc(count);
    for (let i = 0; i < count; i++) {
      labels[i] = (i * 7) % 10;
      for (let row = 2; row < 10; row++) pixels.fill(255, i * 144 + row * 12 + labels[i], i * 144 + row * 12 + labels[i] + 2);
    }
    return [idx([count, 12, 12], pixels), idx([count], labels)];
  };
  const [images, labels] = part(400), [testImages, testLabels] = part(50);
  const files = {
    'train-images-idx3-ubyte': images, 'train-labels-idx1-ubyte.gz': zlib.gzipSync(labels),
    't10k-images-idx3-ubyte.gz': zlib.gzipSync(testImages), 't10k-labels-idx1-ubyte': testLabels, ...change,
  };
  for (const [file, bytes] of Object.entries(files)) if (bytes) fs.writeFileSync(path.join(at, file), bytes);
  return at;
}

test.each(['native', 'wasm'])('trains on files in the form of MNIST on %s', (backend) => {
  const file = path.join(folder, `${backend}.safetensors`);
  const { status, out, err } = digits('--data', 'mnist', mnist(`mnist-${backend}`), '--epochs', '4', '--backend', backend, '--save', file, '--lr=0.01');
  expect(err).toBe('');
  expect(status).toBe(0);
  expect(out).toMatch(/400 pictures of 12x12 to train on, 50 others/);
  expect(Number(/test accuracy (\d+\.\d) %/.exec(out)[1])).toBeGreaterThan(90);
  expect(fs.existsSync(file)).toBe(true);
});

const cut = (bytes, n) => bytes.subarray(0, n);
const bad = [
  ['a missing folder', () => ['--data', 'mnist', path.join(folder, 'nowhere')], /no such folder/],
  ['a folder without MNIST', () => ['--data', 'mnist', root], /does not hold MNIST/],
  ['missing labels', () => ['--data', 'mnist', mnist('a', { 'train-labels-idx1-ubyte.gz': null })], /train-labels-idx1-ubyte is missing/],
  ['a short file', () => ['--data', 'mnist', mnist('b', { 'train-images-idx3-ubyte': cut(idx([400, 12, 12], Buffer.alloc(57600)), 5000) })], /promises 400 x 12 x 12 values = 57600 bytes, but 4984 follow/],
  ['a short header', () => ['--data', 'mnist', mnist('c', { 't10k-labels-idx1-ubyte': Buffer.from([0, 0, 8, 1, 0]) })], /ends within its header/],
  ['damaged gzip', () => ['--data', 'mnist', mnist('d', { 'train-labels-idx1-ubyte.gz': cut(zlib.gzipSync(idx([400], Buffer.alloc(400))), 20) })], /damaged: unexpected end of file/],
  ['text for IDX', () => ['--data', 'mnist', mnist('e', { 'train-images-idx3-ubyte': Buffer.from('<!doctype html>') })], /no IDX file/],
  ['floats for bytes', () => ['--data', 'mnist', mnist('f', { 't10k-labels-idx1-ubyte': Buffer.from([0, 0, 13, 1, 0, 0, 0, 0]) })], /holds float32 of 1 dims, not bytes/],
  ['other counts', () => ['--data', 'mnist', mnist('g', { 't10k-labels-idx1-ubyte': idx([49], Buffer.alloc(49)) })], /50 pictures .* 49 labels/],
  ['a label of 10', () => ['--data', 'mnist', mnist('h', { 't10k-labels-idx1-ubyte': idx([50], Buffer.alloc(50, 10)) })], /label 1 is 10, not a digit/],
  ['a huge size', () => ['--data', 'mnist', mnist('i', { 'train-images-idx3-ubyte': idx([4294967295, 65535, 65535], Buffer.alloc(9)) })], /but 9 follow/],
  ['an unknown option', () => ['--epoch', '3'], /unknown option --epoch/],
  ['no value', () => ['--lr'], /--lr needs a value/],
  ['a wrong number', () => ['--epochs', '1.5'], /--epochs must be a positive whole number, not '1.5'/],
  ['a wrong backend', () => ['--backend', 'gpu'], /native, wasm or both, not 'gpu'/],
  ['a wrong set', () => ['--data', 'letters'], /'uci' or 'mnist DIR'/],
  ['a place that cannot be written', () => ['--epochs', '1', '--backend', 'native', '--save', path.join(folder, 'nowhere', 'x')], /cannot write/],
];
test.each(bad)('says what is wrong with %s', (_, args, message) => {
  const { status, err } = digits(...args());
  expect(status).toBe(1);
  expect(err).toMatch(message);
  expect(err).toMatch(/^digits: .*\n$/); // one line, no stack trace
});

test('--help', () => {
  const { status, out } = digits('--help');
  expect(status).toBe(0);
  for (const option of ['--data', '--epochs', '--backend', '--lr']) expect(out).toContain(option);
});
