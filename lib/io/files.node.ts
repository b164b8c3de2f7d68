/** Files on disk. In a page files.web.ts takes this module's place. */
import * as fs from 'fs';
import * as os from 'os';
import * as path from 'path';
import { fileURLToPath } from 'url';
import { TorshError } from '../errors';
import { _mapFile } from '../gen/system';
import type { DType } from '../runtime/dtype';
import type { Tensor } from '../tensor';
import type { ByteSource } from './source';
import type { FileName } from './values';

export function toPath(file: FileName, op: string): string {
  if (typeof file === 'string') return file;
  if (file.protocol !== 'file:') {
    throw new TorshError('ERR_IO', op, `${op}: ${file.href} is not a file`);
  }
  return fileURLToPath(file);
}

function failed(op: string, verb: string, name: string, cause: unknown): TorshError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new TorshError('ERR_IO', op, `${op}: cannot ${verb} '${name}': ${reason}`, { cause });
}

/** A file that stays open until it is closed. */
export interface OpenFile {
  readonly name: string;
  /** As it is now. */
  size(): number;
  /** Fills `into` with what stands at `offset`. Errors: ERR_IO when the file ends before. */
  read(into: Uint8Array, offset: number): void;
  /** A 1-d tensor on these bytes, mapped into memory; null where that cannot be. */
  map(offset: number, length: number, dtype: DType): Tensor | null;
  close(): void;
}

/** Errors: ERR_IO for what cannot be opened or is no regular file. */
export function openFile(file: FileName, op: string): OpenFile {
  const name = toPath(file, op);
  let fd: number;
  try {
    fd = fs.openSync(name, 'r');
  } catch (e) {
    throw failed(op, 'read', name, e);
  }
  let open = true;
  const use = <T>(f: () => T): T => {
    if (!open) throw failed(op, 'read', name, 'it has been closed');
    try {
      return f();
    } catch (e) {
      throw failed(op, 'read', name, e);
    }
  };
  const opened: OpenFile = {
    name,
    size: () => use(() => fs.fstatSync(fd).size),
    read(into, offset) {
      for (let done = 0; done < into.length;) {
        // Node reads at most 2 GB at a time.
        const n = use(() => fs.readSync(fd, into, done, Math.min(into.length - done, 2 ** 30), offset + done));
        if (n === 0) throw failed(op, 'read', name, 'it became shorter while it was read');
        done += n;
      }
    },
    map(offset, length, dtype) {
      try {
        return _mapFile(fd, offset, length, dtype);
      } catch (e) {
        if (e instanceof TorshError && e.code === 'ERR_UNSUPPORTED') return null;
        throw e;
      }
    },
    close() {
      if (open) fs.closeSync(fd);
      open = false;
    },
  };
  if (!use(() => fs.fstatSync(fd).isFile())) {
    opened.close();
    throw failed(op, 'read', name, 'it is not a regular file');
  }
  return opened;
}

/** Calls `use` with the open file's bytes, which are read as they are asked for. */
export function withFile<T>(file: FileName, op: string, use: (source: ByteSource, name: string) => T): T {
  const opened = openFile(file, op);
  try {
    let buffer = new Uint8Array(0);
    const read = (offset: number, length: number): Uint8Array => {
      if (buffer.length < length) buffer = new Uint8Array(length);
      const bytes = buffer.subarray(0, length);
      opened.read(bytes, offset);
      return bytes;
    };
    return use({ size: opened.size(), read, map: opened.map }, opened.name);
  } finally {
    opened.close();
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

/** How what is written under a name begins until it is complete; the number of the process follows. Processes of other hosts may share the folder. */
const temporaryStem = (name: string): string => `.${path.basename(name)}.${os.hostname().replace(/[^\w-]/g, '')}.`;

/** Removes what saves of this file left behind when their processes were killed. */
function clearAway(name: string): void {
  const stem = temporaryStem(name), folder = path.dirname(name);
  let names: string[] = [];
  try {
    names = fs.readdirSync(folder);
  } catch {
    // writing says what is wrong
  }
  for (const other of names) {
    if (!other.startsWith(stem)) continue;
    const pid = Number(/^(\d+)\.\w+\.tmp$/.exec(other.slice(stem.length))?.[1]);
    if (!Number.isInteger(pid) || isAlive(pid)) continue;
    fs.rmSync(path.join(folder, other), { force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (e) {
    return (e as NodeJS.ErrnoException).code !== 'ESRCH';
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
  clearAway(name);
  const temporary = path.join(path.dirname(name), `${temporaryStem(name)}${process.pid}.${Math.random().toString(36).slice(2)}.tmp`);
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
