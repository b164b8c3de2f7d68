#include <math.h>
#include "formulas.h"

static ts_tensor *power(ts_cx *cx, ts_tensor *t, double p) { return ts_pow(cx, t, NUM(p)); }
static ts_tensor *is_zero(ts_cx *cx, ts_tensor *t) { return ts_eq(cx, t, NUM(0)); }

/* By the order p; where the norm is 0 it is 0. What is divided by is then 1, so that higher derivatives are not NaN. */
void ts_vector_norm_grad(ts_cx *cx, const ts_vector_norm_args *a, const ts_back *b, ts_vector_norm_args *g) {
  ts_tensor *self = a->self, *grad = ts_unreduce(cx, b->grad, a->dim, a->keepdim, self), *norm = ts_unreduce(cx, b->result, a->dim, a->keepdim, self);
  double p = a->ord.f;
  ts_tensor *none = is_zero(cx, norm), *safe = ts_masked_fill(cx, norm, none, NUM(1));
  if (p == 0) {
    g->self = ZERO(self);
  } else if (p == 1) {
    g->self = MUL(ts_sgn(cx, self), grad);
  } else if (p == 2) {
    g->self = MUL(grad, ts_drop(cx, none, DIV(self, safe)));
  } else if (isinf(p)) { /* elements that tie, NaN included, share it */
    ts_tensor *same = ts_logical_or(cx, ts_eq(cx, ts_abs(cx, self), norm), ts_logical_and(cx, ts_isnan(cx, self), ts_isnan(cx, norm)));
    g->self = MUL(ts_sgn(cx, self), MUL(DIV(grad, ts_sum(cx, same, a->dim, true, TS_DTYPE_NONE)), same));
  } else if (p < 1) {
    ts_tensor *scaled = MUL(ts_sgn(cx, self), ts_drop(cx, is_zero(cx, self), power(cx, ts_abs(cx, self), p - 1)));
    g->self = MUL(scaled, MUL(grad, power(cx, norm, 1 - p)));
  } else {
    ts_tensor *scaled = p < 2 ? MUL(ts_sgn(cx, self), power(cx, ts_abs(cx, self), p - 1)) : MUL(self, power(cx, ts_abs(cx, self), p - 2));
    g->self = MUL(scaled, ts_drop(cx, none, DIV(grad, power(cx, safe, p - 1))));
  }
}
