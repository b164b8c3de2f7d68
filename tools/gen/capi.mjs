// The op part of the C API: plain functions over opaque handles, status returned, result through an out-parameter.
import { callerName } from './c.mjs';

const CTYPE = {
  'Tensor': (n) => [`torsh_tensor ${n}`], 'Tensor?': (n) => [`torsh_tensor ${n}`], 'Operand': (n) => [`torsh_tensor ${n}`], 'Operand?': (n) => [`torsh_tensor ${n}`],
  'Tensor[]': (n) => [`const torsh_tensor *${n}`, `int64_t n_${n}`], 'Tensor?[]': (n) => [`const torsh_tensor *${n}`, `int64_t n_${n}`],
  'Scalar': (n) => [`torsh_scalar ${n}`], 'Scalar?': (n) => [`torsh_scalar ${n}`], 'int': (n) => [`int64_t ${n}`], 'int?': (n) => [`const int64_t *${n}`],
  'Generator?': (n) => [`const int64_t *${n}`], 'float': (n) => [`double ${n}`], 'float?': (n) => [`const double *${n}`], 'bool': (n) => [`bool ${n}`], 'true': (n) => [`bool ${n}`], 'false': (n) => [`bool ${n}`], 'bool?': (n) => [`const bool *${n}`],
  'dtype?': (n) => [`torsh_dtype ${n}`], 'int[]': (n) => [`const int64_t *${n}`, `int64_t n_${n}`], 'int[]?': (n) => [`const int64_t *${n}`, `int64_t n_${n}`],
  'size[]': (n) => [`const int64_t *${n}`, `int64_t n_${n}`],
  'padding[]': (n) => [`const int64_t *${n}`, `int64_t n_${n}`],
  'lengths[]': (n) => [`const int64_t *${n}`, `int64_t n_${n}`],
  'float[]': (n) => [`const double *${n}`, `int64_t n_${n}`], 'float[]?': (n) => [`const double *${n}`, `int64_t n_${n}`], 'str': (n) => [`const char *${n}`], 'str?': (n) => [`const char *${n}`],
};
const RESULT = { TENSORS: ['torsh_tensor *out'], LIST: ['torsh_tensor *out', 'int64_t capacity', 'int64_t *n_out'], SCALAR: ['torsh_scalar *out'], INTS: ['int64_t *out', 'int64_t capacity', 'int64_t *n_out'], TEXT: ['const char **out'], NOTHING: [] };
const exported = (rows) => rows.filter((r) => !r.system && !r.name.startsWith('_'));
const head = (r) => `torsh_status torsh_${r.name}(${[...r.args.flatMap((a) => CTYPE[a.type](a.cName)), ...RESULT[r.returns.kind]].join(', ')})`;

const value = (a) => {
  const n = a.cName;
  switch (a.type) {
    case 'Tensor[]': case 'Tensor?[]': return `(ts_list){(ts_tensor **)${n}, n_${n}}`;
    case 'Scalar': case 'Scalar?': return `capi_scalar(${n})`;
    case 'Generator?': case 'int?': return `${n} ? (ts_opt_int){true, *${n}} : (ts_opt_int){false, 0}`;
    case 'bool?': return `${n} ? (ts_opt_int){true, *${n}} : (ts_opt_int){false, 0}`;
    case 'float?': return `${n} ? (ts_opt_float){true, *${n}} : (ts_opt_float){false, 0}`;
    case 'dtype?': return `(ts_dtype)${n}`;
    case 'int[]': case 'padding[]': case 'size[]': case 'lengths[]': return `(ts_ints){${n}, n_${n}}`;
    case 'int[]?': return `(ts_ints){${n}, ${n} ? n_${n} : -1}`;
    case 'float[]': return `(ts_floats){${n}, n_${n}}`;
    case 'float[]?': return `(ts_floats){${n}, ${n} ? n_${n} : -1}`;
    default: return n;
  }
};

export function header(rows, banner) {
  return [banner, '/* Every op of the table as a C function. Tensors in are borrowed; tensors out belong to the caller (torsh_tensor_free).', '   Optional arguments: NULL, TORSH_DTYPE_NONE, or a torsh_scalar of kind TORSH_SCALAR_NONE. Several results: out is an array. */',
    '#ifndef TORSH_OPS_H', '#define TORSH_OPS_H', '#include "../capi/torsh.h"', '#ifdef __cplusplus', 'extern "C" {', '#endif', '',
    ...exported(rows).flatMap((r) => [`/* ${r.doc.replace(/\*\//g, '* /').replace(/\n/g, '\n   ')} */`, `TORSH_API ${head(r)};`, '']),
    '#ifdef __cplusplus', '}', '#endif', '#endif', ''].join('\n');
}

export function source(rows, banner) {
  const out = [banner, '#include "../capi/capi.h"', '#include "capi_ops.h"', '#include "ops.h"', ''];
  for (const r of exported(rows)) {
    const call = `${callerName(r)}(${['cx', ...r.args.map(value)].join(', ')}`;
    const n = r.returns.names.length;
    out.push(`${head(r)} {`, '  ts_cx *cx = capi_enter();', '  if (!cx) return TORSH_ERROR_MEMORY;');
    switch (r.returns.kind) {
      case 'TENSORS':
        if (n === 1) out.push(`  ts_tensor *t = ${call});`, '  return capi_give(cx, &t, 1, out);');
        else out.push(`  ts_tensor *t[${n}] = {0};`, `  ${call}, t);`, `  return capi_give(cx, t, ${n}, out);`);
        break;
      case 'LIST': out.push(`  ts_list list = ${call});`, '  return capi_give_list(cx, list, out, capacity, n_out);'); break;
      case 'SCALAR': out.push(`  ts_scalar s = ${call});`, '  return capi_give_scalar(cx, s, out);'); break;
      case 'INTS': out.push(`  ts_ints v = ${call});`, '  return capi_give_ints(cx, v, out, capacity, n_out);'); break;
      case 'TEXT': out.push(`  *out = ${call});`, '  return capi_leave(cx);'); break;
      default: out.push(`  ${call});`, '  return capi_leave(cx);');
    }
    out.push('}', '');
  }
  return out.join('\n');
}
