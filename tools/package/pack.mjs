/**
 * What npm runs around `npm pack` and `npm publish` (prepack, postpack): builds everything, and changes package.json while it is packed. It names the platform
 * packages then, which do not stand there always, because a lock file cannot hold what has not been published yet, and without them in it `npm ci` refuses; and
 * it has no `prepare`, which is for checkouts: npm warns of it where a tarball is installed by its address.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from '../sources.mjs';
import { optionalDependencies } from './manifest.mjs';

const file = join(root, 'package.json'), kept = join(root, 'build/packed-from.json');

if (process.argv[2] === 'before') {
  /* The addon is not in the tarball. */
  const { status } = spawnSync(process.execPath, [join(root, 'tools/build.mjs'), 'wasm', 'js'], { cwd: root, stdio: ['ignore', 2, 2] });
  if (status !== 0) process.exit(1);
  const text = readFileSync(file, 'utf8'), manifest = JSON.parse(text);
  mkdirSync(dirname(kept), { recursive: true });
  writeFileSync(kept, text);
  delete manifest.scripts.prepare;
  writeFileSync(file, `${JSON.stringify({ ...manifest, optionalDependencies: optionalDependencies(manifest.version) }, null, 2)}\n`);
} else if (process.argv[2] === 'after') {
  writeFileSync(file, readFileSync(kept, 'utf8'));
  rmSync(kept);
} else {
  console.error('usage: node tools/package/pack.mjs before|after');
  process.exit(1);
}
