#include "formulas.h"

/* The gradient of an op of one tensor x, in terms of x or of the result y. Of complex numbers x and y are the conjugates: the
   conjugate of a slope is the slope at the conjugate. */
#define OF_INPUT(name, expression)                                                                     \
  void ts_##name##_grad(ts_cx *cx, const ts_##name##_args *a, const ts_back *b, ts_##name##_args *g) { \
    ts_tensor *grad = b->grad, *x = CONJ(a->self);                                                           \
    g->self = expression;                                                                              \
  }
#define OF_RESULT(name, expression)                                                                    \
  void ts_##name##_grad(ts_cx *cx, const ts_##name##_args *a, const ts_back *b, ts_##name##_args *g) { \
    (void)a;                                                                                           \
    ts_tensor *grad = b->grad, *y = CONJ(b->result);                                                         \
    g->self = expression;                                                                              \
  }
#define SQUARE(x) ts_square(cx, x)
#define ONE_MINUS(x) ts_rsub(cx, x, NUM(1), ts_int(1))
#define ONE_PLUS(x) ADD(x, NUM(1))

OF_RESULT(exp, MUL(grad, y))
OF_RESULT(exp2, MUL(grad, MUL(y, NUM(0x1.62e42fefa39efp-1))))
OF_RESULT(expm1, MUL(grad, ONE_PLUS(y)))
OF_INPUT(log, DIV(grad, x))
OF_INPUT(log2, DIV(grad, MUL(x, NUM(0x1.62e42fefa39efp-1))))
OF_INPUT(log10, DIV(grad, MUL(x, NUM(0x1.26bb1bbb55516p+1))))
OF_INPUT(log1p, DIV(grad, ONE_PLUS(x)))
OF_INPUT(sin, MUL(grad, ts_cos(cx, x)))
OF_INPUT(cos, MUL(grad, NEG(ts_sin(cx, x))))
OF_RESULT(tan, MUL(grad, ONE_PLUS(SQUARE(y))))
OF_INPUT(asin, MUL(grad, ts_rsqrt(cx, ONE_MINUS(SQUARE(x)))))
OF_INPUT(acos, MUL(grad, NEG(ts_rsqrt(cx, ONE_MINUS(SQUARE(x))))))
OF_INPUT(atan, DIV(grad, ONE_PLUS(SQUARE(x))))
OF_INPUT(sinh, MUL(grad, ts_cosh(cx, x)))
OF_INPUT(cosh, MUL(grad, ts_sinh(cx, x)))
OF_RESULT(tanh, ts_is_complex((ts_dtype)grad->dtype) ? MUL(grad, ONE_MINUS(SQUARE(y))) : ts__tanh_backward(cx, grad, y))
OF_INPUT(asinh, MUL(grad, ts_rsqrt(cx, ONE_PLUS(SQUARE(x)))))
OF_INPUT(acosh, MUL(grad, ts_rsqrt(cx, SUB(SQUARE(x), NUM(1)))))
OF_INPUT(atanh, DIV(grad, ONE_MINUS(SQUARE(x))))
OF_INPUT(erf, MUL(grad, MUL(ts_exp(cx, NEG(SQUARE(x))), NUM(0x1.20dd750429b6dp+0))))
OF_INPUT(erfc, MUL(grad, MUL(ts_exp(cx, NEG(SQUARE(x))), NUM(-0x1.20dd750429b6dp+0))))
OF_RESULT(erfinv, MUL(grad, MUL(ts_exp(cx, SQUARE(y)), NUM(0x1.c5bf891b4ef6bp-1))))
OF_RESULT(sigmoid, ts_is_complex((ts_dtype)grad->dtype) ? MUL(grad, MUL(y, ONE_MINUS(y))) : ts__sigmoid_backward(cx, grad, y))

void ts__tanh_backward_grad(ts_cx *cx, const ts__tanh_backward_args *a, const ts_back *b, ts__tanh_backward_args *g) {
  if (g->grad_output) g->grad_output = ts__tanh_backward(cx, b->grad, a->output);
  if (g->output) g->output = MUL(MUL(b->grad, a->grad_output), MUL(a->output, NUM(-2)));
}

void ts__sigmoid_backward_grad(ts_cx *cx, const ts__sigmoid_backward_args *a, const ts_back *b, ts__sigmoid_backward_args *g) {
  if (g->grad_output) g->grad_output = ts__sigmoid_backward(cx, b->grad, a->output);
  if (g->output) g->output = MUL(MUL(b->grad, a->grad_output), ONE_MINUS(MUL(a->output, NUM(2))));
}

/* (cos(pi x) - sinc(x)) / x; around 0, where that cancels, its series: so higher derivatives are right there too. */
void ts_sinc_grad(ts_cx *cx, const ts_sinc_args *a, const ts_back *b, ts_sinc_args *g) {
  ts_tensor *x = CONJ(a->self), *near = ts_lt(cx, ts_abs(cx, x), NUM(0.2));
  ts_tensor *away = ts_masked_fill(cx, x, near, NUM(1)), *z = SQUARE(MUL(x, NUM(0x1.921fb54442d18p+1)));
  static const double c[] = {-1.0 / 3, 1.0 / 30, -1.0 / 840, 1.0 / 45360, -1.0 / 3991680, 1.0 / 518918400};
  ts_tensor *series = ADD(MUL(z, NUM(c[5])), NUM(c[4]));
  for (int i = 3; i >= 0; i--) series = ADD(MUL(series, z), NUM(c[i]));
  series = MUL(series, MUL(x, NUM(0x1.3bd3cc9be45dep+3)));
  ts_tensor *slope = DIV(SUB(ts_cos(cx, MUL(away, NUM(0x1.921fb54442d18p+1))), ts_sinc(cx, away)), away);
  g->self = MUL(b->grad, ts_where(cx, near, series, slope));
}

void ts_logit_grad(ts_cx *cx, const ts_logit_args *a, const ts_back *b, ts_logit_args *g) {
  bool clamps = a->eps.given && a->eps.v >= 0;
  double low = clamps ? a->eps.v : 0, high = clamps ? 1 - a->eps.v : 1;
  ts_tensor *x = a->self, *inside = ts_logical_and(cx, ts_ge(cx, x, NUM(low)), ts_le(cx, x, NUM(high)));
  ts_tensor *grad = DIV(b->grad, MUL(x, ONE_MINUS(x)));
  g->self = ts_where(cx, inside, grad, NUM(clamps ? 0 : __builtin_nan("")));
}

OF_INPUT(lgamma, MUL(grad, ts_digamma(cx, x)))
OF_INPUT(digamma, MUL(grad, ts_polygamma(cx, 1, x)))
void ts_frexp_grad(ts_cx *cx, const ts_frexp_args *a, const ts_back *b, ts_frexp_args *g) {
  (void)a;
  if (b->grads[0]) g->self = DIV(b->grads[0], ts_pow(cx, NUM(2), ts__to_dtype(cx, b->result, (ts_dtype)b->grads[0]->dtype)));
}

/* ---- two tensors ---- */

void ts_atan2_grad(ts_cx *cx, const ts_atan2_args *a, const ts_back *b, ts_atan2_args *g) {
  ts_tensor *scaled = DIV(b->grad, ADD(SQUARE(a->self), SQUARE(a->other)));
  if (g->self) g->self = MUL(scaled, a->other);
  if (g->other) g->other = MUL(scaled, NEG(a->self));
}

void ts_hypot_grad(ts_cx *cx, const ts_hypot_args *a, const ts_back *b, ts_hypot_args *g) {
  if (g->self) g->self = MUL(b->grad, DIV(a->self, b->result));
  if (g->other) g->other = MUL(b->grad, DIV(a->other, b->result));
}

void ts_logaddexp_grad(ts_cx *cx, const ts_logaddexp_args *a, const ts_back *b, ts_logaddexp_args *g) {
  if (g->self) g->self = DIV(b->grad, ONE_PLUS(ts_exp(cx, SUB(a->other, a->self))));
  if (g->other) g->other = DIV(b->grad, ONE_PLUS(ts_exp(cx, SUB(a->self, a->other))));
}

void ts_logaddexp2_grad(ts_cx *cx, const ts_logaddexp2_args *a, const ts_back *b, ts_logaddexp2_args *g) {
  if (g->self) g->self = DIV(b->grad, ONE_PLUS(ts_exp2(cx, SUB(a->other, a->self))));
  if (g->other) g->other = DIV(b->grad, ONE_PLUS(ts_exp2(cx, SUB(a->self, a->other))));
}

void ts_xlogy_grad(ts_cx *cx, const ts_xlogy_args *a, const ts_back *b, ts_xlogy_args *g) {
  if (g->self) {
    ts_tensor *flat = ts_logical_and(cx, ts_eq(cx, a->self, NUM(0)), ts_le(cx, a->other, NUM(0)));
    g->self = ts_drop(cx, flat, ts_xlogy(cx, b->grad, a->other));
  }
  if (g->other) g->other = DIV(MUL(b->grad, a->self), a->other);
}

void ts_copysign_grad(ts_cx *cx, const ts_copysign_args *a, const ts_back *b, ts_copysign_args *g) {
  if (g->self) g->self = MUL(b->grad, ts_drop(cx, ts_eq(cx, a->self, NUM(0)), DIV(b->result, a->self)));
  if (g->other) g->other = ZERO(b->grad);
}
