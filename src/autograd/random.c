#include "formulas.h"

/* In-place fillers: nothing of the old values is left. */
void ts_zero_self_grad(ts_cx *cx, const void *args, const ts_back *b, void *wanted) {
  (void)args;
  *(ts_tensor **)wanted = ts_zeros_like(cx, b->grad, TS_DTYPE_NONE); /* self is the first field of every args struct */
}

void ts__standard_gamma_grad(ts_cx *cx, const ts__standard_gamma_args *a, const ts_back *b, ts__standard_gamma_args *g) {
  g->self = ts_mul(cx, b->grad, ts__gamma_slope(cx, a->self, b->result));
}
