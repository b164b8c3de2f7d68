/**
 * `npm run release:check`: everything that a release takes, in one go: sources and documents, a clean build, the tests on both backends, the packed tarball,
 * sizes, licences, bills of materials (build/release), the coverage table. Goes on where something is off, and says all of it at the end.
 *
 *   node tools/release.mjs [--fast] [--only NAME,...] [--skip NAME,...]     --fast: builds what is stale and leaves out what takes long; --list tells the names
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { bundled } from './check/modules.mjs';
import { checkChangelog } from './release/changelog.mjs';
import { checkLock, checkShipped } from './release/licenses.mjs';
import { checkBill, makeBills } from './release/sbom.mjs';
import { checkSizes, measure } from './release/sizes.mjs';
import { checkBuilt, checkVersions } from './release/versions.mjs';
import { setup } from './setup.mjs';
import { root } from './sources.mjs';

const require = createRequire(join(root, 'package.json'));
const read = (path) => readFileSync(join(root, path), 'utf8');
const manifest = JSON.parse(read('package.json'));
const out = join(root, 'build/release');

/** Runs a program; its last words when it fails. */
function run(command, args, { env = {}, quiet = false } = {}) {
  const { status, stdout, error } = spawnSync(command, args, { cwd: root, env: { ...process.env, ...env }, encoding: 'utf8', maxBuffer: 1 << 28, stdio: quiet ? 'pipe' : ['ignore', 'inherit', 'inherit'], shell: command === 'npm' && process.platform === 'win32' });
  if (status === 0) return [];
  return [`${[command === process.execPath ? 'node' : command, ...args].join(' ')}: ${error?.message ?? `exit code ${status}`}`, ...(quiet ? stdout.trim().split('\n').filter((line) => !line.startsWith('ok ')).slice(-20) : [])];
}
const node = (script, args = [], options = {}) => run(process.execPath, [join(root, script), ...args], options);

/** Packages that part of the tree have lock files of their own: path of the folder -> lock file. */
const locks = () => execFileSync('git', ['ls-files', '*package-lock.json'], { cwd: root, encoding: 'utf8' }).trim().split('\n').map((path) => [dirname(path), JSON.parse(read(path))]);

function licences() {
  const documented = read('docs/dependencies.md');
  const shipped = [...bundled].map((name) => ({ name, license: require(`${name}/package.json`).license, text: readFileSync(join(dirname(require.resolve(`${name}/package.json`)), 'LICENSE'), 'utf8') }));
  return [
    ...checkShipped(shipped, read('THIRD-PARTY.txt'), manifest),
    ...locks().flatMap(([folder, lock]) => checkLock(folder, lock)),
    ...Object.keys({ ...manifest.devDependencies, ...manifest.peerDependencies }).filter((name) => !documented.includes(name)).map((name) => `docs/dependencies.md does not say what ${name} is for`),
  ];
}

function bills() {
  const emscripten = spawnSync('emcc', ['--version'], { encoding: 'utf8' }).stdout?.match(/\d+\.\d+\.\d+/)?.[0];
  if (!emscripten) return ['the version of Emscripten, whose libraries are shipped, cannot be told: emcc does not run'];
  const made = makeBills(root, manifest, { bundled: [...bundled], emscripten });
  mkdirSync(out, { recursive: true });
  return Object.entries(made).flatMap(([name, bill]) => {
    writeFileSync(join(out, `${name}.cdx.json`), `${JSON.stringify(bill, null, 2)}\n`);
    return checkBill(bill, manifest).map((problem) => `${name}.cdx.json: ${problem}`);
  });
}

/** What npm needs to state where a package comes from (docs/releasing.md). */
function provenance() {
  const workflow = read('.github/workflows/release.yml');
  const publishes = workflow.split('\n').filter((line) => /\bnpm publish\b/.test(line));
  return [
    ...(publishes.length === 0 ? ['.github/workflows/release.yml publishes nothing'] : []),
    ...publishes.filter((line) => !line.includes('--provenance')).map((line) => `.github/workflows/release.yml publishes without --provenance: ${line.trim()}`),
    ...(/id-token:\s*write/.test(workflow) ? [] : ['.github/workflows/release.yml lacks the permission id-token: write']),
  ];
}

function tarball() {
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  const text = execFileSync('npm', ['pack', '--json', '--pack-destination', out], { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 1 << 26, shell: process.platform === 'win32' });
  // What prepare and prepack print comes before.
  const [packed] = JSON.parse(text.slice(text.search(/^\[/m)));
  return packed;
}

function sizes() {
  const found = measure(root, tarball());
  for (const [name, size] of Object.entries(found)) console.log(`       ${name.padEnd(10)} ${String(size ?? '-').padStart(10)} of ${manifest.torsh.sizeBudget[name] ?? '-'}`);
  return checkSizes(found, manifest.torsh.sizeBudget);
}

function build({ fast }) {
  const can = setup('build');
  for (const name of ['native', 'wasm']) if (can[name] === false) return [`the ${name} backend cannot be built with what is here (above)`];
  if (!fast) for (const folder of ['build', 'dist']) rmSync(join(root, folder), { recursive: true, force: true });
  // By name, so that an addon that cannot be built is a failure.
  return node('tools/build.mjs', ['native', 'wasm', 'js']);
}

const jest = (...args) => run(process.execPath, ['--experimental-vm-modules', '--no-warnings', join(root, 'node_modules/jest/bin/jest.js'), '--config', join(root, 'test/jest.config.cjs'), ...args], { env: { TORSH_BACKEND: '' } });
const uncommitted = () => execFileSync('git', ['status', '--porcelain'], { cwd: root, encoding: 'utf8' }).split('\n').filter(Boolean).map((line) => `not committed: ${line}`);

/** [name, what it does, problems(options), whether --fast leaves it out]; in this order, those that take a moment first. */
const checks = [
  ['tree', 'everything is committed', uncommitted, true],
  ['versions', 'one version in all files', () => checkVersions(root, manifest)],
  ['changelog', 'CHANGELOG.md has an entry for it', () => checkChangelog(read('CHANGELOG.md'), manifest.version)],
  ['licences', 'of what is shipped and of what development installs, with notices', licences],
  ['provenance', 'the workflow publishes with it', provenance],
  ['build', 'clean, of both backends', build],
  ['backends', 'both load and are of this op table', () => checkBuilt(root)],
  ['check', 'npm run check', () => node('tools/check.mjs', [], { quiet: true })],
  ['sizes', 'within the budget of package.json', sizes],
  ['sbom', 'bills of materials in build/release', bills],
  ['package', 'tests of the packed tarball', () => jest('-i', 'test/both/package.test.js')],
  ['coverage', 'docs/coverage.md is what is measured', () => node('tools/coverage.mjs', ['--check']), true],
  ['test', 'npm test on what has been built', () => node('tools/test.mjs', ['--no-build']), true],
  ['test:full', 'the long sweeps', () => node('tools/test.mjs', ['--full', '--no-build']), true],
];

function wishes() {
  try {
    return parseArgs({ options: { fast: { type: 'boolean', default: false }, only: { type: 'string' }, skip: { type: 'string' }, list: { type: 'boolean' } } }).values;
  } catch (error) {
    console.error(`release: ${error.message}\nusage: npm run release:check -- [--fast] [--only NAME,...] [--skip NAME,...] [--list]`);
    process.exit(2);
  }
}

const { fast, only, skip, list } = wishes();
if (list) {
  for (const [name, what, , long] of checks) console.log(`${name.padEnd(10)}  ${what}${long ? ' (not with --fast)' : ''}`);
  process.exit(0);
}
const names = only?.split(',') ?? null, skipped = skip?.split(',') ?? [];
for (const name of [...names ?? [], ...skipped]) {
  if (checks.some(([known]) => known === name)) continue;
  console.error(`release: there is no check '${name}'; --list tells their names`);
  process.exit(2);
}

const failed = [];
for (const [name, , problems, long] of checks) {
  if (skipped.includes(name) || (names ? !names.includes(name) : fast && long)) continue;
  const begin = Date.now();
  let found;
  try {
    found = problems({ fast });
  } catch (error) {
    found = [error.message];
  }
  console.log(`${found.length === 0 ? 'ok    ' : 'FAILED'} ${name} (${((Date.now() - begin) / 1000).toFixed(0)} s)`);
  for (const problem of found) console.log(`  ${problem}`);
  if (found.length > 0) failed.push(name);
}
console.log(failed.length === 0 ? `\ntorsh ${manifest.version} ${names || skip || fast ? 'passes what was looked at' : 'can be released'}` : `\nnot ready: ${failed.join(', ')}`);
process.exit(failed.length === 0 ? 0 : 1);
