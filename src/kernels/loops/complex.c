/* Complex arithmetic. What works on the parts alone runs as a real loop over pairs where memory lies side by side. */
#include "loops.h"
#include "../../core/vmath.h"

#define PARTS(c, part)                                                                                                 \
  static bool dense_##c(const int64_t *s, int k) {                                                                     \
    while (k >= 0)                                                                                                     \
      if (s[k--] != sizeof(ts_mem_##c)) return false;                                                                  \
    return true;                                                                                                       \
  }                                                                                                                    \
  TS_LOOP2(add_one_##c, c, c, ((ts_val_##c){x.re + y.re, x.im + y.im}))                                                \
  TS_LOOP2(sub_one_##c, c, c, ((ts_val_##c){x.re - y.re, x.im - y.im}))                                                \
  TS_LOOP2(add_##part, part, part, x + y)                                                                              \
  TS_LOOP2(sub_##part, part, part, x - y)                                                                              \
  static void add_##c(char *const *p, const int64_t *s, int64_t n, const void *params) {                               \
    const int64_t step = sizeof(ts_mem_##part);                                                                        \
    if (dense_##c(s, 2)) add_##part(p, (const int64_t[]){step, step, step}, 2 * n, params);                            \
    else add_one_##c(p, s, n, params);                                                                                 \
  }                                                                                                                    \
  static void sub_##c(char *const *p, const int64_t *s, int64_t n, const void *params) {                               \
    const int64_t step = sizeof(ts_mem_##part);                                                                        \
    if (dense_##c(s, 2)) sub_##part(p, (const int64_t[]){step, step, step}, 2 * n, params);                            \
    else sub_one_##c(p, s, n, params);                                                                                 \
  }                                                                                                                    \
  TS_LOOP2(mul_##c, c, c, product_##c(x, y))                                                                           \
  TS_LOOP2(div_##c, c, c, quotient_##c(x, y))                                                                          \
  static void add_scaled_##c(char *const *p, const int64_t *s, int64_t n, const void *params) {                        \
    const ts_val_##c f = TS_PARAM_##c(0);                                                                              \
    for (int64_t k = 0; k < n; k++) {                                                                                  \
      const ts_val_##c x = *(const ts_mem_##c *)(p[1] + k * s[1]), y = product_##c(f, *(const ts_mem_##c *)(p[2] + k * s[2])); \
      *(ts_mem_##c *)(p[0] + k * s[0]) = (ts_mem_##c){x.re + y.re, x.im + y.im};                                       \
    }                                                                                                                  \
  }                                                                                                                    \
  TS_DENSE1(neg_##c, c, c, ((ts_val_##c){-x.re, -x.im}))                                                               \
  TS_DENSE1(conj_##c, c, c, ((ts_val_##c){x.re, -x.im}))                                                               \
  TS_LOOP2(eq_##c, b8, c, x.re == y.re && x.im == y.im)                                                                \
  TS_LOOP2(ne_##c, b8, c, x.re != y.re || x.im != y.im)                                                                \
  TS_DENSE1(isnan_##c, b8, c, x.re != x.re || x.im != x.im)                                                            \
  TS_DENSE1(isinf_##c, b8, c, vm_abs(x.re) == INFINITY || vm_abs(x.im) == INFINITY)                                    \
  TS_DENSE1(isfinite_##c, b8, c, vm_abs(x.re) < INFINITY && vm_abs(x.im) < INFINITY)                                   \
  TS_DENSE1(abs_##c, part, c, size_##c(x.re, x.im))

static inline ts_c64 product_c64(ts_c64 x, ts_c64 y) { return (ts_c64){x.re * y.re - x.im * y.im, x.re * y.im + x.im * y.re}; }
static inline ts_c128 product_c128(ts_c128 x, ts_c128 y) { return (ts_c128){x.re * y.re - x.im * y.im, x.re * y.im + x.im * y.re}; }
/* By the larger part of the divisor, so that nothing overflows on the way. */
#define QUOTIENT(c, part, abs)                                                                       \
  static inline c quotient_##part(c x, c y) {                                                        \
    const bool flat = abs(y.re) >= abs(y.im);                                                        \
    const __typeof__(y.re) big = flat ? y.re : y.im, small = flat ? y.im : y.re;                     \
    const __typeof__(y.re) ratio = big == 0 ? 0 : small / big, scale = 1 / (big + small * ratio);    \
    const __typeof__(y.re) u = flat ? x.re : x.im, v = flat ? x.im : x.re;                           \
    return (c){(u + v * ratio) * scale, (flat ? v - u * ratio : u * ratio - v) * scale};             \
  }
QUOTIENT(ts_c64, c64, vm_absf)
QUOTIENT(ts_c128, c128, vm_abs)
/* In double no square of a float overflows. */
static inline float size_c64(float re, float im) {
  return vm_absf(re) == INFINITY || vm_absf(im) == INFINITY ? INFINITY : (float)sqrt((double)re * re + (double)im * im);
}
static inline double size_c128(double re, double im) { return vm_hypot(re, im); }

PARTS(c64, f32)
PARTS(c128, f64)
TS_DENSE1(angle_c128, f64, c128, x.re != x.re || x.im != x.im ? NAN : vm_atan2(x.im, x.re))

/* A product of all: the accumulator is two words. */
static void prod_c128(void *accumulators, const char *in, int64_t n, int64_t step, int64_t cols) {
  ts_c128 *acc = accumulators;
  for (int64_t i = 0; i < n; i++, in += cols == 1 ? (int64_t)sizeof *acc : step)
    for (int64_t j = 0; j < cols; j++) acc[j] = product_c128(acc[j], ((const ts_c128 *)in)[j]);
}

TS_FILL(complex) {
#define SET(c, d)                                           \
  table->binary[TS_BIN_ADD][d] = add_##c;                   \
  table->binary[TS_BIN_SUB][d] = sub_##c;                   \
  table->binary[TS_BIN_MUL][d] = mul_##c;                   \
  table->binary[TS_BIN_DIV][d] = div_##c;                   \
  table->binary[TS_BIN_ADD_SCALED][d] = add_scaled_##c;     \
  table->unary[TS_UN_NEG][d] = neg_##c;                     \
  table->unary[TS_UN_CONJ][d] = conj_##c;                   \
  table->compare[TS_CMP_EQ][d] = eq_##c;                    \
  table->compare[TS_CMP_NE][d] = ne_##c;                    \
  table->test[TS_TEST_ISNAN][d] = isnan_##c;                \
  table->test[TS_TEST_ISINF][d] = isinf_##c;                \
  table->test[TS_TEST_ISFINITE][d] = isfinite_##c;          \
  table->real_of[TS_REAL_ABS][d] = abs_##c;
  SET(c64, TS_COMPLEX64)
  SET(c128, TS_COMPLEX128)
  table->real_of[TS_REAL_ANGLE][TS_COMPLEX128] = angle_c128;
  table->reduce[TS_RED_PROD][TS_COMPLEX128] = prod_c128;
}
