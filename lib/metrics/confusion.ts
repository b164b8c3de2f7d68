/** The confusion matrix. */
import { bind, signature } from '../bind';
import { tensor, type Tensor } from '../tensor';
import { Metric, refuse } from './metric';
import { planOf, readLabels, type Plan, type TaskOptions } from './task';

export interface ConfusionMatrixOptions extends TaskOptions {
  /** Shares of the row ('true'), of the column ('pred') or of all instead of counts. */
  normalize?: 'true' | 'pred' | 'all' | 'none' | null;
}

const sig = signature('ConfusionMatrix', 'task, threshold=0.5, numClasses=null, numLabels=null, normalize=null, ignoreIndex=null, validateArgs=true');
/** Cells; more would not fit a 32-bit address space beside everything else. */
const MOST = 2 ** 26;

/**
 * How often class i (row) was taken for class j (column): int64 counts (C, C), or (L, 2, 2) for labels; with normalize float32 shares, 0 where
 * there is nothing to share. https://lightning.ai/docs/torchmetrics/stable/classification/confusion_matrix.html
 *
 * @example
 * ```js
 * const m = new torsh.metrics.ConfusionMatrix({ task: 'multiclass', numClasses: 3 });
 * m.update(torsh.tensor([0, 1, 2, 2]), torsh.tensor([0, 1, 1, 2])); // predictions, truth
 * console.log(m.compute());
 * // tensor([[1, 0, 0],
 * //         [0, 1, 1],
 * //         [0, 0, 1]])
 * ```
 */
export class ConfusionMatrix extends Metric<Float64Array> {
  declare plan: Plan;
  declare normalize: string | null;
  constructor(...args: [options: ConfusionMatrixOptions] | [task: TaskOptions['task'], ...rest: unknown[]]) {
    super();
    const [task, threshold, numClasses, numLabels, normalize, ignore] = bind(sig, args);
    this.plan = planOf(this, task, threshold, numClasses, numLabels, ignore);
    if (![null, 'none', 'true', 'pred', 'all'].includes(normalize as string | null)) {
      throw refuse(this, `normalize must be null, 'none', 'true', 'pred' or 'all', but got ${String(normalize)}`);
    }
    if (this.plan.size ** 2 > MOST) throw refuse(this, `a matrix of ${this.plan.size} x ${this.plan.size} is too large`, 'ERR_MEMORY');
    this.normalize = normalize === 'none' ? null : normalize as string | null;
  }
  get _blocks(): number { return this.plan.task === 'multilabel' ? this.plan.size : 1; }
  get _side(): number { return this.plan.task === 'multilabel' ? 2 : this.plan.size; }
  _read(preds: Tensor, target: Tensor): Float64Array {
    const labels = readLabels(this, this.plan, preds, target);
    const { _blocks: blocks, _side: side } = this;
    const cells = new Float64Array(blocks * side * side);
    labels.target.forEach((t, i) => {
      if (t === this.plan.ignore) return;
      const block = blocks === 1 ? 0 : Math.floor(i / labels.inner) % blocks;
      cells[(block * side + t) * side + labels.preds[i]]++;
    });
    return cells;
  }
  _merge(a: Float64Array, b: Float64Array): Float64Array {
    b.forEach((v, i) => { a[i] += v; });
    return a;
  }
  _value(state: Float64Array | null): Tensor {
    const { _blocks: blocks, _side: side, normalize } = this;
    const cells = state ?? new Float64Array(blocks * side * side);
    const shape = this.plan.task === 'multilabel' ? [blocks, side, side] : [side, side];
    if (normalize === null) return tensor(BigInt64Array.from(cells, BigInt)).reshape(shape);
    const group = (i: number): number => {
      const block = Math.floor(i / (side * side));
      return normalize === 'all' ? block : block * side + (normalize === 'true' ? Math.floor(i / side) % side : i % side);
    };
    const totals = new Float64Array(blocks * side);
    cells.forEach((v, i) => { totals[group(i)] += v; });
    return tensor(Float32Array.from(cells, (v, i) => (v === 0 ? 0 : v / totals[group(i)]))).reshape(shape);
  }
}
