/* Binary loops that cost more than their memory traffic: division with rounding, shifts, powers, angles. */
#include "loops.h"
#include "../../core/vmath.h"

/* ---- integers: nothing here traps; division by zero is refused before the loop runs ---- */

static inline int64_t div_trunc(int64_t x, int64_t y) {
  return y == -1 ? (int64_t)(0 - (uint64_t)x) : y == 0 ? 0 : x / y;
}
static inline int64_t mod_trunc(int64_t x, int64_t y) { return y == -1 || y == 0 ? 0 : x % y; }
static inline int64_t div_floor(int64_t x, int64_t y) {
  return div_trunc(x, y) - (mod_trunc(x, y) != 0 && (x < 0) != (y < 0));
}
static inline int64_t mod_floor(int64_t x, int64_t y) {
  int64_t r = mod_trunc(x, y);
  return r != 0 && (r < 0) != (y < 0) ? r + y : r;
}
static inline uint64_t magnitude(int64_t x) { return x < 0 ? 0 - (uint64_t)x : (uint64_t)x; }
static inline uint64_t gcd(int64_t x, int64_t y) {
  uint64_t a = magnitude(x), b = magnitude(y);
  while (b) {
    uint64_t r = a % b;
    a = b;
    b = r;
  }
  return a;
}
static inline uint64_t lcm(int64_t x, int64_t y) {
  uint64_t g = gcd(x, y);
  return g ? magnitude(x) / g * magnitude(y) : 0;
}
/* Negative exponents: only 1 and -1 have a whole power. */
static inline int64_t power(int64_t x, int64_t y) {
  if (y < 0) return x == 1 ? 1 : x == -1 ? (y & 1 ? -1 : 1) : 0;
  uint64_t base = (uint64_t)x, result = 1;
  for (; y; y >>= 1, base *= base)
    if (y & 1) result *= base;
  return (int64_t)result;
}
TS_DENSE2(TRUNC_DIV_i64, i64, i64, div_trunc(x, y))
TS_DENSE2(FLOOR_DIV_i64, i64, i64, div_floor(x, y))
TS_DENSE2(FMOD_i64, i64, i64, mod_trunc(x, y))
TS_DENSE2(REMAINDER_i64, i64, i64, mod_floor(x, y))
TS_DENSE2(GCD_i64, i64, i64, (int64_t)gcd(x, y))
TS_DENSE2(LCM_i64, i64, i64, (int64_t)lcm(x, y))
TS_DENSE2(POW_i64, i64, i64, power(x, y))
/* Shifts past the width leave nothing but the sign. */
TS_DENSE2(SHL_i64, i64, i64, y < 0 || y > 63 ? 0 : (int64_t)((uint64_t)x << (y & 63)))
TS_DENSE2(SHR_i64, i64, i64, x >> (y < 0 || y > 63 ? 63 : y))
TS_DENSE2(HEAVISIDE_i64, i64, i64, x == 0 ? y : x > 0)

/* ---- floats ---- */

static inline double rem_floor(double x, double y) {
  double r = fmod(x, y);
  return r != 0 && (r < 0) != (y < 0) ? r + y : r;
}
/* Python's x // y: exact where the quotient is whole, -0 kept. */
static inline double quotient_floor(double x, double y) {
  if (y == 0) return x / y;
  double r = fmod(x, y), q = (x - r) / y;
  if (r != 0 && (y < 0) != (r < 0)) q -= 1;
  if (q == 0) return vm_copysign(0, x / y);
  double f = floor(q);
  return q - f > 0.5 ? f + 1 : f;
}
/* The remainder of floats is exact in double while the quotient is far from the width of a double: x - trunc(x / y) * y.
   Blocks with larger ones, zeros or infinities go the slow way. The rest, from x, y and the remainder r, is the op's own. */
enum { BLOCK = 256 };
#define BY_REMAINDER(name, expression)                                                                                 \
  static void name(char *const *p, const int64_t *s, int64_t n, const void *params) {                                  \
    (void)s, (void)params;                                                                                             \
    float rest[BLOCK];                                                                                                 \
    for (int64_t at = 0; at < n; at += BLOCK) {                                                                        \
      const float *a = (const float *)p[1] + at, *b = (const float *)p[2] + at;                                        \
      float *out = (float *)p[0] + at;                                                                                 \
      const int64_t m = n - at < BLOCK ? n - at : BLOCK;                                                               \
      uint64_t far = 0;                                                                                                \
      for (int64_t k = 0; k < m; k++) {                                                                                \
        const double x = a[k], y = b[k], q = trunc(x / y);                                                             \
        far |= ~(VM_MASK(vm_abs(q) < 0x1p27) & VM_MASK(vm_abs(y) < INFINITY));                                         \
        rest[k] = vm_copysignf((float)(x - q * y), a[k]);                                                              \
      }                                                                                                                \
      for (int64_t k = 0; k < m && far; k++) rest[k] = fmodf(a[k], b[k]);                                              \
      TS_DENSE_LOOP for (int64_t k = 0; k < m; k++) {                                                                  \
        const float x = a[k], y = b[k], r = rest[k];                                                                   \
        (void)x, (void)y;                                                                                              \
        out[k] = expression;                                                                                           \
      }                                                                                                                \
    }                                                                                                                  \
  }
static inline float quotient_floorf(float x, float y, float r) {
  const float plain = x / y, q = (x - r) / y, down = r != 0 && (y < 0) != (r < 0) ? q - 1 : q, f = floorf(down);
  const float whole = down - f > 0.5f ? f + 1 : f;
  return y == 0 ? plain : down == 0 ? vm_copysignf(0, plain) : whole;
}
BY_REMAINDER(FMOD_f32, r)
BY_REMAINDER(REMAINDER_f32, r != 0 && (r < 0) != (y < 0) ? r + y : r)
BY_REMAINDER(FLOOR_DIV_f32, quotient_floorf(x, y, r))
TS_DENSE2(TRUNC_DIV_f32, f32, f32, truncf(x / y))
TS_DENSE2(TRUNC_DIV_f64, f64, f64, trunc(x / y))
TS_DENSE2(FLOOR_DIV_f64, f64, f64, quotient_floor(x, y))
TS_DENSE2(FMOD_f64, f64, f64, fmod(x, y))
TS_DENSE2(REMAINDER_f64, f64, f64, rem_floor(x, y))
/* Away from zero the bits of a number count up. */
#define NEXT_AFTER(name, type, bits, to_bits, from_bits, copysign)            \
  static inline type name(type x, type y) {                                          \
    bits u = to_bits(x);                                                             \
    type next = from_bits((x > 0) == (y > x) ? u + 1 : u - 1);                       \
    next = x == 0 ? copysign(from_bits(1), y) : next;                                \
    next = x == y ? y : next;                                                        \
    return x != x || y != y ? x + y : next;                                          \
  }
NEXT_AFTER(next_f32, float, uint32_t, vm_u32, vm_f32, vm_copysignf)
NEXT_AFTER(next_f64, double, uint64_t, vm_u64, vm_f64, vm_copysign)
TS_DENSE2(NEXTAFTER_f32, f32, f32, next_f32(x, y))
TS_DENSE2(NEXTAFTER_f64, f64, f64, next_f64(x, y))

#define POW(t) TS_VM_##t(pow)(x, y)
#define ATAN2(t) TS_VM_##t(atan2)(x, y)
#define COPYSIGN(t) TS_VM_##t(copysign)(x, y)
#define HEAVISIDE(t) x == 0 ? y : x > 0
#define FLOATS(X) X(POW) X(ATAN2) X(COPYSIGN) X(HEAVISIDE)
FLOATS(TS_DENSE2_FLOATS)

/* Rare: float32 is computed in double too. */
TS_DENSE2(HYPOT_f64, f64, f64, vm_hypot(x, y))
/* max + log(1 + e^-|x - y|); equal infinities give themselves. */
#define LARGER (x > y || x != x ? x : y)
TS_DENSE2(LOGADDEXP_f64, f64, f64, x == y && x - x != 0 ? x : LARGER + vm_log1p(vm_exp(-vm_abs(x - y))))
TS_DENSE2(LOGADDEXP2_f64, f64, f64, x == y && x - x != 0 ? x : LARGER + vm_log1p(vm_exp2(-vm_abs(x - y))) * 0x1.71547652b82fep+0)
TS_DENSE2(XLOGY_f64, f64, f64, y != y ? y : x == 0 ? 0 : x * vm_log(y))

TS_FILL(binary_math) {
#define SET(N) TS_SET_FLOATS(binary, TS_BIN_##N, N)
  FLOATS(SET)
  SET(TRUNC_DIV) SET(FLOOR_DIV) SET(FMOD) SET(REMAINDER) SET(NEXTAFTER)
#undef SET
#define SET(N) table->binary[TS_BIN_##N][TS_FLOAT64] = N##_f64;
  SET(HYPOT) SET(LOGADDEXP) SET(LOGADDEXP2) SET(XLOGY)
#undef SET
#define SET(N) table->binary[TS_BIN_##N][TS_INT64] = N##_i64;
  SET(TRUNC_DIV) SET(FLOOR_DIV) SET(FMOD) SET(REMAINDER) SET(SHL) SET(SHR) SET(GCD) SET(LCM) SET(POW) SET(HEAVISIDE)
}
