/* A few extreme eigenpairs of large symmetric matrices: locally optimal block preconditioned conjugate gradients, by the
   Rayleigh-Ritz method in the span of the vectors, their residuals and the last step, made orthonormal by QR. */
#include <inttypes.h>
#include <math.h>
#include <string.h>
#include "../gen/ops.h"
#include "kernels.h"
#include "matrices.h"

enum { ENDLESS = 100000 }; /* what "until it converges" comes to at most */

/* The n extreme eigenpairs of A in the span of Q's columns, the outermost first. */
static bool ritz(ts_cx *cx, ts_tensor *A, ts_tensor *Q, int64_t n, bool largest, ts_tensor **values, ts_tensor **vectors) {
  ts_tensor *r[2];
  if (!ts_linalg_eigh(cx, ts_matmul(cx, ts_mT(cx, Q), ts_matmul(cx, A, Q)), "L", r)) return false;
  const int64_t from = largest ? r[0]->sizes[0] - n : 0;
  *values = ts_narrow(cx, r[0], 0, from, n);
  ts_tensor *turn = ts_narrow(cx, r[1], 1, from, n);
  if (largest) {
    *values = ts_flip(cx, *values, TS_INTS(0));
    turn = ts_flip(cx, turn, TS_INTS(1));
  }
  *vectors = ts_matmul(cx, Q, turn);
  return *vectors != NULL;
}

static ts_tensor *orthonormal(ts_cx *cx, ts_tensor *x) {
  ts_tensor *r[2];
  return x && ts_linalg_qr(cx, x, "reduced", r) ? r[0] : NULL;
}

/* How many of the first residuals are small enough; -1 when they are not finite. */
static int64_t converged(ts_cx *cx, ts_tensor *R, ts_tensor *E, double size, double tol) {
  ts_tensor *lengths = ts_vector_norm(cx, R, ts_float(2), TS_INTS(0), false, TS_DTYPE_NONE);
  lengths = lengths ? ts_raw_contiguous(cx, ts_raw_cast(cx, lengths, TS_FLOAT64)) : NULL;
  E = E ? ts_raw_cast(cx, E, TS_FLOAT64) : NULL;
  E = E ? ts_raw_contiguous(cx, E) : NULL;
  if (!lengths || !E) return -1;
  int64_t count = 0;
  for (int64_t i = 0; i < lengths->numel; i++) {
    const double off = ((const double *)ts_data(lengths))[i], value = fabs(((const double *)ts_data(E))[i]);
    if (!isfinite(off)) return -1;
    if (count == i && off <= tol * (size + value)) count++;
  }
  return count;
}

bool ts__lobpcg_impl(ts_cx *cx, const ts__lobpcg_args *a, ts_out *out) {
  ts_tensor *A = a->A, *X = orthonormal(cx, a->X), *E, *P = NULL;
  const int64_t n = ts_cols(a->X), limit = a->niter < 0 ? ENDLESS : a->niter;
  if (!X || !ritz(cx, A, X, n, a->largest, &E, &X)) return false;
  ts_tensor *reach = ts_vector_norm(cx, ts_matmul(cx, A, X), ts_float(2), TS_NO_INTS, false, TS_FLOAT64);
  if (!reach) return false;
  const double size = *(const double *)ts_data(reach) / sqrt((double)(n > 0 ? n : 1));
  for (int64_t i = 0;; i++) {
    ts_tensor *R = ts_sub(cx, ts_matmul(cx, A, X), ts_mul(cx, X, E), ts_int(1));
    const int64_t done = converged(cx, R, E, size, a->tol);
    if (ts_failed(cx)) return false;
    if (done < 0 || done >= a->k || i == limit) break;
    const size_t mark = ts_scope_begin(cx);
    ts_tensor *W = a->iK ? ts_matmul(cx, a->iK, R) : R, *next, *values;
    ts_tensor *parts[3] = {X, W, P};
    ts_tensor *Q = W ? orthonormal(cx, ts_cat(cx, (ts_list){parts, P ? 3 : 2}, 1)) : NULL;
    if (!Q || !ritz(cx, A, Q, n, a->largest, &values, &next)) return false;
    ts_tensor *step = ts_sub(cx, next, ts_matmul(cx, X, ts_matmul(cx, ts_mT(cx, X), next)), ts_int(1));
    if (!step) return false;
    /* What the next round needs outlives this one's temporaries. */
    ts_tensor *kept[3] = {ts_retain(next), ts_retain(values), ts_retain(step)};
    ts_scope_end(cx, mark);
    X = ts_scope_own(cx, kept[0]);
    E = ts_scope_own(cx, kept[1]);
    P = ts_scope_own(cx, kept[2]);
    if (!X || !E || !P) return false;
  }
  out->t[0] = ts_clone(cx, ts_narrow(cx, E, 0, 0, a->k), "contiguous_format");
  X = ts_narrow(cx, X, 1, 0, a->k);
  /* Signs must not depend on the number of steps: the largest element is positive. */
  ts_tensor *largest = ts_gather(cx, X, 0, ts_argmax(cx, ts_abs(cx, X), (ts_opt_int){true, 0}, true), false);
  out->t[1] = ts_copysign(cx, X, ts_mul(cx, X, largest));
  return out->t[0] && out->t[1];
}

/* One matrix. With B = L L^T the problem is that of L^-1 A L^-T. */
static bool one(ts_cx *cx, const ts_lobpcg_args *a, ts_tensor *A, ts_tensor *B, ts_tensor *X, int64_t k, int64_t n, ts_tensor **r) {
  ts_tensor *L = NULL, *Lt = NULL, *iK = a->iK;
  if (!X) X = ts_randn(cx, TS_INTS(ts_cols(A), n), (ts_opt_int){false, 0}, (ts_dtype)A->dtype);
  if (B) {
    L = ts_linalg_cholesky(cx, B, false);
    Lt = ts_mT(cx, L);
    A = ts_linalg_solve_triangular(cx, L, A, false, true, false);
    A = ts_linalg_solve_triangular(cx, Lt, A, true, false, false);
    X = ts_matmul(cx, Lt, X);
    if (iK) iK = ts_matmul(cx, Lt, ts_matmul(cx, iK, L));
  }
  if (!A || !X) return false;
  const double tol = a->tol.given ? a->tol.v : sqrt(A->dtype == TS_FLOAT32 ? 1.2e-7 : 2.23e-16);
  if (!ts__lobpcg(cx, A, X, iK, k, a->niter.given ? a->niter.v : 1000, tol, !a->largest.given || a->largest.v, r)) return false;
  if (B) r[1] = ts_linalg_solve_triangular(cx, Lt, r[1], true, true, false);
  return r[1] != NULL;
}

bool ts_lobpcg_impl(ts_cx *cx, const ts_lobpcg_args *a, ts_out *out) {
  ts_tensor *A = a->A, *B = a->B, *X = a->X, *r[2];
  if (!ts_check_square(cx, A, "A") || !ts_check_linear(cx, A)) return false;
  if (ts_is_complex((ts_dtype)A->dtype)) return ts_fail(cx, TS_ERR_DTYPE, "not implemented for %s", ts_dtype_name((ts_dtype)A->dtype));
  if (B && (!ts_same_sizes(A, B) || A->dtype != B->dtype)) return ts_fail(cx, TS_ERR_SHAPE, "A and B must have the same shapes and dtypes, got %s and %s", TS_TEXT(A), TS_TEXT(B));
  if (X && X->ndim != A->ndim) return ts_fail(cx, TS_ERR_SHAPE, "X must have as many dims as A, got shapes %s and %s", TS_TEXT(X), TS_TEXT(A));
  if (a->method && strcmp(a->method, "basic") != 0 && strcmp(a->method, "ortho") != 0)
    return ts_fail(cx, TS_ERR_ARGUMENT, "method must be 'basic' or 'ortho', got '%s'", a->method);
  const int64_t m = ts_cols(A), k = a->k.given ? a->k.v : X ? ts_cols(X) : 1, n = X ? ts_cols(X) : a->n.given ? a->n.v : k;
  if (m < 3 * n)
    return ts_fail(cx, TS_ERR_ARGUMENT, "LPBPCG algorithm is not applicable when the number of A rows (=%" PRId64 ") is smaller than 3 x the number of requested eigenpairs (=%" PRId64 ")", m, n);
  if (k < 1 || k > n) return ts_fail(cx, TS_ERR_ARGUMENT, "k must lie in [1, %" PRId64 "], got %" PRId64, n, k);
  if (X && (ts_rows(X) != m || memcmp(X->sizes, A->sizes, (size_t)(A->ndim - 2) * sizeof *X->sizes) != 0))
    return ts_fail(cx, TS_ERR_SHAPE, "X must have the rows and the batch of A, got shapes %s and %s", TS_TEXT(X), TS_TEXT(A));
  if (cx->grad_mode && (A->requires_grad || (B && B->requires_grad))) { /* gradients among symmetric matrices */
    ts_tensor *half = ts_wrap_scalar(cx, ts_float(0.5));
    A = ts_mul(cx, ts_add(cx, A, ts_mT(cx, A), ts_int(1)), half);
    if (B) B = ts_mul(cx, ts_add(cx, B, ts_mT(cx, B), ts_int(1)), half);
  }
  if (a->A->ndim == 2) return A && one(cx, a, A, B, X, k, n, out->t);
  const int64_t count = ts_matrix_count(a->A);
  int64_t sizes[TS_MAX_DIM];
  ts_tensor **values = ts_temp(cx, 2 * (count + 1) * (int64_t)sizeof *values), **vectors = values + count;
  if (!values) return false;
  memcpy(sizes, a->A->sizes, (size_t)a->A->ndim * sizeof *sizes);
  A = ts_reshape(cx, A, TS_INTS(count, m, m));
  if (B) B = ts_reshape(cx, B, TS_INTS(count, m, m));
  if (X) X = ts_reshape(cx, X, TS_INTS(count, m, n));
  for (int64_t i = 0; i < count; i++) {
    ts_tensor *own = ts_select(cx, A, 0, i);
    if (!own || !one(cx, a, own, B ? ts_select(cx, B, 0, i) : NULL, X ? ts_select(cx, X, 0, i) : NULL, k, n, r)) return false;
    values[i] = r[0];
    vectors[i] = r[1];
  }
  sizes[a->A->ndim - 1] = k;
  out->t[1] = count ? ts_reshape(cx, ts_stack(cx, (ts_list){vectors, count}, 0), (ts_ints){sizes, a->A->ndim}) : ts_zeros(cx, (ts_ints){sizes, a->A->ndim}, (ts_dtype)a->A->dtype);
  sizes[a->A->ndim - 2] = k;
  out->t[0] = count ? ts_reshape(cx, ts_stack(cx, (ts_list){values, count}, 0), (ts_ints){sizes, a->A->ndim - 1}) : ts_zeros(cx, (ts_ints){sizes, a->A->ndim - 1}, (ts_dtype)a->A->dtype);
  return out->t[0] && out->t[1];
}
