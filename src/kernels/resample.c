/* A dim at a time: output i is a sum of weighted inputs, listed in a table. The gradient is the same walk over the transposed table. */
#include "resample.h"
#include <math.h>
#include <string.h>
#include "../core/threads.h"
#include "../gen/ops.h"
#include "kernels.h"

/* Output i has the inputs index[offset[i]] .. index[offset[i + 1] - 1]. unit: exactly one each, of weight 1. */
typedef struct {
  int64_t n_in, n_out, *offset, *index;
  double *weight;
  bool unit;
} table;

/* Positions of float32 data are computed in float32, as PyTorch does: rounding decides which element is the nearest. */
static double rounded(double x, bool single) { return single ? (double)(float)x : x; }
#define R(x) rounded(x, single)

static double step_of(int64_t in, int64_t out, double scale, bool align, bool single) {
  if (align) return out > 1 ? R((double)(in - 1) / (double)(out - 1)) : 0;
  return scale > 0 ? R(1 / scale) : R((double)in / (double)out);
}

static double cubic_near(double x, double a, bool single) { return R(R(R(R(R(R(a + 2) * x) - R(a + 3)) * x) * x) + 1); }
static double cubic_far(double x, double a, bool single) { return R(R(R(R(R(R(R(a * x) - R(5 * a)) * x) + R(8 * a)) * x)) - R(4 * a)); }

static double filter_of(double x, bool cubic) {
  x = fabs(x);
  if (!cubic) return x < 1 ? 1 - x : 0;
  return x < 1 ? ((-0.5 + 2) * x - (-0.5 + 3)) * x * x + 1 : x < 2 ? (((x - 5) * x + 8) * x - 4) * -0.5 : 0;
}

static int64_t bounded(int64_t i, int64_t n) { return i < 0 ? 0 : i >= n ? n - 1 : i; }

static int64_t source_of(ts_resample_kind kind, int64_t i, int64_t n, int64_t before, int64_t out) {
  int64_t at = i - before;
  if (kind == TS_RESAMPLE_REPLICATE) return bounded(at, n);
  if (kind == TS_RESAMPLE_REFLECT) return bounded(at < 0 ? -at : at >= n ? 2 * (n - 1) - at : at, n);
  /* What is cropped takes no part in going round. */
  int64_t after = out - n - before, from = before < 0 ? -before : 0, size = n - from - (after < 0 ? -after : 0);
  if (size < 1) size = 1;
  return bounded(from + ((at - from) % size + size) % size, n);
}

static int64_t most_taps(ts_resample_kind kind, int64_t in, int64_t out, double step) {
  double support = (kind == TS_RESAMPLE_LINEAR_AA ? 1 : 2) * (step > 1 ? step : 1);
  switch (kind) {
    case TS_RESAMPLE_LINEAR: return 2;
    case TS_RESAMPLE_CUBIC: return 4;
    case TS_RESAMPLE_LINEAR_AA: case TS_RESAMPLE_CUBIC_AA: return support * 2 + 2 < (double)in ? (int64_t)(support * 2) + 2 : in;
    case TS_RESAMPLE_MEAN: return in / (out ? out : 1) + 2;
    default: return 1;
  }
}

static void tap(table *t, int64_t *n, int64_t index, double weight) {
  t->index[*n] = index;
  t->weight[(*n)++] = weight;
}

static bool fill_table(ts_cx *cx, ts_resample_kind kind, bool single, int64_t in, int64_t out, double scale, bool align, table *t) {
  double step = kind >= TS_RESAMPLE_MEAN ? 0 : step_of(in, out, scale, align, single);
  int64_t room = most_taps(kind, in, out, step) * out, n = 0;
  *t = (table){in, out, ts_temp(cx, (out + 1) * 8), ts_temp(cx, room * 8 + 1), ts_temp(cx, room * 8 + 1), kind < TS_RESAMPLE_LINEAR || kind > TS_RESAMPLE_MEAN};
  if (!t->offset || !t->index || !t->weight) return false;
  for (int64_t i = 0; i < out; i++) {
    t->offset[i] = n;
    if (kind >= TS_RESAMPLE_REFLECT) {
      tap(t, &n, source_of(kind, i, in, (int64_t)scale, out), 1);
    } else if (kind == TS_RESAMPLE_MEAN) {
      int64_t from = i * in / out, to = ((i + 1) * in + out - 1) / out;
      for (int64_t k = from; k < to; k++) tap(t, &n, k, 1 / (double)(to - from));
    } else if (kind <= TS_RESAMPLE_NEAREST_EXACT) {
      double at = kind == TS_RESAMPLE_NEAREST ? R((double)i * step) : R(((double)i + 0.5) * step);
      tap(t, &n, bounded(at < (double)in ? (int64_t)floor(at) : in - 1, in), 1);
    } else if (kind >= TS_RESAMPLE_LINEAR_AA) {
      bool cubic = kind == TS_RESAMPLE_CUBIC_AA;
      double half = cubic ? 2 : 1, support = step >= 1 ? half * step : half, inverse = step >= 1 ? 1 / step : 1, center = step * ((double)i + 0.5), total = 0;
      int64_t from = bounded((int64_t)(center - support + 0.5), in), to = center + support + 0.5 < (double)in ? (int64_t)(center + support + 0.5) : in, begin = n;
      for (int64_t k = from; k < to; k++) {
        double w = filter_of(((double)k - center + 0.5) * inverse, cubic);
        total += w;
        tap(t, &n, k, w);
      }
      for (int64_t k = begin; k < n && total != 0; k++) t->weight[k] = R(t->weight[k] / total);
    } else if (in == out && (align || !(scale > 0))) { /* nothing moves */
      tap(t, &n, i, 1);
    } else {
      double at = align ? R(step * (double)i) : R(R(step * R((double)i + 0.5)) - 0.5);
      if (kind == TS_RESAMPLE_LINEAR && at < 0) at = 0;
      int64_t first = at < (double)in ? (int64_t)floor(at) : in - 1;
      if (kind == TS_RESAMPLE_LINEAR) first = bounded(first, in);
      double part = R(at - (double)first);
      part = part < 0 ? 0 : part > 1 ? 1 : part;
      if (kind == TS_RESAMPLE_LINEAR) {
        tap(t, &n, first, R(1 - part));
        tap(t, &n, bounded(first + 1, in), part);
      } else {
        double a = -0.75, rest = R(1 - part), w[4] = {cubic_far(R(part + 1), a, single), cubic_near(part, a, single), cubic_near(rest, a, single), cubic_far(R(rest + 1), a, single)};
        for (int k = 0; k < 4; k++) tap(t, &n, bounded(first - 1 + k, in), w[k]);
      }
    }
  }
  t->offset[out] = n;
  return true;
}

static bool transpose_table(ts_cx *cx, const table *t, table *r) {
  int64_t taps = t->offset[t->n_out];
  *r = (table){t->n_out, t->n_in, ts_temp(cx, (t->n_in + 2) * 8), ts_temp(cx, taps * 8 + 1), ts_temp(cx, taps * 8 + 1), false};
  if (!r->offset || !r->index || !r->weight) return false;
  memset(r->offset, 0, (size_t)(t->n_in + 2) * 8);
  for (int64_t k = 0; k < taps; k++) r->offset[t->index[k] + 2]++;
  for (int64_t i = 0; i <= t->n_in; i++) r->offset[i + 1] += r->offset[i];
  for (int64_t i = 0; i < t->n_out; i++) /* after it offset[i + 1] is where row i ends */
    for (int64_t k = t->offset[i]; k < t->offset[i + 1]; k++) {
      int64_t to = r->offset[t->index[k] + 1]++;
      r->index[to] = i;
      r->weight[to] = t->weight[k];
    }
  return true;
}

typedef struct {
  const table *t;
  const char *in;
  char *out;
  int64_t inner; /* elements behind the dim; bytes when elements are only copied */
} pass_job;

enum { BLOCK = 128 };

/* Rows (outer, n_out) of `inner` elements. Sums are kept in float64. */
#define PASS(T)                                                                                                  \
  static void pass_##T(void *arg, int64_t begin, int64_t end) {                                                  \
    const pass_job *j = arg;                                                                                     \
    const table *t = j->t;                                                                                       \
    int64_t inner = j->inner, i = begin % t->n_out;                                                              \
    const T *in = (const T *)j->in + begin / t->n_out * t->n_in * inner;                                         \
    T *out = (T *)j->out + begin * inner;                                                                        \
    for (int64_t row = begin; row < end; row++, out += inner) {                                                  \
      int64_t from = t->offset[i], to = t->offset[i + 1];                                                        \
      if (inner == 1) {                                                                                          \
        double sum = 0;                                                                                          \
        for (int64_t k = from; k < to; k++) sum += t->weight[k] * (double)in[t->index[k]];                       \
        *out = (T)sum;                                                                                           \
      } else if (to - from == 2) {                                                                               \
        const T *a = in + t->index[from] * inner, *b = in + t->index[from + 1] * inner;                          \
        T wa = (T)t->weight[from], wb = (T)t->weight[from + 1];                                                  \
        for (int64_t x = 0; x < inner; x++) out[x] = wa * a[x] + wb * b[x];                                      \
      } else {                                                                                                   \
        for (int64_t x = 0; x < inner; x += BLOCK) {                                                             \
          double sum[BLOCK] = {0};                                                                               \
          int64_t n = inner - x < BLOCK ? inner - x : BLOCK;                                                     \
          for (int64_t k = from; k < to; k++) {                                                                  \
            const T *a = in + t->index[k] * inner + x;                                                           \
            double w = t->weight[k];                                                                             \
            for (int64_t y = 0; y < n; y++) sum[y] += w * (double)a[y];                                          \
          }                                                                                                      \
          for (int64_t y = 0; y < n; y++) out[x + y] = (T)sum[y];                                                \
        }                                                                                                        \
      }                                                                                                          \
      if (++i == t->n_out) i = 0, in += t->n_in * inner;                                                         \
    }                                                                                                            \
  }
PASS(float)
PASS(double)

#define COPY_ROW(T) for (; row < end && i < t->n_out; row++, i++, out += inner) *(T *)out = ((const T *)in)[t->index[i]];

static void pass_bytes(void *arg, int64_t begin, int64_t end) {
  const pass_job *j = arg;
  const table *t = j->t;
  int64_t inner = j->inner, i = begin % t->n_out, row = begin;
  const char *in = j->in + begin / t->n_out * t->n_in * inner;
  char *out = j->out + begin * inner;
  while (row < end) {
    switch (inner) {
      case 1: COPY_ROW(uint8_t) break;
      case 2: COPY_ROW(uint16_t) break;
      case 4: COPY_ROW(uint32_t) break;
      case 8: COPY_ROW(uint64_t) break;
      default:
        for (; row < end && i < t->n_out; row++, i++, out += inner) memcpy(out, in + t->index[i] * inner, (size_t)inner);
    }
    i = 0;
    in += t->n_in * inner;
  }
}

/* x's last dims go from `in` to `out` elements each (back: the other way). */
static bool resample(ts_cx *cx, ts_tensor *x, const int64_t *in, const int64_t *out, int n, int64_t kind_of, ts_floats scales, bool align, bool back, ts_tensor **result) {
  ts_resample_kind kind = (ts_resample_kind)kind_of;
  ts_dtype d = (ts_dtype)x->dtype;
  bool copies = !back && (kind < TS_RESAMPLE_LINEAR || kind > TS_RESAMPLE_MEAN);
  if (!copies && !ts_is_inexact(d)) return ts_fail(cx, TS_ERR_DTYPE, "not implemented for %s", ts_dtype_name(d));
  ts_dtype work = ts_is_half(d) && !copies ? TS_FLOAT32 : d;
  bool single = work != TS_FLOAT64 && work != TS_COMPLEX128;
  x = ts_raw_contiguous(cx, ts_raw_cast(cx, x, work));
  int64_t sizes[TS_MAX_DIM];
  if (!x) return false;
  memcpy(sizes, x->sizes, (size_t)x->ndim * sizeof *sizes);
  for (int k = 0; k < n; k++) {
    int s = back ? k : n - 1 - k, dim = x->ndim - n + s;
    table forward, turned;
    int64_t outer = 1, inner = copies ? ts_itemsize(work) : ts_is_complex(work) ? 2 : 1;
    bool pad = kind > TS_RESAMPLE_MEAN;
    double scale = s < scales.n ? scales.v[s] : 0;
    if (in[s] == out[s] && (pad ? scale == 0 : !(scale > 0) || scale == 1)) continue;
    const size_t mark = ts_scope_begin(cx);
    sizes[dim] = back ? in[s] : out[s];
    ts_tensor *y = ts_empty(cx, work, x->ndim, sizes);
    if (!y) return false;
    for (int e = 0; e < dim; e++) outer *= sizes[e];
    for (int e = dim + 1; e < x->ndim; e++) inner *= sizes[e];
    if (y->numel) {
      if (!fill_table(cx, kind, single, in[s], out[s], scale, align, &forward) || (back && !transpose_table(cx, &forward, &turned))) return false;
      const table *t = back ? &turned : &forward;
      pass_job j = {t, ts_data(x), ts_data(y), inner};
      int64_t cost = inner * (1 + t->offset[t->n_out] / t->n_out);
      ts_parallel_for(outer * t->n_out, 32768 / cost + 1, copies ? pass_bytes : single ? pass_float : pass_double, &j);
    }
    /* Only y outlives the pass. */
    ts_retain(y);
    ts_scope_end(cx, mark);
    if (!(x = ts_scope_own(cx, y))) return false;
  }
  return (*result = ts_raw_cast(cx, x, d)) != NULL;
}

bool ts__resample_impl(ts_cx *cx, const ts__resample_args *a, ts_out *out) {
  int n = (int)a->size.n;
  if (!resample(cx, a->self, a->self->sizes + a->self->ndim - n, a->size.v, n, a->kind, a->scales, a->align_corners, false, &out->t[0])) return false;
  /* Nothing to do is a copy all the same. */
  return out->t[0]->storage != a->self->storage || (out->t[0] = ts_clone(cx, a->self, NULL)) != NULL;
}

bool ts__resample_adjoint_impl(ts_cx *cx, const ts__resample_adjoint_args *a, ts_out *out) {
  int n = (int)a->size.n;
  if (!resample(cx, a->grad, a->size.v, a->grad->sizes + a->grad->ndim - n, n, a->kind, a->scales, a->align_corners, true, &out->t[0])) return false;
  return out->t[0]->storage != a->grad->storage || (out->t[0] = ts_clone(cx, a->grad, NULL)) != NULL;
}
