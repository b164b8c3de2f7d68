// Builds dist/torsh.wasm and dist/torsh-threads.wasm with Emscripten: standalone modules without Emscripten's JavaScript (the
// loader is lib/backend/wasm.ts). The second shares its memory with workers; its objects are those of the first, but for two. Within each,
// as a custom section, lies the module of wasm/relaxed.c for engines that take it.
import { spawn } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { cpus } from 'node:os';
import { isStale } from '../tools/build/stale.mjs';
import { sources } from '../tools/sources.mjs';
import { customSection, numberedAnew } from './relaxed.mjs';

/* acorn, which Debian's emscripten needs from -O2 on, lies outside its default path. */
const env = { ...process.env, NODE_PATH: [process.env.NODE_PATH, '/usr/share/nodejs'].filter(Boolean).join(':') };
/* Speed where the time goes; size elsewhere, because pages download it. Products (gemm_isa.c) say themselves what is unrolled. */
const HOT = /^wasm\/memory|^src\/(kernels\/(loops\/(?!cast|scan|special|complex_math)|correlate_run|winograd|columns|copy|sort\.|search|elementwise\.)|gemm\/(?!gemm_isa)|autograd\/engine|core\/(iter|wall|dispatch|graph|alloc|tensor|context|random|replay))/;
const optimise = (f) => (HOT.test(f) ? '-O3' : '-Os');
const FLAGS = ['-msimd128', '-std=gnu11', '-Wall', '-Wextra', '-ffp-contract=off', '-fno-math-errno', '-fno-trapping-math', '-fvisibility=hidden', '-Wno-pass-failed', '-DTS_ONE_ISA', '-DTS_SMALL',
  // Numbers in the functions called most are variables (src/core/vmath_f32.h).
  '-DVM_VARIABLES',
  // No stores that the source does not make: other threads may see them.
  '-Xclang', '-mthread-model', '-Xclang', 'posix'];
/* What several threads of a memory write. Reference counts, versions, plans and the like belong to the calling thread, so their atomics
   may be plain there too (hence --no-check-features below), and as fast. */
const SHARED = ['src/core/alloc.c', 'wasm/threads.c'];
const LINK = ['-O3', '-sSTANDALONE_WASM', '--no-entry', '-sALLOW_MEMORY_GROWTH', '-sMAXIMUM_MEMORY=4GB', '-sMALLOC=emmalloc', '-sTOTAL_STACK=1048576',
  '-sERROR_ON_UNDEFINED_SYMBOLS=0', '-sWARN_ON_UNDEFINED_SYMBOLS=0'];
/* 16 MB of memory to begin with: INITIAL_PAGES in lib/backend/wasm.ts. */
const LINK_SHARED = ['-sINITIAL_MEMORY=16777216', '-sIMPORTED_MEMORY', '-Wl,--shared-memory,--no-check-features,--export=__stack_pointer'];
/* Small, as few tiles are worth having; linked without Emscripten, which would write instructions that it does not know. */
const RELAXED = 'wasm/relaxed.c';
const RELAXED_FLAGS = ['-mrelaxed-simd', '-mbulk-memory', '-Wno-unused-function'];
const RELAXED_LINK = ['--no-entry', '--strip-all', '--import-memory', '--initial-memory=1048576'];
const RELAXED_LINK_SHARED = ['--shared-memory', '--max-memory=4294967296', '--no-check-features'];

const run = ([command, ...args], cwd) => new Promise((resolve) => {
  const child = spawn(command, args, { cwd, env });
  let text = '';
  child.stdout.on('data', (d) => { text += d; });
  child.stderr.on('data', (d) => { text += d; });
  child.on('error', (e) => resolve({ code: 1, text: String(e) }));
  child.on('close', (code) => resolve({ code, text }));
});

/** The compiler as emcc would call it for a level of optimisation, and the linker: to be called without emcc, whose own start takes longer than most of our files. */
async function compiler(root, level) {
  const { text } = await new Promise((resolve) => {
    const child = spawn('emcc', ['-v', level, '-c', '-x', 'c', '/dev/null', '-o', '/dev/null'], { cwd: root, env: { ...env, EM_COMPILER_WRAPPER: '' } });
    let text = '';
    child.stderr.on('data', (d) => { text += d; });
    child.on('error', () => resolve({ text }));
    child.on('close', () => resolve({ text }));
  });
  const [, path, flags] = /^ ?"?([^"\s]+\/clang[^"\s]*)"? (-target .*?) -v -O\w -c -x c \/dev\/null/m.exec(text) ?? [];
  const wrapper = env.EM_COMPILER_WRAPPER ? [env.EM_COMPILER_WRAPPER] : [];
  return { command: path ? [...wrapper, path.replace('clang++', 'clang'), ...flags.split(' '), level] : ['emcc', level], linker: path ? join(dirname(path), 'wasm-ld') : 'wasm-ld' };
}

/** Returns null, or why it could not be built. */
export async function buildWasm(root) {
  const all = sources();
  const files = [...all.wasm, ...all.gemm_packed, ...all.loops, 'wasm/exports.c', 'wasm/memory.c'];
  const out = join(root, 'build/wasm');
  mkdirSync(out, { recursive: true });
  mkdirSync(join(root, 'dist'), { recursive: true });
  const flagsChanged = statSync(join(root, 'wasm/build.mjs')).mtimeMs;
  const job = (file, shared) => ({
    file, object: join(out, file.replace(/\//g, '_').replace(/\.c$/, shared ? '.shared.o' : '.o')),
    level: optimise(file), flags: [...FLAGS, ...(shared ? ['-pthread'] : []), ...(file.startsWith('src/kernels/loops/') ? ['-DTS_ISA=base'] : []),
      ...(file === RELAXED ? RELAXED_FLAGS : []), ...(file === 'wasm/memory.c' ? ['-mbulk-memory', '-fno-builtin'] : [])],
  });
  const jobs = files.map((f) => job(f, false)), shared = SHARED.map((f) => job(f, true)), relaxed = job(RELAXED, false);
  const failures = [];
  const inTurn = (queue, work) => Promise.all(Array.from({ length: Math.max(1, cpus().length) }, async () => {
    while (queue.length && !failures.length) await work(queue.shift());
  }));
  const attempt = async (what, args) => {
    const { code, text } = await run(args, root);
    if (code !== 0) failures.push(`${what}:\n${text}`);
    else if (text.trim()) console.log(text.trim());
  };
  const stale = [...jobs, ...shared, relaxed].filter(({ object }) => isStale(root, object, flagsChanged));
  const cc = stale.length ? { '-O3': await compiler(root, '-O3'), '-Os': await compiler(root, '-Os') } : {};
  await inTurn(stale, ({ file, object, level, flags }) => attempt(file, [...cc[level].command, ...flags, '-MMD', '-c', file, '-o', object]));
  const single = jobs.map((j) => j.object);
  const modules = [
    { name: 'dist/torsh.wasm', objects: single, flags: LINK, relaxedFlags: [] },
    { name: 'dist/torsh-threads.wasm', objects: [...jobs.filter((j) => !SHARED.includes(j.file) && !all.threads_single.includes(j.file)), ...shared].map((j) => j.object), flags: [...LINK, ...LINK_SHARED], relaxedFlags: RELAXED_LINK_SHARED },
  ];
  const isOld = ({ name, objects }) => !existsSync(join(root, name)) || [...objects, relaxed.object].some((o) => statSync(o).mtimeMs > statSync(join(root, name)).mtimeMs);
  const old = failures.length ? [] : modules.filter(isOld), { linker } = old.length ? cc['-Os'] ?? await compiler(root, '-Os') : {};
  await inTurn(old, async ({ name, objects, flags, relaxedFlags }) => {
    const file = join(root, name), part = join(out, `${basename(name)}.relaxed`);
    await attempt(name, ['emcc', ...objects, ...flags, '-o', file]);
    await attempt(RELAXED, [linker, ...RELAXED_LINK, ...relaxedFlags, relaxed.object, '-o', part]);
    try {
      if (!failures.length) appendFileSync(file, customSection('torsh.relaxed', numberedAnew(readFileSync(part))));
    } catch (e) {
      failures.push(e.message);
    }
    if (failures.length) rmSync(file, { force: true }); // nothing half that would pass for new
  });
  return failures[0] ?? null;
}
