/* Several tensors made fit for each other, or into one. */
#include <inttypes.h>
#include <string.h>
#include "../gen/ops.h"
#include "elementwise.h"
#include "fill.h"
#include "shapes.h"

static bool give(ts_out *out, ts_tensor *t) { return (out->t[0] = t) != NULL; }

static bool room(ts_cx *cx, ts_out *out, int64_t n) {
  out->list = (ts_list){ts_temp(cx, n * (int64_t)sizeof *out->list.v + 1), n};
  return out->list.v != NULL;
}

bool ts_broadcast_tensors_impl(ts_cx *cx, const ts_broadcast_tensors_args *a, ts_out *out) {
  ts_list in = a->tensors;
  int64_t sizes[TS_MAX_DIM], both[TS_MAX_DIM];
  int n = 0;
  for (int64_t k = 0; k < in.n; k++) {
    if (!ts_broadcast_sizes(cx, n, sizes, in.v[k]->ndim, in.v[k]->sizes, &n, both)) return false;
    memcpy(sizes, both, (size_t)n * sizeof *sizes);
  }
  if (!room(cx, out, in.n)) return false;
  for (int64_t k = 0; k < in.n; k++) out->list.v[k] = ts_expand(cx, in.v[k], (ts_ints){sizes, n}, false);
  return !ts_failed(cx);
}

bool ts_meshgrid_impl(ts_cx *cx, const ts_meshgrid_args *a, ts_out *out) {
  ts_list in = a->tensors;
  if (in.n == 0) return ts_fail(cx, TS_ERR_ARGUMENT, "expects a non-empty TensorList");
  if (in.n > TS_MAX_DIM) return ts_fail(cx, TS_ERR_SHAPE, "a tensor has at most %d dimensions, got %" PRId64, TS_MAX_DIM, in.n);
  bool swap = strcmp(a->indexing, "xy") == 0;
  if (!swap && strcmp(a->indexing, "ij") != 0) return ts_fail(cx, TS_ERR_ARGUMENT, "indexing must be one of 'xy' or 'ij', but received: %s", a->indexing);
  swap = swap && in.n > 1;
  int64_t sizes[TS_MAX_DIM];
  for (int64_t k = 0; k < in.n; k++) {
    const ts_tensor *t = in.v[k];
    if (t->ndim > 1) return ts_fail(cx, TS_ERR_SHAPE, "Expected 0D or 1D tensor in the tensor list but got: %s", TS_TEXT(t));
    if (t->dtype != in.v[0]->dtype) return ts_fail(cx, TS_ERR_DTYPE, "torch.meshgrid expects all tensors to have the same dtype");
    sizes[swap && k < 2 ? 1 - k : k] = t->numel;
  }
  if (!room(cx, out, in.n)) return false;
  for (int64_t k = 0; k < in.n; k++) {
    int64_t own[TS_MAX_DIM], d = swap && k < 2 ? 1 - k : k;
    for (int64_t e = 0; e < in.n; e++) own[e] = e == d ? in.v[k]->numel : 1;
    out->list.v[k] = ts_expand(cx, ts_view(cx, in.v[k], (ts_ints){own, in.n}), (ts_ints){sizes, in.n}, false);
  }
  return !ts_failed(cx);
}

static ts_tensor *at_least(ts_cx *cx, ts_tensor *t, int n) {
  if (!t || t->ndim >= n) return t;
  int64_t sizes[3] = {1, 1, 1};
  if (t->ndim == 1) sizes[n == 1 ? 0 : 1] = t->sizes[0];
  if (t->ndim == 2) memcpy(sizes, t->sizes, 2 * sizeof *sizes);
  return ts_reshape(cx, t, (ts_ints){sizes, n});
}

bool ts_at_least(ts_cx *cx, ts_tensor *self, ts_out *out, int n) { return give(out, at_least(cx, self, n)); }

bool ts_all_at_least(ts_cx *cx, ts_list tensors, ts_out *out, int n) {
  if (!room(cx, out, tensors.n)) return false;
  for (int64_t k = 0; k < tensors.n; k++) out->list.v[k] = at_least(cx, tensors.v[k], n);
  return !ts_failed(cx);
}

/* All with at least n dims, then joined along dim. */
static bool stacked(ts_cx *cx, ts_list tensors, int n, int dim, const char *name, ts_out *out) {
  ts_out all = {0};
  if (tensors.n <= 0) return ts_fail(cx, TS_ERR_ARGUMENT, "%s expects a non-empty TensorList", name);
  return ts_all_at_least(cx, tensors, &all, n) && give(out, ts_cat(cx, all.list, dim));
}

bool ts_hstack_impl(ts_cx *cx, const ts_hstack_args *a, ts_out *out) {
  return stacked(cx, a->tensors, 1, a->tensors.n > 0 && a->tensors.v[0]->ndim > 1, "hstack", out);
}
bool ts_vstack_impl(ts_cx *cx, const ts_vstack_args *a, ts_out *out) { return stacked(cx, a->tensors, 2, 0, "vstack", out); }
bool ts_dstack_impl(ts_cx *cx, const ts_dstack_args *a, ts_out *out) { return stacked(cx, a->tensors, 3, 2, "dstack", out); }

bool ts_column_stack_impl(ts_cx *cx, const ts_column_stack_args *a, ts_out *out) {
  ts_out all = {0};
  if (a->tensors.n <= 0) return ts_fail(cx, TS_ERR_ARGUMENT, "column_stack expects a non-empty TensorList");
  if (!room(cx, &all, a->tensors.n)) return false;
  for (int64_t k = 0; k < a->tensors.n; k++) {
    ts_tensor *t = a->tensors.v[k];
    all.list.v[k] = t->ndim < 2 ? ts_reshape(cx, t, TS_INTS(t->numel, 1)) : t;
  }
  return give(out, ts_cat(cx, all.list, 1));
}

/* The sizes that a block takes: vectors are rows. */
static void block_sizes(const ts_tensor *t, int64_t *rows, int64_t *cols) {
  *rows = t->ndim == 2 ? t->sizes[0] : 1;
  *cols = t->ndim ? t->sizes[t->ndim - 1] : 1;
}

bool ts_block_diag_impl(ts_cx *cx, const ts_block_diag_args *a, ts_out *out) {
  ts_list in = a->tensors;
  int64_t sizes[2] = {0, 0}, rows, cols, r = 0, c = 0;
  for (int64_t k = 0; k < in.n; k++) {
    if (in.v[k]->ndim > 2) return ts_fail(cx, TS_ERR_SHAPE, "Input tensors must have 2 or fewer dimensions. Input %" PRId64 " has %d dimensions", k, in.v[k]->ndim);
    block_sizes(in.v[k], &rows, &cols);
    sizes[0] += rows;
    sizes[1] += cols;
  }
  if (in.n <= 0) sizes[0] = 1;
  ts_dtype dtype = in.n <= 0 ? ts_or_default(cx, TS_DTYPE_NONE) : (ts_dtype)in.v[0]->dtype;
  for (int64_t k = 1; k < in.n; k++) dtype = ts_promote(dtype, (ts_dtype)in.v[k]->dtype);
  ts_tensor *t = ts_full_zero(cx, dtype, 2, sizes);
  if (!give(out, t)) return false;
  for (int64_t k = 0; k < in.n; k++, r += rows, c += cols) {
    block_sizes(in.v[k], &rows, &cols);
    if (in.v[k]->numel == 0) continue;
    ts_tensor *block = ts_alias(cx, t, 2, (const int64_t[]){rows, cols}, t->strides, r * t->strides[0] + c);
    if (!block || !ts_raw_copy(cx, block, in.v[k])) return false;
  }
  return true;
}

bool ts_cartesian_prod_impl(ts_cx *cx, const ts_cartesian_prod_args *a, ts_out *out) {
  for (int64_t k = 0; k < a->tensors.n; k++)
    if (a->tensors.v[k]->ndim != 1) return ts_fail(cx, TS_ERR_SHAPE, "Expect a 1D vector, but got shape %s", TS_TEXT(a->tensors.v[k]));
  if (a->tensors.n == 1) return give(out, a->tensors.v[0]);
  ts_list grids = ts_meshgrid(cx, a->tensors, "ij");
  for (int64_t k = 0; k < grids.n && !ts_failed(cx); k++) grids.v[k] = ts_flatten(cx, grids.v[k], 0, -1);
  return !ts_failed(cx) && give(out, ts_stack(cx, grids, 1));
}

/* How many choices of r among n in order there are; false when that overflows. */
static bool count_choices(int64_t n, int64_t r, bool again, int64_t *count) {
  if (again && __builtin_add_overflow(n, r - 1, &n)) return false;
  *count = n >= r;
  if (n < r) return true;
  if (r > n - r) r = n - r;
  for (int64_t i = 1; i <= r; i++) {
    int64_t next;
    if (__builtin_mul_overflow(*count, n - r + i, &next)) return false;
    *count = next / i;
  }
  return true;
}

bool ts_combinations_impl(ts_cx *cx, const ts_combinations_args *a, ts_out *out) {
  ts_tensor *self = a->self;
  if (self->ndim != 1) return ts_fail(cx, TS_ERR_SHAPE, "Expect a 1D vector, but got shape %s", TS_TEXT(self));
  if (a->r < 0) return ts_fail(cx, TS_ERR_ARGUMENT, "Expect a non-negative number, but got %" PRId64, a->r);
  if (a->r == 0) return give(out, ts_clone(cx, ts__slice(cx, self, 0, (ts_opt_int){true, 0}, (ts_opt_int){true, 0}, 1), NULL));
  int64_t n = self->numel, r = a->r, sizes[2] = {0, r};
  bool again = a->with_replacement && n > 0;
  if (!count_choices(n, r, again, &sizes[0])) return ts_fail(cx, TS_ERR_MEMORY, "there are too many combinations of %" PRId64 " of %" PRId64, r, n);
  ts_tensor *rows = ts_empty(cx, TS_INT64, 2, sizes);
  if (!rows) return false;
  int64_t *to = ts_data(rows);
  for (int64_t i = 0; i < r && sizes[0]; i++) to[i] = again ? 0 : i;
  for (int64_t k = 1; k < sizes[0]; k++, to += r) {
    /* The last place that can still move moves on; those behind it start as low as they may. */
    int64_t i = r - 1;
    while (to[i] == (again ? n - 1 : n - r + i)) i--;
    memcpy(to + r, to, (size_t)i * sizeof *to);
    for (int64_t j = i, v = to[i] + 1; j < r; j++, v += !again) to[r + j] = v;
  }
  return give(out, ts_reshape(cx, ts_index_select(cx, self, 0, ts_flatten(cx, rows, 0, -1)), (ts_ints){sizes, 2}));
}
