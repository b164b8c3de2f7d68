/** State dicts in several safetensors files beside an index, as Hugging Face writes them: name.safetensors.index.json. */
import { TorshError } from '../errors';
import type { Tensor } from '../tensor';
import { writeFile, writeGroup } from './files.node';
import { FormatError, type Reading, type Region } from './source';
import { safetensorsFile } from './state-dict-file';
import type { FileName } from './values';

export const INDEX_ENDING = '.index.json';
/** The limit that safetensors sets to its own header. */
const MAX_INDEX = 100_000_000;

/** Which file holds which tensors, in the index's order. */
export class ShardIndex {
  constructor(readonly files: ReadonlyMap<string, ReadonlySet<string>>, readonly names: readonly string[]) {}
}

/** Whether a file begins as JSON rather than as safetensors, whose first eight bytes are a length that no JSON text gives. */
export function looksLikeIndex(first: Uint8Array): boolean {
  const text = String.fromCharCode(...first.subarray(0, 64)).trimStart();
  return first.length >= 8 && text[0] === '{' && (first[4] | first[5] | first[6] | first[7]) !== 0;
}

/** Reads an index. The names of its files are plain names: it cannot point out of its folder. */
export function parseIndex(text: string): ShardIndex {
  let index: unknown;
  try {
    index = JSON.parse(text);
  } catch (e) {
    throw new FormatError(`the index is not valid JSON: ${(e as Error).message}`);
  }
  const map = (index as { weight_map?: unknown } | null)?.weight_map;
  if (typeof map !== 'object' || map === null || Array.isArray(map)) throw new FormatError('it is JSON, but not the index of a sharded state dict (weight_map)');
  const files = new Map<string, Set<string>>();
  for (const [name, file] of Object.entries(map as Record<string, unknown>)) {
    if (typeof file !== 'string' || file === '' || /[/\\\0]|^\.\.?$|^[A-Za-z]:/.test(file)) {
      throw new FormatError(`the index puts tensor '${name}' into ${JSON.stringify(file)?.slice(0, 200)}, which is no plain file name`);
    }
    if (!files.has(file)) files.set(file, new Set());
    files.get(file)!.add(name);
  }
  return new ShardIndex(files, Object.keys(map));
}

/** The index that a file is. */
export function* readIndex(file: Region): Reading<ShardIndex> {
  if (file.size > MAX_INDEX) throw new FormatError(`it looks like the index of a sharded state dict, but has ${file.size} bytes, more than ${MAX_INDEX}`);
  return parseIndex(new TextDecoder().decode(yield* file.read(0, file.size)));
}

const units: Record<string, number> = { B: 1, KB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12, KIB: 2 ** 10, MIB: 2 ** 20, GIB: 2 ** 30, TIB: 2 ** 40 };

/** A number of bytes, or text such as '5GB'. */
export function shardSize(given: unknown): number {
  if (typeof given === 'string') {
    const [, digits, unit] = /^\s*(\d+(?:\.\d+)?)\s*([KMGT]?i?B)\s*$/i.exec(given) ?? [];
    if (digits !== undefined) given = Number(digits) * units[unit.toUpperCase()];
  }
  if (typeof given !== 'number' || !(given >= 1)) throw new TorshError('ERR_ARGUMENT', 'save', `save: maxShardSize must be a number of bytes or a text such as '5GB', but got ${String(given)}`);
  return given;
}

/** Writes one file where it suffices, else shards of at most so many bytes of data (a larger tensor has one for itself) and their index. */
export function saveShards(tensors: readonly (readonly [string, Tensor])[], metadata: ReadonlyMap<string, string>, f: FileName, limit: number): void {
  const shards: (readonly [string, Tensor])[][] = [[]];
  let size = 0, total = 0;
  for (const entry of tensors) {
    const bytes = entry[1].numel() * entry[1].itemsize;
    if (size + bytes > limit && size > 0) {
      shards.push([]);
      size = 0;
    }
    shards[shards.length - 1].push(entry);
    size += bytes;
    total += bytes;
  }
  if (shards.length === 1) {
    writeFile(f, 'save', safetensorsFile(tensors, metadata).chunks());
    return;
  }
  const path = typeof f === 'string' ? f : f.href;
  const whole = decodeURIComponent(path.split(typeof f === 'string' ? /[/\\]/ : '/').pop()!);
  const base = whole.replace(/\.safetensors$/i, '');
  const outputs = shards.map((shard) => safetensorsFile(shard, metadata));
  const number = (n: number): string => String(n).padStart(5, '0');
  writeGroup(typeof f === 'string' ? path + INDEX_ENDING : new URL(path + INDEX_ENDING), 'save',
    (tag) => shards.map((_, i) => `${base}-${tag && `${tag}-`}${number(i + 1)}-of-${number(shards.length)}.safetensors`),
    (_, i) => outputs[i].chunks(),
    (files) => {
      const map: [string, string][] = shards.flatMap((shard, i) => shard.map(([name]): [string, string] => [name, files[i]]));
      // Written member by member: an object would put names that look like numbers first.
      const members = map.map(([name, file]) => `    ${JSON.stringify(name)}: ${JSON.stringify(file)}`);
      return new TextEncoder().encode(`{\n  "metadata": {\n    "total_size": ${total}\n  },\n  "weight_map": {\n${members.join(',\n')}\n  }\n}\n`);
    },
    (former) => {
      const old = [whole];
      try {
        if (former) old.push(...parseIndex(new TextDecoder().decode(former)).files.keys());
      } catch {
        // no index of ours: nothing to clear away
      }
      return old;
    });
}

