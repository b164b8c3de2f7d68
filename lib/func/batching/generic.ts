/** Rules that serve many rows each: what the kinds of src/ops/batch.mjs mean. They run below the level whose batch they are about. */
import * as ops from '../../gen/ops';
import { type DType, isTensor, perform } from '../../runtime/call';
import { dtypes as allDtypes } from '../../runtime/dtype';
import * as sys from '../../gen/system';
import type { OpParam, OpSignature } from '../../runtime/signature';
import type { Tensor } from '../../tensor';
import { Batched, type Level, full, isAt, mapResult } from './levels';

export interface Call {
  readonly sig: OpSignature;
  /** Arguments in the signature's order; tensors of the level are Batched. */
  readonly values: readonly unknown[];
  readonly level: Level;
  readonly inplace: boolean;
}
/** What a rule gives that does not know a case: it then goes slice by slice. */
export const SLICES = Symbol('SLICES');
/** The result for the whole batch, or SLICES. */
export type Rule = (call: Call) => unknown;

/** The op itself; what is missing at the end of values is as it was given. */
export function run(call: Call, values: readonly unknown[]): unknown {
  const { params } = call.sig, all = [...values];
  for (let i = all.length; i < params.length; i++) all.push(i < call.values.length ? call.values[i] : params[i].default);
  return perform(call.sig, all, call.inplace ? values[0] as Tensor : null);
}
/** The number of dims that the function sees. */
export const rank = (t: Tensor, level: Level): number => (isAt(t, level) ? t.value.ndim - 1 : t.ndim);
export const valueOf = (x: unknown, level: Level): unknown => (isAt(x, level) ? x.value : x);

/** The parameters that reach the op: not those of factories, nor out. */
export const taken = (sig: OpSignature): OpParam[] => sig.params.slice(0, sig.encoded);

const DIMS = new Set(['dim', 'dims', 'dim0', 'dim1', 'dim2', 'startDim', 'endDim', 'source', 'destination', 'dimension', 'axis']);
/** Where the parameters of a signature are that rules look for. */
interface Places { tensors: number[]; operands: number[]; lists: number[]; dims: number[]; masks: number[]; scalars: number[]; lengths: number[] }
const known = new Map<OpSignature, Places>();
export function placesOf(sig: OpSignature): Places {
  let places = known.get(sig);
  if (places !== undefined) return places;
  const params = taken(sig);
  const those = (is: (p: OpParam) => boolean): number[] => params.flatMap((p, i) => (is(p) ? [i] : []));
  places = {
    tensors: those((p) => /^(Tensor|Operand)\??$/.test(p.type)), operands: those((p) => p.type.startsWith('Operand')), lists: those((p) => /^Tensor\??\[\]/.test(p.type)),
    dims: those((p) => DIMS.has(p.name) && p.type.startsWith('int')), masks: those((p) => p.name === 'condition' || p.name === 'mask'),
    scalars: those((p) => p.type.startsWith('Scalar')), lengths: those((p) => p.type === 'lengths[]'),
  };
  known.set(sig, places);
  return places;
}

/** Dims counted from the end, of tensors of n dims, so that a dim in front does not matter; null when one is out of range. */
export function fromEnd(dims: unknown, n: number): unknown {
  if (Array.isArray(dims)) {
    const list = dims.map((d: unknown) => fromEnd(d, n));
    return list.includes(null) ? null : list;
  }
  const d = Number(dims), size = Math.max(n, 1);
  return d >= -size && d < size ? (d < 0 ? d : d - size) : null;
}

/** Puts fromEnd in place of the dims among values. */
function shiftDims(sig: OpSignature, values: unknown[], n: number): boolean {
  return placesOf(sig).dims.every((i) => values[i] === null || (values[i] = fromEnd(values[i], n)) !== null);
}

const categories = [/^bool/, /int/, /float/, /complex/];
const category = (dtype: DType): number => categories.findIndex((c) => c.test(dtype));

/** A tensor among the arguments, as a sample has it. */
interface Look { place: number; n: number; dtype: DType }
function lookAt(values: readonly unknown[], place: number, level: Level): Look {
  const t = values[place] as Tensor, at = isAt(t, level);
  const meta = sys._meta(at ? t.value : t);
  return { place, n: at ? meta[5] - 1 : meta[5], dtype: allDtypes[meta[0]] };
}

/** In type promotion tensors without dims count for less; the batch dim must not change that. */
function promoteAsSamples(values: unknown[], looks: readonly Look[], level: Level): void {
  if (looks.every((look) => look.dtype === looks[0].dtype)) return;
  const sized = looks.filter((look) => look.n > 0).map((look) => look.dtype);
  const wanted = sized.length > 0 ? sized.reduce((a, b) => allDtypes[sys._promoteTypes(a, b)]) : null;
  for (const { place, n, dtype } of looks) {
    const t = values[place] as Tensor;
    if (n !== 0) continue;
    if (wanted === null) values[place] = new Batched(full(t, level), level);
    else if (isAt(t, level) && category(dtype) <= category(wanted)) values[place] = new Batched(t.value.to(wanted), level);
  }
}

const broadcasting = (strict: boolean): Rule => (call) => {
  const { sig, level } = call;
  const values = [...call.values];
  const { tensors, dims, masks } = placesOf(sig);
  const places = tensors.filter((i) => isTensor(values[i]));
  if (places.length === 1) {
    const t = values[places[0]] as Tensor;
    if (dims.length > 0 && !shiftDims(sig, values, rank(t, level))) return SLICES;
    values[places[0]] = valueOf(t, level);
    return run(call, values);
  }
  const looks = places.map((i) => lookAt(values, i, level));
  const n = Math.max(...looks.map((look) => look.n));
  if ((call.inplace && looks[0].n < n) || !shiftDims(sig, values, n)) return SLICES;
  promoteAsSamples(values, masks.length > 0 ? looks.filter((look) => !masks.includes(look.place)) : looks, level);
  for (const look of looks) {
    const t = values[look.place] as Tensor;
    if (strict || isAt(t, level)) values[look.place] = widened(full(t, level), n - look.n);
  }
  return run(call, values);
};
export const pointwise = broadcasting(false);
export const aligned = broadcasting(true);

/** So many dims of one element behind the first. */
export function widened(t: Tensor, more: number): Tensor {
  for (let x = t; ; x = ops.unsqueeze(x, 1)) if (more-- <= 0) return x;
}

/** What no dim means to a row: the dims that it is about, or null when they cannot be named. */
function allDims(call: Call, p: OpParam, n: number): unknown {
  const { sig, values } = call;
  if (p.type === 'int?' && /oft(m|M)/.test(sig.name)) return (n === 0 || n === 1 || n === 3 ? 0 : 1) - Math.max(n, 1);
  if (p.type !== 'int[]?') return null;
  if (n > 2 && sig.params.some((q) => q.type === 'str' && (q.name === 'p' || q.name === 'ord'))) return null;
  if (n > 2 && /^(frobeniusNorm|linalg\.norm)$/.test(sig.name)) return null;
  const s = values[sig.index.get('s') ?? -1];
  const count = Array.isArray(s) ? s.length : n;
  return count > n ? null : Array.from({ length: count }, (_, i) => i - count);
}

/** A result that was not asked for has no elements, and no batch. */
const asked = ({ sig, level }: Call, result: unknown): unknown => mapResult(sig, result, (t) => (Array.isArray(result) && t.ndim === 1 && t.shape[0] === 0 ? full(t, level) : t));

const isEmptyList = (x: unknown): boolean => Array.isArray(x) && x.length === 0;
function inFront(call: Call, least: number, zeroDims: boolean): unknown {
  const { sig, level } = call;
  const values = [...call.values];
  const { tensors, operands, lists, dims } = placesOf(sig);
  const given = tensors.filter((i) => isTensor(values[i]) && (i === 0 || !operands.includes(i)));
  const all = [...given.map((i) => values[i] as Tensor), ...lists.flatMap((i) => (values[i] as (Tensor | null)[]).filter(isTensor))];
  const n = rank(all[0], level);
  if (all.length > 1 && (zeroDims || lists.length > 0) && all.some((t) => rank(t, level) !== n)) return SLICES;
  if ((n < least && !(n === 0 && zeroDims)) || operands.some((i) => i > 0 && isAt(values[i], level))) return SLICES;
  const one = (t: Tensor): Tensor => (n === 0 ? ops.unsqueeze(full(t, level), -1) : full(t, level));
  for (const i of given) values[i] = one(values[i] as Tensor);
  for (const i of lists) values[i] = (values[i] as (Tensor | null)[]).map((t) => (t === null ? t : one(t)));
  for (const i of dims) {
    if (values[i] !== null && !(zeroDims && isEmptyList(values[i]))) continue;
    if (values[i] !== null && sig.name.startsWith('linalg.')) return SLICES; // there no dims are an error
    const p = sig.params[i];
    values[i] = n === 0 ? (p.type === 'int?' ? -1 : [-1]) : allDims(call, p, n);
    if (values[i] === null) return SLICES;
  }
  if (!shiftDims(sig, values, n)) return SLICES;
  const result = run(call, values);
  return n > 0 || call.inplace ? asked(call, result) : mapResult(sig, result, (t) => (t.ndim === 2 ? ops.squeeze(t, 1) : t));
}

export const front: Rule = (call) => inFront(call, 1, false);
export const matrix: Rule = (call) => inFront(call, 2, false);
export const along: Rule = (call) => inFront(call, 1, true);

/** Without a dim, along the flattened tensor. */
export const flat: Rule = (call) => {
  const { sig, values, level } = call;
  const at = sig.index.get('dim')!;
  if (values[at] !== null) return along(call);
  if (values[sig.index.get('keepdim') ?? -1] === true) return SLICES;
  const rows = [...values];
  rows[at] = 1;
  for (const i of placesOf(sig).tensors) if (isTensor(values[i])) rows[i] = ops.reshape(full(values[i], level), [level.size, -1]);
  return run(call, rows);
};

/** The last so many dims of each tensor are its own. */
export const core = (dims: readonly number[]): Rule => (call) => {
  const { sig, level } = call;
  const values = [...call.values];
  const order = placesOf(sig).tensors, places = order.filter((i) => isTensor(values[i]));
  const leading = new Map(places.map((i) => [i, rank(values[i] as Tensor, level) - dims[order.indexOf(i)]]));
  const most = Math.max(...leading.values());
  for (const i of places) {
    const more = leading.get(i)!;
    if (more < 0) return SLICES;
    values[i] = widened(full(values[i] as Tensor, level), most - more);
  }
  return asked(call, run(call, values));
};

const fixed = new Set(['window', 'weight']);
/** One sample of `own` dims, or several in front; with own < 0 always several. */
export const samples = (own: number): Rule => (call) => {
  const { sig, level } = call;
  const values = [...call.values];
  const n = rank(values[0] as Tensor, level);
  if (own < 0 ? n < 2 : n !== own && n !== own + 1) return SLICES;
  const size = values[sig.index.get('outputSize') ?? -1];
  if (sig.name.startsWith('maxUnpool') && Array.isArray(size) && size.length >= own) return SLICES;
  const joined = n !== own;
  const count = joined ? full(values[0] as Tensor, level).shape[1] : 0;
  for (const i of placesOf(sig).tensors) {
    if (!isTensor(values[i])) continue;
    if (fixed.has(sig.params[i].name)) {
      if (isAt(values[i], level)) return SLICES;
      continue;
    }
    const t = full(values[i], level);
    values[i] = joined ? ops.flatten(t, 0, 1) : t;
  }
  const result = run(call, values);
  return joined ? mapResult(sig, result, (t) => ops.unflatten(t, 0, [level.size, count])) : result;
};

/** The mean or the sum over all dims but the first. */
export function reduced(t: Tensor, reduction: unknown): Tensor {
  const flatRows = t.ndim === 1 ? ops.unsqueeze(t, 1) : t;
  const dims = Array.from({ length: flatRows.ndim - 1 }, (_, i) => i + 1);
  return reduction === 'mean' ? ops.mean(flatRows, dims) : ops.sum(flatRows, dims);
}
/** The arguments with reduction 'none', and the reduction; null when it is another than 'mean', 'sum' and 'none'. */
export function unreduced(call: Call, more: readonly string[] = []): { call: Call; reduction: string } | null {
  const { sig, values } = call;
  const old = ['sizeAverage', 'reduce'].some((name) => sig.index.has(name) && values[sig.index.get(name)!] !== null);
  const at = sig.index.get('reduction')!;
  const reduction = values[at] as string;
  if (old || !['mean', 'sum', 'none', ...more].includes(reduction)) return null;
  return { call: { ...call, values: values.map((v, i) => (i === at ? 'none' : v)) }, reduction };
}

export const loss: Rule = (call) => {
  const plain = unreduced(call, ['batchmean']);
  if (plain === null) return SLICES;
  /* A variance of one dim less stands for whole rows. */
  const variance = call.values[call.sig.index.get('var') ?? -1];
  if (isTensor(variance) && rank(variance, call.level) !== rank(call.values[0] as Tensor, call.level)) return SLICES;
  const result = aligned(plain.call);
  if (result === SLICES || plain.reduction === 'none') return result;
  const t = result as Tensor;
  if (plain.reduction !== 'batchmean') return reduced(t, plain.reduction);
  return t.ndim === 1 ? t : ops.div(reduced(t, 'sum'), t.shape[1]);
};

/** Losses of rows of `own` dims, or of one. */
export const rowsOf = (own: number): Rule => (call) => {
  const plain = unreduced(call);
  const each = plain === null ? SLICES : samples(own)(plain.call);
  return each === SLICES || plain!.reduction === 'none' ? each : reduced(each as Tensor, plain!.reduction);
};
