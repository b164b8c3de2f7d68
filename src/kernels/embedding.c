/* Lookup tables. */
#include <inttypes.h>
#include <math.h>
#include <string.h>
#include "../core/vmath.h"
#include "../gen/ops.h"
#include "embedding.h"
#include "kernels.h"
#include "place.h"

ts_tensor *ts_row_numbers(ts_cx *cx, ts_tensor *indices, int64_t rows) {
  int64_t least, most;
  ts_tensor *t = ts_raw_contiguous(cx, ts_labels(cx, indices, "indices"));
  if (!t || t->numel == 0) return t;
  if (!ts_index_range(cx, t, &least, &most)) return NULL;
  if (least < 0 || most >= rows) {
    ts_fail(cx, TS_ERR_INDEX, "index out of range in self (%" PRId64 ", for %" PRId64 " rows)", most >= rows ? most : least, rows);
    return NULL;
  }
  return t;
}

/* The walk over (indices, width) in which indices name rows. */
static ts_walk row_walk(ts_tensor *rows, ts_tensor *column, const ts_tensor *table) {
  ts_walk w = {.ndim = 2, .sizes = {rows->numel, table->sizes[1]}, .strides = {0, table->strides[1]}, .at = column, .step = table->strides[0]};
  return w;
}

static ts_tensor *as_column(ts_cx *cx, ts_tensor *rows) {
  return ts_alias(cx, rows, 2, (const int64_t[]){rows->numel, 1}, (const int64_t[]){1, 1}, rows->offset);
}

/* weight with one row for each index: what embedding does once its options are settled. */
bool ts__embedding_impl(ts_cx *cx, const ts__embedding_args *a, ts_out *out) {
  ts_tensor *weight = a->weight, *rows = ts_row_numbers(cx, a->indices, weight->sizes[0]), *column = rows ? as_column(cx, rows) : NULL;
  if (!column) return false;
  int64_t sizes[TS_MAX_DIM];
  if (rows->ndim >= TS_MAX_DIM) return ts_fail(cx, TS_ERR_SHAPE, "a tensor has at most %d dimensions", TS_MAX_DIM);
  memcpy(sizes, rows->sizes, rows->ndim * sizeof *sizes);
  sizes[rows->ndim] = weight->sizes[1];
  ts_tensor *t = out->t[0] = ts_empty(cx, (ts_dtype)weight->dtype, rows->ndim + 1, sizes);
  ts_walk w = row_walk(rows, column, weight);
  ts_tensor *flat = t ? ts_alias(cx, t, 2, w.sizes, (const int64_t[]){w.sizes[1], 1}, 0) : NULL;
  return flat && ts_pick(cx, &w, flat, weight);
}

/* How much each index's gradient counts: 0 for the padding row, 1 over its number of occurrences when scaled, else 1. NULL
   without an error: all count 1. */
static bool row_weights(ts_cx *cx, ts_tensor *rows, int64_t n_rows, int64_t padding, bool scale, ts_dtype dtype, ts_tensor **weights) {
  *weights = NULL;
  if (padding < 0 && !scale) return true;
  const int64_t sizes[2] = {rows->numel, 1};
  ts_tensor *t = ts_empty(cx, TS_FLOAT64, 2, sizes);
  int64_t *counts = scale ? ts_temp(cx, n_rows * (int64_t)sizeof *counts + 1) : NULL;
  if (!t || (scale && !counts)) return false;
  const int64_t *v = ts_data(rows);
  double *to = ts_data(t);
  if (scale) {
    memset(counts, 0, (size_t)n_rows * sizeof *counts);
    for (int64_t k = 0; k < rows->numel; k++) counts[v[k]]++;
  }
  for (int64_t k = 0; k < rows->numel; k++) to[k] = v[k] == padding ? 0 : scale ? 1 / (double)counts[v[k]] : 1;
  return (*weights = ts_raw_cast(cx, t, dtype)) != NULL;
}

bool ts__embedding_backward_impl(ts_cx *cx, const ts__embedding_backward_args *a, ts_out *out) {
  ts_tensor *rows = ts_row_numbers(cx, a->indices, a->num_weights), *grad = ts_raw_contiguous(cx, a->grad), *weights;
  if (!rows || !grad) return false;
  ts_dtype d = (ts_dtype)grad->dtype;
  const int64_t sizes[2] = {a->num_weights, grad->sizes[grad->ndim - 1]}, flat_sizes[2] = {rows->numel, sizes[1]};
  ts_tensor *t = out->t[0] = ts_full_zero(cx, d, 2, sizes);
  if (!t || rows->numel == 0) return t != NULL;
  ts_tensor *column = as_column(cx, rows), *flat = ts_alias(cx, grad, 2, flat_sizes, (const int64_t[]){sizes[1], 1}, grad->offset);
  if (!column || !flat || !row_weights(cx, rows, a->num_weights, a->padding_idx, a->scale_grad_by_freq, d, &weights)) return false;
  if (a->padding_idx >= 0 || a->scale_grad_by_freq) {
    /* Rows that count nothing go out of the list instead of being multiplied: their gradients may be infinite. */
    const int64_t *v = ts_data(rows);
    ts_tensor *kept = ts_empty(cx, TS_INT64, 1, &rows->numel);
    if (!kept) return false;
    int64_t n = 0, *places = ts_data(kept);
    for (int64_t k = 0; k < rows->numel; k++)
      if (v[k] != a->padding_idx) places[n++] = k;
    kept = ts_alias(cx, kept, 1, &n, (const int64_t[]){1}, 0);
    if (a->scale_grad_by_freq && !(flat = ts_mul(cx, flat, weights))) return false;
    flat = kept ? ts_index_select(cx, flat, 0, kept) : NULL;
    rows = flat ? ts_index_select(cx, ts_view(cx, rows, TS_INTS(-1)), 0, kept) : NULL;
    column = rows ? as_column(cx, rows) : NULL;
  }
  ts_tensor *work = column ? ts_place_begin(cx, t, TS_PLACE_ADD) : NULL;
  if (!work) return false;
  ts_walk w = row_walk(rows, column, work);
  return ts_place(cx, &w, work, flat, TS_PLACE_ADD) && ts_place_end(cx, t, work);
}

/* What a gradient of _embedding_backward's result means for its grad: its rows, each as much as it counted. */
bool ts__embedding_double_backward_impl(ts_cx *cx, const ts__embedding_double_backward_args *a, ts_out *out) {
  ts_tensor *grad = a->grad, *rows = ts_row_numbers(cx, a->indices, grad->sizes[0]), *weights;
  if (!rows || !row_weights(cx, rows, grad->sizes[0], a->padding_idx, a->scale_grad_by_freq, (ts_dtype)grad->dtype, &weights)) return false;
  ts_tensor *t = ts__embedding(cx, grad, rows, -1, false);
  if (t && weights) {
    int64_t sizes[TS_MAX_DIM];
    memcpy(sizes, t->sizes, t->ndim * sizeof *sizes);
    sizes[t->ndim - 1] = 1;
    t = ts_mul(cx, t, ts_view(cx, weights, (ts_ints){sizes, t->ndim}));
  }
  return (out->t[0] = t) != NULL;
}

static double norm_of(const double *v, int64_t n, double p) {
  double sum = 0;
  for (int64_t i = 0; i < n; i++) {
    double m = fabs(v[i]);
    if (isinf(p)) sum = m > sum || m != m ? m : sum;
    else sum += p == 1 ? m : p == 2 ? m * m : p == 0 ? m != 0 : vm_pow(m, p);
  }
  return isinf(p) || p == 1 || p == 0 ? sum : p == 2 ? sqrt(sum) : vm_pow(sum, 1 / p);
}

static bool renorm(ts_cx *cx, ts_tensor *weight, ts_tensor *indices, double max_norm, double p) {
  ts_tensor *rows = ts_row_numbers(cx, indices, weight->sizes[0]);
  if (!rows || !ts_check_writable(cx, weight)) return false;
  int64_t width = weight->sizes[1], n = 0;
  uint8_t *seen = ts_temp(cx, weight->sizes[0] + 1);
  ts_tensor *touched = ts_empty(cx, TS_INT64, 1, &rows->numel);
  if (!seen || !touched || !ts_before_write(cx, weight)) return false;
  memset(seen, 0, (size_t)weight->sizes[0]);
  const int64_t *v = ts_data(rows);
  for (int64_t k = 0, *to = ts_data(touched); k < rows->numel; k++) {
    if (!seen[v[k]]) to[n++] = v[k];
    seen[v[k]] = 1;
  }
  touched = ts_alias(cx, touched, 1, &n, (const int64_t[]){1}, 0);
  ts_tensor *chosen = touched ? ts_index_select(cx, weight, 0, touched) : NULL, *wide = ts_raw_cast(cx, chosen, TS_FLOAT64);
  ts_tensor *scale = wide ? ts_empty(cx, TS_FLOAT64, 2, (const int64_t[]){n, 1}) : NULL;
  if (!scale) return false;
  for (int64_t k = 0; k < n; k++) {
    double norm = norm_of((const double *)ts_data(wide) + k * width, width, p);
    ((double *)ts_data(scale))[k] = norm > max_norm ? max_norm / (norm + 1e-7) : 1;
  }
  chosen = ts_mul(cx, chosen, ts_raw_cast(cx, scale, (ts_dtype)weight->dtype));
  ts_tensor *column = chosen ? as_column(cx, touched) : NULL;
  if (!column) return false;
  ts_walk w = row_walk(touched, column, weight);
  if (!ts_place(cx, &w, weight, chosen, TS_PLACE_COPY)) return false;
  ts_bump(weight);
  return true;
}

bool ts_renorm_rows(ts_cx *cx, ts_tensor *weight, ts_tensor *indices, double max_norm, double p) {
  bool recording = cx->grad_mode;
  cx->grad_mode = false;
  bool ok = renorm(cx, weight, indices, max_norm, p);
  cx->grad_mode = recording;
  return ok;
}

bool ts_padding_row(ts_cx *cx, ts_opt_int padding_idx, int64_t rows, int64_t *row) {
  *row = padding_idx.given ? padding_idx.v : -1;
  if (!padding_idx.given) return true;
  if (*row >= rows || *row < -rows) return ts_fail(cx, TS_ERR_ARGUMENT, "Padding_idx must be within num_embeddings (%" PRId64 " of %" PRId64 ")", *row, rows);
  if (*row < 0) *row += rows;
  return true;
}

bool ts_embedding_impl(ts_cx *cx, const ts_embedding_args *a, ts_out *out) {
  ts_tensor *weight = a->weight;
  if (weight->ndim != 2) return ts_fail(cx, TS_ERR_SHAPE, "'weight' must be 2-D, got shape %s", TS_TEXT(weight));
  int64_t padding;
  if (!ts_padding_row(cx, a->padding_idx, weight->sizes[0], &padding)) return false;
  if (a->max_norm.given && !ts_renorm_rows(cx, weight, a->input, a->max_norm.v, a->norm_type)) return false;
  return (out->t[0] = ts__embedding(cx, weight, a->input, padding, a->scale_grad_by_freq)) != NULL;
}

bool ts_one_hot_impl(ts_cx *cx, const ts_one_hot_args *a, ts_out *out) {
  ts_tensor *labels = ts_raw_contiguous(cx, ts_labels(cx, a->self, "class values"));
  int64_t least = 0, most = -1, n = a->num_classes;
  if (!labels) return false;
  if (labels->numel == 0 && n <= 0) return ts_fail(cx, TS_ERR_ARGUMENT, "Can not infer total number of classes from empty tensor.");
  if (labels->numel && !ts_index_range(cx, labels, &least, &most)) return false;
  if (least < 0) return ts_fail(cx, TS_ERR_ARGUMENT, "Class values must be non-negative (got %" PRId64 ").", least);
  if (n == -1) n = most + 1;
  if (n < 1) return ts_fail(cx, TS_ERR_ARGUMENT, "num_classes should be positive");
  if (most >= n) return ts_fail(cx, TS_ERR_ARGUMENT, "Class values must be smaller than num_classes (got %" PRId64 " for %" PRId64 ").", most, n);
  int64_t sizes[TS_MAX_DIM];
  if (labels->ndim >= TS_MAX_DIM) return ts_fail(cx, TS_ERR_SHAPE, "a tensor has at most %d dimensions", TS_MAX_DIM);
  memcpy(sizes, labels->sizes, labels->ndim * sizeof *sizes);
  sizes[labels->ndim] = n;
  ts_tensor *t = out->t[0] = ts_full_zero(cx, TS_INT64, labels->ndim + 1, sizes);
  if (!t) return false;
  const int64_t *v = ts_data(labels);
  int64_t *to = ts_data(t);
  for (int64_t k = 0; k < labels->numel; k++) to[k * n + v[k]] = 1;
  return true;
}
