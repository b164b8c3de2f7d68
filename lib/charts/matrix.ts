/** Confusion matrices. */
import { TorshError } from '../errors';
import { isTensor } from '../tensor';
import { Chart, type ChartOptions } from './chart';
import { inkOf, type Json } from './theme';

export interface ConfusionMatrixOptions extends ChartOptions {
  /** Names of the classes. */
  labels?: readonly string[] | null;
  /** Cells show their share of the row instead of their number. */
  normalize?: boolean;
  /** Width and height of a cell. */
  cell?: number | null;
}

const refuse = (text: string): TorshError => new TorshError('ERR_ARGUMENT', 'confusionMatrix', `confusionMatrix: ${text}`);
const MOST = 200;

function valuesOf(matrix: unknown): number[][] {
  const rows: unknown = isTensor(matrix) ? matrix.detach().to('float64').tolist() : matrix;
  if (!Array.isArray(rows) || rows.length === 0 || rows.some((row) => !Array.isArray(row) || row.length !== rows.length || row.some((v) => typeof v !== 'number' || !(v >= 0)))) {
    throw refuse('takes a square matrix of counts, a tensor (C, C) or nested arrays');
  }
  if (rows.length > MOST) throw refuse(`${rows.length} classes are too many to draw (${MOST} at most)`);
  return rows as number[][];
}

/** A heat map: rows are what is true, columns what was said, colours the share of the row. */
export class MatrixChart extends Chart {
  private names: readonly string[] = [];
  constructor(matrix: unknown, private readonly settings: ConfusionMatrixOptions) {
    super([], {}, settings);
    this.fill(matrix);
  }
  /** Shows another matrix. Resolves when it is drawn. */
  update(matrix: unknown): Promise<void> {
    const before = this.names.length;
    this.fill(matrix);
    return this.change(this.rows, null, this.names.length !== before || this.options.subtitle === undefined);
  }
  private fill(matrix: unknown): void {
    const values = valuesOf(matrix), { labels = null, normalize = false, cell = null } = this.settings, n = values.length;
    if (labels !== null && (!Array.isArray(labels) || labels.length !== n)) throw refuse(`needs ${n} labels, but got ${Array.isArray(labels) ? labels.length : String(labels)}`);
    this.names = labels?.map(String) ?? values.map((_, i) => String(i));
    const counts = values.flat().every(Number.isInteger) && !normalize;
    this.rows = values.flatMap((row, i) => {
      const sum = row.reduce((a, b) => a + b, 0);
      return row.map((v, j) => ({ actual: this.names[i], predicted: this.names[j], value: v, share: sum === 0 ? 0 : v / sum, right: i === j }));
    });
    const total = values.flat().reduce((a, b) => a + b, 0), right = values.reduce((s, row, i) => s + row[i], 0);
    const size = cell ?? (n <= 4 ? 76 : n <= 7 ? 56 : n <= 12 ? 44 : n <= 24 ? 32 : Math.max(6, Math.floor(560 / n)));
    const ink = inkOf(this.options.theme ?? 'light'), dark = this.options.theme === 'dark';
    const long = Math.max(...this.names.map((name) => name.length)) > size / 7;
    const axis = (title: string, extra: Json): Json => ({ title, ticks: false, domain: false, grid: false, labelOverlap: n > 24 ? 'greedy' : false, labelLimit: 140, ...extra });
    const encoding = { x: { field: 'predicted', type: 'nominal', sort: [...this.names], axis: axis('predicted', { orient: 'top', labelAngle: long ? -45 : 0, labelAlign: long ? 'left' : 'center' }) }, y: { field: 'actual', type: 'nominal', sort: [...this.names], axis: axis('actual', { titleAngle: -90 }) } };
    const heading = this.options.title ?? 'Confusion matrix', sub = this.options.subtitle ?? `${total > 0 ? (100 * right / total).toFixed(1) : '0.0'} % on the diagonal${counts ? `, ${total.toLocaleString('en-US')} samples` : ''}`;
    this.body = {
      title: { text: heading, subtitle: sub },
      width: { step: size }, height: { step: size },
      layer: [
        {
          mark: { type: 'rect', stroke: this.options.background ?? ink.background, strokeWidth: size >= 14 ? 2 : 0, cornerRadius: size >= 28 ? 4 : 0, tooltip: true },
          encoding: {
            ...encoding, color: { field: 'share', type: 'quantitative', scale: { domain: [0, 1], range: ink.ramp }, legend: null },
            tooltip: [{ field: 'actual' }, { field: 'predicted' }, { field: 'value', title: counts ? 'samples' : 'value', format: counts ? ',' : '.3~g' }, { field: 'share', title: 'of the row', format: '.1%' }],
          },
        },
        ...(size < 20 ? [] : [{
          transform: [{ filter: 'datum.value > 0' }],
          mark: { type: 'text', fontSize: Math.min(13, Math.max(9, Math.floor(size / 3.4))), baseline: 'middle' },
          encoding: {
            ...encoding, text: { field: counts ? 'value' : 'share', type: 'quantitative', format: counts ? ',' : '.0%' },
            color: { condition: { test: dark ? 'datum.share > 0.8' : 'datum.share > 0.45', value: dark ? '#14171f' : '#ffffff' }, value: ink.ink },
          },
        }]),
      ],
    };
  }
}
