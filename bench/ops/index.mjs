/**
 * `npm run bench -- --ops [WORDS]`: every op on a medium size beside PyTorch and tfjs-wasm, and a list of those that are slower
 * than twice PyTorch's time natively or than tfjs-wasm's in WASM. Saved as bench/results/ops.json, which `npm run coverage` reads.
 *
 * A row that looks slow is timed again, up to AGAIN rounds more: the fastest round of each peer counts, and a noisy moment lists
 * nothing. Where both take less than BRIEF, the time is that of a call from JavaScript and from Python: such a row is listed only
 * when the two are more than APART from each other as well.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { medium } from './medium.mjs';

const require = createRequire(import.meta.url);
const SLOWER_THAN_PYTORCH = 2, SLOWER_THAN_TFJS = 1;
const AGAIN = 4, BRIEF = 5, APART = 3; // rounds, us, us
/** How many times slower `own` is than `other`, when it counts as slower; else undefined. */
function slower(own, other, limit) {
  if (own === undefined || other === undefined || own <= limit * other) return undefined;
  return own < BRIEF && other < BRIEF && own - other < APART ? undefined : own / other;
}
const judged = (us) => ({ native: slower(us.native, us.pytorch, SLOWER_THAN_PYTORCH), wasm: slower(us.wasm, us['tfjs-wasm'], SLOWER_THAN_TFJS) });
const duration = (us) => (us === undefined ? '' : us >= 1e3 ? `${(us / 1e3).toFixed(2)} ms` : `${us.toFixed(1)} us`);

/** peers: { name: { ask } }; results to `folder`/results/ops.json. */
export async function benchOps({ peers, words, rounds, here }) {
  const { rows, changesSelf } = require('../../test/support/rows.js');
  const torsh = require('../../dist/native.cjs');
  const chosen = rows.filter((row) => !changesSelf(row) && (words.length === 0 || words.some((word) => row.name.includes(word))));
  const results = [];
  for (const row of chosen) {
    const sample = medium(torsh, row);
    if (!sample) continue;
    const request = { work: 'op', name: (row.overload ?? row.name).replace(/^(linalg|fft)_/, ''), row: row.name, place: row.variants.includes('function') ? row.namespaces[0] : 'Tensor', args: sample.args, kwargs: sample.kwargs };
    const times = {};
    let us = {}, verdict = {};
    for (let round = 0; round < rounds || (round < rounds + AGAIN && (verdict.native || verdict.wasm)); round++) {
      for (const peer of peers) {
        if (times[peer.name] === null) continue;
        const reply = await peer.ask({ ...request, ms: 15 });
        times[peer.name] = reply.us === undefined ? null : Math.min(times[peer.name] ?? Infinity, reply.us);
      }
      us = Object.fromEntries(Object.entries(times).filter(([, t]) => t !== null));
      verdict = judged(us);
    }
    const entry = { name: row.name, elements: sample.elements, us, ...verdict };
    results.push(entry);
    process.stderr.write(`${row.name} [${sample.elements}]: ${Object.entries(us).map(([n, t]) => `${n} ${duration(t)}`).join(', ')}${entry.native || entry.wasm ? '  SLOW' : ''}\n`);
  }
  const slow = results.filter((r) => r.native || r.wasm);
  console.log(`${results.length} ops timed; ${slow.length} slower than ${SLOWER_THAN_PYTORCH}x PyTorch natively or than tfjs-wasm in WASM (${(100 * slow.length / Math.max(1, results.length)).toFixed(1)} %)`);
  for (const r of slow) {
    console.log(`  ${r.name}: ${[r.native && `native ${r.native.toFixed(1)}x PyTorch (${duration(r.us.native)})`, r.wasm && `WASM ${r.wasm.toFixed(1)}x tfjs-wasm (${duration(r.us.wasm)})`].filter(Boolean).join(', ')}`);
  }
  /* Of chosen ops the new times stand in place of their old ones. */
  const file = join(here, 'results', 'ops.json');
  if (words.length > 0 && !existsSync(file)) return;
  const fresh = new Map(results.map((r) => [r.name, r]));
  const all = words.length === 0 ? results : JSON.parse(readFileSync(file, 'utf8')).map((r) => fresh.get(r.name) ?? r);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(all, null, 1)}\n`);
}
