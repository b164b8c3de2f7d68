/** What metrics share: state that batches add to, and reading predictions and targets. */
import { noGrad } from '../autograd';
import { TorshError, type ErrorCode } from '../errors';
import { tidy } from '../memory';
import { Module } from '../nn/module';
import { isTensor, tensor, type Tensor } from '../tensor';

export function refuse(metric: object | string, text: string, code: ErrorCode = 'ERR_ARGUMENT'): TorshError {
  const name = typeof metric === 'string' ? metric : metric.constructor.name;
  return new TorshError(code, name, `${name}: ${text}`);
}

/**
 * A number that is computed batch by batch. update(preds, target) takes a batch in, compute() gives the value over all of them, reset() starts
 * anew; a call, metric(preds, target), does update and gives the value of that batch alone. A batch that is refused changes nothing.
 * State lies outside of tensors: it survives tidy() and counts exactly. Names and arguments are those of torchmetrics
 * (https://lightning.ai/docs/torchmetrics). S: what is known of a batch, and of several.
 */
export abstract class Metric<S = any> extends Module {
  declare _state: S | null;
  declare _updates: number;
  constructor() {
    super();
    // Not fields of the module: states are no parameters, and are not saved with a model that holds the metric.
    Object.defineProperty(this, '_state', { value: null, writable: true, enumerable: false });
    Object.defineProperty(this, '_updates', { value: 0, writable: true, enumerable: false });
  }
  /** What a batch says; throws before anything is changed. */
  abstract _read(...batch: any[]): S;
  /** Both together; may change and return a. */
  abstract _merge(a: S, b: S): S;
  /** The value; null: nothing was seen. */
  abstract _value(state: S | null): Tensor;

  update(...batch: any[]): void { this._take(batch); }
  /** The value over all batches since the last reset(). */
  compute(): any { return this._result(this._state); }
  reset(): void {
    this._state = null;
    this._updates = 0;
  }
  /** update(), and the value of this batch alone: what metric(preds, target) does. */
  forward(...batch: any[]): any { return this._result(this._take(batch)); }
  /** Takes in what another metric of the same settings has seen. */
  mergeState(other: this): void {
    if (other._state === null) return;
    // A copy: the other one goes on counting in its own.
    const copy = structuredClone(other._state) as S;
    this._state = this._state === null ? copy : this._merge(this._state, copy);
    this._updates += other._updates;
  }
  get updateCount(): number { return this._updates; }

  /** Adds the batch; returns what it alone says. */
  _take(batch: unknown[]): S {
    let seen: S;
    tidy(() => { noGrad(() => { seen = this._read(...batch); }); });
    this._absorb(seen!);
    return seen!;
  }
  _absorb(seen: S): void {
    this._state = this._state === null ? seen : this._merge(this._state, seen);
    this._updates++;
  }
  _result(state: S | null): any { return noGrad(() => this._value(state)); }
}

/**
 * Several metrics over the same batches: compute() and a call give an object of their values. A batch that one of them refuses counts in none.
 *
 * @example
 * ```js
 * const { Accuracy, MetricCollection, Precision } = torsh.metrics;
 * const m = new MetricCollection({ accuracy: new Accuracy({ task: 'binary' }), precision: new Precision({ task: 'binary' }) });
 * m.update(torsh.tensor([1, 0, 1]), torsh.tensor([1, 0, 0]));
 * console.log(Object.keys(m.compute())); // [ 'accuracy', 'precision' ]
 * ```
 */
export class MetricCollection extends Metric<unknown[]> {
  declare metrics: Record<string, Metric>;
  declare prefix: string;
  declare postfix: string;
  /** metrics: an array (each is called by its class, with a small first letter) or an object of names and metrics. */
  constructor(metrics: readonly Metric[] | Record<string, Metric>, options: { prefix?: string; postfix?: string } = {}) {
    super();
    const given = Array.isArray(metrics) ? (metrics as readonly Metric[]).map((m) => [nameOf(m), m] as const) : Object.entries(metrics as Record<string, Metric>);
    for (const [name, metric] of given) {
      if (!isMetric(metric)) throw refuse('MetricCollection', `'${name}' must be a Metric`);
    }
    if (new Set(given.map(([name]) => name)).size !== given.length) throw refuse('MetricCollection', 'two metrics have the same name; give them as an object');
    this.metrics = Object.fromEntries(given);
    this.prefix = options.prefix ?? '';
    this.postfix = options.postfix ?? '';
  }
  _list(): Metric[] { return Object.values(this.metrics); }
  _named(value: (metric: Metric, i: number) => Tensor): Record<string, Tensor> {
    return Object.fromEntries(Object.entries(this.metrics).map(([name, metric], i) => [`${this.prefix}${name}${this.postfix}`, value(metric, i)]));
  }
  _read(...batch: any[]): unknown[] { return this._list().map((metric) => metric._read(...batch)); }
  _merge(a: unknown[]): unknown[] { return a; }
  _value(): Tensor { throw refuse('MetricCollection', 'has several values', 'ERR_UNSUPPORTED'); }
  override _absorb(seen: unknown[]): void {
    this._list().forEach((metric, i) => { metric._absorb(seen[i]); });
    this._updates++;
  }
  override _result(seen: unknown[]): Record<string, Tensor> { return this._named((metric, i) => metric._result(seen[i]) as Tensor); }
  override compute(): Record<string, Tensor> { return this._named((metric) => metric.compute() as Tensor); }
  override mergeState(other: this): void { for (const [name, metric] of Object.entries(this.metrics)) metric.mergeState(other.metrics[name]); }
  override reset(): void {
    for (const metric of this._list()) metric.reset();
    super.reset();
  }
}

/** 'accuracy', 'auroc', 'meanSquaredError'. */
const nameOf = (metric: unknown): string => {
  const name = (metric as object | null)?.constructor?.name ?? String(metric);
  return /^[A-Z0-9]+$/.test(name) ? name.toLowerCase() : name[0].toLowerCase() + name.slice(1);
};

export const isMetric = (x: unknown): x is Metric => (typeof x === 'object' || typeof x === 'function') && x !== null && x instanceof Metric;

export type Numbers = Float32Array | Float64Array;

export function checkTensors(metric: object, preds: unknown, target: unknown): asserts preds is Tensor {
  for (const [name, x] of [['preds', preds], ['target', target]] as const) {
    if (!isTensor(x)) throw refuse(metric, `${name} must be a Tensor, not ${x === null ? 'null' : typeof x}`);
  }
}

export const shapeText = (t: Tensor): string => `[${t.shape.join(', ')}]`;
export function checkSameShape(metric: object, preds: Tensor, target: Tensor): void {
  if (String(preds.shape) !== String(target.shape)) {
    throw refuse(metric, `preds and target must have the same shape, but got ${shapeText(preds)} and ${shapeText(target)}`, 'ERR_SHAPE');
  }
}

/** Elements as doubles, row-major. */
export const doubles = (t: Tensor): Float64Array => t.detach().to('float64').toTypedArray() as Float64Array;

/** Class numbers: whole, from 0 to n - 1, or the one to ignore. */
export function classes(metric: object, what: string, t: Tensor, n: number, ignore: number | null): Float64Array {
  if (t.isComplex()) throw refuse(metric, `${what} must hold class numbers, but is ${t.dtype}`, 'ERR_DTYPE');
  const values = doubles(t);
  for (const v of values) {
    if (v === ignore || (Number.isInteger(v) && v >= 0 && v < n)) continue;
    throw refuse(metric, `${what} must hold class numbers from 0 to ${n - 1}${ignore === null ? '' : ` (or ${ignore}, which is ignored)`}, but has ${v}`);
  }
  return values;
}

/** Whether scores are not probabilities yet. */
export const areLogits = (t: Tensor): boolean => t.numel() > 0 && !(t.ge(0).logicalAnd(t.le(1)).all().item() as boolean);

/** One value as a 0-d tensor, several as a 1-d one. */
export const asResult = (value: number | ArrayLike<number>): Tensor => tensor(typeof value === 'number' ? value : Array.from(value), { dtype: 'float32' });
