/**
 * `npm run bench [-- WORDS] [--threads N] [--save] [--rounds N]`: torsh beside its peers, all in one run.
 * With --ops every op of the table instead (see ops.mjs).
 *
 * Each peer is a process of its own; rounds go round-robin over the peers, so that a noisy minute hits all alike, and the
 * median of a peer's rounds counts. WORDS choose rows by name or group (small, matmul, large, vmap, optim, start, memory, data, files, size).
 * Peers that are not installed are left out: npm --prefix bench install --ignore-scripts; PyTorch for python3; OpenBLAS.
 * OPENBLAS_CORETYPE and OPENBLAS_L2_SIZE are unset for everyone: they would make OpenBLAS choose a wrong kernel.
 */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { benchOps } from './ops.mjs';
import { leftOut, timed } from './rows.mjs';
import { single, works } from './single.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const argv = process.argv.slice(2);
const option = (name, otherwise) => (argv.includes(name) ? Number(argv[argv.indexOf(name) + 1]) : otherwise);
const threads = option('--threads', 1);
const rounds = option('--rounds', 5);
const words = argv.filter((word, i) => !word.startsWith('--') && !/^--(threads|rounds)$/.test(argv[i - 1] ?? ''));
const chosen = ({ name, group }) => words.length === 0 || words.some((word) => group === word || name.includes(word));

const env = { ...process.env, OPENBLAS_NUM_THREADS: String(threads), OMP_NUM_THREADS: String(threads) };
delete env.OPENBLAS_CORETYPE;
delete env.OPENBLAS_L2_SIZE;

/** Compiles the C peer; null where there is no compiler. Without OpenBLAS it only knows the triad. */
function compileLimits() {
  if (!works('cc', '--version')) return null;
  const out = join(here, '..', 'build', 'bench-limits');
  mkdirSync(dirname(out), { recursive: true });
  const blas = works('pkg-config', '--exists', 'openblas');
  const flags = (what) => execFileSync('pkg-config', [what, 'openblas'], { encoding: 'utf8' }).trim().split(/\s+/).filter(Boolean);
  execFileSync('cc', ['-O3', '-march=native', ...(blas ? ['-DHAVE_CBLAS', ...flags('--cflags')] : []), join(here, 'peers/limits.c'), '-o', out,
    ...(blas ? flags('--libs') : []), '-lm']);
  return out;
}

/** [command, arguments] of every peer that is there. */
function findPeers() {
  const require = createRequire(import.meta.url);
  const has = (name) => {
    try {
      require.resolve(`${name}/package.json`);
      return true;
    } catch {
      return existsSync(join(here, 'node_modules', name));
    }
  };
  const script = (name, ...args) => [process.execPath, [join(here, 'peers', name), ...args.map(String)]];
  const python = ['/usr/bin/python3', 'python3'].find((name) => works(name, '-c', 'import torch'));
  const limits = compileLimits();
  return Object.entries({
    native: script('torsh.mjs', 'native', threads),
    wasm: script('torsh.mjs', 'wasm', threads),
    limits: limits && [limits, []],
    pytorch: python && [python, [join(here, 'peers/pytorch.py'), String(threads)]],
    'pytorch-foreach': python && [python, [join(here, 'peers/pytorch.py'), String(threads), 'foreach']],
    'tfjs-wasm': has('@tensorflow/tfjs-backend-wasm') && script('tfjs.mjs', 'wasm'),
    'tfjs-cpu': has('@tensorflow/tfjs-backend-cpu') && script('tfjs.mjs', 'cpu'),
    'jax-js': has('@jax-js/jax') && script('jax.mjs'),
    'js-pytorch': has('js-pytorch') && script('js-pytorch.mjs'),
  }).filter(([, command]) => command);
}

/** A peer's process: ask(request) resolves to its answer. */
function start(name, [command, args]) {
  const child = spawn(command, args, { env, stdio: ['pipe', 'pipe', 'pipe'] });
  const waiting = new Map();
  let words = '';
  child.stderr.on('data', (data) => { words = (words + data).slice(-2000); });
  let dead = null;
  child.on('exit', (code) => {
    dead = `${name} exited with ${code}: ${words.trim().split('\n').pop() ?? ''}`;
    for (const resolve of waiting.values()) resolve({ error: dead });
  });
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (!line.startsWith('{')) return;
    const reply = JSON.parse(line);
    const key = reply.ready ? 'ready' : reply.id;
    waiting.get(key)?.(reply);
    waiting.delete(key);
  });
  let next = 1;
  const wait = (key) => new Promise((resolve) => { waiting.set(key, resolve); });
  return {
    name,
    ready: wait('ready'),
    async ask(request) {
      if (dead) return { error: dead };
      const id = next++;
      const reply = wait(id);
      child.stdin.write(`${JSON.stringify({ id, ...request })}\n`);
      return reply;
    },
    stop: () => child.stdin.end(),
  };
}

const median = (list) => list.sort((a, b) => a - b)[list.length >> 1];
const duration = (us) => (us >= 1e5 ? `${(us / 1e3).toFixed(0)} ms` : us >= 1e3 ? `${(us / 1e3).toFixed(2)} ms` : us >= 10 ? `${us.toFixed(1)} us` : `${us.toFixed(3)} us`);
const table = (rows) => {
  const widths = rows[0].map((_, c) => Math.max(...rows.map((row) => row[c].length)));
  return rows.map((row) => row.map((cell, c) => (c === 0 ? cell.padEnd(widths[c]) : cell.padStart(widths[c]))).join('  ')).join('\n');
};

/** Ratios of a row against its goals, in words. */
function judge(values, goals) {
  return goals.flatMap(([of, ...rest]) => {
    if (values[of] === undefined) return [];
    if (rest.length === 1) return [`${of} ${values[of].toFixed(1)} (at most ${rest[0]}) ${values[of] <= rest[0] ? 'ok' : 'MISSED'}`];
    const [against, most] = rest;
    if (values[against] === undefined) return [];
    const ratio = values[of] / values[against];
    return [`${of} ${ratio.toFixed(2)}x ${against} (at most ${Number(most.toFixed(3))}) ${ratio <= most ? 'ok' : 'MISSED'}`];
  });
}

async function runTimed(rows, peers, results) {
  for (const row of rows) {
    const { name, group, goals, ms = 250, ...request } = row;
    const samples = new Map();
    const notes = [];
    const present = peers.filter((peer) => !(leftOut[group] ?? []).includes(peer.name));
    for (let round = 0; round < rounds; round++) {
      for (const peer of present) {
        if (samples.get(peer.name) === null) continue;
        const reply = await peer.ask({ ...request, ms: ms / rounds + 50 });
        if (reply.us === undefined) samples.set(peer.name, null);
        else samples.set(peer.name, [...(samples.get(peer.name) ?? []), reply.us]);
        if (reply.error) notes.push(`${peer.name}: ${reply.error}`);
      }
    }
    const values = Object.fromEntries([...samples].filter(([, list]) => list).map(([key, list]) => [key, median(list)]));
    const result = { name, group, unit: 'us', values, verdicts: judge(values, goals), notes };
    results.push(result);
    process.stderr.write(`${name}: ${result.verdicts.join('; ')}\n`);
  }
}

if (argv.includes('--ops')) {
  const wanted = ['native', 'wasm', 'pytorch', 'tfjs-wasm'];
  const peers = findPeers().filter(([name]) => wanted.includes(name)).map(([name, command]) => start(name, command));
  for (const peer of peers) await peer.ready;
  await benchOps({ peers, words, rounds: option('--rounds', 2), here });
  for (const peer of peers) peer.stop();
  process.exit(0);
}

const rows = timed.filter(chosen);
const results = [];
let names = [];
if (rows.length > 0) {
  const peers = findPeers().map(([name, command]) => start(name, command));
  for (const peer of peers) await peer.ready;
  names = peers.map((peer) => peer.name);
  await runTimed(rows, peers, results);
  for (const peer of peers) peer.stop();
}
for (const [group, run] of Object.entries(single)) {
  const rows = words.length === 0 || words.includes(group) ? run(env) : null;
  for (const row of rows ? [rows].flat() : []) results.push({ ...row, verdicts: judge(row.values, row.goals), notes: [] });
}

const machine = `${cpus()[0].model.trim()}, ${cpus().length} CPUs, Node ${process.versions.node}, ${threads} thread${threads === 1 ? '' : 's'}, median of ${rounds} rounds`;
console.log(`\n${machine}\n`);
const timedResults = results.filter((r) => r.unit === 'us');
if (timedResults.length > 0) {
  console.log(table([['', ...names], ...timedResults.map((r) => [r.name, ...names.map((n) => (r.values[n] === undefined ? '' : duration(r.values[n])))])]));
  console.log('');
}
for (const r of results.filter((x) => x.unit !== 'us')) {
  console.log(`${r.name}: ${Object.entries(r.values).map(([n, v]) => `${n} ${v.toFixed(1)} ${r.unit}`).join(', ')}`);
}
console.log('');
for (const r of results) for (const line of r.verdicts) console.log(`${r.name}: ${line}`);
for (const r of results) for (const line of new Set(r.notes)) console.log(`note: ${r.name}: ${line}`);

if (argv.includes('--save')) {
  const file = join(here, 'results', `${new Date().toISOString().slice(0, 19).replaceAll(':', '-')}.json`);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify({ machine, threads, rounds, results }, null, 1)}\n`);
  console.log(`\nsaved ${file}`);
}
