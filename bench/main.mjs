/**
 * `npm run bench [-- WORDS] [options]`: torsh beside its peers, all in one run. See docs/performance.md. In rows/ stands what is timed, and what is wanted of it; in peers/
 * who does it, and how; run.mjs has them take turns, judge.mjs compares, report/ writes; single/ are measures of other kinds than a time a call.
 *
 * WORDS choose rows by group (matmul, small, elementwise, broadcast, reduce, norm, conv, training, inference, vmap, optim, start, memory, data, files, size) or by a part
 * of their name.
 *   --threads 1,2    at how many threads (1,2)
 *   --peers A,B      only these peers
 *   --rounds N       rounds of each row (5)
 *   --quick          fewer rows, rounds and peers, at one thread
 *   --save           JSON, Markdown, CSV and a picture into bench/results, and the summary into docs/performance.md
 *   --ops            every op of the table instead (see ops/index.mjs)
 */
import { cpus } from 'node:os';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { judge } from './judge.mjs';
import { benchOps } from './ops/index.mjs';
import { findPeers } from './peers/index.mjs';
import { LIMITS, machine, measureLimits } from './report/machine.mjs';
import { save } from './report/save.mjs';
import { duration, quantity, table, verdict } from './report/text.mjs';
import { timed } from './rows/index.mjs';
import { environment, start, timeRow } from './run.mjs';
import { single } from './single/index.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const argv = process.argv.slice(2);
const VALUED = ['--threads', '--peers', '--rounds'];
const option = (name, otherwise) => (argv.includes(name) ? argv[argv.indexOf(name) + 1] : otherwise);
const quick = argv.includes('--quick');
const threadCounts = option('--threads', quick ? '1' : '1,2').split(',').map(Number);
const rounds = Number(option('--rounds', quick ? 2 : 5));
const only = option('--peers', null)?.split(',');
const words = argv.filter((word, i) => !word.startsWith('--') && !VALUED.includes(argv[i - 1]));
const chosen = ({ name, group }) => words.length === 0 || words.some((word) => group === word || name.toLowerCase().includes(word.toLowerCase()));

/** The peers that are there, running; what is missing is said. */
async function running(threads, rows) {
  const peers = [];
  for (const [name, peer] of Object.entries(findPeers(threads, (name) => !only || only.includes(name)))) {
    if ((quick && peer.usual === false) || (peer.only && !rows.some((row) => peer.only.includes(row.group)))) continue;
    if (peer.missing) console.error(`${name} is left out: it is not installed (${peer.missing})`);
    else peers.push({ ...start(name, peer, threads), only: peer.only });
  }
  const states = await Promise.all(peers.map((peer) => peer.ready));
  return peers.filter((peer, i) => {
    if (states[i].error) console.error(`${peer.name} is left out: ${states[i].error}`);
    return !states[i].error;
  });
}

if (argv.includes('--ops')) {
  const wanted = ['native', 'wasm', 'pytorch', 'tfjs-wasm'], [threads] = threadCounts;
  const peers = Object.entries(findPeers(threads, (name) => wanted.includes(name))).filter(([, peer]) => peer.command).map(([name, peer]) => start(name, peer, threads));
  for (const peer of peers) await peer.ready;
  await benchOps({ peers, words, rounds: Number(option('--rounds', 2)), here });
  for (const peer of peers) peer.stop();
  process.exit(0);
}

const rows = timed.filter((row) => chosen(row) && !(quick && row.quick === false));
const results = [], date = new Date().toISOString();
const limits = !only || only.includes('limits') ? measureLimits(threadCounts) : [];
const about = argv.includes('--save') ? machine(limits) : null;
for (const threads of rows.length > 0 ? threadCounts : []) {
  const peers = await running(threads, rows);
  for (const [i, row] of rows.entries()) {
    const { values, notes } = await timeRow(row, peers, rounds);
    const result = { name: row.name, group: row.group, threads, unit: 'us', values, verdicts: judge(values, row.goals), notes };
    results.push(result);
    process.stderr.write(`[${i + 1}/${rows.length}, ${threads}T] ${row.name}: ${result.verdicts.map((v) => verdict(v, 'us')).join('; ')}\n`);
  }
  for (const peer of peers) peer.stop();
}
for (const [group, run] of Object.entries(single)) {
  let made = null;
  try {
    if (words.includes(group) || (words.length === 0 && !quick)) made = await run(environment(1));
  } catch (error) {
    process.stderr.write(`${group} is left out: ${error.message}\n`);
  }
  for (const row of made ? [made].flat() : []) {
    results.push({ ...row, threads: 1, verdicts: judge(row.values, row.goals), notes: [] });
    process.stderr.write(`${row.name}: ${Object.entries(row.values).map(([n, v]) => `${n} ${quantity(v, row.unit)}`).join(', ')}\n`);
  }
}

console.log(`\n${cpus()[0].model.trim()}, ${cpus().length} CPUs, Node ${process.versions.node}, median of ${rounds} rounds`);
for (const list of limits) console.log(`limits at ${list.threads}T: ${Object.keys(LIMITS).filter((key) => list[key] !== undefined).map((key) => `${LIMITS[key]}: ${list[key].toFixed(0)}`).join('; ')}`);
for (const threads of threadCounts) {
  const list = results.filter((r) => r.unit === 'us' && r.threads === threads);
  const columns = [...new Set(list.flatMap((r) => Object.keys(r.values)))];
  if (list.length > 0) console.log(`\n${threads} thread${threads === 1 ? '' : 's'}\n${table([['', ...columns], ...list.map((r) => [r.name, ...columns.map((c) => (r.values[c] === undefined ? '' : duration(r.values[c])))])])}`);
}
console.log('');
for (const r of results.filter((x) => x.unit !== 'us')) console.log(`${r.name}: ${Object.entries(r.values).map(([n, v]) => `${n} ${quantity(v, r.unit)}`).join(', ')}`);
console.log('');
const verdicts = results.flatMap((r) => r.verdicts.map((v) => ({ ...v, of: `${r.name}, ${r.threads}T`, unit: r.unit })));
console.log(`${verdicts.filter((v) => v.met).length} of ${verdicts.length} goals met${verdicts.every((v) => v.met) ? '' : '; not:'}`);
for (const v of verdicts.filter((x) => !x.met)) console.log(`  ${v.of}: ${verdict(v, v.unit)}`);
for (const r of results) for (const line of r.notes) console.log(`note: ${r.name}, ${r.threads}T: ${line}`);

if (about) await save({ date, rounds, machine: about, results }, words.length === 0 && !quick && !only);
