#include "formulas.h"

void ts_bincount_grad(ts_cx *cx, const ts_bincount_args *a, const ts_back *b, ts_bincount_args *g) {
  if (g->weights) g->weights = ts_index_select(cx, b->grad, 0, ts__to_dtype(cx, a->self, TS_INT64));
}
