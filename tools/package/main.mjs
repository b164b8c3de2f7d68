/**
 * `npm run package -- PLATFORM...`: builds platform packages (packages/platforms.mjs) into packages/PLATFORM; without a name, that of this machine.
 * `npm run package -- --list` says which there are.
 *
 * CC names another compiler, TORSH_OPENBLAS a folder with libopenblas.a and cblas.h, TORSH_BLAS=packed leaves OpenBLAS out.
 */
import { copyFileSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageName, platforms } from '../../packages/platforms.mjs';
import { root } from '../sources.mjs';
import { buildBinary } from './binary.mjs';
import { problemsOf } from './check.mjs';
import { glibcOf } from './glibc.mjs';
import { platformManifest, readme } from './manifest.mjs';

function here() {
  const libc = process.platform === 'linux' ? (process.report.getReport().header.glibcVersionRuntime ? 'glibc' : 'musl') : undefined;
  return Object.keys(platforms).filter((name) => platforms[name].os === process.platform && platforms[name].cpu === process.arch && platforms[name].libc === libc);
}

/** Builds one package; returns its folder. */
export async function packagePlatform(name) {
  const platform = platforms[name], folder = join(root, 'packages', name), addon = join(folder, 'torsh.node');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const { blas } = await buildBinary(root, name, platform, addon);
  const tableHash = /'(\w+)'/.exec(readFileSync(join(root, 'lib/gen/hash.ts'), 'utf8'))[1];
  const glibc = platform.glibc && glibcOf(addon);
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(platformManifest(root, name, { tableHash, glibc, blas }), null, 2)}\n`);
  writeFileSync(join(folder, 'README.md'), readme(name, { glibc, blas }));
  copyFileSync(join(root, 'LICENSE'), join(folder, 'LICENSE'));
  if (blas === 'OpenBLAS') copyFileSync(join(root, 'packages/LICENSE-openblas.txt'), join(folder, 'LICENSE-openblas.txt'));
  const problems = problemsOf(name, folder);
  if (problems.length) throw new Error(problems.join('; '));
  console.log(`${packageName(name)}: ${(statSync(addon).size / 1e6).toFixed(1)} MB, ${blas}${glibc ? `, GLIBC ${glibc}` : ''}: ${join('packages', name)}`);
  return folder;
}

const asked = process.argv.slice(2);
const names = asked.length ? asked : here();
if (asked.includes('--list')) console.log(Object.keys(platforms).join('\n'));
else if (names.length === 0 || names.some((name) => !platforms[name])) {
  console.error(`usage: npm run package -- [--list | ${Object.keys(platforms).join(' | ')}]...`);
  process.exit(1);
} else {
  for (const name of names) {
    try {
      await packagePlatform(name);
    } catch (e) {
      console.error(`${packageName(name)} could not be built: ${e.message}`);
      process.exitCode = 1;
    }
  }
}
