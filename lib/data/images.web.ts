/** What images.node.ts offers, where there are no files. */
import { TorshError } from '../errors';
import type { FileName } from '../io/values';
import type { Tensor } from '../tensor';

export interface ReadImageOptions {
  channels?: 1 | 3 | 4;
  size?: number | readonly [number, number] | null;
}

/** What they are does not matter: readImage refuses all. */
export function checkImageOptions(_options: ReadImageOptions, _op: string): { channels: 1 | 3 | 4; size: readonly [number, number] | null } {
  return { channels: 3, size: null };
}

export function readImage(_file: FileName | ArrayBuffer | ArrayBufferView, _options?: ReadImageOptions): Promise<Tensor> {
  return Promise.reject(new TorshError('ERR_UNSUPPORTED', 'readImage',
    'readImage: a page draws images on a canvas: torsh.fromImageData(context.getImageData(0, 0, width, height))'));
}

export function openFolder(_folder: FileName, op: string): { root: string; folders: string[]; filesOf(name: string): string[] } {
  throw new TorshError('ERR_UNSUPPORTED', op, `${op}: a page cannot read folders`);
}
