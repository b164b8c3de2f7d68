// TypeScript from the rows: functions, the base class with the methods, namespaces.
import { TYPES } from './parse.mjs';

const RESERVED = new Set(['var', 'in', 'with', 'delete', 'typeof', 'function', 'default', 'class', 'new', 'return', 'where_']);
const ident = (name) => (RESERVED.has(name) ? `${name}_` : name);

/** Arrays may stand for tensors of indices. */
const takesIndices = (a) => a.type === 'Tensor' && ['index', 'indices'].includes(a.name);
function tsType(a) { return takesIndices(a) ? 'Tensor | IndexArray' : a.spread ? `readonly ${spreadType(a)}[]` : TYPES[a.type].ts; }
/** What may be spread: numbers, or tensors. */
const spreadType = (a) => (a.type === 'Tensor[]' ? 'Tensor' : 'number');

/** A row with an argument return_indices has a twin that gives them: the function picks between the two. */
const withIndices = (row) => (row.args.some((a) => a.cName === 'return_indices') && !row.name.endsWith('_with_indices') ? `${row.name}_with_indices` : null);

function returnType(row) {
  const { kind, type, names } = row.returns;
  if (withIndices(row)) return 'Tensor & [Tensor, Tensor] & { readonly output: Tensor; readonly indices: Tensor }';
  if (kind === 'TENSORS') {
    if (names.length === 1) return 'Tensor';
    const tuple = `[${names.map(() => 'Tensor').join(', ')}]`;
    if (!names[0]) return tuple;
    const fields = names.map((n) => `readonly ${n.replace(/_([a-z])/g, (_, c) => c.toUpperCase())}: Tensor`).join('; ');
    /* Arrays have a method of that name. */
    return `${names.includes('values') ? `Omit<${tuple}, 'values'>` : tuple} & { ${fields} }`;
  }
  return { 'Tensor[]': 'Tensor[]', Scalar: 'Scalar', bool: 'boolean', int: 'number', float: 'number', 'int[]': 'number[]', str: 'string | null', void: 'void' }[type];
}

/** Options of every factory, handled in TypeScript: they do not reach the wall. */
const FACTORY_OPTIONS = ['str? layout=null', 'str? device=null', 'bool? pinMemory=null', 'bool requiresGrad=false', 'str? memoryFormat=null'];

/** The signature text that lib/runtime/signature.ts reads at the first slow call. */
export function signatureText(row) {
  const parts = [];
  let star = false;
  for (const a of row.args) {
    if (a.keywordOnly && !star) { parts.push('*'); star = true; }
    const size = a.expand ? `:${a.expand}` : '';
    parts.push(`${a.type}${size} ${a.spread ? '...' : ''}${a.name}${a.optional ? `=${JSON.stringify(a.default)}` : ''}`);
  }
  if (row.flags.includes('factory')) {
    if (!star) { parts.push('*'); star = true; }
    parts.push(...FACTORY_OPTIONS);
  }
  if (row.as.includes('out')) parts.push(...(star ? [] : ['*']), `${row.returns.names.length > 1 ? 'Tensor[]?' : 'Tensor?'} out=null`);
  return parts.join(', ');
}

function returnText(row) {
  const { kind, type, names } = row.returns;
  return kind === 'TENSORS' ? (names.length === 1 ? 'Tensor' : names.map((n) => (n ? n.replace(/_([a-z])/g, (_, c) => c.toUpperCase()) : '')).join(',') + `;${names.length}`) : type;
}

/** Overloads: options may stand behind any number of arguments, from the required ones on, and then name those that are left. */
function overloads(row, args) {
  const positional = args.filter((a) => !a.keywordOnly), keywords = args.filter((a) => a.keywordOnly);
  const more = [];
  if (row.flags.includes('factory')) more.push('layout?: string | null', 'device?: string | null', 'pinMemory?: boolean | null', 'requiresGrad?: boolean', 'memoryFormat?: string | null');
  if (row.as.includes('out')) more.push(`out?: ${row.returns.names.length > 1 ? 'readonly Tensor[]' : 'Tensor'}`);
  const field = (a) => `${a.name}${a.optional ? '?' : ''}: ${tsType(a)}`;
  const optionsOf = (list) => [...list.map(field), ...more].join('; ');
  const param = (a) => `${ident(a.name)}${a.optional ? '?' : ''}: ${tsType(a)}`;
  const lists = [];
  const spreadAt = positional.findIndex((a) => a.spread);
  if (spreadAt >= 0) {
    const before = positional.slice(0, spreadAt).map(param), spread = positional[spreadAt], options = optionsOf(keywords);
    lists.push([...before, `...${spread.name}: ${spreadType(spread)}[]`]);
    if (options) lists.push([...before, `...args: [...${spread.name}: ${spreadType(spread)}[], options: { ${options} }]`]);
  }
  const options = optionsOf(keywords);
  lists.push([...positional.map(param), ...(options ? [`options${keywords.every((a) => a.optional) ? '?' : ''}: { ${options} }`] : [])]);
  const required = positional.filter((a) => !a.optional).length;
  for (let k = positional.length - 1; k >= required; k--) lists.push([...positional.slice(0, k).map((a) => param({ ...a, optional: false })), `options: { ${optionsOf([...positional.slice(k), ...keywords])} }`]);
  /* All by name, behind the tensor it is about. */
  const first = args === row.args ? 1 : 0;
  if (required > first && spreadAt < 0) lists.push([...positional.slice(0, first).map(param), `options: { ${optionsOf([...positional.slice(first), ...keywords])} }`]);
  return lists.map((l) => l.join(', '));
}

const docOf = (row, indent = '') => `${indent}/** ${row.doc.replace(/\*\//g, '* /').split('\n').join(`\n${indent} * `)} */`;

/** Calls that need no binding: one or two plain tensors. */
function fastPath(row, method) {
  if (row.flags.includes('factory') || withIndices(row)) return null;
  const required = row.args.filter((a) => !a.optional).length;
  const [a, b, ...rest] = row.args;
  const plain = (x) => x && (x.type === 'Tensor' || x.type === 'Operand');
  if (row.returns.kind !== 'TENSORS' || row.returns.names.length !== 1 || !plain(a)) return null;
  if (row.args.slice(2).some((x) => !x.optional)) return null;
  const self = method ? '(this as any)' : 'a';
  const inplace = row.flags.includes('inplace');
  const tail = row.args.filter((x) => x !== a && !(required >= 2 && x === b)).map(encodeDefault);
  if (tail.includes(null)) return null;
  const extra = tail.flat().join(', ');
  if (required === 1) {
    const fn = inplace ? 'unaryInplace' : 'unary';
    return { count: method ? 0 : 1, test: method ? '' : 'isTensor(a)', call: `${fn}(${row.id}, ${self}${a.type === 'Operand' ? ', 1' : ', 0'}${extra ? `, ${extra}` : ''})`, n: tail.flat().length };
  }
  if (required === 2 && plain(b) && rest.every((x) => x.optional)) {
    const fn = inplace ? 'binaryInplace' : 'binary';
    const other = method ? 'a' : 'b';
    return { count: method ? 1 : 2, test: method ? 'isTensor(a)' : 'isTensor(a) && isTensor(b)', call: `${fn}(${row.id}, ${self}, ${other}, ${(a.type === 'Operand' ? 1 : 0) + (b.type === 'Operand' ? 2 : 0)}${extra ? `, ${extra}` : ''})`, n: tail.flat().length };
  }
  return null;
}

/** An omitted optional argument as it lies on the wall; null when it has no fixed form. */
function encodeDefault(a) {
  const d = a.default;
  switch (TYPES[a.type].kind) {
    case 'TENSOR_OPT': return [0];
    case 'OPERAND_OPT': case 'OPERAND': return d === null ? [0, 0] : null;
    case 'SCALAR': return d === null ? [0, 0] : typeof d === 'boolean' ? [4, Number(d)] : Number.isInteger(d) ? [2, d] : [3, d];
    case 'INT': case 'FLOAT': return [d];
    case 'BOOL': return [Number(d)];
    case 'INT_OPT': case 'FLOAT_OPT': case 'BOOL_OPT': return d === null ? [0] : [1, Number(d)];
    case 'DTYPE': return d === null ? [255] : null;
    case 'INTS': case 'FLOATS': case 'TEXT': case 'LIST_OPT': return d === null ? [-1] : Array.isArray(d) && d.length === 0 ? [0] : null;
    default: return null;
  }
}

const MAX_FAST = 3; /* values behind the tensors that the fast callers take */

/** Rows by public name: several are the forms of one function, tried in the order of the table. */
function byName(rows) {
  const groups = new Map();
  for (const row of rows) groups.set(row.ident, [...(groups.get(row.ident) ?? []), row]);
  return [...groups.values()];
}

/** The signatures of all rows as one text, a line for each id: what lib/runtime/signature.ts reads at the first slow call of an op. */
export function signatures(rows, banner) {
  const line = (row, signature) => `${row.title}|${returnText(row)}|${signatureText(signature)}`;
  const lines = [...rows.map((row) => line(row, row)), ...rows.filter(takesInplace).map((row) => line(row, withInplace(row)))];
  return [banner, `export const signatures: string = \`${lines.map((l) => l.replace(/[\\`$]/g, '\\$&')).join('\n')}\`;`, ''].join('\n');
}
const takesInplace = (row) => row.as.includes('inplace argument');

/** The lines of a body: fast calls first, then the general one. */
function body(group, method, idOf) {
  const fast = [];
  for (const f of group.map((row) => fastPath(row, method))) {
    if (f && f.n <= MAX_FAST && !fast.some((g) => g.count === f.count)) fast.push(f);
  }
  const self = method ? 'this, ' : '';
  const twin = withIndices(group[0]);
  const general = twin ? `invokeIndexed(${group[0].id}, ${idOf(twin)}, arguments)` : group.length > 1 ? `invokeForm(F_${group[0].ident}, ${method ? 'this' : 'undefined'}, arguments)` : `${method ? 'invokeMethod' : 'invoke'}(${group[0].id}, ${self}arguments)`;
  const most = Math.max(0, ...fast.map((f) => f.count));
  return {
    params: fast.length ? [...['a', 'b'].slice(0, most).map((p) => `${p}?: any`), '..._rest: any[]'].join(', ') : '..._args: any[]',
    lines: [...fast.map((f) => `if (arguments.length === ${f.count}${f.test ? ` && ${f.test}` : ''}) return ${f.call};`), `return ${general};`],
  };
}

const formsDeclaration = (group) => (group.length > 1 ? [`const F_${group[0].ident} = [${group.map((r) => r.id).join(', ')}];`] : []);

/** The row with one more positional argument: inplace. */
const withInplace = (row) => {
  const at = row.args.findIndex((a) => a.keywordOnly), n = at < 0 ? row.args.length : at;
  return { ...row, args: [...row.args.slice(0, n), { type: 'bool', cName: 'inplace', name: 'inplace', keywordOnly: false, spread: false, expand: 0, optional: true, default: false }, ...row.args.slice(n)] };
};
/** The function of nn.functional that overwrites its input when inplace is true: another one than that of torsh. */
function inplaceArgument(row, wideId, idOf) {
  const wide = withInplace(row);
  const { params, lines } = body([row], false, idOf);
  return [...overloads(wide, wide.args).flatMap((o) => [docOf(row), `export function ${row.ident}$(${o}): ${returnType(row)};`]),
    `export function ${row.ident}$(${params}): any {`, ...lines.slice(0, -1).map((l) => `  ${l}`), `  return invokeOptional(${wideId}, ${row.id}, ${idOf(`${row.name}_`)}, arguments);`, '}', ''];
}

const idsOf = (rows) => {
  const ids = new Map(rows.map((row) => [row.name, row.id]));
  return (name) => ids.get(name);
};

export function functions(rows, banner) {
  const idOf = idsOf(rows);
  const isTwin = (r) => r.flags.includes('inplace');
  const fns = rows.filter((r) => !r.system && !isTwin(r));
  const twins = rows.filter((r) => r.twinOf && (r.as.includes('function') || rows.some((o) => o.name === r.twinOf && o.as.includes('inplace argument'))));
  const out = [banner, "import type { IndexArray } from '../convert';", "import type { Generator } from '../random';", "import type { Tensor } from '../tensor';",
    "import { type DType, type Scalar, binary, invoke, invokeForm, invokeIndexed, invokeInplace, invokeOptional, isTensor, unary } from '../runtime/call';", ''];
  for (const twin of twins) {
    if (!twin.as.includes('function')) continue;
    for (const o of overloads(twin, twin.args)) out.push(docOf(twin), `export function ${twin.ident}(${o}): ${returnType(twin)};`);
    out.push(`export function ${twin.ident}(..._args: any[]): any {`, `  return invokeInplace(${twin.id}, arguments);`, '}', '');
  }
  rows.filter(takesInplace).forEach((row, i) => out.push(...inplaceArgument(row, rows.length + i, idOf)));
  for (const all of byName(fns)) {
    /* Forms that are methods alone are no forms of the function. */
    const public_ = all.filter((r) => r.as.includes('function')), group = public_.length ? public_ : all;
    out.push(...formsDeclaration(group));
    for (const row of group) for (const o of overloads(row, row.args)) out.push(docOf(row), `export function ${fname(row)}(${o}): ${returnType(row)};`);
    const { params, lines } = body(group, false, idOf);
    out.push(`export function ${fname(group[0])}(${params}): any {`, ...lines.map((l) => `  ${l}`), '}', '');
  }
  return out.join('\n');
}

/** The exported identifier of a row's function (names that are JS keywords get an underscore inside the module only). */
export const fname = (row) => ident(row.ident);

export function methods(rows, banner) {
  const idOf = idsOf(rows);
  const ms = rows.filter((r) => !r.system && (r.as.includes('method') || r.as.includes('property')));
  const out = [banner, "import type { IndexArray } from '../convert';", "import type { Generator } from '../random';", "import type { Tensor } from '../tensor';",
    "import { type DType, type Scalar, binary, binaryInplace, invokeForm, invokeMethod, isTensor, unary, unaryInplace } from '../runtime/call';", ''];
  const groups = byName(ms);
  for (const group of groups) out.push(...formsDeclaration(group));
  out.push('', '/* eslint-disable @typescript-eslint/no-explicit-any */', 'export abstract class TensorOps {', '  abstract _h: number;');
  for (const group of groups) {
    const [first] = group;
    for (const name of [first.jsName, ...first.aliases]) {
      if (first.as.includes('property')) {
        out.push(docOf(first, '  '), `  get ${name}(): ${returnType(first)} { return invokeMethod(${first.id}, this, []) as any; }`);
        continue;
      }
      for (const row of group) for (const o of overloads(row, row.args.slice(1))) out.push(docOf(row, '  '), `  ${name}(${o}): ${returnType(row)};`);
      const { params, lines } = body(group, true, idOf);
      out.push(`  ${name}(${params}): any {`, ...lines.map((l) => `    ${l}`), '  }');
    }
  }
  out.push('}', '');
  return out.join('\n');
}

export function namespaces(rows, banner) {
  const out = [banner, "import * as ops from './ops';", ''];
  const spaces = new Map();
  for (const row of rows) {
    if (row.system || !row.as.includes('function') || row.name.startsWith('_')) continue;
    const add = (ns, name, value) => {
      if (!spaces.has(ns)) spaces.set(ns, []);
      if (!spaces.get(ns).some(([n]) => n === name)) spaces.get(ns).push([name, value]);
    };
    for (const ns of row.namespaces) {
      const value = ns === 'nn.functional' && row.as.includes('inplace argument') ? `${row.ident}$` : fname(row);
      for (const name of [row.jsName, ...row.aliases]) add(ns, name, value);
    }
    for (const path of row.elsewhere) add(path.slice(0, path.lastIndexOf('.')), path.slice(path.lastIndexOf('.') + 1), fname(row));
  }
  for (const [ns, entries] of [...spaces].sort()) {
    const id = ns.split('.').map((s, i) => (i ? s[0].toUpperCase() + s.slice(1) : s)).join('');
    out.push(`/** Generated members of ${ns === 'torsh' ? 'torsh' : `torsh.${ns}`}. */`, `export const ${id} = {`, ...entries.sort((a, b) => (a[0] < b[0] ? -1 : 1)).map(([n, f]) => `  ${n}: ops.${f},`), '};', '');
  }
  return out.join('\n');
}

export function systemCalls(rows, banner) {
  const out = [banner, "import { invoke } from '../runtime/call';", "import type { DType, Scalar } from '../runtime/call';", "import type { Tensor } from '../tensor';", ''];
  for (const row of rows.filter((r) => r.system)) {
    const ret = returnType(row);
    out.push(docOf(row), `export function ${row.jsName}(${row.args.map((a) => `${ident(a.name)}${a.optional ? '?' : ''}: ${tsType(a)}`).join(', ')}): ${ret} {`, `  return invoke(${row.id}, arguments) as ${ret};`, '}', '');
  }
  return out.join('\n');
}
