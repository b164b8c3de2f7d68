// The entries: which backend comes, why, and what happens when one cannot be loaded.
const { mkdtempSync, cpSync, rmSync, writeFileSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { pathToFileURL } = require('node:url');
const { root, evaluate, run } = require('../support/child');

const dist = (name) => JSON.stringify(join(root, 'dist', name));
const show = 'console.log(JSON.stringify({ ...torsh.backend, sum: torsh.ones(2, 3).matmul(torsh.ones(3, 2)).sum().item() }))';

test('require gives the native backend and says so', async () => {
  const backend = await evaluate(`const torsh = require(${dist('torsh.cjs')}); ${show}`, { env: { TORSH_BACKEND: undefined } });
  expect(backend).toMatchObject({ name: 'native', sum: 12 });
  expect(backend.reasons.length).toBeGreaterThan(0);
  expect(typeof backend.blas).toBe('string');
  expect(backend.threads).toBeGreaterThan(0);
});

test.each(['native', 'wasm'])('TORSH_BACKEND=%s forces', async (name) => {
  const backend = await evaluate(`const torsh = require(${dist('torsh.cjs')}); ${show}`, { env: { TORSH_BACKEND: name } });
  expect(backend).toMatchObject({ name, sum: 12 });
  expect(backend.reasons.join(' ')).toMatch(/TORSH_BACKEND/);
});

test('an unknown TORSH_BACKEND is a clear error', async () => {
  const { code, stderr } = await run(process.execPath, ['-e', `require(${dist('torsh.cjs')})`], { env: { TORSH_BACKEND: 'gpu' } });
  expect(code).not.toBe(0);
  expect(stderr).toMatch(/^TorshError.*TORSH_BACKEND.*gpu/m);
  // Node shows the line that threw: all of a bundle would hide the words.
  expect(Math.max(...stderr.split('\n').map((line) => line.trim().length))).toBeLessThan(2000);
});

test('import and require are one torsh: same classes, same tensors', async () => {
  const url = JSON.stringify(pathToFileURL(join(root, 'dist', 'torsh.mjs')).href);
  const got = await evaluate(`
    const torsh = require(${dist('torsh.cjs')});
    import(${url}).then((module) => {
      const x = module.default.ones(2);
      console.log(JSON.stringify([x instanceof torsh.Tensor, torsh.add(x, 1).tolist(), module.nn === torsh.nn, module.tensor === torsh.tensor, typeof module.TorshError]));
    });`);
  expect(got).toEqual([true, [2, 2], true, true, 'function']);
});

test('named imports have every name', async () => {
  const url = JSON.stringify(pathToFileURL(join(root, 'dist', 'torsh.mjs')).href);
  const missing = await evaluate(`
    import * as names from ${url};
    console.log(JSON.stringify(Object.keys(names.default).filter((k) => /^[A-Za-z_$][\\w$]*$/.test(k) && !(k in names))));`, { esm: true });
  expect(missing).toEqual([]);
});

test('without an addon torsh runs on WASM and says why', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'torsh-entries-'));
  try {
    cpSync(join(root, 'dist'), join(folder, 'dist'), { recursive: true });
    const entry = JSON.stringify(join(folder, 'dist', 'torsh.cjs'));
    const backend = await evaluate(`const torsh = require(${entry}); ${show}`, { cwd: folder, env: { TORSH_BACKEND: undefined } });
    expect(backend).toMatchObject({ name: 'wasm', sum: 12 });
    expect(backend.reasons.join('\n')).toMatch(/@torsh\/[\w-]+ is not installed/);
    const forced = await run(process.execPath, ['-e', `require(${entry})`], { cwd: folder, env: { TORSH_BACKEND: 'native' } });
    expect(forced.code).not.toBe(0);
    expect(forced.stderr).toMatch(/TorshError/);
    writeFileSync(join(folder, 'dist', 'torsh-threads.wasm'), Buffer.from('not a module'));
    const single = await evaluate(`const torsh = require(${entry}); ${show}`, { cwd: folder });
    expect(single).toMatchObject({ name: 'wasm', sum: 12, threads: 1 });
    expect(single.reasons.join('\n')).toMatch(/one thread: .*torsh-threads\.wasm/);
    writeFileSync(join(folder, 'dist', 'torsh.wasm'), Buffer.from('not a module'));
    const broken = await run(process.execPath, ['-e', `require(${entry})`], { cwd: folder });
    expect(broken.code).not.toBe(0);
    expect(broken.stderr).toMatch(/TorshError/);
    expect(broken.stderr).toMatch(/torsh\.wasm is damaged/);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
