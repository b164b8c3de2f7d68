#include "formulas.h"

void ts__max_pool_grad(ts_cx *cx, const ts__max_pool_args *a, const ts_back *b, ts__max_pool_args *g) {
  if (b->grad) g->self = ts__max_pool_backward(cx, b->grad, b->result, ts_sizes_of(a->self), a->dims);
}

void ts__max_pool_backward_grad(ts_cx *cx, const ts__max_pool_backward_args *a, const ts_back *b, ts__max_pool_backward_args *g) {
  if (g->grad) g->grad = ts__max_pool_gather(cx, b->grad, a->indices, a->dims);
}

void ts__max_pool_gather_grad(ts_cx *cx, const ts__max_pool_gather_args *a, const ts_back *b, ts__max_pool_gather_args *g) {
  if (g->self) g->self = ts__max_pool_backward(cx, b->grad, a->indices, ts_sizes_of(a->self), a->dims);
}

void ts__avg_pool_grad(ts_cx *cx, const ts__avg_pool_args *a, const ts_back *b, ts__avg_pool_args *g) {
  g->self = ts__avg_pool_backward(cx, b->grad, ts_sizes_of(a->self), a->dims, a->kernel_size, a->stride, a->padding, a->ceil_mode, a->count_include_pad, a->divisor_override);
}

void ts__avg_pool_backward_grad(ts_cx *cx, const ts__avg_pool_backward_args *a, const ts_back *b, ts__avg_pool_backward_args *g) {
  g->grad = ts__avg_pool(cx, b->grad, a->dims, a->kernel_size, a->stride, a->padding, a->ceil_mode, a->count_include_pad, a->divisor_override);
}

static ts_tensor *to_places(ts_cx *cx, const ts_back *b, const ts_tensor *self, int64_t dims) {
  return ts__max_pool_backward(cx, b->grad, b->result, ts_sizes_of(self), dims);
}

void ts__adaptive_max_pool_grad(ts_cx *cx, const ts__adaptive_max_pool_args *a, const ts_back *b, ts__adaptive_max_pool_args *g) {
  if (b->grad) g->self = to_places(cx, b, a->self, a->size.n);
}

void ts__fractional_max_pool_grad(ts_cx *cx, const ts__fractional_max_pool_args *a, const ts_back *b, ts__fractional_max_pool_args *g) {
  if (b->grad && g->self) g->self = to_places(cx, b, a->self, a->size.n);
}

void ts__max_unpool_grad(ts_cx *cx, const ts__max_unpool_args *a, const ts_back *b, ts__max_unpool_args *g) {
  if (g->self) g->self = ts__max_pool_gather(cx, b->grad, a->indices, a->size.n);
}
