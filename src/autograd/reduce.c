#include "formulas.h"

ts_tensor *ts_unreduce(ts_cx *cx, ts_tensor *grad, ts_ints dims, bool keepdim, const ts_tensor *self) {
  if (keepdim || dims.n <= 0 || self->ndim == 0) return grad;
  uint64_t mask = 0;
  for (int64_t i = 0; i < dims.n; i++) mask |= (uint64_t)1 << (dims.v[i] < 0 ? dims.v[i] + self->ndim : dims.v[i]);
  for (int d = 0; d < self->ndim; d++)
    if (mask >> d & 1) grad = ts_unsqueeze(cx, grad, d);
  return grad;
}

void ts_sum_grad(ts_cx *cx, const ts_sum_args *a, const ts_back *b, ts_sum_args *g) {
  g->self = ts_expand(cx, ts_unreduce(cx, b->grad, a->dim, a->keepdim, a->self), ts_sizes_of(a->self), false);
}

static double reduced_count(ts_ints dims, const ts_tensor *self) {
  double n = 1;
  if (dims.n <= 0) return (double)self->numel;
  for (int64_t i = 0; i < dims.n && self->ndim; i++) n *= (double)self->sizes[dims.v[i] < 0 ? dims.v[i] + self->ndim : dims.v[i]];
  return n;
}

static ts_tensor *mean_grad(ts_cx *cx, ts_tensor *grad, ts_ints dim, bool keepdim, const ts_tensor *self) {
  grad = MUL(ts_unreduce(cx, grad, dim, keepdim, self), NUM(1 / reduced_count(dim, self)));
  return ts_expand(cx, grad, ts_sizes_of(self), false);
}

void ts_mean_grad(ts_cx *cx, const ts_mean_args *a, const ts_back *b, ts_mean_args *g) {
  g->self = mean_grad(cx, b->grad, a->dim, a->keepdim, a->self);
}

/* 2 / (n - correction) * grad * (self - mean). */
static ts_tensor *var_grad(ts_cx *cx, ts_tensor *grad, ts_tensor *self, ts_ints dim, ts_opt_int correction, bool keepdim) {
  double n = reduced_count(dim, self) - (correction.given ? (double)correction.v : 1);
  ts_tensor *centred = SUB(self, ts_mean(cx, self, dim, true, TS_DTYPE_NONE));
  return MUL(MUL(ts_unreduce(cx, grad, dim, keepdim, self), NUM(2 / n)), centred);
}

static ts_tensor *plus(ts_cx *cx, ts_tensor *a, ts_tensor *b) { return a && b ? ADD(a, b) : a ? a : b; }

void ts_var_grad(ts_cx *cx, const ts_var_args *a, const ts_back *b, ts_var_args *g) {
  g->self = var_grad(cx, b->grad, a->self, a->dim, a->correction, a->keepdim);
}

void ts_var_mean_grad(ts_cx *cx, const ts_var_mean_args *a, const ts_back *b, ts_var_mean_args *g) {
  ts_tensor *of_var = b->grads[0] ? var_grad(cx, b->grads[0], a->self, a->dim, a->correction, a->keepdim) : NULL;
  ts_tensor *of_mean = b->grads[1] ? mean_grad(cx, b->grads[1], a->dim, a->keepdim, a->self) : NULL;
  g->self = plus(cx, of_var, of_mean);
}

/* The variance's gradient from that of its root: half of it over the root, nothing at zero. */
static ts_tensor *root_grad(ts_cx *cx, ts_tensor *grad, ts_tensor *root) {
  ts_tensor *none = ts_eq(cx, root, NUM(0));
  return ts_drop(cx, none, DIV(grad, MUL(ts_masked_fill(cx, root, none, NUM(1)), NUM(2))));
}

void ts_std_grad(ts_cx *cx, const ts_std_args *a, const ts_back *b, ts_std_args *g) {
  g->self = var_grad(cx, root_grad(cx, b->grad, b->result), a->self, a->dim, a->correction, a->keepdim);
}

void ts_std_mean_grad(ts_cx *cx, const ts_std_mean_args *a, const ts_back *b, ts_std_mean_args *g) {
  ts_tensor *of_std = b->grads[0] ? var_grad(cx, root_grad(cx, b->grads[0], b->result), a->self, a->dim, a->correction, a->keepdim) : NULL;
  ts_tensor *of_mean = b->grads[1] ? mean_grad(cx, b->grads[1], a->dim, a->keepdim, a->self) : NULL;
  g->self = plus(cx, of_std, of_mean);
}

void ts_nansum_grad(ts_cx *cx, const ts_nansum_args *a, const ts_back *b, ts_nansum_args *g) {
  ts_tensor *all = ts_expand(cx, ts_unreduce(cx, b->grad, a->dim, a->keepdim, a->self), ts_sizes_of(a->self), false);
  g->self = ts_drop(cx, ts_isnan(cx, a->self), all);
}

void ts_logsumexp_grad(ts_cx *cx, const ts_logsumexp_args *a, const ts_back *b, ts_logsumexp_args *g) {
  ts_tensor *result = ts_unreduce(cx, b->result, a->dim, a->keepdim, a->self);
  g->self = MUL(ts_unreduce(cx, b->grad, a->dim, a->keepdim, a->self), ts_exp(cx, SUB(a->self, result)));
}
