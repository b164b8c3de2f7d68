// What one backend does (TORSH_BACKEND): prints, as JSON, for each row of the op table whether its samples run and their
// gradients of first and second order agree with differences, which dtypes it takes, and how many golden values it meets.
const torsh = require('torsh');
const { gradcheck, gradgradcheck } = require('../../test/support/gradcheck');
const { caller, needsComplex, replay, replayError, isPythonOnly, exists } = require('../../test/support/golden');
const { load, loadIndex } = require('../../test/support/goldenset');
const { rows, build, callRow, changesSelf, isDifferentiable, isDifferentiableRow, ontoMatrices, tensorsOf } = require('../../test/support/rows');

const attempt = (f) => {
  try {
    return torsh.tidy(f);
  } catch {
    return false;
  }
};
const run = (row, built) => {
  torsh.manualSeed(7);
  return callRow(row, torsh, built);
};

/** A sample as a function of its differentiable tensors; null when it has none. */
function asFunction(row, sample) {
  const { tensors } = build(torsh, sample, { float: 'float64' });
  const free = tensors.map(({ tensor, spec }) => isDifferentiable(tensor.dtype) && spec.grad !== false);
  if (!free.includes(true)) return null;
  const f = (list) => {
    const rest = [...list];
    const built = build(torsh, sample, { float: 'float64' });
    const given = new Map(built.tensors.map(({ tensor, spec }, i) => [tensor, free[i] ? ontoMatrices(rest.shift(), spec.matrix) : tensor]));
    const swap = (v) => (given.has(v) ? given.get(v) : Array.isArray(v) ? v.map(swap) : v);
    const args = built.args.map(swap);
    if (changesSelf(row)) args[0] = args[0].clone();
    const options = Object.fromEntries(Object.entries(built.options).map(([k, v]) => [k, swap(v)]));
    return tensorsOf(torsh, run(row, { args, options })).filter((t) => isDifferentiable(t.dtype));
  };
  return { f, inputs: tensors.filter((_, i) => free[i]).map(({ tensor }) => tensor) };
}

/** Whether `check` holds on every sample that has something to differentiate; null when none has. */
function derivative(row, check) {
  if (!isDifferentiableRow(row)) return null;
  let any = false;
  const good = row.samples.every((sample) => attempt(() => {
    const made = asFunction(row, sample);
    const outputs = made && made.f(made.inputs.map((x) => x.detach().clone().requiresGrad_(true)));
    if (!made || !outputs.some((o) => o.requiresGrad)) return true;
    any = true;
    return check(torsh, made.f, made.inputs) === null;
  }));
  return any ? good : null;
}

const DTYPES = ['bool', 'uint8', 'int8', 'int16', 'int32', 'int64', 'float16', 'bfloat16', 'float32', 'float64', 'complex64', 'complex128'];

/** The dtypes that the first sample with a float tensor takes in place of float32. */
function dtypesOf(row) {
  const isPlain = (v) => v !== null && typeof v === 'object' && Array.isArray(v.t) && (v.dtype ?? 'float32') === 'float32';
  const sample = row.samples.find((s) => [s.args ?? [], Object.values(s.kwargs ?? {})].flat(2).some((v) => isPlain(v) || (v?.list ?? []).some(isPlain)));
  if (!sample) return null;
  return DTYPES.filter((dtype) => attempt(() => {
    const built = build(torsh, sample);
    const given = new Map(built.tensors.map(({ tensor }) => [tensor, tensor.dtype === 'float32' ? tensor.to(dtype) : tensor]));
    const swap = (v) => (given.has(v) ? given.get(v) : Array.isArray(v) ? v.map(swap) : v);
    run(row, { args: built.args.map(swap), options: Object.fromEntries(Object.entries(built.options).map(([k, v]) => [k, swap(v)])) });
    return true;
  }));
}

function goldenOf(entry) {
  const golden = load(entry.file);
  if (!exists(golden)) return null;
  const inScope = (s) => 'complex64' in torsh || !needsComplex(s);
  const samples = golden.samples.filter(inScope), errors = golden.errors.filter((s) => !isPythonOnly(s) && caller(s.path, s.kind));
  const met = (list, check) => list.filter((s) => attempt(() => check(golden, s).length === 0)).length;
  return { samples: [met(samples, replay), samples.length], errors: [met(errors, replayError), errors.length] };
}

const result = {
  rows: Object.fromEntries(rows.map((row) => [row.name, {
    forward: row.samples.every((sample) => attempt(() => (run(row, build(torsh, sample)), true))),
    gradient: derivative(row, gradcheck),
    second: derivative(row, gradgradcheck),
    dtypes: dtypesOf(row),
  }])),
  golden: Object.fromEntries(Object.entries(loadIndex().ops).map(([name, entry]) => [name, { tier: entry.tier, ...goldenOf(entry) }])),
};
process.stdout.write(JSON.stringify(result));
