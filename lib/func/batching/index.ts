/** Rules of indexing, and of factories of random numbers. */
import * as ops from '../../gen/ops';
import { isTensor } from '../../runtime/call';
import type { Tensor } from '../../tensor';
import { dataDependent, full, isAt, type Level } from './levels';
import { SLICES, fromEnd, rank, run, samples, taken, widened } from './generic';
import type { Named, OwnRule } from './shape';

/* The items of _at (1 is an ellipsis), and what a slice without bounds is. */
const NONE = 0, INT = 2, SLICE = 3, TENSOR = 4;
const lengthOf = (item: number): number => (item === SLICE ? 5 : item === INT || item > TENSOR ? 2 : 1);
const WHOLE = [SLICE, 0, 0, 0, 0];

/** The kinds of the items, in order. */
function kindsOf(items: readonly number[]): number[] {
  const kinds: number[] = [];
  for (let i = 0; i < items.length; i += lengthOf(items[i])) kinds.push(items[i]);
  return kinds;
}

/** Items and tensors that pick from the whole batch what the given ones pick from each sample; null when no such are known. */
function wholeIndex(a: Named, level: Level): { items: number[]; tensors: Tensor[]; back: ((t: Tensor) => Tensor) | null } | null {
  const items = a.items as number[], tensors = a.tensors as Tensor[];
  const kinds = kindsOf(items);
  const first = kinds.indexOf(TENSOR), last = kinds.lastIndexOf(TENSOR);
  if (kinds.some((k) => k > TENSOR)) return null;
  if (first >= 0 && kinds.slice(first, last).some((k) => k !== TENSOR)) return null;
  if (!tensors.some((t) => isAt(t, level))) return { items: [...WHOLE, ...items], tensors, back: null };
  const masks = tensors.some((t) => (isAt(t, level) ? t.value : t).dtype === 'bool');
  if (masks) {
    if (tensors.some((t) => isAt(t, level) && t.value.dtype === 'bool')) throw dataDependent('nonzero');
    return null;
  }
  const before = kinds.slice(0, first);
  if (before.some((k) => k !== SLICE && k !== NONE)) return null;
  const n = Math.max(...tensors.map((t) => rank(t, level)));
  const samples = ops.reshape(ops.arange(level.size), [level.size, ...Array.from({ length: n }, () => 1)]);
  const fitted = tensors.map((t) => (isAt(t, level) ? widened(t.value, n - rank(t, level)) : t));
  /* Indices apart from one another put their dims in front: what stood before them goes back there. */
  const back = first === 0 ? null : (t: Tensor): Tensor => ops.movedim(t, Array.from({ length: first }, (_, i) => 1 + n + i), Array.from({ length: first }, (_, i) => 1 + i));
  return { items: [TENSOR, ...items], tensors: [samples, ...fitted], back };
}

const at: OwnRule = (a, { level }) => {
  const whole = wholeIndex(a, level);
  if (whole === null) return SLICES;
  const picked = ops.at(full(a.input, level), whole.items, whole.tensors);
  return whole.back === null ? picked : whole.back(picked);
};

const setAt: OwnRule = (a, { level }) => {
  const whole = wholeIndex(a, level);
  if (whole === null || whole.back !== null) return SLICES;
  const x = (a.input as { value: Tensor }).value;
  if (!isAt(a.value, level)) { ops.setAt(x, whole.items, whole.tensors, a.value); return undefined; }
  const places = ops.at(x.detach(), whole.items, whole.tensors).ndim;
  const more = places - a.value.value.ndim;
  if (more < 0) return SLICES;
  ops.setAt(x, whole.items, whole.tensors, widened(a.value.value, more));
  return undefined;
};

const indexPut: OwnRule = (a, call) => {
  const { level } = call;
  const indices = a.indices as (Tensor | null)[];
  const given = indices.filter(isTensor);
  if (indices.includes(null) || given.some((t) => (isAt(t, level) ? t.value : t).dtype === 'bool')) return SLICES;
  const n = Math.max(...given.map((t) => rank(t, level)));
  const samples = ops.reshape(ops.arange(level.size), [level.size, ...Array.from({ length: n }, () => 1)]);
  const x = full(a.input, level);
  const places = 1 + n + x.ndim - 1 - given.length;
  const values = isAt(a.values, level) ? widened(a.values.value, places - a.values.value.ndim) : a.values;
  return run(call, [x, [samples, ...given.map((t) => (isAt(t, level) ? widened(t.value, n - rank(t, level)) : t))], values, a.accumulate]);
};

/** Rows of a dim by an index that is one for all samples. */
const fixedIndex: OwnRule = (a, call) => {
  const { level } = call, n = rank(a.input, level), dim = fromEnd(a.dim, n);
  if (isAt(a.index, level) || isAt(a.value, level) || n === 0 || dim === null) return SLICES;
  return run(call, taken(call.sig).map((p, i) => (p.name === 'input' || p.name === 'source' ? full(call.values[i] as Tensor, level) : p.name === 'dim' ? dim : call.values[i])));
};
const indexSelect: OwnRule = (a, call) => {
  const { level } = call;
  if (!isAt(a.index, level)) return fixedIndex(a, call);
  const x = full(a.input, level), n = x.ndim - 1, dim = fromEnd(a.dim, n) as number | null;
  if (n === 0 || dim === null || a.index.value.ndim !== 2 || !/^int(32|64)$/.test(a.index.value.dtype as string)) return SLICES;
  const at = dim + n + 1;
  const index = ops.reshape(a.index.value.to('int64'), x.shape.map((_, d) => (d === 0 ? level.size : d === at ? -1 : 1)));
  return ops.gather(x, at, ops.expand(index, x.shape.map((s, d) => (d === at ? -1 : s))));
};

const buckets = (boundaries: string, values: string): OwnRule => (a, call) => {
  const { level } = call;
  if (!isTensor(a[values]) || isTensor(a.sorter)) return SLICES;
  const edges = a[boundaries] as Tensor, x = full(a[values], level);
  const put = (b: Tensor, v: Tensor): Tensor => run(call, taken(call.sig).map((p, i) => (p.name === boundaries ? b : p.name === values ? v : call.values[i]))) as Tensor;
  if (!isAt(edges, level) && edges.ndim === 1) return put(edges, x);
  const rows = full(edges, level);
  if (rows.ndim > 2) return rows.ndim === x.ndim ? put(rows, x) : SLICES;
  const flat = ops.reshape(x, [level.size, -1]);
  const found = call.sig.name === 'bucketize'
    ? ops.searchsorted(rows, flat, { outInt32: a.outInt32 as boolean, right: a.right as boolean }) : put(rows, flat);
  return ops.reshape(found, x.shape);
};

/** Random numbers of every sample. */
const drawn: OwnRule = (a, call) => run(call, taken(call.sig).map((p, i) => (p.name === 'size' ? [call.level.size, ...(Array.isArray(a.size) ? a.size as number[] : [a.size as number])] : call.values[i])));

export const rules: Record<string, OwnRule> = {
  istft: (a, call) => samples((isAt(a.input, call.level) ? a.input.value : a.input).isComplex() ? 2 : 3)(call),
  _at: at, _set_at: setAt, index_put: indexPut, index_select: indexSelect, index_add: fixedIndex, index_copy: fixedIndex, index_fill: fixedIndex,
  take: (a, call) => (isAt(a.input, call.level) ? SLICES : run(call, [a.input, full(a.index, call.level), ...call.values.slice(2)])),
  bucketize: buckets('boundaries', 'input'), searchsorted: buckets('sortedSequence', 'input'),
  isin: (a, call) => (isAt(a.testElements, call.level) || !isTensor(a.elements) ? SLICES : run(call, [full(a.elements, call.level), ...call.values.slice(1)])),
  rand: drawn, randn: drawn, randint: drawn, normal_numbers: drawn, randperm: () => SLICES,
};
