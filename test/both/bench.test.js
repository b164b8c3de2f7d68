// `npm run bench` on a few rows: it finds torsh on both backends, their results agree, and reports can be written. Times are not looked at.
const { spawnSync } = require('node:child_process');
const { join } = require('node:path');
const { root, evaluate } = require('../support/child');

test('rows of several kinds run on both backends and give the same', () => {
  const args = ['matmul 64', 'add of two', 'tiny MLP', 'layer norm', '--threads', '1', '--rounds', '1', '--peers', 'native,wasm'];
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'bench/main.mjs'), ...args], { encoding: 'utf8' });
  expect([status, stderr.split('\n').filter((line) => !line.startsWith('[')).join('')]).toEqual([0, '']);
  for (const row of ['matmul 64', 'add of two [4]', 'training step of a tiny MLP', 'layer norm']) {
    const line = stdout.split('\n').find((text) => text.startsWith(row));
    expect(line.match(/\d (us|ms)/g).length).toBe(row.startsWith('training') ? 4 : 2);
  }
  expect(stdout).not.toContain('left out');
});

const inBench = (source) => evaluate(`
  import { judge } from './bench/judge.mjs';
  import { markdown, section } from './bench/report/markdown.mjs';
  import { csv } from './bench/report/csv.mjs';
  import { standings } from './bench/report/standing.mjs';
  import { timed } from './bench/rows/index.mjs';
  import { same } from './bench/run.mjs';
  console.log(JSON.stringify((() => { ${source} })()));`, { esm: true });

test('goals are judged against the fastest peer in its fastest way', async () => {
  const [verdicts, standing] = await inBench(`
    const values = { native: 30, 'native, compiled': 10, pytorch: 40, 'pytorch, compiled': 20, 'ort-node': 25, 'tfjs-wasm': 1 };
    const row = { values, verdicts: judge(values, [['native', ['pytorch', 'ort-node'], 1], ['native, compiled', ['pytorch', 'ort-node'], 0.5], ['wasm', ['tfjs-wasm'], 1], ['native', 35]]) };
    return [row.verdicts, standings(row)];`);
  expect(verdicts.map((v) => [v.column, v.against, v.ratio, v.met])).toEqual([['native', 'pytorch, compiled', 1.5, false], ['native, compiled', 'pytorch, compiled', 0.5, true], ['native', undefined, 30 / 35, true]]);
  expect(standing).toEqual([{ backend: 'native', value: 30, against: 'pytorch, compiled', other: 20, ratio: 1.5, most: 1, met: false }]);
});

test('results are the same within rounding, and only then', async () => {
  expect(await inBench('return [[100, 5.001, 1.0001, 2.001], [99, 5, 1, 2], [100, 5.1, 1, 2], [100, 5, 1.01, 2], [100, 5, 1, 2.1]].map((other) => same([100, 5, 1, 2], other));')).toEqual([true, false, false, false, false]);
});

test('reports hold every row', async () => {
  const { names, full, summary, lines } = await inBench(`
    const results = timed.map((row) => {
      const values = { native: 1500, wasm: 2.5, pytorch: 1e6, 'tfjs-wasm': 5 };
      return { name: row.name, group: row.group, threads: 1, unit: 'us', values, verdicts: judge(values, row.goals), notes: [] };
    });
    const saved = { date: '2026-01-01T00:00:00Z', rounds: 5, machine: { cpu: 'x', cpus: 2, memory: 8, system: 'y', load: 0, versions: { node: '20' }, limits: [], unset: {} }, results };
    return { names: timed.map((r) => r.name), full: markdown(saved), summary: section(saved, null), lines: csv(saved).split('\\n').length };`);
  expect(new Set(names).size).toBe(names.length);
  for (const name of names) {
    expect(full).toContain(`| ${name} | 1.50 ms |`);
    expect(summary).toContain(`| ${name} |`);
  }
  expect(lines).toBe(2 + 4 * names.length);
});
