/* Norms of vectors, and what is made of them. */
#include <math.h>
#include <string.h>
#include "../core/vmath.h"
#include "compose.h"
#include "complex.h"
#include "elementwise.h"
#include "kernels.h"

bool ts_vector_norm_impl(ts_cx *cx, const ts_vector_norm_args *a, ts_out *out) {
  ts_tensor *self = a->self, *acc;
  double p = a->ord.f;
  uint64_t mask;
  if (!ts_dim_mask(cx, a->dim, self->ndim, &mask)) return false;
  ts_dtype d = (ts_dtype)self->dtype, to = a->dtype != TS_DTYPE_NONE ? a->dtype : d;
  if (!ts_is_inexact(d)) return ts_fail(cx, TS_ERR_DTYPE, "Expected a floating point or complex tensor as input. Got %s", ts_dtype_name(d));
  if (ts_is_complex(d)) { /* the norm of the absolute values */
    if (ts_is_complex(to) && to != d && !(self = ts_raw_cast(cx, self, to))) return false;
    if (!(self = ts_abs(cx, self))) return false;
    d = (ts_dtype)self->dtype;
    to = ts_part_dtype(to);
  }
  if (!ts_can_cast(d, to) || !ts_is_inexact(to)) return ts_fail(cx, TS_ERR_DTYPE, "dtype should be floating point, got %s", ts_dtype_name(to));
  if (self->numel == 0 && (p < 0 || isinf(p)))
    for (int k = 0; k < self->ndim; k++)
      if (mask >> k & 1 && self->sizes[k] == 0)
        return ts_fail(cx, TS_ERR_SHAPE, "cannot compute the %g norm of an empty dimension %d (shape %s): the operation does not have an identity", p, k, TS_TEXT(self));
  if (to == TS_FLOAT64 && !(self = ts_raw_cast(cx, self, to))) return false;
  if (p == 0) {
    acc = ts_reduced(cx, ts_raw_cast(cx, self, TS_BOOL), mask, a->keepdim, TS_RED_SUM);
  } else if (p == 2) {
    acc = ts_reduced(cx, self, mask, a->keepdim, TS_RED_SQUARE);
  } else {
    ts_tensor *sizes = ts_abs(cx, self);
    if (!sizes) return false;
    if (!isinf(p) && p != 1) sizes = ts_pow(cx, ts_raw_cast(cx, sizes, TS_FLOAT64), ts_wrap_scalar(cx, ts_float(p)));
    acc = sizes ? ts_reduced(cx, sizes, mask, a->keepdim, isinf(p) ? p > 0 ? TS_RED_MAX : TS_RED_MIN : TS_RED_SUM) : NULL;
  }
  if (!acc) return false;
  double *value = ts_data(acc);
  for (int64_t i = 0; i < acc->numel && !isinf(p) && p != 0 && p != 1; i++) value[i] = p == 2 ? sqrt(value[i]) : vm_pow(value[i], 1 / p);
  return (out->t[0] = ts_raw_cast(cx, acc, to)) != NULL;
}

static bool norm(ts_cx *cx, ts_tensor *self, ts_scalar p, ts_ints dim, bool keepdim, ts_dtype dtype, ts_out *out) {
  if (!ts_is_inexact((ts_dtype)self->dtype))
    return ts_fail(cx, TS_ERR_DTYPE, "input dtype should be either floating point or complex. Got %s instead.", ts_dtype_name((ts_dtype)self->dtype));
  if (p.kind == TS_NUM_NONE || (self->numel == 0 && isinf(p.f))) p = ts_float(2); /* of nothing, any norm is 0 here */
  return (out->t[0] = ts_vector_norm(cx, self, p, dim, keepdim, dtype)) != NULL;
}

bool ts_norm_impl(ts_cx *cx, const ts_norm_args *a, ts_out *out) { return norm(cx, a->self, a->p, a->dim, a->keepdim, a->dtype, out); }

bool ts_norm_named_impl(ts_cx *cx, const ts_norm_named_args *a, ts_out *out) {
  if (strcmp(a->p, "nuc") == 0) {
    if (a->dtype != TS_DTYPE_NONE) return ts_fail(cx, TS_ERR_ARGUMENT, "dtype argument is not supported in nuclear norm");
    out->t[0] = a->dim.n < 0 ? ts_nuclear_norm(cx, a->self, a->keepdim) : ts_nuclear_norm_dim(cx, a->self, a->dim, a->keepdim);
    return out->t[0] != NULL;
  }
  if (strcmp(a->p, "fro") != 0) return ts_fail(cx, TS_ERR_ARGUMENT, "only valid string values are 'fro' and 'nuc', found %s", a->p);
  return norm(cx, a->self, ts_float(2), a->dim, a->keepdim, a->dtype, out);
}

bool ts_dist_impl(ts_cx *cx, const ts_dist_args *a, ts_out *out) {
  ts_out result = {.t = {NULL}};
  ts_tensor *difference = ts_sub(cx, a->self, a->other, ts_int(1));
  if (!difference || !norm(cx, difference, a->p, TS_NO_INTS, false, TS_DTYPE_NONE, &result)) return false;
  return (out->t[0] = result.t[0]) != NULL;
}

bool ts_normalize_impl(ts_cx *cx, const ts_normalize_args *a, ts_out *out) {
  ts_tensor *size = ts_clamp_min(cx, ts_vector_norm(cx, a->self, ts_float(a->p), a->dim, true, TS_DTYPE_NONE), ts_wrap_scalar(cx, ts_float(a->eps)));
  return (out->t[0] = ts_div(cx, a->self, size, NULL)) != NULL;
}

/* x over its norm along dim, the norm no smaller than eps. */
static ts_tensor *unit(ts_cx *cx, ts_tensor *x, int64_t dim, double eps) {
  ts_tensor *size = ts_vector_norm(cx, x, ts_float(2), TS_INTS(dim), true, TS_DTYPE_NONE);
  return ts_div(cx, x, ts_clamp_min(cx, size, ts_wrap_scalar(cx, ts_float(eps))), NULL);
}

bool ts_cosine_similarity_impl(ts_cx *cx, const ts_cosine_similarity_args *a, ts_out *out) {
  int n;
  int64_t sizes[TS_MAX_DIM];
  if (!ts_broadcast_sizes(cx, a->x1->ndim, a->x1->sizes, a->x2->ndim, a->x2->sizes, &n, sizes)) return false;
  ts_ints both = {sizes, n};
  const ts_dtype dtype = ts_result_type((ts_tensor *const[]){a->x1, a->x2}, 2);
  ts_tensor *x1 = ts_expand(cx, ts__to_dtype(cx, a->x1, dtype), both, false), *x2 = ts_expand(cx, ts__to_dtype(cx, a->x2, dtype), both, false);
  ts_tensor *product = ts_mul(cx, unit(cx, x1, a->dim, a->eps), unit(cx, x2, a->dim, a->eps));
  return (out->t[0] = ts_sum(cx, product, TS_INTS(a->dim), false, TS_DTYPE_NONE)) != NULL;
}

bool ts_norm_except_dim_impl(ts_cx *cx, const ts_norm_except_dim_args *a, ts_out *out) {
  int64_t dims[TS_MAX_DIM];
  int n = 0, dim = -1;
  if (a->dim != -1 && !ts_wrap_dim(cx, a->dim, a->self->ndim, &dim)) return false;
  for (int d = 0; d < a->self->ndim; d++)
    if (d != dim) dims[n++] = d;
  /* Of a vector every element is its own row. */
  ts_tensor *t = n == 0 ? ts_abs(cx, a->self) : ts_vector_norm(cx, a->self, ts_float((double)a->pow), (ts_ints){dims, n}, dim >= 0, TS_DTYPE_NONE);
  return (out->t[0] = t) != NULL;
}

bool ts_pairwise_distance_impl(ts_cx *cx, const ts_pairwise_distance_args *a, ts_out *out) {
  ts_tensor *apart = ts_add(cx, ts_sub(cx, a->x1, a->x2, ts_int(1)), ts_wrap_scalar(cx, ts_float(a->eps)), ts_int(1));
  return (out->t[0] = ts_vector_norm(cx, apart, ts_float(a->p), TS_INTS(-1), a->keepdim, TS_DTYPE_NONE)) != NULL;
}

bool ts_renorm_impl(ts_cx *cx, const ts_renorm_args *a, ts_out *out) {
  ts_tensor *self = a->self;
  int dim, n = 0;
  int64_t others[TS_MAX_DIM];
  if (!(a->p.f > 0)) return ts_fail(cx, TS_ERR_ARGUMENT, "non-positive-norm not supported");
  if (!(a->maxnorm.f >= 0)) return ts_fail(cx, TS_ERR_ARGUMENT, "expected maxnorm to be >= 0 but got %g", a->maxnorm.f);
  if (self->ndim < 2) return ts_fail(cx, TS_ERR_SHAPE, "input needs at least 2 dimensions, got %d dimensions", self->ndim);
  if (!ts_wrap_dim(cx, a->dim, self->ndim, &dim)) return false;
  const ts_dtype d = (ts_dtype)self->dtype;
  if (!ts_is_inexact(d)) return ts_fail(cx, TS_ERR_DTYPE, "Expected a floating point or complex tensor as input. Got %s", ts_dtype_name(d));
  for (int k = 0; k < self->ndim; k++)
    if (k != dim) others[n++] = k;
  ts_tensor *norm = ts_vector_norm(cx, self, a->p, (ts_ints){others, n}, true, ts_is_half(d) ? TS_FLOAT32 : TS_DTYPE_NONE);
  ts_tensor *factor = DIV(ts_wrap_scalar(cx, a->maxnorm), ADD(norm, NUM(1e-7)));
  factor = ts_where(cx, ts_gt(cx, norm, ts_wrap_scalar(cx, a->maxnorm)), factor, NUM(1));
  return (out->t[0] = MUL(self, ts__to_dtype(cx, factor, d))) != NULL;
}
