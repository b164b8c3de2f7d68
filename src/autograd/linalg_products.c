#include "linalg.h"

/* The directional derivative of exp at A towards G stands in exp of ((A, G), (0, A)), upper right. */
void ts_matrix_exp_grad(ts_cx *cx, const ts_matrix_exp_args *a, const ts_back *b, ts_matrix_exp_args *g) {
  if (!g->self) return;
  const int64_t n = a->self->sizes[a->self->ndim - 1];
  ts_tensor *h = MH(a->self), *zero = ZERO(a->self), *top[2] = {h, b->grad}, *bottom[2] = {zero, h};
  if (!h || !zero) return;
  ts_tensor *rows[2] = {ts_cat(cx, (ts_list){top, 2}, -1), ts_cat(cx, (ts_list){bottom, 2}, -1)};
  if (!rows[0] || !rows[1]) return;
  ts_tensor *e = ts_matrix_exp(cx, ts_cat(cx, (ts_list){rows, 2}, -2));
  g->self = ts_narrow(cx, ts_narrow(cx, e, -2, 0, n), -1, n, n);
}

void ts_linalg_cross_grad(ts_cx *cx, const ts_linalg_cross_args *a, const ts_back *b, ts_linalg_cross_args *g) {
  ts_tensor *grad = b->grad;
  if (g->self) g->self = ts_linalg_cross(cx, CONJ(ts_expand(cx, a->other, ts_sizes_of(grad), false)), grad, a->dim);
  if (g->other) g->other = ts_linalg_cross(cx, grad, CONJ(ts_expand(cx, a->self, ts_sizes_of(grad), false)), a->dim);
}
