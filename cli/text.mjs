/** How the commands write: tables, sizes, colours where they are wanted, and nothing that a file's contents could do to a terminal. */
import process from 'node:process';

const { NO_COLOR, FORCE_COLOR } = process.env;
const colours = NO_COLOR ? false : FORCE_COLOR ? FORCE_COLOR !== '0' : Boolean(process.stdout.isTTY && process.stdout.hasColors?.());
const style = (on, off) => (text) => (colours ? `\x1b[${on}m${text}\x1b[${off}m` : text);
export const bold = style(1, 22), dim = style(2, 22), red = style(31, 39), green = style(32, 39), yellow = style(33, 39);

// Control characters, and those that turn the direction of what follows.
// eslint-disable-next-line no-control-regex
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;
const escaped = (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** Text from a file or a command line, with what a terminal would obey spelled out. */
export const safe = (text) => String(text).replace(UNSAFE, escaped);
/** The same for text of several lines. */
export const safeLines = (text) => String(text).split('\n').map(safe).join('\n');
/** As JSON, which reads back to the same. */
export const json = (value) => JSON.stringify(value, null, 2).split('\n').map(safe).join('\n');

export const count = (n) => String(n).replace(/\B(?=(\d{3})+$)/g, ',');
export const plural = (n, noun) => `${count(n)} ${noun}${n === 1 ? '' : 's'}`;

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
export function bytes(n) {
  const power = n < 1000 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log10(n) / 3));
  return `${power === 0 ? n : (n / 1000 ** power).toPrecision(3)} ${UNITS[power]}`;
}

const WIDE = 100;
const clipped = (text) => (text.length > WIDE ? `${text.slice(0, WIDE - 3)}...` : text);

/** Rows of cells in columns; those in `right` (by number) stand to the right. The first row is the head, unless `head` is false. */
export function table(rows, { right = [], indent = '  ', head = true } = {}) {
  const cells = rows.map((row) => row.map((cell) => clipped(safe(cell))));
  const widths = cells[0].map((_, i) => cells.reduce((most, row) => Math.max(most, row[i].length), 0));
  return cells.map((row, at) => {
    const line = row.map((cell, i) => (right.includes(i) ? cell.padStart(widths[i]) : cell.padEnd(widths[i]))).join('  ').trimEnd();
    return indent + (head && at === 0 ? dim(line) : line);
  }).join('\n');
}
