/* Bessel functions of orders 0 and 1, and Airy's function. */
#include "../core/vmath.h"
#include "scalar_math.h"
#include "special.h"

#define EULER 0x1.2788cfc6fb619p-1
#define PI 0x1.921fb54442d18p+1

/* ---- J and Y ---- */

typedef struct { double j[2], y[2]; } bessel;

/* Hankel's expansion: for x > 25 its terms get smaller than any rounding error. */
static bessel hankel(double x) {
  bessel b;
  double scale = sqrt(1 / (PI * x)), s = ts_sin_at(x), c = ts_cos_at(x);
  for (int order = 0; order < 2; order++) {
    double p = 1, q = 0, term = 1;
    for (int k = 1; k < 40 && vm_abs(term) > 0x1p-56; k++) {
      term *= (4.0 * order - (2.0 * k - 1) * (2 * k - 1)) / (8 * k * x);
      if (k & 1) q += k & 2 ? -term : term;
      else p += k & 2 ? -term : term;
    }
    double cosine = order ? s - c : c + s, sine = order ? -(c + s) : s - c; /* of x - order pi/2 - pi/4, times sqrt(2) */
    b.j[order] = scale * (cosine * p - sine * q);
    b.y[order] = scale * (sine * p + cosine * q);
  }
  return b;
}

/* Miller's backward recurrence, J0 + 2 (J2 + J4 + ...) = 1, and Neumann's series for Y. */
static bessel miller(double x) {
  double above = 0, here = 1e-300, even = 0, y0 = 0, y1 = 0;
  for (int k = 2 * (int)(10 + 0.9 * x); k > 0; k--) {
    double below = 2 * k / x * here - above; /* J of k - 1 */
    above = here;
    here = below;
    int n = k - 1, m = n / 2;
    double sign = m & 1 ? -1 : 1;
    if (n & 1) y1 += m ? sign * n / (m * (m + 1.0)) * here : 0;
    else if (n) even += here, y0 += sign / m * here;
  }
  double scale = 1 / (here + 2 * even), l = ts_log_at(0.5 * x) + EULER;
  bessel b = {.j = {here * scale, above * scale}};
  b.y[0] = 2 / PI * (l * b.j[0] - 2 * y0 * scale);
  b.y[1] = 2 / PI * ((l - 1) * b.j[1] - b.j[0] / x - y1 * scale);
  return b;
}

static double polynomial(const double *c, int n, double z) {
  double v = c[0];
  for (int i = 1; i < n; i++) v = v * z + c[i];
  return v;
}

/* PyTorch's rational approximations (Cephes's) lack the leading term of each denominator, which tells around 5, by up to 1e-6:
   the same is done to what these stand for, with the other terms of the denominators. */
static void as_pytorch(bessel *b, double x) {
  static const double far[2][7] = {{64.317826, 856.43003, 3882.4018, 7240.4677, 5930.727, 2062.0933, 242.00574},
                                   {74.237328, 1056.4489, 4986.4106, 9562.3189, 7997.0416, 2826.1928, 336.09361}};
  static const double near_j[2][8] = {
      {499.56315, 173785.4, 48440966.0, 1.1185554e10, 2.1127752e12, 3.1051823e14, 3.1812196e16, 1.7108629e18},
      {620.83648, 256987.26, 83514679.0, 2.2151160e10, 4.7491412e12, 7.8436961e14, 8.9522234e16, 5.3227862e18}};
  static const double near_y0[7] = {1041.2835, 626107.33, 2.6891963e8, 8.6400249e10, 2.0297961e13, 3.1715775e15, 2.5059626e17};
  static const double near_y1[8] = {594.30159, 235564.09, 73481194.0, 1.8760132e10, 3.8823128e12, 6.2055773e14, 6.8714109e16, 3.9727061e18};
  double l = x > 5 ? 0 : ts_log_at(x), z = x > 5 ? 25 / (x * x) : x * x, z7 = z * z * z * z * z * z * z;
  double s = ts_sin_at(x) * 0x1.6a09e667f3bcdp-1, c = ts_cos_at(x) * 0x1.6a09e667f3bcdp-1;
  for (int order = 0; order < 2; order++) {
    double j = b->j[order], y = b->y[order];
    if (x > 5) {
      double cosine = order ? s - c : c + s, sine = order ? -(c + s) : s - c;
      double excess = (y * cosine - j * sine) * z7 / polynomial(far[order], 7, z);
      b->j[order] = j - sine * excess;
      b->y[order] = y + cosine * excess;
    } else {
      double regular = y - 2 / PI * (l * j - (order ? 1 / x : 0));
      double excess = order ? z7 * z / polynomial(near_y1, 8, z) : z7 / polynomial(near_y0, 7, z);
      b->j[order] += j * z7 * z / polynomial(near_j[order], 8, z);
      b->y[order] += regular * excess + 2 / PI * l * (b->j[order] - j);
    }
  }
}

static bessel bessel_at(double x) {
  if (x - x != 0) return (bessel){{NAN, NAN}, {NAN, NAN}};
  if (x > 0x1p-26) {
    bessel b = x > 25 ? hankel(x) : miller(x);
    as_pytorch(&b, x);
    return b;
  }
  return (bessel){{1, 0.5 * x}, {x == 0 ? -INFINITY : 2 / PI * (ts_log_at(0.5 * x) + EULER), x == 0 ? -INFINITY : -2 / (PI * x)}};
}
double ts_bessel_j0_at(double x) { return bessel_at(vm_abs(x)).j[0]; }
double ts_bessel_j1_at(double x) { return x < 0 ? -bessel_at(-x).j[1] : bessel_at(x).j[1]; }
double ts_bessel_y0_at(double x) { return x < 0 ? NAN : bessel_at(x).y[0]; }
double ts_bessel_y1_at(double x) { return x < 0 ? NAN : bessel_at(x).y[1]; }

double ts_spherical_j0_at(double x) {
  if (x - x != 0) return x != x ? x : 0;
  double z = x * x;
  return vm_abs(x) < 0.5 ? VM_POLY6(z, 1.0, -1.0 / 6, 1.0 / 120, -1.0 / 5040, 1.0 / 362880, -1.0 / 39916800, 1.0 / 6227020800.0) : ts_sin_at(x) / x;
}

/* ---- modified: all terms of I are of one sign, up to 30; beyond, the asymptotic series ---- */

static double bessel_i(double x, double order, bool scaled) {
  double a = vm_abs(x);
  if (x != x || (a == INFINITY && !scaled)) return NAN;
  if (a <= 30) {
    double z = 0.25 * x * x, term = order == 0 ? 1 : 0.5 * x, sum = term;
    for (double k = 1; k < 100 && vm_abs(term) > vm_abs(sum) * 0x1p-54; k++) {
      term *= z / (k * (k + order));
      sum += term;
    }
    return scaled ? sum * ts_exp_at(-a) : sum;
  }
  double term = 1, sum = 1, mu = 4 * order * order;
  for (double k = 1; k < 40 && vm_abs(term) > 0x1p-54; k++) {
    term *= ((2 * k - 1) * (2 * k - 1) - mu) / (k * 8 * a);
    sum += term;
  }
  double half = scaled ? 1 : ts_exp_at(0.5 * a);
  return vm_copysign(half * (half / sqrt(2 * PI * a)) * sum, order == 0 ? 1 : x);
}
double ts_bessel_i0_at(double x) { return bessel_i(x, 0, false); }
double ts_bessel_i1_at(double x) { return bessel_i(x, 1, false); }
double ts_bessel_i0e_at(double x) { return bessel_i(x, 0, true); }
double ts_bessel_i1e_at(double x) { return bessel_i(x, 1, true); }

/* K e^x is the integral of exp(-x (cosh t - 1)) cosh(order t) over t > 0, for which the trapezoidal rule converges
   exponentially: some twenty values do. */
static double integral_k(double x, double order) {
  double step = x < 8 ? 0.22 : 0.62 / sqrt(x), sum = 0.5;
  for (int k = 1; k < 60; k++) {
    double t = k * step, s = ts_sinh_at(0.5 * t), term = ts_exp_at(-2 * x * s * s);
    term *= order == 0 ? 1 : ts_cosh_at(order * t);
    sum += term;
    if (term < sum * 0x1p-56) break;
  }
  return sum * step;
}

static double bessel_k(double x, int order, bool scaled) {
  if (!(x >= 0)) return NAN;
  if (x == 0) return INFINITY;
  if (x == INFINITY) return 0;
  if (x > 1) return integral_k(x, order) * (scaled ? 1 : ts_exp_at(-x));
  /* k! (k + order)! below; psi(1 + k) + psi(1 + k + order) as harmonic sums. */
  double z = 0.25 * x * x, l = ts_log_at(0.5 * x) + EULER, term = order ? 0.5 * x : 1, sum = 0, harmonic = order ? 0.5 : 0;
  for (int k = 0; k < 20; k++) {
    sum += term * (harmonic - l);
    term *= z / ((k + 1.0) * (k + 1 + order));
    harmonic += 0.5 / (k + 1) + 0.5 / (k + 1 + order);
  }
  double v = order ? 1 / x - sum : sum;
  return scaled ? v * ts_exp_at(x) : v;
}
double ts_bessel_k0_at(double x) { return bessel_k(x, 0, false); }
double ts_bessel_k1_at(double x) { return bessel_k(x, 1, false); }
double ts_bessel_k0e_at(double x) { return bessel_k(x, 0, true); }
double ts_bessel_k1e_at(double x) { return bessel_k(x, 1, true); }

/* ---- Airy ---- */

/* Taylor's series of y'' = x y around the nearest even number; beyond, K of order 1/3 and the asymptotic series. */
double ts_airy_ai_at(double x) {
  static const double at[][2] = {{0x1.6b8c7962715b8p-2, -0x1.0907f42b70f8bp-2}, {0x1.d1bafc57f31d0p-3, 0x1.3c8c724515c8fp-1},
                                 {-0x1.1fcec060d9f19p-4, -0x1.94cd44c4fb752p-1}, {-0x1.510b6eb1815d2p-2, 0x1.623ce99198c5bp-2},
                                 {-0x1.afc28073abb84p-5, 0x1.df01d7e1f41fap-1}};
  if (x - x != 0) return NAN;
  if (x >= 1) {
    double r = sqrt(x), zeta = 2.0 / 3 * x * r;
    return sqrt(x / 3) / PI * integral_k(zeta, 1.0 / 3) * ts_exp_at(-zeta);
  }
  if (x >= -9) {
    double node = rint(-0.5 * x);
    if (node < 0) node = 0;
    double h = x + 2 * node, a = at[(int)node][0], b = at[(int)node][1], before = 0, sum = a + b * h, power = h;
    for (int n = 0; n < 40; n++) { /* a, b: coefficients n and n + 1; before: that of n - 1 */
      double next = (-2 * node * a + before) / ((n + 1.0) * (n + 2));
      power *= h;
      sum += next * power;
      before = a;
      a = b;
      b = next;
    }
    return sum;
  }
  double m = -x, zeta = 2.0 / 3 * m * sqrt(m), p = 1, q = 0, term = 1;
  for (int k = 1; k < 30 && vm_abs(term) > 0x1p-56; k++) {
    term *= (6.0 * k - 5) * (6 * k - 1) / (72 * k * zeta);
    if (k & 1) q += k & 2 ? -term : term;
    else p += k & 2 ? -term : term;
  }
  double s = ts_sin_at(zeta), c = ts_cos_at(zeta);
  return ((c + s) * p + (s - c) * q) / sqrt(2 * PI * sqrt(m));
}
