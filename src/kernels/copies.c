/* Views as copies, and copies with something written into a view. */
#include <string.h>
#include "../gen/ops.h"
#include "kernels.h"
#include "place.h"
#include "shapes.h"

bool ts_copied(ts_cx *cx, ts_out *out, ts_tensor *view) { return (out->t[0] = ts_clone(cx, view, NULL)) != NULL; }

bool ts_all_copied(ts_cx *cx, ts_out *out, ts_list views) {
  for (int64_t k = 0; k < views.n && !ts_failed(cx); k++) views.v[k] = ts_clone(cx, views.v[k], NULL);
  out->list = views;
  return !ts_failed(cx);
}

/* Writes src into window, a view of the copy of self that is the result. */
static bool place(ts_cx *cx, ts_tensor *copy, ts_tensor *window, ts_tensor *src, ts_out *out) {
  if (!copy || !window) return false;
  if (!ts_same_sizes(window, src))
    return ts_fail(cx, TS_ERR_SHAPE, "expected src to have a size equal to the slice of self. src size = %s, slice size = %s", TS_TEXT(src), TS_TEXT(window));
  out->t[0] = copy;
  return ts_raw_copy(cx, window, src);
}

static ts_tensor *copy_of(ts_cx *cx, ts_tensor *self) { return ts_clone(cx, self, "preserve_format"); }

bool ts_diagonal_scatter_impl(ts_cx *cx, const ts_diagonal_scatter_args *a, ts_out *out) {
  ts_tensor *copy = copy_of(cx, a->self);
  return place(cx, copy, ts_diagonal(cx, copy, a->offset, a->dim1, a->dim2), a->src, out);
}

bool ts_select_scatter_impl(ts_cx *cx, const ts_select_scatter_args *a, ts_out *out) {
  ts_tensor *copy = copy_of(cx, a->self);
  return place(cx, copy, ts_select(cx, copy, a->dim, a->index), a->src, out);
}

bool ts_slice_scatter_impl(ts_cx *cx, const ts_slice_scatter_args *a, ts_out *out) {
  ts_tensor *copy = copy_of(cx, a->self);
  return place(cx, copy, ts__slice(cx, copy, a->dim, a->start, a->end, a->step), a->src, out);
}

bool ts_as_strided_scatter_impl(ts_cx *cx, const ts_as_strided_scatter_args *a, ts_out *out) {
  ts_tensor *copy = copy_of(cx, a->self);
  return place(cx, copy, ts_as_strided(cx, copy, a->size, a->stride, a->storage_offset), a->src, out);
}
