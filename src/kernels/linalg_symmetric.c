/* Symmetric and Hermitian matrices: Cholesky and Bunch-Kaufman factors, and solving with them. */
#include <string.h>
#include "../gen/ops.h"
#include "../linalg/factor.h"
#include "linalg.h"

#define NOT_POSITIVE                                                                                                                        \
  "The factorization could not be completed because the input is not positive-definite (the leading minor of order %" PRId64 " is not positive-definite)."

typedef struct {
  ts_tensor *a, *info, *pivots;
  bool hermitian;
} factor_job;

/* Zeros above the diagonal. */
static void clear_upper(void *a, int64_t n, int64_t itemsize) {
  for (int64_t j = 1; j < n; j++) memset((char *)a + j * n * itemsize, 0, (size_t)(j * itemsize));
}

static void cholesky_some(void *arg, int64_t begin, int64_t end) {
  const factor_job *job = arg;
  const int64_t n = ts_rows(job->a);
  const ts_dtype d = (ts_dtype)job->a->dtype;
  for (int64_t i = begin; i < end; i++) {
    ((int32_t *)ts_data(job->info))[i] = (int32_t)ts_factor_cholesky(d, n, ts_matrix_at(job->a, i), ts_leading(n));
    clear_upper(ts_matrix_at(job->a, i), n, ts_itemsize(d));
  }
}

bool ts_linalg_cholesky_ex_impl(ts_cx *cx, const ts_linalg_cholesky_ex_args *a, ts_out *out) {
  if (!ts_check_linear(cx, a->A) || !ts_check_square(cx, a->A, "A")) return false;
  /* A = U^H U is A^T = L L^H with U = L^T. */
  ts_tensor *copy = ts_copy_columns(cx, a->upper ? ts_turned(cx, a->A) : a->A), *info = ts_empty_batch(cx, a->A, TS_INT32, -1);
  if (!copy || !info) return false;
  factor_job job = {copy, info, NULL, true};
  const double n = (double)ts_rows(copy);
  ts_each_matrix(ts_matrix_count(copy), n * n * n / 2, cholesky_some, &job);
  out->t[0] = a->upper ? ts_turned(cx, copy) : copy;
  out->t[1] = info;
  return out->t[0] && (!a->check_errors || ts_check_infos(cx, info, NOT_POSITIVE));
}

static bool cholesky(ts_cx *cx, ts_tensor *a, bool upper, ts_out *out) {
  ts_tensor *r[2] = {0};
  ts_linalg_cholesky_ex(cx, a, upper, true, r);
  return (out->t[0] = r[0]) != NULL;
}
bool ts_linalg_cholesky_impl(ts_cx *cx, const ts_linalg_cholesky_args *a, ts_out *out) { return cholesky(cx, a->A, a->upper, out); }
bool ts_cholesky_impl(ts_cx *cx, const ts_cholesky_args *a, ts_out *out) { return cholesky(cx, a->self, a->upper, out); }

typedef struct {
  ts_tensor *a, *x, *pivots;
  const int64_t *places;
  bool turned, upper, hermitian;
} solve_job;

static void cholesky_solve_some(void *arg, int64_t begin, int64_t end) {
  const solve_job *job = arg;
  const int64_t n = ts_rows(job->x), k = ts_cols(job->x);
  const ts_dtype d = (ts_dtype)job->x->dtype;
  /* Memory holds M with L = M, L = M^T (turned), or U = M or M^T. */
  const bool upper = job->upper != job->turned;
  for (int64_t i = begin; i < end; i++) {
    const void *m = ts_matrix_at(job->a, job->places[i]);
    void *x = ts_matrix_at(job->x, i);
    if (!job->upper) { /* L y = b, L^H x = y */
      ts_solve_triangular(d, true, upper, job->turned ? TS_TRANSPOSED : TS_PLAIN, false, n, k, m, ts_leading(n), x, ts_leading(n));
      ts_solve_triangular(d, true, upper, job->turned ? TS_CONJUGATE : TS_ADJOINT, false, n, k, m, ts_leading(n), x, ts_leading(n));
    } else { /* U^H y = b, U x = y */
      ts_solve_triangular(d, true, upper, job->turned ? TS_CONJUGATE : TS_ADJOINT, false, n, k, m, ts_leading(n), x, ts_leading(n));
      ts_solve_triangular(d, true, upper, job->turned ? TS_TRANSPOSED : TS_PLAIN, false, n, k, m, ts_leading(n), x, ts_leading(n));
    }
  }
}

static ts_tensor *cholesky_solved(ts_cx *cx, ts_tensor *factor, ts_tensor *b, bool upper) {
  int ndim;
  int64_t f_sizes[TS_MAX_DIM], sizes[TS_MAX_DIM];
  solve_job job = {.upper = upper};
  if (!b || !ts_broadcast_batches(cx, factor, b, &ndim, f_sizes, sizes)) return NULL;
  job.a = ts_columns_either(cx, factor, &job.turned);
  job.x = ts_copy_columns_to(cx, b, ndim, sizes);
  job.places = ts_matrix_places(cx, factor, ndim, sizes);
  if (!job.a || !job.x || !job.places) return NULL;
  ts_each_matrix(ts_matrix_count(job.x), 2 * (double)ts_rows(factor) * (double)ts_matrix_size(job.x), cholesky_solve_some, &job);
  return job.x;
}

bool ts_cholesky_solve_impl(ts_cx *cx, const ts_cholesky_solve_args *a, ts_out *out) {
  const ts_tensor *b = a->self, *f = a->input2;
  if (b->ndim < 2) return ts_fail(cx, TS_ERR_SHAPE, "b should have at least 2 dimensions, but has %d dimensions instead", b->ndim);
  if (f->ndim < 2) return ts_fail(cx, TS_ERR_SHAPE, "u should have at least 2 dimensions, but has %d dimensions instead", f->ndim);
  if (!ts_check_linear(cx, b) || !ts_check_square(cx, f, "A")) return false;
  if (b->dtype != f->dtype)
    return ts_fail(cx, TS_ERR_DTYPE, "Expected b and A to have the same dtype, but found b of type %s and A of type %s instead", ts_dtype_name((ts_dtype)b->dtype), ts_dtype_name((ts_dtype)f->dtype));
  if (ts_rows(f) != ts_rows(b))
    return ts_fail(cx, TS_ERR_SHAPE, "Incompatible matrix sizes for cholesky_solve: each A matrix is %" PRId64 " by %" PRId64 " but each b matrix is %" PRId64 " by %" PRId64,
                   ts_rows(f), ts_cols(f), ts_rows(b), ts_cols(b));
  return (out->t[0] = cholesky_solved(cx, a->input2, a->self, a->upper)) != NULL;
}

bool ts_cholesky_inverse_impl(ts_cx *cx, const ts_cholesky_inverse_args *a, ts_out *out) {
  ts_tensor *f = a->self;
  if (!ts_check_linear(cx, f) || !ts_check_square(cx, f, "A")) return false;
  ts_tensor *d = ts_raw_contiguous(cx, ts_diagonal(cx, f, 0, -2, -1)), *zero = ts_eq(cx, d, ts_wrap_scalar(cx, ts_int(0)));
  if (!zero) return false;
  const uint8_t *is_zero = ts_data(zero);
  const int64_t n = ts_rows(f);
  for (int64_t i = 0; i < zero->numel; i++) {
    char which[48] = "";
    if (!is_zero[i]) continue;
    if (f->ndim > 2) snprintf(which, sizeof which, "(Batch element %" PRId64 "): ", i / n);
    return ts_fail(cx, TS_ERR_NUMERIC, "%s" TS_INFO_INVERSE, which, i % n + 1);
  }
  return (out->t[0] = cholesky_solved(cx, f, ts_identities(cx, f, n), a->upper)) != NULL;
}

static void ldl_some(void *arg, int64_t begin, int64_t end) {
  const factor_job *job = arg;
  const int64_t n = ts_rows(job->a);
  const ts_dtype d = (ts_dtype)job->a->dtype;
  for (int64_t i = begin; i < end; i++) {
    ((int32_t *)ts_data(job->info))[i] = (int32_t)ts_factor_ldl(d, job->hermitian, n, ts_matrix_at(job->a, i), ts_leading(n), (int32_t *)ts_data(job->pivots) + i * n);
    clear_upper(ts_matrix_at(job->a, i), n, ts_itemsize(d));
  }
}

bool ts_linalg_ldl_factor_ex_impl(ts_cx *cx, const ts_linalg_ldl_factor_ex_args *a, ts_out *out) {
  if (!ts_check_linear(cx, a->self) || !ts_check_square(cx, a->self, "A")) return false;
  factor_job job = {ts_copy_columns(cx, a->self), ts_empty_batch(cx, a->self, TS_INT32, -1), ts_empty_batch(cx, a->self, TS_INT32, ts_rows(a->self)), a->hermitian};
  if (!job.a || !job.info || !job.pivots) return false;
  const double n = (double)ts_rows(job.a);
  ts_each_matrix(ts_matrix_count(job.a), n * n * n / 2, ldl_some, &job);
  for (int64_t i = 0; i < job.info->numel; i++)
    if (((int32_t *)ts_data(job.info))[i] < 0) return ts_fail(cx, TS_ERR_MEMORY, "out of memory");
  out->t[0] = job.a;
  out->t[1] = job.pivots;
  out->t[2] = job.info;
  return !a->check_errors || ts_check_infos(cx, job.info, "The factorization could not be completed because the matrix D is singular: D[%" PRId64 ",%" PRId64 "] is zero.");
}

bool ts_linalg_ldl_factor_impl(ts_cx *cx, const ts_linalg_ldl_factor_args *a, ts_out *out) {
  ts_tensor *r[3] = {0};
  if (!ts_linalg_ldl_factor_ex(cx, a->self, a->hermitian, true, r)) return false;
  out->t[0] = r[0];
  out->t[1] = r[1];
  return true;
}

static void ldl_solve_some(void *arg, int64_t begin, int64_t end) {
  const solve_job *job = arg;
  const int64_t n = ts_rows(job->x), k = ts_cols(job->x);
  for (int64_t i = begin; i < end; i++) {
    const int64_t p = job->places[i];
    ts_solve_ldl((ts_dtype)job->x->dtype, job->hermitian, n, k, ts_matrix_at(job->a, p), ts_leading(n), (const int32_t *)ts_data(job->pivots) + p * n, ts_matrix_at(job->x, i),
                 ts_leading(n));
  }
}

/* Rows that pivots name lie in the matrix, and blocks of two are whole. */
static bool check_ldl_pivots(ts_cx *cx, const ts_tensor *pivots, int64_t n) {
  const int32_t *v = ts_data(pivots);
  for (int64_t i = 0; i < pivots->numel; i++) {
    const int64_t p = v[i] < 0 ? -(int64_t)v[i] : v[i];
    bool fits = p >= 1 && p <= n;
    if (fits && v[i] < 0) {
      fits = i % n + 1 < n && v[i + 1] == v[i];
      i++;
    }
    if (!fits) return ts_fail(cx, TS_ERR_INDEX, "pivots are not those of ldl_factor");
  }
  return true;
}

bool ts_linalg_ldl_solve_impl(ts_cx *cx, const ts_linalg_ldl_solve_args *a, ts_out *out) {
  ts_tensor *ld = a->LD, *b = a->B;
  if (!ts_check_linear(cx, ld) || !ts_check_solvable(cx, ld, b, true)) return false;
  if (a->pivots->dtype < TS_UINT8 || a->pivots->dtype > TS_INT64)
    return ts_fail(cx, TS_ERR_DTYPE, "Expected pivots to be integers. Got %s", ts_dtype_name((ts_dtype)a->pivots->dtype));
  if (a->pivots->ndim != ld->ndim - 1 || memcmp(a->pivots->sizes, ld->sizes, (size_t)a->pivots->ndim * sizeof *ld->sizes) != 0)
    return ts_fail(cx, TS_ERR_SHAPE, "Expected LD.shape[:-1] and pivots.shape to be the same, but got pivots with shape %s instead", TS_TEXT(a->pivots));
  ts_tensor *pivots = ts_raw_cast(cx, a->pivots, TS_INT32);
  if (!pivots || !(pivots = ts_raw_contiguous(cx, pivots)) || !check_ldl_pivots(cx, pivots, ts_rows(ld))) return false;
  int ndim;
  int64_t ld_sizes[TS_MAX_DIM], sizes[TS_MAX_DIM];
  if (!ts_broadcast_batches(cx, ld, b, &ndim, ld_sizes, sizes)) return false;
  solve_job job = {ts_columns(cx, ld), ts_copy_columns_to(cx, b, ndim, sizes), pivots, ts_matrix_places(cx, ld, ndim, sizes), false, false, a->hermitian};
  if (!job.a || !job.x || !job.places) return false;
  ts_each_matrix(ts_matrix_count(job.x), 2 * (double)ts_rows(ld) * (double)ts_matrix_size(job.x), ldl_solve_some, &job);
  return (out->t[0] = job.x) != NULL;
}
