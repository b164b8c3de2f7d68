/** x.at(...) and x.setAt(...): Python's subscripts. */
import type { Tensor } from './tensor';
import type { Scalar } from './runtime/dtype';
import { TorshError } from './errors';

export type Index = number | null | string | boolean | Tensor | readonly unknown[] | object;
export function indexGet(_t: Tensor, _index: Index[]): Tensor { throw new TorshError('ERR_UNSUPPORTED', 'at', 'at: not written yet'); }
export function indexSet(_t: Tensor, _index: Index[], _value: Tensor | Scalar | unknown): void { throw new TorshError('ERR_UNSUPPORTED', 'setAt', 'setAt: not written yet'); }
