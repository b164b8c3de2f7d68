/* Activations that are more than one call of an elementwise family. */
#include <string.h>
#include "../core/random.h"
#include "compose.h"
#include "elementwise.h"

#define PARAMS(...) ((const ts_scalar[3]){__VA_ARGS__})

bool ts_relu_impl(ts_cx *cx, const ts_relu_args *a, ts_out *out) {
  if (a->self->dtype == TS_BOOL) return ts_fail(cx, TS_ERR_DTYPE, "Boolean inputs not supported for relu");
  return ts_unary(cx, a->self, out, TS_UN_RELU, TS_SAME, NULL);
}

/* A number as the integer loops take it. */
static ts_scalar truncated(ts_scalar s) {
  if (s.kind == TS_NUM_FLOAT) s.i = s.f > -0x1p63 && s.f < 0x1p63 ? (int64_t)s.f : INT64_MIN;
  return s;
}

bool ts_threshold_impl(ts_cx *cx, const ts_threshold_args *a, ts_out *out) {
  return ts_unary(cx, a->self, out, TS_UN_THRESHOLD, TS_NO_BOOL, PARAMS(truncated(a->threshold), truncated(a->value)));
}

bool ts__threshold_backward_impl(ts_cx *cx, const ts__threshold_backward_args *a, ts_out *out) {
  return ts_binary(cx, a->grad, a->self, out, TS_BIN_THRESHOLD_BACKWARD, TS_NO_BOOL, &a->threshold);
}

bool ts_hard_bounds(ts_cx *cx, ts_tensor *x, double min, double max, ts_out *out) {
  ts_dtype d = (ts_dtype)x->dtype;
  if (d == TS_BOOL) return ts_fail(cx, TS_ERR_DTYPE, "Bool inputs not supported for hardtanh");
  if (d == TS_UINT8 && (min < 0 || max < 0)) return ts_fail(cx, TS_ERR_DTYPE, "cannot do hardtanh on an unsigned type with negative limits");
  if (!ts_is_integral(d, false)) return ts_unary(cx, x, out, TS_UN_CLAMP, TS_SAME, PARAMS(ts_float(min), ts_float(max)));
  ts_scalar low = truncated(ts_float(min)), high = truncated(ts_float(max));
  ts_tensor *bottom = ts_wrap_scalar(cx, ts_int(low.i)), *top = ts_wrap_scalar(cx, ts_int(high.i));
  return bottom && top && ts_clamped(cx, x, bottom, top, out);
}

bool ts_hardtanh_impl(ts_cx *cx, const ts_hardtanh_args *a, ts_out *out) { return ts_hard_bounds(cx, a->self, a->min_val, a->max_val, out); }

bool ts_leaky_relu_impl(ts_cx *cx, const ts_leaky_relu_args *a, ts_out *out) {
  return ts_unary(cx, a->self, out, TS_UN_LEAKY_RELU, TS_NO_INT, PARAMS(ts_float(a->negative_slope)));
}

bool ts__leaky_relu_backward_impl(ts_cx *cx, const ts__leaky_relu_backward_args *a, ts_out *out) {
  return ts_binary(cx, a->grad_output, a->self, out, TS_BIN_LEAKY_RELU_BACKWARD, TS_NO_INT, PARAMS(ts_float(a->negative_slope)));
}

bool ts_elu_of(ts_cx *cx, ts_tensor *x, ts_out *out, double negative, double positive, double inside) {
  return ts_unary(cx, x, out, TS_UN_ELU, TS_NO_INT, PARAMS(ts_float(negative), ts_float(positive), ts_float(inside)));
}

bool ts_celu_impl(ts_cx *cx, const ts_celu_args *a, ts_out *out) {
  if (a->alpha == 0) return ts_fail(cx, TS_ERR_NUMERIC, "ZeroDivisionError: alpha cannot be 0 for CELU");
  return ts_elu_of(cx, a->self, out, a->alpha, 1, 1 / a->alpha);
}

/* Whether gelu is computed by tanh; false with an error for words it does not know. */
static bool by_tanh(ts_cx *cx, const char *approximate, bool *tanh) {
  *tanh = strcmp(approximate, "tanh") == 0;
  return *tanh || strcmp(approximate, "none") == 0 || ts_fail(cx, TS_ERR_ARGUMENT, "approximate argument must be either none or tanh.");
}

bool ts_gelu_impl(ts_cx *cx, const ts_gelu_args *a, ts_out *out) {
  bool tanh;
  return by_tanh(cx, a->approximate, &tanh) && ts_unary(cx, a->self, out, tanh ? TS_UN_GELU_TANH : TS_UN_GELU, TS_NO_INT, NULL);
}

bool ts__gelu_backward_impl(ts_cx *cx, const ts__gelu_backward_args *a, ts_out *out) {
  bool tanh;
  return by_tanh(cx, a->approximate, &tanh) &&
         ts_binary(cx, a->grad_output, a->self, out, tanh ? TS_BIN_GELU_TANH_BACKWARD : TS_BIN_GELU_BACKWARD, TS_NO_INT, NULL);
}

bool ts_softplus_impl(ts_cx *cx, const ts_softplus_args *a, ts_out *out) {
  return ts_unary(cx, a->self, out, TS_UN_SOFTPLUS, TS_NO_INT, PARAMS(ts_float(a->beta), ts_float(a->threshold)));
}

bool ts__softplus_backward_impl(ts_cx *cx, const ts__softplus_backward_args *a, ts_out *out) {
  return ts_binary(cx, a->grad_output, a->self, out, TS_BIN_SOFTPLUS_BACKWARD, TS_NO_INT, PARAMS(ts_float(a->beta), ts_float(a->threshold)));
}

bool ts_hardshrink_impl(ts_cx *cx, const ts_hardshrink_args *a, ts_out *out) {
  return ts_unary(cx, a->self, out, TS_UN_HARDSHRINK, TS_NO_INT, PARAMS(ts_float(a->lambd)));
}

bool ts_softshrink_impl(ts_cx *cx, const ts_softshrink_args *a, ts_out *out) {
  if (!(a->lambd >= 0)) return ts_fail(cx, TS_ERR_ARGUMENT, "lambda must be greater or equal to 0, but found to be %g.", a->lambd);
  return ts_unary(cx, a->self, out, TS_UN_SOFTSHRINK, TS_NO_INT, PARAMS(ts_float(a->lambd)));
}

bool ts__shrink_backward_impl(ts_cx *cx, const ts__shrink_backward_args *a, ts_out *out) {
  return ts_binary(cx, a->grad_output, a->self, out, TS_BIN_SHRINK_BACKWARD, TS_NO_INT, PARAMS(ts_float(a->lambd)));
}

bool ts_softsign_impl(ts_cx *cx, const ts_softsign_args *a, ts_out *out) {
  return (out->t[0] = ts_div(cx, a->self, ts_add(cx, ts_abs(cx, a->self), ts_wrap_scalar(cx, ts_int(1)), ts_int(1)), NULL)) != NULL;
}

bool ts_tanhshrink_impl(ts_cx *cx, const ts_tanhshrink_args *a, ts_out *out) {
  return (out->t[0] = ts_sub(cx, a->self, ts_tanh(cx, a->self), ts_int(1))) != NULL;
}

bool ts_prelu_impl(ts_cx *cx, const ts_prelu_args *a, ts_out *out) {
  ts_tensor *x = a->self, *w = a->weight;
  ts_dtype d = (ts_dtype)x->dtype;
  if (!ts_is_inexact(d)) return ts_fail(cx, TS_ERR_DTYPE, "not implemented for %s", ts_dtype_name(d));
  if (w->dtype != d) return ts_fail(cx, TS_ERR_DTYPE, "expected dtype %s for `weight` but got dtype %s", ts_dtype_name(d), ts_dtype_name((ts_dtype)w->dtype));
  if (w->ndim > 1) return ts_fail(cx, TS_ERR_SHAPE, "Expected `weight` to be a scalar or 1D tensor, but got ndim = %d (shape %s)", w->ndim, TS_TEXT(w));
  if (w->numel != 1) {
    if (x->ndim == 0) return ts_fail(cx, TS_ERR_SHAPE, "Not allow zero-dim input tensor.");
    int64_t channels = x->ndim > 1 ? x->sizes[1] : 1;
    if (w->numel != channels)
      return ts_fail(cx, TS_ERR_SHAPE, "Mismatch of parameter numbers and input channel size. Found parameter numbers = %lld and channel size = %lld.",
                     (long long)w->numel, (long long)channels);
  }
  /* One weight for all, or aligned with dim 1. */
  int64_t sizes[TS_MAX_DIM];
  int n = w->numel == 1 ? 0 : x->ndim - 1;
  for (int i = 0; i < n; i++) sizes[i] = i == 0 ? w->numel : 1;
  ts_tensor *slope = ts_reshape(cx, w, (ts_ints){sizes, n});
  return (out->t[0] = ts__prelu(cx, x, slope)) != NULL;
}

bool ts_glu_impl(ts_cx *cx, const ts_glu_args *a, ts_out *out) {
  ts_tensor *x = a->self;
  int dim;
  if (x->ndim == 0) return ts_fail(cx, TS_ERR_SHAPE, "glu does not support scalars because halving size must be even");
  if (!ts_wrap_dim(cx, a->dim, x->ndim, &dim)) return false;
  int64_t size = x->sizes[dim];
  if (size % 2) return ts_fail(cx, TS_ERR_SHAPE, "Halving dimension must be even, but dimension %d is size %lld", dim, (long long)size);
  if (!ts_is_inexact((ts_dtype)x->dtype)) return ts_fail(cx, TS_ERR_DTYPE, "not implemented for %s", ts_dtype_name((ts_dtype)x->dtype));
  ts_tensor *gate = ts_sigmoid(cx, ts_narrow(cx, x, dim, size / 2, size / 2));
  return (out->t[0] = ts_mul(cx, ts_narrow(cx, x, dim, 0, size / 2), gate)) != NULL;
}

bool ts_rrelu_impl(ts_cx *cx, const ts_rrelu_args *a, ts_out *out) {
  if (!(a->lower <= a->upper)) return ts_fail(cx, TS_ERR_ARGUMENT, "Lower bound should be less than or equal to the upper bound");
  if (!ts_is_float((ts_dtype)a->self->dtype)) return ts_fail(cx, TS_ERR_DTYPE, "not implemented for %s", ts_dtype_name((ts_dtype)a->self->dtype));
  if (!a->training) return (out->t[0] = ts_leaky_relu(cx, a->self, (a->lower + a->upper) / 2)) != NULL;
  return (out->t[0] = MUL(a->self, ts__rrelu_noise(cx, ts_detach(cx, a->self), a->lower, a->upper))) != NULL;
}

/* A slope for each number that is not positive, in the order of indices; 1 for the others. */
bool ts__rrelu_noise_impl(ts_cx *cx, const ts__rrelu_noise_args *a, ts_out *out) {
  ts_tensor *x = ts_raw_contiguous(cx, ts_raw_cast(cx, a->self, TS_FLOAT64)), *t = x ? ts_empty(cx, TS_FLOAT64, x->ndim, x->sizes) : NULL;
  if (!t) return false;
  const double *v = ts_data(x);
  double *to = ts_data(t);
  for (int64_t i = 0; i < x->numel; i++) {
    if (v[i] <= 0) ts_fill_uniform(cx->generator, to + i, 1, TS_FLOAT64, a->lower, a->upper);
    else to[i] = 1;
  }
  return (out->t[0] = ts_raw_cast(cx, t, (ts_dtype)a->self->dtype)) != NULL;
}
