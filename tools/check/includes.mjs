/** Who may include whom in C, and where the platform may be asked for. Problems come as "path:line: what". */

/** What files of a folder (the longest prefix that fits) may include, as prefixes of paths from src/. */
const mayInclude = {
  'src/core/': ['core/'],
  'src/gemm/': ['core/', 'gemm/'],
  'src/linalg/': ['core/', 'linalg/', 'gemm/gemm.h'],
  // gen/ops.h declares, from the rows, what kernels implement; it includes core alone.
  'src/kernels/': ['core/', 'kernels/', 'gen/ops.h', 'gemm/gemm.h', 'gemm/gathered.h', 'linalg/factor.h', 'linalg/spectral.h'],
  'src/autograd/': ['core/', 'autograd/', 'gen/'],
  // What becomes of recordings: it looks into ops and their loops.
  'src/programs/': ['core/', 'kernels/chain.h', 'kernels/conv.h', 'gen/ops.h', 'programs/'],
  'src/gen/': ['core/', 'kernels/', 'autograd/', 'gen/'],
  'src/gen/capi': ['core/', 'gen/', 'capi/'],
  'src/napi/': ['core/', 'autograd/', 'gen/', 'gemm/gemm.h', 'kernels/kernels.h', 'napi/'],
  'src/capi/': ['core/', 'kernels/', 'autograd/', 'gen/', 'gemm/gemm.h', 'capi/'],
  'wasm/': ['core/', 'autograd/', 'gen/', 'gemm/gemm_product.h', 'kernels/kernels.h', 'wasm/'],
  'wasm/relaxed': ['gemm/', 'wasm/'],
};

/** System headers that only some files see. */
const guarded = [
  [/^(cblas|openblas_config|f77blas)\.h$/, /^src\/gemm\/gemm_openblas\.c$/, 'only gemm/gemm_openblas.c sees BLAS'],
  [/^lapacke?\.h$/, /^src\/linalg\//, 'only linalg/ sees LAPACK'],
  [/^(node_api|js_native_api)(_types)?\.h$/, /^src\/(napi\/|gen\/napi)/, 'only napi/ sees Node-API'],
  [/^emscripten/, /^wasm\//, 'Emscripten headers stay in wasm/'],
  [/intrin\.h$|^arm_neon\.h$/, /^src\/gemm\//, 'instruction sets by name stay in gemm/'],
];

const platformMacro = new RegExp(String.raw`\b(__wasm\w*|__EMSCRIPTEN\w*|_WIN32|_WIN64|_MSC_VER|__MINGW\w*|__linux\w*|__unix\w*|__APPLE__|__FreeBSD__`
  + String.raw`|__x86_64\w*|__i386\w*|__amd64\w*|__aarch64\w*|__arm\w*|__ARM_\w*|__AVX\w*|__SSE\w*|__FMA__|__GLIBC\w*|_M_\w+)\b`);
// capi/torsh.h says how its functions are exported from a shared library.
const platformAllowed = /^(src\/(gemm|linalg)\/|src\/capi\/torsh\.h$|src\/core\/threads|src\/kernels\/loops\/isa\.h$|wasm\/)/;

/** The longest rule whose folder the path starts with. */
function ruleFor(path) {
  const folder = Object.keys(mayInclude).filter((f) => path.startsWith(f)).sort((a, b) => b.length - a.length)[0];
  return folder ? mayInclude[folder] : null;
}

/** "x.h" as written in `path`, as a path from src/ (or wasm/...). `exists` tells which of the readings is meant. */
function resolve(path, written, exists) {
  const parts = path.split('/').slice(0, -1);
  for (const part of written.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.') parts.push(part);
  }
  const beside = parts.join('/');
  if (written.startsWith('.') || exists(beside)) return beside.replace(/^src\//, '');
  return exists(`src/capi/${written}`) ? `capi/${written}` : written; // the C API's header is included by its installed name
}

/** files: Map of path (from the root) to text. */
export function checkIncludes(files) {
  const problems = [];
  const simd = [];
  for (const [path, text] of files) {
    if (!/^(src|wasm)\/.*\.[ch]$/.test(path)) continue;
    const allowed = ruleFor(path);
    if (!allowed) problems.push(`${path}: no rule says what this folder may include (tools/check/includes.mjs)`);
    // Comments may name headers and macros freely; newlines stay, so that line numbers do.
    const code = text.replace(/\/\*[\s\S]*?\*\//g, (c) => c.replace(/[^\n]/g, ''));
    code.split('\n').forEach((line, i) => {
      const at = `${path}:${i + 1}`;
      const quoted = /^\s*#\s*include\s+"([^"]+)"/.exec(line);
      const system = /^\s*#\s*include\s+<([^>]+)>/.exec(line);
      if (quoted && allowed) {
        const target = resolve(path, quoted[1], (p) => files.has(p));
        if (!allowed.some((prefix) => target.startsWith(prefix))) problems.push(`${at}: ${path.split('/').slice(0, 2).join('/')} may not include ${target}`);
      }
      const header = (quoted ?? system)?.[1];
      for (const [name, where, why] of guarded) if (header && name.test(header) && !where.test(path)) problems.push(`${at}: ${why} (${header})`);
      if (header === 'wasm_simd128.h') simd.push(path);
      if (/^\s*#\s*(if|ifdef|ifndef|elif)\b/.test(line) && platformMacro.test(line) && !platformAllowed.test(path)) {
        problems.push(`${at}: platform #ifdef outside gemm/, linalg/, core/threads, wasm/: ${line.trim()}`);
      }
    });
  }
  if (new Set(simd).size > 1) problems.push(`wasm_simd128.h is seen by more than one file: ${[...new Set(simd)].join(', ')}`);
  return problems;
}
