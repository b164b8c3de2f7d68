/* Determinants, from the LU factors. */
#include <math.h>
#include <string.h>
#include "../gen/ops.h"
#include "../linalg/factor.h"
#include "linalg.h"

/* The diagonal of U and the parity of the exchanges, by ops: real and complex alike. */
static ts_tensor *diagonal_of(ts_cx *cx, ts_tensor *lu) { return ts_diagonal(cx, lu, 0, -2, -1); }

/* 1 or -1 for each matrix, in d. */
static ts_tensor *parity_of(ts_cx *cx, const ts_tensor *lu, const ts_tensor *pivots) {
  ts_tensor *t = ts_empty_batch(cx, lu, TS_INT64, -1);
  if (!t) return NULL;
  const int64_t n = ts_rows(lu);
  const int32_t *v = ts_data(pivots);
  for (int64_t b = 0; b < t->numel; b++, v += n) {
    int64_t odd = 0;
    for (int64_t i = 0; i < n; i++) odd ^= v[i] != i + 1;
    ((int64_t *)ts_data(t))[b] = odd ? -1 : 1;
  }
  return ts_raw_cast(cx, t, (ts_dtype)lu->dtype);
}

static bool factor(ts_cx *cx, ts_tensor *a, ts_tensor **lu, ts_tensor **pivots) {
  ts_tensor *info;
  return ts_check_linear(cx, a) && ts_check_square(cx, a, "A") && ts_lu_of(cx, a, lu, pivots, &info);
}

static ts_tensor *determinant(ts_cx *cx, ts_tensor *lu, ts_tensor *pivots) {
  return ts_mul(cx, ts_prod(cx, diagonal_of(cx, lu), (ts_opt_int){true, -1}, false, TS_DTYPE_NONE), parity_of(cx, lu, pivots));
}

bool ts__linalg_det_impl(ts_cx *cx, const ts__linalg_det_args *a, ts_out *out) {
  if (!factor(cx, a->A, &out->t[1], &out->t[2])) return false;
  return (out->t[0] = determinant(cx, out->t[1], out->t[2])) != NULL;
}

bool ts__linalg_slogdet_impl(ts_cx *cx, const ts__linalg_slogdet_args *a, ts_out *out) {
  ts_tensor *lu, *pivots;
  if (!factor(cx, a->A, &lu, &pivots)) return false;
  ts_tensor *d = diagonal_of(cx, lu);
  out->t[0] = ts_mul(cx, ts_prod(cx, ts_sgn(cx, d), (ts_opt_int){true, -1}, false, TS_DTYPE_NONE), parity_of(cx, lu, pivots));
  out->t[1] = ts_sum(cx, ts_log(cx, ts_abs(cx, d)), TS_INTS(-1), false, TS_DTYPE_NONE);
  out->t[2] = lu;
  out->t[3] = pivots;
  return out->t[0] && out->t[1];
}

bool ts_det_impl(ts_cx *cx, const ts_det_args *a, ts_out *out) {
  ts_tensor *r[3] = {0};
  ts__linalg_det(cx, a->self, r);
  return (out->t[0] = r[0]) != NULL;
}

bool ts_slogdet_impl(ts_cx *cx, const ts_slogdet_args *a, ts_out *out) {
  ts_tensor *r[4] = {0};
  if (!ts__linalg_slogdet(cx, a->self, r)) return false;
  out->t[0] = r[0];
  out->t[1] = r[1];
  return true;
}

bool ts_logdet_impl(ts_cx *cx, const ts_logdet_args *a, ts_out *out) {
  ts_tensor *r[4] = {0};
  if (!ts__linalg_slogdet(cx, a->self, r)) return false;
  if (ts_is_complex((ts_dtype)a->self->dtype)) return (out->t[0] = ts_add(cx, ts_log(cx, r[0]), r[1], ts_int(1))) != NULL;
  ts_tensor *negative = ts_eq(cx, r[0], ts_wrap_scalar(cx, ts_int(-1)));
  return (out->t[0] = ts_masked_fill(cx, r[1], negative, ts_wrap_scalar(cx, ts_float(NAN)))) != NULL;
}

/* The conjugate of d det / dA: det A^-H, from factors in which zeros on U's diagonal give way to rounding errors, so that
   a singular matrix has its cofactors too. */
bool ts__linalg_cofactors_impl(ts_cx *cx, const ts__linalg_cofactors_args *a, ts_out *out) {
  ts_tensor *lu = a->LU, *d = diagonal_of(cx, lu);
  const double eps = ts_itemsize((ts_dtype)lu->dtype) / (ts_is_complex((ts_dtype)lu->dtype) ? 2 : 1) == 4 ? 1e-7 : 2e-16;
  ts_tensor *zero = ts_eq(cx, d, ts_wrap_scalar(cx, ts_int(0)));
  ts_tensor *replaced = ts_where(cx, zero, ts_wrap_scalar(cx, ts_float(eps)), ts_zeros_like(cx, d, TS_DTYPE_NONE));
  lu = ts_add(cx, lu, ts_diag_embed(cx, replaced, 0, -2, -1), ts_int(1));
  ts_tensor *det = lu ? ts_conj(cx, determinant(cx, lu, a->pivots)) : NULL;
  if (!det) return false;
  ts_tensor *right = ts_mul(cx, ts_unsqueeze(cx, ts_unsqueeze(cx, det, -1), -1), ts_eye(cx, ts_rows(lu), (ts_opt_int){false, 0}, (ts_dtype)lu->dtype));
  return right && (out->t[0] = ts_lu_solved(cx, lu, a->pivots, right, true, true)) != NULL;
}
