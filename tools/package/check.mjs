/**
 * `npm run package:check -- PLATFORM`: what a platform package promises. Its symbols are private, it needs no library but the system's and no C library newer than said
 * (on Linux); a Node of that platform loads it.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { packageName, platforms } from '../../packages/platforms.mjs';
import { root } from '../sources.mjs';
import { glibcOf, isNewer, symbolsOf } from './glibc.mjs';

const SHOWN = ['napi_register_module_v1', 'node_api_module_get_api_version_v1'];
const SYSTEM = /^(libc|libm|libpthread|libdl|ld-linux-(x86-64|aarch64))\.so\.\d$|^libc(\.musl-\w+\.so\.1|\.so)$/;

/** What is wrong with a package's addon, as sentences. */
export function problemsOf(name, folder = join(root, 'packages', name)) {
  const platform = platforms[name], addon = join(folder, 'torsh.node'), manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')), problems = [];
  if (manifest.name !== packageName(name)) problems.push(`package.json names ${manifest.name}`);
  if (platform.os !== 'linux') return problems;
  const symbols = symbolsOf(addon), shown = symbols.filter((s) => s.defined).map((s) => s.name).sort();
  if (String(shown) !== String(SHOWN)) problems.push(`it shows symbols other than Node's: ${shown.filter((s) => !SHOWN.includes(s)).slice(0, 10).join(', ')}`);
  const needed = [...spawnSync('readelf', ['-d', addon], { encoding: 'utf8' }).stdout.matchAll(/NEEDED.*\[(.+)\]/g)].map(([, library]) => library);
  for (const library of needed) if (!SYSTEM.test(library)) problems.push(`it needs ${library}`);
  if (!platform.glibc) return problems;
  const newest = glibcOf(addon);
  if (isNewer(newest, platform.glibc)) problems.push(`it needs GLIBC ${newest}, newer than ${platform.glibc}`);
  if (manifest.torsh.glibc !== newest) problems.push(`package.json says GLIBC ${manifest.torsh.glibc}, the addon ${newest}`);
  const open = symbols.filter((s) => !s.defined && !s.weak && !s.node && !/^(napi|node_api)_/.test(s.name)).map((s) => s.name);
  if (open.length) problems.push(`nobody defines ${open.join(', ')}`);
  return problems;
}

/** Loads the addon with this Node and has it compute; null when it is of another platform. */
export function tryAddon(name, folder = join(root, 'packages', name)) {
  const platform = platforms[name], musl = process.platform === 'linux' && !process.report.getReport().header.glibcVersionRuntime;
  if (platform.os !== process.platform || platform.cpu !== process.arch || (platform.libc === 'musl') !== musl) return null;
  const hash = createRequire(import.meta.url)(join(folder, 'torsh.node')).tableHash();
  if (hash !== JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).torsh.tableHash) throw new Error(`the addon's table is ${hash}`);
  return hash;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const names = process.argv.slice(2);
  if (names.length === 0 || names.some((name) => !platforms[name] || !existsSync(join(root, 'packages', name)))) {
    console.error('usage: npm run package:check -- PLATFORM..., which npm run package has built');
    process.exit(1);
  }
  for (const name of names) {
    const problems = problemsOf(name);
    for (const problem of problems) console.error(`${name}: ${problem}`);
    if (problems.length) process.exitCode = 1;
    else console.log(`${name}: as promised; ${tryAddon(name) ? 'loaded by this Node' : 'not loaded: this Node is of another platform'}`);
  }
}
