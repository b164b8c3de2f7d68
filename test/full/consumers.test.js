// Everybody who uses the package: bundlers, servers, runtimes, checkers, each a project of test/consumers with the packed tarball.
const { existsSync, readdirSync } = require('node:fs');
const { join } = require('node:path');
const { consumers, gzipped, must, project, testWith } = require('../support/consumers');
const { launch, openPage, serve } = require('../support/browser');
const { pack, run, scratch } = require('../support/package');

const place = scratch('consumers');
const isolated = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp', 'Cross-Origin-Resource-Policy': 'same-origin' };
let tarball, browser;

beforeAll(async () => {
  tarball = (await pack(place.folder)).file;
  if (!process.env.TORSH_NO_BROWSER) browser = await launch();
}, 180000);

afterAll(async () => {
  await browser?.close();
  place.remove();
});

/** What a page leaves in globalThis.result. */
async function visit(folder, file, headers) {
  const server = await serve(folder, { headers }), problems = [], asked = [];
  const page = await openPage(browser, problems);
  page.on('request', (request) => { asked.push(new URL(request.url()).pathname); });
  try {
    await page.goto(`${server.url}/${file}`);
    await page.waitForFunction(() => globalThis.result !== undefined, null, { timeout: 60000 }).catch((error) => problems.push(error.message));
    const result = await page.evaluate(() => globalThis.result);
    return { result, asked, problems };
  } finally {
    await page.close();
    await server.close();
  }
}

const trained = { name: 'wasm', oneClass: true, product: [[3], [7]], layer: 'Linear(inFeatures=2, outFeatures=8, bias=true)', worker: { name: 'wasm', squared: [[1, 4], [9, 16]] } };

function expectTrained({ result, problems }, threads) {
  expect(problems.filter((p) => !/404/.test(p))).toEqual([]);
  expect(result).toMatchObject({ ...trained, layer: expect.stringContaining('Linear(') });
  expect(result.last).toBeLessThan(result.first / 4);
  if (threads) expect(result.threads).toBeGreaterThan(1);
  else expect(result.threads).toBe(1);
}

const bundlers = testWith('bundlers', process.env.TORSH_NO_BROWSER ? 'there is no browser' : null);
const page = (bundler) => ({ 'build.mjs': 'bundlers/build.mjs', 'index.html': 'page/index.html', 'main.js': 'page/main.js', 'tensor.js': 'page/tensor.js', 'worker.js': bundler === 'vite' ? 'page/worker-web.js' : 'page/worker.js' });

describe.each(['vite', 'webpack', 'rollup', 'esbuild'])('%s', (bundler) => {
  let folder;

  bundlers('a page and its worker run as they are bundled, with threads where it is isolated', async () => {
    folder = await project(place, bundler, { tools: 'bundlers', files: page(bundler), tarball });
    await must(process.execPath, ['build.mjs', bundler, 'main'], { cwd: folder, timeout: 180000 });
    const brings = readdirSync(join(folder, 'out'), { recursive: true }).some((name) => String(name).endsWith('.wasm'));
    expect(brings).toBe(bundler === 'vite' || bundler === 'webpack');
    expectTrained(await visit(join(folder, 'out'), 'index.html'), false);
    const alone = await visit(join(folder, 'out'), 'index.html', isolated);
    expectTrained(alone, brings);
    // Those that bring no file use the copy within the script, and it is told.
    if (!brings) expect(alone.result.reasons.join('\n')).toMatch(/the copy of torsh\.wasm within the script: .*torsh\.wasm could not be fetched: the answer was 404/);
    else expect(alone.asked.filter((path) => /wasm-?\w*\.(m?js)$/.test(path))).toEqual([]);
  }, 400000);

  bundlers('a page that uses two functions takes little', async () => {
    await must(process.execPath, ['build.mjs', bundler, 'tensor'], { cwd: folder, timeout: 180000, env: { NODE_ENV: 'production' } });
    const sizes = gzipped(join(folder, 'out')), main = Object.keys(sizes).find((name) => /(^|\/)tensor[\w.-]*\.js$/.test(name));
    process.stderr.write(`${bundler}: a page with tensor and matmul: ${(sizes[main] / 1000).toFixed(1)} kB gzipped\n`);
    expect(sizes[main]).toBeLessThan(80000);
  }, 200000);
});

bundlers('plain files with an import map, and a worker', async () => {
  const folder = await project(place, 'static', { files: { 'static.html': 'page/static.html', 'main.js': 'page/main.js', 'worker.js': 'page/worker-static.js' }, tarball });
  expectTrained(await visit(folder, 'static.html'), false);
  expectTrained(await visit(folder, 'static.html', isolated), true);
}, 200000);

describe('a server that is bundled by webpack', () => {
  const files = { 'app.js': 'server/app.js', 'build.mjs': 'server/build.mjs' };

  bundlers.each(['within', 'external'])('with torsh %s', async (how) => {
    const folder = await project(place, `server-${how}`, { tools: 'bundlers', files, tarball });
    await must(process.execPath, ['build.mjs', how], { cwd: folder, timeout: 180000 });
    const out = await must(process.execPath, ['out/app.cjs'], { cwd: folder, env: { TORSH_BACKEND: undefined } });
    const { name, answer, reasons } = JSON.parse(out.trim().split('\n').pop());
    expect(answer).toBeCloseTo(1, 5);
    expect(name).toBe('wasm');
    expect(reasons.join('\n')).toMatch(/is not installed/);
  }, 200000);
});

describe('runtimes', () => {
  const here = process.platform === 'linux' && process.arch === 'x64';
  const runtimes = testWith('runtimes', here ? null : 'its binaries are for Linux on x64');
  const binary = (name) => join(consumers, 'runtimes/node_modules', { bun: '@oven/bun-linux-x64/bin/bun', deno: '@deno/linux-x64-glibc/deno' }[name] ?? `${name}/bin/node`);
  let folder;

  const start = async (name, args = ['app.mjs'], env = {}) => {
    folder ??= await project(place, 'runtimes', { files: { 'app.mjs': 'runtimes/app.mjs' }, tarball });
    return run(binary(name), args, { cwd: folder, env: { TORSH_BACKEND: undefined, DENO_NO_UPDATE_CHECK: '1', ...env }, timeout: 120000 });
  };
  const expected = { one: true, product: [[7, 10], [15, 22]], grad: [2, 2] };

  runtimes.each(['node18', 'node20', 'node22', 'node24', 'bun', 'deno'])('%s', async (name) => {
    expect(existsSync(binary(name))).toBe(true);
    const { code, stdout, stderr } = await start(name, name === 'deno' ? ['run', '--allow-all', '--no-prompt', 'app.mjs'] : ['app.mjs']);
    expect([code, stderr.replace(/^.*(Warning|warn).*$/gm, '').trim()]).toEqual([0, '']);
    expect(JSON.parse(stdout.trim().split('\n').pop())).toMatchObject({ name: 'wasm', ...expected });
  }, 150000);

  runtimes('node16 is told what it needs, whatever it asks for', async () => {
    for (const source of ["require('torsh')", "require('torsh/native')", "require('torsh/wasm')", "require('torsh/nn')", "import('torsh').catch((e) => { console.error(e.message); process.exit(1); })"]) {
      const { code, stderr } = await start('node16', ['-e', source]);
      expect(code).not.toBe(0);
      expect(stderr).toMatch(/torsh needs Node 18 or later, and this is Node 16\.\d+\.\d+: install a newer one/);
    }
  }, 150000);
});

describe('checkers', () => {
  const lint = testWith('lint');

  lint('publint has nothing to say', async () => {
    const out = await must(process.execPath, [join(consumers, 'lint/node_modules/publint/src/cli.js'), '--strict', tarball], { timeout: 120000 });
    expect(out).toMatch(/All good/);
  }, 150000);

  lint('arethetypeswrong finds the types right', async () => {
    // torsh/web is for bundlers and pages: ESM alone.
    const out = await must(process.execPath, [join(consumers, 'lint/node_modules/@arethetypeswrong/cli/dist/index.js'), tarball, '--profile', 'node16', '--exclude-entrypoints', './torsh.wasm', './torsh-threads.wasm', '--ignore-rules', 'cjs-resolves-to-esm'], { timeout: 240000 });
    expect(out).toContain('"torsh/nn"');
    expect(out.replace(/\(ignored[^\n]*/g, '')).not.toMatch(/💀|🥴|❌|🎭|👺|🤨|🐛/);
  }, 300000);
});
