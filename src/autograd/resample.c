/* Linear maps and their transposes: each is the gradient of the other. */
#include "formulas.h"

static ts_ints spatial(const ts_tensor *t, ts_ints size) { return (ts_ints){t->sizes + t->ndim - size.n, size.n}; }

void ts__resample_grad(ts_cx *cx, const ts__resample_args *a, const ts_back *b, ts__resample_args *g) {
  if (g->self) g->self = ts__resample_adjoint(cx, b->grad, spatial(a->self, a->size), a->kind, a->scales, a->align_corners);
}

void ts__resample_adjoint_grad(ts_cx *cx, const ts__resample_adjoint_args *a, const ts_back *b, ts__resample_adjoint_args *g) {
  if (g->grad) g->grad = ts__resample(cx, b->grad, spatial(a->grad, a->size), a->kind, a->scales, a->align_corners);
}
