/** Tensors as pictures: images, filters, feature maps. */
import { noGrad } from '../autograd';
import { TorshError } from '../errors';
import { encodePng, type Picture } from '../image';
import { tidy } from '../memory';
import { isTensor, type Tensor } from '../tensor';
import { Drawing } from './chart';
import { base64, elementOf } from './draw.node';
import { inkOf, type Theme } from './theme';

export type ColourMap = 'grey' | 'viridis' | 'diverging';
export interface ImagesOptions {
  title?: string | null;
  /** Text below each image. */
  captions?: readonly string[] | null;
  /** Images in a row. */
  columns?: number | null;
  /** How many units of the drawing a pixel is wide; by default so that an image is about 96 wide. */
  scale?: number | null;
  /** Values from this to that become the range of colours; by default 0 to 1 (uint8: 255), diverging: as far on both sides of 0 as they go. 'image': those of each image, 'all': of all. */
  range?: readonly [number, number] | 'image' | 'all' | null;
  /** Colours of a single channel. */
  cmap?: ColourMap;
  theme?: Theme;
  background?: string | null;
}

const stops: Record<ColourMap, readonly (readonly number[])[]> = {
  grey: [[0, 0, 0], [255, 255, 255]],
  viridis: [[68, 1, 84], [71, 44, 122], [59, 81, 139], [44, 113, 142], [33, 144, 141], [39, 173, 129], [92, 200, 99], [170, 220, 50], [253, 231, 37]],
  diverging: [[33, 70, 160], [66, 105, 208], [146, 176, 236], [247, 247, 247], [255, 176, 160], [255, 114, 92], [176, 42, 36]],
};

const refuse = (text: string, code: 'ERR_ARGUMENT' | 'ERR_SHAPE' = 'ERR_ARGUMENT'): TorshError => new TorshError(code, 'images', `images: ${text}`);
const escape = (text: string): string => text.replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c]!);

/** Doubles of one image, channel after channel. */
interface Raw { width: number; height: number; channels: number; data: Float64Array }

function rawOf(images: unknown): { raws: Raw[]; top: number } {
  const one = (x: Tensor): Raw[] => tidy(() => noGrad(() => {
    if (x.isComplex()) throw new TorshError('ERR_DTYPE', 'images', `images: an image cannot be ${x.dtype}`);
    const { shape } = x, channels = shape[shape.length - 3];
    if (x.ndim < 2 || x.ndim > 4 || x.numel() === 0) throw refuse(`takes (H, W), (C, H, W) or (N, C, H, W), but got [${shape.join(', ')}]`, 'ERR_SHAPE');
    const [height, width] = shape.slice(-2);
    // Other numbers of channels are maps of features: each is an image.
    const c = x.ndim > 2 && (channels === 3 || channels === 4) ? channels : 1, size = c * height * width;
    const data = x.detach().to('float64').contiguous().toTypedArray() as Float64Array;
    return Array.from({ length: data.length / size }, (_, i) => ({ width, height, channels: c, data: data.subarray(i * size, (i + 1) * size) }));
  }));
  const list = isTensor(images) ? [images] : images;
  if (!Array.isArray(list) || list.length === 0 || !list.every(isTensor)) throw refuse('takes a tensor or an array of tensors');
  return { raws: list.flatMap(one), top: list.every((x) => x.dtype === 'uint8') ? 255 : 1 };
}

function extent(raws: readonly Raw[]): [number, number] {
  let low = Infinity, high = -Infinity;
  for (const { data } of raws) for (const v of data) if (Number.isFinite(v)) { if (v < low) low = v; if (v > high) high = v; }
  return low <= high ? [low, high] : [0, 1];
}

function colour(cmap: ColourMap, t: number): number[] {
  const list = stops[cmap], at = t * (list.length - 1), i = Math.min(list.length - 2, Math.floor(at));
  return list[i].map((v, c) => Math.round(v + (list[i + 1][c] - v) * (at - i)));
}

function painted({ width, height, channels, data }: Raw, [low, high]: readonly [number, number], cmap: ColourMap): Picture {
  const n = width * height, grey = channels === 1 && cmap === 'grey', out = grey ? 1 : channels === 4 ? 4 : 3;
  const pixels = new Uint8Array(n * out);
  const part = (v: number): number => (Number.isNaN(v) ? 0 : Math.min(1, Math.max(0, high > low ? (v - low) / (high - low) : 0)));
  for (let i = 0; i < n; i++) {
    if (channels > 1) for (let c = 0; c < channels; c++) pixels[i * out + c] = Math.round(255 * part(data[c * n + i]));
    else if (grey) pixels[i] = Math.round(255 * part(data[i]));
    else pixels.set(colour(cmap, part(data[i])), i * 3);
  }
  return { width, height, channels: out as 1 | 3 | 4, data: pixels };
}

const FONT = 'system-ui, -apple-system, &quot;Segoe UI&quot;, &quot;Helvetica Neue&quot;, Arial, &quot;DejaVu Sans&quot;, sans-serif';

/** Images side by side, pixels as squares. Needs no other package but for PNG. */
export class ImagesChart extends Drawing {
  private pictures!: Picture[];
  private element: Element | null = null;

  constructor(images: unknown, private readonly options: ImagesOptions) {
    super();
    this.fill(images);
  }
  private fill(images: unknown): void {
    const { captions = null, columns = null, scale = null, range = null, cmap = 'grey' } = this.options;
    if (!(cmap in stops)) throw refuse(`cmap must be 'grey', 'viridis' or 'diverging', but got ${String(cmap)}`);
    for (const [name, v] of [['columns', columns], ['scale', scale]] as const) if (v !== null && !(typeof v === 'number' && v > 0 && (name === 'scale' || Number.isSafeInteger(v)))) throw refuse(`${name} must be null or a number above 0, but got ${String(v)}`);
    if (range !== null && range !== 'image' && range !== 'all' && !(Array.isArray(range) && range.length === 2 && range.every((v) => typeof v === 'number'))) throw refuse("range must be null, 'image', 'all' or [from, to]");
    const { raws, top } = rawOf(images);
    if (captions !== null && captions.length !== raws.length) throw refuse(`needs ${raws.length} captions, but got ${captions.length}`);
    const all = range === 'all' || (range === null && cmap === 'diverging') ? extent(raws) : null;
    const rangeOf = (raw: Raw): readonly [number, number] => {
      if (Array.isArray(range)) return range as [number, number];
      const [low, high] = range === 'image' ? extent([raw]) : all ?? [0, top];
      if (cmap !== 'diverging') return [low, high];
      const far = Math.max(Math.abs(low), Math.abs(high));
      return [-far, far];
    };
    this.pictures = raws.map((raw) => painted(raw, rangeOf(raw), cmap));
  }
  /** Shows other images. */
  update(images: unknown): Promise<void> {
    this.fill(images);
    if (this.element) this.element.innerHTML = this.text();
    return Promise.resolve();
  }
  /** Each image as a PNG file of its own pixels. */
  files(): Uint8Array[] { return this.pictures.map(encodePng); }

  private text(): string {
    const { title = null, captions = null, scale = null, theme = 'light', background = null } = this.options, ink = inkOf(theme);
    const most = Math.max(...this.pictures.map((p) => Math.max(p.width, p.height)));
    const unit = scale ?? (most >= 96 ? 1 : Math.floor(96 / most)), n = this.pictures.length;
    const cell = Math.max(...this.pictures.map((p) => p.width)) * unit, tall = Math.max(...this.pictures.map((p) => p.height)) * unit;
    const gap = captions === null ? Math.max(2, Math.min(8, Math.round(cell / 12))) : 14, below = captions === null ? 0 : 20, head = title === null ? 0 : 30, pad = 16;
    const columns = this.options.columns ?? Math.max(1, Math.min(n, Math.floor((960 + gap) / (cell + gap)), n < 6 ? n : Math.ceil(Math.sqrt(n * 1.8)))), across = Math.min(columns, n), down = Math.ceil(n / columns);
    const width = 2 * pad + across * cell + (across - 1) * gap, height = 2 * pad + head + down * (tall + below) + (down - 1) * gap;
    const parts = this.pictures.map((p, i) => {
      const x = pad + (i % columns) * (cell + gap), y = pad + head + Math.floor(i / columns) * (tall + below + gap);
      const image = `<image x="${x + (cell - p.width * unit) / 2}" y="${y}" width="${p.width * unit}" height="${p.height * unit}" preserveAspectRatio="none" style="image-rendering:pixelated" xlink:href="data:image/png;base64,${base64(encodePng(enlarged(p, unit)))}"/>`;
      return captions === null ? image : `${image}<text x="${x + cell / 2}" y="${y + tall + 15}" text-anchor="middle" font-size="12" fill="${ink.muted}">${escape(String(captions[i]))}</text>`;
    });
    return `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="${FONT}">`
      + `<rect width="100%" height="100%" fill="${escape(background ?? ink.background)}"/>${title === null ? '' : `<text x="${pad}" y="${pad + 14}" font-size="15" font-weight="600" fill="${ink.ink}">${escape(title)}</text>`}${parts.join('')}</svg>`;
  }
  toSVG(): Promise<string> { return Promise.resolve(this.text()); }
  // A promise like other charts': what is wrong comes by it too.
  // oxlint-disable-next-line require-await
  async mount(element: unknown): Promise<this> {
    this.element = elementOf(element, 'mount');
    this.element.innerHTML = this.text();
    return this;
  }
  dispose(): void {
    if (this.element) this.element.innerHTML = '';
    this.element = null;
  }
}

/** Programs that draw SVG smooth small pictures whatever they are told: each pixel becomes several. */
function enlarged(p: Picture, unit: number): Picture {
  const k = Math.min(16, Math.max(1, Math.round(unit)));
  if (k === 1) return p;
  const width = p.width * k, height = p.height * k, data = new Uint8Array(width * height * p.channels);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = (Math.floor(y / k) * p.width + Math.floor(x / k)) * p.channels;
      for (let c = 0; c < p.channels; c++) data[(y * width + x) * p.channels + c] = p.data[from + c];
    }
  }
  return { width, height, channels: p.channels, data };
}
