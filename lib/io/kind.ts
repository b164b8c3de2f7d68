/** Files of every format, told apart by what is in them. */
import { looksLikeNpy } from './npy';
import { looksLikeNpz } from './npz';
import { looksLikeSafetensors } from './safetensors';
import { looksLikeIndex } from './shards';
import { FormatError, type Reading, type Region } from './source';
import { looksLikePickle, torchFolder } from './torch-file';
import { type ZipEntry, looksLikeZip, readDirectory } from './zip';

type Entries = ReadonlyMap<string, ZipEntry>;
/** hint: what a file of none of the formats may be. A .pt file without entries is one from before PyTorch 1.6. */
export type Kind = { format: 'safetensors'; hint: string } | { format: 'npy' } | { format: 'index' } | { format: 'npz'; entries: Entries }
  | { format: 'pt'; entries: Entries; folder: string } | { format: 'pt'; entries: null };

export function* kindOf(file: Region): Reading<Kind> {
  const first = (yield* file.read(0, Math.min(file.size, 512))).slice();
  if (looksLikeSafetensors(first)) return { format: 'safetensors', hint: '' };
  if (looksLikeZip(first)) {
    const entries = yield* readDirectory(file);
    const folder = torchFolder(entries);
    if (folder !== null) return { format: 'pt', entries, folder };
    if (looksLikeNpz(entries)) return { format: 'npz', entries };
    throw new FormatError('it is a zip file, but neither one of torch.save (data.pkl) nor of numpy.savez (.npy)');
  }
  if (looksLikeNpy(first)) return { format: 'npy' };
  if (looksLikePickle(first)) return { format: 'pt', entries: null };
  if (looksLikeIndex(first)) return { format: 'index' };
  return { format: 'safetensors', hint: hintOf(first) };
}

/** Reads what is taken for safetensors for want of anything better. */
export function* orHint<T>(reading: Reading<T>, { hint }: { hint: string }): Reading<T> {
  try {
    return yield* reading;
  } catch (e) {
    throw e instanceof FormatError ? new FormatError(`${e.message}${hint}`) : e;
  }
}

function hintOf(first: Uint8Array): string {
  if (first[0] === 0x1f && first[1] === 0x8b) return ' (it looks gzipped)';
  if (String.fromCharCode(...first.subarray(257, 262)) === 'ustar') return ' (it is a tar file, as PyTorch wrote before 0.2: load it there and save it again)';
  if (String.fromCharCode(...first.subarray(0, 7)) === 'version') return ' (it is a Git LFS pointer, not the file itself)';
  if (first[0] === 0x89 && first[1] === 0x48 && first[2] === 0x44 && first[3] === 0x46) return ' (it is an HDF5 file)';
  if (/^\s*<(!doctype|html|\?xml)/i.test(String.fromCharCode(...first.subarray(0, 64)))) return ' (it is a web page: what answered had no such file)';
  if (first.length > 0 && first.every((byte) => byte === 0)) return ' (it begins with nothing but zeros: it was not written to its end)';
  return ' (it is none of .pt, safetensors, .npz and .npy by its first bytes, and was read as safetensors)';
}
