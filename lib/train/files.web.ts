/** What files.node.ts offers, where there are no files: logs stay in memory, checkpoints go where save() puts them. */
import { TorshError } from '../errors';

export const inFolder = (folder: string, name: string): string => (folder === '' ? name : `${folder}/${name}`);

export function makeFolderOf(file: string, op: string): void {
  throw new TorshError('ERR_UNSUPPORTED', op, `${op}: a page cannot write the file '${file}'; give save(name, checkpoint), which stores it`);
}
export function makeLogFolderOf(_file: string, _op: string): void {}
export function writeText(_file: string, _text: string, _append: boolean, _op: string): void {}
export const readText = (_file: string): string | null => null;
export function removeFile(_file: string): void {}
