#include "formulas.h"

/* Elements that tie, NaN included, share the gradient. */
static ts_tensor *shared(ts_cx *cx, ts_tensor *grad, ts_tensor *self, ts_tensor *result, ts_ints dim, bool keepdim) {
  if (!grad) return NULL;
  ts_tensor *best = ts_unreduce(cx, result, dim, keepdim, self);
  ts_tensor *same = ts_logical_or(cx, ts_eq(cx, self, best), ts_logical_and(cx, ts_isnan(cx, self), ts_isnan(cx, best)));
  return DIV(MUL(ts_unreduce(cx, grad, dim, keepdim, self), same), ts_sum(cx, same, dim, true, TS_DTYPE_NONE));
}

/* The gradient goes to the elements that the indices of a reduction over dim name. */
static ts_tensor *placed(ts_cx *cx, ts_tensor *grad, ts_tensor *indices, const ts_tensor *self, int64_t dim, bool keepdim) {
  if (!grad) return NULL;
  if (!keepdim && self->ndim) {
    int64_t at = dim < 0 ? dim + self->ndim : dim;
    grad = ts_unsqueeze(cx, grad, at);
    indices = ts_unsqueeze(cx, indices, at);
  }
  return grad ? ts_scatter_add(cx, ts_zeros(cx, ts_sizes_of(self), (ts_dtype)grad->dtype), dim, indices, grad) : NULL;
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
  g->self = low && high ? ADD(low, high) : low ? low : high;
}

void ts_median_grad(ts_cx *cx, const ts_median_args *a, const ts_back *b, ts_median_args *g) {
  g->self = shared(cx, b->grad, a->self, b->result, TS_NO_INTS, false);
}
void ts_nanmedian_grad(ts_cx *cx, const ts_nanmedian_args *a, const ts_back *b, ts_nanmedian_args *g) {
  g->self = shared(cx, b->grad, a->self, b->result, TS_NO_INTS, false);
}

void ts_max_dim_grad(ts_cx *cx, const ts_max_dim_args *a, const ts_back *b, ts_max_dim_args *g) {
  g->self = placed(cx, b->grad, b->result, a->self, a->dim, a->keepdim);
}
void ts_min_dim_grad(ts_cx *cx, const ts_min_dim_args *a, const ts_back *b, ts_min_dim_args *g) {
  g->self = placed(cx, b->grad, b->result, a->self, a->dim, a->keepdim);
}
void ts_median_dim_grad(ts_cx *cx, const ts_median_dim_args *a, const ts_back *b, ts_median_dim_args *g) {
  g->self = placed(cx, b->grad, b->result, a->self, a->dim, a->keepdim);
}
void ts_nanmedian_dim_grad(ts_cx *cx, const ts_nanmedian_dim_args *a, const ts_back *b, ts_nanmedian_dim_args *g) {
  g->self = placed(cx, b->grad, b->result, a->self, a->dim, a->keepdim);
}
void ts_kthvalue_grad(ts_cx *cx, const ts_kthvalue_args *a, const ts_back *b, ts_kthvalue_args *g) {
  g->self = placed(cx, b->grad, b->result, a->self, a->dim, a->keepdim);
}
void ts_mode_grad(ts_cx *cx, const ts_mode_args *a, const ts_back *b, ts_mode_args *g) {
  g->self = placed(cx, b->grad, b->result, a->self, a->dim, a->keepdim);
}

/* Several results may name one element: their gradients add up. */
void ts_cummax_grad(ts_cx *cx, const ts_cummax_args *a, const ts_back *b, ts_cummax_args *g) {
  g->self = placed(cx, b->grad, b->result, a->self, a->dim, true);
}
void ts_cummin_grad(ts_cx *cx, const ts_cummin_args *a, const ts_back *b, ts_cummin_args *g) {
  g->self = placed(cx, b->grad, b->result, a->self, a->dim, true);
}

void ts_sort_grad(ts_cx *cx, const ts_sort_args *a, const ts_back *b, ts_sort_args *g) {
  g->self = placed(cx, b->grad, b->result, a->self, a->dim, true);
}
void ts_topk_grad(ts_cx *cx, const ts_topk_args *a, const ts_back *b, ts_topk_args *g) {
  g->self = placed(cx, b->grad, b->result, a->self, a->dim, true);
}
