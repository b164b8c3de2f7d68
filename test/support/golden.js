// Replays golden samples of PyTorch (see goldenset.js) on the torsh under test: outputs, kinds, gradients, what a call
// changes in place, and refused inputs. Each function returns a list of problems in words, [] when all is well.
const torsh = require('torsh');
const { isFloat, isComplex, decode, values, scaleOf, tolerance, difference } = require('./numbers');

/** PyTorch's name in torsh: log_softmax -> logSoftmax, add_ -> add_, __and__ untouched. */
const camel = (name) => name.replace(/(?<=[a-zA-Z0-9])_([a-zA-Z0-9])/g, (_, c) => c.toUpperCase());

/** The tensors of one file as torsh tensors; the same index twice within a call is the same object. */
class Tensors {
  /** layout: what is done to each input's memory. */
  constructor(golden, layout = null) {
    this.golden = golden;
    this.layout = layout;
    this.made = new Map();
  }

  /** ref: a tensor reference of the file; noncontiguous ones get their original layout. */
  get(ref) {
    if (!this.made.has(ref.t)) this.made.set(ref.t, this.make(ref));
    return this.made.get(ref.t);
  }

  make(ref) {
    const { dtype, shape } = ref;
    const bytes = this.golden.bytes(ref.t);
    let tensor;
    if (bytes.length === 0) {
      tensor = torsh.zeros(shape, { dtype });
    } else if (ref.noncontiguous) {
      const { strides, storage_offset: offset } = ref;
      const last = shape.reduce((at, n, d) => at + (n - 1) * strides[d], offset);
      const size = bytes.length / shape.reduce((a, b) => a * b, 1);
      const storage = new Uint8Array((last + 1) * size);
      const index = shape.map(() => 0);
      for (let i = 0; i * size < bytes.length; i++) {
        const at = index.reduce((sum, n, d) => sum + n * strides[d], offset);
        storage.set(bytes.subarray(i * size, (i + 1) * size), at * size);
        for (let d = shape.length - 1; d >= 0 && ++index[d] === shape[d]; d--) index[d] = 0;
      }
      tensor = torsh.frombuffer(storage, { dtype }).asStrided(shape, strides, offset);
    } else {
      tensor = torsh.frombuffer(bytes, { dtype }).reshape(shape);
    }
    if (this.layout) tensor = this.layout(tensor);
    return ref.requires_grad ? tensor.detach().requiresGrad_(true) : tensor;
  }

  /** What the file holds, as { dtype, shape, numbers }. */
  expected(ref) {
    return { dtype: ref.dtype, shape: ref.shape, numbers: decode(ref.dtype, this.golden.bytes(ref.t)) };
  }
}

const specialFloats = { inf: Infinity, '-inf': -Infinity, nan: NaN, '-0.0': -0 };

/** A JSON value of an argument as torsh takes it. floats: Python floats of whole value go as 0-d tensors (rule 3). */
function argument(value, tensors, floats) {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map((v) => argument(v, tensors, floats));
  if ('t' in value) return tensors.get(value);
  if ('tuple' in value) return value.tuple.map((v) => argument(v, tensors, floats));
  if ('float' in value) {
    const x = typeof value.float === 'string' ? specialFloats[value.float] : value.float;
    return floats && Number.isInteger(x) && !Object.is(x, -0) ? torsh.tensor(x) : x;
  }
  if ('int' in value) return BigInt(value.int);
  if ('complex' in value) return { re: value.complex[0], im: value.complex[1] };
  if ('slice' in value) return torsh.slice(...value.slice);
  if ('ellipsis' in value) return '...';
  if ('dict' in value) return Object.fromEntries(Object.entries(value.dict).map(([k, v]) => [k, argument(v, tensors, floats)]));
  if ('module' in value) return new (lookup(value.module))();
  if ('function' in value) return lookup(value.function);
  for (const key of ['dtype', 'device', 'layout', 'memory_format']) if (key in value) return value[key];
  throw new Error(`unknown value in the golden file: ${JSON.stringify(value)}`);
}

/** torch.a.b_c -> torsh.a.bC, or undefined. */
function lookup(path) {
  const parts = path.split('.').slice(1);
  return parts.reduce((at, part) => (at === undefined || at === null ? undefined : at[/^[A-Z]/.test(part) ? part : camel(part)]), torsh);
}

const reflected = {
  __radd__: 'add', __rsub__: 'sub', __rmul__: 'mul', __rdiv__: 'div', __rmod__: 'remainder', __rpow__: 'pow', __rmatmul__: 'matmul', __rand__: 'bitwiseAnd',
  __ror__: 'bitwiseOr', __rxor__: 'bitwiseXor',
};

/** How to call a sample's path and kind: (args, options) => result; undefined when torsh has no such thing. */
function caller(path, kind) {
  const name = path.split('.').pop();
  if (reflected[name]) {
    const f = torsh[reflected[name]];
    return f && (([x, other], rest) => f(other, x, ...rest));
  }
  if (name === '__getitem__') {
    // A tuple is several indices; `spread` tells it from a list, which is one.
    return ([x, index], _rest, spread) => (spread ? x.at(...index) : x.at(index));
  }
  if (path === 'torch.ops.aten.slice.Tensor') {
    return ([x, dim = 0, start = null, end = null, step = 1]) => {
      const at = dim < 0 ? dim + x.ndim : dim;
      return x.at(...Array.from({ length: at }, () => torsh.slice()), torsh.slice(start, end, step));
    };
  }
  const member = camel(name);
  if (kind === 'property') return member in torsh.Tensor.prototype ? ([x]) => x[member] : undefined;
  if (kind === 'method' || kind === 'method_on_clone') {
    if (!(member in torsh.Tensor.prototype)) return undefined;
    const self = kind === 'method' ? (x) => x : (x) => x.clone();
    return ([x, ...args], rest) => self(x)[member](...args, ...rest);
  }
  const f = lookup(path);
  return typeof f === 'function' ? (args, rest) => f(...args, ...rest) : undefined;
}

/** Does torsh have what every sample of this file calls? */
const exists = (golden) => golden.samples.every((s) => caller(s.path, s.kind) !== undefined);

const someRef = (value, test) => value !== null && typeof value === 'object'
  && ('t' in value ? test(value) : Object.values(value).some((v) => someRef(v, test)));

const isTensor = (x) => x instanceof torsh.Tensor;

/** Tensors of a result, depth first. */
function tensorsOf(result) {
  if (isTensor(result)) return [result];
  return Array.isArray(result) ? result.flatMap(tensorsOf) : [];
}

/** One tensor against the file. */
function compareTensor(got, want, noise, what, flags = []) {
  if (!isTensor(got)) return [`${what} is ${typeof got}, not a tensor`];
  const shape = Array.from(got.shape);
  if (got.dtype !== want.dtype) return [`${what} has dtype ${got.dtype} instead of ${want.dtype}`];
  if (String(shape) !== String(want.shape)) return [`${what} has shape [${shape}] instead of [${want.shape}]`];
  let numbers = values(got);
  let target = want.numbers;
  if (flags.includes('gauge_freedom')) [numbers, target] = [numbers, target].map((list) => list.map((x) => (typeof x === 'number' ? Math.abs(x) : x)));
  const found = difference(numbers, target, tolerance(want.dtype, scaleOf(target), noise));
  return found ? [`${what}: ${found}`] : [];
}

/** Where several elements tie, any of their indices is right: compare what the indices point at. */
function compareTied(sample, args, got, want, what) {
  const name = sample.path.split('.').pop();
  const place = { kthvalue: 2, topk: 2 }[name] ?? 1;
  const dim = sample.kwargs.dim ?? sample.args[place] ?? (/^arg(max|min)$/.test(name) ? null : -1);
  const pick = (index) => {
    if (dim === null) return args[0].flatten().gather(0, index.reshape(-1));
    const x = args[0].ndim === 0 ? args[0].reshape(1) : args[0];
    return x.gather(dim, index.ndim < x.ndim ? index.unsqueeze(dim) : index);
  };
  const right = torsh.tensor(want.numbers, { dtype: 'int64' }).reshape(want.shape);
  const found = difference(values(pick(got)), values(pick(right)), 0);
  return found ? [`${what} (tied): ${found}`] : [];
}

/** A result against the golden output, structure and all. */
function compareOutput(sample, args, result, tensors) {
  const flags = sample.flags ?? [];
  let k = 0;
  const walk = (got, want, what) => {
    if (want === null) return got === null || got === undefined ? [] : [`${what} is ${String(got)} instead of null`];
    if (typeof want !== 'object') {
      const same = typeof want === 'boolean' || typeof want === 'string' ? got === want : Math.abs(Number(got) - want) <= 1e-6 * Math.max(1, Math.abs(want));
      return same ? [] : [`${what} is ${String(got)} instead of ${want}`];
    }
    if ('t' in want) {
      const at = k++;
      const expected = tensors.expected(want);
      const problems = compareTensor(got, expected, sample.noise?.out?.[at]?.[0], what, flags);
      const tied = problems.length > 0 && flags.includes('ties') && want.dtype === 'int64' && isTensor(got) && String(got.shape) === String(want.shape);
      return tied ? compareTied(sample, args, got, expected, what) : problems;
    }
    if ('float' in want || 'int' in want) {
      const number = argument(want, tensors, false);
      return Object.is(got, number) || got === number ? [] : [`${what} is ${String(got)} instead of ${String(number)}`];
    }
    if ('dtype' in want) return got === want.dtype ? [] : [`${what} is ${String(got)} instead of ${want.dtype}`];
    const list = Array.isArray(want) ? want : want.tuple;
    if (!Array.isArray(got)) return [`${what} is not an array`];
    if (got.length !== list.length) return [`${what} has ${got.length} members instead of ${list.length}`];
    const named = (want.fields ?? []).filter((field, i) => got[camel(field)] !== got[i]).map((field) => `${what} has no field ${camel(field)}`);
    return [...list.flatMap((v, i) => walk(got[i], v, `${what}[${i}]`)), ...named];
  };
  return walk(result, sample.output, 'output');
}

/** linalg.eig gives eigenvalues in no order: they, and the vectors with them, in the golden one (the nearest come first). */
function inGoldenOrder(sample, result, tensors) {
  if (!/^torch\.linalg\.eig(vals)?$/.test(sample.path)) return result;
  const [eigenvalues, eigenvectors] = isTensor(result) ? [result] : result;
  const want = tensors.expected('tuple' in sample.output ? sample.output.tuple[0] : sample.output);
  if (String(want.shape) !== String(eigenvalues.shape)) return result;
  const n = want.shape.at(-1);
  const got = values(eigenvalues);
  const order = [];
  for (let at = 0; at < want.numbers.length; at += 2 * n) {
    const left = new Set(Array.from({ length: n }, (_, i) => i));
    for (let i = 0; i < n; i++) {
      const [re, im] = want.numbers.slice(at + 2 * i, at + 2 * i + 2);
      const distance = (j) => Math.hypot(got[at + 2 * j] - re, got[at + 2 * j + 1] - im);
      const best = [...left].reduce((a, b) => (distance(b) < distance(a) ? b : a));
      left.delete(best);
      order.push(BigInt(best));
    }
  }
  const index = torsh.tensor(order, { dtype: 'int64' }).reshape(want.shape);
  const sorted = eigenvalues.gather(-1, index);
  if (!eigenvectors) return sorted;
  const both = [sorted, eigenvectors.gather(-1, index.unsqueeze(-2).expand(Array.from(eigenvectors.shape)))];
  return Object.assign(both, { eigenvalues: both[0], eigenvectors: both[1] });
}

/** The gauge-invariant part of a result that the golden gradient was taken of. */
const processes = {
  select_0: (o) => o[0],
  select_1_2: (o) => [o[1], o[2]],
  first_and_abs_second: (o) => [o[0], o[1].abs()],
  svd_U_abs: (o) => o[0].narrow(-1, 0, o[1].shape.at(-1)).abs(),
  svd_S: (o) => o[1],
  svd_S_Vh_abs: (o) => [o[1], o[2].narrow(-2, 0, o[1].shape.at(-1)).abs()],
  svd_UVh_S: (o) => {
    const k = o[1].shape.at(-1);
    return [torsh.matmul(o[0].narrow(-1, 0, k), o[2].narrow(-2, 0, k)), o[1]];
  },
};

function processed(name, output) {
  if (!name) return output;
  if (!name.startsWith('oldsvd_')) return processes[name](output);
  const turned = [output[0], output[1], output[2].mT];
  return name === 'oldsvd_S_V_abs' ? processes.svd_S_Vh_abs(turned) : processes[name.slice(3)](turned);
}

/** The weighted sum that the golden gradients belong to. */
function loss(outputs, weights, tensors) {
  let total = null;
  weights.forEach((ref, k) => {
    if (ref === null) return;
    const weight = tensors.get(ref);
    const o = outputs[k];
    const term = isComplex(o.dtype) ? torsh.viewAsReal(o).mul(torsh.viewAsReal(weight)).sum() : o.mul(weight).sum();
    total = total === null ? term : total.add(term);
  });
  return total;
}

function compareGradients(list, noise, tensors, gradientOf) {
  return list.flatMap(({ what, ref, grad, free }, j) => {
    if (free) return [];
    const got = gradientOf(ref);
    if (grad === null) return got === null || values(got).every((x) => x === 0) ? [] : [`${what} should be null or zero`];
    if (got === null) return [`${what} is null`];
    const problems = compareTensor(got, tensors.expected(grad), noise?.[j]?.[0], what);
    got.dispose(); // gradients of leaves outlive the scope that a sample runs in
    return problems;
  });
}

/** Is the refused input about Python's syntax (a method looked up on a number) rather than about the op? */
const isPythonOnly = (sample) => sample.raised?.type === 'AttributeError' && sample.path.includes('.__r');

const kwargsOf = (kwargs, tensors, floats) => {
  const entries = Object.entries(kwargs).map(([k, v]) => [camel(k), argument(v, tensors, floats)]);
  return entries.length > 0 ? [Object.fromEntries(entries)] : [];
};

/** Whole-valued Python floats matter for promotion only where all tensors that go in are integers and a float comes out. */
function floatsMatter(sample) {
  const inputs = [sample.args, sample.kwargs];
  return someRef(inputs, () => true) && !someRef(inputs, (r) => isFloat(r.dtype)) && someRef([sample.output], (r) => isFloat(r.dtype));
}

function invoke(sample, tensors) {
  const floats = floatsMatter(sample);
  const args = sample.args.map((v) => argument(v, tensors, floats));
  const rest = kwargsOf(sample.kwargs, tensors, floats);
  const spread = sample.args[1] !== null && typeof sample.args[1] === 'object' && 'tuple' in sample.args[1];
  return { args, result: caller(sample.path, sample.kind)(args, rest, spread) };
}

/** Replays one sample of an operator; layout changes the memory, not the values, of its inputs. */
function replay(golden, sample, layout = null) {
  const tensors = new Tensors(golden, layout);
  const { args, result: raw } = invoke(sample, tensors);
  const result = inGoldenOrder(sample, raw, tensors);
  const problems = compareOutput(sample, args, result, tensors);
  for (const { t, after } of sample.mutated ?? []) {
    problems.push(...compareTensor(tensors.made.get(t), tensors.expected(after), undefined, `argument ${t} after the call`));
  }
  if (problems.length > 0 || !sample.grad) return problems;
  const { process, weights, inputs } = sample.grad;
  const total = loss(tensorsOf(processed(process, result)), weights, tensors);
  if (total === null) return problems;
  total.backward();
  // Python's x.__rpow__(o) makes a new tensor of o, which loses its gradient; torsh.pow(o, x) has no reason to.
  const reflectedPower = sample.path.endsWith('.__rpow__');
  const list = inputs.map(({ t, grad }) => ({ what: `gradient of input ${t}`, ref: t, grad, free: reflectedPower && grad === null }));
  return compareGradients(list, sample.noise?.grad, tensors, (t) => tensors.made.get(t).grad);
}

/** Replays one refused input: a TorshError, and every tensor as it was. */
function replayError(golden, sample) {
  const tensors = new Tensors(golden);
  let thrown = null;
  try {
    invoke(sample, tensors);
  } catch (error) {
    thrown = error;
  }
  if (thrown === null) return [`was accepted; PyTorch says: ${sample.raised.message.split('\n')[0]}`];
  if (!(thrown instanceof torsh.TorshError)) return [`threw ${thrown?.stack ?? thrown} instead of a TorshError`];
  const problems = String(thrown.code).startsWith('ERR_') ? [] : [`its TorshError has code ${thrown.code}`];
  for (const [t, tensor] of tensors.made) {
    const bytes = golden.bytes(t);
    const meta = golden.tensors[t];
    const found = difference(values(tensor), decode(meta.dtype, bytes), 0);
    if (found) problems.push(`argument ${t} was changed: ${found}`);
  }
  return problems;
}

/** Replays one sample of a module: construct, to(dtype), train, load, forward, backward. */
function replayModule(golden, sample) {
  const tensors = new Tensors(golden);
  const { args: ctorArgs, kwargs } = sample.constructor;
  const Class = lookup(sample.module);
  const module = new Class(...ctorArgs.map((v) => argument(v, tensors, false)), ...kwargsOf(kwargs, tensors, false));
  module.to(sample.dtype);
  module.train(sample.training);
  const state = Object.fromEntries(Object.entries(sample.state_dict).map(([name, ref]) => [name, tensors.make(ref)]));
  module.loadStateDict(state);
  const args = sample.args.map((v) => argument(v, tensors, false));
  const result = module(...args, ...kwargsOf(sample.kwargs, tensors, false));
  const problems = compareOutput(sample, args, result, tensors);
  const after = module.stateDict();
  const entry = (name) => (after instanceof Map ? after.get(name) : after[name]);
  for (const [name, ref] of Object.entries(sample.state_dict_after ?? {})) {
    problems.push(...compareTensor(entry(name), tensors.expected(ref), undefined, `${name} after the call`));
  }
  if (problems.length > 0 || !sample.grad) return problems;
  const total = loss(tensorsOf(result), sample.grad.weights, tensors);
  if (total === null) return problems;
  total.backward();
  const parameters = new Map(module.namedParameters());
  const list = [
    ...sample.grad.inputs.map(({ t, grad }) => ({ what: `gradient of input ${t}`, ref: tensors.made.get(t), grad })),
    ...Object.entries(sample.grad.params ?? {}).map(([name, grad]) => ({ what: `gradient of ${name}`, ref: parameters.get(name), grad })),
  ];
  return compareGradients(list, sample.noise?.grad, tensors, (tensor) => tensor.grad);
}

module.exports = { camel, lookup, caller, exists, isPythonOnly, replay, replayError, replayModule };
