#include "formulas.h"

void ts_mm_grad(ts_cx *cx, const ts_mm_args *a, const ts_back *b, ts_mm_args *g) {
  if (g->self) g->self = ts_mm(cx, b->grad, ts_transpose(cx, CONJ(a->mat2), 0, 1));
  if (g->mat2) g->mat2 = ts_mm(cx, ts_transpose(cx, CONJ(a->self), 0, 1), b->grad);
}

void ts_bmm_grad(ts_cx *cx, const ts_bmm_args *a, const ts_back *b, ts_bmm_args *g) {
  if (g->self) g->self = ts_bmm(cx, b->grad, ts_transpose(cx, CONJ(a->mat2), 1, 2));
  if (g->mat2) g->mat2 = ts_bmm(cx, ts_transpose(cx, CONJ(a->self), 1, 2), b->grad);
}

void ts_addmm_grad(ts_cx *cx, const ts_addmm_args *a, const ts_back *b, ts_addmm_args *g) {
  if (g->self) g->self = ts_times(cx, b->grad, a->beta);
  if (g->mat1) g->mat1 = ts_times(cx, ts_mm(cx, b->grad, ts_transpose(cx, CONJ(a->mat2), 0, 1)), a->alpha);
  if (g->mat2) g->mat2 = ts_times(cx, ts_mm(cx, ts_transpose(cx, CONJ(a->mat1), 0, 1), b->grad), a->alpha);
}

void ts_linear_grad(ts_cx *cx, const ts_linear_args *a, const ts_back *b, ts_linear_args *g) {
  const ts_tensor *x = a->self, *w = a->weight;
  int64_t in = x->sizes[x->ndim - 1], wide = w->ndim == 2 ? w->sizes[0] : 1, rows = 1;
  for (int d = 0; d < x->ndim - 1; d++) rows *= x->sizes[d];
  ts_tensor *grad = ts_reshape(cx, b->grad, TS_INTS(rows, wide));
  if (g->self) g->self = ts_reshape(cx, ts_mm(cx, grad, ts_reshape(cx, CONJ(a->weight), TS_INTS(wide, in))), ts_sizes_of(x));
  if (g->weight) g->weight = ts_reshape(cx, ts_mm(cx, ts_transpose(cx, grad, 0, 1), ts_reshape(cx, CONJ(a->self), TS_INTS(rows, in))), ts_sizes_of(w));
  if (g->bias) g->bias = ts_sum(cx, grad, TS_INTS(0), false, TS_DTYPE_NONE);
}
