// Chromium, and a server of the checkout for it.
const { createServer } = require('node:http');
const { createReadStream, existsSync, statSync } = require('node:fs');
const { extname, join, normalize } = require('node:path');
const { root, evaluate } = require('./child');

/** Playwright's own limit, 30 s, is short where much else runs. */
const PATIENCE = 240000;

const types = { '.html': 'text/html; charset=utf-8', '.mjs': 'text/javascript', '.js': 'text/javascript', '.wasm': 'application/wasm', '.gz': 'application/gzip', '.css': 'text/css' };

/** A static server of a folder on a free local port, with headers of its own and `extra` files by path; resolves to { url, close }. */
function serve(folder, { headers = {}, extra = {} } = {}) {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, 'http://localhost');
    const path = normalize(join(folder, decodeURIComponent(pathname))), type = types[extname(path)] ?? 'application/octet-stream';
    if (pathname in extra) {
      response.writeHead(200, { 'Content-Type': type, ...headers }).end(extra[pathname]);
      return;
    }
    if (!path.startsWith(folder) || !existsSync(path) || !statSync(path).isFile()) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { 'Content-Type': type, ...headers });
    createReadStream(path).pipe(response);
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      resolve({ url: `http://127.0.0.1:${server.address().port}`, close: () => new Promise((done) => server.close(done)) });
    });
  });
}

async function launch({ args = [] } = {}) {
  const executablePath = await evaluate("import { findChromium } from './tools/setup.mjs'; console.log(JSON.stringify(findChromium()))", { esm: true });
  if (!executablePath) throw new Error('no Chromium: run `node tools/setup.mjs`, or set TORSH_NO_BROWSER=1 to leave the browser tests out');
  const { chromium } = require('playwright-core');
  return chromium.launch({
    executablePath,
    headless: true,
    timeout: PATIENCE,
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--disable-background-networking', '--disable-component-update', '--disable-default-apps',
      '--disable-extensions', '--disable-sync', '--metrics-recording-only', '--no-first-run', '--no-default-browser-check', '--disable-domain-reliability', ...args],
  });
}

/** A page of it; what goes wrong there is added to `problems`. */
async function openPage(browser, problems) {
  const page = await browser.newPage();
  page.setDefaultTimeout(PATIENCE);
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('console', (entry) => { if (entry.type() === 'error' && !/favicon/.test(entry.location().url)) problems.push(entry.text()); });
  return page;
}

/**
 * Runs task() and resolves to the longest task that a page's own thread has had meanwhile, in ms of its processor time: what else the machine has to do
 * does not count.
 */
async function longestTask(browser, page, task) {
  await browser.startTracing(page, { categories: ['toplevel', '__metadata'] });
  let trace;
  try {
    await task();
  } finally {
    trace = await browser.stopTracing();
  }
  const { traceEvents } = JSON.parse(trace.toString());
  const threads = new Set(traceEvents.filter((e) => e.name === 'thread_name' && e.args.name === 'CrRendererMain').map((e) => `${e.pid} ${e.tid}`));
  const times = traceEvents.filter((e) => e.name.endsWith('RunTask') && threads.has(`${e.pid} ${e.tid}`) && e.tdur >= 0).map((e) => e.tdur / 1000);
  if (times.length < 10) throw new Error('the trace has no times of tasks');
  return times.reduce((a, b) => Math.max(a, b));
}

module.exports = { PATIENCE, root, serve, launch, openPage, longestTask };
