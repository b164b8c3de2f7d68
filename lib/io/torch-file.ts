/** Files of torch.save, read: the zip format of PyTorch 1.6 and later, and the one before. */
import type { Tensor } from '../tensor';
import { itemsizeOf, readTensor } from './bulk';
import { crc32 } from './deflate.node';
import { PickleDict, PickleEnd, Unpickler } from './pickle';
import { FormatError, type Reading, type Region } from './source';
import { TorchHost, type FoundStorage } from './torch-globals';
import { Builder } from './unpickled';
import { type Expansion, type ZipEntry, checkCrc, openEntry, readEntry } from './zip';

const host = (): TorchHost => new TorchHost();
const MAX_TEXT_ENTRY = 1000;

/** The name of the archive's folder, when it is one of torch.save's. */
export function torchFolder(entries: ReadonlyMap<string, ZipEntry>): string | null {
  for (const name of entries.keys()) if (/^[^/]*\/data\.pkl$/.test(name) || name === 'data.pkl') return name.slice(0, -'data.pkl'.length);
  return null;
}

/** What a file says before memory is asked for: everything is checked by then. */
interface Opened<Place> {
  value: unknown;
  /** In the order of the file. */
  places: (Place & { storage: FoundStorage })[];
  /** Whether numbers lie with their last byte first. */
  big: boolean;
}

/** What a zip archive of torch.save says, and where its memories lie. */
export function* openTorchZip(file: Region, entries: ReadonlyMap<string, ZipEntry>, folder: string, expansion: Expansion): Reading<Opened<{ entry: ZipEntry }>> {
  if (entries.has(`${folder}constants.pkl`)) throw new FormatError('it is a TorchScript program, not a state dict: save model.state_dict() instead');
  const order = entries.get(`${folder}byteorder`);
  let big = false;
  if (order) {
    if (order.size > MAX_TEXT_ENTRY) throw new FormatError(`'${order.name}' has ${order.size} bytes`);
    const text = new TextDecoder().decode(yield* readEntry(file, order, expansion));
    if (text !== 'little' && text !== 'big') throw new FormatError(`the byte order is '${text.slice(0, 20)}', neither little nor big`);
    big = text === 'big';
  }
  const pickle = entries.get(`${folder}data.pkl`)!;
  const named = host();
  const value = new Unpickler(yield* readEntry(file, pickle, expansion), 0, named, 0, 'data.pkl').load();
  const places = [...named.storages.values()].map((storage) => {
    const entry = entries.get(`${folder}data/${storage.key}`);
    if (!entry) throw new FormatError(`storage '${storage.key}' is not in the file`);
    if (entry.size !== storage.bytes) throw new FormatError(`storage '${storage.key}' has ${entry.size} bytes, but the pickle says ${storage.bytes}`);
    return { storage, entry };
  }).sort((a, b) => a.entry.at - b.entry.at);
  return { value, places, big };
}

/** The value in a zip archive of torch.save. verify: check the CRC-32 of each entry. */
export function* readTorchZip(file: Region, entries: ReadonlyMap<string, ZipEntry>, folder: string, expansion: Expansion, verify: boolean): Reading<unknown> {
  const { value, places, big } = yield* openTorchZip(file, entries, folder, expansion);
  return yield* withMemories(function* (memories) {
    for (const { storage, entry } of places) {
      const region = yield* openEntry(file, entry, expansion);
      let crc = 0;
      const seen = verify && !entry.deflated ? (bytes: Uint8Array): void => { crc = crc32(bytes, crc); } : undefined;
      memories.set(storage.key, yield* readMemory(region, 0, storage, big, seen));
      if (seen && crc !== entry.crc) {
        try {
          checkCrc(entry, crc);
        } catch (e) {
          throw new FormatError(`${(e as Error).message} ({ verify: false } loads what is there)`);
        }
      }
    }
  }, value);
}

function* readMemory(region: Region, at: number, storage: FoundStorage, big: boolean, seen?: (bytes: Uint8Array) => void): Reading<Tensor> {
  const dtype = storage.dtype ?? 'uint8', size = itemsizeOf(dtype);
  return yield* readTensor(region, at, dtype, [storage.bytes / size], { swap: big ? (dtype.startsWith('complex') ? size / 2 : size) : undefined, seen });
}

/** Fills memories and builds the value on them; when something fails, none of it stays behind. */
function* withMemories(fill: (memories: Map<string, Tensor>) => Reading<void>, value: unknown): Reading<unknown> {
  const memories = new Map<string, Tensor>();
  const builder = new Builder(memories);
  try {
    yield* fill(memories);
    return builder.build(value);
  } catch (e) {
    builder.abandon();
    throw e;
  } finally {
    builder.dispose();
  }
}

const MAGIC = 0x1950a86a20f9469cfc6cn;
const PROTOCOL = 1001;
/** PROTO 2, LONG1 10: how the magic number begins. */
export const looksLikePickle = (first: Uint8Array): boolean => first[0] === 0x80 && first[1] <= 5;

/** What a file of the format before PyTorch 1.6 says, five pickles, and where the storages behind them lie. */
export function* openTorchLegacy(file: Region): Reading<Opened<{ at: number }>> {
  let at = 0;
  const next = function* (what: string): Reading<{ value: unknown; named: TorchHost }> {
    const read = yield* unpickleAt(file, at, what);
    at = read.end;
    return read;
  };
  if ((yield* next('pickle of the magic number')).value !== MAGIC) throw new FormatError('it is a Python pickle, but not one of torch.save');
  const { value: protocol } = yield* next('pickle of the protocol version');
  if (protocol !== PROTOCOL) throw new FormatError(`its protocol version is ${String(protocol).slice(0, 40)} instead of ${PROTOCOL}`);
  const { value: system } = yield* next('pickle of the system');
  const little = system instanceof PickleDict ? system.map.get('little_endian') : undefined;
  if (typeof little !== 'boolean') throw new FormatError('it does not say in which order its bytes are');
  const { value, named } = yield* next('pickle of the value');
  const { value: keys } = yield* next('pickle of the storage keys');
  if (!Array.isArray(keys)) throw new FormatError('its storage keys are no list');
  const places: { storage: FoundStorage; at: number }[] = [];
  const seen = new Set<unknown>();
  for (const key of keys) {
    const storage = named.storages.get(key as string);
    if (!storage) throw new FormatError(`it has a storage ${JSON.stringify(String(key).slice(0, 40))} that nothing refers to`);
    if (seen.has(key)) throw new FormatError(`storage '${storage.key}' comes twice`);
    if (at + 8 + storage.bytes > file.size) throw new FormatError(`storage '${storage.key}' takes ${storage.bytes} bytes at byte ${at + 8}, but the file has ${file.size}`);
    seen.add(key);
    const length = yield* file.read(at, 8);
    const numel = new DataView(length.buffer, length.byteOffset, 8).getBigInt64(0, little);
    const wanted = storage.bytes / (storage.dtype === null ? 1 : itemsizeOf(storage.dtype));
    if (numel !== BigInt(wanted)) throw new FormatError(`storage '${storage.key}' at byte ${at} has ${numel} elements, but the pickle says ${wanted}`);
    places.push({ storage, at: at + 8 });
    at += 8 + storage.bytes;
  }
  if (places.length < named.storages.size) throw new FormatError(`${named.storages.size - places.length} storages are missing at its end`);
  return { value, places, big: !little };
}

/** The value in a file of the format before PyTorch 1.6. */
export function* readTorchLegacy(file: Region): Reading<unknown> {
  const { value, places, big } = yield* openTorchLegacy(file);
  return yield* withMemories(function* (memories) {
    for (const { storage, at } of places) memories.set(storage.key, yield* readMemory(file, at, storage, big));
  }, value);
}

/** A pickle whose end only reading it shows: a window that grows until it holds it. */
function* unpickleAt(file: Region, at: number, what: string): Reading<{ value: unknown; end: number; named: TorchHost }> {
  for (let window = 1 << 16; ; window *= 4) {
    const length = Math.min(window, file.size - at);
    const bytes = yield* file.read(at, length);
    const named = host();
    const reader = new Unpickler(bytes, 0, named, at, what);
    try {
      const value = reader.load();
      return { value, end: at + reader.at, named };
    } catch (e) {
      if (!(e instanceof PickleEnd) || at + length >= file.size) throw e;
    }
  }
}
