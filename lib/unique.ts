/** unique and uniqueConsecutive: one result, or several, as the flags ask. */
import { bind, signature } from './bind';
import { unique as uniqueOf, uniqueConsecutive as consecutiveOf } from './gen/ops';
import type { Tensor } from './tensor';

export interface ConsecutiveOptions { returnInverse?: boolean; returnCounts?: boolean; dim?: number | null }
export interface UniqueOptions extends ConsecutiveOptions { sorted?: boolean }
type Several<O> = O extends { returnInverse: true } | { returnCounts: true } ? Tensor[] : O extends { returnInverse: boolean } | { returnCounts: boolean } ? Tensor | Tensor[] : Tensor;
export type UniqueResult<O extends ConsecutiveOptions> = Several<O>;

const uniqueSignature = signature('unique', 'input, sorted=true, returnInverse=false, returnCounts=false, dim=null');
const consecutiveSignature = signature('uniqueConsecutive', 'input, returnInverse=false, returnCounts=false, dim=null');

const chosen = ([values, inverse, counts]: readonly Tensor[], wantsInverse: unknown, wantsCounts: unknown): Tensor | Tensor[] =>
  wantsInverse || wantsCounts ? [values, ...(wantsInverse ? [inverse] : []), ...(wantsCounts ? [counts] : [])] : values;

/**
 * The different elements of input (with dim: its different slices), always in ascending order. returnInverse adds where each
 * element went, returnCounts how many of each there are; the result is then an array.
 * https://pytorch.org/docs/stable/generated/torch.unique.html
 */
export function unique<O extends UniqueOptions>(input: Tensor, options?: O): UniqueResult<O>;
export function unique(input: Tensor, sorted: boolean, returnInverse?: boolean, returnCounts?: boolean, dim?: number | null): Tensor | Tensor[];
export function unique(...args: unknown[]): Tensor | Tensor[] {
  const [input, , inverse, counts, dim] = bind(uniqueSignature, args) as [Tensor, boolean, boolean, boolean, number | null];
  return chosen([...uniqueOf(input, inverse, dim)], inverse, counts);
}

/**
 * The elements of input (with dim: its slices) without those that equal the one before; returnInverse and returnCounts as for
 * unique. https://pytorch.org/docs/stable/generated/torch.unique_consecutive.html
 */
export function uniqueConsecutive<O extends ConsecutiveOptions>(input: Tensor, options?: O): UniqueResult<O>;
export function uniqueConsecutive(input: Tensor, returnInverse: boolean, returnCounts?: boolean, dim?: number | null): Tensor | Tensor[];
export function uniqueConsecutive(...args: unknown[]): Tensor | Tensor[] {
  const [input, inverse, counts, dim] = bind(consecutiveSignature, args) as [Tensor, boolean, boolean, number | null];
  return chosen([...consecutiveOf(input, inverse, dim)], inverse, counts);
}
