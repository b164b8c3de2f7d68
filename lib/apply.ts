/** x.apply_(f) and the like: elements through a JavaScript function, one after the other. */
import { tensor } from './creation';
import { TorshError } from './errors';
import { broadcastTo } from './gen/ops';
import { isTensor } from './runtime/call';
import { type Scalar, isComplexNumber } from './runtime/dtype';
import type { Tensor } from './tensor';

/** The elements of t in row-major order. */
const elements = (t: Tensor): Scalar[] => t.detach().reshape(-1).tolist() as Scalar[];

/** t becomes f of its elements and those of the others, which broadcast to its shape. */
export function mapInto(op: string, t: Tensor, others: readonly Tensor[], f: (...values: any[]) => Scalar): Tensor {
  if (typeof f !== 'function') throw new TorshError('ERR_ARGUMENT', op, `${op}: expected a function`);
  if (t.requiresGrad) throw new TorshError('ERR_AUTOGRAD', op, `${op}: Can't call ${op}() on Variable that requires grad. Use var.detach().${op}() instead.`);
  const lists = [elements(t), ...others.map((other) => {
    if (!isTensor(other)) throw new TorshError('ERR_ARGUMENT', op, `${op}: expected a Tensor`);
    if (other.dtype !== t.dtype) throw new TorshError('ERR_DTYPE', op, `${op}: expected tensors of one dtype, got ${t.dtype} and ${other.dtype}`);
    return elements(broadcastTo(other, t.shape));
  })];
  const values = lists[0].map((_, i) => {
    const y: unknown = f(...lists.map((list) => list[i]));
    if (typeof y !== 'number' && typeof y !== 'bigint' && typeof y !== 'boolean' && !isComplexNumber(y)) throw new TorshError('ERR_ARGUMENT', op, `${op}: the function gave ${y === null ? 'null' : typeof y} instead of a number`);
    return y;
  });
  return t.copy_(tensor(values, { dtype: t.dtype }).reshape(t.shape));
}
