// Files beyond this process: real PyTorch reads what torsh writes, and a save that is killed or finds the disk full loses nothing.
const { spawn, spawnSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const { join } = require('node:path');
const torsh = require('torsh');
const { root, run } = require('../support/child');

const folder = fs.mkdtempSync(join(os.tmpdir(), 'torsh-files-'));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

const python = ['python3', '/usr/bin/python3'].find((name) => spawnSync(name, ['-c', 'import importlib.util as u, sys; sys.exit(not (u.find_spec("torch") and u.find_spec("numpy")))']).status === 0);
const withPyTorch = python ? test : test.skip;

const check = `
import json, sys, zipfile
import numpy as np, torch
out = {}
def value(x):
    if isinstance(x, torch.Tensor):
        v = torch.view_as_real(x.detach()) if x.is_complex() else x.detach()
        return [str(x.dtype)[6:], list(x.shape), list(x.stride()), (v.double() if v.is_floating_point() else v.long()).reshape(-1).tolist()]
    if isinstance(x, dict): return {str(k): value(v) for k, v in x.items()}
    return [value(v) for v in x] if isinstance(x, (list, tuple)) else x
state = torch.load('state.pt', weights_only=True)
out['state'] = value(state)
out['shared'] = state['float32'].storage().data_ptr() == state['view'].storage().data_ptr()
model = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.BatchNorm1d(2))
weights = torch.load('model.pt', weights_only=True)
model.load_state_dict(weights)
out['metadata'] = weights._metadata
run = torch.load('run.pt')
optimizer = torch.optim.AdamW(model.parameters(), lr=1)
optimizer.load_state_dict(run['optimizer'])
out['steps'] = [float(s['step']) for s in optimizer.state_dict()['state'].values()]
out['lr'] = optimizer.param_groups[0]['lr']
torch.set_rng_state(run['rng'])
out['random'] = torch.rand(3).tolist()
out['values'] = value(run['values'])
out['parameter'] = [type(run['parameter']).__name__, run['parameter'].requires_grad]
out['set'] = sorted(run['set'])
out['bytes'] = list(run['bytes'])
out['npy'] = np.load('x.npy').tolist()
for name in ('stored.npz', 'deflated.npz'):
    with np.load(name) as z: out[name] = {k: [str(z[k].dtype), z[k].tolist()] for k in z.files}
out['zip'] = [zipfile.ZipFile(f).testzip() for f in ('state.pt', 'run.pt', 'deflated.npz')]
print(json.dumps(out))`;

withPyTorch('PyTorch and NumPy read what torsh writes', async () => {
  const { nn, optim } = torsh;
  const at = (name) => join(folder, name);
  const dtypes = ['bool', 'uint8', 'int8', 'int16', 'int32', 'int64', 'float16', 'bfloat16', 'float32', 'float64', 'complex64', 'complex128'];
  const state = Object.fromEntries(dtypes.map((dtype) => [dtype, torsh.tensor([[0, 1, 2], [3, 4, 5]]).to(dtype)]));
  Object.assign(state, { view: state.float32.T, part: state.float32.narrow(1, 1, 2), empty: torsh.zeros(0, 4), scalar: torsh.tensor(2.5), expanded: torsh.ones(1).expand(2, 3) });
  torsh.save(state, at('state.pt'));
  const model = new nn.Sequential(new nn.Linear(3, 2), new nn.BatchNorm1d(2));
  const adam = new optim.AdamW(model.parameters(), { lr: 0.25 });
  model(torsh.randn(4, 3)).pow(2).sum().backward();
  adam.step();
  torsh.save(model.stateDict(), at('model.pt'));
  const rng = torsh.getRngState();
  const values = { list: [1, [2.5, 'größe']], none: null, yes: true, large: 2n ** 70n, small: -(2n ** 40n), 5: 'five', many: Array.from({ length: 1500 }, (_, i) => i) };
  torsh.save({ optimizer: adam.stateDict(), rng, values, parameter: new nn.Parameter(torsh.ones(2)), set: new Set([3, 1]), bytes: Uint8Array.of(0, 200) }, at('run.pt'));
  torsh.save(state.float32.T, at('x.npy'));
  for (const compress of [false, true]) torsh.save({ a: state.float32, 'b.c': state.int64 }, at(compress ? 'deflated.npz' : 'stored.npz'), { compress });
  const { code, stdout, stderr } = await run(python, ['-W', 'ignore', '-c', check], { cwd: folder });
  if (code !== 0) throw new Error(stderr);
  const got = JSON.parse(stdout);
  for (const [name, t] of Object.entries(state)) {
    const flat = (t.isComplex() ? torsh.viewAsReal(t) : t).to('float64').reshape(-1).tolist();
    expect([name, ...got.state[name]]).toEqual([name, t.dtype, t.shape, t.stride(), flat]);
  }
  expect([got.shared, got.metadata['1'].version]).toEqual([true, 2]);
  expect([got.steps, got.lr]).toEqual([[1, 1, 1, 1], 0.25]);
  torsh.setRngState(rng);
  expect(got.random).toEqual(torsh.rand(3).tolist());
  expect(got.values).toEqual({ ...values, large: Number(values.large), small: Number(values.small) });
  expect([got.parameter, got.set, got.bytes]).toEqual([['Parameter', true], [1, 3], [0, 200]]);
  expect(got.npy).toEqual([[0, 3], [1, 4], [2, 5]]);
  for (const name of ['stored.npz', 'deflated.npz']) expect(got[name]).toEqual({ a: ['float32', [[0, 1, 2], [3, 4, 5]]], 'b.c': ['int64', [[0, 1, 2], [3, 4, 5]]] });
  expect(got.zip).toEqual([null, null, null]);
});

const saver = (file) => `
  const torsh = require(${JSON.stringify(join(root, 'dist', 'torsh.cjs'))});
  for (let round = 1; ; round++) {
    const state = {};
    for (let i = 0; i < 4; i++) state['w' + i] = torsh.full([256, 1024], round);
    torsh.save(state, ${JSON.stringify(file)});
    if (round === 1) console.log('ready');
  }`;

test.each(['safetensors', 'pt'])('a kill in the middle of a save leaves a whole file (%s)', async (format) => {
  const file = join(folder, `killed.${format}`);
  for (let attempt = 0; attempt < 3; attempt++) {
    fs.rmSync(file, { force: true });
    const child = spawn(process.execPath, ['-e', saver(file)], { stdio: ['ignore', 'pipe', 'inherit'] });
    await new Promise((resolve, reject) => { child.stdout.once('data', resolve); child.once('exit', () => reject(new Error('the child ended'))); });
    await new Promise((resolve) => setTimeout(resolve, 5 + 17 * attempt));
    child.removeAllListeners('exit');
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
    const state = torsh.load(file), round = state.w0.at(0, 0).item();
    expect(round).toBeGreaterThanOrEqual(1);
    for (const t of Object.values(state)) expect([t.min().item(), t.max().item()]).toEqual([round, round]);
  }
  // What the killed left behind goes with the next save.
  torsh.save({ last: torsh.ones(1) }, file);
  expect(fs.readdirSync(folder).filter((name) => name.includes(`killed.${format}`))).toEqual([`killed.${format}`]);
});

const limited = process.platform === 'linux' ? test : test.skip;
limited('a full disk leaves the old file, and says so', async () => {
  const file = join(folder, 'full.pt');
  torsh.save({ old: torsh.ones(3) }, file);
  const before = fs.readdirSync(folder).length;
  const script = `
    process.on('SIGXFSZ', () => {});
    const torsh = require(${JSON.stringify(join(root, 'dist', 'torsh.cjs'))});
    try { torsh.save({ large: torsh.ones(1024, 1024) }, ${JSON.stringify(file)}); } catch (e) { console.log(e.code, e.message); }`;
  const { stdout } = await run('bash', ['-c', 'ulimit -f 1000; exec "$0" -e "$1"', process.execPath, script]);
  expect(stdout).toMatch(/^ERR_IO save: cannot write .*EFBIG/);
  expect(torsh.load(file).old.tolist()).toEqual([1, 1, 1]);
  expect(fs.readdirSync(folder).length).toBe(before);
});
