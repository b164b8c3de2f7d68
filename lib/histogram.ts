/** histogramdd: its bins are numbers or edges, and its edges come as a list. */
import { bind, signature } from './bind';
import { histogramdd as histogramOf } from './gen/ops';
import { isTensor } from './runtime/call';
import type { Tensor } from './tensor';

const histogramSignature = signature('histogramdd', 'input, bins, *, range=null, weight=null, density=false');

export type Histogramdd = [Tensor, Tensor[]] & { readonly hist: Tensor; readonly binEdges: Tensor[] };

/**
 * The histogram of points, whose coordinates lie along the last dim, and the bin edges of each axis. bins: how many of equal
 * width (one number, or one for each axis), or the edges of each axis. See histogram for the rest.
 * https://pytorch.org/docs/stable/generated/torch.histogramdd.html
 */
export function histogramdd(
  input: Tensor, bins: number | readonly number[] | readonly Tensor[], options?: { range?: readonly number[] | null; weight?: Tensor | null; density?: boolean },
): Histogramdd;
export function histogramdd(...args: unknown[]): Histogramdd {
  const [input, bins, range, weight, density] = bind(histogramSignature, args) as [Tensor, number | number[] | Tensor[], number[] | null, Tensor | null, boolean];
  const edges = Array.isArray(bins) && bins.length > 0 && bins.every(isTensor);
  const [hist, ...binEdges] = histogramOf(input, edges ? null : (bins as number[]), edges ? (bins as Tensor[]) : [], typeof bins === 'number', range, weight, density);
  return Object.defineProperties([hist, binEdges], { hist: { value: hist }, binEdges: { value: binEdges } }) as Histogramdd;
}
