// Linking against an older C library than this machine's: stand-ins of libc.so.6, libm.so.6, ... that define each symbol an addon needs at the newest version
// that is not above the ceiling, so that the addon asks for no more. The real ones, which have the old versions too, serve at run time.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const number = (version) => version.split('.').reduce((n, part, i) => n + Number(part) * [1e6, 1e3, 1][i], 0);
export const isNewer = (a, b) => number(a) > number(b);

/** The dynamic symbols of a file: [{ name, version, defined, weak, object }]; version without "GLIBC_", or undefined. */
export function symbolsOf(file) {
  const { stdout, status, stderr } = spawnSync('readelf', ['--dyn-syms', '-W', file], { encoding: 'utf8', maxBuffer: 1 << 28 });
  if (status !== 0) throw new Error(`readelf ${file}: ${stderr}`);
  return [...stdout.matchAll(/^ *\d+: [0-9a-f]+ +\w+ +(\w+) +(\w+) +\w+ +(\S+) ([^\s@]+)(?:@@?(\S+))?/gm)]
    .filter(([, type]) => type !== 'SECTION')
    .map(([, type, bind, section, name, version]) => ({ name, version: version?.replace(/^GLIBC_/, ''), node: version, defined: section !== 'UND', weak: bind === 'WEAK', object: type === 'OBJECT' }));
}

/** The newest GLIBC version that a file asks for; null when it asks for none. */
export function glibcOf(file) {
  return symbolsOf(file).filter((s) => !s.defined && s.node?.startsWith('GLIBC_')).map((s) => s.version).reduce((newest, v) => (newest === null || isNewer(v, newest) ? v : newest), null);
}

/* Before 2.34 these were libraries of their own; today's are empty, but lead to libc. */
const homes = [[/^(pthread_|sem_)/, 'libpthread.so.0'], [/^dl/, 'libdl.so.2']];

/** Makes the stand-ins for what `linked` (linked against the machine's own) needs; returns what to link with instead. Throws the names that are newer than the ceiling. */
export function standIns({ linked, ceiling, cc, folder }) {
  mkdirSync(folder, { recursive: true });
  const real = Object.fromEntries(['libc.so.6', 'libm.so.6', 'ld-linux-x86-64.so.2', 'ld-linux-aarch64.so.1'].map((name) => {
    const path = spawnSync(cc[0], [...cc.slice(1), `-print-file-name=${name}`], { encoding: 'utf8' }).stdout.trim();
    return [name, existsSync(path) ? symbolsOf(path).filter((s) => s.defined && s.node?.startsWith('GLIBC_')) : []];
  }));
  const wanted = {}, tooNew = [];
  for (const { name, node, defined, object } of symbolsOf(linked)) {
    if (defined) continue;
    /* A name that only has old forms was left open by the linker. */
    const found = Object.entries(real).flatMap(([library, symbols]) => symbols.filter((s) => s.name === name && !isNewer(s.version, ceiling)).map((s) => ({ library, version: s.version })));
    const best = found.reduce((a, b) => (a && isNewer(a.version, b.version) ? a : b), null);
    if (!best && !node) continue;
    if (!best) tooNew.push(`${name}@${node}`);
    else (wanted[homes.find(([pattern]) => pattern.test(name))?.[1] ?? best.library] ??= []).push({ name, version: best.version, object });
  }
  if (tooNew.length) throw new Error(`newer than GLIBC ${ceiling}, and without an older form: ${tooNew.join(', ')}`);
  return Object.entries(wanted).map(([library, symbols]) => {
    const path = join(folder, library), versions = [...new Set(symbols.map((s) => s.version))].sort((a, b) => number(a) - number(b));
    writeFileSync(`${path}.c`, symbols.map((s, i) => `${s.object ? `int torsh_${i};` : `void torsh_${i}(void) {}`} __asm__(".symver torsh_${i}, ${s.name}@@GLIBC_${s.version}");`).join('\n'));
    writeFileSync(`${path}.map`, versions.map((v, i) => `GLIBC_${v} { ${i === 0 ? 'local: torsh_*;' : ''} }${i ? ` GLIBC_${versions[i - 1]}` : ''};`).join('\n'));
    const made = spawnSync(cc[0], [...cc.slice(1), '-shared', '-nostdlib', '-fPIC', '-fno-builtin', `-Wl,-soname,${library},--version-script,${path}.map`, `${path}.c`, '-o', path], { encoding: 'utf8' });
    if (made.status !== 0) throw new Error(`${library}: ${made.stderr}`);
    return path;
  });
}
