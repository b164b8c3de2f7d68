/** Files on disk. In a page files.web.ts takes this module's place. */
import * as fs from 'fs';
import * as path from 'path';
import { fileURLToPath } from 'url';
import { TorshError } from '../errors';
import type { ByteSource } from './source';
import type { FileName } from './values';

function toPath(file: FileName, op: string): string {
  if (typeof file === 'string') return file;
  if (file.protocol !== 'file:') {
    throw new TorshError('ERR_IO', op, `${op}: ${file.href} is not a file; pass its bytes: await (await fetch(url)).arrayBuffer()`);
  }
  return fileURLToPath(file);
}

function failed(op: string, verb: string, name: string, cause: unknown): TorshError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new TorshError('ERR_IO', op, `${op}: cannot ${verb} '${name}': ${reason}`, { cause });
}

/** Calls `use` with the open file's bytes, which are read as they are asked for. */
export function withFile<T>(file: FileName, op: string, use: (source: ByteSource, name: string) => T): T {
  const name = toPath(file, op);
  let fd: number;
  try {
    fd = fs.openSync(name, 'r');
  } catch (e) {
    throw failed(op, 'read', name, e);
  }
  try {
    const stat = fs.fstatSync(fd);
    if (!stat.isFile()) throw failed(op, 'read', name, 'it is not a regular file');
    let buffer = new Uint8Array(0);
    const read = (offset: number, length: number): Uint8Array => {
      if (buffer.length < length) buffer = new Uint8Array(length);
      const bytes = buffer.subarray(0, length);
      for (let done = 0; done < length;) {
        let n: number;
        try {
          // Node reads at most 2 GB at a time.
          n = fs.readSync(fd, bytes, done, Math.min(length - done, 2 ** 30), offset + done);
        } catch (e) {
          throw failed(op, 'read', name, e);
        }
        if (n === 0) throw failed(op, 'read', name, 'it became shorter while it was read');
        done += n;
      }
      return bytes;
    };
    return use({ size: stat.size, read }, name);
  } finally {
    fs.closeSync(fd);
  }
}

/** Makes a new name in a folder last. Not every system can; the file itself is safe without. */
function syncFolder(folder: string): void {
  try {
    const fd = fs.openSync(folder, 'r');
    try {
      fs.fsyncSync(fd);
    } finally {
      fs.closeSync(fd);
    }
  } catch {
    // a system that opens no folders
  }
}

/** Writes the chunks so that the file is, at any moment, either the old one or the whole new one. */
export function writeFile(file: FileName, op: string, chunks: Iterable<Uint8Array>): void {
  let name = toPath(file, op), mode = 0o666;
  try {
    name = fs.realpathSync(name); // a link stays a link
    mode = fs.statSync(name).mode;
  } catch {
    // a new file
  }
  const temporary = path.join(path.dirname(name), `.${path.basename(name)}.${process.pid}.${Math.random().toString(36).slice(2)}.tmp`);
  let fd: number;
  try {
    fd = fs.openSync(temporary, 'wx', mode);
  } catch (e) {
    throw failed(op, 'write', name, e);
  }
  let open = true;
  try {
    for (const chunk of chunks) {
      for (let done = 0; done < chunk.length;) done += fs.writeSync(fd, chunk, done, Math.min(chunk.length - done, 2 ** 30));
    }
    fs.fsyncSync(fd);
    fs.closeSync(fd);
    open = false;
    fs.renameSync(temporary, name);
    syncFolder(path.dirname(name));
  } catch (e) {
    if (open) fs.closeSync(fd);
    fs.rmSync(temporary, { force: true });
    throw e instanceof TorshError ? e : failed(op, 'write', name, e);
  }
}

const exists = (name: string): boolean => fs.existsSync(name);

/** The file itself, or the index of its shards where there is no such file. */
export function fileOrIndex(file: FileName, op: string, ending: string): FileName {
  const name = toPath(file, op);
  return !exists(name) && exists(name + ending) ? name + ending : file;
}

/** Another file in the folder of a file. */
export const sibling = (name: string, other: string): string => path.join(path.dirname(name), other);

/**
 * Writes several files and then the one that lists them. Until that stands, what was there before is whole: new files never take the place
 * of old ones. `names` gives their names for a tag that makes them new; `outdated` lists files that only the former list named.
 */
export function writeGroup(list: FileName, op: string, names: (tag: string) => readonly string[], contents: (name: string, i: number) => Iterable<Uint8Array>,
  listing: (names: readonly string[]) => Uint8Array, outdated: (former: Uint8Array | null) => readonly string[]): void {
  const index = toPath(list, op);
  let files = names('');
  while (files.some((file) => exists(sibling(index, file)))) files = names(Math.random().toString(36).slice(2, 8));
  let former: Uint8Array | null = null;
  try {
    former = fs.readFileSync(index);
  } catch {
    // the first of its name
  }
  const old = outdated(former).filter((file) => !files.includes(file));
  const written: string[] = [];
  try {
    files.forEach((file, i) => {
      writeFile(sibling(index, file), op, contents(file, i));
      written.push(sibling(index, file));
    });
    writeFile(index, op, [listing(files)]);
  } catch (e) {
    for (const file of written) fs.rmSync(file, { force: true });
    throw e;
  }
  for (const file of old) fs.rmSync(sibling(index, file), { force: true });
}
