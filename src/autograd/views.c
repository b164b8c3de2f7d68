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
  int dim = (int)(a->dim < 0 ? a->dim + a->self->ndim : a->dim);
  g->self = ts__slice_backward(cx, b->grad, ts_sizes_of(a->self), dim, a->start < 0 ? a->start + a->self->sizes[dim] : a->start, 1);
}

void ts__slice_grad(ts_cx *cx, const ts__slice_args *a, const ts_back *b, ts__slice_args *g) {
  int dim = (int)(a->dim < 0 ? a->dim + a->self->ndim : a->dim);
  int64_t size = a->self->sizes[dim], start = a->start.given ? a->start.v : 0;
  if (start < 0) start += size;
  g->self = ts__slice_backward(cx, b->grad, ts_sizes_of(a->self), dim, start < 0 ? 0 : start > size ? size : start, a->step);
}

void ts__slice_backward_grad(ts_cx *cx, const ts__slice_backward_args *a, const ts_back *b, ts__slice_backward_args *g) {
  int dim = (int)(a->dim < 0 ? a->dim + a->grad->ndim : a->dim);
  int64_t n = a->grad->sizes[dim], end = n ? a->start + (n - 1) * a->step + 1 : a->start;
  g->grad = ts__slice(cx, b->grad, dim, (ts_opt_int){true, a->start}, (ts_opt_int){true, end}, a->step);
}

void ts_permute_grad(ts_cx *cx, const ts_permute_args *a, const ts_back *b, ts_permute_args *g) {
  int64_t inverse[TS_MAX_DIM];
  for (int64_t d = 0; d < a->dims.n; d++) inverse[a->dims.v[d] < 0 ? a->dims.v[d] + a->dims.n : a->dims.v[d]] = d;
  g->self = ts_permute(cx, b->grad, (ts_ints){inverse, a->dims.n});
}

void ts_t_grad(ts_cx *cx, const ts_t_args *a, const ts_back *b, ts_t_args *g) {
  (void)a;
  g->self = ts_t(cx, b->grad);
}

void ts_squeeze_grad(ts_cx *cx, const ts_squeeze_args *a, const ts_back *b, ts_squeeze_args *g) {
  g->self = ts_reshape(cx, b->grad, ts_sizes_of(a->self));
}

void ts_select_grad(ts_cx *cx, const ts_select_args *a, const ts_back *b, ts_select_args *g) {
  int dim = (int)(a->dim < 0 ? a->dim + a->self->ndim : a->dim);
  int64_t index = a->index < 0 ? a->index + a->self->sizes[dim] : a->index;
  g->self = ts__slice_backward(cx, ts_unsqueeze(cx, b->grad, dim), ts_sizes_of(a->self), dim, index, 1);
}

void ts_diagonal_grad(ts_cx *cx, const ts_diagonal_args *a, const ts_back *b, ts_diagonal_args *g) {
  g->self = ts__diagonal_backward(cx, b->grad, ts_sizes_of(a->self), a->offset, a->dim1, a->dim2);
}

void ts__diagonal_backward_grad(ts_cx *cx, const ts__diagonal_backward_args *a, const ts_back *b, ts__diagonal_backward_args *g) {
  g->grad = ts_diagonal(cx, b->grad, a->offset, a->dim1, a->dim2);
}

void ts_unfold_grad(ts_cx *cx, const ts_unfold_args *a, const ts_back *b, ts_unfold_args *g) {
  g->self = ts__unfold_backward(cx, b->grad, ts_sizes_of(a->self), a->dimension, a->step);
}

void ts__unfold_backward_grad(ts_cx *cx, const ts__unfold_backward_args *a, const ts_back *b, ts__unfold_backward_args *g) {
  g->grad = ts_unfold(cx, b->grad, a->dim, a->grad->sizes[a->grad->ndim - 1], a->step);
}
