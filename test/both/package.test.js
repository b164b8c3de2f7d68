// The packed tarball, installed into an empty folder without network: what users get.
const { readFileSync, readdirSync, statSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');
const { root, must, pack, install, scratch } = require('../support/package');

const place = scratch('package');
const folder = join(place.folder, 'consumer');
let packed;

const expectRun = (file, args, options) => must(file, args, { cwd: folder, env: { TORSH_BACKEND: undefined }, ...options });

beforeAll(async () => {
  packed = await pack(place.folder);
  await install(folder, [packed.file]);
});

afterAll(place.remove);

test('holds what it should and little else', () => {
  for (const name of ['package.json', 'README.md', 'dist/torsh.cjs', 'dist/torsh.mjs', 'dist/torsh.wasm', 'dist/torsh-threads.wasm', 'dist/torsh.web.mjs', 'types/torsh.d.mts', 'types/torsh.d.cts', 'types/lib/tensor.d.ts']) expect(packed.files).toContain(name);
  expect(packed.files.filter((n) => /^(src|test|tools|build|examples|packages|node_modules)\/|\.node$|binding\.gyp|libtorsh/.test(n))).toEqual([]);
  expect(statSync(packed.file).size).toBeLessThan(require(join(root, 'package.json')).torsh.sizeBudget.tarball);
});

test('every file that exports names is there', () => {
  const { main, types, exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const named = (x) => (typeof x === 'string' ? [x] : Object.values(x).flatMap(named));
  expect([main, types, ...named(exports)].map((n) => n.slice(2)).filter((n) => !packed.files.includes(n))).toEqual([]);
});

test('needs no install script and no other package; that of the platform is optional', () => {
  const manifest = JSON.parse(readFileSync(join(folder, 'node_modules', 'torsh', 'package.json'), 'utf8'));
  for (const name of ['install', 'preinstall', 'postinstall', 'prepare']) expect(manifest.scripts?.[name]).toBe(undefined);
  expect(Object.keys(manifest.dependencies ?? {})).toEqual([]);
  expect(manifest.optionalDependencies).toMatchObject({ '@torsh/linux-x64-gnu': manifest.version, '@torsh/win32-x64': manifest.version });
  expect(readdirSync(join(folder, 'node_modules')).filter((n) => !n.startsWith('.'))).toEqual(['torsh']);
});

test('packing builds first, and leaves package.json as it was', () => {
  expect(JSON.parse(readFileSync(join(packed.tree, 'asked.json'), 'utf8'))).toEqual(['wasm', 'js']);
  expect(readFileSync(join(packed.tree, 'package.json'), 'utf8')).toBe(readFileSync(join(root, 'package.json'), 'utf8'));
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

test.each(['nn', 'functional', 'optim', 'data', 'distributions', 'func', 'train', 'metrics', 'charts'])('torsh/%s is that part of the one torsh', async (name) => {
  const path = { functional: 'nn.functional', data: 'utils.data' }[name] ?? name;
  const out = await expectRun(process.execPath, ['--input-type=module', '-e', `import torsh from 'torsh'; import part, * as names from 'torsh/${name}'; import { createRequire } from 'node:module';
    const { default: _, ...rest } = names;
    console.log(JSON.stringify([part === torsh.${path}, createRequire(process.cwd() + '/x.js')('torsh/${name}') === part, Object.keys(rest).length, Object.keys(part).filter((k) => part[k] !== rest[k])]));`]);
  expect(JSON.parse(out)).toEqual([true, true, expect.any(Number), []]);
  expect(JSON.parse(out)[2]).toBeGreaterThan(2);
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

test.each([
  ['require', ['-e', "const { createWorker } = require('torsh/worker'); (async () => { BODY })();"]], ['import', ['--input-type=module', '-e', "import { createWorker } from 'torsh/worker'; BODY"]],
])('torsh/worker by %s starts a thread, which keeps no process alive', async (_, args) => {
  const out = await expectRun(process.execPath, args.map((arg) => arg.replace('BODY', 'const worker = await createWorker(); console.log(JSON.stringify([worker.backend.name, await worker.torsh.ones(3).sum().item()]));')));
  expect(JSON.parse(out)).toEqual(['wasm', 3]);
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
    import { createWorker, type RemoteTensor } from 'torsh/worker';
    const remote: RemoteTensor = await (await createWorker()).torsh.ones(2, 3);
    const rows: number = remote.shape[0];
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
    { using scoped = torsh.ones(2), part = torsh.profiler.recordFunction('part'); void [scoped, part]; }
    // @ts-expect-error a dtype that does not exist
    torsh.zeros([2], { dtype: 'float128' });
    console.log(shape, name, rows);
  `);
  writeFileSync(join(folder, 'use.cts'), `
    import torsh = require('torsh');
    const x: torsh.Tensor = torsh.tensor([1, 2]).add(1);
    const layer: torsh.nn.Linear = new torsh.nn.Linear(2, 1);
    const dtype: torsh.DType = x.dtype;
    console.log(layer(x), dtype);
  `);
  writeFileSync(join(folder, 'worker.mts'), "import { createWorker } from 'torsh/worker';\n(await createWorker()).terminate();\n");
  for (const [module, resolution] of [['node16', 'node16'], ['esnext', 'bundler']]) {
    const files = module === 'node16' ? ['use.mts', 'use.cts'] : ['use.mts'];
    await expectRun(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '--noEmit', '--strict', '--skipLibCheck', 'false', '--target', 'es2022',
      '--module', module, '--moduleResolution', resolution, '--lib', 'es2022,esnext.disposable,dom', '--types', '', ...files]);
  }
  // What `--target es2022` takes by itself does not know Symbol.dispose.
  await expectRun(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '--noEmit', '--strict', '--skipLibCheck', 'false', '--target', 'es2022', '--module', 'node16', '--types', '', 'use.cts', 'worker.mts']);
});
