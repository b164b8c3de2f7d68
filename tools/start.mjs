/**
 * `npm start`: makes sure that torsh is built (installing what that takes, see setup.mjs), then runs the digits example with
 * the options given: `npm start -- --help` lists them. `npm start NAME` runs examples/NAME.mjs (`npm start vae -- --epochs 5`) or examples/NAME/main.mjs,
 * whose own packages it installs at first use.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseOptions } from '../examples/lib/options.mjs';
import { setup } from './setup.mjs';
import { root } from './sources.mjs';

/** What each part of the build leaves behind, in the order of building: the names that the ESM files export are asked of a backend. */
const products = {
  native: ['build/Release/torsh.node'],
  wasm: ['dist/torsh.wasm', 'dist/torsh-threads.wasm'],
  js: ['dist/torsh.cjs', 'dist/native.mjs', 'dist/wasm.mjs', 'types/api.d.ts'],
};
const missing = (parts) => parts.filter((part) => products[part].some((path) => !existsSync(join(root, path))));

function node(...args) {
  const { status, signal, error } = spawnSync(process.execPath, args, { stdio: 'inherit' });
  if (error) throw error;
  return signal ? 1 : status;
}

/** Builds what is missing and can be built; throws when no backend comes of it. */
function build() {
  if (missing(Object.keys(products)).length === 0) return;
  const can = setup('build');
  const parts = missing(Object.keys(products)).filter((part) => can[part] !== false);
  for (const part of parts) {
    console.log(`start: building ${part} (once)`);
    if (node(join(root, 'tools/build.mjs'), part) !== 0) console.log(`start: ${part} could not be built`);
  }
  if (missing(['js']).length > 0) throw new Error('the build failed (above)');
  if (missing(['native']).length > 0 && missing(['wasm']).length > 0) throw new Error('neither backend could be built (above)');
}

/** The packages of an example that has a package.json of its own. */
function install(folder) {
  if (!existsSync(join(folder, 'package.json')) || existsSync(join(folder, 'node_modules'))) return;
  console.log(`start: installing the example's packages (once)`);
  const { status } = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: folder, stdio: 'inherit', shell: process.platform === 'win32' });
  if (status !== 0) throw new Error(`the packages of ${folder} could not be installed (above)`);
}

try {
  const options = process.argv.slice(2);
  const example = options[0] && !options[0].startsWith('-') ? options.shift() : 'digits';
  const scripts = new Map(readdirSync(join(root, 'examples')).flatMap((file) => {
    if (file.endsWith('.mjs')) return [[file.slice(0, -4), join(root, 'examples', file)]];
    const main = join(root, 'examples', file, 'main.mjs');
    return existsSync(main) ? [[file, main]] : [];
  }));
  const examples = [...scripts.keys()];
  if (!examples.includes(example)) throw new Error(`there is no example ${example}; there are ${examples.join(', ')}`);
  // A wrong option is told before a long build, and help needs none.
  if (example !== 'digits' || !parseOptions(options).help) build();
  install(dirname(scripts.get(example)));
  process.exitCode = node(scripts.get(example), ...options);
} catch (error) {
  console.error(`start: ${error.message}`);
  process.exitCode = 1;
}
