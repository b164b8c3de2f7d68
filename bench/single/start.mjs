/** How long it takes until a first product of [64, 64] is there: from `require`, from the start of a process, from the navigation of a page. */
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { build } from '../peers/onnx/works.mjs';
import { findPython } from '../peers/pytorch/find.mjs';
import { NATIVE_PEERS, WASM_PEERS } from '../rows/goals.mjs';
import { dist, here, json, median, root } from './process.mjs';

const require = createRequire(import.meta.url);
const ROUNDS = 7;
const model = join(root, 'build/bench/product.onnx');

function resolved(name) {
  try {
    return require.resolve(name);
  } catch {
    return null;
  }
}

const torsh = (backend) => `
  const torsh = require(${JSON.stringify(join(dist, `${backend}.cjs`))});
  torsh.rand(64, 64).matmul(torsh.rand(64, 64)).at(0, 0).item();
  done();`;

/** Programs of Node, by peer; each calls done(). */
function programs() {
  const tfjs = resolved('@tensorflow/tfjs-backend-wasm'), jax = resolved('@jax-js/jax');
  const ort = (name) => resolved(name) && `
    const ort = require(${JSON.stringify(resolved(name))});
    if (ort.env.wasm) ort.env.wasm.numThreads = 1;
    ort.InferenceSession.create(require('node:fs').readFileSync(${JSON.stringify(model)})).then(async (session) => {
      const x = new ort.Tensor('float32', new Float32Array(4096).fill(1), [64, 64]);
      await session.run({ a: x, b: x });
      done();
    });`;
  return Object.fromEntries(Object.entries({
    native: torsh('native'),
    wasm: torsh('wasm'),
    'ort-node': ort('onnxruntime-node'),
    'tfjs-wasm': tfjs && `
      const tf = require(${JSON.stringify(resolved('@tensorflow/tfjs-core'))}), backend = require(${JSON.stringify(tfjs)});
      backend.setWasmPaths(${JSON.stringify(`${join(tfjs, '..')}/`)});
      console.warn = () => undefined;
      tf.setBackend('wasm').then(() => {
        tf.matMul(tf.ones([64, 64]), tf.ones([64, 64])).dataSync();
        done();
      });`,
    'ort-web': ort('onnxruntime-web'),
    'jax-js': jax && `
      const jax = require(${JSON.stringify(jax)});
      jax.init('wasm').then(() => {
        jax.defaultDevice('wasm');
        const x = jax.numpy.ones([64, 64]);
        jax.numpy.matmul(x.ref, x).dataSync();
        done();
      });`,
  }).filter(([, source]) => source));
}

/** Milliseconds from just before a program begins, inside of it. */
const within = (source, env) => json(`
  const start = process.hrtime.bigint();
  function done() { console.log(Number(process.hrtime.bigint() - start) / 1e6); process.exit(); }
  ${source}`, env);

/** Milliseconds until a new process says that it is done. */
const fromStart = (program, args, env) => new Promise((resolve, reject) => {
  const start = performance.now(), child = spawn(program, args, { env, cwd: here, stdio: ['ignore', 'pipe', 'inherit'] });
  child.stdout.once('data', () => {
    resolve(performance.now() - start);
    child.kill();
  });
  child.on('error', reject);
  child.on('exit', () => reject(new Error(`${args.at(-1)} ended without an answer`)));
});

/** Medians over rounds that go over all of them in turn. */
async function inTurns(entries, measure) {
  const times = new Map(entries.map(([name]) => [name, []]));
  for (let round = 0; round < ROUNDS; round++) for (const [name, what] of entries) times.get(name).push(await measure(what));
  return Object.fromEntries([...times].map(([name, list]) => [name, median(list)]));
}

async function pages() {
  const { serve, launch, openPage } = require(join(root, 'test/support/browser.js'));
  const modules = '/bench/node_modules';
  const { bundleTfjs } = await import('../peers/bundles.mjs');
  const sources = {
    'wasm chromium': "import torsh from '/dist/torsh.web.mjs'; torsh.rand(64, 64).matmul(torsh.rand(64, 64)).at(0, 0).item();",
  };
  if (resolved('@tensorflow/tfjs-backend-wasm')) {
    bundleTfjs('wasm', false);
    sources['tfjs-wasm chromium'] = `import { tf, backend } from '/build/bench/tfjs-wasm.mjs'; backend.setWasmPaths('${modules}/@tensorflow/tfjs-backend-wasm/dist/');
      await tf.setBackend('wasm'); tf.matMul(tf.ones([64, 64]), tf.ones([64, 64])).dataSync();`;
  }
  if (resolved('onnxruntime-web')) {
    sources['ort-web chromium'] = `import * as ort from '${modules}/onnxruntime-web/dist/ort.wasm.min.mjs'; ort.env.wasm.numThreads = 1;
      const session = await ort.InferenceSession.create('/build/bench/product.onnx'), x = new ort.Tensor('float32', new Float32Array(4096).fill(1), [64, 64]);
      await session.run({ a: x, b: x });`;
  }
  if (resolved('@jax-js/jax')) {
    sources['jax-js chromium'] = `import * as jax from '${modules}/@jax-js/jax/dist/index.js'; await jax.init('wasm'); jax.defaultDevice('wasm');
      const x = jax.numpy.ones([64, 64]); await jax.numpy.matmul(x.ref, x).data();`;
  }
  const html = (source) => `<!doctype html><link rel="icon" href="data:,"><script type="module">${source}\nglobalThis.done = performance.now();</script>`;
  const server = await serve(root, { extra: Object.fromEntries(Object.entries(sources).map(([name, source]) => [`/${name.replace(' ', '-')}.html`, html(source)])) });
  const browser = await launch(), problems = [];
  try {
    return await inTurns(Object.keys(sources).map((name) => [name, name.replace(' ', '-')]), async (name) => {
      const page = await openPage(browser, problems);
      await page.goto(`${server.url}/${name}.html`);
      const time = await page.waitForFunction(() => globalThis.done, null, { timeout: 20000 }).catch(() => { throw new Error(`${name}: ${problems.join('; ') || 'no answer'}`); });
      const value = await time.jsonValue();
      await page.close();
      return value;
    });
  } finally {
    await browser.close();
    await server.close();
  }
}

export async function start(env) {
  mkdirSync(dirname(model), { recursive: true });
  writeFileSync(model, build({ work: 'matmul', m: 64, k: 64, n: 64 }).model);
  const sources = programs(), python = findPython();
  const ofNode = Object.entries(sources).map(([name, source]) => [name, [process.execPath, ['-e', `const done = () => console.log('done');${source}`]]]);
  const processes = [
    ['node alone', [process.execPath, ['-e', "console.log('done')"]]], ...ofNode,
    ...(python ? [['pytorch', [python, ['-c', "import torch\ntorch.rand(64, 64) @ torch.rand(64, 64)\nprint('done', flush=True)"]]]] : []),
  ];
  const rows = [
    { name: 'require to first matmul', values: await inTurns(Object.entries(sources), async (source) => within(source, env)), goals: [['native', 40], ['wasm', 30]] },
    {
      name: 'process start to first matmul', values: await inTurns(processes, ([program, args]) => fromStart(program, args, env)), goals: [['native', NATIVE_PEERS, 1], ['wasm', WASM_PEERS, 1]],
    },
  ];
  const { findChromium } = await import('../../tools/setup.mjs');
  if (findChromium()) rows.push({ name: 'page to first matmul', values: await pages(), goals: [['wasm chromium', WASM_PEERS, 1]] });
  return rows.map((row) => ({ ...row, group: 'start', unit: 'ms' }));
}
