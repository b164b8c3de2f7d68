/** Metrics made of true and false positives and negatives: accuracy, precision, recall, F-beta, specificity. */
import { bind, signature } from '../bind';
import type { Tensor } from '../tensor';
import { asResult, Metric, refuse } from './metric';
import { checkAverage, planOf, readLabels, type Average, type Plan, type TaskOptions } from './task';

/** Counts for each class or label; one for binary. */
export interface Counts { tp: Float64Array; fp: Float64Array; fn: Float64Array; tn: Float64Array }

export interface StatScoresOptions extends TaskOptions {
  /** 'micro' counts all classes together, 'macro' takes the mean of the classes that occur (of all labels), 'weighted' weighs it by how often they are true; 'none' gives each. */
  average?: Average;
  multidimAverage?: 'global';
  /** multiclass: right is who has the target among the best k. */
  topK?: number;
}

export function count(metric: object, plan: Plan, preds: Tensor, target: Tensor): Counts {
  const labels = readLabels(metric, plan, preds, target);
  const n = plan.task === 'binary' ? 1 : plan.size;
  const [tp, fp, fn, tn] = [0, 1, 2, 3].map(() => new Float64Array(n));
  if (plan.task === 'multiclass') {
    let total = 0;
    labels.target.forEach((t, i) => {
      if (t === plan.ignore) return;
      const p = labels.preds[i];
      total++;
      if (p === t) { tp[t]++; return; }
      fp[p]++;
      fn[t]++;
    });
    for (let c = 0; c < n; c++) tn[c] = total - tp[c] - fp[c] - fn[c];
    return { tp, fp, fn, tn };
  }
  labels.target.forEach((t, i) => {
    if (t === plan.ignore) return;
    const c = n === 1 ? 0 : Math.floor(i / labels.inner) % n;
    (labels.preds[i] === 1 ? (t === 1 ? tp : fp) : (t === 1 ? fn : tn))[c]++;
  });
  return { tp, fp, fn, tn };
}

const ratio = (a: number, b: number): number => (b === 0 ? 0 : a / b);
const sum = (x: ArrayLike<number>): number => Array.from(x).reduce((a, b) => a + b, 0);

/** score(tp, fp, fn, tn) of all together, or of each class and then their mean. */
function average(counts: Counts, plan: Plan, how: Average, score: (tp: number, fp: number, fn: number, tn: number) => number): number | number[] {
  const { tp, fp, fn, tn } = counts;
  if (plan.task === 'binary') return score(tp[0], fp[0], fn[0], tn[0]);
  if (how === 'micro') return score(sum(tp), sum(fp), sum(fn), sum(tn));
  const scores = Array.from(tp, (_, c) => score(tp[c], fp[c], fn[c], tn[c]));
  if (how === 'none' || how === null) return scores;
  const weights = scores.map((_, c) => {
    if (how === 'weighted') return tp[c] + fn[c];
    const seen = tp[c] + fn[c] + (plan.topK === 1 ? fp[c] : 0);
    return plan.task === 'multiclass' && seen === 0 ? 0 : 1;
  });
  return ratio(sum(scores.map((s, c) => s * weights[c])), sum(weights));
}

const arguments_ = 'task, threshold=0.5, numClasses=null, numLabels=null, average="micro", multidimAverage="global", topK=1, ignoreIndex=null, validateArgs=true';
const sigs = {
  plain: signature('metric', arguments_),
  beta: signature('metric', arguments_.replace('task,', 'task, beta=1,')),
};

export type StatScoresArgs = [options: StatScoresOptions] | [task: TaskOptions['task'], ...rest: unknown[]];

abstract class StatScoresMetric<A extends unknown[] = StatScoresArgs> extends Metric<Counts> {
  declare plan: Plan;
  declare average: Average;
  declare beta: number;
  constructor(...args: A) {
    super();
    const { takesBeta } = this;
    const [task, ...rest] = bind({ ...(takesBeta ? sigs.beta : sigs.plain), name: this.constructor.name }, args);
    this.beta = takesBeta ? rest.shift() as number : 1;
    const [threshold, numClasses, numLabels, how, multidim, topK, ignore] = rest;
    if (!(typeof this.beta === 'number' && this.beta > 0 && Number.isFinite(this.beta))) throw refuse(this, `beta must be a number above 0, but got ${String(this.beta)}`);
    if (multidim !== 'global') throw refuse(this, `multidimAverage must be 'global', but got ${String(multidim)}`, 'ERR_UNSUPPORTED');
    this.plan = planOf(this, task, threshold, numClasses, numLabels, ignore, topK);
    this.average = checkAverage(this, how);
  }
  get takesBeta(): boolean { return false; }
  abstract score(tp: number, fp: number, fn: number, tn: number): number;
  _read(preds: Tensor, target: Tensor): Counts { return count(this, this.plan, preds, target); }
  _merge(a: Counts, b: Counts): Counts {
    for (const key of ['tp', 'fp', 'fn', 'tn'] as const) b[key].forEach((v, i) => { a[key][i] += v; });
    return a;
  }
  _value(state: Counts | null): Tensor {
    const n = this.plan.task === 'binary' ? 1 : this.plan.size;
    const counts = state ?? { tp: new Float64Array(n), fp: new Float64Array(n), fn: new Float64Array(n), tn: new Float64Array(n) };
    return asResult(average(counts, this.plan, this.average, (tp, fp, fn, tn) => this.score(tp, fp, fn, tn)));
  }
}
/**
 * The share of predictions that are right. 'macro' is the mean recall of the classes (balanced accuracy). https://lightning.ai/docs/torchmetrics/stable/classification/accuracy.html
 *
 * @example
 * ```js
 * const m = new torsh.metrics.Accuracy({ task: 'multiclass', numClasses: 3 });
 * m.update(torsh.tensor([0, 1, 2, 2]), torsh.tensor([0, 1, 1, 2])); // predictions, truth
 * console.log(m.compute()); // tensor(0.7500)
 * ```
 */
export class Accuracy extends StatScoresMetric {
  score(tp: number, fp: number, fn: number, tn: number): number {
    return this.plan.task === 'multiclass' ? ratio(tp, tp + fn) : ratio(tp + tn, tp + tn + fp + fn);
  }
}

/**
 * The share of what was said to be of a class that is; 0 where nothing was. https://lightning.ai/docs/torchmetrics/stable/classification/precision.html
 *
 * @example
 * ```js
 * const m = new torsh.metrics.Precision({ task: 'multiclass', numClasses: 3 });
 * m.update(torsh.tensor([0, 1, 2, 2]), torsh.tensor([0, 1, 1, 2])); // predictions, truth
 * console.log(m.compute()); // tensor(0.7500)
 * ```
 */
export class Precision extends StatScoresMetric {
  score(tp: number, fp: number): number { return ratio(tp, tp + fp); }
}

/**
 * The share of what is of a class that was found; 0 where nothing is. https://lightning.ai/docs/torchmetrics/stable/classification/recall.html
 *
 * @example
 * ```js
 * const m = new torsh.metrics.Recall({ task: 'multiclass', numClasses: 3 });
 * m.update(torsh.tensor([0, 1, 2, 2]), torsh.tensor([0, 1, 1, 2])); // predictions, truth
 * console.log(m.compute()); // tensor(0.7500)
 * ```
 */
export class Recall extends StatScoresMetric {
  score(tp: number, _fp: number, fn: number): number { return ratio(tp, tp + fn); }
}

/**
 * The share of what is not of a class that was left out. https://lightning.ai/docs/torchmetrics/stable/classification/specificity.html
 *
 * @example
 * ```js
 * const m = new torsh.metrics.Specificity({ task: 'multiclass', numClasses: 3 });
 * m.update(torsh.tensor([0, 1, 2, 2]), torsh.tensor([0, 1, 1, 2])); // predictions, truth
 * console.log(m.compute()); // tensor(0.8750)
 * ```
 */
export class Specificity extends StatScoresMetric {
  score(_tp: number, fp: number, _fn: number, tn: number): number { return ratio(tn, tn + fp); }
}

/** The harmonic mean of precision and recall, recall counting beta times as much. https://lightning.ai/docs/torchmetrics/stable/classification/fbeta_score.html */
export class FBetaScore extends StatScoresMetric<[options: StatScoresOptions & { beta?: number }] | [task: TaskOptions['task'], beta?: number, ...rest: unknown[]]> {
  override get takesBeta(): boolean { return true; }
  score(tp: number, fp: number, fn: number): number {
    const squared = this.beta ** 2;
    return ratio((1 + squared) * tp, (1 + squared) * tp + squared * fn + fp);
  }
}

/**
 * The harmonic mean of precision and recall. https://lightning.ai/docs/torchmetrics/stable/classification/f1_score.html
 *
 * @example
 * ```js
 * const m = new torsh.metrics.F1Score({ task: 'multiclass', numClasses: 3 });
 * m.update(torsh.tensor([0, 1, 2, 2]), torsh.tensor([0, 1, 1, 2])); // predictions, truth
 * console.log(m.compute()); // tensor(0.7500)
 * ```
 */
export class F1Score extends StatScoresMetric {
  score(tp: number, fp: number, fn: number): number { return ratio(2 * tp, 2 * tp + fn + fp); }
}
