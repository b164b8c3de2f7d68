/** torsh.save: values to files. */
import { bind, isPlainObject, signature } from '../bind';
import { TorshError } from '../errors';
import { isTensor, type Tensor } from '../tensor';
import { type FileHandle, isFileHandle } from './awaited';
import { writeFile } from './files.node';
import { npyHead, writeNpy } from './npy';
import { ValueError } from './pickle-write';
import { saveShards, shardSize } from './shards';
import { FormatError } from './source';
import { metadataOf, safetensorsFile } from './state-dict-file';
import { torchFile } from './torch-write';
import { type FileName, isFileName, isMap, nameOf } from './values';
import { type Output, join, zip } from './zip-write';

export type Format = 'safetensors' | 'pt' | 'npy' | 'npz';
export interface SaveOptions {
  /** Default: by the ending of the path (.safetensors, .npy, .npz; all else is a .pt file); without a path 'safetensors'. */
  format?: Format | null;
  /** safetensors: strings beside the tensors. */
  metadata?: Record<string, string> | null;
  /** npz: deflate the arrays, as numpy.savez_compressed does. */
  compress?: boolean;
  /** safetensors: the most bytes of data in one file, as a number or as '5GB'; more go into shards, with an index beside them. */
  maxShardSize?: number | string | null;
}

const saveSignature = signature('save', 'obj{}, f=null, *, format=null, metadata=null, compress=false, maxShardSize=null');
const refuse = (rule: string): TorshError => new TorshError('ERR_ARGUMENT', 'save', `save: ${rule}`);

/**
 * Writes a value to the file `f`, whole or not at all: what is there stays until the new file is complete on the disk. For a FileSystemFileHandle (of the
 * origin-private file system, say) returns a promise; without `f` returns the bytes. The format follows from the ending of `f` unless `format` says it:
 * 'safetensors': a state dict (object or Map of names to tensors); `metadata` maps strings to strings (default: that of the file which the state dict
 * was loaded from, else { format: 'pt' }, which Python's loaders look for).
 * 'pt' (also for unknown endings): any nesting of plain objects, arrays, Maps, Sets, tensors, strings, numbers, bigints, booleans and null; tensors that share
 * memory share it again when they are loaded, and `torch.load(f, weights_only=True)` reads it. 'npy': one tensor. 'npz': tensors by name.
 * Errors: ERR_ARGUMENT for what cannot be saved, ERR_IO when the file cannot be written. https://pytorch.org/docs/stable/generated/torch.save.html
 */
export function save(obj: unknown, f: FileName, options?: SaveOptions): void;
export function save(obj: unknown, f: FileHandle, options?: SaveOptions): Promise<void>;
export function save(obj: unknown, options?: SaveOptions & { f?: null }): Uint8Array;
export function save(...args: unknown[]): Uint8Array | void | Promise<void> {
  const [obj, f, format, metadata, compress, maxShardSize] = bind(saveSignature, args);
  const handle = isFileHandle(f) ? f : null;
  if (f !== null && !handle && !isFileName(f)) throw refuse(`f must be a path, a file URL or a file handle, but got ${nameOf(f)}`);
  const place = handle ? handle.name : f as FileName | null;
  let output: Output;
  try {
    if (maxShardSize !== null) return sharded(obj, handle ? null : place, formatOf(format, place), metadata, maxShardSize);
    output = outputOf(obj, formatOf(format, place), metadata, Boolean(compress));
  } catch (e) {
    if (e instanceof ValueError) throw refuse(e.message);
    throw e instanceof FormatError ? new TorshError('ERR_IO', 'save', `save: ${e.message}`) : e;
  }
  if (handle) return saveToHandle(output, handle);
  if (place === null) return join(output);
  writeFile(place, 'save', output.chunks());
}

/** What is written takes the file's place when it is closed. */
async function saveToHandle(output: Output, handle: FileHandle): Promise<void> {
  const failed = (e: unknown): TorshError => new TorshError('ERR_IO', 'save', `save: cannot write '${handle.name}': ${e instanceof Error ? e.message : String(e)}`, { cause: e });
  if (!handle.createWritable) throw failed('the browser cannot write to such files (createWritable)');
  const file = await handle.createWritable().catch((e: unknown) => { throw failed(e); });
  try {
    for (const chunk of output.chunks()) await file.write(chunk);
    await file.close();
  } catch (e) {
    await file.abort().catch(() => undefined);
    throw e instanceof TorshError ? e : failed(e);
  }
}

function sharded(obj: unknown, f: FileName | null, format: Format, metadata: unknown, maxShardSize: unknown): void {
  if (f === null || format !== 'safetensors') throw refuse('maxShardSize is for safetensors files, which a path names');
  saveShards(tensorsOf(obj, format), checkMetadata(metadata ?? metadataOf(obj as object) ?? { format: 'pt' }), f, shardSize(maxShardSize));
}

function formatOf(format: unknown, f: FileName | null): Format {
  if (format !== null) {
    if (!['safetensors', 'pt', 'npy', 'npz'].includes(format as string)) throw refuse(`format must be 'safetensors', 'pt', 'npy' or 'npz', but got ${typeof format === 'string' ? `'${format}'` : nameOf(format)}`);
    return format as Format;
  }
  if (f === null) return 'safetensors';
  const path = typeof f === 'string' ? f : f.pathname;
  const ending = /\.(safetensors|npy|npz)$/i.exec(path);
  return ending ? ending[1].toLowerCase() as Format : 'pt';
}

function outputOf(obj: unknown, format: Format, metadata: unknown, compress: boolean): Output {
  if (format !== 'safetensors' && metadata !== null) throw refuse(`metadata go into safetensors files, not into ${format}`);
  if (format !== 'npz' && compress) throw refuse(`compress is for npz, not for ${format}`);
  switch (format) {
    case 'pt': return torchFile(obj);
    case 'npy':
      if (!isTensor(obj)) throw refuse(`an .npy file holds one tensor, but obj is ${nameOf(obj)}`);
      return npyOutput(obj);
    case 'npz': return zip(tensorsOf(obj, format).map(([name, t]) => ({ name: `${name}.npy`, content: npyOutput(t), align: compress ? 1 : 64, compress })));
    case 'safetensors': return safetensorsFile(tensorsOf(obj, format), checkMetadata(metadata ?? metadataOf(obj as object) ?? { format: 'pt' }));
  }
}

function npyOutput(t: Tensor): Output {
  return { size: npyHead(t).length + t.numel() * t.itemsize, chunks: () => writeNpy(t) };
}

function tensorsOf(obj: unknown, format: Format): [string, Tensor][] {
  let entries: [unknown, unknown][];
  if (isMap(obj)) entries = [...obj];
  else if (isPlainObject(obj)) entries = Object.entries(obj);
  else throw refuse(`obj must be a state dict (an object or Map of tensors) for ${format}, but got ${nameOf(obj)}; { format: 'pt' } holds other values`);
  for (const [name, value] of entries) {
    if (typeof name !== 'string') throw refuse(`the keys must be strings for ${format}, but one is ${nameOf(name)}`);
    if (!isTensor(value)) throw refuse(`'${name}' must be a tensor for ${format}, but is ${nameOf(value)}; { format: 'pt' } holds other values`);
  }
  return entries as [string, Tensor][];
}

function checkMetadata(metadata: unknown): Map<string, string> {
  if (!isPlainObject(metadata)) throw refuse(`metadata must be an object, but is ${nameOf(metadata)}`);
  for (const [key, value] of Object.entries(metadata)) {
    if (typeof value !== 'string') throw refuse(`metadata '${key}' must be a string, but is ${nameOf(value)}`);
  }
  return new Map(Object.entries(metadata as Record<string, string>));
}
