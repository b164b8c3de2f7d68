/**
 * Makes a bare Debian or Ubuntu with Node and git ready to build and test torsh: finds what is missing, installs it with
 * apt-get where it may (root, or sudo that asks for no password), else prints what to install and what is lost without.
 *
 *   node tools/setup.mjs            what `npm test` needs
 *   node tools/setup.mjs build      what building needs (no browser)
 *   node tools/setup.mjs --dry-run  only says what it would do
 */
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './sources.mjs';

/** The path of a program on PATH, or null. */
export function which(program) {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const path = join(folder, program);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // not in this folder
    }
  }
  return null;
}

const anyOf = (...programs) => programs.map(which).find(Boolean) ?? null;
const runs = (program, ...args) => spawnSync(program, args, { stdio: 'ignore' }).status === 0;

/** A Chromium for the browser test: TORSH_CHROMIUM, one on PATH, or the one that playwright-core downloaded; or null. */
export function findChromium() {
  const given = process.env.TORSH_CHROMIUM;
  if (given) return existsSync(given) ? given : null;
  // Ubuntu's chromium-browser outside a snap system is a script that only says "install the snap".
  const found = anyOf('chromium', 'google-chrome', 'google-chrome-stable') ?? (existsSync('/snap/bin/chromium') ? '/snap/bin/chromium' : null);
  if (found) return found;
  try {
    const path = createRequire(join(root, 'package.json'))('playwright-core').chromium.executablePath();
    return existsSync(path) ? path : null;
  } catch {
    return null;
  }
}

/** What the project uses, the packages that bring it, and what is lost without it. */
const needs = [
  { what: 'a C and C++ compiler', packages: ['build-essential'], found: () => anyOf('cc', 'gcc', 'clang') && anyOf('c++', 'g++', 'clang++'),
    lost: 'the native addon and the C tests; torsh runs on WebAssembly' },
  { what: 'make', packages: ['make'], found: () => which('make'), lost: 'the native addon; torsh runs on WebAssembly' },
  { what: 'Python 3 (for node-gyp)', packages: ['python3'], found: () => which('python3'), lost: 'the native addon; torsh runs on WebAssembly' },
  { what: 'pkg-config and OpenBLAS', packages: ['pkg-config', 'libopenblas-dev'],
    found: () => which('pkg-config') && runs('pkg-config', '--exists', 'openblas'),
    lost: 'speed: the addon is built with torsh\'s own matrix product, about half as fast natively' },
  { what: 'Emscripten', packages: ['emscripten'], found: () => which('emcc'), lost: 'the WebAssembly backend', id: 'emscripten' },
  { what: 'Chromium', packages: ['chromium'], found: findChromium, test: true, lost: 'the browser test, nothing else', id: 'chromium' },
];

const missing = (purpose) => needs.filter((need) => (purpose === 'test' || !need.test) && !need.found());

function isUbuntu() {
  try {
    return /^ID=ubuntu$/m.test(readFileSync('/etc/os-release', 'utf8'));
  } catch {
    return false;
  }
}

/** How apt-get may be called, as the start of a command line; null when it may not. */
function aptCommand() {
  if (!which('apt-get')) return null;
  if (process.getuid?.() === 0) return ['apt-get'];
  return which('sudo') && runs('sudo', '-n', 'true') ? ['sudo', '-n', 'DEBIAN_FRONTEND=noninteractive', 'apt-get'] : null;
}

function run(command, dryRun) {
  console.log(`setup: ${command.join(' ')}`);
  if (dryRun) return true;
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  return spawnSync(command[0], command.slice(1), { stdio: ['ignore', 'inherit', 'inherit'], env }).status === 0;
}

function install(lacking, dryRun) {
  const apt = aptCommand();
  if (!apt) return;
  // Ubuntu's chromium package is a snap, which containers and servers cannot run: playwright's own build serves there.
  const playwright = isUbuntu() ? lacking.filter((need) => need.id === 'chromium') : [];
  const packages = lacking.filter((need) => !playwright.includes(need)).flatMap((need) => need.packages);
  const aptInstall = [...apt, 'install', '-y', '--no-install-recommends'];
  if (packages.length > 0) {
    run([...apt, 'update', '-qq'], dryRun);
    // One by one if together they fail, so that a package which a release lacks does not take the others with it.
    if (!run([...aptInstall, ...packages], dryRun)) for (const name of packages) run([...aptInstall, name], dryRun);
  }
  if (playwright.length > 0) {
    run([process.execPath, join(root, 'node_modules/playwright-core/cli.js'), 'install', '--with-deps', 'chromium'], dryRun);
  }
}

function possibleWithout(lacking) {
  const lacks = (...packages) => lacking.some((need) => need.packages.some((name) => packages.includes(name)));
  return { native: !lacks('build-essential', 'make', 'python3'), wasm: !lacks('emscripten'), browser: !lacks('chromium') };
}

/** What is missing, and what can be built or run without it: { lacking, can }. Installs nothing. */
export function lackingFor(purpose) {
  const lacking = missing(purpose);
  return { lacking, can: possibleWithout(lacking) };
}

/**
 * purpose: 'build' or 'test'. Installs what it can, reports the rest. Returns { native, wasm, browser }: what can be
 * built or run now. Throws when Node is too old, when `npm ci` was not run, or when no backend can be built.
 */
export function setup(purpose = 'test', { dryRun = false } = {}) {
  if (Number(process.versions.node.split('.')[0]) < 18) {
    throw new Error(`torsh needs Node 18 or later; this is ${process.version}`);
  }
  if (!existsSync(join(root, 'node_modules', 'esbuild', 'package.json'))) {
    throw new Error('node_modules is missing or incomplete: run `npm ci` first');
  }
  if (missing(purpose).length > 0) install(missing(purpose), dryRun);
  const lacking = missing(purpose);
  if (lacking.length > 0) {
    console.log('setup: these are missing:');
    for (const need of lacking) console.log(`  ${need.what}: without it is lost: ${need.lost}`);
    console.log(`To install them on Debian or Ubuntu:\n  sudo apt-get install ${lacking.flatMap((need) => need.packages).join(' ')}`);
    if (lacking.some((need) => need.id === 'chromium')) {
      console.log('Chromium elsewhere, or on Ubuntu without snap:\n  npx playwright-core install --with-deps chromium');
    }
  }
  const can = possibleWithout(lacking);
  if (!can.native && !can.wasm && !dryRun) throw new Error('neither backend can be built: install a C compiler or Emscripten (above)');
  return can;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    setup(process.argv.includes('build') ? 'build' : 'test', { dryRun: process.argv.includes('--dry-run') });
  } catch (error) {
    console.error(`setup: ${error.message}`);
    process.exit(1);
  }
}
