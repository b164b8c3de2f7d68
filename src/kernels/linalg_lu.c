/* LU with partial pivoting, packed and unpacked, and solving with it. */
#include <string.h>
#include "../gen/ops.h"
#include "../linalg/factor.h"
#include "linalg.h"

#define NO_PIVOT "LU without pivoting is not implemented on the CPU"

typedef struct {
  ts_tensor *lu, *pivots, *info;
} factor_job;

static void factor_some(void *arg, int64_t begin, int64_t end) {
  const factor_job *job = arg;
  const int64_t m = ts_rows(job->lu), n = ts_cols(job->lu), k = m < n ? m : n;
  for (int64_t i = begin; i < end; i++)
    ((int32_t *)ts_data(job->info))[i] = (int32_t)ts_factor_lu((ts_dtype)job->lu->dtype, m, n, ts_matrix_at(job->lu, i), ts_leading(m), (int32_t *)ts_data(job->pivots) + i * k);
}

bool ts_lu_of(ts_cx *cx, ts_tensor *a, ts_tensor **lu, ts_tensor **pivots, ts_tensor **info) {
  const int64_t m = ts_rows(a), n = ts_cols(a), k = m < n ? m : n;
  if (m > INT32_MAX) return ts_fail(cx, TS_ERR_SHAPE, "matrices of %" PRId64 " rows are too large", m);
  factor_job job = {ts_copy_columns(cx, a), ts_empty_batch(cx, a, TS_INT32, k), ts_empty_batch(cx, a, TS_INT32, -1)};
  if (!job.lu || !job.pivots || !job.info) return false;
  ts_each_matrix(ts_matrix_count(a), (double)m * (double)n * (double)k, factor_some, &job);
  *lu = job.lu;
  *pivots = job.pivots;
  *info = job.info;
  return true;
}

#define ZERO_PIVOT                                                                                                      \
  "U[%" PRId64 ",%" PRId64 "] is zero and using it on lu_solve would result in a division by zero. If you still want to perform the " \
  "factorization, consider calling linalg.lu(A, pivot) or linalg.lu_factor_ex(A, pivot)"

bool ts_linalg_lu_factor_ex_impl(ts_cx *cx, const ts_linalg_lu_factor_ex_args *a, ts_out *out) {
  if (!ts_check_matrices(cx, a->A, "A") || !ts_check_linear(cx, a->A)) return false;
  if (!a->pivot) return ts_fail(cx, TS_ERR_UNSUPPORTED, NO_PIVOT);
  if (!ts_lu_of(cx, a->A, &out->t[0], &out->t[1], &out->t[2])) return false;
  return !a->check_errors || ts_check_infos(cx, out->t[2], ZERO_PIVOT);
}

bool ts_linalg_lu_factor_impl(ts_cx *cx, const ts_linalg_lu_factor_args *a, ts_out *out) {
  ts_tensor *r[3] = {0};
  if (!ts_linalg_lu_factor_ex(cx, a->A, a->pivot, true, r)) return false;
  out->t[0] = r[0];
  out->t[1] = r[1];
  return true;
}

bool ts_lu_impl(ts_cx *cx, const ts_lu_args *a, ts_out *out) {
  ts_tensor *r[3] = {0};
  if (!ts_linalg_lu_factor_ex(cx, a->self, a->pivot, false, r)) return false;
  out->t[0] = r[0];
  out->t[1] = r[1];
  return true;
}

bool ts_lu_with_info_impl(ts_cx *cx, const ts_lu_with_info_args *a, ts_out *out) { return ts_linalg_lu_factor_ex(cx, a->self, a->pivot, false, out->t); }

static bool check_pivots(ts_cx *cx, const ts_tensor *lu, const ts_tensor *pivots) {
  const int64_t m = ts_rows(lu), n = ts_cols(lu);
  if (pivots->dtype != TS_INT32) return ts_fail(cx, TS_ERR_DTYPE, "pivots should be a Tensor of scalar type torch.int32, got %s", ts_dtype_name((ts_dtype)pivots->dtype));
  if (pivots->ndim == lu->ndim - 1 && pivots->sizes[pivots->ndim - 1] == (m < n ? m : n) && memcmp(pivots->sizes, lu->sizes, (size_t)(lu->ndim - 2) * sizeof *lu->sizes) == 0)
    return true;
  return ts_fail(cx, TS_ERR_SHAPE, "Number of pivots per batch should be same as the dimension of the matrix: LU of shape %s, pivots of shape %s", TS_TEXT(lu), TS_TEXT(pivots));
}

/* Where rows come from: row i of the result of all exchanges is row p[i] of what was exchanged; inverse: the way back. */
bool ts__lu_permutation_impl(ts_cx *cx, const ts__lu_permutation_args *a, ts_out *out) {
  ts_tensor *pivots = ts_raw_contiguous(cx, a->pivots);
  if (!pivots) return false;
  const int64_t k = pivots->sizes[pivots->ndim - 1], n = a->n;
  int64_t sizes[TS_MAX_DIM], count = 1;
  for (int i = 0; i < pivots->ndim - 1; i++) count *= sizes[i] = pivots->sizes[i];
  sizes[pivots->ndim - 1] = n;
  ts_tensor *t = out->t[0] = ts_empty(cx, TS_INT64, pivots->ndim, sizes);
  int64_t *order = ts_temp(cx, n * (int64_t)sizeof *order);
  if (!t || !order) return false;
  const int32_t *v = ts_data(pivots);
  for (int64_t i = 0; i < count * k; i++)
    if (v[i] < 1 || v[i] > n) return ts_fail(cx, TS_ERR_INDEX, "pivots passed to lu_unpack must be between 1 and LU.size(-2) inclusive. Did you properly pass the result of lu_factor?");
  for (int64_t b = 0; b < count; b++, v += k) {
    int64_t *p = (int64_t *)ts_data(t) + b * n;
    for (int64_t i = 0; i < n; i++) order[i] = i;
    for (int64_t i = 0; i < k; i++) {
      const int64_t kept = order[i];
      order[i] = order[v[i] - 1];
      order[v[i] - 1] = kept;
    }
    for (int64_t i = 0; i < n; i++) p[a->inverse ? order[i] : i] = a->inverse ? i : order[i];
  }
  return true;
}

/* The matrix P of a permutation, in d. */
static ts_tensor *permutation_matrix(ts_cx *cx, ts_tensor *pivots, int64_t m, ts_dtype d) {
  ts_tensor *from = ts__lu_permutation(cx, pivots, m, false);
  if (!from) return NULL;
  int64_t sizes[TS_MAX_DIM];
  memcpy(sizes, from->sizes, (size_t)from->ndim * sizeof *sizes);
  sizes[from->ndim] = m;
  return ts_scatter_value(cx, ts_full_zero(cx, d, from->ndim + 1, sizes), -2, ts_unsqueeze(cx, from, -2), ts_int(1), NULL);
}

static ts_tensor *nothing(ts_cx *cx, ts_dtype d) { return ts_empty(cx, d, 1, (const int64_t[]){0}); }

bool ts_lu_unpack_impl(ts_cx *cx, const ts_lu_unpack_args *a, ts_out *out) {
  ts_tensor *lu = a->LU_data;
  const ts_dtype d = (ts_dtype)lu->dtype;
  if (!ts_check_matrices(cx, lu, "LU_data")) return false;
  if (a->unpack_pivots && a->LU_pivots->dtype != TS_INT32)
    return ts_fail(cx, TS_ERR_DTYPE, "LU_pivots is expected to be a contiguous tensor of torch.int32 dtype. Note: this function is intended to be used with the output "
                                     "produced by torch.linalg.lu_factor");
  if (a->unpack_pivots && !check_pivots(cx, lu, a->LU_pivots)) return false;
  const int64_t m = ts_rows(lu), n = ts_cols(lu), k = m < n ? m : n;
  out->t[0] = a->unpack_pivots ? permutation_matrix(cx, a->LU_pivots, m, d) : nothing(cx, d);
  if (!a->unpack_data) return out->t[0] && (out->t[1] = nothing(cx, d)) && (out->t[2] = nothing(cx, d));
  ts_tensor *lower = ts_tril(cx, ts_narrow(cx, lu, -1, 0, k), -1);
  out->t[1] = ts_add(cx, lower, ts_eye(cx, m, (ts_opt_int){true, k}, d), ts_int(1));
  out->t[2] = ts_triu(cx, ts_narrow(cx, lu, -2, 0, k), 0);
  return out->t[0] && out->t[1] && out->t[2];
}

bool ts_linalg_lu_impl(ts_cx *cx, const ts_linalg_lu_args *a, ts_out *out) {
  ts_tensor *r[3] = {0};
  return ts_linalg_lu_factor_ex(cx, a->A, a->pivot, false, r) && ts_lu_unpack(cx, r[0], r[1], true, true, out->t);
}

typedef struct {
  ts_tensor *lu, *pivots, *x;
  const int64_t *places;
  ts_matrix_op op;
} solve_job;

static void solve_some(void *arg, int64_t begin, int64_t end) {
  const solve_job *job = arg;
  const int64_t n = ts_rows(job->x), k = ts_cols(job->x);
  for (int64_t i = begin; i < end; i++) {
    const int64_t p = job->places[i];
    ts_solve_lu((ts_dtype)job->x->dtype, job->op, n, k, ts_matrix_at(job->lu, p), ts_leading(n), (const int32_t *)ts_data(job->pivots) + p * n, ts_matrix_at(job->x, i),
                ts_leading(n));
  }
}

ts_tensor *ts_lu_solved(ts_cx *cx, ts_tensor *lu, ts_tensor *pivots, ts_tensor *b, bool left, bool adjoint) {
  int ndim;
  int64_t lu_sizes[TS_MAX_DIM], sizes[TS_MAX_DIM];
  /* X A = B is A^T X^T = B^T, and X A^H = B is conj(A) X^T = B^T. */
  if (!left) b = ts_turned(cx, b);
  if (!b || !ts_broadcast_batches(cx, lu, b, &ndim, lu_sizes, sizes)) return NULL;
  solve_job job = {ts_columns(cx, lu), ts_raw_contiguous(cx, pivots), ts_copy_columns_to(cx, b, ndim, sizes), ts_matrix_places(cx, lu, ndim, sizes),
                   left ? (adjoint ? TS_ADJOINT : TS_PLAIN) : (adjoint ? TS_CONJUGATE : TS_TRANSPOSED)};
  if (!job.lu || !job.pivots || !job.x || !job.places) return NULL;
  const double n = (double)ts_rows(job.x), k = (double)ts_cols(job.x);
  ts_each_matrix(ts_matrix_count(job.x), 2 * n * n * k, solve_some, &job);
  return left ? job.x : ts_turned(cx, job.x);
}

bool ts__lu_solve_impl(ts_cx *cx, const ts__lu_solve_args *a, ts_out *out) {
  if (!ts_check_linear(cx, a->LU) || !ts_check_matrices(cx, a->LU, "LU")) return false;
  if (!ts_check_solvable(cx, a->LU, a->B, a->left) || !check_pivots(cx, a->LU, a->pivots)) return false;
  const ts_tensor *pivots = ts_raw_contiguous(cx, a->pivots);
  if (!pivots) return false;
  const int32_t *v = ts_data(pivots);
  for (int64_t i = 0; i < pivots->numel; i++)
    if (v[i] < 1 || v[i] > ts_rows(a->LU))
      return ts_fail(cx, TS_ERR_INDEX, "Pivots given to lu_solve must all be greater or equal to 1 and smaller or equal to LU.size(-2). Did you properly pass the result of lu_factor?");
  return (out->t[0] = ts_lu_solved(cx, a->LU, a->pivots, a->B, a->left, a->adjoint)) != NULL;
}

bool ts_linalg_lu_solve_impl(ts_cx *cx, const ts_linalg_lu_solve_args *a, ts_out *out) {
  return (out->t[0] = ts__lu_solve(cx, a->LU, a->pivots, a->B, a->left, a->adjoint)) != NULL;
}

bool ts_lu_solve_impl(ts_cx *cx, const ts_lu_solve_args *a, ts_out *out) {
  return (out->t[0] = ts__lu_solve(cx, a->LU_data, a->LU_pivots, a->self, true, false)) != NULL;
}
