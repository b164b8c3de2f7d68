import { _zeroGrads } from '../gen/system';
import type { Tensor } from '../tensor';

/** One call across the wall takes a bounded number of tensors. */
const BATCH = 2048;

/** Drops the gradients of many tensors, or fills them with zeros. */
export function zeroGrads(tensors: readonly Tensor[], setToNone: boolean): void {
  for (let i = 0; i < tensors.length; i += BATCH) {
    _zeroGrads(tensors.length <= BATCH ? tensors : tensors.slice(i, i + BATCH), setToNone);
  }
}
