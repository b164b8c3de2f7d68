/* Copies with src written into a view: what was there gets no gradient, src that of the view. */
#include "formulas.h"

static ts_tensor *nothing(ts_cx *cx, const ts_tensor *src, const ts_tensor *grad) { return ts_zeros(cx, ts_sizes_of(src), (ts_dtype)grad->dtype); }

void ts_diagonal_scatter_grad(ts_cx *cx, const ts_diagonal_scatter_args *a, const ts_back *b, ts_diagonal_scatter_args *g) {
  if (g->self) g->self = ts_diagonal_scatter(cx, b->grad, nothing(cx, a->src, b->grad), a->offset, a->dim1, a->dim2);
  if (g->src) g->src = ts_diagonal(cx, b->grad, a->offset, a->dim1, a->dim2);
}

void ts_select_scatter_grad(ts_cx *cx, const ts_select_scatter_args *a, const ts_back *b, ts_select_scatter_args *g) {
  if (g->self) g->self = ts_select_scatter(cx, b->grad, nothing(cx, a->src, b->grad), a->dim, a->index);
  if (g->src) g->src = ts_select(cx, b->grad, a->dim, a->index);
}

void ts_slice_scatter_grad(ts_cx *cx, const ts_slice_scatter_args *a, const ts_back *b, ts_slice_scatter_args *g) {
  if (g->self) g->self = ts_slice_scatter(cx, b->grad, nothing(cx, a->src, b->grad), a->dim, a->start, a->end, a->step);
  if (g->src) g->src = ts__slice(cx, b->grad, a->dim, a->start, a->end, a->step);
}

void ts_as_strided_scatter_grad(ts_cx *cx, const ts_as_strided_scatter_args *a, const ts_back *b, ts_as_strided_scatter_args *g) {
  /* In the memory that the result had: its strides are those of a copy of self. */
  ts_tensor *like = ts_empty_like(cx, a->self, (ts_dtype)b->grad->dtype);
  ts_tensor *grad = like ? ts_copy_(cx, like, b->grad, false) : NULL;
  if (g->self) g->self = ts_as_strided_scatter(cx, grad, nothing(cx, a->src, b->grad), a->size, a->stride, a->storage_offset);
  if (g->src) g->src = ts_as_strided(cx, grad, a->size, a->stride, a->storage_offset);
}
