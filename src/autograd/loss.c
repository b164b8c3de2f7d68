#include <string.h>
#include "formulas.h"

void ts__difference_loss_grad(ts_cx *cx, const ts__difference_loss_args *a, const ts_back *b, ts__difference_loss_args *g) {
  ts_tensor *slope = ts__difference_loss_backward(cx, b->grad, a->self, a->target, a->kind, a->limit, a->reduction);
  if (g->self) g->self = slope;
  if (g->target) g->target = NEG(slope);
}

void ts__difference_loss_backward_grad(ts_cx *cx, const ts__difference_loss_backward_args *a, const ts_back *b, ts__difference_loss_backward_args *g) {
  ts_tensor *v = b->grad;
  if (g->grad) g->grad = MUL(v, ts__difference_loss_backward(cx, NUM(1), a->self, a->target, a->kind, a->limit, a->reduction));
  if ((!g->self && !g->target) || a->kind == 1) return;
  double scale = strcmp(a->reduction, "mean") == 0 ? 1 / (double)v->numel : 1;
  ts_tensor *curved = MUL(v, MUL(a->grad, NUM(a->kind == 0 ? 2 * scale : scale)));
  if (a->kind > 1) curved = MUL(curved, ts__difference_loss_curvature(cx, a->self, a->target, a->kind, a->limit));
  if (g->self) g->self = curved;
  if (g->target) g->target = NEG(curved);
}

void ts__nll_loss_grad(ts_cx *cx, const ts__nll_loss_args *a, const ts_back *b, ts__nll_loss_args *g) {
  if (b->grad && g->self) g->self = ts__nll_loss_backward(cx, b->grad, ts_sizes_of(a->self), a->target, a->weight, a->ignore_index, a->reduction);
}

/* The loss is linear: its gradient's gradient is the loss of what comes in. */
void ts__nll_loss_backward_grad(ts_cx *cx, const ts__nll_loss_backward_args *a, const ts_back *b, ts__nll_loss_backward_args *g) {
  ts_tensor *results[2] = {NULL};
  if (!g->grad) return;
  ts__nll_loss(cx, b->grad, a->target, a->weight, a->ignore_index, a->reduction, results);
  g->grad = results[0];
}

void ts__cross_entropy_grad(ts_cx *cx, const ts__cross_entropy_args *a, const ts_back *b, ts__cross_entropy_args *g) {
  if (b->grad && g->self) g->self = ts__cross_entropy_backward(cx, b->grad, a->self, a->target, a->weight, a->ignore_index, a->reduction, b->result);
}

/* The backward is c - p sum(c) with c, the gradient of nll_loss, and p, the softmax of the input. */
void ts__cross_entropy_backward_grad(ts_cx *cx, const ts__cross_entropy_backward_args *a, const ts_back *b, ts__cross_entropy_backward_args *g) {
  int64_t dim = a->self->ndim == 1 ? 0 : 1;
  ts_tensor *v = b->grad, *p = ts_softmax(cx, a->self, (ts_opt_int){true, dim}, TS_DTYPE_NONE), *results[2] = {NULL};
  if (g->grad) {
    ts_tensor *of_c = SUB(v, ts_sum(cx, MUL(v, p), TS_INTS(dim), true, TS_DTYPE_NONE));
    ts__nll_loss(cx, of_c, a->target, a->weight, a->ignore_index, a->reduction, results);
    g->grad = results[0];
  }
  if (g->self) {
    ts_tensor *c = ts__nll_loss_backward(cx, a->grad, ts_sizes_of(a->self), a->target, a->weight, a->ignore_index, a->reduction);
    ts_tensor *total = ts_sum(cx, c, TS_INTS(dim), true, TS_DTYPE_NONE);
    g->self = ts__softmax_backward_data(cx, NEG(MUL(v, total)), p, dim);
  }
}

/* (x - t) / (x (1 - x)), the divisor no smaller than 1e-12. */
void ts__binary_cross_entropy_grad(ts_cx *cx, const ts__binary_cross_entropy_args *a, const ts_back *b, ts__binary_cross_entropy_args *g) {
  ts_tensor *x = a->self;
  if (g->self) g->self = MUL(b->grad, DIV(SUB(x, a->target), ts_clamp_min(cx, MUL(x, ts_rsub(cx, x, NUM(1), ts_int(1))), NUM(1e-12))));
  if (g->target) g->target = MUL(b->grad, SUB(ts_log1p(cx, NEG(x)), ts_log(cx, x)));
}

/* With s = sigmoid(x), w = 1 + (p - 1) t and q = softplus(-x), the loss is (1 - t) x + w q. */
void ts__binary_cross_entropy_with_logits_grad(ts_cx *cx, const ts__binary_cross_entropy_with_logits_args *a, const ts_back *b,
                                               ts__binary_cross_entropy_with_logits_args *g) {
  ts_tensor *x = a->self, *t = a->target, *extra = a->pos_weight ? SUB(a->pos_weight, NUM(1)) : NULL;
  if (g->self) {
    ts_tensor *slope = SUB(ts_sigmoid(cx, x), t);
    if (extra) slope = SUB(slope, MUL(MUL(extra, t), ts_sigmoid(cx, NEG(x))));
    g->self = MUL(b->grad, slope);
  }
  if (!g->target && !g->pos_weight) return;
  ts_tensor *q = extra ? ts__binary_cross_entropy_with_logits(cx, x, ts_ones_like(cx, t, TS_DTYPE_NONE), NULL) : NULL;
  if (g->target) g->target = MUL(b->grad, extra ? SUB(MUL(extra, q), x) : NEG(x));
  if (g->pos_weight) g->pos_weight = MUL(b->grad, MUL(t, q));
}
