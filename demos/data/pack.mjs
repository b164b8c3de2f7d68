/**
 * Packs pictures of MNIST into digits.bin, which the demos read (demos/shared/digits.mjs): `node demos/data/pack.mjs IMAGES LABELS`, both in MNIST's own
 * format, gzipped. Takes the first 3,500: of seven in turn one is kept for tests. Four bits of ink are enough.
 *
 * The file is gzipped: the numbers of pictures, height and width (16 bits each, little-endian), a label for each, and their pixels, two in a byte.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';

const COUNT = 3500;

const [images, labels] = process.argv.slice(2, 4).map((path) => gunzipSync(readFileSync(path)));
const [height, width] = [images.readUInt32BE(8), images.readUInt32BE(12)], size = height * width;
const packed = Buffer.alloc(6 + COUNT + (COUNT * size) / 2);
[COUNT, height, width].forEach((n, i) => packed.writeUInt16LE(n, 2 * i));
labels.copy(packed, 6, 8, 8 + COUNT);
const ink = (i) => Math.round(images[16 + i] / 17);
for (let i = 0; i < COUNT * size; i += 2) packed[6 + COUNT + i / 2] = (ink(i) << 4) | ink(i + 1);
const file = new URL('digits.bin', import.meta.url), zipped = gzipSync(packed, { level: 9 });
writeFileSync(file, zipped);
console.log(`${file.pathname}: ${COUNT} pictures of ${height}x${width}, ${zipped.length} bytes`);
