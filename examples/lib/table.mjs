/** Tables to classify: CSV files with a line of names, numbers in all columns but the one of the classes. */
import torsh from 'torsh';
import { readMaybeGzipped } from './files.mjs';
import { InputError } from './input-error.mjs';

/**
 * Reads a table: { x, y, features, classes }, x being (rows, features) float32, y the int64 class of each row. The classes stand in
 * the column `target`, without it in the last. Throws an InputError that names the file.
 */
export function readTable(path, target = null) {
  let lines;
  try {
    lines = torsh.utils.data.parseCsv(readMaybeGzipped(path));
  } catch (error) {
    throw error instanceof InputError ? error : new InputError(`${path}: ${error.message}`);
  }
  const [names, ...rows] = lines;
  if (rows.length < 10) throw new InputError(`${path}: ${rows.length} rows are too few to train and to test with`);
  const at = target === null ? names.length - 1 : names.indexOf(target);
  if (at < 0) throw new InputError(`${path} has no column '${target}', but ${names.join(', ')}`);
  if (names.length < 2) throw new InputError(`${path} has no columns beside the classes`);

  const classes = [...new Set(rows.map((row) => row[at]))].sort();
  if (classes.length < 2 || classes.length > 50) throw new InputError(`${path}: the column '${names[at]}' holds ${classes.length} classes, not 2 to 50`);
  const numbers = rows.map((row, i) => row.flatMap((text, column) => {
    if (column === at) return [];
    const value = text.trim() === '' ? NaN : Number(text);
    if (!Number.isFinite(value)) throw new InputError(`${path}: row ${i + 1}, column '${names[column]}' is '${text.slice(0, 20)}', not a number`);
    return [value];
  }));
  return {
    x: torsh.tensor(numbers),
    y: torsh.tensor(rows.map((row) => classes.indexOf(row[at])), { dtype: 'int64' }),
    features: names.filter((_, column) => column !== at),
    classes,
  };
}

/** A matrix of counts as lines of text: rows are what is true, columns what was said. */
export function matrixText(counts, names) {
  const width = Math.max(...names.map((name) => name.length), 5);
  const line = (head, cells) => `  ${head.padEnd(width)}  ${cells.map((cell) => String(cell).padStart(width)).join('  ')}`;
  return [line('', names), ...counts.map((row, i) => line(names[i], row))].join('\n');
}
