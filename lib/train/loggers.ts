/** Callbacks of fit() that write down how it goes. */
import { bind, signature } from '../bind';
import { TorshError } from '../errors';
import { SummaryWriter } from '../tensorboard';
import { makeLogFolderOf, readText, writeText } from './files.node';
import type { Callback, Run } from './run';

const sigs = {
  csv: signature('CsvLogger', 'file="metrics.csv", *, append=false'),
  board: signature('TensorBoardLogger', 'logDir=null, *, everyNSteps=50, histograms=false'),
};

/** A field as RFC 4180 has it. */
const field = (value: unknown): string => {
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

/** A CSV file with a row for each epoch, written as it ends: epoch, step, and all logs. A log that comes later becomes a further column. In a page only `text` has it. */
export class CsvLogger implements Callback {
  readonly file: string;
  /** Columns so far, and the whole file. */
  columns: string[] = [];
  text = '';
  private rows: Record<string, number>[] = [];
  private before = '';
  private readonly append: boolean;

  constructor(...args: [] | [options: { file?: string; append?: boolean }] | [file: string, options?: { append?: boolean }]) {
    const [file, append] = bind(sigs.csv, args);
    if (typeof file !== 'string' || file === '') throw new TorshError('ERR_ARGUMENT', 'CsvLogger', `CsvLogger: file must be a path, but got ${String(file)}`);
    this.file = file;
    this.append = Boolean(append);
  }
  onFitStart(): void {
    this.columns = [];
    this.rows = [];
    this.text = '';
    // What is there before goes on where its columns are the same.
    this.before = this.append ? readText(this.file) ?? '' : '';
    makeLogFolderOf(this.file, 'CsvLogger');
    if (!this.append) writeText(this.file, '', false, 'CsvLogger');
  }
  onEpochEnd(run: Run): void {
    const row = { epoch: run.epoch, step: run.step, ...run.logs } as Record<string, number>;
    const fresh = Object.keys(row).filter((name) => !this.columns.includes(name));
    this.rows.push(row);
    this.columns.push(...fresh);
    const lineOf = (values: Record<string, number>): string => `${this.columns.map((name) => (name in values ? field(values[name]) : '')).join(',')}\n`;
    const head = `${this.columns.map(field).join(',')}\n`;
    const continued = this.before.startsWith(head) ? this.before : this.before === '' ? head : `${this.before}${head}`;
    const before = this.text;
    this.text = fresh.length > 0 ? continued + this.rows.map(lineOf).join('') : this.text + lineOf(row);
    if (before !== '' && this.text.startsWith(before)) writeText(this.file, this.text.slice(before.length), true, 'CsvLogger');
    else writeText(this.file, this.text, false, 'CsvLogger');
  }
}

export interface TensorBoardLoggerOptions {
  /** A folder, or a writer, which stays open. */
  logDir?: string | SummaryWriter | null;
  /** How often the loss of a batch and the learning rate are written. */
  everyNSteps?: number;
  /** Histograms of parameters and gradients after every epoch, or every so many. */
  histograms?: boolean | number;
}

/** Writes losses, metrics and the learning rate into TensorBoard's event files, training and validation side by side (loss/train, loss/val); if wanted histograms of all parameters. */
export class TensorBoardLogger implements Callback {
  /** The writer of the training that goes on: for what else is to be written. */
  writer: SummaryWriter | null;
  private readonly own: boolean;
  private readonly folder: string | null;
  private readonly every: number;
  private readonly histograms: number;

  constructor(...args: [] | [options: TensorBoardLoggerOptions] | [logDir: string | SummaryWriter | null, options?: Omit<TensorBoardLoggerOptions, 'logDir'>]) {
    const [given, every, histograms] = bind(sigs.board, args);
    const isWriter = given instanceof SummaryWriter;
    if (given !== null && typeof given !== 'string' && !isWriter) throw new TorshError('ERR_ARGUMENT', 'TensorBoardLogger', 'TensorBoardLogger: logDir must be null, a folder or a SummaryWriter');
    if (!Number.isSafeInteger(every) || (every as number) < 1) throw new TorshError('ERR_ARGUMENT', 'TensorBoardLogger', `TensorBoardLogger: everyNSteps must be an integer of at least 1, but got ${String(every)}`);
    this.writer = isWriter ? given : null;
    this.own = !isWriter;
    this.folder = isWriter ? null : given as string | null;
    this.every = every as number;
    this.histograms = Number(histograms);
  }
  onFitStart(run: Run): void {
    if (this.own) this.writer = new SummaryWriter(this.folder, '', run.step > 0 ? run.step + 1 : null);
  }
  onBatchEnd(run: Run, loss: number): void {
    if (run.step % this.every !== 0) return;
    this.writer!.addScalar('loss/batch', loss, run.step);
    this.writer!.addScalar('lr', run.lr, run.step);
  }
  onEpochEnd(run: Run): void {
    const writer = this.writer!;
    for (const [name, value] of Object.entries(run.logs)) {
      if (name === 'lr') continue;
      const validation = /^val[A-Z]/.test(name), plain = validation ? name[3].toLowerCase() + name.slice(4) : name;
      writer.addScalar(`${plain}/${validation ? 'val' : 'train'}`, value, run.step);
    }
    if (this.histograms > 0 && (run.epoch + 1) % this.histograms === 0) {
      for (const [name, parameter] of run.model.namedParameters()) {
        for (const [kind, values] of [['parameters', parameter], ['gradients', parameter.grad]] as const) {
          // A model that has diverged has nothing to draw.
          if (values !== null && values.isfinite().any().item()) writer.addHistogram(`${kind}/${name}`, values, run.step);
        }
      }
    }
  }
  onFitEnd(): void { this.writer?.flush(); }
  close(): void {
    if (!this.own) { this.writer?.flush(); return; }
    this.writer?.close();
    // In a page its bytes are still wanted.
    if (this.writer?.logDir !== null) this.writer = null;
  }
}
