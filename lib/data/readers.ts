/** Readers of data files from their bytes or text (of .npy and .npz files: torsh.load, RecordDataset). No length that a file states is believed before it has been checked. */
import { bind, signature } from '../bind';
import { fromBytes } from '../creation';
import { TorshError } from '../errors';
import { bytesOf as viewOf } from '../io/values';
import { type DType, dtypes, itemsizes } from '../runtime/dtype';
import type { Tensor } from '../tensor';

type Source = string | ArrayBuffer | ArrayBufferView;

function bad(op: string, what: string): TorshError {
  return new TorshError('ERR_IO', op, `${op}: ${what}`);
}

function bytesOf(source: unknown, op: string): Uint8Array {
  const bytes = viewOf(source);
  if (bytes !== null) return bytes;
  throw new TorshError('ERR_ARGUMENT', op, `${op}: takes bytes, as readFileSync(path) or await response.arrayBuffer() gives them`);
}

function textOf(source: unknown, op: string): string {
  const text = typeof source === 'string' ? source : decode(bytesOf(source, op), op);
  return text.startsWith('\ufeff') ? text.slice(1) : text;
}

function decode(bytes: Uint8Array, op: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (e) {
    throw new TorshError('ERR_IO', op, `${op}: the bytes are not UTF-8 text`, { cause: e });
  }
}

const idxTypes: Record<number, DType> = { 8: 'uint8', 9: 'int8', 0x0b: 'int16', 0x0c: 'int32', 0x0d: 'float32', 0x0e: 'float64' };

/**
 * A tensor from the bytes of an IDX file, the format of MNIST: two zero bytes, a type, the number of dims, each dim as a big-endian
 * uint32, then the values. Errors: ERR_IO for what is no IDX file, is cut short or has more bytes than its header says.
 *
 * @example
 * ```js
 * const bytes = new Uint8Array([0, 0, 8, 1, 0, 0, 0, 3, 7, 8, 9]); // one dim of three unsigned bytes
 * console.log(torsh.utils.data.parseIdx(bytes)); // tensor([7, 8, 9], dtype=torch.uint8)
 * ```
 */
export function parseIdx(source: ArrayBuffer | ArrayBufferView): Tensor {
  const bytes = bytesOf(source, 'parseIdx');
  const damaged = (what: string): TorshError => bad('parseIdx', `damaged or no IDX file: ${what}`);
  if (bytes.length < 4) throw damaged(`it has ${bytes.length} bytes`);
  if (bytes[0] !== 0 || bytes[1] !== 0) throw damaged('it does not begin with two zero bytes');
  const dtype = idxTypes[bytes[2]] as DType | undefined;
  if (dtype === undefined) throw damaged(`its values are of the unknown type ${bytes[2]}`);
  const ndim = bytes[3], start = 4 + 4 * ndim;
  if (bytes.length < start) throw damaged('it ends within its header');
  if (ndim > 64) throw damaged(`it has ${ndim} dims`);
  const header = new DataView(bytes.buffer, bytes.byteOffset);
  const shape = Array.from({ length: ndim }, (_, i) => header.getUint32(4 + 4 * i));
  const size = itemsizes[dtypes.indexOf(dtype)], count = shape.reduce((n, d) => n * d, size);
  if (bytes.length - start !== count) throw damaged(`its header promises ${shape.join(' x ')} values = ${count} bytes, but ${bytes.length - start} follow`);
  const values = bytes.slice(start);
  if (size > 1) for (let i = 0; i < values.length; i += size) values.subarray(i, i + size).reverse();
  return fromBytes(values, dtype, shape);
}

const csvSignature = signature('parseCsv', 'source, *, delimiter=null, header=false, numeric=false');

export interface CsvOptions {
  delimiter?: string;
  /** true: the first record holds names, and rows become objects; an array: these are the names. */
  header?: boolean | readonly string[];
  /** Every field is a number; an empty one is NaN. */
  numeric?: boolean;
}

/**
 * Rows of a CSV file (RFC 4180, UTF-8): fields in quotes may hold delimiters, line ends and doubled quotes. Errors: ERR_IO, with the line,
 * for quotes out of place or left open, rows of different lengths, and with `numeric` what is no number.
 *
 * @example
 * ```js
 * console.log(torsh.utils.data.parseCsv('a,b\n1,2\n', { header: true, numeric: true })); // [ { a: 1, b: 2 } ]
 * ```
 */
export function parseCsv(from: Source, options: CsvOptions = {}): any[] {
  const [source, given, header, numeric] = bind(csvSignature, [from, options]) as [Source, string | null, boolean | string[], boolean];
  const delimiter = given ?? ',';
  if (typeof delimiter !== 'string' || delimiter.length !== 1 || /["\r\n]/.test(delimiter)) {
    throw new TorshError('ERR_ARGUMENT', 'parseCsv', `parseCsv: the delimiter must be one character other than quotes and line ends, but got ${JSON.stringify(delimiter)}`);
  }
  const text = textOf(source, 'parseCsv');
  let names = Array.isArray(header) ? header : null, width = names?.length ?? -1;
  const rows: unknown[] = [];
  for (const { fields, line } of records(text, delimiter)) {
    if (width < 0) width = fields.length;
    if (fields.length !== width) throw bad('parseCsv', `line ${line} has ${fields.length} fields, but ${width} were expected`);
    if (header === true && names === null) { names = fields; continue; }
    const values = numeric ? fields.map((field, i) => numberOf(field, line, i)) : fields;
    rows.push(names ? Object.fromEntries(names.map((name, i) => [name, values[i]])) : values);
  }
  return rows;
}

function numberOf(field: string, line: number, column: number): number {
  const text = field.trim(), value = text === '' || /^[+-]?nan$/i.test(text) ? NaN : Number(text.replace(/^([+-]?)inf(inity)?$/i, '$1Infinity'));
  if (Number.isNaN(value) && text !== '' && !/nan$/i.test(text)) throw bad('parseCsv', `line ${line}, field ${column + 1}: ${JSON.stringify(field.slice(0, 40))} is no number`);
  return value;
}

function* records(text: string, delimiter: string): globalThis.Generator<{ fields: string[]; line: number }, void, undefined> {
  let at = 0, line = 1;
  while (at < text.length) {
    const fields: string[] = [], first = line;
    for (let more = true; more;) {
      if (text[at] === '"') {
        let value = '';
        for (let from = at + 1; ;) {
          const end = text.indexOf('"', from);
          if (end < 0) throw bad('parseCsv', `the quotes opened in line ${line} are not closed`);
          value += text.slice(from, end);
          at = end + 1;
          if (text[at] !== '"') break;
          value += '"';
          from = at + 1;
        }
        line += value.split('\n').length - 1;
        if (at < text.length && text[at] !== delimiter && text[at] !== '\n' && text[at] !== '\r') throw bad('parseCsv', `line ${line}: text after closing quotes`);
        fields.push(value);
      } else {
        const from = at;
        while (at < text.length && text[at] !== delimiter && text[at] !== '\n' && text[at] !== '\r') {
          if (text[at] === '"') throw bad('parseCsv', `line ${line}: quotes within a field that does not begin with them`);
          at++;
        }
        fields.push(text.slice(from, at));
      }
      more = text[at] === delimiter;
      if (more) at++;
    }
    if (text[at] === '\r') at += text[at + 1] === '\n' ? 2 : 1;
    else at++;
    line++;
    yield { fields, line: first };
  }
}

const jsonLinesSignature = signature('parseJsonLines', 'source');

/**
 * The values of a JSON Lines file, one a line; empty lines are passed over. Errors: ERR_IO with the line.
 *
 * @example
 * ```js
 * console.log(torsh.utils.data.parseJsonLines('{"a":1}\n{"a":2}\n').length); // 2
 * ```
 */
export function parseJsonLines(from: Source): any[];
export function parseJsonLines(...args: unknown[]): any[] {
  const [source] = bind(jsonLinesSignature, args);
  const values: unknown[] = [];
  textOf(source, 'parseJsonLines').split(/\r?\n/).forEach((text, i) => {
    if (text.trim() === '') return;
    try {
      values.push(JSON.parse(text));
    } catch (e) {
      throw new TorshError('ERR_IO', 'parseJsonLines', `parseJsonLines: line ${i + 1}: ${(e as Error).message}`, { cause: e });
    }
  });
  return values;
}
