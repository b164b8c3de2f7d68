/* Functions of complex numbers: complex64 is computed in double too. */
#include "loops.h"
#include "../../core/vmath_complex.h"

#define ONE VM_C(1, 0)
TS_DENSE1(SIGN_c128, c128, c128, x.re == 0 && x.im == 0 ? VM_C(0, 0) : vmc_scale(x, 1 / vmc_hypot1(x.re, x.im)))
TS_DENSE1(RECIPROCAL_c128, c128, c128, vmc_div(ONE, x))
TS_DENSE1(RSQRT_c128, c128, c128, vmc_div(ONE, vmc_sqrt(x)))
TS_DENSE1(SIGMOID_c128, c128, c128, vmc_div(ONE, vmc_add(ONE, vmc_exp(VM_C(-x.re, -x.im)))))
TS_DENSE1(SILU_c128, c128, c128, vmc_div(x, vmc_add(ONE, vmc_exp(VM_C(-x.re, -x.im)))))
TS_DENSE1(EXP2_c128, c128, c128, vmc_exp(vmc_scale(x, 0x1.62e42fefa39efp-1)))
TS_DENSE1(LOG2_c128, c128, c128, vmc_scale(vmc_log(x), 0x1.71547652b82fep+0))
TS_DENSE1(LOG10_c128, c128, c128, vmc_scale(vmc_log(x), 0x1.bcb7b1526e50ep-2))
TS_DENSE1P(SCALE_c128, c128, c128, vmc_scale(x, p0.re))
/* The common case array by array, so that it vectorises. */
enum { CHUNK = 128 };
static void EXP_c128(char *const *p, const int64_t *s, int64_t n, const void *params) {
  (void)s, (void)params;
  ts_c128 *out = (ts_c128 *)p[0];
  const ts_c128 *in = (const ts_c128 *)p[1];
  double size[CHUNK], angle[CHUNK], c[CHUNK];
  for (int64_t at = 0; at < n; at += CHUNK) {
    const int64_t m = n - at < CHUNK ? n - at : CHUNK;
    int rare = 0;
    for (int64_t k = 0; k < m; k++) {
      size[k] = in[at + k].re;
      angle[k] = in[at + k].im;
      rare |= (int)!(vm_abs(size[k]) < 700) | (int)!(vm_abs(angle[k]) < INFINITY) | (int)(angle[k] == 0);
    }
    if (rare) {
      for (int64_t k = 0; k < m; k++) out[at + k] = vmc_exp(in[at + k]);
      continue;
    }
    TS_DENSE_f64 for (int64_t k = 0; k < m; k++) size[k] = vm_exp(size[k]);
    vm_cos_n(c, angle, m);
    vm_sin_n(angle, angle, m);
    for (int64_t k = 0; k < m; k++) out[at + k] = VM_C(size[k] * c[k], size[k] * angle[k]);
  }
}
#define PLAIN(X) X(SQRT, sqrt) X(EXPM1, expm1) X(LOG, log) X(LOG1P, log1p) X(SINH, sinh) X(COSH, cosh) X(TANH, tanh) \
  X(ASINH, asinh) X(ACOSH, acosh) X(ATANH, atanh) X(SIN, sin) X(COS, cos) X(TAN, tan) X(ASIN, asin) X(ACOS, acos) X(ATAN, atan)
#define DEFINE(N, name) TS_DENSE1(N##_c128, c128, c128, vmc_##name(x))
PLAIN(DEFINE)

/* sin(pi x) / (pi x) */
static ts_c128 sinc(ts_c128 x) {
  ts_c128 y = vmc_scale(x, 0x1.921fb54442d18p+1);
  return x.re == 0 && x.im == 0 ? ONE : vmc_div(vmc_sin(y), y);
}
TS_DENSE1(SINC_c128, c128, c128, sinc(x))

TS_DENSE2(POW_c128, c128, c128, vmc_pow(x, y))
TS_DENSE3P(ADDCMUL_c128, c128, c128, vmc_add(x, vmc_mul(vmc_mul(p0, y), z)))
TS_DENSE3P(ADDCDIV_c128, c128, c128, vmc_add(x, vmc_div(vmc_mul(p0, y), z)))
/* From the nearer end, as for real numbers. */
static ts_c128 lerp(ts_c128 x, ts_c128 y, ts_c128 w) {
  ts_c128 d = VM_C(y.re - x.re, y.im - x.im);
  if (vmc_hypot1(w.re, w.im) < 0.5) return vmc_add(x, vmc_mul(w, d));
  return vmc_add(y, vmc_mul(VM_C(-d.re, -d.im), VM_C(1 - w.re, -w.im)));
}
TS_DENSE3(LERP_c128, c128, c128, lerp(x, y, z))

TS_FILL(complex_math) {
#define SET(N) table->unary[TS_UN_##N][TS_COMPLEX128] = N##_c128;
#define SET2(N, name) SET(N)
  PLAIN(SET2)
  SET(SIGN) SET(EXP) SET(RECIPROCAL) SET(RSQRT) SET(SIGMOID) SET(SILU) SET(EXP2) SET(LOG2) SET(LOG10) SET(SCALE) SET(SINC)
  table->binary[TS_BIN_POW][TS_COMPLEX128] = POW_c128;
  table->ternary[TS_TER_ADDCMUL][TS_COMPLEX128] = ADDCMUL_c128;
  table->ternary[TS_TER_ADDCDIV][TS_COMPLEX128] = ADDCDIV_c128;
  table->ternary[TS_TER_LERP][TS_COMPLEX128] = LERP_c128;
}
