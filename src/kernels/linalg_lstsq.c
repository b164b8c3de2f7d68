/* Least squares: by QR where the matrix certainly has full rank, else by QR with pivots ('gelsy') or singular values. */
#include <inttypes.h>
#include <math.h>
#include <string.h>
#include "../gen/ops.h"
#include "../linalg/spectral.h"
#include "kernels.h"
#include "matrices.h"

static ts_tensor *adjoint(ts_cx *cx, ts_tensor *t) { return ts_conj(cx, ts_mT(cx, t)); }
static ts_tensor *number(ts_cx *cx, double x) { return ts_wrap_scalar(cx, ts_float(x)); }

/* Is any element of a bool tensor true? */
static bool any(ts_cx *cx, ts_tensor *t) {
  t = ts_any(cx, t, TS_NO_INTS, false);
  return t && *(const bool *)ts_data(t);
}

/* The solution by QR and the triangular factor (n or m on a side). */
static ts_tensor *by_qr(ts_cx *cx, ts_tensor *A, ts_tensor *B, ts_tensor **R) {
  ts_tensor *r[2];
  const bool wide = ts_rows(A) < ts_cols(A);
  if (!ts_linalg_qr(cx, wide ? adjoint(cx, A) : A, "reduced", r)) return NULL;
  *R = r[1];
  if (!wide) return ts_linalg_solve_triangular(cx, r[1], ts_matmul(cx, adjoint(cx, r[0]), B), true, true, false);
  return ts_matmul(cx, r[0], ts_linalg_solve_triangular(cx, adjoint(cx, r[1]), B, false, true, false));
}

/* For certain no singular value is rcond times the largest or less: a bound on the condition number of R says so. */
static bool certain(ts_cx *cx, ts_tensor *R, double rcond) {
  ts_tensor *unit = ts_eye(cx, ts_cols(R), (ts_opt_int){false, 0}, (ts_dtype)R->dtype);
  ts_tensor *inverse = ts_linalg_solve_triangular(cx, R, ts_expand(cx, unit, ts_sizes_of(R), false), true, true, false);
  const ts_ints dims = TS_INTS(-2, -1);
  ts_tensor *bound = ts_mul(cx, ts_vector_norm(cx, R, ts_float(2), dims, false, TS_DTYPE_NONE), ts_vector_norm(cx, inverse, ts_float(2), dims, false, TS_DTYPE_NONE));
  ts_tensor *fine = ts_lt(cx, bound, number(cx, rcond > 0 ? 1 / rcond : INFINITY));
  return fine && !any(cx, ts_logical_not(cx, fine));
}

static ts_tensor *full_rank(ts_cx *cx, const ts_tensor *A, int64_t rank) {
  ts_tensor *t = ts_empty_batch(cx, A, TS_INT64, -1);
  for (int64_t i = 0; t && i < t->numel; i++) ((int64_t *)ts_data(t))[i] = rank;
  return t;
}

typedef struct {
  ts_tensor *a, *b, *x, *rank;
  int64_t *info;
  double rcond;
} pivoted_job;

static void pivoted_some(void *arg, int64_t begin, int64_t end) {
  const pivoted_job *j = arg;
  const int64_t m = ts_rows(j->a), n = ts_cols(j->a), k = ts_cols(j->b);
  for (int64_t i = begin; i < end; i++)
    j->info[i] = ts_matrix_lstsq((ts_dtype)j->a->dtype, m, n, k, ts_matrix_at(j->a, i), ts_leading(m), ts_matrix_at(j->b, i), ts_leading(m), j->rcond,
                                 ts_matrix_at(j->x, i), ts_leading(n), (int64_t *)ts_data(j->rank) + i);
}

static bool by_pivots(ts_cx *cx, ts_tensor *A, ts_tensor *B, double rcond, ts_out *out) {
  const int64_t m = ts_rows(A), n = ts_cols(A), count = ts_matrix_count(A);
  pivoted_job j = {ts_copy_columns(cx, A), ts_copy_columns(cx, B), ts_empty_matrices(cx, B, n, ts_cols(B)), full_rank(cx, A, 0), ts_temp(cx, (count + 1) * 8), rcond};
  if (!j.a || !j.b || !j.x || !j.rank || !j.info) return false;
  ts_each_matrix(count, 4.0 * (double)m * (double)n * (double)n, pivoted_some, &j);
  for (int64_t i = 0; i < count; i++)
    if (j.info[i]) return ts_fail(cx, TS_ERR_MEMORY, "out of memory for working copies of a %" PRId64 " by %" PRId64 " matrix", m, n);
  out->t[0] = j.x;
  out->t[1] = j.rank;
  return true;
}

bool ts__lstsq_impl(ts_cx *cx, const ts__lstsq_args *a, ts_out *out) {
  ts_tensor *A = a->A, *B = a->B, *R, *r[3], *X;
  const ts_dtype d = (ts_dtype)A->dtype, real = ts_part_dtype(d);
  const int64_t m = ts_rows(A), n = ts_cols(A), k = m < n ? m : n, none[1] = {0};
  const bool gels = strcmp(a->driver, "gels") == 0, values = strcmp(a->driver, "gelsd") == 0 || strcmp(a->driver, "gelss") == 0;
  out->t[1] = ts_empty(cx, TS_INT64, 1, none);
  out->t[2] = ts_empty(cx, real, 1, none);
  if (!out->t[1] || !out->t[2]) return false;
  if (A->numel == 0 || B->numel == 0) {
    int64_t sizes[TS_MAX_DIM];
    memcpy(sizes, B->sizes, (size_t)B->ndim * sizeof *sizes);
    sizes[B->ndim - 2] = n;
    if (!gels) out->t[1] = full_rank(cx, A, 0);
    if (values) out->t[2] = k && A->numel ? ts_linalg_svdvals(cx, A, NULL) : ts_empty_batch(cx, A, real, k);
    if (!gels && A->numel) out->t[1] = ts_linalg_matrix_rank(cx, A, NULL, false, NULL, NULL);
    return (out->t[0] = ts_full_zero(cx, d, B->ndim, sizes)) && out->t[1] && out->t[2];
  }
  if (gels) {
    if (!(X = by_qr(cx, A, B, &R))) return false;
    /* LAPACK's answers: no solution for a zero on R's diagonal, but 0 for a matrix of zeros. */
    ts_tensor *nothing = ts_logical_not(cx, ts_any(cx, A, TS_INTS(-2, -1), true));
    ts_tensor *lacking = ts_eq(cx, ts_diagonal(cx, R, 0, -2, -1), number(cx, 0));
    lacking = ts_logical_and(cx, lacking, ts_logical_not(cx, ts_squeeze(cx, nothing, TS_INTS(-1))));
    if (any(cx, lacking)) return ts_fail(cx, TS_ERR_NUMERIC, "The least squares solution could not be computed because the input matrix does not have full rank.");
    return (out->t[0] = ts_masked_fill(cx, X, nothing, number(cx, 0))) != NULL;
  }
  const double rcond = a->rcond.given ? a->rcond.v : (real == TS_FLOAT32 ? 0x1p-23 : 0x1p-52) * (double)(m > n ? m : n);
  if (!values && (X = by_qr(cx, A, B, &R)) && certain(cx, R, rcond)) {
    out->t[0] = X;
    return (out->t[1] = full_rank(cx, A, k)) != NULL;
  }
  if (ts_failed(cx)) return false;
  ts_tensor *odd = ts_logical_not(cx, ts_isfinite(cx, A)); /* which neither takes: NaN comes out */
  ts_tensor *finite = ts_masked_fill(cx, A, odd, number(cx, 0));
  ts_tensor *spoilt = ts_any(cx, odd, TS_INTS(-2, -1), true);
  if (!values) {
    if (!finite || !by_pivots(cx, finite, B, rcond, out)) return false;
    return (out->t[0] = ts_masked_fill(cx, out->t[0], spoilt, number(cx, NAN))) != NULL;
  }
  if (!ts__svd(cx, finite, false, true, r)) return false;
  ts_tensor *S = r[1];
  ts_tensor *counts = ts_gt(cx, S, ts_mul(cx, ts_amax(cx, S, TS_INTS(-1), true), number(cx, rcond)));
  ts_tensor *inverse = ts_where(cx, counts, ts_reciprocal(cx, S), number(cx, 0));
  X = ts_matmul(cx, adjoint(cx, r[2]), ts_mul(cx, ts_unsqueeze(cx, inverse, -1), ts_matmul(cx, adjoint(cx, r[0]), B)));
  out->t[0] = ts_masked_fill(cx, X, spoilt, number(cx, NAN));
  out->t[1] = ts_sum(cx, counts, TS_INTS(-1), false, TS_DTYPE_NONE);
  out->t[2] = ts_masked_fill(cx, S, ts_squeeze(cx, spoilt, TS_INTS(-1)), number(cx, NAN));
  return out->t[0] && out->t[1] && out->t[2];
}

static bool is_driver(const char *s) { return strcmp(s, "gels") == 0 || strcmp(s, "gelsy") == 0 || strcmp(s, "gelsd") == 0 || strcmp(s, "gelss") == 0; }

bool ts_linalg_lstsq_impl(ts_cx *cx, const ts_linalg_lstsq_args *a, ts_out *out) {
  ts_tensor *A = a->A, *B = a->B, *r[3];
  const char *driver = a->driver ? a->driver : "gelsy";
  if (A->ndim < 2) return ts_fail(cx, TS_ERR_SHAPE, "input must have at least 2 dimensions.");
  if (B->ndim < 1) return ts_fail(cx, TS_ERR_SHAPE, "other must have at least 1 dimension.");
  if (A->dtype != B->dtype)
    return ts_fail(cx, TS_ERR_DTYPE, "Expected input and other to have the same dtype, but got input's dtype %s and other's dtype %s", ts_dtype_name((ts_dtype)A->dtype), ts_dtype_name((ts_dtype)B->dtype));
  if (A->ndim < B->ndim || A->ndim - B->ndim > 1)
    return ts_fail(cx, TS_ERR_SHAPE, "input.dim() must be greater or equal to other.dim() and (input.dim() - other.dim()) <= 1");
  const bool vector = A->ndim - 1 == B->ndim && memcmp(A->sizes, B->sizes, (size_t)B->ndim * sizeof *A->sizes) == 0;
  if (A->ndim != B->ndim && !vector) return ts_fail(cx, TS_ERR_SHAPE, "input.size(-2) should match other.size(-1) (shapes %s and %s)", TS_TEXT(A), TS_TEXT(B));
  if (!vector && ts_rows(A) != ts_rows(B)) return ts_fail(cx, TS_ERR_SHAPE, "input.size(-2) should match other.size(-2) (shapes %s and %s)", TS_TEXT(A), TS_TEXT(B));
  if (!is_driver(driver)) return ts_fail(cx, TS_ERR_ARGUMENT, "parameter `driver` should be one of (gels, gelsy, gelsd, gelss)");
  if (!ts_check_linear(cx, A)) return false;
  if (vector && !(B = ts_unsqueeze(cx, B, -1))) return false;
  int ndim;
  int64_t a_sizes[TS_MAX_DIM], b_sizes[TS_MAX_DIM];
  if (!ts_broadcast_batches(cx, A, B, &ndim, a_sizes, b_sizes)) return false;
  A = ts_expand(cx, A, (ts_ints){a_sizes, ndim}, false);
  B = ts_expand(cx, B, (ts_ints){b_sizes, ndim}, false);
  if (!ts__lstsq(cx, A, B, a->rcond, driver, r)) return false;
  const bool gels = strcmp(driver, "gels") == 0;
  const int64_t n = ts_cols(A);
  out->t[0] = vector ? ts_squeeze(cx, r[0], TS_INTS(-1)) : r[0];
  out->t[2] = ts_detach(cx, r[1]);
  out->t[3] = ts_detach(cx, r[2]);
  bool residuals = ts_rows(A) > n && strcmp(driver, "gelsy") != 0;
  for (int64_t i = 0; residuals && !gels && i < r[1]->numel; i++) residuals = ((const int64_t *)ts_data(r[1]))[i] == n;
  if (residuals) {
    ts_tensor *rest = ts_abs(cx, ts_sub(cx, ts_matmul(cx, A, r[0]), B, ts_int(1)));
    out->t[1] = ts_sum(cx, ts_mul(cx, rest, rest), TS_INTS(-2), false, TS_DTYPE_NONE);
  } else {
    out->t[1] = ts_empty(cx, ts_part_dtype((ts_dtype)A->dtype), 1, (const int64_t[]){0});
  }
  return out->t[0] && out->t[1] && out->t[2] && out->t[3];
}
