/** Values gathered over batches: their mean, sum, extremes. */
import { isTensor, type Tensor } from '../tensor';
import { asResult, doubles, Metric, refuse } from './metric';

type Value = number | readonly number[] | Tensor;

function numbers(metric: object, what: string, x: unknown): number[] {
  if (typeof x === 'number') return [x];
  if (isTensor(x) && !x.isComplex()) return [...doubles(x)];
  if (Array.isArray(x) && x.every((v) => typeof v === 'number')) return x as number[];
  throw refuse(metric, `${what} must be a number, an array of numbers or a tensor, not ${x === null ? 'null' : typeof x}`);
}

/**
 * The mean of values, each with a weight: update(value, weight = 1). https://lightning.ai/docs/torchmetrics/stable/aggregation.html
 *
 * @example
 * ```js
 * const m = new torsh.metrics.MeanMetric();
 * m.update(1);
 * m.update(3);
 * console.log(m.compute()); // tensor(2.)
 * ```
 */
export class MeanMetric extends Metric<{ sum: number; weight: number }> {
  override update(value: Value, weight: Value = 1): void { super.update(value, weight); }
  override forward(value: Value, weight: Value = 1): any { return super.forward(value, weight); }
  _read(value: Value, weight: Value = 1): { sum: number; weight: number } {
    const values = numbers(this, 'value', value), weights = numbers(this, 'weight', weight);
    if (weights.length !== 1 && weights.length !== values.length) throw refuse(this, `needs one weight or ${values.length}, but got ${weights.length}`, 'ERR_SHAPE');
    const at = (i: number): number => weights[weights.length === 1 ? 0 : i];
    return { sum: values.reduce((s, v, i) => s + v * at(i), 0), weight: values.reduce((s, _, i) => s + at(i), 0) };
  }
  _merge(a: { sum: number; weight: number }, b: { sum: number; weight: number }): { sum: number; weight: number } {
    return { sum: a.sum + b.sum, weight: a.weight + b.weight };
  }
  _value(state: { sum: number; weight: number } | null): Tensor { return asResult(state === null ? NaN : state.sum / state.weight); }
}

abstract class Fold extends Metric<number> {
  /** The value of nothing. */
  abstract get _start(): number;
  _read(value: Value): number { return numbers(this, 'value', value).reduce((a, b) => this._merge(a, b), this._start); }
  _value(state: number | null): Tensor { return asResult(state ?? this._start); }
}

export class SumMetric extends Fold {
  get _start(): number { return 0; }
  _merge(a: number, b: number): number { return a + b; }
}
export class MaxMetric extends Fold {
  get _start(): number { return -Infinity; }
  _merge(a: number, b: number): number { return Math.max(a, b); }
}
export class MinMetric extends Fold {
  get _start(): number { return Infinity; }
  _merge(a: number, b: number): number { return Math.min(a, b); }
}
