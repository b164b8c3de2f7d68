/** Reading the wall between an op's arguments and its call, leaving it as it was. */
import { abi, type Abi } from '../backend/abi';
import { dtypes } from '../runtime/dtype';
import { opNames, signatureOf, type OpParam } from '../runtime/signature';

let ids: Map<string, number> | null = null;
export const idOf = (name: string): number => (ids ??= new Map(opNames().map((n, id) => [n, id]))).get(name)!;

/** What a call of another op may overwrite: its argument, and results of as many dims as tensors have. */
const TOUCHED = 512;

function keeping<T>(run: () => T): T {
  const saved = abi().wall().slice(0, TOUCHED);
  try {
    return run();
  } finally {
    abi().wall().set(saved); // read anew: memory may have moved
  }
}

/** Where the next argument begins; handles of tensors are added to `found`. The layout is that of `put` in runtime/call.ts. */
function skip(w: Float64Array, at: number, { type }: OpParam, found: number[]): number {
  switch (type) {
    case 'Tensor': case 'Tensor?': found.push(w[at]); return at + 1;
    case 'Operand': case 'Operand?': case 'Scalar': case 'Scalar?':
      if (w[at] === 1) found.push(w[at + 1]);
      return at + (w[at] === 5 || w[at] === 6 ? 3 : 2);
    case 'Tensor[]': case 'Tensor?[]':
      for (let i = 1; i <= w[at]; i++) found.push(w[at + i]);
      return at + 1 + w[at];
    case 'int': case 'float': case 'bool': case 'true': case 'false': case 'dtype?': return at + 1;
    case 'int?': case 'float?': case 'bool?': case 'Generator?': return at + (w[at] === 0 ? 1 : 2);
    default: return at + 1 + Math.max(0, w[at]); // arrays of numbers, strings: their length first, below 0 for none
  }
}

/** Shapes and dtypes of the tensors that the op is about to be called with. */
export function inputsOf(op: number, call: Abi['call']): { shapes: number[][]; dtypes: string[] } {
  const w = abi().wall(), sig = signatureOf(op), handles: number[] = [];
  let at = 0;
  for (let i = 0; i < sig.encoded && at < w.length; i++) at = skip(w, at, sig.params[i], handles);
  const result: { shapes: number[][]; dtypes: string[] } = { shapes: [], dtypes: [] };
  const meta = idOf('_meta');
  keeping(() => {
    for (const handle of handles) {
      if (handle === 0) { result.shapes.push([]); result.dtypes.push(''); continue; }
      abi().wall()[0] = handle;
      call(meta, null);
      const r = abi().wall();
      if (r[0] !== 0) continue; // the op itself will say what is wrong
      result.dtypes.push(dtypes[r[2]]);
      result.shapes.push(Array.from(r.subarray(8, 8 + r[7])));
    }
  });
  return result;
}

/** Bytes that tensors take, asked between calls. */
export function bytesInUse(call: Abi['call']): number {
  const memory = idOf('_memory');
  return keeping(() => {
    call(memory, null);
    const w = abi().wall();
    return w[0] === 0 ? w[3] : 0;
  });
}
