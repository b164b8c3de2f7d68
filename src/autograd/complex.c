#include "formulas.h"

void ts_complex_grad(ts_cx *cx, const ts_complex_args *a, const ts_back *b, ts_complex_args *g) {
  (void)a;
  if (g->real) g->real = ts_real(cx, b->grad);
  if (g->imag) g->imag = ts_imag(cx, b->grad);
}

void ts_view_as_real_grad(ts_cx *cx, const ts_view_as_real_args *a, const ts_back *b, ts_view_as_real_args *g) {
  (void)a;
  g->self = ts_view_as_complex(cx, ts_contiguous(cx, b->grad, NULL));
}

void ts_view_as_complex_grad(ts_cx *cx, const ts_view_as_complex_args *a, const ts_back *b, ts_view_as_complex_args *g) {
  (void)a;
  g->self = ts_view_as_real(cx, b->grad);
}

void ts_conj_physical_grad(ts_cx *cx, const ts_conj_physical_args *a, const ts_back *b, ts_conj_physical_args *g) {
  (void)a;
  g->self = CONJ(b->grad);
}

/* grad * i z / |z|^2, 0 at 0. */
void ts_angle_grad(ts_cx *cx, const ts_angle_args *a, const ts_back *b, ts_angle_args *g) {
  ts_tensor *z = a->self;
  if (!ts_is_complex((ts_dtype)z->dtype)) {
    g->self = ZERO(b->grad);
    return;
  }
  ts_tensor *none = ts_eq(cx, z, NUM(0)), *away = ts_masked_fill(cx, z, none, NUM(1));
  ts_tensor *turned = MUL(away, ts_wrap_scalar(cx, ts_complex_number(0, 1)));
  g->self = ts_drop(cx, none, MUL(b->grad, DIV(turned, ts_square(cx, ts_abs(cx, away)))));
}

void ts_polar_grad(ts_cx *cx, const ts_polar_args *a, const ts_back *b, ts_polar_args *g) {
  (void)a;
  /* As PyTorch, abs is taken for what its name says: the slope of negative ones is that of their absolute values. */
  if (g->abs) g->abs = ts_real(cx, MUL(b->grad, CONJ(ts_sgn(cx, b->result))));
  if (g->angle) g->angle = ts_imag(cx, MUL(b->grad, CONJ(b->result)));
}
