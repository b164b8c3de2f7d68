// The C API as its users meet it: built by its command, found through pkg-config, an example compiled and run.
const { execFileSync, spawnSync } = require('node:child_process');
const { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');

const root = join(__dirname, '../..');
const [cc, ...ccFlags] = (process.env.CC ?? 'cc').trim().split(/\s+/);

let dir;
beforeAll(() => {
  const built = spawnSync(process.execPath, ['tools/build.mjs', 'libtorsh'], { cwd: root, encoding: 'utf8' });
  if (built.status !== 0) throw new Error(built.stderr);
  dir = mkdtempSync(join(tmpdir(), 'torsh-c-'));
}, 600000);
afterAll(() => { if (dir) rmSync(dir, { recursive: true, force: true }); });

const flags = (...what) => execFileSync('pkg-config', [...what, 'torsh'], { encoding: 'utf8', env: { ...process.env, PKG_CONFIG_PATH: join(root, 'dist/libtorsh/lib/pkgconfig') } }).trim().split(/\s+/);

const compile = (source, program, libs) => execFileSync(cc, [...ccFlags, source, '-std=c11', '-Wall', '-Wextra', '-Werror', ...flags('--cflags'), ...libs, '-lm', '-o', program]);
const shared = () => [...flags('--libs'), `-Wl,-rpath,${join(root, 'dist/libtorsh/lib')}`];

test.each([['shared', []], ['static', ['--static']]])('the training example compiles and learns (%s)', (kind, how) => {
  const program = join(dir, `train-${kind}`);
  const libs = kind === 'static'
    ? [join(root, 'dist/libtorsh/lib/libtorsh.a'), ...flags('--libs', ...how).filter((f) => f !== '-ltorsh')]
    : shared();
  compile(join(root, 'examples/c/train.c'), program, libs);
  const run = spawnSync(program, { encoding: 'utf8' });
  expect(run.stderr).toBe('');
  expect(run.status).toBe(0);
  const accuracy = Number(/accuracy ([\d.]+) %/.exec(run.stdout)[1]);
  expect(accuracy).toBeGreaterThan(95);
});

// Each program of the guide, and what it prints, in the block that follows it.
const guide = readFileSync(join(root, 'docs/guide/c-api.md'), 'utf8');
const programs = [...guide.matchAll(/^## (.*)\n(?:(?!^## )[^])*?```c\n([^]*?)```\n\n```text\n([^]*?)```/gm)].map(([, title, source, output]) => [title, source, output]);
test('the guide has programs', () => expect(programs.length).toBeGreaterThan(1));
test.each(programs)('the guide to the C API: %s', (title, source, output) => {
  const program = join(dir, title.replace(/\W+/g, '-'));
  writeFileSync(`${program}.c`, source);
  compile(`${program}.c`, program, shared());
  const run = spawnSync(program, { encoding: 'utf8' });
  expect([run.status, run.stderr, run.stdout]).toEqual([0, '', output]);
});

test('the shared library shows only its own names', () => {
  expect(existsSync(join(root, 'dist/libtorsh/lib/libtorsh.so'))).toBe(true);
  const names = execFileSync('nm', ['-D', '--defined-only', join(root, 'dist/libtorsh/lib/libtorsh.so')], { encoding: 'utf8' })
    .split('\n').map((l) => l.split(' ').pop()).filter(Boolean);
  expect(names.length).toBeGreaterThan(100);
  expect(names.filter((n) => !n.startsWith('torsh_'))).toEqual([]);
});
