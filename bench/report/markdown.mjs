/** The results as Markdown: all times, and the summary that docs/performance.md shows. */
import { LIMITS } from './machine.mjs';
import { standings } from './standing.mjs';
import { quantity, verdict } from './text.mjs';

const line = (cells) => `| ${cells.join(' | ')} |`;
const grid = (head, rows) => [line(head), line(head.map((_, i) => (i === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n');
const plural = (threads) => `${threads} thread${threads === 1 ? '' : 's'}`;

function about({ machine, rounds, date }) {
  const { versions } = machine, unset = Object.entries(machine.unset);
  const text = [
    `${date.slice(0, 10)}: ${machine.cpu}, ${machine.cpus} CPUs, ${machine.memory} GB, ${machine.system}; medians of ${rounds} rounds; load of the machine before ${machine.load.toFixed(1)}. `
    + `Versions: ${Object.entries(versions).map(([name, version]) => `${name} ${version}`).join(', ')}.`,
    unset.length > 0 ? `Unset for everyone, since OpenBLAS would choose a wrong kernel: ${unset.map(([name, value]) => `\`${name}=${value}\``).join(', ')}.` : '',
  ].filter(Boolean).join(' ');
  if (machine.limits.length === 0) return text;
  const rows = Object.entries(LIMITS).filter(([key]) => machine.limits[0][key] !== undefined).map(([key, name]) => [name, ...machine.limits.map((l) => l[key].toFixed(0))]);
  return `${text}\n\n${grid(['the machine\'s limits', ...machine.limits.map((l) => plural(l.threads))], rows)}`;
}

function goals(results) {
  const all = results.flatMap((r) => r.verdicts.map((v) => ({ ...v, of: r })));
  const missed = all.filter((v) => !v.met);
  if (missed.length === 0) return `All ${all.length} goals are met.`;
  return `${all.length - missed.length} of ${all.length} goals are met; not:\n\n${missed.map((v) => `- ${v.of.name}, ${plural(v.of.threads)}: ${verdict(v, v.of.unit).replace(' MISSED', '')}`).join('\n')}`;
}

/** Groups in the order of their rows. */
const grouped = (rows) => [...new Set(rows.map((r) => r.group))].map((group) => [group, rows.filter((r) => r.group === group)]);

function summary(results, threads) {
  const rows = results.filter((r) => r.threads === threads && r.unit === 'us');
  const lines = grouped(rows).flatMap(([group, list]) => [[`**${group}**`, '', '', '', '', '', '', ''], ...list.map((r) => {
    const [native, wasm, page] = ['native', 'wasm', 'wasm chromium'].map((backend) => standings(r).find((s) => s.backend === backend));
    const time = (s, backend) => (s ? quantity(s.value, r.unit) : r.values[backend] === undefined ? '' : quantity(r.values[backend], r.unit));
    const ratio = (s) => (s ? `${s.met === false ? `**${s.ratio.toFixed(2)}**` : s.ratio.toFixed(2)}${s.most === undefined ? '' : ` (${s.most})`}` : '');
    const peer = (s) => (s ? `${quantity(s.other, r.unit)} ${s.against}` : '');
    return [r.name, time(native, 'native'), peer(native), ratio(native), time(wasm, 'wasm'), time(page, 'wasm chromium'), peer(wasm ?? page), [wasm, page].filter(Boolean).map(ratio).join('; ')];
  })]);
  return grid([plural(threads), 'native', 'best peer', 'ratio (goal)', 'WASM, Node', 'WASM, Chromium', 'best peer', 'ratios (goal)'], lines);
}

const others = (results) => results.filter((r) => r.unit !== 'us').map((r) => `- ${r.name}: ${Object.entries(r.values).map(([column, value]) => `${column} ${quantity(value, r.unit)}`).join(', ')}`).join('\n');
const threadsOf = (results) => [...new Set(results.filter((r) => r.unit === 'us').map((r) => r.threads))];

/** The generated part of docs/performance.md. */
export function section(saved, picture) {
  const { results } = saved;
  return [
    about(saved), picture && `![Times of torsh over those of the fastest peer](./${picture})`,
    'A ratio is torsh\'s time over that of its fastest peer; in brackets the most that it should be, in bold type where it is more.',
    ...threadsOf(results).map((threads) => summary(results, threads)), others(results), goals(results), 'Every column of every row stands in `bench/results/bench.md`, and in `bench.csv` and `bench.json` beside it.',
  ].filter(Boolean).join('\n\n');
}

/** Every column of every row. */
export function markdown(saved) {
  const { results } = saved;
  const tables = threadsOf(results).flatMap((threads) => grouped(results.filter((r) => r.threads === threads && r.unit === 'us')).map(([group, list]) => {
    const columns = [...new Set(list.flatMap((r) => Object.keys(r.values)))];
    return `## ${group}, ${plural(threads)}\n\n${grid(['', ...columns], list.map((r) => [r.name, ...columns.map((c) => (r.values[c] === undefined ? '' : quantity(r.values[c], r.unit)))]))}`;
  }));
  const notes = results.flatMap((r) => r.notes.map((note) => `- ${r.name}, ${plural(r.threads)}: ${note}`));
  return ['# Results of `npm run bench`', about(saved), ...tables, '## Other measures', others(results), '## Goals', goals(results), ...(notes.length > 0 ? ['## Notes', notes.join('\n')] : [])].join('\n\n').concat('\n');
}
