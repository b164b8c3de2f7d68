/** A few lines of JavaScript that call a row of the op table with one of its samples. */
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const support = require('../../test/support/rows.js');

const SHOWN = 24; // elements of a tensor that is written out
const numel = (shape) => shape.reduce((a, b) => a * b, 1);
const isList = (v) => v !== null && typeof v === 'object' && Array.isArray(v.list);

function specsOf(value) {
  if (support.isTensorSpec(value)) return [value];
  if (isList(value)) return value.list.flatMap(specsOf);
  return Array.isArray(value) ? value.flatMap(specsOf) : [];
}
const specsOfSample = (sample) => [...(sample.args ?? []), ...Object.values(sample.kwargs ?? {})].flatMap(specsOf);

/** The sample that shows most at a glance: real numbers, nothing empty, and small; then the first. */
function choose(row) {
  const cost = (sample) => {
    const specs = specsOfSample(sample);
    const sizes = specs.map((s) => numel(s.t));
    return (sizes.includes(0) ? 1e6 : 0) + (specs.some((s) => s.dtype?.startsWith('complex')) ? 1e5 : 0) + (sizes.some((n) => n > SHOWN) ? 1e3 : 0)
      + (specs.some((s) => s.t.length === 0) ? 100 : 0) + (sizes.every((n) => n === 1) && specs.length > 0 ? 50 : 0);
  };
  return row.samples.reduce((best, sample) => (best === null || cost(sample) < cost(best) ? sample : best), null);
}

/** A value as JavaScript. */
function literal(value) {
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'string') return `'${value}'`;
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  if (typeof value === 'object') return `{ ${Object.entries(value).map(([k, v]) => `${k}: ${literal(v)}`).join(', ')} }`;
  return Object.is(value, -0) ? '-0' : String(value);
}

function nested(numbers, shape) {
  if (shape.length === 0) return numbers[0];
  const step = numbers.length / shape[0];
  return Array.from({ length: shape[0] }, (_, i) => nested(numbers.slice(i * step, (i + 1) * step), shape.slice(1)));
}

const rounded = (x) => (typeof x === 'number' ? Math.round(x * 100) / 100 || 0 : typeof x === 'object' ? { re: rounded(x.re), im: rounded(x.im) } : x);

/** JavaScript that makes the tensor of a spec. */
function tensorText(torsh, spec, place) {
  const { dtype = 'float32', low = -1, high = 1, t: shape } = spec;
  if (numel(shape) > SHOWN && dtype === 'float32' && !spec.values && !spec.matrix) {
    const size = shape.join(', ');
    if (low === -1 && high === 1) return `torsh.randn(${size})`;
    return `torsh.empty(${size}).uniform_(${low}, ${high})`;
  }
  if (numel(shape) === 0) return `torsh.zeros(${literal(shape)}${dtype === 'float32' ? '' : `, { dtype: '${dtype}' }`})`;
  const { tensors: [{ tensor }] } = support.build(torsh, { args: [{ ...spec, seed: spec.seed ?? place }] });
  const values = tensor.reshape([-1]).tolist().map((x) => (dtype === 'int64' ? Number(x) : rounded(x)));
  const implied = dtype === 'float32' || dtype === 'bool' || (dtype === 'complex64');
  return `torsh.tensor(${literal(nested(values, shape))}${implied ? '' : `, { dtype: '${dtype}' }`})`;
}

/** { lines, call, shapeOnly, names } of a row: what makes the tensors, the call, and how to show what comes of it. Null where there is no sample. */
export function opExample(torsh, row) {
  const sample = choose(row);
  if (!sample) return null;
  const lines = [];
  let place = 0;
  const taken = new Set();
  const name = (argument) => {
    const wanted = argument === 'var' ? 'variance' : argument; // a word of the language
    let free = wanted;
    for (let i = 2; taken.has(free); i++) free = `${wanted}${i}`;
    taken.add(free);
    return free;
  };
  const render = (value, wanted) => {
    if (support.isTensorSpec(value)) {
      const own = name(wanted);
      lines.push(`const ${own} = ${tensorText(torsh, value, ++place)};`);
      return own;
    }
    const list = isList(value) ? value.list : value;
    if (Array.isArray(list)) return `[${list.map((v) => render(v, wanted.replace(/s$/, ''))).join(', ')}]`;
    return literal(value);
  };
  const args = (sample.args ?? []).map((value, i) => render(value, row.args[Math.min(i, row.args.length - 1)]?.name ?? 'input'));
  const options = Object.entries(sample.kwargs ?? {}).map(([key, value]) => {
    const text = render(value, key);
    return text === key ? key : `${key}: ${text}`;
  });
  const tail = options.length > 0 ? [`{ ${options.join(', ')} }`] : [];
  const variants = new Set(row.variants);
  const home = ['torsh', ...row.namespaces[0].split('.').filter((part) => part !== 'torsh')].join('.');
  let call;
  if (variants.has('function')) call = `${home}.${row.jsName}(${[...args, ...tail].join(', ')})`;
  else if (variants.has('method')) call = `${args[0]}.${row.jsName}(${[...args.slice(1), ...tail].join(', ')})`;
  else if (variants.has('property')) call = `${args[0]}.${row.jsName}`;
  else if (row.jsName.endsWith('_')) call = `${args[0]}.${row.jsName}(${[...args.slice(1), ...tail].join(', ')})`;
  else return null;
  const random = support.isRandom(row) || lines.some((line) => /randn|uniform_/.test(line));
  return { lines, call, shapeOnly: random || support.isUninitialised(row), names: Array.isArray(row.returns) ? row.returns.map((n, i) => (n ? n.replace(/_([a-z])/g, (_, c) => c.toUpperCase()) : `part${i}`)) : null };
}

const isTensor = (torsh, value) => value instanceof torsh.Tensor;

/** The example with calls of console.log for all that the call gives. */
export function withLogs(torsh, { lines, call, shapeOnly, names }) {
  const run = (body) => new Function('torsh', body)(torsh);
  const result = run(`${lines.join('\n')}\nreturn ${call};`);
  const show = (value) => (isTensor(torsh, value) && (shapeOnly || value.numel() > 2 * SHOWN) ? '.shape' : '');
  if (names && names.length > 1 && Array.isArray(result) && result.every((r) => isTensor(torsh, r))) {
    const pick = `const [${names.join(', ')}] = ${call};`;
    return [...lines, pick, ...names.map((n, i) => `console.log(${n}${show(result[i])});`)].join('\n');
  }
  if (Array.isArray(result) && result.some((r) => isTensor(torsh, r))) {
    const shapes = shapeOnly || result.some((r) => isTensor(torsh, r) && show(r));
    return [...lines, `const parts = ${call};`, `console.log(parts${shapes ? '.map((part) => part.shape)' : ''});`].join('\n');
  }
  return [...lines, `console.log(${call}${show(result)});`].join('\n');
}
