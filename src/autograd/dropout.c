#include "formulas.h"

void ts_native_dropout_grad(ts_cx *cx, const ts_native_dropout_args *a, const ts_back *b, ts_native_dropout_args *g) {
  (void)a;
  if (b->grad) g->self = ts_mul(cx, b->grad, b->result);
}
