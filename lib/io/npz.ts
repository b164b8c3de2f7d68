/** NumPy's .npz files: a zip archive of .npy files. https://numpy.org/doc/stable/reference/generated/numpy.savez.html */
import type { Tensor } from '../tensor';
import { crc32 } from './deflate.node';
import { readNpy } from './npy';
import { FormatError, type Reading, type Region } from './source';
import { setOwn } from './values';
import { type Expansion, type ZipEntry, checkCrc, openEntry } from './zip';

export const looksLikeNpz = (entries: ReadonlyMap<string, ZipEntry>): boolean => entries.size === 0 || [...entries.keys()].some((name) => name.endsWith('.npy'));

/** Arrays by name, without the ending. */
export function* readNpz(file: Region, entries: ReadonlyMap<string, ZipEntry>, expansion: Expansion, verify: boolean): Reading<Record<string, Tensor>> {
  const arrays: Record<string, Tensor> = {};
  try {
    for (const entry of entries.values()) {
      if (!entry.name.endsWith('.npy')) throw new FormatError(`'${entry.name}' is no array (.npy)`);
      const region = yield* openEntry(file, entry, expansion);
      let crc = 0;
      const seen = verify && !entry.deflated ? (bytes: Uint8Array): void => { crc = crc32(bytes, crc); } : undefined;
      let t: Tensor;
      try {
        t = yield* readNpy(region, seen);
      } catch (e) {
        if (e instanceof FormatError) throw new FormatError(`'${entry.name}': ${e.message}`);
        throw e;
      }
      setOwn(arrays, entry.name.slice(0, -4), t);
      if (seen) checkCrc(entry, crc);
    }
  } catch (e) {
    for (const t of Object.values(arrays)) t.dispose();
    throw e;
  }
  return arrays;
}
