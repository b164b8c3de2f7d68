/** State dicts in safetensors files: tensors by name, and what stands beside them. */
import type { DType } from '../runtime/dtype';
import type { Tensor } from '../tensor';
import { pieces, readTensor } from './bulk';
import { parse, plan } from './safetensors';
import { FormatError, type Reading, type Region } from './source';
import { setOwn } from './values';
import type { Output } from './zip-write';

export type StateDict = Record<string, Tensor>;

/** State dicts that load() made, with what else stood in their files. */
const metadataOfLoaded = new WeakMap<object, Record<string, string>>();

/** The metadata of the file that a state dict was loaded from, or null. Saving that state dict again keeps it. */
export function metadataOf(stateDict: object): Record<string, string> | null {
  return metadataOfLoaded.get(stateDict) ?? null;
}

export function remember(stateDict: object, metadata: Record<string, string>): void {
  metadataOfLoaded.set(stateDict, metadata);
}

/** Reads the tensors of a file, of a shard those that its index names, into a state dict; its metadata become those of the state dict. */
export function* readSafetensors(file: Region, state: StateDict = {}, names: ReadonlySet<string> | null = null): Reading<StateDict> {
  const contents = yield* parse(file), { metadata } = contents;
  const tensors = names ? contents.tensors.filter(({ name }) => names.has(name)) : contents.tensors;
  if (names && tensors.length < names.size) {
    const there = new Set(tensors.map(({ name }) => name));
    throw new FormatError(`the index puts tensor '${[...names].find((name) => !there.has(name))}' into it, but it is not there`);
  }
  for (const info of tensors) {
    if (info.dtype === null) throw new FormatError(`tensor '${info.name}' has dtype ${info.tag}, which torsh does not have`);
  }
  // In the order of the data, so that a stream serves as well as a file.
  const made = new Map<string, Tensor>();
  try {
    for (const info of [...tensors].sort((a, b) => a.offset - b.offset)) {
      made.set(info.name, yield* readTensor(file, info.offset, info.dtype as DType, info.shape));
    }
  } catch (e) {
    for (const t of made.values()) t.dispose();
    throw e;
  }
  for (const { name } of tensors) setOwn(state, name, made.get(name));
  if (metadata) remember(state, Object.fromEntries(metadata));
  return state;
}

/** A safetensors file of tensors by name. */
export function safetensorsFile(tensors: readonly (readonly [string, Tensor])[], metadata: ReadonlyMap<string, string>): Output {
  const { head, order, size } = plan(tensors.map(([name, t]) => ({ name, dtype: t.dtype as string, shape: [...t.shape] })), metadata);
  return {
    size,
    *chunks() {
      yield head;
      for (const i of order) yield* pieces(tensors[i][1]);
    },
  };
}
