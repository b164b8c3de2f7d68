/**
 * Cuts the compact subset of the golden values (test/fixtures) out of the full set, in the same format:
 *   TORSH_CONFORMANCE=DIR node tools/make-fixtures.mjs
 * For each op and each of its variants: a small sample with gradient, a small one of another
 * dtype, the first refused input. For each module: one small sample. training.json is taken as it is.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { root } from './sources.mjs';

const require = createRequire(import.meta.url);
const { isFull, load, loadIndex, loadTraining } = require('../test/support/goldenset.js');
if (!isFull) throw new Error('TORSH_CONFORMANCE must name the full golden set');

const out = join(root, 'test', 'fixtures');
const maxSampleBytes = 12000;

/** Every tensor reference inside a JSON value. */
function* references(value) {
  if (value === null || typeof value !== 'object') return;
  if ('t' in value && typeof value.t === 'number') yield value;
  for (const v of Object.values(value)) yield* references(v);
}

const bytesOf = (golden, sample) => [...new Set([...references(sample)].map((r) => r.t))].reduce((sum, t) => sum + golden.tensors[t].nbytes, 0);

/** The smallest samples that still say something: not empty, more than one element in some tensor. */
function rank(golden, samples) {
  const dull = (s) => (s.flags ?? []).includes('empty_input') || [...references(s.output)].every((r) => r.shape.length === 0);
  return samples.map((s) => ({ s, cost: bytesOf(golden, s) + (dull(s) ? 5000 : 0) })).sort((a, b) => a.cost - b.cost || a.s.index - b.s.index).map(({ s }) => s);
}

function choose(golden) {
  const chosen = [];
  for (const variant of new Set(golden.samples.map((s) => s.variant))) {
    const ranked = rank(golden, golden.samples.filter((s) => s.variant === variant));
    const first = ranked.find((s) => s.grad?.weights.some((w) => w !== null)) ?? ranked[0];
    const second = ranked.find((s) => s !== first && s.dtype !== first.dtype) ?? ranked.find((s) => s !== first);
    chosen.push(first);
    if (second && bytesOf(golden, second) < maxSampleBytes) chosen.push(second);
  }
  return chosen;
}

/** Writes NAME.json and NAME.bin with only what the chosen samples use. Returns the size of both. */
function write(file, golden, samples, errors) {
  const { bytes, tensors, ...rest } = golden;
  const kept = [];
  const renamed = new Map();
  const chunks = [];
  let offset = 0;
  const cut = structuredClone({ samples, errors });
  const places = new Map();
  // `mutated` and `grad.inputs` name inputs by bare index beside a reference of their own: all are {t: ...}.
  for (const ref of references(cut)) {
    if (!renamed.has(ref.t)) {
      const { dtype, shape, nbytes } = tensors[ref.t];
      const data = bytes(ref.t);
      const key = data.toString('latin1');
      if (!places.has(key)) {
        places.set(key, offset);
        const padded = Buffer.alloc(Math.ceil(nbytes / 8) * 8);
        data.copy(padded);
        chunks.push(padded);
        offset += padded.length;
      }
      renamed.set(ref.t, kept.length);
      kept.push({ dtype, shape, offset: places.get(key), nbytes });
    }
    ref.t = renamed.get(ref.t);
  }
  const json = JSON.stringify({ ...rest, set: 'fixtures', bin_bytes: offset, tensors: kept, ...cut });
  mkdirSync(dirname(join(out, 'opinfo', file)), { recursive: true });
  writeFileSync(join(out, 'opinfo', `${file}.json`), `${json}\n`);
  writeFileSync(join(out, 'opinfo', `${file}.bin`), Buffer.concat(chunks));
  return json.length + offset;
}

rmSync(join(out, 'opinfo'), { recursive: true, force: true });
const index = loadIndex();
const cutIndex = { format: index.format, set: 'fixtures', torch: index.torch, ops: {}, modules: {} };
let total = 0;
for (const [name, entry] of Object.entries(index.ops)) {
  const golden = load(entry.file);
  const samples = choose(golden);
  const errors = golden.errors.slice(0, 1);
  total += write(entry.file, golden, samples, errors);
  cutIndex.ops[name] = { ...entry, samples: samples.length, errors: errors.length };
}
for (const [name, entry] of Object.entries(index.modules)) {
  const golden = load(entry.file);
  const samples = rank(golden, golden.samples).filter((s) => bytesOf(golden, s) < maxSampleBytes).slice(0, 1);
  if (samples.length === 0) continue;
  total += write(entry.file, golden, samples, []);
  cutIndex.modules[name] = { ...entry, samples: samples.length, errors: 0 };
}
writeFileSync(join(out, 'opinfo', 'index.json'), `${JSON.stringify(cutIndex)}\n`);
const training = JSON.stringify(loadTraining());
writeFileSync(join(out, 'training.json'), `${training}\n`);
console.log(`${Object.keys(cutIndex.ops).length} ops, ${Object.keys(cutIndex.modules).length} modules, ${((total + training.length) / 1e6).toFixed(2)} MB`);
