/* Distances between rows of matrices; the bilinear form. */
#include "distance.h"
#include <inttypes.h>
#include <math.h>
#include <string.h>
#include "../core/threads.h"
#include "../gemm/gemm.h"
#include "compose.h"
#include "kernels.h"

typedef struct {
  const char *x, *y, *dist, *grad;
  char *out;
  int64_t n, r, m, item, row, step; /* rows of x and of y, columns; bytes; of dist and grad: elements from row to row, within one */
  double p;
  ts_dtype dtype;
} job;

static void forward_range(void *arg, int64_t begin, int64_t end) {
  const job *j = arg;
  for (int64_t i = begin; i < end; i++) {
    const char *y = j->y + i / j->n * j->r * j->m * j->item;
    ts_loops.distance[j->dtype](j->out + i * j->r * j->item, j->x + i * j->m * j->item, y, j->r, j->m, j->p);
  }
}

static void backward_range(void *arg, int64_t begin, int64_t end) {
  const job *j = arg;
  for (int64_t i = begin; i < end; i++) {
    const char *y = j->y + i / j->n * j->r * j->m * j->item;
    int64_t at = (i / j->n * j->n * j->r + i % j->n * j->row) * j->item;
    ts_loops.distance_back[j->dtype](j->out + i * j->m * j->item, j->x + i * j->m * j->item, y, j->dist + at, j->grad + at, j->step, j->r, j->m, j->p);
  }
}

/* x^2 + y^2 - 2 x y; where little is left of that, the differences are taken after all. */
#define BY_PRODUCT(t, gemm, root)                                                                                           \
  static void by_product_##t(const t *x, const t *y, t *out, int64_t n, int64_t r, int64_t m, t *squares, ts_distance_loop exact) { \
    t *xs = squares, *ys = squares + n;                                                                                     \
    for (int64_t i = 0; i < n + r; i++) {                                                                                   \
      const t *row = i < n ? x + i * m : y + (i - n) * m;                                                                   \
      double sum = 0;                                                                                                       \
      for (int64_t k = 0; k < m; k++) sum += (double)row[k] * (double)row[k];                                               \
      squares[i] = (t)sum;                                                                                                  \
    }                                                                                                                       \
    gemm(false, true, n, r, m, -2, x, m, y, m, 0, out, r);                                                                  \
    for (int64_t i = 0; i < n; i++)                                                                                         \
      for (int64_t k = 0; k < r; k++) {                                                                                     \
        t *to = out + i * r + k;                                                                                            \
        const t all = xs[i] + ys[k], left = *to + all;                                                                      \
        if (left < all * (t)1e-3) exact(to, x + i * m, y + k * m, 1, m, 2);                                                 \
        else *to = root(left);                                                                                              \
      }                                                                                                                     \
  }
BY_PRODUCT(float, ts_sgemm, sqrtf)
BY_PRODUCT(double, ts_dgemm, sqrt)

bool ts__cdist_impl(ts_cx *cx, const ts__cdist_args *a, ts_out *out) {
  ts_dtype d = (ts_dtype)a->x1->dtype;
  ts_tensor *x = ts_raw_contiguous(cx, a->x1), *y = ts_raw_contiguous(cx, a->x2);
  if (!x || !y) return false;
  int64_t batch = x->sizes[0], n = x->sizes[1], r = y->sizes[1], m = x->sizes[2], sizes[3] = {batch, n, r};
  ts_tensor *t = out->t[0] = m ? ts_empty(cx, d, 3, sizes) : ts_full_zero(cx, d, 3, sizes);
  if (!t) return false;
  if (!t->numel || !m) return true;
  if (a->product) {
    void *squares = ts_temp(cx, (n + r) * 8);
    if (!squares) return false;
    for (int64_t b = 0; b < batch; b++) {
      if (d == TS_FLOAT32) by_product_float((float *)ts_data(x) + b * n * m, (float *)ts_data(y) + b * r * m, (float *)ts_data(t) + b * n * r, n, r, m, squares, ts_loops.distance[d]);
      else by_product_double((double *)ts_data(x) + b * n * m, (double *)ts_data(y) + b * r * m, (double *)ts_data(t) + b * n * r, n, r, m, squares, ts_loops.distance[d]);
    }
    return true;
  }
  job j = {.x = ts_data(x), .y = ts_data(y), .out = ts_data(t), .n = n, .r = r, .m = m, .item = ts_itemsize(d), .p = a->p, .dtype = d};
  ts_parallel_for(batch * n, 1 + 16384 / (r * m), forward_range, &j);
  return true;
}

bool ts__cdist_backward_impl(ts_cx *cx, const ts__cdist_backward_args *a, ts_out *out) {
  ts_dtype d = (ts_dtype)a->x1->dtype;
  ts_tensor *x = ts_raw_contiguous(cx, a->x1), *y = ts_raw_contiguous(cx, a->x2);
  ts_tensor *t = out->t[0] = ts_full_zero(cx, d, 3, a->x1->sizes), *dist = a->dist, *grad = a->grad;
  if (!x || !y || !t) return false;
  int64_t n = x->sizes[1], r = y->sizes[1], m = x->sizes[2];
  if (!t->numel || !r) return true;
  /* The distances of the other side come transposed, as they lie. */
  bool turned = !ts_is_contiguous(dist) && ts_is_contiguous(ts_transpose(cx, dist, 1, 2));
  if (turned) {
    if (!(grad = ts_raw_contiguous(cx, ts_transpose(cx, grad, 1, 2)))) return false;
  } else if (!(dist = ts_raw_contiguous(cx, dist)) || !(grad = ts_raw_contiguous(cx, grad))) {
    return false;
  }
  job j = {.x = ts_data(x), .y = ts_data(y), .dist = ts_data(dist), .grad = ts_data(grad), .out = ts_data(t), .n = n, .r = r, .m = m, .item = ts_itemsize(d),
           .row = turned ? 1 : r, .step = turned ? n : 1, .p = a->p, .dtype = d};
  ts_parallel_for(x->sizes[0] * n, 1 + 16384 / (r * m), backward_range, &j);
  return true;
}

/* x (..., n, m) as (batch, n, m), broadcast to `sizes` in front. */
static ts_tensor *batched(ts_cx *cx, ts_tensor *x, int ndim, int64_t *sizes, int64_t batch) {
  int64_t n = x->sizes[x->ndim - 2], m = x->sizes[x->ndim - 1];
  sizes[ndim] = n;
  sizes[ndim + 1] = m;
  return ts_reshape(cx, ts_expand(cx, x, (ts_ints){sizes, ndim + 2}, false), TS_INTS(batch, n, m));
}

static ts_tensor *distances(ts_cx *cx, ts_tensor *x1, ts_tensor *x2, double p, bool product) {
  int ndim;
  int64_t sizes[TS_MAX_DIM], batch = 1, n = x1->sizes[x1->ndim - 2], r = x2->sizes[x2->ndim - 2];
  if (!ts_broadcast_sizes(cx, x1->ndim - 2, x1->sizes, x2->ndim - 2, x2->sizes, &ndim, sizes)) return NULL;
  for (int d = 0; d < ndim; d++) batch *= sizes[d];
  ts_tensor *x = batched(cx, x1, ndim, sizes, batch), *y = batched(cx, x2, ndim, sizes, batch);
  ts_tensor *t = x && y ? ts__cdist(cx, x, y, p > 1e308 ? INFINITY : p, product) : NULL;
  sizes[ndim] = n;
  sizes[ndim + 1] = r;
  return ts_reshape(cx, t, (ts_ints){sizes, ndim + 2});
}

static bool real_floats(ts_cx *cx, ts_dtype d, const char *words) {
  if (!ts_is_inexact(d)) return ts_fail(cx, TS_ERR_DTYPE, "%s%s", words, ts_dtype_name(d));
  return d == TS_FLOAT32 || d == TS_FLOAT64 || ts_fail(cx, TS_ERR_DTYPE, "not implemented for %s", ts_dtype_name(d));
}

bool ts_cdist_impl(ts_cx *cx, const ts_cdist_args *a, ts_out *out) {
  static const char *const modes[] = {"use_mm_for_euclid_dist_if_necessary", "use_mm_for_euclid_dist", "donot_use_mm_for_euclid_dist"};
  ts_tensor *x1 = a->x1, *x2 = a->x2;
  int mode = 0;
  while (mode < 3 && strcmp(a->compute_mode, modes[mode]) != 0) mode++;
  if (mode == 3) return ts_fail(cx, TS_ERR_ARGUMENT, "%s is not a valid value for compute_mode", a->compute_mode);
  if (!real_floats(cx, (ts_dtype)x1->dtype, "cdist only supports floating-point dtypes, X1 got: ") || !real_floats(cx, (ts_dtype)x2->dtype, "cdist only supports floating-point dtypes, X2 got: "))
    return false;
  if (x1->dtype != x2->dtype) return ts_fail(cx, TS_ERR_DTYPE, "expected scalar type %s but found %s", ts_dtype_name((ts_dtype)x1->dtype), ts_dtype_name((ts_dtype)x2->dtype));
  for (int k = 0; k < 2; k++)
    if ((k ? x2 : x1)->ndim < 2) return ts_fail(cx, TS_ERR_SHAPE, "cdist only supports at least 2D tensors, X%d got: %dD", k + 1, (k ? x2 : x1)->ndim);
  int64_t n = x1->sizes[x1->ndim - 2], r = x2->sizes[x2->ndim - 2];
  if (x1->sizes[x1->ndim - 1] != x2->sizes[x2->ndim - 1])
    return ts_fail(cx, TS_ERR_SHAPE, "X1 and X2 must have the same number of columns. X1: %" PRId64 " X2: %" PRId64 " (shapes %s and %s)", x1->sizes[x1->ndim - 1], x2->sizes[x2->ndim - 1],
                   TS_TEXT(x1), TS_TEXT(x2));
  if (!(a->p >= 0)) return ts_fail(cx, TS_ERR_ARGUMENT, "cdist only supports non-negative p values");
  bool product = a->p == 2 && (mode == 1 || (mode == 0 && (n > 25 || r > 25)));
  return (out->t[0] = distances(cx, x1, x2, a->p, product)) != NULL;
}

/* The upper triangle of all distances. */
bool ts_pdist_impl(ts_cx *cx, const ts_pdist_args *a, ts_out *out) {
  ts_tensor *x = a->self;
  if (!real_floats(cx, (ts_dtype)x->dtype, "pdist only supports floating-point dtypes, got ")) return false;
  if (x->ndim != 2) return ts_fail(cx, TS_ERR_SHAPE, "pdist only supports 2D tensors, got: %dD", x->ndim);
  if (!(a->p >= 0)) return ts_fail(cx, TS_ERR_ARGUMENT, "pdist only supports non-negative p values");
  int64_t n = x->sizes[0], pairs = n * (n - 1) / 2;
  ts_tensor *at = ts_empty(cx, TS_INT64, 1, &pairs), *all = distances(cx, x, x, a->p, false);
  if (!at || !all) return false;
  int64_t *to = ts_data(at);
  for (int64_t i = 0; i < n; i++)
    for (int64_t k = i + 1; k < n; k++) *to++ = i * n + k;
  return (out->t[0] = ts_index_select(cx, ts_reshape(cx, all, TS_INTS(n * n)), 0, at)) != NULL;
}

/* out[o] = sum over i, j of input1[i] weight[o, i, j] input2[j]. */
bool ts_bilinear_impl(ts_cx *cx, const ts_bilinear_args *a, ts_out *out) {
  ts_tensor *x1 = a->input1, *x2 = a->input2, *w = a->weight;
  if (w->ndim != 3) return ts_fail(cx, TS_ERR_SHAPE, "weight must have 3 dimensions, (out, in1, in2), got %s", TS_TEXT(w));
  if (x1->ndim != x2->ndim || x1->ndim < 1) return ts_fail(cx, TS_ERR_SHAPE, "bilinear(): input dimensions do not match: got %d and %d", x1->ndim, x2->ndim);
  int last = x1->ndim - 1;
  int64_t sizes[TS_MAX_DIM], batch = 1, n = w->sizes[0], m1 = w->sizes[1], m2 = w->sizes[2];
  for (int d = 0; d < last; d++) {
    if (x1->sizes[d] != x2->sizes[d])
      return ts_fail(cx, TS_ERR_SHAPE, "bilinear(): input batch dimensions do not match at dim %d: got %" PRId64 " and %" PRId64, d, x1->sizes[d], x2->sizes[d]);
    batch *= sizes[d] = x1->sizes[d];
  }
  sizes[last] = n;
  if (x1->sizes[last] != m1) return ts_fail(cx, TS_ERR_SHAPE, "bilinear(): input1 size does not match weight size: got %" PRId64 " but expected %" PRId64, x1->sizes[last], m1);
  if (x2->sizes[last] != m2) return ts_fail(cx, TS_ERR_SHAPE, "bilinear(): input2 size does not match weight size: got %" PRId64 " but expected %" PRId64, x2->sizes[last], m2);
  if (a->bias && (a->bias->ndim < 1 || a->bias->sizes[0] != n))
    return ts_fail(cx, TS_ERR_SHAPE, "bilinear(): bias size does not match weight size: got %" PRId64 " but expected %" PRId64, a->bias->ndim ? a->bias->sizes[0] : 0, n);
  ts_tensor *first = ts_reshape(cx, ts_permute(cx, w, TS_INTS(1, 0, 2)), TS_INTS(m1, n * m2));
  ts_tensor *half = ts_reshape(cx, ts_matmul(cx, ts_reshape(cx, x1, TS_INTS(batch, m1)), first), TS_INTS(batch, n, m2));
  ts_tensor *y = ts_reshape(cx, ts_bmm(cx, half, ts_reshape(cx, x2, TS_INTS(batch, m2, 1))), (ts_ints){sizes, last + 1});
  return (out->t[0] = a->bias ? ADD(y, a->bias) : y) != NULL;
}
