/** ZIP archives, read: stored and deflated entries, ZIP64. Every number is checked before it is believed. https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT */
import { crc32, inflate } from './deflate.node';
import { FormatError, inMemory, type Reading, type Region, within } from './source';

export interface ZipEntry {
  name: string;
  /** Bytes of the content. */
  size: number;
  crc: number;
  deflated: boolean;
  /** Bytes in the archive, and where the local header begins. */
  packed: number;
  at: number;
  /** Where the next entry or the directory begins: nothing of this one reaches further. */
  limit: number;
}

/** How much deflated entries may expand to in all. Zeros shrink to a thousandth: a small file could fill the memory. */
export interface Expansion { left: number; limit: number }
const FREE_EXPANSION = 64 << 20, RATIO = 100;
export function expansionOf(fileSize: number, limit: number | null): Expansion {
  const n = limit ?? Math.max(FREE_EXPANSION, RATIO * fileSize);
  return { left: n, limit: n };
}

const END = 0x06054b50, END64 = 0x06064b50, LOCATOR64 = 0x07064b50, CENTRAL = 0x02014b50, LOCAL = 0x04034b50;
const viewOf = (b: Uint8Array): DataView => new DataView(b.buffer, b.byteOffset, b.byteLength);

export const looksLikeZip = (first: Uint8Array): boolean => first.length >= 4 && [LOCAL, END].includes(viewOf(first).getUint32(0, true));

/** A 64-bit number that a double holds. */
function long(v: DataView, at: number, what: string): number {
  const n = v.getBigUint64(at, true);
  if (n > BigInt(Number.MAX_SAFE_INTEGER)) throw new FormatError(`the zip file's ${what} is ${n}, beyond any file`);
  return Number(n);
}

/** The entries of the directory, by name. */
export function* readDirectory(file: Region): Reading<Map<string, ZipEntry>> {
  const { count, start, size } = yield* findDirectory(file);
  if (start + size > file.size) throw new FormatError(`the zip directory is said to be ${size} bytes at byte ${start}, but the file has ${file.size}`);
  if (count * 46 > size) throw new FormatError(`the zip directory is said to have ${count} entries in ${size} bytes`);
  const bytes = yield* file.read(start, size);
  const view = viewOf(bytes);
  const entries = new Map<string, ZipEntry>();
  let at = 0;
  for (let i = 0; i < count; i++) {
    const where = `zip directory entry ${i} at byte ${start + at}`;
    if (at + 46 > size || view.getUint32(at, true) !== CENTRAL) throw new FormatError(`${where} is damaged`);
    const flags = view.getUint16(at + 8, true), method = view.getUint16(at + 10, true);
    const nameLength = view.getUint16(at + 28, true), extraLength = view.getUint16(at + 30, true), commentLength = view.getUint16(at + 32, true);
    const end = at + 46 + nameLength + extraLength + commentLength;
    if (end > size) throw new FormatError(`${where} goes past the directory`);
    const name = entryName(bytes.subarray(at + 46, at + 46 + nameLength), where);
    const entry: ZipEntry = {
      name, crc: view.getUint32(at + 16, true), packed: view.getUint32(at + 20, true), size: view.getUint32(at + 24, true), deflated: method === 8,
      at: view.getUint32(at + 42, true), limit: start,
    };
    wideFields(entry, new DataView(view.buffer, view.byteOffset + at + 46 + nameLength, extraLength), where);
    if (flags & 1) throw new FormatError(`'${name}' is encrypted`);
    if (method !== 0 && method !== 8) throw new FormatError(`'${name}' is compressed by method ${method}; stored (0) and deflated (8) entries are read`);
    if (!entry.deflated && entry.packed !== entry.size) throw new FormatError(`'${name}' is stored, but its sizes differ: ${entry.packed} and ${entry.size} bytes`);
    // Deflate cannot do better than 1032 to 1.
    if (entry.deflated && entry.size > 1040 * (entry.packed + 64)) throw new FormatError(`'${name}' is said to expand from ${entry.packed} to ${entry.size} bytes, which deflate cannot do`);
    if (entries.has(name)) throw new FormatError(`'${name}' is twice in the zip file`);
    entries.set(name, entry);
    at = end;
  }
  const inOrder = [...entries.values()].sort((a, b) => a.at - b.at);
  inOrder.forEach((entry, i) => {
    if (i + 1 < inOrder.length) entry.limit = Math.min(start, inOrder[i + 1].at);
    if (entry.at + 30 + entry.packed > entry.limit) {
      throw new FormatError(`'${entry.name}' takes ${entry.packed} bytes at byte ${entry.at}, but what follows begins at byte ${entry.limit}`);
    }
  });
  return entries;
}

function entryName(bytes: Uint8Array, where: string): string {
  let name: string;
  try {
    name = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new FormatError(`the name of ${where} is not valid UTF-8`);
  }
  const parts = name.split(/[/\\]/);
  if (name.includes('\0') || parts.includes('..') || /^(?:[/\\]|[A-Za-z]:)/.test(name)) throw new FormatError(`the zip file has an entry '${name.slice(0, 200)}' that climbs out of its folder`);
  return name;
}

/** Sizes and places beyond 4 GB stand in an extra field, in the order of those that the entry itself could not hold. */
function wideFields(entry: ZipEntry, extra: DataView, where: string): void {
  const fields = (['size', 'packed', 'at'] as const).filter((f) => entry[f] === 0xffffffff);
  if (fields.length === 0) return;
  for (let at = 0; at + 4 <= extra.byteLength;) {
    const id = extra.getUint16(at, true), length = extra.getUint16(at + 2, true);
    if (id === 1 && length >= 8 * fields.length && at + 4 + length <= extra.byteLength) {
      fields.forEach((f, i) => { entry[f] = long(extra, at + 4 + 8 * i, `${f} of '${entry.name}'`); });
      return;
    }
    at += 4 + length;
  }
  throw new FormatError(`${where} lacks its ZIP64 field`);
}

function* findDirectory(file: Region): Reading<{ count: number; start: number; size: number }> {
  const tailSize = Math.min(file.size, 22 + 0xffff);
  const tailStart = file.size - tailSize;
  const tail = yield* file.read(tailStart, tailSize);
  const view = viewOf(tail);
  let at = tailSize - 22;
  while (at >= 0 && !(view.getUint32(at, true) === END && view.getUint16(at + 20, true) === tailSize - at - 22)) at--;
  if (at < 0) throw new FormatError('the zip file has no end: it was cut off or is damaged');
  let [count, size, start] = [view.getUint16(at + 10, true), view.getUint32(at + 12, true), view.getUint32(at + 16, true)];
  const disk = view.getUint16(at + 4, true), wide = count === 0xffff || size === 0xffffffff || start === 0xffffffff;
  if (disk !== 0 && disk !== 0xffff) throw new FormatError('the zip file is one part of several');
  if (wide && at >= 20 && view.getUint32(at - 20, true) === LOCATOR64) {
    const place = long(view, at - 12, 'ZIP64 end');
    if (place + 56 > file.size) throw new FormatError(`the ZIP64 end is said to be at byte ${place}, but the file has ${file.size}`);
    const end = viewOf(yield* file.read(place, 56));
    if (end.getUint32(0, true) !== END64) throw new FormatError(`there is no ZIP64 end at byte ${place}`);
    [count, size, start] = [long(end, 32, 'number of entries'), long(end, 40, 'directory size'), long(end, 48, 'directory place')];
  }
  return { count, start, size };
}

/** The content of an entry: of a stored one a part of the file, of a deflated one bytes in memory, checked. */
export function* openEntry(file: Region, entry: ZipEntry, expansion: Expansion): Reading<Region> {
  const header = viewOf(yield* file.read(entry.at, 30));
  if (header.getUint32(0, true) !== LOCAL) throw new FormatError(`'${entry.name}' does not begin at byte ${entry.at}`);
  const start = entry.at + 30 + header.getUint16(26, true) + header.getUint16(28, true);
  if (start + entry.packed > entry.limit) throw new FormatError(`'${entry.name}' takes ${entry.packed} bytes at byte ${start}, but what follows begins at byte ${entry.limit}`);
  if (!entry.deflated) return within(file, start, entry.size);
  if (entry.size > expansion.left) {
    throw new FormatError(`'${entry.name}' expands from ${entry.packed} to ${entry.size} bytes, with which the file would take more than the ${expansion.limit} bytes that are allowed; `
      + '{ maxInflatedBytes } allows more');
  }
  expansion.left -= entry.size;
  const bytes = inflate(yield* file.read(start, entry.packed), entry.size);
  if (bytes === null) throw new FormatError(`'${entry.name}' is damaged: its ${entry.packed} bytes at byte ${start} do not inflate to ${entry.size}`);
  checkCrc(entry, crc32(bytes, 0));
  return inMemory(bytes);
}

export function checkCrc(entry: ZipEntry, crc: number): void {
  if (crc !== entry.crc) throw new FormatError(`'${entry.name}' is damaged: its checksum is ${hex(crc)} instead of ${hex(entry.crc)}`);
}
const hex = (n: number): string => n.toString(16).padStart(8, '0');

/** All of a small entry, checked. */
export function* readEntry(file: Region, entry: ZipEntry, expansion: Expansion): Reading<Uint8Array> {
  const region = yield* openEntry(file, entry, expansion);
  const bytes = (yield* region.read(0, region.size)).slice();
  if (!entry.deflated) checkCrc(entry, crc32(bytes, 0));
  return bytes;
}

