/** Tensors as pictures: pixels of eight bits, and PNG files. */
import { TorshError } from './errors';
import * as ops from './gen/ops';
import { crc32, deflate } from './io/deflate.node';
import { isTensor, type Tensor } from './tensor';

export interface Picture { width: number; height: number; /** 1: grey, 3: red, green, blue, 4: with opacity. */ channels: 1 | 3 | 4; data: Uint8Array }

/** Deflated bytes in the zlib format: a head, and Adler's sum of what they stand for. */
function zlib(bytes: Uint8Array): Uint8Array {
  let a = 1, b = 0;
  for (let i = 0; i < bytes.length;) {
    // As many as 32 bits hold before the remainder must be taken.
    for (const end = Math.min(i + 3800, bytes.length); i < end; i++) { a += bytes[i]; b += a; }
    a %= 65521;
    b %= 65521;
  }
  const body = deflate(bytes), out = new Uint8Array(body.length + 6);
  out.set([0x78, 0x9c]);
  out.set(body, 2);
  new DataView(out.buffer).setUint32(body.length + 2, b * 65536 + a);
  return out;
}

/** Row-major pixels as a PNG file. */
export function encodePng({ width, height, channels, data }: Picture): Uint8Array {
  const row = width * channels, filtered = new Uint8Array((row + 1) * height);
  // No filter: a leading 0 in each row.
  for (let y = 0; y < height; y++) filtered.set(data.subarray(y * row, (y + 1) * row), y * (row + 1) + 1);
  const header = new Uint8Array(13), view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([8, { 1: 0, 3: 2, 4: 6 }[channels]], 8);
  const chunks = [['IHDR', header], ['IDAT', zlib(filtered)], ['IEND', new Uint8Array(0)]] as const;
  const out = new Uint8Array(8 + chunks.reduce((n, [, body]) => n + 12 + body.length, 0)), bytes = new DataView(out.buffer);
  out.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  let at = 8;
  for (const [name, body] of chunks) {
    bytes.setUint32(at, body.length);
    for (let i = 0; i < 4; i++) out[at + 4 + i] = name.charCodeAt(i);
    out.set(body, at + 8);
    bytes.setUint32(at + 8 + body.length, crc32(out.subarray(at + 4, at + 8 + body.length), 0));
    at += 12 + body.length;
  }
  return out;
}

const fail = (op: string, text: string): TorshError => new TorshError('ERR_SHAPE', op, `${op}: ${text}`);

/** Images side by side, `columns` in a row: (N, C, H, W) to (C, rows * H, columns * W). What is left over is 0. */
export function grid(images: Tensor, columns: number): Tensor {
  const [n, c, h, w] = images.shape;
  const across = Math.min(n, columns), down = Math.ceil(n / across);
  const whole = down * across === n ? images : ops.cat([images, ops.zeros([down * across - n, c, h, w], { dtype: images.dtype })], 0);
  return whole.reshape(down, across, c, h, w).permute(2, 0, 3, 1, 4).reshape(c, down * h, across * w);
}

/**
 * A tensor whose dims are those of dataformats ('CHW', 'HWC', 'HW', 'NCHW' in any order; several images become a grid of eight in a row), from
 * 0 to 1 or, of uint8, to 255, as a picture. What is beyond is cut off.
 */
export function picture(op: string, image: unknown, dataformats: string): Picture {
  if (!isTensor(image)) throw new TorshError('ERR_ARGUMENT', op, `${op}: takes a Tensor, not ${image === null ? 'null' : typeof image}`);
  const format = String(dataformats).toUpperCase();
  if (!['HW', 'CHW', 'CHNW'].includes([...format].sort().join(''))) throw new TorshError('ERR_ARGUMENT', op, `${op}: dataformats must be an order of HW, CHW or NCHW, but got '${dataformats}'`);
  if (image.ndim !== format.length) throw fail(op, `dataformats '${dataformats}' has ${format.length} dims, but the image is [${image.shape.join(', ')}]`);
  if (image.isComplex()) throw new TorshError('ERR_DTYPE', op, `${op}: an image cannot be ${image.dtype}`);
  let x = image.detach();
  if (format.length === 2) x = (format === 'HW' ? x : x.T).unsqueeze(0);
  else x = x.permute([...(format.length === 4 ? 'NCHW' : 'CHW')].map((d) => format.indexOf(d)));
  if (x.numel() === 0) throw fail(op, `the image is empty: [${image.shape.join(', ')}]`);
  if (format.length === 4) x = grid(x, 8);
  const [channels, height, width] = x.shape;
  if (channels !== 1 && channels !== 3 && channels !== 4) throw fail(op, `an image has 1, 3 or 4 channels, but got ${channels} of [${image.shape.join(', ')}]`);
  const scaled = x.dtype === 'uint8' ? x : x.to('float32').mul(255).nanToNum(0).clamp(0, 255).to('uint8');
  return { width, height, channels, data: scaled.permute(1, 2, 0).contiguous().toTypedArray() as Uint8Array };
}
