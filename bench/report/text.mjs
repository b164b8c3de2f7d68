/** Numbers and tables as text. */

export function duration(us) {
  if (us >= 1e6) return `${(us / 1e6).toFixed(2)} s`;
  if (us >= 1e3) return `${(us / 1e3).toFixed(us >= 1e5 ? 0 : us >= 1e4 ? 1 : 2)} ms`;
  return `${us.toFixed(us >= 100 ? 0 : us >= 10 ? 1 : 2)} us`;
}
export const quantity = (value, unit) => (unit === 'us' ? duration(value) : `${value.toFixed(1)} ${unit}`);

export const table = (rows) => {
  const widths = rows[0].map((_, c) => Math.max(...rows.map((row) => row[c].length)));
  return rows.map((row) => row.map((cell, c) => (c === 0 ? cell.padEnd(widths[c]) : cell.padStart(widths[c]))).join('  ')).join('\n');
};

export function verdict({ column, value, most, against, ratio, met }, unit) {
  const end = met ? 'ok' : 'MISSED';
  if (against === undefined) return `${column} ${quantity(value, unit)} (at most ${quantity(most, unit)}) ${end}`;
  return `${column} ${ratio.toFixed(2)}x ${against} (at most ${Number(most.toFixed(3))}) ${end}`;
}
