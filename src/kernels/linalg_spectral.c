/* QR, singular values and eigenvalues of batches of matrices; linalg/spectral.h does one matrix. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include "../gen/ops.h"
#include "../linalg/spectral.h"
#include "kernels.h"
#include "matrices.h"

/* One batch: a copy of the input that is overwritten, results, and what became of each matrix. */
typedef struct {
  ts_dtype dtype;
  ts_tensor *a, *first, *second, *third;
  int64_t m, n, *info;
  ts_svd_want want;
  bool upper, vectors;
} spectral_job;

enum { NOT_FINITE = INT32_MAX };

static ts_dtype complex_dtype(ts_dtype d) { return d == TS_FLOAT32 ? TS_COMPLEX64 : d == TS_FLOAT64 ? TS_COMPLEX128 : d; }

static int64_t *infos(ts_cx *cx, int64_t count) {
  int64_t *info = ts_temp(cx, (count + 1) * (int64_t)sizeof *info);
  if (info) memset(info, 0, (size_t)count * sizeof *info);
  return info;
}

/* PyTorch's error for the first matrix that failed. */
static bool settle(ts_cx *cx, const spectral_job *j, int64_t count, const char *what) {
  if (ts_failed(cx)) return false;
  for (int64_t i = 0; i < count; i++) {
    char batch[48] = "";
    if (j->info[i] == 0) continue;
    if (j->info[i] < 0) return ts_fail(cx, TS_ERR_MEMORY, "out of memory for working copies of a %" PRId64 " by %" PRId64 " matrix", j->m, j->n);
    if (j->a->ndim > 2) snprintf(batch, sizeof batch, "(Batch element %" PRId64 "): ", i);
    if (j->info[i] == NOT_FINITE)
      return ts_fail(cx, TS_ERR_NUMERIC, "%sThe algorithm failed to converge because the input matrix contained non-finite values.", batch);
    return ts_fail(cx, TS_ERR_NUMERIC, "%sThe algorithm failed to converge because the input matrix is ill-conditioned or has too many repeated %s (error code: %" PRId64 ").",
                   batch, what, j->info[i]);
  }
  return true;
}

/* What the elements of a vector of reals hold beyond finite numbers. */
typedef struct { bool nan, inf; } oddities;
static oddities look(ts_dtype real, const void *p, int64_t n) {
  oddities o = {false, false};
  for (int64_t i = 0; i < n; i++) {
    const double x = real == TS_FLOAT32 ? ((const float *)p)[i] : ((const double *)p)[i];
    o.nan |= isnan(x) != 0;
    o.inf |= isinf(x) != 0;
  }
  return o;
}
static oddities look_at(const spectral_job *j, const void *matrix) { return look(ts_part_dtype(j->dtype), matrix, j->m * j->n * (1 + ts_is_complex(j->dtype))); }

static void fill_nan(ts_tensor *t, int64_t i, int64_t count) {
  const ts_dtype d = (ts_dtype)t->dtype, real = ts_part_dtype(d);
  const int64_t n = count * (1 + ts_is_complex(d));
  char *p = (char *)ts_data(t) + i * count * ts_itemsize(d);
  for (int64_t k = 0; k < n; k++) {
    if (real == TS_FLOAT32) ((float *)p)[k] = NAN;
    else ((double *)p)[k] = NAN;
  }
}
static void *row_at(const ts_tensor *t, int64_t i, int64_t n) { return (char *)ts_data(t) + i * n * ts_itemsize((ts_dtype)t->dtype); }

/* ---- QR ---- */

static void qr_some(void *arg, int64_t begin, int64_t end) {
  const spectral_job *j = arg;
  const int64_t k = j->m < j->n ? j->m : j->n;
  for (int64_t i = begin; i < end; i++) j->info[i] = ts_matrix_qr(j->dtype, j->m, j->n, ts_matrix_at(j->a, i), ts_leading(j->m), row_at(j->first, i, k));
}

/* a, a fresh copy of a batch, becomes R and Householder vectors; their factors come back. */
static ts_tensor *factored(ts_cx *cx, ts_tensor *a) {
  if (!a) return NULL;
  const int64_t m = ts_rows(a), n = ts_cols(a), k = m < n ? m : n, count = ts_matrix_count(a);
  spectral_job j = {.dtype = (ts_dtype)a->dtype, .a = a, .first = ts_empty_batch(cx, a, (ts_dtype)a->dtype, k), .m = m, .n = n, .info = infos(cx, count)};
  if (!j.first || !j.info) return NULL;
  ts_each_matrix(count, 2.0 * (double)m * (double)n * (double)k, qr_some, &j);
  return settle(cx, &j, count, "") ? j.first : NULL;
}

bool ts_geqrf_impl(ts_cx *cx, const ts_geqrf_args *a, ts_out *out) {
  if (a->self->ndim < 2) return ts_fail(cx, TS_ERR_SHAPE, "input must have at least 2 dimensions.");
  if (!ts_check_linear(cx, a->self)) return false;
  out->t[0] = ts_copy_columns(cx, a->self);
  return (out->t[1] = factored(cx, out->t[0])) != NULL;
}

static void form_some(void *arg, int64_t begin, int64_t end) {
  const spectral_job *j = arg;
  const int64_t k = ts_cols(j->second) < j->m ? ts_cols(j->second) : j->m;
  for (int64_t i = begin; i < end; i++) {
    char *q = ts_matrix_at(j->a, i);
    if (q != ts_matrix_at(j->second, i)) memcpy(q, ts_matrix_at(j->second, i), (size_t)(j->m * k * ts_itemsize(j->dtype)));
    j->info[i] = ts_matrix_qr_form(j->dtype, j->m, j->n, k, q, ts_leading(j->m), row_at(j->first, i, k));
  }
}

bool ts_linalg_qr_impl(ts_cx *cx, const ts_linalg_qr_args *a, ts_out *out) {
  ts_tensor *self = a->A;
  const bool complete = strcmp(a->mode, "complete") == 0, only_r = strcmp(a->mode, "r") == 0;
  if (!ts_check_matrices(cx, self, "A") || !ts_check_linear(cx, self)) return false;
  if (!complete && !only_r && strcmp(a->mode, "reduced") != 0)
    return ts_fail(cx, TS_ERR_ARGUMENT, "qr received unrecognized mode '%s' but expected one of 'reduced' (default), 'r', or 'complete'", a->mode);
  const ts_dtype d = (ts_dtype)self->dtype;
  const int64_t m = ts_rows(self), n = ts_cols(self), k = m < n ? m : n, columns = complete ? m : k, count = ts_matrix_count(self);
  ts_tensor *packed = ts_copy_columns(cx, self), *tau = factored(cx, packed);
  if (!tau) return false;
  if (only_r) {
    out->t[0] = ts_empty(cx, d, 1, (const int64_t[]){0});
  } else {
    spectral_job j = {.dtype = d, .a = ts_empty_matrices(cx, self, m, columns), .first = tau, .second = packed, .m = m, .n = columns, .info = infos(cx, count)};
    if (!j.a || !j.info) return false;
    ts_each_matrix(count, 2.0 * (double)m * (double)columns * (double)k, form_some, &j);
    if (!settle(cx, &j, count, "")) return false;
    out->t[0] = j.a;
  }
  ts_tensor *top = ts_narrow(cx, packed, -2, 0, complete ? (m < n ? m : n) : k);
  out->t[1] = ts_triu(cx, top, 0);
  if (complete && m > n) { /* rows of zeros below */
    ts_tensor *r = ts_empty_matrices(cx, self, m, n);
    if (!r || !out->t[1]) return false;
    memset(ts_data(r), 0, (size_t)(r->numel * ts_itemsize(d)));
    ts_tensor *head = ts_narrow(cx, r, -2, 0, k);
    if (!head || !ts_raw_copy(cx, head, out->t[1])) return false;
    out->t[1] = r;
  }
  return out->t[0] && out->t[1];
}

/* ---- singular values ---- */

static void svd_some(void *arg, int64_t begin, int64_t end) {
  const spectral_job *j = arg;
  const int64_t k = j->m < j->n ? j->m : j->n, left = j->want == TS_SVD_FULL ? j->m : k, right = j->want == TS_SVD_FULL ? j->n : k;
  const bool vectors = j->want != TS_SVD_VALUES;
  for (int64_t i = begin; i < end; i++) {
    void *a = ts_matrix_at(j->a, i);
    const oddities o = look_at(j, a);
    if (o.nan) {
      j->info[i] = NOT_FINITE;
    } else if (o.inf) {
      fill_nan(j->second, i, k);
      if (vectors) fill_nan(j->first, i, j->m * left);
      if (vectors) fill_nan(j->third, i, right * j->n);
    } else {
      j->info[i] = ts_matrix_svd(j->dtype, j->want, j->m, j->n, a, ts_leading(j->m), row_at(j->second, i, k), vectors ? ts_matrix_at(j->first, i) : NULL,
                          ts_leading(j->m), vectors ? ts_matrix_at(j->third, i) : NULL, ts_leading(right));
    }
  }
}

bool ts__svd_impl(ts_cx *cx, const ts__svd_args *a, ts_out *out) {
  ts_tensor *self = a->A;
  if (!ts_check_matrices(cx, self, "A") || !ts_check_linear(cx, self)) return false;
  const ts_dtype d = (ts_dtype)self->dtype;
  const int64_t m = ts_rows(self), n = ts_cols(self), k = m < n ? m : n, count = ts_matrix_count(self), none[1] = {0};
  const bool full = a->full_matrices;
  spectral_job j = {.dtype = d, .a = ts_copy_columns(cx, self), .m = m, .n = n, .want = !a->compute_uv ? TS_SVD_VALUES : full ? TS_SVD_FULL : TS_SVD_THIN};
  j.second = ts_empty_batch(cx, self, ts_part_dtype(d), k);
  j.first = a->compute_uv ? ts_empty_matrices(cx, self, m, full ? m : k) : ts_empty(cx, d, 1, none);
  j.third = a->compute_uv ? ts_empty_matrices(cx, self, full ? n : k, n) : ts_empty(cx, d, 1, none);
  j.info = infos(cx, count);
  if (!j.a || !j.first || !j.second || !j.third || !j.info) return false;
  ts_each_matrix(count, (a->compute_uv ? 20.0 : 4.0) * (double)m * (double)n * (double)k, svd_some, &j);
  out->t[0] = j.first;
  out->t[1] = j.second;
  out->t[2] = j.third;
  return settle(cx, &j, count, "singular values");
}

/* ---- eigenvalues ---- */

static void eigh_some(void *arg, int64_t begin, int64_t end) {
  const spectral_job *j = arg;
  const int64_t n = j->n, parts = 1 + ts_is_complex(j->dtype), item = ts_itemsize(j->dtype);
  for (int64_t i = begin; i < end; i++) {
    char *a = ts_matrix_at(j->a, i);
    bool odd = false;
    for (int64_t c = 0; c < n && !odd; c++) { /* the triangle that is read */
      const int64_t from = j->upper ? 0 : c, to = j->upper ? c + 1 : n;
      const oddities o = look(ts_part_dtype(j->dtype), a + (c * n + from) * item, (to - from) * parts);
      odd = o.nan || o.inf;
    }
    if (odd) {
      fill_nan(j->first, i, n);
      if (j->vectors) fill_nan(j->a, i, n * n);
    } else {
      j->info[i] = ts_matrix_eigh(j->dtype, j->upper, j->vectors, n, a, ts_leading(n), row_at(j->first, i, n));
    }
  }
}

bool ts__eigh_impl(ts_cx *cx, const ts__eigh_args *a, ts_out *out) {
  ts_tensor *self = a->A;
  if (!ts_check_square(cx, self, "A") || !ts_check_linear(cx, self)) return false;
  const char c = strlen(a->UPLO) == 1 ? a->UPLO[0] : ' ';
  if (c != 'L' && c != 'U' && c != 'l' && c != 'u') return ts_fail(cx, TS_ERR_ARGUMENT, "Expected UPLO argument to be 'L' or 'U', but got %s", a->UPLO);
  const ts_dtype d = (ts_dtype)self->dtype;
  const int64_t n = ts_cols(self), count = ts_matrix_count(self);
  spectral_job j = {.dtype = d, .a = ts_copy_columns(cx, self), .first = ts_empty_batch(cx, self, ts_part_dtype(d), n), .m = n, .n = n,
                    .info = infos(cx, count), .upper = c == 'U' || c == 'u', .vectors = a->compute_v};
  if (!j.a || !j.first || !j.info) return false;
  ts_each_matrix(count, (a->compute_v ? 9.0 : 2.0) * (double)n * (double)n * (double)n, eigh_some, &j);
  out->t[0] = j.first;
  out->t[1] = a->compute_v ? j.a : ts_empty(cx, d, 1, (const int64_t[]){0});
  return settle(cx, &j, count, "eigenvalues") && out->t[1];
}

static void eig_some(void *arg, int64_t begin, int64_t end) {
  const spectral_job *j = arg;
  for (int64_t i = begin; i < end; i++)
    j->info[i] = ts_matrix_eig(j->dtype, j->n, ts_matrix_at(j->a, i), ts_leading(j->n), row_at(j->first, i, j->n), j->vectors ? ts_matrix_at(j->second, i) : NULL);
}

bool ts__eig_impl(ts_cx *cx, const ts__eig_args *a, ts_out *out) {
  ts_tensor *self = a->A;
  if (!ts_check_square(cx, self, "A") || !ts_check_linear(cx, self)) return false;
  const ts_dtype d = (ts_dtype)self->dtype, to = complex_dtype(d);
  const int64_t n = ts_cols(self), count = ts_matrix_count(self);
  spectral_job j = {.dtype = d, .a = ts_copy_columns(cx, self), .first = ts_empty_batch(cx, self, to, n), .m = n, .n = n, .info = infos(cx, count), .vectors = a->compute_v};
  j.second = a->compute_v ? ts_empty_columns(cx, to, self->ndim, self->sizes) : ts_empty(cx, to, 1, (const int64_t[]){0});
  if (!j.a || !j.first || !j.second || !j.info) return false;
  const oddities o = look(ts_part_dtype(d), ts_data(j.a), j.a->numel * (1 + ts_is_complex(d)));
  if (o.nan || o.inf) return ts_fail(cx, TS_ERR_NUMERIC, "input tensor should not contain infs or NaNs.");
  ts_each_matrix(count, (a->compute_v ? 25.0 : 10.0) * (double)n * (double)n * (double)n, eig_some, &j);
  out->t[0] = j.first;
  out->t[1] = j.second;
  return settle(cx, &j, count, "eigenvalues");
}
