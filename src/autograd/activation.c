#include "formulas.h"

void ts_relu_grad(ts_cx *cx, const ts_relu_args *a, const ts_back *b, ts_relu_args *g) {
  (void)a;
  g->self = ts_threshold_backward(cx, b->grad, b->result, ts_float(0));
}

/* grad where self is above the threshold. */
void ts_threshold_backward_grad(ts_cx *cx, const ts_threshold_backward_args *a, const ts_back *b, ts_threshold_backward_args *g) {
  if (g->grad) g->grad = ts_threshold_backward(cx, b->grad, a->self, a->threshold);
  if (g->self) g->self = ts_zeros_like(cx, a->self, TS_DTYPE_NONE);
}
