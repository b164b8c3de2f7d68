/** One line a time: group, row, threads, column, value, unit. */
const cell = (text) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

export const csv = ({ results }) => [
  'group,row,threads,column,value,unit',
  ...results.flatMap((r) => Object.entries(r.values).map(([column, value]) => [r.group, r.name, String(r.threads), column, value.toPrecision(6), r.unit].map(cell).join(','))),
].join('\n').concat('\n');
