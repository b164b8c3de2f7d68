/**
 * The C tests: every test/c/*.c is a program. The core is compiled under AddressSanitizer and UndefinedBehaviorSanitizer
 * (with torsh's own matrix product and, but for alloc.c, with an allocator without pool, so that they see everything),
 * each program linked with it and run. Programs made with test/c/check.h end with "N passed, N failed"; others count as
 * one test. Files named *.threads.c are built and run a second time, with all they use, under ThreadSanitizer.
 *
 *   node tools/test-c.mjs [part of a file name]
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root, sources, walk } from './sources.mjs';

/* CC may hold more than a name: 'ccache gcc'. */
const [cc, ...ccFlags] = (process.env.CC ?? 'cc').trim().split(/\s+/);
const jobs = availableParallelism?.() ?? cpus().length;
const common = ['-std=gnu11', '-g', '-O1', '-fno-omit-frame-pointer', '-ffp-contract=off', '-fno-math-errno', '-fno-trapping-math',
  '-Wall', '-Wextra', '-pthread', '-Isrc'];
const sanitizers = {
  asan: ['-fsanitize=address,undefined', '-fno-sanitize-recover=undefined'],
  tsan: ['-fsanitize=thread'],
};
const seconds = 600; // a program that takes longer hangs

function run(command, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, ...options });
    const timer = setTimeout(() => child.kill('SIGKILL'), seconds * 1000);
    let output = '';
    child.stdout.on('data', (data) => (output += data));
    child.stderr.on('data', (data) => (output += data));
    child.on('error', (error) => resolve({ code: 127, output: String(error) }));
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      resolve({ code: code ?? signal, output });
    });
  });
}

/** Runs the tasks (functions that return promises), `jobs` at a time. */
async function pool(tasks) {
  const results = [];
  let next = 0;
  const worker = async () => {
    while (next < tasks.length) {
      const at = next++;
      results[at] = await tasks[at]();
    }
  };
  await Promise.all(Array.from({ length: jobs }, worker));
  return results;
}

/** Is the object newer than everything that its dependency file names? */
function isFresh(object) {
  const depfile = object.replace(/\.o$/, '.d');
  if (!existsSync(object) || !existsSync(depfile)) return false;
  const made = statSync(object).mtimeMs;
  const names = readFileSync(depfile, 'utf8').replace(/\\\n/g, ' ').replace(/^[^:]*:/, '').trim().split(/\s+/);
  return names.every((name) => existsSync(join(root, name)) && statSync(join(root, name)).mtimeMs < made);
}

/** Compiles one file unless its object is fresh; the flags are part of the object's folder. Throws the compiler's words. */
async function compile(path, flags) {
  const folder = createHash('sha256').update([cc, ...ccFlags, ...flags].join(' ')).digest('hex').slice(0, 12);
  const object = join('build', 'test-c', folder, path.replace(/\.c$/, '.o'));
  if (isFresh(join(root, object))) return object;
  mkdirSync(join(root, dirname(object)), { recursive: true });
  const { code, output } = await run(cc, [...ccFlags, ...flags, '-MMD', '-c', path, '-o', object]);
  if (code !== 0) throw new Error(`cc ${path}:\n${output}`);
  if (output) console.log(output.trimEnd());
  return object;
}

/** Objects of the whole core under a sanitizer. */
function compileCore(sanitizer) {
  const all = sources();
  const flags = [...common, ...sanitizers[sanitizer]];
  const plain = [...all.common, ...all.capi, ...all.threads_pthread, ...all.pages_posix, ...all.gemm_packed, ...all.gemm_ref, 'test/c/support/plain_alloc.c'];
  return pool([
    ...plain.map((path) => () => compile(path, [...flags, '-DTS_ONE_ISA'])),
    ...all.loops.map((path) => () => compile(path, [...flags, '-DTS_ONE_ISA', '-DTS_ISA=base'])),
  ]);
}

/** Links and runs one program; prints what it says when something failed. Returns its counts. */
async function runProgram(path, sanitizer, core) {
  const name = `${basename(path, '.c')} (${sanitizer})`;
  const flags = [...common, ...sanitizers[sanitizer]];
  const object = await compile(path, flags);
  const program = object.replace(/\.o$/, '');
  const pooled = basename(path).startsWith('alloc');
  const parts = core.filter((file) => !file.endsWith(pooled ? 'support/plain_alloc.o' : 'src/core/alloc.o'));
  const link = await run(cc, [...ccFlags, ...flags, object, ...parts, '-lm', '-o', program]);
  if (link.code !== 0) throw new Error(`linking ${name}:\n${link.output}`);
  const env = { ...process.env, ASAN_OPTIONS: 'detect_leaks=1:allocator_may_return_null=1', UBSAN_OPTIONS: 'print_stacktrace=1' };
  const { code, output } = await run(join(root, program), [], { env });
  const counts = /^(\d+) passed, (\d+) failed$/m.exec(output);
  const passed = counts ? Number(counts[1]) : Number(code === 0);
  let failed = counts ? Number(counts[2]) : Number(code !== 0);
  // A leak or a race is reported after the tests themselves have passed.
  if (code !== 0 && failed === 0) failed = 1;
  if (code !== 0) console.log(output.trimEnd());
  console.log(`${failed === 0 ? 'ok    ' : 'FAILED'} ${name}: ${passed} passed, ${failed} failed${code === 0 ? '' : ` (${code})`}`);
  return { passed, failed };
}

/** All programs whose name contains `filter`. Returns { passed, failed }. */
export async function runCTests(filter = '') {
  const programs = walk('test/c', (path) => /^test\/c\/[^/]+\.c$/.test(path)).filter((path) => path.includes(filter));
  const totals = { passed: 0, failed: 0 };
  for (const sanitizer of Object.keys(sanitizers)) {
    const mine = programs.filter((path) => sanitizer === 'asan' || path.endsWith('.threads.c'));
    if (mine.length === 0) continue;
    const failure = (error) => {
      console.log(`FAILED ${error.message}`);
      totals.failed++;
    };
    const core = await compileCore(sanitizer).catch(failure);
    if (!core) continue;
    const results = await pool(mine.map((path) => () => runProgram(path, sanitizer, core).catch(failure)));
    for (const counts of results) {
      totals.passed += counts?.passed ?? 0;
      totals.failed += counts?.failed ?? 0;
    }
  }
  return totals;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { passed, failed } = await runCTests(process.argv[2]);
  console.log(`${passed} passed, ${failed} failed`);
  process.exit(failed === 0 ? 0 : 1);
}
