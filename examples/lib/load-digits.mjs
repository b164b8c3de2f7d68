/** Sets of digits from files. Every failure is an InputError that names the file. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import torsh from 'torsh';
import { split, uciSet } from './digit-set.mjs';
import { readMaybeGzipped } from './files.mjs';
import { InputError } from './input-error.mjs';

const UCI = fileURLToPath(new URL('../data/digits.csv.gz', import.meta.url));

/** The digits that come with this example. */
export const loadUci = (path = UCI) => uciSet(readMaybeGzipped(path).toString('latin1'), path);

/** MNIST, or a set in its format, from a folder: train-* and t10k-*, or one pair of files, whose last fifth is then the test. */
export function loadMnist(folder) {
  let names;
  try {
    names = readdirSync(folder).sort();
  } catch (error) {
    throw new InputError(`cannot read the folder ${folder}: ${error.code === 'ENOENT' ? 'no such folder' : error.message}`);
  }
  const images = names.filter((name) => /images.*idx3.ubyte(\.gz)?$/.test(name));
  const find = (pattern) => images.find((name) => pattern.test(name));
  const [train, test] = [find(/train/), find(/t10k|test/)];
  if (train && test) {
    const [a, b] = [readPair(folder, names, train), readPair(folder, names, test)];
    if (a.height !== b.height || a.width !== b.width) {
      throw new InputError(`${folder}: pictures of ${a.height}x${a.width} to train on, but of ${b.height}x${b.width} to test with`);
    }
    return { name: 'MNIST', height: a.height, width: a.width, ink: 255, train: a, test: b };
  }
  if (images.length === 1) {
    const all = readPair(folder, names, images[0]);
    const parts = split(all, all.height * all.width, (i) => i >= all.count * 0.8);
    return { name: images[0], height: all.height, width: all.width, ink: 255, ...parts };
  }
  throw new InputError(`${folder} does not hold MNIST: looked for train-images-idx3-ubyte and t10k-images-idx3-ubyte (or with .gz), found ${
    images.length > 0 ? images.join(', ') : 'no such file'}`);
}

function readPair(folder, names, images) {
  const wanted = images.replace('images', 'labels').replace('idx3', 'idx1').replace(/\.gz$/, '');
  const labelsName = names.find((name) => name === wanted || name === `${wanted}.gz`);
  if (!labelsName) throw new InputError(`${join(folder, images)} has no labels beside it: ${wanted} is missing`);
  const read = (name, dims) => readIdx(join(folder, name), dims);
  const { shape: [count, height, width], values: pixels } = read(images, 3);
  const { shape: [labelled], values: labels } = read(labelsName, 1);
  if (count !== labelled) throw new InputError(`${folder}: ${count} pictures in ${images}, but ${labelled} labels in ${labelsName}`);
  if (count === 0) throw new InputError(`${join(folder, images)} holds no pictures`);
  if (height < 4 || width < 4) throw new InputError(`${join(folder, images)}: pictures of ${height}x${width} are too small for the network`);
  const odd = labels.findIndex((label) => label > 9);
  if (odd >= 0) throw new InputError(`${join(folder, labelsName)} is damaged: label ${odd + 1} is ${labels[odd]}, not a digit`);
  return { count, height, width, pixels, labels };
}

/** An IDX file of bytes with `dims` dims. */
function readIdx(path, dims) {
  const bytes = readMaybeGzipped(path);
  let tensor;
  try {
    tensor = torsh.utils.data.parseIdx(bytes);
  } catch (error) {
    throw new InputError(`${path}: ${error.message}`);
  }
  if (tensor.dtype !== 'uint8' || tensor.ndim !== dims) throw new InputError(`${path} holds ${tensor.dtype} of ${tensor.ndim} dims, not bytes of ${dims}`);
  return { shape: tensor.shape, values: tensor.toTypedArray() };
}
