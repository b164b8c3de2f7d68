/** Learning from another model's logits. */
import { bind, signature } from '../bind';
import { isTensor, type Tensor } from '../tensor';
import * as ops from '../gen/ops';
import { fail } from './common';
import type { Reduction } from './loss';

export interface DistillationOptions {
  /** Logits are divided by it, so that small probabilities of the teacher count too. */
  temperature?: number;
  /** Share of the soft term; the hard one has the rest. */
  alpha?: number;
  /** Of the hard term, a factor for each class. */
  weight?: Tensor | null;
  /** Places with this label count in neither term. */
  ignoreIndex?: number;
  labelSmoothing?: number;
  reduction?: Reduction;
}

const options = 'temperature=2, alpha=0.5, weight=null, ignoreIndex=-100, labelSmoothing=0, reduction="mean"';
export const optionsSignature = signature('DistillationLoss', options);
const sig = signature('distillationLoss', `input, teacher, target=null, ${options}`);

/** Checked where they are given: at construction, or at the call. */
export function checkOptions(name: string, temperature: unknown, alpha: unknown, reduction: unknown): void {
  if (typeof temperature !== 'number' || !(temperature > 0 && Number.isFinite(temperature))) fail(name, `temperature must be a positive number, but got ${String(temperature)}`);
  if (typeof alpha !== 'number' || !(alpha >= 0 && alpha <= 1)) fail(name, `alpha must be between 0 and 1, but got ${String(alpha)}`);
  if (reduction !== 'none' && reduction !== 'mean' && reduction !== 'sum') fail(name, `${String(reduction)} is not a valid value for reduction`);
}

/**
 * alpha * temperature^2 * KL(softmax(teacher / temperature) || softmax(input / temperature)) + (1 - alpha) * crossEntropy(input, target):
 * input and teacher are logits, (C), (N, C) or (N, C, ...); target holds class indices or probabilities; without it the soft term stands alone and
 * whole. The squared temperature keeps the size of the gradients. No gradient flows to the teacher. 'mean' is over all places that have a loss.
 * https://arxiv.org/abs/1503.02531
 */
export function distillationLoss(input: Tensor, teacher: Tensor, target?: Tensor | null, options?: DistillationOptions): Tensor;
export function distillationLoss(input: Tensor, teacher: Tensor, options: DistillationOptions & { target?: Tensor | null }): Tensor;
export function distillationLoss(...args: unknown[]): Tensor {
  const [input, teacher, target, temperature, alpha, weight, ignoreIndex, labelSmoothing, reduction] = bind(sig, args) as [
    Tensor, Tensor, Tensor | null, number, number, Tensor | null, number, number, Reduction];
  for (const [what, value] of [['input', input], ['teacher', teacher]] as const) if (!isTensor(value)) fail(sig.name, `${what} must be a Tensor`);
  checkOptions(sig.name, temperature, alpha, reduction);
  const [ours, theirs] = [input.shape, teacher.shape];
  if (ours.length === 0 || ours.length !== theirs.length || ours.some((n, i) => n !== theirs[i])) {
    fail(sig.name, `input and teacher must have one shape, (C) or (N, C, ...), but got [${ours.join(', ')}] and [${theirs.join(', ')}]`, 'ERR_SHAPE');
  }
  const dim = ours.length > 1 ? 1 : 0;
  // Probabilities rather than their logarithms, so that a class the teacher excludes (-Infinity) costs nothing.
  const soft = ops.klDiv(input.div(temperature).logSoftmax(dim), teacher.detach().div(temperature).softmax(dim), { reduction: 'none' })
    .sum(dim).mul(temperature * temperature);
  if (target === null) return reduction === 'none' ? soft : reduction === 'sum' ? soft.sum() : soft.mean();

  // A target of the input's own shape holds probabilities.
  const labels = isTensor(target) && target.ndim === ours.length - 1 ? target : null;
  const counted = labels ? labels.ne(ignoreIndex) : null;
  const kept = counted ? soft.where(counted, 0) : soft;
  const softLoss = reduction === 'none' ? kept : reduction === 'sum' ? kept.sum() : counted ? kept.sum().div(counted.sum()) : kept.mean();
  const hardLoss = ops.crossEntropy(input, target, { weight, ignoreIndex, labelSmoothing, reduction });
  return softLoss.mul(alpha).add(hardLoss.mul(1 - alpha));
}
