#include "../core/vmath.h"
#include "formulas.h"

void ts_add_grad(ts_cx *cx, const ts_add_args *a, const ts_back *b, ts_add_args *g) {
  if (g->self) g->self = b->grad;
  if (g->other) g->other = ts_times(cx, b->grad, a->alpha);
}

static ts_tensor *minus(ts_cx *cx, ts_tensor *grad, ts_scalar alpha) {
  if (alpha.kind == TS_NUM_COMPLEX) return NEG(ts_times(cx, grad, alpha));
  return alpha.f == 1 ? NEG(grad) : MUL(grad, NUM(-alpha.f));
}

void ts_sub_grad(ts_cx *cx, const ts_sub_args *a, const ts_back *b, ts_sub_args *g) {
  if (g->self) g->self = b->grad;
  if (g->other) g->other = minus(cx, b->grad, a->alpha);
}

void ts_rsub_grad(ts_cx *cx, const ts_rsub_args *a, const ts_back *b, ts_rsub_args *g) {
  if (g->self) g->self = minus(cx, b->grad, a->alpha);
  if (g->other) g->other = b->grad;
}

void ts_mul_grad(ts_cx *cx, const ts_mul_args *a, const ts_back *b, ts_mul_args *g) {
  if (g->self) g->self = MUL(b->grad, CONJ(a->other));
  if (g->other) g->other = MUL(b->grad, CONJ(a->self));
}

/* Rounded quotients are flat. */
void ts_div_grad(ts_cx *cx, const ts_div_args *a, const ts_back *b, ts_div_args *g) {
  bool flat = a->rounding_mode != NULL;
  if (g->self) g->self = flat ? ZERO(b->grad) : DIV(b->grad, CONJ(a->other));
  if (g->other) g->other = flat ? ZERO(b->grad) : MUL(NEG(b->grad), CONJ(DIV(DIV(a->self, a->other), a->other)));
}

void ts_remainder_grad(ts_cx *cx, const ts_remainder_args *a, const ts_back *b, ts_remainder_args *g) {
  if (g->self) g->self = b->grad;
  if (g->other) g->other = MUL(NEG(b->grad), ts_div(cx, a->self, a->other, "floor"));
}

void ts_fmod_grad(ts_cx *cx, const ts_fmod_args *a, const ts_back *b, ts_fmod_args *g) {
  if (g->self) g->self = b->grad;
  if (g->other) g->other = MUL(NEG(b->grad), ts_div(cx, a->self, a->other, "trunc"));
}

static ts_tensor *power_of_self(ts_cx *cx, const ts_pow_args *a, ts_tensor *grad) {
  if (a->exponent->wrapped_number) {
    ts_scalar e = ts_read_scalar(a->exponent, ts_data(a->exponent)), less = e;
    less.f -= 1;
    if (less.kind != TS_NUM_COMPLEX) less = ts_float(less.f);
    return ts_is_zero(e) ? ZERO(grad) : MUL(grad, CONJ(MUL(ts_pow(cx, a->self, ts_wrap_scalar(cx, less)), e.im != 0 ? a->exponent : NUM(e.f))));
  }
  ts_tensor *slope = CONJ(MUL(a->exponent, ts_pow(cx, a->self, SUB(a->exponent, NUM(1)))));
  return ts_drop(cx, ts_eq(cx, a->exponent, NUM(0)), MUL(grad, slope));
}

/* Exponents that 0 can be raised to. */
static ts_tensor *not_negative(ts_cx *cx, ts_tensor *exponent) {
  if (!ts_is_complex((ts_dtype)exponent->dtype)) return ts_ge(cx, exponent, NUM(0));
  return ts_logical_and(cx, ts_ge(cx, ts_real(cx, exponent), NUM(0)), ts_eq(cx, ts_imag(cx, exponent), NUM(0)));
}

void ts_pow_grad(ts_cx *cx, const ts_pow_args *a, const ts_back *b, ts_pow_args *g) {
  if (g->self) g->self = power_of_self(cx, a, b->grad);
  if (!g->exponent) return;
  ts_tensor *self = a->self;
  if (self->wrapped_number && !ts_is_complex((ts_dtype)b->result->dtype)) {
    double base = ts_read_scalar(self, ts_data(self)).f;
    /* Powers of 0 are 0 or, where they have a slope, infinite: -y is y log(0) there, without 0 times infinity. */
    ts_tensor *slope = base == 0 ? ts_drop(cx, ts_ge(cx, a->exponent, NUM(0)), NEG(b->result)) : MUL(b->result, NUM(vm_log(base)));
    g->exponent = MUL(b->grad, slope);
    return;
  }
  /* 0 ** exponent is flat where it is defined; its logarithm stays out, lest it become NaN times 0 in higher derivatives. */
  ts_tensor *flat = ts_logical_and(cx, ts_eq(cx, self, NUM(0)), not_negative(cx, a->exponent));
  if (ts_is_complex((ts_dtype)b->result->dtype)) self = ts__to_dtype(cx, self, (ts_dtype)b->result->dtype);
  ts_tensor *slope = CONJ(MUL(b->result, ts_log(cx, ts_where(cx, flat, NUM(1), self))));
  g->exponent = ts_drop(cx, flat, MUL(b->grad, slope));
}

void ts_neg_grad(ts_cx *cx, const ts_neg_args *a, const ts_back *b, ts_neg_args *g) {
  (void)a;
  g->self = NEG(b->grad);
}

void ts_abs_grad(ts_cx *cx, const ts_abs_args *a, const ts_back *b, ts_abs_args *g) {
  g->self = MUL(b->grad, ts_sgn(cx, a->self));
}

void ts_square_grad(ts_cx *cx, const ts_square_args *a, const ts_back *b, ts_square_args *g) {
  g->self = MUL(b->grad, MUL(CONJ(a->self), NUM(2)));
}

void ts_reciprocal_grad(ts_cx *cx, const ts_reciprocal_args *a, const ts_back *b, ts_reciprocal_args *g) {
  (void)a;
  g->self = MUL(NEG(b->grad), CONJ(MUL(b->result, b->result)));
}

void ts_sqrt_grad(ts_cx *cx, const ts_sqrt_args *a, const ts_back *b, ts_sqrt_args *g) {
  (void)a;
  g->self = DIV(b->grad, MUL(CONJ(b->result), NUM(2)));
}

void ts_rsqrt_grad(ts_cx *cx, const ts_rsqrt_args *a, const ts_back *b, ts_rsqrt_args *g) {
  (void)a;
  g->self = MUL(MUL(b->grad, NUM(-0.5)), ts_pow(cx, CONJ(b->result), NUM(3)));
}

/* Steps have no slope. */
#define FLAT(name)                                                                                    \
  void ts_##name##_grad(ts_cx *cx, const ts_##name##_args *a, const ts_back *b, ts_##name##_args *g) { \
    (void)a;                                                                                          \
    g->self = ZERO(b->grad);                                                                          \
  }
FLAT(sign)
FLAT(floor)
FLAT(ceil)
FLAT(trunc)
FLAT(round)

/* Turning changes the sign of a complex number, growing does not. */
void ts_sgn_grad(ts_cx *cx, const ts_sgn_args *a, const ts_back *b, ts_sgn_args *g) {
  if (!ts_is_complex((ts_dtype)b->grad->dtype)) {
    g->self = ZERO(b->grad);
    return;
  }
  ts_tensor *size = ts_abs(cx, a->self), *none = ts_eq(cx, size, NUM(0)), *sign = b->result;
  size = ts_masked_fill(cx, size, none, NUM(1));
  ts_tensor *along = MUL(ts_real(cx, MUL(b->grad, CONJ(sign))), sign);
  g->self = ts_drop(cx, none, DIV(SUB(b->grad, along), size));
}

void ts_frac_grad(ts_cx *cx, const ts_frac_args *a, const ts_back *b, ts_frac_args *g) {
  (void)cx, (void)a;
  g->self = b->grad;
}

void ts_deg2rad_grad(ts_cx *cx, const ts_deg2rad_args *a, const ts_back *b, ts_deg2rad_args *g) {
  (void)a;
  g->self = ts_deg2rad(cx, b->grad);
}

void ts_rad2deg_grad(ts_cx *cx, const ts_rad2deg_args *a, const ts_back *b, ts_rad2deg_args *g) {
  (void)a;
  g->self = ts_rad2deg(cx, b->grad);
}

void ts_nan_to_num_grad(ts_cx *cx, const ts_nan_to_num_args *a, const ts_back *b, ts_nan_to_num_args *g) {
  g->self = MUL(b->grad, ts_isfinite(cx, a->self));
}

void ts_lerp_grad(ts_cx *cx, const ts_lerp_args *a, const ts_back *b, ts_lerp_args *g) {
  ts_tensor *rest = NULL;
  bool number = a->weight->wrapped_number && !ts_is_complex((ts_dtype)a->weight->dtype);
  if (g->self && number) rest = NUM(1 - ts_read_scalar(a->weight, ts_data(a->weight)).f);
  else if (g->self) rest = ts_rsub(cx, a->weight, NUM(1), ts_int(1));
  if (g->self) g->self = MUL(b->grad, CONJ(rest));
  if (g->end) g->end = MUL(b->grad, CONJ(a->weight));
  if (g->weight) g->weight = MUL(b->grad, CONJ(SUB(a->end, a->self)));
}

void ts_addcmul_grad(ts_cx *cx, const ts_addcmul_args *a, const ts_back *b, ts_addcmul_args *g) {
  if (g->self) g->self = b->grad;
  if (g->tensor1) g->tensor1 = ts_times(cx, MUL(b->grad, CONJ(a->tensor2)), a->value);
  if (g->tensor2) g->tensor2 = ts_times(cx, MUL(b->grad, CONJ(a->tensor1)), a->value);
}

void ts_addcdiv_grad(ts_cx *cx, const ts_addcdiv_args *a, const ts_back *b, ts_addcdiv_args *g) {
  if (g->self) g->self = b->grad;
  if (g->tensor1) g->tensor1 = ts_times(cx, DIV(b->grad, CONJ(a->tensor2)), a->value);
  if (g->tensor2) g->tensor2 = NEG(ts_times(cx, MUL(b->grad, CONJ(DIV(a->tensor1, MUL(a->tensor2, a->tensor2)))), a->value));
}
