/** torsh.save and torsh.load: state dicts in safetensors files. */
import { bind, isPlainObject, signature } from '../bind';
import { fromBytes } from '../creation';
import { TorshError } from '../errors';
import { isTensor, type Tensor } from '../tensor';
import { withFile, writeFile, type FileName } from './files.node';
import { HeaderError, parse, plan, type ByteSource, type TensorInfo } from './safetensors';

export type StateDict = Record<string, Tensor>;
export type { FileName } from './files.node';

/** State dicts that load() made, with what else stood in their files. */
const metadataOfLoaded = new WeakMap<object, Record<string, string>>();

const saveSignature = signature('save', 'obj{}, f=null, *, metadata=null');
const loadSignature = signature('load', 'f');

/**
 * Writes a state dict (an object or Map of names to tensors) to the file `f` as safetensors: whole or not at all. Without
 * `f` returns the bytes. `metadata` maps strings to strings and goes beside the tensors
 * (default: that of the file which the state dict was loaded from, else { format: 'pt' }, which Python's loaders look for).
 * Errors: ERR_ARGUMENT for what is not a tensor, ERR_IO when the file cannot be written.
 */
export function save(obj: StateDict | ReadonlyMap<string, Tensor>, f: FileName, options?: { metadata?: Record<string, string> }): void;
export function save(obj: StateDict | ReadonlyMap<string, Tensor>, options?: { f?: null; metadata?: Record<string, string> }): Uint8Array;
export function save(...args: unknown[]): Uint8Array | void {
  const [obj, f, metadata] = bind(saveSignature, args);
  const tensors = entriesOf(obj);
  const entries = tensors.map(([name, t]) => ({ name, dtype: t.dtype as string, shape: [...t.shape] }));
  let layout;
  try {
    layout = plan(entries, checkMetadata(metadata ?? metadataOf(obj as object) ?? { format: 'pt' }));
  } catch (e) {
    if (!(e instanceof HeaderError)) throw e;
    throw new TorshError('ERR_IO', 'save', `save: ${e.message}`);
  }
  function* chunks(): Generator<Uint8Array> {
    yield layout!.head;
    for (const i of layout!.order) {
      const data = tensors[i][1].detach().toTypedArray();
      yield new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    }
  }
  if (f !== null) {
    if (!isFileName(f)) throw new TorshError('ERR_ARGUMENT', 'save', `save: f must be a path or a file URL, but got ${nameOf(f)}`);
    writeFile(f, 'save', chunks());
    return;
  }
  const bytes = new Uint8Array(layout.size);
  let at = 0;
  for (const chunk of chunks()) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

function entriesOf(obj: unknown): [string, Tensor][] {
  let entries: [unknown, unknown][];
  if (Object.prototype.toString.call(obj) === '[object Map]') entries = [...(obj as Map<unknown, unknown>)];
  else if (isPlainObject(obj)) entries = Object.entries(obj);
  else throw new TorshError('ERR_ARGUMENT', 'save', `save: obj must be a state dict (an object or Map of tensors), but got ${nameOf(obj)}`);
  for (const [name, value] of entries) {
    if (typeof name !== 'string') throw new TorshError('ERR_ARGUMENT', 'save', `save: the keys must be strings, but one is ${nameOf(name)}`);
    if (!isTensor(value)) throw new TorshError('ERR_ARGUMENT', 'save', `save: '${name}' must be a tensor, but is ${nameOf(value)}`);
  }
  return entries as [string, Tensor][];
}

function checkMetadata(metadata: unknown): Map<string, string> {
  if (!isPlainObject(metadata)) throw new TorshError('ERR_ARGUMENT', 'save', `save: metadata must be an object, but is ${nameOf(metadata)}`);
  for (const [key, value] of Object.entries(metadata)) {
    if (typeof value !== 'string') throw new TorshError('ERR_ARGUMENT', 'save', `save: metadata '${key}' must be a string, but is ${nameOf(value)}`);
  }
  return new Map(Object.entries(metadata as Record<string, string>));
}

/** The metadata of the file that a state dict was loaded from, or null. Saving that state dict again keeps it. */
export function metadataOf(stateDict: object): Record<string, string> | null {
  return metadataOfLoaded.get(stateDict) ?? null;
}

/**
 * Reads a safetensors file, or its bytes, as a state dict: names to tensors, in the file's order, ready for
 * model.loadStateDict(...). metadataOf() gives the file's metadata.
 * Errors: ERR_IO, naming the file and the rule that it breaks.
 */
export function load(f: FileName | ArrayBufferLike | ArrayBufferView): StateDict;
export function load(...args: unknown[]): StateDict {
  const [f] = bind(loadSignature, args);
  if (isFileName(f)) return withFile(f, 'load', read);
  const bytes = bytesOf(f);
  if (!bytes) throw new TorshError('ERR_ARGUMENT', 'load', `load: f must be a path, a file URL or bytes, but got ${nameOf(f)}`);
  return read({ size: bytes.length, read: (offset, length) => bytes.subarray(offset, offset + length) }, 'the given bytes');
}

function read(source: ByteSource, file: string): StateDict {
  // No prototype: a tensor may be called '__proto__' or 'constructor'.
  const state = Object.create(null) as StateDict;
  try {
    const { metadata, tensors } = parse(source);
    for (const info of tensors) {
      if (info.dtype === null) throw new HeaderError(`tensor '${info.name}' has dtype ${info.tag}, which torsh does not have`);
    }
    for (const info of tensors) state[info.name] = readTensor(source, info);
    if (metadata) metadataOfLoaded.set(state, Object.fromEntries(metadata));
  } catch (e) {
    if (!(e instanceof HeaderError)) throw e;
    throw new TorshError('ERR_IO', 'load', `load: ${file}: ${e.message}${hint(source)}`);
  }
  return state;
}

function readTensor(source: ByteSource, info: TensorInfo): Tensor {
  const dtype = info.dtype as Tensor['dtype'];
  let bytes = source.read(info.offset, info.length);
  // Any byte may stand in a file, but a bool is 0 or 1.
  if (dtype === 'bool' && bytes.some((b) => b > 1)) bytes = bytes.map((b) => (b ? 1 : 0));
  return fromBytes(bytes, dtype, info.shape);
}

/** What a file that is no safetensors file may be. */
function hint(source: ByteSource): string {
  if (source.size < 4) return '';
  const [a, b, c, d] = source.read(0, 4);
  if (a === 0x50 && b === 0x4b && c === 3 && d === 4) return ' (it looks like a zip file, as torch.save writes; only safetensors is read)';
  if (a === 0x80 && b <= 5) return ' (it looks like a Python pickle; only safetensors is read)';
  if (a === 0x1f && b === 0x8b) return ' (it looks gzipped)';
  return '';
}

// By brand, since a realm (a Jest test, a frame) has classes of its own.
const brand = (x: unknown): string => Object.prototype.toString.call(x).slice(8, -1);

function isFileName(f: unknown): f is FileName {
  return typeof f === 'string' || (typeof f === 'object' && f !== null && typeof (f as URL).href === 'string' && typeof (f as URL).protocol === 'string');
}

function bytesOf(f: unknown): Uint8Array | null {
  if (ArrayBuffer.isView(f)) return new Uint8Array(f.buffer, f.byteOffset, f.byteLength);
  return brand(f) === 'ArrayBuffer' || brand(f) === 'SharedArrayBuffer' ? new Uint8Array(f as ArrayBuffer) : null;
}

function nameOf(x: unknown): string {
  if (isTensor(x)) return 'a tensor';
  if (x === null || x === undefined) return String(x);
  return typeof x === 'object' ? `an object (${(x as object).constructor?.name ?? 'without a class'})` : `a ${typeof x}`;
}
