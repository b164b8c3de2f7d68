/* Embeddings reduced by bag without a table of all rows in between. */
#include <inttypes.h>
#include <string.h>
#include "../core/threads.h"
#include "../gen/ops.h"
#include "embedding.h"
#include "kernels.h"
#include "place.h"

enum { BLOCK = 256, ROWS = 32 };

typedef struct {
  const int64_t *rows, *offsets;
  const void *weight, *scale;
  void *out;
  int64_t width, padding, n;
  int64_t *places;
} bag_job;

/* Rows are added up in their own type by the loops of the instruction set, and every ROWS of them into float64, a block of
   columns at a time. */
#define BAGS(T, D)                                                                                              \
  static void sum_bags_##T(void *arg, int64_t begin, int64_t end) {                                              \
    const bag_job *j = arg;                                                                                      \
    const ts_loop add = ts_loops.binary[j->scale ? TS_BIN_ADD_SCALED : TS_BIN_ADD][D];                           \
    const int64_t steps[3] = {sizeof(T), sizeof(T), sizeof(T)};                                                  \
    for (int64_t b = begin; b < end; b++)                                                                        \
      for (int64_t from = 0; from < j->width; from += BLOCK) {                                                   \
        const int64_t n = j->width - from < BLOCK ? j->width - from : BLOCK, last = j->offsets[b + 1];           \
        double sum[BLOCK] = {0};                                                                                 \
        T part[BLOCK];                                                                                           \
        for (int64_t k = j->offsets[b]; k < last;) {                                                             \
          const int64_t stop = last - k < ROWS ? last : k + ROWS;                                                \
          memset(part, 0, (size_t)n * sizeof(T));                                                                \
          for (; k < stop; k++) {                                                                                \
            if (j->rows[k] == j->padding) continue;                                                              \
            const ts_scalar s = ts_float(j->scale ? (double)((const T *)j->scale)[k] : 1);                       \
            char *row = (char *)(uintptr_t)((const T *)j->weight + j->rows[k] * j->width + from);                \
            add((char *const[]){(char *)part, (char *)part, row}, steps, n, &s);                                 \
          }                                                                                                      \
          for (int64_t c = 0; c < n; c++) sum[c] += (double)part[c];                                             \
        }                                                                                                        \
        T *out = (T *)j->out + b * j->width + from;                                                              \
        for (int64_t c = 0; c < n; c++) out[c] = (T)sum[c];                                                      \
      }                                                                                                          \
  }                                                                                                              \
  static void max_bags_##T(void *arg, int64_t begin, int64_t end) {                                              \
    const bag_job *j = arg;                                                                                      \
    for (int64_t b = begin; b < end; b++) {                                                                      \
      T *out = (T *)j->out + b * j->width;                                                                       \
      int64_t *places = j->places + b * j->width;                                                                \
      for (int64_t c = 0; c < j->width; c++) out[c] = 0, places[c] = j->n;                                       \
      for (int64_t k = j->offsets[b]; k < j->offsets[b + 1]; k++) {                                              \
        if (j->rows[k] == j->padding) continue;                                                                  \
        const T *row = (const T *)j->weight + j->rows[k] * j->width;                                             \
        for (int64_t c = 0; c < j->width; c++)                                                                   \
          if (places[c] == j->n || row[c] > out[c]) out[c] = row[c], places[c] = k;                              \
      }                                                                                                          \
    }                                                                                                            \
  }
BAGS(float, TS_FLOAT32)
BAGS(double, TS_FLOAT64)

static bool run(ts_cx *cx, ts_out *out, ts_tensor *weight, ts_tensor *rows, ts_tensor *offsets, ts_tensor *scale, int64_t padding, bool max) {
  ts_dtype d = (ts_dtype)weight->dtype, work = ts_is_half(d) ? TS_FLOAT32 : d;
  if (!ts_is_float(d)) return ts_fail(cx, TS_ERR_DTYPE, "not implemented for %s", ts_dtype_name(d));
  const int64_t sizes[2] = {offsets->numel - 1, weight->sizes[1]};
  ts_tensor *y = ts_empty(cx, work, 2, sizes), *x = ts_raw_contiguous(cx, ts_raw_cast(cx, weight, work)), *s = scale ? ts_raw_contiguous(cx, ts_raw_cast(cx, scale, work)) : NULL;
  ts_tensor *places = max ? ts_empty(cx, TS_INT64, 2, sizes) : NULL;
  if (!y || !x || (scale && !s) || (max && !places)) return false;
  bag_job j = {ts_data(rows), ts_data(offsets), ts_data(x), s ? ts_data(s) : NULL, ts_data(y), sizes[1], padding, rows->numel, places ? ts_data(places) : NULL};
  int64_t cost = sizes[1] * (rows->numel / (sizes[0] + 1) + 1);
  ts_parallel_for(sizes[0], 16384 / (cost + 1) + 1, max ? (work == TS_FLOAT64 ? max_bags_double : max_bags_float) : work == TS_FLOAT64 ? sum_bags_double : sum_bags_float, &j);
  out->t[1] = places;
  return (out->t[0] = ts_raw_cast(cx, y, d)) != NULL;
}

bool ts__embedding_bag_impl(ts_cx *cx, const ts__embedding_bag_args *a, ts_out *out) {
  return run(cx, out, a->weight, a->indices, a->offsets, a->scale, a->padding_idx, false);
}

bool ts__embedding_bag_max_impl(ts_cx *cx, const ts__embedding_bag_max_args *a, ts_out *out) {
  return run(cx, out, a->weight, a->indices, a->offsets, NULL, a->padding_idx, true);
}

/* Where bags begin, and (last) where they all end: n + 1 numbers, checked. */
static ts_tensor *bag_offsets(ts_cx *cx, const ts_embedding_bag_args *a, int64_t n) {
  ts_tensor *input = a->input, *given = a->offsets;
  int64_t bags, *to;
  const int64_t *v = NULL;
  if (input->ndim == 2) {
    if (given) return ts_fail(cx, TS_ERR_ARGUMENT, "if input is 2D, then offsets has to be None, as input is treated is a mini-batch of fixed length sequences. However, found offsets of shape %s", TS_TEXT(given)), NULL;
    bags = input->sizes[0];
  } else {
    if (input->ndim != 1) return ts_fail(cx, TS_ERR_SHAPE, "input has to be 1D or 2D Tensor, but got Tensor of dimension %d", input->ndim), NULL;
    if (!given) return ts_fail(cx, TS_ERR_ARGUMENT, "offsets has to be a 1D Tensor but got None"), NULL;
    if (given->ndim != 1) return ts_fail(cx, TS_ERR_SHAPE, "offsets has to be a 1D Tensor, but got shape %s", TS_TEXT(given)), NULL;
    if (a->include_last_offset && given->numel < 1) return ts_fail(cx, TS_ERR_ARGUMENT, "include_last_offset: number of offset should be at least 1"), NULL;
    given = ts_raw_contiguous(cx, ts_labels(cx, given, "offsets"));
    if (!given) return NULL;
    v = ts_data(given);
    bags = given->numel - a->include_last_offset;
    for (int64_t k = 0; k < given->numel; k++) {
      if (k == 0 && v[k] != 0) return ts_fail(cx, TS_ERR_ARGUMENT, "offsets[0] has to be 0, i.e., the first sequence in the mini-batch has to start from position 0. However, got %" PRId64, v[k]), NULL;
      if (k && v[k] < v[k - 1]) return ts_fail(cx, TS_ERR_ARGUMENT, "offsets must not fall, but %" PRId64 " comes after %" PRId64, v[k], v[k - 1]), NULL;
    }
    if (given->numel && v[given->numel - 1] > n)
      return ts_fail(cx, TS_ERR_ARGUMENT, "offsets[-1] can not be greater than input's length %" PRId64 " but got offsets[-1] of %" PRId64, n, v[given->numel - 1]), NULL;
  }
  const int64_t size = bags + 1;
  ts_tensor *t = ts_empty(cx, TS_INT64, 1, &size);
  if (!t) return NULL;
  to = ts_data(t);
  for (int64_t k = 0; k <= bags; k++) to[k] = v ? (k < given->numel ? v[k] : n) : k * input->sizes[1];
  if (bags == 0) to[0] = 0;
  return t;
}

bool ts_embedding_bag_impl(ts_cx *cx, const ts_embedding_bag_args *a, ts_out *out) {
  ts_tensor *weight = a->weight, *psw = a->per_sample_weights;
  bool max = !strcmp(a->mode, "max"), mean = !strcmp(a->mode, "mean");
  int64_t padding;
  if (!max && !mean && strcmp(a->mode, "sum")) return ts_fail(cx, TS_ERR_ARGUMENT, "mode has to be one of sum, mean or max");
  if (weight->ndim != 2) return ts_fail(cx, TS_ERR_SHAPE, "'weight' must be 2-D, got shape %s", TS_TEXT(weight));
  if (max && a->scale_grad_by_freq) return ts_fail(cx, TS_ERR_ARGUMENT, "max mode does not support scaling the gradient by the frequency");
  if (psw && (max || mean)) return ts_fail(cx, TS_ERR_UNSUPPORTED, "per_sample_weights is only supported for mode='sum' (got mode='%s')", a->mode);
  if (psw && !ts_same_sizes(psw, a->input))
    return ts_fail(cx, TS_ERR_SHAPE, "If per_sample_weights (%s) is not None, then it must have the same shape as the input (%s)", TS_TEXT(psw), TS_TEXT(a->input));
  if (psw && psw->dtype != weight->dtype)
    return ts_fail(cx, TS_ERR_DTYPE, "Expected weight and per_sample_weights to have the same dtype, but got %s and %s", ts_dtype_name((ts_dtype)weight->dtype), ts_dtype_name((ts_dtype)psw->dtype));
  if (!ts_padding_row(cx, a->padding_idx, weight->sizes[0], &padding)) return false;
  ts_tensor *offsets = bag_offsets(cx, a, a->input->numel), *rows = offsets ? ts_row_numbers(cx, a->input, weight->sizes[0]) : NULL;
  if (!rows) return false;
  int64_t bags = offsets->numel - 1, n = ((const int64_t *)ts_data(offsets))[bags];
  /* What lies behind the last bag is in none. */
  rows = ts_alias(cx, rows, 1, &n, (const int64_t[]){1}, rows->offset);
  if (a->max_norm.given && !ts_renorm_rows(cx, weight, a->input, a->max_norm.v, a->norm_type)) return false;
  if (max) return ts__embedding_bag_max(cx, weight, rows, offsets, padding, out->t);
  ts_tensor *bag_of = ts_empty(cx, TS_INT64, 1, &n), *scale = mean ? ts_empty(cx, TS_FLOAT64, 1, &n) : NULL;
  if (!rows || !bag_of || (mean && !scale)) return false;
  const int64_t *at = ts_data(offsets), *row = ts_data(rows);
  for (int64_t b = 0; b < bags; b++) {
    int64_t count = 0;
    for (int64_t k = at[b]; k < at[b + 1]; k++) {
      ((int64_t *)ts_data(bag_of))[k] = b;
      count += row[k] != padding;
    }
    for (int64_t k = at[b]; k < at[b + 1] && mean; k++) ((double *)ts_data(scale))[k] = count ? 1 / (double)count : 0;
  }
  if (mean) scale = ts_raw_cast(cx, scale, ts_is_half((ts_dtype)weight->dtype) ? TS_FLOAT32 : (ts_dtype)weight->dtype);
  if (psw) scale = ts_narrow(cx, ts_reshape(cx, psw, TS_INTS(-1)), 0, 0, n);
  return (out->t[0] = ts__embedding_bag(cx, weight, rows, bag_of, offsets, scale, padding, a->scale_grad_by_freq)) != NULL;
}
