/* Order: elements as unsigned keys, sorting, selecting. */
#ifndef TS_SORT_H
#define TS_SORT_H
#include "../core/op.h"

/* An element of a row: its key, and where it stands. Keys of up to 32 bits lie with the place in one word; `wide` ones do not. */
typedef struct { uint64_t key, at; } ts_keyed;

/* Rows of a tensor (contiguous along the last of `inner` = 1 dims), and how their elements become keys: unsigned numbers in the
   elements' order, NaN above all, both zeros alike; descending turns them round. */
typedef struct {
  ts_dtype dtype;
  bool descending, wide;
  uint64_t base, span; /* of 64-bit integers: what is taken off the keys, so that they are small, and the largest one then */
  const char *data;
  int64_t n, rows;
} ts_rows;

/* self with dim as its last, contiguous, and what the keys of its rows are like. self must be real. */
bool ts_rows_along(ts_cx *cx, ts_tensor *self, int dim, bool descending, ts_rows *rows);
/* t, of the sizes of `like` but for dim and with dim last, as a contiguous tensor with dim in its place. */
ts_tensor *ts_rows_back(ts_cx *cx, ts_tensor *t, int ndim, int dim);

/* Runs body over the rows [begin, end) in pieces, each with `room` bytes of its own. */
typedef void (*ts_rows_body)(const void *job, int64_t begin, int64_t end, void *room);
bool ts_rows_run(ts_cx *cx, const ts_rows *rows, const void *job, int64_t room, ts_rows_body body);

/* Bytes of room for one row of entries; ts_row_sort and ts_row_kth need twice that. */
static inline int64_t ts_row_bytes(const ts_rows *r) { return (r->n + 64) * (r->wide ? 16 : 8); }
/* The row's elements from `from` on, n of them, as entries. */
void ts_row_load(const ts_rows *r, int64_t row, int64_t from, int64_t n, void *entries);
/* Entries in order, equal ones by place. `aside` is as large; loaded: their places ascend. */
void ts_row_sort(const ts_rows *r, void *entries, void *aside, int64_t n, bool loaded);
/* The k-th (from 0) of n entries, which are moved about. */
ts_keyed ts_row_select(const ts_rows *r, void *entries, int64_t n, int64_t k);
/* The k first of a row in order, into entries (room for 2 k + 128, and aside as much). */
void ts_row_first(const ts_rows *r, int64_t row, int64_t k, void *entries, void *aside);

static inline int64_t ts_entry_at(const ts_rows *r, const void *entries, int64_t i) {
  return r->wide ? (int64_t)((const ts_keyed *)entries)[i].at : (int64_t)(uint32_t)((const uint64_t *)entries)[i];
}
static inline uint64_t ts_entry_key(const ts_rows *r, const void *entries, int64_t i) {
  return r->wide ? ((const ts_keyed *)entries)[i].key : ((const uint64_t *)entries)[i] >> 32;
}
/* The key that NaN has, here: no number has it. */
uint64_t ts_nan_key(const ts_rows *r);
/* out[i] = the row's element at at[i]. */
void ts_row_pick(const ts_rows *r, int64_t row, const int64_t *at, int64_t n, void *out);
#endif
