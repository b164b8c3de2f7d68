/**
 * Packs the digits of examples/data into digits.bin, which the demos read (demos/shared/digits.mjs): `node demos/data/pack.mjs`. Four bits of ink are enough.
 *
 * The file is gzipped: the numbers of pictures, height and width (16 bits each, little-endian), a label for each, and their pixels, two in a byte.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';

const SIDE = 8, SIZE = SIDE * SIDE;

const text = gunzipSync(readFileSync(new URL('../../examples/data/digits.csv.gz', import.meta.url))).toString();
const rows = text.trim().split('\n').map((line) => line.split(',').map(Number)).filter((row) => row.length === SIZE + 1 && row.every(Number.isInteger));
const packed = Buffer.alloc(6 + rows.length + (rows.length * SIZE) / 2);
[rows.length, SIDE, SIDE].forEach((n, i) => packed.writeUInt16LE(n, 2 * i));
rows.forEach((row, i) => {
  const ink = row.slice(0, SIZE).map((v) => Math.round((15 * v) / 16));
  packed[6 + i] = row[SIZE];
  for (let k = 0; k < SIZE; k += 2) packed[6 + rows.length + (i * SIZE + k) / 2] = (ink[k] << 4) | ink[k + 1];
});
const file = new URL('digits.bin', import.meta.url), zipped = gzipSync(packed, { level: 9 });
writeFileSync(file, zipped);
console.log(`${file.pathname}: ${rows.length} pictures of ${SIDE}x${SIDE}, ${zipped.length} bytes`);
