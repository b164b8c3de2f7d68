#include "../core/selu.h"
#include "formulas.h"

#define ONE_MINUS(x) ts_rsub(cx, x, NUM(1), ts_int(1))

void ts_relu_grad(ts_cx *cx, const ts_relu_args *a, const ts_back *b, ts_relu_args *g) {
  (void)a;
  g->self = ts__threshold_backward(cx, b->grad, b->result, ts_float(0));
}

/* grad where self is above the threshold. */
void ts__threshold_backward_grad(ts_cx *cx, const ts__threshold_backward_args *a, const ts_back *b, ts__threshold_backward_args *g) {
  if (g->grad) g->grad = ts__threshold_backward(cx, b->grad, a->self, a->threshold);
  if (g->self) g->self = ZERO(a->self);
}

void ts__prelu_grad(ts_cx *cx, const ts__prelu_args *a, const ts_back *b, ts__prelu_args *g) {
  ts_tensor *positive = ts_gt(cx, a->self, NUM(0));
  if (g->self) g->self = ts_where(cx, positive, b->grad, MUL(a->slope, b->grad));
  if (g->slope) g->slope = ts_where(cx, positive, NUM(0), MUL(a->self, b->grad));
}

void ts_silu_grad(ts_cx *cx, const ts_silu_args *a, const ts_back *b, ts_silu_args *g) {
  if (ts_is_complex((ts_dtype)a->self->dtype)) {
    ts_tensor *x = CONJ(a->self), *s = ts_sigmoid(cx, x);
    g->self = MUL(b->grad, MUL(s, ADD(MUL(x, ONE_MINUS(s)), NUM(1))));
    return;
  }
  g->self = ts__silu_backward(cx, b->grad, a->self);
}

/* The second derivative is s (1 - s) (2 + x (1 - 2 s)), s the sigmoid. */
void ts__silu_backward_grad(ts_cx *cx, const ts__silu_backward_args *a, const ts_back *b, ts__silu_backward_args *g) {
  if (g->grad_output) g->grad_output = ts__silu_backward(cx, b->grad, a->self);
  if (!g->self) return;
  ts_tensor *s = ts_sigmoid(cx, a->self), *bend = ADD(MUL(a->self, ONE_MINUS(MUL(s, NUM(2)))), NUM(2));
  g->self = MUL(MUL(b->grad, a->grad_output), MUL(MUL(s, ONE_MINUS(s)), bend));
}

void ts_gelu_grad(ts_cx *cx, const ts_gelu_args *a, const ts_back *b, ts_gelu_args *g) {
  g->self = ts__gelu_backward(cx, b->grad, a->self, a->approximate);
}

static ts_tensor *gelu_bend(ts_cx *cx, ts_tensor *x, bool tanh) {
  ts_tensor *z = ts_square(cx, x);
  if (!tanh) return MUL(MUL(ts_exp(cx, MUL(z, NUM(-0.5))), NUM(0x1.9884533d43651p-2)), ts_rsub(cx, z, NUM(2), ts_int(1)));
  /* h = tanh(u), u = beta (x + k x^3), u1 and u2 its derivatives: (1 - h^2) (u1 + x (u2 / 2 - h u1^2)). */
  const double beta = 0x1.9884533d43651p-1, k = 0.044715;
  ts_tensor *u1 = MUL(ADD(MUL(z, NUM(3 * k)), NUM(1)), NUM(beta)), *half_u2 = MUL(x, NUM(3 * k * beta));
  ts_tensor *h = ts_tanh(cx, MUL(MUL(x, ADD(MUL(z, NUM(k)), NUM(1))), NUM(beta)));
  return MUL(ONE_MINUS(ts_square(cx, h)), ADD(u1, MUL(x, SUB(half_u2, MUL(h, ts_square(cx, u1))))));
}

void ts__gelu_backward_grad(ts_cx *cx, const ts__gelu_backward_args *a, const ts_back *b, ts__gelu_backward_args *g) {
  if (g->grad_output) g->grad_output = ts__gelu_backward(cx, b->grad, a->self, a->approximate);
  if (g->self) g->self = MUL(MUL(b->grad, a->grad_output), gelu_bend(cx, a->self, a->approximate[0] == 't'));
}

/* ---- with a kernel for the gradient, whose own gradient in the input is `bend` times what flows in ---- */

/* The gradient of f is ts__f_backward, the same again for what flows into it; more: its further arguments. */
#define FIRST(name, kernel, ...)                                                                                          \
  void ts_##name##_grad(ts_cx *cx, const ts_##name##_args *a, const ts_back *b, ts_##name##_args *g) {                    \
    g->self = ts__##kernel##_backward(cx, b->grad, a->self, ##__VA_ARGS__);                                               \
  }
#define SECOND(kernel, bend, ...)                                                                                         \
  void ts__##kernel##_backward_grad(ts_cx *cx, const ts__##kernel##_backward_args *a, const ts_back *b,                   \
                                    ts__##kernel##_backward_args *g) {                                                    \
    if (g->grad_output) g->grad_output = ts__##kernel##_backward(cx, b->grad, a->self, ##__VA_ARGS__);                    \
    if (g->self) g->self = bend;                                                                                          \
  }
#define FLOWS MUL(b->grad, a->grad_output)
#define FLAT ZERO(a->self)

FIRST(threshold, threshold, a->threshold)
FIRST(relu6, hardtanh, 0, 6)
FIRST(hardtanh, hardtanh, a->min_val, a->max_val)
SECOND(hardtanh, FLAT, a->min_val, a->max_val)
FIRST(leaky_relu, leaky_relu, a->negative_slope)
SECOND(leaky_relu, FLAT, a->negative_slope)
FIRST(elu, elu, a->alpha, 1, 1)
FIRST(selu, elu, TS_SELU_ALPHA * TS_SELU_SCALE, TS_SELU_SCALE, 1)
FIRST(celu, elu, a->alpha, 1, 1 / a->alpha)
/* The negative side once more, without the straight one. */
SECOND(elu, ts__elu_backward(cx, FLOWS, a->self, a->negative * a->inside, 0, a->inside), a->negative, a->positive, a->inside)
FIRST(hardsigmoid, hardsigmoid)
SECOND(hardsigmoid, FLAT)
FIRST(hardshrink, shrink, a->lambd)
FIRST(softshrink, shrink, a->lambd)
SECOND(shrink, FLAT, a->lambd)

FIRST(hardswish, hardswish)
static ts_tensor *hardswish_bend(ts_cx *cx, ts_tensor *flows, ts_tensor *x) {
  return ts__hardtanh_backward(cx, MUL(flows, NUM(1.0 / 3)), x, -3, 3);
}
SECOND(hardswish, hardswish_bend(cx, FLOWS, a->self))

FIRST(softplus, softplus, a->beta, a->threshold)
static ts_tensor *softplus_bend(ts_cx *cx, ts_tensor *flows, const ts__softplus_backward_args *a) {
  ts_tensor *u = MUL(a->self, NUM(a->beta)), *s = ts_sigmoid(cx, u);
  return ts_drop(cx, ts_gt(cx, u, NUM(a->threshold)), MUL(flows, MUL(MUL(s, ONE_MINUS(s)), NUM(a->beta))));
}
SECOND(softplus, softplus_bend(cx, FLOWS, a), a->beta, a->threshold)

FIRST(logsigmoid, logsigmoid)
static ts_tensor *logsigmoid_bend(ts_cx *cx, ts_tensor *flows, ts_tensor *x) {
  ts_tensor *s = ts_sigmoid(cx, x);
  return NEG(MUL(flows, MUL(s, ONE_MINUS(s))));
}
SECOND(logsigmoid, logsigmoid_bend(cx, FLOWS, a->self))

FIRST(mish, mish)
/* h = tanh(softplus(x)), q = 1 - h^2, s = sigmoid(x): 2 s q + x q (s (1 - s) - 2 h s^2). */
static ts_tensor *mish_bend(ts_cx *cx, ts_tensor *flows, ts_tensor *x) {
  ts_tensor *s = ts_sigmoid(cx, x), *h = ts_tanh(cx, ts_softplus(cx, x, 1, 20)), *q = ONE_MINUS(ts_square(cx, h));
  ts_tensor *inner = SUB(MUL(s, ONE_MINUS(s)), MUL(MUL(h, ts_square(cx, s)), NUM(2)));
  return MUL(flows, MUL(q, ADD(MUL(s, NUM(2)), MUL(x, inner))));
}
SECOND(mish, mish_bend(cx, FLOWS, a->self))
