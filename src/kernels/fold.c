/* fold and unfold over the window matrices of convolution; shuffles. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "../core/threads.h"
#include "../gen/ops.h"
#include "columns.h"
#include "complex.h"
#include "kernels.h"

typedef struct { ts_ints kernel, dilation, padding, stride; } settings;

/* "(4, 4)" of the last two of three. */
static const char *two(const int64_t *v, char *text) {
  snprintf(text, 64, "(%" PRId64 ", %" PRId64 ")", v[1], v[2]);
  return text;
}
#define TWO(v) two(v, (char[64]){0})

static bool numbers(ts_cx *cx, const char *name, const char *rule, ts_ints list, int64_t least, int64_t *out3) {
  for (int64_t i = 0; i < list.n; i++)
    if (list.v[i] < least) return ts_fail(cx, TS_ERR_ARGUMENT, "%s should be %s, but got %s", name, rule, ts_sizes_text((int)(list.n < 8 ? list.n : 8), list.v, (char[160]){0}, 160));
  return ts_window_list(cx, name, list, 2, 1, least, out3);
}

static bool window_of(ts_cx *cx, settings set, const int64_t *size, ts_window *w) {
  if (!numbers(cx, "kernel size", "greater than zero", set.kernel, 1, w->kernel) || !numbers(cx, "dilation", "greater than zero", set.dilation, 1, w->dilation) ||
      !numbers(cx, "padding", "non-negative", set.padding, 0, w->pad) || !numbers(cx, "stride", "greater than zero", set.stride, 1, w->stride))
    return false;
  w->pad[0] = 0;
  w->in[0] = w->out[0] = 1;
  bool fits = true;
  for (int d = 1; d < 3; d++) {
    w->in[d] = size[d - 1];
    int64_t room = w->in[d] + 2 * w->pad[d] - w->dilation[d] * (w->kernel[d] - 1) - 1;
    w->out[d] = room < 0 ? 0 : room / w->stride[d] + 1;
    fits = fits && w->out[d] > 0;
  }
  return fits || ts_fail(cx, TS_ERR_SHAPE, "Given input with spatial size %s, kernel_size=%s, dilation=%s, padding=%s, calculated shape of the array of sliding blocks as %s, but its components must be at least one.",
                         TWO(w->in), TWO(w->kernel), TWO(w->dilation), TWO(w->pad), TWO(w->out));
}

static bool ready(ts_cx *cx, ts_tensor *x, ts_dtype *work, ts_tensor **made) {
  ts_dtype d = (ts_dtype)x->dtype;
  if (!ts_is_float(d)) return ts_fail(cx, TS_ERR_DTYPE, "not implemented for %s", ts_dtype_name(d));
  *work = d == TS_FLOAT64 ? d : TS_FLOAT32;
  return (*made = ts_raw_contiguous(cx, ts_raw_cast(cx, x, *work))) != NULL;
}

static ts_tensor *im2col_part(ts_cx *cx, ts_tensor *part, const void *args) {
  const ts__im2col_args *a = args;
  return ts__im2col(cx, part, a->kernel_size, a->dilation, a->padding, a->stride);
}
static ts_tensor *col2im_part(ts_cx *cx, ts_tensor *part, const void *args) {
  const ts__col2im_args *a = args;
  return ts__col2im(cx, part, a->size, a->kernel_size, a->dilation, a->padding, a->stride);
}

bool ts__im2col_impl(ts_cx *cx, const ts__im2col_args *a, ts_out *out) {
  if (ts_is_complex((ts_dtype)a->self->dtype)) return (out->t[0] = ts_each_part(cx, a->self, im2col_part, a)) != NULL;
  ts_window w;
  ts_dtype work = TS_FLOAT32;
  ts_tensor *x = NULL;
  if (!window_of(cx, (settings){a->kernel_size, a->dilation, a->padding, a->stride}, a->self->sizes + 2, &w) || !ready(cx, a->self, &work, &x)) return false;
  const int64_t sizes[3] = {x->sizes[0], x->sizes[1] * ts_volume(w.kernel), ts_volume(w.out)};
  ts_tensor *y = ts_empty(cx, work, 3, sizes);
  if (!y) return false;
  if (y->numel) ts_unfold_planes(&w, work == TS_FLOAT64, x->sizes[0] * x->sizes[1], ts_data(x), ts_data(y));
  return (out->t[0] = ts_raw_cast(cx, y, (ts_dtype)a->self->dtype)) != NULL;
}

bool ts__col2im_impl(ts_cx *cx, const ts__col2im_args *a, ts_out *out) {
  if (ts_is_complex((ts_dtype)a->self->dtype)) return (out->t[0] = ts_each_part(cx, a->self, col2im_part, a)) != NULL;
  ts_window w;
  ts_dtype work = TS_FLOAT32;
  ts_tensor *x = NULL;
  if (!window_of(cx, (settings){a->kernel_size, a->dilation, a->padding, a->stride}, a->size.v, &w) || !ready(cx, a->self, &work, &x)) return false;
  const int64_t sizes[4] = {x->sizes[0], x->sizes[1] / ts_volume(w.kernel), w.in[1], w.in[2]};
  ts_tensor *y = ts_full_zero(cx, work, 4, sizes);
  if (!y) return false;
  if (x->numel) ts_fold_planes(&w, work == TS_FLOAT64, sizes[0] * sizes[1], ts_data(x), ts_data(y));
  return (out->t[0] = ts_raw_cast(cx, y, (ts_dtype)a->self->dtype)) != NULL;
}

static ts_tensor *without_batch(ts_cx *cx, ts_tensor *y, bool single) {
  return !single ? y : y ? ts_reshape(cx, y, (ts_ints){y->sizes + 1, y->ndim - 1}) : NULL;
}

bool ts_unfold_windows_impl(ts_cx *cx, const ts_unfold_windows_args *a, ts_out *out) {
  ts_tensor *x = a->self;
  if (ts_is_complex((ts_dtype)x->dtype)) {
    ts_tensor *re = ts_unfold_windows(cx, ts_real(cx, x), a->kernel_size, a->dilation, a->padding, a->stride);
    return re && (out->t[0] = ts_complex(cx, re, ts_unfold_windows(cx, ts_imag(cx, x), a->kernel_size, a->dilation, a->padding, a->stride))) != NULL;
  }
  bool single = x->ndim == 3, filled = single || x->ndim == 4;
  for (int d = single ? 0 : 1; d < x->ndim && filled; d++) filled = x->sizes[d] > 0;
  if (!filled) return ts_fail(cx, TS_ERR_SHAPE, "Expected 3D or 4D (batch mode) tensor with possibly 0 batch size and other non-zero dimensions for input, but got: %s", TS_TEXT(x));
  if (single) x = ts_unsqueeze(cx, x, 0);
  return (out->t[0] = without_batch(cx, ts__im2col(cx, x, a->kernel_size, a->dilation, a->padding, a->stride), single)) != NULL;
}

bool ts_fold_impl(ts_cx *cx, const ts_fold_args *a, ts_out *out) {
  ts_tensor *x = a->self;
  ts_window w;
  int64_t size[3] = {1, 1, 1};
  if (ts_is_complex((ts_dtype)x->dtype)) {
    ts_tensor *re = ts_fold(cx, ts_real(cx, x), a->output_size, a->kernel_size, a->dilation, a->padding, a->stride);
    return re && (out->t[0] = ts_complex(cx, re, ts_fold(cx, ts_imag(cx, x), a->output_size, a->kernel_size, a->dilation, a->padding, a->stride))) != NULL;
  }
  bool single = x->ndim == 2, filled = single || x->ndim == 3;
  for (int d = single ? 0 : 1; d < x->ndim && filled; d++) filled = x->sizes[d] > 0;
  if (!filled) return ts_fail(cx, TS_ERR_SHAPE, "Expected 2D or 3D (batch mode) tensor for input with possibly 0 batch size and non-zero dimensions for input, but got: %s", TS_TEXT(x));
  if (!ts_window_list(cx, "output_size", a->output_size, 2, 1, 1, size)) return false;
  int64_t rows = x->sizes[x->ndim - 2], columns = x->sizes[x->ndim - 1];
  if (!numbers(cx, "kernel size", "greater than zero", a->kernel_size, 1, w.kernel)) return false;
  if (rows % ts_volume(w.kernel) != 0)
    return ts_fail(cx, TS_ERR_SHAPE, "Expected size of input's dimension 1 to be divisible by the product of kernel_size, but got input.size(1)=%" PRId64 " and kernel_size=%s.", rows, TWO(w.kernel));
  if (!window_of(cx, (settings){a->kernel_size, a->dilation, a->padding, a->stride}, size + 1, &w)) return false;
  if (columns != ts_volume(w.out))
    return ts_fail(cx, TS_ERR_SHAPE, "Given output_size=%s, kernel_size=%s, dilation=%s, padding=%s, stride=%s, expected size of input's dimension 2 to match the calculated number of sliding blocks %" PRId64 " * %" PRId64 " = %" PRId64 ", but got input.size(2)=%" PRId64 ".",
                   TWO(w.in), TWO(w.kernel), TWO(w.dilation), TWO(w.pad), TWO(w.stride), w.out[1], w.out[2], ts_volume(w.out), columns);
  if (single) x = ts_unsqueeze(cx, x, 0);
  return (out->t[0] = without_batch(cx, ts__col2im(cx, x, (ts_ints){size + 1, 2}, a->kernel_size, a->dilation, a->padding, a->stride), single)) != NULL;
}

/* The dims before the last three as one. */
static int64_t leading(const ts_tensor *x) {
  int64_t n = 1;
  for (int d = 0; d < x->ndim - 3; d++) n *= x->sizes[d];
  return n;
}

typedef struct { int64_t r, h, w, item; const char *in; char *out; bool back; } shuffle_job;

#define DEAL(T)                                                                    \
  for (int64_t x = 0; x < j->w; x++)                                               \
    if (j->back) ((T *)apart)[x] = ((const T *)row)[x * j->r];                     \
    else ((T *)row)[x * j->r] = ((const T *)apart)[x];

/* Rows (planes, H, r) of W * r elements, whose every r-th lies in one of r planes of the other layout. */
static void shuffle_rows(void *arg, int64_t begin, int64_t end) {
  const shuffle_job *j = arg;
  for (int64_t at = begin; at < end; at++) {
    int64_t i = at % j->r, y = at / j->r % j->h, plane = at / j->r / j->h;
    for (int64_t k = 0; k < j->r; k++) {
      int64_t one = (((plane * j->r + i) * j->r + k) * j->h + y) * j->w * j->item, other = (at * j->w * j->r + k) * j->item;
      char *apart = j->back ? j->out + one : (char *)j->in + one, *row = j->back ? (char *)j->in + other : j->out + other;
      switch (j->item) {
        case 1: DEAL(uint8_t) break;
        case 2: DEAL(uint16_t) break;
        case 4: DEAL(uint32_t) break;
        case 8: DEAL(uint64_t) break;
        default: {
          typedef struct { uint64_t v[2]; } pair;
          DEAL(pair)
        }
      }
    }
  }
}

/* c, h and w: sizes of the layout with r * r planes for each. */
static bool shuffled(ts_cx *cx, ts_out *out, ts_tensor *self, int64_t r, int64_t c, int64_t h, int64_t w, bool back) {
  int64_t sizes[TS_MAX_DIM];
  ts_tensor *x = ts_raw_contiguous(cx, self);
  if (!x) return false;
  memcpy(sizes, x->sizes, (size_t)x->ndim * sizeof *sizes);
  if (back && (double)c * (double)r * (double)r > 1e15) return ts_fail(cx, TS_ERR_MEMORY, "the result is too large");
  sizes[x->ndim - 3] = back ? c * r * r : c;
  sizes[x->ndim - 2] = back ? h : h * r;
  sizes[x->ndim - 1] = back ? w : w * r;
  ts_tensor *y = out->t[0] = ts_empty(cx, (ts_dtype)x->dtype, x->ndim, sizes);
  if (!y) return false;
  shuffle_job j = {r, h, w, ts_itemsize((ts_dtype)x->dtype), ts_data(x), ts_data(y), back};
  if (y->numel) ts_parallel_for(leading(x) * c * h * r, 16384 / (w * r) + 1, shuffle_rows, &j);
  return true;
}

static bool check_shuffle(ts_cx *cx, const ts_tensor *x, int64_t r, const char *op, const char *factor) {
  if (x->ndim < 3) return ts_fail(cx, TS_ERR_SHAPE, "%s expects input to have at least 3 dimensions, but got input with %d dimension(s)", op, x->ndim);
  return (r > 0 && r <= INT32_MAX) || ts_fail(cx, TS_ERR_ARGUMENT, "%s expects a positive %s, but got %" PRId64, op, factor, r);
}

bool ts_pixel_shuffle_impl(ts_cx *cx, const ts_pixel_shuffle_args *a, ts_out *out) {
  ts_tensor *x = a->self;
  int64_t r = a->upscale_factor;
  if (!check_shuffle(cx, x, r, "pixel_shuffle", "upscale_factor")) return false;
  int64_t c = x->sizes[x->ndim - 3], h = x->sizes[x->ndim - 2], w = x->sizes[x->ndim - 1];
  if (c % (r * r) != 0)
    return ts_fail(cx, TS_ERR_SHAPE, "pixel_shuffle expects its input's 'channel' dimension to be divisible by the square of upscale_factor, but input.size(-3)=%" PRId64 " is not divisible by %" PRId64, c, r * r);
  return shuffled(cx, out, x, r, c / (r * r), h, w, false);
}

bool ts_pixel_unshuffle_impl(ts_cx *cx, const ts_pixel_unshuffle_args *a, ts_out *out) {
  ts_tensor *x = a->self;
  int64_t r = a->downscale_factor;
  if (!check_shuffle(cx, x, r, "pixel_unshuffle", "downscale_factor")) return false;
  int64_t c = x->sizes[x->ndim - 3], h = x->sizes[x->ndim - 2], w = x->sizes[x->ndim - 1];
  if (h % r != 0) return ts_fail(cx, TS_ERR_SHAPE, "pixel_unshuffle expects height to be divisible by downscale_factor, but input.size(-2)=%" PRId64 " is not divisible by %" PRId64, h, r);
  if (w % r != 0) return ts_fail(cx, TS_ERR_SHAPE, "pixel_unshuffle expects width to be divisible by downscale_factor, but input.size(-1)=%" PRId64 " is not divisible by %" PRId64, w, r);
  return shuffled(cx, out, x, r, c, h / r, w / r, true);
}

typedef struct { const char *in; char *out; int64_t groups, channels, plane; /* bytes */ } channels_job;

/* Channel c of the result is channel c / groups of group c % groups. */
static void move_channels(void *arg, int64_t begin, int64_t end) {
  const channels_job *j = arg;
  for (int64_t at = begin; at < end; at++) {
    const int64_t c = at % j->channels, from = at - c + c % j->groups * (j->channels / j->groups) + c / j->groups;
    memcpy(j->out + at * j->plane, j->in + from * j->plane, (size_t)j->plane);
  }
}

bool ts_channel_shuffle_impl(ts_cx *cx, const ts_channel_shuffle_args *a, ts_out *out) {
  ts_tensor *x = a->self;
  int64_t g = a->groups, rest = 1;
  if (x->ndim < 3) return ts_fail(cx, TS_ERR_SHAPE, "channel_shuffle expects input with > 2 dims, but got input with sizes %s", TS_TEXT(x));
  if (g <= 0) return ts_fail(cx, TS_ERR_ARGUMENT, "Number of groups to divide channels in must be positive. Value of groups:%" PRId64, g);
  int64_t c = x->sizes[1];
  if (c % g != 0) return ts_fail(cx, TS_ERR_SHAPE, "Number of channels must be divisible by groups. Got %" PRId64 " channels and %" PRId64 " groups.", c, g);
  for (int d = 2; d < x->ndim; d++) rest *= x->sizes[d];
  if (!(x = ts_raw_contiguous(cx, x))) return false;
  ts_tensor *y = out->t[0] = ts_empty(cx, (ts_dtype)x->dtype, x->ndim, x->sizes);
  if (!y) return false;
  channels_job j = {ts_data(x), ts_data(y), g, c, rest * ts_itemsize((ts_dtype)x->dtype)};
  if (y->numel) ts_parallel_for(x->sizes[0] * c, (1 << 18) / j.plane + 1, move_channels, &j);
  return true;
}
