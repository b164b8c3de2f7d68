/* Maxima of windows that are not evenly spaced (adaptive and fractional pooling), and max_unpool, which puts elements back. */
#include <inttypes.h>
#include <math.h>
#include <string.h>
#include "../core/threads.h"
#include "../gen/ops.h"
#include "families.h"
#include "kernels.h"
#include "window.h"

/* Where the windows of each dim begin and end: out[d] pairs, of one plane after the other or (shared) the same for all. */
typedef struct {
  int64_t in[3], out[3], per_plane;
  const int64_t *bounds;
  const void *x;
  void *y;
  int64_t *index;
} max_job;

/* First maximum in row-major order; the last NaN wins. */
#define MAX_WINDOWS(T)                                                                                            \
  static void max_windows_##T(void *arg, int64_t begin, int64_t end) {                                            \
    const max_job *j = arg;                                                                                       \
    int64_t in_size = ts_volume(j->in), out_size = ts_volume(j->out);                                             \
    for (int64_t plane = begin; plane < end; plane++) {                                                           \
      const int64_t *d = j->bounds + plane * j->per_plane, *h = d + 2 * j->out[0], *w = h + 2 * j->out[1];        \
      const T *x = (const T *)j->x + plane * in_size;                                                             \
      T *y = (T *)j->y + plane * out_size;                                                                        \
      int64_t *index = j->index + plane * out_size;                                                               \
      for (int64_t od = 0; od < j->out[0]; od++)                                                                  \
        for (int64_t oh = 0; oh < j->out[1]; oh++)                                                                \
          for (int64_t ow = 0; ow < j->out[2]; ow++) {                                                            \
            int64_t best = (d[2 * od] * j->in[1] + h[2 * oh]) * j->in[2] + w[2 * ow];                             \
            T most = x[best];                                                                                     \
            for (int64_t id = d[2 * od]; id < d[2 * od + 1]; id++)                                                \
              for (int64_t ih = h[2 * oh]; ih < h[2 * oh + 1]; ih++) {                                            \
                int64_t row = (id * j->in[1] + ih) * j->in[2];                                                    \
                for (int64_t iw = w[2 * ow]; iw < w[2 * ow + 1]; iw++)                                            \
                  if (x[row + iw] > most || x[row + iw] != x[row + iw]) most = x[row + iw], best = row + iw;      \
              }                                                                                                   \
            *y++ = most;                                                                                          \
            *index++ = best;                                                                                      \
          }                                                                                                       \
    }                                                                                                             \
  }
MAX_WINDOWS(float)
MAX_WINDOWS(double)

static bool run(ts_cx *cx, ts_out *out, ts_tensor *self, max_job *j, int n, const int64_t *size) {
  ts_dtype d = (ts_dtype)self->dtype, work = ts_is_half(d) ? TS_FLOAT32 : d;
  int64_t sizes[TS_MAX_DIM], planes = 1;
  memcpy(sizes, self->sizes, (size_t)self->ndim * sizeof *sizes);
  for (int k = 0; k < self->ndim - n; k++) planes *= sizes[k];
  for (int k = 0; k < n; k++) sizes[self->ndim - n + k] = size[k];
  ts_tensor *x = ts_raw_contiguous(cx, ts_raw_cast(cx, self, work)), *y = ts_empty(cx, work, self->ndim, sizes), *index = ts_empty(cx, TS_INT64, self->ndim, sizes);
  if (!x || !y || !index) return false;
  j->x = ts_data(x);
  j->y = ts_data(y);
  j->index = ts_data(index);
  int64_t cost = ts_volume(j->in) + ts_volume(j->out);
  if (y->numel) ts_parallel_for(planes, 16384 / cost + 1, work == TS_FLOAT64 ? max_windows_double : max_windows_float, j);
  out->t[0] = ts_raw_cast(cx, y, d);
  out->t[1] = index;
  return out->t[0] != NULL;
}

static bool start(ts_cx *cx, const ts_tensor *self, int n, const int64_t *size, max_job *j) {
  if (!ts_is_float((ts_dtype)self->dtype)) return ts_fail(cx, TS_ERR_DTYPE, "not implemented for %s", ts_dtype_name((ts_dtype)self->dtype));
  *j = (max_job){.in = {1, 1, 1}, .out = {1, 1, 1}};
  for (int k = 0; k < n; k++) {
    j->in[3 - n + k] = self->sizes[self->ndim - n + k];
    j->out[3 - n + k] = size[k];
    if (size[k] > INT64_MAX / 256) return ts_fail(cx, TS_ERR_MEMORY, "an output of %" PRId64 " windows is too large", size[k]);
  }
  return true;
}

bool ts__adaptive_max_pool_impl(ts_cx *cx, const ts__adaptive_max_pool_args *a, ts_out *out) {
  max_job j;
  int n = (int)a->size.n;
  if (!start(cx, a->self, n, a->size.v, &j)) return false;
  int64_t *at = ts_temp(cx, (j.out[0] + j.out[1] + j.out[2]) * 16 + 1);
  j.bounds = at;
  if (!at) return false;
  for (int k = 0; k < 3; k++)
    for (int64_t i = 0; i < j.out[k]; i++) {
      *at++ = i * j.in[k] / j.out[k];
      *at++ = ((i + 1) * j.in[k] + j.out[k] - 1) / j.out[k];
    }
  return run(cx, out, a->self, &j, n, a->size.v);
}

/* PyTorch's places, in the precision of the samples: steps of one size from a random start, the last window at the end. */
static int64_t place(double sample, bool single, int64_t i, int64_t in, int64_t out, int64_t kernel) {
  if (i == out - 1) return in - kernel;
  if (single) {
    float s = (float)sample, alpha = (float)(in - kernel) / (float)(out - 1);
    return (int64_t)(((float)i + s) * alpha) - (int64_t)(s * alpha);
  }
  double alpha = (double)(in - kernel) / (double)(out - 1);
  return (int64_t)(((double)i + sample) * alpha) - (int64_t)(sample * alpha);
}

bool ts__fractional_max_pool_impl(ts_cx *cx, const ts__fractional_max_pool_args *a, ts_out *out) {
  max_job j;
  int n = (int)a->size.n;
  if (!start(cx, a->self, n, a->size.v, &j)) return false;
  bool single = a->self->dtype != TS_FLOAT64;
  ts_tensor *samples = ts_raw_contiguous(cx, ts_raw_cast(cx, a->samples, TS_FLOAT64));
  int64_t planes = 1, lines = j.out[0] + j.out[1] + j.out[2], bytes;
  for (int k = 0; k < a->self->ndim - n; k++) planes *= a->self->sizes[k];
  if (__builtin_mul_overflow(planes, lines * 16, &bytes)) return ts_fail(cx, TS_ERR_MEMORY, "the result is too large");
  int64_t *at = samples ? ts_temp(cx, bytes + 1) : NULL;
  if (!at) return false;
  j.bounds = at;
  j.per_plane = lines * 2;
  for (int64_t p = 0; p < planes; p++) {
    const double *s = (const double *)ts_data(samples) + p * n;
    for (int k = 0; k < 3; k++) {
      int dim = k - (3 - n);
      int64_t kernel = dim < 0 ? 1 : a->kernel_size.v[a->kernel_size.n == 1 ? 0 : dim];
      for (int64_t i = 0; i < j.out[k]; i++) {
        /* In two dims the samples come width first, in three depth first. */
        int64_t from = dim < 0 ? 0 : place(s[n == 2 ? 1 - dim : dim], single, i, j.in[k], j.out[k], kernel);
        int64_t most = j.in[k] - kernel;
        *at++ = from < 0 ? 0 : from > most ? most : from;
        at[0] = at[-1] + kernel;
        at++;
      }
    }
  }
  return run(cx, out, a->self, &j, n, a->size.v);
}

bool ts_adaptive_maximum(ts_cx *cx, ts_out *out, int n, ts_tensor *x, ts_ints wanted) {
  int64_t size[3];
  if (!ts_adaptive_sizes(cx, n, x, wanted, size)) return false;
  return ts__adaptive_max_pool(cx, x, (ts_ints){size, n}, out->t);
}

bool ts_fractional_maximum(ts_cx *cx, ts_out *out, int n, ts_tensor *x, ts_ints kernel, ts_ints wanted, ts_floats ratio, ts_tensor *samples) {
  int64_t size[3], kernels[3];
  if (wanted.n < 0 && ratio.n < 0) return ts_fail(cx, TS_ERR_ARGUMENT, "fractional_max_pool%dd requires specifying either an output_size or an output_ratio", n);
  if (wanted.n >= 0 && ratio.n >= 0) return ts_fail(cx, TS_ERR_ARGUMENT, "only one of output_size and output_ratio may be specified");
  if (x->ndim != n + 1 && x->ndim != n + 2) return ts_fail(cx, TS_ERR_SHAPE, "Expected %dD or %dD tensor, but got: %s", n + 1, n + 2, TS_TEXT(x));
  if (!ts_window_list(cx, "kernel_size", kernel, n, 1, 1, kernels)) return false;
  if ((wanted.n >= 0 && wanted.n != 1 && wanted.n != n) || (ratio.n >= 0 && ratio.n != 1 && ratio.n != n)) return ts_fail(cx, TS_ERR_ARGUMENT, "output_size and output_ratio take one number or %d", n);
  for (int d = x->ndim - n - 1; d < x->ndim; d++)
    if (x->sizes[d] == 0) return ts_fail(cx, TS_ERR_SHAPE, "Expected input to have non-zero size for non-batch dimensions, but got %s with dimension %d being empty.", TS_TEXT(x), d);
  for (int d = 0; d < n; d++) {
    int64_t in = x->sizes[x->ndim - n + d], k = kernels[3 - n + d];
    if (wanted.n >= 0) size[d] = wanted.v[wanted.n == 1 ? 0 : d];
    else {
      double r = ratio.v[ratio.n == 1 ? 0 : d];
      if (!(r > 0 && r < 1)) return ts_fail(cx, TS_ERR_ARGUMENT, "output_ratio must be between 0 and 1 (got %g)", r);
      size[d] = (int64_t)((double)in * r);
    }
    if (size[d] < 1) return ts_fail(cx, TS_ERR_ARGUMENT, "output_size must be at least 1, got %" PRId64, size[d]);
    if (size[d] > in || size[d] + k - 1 > in)
      return ts_fail(cx, TS_ERR_SHAPE, "kernel size %" PRId64 " and output size %" PRId64 " are too large for input size %" PRId64, k, size[d], in);
  }
  int64_t batch = x->ndim == n + 2 ? x->sizes[0] : 1, channels = x->sizes[x->ndim - n - 1];
  if (!samples) samples = ts_rand(cx, TS_INTS(batch, channels, n), (ts_opt_int){false, 0}, (ts_dtype)x->dtype);
  if (!samples) return false;
  if (samples->ndim != 3 || samples->sizes[0] < batch || samples->sizes[1] < channels || samples->sizes[2] != n)
    return ts_fail(cx, TS_ERR_SHAPE, "Expected _random_samples of shape [%" PRId64 ", %" PRId64 ", %d], got %s", batch, channels, n, TS_TEXT(samples));
  if (samples->dtype != x->dtype) return ts_fail(cx, TS_ERR_DTYPE, "Expect _random_samples to have the same dtype as input");
  samples = ts_narrow(cx, ts_narrow(cx, samples, 0, 0, batch), 1, 0, channels);
  return ts__fractional_max_pool(cx, x, samples, (ts_ints){kernels + 3 - n, n}, (ts_ints){size, n}, out->t);
}

#define PLACE(T)                                                                                         \
  for (int64_t p = 0; p < planes; p++)                                                                   \
    for (int64_t i = 0; i < from; i++) ((T *)to)[p * plane + at[p * from + i]] = ((const T *)x)[p * from + i];

bool ts__max_unpool_impl(ts_cx *cx, const ts__max_unpool_args *a, ts_out *out) {
  ts_tensor *self = ts_raw_contiguous(cx, a->self), *index = ts_raw_contiguous(cx, a->indices);
  int n = (int)a->size.n;
  int64_t sizes[TS_MAX_DIM], planes = 1, from = 1, plane = 1;
  if (!self || !index) return false;
  for (int d = 0; d < self->ndim; d++) {
    bool spatial = d >= self->ndim - n;
    sizes[d] = spatial ? a->size.v[d - (self->ndim - n)] : self->sizes[d];
    if (spatial) from *= self->sizes[d];
    else planes *= sizes[d];
  }
  ts_tensor *t = ts_full_zero(cx, (ts_dtype)self->dtype, self->ndim, sizes);
  if (!t) return false;
  if (t->numel) plane = t->numel / (planes ? planes : 1);
  const int64_t *at = ts_data(index);
  for (int64_t i = 0; i < index->numel; i++)
    if (at[i] < 0 || at[i] >= plane || !t->numel)
      return ts_fail(cx, TS_ERR_INDEX, "Found an invalid max index: %" PRId64 " (output volumes are of size %" PRId64 ")", at[i], plane);
  void *to = ts_data(t), *x = ts_data(self);
  switch (ts_itemsize((ts_dtype)self->dtype)) {
    case 1: PLACE(uint8_t) break;
    case 2: PLACE(uint16_t) break;
    case 4: PLACE(uint32_t) break;
    case 8: PLACE(uint64_t) break;
    default: return ts_fail(cx, TS_ERR_DTYPE, "not implemented for %s", ts_dtype_name((ts_dtype)self->dtype));
  }
  out->t[0] = t;
  return true;
}

bool ts_max_unpooled(ts_cx *cx, ts_out *out, int n, ts_tensor *x, ts_tensor *indices, ts_ints kernel, ts_ints stride, ts_ints padding, ts_ints output) {
  int64_t kernels[3], strides[3], pads[3], size[3];
  if (indices->dtype != TS_INT64) return ts_fail(cx, TS_ERR_DTYPE, "elements in indices should be type int64 but got: %s", ts_dtype_name((ts_dtype)indices->dtype));
  if (x->ndim != n + 1 && x->ndim != n + 2) return ts_fail(cx, TS_ERR_SHAPE, "Input to max_unpool%dd should be a %dd or %dd Tensor, but got a tensor with %d dimensions", n, n + 1, n + 2, x->ndim);
  if (!ts_same_sizes(x, indices)) return ts_fail(cx, TS_ERR_SHAPE, "Expected shape of indices to be: %s but got: %s", TS_TEXT(x), TS_TEXT(indices));
  for (int d = x->ndim - n - 1; d < x->ndim; d++)
    if (x->sizes[d] == 0) return ts_fail(cx, TS_ERR_SHAPE, "Expected input to have non-zero size for non-batch dimensions, but got %s with dimension %d being empty.", TS_TEXT(x), d);
  if (!ts_window_list(cx, "kernel_size", kernel, n, 1, 1, kernels) || !ts_window_list(cx, "stride", stride.n > 0 ? stride : kernel, n, 1, 1, strides) || !ts_window_list(cx, "padding", padding, n, 0, 0, pads))
    return false;
  /* Python code passes the whole shape too. */
  if (output.n == n + 2) output = (ts_ints){output.v + 2, n};
  if (output.n >= 0 && output.n != n) return ts_fail(cx, TS_ERR_ARGUMENT, "output_size should be a sequence containing %d or %d elements, but it has a length of '%" PRId64 "'", n, n + 2, output.n);
  for (int d = 0; d < n; d++) {
    int64_t step = strides[3 - n + d], usual;
    if (__builtin_mul_overflow(x->sizes[x->ndim - n + d] - 1, step, &usual)) return ts_fail(cx, TS_ERR_MEMORY, "the result is too large");
    usual += kernels[3 - n + d] - 2 * pads[3 - n + d];
    size[d] = output.n < 0 ? usual : output.v[d];
    if (output.n >= 0 && (size[d] <= usual - step || size[d] >= usual + step))
      return ts_fail(cx, TS_ERR_ARGUMENT, "invalid output_size %s (dim %d must be between %" PRId64 " and %" PRId64 ")", ts_sizes_text(n, output.v, (char[160]){0}, 160), d, usual - step, usual + step);
    if (size[d] < 1) return ts_fail(cx, TS_ERR_SHAPE, "the output would have size %" PRId64 " at dimension %d", size[d], d);
  }
  return (out->t[0] = ts__max_unpool(cx, x, indices, (ts_ints){size, n})) != NULL;
}
