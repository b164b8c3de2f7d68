// What can be wrong with a page, its server or its bundle: torsh runs all the same where it can, and says what to do where it cannot.
const { readFileSync } = require('node:fs');
const { join } = require('node:path');
const esbuild = require('esbuild');
const { root, serve, launch, openPage } = require('../support/browser');
const { evaluate, run } = require('../support/child');

const runs = process.env.TORSH_NO_BROWSER ? test.skip : test;
const wasm = readFileSync(join(root, 'dist/torsh.wasm'));
let browser;

beforeAll(async () => { if (!process.env.TORSH_NO_BROWSER) browser = await launch(); });
afterAll(() => browser?.close());

const html = (script) => `<!doctype html><link rel="icon" href="data:,"><script type="module">${script}</script>`;
const compute = `
  try {
    const { default: torsh } = await import('/dist/torsh.web.mjs');
    globalThis.result = { name: torsh.backend.name, threads: torsh.backend.threads, reasons: torsh.backend.reasons, sum: torsh.ones(2, 3).matmul(torsh.ones(3, 2)).sum().item() };
  } catch (error) {
    globalThis.result = { code: error.code, error: error.message };
  }`;

/** globalThis.result of a page of that script. */
async function visit({ script = compute, headers = {}, extra = {}, before = null }) {
  const server = await serve(root, { headers, extra: { '/page.html': html(script), ...extra } });
  const page = await openPage(browser, []);
  try {
    if (before) await page.addInitScript(before);
    await page.goto(`${server.url}/page.html`);
    await page.waitForFunction(() => globalThis.result !== undefined);
    return await page.evaluate(() => globalThis.result);
  } finally {
    await page.close();
    await server.close();
  }
}

const isolated = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' };

runs('not isolated: one thread, and which headers would give more', async () => {
  const result = await visit({});
  expect(result).toMatchObject({ name: 'wasm', threads: 1, sum: 12 });
  expect(result.reasons.join('\n')).toMatch(/one thread: the page is not cross-origin isolated \(headers Cross-Origin-Opener-Policy and Cross-Origin-Embedder-Policy\)/);
});

runs('isolated, but without SharedArrayBuffer', async () => {
  const result = await visit({ headers: isolated, before: () => { delete globalThis.SharedArrayBuffer; } });
  expect(result).toMatchObject({ name: 'wasm', threads: 1, sum: 12 });
  expect(result.reasons.join('\n')).toMatch(/one thread: there is no SharedArrayBuffer/);
});

runs.each([
  ['cut off', wasm.subarray(0, 100000), /torsh\.wasm is damaged or cut off \(100000 bytes\)/],
  ['a page in its place', Buffer.from('<!doctype html><title>my app</title>'), /torsh\.wasm is not WebAssembly but a page: the file is not where it should be \(copy torsh\.wasm/],
])('torsh.wasm %s: the copy within the script serves, and it is told', async (what, bytes, words) => {
  const result = await visit({ extra: { '/dist/torsh.wasm': bytes } });
  expect(result).toMatchObject({ name: 'wasm', sum: 12 });
  expect(result.reasons.join('\n')).toMatch(words);
  expect(result.reasons.join('\n')).toMatch(/the copy of torsh\.wasm within the script/);
});

runs('torsh.wasm of another version', async () => {
  const other = Buffer.from(wasm), hash = /tableHash = '(\w+)'/.exec(readFileSync(join(root, 'lib/gen/hash.ts'), 'utf8'))[1];
  other.write('0'.repeat(hash.length), other.indexOf(hash));
  expect(await visit({ extra: { '/dist/torsh.wasm': other } })).toEqual({ code: 'ERR_BACKEND', error: 'torsh: the .wasm file was built from another version' });
});

runs('torsh/web, which has no copy, says the same as an error', async () => {
  const script = `
    import torsh, { init } from '/dist/web.mjs';
    const fails = async (options) => { try { await init(options); return 'none'; } catch (error) { return error.code + ' ' + error.message; } };
    let early;
    try { torsh.ones(2); } catch (error) { early = error.message; }
    const found = [early, await fails({ wasm: '/missing.wasm' }), await fails({ wasm: new Uint8Array([0, 97, 115]) }), await fails({ wasm: '/cut.wasm' })];
    // A type that is not WebAssembly's does not matter; and the first backend stays.
    await init({ wasm: '/module.bin' });
    await init({ wasm: '/missing.wasm' });
    globalThis.result = [...found, torsh.ones(3).sum().item()];`;
  const [early, missing, few, cut, sum] = await visit({ script, extra: { '/cut.wasm': wasm.subarray(0, 5000), '/module.bin': wasm } });
  expect(early).toMatch(/no backend is loaded yet: await init\(\) of torsh\/web first, or import torsh/);
  expect(missing).toMatch(/^ERR_BACKEND .*\/missing\.wasm could not be fetched: the answer was 404/);
  expect(few).toMatch(/^ERR_BACKEND .*what init\(\) was given is not WebAssembly/);
  expect(cut).toMatch(/^ERR_BACKEND .*cut\.wasm is damaged or cut off \(5000 bytes\)/);
  expect(sum).toBe(3);
});

runs('a policy that forbids WebAssembly', async () => {
  const result = await visit({ headers: { 'Content-Security-Policy': "script-src 'self' 'unsafe-inline'" } });
  expect(result).toEqual({ code: 'ERR_BACKEND', error: expect.stringMatching(/^torsh: the page's Content-Security-Policy forbids WebAssembly: add 'wasm-unsafe-eval' to its script-src/) });
});

runs('a browser without WebAssembly', async () => {
  const result = await visit({ before: () => { delete globalThis.WebAssembly; } });
  expect(result).toEqual({ code: 'ERR_BACKEND', error: expect.stringMatching(/^torsh: WebAssembly is not available here .* and torsh cannot run without it/) });
});

runs('a classic script of torsh/web, as bundlers make it', async () => {
  const { outputFiles } = await esbuild.build({
    stdin: { contents: "import torsh, { init } from './dist/web.mjs'; init().catch((e) => e.message).then(async (early) => { await init({ wasm: '/dist/torsh.wasm' }); globalThis.result = [early, torsh.ones(4).sum().item()]; });", resolveDir: root },
    bundle: true, format: 'iife', write: false, logLevel: 'silent',
  });
  const result = await visit({ script: 'document.head.append(Object.assign(document.createElement("script"), { src: "/bundle.js" }));', extra: { '/bundle.js': outputFiles[0].text } });
  expect(result).toEqual([expect.stringMatching(/init\(\{ wasm \}\)/), 4]);
});

test('Node without WebAssembly', async () => {
  const entry = JSON.stringify(join(root, 'dist/entry/torsh.cjs'));
  const { code, stderr } = await run(process.execPath, ['-e', `delete globalThis.WebAssembly; require(${entry})`], { env: { TORSH_BACKEND: 'wasm' } });
  expect(code).not.toBe(0);
  expect(stderr).toMatch(/TorshError: torsh: WebAssembly is not available here/);
  expect(await evaluate(`delete globalThis.WebAssembly; const torsh = require(${entry}); console.log(JSON.stringify([torsh.backend.name, torsh.ones(2).sum().item()]))`, { env: { TORSH_BACKEND: undefined } })).toEqual(['native', 2]);
});
