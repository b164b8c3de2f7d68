/**
 * Which C files make up what: the one list that binding.gyp, wasm/build.mjs, libtorsh and the C tests share.
 *
 *   common          core, kernels, autograd, generated dispatch: in every build
 *   loops           src/kernels/loops: compiled once for each instruction set
 *   napi, capi      the addon's glue; the C API
 *   threads_pthread, threads_single          bodies of core/threads.h
 *   pages_posix, pages_none                  bodies of core/pages.h
 *   budget_posix, budget_windows             bodies of napi/budget.h
 *   gemm_openblas, gemm_packed   bodies of gemm/gemm.h and of linalg/*.h: on OpenBLAS and its LAPACK, or torsh's own
 *   gemm_ref        the truth of gemm/gemm.h
 *   native  = common + napi + budget_posix + threads_pthread + pages_posix        wasm = common + threads_single + pages_none
 *   libtorsh = common + capi + threads_pthread + pages_posix       (loops and a gemm body are added by the build)
 *
 * `node tools/sources.mjs native gemm_openblas` prints paths from the repository's root, one a line.
 */
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Files under `folder` (from the root) for which `keep(path)` holds, sorted, with forward slashes. */
export function walk(folder, keep) {
  const found = [];
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) found.push(...walk(path, keep));
    else if (keep(path)) found.push(path);
  }
  return found.sort();
}

/** [group, pattern]: the first pattern that matches a C file names its group. */
const groupOf = [
  ['loops', /^src\/kernels\/loops\//],
  ['budget_posix', /^src\/napi\/budget_posix/],
  ['budget_windows', /^src\/napi\/budget_windows/],
  ['napi', /^src\/(napi\/|gen\/napi)/],
  ['capi', /^src\/(capi\/|gen\/capi)/],
  ['threads_pthread', /^src\/core\/threads_pthread/],
  ['threads_single', /^src\/core\/threads_single/],
  ['pages_posix', /^src\/core\/pages_posix/],
  ['pages_none', /^src\/core\/pages_none/],
  ['gemm_openblas', /^src\/(gemm|linalg)\/\w+_openblas/],
  ['gemm_packed', /^src\/(gemm\/gemm_packed|linalg\/\w+_none)/],
  ['gemm_ref', /^src\/gemm\/gemm_ref/],
  ['common', /^src\//],
];

export function sources() {
  const groups = Object.fromEntries(groupOf.map(([name]) => [name, []]));
  for (const path of walk('src', (p) => p.endsWith('.c'))) groups[groupOf.find(([, re]) => re.test(path))[0]].push(path);
  return {
    ...groups,
    native: [...groups.common, ...groups.napi, ...groups.budget_posix, ...groups.threads_pthread, ...groups.pages_posix],
    wasm: [...groups.common, ...groups.threads_single, ...groups.pages_none],
    libtorsh: [...groups.common, ...groups.capi, ...groups.threads_pthread, ...groups.pages_posix],
  };
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const all = sources();
  const wanted = process.argv.slice(2);
  const unknown = wanted.filter((name) => !(name in all));
  if (wanted.length === 0 || unknown.length > 0) {
    console.error(`usage: node tools/sources.mjs GROUP...   groups: ${Object.keys(all).join(' ')}`);
    process.exit(1);
  }
  console.log([...new Set(wanted.flatMap((name) => all[name]))].join('\n'));
}
