/**
 * `npm run test:full` (--full): the long sweeps instead, on what `npm test` has built: layouts and dtypes of every op on both
 * backends, and random calls under sanitizers.
 *
 * `npm test`: sets the machine up where it may, builds, checks the tree, runs the C tests under sanitizers and the Jest
 * suites on both backends. The last line is "N passed, N failed"; the exit code is 0 when nothing failed.
 *
 *   node tools/test.mjs [--full] [--no-build] [jest arguments...]
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setup } from './setup.mjs';
import { root } from './sources.mjs';
import { runCTests } from './test-c.mjs';

const FULL_FUZZ_SECONDS = 40;
const started = Date.now();
const totals = { passed: 0, failed: 0 };
const add = ({ passed, failed }) => {
  totals.passed += passed;
  totals.failed += failed;
};

const section = (title) => console.log(`\n== ${title} (${((Date.now() - started) / 1000).toFixed(0)} s)`);

/** Runs a script with Node; a step that fails counts as one failure. */
function step(title, script, args = [], env = {}) {
  section(title);
  const { status } = spawnSync(process.execPath, [join(root, script), ...args], { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } });
  if (status !== 0) {
    console.log(`FAILED ${title}`);
    add({ passed: 0, failed: 1 });
  }
  return status === 0;
}

/** Jest's results as counts; a suite that cannot even be loaded is one failure. */
function jest(args, env) {
  const results = join(root, 'build', 'jest.json');
  mkdirSync(join(root, 'build'), { recursive: true });
  rmSync(results, { force: true });
  const argv = ['--config', join(root, 'test/jest.config.cjs'), '--maxWorkers=100%', '--json', `--outputFile=${results}`, ...args];
  const { status } = spawnSync(process.execPath, ['--experimental-vm-modules', join(root, 'node_modules/jest/bin/jest.js'), ...argv],
    { cwd: root, stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, ...env } });
  if (!existsSync(results)) return { passed: 0, failed: 1 };
  const { numPassedTests: passed, numFailedTests, numRuntimeErrorTestSuites } = JSON.parse(readFileSync(results, 'utf8'));
  const failed = numFailedTests + numRuntimeErrorTestSuites;
  return { passed, failed: status !== 0 && failed === 0 ? 1 : failed };
}

async function main() {
  const jestArgs = process.argv.slice(2).filter((arg) => arg !== '--no-build' && arg !== '--full');
  const full = process.argv.includes('--full');
  section('setup');
  const can = setup('test');
  // One backend alone is tested only where the other cannot be built, and that is said.
  const only = can.native && can.wasm ? process.env.TORSH_BACKEND : can.native ? 'native' : 'wasm';
  if (only) console.log(`Testing the ${only} backend only.`);
  const env = only ? { TORSH_BACKEND: only } : {};
  if (!process.argv.includes('--no-build')) {
    const parts = only ? [only, 'js'] : [];
    if (!step('build', 'tools/build.mjs', parts)) return;
  }
  if (!full) step('check', 'tools/check.mjs');
  section('C tests');
  if (full) process.env.TORSH_FUZZ_SECONDS ??= String(FULL_FUZZ_SECONDS);
  if (can.native) add(await runCTests(full ? 'fuzz' : ''));
  else console.log('no C compiler: not run');
  section('Jest');
  add(jest(jestArgs, { ...env, ...(can.browser ? {} : { TORSH_NO_BROWSER: '1' }), ...(full ? { TORSH_FULL: '1' } : {}) }));
}

try {
  await main();
} catch (error) {
  console.error(error.message);
  add({ passed: 0, failed: 1 });
}
console.log(`\n${((Date.now() - started) / 1000).toFixed(0)} s`);
console.log(`${totals.passed} passed, ${totals.failed} failed`);
process.exit(totals.failed === 0 && totals.passed > 0 ? 0 : 1);
