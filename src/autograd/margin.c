#include "formulas.h"

/* Piecewise linear: what is left of the second derivatives is the slope along what comes in. */
void ts__multilabel_margin_grad(ts_cx *cx, const ts__multilabel_margin_args *a, const ts_back *b, ts__multilabel_margin_args *g) {
  if (g->self) g->self = ts__multilabel_margin_backward(cx, b->grad, a->self, a->target);
}
void ts__multilabel_margin_backward_grad(ts_cx *cx, const ts__multilabel_margin_backward_args *a, const ts_back *b, ts__multilabel_margin_backward_args *g) {
  if (g->grad) g->grad = ts__multilabel_margin_slope(cx, b->grad, a->self, a->target);
}
void ts__multilabel_margin_slope_grad(ts_cx *cx, const ts__multilabel_margin_slope_args *a, const ts_back *b, ts__multilabel_margin_slope_args *g) {
  if (g->v) g->v = ts__multilabel_margin_backward(cx, b->grad, a->self, a->target);
}
