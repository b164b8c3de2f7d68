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
  } catch (e) {
    if (open) fs.closeSync(fd);
    fs.rmSync(temporary, { force: true });
    throw e instanceof TorshError ? e : failed(op, 'write', name, e);
  }
}
