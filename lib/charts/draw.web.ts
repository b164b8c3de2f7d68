/** Charts as files and pixels, in a page: by its own means. */
import { TorshError } from '../errors';

export async function svgToPng(svg: string, scale: number, op: string): Promise<Uint8Array> {
  const image = new Image();
  await new Promise((resolve, reject) => {
    image.onload = resolve;
    image.onerror = () => { reject(new TorshError('ERR_UNSUPPORTED', op, `${op}: the page cannot draw the picture`)); };
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  });
  const canvas = document.createElement('canvas');
  canvas.width = Math.round(image.width * scale);
  canvas.height = Math.round(image.height * scale);
  canvas.getContext('2d')!.drawImage(image, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise<Blob | null>((resolve) => { canvas.toBlob(resolve, 'image/png'); });
  if (blob === null) throw new TorshError('ERR_UNSUPPORTED', op, `${op}: the page cannot draw ${canvas.width} x ${canvas.height} pixels`);
  return new Uint8Array(await blob.arrayBuffer());
}

/** A download. */
export function store(path: string, content: string | Uint8Array, _op: string): void {
  const type = typeof content === 'string' ? 'image/svg+xml' : 'image/png';
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([content as BlobPart], { type }));
  link.download = path.split('/').pop()!;
  link.click();
  setTimeout(() => { URL.revokeObjectURL(link.href); }, 10000);
}

export function base64(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192));
  return btoa(text);
}

export function elementOf(where: unknown, op: string): Element {
  const found = typeof where === 'string' ? document.querySelector(where) : where;
  if (!(found instanceof Element)) throw new TorshError('ERR_ARGUMENT', op, `${op}: ${typeof where === 'string' ? `the page has no element '${where}'` : 'takes an element or a selector'}`);
  return found;
}
