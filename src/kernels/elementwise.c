#include "elementwise.h"
#include <string.h>

ts_dtype ts_result_type(ts_tensor *const *operands, int n) {
  /* One running dtype for each rank of operand: with dims, 0-d, host numbers. */
  ts_dtype ranks[3] = {TS_DTYPE_NONE, TS_DTYPE_NONE, TS_DTYPE_NONE};
  for (int i = 0; i < n; i++) {
    const ts_tensor *t = operands[i];
    if (!t) continue;
    int rank = t->wrapped_number ? 2 : t->ndim == 0 ? 1 : 0;
    ts_dtype d = t->wrapped_number && t->dtype == TS_FLOAT64 ? TS_FLOAT32 : (ts_dtype)t->dtype;
    ranks[rank] = ranks[rank] == TS_DTYPE_NONE ? d : ts_promote(ranks[rank], d);
  }
  ts_dtype result = ranks[0];
  for (int r = 1; r < 3; r++) {
    ts_dtype d = ranks[r];
    if (d == TS_DTYPE_NONE) continue;
    if (result == TS_DTYPE_NONE) { result = d; continue; }
    /* A lower rank only counts when its category is higher. */
    int category = ts_is_complex(d) ? 3 : ts_is_float(d) ? 2 : d != TS_BOOL;
    int has = ts_is_complex(result) ? 3 : ts_is_float(result) ? 2 : result != TS_BOOL;
    if (category > has) result = category == 3 && has == 2 ? (result == TS_FLOAT64 ? TS_COMPLEX128 : TS_COMPLEX64) : d;
  }
  return result;
}

bool ts_elementwise(ts_cx *cx, ts_tensor **in, int n, ts_dtype dtype, ts_dtype out_dtype, ts_out *out, ts_loop loop,
                    const void *params) {
  if (!loop) return ts_fail(cx, TS_ERR_DTYPE, "not implemented for %s", ts_dtype_name(dtype));
  int ndim = in[0]->ndim;
  int64_t sizes[TS_MAX_DIM];
  memcpy(sizes, in[0]->sizes, (size_t)ndim * sizeof *sizes);
  for (int i = 1; i < n; i++)
    if (!ts_same_sizes(in[0], in[i]) && !ts_broadcast_sizes(cx, ndim, sizes, in[i]->ndim, in[i]->sizes, &ndim, sizes)) return false;
  ts_tensor *operands[TS_ITER_OPERANDS];
  for (int i = 0; i < n; i++)
    if (!(operands[i + 1] = ts_raw_cast(cx, in[i], dtype))) return false;
  ts_tensor *dest = out->t[0], *result = dest;
  bool usable = dest && dest->dtype == out_dtype && dest->ndim == ndim && memcmp(dest->sizes, sizes, (size_t)ndim * sizeof *sizes) == 0;
  if (usable && !ts_check_writable(cx, dest)) return false;
  for (int i = 1; usable && i <= n; i++) usable = !ts_overlaps(dest, operands[i]);
  if (!usable) {
    const ts_tensor *like = NULL; /* keep the memory order of an input of the full shape */
    for (int i = 1; i <= n && !like; i++)
      if (operands[i]->ndim == ndim && memcmp(operands[i]->sizes, sizes, (size_t)ndim * sizeof *sizes) == 0) like = operands[i];
    result = like ? ts_empty_like(cx, like, out_dtype) : ts_empty(cx, out_dtype, ndim, sizes);
    if (!result) return false;
  }
  operands[0] = result;
  ts_iterate(n + 1, operands, ndim, sizes, loop, params, 0);
  out->t[0] = result;
  return true;
}

static ts_dtype promoted(ts_dtype d, ts_unary_promotion promotion) {
  return promotion == TS_TO_FLOAT && !ts_is_inexact(d) ? TS_FLOAT32 : d;
}

bool ts_unary(ts_cx *cx, ts_tensor *self, ts_out *out, ts_unary_id id, ts_unary_promotion promotion, const void *params) {
  ts_dtype d = promoted((ts_dtype)self->dtype, promotion);
  return ts_elementwise(cx, &self, 1, d, d, out, ts_loops.unary[id][d], params);
}

bool ts_test(ts_cx *cx, ts_tensor *self, ts_out *out, ts_test_id id) {
  return ts_elementwise(cx, &self, 1, (ts_dtype)self->dtype, TS_BOOL, out, ts_loops.test[id][self->dtype], NULL);
}

bool ts_binary(ts_cx *cx, ts_tensor *a, ts_tensor *b, ts_out *out, ts_binary_id id, ts_unary_promotion promotion, const void *params) {
  ts_tensor *in[2] = {a, b};
  ts_dtype d = promoted(ts_result_type(in, 2), promotion);
  return ts_elementwise(cx, in, 2, d, d, out, ts_loops.binary[id][d], params);
}

bool ts_compare(ts_cx *cx, ts_tensor *a, ts_tensor *b, ts_out *out, ts_compare_id id) {
  ts_tensor *in[2] = {a, b};
  ts_dtype d = ts_result_type(in, 2);
  return ts_elementwise(cx, in, 2, d, TS_BOOL, out, ts_loops.compare[id][d], NULL);
}
