/* Dropouts: of elements, of channels, and those that keep mean and variance. Masks are drawn as PyTorch draws them. */
#include <math.h>
#include "compose.h"
#include "kernels.h"

static const ts_opt_int DEFAULT = {false, 0};

static bool check_p(ts_cx *cx, double p) {
  return (p >= 0 && p <= 1) || ts_fail(cx, TS_ERR_ARGUMENT, "dropout probability has to be between 0 and 1, but got %g", p);
}

static ts_tensor *draw(ts_cx *cx, ts_tensor *mask, double p) { return mask ? ts_bernoulli_(cx, mask, NUM(1 - p), DEFAULT) : NULL; }

/* Ones of probability 1 - p and zeros, of x's size or (channels) one for each of the first two dims; in the order of x's
   elements, however they lie in memory. */
static ts_tensor *mask_of(ts_cx *cx, ts_tensor *x, double p, bool channels) {
  if (!channels) return draw(cx, ts_empty(cx, (ts_dtype)x->dtype, x->ndim, x->sizes), p);
  int64_t sizes[TS_MAX_DIM];
  if (x->ndim < 2) {
    ts_fail(cx, TS_ERR_SHAPE, "Feature dropout requires at least 2 dimensions in the input (got shape %s)", TS_TEXT(x));
    return NULL;
  }
  for (int d = 0; d < x->ndim; d++) sizes[d] = d < 2 ? x->sizes[d] : 1;
  return draw(cx, ts_empty(cx, (ts_dtype)x->dtype, x->ndim, sizes), p);
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

/* mask * input / (1 - p), the mask drawn as PyTorch draws it here: in the order of memory. It is a result so that the formula can use it. */
bool ts_native_dropout_impl(ts_cx *cx, const ts_native_dropout_args *a, ts_out *out) {
  ts_tensor *x = a->self;
  if (!ts_is_float((ts_dtype)x->dtype)) return ts_fail(cx, TS_ERR_DTYPE, "not implemented for %s", ts_dtype_name((ts_dtype)x->dtype));
  ts_tensor *mask = draw(cx, ts_empty_like(cx, x, (ts_dtype)x->dtype), a->p);
  mask = mask ? MUL(mask, NUM(a->p < 1 ? 1 / (1 - a->p) : 0)) : NULL;
  out->t[0] = mask ? MUL(x, mask) : NULL;
  out->t[1] = mask;
  return out->t[0] != NULL;
}

bool ts_dropout_of(ts_cx *cx, ts_out *out, ts_tensor *x, double p, bool training) {
  if (!check_p(cx, p)) return false;
  ts_tensor *results[2] = {x, NULL};
  const bool drops = training && p > 0 && x->numel;
  if (drops && p == 1) return (out->t[0] = MUL(x, INT(0))) != NULL; // without a mask: the generator stays where it is
  if (drops && !ts_is_contiguous(x) && ts_is_float((ts_dtype)x->dtype)) {
    ts_tensor *mask = mask_of(cx, x, p, false);
    return mask && (out->t[0] = MUL(x, MUL(mask, NUM(1 / (1 - p))))) != NULL;
  }
  if (drops && !ts_native_dropout(cx, x, p, results)) return false;
  return (out->t[0] = results[0]) != NULL;
}
