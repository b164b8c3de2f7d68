/** Texts to train on: those that come with the examples, or the user's. */
import { fileURLToPath } from 'node:url';
import { readMaybeGzipped } from './files.mjs';
import { InputError } from './input-error.mjs';

const shipped = (name) => fileURLToPath(new URL(`../data/${name}.gz`, import.meta.url));

/** A text file (UTF-8), gzipped or not; without a path, a file of examples/data. */
export function loadText(path, name) {
  const file = path ?? shipped(name);
  const text = readMaybeGzipped(file).toString('utf8').replaceAll('\r\n', '\n');
  if (text.trim() === '') throw new InputError(`${file} holds no text`);
  return text;
}
