/* The error function and its relatives, logit, the gamma function's logarithm and derivatives, Bessel functions. */
#include "loops.h"
#include "../../core/vmath.h"

#define ERF(t) TS_VM_##t(erf)(x)
#define ERFC(t) TS_VM_##t(erfc)(x)
TS_DENSE1_FLOATS(ERF)
TS_DENSE1_FLOATS(ERFC)
TS_DENSE1(ERFINV_f64, f64, f64, vm_erfinv(x))

/* log(x / (1 - x)) of x clamped to [p0, p1]. */
static inline double logit(double x, double low, double high) {
  double y = x < low ? low : x > high ? high : x;
  return vm_log(y / (1.0 - y));
}
TS_DENSE1P(LOGIT_f64, f64, f64, logit(x, p0, p1))
TS_DENSE1(LGAMMA_f64, f64, f64, vm_lgamma(x))
TS_DENSE1(DIGAMMA_f64, f64, f64, vm_digamma(x))

/* ---- polygamma ---- */

/* Hurwitz's zeta function for whole s > 1 and q > 0: terms up to 12, then Euler and Maclaurin. */
static double zeta_positive(double s, double q) {
  /* B_2j / (2j)! */
  static const double c[] = {1.0 / 12, -1.0 / 720, 1.0 / 30240, -1.0 / 1209600, 1.0 / 47900160, -691.0 / 1307674368000,
                             1.0 / 74724249600, -3617.0 / 10670622842880000};
  double sum = 0;
  for (; q < 12; q += 1) sum += vm_pow(q, -s);
  double power = vm_pow(q, -s), term = power / q * s;
  sum += power * q / (s - 1) + 0.5 * power;
  for (int j = 0; j < 8; j++) {
    sum += c[j] * term;
    term *= (s + 2 * j + 1) * (s + 2 * j + 2) / (q * q);
  }
  return sum;
}

/* Below zero the terms before the pole are those of another such sum, mirrored. */
static double zeta_whole(double s, double q) {
  if (q - q != 0) return NAN;
  if (q > 0) return zeta_positive(s, q);
  double r = q - floor(q);
  if (r == 0) return INFINITY;
  double mirrored = zeta_positive(s, 1 - r) - zeta_positive(s, 1 - q);
  return zeta_positive(s, r) + (0.5 * s == rint(0.5 * s) ? mirrored : -mirrored);
}

/* p0 is n, p1 tells float32. At its poles below zero trigamma gives what PyTorch's rounded sine does. */
static double polygamma(double x, double n, double single) {
  if (n == 0) return vm_digamma(x);
  if (n == 1 && x - x != 0) return x > 0 ? 0 : NAN;
  if (n == 1 && x < 0 && x == rint(x)) {
    double s = single != 0 ? vm_sinf((float)x * 0x1.921fb6p+1f) : vm_sin(x * 0x1.921fb54442d18p+1);
    return 0x1.3bd3cc9be45dep+3 / (s * s);
  }
  if (x == -INFINITY) return 0.5 * n == rint(0.5 * n) ? -INFINITY : INFINITY;
  double factorial = 1;
  for (double k = 2; k <= n && factorial < INFINITY; k++) factorial *= k;
  double v = factorial * zeta_whole(n + 1, x);
  return 0.5 * n == rint(0.5 * n) ? -v : v;
}
TS_DENSE1P(POLYGAMMA_f64, f64, f64, polygamma(x, p0, p1))

/* ---- modified Bessel functions: all terms are of one sign, up to 30; beyond, the asymptotic series ---- */

static double bessel_i(double x, double order) {
  double a = vm_abs(x);
  if (a <= 30) {
    double z = 0.25 * x * x, term = order == 0 ? 1 : 0.5 * x, sum = term;
    for (double k = 1; k < 100 && vm_abs(term) > vm_abs(sum) * 0x1p-54; k++) {
      term *= z / (k * (k + order));
      sum += term;
    }
    return sum;
  }
  double term = 1, sum = 1, mu = 4 * order * order;
  for (double k = 1; k < 40 && vm_abs(term) > 0x1p-54; k++) {
    term *= ((2 * k - 1) * (2 * k - 1) - mu) / (k * 8 * a);
    sum += term;
  }
  double half = vm_exp(0.5 * a);
  return vm_copysign(half * (half / sqrt(0x1.921fb54442d18p+2 * a)) * sum, order == 0 ? 1 : x);
}
TS_DENSE1(I0_f64, f64, f64, bessel_i(x, 0))
TS_DENSE1(I1_f64, f64, f64, bessel_i(x, 1))

TS_FILL(special) {
  TS_SET_FLOATS(unary, TS_UN_ERF, ERF)
  TS_SET_FLOATS(unary, TS_UN_ERFC, ERFC)
#define SET(N) table->unary[TS_UN_##N][TS_FLOAT64] = N##_f64;
  SET(ERFINV) SET(LOGIT) SET(LGAMMA) SET(DIGAMMA) SET(POLYGAMMA) SET(I0) SET(I1)
}
