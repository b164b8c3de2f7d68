/** torsh.debug: which tensors live, and where they were made. For finding leaks, not for production. */
import { bind, signature } from './bind';
import { TorshError } from './errors';
import * as sys from './gen/system';
import { abi } from './backend/abi';
import { callsNow } from './profiler/recorder';
import { watchMade } from './runtime/call';
import { dtypes, type DType } from './runtime/dtype';
import type { Tensor } from './tensor';

const sigs = {
  trackAllocations: signature('trackAllocations', 'enabled=true, *, depth=8'),
  leakReport: signature('leakReport', '*, since=null, top=20'),
};

/** A tensor that JavaScript holds. */
export interface LiveTensor {
  shape: number[];
  dtype: DType;
  /** Bytes of its memory; 0 where an earlier one of the list stands on the same memory. */
  bytes: number;
  /** The calls that led to it, innermost first, without torsh's own; null if it was made while nothing was tracked. */
  stack: string[] | null;
  /** Counts the tensors made while tracking. 0: made before. */
  number: number;
}

/** What was made in one place and lives. */
export interface LeakPlace {
  /** The innermost call outside of torsh, or '(made before tracking)'. */
  place: string;
  count: number;
  bytes: number;
  /** Dtypes and shapes, such as 'float32 [2, 3]', the most frequent first, with how many of each. */
  shapes: [string, number][];
  /** The calls that led to the last of them. */
  stack: string[];
}

/* By slot of the handle, so that what is remembered stays as small as what lives at a time. */
const SLOTS = 2 ** 22;
const seen = new Map<number, { handle: number; stack: string[]; number: number }>();
let last: { t: Tensor & { _h: number }; stack: string[]; number: number } | null = null;
let made = 0, tracking = false;

/* A tensor has its handle only when the call that makes it is over. */
function settle(): void {
  if (last !== null && last.t._h !== 0) seen.set(last.t._h % SLOTS, { handle: last.t._h, stack: last.stack, number: last.number });
  last = null;
}

/**
 * From here on it is remembered where each tensor is made (enabled = false: no longer, and what was known is forgotten). Costs some ten
 * microseconds a tensor. depth: calls of the stack to keep. Returns how many tensors were made under tracking so far, which leakReport takes as since.
 */
export function trackAllocations(enabled?: boolean, options?: { depth?: number }): number;
export function trackAllocations(options: { enabled?: boolean; depth?: number }): number;
export function trackAllocations(...args: unknown[]): number {
  const [enabled, depth] = bind(sigs.trackAllocations, args) as [boolean, number];
  if (!Number.isInteger(depth) || depth < 1) throw new TorshError('ERR_ARGUMENT', 'trackAllocations', `trackAllocations: depth must be a positive whole number, got ${String(depth)}`);
  settle();
  tracking = enabled;
  if (!enabled) {
    watchMade(null);
    seen.clear();
    return made;
  }
  watchMade((t) => {
    settle();
    /* As text at once: a stack that is kept as it is holds the objects whose methods are on it. */
    last = { t: t as Tensor & { _h: number }, stack: callsNow().slice(0, depth), number: ++made };
  });
  return made;
}

/** All tensors that JavaScript holds now, in the order of their making. Dead ones are looked for first; WebAssembly finds those only after the program has been idle. */
export function liveTensors(): LiveTensor[] {
  settle();
  abi().collect();
  const list: LiveTensor[] = [], memories = new Set<number>();
  for (let slot = 0, first = true; first || slot > 0; first = false) {
    const v = sys._handles(slot) as number[];
    for (let i = 1; i < v.length;) {
      const [handle, dtype, memory, bytes, ndim] = v.slice(i, i + 5), known = seen.get(handle % SLOTS), own = known?.handle === handle ? known : null;
      list.push({ shape: v.slice(i + 5, i + 5 + ndim), dtype: dtypes[dtype], bytes: memories.has(memory) ? 0 : bytes, stack: own?.stack ?? null, number: own?.number ?? 0 });
      memories.add(memory);
      i += 5 + ndim;
    }
    slot = v[0];
  }
  return list.sort((a, b) => a.number - b.number);
}

const size = (bytes: number): string => (bytes < 1024 ? `${bytes} B` : bytes < 2 ** 20 ? `${(bytes / 1024).toFixed(1)} KiB` : `${(bytes / 2 ** 20).toFixed(1)} MiB`);

/** Live tensors by the place where they were made, most bytes first. String(report) is a text to read. */
export class LeakReport {
  constructor(readonly places: LeakPlace[], readonly count: number, readonly bytes: number, private readonly top: number) {}
  toString(): string {
    const lines = [`${this.count} live tensor${this.count === 1 ? '' : 's'}, ${size(this.bytes)}${tracking ? '' : ' (nothing is being tracked: torsh.debug.trackAllocations() before they are made)'}`];
    for (const { place, count, bytes, shapes, stack } of this.places.slice(0, this.top)) {
      lines.push(`${String(count).padStart(6)} x ${size(bytes).padStart(9)}  ${place}`, `         ${shapes.slice(0, 3).map(([shape, n]) => `${n} of ${shape}`).join(', ')}${shapes.length > 3 ? ', ...' : ''}`);
      for (const call of stack.slice(1)) lines.push(`         from ${call}`);
    }
    if (this.places.length > this.top) lines.push(`       and ${this.places.length - this.top} places more`);
    return lines.join('\n');
  }
  [Symbol.for('nodejs.util.inspect.custom')](): string { return this.toString(); }
}

/**
 * Live tensors by the place where they were made. since: only those made after so many (see trackAllocations), so that what a step leaves
 * behind is `const mark = debug.trackAllocations(); step(); debug.leakReport({ since: mark })`. top: places that the text shows.
 */
export function leakReport(options?: { since?: number; top?: number }): LeakReport;
export function leakReport(...args: unknown[]): LeakReport {
  const [since, top] = bind(sigs.leakReport, args) as [number | null, number];
  const places = new Map<string, LeakPlace & { kinds: Map<string, number> }>();
  let count = 0, total = 0;
  for (const { shape, dtype, bytes, stack, number } of liveTensors()) {
    if (since !== null && number <= since) continue;
    const place = stack === null ? '(made before tracking)' : stack[0] ?? '(unknown)', kind = `${dtype} [${shape.join(', ')}]`;
    const entry = places.get(place) ?? { place, count: 0, bytes: 0, shapes: [], stack: [], kinds: new Map<string, number>() };
    places.set(place, entry);
    entry.count++;
    entry.bytes += bytes;
    entry.stack = stack ?? [];
    entry.kinds.set(kind, (entry.kinds.get(kind) ?? 0) + 1);
    count++;
    total += bytes;
  }
  const sorted = [...places.values()].map(({ kinds, ...entry }) => ({ ...entry, shapes: [...kinds].sort((a, b) => b[1] - a[1]) })).sort((a, b) => b.bytes - a.bytes || b.count - a.count);
  return new LeakReport(sorted, count, total, top);
}
