/* Sorting by keys: radix for long rows, merging for short ones; selection without sorting. */
#include "sort.h"
#include <string.h>
#include "../core/threads.h"
#include "kernels.h"

/* ---- keys ---- */

/* Keys of the elements at p into out, of which each takes `step` words. */
typedef void (*loader)(const char *p, int64_t n, uint64_t base, uint64_t flip, uint64_t *out, int64_t step);
#define LOADER(name, T, key)                                                                                     \
  static void load_##name(const char *p, int64_t n, uint64_t base, uint64_t flip, uint64_t *out, int64_t step) { \
    for (int64_t i = 0; i < n; i++) {                                                                            \
      const T v = ((const T *)p)[i];                                                                             \
      out[i * step] = (uint64_t)((key) - base) ^ flip;                                                           \
    }                                                                                                            \
  }
#define SIGN32 0x80000000u
#define SIGN64 0x8000000000000000u
static inline uint16_t half_key(uint16_t v, uint16_t infinity) {
  if ((v & 0x7fff) > infinity) return 0xffff;
  if (v == 0x8000) v = 0;
  return v & 0x8000 ? (uint16_t)~v : (uint16_t)(v | 0x8000);
}
static inline uint32_t float_key(uint32_t v) {
  const uint32_t u = v == SIGN32 ? 0 : v, k = u & SIGN32 ? ~u : u | SIGN32;
  return (v & ~SIGN32) > 0x7f800000u ? UINT32_MAX : k;
}
static inline uint64_t double_key(uint64_t v) {
  const uint64_t u = v == SIGN64 ? 0 : v, k = u & SIGN64 ? ~u : u | SIGN64;
  return (v & ~SIGN64) > 0x7ff0000000000000u ? UINT64_MAX : k;
}
LOADER(u8, uint8_t, v)
LOADER(i8, uint8_t, v ^ 0x80u)
LOADER(i16, uint16_t, v ^ 0x8000u)
LOADER(i32, uint32_t, v ^ SIGN32)
LOADER(i64, uint64_t, v ^ SIGN64)
LOADER(f16, uint16_t, half_key(v, 0x7c00))
LOADER(bf16, uint16_t, half_key(v, 0x7f80))
LOADER(f32, uint32_t, float_key(v))
LOADER(f64, uint64_t, double_key(v))
static const loader loaders[TS_DTYPE_COUNT] = {load_u8, load_u8, load_i8, load_i16, load_i32, load_i64, load_f16, load_bf16, load_f32, load_f64};

uint64_t ts_nan_key(const ts_rows *r) {
  const uint64_t k = r->dtype == TS_FLOAT64 ? UINT64_MAX : r->dtype == TS_FLOAT32 ? UINT32_MAX : 0xffff;
  return !r->descending ? k : k ^ (r->wide ? UINT64_MAX : UINT32_MAX);
}

void ts_row_load(const ts_rows *r, int64_t row, int64_t from, int64_t n, void *entries) {
  const char *p = r->data + (row * r->n + from) * ts_itemsize(r->dtype);
  const uint64_t flip = !r->descending ? 0 : r->wide ? UINT64_MAX : UINT32_MAX;
  uint64_t *e = entries;
  loaders[r->dtype](p, n, r->base, flip, e, r->wide ? 2 : 1);
  if (r->wide)
    for (int64_t i = 0; i < n; i++) e[2 * i + 1] = (uint64_t)(from + i);
  else
    for (int64_t i = 0; i < n; i++) e[i] = e[i] << 32 | (uint64_t)(from + i);
}

/* ---- entries ---- */

#define ENTRY uint64_t
#define NAME(f) f##_word
#define LESS(a, b) ((a) < (b))
#define BITS(a, shift) ((a) >> (shift))
enum { WORD_LOW = 32, HIGH = 64 };
#define KEY_LOW WORD_LOW
#include "sort_body.h"
#undef ENTRY
#undef NAME
#undef LESS
#undef BITS
#undef KEY_LOW

#define ENTRY ts_keyed
#define NAME(f) f##_wide
#define LESS(a, b) ((a).key < (b).key || ((a).key == (b).key && (a).at < (b).at))
#define BITS(a, shift) ((a).key >> (shift))
#define KEY_LOW 0
#include "sort_body.h"

void ts_row_sort(const ts_rows *r, void *entries, void *aside, int64_t n, bool loaded) {
  if (r->wide) sort_wide(entries, aside, n, loaded);
  else sort_word(entries, aside, n, loaded);
}

ts_keyed ts_row_select(const ts_rows *r, void *entries, int64_t n, int64_t k) {
  if (r->wide) return select_wide(entries, n, k);
  const uint64_t e = select_word(entries, n, k);
  return (ts_keyed){e >> 32, (uint32_t)e};
}

void ts_row_first(const ts_rows *r, int64_t row, int64_t k, void *entries, void *aside) {
  if (k == 0) return;
  if (r->wide) first_wide(r, row, k, entries, aside);
  else first_word(r, row, k, entries, aside);
}

void ts_row_pick(const ts_rows *r, int64_t row, const int64_t *at, int64_t n, void *out) {
  const int64_t item = ts_itemsize(r->dtype);
  const char *p = r->data + row * r->n * item;
#define PICK(T) for (int64_t i = 0; i < n; i++) ((T *)out)[i] = ((const T *)p)[at[i]]
  if (item == 4) PICK(uint32_t);
  else if (item == 8) PICK(uint64_t);
  else if (item == 2) PICK(uint16_t);
  else PICK(uint8_t);
#undef PICK
}

/* ---- rows ---- */

static ts_tensor *moved(ts_cx *cx, ts_tensor *t, int from, int to) {
  int64_t sizes[TS_MAX_DIM], strides[TS_MAX_DIM];
  if (!t) return NULL;
  if (from == to || t->ndim < 2) return ts_raw_contiguous(cx, t);
  for (int d = 0, k = 0; d < t->ndim; d++) {
    if (k == from) k++;
    const int s = d == to ? from : k++;
    sizes[d] = t->sizes[s];
    strides[d] = t->strides[s];
  }
  return ts_raw_contiguous(cx, ts_alias(cx, t, t->ndim, sizes, strides, t->offset));
}

bool ts_rows_along(ts_cx *cx, ts_tensor *self, int dim, bool descending, ts_rows *rows) {
  const ts_dtype d = (ts_dtype)self->dtype;
  if (ts_is_complex(d)) return ts_fail(cx, TS_ERR_DTYPE, "not implemented for %s", ts_dtype_name(d));
  ts_tensor *t = moved(cx, self, dim, self->ndim - 1);
  if (!t) return false;
  const int64_t n = self->ndim ? self->sizes[dim] : 1;
  *rows = (ts_rows){d, descending, d == TS_FLOAT64 || n > UINT32_MAX, 0, 0, ts_data(t), n, n ? t->numel / n : 0};
  if (d != TS_INT64 || t->numel == 0) return true;
  const int64_t *v = ts_data(t);
  int64_t least = v[0], most = v[0];
  for (int64_t i = 1; i < t->numel; i++) {
    least = v[i] < least ? v[i] : least;
    most = v[i] > most ? v[i] : most;
  }
  rows->base = (uint64_t)least ^ SIGN64;
  rows->span = (uint64_t)most - (uint64_t)least;
  rows->wide = rows->wide || rows->span > UINT32_MAX;
  return true;
}

ts_tensor *ts_rows_back(ts_cx *cx, ts_tensor *t, int ndim, int dim) { return moved(cx, t, ndim - 1, dim); }

typedef struct { const ts_rows *rows; const void *job; ts_rows_body body; char *rooms; int64_t room, pieces; } shares;

static void run_shares(void *arg, int64_t begin, int64_t end) {
  const shares *s = arg;
  for (int64_t i = begin; i < end; i++) {
    const int64_t rows = s->rows->rows, each = rows / s->pieces, more = rows % s->pieces;
    const int64_t first = i * each + (i < more ? i : more);
    s->body(s->job, first, first + each + (i < more), s->rooms + i * s->room);
  }
}

bool ts_rows_run(ts_cx *cx, const ts_rows *rows, const void *job, int64_t room, ts_rows_body body) {
  enum { GRAIN = 8192 };
  if (rows->rows == 0) return true;
  const int64_t most = (rows->rows * (rows->n / GRAIN) + rows->rows * (rows->n % GRAIN) / GRAIN) + 1;
  int64_t pieces = ts_num_threads();
  if (pieces > most) pieces = most;
  if (pieces > rows->rows) pieces = rows->rows;
  room = (room + 63) & ~(int64_t)63;
  char *rooms = ts_temp(cx, pieces * room);
  if (!rooms) return false;
  shares s = {rows, job, body, rooms, room, pieces};
  ts_parallel_for(pieces, 1, run_shares, &s);
  return true;
}
