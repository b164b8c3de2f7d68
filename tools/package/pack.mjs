/**
 * What npm runs around `npm pack` and `npm publish` (prepack, postpack): builds everything, and names the platform packages in package.json while it is packed.
 * They do not stand there always, because a lock file cannot hold what has not been published yet, and without them in it `npm ci` refuses.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../sources.mjs';
import { optionalDependencies } from './manifest.mjs';

const file = join(root, 'package.json'), manifest = JSON.parse(readFileSync(file, 'utf8'));
const write = (changed) => writeFileSync(file, `${JSON.stringify(changed, null, 2)}\n`);

if (process.argv[2] === 'before') {
  /* The addon is not in the tarball. */
  const { status } = spawnSync(process.execPath, [join(root, 'tools/build.mjs'), 'wasm', 'js'], { cwd: root, stdio: ['ignore', 2, 2] });
  if (status !== 0) process.exit(1);
  write({ ...manifest, optionalDependencies: optionalDependencies(manifest.version) });
} else if (process.argv[2] === 'after') {
  delete manifest.optionalDependencies;
  write(manifest);
} else {
  console.error('usage: node tools/package/pack.mjs before|after');
  process.exit(1);
}
