/** The line search of LBFGS: a step along d that meets the strong Wolfe conditions (Nocedal & Wright, algorithms 3.5 and 3.6). */
import type { Tensor } from '../tensor';

const ARMIJO = 1e-4, CURVATURE = 0.9, MOST = 25;

interface Point { t: number; f: number; g: Tensor; slope: number }

/** Where the cubic through two points with slopes is least, within bounds. */
function cubic(a: Point, b: Point, low = Math.min(a.t, b.t), high = Math.max(a.t, b.t)): number {
  const d1 = a.slope + b.slope - 3 * (a.f - b.f) / (a.t - b.t);
  const square = d1 ** 2 - a.slope * b.slope;
  if (!(square >= 0)) return (low + high) / 2;
  const d2 = Math.sqrt(square);
  const at = a.t <= b.t
    ? b.t - (b.t - a.t) * ((b.slope + d2 - d1) / (b.slope - a.slope + 2 * d2))
    : a.t - (a.t - b.t) * ((a.slope + d2 - d1) / (a.slope - b.slope + 2 * d2));
  return Math.min(Math.max(at, low), high);
}

export function strongWolfe(
  evaluate: (t: number) => [f: number, g: Tensor], t: number, d: Tensor, f: number, g: Tensor, slope: number, toleranceChange: number,
): { f: number; g: Tensor; t: number; calls: number } {
  const start: Point = { t: 0, f, g, slope };
  const width = d.abs().max().item() as number;
  const at = (size: number): Point => {
    const [value, gradient] = evaluate(size);
    return { t: size, f: value, g: gradient, slope: gradient.dot(d).item() as number };
  };
  const tooHigh = (p: Point): boolean => p.f > f + ARMIJO * p.t * slope;
  const flat = (p: Point): boolean => Math.abs(p.slope) <= -CURVATURE * slope;

  let now = at(t), before = start, calls = 1, rounds = 0, done = false;
  let bracket: Point[] | null = null;
  for (; rounds < MOST; rounds++) {
    if (tooHigh(now) || (rounds > 1 && now.f >= before.f)) bracket = [before, now];
    else if (flat(now)) { bracket = [now]; done = true; }
    else if (now.slope >= 0) bracket = [before, now];
    if (bracket) break;
    const next = cubic(before, now, now.t + 0.01 * (now.t - before.t), now.t * 10);
    before = now;
    now = at(next);
    calls++;
  }
  bracket ??= [start, now];

  let stuck = false;
  let [low, high] = bracket[0].f <= bracket[bracket.length - 1].f ? [0, 1] : [1, 0];
  for (; !done && rounds < MOST; rounds++) {
    const least = Math.min(bracket[0].t, bracket[1].t), most = Math.max(bracket[0].t, bracket[1].t);
    if ((most - least) * width < toleranceChange) break;
    let next = cubic(bracket[0], bracket[1]);
    // A point too near an end of the bracket twice, or on one, is moved a tenth inwards.
    const margin = 0.1 * (most - least);
    if (Math.min(most - next, next - least) < margin) {
      const move: boolean = stuck || next >= most || next <= least;
      if (move) next = Math.abs(next - most) < Math.abs(next - least) ? most - margin : least + margin;
      stuck = !move;
    } else {
      stuck = false;
    }
    now = at(next);
    calls++;
    if (tooHigh(now) || now.f >= bracket[low].f) {
      bracket[high] = now;
      [low, high] = bracket[0].f <= bracket[1].f ? [0, 1] : [1, 0];
    } else {
      if (flat(now)) done = true;
      else if (now.slope * (bracket[high].t - bracket[low].t) >= 0) bracket[high] = bracket[low];
      bracket[low] = now;
    }
  }
  const best = bracket[bracket.length === 1 ? 0 : low];
  return { f: best.f, g: best.g, t: best.t, calls };
}
