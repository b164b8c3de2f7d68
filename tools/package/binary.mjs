// The addon of a platform package: OpenBLAS within it where there is an archive of it, no symbol shown but what Node looks for, no C library newer than promised.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { compile, run } from '../build/compile.mjs';
import { sources } from '../sources.mjs';
import { standIns } from './glibc.mjs';

const require = createRequire(import.meta.url);
const words = (text) => text.split(/\s+/).filter(Boolean);
const runs = (command) => spawnSync(command, ['--version'], { stdio: 'ignore' }).status === 0;
const must = async (command, root) => {
  const { code, text } = await run(command, root);
  if (code !== 0) throw new Error(`${command[0]}: ${text}`);
};

/**
 * Where a static OpenBLAS is: { archive, include }, or null. TORSH_OPENBLAS names a folder with both; else Debian's, the serial one first (torsh has threads of its own,
 * and another's would start with the addon).
 */
export function findOpenblas(triplet) {
  const given = process.env.TORSH_OPENBLAS;
  const places = given ? [[given, given]]
    : triplet ? ['serial', 'pthread'].map((kind) => [`/usr/lib/${triplet}/openblas-${kind}`, `/usr/include/${triplet}/openblas-${kind}`]) : [];
  for (const [lib, include] of places) {
    if (existsSync(join(lib, 'libopenblas.a')) && existsSync(join(include, 'cblas.h'))) return { archive: join(lib, 'libopenblas.a'), include };
  }
  if (given) throw new Error(`TORSH_OPENBLAS is ${given}, where there is no libopenblas.a with cblas.h`);
  return null;
}

/** What the linker gets beside objects and libraries. */
function linkFlags(platform, folder) {
  if (platform.os === 'darwin') {
    const shown = join(folder, 'exports.txt');
    writeFileSync(shown, '_napi_register_module_v1\n_node_api_module_get_api_version_v1\n');
    return ['-bundle', '-undefined', 'dynamic_lookup', `-Wl,-exported_symbols_list,${shown}`, '-Wl,-dead_strip', '-Wl,-x'];
  }
  if (platform.os === 'win32') return ['-shared', '-static', '-s', '-Wl,--gc-sections', '-Wl,--exclude-all-symbols'];
  const map = join(folder, 'exports.map');
  writeFileSync(map, '{ global: napi_register_module_v1; node_api_module_get_api_version_v1; local: *; };\n');
  return ['-shared', '-s', '-static-libgcc', '-Wl,--gc-sections', '-Wl,--exclude-libs,ALL', '-Wl,-z,relro,-z,now,-z,noexecstack', `-Wl,--version-script,${map}`];
}

/** The import library of node.exe, from the lists of node-api-headers. */
async function nodeLibrary(platform, folder, root) {
  const { def_paths: lists } = require('node-api-headers');
  const libraries = [];
  for (const [i, list] of Object.values(lists).entries()) {
    const library = join(folder, `libnode${i}.a`);
    await must([`${platform.triplet}-dlltool`, '-d', list, '-D', 'node.exe', '-l', library], root);
    libraries.push(library);
  }
  return libraries;
}

/** Builds `file` for a platform; returns { blas, compiler }. */
export async function buildBinary(root, name, platform, file) {
  const all = sources(), folder = join(root, 'build/packages', name), cc = process.env.CC ? words(process.env.CC) : [platform.cc.find(runs)];
  if (!cc[0]) throw new Error(`no compiler for ${name}: none of ${platform.cc.join(', ')} is here`);
  const openblas = process.env.TORSH_BLAS === 'packed' ? null : findOpenblas(platform.triplet);
  const flags = [
    ...(platform.flags ?? []), ...(platform.os === 'win32' ? [] : ['-fPIC']), '-ffunction-sections', '-fdata-sections',
    `-I${require('node-api-headers').include_dir}`, ...(openblas ? [`-I${openblas.include}`] : []),
  ];
  const only = openblas ? [...all.gemm_openblas, 'tools/package/concat_string.c'] : all.gemm_packed;
  mkdirSync(folder, { recursive: true });
  const objects = await compile(root, {
    cc, arch: platform.cpu, files: [...all.common, ...all.napi, ...all.threads_pthread, ...all[platform.pages], ...all[platform.budget ?? 'budget_posix'], ...only, ...(platform.glibc ? ['tools/package/old_glibc.c'] : [])], loops: all.loops, flags,
    since: statSync(join(root, 'tools/build/compile.mjs')).mtimeMs, folder: join(folder, openblas ? 'openblas' : 'packed'),
  });
  const link = [...cc, ...(platform.flags ?? []), ...linkFlags(platform, folder), ...objects, ...(openblas ? [openblas.archive] : [])];
  if (platform.os === 'win32') await must([...link, ...await nodeLibrary(platform, folder, root), '-o', file], root);
  else if (!platform.glibc) await must([...link, ...(platform.os === 'linux' ? ['-lm'] : []), '-o', file], root);
  else {
    const linked = join(folder, 'newest.node');
    await must([...link, '-lpthread', '-lm', '-o', linked], root);
    await must([...link, '-nodefaultlibs', ...standIns({ linked, ceiling: platform.glibc, cc, folder: join(folder, 'glibc') }), '-lgcc', '-o', file], root);
  }
  return { blas: openblas ? 'OpenBLAS' : "torsh's own products" };
}
