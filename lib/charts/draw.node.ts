/** Charts as files and pixels. In a page draw.web.ts takes this module's place. */
import * as fs from 'node:fs';
import { TorshError } from '../errors';
import { laterPeer } from '../peers.node';

interface Sharp { png(): Sharp; toBuffer(): Promise<Uint8Array> }

/** An SVG picture of text as PNG, `scale` pixels for each of its units. */
export async function svgToPng(svg: string, scale: number, op: string): Promise<Uint8Array> {
  const sharp = await laterPeer<(input: Uint8Array, options: object) => Sharp>('sharp', op, 'drawing pixels takes');
  // Its unit is 1/72 inch, that of SVG 1/96: sharp draws one as the other.
  const png = await sharp(new TextEncoder().encode(svg), { density: 72 * scale }).png().toBuffer();
  return new Uint8Array(png.buffer, png.byteOffset, png.byteLength);
}

export function store(path: string, content: string | Uint8Array, op: string): void {
  try {
    fs.writeFileSync(path, content);
  } catch (e) {
    throw new TorshError('ERR_IO', op, `${op}: cannot write '${path}': ${(e as Error).message}`, { cause: e });
  }
}

export const base64 = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');

export function elementOf(_where: unknown, op: string): Element {
  throw new TorshError('ERR_UNSUPPORTED', op, `${op}: there is no page here; use toSVG(), toPNG() or save()`);
}
