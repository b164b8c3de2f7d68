/** Many small pictures as one. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import torsh from 'torsh';
import { InputError } from './input-error.mjs';

/** Pictures [n, 1, height, width] side by side, `columns` in a row and a pixel apart: [rows, columns]. n is a multiple of columns. */
export function imageGrid(images, columns) {
  const padded = torsh.nn.functional.pad(images, [1, 1, 1, 1], { value: 0.25 });
  const [n, , height, width] = padded.shape;
  return padded.reshape(n / columns, columns, height, width).transpose(1, 2).reshape((n / columns) * height, columns * width);
}

/** Writes a picture [height, width] in 0..1 as a PNG file, small ones enlarged. */
export function savePng(image, file) {
  const times = Math.max(1, Math.floor(640 / image.shape[1]));
  const large = image.repeatInterleave(times, 0).repeatInterleave(times, 1);
  const [png] = torsh.charts.images(large).files();
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, png);
  } catch (error) {
    throw new InputError(`cannot write ${file}: ${error.message}`);
  }
}
