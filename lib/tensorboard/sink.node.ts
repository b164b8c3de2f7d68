/** Where events go: a file of a folder. In a page sink.web.ts takes this module's place. */
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { TorshError } from '../errors';

export interface Sink {
  /** The folder, or null where there is none. */
  readonly folder: string | null;
  write(bytes: Uint8Array): void;
  /** To the disk. */
  flush(): void;
  close(): void;
  /** All that was written, where it is kept in memory. */
  bytes(): Uint8Array | null;
}

const fail = (verb: string, name: string, cause: unknown): TorshError =>
  new TorshError('ERR_IO', 'SummaryWriter', `SummaryWriter: cannot ${verb} '${name}': ${cause instanceof Error ? cause.message : String(cause)}`, { cause });

let files = 0;

/** Every event is written at once, so that what a process that dies had said is there; the system buffers it. */
export function openSink(folder: string, suffix: string): Sink {
  const name = `events.out.tfevents.${String(Math.floor(Date.now() / 1000)).padStart(10, '0')}.${os.hostname()}.${process.pid}.${files++}${suffix}`;
  const file = path.join(folder, name);
  let fd: number;
  try {
    fs.mkdirSync(folder, { recursive: true });
    fd = fs.openSync(file, 'a');
  } catch (e) {
    throw fail('write', file, e);
  }
  return {
    folder,
    write(bytes) {
      try {
        for (let done = 0; done < bytes.length;) done += fs.writeSync(fd, bytes, done);
      } catch (e) {
        throw fail('write', file, e);
      }
    },
    flush() {
      try {
        fs.fsyncSync(fd);
      } catch (e) {
        throw fail('write', file, e);
      }
    },
    close() { fs.closeSync(fd); },
    bytes: () => null,
  };
}

export function subfolder(folder: string | null, name: string): string | null {
  return folder === null ? null : path.join(folder, name);
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
/** runs/Nov25_22-44-56_host and the comment. */
export function defaultFolder(comment: string): string {
  const now = new Date(), two = (x: number): string => String(x).padStart(2, '0');
  return path.join('runs', `${months[now.getMonth()]}${two(now.getDate())}_${two(now.getHours())}-${two(now.getMinutes())}-${two(now.getSeconds())}_${os.hostname()}${comment}`);
}
