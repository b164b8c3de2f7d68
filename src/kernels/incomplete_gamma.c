/* The regularised incomplete gamma functions P(a, x) and Q(a, x) = 1 - P(a, x). */
#include "../core/vmath.h"
#include "scalar_math.h"
#include "special.h"

/* log(1 + m) - m. */
static double log1p_minus(double m) {
  if (vm_abs(m) > 0.5) return ts_log1p_at(m) - m;
  double power = -m, sum = 0;
  for (int k = 2; k < 80; k++) {
    power *= -m;
    double term = -power / k;
    sum += term;
    if (vm_abs(term) <= vm_abs(sum) * 0x1p-55) break;
  }
  return sum;
}

/* x^a e^-x / gamma(a + 1). */
static double prefix(double a, double x) {
  if (a < 12) return ts_exp_at(a * ts_log_at(x) - x - ts_lgamma_at(a + 1));
  double m = (x - a) / a, z = 1 / a;
  double stirling = z * VM_POLY4(z * z, 1.0 / 12, -1.0 / 360, 1.0 / 1260, -1.0 / 1680, 1.0 / 1188);
  double t = m > -0.9 ? log1p_minus(m) : ts_log_at(x / a) - m;
  return ts_exp_at(a * t - stirling) / sqrt(0x1.921fb54442d18p+2 * a);
}

static double lower_series(double a, double x) {
  double term = 1, sum = 1;
  for (double n = 1; n < 5000 && term > sum * 0x1p-55; n++) {
    term *= x / (a + n);
    sum += term;
  }
  return prefix(a, x) * sum;
}

/* Lentz's form of the continued fraction, for x > a. */
static double upper_fraction(double a, double x) {
  double b = x + 1 - a, c = INFINITY, d = 1 / b, h = d;
  for (double n = 1; n < 5000; n++) {
    double t = n * (a - n);
    b += 2;
    d = 1 / (t * d + b);
    c = b + t / c;
    double step = c * d;
    h *= step;
    if (vm_abs(step - 1) < 0x1p-53) break;
  }
  return prefix(a, x) * a * h;
}

/* For small a and x, where 1 - P would cancel; log(gamma(1 + a)) with what 1 + a loses, by digamma near 1. */
static double upper_series(double a, double x) {
  double b = 1 + a, gamma = ts_lgamma_at(b) + (a - (b - 1)) * (1.645 * a - 0.5772156649);
  double factor = 1, sum = 0, l = ts_log_at(x);
  for (double n = 1; n < 200; n++) {
    factor *= -x / n;
    double term = factor / (a + n);
    sum += term;
    if (vm_abs(term) <= vm_abs(sum) * 0x1p-55) break;
  }
  return -ts_expm1_at(a * l - gamma) - ts_exp_at(a * l - ts_lgamma_at(a)) * sum;
}

/* Temme's expansion for large a and x near it, in eta, eta^2 / 2 = x / a - 1 - log(x / a); its coefficients by the backward
   recurrence of Gil, Segura and Temme from those of eta / (x / a - 1). */
static double uniform(double a, double x, bool upper) {
  static const double f[] = {
      -0x1.5555555555555p-2, 0x1.5555555555555p-4, -0x1.e573ac901e574p-7, 0x1.2f684bda12f68p-10, 0x1.71de3a556c734p-12,
      -0x1.76e06fec7273bp-13, 0x1.48c5892f7cd83p-15, -0x1.255370652afc1p-19, -0x1.f1b22f594c6b5p-20, 0x1.bd6d21e4b4109p-21,
      -0x1.7b5f9a2d0465cp-23, 0x1.ccf5ceb7f0d9fp-28, 0x1.6097d55c37c1cp-27, -0x1.2d2197c7a2faap-28, 0x1.f6e66d24d5c8ap-31,
      -0x1.c0d9b6edf2b0bp-36, -0x1.0070a87340428p-34, 0x1.ac9475c463659p-36, -0x1.61ca701fd754ap-38, 0x1.ef98008f5eec2p-44,
      0x1.7ba0759769d7cp-42, -0x1.3989bebb193c0p-43, 0x1.0104fc4369a3cp-45, -0x1.283fe7950ad7bp-51, -0x1.1ca914d71a27cp-49,
      0x1.d2e7d5ca48b90p-51};
  enum { N = sizeof f / sizeof *f };
  double half = -log1p_minus((x - a) / a), eta = sqrt(2 * half), b[N + 2] = {0};
  if (x < a) eta = -eta;
  b[N - 1] = f[N - 1];
  b[N - 2] = f[N - 2];
  for (int m = N - 2; m >= 1; m--) b[m - 1] = f[m - 1] + (m + 1) * b[m + 1] / a;
  double s = 0;
  for (int m = N - 2; m >= 0; m--) s = s * eta + b[m];
  double r = s / (1 + b[1] / a) * ts_exp_at(-a * half) / sqrt(0x1.921fb54442d18p+2 * a);
  double t = eta * sqrt(0.5 * a);
  return upper ? 0.5 * ts_erfc_at(t) + r : 0.5 * ts_erfc_at(-t) - r;
}

static double incomplete(double a, double x, bool upper) {
  if (a < 0 || x < 0 || (a == 0 && !(x > 0)) || (a == INFINITY && x == INFINITY)) return NAN;
  if (a != 0 && (x == 0 || a == INFINITY)) return upper ? 1 : 0;
  if (a == 0 || x == INFINITY) return upper ? 0 : 1;
  if (a != a || x != x) return NAN;
  if (a > 20 && vm_abs(x - a) < 0.3 * a) return uniform(a, x, upper);
  if (x > 1.1 && x > a) return upper ? upper_fraction(a, x) : 1 - upper_fraction(a, x);
  if (x <= 1.1 && upper && (x <= 0.5 ? -0.4 / ts_log_at(x) >= a : 1.1 * x >= a)) return upper_series(a, x);
  return upper ? 1 - lower_series(a, x) : lower_series(a, x);
}
double ts_igamma_at(double a, double x) { return incomplete(a, x, false); }
double ts_igammac_at(double a, double x) { return incomplete(a, x, true); }
