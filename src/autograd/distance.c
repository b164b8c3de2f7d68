/* Distances between rows: x1 (b, n, m), x2 (b, r, m) to (b, n, r). */
#include <math.h>
#include "formulas.h"

static ts_tensor *power(ts_cx *cx, ts_tensor *t, double p) { return ts_pow(cx, t, NUM(p)); }

/* grad times the derivative of the p-norm of each difference, (b, n, r, m): what can be differentiated again. */
static ts_tensor *slopes(ts_cx *cx, ts_tensor *grad, ts_tensor *x1, ts_tensor *x2, double p, ts_tensor *dist) {
  ts_tensor *d = SUB(ts_unsqueeze(cx, x1, 2), ts_unsqueeze(cx, x2, 1)), *g = ts_unsqueeze(cx, grad, 3), *size = ts_unsqueeze(cx, dist, 3);
  ts_tensor *none = ts_eq(cx, size, NUM(0)), *safe = ts_masked_fill(cx, size, none, NUM(1));
  if (p == 1) return MUL(g, ts_sgn(cx, d));
  if (isinf(p)) return MUL(g, MUL(ts_sgn(cx, d), ts_eq(cx, ts_abs(cx, d), size)));
  if (p == 2) return ts_drop(cx, none, MUL(g, DIV(d, safe)));
  ts_tensor *same = ts_eq(cx, d, NUM(0)), *away = ts_masked_fill(cx, ts_abs(cx, d), same, NUM(1));
  ts_tensor *scaled = p < 2 ? ts_drop(cx, same, MUL(ts_sgn(cx, d), power(cx, away, p - 1))) : MUL(d, power(cx, ts_abs(cx, d), p - 2));
  return ts_drop(cx, none, MUL(scaled, DIV(g, power(cx, safe, p - 1))));
}

void ts__cdist_grad(ts_cx *cx, const ts__cdist_args *a, const ts_back *b, ts__cdist_args *g) {
  ts_tensor *x1 = a->x1, *x2 = a->x2, *grad = b->grad, *dist = b->result;
  if (a->p == 0) {
    if (g->x1) g->x1 = ZERO(x1);
    if (g->x2) g->x2 = ZERO(x2);
  } else if (a->product) {
    ts_tensor *none = ts_eq(cx, dist, NUM(0)), *ratio = ts_drop(cx, none, DIV(grad, ts_masked_fill(cx, dist, none, NUM(1))));
    if (g->x1) g->x1 = SUB(MUL(x1, ts_sum(cx, ratio, TS_INTS(2), true, TS_DTYPE_NONE)), ts_bmm(cx, ratio, x2));
    if (g->x2) g->x2 = SUB(MUL(x2, ts_unsqueeze(cx, ts_sum(cx, ratio, TS_INTS(1), false, TS_DTYPE_NONE), 2)), ts_bmm(cx, ts_transpose(cx, ratio, 1, 2), x1));
  } else if (cx->grad_mode) {
    ts_tensor *all = slopes(cx, grad, x1, x2, a->p, dist);
    if (g->x1) g->x1 = ts_sum(cx, all, TS_INTS(2), false, TS_DTYPE_NONE);
    if (g->x2) g->x2 = NEG(ts_sum(cx, all, TS_INTS(1), false, TS_DTYPE_NONE));
  } else {
    if (g->x1) g->x1 = ts__cdist_backward(cx, grad, x1, x2, a->p, dist);
    if (g->x2) g->x2 = ts__cdist_backward(cx, ts_transpose(cx, grad, 1, 2), x2, x1, a->p, ts_transpose(cx, dist, 1, 2));
  }
}
