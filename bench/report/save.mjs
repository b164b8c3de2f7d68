/** --save: JSON, Markdown, CSV and a picture in bench/results, and the summary in docs/performance.md. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chart, points } from './chart.mjs';
import { csv } from './csv.mjs';
import { markdown, section } from './markdown.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const folder = join(root, 'bench/results');
const [BEGIN, END] = ['<!-- written by npm run bench -- --save: begin -->', '<!-- end -->'];

/** Rows that were measured take the place of those of the same name; a run of all rows starts anew, but for numbers of threads that it left out. */
function merged(fresh, whole) {
  const file = join(folder, 'bench.json');
  if (!existsSync(file)) return fresh;
  const old = JSON.parse(readFileSync(file, 'utf8')), threads = new Set(fresh.results.map((r) => r.threads));
  if (whole) old.results = old.results.filter((r) => !threads.has(r.threads));
  const key = (r) => `${r.threads} ${r.name}`, now = new Map(fresh.results.map((r) => [key(r), r])), before = new Set(old.results.map(key));
  return { ...fresh, results: [...old.results.map((r) => now.get(key(r)) ?? r), ...fresh.results.filter((r) => !before.has(key(r)))] };
}

/** The picture for the page, as SVG; as PNG beside the other results. */
async function draw(results) {
  const torsh = createRequire(import.meta.url)(join(root, 'dist/torsh.cjs'));
  if (points(results).length === 0) return null;
  const picture = chart(torsh, results);
  try {
    await picture.save(join(root, 'docs/images/performance.svg'));
    await picture.save(join(folder, 'ratios.png'));
    return 'images/performance.svg';
  } catch (error) {
    console.error(`no picture: ${error.message}`);
    return null;
  }
}

export async function save(fresh, whole) {
  mkdirSync(folder, { recursive: true });
  const saved = merged(fresh, whole), picture = await draw(saved.results);
  writeFileSync(join(folder, 'bench.json'), `${JSON.stringify(saved, null, 1)}\n`);
  writeFileSync(join(folder, 'bench.md'), markdown(saved));
  writeFileSync(join(folder, 'bench.csv'), csv(saved));
  const page = join(root, 'docs/performance.md'), text = readFileSync(page, 'utf8');
  const [begin, end] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`${page} has lost the lines between which results stand: ${BEGIN} and ${END}`);
  const results = section(saved, picture);
  writeFileSync(page, `${text.slice(0, begin + BEGIN.length)}\n\n${results}\n\n${text.slice(end)}`);
  console.log(`\nsaved bench.json, bench.md, bench.csv${picture ? ', ratios.png' : ''} in bench/results, and the summary${picture ? ' and its picture' : ''} in docs`);
}
