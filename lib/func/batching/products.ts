/** Rules of products: matrices, einsum, convolutions. */
import * as ops from '../../gen/ops';
import type { Tensor } from '../../tensor';
import { type Level, full, isAt } from './levels';
import { type Call, SLICES, aligned, core, rank, run, taken, widened } from './generic';
import type { Composition, Named, OwnRule } from './shape';

/** a @ b of samples: the batch is one more dim of matrices, or of rows where the other one is the same for all. */
function matmul(a: Tensor, b: Tensor, level: Level): unknown {
  const [n, m] = [rank(a, level), rank(b, level)];
  if (n === 0 || m === 0) return SLICES;
  if (!isAt(b, level) && m <= 2) return ops.matmul(full(a, level), b);
  if (!isAt(a, level) && n === 2 && m === 1) return ops.matmul(full(b, level), ops.transpose(a, 0, 1));
  let x = full(a, level), y = full(b, level);
  if (n === 1) x = ops.unsqueeze(x, 1);
  if (m === 1) y = ops.unsqueeze(y, -1);
  const most = Math.max(x.ndim, y.ndim);
  const z = ops.matmul(widened(x, most - x.ndim), widened(y, most - y.ndim));
  if (n === 1) return m === 1 ? ops.squeeze(z, [-2, -1]) : ops.squeeze(z, -2);
  return m === 1 ? ops.squeeze(z, -1) : z;
}
/** The same, for tensors of just so many dims. */
const product = (first: string, second: string, n: number, m: number): OwnRule => (a, { level }) =>
  (rank(a[first], level) !== n || rank(a[second], level) !== m ? SLICES : matmul(a[first], a[second], level));

function bmm(a: Named, { level }: Call): unknown {
  const x = full(a.input, level), y = full(a.mat2, level);
  if (x.ndim !== 4 || y.ndim !== 4 || x.shape[1] !== y.shape[1]) return SLICES;
  return ops.unflatten(ops.bmm(ops.flatten(x, 0, 1), ops.flatten(y, 0, 1)), 0, [level.size, x.shape[1]]);
}

function linear(a: Named, call: Call): unknown {
  const { level } = call;
  const fixed = !isAt(a.weight, level), bias = a.bias as Tensor | null;
  const n = rank(a.input, level);
  if (n === 0 || rank(a.weight, level) !== 2) return SLICES;
  if (fixed && !isAt(bias, level)) return run(call, [full(a.input, level), a.weight, bias]);
  let x = full(a.input, level);
  if (fixed) x = ops.linear(x, a.weight);
  else {
    const w = full(a.weight, level);
    const rows = ops.matmul(n === 2 ? x : ops.reshape(x, [level.size, -1, x.shape[n]]), ops.transpose(w, 1, 2));
    x = n === 2 ? rows : ops.reshape(rows, [...x.shape.slice(0, n), w.shape[1]]);
  }
  if (bias === null) return x;
  return ops.add(x, isAt(bias, level) ? widened(bias.value, n - rank(bias, level)) : bias);
}

const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';
/** The equation with a letter for the batch. */
function einsum(a: Named, { level }: Call): unknown {
  const operands = a.operands as Tensor[], equation = (a.equation as string).replace(/\s+/g, '');
  const letter = [...LETTERS].find((c) => !equation.includes(c));
  const [left, right] = equation.split('->');
  const terms = left.split(',');
  if (letter === undefined || terms.length !== operands.length) return SLICES;
  const single = [...LETTERS].filter((c) => left.split(c).length === 2).sort();
  const result = right ?? (left.includes('...') ? '...' : '') + single.join('');
  const named = terms.map((term, i) => (isAt(operands[i], level) ? letter : '') + term);
  return ops.einsum(`${named.join(',')}->${letter}${result}`, operands.map((x) => (isAt(x, level) ? x.value : x)));
}

function tensordot(x: Tensor, y: Tensor, dimsX: readonly number[], dimsY: readonly number[]): unknown {
  const own = (t: Tensor, dims: readonly number[]): number[] => dims.map((d) => (d < 0 ? d + t.ndim : d));
  const [dx, dy] = [own(x, dimsX), own(y, dimsY)];
  if (dx.length !== dy.length || new Set(dx).size !== dx.length || new Set(dy).size !== dy.length || x.ndim + y.ndim > 40) return SLICES;
  if (dx.some((d, i) => x.shape[d] === undefined || x.shape[d] !== y.shape[dy[i]])) return SLICES;
  const lettersX = [...LETTERS.slice(0, x.ndim)], lettersY = [...LETTERS.slice(x.ndim, x.ndim + y.ndim)];
  dy.forEach((d, i) => { lettersY[d] = lettersX[dx[i]]; });
  const free = [...lettersX.filter((_, d) => !dx.includes(d)), ...lettersY.filter((_, d) => !dy.includes(d))];
  return ops.einsum(`${lettersX.join('')},${lettersY.join('')}->${free.join('')}`, [x, y]);
}
const numbers = (list: unknown): number[] => (typeof list === 'number' ? [list] : Array.from(list as ArrayLike<number>, Number));

/** beta * input + alpha * product, where a beta of 0 hides the input. */
const plus = (a: Named, term: Tensor): Tensor => {
  const scaled = a.alpha === 1 ? term : ops.mul(term, a.alpha);
  if (a.beta === 0) return scaled;
  return ops.add(a.beta === 1 ? a.input : ops.mul(a.input, a.beta), scaled);
};
const outer = (x: Tensor, y: Tensor): Tensor => ops.mul(ops.unsqueeze(x, 1), y);
const shaped = (x: Tensor, n: number): boolean => x.ndim === n;

export const compositions: Record<string, Composition> = {
  vdot: (a) => (shaped(a.input, 1) && shaped(a.other, 1) ? ops.dot(ops.conj(a.input), a.other) : SLICES),
  outer: (a) => (shaped(a.input, 1) && shaped(a.vec2, 1) ? outer(a.input, a.vec2) : SLICES),
  addmm: (a) => plus(a, ops.mm(a.mat1, a.mat2)), addmv: (a) => plus(a, ops.mv(a.mat, a.vec)), addr: (a) => plus(a, ops.outer(a.vec1, a.vec2)),
  baddbmm: (a) => plus(a, ops.bmm(a.batch1, a.batch2)), addbmm: (a) => plus(a, ops.sum(ops.bmm(a.batch1, a.batch2), 0)),
  inner: (a) => (a.input.ndim === 0 || a.other.ndim === 0 ? ops.mul(a.input, a.other) : tensordot(a.input, a.other, [-1], [-1])),
  tensordot: (a) => tensordot(a.input, a.other, numbers(a.dimsSelf), numbers(a.dimsOther)),
  tensordot_count: (a) => (a.dims < 0 ? SLICES : tensordot(a.input, a.other, Array.from({ length: a.dims }, (_, i) => i - a.dims), Array.from({ length: a.dims }, (_, i) => i))),
  kron: (a) => {
    const n = Math.max(a.input.ndim, a.other.ndim);
    const pad = (t: Tensor): number[] => [...Array.from({ length: n - t.ndim }, () => 1), ...t.shape];
    const [p, q] = [pad(a.input), pad(a.other)];
    const both = ops.mul(ops.reshape(a.input, p.flatMap((s) => [s, 1])), ops.reshape(a.other, q.flatMap((s) => [1, s])));
    return ops.reshape(both, p.map((s, i) => s * q[i]));
  },
  linalg_multi_dot: (a) => {
    const list = a.tensors as Tensor[], ends = [0, list.length - 1];
    if (list.length < 2 || list.some((x, i) => x.ndim !== 2 && !(ends.includes(i) && x.ndim === 1))) return SLICES;
    return list.reduce((x, y) => ops.matmul(x, y));
  },
  chain_matmul: (a) => ((a.matrices as Tensor[]).every((x) => x.ndim === 2) ? (a.matrices as Tensor[]).reduce((x, y) => ops.mm(x, y)) : SLICES),
  convolution: (a) => {
    const space = a.weight.ndim - 2, kinds = [ops.conv1d, ops.conv2d, ops.conv3d], back = [ops.convTranspose1d, ops.convTranspose2d, ops.convTranspose3d];
    if (kinds[space - 1] === undefined || a.input.ndim !== a.weight.ndim) return SLICES;
    if (a.transposed) return back[space - 1](a.input, a.weight, a.bias, a.stride, a.padding, a.outputPadding, a.groups, a.dilation);
    return kinds[space - 1](a.input, a.weight, a.bias, a.stride, a.padding, a.dilation, a.groups);
  },
  conv_tbc: (a) => ops.permute(ops.conv1d(ops.permute(a.input, [1, 2, 0]), ops.permute(a.weight, [2, 1, 0]), a.bias, { padding: a.pad }), [2, 0, 1]),
  cross: (a) => {
    if (a.input.ndim !== a.other.ndim) return SLICES;
    const dim = a.dim ?? (a.input.shape as number[]).indexOf(3);
    return dim === -1 && a.dim === null ? SLICES : ops.linalgCross(a.input, a.other, { dim });
  },
};

/** With a batched weight the batch becomes groups of channels. */
function conv(space: number): OwnRule {
  return (a, call) => {
    const { sig, level } = call;
    const n = rank(a.input, level);
    if ((n !== space + 2 && n !== space + 1) || rank(a.weight, level) !== space + 2) return SLICES;
    const put = (changes: Named): Tensor => run(call, taken(sig).map((p, i) => (p.name in changes ? changes[p.name] : call.values[i]))) as Tensor;
    const B = level.size, bias = a.bias as Tensor | null;
    const x = n === space + 1 ? ops.unsqueeze(full(a.input, level), 1) : full(a.input, level);
    let y: Tensor;
    if (isAt(a.weight, level)) {
      const w = ops.flatten(a.weight.value, 0, 1);
      const b = bias === null ? null : ops.flatten(full(bias, level), 0, 1);
      y = put({ input: ops.flatten(ops.transpose(x, 0, 1), 1, 2), weight: w, bias: b, groups: Number(a.groups) * B });
      y = ops.transpose(ops.unflatten(y, 1, [B, -1]), 0, 1);
    } else {
      const own = isAt(bias, level);
      y = ops.unflatten(put({ input: ops.flatten(x, 0, 1), bias: own ? null : bias }), 0, [B, x.shape[1]]);
      if (own) y = ops.add(y, ops.reshape(bias.value, [B, 1, -1, ...Array.from({ length: space }, () => 1)]));
    }
    return n === space + 1 ? ops.squeeze(y, 1) : y;
  };
}

/** B of linalg.solve may be vectors; matrices of one column are the same. */
function solve(a: Named, call: Call): unknown {
  const { level } = call;
  const A = full(a.A, level), B = full(a.B, level);
  const [n, m] = [A.ndim - 1, B.ndim - 1];
  if (n < 2) return SLICES;
  const vectors = m === 1 || (m === n - 1 && String(A.shape.slice(1, n)) === String(B.shape.slice(1)));
  if (vectors && taken(call.sig).some((p, i) => p.name === 'left' && call.values[i] === false)) return SLICES;
  const b = vectors ? ops.unsqueeze(B, -1) : B;
  const most = Math.max(A.ndim, b.ndim);
  const result = run(call, [widened(A, most - A.ndim), widened(b, most - b.ndim), ...call.values.slice(2)]);
  if (!vectors) return result;
  return Array.isArray(result) ? [ops.squeeze(result[0] as Tensor, -1), ...result.slice(1)] as unknown : ops.squeeze(result as Tensor, -1);
}

export const rules: Record<string, OwnRule> = {
  mm: product('input', 'mat2', 2, 2), mv: product('input', 'vec', 2, 1), dot: product('input', 'tensor', 1, 1), bmm,
  matmul: (a, { level }) => matmul(a.input, a.other, level), linear, einsum,
  conv1d: conv(1), conv2d: conv(2), conv3d: conv(3), conv_transpose1d: conv(1), conv_transpose2d: conv(2), conv_transpose3d: conv(3),
  linalg_cross: (a, call) => (rank(a.input, call.level) === rank(a.other, call.level) ? aligned(call) : SLICES),
  linalg_lstsq: (a, call) => (rank(a.A, call.level) === rank(a.B, call.level) ? core([2, 2])(call) : SLICES),
  linalg_solve: solve, linalg_solve_ex: solve,
};
