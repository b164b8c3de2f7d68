// The compiler calls that libtorsh and the platform packages share. (The addon of a checkout is node-gyp's: binding.gyp has the same flags.)
import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { isStale } from './stale.mjs';

export const FLAGS = ['-std=gnu11', '-O3', '-fvisibility=hidden', '-ffp-contract=off', '-fno-math-errno', '-fno-trapping-math', '-Wall', '-Wextra'];

/** The instruction sets that loops are compiled for, by Node's name of the processor. */
export const isasOf = (arch) => (arch === 'x64'
  ? { base: [], avx2: ['-mavx2', '-mfma', '-mf16c', '-mbmi2'], avx512: ['-mavx512f', '-mavx512bw', '-mavx512dq', '-mavx512vl', '-mfma', '-mf16c', '-mbmi2', '-mprefer-vector-width=512'] }
  : { base: [] });

export const run = ([command, ...args], cwd) => new Promise((resolve) => {
  const child = spawn(command, args, { cwd });
  let text = '';
  child.stdout.on('data', (d) => { text += d; });
  child.stderr.on('data', (d) => { text += d; });
  child.on('error', (e) => resolve({ code: 1, text: String(e) }));
  child.on('close', (code) => resolve({ code, text }));
});

/**
 * Object files of `files`, and of `loops` once for each instruction set, in `folder`: what is stale is compiled, but for what `ready(file, isa)` has a path of.
 * Returns their paths; throws what the compiler says.
 */
export async function compile(root, { cc, arch, files, loops, flags, since, folder, ready = () => null }) {
  mkdirSync(folder, { recursive: true });
  const object = (file, tag) => join(folder, `${file.replace(/\//g, '_').replace(/\.c$/, '')}${tag}.o`);
  const job = (file, tag, isa, more) => {
    const have = ready(file, isa);
    return have ? { object: have, done: true } : { file, object: object(file, tag), more };
  };
  const jobs = [
    ...files.map((file) => job(file, '', null, [])),
    ...loops.flatMap((file) => Object.entries(isasOf(arch)).map(([isa, more]) => job(file, `_${isa}`, isa, [`-DTS_ISA=${isa}`, ...more]))),
  ];
  const queue = jobs.filter(({ object, done }) => !done && isStale(root, object, since));
  let failure = null;
  await Promise.all(Array.from({ length: Math.max(1, cpus().length) }, async () => {
    while (queue.length && !failure) {
      const job = queue.shift();
      const { code, text } = await run([...cc, ...FLAGS, ...flags, ...job.more, '-MMD', '-c', job.file, '-o', job.object], root);
      if (text.trim()) console.log(text.trim());
      if (code !== 0) failure = new Error(`${job.file}:\n${text}`);
    }
  }));
  if (failure) throw failure;
  return jobs.map((job) => job.object);
}
