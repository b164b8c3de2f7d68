/**
 * The numbers that every peer works on: the same in JavaScript and in Python (peers/pytorch/inputs.py), so that results can be compared.
 * They look random and come from a hash of their place and a seed; long rows repeat after PERIOD of them.
 */
export const PERIOD = 65521;

function hash(i) {
  let x = Math.imul(i + 1, 0x9e3779b1);
  x = Math.imul(x ^ (x >>> 15), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return (x ^ (x >>> 16)) >>> 0;
}

export const count = (shape) => shape.reduce((a, b) => a * b, 1);

/** `n` numbers from low to high; Type: Float32Array or Float64Array. */
export function uniform(n, seed, low = -1, high = 1, Type = Float32Array) {
  const out = new Type(n), period = Math.min(n, PERIOD);
  for (let i = 0; i < period; i++) out[i] = low + (high - low) * (hash(i + seed * PERIOD) / 4294967296);
  for (let at = period; at < n; at += period) out.copyWithin(at, 0, Math.min(period, n - at));
  return out;
}

/** `n` whole numbers below `most`. */
export const whole = (n, seed, most) => Int32Array.from(uniform(n, seed, 0, 1, Float64Array), (x) => Math.floor(x * most));

function seedOf(name) {
  let x = 0x811c9dc5;
  for (const c of name) x = Math.imul(x ^ c.charCodeAt(0), 0x01000193) >>> 0;
  return x % 10007;
}

/** A parameter or buffer by its PyTorch name: as large as keeps the size of what flows through a net of them. */
export function weight(name, shape) {
  const n = count(shape);
  if (shape.length > 1) {
    const bound = Math.sqrt(6 / (n / shape[0]));
    return uniform(n, seedOf(name), -bound, bound);
  }
  const middle = /(norm|bn|downsample\.1|ln)\w*\.weight$|running_var$/.test(name) ? 1 : 0;
  return uniform(n, seedOf(name), middle - 0.1, middle + 0.1);
}
