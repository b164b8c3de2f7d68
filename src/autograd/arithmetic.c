#include "formulas.h"

void ts_add_grad(ts_cx *cx, const ts_add_args *a, const ts_back *b, ts_add_args *g) {
  if (g->self) g->self = b->grad;
  if (g->other) g->other = a->alpha.f == 1 ? b->grad : ts_mul(cx, b->grad, ts_wrap_scalar(cx, a->alpha));
}

void ts_mul_grad(ts_cx *cx, const ts_mul_args *a, const ts_back *b, ts_mul_args *g) {
  if (g->self) g->self = ts_mul(cx, b->grad, a->other);
  if (g->other) g->other = ts_mul(cx, b->grad, a->self);
}
