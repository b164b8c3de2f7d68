/* Pooling over 1 to 3 spatial dims. Planes (one image, one channel) are independent and run in parallel. */
#include <inttypes.h>
#include <math.h>
#include <string.h>
#include "../core/threads.h"
#include "../gen/ops.h"
#include "kernels.h"
#include "window.h"

typedef struct { ts_ints kernel, stride, padding, dilation; bool ceil_mode; } settings;

/* Geometry of a pooling of input (..., spatial n); leading dims are planes. */
static bool window_of(ts_cx *cx, const char *name, int n, int ndim, const int64_t *in, settings set, ts_window *w) {
  char text[160];
  ts_sizes_text(ndim, in, text, sizeof text);
  if (ndim != n + 1 && ndim != n + 2)
    return ts_fail(cx, TS_ERR_SHAPE, "Expected %dD or %dD (batch mode) tensor for input of %s%dd, but got: %s", n + 1, n + 2, name, n, text);
  for (int d = ndim == n + 2 ? 1 : 0; d < ndim; d++)
    if (in[d] == 0) return ts_fail(cx, TS_ERR_SHAPE, "Expected %dD or %dD tensor with optional 0 dim batch size for input of %s%dd, but got: %s", n + 1, n + 2, name, n, text);
  if (!ts_window_list(cx, "kernel_size", set.kernel, n, 1, 1, w->kernel) || !ts_window_list(cx, "stride", set.stride.n > 0 ? set.stride : set.kernel, n, 1, 1, w->stride) ||
      !ts_window_list(cx, "padding", set.padding, n, 0, 0, w->pad) || !ts_window_list(cx, "dilation", set.dilation, n, 1, 1, w->dilation))
    return false;
  for (int d = 0; d < 3; d++) {
    int at = d - (3 - n) + (ndim - n);
    w->in[d] = d < 3 - n ? 1 : in[at];
    if (d < 3 - n) w->stride[d] = w->kernel[d] = w->dilation[d] = 1, w->pad[d] = 0;
    if (w->pad[d] > w->kernel[d] / 2)
      return ts_fail(cx, TS_ERR_ARGUMENT, "pad should be at most half of kernel size, but got pad=%" PRId64 " and kernel_size=%" PRId64, w->pad[d], w->kernel[d]);
    int64_t room = w->in[d] + 2 * w->pad[d] - w->dilation[d] * (w->kernel[d] - 1) - 1;
    if (set.ceil_mode) room += w->stride[d] - 1;
    int64_t out = room >= 0 ? room / w->stride[d] : -((-room + w->stride[d] - 1) / w->stride[d]); /* rounded down */
    w->out[d] = out + 1;
    /* The last window must start inside the input or its left padding. */
    if (set.ceil_mode && (w->out[d] - 1) * w->stride[d] >= w->in[d] + w->pad[d]) w->out[d]--;
    if (w->out[d] < 1) return ts_fail(cx, TS_ERR_SHAPE, "Given input size: %s. Calculated output size: %" PRId64 ". Output size is too small", text, w->out[d]);
  }
  return true;
}

static int out_sizes(int n, int ndim, const int64_t *in, const ts_window *w, int64_t *sizes) {
  memcpy(sizes, in, (size_t)(ndim - n) * sizeof *sizes);
  for (int d = 0; d < n; d++) sizes[ndim - n + d] = w->out[3 - n + d];
  return ndim;
}

typedef struct { ts_window w; const void *in; void *out; int64_t *index; bool count_pad; int64_t divisor; } pool_job;

/* First maximum in row-major order; NaN wins. index counts within the plane. */
#define MAX_PLANES(T)                                                                                             \
  static void max_planes_##T(void *arg, int64_t begin, int64_t end) {                                              \
    const pool_job *j = arg;                                                                                       \
    const ts_window *w = &j->w;                                                                                    \
    int64_t in_size = ts_volume(w->in), out_size = ts_volume(w->out);                                              \
    for (int64_t plane = begin; plane < end; plane++) {                                                            \
      const T *in = (const T *)j->in + plane * in_size;                                                            \
      T *out = (T *)j->out + plane * out_size;                                                                     \
      int64_t *index = j->index + plane * out_size;                                                                \
      for (int64_t od = 0; od < w->out[0]; od++)                                                                   \
        for (int64_t oh = 0; oh < w->out[1]; oh++)                                                                 \
          for (int64_t ow = 0; ow < w->out[2]; ow++) {                                                             \
            int64_t d0 = od * w->stride[0] - w->pad[0], h0 = oh * w->stride[1] - w->pad[1], w0 = ow * w->stride[2] - w->pad[2]; \
            int64_t best_at = -1;                                                                                  \
            T best = 0;                                                                                            \
            for (int64_t kd = 0; kd < w->kernel[0]; kd++) {                                                        \
              int64_t z = d0 + kd * w->dilation[0];                                                                \
              if (z < 0 || z >= w->in[0]) continue;                                                                \
              for (int64_t kh = 0; kh < w->kernel[1]; kh++) {                                                      \
                int64_t y = h0 + kh * w->dilation[1];                                                              \
                if (y < 0 || y >= w->in[1]) continue;                                                              \
                for (int64_t kw = 0; kw < w->kernel[2]; kw++) {                                                    \
                  int64_t x = w0 + kw * w->dilation[2];                                                            \
                  if (x < 0 || x >= w->in[2]) continue;                                                            \
                  int64_t at = (z * w->in[1] + y) * w->in[2] + x;                                                  \
                  if (best_at < 0 || in[at] > best || in[at] != in[at]) best = in[at], best_at = at;               \
                }                                                                                                  \
              }                                                                                                    \
            }                                                                                                      \
            *out++ = best;                                                                                         \
            *index++ = best_at < 0 ? 0 : best_at;                                                                  \
          }                                                                                                        \
    }                                                                                                              \
  }
MAX_PLANES(float)
MAX_PLANES(double)
MAX_PLANES(int64_t)

/* The same walk forwards (averages) and backwards (spreads). */
#define AVERAGE_PLANES(T)                                                                                         \
  static inline T divisor_##T(const pool_job *j, int64_t cover, int64_t inside) {                                  \
    return (T)(j->divisor ? j->divisor : j->count_pad ? cover : inside);                                           \
  }                                                                                                                \
  static void average_##T(const pool_job *j, const T *in, T *spread, T *out) {                                     \
    const ts_window *w = &j->w;                                                                                    \
    for (int64_t od = 0; od < w->out[0]; od++)                                                                     \
      for (int64_t oh = 0; oh < w->out[1]; oh++)                                                                   \
        for (int64_t ow = 0; ow < w->out[2]; ow++, out++) {                                                        \
          int64_t from[3] = {od * w->stride[0] - w->pad[0], oh * w->stride[1] - w->pad[1], ow * w->stride[2] - w->pad[2]}, to[3], cover = 1, inside = 1; \
          for (int d = 0; d < 3; d++) {                                                                            \
            to[d] = from[d] + w->kernel[d];                                                                        \
            if (to[d] > w->in[d] + w->pad[d]) to[d] = w->in[d] + w->pad[d];                                        \
            cover *= to[d] - from[d];                                                                              \
            if (from[d] < 0) from[d] = 0;                                                                          \
            if (to[d] > w->in[d]) to[d] = w->in[d];                                                                \
            inside *= to[d] > from[d] ? to[d] - from[d] : 0;                                                       \
          }                                                                                                        \
          if (!inside) {                                                                                           \
            if (!spread) *out = 0;                                                                                 \
            continue;                                                                                              \
          }                                                                                                        \
          T part = spread ? *out / divisor_##T(j, cover, inside) : 0, sum = 0;                          \
          for (int64_t z = from[0]; z < to[0]; z++)                                                                \
            for (int64_t y = from[1]; y < to[1]; y++) {                                                            \
              int64_t row = (z * w->in[1] + y) * w->in[2];                                                         \
              T along = 0;                                                                                         \
              if (spread) for (int64_t x = from[2]; x < to[2]; x++) spread[row + x] += part;                       \
              else for (int64_t x = from[2]; x < to[2]; x++) along += in[row + x];                                 \
              sum += along;                                                                                        \
            }                                                                                                      \
          if (!spread) *out = sum / divisor_##T(j, cover, inside);                                              \
        }                                                                                                          \
  }                                                                                                                \
  static void average_planes_##T(void *arg, int64_t begin, int64_t end) {                                          \
    const pool_job *j = arg;                                                                                       \
    int64_t in_size = ts_volume(j->w.in), out_size = ts_volume(j->w.out);                                          \
    for (int64_t p = begin; p < end; p++) average_##T(j, (const T *)j->in + p * in_size, NULL, (T *)j->out + p * out_size); \
  }                                                                                                                \
  static void spread_planes_##T(void *arg, int64_t begin, int64_t end) {                                           \
    const pool_job *j = arg; /* in: gradients of the windows; out: of the elements */                              \
    int64_t in_size = ts_volume(j->w.in), out_size = ts_volume(j->w.out);                                          \
    for (int64_t p = begin; p < end; p++) average_##T(j, NULL, (T *)j->out + p * in_size, (T *)j->in + p * out_size); \
  }
AVERAGE_PLANES(float)
AVERAGE_PLANES(double)
AVERAGE_PLANES(int64_t)

static ts_dtype work_dtype(ts_dtype d) { return ts_is_half(d) ? TS_FLOAT32 : ts_is_float(d) ? d : TS_INT64; }
static int64_t grain_of(int64_t per_plane) { return per_plane > 8192 ? 1 : 8192 / (per_plane ? per_plane : 1) + 1; }

bool ts__max_pool_impl(ts_cx *cx, const ts__max_pool_args *a, ts_out *out) {
  pool_job j = {0};
  int n = (int)a->dims;
  ts_dtype d = (ts_dtype)a->self->dtype, work = work_dtype(d);
  if (d == TS_BOOL || ts_is_complex(d)) return ts_fail(cx, TS_ERR_DTYPE, "not implemented for %s", ts_dtype_name(d));
  if (!window_of(cx, "max_pool", n, a->self->ndim, a->self->sizes, (settings){a->kernel_size, a->stride, a->padding, a->dilation, a->ceil_mode}, &j.w)) return false;
  int64_t sizes[TS_MAX_DIM];
  int ndim = out_sizes(n, a->self->ndim, a->self->sizes, &j.w, sizes);
  ts_tensor *x = ts_raw_contiguous(cx, ts_raw_cast(cx, a->self, work)), *y = ts_empty(cx, work, ndim, sizes), *index = ts_empty(cx, TS_INT64, ndim, sizes);
  if (!x || !y || !index) return false;
  j.in = ts_data(x);
  j.out = ts_data(y);
  j.index = ts_data(index);
  int64_t planes = y->numel / ts_volume(j.w.out);
  ts_parallel_for(planes, grain_of(ts_volume(j.w.out) * ts_volume(j.w.kernel)),
                  work == TS_FLOAT32 ? max_planes_float : work == TS_FLOAT64 ? max_planes_double : max_planes_int64_t, &j);
  out->t[0] = ts_raw_cast(cx, y, d);
  out->t[1] = index;
  return out->t[0] != NULL;
}

/* Between planes and windows by index: gathers (gradient of the gradient) or adds back (gradient). */
bool ts__max_pool_backward_impl(ts_cx *cx, const ts__max_pool_backward_args *a, ts_out *out) {
  ts_dtype d = (ts_dtype)a->grad->dtype, work = ts_is_half(d) ? TS_FLOAT32 : d;
  ts_tensor *g = ts_raw_contiguous(cx, ts_raw_cast(cx, a->grad, work)), *index = ts_raw_contiguous(cx, a->indices);
  ts_tensor *x = ts_full_zero(cx, work, (int)a->size.n, a->size.v);
  if (!g || !index || !x) return false;
  int64_t in_size = 1, out_size = 1;
  for (int i = (int)(a->size.n - a->dims); i < a->size.n; i++) in_size *= a->size.v[i], out_size *= g->sizes[i];
  const int64_t *at = ts_data(index);
  for (int64_t p = 0, planes = out_size ? g->numel / out_size : 0; p < planes; p++)
    for (int64_t i = 0; i < out_size; i++) {
      int64_t from = p * out_size + i, to = p * in_size + at[from];
      if (work == TS_FLOAT64) ((double *)ts_data(x))[to] += ((double *)ts_data(g))[from];
      else ((float *)ts_data(x))[to] += ((float *)ts_data(g))[from];
    }
  return (out->t[0] = ts_raw_cast(cx, x, d)) != NULL;
}

bool ts__max_pool_gather_impl(ts_cx *cx, const ts__max_pool_gather_args *a, ts_out *out) {
  ts_dtype d = (ts_dtype)a->self->dtype, work = ts_is_half(d) ? TS_FLOAT32 : d;
  ts_tensor *x = ts_raw_contiguous(cx, ts_raw_cast(cx, a->self, work)), *index = ts_raw_contiguous(cx, a->indices);
  ts_tensor *y = index ? ts_empty(cx, work, index->ndim, index->sizes) : NULL;
  if (!x || !y) return false;
  int64_t in_size = 1, out_size = 1;
  for (int i = (int)(x->ndim - a->dims); i < x->ndim; i++) in_size *= x->sizes[i], out_size *= y->sizes[i];
  const int64_t *at = ts_data(index);
  for (int64_t i = 0; i < y->numel; i++) {
    int64_t from = i / out_size * in_size + at[i];
    if (work == TS_FLOAT64) ((double *)ts_data(y))[i] = ((double *)ts_data(x))[from];
    else ((float *)ts_data(y))[i] = ((float *)ts_data(x))[from];
  }
  return (out->t[0] = ts_raw_cast(cx, y, d)) != NULL;
}

static bool average(ts_cx *cx, ts_out *out, ts_tensor *self, ts_ints whole, int64_t dims, settings set, bool count_pad, ts_opt_int divisor, bool backward) {
  pool_job j = {.count_pad = count_pad, .divisor = divisor.given ? divisor.v : 0};
  int n = (int)dims;
  ts_dtype d = (ts_dtype)self->dtype, work = ts_is_half(d) ? TS_FLOAT32 : d;
  if (!ts_is_float(d) && d != TS_INT64) return ts_fail(cx, TS_ERR_DTYPE, "not implemented for %s", ts_dtype_name(d));
  if (divisor.given && divisor.v == 0) return ts_fail(cx, TS_ERR_ARGUMENT, "divisor must be not zero");
  if (!window_of(cx, "avg_pool", n, (int)whole.n, whole.v, set, &j.w)) return false;
  for (int k = 0; k < 3 && n == 3; k++) /* in three dims padding is no help */
    if (j.w.in[k] < j.w.kernel[k]) return ts_fail(cx, TS_ERR_SHAPE, "input image (T: %" PRId64 " H: %" PRId64 " W: %" PRId64 ") smaller than kernel size (kT: %" PRId64 " kH: %" PRId64 " kW: %" PRId64 ")", j.w.in[0], j.w.in[1], j.w.in[2], j.w.kernel[0], j.w.kernel[1], j.w.kernel[2]);
  int64_t sizes[TS_MAX_DIM];
  int ndim = out_sizes(n, (int)whole.n, whole.v, &j.w, sizes);
  ts_tensor *from = ts_raw_contiguous(cx, ts_raw_cast(cx, self, work));
  ts_tensor *to = backward ? ts_full_zero(cx, work, (int)whole.n, whole.v) : ts_empty(cx, work, ndim, sizes);
  if (!from || !to) return false;
  j.in = ts_data(from);
  j.out = ts_data(to);
  int64_t planes = (backward ? from : to)->numel / ts_volume(j.w.out);
  bool is_double = work == TS_FLOAT64;
  ts_parallel_for(planes, grain_of(ts_volume(j.w.out) * ts_volume(j.w.kernel)),
                  d == TS_INT64 ? (backward ? spread_planes_int64_t : average_planes_int64_t) : backward ? (is_double ? spread_planes_double : spread_planes_float) : is_double ? average_planes_double : average_planes_float, &j);
  return (out->t[0] = ts_raw_cast(cx, to, d)) != NULL;
}

bool ts__avg_pool_impl(ts_cx *cx, const ts__avg_pool_args *a, ts_out *out) {
  return average(cx, out, a->self, ts_sizes_of(a->self), a->dims, (settings){a->kernel_size, a->stride, a->padding, {NULL, -1}, a->ceil_mode}, a->count_include_pad, a->divisor_override, false);
}

bool ts__avg_pool_backward_impl(ts_cx *cx, const ts__avg_pool_backward_args *a, ts_out *out) {
  return average(cx, out, a->grad, a->size, a->dims, (settings){a->kernel_size, a->stride, a->padding, {NULL, -1}, a->ceil_mode}, a->count_include_pad, a->divisor_override, true);
}

bool ts_max_pool_values(ts_cx *cx, ts_out *out, int n, ts_tensor *x, ts_ints kernel, ts_ints stride, ts_ints padding, ts_ints dilation, bool ceil_mode, bool indices) {
  if (indices) return ts_fail(cx, TS_ERR_ARGUMENT, "one result has no room for indices: use maxPool%ddWithIndices", n);
  ts_tensor *results[2] = {NULL, NULL};
  return ts__max_pool(cx, x, n, kernel, stride, padding, dilation, ceil_mode, results) && (out->t[0] = results[0]) != NULL;
}
