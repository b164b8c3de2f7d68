/** Rules of layers and losses. */
import * as ops from '../../gen/ops';
import type { Tensor } from '../../tensor';
import { type Level, full, isAt, mapResult, refusalOf } from './levels';
import { type Call, SLICES, front, rank, taken, reduced, run, unreduced, widened } from './generic';
import type { Composition, Named, OwnRule } from './shape';

const changed = (call: Call, changes: Named): unknown[] => taken(call.sig).map((p, i) => (p.name in changes ? changes[p.name] as unknown : call.values[i]));
const anyAt = (level: Level, ...tensors: (Tensor | null)[]): boolean => tensors.some((t) => isAt(t, level));
const joined = (t: Tensor | null, level: Level): Tensor | null => (t === null ? null : ops.flatten(full(t, level), 0, 1));

/** Statistics are each sample's own: the batch stands among the channels. */
function batchNorm(a: Named, call: Call): unknown {
  const { level } = call;
  const x = full(a.input, level);
  if (x.ndim < 3) return SLICES;
  const { runningMean: mean, runningVar: variance, weight, bias } = a as Record<string, Tensor | null>;
  const updates = a.training && (mean !== null || variance !== null);
  if (updates && ((mean !== null && !isAt(mean, level)) || (variance !== null && !isAt(variance, level)))) {
    throw refusalOf('Batch norm got a batched tensor as input while the running_mean or running_var, which will be updated in place, were not batched. Use eval() or a batch norm that tracks no running statistics');
  }
  if (!a.training && !anyAt(level, mean, variance, weight, bias)) return ops.unflatten(run(call, changed(call, { input: ops.flatten(x, 0, 1) })) as Tensor, 0, [level.size, x.shape[1]]);
  if (updates) return SLICES; // slices are views, whose changes stay
  const args = { input: ops.flatten(ops.transpose(x, 0, 1), 1, 2), runningMean: joined(mean, level), runningVar: joined(variance, level), weight: joined(weight, level), bias: joined(bias, level) };
  return ops.transpose(ops.unflatten(run(call, changed(call, args)) as Tensor, 1, [level.size, -1]), 0, 1);
}

const shapeOf = (size: unknown): number[] => (typeof size === 'number' ? [size] : Array.from(size as ArrayLike<number>, Number));
/** Norms over the last dims: weights of samples are multiplied in behind. */
function overLast(a: Named, call: Call): unknown {
  const { level } = call;
  const x = full(a.input, level), bias = (a.bias ?? null) as Tensor | null;
  if (x.ndim - 1 < shapeOf(a.normalizedShape).length) return SLICES;
  if (!anyAt(level, a.weight, bias)) return run(call, changed(call, { input: x }));
  return scaled(run(call, changed(call, { input: x, weight: null, bias: null })) as Tensor, a.weight, bias, level, (t) => t);
}
function scaled(x: Tensor, weight: Tensor | null, bias: Tensor | null, level: Level, place: (t: Tensor) => Tensor): Tensor {
  const fit = (t: Tensor): Tensor => { const placed = place(full(t, level)); return widened(placed, x.ndim - placed.ndim); };
  const y = weight === null ? x : ops.mul(x, fit(weight));
  return bias === null ? y : ops.add(y, fit(bias));
}
/** Norms of each of the samples: the batch joins them. */
function ofSamples(a: Named, call: Call): unknown {
  const { level } = call;
  const x = full(a.input, level);
  if (x.ndim < 3 || anyAt(level, a.runningMean ?? null, a.runningVar ?? null) || a.runningMean) return SLICES;
  const own = anyAt(level, a.weight, a.bias);
  if ([a.weight, a.bias].some((t) => t !== null && t !== undefined && full(t as Tensor, level).shape[1] !== x.shape[2])) return SLICES;
  const y = ops.unflatten(run(call, changed(call, { input: ops.flatten(x, 0, 1), ...(own ? { weight: null, bias: null } : {}) })) as Tensor, 0, [level.size, x.shape[1]]);
  if (!own) return y;
  return scaled(y, a.weight, a.bias, level, (t) => ops.reshape(t, [t.shape[0], 1, t.shape[1], ...Array.from({ length: x.ndim - 3 }, () => 1)]));
}

/** Losses of classes: input (C) or (N, C, ...); the mean is over the weights of the targets. */
function classes(a: Named, call: Call): unknown {
  const { level } = call;
  const plain = unreduced(call);
  if (plain === null || isAt(a.weight, level)) return SLICES;
  const x = full(a.input, level), target = full(a.target, level), n = x.ndim - 1;
  if (n < 1) return SLICES;
  const likely = target.ndim === x.ndim; // probabilities of the classes
  const input = n === 1 ? x : ops.flatten(x, 0, 1), wanted = n === 1 ? target : ops.flatten(target, 0, 1);
  const each = run(call, changed(plain.call, { input, target: wanted })) as Tensor;
  const losses = n === 1 ? each : ops.unflatten(each, 0, [level.size, -1]);
  if (plain.reduction !== 'mean') return plain.reduction === 'none' ? losses : reduced(losses, 'sum');
  if (likely) return reduced(losses, 'mean');
  const kept = ops.ne(target, a.ignoreIndex);
  const weights = a.weight === null ? kept.to(losses.dtype) : ops.mul(ops.take(a.weight, ops.mul(target, kept).to('int64')), kept);
  return ops.div(reduced(losses, 'sum'), reduced(weights, 'sum'));
}

function embedding(a: Named, call: Call): unknown {
  const { level } = call;
  if (!isAt(a.weight, level)) return run(call, changed(call, { input: full(a.input, level) }));
  if (a.maxNorm !== null || a.scaleGradByFreq) return SLICES;
  const table = a.weight.value as Tensor, [, count, width] = table.shape;
  if (a.paddingIdx !== null && (a.paddingIdx < -count || a.paddingIdx >= count)) return SLICES;
  /* The op's own checks, of a table that gives the indices back. */
  const places = ops.squeeze(ops.embedding(full(a.input, level), ops.unsqueeze(ops.arange(count), 1)), -1);
  const index = ops.reshape(places, [level.size, -1, 1]);
  const rows = ops.gather(table, 1, ops.expand(index, [-1, -1, width]));
  const padding = a.paddingIdx === null ? null : Number(a.paddingIdx) < 0 ? Number(a.paddingIdx) + count : Number(a.paddingIdx);
  return ops.reshape(padding === null ? rows : ops.where(ops.eq(index, padding), rows.detach(), rows), [...places.shape, width]);
}

/** Bags that are rows of indices: the batch joins them. */
function bags(a: Named, call: Call): unknown {
  const { level } = call, weights = a.perSampleWeights as Tensor | null;
  const result = run(call, changed(call, { input: ops.flatten(full(a.input, level), 0, 1), perSampleWeights: weights === null ? null : ops.flatten(full(weights, level), 0, 1) }));
  return ops.unflatten(result as Tensor, 0, [level.size, -1]);
}

/** Recurrent layers with the same weights for all: the batch joins the samples. */
function recurrent(a: Named, call: Call): unknown {
  const { level } = call;
  const x = full(a.input, level);
  if ((a.params as Tensor[]).some((p) => isAt(p, level)) || (x.ndim !== 4 && x.ndim !== 3)) return SLICES;
  const at = a.batchFirst ? 0 : 1, several = x.ndim === 4;
  const join = (t: Tensor, dim: number): Tensor => { const moved = ops.movedim(t, 0, dim); return several ? ops.flatten(moved, dim, dim + 1) : moved; };
  const part = (t: Tensor, dim: number): Tensor => ops.movedim(several ? ops.unflatten(t, dim, [level.size, -1]) : t, dim, 0);
  const state = (h: Tensor): Tensor => join(full(h, level), 1);
  const hx = a.hx as Tensor | Tensor[];
  const result = run(call, changed(call, { input: join(x, at), hx: Array.isArray(hx) ? hx.map(state) : state(hx) }));
  return mapResult(call.sig, result, (t, i) => part(t, i === 0 ? at : 1));
}
function cell(a: Named, call: Call): unknown {
  const { level } = call;
  const x = full(a.input, level);
  if (anyAt(level, a.wIh, a.wHh, a.bIh, a.bHh)) return SLICES;
  const several = x.ndim === 3;
  if (!several && x.ndim !== 2) return SLICES;
  const fold = (t: Tensor): Tensor => (several ? ops.flatten(full(t, level), 0, 1) : full(t, level));
  const hx = a.hx as Tensor | Tensor[];
  const result = run(call, changed(call, { input: fold(a.input), hx: Array.isArray(hx) ? hx.map(fold) : fold(hx) }));
  return several ? mapResult(call.sig, result, (t) => ops.unflatten(t, 0, [level.size, -1])) : result;
}

const overX: OwnRule = (a, call) => (rank(a.x, call.level) === rank(a.y, call.level) ? front(call) : SLICES);

export const rules: Record<string, OwnRule> = {
  batch_norm: batchNorm, layer_norm: overLast, rms_norm: overLast, group_norm: ofSamples, instance_norm: ofSamples, nll_loss: classes, cross_entropy: classes, embedding,
  trapezoid_x: overX, cumulative_trapezoid_x: overX,
  lstm: recurrent, gru: recurrent, rnn_tanh: recurrent, rnn_relu: recurrent, lstm_cell: cell, gru_cell: cell, rnn_tanh_cell: cell, rnn_relu_cell: cell,
  native_layer_norm: (a, call) => (anyAt(call.level, a.weight, a.bias) ? SLICES : overLast(a, call)),
  embedding_bag: (a, call) => (rank(a.input, call.level) !== 2 || anyAt(call.level, a.weight, a.offsets) ? SLICES : bags(a, call)),
  bilinear: (a, call) => (anyAt(call.level, a.weight, a.bias) ? SLICES : run(call, changed(call, { input1: full(a.input1, call.level), input2: full(a.input2, call.level) }))),
};
/* Cells whose weights are each sample's own. */
const gates = (a: Named, h: Tensor): [Tensor, Tensor] => [ops.linear(a.input, a.wIh, a.bIh), ops.linear(h, a.wHh, a.bHh)];
const own = (a: Named, level: Level): boolean => anyAt(level, a.wIh, a.wHh, a.bIh, a.bHh);
const plainCell = (f: (x: Tensor) => Tensor): Composition => (a, level) => (own(a, level) ? f(ops.add(...gates(a, a.hx))) : SLICES);
export const compositions: Record<string, Composition> = {
  rnn_tanh_cell: plainCell((x) => x.tanh()), rnn_relu_cell: plainCell((x) => x.relu()),
  lstm_cell: (a, level) => {
    if (!own(a, level)) return SLICES;
    const [i, f, g, o] = ops.chunk(ops.add(...gates(a, a.hx[0])), 4, -1);
    const c = ops.add(ops.mul(f.sigmoid(), a.hx[1]), ops.mul(i.sigmoid(), g.tanh()));
    return [ops.mul(o.sigmoid(), c.tanh()), c];
  },
  gru_cell: (a, level) => {
    if (!own(a, level)) return SLICES;
    const [x, h] = gates(a, a.hx).map((t) => ops.chunk(t, 3, -1));
    const r = ops.add(x[0], h[0]).sigmoid(), z = ops.add(x[1], h[1]).sigmoid(), n = ops.add(x[2], ops.mul(r, h[2])).tanh();
    return ops.add(n, ops.mul(z, ops.sub(a.hx, n)));
  },
  trapezoid_x: (a) => (a.x.ndim === 1 && a.y.ndim > 1 ? ops.trapezoid(a.y, alongDim(a), { dim: a.dim }) : SLICES),
  cumulative_trapezoid_x: (a) => (a.x.ndim === 1 && a.y.ndim > 1 ? ops.cumulativeTrapezoid(a.y, alongDim(a), { dim: a.dim }) : SLICES),
};
/** x of one dim as one of y's dims. */
function alongDim(a: Named): Tensor {
  const n = a.y.ndim as number, d = a.dim < 0 ? a.dim + n : a.dim;
  return ops.expand(ops.reshape(a.x, Array.from({ length: n }, (_, i) => (i === d ? -1 : 1))), a.y.shape);
}
