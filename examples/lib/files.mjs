/** Reading files that the user names. */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { InputError } from './input-error.mjs';

/** Far above any of these data sets; below what a hostile gzip file could grow to. */
const MAX_BYTES = 2 ** 30;

/** A file's bytes, unzipped when they are gzipped. Throws an InputError. */
export function readMaybeGzipped(path) {
  let bytes;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw new InputError(`cannot read ${path}: ${error.code === 'ENOENT' ? 'no such file' : error.message}`);
  }
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return gunzipSync(bytes, { maxOutputLength: MAX_BYTES });
  } catch (error) {
    throw new InputError(`${path} is damaged: ${error.message}`);
  }
}
