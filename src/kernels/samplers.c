/* Samplers that reject: Poisson, binomial, gamma and Dirichlet distributions, number by number in the order of indices; normal
   numbers of given means and deviations. PyTorch's steps, so that the same seed gives the same numbers. */
#include <float.h>
#include <math.h>
#include "../core/random.h"
#include "../core/vmath.h"
#include "compose.h"
#include "generators.h"
#include "kernels.h"

static double uniform(ts_generator *g) {
  double u;
  ts_fill_uniform(g, &u, 1, TS_FLOAT64, 0, 1);
  return u;
}
static double normal(ts_generator *g) {
  double v;
  ts_fill_normal_serial(g, &v, 1, TS_FLOAT64, 0, 1);
  return v;
}

/* ---- Poisson: Hoermann's transformed rejection for large rates, products of uniforms for small ones ---- */

static double poisson(ts_generator *g, double rate) {
  if (rate == 0) return 0;
  if (rate < 10) {
    const double least = exp(-rate);
    double product = 1, count = 0;
    for (;; count++)
      if (!((product *= uniform(g)) > least)) return count;
  }
  const double log_rate = log(rate), b = 0.931 + 2.53 * sqrt(rate), a = -0.059 + 0.02483 * b, inverse_alpha = 1.1239 + 1.1328 / (b - 3.4), fits = 0.9277 - 3.6224 / (b - 2);
  for (;;) {
    const double u = uniform(g) - 0.5, v = uniform(g), us = 0.5 - fabs(u), k = floor((2 * a / us + b) * u + rate + 0.43);
    if (us >= 0.07 && v <= fits) return k;
    if (k < 0 || (us < 0.013 && v > us)) continue;
    if (log(v) + log(inverse_alpha) - log(a / (us * us) + b) <= -rate + k * log_rate - lgamma(k + 1)) return k;
  }
}

/* ---- binomial: Hoermann's btrs for many expected successes, sums of geometric numbers for few ---- */

static double tail(double k) {
  static const double first[] = {0.0810614667953272, 0.0413406959554092, 0.0276779256849983, 0.02079067210376509, 0.0166446911898211,
                                 0.0138761288230707, 0.0118967099458917, 0.0104112652619720, 0.00925546218271273, 0.00833056343336287};
  if (k <= 9) return first[(int)k];
  const double square = (k + 1) * (k + 1);
  return (1.0 / 12 - (1.0 / 360 - 1.0 / 1260 / square) / square) / (k + 1);
}

/* narrow: count and p are float32, and so is what PyTorch computes of them alone. */
#define AS(x) (narrow ? (double)(float)(x) : (x))
static double inversion(ts_generator *g, double count, double p, bool narrow) {
  const double log_p = narrow ? (double)log1pf((float)-p) : log1p(-p);
  for (double sum = 0, found = 0;; found++) {
    sum += ceil(log(uniform(g)) / log_p);
    if (sum > count) return found;
  }
}

static double btrs(ts_generator *g, double count, double p, bool narrow) {
  const double expected = AS(count * p), stddev = AS(sqrt(AS(expected * AS(1 - p)))), b = 1.15 + 2.53 * stddev, a = -0.0873 + 0.0248 * b + 0.01 * p;
  const double c = expected + 0.5, fits = 0.92 - 4.2 / b, r = AS(p / AS(1 - p)), alpha = (2.83 + 5.1 / b) * stddev, m = floor(AS(AS(count + 1) * p));
  for (;;) {
    const double u = uniform(g) - 0.5;
    double v = uniform(g);
    const double us = 0.5 - fabs(u), k = AS(floor((2 * a / us + b) * u + c));
    if (k < 0 || k > count) continue;
    if (us >= 0.07 && v <= fits) return k;
    v = log(v * alpha / (a / (us * us) + b));
    const double bound = (m + 0.5) * log((m + 1) / (r * (count - m + 1))) + (count + 1) * log((count - m + 1) / (count - k + 1)) + (k + 0.5) * log(r * (count - k + 1) / (k + 1)) + tail(m) +
                         tail(count - m) - tail(k) - tail(count - k);
    if (v <= bound) return k;
  }
}

static double binomial(ts_generator *g, double count, double p, bool narrow) {
  if (isnan(count) || isnan(p)) return NAN;
  if (count <= 0 || p <= 0) return 0;
  if (p >= 1) return count;
  const bool turned = p > 0.5;
  if (turned) p = AS(1 - p);
  const double n = AS(count * p) >= 10 ? btrs(g, count, p, narrow) : inversion(g, count, p, narrow);
  return turned ? count - n : n;
}

/* ---- gamma: Marsaglia and Tsang ---- */

static double gamma_of(ts_generator *g, double alpha, bool narrow) {
  double scale = 1;
  if (alpha < 1) {
    if (alpha == 0) return 0;
    scale = pow(1 - uniform(g), AS(1 / alpha));
    alpha = AS(alpha + 1);
  }
  const double d = AS(alpha - (double)(1.0f / 3.0f)), c = 1 / sqrt(9 * d);
  for (;;) {
    double x, y;
    do {
      x = normal(g);
      y = 1 + c * x;
    } while (y <= 0);
    const double v = y * y * y, u = 1 - uniform(g), xx = x * x;
    if (u < 1 - (double)0.0331f * xx * xx || log(u) < 0.5 * xx + d * (1 - v + log(v))) return scale * d * v;
  }
}

/* ---- over tensors ---- */

/* Contiguous float64 of a tensor that must be of a floating dtype. */
static ts_tensor *numbers(ts_cx *cx, ts_tensor *t) {
  if (ts_is_float((ts_dtype)t->dtype)) return ts_raw_contiguous(cx, ts_raw_cast(cx, t, TS_FLOAT64));
  ts_fail(cx, TS_ERR_DTYPE, "not implemented for %s", ts_dtype_name((ts_dtype)t->dtype));
  return NULL;
}
static double least_of(ts_dtype d) { return d == TS_FLOAT64 ? DBL_MIN : d == TS_FLOAT16 ? 0x1p-14 : (double)FLT_MIN; }

bool ts_poisson_impl(ts_cx *cx, const ts_poisson_args *a, ts_out *out) {
  ts_generator *g = ts_generator_of(cx, a->generator);
  ts_tensor *rates = numbers(cx, a->self), *t = rates ? ts_empty(cx, TS_FLOAT64, rates->ndim, rates->sizes) : NULL;
  if (!g || !t) return false;
  const double *rate = ts_data(rates);
  for (int64_t i = 0; i < t->numel; i++)
    if (!(rate[i] >= 0)) return ts_fail(cx, TS_ERR_ARGUMENT, "invalid Poisson rate, expected rate to be non-negative");
  for (int64_t i = 0; i < t->numel; i++) ((double *)ts_data(t))[i] = poisson(g, rate[i]);
  return (out->t[0] = ts_raw_cast(cx, t, (ts_dtype)a->self->dtype)) != NULL;
}

bool ts_binomial_impl(ts_cx *cx, const ts_binomial_args *a, ts_out *out) {
  ts_generator *g = ts_generator_of(cx, a->generator);
  ts_dtype d = (ts_dtype)a->count->dtype;
  ts_tensor *p = a->prob;
  if (p->dtype != d) return ts_fail(cx, TS_ERR_DTYPE, "Found dtype %s but expected %s", ts_dtype_name((ts_dtype)p->dtype), ts_dtype_name(d));
  ts_tensor *counts = numbers(cx, a->count), *probs = numbers(cx, p), *t;
  int ndim;
  int64_t sizes[TS_MAX_DIM];
  if (!g || !counts || !probs || !ts_broadcast_sizes(cx, counts->ndim, counts->sizes, probs->ndim, probs->sizes, &ndim, sizes)) return false;
  ts_ints both = {sizes, ndim};
  counts = ts_raw_contiguous(cx, ts_expand(cx, counts, both, false));
  probs = ts_raw_contiguous(cx, ts_expand(cx, probs, both, false));
  if (!counts || !probs || !(t = ts_empty(cx, TS_FLOAT64, ndim, sizes))) return false;
  for (int64_t i = 0; i < t->numel; i++) ((double *)ts_data(t))[i] = binomial(g, ((double *)ts_data(counts))[i], ((double *)ts_data(probs))[i], d != TS_FLOAT64);
  return (out->t[0] = ts_raw_cast(cx, t, d)) != NULL;
}

bool ts__standard_gamma_impl(ts_cx *cx, const ts__standard_gamma_args *a, ts_out *out) {
  ts_generator *g = ts_generator_of(cx, a->generator);
  ts_dtype d = (ts_dtype)a->self->dtype;
  ts_tensor *alphas = numbers(cx, a->self), *t = alphas ? ts_empty(cx, TS_FLOAT64, alphas->ndim, alphas->sizes) : NULL;
  if (!g || !t) return false;
  for (int64_t i = 0; i < t->numel; i++) {
    const double v = gamma_of(g, ((double *)ts_data(alphas))[i], d != TS_FLOAT64), least = least_of(d);
    ((double *)ts_data(t))[i] = v < least ? least : v;
  }
  return (out->t[0] = ts_raw_cast(cx, t, d)) != NULL;
}

/* How a gamma number x moves with its concentration a: minus the derivative of the distribution function in a, over the
   density. Series below the bulk, a continued fraction above it, and for large a Rice's saddle point expansion. */
static double gamma_slope(double a, double x) {
  if (a > 8) {
    if (0.9 * a <= x && x <= 1.1 * a) {
      const double first = 1 + 24 * a * (1 + 12 * a), second = 1440 * (a * a) + 6 * x * (53 - 120 * x) - 65 * x * x / a + a * (107 + 3600 * x);
      return first * second / (1244160 * (a * a) * (a * a));
    }
    const double root = sqrt(8 * a), near = root / (a - x), far = pow(x - a - a * log(x / a), -1.5), both = x < a ? near - far : near + far;
    const double term = log(x / a) * both - sqrt(2 / a) * (a + x) / ((a - x) * (a - x)), stirling = 1 + 1 / (12 * a) * (1 + 1 / (24 * a));
    return -stirling * x * term / root;
  }
  const double apart = log(x) - vm_digamma(a);
  if (x < a + 1.5) {
    double term = 1 / a, harmonic = 1 / a, sum = term, slope = -term * harmonic;
    for (int n = 1; n < 500 && term > sum * 1e-17; n++) {
      term *= x / (a + n);
      harmonic += 1 / (a + n);
      sum += term;
      slope -= term * harmonic;
    }
    return -x * (sum * apart + slope);
  }
  /* 1 / (x + 1 - a - 1 (1 - a) / (x + 3 - a - 2 (2 - a) / ...)), and its derivative in a */
  double v = x + 401 - a, dv = -1;
  for (int k = 200; k > 0; k--) {
    const double top = -k * (k - a);
    dv = -1 + k / v - top * dv / (v * v);
    v = x + 2 * k - 1 - a + top / v;
  }
  return x * (apart / v - dv / (v * v));
}

bool ts__gamma_slope_impl(ts_cx *cx, const ts__gamma_slope_args *a, ts_out *out) {
  ts_tensor *alphas = numbers(cx, a->self), *x = numbers(cx, a->output), *t;
  if (!alphas || !x) return false;
  if (!ts_same_sizes(alphas, x)) return ts_fail(cx, TS_ERR_SHAPE, "input %s and output %s differ", TS_TEXT(alphas), TS_TEXT(x));
  if (!(t = ts_empty(cx, TS_FLOAT64, x->ndim, x->sizes))) return false;
  for (int64_t i = 0; i < t->numel; i++) {
    const double v = gamma_slope(((double *)ts_data(alphas))[i], ((double *)ts_data(x))[i]);
    ((double *)ts_data(t))[i] = isnan(v) ? 0 : v;
  }
  return (out->t[0] = ts_raw_cast(cx, t, (ts_dtype)a->self->dtype)) != NULL;
}

/* How a beta number x moves with its first concentration a, over 1 - x: minus the derivative of the distribution function in a, over
   the density and 1 - x. The function is x^a (1-x)^b / (a B(a, b)) times a series of positive terms in x, or one minus the same of
   1 - x; the one that converges faster is taken. Where both concentrations are so large that this takes thousands of terms, x is normal. */
static double beta_slope(double x, double a, double b) {
  if (!(a > 0 && b > 0 && x >= 0 && x <= 1) || isinf(a + b)) return NAN;
  if (x == 0) return 0;
  if (a > 1e6 && b > 1e6) return (b / (a + b) + (x * (a + b) - a) * 0.5 * (1 / a - 2 / (a + b) - 1 / (a + b + 1))) / (a + b) / (1 - x);
  const bool low = x <= (a + 1) / (a + b + 2);
  const double y = low ? x : 1 - x, first = low ? a : b;
  const double apart = log(x) - vm_digamma(a) + vm_digamma(a + b) - (low ? 1 / a : 0);
  double term = 1, sum = 1, moves = 0, slope = 0;
  for (int n = 0; n < 100000 && term > sum * 1e-17; n++) {
    term *= (a + b + n) / (first + 1 + n) * y;
    moves += 1 / (a + b + n) - (low ? 1 / (a + 1 + n) : 0);
    sum += term;
    slope += term * moves;
  }
  return (low ? -x / a : x / b) * (sum * apart + slope);
}

bool ts__dirichlet_grad_impl(ts_cx *cx, const ts__dirichlet_grad_args *a, ts_out *out) {
  ts_tensor *x = numbers(cx, a->x), *alpha = numbers(cx, a->alpha), *total = numbers(cx, a->total), *t;
  if (!x || !alpha || !total) return false;
  if (!ts_same_sizes(x, alpha) || !ts_same_sizes(x, total)) return ts_fail(cx, TS_ERR_SHAPE, "x %s, alpha %s and total %s differ", TS_TEXT(x), TS_TEXT(alpha), TS_TEXT(total));
  if (!(t = ts_empty(cx, TS_FLOAT64, x->ndim, x->sizes))) return false;
  for (int64_t i = 0; i < t->numel; i++) {
    const double c = ((double *)ts_data(alpha))[i];
    ((double *)ts_data(t))[i] = beta_slope(((double *)ts_data(x))[i], c, ((double *)ts_data(total))[i] - c);
  }
  return (out->t[0] = ts_raw_cast(cx, t, (ts_dtype)a->x->dtype)) != NULL;
}

bool ts__sample_dirichlet_impl(ts_cx *cx, const ts__sample_dirichlet_args *a, ts_out *out) {
  ts_generator *g = ts_generator_of(cx, a->generator);
  ts_dtype d = (ts_dtype)a->self->dtype;
  ts_tensor *alphas = numbers(cx, a->self), *t = alphas ? ts_empty(cx, TS_FLOAT64, alphas->ndim, alphas->sizes) : NULL;
  if (!g || !t) return false;
  if (t->ndim < 1) return ts_fail(cx, TS_ERR_SHAPE, "concentrations of at least one dim expected");
  double *v = ts_data(t);
  const int64_t n = t->sizes[t->ndim - 1];
  const double least = least_of(d), most = d == TS_FLOAT64 ? 1 - 0x1p-53 : d == TS_FLOAT32 ? 1 - 0x1p-24 : d == TS_FLOAT16 ? 1 - 0x1p-11 : 1 - 0x1p-8;
  for (int64_t i = 0; i < t->numel; i++) v[i] = gamma_of(g, ((double *)ts_data(alphas))[i], false);
  for (int64_t i = 0; i < t->numel; i += n) {
    double sum = 0;
    for (int64_t k = 0; k < n; k++) sum += v[i + k];
    for (int64_t k = 0; k < n; k++) {
      const double p = v[i + k] / sum;
      v[i + k] = p < least ? least : p > most ? most : p;
    }
  }
  return (out->t[0] = ts_raw_cast(cx, t, d)) != NULL;
}

/* mean + std * standard normals of the size of both. */
static bool normal_of(ts_cx *cx, ts_tensor *mean, ts_tensor *std, ts_opt_int generator, ts_tensor *like, ts_out *out) {
  int ndim;
  int64_t sizes[TS_MAX_DIM];
  uint64_t mask;
  ts_dtype d = (ts_dtype)like->dtype;
  if (!ts_is_float(d)) return ts_fail(cx, TS_ERR_DTYPE, "not implemented for %s", ts_dtype_name(d));
  if (!ts_broadcast_sizes(cx, mean->ndim, mean->sizes, std->ndim, std->sizes, &ndim, sizes)) return false;
  if (std->numel) {
    ts_tensor *low = ts_dim_mask(cx, TS_NO_INTS, std->ndim, &mask) ? ts_raw_cast(cx, ts_reduced(cx, std, mask, false, TS_RED_MIN), TS_FLOAT64) : NULL;
    if (!low) return false;
    if (*(double *)ts_data(low) < 0)
      return std->wrapped_number ? ts_fail(cx, TS_ERR_ARGUMENT, "normal expects std >= 0.0, but found std %g", *(double *)ts_data(low))
                                 : ts_fail(cx, TS_ERR_ARGUMENT, "normal expects all elements of std >= 0.0");
  }
  ts_tensor *t = ts_empty(cx, d, ndim, sizes);
  if (!t) return false;
  /* A number is the deviation of what is drawn, tensors come after. */
  if (std->wrapped_number) return ts_normal_(cx, t, 0, *(double *)ts_data(std), generator) && (out->t[0] = ts_add_(cx, t, mean, ts_int(1))) != NULL;
  if (!ts_normal_(cx, t, 0, 1, generator)) return false;
  return (out->t[0] = ts__to_dtype(cx, ts_addcmul(cx, ts__to_dtype(cx, mean, d), t, std, ts_int(1)), d)) != NULL;
}

bool ts_normal_tensors_impl(ts_cx *cx, const ts_normal_tensors_args *a, ts_out *out) { return normal_of(cx, a->mean, a->std, a->generator, a->mean, out); }
bool ts_normal_means_impl(ts_cx *cx, const ts_normal_means_args *a, ts_out *out) {
  ts_tensor *std = NUM(a->std);
  return std && normal_of(cx, a->mean, std, a->generator, a->mean, out);
}
bool ts_normal_deviations_impl(ts_cx *cx, const ts_normal_deviations_args *a, ts_out *out) {
  ts_tensor *mean = NUM(a->mean);
  return mean && normal_of(cx, mean, a->std, a->generator, a->std, out);
}
bool ts_normal_numbers_impl(ts_cx *cx, const ts_normal_numbers_args *a, ts_out *out) {
  ts_tensor *t = ts_empty_op(cx, a->size, a->dtype);
  return t && (out->t[0] = ts_normal_(cx, t, a->mean, a->std, a->generator)) != NULL;
}
