/** The pictures of demos/data/digits.bin, for pages and for workers. */

/** They are SIDE x SIDE; networks see them at LARGE x LARGE. */
export const SIDE = 8, LARGE = 28;

const TRAIN = 1500;

/** { train, test }: each part has count, pixels (Float32Array of 0 to 1, picture by picture) and labels. */
export async function loadDigits() {
  const url = new URL('../data/digits.bin', import.meta.url), response = await fetch(url);
  if (!response.ok) throw new Error(`${url.pathname}: ${response.status} ${response.statusText}`);
  return unpackDigits(await new Response(response.body.pipeThrough(new DecompressionStream('gzip'))).arrayBuffer());
}

/** The same from the unzipped bytes; see demos/data/pack.mjs. */
export function unpackDigits(buffer) {
  const header = new DataView(buffer), [count, height, width] = [0, 2, 4].map((at) => header.getUint16(at, true)), size = height * width;
  const labels = new Uint8Array(buffer, 6, count), packed = new Uint8Array(buffer, 6 + count, (count * size) / 2);
  const part = (keep) => {
    const rows = Array.from(labels.keys()).filter((i) => keep(i)), pixels = new Float32Array(rows.length * size);
    rows.forEach((row, k) => {
      for (let i = 0; i < size; i += 2) {
        const byte = packed[(row * size + i) / 2];
        pixels[k * size + i] = (byte >> 4) / 15;
        pixels[k * size + i + 1] = (byte & 15) / 15;
      }
    });
    return { count: rows.length, pixels, labels: Uint8Array.from(rows, (row) => labels[row]) };
  };
  // The last are for tests.
  return { train: part((i) => i < TRAIN), test: part((i) => i >= TRAIN) };
}

/** Pictures of 8x8, one after the other, as networks see them: a tensor [n, 1, 28, 28] of 0 to 1. A cell is three pixels wide, the contrast that of a pen. */
export function enlarge(torsh, pixels) {
  const { functional } = torsh.nn, small = functional.pad(torsh.tensor(pixels).reshape(-1, 1, SIDE, SIDE), [1, 1, 1, 1]);
  const large = functional.interpolate(small, { size: [30, 30], mode: 'bicubic' }).narrow(2, 1, LARGE).narrow(3, 1, LARGE);
  return large.mul(1.6).sub(0.3).clamp(0, 1).contiguous();
}

/** The same pictures, all moved by up to two pixels: more to learn from. */
export function jitter(torsh, x) {
  return x.roll(torsh.randint(-2, 3, [2]).tolist(), [2, 3]);
}
