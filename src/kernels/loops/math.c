/* Exponentials, logarithms, hyperbolic and trigonometric functions. */
#include "loops.h"
#include "../../core/vmath.h"

#define EXP(t) TS_VM_##t(exp)(x)
#define EXP2(t) TS_VM_##t(exp2)(x)
#define EXPM1(t) TS_VM_##t(expm1)(x)
#define LOG(t) TS_VM_##t(log)(x)
#define LOG2(t) TS_VM_##t(log2)(x)
#define LOG10(t) TS_VM_##t(log10)(x)
#define LOG1P(t) TS_VM_##t(log1p)(x)
#define SINH(t) TS_VM_##t(sinh)(x)
#define COSH(t) TS_VM_##t(cosh)(x)
#define TANH(t) TS_VM_##t(tanh)(x)
#define ASIN(t) TS_VM_##t(asin)(x)
#define ACOS(t) TS_VM_##t(acos)(x)
#define ATAN(t) TS_VM_##t(atan)(x)
#define ASINH(t) TS_VM_##t(asinh)(x)
#define ACOSH(t) TS_VM_##t(acosh)(x)
#define ATANH(t) TS_VM_##t(atanh)(x)
#define FLOATS(X) X(EXP2) X(EXPM1) X(LOG) X(LOG2) X(LOG10) X(LOG1P) X(SINH) X(COSH) X(ASIN) X(ACOS) X(ATAN) X(ASINH) X(ACOSH) X(ATANH)
FLOATS(TS_DENSE1_FLOATS)
TS_DENSE1(EXP_f64, f64, f64, EXP(f64))
TS_DENSE1(TANH_f64, f64, f64, TANH(f64))

static void tanh_block(float *out, const float *x, int64_t n) {
  float r[TS_STAGE], t[TS_STAGE];
  TS_EACH_REST(r, t, vm_tanh_beginf(x[k]))
  TS_EACH out[k] = vm_tanh_middlef(r[k]);
  TS_EACH out[k] = vm_tanh_endf(r[k], out[k], t[k]);
}
TS_STAGED(TANH_f32, tanh_block)

/* Few blocks of an array have arguments whose results are no normal numbers. */
static void exp_block(float *out, const float *x, int64_t n) {
  int32_t most = 0; /* as integers absolute values are ordered too, with NaN at the end */
  for (int64_t k = 0; k < n; k++) {
    const int32_t size = (int32_t)(vm_u32(x[k]) & 0x7fffffffu);
    most = most < size ? size : most;
  }
  if (vm_f32((uint32_t)most) <= VM_EXP_NORMAL) {
    float t[TS_STAGE];
    TS_EACH_REST(out, t, vm_exp_normal_beginf(x[k]))
    TS_EACH out[k] = vm_exp_endf(out[k], t[k]);
  } else {
    TS_EACH out[k] = vm_expf(x[k]);
  }
}
TS_STAGED(EXP_f32, exp_block)

/* Rare: float32 is computed in double too. */
TS_DENSE1(SINC_f64, f64, f64, x == 0 ? 1 : x - x != 0 ? x - x : vm_abs(x) >= 0x1p52 ? 0 : vm_sin_pi(x) / (x * 0x1.921fb54442d18p+1))

#define TRIG(N, name, t)                                                                                \
  static void N##_##t(char *const *p, const int64_t *s, int64_t n, const void *params) {                \
    (void)s, (void)params;                                                                              \
    name##_n((ts_mem_##t *)p[0], (const ts_mem_##t *)p[1], n);                                          \
  }
TRIG(SIN, vm_sinf, f32)
TRIG(SIN, vm_sin, f64)
TRIG(COS, vm_cosf, f32)
TRIG(COS, vm_cos, f64)
TRIG(TAN, vm_tanf, f32)
TRIG(TAN, vm_tan, f64)

TS_FILL(math) {
#define SET(N) TS_SET_FLOATS(unary, TS_UN_##N, N)
  FLOATS(SET)
  SET(EXP) SET(TANH) SET(SIN) SET(COS) SET(TAN)
#undef SET
  table->unary[TS_UN_SINC][TS_FLOAT64] = SINC_f64;
}
