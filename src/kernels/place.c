#include "place.h"
#include <inttypes.h>
#include <math.h>
#include <string.h>
#include "../core/threads.h"
#include "../core/vmath_complex.h"
#include "kernels.h"

enum { GRAIN = 16384 }; /* elements */
static const int64_t never = INT64_MAX / 4; /* a grain that keeps a loop on one thread */

/* ---- loops: p and s of out (or of the target), source, positions ---- */

typedef struct { uint64_t lo, hi; } wide;

#define PICK(T)                                                                              \
  static void pick_##T(char *const *p, const int64_t *s, int64_t n, const void *params) {    \
    const int64_t step = *(const int64_t *)params;                                           \
    char *out = p[0];                                                                        \
    const char *from = p[1], *at = p[2];                                                     \
    if (s[2] == 0 && s[0] == (int64_t)sizeof(T) && s[1] == (int64_t)sizeof(T)) {             \
      memcpy(out, from + *(const int64_t *)at * step, (size_t)n * sizeof(T));                \
      return;                                                                                \
    }                                                                                        \
    for (int64_t k = 0; k < n; k++, out += s[0], from += s[1], at += s[2])                   \
      *(T *)out = *(const T *)(from + *(const int64_t *)at * step);                          \
  }
PICK(uint8_t)
PICK(uint16_t)
PICK(uint32_t)
PICK(uint64_t)
PICK(wide)

#define PLACE(name, T, expression)                                                           \
  static void name(char *const *p, const int64_t *s, int64_t n, const void *params) {        \
    const int64_t step = *(const int64_t *)params;                                           \
    char *to = p[0];                                                                         \
    const char *from = p[1], *at = p[2];                                                     \
    if (s[0] == 0 && (s[1] == (int64_t)sizeof(T) || s[1] == 0) && s[2] == 8 && step == (int64_t)sizeof(T)) { \
      const T *values = (const T *)from;                                                     \
      const int64_t *where = (const int64_t *)at, each = s[1] != 0;                          \
      for (int64_t k = 0; k < n; k++) {                                                      \
        T *place = (T *)to + where[k];                                                       \
        const T y = values[k * each];                                                        \
        *place = expression;                                                                 \
      }                                                                                      \
      return;                                                                                \
    }                                                                                        \
    for (int64_t k = 0; k < n; k++, to += s[0], from += s[1], at += s[2]) {                  \
      T *place = (T *)(to + *(const int64_t *)at * step);                                    \
      const T y = *(const T *)from;                                                          \
      *place = expression;                                                                   \
    }                                                                                        \
  }
#define x (*place)
PLACE(copy_uint8_t, uint8_t, y)
PLACE(copy_uint16_t, uint16_t, y)
PLACE(copy_uint32_t, uint32_t, y)
PLACE(copy_uint64_t, uint64_t, y)
PLACE(copy_wide, wide, y)
PLACE(add_float, float, x + y)
PLACE(add_double, double, x + y)
PLACE(add_int64_t, int64_t, (int64_t)((uint64_t)x + (uint64_t)y))
PLACE(mul_float, float, x * y)
PLACE(mul_double, double, x * y)
PLACE(add_c64, ts_c64, ((ts_c64){x.re + y.re, x.im + y.im}))
PLACE(add_c128, ts_c128, vmc_add(x, y))
PLACE(mul_c128, ts_c128, vmc_mul(x, y))
PLACE(max_float, float, x != x || x >= y ? x : y)
PLACE(min_float, float, x != x || x <= y ? x : y)
PLACE(mul_int64_t, int64_t, (int64_t)((uint64_t)x * (uint64_t)y))
PLACE(max_double, double, x != x || x >= y ? x : y) /* NaN of either side stays */
PLACE(max_int64_t, int64_t, x >= y ? x : y)
PLACE(min_double, double, x != x || x <= y ? x : y)
PLACE(min_int64_t, int64_t, x <= y ? x : y)
#undef x

/* Whole rows that go to one place each are taken in by the vectorised loop. */
#define ROWS(name, id)                                                                                                        \
  static void name##_rows_float(char *const *p, const int64_t *s, int64_t n, const void *params) {                            \
    if (s[2] != 0 || n < 8) {                                                                                                 \
      name##_float(p, s, n, params);                                                                                          \
      return;                                                                                                                 \
    }                                                                                                                         \
    char *to = p[0] + *(const int64_t *)p[2] * *(const int64_t *)params;                                                      \
    ts_loops.binary[id][TS_FLOAT32]((char *const[]){to, to, p[1]}, (const int64_t[]){s[0], s[0], s[1]}, n, NULL);             \
  }
ROWS(add, TS_BIN_ADD)
ROWS(mul, TS_BIN_MUL)
ROWS(max, TS_BIN_MAX)
ROWS(min, TS_BIN_MIN)

static ts_loop copy_loop(int64_t item) {
  return item == 1 ? copy_uint8_t : item == 2 ? copy_uint16_t : item == 4 ? copy_uint32_t : item == 8 ? copy_uint64_t : copy_wide;
}

/* ---- walks ---- */

bool ts_pick(ts_cx *cx, const ts_walk *w, ts_tensor *out, ts_tensor *many) {
  if (out->numel == 0) return true;
  int64_t item = ts_itemsize((ts_dtype)many->dtype), step = w->step * item;
  ts_loop loop = item == 1 ? pick_uint8_t : item == 2 ? pick_uint16_t : item == 4 ? pick_uint32_t : item == 8 ? pick_uint64_t : pick_wide;
  ts_tensor *from = ts_alias(cx, many, w->ndim, w->sizes, w->strides, many->offset);
  if (!from) return false;
  ts_iterate(3, (ts_tensor *const[]){out, from, w->at}, w->ndim, w->sizes, loop, &step, GRAIN);
  return true;
}

typedef struct { const ts_iter *it; ts_loop loop; const int64_t *step; int dim; } place_job;

static void place_range(void *arg, int64_t begin, int64_t end) {
  const place_job *job = arg;
  ts_iter it = *job->it;
  int d = job->dim;
  for (int k = 0; k < it.n; k++) it.data[k] += begin * it.strides[d][k];
  it.numel = it.numel / it.sizes[d] * (end - begin);
  it.sizes[d] = end - begin;
  ts_iter_run(&it, job->loop, job->step, never);
}

/* Threads share the work along a dim that positions do not touch, so that each place belongs to one of them and repeated
   positions add up in one order. */
static void run_place(const ts_iter *it, ts_loop loop, const int64_t *step) {
  int best = -1;
  for (int d = 0; d < it->ndim; d++)
    if (it->strides[d][0] != 0 && it->strides[d][2] == 0 && (best < 0 || it->sizes[d] > it->sizes[best])) best = d;
  if (best < 0 || it->numel < 2 * GRAIN) {
    ts_iter_run(it, loop, step, never);
    return;
  }
  place_job job = {it, loop, step, best};
  int64_t each = it->numel / it->sizes[best];
  ts_parallel_for(it->sizes[best], each >= GRAIN ? 1 : GRAIN / each, place_range, &job);
}

/* What is added up in: 16-bit floats in float32, small integers in int64, products of complex numbers in the widest. */
static ts_dtype place_dtype(ts_dtype d, ts_place_kind kind) {
  if (kind == TS_PLACE_COPY) return d;
  if (ts_is_integral(d, true)) return TS_INT64;
  if (ts_is_complex(d)) return kind == TS_PLACE_ADD ? d : TS_COMPLEX128;
  return d != TS_FLOAT64 ? TS_FLOAT32 : TS_FLOAT64;
}

ts_tensor *ts_place_begin(ts_cx *cx, ts_tensor *target, ts_place_kind kind) {
  if (!target) return NULL;
  if (ts_is_complex((ts_dtype)target->dtype) && kind > TS_PLACE_MUL) {
    ts_fail(cx, TS_ERR_DTYPE, "not implemented for %s", ts_dtype_name((ts_dtype)target->dtype));
    return NULL;
  }
  return ts_raw_cast(cx, target, place_dtype((ts_dtype)target->dtype, kind));
}

bool ts_place(ts_cx *cx, const ts_walk *w, ts_tensor *many, ts_tensor *values, ts_place_kind kind) {
  for (int d = 0; d < w->ndim; d++)
    if (w->sizes[d] == 0) return true;
  ts_dtype d = (ts_dtype)many->dtype;
  int64_t item = ts_itemsize(d), step = w->step * item;
  ts_loop loop = copy_loop(item);
  if (kind == TS_PLACE_ADD) loop = d == TS_INT64 ? add_int64_t : d == TS_FLOAT64 ? add_double : d == TS_COMPLEX64 ? add_c64 : d == TS_COMPLEX128 ? add_c128 : add_rows_float;
  if (kind == TS_PLACE_MUL) loop = d == TS_INT64 ? mul_int64_t : d == TS_COMPLEX128 ? mul_c128 : d == TS_FLOAT64 ? mul_double : mul_rows_float;
  if (kind == TS_PLACE_MAX) loop = d == TS_INT64 ? max_int64_t : d == TS_FLOAT64 ? max_double : max_rows_float;
  if (kind == TS_PLACE_MIN) loop = d == TS_INT64 ? min_int64_t : d == TS_FLOAT64 ? min_double : min_rows_float;
  ts_tensor *to = ts_alias(cx, many, w->ndim, w->sizes, w->strides, many->offset);
  if (!to || !(values = ts_raw_cast(cx, values, d))) return false;
  ts_iter it;
  ts_iter_init(&it, 3, (ts_tensor *const[]){to, values, w->at}, w->ndim, w->sizes);
  run_place(&it, loop, &step);
  return true;
}

bool ts_place_end(ts_cx *cx, ts_tensor *target, ts_tensor *work) { return work == target || ts_raw_copy(cx, target, work); }

/* ---- positions ---- */

typedef struct { int64_t least, most; } range;

static void range_loop(char *const *p, const int64_t *s, int64_t n, const void *params) {
  range *r = (range *)(uintptr_t)params; /* one thread: the loop runs under an endless grain */
  int64_t least = r->least, most = r->most;
  if (s[0] == sizeof(int64_t)) {
    const int64_t *v = (const int64_t *)p[0];
    for (int64_t k = 0; k < n; k++) {
      least = v[k] < least ? v[k] : least;
      most = v[k] > most ? v[k] : most;
    }
  } else {
    for (int64_t k = 0; k < n; k++) {
      const int64_t v = *(const int64_t *)(p[0] + k * s[0]);
      least = v < least ? v : least;
      most = v > most ? v : most;
    }
  }
  r->least = least;
  r->most = most;
}

bool ts_index_range(ts_cx *cx, ts_tensor *t, int64_t *least, int64_t *most) {
  int64_t sizes[TS_MAX_DIM];
  for (int d = 0; d < t->ndim; d++) sizes[d] = t->strides[d] == 0 ? 1 : t->sizes[d]; /* what is expanded is read once */
  ts_tensor *once = ts_alias(cx, t, t->ndim, sizes, t->strides, t->offset);
  if (!once) return false;
  range r = {INT64_MAX, INT64_MIN};
  ts_iterate(1, &once, once->ndim, once->sizes, range_loop, &r, never);
  *least = r.least;
  *most = r.most;
  return true;
}

static void wrap_loop(char *const *p, const int64_t *s, int64_t n, const void *params) {
  const int64_t size = *(const int64_t *)params;
  for (int64_t k = 0; k < n; k++) {
    const int64_t v = *(const int64_t *)(p[1] + k * s[1]);
    *(int64_t *)(p[0] + k * s[0]) = v < 0 ? v + size : v;
  }
}

/* Whether positions lie in [0, size), by signs alone: cheaper than their extremes. */
typedef struct { uint64_t last, outside; } within;

static void within_loop(char *const *p, const int64_t *s, int64_t n, const void *params) {
  within *w = (within *)(uintptr_t)params; /* one thread */
  const uint64_t last = w->last;
  uint64_t outside = w->outside;
  if (s[0] == sizeof(int64_t)) {
    const uint64_t *v = (const uint64_t *)p[0];
    for (int64_t k = 0; k < n; k++) outside |= v[k] | (last - v[k]);
  } else {
    for (int64_t k = 0; k < n; k++) {
      const uint64_t v = *(const uint64_t *)(p[0] + k * s[0]);
      outside |= v | (last - v);
    }
  }
  w->outside = outside;
}

static bool all_within(ts_tensor *t, int64_t size) {
  within w = {(uint64_t)size - 1, 0};
  ts_iterate(1, &t, t->ndim, t->sizes, within_loop, &w, never);
  return !(w.outside >> 63);
}

ts_tensor *ts_positions(ts_cx *cx, ts_tensor *t, int64_t size, int dim, bool wraps) {
  if (!t || t->numel == 0) return t;
  if (size == 0 && wraps) {
    ts_fail(cx, TS_ERR_INDEX, "index is out of bounds for dimension with size 0");
    return NULL;
  }
  int64_t least, most;
  if (size > 0 && ts_is_contiguous(t) && all_within(t, size)) return t;
  if (!ts_index_range(cx, t, &least, &most)) return NULL;
  if (least < (wraps ? -size : 0) || most >= size) {
    ts_fail(cx, TS_ERR_INDEX, "index %" PRId64 " is out of bounds for dimension %d with size %" PRId64, most >= size ? most : least, dim, size);
    return NULL;
  }
  if (least >= 0) return t;
  ts_tensor *wrapped = ts_empty(cx, TS_INT64, t->ndim, t->sizes);
  if (wrapped) ts_iterate(2, (ts_tensor *const[]){wrapped, t}, t->ndim, t->sizes, wrap_loop, &size, 0);
  return wrapped;
}

ts_tensor *ts_labels(ts_cx *cx, ts_tensor *t, const char *name) {
  if (!t || t->dtype == TS_INT64) return t;
  if (ts_is_complex((ts_dtype)t->dtype)) {
    ts_fail(cx, TS_ERR_DTYPE, "%s must be integers, got %s", name, ts_dtype_name((ts_dtype)t->dtype));
    return NULL;
  }
  if (ts_is_float((ts_dtype)t->dtype)) {
    ts_tensor *wide = ts_raw_contiguous(cx, ts_raw_cast(cx, t, TS_FLOAT64));
    const double *v = wide ? ts_data(wide) : NULL;
    for (int64_t k = 0; v && k < wide->numel; k++) {
      if (v[k] == trunc(v[k]) && fabs(v[k]) < 9007199254740992.0) continue;
      ts_fail(cx, TS_ERR_DTYPE, "%s must be integers or whole floats, got %g (%s)", name, v[k], ts_dtype_name((ts_dtype)t->dtype));
      return NULL;
    }
    if (!wide) return NULL;
  }
  return ts_raw_cast(cx, t, TS_INT64);
}

/* ---- targets ---- */

ts_tensor *ts_target(ts_cx *cx, ts_tensor *self, ts_out *out) {
  if (out->t[0] == self) return ts_check_writable(cx, self) ? self : NULL;
  ts_tensor *copy = ts_empty_like(cx, self, (ts_dtype)self->dtype);
  out->t[0] = copy;
  return copy && ts_raw_copy(cx, copy, self) ? copy : NULL;
}

ts_tensor *ts_apart(ts_cx *cx, ts_tensor *t, const ts_tensor *written) {
  if (!t || t->storage != written->storage) return t;
  ts_tensor *copy = ts_empty(cx, (ts_dtype)t->dtype, t->ndim, t->sizes);
  return copy && ts_raw_copy(cx, copy, t) ? copy : NULL;
}
