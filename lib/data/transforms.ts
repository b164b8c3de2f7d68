/**
 * Functions from a tensor to a tensor for datasets. Images are [..., channels, height, width] of floats, colours from 0 to 1. What is random
 * is drawn from torsh's generator, or from one that is given.
 */
import { TorshError } from '../errors';
import * as ops from '../gen/ops';
import type { Generator } from '../random';
import { type Tensor, tensor } from '../tensor';

export type Transform<A = Tensor, B = Tensor> = (x: A) => B;
interface Random { generator?: Generator | null }

function refuse(op: string, rule: string): TorshError {
  return new TorshError('ERR_ARGUMENT', op, `${op}: ${rule}`);
}

function imageSize(x: Tensor, op: string): [height: number, width: number] {
  const { shape } = x;
  if (shape.length < 2) throw new TorshError('ERR_SHAPE', op, `${op}: takes [..., height, width], but got sizes [${shape.join(', ')}]`);
  return [shape[shape.length - 2], shape[shape.length - 1]];
}

const draw = (random: Random): number => {
  const u = ops.rand([1], { generator: random.generator ?? undefined, dtype: 'float64' });
  const value = u.item() as number;
  u.dispose();
  return value;
};
const between = (low: number, high: number, random: Random): number => low + (high - low) * draw(random);
const below = (n: number, random: Random): number => Math.min(n - 1, Math.floor(n * draw(random)));

/** One after the other. */
export function compose(...transforms: readonly Transform<any, any>[]): Transform<any, any> {
  return (x) => transforms.reduce<unknown>((value, f) => f(value), x);
}

/** (x - mean) / std, a value for each channel. Errors: a std of 0. */
export function normalize(mean: readonly number[] | number, std: readonly number[] | number): Transform {
  const values = [mean, std].map((v) => (typeof v === 'number' ? [v] : [...v]));
  if (values[1].some((v) => v === 0)) throw refuse('normalize', 'std must not be 0');
  return (x) => {
    if (x.ndim < 3 && values.some((v) => v.length > 1)) throw new TorshError('ERR_SHAPE', 'normalize', `normalize: takes [..., channels, height, width], but got sizes [${x.shape.join(', ')}]`);
    const [m, s] = values.map((v) => tensor(v, { dtype: x.dtype }).reshape(v.length > 1 ? [v.length, 1, 1] : []));
    return x.sub(m).div(s);
  };
}

/** Columns of data to mean 0 and standard deviation 1, and back; fit() finds both. What does not vary is only moved. */
export class StandardScaler {
  mean: Tensor | null = null;
  std: Tensor | null = null;
  fit(data: Tensor): this {
    if (data.ndim === 0 || data.shape[0] === 0) throw new TorshError('ERR_SHAPE', 'StandardScaler', `StandardScaler: takes one row or more, but got sizes [${data.shape.join(', ')}]`);
    const mean = data.detach().mean(0);
    const std = data.detach().sub(mean).pow(2).mean(0).sqrt();
    this.mean = mean;
    this.std = std.where(std.gt(0), ops.onesLike(std));
    return this;
  }
  private get fitted(): { mean: Tensor; std: Tensor } {
    if (!this.mean || !this.std) throw refuse('StandardScaler', 'call fit(data) first');
    return { mean: this.mean, std: this.std };
  }
  transform(data: Tensor): Tensor { return data.sub(this.fitted.mean).div(this.fitted.std); }
  inverseTransform(data: Tensor): Tensor { return data.mul(this.fitted.std).add(this.fitted.mean); }
}

/** Class numbers as float32 rows of 0 and a 1. */
export function oneHot(numClasses: number): Transform<Tensor | number> {
  return (x) => ops.oneHot(typeof x === 'number' ? tensor(x, { dtype: 'int64' }) : x, numClasses).to('float32');
}

/** A window of `size` at a random place, of an image with `padding` zeros around it. Errors: ERR_SHAPE when it is smaller than the window. */
export function randomCrop(size: number | readonly [number, number], options: Random & { padding?: number } = {}): Transform {
  const [height, width] = typeof size === 'number' ? [size, size] : size;
  const { padding = 0 } = options;
  return (x) => {
    const whole = padding > 0 ? ops.pad(x, [padding, padding, padding, padding]) : x;
    const [h, w] = imageSize(whole, 'randomCrop');
    if (h < height || w < width) throw new TorshError('ERR_SHAPE', 'randomCrop', `randomCrop: Required crop size ${height} x ${width} is larger than input image size ${h} x ${w}`);
    const top = below(h - height + 1, options), left = below(w - width + 1, options);
    return whole.narrow(-2, top, height).narrow(-1, left, width);
  };
}

export const randomHorizontalFlip = (p = 0.5, options: Random = {}): Transform => (x) => (draw(options) < p ? x.flip(-1) : x);
export const randomVerticalFlip = (p = 0.5, options: Random = {}): Transform => (x) => (draw(options) < p ? x.flip(-2) : x);

/** An image turned about its centre, counter-clockwise, by interpolation; what comes from outside is 0. */
export function rotate(x: Tensor, degrees: number): Tensor {
  const [h, w] = imageSize(x, 'rotate');
  const angle = degrees * Math.PI / 180, cos = Math.cos(angle), sin = Math.sin(angle);
  const images = x.reshape(1, -1, h, w);
  const theta = tensor([[[cos, -sin * h / w, 0], [sin * w / h, cos, 0]]], { dtype: x.dtype });
  const grid = ops.affineGrid(theta, images.shape, false);
  return ops.gridSample(images, grid, 'bilinear', 'zeros', false).reshape(x.shape);
}

/** Turned by a random angle from [-degrees, degrees], or from [low, high]. */
export function randomRotation(degrees: number | readonly [number, number], options: Random = {}): Transform {
  const [low, high] = typeof degrees === 'number' ? [-degrees, degrees] : degrees;
  return (x) => rotate(x, between(low, high, options));
}

const grey = (x: Tensor): Tensor => {
  if (x.ndim < 3 || x.shape[x.ndim - 3] !== 3) throw new TorshError('ERR_SHAPE', 'colorJitter', `colorJitter: takes [..., 3, height, width], but got sizes [${x.shape.join(', ')}]`);
  return x.mul(tensor([0.2989, 0.587, 0.114], { dtype: x.dtype }).reshape(3, 1, 1)).sum(-3, { keepdim: true });
};
/** From what lacks a quality (factor 0) to the image (1), and beyond. */
const blend = (x: Tensor, without: Tensor | number, factor: number): Tensor =>
  x.mul(factor).add(typeof without === 'number' ? without : without.mul(1 - factor)).clamp(0, 1);

/** Brightness, contrast and saturation times random factors from [1 - v, 1 + v] (or [low, high]), in random order. */
export function colorJitter(options: Random & { brightness?: number | readonly [number, number]; contrast?: number | readonly [number, number]; saturation?: number | readonly [number, number] } = {}): Transform {
  const { brightness = 0, contrast = 0, saturation = 0 } = options;
  const ranges = [brightness, contrast, saturation].map((v) => (typeof v === 'number' ? [Math.max(0, 1 - v), 1 + v] : v));
  if (ranges.some(([low, high]) => !(low >= 0 && high >= low))) throw refuse('colorJitter', 'factors must be from 0, the lower before the higher');
  const change: ((x: Tensor, factor: number) => Tensor)[] = [
    (x, factor) => blend(x, 0, factor),
    (x, factor) => blend(x, grey(x).mean([-3, -2, -1], { keepdim: true }), factor),
    (x, factor) => blend(x, grey(x), factor),
  ];
  return (x) => {
    const order = ops.randperm(3, { generator: options.generator ?? undefined }).tolist() as number[];
    for (const i of order) {
      const [low, high] = ranges[i];
      if (low !== 1 || high !== 1) x = change[i](x, between(low, high, options));
    }
    return x;
  };
}

interface Pixels { data: Uint8ClampedArray | Uint8Array; width: number; height: number }

/** The pixels of a canvas (ImageData, or its like) as [channels, height, width] from 0 to 1; channels: 1 (grey), 3 or 4 (with opacity). */
export function fromImageData(image: Pixels, options: { channels?: 1 | 3 | 4 } = {}): Tensor {
  const { data, width, height } = image, { channels = 3 } = options;
  if (![width, height].every((n) => Number.isSafeInteger(n) && n >= 0) || data.length !== 4 * width * height) {
    throw new TorshError('ERR_SHAPE', 'fromImageData', `fromImageData: ${data?.length} bytes are no ${width} x ${height} pixels of four`);
  }
  if (channels !== 1 && channels !== 3 && channels !== 4) throw refuse('fromImageData', `channels should be 1, 3 or 4, but got ${String(channels)}`);
  const all = tensor(new Uint8Array(data.buffer, data.byteOffset, data.length)).reshape(height, width, 4).permute(2, 0, 1).to('float32').div(255);
  return channels === 1 ? grey(all.narrow(0, 0, 3)) : all.narrow(0, 0, channels).contiguous();
}

/** The reverse: [height, width] or [1, 3 or 4, height, width] as an ImageData, where there is none as { data, width, height }. */
export function toImageData(x: Tensor): { data: Uint8ClampedArray<ArrayBuffer>; width: number; height: number } {
  const image = x.detach().ndim === 2 ? x.detach().unsqueeze(0) : x.detach();
  const [channels, height, width] = image.shape;
  if (image.ndim !== 3 || ![1, 3, 4].includes(channels)) throw new TorshError('ERR_SHAPE', 'toImageData', `toImageData: takes [1, 3 or 4, height, width], but got sizes [${x.shape.join(', ')}]`);
  const colours = image.to('float32').mul(255).round().clamp(0, 255);
  const full = channels === 4 ? colours : ops.cat([colours.expand(3, height, width), ops.full([1, height, width], 255)], 0);
  const data = new Uint8ClampedArray(full.permute(1, 2, 0).contiguous().to('uint8').toTypedArray() as Uint8Array<ArrayBuffer>);
  const Made = (globalThis as { ImageData?: new (data: Uint8ClampedArray, width: number, height: number) => { data: Uint8ClampedArray<ArrayBuffer>; width: number; height: number } }).ImageData;
  return Made && width > 0 && height > 0 ? new Made(data, width, height) : { data, width, height };
}
