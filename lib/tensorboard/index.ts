/** torsh.utils.tensorboard: event files that TensorBoard reads. https://pytorch.org/docs/stable/tensorboard.html */
import { noGrad } from '../autograd';
import { bind, signature } from '../bind';
import { TorshError } from '../errors';
import { encodePng, picture, type Picture } from '../image';
import { tidy } from '../memory';
import { isTensor, type Tensor } from '../tensor';
import * as events from './events';
import type { HparamValue } from './events';
import { histogramOf, type Bins } from './histogram';
import { defaultFolder, openSink, subfolder, type Sink } from './sink.node';

export type { Bins, HparamValue };

export interface SummaryWriterOptions {
  /** By default runs/, and in it the time and the machine's name. In a page events stay in memory: see toBytes(). */
  logDir?: string | null;
  /** Added to the default folder's name. */
  comment?: string;
  /** Events of this step and later that are there already are to be forgotten: the run was resumed. */
  purgeStep?: number | null;
  filenameSuffix?: string;
  /** Accepted and without effect: events are written at once. */
  maxQueue?: number;
  flushSecs?: number;
}
interface Moment { globalStep?: number | null; walltime?: number | null }
interface ScalarOptions extends Moment { newStyle?: boolean; doublePrecision?: boolean }
interface HistogramOptions extends Moment { bins?: Bins; maxBins?: number | null }
interface ImageOptions extends Moment { dataformats?: string }
/** A number, or a tensor with one element. */
export type ScalarLike = number | Tensor;
type Values = Tensor | readonly number[] | Float32Array | Float64Array | Int32Array | Uint8Array;
/** What toPNG() draws, as charts do. */
interface Figure { toPNG(): Promise<Uint8Array> }

const moment = 'globalStep=null, walltime=null';
const sigs = {
  writer: signature('SummaryWriter', 'logDir=null, comment="", purgeStep=null, maxQueue=10, flushSecs=120, filenameSuffix=""'),
  addScalar: signature('addScalar', `tag, scalarValue, ${moment}, newStyle=false, doublePrecision=false`),
  addScalars: signature('addScalars', `mainTag, tagScalarDict{}, ${moment}`),
  addHistogram: signature('addHistogram', 'tag, values, globalStep=null, bins="tensorflow", walltime=null, maxBins=null'),
  addHistogramRaw: signature('addHistogramRaw', `tag, min, max, num, sum, sumSquares, bucketLimits, bucketCounts, ${moment}`),
  addImage: signature('addImage', `tag, imgTensor, ${moment}, dataformats="CHW"`),
  addImages: signature('addImages', `tag, imgTensor, ${moment}, dataformats="NCHW"`),
  addFigure: signature('addFigure', 'tag, figure, globalStep=null, close=true, walltime=null'),
  addText: signature('addText', `tag, textString, ${moment}`),
  addHparams: signature('addHparams', 'hparamDict{}, metricDict{}, hparamDomainDiscrete=null, runName=null, globalStep=null'),
};

const refuse = (op: string, text: string): TorshError => new TorshError('ERR_ARGUMENT', op, `${op}: ${text}`);

function checkTag(op: string, tag: unknown): string {
  if (typeof tag !== 'string' || tag === '') throw refuse(op, `a tag must be a string that is not empty, but got ${String(tag)}`);
  return tag;
}

function numberOf(op: string, what: string, x: unknown): number {
  if (typeof x === 'number') return x;
  if (typeof x === 'bigint') return Number(x);
  if (isTensor(x) && x.numel() === 1 && !x.isComplex()) return Number(x.item());
  throw refuse(op, `${what} must be a number or a tensor with one element, but got ${isTensor(x) ? `a tensor [${x.shape.join(', ')}]` : x === null ? 'null' : typeof x}`);
}

function stepOf(op: string, step: unknown): number | null {
  if (step === null) return null;
  const n = numberOf(op, 'globalStep', step);
  if (!Number.isFinite(n)) throw refuse(op, `globalStep must be a number, but got ${n}`);
  return Math.trunc(n);
}

/** Seconds since 1970. */
function timeOf(op: string, walltime: unknown): number {
  if (walltime === null) return Date.now() / 1000;
  if (typeof walltime !== 'number' || !Number.isFinite(walltime)) throw refuse(op, `walltime must be null or seconds, but got ${String(walltime)}`);
  return walltime;
}

/** PNG's own word for its size and channels. */
function sizeOfPng(op: string, png: Uint8Array): { height: number; width: number; channels: number } {
  if (png.length < 26 || png[1] !== 0x50 || png[2] !== 0x4e || png[3] !== 0x47) throw refuse(op, 'figure.toPNG() gave no PNG');
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  return { width: view.getUint32(16), height: view.getUint32(20), channels: { 0: 1, 2: 3, 3: 3, 4: 2 }[png[25]] ?? 4 };
}

/**
 * Writes an event file into a folder, for TensorBoard (`tensorboard --logdir runs`). Every call writes its event at once; flush() brings them to
 * the disk. Errors: ERR_ARGUMENT and ERR_SHAPE for what cannot be shown, ERR_IO when the file cannot be written.
 */
export class SummaryWriter {
  /** The folder; null in a page. */
  readonly logDir: string | null;
  private sink: Sink | null;
  private readonly suffix: string;
  private readonly folder: string;
  /** Further files, of addScalars: one for each line. */
  private readonly runs = new Map<string, Sink>();

  constructor(logDir?: string | null, comment?: string | SummaryWriterOptions, purgeStep?: number | null, maxQueue?: number, flushSecs?: number, filenameSuffix?: string);
  constructor(options?: SummaryWriterOptions);
  constructor(...args: unknown[]) {
    const [logDir, comment, purgeStep, , , suffix] = bind(sigs.writer, args);
    if (logDir !== null && typeof logDir !== 'string') throw refuse('SummaryWriter', `logDir must be null or a string, but got ${typeof logDir}`);
    const purge = stepOf('SummaryWriter', purgeStep);
    this.folder = logDir ?? defaultFolder(String(comment));
    this.suffix = String(suffix);
    this.sink = this.open(this.folder, purge);
    this.logDir = this.sink.folder;
  }

  private open(folder: string, purge: number | null = null): Sink {
    const sink = openSink(folder, this.suffix), now = Date.now() / 1000;
    sink.write(events.versionEvent(now, purge));
    if (purge !== null) sink.write(events.restartEvent(now, purge));
    return sink;
  }
  private write(op: string, step: unknown, walltime: unknown, ...values: Uint8Array[]): void {
    const event = events.summaryEvent(timeOf(op, walltime), stepOf(op, step), ...values);
    // A writer that was closed goes on in a new file.
    (this.sink ??= this.open(this.folder)).write(event);
  }

  getLogdir(): string | null { return this.logDir; }

  /** A number under a tag; 'loss/train' and 'loss/test' stand together. newStyle writes it as a tensor, doublePrecision in 64 bits. */
  addScalar(tag: string, scalarValue: ScalarLike, globalStep?: number | null | ScalarOptions, walltime?: number | null | ScalarOptions, newStyle?: boolean, doublePrecision?: boolean): void;
  addScalar(...args: unknown[]): void {
    const [tag, value, step, walltime, newStyle, precise] = bind(sigs.addScalar, args);
    const name = checkTag('addScalar', tag), number = numberOf('addScalar', 'scalarValue', value);
    this.write('addScalar', step, walltime, newStyle || precise ? events.scalarTensorValue(name, number, precise as boolean) : events.scalarValue(name, number));
  }

  /** Several numbers in one chart: each is a run of its own, in the folder mainTag_name. In a page they are tags mainTag/name. */
  addScalars(mainTag: string, tagScalarDict: Record<string, ScalarLike>, globalStep?: number | null | Moment, walltime?: number | null): void;
  addScalars(...args: unknown[]): void {
    const [tag, dict, step, walltime] = bind(sigs.addScalars, args);
    const main = checkTag('addScalars', tag);
    if (typeof dict !== 'object' || dict === null) throw refuse('addScalars', 'tagScalarDict must be an object of numbers');
    const numbers = Object.entries(dict).map(([name, value]) => [name, numberOf('addScalars', `'${name}'`, value)] as const);
    for (const [name, number] of numbers) {
      const folder = subfolder(this.folder, `${main.replaceAll('/', '_')}_${name}`);
      if (folder === null || this.logDir === null) { this.write('addScalars', step, walltime, events.scalarValue(`${main}/${name}`, number)); continue; }
      const event = events.summaryEvent(timeOf('addScalars', walltime), stepOf('addScalars', step), events.scalarValue(main, number));
      let run = this.runs.get(folder);
      if (!run) this.runs.set(folder, run = this.open(folder));
      run.write(event);
    }
  }

  /** How values are spread. bins: 'tensorflow' (each a tenth wider than the one before), a rule of numpy, a number of bins or their edges. NaN and infinities do not count. */
  addHistogram(tag: string, values: Values, globalStep?: number | null | HistogramOptions, bins?: Bins | HistogramOptions, walltime?: number | null | HistogramOptions, maxBins?: number | null): void;
  addHistogram(...args: unknown[]): void {
    const [tag, values, step, bins, walltime, maxBins] = bind(sigs.addHistogram, args);
    const name = checkTag('addHistogram', tag);
    let list: Float64Array;
    if (isTensor(values)) {
      if (values.isComplex()) throw new TorshError('ERR_DTYPE', 'addHistogram', `addHistogram: values cannot be ${values.dtype}`);
      list = values.detach().to('float64').toTypedArray() as Float64Array;
    } else if ((Array.isArray(values) || ArrayBuffer.isView(values)) && Array.from(values as number[]).every((v) => typeof v === 'number')) list = Float64Array.from(values as number[]);
    else throw refuse('addHistogram', `values must be a tensor or an array of numbers, but got ${values === null ? 'null' : typeof values}`);
    this.write('addHistogram', step, walltime, events.histogramValue(name, histogramOf(list, bins, maxBins as number | null)));
  }

  /** A histogram that was counted before: bucketLimits are the right edges. */
  addHistogramRaw(tag: string, min: number, max: number, num: number, sum: number, sumSquares: number, bucketLimits: readonly number[], bucketCounts: readonly number[], globalStep?: number | null | Moment, walltime?: number | null): void;
  addHistogramRaw(...args: unknown[]): void {
    const [tag, min, max, num, sum, sumSquares, limits, counts, step, walltime] = bind(sigs.addHistogramRaw, args) as [string, number, number, number, number, number, number[], number[], unknown, unknown];
    if (!Array.isArray(limits) || !Array.isArray(counts) || limits.length !== counts.length) {
      throw refuse('addHistogramRaw', `len(bucketLimits) != len(bucketCounts), see the document (${limits?.length} and ${counts?.length})`);
    }
    this.write('addHistogramRaw', step, walltime, events.histogramValue(checkTag('addHistogramRaw', tag), { min, max, num, sum, sumSquares, limits, counts }));
  }

  private image(op: string, tag: unknown, step: unknown, walltime: unknown, shown: Picture): void {
    this.write(op, step, walltime, events.imageValue(checkTag(op, tag), shown.height, shown.width, shown.channels, encodePng(shown)));
  }
  /** An image, or several side by side: floats from 0 to 1 or uint8, of dims dataformats ('CHW', 'HWC', 'HW', 'NCHW', ...). */
  addImage(tag: string, imgTensor: Tensor, globalStep?: number | null | ImageOptions, walltime?: number | null | ImageOptions, dataformats?: string): void;
  addImage(...args: unknown[]): void {
    const [tag, image, step, walltime, formats] = bind(sigs.addImage, args);
    this.image('addImage', tag, step, walltime, tidy(() => noGrad(() => picture('addImage', image, formats as string))));
  }
  /** Images side by side, eight in a row: dims 'NCHW' unless told. */
  addImages(tag: string, imgTensor: Tensor, globalStep?: number | null | ImageOptions, walltime?: number | null | ImageOptions, dataformats?: string): void;
  addImages(...args: unknown[]): void {
    const [tag, image, step, walltime, formats] = bind(sigs.addImages, args);
    this.image('addImages', tag, step, walltime, tidy(() => noGrad(() => picture('addImages', image, formats as string))));
  }
  /** A chart of torsh.charts (whatever has toPNG()), or several one after the other. Resolves when it is written. */
  async addFigure(tag: string, figure: Figure | readonly Figure[], globalStep?: number | null | (Moment & { close?: boolean }), close?: boolean, walltime?: number | null): Promise<void>;
  async addFigure(...args: unknown[]): Promise<void> {
    const [tag, figure, step, , walltime] = bind(sigs.addFigure, args.map((a, i) => (i === 1 && !Array.isArray(a) ? [a] : a)));
    const name = checkTag('addFigure', tag), time = timeOf('addFigure', walltime);
    const figures = figure as Figure[];
    if (figures.some((f) => typeof f?.toPNG !== 'function')) throw refuse('addFigure', 'a figure must have toPNG(), as the charts of torsh.charts do');
    const files = await Promise.all(figures.map((f) => f.toPNG()));
    const values = files.map((png) => {
      const { height, width, channels } = sizeOfPng('addFigure', png);
      return events.imageValue(name, height, width, channels, png);
    });
    this.write('addFigure', step, time, ...values);
  }

  /** Text, which may be Markdown. */
  addText(tag: string, textString: string, globalStep?: number | null | Moment, walltime?: number | null): void;
  addText(...args: unknown[]): void {
    const [tag, text, step, walltime] = bind(sigs.addText, args);
    if (typeof text !== 'string') throw refuse('addText', `textString must be a string, but got ${typeof text}`);
    this.write('addText', step, walltime, events.textValue(checkTag('addText', tag), text));
  }

  /** Settings of a run and the metrics that it came to, for the HParams tab: a run of its own, named runName (by default by the time). */
  addHparams(hparamDict: Record<string, HparamValue | null>, metricDict: Record<string, ScalarLike>, options?: { hparamDomainDiscrete?: Record<string, readonly HparamValue[]> | null; runName?: string | null; globalStep?: number | null }): void;
  addHparams(...args: unknown[]): void {
    const [hparams, metrics, domains, runName, step] = bind(sigs.addHparams, args) as [Record<string, HparamValue | null>, Record<string, ScalarLike>, Record<string, HparamValue[]> | null, string | null, unknown];
    for (const [name, dict] of [['hparamDict', hparams], ['metricDict', metrics]] as const) {
      if (typeof dict !== 'object' || dict === null) throw refuse('addHparams', `${name} must be an object`);
    }
    const settings: Record<string, HparamValue> = {};
    for (const [name, value] of Object.entries(hparams)) {
      if (value === null || value === undefined) continue;
      if (!['number', 'string', 'boolean'].includes(typeof value)) throw refuse('addHparams', `value should be one of number, string or boolean, but '${name}' is ${isTensor(value) ? 'a tensor' : typeof value}`);
      settings[name] = value;
    }
    for (const [name, list] of Object.entries(domains ?? {})) {
      if (!(name in settings) || !Array.isArray(list) || list.some((v) => typeof v !== typeof settings[name])) throw refuse('addHparams', `hparamDomainDiscrete['${name}'] should be an array of the type of hparamDict['${name}']`);
    }
    const results = Object.entries(metrics).map(([name, value]) => [name, numberOf('addHparams', `'${name}'`, value)] as const);
    const time = Date.now() / 1000, at = stepOf('addHparams', step);
    const folder = this.logDir === null ? null : subfolder(this.folder, runName ?? String(time));
    const sink = folder === null ? (this.sink ??= this.open(this.folder)) : this.open(folder);
    for (const value of events.hparamValues(settings, results.map(([name]) => name), domains ?? {})) sink.write(events.summaryEvent(time, null, value));
    for (const [name, value] of results) sink.write(events.summaryEvent(time, at, events.scalarValue(name, value)));
    if (folder !== null) sink.close();
  }

  /** The whole event file, in a page: to be saved or sent. Errors: ERR_UNSUPPORTED where it is a file. */
  toBytes(): Uint8Array {
    const bytes = this.sink?.bytes() ?? null;
    if (bytes === null) throw new TorshError('ERR_UNSUPPORTED', 'SummaryWriter', `SummaryWriter: the events are in files, in '${this.folder}'`);
    return bytes;
  }
  /** Waits until all events are on the disk. */
  flush(): void {
    this.sink?.flush();
    for (const run of this.runs.values()) run.flush();
  }
  close(): void {
    for (const sink of [this.sink, ...this.runs.values()]) sink?.close();
    if (this.logDir !== null) this.sink = null;
    this.runs.clear();
  }
  /** `using writer = ...`: close() at the end of the block. */
  declare [Symbol.dispose]: () => void;
}
if (typeof Symbol.dispose === 'symbol') {
  Object.defineProperty(SummaryWriter.prototype, Symbol.dispose, { value: SummaryWriter.prototype.close, writable: true, configurable: true });
}
