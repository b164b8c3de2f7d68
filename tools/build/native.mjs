// The addon, by node-gyp, without a download: headers of the running Node, else those of the node-api-headers package.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const require = createRequire(import.meta.url);

/** A folder that node-gyp accepts as --nodedir. */
function headers(root) {
  const own = dirname(dirname(process.execPath));
  for (const dir of [own, '/usr', '/usr/local']) {
    if (existsSync(join(dir, 'include/node/node_api.h')) && existsSync(join(dir, 'include/node/common.gypi'))) return dir;
  }
  const from = require('node-api-headers').include_dir;
  const dir = join(root, 'build/headers'), include = join(dir, 'include/node');
  mkdirSync(include, { recursive: true });
  for (const file of readdirSync(from).filter((f) => f.endsWith('.h'))) copyFileSync(join(from, file), join(include, file));
  writeFileSync(join(include, 'common.gypi'), JSON.stringify({ variables: { 'node_engine_include_dir%': '', 'node_with_ltcg%': '' }, target_defaults: { default_configuration: 'Release' } }));
  writeFileSync(join(include, 'config.gypi'), JSON.stringify({ variables: process.config.variables, target_defaults: process.config.target_defaults }));
  return dir;
}

/** Builds build/Release/torsh.node; returns null, or why it could not. */
export function buildNative(root, { verbose = false, clean = false } = {}) {
  const gyp = require.resolve('node-gyp/bin/node-gyp.js');
  const args = [gyp, clean ? 'rebuild' : existsSync(join(root, 'build/Makefile')) ? 'build' : 'rebuild', `--nodedir=${headers(root)}`, ...(verbose ? [] : ['--silent'])];
  /* Source lists are read at configure time: configure anew so that added files are seen. */
  if (args[1] === 'build') {
    const again = spawnSync(process.execPath, [gyp, 'configure', args[2], '--silent'], { cwd: root, encoding: 'utf8' });
    if (again.status !== 0) return again.stderr || again.stdout;
  }
  const run = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8', env: { ...process.env, JOBS: 'max' }, maxBuffer: 1 << 28 });
  if (run.status === 0) {
    const noise = `${run.stdout}${run.stderr}`.split('\n').filter((l) => /warning:|error:/.test(l));
    if (noise.length) console.log(noise.join('\n'));
    return null;
  }
  return `${run.stdout}\n${run.stderr}`;
}
