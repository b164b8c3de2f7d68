/** Metrics of numbers: errors and the coefficient of determination; and perplexity. */
import { bind, signature } from '../bind';
import type { Tensor } from '../tensor';
import { functional as F } from '../nn/functional';
import { asResult, checkSameShape, checkTensors, classes, Metric, refuse, shapeText } from './metric';

interface Sums { sums: Float64Array; n: number }

/** preds and target as doubles (N, outputs). */
function columns(metric: object, preds: Tensor, target: Tensor, outputs: number): [Tensor, Tensor] {
  checkTensors(metric, preds, target);
  checkSameShape(metric, preds, target);
  if (outputs > 1 && (preds.ndim !== 2 || preds.shape[1] !== outputs)) throw refuse(metric, `preds and target must be (N, ${outputs}), but got ${shapeText(preds)}`, 'ERR_SHAPE');
  if (preds.isComplex() || target.isComplex()) throw refuse(metric, 'takes no complex numbers', 'ERR_DTYPE');
  return [preds, target].map((t) => t.to('float64').reshape([-1, outputs])) as [Tensor, Tensor];
}

function outputsOf(metric: object, n: unknown): number {
  if (!Number.isSafeInteger(n) || (n as number) < 1) throw refuse(metric, `numOutputs must be an integer of at least 1, but got ${String(n)}`);
  return n as number;
}

abstract class MeanError extends Metric<Sums> {
  declare numOutputs: number;
  abstract _errors(difference: Tensor, target: Tensor): Tensor;
  _finish(mean: number): number { return mean; }
  _read(preds: Tensor, target: Tensor): Sums {
    const [p, t] = columns(this, preds, target, this.numOutputs);
    return { sums: this._errors(p.sub(t), t).sum(0).toTypedArray() as Float64Array, n: p.shape[0] };
  }
  _merge(a: Sums, b: Sums): Sums {
    b.sums.forEach((v, i) => { a.sums[i] += v; });
    a.n += b.n;
    return a;
  }
  _value(state: Sums | null): Tensor {
    const means = Array.from({ length: this.numOutputs }, (_, i) => (state === null ? NaN : this._finish(state.sums[i] / state.n)));
    return asResult(this.numOutputs === 1 ? means[0] : means);
  }
}

const sigs = {
  squared: signature('MeanSquaredError', 'squared=true, numOutputs=1'),
  absolute: signature('MeanAbsoluteError', 'numOutputs=1'),
  percentage: signature('MeanAbsolutePercentageError', ''),
  r2: signature('R2Score', 'adjusted=0, multioutput="uniform_average"'),
  perplexity: signature('Perplexity', 'ignoreIndex=null'),
};

/**
 * The mean of (preds - target)^2, or (squared: false) its root; with numOutputs one for each column of (N, numOutputs). https://lightning.ai/docs/torchmetrics/stable/regression/mean_squared_error.html
 *
 * @example
 * ```js
 * const m = new torsh.metrics.MeanSquaredError();
 * m.update(torsh.tensor([1, 2]), torsh.tensor([1, 4]));
 * console.log(m.compute()); // tensor(2.)
 * ```
 */
export class MeanSquaredError extends MeanError {
  declare squared: boolean;
  constructor(...args: [] | [options: { squared?: boolean; numOutputs?: number }] | [squared: boolean, numOutputs?: number]) {
    super();
    const [squared, outputs] = bind(sigs.squared, args);
    if (typeof squared !== 'boolean') throw refuse(this, `squared must be a boolean, but got ${String(squared)}`);
    this.squared = squared;
    this.numOutputs = outputsOf(this, outputs);
  }
  _errors(difference: Tensor): Tensor { return difference.mul(difference); }
  override _finish(mean: number): number { return this.squared ? mean : Math.sqrt(mean); }
}

/**
 * The mean of |preds - target|. https://lightning.ai/docs/torchmetrics/stable/regression/mean_absolute_error.html
 *
 * @example
 * ```js
 * const m = new torsh.metrics.MeanAbsoluteError();
 * m.update(torsh.tensor([1, 2]), torsh.tensor([1, 4]));
 * console.log(m.compute()); // tensor(1.)
 * ```
 */
export class MeanAbsoluteError extends MeanError {
  constructor(...args: [] | [options: { numOutputs?: number }] | [numOutputs: number]) {
    super();
    this.numOutputs = outputsOf(this, bind(sigs.absolute, args)[0]);
  }
  _errors(difference: Tensor): Tensor { return difference.abs(); }
}

/** The mean of |preds - target| / |target|, the divisor being at least 1.17e-6. https://lightning.ai/docs/torchmetrics/stable/regression/mean_absolute_percentage_error.html */
export class MeanAbsolutePercentageError extends MeanError {
  constructor() {
    super();
    this.numOutputs = 1;
  }
  _errors(difference: Tensor, target: Tensor): Tensor { return difference.abs().div(target.abs().clampMin(1.17e-6)); }
}

/** For each column: how many, the mean, squared deviations from it, and squared errors. */
interface Spread { n: number; mean: Float64Array; deviations: Float64Array; errors: Float64Array }

/**
 * How much of the variance of target preds explain: 1 is all of it, 0 as much as its mean does. Several columns (N, outputs) are taken together:
 * 'uniform_average', 'variance_weighted', or 'raw_values' for each. A target that does not vary gives 1 when it is met, else 0. adjusted: the
 * number of independent regressors. Errors: fewer than two samples. https://lightning.ai/docs/torchmetrics/stable/regression/r2_score.html
 *
 * @example
 * ```js
 * const m = new torsh.metrics.R2Score();
 * m.update(torsh.tensor([2.5, 0, 2, 8]), torsh.tensor([3, -0.5, 2, 7]));
 * console.log(m.compute()); // tensor(0.9486)
 * ```
 */
export class R2Score extends Metric<Spread> {
  declare adjusted: number;
  declare multioutput: string;
  constructor(...args: [] | [options: { adjusted?: number; multioutput?: 'uniform_average' | 'raw_values' | 'variance_weighted' }] | [adjusted: number, multioutput?: string]) {
    super();
    const [adjusted, multioutput] = bind(sigs.r2, args) as [number, string];
    if (!Number.isSafeInteger(adjusted) || adjusted < 0) throw refuse(this, `adjusted must be an integer of at least 0, but got ${String(adjusted)}`);
    if (!['uniform_average', 'raw_values', 'variance_weighted'].includes(multioutput)) {
      throw refuse(this, `multioutput must be 'uniform_average', 'raw_values' or 'variance_weighted', but got ${String(multioutput)}`);
    }
    this.adjusted = adjusted;
    this.multioutput = multioutput;
  }
  _read(preds: Tensor, target: Tensor): Spread {
    checkTensors(this, preds, target);
    if (preds.ndim > 2) throw refuse(this, `preds and target must be (N,) or (N, outputs), but got ${shapeText(preds)}`, 'ERR_SHAPE');
    const [p, t] = columns(this, preds, target, preds.ndim === 2 ? preds.shape[1] : 1);
    if (this._state !== null && this._state.mean.length !== p.shape[1]) throw refuse(this, `expected ${this._state.mean.length} outputs as before, but got ${p.shape[1]}`, 'ERR_SHAPE');
    const mean = t.mean(0);
    const [m, deviations, errors] = [mean, t.sub(mean).pow(2).sum(0), p.sub(t).pow(2).sum(0)].map((x) => x.toTypedArray() as Float64Array);
    return { n: t.shape[0], mean: m, deviations, errors };
  }
  // Means and deviations of both parts give those of the whole without loss, as sums of squares would not.
  _merge(a: Spread, b: Spread): Spread {
    if (b.n === 0) return a;
    const n = a.n + b.n;
    b.mean.forEach((mean, i) => {
      const shift = mean - a.mean[i];
      a.deviations[i] += b.deviations[i] + (a.n === 0 ? 0 : shift * shift * a.n * b.n / n);
      a.mean[i] = a.n === 0 ? mean : a.mean[i] + shift * b.n / n;
      a.errors[i] += b.errors[i];
    });
    a.n = n;
    return a;
  }
  _value(state: Spread | null): Tensor {
    const n = state?.n ?? 0;
    if (state === null || n < 2) throw refuse(this, `needs at least two samples to calculate the score, but has ${n}`);
    if (this.adjusted > 0 && this.adjusted >= n - 1) throw refuse(this, `adjusted is for fewer regressors than samples - 1, but there are ${this.adjusted} and ${n} samples`);
    // What rounding alone leaves is no variance.
    const total = state.deviations.map((v, i) => (v <= 1e-24 * n * state.mean[i] ** 2 ? 0 : v));
    const scores = Array.from(total, (v, i) => (v === 0 ? (state.errors[i] === 0 ? 1 : 0) : 1 - state.errors[i] / v));
    const all = total.reduce((a, b) => a + b, 0);
    const adjust = (score: number): number => (this.adjusted === 0 ? score : 1 - (1 - score) * (n - 1) / (n - this.adjusted - 1));
    if (this.multioutput === 'raw_values') return asResult(scores.map(adjust));
    const weights = scores.map((_, i) => (this.multioutput === 'variance_weighted' && all > 0 ? total[i] / all : 1 / scores.length));
    return asResult(adjust(scores.reduce((s, v, i) => s + v * weights[i], 0)));
  }
}

/**
 * exp of the mean negative log probability of the target tokens: preds are logits (batch, length, vocabulary), target (batch, length).
 * https://lightning.ai/docs/torchmetrics/stable/text/perplexity.html
 *
 * @example
 * ```js
 * const m = new torsh.metrics.Perplexity();
 * m.update(torsh.zeros(1, 3, 4), torsh.tensor([[0, 1, 2]]));
 * console.log(m.compute()); // tensor(4.)
 * ```
 */
export class Perplexity extends Metric<{ total: number; n: number }> {
  declare ignoreIndex: number | null;
  constructor(...args: [] | [options: { ignoreIndex?: number | null }] | [ignoreIndex: number | null]) {
    super();
    const [ignore] = bind(sigs.perplexity, args);
    if (ignore !== null && !Number.isSafeInteger(ignore)) throw refuse(this, `ignoreIndex must be null or an integer, but got ${String(ignore)}`);
    this.ignoreIndex = ignore as number | null;
  }
  _read(preds: Tensor, target: Tensor): { total: number; n: number } {
    checkTensors(this, preds, target);
    if (preds.ndim !== 3 || target.ndim !== 2 || String(preds.shape.slice(0, 2)) !== String(target.shape)) {
      throw refuse(this, `preds must be (batch, length, vocabulary) and target (batch, length), but got ${shapeText(preds)} and ${shapeText(target)}`, 'ERR_SHAPE');
    }
    if (!preds.isFloatingPoint()) throw refuse(this, `preds must be floating-point, but are ${preds.dtype}`, 'ERR_DTYPE');
    const ignore = this.ignoreIndex;
    const n = classes(this, 'target', target, preds.shape[2], ignore).reduce((count, t) => count + (t === ignore ? 0 : 1), 0);
    if (n === 0) return { total: 0, n };
    const logits = preds.dtype === 'float64' ? preds : preds.to('float32');
    const total = F.crossEntropy(logits.reshape([-1, preds.shape[2]]), target.to('int64').flatten(), { reduction: 'sum', ...(ignore === null ? {} : { ignoreIndex: ignore }) }).item() as number;
    return { total, n };
  }
  _merge(a: { total: number; n: number }, b: { total: number; n: number }): { total: number; n: number } {
    return { total: a.total + b.total, n: a.n + b.n };
  }
  _value(state: { total: number; n: number } | null): Tensor { return asResult(state === null ? NaN : Math.exp(state.total / state.n)); }
}
