/* Activations. The scalars p0, p1, p2 are named beside each. */
#include "loops.h"
#include "../../core/vmath.h"

#define RELU(t) x <= 0 ? 0 : x
#define SIGMOID(t) TS_VM_##t(sigmoid)(x)
#define SILU(t) x * TS_VM_##t(sigmoid)(x)
#define GELU(t) gelu_##t(x)
static inline double gelu_f64(double x) { return 0.5 * x * (1 + vm_erf(x * 0x1.6a09e667f3bcdp-1)); }
#define GELU_TANH(t) \
  (ts_val_##t)0.5 * x * (1 + TS_VM_##t(tanh)((ts_val_##t)0x1.9884533d43651p-1 * (x + (ts_val_##t)0.044715 * x * x * x)))
/* x tanh(log(1 + e^x)) = x (e^2x + 2 e^x) / (e^2x + 2 e^x + 2); above 20 it is x. */
#define MISH(t) x > 20 ? x : x * mish_##t(TS_VM_##t(exp)(x > 20 ? 20 : x))
static inline float mish_f32(float e) { return e * (e + 2) / (e * (e + 2) + 2); }
static inline double mish_f64(double e) { return e * (e + 2) / (e * (e + 2) + 2); }
#define LOGSIGMOID(t) (x < 0 ? x : 0) - TS_VM_##t(log1p)(TS_VM_##t(exp)(-TS_VM_##t(abs)(x)))
#define HARDSIGMOID(t) (x + 3 < 0 ? 0 : x + 3 > 6 ? 6 : x + 3) / 6
#define HARDSWISH(t) x * (x + 3 < 0 ? 0 : x + 3 > 6 ? 6 : x + 3) / 6
#define PLAIN(X) X(RELU) X(SILU) X(GELU_TANH) X(MISH) X(LOGSIGMOID) X(HARDSIGMOID) X(HARDSWISH)
PLAIN(TS_DENSE1_FLOATS)
TS_DENSE1(SIGMOID_f64, f64, f64, SIGMOID(f64))
TS_DENSE1(GELU_f64, f64, f64, GELU(f64))

static void sigmoid_block(float *out, const float *x, int64_t n) {
  float t[TS_STAGE];
  TS_EACH_REST(out, t, vm_sigmoid_beginf(x[k]))
  TS_EACH out[k] = vm_sigmoid_endf(out[k], t[k]);
}
TS_STAGED(SIGMOID_f32, sigmoid_block)

static void gelu_block(float *out, const float *x, int64_t n) {
  float r[TS_STAGE];
  TS_EACH r[k] = vm_gelu_overf(x[k]);
  TS_EACH r[k] /= vm_gelu_underf(x[k]);
  TS_EACH out[k] = vm_gelu_endf(x[k], r[k]);
}
TS_STAGED(GELU_f32, gelu_block)

#define LEAKY_RELU(t) x > 0 ? x : x * p0                                       /* slope */
#define ELU(t) x > 0 ? x * p1 : TS_VM_##t(expm1)(x * p2) * p0                  /* alpha * scale, scale, input scale */
#define SOFTPLUS(t) x * p0 > p1 ? x : TS_VM_##t(log1p)(TS_VM_##t(exp)(x * p0)) / p0 /* beta, threshold */
#define THRESHOLD(t) x <= p0 ? p1 : x                                          /* threshold, value */
#define HARDSHRINK(t) x >= -p0 && x <= p0 ? 0 : x                              /* lambda */
#define SOFTSHRINK(t) x > p0 ? x - p0 : x < -p0 ? x + p0 : 0                   /* lambda; NaN gives 0 */
#define WITH_PARAMS(X) X(LEAKY_RELU) X(ELU) X(SOFTPLUS) X(THRESHOLD) X(HARDSHRINK) X(SOFTSHRINK)
WITH_PARAMS(TS_DENSE1P_FLOATS)

TS_DENSE1(RELU_i64, i64, i64, x > 0 ? x : 0)
TS_DENSE1P(THRESHOLD_i64, i64, i64, x <= p0 ? p1 : x)

TS_FILL(activation) {
#define SET(N) TS_SET_FLOATS(unary, TS_UN_##N, N)
  PLAIN(SET)
  SET(SIGMOID) SET(GELU)
  WITH_PARAMS(SET)
  table->unary[TS_UN_RELU][TS_INT64] = RELU_i64;
  table->unary[TS_UN_THRESHOLD][TS_INT64] = THRESHOLD_i64;
}
