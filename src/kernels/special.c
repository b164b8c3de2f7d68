/* The families of rare functions; relatives of the error function, the zeta and polygamma functions. */
#include "special.h"
#include "../core/vmath.h"
#include "../gen/ops.h"
#include "elementwise.h"
#include "scalar_math.h"

static void each1(char *const *p, const int64_t *s, int64_t n, const void *params) {
  const ts_real1 f = *(const ts_real1 *)params;
  (void)s;
  for (int64_t k = 0; k < n; k++) ((double *)p[0])[k] = f(((const double *)p[1])[k]);
}
static void each2(char *const *p, const int64_t *s, int64_t n, const void *params) {
  const ts_real2 f = *(const ts_real2 *)params;
  (void)s;
  for (int64_t k = 0; k < n; k++) ((double *)p[0])[k] = f(((const double *)p[1])[k], ((const double *)p[2])[k]);
}

/* in_float: the loop takes float32 where the result is of that, rather than double. */
static bool run(ts_cx *cx, ts_tensor *const *in, int n, ts_out *out, ts_loop in_float, ts_loop loop, const void *params) {
  ts_dtype d = ts_result_type(in, n);
  if (ts_is_complex(d)) return ts_fail(cx, TS_ERR_DTYPE, "not implemented for %s", ts_dtype_name(d));
  if (!ts_is_float(d)) d = ts_or_default(cx, TS_DTYPE_NONE);
  const bool single = in_float && d != TS_FLOAT64;
  const ts_dtype work = single ? TS_FLOAT32 : TS_FLOAT64;
  ts_elementwise_job job = {single ? in_float : loop, params, {work, work}, work, d, true};
  return ts_run_elementwise(cx, in, n, &job, out);
}
bool ts_special1(ts_cx *cx, ts_tensor *x, ts_out *out, ts_real1 f) { return run(cx, (ts_tensor *const[]){x}, 1, out, NULL, each1, &f); }
bool ts_special2(ts_cx *cx, ts_tensor *x, ts_tensor *y, ts_out *out, ts_real2 f) {
  return ts_needs_tensor(cx, x, y) && run(cx, (ts_tensor *const[]){x, y}, 2, out, NULL, each2, &f);
}
bool ts_polynomials(ts_cx *cx, ts_tensor *x, ts_tensor *n, ts_out *out, const ts_loop loops[2]) {
  return ts_needs_tensor(cx, x, n) && run(cx, (ts_tensor *const[]){x, n}, 2, out, loops[0], loops[1], NULL);
}

/* ---- the normal distribution ---- */

/* e^(a^2) times a factor, the square in two parts. */
static double exp_square(double a, double factor) {
  double h = vm_head(a), l = a - h;
  if (a > 26.7) return INFINITY;
  vm_scaled s = vm_exp_scaled(h * h, l * (a + h));
  return factor * vm_scale(s.p, s.u);
}

/* erfc(a) e^(a^2) for a >= 1/2: the quotient of which vm_erfc is a multiple. */
static double erfcx_tail(double a) {
  if (a > 28) {
    double z = 0.5 / (a * a);
    return 0x1.20dd750429b6dp-1 / a * VM_POLY5(z, 1.0, -1.0, 3.0, -15.0, 105.0, -945.0);
  }
  vm_scaled s = vm_erfc_scaled(a);
  double h = vm_head(a), l = a - h;
  vm_scaled e = vm_exp_scaled(h * h, l * (a + h));
  return s.p * e.p * vm_f64((s.u + e.u - 3069u) << 52);
}

double ts_erfcx_at(double x) {
  if (x != x) return x;
  if (x >= 0.5) return erfcx_tail(x);
  if (x > -0.5) return ts_exp_at(x * x) * ts_erfc_at(x);
  return exp_square(-x, 2) - erfcx_tail(-x);
}

double ts_log_ndtr_at(double x) {
  double t = x * 0x1.6a09e667f3bcdp-1;
  return x < -1 ? ts_log_at(0.5 * ts_erfcx_at(-t)) - t * t : ts_log1p_at(-0.5 * ts_erfc_at(t));
}

/* By erfinv of 2 p - 1, whose logarithm is known better from p; far out by Newton's method for log(ndtr(x)) = log(p). */
double ts_ndtri_at(double p) {
  if (!(p >= 0 && p <= 1)) return NAN;
  double q = p < 0.5 ? p : 1 - p;
  if (q == 0) return p == 0 ? -INFINITY : INFINITY;
  double x = 2 * p - 1, z = x * x;
  if (z < 0.36) return 0x1.6a09e667f3bcdp+0 * x * (VM_ERFINV_NEAR + vm_erfinv_near(z));
  if (q > 1e-15) return 0x1.6a09e667f3bcdp+0 * vm_erfinv_of(x, -ts_log_at(4 * q * (1 - q)));
  double l = ts_log_at(q);
  x = -sqrt(-2 * l - ts_log_at(2 * 0x1.921fb54442d18p+1 * (-2 * l)));
  for (int i = 0; i < 8; i++) {
    double step = (ts_log_ndtr_at(x) - l) * ts_erfcx_at(-x * 0x1.6a09e667f3bcdp-1) * 0x1.40d931ff62706p+0;
    x -= step;
    if (vm_abs(step) < 1e-9 * vm_abs(x)) break;
  }
  return p < 0.5 ? x : -x;
}

double ts_xlog1py_at(double x, double y) { return y != y ? y : x == 0 ? 0 : x * ts_log1p_at(y); }

/* ---- zeta and polygamma ---- */

/* q^-s; whole powers by products. */
VM_SLOW double power_of(double q, double s) {
  if (s > 32 || s != rint(s)) return vm_pow(q, -s);
  double power = 1;
  for (int k = (int)s; k; k >>= 1, q *= q)
    if (k & 1) power *= q;
  return 1 / power;
}

/* Hurwitz's zeta function for s > 1 and q > 0: some terms, then Euler and Maclaurin. */
static double zeta_positive(double s, double q) {
  /* B_2j / (2j)! */
  static const double c[] = {1.0 / 12, -1.0 / 720, 1.0 / 30240, -1.0 / 1209600, 1.0 / 47900160, -691.0 / 1307674368000,
                             1.0 / 74724249600, -3617.0 / 10670622842880000, 43867.0 / 5109094217170944000,
                             -174611.0 / 802857662698291200000.0, 77683.0 / 14101100039391805440000.0,
                             -236364091.0 / 1693824136731743669452800000.0};
  double sum = 0;
  for (int i = 0; i < 9 || q < 10; i++, q += 1) {
    double power = power_of(q, s);
    sum += power;
    if (power < sum * 0x1p-56) return sum;
    if (power == 0) return 0;
  }
  double power = power_of(q, s), term = power / q * s;
  sum += power * (q / (s - 1)) + 0.5 * power;
  for (int j = 0; j < 12; j++) {
    sum += c[j] * term;
    term *= (s + 2 * j + 1) / q * ((s + 2 * j + 2) / q);
  }
  return sum;
}

/* For whole s. Below zero the terms before the pole are those of another such sum, mirrored. */
static double zeta_whole(double s, double q) {
  if (q - q != 0) return NAN;
  if (q > 0) return zeta_positive(s, q);
  double r = q - floor(q);
  if (r == 0) return INFINITY;
  double mirrored = zeta_positive(s, 1 - r) - zeta_positive(s, 1 - q);
  return zeta_positive(s, r) + (0.5 * s == rint(0.5 * s) ? mirrored : -mirrored);
}

double ts_zeta_at(double s, double q) {
  if (s == 1) return INFINITY;
  if (s < 1) return NAN;
  if (q <= 0) return q == floor(q) ? INFINITY : s != floor(s) ? NAN : zeta_whole(s, q);
  if (s != s) return s;
  if (s == INFINITY) return q < 1 ? INFINITY : q == 1 ? 1 : NAN;
  double v = q < INFINITY ? zeta_positive(s, q) : NAN;
  return v == 0 && s > 1e13 ? NAN : v; /* where PyTorch's factors overflow */
}

/* p0 is n, p1 tells float32. At its poles below zero trigamma gives what PyTorch's rounded sine does. */
static double polygamma(double x, double n, double single) {
  if (n == 0) return vm_digamma(x);
  if (n == 1 && x - x != 0) return x > 0 ? 0 : NAN;
  if (n == 1 && x < 0 && x == rint(x)) {
    double s = single != 0 ? vm_sinf((float)x * 0x1.921fb6p+1f) : ts_sin_at(x * 0x1.921fb54442d18p+1);
    return 0x1.3bd3cc9be45dep+3 / (s * s);
  }
  if (x == -INFINITY) return 0.5 * n == rint(0.5 * n) ? -INFINITY : INFINITY;
  double factorial = 1;
  for (double k = 2; k <= n && factorial < INFINITY; k++) factorial *= k;
  double v = factorial * zeta_whole(n + 1, x);
  return 0.5 * n == rint(0.5 * n) ? -v : v;
}

typedef struct { double n, single; } polygamma_of;
static void each_polygamma(char *const *p, const int64_t *s, int64_t n, const void *params) {
  const polygamma_of *of = params;
  (void)s;
  for (int64_t k = 0; k < n; k++) ((double *)p[0])[k] = polygamma(((const double *)p[1])[k], of->n, of->single);
}
bool ts_polygamma_of(ts_cx *cx, int64_t n, ts_tensor *x, ts_out *out) {
  if (n < 0) return ts_fail(cx, TS_ERR_ARGUMENT, "polygamma(n, x) does not support negative n.");
  polygamma_of of = {(double)n, x->dtype != TS_FLOAT64};
  return run(cx, (ts_tensor *const[]){x}, 1, out, NULL, each_polygamma, &of);
}
