// Every module class with its options against PyTorch (fixtures/modules.py says what the fixture holds): what is printed, the values after construction, outputs
// and gradients in training and evaluation, and where each step leaves the generator.
const torsh = require('torsh');
const { camel } = require('./support/golden');
const cases = require('./fixtures/modules.json');

const { nn } = torsh;
const isTensor = (x) => torsh.isTensor(x);
const cosines = (n) => torsh.arange(n).to('float64').cos();

/** See tensor() in fixtures/modules.py. */
function tensor(text, seed) {
  const [kind, ...rest] = text.split(' ');
  const sizes = rest.map(Number);
  const n = sizes.reduce((a, b) => a * b, 1);
  const w = torsh.tensor(Float64Array.from({ length: n }, (_, i) => Math.sin(0.37 * i * i + 1.3 * i + seed))).reshape(sizes);
  switch (kind) {
    case 'normal': return w.mul(1.4).float().requiresGrad_();
    case 'plain': return w.mul(1.4).float();
    case 'unit': return w.mul(0.45).add(0.5).float().requiresGrad_();
    case 'share': return w.mul(0.45).add(0.5).float();
    case 'sign': return torsh.where(w.lt(0), -1, 1).float();
    case 'logs': return w.mul(1.4).logSoftmax(-1).float().requiresGrad_();
    case 'shares': return w.mul(1.4).softmax(-1).float();
    default: {
      const top = Number(kind.slice(5));
      return w.add(1).mul(top / 2).floor().clamp(0, top - 1).long();
    }
  }
}

const named = (fields, f) => Object.fromEntries(Object.entries(fields).map(([k, v]) => [camel(k), f(v)]));

function made(value) {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  if (value.layer) return build(value.layer, value.args, value.kwargs);
  return torsh.tensor(value.dtype === 'int64' ? value.values.map(BigInt) : value.values, { dtype: value.dtype }).reshape(value.shape ?? [-1]);
}

const build = (name, args = [], kwargs = {}) => new nn[name](...args.map(made), ...(Object.keys(kwargs).length > 0 ? [named(kwargs, made)] : []));

function read(value, seed, inputs) {
  if (Array.isArray(value)) return value.map((v, i) => read(v, seed + 10 + i, inputs));
  if (typeof value !== 'string') return made(value);
  return value.startsWith('=') ? inputs[Number(value.slice(1))] : tensor(value, seed);
}

const flat = (value) => (isTensor(value) ? [value] : Array.isArray(value) ? value.flatMap(flat) : []);

/** A tensor against [shape, sum of values times cos(i), sum of their sizes]; what PyTorch has no gradient for may be zeros. */
function compare(t, want, what) {
  if (want === null) return t === null || t.abs().sum().item() === 0 ? [] : [`${what} should be null`];
  if (!isTensor(t)) return [`${what} is ${t}`];
  const [shape, sum, size] = want;
  if (String(t.shape) !== String(shape)) return [`${what} has shape [${t.shape}] instead of [${shape}]`];
  const v = t.detach().double().flatten();
  const got = [v.mul(cosines(v.numel())).sum().item(), v.abs().sum().item()];
  return [sum, size].flatMap((x, i) => (Math.abs(got[i] - x) <= 1e-6 + 2e-5 * size ? [] : [`${what}: sum ${i} is ${got[i]} instead of ${x}`]));
}

const compareState = (module, want, what) => {
  const state = module.stateDict();
  if (String(Object.keys(state)) !== String(Object.keys(want))) return [`${what} has keys ${Object.keys(state)} instead of ${Object.keys(want)}`];
  return Object.entries(want).flatMap(([k, v]) => compare(state[k], v, `${what} ${k}`));
};

const compareRandom = (want, what) => {
  const got = torsh.rand(1).item();
  return Math.abs(got - want) < 1e-6 ? [] : [`${what}: the generator gives ${got} instead of ${want}`];
};

function run(module, { inputs: texts, call = {} }, want, mode) {
  module.train(mode === 'train').zeroGrad();
  const inputs = [];
  texts.forEach((text, i) => inputs.push(read(text, i, inputs)));
  const options = Object.keys(call).length > 0 ? [named(call, (v) => read(v, 20, inputs))] : [];
  torsh.manualSeed(7);
  const outputs = flat(module(...inputs, ...options));
  if (outputs.length !== want.outputs.length) return [`${mode}: ${outputs.length} outputs instead of ${want.outputs.length}`];
  const problems = [...compareRandom(want.random, mode), ...outputs.flatMap((t, i) => compare(t, want.outputs[i], `${mode}: output ${i}`))];
  const wanted = outputs.filter((t) => t.requiresGrad);
  if ((wanted.length > 0) !== (want.grads !== undefined)) return [...problems, `${mode}: ${wanted.length} outputs require gradients`];
  if (wanted.length === 0) return problems;
  wanted.map((t) => t.mul(cosines(t.numel()).reshape(t.shape).to(t.dtype)).sum()).reduce((a, b) => a.add(b)).backward();
  const leaves = [...new Set(flat(inputs))].filter((t) => t.requiresGrad);
  const grads = [...leaves, ...module.parameters().filter((p) => p.requiresGrad)].map((t) => t.grad);
  return [...problems, ...grads.flatMap((g, i) => compare(g, want.grads[i], `${mode}: gradient ${i}`))];
}

function replay(entry, seed) {
  torsh.manualSeed(seed);
  const module = build(entry.module, entry.args, entry.kwargs);
  const problems = compareRandom(entry.random, 'constructor');
  if (String(module) !== entry.text) problems.push(`prints\n${module}\ninstead of\n${entry.text}`);
  const lazy = entry.module.startsWith('Lazy');
  if (!lazy) problems.push(...compareState(module, entry.state ?? {}, 'state'));
  for (const mode of ['train', 'eval']) problems.push(...run(module, entry, entry[mode] ?? entry.train, mode));
  return [...problems, ...compareState(module, entry.after ?? entry.state ?? {}, 'state after')];
}

const groups = new Map();
cases.forEach((entry, seed) => groups.set(entry.module, [...(groups.get(entry.module) ?? []), [entry, seed]]));
for (const [name, list] of groups) {
  test(name, () => {
    const problems = list.flatMap(([entry, seed]) =>
      torsh.tidy(() => replay(entry, seed)).map((text) => `${JSON.stringify(entry.args ?? [])} ${JSON.stringify(entry.kwargs ?? {})}: ${text}`));
    if (problems.length > 0) throw new Error(problems.join('\n'));
  });
}

test('no class is left out', () => {
  // Abstract ones, containers (containers.test.js), and what PyTorch 1.13 has not.
  const elsewhere = ['Module', 'RNNBase', 'RNNCellBase', 'Container', 'ModuleList', 'ModuleDict', 'ParameterList', 'ParameterDict', 'CrossMapLRN2d', 'RMSNorm', 'LPPool3d',
    'CircularPad1d', 'CircularPad2d', 'CircularPad3d', 'ZeroPad1d', 'ZeroPad3d', 'DistillationLoss'];
  const classes = Object.keys(nn).filter((name) => typeof nn[name] === 'function' && (nn[name] === nn.Module || nn[name].prototype instanceof nn.Module));
  expect(classes.filter((name) => !groups.has(name) && !elsewhere.includes(name))).toEqual([]);
  expect(classes.length).toBeGreaterThan(150);
});
