#include "formulas.h"

void ts_constant_pad_nd_grad(ts_cx *cx, const ts_constant_pad_nd_args *a, const ts_back *b, ts_constant_pad_nd_args *g) {
  int64_t back[2 * TS_MAX_DIM];
  for (int64_t i = 0; i < a->pad.n; i++) back[i] = -a->pad.v[i];
  if (g->self) g->self = ts_constant_pad_nd(cx, b->grad, (ts_ints){back, a->pad.n}, ts_int(0));
}
