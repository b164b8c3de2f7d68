// What a page without a bundler loads: torsh.web.mjs asks for all of it itself, so that no file waits for another that names it.
const { readFileSync } = require('node:fs');
const { join } = require('node:path');
const { root, serve, launch, openPage } = require('../support/browser');

const runs = process.env.TORSH_NO_BROWSER ? test.skip : test;
let browser;

beforeAll(async () => { if (!process.env.TORSH_NO_BROWSER) browser = await launch(); });
afterAll(() => browser?.close());

const script = `
  import torsh, * as named from '/dist/torsh.web.mjs';
  globalThis.result = { sum: torsh.ones(4).sum().item(), default: Object.keys(torsh), named: Object.keys(named).filter((name) => name !== 'default') };`;

runs.each([[false, 'torsh.wasm'], [true, 'torsh-threads.wasm']])('isolated: %s', async (isolated, wasm) => {
  const headers = isolated ? { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' } : {};
  const server = await serve(root, { headers, extra: { '/page.html': `<!doctype html><link rel="icon" href="data:,"><script type="module">${script}</script>` } });
  const problems = [], page = await openPage(browser, problems);
  try {
    await page.goto(`${server.url}/page.html`);
    await page.waitForFunction(() => globalThis.result !== undefined);
    const asked = [...readFileSync(join(root, 'dist/torsh.web.mjs'), 'utf8').matchAll(/"\.\/([\w-]+\.mjs)"/g)].map(([, name]) => `/dist/web/${name}`);
    // The browser lists a file some time after the page has it.
    await page.waitForFunction((count) => globalThis.performance.getEntriesByType('resource').length >= count, asked.length + 2).catch(() => {});
    const result = await page.evaluate(() => ({ ...globalThis.result, files: globalThis.performance.getEntriesByType('resource').map((e) => new URL(e.name).pathname) }));
    expect(problems).toEqual([]);
    expect(result.sum).toBe(4);
    expect(result.named).toEqual(result.default);
    // Each once: the module that is compiled while the script comes is the one that runs.
    expect(result.files.sort()).toEqual(['/dist/torsh.web.mjs', `/dist/${wasm}`, ...asked].sort());
  } finally {
    await page.close();
    await server.close();
  }
});
