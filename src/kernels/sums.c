/* Sums, products, means, counts, truth. */
#include <math.h>
#include "../gen/ops.h"
#include "kernels.h"

/* What was accumulated, in dtype to. */
static bool give(ts_cx *cx, ts_out *out, ts_tensor *acc, ts_dtype to) {
  return acc && (out->t[0] = ts_raw_cast(cx, acc, to)) != NULL;
}

/* The dtype a sum of self has, unless another is asked for; self is cast where that changes what is added up. */
static bool sum_dtype(ts_cx *cx, ts_tensor **self, ts_dtype asked, ts_dtype *to) {
  ts_dtype has = (ts_dtype)(*self)->dtype;
  *to = asked != TS_DTYPE_NONE ? asked : ts_is_integral(has, true) ? TS_INT64 : has;
  bool before = ts_is_complex(has) != ts_is_complex(*to) || (ts_is_inexact(has) ? ts_is_integral(*to, true) : ts_is_inexact(*to));
  return !before || (*self = ts_raw_cast(cx, *self, *to)) != NULL;
}

static bool sum_by(ts_cx *cx, ts_tensor *self, ts_ints dim, bool keepdim, ts_dtype dtype, ts_reduce_id id, ts_out *out) {
  uint64_t mask;
  ts_dtype to;
  if (!ts_dim_mask(cx, dim, self->ndim, &mask) || !sum_dtype(cx, &self, dtype, &to)) return false;
  return give(cx, out, ts_reduced(cx, self, mask, keepdim, id), to);
}

bool ts_sum_impl(ts_cx *cx, const ts_sum_args *a, ts_out *out) {
  return sum_by(cx, a->self, a->dim, a->keepdim, a->dtype, TS_RED_SUM, out);
}

/* Only where the plain sum is NaN can there be any. */
bool ts_nansum_impl(ts_cx *cx, const ts_nansum_args *a, ts_out *out) {
  ts_tensor *plain, *nan;
  if (!sum_by(cx, a->self, a->dim, a->keepdim, a->dtype, TS_RED_SUM, out)) return false;
  if (!ts_is_inexact((ts_dtype)a->self->dtype)) return true;
  plain = ts_is_inexact((ts_dtype)out->t[0]->dtype) ? out->t[0] : NULL;
  if (plain && (!(nan = ts_any(cx, ts_isnan(cx, plain), TS_NO_INTS, false)) || !*(const uint8_t *)ts_data(nan))) return nan != NULL;
  ts_tensor *self = ts_masked_fill(cx, a->self, ts_isnan(cx, a->self), ts_wrap_scalar(cx, ts_int(0)));
  return self && sum_by(cx, self, a->dim, a->keepdim, a->dtype, TS_RED_SUM, out);
}

bool ts_prod_impl(ts_cx *cx, const ts_prod_args *a, ts_out *out) {
  return sum_by(cx, a->self, (ts_ints){&a->dim.v, a->dim.given ? 1 : -1}, a->keepdim, a->dtype, TS_RED_PROD, out);
}

bool ts_mean_impl(ts_cx *cx, const ts_mean_args *a, ts_out *out) {
  ts_tensor *self = a->self;
  uint64_t mask;
  if (!ts_dim_mask(cx, a->dim, self->ndim, &mask)) return false;
  ts_dtype to = a->dtype != TS_DTYPE_NONE ? a->dtype : (ts_dtype)self->dtype;
  if (!ts_is_inexact(to))
    return ts_fail(cx, TS_ERR_DTYPE, "could not infer output dtype. %s dtype must be either a floating point or complex dtype. Got: %s",
                   a->dtype != TS_DTYPE_NONE ? "Optional" : "Input", ts_dtype_name(to));
  bool before = !ts_is_inexact((ts_dtype)self->dtype) || ts_is_complex((ts_dtype)self->dtype) != ts_is_complex(to);
  if (before && !(self = ts_raw_cast(cx, self, to))) return false;
  ts_tensor *acc = ts_reduced(cx, self, mask, a->keepdim, TS_RED_SUM);
  if (!acc) return false;
  double *sum = ts_data(acc), n = 1;
  for (int d = 0; d < self->ndim; d++)
    if (mask >> d & 1) n *= (double)self->sizes[d];
  for (int64_t i = 0, words = acc->numel * (ts_is_complex((ts_dtype)acc->dtype) ? 2 : 1); i < words; i++) sum[i] /= n;
  return give(cx, out, acc, to);
}

bool ts_nanmean_impl(ts_cx *cx, const ts_nanmean_args *a, ts_out *out) {
  ts_dtype d = (ts_dtype)a->self->dtype;
  if (!ts_is_inexact(d)) return ts_fail(cx, TS_ERR_DTYPE, "expected input to have floating point or complex dtype but got %s", ts_dtype_name(d));
  ts_tensor *n = ts_sum(cx, ts_logical_not(cx, ts_isnan(cx, a->self)), a->dim, a->keepdim, TS_DTYPE_NONE);
  return (out->t[0] = ts_div(cx, ts_nansum(cx, a->self, a->dim, a->keepdim, a->dtype), n, NULL)) != NULL;
}

/* How many elements over dim are not zero, in int64. */
static ts_tensor *count(ts_cx *cx, ts_tensor *self, ts_ints dim, bool keepdim, uint64_t *mask) {
  if (!ts_dim_mask(cx, dim, self->ndim, mask)) return NULL;
  self = ts_raw_cast(cx, self, TS_BOOL);
  return self ? ts_reduced(cx, self, *mask, keepdim, TS_RED_SUM) : NULL;
}

bool ts_count_nonzero_impl(ts_cx *cx, const ts_count_nonzero_args *a, ts_out *out) {
  uint64_t mask;
  return (out->t[0] = count(cx, a->self, a->dim, false, &mask)) != NULL;
}

/* Truth is a bool, except of uint8. */
static bool truth(ts_cx *cx, ts_tensor *self, ts_ints dim, bool keepdim, bool every, ts_out *out) {
  uint64_t mask;
  int64_t n = 1;
  ts_tensor *found = count(cx, self, dim, keepdim, &mask);
  if (!found) return false;
  for (int d = 0; d < self->ndim; d++)
    if (mask >> d & 1) n *= self->sizes[d];
  int64_t *of = ts_data(found);
  for (int64_t i = 0; i < found->numel; i++) of[i] = every ? of[i] == n : of[i] > 0;
  return give(cx, out, found, self->dtype == TS_UINT8 ? TS_UINT8 : TS_BOOL);
}

bool ts_any_impl(ts_cx *cx, const ts_any_args *a, ts_out *out) { return truth(cx, a->self, a->dim, a->keepdim, false, out); }
bool ts_all_impl(ts_cx *cx, const ts_all_args *a, ts_out *out) { return truth(cx, a->self, a->dim, a->keepdim, true, out); }

/* The largest element is taken out first, unless it is infinite. */
bool ts_logsumexp_impl(ts_cx *cx, const ts_logsumexp_args *a, ts_out *out) {
  ts_tensor *self = a->self, *rest;
  if (!ts_is_inexact((ts_dtype)self->dtype)) self = ts_raw_cast(cx, self, ts_or_default(cx, TS_DTYPE_NONE));
  if (!self) return false;
  if (self->numel == 0) return (out->t[0] = ts_log(cx, ts_sum(cx, self, a->dim, a->keepdim, TS_DTYPE_NONE))) != NULL;
  ts_tensor *top = ts_amax(cx, self, a->dim, true);
  top = ts_masked_fill(cx, top, ts_isinf(cx, top), ts_wrap_scalar(cx, ts_float(0)));
  rest = ts_log(cx, ts_sum(cx, ts_exp(cx, ts_sub(cx, self, top, ts_int(1))), a->dim, a->keepdim, TS_DTYPE_NONE));
  return rest && top && (out->t[0] = ts_add(cx, rest, ts_reshape(cx, top, ts_sizes_of(rest)), ts_int(1))) != NULL;
}
