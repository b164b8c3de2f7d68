/* Variances and standard deviations. */
#include <math.h>
#include "../gen/ops.h"
#include "complex.h"
#include "kernels.h"

static bool complex_moments(ts_cx *cx, ts_tensor *self, ts_ints dim, ts_opt_int correction, bool keepdim, bool root, ts_tensor **spread, ts_tensor **mean);

/* Variance (or its root) and, unless mean is NULL, the mean. */
static bool moments(ts_cx *cx, ts_tensor *self, ts_ints dim, ts_opt_int correction, bool keepdim, bool root, ts_tensor **spread, ts_tensor **mean) {
  uint64_t mask;
  ts_dtype to = (ts_dtype)self->dtype;
  if (!ts_is_inexact(to)) return ts_fail(cx, TS_ERR_DTYPE, "only support floating point and complex dtypes, got %s", ts_dtype_name(to));
  if (ts_is_complex(to)) return complex_moments(cx, self, dim, correction, keepdim, root, spread, mean);
  if (!ts_dim_mask(cx, dim, self->ndim, &mask) || !(self = ts_raw_cast(cx, self, ts_reduce_dtype(to)))) return false;
  int64_t sizes[TS_MAX_DIM];
  int ndim = ts_reduced_sizes(self, mask, keepdim, sizes);
  ts_tensor *wide = ts_empty(cx, TS_FLOAT64, ndim, sizes), *center = mean ? ts_empty(cx, TS_FLOAT64, ndim, sizes) : NULL;
  if (!wide || (mean && !center)) return false;
  ts_reduction r = ts_reduction_of(TS_RED_MOMENTS, (ts_dtype)self->dtype);
  ts_word *acc = ts_temp(cx, wide->numel * r.words * (int64_t)sizeof *acc + 1);
  if (!acc || !ts_reduce(cx, self, mask, &r, acc)) return false;
  double *value = ts_data(wide), *middle = mean ? ts_data(center) : NULL, less = correction.given ? (double)correction.v : 1;
  for (int64_t i = 0; i < wide->numel; i++) {
    double n = acc[3 * i].f, variance = acc[3 * i + 2].f / (n > less ? n - less : 0);
    value[i] = root ? sqrt(variance) : variance;
    /* As PyTorch: an infinite element makes both NaN. */
    if (middle) middle[i] = n == 0 || isnan(acc[3 * i + 2].f) ? NAN : acc[3 * i + 1].f;
  }
  if (mean && !(*mean = ts_raw_cast(cx, center, to))) return false;
  return (*spread = ts_raw_cast(cx, wide, to)) != NULL;
}

/* The variances of both parts add up. */
static bool complex_moments(ts_cx *cx, ts_tensor *self, ts_ints dim, ts_opt_int correction, bool keepdim, bool root, ts_tensor **spread, ts_tensor **mean) {
  uint64_t mask;
  int64_t dims[TS_MAX_DIM];
  int n = 0;
  if (!ts_dim_mask(cx, dim, self->ndim, &mask)) return false;
  if (self->ndim == 0) {
    if (!(self = ts_alias(cx, self, 1, (const int64_t[]){1}, (const int64_t[]){1}, self->offset))) return false;
    mask = 1;
    keepdim = false;
  }
  for (int d = 0; d < self->ndim; d++)
    if (mask >> d & 1) dims[n++] = d;
  ts_tensor *pairs = ts_pairs(cx, self), *both = NULL, *center = NULL;
  if (!pairs || !moments(cx, pairs, (ts_ints){dims, n}, correction, keepdim, false, &both, mean ? &center : NULL)) return false;
  *spread = ts_sum(cx, both, TS_INTS(-1), false, TS_DTYPE_NONE);
  if (root) *spread = ts_sqrt(cx, *spread);
  if (mean && !(*mean = ts_unpaired(cx, center))) return false;
  return *spread != NULL;
}

bool ts_var_impl(ts_cx *cx, const ts_var_args *a, ts_out *out) {
  return moments(cx, a->self, a->dim, a->correction, a->keepdim, false, &out->t[0], NULL);
}
bool ts_std_impl(ts_cx *cx, const ts_std_args *a, ts_out *out) {
  return moments(cx, a->self, a->dim, a->correction, a->keepdim, true, &out->t[0], NULL);
}
bool ts_var_mean_impl(ts_cx *cx, const ts_var_mean_args *a, ts_out *out) {
  return moments(cx, a->self, a->dim, a->correction, a->keepdim, false, &out->t[0], &out->t[1]);
}
bool ts_std_mean_impl(ts_cx *cx, const ts_std_mean_args *a, ts_out *out) {
  return moments(cx, a->self, a->dim, a->correction, a->keepdim, true, &out->t[0], &out->t[1]);
}

/* The older forms: unbiased means a correction of one. */
#define OLDER(name, RESULTS)                                                                                           \
  bool ts_##name##_dim_impl(ts_cx *cx, const ts_##name##_dim_args *a, ts_out *out) {                                   \
    return RESULTS(ts_##name, cx, a->self, a->dim, ((ts_opt_int){true, a->unbiased}), a->keepdim);                     \
  }                                                                                                                    \
  bool ts_##name##_unbiased_impl(ts_cx *cx, const ts_##name##_unbiased_args *a, ts_out *out) {                         \
    return RESULTS(ts_##name, cx, a->self, TS_NO_INTS, ((ts_opt_int){true, a->unbiased}), false);                      \
  }
#define ONE(f, ...) (out->t[0] = f(__VA_ARGS__)) != NULL
#define TWO(f, ...) f(__VA_ARGS__, out->t)
OLDER(var, ONE)
OLDER(std, ONE)
OLDER(var_mean, TWO)
OLDER(std_mean, TWO)
