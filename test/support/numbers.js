// Numbers of every dtype as the tests see them: decoding, and closeness.

const isFloat = (dtype) => /^(float|bfloat)/.test(dtype);
const isComplex = (dtype) => dtype.startsWith('complex');
const itemsize = { bool: 1, uint8: 1, int8: 1, int16: 2, int32: 4, int64: 8, float16: 2, bfloat16: 2, float32: 4, float64: 8, complex64: 8, complex128: 16 };

const word = new Uint32Array(1);
const real = new Float32Array(word.buffer);

function bfloat16(bits) {
  word[0] = bits << 16;
  return real[0];
}

function float16(bits) {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
}

/** Little-endian bytes as numbers (int64 as bigints, complex as pairs). */
function decode(dtype, bytes) {
  const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  return fromTyped(dtype, new {
    bool: Uint8Array, uint8: Uint8Array, int8: Int8Array, int16: Int16Array, int32: Int32Array, int64: BigInt64Array, float16: Uint16Array,
    bfloat16: Uint16Array, float32: Float32Array, float64: Float64Array, complex64: Float32Array, complex128: Float64Array,
  }[dtype](buffer));
}

/** What tensor.toTypedArray() gives, as an array of numbers (int64: bigints; complex: pairs). */
function fromTyped(dtype, typed) {
  if (dtype === 'float16') return Array.from(typed, float16);
  if (dtype === 'bfloat16') return Array.from(typed, bfloat16);
  return Array.from(typed);
}

const values = (tensor) => fromTyped(tensor.dtype, tensor.toTypedArray());

/** The largest finite magnitude. */
function scaleOf(numbers) {
  let scale = 0;
  for (const x of numbers) if (Number.isFinite(x) && Math.abs(x) > scale) scale = Math.abs(x);
  return scale;
}

/** What two results of a dtype may differ by: the rule of the design, with what the reference's own result lacks. */
function tolerance(dtype, scale, noise = 0) {
  if (dtype === 'float64' || dtype === 'complex128') return Math.max(1e-12, 1e-9 * scale, 8 * noise);
  if (dtype === 'float16') return Math.max(1e-6, 2 ** -10 * scale, 8 * noise);
  if (dtype === 'bfloat16') return Math.max(1e-6, 2 ** -7 * scale, 8 * noise);
  if (isFloat(dtype) || isComplex(dtype)) return Math.max(1e-6, 1e-5 * scale, 8 * noise);
  return 0;
}

/** null when got is close to want element by element (non-finite ones equal), else the first difference in words. */
function difference(got, want, allowed) {
  if (got.length !== want.length) return `${got.length} elements instead of ${want.length}`;
  for (let i = 0; i < want.length; i++) {
    const [g, w] = [got[i], want[i]];
    if (Object.is(g, w) || g === w) continue;
    if (typeof g === 'number' && typeof w === 'number' && Number.isFinite(g) && Number.isFinite(w) && Math.abs(g - w) <= allowed) continue;
    return `element ${i} is ${g} instead of ${w} (allowed difference ${allowed})`;
  }
  return null;
}

/** Sum of squared differences over the sum of squares; non-finite elements must be equal, else Infinity. */
function nmse(got, want) {
  if (got.length !== want.length) return Infinity;
  let error = 0;
  let power = 0;
  for (let i = 0; i < want.length; i++) {
    const [g, w] = [got[i], want[i]];
    if (typeof w === 'bigint' || typeof g === 'bigint') {
      if (g !== w) return Infinity;
      continue;
    }
    if (!Number.isFinite(w) || !Number.isFinite(g)) {
      if (!Object.is(g, w)) return Infinity;
      continue;
    }
    error += (g - w) ** 2;
    power += w * w;
  }
  return error === 0 ? 0 : error / power;
}

module.exports = { isFloat, isComplex, itemsize, decode, fromTyped, values, scaleOf, tolerance, difference, nmse };
