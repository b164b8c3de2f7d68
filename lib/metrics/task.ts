/** Classification tasks: binary, multiclass, multilabel. What settings they need, and what a batch holds. */
import type { Tensor } from '../tensor';
import { topk } from '../gen/ops';
import { areLogits, checkSameShape, checkTensors, classes, doubles, refuse, shapeText } from './metric';

export type Task = 'binary' | 'multiclass' | 'multilabel';
export type Average = 'micro' | 'macro' | 'weighted' | 'none' | null;

export interface TaskOptions {
  task: Task;
  /** Above it a probability counts as 1: binary and multilabel. */
  threshold?: number;
  /** multiclass */
  numClasses?: number | null;
  /** multilabel */
  numLabels?: number | null;
  /** Elements whose target is this do not count. */
  ignoreIndex?: number | null;
  /** Accepted and without effect: arguments are always checked. */
  validateArgs?: boolean;
}

export interface Plan {
  readonly task: Task;
  readonly threshold: number;
  /** Classes, or labels; 2 for binary. */
  readonly size: number;
  readonly topK: number;
  readonly ignore: number | null;
}

const isCount = (x: unknown, least: number): x is number => typeof x === 'number' && Number.isSafeInteger(x) && x >= least;

export function planOf(metric: object, task: unknown, threshold: unknown, numClasses: unknown, numLabels: unknown, ignore: unknown, topK: unknown = 1): Plan {
  if (task !== 'binary' && task !== 'multiclass' && task !== 'multilabel') {
    throw refuse(metric, `task must be 'binary', 'multiclass' or 'multilabel', but got ${typeof task === 'string' ? `'${task}'` : String(task)}`);
  }
  if (!(typeof threshold === 'number' && threshold >= 0 && threshold <= 1)) throw refuse(metric, `threshold must be a number from 0 to 1, but got ${String(threshold)}`);
  if (ignore !== null && !Number.isSafeInteger(ignore)) throw refuse(metric, `ignoreIndex must be null or an integer, but got ${String(ignore)}`);
  const size = task === 'binary' ? 2 : task === 'multiclass' ? numClasses : numLabels;
  if (!isCount(size, 2)) {
    throw refuse(metric, `the task '${task}' needs ${task === 'multiclass' ? 'numClasses' : 'numLabels'}, an integer of at least 2, but got ${String(size)}`);
  }
  if (!isCount(topK, 1) || topK > size) throw refuse(metric, `topK must be an integer from 1 to the number of classes, but got ${String(topK)}`);
  if (topK > 1 && task !== 'multiclass') throw refuse(metric, `topK needs the task 'multiclass', not '${task}'`);
  return { task, threshold, size, topK, ignore: ignore as number | null };
}

export function checkAverage(metric: object, average: unknown, allowed: readonly Average[] = ['micro', 'macro', 'weighted', 'none', null]): Average {
  if (!allowed.includes(average as Average)) throw refuse(metric, `average must be one of ${allowed.map((a) => (a === null ? 'null' : `'${a}'`)).join(', ')}, but got ${typeof average === 'string' ? `'${average}'` : String(average)}`);
  return average as Average;
}

/** Predicted and true classes, one for each element; with several labels (elements run over labels, then over further dims) 0 or 1. */
export interface Labels { preds: Float64Array; target: Float64Array; /** How far apart an element's label is counted. */ inner: number }

/** Probabilities that count as 1, or values that are 0 and 1 already. */
function decided(metric: object, plan: Plan, preds: Tensor): Float64Array {
  if (!preds.isFloatingPoint()) return classes(metric, 'preds', preds, 2, null);
  const values = doubles(areLogits(preds) ? preds.sigmoid() : preds);
  return values.map((v) => {
    if (Number.isNaN(v)) throw refuse(metric, 'preds have NaN', 'ERR_NUMERIC');
    return v > plan.threshold ? 1 : 0;
  });
}

/** preds as (N, C, ...) beside target (N, ...). */
export function checkScores(metric: object, plan: Plan, preds: Tensor, target: Tensor): void {
  const [n, c, ...rest] = preds.shape;
  if (preds.ndim !== target.ndim + 1 || String([n, ...rest]) !== String(target.shape)) {
    throw refuse(metric, `preds must be (N, C, ...) or (N, ...) where target is (N, ...), but got ${shapeText(preds)} and ${shapeText(target)}`, 'ERR_SHAPE');
  }
  if (c !== plan.size) throw refuse(metric, `preds must have numClasses = ${plan.size} scores in dim 1, but got ${shapeText(preds)}`, 'ERR_SHAPE');
  if (!preds.isFloatingPoint()) throw refuse(metric, `scores must be floating-point, but preds are ${preds.dtype}`, 'ERR_DTYPE');
}

/** preds and target as (N, L, ...). */
export function checkLabels(metric: object, plan: Plan, preds: Tensor, target: Tensor): void {
  checkSameShape(metric, preds, target);
  if (preds.ndim < 2 || preds.shape[1] !== plan.size) throw refuse(metric, `preds and target must be (N, ${plan.size}, ...), but got ${shapeText(preds)}`, 'ERR_SHAPE');
}

export function readLabels(metric: object, plan: Plan, preds: Tensor, target: Tensor): Labels {
  checkTensors(metric, preds, target);
  if (plan.task !== 'multiclass') {
    if (plan.task === 'multilabel') checkLabels(metric, plan, preds, target);
    else checkSameShape(metric, preds, target);
    const truth = classes(metric, 'target', target, 2, plan.ignore);
    return { preds: decided(metric, plan, preds), target: truth, inner: preds.shape.slice(2).reduce((a, b) => a * b, 1) };
  }
  const truth = classes(metric, 'target', target, plan.size, plan.ignore);
  if (preds.ndim === target.ndim) {
    checkSameShape(metric, preds, target);
    if (plan.topK > 1) throw refuse(metric, `topK needs scores (N, C, ...), but preds are ${shapeText(preds)}`, 'ERR_SHAPE');
    return { preds: classes(metric, 'preds', preds, plan.size, null), target: truth, inner: 1 };
  }
  checkScores(metric, plan, preds, target);
  if (preds.isnan().any().item()) throw refuse(metric, 'preds have NaN', 'ERR_NUMERIC');
  if (plan.topK === 1) return { preds: doubles(preds.argmax(1)), target: truth, inner: 1 };
  // Right when the target is among the best k; else it is the best that was wrong.
  const best = topk(preds, plan.topK, 1).indices;
  const hit = doubles(best.eq(target.to('int64').unsqueeze(1)).any(1));
  return { preds: doubles(best.select(1, 0)).map((first, i) => (hit[i] ? truth[i] : first)), target: truth, inner: 1 };
}
