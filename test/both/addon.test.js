// Where the addon comes from in an installed package, and what is said when it will not do: torsh runs on WebAssembly then, and says why.
const { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');
const { root, run } = require('../support/child');
const { install, must, pack, scratch } = require('../support/package');

const place = scratch('addon');
const folder = join(place.folder, 'consumer');
const addon = readFileSync(join(root, 'build/Release/torsh.node'));
let name, manifest, version;

beforeAll(async () => {
  const { file } = await pack(place.folder);
  await install(folder, [file]);
  ({ name, manifest, version } = JSON.parse(await must(process.execPath, ['--input-type=module', '-e', `
    import { readFileSync } from 'node:fs';
    import { platforms, packageName } from './packages/platforms.mjs';
    import { platformManifest } from './tools/package/manifest.mjs';
    const libc = process.platform === 'linux' ? (process.report.getReport().header.glibcVersionRuntime ? 'glibc' : 'musl') : undefined;
    const name = Object.keys(platforms).find((n) => platforms[n].os === process.platform && platforms[n].cpu === process.arch && platforms[n].libc === libc);
    const tableHash = /'(\\w+)'/.exec(readFileSync('lib/gen/hash.ts', 'utf8'))[1];
    const manifest = platformManifest(process.cwd(), name, { tableHash, glibc: '2.16', blas: 'OpenBLAS' });
    console.log(JSON.stringify({ name: packageName(name), manifest, version: manifest.version }));`], { cwd: root })));
});

afterAll(place.remove);
afterEach(() => rmSync(join(folder, 'node_modules', '@torsh'), { recursive: true, force: true }));

/** Puts a platform package beside torsh, as npm would. */
function provide(bytes, changes = {}) {
  const where = join(folder, 'node_modules', name);
  mkdirSync(where, { recursive: true });
  writeFileSync(join(where, 'package.json'), JSON.stringify({ ...manifest, ...changes }));
  if (bytes) writeFileSync(join(where, 'torsh.node'), bytes);
}

/** torsh.backend of a process of its own, and that it computes. */
async function backend({ env = {}, node = [] } = {}) {
  const out = await must(process.execPath, [...node, '-e', "const torsh = require('torsh'); console.log(JSON.stringify({ ...torsh.backend, sum: torsh.ones(2, 3).matmul(torsh.ones(3, 2)).sum().item() }))"],
    { cwd: folder, env: { TORSH_BACKEND: undefined, ...env } });
  return JSON.parse(out.trim().split('\n').pop());
}

/** What `torsh doctor` reports there. */
const doctor = async () => JSON.parse(await must(process.execPath, [join('node_modules', 'torsh', 'dist', 'cli.mjs'), 'doctor', '--json'], { cwd: folder, env: { TORSH_BACKEND: undefined, OPENBLAS_CORETYPE: undefined, OPENBLAS_L2_SIZE: undefined } }));

test('the package of the platform is found', async () => {
  provide(addon);
  expect(await backend()).toMatchObject({ name: 'native', sum: 12 });
  expect(await doctor()).toMatchObject({ works: true, backend: { name: 'native' }, addons: [{ place: name, version }], advice: [] });
});

const wasm = (pattern) => ({ name: 'wasm', sum: 12, reasons: expect.arrayContaining(['the native backend could not be loaded', expect.stringMatching(pattern)]) });
const escaped = (text) => text.replace(/[/.]/g, '\\$&');

test('without it: what to install', async () => {
  expect(await doctor()).toMatchObject({
    works: true, backend: { name: 'wasm' }, addons: [{ place: name, version: null }], advice: [`the native backend is not there, so torsh runs on WebAssembly, which is slower: npm install ${name}@${version}`],
  });
  expect(await backend()).toMatchObject(wasm(new RegExp(`${escaped(name)} is not installed .*: npm install ${escaped(`${name}@${version}`)}`)));
});

test('of another version, or of another build of this one', async () => {
  provide(addon, { version: '9.9.9' });
  expect((await doctor()).advice).toEqual(expect.arrayContaining([`${name} has version 9.9.9, torsh ${version}: install them alike`]));
  expect(await backend()).toMatchObject(wasm(new RegExp(`is version 9\\.9\\.9, torsh is ${escaped(version)}: npm install`)));
  provide(addon, { torsh: { ...manifest.torsh, tableHash: '0000000000000000' } });
  expect(await backend()).toMatchObject(wasm(/is of another build of torsh/));
});

test('a package that has lost its addon', async () => {
  provide(null);
  expect(await backend()).toMatchObject(wasm(/Cannot find module .*; npm install/));
});

test('a damaged file', async () => {
  provide(Buffer.from('not an addon'));
  expect(await backend()).toMatchObject(wasm(/damaged, or of another platform than .*npm install/));
});

const onLinux = process.platform === 'linux' && process.arch === 'x64' ? test : test.skip;

onLinux('an addon of another processor', async () => {
  const other = Buffer.from(addon);
  other.writeUInt16LE(0xb7, 18); // e_machine: AArch64
  provide(other);
  expect(await backend()).toMatchObject(wasm(/of another platform than linux-x64-.*npm install/));
});

onLinux('an addon that needs a newer C library', async () => {
  const hash = (text) => [...text].reduce((h, c) => {
    const sum = ((h << 4) + c.charCodeAt(0)) >>> 0, high = sum & 0xf0000000;
    return ((high ? sum ^ (high >>> 24) : sum) & ~high) >>> 0;
  }, 0);
  const newer = Buffer.from(addon), word = (n) => { const b = Buffer.alloc(4); b.writeUInt32LE(n); return b; };
  newer.write('GLIBC_2.99', newer.indexOf('GLIBC_2.14\0'));
  for (let at = newer.indexOf(word(hash('GLIBC_2.14'))); at >= 0; at = newer.indexOf(word(hash('GLIBC_2.14')), at + 4)) if (at % 4 === 0) word(hash('GLIBC_2.99')).copy(newer, at);
  provide(newer, { torsh: { ...manifest.torsh, glibc: '2.99' } });
  expect(await backend()).toMatchObject(wasm(/it needs GLIBC 2\.99, this system has \d+\.\d+/));
});

test('a process that may not load addons', async () => {
  provide(addon);
  const flag = Number(process.versions.node.split('.')[0]) >= 24 ? '--permission' : '--experimental-permission';
  const result = await backend({ node: [flag, '--allow-fs-read=*', '--allow-worker', '--no-warnings'] });
  expect(result).toMatchObject(wasm(/addons are not allowed in this process: run node with --allow-addons/));
});

test("'torsh/native' and TORSH_BACKEND=native are errors then, which say the same", async () => {
  for (const [source, env] of [["require('torsh/native')", {}], ["require('torsh')", { TORSH_BACKEND: 'native' }]]) {
    const { code, stderr } = await run(process.execPath, ['-e', source], { cwd: folder, env: { TORSH_BACKEND: undefined, ...env } });
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/TorshError: torsh: the native addon could not be loaded:\n.*is not installed/);
  }
});

test('two versions of torsh in one process run side by side, and tell their tensors apart', async () => {
  const other = join(folder, 'node_modules', 'other');
  cpSync(join(folder, 'node_modules', 'torsh'), other, { recursive: true });
  for (const file of ['native.cjs', 'wasm.cjs']) {
    const path = join(other, 'dist', file), text = readFileSync(path, 'utf8');
    expect(text).toContain(`version="${version}"`);
    writeFileSync(path, text.replaceAll(`version="${version}"`, 'version="0.0.1"'));
  }
  provide(addon);
  try {
    const out = await must(process.execPath, ['-e', `
      const a = require('torsh'), b = require('other');
      let message;
      try { a.add(a.ones(2), b.ones(2)); } catch (e) { message = e.message; }
      console.log(JSON.stringify([a.version, b.version, a.backend.name, b.backend.name, b.backend.reasons.join(' '), message, a.tensor(b.ones(2).tolist()).add(1).tolist(), a.isTensor(b.ones(2))]));`], { cwd: folder, env: { TORSH_BACKEND: undefined } });
    expect(JSON.parse(out)).toEqual([version, '0.0.1', 'native', 'wasm', expect.stringContaining(`is version ${version}, torsh is 0.0.1`),
      expect.stringMatching(/: the tensor belongs to another copy of torsh \(version 0\.0\.1, this is .*copy it with tensor\(x\.toTypedArray\(\)/), [2, 2], true]);
  } finally {
    rmSync(other, { recursive: true, force: true });
  }
});
