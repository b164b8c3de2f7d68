/** A library in a page of Chromium: node serve.mjs torsh|tfjs|ort|jax THREADS. Requests go on to page.mjs; the page is cross-origin isolated, so that it may have threads. */
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { bundleOnnx, bundleTfjs } from '../bundles.mjs';

const { root, serve, launch, openPage } = createRequire(import.meta.url)('../../../test/support/browser.js');
const [, , name, threads] = process.argv;

if (name === 'tfjs') bundleTfjs('wasm', false);
if (name === 'ort') bundleOnnx();

/* jax-js takes as many threads as there are processors, or one where the page is not isolated. */
const isolated = !(name === 'jax' && threads === '1');
const headers = isolated ? { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' } : {};
const server = await serve(root, { headers, extra: { '/bench.html': '<!doctype html><link rel="icon" href="data:,"><title>bench</title>' } });
const browser = await launch({ args: ['--js-flags=--expose-gc', '--enable-precise-memory-info'] });
const problems = [], page = await openPage(browser, problems);
await page.addInitScript((count) => { Object.defineProperty(navigator, 'hardwareConcurrency', { value: count }); }, Number(threads));
await page.goto(`${server.url}/bench.html`);

const say = (reply) => { process.stdout.write(`${JSON.stringify(reply)}\n`); };
const failed = (error) => ({ error: [String(error?.message ?? error).split('\n')[0], ...problems.splice(0)].join('; ').slice(0, 300) });
try {
  await page.evaluate(async ([library, count]) => {
    const { open } = await import('/bench/peers/chromium/page.mjs');
    globalThis.answer = await open(library, count);
  }, [name, Number(threads)]);
} catch (error) {
  process.stderr.write(failed(error).error);
  await browser.close();
  process.exit(1);
}

let last = Promise.resolve();
createInterface({ input: process.stdin })
  .on('line', (line) => {
    const request = JSON.parse(line);
    last = last.then(() => page.evaluate((r) => globalThis.answer(r), request)).catch((error) => ({ id: request.id, ...failed(error) })).then(say);
  })
  .on('close', () => last.then(() => browser.close()).then(() => process.exit(0)));
say({ ready: true });
