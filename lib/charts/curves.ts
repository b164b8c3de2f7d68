/** ROC curves, and what the learning rate range test found. */
import { TorshError } from '../errors';
import { isTensor } from '../tensor';
import { Chart, type ChartOptions } from './chart';
import { inkOf, palette, type Json } from './theme';

export interface RocCurveOptions extends ChartOptions {
  /** Names of the curves. */
  labels?: readonly string[] | null;
  width?: number;
}

const listOf = (x: unknown): number[] | null => (isTensor(x) && x.ndim === 1 ? x.tolist() as number[] : Array.isArray(x) && x.every((v) => typeof v === 'number') ? x as number[] : null);

/** Curves as metrics.ROC gives them: [fpr, tpr, ...], or an array of such. */
export function rocCurve(curves: readonly unknown[], options: RocCurveOptions = {}): Chart {
  const refuse = (text: string): TorshError => new TorshError('ERR_ARGUMENT', 'rocCurve', `rocCurve: ${text}`);
  const several = (Array.isArray(curves) && listOf(curves[0]) === null ? curves : [curves]) as unknown[][];
  const { labels = null, width = 320 } = options;
  if (labels !== null && labels.length !== several.length) throw refuse(`needs ${several.length} labels, but got ${labels.length}`);
  const ends = several.map((curve, i) => {
    const [fpr, tpr] = [listOf(curve?.[0]), listOf(curve?.[1])];
    if (fpr === null || tpr === null || fpr.length !== tpr.length || fpr.length < 2) throw refuse('takes [fpr, tpr], two tensors or arrays of one length, or an array of such');
    let area = 0;
    for (let k = 1; k < fpr.length; k++) area += (fpr[k] - fpr[k - 1]) * (tpr[k] + tpr[k - 1]) / 2;
    // A class that does not occur has no curve.
    const drawn = Number.isFinite(area);
    return { name: `${labels?.[i] ?? (several.length > 1 ? `class ${i}` : 'AUC')}  ${drawn ? area.toFixed(3) : 'none'}`, fpr, tpr, drawn };
  });
  const rows = ends.flatMap(({ name, fpr, tpr, drawn }) => (drawn ? fpr.map((x, k) => ({ name, fpr: x, tpr: tpr[k], k })) : []));
  const ink = inkOf(options.theme ?? 'light');
  const axis = (title: string): Json => ({ title, tickCount: 5, grid: true, format: '.1f' });
  const x = { field: 'fpr', type: 'quantitative', scale: { domain: [0, 1] }, axis: axis('false positive rate') }, y = { field: 'tpr', type: 'quantitative', scale: { domain: [0, 1] }, axis: axis('true positive rate') };
  return new Chart(rows, {
    width, height: width,
    layer: [
      { data: { values: [{ fpr: 0, tpr: 0 }, { fpr: 1, tpr: 1 }] }, mark: { type: 'line', strokeDash: [4, 4], strokeWidth: 1.25, color: ink.muted }, encoding: { x, y } },
      {
        mark: { type: 'line', interpolate: 'linear', tooltip: true },
        encoding: { x, y, order: { field: 'k', type: 'quantitative' }, color: { field: 'name', type: 'nominal', sort: ends.map((e) => e.name), scale: { range: palette }, legend: { orient: 'bottom-right', direction: 'vertical', offset: 10 } } },
      },
    ],
  }, { title: 'ROC', ...options });
}

interface Finder { results: { lr: readonly number[]; loss: readonly number[] }; suggestion(): number | null }
export interface LrCurveOptions extends ChartOptions { width?: number; height?: number }

/** The losses of a train.LrFinder over the learning rate, and its suggestion. */
export function lrCurve(finder: Finder, options: LrCurveOptions = {}): Chart {
  const lr = finder?.results?.lr, loss = finder?.results?.loss;
  if (!Array.isArray(lr) || !Array.isArray(loss) || lr.length === 0) throw new TorshError('ERR_ARGUMENT', 'lrCurve', 'lrCurve: takes a train.LrFinder that has been run');
  const found = finder.suggestion(), { width = 420, height = 240 } = options, ink = inkOf(options.theme ?? 'light');
  const rows = lr.map((rate: number, i: number) => ({ lr: rate, loss: loss[i], found: rate === found }));
  const x = { field: 'lr', type: 'quantitative', scale: { type: 'log', nice: false }, axis: { title: 'learning rate', format: '.0e', tickCount: 8, labelOverlap: 'greedy' } };
  const y = { field: 'loss', type: 'quantitative', scale: { zero: false }, axis: { title: 'smoothed loss' } };
  return new Chart(rows, {
    width, height,
    layer: [
      { mark: { type: 'line', color: palette[0], tooltip: true }, encoding: { x, y } },
      { transform: [{ filter: 'datum.found' }], layer: [
        { mark: { type: 'rule', strokeDash: [4, 4], color: ink.muted, strokeWidth: 1.25 }, encoding: { x } },
        { mark: { type: 'point', filled: true, size: 110, color: palette[1], opacity: 1 }, encoding: { x, y } },
        { mark: { type: 'text', dx: 10, dy: -12, align: 'left', fontWeight: 600 }, encoding: { x, y, text: { field: 'lr', type: 'quantitative', format: '.2e' }, color: { value: ink.ink } } },
      ] },
    ],
  }, { title: 'Learning rate range test', ...(found === null ? {} : { subtitle: 'the loss falls fastest at the point' }), ...options });
}
