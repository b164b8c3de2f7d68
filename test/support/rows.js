// The op table as the tests see it (src/gen/ops.json): builds the inputs of a row's samples and calls every variant.
//
// In a sample's arguments {t: shape, dtype, low, high, seed, values, grad, matrix} is a tensor (pseudo-random numbers of
// [low, high), or the values given), {list: [...]} a list of such, anything else itself. matrix says what the last two dims
// are: symmetric, definite (symmetric and positive), regular (far from singular), lower or upper (triangles); gradients
// are then checked among such matrices only.
const { join } = require('node:path');

const { ops } = require(join(__dirname, '..', '..', 'src', 'gen', 'ops.json'));

/** Rows that users can call as they are; the rest are the runtime's own calls and helpers of formulas and of lib/. */
const rows = ops.filter((row) => !row.system && !row.name.startsWith('_') && row.variants.length > 0);

/** Deterministic uniform numbers of [0, 1) (mulberry32). */
function uniform(seed) {
  let state = Math.imul(seed + 1, 0x9e3779b1) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let x = Math.imul(state ^ (state >>> 15), state | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return ((x ^ (x >>> 14)) >>> 0) / 4294967296;
  };
}

const numel = (shape) => shape.reduce((a, b) => a * b, 1);
const isTensorSpec = (v) => v !== null && typeof v === 'object' && Array.isArray(v.t);
const isFloat = (dtype) => /^b?float/.test(dtype);
const category = (dtype) => (dtype === 'bool' ? 0 : isFloat(dtype) ? 2 : dtype.startsWith('complex') ? 3 : 1);
/** May a result of dtype `from` be stored in place into `to`? Never into a lower category. */
const canCast = (from, to) => category(from) <= category(to);
const isDifferentiable = (dtype) => isFloat(dtype) || dtype.startsWith('complex');

/** Makes square matrices, row-major one after the other, what spec.matrix says. */
function shapeMatrices(numbers, kind, n) {
  const complex = typeof numbers[0] === 'object';
  const plus = (x, re) => (complex ? { re: x.re + re, im: x.im } : x + re);
  const hermitian = (x, y) => (complex ? { re: (x.re + y.re) / 2, im: (x.im - y.im) / 2 } : (x + y) / 2);
  const zero = complex ? { re: 0, im: 0 } : 0;
  return numbers.map((x, place) => {
    const [m, i, j] = [Math.floor(place / (n * n)), Math.floor(place / n) % n, place % n];
    const added = i === j ? { regular: 2, definite: n, lower: 2, upper: 2, symmetric: 0 }[kind] : 0;
    if ((kind === 'lower' && i < j) || (kind === 'upper' && i > j)) return zero;
    const symmetric = kind === 'symmetric' || kind === 'definite';
    return plus(symmetric ? hermitian(x, numbers[(m * n + j) * n + i]) : x, added);
  });
}

/** A tensor of an argument's space of matrices: the function that gradients are checked of goes through it. */
function ontoMatrices(x, kind) {
  if (kind === 'lower') return x.tril();
  if (kind === 'upper') return x.triu();
  return kind === 'symmetric' || kind === 'definite' ? x.add(x.mT.conj()).div(2) : x;
}

/** The numbers of a tensor spec, row-major. */
function numbersOf(spec, place) {
  const numbers = plainNumbersOf(spec, place);
  return spec.matrix ? shapeMatrices(numbers, spec.matrix, spec.t.at(-1)) : numbers;
}

function plainNumbersOf(spec, place) {
  const { t: shape, dtype = 'float32', low = -1, high = 1, seed = place, values } = spec;
  if (values) return values.flat(Infinity);
  const next = uniform(seed);
  if (dtype.startsWith('complex')) return Array.from({ length: numel(shape) }, () => ({ re: low + next() * (high - low), im: low + next() * (high - low) }));
  return Array.from({ length: numel(shape) }, () => {
    const x = low + next() * (high - low);
    if (dtype === 'bool') return x >= (low + high) / 2;
    return isDifferentiable(dtype) ? x : Math.floor(x);
  });
}

/**
 * One tensor on a backend.
 * layout: 'contiguous', or 'strided' (dims reversed in memory, every other element, garbage in between).
 * float: dtype to use instead of float32 where the spec says nothing else or a float.
 */
function makeTensor(torsh, spec, place, { layout = 'contiguous', float, reshape } = {}) {
  const own = spec.dtype ?? 'float32';
  const dtype = float && isFloat(own) ? float : float && own === 'complex64' ? 'complex128' : own;
  const shape = reshape ? reshape(spec.t) : spec.t;
  let data = numbersOf(spec, place);
  if (reshape) data = Array.from({ length: numel(shape) }, (_, i) => data[i % Math.max(1, data.length)] ?? (isDifferentiable(dtype) ? 0.5 : 0));
  if (dtype === 'int64') data = data.map(BigInt);
  if (layout === 'contiguous' || data.length === 0) return torsh.tensor(data, { dtype }).reshape(shape);
  const reversed = [...shape].reverse();
  const garbage = dtype === 'bool' ? true : dtype === 'int64' ? 77n : isDifferentiable(dtype) ? NaN : 77;
  const storage = Array.from({ length: 2 * data.length }, () => garbage);
  const index = shape.map(() => 0);
  for (const x of data) {
    let at = 0;
    for (let d = shape.length - 1; d >= 0; d--) at = at * shape[d] + index[d];
    storage[2 * at] = x;
    for (let d = shape.length - 1; d >= 0 && ++index[d] === shape[d]; d--) index[d] = 0;
  }
  const base = torsh.tensor(storage, { dtype }).reshape([...reversed, 2]).select(shape.length, 0);
  return shape.length > 1 ? base.permute(shape.map((_, d) => shape.length - 1 - d)) : base;
}

/** Arguments of a sample on a backend: { args, options, tensors: [{tensor, spec}] } in order of appearance. */
function build(torsh, sample, how = {}) {
  const tensors = [];
  const one = (v) => {
    if (isTensorSpec(v)) {
      const tensor = makeTensor(torsh, v, tensors.length + 1, how);
      tensors.push({ tensor, spec: v });
      return tensor;
    }
    if (v !== null && typeof v === 'object' && Array.isArray(v.list)) return v.list.map(one);
    if (Array.isArray(v)) return v.map(one);
    return v;
  };
  const args = (sample.args ?? []).map(one);
  const options = Object.fromEntries(Object.entries(sample.kwargs ?? {}).map(([k, v]) => [k, one(v)]));
  return { args, options, tensors };
}

const trailing = (options) => (Object.keys(options).length > 0 ? [options] : []);

/** 'nn.functional' -> torsh.nn.functional */
const namespace = (torsh, name) => name.split('.').filter((part) => part && part !== 'torsh').reduce((at, part) => at[part], torsh);

/** How a row can be called; each takes (torsh, built). */
const variants = {
  function: (row) => (torsh, { args, options }) => namespace(torsh, row.namespaces[0])[row.jsName](...args, ...trailing(options)),
  method: (row) => (_torsh, { args, options }) => args[0][row.jsName](...args.slice(1), ...trailing(options)),
  property: (row) => (_torsh, { args }) => args[0][row.jsName],
  inplace: (row) => (torsh, { args, options }) => {
    const name = row.jsName.endsWith('_') ? row.jsName : `${row.jsName}_`;
    if (row.variants.includes('method') || row.jsName === name) return args[0][name](...args.slice(1), ...trailing(options));
    const home = namespace(torsh, row.namespaces[0]);
    if (home[name]) return home[name](...args, ...trailing(options));
    return torsh.nn.functional[row.jsName](...args, { ...options, inplace: true });
  },
};

/** The row's first callable variant. */
function callRow(row, torsh, built) {
  return variants[Object.keys(variants).find((name) => row.variants.includes(name))](row)(torsh, built);
}

/** Tensors of a result, depth first. */
function tensorsOf(torsh, result) {
  if (result instanceof torsh.Tensor) return [result];
  return Array.isArray(result) ? result.flatMap((r) => tensorsOf(torsh, r)) : [];
}

const isDifferentiableRow = (row) => row.gradient === 'formula' || row.gradient === 'composite';
/** Fresh memory has no value to compare. */
const isUninitialised = (row) => row.name.includes('empty');
/** Rows whose meaning is the layout itself: they may refuse one layout and take another. */
const isAboutLayout = (row) => /^as_strided|^view(_as|_as_complex(_copy)?|_dtype)?$/.test(row.name);
/** Rows that draw random numbers: these follow the memory's order, as PyTorch's do. */
const isRandom = (row) => Boolean(row.random) || /rand|bernoulli|normal|uniform|multinomial|dropout|exponential|geometric|cauchy|rrelu|gumbel|poisson$|binomial|gamma$|dirichlet|lowrank/i.test(row.name);
/** Does the row change its first argument (fill_, copy_, normal_, ...)? */
const changesSelf = (row) => row.name.endsWith('_');

module.exports = { rows, canCast, isDifferentiable, isDifferentiableRow, isTensorSpec, isUninitialised, isAboutLayout, isRandom, changesSelf, build, ontoMatrices, callRow, variants, trailing, namespace, tensorsOf };
