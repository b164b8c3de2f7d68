/* Where values stand in sorted sequences, and whether they are among others. */
#include <inttypes.h>
#include <string.h>
#include "../core/threads.h"
#include "../gen/ops.h"
#include "elementwise.h"
#include "place.h"

typedef struct { const char *bounds, *values; char *out; int64_t n, each; bool right, small; } search_job;

/* each: values that one row of n bounds serves. The first place whose bound is not below (right: above) the value. Several values
   go down their row in step, so that their memory accesses overlap. */
enum { ABREAST = 8 };
#define SEARCH(name, T)                                                                                      \
  static void name(void *arg, int64_t begin, int64_t end) {                                                  \
    const search_job *j = arg;                                                                               \
    for (int64_t i = begin; i < end;) {                                                                      \
      const int64_t row = i / j->each, left = (row + 1) * j->each < end ? (row + 1) * j->each - i : end - i; \
      const int64_t m = left < ABREAST ? left : ABREAST;                                                     \
      const T *b = (const T *)j->bounds + row * j->n;                                                        \
      int64_t low[ABREAST] = {0};                                                                            \
      T v[ABREAST];                                                                                          \
      for (int64_t k = 0; k < ABREAST; k++) v[k] = ((const T *)j->values)[k < m ? i + k : i];                \
      for (int64_t length = j->n; length > 0;) {                                                             \
        const int64_t half = (length + 1) / 2;                                                               \
        if (j->right)                                                                                        \
          for (int k = 0; k < ABREAST; k++) low[k] += !(b[low[k] + half - 1] > v[k]) * half;                 \
        else                                                                                                 \
          for (int k = 0; k < ABREAST; k++) low[k] += !(b[low[k] + half - 1] >= v[k]) * half;                \
        length -= half;                                                                                      \
      }                                                                                                      \
      for (int64_t k = 0; k < m; k++) {                                                                      \
        if (j->small) ((int32_t *)j->out)[i + k] = (int32_t)low[k];                                          \
        else ((int64_t *)j->out)[i + k] = low[k];                                                            \
      }                                                                                                      \
      i += m;                                                                                                \
    }                                                                                                        \
  }
SEARCH(search_float, float)
SEARCH(search_double, double)
SEARCH(search_whole, int64_t)

static ts_dtype search_dtype(ts_dtype d) { return d == TS_FLOAT64 ? d : ts_is_float(d) ? TS_FLOAT32 : TS_INT64; }

static bool search(ts_cx *cx, ts_tensor *bounds, ts_tensor *values, bool right, bool small, ts_out *out) {
  const ts_dtype common = ts_result_type((ts_tensor *const[]){bounds, values}, 2), d = search_dtype(common);
  if (ts_is_complex(common)) return ts_fail(cx, TS_ERR_DTYPE, "not implemented for %s", ts_dtype_name(common));
  const int64_t n = bounds->sizes[bounds->ndim - 1];
  if (small && n >= INT32_MAX)
    return ts_fail(cx, TS_ERR_ARGUMENT, "the size of boundaries' last dimension should be less than %d, but we got %" PRId64, INT32_MAX, n);
  ts_tensor *b = ts_raw_contiguous(cx, ts_raw_cast(cx, bounds, d)), *v = ts_raw_contiguous(cx, ts_raw_cast(cx, values, d));
  ts_tensor *where = out->t[0] = ts_empty(cx, small ? TS_INT32 : TS_INT64, values->ndim, values->sizes);
  if (!b || !v || !where || where->numel == 0) return where != NULL && b && v;
  const int64_t each = bounds->ndim == 1 ? v->numel : values->sizes[values->ndim - 1];
  search_job j = {ts_data(b), ts_data(v), ts_data(where), n, each, right, small};
  ts_parallel_for(v->numel, 2048, d == TS_INT64 ? search_whole : d == TS_FLOAT64 ? search_double : search_float, &j);
  return true;
}

/* bounds as sorter orders them along the last dim. */
static ts_tensor *ordered(ts_cx *cx, ts_tensor *bounds, ts_tensor *sorter) {
  if (!ts_same_sizes(bounds, sorter)) {
    ts_fail(cx, TS_ERR_SHAPE, "boundary and sorter must have the same size, but got boundary tensor %s and got sorter tensor %s", TS_TEXT(bounds), TS_TEXT(sorter));
    return NULL;
  }
  if (sorter->dtype != TS_INT64) {
    ts_fail(cx, TS_ERR_DTYPE, "sorter must be a tensor of long dtype but got dtype %s", ts_dtype_name((ts_dtype)sorter->dtype));
    return NULL;
  }
  int64_t least, most;
  if (sorter->numel && (!ts_index_range(cx, sorter, &least, &most) || least < 0 || most >= sorter->sizes[sorter->ndim - 1])) {
    ts_fail(cx, TS_ERR_INDEX, "sorter index out of range");
    return NULL;
  }
  return ts_gather(cx, bounds, -1, sorter, false);
}

bool ts_searchsorted_impl(ts_cx *cx, const ts_searchsorted_args *a, ts_out *out) {
  ts_tensor *bounds = a->sorted_sequence, *values = a->self;
  bool right = a->right;
  if (a->side) {
    if (strcmp(a->side, "left") != 0 && strcmp(a->side, "right") != 0) return ts_fail(cx, TS_ERR_ARGUMENT, "side can only be 'left' or 'right' but got %s", a->side);
    if (right && strcmp(a->side, "left") == 0)
      return ts_fail(cx, TS_ERR_ARGUMENT, "side and right can't be set to opposites, got side of left while right was True");
    right = strcmp(a->side, "right") == 0;
  }
  if (bounds->ndim == 0) return ts_fail(cx, TS_ERR_SHAPE, "boundaries tensor should have positive dimension, but got 0 dimension");
  if (values->ndim == 0 && bounds->ndim != 1)
    return ts_fail(cx, TS_ERR_SHAPE, "input value can be a scalar only when boundaries tensor dimension is 1, but we got boundaries tensor dim(%d) and input value's dim(0) numel(1)", bounds->ndim);
  bool fits = bounds->ndim == 1 || bounds->ndim == values->ndim;
  for (int d = 0; fits && bounds->ndim > 1 && d < bounds->ndim - 1; d++) fits = bounds->sizes[d] == values->sizes[d];
  if (!fits)
    return ts_fail(cx, TS_ERR_SHAPE, "boundaries tensor should be 1 dimension or the first N-1 dimensions of boundaries tensor and input value tensor must match, but we got boundaries tensor %s and input value tensor %s",
                   TS_TEXT(bounds), TS_TEXT(values));
  if (a->sorter && !(bounds = ordered(cx, bounds, a->sorter))) return false;
  return search(cx, bounds, values, right, a->out_int32, out);
}

bool ts_bucketize_impl(ts_cx *cx, const ts_bucketize_args *a, ts_out *out) {
  if (a->boundaries->ndim != 1) return ts_fail(cx, TS_ERR_SHAPE, "boundaries tensor must be 1 dimension, but got dim(%d)", a->boundaries->ndim);
  return search(cx, a->boundaries, a->self, a->right, a->out_int32, out);
}

/* ---- isin: a table of what is looked for, by its bits ---- */

typedef struct { uint64_t bits, used; } slot;
typedef struct { const ts_word *in; uint8_t *out; slot *slots; uint64_t mask; bool whole, invert; } isin_job;

/* Numbers that are equal have equal bits; false for NaN, which equals nothing. */
static inline bool bits_of(const isin_job *j, ts_word w, uint64_t *bits) {
  if (!j->whole) w.f = w.f == 0 ? 0 : w.f;
  *bits = (uint64_t)w.i;
  return j->whole || w.f == w.f;
}
static inline uint64_t slot_of(const isin_job *j, uint64_t bits) {
  uint64_t at = (bits ^ bits >> 32) * 0x9e3779b97f4a7c15u >> 20 & j->mask;
  while (j->slots[at].used && j->slots[at].bits != bits) at = (at + 1) & j->mask;
  return at;
}

static void isin_range(void *arg, int64_t begin, int64_t end) {
  const isin_job *j = arg;
  for (int64_t i = begin; i < end; i++) {
    uint64_t bits;
    j->out[i] = (bits_of(j, j->in[i], &bits) && j->slots[slot_of(j, bits)].used) != j->invert;
  }
}

bool ts_isin_impl(ts_cx *cx, const ts_isin_args *a, ts_out *out) {
  const ts_dtype common = ts_result_type((ts_tensor *const[]){a->elements, a->test_elements}, 2), wide = ts_is_float(common) ? TS_FLOAT64 : TS_INT64;
  if (!ts_needs_tensor(cx, a->elements, a->test_elements)) return false;
  if (ts_is_complex(common)) return ts_fail(cx, TS_ERR_DTYPE, "not implemented for %s", ts_dtype_name(common));
  ts_tensor *in = ts_raw_contiguous(cx, ts_raw_cast(cx, ts_raw_cast(cx, a->elements, common), wide));
  ts_tensor *test = ts_raw_contiguous(cx, ts_raw_cast(cx, ts_raw_cast(cx, a->test_elements, common), wide));
  ts_tensor *found = out->t[0] = ts_empty(cx, TS_BOOL, a->elements->ndim, a->elements->sizes);
  if (!in || !test || !found) return false;
  int64_t size = 16;
  while (size < 3 * test->numel && size < INT64_C(1) << 40) size *= 2;
  isin_job j = {ts_data(in), ts_data(found), ts_temp(cx, size * (int64_t)sizeof(slot)), (uint64_t)size - 1, wide == TS_INT64, a->invert};
  if (!j.slots) return false;
  memset(j.slots, 0, (size_t)size * sizeof(slot));
  const ts_word *v = ts_data(test);
  for (int64_t i = 0; i < test->numel; i++) {
    uint64_t bits;
    if (!bits_of(&j, v[i], &bits)) continue;
    const uint64_t at = slot_of(&j, bits);
    j.slots[at] = (slot){bits, 1};
  }
  ts_parallel_for(in->numel, 8192, isin_range, &j);
  return true;
}
