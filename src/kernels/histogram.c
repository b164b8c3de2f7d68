/* Counting: bincount, histc, histogram, histogramdd. */
#include <inttypes.h>
#include <math.h>
#include <string.h>
#include "../gen/ops.h"
#include "kernels.h"
#include "place.h"

bool ts_bincount_impl(ts_cx *cx, const ts_bincount_args *a, ts_out *out) {
  ts_tensor *self = a->self, *weights = a->weights;
  const bool one = self->ndim == 1;
  if (a->minlength < 0) return ts_fail(cx, TS_ERR_ARGUMENT, "minlength should be >= 0");
  if (!ts_is_integral((ts_dtype)self->dtype, false)) return ts_fail(cx, TS_ERR_DTYPE, "not implemented for %s", ts_dtype_name((ts_dtype)self->dtype));
  if (one && self->numel == 0) return (out->t[0] = ts_full_zero(cx, TS_INT64, 1, &a->minlength)) != NULL;
  int64_t least = -1, most = 0;
  ts_tensor *in = one ? ts_raw_contiguous(cx, ts_raw_cast(cx, self, TS_INT64)) : NULL;
  if (one && (!in || !ts_index_range(cx, in, &least, &most))) return false;
  if (least < 0) return ts_fail(cx, TS_ERR_ARGUMENT, "bincount only supports 1-d non-negative integral inputs.");
  if (weights && (weights->ndim != 1 || weights->numel != self->numel))
    return ts_fail(cx, TS_ERR_SHAPE, "weights should be 1-d and have the same length as input (shapes %s and %s)", TS_TEXT(weights), TS_TEXT(self));
  const int64_t n = most == INT64_MAX ? most : most + 1, size = n < a->minlength ? a->minlength : n, *at = ts_data(in);
  ts_tensor *counts = out->t[0] = ts_full_zero(cx, weights ? TS_FLOAT64 : TS_INT64, 1, &size);
  if (!counts) return false;
  if (!weights) {
    enum { TABLES = 4, SMALL = 1024 }; /* runs of one number need not wait for its count to be stored */
    int64_t *count = ts_data(counts), i = 0;
    if (size <= SMALL && in->numel >= SMALL) {
      int64_t table[TABLES][SMALL] = {{0}};
      for (; i + TABLES <= in->numel; i += TABLES)
        for (int k = 0; k < TABLES; k++) table[k][at[i + k]]++;
      for (int64_t b = 0; b < size; b++)
        for (int k = 0; k < TABLES; k++) count[b] += table[k][b];
    }
    for (; i < in->numel; i++) count[at[i]]++;
    return true;
  }
  const bool narrow = weights->dtype == TS_FLOAT32;
  ts_tensor *given = ts_raw_contiguous(cx, narrow ? weights : ts_raw_cast(cx, weights, TS_FLOAT64));
  if (!given) return false;
  double *sum = ts_data(counts);
  if (narrow) {
    const float *w = ts_data(given);
    for (int64_t i = 0; i < in->numel; i++) sum[at[i]] += (double)w[i];
  } else {
    const double *w = ts_data(given);
    for (int64_t i = 0; i < in->numel; i++) sum[at[i]] += w[i];
  }
  return (out->t[0] = ts_raw_cast(cx, counts, narrow ? TS_FLOAT32 : TS_FLOAT64)) != NULL;
}

/* ---- histograms of points with dims coordinates ---- */

typedef enum { EVEN, EVEN_BY_EDGES, ANY } spacing;
typedef struct { const void *edges; int64_t bins, step; } axis;
typedef struct { const void *in, *weight; double *counts; const axis *axes; int64_t points, dims; spacing how; } histogram;

/* Which bin a coordinate falls into: -1 for none. The last one has its right edge. */
#define HISTOGRAM(T)                                                                                                   \
  static inline int64_t bin_##T(const T *e, int64_t bins, spacing how, T v) {                                          \
    const T left = e[0], right = e[bins];                                                                              \
    if (!(v >= left && v <= right)) return -1;                                                                         \
    int64_t low = 0, high = bins + 1;                                                                                  \
    if (how != ANY) {                                                                                                  \
      const T f = (v - left) * (T)bins / (right - left);                                                               \
      const int64_t at = f > 0 ? f < (T)bins ? (int64_t)f : bins : 0;                                                  \
      if (how == EVEN) return at < bins ? at : bins - 1;                                                               \
      low = at > 0 ? at - 1 : 0; /* rounding may have put it beside its bin */                                         \
      high = at + 2 < bins + 1 ? at + 2 : bins + 1;                                                                    \
    }                                                                                                                  \
    while (low < high) {                                                                                               \
      const int64_t middle = low + (high - low) / 2;                                                                   \
      if (v < e[middle]) high = middle;                                                                                \
      else low = middle + 1;                                                                                           \
    }                                                                                                                  \
    return low - 1 < bins ? low - 1 : bins - 1;                                                                        \
  }                                                                                                                    \
  static void count_##T(const histogram *h) {                                                                          \
    const T *in = h->in, *weight = h->weight;                                                                          \
    for (int64_t i = 0; i < h->points; i++) {                                                                          \
      int64_t at = 0, d = 0;                                                                                           \
      for (; d < h->dims; d++) {                                                                                       \
        const int64_t b = bin_##T(h->axes[d].edges, h->axes[d].bins, h->how, in[i * h->dims + d]);                     \
        if (b < 0) break;                                                                                              \
        at += b * h->axes[d].step;                                                                                     \
      }                                                                                                                \
      if (d == h->dims) h->counts[at] += weight ? (double)weight[i] : 1;                                               \
    }                                                                                                                  \
  }
HISTOGRAM(float)
HISTOGRAM(double)

static bool check_float(ts_cx *cx, const ts_tensor *self) {
  return ts_is_float((ts_dtype)self->dtype) || ts_fail(cx, TS_ERR_DTYPE, "not implemented for %s", ts_dtype_name((ts_dtype)self->dtype));
}
static bool check_bins(ts_cx *cx, int64_t bins, int64_t dim) {
  return bins > 0 || ts_fail(cx, TS_ERR_ARGUMENT, "bins must be > 0, but got %" PRId64 " for dimension %" PRId64, bins, dim);
}

/* points, (n, dims) in float32 or float64, counted into a tensor of the bins' sizes and self's dtype. */
static ts_tensor *count(ts_cx *cx, ts_tensor *points, ts_tensor *weight, int64_t dims, ts_tensor *const *edges, spacing how, ts_dtype to) {
  const ts_dtype d = (ts_dtype)points->dtype;
  int64_t sizes[TS_MAX_DIM] = {0}, step = 1;
  axis axes[TS_MAX_DIM];
  for (int64_t k = 0; k < dims; k++) sizes[k] = edges[k]->numel - 1;
  ts_tensor *counts = ts_full_zero(cx, TS_FLOAT64, (int)dims, sizes);
  if (!counts) return NULL;
  for (int64_t k = dims; k-- > 0;) {
    ts_tensor *e = ts_raw_contiguous(cx, ts_raw_cast(cx, edges[k], d));
    if (!e) return NULL;
    axes[k] = (axis){ts_data(e), sizes[k], step};
    step *= sizes[k];
  }
  points = ts_raw_contiguous(cx, points);
  if (weight && !(weight = ts_raw_contiguous(cx, ts_raw_cast(cx, weight, d)))) return NULL;
  if (!points) return NULL;
  int64_t n = 1;
  for (int k = 0; k < points->ndim - 1; k++) n *= points->sizes[k];
  histogram h = {ts_data(points), weight ? ts_data(weight) : NULL, ts_data(counts), axes, dims ? n : 0, dims, how};
  if (d == TS_FLOAT64) count_double(&h);
  else count_float(&h);
  return ts_raw_cast(cx, counts, to);
}

/* The smallest and the largest coordinate k of points, (n, dims); 0 and 1 of nothing. */
static bool extremes(ts_cx *cx, ts_tensor *points, int64_t k, double *left, double *right) {
  *left = 0;
  *right = 1;
  if (points->numel == 0) return true;
  ts_tensor *pair[2], *column = ts_select(cx, points, -1, k);
  if (!column || !ts_aminmax(cx, column, (ts_opt_int){0}, false, pair)) return false;
  *left = ts_read_scalar(pair[0], ts_data(pair[0])).f;
  *right = ts_read_scalar(pair[1], ts_data(pair[1])).f;
  return true;
}

/* bins: how many on each axis, or NULL: edges are given. The results are hist and an edge tensor for each axis. */
static bool histogram_of(ts_cx *cx, ts_tensor *self, const int64_t *bins, ts_tensor *const *given, int64_t dims, ts_floats range, ts_tensor *weight, bool density,
                         ts_tensor **hist, ts_tensor **edges) {
  const ts_dtype d = (ts_dtype)self->dtype, wide = d == TS_FLOAT64 ? d : TS_FLOAT32;
  if (!check_float(cx, self)) return false;
  if (weight && weight->dtype != d)
    return ts_fail(cx, TS_ERR_DTYPE, "if weight tensor is provided, input tensor and weight tensor should have the same dtype, but got input(%s), and weight(%s)", ts_dtype_name(d), ts_dtype_name((ts_dtype)weight->dtype));
  bool fits = !weight || weight->ndim == self->ndim - 1;
  for (int k = 0; fits && weight && k < weight->ndim; k++) fits = weight->sizes[k] == self->sizes[k];
  if (!fits)
    return ts_fail(cx, TS_ERR_SHAPE, "if weight tensor is provided it should have the same shape as the input tensor excluding its innermost dimension, but got input with shape %s and weight with shape %s",
                   TS_TEXT(self), TS_TEXT(weight));
  for (int64_t k = 0; k < dims; k++) {
    if (bins) {
      if (!check_bins(cx, bins[k], k)) return false;
      continue;
    }
    if (given[k]->dtype != d)
      return ts_fail(cx, TS_ERR_DTYPE, "input tensor and bins tensors should have the same dtype, but got input with dtype %s and bins for dimension %" PRId64 " with dtype %s", ts_dtype_name(d), k, ts_dtype_name((ts_dtype)given[k]->dtype));
    if (given[k]->ndim != 1)
      return ts_fail(cx, TS_ERR_SHAPE, "bins tensor should have one dimension, but got %d dimensions in the bins tensor for dimension %" PRId64, given[k]->ndim, k);
    if (given[k]->numel == 0)
      return ts_fail(cx, TS_ERR_SHAPE, "bins tensor should have at least 1 element, but got 0 elements in the bins tensor for dimension %" PRId64, k);
    if (!check_bins(cx, given[k]->numel - 1, k)) return false;
    edges[k] = given[k];
  }
  if (range.n >= 0 && range.n != 2 * dims)
    return ts_fail(cx, TS_ERR_ARGUMENT, "for a %" PRId64 "-dimensional histogram range should have %" PRId64 " elements, but got %" PRId64, dims, 2 * dims, range.n);
  ts_tensor *points = ts_raw_cast(cx, self, wide);
  if (!points) return false;
  for (int64_t k = 0; bins && k < dims; k++) {
    double left = range.n > 0 ? range.v[2 * k] : 0, right = range.n > 0 ? range.v[2 * k + 1] : 0;
    if (range.n < 0 && !extremes(cx, points, k, &left, &right)) return false;
    if (!isfinite(left) || !isfinite(right)) return ts_fail(cx, TS_ERR_ARGUMENT, "dimension %" PRId64 "'s range [%g, %g] is not finite", k, left, right);
    if (left > right) return ts_fail(cx, TS_ERR_ARGUMENT, "min should not exceed max, but got min %g max %g for dimension %" PRId64, left, right, k);
    if (left == right) {
      left -= 0.5;
      right += 0.5;
    }
    if (bins[k] == INT64_MAX) return ts_fail(cx, TS_ERR_MEMORY, "%" PRId64 " bins are too many", bins[k]);
    if (!(edges[k] = ts_raw_cast(cx, ts_linspace(cx, ts_float(left), ts_float(right), bins[k] + 1, wide), d))) return false;
  }
  ts_tensor *h = count(cx, points, weight, dims, edges, bins ? EVEN_BY_EDGES : ANY, d);
  if (density && h) {
    h = ts_div(cx, h, ts_sum(cx, h, TS_NO_INTS, false, TS_DTYPE_NONE), NULL);
    for (int64_t k = 0; h && k < dims; k++) {
      int64_t sizes[TS_MAX_DIM];
      for (int64_t e = 0; e < dims; e++) sizes[e] = e == k ? -1 : 1;
      ts_tensor *widths = ts_sub(cx, ts_narrow(cx, edges[k], 0, 1, edges[k]->numel - 1), ts_narrow(cx, edges[k], 0, 0, edges[k]->numel - 1), ts_int(1));
      h = ts_div(cx, h, ts_reshape(cx, widths, (ts_ints){sizes, dims}), NULL);
    }
  }
  return (*hist = h) != NULL;
}

/* Any shape as points with one coordinate; the weight alike. */
static bool one_axis(ts_cx *cx, ts_tensor *self, const int64_t *bins, ts_tensor *edges, ts_floats range, ts_tensor *weight, bool density, ts_out *out) {
  if (weight && !ts_same_sizes(self, weight))
    return ts_fail(cx, TS_ERR_SHAPE, "if weight tensor is provided it should have the same shape as the input tensor, but got input with shape %s and weight with shape %s", TS_TEXT(self), TS_TEXT(weight));
  self = ts_reshape(cx, self, TS_INTS(-1, 1));
  if (weight) weight = ts_reshape(cx, weight, TS_INTS(-1));
  return self && (!weight || !ts_failed(cx)) && histogram_of(cx, self, bins, &edges, 1, range, weight, density, &out->t[0], &out->t[1]);
}

bool ts_histogram_impl(ts_cx *cx, const ts_histogram_args *a, ts_out *out) {
  return one_axis(cx, a->self, &a->bins, NULL, a->range, a->weight, a->density, out);
}
bool ts_histogram_bins_impl(ts_cx *cx, const ts_histogram_bins_args *a, ts_out *out) {
  return one_axis(cx, a->self, NULL, a->bins, (ts_floats){NULL, -1}, a->weight, a->density, out);
}

bool ts__histogramdd_impl(ts_cx *cx, const ts__histogramdd_args *a, ts_out *out) {
  ts_tensor *self = a->self, **results;
  int64_t all[TS_MAX_DIM];
  if (self->ndim < 2) return ts_fail(cx, TS_ERR_SHAPE, "input tensor should have at least 2 dimensions, got shape %s", TS_TEXT(self));
  const int64_t dims = self->sizes[self->ndim - 1], given = a->bins.n >= 0 ? a->bins.n : a->edges.n;
  if (dims > TS_MAX_DIM) return ts_fail(cx, TS_ERR_SHAPE, "at most %d axes, got %" PRId64, TS_MAX_DIM, dims);
  if (given != dims && !(a->single && given == 1))
    return ts_fail(cx, TS_ERR_ARGUMENT, "expected %" PRId64 " sequences of bin edges for a %" PRId64 "-dimensional histogram, but got %" PRId64, dims, dims, given);
  for (int64_t k = 0; k < dims && a->bins.n >= 0; k++) all[k] = a->bins.v[a->single ? 0 : k];
  if (!(results = ts_temp(cx, (dims + 1) * (int64_t)sizeof *results))) return false;
  out->list = (ts_list){results, dims + 1};
  return histogram_of(cx, self, a->bins.n >= 0 ? all : NULL, a->edges.v, dims, a->range, a->weight, a->density, &results[0], &results[1]);
}

bool ts_histc_impl(ts_cx *cx, const ts_histc_args *a, ts_out *out) {
  ts_tensor *self = a->self;
  const ts_dtype d = (ts_dtype)self->dtype, wide = d == TS_FLOAT64 ? d : TS_FLOAT32;
  double left = a->min.f, right = a->max.f;
  if (!check_float(cx, self) || !check_bins(cx, a->bins, 0)) return false;
  ts_tensor *points = ts_reshape(cx, ts_raw_cast(cx, self, wide), TS_INTS(-1, 1)), *edges;
  if (!points || (left == right && self->numel && !extremes(cx, points, 0, &left, &right))) return false;
  if (left == right) {
    left -= 1;
    right += 1;
  }
  if (!isfinite(left) || !isfinite(right)) return ts_fail(cx, TS_ERR_ARGUMENT, "range of [%g, %g] is not finite", left, right);
  if (!(left < right)) return ts_fail(cx, TS_ERR_ARGUMENT, "max must be larger than min");
  if (a->bins == INT64_MAX) return ts_fail(cx, TS_ERR_MEMORY, "%" PRId64 " bins are too many", a->bins);
  edges = ts_linspace(cx, ts_float(left), ts_float(right), a->bins + 1, wide);
  return edges && (out->t[0] = count(cx, points, NULL, 1, &edges, EVEN, d)) != NULL;
}
