/* Quantiles, covariances, correlations: composed of other ops. */
#include <inttypes.h>
#include <string.h>
#include "compose.h"
#include "kernels.h"

/* ---- quantiles ---- */

static const char *const interpolations[] = {"linear", "lower", "higher", "midpoint", "nearest"};
enum { LINEAR, LOWER, HIGHER, MIDPOINT, NEAREST, INTERPOLATIONS };

static bool all_true(ts_cx *cx, ts_tensor *t) { return t && (t = ts_all(cx, t, TS_NO_INTS, false)) && *(const uint8_t *)ts_data(t); }

/* dim last; of all elements when there is none. */
static ts_tensor *dim_last(ts_cx *cx, ts_tensor *self, ts_opt_int dim) {
  if (!dim.given) return ts_reshape(cx, self, TS_INTS(-1));
  return self->ndim ? ts_movedim(cx, self, (ts_ints){&dim.v, 1}, TS_INTS(-1)) : ts_unsqueeze(cx, self, 0);
}

static bool quantile(ts_cx *cx, ts_tensor *self, ts_tensor *q, ts_opt_int dim, bool keepdim, const char *interpolation, bool ignores_nan, ts_out *out) {
  const ts_dtype d = (ts_dtype)self->dtype;
  int at = 0, how = 0;
  if (self->numel == 0) return ts_fail(cx, TS_ERR_SHAPE, "input tensor must be non-empty (shape %s)", TS_TEXT(self));
  if (q->ndim > 1) return ts_fail(cx, TS_ERR_SHAPE, "q must be a scalar or 1D tensor, got shape %s", TS_TEXT(q));
  if (d != TS_FLOAT32 && d != TS_FLOAT64) return ts_fail(cx, TS_ERR_DTYPE, "input tensor must be either float or double dtype, got %s", ts_dtype_name(d));
  if (q->wrapped_number) q = ts__to_dtype(cx, q, d);
  if (!q) return false;
  if (q->dtype != d) return ts_fail(cx, TS_ERR_DTYPE, "q tensor must be same dtype as the input tensor, got %s and %s", ts_dtype_name((ts_dtype)q->dtype), ts_dtype_name(d));
  if (dim.given && !ts_wrap_dim(cx, dim.v, self->ndim, &at)) return false;
  while (how < INTERPOLATIONS && strcmp(interpolation, interpolations[how]) != 0) how++;
  if (how == INTERPOLATIONS)
    return ts_fail(cx, TS_ERR_ARGUMENT, "interpolation must be one of linear, lower, higher, midpoint or nearest, but got %s", interpolation);
  if (!all_true(cx, ts_logical_and(cx, ts_ge(cx, q, NUM(0)), ts_le(cx, q, NUM(1)))))
    return !ts_failed(cx) && ts_fail(cx, TS_ERR_ARGUMENT, "q values must be in the range [0, 1]");
  ts_tensor *pair[2], *rows = dim_last(cx, self, dim), *many = ts_reshape(cx, q, TS_INTS(-1));
  if (!rows || !many || !ts_sort(cx, rows, -1, false, false, pair)) return false;
  ts_tensor *sorted = pair[0], *nan = ts_isnan(cx, sorted), *ranks;
  const int64_t last = rows->sizes[rows->ndim - 1] - 1, ends[] = {-1};
  if (ignores_nan) { /* of what there is; of nothing but NaN it is NaN */
    ts_tensor *top = SUB(ts_sum(cx, ts_logical_not(cx, nan), (ts_ints){ends, 1}, true, d), NUM(1));
    ranks = ts_clamp(cx, ts_mul(cx, many, top), NUM(0), NULL);
  } else { /* NaN stands at the end */
    ts_tensor *any = ts_any(cx, nan, (ts_ints){ends, 1}, true);
    ranks = ts_where(cx, any, ts_wrap_scalar(cx, ts_int(last)), ts_mul(cx, many, NUM((double)last)));
    ranks = ts__to_dtype(cx, ranks, d);
  }
  if (how == LOWER) ranks = ts_floor(cx, ranks);
  else if (how == HIGHER) ranks = ts_ceil(cx, ranks);
  else if (how == NEAREST) ranks = ts_round(cx, ranks, 0);
  ts_tensor *below = ts__to_dtype(cx, ranks, TS_INT64);
  if (!below) return false;
  int64_t sizes[TS_MAX_DIM];
  memcpy(sizes, rows->sizes, rows->ndim * sizeof *sizes);
  sizes[rows->ndim - 1] = many->numel;
  const ts_ints shape = {sizes, rows->ndim};
  ts_tensor *values = ts_gather(cx, sorted, -1, ts_expand(cx, below, shape, false), false);
  if (how == LINEAR || how == MIDPOINT) {
    ts_tensor *above = ts_gather(cx, sorted, -1, ts_expand(cx, ts__to_dtype(cx, ts_ceil(cx, ranks), TS_INT64), shape, false), false);
    ts_tensor *weight = how == MIDPOINT ? ts_full_like(cx, ranks, ts_float(0.5), TS_DTYPE_NONE) : SUB(ranks, below);
    values = ts_lerp(cx, values, above, ts_expand(cx, weight, shape, false));
  }
  /* The quantiles first, then the dims that are left. */
  values = ts_movedim(cx, values, TS_INTS(-1), TS_INTS(0));
  if (keepdim && self->ndim) {
    for (int k = 0; k < (dim.given ? 1 : self->ndim); k++) values = ts_unsqueeze(cx, values, 1 + (dim.given ? at : k));
  }
  if (q->ndim == 0) values = ts_select(cx, values, 0, 0);
  return (out->t[0] = values) != NULL;
}

bool ts_quantile_impl(ts_cx *cx, const ts_quantile_args *a, ts_out *out) { return quantile(cx, a->self, a->q, a->dim, a->keepdim, a->interpolation, false, out); }
bool ts_nanquantile_impl(ts_cx *cx, const ts_nanquantile_args *a, ts_out *out) { return quantile(cx, a->self, a->q, a->dim, a->keepdim, a->interpolation, true, out); }

/* ---- covariances ---- */

static bool check_observations(ts_cx *cx, const ts_tensor *self) {
  if (self->ndim > 2) return ts_fail(cx, TS_ERR_SHAPE, "expected input to have two or fewer dimensions but got an input with %d dimensions", self->ndim);
  return self->dtype != TS_BOOL || ts_fail(cx, TS_ERR_DTYPE, "bool dtype is not supported for input");
}

static bool check_weights(ts_cx *cx, ts_tensor *w, const char *name, bool whole, int64_t n) {
  if (w->ndim > 1) return ts_fail(cx, TS_ERR_SHAPE, "expected %s to have one or fewer dimensions but got %s with %d dimensions", name, name, w->ndim);
  if (whole ? !ts_is_integral((ts_dtype)w->dtype, false) : !ts_is_float((ts_dtype)w->dtype))
    return ts_fail(cx, TS_ERR_DTYPE, "expected %s to have %s dtype but got %s with %s dtype", name, whole ? "integral" : "floating point", name, ts_dtype_name((ts_dtype)w->dtype));
  if (w->numel != n)
    return ts_fail(cx, TS_ERR_SHAPE, "expected %s to have the same numel as there are observations in the input but got %" PRId64 " != %" PRId64, name, w->numel, n);
  if (n == 0 || all_true(cx, ts_ge(cx, w, ts_wrap_scalar(cx, ts_int(0))))) return !ts_failed(cx);
  return !ts_failed(cx) && ts_fail(cx, TS_ERR_ARGUMENT, "%s cannot be negative", name);
}

bool ts_cov_impl(ts_cx *cx, const ts_cov_args *a, ts_out *out) {
  ts_tensor *in = a->self, *w = a->fweights, *aw = a->aweights, *total, *norm;
  if (!check_observations(cx, in)) return false;
  if (in->ndim < 2 && !(in = ts_reshape(cx, in, TS_INTS(1, in->numel)))) return false;
  const int64_t n = in->sizes[1];
  if (w && (!check_weights(cx, w, "fweights", true, n) || !(w = ts_reshape(cx, w, TS_INTS(-1))))) return false;
  if (aw && (!check_weights(cx, aw, "aweights", false, n) || !(aw = ts_reshape(cx, aw, TS_INTS(-1))))) return false;
  if (aw) w = w ? ts_mul(cx, w, aw) : aw;
  total = w ? ts_sum(cx, w, TS_NO_INTS, false, TS_DTYPE_NONE) : ts_wrap_scalar(cx, ts_int(n));
  if (!total) return false;
  if (w && ts_read_scalar(total, ts_data(total)).f == 0) return ts_fail(cx, TS_ERR_ARGUMENT, "weights sum to zero, can't be normalized");
  ts_tensor *mean = DIV(ts_sum(cx, w ? ts_mul(cx, in, w) : in, TS_INTS(1), true, TS_DTYPE_NONE), total);
  ts_tensor *less = ts_wrap_scalar(cx, ts_int(a->correction));
  if (w && aw && a->correction != 0) less = DIV(ts_mul(cx, less, ts_sum(cx, ts_mul(cx, w, aw), TS_NO_INTS, false, TS_DTYPE_NONE)), total);
  norm = ts_clamp(cx, SUB(total, less), ts_wrap_scalar(cx, ts_int(0)), NULL);
  if (norm && !w) norm = ts_wrap_scalar(cx, ts_float(ts_read_scalar(norm, ts_data(norm)).f));
  in = SUB(in, mean);
  ts_tensor *other = w ? ts_mul(cx, in, w) : in;
  if (!in || !other) return false;
  if (in->dtype != other->dtype) {
    const ts_dtype d = ts_promote((ts_dtype)in->dtype, (ts_dtype)other->dtype);
    in = ts__to_dtype(cx, in, d);
    other = ts__to_dtype(cx, other, d);
  }
  return (out->t[0] = ts_squeeze(cx, DIV(ts_mm(cx, in, ts_conj(cx, ts_transpose(cx, other, 0, 1))), norm), TS_NO_INTS)) != NULL;
}

bool ts_corrcoef_impl(ts_cx *cx, const ts_corrcoef_args *a, ts_out *out) {
  if (!check_observations(cx, a->self)) return false;
  ts_tensor *c = ts_cov(cx, a->self, 1, NULL, NULL);
  if (!c) return false;
  if (c->ndim == 0) return (out->t[0] = DIV(c, c)) != NULL;
  ts_tensor *root = ts_sqrt(cx, ts_diagonal(cx, c, 0, 0, 1));
  c = DIV(DIV(c, ts_unsqueeze(cx, root, 1)), ts_unsqueeze(cx, root, 0));
  if (c && ts_is_complex((ts_dtype)c->dtype)) return (out->t[0] = ts_complex(cx, ts_clamp(cx, ts_real(cx, c), NUM(-1), NUM(1)), ts_clamp(cx, ts_imag(cx, c), NUM(-1), NUM(1)))) != NULL;
  return (out->t[0] = ts_clamp(cx, c, NUM(-1), NUM(1))) != NULL;
}
