/* segmentReduce: reductions of pieces of a dim that lengths or offsets mark. */
#include <inttypes.h>
#include <math.h>
#include <string.h>
#include "../gen/ops.h"
#include "kernels.h"

/* Segments of data, (batch, n, inner): bounds has `segments` pairs of begin and end for each batch. */
typedef struct { int64_t batch, n, inner, segments, *bounds; } segments;

static bool find_bounds(ts_cx *cx, ts_tensor *marks, bool offsets, bool unsafe, segments *s) {
  const ts_dtype d = (ts_dtype)marks->dtype;
  if (d != TS_INT32 && d != TS_INT64) return ts_fail(cx, TS_ERR_DTYPE, "lengths and offsets must be int32 or int64, got %s", ts_dtype_name(d));
  ts_tensor *t = ts_raw_contiguous(cx, ts_raw_cast(cx, marks, TS_INT64));
  const int64_t width = marks->sizes[marks->ndim - 1];
  if (!t) return false;
  if (offsets && width == 0) return ts_fail(cx, TS_ERR_SHAPE, "offsets must have at least one element (shape %s)", TS_TEXT(marks));
  s->segments = offsets ? width - 1 : width;
  if (!(s->bounds = ts_temp(cx, s->batch * s->segments * 16 + 1))) return false;
  const int64_t *v = ts_data(t);
  for (int64_t b = 0; b < s->batch; b++, v += width) {
    int64_t *bound = s->bounds + 2 * b * s->segments, at = 0;
    for (int64_t k = 0; k < s->segments; k++) {
      if (!offsets && v[k] < 0) return ts_fail(cx, TS_ERR_ARGUMENT, "lengths contains negative value!");
      if (!offsets && v[k] > s->n - at) return ts_fail(cx, TS_ERR_ARGUMENT, "Expected all rows of lengths along axis to sum to data.size(lengths.dim()-1) when !unsafe.");
      if (offsets && (v[k] < 0 || v[k + 1] < v[k] || v[k + 1] > s->n)) return ts_fail(cx, TS_ERR_ARGUMENT, "offsets must ascend from 0 to at most %" PRId64, s->n);
      bound[2 * k] = offsets ? v[k] : at;
      at = bound[2 * k + 1] = offsets ? v[k + 1] : at + v[k];
    }
    if (!offsets && !unsafe && at != s->n) return ts_fail(cx, TS_ERR_ARGUMENT, "Expected all rows of lengths along axis to sum to data.size(lengths.dim()-1) when !unsafe.");
  }
  return true;
}

static bool prepare(ts_cx *cx, const ts_tensor *data, ts_tensor *lengths, ts_tensor *offsets, int64_t axis, bool unsafe, segments *s, int *dim) {
  ts_tensor *marks = offsets ? offsets : lengths;
  if (!marks) return ts_fail(cx, TS_ERR_ARGUMENT, "Either lengths or offsets must be defined.");
  if (!ts_wrap_dim(cx, axis, data->ndim, dim)) return false;
  if (data->numel == 0) return ts_fail(cx, TS_ERR_SHAPE, "Expected data.numel() > 0 to be true, but got false. (shape %s)", TS_TEXT(data));
  if (data->ndim < marks->ndim) return ts_fail(cx, TS_ERR_SHAPE, "Expected data.dim() >= lengths.dim() (shapes %s and %s)", TS_TEXT(data), TS_TEXT(marks));
  if (*dim != marks->ndim - 1) return ts_fail(cx, TS_ERR_SHAPE, "Expected axis to be the last dimension of %s but got %d.", offsets ? "offsets" : "lengths", *dim);
  *s = (segments){1, data->sizes[*dim], 1, 0, NULL};
  for (int d = 0; d < data->ndim; d++) {
    if (d < *dim && data->sizes[d] != marks->sizes[d])
      return ts_fail(cx, TS_ERR_SHAPE, "Expected the dims before axis to have the sizes of data (shapes %s and %s)", TS_TEXT(data), TS_TEXT(marks));
    if (d != *dim) *(d < *dim ? &s->batch : &s->inner) *= data->sizes[d];
  }
  return find_bounds(cx, marks, offsets != NULL, unsafe, s);
}

typedef enum { SUM, MEAN, MAX, MIN, PROD, NONE } word;

/* Takes n rows of `inner` numbers into the row at to. */
static void take_in(word how, double *to, const double *in, int64_t n, int64_t inner) {
#define WALK(expression)                      \
  for (int64_t j = 0; j < n; j++)             \
    for (int64_t i = 0; i < inner; i++) {     \
      const double x = to[i], y = in[j * inner + i]; \
      to[i] = expression;                     \
    }                                         \
  break;
  switch (how) {
    case MAX: WALK(x != x || x >= y ? x : y)
    case MIN: WALK(x != x || x <= y ? x : y)
    case PROD: WALK(x * y)
    default: WALK(x + y)
  }
#undef WALK
}

bool ts_segment_reduce_impl(ts_cx *cx, const ts_segment_reduce_args *a, ts_out *out) {
  static const char *const words[] = {"sum", "mean", "max", "min", "prod"};
  segments s;
  int how = 0, dim;
  while (how < NONE && strcmp(a->reduce, words[how]) != 0) how++;
  if (how == NONE) return ts_fail(cx, TS_ERR_ARGUMENT, "unsupported reduction given! %s", a->reduce);
  if (a->indices) return ts_fail(cx, TS_ERR_UNSUPPORTED, "indices based reduction is not supported yet.");
  const ts_dtype d = (ts_dtype)a->data->dtype;
  if (!prepare(cx, a->data, a->lengths, a->offsets, a->axis, a->unsafe, &s, &dim)) return false;
  if (!ts_is_float(d)) return ts_fail(cx, TS_ERR_DTYPE, "not implemented for %s", ts_dtype_name(d));
  int64_t sizes[TS_MAX_DIM];
  memcpy(sizes, a->data->sizes, a->data->ndim * sizeof *sizes);
  sizes[dim] = s.segments;
  ts_tensor *wide = ts_raw_contiguous(cx, ts_raw_cast(cx, a->data, TS_FLOAT64)), *result = ts_empty(cx, TS_FLOAT64, a->data->ndim, sizes);
  if (!wide || !result) return false;
  static const double starts[] = {0, 0, -INFINITY, INFINITY, 1};
  const bool initial = a->initial.kind != TS_NUM_NONE;
  const double *in = ts_data(wide);
  double *to = ts_data(result);
  for (int64_t b = 0; b < s.batch; b++, in += s.n * s.inner) {
    for (int64_t k = 0; k < s.segments; k++, to += s.inner) {
      const int64_t *bound = s.bounds + 2 * (b * s.segments + k), count = bound[1] - bound[0];
      for (int64_t i = 0; i < s.inner; i++) to[i] = initial ? a->initial.f : starts[how];
      take_in((word)how, to, in + bound[0] * s.inner, count, s.inner);
      if (how != MEAN) continue;
      for (int64_t i = 0; i < s.inner; i++) to[i] = count ? to[i] / (double)count : initial ? to[i] : NAN;
    }
  }
  return (out->t[0] = ts_raw_cast(cx, result, d)) != NULL;
}

/* Which segment each place of data's axis belongs to, in the shape of data up to axis; `segments` for none. */
bool ts__segment_ids_impl(ts_cx *cx, const ts__segment_ids_args *a, ts_out *out) {
  segments s;
  int dim;
  if (!prepare(cx, a->data, a->lengths, a->offsets, a->axis, true, &s, &dim)) return false;
  ts_tensor *ids = out->t[0] = ts_empty(cx, TS_INT64, dim + 1, a->data->sizes);
  if (!ids) return false;
  int64_t *to = ts_data(ids);
  for (int64_t b = 0; b < s.batch; b++, to += s.n) {
    for (int64_t j = 0; j < s.n; j++) to[j] = s.segments;
    for (int64_t k = 0; k < s.segments; k++)
      for (int64_t j = s.bounds[2 * (b * s.segments + k)]; j < s.bounds[2 * (b * s.segments + k) + 1]; j++) to[j] = k;
  }
  return true;
}
