#include "formulas.h"

ts_tensor *ts_unreduce(ts_cx *cx, ts_tensor *grad, ts_ints dims, bool keepdim, const ts_tensor *self) {
  if (keepdim || dims.n <= 0 || self->ndim == 0) return grad;
  uint64_t mask = 0;
  for (int64_t i = 0; i < dims.n; i++) mask |= (uint64_t)1 << (dims.v[i] < 0 ? dims.v[i] + self->ndim : dims.v[i]);
  for (int d = 0; d < self->ndim; d++)
    if (mask >> d & 1) grad = ts_unsqueeze(cx, grad, d);
  return grad;
}

void ts_sum_grad(ts_cx *cx, const ts_sum_args *a, const ts_back *b, ts_sum_args *g) {
  g->self = ts_expand(cx, ts_unreduce(cx, b->grad, a->dim, a->keepdim, a->self), ts_sizes_of(a->self), false);
}
