/** How progress reads: times, rates, counts. */

/** What a face shows at one moment. */
export interface Shown {
  desc: string;
  n: number;
  total: number | null;
  /** Seconds since the start. */
  elapsed: number;
  /** Steps a second, smoothed; null: not known yet. */
  rate: number | null;
  unit: string;
  postfix: string;
}

/** '01:05', '2:03:04'. */
export function clock(seconds: number): string {
  if (!Number.isFinite(seconds)) return '?';
  const s = Math.round(seconds), two = (x: number): string => String(x).padStart(2, '0');
  const [hours, minutes] = [Math.floor(s / 3600), Math.floor(s / 60) % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(s % 60)}` : `${two(minutes)}:${two(s % 60)}`;
}

/** '3.6 it/s', or '2.1 s/it' when slower than one a second. */
export function rateText(rate: number | null, unit: string): string {
  if (rate === null || !(rate > 0)) return `? ${unit}/s`;
  const short = (x: number): string => (x >= 1000 ? Math.round(x).toLocaleString('en-US') : x >= 100 ? x.toFixed(0) : x.toFixed(x >= 10 ? 1 : 2));
  return rate >= 1 ? `${short(rate)} ${unit}/s` : `${short(1 / rate)} s/${unit}`;
}

export const share = ({ n, total }: Shown): number => (total === null || total <= 0 ? (total === 0 ? 1 : 0) : Math.min(1, n / total));

/** What stands after the bar: '45/100 [00:12<00:15, 3.6 it/s, loss=0.3]'. */
export function details(shown: Shown): string {
  const { n, total, elapsed, rate, unit, postfix } = shown;
  const left = total === null ? '' : `<${clock(n >= total ? 0 : rate === null ? Infinity : (total - n) / rate)}`;
  return `${n}${total === null ? ` ${unit}` : `/${total}`} [${clock(elapsed)}${left}, ${rateText(rate, unit)}${postfix === '' ? '' : `, ${postfix}`}]`;
}

/** One line without a bar: 'train: 45 % 45/100 [...]'. */
export function plainLine(shown: Shown): string {
  const percent = shown.total === null ? '' : `${Math.floor(100 * share(shown))} % `;
  return `${shown.desc === '' ? '' : `${shown.desc}: `}${percent}${details(shown)}`;
}

const eighths = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** A bar of `width` characters. */
export function bar(filled: number, width: number): string {
  const eighth = Math.round(filled * width * 8), full = Math.floor(eighth / 8);
  return `${'█'.repeat(full)}${eighths[eighth % 8]}`.padEnd(width, '─').slice(0, width);
}

/** The line with a bar that fills what is left of `columns`. */
export function barLine(shown: Shown, columns: number): string {
  const head = shown.desc === '' ? '' : `${shown.desc}: `, tail = details(shown);
  if (shown.total === null) return `${head}${tail}`.slice(0, columns);
  const percent = `${String(Math.floor(100 * share(shown))).padStart(3)}%`;
  const width = Math.min(40, columns - head.length - percent.length - tail.length - 3);
  return width < 4 ? `${head}${percent} ${tail}`.slice(0, columns) : `${head}${percent} ${bar(share(shown), width)} ${tail}`;
}
