/** Histograms as TensorBoard draws them. */
import { TorshError } from '../errors';
import type { Histogram } from './events';

export type Bins = 'tensorflow' | 'auto' | 'fd' | 'sturges' | 'rice' | 'scott' | 'sqrt' | number | readonly number[];

let exponential: Float64Array | null = null;
/** Each a tenth above the one before, from 1e-12 to 1e20, on both sides of 0: fine near it, coarse far away. */
function tensorflowEdges(): Float64Array {
  if (exponential) return exponential;
  const up: number[] = [];
  for (let v = 1e-12; v < 1e20; v *= 1.1) up.push(v);
  return (exponential = Float64Array.from([...up.map((v) => -v).reverse(), 0, ...up]));
}

const quantile = (sorted: Float64Array, q: number): number => {
  const at = q * (sorted.length - 1), low = Math.floor(at);
  return sorted[low] + (at - low) * (sorted[Math.min(low + 1, sorted.length - 1)] - sorted[low]);
};

/** The width that a rule of numpy gives; 0: one bin. */
function width(rule: string, sorted: Float64Array): number {
  const n = sorted.length, range = sorted[n - 1] - sorted[0];
  const freedman = 2 * (quantile(sorted, 0.75) - quantile(sorted, 0.25)) / Math.cbrt(n), sturges = range / (Math.log2(n) + 1);
  switch (rule) {
    case 'fd': return freedman;
    case 'sturges': return sturges;
    case 'rice': return range / (2 * Math.cbrt(n));
    case 'sqrt': return range / Math.sqrt(n);
    case 'scott': {
      const mean = sorted.reduce((a, b) => a + b, 0) / n;
      return Math.cbrt(24 * Math.sqrt(Math.PI) / n) * Math.sqrt(sorted.reduce((s, v) => s + (v - mean) ** 2, 0) / n);
    }
    default: return freedman > 0 ? Math.min(freedman, sturges) : sturges; // auto
  }
}

function evenly(sorted: Float64Array, count: number): Float64Array {
  let low = sorted[0], high = sorted[sorted.length - 1];
  if (low === high) { low -= 0.5; high += 0.5; }
  return Float64Array.from({ length: count + 1 }, (_, i) => (i === count ? high : low + i * (high - low) / count));
}

const fail = (text: string): TorshError => new TorshError('ERR_ARGUMENT', 'addHistogram', `addHistogram: ${text}`);
const MOST_BINS = 1e6;

function edgesOf(bins: unknown, sorted: Float64Array): Float64Array {
  if (bins === 'tensorflow') return tensorflowEdges();
  if (typeof bins === 'number') {
    if (!Number.isSafeInteger(bins) || bins < 1 || bins > MOST_BINS) throw fail(`bins must be from 1 to ${MOST_BINS}, but got ${bins}`);
    return evenly(sorted, bins);
  }
  if (typeof bins === 'string' && ['auto', 'fd', 'sturges', 'rice', 'scott', 'sqrt'].includes(bins)) {
    const w = width(bins, sorted), range = sorted[sorted.length - 1] - sorted[0];
    return evenly(sorted, w > 0 ? Math.min(MOST_BINS, Math.max(1, Math.ceil(range / w))) : 1);
  }
  if (Array.isArray(bins) && bins.length >= 2 && bins.every((v, i) => Number.isFinite(v) && (i === 0 || v > bins[i - 1]))) return Float64Array.from(bins as number[]);
  throw fail(`bins must be 'tensorflow', a rule of numpy ('auto', 'fd', 'sturges', 'rice', 'scott', 'sqrt'), a number of bins or ascending edges, but got ${String(bins)}`);
}

/** Counts between edges (the last bin has both of its edges), from the first that is not empty to the last, after an empty one. NaN and infinities do not count. */
export function histogramOf(values: Float64Array, bins: unknown, maxBins: number | null): Histogram {
  const sorted = values.filter(Number.isFinite).sort();
  if (sorted.length === 0) throw fail('The input has no element that is finite.');
  if (maxBins !== null && (!Number.isSafeInteger(maxBins) || maxBins < 1)) throw fail(`maxBins must be null or an integer of at least 1, but got ${String(maxBins)}`);
  const edges = edgesOf(bins, sorted), last = edges.length - 1;
  let counts: number[] = [], at = 0;
  while (at < sorted.length && sorted[at] < edges[0]) at++;
  for (let b = 0; b < last; b++) {
    const from = at, right = edges[b + 1], closed = b === last - 1;
    for (; at < sorted.length && (closed ? sorted[at] <= right : sorted[at] < right); at++);
    counts.push(at - from);
  }
  let limits: number[] = [...edges];
  if (maxBins !== null && counts.length > maxBins) {
    // Several become one.
    const step = Math.floor(counts.length / maxBins);
    counts = Array.from({ length: Math.ceil(counts.length / step) }, (_, i) => counts.slice(i * step, (i + 1) * step).reduce((a, b) => a + b, 0));
    limits = [...limits.slice(0, -1).filter((_, i) => i % step === 0), limits[limits.length - 1]];
  }
  const start = counts.findIndex((c) => c > 0), end = counts.length - [...counts].reverse().findIndex((c) => c > 0);
  if (start < 0) throw fail('The histogram is empty: all values are outside of the bins.');
  const sum = sorted.reduce((a, b) => a + b, 0), sumSquares = sorted.reduce((a, b) => a + b * b, 0);
  return {
    min: sorted[0], max: sorted[sorted.length - 1], num: sorted.length, sum, sumSquares,
    limits: limits.slice(start, end + 1), counts: start > 0 ? counts.slice(start - 1, end) : [0, ...counts.slice(0, end)],
  };
}
