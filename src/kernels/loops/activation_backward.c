/* Gradients of activations: x is the gradient of the result; y the input, or the result of sigmoid and tanh. */
#include "loops.h"
#include "../../core/vmath.h"

#define SIGMOID_BACKWARD(t) x * (1 - y) * y
#define TANH_BACKWARD(t) x * (1 - y * y)
#define SILU_BACKWARD(t) x * silu_slope_##t(y, TS_VM_##t(sigmoid)(y))
static inline float silu_slope_f32(float y, float s) { return s * (1 + y * (1 - s)); }
static inline double silu_slope_f64(double y, double s) { return s * (1 + y * (1 - s)); }
/* The normal distribution function plus y times its density. */
#define GELU_BACKWARD(t) x * gelu_slope_##t(y)
/* The slope is 1/2 and an odd function too; beyond 6 it is 0 or 1 in float. */
static inline float gelu_slope_f32(float y) {
  const float z = y * y, r = VM_POLY7(z, 0x1.98845ap-1f, -0x1.541bacp-5f, 0x1.dc1e2cp-7f, -0x1.36b626p-13f, 0x1.14e36ep-15f, -0x1.b14cb6p-24f, 0x1.7ec62ep-29f, -0x1.0e2bbap-36f) /
                             VM_POLY5(z, 1.0f, 0x1.200d96p-2f, 0x1.2edf84p-5f, 0x1.82f5c8p-9f, 0x1.3b0210p-13f, 0x1.74e1e4p-18f);
  return 0.5f + (vm_absf(y) < 6.0f ? y * r : vm_copysignf(0.5f, y));
}
static inline double gelu_slope_f64(double y) {
  return 0.5 * (1 + vm_erf(y * 0x1.6a09e667f3bcdp-1)) + y * vm_exp(y * y * -0.5) * 0x1.9884533d43651p-2;
}
#define GELU_TANH_BACKWARD(t)                                                                                           \
  x * gelu_tanh_slope_##t(y, TS_VM_##t(tanh)((ts_val_##t)0x1.9884533d43651p-1 * (y + (ts_val_##t)0.044715 * y * y * y)))
#define GELU_TANH_SLOPE(type, name)                                                                          \
  static inline type name(type y, type h) {                                                                  \
    type inner = (type)0x1.9884533d43651p-1 * (1 + (type)(3 * 0.044715) * y * y);                            \
    return (type)0.5 * (1 + h) + (type)0.5 * y * (1 - h * h) * inner;                                        \
  }
GELU_TANH_SLOPE(float, gelu_tanh_slope_f32)
GELU_TANH_SLOPE(double, gelu_tanh_slope_f64)
/* With h = tanh(softplus(y)), s = sigmoid(y): h + y s (1 - h^2). */
#define MISH_BACKWARD(t) y > 20 ? x * (1 + y * 0) : x * mish_slope_##t(y, TS_VM_##t(exp)(y > 20 ? 20 : y)) /* NaN at infinity, as PyTorch's */
#define MISH_SLOPE(type, name)                                \
  static inline type name(type y, type e) {                   \
    type d = e * (e + 2) + 2, h = e * (e + 2) / d, q = 2 / d; \
    return h + y * (e / (1 + e)) * q * (1 + h);               \
  }
MISH_SLOPE(float, mish_slope_f32)
MISH_SLOPE(double, mish_slope_f64)
#define LOGSIGMOID_BACKWARD(t) x * TS_VM_##t(sigmoid)(-y)
#define HARDSIGMOID_BACKWARD(t) y > -3 && y < 3 ? x / 6 : 0
#define HARDSWISH_BACKWARD(t) y < -3 ? 0 : y <= 3 ? x * (y / 3 + (ts_val_##t)0.5) : x
#define PLAIN(X)                                                                                                       \
  X(SIGMOID_BACKWARD) X(TANH_BACKWARD) X(SILU_BACKWARD) X(GELU_BACKWARD) X(GELU_TANH_BACKWARD) X(MISH_BACKWARD) \
  X(LOGSIGMOID_BACKWARD) X(HARDSIGMOID_BACKWARD) X(HARDSWISH_BACKWARD)
PLAIN(TS_DENSE2_FLOATS)

/* The scalars are those of the activation. ELU: alpha * scale, scale, input scale. */
#define ELU_BACKWARD(t) y <= 0 ? x * (TS_VM_##t(exp)(y * p2) * p2 * p0) : x * p1
#define SOFTPLUS_BACKWARD(t) y * p0 > p1 ? x : x * TS_VM_##t(sigmoid)(y * p0)
#define LEAKY_RELU_BACKWARD(t) y > 0 ? x : x * p0
#define HARDTANH_BACKWARD(t) y <= p0 || y >= p1 ? 0 : x
#define SHRINK_BACKWARD(t) y >= -p0 && y <= p0 ? 0 : x
#define WITH_PARAMS(X) \
  X(ELU_BACKWARD) X(SOFTPLUS_BACKWARD) X(LEAKY_RELU_BACKWARD) X(HARDTANH_BACKWARD) X(SHRINK_BACKWARD)
WITH_PARAMS(TS_DENSE2P_FLOATS)

TS_FILL(activation_backward) {
#define SET(N) TS_SET_FLOATS(binary, TS_BIN_##N, N)
  PLAIN(SET)
  WITH_PARAMS(SET)
}
