/* Convolution ops: checks and dtypes around conv.h. */
#include "conv.h"
#include <inttypes.h>
#include <string.h>
#include "../gen/ops.h"
#include "complex.h"
#include "kernels.h"

typedef struct { ts_ints stride, padding, dilation; int64_t groups; } settings;

/* The geometry of input (N, C, ...) with weight (O, C / groups, ...); everything but dtypes is checked here. */
static bool shape_of(ts_cx *cx, int in_ndim, const int64_t *in, int w_ndim, const int64_t *w, settings set, ts_conv_shape *s) {
  int n = w_ndim - 2;
  char *in_text = (char[160]){0}, *w_text = (char[160]){0};
  ts_sizes_text(in_ndim, in, in_text, 160);
  ts_sizes_text(w_ndim, w, w_text, 160);
  if (n < 1 || n > 3 || in_ndim != w_ndim)
    return ts_fail(cx, TS_ERR_SHAPE, "Expected %dD (unbatched) or %dD (batched) input to conv%dd, but got input of size: %s with weight of size %s", n + 1, n + 2, n, in_text, w_text);
  ts_window *win = &s->w;
  if (set.groups < 1) return ts_fail(cx, TS_ERR_ARGUMENT, "non-positive groups is not supported, got %" PRId64, set.groups);
  if (!ts_window_list(cx, "stride", set.stride, n, 1, 1, win->stride) || !ts_window_list(cx, "dilation", set.dilation, n, 1, 1, win->dilation) ||
      !ts_window_list(cx, "padding", set.padding, n, 0, 0, win->pad))
    return false;
  for (int d = 0; d < 3 - n; d++) win->stride[d] = win->dilation[d] = 1, win->pad[d] = 0;
  if (w[0] % set.groups != 0 || w[0] < set.groups)
    return ts_fail(cx, TS_ERR_SHAPE, "Given groups=%" PRId64 ", expected weight to be at least %" PRId64 " at dimension 0, and divisible by it, but got weight of size %s instead", set.groups, set.groups, w_text);
  if (in[1] != w[1] * set.groups)
    return ts_fail(cx, TS_ERR_SHAPE, "Given groups=%" PRId64 ", weight of size %s, expected input%s to have %" PRId64 " channels, but got %" PRId64 " channels instead",
                   set.groups, w_text, in_text, w[1] * set.groups, in[1]);
  s->batch = in[0];
  s->groups = set.groups;
  s->in_channels = in[1];
  s->out_channels = w[0];
  for (int d = 0; d < 3; d++) {
    int at = d - (3 - n) + 2;
    win->in[d] = at < 2 ? 1 : in[at];
    win->kernel[d] = at < 2 ? 1 : w[at];
    int64_t reach = win->dilation[d] * (win->kernel[d] - 1) + 1, padded = win->in[d] + 2 * win->pad[d];
    if (win->kernel[d] < 1 || padded < reach)
      return ts_fail(cx, TS_ERR_SHAPE, "Calculated padded input size per channel: (%" PRId64 "). Kernel size: (%" PRId64 "). Kernel size can't be greater than actual input size (input %s, weight %s)", padded, reach, in_text, w_text);
    win->out[d] = (padded - reach) / win->stride[d] + 1;
  }
  return true;
}

/* Operands in the type that the work is done in; float32 for halves, float64 for integers. */
static ts_dtype work_dtype(ts_dtype d) { return ts_is_half(d) ? TS_FLOAT32 : ts_is_float(d) ? d : TS_FLOAT64; }
static ts_tensor *ready(ts_cx *cx, ts_tensor *t, ts_dtype work) { return ts_raw_contiguous(cx, ts_raw_cast(cx, t, work)); }

/* Complex operands, part by part. */
static ts_tensor *conv_parts(ts_cx *cx, ts_tensor *x, ts_tensor *w, const void *args) {
  const ts__conv_args *a = args;
  return ts__conv(cx, x, w, NULL, a->stride, a->padding, a->dilation, a->groups);
}
static ts_tensor *input_parts(ts_cx *cx, ts_tensor *g, ts_tensor *w, const void *args) {
  const ts__conv_input_args *a = args;
  return ts__conv_input(cx, g, w, a->size, a->stride, a->padding, a->dilation, a->groups);
}
static ts_tensor *weight_parts(ts_cx *cx, ts_tensor *g, ts_tensor *x, const void *args) {
  const ts__conv_weight_args *a = args;
  return ts__conv_weight(cx, g, x, a->size, a->stride, a->padding, a->dilation, a->groups);
}

bool ts__conv_impl(ts_cx *cx, const ts__conv_args *a, ts_out *out) {
  ts_conv_shape s;
  ts_dtype d = (ts_dtype)a->self->dtype, work = work_dtype(d);
  if (d == TS_BOOL) return ts_fail(cx, TS_ERR_DTYPE, "not implemented for %s", ts_dtype_name(d));
  if (a->weight->dtype != d)
    return ts_fail(cx, TS_ERR_DTYPE, "Input type (%s) and weight type (%s) should be the same", ts_dtype_name(d), ts_dtype_name((ts_dtype)a->weight->dtype));
  if (a->bias && a->bias->dtype != d)
    return ts_fail(cx, TS_ERR_DTYPE, "Input type (%s) and bias type (%s) should be the same", ts_dtype_name(d), ts_dtype_name((ts_dtype)a->bias->dtype));
  if (!shape_of(cx, a->self->ndim, a->self->sizes, a->weight->ndim, a->weight->sizes, (settings){a->stride, a->padding, a->dilation, a->groups}, &s)) return false;
  if (a->bias && (a->bias->ndim != 1 || a->bias->sizes[0] != s.out_channels))
    return ts_fail(cx, TS_ERR_SHAPE, "Given weight of size %s, expected bias to be 1-dimensional with %" PRId64 " elements, but got bias of size %s instead", TS_TEXT(a->weight), s.out_channels, TS_TEXT(a->bias));
  int n = a->self->ndim - 2;
  if (ts_is_complex(d)) {
    ts_tensor *y = ts_by_parts(cx, a->self, a->weight, conv_parts, a);
    if (y && a->bias) y = ts_add(cx, y, ts_reshape(cx, a->bias, (ts_ints){(const int64_t[]){s.out_channels, 1, 1, 1}, n + 1}), ts_int(1));
    return (out->t[0] = y) != NULL;
  }
  int64_t sizes[5] = {s.batch, s.out_channels};
  for (int i = 0; i < n; i++) sizes[2 + i] = s.w.out[3 - n + i];
  ts_tensor *y = ts_empty(cx, work, n + 2, sizes), *x = ready(cx, a->self, work), *w = ready(cx, a->weight, work);
  ts_tensor *b = a->bias ? ready(cx, a->bias, work) : NULL;
  if (!y || !x || !w || (a->bias && !b)) return false;
  if (y->numel && !ts_conv_forward(cx, &s, work == TS_FLOAT64, ts_data(x), ts_data(w), b ? ts_data(b) : NULL, ts_data(y))) return false;
  return (out->t[0] = ts_raw_cast(cx, y, d)) != NULL;
}

bool ts__conv_input_impl(ts_cx *cx, const ts__conv_input_args *a, ts_out *out) {
  ts_conv_shape s;
  ts_dtype d = (ts_dtype)a->grad->dtype, work = work_dtype(d);
  if (!shape_of(cx, (int)a->size.n, a->size.v, a->weight->ndim, a->weight->sizes, (settings){a->stride, a->padding, a->dilation, a->groups}, &s)) return false;
  if (ts_is_complex(d)) return (out->t[0] = ts_by_parts(cx, a->grad, a->weight, input_parts, a)) != NULL;
  ts_tensor *x = ts_full_zero(cx, work, (int)a->size.n, a->size.v), *g = ready(cx, a->grad, work), *w = ready(cx, a->weight, work);
  if (!x || !g || !w) return false;
  if (x->numel && g->numel && !ts_conv_to_input(cx, &s, work == TS_FLOAT64, ts_data(g), ts_data(w), ts_data(x))) return false;
  return (out->t[0] = ts_raw_cast(cx, x, d)) != NULL;
}

bool ts__conv_weight_impl(ts_cx *cx, const ts__conv_weight_args *a, ts_out *out) {
  ts_conv_shape s;
  ts_dtype d = (ts_dtype)a->grad->dtype, work = work_dtype(d);
  if (!shape_of(cx, a->self->ndim, a->self->sizes, (int)a->size.n, a->size.v, (settings){a->stride, a->padding, a->dilation, a->groups}, &s)) return false;
  if (ts_is_complex(d)) return (out->t[0] = ts_by_parts(cx, a->grad, a->self, weight_parts, a)) != NULL;
  ts_tensor *w = ts_full_zero(cx, work, (int)a->size.n, a->size.v), *g = ready(cx, a->grad, work), *x = ready(cx, a->self, work);
  if (!w || !g || !x) return false;
  if (w->numel && g->numel && !ts_conv_to_weight(cx, &s, work == TS_FLOAT64, ts_data(g), ts_data(x), ts_data(w))) return false;
  return (out->t[0] = ts_raw_cast(cx, w, d)) != NULL;
}

/* conv1d, conv2d, conv3d: an optional batch dim, paddings by word. */
bool ts_conv_nd(ts_cx *cx, ts_out *out, int n, ts_tensor *x, ts_tensor *w, ts_tensor *b, ts_ints stride, ts_ints padding, ts_ints dilation, int64_t groups) {
  bool single = x->ndim == n + 1;
  if (w->ndim != n + 2 || (x->ndim != n + 2 && !single))
    return ts_fail(cx, TS_ERR_SHAPE, "Expected %dD (unbatched) or %dD (batched) input to conv%dd, but got input of size: %s with weight of size %s", n + 1, n + 2, n, TS_TEXT(x), TS_TEXT(w));
  int64_t pads[3] = {0}, dil[3], str[3];
  bool odd[3] = {false};
  if (padding.n == TS_PADDING_SAME) {
    if (!ts_window_list(cx, "dilation", dilation, n, 1, 1, dil) || !ts_window_list(cx, "stride", stride, n, 1, 1, str)) return false;
    for (int d = 0; d < n; d++) {
      if (str[3 - n + d] != 1) return ts_fail(cx, TS_ERR_ARGUMENT, "padding='same' is not supported for strided convolutions");
      int64_t total = dil[3 - n + d] * (w->sizes[2 + d] - 1);
      pads[d] = total / 2;
      odd[d] = total % 2;
    }
  }
  if (single) x = ts_unsqueeze(cx, x, 0);
  for (int d = 0; d < n && x; d++) { /* one more zero behind: a window has an uneven rest */
    if (!odd[d]) continue;
    int64_t sizes[TS_MAX_DIM];
    memcpy(sizes, x->sizes, x->ndim * sizeof *sizes);
    sizes[2 + d]++;
    x = ts__slice_backward(cx, x, (ts_ints){sizes, x->ndim}, 2 + d, 0, 1);
  }
  ts_ints pad = padding.n == TS_PADDING_SAME ? (ts_ints){pads, n} : padding.n == TS_PADDING_VALID ? (ts_ints){pads, n} : padding;
  ts_tensor *y = ts__conv(cx, x, w, b, stride, pad, dilation, groups);
  if (single && y) {
    int64_t sizes[TS_MAX_DIM];
    memcpy(sizes, y->sizes + 1, (y->ndim - 1) * sizeof *sizes);
    y = ts_reshape(cx, y, (ts_ints){sizes, y->ndim - 1});
  }
  return (out->t[0] = y) != NULL;
}
