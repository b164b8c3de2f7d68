import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { backend, json as jsonOption } from './arguments.mjs';
import { bold, bytes, green, json, red, safe, safeLines, yellow } from './text.mjs';
import { folder, manifest, require, version } from './torsh.mjs';

const PROBE_MS = 60_000;

/** Runs in a process of its own (as text), since a broken addon may take its process with it: what a backend says of itself, and whether it computes. */
function probe(torsh) {
  const n = 48, numbers = (seed) => Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, k) => ((i * 7 + k * seed) % 11) - 5));
  const [a, b] = [numbers(3), numbers(5)];
  const product = torsh.tensor(a).matmul(torsh.tensor(b)).tolist();
  const right = product.every((row, i) => row.every((x, k) => x === a[i].reduce((sum, y, j) => sum + y * b[j][k], 0)));
  const x = torsh.tensor([[1, 2], [3, 4]], { requiresGrad: true });
  x.matmul(x).sum().backward();
  const gradient = JSON.stringify(x.grad.tolist()) === '[[7,11],[9,13]]';
  const wrong = [!right && 'a product of matrices is wrong', !gradient && 'a gradient is wrong'].filter(Boolean);
  const { name, reasons, threads, blas, simd } = torsh.backend;
  return { name, reasons, threads, blas, simd, budget: torsh.memory().budget, wrong };
}

/** What probe() gives for one of torsh's entries, or { error }. */
function examine(entry) {
  const source = `try { console.log(JSON.stringify((${probe})(require(${JSON.stringify(require.resolve(entry))})))); } catch (e) { console.log(JSON.stringify({ error: e.message })); }`;
  return new Promise((done) => {
    execFile(process.execPath, ['-e', source], { timeout: PROBE_MS, killSignal: 'SIGKILL' }, (error, out, err) => {
      try {
        done(JSON.parse(out.trim().split('\n').at(-1)));
      } catch {
        done({ error: `its process ended by ${error?.signal ?? `exit code ${error?.code}`}${err.trim() ? `: ${err.trim().split('\n')[0]}` : ''}` });
      }
    });
  });
}

/** Node's own C library says which one the addon has to be of. */
const glibc = () => process.report?.getReport().header.glibcVersionRuntime ?? null;

/** Where the addon may come from, and what of it is there. */
function addons() {
  const built = join(folder, 'build', 'Release', 'torsh.node');
  const mine = `@torsh/${process.platform}-${process.arch}${process.platform === 'linux' ? (glibc() ? '-gnu' : '-musl') : ''}`;
  const names = Object.hasOwn(manifest.optionalDependencies ?? {}, mine) ? [mine] : [];
  const found = names.map((name) => {
    try {
      return { place: name, version: require(require.resolve(`${name}/package.json`)).version };
    } catch {
      return { place: name, version: null };
    }
  });
  return [...(existsSync(built) ? [{ place: built, version: 'built here' }] : []), ...found];
}

const peersOf = () => Object.keys(manifest.peerDependencies ?? {}).map((name) => {
  try {
    return { name, version: require(require.resolve(`${name}/package.json`, { paths: [process.cwd()] })).version };
  } catch {
    try {
      require.resolve(name, { paths: [process.cwd()] });
      return { name, version: 'there' };
    } catch {
      return { name, version: null };
    }
  }
});

/** Settings of the environment that change what torsh does. */
const SETTINGS = ['TORSH_BACKEND', 'OPENBLAS_CORETYPE', 'OPENBLAS_NUM_THREADS', 'OPENBLAS_L2_SIZE', 'OMP_NUM_THREADS', 'NODE_OPTIONS'];

async function gather() {
  const [chosen, native, wasm] = await Promise.all(['torsh', 'torsh/native', 'torsh/wasm'].map(examine));
  const [model] = cpus();
  const constrained = process.constrainedMemory?.() ?? 0;
  return {
    versions: { torsh: version, node: process.versions.node, v8: process.versions.v8, modules: process.versions.modules, napi: process.versions.napi },
    folder,
    machine: {
      platform: process.platform, arch: process.arch, glibc: glibc(), cpu: model?.model.trim() ?? 'unknown', processors: cpus().length,
      memory: totalmem(), limit: constrained > 0 && constrained < totalmem() ? constrained : null,
    },
    backend: chosen,
    backends: { native, wasm },
    addons: addons(),
    settings: Object.fromEntries(SETTINGS.filter((name) => process.env[name] !== undefined).map((name) => [name, process.env[name]])),
    peers: peersOf(),
  };
}

/** What is wrong (the exit code says so) and what could be better. */
function judge({ versions, backend: chosen, backends: { native, wasm }, settings, addons: places }) {
  const problems = [], advice = [];
  if (chosen.error) problems.push(`torsh does not load: ${chosen.error}`);
  for (const [name, it] of Object.entries({ native, wasm })) for (const what of it.wrong ?? []) problems.push(`the ${name} backend does not compute as it should: ${what}`);
  for (const what of chosen.error ? [] : chosen.wrong) if (!problems.some((p) => p.includes(what))) problems.push(what);
  if (Number(versions.node.split('.')[0]) < 18) problems.push(`Node ${versions.node} is older than the ${manifest.engines.node} that torsh needs`);
  if (native.error && !chosen.error) advice.push(`the native backend is not there, so torsh runs on WebAssembly, which is slower: ${places.length === 0 ? 'there is no addon for this system' : places.every((p) => p.version === null) ? `npm install ${places[0].place}@${versions.torsh}` : 'the addon does not load'}`);
  if (wasm.error) advice.push(`the WebAssembly backend does not load: ${wasm.error}`);
  for (const { place, version: its } of places) if (its && its !== 'built here' && its !== versions.torsh) advice.push(`${place} has version ${its}, torsh ${versions.torsh}: install them alike`);
  if (settings.OPENBLAS_CORETYPE) advice.push(`OPENBLAS_CORETYPE=${settings.OPENBLAS_CORETYPE} makes OpenBLAS take that kernel instead of this processor's: unset it`);
  if (settings.OPENBLAS_L2_SIZE) advice.push('OPENBLAS_L2_SIZE is set, which changes how OpenBLAS cuts its blocks: unset it');
  return { problems, advice };
}

const backendLines = (name, it) => (it.error
  ? [[name, `does not load: ${it.error.split('\n').map((line) => line.trim()).join(' ')}`]]
  : [[name, `${it.wrong.length > 0 ? 'WRONG' : 'works'}: ${it.threads} ${it.threads === 1 ? 'thread' : 'threads'}, products by ${it.blas}, instruction set ${it.simd}, memory budget ${bytes(it.budget)}`]]);

function print(found, { problems, advice }) {
  const { versions, machine, backend: chosen, backends, addons: places, settings, peers } = found;
  const section = (title, rows) => { console.log(`${bold(title)}\n${rows.map(([left, right]) => `  ${safe(left).padEnd(18)}  ${safe(right)}`).join('\n')}`); };
  section('versions', [['torsh', `${versions.torsh} (${found.folder})`], ['Node', `${versions.node} (ABI ${versions.modules}, Node-API ${versions.napi})`]]);
  section('machine', [
    ['system', `${machine.platform} ${machine.arch}${machine.glibc ? `, glibc ${machine.glibc}` : ''}`],
    ['processor', `${machine.cpu}, ${machine.processors} of them`],
    ['memory', `${bytes(machine.memory)}${machine.limit ? `, of which ${bytes(machine.limit)} may be used` : ''}`],
  ]);
  section('backend', [
    ['torsh runs on', chosen.error ? 'nothing' : `${chosen.name}: ${chosen.reasons.join('; ').split('\n').map((line) => line.trim()).join(' ')}`],
    ...backendLines('native', backends.native), ...backendLines('wasm', backends.wasm),
  ]);
  section('addon', places.length > 0 ? places.map(({ place, version: its }) => [place, its ?? 'not installed']) : [['none', 'for this system']]);
  if (Object.keys(settings).length > 0) section('settings', Object.entries(settings));
  section('optional packages', peers.map(({ name, version: its }) => [name, its ?? 'not installed']));
  for (const text of advice) console.log(`${yellow('note')}  ${safeLines(text)}`);
  for (const text of problems) console.log(`${red('problem')}  ${safeLines(text)}`);
  if (problems.length === 0) console.log(green('torsh works here.'));
}

export const doctor = {
  about: 'whether torsh works here, on which backend, and why: exit code 1 when it does not',
  line: '',
  operands: [0, 0, ''],
  options: { backend, json: jsonOption },
  async run({ json: machine }) {
    const found = await gather(), verdict = judge(found);
    if (machine) console.log(json({ ...found, ...verdict, works: verdict.problems.length === 0 }));
    else print(found, verdict);
    return verdict.problems.length === 0 ? 0 : 1;
  },
};
