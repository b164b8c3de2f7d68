'use strict';
// `npx torsh` from outside: what it prints, where, and its exit codes.
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const torsh = require('torsh');
const { root, run } = require('../support/child');

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'torsh-cli-'));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));
const at = (name) => path.join(folder, name);
const iris = path.join(root, 'examples/data/iris-mlp.pt');

const cli = (args, env = {}) => run(process.execPath, [path.join(root, 'dist/cli.mjs'), ...args], { cwd: folder, env: { NO_COLOR: undefined, FORCE_COLOR: undefined, TORSH_BACKEND: undefined, ...env } });
/** What a command that must succeed prints. */
async function done(...args) {
  const { code, stdout, stderr } = await cli(args);
  expect(stderr).toBe('');
  expect(code).toBe(0);
  return stdout;
}
/** What a command that must fail says, without a stack trace and with nothing on stdout. */
async function fails(wanted, ...args) {
  const { code, stdout, stderr } = await cli(args);
  expect(stderr).not.toMatch(/^ +at /m);
  expect(stdout).toBe('');
  expect(code).toBe(wanted);
  return stderr;
}

describe('the command line', () => {
  test.each([
    ['nothing', [], /Usage: torsh COMMAND/],
    ['an unknown command', ['frobnicate'], /^torsh: there is no command 'frobnicate'\n\n.*\n\nUsage: torsh COMMAND/],
    ['a name that objects have', ['constructor'], /there is no command 'constructor'/],
    ['an option for a command', ['--json'], /there is no command '--json'/],
    ['an unknown option', ['bench', '--fast'], /^torsh bench: unknown option '--fast'\n\n.*\n\nUsage: torsh bench \[options\]/],
    ['a value left out', ['bench', '--seconds'], /^torsh bench: option '--seconds <value>' argument missing\n/],
    ['a value for a flag', ['doctor', '--json=yes'], /^torsh doctor: option '--json' does not take an argument\n/],
    ['a wrong number', ['bench', '--seconds', '-1'], /^torsh bench: .*--seconds/],
    ['a number that is none', ['train', 'digits', '--epochs', '1.5'], /^torsh train: --epochs must be a positive whole number, not '1\.5'\n/],
    ['a wrong backend', ['doctor', '--backend', 'gpu'], /^torsh doctor: --backend must be native or wasm, not 'gpu'\n/],
    ['an operand too many', ['convert', 'a.pt', 'b.pt', 'c.pt'], /^torsh convert: 'c\.pt' is one too many\n/],
    ['an operand left out', ['convert', 'a.pt'], /^torsh convert: IN or OUT is missing\n/],
    ['no file', ['inspect'], /^torsh inspect: FILE is missing\n/],
    ['another thing to train', ['train', 'cats'], /^torsh train: there is nothing called 'cats' to train; there is: digits\n/],
    ['more threads than there can be', ['bench', '--threads', '65'], /^torsh bench: --threads must be a whole number from 1 to 64, not '65'\n/],
    ['a model without a format', ['train', 'digits', '--save', 'model'], /^torsh train: --save must name a \.safetensors or \.pt file, not 'model'\n/],
    ['a format that is unknown', ['convert', iris, 'o.onnx'], /^torsh convert: 'o\.onnx' does not say its format: it must end in \.safetensors/],
    ['a file onto itself', ['convert', iris, iris], /^torsh convert: IN and OUT are the same file\n/],
    ['an option of another format', ['convert', iris, 'o.pt', '--compress'], /^torsh convert: --compress is for \.npz/],
    ['sizes that are none', ['summary', 'x.mjs', '--input', '1,a'], /^torsh summary: --input must be sizes such as 1,28,28, not '1,a'\n/],
    ['an input for a file', ['summary', iris, '--input', '1,4'], /^torsh summary: --input is for a module/],
  ])('%s: usage on stderr, exit code 2', async (_, args, message) => {
    const said = await fails(2, ...args);
    expect(said).toMatch(message);
    expect(said).toContain('Usage: torsh ');
  });

  test('what it repeats cannot drive the terminal', async () => {
    expect(await fails(2, 'x\x1b[2J')).toContain("no command 'x\\u001b[2J'");
  });

  test.each(['doctor', 'bench', 'train', 'convert', 'inspect', 'summary'])('--help of %s', async (name) => {
    const out = await done(name, '--help');
    expect(out).toMatch(new RegExp(`Usage: torsh ${name}`));
    expect(out).toContain('--json');
    expect(await done('--help')).toContain(`  ${name} `);
    expect(await done('help', name)).toBe(out);
  });

  test('--version', async () => {
    expect(await done('--version')).toBe(`${require(path.join(root, 'package.json')).version}\n`);
  });

  test('colours only where they are wanted', async () => {
    const [plain, forced, refused] = await Promise.all([{}, { FORCE_COLOR: '1' }, { FORCE_COLOR: '1', NO_COLOR: '1' }].map((env) => cli(['--help'], env)));
    expect(plain.stdout).not.toContain('\x1b');
    expect(forced.stdout).toContain('\x1b[1m');
    expect(refused.stdout).toBe(plain.stdout);
  });
});

describe('doctor', () => {
  test('tells what runs and why, for people and for programs', async () => {
    const [text, report] = await Promise.all([done('doctor'), done('doctor', '--json').then(JSON.parse)]);
    expect(text).toMatch(/torsh runs on +native: the native backend loads/);
    expect(text).toMatch(/wasm +works: \d+ threads?, products by .*memory budget/);
    expect(text).toMatch(/torsh works here\.\n$/);
    expect(report).toMatchObject({
      works: true, problems: [], versions: { node: process.versions.node, modules: process.versions.modules },
      backend: { name: 'native', wrong: [] }, backends: { native: { wrong: [], blas: torsh.backend.blas }, wasm: { name: 'wasm', wrong: [] } },
    });
    expect(report.backend.budget).toBeGreaterThan(1e6);
    expect(report.machine.glibc).toBe(process.report.getReport().header.glibcVersionRuntime ?? null);
  });

  test('a backend that cannot be had is a problem', async () => {
    const { code, stdout } = await cli(['doctor'], { TORSH_BACKEND: 'cuda' });
    expect(code).toBe(1);
    expect(stdout).toMatch(/problem +torsh does not load: torsh: TORSH_BACKEND is 'cuda', expected native, wasm or auto/);
    expect(stdout).toMatch(/settings\n +TORSH_BACKEND +cuda/);
  });

  test('settings that hamper OpenBLAS are named', async () => {
    const { code, stdout } = await cli(['doctor', '--backend', 'wasm'], { OPENBLAS_CORETYPE: 'Core2' });
    expect(code).toBe(0);
    expect(stdout).toMatch(/torsh runs on +wasm/);
    expect(stdout).toMatch(/note +OPENBLAS_CORETYPE=Core2 makes OpenBLAS take that kernel/);
  });
});

test('bench measures', async () => {
  const { backend, rows } = JSON.parse(await done('bench', '--seconds', '0.001', '--threads', '1', '--json'));
  expect(backend).toMatchObject({ name: 'native', threads: 1 });
  expect(rows.map(({ unit }) => unit)).toEqual(expect.arrayContaining(['GFLOP/s', 'GB/s', 'µs', 'ms']));
  for (const { value } of rows) expect(value).toBeGreaterThan(0);
  expect(await done('bench', '--seconds', '0.001')).toMatch(/^native: .*\n.*\n +product of two \[256, 256\] +[\d.]+ {2}GFLOP\/s\n/);
});

test('train digits learns to read them, and keeps the model', async () => {
  const file = at('digits.safetensors');
  const out = await done('train', 'digits', '--epochs', '4', '--save', file);
  expect(out).toMatch(/1541 pictures of 8x8/);
  const losses = [...out.matchAll(/loss (\d\.\d+)/g)].map((m) => Number(m[1]));
  expect(losses).toHaveLength(4);
  expect(losses[3]).toBeLessThan(losses[0] / 4);
  expect(Number(/test accuracy (\d+\.\d) %/.exec(out)[1])).toBeGreaterThan(95);
  expect(torsh.load(file)['9.weight'].shape).toEqual([10, 128]);
  const report = JSON.parse(await done('train', 'digits', '--epochs', '1', '--backend', 'wasm', '--json'));
  expect(report).toMatchObject({ backend: 'wasm', saved: null });
  expect(report.testAccuracy).toBeGreaterThan(0.8);
});

/** A checkpoint as programs have it, and its like in one level. */
function checkpoint() {
  const model = { 'fc.weight': torsh.tensor([[1, 2], [3, 4]]), 'fc.bias': torsh.tensor([5, 6], { dtype: 'float64' }) };
  return { epoch: 3, model, optimizer: { state: [torsh.ones(2)], lr: 0.1 }, note: 'hello' };
}

test('train digits says at once where it cannot keep the model', async () => {
  expect(await fails(1, 'train', 'digits', '--save', at(path.join('none', 'digits.pt')))).toMatch(/^torsh train: '.*' cannot be written: there is no folder '.*none'\n$/);
});

describe('inspect', () => {
  test('lists tensors, other values and metadata', async () => {
    torsh.save(checkpoint(), at('check.pt'));
    const out = await done('inspect', at('check.pt'));
    expect(out).toMatch(/check\.pt: pt, .*, 3 tensors/);
    expect(out).toMatch(/ model\.fc\.weight +float32 +\[2, 2\] +16\n +model\.fc\.bias +float64 +\[2\] +16\n +optimizer\.state\.0 +float32 +\[2\] +8/);
    expect(out).toMatch(/other values\n +epoch +3\n +optimizer\.lr +0\.1\n +note +"hello"/);
    torsh.save(checkpoint().model, at('m.safetensors'), { metadata: { by: 'me' } });
    const [first, second] = JSON.parse(await done('inspect', at('m.safetensors'), iris, '--json'));
    expect(first).toMatchObject({ format: 'safetensors', metadata: { by: 'me' }, tensors: [{ name: 'fc.weight', dtype: 'float32', shape: [2, 2], bytes: 16 }, { name: 'fc.bias', dtype: 'float64' }] });
    expect(second.tensors.map((t) => t.name)).toContain('state_dict.2.bias');
  });

  test('damaged and hostile files: the place, exit code 1', async () => {
    const whole = fs.readFileSync(iris);
    fs.writeFileSync(at('cut.pt'), whole.subarray(0, 1000));
    expect(await fails(1, 'inspect', at('cut.pt'))).toMatch(/cut\.pt: the zip file has no end: it was cut off or is damaged\n$/);
    const flipped = Buffer.from(whole);
    flipped[flipped.indexOf('data/0') + 70] ^= 1;
    fs.writeFileSync(at('flipped.pt'), flipped);
    expect(await fails(1, 'inspect', '--verify', at('flipped.pt'))).toMatch(/flipped\.pt: '.*data\/\d' is damaged: its checksum is/);
    fs.writeFileSync(at('run.pt'), 'cposix\nsystem\n(S\'touch pwned\'\ntR.');
    expect(await fails(1, 'inspect', at('run.pt'))).toMatch(/run\.pt: /);
    expect(fs.existsSync(at('pwned'))).toBe(false);
    expect(await fails(1, 'inspect', at('nowhere'))).toMatch(/cannot read '.*nowhere': ENOENT/);
    expect(await fails(1, 'inspect', folder)).toMatch(/it is not a regular file|EISDIR/);
  });

  test('names in files cannot drive the terminal', async () => {
    torsh.save({ 'a\x1b[31m\u202e': torsh.ones(1) }, at('esc.safetensors'));
    expect(await done('inspect', at('esc.safetensors'))).toContain('a\\u001b[31m\\u202e  float32');
    const text = await done('inspect', '--json', at('esc.safetensors'));
    expect(text).not.toContain('\x1b');
    expect(JSON.parse(text)[0].tensors[0].name).toBe('a\x1b[31m\u202e');
  });
});

describe('convert', () => {
  const same = (a, b) => {
    expect(Object.keys(a).sort()).toEqual(Object.keys(b).sort());
    for (const name of Object.keys(a)) {
      expect(a[name].dtype).toBe(b[name].dtype);
      expect(a[name].tolist()).toEqual(b[name].tolist());
    }
  };

  test('a state dict through all formats and back', async () => {
    const { model } = checkpoint();
    torsh.save(model, at('a.pt'));
    for (const [from, to] of [['a.pt', 'b.safetensors'], ['b.safetensors', 'c.npz'], ['c.npz', 'd.pt']]) {
      expect(await done('convert', at(from), at(to))).toMatch(/2 tensors/);
      same(torsh.load(at(to)), model);
    }
    expect(JSON.parse(await done('convert', at('d.pt'), at('e.npy'), '--part', 'fc.bias', '--json'))).toMatchObject({ format: 'npy', tensors: 1 });
    expect(torsh.load(at('e.npy')).tolist()).toEqual([5, 6]);
  });

  test('a nested checkpoint: its parts, or what of it are tensors', async () => {
    torsh.save(checkpoint(), at('nested.pt'));
    const said = await fails(1, 'convert', at('nested.pt'), at('n.safetensors'));
    expect(said).toMatch(/^torsh convert: safetensors holds tensors only, but 'epoch' is a number \(3\) \(and 2 more\): --part NAME takes a part \(model, optimizer\), --drop leaves out/);
    expect(fs.existsSync(at('n.safetensors'))).toBe(false);
    await done('convert', at('nested.pt'), at('n.safetensors'), '--part', 'model');
    same(torsh.load(at('n.safetensors')), checkpoint().model);
    await done('convert', at('nested.pt'), at('n.npz'), '--drop');
    expect(Object.keys(torsh.load(at('n.npz'))).sort()).toEqual(['model.fc.bias', 'model.fc.weight', 'optimizer.state.0']);
    expect(await fails(1, 'convert', at('nested.pt'), at('x.npz'), '--part', 'modle')).toMatch(/there is no 'modle': the file holds epoch, model, optimizer, note\n$/);
  });

  test('refuses what does not fit, and leaves no file', async () => {
    torsh.save({ z: torsh.zeros(1, { dtype: 'complex128' }), h: torsh.ones(1, { dtype: 'bfloat16' }) }, at('odd.pt'));
    torsh.save({ 'a.b': torsh.ones(1), a: { b: torsh.ones(1) } }, at('twice.pt'));
    torsh.save(checkpoint().model, at('meta.safetensors'), { metadata: { by: 'me' } });
    const cases = [
      [['odd.pt', 'o.safetensors'], /dtype complex128, which safetensors cannot hold/], [['odd.pt', 'o.npz'], /NumPy has no bfloat16/], [['odd.pt', 'o.npy'], /an \.npy file holds one tensor, but there are 2/],
      [['twice.pt', 'o.safetensors'], /two tensors would be called 'a\.b'/], [['odd.pt', 'twice.pt'], /is there already; --force/], [['odd.pt', path.join('none', 'o.pt')], /cannot write .*none.*ENOENT/],
    ];
    for (const [[from, to, ...more], message] of cases) expect(await fails(1, 'convert', at(from), at(to), ...more)).toMatch(message);
    expect(fs.readdirSync(folder).filter((name) => name.startsWith('o.'))).toEqual([]);
    const { code, stdout, stderr } = await cli(['convert', at('meta.safetensors'), at('twice.pt'), '--force']);
    expect([code, stdout.includes('2 tensors'), stderr]).toEqual([0, true, 'torsh convert: the metadata (by) stayed behind: only safetensors files have such\n']);
  });
});

describe('summary', () => {
  beforeAll(() => {
    fs.mkdirSync(at('node_modules'), { recursive: true });
    fs.symlinkSync(root, at('node_modules/torsh'), 'junction');
    const text = 'class Net extends nn.Module { constructor() { super(); this.fc = new nn.Linear(4, 2); } forward(x) { return this.fc(x).relu(); } }';
    fs.writeFileSync(at('net.mjs'), `import { nn } from 'torsh';\nexport ${text}\nexport default () => new Net();\nexport const number = 3;\n`);
    fs.writeFileSync(at('net.cjs'), `const { nn } = require('torsh');\n${text}\nmodule.exports = new Net();\n`);
    fs.writeFileSync(at('broken.mjs'), 'export default function (\n');
  });

  test('of weights', async () => {
    expect(await done('summary', iris)).toMatch(/state_dict\.0 +weight \[16, 4\], bias \[16\] +80 +320\n[^]*total +6 in 3 layers +139 /);
    expect(JSON.parse(await done('summary', iris, '--json'))).toMatchObject({ elements: 139, bytes: 556 });
  });

  test('of modules, by what they export', async () => {
    expect(await done('summary', at('net.mjs'), '--input', '1,4')).toMatch(/Net: 0|Net .*\[1, 4\] +\[1, 2\][^]*Total params: 10/);
    expect(JSON.parse(await done('summary', at('net.mjs'), '--export', 'Net', '--input=5,4', '--json'))).toMatchObject({ totalParams: 10, root: { className: 'Net', outputShape: [5, 2] } });
    expect(await done('summary', at('net.cjs'))).toContain('Total params: 10');
  });

  test('says what is wrong with others', async () => {
    expect(await fails(1, 'summary', at('nowhere.mjs'))).toMatch(/there is no such file/);
    expect(await fails(1, 'summary', at('net.mjs'), '--export', 'Other')).toMatch(/exports no Other, but Net, default, number/);
    expect(await fails(1, 'summary', at('net.mjs'), '--export', 'number')).toMatch(/exports as number is no nn\.Module/);
    expect(await fails(1, 'summary', at('net.mjs'), '--input', '1,5')).toMatch(/shapes cannot be multiplied/);
    const { code, stderr } = await cli(['summary', at('broken.mjs')]);
    expect([code, stderr.includes('SyntaxError')]).toEqual([1, true]);
  });
});
