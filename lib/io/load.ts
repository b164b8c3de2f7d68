/** torsh.load: files of every format, told apart by what is in them. */
import { bind, signature } from '../bind';
import { TorshError } from '../errors';
import { type FileHandle, type OnProgress, addressOf, blobSource, checkResponse, isBlob, isFileHandle, isResponse, request, responseSource } from './awaited';
import { fileOrIndex, sibling, withFile } from './files.node';
import { kindOf, orHint } from './kind';
import { INDEX_ENDING, ShardIndex, readIndex } from './shards';
import { readNpy } from './npy';
import { readNpz } from './npz';
import { type AwaitedSource, type ByteSource, finish, finishAwaited, FormatError, memorySource, part, type Reading, type Region } from './source';
import { looksLikeSafetensors } from './safetensors';
import { type StateDict, metadataOf, readSafetensors, remember } from './state-dict-file';
import { readTorchLegacy, readTorchZip } from './torch-file';
import { type FileName, bytesOf, isFileName, nameOf, setOwn } from './values';
import { expansionOf } from './zip';

export interface LoadOptions {
  /** Tensors are on the cpu whatever the file says. */
  mapLocation?: 'cpu' | null;
  /** Files are data: nothing of them is run, so this is true and stays true. */
  weightsOnly?: true;
  /** Check the CRC-32 sums of zip archives (.pt, .npz). */
  verify?: boolean;
  /** What compressed entries may expand to in all, in bytes (default: a hundred times the file's size, at least 64 MB). */
  maxInflatedBytes?: number | null;
  /** Map large tensors of a file into memory instead of reading them: the system reads what is used, when it is used, and checks are left out. Where that
   *  cannot be (WebAssembly, Windows) they are read. The file must not be cut off while its tensors are in use; it may be replaced. */
  mmap?: boolean | null;
  /** Told how far a download has come. */
  onProgress?: OnProgress | null;
}
interface Wishes { verify: boolean; mmap: boolean; maxInflatedBytes: number | null }

const loadSignature = signature('load', 'f, mapLocation=null, *, weightsOnly=true, mmap=null, verify=true, maxInflatedBytes=null, onProgress=null');
const refuse = (rule: string): TorshError => new TorshError('ERR_ARGUMENT', 'load', `load: ${rule}`);

/**
 * What a file (a path, a file URL or its bytes) holds, whatever its name; a promise of it for a Blob, a FileSystemFileHandle (of the origin-private file system, say), a Response
 * or an http(s) address, which is fetched (`onProgress` gets { loaded, total }). The formats: a state dict of a safetensors file; the value of a .pt or .pth file, as it was saved (dicts
 * become objects, those with other keys than strings Maps, tuples arrays, ints beyond 2^53 bigints; tensors share memory as they did); the tensor of an .npy file; the
 * tensors by name of an .npz file; of an index of shards (name.safetensors.index.json, also found by name.safetensors) the state dict in all of them. Files are data: a .pt file may name tensors, dtypes and plain containers, whatever else it names is refused and nothing runs.
 * metadataOf() gives a safetensors file's metadata.
 * Errors: ERR_IO, naming the file, the place and the rule that it breaks. https://pytorch.org/docs/stable/generated/torch.load.html
 */
export function load(f: FileName | ArrayBufferLike | ArrayBufferView, options?: LoadOptions): any;
export function load(f: Blob | FileHandle | Response, options?: LoadOptions): Promise<any>;
export function load(...args: unknown[]): any {
  const [f, mapLocation, weightsOnly, mmap, verify, limit, onProgress] = bind(loadSignature, args);
  if (mapLocation !== null && mapLocation !== 'cpu') throw new TorshError('ERR_UNSUPPORTED', 'load', `load: mapLocation '${String(mapLocation)}' is not supported, only 'cpu'`);
  if (weightsOnly !== true) throw new TorshError('ERR_UNSUPPORTED', 'load', 'load: weightsOnly is always true: code in files is never run');
  if (limit !== null && (typeof limit !== 'number' || !(limit >= 0))) throw refuse(`maxInflatedBytes must be a number of bytes, but got ${nameOf(limit)}`);
  if (onProgress !== null && typeof onProgress !== 'function') throw refuse(`onProgress must be a function, but got ${nameOf(onProgress)}`);
  const wishes: Wishes = { verify: Boolean(verify) && !mmap, mmap: Boolean(mmap), maxInflatedBytes: limit };
  const address = addressOf(f);
  if (address !== null || isResponse(f) || isBlob(f) || isFileHandle(f)) return loadAwaited(address ?? f as Response, wishes, onProgress as OnProgress | null);
  if (isFileName(f)) return loadFile(fileOrIndex(f, 'load', INDEX_ENDING), wishes);
  const bytes = bytesOf(f);
  if (!bytes) throw refuse(`f must be a path, a URL, bytes, a Blob, a file handle or a Response, but got ${nameOf(f)}`);
  const value = checked('the given bytes', () => finish(read(part(0, bytes.length), wishes), memorySource(bytes)));
  if (value instanceof ShardIndex) throw refuse('the bytes are the index of a sharded state dict, whose shards lie elsewhere; load it by its path');
  return value;
}

const whole = (source: ByteSource, { mmap }: Wishes): Region => part(0, source.size, mmap ? source.map : undefined);

function loadFile(f: FileName, wishes: Wishes): unknown {
  const [value, name] = withFile(f, 'load', (source, path) => [checked(path, () => finish(read(whole(source, wishes), wishes), source)), path] as const);
  if (!(value instanceof ShardIndex)) return value;
  const state: StateDict = {};
  try {
    for (const [file, names] of value.files) {
      withFile(sibling(name, file), 'load', (source, path) => checked(path, () => finish(readSafetensors(whole(source, wishes), state, names), source)));
    }
  } catch (e) {
    for (const t of Object.values(state)) t.dispose();
    throw e;
  }
  return inOrder(state, value.names);
}

async function loadAwaited(f: string | Response | Blob | FileHandle, wishes: Wishes, onProgress: OnProgress | null): Promise<unknown> {
  const run = async <T>(name: string, source: AwaitedSource, reading: (file: Region) => Reading<T>): Promise<T> => {
    try {
      return await finishAwaited(reading(part(0, source.size)), source);
    } catch (e) {
      throw asTorshError(name, e);
    }
  };
  if (typeof f !== 'string' && !isResponse(f)) {
    const blob = isFileHandle(f) ? await f.getFile() : f;
    const name = (f as FileHandle).name ?? 'the blob', value = await run(name, blobSource(blob), (file) => read(file, wishes));
    if (value instanceof ShardIndex) throw refuse(`${name} is the index of a sharded state dict; load its shards one by one, or all by its address`);
    return value;
  }
  const response = typeof f === 'string' ? await request(f) : checkResponse(f, f.url);
  const base = response.url || (typeof f === 'string' ? f : '');
  const value = await run(base || 'the response', await responseSource(response, onProgress, looksLikeSafetensors), (file) => read(file, wishes));
  if (!(value instanceof ShardIndex)) return value;
  const state: StateDict = {};
  try {
    for (const [file, names] of value.files) {
      const address = new URL(file, base).href;
      const source = await responseSource(await request(address), onProgress, looksLikeSafetensors);
      await run(address, source, (bytes) => readSafetensors(bytes, state, names));
    }
  } catch (e) {
    for (const t of Object.values(state)) t.dispose();
    throw e;
  }
  return inOrder(state, value.names);
}

/** The tensors of shards in the order of their index. */
function inOrder(state: StateDict, names: readonly string[]): StateDict {
  const ordered: StateDict = {};
  for (const name of names) setOwn(ordered, name, state[name]);
  const metadata = metadataOf(state);
  if (metadata) remember(ordered, metadata);
  return ordered;
}

/** What breaks the rules of a format becomes the error that users see. */
export function checked<T>(file: string, action: () => T, op = 'load'): T {
  try {
    return action();
  } catch (e) {
    throw asTorshError(file, e, op);
  }
}

export function asTorshError(file: string, e: unknown, op = 'load'): unknown {
  return e instanceof FormatError ? new TorshError('ERR_IO', op, `${op}: ${file}: ${e.message}`) : e;
}

function* read(file: Region, { maxInflatedBytes, verify }: Wishes): Reading<unknown> {
  const kind = yield* kindOf(file);
  switch (kind.format) {
    case 'safetensors': return yield* orHint(readSafetensors(file), kind);
    case 'pt': return yield* kind.entries ? readTorchZip(file, kind.entries, kind.folder, expansionOf(file.size, maxInflatedBytes), verify) : readTorchLegacy(file);
    case 'npz': return yield* readNpz(file, kind.entries, expansionOf(file.size, maxInflatedBytes), verify);
    case 'npy': return yield* readNpy(file);
    case 'index': return yield* readIndex(file);
  }
}
