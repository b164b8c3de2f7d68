#include "formulas.h"

#define ONE_MINUS(x) ts_rsub(cx, x, NUM(1), ts_int(1))

void ts_relu_grad(ts_cx *cx, const ts_relu_args *a, const ts_back *b, ts_relu_args *g) {
  (void)a;
  g->self = ts_threshold_backward(cx, b->grad, b->result, ts_float(0));
}

/* grad where self is above the threshold. */
void ts_threshold_backward_grad(ts_cx *cx, const ts_threshold_backward_args *a, const ts_back *b, ts_threshold_backward_args *g) {
  if (g->grad) g->grad = ts_threshold_backward(cx, b->grad, a->self, a->threshold);
  if (g->self) g->self = ZERO(a->self);
}

void ts_silu_grad(ts_cx *cx, const ts_silu_args *a, const ts_back *b, ts_silu_args *g) {
  g->self = ts_silu_backward(cx, b->grad, a->self);
}

/* The second derivative is s (1 - s) (2 + x (1 - 2 s)), s the sigmoid. */
void ts_silu_backward_grad(ts_cx *cx, const ts_silu_backward_args *a, const ts_back *b, ts_silu_backward_args *g) {
  if (g->grad_output) g->grad_output = ts_silu_backward(cx, b->grad, a->self);
  if (!g->self) return;
  ts_tensor *s = ts_sigmoid(cx, a->self), *bend = ADD(MUL(a->self, ONE_MINUS(MUL(s, NUM(2)))), NUM(2));
  g->self = MUL(MUL(b->grad, a->grad_output), MUL(MUL(s, ONE_MINUS(s)), bend));
}

void ts_gelu_grad(ts_cx *cx, const ts_gelu_args *a, const ts_back *b, ts_gelu_args *g) {
  g->self = ts_gelu_backward(cx, b->grad, a->self, a->approximate);
}

static ts_tensor *gelu_bend(ts_cx *cx, ts_tensor *x, bool tanh) {
  ts_tensor *z = ts_square(cx, x);
  if (!tanh) return MUL(MUL(ts_exp(cx, MUL(z, NUM(-0.5))), NUM(0x1.9884533d43651p-2)), ts_rsub(cx, z, NUM(2), ts_int(1)));
  /* h = tanh(u), u = beta (x + k x^3), u1 and u2 its derivatives: (1 - h^2) (u1 + x (u2 / 2 - h u1^2)). */
  const double beta = 0x1.988453d41beafp-1, k = 0.044715;
  ts_tensor *u1 = MUL(ADD(MUL(z, NUM(3 * k)), NUM(1)), NUM(beta)), *half_u2 = MUL(x, NUM(3 * k * beta));
  ts_tensor *h = ts_tanh(cx, MUL(MUL(x, ADD(MUL(z, NUM(k)), NUM(1))), NUM(beta)));
  return MUL(ONE_MINUS(ts_square(cx, h)), ADD(u1, MUL(x, SUB(half_u2, MUL(h, ts_square(cx, u1))))));
}

void ts_gelu_backward_grad(ts_cx *cx, const ts_gelu_backward_args *a, const ts_back *b, ts_gelu_backward_args *g) {
  if (g->grad_output) g->grad_output = ts_gelu_backward(cx, b->grad, a->self, a->approximate);
  if (g->self) g->self = MUL(MUL(b->grad, a->grad_output), gelu_bend(cx, a->self, a->approximate[0] == 't'));
}
