// libtorsh.so and .a for C programs, with headers and a pkg-config file, under dist/libtorsh.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sources } from '../sources.mjs';
import { compile, run } from './compile.mjs';

/**
 * The object that node-gyp has made of a file for the addon, by the same compiler with the same flags (binding.gyp), when what it was made from is as it was then;
 * else null.
 */
function ofAddon(root, compiler, file, isa) {
  const name = `obj.target/${isa ? `loops_${isa}` : 'torsh'}/${file.replace(/\.c$/, '.o')}`;
  const object = join(root, 'build/Release', name), list = join(root, 'build/Release/.deps/Release', `${name}.d`);
  if (!existsSync(object) || !existsSync(list)) return null;
  const text = readFileSync(list, 'utf8'), time = statSync(object).mtimeMs;
  if (!text.startsWith(`cmd_Release/${name} := ${compiler} -o `)) return null;
  const from = [...new Set(text.match(/(?<=\.\.\/)src\/[\w/.-]+\.[ch](?![\w.])/g))];
  const whole = [file, 'binding.gyp', ...from].every((path) => existsSync(join(root, path)) && statSync(join(root, path)).mtimeMs <= time);
  return whole ? object : null;
}

/** Returns null, or why it could not be built. */
export async function buildLibtorsh(root) {
  const all = sources();
  const cc = process.env.CC ?? 'cc';
  const blas = (what) => spawnSync(process.execPath, [join(root, 'tools/build/openblas.mjs'), what], { encoding: 'utf8' }).stdout.trim();
  const openblas = blas('found') === 'yes';
  const words = (s) => s.split(/\s+/).filter(Boolean);
  const out = join(root, 'dist/libtorsh');
  for (const dir of [join(out, 'lib/pkgconfig'), join(out, 'include/torsh')]) mkdirSync(dir, { recursive: true });
  let objects;
  try {
    objects = await compile(root, {
      cc: words(cc), arch: process.arch, files: [...all.libtorsh, ...(openblas ? all.gemm_openblas : all.gemm_packed)], loops: all.loops,
      flags: ['-fPIC', ...(openblas ? words(blas('cflags')) : [])], folder: join(root, 'build/libtorsh'), ready: (file, isa) => ofAddon(root, cc, file, isa),
    });
  } catch (e) {
    return e.message;
  }
  const version = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version;
  const libs = [...(openblas ? words(blas('libs')) : []), '-lpthread', '-lm'];
  const shared = join(out, 'lib/libtorsh.so'), archive = join(out, 'lib/libtorsh.a');
  rmSync(archive, { force: true });
  // q, not r: some objects have the same name.
  for (const command of [[...words(cc), '-shared', '-Wl,-soname,libtorsh.so', ...objects, '-o', shared, ...libs], ['ar', 'qcs', archive, ...objects]]) {
    const { code, text } = await run(command, root);
    if (code !== 0) return text;
  }
  copyFileSync(join(root, 'src/capi/torsh.h'), join(out, 'include/torsh/torsh.h'));
  writeFileSync(join(out, 'include/torsh/torsh_ops.h'), readFileSync(join(root, 'src/gen/capi_ops.h'), 'utf8').replace('"../capi/torsh.h"', '"torsh.h"'));
  writeFileSync(join(out, 'lib/pkgconfig/torsh.pc'), [`prefix=\${pcfiledir}/../..`, 'Name: torsh', 'Description: Tensors with autograd, modules and optimizers', `Version: ${version}`,
    'Cflags: -I${prefix}/include', 'Libs: -L${prefix}/lib -ltorsh', `Libs.private: ${libs.join(' ')}`, ''].join('\n'));
  return null;
}
