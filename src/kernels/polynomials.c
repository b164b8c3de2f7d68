/* Orthogonal polynomials. */
#include "../core/vmath.h"
#include "scalar_math.h"
#include "special.h"

/* n as a whole number, -1 where there is no polynomial. */
static int64_t whole(double n) { return n > -1 && n < 0x1p63 ? (int64_t)n : -1; }

/* A branch: chosen without one, the bound would lie on the way from each term to the next. */
static double bounded(double v, double limit) {
  if (__builtin_expect(vm_abs(v) > limit, 0)) return vm_copysign(INFINITY, v);
  return v;
}

/* Where there is no closed form an order beyond this is NaN rather than a wait of minutes. */
enum { MOST_TERMS = 10000000 };

/* p(k + 1) = 2 x p(k) - p(k - 1) from p(0) = 1 and p(1). */
static double recurrence(double x, int64_t n, double second, double limit) {
  double p = 1, q = second;
  if (n == 0) return 1;
  if (n > MOST_TERMS) return NAN;
  for (int64_t k = 1; k < n && q == q; k++) {
    double r = (x + x) * q - p;
    p = q;
    q = bounded(r, limit);
  }
  return q;
}
static bool is_odd(int64_t n) { return n & 1; }

/* At the ends and, for many terms, between them there are closed forms; an angle may be too small to divide by. */
static double chebyshev_t(double x, int64_t n, double limit) {
  if (n < 0) return 0;
  if (vm_abs(x) == 1) return x < 0 && is_odd(n) ? -1 : 1;
  return n > 8 && vm_abs(x) < 1 ? ts_cos_at((double)n * ts_acos_at(x)) : recurrence(x, n, x, limit);
}
static double chebyshev_u(double x, int64_t n, double limit) {
  double m = (double)n + 1;
  if (n < 0) return 0;
  if (vm_abs(x) == 1) return x < 0 && is_odd(n) ? -m : m;
  if (!(n > 8 && vm_abs(x) < 1)) return recurrence(x, n, x + x, limit);
  double angle = ts_acos_at(x), s = ts_sin_at(angle);
  return s != 0 ? ts_sin_at(m * angle) / s : m * ts_cos_at(m * angle) / x;
}
static double chebyshev_v(double x, int64_t n, double limit) {
  double m = 2 * (double)n + 1;
  if (n < 0) return 0;
  if (vm_abs(x) == 1) return x > 0 ? 1 : is_odd(n) ? -m : m;
  if (!(n > 8 && vm_abs(x) < 1)) return recurrence(x, n, x + x - 1, limit);
  double half = 0.5 * ts_acos_at(x), c = ts_cos_at(half);
  return ts_sin_at(half) != 1 ? ts_cos_at(m * half) / c : is_odd(n) ? -m : m;
}
static double chebyshev_w(double x, int64_t n, double limit) {
  double m = 2 * (double)n + 1;
  if (n < 0) return 0;
  if (vm_abs(x) == 1) return x > 0 ? m : is_odd(n) ? -1 : 1;
  if (!(n > 8 && vm_abs(x) < 1)) return recurrence(x, n, x + x + 1, limit);
  double half = 0.5 * ts_acos_at(x), s = ts_sin_at(half);
  return ts_cos_at(half) != 1 ? ts_sin_at(m * half) / s : m;
}
/* One loop each, so that no element costs a call. */
#define LOOP(name, value)                                                                         \
  void ts_##name##_loop(char *const *p, const int64_t *s, int64_t count, const void *params) {    \
    const double *xs = (const double *)p[1], *ns = (const double *)p[2], limit = *(const double *)params; \
    (void)s;                                                                                      \
    for (int64_t k = 0; k < count; k++) {                                                         \
      const double x = xs[k];                                                                     \
      const int64_t n = whole(ns[k]);                                                             \
      ((double *)p[0])[k] = value;                                                                \
    }                                                                                             \
  }
#define BOTH(letter)                                                    \
  LOOP(chebyshev_##letter, chebyshev_##letter(x, n, limit))             \
  LOOP(shifted_##letter, chebyshev_##letter(x + x - 1, n, limit))
BOTH(t) BOTH(u) BOTH(v) BOTH(w)

/* Polynomials with p(k + 1) = next, in terms of p(k) = q and p(k - 1) = p, and with a value known beforehand. */
#define RECURRENT(name, known, value, next)                  \
  static double name(double x, int64_t n, double limit) {    \
    double p = 0, q = 1;                                     \
    if (n < 0) return 0;                                     \
    if (known) return value;                                 \
    if (n > MOST_TERMS) return NAN;                          \
    for (int64_t i = 0; i < n && q == q; i++) {              \
      double k = (double)i, r = next;                        \
      p = q;                                                 \
      q = bounded(r, limit);                                 \
    }                                                        \
    return q;                                                \
  }                                                          \
  LOOP(name, name(x, n, limit))
RECURRENT(hermite_h, false, 0, (x + x) * q - (k + k) * p)
RECURRENT(hermite_he, false, 0, x * q - k * p)
RECURRENT(laguerre_l, x == 0, 1, ((k + k + 1 - x) * q - k * p) / (k + 1))
RECURRENT(legendre_p, vm_abs(x) == 1, x < 0 && is_odd(n) ? -1 : 1, ((k + k + 1) * x * q - k * p) / (k + 1))
