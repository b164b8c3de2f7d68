#include "formulas.h"

/* Elements that tie share the gradient. */
static ts_tensor *shared(ts_cx *cx, ts_tensor *grad, ts_tensor *self, ts_tensor *result, ts_ints dim, bool keepdim) {
  return grad ? ts_mul(cx, ts_unreduce(cx, grad, dim, keepdim, self), ts__ties(cx, self, result, dim, keepdim)) : NULL;
}

void ts_max_grad(ts_cx *cx, const ts_max_args *a, const ts_back *b, ts_max_args *g) {
  g->self = shared(cx, b->grad, a->self, b->result, TS_NO_INTS, false);
}
void ts_min_grad(ts_cx *cx, const ts_min_args *a, const ts_back *b, ts_min_args *g) {
  g->self = shared(cx, b->grad, a->self, b->result, TS_NO_INTS, false);
}
void ts_amax_grad(ts_cx *cx, const ts_amax_args *a, const ts_back *b, ts_amax_args *g) {
  g->self = shared(cx, b->grad, a->self, b->result, a->dim, a->keepdim);
}
void ts_amin_grad(ts_cx *cx, const ts_amin_args *a, const ts_back *b, ts_amin_args *g) {
  g->self = shared(cx, b->grad, a->self, b->result, a->dim, a->keepdim);
}

void ts_aminmax_grad(ts_cx *cx, const ts_aminmax_args *a, const ts_back *b, ts_aminmax_args *g) {
  ts_ints dim = {&a->dim.v, a->dim.given ? 1 : -1};
  ts_tensor *low = shared(cx, b->grads[0], a->self, b->results[0], dim, a->keepdim);
  ts_tensor *high = shared(cx, b->grads[1], a->self, b->results[1], dim, a->keepdim);
  g->self = low && high ? ts_add(cx, low, high, ts_int(1)) : low ? low : high;
}

void ts_median_grad(ts_cx *cx, const ts_median_args *a, const ts_back *b, ts_median_args *g) {
  g->self = shared(cx, b->grad, a->self, b->result, TS_NO_INTS, false);
}
void ts_nanmedian_grad(ts_cx *cx, const ts_nanmedian_args *a, const ts_back *b, ts_nanmedian_args *g) {
  g->self = shared(cx, b->grad, a->self, b->result, TS_NO_INTS, false);
}

void ts_max_dim_grad(ts_cx *cx, const ts_max_dim_args *a, const ts_back *b, ts_max_dim_args *g) {
  g->self = ts__pick_backward(cx, b->grad, b->result, ts_sizes_of(a->self), a->dim, a->keepdim);
}
void ts_min_dim_grad(ts_cx *cx, const ts_min_dim_args *a, const ts_back *b, ts_min_dim_args *g) {
  g->self = ts__pick_backward(cx, b->grad, b->result, ts_sizes_of(a->self), a->dim, a->keepdim);
}
void ts_median_dim_grad(ts_cx *cx, const ts_median_dim_args *a, const ts_back *b, ts_median_dim_args *g) {
  g->self = ts__pick_backward(cx, b->grad, b->result, ts_sizes_of(a->self), a->dim, a->keepdim);
}
void ts_nanmedian_dim_grad(ts_cx *cx, const ts_nanmedian_dim_args *a, const ts_back *b, ts_nanmedian_dim_args *g) {
  g->self = ts__pick_backward(cx, b->grad, b->result, ts_sizes_of(a->self), a->dim, a->keepdim);
}
void ts_kthvalue_grad(ts_cx *cx, const ts_kthvalue_args *a, const ts_back *b, ts_kthvalue_args *g) {
  g->self = ts__pick_backward(cx, b->grad, b->result, ts_sizes_of(a->self), a->dim, a->keepdim);
}
void ts_mode_grad(ts_cx *cx, const ts_mode_args *a, const ts_back *b, ts_mode_args *g) {
  g->self = ts__pick_backward(cx, b->grad, b->result, ts_sizes_of(a->self), a->dim, a->keepdim);
}
void ts__pick_grad(ts_cx *cx, const ts__pick_args *a, const ts_back *b, ts__pick_args *g) {
  g->self = ts__pick_backward(cx, b->grad, a->indices, ts_sizes_of(a->self), a->dim, a->keepdim);
}
void ts__pick_backward_grad(ts_cx *cx, const ts__pick_backward_args *a, const ts_back *b, ts__pick_backward_args *g) {
  g->grad = ts__pick(cx, b->grad, a->indices, a->dim, a->keepdim);
}
