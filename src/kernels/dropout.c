/* Dropouts of channels, dropouts that keep mean and variance, and other ops with noise. Masks are drawn as PyTorch draws them. */
#include <inttypes.h>
#include <math.h>
#include <string.h>
#include "compose.h"
#include "generators.h"
#include "kernels.h"
#include "../core/random.h"

static const ts_opt_int DEFAULT = {false, 0};

static bool check_p(ts_cx *cx, double p) {
  return (p >= 0 && p <= 1) || ts_fail(cx, TS_ERR_ARGUMENT, "dropout probability has to be between 0 and 1, but got %g", p);
}

/* Ones of probability 1 - p and zeros, of x's size or (channels) one for each of the first two dims. */
static ts_tensor *mask_of(ts_cx *cx, ts_tensor *x, double p, bool channels) {
  ts_tensor *mask;
  if (channels) {
    int64_t sizes[TS_MAX_DIM];
    if (x->ndim < 2) {
      ts_fail(cx, TS_ERR_SHAPE, "Feature dropout requires at least 2 dimensions in the input (got shape %s)", TS_TEXT(x));
      return NULL;
    }
    for (int d = 0; d < x->ndim; d++) sizes[d] = d < 2 ? x->sizes[d] : 1;
    mask = ts_empty(cx, (ts_dtype)x->dtype, x->ndim, sizes);
  } else {
    mask = ts_empty_like(cx, x, (ts_dtype)x->dtype);
  }
  return mask ? ts_bernoulli_(cx, mask, NUM(1 - p), DEFAULT) : NULL;
}

static bool channels_of(ts_cx *cx, ts_tensor *x, double p, bool training, ts_out *out) {
  out->t[0] = x;
  if (!check_p(cx, p)) return false;
  if (!training || p == 0 || x->numel == 0) return true;
  if (p == 1) return (out->t[0] = MUL(x, INT(0))) != NULL;
  ts_tensor *mask = mask_of(cx, x, p, true);
  return mask && (out->t[0] = MUL(x, DIV(mask, NUM(1 - p)))) != NULL;
}

/* What is dropped becomes selu's least value; then scaled and moved to mean 0 and variance 1 again. */
static bool alpha_of(ts_cx *cx, ts_tensor *x, double p, bool training, bool channels, ts_out *out) {
  const double alpha = 1.7580993408473766, scale = 1 / sqrt((alpha * alpha * p + 1) * (1 - p));
  out->t[0] = x;
  if (!check_p(cx, p)) return false;
  if (!training || p == 0 || x->numel == 0) return true;
  if (p == 1) return (out->t[0] = MUL(x, INT(0))) != NULL;
  ts_tensor *mask = mask_of(cx, x, p, channels);
  ts_tensor *rest = ADD(MUL(SUB(mask, INT(1)), NUM(alpha * scale)), NUM(alpha * scale * p));
  return (out->t[0] = ADD(MUL(x, MUL(mask, NUM(scale))), rest)) != NULL;
}

bool ts_feature_dropout_impl(ts_cx *cx, const ts_feature_dropout_args *a, ts_out *out) { return channels_of(cx, a->self, a->p, a->training, out); }
bool ts_dropout2d_impl(ts_cx *cx, const ts_dropout2d_args *a, ts_out *out) { return channels_of(cx, a->self, a->p, a->training, out); }
bool ts_alpha_dropout_impl(ts_cx *cx, const ts_alpha_dropout_args *a, ts_out *out) { return alpha_of(cx, a->self, a->p, a->training, false, out); }
bool ts_feature_alpha_dropout_impl(ts_cx *cx, const ts_feature_alpha_dropout_args *a, ts_out *out) { return alpha_of(cx, a->self, a->p, a->training, true, out); }

/* alone: one sample, without a batch dim. */
static bool channels_nd(ts_cx *cx, ts_tensor *x, double p, bool training, bool alone, ts_out *out) {
  if (alone) x = ts_unsqueeze(cx, x, 0);
  if (!x || !channels_of(cx, x, p, training, out)) return false;
  if (alone) out->t[0] = ts_squeeze(cx, out->t[0], TS_INTS(0));
  return out->t[0] != NULL;
}

bool ts_dropout1d_impl(ts_cx *cx, const ts_dropout1d_args *a, ts_out *out) {
  if (a->self->ndim != 2 && a->self->ndim != 3) return ts_fail(cx, TS_ERR_SHAPE, "dropout1d: Expected 2D or 3D input, but received a %dD input.", a->self->ndim);
  return channels_nd(cx, a->self, a->p, a->training, a->self->ndim == 2, out);
}
bool ts_dropout3d_impl(ts_cx *cx, const ts_dropout3d_args *a, ts_out *out) { return channels_nd(cx, a->self, a->p, a->training, a->self->ndim != 5, out); }

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

bool ts_gumbel_softmax_impl(ts_cx *cx, const ts_gumbel_softmax_args *a, ts_out *out) {
  ts_tensor *x = a->logits, *best[2] = {NULL};
  ts_opt_int dim = {true, a->dim};
  ts_tensor *noise = ts_empty(cx, (ts_dtype)x->dtype, x->ndim, x->sizes);
  if (!noise || !ts_exponential_(cx, noise, 1, DEFAULT)) return false;
  ts_tensor *soft = ts_softmax(cx, DIV(SUB(x, ts_log(cx, noise)), NUM(a->tau)), dim, TS_DTYPE_NONE);
  if (!a->hard) return (out->t[0] = soft) != NULL;
  if (!soft || !ts_max_dim(cx, ts_detach(cx, soft), a->dim, true, best)) return false;
  ts_tensor *hard = ts_scatter_value(cx, ts_zeros_like(cx, ts_detach(cx, x), TS_DTYPE_NONE), a->dim, best[1], ts_float(1), NULL);
  return (out->t[0] = ADD(SUB(hard, ts_detach(cx, soft)), soft)) != NULL;
}

/* The numbers over the root of the mean of their squares, without taking off a mean. */
bool ts_rms_norm_impl(ts_cx *cx, const ts_rms_norm_args *a, ts_out *out) {
  ts_tensor *x = a->self, *w = a->weight;
  ts_ints shape = a->normalized_shape;
  int64_t dims[TS_MAX_DIM];
  bool ends = shape.n >= 1 && shape.n <= x->ndim, fits = !w || w->ndim == shape.n;
  if (!ts_is_float((ts_dtype)x->dtype)) return ts_fail(cx, TS_ERR_DTYPE, "not implemented for %s", ts_dtype_name((ts_dtype)x->dtype));
  for (int64_t i = 0; i < shape.n && ends; i++) {
    dims[i] = x->ndim - shape.n + i;
    ends = x->sizes[dims[i]] == shape.v[i];
    fits = fits && (!w || w->sizes[i] == shape.v[i]);
  }
  const char *text = ts_sizes_text((int)(shape.n < TS_MAX_DIM ? shape.n : TS_MAX_DIM), shape.v, (char[160]){0}, 160);
  if (!ends) return ts_fail(cx, TS_ERR_SHAPE, "Given normalized_shape=%s, expected input with shape [*, %s, but got input of size %s", text, text + 1, TS_TEXT(x));
  if (!fits) return ts_fail(cx, TS_ERR_SHAPE, "Expected weight to be of same shape as normalized_shape, but got weight of shape %s and normalized_shape = %s", TS_TEXT(w), text);
  ts_dtype d = (ts_dtype)x->dtype;
  double eps = a->eps.given ? a->eps.v : d == TS_FLOAT64 ? 0x1p-52 : d == TS_FLOAT32 ? 0x1p-23 : d == TS_FLOAT16 ? 0x1p-10 : 0x1p-7;
  ts_tensor *wide = ts_is_half(d) ? ts__to_dtype(cx, x, TS_FLOAT32) : x;
  ts_tensor *y = MUL(wide, ts_rsqrt(cx, ADD(ts_mean(cx, MUL(wide, wide), (ts_ints){dims, shape.n}, true, TS_DTYPE_NONE), NUM(eps))));
  if (w) y = MUL(y, w);
  return (out->t[0] = ts_is_half(d) ? ts__to_dtype(cx, y, d) : y) != NULL;
}
