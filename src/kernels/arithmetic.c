/* Arithmetic that is more than one call of an elementwise family. */
#include <math.h>
#include <string.h>
#include "../gen/ops.h"
#include "elementwise.h"

/* alpha as PyTorch takes it: no floats for integers. */
static bool check_alpha(ts_cx *cx, ts_scalar alpha, ts_dtype d) {
  if (alpha.kind == TS_NUM_COMPLEX && !ts_is_complex(d))
    return ts_fail(cx, TS_ERR_DTYPE, "For non-complex input tensors, argument alpha must not be a complex number.");
  if (alpha.kind == TS_NUM_FLOAT && ts_is_integral(d, true))
    return ts_fail(cx, TS_ERR_DTYPE, "For integral input tensors, argument alpha must not be a floating point number.");
  if (alpha.kind == TS_NUM_BOOL && d != TS_BOOL) return ts_fail(cx, TS_ERR_DTYPE, "Boolean alpha only supported for Boolean results.");
  return true;
}

static ts_dtype promoted(ts_tensor *a, ts_tensor *b) { return ts_result_type((ts_tensor *const[]){a, b}, 2); }

bool ts_needs_tensor(ts_cx *cx, const ts_tensor *a, const ts_tensor *b) {
  return !(a->wrapped_number && b->wrapped_number) || ts_fail(cx, TS_ERR_ARGUMENT, "one of the arguments must be a Tensor, got two numbers");
}

bool ts_add_impl(ts_cx *cx, const ts_add_args *a, ts_out *out) {
  bool plain = ts_is_one(a->alpha) && a->alpha.kind == TS_NUM_INT;
  if (!plain && !check_alpha(cx, a->alpha, promoted(a->self, a->other))) return false;
  return ts_binary(cx, a->self, a->other, out, ts_is_one(a->alpha) ? TS_BIN_ADD : TS_BIN_ADD_SCALED, TS_SAME, &a->alpha);
}

static bool subtract(ts_cx *cx, ts_tensor *x, ts_tensor *y, ts_scalar alpha, ts_out *out) {
  if (x->dtype == TS_BOOL && y->dtype == TS_BOOL)
    return ts_fail(cx, TS_ERR_DTYPE, "Subtraction, the `-` operator, with two bool tensors is not supported. Use the `^` or "
                                     "`logical_xor()` operator instead.");
  if (x->dtype == TS_BOOL || y->dtype == TS_BOOL)
    return ts_fail(cx, TS_ERR_DTYPE, "Subtraction, the `-` operator, with a bool tensor is not supported. If you are trying to "
                                     "invert a mask, use the `~` or `logical_not()` operator instead.");
  bool plain = alpha.f == 1 && alpha.kind == TS_NUM_INT;
  if (!plain && !check_alpha(cx, alpha, promoted(x, y))) return false;
  alpha.f = -alpha.f;
  alpha.im = -alpha.im;
  alpha.i = (int64_t)(0 - (uint64_t)alpha.i);
  return ts_binary(cx, x, y, out, alpha.f == -1 && alpha.im == 0 ? TS_BIN_SUB : TS_BIN_ADD_SCALED, TS_SAME, &alpha);
}
bool ts_sub_impl(ts_cx *cx, const ts_sub_args *a, ts_out *out) { return subtract(cx, a->self, a->other, a->alpha, out); }
bool ts_rsub_impl(ts_cx *cx, const ts_rsub_args *a, ts_out *out) { return subtract(cx, a->other, a->self, a->alpha, out); }

/* Integers cannot be divided by zero; nothing is written when they would be. */
static bool divides(ts_cx *cx, ts_tensor *x, ts_tensor *y, ts_out *out, ts_binary_id id) {
  if (x->numel && y->numel && ts_is_integral((ts_dtype)y->dtype, false) && !ts_is_inexact(promoted(x, y))) {
    ts_tensor *zero = ts_wrap_scalar(cx, ts_int(0)), *none = zero ? ts_eq(cx, y, zero) : NULL;
    if (!none) return false;
    const uint8_t *is_zero = ts_data(none);
    for (int64_t i = 0; i < none->numel; i++)
      if (is_zero[i]) return ts_fail(cx, TS_ERR_NUMERIC, "ZeroDivisionError");
  }
  return ts_binary(cx, x, y, out, id, TS_NO_BOOL, NULL);
}

bool ts_div_impl(ts_cx *cx, const ts_div_args *a, ts_out *out) {
  const char *mode = a->rounding_mode;
  if (!mode) return ts_binary(cx, a->self, a->other, out, TS_BIN_DIV, TS_TO_FLOAT, NULL);
  bool floors = strcmp(mode, "floor") == 0;
  if (!floors && strcmp(mode, "trunc") != 0)
    return ts_fail(cx, TS_ERR_ARGUMENT, "div expected rounding_mode to be one of None, 'trunc', or 'floor' but found '%s'", mode);
  return divides(cx, a->self, a->other, out, floors ? TS_BIN_FLOOR_DIV : TS_BIN_TRUNC_DIV);
}
bool ts_floor_divide_impl(ts_cx *cx, const ts_floor_divide_args *a, ts_out *out) {
  return divides(cx, a->self, a->other, out, TS_BIN_FLOOR_DIV);
}
bool ts_remainder_impl(ts_cx *cx, const ts_remainder_args *a, ts_out *out) {
  return ts_needs_tensor(cx, a->self, a->other) && divides(cx, a->self, a->other, out, TS_BIN_REMAINDER);
}
bool ts_fmod_impl(ts_cx *cx, const ts_fmod_args *a, ts_out *out) { return divides(cx, a->self, a->other, out, TS_BIN_FMOD); }

/* A copy in place of what leaves values as they are. */
static bool unchanged(ts_cx *cx, ts_tensor *x, ts_out *out) {
  ts_tensor *result = ts_result(cx, out, 0, (ts_dtype)x->dtype, x->ndim, x->sizes);
  return result && (result == x || ts_raw_copy(cx, result, x));
}

/* ---- powers ---- */

/* The exponents that cost less than pow: 1, 2, 3, 0.5 and some of their negatives. */
static bool simple_power(ts_cx *cx, ts_tensor *x, double e, ts_dtype d, ts_out *out, bool *done) {
  *done = true;
  bool whole = !ts_is_inexact(d);
  if (x->dtype != d && !(x = ts_raw_cast(cx, x, d))) return false;
  if (e == 1) return unchanged(cx, x, out);
  if (e == 2) return ts_binary(cx, x, x, out, TS_BIN_MUL, TS_SAME, NULL);
  if (e == 3) {
    ts_out square = {0};
    return ts_binary(cx, x, x, &square, TS_BIN_MUL, TS_SAME, NULL) && ts_binary(cx, square.t[0], x, out, TS_BIN_MUL, TS_SAME, NULL);
  }
  if (!whole && e == 0.5) return ts_unary(cx, x, out, TS_UN_SQRT, TS_SAME, NULL);
  if (!whole && e == -0.5) return ts_unary(cx, x, out, TS_UN_RSQRT, TS_SAME, NULL);
  if (!whole && e == -1) return ts_unary(cx, x, out, TS_UN_RECIPROCAL, TS_SAME, NULL);
  if (!whole && e == -2) {
    ts_out square = {0};
    return ts_binary(cx, x, x, &square, TS_BIN_MUL, TS_SAME, NULL) && ts_unary(cx, square.t[0], out, TS_UN_RECIPROCAL, TS_SAME, NULL);
  }
  *done = false;
  return true;
}

bool ts_pow_impl(ts_cx *cx, const ts_pow_args *a, ts_out *out) {
  ts_tensor *x = a->self, *y = a->exponent;
  if (!ts_needs_tensor(cx, x, y)) return false;
  if (y->wrapped_number) {
    ts_dtype d = promoted(x, y);
    ts_scalar s = ts_read_scalar(y, ts_data(y));
    double e = s.f;
    if (e < 0 && !ts_is_inexact(d)) return ts_fail(cx, TS_ERR_ARGUMENT, "Integers to negative integer powers are not allowed.");
    bool done = false;
    if (d != TS_BOOL && !ts_is_half(d) && s.im == 0 && (!simple_power(cx, x, e, d, out, &done) || done)) return !ts_failed(cx);
  }
  return ts_binary(cx, x, y, out, TS_BIN_POW, TS_NO_BOOL, NULL);
}

bool ts_pow_number(ts_cx *cx, ts_tensor *x, ts_out *out, int64_t exponent) {
  ts_pow_args args = {x, ts_wrap_scalar(cx, ts_int(exponent))};
  return args.exponent && ts_pow_impl(cx, &args, out);
}

bool ts_float_power_impl(ts_cx *cx, const ts_float_power_args *a, ts_out *out) {
  if (!ts_needs_tensor(cx, a->self, a->exponent)) return false;
  ts_tensor *x = a->self, *y = a->exponent;
  ts_dtype d = ts_is_complex((ts_dtype)x->dtype) || ts_is_complex((ts_dtype)y->dtype) ? TS_COMPLEX128 : TS_FLOAT64;
  if (x->dtype != d) x = ts__to_dtype(cx, x, d);
  /* A number stays one, so that its powers are as exact as pow's. */
  if (!y->wrapped_number && y->dtype != d) y = ts__to_dtype(cx, y, d);
  return (out->t[0] = ts_pow(cx, x, y)) != NULL;
}

/* ---- one input ---- */

bool ts_neg_impl(ts_cx *cx, const ts_neg_args *a, ts_out *out) {
  if (a->self->dtype == TS_BOOL)
    return ts_fail(cx, TS_ERR_DTYPE, "Negation, the `-` operator, on a bool tensor is not supported. If you are trying to invert a "
                                     "mask, use the `~` or `logical_not()` operator instead.");
  return ts_unary(cx, a->self, out, TS_UN_NEG, TS_SAME, NULL);
}

bool ts_positive_impl(ts_cx *cx, const ts_positive_args *a, ts_out *out) {
  if (a->self->dtype == TS_BOOL) return ts_fail(cx, TS_ERR_DTYPE, "The `+` operator, on a bool tensor is not supported.");
  out->t[0] = a->self;
  return true;
}

bool ts_sign_impl(ts_cx *cx, const ts_sign_args *a, ts_out *out) {
  if (ts_is_complex((ts_dtype)a->self->dtype))
    return ts_fail(cx, TS_ERR_DTYPE, "Unlike NumPy, torsh.sign is not meant to support complex numbers; use torsh.sgn instead");
  return ts_sign_of(cx, a->self, out);
}

bool ts_sign_of(ts_cx *cx, ts_tensor *x, ts_out *out) {
  return x->dtype == TS_BOOL ? unchanged(cx, x, out) : ts_unary(cx, x, out, TS_UN_SIGN, TS_SAME, NULL);
}

bool ts_rounded(ts_cx *cx, ts_tensor *x, ts_out *out, ts_unary_id id) {
  return ts_is_integral((ts_dtype)x->dtype, false) ? unchanged(cx, x, out) : ts_unary(cx, x, out, id, TS_NO_BOOL, NULL);
}

bool ts_round_impl(ts_cx *cx, const ts_round_args *a, ts_out *out) {
  if (a->decimals == 0) return ts_rounded(cx, a->self, out, TS_UN_ROUND);
  double ten = 1;
  const double places = fabs((double)a->decimals);
  for (int i = 0; i < places && i < 400; i++) ten *= 10;
  ts_scalar params[3] = {ts_float(ten), ts_float(a->decimals < 0), ts_none()};
  return ts_unary(cx, a->self, out, TS_UN_ROUND_DECIMALS, TS_NO_INT, params);
}

bool ts_nan_to_num_impl(ts_cx *cx, const ts_nan_to_num_args *a, ts_out *out) {
  ts_tensor *x = a->self;
  ts_dtype d = (ts_dtype)x->dtype;
  if (!ts_is_float(d)) return unchanged(cx, x, out);
  double max = d == TS_FLOAT64 ? 0x1.fffffffffffffp1023 : d == TS_FLOAT32 ? 0x1.fffffep127 : d == TS_FLOAT16 ? 65504 : 0x1.fep127;
  ts_scalar params[3] = {ts_float(a->nan.given ? a->nan.v : 0), ts_float(a->posinf.given ? a->posinf.v : max), ts_float(a->neginf.given ? a->neginf.v : -max)};
  return ts_unary(cx, x, out, TS_UN_NAN_TO_NUM, TS_SAME, params);
}

bool ts_scaled_by(ts_cx *cx, ts_tensor *x, ts_out *out, double factor) {
  ts_scalar params[3] = {ts_float(factor), ts_none(), ts_none()};
  return ts_unary(cx, x, out, TS_UN_SCALE, TS_TO_FLOAT, params);
}

/* ---- three inputs ---- */

static bool value_fits(ts_cx *cx, ts_scalar value, ts_tensor *x, ts_tensor *y, ts_tensor *z) {
  return value.im == 0 || ts_fits(cx, value, ts_result_type((ts_tensor *const[]){x, y, z}, 3));
}

bool ts_addcmul_impl(ts_cx *cx, const ts_addcmul_args *a, ts_out *out) {
  if (!value_fits(cx, a->value, a->self, a->tensor1, a->tensor2)) return false;
  ts_scalar params[3] = {a->value, ts_none(), ts_none()};
  if (a->value.kind == TS_NUM_FLOAT) params[0].i = a->value.f > -0x1p63 && a->value.f < 0x1p63 ? (int64_t)a->value.f : 0;
  return ts_ternary(cx, a->self, a->tensor1, a->tensor2, out, TS_TER_ADDCMUL, TS_NO_BOOL, params);
}

bool ts_addcdiv_impl(ts_cx *cx, const ts_addcdiv_args *a, ts_out *out) {
  if (ts_is_integral((ts_dtype)a->tensor1->dtype, true) && ts_is_integral((ts_dtype)a->tensor2->dtype, true))
    return ts_fail(cx, TS_ERR_DTYPE, "Integer division with addcdiv is no longer supported; divide floats, or compute (input + value * "
                                     "trunc(tensor1 / tensor2))");
  if (!value_fits(cx, a->value, a->self, a->tensor1, a->tensor2)) return false;
  ts_scalar params[3] = {a->value, ts_none(), ts_none()};
  return ts_ternary(cx, a->self, a->tensor1, a->tensor2, out, TS_TER_ADDCDIV, TS_NO_INT, params);
}

bool ts_lerp_impl(ts_cx *cx, const ts_lerp_args *a, ts_out *out) {
  ts_dtype d = (ts_dtype)a->self->dtype;
  if (ts_is_integral(d, true)) return ts_fail(cx, TS_ERR_DTYPE, "not implemented for %s", ts_dtype_name(d));
  if (a->end->dtype != d)
    return ts_fail(cx, TS_ERR_DTYPE, "expected dtype %s for `end` but got dtype %s", ts_dtype_name(d), ts_dtype_name((ts_dtype)a->end->dtype));
  if (!a->weight->wrapped_number && a->weight->dtype != d)
    return ts_fail(cx, TS_ERR_DTYPE, "expected dtype %s for `weight` but got dtype %s", ts_dtype_name(d), ts_dtype_name((ts_dtype)a->weight->dtype));
  if (a->weight->wrapped_number && !ts_fits(cx, ts_read_scalar(a->weight, ts_data(a->weight)), d)) return false;
  return ts_ternary(cx, a->self, a->end, a->weight, out, TS_TER_LERP, TS_NO_INT, NULL);
}
