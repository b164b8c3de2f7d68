/** What the distributions share: parameters of one shape, probabilities and log-odds, triangular matrices as vectors. */
import { tensor } from '../creation';
import { TorshError, type ErrorCode } from '../errors';
import * as ops from '../gen/ops';
import { finfo, getDefaultDtype } from '../info';
import { isTensor } from '../runtime/call';
import type { DType, Tensor } from '../tensor';

/** A parameter: a tensor, or a number for all of the batch. */
export type Param = Tensor | number;
export type Validate = boolean | null;
/** How constructors end: validateArgs by place or by name. */
export type Tail = Validate | { validateArgs?: Validate };

export const eulerConstant = 0.5772156649015329;

export function fail(name: string, text: string, code: ErrorCode = 'ERR_ARGUMENT'): never {
  throw new TorshError(code, name, `${name}: ${text}`);
}
export const unsupported = (name: string, text: string): never => fail(name, text, 'ERR_UNSUPPORTED');

/** A tensor that must be one. */
export function needTensor(name: string, what: string, value: unknown): Tensor {
  if (isTensor(value)) return value;
  return fail(name, `argument '${what}' must be a Tensor, not ${value === null ? 'null' : typeof value}`);
}

/** Tensors and numbers in one shape; a number takes the dtype of the first tensor, or the default one. */
export function broadcastAll(name: string, ...values: unknown[]): Tensor[] {
  const first = values.find((v) => isTensor(v)) as Tensor | undefined;
  const dtype: DType = first ? first.dtype : getDefaultDtype();
  const tensors = values.map((v) => {
    if (isTensor(v)) return v;
    if (typeof v !== 'number') return fail(name, 'Input arguments must all be instances of number or Tensor');
    return tensor(v, { dtype });
  });
  // As they are where nothing is to be spread.
  const shapes = tensors.map((x) => String(x.shape));
  return shapes.every((shape) => shape === shapes[0]) ? tensors : ops.broadcastTensors(tensors);
}

/** Sums the last dims. */
export function sumRightmost(value: Tensor, dims: number): Tensor {
  if (dims === 0) return value;
  return value.reshape([...value.shape.slice(0, Math.max(value.ndim - dims, 0)), -1]).sum(-1);
}

export const logitsToProbs = (logits: Tensor, binary = false): Tensor => (binary ? logits.sigmoid() : ops.softmax(logits, -1));
export function clampProbs(probs: Tensor): Tensor {
  const { eps } = finfo(probs.dtype);
  return probs.clamp(eps, 1 - eps);
}
export function probsToLogits(probs: Tensor, binary = false): Tensor {
  const p = clampProbs(probs);
  return binary ? p.log().sub(p.neg().log1p()) : p.log();
}

/** Exactly one of probs and logits. */
export function oneOf(name: string, probs: unknown, logits: unknown): void {
  if ((probs === null) === (logits === null)) fail(name, 'Either `probs` or `logits` must be specified, but not both.');
}

export const infinite = (like: Tensor): Tensor => ops.fullLike(like, Infinity);

/** Entries of the lower triangle (from diagonal `diag` down) of square matrices, row by row, in the last dim. */
export function trilToVector(matrix: Tensor, diag = 0): Tensor {
  const n = matrix.shape[matrix.ndim - 1];
  return matrix.reshape([...matrix.shape.slice(0, -2), n * n]).indexSelect(-1, places(n, diag));
}

/** The matrices that such vectors stand for, zero elsewhere. */
export function vectorToTril(name: string, vector: Tensor, diag = 0): Tensor {
  const length = vector.shape[vector.ndim - 1], slope = 1 + 2 * diag;
  const size = (-slope + Math.sqrt(slope * slope + 8 * length + 4 * Math.abs(diag) * (diag + 1))) / 2;
  const n = Math.round(size);
  if (Math.abs(n - size) > finfo(vector.dtype).eps) fail(name, `The size of last dimension is ${length} which cannot be expressed as the lower triangular part of a square D x D matrix.`);
  const batch = vector.shape.slice(0, -1);
  const flat = ops.zeros([...batch, n * n], { dtype: vector.dtype });
  return flat.indexCopy(-1, places(n, diag), vector).reshape([...batch, n, n]);
}

function places(n: number, diag: number): Tensor {
  const at: bigint[] = [];
  for (let i = 0; i < n; i++) for (let j = 0; j <= Math.min(i + diag, n - 1); j++) at.push(BigInt(i * n + j));
  return tensor(BigInt64Array.from(at));
}

/** Values along a new first dim, with or without the batch's sizes. */
export function enumerated(values: Tensor, batchShape: readonly number[], expand: boolean | { expand?: boolean }): Tensor {
  const whole = typeof expand === 'object' ? expand.expand ?? true : expand;
  const rest = values.shape.slice(1), all = values.reshape([values.size(0), ...batchShape.map(() => 1), ...rest]);
  return whole ? all.expand([values.size(0), ...batchShape, ...rest]) : all;
}
