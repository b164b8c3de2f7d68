// Reads the rows of src/ops/*.ops.mjs and turns each into a checked, uniform description.
import { readdirSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { join } from 'node:path';
import { autocast } from '../../src/ops/autocast.mjs';
import { fusable } from '../../src/ops/fuse.mjs';
import { recordOf, recorded } from '../../src/ops/record.mjs';
import { batchOf, named as batched } from '../../src/ops/batch.mjs';

/** Argument types: kind of src/core/op.h, C type, TypeScript type, default when the row gives none. */
export const TYPES = {
  'Tensor': { kind: 'TENSOR', c: 'ts_tensor *', ts: 'Tensor' },
  'Tensor?': { kind: 'TENSOR_OPT', c: 'ts_tensor *', ts: 'Tensor | null' },
  'Operand': { kind: 'OPERAND', c: 'ts_tensor *', ts: 'Tensor | Scalar' },
  'Operand?': { kind: 'OPERAND_OPT', c: 'ts_tensor *', ts: 'Tensor | Scalar | null' },
  'Tensor[]': { kind: 'LIST', c: 'ts_list', ts: 'readonly Tensor[]' },
  'Tensor?[]': { kind: 'LIST_OPT', c: 'ts_list', ts: 'readonly (Tensor | null)[]' },
  'Scalar': { kind: 'SCALAR', c: 'ts_scalar', ts: 'Scalar' },
  'Scalar?': { kind: 'SCALAR', c: 'ts_scalar', ts: 'Scalar | null' },
  'int': { kind: 'INT', c: 'int64_t', ts: 'number' },
  'int?': { kind: 'INT_OPT', c: 'ts_opt_int', ts: 'number | null' },
  'float': { kind: 'FLOAT', c: 'double', ts: 'number' },
  'float?': { kind: 'FLOAT_OPT', c: 'ts_opt_float', ts: 'number | null' },
  'Generator?': { kind: 'INT_OPT', c: 'ts_opt_int', ts: 'Generator | null' },
  'bool': { kind: 'BOOL', c: 'bool', ts: 'boolean' },
  /* A bool of one value: tells forms of a function apart. */
  'true': { kind: 'BOOL', c: 'bool', ts: 'true' },
  'false': { kind: 'BOOL', c: 'bool', ts: 'false' },
  'bool?': { kind: 'BOOL_OPT', c: 'ts_opt_int', ts: 'boolean | null' },
  'dtype?': { kind: 'DTYPE', c: 'ts_dtype', ts: 'DType | null' },
  'int[]': { kind: 'INTS', c: 'ts_ints', ts: 'number | readonly number[]' },
  'int[]?': { kind: 'INTS_OPT', c: 'ts_ints', ts: 'number | readonly number[] | null' },
  'padding[]': { kind: 'INTS_OPT', c: 'ts_ints', ts: "number | readonly number[] | 'same' | 'valid'" },
  'lengths[]': { kind: 'INTS', c: 'ts_ints', ts: 'number | readonly number[] | Tensor' },
  'size[]': { kind: 'INTS', c: 'ts_ints', ts: 'number | null | readonly (number | null)[]' },
  'float[]': { kind: 'FLOATS', c: 'ts_floats', ts: 'number | readonly number[]' },
  'float[]?': { kind: 'FLOATS_OPT', c: 'ts_floats', ts: 'number | readonly number[] | null' },
  'str': { kind: 'TEXT', c: 'const char *', ts: 'string' },
  'str?': { kind: 'TEXT_OPT', c: 'const char *', ts: 'string | null' },
};
const RETURNS = { 'Scalar': 'SCALAR', 'bool': 'SCALAR', 'int': 'SCALAR', 'float': 'SCALAR', 'int[]': 'INTS', 'str': 'TEXT', 'void': 'NOTHING', 'Tensor[]': 'LIST' };
const FLAGS = ['view', 'direct', 'composite', 'system', 'reshapes', 'listview', 'inplace', 'factory', 'exact', 'fusable'];
const FIELDS = ['name', 'args', 'returns', 'as', 'namespaces', 'aliases', 'flags', 'impl', 'grad', 'dtypes', 'doc', 'samples', 'errors', 'node', 'tolerance', 'overload'];

/** Rows called linalg_x are torsh.linalg.x (fft_x: torsh.fft.x), which may be another function than torsh.x. */
const SPACE = /^(linalg|fft)_/;

const FORMS = ['function', 'method', 'property', 'inplace', 'inplace function', 'inplace argument', 'out'];

export const camel = (s) => s.replace(/([a-z0-9])_([a-z0-9])/gi, (_, a, b) => a + b.toUpperCase());
const pascal = (s) => { const c = camel(s.replace(/^_+/, '')); return c[0].toUpperCase() + c.slice(1); };

function splitArgs(text) {
  const out = [];
  let depth = 0, part = '';
  for (const c of text) {
    if (c === '[' || c === '(') depth++;
    if (c === ']' || c === ')') depth--;
    if (c === ',' && depth === 0) { out.push(part.trim()); part = ''; } else part += c;
  }
  if (part.trim()) out.push(part.trim());
  return out;
}

export function parseArgs(text, where) {
  const args = [];
  let keywordOnly = false;
  for (const part of splitArgs(text)) {
    if (part === '*') { keywordOnly = true; continue; }
    const m = /^([A-Za-z]+(?:\[\d*\])?\??(?:\[\])?)\s+(\.\.\.)?([A-Za-z_]\w*)(?:=(.+))?$/.exec(part);
    if (!m) throw new Error(`${where}: cannot read argument '${part}'`);
    let type = m[1], expand = 0;
    const sized = /^(int|float|padding|size)\[(\d+)\](\??)$/.exec(type);
    if (sized) { type = `${sized[1]}[]${sized[3]}`; expand = Number(sized[2]); }
    if (!TYPES[type]) throw new Error(`${where}: unknown type '${type}' in '${part}'`);
    const optional = m[4] !== undefined;
    args.push({ type, cName: m[3], name: camel(m[3] === 'self' ? 'input' : m[3]), keywordOnly, spread: Boolean(m[2]), expand, optional,
      default: optional ? (m[4] === 'None' ? null : JSON.parse({ True: 'true', False: 'false' }[m[4]] ?? m[4].replace(/'/g, '"'))) : undefined });
  }
  return args;
}

function parseReturns(text) {
  if (RETURNS[text]) return { kind: RETURNS[text], type: text, names: [] };
  const names = splitArgs(text).map((p) => { const [type, name] = p.split(/\s+/); if (type !== 'Tensor') throw new Error(`unknown return type '${p}'`); return name ?? null; });
  return { kind: 'TENSORS', type: 'Tensor', names };
}

function expandRow(row, file) {
  const where = `${file}: ${row.name}`;
  for (const key of Object.keys(row)) if (!FIELDS.includes(key)) throw new Error(`${where}: unknown field '${key}'`);
  const flags = row.flags ?? [];
  for (const f of flags) if (!FLAGS.includes(f)) throw new Error(`${where}: unknown flag '${f}'`);
  const system = flags.includes('system');
  if (!row.doc) throw new Error(`${where}: has no doc`);
  if (!system && row.grad === undefined) throw new Error(`${where}: has no gradient decision`);
  if (!system && !(row.samples?.length)) throw new Error(`${where}: has no samples`);
  if (!system && !row.dtypes) throw new Error(`${where}: names no dtypes`);
  const args = parseArgs(row.args, where);
  const returns = parseReturns(row.returns ?? 'Tensor');
  const as = row.as ?? (system ? [] : ['function']);
  for (const f of as) if (!FORMS.includes(f)) throw new Error(`${where}: unknown form '${f}'`);
  const grad = typeof row.grad === 'object' ? row.grad : null;
  if (!system && !grad && row.grad !== 'composite' && row.grad !== 'not differentiable') throw new Error(`${where}: gradient is '${row.grad}'`);
  const ownFlags = fusable.includes(row.name) ? [...flags, 'fusable'] : flags;
  const allFlags = row.grad === 'composite' && !flags.includes('composite') ? [...ownFlags, 'composite'] : ownFlags;
  const saves = (grad?.saves ?? '').split(/\s+/).filter(Boolean);
  let saveMask = 0, shapeMask = 0, resultMask = 0;
  const place = (name) => args.findIndex((a) => a.cName === name);
  for (const s of saves) {
    const [, name, wanting, sizes] = /^(\w+)(?:\(([\w,]+)\))?(\.sizes)?$/.exec(s) ?? [];
    const i = place(name);
    if (i >= 0) {
      saveMask |= 1 << i;
      if (wanting) {
        const others = wanting.split(',').map(place);
        if (others.includes(-1)) throw new Error(`${where}: saves '${s}', where not all are arguments`);
        args[i].savedFor = others.reduce((mask, k) => mask | (1 << k), 0);
        args[i].elseSizes = sizes !== undefined;
      } else if (sizes) shapeMask |= 1 << i;
      continue;
    }
    const m = /^result(\d*)$/.exec(s);
    if (!m) throw new Error(`${where}: saves '${s}', which is neither an argument nor result`);
    resultMask |= 1 << Number(m[1] || 0);
  }
  const publicName = row.overload ?? row.name, space = SPACE.exec(publicName)?.[1], jsName = camel(publicName.replace(SPACE, ''));
  /* ident: the function inside the generated modules; title: what messages call it. */
  const base = {
    ...row, file, args, returns, as, flags: allFlags, system, grad, saveMask, shapeMask, resultMask, jsName, ident: camel(publicName), title: space ? `${space}.${jsName}` : jsName,
    namespaces: row.namespaces ?? [space ?? 'torsh'], aliases: (row.aliases ?? []).filter((a) => !a.includes('.')), elsewhere: (row.aliases ?? []).filter((a) => a.includes('.')), node: row.node ?? `${pascal(row.name)}Backward0`,
    autocast: autocast.get(row.name) ?? 'none', record: recordOf(row.name, system, returns.kind), batch: batchOf(row), gradient: system ? 'system' : grad ? 'formula' : row.grad, samples: row.samples ?? [], errors: row.errors ?? [],
  };
  if (!as.includes('inplace')) return [base];
  const twin = { ...base, name: `${row.name}_`, jsName: `${base.jsName}_`, ident: `${base.ident}_`, title: `${base.title}_`, twinOf: row.name, autocast: 'none', flags: [...allFlags.filter((f) => f !== 'view'), 'inplace'],
    as: [...(as.includes('method') ? ['method'] : []), ...(as.includes('inplace function') ? ['function'] : [])], elsewhere: [], aliases: base.aliases.map((a) => `${a}_`), node: base.node };
  return [base, twin];
}

export async function readRows(root) {
  const dir = join(root, 'src/ops');
  const rows = [];
  for (const file of readdirSync(dir).filter((f) => f.endsWith('.ops.mjs')).sort()) {
    const module = await import(pathToFileURL(join(dir, file)).href);
    for (const row of module.default) rows.push(...expandRow(row, file));
  }
  const unknown = [...autocast.keys()].filter((name) => !rows.some((r) => r.name === name));
  if (unknown.length) throw new Error(`autocast.mjs: no rows ${unknown.join(', ')}`);
  const unrecorded = recorded.filter((name) => !rows.some((r) => r.name === name));
  if (unrecorded.length) throw new Error(`record.mjs: no rows ${unrecorded.join(', ')}`);
  const unfused = fusable.filter((name) => !rows.some((r) => r.name === name));
  if (unfused.length) throw new Error(`fuse.mjs: no rows ${unfused.join(', ')}`);
  const strangers = batched.filter((name) => !rows.some((r) => r.name === name));
  if (strangers.length) throw new Error(`batch.mjs: no rows ${strangers.join(', ')}`);
  const seen = new Set();
  const forms = new Map();
  for (const r of rows) {
    const first = forms.get(r.ident);
    if (first && !(first.overload && r.overload)) throw new Error(`${r.file}: ${r.name} and ${first.name} are both called ${r.title}`);
    forms.set(r.ident, r);
  }
  rows.forEach((r, i) => {
    r.id = i;
    if (seen.has(r.name)) throw new Error(`${r.file}: ${r.name} stands in the table twice`);
    seen.add(r.name);
  });
  return rows;
}
