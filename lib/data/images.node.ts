/** Images and folders on disk. In a page images.web.ts takes this module's place. */
import * as fs from 'fs';
import * as path from 'path';
import { bind, signature } from '../bind';
import { fromBytes } from '../creation';
import { TorshError } from '../errors';
import { toPath } from '../io/files.node';
import { bytesOf, type FileName, isFileName } from '../io/values';
import { tidy } from '../memory';
import { laterPeer } from '../peers.node';
import { type Tensor, tensor } from '../tensor';

export interface ReadImageOptions {
  /** 3: red, green, blue; 1: grey; 4: with opacity. */
  channels?: 1 | 3 | 4;
  /** Height and width (one number: both) that the image is brought to while it is read. JPEGs are decoded smaller, which is faster. */
  size?: number | readonly [number, number] | null;
}

/** What is used of sharp. */
interface Sharp {
  (input: string | Uint8Array, options: object): Sharp;
  resize(width: number, height: number, options: object): Sharp;
  toColourspace(space: string): Sharp;
  removeAlpha(): Sharp;
  ensureAlpha(): Sharp;
  raw(options: object): Sharp;
  toBuffer(options: object): Promise<{ data: Uint8Array; info: { width: number; height: number; channels: number } }>;
}

/** As Pillow mixes it, which torchvision reads with. */
const grey = [0.299, 0.587, 0.114];

const sharp = (op: string): Promise<Sharp> => laterPeer('sharp', op, 'reading images takes');

const imageSignature = signature('readImage', 'file, *, channels=3, size=null');

export function checkImageOptions(options: ReadImageOptions, op: string): { channels: 1 | 3 | 4; size: readonly [number, number] | null } {
  const { channels = 3, size = null } = options;
  if (channels !== 1 && channels !== 3 && channels !== 4) throw new TorshError('ERR_ARGUMENT', op, `${op}: channels should be 1, 3 or 4, but got ${String(channels)}`);
  const both = size === null ? null : typeof size === 'number' ? [size, size] as const : size;
  if (both !== null && !(Array.isArray(both) && both.length === 2 && both.every((n) => Number.isSafeInteger(n) && n > 0))) {
    throw new TorshError('ERR_ARGUMENT', op, `${op}: size should be a whole number above 0 or [height, width], but got ${JSON.stringify(size)}`);
  }
  return { channels, size: both };
}

/**
 * A PNG, JPEG, WebP, AVIF, GIF or TIFF image as float32 [channels, height, width] from 0 to 1: of a path, a file URL or the file's bytes. Decoded
 * by sharp, an optional peer. Errors: ERR_UNSUPPORTED without sharp, ERR_IO for what cannot be read.
 * https://pytorch.org/vision/stable/generated/torchvision.io.read_image.html
 */
export function readImage(file: FileName | ArrayBuffer | ArrayBufferView, options?: ReadImageOptions): Promise<Tensor>;
export async function readImage(...args: unknown[]): Promise<Tensor> {
  const op = 'readImage';
  const [file, ...values] = bind(imageSignature, args) as [unknown, 3, null];
  const { channels, size } = checkImageOptions({ channels: values[0], size: values[1] }, op);
  const input = isFileName(file) ? toPath(file, op) : bytesOf(file), name = typeof input === 'string' ? `'${input}'` : 'the given bytes';
  if (input === null) throw new TorshError('ERR_ARGUMENT', op, `${op}: takes a path, a file URL or bytes`);
  const open = await sharp(op);
  try {
    let image = open(input, { failOn: 'error' });
    if (size !== null) image = image.resize(size[1], size[0], { fit: 'fill' });
    image = image.toColourspace('srgb');
    image = channels === 4 ? image.ensureAlpha() : image.removeAlpha();
    const { data, info: { width, height, channels: found } } = await image.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
    if (found !== Math.max(channels, 3) || data.length !== width * height * found) throw new Error(`it decodes to ${found} channels`);
    return tidy(() => {
      const colours = fromBytes(data, 'uint8', [height, width, found]).permute(2, 0, 1).contiguous().to('float32').div(255);
      return channels === 1 ? colours.mul(tensor(grey).reshape(3, 1, 1)).sum(0, { keepdim: true }) : colours;
    });
  } catch (e) {
    if (e instanceof TorshError) throw e;
    throw new TorshError('ERR_IO', op, `${op}: cannot read ${name}: ${String((e as Error)?.message ?? e)}`, { cause: e });
  }
}

/** The folders right below `root` by name, and a function that lists all files below one of them, in order. Links are followed, once. */
export function openFolder(folder: FileName, op: string): { root: string; folders: string[]; filesOf(name: string): string[] } {
  const root = toPath(folder, op);
  const entries = (dir: string): fs.Dirent[] => {
    try {
      return fs.readdirSync(dir, { withFileTypes: true });
    } catch (e) {
      throw new TorshError('ERR_IO', op, `${op}: cannot read the folder '${dir}': ${(e as Error).message}`, { cause: e });
    }
  };
  const isFolder = (dir: string, entry: fs.Dirent): boolean =>
    entry.isDirectory() || (entry.isSymbolicLink() && (fs.statSync(path.join(dir, entry.name), { throwIfNoEntry: false })?.isDirectory() ?? false));
  return {
    root,
    folders: entries(root).filter((entry) => isFolder(root, entry)).map((entry) => entry.name).sort(),
    filesOf(name) {
      const files: [dir: string, name: string][] = [], seen = new Set<string>(), waiting = [path.join(root, name)];
      for (let dir = waiting.pop(); dir !== undefined; dir = waiting.pop()) {
        const real = fs.realpathSync(dir);
        if (seen.has(real)) continue;
        seen.add(real);
        for (const entry of entries(dir)) {
          if (isFolder(dir, entry)) waiting.push(path.join(dir, entry.name));
          else files.push([dir, entry.name]);
        }
      }
      const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
      return files.sort((a, b) => order(a[0], b[0]) || order(a[1], b[1])).map(([dir, file]) => path.join(dir, file));
    },
  };
}
