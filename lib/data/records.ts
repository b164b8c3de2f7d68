/** Records of one size in a file that may be larger than memory. */
import { bind, isPlainObject, signature } from '../bind';
import { TorshError } from '../errors';
import { openFile, type OpenFile } from '../io/files.node';
import { arrayTensor, readNpyHeader } from '../io/npy';
import { numpyType, type NumpyType } from '../io/numpy-dtype';
import { finish, FormatError, part } from '../io/source';
import type { FileName } from '../io/values';
import { type DType, dtypeNumber, dtypes, itemsizes } from '../runtime/dtype';
import type { Tensor } from '../tensor';
import { recipe } from './collate';
import { Dataset, inRange, wholeBatch } from './dataset';

/**
 * A dtype, or a type as NumPy writes it ('<f4', '>u2': little or big end first). uint16 becomes int32, uint32 and uint64 int64: files use them, tensors
 * do not.
 */
export type RecordDType = DType | 'uint16' | 'uint32' | 'uint64' | `${'<' | '>' | '|' | '='}${string}`;
/** A type (a number) or [type, ...sizes] (a tensor). */
export type RecordField = RecordDType | readonly [RecordDType, ...number[]];

export interface RecordOptions {
  /** Bytes before the first record, such as a header. */
  offset?: number;
  /** How many records there are; else as many as the file holds. */
  length?: number | null;
  /** Bytes from one record's beginning to the next one's: more than its size leaves gaps, less lets records overlap. */
  stride?: number | null;
}

interface Field { name: string | null; type: NumpyType; shape: number[]; at: number; bytes: number }

const op = 'RecordDataset';
const recordSignature = signature(op, 'file, fields{}=null, *, offset=0, length=null, stride=null');
const unsigned: Record<string, string> = { uint16: '<u2', uint32: '<u4', uint64: '<u8' };

function refuse(rule: string): TorshError {
  return new TorshError('ERR_ARGUMENT', op, `${op}: ${rule}`);
}

function typeOf(name: unknown): NumpyType | null {
  if (typeof name !== 'string') return null;
  const n = dtypeNumber(name);
  if (n !== undefined) return { dtype: dtypes[n], size: itemsizes[n], passing: {} };
  try {
    return Object.prototype.hasOwnProperty.call(unsigned, name) ? numpyType(unsigned[name]) : /^[<>|=]/.test(name) ? numpyType(name) : null;
  } catch (e) {
    throw refuse((e as Error).message);
  }
}

function layout(fields: unknown): Field[] {
  let at = 0;
  const one = (spec: unknown, name: string | null): Field => {
    const [given, ...shape] = Array.isArray(spec) ? spec as unknown[] : [spec], type = typeOf(given);
    if (type === null) throw refuse(`a field is a dtype or [dtype, ...sizes], but ${name === null ? 'got' : `'${name}' is`} ${JSON.stringify(spec) ?? String(spec)}`);
    if (!shape.every((n) => Number.isSafeInteger(n) && (n as number) >= 0)) throw refuse(`sizes must be whole numbers from 0, but got [${shape.map(String).join(', ')}]`);
    const field = { name, type, shape: shape as number[], at, bytes: (shape as number[]).reduce((n, d) => n * d, type.size) };
    at += field.bytes;
    return field;
  };
  return isPlainObject(fields) ? Object.entries(fields).map(([name, spec]) => one(spec, name)) : [one(fields, null)];
}

/** The rows of an .npy file's array. */
function layoutOfNpy(file: OpenFile): { fields: Field[]; offset: number; length: number } {
  const size = file.size();
  const read = (offset: number, length: number): Uint8Array => {
    const bytes = new Uint8Array(length);
    file.read(bytes, offset);
    return bytes;
  };
  try {
    const { type, fortran, shape: [length, ...shape], begin } = finish(readNpyHeader(part(0, size)), { size, read });
    if (length === undefined) throw new FormatError('its array has no dims, and so no rows');
    if (fortran && shape.length > 0) throw new FormatError('its array is stored column by column (fortran_order), so that its rows are not together');
    return { fields: [{ name: null, type, shape, at: 0, bytes: shape.reduce((n, d) => n * d, type.size) }], offset: begin, length };
  } catch (e) {
    throw e instanceof FormatError ? new TorshError('ERR_IO', op, `${op}: '${file.name}', for which no fields are given: ${e.message}`) : e;
  }
}

/** Files of datasets that nobody holds any more. */
const forgotten = new FinalizationRegistry<OpenFile>((file) => { file.close(); });

/**
 * Records of one size in a binary file that may be larger than memory: none is read before it is asked for, and the system keeps in its
 * cache what is used often, as with a memory map. A sample is a tensor, or with named fields an object of tensors:
 *
 *     new RecordDataset('images.npy')                                            // the rows of a NumPy array
 *     new RecordDataset('cifar/data_batch_1.bin', { label: 'uint8', image: ['uint8', 3, 32, 32] })
 *     new RecordDataset('train-images-idx3-ubyte', ['uint8', 28, 28], { offset: 16 })
 *     new RecordDataset('tokens.bin', ['uint16', 257], { stride: 2 * 256 })      // windows of text, each with the next token
 *
 * A batch is read at once, neighbouring records together. Workers open the file themselves. Errors: ERR_IO, naming the file, when it cannot
 * be read, is no whole number of records (without stride or length), or is shorter than length states, also when it becomes so later.
 */
export class RecordDataset<T = Tensor> extends Dataset<T> {
  readonly length: number;
  readonly stride: number;
  private readonly file: OpenFile;
  private readonly fields: readonly Field[];
  private readonly size: number;
  private readonly offset: number;
  private readonly given: unknown;

  constructor(file: FileName, fields?: RecordField, options?: RecordOptions);
  constructor(file: FileName, fields: Readonly<Record<string, RecordField>>, options?: RecordOptions);
  constructor(...args: unknown[]) {
    super();
    const [path, fields, offset, length, stride] = bind(recordSignature, args) as [FileName, unknown, number, number | null, number | null];
    for (const [name, n, least] of [['offset', offset, 0], ['stride', stride ?? 1, 1], ['length', length ?? 0, 0]] as const) {
      if (!Number.isSafeInteger(n) || n < least) throw refuse(`${name} must be a whole number from ${least}, but got ${String(n)}`);
    }
    const given = fields === null ? null : layout(fields);
    this.given = fields;
    this.file = openFile(path, op);
    try {
      const found = given === null ? layoutOfNpy(this.file) : { fields: given, offset, length };
      this.fields = found.fields;
      this.size = this.fields.reduce((n, f) => n + f.bytes, 0);
      if (!(this.size > 0 && this.size < 2 ** 31)) throw refuse(`a record must have from 1 to 2^31 - 1 bytes, but has ${this.size}`);
      this.stride = stride ?? this.size;
      this.offset = found.offset;
      this.length = this.count(found.length, stride === null);
    } catch (e) {
      this.file.close();
      throw e;
    }
    forgotten.register(this, this.file, this);
  }

  private count(length: number | null, packed: boolean): number {
    const { size, stride, offset, file } = this, bytes = file.size(), rest = bytes - offset;
    const bad = (what: string): TorshError => new TorshError('ERR_IO', op, `${op}: '${file.name}' ${what}`);
    if (rest < 0) throw bad(`has ${bytes} bytes, but the first record is said to begin at ${offset}`);
    if (length === null) {
      if (packed && rest % size !== 0) throw bad(`holds ${rest} bytes${offset > 0 ? ` after the first ${offset}` : ''}, which is no whole number of records of ${size} bytes`);
      return rest < size ? 0 : Math.floor((rest - size) / stride) + 1;
    }
    const end = length === 0 ? 0 : (length - 1) * stride + size;
    if (!(end <= rest)) throw bad(`has ${bytes} bytes, but ${length} records of ${size} would end at ${offset + end}`);
    return length;
  }

  override at(index: number): T {
    return this.unpack(this.read([inRange(index, this.length, op)]), null) as T;
  }

  [wholeBatch](indices: number[]): unknown {
    if (this.at !== RecordDataset.prototype.at) return null;
    return this.unpack(this.read(indices.map((i) => inRange(i, this.length, op))), indices.length);
  }

  get [recipe](): unknown[] {
    const { offset, length, stride } = this;
    return [op, this.file.name, this.given, ...(this.given === null ? [] : [{ offset, length, stride }])];
  }

  private read(indices: number[]): Uint8Array {
    const { size, stride, offset, file } = this;
    const bytes = new Uint8Array(indices.length * size);
    for (let i = 0, end = 0; i < indices.length; i = end) {
      end = i + 1;
      if (stride === size) while (indices[end] === indices[end - 1] + 1) end++;
      file.read(bytes.subarray(i * size, end * size), offset + indices[i] * stride);
    }
    return bytes;
  }

  /** n: how many records there are, to be stacked; null: one, alone. */
  private unpack(bytes: Uint8Array, n: number | null): unknown {
    const { fields, size } = this, count = n ?? 1;
    const parts = fields.map((field) => {
      let own = bytes;
      if (fields.length > 1) {
        own = new Uint8Array(count * field.bytes);
        for (let i = 0; i < count; i++) own.set(bytes.subarray(i * size + field.at, i * size + field.at + field.bytes), i * field.bytes);
      }
      return decode(own, field.type, n === null ? field.shape : [n, ...field.shape], this.file.name);
    });
    return fields[0].name === null ? parts[0] : Object.fromEntries(fields.map((f, i) => [f.name, parts[i]]));
  }

  /** Closes the file now rather than when nobody holds the dataset. */
  close(): void {
    forgotten.unregister(this);
    this.file.close();
  }
}

function decode(bytes: Uint8Array, type: NumpyType, shape: number[], name: string): Tensor {
  try {
    return arrayTensor(bytes, type, shape, false);
  } catch (e) {
    throw e instanceof FormatError ? new TorshError('ERR_IO', op, `${op}: '${name}': ${e.message}`) : e;
  }
}
