/* Convolution ops: checks and dtypes around conv.h. */
#include "conv.h"
#include <inttypes.h>
#include <string.h>
#include "../gen/ops.h"
#include "complex.h"
#include "kernels.h"

typedef struct { ts_ints stride, padding, dilation; int64_t groups; } settings;

/* One of the settings, spread over the dims; PyTorch's words for what it refuses. */
static bool numbers(ts_cx *cx, const char *name, ts_ints list, int n, int64_t fallback, int64_t least, const char *refusal, int64_t *out3) {
  if (list.n > 1 && list.n != n)
    return ts_fail(cx, TS_ERR_ARGUMENT, "expected %s to be a single integer value or a list of %d values to match the convolution dimensions, but got %s=%s", name, n, name,
                   ts_sizes_text((int)(list.n < 8 ? list.n : 8), list.v, (char[160]){0}, 160));
  for (int64_t i = 0; i < list.n; i++)
    if (list.v[i] < least) return ts_fail(cx, TS_ERR_ARGUMENT, "%s, got %s=%s", refusal, name, ts_sizes_text((int)list.n, list.v, (char[160]){0}, 160));
  return ts_window_list(cx, name, list, n, fallback, least, out3);
}

static bool windows(ts_cx *cx, settings set, int n, ts_window *win) {
  return numbers(cx, "stride", set.stride, n, 1, 1, "non-positive stride is not supported", win->stride) &&
         numbers(cx, "dilation", set.dilation, n, 1, 1, "dilation should be greater than zero", win->dilation) &&
         numbers(cx, "padding", set.padding, n, 0, 0, "negative padding is not supported", win->pad);
}

/* The geometry of input (N, C, ...) with weight (O, C / groups, ...); everything but dtypes is checked here. */
static bool shape_of(ts_cx *cx, int in_ndim, const int64_t *in, int w_ndim, const int64_t *w, settings set, ts_conv_shape *s) {
  int n = w_ndim - 2;
  char *in_text = (char[160]){0}, *w_text = (char[160]){0};
  ts_sizes_text(in_ndim, in, in_text, 160);
  ts_sizes_text(w_ndim, w, w_text, 160);
  if (n < 1 || n > 3 || in_ndim != w_ndim)
    return ts_fail(cx, TS_ERR_SHAPE, "Expected %dD (unbatched) or %dD (batched) input to conv%dd, but got input of size: %s with weight of size %s", n + 1, n + 2, n, in_text, w_text);
  ts_window *win = &s->w;
  if (set.groups < 1) return ts_fail(cx, TS_ERR_ARGUMENT, "non-positive groups is not supported, got groups=%" PRId64, set.groups);
  if (!windows(cx, set, n, win)) return false;
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

static bool same_dtypes(ts_cx *cx, const ts_tensor *x, const ts_tensor *w, const ts_tensor *b) {
  ts_dtype d = (ts_dtype)x->dtype;
  if (d == TS_BOOL) return ts_fail(cx, TS_ERR_DTYPE, "not implemented for %s", ts_dtype_name(d));
  if (w->dtype != d)
    return ts_fail(cx, TS_ERR_DTYPE, "Input type (%s) and weight type (%s) should be the same", ts_dtype_name(d), ts_dtype_name((ts_dtype)w->dtype));
  return !b || b->dtype == d || ts_fail(cx, TS_ERR_DTYPE, "Input type (%s) and bias type (%s) should be the same", ts_dtype_name(d), ts_dtype_name((ts_dtype)b->dtype));
}

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
  if (!same_dtypes(cx, a->self, a->weight, a->bias)) return false;
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
  if (y->numel && !ts_conv_forward(cx, &s, work == TS_FLOAT64, ts_data(x), ts_data(w), NULL, &(ts_conv_finish){.bias = b ? ts_data(b) : NULL}, ts_data(y))) return false;
  return (out->t[0] = ts_raw_cast(cx, y, d)) != NULL;
}

/* Windows that grad has values for: fewer than fit, where a transposed convolution was given output padding. */
static bool take_grad(ts_cx *cx, const ts_tensor *grad, ts_conv_shape *s, int n) {
  bool fits = grad->ndim == n + 2 && grad->sizes[0] == s->batch && grad->sizes[1] == s->out_channels;
  for (int d = 0; d < n && fits; d++) {
    fits = grad->sizes[2 + d] <= s->w.out[3 - n + d];
    s->w.out[3 - n + d] = grad->sizes[2 + d];
  }
  return fits || ts_fail(cx, TS_ERR_SHAPE, "a gradient of shape %s does not belong to this convolution", TS_TEXT(grad));
}

bool ts__conv_input_impl(ts_cx *cx, const ts__conv_input_args *a, ts_out *out) {
  ts_conv_shape s;
  ts_dtype d = (ts_dtype)a->grad->dtype, work = work_dtype(d);
  if (!shape_of(cx, (int)a->size.n, a->size.v, a->weight->ndim, a->weight->sizes, (settings){a->stride, a->padding, a->dilation, a->groups}, &s) || !take_grad(cx, a->grad, &s, a->weight->ndim - 2)) return false;
  if (ts_is_complex(d)) return (out->t[0] = ts_by_parts(cx, a->grad, a->weight, input_parts, a)) != NULL;
  ts_tensor *x = ts_empty(cx, work, (int)a->size.n, a->size.v), *g = ready(cx, a->grad, work), *w = ready(cx, a->weight, work);
  if (!x || !g || !w) return false;
  if (x->numel && !g->numel) memset(ts_data(x), 0, (size_t)x->numel * ts_itemsize(work));
  else if (x->numel && !ts_conv_to_input(cx, &s, work == TS_FLOAT64, ts_data(g), ts_data(w), ts_data(x))) return false;
  return (out->t[0] = ts_raw_cast(cx, x, d)) != NULL;
}

bool ts__conv_weight_impl(ts_cx *cx, const ts__conv_weight_args *a, ts_out *out) {
  ts_conv_shape s;
  ts_dtype d = (ts_dtype)a->grad->dtype, work = work_dtype(d);
  if (!shape_of(cx, a->self->ndim, a->self->sizes, (int)a->size.n, a->size.v, (settings){a->stride, a->padding, a->dilation, a->groups}, &s) || !take_grad(cx, a->grad, &s, a->self->ndim - 2)) return false;
  if (ts_is_complex(d)) return (out->t[0] = ts_by_parts(cx, a->grad, a->self, weight_parts, a)) != NULL;
  ts_tensor *w = ts_empty(cx, work, (int)a->size.n, a->size.v), *g = ready(cx, a->grad, work), *x = ready(cx, a->self, work);
  if (!w || !g || !x) return false;
  if (w->numel && !g->numel) memset(ts_data(w), 0, (size_t)w->numel * ts_itemsize(work));
  else if (w->numel && !ts_conv_to_weight(cx, &s, work == TS_FLOAT64, ts_data(g), ts_data(x), ts_data(w))) return false;
  return (out->t[0] = ts_raw_cast(cx, w, d)) != NULL;
}

static ts_tensor *without_batch(ts_cx *cx, ts_tensor *y) { return y ? ts_reshape(cx, y, (ts_ints){y->sizes + 1, y->ndim - 1}) : NULL; }

/* conv1d, conv2d, conv3d: an optional batch dim, paddings by word. */
bool ts_conv_nd(ts_cx *cx, ts_out *out, int n, ts_tensor *x, ts_tensor *w, ts_tensor *b, ts_ints stride, ts_ints padding, ts_ints dilation, int64_t groups) {
  bool single = x->ndim == n + 1;
  if (w->ndim != n + 2 || (x->ndim != n + 2 && !single))
    return ts_fail(cx, TS_ERR_SHAPE, "Expected %dD (unbatched) or %dD (batched) input to conv%dd, but got input of size: %s with weight of size %s", n + 1, n + 2, n, TS_TEXT(x), TS_TEXT(w));
  int64_t pads[3] = {0};
  bool odd[3] = {false};
  if (padding.n == TS_PADDING_SAME) {
    ts_window win;
    if (!windows(cx, (settings){stride, TS_INTS_EMPTY, dilation, groups}, n, &win)) return false;
    for (int d = 0; d < n; d++) {
      if (win.stride[3 - n + d] != 1) return ts_fail(cx, TS_ERR_ARGUMENT, "padding='same' is not supported for strided convolutions");
      int64_t total = win.dilation[3 - n + d] * (w->sizes[2 + d] - 1);
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
  return (out->t[0] = single ? without_batch(cx, y) : y) != NULL;
}

/* conv_transpose1d, 2d, 3d: the gradient of a convolution with respect to its input, with a bias. */
bool ts_conv_transpose_nd(ts_cx *cx, ts_out *out, int n, ts_tensor *x, ts_tensor *w, ts_tensor *b, ts_ints stride, ts_ints padding, ts_ints output_padding, int64_t groups, ts_ints dilation) {
  bool single = x->ndim == n + 1;
  if (w->ndim != n + 2 || (x->ndim != n + 2 && !single))
    return ts_fail(cx, TS_ERR_SHAPE, "Expected %dD (unbatched) or %dD (batched) input to conv_transpose%dd, but got input of size: %s with weight of size %s", n + 1, n + 2, n, TS_TEXT(x), TS_TEXT(w));
  ts_window win;
  int64_t more[3], size[5], channels = x->sizes[single ? 0 : 1];
  if (!same_dtypes(cx, x, w, b)) return false;
  if (groups < 1) return ts_fail(cx, TS_ERR_ARGUMENT, "non-positive groups is not supported, got groups=%" PRId64, groups);
  if (!windows(cx, (settings){stride, padding, dilation, groups}, n, &win) || !numbers(cx, "output_padding", output_padding, n, 0, 0, "negative output_padding is not supported", more)) return false;
  if (w->sizes[0] % groups != 0 || w->sizes[0] < groups)
    return ts_fail(cx, TS_ERR_SHAPE, "Given groups=%" PRId64 ", expected weight to be divisible by %" PRId64 " at dimension 0, but got weight of size %s instead", groups, groups, TS_TEXT(w));
  if (channels != w->sizes[0])
    return ts_fail(cx, TS_ERR_SHAPE, "Given transposed=1, weight of size %s, expected input%s to have %" PRId64 " channels, but got %" PRId64 " channels instead", TS_TEXT(w), TS_TEXT(x), w->sizes[0], channels);
  size[1] = w->sizes[1] * groups;
  if (b && (b->ndim != 1 || b->sizes[0] != size[1]))
    return ts_fail(cx, TS_ERR_SHAPE, "Given transposed=1, weight of size %s, expected bias to be 1-dimensional with %" PRId64 " elements, but got bias of size %s instead", TS_TEXT(w), size[1], TS_TEXT(b));
  for (int k = 0; k < n; k++) {
    int at = 3 - n + k;
    int64_t in = x->sizes[(single ? 1 : 2) + k], kernel = w->sizes[2 + k];
    if (more[at] >= win.stride[at] && more[at] >= win.dilation[at])
      return ts_fail(cx, TS_ERR_ARGUMENT, "output padding must be smaller than either stride or dilation, but got output_padding=%" PRId64 ", stride=%" PRId64 ", dilation=%" PRId64 " at dimension %d", more[at], win.stride[at], win.dilation[at], k);
    if (in > INT32_MAX || kernel > INT32_MAX) return ts_fail(cx, TS_ERR_SHAPE, "input %s or weight %s is too large", TS_TEXT(x), TS_TEXT(w));
    if ((double)in * (double)win.stride[at] + (double)kernel * (double)win.dilation[at] > 1e15) return ts_fail(cx, TS_ERR_MEMORY, "the result is too large");
    size[2 + k] = (in - 1) * win.stride[at] - 2 * win.pad[at] + win.dilation[at] * (kernel - 1) + more[at] + 1;
    if (size[2 + k] < 1 || in < 1 || kernel < 1)
      return ts_fail(cx, TS_ERR_SHAPE, "Given input %s and weight %s: calculated output size %" PRId64 " at dimension %d. Output size is too small", TS_TEXT(x), TS_TEXT(w), size[2 + k], k);
  }
  if (single) x = ts_unsqueeze(cx, x, 0);
  if (!x) return false;
  size[0] = x->sizes[0];
  ts_tensor *y = ts__conv_input(cx, x, w, (ts_ints){size, n + 2}, stride, padding, dilation, groups);
  if (b) {
    const int64_t shape[4] = {b->numel, 1, 1, 1};
    y = ts_add(cx, y, ts_view(cx, b, (ts_ints){shape, n + 1}), ts_int(1));
  }
  return (out->t[0] = single ? without_batch(cx, y) : y) != NULL;
}

bool ts_convolution_impl(ts_cx *cx, const ts_convolution_args *a, ts_out *out) {
  int n = a->self->ndim - 2;
  if (n < 1 || n > 3 || a->weight->ndim != n + 2)
    return ts_fail(cx, TS_ERR_SHAPE, "Expected input and weight of 3 to 5 dims, the same number, but got input of size: %s with weight of size %s", TS_TEXT(a->self), TS_TEXT(a->weight));
  if (a->transposed) return ts_conv_transpose_nd(cx, out, n, a->self, a->weight, a->bias, a->stride, a->padding, a->output_padding, a->groups, a->dilation);
  return ts_conv_nd(cx, out, n, a->self, a->weight, a->bias, a->stride, a->padding, a->dilation, a->groups);
}

/* Time first, channels last: a conv1d of permuted dims. */
bool ts_conv_tbc_impl(ts_cx *cx, const ts_conv_tbc_args *a, ts_out *out) {
  const ts_tensor *x = a->self, *w = a->weight;
  if (x->ndim != 3) return ts_fail(cx, TS_ERR_SHAPE, "Input must have 3 dims: time, batch, in_channel, got shape %s", TS_TEXT(x));
  if (w->ndim != 3) return ts_fail(cx, TS_ERR_SHAPE, "Weight tensor must have 3 dims: kernel_width, in_channels, out_channels, got shape %s", TS_TEXT(w));
  if (a->bias->ndim != 1) return ts_fail(cx, TS_ERR_SHAPE, "Bias must be 1-D, got shape %s", TS_TEXT(a->bias));
  if (x->sizes[2] != w->sizes[1])
    return ts_fail(cx, TS_ERR_SHAPE, "Input dim 2 (input channels) is not == dim 1 in the weight tensor (%" PRId64 " and %" PRId64 ")", x->sizes[2], w->sizes[1]);
  if (w->sizes[2] != a->bias->sizes[0])
    return ts_fail(cx, TS_ERR_SHAPE, "Bias size must equal dim 2 in the weight tensor (output channels), but they are %" PRId64 " and %" PRId64, a->bias->sizes[0], w->sizes[2]);
  ts_tensor *y = ts_conv1d(cx, ts_permute(cx, a->self, TS_INTS(1, 2, 0)), ts_permute(cx, a->weight, TS_INTS(2, 1, 0)), a->bias, TS_INTS(1), TS_INTS(a->pad), TS_INTS(1), 1);
  return (out->t[0] = ts_permute(cx, y, TS_INTS(2, 0, 1))) != NULL;
}
