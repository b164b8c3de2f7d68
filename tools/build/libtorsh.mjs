// libtorsh.so and .a for C programs, with headers and a pkg-config file, under dist/libtorsh.
import { spawn, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { sources } from '../sources.mjs';
import { isStale } from './stale.mjs';

const FLAGS = ['-std=gnu11', '-O3', '-fPIC', '-fvisibility=hidden', '-ffp-contract=off', '-fno-math-errno', '-fno-trapping-math', '-Wall', '-Wextra'];
const ISAS = process.arch === 'x64'
  ? { base: [], avx2: ['-mavx2', '-mfma', '-mf16c', '-mbmi2'], avx512: ['-mavx512f', '-mavx512bw', '-mavx512dq', '-mavx512vl', '-mfma', '-mf16c', '-mbmi2', '-mprefer-vector-width=512'] }
  : { base: [] };

const run = (cmd, args, cwd) => new Promise((resolve) => {
  const child = spawn(cmd, args, { cwd });
  let text = '';
  child.stdout.on('data', (d) => { text += d; });
  child.stderr.on('data', (d) => { text += d; });
  child.on('error', (e) => resolve({ code: 1, text: String(e) }));
  child.on('close', (code) => resolve({ code, text }));
});

/** Returns null, or why it could not be built. */
export async function buildLibtorsh(root) {
  const all = sources();
  const cc = process.env.CC ?? 'cc';
  const blas = (what) => spawnSync(process.execPath, [join(root, 'tools/build/openblas.mjs'), what], { encoding: 'utf8' }).stdout.trim();
  const openblas = blas('found') === 'yes';
  const words = (s) => s.split(/\s+/).filter(Boolean);
  const objects = join(root, 'build/libtorsh'), out = join(root, 'dist/libtorsh');
  for (const dir of [objects, join(out, 'lib/pkgconfig'), join(out, 'include/torsh')]) mkdirSync(dir, { recursive: true });
  const jobs = [];
  const object = (f, tag) => join(objects, `${f.replace(/\//g, '_').replace(/\.c$/, '')}${tag}.o`);
  for (const f of [...all.libtorsh, ...(openblas ? all.gemm_openblas : all.gemm_packed)]) jobs.push({ f, o: object(f, ''), flags: openblas ? words(blas('cflags')) : [] });
  for (const f of all.loops) for (const [isa, flags] of Object.entries(ISAS)) jobs.push({ f, o: object(f, `_${isa}`), flags: [`-DTS_ISA=${isa}`, ...flags] });
  const queue = jobs.filter(({ o }) => isStale(root, o));
  let failure = null;
  await Promise.all(Array.from({ length: Math.max(1, cpus().length) }, async () => {
    while (queue.length && !failure) {
      const { f, o, flags } = queue.shift();
      const { code, text } = await run(cc, [...FLAGS, ...flags, '-MMD', '-c', f, '-o', o], root);
      if (text.trim()) console.log(text.trim());
      if (code !== 0) failure = text;
    }
  }));
  if (failure) return failure;
  const version = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version;
  const libs = [...(openblas ? words(blas('libs')) : []), '-lpthread', '-lm'];
  const shared = join(out, 'lib/libtorsh.so'), archive = join(out, 'lib/libtorsh.a');
  rmSync(archive, { force: true });
  for (const [cmd, args] of [[cc, ['-shared', '-Wl,-soname,libtorsh.so', ...jobs.map((j) => j.o), '-o', shared, ...libs]], ['ar', ['rcs', archive, ...jobs.map((j) => j.o)]]]) {
    const { code, text } = await run(cmd, args, root);
    if (code !== 0) return text;
  }
  copyFileSync(join(root, 'src/capi/torsh.h'), join(out, 'include/torsh/torsh.h'));
  writeFileSync(join(out, 'include/torsh/torsh_ops.h'), readFileSync(join(root, 'src/gen/capi_ops.h'), 'utf8').replace('"../capi/torsh.h"', '"torsh.h"'));
  writeFileSync(join(out, 'lib/pkgconfig/torsh.pc'), [`prefix=\${pcfiledir}/../..`, 'Name: torsh', 'Description: Tensors with autograd, modules and optimizers', `Version: ${version}`,
    'Cflags: -I${prefix}/include', 'Libs: -L${prefix}/lib -ltorsh', `Libs.private: ${libs.join(' ')}`, ''].join('\n'));
  return null;
}
