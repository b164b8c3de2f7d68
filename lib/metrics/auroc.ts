/** The area under the ROC curve, and the curve. */
import { bind, signature } from '../bind';
import { isTensor, tensor, type Tensor } from '../tensor';
import { areLogits, asResult, checkSameShape, checkTensors, classes, doubles, Metric, refuse } from './metric';
import { checkAverage, checkLabels, checkScores, planOf, type Average, type Plan, type TaskOptions } from './task';

export interface CurveOptions extends Omit<TaskOptions, 'threshold'> {
  /**
   * null: exact, every score is kept. A number of evenly spaced thresholds from 0 to 1, or the thresholds themselves: counts for each, in memory
   * that does not grow.
   */
  thresholds?: number | readonly number[] | Tensor | null;
}
export interface AUROCOptions extends CurveOptions {
  average?: Average;
  /** binary: the area up to this false positive rate, standardised (McClish). */
  maxFpr?: number | null;
}

/** Scores of what is of the class and of what is not. */
interface Pair { positive: Float64Array; negative: Float64Array }
/** For each class: its scores in chunks, or counts of scores that reach each threshold. */
type State = { kind: 'scores'; pairs: Pair[][] } | { kind: 'counts'; positive: Float64Array[]; negative: Float64Array[]; positives: Float64Array; negatives: Float64Array };

/** Counts of negatives and positives that score at least as much as each threshold, from 0 on up. */
interface Curve { fp: number[]; tp: number[]; thresholds: number[]; positives: number; negatives: number }

const joined = (chunks: readonly Float64Array[]): Float64Array => {
  const all = new Float64Array(chunks.reduce((n, c) => n + c.length, 0));
  let at = 0;
  for (const chunk of chunks) { all.set(chunk, at); at += chunk.length; }
  return all;
};

/** From the highest score down; those that tie are one step. */
function exactCurve(chunks: readonly Pair[]): Curve {
  const positive = joined(chunks.map((c) => c.positive)).sort(), negative = joined(chunks.map((c) => c.negative)).sort();
  const curve: Curve = { fp: [0], tp: [0], thresholds: [Infinity], positives: positive.length, negatives: negative.length };
  let p = positive.length, n = negative.length;
  while (p > 0 || n > 0) {
    const threshold = Math.max(p > 0 ? positive[p - 1] : -Infinity, n > 0 ? negative[n - 1] : -Infinity);
    while (p > 0 && positive[p - 1] >= threshold) p--;
    while (n > 0 && negative[n - 1] >= threshold) n--;
    curve.tp.push(positive.length - p);
    curve.fp.push(negative.length - n);
    curve.thresholds.push(threshold);
  }
  return curve;
}

/** NaN where there is no positive or no negative: then there is no curve. */
function area({ fp, tp, positives, negatives }: Curve, maxFpr: number | null): number {
  if (positives === 0 || negatives === 0) return NaN;
  const limit = maxFpr === null ? negatives : maxFpr * negatives;
  let twice = 0;
  for (let i = 1; i < fp.length; i++) {
    if (fp[i - 1] >= limit) break;
    const right = Math.min(fp[i], limit);
    const top = fp[i] > limit ? tp[i - 1] + (tp[i] - tp[i - 1]) * (limit - fp[i - 1]) / (fp[i] - fp[i - 1]) : tp[i];
    twice += (right - fp[i - 1]) * (tp[i - 1] + top);
  }
  const whole = twice / 2 / positives / negatives;
  if (maxFpr === null || maxFpr === 1) return whole;
  const least = maxFpr ** 2 / 2;
  return (1 + (whole - least) / (maxFpr - least)) / 2;
}

function thresholdsOf(metric: object, given: unknown): Float64Array | null {
  if (given === null) return null;
  if (typeof given === 'number') {
    if (!Number.isSafeInteger(given) || given < 2 || given > 1e6) throw refuse(metric, `thresholds must be at least 2, but got ${given}`);
    return Float64Array.from({ length: given }, (_, i) => i / (given - 1));
  }
  const list = isTensor(given) ? doubles(given) : Array.isArray(given) ? Float64Array.from(given as number[]) : null;
  if (!list || list.some((x) => !(x >= 0 && x <= 1))) throw refuse(metric, 'thresholds must be null, a number of thresholds, or thresholds from 0 to 1');
  return list.sort();
}

abstract class CurveMetric extends Metric<State> {
  declare plan: Plan;
  declare thresholds: Float64Array | null;
  _settle(task: unknown, thresholds: unknown, numClasses: unknown, numLabels: unknown, ignore: unknown): void {
    this.plan = planOf(this, task, 0.5, numClasses, numLabels, ignore);
    this.thresholds = thresholdsOf(this, thresholds);
  }
  /** Each class against the rest; a single one for binary. */
  get _classes(): number { return this.plan.task === 'binary' ? 1 : this.plan.size; }
  _read(preds: Tensor, target: Tensor): State {
    const { plan, _classes: n } = this;
    checkTensors(this, preds, target);
    if (plan.task === 'multiclass') checkScores(this, plan, preds, target);
    else if (plan.task === 'multilabel') checkLabels(this, plan, preds, target);
    else checkSameShape(this, preds, target);
    if (!preds.isFloatingPoint()) throw refuse(this, `scores must be floating-point, but preds are ${preds.dtype}`, 'ERR_DTYPE');
    if (preds.isnan().any().item()) throw refuse(this, 'preds have NaN', 'ERR_NUMERIC');
    const truth = classes(this, 'target', target, plan.size === 2 || plan.task === 'multilabel' ? 2 : plan.size, plan.ignore);
    // In double: what differs only little must not tie after a sigmoid.
    const wide = preds.to('float64');
    const scores = doubles(!areLogits(wide) ? wide : plan.task === 'multiclass' ? wide.softmax(1) : wide.sigmoid());
    const inner = preds.shape.slice(2).reduce((a, b) => a * b, 1);
    const lists = Array.from({ length: n }, (): { positive: number[]; negative: number[] } => ({ positive: [], negative: [] }));
    scores.forEach((score, i) => {
      const c = n === 1 ? 0 : Math.floor(i / inner) % n;
      const t = truth[plan.task === 'multiclass' ? Math.floor(i / inner / n) * inner + i % inner : i];
      if (t !== plan.ignore) lists[c][t === (plan.task === 'multiclass' ? c : 1) ? 'positive' : 'negative'].push(score);
    });
    const pairs = lists.map(({ positive, negative }) => ({ positive: Float64Array.from(positive), negative: Float64Array.from(negative) }));
    const { thresholds } = this;
    if (thresholds === null) return { kind: 'scores', pairs: pairs.map((pair) => [pair]) };
    const reached = (list: Float64Array): Float64Array => {
      // Both as float32, which scores mostly are: else 0.7 is below 0.7.
      const sorted = Float32Array.from(list).sort(), counts = new Float64Array(thresholds.length);
      let i = 0;
      thresholds.forEach((threshold, k) => {
        while (i < sorted.length && sorted[i] < Math.fround(threshold)) i++;
        counts[k] = sorted.length - i;
      });
      return counts;
    };
    return {
      kind: 'counts', positive: pairs.map((p) => reached(p.positive)), negative: pairs.map((p) => reached(p.negative)),
      positives: Float64Array.from(pairs, (p) => p.positive.length), negatives: Float64Array.from(pairs, (p) => p.negative.length),
    };
  }
  _merge(a: State, b: State): State {
    if (a.kind === 'scores' && b.kind === 'scores') {
      b.pairs.forEach((chunks, c) => { a.pairs[c].push(...chunks); });
    } else if (a.kind === 'counts' && b.kind === 'counts') {
      for (const key of ['positive', 'negative'] as const) b[key].forEach((counts, c) => { counts.forEach((v, k) => { a[key][c][k] += v; }); });
      for (const key of ['positives', 'negatives'] as const) b[key].forEach((v, c) => { a[key][c] += v; });
    }
    return a;
  }
  _curves(state: State | null): Curve[] {
    return Array.from({ length: this._classes }, (_, c) => {
      if (state === null) return { fp: [0], tp: [0], thresholds: [Infinity], positives: 0, negatives: 0 };
      if (state.kind === 'scores') return exactCurve(state.pairs[c]);
      const fp = [...state.negative[c]].reverse(), tp = [...state.positive[c]].reverse();
      return { fp: [0, ...fp], tp: [0, ...tp], thresholds: [Infinity, ...[...this.thresholds!].reverse()], positives: state.positives[c], negatives: state.negatives[c] };
    });
  }
}

const areaSignature = signature('AUROC', 'task, thresholds=null, numClasses=null, numLabels=null, average="macro", maxFpr=null, ignoreIndex=null, validateArgs=true');

/**
 * The area under the receiver operating characteristic: how probable it is that what is of a class scores higher than what is not, ties counting
 * half. Scores are probabilities; others go through a sigmoid (multiclass: softmax over dim 1). With several classes each stands against the rest;
 * one of which there is none, or nothing else, has no area: NaN with average 'none', and left out of a mean.
 * https://lightning.ai/docs/torchmetrics/stable/classification/auroc.html
 *
 * @example
 * ```js
 * const m = new torsh.metrics.AUROC({ task: 'binary' });
 * m.update(torsh.tensor([0.1, 0.4, 0.35, 0.8]), torsh.tensor([0, 0, 1, 1]));
 * console.log(m.compute()); // tensor(0.7500)
 * ```
 */
export class AUROC extends CurveMetric {
  declare average: Average;
  declare maxFpr: number | null;
  constructor(...args: [options: AUROCOptions] | [task: TaskOptions['task'], ...rest: unknown[]]) {
    super();
    const [task, thresholds, numClasses, numLabels, average, maxFpr, ignore] = bind(areaSignature, args);
    this._settle(task, thresholds, numClasses, numLabels, ignore);
    this.average = checkAverage(this, average, this.plan.task === 'multilabel' ? ['micro', 'macro', 'weighted', 'none', null] : ['macro', 'weighted', 'none', null]);
    if (maxFpr !== null && !(typeof maxFpr === 'number' && maxFpr > 0 && maxFpr <= 1)) throw refuse(this, `maxFpr must be null or a number above 0 and up to 1, but got ${String(maxFpr)}`);
    if (maxFpr !== null && this.plan.task !== 'binary') throw refuse(this, `maxFpr needs the task 'binary', not '${this.plan.task}'`);
    this.maxFpr = maxFpr as number | null;
  }
  _value(state: State | null): Tensor {
    if (this.average === 'micro' && state?.kind === 'scores') return asResult(area(exactCurve(state.pairs.flat()), null));
    const curves = this._curves(state);
    if (this.average === 'micro') {
      const total = (key: 'fp' | 'tp'): number[] => curves[0][key].map((_, i) => curves.reduce((n, c) => n + c[key][i], 0));
      const count = (key: 'positives' | 'negatives'): number => curves.reduce((n, c) => n + c[key], 0);
      return asResult(area({ fp: total('fp'), tp: total('tp'), thresholds: [], positives: count('positives'), negatives: count('negatives') }, null));
    }
    const areas = curves.map((curve) => area(curve, this.maxFpr));
    if (this.plan.task === 'binary') return asResult(areas[0]);
    if (this.average === 'none' || this.average === null) return asResult(areas);
    const weights = areas.map((a, c) => (Number.isNaN(a) ? 0 : this.average === 'weighted' ? curves[c].positives : 1));
    const total = weights.reduce((a, b) => a + b, 0);
    return asResult(areas.reduce((s, a, c) => s + (weights[c] === 0 ? 0 : a * weights[c]), 0) / total);
  }
}

const curveSignature = signature('ROC', 'task, thresholds=null, numClasses=null, numLabels=null, average=null, ignoreIndex=null, validateArgs=true');
export type RocCurve = [fpr: Tensor, tpr: Tensor, thresholds: Tensor] & { fpr: Tensor; tpr: Tensor; thresholds: Tensor };

/** The curve itself: [fpr, tpr, thresholds], float32, from the highest threshold (infinity) down; an array of such for several classes. https://lightning.ai/docs/torchmetrics/stable/classification/roc.html */
export class ROC extends CurveMetric {
  constructor(...args: [options: CurveOptions] | [task: TaskOptions['task'], ...rest: unknown[]]) {
    super();
    const [task, thresholds, numClasses, numLabels, , ignore] = bind(curveSignature, args);
    this._settle(task, thresholds, numClasses, numLabels, ignore);
  }
  _value(): Tensor { throw refuse(this, 'has no single value', 'ERR_UNSUPPORTED'); }
  override _result(state: State | null): RocCurve | RocCurve[] {
    const made = this._curves(state).map(({ fp, tp, thresholds, positives, negatives }) => {
      const list = [fp.map((v) => v / negatives), tp.map((v) => v / positives), thresholds].map((v) => tensor(Float32Array.from(v)));
      ['fpr', 'tpr', 'thresholds'].forEach((name, i) => { Object.defineProperty(list, name, { value: list[i], enumerable: false }); });
      return list as RocCurve;
    });
    return this.plan.task === 'binary' ? made[0] : made;
  }
}
