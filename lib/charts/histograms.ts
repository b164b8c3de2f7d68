/** How values are spread: one histogram, or one for each parameter of a model. */
import { TorshError } from '../errors';
import { noGrad } from '../autograd';
import { tidy } from '../memory';
import { isModule } from '../nn/fields';
import type { Module } from '../nn/module';
import { isTensor, type Tensor } from '../tensor';
import { Chart, type ChartOptions } from './chart';
import { heading, inkOf, palette, type Json } from './theme';

export interface HistogramOptions extends ChartOptions {
  bins?: number;
  /** Of each panel. */
  width?: number;
  height?: number;
  columns?: number;
}
export interface WeightHistogramsOptions extends HistogramOptions {
  /** Gradients instead of parameters; those that have none are left out. */
  gradients?: boolean;
}

const refuse = (op: string, text: string): TorshError => new TorshError('ERR_ARGUMENT', op, `${op}: ${text}`);
const short = (x: number): string => (x === 0 ? '0' : Math.abs(x) >= 1e-3 && Math.abs(x) < 1e4 ? String(Number(x.toPrecision(3))) : x.toExponential(1)).replace('-', '−');

function doublesOf(op: string, values: unknown): Float64Array {
  if (isTensor(values)) {
    if (values.isComplex()) throw new TorshError('ERR_DTYPE', op, `${op}: values cannot be ${values.dtype}`);
    return tidy(() => noGrad(() => values.detach().to('float64').toTypedArray() as Float64Array));
  }
  if ((Array.isArray(values) || ArrayBuffer.isView(values)) && Array.from(values as number[]).every((v) => typeof v === 'number')) return Float64Array.from(values as number[]);
  throw refuse(op, 'takes a tensor or an array of numbers');
}

/** Bars of one panel; NaN and infinities are told in its heading. */
function barsOf(op: string, name: string, values: Float64Array, bins: number, shape: string): Json[] {
  const finite = values.filter(Number.isFinite), n = finite.length;
  const mean = finite.reduce((a, b) => a + b, 0) / n, deviation = Math.sqrt(finite.reduce((s, v) => s + (v - mean) ** 2, 0) / n);
  const lost = values.length - n, panel = `${name}${shape}`;
  const note = n === 0 ? 'no value is finite' : `mean ${short(mean)}, sd ${short(deviation)}${lost > 0 ? `, ${lost} not finite` : ''}`;
  if (n === 0) return [{ panel, note, low: 0, high: 1, count: 0 }];
  let low = Infinity, high = -Infinity;
  for (const v of finite) { if (v < low) low = v; if (v > high) high = v; }
  if (low === high) { const half = Math.abs(low) / 2 || 0.5; low -= half; high += half; }
  const counts = new Array<number>(bins).fill(0);
  for (const v of finite) counts[Math.min(bins - 1, Math.floor((v - low) / (high - low) * bins))]++;
  return counts.map((count, i) => ({ panel, note, low: low + (high - low) * i / bins, high: low + (high - low) * (i + 1) / bins, count }));
}

/** Whole numbers alone. */
const whole = 'datum.value === floor(datum.value)';
const countAxis = (tickCount: number): Json => ({ tickCount, format: '~s', labelExpr: `${whole} ? datum.label : ''`, gridOpacity: { condition: { test: whole, value: 1 }, value: 0 } });

type Named = readonly (readonly [string, unknown])[];

function namedOf(op: string, source: unknown, gradients: boolean): Named {
  if (isModule(source)) {
    const list = (source as unknown as Module).namedParameters();
    return gradients ? list.filter(([, p]) => p.grad !== null).map(([name, p]) => [name, p.grad!] as const) : list;
  }
  if (typeof source !== 'object' || source === null || isTensor(source) || Array.isArray(source)) throw refuse(op, 'takes a module, or tensors by name');
  return Object.entries(source);
}

export class HistogramChart extends Chart {
  constructor(private readonly op: string, private readonly source: () => Named, private readonly settings: HistogramOptions) {
    super([], {}, settings);
    const { bins = 40 } = settings;
    if (!Number.isSafeInteger(bins) || bins < 1 || bins > 1000) throw refuse(op, `bins must be an integer from 1 to 1000, but got ${String(bins)}`);
    this.fill();
  }
  /** Looks at the values again. Resolves when it is drawn. */
  update(): Promise<void> {
    this.fill();
    return this.change(this.rows, null, true); // headings hold numbers too
  }
  onEpochEnd(): Promise<void> { return this.update(); }

  private fill(): void {
    const { bins = 40, columns = 3 } = this.settings, named = this.source(), alone = named.length === 1;
    if (named.length === 0) throw refuse(this.op, 'there is nothing to show');
    const { width = alone ? 420 : 210, height = alone ? 220 : 96 } = this.settings;
    const groups = named.map(([name, values]) => barsOf(this.op, name, doublesOf(this.op, values), bins, isTensor(values) && name !== '' ? ` [${(values as Tensor).shape.join('×')}]` : ''));
    const { muted } = inkOf(this.options.theme ?? 'light');
    this.rows = groups.flat();
    this.body = {
      columns: Math.min(columns, groups.length), bounds: 'flush', spacing: { row: 84, column: 58 },
      concat: (groups as { panel: string; note: string }[][]).map(([{ panel, note }]) => ({
        width, height,
        transform: [{ filter: `datum.panel === ${JSON.stringify(panel)}` }],
        layer: [...(panel === '' ? [] : [heading(panel, -25)]), heading(note, -10, { fontSize: 11, fontWeight: 'normal', color: muted }), {
          mark: { type: 'bar', color: palette[0], binSpacing: bins > 60 ? 0 : 1, tooltip: true },
          encoding: {
            x: { field: 'low', type: 'quantitative', bin: 'binned', title: null, axis: { format: '~g', tickCount: alone ? 8 : 4 } }, x2: { field: 'high' },
            y: { field: 'count', type: 'quantitative', title: null, axis: countAxis(alone ? 5 : 3) },
            tooltip: [{ field: 'low', format: '.3~g' }, { field: 'high', format: '.3~g' }, { field: 'count', format: ',' }],
          },
        }],
      })),
    };
  }
}

export function histogram(values: Tensor | ArrayLike<number>, options: HistogramOptions = {}): HistogramChart {
  return new HistogramChart('histogram', () => [['', values]], options);
}
export function weightHistograms(source: Module | Record<string, Tensor>, options: WeightHistogramsOptions = {}): HistogramChart {
  const { gradients = false, ...rest } = options;
  return new HistogramChart('weightHistograms', () => namedOf('weightHistograms', source, gradients), { title: gradients ? 'Gradients' : 'Parameters', ...rest });
}
