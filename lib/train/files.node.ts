/** Files of logs and checkpoints. In a page files.web.ts takes this module's place. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { TorshError } from '../errors';

export const inFolder = (folder: string, name: string): string => path.join(folder, name);

function attempt(op: string, file: string, run: () => void): void {
  try {
    run();
  } catch (e) {
    throw new TorshError('ERR_IO', op, `${op}: cannot write '${file}': ${e instanceof Error ? e.message : String(e)}`, { cause: e });
  }
}

/** Makes the folder that a file is to be in. */
export function makeFolderOf(file: string, op: string): void {
  attempt(op, file, () => { fs.mkdirSync(path.dirname(file), { recursive: true }); });
}
/** The same for logs, which a page keeps in memory. */
export const makeLogFolderOf = makeFolderOf;
/** At once: whoever reads it sees whole lines. */
export function writeText(file: string, text: string, append: boolean, op: string): void {
  attempt(op, file, () => { fs.writeFileSync(file, text, { flag: append ? 'a' : 'w' }); });
}
export function readText(file: string): string | null {
  return fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : null;
}
export function removeFile(file: string): void {
  fs.rmSync(file, { force: true });
}
