/** Orders of strides by name. */
import { TorshError } from './errors';

/** The dims from the one that varies fastest on. */
const orders: Record<string, readonly number[]> = { channels_last: [1, 3, 2, 0], channels_last_3d: [1, 4, 3, 2, 0] };

/** Whether a tensor of these sizes and strides lies densely in the order of a format; never so with another number of dims. */
export function isDenseIn(format: string, sizes: readonly number[], strides: readonly number[]): boolean {
  const order = orders[format];
  if (!order) throw new TorshError('ERR_ARGUMENT', 'isContiguous', `isContiguous: memory format '${format}' is not one of 'contiguous_format', 'channels_last' and 'channels_last_3d'`);
  if (sizes.length !== order.length) return false;
  let step = 1;
  return order.every((d) => {
    const right = sizes[d] === 1 || strides[d] === step;
    step *= sizes[d];
    return right;
  });
}
