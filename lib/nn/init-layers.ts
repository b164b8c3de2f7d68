import type { Tensor } from '../tensor';
import { _calculateFanInAndFanOut, kaimingUniform_, uniform_ } from './init';

/** How Linear and the convolutions begin: weight, then bias, uniform within 1 / sqrt(fan in). */
export function initFanIn(weight: Tensor, bias: Tensor | null): void {
  kaimingUniform_(weight, Math.sqrt(5));
  if (bias === null) return;
  const [fanIn] = _calculateFanInAndFanOut(weight);
  const bound = fanIn > 0 ? 1 / Math.sqrt(fanIn) : 0;
  // A convolution without inputs draws nothing, a linear layer draws zeros: the stream of random numbers tells them apart.
  if (fanIn > 0 || weight.ndim === 2) uniform_(bias, -bound, bound);
}
