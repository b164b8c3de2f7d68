/** Curves of a training: losses and metrics, training beside validation. */
import { TorshError } from '../errors';
import { isTensor } from '../tensor';
import { Chart, type ChartOptions } from './chart';
import { heading, inkOf, palette, type Json } from './theme';

export interface LossCurveOptions extends ChartOptions {
  /** Of each panel. */
  width?: number;
  height?: number;
  /** The field that runs along: 'epoch', or 'step'; where there is neither, rows are counted. */
  x?: string;
  /** Fields that are shown; by default all numbers but epoch, step and lr. */
  series?: readonly string[] | null;
  /** A logarithmic scale for losses. */
  logScale?: boolean;
  /** From 0 to 1: shows an exponential mean of so much memory, with what it is of behind it. */
  smooth?: number;
}

type Row = Record<string, number>;
interface Run { epoch: number; step: number; logs: Row }

const refuse = (text: string): TorshError => new TorshError('ERR_ARGUMENT', 'lossCurve', `lossCurve: ${text}`);
const isValidation = (name: string): boolean => /^val(_|(?=[A-Z]))/.test(name);
/** 'valLoss' belongs to the panel 'loss'. */
function panelOf(name: string): string {
  if (!isValidation(name)) return name;
  const rest = name.replace(/^val_?/, '');
  return rest[0].toLowerCase() + rest.slice(1);
}
/** Where less is better. */
const isLoss = (panel: string): boolean => /loss|error|perplexity|mse|mae/i.test(panel);

function rowsOf(history: unknown): Row[] {
  const list = Array.isArray(history) ? history as unknown[] : (history as { history?: unknown } | null)?.history ?? history;
  if (Array.isArray(list)) {
    if (list.every((v) => typeof v === 'number')) return list.map((loss) => ({ loss }));
    if (list.some((row) => typeof row !== 'object' || row === null || isTensor(row))) throw refuse('takes what fit() gives, rows { epoch, loss, valLoss, ... }, numbers, or { loss: [...], valLoss: [...] }');
    return list.map((row) => Object.fromEntries(Object.entries(row as object).filter(([, v]) => typeof v === 'number')) as Row);
  }
  if (typeof list !== 'object' || list === null) throw refuse('takes what fit() gives, rows { epoch, loss, valLoss, ... }, numbers, or { loss: [...], valLoss: [...] }');
  const columns = Object.entries(list).map(([name, values]) => [name, isTensor(values) ? values.tolist() as number[] : values] as const);
  if (columns.some(([, values]) => !Array.isArray(values))) throw refuse('the columns of an object must be arrays or tensors');
  const length = Math.max(0, ...columns.map(([, values]) => (values as number[]).length));
  return Array.from({ length }, (_, i) => Object.fromEntries(columns.filter(([, values]) => (values as number[])[i] !== undefined).map(([name, values]) => [name, (values as number[])[i]])));
}

/** Where along the panel a value lies. */
const place = '(datum.last === datum.first ? 0.5 : (datum.x - datum.first) / (datum.last - datum.first))';
/** Lines at 1, 2 and 5 of each power of ten, those of the powers strongest. */
const digit = 'round(datum.value / pow(10, floor(log(datum.value) / LN10 + 1e-9)))';
const logAxis: Json = {
  labelExpr: `indexof([1, 2, 5], ${digit}) >= 0 ? datum.label : ''`,
  gridOpacity: { condition: { test: `${digit} === 1`, value: 1 }, value: 0.35 },
};

/** Loss curves that grow: push(logs) adds a row. It is a callback of train.fit() too, which pushes after each epoch. */
export class LossCurve extends Chart {
  private readonly history: Row[] = [];
  private readonly means = new Map<string, number>();
  private panels: string[] = [];
  private readonly settings: Required<Omit<LossCurveOptions, keyof ChartOptions>>;

  constructor(history: unknown, options: LossCurveOptions) {
    super([], {}, options);
    const { width = 320, height = 220, x = 'epoch', series = null, logScale = false, smooth = 0 } = options;
    if (!(typeof smooth === 'number' && smooth >= 0 && smooth < 1)) throw refuse(`smooth must be from 0 to below 1, but got ${String(smooth)}`);
    this.settings = { width, height, x, series, logScale, smooth };
    for (const row of rowsOf(history)) this.add(row);
    this.body = this.bodyNow();
  }

  /** Adds a row, { epoch, loss, valLoss, ... }; where the chart is mounted, it follows. Resolves when it is drawn. */
  push(logs: Row): Promise<void> {
    const before = this.panels.length, many = this.history.length;
    const added = this.add(logs);
    this.body = this.bodyNow();
    // Points stand out while they are few.
    return this.change(this.rows, added, this.panels.length !== before || many < 2 || many === FEW);
  }
  onEpochEnd(run: Run): Promise<void> { return this.push({ epoch: run.epoch, step: run.step, ...run.logs }); }

  private add(row: Row): Json[] {
    const { x, series, smooth } = this.settings;
    const at = row[x] ?? row.epoch ?? row.step ?? this.history.length + 1;
    const added: Json[] = [];
    for (const [name, value] of Object.entries(row)) {
      if (series === null ? ['epoch', 'step', 'lr', x].includes(name) : !series.includes(name)) continue;
      const panel = panelOf(name), before = this.means.get(name) ?? value;
      const mean = Number.isFinite(value) ? smooth * before + (1 - smooth) * value : before;
      this.means.set(name, mean);
      if (!this.panels.includes(panel)) this.panels.push(panel);
      // JSON has no NaN: a gap.
      added.push({ x: at, panel, series: isValidation(name) ? 'validation' : 'training', raw: Number.isFinite(value) ? value : null, value: Number.isFinite(mean) && Number.isFinite(value) ? mean : null });
    }
    this.history.push(row);
    this.rows.push(...added);
    return added;
  }

  private bodyNow(): Json {
    const { width, height, x, logScale, smooth } = this.settings, ink = inkOf(this.options.theme ?? 'light');
    const { background } = this.options, paper = background && background !== 'transparent' ? background : ink.background;
    const both = new Set(this.rows.map((row) => row.series)).size > 1, whole = this.history.every((row) => Number.isInteger(row[x] ?? 1));
    const colour = { field: 'series', type: 'nominal', scale: { domain: ['training', 'validation'], range: [palette[0], palette[1]] }, legend: null as Json | null };
    const along = { field: 'x', type: 'quantitative', title: this.history.some((row) => x in row) ? x : 'step', scale: { nice: false, zero: false }, axis: { ...(whole ? { format: 'd', tickMinStep: 1 } : {}), tickCount: 6 } };
    const few = this.history.length <= FEW;
    const judged = smooth > 0 ? 'value' : 'raw';
    const panel = (name: string, i: number): Json => {
      const log = logScale && isLoss(name);
      const y = { type: 'quantitative', title: null, scale: { zero: false, nice: !log, ...(log ? { type: 'log' } : {}) }, ...(log ? { axis: logAxis } : this.history.length < 2 ? { axis: { format: '.4~g' } } : {}) };
      const best = isLoss(name) ? 'min' : 'max';
      // Where curves leave room; one stands for all panels.
      const keyed = { ...colour, legend: both && i === 0 ? { orient: best === 'min' ? 'top-right' : 'bottom-right', direction: 'vertical', offset: 4 } : null };
      const label = { x: along, y: { ...y, field: judged }, text: { field: judged, type: 'quantitative', format: '.3~g' } };
      const text = { type: 'text', dy: best === 'min' ? -15 : 17, fontSize: 11, fontWeight: 600, align: { expr: `${place} > 0.85 ? 'right' : ${place} < 0.15 ? 'left' : 'center'` } };
      return {
        width, height,
        transform: [{ filter: `datum.panel === ${JSON.stringify(name)}` }],
        layer: [
          heading(name, -12),
          ...(smooth > 0 ? [{ mark: { type: 'line', opacity: 0.22, strokeWidth: 1.25 }, encoding: { x: along, y: { ...y, field: 'raw' }, color: colour } }] : []),
          { mark: { type: 'line', ...(few ? { point: { size: 28, filled: true } } : {}), tooltip: true }, encoding: { x: along, y: { ...y, field: 'value' }, color: keyed, tooltip: [{ field: 'x', title: along.title }, { field: 'series' }, { field: 'raw', title: name, format: '.4~g' }] } },
          // The best value, by which a training is judged: of the validation where there is one.
          {
            transform: [{ joinaggregate: [{ op: 'max', field: 'series', as: 'judge' }, { op: 'min', field: 'x', as: 'first' }, { op: 'max', field: 'x', as: 'last' }] }, { filter: 'datum.series === datum.judge && isValid(datum.raw)' },
              { joinaggregate: [{ op: best, field: judged, as: 'best' }] }, { filter: `datum.${judged} === datum.best` }, { window: [{ op: 'row_number', as: 'nth' }] }, { filter: 'datum.nth === 1' }],
            layer: [
              { mark: { type: 'point', size: 90, filled: false, strokeWidth: 2, opacity: 1 }, encoding: { x: along, y: { ...y, field: judged }, color: colour } },
              // The paper around its letters keeps it apart from what it lies on.
              { mark: { ...text, strokeWidth: 4, strokeJoin: 'round', opacity: 0.85 }, encoding: { ...label, stroke: { value: paper }, color: { value: paper } } },
              { mark: text, encoding: { ...label, color: { value: ink.ink } } },
            ],
          },
        ],
      };
    };
    const shown = this.panels.length > 0 ? this.panels : ['loss'];
    return { columns: Math.min(3, shown.length), bounds: 'flush', spacing: { row: 92, column: 64 }, concat: shown.map(panel), resolve: { scale: { color: 'independent' }, legend: { color: 'independent' } } };
  }
}
/** Up to here the points of a curve are drawn. */
const FEW = 30;
