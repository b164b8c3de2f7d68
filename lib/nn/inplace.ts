import { isGradEnabled } from '../autograd';
import type { Tensor } from '../tensor';

/** f(input), written into input. What f's gradient needs of input is kept as it was. */
export function overwrite(input: Tensor, f: (input: Tensor) => Tensor): Tensor {
  return input.copy_(f(isGradEnabled() && input.requiresGrad ? input.clone() : input));
}
