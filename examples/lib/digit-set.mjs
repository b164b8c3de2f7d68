/**
 * Digits to train on, in Node and in a page. A set: { name, height, width, ink (the value of full ink), train, test }, both
 * parts being { count, pixels (Uint8Array, picture by picture), labels (Uint8Array) }.
 */
import { parseCsv } from './csv.mjs';
import { InputError } from './input-error.mjs';

/** The ten digits come in turns there, and seven meets each of them alike. */
const isSeventh = (i) => i % 7 === 6;

/** The UCI digits from the text of digits.csv: 8x8; every seventh is kept for the test. */
export function uciSet(text, name) {
  const { rows, values } = parseCsv(text, name, { columns: 65, max: (column) => (column === 64 ? 9 : 16) });
  const pixels = new Uint8Array(rows * 64), labels = new Uint8Array(rows);
  for (let i = 0; i < rows; i++) {
    pixels.set(values.subarray(i * 65, i * 65 + 64), i * 64);
    labels[i] = values[i * 65 + 64];
  }
  const set = { name: 'UCI digits (Alpaydin, Kaynak 1998; CC BY 4.0)', height: 8, width: 8, ink: 16 };
  return { ...set, ...split({ count: rows, pixels, labels }, 64, isSeventh) };
}

/** Parts to train on and to test with, from all pictures, each of `size` pixels. */
export function split({ count, pixels, labels }, size, isTest) {
  if (count < 10) throw new InputError(`${count} pictures are too few to train and to test with`);
  const take = (keep) => {
    const rows = Array.from({ length: count }, (_, i) => i).filter(keep);
    const part = { count: rows.length, pixels: new Uint8Array(rows.length * size), labels: new Uint8Array(rows.length) };
    rows.forEach((row, i) => {
      part.pixels.set(pixels.subarray(row * size, (row + 1) * size), i * size);
      part.labels[i] = labels[row];
    });
    return part;
  };
  return { train: take((i) => !isTest(i)), test: take(isTest) };
}
