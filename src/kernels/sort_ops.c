/* sort and its kin, topk, the k-th smallest, medians, the most frequent. NaN counts as the largest. */
#include <inttypes.h>
#include <math.h>
#include <string.h>
#include "../gen/ops.h"
#include "kernels.h"
#include "sort.h"

typedef struct { ts_rows rows; char *values; int64_t *indices, k; } sort_job;

static void give(const sort_job *j, int64_t row, const void *entries, int64_t n) {
  const ts_rows *r = &j->rows;
  int64_t *at = j->indices + row * n;
  for (int64_t i = 0; i < n; i++) at[i] = ts_entry_at(r, entries, i);
  if (j->values) ts_row_pick(r, row, at, n, j->values + row * n * ts_itemsize(r->dtype));
}

static void sort_rows(const void *arg, int64_t begin, int64_t end, void *room) {
  const sort_job *j = arg;
  void *aside = (char *)room + ts_row_bytes(&j->rows);
  for (int64_t row = begin; row < end; row++) {
    ts_row_load(&j->rows, row, 0, j->rows.n, room);
    ts_row_sort(&j->rows, room, aside, j->rows.n, true);
    give(j, row, room, j->rows.n);
  }
}

static int64_t first_bytes(const ts_rows *r, int64_t k) { return (2 * k + 192) * (r->wide ? 16 : 8); }

static void first_rows(const void *arg, int64_t begin, int64_t end, void *room) {
  const sort_job *j = arg;
  void *aside = (char *)room + first_bytes(&j->rows, j->k);
  for (int64_t row = begin; row < end; row++) {
    ts_row_first(&j->rows, row, j->k, room, aside);
    give(j, row, room, j->k);
  }
}

/* The first k of each row, in order; all of them when k is the row's length. values may be NULL. */
static bool first(ts_cx *cx, ts_tensor *self, int dim, bool descending, int64_t k, ts_tensor **values, ts_tensor **indices) {
  sort_job j = {.k = k};
  int64_t sizes[TS_MAX_DIM];
  if (!ts_rows_along(cx, self, dim, descending, &j.rows)) return false;
  int m = 0;
  for (int d = 0; d < self->ndim; d++)
    if (d != dim) sizes[m++] = self->sizes[d];
  if (self->ndim) sizes[m++] = k;
  ts_tensor *v = values ? ts_empty(cx, (ts_dtype)self->dtype, m, sizes) : NULL, *at = ts_empty(cx, TS_INT64, m, sizes);
  if (!at || (values && !v)) return false;
  j.values = v ? ts_data(v) : NULL;
  j.indices = ts_data(at);
  const bool all = k == j.rows.n;
  if (at->numel && !ts_rows_run(cx, &j.rows, &j, 2 * (all ? ts_row_bytes(&j.rows) : first_bytes(&j.rows, k)), all ? sort_rows : first_rows)) return false;
  if (values) *values = ts_rows_back(cx, v, m, dim);
  return (*indices = ts_rows_back(cx, at, m, dim)) && (!values || *values);
}

static bool sorted(ts_cx *cx, ts_tensor *self, int64_t given, bool descending, ts_tensor **values, ts_tensor **indices) {
  int dim;
  return ts_wrap_dim(cx, given, self->ndim, &dim) && first(cx, self, dim, descending, self->ndim ? self->sizes[dim] : 1, values, indices);
}

bool ts_sort_impl(ts_cx *cx, const ts_sort_args *a, ts_out *out) { return sorted(cx, a->self, a->dim, a->descending, &out->t[0], &out->t[1]); }
bool ts_argsort_impl(ts_cx *cx, const ts_argsort_args *a, ts_out *out) { return sorted(cx, a->self, a->dim, a->descending, NULL, &out->t[0]); }
bool ts_msort_impl(ts_cx *cx, const ts_msort_args *a, ts_out *out) {
  ts_tensor *pair[2];
  if (!ts_sort(cx, a->self, 0, false, false, pair)) return false;
  out->t[0] = pair[0];
  return true;
}

bool ts_topk_impl(ts_cx *cx, const ts_topk_args *a, ts_out *out) {
  int dim;
  if (!ts_wrap_dim(cx, a->dim, a->self->ndim, &dim)) return false;
  if (a->k < 0 || a->k > (a->self->ndim ? a->self->sizes[dim] : 1)) return ts_fail(cx, TS_ERR_ARGUMENT, "selected index k out of range");
  if (a->self->ndim == 0 && a->k != 1) return sorted(cx, a->self, 0, false, &out->t[0], &out->t[1]); /* as PyTorch: a 0-d result */
  return first(cx, a->self, dim, a->largest, a->k, &out->t[0], &out->t[1]);
}

/* ---- one element of each row ---- */

typedef enum { KTH, MEDIAN, NAN_MEDIAN, MODE } choice;
typedef struct { ts_rows rows; char *values; int64_t *indices, k; choice how; } one_job;

static int64_t choose(const one_job *j, void *entries, void *aside) {
  const ts_rows *r = &j->rows;
  int64_t n = r->n, numbers = n;
  if (j->how == MODE) {
    ts_row_sort(r, entries, aside, n, true);
    const bool nan = ts_is_float(r->dtype);
    int64_t best = 0, longest = 0;
    for (int64_t i = 0, start = 0; i < n; i++) {
      const uint64_t key = ts_entry_key(r, entries, i);
      if (key != ts_entry_key(r, entries, start) || (nan && key == ts_nan_key(r))) start = i; /* no NaN equals another */
      if (i - start + 1 <= longest) continue;
      longest = i - start + 1;
      best = i;
    }
    return ts_entry_at(r, entries, best);
  }
  if (j->how != KTH && ts_is_float(r->dtype)) {
    const uint64_t nan = ts_nan_key(r);
    for (int64_t i = 0; i < n; i++) {
      if (ts_entry_key(r, entries, i) != nan) continue;
      if (j->how == MEDIAN) return i;
      numbers--;
    }
  }
  return (int64_t)ts_row_select(r, entries, n, j->how == KTH ? j->k : numbers ? (numbers - 1) / 2 : 0).at;
}

static void one_rows(const void *arg, int64_t begin, int64_t end, void *room) {
  const one_job *j = arg;
  for (int64_t row = begin; row < end; row++) {
    ts_row_load(&j->rows, row, 0, j->rows.n, room);
    j->indices[row] = choose(j, room, (char *)room + ts_row_bytes(&j->rows));
    ts_row_pick(&j->rows, row, &j->indices[row], 1, j->values + row * ts_itemsize(j->rows.dtype));
  }
}

/* Values and indices along a dim. k is for KTH, from 0. */
static bool along(ts_cx *cx, ts_tensor *self, int64_t given, bool keepdim, choice how, int64_t k, ts_tensor **values, ts_tensor **indices) {
  int dim;
  if (!ts_wrap_dim(cx, given, self->ndim, &dim)) return false;
  int64_t n = self->ndim ? self->sizes[dim] : 1, sizes[TS_MAX_DIM];
  if (how == KTH && (k < 0 || k >= n)) return ts_fail(cx, TS_ERR_ARGUMENT, "selected number k out of range for dimension %d", dim);
  if (n == 0) return ts_fail(cx, TS_ERR_INDEX, "Expected reduction dim %d to have non-zero size. (shape %s)", dim, TS_TEXT(self));
  one_job j = {.k = k, .how = how};
  int ndim = ts_reduced_sizes(self, (uint64_t)1 << dim, keepdim, sizes);
  *values = ts_empty(cx, (ts_dtype)self->dtype, ndim, sizes);
  *indices = ts_empty(cx, TS_INT64, ndim, sizes);
  if (!*values || !*indices || !ts_rows_along(cx, self, dim, false, &j.rows)) return false;
  j.values = ts_data(*values);
  j.indices = ts_data(*indices);
  return ts_rows_run(cx, &j.rows, &j, (how == MODE ? 2 : 1) * ts_row_bytes(&j.rows), one_rows);
}

/* Of all elements; of none it is NaN. */
static bool whole_median(ts_cx *cx, ts_tensor *self, choice how, ts_out *out) {
  ts_tensor *flat = ts_raw_contiguous(cx, self), *at;
  if (flat && flat->numel == 0) {
    if (!(out->t[0] = ts_full_zero(cx, TS_FLOAT64, 0, NULL))) return false;
    *(double *)ts_data(out->t[0]) = NAN;
    return (out->t[0] = ts_raw_cast(cx, out->t[0], (ts_dtype)self->dtype)) != NULL;
  }
  int64_t stride = 1;
  if (flat) flat = ts_alias(cx, flat, 1, &flat->numel, &stride, flat->offset);
  return flat && along(cx, flat, 0, false, how, 0, &out->t[0], &at);
}

bool ts_median_impl(ts_cx *cx, const ts_median_args *a, ts_out *out) { return whole_median(cx, a->self, MEDIAN, out); }
bool ts_nanmedian_impl(ts_cx *cx, const ts_nanmedian_args *a, ts_out *out) { return whole_median(cx, a->self, NAN_MEDIAN, out); }
bool ts_median_dim_impl(ts_cx *cx, const ts_median_dim_args *a, ts_out *out) {
  return along(cx, a->self, a->dim, a->keepdim, MEDIAN, 0, &out->t[0], &out->t[1]);
}
bool ts_nanmedian_dim_impl(ts_cx *cx, const ts_nanmedian_dim_args *a, ts_out *out) {
  return along(cx, a->self, a->dim, a->keepdim, NAN_MEDIAN, 0, &out->t[0], &out->t[1]);
}
bool ts_kthvalue_impl(ts_cx *cx, const ts_kthvalue_args *a, ts_out *out) {
  return along(cx, a->self, a->dim, a->keepdim, KTH, a->k > 0 ? a->k - 1 : -1, &out->t[0], &out->t[1]);
}
bool ts_mode_impl(ts_cx *cx, const ts_mode_args *a, ts_out *out) {
  return along(cx, a->self, a->dim, a->keepdim, MODE, 0, &out->t[0], &out->t[1]);
}
