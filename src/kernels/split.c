/* Ops that cut a tensor into views. */
#include <inttypes.h>
#include <string.h>
#include "../gen/ops.h"
#include "kernels.h"

/* n views along dim, view k from starts[k] on and of sizes[k]. */
static bool cut(ts_cx *cx, ts_tensor *self, int dim, int64_t n, const int64_t *starts, const int64_t *lengths, ts_out *out) {
  ts_tensor **views = ts_temp(cx, n * (int64_t)sizeof *views + 1);
  if (!views) return false;
  int64_t sizes[TS_MAX_DIM];
  memcpy(sizes, self->sizes, self->ndim * sizeof *sizes);
  for (int64_t k = 0; k < n; k++) {
    sizes[dim] = lengths[k];
    views[k] = ts_alias(cx, self, self->ndim, sizes, self->strides, self->offset + starts[k] * self->strides[dim]);
    if (!views[k]) return false;
  }
  out->list = (ts_list){views, n};
  return true;
}

bool ts_unbind_impl(ts_cx *cx, const ts_unbind_args *a, ts_out *out) {
  ts_tensor *self = a->self;
  int dim;
  if (self->ndim == 0) return ts_fail(cx, TS_ERR_INDEX, "Dimension specified as %" PRId64 " but tensor has no dimensions", a->dim);
  if (!ts_wrap_dim(cx, a->dim, self->ndim, &dim)) return false;
  int64_t sizes[TS_MAX_DIM], strides[TS_MAX_DIM], n = self->sizes[dim];
  int kept = 0;
  for (int d = 0; d < self->ndim; d++) {
    if (d == dim) continue;
    sizes[kept] = self->sizes[d];
    strides[kept++] = self->strides[d];
  }
  ts_tensor **views = ts_temp(cx, n * (int64_t)sizeof *views + 1);
  for (int64_t k = 0; views && k < n; k++)
    if (!(views[k] = ts_alias(cx, self, kept, sizes, strides, self->offset + k * self->strides[dim]))) return false;
  out->list = (ts_list){views, n};
  return views != NULL;
}

bool ts_split_with_sizes_impl(ts_cx *cx, const ts_split_with_sizes_args *a, ts_out *out) {
  ts_tensor *self = a->self;
  int dim;
  if (self->ndim == 0) return ts_fail(cx, TS_ERR_SHAPE, "split expects at least a 1-dimensional tensor");
  if (!ts_wrap_dim(cx, a->dim, self->ndim, &dim)) return false;
  int64_t n = a->split_sizes.n, size = self->sizes[dim], sum = 0, *starts = ts_temp(cx, n * (int64_t)sizeof *starts + 1);
  if (!starts) return false;
  for (int64_t k = 0; k < n; k++) {
    int64_t length = a->split_sizes.v[k];
    if (length < 0)
      return ts_fail(cx, TS_ERR_ARGUMENT, "split_with_sizes expects split_sizes have only non-negative entries, but got split_sizes=%s",
                     ts_sizes_text((int)n, a->split_sizes.v, (char[160]){0}, 160));
    starts[k] = sum;
    sum += length > size ? size + 1 : length; /* enough to be too much, without overflow */
  }
  if (sum != size)
    return ts_fail(cx, TS_ERR_SHAPE, "split_with_sizes expects split_sizes to sum exactly to %" PRId64 " (input tensor's size at dimension %d), but got split_sizes=%s",
                   size, dim, ts_sizes_text((int)n, a->split_sizes.v, (char[160]){0}, 160));
  return cut(cx, self, dim, n, starts, a->split_sizes.v, out);
}

static bool countable(ts_cx *cx, int64_t pieces) {
  return pieces <= INT64_MAX / 64 || ts_fail(cx, TS_ERR_MEMORY, "%" PRId64 " pieces are too many", pieces);
}

/* Pieces of `each`, the last one smaller. */
static bool split_evenly(ts_cx *cx, ts_tensor *self, int dim, int64_t each, ts_out *out) {
  int64_t size = self->sizes[dim], n = each ? size / each + (size % each != 0) : 1;
  if (n < 1) n = 1;
  int64_t *sizes = ts_temp(cx, n * (int64_t)sizeof *sizes);
  if (!sizes) return false;
  for (int64_t k = 0; k < n; k++) sizes[k] = k < n - 1 ? each : size - (n - 1) * each;
  out->list = ts_split_with_sizes(cx, self, (ts_ints){sizes, n}, dim);
  return !ts_failed(cx);
}

bool ts_split_impl(ts_cx *cx, const ts_split_args *a, ts_out *out) {
  ts_tensor *self = a->self;
  int dim;
  if (self->ndim == 0) return ts_fail(cx, TS_ERR_SHAPE, "split expects at least a 1-dimensional tensor");
  if (!ts_wrap_dim(cx, a->dim, self->ndim, &dim)) return false;
  if (a->split_size < 0) return ts_fail(cx, TS_ERR_ARGUMENT, "split expects split_size be non-negative, but got split_size=%" PRId64, a->split_size);
  if (a->split_size == 0 && self->sizes[dim] != 0)
    return ts_fail(cx, TS_ERR_ARGUMENT, "split_size can only be 0 if dimension size is 0, but got dimension size of %" PRId64, self->sizes[dim]);
  return split_evenly(cx, self, dim, a->split_size, out);
}

bool ts_chunk_impl(ts_cx *cx, const ts_chunk_args *a, ts_out *out) {
  ts_tensor *self = a->self;
  int dim;
  if (self->ndim == 0) return ts_fail(cx, TS_ERR_SHAPE, "chunk expects at least a 1-dimensional tensor");
  if (a->chunks <= 0) return ts_fail(cx, TS_ERR_ARGUMENT, "chunk expects `chunks` to be greater than 0, got: %" PRId64, a->chunks);
  if (!ts_wrap_dim(cx, a->dim, self->ndim, &dim)) return false;
  int64_t size = self->sizes[dim];
  if (size > 0) return split_evenly(cx, self, dim, size / a->chunks + (size % a->chunks != 0), out);
  int64_t *sizes = countable(cx, a->chunks) ? ts_temp(cx, a->chunks * (int64_t)sizeof *sizes) : NULL; /* all of them, though empty */
  if (!sizes) return false;
  memset(sizes, 0, (size_t)a->chunks * sizeof *sizes);
  out->list = ts_split_with_sizes(cx, self, (ts_ints){sizes, a->chunks}, dim);
  return !ts_failed(cx);
}

/* Cut into `sections` of nearly the same size, the first ones larger; or before each of `indices`, as Python's slices do. */
static bool tensor_split(ts_cx *cx, ts_tensor *self, int dim, int64_t sections, ts_ints indices, ts_out *out) {
  int64_t size = self->sizes[dim], n = indices.n >= 0 ? indices.n + 1 : sections;
  if (n <= 0) return ts_fail(cx, TS_ERR_ARGUMENT, "number of sections must be larger than 0, got %" PRId64, n);
  ts_tensor **views = countable(cx, n) ? ts_temp(cx, n * (int64_t)sizeof *views) : NULL;
  if (!views) return false;
  int64_t start = 0;
  for (int64_t k = 0; k < n; k++) {
    bool last = k == n - 1;
    int64_t end = indices.n >= 0 ? (last ? size : indices.v[k]) : start + size / sections + (k < size % sections);
    views[k] = ts__slice(cx, self, dim, (ts_opt_int){true, start}, (ts_opt_int){true, end}, 1);
    start = end;
  }
  out->list = (ts_list){views, n};
  return !ts_failed(cx);
}

bool ts_tensor_split_impl(ts_cx *cx, const ts_tensor_split_args *a, ts_out *out) {
  int dim;
  if (a->self->ndim == 0) return ts_fail(cx, TS_ERR_SHAPE, "expected at least a 1-dimensional tensor, but got a tensor with 0 dims");
  return ts_wrap_dim(cx, a->dim, a->self->ndim, &dim) && tensor_split(cx, a->self, dim, a->sections, TS_NO_INTS, out);
}

bool ts_tensor_split_at_impl(ts_cx *cx, const ts_tensor_split_at_args *a, ts_out *out) {
  int dim;
  if (a->self->ndim == 0) return ts_fail(cx, TS_ERR_SHAPE, "expected at least a 1-dimensional tensor, but got a tensor with 0 dims");
  return ts_wrap_dim(cx, a->dim, a->self->ndim, &dim) && tensor_split(cx, a->self, dim, 0, a->indices, out);
}

bool ts_tensor_split_by_impl(ts_cx *cx, const ts_tensor_split_by_args *a, ts_out *out) {
  const ts_tensor *how = a->tensor_indices_or_sections;
  int dim;
  if (a->self->ndim == 0) return ts_fail(cx, TS_ERR_SHAPE, "expected at least a 1-dimensional tensor, but got a tensor with 0 dims");
  if (how->dtype != TS_INT64)
    return ts_fail(cx, TS_ERR_DTYPE, "tensor_split expected tensor_indices_or_sections to have dtype of long, but got %s", ts_dtype_name((ts_dtype)how->dtype));
  if (how->ndim > 1)
    return ts_fail(cx, TS_ERR_SHAPE, "tensor_split expected tensor_indices_or_sections to be a zero-dimensional or one-dimensional tensor, but got a tensor with %d dims", how->ndim);
  const ts_tensor *flat = ts_raw_contiguous(cx, a->tensor_indices_or_sections);
  if (!flat || !ts_wrap_dim(cx, a->dim, a->self->ndim, &dim)) return false;
  const int64_t *v = ts_data(flat);
  return tensor_split(cx, a->self, dim, how->ndim ? 0 : v[0], how->ndim ? (ts_ints){v, how->numel} : TS_NO_INTS, out);
}

/* hsplit, vsplit, dsplit: along one dim; a number of sections must divide it. */
static bool split_dim(ts_cx *cx, ts_tensor *self, int least, int dim, int64_t sections, ts_ints indices, ts_out *out) {
  if (self->ndim < least)
    return ts_fail(cx, TS_ERR_SHAPE, "requires a tensor with at least %d dimension%s, but got a tensor with %d dimensions!", least, least == 1 ? "" : "s", self->ndim);
  if (indices.n < 0 && (sections <= 0 || self->sizes[dim] % sections != 0))
    return ts_fail(cx, TS_ERR_ARGUMENT, "attempting to split along dimension %d, but the size of the dimension %" PRId64 " is not divisible by the split_size %" PRId64 "!",
                   dim, self->sizes[dim], sections);
  return tensor_split(cx, self, dim, sections, indices, out);
}

bool ts_hsplit_impl(ts_cx *cx, const ts_hsplit_args *a, ts_out *out) {
  return split_dim(cx, a->self, 1, a->self->ndim == 1 ? 0 : 1, a->sections, TS_NO_INTS, out);
}
bool ts_hsplit_at_impl(ts_cx *cx, const ts_hsplit_at_args *a, ts_out *out) {
  return split_dim(cx, a->self, 1, a->self->ndim == 1 ? 0 : 1, 0, a->indices, out);
}
bool ts_vsplit_impl(ts_cx *cx, const ts_vsplit_args *a, ts_out *out) { return split_dim(cx, a->self, 2, 0, a->sections, TS_NO_INTS, out); }
bool ts_vsplit_at_impl(ts_cx *cx, const ts_vsplit_at_args *a, ts_out *out) { return split_dim(cx, a->self, 2, 0, 0, a->indices, out); }
bool ts_dsplit_impl(ts_cx *cx, const ts_dsplit_args *a, ts_out *out) { return split_dim(cx, a->self, 3, 2, a->sections, TS_NO_INTS, out); }
bool ts_dsplit_at_impl(ts_cx *cx, const ts_dsplit_at_args *a, ts_out *out) { return split_dim(cx, a->self, 3, 2, 0, a->indices, out); }

bool ts_split_sizes_impl(ts_cx *cx, const ts_split_sizes_args *a, ts_out *out) {
  out->list = ts_split_with_sizes(cx, a->self, a->split_size_or_sections, a->dim);
  return !ts_failed(cx);
}
