// The platform package of this machine, as `npm run package` builds it: what it promises, and that it computes with what is linked into it.
const { existsSync, readFileSync } = require('node:fs');
const { join } = require('node:path');
const { must, pack, install, root, scratch } = require('../support/package');

const place = scratch('platform');
const here = process.platform === 'linux' && process.arch === 'x64' && existsSync('/lib/x86_64-linux-gnu/libc.so.6');
const runs = here ? test : test.skip;
if (!here) process.stderr.write('the platform package is left out: this test builds linux-x64-gnu\n');

afterAll(place.remove);

runs('@torsh/linux-x64-gnu', async () => {
  const said = await must(process.execPath, [join(root, 'tools/package/main.mjs'), 'linux-x64-gnu'], { timeout: 1500000 });
  expect(said).toMatch(/@torsh\/linux-x64-gnu: .* MB, /);
  const checked = await must(process.execPath, [join(root, 'tools/package/check.mjs'), 'linux-x64-gnu']);
  expect(checked).toMatch(/linux-x64-gnu: as promised; loaded by this Node/);
  const manifest = JSON.parse(readFileSync(join(root, 'packages/linux-x64-gnu/package.json'), 'utf8'));
  expect(manifest).toMatchObject({ os: ['linux'], cpu: ['x64'], libc: ['glibc'], main: 'torsh.node' });
  expect(Number(manifest.torsh.glibc.split('.')[1])).toBeLessThanOrEqual(17);
  const { file } = await pack(place.folder);
  await must('npm', ['pack', '--pack-destination', place.folder, join(root, 'packages/linux-x64-gnu')], { cwd: place.folder, timeout: 120000 });
  const folder = await install(join(place.folder, 'consumer'), [file, join(place.folder, `torsh-linux-x64-gnu-${manifest.version}.tgz`)]);
  const out = await must(process.execPath, ['-e', `
    const torsh = require('torsh'), { linalg } = torsh;
    torsh.manualSeed(0);
    const a = torsh.rand(300, 300, { dtype: 'float64' }), [u, s, v] = linalg.svd(a), [l, q] = linalg.eigh(a.matmul(a.T));
    const far = (x, y) => torsh.dist(x, y).item();
    console.log(JSON.stringify([torsh.backend.name, torsh.backend.blas, far(u.matmul(torsh.diag(s)).matmul(v), a), far(q.matmul(torsh.diag(l)).matmul(q.T), a.matmul(a.T))]));`], { cwd: folder, env: { TORSH_BACKEND: undefined } });
  const [name, blas, svd, eigh] = JSON.parse(out);
  expect(name).toBe('native');
  expect(blas).toMatch(manifest.torsh.blas === 'OpenBLAS' ? /openblas/ : /^packed/);
  expect(svd).toBeLessThan(1e-9);
  expect(eigh).toBeLessThan(1e-8);
}, 1600000);
