// C from the rows: argument structs, typed callers, the descriptor table.
import { TYPES } from './parse.mjs';

const field = (type, name) => { const c = TYPES[type].c; return c.endsWith('*') ? `${c}${name}` : `${c} ${name}`; };
export const cParams = (row) => ['ts_cx *cx', ...row.args.map((a) => field(a.type, a.cName))].join(', ');

/** Ops whose plain name core/tensor.h has taken for raw allocation. */
const TAKEN = new Set(['empty', 'empty_like', 'empty_strided']);
export const callerName = (row) => `ts_${row.name}${TAKEN.has(row.name) ? '_op' : ''}`;

const CALLER_RESULT = { TENSORS: 'ts_tensor *', LIST: 'ts_list ', SCALAR: 'ts_scalar ', INTS: 'ts_ints ', TEXT: 'const char *', NOTHING: 'bool ' };

function callerHead(row) {
  if (row.returns.kind === 'TENSORS' && row.returns.names.length > 1) return `bool ${callerName(row)}(${cParams(row)}, ts_tensor **results)`;
  return `${CALLER_RESULT[row.returns.kind]}${callerName(row)}(${cParams(row)})`;
}

const argsType = (row) => `ts_${row.twinOf ?? row.name}_args`;

export function header(rows, banner) {
  const out = [banner, '#ifndef TS_GEN_OPS_H', '#define TS_GEN_OPS_H', '#include "../core/op.h"', ''];
  out.push('enum {', ...rows.map((r) => `  TS_OP_${r.name} = ${r.id},`), '};', '');
  const shared = new Set(rows.map((r) => r.grad?.formula).filter(Boolean));
  for (const f of shared) out.push(`void ${f}(ts_cx *cx, const void *args, const ts_back *b, void *wanted);`);
  for (const row of rows) {
    if (!row.twinOf) {
      out.push(`typedef struct { ${row.args.map((a) => field(a.type, a.cName) + ';').join(' ') || 'char none;'} } ${argsType(row)};`);
      if (!row.impl) out.push(`bool ts_${row.name}_impl(ts_cx *cx, const ${argsType(row)} *a, ts_out *out);`);
      if (row.grad && !row.grad.formula) out.push(`void ts_${row.name}_grad(ts_cx *cx, const ${argsType(row)} *a, const ts_back *b, ${argsType(row)} *g);`);
    }
    out.push(`${callerHead(row)};`, '');
  }
  out.push('#endif', '');
  return out.join('\n');
}

export function callers(rows, banner) {
  const out = [banner, '#include "ops.h"', '#include <string.h>', ''];
  for (const row of rows) {
    const init = row.args.map((a) => a.cName).join(', ') || '0';
    const op = `&ts_ops[TS_OP_${row.name}]`;
    out.push(`${callerHead(row)} {`, `  ${argsType(row)} args = {${init}};`);
    const { kind, names } = row.returns;
    if (kind === 'TENSORS' && names.length === 1) out.push(`  return ts_dispatch1(cx, ${op}, &args);`);
    else {
      out.push('  ts_out out;', '  memset(&out, 0, sizeof out);');
      if (kind === 'TENSORS') {
        out.push(`  bool ok = ts_dispatch(cx, ${op}, &args, &out);`, `  memcpy(results, out.t, ${names.length} * sizeof *results);`, '  return ok;');
      } else if (kind === 'NOTHING') out.push(`  return ts_dispatch(cx, ${op}, &args, &out);`);
      else {
        const empty = { LIST: '(ts_list){NULL, 0}', SCALAR: 'ts_none()', INTS: '(ts_ints){NULL, 0}', TEXT: 'NULL' }[kind];
        const value = { LIST: 'out.list', SCALAR: 'out.scalar', INTS: 'out.ints', TEXT: 'out.text' }[kind];
        out.push(`  return ts_dispatch(cx, ${op}, &args, &out) ? ${value} : ${empty};`);
      }
    }
    out.push('}', '');
  }
  return out.join('\n');
}

export function table(rows, banner, hash, includes) {
  const out = [banner, '#include <stddef.h>', '#include "ops.h"', ...includes.map((i) => `#include "${i}"`), ''];
  for (const row of rows) {
    if (row.twinOf) continue;
    const t = argsType(row);
    if (row.args.length) out.push(`static const ts_arg ${row.name}_args[] = {${row.args.map((a) => `{"${a.name}", TS_ARG_${TYPES[a.type].kind}, ${a.elseSizes ? 1 : 0}, offsetof(${t}, ${a.cName}), ${a.savedFor ?? 0}u}`).join(', ')}};`);
    const body = row.impl ? row.impl : `ts_${row.name}_impl(cx, a, out)`;
    out.push(`static bool ${row.name}_impl(ts_cx *cx, const void *args, ts_out *out) {`, `  const ${t} *a = args;`,
      ...(row.impl && !/\ba\b/.test(row.impl) ? ['  (void)a;'] : []), ...(row.impl && !/\bout\b/.test(row.impl) ? ['  (void)out;'] : []), `  return ${body};`, '}');
    if (row.grad) {
      const f = row.grad.formula ?? `ts_${row.name}_grad`;
      out.push(`static void ${row.name}_grad(ts_cx *cx, const void *args, const ts_back *back, void *wanted) { ${f}(cx, args, back, wanted); }`);
    }
    out.push('');
  }
  out.push('const ts_op ts_ops[] = {');
  for (const row of rows) {
    const name = row.twinOf ?? row.name;
    const flags = row.flags.filter((f) => f !== 'factory').map((f) => `TS_OP_${f.toUpperCase()}`).join(' | ') || '0';
    const nOut = row.returns.kind === 'TENSORS' ? row.returns.names.length : 0;
    const args = row.args.length ? `${name}_args` : 'NULL';
    out.push(`  {"${row.title}", "${row.node}", ${flags}, sizeof(${argsType(row)}), ${row.args.length}, ${nOut}, TS_RET_${row.returns.kind}, ${row.saveMask}u, ${row.shapeMask}u, ${row.resultMask}u, ${args}, ${name}_impl, ${row.grad ? `${name}_grad` : 'NULL'}, TS_CAST_${row.autocast.toUpperCase()}, TS_RECORD_${row.record.toUpperCase()}},`);
  }
  out.push('};', `const int ts_op_count = ${rows.length};`, `const char ts_table_hash[] = "${hash}";`, '');
  return out.join('\n');
}
