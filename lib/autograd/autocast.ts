/** Mixed precision: products and convolutions in a 16-bit float. */
import { bind, signature } from '../bind';
import { TorshError } from '../errors';
import { dtypes, type DType } from '../runtime/dtype';
import * as sys from '../gen/system';
import { scoped } from './modes';

export type AutocastDType = 'bfloat16' | 'float16';
export interface AutocastOptions {
  /** What products and convolutions compute in; sums inside them are float32. */
  dtype?: AutocastDType;
  enabled?: boolean;
}

const sig = signature('autocast', 'fn, *, dtype="bfloat16", enabled=true');
const dtypeOf = (number: number): DType | null => (number === 0 ? null : dtypes[number]);

/** The number of the dtype in force, 0 when autocast is off: for withAutocast(). */
export const currentAutocast = (): number => sys._autocast();

export function withAutocast<T>(number: number, fn: () => T): T {
  return scoped('autocast', fn, () => {
    const before = sys._setAutocast(dtypeOf(number));
    return () => { sys._setAutocast(dtypeOf(before)); };
  });
}

/**
 * Runs fn with autocast: matrix products, linear layers and convolutions convert their floating-point arguments (float64 aside) to `dtype`, losses
 * and what else loses too much in 16 bits to float32; other ops take what they are given. Gradients have the dtype of what they belong to. Run
 * backward outside. enabled: false turns it off within. https://pytorch.org/docs/stable/amp.html
 *
 * @example
 * ```js
 * const m = new torsh.nn.Linear(4, 2);
 * console.log(torsh.autocast(() => m(torsh.randn(3, 4)).dtype, { dtype: 'bfloat16' })); // bfloat16
 * ```
 */
export function autocast<T>(fn: () => T, options?: AutocastOptions): T;
export function autocast(...args: unknown[]): unknown {
  const [fn, dtype, enabled] = bind(sig, args) as [() => unknown, string, boolean];
  if (dtype !== 'bfloat16' && dtype !== 'float16') {
    throw new TorshError('ERR_DTYPE', 'autocast', `autocast: dtype must be 'bfloat16' or 'float16', but got ${String(dtype)}`);
  }
  return withAutocast(enabled ? dtypes.indexOf(dtype) : 0, fn);
}

export const isAutocastEnabled = (): boolean => currentAutocast() !== 0;
/** What autocast lowers to; bfloat16 while it is off. */
export const getAutocastDtype = (): AutocastDType => (dtypeOf(currentAutocast()) ?? 'bfloat16') as AutocastDType;
