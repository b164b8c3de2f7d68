// A real Next.js application with the packed tarball, built by each of its bundlers: pages and routes of the server compute, and the page trains.
const { spawn } = require('node:child_process');
const { cpSync } = require('node:fs');
const { join } = require('node:path');
const { consumers, must, project, testWith } = require('../support/consumers');
const { launch, openPage } = require('../support/browser');
const { pack, scratch } = require('../support/package');

const place = scratch('next');
const NODE = Number(process.versions.node.split('.')[0]) < 20 ? 'Next.js needs Node 20' : null;
const builds = testWith('next', NODE ?? (process.env.TORSH_NO_BROWSER ? 'there is no browser' : null));
const env = { NEXT_TELEMETRY_DISABLED: '1', NODE_ENV: 'production', TORSH_BACKEND: undefined, NODE_OPTIONS: undefined };
let folder, browser;
const running = new Set();

beforeAll(async () => {
  if (builds === test.skip) return;
  browser = await launch();
  folder = await project(place, 'app', { files: {}, tarball: (await pack(place.folder)).file });
  cpSync(join(consumers, 'next/app'), join(folder, 'app'), { recursive: true });
  // Copied, not linked: Next.js takes packages outside of the project's folder for another project's.
  cpSync(join(consumers, 'next/node_modules'), join(folder, 'node_modules'), { recursive: true });
}, 180000);

afterAll(async () => {
  for (const child of running) child.kill('SIGKILL');
  await browser?.close();
  place.remove();
});

/** Resolves to the address at which the built application listens. */
async function start() {
  const merged = Object.fromEntries(Object.entries({ ...process.env, ...env }).filter(([, value]) => value !== undefined));
  const child = spawn(process.execPath, [join(folder, 'node_modules/next/dist/bin/next'), 'start', '-p', '0', '-H', '127.0.0.1'], { cwd: folder, env: merged });
  running.add(child);
  let said = '';
  const listens = new Promise((resolve, reject) => {
    const read = (text) => {
      said += text;
      const found = /http:\/\/127\.0\.0\.1:\d+/.exec(said);
      if (found && /Ready/.test(said)) resolve(found[0]);
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.on('exit', (code) => { reject(new Error(`next start: exit ${code}\n${said}`)); });
  });
  return { url: await listens, stop: () => { running.delete(child); child.removeAllListeners('exit'); child.kill('SIGKILL'); } };
}

builds.each(['--turbopack', '--webpack'])('next build %s', async (bundler) => {
  await must(process.execPath, [join(folder, 'node_modules/next/dist/bin/next'), 'build', bundler], { cwd: folder, timeout: 300000, env });
  const { url, stop } = await start(), problems = [];
  try {
    const route = await (await fetch(`${url}/api/predict`)).json();
    expect(route).toMatchObject({ name: 'wasm', product: [[11]] });
    expect(route.reasons.join('\n')).toMatch(/is not installed/);
    const page = await openPage(browser, problems);
    await page.goto(url);
    const server = JSON.parse(await page.textContent('#server'));
    expect(server.name).toBe('wasm');
    expect(server.sum).toBeCloseTo(1, 5);
    await page.waitForFunction(() => document.querySelector('#page').textContent !== '', null, { timeout: 60000 });
    const trained = JSON.parse(await page.textContent('#page'));
    expect(trained.name).toBe('wasm');
    expect(trained.last).toBeLessThan(trained.first / 1000);
    expect(problems).toEqual([]);
    await page.close();
  } finally {
    stop();
  }
}, 400000);
