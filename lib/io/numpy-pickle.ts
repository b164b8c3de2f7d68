/** NumPy's numbers and arrays inside a checkpoint: losses, scores, random states. */
import { nestedValues, typedFromBytes } from '../convert';
import { type NumpyType, numpyType } from './numpy-dtype';
import { type Buildable, PickleGlobal, PickleTuple } from './pickle';
import { FormatError } from './source';
import { swapped } from './bulk';

/** numpy.dtype: its state gives the order of bytes. */
class PickledNumpyDtype implements Buildable {
  private order = '|';
  constructor(private readonly code: string) {}
  build(state: unknown): void {
    const [, order, subarray, names, fields] = state instanceof PickleTuple ? state.items : [];
    if (typeof order !== 'string' || !/^[<>|=]$/.test(order)) throw new FormatError('numpy.dtype has no order of bytes');
    if ([subarray, names, fields].some((x) => x !== null && x !== undefined)) throw new FormatError('numpy.dtype with fields is not supported');
    this.order = order;
  }
  get type(): NumpyType { return numpyType(this.order + this.code); }
}

/** numpy.ndarray: bytes that are checked when they are given. */
export class PickledArray implements Buildable {
  type: NumpyType | null = null;
  shape: number[] = [];
  fortran = false;
  bytes: Uint8Array = new Uint8Array(0);
  build(state: unknown): void {
    const [, shape, dtype, fortran, data] = state instanceof PickleTuple ? state.items : [];
    this.fill(data, dtype, shape, fortran);
  }

  fill(data: unknown, dtype: unknown, shape: unknown, fortran: unknown): this {
    if (!(shape instanceof PickleTuple) || !(dtype instanceof PickledNumpyDtype) || typeof fortran !== 'boolean') throw new FormatError('numpy.ndarray has a state that is not known');
    this.type = dtype.type;
    this.bytes = bytesOf(data, 'numpy.ndarray');
    this.shape = shape.items.map((n) => {
      if (typeof n !== 'number' || !Number.isSafeInteger(n) || n < 0) throw new FormatError('numpy.ndarray has a size that is no count');
      return n;
    });
    this.fortran = fortran;
    if (this.shape.length > 64 || this.shape.reduce((a, b) => a * b, this.type.size) !== this.bytes.length) {
      throw new FormatError(`numpy.ndarray of shape [${this.shape.slice(0, 64).join(', ')}] does not take ${this.bytes.length} bytes`);
    }
    return this;
  }
}

/** Python 2 wrote bytes as its str, which was taken for text where it is valid text. */
function bytesOf(x: unknown, what: string): Uint8Array {
  if (ArrayBuffer.isView(x)) return x as Uint8Array;
  if (typeof x === 'string') return new TextEncoder().encode(x);
  throw new FormatError(`${what} does not hold bytes`);
}

/** A name of NumPy's that may be loaded, or null. */
export function numpyGlobal(module: string, name: string, path: string): PickleGlobal | null {
  if (module === 'numpy' && name === 'ndarray') return new PickleGlobal(path, null);
  if (module === 'numpy' && name === 'dtype') return new PickleGlobal(path, ([code]) => {
    if (typeof code !== 'string') throw new FormatError('numpy.dtype is named by what is no string');
    return new PickledNumpyDtype(code);
  });
  // What protocol 5 calls: bytes, dtype, shape and 'C' or 'F'.
  if (/^numpy\._?core\.numeric$/.test(module) && name === '_frombuffer') return new PickleGlobal(path, ([data, dtype, shape, order]) => new PickledArray().fill(data, dtype, shape, order === 'F'));
  if (module !== 'numpy.core.multiarray' && module !== 'numpy._core.multiarray') return null;
  if (name === '_reconstruct') return new PickleGlobal(path, ([kind]) => {
    if (!(kind instanceof PickleGlobal) || kind.name !== 'numpy.ndarray') throw new FormatError(`${path} makes what is no ndarray`);
    return new PickledArray();
  });
  if (name === 'scalar') return new PickleGlobal(path, ([dtype, data]) => {
    if (!(dtype instanceof PickledNumpyDtype)) throw new FormatError(`${path} takes a dtype`);
    const { type } = dtype, bytes = bytesOf(data, path);
    if (bytes.length !== type.size) throw new FormatError(`${path} of ${type.dtype} takes ${type.size} bytes, not ${bytes.length}`);
    const value = nestedValues([], type.dtype, typedFromBytes(type.dtype, ordered(type, bytes)) as ArrayLike<number>);
    return typeof value === 'object' ? { complex: value } : value;
  });
  return null;
}

function ordered({ passing }: NumpyType, bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const turned = passing.swap ? swapped(bytes, passing.swap) : bytes.slice();
  return (passing.convert ? passing.convert(turned) : turned) as Uint8Array<ArrayBuffer>;
}
