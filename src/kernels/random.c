/* Random ops: destinations, dtypes and bounds around core/random.h. */
#include <float.h>
#include <inttypes.h>
#include <math.h>
#include "../gen/ops.h"
#include "generators.h"
#include "complex.h"
#include "kernels.h"

/* Fills t in the order of memory when it is dense, as PyTorch does, else in row-major order. */
#define FILL(t, call)                                                        \
  do {                                                                       \
    ts_tensor *dense = ts_is_dense(t) ? (t) : ts_empty(cx, (ts_dtype)(t)->dtype, (t)->ndim, (t)->sizes); \
    if (!dense) return false;                                                \
    void *data = ts_data(dense);                                             \
    int64_t n = dense->numel;                                                \
    ts_dtype d = (ts_dtype)dense->dtype;                                     \
    if (ts_is_complex(d)) return ts_fail(cx, TS_ERR_DTYPE, "not implemented for %s", ts_dtype_name(d)); \
    if (n) call;                                                             \
    if (dense != (t) && !ts_raw_copy(cx, (t), dense)) return false;          \
  } while (0)

static bool floating(ts_cx *cx, ts_dtype d) { return ts_is_float(d) || ts_fail(cx, TS_ERR_DTYPE, "not implemented for %s", ts_dtype_name(d)); }

static bool uniform(ts_cx *cx, ts_tensor *t, ts_opt_int id, double from, double to) {
  if (ts_is_complex((ts_dtype)t->dtype) && !(t = ts_pairs(cx, t))) return false;
  ts_generator *g = ts_generator_of(cx, id);
  if (!g || !floating(cx, (ts_dtype)t->dtype)) return false;
  if (!(from <= to)) return ts_fail(cx, TS_ERR_ARGUMENT, "uniform_ expects to return a [from, to) range, but found from=%g > to=%g", from, to);
  FILL(t, ts_fill_uniform(g, data, n, d, from, to));
  return true;
}

/* The variance of a complex number is shared by its parts. */
static bool normal(ts_cx *cx, ts_tensor *t, ts_opt_int id, double mean, double std) {
  if (ts_is_complex((ts_dtype)t->dtype)) {
    std /= sqrt(2);
    if (!(t = ts_pairs(cx, t))) return false;
  }
  ts_generator *g = ts_generator_of(cx, id);
  if (!g || !floating(cx, (ts_dtype)t->dtype)) return false;
  if (!(std >= 0)) return ts_fail(cx, TS_ERR_ARGUMENT, "normal expects std >= 0.0, but found std %g", std);
  if (ts_is_contiguous(t)) FILL(t, ts_fill_normal(g, data, n, d, mean, std));
  else FILL(t, ts_fill_normal_serial(g, data, n, d, mean, std));
  return true;
}

/* An error where an integer dtype cannot hold v. */
static bool holds(ts_cx *cx, ts_dtype d, int64_t v, const char *name) {
  const int bits = (int)ts_itemsize(d) * 8;
  if (!ts_is_integral(d, true) || bits == 64) return true;
  const int64_t most = d == TS_BOOL ? 1 : d == TS_UINT8 ? 255 : ((int64_t)1 << (bits - 1)) - 1, least = d == TS_BOOL || d == TS_UINT8 ? 0 : -most - 1;
  return (v >= least && v <= most) || ts_fail(cx, TS_ERR_ARGUMENT, "%s is out of bounds for %s", name, ts_dtype_name(d));
}

static bool integers(ts_cx *cx, ts_tensor *t, ts_opt_int id, int64_t low, int64_t high) {
  ts_generator *g = ts_generator_of(cx, id);
  if (!g) return false;
  if (low >= high) return ts_fail(cx, TS_ERR_ARGUMENT, "random_ expects 'from' to be less than 'to', but got from=%" PRId64 " >= to=%" PRId64, low, high);
  if (!holds(cx, (ts_dtype)t->dtype, low, "from") || !holds(cx, (ts_dtype)t->dtype, high - 1, "to - 1")) return false;
  if (ts_is_float((ts_dtype)t->dtype)) ts_random_bounds((ts_dtype)t->dtype, &low, &high);
  FILL(t, ts_fill_random_from_to(g, data, n, d, (uint64_t)high - (uint64_t)low, low));
  return true;
}

bool ts_rand_impl(ts_cx *cx, const ts_rand_args *a, ts_out *out) {
  ts_tensor *t = ts_result(cx, out, 0, ts_or_default(cx, a->dtype), (int)a->size.n, a->size.v);
  return t && uniform(cx, t, a->generator, 0, 1);
}
bool ts_randn_impl(ts_cx *cx, const ts_randn_args *a, ts_out *out) {
  ts_tensor *t = ts_result(cx, out, 0, ts_or_default(cx, a->dtype), (int)a->size.n, a->size.v);
  return t && normal(cx, t, a->generator, 0, 1);
}
bool ts_randint_impl(ts_cx *cx, const ts_randint_args *a, ts_out *out) {
  int64_t low = a->low, high;
  ts_ints size = a->size;
  high = a->high;
  ts_tensor *t = ts_result(cx, out, 0, a->dtype == TS_DTYPE_NONE ? TS_INT64 : a->dtype, (int)size.n, size.v);
  return t && integers(cx, t, a->generator, low, high);
}
bool ts_randperm_impl(ts_cx *cx, const ts_randperm_args *a, ts_out *out) {
  ts_generator *g = ts_generator_of(cx, a->generator);
  if (a->n < 0) return ts_fail(cx, TS_ERR_ARGUMENT, "n must be non-negative, got %" PRId64, a->n);
  ts_tensor *t = g ? ts_empty(cx, TS_INT64, 1, &a->n) : NULL;
  if (!t) return false;
  ts_fill_randperm(g, ts_data(t), a->n);
  return (out->t[0] = ts_raw_cast(cx, t, a->dtype == TS_DTYPE_NONE ? TS_INT64 : a->dtype)) != NULL;
}
bool ts_rand_like_impl(ts_cx *cx, const ts_rand_like_args *a, ts_out *out) {
  out->t[0] = ts_empty_like(cx, a->self, a->dtype == TS_DTYPE_NONE ? (ts_dtype)a->self->dtype : a->dtype);
  return out->t[0] && uniform(cx, out->t[0], (ts_opt_int){false, 0}, 0, 1);
}
bool ts_randn_like_impl(ts_cx *cx, const ts_randn_like_args *a, ts_out *out) {
  out->t[0] = ts_empty_like(cx, a->self, a->dtype == TS_DTYPE_NONE ? (ts_dtype)a->self->dtype : a->dtype);
  return out->t[0] && normal(cx, out->t[0], (ts_opt_int){false, 0}, 0, 1);
}
bool ts_randint_like_impl(ts_cx *cx, const ts_randint_like_args *a, ts_out *out) {
  out->t[0] = ts_empty_like(cx, a->self, a->dtype == TS_DTYPE_NONE ? (ts_dtype)a->self->dtype : a->dtype);
  return out->t[0] && integers(cx, out->t[0], (ts_opt_int){false, 0}, a->low, a->high);
}

bool ts_uniform__impl(ts_cx *cx, const ts_uniform__args *a, ts_out *out) { return uniform(cx, out->t[0], a->generator, a->from, a->to); }
bool ts_normal__impl(ts_cx *cx, const ts_normal__args *a, ts_out *out) { return normal(cx, out->t[0], a->generator, a->mean, a->std); }

bool ts_random__impl(ts_cx *cx, const ts_random__args *a, ts_out *out) {
  ts_tensor *t = out->t[0];
  ts_generator *g = ts_generator_of(cx, a->generator);
  if (!g) return false;
  if (a->from.given) return a->to.given ? integers(cx, t, a->generator, a->from.v, a->to.v) : integers(cx, t, a->generator, 0, a->from.v);
  if (a->to.given) return integers(cx, t, a->generator, 0, a->to.v);
  FILL(t, ts_fill_random(g, data, n, d));
  return true;
}

/* One parameter, one rule. */
#define SAMPLER(name, check, rule, call)                                             \
  bool ts_##name##__impl(ts_cx *cx, const ts_##name##__args *a, ts_out *out) {       \
    ts_tensor *t = out->t[0];                                                        \
    ts_generator *g = ts_generator_of(cx, a->generator);                             \
    if (!g) return false;                                                            \
    if (!(check)) return ts_fail(cx, TS_ERR_ARGUMENT, rule);                         \
    FILL(t, call);                                                                   \
    return true;                                                                     \
  }
SAMPLER(exponential, a->lambd > 0 && floating(cx, (ts_dtype)t->dtype), "exponential_ expects lambda > 0.0", ts_fill_exponential(g, data, n, d, a->lambd))
SAMPLER(cauchy, a->sigma > 0 && floating(cx, (ts_dtype)t->dtype), "cauchy_ expects sigma > 0.0", ts_fill_cauchy(g, data, n, d, a->median, a->sigma))
SAMPLER(log_normal, a->std > 0 && floating(cx, (ts_dtype)t->dtype), "log_normal_ expects std > 0.0", ts_fill_log_normal(g, data, n, d, a->mean, a->std))
SAMPLER(geometric, a->p > 0 && a->p < 1, "geometric_ expects p to be in (0, 1)", ts_fill_geometric(g, data, n, d, a->p))

static bool probabilities(ts_cx *cx, ts_tensor *t, ts_tensor *p, ts_generator *g) {
  if (!floating(cx, (ts_dtype)p->dtype)) return false;
  ts_dtype pd = p->dtype == TS_FLOAT64 ? TS_FLOAT64 : TS_FLOAT32;
  if (!ts_same_sizes(p, t)) {
    ts_tensor *whole = ts_empty(cx, (ts_dtype)p->dtype, t->ndim, t->sizes);
    if (!whole || !ts_raw_copy(cx, whole, p)) return false;
    p = whole;
  }
  p = ts_raw_contiguous(cx, ts_raw_cast(cx, p, pd));
  if (!p) return false;
  for (int64_t i = 0; i < p->numel; i++) {
    double v = pd == TS_FLOAT64 ? ((double *)ts_data(p))[i] : ((float *)ts_data(p))[i];
    if (!(v >= 0 && v <= 1)) return ts_fail(cx, TS_ERR_ARGUMENT, "Expected p_in >= 0 && p_in <= 1 to be true, but got %g", v);
  }
  FILL(t, ts_fill_bernoulli(g, data, n, d, ts_data(p), pd));
  return true;
}

bool ts_bernoulli_impl(ts_cx *cx, const ts_bernoulli_args *a, ts_out *out) {
  ts_generator *g = ts_generator_of(cx, a->generator);
  ts_tensor *t = g ? ts_empty(cx, (ts_dtype)a->self->dtype, a->self->ndim, a->self->sizes) : NULL;
  if (!t) return false;
  out->t[0] = t;
  if (!a->p.given) return probabilities(cx, t, a->self, g);
  if (!(a->p.v >= 0 && a->p.v <= 1)) return ts_fail(cx, TS_ERR_ARGUMENT, "bernoulli_ expects p to be in [0, 1], but got p=%g", a->p.v);
  FILL(t, ts_fill_bernoulli_scalar(g, data, n, d, a->p.v));
  return true;
}

bool ts_bernoulli__impl(ts_cx *cx, const ts_bernoulli__args *a, ts_out *out) {
  ts_tensor *t = out->t[0], *p = a->p;
  ts_generator *g = ts_generator_of(cx, a->generator);
  if (!g) return false;
  if (p && !p->wrapped_number) return probabilities(cx, t, p, g);
  double v = p ? ts_read_scalar(p, ts_data(p)).f : 0.5;
  if (!(v >= 0 && v <= 1)) return ts_fail(cx, TS_ERR_ARGUMENT, "bernoulli_ expects p to be in [0, 1], but got p=%g", v);
  FILL(t, ts_fill_bernoulli_scalar(g, data, n, d, v));
  return true;
}

static void sink(const double *v, int64_t *heap, int64_t size, int64_t at) {
  for (int64_t child; (child = 2 * at + 1) < size; at = child) {
    if (child + 1 < size && v[heap[child + 1]] > v[heap[child]]) child++;
    if (v[heap[at]] >= v[heap[child]]) return;
    const int64_t moved = heap[at];
    heap[at] = heap[child];
    heap[child] = moved;
  }
}

/* Places of the n largest of `size` values, the largest first. */
static void take_largest(const double *v, int64_t *heap, int64_t size, int64_t *to, int64_t n) {
  for (int64_t i = 0; i < size; i++) heap[i] = i;
  for (int64_t i = size / 2; i-- > 0;) sink(v, heap, size, i);
  for (int64_t k = 0; k < n; k++) {
    to[k] = heap[0];
    heap[0] = heap[--size];
    sink(v, heap, size, 0);
  }
}

/* PyTorch: with replacement one uniform double a draw against the cumulative distribution; without, the largest of p / q
   with exponential q. */
bool ts_multinomial_impl(ts_cx *cx, const ts_multinomial_args *a, ts_out *out) {
  ts_generator *g = ts_generator_of(cx, a->generator);
  const ts_tensor *self = a->self;
  if (!g || !floating(cx, (ts_dtype)self->dtype)) return false;
  if (self->ndim != 1 && self->ndim != 2) return ts_fail(cx, TS_ERR_SHAPE, "prob_dist must be 1 or 2 dim, got %s", TS_TEXT(self));
  int64_t classes = self->sizes[self->ndim - 1], rows = self->ndim == 2 ? self->sizes[0] : 1, n = a->num_samples;
  if (n <= 0) return ts_fail(cx, TS_ERR_ARGUMENT, "cannot sample n_sample <= 0 samples");
  if (classes > 1 << 24) return ts_fail(cx, TS_ERR_ARGUMENT, "number of categories cannot exceed 2^24");
  if (!a->replacement && n > classes) return ts_fail(cx, TS_ERR_ARGUMENT, "cannot sample n_sample > prob_dist.size(-1) samples without replacement");
  ts_dtype work = self->dtype == TS_FLOAT64 ? TS_FLOAT64 : TS_FLOAT32;
  ts_tensor *p = ts_raw_contiguous(cx, ts_raw_cast(cx, a->self, TS_FLOAT64));
  int64_t sizes[2] = {rows, n};
  ts_tensor *t = ts_empty(cx, TS_INT64, self->ndim, self->ndim == 2 ? sizes : sizes + 1);
  double *cum = ts_temp(cx, classes * (int64_t)sizeof *cum + 1);
  int64_t *heap = ts_temp(cx, classes * (int64_t)sizeof *heap + 1);
  if (!p || !t || !cum || !heap) return false;
  const double *v = ts_data(p);
  int64_t *to = ts_data(t);
  for (int64_t r = 0; r < rows; r++) {
    double sum = 0;
    for (int64_t c = 0; c < classes; c++) {
      double x = v[r * classes + c];
      if (a->replacement && x < 0) return ts_fail(cx, TS_ERR_ARGUMENT, "invalid multinomial distribution (encountering probability entry < 0)");
      if (a->replacement && !isfinite(x)) return ts_fail(cx, TS_ERR_ARGUMENT, "invalid multinomial distribution (encountering probability entry = infinity or NaN)");
      if (!(x >= 0) || isinf(x)) return ts_fail(cx, TS_ERR_ARGUMENT, "probability tensor contains either `inf`, `nan` or element < 0");
      sum += x;
    }
    if (!(sum > 0)) return ts_fail(cx, TS_ERR_ARGUMENT, "invalid multinomial distribution (sum of probabilities <= 0)");
  }
  if (!a->replacement) {
    ts_tensor *q = ts_empty(cx, work, 2, (const int64_t[]){rows, classes});
    if (!q) return false;
    ts_fill_exponential(g, ts_data(q), q->numel, work, 1);
    for (int64_t r = 0; r < rows; r++) {
      for (int64_t c = 0; c < classes; c++) {
        int64_t i = r * classes + c;
        cum[c] = work == TS_FLOAT64 ? v[i] / ((double *)ts_data(q))[i] : (float)v[i] / ((float *)ts_data(q))[i];
      }
      take_largest(cum, heap, classes, to + r * n, n);
    }
  } else {
    for (int64_t r = 0; r < rows; r++) {
      double sum = 0;
      for (int64_t c = 0; c < classes; c++) {
        /* in the dtype of the weights */
        sum = work == TS_FLOAT64 ? sum + v[r * classes + c] : (float)sum + (float)v[r * classes + c];
        cum[c] = sum;
      }
      for (int64_t c = 0; c < classes; c++) cum[c] = work == TS_FLOAT64 ? cum[c] / sum : (float)cum[c] / (float)sum;
      if (classes) cum[classes - 1] = 1;
      for (int64_t k = 0; k < n; k++) {
        double u;
        ts_fill_uniform(g, &u, 1, TS_FLOAT64, 0, 1);
        int64_t lo = 0, hi = classes;
        while (hi > lo) {
          int64_t mid = lo + (hi - lo) / 2;
          if (cum[mid] < u) lo = mid + 1;
          else hi = mid;
        }
        to[r * n + k] = lo;
      }
    }
  }
  return (out->t[0] = t) != NULL;
}
