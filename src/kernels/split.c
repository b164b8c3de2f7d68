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

/* Pieces of `each`, the last one smaller. */
static bool split_evenly(ts_cx *cx, ts_tensor *self, int dim, int64_t each, ts_out *out) {
  int64_t size = self->sizes[dim], n = each ? (size + each - 1) / each : 1;
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
  if (a->split_size_or_sections.n != 1) {
    out->list = ts_split_with_sizes(cx, self, a->split_size_or_sections, dim);
    return !ts_failed(cx);
  }
  int64_t each = a->split_size_or_sections.v[0];
  if (each < 0) return ts_fail(cx, TS_ERR_ARGUMENT, "split expects split_size be non-negative, but got split_size=%" PRId64, each);
  if (each == 0 && self->sizes[dim] != 0)
    return ts_fail(cx, TS_ERR_ARGUMENT, "split_size can only be 0 if dimension size is 0, but got dimension size of %" PRId64, self->sizes[dim]);
  return split_evenly(cx, self, dim, each, out);
}

bool ts_chunk_impl(ts_cx *cx, const ts_chunk_args *a, ts_out *out) {
  ts_tensor *self = a->self;
  int dim;
  if (self->ndim == 0) return ts_fail(cx, TS_ERR_SHAPE, "chunk expects at least a 1-dimensional tensor");
  if (a->chunks <= 0) return ts_fail(cx, TS_ERR_ARGUMENT, "chunk expects `chunks` to be greater than 0, got: %" PRId64, a->chunks);
  if (!ts_wrap_dim(cx, a->dim, self->ndim, &dim)) return false;
  int64_t size = self->sizes[dim];
  if (size > 0) return split_evenly(cx, self, dim, size / a->chunks + (size % a->chunks != 0), out);
  int64_t *sizes = ts_temp(cx, a->chunks * (int64_t)sizeof *sizes); /* all of them, though empty */
  if (!sizes) return false;
  memset(sizes, 0, (size_t)a->chunks * sizeof *sizes);
  out->list = ts_split_with_sizes(cx, self, (ts_ints){sizes, a->chunks}, dim);
  return !ts_failed(cx);
}

