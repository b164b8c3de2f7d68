#include "formulas.h"

void ts_mm_grad(ts_cx *cx, const ts_mm_args *a, const ts_back *b, ts_mm_args *g) {
  if (g->self) g->self = ts_mm(cx, b->grad, ts_transpose(cx, a->mat2, 0, 1));
  if (g->mat2) g->mat2 = ts_mm(cx, ts_transpose(cx, a->self, 0, 1), b->grad);
}

void ts_bmm_grad(ts_cx *cx, const ts_bmm_args *a, const ts_back *b, ts_bmm_args *g) {
  if (g->self) g->self = ts_bmm(cx, b->grad, ts_transpose(cx, a->mat2, 1, 2));
  if (g->mat2) g->mat2 = ts_bmm(cx, ts_transpose(cx, a->self, 1, 2), b->grad);
}
