// The page of examples/browser in a real Chromium: trains on the digits and draws its loss, in under 30 seconds.
const { createServer } = require('node:http');
const { createReadStream, existsSync, statSync } = require('node:fs');
const { extname, join, normalize } = require('node:path');
const { root, evaluate } = require('../support/child');

const types = { '.html': 'text/html; charset=utf-8', '.mjs': 'text/javascript', '.js': 'text/javascript', '.wasm': 'application/wasm', '.gz': 'application/gzip', '.css': 'text/css' };

/** A static server of the checkout on a free local port; resolves to { url, close }. */
function serve(folder) {
  const server = createServer((request, response) => {
    const path = normalize(join(folder, decodeURIComponent(new URL(request.url, 'http://localhost').pathname)));
    if (!path.startsWith(folder) || !existsSync(path) || !statSync(path).isFile()) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { 'Content-Type': types[extname(path)] ?? 'application/octet-stream' });
    createReadStream(path).pipe(response);
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      resolve({ url: `http://127.0.0.1:${server.address().port}`, close: () => new Promise((done) => server.close(done)) });
    });
  });
}

const runs = process.env.TORSH_NO_BROWSER ? test.skip : test;

runs('digits.html trains in Chromium and draws its loss', async () => {
  const executablePath = await evaluate("import { findChromium } from './tools/setup.mjs'; console.log(JSON.stringify(findChromium()))", { esm: true });
  if (!executablePath) throw new Error('no Chromium: run `node tools/setup.mjs`, or set TORSH_NO_BROWSER=1 to leave the browser test out');
  const { chromium } = require('playwright-core');
  const server = await serve(root);
  const browser = await chromium.launch({
    executablePath,
    headless: true,
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--disable-background-networking', '--disable-component-update', '--disable-default-apps',
      '--disable-extensions', '--disable-sync', '--metrics-recording-only', '--no-first-run', '--no-default-browser-check', '--disable-domain-reliability'],
  });
  try {
    const page = await browser.newPage();
    const problems = [];
    page.on('pageerror', (error) => problems.push(String(error)));
    page.on('console', (entry) => { if (entry.type() === 'error' && !/favicon/.test(entry.location().url)) problems.push(entry.text()); });
    const started = Date.now();
    await page.goto(`${server.url}/examples/browser/digits.html`);
    await page.waitForFunction(() => globalThis.torshResult !== undefined, null, { timeout: 30000 }).catch((error) => problems.push(error.message));
    expect(problems).toEqual([]);
    const result = await page.evaluate(() => globalThis.torshResult);
    expect(Date.now() - started).toBeLessThan(30000);
    expect(result.accuracy).toBeGreaterThan(0.95);
    // Something is drawn: the canvas has more than one colour, over more than a few pixels.
    const drawn = await page.evaluate(() => {
      const canvas = globalThis.document.querySelector('canvas');
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      const colours = new Map();
      for (let i = 0; i < data.length; i += 4) {
        const key = `${data[i]},${data[i + 1]},${data[i + 2]},${data[i + 3]}`;
        colours.set(key, (colours.get(key) ?? 0) + 1);
      }
      return { colours: colours.size, rest: canvas.width * canvas.height - Math.max(...colours.values()) };
    });
    expect(drawn.colours).toBeGreaterThan(1);
    expect(drawn.rest).toBeGreaterThan(200);
  } finally {
    await browser.close();
    await server.close();
  }
}, 60000);
