/* Largest and smallest elements, and where they stand. */
#include <inttypes.h>
#include "../gen/ops.h"
#include "kernels.h"

/* Nothing has no largest element: every dim in mask must have a size. */
static bool check_sizes(ts_cx *cx, const ts_tensor *self, uint64_t mask, bool named) {
  if (self->numel) return true;
  if (!named)
    return ts_fail(cx, TS_ERR_SHAPE, "Expected reduction dim to be specified for input.numel() == 0. Specify the reduction dim with the 'dim' argument. (shape %s)", TS_TEXT(self));
  for (int d = 0; d < self->ndim; d++)
    if (mask >> d & 1 && self->sizes[d] == 0) return ts_fail(cx, TS_ERR_INDEX, "Expected reduction dim %d to have non-zero size. (shape %s)", d, TS_TEXT(self));
  return true;
}

static ts_tensor *extreme(ts_cx *cx, ts_tensor *self, ts_ints dim, bool keepdim, ts_reduce_id id) {
  uint64_t mask;
  if (!ts_dim_mask(cx, dim, self->ndim, &mask) || !check_sizes(cx, self, mask, dim.n > 0)) return NULL;
  return ts_raw_cast(cx, ts_reduced(cx, self, mask, keepdim, id), (ts_dtype)self->dtype);
}

bool ts_amax_impl(ts_cx *cx, const ts_amax_args *a, ts_out *out) {
  return (out->t[0] = extreme(cx, a->self, a->dim, a->keepdim, TS_RED_MAX)) != NULL;
}
bool ts_amin_impl(ts_cx *cx, const ts_amin_args *a, ts_out *out) {
  return (out->t[0] = extreme(cx, a->self, a->dim, a->keepdim, TS_RED_MIN)) != NULL;
}
bool ts_max_impl(ts_cx *cx, const ts_max_args *a, ts_out *out) {
  return (out->t[0] = extreme(cx, a->self, TS_NO_INTS, false, TS_RED_MAX)) != NULL;
}
bool ts_min_impl(ts_cx *cx, const ts_min_args *a, ts_out *out) {
  return (out->t[0] = extreme(cx, a->self, TS_NO_INTS, false, TS_RED_MIN)) != NULL;
}

bool ts_aminmax_impl(ts_cx *cx, const ts_aminmax_args *a, ts_out *out) {
  uint64_t mask;
  int64_t sizes[TS_MAX_DIM];
  ts_tensor *self = a->self, *wide[2];
  if (!ts_dim_mask(cx, (ts_ints){&a->dim.v, a->dim.given ? 1 : -1}, self->ndim, &mask) || !check_sizes(cx, self, mask, a->dim.given)) return false;
  const ts_dtype d = ts_reduce_dtype((ts_dtype)self->dtype), words = d == TS_INT64 ? TS_INT64 : TS_FLOAT64;
  const ts_reduction r = ts_reduction_of(TS_RED_EXTREMES, d);
  int ndim = ts_reduced_sizes(self, mask, a->keepdim, sizes);
  if (self->ndim == 0 && a->dim.given && a->keepdim) sizes[ndim++] = 1; /* as PyTorch */
  if (!(self = ts_raw_cast(cx, self, d))) return false;
  for (int k = 0; k < 2; k++)
    if (!(wide[k] = ts_empty(cx, words, ndim, sizes))) return false;
  ts_word *acc = ts_temp(cx, wide[0]->numel * 2 * (int64_t)sizeof *acc + 1);
  if (!acc || !ts_reduce(cx, self, mask, &r, acc)) return false;
  for (int64_t i = 0; i < 2 * wide[0]->numel; i++) ((ts_word *)ts_data(wide[i & 1]))[i / 2] = acc[i];
  out->t[0] = ts_raw_cast(cx, wide[0], (ts_dtype)a->self->dtype);
  out->t[1] = ts_raw_cast(cx, wide[1], (ts_dtype)a->self->dtype);
  return out->t[0] && out->t[1];
}

/* Indices along a dim (no dim: of the flattened tensor) and, unless values is NULL, what stands there. */
static bool find(ts_cx *cx, ts_tensor *self, ts_opt_int dim, bool keepdim, ts_reduce_id id, ts_tensor **values, ts_tensor **indices) {
  int64_t sizes[TS_MAX_DIM];
  uint64_t mask;
  if (!ts_dim_mask(cx, (ts_ints){&dim.v, dim.given ? 1 : -1}, self->ndim, &mask) || !check_sizes(cx, self, mask, dim.given)) return false;
  int ndim = ts_reduced_sizes(self, mask, keepdim, sizes);
  ts_dtype dtype = ts_reduce_dtype((ts_dtype)self->dtype);
  ts_tensor *in = ts_raw_cast(cx, self, dtype);
  if (!dim.given) in = ts_raw_contiguous(cx, in);
  ts_tensor *where = ts_empty(cx, TS_INT64, ndim, sizes), *what = values ? ts_empty(cx, (ts_dtype)self->dtype, ndim, sizes) : NULL;
  if (!in || !where || (values && !what)) return false;
  ts_reduction r = ts_reduction_of(id, dtype);
  ts_word *acc = ts_temp(cx, where->numel * r.words * (int64_t)sizeof *acc + 1);
  if (!acc || !ts_reduce(cx, in, mask, &r, acc)) return false;
  int64_t *at = ts_data(where);
  for (int64_t i = 0; i < where->numel; i++) at[i] = acc[3 * i + 1].i;
  *indices = where;
  if (!values) return true;
  ts_tensor *wide = ts_empty(cx, dtype == TS_INT64 ? TS_INT64 : TS_FLOAT64, ndim, sizes);
  if (!wide) return false;
  ts_word *word = ts_data(wide);
  for (int64_t i = 0; i < where->numel; i++) word[i] = acc[3 * i];
  *values = what;
  return ts_raw_copy(cx, what, wide);
}

bool ts_max_dim_impl(ts_cx *cx, const ts_max_dim_args *a, ts_out *out) {
  return find(cx, a->self, (ts_opt_int){true, a->dim}, a->keepdim, TS_RED_ARGMAX, &out->t[0], &out->t[1]);
}
bool ts_min_dim_impl(ts_cx *cx, const ts_min_dim_args *a, ts_out *out) {
  return find(cx, a->self, (ts_opt_int){true, a->dim}, a->keepdim, TS_RED_ARGMIN, &out->t[0], &out->t[1]);
}
bool ts_argmax_impl(ts_cx *cx, const ts_argmax_args *a, ts_out *out) {
  return find(cx, a->self, a->dim, a->keepdim, TS_RED_ARGMAX, NULL, &out->t[0]);
}
bool ts_argmin_impl(ts_cx *cx, const ts_argmin_args *a, ts_out *out) {
  return find(cx, a->self, a->dim, a->keepdim, TS_RED_ARGMIN, NULL, &out->t[0]);
}

bool ts_max_other_impl(ts_cx *cx, const ts_max_other_args *a, ts_out *out) { return (out->t[0] = ts_maximum(cx, a->self, a->other)) != NULL; }
bool ts_min_other_impl(ts_cx *cx, const ts_min_other_args *a, ts_out *out) { return (out->t[0] = ts_minimum(cx, a->self, a->other)) != NULL; }
