#include "matrices.h"
#include <string.h>
#include "../core/threads.h"

bool ts_check_matrices(ts_cx *cx, const ts_tensor *t, const char *name) {
  if (t->ndim >= 2) return true;
  return ts_fail(cx, TS_ERR_SHAPE, "The input tensor %s must have at least 2 dimensions.", name);
}

bool ts_check_square(ts_cx *cx, const ts_tensor *t, const char *name) {
  if (!ts_check_matrices(cx, t, name)) return false;
  if (ts_rows(t) == ts_cols(t)) return true;
  return ts_fail(cx, TS_ERR_SHAPE, "%s must be batches of square matrices, but they are %" PRId64 " by %" PRId64 " matrices", name,
                 ts_rows(t), ts_cols(t));
}

bool ts_check_linear(ts_cx *cx, const ts_tensor *t) {
  const ts_dtype d = (ts_dtype)t->dtype;
  if (!ts_is_inexact(d)) return ts_fail(cx, TS_ERR_DTYPE, "Expected a floating point or complex tensor as input. Got %s", ts_dtype_name(d));
  if (ts_is_half(d)) return ts_fail(cx, TS_ERR_DTYPE, "Low precision dtypes not supported. Got %s", ts_dtype_name(d));
  return true;
}

int64_t ts_matrix_count(const ts_tensor *t) {
  int64_t n = 1;
  for (int i = 0; i < t->ndim - 2; i++) n *= t->sizes[i];
  return n;
}

/* Strides of matrices that lie column by column, one behind the other. */
static void column_strides(int ndim, const int64_t *sizes, int64_t *strides) {
  ts_contiguous_strides(ndim, sizes, strides);
  strides[ndim - 2] = 1;
  strides[ndim - 1] = ts_leading(sizes[ndim - 2]);
}

ts_tensor *ts_empty_columns(ts_cx *cx, ts_dtype dtype, int ndim, const int64_t *sizes) {
  int64_t strides[TS_MAX_DIM], numel;
  if (!ts_numel_of(cx, ndim, sizes, &numel)) return NULL;
  column_strides(ndim, sizes, strides);
  return ts_empty_strided(cx, dtype, ndim, sizes, strides);
}

ts_tensor *ts_empty_matrices(ts_cx *cx, const ts_tensor *t, int64_t rows, int64_t cols) {
  int64_t sizes[TS_MAX_DIM];
  memcpy(sizes, t->sizes, (size_t)t->ndim * sizeof *sizes);
  sizes[t->ndim - 2] = rows;
  sizes[t->ndim - 1] = cols;
  return ts_empty_columns(cx, (ts_dtype)t->dtype, t->ndim, sizes);
}

ts_tensor *ts_empty_batch(ts_cx *cx, const ts_tensor *t, ts_dtype dtype, int64_t last) {
  int64_t sizes[TS_MAX_DIM];
  const int n = t->ndim - 2;
  memcpy(sizes, t->sizes, (size_t)n * sizeof *sizes);
  sizes[n] = last;
  return ts_empty(cx, dtype, last < 0 ? n : n + 1, sizes);
}

ts_tensor *ts_copy_columns_to(ts_cx *cx, ts_tensor *t, int ndim, const int64_t *sizes) {
  if (!t) return NULL;
  ts_tensor *copy = ts_empty_columns(cx, (ts_dtype)t->dtype, ndim, sizes);
  return copy && ts_raw_copy(cx, copy, t) ? copy : NULL;
}

ts_tensor *ts_copy_columns(ts_cx *cx, ts_tensor *t) { return t ? ts_copy_columns_to(cx, t, t->ndim, t->sizes) : NULL; }

ts_tensor *ts_columns(ts_cx *cx, ts_tensor *t) {
  if (!t) return NULL;
  int64_t strides[TS_MAX_DIM];
  column_strides(t->ndim, t->sizes, strides);
  bool lies = true;
  for (int i = 0; lies && i < t->ndim; i++) lies = t->sizes[i] <= 1 || t->strides[i] == strides[i];
  return lies ? t : ts_copy_columns(cx, t);
}

bool ts_broadcast_batches(ts_cx *cx, const ts_tensor *a, const ts_tensor *b, int *ndim, int64_t *a_sizes, int64_t *b_sizes) {
  int n;
  if (!ts_broadcast_sizes(cx, a->ndim - 2, a->sizes, b->ndim - 2, b->sizes, &n, a_sizes)) return false;
  memcpy(b_sizes, a_sizes, (size_t)n * sizeof *b_sizes);
  memcpy(a_sizes + n, a->sizes + a->ndim - 2, 2 * sizeof *a_sizes);
  memcpy(b_sizes + n, b->sizes + b->ndim - 2, 2 * sizeof *b_sizes);
  *ndim = n + 2;
  return true;
}

const int64_t *ts_matrix_places(ts_cx *cx, const ts_tensor *t, int ndim, const int64_t *sizes) {
  int64_t count = 1, strides[TS_MAX_DIM], at[TS_MAX_DIM] = {0}, place = 0, step = 1;
  const int batch = ndim - 2, own = t->ndim - 2;
  for (int i = 0; i < batch; i++) count *= sizes[i];
  for (int i = batch - 1; i >= 0; i--) {
    const int64_t size = i - batch + own >= 0 ? t->sizes[i - batch + own] : 1;
    strides[i] = size == 1 ? 0 : step;
    step *= size;
  }
  int64_t *places = ts_temp(cx, count * (int64_t)sizeof *places);
  for (int64_t i = 0; places && i < count; i++) {
    places[i] = place;
    for (int e = batch - 1; e >= 0; e--) {
      place += strides[e];
      if (++at[e] < sizes[e]) break;
      place -= strides[e] * sizes[e];
      at[e] = 0;
    }
  }
  return places;
}

ts_tensor *ts_turned(ts_cx *cx, const ts_tensor *t) {
  if (!t) return NULL;
  int64_t sizes[TS_MAX_DIM], strides[TS_MAX_DIM];
  const int r = t->ndim - 2, c = t->ndim - 1;
  memcpy(sizes, t->sizes, (size_t)t->ndim * sizeof *sizes);
  memcpy(strides, t->strides, (size_t)t->ndim * sizeof *strides);
  sizes[r] = t->sizes[c], sizes[c] = t->sizes[r];
  strides[r] = t->strides[c], strides[c] = t->strides[r];
  return ts_alias(cx, t, t->ndim, sizes, strides, t->offset);
}

ts_tensor *ts_columns_either(ts_cx *cx, ts_tensor *t, bool *turned) {
  *turned = t && ts_is_contiguous(t) && ts_rows(t) > 1 && ts_cols(t) > 1;
  return *turned ? ts_turned(cx, t) : ts_columns(cx, t);
}

bool ts_check_solvable(ts_cx *cx, const ts_tensor *a, const ts_tensor *b, bool left) {
  if (a->dtype != b->dtype)
    return ts_fail(cx, TS_ERR_DTYPE, "Expected A and B to have the same dtype, but found A of type %s and B of type %s instead",
                   ts_dtype_name((ts_dtype)a->dtype), ts_dtype_name((ts_dtype)b->dtype));
  if (!ts_check_square(cx, a, "A") || !ts_check_matrices(cx, b, "B")) return false;
  if (ts_rows(a) == (left ? ts_rows(b) : ts_cols(b))) return true;
  return ts_fail(cx, TS_ERR_SHAPE, "Incompatible shapes of A and B for the equation %s = B (%" PRId64 "x%" PRId64 " and %" PRId64 "x%" PRId64 ")",
                 left ? "AX" : "XA", ts_rows(a), ts_cols(a), ts_rows(b), ts_cols(b));
}

bool ts_check_infos(ts_cx *cx, const ts_tensor *info, const char *format) {
  const int32_t *v = ts_data(info);
  for (int64_t i = 0; i < info->numel; i++) {
    if (!v[i]) continue;
    char which[48] = "", words[400];
    if (info->ndim > 0) snprintf(which, sizeof which, "(Batch element %" PRId64 "): ", i);
    snprintf(words, sizeof words, format, (int64_t)v[i], (int64_t)v[i]);
    return ts_fail(cx, TS_ERR_NUMERIC, "%s%s", which, words);
  }
  return true;
}

void ts_each_matrix(int64_t count, double flops, void (*body)(void *arg, int64_t begin, int64_t end), void *arg) {
  const double grain = 1e5 / (flops > 1 ? flops : 1); /* some tens of microseconds a piece */
  if (count > 0) ts_parallel_for(count, grain < 1 ? 1 : (int64_t)grain, body, arg);
}
