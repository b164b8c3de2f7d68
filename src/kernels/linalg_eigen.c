/* Public forms of the spectral ops: which vectors are wanted, old names and conventions. */
#include <string.h>
#include "../gen/ops.h"
#include "kernels.h"
#include "matrices.h"

/* Vectors are computed for the sake of the gradient alone when there will be one. */
static bool records(const ts_cx *cx, const ts_tensor *t) { return cx->grad_mode && t->requires_grad; }

static ts_tensor *adjoint(ts_cx *cx, ts_tensor *t) { return ts_conj(cx, ts_mT(cx, t)); }

bool ts_linalg_svd_impl(ts_cx *cx, const ts_linalg_svd_args *a, ts_out *out) {
  if (a->driver) return ts_fail(cx, TS_ERR_ARGUMENT, "keyword argument `driver=` is only supported on CUDA inputs with cuSOLVER backend.");
  return ts__svd(cx, a->A, a->full_matrices, true, out->t);
}

bool ts_linalg_svdvals_impl(ts_cx *cx, const ts_linalg_svdvals_args *a, ts_out *out) {
  ts_tensor *r[3];
  if (a->driver) return ts_fail(cx, TS_ERR_ARGUMENT, "keyword argument `driver=` is only supported on CUDA inputs with cuSOLVER backend.");
  if (!ts__svd(cx, a->A, false, records(cx, a->A), r)) return false;
  out->t[0] = r[1];
  return true;
}

bool ts_svd_impl(ts_cx *cx, const ts_svd_args *a, ts_out *out) {
  ts_tensor *self = a->self;
  if (self->ndim < 2) return ts_fail(cx, TS_ERR_SHAPE, "input should have at least 2 dimensions, but has %d dimensions instead", self->ndim);
  if (a->compute_uv) {
    if (!ts__svd(cx, self, !a->some, true, out->t)) return false;
    return (out->t[2] = adjoint(cx, out->t[2])) != NULL;
  }
  out->t[1] = ts_linalg_svdvals(cx, self, NULL);
  int64_t sizes[TS_MAX_DIM];
  memcpy(sizes, self->sizes, (size_t)self->ndim * sizeof *sizes);
  sizes[self->ndim - 1] = ts_rows(self);
  out->t[0] = ts_new_zeros(cx, self, (ts_ints){sizes, self->ndim}, TS_DTYPE_NONE);
  sizes[self->ndim - 1] = sizes[self->ndim - 2] = ts_cols(self);
  out->t[2] = ts_new_zeros(cx, self, (ts_ints){sizes, self->ndim}, TS_DTYPE_NONE);
  return out->t[0] && out->t[1] && out->t[2];
}

bool ts_qr_impl(ts_cx *cx, const ts_qr_args *a, ts_out *out) { return ts_linalg_qr(cx, a->self, a->some ? "reduced" : "complete", out->t); }

bool ts_linalg_eigh_impl(ts_cx *cx, const ts_linalg_eigh_args *a, ts_out *out) { return ts__eigh(cx, a->A, a->UPLO, true, out->t); }

bool ts_linalg_eigvalsh_impl(ts_cx *cx, const ts_linalg_eigvalsh_args *a, ts_out *out) {
  ts_tensor *r[2];
  if (!ts__eigh(cx, a->A, a->UPLO, records(cx, a->A), r)) return false;
  out->t[0] = r[0];
  return true;
}

bool ts_symeig_impl(ts_cx *cx, const ts_symeig_args *a, ts_out *out) {
  const char *triangle = a->upper ? "U" : "L";
  if (!ts__eigh(cx, a->self, triangle, a->eigenvectors || records(cx, a->self), out->t)) return false;
  if (!a->eigenvectors) out->t[1] = a->self->numel ? ts_empty(cx, (ts_dtype)a->self->dtype, 1, (const int64_t[]){0}) : ts_empty_like(cx, a->self, (ts_dtype)a->self->dtype);
  return out->t[1] != NULL;
}

bool ts_linalg_eig_impl(ts_cx *cx, const ts_linalg_eig_args *a, ts_out *out) { return ts__eig(cx, a->A, true, out->t); }

bool ts_linalg_eigvals_impl(ts_cx *cx, const ts_linalg_eigvals_args *a, ts_out *out) {
  ts_tensor *r[2];
  if (!ts__eig(cx, a->A, records(cx, a->A), r)) return false;
  out->t[0] = r[0];
  return true;
}

/* The absolute and the relative tolerance as tensors that broadcast against the batch; NULL absolute: 0. */
typedef struct { ts_tensor *atol, *rtol; } tolerances;

static bool tolerances_of(ts_cx *cx, const ts_tensor *a, ts_tensor *atol, ts_tensor *rtol, tolerances *t) {
  const ts_dtype real = ts_part_dtype((ts_dtype)a->dtype);
  const double fallback = (real == TS_FLOAT32 ? 0x1p-23 : 0x1p-52) * (double)(ts_rows(a) > ts_cols(a) ? ts_rows(a) : ts_cols(a));
  const ts_tensor *given[2] = {atol, rtol};
  for (int k = 0; k < 2; k++)
    if (given[k] && ts_is_complex((ts_dtype)given[k]->dtype))
      return ts_fail(cx, TS_ERR_DTYPE, "%s tensor of complex type is not supported. Got %s", k ? "rtol" : "atol", ts_dtype_name((ts_dtype)given[k]->dtype));
  ts_tensor *standard = ts_wrap_scalar(cx, ts_float(fallback)), *zero = ts_wrap_scalar(cx, ts_float(0));
  t->atol = atol ? atol : zero;
  t->rtol = rtol ? rtol : atol ? ts_where(cx, ts_gt(cx, atol, zero), zero, standard) : standard;
  return t->rtol && t->atol;
}

/* max(atol, rtol * most), most: (..., 1) with a dim that the tolerances lack. */
static ts_tensor *limit(ts_cx *cx, const tolerances *t, ts_tensor *most) {
  ts_tensor *atol = t->atol->ndim ? ts_unsqueeze(cx, t->atol, -1) : t->atol, *rtol = t->rtol->ndim ? ts_unsqueeze(cx, t->rtol, -1) : t->rtol;
  ts_tensor *relative = ts_mul(cx, rtol, most);
  return relative ? ts_maximum(cx, ts_raw_cast(cx, atol, (ts_dtype)relative->dtype), relative) : NULL;
}

static bool matrix_like(ts_cx *cx, const ts_tensor *a) {
  const ts_dtype d = (ts_dtype)a->dtype;
  if (a->ndim >= 2 && ts_is_inexact(d) && !ts_is_half(d)) return true;
  return ts_fail(cx, a->ndim < 2 ? TS_ERR_SHAPE : TS_ERR_DTYPE, "expected a tensor with 2 or more dimensions of float, double, cfloat or cdouble types, got %s of shape %s",
                 ts_dtype_name(d), TS_TEXT(a));
}

bool ts_linalg_pinv_impl(ts_cx *cx, const ts_linalg_pinv_args *a, ts_out *out) {
  ts_tensor *A = a->A, *r[3];
  tolerances t;
  if (!matrix_like(cx, A)) return false;
  if (a->hermitian && !ts_check_square(cx, A, "A")) return false;
  if (a->rcond && (a->atol || a->rtol)) return ts_fail(cx, TS_ERR_ARGUMENT, "rcond is an older name of rtol: give one of the two");
  if (!tolerances_of(cx, A, a->atol, a->rcond ? a->rcond : a->rtol, &t)) return false;
  if (A->numel == 0) {
    int64_t sizes[TS_MAX_DIM];
    memcpy(sizes, A->sizes, (size_t)A->ndim * sizeof *sizes);
    sizes[A->ndim - 2] = ts_cols(A);
    sizes[A->ndim - 1] = ts_rows(A);
    return (out->t[0] = ts_empty(cx, (ts_dtype)A->dtype, A->ndim, sizes)) != NULL;
  }
  ts_tensor *zero = ts_wrap_scalar(cx, ts_float(0)), *values, *sizes, *left, *right;
  if (a->hermitian) {
    if (!ts__eigh(cx, A, "L", true, r)) return false;
    values = r[0];
    sizes = ts_abs(cx, values);
    left = r[1];
    right = adjoint(cx, r[1]);
  } else {
    if (!ts__svd(cx, A, false, true, r)) return false;
    values = sizes = r[1];
    left = adjoint(cx, r[2]);
    right = adjoint(cx, r[0]);
  }
  ts_tensor *counts = ts_gt(cx, sizes, limit(cx, &t, ts_amax(cx, sizes, TS_INTS(-1), true)));
  ts_tensor *inverse = ts_where(cx, counts, ts_reciprocal(cx, values), zero);
  return (out->t[0] = ts_matmul(cx, ts_mul(cx, left, ts_unsqueeze(cx, inverse, -2)), right)) != NULL;
}

bool ts_pinverse_impl(ts_cx *cx, const ts_pinverse_args *a, ts_out *out) {
  return (out->t[0] = ts_linalg_pinv(cx, a->self, ts_wrap_scalar(cx, ts_float(a->rcond)), false, NULL, NULL)) != NULL;
}

bool ts_linalg_matrix_rank_impl(ts_cx *cx, const ts_linalg_matrix_rank_args *a, ts_out *out) {
  ts_tensor *A = a->A, *sizes;
  tolerances t;
  if (!ts_check_matrices(cx, A, "input") || !ts_check_linear(cx, A)) return false;
  if (a->hermitian && !ts_check_square(cx, A, "A")) return false;
  if (a->tol && (a->atol || a->rtol)) return ts_fail(cx, TS_ERR_ARGUMENT, "tol is an older name of atol: give one of the two");
  if (!tolerances_of(cx, A, a->tol ? a->tol : a->atol, a->tol ? ts_wrap_scalar(cx, ts_float(0)) : a->rtol, &t)) return false;
  if (ts_rows(A) == 0 || ts_cols(A) == 0) {
    if (!(out->t[0] = ts_empty_batch(cx, A, TS_INT64, -1))) return false;
    memset(ts_data(out->t[0]), 0, (size_t)out->t[0]->numel * sizeof(int64_t));
    return true;
  }
  if (a->hermitian) sizes = ts_abs(cx, ts_linalg_eigvalsh(cx, A, "L"));
  else sizes = ts_linalg_svdvals(cx, A, NULL);
  if (!sizes) return false;
  ts_tensor *counts = ts_gt(cx, sizes, limit(cx, &t, ts_amax(cx, sizes, TS_INTS(-1), true)));
  return (out->t[0] = ts_sum(cx, counts, TS_INTS(-1), false, TS_DTYPE_NONE)) != NULL;
}
