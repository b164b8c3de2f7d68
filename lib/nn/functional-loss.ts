/** Losses that take a function. */
import { bind, signature } from '../bind';
import type { Tensor } from '../tensor';
import * as ops from '../gen/ops';
import { fail } from './common';
import type { Reduction } from './loss';

export type DistanceFunction = (a: Tensor, b: Tensor) => Tensor;
export interface TripletMarginWithDistanceOptions { distanceFunction?: DistanceFunction | null; margin?: number; swap?: boolean; reduction?: Reduction }

const sig = signature('tripletMarginWithDistanceLoss', 'anchor, positive, negative, *, distanceFunction=null, margin=1, swap=false, reduction="mean"');

/** max(0, d(anchor, positive) - d(anchor, negative) + margin), its mean or sum, with a distance of one's own. */
export function tripletMarginWithDistanceLoss(anchor: Tensor, positive: Tensor, negative: Tensor, options?: TripletMarginWithDistanceOptions): Tensor;
export function tripletMarginWithDistanceLoss(...args: unknown[]): Tensor {
  const [anchor, positive, negative, given, margin, swap, reduction] = bind(sig, args) as [Tensor, Tensor, Tensor, DistanceFunction | null, number, boolean, Reduction];
  if (reduction !== 'none' && reduction !== 'mean' && reduction !== 'sum') fail(sig.name, `${String(reduction)} is not a valid value for reduction`);
  const [a, p, n] = [anchor.ndim, positive.ndim, negative.ndim];
  if (a !== p || a !== n) fail(sig.name, `All inputs should have same dimension but got ${a}D, ${p}D and ${n}D inputs`, 'ERR_SHAPE');
  const distance = given ?? ((x: Tensor, y: Tensor): Tensor => ops.pairwiseDistance(x, y));
  const near = distance(anchor, positive);
  let far = distance(anchor, negative);
  if (swap) far = far.minimum(distance(positive, negative));
  const loss = near.sub(far).add(margin).clampMin(0);
  return reduction === 'none' ? loss : reduction === 'sum' ? loss.sum() : loss.mean();
}
