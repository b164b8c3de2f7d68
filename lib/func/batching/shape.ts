/** Rules of views and of rearranging. Rules of a table called `rules` run below their level, on values; those of `compositions` within it, on what a sample looks like. */
import * as ops from '../../gen/ops';
import type { Tensor } from '../../tensor';
import { full, isAt, type Level } from './levels';
import { type Call, SLICES, front, fromEnd, pointwise, rank, run, widened } from './generic';

export type Named = Record<string, any>;
/** A rule with its arguments by name. */
export type OwnRule = (a: Named, call: Call) => unknown;
/** What a row is, said with other rows; SLICES as with rules. */
export type Composition = (a: Named, level: Level) => unknown;

const sizesOf = (size: unknown): number[] => (typeof size === 'number' || typeof size === 'bigint' ? [Number(size)] : Array.from(size as ArrayLike<unknown>, Number));
const inputOf = (a: Named, level: Level): Tensor => full(a.input as Tensor, level);

const reshape: OwnRule = (a, { level }) => ops.reshape(inputOf(a, level), [level.size, ...sizesOf(a.shape)]);
const view: OwnRule = (a, call) => run(call, [inputOf(a, call.level), [call.level.size, ...sizesOf(a.size)]]);
const expand: OwnRule = (a, call) => {
  const x = inputOf(a, call.level), size = sizesOf(a.size);
  return size.length < x.ndim - 1 ? SLICES : run(call, [widened(x, size.length + 1 - x.ndim), [call.level.size, ...size]]);
};
const permute: OwnRule = (a, call) => {
  const x = inputOf(a, call.level), dims = fromEnd(sizesOf(a.dims), x.ndim - 1) as number[] | null;
  return dims === null || dims.length !== x.ndim - 1 ? SLICES : run(call, [x, [0, ...dims]]);
};
/** Dims that a result has one more of. */
const oneMore = (call: Call, at: string, n: number): Call | null => {
  const place = call.sig.index.get(at)!;
  const dim = fromEnd(call.values[place], n + 1);
  return dim === null ? null : { ...call, values: call.values.map((v, i) => (i === place ? dim : v)) };
};
const unsqueeze: OwnRule = (a, call) => {
  const moved = oneMore(call, 'dim', rank(a.input, call.level));
  return moved === null ? SLICES : run(moved, [full(a.input, call.level), ...moved.values.slice(1)]);
};
const squeeze: OwnRule = (a, call) => {
  const x = inputOf(a, call.level), n = x.ndim - 1;
  if (a.dim === null) return run(call, [x, x.shape.flatMap((size, d) => (d > 0 && size === 1 ? [d] : [])), ...call.values.slice(2)]);
  const dims = fromEnd(sizesOf(a.dim), n) as number[] | null;
  return dims === null ? SLICES : run(call, [x, n === 0 ? [] : dims, ...call.values.slice(2)]);
};
/** t, in place too. */
const t: OwnRule = (a, call) => {
  const x = inputOf(a, call.level);
  if (x.ndim > 3) return SLICES;
  return x.ndim < 3 ? x : call.inplace ? x.transpose_(-2, -1) : call.sig.name === 'tCopy' ? ops.transposeCopy(x, -2, -1) : ops.transpose(x, -2, -1);
};
const newOf: OwnRule = (a, call) => run(call, [inputOf(a, call.level), [call.level.size, ...sizesOf(a.size)], ...call.values.slice(2)]);

export const rules: Record<string, OwnRule> = {
  reshape, view, view_copy: view, expand, expand_copy: expand,
  permute, permute_copy: permute, unsqueeze, unsqueeze_copy: unsqueeze, squeeze, squeeze_copy: squeeze, t, t_copy: t,
  clone: contiguous, contiguous, as_strided: strided, as_strided_copy: strided,
  repeat: (a, { level }) => {
    const x = inputOf(a, level), repeats = sizesOf(a.repeats);
    return repeats.length < x.ndim - 1 ? SLICES : ops.repeat(widened(x, repeats.length + 1 - x.ndim), [1, ...repeats]);
  },
  tile: (a, { level }) => {
    const x = inputOf(a, level), dims = sizesOf(a.dims), missing = dims.length + 1 - x.ndim;
    return ops.repeat(widened(x, missing), [1, ...Array.from({ length: Math.max(0, -missing) }, () => 1), ...dims]);
  },
  roll: (a, call) => {
    if (sizesOf(a.dims).length > 0) return front({ ...call, values: [a.input, a.shifts, sizesOf(a.dims)] });
    const x = inputOf(a, call.level);
    return ops.reshape(ops.roll(ops.reshape(x, [call.level.size, -1]), a.shifts, 1), x.shape);
  },
  diag_embed: (a, { level }) => {
    const x = inputOf(a, level), dims = fromEnd([a.dim1, a.dim2], x.ndim) as [number, number] | null;
    return x.ndim < 2 || dims === null ? SLICES : ops.diagEmbed(x, a.offset, ...dims);
  },
  stack: (a, call) => {
    const list = a.tensors as Tensor[], ranks = list.map((x) => rank(x, call.level));
    const dim = fromEnd(a.dim, ranks[0] + 1);
    return dim === null || ranks.some((n) => n !== ranks[0]) ? SLICES : ops.stack(list.map((x) => full(x, call.level)), dim as number);
  },
  broadcast_tensors: (a, { level }) => {
    const list = a.tensors as Tensor[], n = Math.max(...list.map((x) => rank(x, level)));
    return ops.broadcastTensors(list.map((x) => widened(full(x, level), n - rank(x, level))));
  },
  new_zeros: newOf, new_ones: newOf, new_empty: newOf, new_full: newOf,
  one_hot: (a, call) => (a.numClasses < 0 ? SLICES : run(call, [full(a.input, call.level), a.numClasses])),
  sum_to_size: (a, { level }) => {
    const x = inputOf(a, level), size = sizesOf(a.size), less = x.ndim - 1 - size.length;
    return less < 0 ? SLICES : ops.reshape(ops.sumToSize(x, [level.size, ...Array.from({ length: less }, () => 1), ...size]), [level.size, ...size]);
  },
  constant_pad_nd: (a, call) => run(call, [inputOf(a, call.level), ...call.values.slice(1)]),
  pad: (a, call) => {
    const x = inputOf(a, call.level), space = sizesOf(a.pad).length / 2;
    if (a.mode === 'constant' || x.ndim === space + 2) return x.ndim - 1 < space ? SLICES : run(call, [x, ...call.values.slice(1)]);
    if (x.ndim !== space + 3) return SLICES;
    return ops.unflatten(run(call, [ops.flatten(x, 0, 1), ...call.values.slice(1)]) as Tensor, 0, [x.shape[0], x.shape[1]]);
  },
  quantile: (a, call) => quantile(a, call), nanquantile: (a, call) => quantile(a, call),
  affine_grid: affine, affine_grid_generator: affine,
  masked_fill: (a, call) => (isAt(a.value, call.level) ? SLICES : pointwise(call)),
  repeat_interleave_by: (a, call) => {
    const { level } = call, dim = a.dim === null ? 1 : fromEnd(a.dim, rank(a.input, level));
    if (isAt(a.repeats, level) || dim === null || (a.dim !== null && rank(a.input, level) === 0)) return SLICES;
    return run(call, [a.dim === null ? ops.reshape(inputOf(a, level), [level.size, -1]) : inputOf(a, level), a.repeats, dim]);
  },
  gradient_coordinates: (a, call) => {
    const { level } = call, x = inputOf(a, level), n = x.ndim - 1;
    const dims = a.dim === null ? Array.from({ length: n }, (_, i) => i - n) : fromEnd(sizesOf(a.dim), n);
    return dims === null || (a.spacing as Tensor[]).some((t) => isAt(t, level)) ? SLICES : run(call, [x, a.spacing, dims]);
  },
  is_conj: () => false, is_neg: () => false,
};

/** Memory formats are about dims that a sample has not. */
function contiguous(a: Named, call: Call): unknown {
  const x = inputOf(a, call.level), format = a.memoryFormat as string | null;
  const fits = format === null || format === 'contiguous_format' || (format === 'channels_last' && x.ndim === 5) || (format === 'channels_last_3d' && x.ndim === 6);
  return fits ? run(call, [x, null]) : SLICES;
}
function strided(a: Named, call: Call): unknown {
  const x = inputOf(a, call.level), sizes = sizesOf(a.size), strides = sizesOf(a.stride);
  return run(call, [x, [call.level.size, ...sizes], [x.stride(0), ...strides], ...call.values.slice(3)]);
}
function affine(a: Named, call: Call): unknown {
  const theta = full(a.theta, call.level), [samples, ...others] = sizesOf(a.size);
  if (theta.ndim !== 4 || theta.shape[1] !== samples) return SLICES;
  return ops.unflatten(run(call, [ops.flatten(theta, 0, 1), [call.level.size * samples, ...others], ...call.values.slice(2)]) as Tensor, 0, [call.level.size, samples]);
}

function quantile(a: Named, call: Call): unknown {
  const { level } = call;
  if (isAt(a.q, level)) return SLICES;
  const x = inputOf(a, level), several = typeof a.q === 'object' && a.q !== null && (a.q as Tensor).ndim === 1;
  if (a.dim === null && a.keepdim) return SLICES;
  const rows = a.dim === null ? ops.reshape(x, [level.size, -1]) : x.ndim === 1 ? x.unsqueeze(1) : x;
  const dim = a.dim === null ? -1 : fromEnd(a.dim, x.ndim - 1);
  if (dim === null || (x.ndim === 1 && a.keepdim)) return SLICES;
  const result = run(call, [rows, a.q, dim, ...call.values.slice(3)]) as Tensor;
  return several ? ops.movedim(result, 1, 0) : result;
}

/** Splits along the dim that a name means. */
const splitAlong = (least: number, dim: (n: number) => number, arg: string): Composition => (a) => {
  const n = (a.input as Tensor).ndim;
  return n < least ? SLICES : arg === 'sections' && a.input.shape[dim(n)] % a[arg] !== 0 ? SLICES : ops.tensorSplit(a.input, a[arg], dim(n));
};
const atLeast: Record<number, (x: Tensor) => Tensor> = {
  1: (x) => (x.ndim === 0 ? x.unsqueeze(0) : x),
  2: (x) => (x.ndim < 2 ? atLeast[1](x).unsqueeze(0) : x),
  3: (x) => (x.ndim < 3 ? atLeast[2](x).unsqueeze(2) : x),
};
function covariance(input: Tensor, correction: number): Tensor | typeof SLICES {
  if (input.ndim > 2 || !(input.isFloatingPoint() || input.isComplex())) return SLICES;
  const x = input.ndim === 2 ? input : input.reshape([1, -1]), n = x.shape[1];
  if (n - correction <= 0) return SLICES;
  const centred = ops.sub(x, ops.mean(x, [1], true));
  return ops.squeeze(ops.div(ops.matmul(centred, ops.conj(centred.transpose(0, 1))), n - correction));
}

/** Coordinates of a grid; 'xy' swaps the first two dims. */
function grid(list: Tensor[], xy: boolean): Tensor[] {
  const order = list.map((_, i) => (xy && i < 2 && list.length > 1 ? 1 - i : i)), sizes = order.map((i) => list[i].numel());
  return list.map((x, i) => ops.expand(ops.reshape(x, order.map((k) => (k === i ? -1 : 1))), sizes));
}
const column = (x: Tensor): Tensor => (x.ndim < 2 ? x.reshape([x.numel(), 1]) : x);

export const compositions: Record<string, Composition> = {
  broadcast_to: (a) => ops.expand(a.input, a.size), view_as: (a) => ops.view(a.input, a.other.shape), reshape_as: (a) => ops.reshape(a.input, a.other.shape), expand_as: (a) => ops.expand(a.input, a.other.shape),
  ravel: (a) => ops.reshape(a.input, [-1]),
  T: (a) => ops.permute(a.input, Array.from({ length: a.input.ndim }, (_, i) => a.input.ndim - 1 - i)),
  mT: (a) => (a.input.ndim < 2 ? SLICES : ops.transpose(a.input, -2, -1)),
  H: (a) => (a.input.ndim > 2 || a.input.ndim === 1 ? SLICES : a.input.ndim === 0 ? ops.conj(a.input) : ops.conj(ops.transpose(a.input, -2, -1))),
  mH: (a) => (a.input.ndim < 2 ? SLICES : ops.conj(ops.transpose(a.input, -2, -1))),
  adjoint: (a) => (a.input.ndim < 2 ? SLICES : ops.conj(ops.transpose(a.input, -2, -1))),
  fliplr: (a) => (a.input.ndim < 2 ? SLICES : ops.flip(a.input, [1])), flipud: (a) => (a.input.ndim < 1 ? SLICES : ops.flip(a.input, [0])),
  diag: (a) => (a.input.ndim === 1 ? ops.diagEmbed(a.input, a.diagonal) : a.input.ndim === 2 ? ops.diagonalCopy(a.input, a.diagonal) : SLICES),
  diagflat: (a) => ops.diagEmbed(ops.reshape(a.input, [-1]), a.offset),
  trace: (a) => (a.input.ndim === 2 ? ops.sum(ops.diagonal(a.input)) : SLICES),
  hsplit: splitAlong(1, (n) => (n === 1 ? 0 : 1), 'sections'), hsplit_at: splitAlong(1, (n) => (n === 1 ? 0 : 1), 'indices'),
  vsplit: splitAlong(2, () => 0, 'sections'), vsplit_at: splitAlong(2, () => 0, 'indices'),
  dsplit: splitAlong(3, () => 2, 'sections'), dsplit_at: splitAlong(3, () => 2, 'indices'),
  atleast_1d: (a) => atLeast[1](a.input), atleast_2d: (a) => atLeast[2](a.input), atleast_3d: (a) => atLeast[3](a.input),
  atleast_1d_list: (a) => (a.tensors as Tensor[]).map(atLeast[1]), atleast_2d_list: (a) => (a.tensors as Tensor[]).map(atLeast[2]), atleast_3d_list: (a) => (a.tensors as Tensor[]).map(atLeast[3]),
  meshgrid: (a) => (!['ij', 'xy'].includes(a.indexing) || (a.tensors as Tensor[]).some((t) => t.ndim > 1) ? SLICES : grid(a.tensors, a.indexing === 'xy')),
  cartesian_prod: (a) => { if ((a.tensors as Tensor[]).some((t) => t.ndim !== 1)) return SLICES; const list = grid(a.tensors, false).map((x) => ops.reshape(x, [-1])); return list.length === 1 ? list[0] : ops.stack(list, 1); },
  masked_fill: (a, level) => (isAt(a.value, level) && a.value.ndim === 0 ? ops.where(a.mask, a.value.to(a.input.dtype), a.input) : SLICES),
  vander: (a) => {
    const n = a.N ?? a.x.numel(), powers = ops.arange(n);
    return a.x.ndim === 1 ? ops.pow(ops.unsqueeze(a.x, 1), a.increasing ? powers : ops.flip(powers, [0])) : SLICES;
  },
  cov: (a) => (a.fweights === null && a.aweights === null ? covariance(a.input, a.correction) : SLICES),
  corrcoef: (a) => {
    const c = covariance(a.input, 1);
    if (c === SLICES || (c as Tensor).ndim === 0) return SLICES;
    const scale = ops.sqrt(ops.diagonal(c as Tensor));
    const r = ops.div(ops.div(c as Tensor, ops.unsqueeze(scale, 1)), scale);
    return r.isComplex() ? SLICES : ops.clamp(r, -1, 1);
  },
  renorm: (a) => {
    const dim = fromEnd(a.dim, a.input.ndim) as number | null;
    if (dim === null || a.input.ndim < 2 || !(a.p > 0) || !(a.maxnorm >= 0)) return SLICES;
    const others = Array.from({ length: a.input.ndim }, (_, i) => i - (a.input.ndim as number)).filter((d) => d !== dim);
    const length = ops.vectorNorm(a.input, a.p, others, true, { dtype: /16/.test(a.input.dtype) ? 'float32' : null });
    return ops.mul(a.input, ops.where(ops.gt(length, a.maxnorm), ops.div(a.maxnorm, ops.add(length, 1e-7)), 1).to(a.input.dtype));
  },
  hstack: (a) => { const list = (a.tensors as Tensor[]).map(atLeast[1]); return ops.cat(list, list[0].ndim === 1 ? 0 : 1); },
  vstack: (a) => ops.cat((a.tensors as Tensor[]).map(atLeast[2]), 0),
  dstack: (a) => ops.cat((a.tensors as Tensor[]).map(atLeast[3]), 2),
  column_stack: (a) => ops.cat((a.tensors as Tensor[]).map(column), 1),
  max: (a) => ops.amax(a.input), min: (a) => ops.amin(a.input),
  var_unbiased: (a) => ops.var_(a.input, { dim: null, correction: Number(a.unbiased) }), std_unbiased: (a) => ops.std(a.input, { dim: null, correction: Number(a.unbiased) }),
  var_mean_unbiased: (a) => ops.varMean(a.input, { dim: null, correction: Number(a.unbiased) }), std_mean_unbiased: (a) => ops.stdMean(a.input, { dim: null, correction: Number(a.unbiased) }),
  nuclear_norm: (a) => (a.input.ndim === 2 ? ops.nuclearNorm(a.input, [-2, -1], a.keepdim) : SLICES),
  msort: (a) => ops.sort(a.input, 0)[0],
  dist: (a) => ops.norm(ops.sub(a.input, a.other), a.p),
  fill: (a, level) => (isAt(a.value, level) && a.value.ndim > 0 ? SLICES : isAt(a.value, level) ? ops.expand(a.value.to(a.input.dtype), a.input.shape).clone() : ops.fullLike(a.input, a.value)),
  prelu: (a) => (a.input.ndim === 0 ? SLICES : ops.where(ops.gt(a.input, 0), a.input, ops.mul(a.input, a.input.ndim < 2 ? a.weight : ops.reshape(a.weight, [1, -1, ...Array.from({ length: a.input.ndim - 2 }, () => 1)])))),
};
