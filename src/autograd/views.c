#include "formulas.h"

void ts_as_strided_grad(ts_cx *cx, const ts_as_strided_args *a, const ts_back *b, ts_as_strided_args *g) {
  ts_ints strides = {a->self->strides, a->self->ndim};
  /* The input's own offset is part of its geometry only; offsets of both count from the same storage. */
  g->self = ts__as_strided_backward(cx, b->grad, ts_sizes_of(a->self), strides, a->self->offset, a->size, a->stride,
                                    a->storage_offset.given ? a->storage_offset.v : a->self->offset);
}

void ts__as_strided_backward_grad(ts_cx *cx, const ts__as_strided_backward_args *a, const ts_back *b, ts__as_strided_backward_args *g) {
  /* The input's layout as memory, then the window on it. */
  ts_tensor *memory = ts_new_empty_strided(cx, b->grad, a->input_size, a->input_stride, TS_DTYPE_NONE);
  memory = ts_copy_(cx, memory, b->grad, false);
  g->grad = ts_as_strided(cx, memory, a->size, a->stride, (ts_opt_int){true, a->offset - a->input_offset});
}

void ts_expand_grad(ts_cx *cx, const ts_expand_args *a, const ts_back *b, ts_expand_args *g) {
  g->self = ts_sum_to_size(cx, b->grad, ts_sizes_of(a->self));
}

void ts_view_grad(ts_cx *cx, const ts_view_args *a, const ts_back *b, ts_view_args *g) {
  g->self = ts_reshape(cx, b->grad, ts_sizes_of(a->self));
}

void ts_transpose_grad(ts_cx *cx, const ts_transpose_args *a, const ts_back *b, ts_transpose_args *g) {
  g->self = ts_transpose(cx, b->grad, a->dim0, a->dim1);
}

void ts_unsqueeze_grad(ts_cx *cx, const ts_unsqueeze_args *a, const ts_back *b, ts_unsqueeze_args *g) {
  int dim = (int)(a->dim < 0 ? a->dim + b->outs[0].ndim : a->dim);
  int64_t sizes[TS_MAX_DIM];
  for (int d = 0, to = 0; d < b->outs[0].ndim; d++)
    if (d != dim) sizes[to++] = b->outs[0].sizes[d];
  g->self = ts_reshape(cx, b->grad, (ts_ints){sizes, b->outs[0].ndim - 1});
}

void ts_narrow_grad(ts_cx *cx, const ts_narrow_args *a, const ts_back *b, ts_narrow_args *g) {
  g->self = ts__narrow_backward(cx, b->grad, ts_sizes_of(a->self), a->dim, a->start);
}

void ts__narrow_backward_grad(ts_cx *cx, const ts__narrow_backward_args *a, const ts_back *b, ts__narrow_backward_args *g) {
  int dim = (int)(a->dim < 0 ? a->dim + a->grad->ndim : a->dim);
  g->grad = ts_narrow(cx, b->grad, dim, a->start, a->grad->sizes[dim]);
}
