#include <math.h>
#include "formulas.h"

static int64_t size_of(const ts_tensor *t, int64_t dim) { return t->ndim ? t->sizes[dim < 0 ? dim + t->ndim : dim] : 1; }

/* t moved on by one along dim, with slice (size 1) in front. */
static ts_tensor *moved(ts_cx *cx, ts_tensor *t, int64_t dim, ts_tensor *slice) {
  if (!t || !slice) return NULL;
  ts_tensor *parts[2] = {slice, ts_narrow(cx, t, dim, 0, size_of(t, dim) - 1)};
  return ts_cat(cx, (ts_list){parts, 2}, dim);
}
static ts_tensor *zeros_before(ts_cx *cx, ts_tensor *t, int64_t dim) {
  return moved(cx, t, dim, ts_zeros_like(cx, ts_narrow(cx, t, dim, 0, 1), TS_DTYPE_NONE));
}
static ts_tensor *ones_before(ts_cx *cx, ts_tensor *t, int64_t dim) {
  return moved(cx, t, dim, ts_ones_like(cx, ts_narrow(cx, t, dim, 0, 1), TS_DTYPE_NONE));
}

void ts_cumsum_grad(ts_cx *cx, const ts_cumsum_args *a, const ts_back *b, ts_cumsum_args *g) { g->self = ts__cumsum_back(cx, b->grad, a->dim); }
void ts__cumsum_back_grad(ts_cx *cx, const ts__cumsum_back_args *a, const ts_back *b, ts__cumsum_back_args *g) {
  g->self = ts_cumsum(cx, b->grad, a->dim, TS_DTYPE_NONE);
}

/* What flows into element k of a running product: the product before it, times the sum of the gradients from k on, each times
   the factors in between. No division, so zeros need no care. */
static ts_tensor *product_grad(ts_cx *cx, ts_tensor *grad, ts_tensor *x, ts_tensor *y, int64_t dim) {
  return MUL(ones_before(cx, CONJ(y), dim), ts__recurrence(cx, grad, CONJ(x), dim, true));
}

void ts_cumprod_grad(ts_cx *cx, const ts_cumprod_args *a, const ts_back *b, ts_cumprod_args *g) {
  if (a->self->ndim == 0 || a->self->numel == 0) g->self = b->grad;
  else g->self = product_grad(cx, b->grad, ts__to_dtype(cx, a->self, (ts_dtype)b->outs[0].dtype), b->result, a->dim);
}

/* As if only the last of the running products were used. */
void ts_prod_grad(ts_cx *cx, const ts_prod_args *a, const ts_back *b, ts_prod_args *g) {
  ts_tensor *x = ts__to_dtype(cx, a->self, (ts_dtype)b->outs[0].dtype), *grad = b->grad;
  if (a->self->ndim == 0) {
    g->self = grad;
    return;
  }
  int64_t dim = a->dim.given ? a->dim.v : 0;
  if (!a->dim.given) {
    x = ts_reshape(cx, x, TS_INTS(-1));
    grad = ts_reshape(cx, grad, TS_INTS(1));
  } else if (!a->keepdim) {
    grad = ts_unsqueeze(cx, grad, dim < 0 ? dim + a->self->ndim : dim);
  }
  if (!x || a->self->numel == 0) {
    g->self = ts_zeros_like(cx, a->self, TS_DTYPE_NONE);
    return;
  }
  ts_tensor *parts[2] = {ts_zeros_like(cx, ts_narrow(cx, x, dim, 0, size_of(x, dim) - 1), TS_DTYPE_NONE), grad};
  ts_tensor *last = parts[0] && grad ? ts_cat(cx, (ts_list){parts, 2}, dim) : NULL;
  g->self = ts_reshape(cx, product_grad(cx, last, x, ts_cumprod(cx, x, dim, TS_DTYPE_NONE), dim), ts_sizes_of(a->self));
}

/* Each direction is the other's adjoint; factor k joins the result before it to what flows into result k. */
void ts__recurrence_grad(ts_cx *cx, const ts__recurrence_args *a, const ts_back *b, ts__recurrence_args *g) {
  ts_tensor *back = ts__recurrence(cx, b->grad, CONJ(a->factor), a->dim, !a->reverse);
  if (g->self) g->self = back;
  if (!g->factor || a->factor->ndim == 0 || a->factor->numel == 0) return;
  if (a->reverse) g->factor = MUL(zeros_before(cx, back, a->dim), CONJ(b->result));
  else g->factor = MUL(back, zeros_before(cx, CONJ(b->result), a->dim));
}

/* Element j gets the sum over k >= j of g[k] exp(x[j] - y[k]): a recurrence with factors exp(y[k - 1] - y[k]), none above 1. */
void ts_logcumsumexp_grad(ts_cx *cx, const ts_logcumsumexp_args *a, const ts_back *b, ts_logcumsumexp_args *g) {
  ts_tensor *x = a->self, *y = b->result, *nothing = ts_eq(cx, y, NUM(-INFINITY));
  if (x->ndim == 0 || x->numel == 0) {
    g->self = b->grad;
    return;
  }
  ts_tensor *step = ts_drop(cx, nothing, SUB(zeros_before(cx, y, a->dim), y));
  ts_tensor *sums = ts__recurrence(cx, b->grad, ts_exp(cx, step), a->dim, true);
  g->self = MUL(ts_exp(cx, ts_masked_fill(cx, SUB(x, y), nothing, NUM(-INFINITY))), sums);
}
