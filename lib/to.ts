/** x.to(...) and its short forms. */
import { isPlainObject } from './bind';
import { TorshError } from './errors';
import { _toDtype, clone } from './gen/ops';
import { isTensor } from './runtime/call';
import { type DType, dtypeNumber, dtypes } from './runtime/dtype';
import type { Tensor } from './tensor';

export interface ToOptions { dtype?: DType | null; device?: string | null; nonBlocking?: boolean; copy?: boolean; memoryFormat?: string | null; other?: Tensor }
const KEYS = ['dtype', 'device', 'nonBlocking', 'copy', 'memoryFormat', 'other'];

function place(device: string): void {
  if (!/^cpu(:0)?$/.test(device)) throw new TorshError('ERR_UNSUPPORTED', 'to', `to: '${device}' is neither a dtype nor a device that is supported ('cpu')`);
}

/** to(dtype), to(device), to(device, dtype), to(other), each with nonBlocking and copy behind, or options. */
export function convert(t: Tensor, args: readonly unknown[]): Tensor {
  let want: DType | null = null, copy = false, format: string | null = null;
  const flags: boolean[] = [];
  for (const arg of args) {
    if (isTensor(arg)) want = arg.dtype;
    else if (typeof arg === 'string') {
      const n = dtypeNumber(arg);
      if (n === undefined) place(arg);
      else want = dtypes[n];
    } else if (typeof arg === 'boolean') flags.push(arg);
    else if (isPlainObject(arg)) {
      for (const key of Object.keys(arg)) if (!KEYS.includes(key)) throw new TorshError('ERR_ARGUMENT', 'to', `to: got an unexpected option '${key}'`);
      const options = arg as ToOptions;
      if (options.device) place(options.device);
      if (options.other) want = options.other.dtype;
      if (options.dtype) {
        const n = dtypeNumber(options.dtype);
        if (n === undefined) throw new TorshError('ERR_ARGUMENT', 'to', `to: '${options.dtype}' is not a dtype`);
        want = dtypes[n];
      }
      copy ||= options.copy === true;
      if (options.memoryFormat && options.memoryFormat !== 'preserve_format') format = options.memoryFormat;
    } else if (arg !== null && arg !== undefined) throw new TorshError('ERR_ARGUMENT', 'to', `to: expected a dtype, a device or a tensor, not ${typeof arg}`);
  }
  copy ||= flags[1] === true;
  const same = want === null || want === t.dtype;
  const converted = same ? t : _toDtype(t, want);
  if (format !== null) return (copy && same) || !converted.isContiguous({ memoryFormat: format }) ? clone(converted, { memoryFormat: format }) : converted;
  return same && copy ? clone(t) : converted;
}
