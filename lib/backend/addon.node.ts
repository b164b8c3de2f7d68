/** Finds the addon: what a checkout has built, else the package of this platform (tools/package). Says why where there is none. */
import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { TorshError } from '../errors';
import { tableHash } from '../gen/hash';
import { platforms, version } from '../gen/version';

/** What package.json of a platform package says: see tools/package/manifest.mjs. */
interface Manifest { readonly version: string; readonly torsh: { readonly tableHash: string; readonly glibc?: string } }

const checkout = join(__dirname, '..'), built = join(checkout, 'build', 'Release', 'torsh.node');

/** Which C library Node itself runs on: its file names the loader. (A report would tell too, but takes milliseconds.) */
function isMusl(): boolean {
  let file: number | null = null;
  try {
    const head = Buffer.alloc(4096);
    file = openSync(process.execPath, 'r');
    readSync(file, head, 0, head.length, 0);
    return head.includes('/ld-musl-');
  } catch {
    return false;
  } finally {
    if (file !== null) closeSync(file);
  }
}

/** The name of this platform's package without its scope. */
export function platformName(): string {
  const { platform, arch } = process;
  return `${platform}-${arch}${platform === 'linux' ? (isMusl() ? '-musl' : '-gnu') : ''}`;
}

const glibcHere = (): string => (process.report?.getReport() as { header?: { glibcVersionRuntime?: string } } | undefined)?.header?.glibcVersionRuntime ?? 'none';

/** What a failure to load means, and what to do about it. */
function explain(error: unknown, glibc: string | undefined, again: string): string {
  const { message, code } = error as NodeJS.ErrnoException, first = message.split('\n')[0];
  if (code === 'ERR_DLOPEN_DISABLED') return 'addons are not allowed in this process: run node with --allow-addons';
  if (/version [`'"]GLIBC_/.test(message)) return `it needs ${glibc ? `GLIBC ${glibc}` : 'a newer GLIBC'}, this system has ${glibcHere()} (${first})`;
  const absent = /^(\S+): cannot open shared object file/.exec(message)?.[1];
  if (absent && !absent.endsWith('.node')) return `it needs ${absent}, which this system does not have`;
  if (absent || /invalid ELF header|wrong ELF class|file too short|mach-o|architecture|not a valid Win32/i.test(message)) {
    return `it is damaged, or of another platform than ${platformName()} (a node_modules folder from another machine?): ${again} (${first})`;
  }
  return `${first}; ${again}`;
}

function fromBuild(require: NodeJS.Require): object {
  try {
    const addon = require(built) as { tableHash?: () => string };
    if (addon.tableHash?.() === tableHash) return addon;
  } catch (e) {
    throw new Error(`${built}: ${explain(e, undefined, 'npm run build:native')}`, { cause: e });
  }
  throw new Error(`${built} was built from another version of the sources: npm run build:native`);
}

function fromPackage(require: NodeJS.Require): object {
  const platform = platformName(), name = `@torsh/${platform}`, again = `npm install ${name}@${version}`;
  if (!platforms.includes(platform)) throw new Error(`there is no native package for ${platform}`);
  let manifest: Manifest;
  try {
    manifest = require(`${name}/package.json`) as Manifest;
  } catch (e) {
    const why = (e as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND'
      ? `${name} is not installed (it is an optional dependency, which --omit=optional and lock files of other platforms leave out)` : `${name}: ${(e as Error).message.split('\n')[0]}`;
    throw new Error(`${why}: ${again}`, { cause: e });
  }
  if (manifest.version !== version) throw new Error(`${name} is version ${manifest.version}, torsh is ${version}: ${again}`);
  const same = `${name} is of another build of torsh ${version}: ${again}`;
  if (manifest.torsh?.tableHash !== tableHash) throw new Error(same);
  let addon: { tableHash?: () => string };
  try {
    addon = require(name) as typeof addon;
  } catch (e) {
    throw new Error(`${name}: ${explain(e, manifest.torsh.glibc, again)}`, { cause: e });
  }
  if (addon.tableHash?.() !== tableHash) throw new Error(same);
  return addon;
}

/** The addon, of this very version; throws a TorshError that says where it looked, why that would not do, and what would. */
export function loadAddon(): object {
  const require = createRequire(__filename), failures: string[] = [];
  for (const from of existsSync(built) ? [fromBuild, fromPackage] : [fromPackage]) {
    try {
      return from(require);
    } catch (e) {
      failures.push((e as Error).message);
    }
  }
  if (!existsSync(built) && existsSync(join(checkout, 'binding.gyp'))) failures.unshift('this checkout has not built its addon: npm run build:native');
  throw new TorshError('ERR_BACKEND', 'torsh', `torsh: the native addon could not be loaded:\n  ${failures.join('\n  ')}`);
}
