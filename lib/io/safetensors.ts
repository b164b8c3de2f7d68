/** The safetensors format as pure functions on bytes: https://github.com/huggingface/safetensors, its rules enforced. */
import { parseHeader, type Header } from './header';
import { FormatError, type Reading, type Region } from './source';

export interface TensorInfo {
  name: string;
  /** torsh's name, or null for one that the format has and torsh lacks. */
  dtype: string | null;
  /** The format's name, such as 'F32'. */
  tag: string;
  shape: number[];
  /** Place of the data in the source. */
  offset: number;
  length: number;
}

export interface Contents {
  metadata: Map<string, string> | null;
  /** In the header's order. */
  tensors: TensorInfo[];
}

const tags: readonly (readonly [tag: string, dtype: string | null, size: number])[] = [
  ['BOOL', 'bool', 1], ['U8', 'uint8', 1], ['I8', 'int8', 1], ['I16', 'int16', 2], ['I32', 'int32', 4], ['I64', 'int64', 8],
  ['F16', 'float16', 2], ['BF16', 'bfloat16', 2], ['F32', 'float32', 4], ['F64', 'float64', 8], ['C64', 'complex64', 8],
  ['U16', null, 2], ['U32', null, 4], ['U64', null, 8], ['F8_E4M3', null, 1], ['F8_E5M2', null, 1], ['F8_E8M0', null, 1],
];
const byTag = new Map(tags.map((row) => [row[0], row] as const));
const byDtype = new Map(tags.filter((row) => row[1] !== null).map((row) => [row[1]!, row] as const));

/** The format's own limit. */
const MAX_HEADER = 100_000_000;
const MAX_DIMS = 64;

/** Whether a file begins as safetensors: the length of a header that can be, and its brace. Other formats' first bytes may be such a length, but have no brace there. */
export function looksLikeSafetensors(first: Uint8Array): boolean {
  return first.length > 8 && first[8] === 0x7b && (first[4] | first[5] | first[6] | first[7]) === 0 && first[0] + 256 * (first[1] + 256 * (first[2] + 256 * first[3])) <= MAX_HEADER;
}

/** Reads and checks the header; throws a FormatError that says which rule is broken. Data is not touched. */
export function* parse(source: Region): Reading<Contents> {
  if (source.size < 8) throw new FormatError(`a safetensors file has at least 8 bytes, but this has ${source.size}`);
  const first = yield* source.read(0, 8);
  const length = new DataView(first.buffer, first.byteOffset, 8).getBigUint64(0, true);
  if (length > BigInt(MAX_HEADER)) {
    throw new FormatError(`the header claims ${length} bytes, more than the ${MAX_HEADER} that the format allows`);
  }
  const dataStart = 8 + Number(length);
  if (dataStart > source.size) throw new FormatError(`the header claims ${length} bytes, but the file has ${source.size} in all`);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(yield* source.read(8, Number(length)));
  } catch {
    throw new FormatError('the header is not valid UTF-8');
  }
  const header = parseHeader(text);
  return { metadata: header.metadata, tensors: place(header, dataStart, source.size - dataStart) };
}

/** Checks sizes, and that the data areas fill the rest of the file without holes or overlap. */
function place(header: Header, dataStart: number, dataLength: number): TensorInfo[] {
  const tensors: TensorInfo[] = [];
  for (const [name, { dtype: tag, shape, begin, end }] of header.entries) {
    const row = byTag.get(tag);
    if (!row) throw new FormatError(`tensor '${name}' has the unknown dtype '${tag}'`);
    if (shape.length > MAX_DIMS) throw new FormatError(`tensor '${name}' has ${shape.length} dimensions, more than ${MAX_DIMS}`);
    if (begin > end) throw new FormatError(`tensor '${name}': data_offsets [${begin}, ${end}] run backwards`);
    if (end > dataLength) {
      throw new FormatError(`tensor '${name}': data_offsets [${begin}, ${end}] go past the data, which has ${dataLength} bytes`);
    }
    const bytes = shape.reduce((n, size) => n * BigInt(size), BigInt(row[2]));
    if (bytes !== BigInt(end - begin)) {
      throw new FormatError(`tensor '${name}': shape [${shape.join(', ')}] of ${tag} takes ${bytes} bytes, `
        + `but data_offsets [${begin}, ${end}] hold ${end - begin}`);
    }
    tensors.push({ name, dtype: row[1], tag, shape, offset: dataStart + begin, length: end - begin });
  }
  let reached = dataStart;
  for (const t of [...tensors].sort((a, b) => a.offset - b.offset || a.length - b.length)) {
    if (t.offset !== reached) {
      throw new FormatError(`tensor '${t.name}' begins at byte ${t.offset - dataStart} of the data, `
        + `but the data before it ends at ${reached - dataStart}: ${t.offset < reached ? 'an overlap' : 'a hole'}`);
    }
    reached += t.length;
  }
  if (reached !== dataStart + dataLength) {
    throw new FormatError(`the tensors take ${reached - dataStart} bytes of data, but the file has ${dataLength}`);
  }
  return tensors;
}

export interface Entry {
  name: string;
  dtype: string;
  shape: readonly number[];
}

export interface Layout {
  /** Length prefix and header, padded with spaces so that the data begins at a multiple of 8. */
  head: Uint8Array;
  /** The order in which the data follows: wide dtypes first, so that each tensor is aligned. */
  order: number[];
  size: number;
}

/** Plans a file. Throws a FormatError for what the format cannot hold. */
export function plan(entries: readonly Entry[], metadata: ReadonlyMap<string, string>): Layout {
  const rows = entries.map(({ name, dtype }) => {
    const row = byDtype.get(dtype);
    if (!row) throw new FormatError(`tensor '${name}' has dtype ${dtype}, which safetensors cannot hold`);
    if (name === '__metadata__') throw new FormatError(`'__metadata__' cannot be the name of a tensor`);
    return row;
  });
  const order = entries.map((_, i) => i).sort((a, b) => rows[b][2] - rows[a][2] || a - b);
  const begins: number[] = new Array(entries.length);
  let end = 0;
  const lengthOf = (i: number): number => entries[i].shape.reduce((n, size) => n * size, rows[i][2]);
  for (const i of order) {
    begins[i] = end;
    end += lengthOf(i);
  }
  // Written member by member: an object would put integer-like names first.
  const members = entries.map((e, i) => `${JSON.stringify(e.name)}:`
    + JSON.stringify({ dtype: rows[i][0], shape: e.shape, data_offsets: [begins[i], begins[i] + lengthOf(i)] }));
  if (metadata.size > 0) {
    const pairs = [...metadata].map(([k, v]) => `${JSON.stringify(k)}:${JSON.stringify(v)}`);
    members.unshift(`"__metadata__":{${pairs.join(',')}}`);
  }
  const json = new TextEncoder().encode(`{${members.join(',')}}`);
  const length = Math.ceil(json.length / 8) * 8;
  if (length > MAX_HEADER) throw new FormatError(`the header would take ${length} bytes, more than the ${MAX_HEADER} that the format allows`);
  const head = new Uint8Array(8 + length).fill(0x20);
  new DataView(head.buffer).setBigUint64(0, BigInt(length), true);
  head.set(json, 8);
  return { head, order, size: head.length + end };
}
