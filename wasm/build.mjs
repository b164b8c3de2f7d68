// Builds dist/torsh.wasm with Emscripten: a standalone module without Emscripten's JavaScript (the loader is lib/backend/wasm.ts).
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { cpus } from 'node:os';
import { sources } from '../tools/sources.mjs';

/* acorn, which Debian's emscripten needs from -O2 on, lies outside its default path. */
const env = { ...process.env, NODE_PATH: [process.env.NODE_PATH, '/usr/share/nodejs'].filter(Boolean).join(':') };
/* Speed where the time goes; size elsewhere, because pages download it. */
const HOT = /^wasm\/memory|^src\/(kernels\/(loops\/(?!cast|scan|special|complex_math)|conv_work|copy|sort\.|search)|gemm\/|core\/(iter|wall|dispatch|graph|alloc|tensor|context|random))/;
const optimise = (f) => (HOT.test(f) ? '-O3' : '-Os');
const FLAGS = ['-msimd128', '-std=gnu11', '-Wall', '-Wextra', '-ffp-contract=off', '-fno-math-errno', '-fno-trapping-math', '-fvisibility=hidden', '-Wno-pass-failed', '-DTS_ONE_ISA', '-DTS_SMALL'];

const run = (args, cwd) => new Promise((resolve) => {
  const child = spawn('emcc', args, { cwd, env });
  let text = '';
  child.stdout.on('data', (d) => { text += d; });
  child.stderr.on('data', (d) => { text += d; });
  child.on('error', (e) => resolve({ code: 1, text: String(e) }));
  child.on('close', (code) => resolve({ code, text }));
});

function newest(dir) {
  let time = 0;
  for (const e of readdirSync(dir, { withFileTypes: true })) {
    if (e.isDirectory()) time = Math.max(time, newest(join(dir, e.name)));
    else if (e.name.endsWith('.h')) time = Math.max(time, statSync(join(dir, e.name)).mtimeMs);
  }
  return time;
}

/** Returns null, or why it could not be built. */
export async function buildWasm(root) {
  const all = sources();
  const files = [...all.wasm, ...all.gemm_packed, ...all.loops, 'wasm/exports.c', 'wasm/memory.c'];
  const out = join(root, 'build/wasm');
  mkdirSync(out, { recursive: true });
  mkdirSync(join(root, 'dist'), { recursive: true });
  const headers = Math.max(newest(join(root, 'src')), statSync(join(root, 'wasm/build.mjs')).mtimeMs);
  const object = (f) => join(out, f.replace(/\//g, '_').replace(/\.c$/, '.o'));
  const stale = files.filter((f) => !existsSync(object(f)) || statSync(object(f)).mtimeMs < Math.max(headers, statSync(join(root, f)).mtimeMs));
  const queue = [...stale];
  let failure = null;
  await Promise.all(Array.from({ length: Math.max(1, cpus().length) }, async () => {
    while (queue.length && !failure) {
      const f = queue.shift();
      const isa = f.startsWith('src/kernels/loops/') ? ['-DTS_ISA=base'] : [];
      const own = f === 'wasm/memory.c' ? ['-mbulk-memory', '-fno-builtin'] : [];
      const { code, text } = await run([...FLAGS, optimise(f), ...isa, ...own, '-c', f, '-o', object(f)], root);
      if (text.trim()) console.log(text.trim());
      if (code !== 0) failure = `${f}:\n${text}`;
    }
  }));
  if (failure) return failure;
  const wasm = join(root, 'dist/torsh.wasm');
  if (!stale.length && existsSync(wasm) && files.every((f) => statSync(object(f)).mtimeMs <= statSync(wasm).mtimeMs)) return null;
  const { code, text } = await run([...files.map(object), '-O3', '-o', wasm, '-sSTANDALONE_WASM', '--no-entry', '-sALLOW_MEMORY_GROWTH',
    '-sMAXIMUM_MEMORY=4GB', '-sMALLOC=emmalloc', '-sTOTAL_STACK=1048576', '-sERROR_ON_UNDEFINED_SYMBOLS=0', '-sWARN_ON_UNDEFINED_SYMBOLS=0'], root);
  if (text.trim() && code === 0) console.log(text.trim());
  return code === 0 ? null : text;
}
