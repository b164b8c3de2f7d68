#include "formulas.h"

void ts_clone_grad(ts_cx *cx, const ts_clone_args *a, const ts_back *b, ts_clone_args *g) {
  (void)cx;
  (void)a;
  g->self = b->grad;
}

void ts_copy__grad(ts_cx *cx, const ts_copy__args *a, const ts_back *b, ts_copy__args *g) {
  (void)a;
  if (g->self) g->self = ts_zeros_like(cx, b->grad, TS_DTYPE_NONE);
  if (g->src) g->src = b->grad;
}

void ts_zero__grad(ts_cx *cx, const ts_zero__args *a, const ts_back *b, ts_zero__args *g) {
  (void)a;
  g->self = ts_zeros_like(cx, b->grad, TS_DTYPE_NONE);
}

void ts__to_dtype_grad(ts_cx *cx, const ts__to_dtype_args *a, const ts_back *b, ts__to_dtype_args *g) {
  g->self = ts__to_dtype(cx, b->grad, (ts_dtype)a->self->dtype);
}

void ts_fill_grad(ts_cx *cx, const ts_fill_args *a, const ts_back *b, ts_fill_args *g) {
  (void)a;
  if (g->self) g->self = ts_zeros_like(cx, b->grad, TS_DTYPE_NONE);
  if (g->value) g->value = ts_sum(cx, b->grad, TS_NO_INTS, false, TS_DTYPE_NONE);
}
