/* Indexing. Picking and placing are each other's gradients. */
#include "formulas.h"

static ts_tensor *zeros(ts_cx *cx, const ts_tensor *shape, const ts_tensor *grad) {
  return ts_zeros(cx, ts_sizes_of(shape), (ts_dtype)grad->dtype);
}
static ts_tensor *zero(ts_cx *cx, const ts_tensor *grad) { return ts_zeros(cx, TS_INTS_EMPTY, (ts_dtype)grad->dtype); }

void ts__index_grad(ts_cx *cx, const ts__index_args *a, const ts_back *b, ts__index_args *g) {
  g->self = ts_index_put(cx, zeros(cx, a->self, b->grad), a->indices, b->grad, true);
}

void ts_index_put_grad(ts_cx *cx, const ts_index_put_args *a, const ts_back *b, ts_index_put_args *g) {
  if (g->self) g->self = a->accumulate ? b->grad : ts_index_put(cx, b->grad, a->indices, zero(cx, b->grad), false);
  if (g->values) g->values = ts__index(cx, b->grad, a->indices);
}

void ts_index_select_grad(ts_cx *cx, const ts_index_select_args *a, const ts_back *b, ts_index_select_args *g) {
  g->self = ts_index_add(cx, zeros(cx, a->self, b->grad), a->dim, a->index, b->grad, ts_int(1));
}

/* The rows that were read, in the shape of what was written there. */
static ts_tensor *rows_of(ts_cx *cx, ts_tensor *grad, int64_t dim, ts_tensor *index, const ts_tensor *source) {
  return ts_reshape(cx, ts_index_select(cx, grad, dim, index), ts_sizes_of(source));
}

void ts_index_add_grad(ts_cx *cx, const ts_index_add_args *a, const ts_back *b, ts_index_add_args *g) {
  if (g->self) g->self = b->grad;
  if (!g->source) return;
  g->source = rows_of(cx, b->grad, a->dim, a->index, a->source);
  g->source = ts_times(cx, g->source, a->alpha);
}

void ts_index_copy_grad(ts_cx *cx, const ts_index_copy_args *a, const ts_back *b, ts_index_copy_args *g) {
  if (g->self) g->self = ts_index_fill(cx, b->grad, a->dim, a->index, zero(cx, b->grad));
  if (g->source) g->source = rows_of(cx, b->grad, a->dim, a->index, a->source);
}

void ts_index_fill_grad(ts_cx *cx, const ts_index_fill_args *a, const ts_back *b, ts_index_fill_args *g) {
  if (g->self) g->self = ts_index_fill(cx, b->grad, a->dim, a->index, zero(cx, b->grad));
  if (!g->value) return;
  /* Each slice once, however often it is named: where zeros that were filled with ones are not zero. */
  const int64_t dim = a->dim < 0 ? a->dim + b->grad->ndim : a->dim, n = b->grad->ndim ? b->grad->sizes[dim] : 1;
  ts_tensor *marks = ts_index_fill(cx, ts_zeros(cx, (ts_ints){&n, 1}, TS_BOOL), 0, a->index, ts_wrap_scalar(cx, ts_bool(true)));
  ts_tensor *named = ts_view(cx, ts_nonzero(cx, marks), TS_INTS(-1));
  g->value = ts_sum(cx, ts_index_select(cx, b->grad, a->dim, named), TS_NO_INTS, false, TS_DTYPE_NONE);
}

void ts_gather_grad(ts_cx *cx, const ts_gather_args *a, const ts_back *b, ts_gather_args *g) {
  g->self = ts_scatter_add(cx, zeros(cx, a->self, b->grad), a->dim, a->index, b->grad);
}

/* A gradient for the part of src that index covers, zero elsewhere. */
static ts_tensor *covered(ts_cx *cx, ts_tensor *grad, const ts_tensor *src) {
  if (grad && grad->numel == 0) return ts_zeros(cx, ts_sizes_of(src), (ts_dtype)grad->dtype);
  for (int d = 0; grad && d < src->ndim && d < grad->ndim; d++) {
    if (grad->sizes[d] == src->sizes[d]) continue;
    int64_t sizes[TS_MAX_DIM];
    for (int e = 0; e < grad->ndim; e++) sizes[e] = e == d ? src->sizes[e] : grad->sizes[e];
    grad = ts__slice_backward(cx, grad, (ts_ints){sizes, grad->ndim}, d, 0, 1);
  }
  return grad;
}

void ts_scatter_grad(ts_cx *cx, const ts_scatter_args *a, const ts_back *b, ts_scatter_args *g) {
  if (a->reduce) {
    ts_fail(cx, TS_ERR_AUTOGRAD, "the derivative for 'scatter' with a reduction is not implemented; use scatterReduce");
    return;
  }
  if (g->self) g->self = ts_scatter_value(cx, b->grad, a->dim, a->index, ts_float(0), NULL);
  if (g->src) g->src = covered(cx, ts_gather(cx, b->grad, a->dim, a->index, false), a->src);
}

void ts_scatter_value_grad(ts_cx *cx, const ts_scatter_value_args *a, const ts_back *b, ts_scatter_value_args *g) {
  if (a->reduce) ts_fail(cx, TS_ERR_AUTOGRAD, "the derivative for 'scatter' with a reduction is not implemented; use scatterReduce");
  else g->self = ts_scatter_value(cx, b->grad, a->dim, a->index, ts_float(0), NULL);
}

void ts_scatter_add_grad(ts_cx *cx, const ts_scatter_add_args *a, const ts_back *b, ts_scatter_add_args *g) {
  if (g->self) g->self = b->grad;
  if (g->src) g->src = covered(cx, ts_gather(cx, b->grad, a->dim, a->index, false), a->src);
}

void ts_take_grad(ts_cx *cx, const ts_take_args *a, const ts_back *b, ts_take_args *g) {
  g->self = ts_put(cx, zeros(cx, a->self, b->grad), a->index, b->grad, true);
}

void ts_put_grad(ts_cx *cx, const ts_put_args *a, const ts_back *b, ts_put_args *g) {
  if (g->self) g->self = a->accumulate ? b->grad : ts_put(cx, b->grad, a->index, zeros(cx, a->source, b->grad), false);
  if (g->source) g->source = ts_reshape(cx, ts_take(cx, b->grad, a->index), ts_sizes_of(a->source));
}

void ts_masked_select_grad(ts_cx *cx, const ts_masked_select_args *a, const ts_back *b, ts_masked_select_args *g) {
  /* Over the broadcast shape: the engine sums what was repeated. */
  ts_tensor *whole = ts_zeros(cx, ts_sizes_of(a->self), (ts_dtype)b->grad->dtype);
  g->self = ts_masked_scatter(cx, whole, a->mask, b->grad);
}

void ts_masked_scatter_grad(ts_cx *cx, const ts_masked_scatter_args *a, const ts_back *b, ts_masked_scatter_args *g) {
  ts_tensor *mask = ts_expand(cx, a->mask, ts_sizes_of(b->grad), true);
  if (g->self) g->self = ts_index_put(cx, b->grad, (ts_list){&mask, 1}, zero(cx, b->grad), false);
  if (!g->source) return;
  ts_tensor *part = ts_masked_select(cx, b->grad, mask);
  const int64_t numel = a->source->numel;
  if (part && part->numel < numel) part = ts__slice_backward(cx, part, (ts_ints){&numel, 1}, 0, 0, 1);
  g->source = ts_reshape(cx, part, ts_sizes_of(a->source));
}
