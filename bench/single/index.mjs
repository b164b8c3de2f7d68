/** Rows that are not a time a call: start-up, peak memory, workers, files, size. Each gives { name, group, unit, values, goals }, or several. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { files } from './files.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const dist = join(here, '../..', 'dist');
const median = (list) => list.sort((a, b) => a - b)[list.length >> 1];

const json = (source, env, ...args) => JSON.parse(execFileSync(process.execPath, [...args, '-e', source], { encoding: 'utf8', env, cwd: here }).trim().split('\n').pop());

/** Milliseconds from just before require to the first 64x64 product, inside a fresh process. */
function startup(env) {
  const torsh = (name) => `
    const t0 = process.hrtime.bigint();
    const torsh = require(${JSON.stringify(join(dist, `${name}.cjs`))});
    torsh.rand(64, 64).matmul(torsh.rand(64, 64)).at(0, 0).item();
    console.log(Number(process.hrtime.bigint() - t0) / 1e6);`;
  const sources = { native: [torsh('native')], wasm: [torsh('wasm')] };
  const require = createRequire(import.meta.url);
  let jax = null;
  try {
    jax = require.resolve('@jax-js/jax');
  } catch {
    // not installed
  }
  if (jax) {
    sources['jax-js'] = [`
    const t0 = process.hrtime.bigint();
    const jax = require(${JSON.stringify(jax)});
    jax.init('wasm').then(() => {
      jax.defaultDevice('wasm');
      const x = jax.random.uniform(jax.random.key(0), [64, 64]);
      jax.numpy.matmul(x.ref, x.ref).dataSync();
      console.log(Number(process.hrtime.bigint() - t0) / 1e6);
    });`];
  }
  const times = Object.fromEntries(Object.keys(sources).map((name) => [name, []]));
  for (let round = 0; round < 7; round++) for (const [name, [source]] of Object.entries(sources)) times[name].push(json(source, env));
  return {
    name: 'require to first matmul', group: 'start', unit: 'ms', values: Object.fromEntries(Object.entries(times).map(([name, list]) => [name, median(list)])),
    goals: [['native', 40], ['wasm', 30]],
  };
}

/** Peak resident memory of 6000 dropped tensors of 1 MB in one synchronous loop without dispose. */
function peak(env) {
  const { rss } = json(`
    const torsh = require(${JSON.stringify(join(dist, 'native.cjs'))});
    for (let i = 0; i < 6000; i++) torsh.ones(262144);
    console.log(JSON.stringify({ rss: process.resourceUsage().maxRSS / 1024 }));`, env);
  return { name: '6000 dropped tensors of 1 MB, peak RSS', group: 'memory', unit: 'MB', values: { native: rss }, goals: [['native', 400]] };
}

/** A pass over images that have to be transformed, in batches that the main thread takes as fast as they come. */
function loader(env) {
  const values = {};
  for (const backend of ['native', 'wasm']) {
    const { none, two } = json(`
      const torsh = require(${JSON.stringify(join(dist, 'BACKEND.cjs'))});
      torsh.setNumThreads(1); // as workers do
      const workerDataset = { module: ${JSON.stringify(join(here, 'images.mjs'))}, export: 'Images', args: ['BACKEND', 512] };
      import(workerDataset.module).then(({ Images }) => {
        const time = (numWorkers) => {
          const loader = new torsh.utils.data.DataLoader(new Images('BACKEND', 512), { batchSize: 32, numWorkers, workerDataset, persistentWorkers: numWorkers > 0 });
          const seconds = [0, 1].map(() => {
            const t0 = process.hrtime.bigint();
            for (const [x, y] of loader) { x.dispose(); y.dispose(); }
            return Number(process.hrtime.bigint() - t0);
          });
          loader.dispose();
          return seconds[1] / 1e6;
        };
        const rounds = [0, 1, 2].map(() => ({ none: time(0), two: time(2) }));
        const best = (name) => Math.min(...rounds.map((r) => r[name]));
        console.log(JSON.stringify({ none: best('none'), two: best('two') }));
      });`.replaceAll('BACKEND', backend), env);
    values[`${backend}, 2 workers`] = two;
    values[`${backend}, none`] = none;
  }
  return { name: 'DataLoader, 512 images to transform, a thread each', group: 'data', unit: 'ms', values, goals: ['native', 'wasm'].map((b) => [`${b}, 2 workers`, `${b}, none`, 1 / 1.6]) };
}

function size() {
  const files = ['torsh.wasm', 'torsh-threads.wasm'].map((name) => join(dist, name)).filter((file) => existsSync(file));
  if (files.length === 0) return null;
  const most = Math.max(...files.map((file) => gzipSync(readFileSync(file), { level: 9 }).length));
  return { name: 'torsh.wasm or torsh-threads.wasm, gzipped', group: 'size', unit: 'kB', values: { wasm: most / 1000 }, goals: [['wasm', 600]] };
}

export const single = { start: startup, memory: peak, data: loader, files: (env) => files(env, dist), size };

