/* Orthogonal polynomials, by their recurrences in the dtype of the result: what overflows on the way stays infinite. */
#include "../core/vmath.h"
#include "scalar_math.h"
#include "special.h"

/* n as a whole number, -1 where there is no polynomial. */
static int64_t whole(double n) { return n > -1 && n < 0x1p63 ? (int64_t)n : -1; }
static bool is_odd(int64_t n) { return n & 1; }

/* Where there is no closed form an order beyond this is NaN rather than a wait of minutes. */
enum { MOST_TERMS = 10000000 };

/* Chebyshev's: p(k + 1) = 2 x p(k) - p(k - 1) from p(0) = 1 and p(1). At the ends and, for many terms, between them there are
   closed forms; an angle may be too small to divide by. */
#define CHEBYSHEV(T)                                                                       \
  static T recurrence_##T(T x, int64_t n, T second) {                                      \
    T p = 1, q = second;                                                                   \
    if (n == 0) return 1;                                                                  \
    if (n > MOST_TERMS) return NAN;                                                        \
    for (int64_t k = 1; k < n && q == q; k++) {                                            \
      const T r = (x + x) * q - p;                                                         \
      p = q;                                                                               \
      q = r;                                                                               \
    }                                                                                      \
    return q;                                                                              \
  }                                                                                        \
  static T chebyshev_t_##T(T x, int64_t n) {                                               \
    if (n < 0) return 0;                                                                   \
    if (x == 1 || x == -1) return x < 0 && is_odd(n) ? -1 : 1;                             \
    if (!(n > 8 && x > -1 && x < 1)) return recurrence_##T(x, n, x);                       \
    return (T)ts_cos_at((double)n * ts_acos_at(x));                                        \
  }                                                                                        \
  static T chebyshev_u_##T(T x, int64_t n) {                                               \
    const double m = (double)n + 1;                                                        \
    if (n < 0) return 0;                                                                   \
    if (x == 1 || x == -1) return (T)(x < 0 && is_odd(n) ? -m : m);                        \
    if (!(n > 8 && x > -1 && x < 1)) return recurrence_##T(x, n, x + x);                   \
    const double angle = ts_acos_at(x), s = ts_sin_at(angle);                              \
    return (T)(s != 0 ? ts_sin_at(m * angle) / s : m * ts_cos_at(m * angle) / (double)x);  \
  }                                                                                        \
  static T chebyshev_v_##T(T x, int64_t n) {                                               \
    const double m = 2 * (double)n + 1;                                                    \
    if (n < 0) return 0;                                                                   \
    if (x == 1 || x == -1) return (T)(x > 0 ? 1 : is_odd(n) ? -m : m);                     \
    if (!(n > 8 && x > -1 && x < 1)) return recurrence_##T(x, n, x + x - 1);               \
    const double half = 0.5 * ts_acos_at(x), c = ts_cos_at(half);                          \
    return (T)(ts_sin_at(half) != 1 ? ts_cos_at(m * half) / c : is_odd(n) ? -m : m);       \
  }                                                                                        \
  static T chebyshev_w_##T(T x, int64_t n) {                                               \
    const double m = 2 * (double)n + 1;                                                    \
    if (n < 0) return 0;                                                                   \
    if (x == 1 || x == -1) return (T)(x > 0 ? m : is_odd(n) ? -1 : 1);                     \
    if (!(n > 8 && x > -1 && x < 1)) return recurrence_##T(x, n, x + x + 1);               \
    const double half = 0.5 * ts_acos_at(x), s = ts_sin_at(half);                          \
    return (T)(ts_cos_at(half) != 1 ? ts_sin_at(m * half) / s : m);                        \
  }
CHEBYSHEV(float)
CHEBYSHEV(double)

/* Polynomials with p(k + 1) = next, in terms of p(k) = q and p(k - 1) = p, and with a value known beforehand. */
#define RECURRENT(T, name, known, value, next) \
  static T name##_##T(T x, int64_t n) {        \
    T p = 0, q = 1;                            \
    if (n < 0) return 0;                       \
    if (known) return value;                   \
    if (n > MOST_TERMS) return NAN;            \
    for (int64_t i = 0; i < n && q == q; i++) { \
      const T k = (T)i, r = next;              \
      p = q;                                   \
      q = r;                                   \
    }                                          \
    return q;                                  \
  }
#define RECURRENCES(T)                                                                                              \
  RECURRENT(T, hermite_h, false, 0, (x + x) * q - (k + k) * p)                                                      \
  RECURRENT(T, hermite_he, false, 0, x * q - k * p)                                                                 \
  RECURRENT(T, laguerre_l, x == 0, 1, ((k + k + 1 - x) * q - k * p) / (k + 1))                                      \
  RECURRENT(T, legendre_p, x == 1 || x == -1, x < 0 && is_odd(n) ? -1 : 1, ((k + k + 1) * x * q - k * p) / (k + 1))
RECURRENCES(float)
RECURRENCES(double)

/* One loop each, so that no element costs a call. */
#define LOOP(T, name, value)                                                                \
  static void name##_loop_##T(char *const *p, const int64_t *s, int64_t count, const void *params) { \
    const T *xs = (const T *)p[1], *ns = (const T *)p[2];                                   \
    (void)s, (void)params;                                                                  \
    for (int64_t k = 0; k < count; k++) {                                                   \
      const T x = xs[k];                                                                    \
      const int64_t n = whole((double)ns[k]);                                               \
      ((T *)p[0])[k] = value;                                                               \
    }                                                                                       \
  }
#define LOOPS(name, to, with)           \
  LOOP(float, name, to##_float(with, n)) \
  LOOP(double, name, to##_double(with, n)) \
  const ts_loop ts_##name##_loops[2] = {name##_loop_float, name##_loop_double};
#define BOTH(letter) LOOPS(chebyshev_##letter, chebyshev_##letter, x) LOOPS(shifted_##letter, chebyshev_##letter, x + x - 1)
BOTH(t) BOTH(u) BOTH(v) BOTH(w)
#define ONE(name) LOOPS(name, name, x)
ONE(hermite_h) ONE(hermite_he) ONE(laguerre_l) ONE(legendre_p)
