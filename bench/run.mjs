/** Peers as processes, and rows in turns: each round goes over all peers, so that a noisy minute hits all alike; the median of a peer's rounds counts. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];

/** Settings of which OpenBLAS would choose a wrong kernel. They are taken from everyone. */
export const UNSET = ['OPENBLAS_CORETYPE', 'OPENBLAS_L2_SIZE'];

export function environment(threads) {
  const env = { ...process.env, OPENBLAS_NUM_THREADS: String(threads), OMP_NUM_THREADS: String(threads) };
  for (const name of UNSET) delete env[name];
  return env;
}

/** A peer's process: ask(request) resolves to its answer. */
export function start(name, { command: [program, args], env }, threads) {
  const child = spawn(program, args, { env: { ...environment(threads), ...env }, stdio: ['pipe', 'pipe', 'pipe'] });
  const waiting = new Map();
  let words = '', dead = null, next = 1;
  const end = (why) => {
    dead ??= why;
    for (const resolve of waiting.values()) resolve({ error: dead });
    waiting.clear();
  };
  child.stderr.on('data', (data) => { words = (words + data).slice(-2000); });
  child.stdin.on('error', () => undefined);
  child.on('error', (e) => end(`${name} could not be started: ${e.message}`));
  child.on('exit', (code, signal) => {
    const lines = words.trim().split('\n');
    end(`${name} ended with ${code ?? signal}: ${lines.find((line) => /Error/.test(line)) ?? lines.at(-1)}`);
  });
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (!line.startsWith('{')) return;
    const reply = JSON.parse(line), key = reply.ready ? 'ready' : reply.id;
    waiting.get(key)?.(reply);
    waiting.delete(key);
  });
  const wait = (key) => new Promise((resolve) => {
    if (dead) resolve({ error: dead });
    else waiting.set(key, resolve);
  });
  return {
    name,
    pid: child.pid,
    ready: wait('ready'),
    ask(request) {
      const id = next++, reply = wait(id);
      if (!dead) child.stdin.write(`${JSON.stringify({ id, ...request })}\n`);
      return reply;
    },
    stop: () => { child.stdin.end(); },
  };
}

/** Whether two digests (see peers/timing.mjs) are those of the same result, within rounding. */
export function same([n, sum, size, mixed], [m, otherSum, otherSize, otherMixed]) {
  const scale = Math.max(size, otherSize, 1e-12), spread = 1e-3 * scale * Math.sqrt(n) + 1e-4 * scale;
  return n === m && Math.abs(size - otherSize) <= 1e-3 * scale && Math.abs(sum - otherSum) <= spread && Math.abs(mixed - otherMixed) <= spread;
}

/** Columns whose result is not the one that most agree upon. */
function wrongOnes(digests) {
  const entries = [...digests];
  const votes = entries.map(([, d]) => entries.filter(([, e]) => same(d, e)).length);
  const right = entries[votes.indexOf(Math.max(...votes))]?.[1];
  return entries.filter(([, d]) => !same(d, right)).map(([column]) => column);
}

const takesPart = (peer, row) => (!peer.only || peer.only.includes(row.group)) && !row.without?.some((name) => peer.name === name || peer.name === `${name} chromium`);

/** What the peers are told of a row: all but what it is to us. */
const OURS = ['name', 'group', 'goals', 'variants', 'without', 'quick', 'ms'];
export const requestOf = (row) => Object.fromEntries(Object.entries(row).filter(([key]) => !OURS.includes(key)));

/** Rows whose calls are long get fewer rounds, once they have had MIN_ROUNDS. */
const LONG = 20e3, MIN_ROUNDS = 2;

/** Times one row: { values: microseconds of each column, notes }. A column is a peer, or a peer and a variant: "native, compiled". */
export async function timeRow(row, peers, rounds) {
  const { variants = [], ms = 200 } = row, request = requestOf(row);
  const columns = peers.filter((peer) => takesPart(peer, row)).flatMap((peer) => [undefined, ...variants].map((variant) => ({ peer, variant, column: variant ? `${peer.name}, ${variant}` : peer.name })));
  const samples = new Map(columns.map(({ column }) => [column, []]));
  const digests = new Map(), notes = new Set(), done = new Set();
  const begin = performance.now();
  for (let round = 0; round < rounds && (round < MIN_ROUNDS || performance.now() - begin < LONG); round++) {
    for (const { peer, variant, column } of columns) {
      if (done.has(column)) continue;
      const reply = await peer.ask({ ...request, ...(variant ? { variant } : {}), ms: ms / rounds, check: round === 0 });
      if (reply.us !== undefined) samples.get(column).push(reply.us);
      if (reply.us === undefined || reply.once) done.add(column);
      if (reply.digest) digests.set(column, reply.digest);
      for (const text of [reply.error, reply.note]) if (text) notes.add(`${column}: ${text}`);
    }
  }
  const values = Object.fromEntries([...samples].filter(([, list]) => list.length > 0).map(([column, list]) => [column, median(list)]));
  for (const column of wrongOnes(digests)) {
    delete values[column];
    const [, sum, size] = digests.get(column);
    notes.add(`${column}: left out, since its result is not that of the others (sum ${sum.toPrecision(6)}, size ${size.toPrecision(6)})`);
  }
  return { values, notes: [...notes] };
}
