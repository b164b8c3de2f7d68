/* Functions of mathematics that are more than one call of an elementwise family. */
#include <math.h>
#include "../gen/ops.h"
#include "elementwise.h"

bool ts_logit_impl(ts_cx *cx, const ts_logit_args *a, ts_out *out) {
  /* A negative eps means none. */
  bool clamps = a->eps.given && a->eps.v >= 0;
  ts_scalar params[3] = {ts_float(clamps ? a->eps.v : -INFINITY), ts_float(clamps ? 1 - a->eps.v : INFINITY), ts_none()};
  return ts_unary(cx, a->self, out, TS_UN_LOGIT, TS_TO_FLOAT, params);
}

bool ts_xlogy_impl(ts_cx *cx, const ts_xlogy_args *a, ts_out *out) {
  return ts_needs_tensor(cx, a->self, a->other) && ts_binary(cx, a->self, a->other, out, TS_BIN_XLOGY, TS_TO_FLOAT, NULL);
}

/* The neighbour in bfloat16: its bits order as integers do, mirrored below zero. */
static bool next_bfloat16(ts_cx *cx, const ts_nextafter_args *a, ts_out *out) {
  ts_tensor *x = a->self, *y = a->other;
  int n;
  int64_t sizes[TS_MAX_DIM];
  if (!ts_broadcast_sizes(cx, x->ndim, x->sizes, y->ndim, y->sizes, &n, sizes)) return false;
  ts_tensor *from = ts_empty(cx, TS_FLOAT32, n, sizes), *to = ts_empty(cx, TS_FLOAT32, n, sizes);
  ts_tensor *next = ts_empty(cx, TS_BFLOAT16, n, sizes);
  if (!next || !ts_raw_copy(cx, from, x) || !ts_raw_copy(cx, to, y)) return false;
  const float *p = ts_data(from), *q = ts_data(to);
  uint16_t *r = ts_data(next);
  for (int64_t i = 0; i < next->numel; i++) {
    uint16_t bits = ts_f32_to_bf16(p[i]);
    if (p[i] != p[i] || q[i] != q[i]) r[i] = 0x7fc0;
    else if (p[i] == q[i]) r[i] = ts_f32_to_bf16(q[i]);
    else if (p[i] == 0) r[i] = q[i] > 0 ? 1 : 0x8001;
    else r[i] = (uint16_t)((p[i] > 0) == (q[i] > p[i]) ? bits + 1 : bits - 1);
  }
  out->t[0] = next;
  return true;
}

bool ts_nextafter_impl(ts_cx *cx, const ts_nextafter_args *a, ts_out *out) {
  ts_dtype d = ts_result_type((ts_tensor *const[]){a->self, a->other}, 2);
  if (d == TS_BFLOAT16) return next_bfloat16(cx, a, out);
  if (d == TS_FLOAT16) return ts_fail(cx, TS_ERR_DTYPE, "not implemented for float16");
  return ts_binary(cx, a->self, a->other, out, TS_BIN_NEXTAFTER, TS_NO_INT, NULL);
}

bool ts_heaviside_impl(ts_cx *cx, const ts_heaviside_args *a, ts_out *out) {
  if (a->self->dtype != a->values->dtype)
    return ts_fail(cx, TS_ERR_DTYPE, "heaviside is not yet implemented for tensors with different dtypes.");
  return ts_binary(cx, a->self, a->values, out, TS_BIN_HEAVISIDE, TS_SAME, NULL);
}

bool ts_ldexp_impl(ts_cx *cx, const ts_ldexp_args *a, ts_out *out) {
  return (out->t[0] = ts_mul(cx, a->self, ts_pow(cx, ts_wrap_scalar(cx, ts_float(2)), a->other))) != NULL;
}

static bool of_integers(ts_cx *cx, ts_tensor *x, ts_tensor *y, ts_out *out, ts_binary_id id) {
  if (ts_result_type((ts_tensor *const[]){x, y}, 2) == TS_BOOL) return ts_fail(cx, TS_ERR_DTYPE, "not implemented for bool");
  return ts_binary(cx, x, y, out, id, TS_NO_FLOAT, NULL);
}
bool ts_gcd_impl(ts_cx *cx, const ts_gcd_args *a, ts_out *out) { return of_integers(cx, a->self, a->other, out, TS_BIN_GCD); }
bool ts_lcm_impl(ts_cx *cx, const ts_lcm_args *a, ts_out *out) { return of_integers(cx, a->self, a->other, out, TS_BIN_LCM); }

/* p (p - 1) / 4 log(pi) + the sum of lgamma(x - i / 2) for i < p. */
bool ts_mvlgamma_impl(ts_cx *cx, const ts_mvlgamma_args *a, ts_out *out) {
  if (a->p < 1) return ts_fail(cx, TS_ERR_ARGUMENT, "p has to be greater than or equal to 1");
  double p = (double)a->p;
  ts_tensor *sum = ts_lgamma(cx, a->self);
  for (int64_t i = 1; i < a->p && !ts_failed(cx); i++) {
    ts_tensor *shifted = ts_add(cx, a->self, ts_wrap_scalar(cx, ts_float(-0.5 * (double)i)), ts_int(1));
    sum = ts_add(cx, sum, ts_lgamma(cx, shifted), ts_int(1));
  }
  if (a->p > 1) sum = ts_add(cx, sum, ts_wrap_scalar(cx, ts_float(0.25 * p * (p - 1) * 0x1.250d048e7a1bdp+0)), ts_int(1));
  return (out->t[0] = sum) != NULL;
}

/* Mantissa, exponent, input. */
#define FREXP(type, name, c_frexp)                                                           \
  static void name(char *const *p, const int64_t *s, int64_t n, const void *params) {        \
    (void)params;                                                                            \
    for (int64_t k = 0; k < n; k++) {                                                        \
      const type x = *(const type *)(p[2] + k * s[2]);                                       \
      int e = 0;                                                                             \
      *(type *)(p[0] + k * s[0]) = isfinite(x) ? c_frexp(x, &e) : x;                         \
      *(int32_t *)(p[1] + k * s[1]) = e;                                                     \
    }                                                                                        \
  }
FREXP(float, frexp_f32, frexpf)
FREXP(double, frexp_f64, frexp)

bool ts_frexp_impl(ts_cx *cx, const ts_frexp_args *a, ts_out *out) {
  ts_tensor *x = a->self;
  ts_dtype d = (ts_dtype)x->dtype, wide = ts_is_half(d) ? TS_FLOAT32 : d;
  if (!ts_is_float(d)) return ts_fail(cx, TS_ERR_DTYPE, "torch.frexp() only supports floating-point dtypes");
  ts_tensor *from = ts_raw_cast(cx, x, wide), *mantissa = ts_empty_like(cx, x, wide), *exponent = ts_empty_like(cx, x, TS_INT32);
  if (!from || !mantissa || !exponent) return false;
  ts_iterate(3, (ts_tensor *const[]){mantissa, exponent, from}, x->ndim, x->sizes, wide == TS_FLOAT64 ? frexp_f64 : frexp_f32, NULL, 0);
  out->t[0] = ts_raw_cast(cx, mantissa, d);
  out->t[1] = exponent;
  return out->t[0] != NULL;
}
