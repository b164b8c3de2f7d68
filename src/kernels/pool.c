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

typedef struct { ts_window w; const void *in; void *out; int64_t *index; bool count_pad; int64_t divisor; const ts_pool_max *max; bool integers; } pool_job;

/* Windows are taken a block of a row of them at a time: for each element of the kernel one pass over the block. */
enum { BLOCK = 128 };

/* Of windows [from, from + n) of a row, those whose element `offset` columns in lies inside: [*lo, *hi). */
static inline void columns_inside(const ts_window *w, int64_t from, int64_t n, int64_t offset, int64_t *lo, int64_t *hi) {
  int64_t step = w->stride[2], column = from * step - w->pad[2] + offset;
  *lo = column >= 0 ? 0 : (-column + step - 1) / step;
  *hi = column < w->in[2] ? (w->in[2] - 1 - column) / step + 1 : 0;
  if (*hi > n) *hi = n;
}

/* The first position of a window that lies inside, or the nearest to it. */
static inline int64_t first_inside(const ts_window *w, int d, int64_t o) {
  int64_t at = o * w->stride[d] - w->pad[d];
  if (at < 0) at += (-at + w->dilation[d] - 1) / w->dilation[d] * w->dilation[d];
  return at < w->in[d] ? at : w->in[d] - 1;
}

/* Which of the kernel's elements lie inside for windows that begin at first .. last: [*lo, *hi) at least. */
static inline void taps_inside(const ts_window *w, int d, int64_t first, int64_t last, int64_t *lo, int64_t *hi) {
  int64_t step = w->dilation[d];
  *lo = last >= 0 ? 0 : (-last + step - 1) / step;
  *hi = first < w->in[d] ? (w->in[d] - 1 - first) / step + 1 : 0;
  if (*hi > w->kernel[d]) *hi = w->kernel[d];
}

/* First maximum in row-major order; NaN wins. Places count within the plane. */
static void max_row(const pool_job *j, const char *in, int64_t od, int64_t oh, char *out, int64_t *index) {
  const ts_window *w = &j->w;
  const ts_pool_max *max = j->max;
  const int64_t step = w->stride[2];
  for (int64_t from = 0; from < w->out[2]; from += BLOCK) {
    const int64_t n = w->out[2] - from < BLOCK ? w->out[2] - from : BLOCK;
    const int64_t first = (first_inside(w, 0, od) * w->in[1] + first_inside(w, 1, oh)) * w->in[2];
    char *best = out + from * max->item;
    union { int32_t narrow[BLOCK]; int64_t wide[BLOCK]; } at;
    for (int64_t i = 0; i < n; i++) {
      if (max->item == 4) ((float *)best)[i] = -INFINITY;
      else if (j->integers) ((int64_t *)best)[i] = INT64_MIN;
      else ((double *)best)[i] = -INFINITY;
      const int64_t place = first + first_inside(w, 2, from + i);
      if (max->place == 4) at.narrow[i] = (int32_t)place;
      else at.wide[i] = place;
    }
    int64_t z0 = od * w->stride[0] - w->pad[0], y0 = oh * w->stride[1] - w->pad[1], x0 = from * step - w->pad[2], lo[3], hi[3];
    taps_inside(w, 0, z0, z0, &lo[0], &hi[0]);
    taps_inside(w, 1, y0, y0, &lo[1], &hi[1]);
    taps_inside(w, 2, x0, x0 + (n - 1) * step, &lo[2], &hi[2]);
    for (int64_t kd = lo[0]; kd < hi[0]; kd++)
      for (int64_t kh = lo[1]; kh < hi[1]; kh++)
        for (int64_t kw = lo[2]; kw < hi[2]; kw++) {
          int64_t begin, end, row = ((z0 + kd * w->dilation[0]) * w->in[1] + y0 + kh * w->dilation[1]) * w->in[2];
          columns_inside(w, from, n, kw * w->dilation[2], &begin, &end);
          if (begin >= end) continue;
          const int64_t here = row + x0 + kw * w->dilation[2] + begin * step;
          max->run(best + begin * max->item, max->place == 4 ? (void *)(at.narrow + begin) : at.wide + begin, in + here * max->item, step, end - begin, here);
        }
    for (int64_t i = 0; i < n; i++) index[from + i] = max->place == 4 ? at.narrow[i] : at.wide[i];
  }
}

static void max_planes(void *arg, int64_t begin, int64_t end) {
  const pool_job *j = arg;
  const ts_window *w = &j->w;
  for (int64_t plane = begin; plane < end; plane++) {
    int64_t at = plane * ts_volume(w->out);
    for (int64_t od = 0; od < w->out[0]; od++)
      for (int64_t oh = 0; oh < w->out[1]; oh++, at += w->out[2])
        max_row(j, (const char *)j->in + plane * ts_volume(w->in) * j->max->item, od, oh, (char *)j->out + at * j->max->item, j->index + at);
  }
}

/* A window along one dim: where it lies inside the input, and how much of it counts with padding. */
typedef struct { int64_t from, to, cover; } extent;
static inline extent extent_of(const ts_window *w, int d, int64_t o) {
  int64_t from = o * w->stride[d] - w->pad[d], to = from + w->kernel[d];
  if (to > w->in[d] + w->pad[d]) to = w->in[d] + w->pad[d];
  extent e = {from < 0 ? 0 : from, to > w->in[d] ? w->in[d] : to, to - from};
  if (e.to < e.from) e.to = e.from;
  return e;
}

/* The same walk forwards (averages) and backwards (spreads); SUM is what sums are kept in. */
#define AVERAGE_PLANES(T, SUM)                                                                                    \
  static void average_row_##T(const pool_job *j, const T *in, T *spread, T *out, extent d, extent h) {             \
    const ts_window *w = &j->w;                                                                                    \
    for (int64_t from = 0; from < w->out[2]; from += BLOCK) {                                                      \
      int64_t n = w->out[2] - from < BLOCK ? w->out[2] - from : BLOCK, step = w->stride[2];                        \
      SUM sum[BLOCK] = {0};                                                                                        \
      int64_t first, last;                                                                                         \
      taps_inside(w, 2, from * step - w->pad[2], (from + n - 1) * step - w->pad[2], &first, &last);                \
      T divisor[BLOCK];                                                                                            \
      for (int64_t i = 0; i < n; i++) {                                                                            \
        extent e = extent_of(w, 2, from + i);                                                                      \
        int64_t inside = (d.to - d.from) * (h.to - h.from) * (e.to - e.from);                                      \
        divisor[i] = (T)(!inside ? 1 : j->divisor ? (double)j->divisor : j->count_pad ? (double)d.cover * (double)h.cover * (double)e.cover : (double)inside); \
        if (spread) sum[i] = (SUM)(out[from + i] / divisor[i]);                                                    \
      }                                                                                                            \
      for (int64_t z = d.from; z < d.to; z++)                                                                      \
        for (int64_t y = h.from; y < h.to; y++)                                                                    \
          for (int64_t kw = first; kw < last; kw++) {                                                              \
            int64_t lo, hi, here = (z * w->in[1] + y) * w->in[2] + from * step - w->pad[2] + kw;                   \
            columns_inside(w, from, n, kw, &lo, &hi);                                                              \
            if (spread) for (int64_t i = lo; i < hi; i++) spread[here + i * step] += (T)sum[i];                    \
            else for (int64_t i = lo; i < hi; i++) sum[i] += in[here + i * step];                                  \
          }                                                                                                        \
      for (int64_t i = 0; i < n && !spread; i++) out[from + i] = (T)(sum[i] / (SUM)divisor[i]);                    \
    }                                                                                                              \
  }                                                                                                                \
  static void average_##T(const pool_job *j, const T *in, T *spread, T *out) {                                     \
    const ts_window *w = &j->w;                                                                                    \
    for (int64_t od = 0; od < w->out[0]; od++)                                                                     \
      for (int64_t oh = 0; oh < w->out[1]; oh++, out += w->out[2])                                                 \
        average_row_##T(j, in, spread, out, extent_of(w, 0, od), extent_of(w, 1, oh));                             \
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
AVERAGE_PLANES(float, double)
AVERAGE_PLANES(double, double)
AVERAGE_PLANES(int64_t, int64_t)

static ts_dtype work_dtype(ts_dtype d) { return ts_is_half(d) ? TS_FLOAT32 : ts_is_float(d) ? d : TS_INT64; }
/* Planes that a thread takes at least. */
static int64_t grain_of(double per_plane) { return per_plane > 8192 ? 1 : 8192 / (int64_t)(per_plane + 1) + 1; }

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
  j.integers = work == TS_INT64;
  j.max = &ts_loops.pool_max[j.integers ? 3 : work == TS_FLOAT64 ? 2 : ts_volume(j.w.in) > INT32_MAX];
  ts_parallel_for(planes, grain_of((double)ts_volume(j.w.out) * (double)j.w.kernel[0] * (double)j.w.kernel[1] * (double)j.w.kernel[2]),
                  max_planes, &j);
  out->t[0] = ts_raw_cast(cx, y, d);
  out->t[1] = index;
  return out->t[0] != NULL;
}

/* Between planes and windows by index: gathers (gradient of the gradient) or adds back (gradient). */
typedef struct { const int64_t *at; const void *from; void *to; int64_t plane, windows; bool is_double; } place_job;

static void add_back(void *arg, int64_t begin, int64_t end) {
  const place_job *j = arg;
  for (int64_t p = begin; p < end; p++) {
    const int64_t *at = j->at + p * j->windows;
    const float *f = (const float *)j->from + p * j->windows;
    const double *d = (const double *)j->from + p * j->windows;
    if (j->is_double) for (int64_t i = 0; i < j->windows; i++) ((double *)j->to)[p * j->plane + at[i]] += d[i];
    else for (int64_t i = 0; i < j->windows; i++) ((float *)j->to)[p * j->plane + at[i]] += f[i];
  }
}

static void gather(void *arg, int64_t begin, int64_t end) {
  const place_job *j = arg;
  for (int64_t p = begin; p < end; p++) {
    const int64_t *at = j->at + p * j->windows;
    float *f = (float *)j->to + p * j->windows;
    double *d = (double *)j->to + p * j->windows;
    if (j->is_double) for (int64_t i = 0; i < j->windows; i++) d[i] = ((const double *)j->from)[p * j->plane + at[i]];
    else for (int64_t i = 0; i < j->windows; i++) f[i] = ((const float *)j->from)[p * j->plane + at[i]];
  }
}

bool ts__max_pool_backward_impl(ts_cx *cx, const ts__max_pool_backward_args *a, ts_out *out) {
  ts_dtype d = (ts_dtype)a->grad->dtype, work = ts_is_half(d) ? TS_FLOAT32 : d;
  ts_tensor *g = ts_raw_contiguous(cx, ts_raw_cast(cx, a->grad, work)), *index = ts_raw_contiguous(cx, a->indices);
  ts_tensor *x = ts_full_zero(cx, work, (int)a->size.n, a->size.v);
  if (!g || !index || !x) return false;
  place_job j = {ts_data(index), ts_data(g), ts_data(x), 1, 1, work == TS_FLOAT64};
  for (int i = (int)(a->size.n - a->dims); i < a->size.n; i++) j.plane *= a->size.v[i], j.windows *= g->sizes[i];
  if (g->numel) ts_parallel_for(g->numel / j.windows, grain_of((double)j.windows), add_back, &j);
  return (out->t[0] = ts_raw_cast(cx, x, d)) != NULL;
}

bool ts__max_pool_gather_impl(ts_cx *cx, const ts__max_pool_gather_args *a, ts_out *out) {
  ts_dtype d = (ts_dtype)a->self->dtype, work = ts_is_half(d) ? TS_FLOAT32 : d;
  ts_tensor *x = ts_raw_contiguous(cx, ts_raw_cast(cx, a->self, work)), *index = ts_raw_contiguous(cx, a->indices);
  ts_tensor *y = index ? ts_empty(cx, work, index->ndim, index->sizes) : NULL;
  if (!x || !y) return false;
  place_job j = {ts_data(index), ts_data(x), ts_data(y), 1, 1, work == TS_FLOAT64};
  for (int i = (int)(x->ndim - a->dims); i < x->ndim; i++) j.plane *= x->sizes[i], j.windows *= y->sizes[i];
  if (y->numel) ts_parallel_for(y->numel / j.windows, grain_of((double)j.windows), gather, &j);
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
  ts_parallel_for(planes, grain_of((double)ts_volume(j.w.out) * (double)j.w.kernel[0] * (double)j.w.kernel[1] * (double)j.w.kernel[2]),
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
