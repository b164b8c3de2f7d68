/* Largest and smallest elements, and where they stand. */
#include <inttypes.h>
#include "../gen/ops.h"
#include "elementwise.h"

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
  ts_ints dim = {&a->dim.v, a->dim.given ? 1 : -1};
  return (out->t[0] = extreme(cx, a->self, dim, a->keepdim, TS_RED_MIN)) != NULL &&
         (out->t[1] = extreme(cx, a->self, dim, a->keepdim, TS_RED_MAX)) != NULL;
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

bool ts__ties_impl(ts_cx *cx, const ts__ties_args *a, ts_out *out) {
  ts_dtype to = (ts_dtype)a->self->dtype, work = to == TS_FLOAT64 ? to : TS_FLOAT32;
  uint64_t mask;
  if (!ts_dim_mask(cx, a->dim, a->self->ndim, &mask)) return false;
  ts_tensor *self = ts_raw_cast(cx, a->self, work), *best = ts_raw_contiguous(cx, ts_raw_cast(cx, a->result, work));
  int64_t sizes[TS_MAX_DIM], strides[TS_MAX_DIM];
  int ndim = ts_reduced_sizes(a->self, mask, true, sizes);
  ts_contiguous_strides(ndim, sizes, strides);
  if (!self || !best || !(best = ts_alias(cx, best, ndim, sizes, strides, best->offset))) return false;
  ts_out same = {.t = {NULL}}, share = {.t = {NULL}};
  if (!ts_elementwise(cx, (ts_tensor *[]){self, best}, 2, work, work, &same, ts_loops.same[work], NULL)) return false;
  ts_tensor *count = ts_reduced(cx, same.t[0], mask, true, TS_RED_SUM);
  if (!count) return false;
  for (int64_t i = 0; i < count->numel; i++) ((double *)ts_data(count))[i] = 1 / ((double *)ts_data(count))[i];
  if (!ts_elementwise(cx, (ts_tensor *[]){same.t[0], count}, 2, work, work, &share, ts_loops.binary[TS_BIN_MUL][work], NULL)) return false;
  return (out->t[0] = ts_raw_cast(cx, share.t[0], to)) != NULL;
}

/* One element along dim for each position of the other dims: indices has self's sizes with 1 there. */
typedef struct { char *whole, *picked; const int64_t *at; int64_t n, inner, item; } pick_job;

static pick_job pick_of(ts_tensor *whole, ts_tensor *picked, ts_tensor *indices, int dim) {
  pick_job j = {ts_data(whole), ts_data(picked), ts_data(indices), whole->ndim ? whole->sizes[dim] : 1, 1, ts_itemsize((ts_dtype)whole->dtype)};
  for (int d = dim + 1; d < whole->ndim; d++) j.inner *= whole->sizes[d];
  return j;
}

static bool fits(ts_cx *cx, int ndim, const int64_t *sizes, int64_t dim, bool keepdim, const ts_tensor *indices, int *at, bool *reduced) {
  if (!ts_wrap_dim(cx, dim, ndim, at)) return false;
  *reduced = !keepdim && ndim > 0;
  int64_t want[TS_MAX_DIM];
  int n = 0;
  for (int d = 0; d < ndim; d++)
    if (d != *at) want[n++] = sizes[d];
    else if (keepdim) want[n++] = 1;
  bool same = indices->ndim == n && indices->dtype == TS_INT64;
  for (int d = 0; d < n && same; d++) same = want[d] == indices->sizes[d];
  return same || ts_fail(cx, TS_ERR_SHAPE, "indices of shape %s do not belong to a reduction of shape %s over dim %d", TS_TEXT(indices),
                         ts_sizes_text(ndim, sizes, (char[160]){0}, 160), *at);
}

static void move_items(const pick_job *j, int64_t numel, bool out_of) {
  for (int64_t i = 0; i < numel; i++) {
    int64_t index = j->at[i];
    char *whole = j->whole + ((i / j->inner * j->n + index) * j->inner + i % j->inner) * j->item, *one = j->picked + i * j->item;
    __builtin_memcpy(out_of ? one : whole, out_of ? whole : one, (size_t)j->item);
  }
}

static bool in_range(ts_cx *cx, const ts_tensor *indices, int64_t n) {
  const int64_t *at = ts_data(indices);
  for (int64_t i = 0; i < indices->numel; i++)
    if (at[i] < 0 || at[i] >= n) return ts_fail(cx, TS_ERR_INDEX, "index %" PRId64 " is out of bounds for dimension with size %" PRId64, at[i], n);
  return true;
}

bool ts__pick_impl(ts_cx *cx, const ts__pick_args *a, ts_out *out) {
  int dim;
  bool reduced;
  if (!fits(cx, a->self->ndim, a->self->sizes, a->dim, a->keepdim, a->indices, &dim, &reduced)) return false;
  ts_tensor *self = ts_raw_contiguous(cx, a->self), *at = ts_raw_contiguous(cx, a->indices);
  ts_tensor *t = at ? ts_empty(cx, (ts_dtype)a->self->dtype, at->ndim, at->sizes) : NULL;
  if (!self || !t) return false;
  pick_job j = pick_of(self, t, at, dim);
  if (!in_range(cx, at, j.n)) return false;
  move_items(&j, t->numel, true);
  out->t[0] = t;
  return true;
}

bool ts__pick_backward_impl(ts_cx *cx, const ts__pick_backward_args *a, ts_out *out) {
  int dim;
  bool reduced;
  if (!fits(cx, (int)a->size.n, a->size.v, a->dim, a->keepdim, a->indices, &dim, &reduced)) return false;
  ts_tensor *grad = ts_raw_contiguous(cx, a->grad), *at = ts_raw_contiguous(cx, a->indices);
  ts_tensor *t = ts_full_zero(cx, (ts_dtype)a->grad->dtype, (int)a->size.n, a->size.v);
  if (!grad || !at || !t) return false;
  pick_job j = pick_of(t, grad, at, dim);
  if (!in_range(cx, at, j.n)) return false;
  move_items(&j, grad->numel, false);
  out->t[0] = t;
  return true;
}
