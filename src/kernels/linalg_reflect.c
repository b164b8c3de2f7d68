/* Products of Householder reflectors, H_1 H_2 ... H_k = I - V T V^H with vectors V (unit lower) and T from their factors:
   matrix products, and so differentiable to any order. */
#include <inttypes.h>
#include <string.h>
#include "../gen/ops.h"
#include "kernels.h"
#include "matrices.h"

/* "[2, 3]": the batch dims of a tensor whose matrices (or vectors) take `own` dims. */
#define BATCH_TEXT(t, own) ts_sizes_text((t)->ndim - (own), (t)->sizes, (char[160]){0}, 160)

static bool same_batch(const ts_tensor *a, const ts_tensor *b, int own) {
  if (b->ndim - own != a->ndim - 2) return false;
  return a->ndim == 2 || memcmp(a->sizes, b->sizes, (size_t)(a->ndim - 2) * sizeof *a->sizes) == 0;
}

static bool fits(ts_cx *cx, const ts_tensor *a, const ts_tensor *tau) {
  if (tau->ndim != a->ndim - 1)
    return ts_fail(cx, TS_ERR_SHAPE, "Expected tau to have one dimension less than input, but got tau.ndim equal to %d and input.ndim is equal to %d", tau->ndim, a->ndim);
  if (same_batch(a, tau, 1)) return true;
  return ts_fail(cx, TS_ERR_SHAPE, "Expected batch dimensions of tau to be equal to input.shape[:-2], but got %s", BATCH_TEXT(tau, 1));
}

/* V (m, k) and T (k, k). */
static bool compact(ts_cx *cx, ts_tensor *a, ts_tensor *tau, ts_tensor **v, ts_tensor **t) {
  const int64_t m = ts_rows(a), k = tau->sizes[tau->ndim - 1];
  const ts_dtype d = (ts_dtype)a->dtype;
  ts_tensor *below = ts_tril(cx, ts_narrow(cx, a, -1, 0, k), -1);
  *v = ts_add(cx, below, ts_eye(cx, m, (ts_opt_int){true, k}, d), ts_int(1));
  ts_tensor *overlap = ts_triu(cx, ts_matmul(cx, ts_conj(cx, ts_mT(cx, *v)), *v), 1);
  /* T = (I + D S)^-1 D with D of the factors and S the overlaps above the diagonal. */
  ts_tensor *scaled = ts_mul(cx, ts_unsqueeze(cx, tau, -1), overlap);
  *t = ts_linalg_solve_triangular(cx, scaled, ts_diag_embed(cx, tau, 0, -2, -1), true, true, true);
  return *t != NULL;
}

bool ts_linalg_householder_product_impl(ts_cx *cx, const ts_linalg_householder_product_args *a, ts_out *out) {
  ts_tensor *A = a->A, *tau = a->tau, *v, *t;
  if (A->ndim < 2) return ts_fail(cx, TS_ERR_SHAPE, "input must have at least 2 dimensions.");
  if (ts_rows(A) < ts_cols(A)) return ts_fail(cx, TS_ERR_SHAPE, "input.shape[-2] must be greater than or equal to input.shape[-1]");
  if (tau->ndim && ts_cols(A) < tau->sizes[tau->ndim - 1]) return ts_fail(cx, TS_ERR_SHAPE, "input.shape[-1] must be greater than or equal to tau.shape[-1]");
  if (!fits(cx, A, tau) || !ts_check_linear(cx, A)) return false;
  if (tau->dtype != A->dtype)
    return ts_fail(cx, TS_ERR_DTYPE, "tau dtype %s does not match input dtype %s", ts_dtype_name((ts_dtype)tau->dtype), ts_dtype_name((ts_dtype)A->dtype));
  const int64_t m = ts_rows(A), n = ts_cols(A);
  if (!compact(cx, A, tau, &v, &t)) return false;
  ts_tensor *top = ts_conj(cx, ts_mT(cx, ts_narrow(cx, v, -2, 0, n)));
  ts_tensor *product = ts_matmul(cx, v, ts_matmul(cx, t, top));
  return (out->t[0] = ts_sub(cx, ts_eye(cx, m, (ts_opt_int){true, n}, (ts_dtype)A->dtype), product, ts_int(1))) != NULL;
}

bool ts_orgqr_impl(ts_cx *cx, const ts_orgqr_args *a, ts_out *out) { return (out->t[0] = ts_linalg_householder_product(cx, a->self, a->input2)) != NULL; }

bool ts_ormqr_impl(ts_cx *cx, const ts_ormqr_args *a, ts_out *out) {
  ts_tensor *A = a->self, *tau = a->input2, *C = a->input3, *v, *t;
  if (A->ndim < 2) return ts_fail(cx, TS_ERR_SHAPE, "input must have at least 2 dimensions.");
  if (C->ndim < 2) return ts_fail(cx, TS_ERR_SHAPE, "other must have at least 2 dimensions.");
  const int from_end = a->left ? 2 : 1;
  const int64_t side = C->sizes[C->ndim - from_end], k = tau->ndim ? tau->sizes[tau->ndim - 1] : 0;
  if (side < k) return ts_fail(cx, TS_ERR_SHAPE, "other.shape[-%d] must be greater than or equal to tau.shape[-1]", from_end);
  if (side != ts_rows(A)) return ts_fail(cx, TS_ERR_SHAPE, "other.shape[-%d] must be equal to input.shape[-2]", from_end);
  if (k > ts_cols(A)) return ts_fail(cx, TS_ERR_SHAPE, "tau.shape[-1] must be less than or equal to input.shape[-1]");
  if (tau->ndim != A->ndim - 1 && !fits(cx, A, tau)) return false;
  if (C->ndim != A->ndim)
    return ts_fail(cx, TS_ERR_SHAPE, "Expected other to have the same number of dimensions as input, but got other.ndim equal to %d and input.ndim is equal to %d", C->ndim, A->ndim);
  if (!fits(cx, A, tau)) return false;
  if (!same_batch(A, C, 2)) return ts_fail(cx, TS_ERR_SHAPE, "Expected batch dimensions of other to be equal to input.shape[:-2], but got %s", BATCH_TEXT(C, 2));
  for (int i = 0; i < 2; i++) {
    const ts_tensor *other = i ? C : tau;
    if (other->dtype != A->dtype)
      return ts_fail(cx, TS_ERR_DTYPE, "Expected input and %s to have the same dtype, but input has dtype %s and %s has dtype %s", i ? "other" : "tau",
                     ts_dtype_name((ts_dtype)A->dtype), i ? "other" : "tau", ts_dtype_name((ts_dtype)other->dtype));
  }
  if (!ts_check_linear(cx, A) || !compact(cx, A, tau, &v, &t)) return false;
  ts_tensor *vh = ts_conj(cx, ts_mT(cx, v)), *part;
  if (a->transpose) t = ts_conj(cx, ts_mT(cx, t));
  if (a->left) part = ts_matmul(cx, v, ts_matmul(cx, t, ts_matmul(cx, vh, C)));
  else part = ts_matmul(cx, ts_matmul(cx, ts_matmul(cx, C, v), t), vh);
  return (out->t[0] = ts_sub(cx, C, part, ts_int(1))) != NULL;
}
