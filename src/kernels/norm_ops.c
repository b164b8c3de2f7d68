/* The normalisations of nn.functional, as cases of _normalize. */
#include <inttypes.h>
#include "compose.h"
#include "kernels.h"

/* Every dim but those that stay. */
static ts_ints other_dims(int ndim, uint64_t stay, int64_t *room) {
  int64_t n = 0;
  for (int d = 0; d < ndim; d++)
    if (!(stay >> d & 1)) room[n++] = d;
  return (ts_ints){room, n};
}

static bool batch_norm(ts_cx *cx, ts_tensor *self, ts_tensor *weight, ts_tensor *bias, ts_tensor *running_mean, ts_tensor *running_var,
                       bool training, double momentum, double eps, ts_tensor **results) {
  int64_t dims[TS_MAX_DIM];
  if (self->ndim < 2) return ts_fail(cx, TS_ERR_SHAPE, "Expected an input of at least 2 dims, (N, C, ...), got shape %s", TS_TEXT(self));
  return ts__normalize(cx, self, weight, bias, running_mean, running_var, other_dims(self->ndim, 2, dims), TS_INTS(1), training, momentum, eps, results);
}

bool ts_batch_norm_impl(ts_cx *cx, const ts_batch_norm_args *a, ts_out *out) {
  ts_tensor *self = a->self, *results[3] = {NULL};
  if (a->training && self->ndim >= 2 && self->sizes[1] && self->numel == self->sizes[1])
    return ts_fail(cx, TS_ERR_SHAPE, "Expected more than 1 value per channel when training, got input size %s", TS_TEXT(self));
  const bool flat = self->ndim == 1 && self->numel == 0; /* PyTorch lets nothing of one dim pass */
  if (flat && !(self = ts_unsqueeze(cx, self, 0))) return false;
  bool ok = batch_norm(cx, self, a->weight, a->bias, a->running_mean, a->running_var, a->training, a->momentum, a->eps, results);
  out->t[0] = flat && ok ? ts_select(cx, results[0], 0, 0) : results[0];
  return ok && out->t[0];
}

bool ts_native_batch_norm_impl(ts_cx *cx, const ts_native_batch_norm_args *a, ts_out *out) {
  if (!batch_norm(cx, a->self, a->weight, a->bias, a->running_mean, a->running_var, a->training, a->momentum, a->eps, out->t)) return false;
  for (int k = 1; k < 3; k++) {
    ts_tensor *t = ts_detach(cx, out->t[k]);
    int64_t channels = t && a->training ? t->numel : 0, stride = 1;
    if (!t || !(out->t[k] = ts_alias(cx, t, 1, &channels, &stride, t->offset))) return false;
  }
  return true;
}

static bool same_shape(ts_cx *cx, const ts_tensor *t, ts_ints shape, const char *name) {
  bool same = !t || t->ndim == shape.n;
  for (int d = 0; t && d < t->ndim && same; d++) same = t->sizes[d] == shape.v[d];
  return same || ts_fail(cx, TS_ERR_SHAPE, "Expected %s to be of same shape as normalized_shape, but got %s of shape %s and normalized_shape = %s", name, name,
                         TS_TEXT(t), ts_sizes_text((int)shape.n, shape.v, (char[160]){0}, 160));
}

static bool layer_norm(ts_cx *cx, ts_tensor *self, ts_ints shape, ts_tensor *weight, ts_tensor *bias, double eps, ts_tensor **results) {
  int64_t dims[TS_MAX_DIM];
  if (shape.n < 1) return ts_fail(cx, TS_ERR_SHAPE, "Expected normalized_shape to be at least 1-dimensional, i.e., containing at least one element, but got normalized_shape = []");
  bool ends = shape.n <= self->ndim;
  for (int64_t i = 0; i < shape.n && ends; i++) {
    dims[i] = self->ndim - shape.n + i;
    ends = self->sizes[dims[i]] == shape.v[i];
  }
  if (!same_shape(cx, weight, shape, "weight") || !same_shape(cx, bias, shape, "bias")) return false;
  if (!ends) {
    const char *text = ts_sizes_text((int)(shape.n < TS_MAX_DIM ? shape.n : TS_MAX_DIM), shape.v, (char[160]){0}, 160);
    return ts_fail(cx, TS_ERR_SHAPE, "Given normalized_shape=%s, expected input with shape [*, %s, but got input of size %s", text, text + 1, TS_TEXT(self));
  }
  ts_ints last = {dims, shape.n};
  return ts__normalize(cx, self, weight, bias, NULL, NULL, last, last, true, 0, eps, results);
}

bool ts_layer_norm_impl(ts_cx *cx, const ts_layer_norm_args *a, ts_out *out) {
  ts_tensor *results[3] = {NULL};
  bool ok = layer_norm(cx, a->self, a->normalized_shape, a->weight, a->bias, a->eps, results);
  out->t[0] = results[0];
  return ok;
}

bool ts_native_layer_norm_impl(ts_cx *cx, const ts_native_layer_norm_args *a, ts_out *out) {
  return layer_norm(cx, a->self, a->normalized_shape, a->weight, a->bias, a->eps, out->t) && (out->t[1] = ts_detach(cx, out->t[1])) != NULL &&
         (out->t[2] = ts_detach(cx, out->t[2])) != NULL;
}

bool ts_group_norm_impl(ts_cx *cx, const ts_group_norm_args *a, ts_out *out) {
  ts_tensor *self = a->self, *weight = a->weight, *bias = a->bias, *results[3] = {NULL};
  int64_t groups = a->num_groups, batch = self->ndim ? self->sizes[0] : 0, channels = self->ndim > 1 ? self->sizes[1] : 0, inner = 1;
  if (self->ndim < 2) return ts_fail(cx, TS_ERR_SHAPE, "Expected at least 2 dimensions for input tensor but received %d", self->ndim);
  if (groups < 1) return ts_fail(cx, TS_ERR_ARGUMENT, "Expected num groups to be greater than 0, got %" PRId64, groups);
  if (channels % groups)
    return ts_fail(cx, TS_ERR_SHAPE, "Expected number of channels in input to be divisible by num_groups, but got input of shape %s and num_groups=%" PRId64, TS_TEXT(self), groups);
  for (int k = 0; k < 2; k++) {
    const ts_tensor *t = k ? bias : weight;
    if (t && (t->ndim != 1 || t->numel != channels))
      return ts_fail(cx, TS_ERR_SHAPE, "Expected %s to be a vector of size equal to the number of channels in input, but got %s of shape %s and input of shape %s",
                     k ? "bias" : "weight", k ? "bias" : "weight", TS_TEXT(t), TS_TEXT(self));
  }
  for (int d = 2; d < self->ndim; d++) inner *= self->sizes[d];
  ts_ints by_group = TS_INTS(groups, channels / groups);
  ts_tensor *x = ts_reshape(cx, self, TS_INTS(batch, groups, channels / groups, inner));
  if (weight) weight = ts_reshape(cx, weight, by_group);
  if (bias) bias = ts_reshape(cx, bias, by_group);
  if (!ts__normalize(cx, x, weight, bias, NULL, NULL, TS_INTS(2, 3), TS_INTS(1, 2), true, 0, a->eps, results)) return false;
  return (out->t[0] = ts_reshape(cx, results[0], ts_sizes_of(self))) != NULL;
}

bool ts_instance_norm_impl(ts_cx *cx, const ts_instance_norm_args *a, ts_out *out) {
  ts_tensor *self = a->self, *results[3] = {NULL};
  int64_t dims[TS_MAX_DIM], spatial = 1;
  if (self->ndim < 3) return ts_fail(cx, TS_ERR_SHAPE, "Expected an input of at least 3 dims, (N, C, L...), got shape %s", TS_TEXT(self));
  for (int d = 2; d < self->ndim; d++) spatial *= self->sizes[d];
  if (a->use_input_stats && spatial == 1) return ts_fail(cx, TS_ERR_SHAPE, "Expected more than 1 spatial element when training, got input size %s", TS_TEXT(self));
  ts_ints over = other_dims(self->ndim, a->use_input_stats ? 3 : 2, dims);
  bool ok = ts__normalize(cx, self, a->weight, a->bias, a->running_mean, a->running_var, over, TS_INTS(1), a->use_input_stats, a->momentum, a->eps, results);
  out->t[0] = results[0];
  return ok;
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
  ts_tensor *results[2] = {NULL};
  bool ok = ts__rms_normalize(cx, x, w, (ts_ints){dims, shape.n}, eps, results);
  out->t[0] = results[0];
  return ok;
}
