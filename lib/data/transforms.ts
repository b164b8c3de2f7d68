/**
 * Functions from a tensor to a tensor for datasets. Images are [..., channels, height, width] of floats, colours from 0 to 1. What is random
 * is drawn from torsh's generator, or from one that is given. They get into workers of a DataLoader (those without a generator of their own).
 */
import { bind, type Signature, signature } from '../bind';
import { TorshError } from '../errors';
import * as ops from '../gen/ops';
import { nameOf } from '../io/values';
import type { Generator } from '../random';
import { isTensor, type Tensor, tensor } from '../tensor';
import { recipe } from './collate';

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

/** With its name and arguments, by which a worker makes it again. */
const made = ({ name, positional }: Signature, values: unknown[], options: object, f: Transform): Transform =>
  Object.assign((x: Tensor) => f(tensorOf(x, name)), { [recipe]: [name, ...values.slice(0, positional), ...(Object.keys(options).length > 0 ? [options] : [])] });

function tensorOf(x: unknown, op: string): Tensor {
  if (!isTensor(x)) throw refuse(op, `takes a tensor, but got ${nameOf(x)}`);
  return x;
}

function sizePair(size: unknown, op: string): readonly [height: number, width: number] {
  const pair = typeof size === 'number' ? [size, size] : size;
  if (Array.isArray(pair) && pair.length === 2 && pair.every((n) => Number.isSafeInteger(n) && n > 0)) return pair as unknown as [number, number];
  throw refuse(op, `size should be a whole number above 0 or [height, width], but got ${JSON.stringify(size) ?? String(size)}`);
}

/**
 * One after the other.
 *
 * @example
 * ```js
 * const { compose, normalize, resize } = torsh.utils.data.transforms;
 * console.log(compose(resize(4), normalize(0.5, 0.5))(torsh.rand(3, 8, 8)).shape); // [ 3, 4, 4 ]
 * ```
 */
export function compose(...transforms: readonly Transform<any, any>[]): Transform<any, any> {
  for (const f of transforms) if (typeof f !== 'function') throw refuse('compose', `takes functions, but got ${String(f)}`);
  return Object.assign((x: unknown) => transforms.reduce<unknown>((value, f) => f(value), x), { [recipe]: ['compose', ...transforms] });
}

const normalizeSignature = signature('normalize', 'mean, std');

/**
 * (x - mean) / std, a value for each channel. Errors: a std of 0.
 *
 * @example
 * ```js
 * console.log(torsh.utils.data.transforms.normalize([0.5], [0.5])(torsh.ones(1, 1, 2))); // tensor([[[1., 1.]]])
 * ```
 */
export function normalize(mean: readonly number[] | number, std: readonly number[] | number): Transform;
export function normalize(...args: unknown[]): Transform {
  const bound = bind(normalizeSignature, args);
  const values = bound.map((v) => (typeof v === 'number' ? [v] : [...v as number[]]));
  if (values[1].some((v) => v === 0)) throw refuse('normalize', 'std must not be 0');
  return made(normalizeSignature, bound, {}, (x: Tensor) => {
    if (x.ndim < 3 && values.some((v) => v.length > 1)) throw new TorshError('ERR_SHAPE', 'normalize', `normalize: takes [..., channels, height, width], but got sizes [${x.shape.join(', ')}]`);
    const [m, s] = values.map((v) => tensor(v, { dtype: x.dtype }).reshape(v.length > 1 ? [v.length, 1, 1] : []));
    return x.sub(m).div(s);
  });
}

/**
 * Columns of data to mean 0 and standard deviation 1, and back; fit() finds both. What does not vary is only moved.
 *
 * @example
 * ```js
 * const scaler = new torsh.utils.data.transforms.StandardScaler().fit(torsh.tensor([[0, 10], [2, 30]]));
 * console.log(scaler.transform(torsh.tensor([[1, 20]]))); // tensor([[0., 0.]])
 * ```
 */
export class StandardScaler {
  mean: Tensor | null = null;
  std: Tensor | null = null;
  fit(data: Tensor): this {
    tensorOf(data, 'StandardScaler');
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
  transform(data: Tensor): Tensor { return tensorOf(data, 'StandardScaler').sub(this.fitted.mean).div(this.fitted.std); }
  inverseTransform(data: Tensor): Tensor { return tensorOf(data, 'StandardScaler').mul(this.fitted.std).add(this.fitted.mean); }
}

const oneHotSignature = signature('oneHot', 'numClasses');

/** Class numbers as float32 rows of 0 and a 1. Errors: a class beyond numClasses. */
export function oneHot(numClasses: number): Transform<Tensor | number>;
export function oneHot(...args: unknown[]): Transform<Tensor | number> {
  const [numClasses] = bind(oneHotSignature, args) as [number];
  if (!Number.isSafeInteger(numClasses) || numClasses <= 0) throw refuse('oneHot', `numClasses should be a whole number above 0, but got ${String(numClasses)}`);
  const f = made(oneHotSignature, [numClasses], {}, (x) => ops.oneHot(x, numClasses).to('float32'));
  return Object.assign((x: Tensor | number) => f(typeof x === 'number' ? tensor(x, { dtype: 'int64' }) : x), { [recipe]: ['oneHot', numClasses] });
}

const resizeSignature = signature('resize', 'size, *, antialias=true');

/**
 * An image of [height, width], or whose smaller edge is `size`, by bilinear interpolation. https://pytorch.org/vision/stable/generated/torchvision.transforms.Resize.html
 *
 * @example
 * ```js
 * console.log(torsh.utils.data.transforms.resize([4, 6])(torsh.rand(3, 8, 8)).shape); // [ 3, 4, 6 ]
 * ```
 */
export function resize(size: number | readonly [number, number], options?: { antialias?: boolean }): Transform;
export function resize(...args: unknown[]): Transform {
  const bound = bind(resizeSignature, args), [size, antialias] = bound as [unknown, boolean], pair = sizePair(size, 'resize');
  return made(resizeSignature, bound, { antialias }, (x: Tensor) => {
    const [h, w] = imageSize(x, 'resize');
    if (h === 0 || w === 0) throw new TorshError('ERR_SHAPE', 'resize', `resize: an image of sizes [${x.shape.join(', ')}] has no pixels`);
    const to = typeof size !== 'number' ? pair : h <= w ? [size, Math.floor(size * w / h)] : [Math.floor(size * h / w), size];
    return resized(x, to, antialias);
  });
}

function resized(x: Tensor, size: readonly number[], antialias: boolean): Tensor {
  const [h, w] = imageSize(x, 'resize');
  if (size[0] === h && size[1] === w) return x;
  return ops.interpolate(x.reshape(1, -1, h, w), { size: [...size], mode: 'bilinear', alignCorners: false, antialias }).reshape([...x.shape.slice(0, -2), ...size]);
}

const window = (x: Tensor, top: number, left: number, height: number, width: number): Tensor => x.narrow(-2, top, height).narrow(-1, left, width);
const centerCropSignature = signature('centerCrop', 'size');

/**
 * The middle of an image, which gets zeros around it where it is smaller. https://pytorch.org/vision/stable/generated/torchvision.transforms.CenterCrop.html
 *
 * @example
 * ```js
 * console.log(torsh.utils.data.transforms.centerCrop(2)(torsh.arange(16).reshape(1, 4, 4)));
 * // tensor([[[ 5,  6],
 * //          [ 9, 10]]])
 * ```
 */
export function centerCrop(size: number | readonly [number, number]): Transform;
export function centerCrop(...args: unknown[]): Transform {
  const bound = bind(centerCropSignature, args), [height, width] = sizePair(bound[0], 'centerCrop');
  return made(centerCropSignature, bound, {}, (x: Tensor) => {
    const [h, w] = imageSize(x, 'centerCrop'), dy = Math.max(0, height - h), dx = Math.max(0, width - w);
    const whole = dy + dx > 0 ? ops.pad(x, [dx >> 1, (dx + 1) >> 1, dy >> 1, (dy + 1) >> 1]) : x;
    return window(whole, toEven((h + dy - height) / 2), toEven((w + dx - width) / 2), height, width);
  });
}

/** Rounded as Python does. */
const toEven = (n: number): number => (n % 1 === 0.5 ? 2 * Math.round(n / 2) : Math.round(n));

const randomCropSignature = signature('randomCrop', 'size, *, padding=0, generator=null');

/**
 * A window of `size` at a random place, of an image with `padding` zeros around it. Errors: ERR_SHAPE when it is smaller than the window.
 *
 * @example
 * ```js
 * console.log(torsh.utils.data.transforms.randomCrop(6, { padding: 1 })(torsh.rand(3, 8, 8)).shape); // [ 3, 6, 6 ]
 * ```
 */
export function randomCrop(size: number | readonly [number, number], options?: Random & { padding?: number }): Transform;
export function randomCrop(...args: unknown[]): Transform {
  const bound = bind(randomCropSignature, args), [size, padding, generator] = bound as [unknown, number, Generator | null];
  const [height, width] = sizePair(size, 'randomCrop');
  return made(randomCropSignature, bound, { padding, generator }, (x: Tensor) => {
    const whole = padding > 0 ? ops.pad(x, [padding, padding, padding, padding]) : x;
    const [h, w] = imageSize(whole, 'randomCrop');
    if (h < height || w < width) throw new TorshError('ERR_SHAPE', 'randomCrop', `randomCrop: Required crop size ${height} x ${width} is larger than input image size ${h} x ${w}`);
    const top = below(h - height + 1, { generator }), left = below(w - width + 1, { generator });
    return window(whole, top, left, height, width);
  });
}

const resizedCropSignature = signature('randomResizedCrop', 'size, *, scale=[0.08, 1], ratio=[0.75, 1.3333333333333333], generator=null');

/**
 * A random part of an image (of `scale` of its area, with a width of `ratio` of its height), resized.
 * https://pytorch.org/vision/stable/generated/torchvision.transforms.RandomResizedCrop.html
 */
export function randomResizedCrop(size: number | readonly [number, number], options?: Random & { scale?: readonly [number, number]; ratio?: readonly [number, number] }): Transform;
export function randomResizedCrop(...args: unknown[]): Transform {
  const op = 'randomResizedCrop', bound = bind(resizedCropSignature, args);
  const [given, scale, ratio, generator] = bound as [unknown, [number, number], [number, number], Generator | null];
  const size = sizePair(given, op);
  for (const [name, v] of Object.entries({ scale, ratio })) {
    if (!(Array.isArray(v) && v.length === 2 && v[0] > 0 && v[1] >= v[0])) throw refuse(op, `${name} should be [least, most] above 0, but got ${JSON.stringify(v)}`);
  }
  return made(resizedCropSignature, bound, { scale, ratio, generator }, (x: Tensor) => {
    const [h, w] = imageSize(x, op), [low, high] = ratio;
    for (let i = 0; i < 10; i++) {
      const area = h * w * between(scale[0], scale[1], { generator }), r = Math.exp(between(Math.log(low), Math.log(high), { generator }));
      const width = toEven(Math.sqrt(area * r)), height = toEven(Math.sqrt(area / r));
      if (width < 1 || height < 1 || width > w || height > h) continue;
      const top = below(h - height + 1, { generator }), left = below(w - width + 1, { generator });
      return resized(window(x, top, left, height, width), size, true);
    }
    let height = h, width = w; // no such part in ten tries: the largest in the middle
    if (w / h < low) height = Math.max(1, toEven(w / low));
    else if (w / h > high) width = Math.max(1, toEven(h * high));
    return resized(window(x, (h - height) >> 1, (w - width) >> 1, height, width), size, true);
  });
}

const flipSignatures = [signature('randomHorizontalFlip', 'p=0.5, *, generator=null'), signature('randomVerticalFlip', 'p=0.5, *, generator=null')];

function randomFlip(dim: -1 | -2, args: unknown[]): Transform {
  const sig = flipSignatures[-1 - dim], bound = bind(sig, args), [p, generator] = bound as [number, Generator | null];
  if (!(p >= 0 && p <= 1)) throw refuse(sig.name, `p should be from 0 to 1, but got ${String(p)}`);
  return made(sig, bound, { generator }, (x: Tensor) => (draw({ generator }) < p ? x.flip(dim) : x));
}

/**
 * Left and right change places with probability p.
 *
 * @example
 * ```js
 * console.log(torsh.utils.data.transforms.randomHorizontalFlip(1)(torsh.arange(3).reshape(1, 1, 3)));
 * // tensor([[[2, 1, 0]]])
 * ```
 */
export function randomHorizontalFlip(p?: number | Random, options?: Random): Transform;
export function randomHorizontalFlip(...args: unknown[]): Transform {
  return randomFlip(-1, args);
}
/** Top and bottom change places with probability p. */
export function randomVerticalFlip(p?: number | Random, options?: Random): Transform;
export function randomVerticalFlip(...args: unknown[]): Transform {
  return randomFlip(-2, args);
}

/** An image turned about its centre, counter-clockwise, by interpolation; what comes from outside is 0. */
export function rotate(x: Tensor, degrees: number): Tensor {
  const [h, w] = imageSize(tensorOf(x, 'rotate'), 'rotate');
  if (typeof degrees !== 'number' || !Number.isFinite(degrees)) throw refuse('rotate', `degrees should be a number, but got ${String(degrees)}`);
  const angle = degrees * Math.PI / 180, cos = Math.cos(angle), sin = Math.sin(angle);
  const images = x.reshape(1, -1, h, w);
  const theta = tensor([[[cos, -sin * h / w, 0], [sin * w / h, cos, 0]]], { dtype: x.dtype });
  const grid = ops.affineGrid(theta, images.shape, false);
  return ops.gridSample(images, grid, 'bilinear', 'zeros', false).reshape(x.shape);
}

const rotationSignature = signature('randomRotation', 'degrees, *, generator=null');

/** Turned by a random angle from [-degrees, degrees], or from [low, high]. */
export function randomRotation(degrees: number | readonly [number, number], options?: Random): Transform;
export function randomRotation(...args: unknown[]): Transform {
  const bound = bind(rotationSignature, args), [degrees, generator] = bound as [number | [number, number], Generator | null];
  const [low, high] = typeof degrees === 'number' ? [-degrees, degrees] : degrees;
  if (!(high >= low)) throw refuse('randomRotation', `degrees should be a number from 0 or [low, high], but got ${JSON.stringify(degrees)}`);
  return made(rotationSignature, bound, { generator }, (x: Tensor) => rotate(x, between(low, high, { generator })));
}

/** The weights of grey are torchvision's. */
const grey = (x: Tensor): Tensor => {
  if (x.ndim < 3 || x.shape[x.ndim - 3] !== 3) throw new TorshError('ERR_SHAPE', 'colorJitter', `colorJitter: takes [..., 3, height, width], but got sizes [${x.shape.join(', ')}]`);
  return x.mul(tensor([0.2989, 0.587, 0.114], { dtype: x.dtype }).reshape(3, 1, 1)).sum(-3, { keepdim: true });
};
/** From what lacks a quality (factor 0) to the image (1), and beyond. */
const blend = (x: Tensor, without: Tensor | number, factor: number): Tensor =>
  x.mul(factor).add(typeof without === 'number' ? without : without.mul(1 - factor)).clamp(0, 1);

type Factor = number | readonly [number, number];
const jitterSignature = signature('colorJitter', 'brightness=0, contrast=0, saturation=0, *, generator=null');

/** Brightness, contrast and saturation times random factors from [1 - v, 1 + v] (or [low, high]), in random order. */
export function colorJitter(options?: Random & { brightness?: Factor; contrast?: Factor; saturation?: Factor }): Transform;
export function colorJitter(brightness: Factor, contrast?: Factor, saturation?: Factor, options?: Random): Transform;
export function colorJitter(...args: unknown[]): Transform {
  const bound = bind(jitterSignature, args), generator = bound[3] as Generator | null;
  const [brightness, contrast, saturation] = bound as Factor[];
  const ranges = [brightness, contrast, saturation].map((v) => (typeof v === 'number' ? [Math.max(0, 1 - v), 1 + v] : v));
  if (ranges.some(([low, high]) => !(low >= 0 && high >= low))) throw refuse('colorJitter', 'factors must be from 0, the lower before the higher');
  const change: ((x: Tensor, factor: number) => Tensor)[] = [
    (x, factor) => blend(x, 0, factor),
    (x, factor) => blend(x, grey(x).mean([-3, -2, -1], { keepdim: true }), factor),
    (x, factor) => blend(x, grey(x), factor),
  ];
  return made(jitterSignature, bound, { generator }, (x: Tensor) => {
    const order = ops.randperm(3, { generator: generator ?? undefined }).tolist() as number[];
    for (const i of order) {
      const [low, high] = ranges[i];
      if (low !== 1 || high !== 1) x = change[i](x, between(low, high, { generator }));
    }
    return x;
  });
}

interface Pixels { data: Uint8ClampedArray | Uint8Array; width: number; height: number }

const imageDataSignature = signature('fromImageData', 'image{}, channels=3');

/** The pixels of a canvas (ImageData, or its like) as [channels, height, width] from 0 to 1; channels: 1 (grey), 3 or 4 (with opacity). */
export function fromImageData(image: Pixels, options?: { channels?: 1 | 3 | 4 }): Tensor;
export function fromImageData(...args: unknown[]): Tensor {
  const [image, channels] = bind(imageDataSignature, args) as [Pixels | null, 1 | 3 | 4];
  if (!ArrayBuffer.isView(image?.data)) throw refuse('fromImageData', `takes { data, width, height }, but got ${nameOf(image)}`);
  const { data, width, height } = image;
  if (![width, height].every((n) => Number.isSafeInteger(n) && n >= 0) || data.length !== 4 * width * height) {
    throw new TorshError('ERR_SHAPE', 'fromImageData', `fromImageData: ${data?.length} bytes are no ${width} x ${height} pixels of four`);
  }
  if (channels !== 1 && channels !== 3 && channels !== 4) throw refuse('fromImageData', `channels should be 1, 3 or 4, but got ${String(channels)}`);
  const all = tensor(new Uint8Array(data.buffer, data.byteOffset, data.length)).reshape(height, width, 4).permute(2, 0, 1).to('float32').div(255);
  return channels === 1 ? grey(all.narrow(0, 0, 3)) : all.narrow(0, 0, channels).contiguous();
}

/** The reverse: [height, width] or [1, 3 or 4, height, width] as an ImageData, where there is none as { data, width, height }. */
export function toImageData(x: Tensor): { data: Uint8ClampedArray<ArrayBuffer>; width: number; height: number } {
  tensorOf(x, 'toImageData');
  const image = x.detach().ndim === 2 ? x.detach().unsqueeze(0) : x.detach();
  const [channels, height, width] = image.shape;
  if (image.ndim !== 3 || ![1, 3, 4].includes(channels)) throw new TorshError('ERR_SHAPE', 'toImageData', `toImageData: takes [1, 3 or 4, height, width], but got sizes [${x.shape.join(', ')}]`);
  const colours = image.to('float32').mul(255).round().clamp(0, 255);
  const full = channels === 4 ? colours : ops.cat([colours.expand(3, height, width), ops.full([1, height, width], 255)], 0);
  const data = new Uint8ClampedArray(full.permute(1, 2, 0).contiguous().to('uint8').toTypedArray() as Uint8Array<ArrayBuffer>);
  const Made = (globalThis as { ImageData?: new (data: Uint8ClampedArray, width: number, height: number) => { data: Uint8ClampedArray<ArrayBuffer>; width: number; height: number } }).ImageData;
  return Made && width > 0 && height > 0 ? new Made(data, width, height) : { data, width, height };
}
