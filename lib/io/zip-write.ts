/** ZIP archives, written: entries one after another, ZIP64 where it is needed. */
import { crc32, deflate } from './deflate.node';
import { FormatError } from './source';

/** A file to be: its size is known before its bytes are made. */
export interface Output { size: number; chunks(): Iterable<Uint8Array> }

/** align: the content begins at a multiple of so many bytes, behind a field of padding as PyTorch writes it. */
export interface NewEntry { name: string; content: Output; align?: number; compress?: boolean }

const WIDE = 0xffffffff;
/** The first of January 1980, the earliest day that the format knows: equal content gives equal files. */
const DATE = 0x21;

export const memoryOutput = (...parts: Uint8Array[]): Output => ({ size: parts.reduce((n, p) => n + p.length, 0), chunks: () => parts });
export const textOutput = (text: string): Output => memoryOutput(new TextEncoder().encode(text));

interface Placed { name: Uint8Array; entry: NewEntry; content: Output; at: number; head: number; wide: boolean; method: number; crc: number | null; size: number; align: number }

export function zip(entries: readonly NewEntry[]): Output {
  let at = 0;
  const placed = entries.map((entry): Placed => {
    const name = new TextEncoder().encode(entry.name);
    if (name.length > 0xffff) throw new FormatError(`the name '${entry.name.slice(0, 40)}...' is longer than a zip file can hold`);
    let { content } = entry, crc: number | null = null, method = 0;
    const { size } = content;
    if (entry.compress) {
      const bytes = join(content);
      crc = crc32(bytes, 0);
      content = memoryOutput(deflate(bytes));
      method = 8;
    }
    const wide = size >= WIDE || content.size >= WIDE;
    let head = 30 + name.length + (wide ? 20 : 0);
    const { align = 1 } = entry;
    if (align > 1) head += 4 + ((align - ((at + head + 4) % align)) % align);
    const p = { name, entry, content, at, head, wide, method, crc, size, align };
    at += head + content.size;
    return p;
  });
  const start = at;
  const directory = placed.map((p) => central(p).length).reduce((a, b) => a + b, 0);
  const far = start + directory >= WIDE || placed.length >= 0xffff;
  return {
    size: start + directory + (far ? 76 : 0) + 22,
    *chunks() {
      for (const p of placed) {
        // A sum over what is to come needs a second look at it; a header that is whole suits every reader.
        if (p.crc === null) {
          p.crc = 0;
          for (const chunk of p.content.chunks()) p.crc = crc32(chunk, p.crc);
        }
        yield local(p);
        yield* p.content.chunks();
      }
      for (const p of placed) yield central(p);
      yield end(placed.length, start, directory, far);
    },
  };
}

export function join(output: Output): Uint8Array {
  const bytes = new Uint8Array(output.size);
  let at = 0;
  for (const chunk of output.chunks()) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

/** What local and central headers share, from the version that is needed on. */
function common(view: DataView, at: number, p: Placed): void {
  const { wide, method, content, size } = p;
  view.setUint16(at, wide || p.at >= WIDE ? 45 : 20, true);
  view.setUint16(at + 2, 0x800, true); // names are UTF-8
  view.setUint16(at + 4, method, true);
  view.setUint16(at + 8, DATE, true);
  view.setUint32(at + 10, p.crc ?? 0, true);
  view.setUint32(at + 14, wide ? WIDE : content.size, true);
  view.setUint32(at + 18, wide ? WIDE : size, true);
  view.setUint16(at + 22, p.name.length, true);
}

function local(p: Placed): Uint8Array {
  const bytes = new Uint8Array(p.head), view = new DataView(bytes.buffer);
  view.setUint32(0, 0x04034b50, true);
  common(view, 4, p);
  let at = 30 + p.name.length;
  view.setUint16(28, p.head - at, true);
  bytes.set(p.name, 30);
  if (p.wide) {
    view.setUint16(at, 1, true);
    view.setUint16(at + 2, 16, true);
    view.setBigUint64(at + 4, BigInt(p.size), true);
    view.setBigUint64(at + 12, BigInt(p.content.size), true);
    at += 20;
  }
  if (p.align > 1) {
    bytes.set([0x46, 0x42], at); // 'FB'
    view.setUint16(at + 2, p.head - at - 4, true);
    bytes.fill(0x5a, at + 4); // 'Z'
  }
  return bytes;
}

function central(p: Placed): Uint8Array {
  const wide = [...(p.wide ? [p.size, p.content.size] : []), ...(p.at >= WIDE ? [p.at] : [])];
  const extra = wide.length ? 4 + 8 * wide.length : 0;
  const bytes = new Uint8Array(46 + p.name.length + extra), view = new DataView(bytes.buffer);
  view.setUint32(0, 0x02014b50, true);
  view.setUint16(4, wide.length ? 45 : 20, true);
  common(view, 6, p);
  view.setUint16(30, extra, true);
  view.setUint32(42, p.at >= WIDE ? WIDE : p.at, true);
  bytes.set(p.name, 46);
  if (extra) {
    const at = 46 + p.name.length;
    view.setUint16(at, 1, true);
    view.setUint16(at + 2, extra - 4, true);
    wide.forEach((n, i) => view.setBigUint64(at + 4 + 8 * i, BigInt(n), true));
  }
  return bytes;
}

function end(count: number, start: number, size: number, far: boolean): Uint8Array {
  const bytes = new Uint8Array((far ? 76 : 0) + 22), view = new DataView(bytes.buffer);
  let at = 0;
  if (far) {
    view.setUint32(0, 0x06064b50, true);
    view.setBigUint64(4, 44n, true);
    view.setUint16(12, 45, true);
    view.setUint16(14, 45, true);
    for (const [place, n] of [[24, count], [32, count], [40, size], [48, start]]) view.setBigUint64(place, BigInt(n), true);
    view.setUint32(56, 0x07064b50, true);
    view.setBigUint64(64, BigInt(start + size), true);
    view.setUint32(72, 1, true);
    at = 76;
  }
  view.setUint32(at, 0x06054b50, true);
  view.setUint16(at + 8, Math.min(count, 0xffff), true);
  view.setUint16(at + 10, Math.min(count, 0xffff), true);
  view.setUint32(at + 12, Math.min(size, WIDE), true);
  view.setUint32(at + 16, Math.min(start, WIDE), true);
  return bytes;
}
