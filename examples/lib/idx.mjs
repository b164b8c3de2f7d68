/** IDX, the format of MNIST: two zero bytes, a type, the number of dims, each dim as a big-endian int32, then the data. */
import { InputError } from './input-error.mjs';

const UINT8 = 8;

/** An IDX file of bytes (a Uint8Array) with `dims` dims: { shape, values }. Throws an InputError that calls it `name`. */
export function parseIdx(bytes, name, dims) {
  const damaged = (what) => new InputError(`${name} is damaged or no IDX file: ${what}`);
  if (bytes.length < 4) throw damaged(`it has ${bytes.length} bytes`);
  if (bytes[0] !== 0 || bytes[1] !== 0) throw damaged('it does not begin with two zero bytes');
  if (bytes[2] !== UINT8) throw damaged(`its values are of type ${bytes[2]}, not ${UINT8} (bytes)`);
  if (bytes[3] !== dims) throw damaged(`it has ${bytes[3]} dims, not ${dims}`);
  const start = 4 + 4 * dims;
  if (bytes.length < start) throw damaged('it ends within its header');
  const header = new DataView(bytes.buffer, bytes.byteOffset);
  const shape = Array.from({ length: dims }, (_, i) => header.getUint32(4 + 4 * i));
  const count = shape.reduce((n, size) => n * size, 1);
  if (bytes.length - start !== count) {
    throw damaged(`its header promises ${shape.join(' x ')} = ${count} bytes, but ${bytes.length - start} follow`);
  }
  return { shape, values: bytes.subarray(start) };
}
