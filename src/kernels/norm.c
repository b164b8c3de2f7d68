/* Normalisation over any dims with weights along any dims: what batch, layer, group and instance norm are cases of. */
#include <inttypes.h>
#include <math.h>
#include <string.h>
#include "../core/threads.h"
#include "../gen/ops.h"
#include "kernels.h"
#include "norm_rows.h"

/* t's elements along the dims in mask, size 1 along the others; NULL t: a single `value`. */
static ts_tensor *along(ts_cx *cx, ts_tensor *t, double value, const ts_tensor *x, uint64_t mask, const char *name) {
  int64_t sizes[TS_MAX_DIM], strides[TS_MAX_DIM], numel = 1;
  if (!t) {
    ts_tensor *one = ts_empty(cx, TS_FLOAT64, 0, NULL);
    if (!one) return NULL;
    *(double *)ts_data(one) = value;
    if (!(t = ts_raw_cast(cx, one, (ts_dtype)x->dtype))) return NULL;
    mask = 0;
  }
  for (int d = x->ndim - 1; d >= 0; d--) {
    sizes[d] = mask >> d & 1 ? x->sizes[d] : 1;
    strides[d] = numel;
    numel *= sizes[d];
  }
  if (t->numel != numel) {
    ts_fail(cx, TS_ERR_SHAPE, "%s should contain %" PRId64 " elements not %" PRId64, name, numel, t->numel);
    return NULL;
  }
  t = ts_raw_contiguous(cx, ts_raw_cast(cx, t, (ts_dtype)x->dtype));
  return t ? ts_alias(cx, t, x->ndim, sizes, strides, t->offset) : NULL;
}

static ts_tensor *like_reduced(ts_cx *cx, const ts_tensor *x, uint64_t mask, ts_dtype dtype) {
  int64_t sizes[TS_MAX_DIM];
  return ts_empty(cx, dtype, ts_reduced_sizes(x, mask, true, sizes), sizes);
}

static inline double get(const ts_tensor *t, int64_t i) {
  return t->dtype == TS_FLOAT64 ? ((const double *)ts_data(t))[i] : (double)((const float *)ts_data(t))[i];
}
static inline void set(ts_tensor *t, int64_t i, double v) {
  if (t->dtype == TS_FLOAT64) ((double *)ts_data(t))[i] = v;
  else ((float *)ts_data(t))[i] = (float)v;
}

/* running = (1 - momentum) * running + momentum * seen. */
static bool update_running(ts_cx *cx, ts_tensor *running, const double *seen, int64_t n, double momentum) {
  ts_tensor *now = ts_raw_contiguous(cx, ts_raw_cast(cx, running, TS_FLOAT64));
  ts_tensor *next = now ? ts_empty(cx, TS_FLOAT64, running->ndim, running->sizes) : NULL;
  if (!next) return false;
  for (int64_t c = 0; c < n; c++) ((double *)ts_data(next))[c] = (1 - momentum) * ((double *)ts_data(now))[c] + momentum * seen[c];
  if (!ts_before_write(cx, running) || !ts_raw_copy(cx, running, next)) return false;
  ts_bump(running);
  return true;
}

/* The channels of the running statistics: dim 1, the last of the dims that are kept. Instances average. */
static bool update_both(ts_cx *cx, const ts__normalize_args *a, const ts_word *acc, int64_t kept, int64_t channels) {
  double *mean = ts_temp(cx, 2 * channels * (int64_t)sizeof *mean + 1), *var = mean + channels;
  if (!mean) return false;
  memset(mean, 0, 2 * (size_t)channels * sizeof *mean);
  double instances = (double)kept / (double)channels;
  for (int64_t i = 0; i < kept; i++) {
    mean[i % channels] += acc[3 * i + 1].f / instances;
    var[i % channels] += acc[3 * i + 2].f / (acc[3 * i].f - 1) / instances;
  }
  return (!a->running_mean || update_running(cx, a->running_mean, mean, channels, a->momentum)) &&
         (!a->running_var || update_running(cx, a->running_var, var, channels, a->momentum));
}

static bool check_running(ts_cx *cx, const ts_tensor *t, const char *name, int64_t channels) {
  return !t || t->numel == channels || ts_fail(cx, TS_ERR_SHAPE, "%s should contain %" PRId64 " elements not %" PRId64, name, channels, t->numel);
}

bool ts__normalize_impl(ts_cx *cx, const ts__normalize_args *a, ts_out *out) {
  ts_dtype dtype = (ts_dtype)a->self->dtype, work = dtype == TS_FLOAT64 ? dtype : TS_FLOAT32;
  uint64_t stats, weights;
  if (!ts_is_float(dtype)) return ts_fail(cx, TS_ERR_DTYPE, "not implemented for %s", ts_dtype_name(dtype));
  if (!ts_dim_mask(cx, a->dims, a->self->ndim, &stats) || !ts_dim_mask(cx, a->weight_dims, a->self->ndim, &weights)) return false;
  int64_t channels = a->self->ndim > 1 ? a->self->sizes[1] : 1;
  if (!check_running(cx, a->running_mean, "running_mean", channels) || !check_running(cx, a->running_var, "running_var", channels)) return false;
  if (!a->training && (!a->running_mean || !a->running_var))
    return ts_fail(cx, TS_ERR_ARGUMENT, "Expected running_mean and running_var to be defined when training=False");
  ts_tensor *x = ts_raw_cast(cx, a->self, work);
  if (!x) return false;
  ts_tensor *mean = like_reduced(cx, x, stats, work), *rstd = like_reduced(cx, x, stats, work);
  ts_tensor *w = along(cx, a->weight, 1, x, weights, "weight"), *b = along(cx, a->bias, 0, x, weights, "bias");
  ts_tensor *result = ts_empty_like(cx, x, work);
  if (!mean || !rstd || !w || !b || !result) return false;
  int64_t kept = mean->numel, row = a->training && !a->running_mean && !a->running_var ? ts_norm_row_length(x, NULL, stats, weights) : 0;
  if (row) {
    ts_norm_rows(x, a->weight ? w : NULL, a->bias ? b : NULL, result, mean, rstd, row, a->eps);
  } else if (a->training) {
    ts_reduction r = ts_reduction_of(TS_RED_MOMENTS, work);
    ts_word *acc = ts_temp(cx, kept * r.words * (int64_t)sizeof *acc + 1);
    if (!acc || !ts_reduce(cx, x, stats, &r, acc)) return false;
    for (int64_t i = 0; i < kept; i++) {
      set(mean, i, acc[3 * i].f == 0 ? NAN : acc[3 * i + 1].f);
      set(rstd, i, 1 / sqrt(acc[3 * i + 2].f / acc[3 * i].f + a->eps));
    }
    if (x->numel && (a->running_mean || a->running_var) && !update_both(cx, a, acc, kept, channels)) return false;
  } else {
    ts_tensor *m = ts_raw_contiguous(cx, ts_raw_cast(cx, a->running_mean, work)), *v = ts_raw_contiguous(cx, ts_raw_cast(cx, a->running_var, work));
    if (!m || !v) return false;
    for (int64_t i = 0; i < kept; i++) {
      set(mean, i, get(m, i % channels));
      set(rstd, i, 1 / sqrt(get(v, i % channels) + a->eps));
    }
  }
  if (x->numel && !row) ts_iterate(6, (ts_tensor *const[]){result, x, mean, rstd, w, b}, x->ndim, x->sizes, ts_loops.norm_apply[work], NULL, 0);
  out->t[1] = mean;
  out->t[2] = rstd;
  return (out->t[0] = ts_raw_cast(cx, result, dtype)) != NULL;
}

typedef struct { ts_iter it; int along; ts_loop loop; } sums_job;

static void sums_range(void *arg, int64_t begin, int64_t end) {
  const sums_job *job = arg;
  ts_iter it = job->it;
  int d = job->along;
  for (int k = 0; k < it.n; k++) it.data[k] += begin * it.strides[d][k];
  it.numel = it.numel / it.sizes[d] * (end - begin);
  it.sizes[d] = end - begin;
  ts_iter_run(&it, job->loop, NULL, INT64_MAX / 4);
}

/* first = sum of g * w, second = sum of g * w * (x - mean) over the dims in mask: float64, size 1 there. */
static bool sums(ts_cx *cx, ts_tensor *g, ts_tensor *x, ts_tensor *mean, ts_tensor *w, uint64_t mask, ts_tensor **first, ts_tensor **second) {
  int64_t sizes[TS_MAX_DIM];
  int ndim = ts_reduced_sizes(x, mask, true, sizes);
  *first = ts_full_zero(cx, TS_FLOAT64, ndim, sizes);
  *second = ts_full_zero(cx, TS_FLOAT64, ndim, sizes);
  if (!*first || !*second) return false;
  if (x->numel == 0) return true;
  sums_job job = {.loop = ts_loops.norm_sums[x->dtype]};
  ts_iter_init(&job.it, 6, (ts_tensor *const[]){*first, *second, g, x, mean, w}, x->ndim, x->sizes);
  /* Pieces may only differ in what they add to. */
  job.along = -1;
  for (int d = 0; d < job.it.ndim; d++)
    if (job.it.strides[d][0] && (job.along < 0 || job.it.sizes[d] > job.it.sizes[job.along])) job.along = d;
  if (job.along < 0) {
    ts_iter_run(&job.it, job.loop, NULL, INT64_MAX / 4);
    return true;
  }
  int64_t n = job.it.sizes[job.along], each = x->numel / n;
  ts_parallel_for(n, each >= 16384 ? 1 : 16384 / each, sums_range, &job);
  return true;
}

bool ts__normalize_backward_impl(ts_cx *cx, const ts__normalize_backward_args *a, ts_out *out) {
  ts_dtype dtype = (ts_dtype)a->self->dtype, work = dtype == TS_FLOAT64 ? dtype : TS_FLOAT32;
  uint64_t stats, weights;
  if (!ts_dim_mask(cx, a->dims, a->self->ndim, &stats) || !ts_dim_mask(cx, a->weight_dims, a->self->ndim, &weights)) return false;
  ts_tensor *x = ts_raw_cast(cx, a->self, work), *g = ts_raw_cast(cx, a->grad, work);
  if (g && !ts_is_dense(g)) g = ts_raw_contiguous(cx, g);
  if (!x || !g) return false;
  if (!ts_same_sizes(g, x)) return ts_fail(cx, TS_ERR_SHAPE, "grad has shape %s, input %s", TS_TEXT(g), TS_TEXT(x));
  uint64_t all = x->ndim == 64 ? UINT64_MAX : ((uint64_t)1 << x->ndim) - 1;
  ts_tensor *mean = along(cx, a->mean, 0, x, all & ~stats, "mean"), *rstd = along(cx, a->rstd, 0, x, all & ~stats, "rstd");
  ts_tensor *w = along(cx, a->weight, 1, x, weights, "weight"), *first, *second;
  if (!mean || !rstd || !w) return false;
  ts_tensor *result = ts_empty_like(cx, x, work), *of_weight, *of_bias;
  const int64_t row = a->training ? ts_norm_row_length(x, g, stats, weights) : 0;
  if (!result) return false;
  if (row) {
    if (!ts_norm_rows_back(cx, g, x, a->weight ? w : NULL, mean, rstd, result, row, &of_weight, &of_bias)) return false;
  } else {
    ts_tensor *of_x = like_reduced(cx, x, stats, work), *rest = like_reduced(cx, x, stats, work), *ignored;
    if (!of_x || !rest || !sums(cx, g, x, mean, w, stats, &first, &second)) return false;
    double n = mean->numel ? (double)x->numel / (double)mean->numel : 0;
    for (int64_t i = 0; i < mean->numel; i++) {
      double s = get(rstd, i);
      set(of_x, i, a->training ? -s * s * s * ((double *)ts_data(second))[i] / n : 0);
      set(rest, i, a->training ? -s * ((double *)ts_data(first))[i] / n : 0);
    }
    if (x->numel) ts_iterate(8, (ts_tensor *const[]){result, g, x, w, rstd, mean, of_x, rest}, x->ndim, x->sizes, ts_loops.norm_back[work], NULL, 0);
    if (!sums(cx, g, x, mean, rstd, all & ~weights, &ignored, &of_weight)) return false;
    of_bias = ts_reduced(cx, g, all & ~weights, true, TS_RED_SUM);
    if (!of_bias) return false;
  }
  int64_t sizes[TS_MAX_DIM], strides[TS_MAX_DIM];
  int ndim = ts_reduced_sizes(x, all & ~weights, false, sizes);
  ts_contiguous_strides(ndim, sizes, strides);
  ts_dtype as = a->weight ? (ts_dtype)a->weight->dtype : work;
  for (int k = 0; k < 2; k++) {
    ts_tensor *t = ts_raw_cast(cx, k ? of_bias : of_weight, as);
    if (!t || !(out->t[1 + k] = ts_alias(cx, t, ndim, sizes, strides, t->offset))) return false;
  }
  return (out->t[0] = ts_raw_cast(cx, result, dtype)) != NULL;
}

/* The same without a mean. */
bool ts__rms_normalize_impl(ts_cx *cx, const ts__rms_normalize_args *a, ts_out *out) {
  ts_dtype dtype = (ts_dtype)a->self->dtype, work = dtype == TS_FLOAT64 ? dtype : TS_FLOAT32;
  uint64_t dims;
  if (!ts_is_float(dtype)) return ts_fail(cx, TS_ERR_DTYPE, "not implemented for %s", ts_dtype_name(dtype));
  if (!ts_dim_mask(cx, a->dims, a->self->ndim, &dims)) return false;
  ts_tensor *x = ts_raw_cast(cx, a->self, work);
  ts_tensor *rms = x ? like_reduced(cx, x, dims, work) : NULL, *w = rms ? along(cx, a->weight, 1, x, dims, "weight") : NULL;
  ts_tensor *none = w ? along(cx, NULL, 0, x, 0, "") : NULL, *result = none ? ts_empty_like(cx, x, work) : NULL;
  ts_reduction r = ts_reduction_of(TS_RED_SQUARE, work);
  ts_word *acc = result ? ts_temp(cx, rms->numel * r.words * (int64_t)sizeof *acc + 1) : NULL;
  if (!acc || !ts_reduce(cx, x, dims, &r, acc)) return false;
  const double n = rms->numel ? (double)x->numel / (double)rms->numel : 0;
  for (int64_t i = 0; i < rms->numel; i++) set(rms, i, 1 / sqrt(acc[i * r.words].f / n + a->eps));
  if (x->numel) ts_iterate(6, (ts_tensor *const[]){result, x, none, rms, w, none}, x->ndim, x->sizes, ts_loops.norm_apply[work], NULL, 0);
  out->t[1] = rms;
  return (out->t[0] = ts_raw_cast(cx, result, dtype)) != NULL;
}

bool ts__rms_normalize_backward_impl(ts_cx *cx, const ts__rms_normalize_backward_args *a, ts_out *out) {
  ts_dtype dtype = (ts_dtype)a->self->dtype, work = dtype == TS_FLOAT64 ? dtype : TS_FLOAT32;
  uint64_t dims;
  if (!ts_is_float(dtype)) return ts_fail(cx, TS_ERR_DTYPE, "not implemented for %s", ts_dtype_name(dtype));
  if (!ts_dim_mask(cx, a->dims, a->self->ndim, &dims)) return false;
  ts_tensor *x = ts_raw_cast(cx, a->self, work), *g = ts_raw_cast(cx, a->grad, work);
  if (g && !ts_is_dense(g)) g = ts_raw_contiguous(cx, g);
  if (!x || !g) return false;
  if (!ts_same_sizes(g, x)) return ts_fail(cx, TS_ERR_SHAPE, "grad has shape %s, input %s", TS_TEXT(g), TS_TEXT(x));
  const uint64_t all = x->ndim == 64 ? UINT64_MAX : ((uint64_t)1 << x->ndim) - 1;
  ts_tensor *rms = along(cx, a->rms, 0, x, all & ~dims, "rms"), *w = along(cx, a->weight, 1, x, dims, "weight"), *none = along(cx, NULL, 0, x, 0, "");
  ts_tensor *of_x = like_reduced(cx, x, dims, work), *result = ts_empty_like(cx, x, work), *ignored, *products, *of_weight;
  if (!rms || !w || !none || !of_x || !result || !sums(cx, g, x, none, w, dims, &ignored, &products)) return false;
  const double n = rms->numel ? (double)x->numel / (double)rms->numel : 0;
  for (int64_t i = 0; i < rms->numel; i++) {
    double s = get(rms, i);
    set(of_x, i, -s * s * s * ((double *)ts_data(products))[i] / n);
  }
  if (x->numel) ts_iterate(8, (ts_tensor *const[]){result, g, x, w, rms, none, of_x, none}, x->ndim, x->sizes, ts_loops.norm_back[work], NULL, 0);
  if (!sums(cx, g, x, none, rms, all & ~dims, &ignored, &of_weight)) return false;
  int64_t sizes[TS_MAX_DIM], strides[TS_MAX_DIM];
  int ndim = ts_reduced_sizes(x, all & ~dims, false, sizes);
  ts_contiguous_strides(ndim, sizes, strides);
  ts_tensor *t = ts_raw_cast(cx, of_weight, a->weight ? (ts_dtype)a->weight->dtype : work);
  return t && (out->t[1] = ts_alias(cx, t, ndim, sizes, strides, t->offset)) != NULL && (out->t[0] = ts_raw_cast(cx, result, dtype)) != NULL;
}
