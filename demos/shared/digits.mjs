/** The pictures of demos/data/digits.bin, for pages and for workers. */

/** { size, train, test }: each part has count, pixels (Float32Array of 0 to 1, picture by picture) and labels. */
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
  return { size, train: part((i) => i % 7 !== 6), test: part((i) => i % 7 === 6) };
}
