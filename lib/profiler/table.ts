/** Averages of a profile, and how they print. */
import { TorshError } from '../errors';

/** What all calls of one name took together. Times are in microseconds. */
export interface Average {
  key: string;
  count: number;
  /** With what it called inside, and without. */
  cpuTimeTotal: number;
  selfCpuTimeTotal: number;
  cpuTime: number;
  /** Bytes that were taken and not given back. */
  cpuMemoryUsage: number;
  selfCpuMemoryUsage: number;
  inputShapes: number[][] | null;
}

export interface TableOptions {
  /** One of the numbers of an average: 'selfCpuTimeTotal', 'cpuTimeTotal', 'cpuTime', 'cpuMemoryUsage', 'selfCpuMemoryUsage', 'count'. Default: in the order of the first call. */
  sortBy?: string | null;
  rowLimit?: number;
  maxNameColumnWidth?: number;
  header?: string | null;
}

const sortable = ['cpuTimeTotal', 'selfCpuTimeTotal', 'cpuTime', 'cpuMemoryUsage', 'selfCpuMemoryUsage', 'count'] as const;

export function timeText(us: number): string {
  if (us >= 1e6) return `${(us / 1e6).toFixed(3)}s`;
  return us >= 1e3 ? `${(us / 1e3).toFixed(3)}ms` : `${us.toFixed(3)}us`;
}

export function bytesText(bytes: number): string {
  const size = Math.abs(bytes), [unit, name] = size >= 2 ** 30 ? [2 ** 30, 'Gb'] : size >= 2 ** 20 ? [2 ** 20, 'Mb'] : size >= 1024 ? [1024, 'Kb'] : [1, 'b'];
  return unit === 1 ? `${bytes} b` : `${(bytes / unit).toFixed(2)} ${name}`;
}

const camel = (name: string): string => name.replace(/_([a-z])/g, (_, c: string) => c.toUpperCase());

/** Averages of a profile: an array with table(). */
export class Averages extends Array<Average> {
  declare withMemory: boolean;
  declare wall: number;
  static override get [Symbol.species](): ArrayConstructor { return Array; }

  /** Self time of all together, in microseconds. */
  get selfCpuTimeTotal(): number { return this.reduce((s, a) => s + a.selfCpuTimeTotal, 0); }

  /** The averages as text, as PyTorch prints them. Errors: ERR_ARGUMENT. https://pytorch.org/docs/stable/profiler.html */
  table(options: TableOptions = {}): string {
    const { sortBy = null, rowLimit = 100, maxNameColumnWidth = 55, header = null } = options;
    const by = sortBy === null ? null : camel(sortBy) as (typeof sortable)[number];
    if (by !== null && !sortable.includes(by)) throw new TorshError('ERR_ARGUMENT', 'table', `table: sortBy must be one of ${sortable.join(', ')}, but got '${sortBy}'`);
    for (const key of Object.keys(options)) {
      if (!['sortBy', 'rowLimit', 'maxNameColumnWidth', 'header'].includes(key)) throw new TorshError('ERR_ARGUMENT', 'table', `table: got an unexpected option '${key}'`);
    }
    const rows = (by === null ? [...this] : [...this].sort((a, b) => b[by] - a[by])).slice(0, rowLimit < 0 ? undefined : rowLimit);
    const total = this.selfCpuTimeTotal, shapes = this.some((a) => a.inputShapes !== null);
    const percent = (x: number): string => `${(total > 0 ? 100 * x / total : 0).toFixed(2)}%`;
    const columns: [title: string, (a: Average) => string][] = [
      ['Name', (a) => (a.key.length > maxNameColumnWidth ? `${a.key.slice(0, maxNameColumnWidth - 3)}...` : a.key)],
      ['Self CPU %', (a) => percent(a.selfCpuTimeTotal)], ['Self CPU', (a) => timeText(a.selfCpuTimeTotal)],
      ['CPU total %', (a) => percent(a.cpuTimeTotal)], ['CPU total', (a) => timeText(a.cpuTimeTotal)], ['CPU time avg', (a) => timeText(a.cpuTime)],
      ...(this.withMemory ? [['CPU Mem', (a: Average) => bytesText(a.cpuMemoryUsage)], ['Self CPU Mem', (a: Average) => bytesText(a.selfCpuMemoryUsage)]] as [string, (a: Average) => string][] : []),
      ['# of Calls', (a) => String(a.count)],
      ...(shapes ? [['Input Shapes', (a: Average) => JSON.stringify(a.inputShapes ?? []).replaceAll(',', ', ')]] as [string, (a: Average) => string][] : []),
    ];
    const cells = rows.map((a) => columns.map(([, text]) => text(a)));
    const widths = columns.map(([title], c) => Math.max(title.length, ...cells.map((row) => row[c].length)) + 2);
    const line = (texts: readonly string[]): string => texts.map((text, c) => (c === 0 ? text.padEnd(widths[c]) : text.padStart(widths[c]))).join('  ').trimEnd();
    const rule = widths.map((w) => '-'.repeat(w)).join('  ');
    return [
      ...(header === null ? [] : [rule, header]), rule, line(columns.map(([title]) => title)), rule, ...cells.map(line), rule,
      `Self CPU time total: ${timeText(total)}`, ...(this.wall > 0 ? [`Profiled for: ${timeText(this.wall)}`] : []), '',
    ].join('\n');
  }
  toString(): string { return this.table(); }
}
Object.defineProperty(Averages.prototype, Symbol.for('nodejs.util.inspect.custom'), { value(this: Averages): string { return this.table(); } });
