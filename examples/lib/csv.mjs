/** Tables of whole numbers as comma-separated text. */
import { InputError } from './input-error.mjs';

/**
 * Rows of `columns` whole numbers, each between 0 and its column's `max` (at most 255), from a CSV text; `name` stands in
 * messages. Returns { rows, values }, values being a Uint8Array row by row. Throws an InputError that names the line.
 */
export function parseCsv(text, name, { columns, max }) {
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  if (lines.length === 0) throw new InputError(`${name} is damaged: it is empty`);
  const values = new Uint8Array(lines.length * columns);
  lines.forEach((line, row) => {
    const cells = line.split(',');
    if (cells.length !== columns) {
      throw new InputError(`${name} is damaged: line ${row + 1} has ${cells.length} values, not ${columns}`);
    }
    cells.forEach((cell, column) => {
      const value = Number(cell);
      if (!/^\s*\d+\s*$/.test(cell) || value > max(column)) {
        throw new InputError(`${name} is damaged: line ${row + 1}, value ${column + 1} is '${cell.slice(0, 20)}', not a whole number up to ${max(column)}`);
      }
      values[row * columns + column] = value;
    });
  });
  return { rows: lines.length, values };
}
