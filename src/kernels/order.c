/* The k-th smallest, medians, the most frequent: elements of a row chosen by their order. NaN counts as the largest. */
#include <inttypes.h>
#include <math.h>
#include <string.h>
#include "../core/threads.h"
#include "../gen/ops.h"
#include "kernels.h"

/* Values are compared as what they are: float64, or int64 for whole numbers. */
typedef struct { ts_word value; int64_t index; } entry;

static inline bool float_less(const entry *a, const entry *b) {
  double x = a->value.f, y = b->value.f;
  if (x < y || (y != y && x == x)) return true;
  return (x == y || (x != x && y != y)) && a->index < b->index;
}
static inline bool whole_less(const entry *a, const entry *b) {
  return a->value.i < b->value.i || (a->value.i == b->value.i && a->index < b->index);
}
#define LESS(a, b) (whole ? whole_less(a, b) : float_less(a, b))

static inline void swap(entry *a, entry *b) {
  entry t = *a;
  *a = *b;
  *b = t;
}

static void sift(entry *e, int64_t at, int64_t n, bool whole) {
  for (int64_t child; (child = 2 * at + 1) < n; at = child) {
    if (child + 1 < n && LESS(&e[child], &e[child + 1])) child++;
    if (!LESS(&e[at], &e[child])) return;
    swap(&e[at], &e[child]);
  }
}

static void heap_sort(entry *e, int64_t n, bool whole) {
  for (int64_t i = n / 2; i-- > 0;) sift(e, i, n, whole);
  for (int64_t i = n; i-- > 1;) {
    swap(&e[0], &e[i]);
    sift(e, 0, i, whole);
  }
}

/* Puts the k-th entry in its place, smaller ones before it: quickselect, which turns to sorting when it makes no headway. */
static void select_kth(entry *e, int64_t n, int64_t k, bool whole) {
  int64_t low = 0, high = n - 1, rounds = 0;
  for (int64_t left = n; left > 1; left /= 2) rounds += 3;
  while (low < high) {
    if (rounds-- == 0) {
      heap_sort(e + low, high - low + 1, whole);
      return;
    }
    int64_t middle = low + (high - low) / 2;
    if (LESS(&e[middle], &e[low])) swap(&e[middle], &e[low]);
    if (LESS(&e[high], &e[low])) swap(&e[high], &e[low]);
    if (LESS(&e[high], &e[middle])) swap(&e[high], &e[middle]);
    const entry pivot = e[middle];
    int64_t i = low, j = high;
    while (i <= j) {
      while (LESS(&e[i], &pivot)) i++;
      while (LESS(&pivot, &e[j])) j--;
      if (i > j) break;
      swap(&e[i++], &e[j--]);
    }
    if (k <= j) high = j;
    else if (k >= i) low = i;
    else return;
  }
}

typedef enum { KTH, MEDIAN, NAN_MEDIAN, MODE } choice;
typedef struct { const ts_word *in; ts_word *values; int64_t *indices; entry *room; int64_t n, inner, k; choice how; bool whole; } job;

static entry choose(const job *j, entry *e) {
  int64_t n = j->n, numbers = n;
  bool whole = j->whole;
  if (j->how == KTH) {
    select_kth(e, n, j->k, whole);
    return e[j->k];
  }
  if (j->how == MODE) {
    heap_sort(e, n, whole);
    int64_t best = 0, longest = 0;
    for (int64_t i = 0, start = 0; i < n; i++) {
      if (whole ? e[i].value.i != e[start].value.i : e[i].value.f != e[start].value.f) start = i;
      if (i - start + 1 <= longest) continue;
      longest = i - start + 1;
      best = i;
    }
    return e[best];
  }
  for (int64_t i = 0; !whole && i < n; i++)
    if (e[i].value.f != e[i].value.f) {
      if (j->how == MEDIAN) return e[i];
      numbers--;
    }
  int64_t k = numbers ? (numbers - 1) / 2 : 0;
  select_kth(e, n, k, whole);
  return e[k];
}

static void range(void *arg, int64_t begin, int64_t end) {
  const job *j = arg;
  for (int64_t r = begin; r < end; r++) {
    entry *e = j->room + r * j->n;
    const ts_word *in = j->in + r / j->inner * j->n * j->inner + r % j->inner;
    for (int64_t i = 0; i < j->n; i++) e[i] = (entry){in[i * j->inner], i};
    entry found = choose(j, e);
    j->values[r] = found.value;
    j->indices[r] = found.index;
  }
}

/* Values and indices along a dim. k is for KTH, from 0. */
static bool along(ts_cx *cx, ts_tensor *self, int64_t given, bool keepdim, choice how, int64_t k, ts_tensor **values, ts_tensor **indices) {
  int dim;
  if (!ts_wrap_dim(cx, given, self->ndim, &dim)) return false;
  int64_t n = self->ndim ? self->sizes[dim] : 1, sizes[TS_MAX_DIM];
  if (n == 0) return ts_fail(cx, TS_ERR_INDEX, "Expected reduction dim %d to have non-zero size. (shape %s)", dim, TS_TEXT(self));
  if (how == KTH && (k < 0 || k >= n)) return ts_fail(cx, TS_ERR_ARGUMENT, "selected number k out of range for dimension %d", dim);
  ts_dtype to = (ts_dtype)self->dtype, wide = ts_is_float(to) ? TS_FLOAT64 : TS_INT64;
  int ndim = ts_reduced_sizes(self, (uint64_t)1 << dim, keepdim, sizes);
  ts_tensor *in = ts_raw_contiguous(cx, ts_raw_cast(cx, self, wide)), *what = ts_empty(cx, wide, ndim, sizes);
  *indices = ts_empty(cx, TS_INT64, ndim, sizes);
  entry *room = ts_temp(cx, self->numel * (int64_t)sizeof *room + 1);
  if (!in || !what || !*indices || !room) return false;
  job j = {ts_data(in), ts_data(what), ts_data(*indices), room, n, 1, k, how, wide == TS_INT64};
  for (int d = dim + 1; d < self->ndim; d++) j.inner *= self->sizes[d];
  ts_parallel_for(what->numel, n >= 4096 ? 1 : 4096 / n, range, &j);
  return (*values = ts_raw_cast(cx, what, to)) != NULL;
}

/* Of all elements; of none it is NaN. */
static bool whole_median(ts_cx *cx, ts_tensor *self, choice how, ts_out *out) {
  ts_tensor *flat = ts_raw_contiguous(cx, self), *at;
  if (flat && flat->numel == 0) {
    if (!(out->t[0] = ts_full_zero(cx, TS_FLOAT64, 0, NULL))) return false;
    *(double *)ts_data(out->t[0]) = NAN;
    return (out->t[0] = ts_raw_cast(cx, out->t[0], (ts_dtype)self->dtype)) != NULL;
  }
  int64_t stride = 1;
  if (flat) flat = ts_alias(cx, flat, 1, &flat->numel, &stride, flat->offset);
  return flat && along(cx, flat, 0, false, how, 0, &out->t[0], &at);
}

bool ts_median_impl(ts_cx *cx, const ts_median_args *a, ts_out *out) { return whole_median(cx, a->self, MEDIAN, out); }
bool ts_nanmedian_impl(ts_cx *cx, const ts_nanmedian_args *a, ts_out *out) { return whole_median(cx, a->self, NAN_MEDIAN, out); }
bool ts_median_dim_impl(ts_cx *cx, const ts_median_dim_args *a, ts_out *out) {
  return along(cx, a->self, a->dim, a->keepdim, MEDIAN, 0, &out->t[0], &out->t[1]);
}
bool ts_nanmedian_dim_impl(ts_cx *cx, const ts_nanmedian_dim_args *a, ts_out *out) {
  return along(cx, a->self, a->dim, a->keepdim, NAN_MEDIAN, 0, &out->t[0], &out->t[1]);
}
bool ts_kthvalue_impl(ts_cx *cx, const ts_kthvalue_args *a, ts_out *out) {
  return along(cx, a->self, a->dim, a->keepdim, KTH, a->k - 1, &out->t[0], &out->t[1]);
}
bool ts_mode_impl(ts_cx *cx, const ts_mode_args *a, ts_out *out) {
  return along(cx, a->self, a->dim, a->keepdim, MODE, 0, &out->t[0], &out->t[1]);
}
