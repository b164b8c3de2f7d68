/* Norms and condition numbers of matrices: sums and singular values. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include "../gen/ops.h"
#include "kernels.h"
#include "matrices.h"

static bool two_dims(ts_cx *cx, ts_ints dim, int ndim, int *d) {
  if (dim.n != 2) return ts_fail(cx, TS_ERR_ARGUMENT, "dim must be a 2-tuple. Got %s", ts_sizes_text((int)dim.n, dim.v, (char[160]){0}, 160));
  if (!ts_wrap_dim(cx, dim.v[0], ndim, d) || !ts_wrap_dim(cx, dim.v[1], ndim, d + 1)) return false;
  return d[0] != d[1] || ts_fail(cx, TS_ERR_ARGUMENT, "dims must be different. Got (%" PRId64 ", %" PRId64 ")", dim.v[0], dim.v[1]);
}

/* What matrix_norm takes, in the wanted dtype. */
static ts_tensor *operand(ts_cx *cx, ts_tensor *a, ts_ints dim, ts_dtype dtype, int *d) {
  if (!ts_check_matrices(cx, a, "A") || !ts_check_linear(cx, a) || !two_dims(cx, dim, a->ndim, d)) return NULL;
  if (dtype == TS_DTYPE_NONE || dtype == a->dtype) return a;
  const ts_dtype own = (ts_dtype)a->dtype;
  const bool complex = ts_is_complex(own), fits = ts_is_inexact(dtype) && ts_is_complex(dtype) == complex && ts_can_cast(own, dtype);
  if (!ts_is_inexact(dtype)) ts_fail(cx, TS_ERR_DTYPE, "dtype should be floating point or complex, but got %s", ts_dtype_name(dtype));
  else if (ts_is_complex(dtype) != complex) ts_fail(cx, TS_ERR_DTYPE, "dtype should be %s for %s inputs, but got %s", complex ? "complex" : "real", complex ? "complex" : "real", ts_dtype_name(dtype));
  else if (ts_promote(own, dtype) != dtype)
    ts_fail(cx, TS_ERR_DTYPE, "the dtype of the input (%s) should be convertible without narrowing to the specified dtype (%s)", ts_dtype_name(own), ts_dtype_name(dtype));
  if (!fits || ts_failed(cx)) return NULL;
  return ts__to_dtype(cx, a, dtype);
}

/* Singular values along dims d, as a last dim. */
static ts_tensor *values_along(ts_cx *cx, ts_tensor *a, const int *d) {
  return ts_linalg_svdvals(cx, a ? ts_movedim(cx, a, TS_INTS(d[0], d[1]), TS_INTS(-2, -1)) : NULL, NULL);
}

/* A result that lacks dims d gets them back with size 1. */
static ts_tensor *restored(ts_cx *cx, ts_tensor *t, const int *d, bool keepdim) {
  if (!keepdim) return t;
  const int low = d[0] < d[1] ? d[0] : d[1], high = d[0] < d[1] ? d[1] : d[0];
  return ts_unsqueeze(cx, ts_unsqueeze(cx, t, low), high);
}

static ts_tensor *nuclear(ts_cx *cx, ts_tensor *a, const int *d, bool keepdim) {
  return restored(cx, ts_sum(cx, values_along(cx, a, d), TS_INTS(-1), false, TS_DTYPE_NONE), d, keepdim);
}

static ts_tensor *by_order(ts_cx *cx, ts_tensor *a, double ord, ts_ints dim, bool keepdim, ts_dtype dtype) {
  int d[2];
  const double size = fabs(ord);
  if (size != 2 && size != 1 && !isinf(size)) {
    ts_fail(cx, TS_ERR_ARGUMENT, "Order %g not supported.", ord);
    return NULL;
  }
  if (!(a = operand(cx, a, dim, dtype, d))) return NULL;
  if (size == 2) {
    ts_tensor *values = values_along(cx, a, d);
    return restored(cx, ord > 0 ? ts_amax(cx, values, TS_INTS(-1), false) : ts_amin(cx, values, TS_INTS(-1), false), d, keepdim);
  }
  /* Sums over one dim, the extreme of them over the other. */
  const int over = size == 1 ? d[0] : d[1], along = size == 1 ? d[1] : d[0];
  ts_tensor *sums = ts_vector_norm(cx, a, ts_float(1), TS_INTS(over), keepdim, TS_DTYPE_NONE);
  const ts_ints rest = TS_INTS(keepdim || along < over ? along : along - 1);
  return ord > 0 ? ts_amax(cx, sums, rest, keepdim) : ts_amin(cx, sums, rest, keepdim);
}

static ts_tensor *by_name(ts_cx *cx, ts_tensor *a, const char *ord, ts_ints dim, bool keepdim, ts_dtype dtype) {
  int d[2];
  const bool fro = strcmp(ord, "fro") == 0;
  if (!fro && strcmp(ord, "nuc") != 0) {
    ts_fail(cx, TS_ERR_ARGUMENT, "Order %s not supported.", ord);
    return NULL;
  }
  if (!fro) return (a = operand(cx, a, dim, dtype, d)) ? nuclear(cx, a, d, keepdim) : NULL;
  if (!ts_check_matrices(cx, a, "A") || (!ts_is_half((ts_dtype)a->dtype) && !ts_check_linear(cx, a)) || !two_dims(cx, dim, a->ndim, d)) return NULL;
  return ts_vector_norm(cx, a, ts_float(2), dim, keepdim, dtype);
}

bool ts_linalg_matrix_norm_impl(ts_cx *cx, const ts_linalg_matrix_norm_args *a, ts_out *out) {
  return (out->t[0] = by_name(cx, a->A, a->ord, a->dim, a->keepdim, a->dtype)) != NULL;
}
bool ts_linalg_matrix_norm_ord_impl(ts_cx *cx, const ts_linalg_matrix_norm_ord_args *a, ts_out *out) {
  return (out->t[0] = by_order(cx, a->A, a->ord.f, a->dim, a->keepdim, a->dtype)) != NULL;
}

bool ts_linalg_norm_impl(ts_cx *cx, const ts_linalg_norm_args *a, ts_out *out) {
  const bool given = a->ord.kind != TS_NUM_NONE;
  const int ndim = a->A->ndim;
  if (a->dim.n >= 0 && a->dim.n != 1 && a->dim.n != 2)
    return ts_fail(cx, TS_ERR_ARGUMENT, "If dim is specified, it must be of length 1 or 2. Got %s", ts_sizes_text((int)a->dim.n, a->dim.v, (char[160]){0}, 160));
  if (a->dim.n < 0 && given && ndim != 1 && ndim != 2)
    return ts_fail(cx, TS_ERR_SHAPE, "If dim is not specified but ord is, the input must be 1D or 2D. Got %dD.", ndim);
  const bool matrix = given && (a->dim.n == 2 || (a->dim.n < 0 && ndim == 2));
  if (matrix) out->t[0] = by_order(cx, a->A, a->ord.f, a->dim.n < 0 ? TS_INTS(0, 1) : a->dim, a->keepdim, a->dtype);
  else out->t[0] = ts_vector_norm(cx, a->A, given ? a->ord : ts_int(2), a->dim, a->keepdim, a->dtype);
  return out->t[0] != NULL;
}

bool ts_linalg_norm_named_impl(ts_cx *cx, const ts_linalg_norm_named_args *a, ts_out *out) {
  if (a->dim.n < 0 && a->A->ndim != 1 && a->A->ndim != 2)
    return ts_fail(cx, TS_ERR_SHAPE, "If dim is not specified but ord is, the input must be 1D or 2D. Got %dD.", a->A->ndim);
  return (out->t[0] = by_name(cx, a->A, a->ord, a->dim.n < 0 ? TS_INTS(0, 1) : a->dim, a->keepdim, a->dtype)) != NULL;
}

bool ts_nuclear_norm_impl(ts_cx *cx, const ts_nuclear_norm_args *a, ts_out *out) {
  const int n = a->self->ndim;
  if (n != 2) return ts_fail(cx, TS_ERR_SHAPE, "Expected a tensor with 2 dimensions, but got a tensor with %d dimension%s instead.", n, n == 1 ? "" : "s");
  return (out->t[0] = nuclear(cx, a->self, (int[]){0, 1}, a->keepdim)) != NULL;
}

bool ts_nuclear_norm_dim_impl(ts_cx *cx, const ts_nuclear_norm_dim_args *a, ts_out *out) {
  int d[2];
  if (a->dim.n != 2) return ts_fail(cx, TS_ERR_ARGUMENT, "nuclear norm requires a 'dim' argument of size 2");
  return two_dims(cx, a->dim, a->self->ndim, d) && (out->t[0] = nuclear(cx, a->self, d, a->keepdim)) != NULL;
}

bool ts_frobenius_norm_impl(ts_cx *cx, const ts_frobenius_norm_args *a, ts_out *out) {
  const ts_dtype d = (ts_dtype)a->self->dtype;
  if (a->dim.n > 2) return ts_fail(cx, TS_ERR_ARGUMENT, "Expected at most 2 dimensions, but got %" PRId64 " dimensions instead.", a->dim.n);
  if (!ts_is_inexact(d)) return ts_fail(cx, TS_ERR_DTYPE, "input dtype should be either floating point or complex. Got %s instead.", ts_dtype_name(d));
  return (out->t[0] = ts_vector_norm(cx, a->self, ts_float(2), a->dim, a->keepdim, TS_DTYPE_NONE)) != NULL;
}

/* No matrix: condition numbers of 0. */
static bool of_nothing(ts_cx *cx, const ts_tensor *a, ts_out *out) {
  if (!(out->t[0] = ts_empty_batch(cx, a, ts_part_dtype((ts_dtype)a->dtype), -1))) return false;
  memset(ts_data(out->t[0]), 0, (size_t)(out->t[0]->numel * ts_itemsize((ts_dtype)out->t[0]->dtype)));
  return true;
}

/* |A| |A^-1|; infinite where A is singular. */
static bool by_inverse(ts_cx *cx, ts_tensor *a, const char *name, double ord, ts_out *out) {
  ts_tensor *r[2];
  if (!ts_linalg_inv_ex(cx, a, false, r)) return false;
  ts_tensor *singular = ts_gt(cx, r[1], ts_wrap_scalar(cx, ts_int(0)));
  ts_tensor *inverse = ts_masked_fill(cx, r[0], ts_unsqueeze(cx, ts_unsqueeze(cx, singular, -1), -1), ts_wrap_scalar(cx, ts_float(INFINITY)));
  if (!inverse) return false;
  const ts_ints dims = TS_INTS(-2, -1);
  ts_tensor *first = name ? by_name(cx, a, name, dims, false, TS_DTYPE_NONE) : by_order(cx, a, ord, dims, false, TS_DTYPE_NONE);
  ts_tensor *second = name ? by_name(cx, inverse, name, dims, false, TS_DTYPE_NONE) : by_order(cx, inverse, ord, dims, false, TS_DTYPE_NONE);
  return (out->t[0] = ts_mul(cx, first, second)) != NULL;
}

static bool square_for(ts_cx *cx, const ts_tensor *a, const char *ord) {
  if (a->ndim < 2) return ts_fail(cx, TS_ERR_SHAPE, "(ord=%s): The input tensor A must have at least 2 dimensions.", ord);
  if (ts_rows(a) == ts_cols(a)) return true;
  return ts_fail(cx, TS_ERR_SHAPE, "(ord=%s): A must be batches of square matrices, but they are %" PRId64 " by %" PRId64 " matrices", ord, ts_rows(a), ts_cols(a));
}

bool ts_linalg_cond_impl(ts_cx *cx, const ts_linalg_cond_args *a, ts_out *out) {
  ts_tensor *A = a->A;
  if (A->ndim < 2) return ts_fail(cx, TS_ERR_SHAPE, "The input tensor must have at least 2 dimensions.");
  if (!ts_check_linear(cx, A)) return false;
  const bool given = a->p.kind != TS_NUM_NONE;
  const double p = given ? a->p.f : 2, size = fabs(p);
  if (size != 2 && size != 1 && !isinf(size)) return ts_fail(cx, TS_ERR_ARGUMENT, "got an invalid norm type: %g", p);
  if (size == 2) {
    if (A->numel == 0) return of_nothing(cx, A, out);
    ts_tensor *values = ts_linalg_svdvals(cx, A, NULL);
    if (!values) return false;
    ts_tensor *most = ts_select(cx, values, -1, 0), *least = ts_select(cx, values, -1, -1);
    return (out->t[0] = p > 0 ? ts_div(cx, most, least, NULL) : ts_div(cx, least, most, NULL)) != NULL;
  }
  char text[32];
  snprintf(text, sizeof text, isinf(p) ? p > 0 ? "inf" : "-inf" : "%g", p);
  if (A->numel == 0) return of_nothing(cx, A, out);
  return square_for(cx, A, text) && by_inverse(cx, A, NULL, p, out);
}

bool ts_linalg_cond_named_impl(ts_cx *cx, const ts_linalg_cond_named_args *a, ts_out *out) {
  ts_tensor *A = a->A;
  if (strcmp(a->p, "fro") != 0 && strcmp(a->p, "nuc") != 0)
    return ts_fail(cx, TS_ERR_ARGUMENT, "got an invalid norm type: %s", a->p);
  if (!ts_check_linear(cx, A) || !square_for(cx, A, a->p)) return false;
  if (A->numel == 0) return of_nothing(cx, A, out);
  return by_inverse(cx, A, a->p, 0, out);
}
