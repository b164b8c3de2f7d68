/** What images.node.ts offers, where there are no files. */
import { TorshError } from '../errors';
import type { FileName } from '../io/values';
import type { Tensor } from '../tensor';

export interface ReadImageOptions {
  channels?: 1 | 3 | 4;
  size?: number | readonly [number, number] | null;
}

export function checkImageOptions(_options: ReadImageOptions, op: string): { channels: 1 | 3 | 4; size: readonly [number, number] | null } {
  throw new TorshError('ERR_UNSUPPORTED', op, `${op}: a page has no decoder of its own here; draw the image on a canvas and call torsh.fromImageData(context.getImageData(...))`);
}

export async function readImage(_file: FileName | ArrayBuffer | ArrayBufferView, options: ReadImageOptions = {}): Promise<Tensor> {
  return checkImageOptions(options, 'readImage') as never;
}

export function openFolder(_folder: FileName, op: string): { root: string; folders: string[]; filesOf(name: string): string[] } {
  throw new TorshError('ERR_UNSUPPORTED', op, `${op}: a page cannot read folders`);
}
