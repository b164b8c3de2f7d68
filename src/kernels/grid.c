/* Sampling of images at given points. Coordinates come with their number of derivatives taken, so that one kernel (and its
   transpose) serves the sampling and all its gradients. */
#include <inttypes.h>
#include <math.h>
#include <string.h>
#include "../core/threads.h"
#include "../gen/ops.h"
#include "families.h"
#include "kernels.h"

enum { BILINEAR, NEAREST, BICUBIC };
enum { ZEROS, BORDER, REFLECTION };
enum { POINTS = 32, MOST_TAPS = 16 };

typedef struct {
  int dims, mode, padding, taps; /* taps of a point */
  bool align, single;
  int64_t size[3], order[3]; /* of x, y, z: the last dim first */
  int64_t batch, channels, plane, points;
  const void *grid;
  const void *in;
  void *out;
  const void *grad; /* of points */
} grid_job;

/* index -1: nothing there. */
typedef struct { int64_t index[MOST_TAPS][POINTS]; double weight[MOST_TAPS][POINTS]; } point_block;

#define R(x) (single ? (double)(float)(x) : (x))

static double clipped(double x, int64_t size, double *slope) {
  double most = (double)(size - 1);
  if (x > 0 && x < most) return x;
  *slope = 0;
  return x >= most && most > 0 ? most : 0; /* NaN counts as 0 */
}

static double reflected(double x, int64_t size, bool align, bool single, double *slope) {
  double low = align ? 0 : -0.5, span = align ? (double)(size - 1) : (double)size;
  if (span <= 0) {
    *slope = 0;
    return 0;
  }
  x = R(x - low);
  if (x < 0) x = -x, *slope = -*slope;
  double extra = R(fmod(x, span)), flips = floor(x / span);
  if (fmod(flips, 2) == 0) return R(extra + low);
  *slope = -*slope;
  return R(R(span - extra) + low);
}

/* Where a coordinate lies in elements; slope: its derivative. */
static double located(double x, int64_t size, int padding, bool align, bool single, double *slope) {
  if (padding == REFLECTION) x = reflected(x, size, align, single, slope);
  return padding == ZEROS ? x : clipped(x, size, slope);
}

/* The cubic's two pieces, differentiated. */
static double cubic_piece(double s, bool far, int64_t order) {
  const double a = -0.75;
  if (!far) return order == 0 ? ((a + 2) * s - (a + 3)) * s * s + 1 : order == 1 ? (3 * (a + 2) * s - 2 * (a + 3)) * s : order == 2 ? 6 * (a + 2) * s - 2 * (a + 3) : order == 3 ? 6 * (a + 2) : 0;
  return order == 0 ? ((a * s - 5 * a) * s + 8 * a) * s - 4 * a : order == 1 ? (3 * a * s - 10 * a) * s + 8 * a : order == 2 ? 6 * a * s - 10 * a : order == 3 ? 6 * a : 0;
}

/* The elements that a coordinate touches along one dim, and how much each weighs. */
static int taps_of(const grid_job *j, int k, double x, int64_t *index, double *weight) {
  const int64_t size = j->size[k], order = j->order[k];
  const bool single = j->single;
  double half = j->align ? (double)(size - 1) / 2 : (double)size / 2, slope = half;
  x = R(R(x + 1) * half);
  if (!j->align) x = R(x - 0.5);
  if (j->mode != BICUBIC) x = located(x, size, j->padding, j->align, single, &slope);
  if (j->mode == BICUBIC && j->padding == BORDER && isfinite(x)) x = x > 1e14 ? 1e14 : x < -1e14 ? -1e14 : x;
  if (!(fabs(x) < 1e15)) { /* nowhere; what is not a number stays so */
    index[0] = isfinite(x) || j->mode == NEAREST ? -1 : 0;
    weight[0] = x - x;
    return 1;
  }
  double scale = 1;
  for (int64_t o = 0; o < order; o++) scale *= slope;
  if (j->mode == NEAREST) {
    index[0] = (int64_t)nearbyint(x);
    weight[0] = order ? 0 : 1;
  } else if (j->mode == BILINEAR) {
    index[0] = (int64_t)floor(x);
    index[1] = index[0] + 1;
    weight[0] = scale * (order == 0 ? R((double)index[1] - x) : order == 1 ? -1 : 0);
    weight[1] = scale * (order == 0 ? R(x - (double)index[0]) : order == 1 ? 1 : 0);
  } else {
    double from = floor(x), part = R(x - from), unused;
    for (int i = 0; i < 4; i++) {
      double at = located(from + i - 1, size, j->padding, j->align, single, &unused);
      index[i] = (int64_t)at;
      weight[i] = scale * (i < 2 ? cubic_piece(i == 0 ? part + 1 : part, i == 0, order) : (order % 2 ? -1 : 1) * cubic_piece(i == 2 ? 1 - part : 2 - part, i == 3, order));
    }
  }
  int n = j->mode == NEAREST ? 1 : j->mode == BILINEAR ? 2 : 4;
  for (int i = 0; i < n; i++)
    if (index[i] < 0 || index[i] >= size) index[i] = -1;
  return n;
}

/* more: the coordinate of which one derivative more is taken; -1 for none. */
static void locate(const grid_job *job, int64_t image, int64_t from, int n, int more, point_block *b) {
  grid_job with = *job;
  const grid_job *j = &with;
  if (more >= 0) with.order[more]++;
  for (int p = 0; p < n; p++) {
    int64_t at = (image * j->points + from + p) * j->dims, index[3][4] = {{0}, {0}, {0}}, step[3] = {1, j->size[0], j->size[0] * j->size[1]};
    double weight[3][4] = {{1}, {1}, {1}};
    int count[3] = {1, 1, 1}, tap = 0;
    for (int k = 0; k < j->dims; k++)
      count[k] = taps_of(j, k, j->single ? (double)((const float *)j->grid)[at + k] : ((const double *)j->grid)[at + k], index[k], weight[k]);
    for (int z = 0; z < count[2]; z++)
      for (int y = 0; y < count[1]; y++)
        for (int x = 0; x < count[0]; x++, tap++) {
          bool there = index[0][x] >= 0 && index[1][y] >= 0 && index[2][z] >= 0;
          b->index[tap][p] = there ? index[0][x] + index[1][y] * step[1] + index[2][z] * step[2] : -1;
          b->weight[tap][p] = weight[2][z] * weight[1][y] * weight[0][x];
        }
    for (; tap < j->taps; tap++) b->index[tap][p] = -1;
  }
}

#define SAMPLING(T)                                                                                              \
  static void sample_##T(void *arg, int64_t begin, int64_t end) {                                                \
    const grid_job *j = arg;                                                                                     \
    const int64_t blocks = (j->points + POINTS - 1) / POINTS;                                                    \
    point_block b;                                                                                               \
    for (int64_t i = begin; i < end; i++) {                                                                      \
      int64_t image = i / blocks, from = i % blocks * POINTS;                                                    \
      int n = j->points - from < POINTS ? (int)(j->points - from) : POINTS;                                      \
      locate(j, image, from, n, -1, &b);                                                                             \
      for (int64_t c = image * j->channels; c < (image + 1) * j->channels; c++) {                                \
        const T *in = (const T *)j->in + c * j->plane;                                                           \
        T *out = (T *)j->out + c * j->points + from;                                                             \
        for (int p = 0; p < n; p++) {                                                                            \
          T sum = 0;                                                                                             \
          for (int k = 0; k < j->taps; k++)                                                                      \
            if (b.index[k][p] >= 0) sum += (T)b.weight[k][p] * in[b.index[k][p]];                                \
          out[p] = sum;                                                                                          \
        }                                                                                                        \
      }                                                                                                          \
    }                                                                                                            \
  }                                                                                                              \
  static void spread_##T(void *arg, int64_t begin, int64_t end) { /* planes: in holds values of points, out planes */ \
    const grid_job *j = arg;                                                                                     \
    point_block b;                                                                                               \
    while (begin < end) {                                                                                        \
      int64_t image = begin / j->channels, last = (image + 1) * j->channels < end ? (image + 1) * j->channels : end; \
      for (int64_t from = 0; from < j->points; from += POINTS) {                                                 \
        int n = j->points - from < POINTS ? (int)(j->points - from) : POINTS;                                    \
        locate(j, image, from, n, -1, &b);                                                                           \
        for (int64_t c = begin; c < last; c++) {                                                                 \
          const T *in = (const T *)j->in + c * j->points + from;                                                 \
          T *out = (T *)j->out + c * j->plane;                                                                   \
          for (int k = 0; k < j->taps; k++)                                                                      \
            for (int p = 0; p < n; p++)                                                                          \
              if (b.index[k][p] >= 0) out[b.index[k][p]] += (T)b.weight[k][p] * in[p];                           \
        }                                                                                                        \
      }                                                                                                          \
      begin = last;                                                                                              \
    }                                                                                                            \
  }                                                                                                              \
  static void by_grid_##T(void *arg, int64_t begin, int64_t end) { /* blocks of points; out (N, points, dims) */  \
    const grid_job *j = arg;                                                                                     \
    const int64_t blocks = (j->points + POINTS - 1) / POINTS;                                                    \
    point_block b;                                                                                               \
    for (int64_t i = begin; i < end; i++) {                                                                      \
      int64_t image = i / blocks, from = i % blocks * POINTS;                                                    \
      int n = j->points - from < POINTS ? (int)(j->points - from) : POINTS;                                      \
      T product[MOST_TAPS][POINTS]; /* of gradients and what each tap reads, over all channels */                \
      memset(product, 0, sizeof product);                                                                        \
      locate(j, image, from, n, 0, &b);                                                                          \
      for (int64_t c = image * j->channels; c < (image + 1) * j->channels; c++) {                                \
        const T *in = (const T *)j->in + c * j->plane, *grad = (const T *)j->grad + c * j->points + from;        \
        for (int k = 0; k < j->taps; k++)                                                                        \
          for (int p = 0; p < n; p++)                                                                            \
            if (b.index[k][p] >= 0) product[k][p] += grad[p] * in[b.index[k][p]];                                \
      }                                                                                                          \
      for (int d = 0; d < j->dims; d++) {                                                                        \
        if (d) locate(j, image, from, n, d, &b);                                                                 \
        for (int p = 0; p < n; p++) {                                                                            \
          T sum = 0;                                                                                             \
          for (int k = 0; k < j->taps; k++)                                                                      \
            if (b.index[k][p] >= 0) sum += (T)b.weight[k][p] * product[k][p];                                    \
          ((T *)j->out)[(image * j->points + from + p) * j->dims + d] = sum;                                     \
        }                                                                                                        \
      }                                                                                                          \
    }                                                                                                            \
  }
SAMPLING(float)
SAMPLING(double)

typedef enum { SAMPLE, SPREAD, BY_GRID } task;

/* x: the image, or (SPREAD) values of points, of which an image of the given sizes is made. */
static bool run(ts_cx *cx, ts_out *out, task what, ts_tensor *x, ts_tensor *grid, ts_tensor *grad, const int64_t *size, int64_t mode, int64_t padding, bool align, ts_ints orders) {
  ts_dtype d = (ts_dtype)x->dtype, work = ts_is_half(d) ? TS_FLOAT32 : d;
  int dims = x->ndim - 2;
  grid_job j = {.dims = dims, .mode = (int)mode, .padding = (int)padding, .align = align, .single = work == TS_FLOAT32, .size = {1, 1, 1}, .batch = x->sizes[0], .channels = x->sizes[1], .plane = 1, .points = 1};
  int64_t sizes[5] = {x->sizes[0], x->sizes[1]}, order = what == BY_GRID;
  for (int k = 0; k < dims; k++) {
    j.size[dims - 1 - k] = size[k];
    j.order[k] = k < orders.n ? orders.v[k] : 0;
    order += j.order[k];
    j.plane *= size[k];
    j.points *= grid->sizes[1 + k];
    sizes[2 + k] = what == SPREAD ? size[k] : grid->sizes[1 + k];
  }
  j.taps = mode == NEAREST ? 1 : mode == BICUBIC ? 16 : 1 << dims;
  bool empty = (mode == NEAREST && order > 0) || x->numel == 0 || grid->numel == 0;
  const int64_t *wanted = what == BY_GRID ? grid->sizes : sizes;
  ts_tensor *to = what == SPREAD || empty ? ts_full_zero(cx, work, dims + 2, wanted) : ts_empty(cx, work, dims + 2, wanted), *from = ts_raw_contiguous(cx, ts_raw_cast(cx, x, work));
  ts_tensor *at = ts_raw_contiguous(cx, ts_raw_cast(cx, grid, work)), *g = grad ? ts_raw_contiguous(cx, ts_raw_cast(cx, grad, work)) : NULL;
  if (!to || !from || !at || (grad && !g)) return false;
  j.grid = ts_data(at);
  j.in = ts_data(from);
  j.out = ts_data(to);
  j.grad = g ? ts_data(g) : NULL;
  if (!empty && to->numel) {
    if (what == SPREAD) ts_parallel_for(j.batch * j.channels, 4096 / j.points + 1, j.single ? spread_float : spread_double, &j);
    else ts_parallel_for(j.batch * ((j.points + POINTS - 1) / POINTS), 256 / j.channels + 1, what == SAMPLE ? (j.single ? sample_float : sample_double) : j.single ? by_grid_float : by_grid_double, &j);
  }
  return (out->t[0] = ts_raw_cast(cx, to, d)) != NULL;
}

bool ts__grid_sample_impl(ts_cx *cx, const ts__grid_sample_args *a, ts_out *out) {
  return run(cx, out, SAMPLE, a->self, a->grid, NULL, a->self->sizes + 2, a->mode, a->padding, a->align_corners, a->orders);
}

bool ts__grid_sample_adjoint_impl(ts_cx *cx, const ts__grid_sample_adjoint_args *a, ts_out *out) {
  return run(cx, out, SPREAD, a->grad, a->grid, NULL, a->size.v, a->mode, a->padding, a->align_corners, a->orders);
}

bool ts__grid_sample_by_grid_impl(ts_cx *cx, const ts__grid_sample_by_grid_args *a, ts_out *out) {
  return run(cx, out, BY_GRID, a->self, a->grid, a->grad, a->self->sizes + 2, a->mode, a->padding, a->align_corners, a->orders);
}

bool ts_grid_sampled(ts_cx *cx, ts_out *out, int dims, ts_tensor *x, ts_tensor *grid, int64_t mode, int64_t padding, bool align) {
  if (x->ndim != grid->ndim || x->ndim < 4 || x->ndim > 5 || (dims && x->ndim != dims + 2))
    return ts_fail(cx, TS_ERR_SHAPE, "expected %s input and grid with the same number of dimensions, but got input with sizes %s and grid with sizes %s", dims == 2 ? "4D" : dims == 3 ? "5D" : "4D or 5D", TS_TEXT(x), TS_TEXT(grid));
  if (x->sizes[0] != grid->sizes[0]) return ts_fail(cx, TS_ERR_SHAPE, "expected grid and input to have same batch size, but got input with sizes %s and grid with sizes %s", TS_TEXT(x), TS_TEXT(grid));
  if (grid->sizes[grid->ndim - 1] != x->ndim - 2) return ts_fail(cx, TS_ERR_SHAPE, "expected grid to have size %d in last dimension, but got grid with sizes %s", x->ndim - 2, TS_TEXT(grid));
  for (int d = 2; d < x->ndim; d++)
    if (x->sizes[d] == 0) return ts_fail(cx, TS_ERR_SHAPE, "expected input to have non-empty spatial dimensions, but input has sizes %s with dimension %d being empty", TS_TEXT(x), d);
  if (mode < BILINEAR || mode > BICUBIC || padding < ZEROS || padding > REFLECTION) return ts_fail(cx, TS_ERR_ARGUMENT, "modes are 0 to 2, got %" PRId64 " and %" PRId64, mode, padding);
  if (mode == BICUBIC && x->ndim == 5) return ts_fail(cx, TS_ERR_UNSUPPORTED, "bicubic interpolation only supports 4D input");
  if (!ts_is_float((ts_dtype)x->dtype)) return ts_fail(cx, TS_ERR_DTYPE, "not implemented for %s", ts_dtype_name((ts_dtype)x->dtype));
  if (x->dtype != grid->dtype) return ts_fail(cx, TS_ERR_DTYPE, "expected input and grid to have same dtype, but input has %s and grid has %s", ts_dtype_name((ts_dtype)x->dtype), ts_dtype_name((ts_dtype)grid->dtype));
  const int64_t none[3] = {0, 0, 0};
  return (out->t[0] = ts__grid_sample(cx, x, grid, mode, padding, align, (ts_ints){none, x->ndim - 2})) != NULL;
}

static int64_t word(const char *text, const char *const *words) {
  for (int i = 0; i < 3; i++)
    if (!strcmp(text, words[i])) return i;
  return -1;
}

bool ts_grid_sample_impl(ts_cx *cx, const ts_grid_sample_args *a, ts_out *out) {
  int64_t mode = word(a->mode, (const char *const[]){"bilinear", "nearest", "bicubic"}), padding = word(a->padding_mode, (const char *const[]){"zeros", "border", "reflection"});
  if (mode < 0) return ts_fail(cx, TS_ERR_ARGUMENT, "expected mode to be 'bilinear', 'nearest' or 'bicubic', but got: '%s'", a->mode);
  if (padding < 0) return ts_fail(cx, TS_ERR_ARGUMENT, "expected padding_mode to be 'zeros', 'border', or 'reflection', but got: '%s'", a->padding_mode);
  return ts_grid_sampled(cx, out, 0, a->self, a->grid, mode, padding, a->align_corners.given && a->align_corners.v);
}

/* theta times the points (x, y, 1) or (x, y, z, 1) of the output. */
bool ts_affine_grid_of(ts_cx *cx, ts_out *out, ts_tensor *theta, ts_ints size, bool align) {
  int dims = (int)size.n - 2;
  const char *text = ts_sizes_text((int)(size.n < 8 ? size.n : 8), size.v, (char[160]){0}, 160);
  if (!ts_is_float((ts_dtype)theta->dtype)) return ts_fail(cx, TS_ERR_DTYPE, "Expected theta to have floating point type, but got %s", ts_dtype_name((ts_dtype)theta->dtype));
  if (dims != 2 && dims != 3) return ts_fail(cx, TS_ERR_UNSUPPORTED, "affine_grid only supports 4D and 5D sizes, for 2D and 3D affine transforms, respectively. Got size %s.", text);
  if (theta->ndim != 3 || theta->sizes[1] != dims || theta->sizes[2] != dims + 1)
    return ts_fail(cx, TS_ERR_SHAPE, "Expected a batch of %dD affine matrices of shape Nx%dx%d for size %s. Got %s.", dims, dims, dims + 1, text, TS_TEXT(theta));
  for (int64_t d = 0; d < size.n; d++)
    if (size.v[d] < 1) return ts_fail(cx, TS_ERR_ARGUMENT, "Expected non-zero, positive output size. Got %s", text);
  if (size.v[0] != theta->sizes[0]) return ts_fail(cx, TS_ERR_SHAPE, "Expected as many matrices as size %s has samples, but got theta of shape %s", text, TS_TEXT(theta));
  int64_t points = 1, shape[5], row = 0;
  if (!ts_numel_of(cx, dims, size.v + 2, &points)) return false;
  ts_tensor *base = ts_empty(cx, TS_FLOAT64, 2, (const int64_t[]){points, dims + 1});
  if (!base) return false;
  for (double *to = ts_data(base); row < points; row++) {
    int64_t rest = row;
    for (int k = 0; k < dims; k++) { /* the last dim is x */
      int64_t n = size.v[1 + dims - k], i = rest % n;
      rest /= n;
      *to++ = n < 2 ? 0 : align ? -1 + 2 * (double)i / (double)(n - 1) : (2 * (double)i + 1) / (double)n - 1;
    }
    *to++ = 1;
  }
  shape[0] = size.v[0];
  memcpy(shape + 1, size.v + 2, (size_t)dims * sizeof *shape);
  shape[1 + dims] = dims;
  ts_tensor *grid = ts_matmul(cx, ts_raw_cast(cx, base, (ts_dtype)theta->dtype), ts_transpose(cx, theta, 1, 2));
  return (out->t[0] = ts_view(cx, grid, (ts_ints){shape, dims + 2})) != NULL;
}
