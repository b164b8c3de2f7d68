// The packed tarball, installed into an empty folder without network: what users get.
const { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync, readdirSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { root, run } = require('../support/child');

let folder;
let packed;

/** Fails with the program's own words. */
async function expectRun(file, args, options) {
  const result = await run(file, args, { cwd: folder, env: { TORSH_BACKEND: undefined, npm_config_offline: 'true' }, ...options });
  if (result.code !== 0) throw new Error(`${file} ${args.join(' ')}: exit ${result.code}\n${result.stdout}${result.stderr}`);
  return result.stdout;
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'torsh-package-'));
  packed = JSON.parse(await expectRun('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], { cwd: root }))[0];
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'consumer', private: true, type: 'commonjs' }));
  await expectRun('npm', ['install', '--offline', '--no-audit', '--no-fund', join(folder, packed.filename)]);
}, 120000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('holds what it should and little else', () => {
  const names = packed.files.map((f) => f.path);
  for (const name of ['package.json', 'README.md', 'dist/torsh.cjs', 'dist/torsh.mjs', 'dist/torsh.wasm', 'dist/torsh-threads.wasm', 'dist/torsh.web.mjs', 'types/torsh.d.mts', 'types/torsh.d.cts', 'types/lib/tensor.d.ts']) expect(names).toContain(name);
  expect(names.filter((n) => /^(src|test|tools|build|examples|node_modules)\/|\.node$|binding\.gyp|libtorsh/.test(n))).toEqual([]);
  expect(statSync(join(folder, packed.filename)).size).toBeLessThan(3e6);
});

test('needs no install script and no other package', () => {
  const manifest = JSON.parse(readFileSync(join(folder, 'node_modules', 'torsh', 'package.json'), 'utf8'));
  for (const name of ['install', 'preinstall', 'postinstall']) expect(manifest.scripts?.[name]).toBe(undefined);
  expect(Object.keys(manifest.dependencies ?? {})).toEqual([]);
  expect(readdirSync(join(folder, 'node_modules')).filter((n) => !n.startsWith('.'))).toEqual(['torsh']);
});

const body = `
  const x = torsh.tensor([[1, 2], [3, 4]], { requiresGrad: true });
  x.matmul(x).sum().backward();
  console.log(JSON.stringify([torsh.backend.name, x.grad.tolist()]));`;
const grad = [[7, 11], [9, 13]];

test.each(['torsh', 'torsh/wasm'])('require(%j)', async (name) => {
  const out = await expectRun(process.execPath, ['-e', `const torsh = require(${JSON.stringify(name)}); ${body}`]);
  expect(JSON.parse(out)).toEqual(['wasm', grad]);
});

test.each(['torsh', 'torsh/wasm'])('import of %j', async (name) => {
  const out = await expectRun(process.execPath, ['--input-type=module', '-e', `import torsh, { tensor, nn } from ${JSON.stringify(name)};
    if (tensor !== torsh.tensor || nn !== torsh.nn) throw new Error('names differ'); ${body}`]);
  expect(JSON.parse(out)).toEqual(['wasm', grad]);
});

test('the web entry starts from bytes', async () => {
  const out = await expectRun(process.execPath, ['--input-type=module', '-e', `
    import { readFileSync } from 'node:fs';
    import { createRequire } from 'node:module';
    import * as web from 'torsh/web';
    const wasm = readFileSync(createRequire(process.cwd() + '/x.js').resolve('torsh/torsh.wasm'));
    const torsh = (await web.init({ wasm })) ?? web.default;
    console.log(JSON.stringify(torsh.ones(3).add(1).tolist()));`]);
  expect(JSON.parse(out)).toEqual([2, 2, 2]);
});

test('images say what to install', async () => {
  const out = await expectRun(process.execPath, ['-e', "require('torsh').utils.data.readImage('x.png').catch((e) => console.log(JSON.stringify([e.code, e.message])))"]);
  expect(JSON.parse(out)).toEqual(['ERR_UNSUPPORTED', expect.stringMatching(/^readImage: reading images takes the package sharp: npm install sharp \(.*\)$/)]);
});

test('the command works where it is installed', async () => {
  const command = (...args) => expectRun(join(folder, 'node_modules', '.bin', 'torsh'), args);
  expect(JSON.parse(await command('doctor', '--json'))).toMatchObject({ works: true, backend: { name: 'wasm' } });
  expect(JSON.parse(await command('train', 'digits', '--epochs', '1', '--save', 'digits.pt', '--json'))).toMatchObject({ backend: 'wasm', saved: 'digits.pt' });
  expect(await command('inspect', 'digits.pt')).toMatch(/^digits\.pt: pt, .*, 11 tensors\n/);
});

test('types hold under node16 and bundler resolution', async () => {
  writeFileSync(join(folder, 'use.mts'), `
    import torsh, { nn, optim, type Tensor } from 'torsh';
    class Net extends nn.Module {
      fc = new nn.Linear(4, 2);
      forward(x: Tensor): Tensor { return nn.functional.relu(this.fc(x) as Tensor); }
    }
    const model = new Net();
    const opt = new optim.Adam(model.parameters(), { lr: 1e-3 });
    const loss: Tensor = torsh.ones(2, 4).sum(1, true).mean();
    loss.backward();
    opt.step();
    const shape: readonly number[] = loss.shape;
    const name: 'native' | 'wasm' = torsh.backend.name;
    // @ts-expect-error a dtype that does not exist
    torsh.zeros([2], { dtype: 'float128' });
    console.log(shape, name);
  `);
  writeFileSync(join(folder, 'use.cts'), `
    import torsh = require('torsh');
    const x: torsh.Tensor = torsh.tensor([1, 2]).add(1);
    const layer: torsh.nn.Linear = new torsh.nn.Linear(2, 1);
    const dtype: torsh.DType = x.dtype;
    console.log(layer(x), dtype);
  `);
  for (const [module, resolution] of [['node16', 'node16'], ['esnext', 'bundler']]) {
    const files = module === 'node16' ? ['use.mts', 'use.cts'] : ['use.mts'];
    await expectRun(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '--noEmit', '--strict', '--skipLibCheck', 'false', '--target', 'es2022',
      '--module', module, '--moduleResolution', resolution, '--lib', 'es2022,esnext.disposable,dom', '--types', '', ...files], { timeout: 120000 });
  }
}, 120000);
