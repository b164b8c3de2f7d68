/** What files.node.ts offers, where there are no files. */
import { TorshError } from '../errors';
import type { DType } from '../runtime/dtype';
import type { Tensor } from '../tensor';
import type { ByteSource } from './source';
import type { FileName } from './values';

export function toPath(file: FileName, op: string): string {
  throw new TorshError('ERR_UNSUPPORTED', op, `${op}: a page has no files such as '${String(file)}'`);
}

export function withFile<T>(file: FileName, op: string, _use: (source: ByteSource, name: string) => T): T {
  throw new TorshError('ERR_UNSUPPORTED', op,
    `${op}: a page cannot read the file '${String(file)}'; pass its address, new URL('${String(file)}', location.href), a Blob or bytes`);
}

export interface OpenFile {
  readonly name: string;
  size(): number;
  read(into: Uint8Array, offset: number): void;
  map(offset: number, length: number, dtype: DType): Tensor | null;
  close(): void;
}

export function openFile(file: FileName, op: string): OpenFile {
  throw new TorshError('ERR_UNSUPPORTED', op, `${op}: a page cannot read the file '${String(file)}'`);
}

export function writeFile(file: FileName, op: string, _chunks: Iterable<Uint8Array>): void {
  throw new TorshError('ERR_UNSUPPORTED', op,
    `${op}: a page cannot write the file '${String(file)}'; ${op} without it returns the bytes, and a FileSystemFileHandle can be written`);
}

export const fileOrIndex = (file: FileName, _op: string, _ending: string): FileName => file;

export const sibling = (_name: string, other: string): string => other;

export function writeGroup(list: FileName, op: string, _names: (tag: string) => readonly string[], _contents: (name: string, i: number) => Iterable<Uint8Array>,
  _listing: (names: readonly string[]) => Uint8Array, _outdated: (former: Uint8Array | null) => readonly string[]): void {
  writeFile(list, op, []);
}
