/** torsh.load: files of every format, told apart by what is in them. */
import { bind, signature } from '../bind';
import { TorshError } from '../errors';
import { withFile } from './files.node';
import { looksLikeNpy, readNpy } from './npy';
import { looksLikeNpz, readNpz } from './npz';
import { finish, FormatError, memorySource, part, type Reading, type Region } from './source';
import { readSafetensors } from './state-dict-file';
import { looksLikePickle, readTorchLegacy, readTorchZip, torchFolder } from './torch-file';
import { type FileName, bytesOf, isFileName, nameOf } from './values';
import { expansionOf, looksLikeZip, readDirectory } from './zip';

export interface LoadOptions {
  /** Tensors are on the cpu whatever the file says. */
  mapLocation?: 'cpu' | null;
  /** Files are data: nothing of them is run, so this is true and stays true. */
  weightsOnly?: true;
  /** Check the CRC-32 sums of zip archives (.pt, .npz). */
  verify?: boolean;
  /** What compressed entries may expand to in all, in bytes (default: a hundred times the file's size, at least 64 MB). */
  maxInflatedBytes?: number | null;
}
interface Wishes { verify: boolean; maxInflatedBytes: number | null }

const loadSignature = signature('load', 'f, mapLocation=null, *, weightsOnly=true, verify=true, maxInflatedBytes=null');
const refuse = (rule: string): TorshError => new TorshError('ERR_ARGUMENT', 'load', `load: ${rule}`);

/**
 * What a file (a path, a file URL or its bytes) holds, whatever its name: a state dict of a safetensors file; the value of a .pt or .pth file, as it was saved (dicts
 * become objects, those with other keys than strings Maps, tuples arrays, ints beyond 2^53 bigints; tensors share memory as they did); the tensor of an .npy file; the
 * tensors by name of an .npz file. Files are data: a .pt file may name tensors, dtypes and plain containers, whatever else it names is refused and nothing runs.
 * metadataOf() gives a safetensors file's metadata.
 * Errors: ERR_IO, naming the file, the place and the rule that it breaks. https://pytorch.org/docs/stable/generated/torch.load.html
 */
export function load(f: FileName | ArrayBufferLike | ArrayBufferView, options?: LoadOptions): any;
export function load(...args: unknown[]): any {
  const [f, mapLocation, weightsOnly, verify, limit] = bind(loadSignature, args);
  if (mapLocation !== null && mapLocation !== 'cpu') throw new TorshError('ERR_UNSUPPORTED', 'load', `load: mapLocation '${String(mapLocation)}' is not supported, only 'cpu'`);
  if (weightsOnly !== true) throw new TorshError('ERR_UNSUPPORTED', 'load', 'load: weightsOnly is always true: code in files is never run');
  if (limit !== null && (typeof limit !== 'number' || !(limit >= 0))) throw refuse(`maxInflatedBytes must be a number of bytes, but got ${nameOf(limit)}`);
  const wishes: Wishes = { verify: Boolean(verify), maxInflatedBytes: limit };
  if (isFileName(f)) return withFile(f, 'load', (source, name) => checked(name, () => finish(read(part(0, source.size), wishes), source)));
  const bytes = bytesOf(f);
  if (!bytes) throw refuse(`f must be a path, a file URL or bytes, but got ${nameOf(f)}`);
  return checked('the given bytes', () => finish(read(part(0, bytes.length), wishes), memorySource(bytes)));
}

/** What breaks the rules of a format becomes the error that users see. */
function checked<T>(file: string, action: () => T): T {
  try {
    return action();
  } catch (e) {
    throw asTorshError(file, e);
  }
}

function asTorshError(file: string, e: unknown): unknown {
  return e instanceof FormatError ? new TorshError('ERR_IO', 'load', `load: ${file}: ${e.message}`) : e;
}

function* read(file: Region, wishes: Wishes): Reading<unknown> {
  const first = (yield* file.read(0, Math.min(file.size, 512))).slice();
  if (looksLikeZip(first)) {
    const entries = yield* readDirectory(file);
    const expansion = expansionOf(file.size, wishes.maxInflatedBytes);
    const folder = torchFolder(entries);
    if (folder !== null) return yield* readTorchZip(file, entries, folder, expansion, wishes.verify);
    if (looksLikeNpz(entries)) return yield* readNpz(file, entries, expansion, wishes.verify);
    throw new FormatError('it is a zip file, but neither one of torch.save (data.pkl) nor of numpy.savez (.npy)');
  }
  if (looksLikeNpy(first)) return yield* readNpy(file);
  if (looksLikePickle(first)) return yield* readTorchLegacy(file);
  try {
    return yield* readSafetensors(file);
  } catch (e) {
    if (e instanceof FormatError) throw new FormatError(`${e.message}${hint(first)}`);
    throw e;
  }
}

/** What a file of none of the formats may be. */
function hint(first: Uint8Array): string {
  if (first[0] === 0x1f && first[1] === 0x8b) return ' (it looks gzipped)';
  if (String.fromCharCode(...first.subarray(257, 262)) === 'ustar') return ' (it is a tar file, as PyTorch wrote before 0.2: load it there and save it again)';
  if (String.fromCharCode(...first.subarray(0, 7)) === 'version') return ' (it is a Git LFS pointer, not the file itself)';
  if (first[0] === 0x89 && first[1] === 0x48 && first[2] === 0x44 && first[3] === 0x46) return ' (it is an HDF5 file)';
  return '';
}
