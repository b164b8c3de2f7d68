#include "formulas.h"

#define OF_INPUT(name, expression)                                                                     \
  void ts_##name##_grad(ts_cx *cx, const ts_##name##_args *a, const ts_back *b, ts_##name##_args *g) { \
    ts_tensor *x = a->self;                                                                            \
    g->self = MUL(b->grad, expression);                                                                \
  }
#define SQUARE(x) ts_square(cx, x)

/* The order is not counted past what an int holds: there the values have long overflowed. */
#define NEXT(n) ((n) < INT64_MAX ? (n) + 1 : (n))
OF_INPUT(polygamma, ts_polygamma(cx, NEXT(a->n), x))
OF_INPUT(_polygamma_self, ts_polygamma(cx, NEXT(a->n), x))
OF_INPUT(i0, ts_i1(cx, x))
OF_INPUT(i0e, SUB(ts_i1e(cx, x), MUL(ts_sgn(cx, x), b->result)))
OF_INPUT(ndtr, MUL(ts_exp(cx, MUL(SQUARE(x), NUM(-0.5))), NUM(0x1.9884533d43651p-2)))
OF_INPUT(log_ndtr, DIV(NUM(0x1.9884533d43651p-1), ts_erfcx(cx, MUL(x, NUM(-0x1.6a09e667f3bcdp-1)))))
OF_INPUT(erfcx, SUB(MUL(MUL(x, NUM(2)), b->result), NUM(0x1.20dd750429b6dp+0)))
OF_INPUT(entr, SUB(NEG(ts_log(cx, x)), NUM(1)))

void ts_ndtri_grad(ts_cx *cx, const ts_ndtri_args *a, const ts_back *b, ts_ndtri_args *g) {
  (void)a;
  g->self = MUL(b->grad, MUL(ts_exp(cx, MUL(SQUARE(b->result), NUM(0.5))), NUM(0x1.40d931ff62706p+1)));
}

/* i0(x) - i1(x) / x, which is 1/2 at 0; scaled, also less the sign times the function. */
void ts_i1_grad(ts_cx *cx, const ts_i1_args *a, const ts_back *b, ts_i1_args *g) {
  ts_tensor *zero = ts_eq(cx, a->self, NUM(0)), *x = ts_masked_fill(cx, a->self, zero, NUM(1));
  g->self = MUL(b->grad, ts_masked_fill(cx, SUB(ts_i0(cx, x), DIV(b->result, x)), zero, NUM(0.5)));
}
void ts_i1e_grad(ts_cx *cx, const ts_i1e_args *a, const ts_back *b, ts_i1e_args *g) {
  ts_tensor *zero = ts_eq(cx, a->self, NUM(0)), *x = ts_masked_fill(cx, a->self, zero, NUM(1));
  ts_tensor *slope = SUB(ts_i0e(cx, x), MUL(b->result, ADD(ts_sgn(cx, x), ts_reciprocal(cx, x))));
  g->self = MUL(b->grad, ts_masked_fill(cx, slope, zero, NUM(0.5)));
}

/* ---- two tensors ---- */

void ts_xlog1py_grad(ts_cx *cx, const ts_xlog1py_args *a, const ts_back *b, ts_xlog1py_args *g) {
  if (g->self) {
    ts_tensor *flat = ts_logical_and(cx, ts_eq(cx, a->self, NUM(0)), ts_le(cx, a->other, NUM(-1)));
    g->self = ts_drop(cx, flat, ts_xlog1py(cx, b->grad, a->other));
  }
  if (g->other) g->other = DIV(MUL(b->grad, a->self), ADD(a->other, NUM(1)));
}

static bool unknown(ts_cx *cx, const ts_tensor *wanted, const char *op) {
  return wanted && !ts_fail(cx, TS_ERR_AUTOGRAD, "the derivative of '%s' by 'input' is not implemented", op);
}

void ts_zeta_grad(ts_cx *cx, const ts_zeta_args *a, const ts_back *b, ts_zeta_args *g) {
  if (unknown(cx, g->self, "zeta") || !g->other) return;
  g->other = MUL(MUL(b->grad, NEG(a->self)), ts_zeta(cx, ADD(a->self, NUM(1)), a->other));
}

/* x^(a - 1) e^-x / gamma(a). */
static ts_tensor *gamma_density(ts_cx *cx, ts_tensor *a, ts_tensor *x) {
  return ts_exp(cx, SUB(SUB(ts_xlogy(cx, SUB(a, NUM(1)), x), x), ts_lgamma(cx, a)));
}
void ts_igamma_grad(ts_cx *cx, const ts_igamma_args *a, const ts_back *b, ts_igamma_args *g) {
  if (unknown(cx, g->self, "igamma") || !g->other) return;
  g->other = MUL(b->grad, gamma_density(cx, a->self, a->other));
}
void ts_igammac_grad(ts_cx *cx, const ts_igammac_args *a, const ts_back *b, ts_igammac_args *g) {
  if (unknown(cx, g->self, "igammac") || !g->other) return;
  g->other = NEG(MUL(b->grad, gamma_density(cx, a->self, a->other)));
}
