/** torsh.inspectFile: what is in a file, told without making a tensor. */
import { bind, signature } from '../bind';
import { TorshError } from '../errors';
import { type FileHandle, blobSource, isBlob, isFileHandle } from './awaited';
import { PIECE, itemsizeOf } from './bulk';
import { crc32 } from './deflate.node';
import { fileOrIndex, sibling, withFile } from './files.node';
import { kindOf, orHint } from './kind';
import { asTorshError, checked } from './load';
import { readNpyHeader } from './npy';
import { PickledArray } from './numpy-pickle';
import { PickleDict, PickleGlobal, PickleTuple } from './pickle';
import { parse } from './safetensors';
import { INDEX_ENDING, type ShardIndex, readIndex } from './shards';
import { type Reading, type Region, FormatError, finish, finishAwaited, memorySource, part } from './source';
import { isPickledTensor, isStorage } from './torch-globals';
import { openTorchLegacy, openTorchZip } from './torch-file';
import { type FileName, bytesOf, isFileName, nameOf, setOwn } from './values';
import { type ZipEntry, checkCrc, expansionOf, openEntry } from './zip';

export interface TensorEntry {
  /** Its name in a state dict; within a nested value the names on the way to it, with dots between. */
  name: string;
  /** torsh's name, or the format's own for a dtype that torsh does not have. */
  dtype: string;
  shape: number[];
  bytes: number;
  /** Whether load() can make it. */
  loadable: boolean;
  /** pt: the memory that it lies on; tensors of one memory share it. */
  storage?: string;
  /** The shard that holds it. */
  file?: string;
}
/** Something that is no tensor, as text of bounded length. */
export interface ValueEntry { name: string; text: string }

export interface FileContents {
  format: 'safetensors' | 'pt' | 'npy' | 'npz';
  /** Bytes of the file, or of all shards. */
  size: number;
  /** safetensors: the strings beside the tensors. */
  metadata: Record<string, string> | null;
  tensors: TensorEntry[];
  /** pt: what else it holds, and how much of that is left out of the list. */
  values: ValueEntry[];
  valuesLeftOut: number;
  /** The files of a sharded state dict. */
  shards: string[] | null;
}

export interface InspectOptions {
  /** Read all of an archive (.pt, .npz) and compare its checksums. */
  verify?: boolean;
  /** As for load(). */
  maxInflatedBytes?: number | null;
}
interface Wishes { verify: boolean; maxInflatedBytes: number | null }

const inspectSignature = signature('inspectFile', 'f, *, verify=false, maxInflatedBytes=null');
const refuse = (rule: string): TorshError => new TorshError('ERR_ARGUMENT', 'inspectFile', `inspectFile: ${rule}`);

/**
 * What a file holds (a path, a file URL or its bytes; of a Blob or file handle a promise): its format, its tensors with their dtypes, shapes and sizes, and what stands beside them.
 * Reads headers and the pickle, but no tensor's data (`verify` reads all), so it takes neither the time nor the memory of load(); nothing of the file is run.
 * Errors: ERR_IO for damaged files, naming the file, the place and the rule that it breaks, as load() does. What is sound but cannot be loaded is listed all the same.
 */
export function inspectFile(f: FileName | ArrayBufferLike | ArrayBufferView, options?: InspectOptions): FileContents;
export function inspectFile(f: Blob | FileHandle, options?: InspectOptions): Promise<FileContents>;
export function inspectFile(...args: unknown[]): FileContents | Promise<FileContents> {
  const [f, verify, limit] = bind(inspectSignature, args);
  if (limit !== null && (typeof limit !== 'number' || !(limit >= 0))) throw refuse(`maxInflatedBytes must be a number of bytes, but got ${nameOf(limit)}`);
  const wishes: Wishes = { verify: Boolean(verify), maxInflatedBytes: limit };
  if (isFileName(f)) return inspectPath(f, wishes);
  if (isBlob(f) || isFileHandle(f)) return inspectBlob(f, wishes);
  const bytes = bytesOf(f);
  if (!bytes) throw refuse(`f must be a path, a file URL, bytes, a Blob or a file handle, but got ${nameOf(f)}`);
  return single(checked('the given bytes', () => finish(look(part(0, bytes.length), wishes), memorySource(bytes)), 'inspectFile'), 'the bytes are');
}

function inspectPath(f: FileName, wishes: Wishes): FileContents {
  const look1 = (file: FileName): [FileContents | ShardIndex, string] =>
    withFile(file, 'inspectFile', (source, path) => [checked(path, () => finish(look(part(0, source.size), wishes), source), 'inspectFile'), path]);
  const [found, path] = look1(fileOrIndex(f, 'inspectFile', INDEX_ENDING));
  if ('format' in found) return found;
  const all: FileContents = { ...contents('safetensors', 0, []), shards: [...found.files.keys()] };
  const byName = new Map<string, TensorEntry>();
  for (const [file, names] of found.files) {
    const [shard] = look1(sibling(path, file));
    if (!('format' in shard) || shard.format !== 'safetensors') throw new TorshError('ERR_IO', 'inspectFile', `inspectFile: ${sibling(path, file)}: it is not a shard (a safetensors file)`);
    all.size += shard.size;
    all.metadata ??= shard.metadata;
    for (const t of shard.tensors) if (names.has(t.name)) byName.set(t.name, { ...t, file });
  }
  all.tensors = found.names.map((name) => {
    const t = byName.get(name);
    if (!t) throw new TorshError('ERR_IO', 'inspectFile', `inspectFile: ${path}: it names tensor '${name}', which is not in its shard`);
    return t;
  });
  return all;
}

async function inspectBlob(f: Blob | FileHandle, wishes: Wishes): Promise<FileContents> {
  const name = (f as FileHandle).name ?? 'the blob';
  try {
    const source = blobSource(isFileHandle(f) ? await f.getFile() : f);
    return single(await finishAwaited(look(part(0, source.size), wishes), source), `${name} is`);
  } catch (e) {
    throw asTorshError(name, e, 'inspectFile');
  }
}

function single(found: FileContents | ShardIndex, what: string): FileContents {
  if ('format' in found) return found;
  throw refuse(`${what} the index of a sharded state dict, whose shards lie elsewhere; inspect it by its path`);
}

const contents = (format: FileContents['format'], size: number, tensors: TensorEntry[]): FileContents => (
  { format, size, metadata: null, tensors, values: [], valuesLeftOut: 0, shards: null });

function* look(file: Region, { verify, maxInflatedBytes }: Wishes): Reading<FileContents | ShardIndex> {
  const kind = yield* kindOf(file), expansion = expansionOf(file.size, maxInflatedBytes);
  switch (kind.format) {
    case 'safetensors': {
      const { metadata, tensors } = yield* orHint(parse(file), kind);
      const list = tensors.map(({ name, dtype, tag, shape, length }) => ({ name, dtype: dtype ?? tag, shape, bytes: length, loadable: dtype !== null }));
      const own: Record<string, string> = {};
      for (const [key, value] of metadata ?? []) setOwn(own, key, value);
      return { ...contents('safetensors', file.size, list), metadata: metadata && own };
    }
    case 'npy': return contents('npy', file.size, [yield* npyEntry(file, '')]);
    case 'npz': {
      const list: TensorEntry[] = [];
      for (const entry of kind.entries.values()) {
        if (!entry.name.endsWith('.npy')) throw new FormatError(`'${entry.name}' is no array (.npy)`);
        const region = yield* openEntry(file, entry, expansion);
        try {
          list.push(yield* npyEntry(region, entry.name.slice(0, -4)));
        } catch (e) {
          throw e instanceof FormatError ? new FormatError(`'${entry.name}': ${e.message}`) : e;
        }
        if (verify) yield* verifyEntry(region, entry);
      }
      return contents('npz', file.size, list);
    }
    case 'pt': {
      if (kind.entries === null) return walk((yield* openTorchLegacy(file)).value, file.size);
      const { value, places } = yield* openTorchZip(file, kind.entries, kind.folder, expansion);
      for (const { entry } of verify ? places : []) yield* verifyEntry(yield* openEntry(file, entry, expansion), entry);
      return walk(value, file.size);
    }
    case 'index': return yield* readIndex(file);
  }
}

function* npyEntry(file: Region, name: string): Reading<TensorEntry> {
  const { type: { dtype }, shape } = yield* readNpyHeader(file);
  return { name, dtype, shape, bytes: bytesIn(dtype, shape), loadable: true };
}

const bytesIn = (dtype: string, shape: readonly number[]): number => shape.reduce((a, b) => a * b, itemsizeOf(dtype as 'bool'));

/** What was deflated has been checked when it was opened. */
function* verifyEntry(region: Region, entry: ZipEntry): Reading<void> {
  if (entry.deflated) return;
  let crc = 0;
  for (let at = 0; at < region.size; at += PIECE) crc = crc32(yield* region.read(at, Math.min(PIECE, region.size - at)), crc);
  checkCrc(entry, crc);
}

const MAX_VALUES = 10_000, MAX_DEPTH = 1000, MAX_TEXT = 80, MAX_NAME = 2000;

/** The tensors and other values in what a pickle describes. */
function walk(root: unknown, size: number): FileContents {
  const found = contents('pt', size, []);
  const seen = new Map<unknown, string>();
  const note = (name: string, text: string): void => {
    if (found.values.length < MAX_VALUES) found.values.push({ name, text: text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}...` : text });
    else found.valuesLeftOut++;
  };
  const visit = (x: unknown, name: string, depth: number): void => {
    if (depth > MAX_DEPTH) throw new FormatError(`it is nested more than ${MAX_DEPTH} deep`);
    if (isPickledTensor(x)) {
      found.tensors.push({ name, dtype: x.dtype, shape: x.size, bytes: bytesIn(x.dtype, x.size), loadable: true, storage: x.storage.key });
      return;
    }
    if (isStorage(x)) {
      const dtype = x.dtype ?? 'uint8';
      found.tensors.push({ name, dtype, shape: [x.numel], bytes: bytesIn(dtype, [x.numel]), loadable: true, storage: x.key });
      return;
    }
    if (x instanceof PickledArray) {
      if (x.type) found.tensors.push({ name, dtype: x.type.dtype, shape: x.shape, bytes: bytesIn(x.type.dtype, x.shape), loadable: true });
      return;
    }
    const members = membersOf(x);
    if (members === null) {
      note(name, leafText(x));
      return;
    }
    // A value that hangs in several places is told once: a small file could unfold without end.
    const before = seen.get(x);
    if (before !== undefined) {
      note(name, `the same as ${before === '' ? 'the whole' : `'${before}'`}`);
      return;
    }
    seen.set(x, name);
    if (members.length === 0 || (!(x instanceof PickleDict) && members.every(([, value]) => membersOf(value) === null && isPlain(value)))) {
      note(name, listText(x, members));
      return;
    }
    for (const [key, value] of members) visit(value, (name === '' ? key : `${name}.${key}`).slice(0, MAX_NAME), depth + 1);
  };
  visit(root, '', 0);
  return found;
}

type Member = readonly [key: string, value: unknown];

/** What a container holds; null for what is none. */
function membersOf(x: unknown): Member[] | null {
  if (x instanceof PickleDict) return [...x.map].map(([key, value]) => [typeof key === 'string' ? key : leafText(key), value] as const);
  const items = x instanceof PickleTuple ? x.items : x instanceof Set ? [...x] : x;
  return Array.isArray(items) ? items.map((value, i) => [String(i), value] as const) : null;
}

const isPlain = (x: unknown): boolean => typeof x !== 'object' || x === null;

function leafText(x: unknown): string {
  if (typeof x === 'string') return JSON.stringify(x.slice(0, MAX_TEXT + 1));
  if (ArrayBuffer.isView(x)) return `${x.byteLength} bytes`;
  if (x instanceof PickleGlobal) return typeof x.value === 'string' ? x.value : x.name;
  if (typeof x !== 'object' || x === null) return String(x);
  const { complex } = x as { complex?: { re: number; im: number } };
  return complex ? `${complex.re}${complex.im < 0 ? '-' : '+'}${Math.abs(complex.im)}i` : x instanceof PickleTuple ? 'a tuple' : 'an object';
}

function listText(x: unknown, members: readonly Member[]): string {
  if (x instanceof PickleDict) return '{}';
  const shown = members.slice(0, 8).map(([, value]) => leafText(value));
  return `[${shown.join(', ')}${members.length > 8 ? `, ... ${members.length} in all` : ''}]`.slice(0, MAX_TEXT);
}
