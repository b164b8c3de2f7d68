/* Randomised decompositions of low rank, after Halko, Martinsson and Tropp. */
#include <inttypes.h>
#include "../gen/ops.h"
#include "kernels.h"
#include "matrices.h"

static ts_tensor *adjoint(ts_cx *cx, ts_tensor *t) { return ts_conj(cx, ts_mT(cx, t)); }

/* (A - M) X; M may be absent. */
static ts_tensor *applied(ts_cx *cx, ts_tensor *A, ts_tensor *M, ts_tensor *X) {
  ts_tensor *y = ts_matmul(cx, A, X);
  return M ? ts_sub(cx, y, ts_matmul(cx, M, X), ts_int(1)) : y;
}

static ts_tensor *orthonormal(ts_cx *cx, ts_tensor *x) {
  ts_tensor *r[2];
  return ts_linalg_qr(cx, x, "reduced", r) ? r[0] : NULL;
}

/* Orthonormal columns Q (m, q) with Q Q^H A close to A. */
static ts_tensor *basis(ts_cx *cx, ts_tensor *A, ts_tensor *M, int64_t q, int64_t niter) {
  if (!A) return NULL;
  ts_tensor *random = ts_randn(cx, TS_INTS(ts_cols(A), q), (ts_opt_int){false, 0}, (ts_dtype)A->dtype);
  ts_tensor *Q = orthonormal(cx, applied(cx, A, M, random)), *Ah = adjoint(cx, A), *Mh = M ? adjoint(cx, M) : NULL;
  for (int64_t i = 0; i < niter && Q; i++) Q = orthonormal(cx, applied(cx, A, M, orthonormal(cx, applied(cx, Ah, Mh, Q))));
  return Q;
}

static bool low_rank(ts_cx *cx, ts_tensor *A, ts_tensor *M, int64_t q, int64_t niter, ts_out *out) {
  const int64_t m = ts_rows(A), n = ts_cols(A), k = m < n ? m : n;
  if (q < 0 || q > k) return ts_fail(cx, TS_ERR_ARGUMENT, "q(=%" PRId64 ") must be non-negative integer and not greater than min(m, n)=%" PRId64, q, k);
  if (niter < 0) return ts_fail(cx, TS_ERR_ARGUMENT, "niter(=%" PRId64 ") must be non-negative integer", niter);
  /* The transpose is worked on where that keeps V small. */
  const bool turned = m < n || n > q;
  ts_tensor *At = ts_mT(cx, A), *Mt = M ? ts_mT(cx, M) : NULL, *r[3];
  ts_tensor *Q = basis(cx, turned ? At : A, turned ? Mt : M, q, niter);
  ts_tensor *Bt = turned ? applied(cx, A, M, ts_conj(cx, Q)) : ts_mT(cx, applied(cx, At, Mt, ts_conj(cx, Q)));
  if (!Bt || !ts__svd(cx, Bt, false, true, r)) return false;
  out->t[0] = turned ? r[0] : ts_matmul(cx, Q, r[0]);
  out->t[1] = r[1];
  out->t[2] = adjoint(cx, r[2]);
  if (turned) out->t[2] = ts_matmul(cx, Q, out->t[2]);
  return out->t[0] && out->t[1] && out->t[2];
}

bool ts_svd_lowrank_impl(ts_cx *cx, const ts_svd_lowrank_args *a, ts_out *out) {
  ts_tensor *M = a->M;
  if (!ts_check_matrices(cx, a->A, "A") || !ts_check_linear(cx, a->A)) return false;
  if (M && !(M = ts_expand(cx, M, ts_sizes_of(a->A), false))) return false;
  return low_rank(cx, a->A, M, a->q.given ? a->q.v : 6, a->niter.given ? a->niter.v : 2, out);
}

bool ts_pca_lowrank_impl(ts_cx *cx, const ts_pca_lowrank_args *a, ts_out *out) {
  ts_tensor *A = a->A;
  if (!ts_check_matrices(cx, A, "A") || !ts_check_linear(cx, A)) return false;
  const int64_t k = ts_rows(A) < ts_cols(A) ? ts_rows(A) : ts_cols(A), q = a->q.given ? a->q.v : k < 6 ? k : 6;
  if (a->center && !(A = ts_sub(cx, A, ts_mean(cx, A, TS_INTS(-2), true, TS_DTYPE_NONE), ts_int(1)))) return false;
  return low_rank(cx, A, NULL, q, a->niter, out);
}
