import { isPlainObject } from '../bind';
import { TorshError } from '../errors';
import { isTensor, type DType } from '../tensor';
import { dtypes } from '../runtime/dtype';

const floating = new Set<string>(['float16', 'bfloat16', 'float32', 'float64', 'complex64', 'complex128']);

/** The dtype that Module.to(...) was asked for; null when only a device was given (torsh has the one, 'cpu'). */
export function parseTo(args: readonly unknown[]): DType | null {
  let dtype: string | null = null;
  const take = (value: unknown): void => {
    if (value === null || value === undefined || value === 'cpu' || typeof value === 'boolean') return;
    if (isTensor(value)) dtype = value.dtype;
    else if (typeof value === 'string' && (dtypes as readonly string[]).includes(value)) dtype = value;
    else throw new TorshError('ERR_ARGUMENT', 'to', `to: expected a dtype, a tensor or the device 'cpu', but got ${String(value)}`);
  };
  for (const arg of args) {
    if (!isPlainObject(arg)) { take(arg); continue; }
    for (const [key, value] of Object.entries(arg)) {
      if (key === 'dtype' || key === 'device') take(value);
      else if (key !== 'nonBlocking') throw new TorshError('ERR_ARGUMENT', 'to', `to: got an unexpected option '${key}'`);
    }
  }
  if (dtype !== null && !floating.has(dtype)) {
    throw new TorshError('ERR_DTYPE', 'to', `to: nn.Module.to only accepts floating point or complex dtypes, but got desired dtype=${dtype as string}`);
  }
  return dtype;
}
