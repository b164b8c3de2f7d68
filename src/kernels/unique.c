/* Elements or slices once each: unique by sorting or counting, uniqueConsecutive by comparing neighbours. */
#include <string.h>
#include "../gen/ops.h"
#include "kernels.h"
#include "sort.h"

/* Groups of equal things in the order of the result: where the first of each stands, how many there are, and which group
   each thing belongs to. */
typedef struct { int64_t n, groups, *first, *counts, *inverse; } grouping;

/* inverse is NULL unless it is wanted. */
static bool prepare(ts_cx *cx, int64_t n, bool inverse, grouping *g) {
  int64_t *p = ts_temp(cx, (inverse ? 3 : 2) * n * (int64_t)sizeof *p + 1);
  *g = (grouping){n, 0, p, p + n, inverse ? p + 2 * n : NULL};
  return p != NULL;
}

static void add(grouping *g, int64_t at, bool fresh) {
  if (fresh) {
    g->first[g->groups] = at;
    g->counts[g->groups++] = 0;
  }
  g->counts[g->groups - 1]++;
  if (g->inverse) g->inverse[at] = g->groups - 1;
}

enum { BLOCK = 1024 };

/* Integers that lie close together are counted: no sorting. False: not of that kind, or failed. */
static bool count_close(ts_cx *cx, const ts_rows *r, grouping *g) {
  uint64_t block[BLOCK], least = UINT64_MAX, most = 0;
  if (ts_is_float(r->dtype) || r->wide) return false;
  if (ts_itemsize(r->dtype) < 4 || r->dtype == TS_INT64) { /* what is known without looking */
    least = 0;
    most = r->dtype == TS_INT64 ? r->span : ts_itemsize(r->dtype) == 1 ? 255 : 65535;
  } else {
    for (int64_t from = 0; from < r->n; from += BLOCK) {
      const int64_t n = r->n - from < BLOCK ? r->n - from : BLOCK;
      ts_row_load(r, 0, from, n, block);
      for (int64_t i = 0; i < n; i++) {
        const uint64_t k = block[i] >> 32;
        least = k < least ? k : least;
        most = k > most ? k : most;
      }
    }
  }
  const uint64_t range = most - least + 1;
  if (range > (uint64_t)r->n && range > 4096) return false;
  typedef struct { int64_t count, first; } cell;
  cell *table = ts_temp(cx, (int64_t)(range * sizeof *table));
  if (!table) return false;
  memset(table, 0, range * sizeof *table);
  for (int64_t from = 0; from < r->n; from += BLOCK) {
    const int64_t n = r->n - from < BLOCK ? r->n - from : BLOCK;
    ts_row_load(r, 0, from, n, block);
    for (int64_t i = 0; i < n; i++) {
      const uint64_t k = (block[i] >> 32) - least;
      if (table[k].count++ == 0) table[k].first = from + i;
      if (g->inverse) g->inverse[from + i] = (int64_t)k;
    }
  }
  for (uint64_t k = 0; k < range; k++) {
    if (!table[k].count) continue;
    g->first[g->groups] = table[k].first;
    g->counts[g->groups] = table[k].count;
    table[k].first = g->groups++;
  }
  for (int64_t i = 0; i < r->n && g->inverse; i++) g->inverse[i] = table[g->inverse[i]].first;
  return true;
}

static bool group_elements(ts_cx *cx, const ts_rows *r, bool consecutive, grouping *g) {
  const bool nan = ts_is_float(r->dtype);
  const uint64_t none = nan ? ts_nan_key(r) : 0;
  if (consecutive) {
    ts_keyed block[BLOCK];
    uint64_t before = 0;
    for (int64_t from = 0; from < r->n; from += BLOCK) {
      const int64_t n = r->n - from < BLOCK ? r->n - from : BLOCK;
      ts_row_load(r, 0, from, n, block);
      for (int64_t i = 0; i < n; i++) {
        const uint64_t key = ts_entry_key(r, block, i);
        if (from + i == 0 || key != before || (nan && key == none)) g->first[g->groups++] = from + i;
        before = key;
      }
    }
    for (int64_t k = 0; k < g->groups; k++) {
      const int64_t end = k + 1 < g->groups ? g->first[k + 1] : r->n;
      g->counts[k] = end - g->first[k];
      for (int64_t i = g->first[k]; i < end && g->inverse; i++) g->inverse[i] = k;
    }
    return true;
  }
  if (count_close(cx, r, g)) return true;
  char *entries = ts_failed(cx) ? NULL : ts_temp(cx, 2 * ts_row_bytes(r));
  if (!entries) return false;
  ts_row_load(r, 0, 0, r->n, entries);
  ts_row_sort(r, entries, entries + ts_row_bytes(r), r->n, true);
  uint64_t before = 0;
  for (int64_t i = 0; i < r->n; i++) {
    const uint64_t key = ts_entry_key(r, entries, i);
    add(g, ts_entry_at(r, entries, i), i == 0 || key != before || (nan && key == none));
    before = key;
  }
  return true;
}

/* ---- slices, as rows of float64 or int64 ---- */

typedef struct { const ts_word *data; int64_t width; bool whole; } table;

/* -1, 0, 1; NaN is the largest and, for `same`, like nothing. */
static int compare(const table *t, int64_t a, int64_t b, bool same) {
  const ts_word *x = t->data + a * t->width, *y = t->data + b * t->width;
  for (int64_t i = 0; i < t->width; i++) {
    if (t->whole) {
      if (x[i].i != y[i].i) return x[i].i < y[i].i ? -1 : 1;
      continue;
    }
    const bool xn = x[i].f != x[i].f, yn = y[i].f != y[i].f;
    if (xn && yn) {
      if (same) return 1;
      continue;
    }
    if (xn || yn) return yn ? -1 : 1;
    if (x[i].f != y[i].f) return x[i].f < y[i].f ? -1 : 1;
  }
  return 0;
}

/* Stable, by merging runs; the sorted places are in the array that is returned. */
static int64_t *sort_slices(const table *t, int64_t n, int64_t *from, int64_t *to) {
  for (int64_t i = 0; i < n; i++) from[i] = i;
  for (int64_t run = 1; run < n; run *= 2) {
    for (int64_t i = 0; i < n; i += 2 * run) {
      int64_t x = i, xe = i + run < n ? i + run : n, y = xe, ye = i + 2 * run < n ? i + 2 * run : n;
      for (int64_t z = i; z < ye; z++) to[z] = y == ye || (x < xe && compare(t, from[x], from[y], false) <= 0) ? from[x++] : from[y++];
    }
    int64_t *swap = from;
    from = to;
    to = swap;
  }
  return from;
}

static bool group_slices(ts_cx *cx, const table *t, bool consecutive, grouping *g) {
  int64_t *places = ts_temp(cx, 2 * g->n * (int64_t)sizeof *places + 1), *order = places;
  if (!places) return false;
  if (!consecutive) order = sort_slices(t, g->n, places, places + g->n);
  for (int64_t i = 0; i < g->n; i++) {
    const int64_t at = consecutive ? i : order[i], before = i == 0 ? 0 : consecutive ? i - 1 : order[i - 1];
    add(g, at, i == 0 || compare(t, before, at, true) != 0);
  }
  return true;
}

static ts_tensor *numbers(ts_cx *cx, const int64_t *v, int64_t n) {
  ts_tensor *t = ts_empty(cx, TS_INT64, 1, &n);
  if (t && n) memcpy(ts_data(t), v, (size_t)n * sizeof *v);
  return t;
}

static bool of_elements(ts_cx *cx, ts_tensor *self, bool consecutive, bool inverted, ts_out *out) {
  grouping g;
  ts_rows r;
  ts_tensor *flat = ts_raw_contiguous(cx, self);
  if (flat) flat = ts_alias(cx, flat, 1, &flat->numel, (const int64_t[]){1}, flat->offset);
  if (!flat || !prepare(cx, flat->numel, inverted, &g) || !ts_rows_along(cx, flat, 0, false, &r) || (flat->numel && !group_elements(cx, &r, consecutive, &g))) return false;
  ts_tensor *values = out->t[0] = ts_empty(cx, (ts_dtype)self->dtype, 1, &g.groups), *inverse = numbers(cx, g.inverse, inverted ? g.n : 0);
  if (!values || !inverse) return false;
  if (g.groups) ts_row_pick(&r, 0, g.first, g.groups, ts_data(values));
  int64_t strides[TS_MAX_DIM];
  ts_contiguous_strides(self->ndim, self->sizes, strides);
  out->t[1] = inverted ? ts_alias(cx, inverse, self->ndim, self->sizes, strides, 0) : inverse;
  return out->t[1] && (out->t[2] = numbers(cx, g.counts, g.groups));
}

static bool of_slices(ts_cx *cx, ts_tensor *self, int64_t given, bool consecutive, ts_out *out) {
  int dim;
  grouping g;
  if (self->ndim == 0) return ts_fail(cx, TS_ERR_INDEX, "Dimension specified as %d but tensor has no dimensions", (int)given);
  if (!ts_wrap_dim(cx, given, self->ndim, &dim)) return false;
  int empty = 0;
  for (int d = 0; d < self->ndim; d++) empty += d != dim && self->sizes[d] == 0;
  if (empty && (self->sizes[dim] != 0 || empty > 0))
    return ts_fail(cx, TS_ERR_SHAPE, "There are 0 sized dimensions, and they aren't selected, so unique cannot be applied (shape %s)", TS_TEXT(self));
  ts_dtype d = (ts_dtype)self->dtype, wide = ts_is_float(d) ? TS_FLOAT64 : TS_INT64;
  if (ts_is_complex(d)) return ts_fail(cx, TS_ERR_DTYPE, "not implemented for %s", ts_dtype_name(d));
  int64_t n = self->sizes[dim];
  ts_tensor *rows = ts_raw_contiguous(cx, ts_transpose(cx, ts_raw_cast(cx, self, wide), 0, dim));
  if (!rows || !prepare(cx, n, true, &g)) return false;
  table t = {ts_data(rows), n ? rows->numel / n : 0, wide == TS_INT64};
  if (!group_slices(cx, &t, consecutive, &g)) return false;
  out->t[0] = ts_index_select(cx, self, dim, numbers(cx, g.first, g.groups));
  out->t[1] = numbers(cx, g.inverse, g.n);
  out->t[2] = numbers(cx, g.counts, g.groups);
  return !ts_failed(cx);
}

bool ts__unique_impl(ts_cx *cx, const ts__unique_args *a, ts_out *out) {
  return a->dim.given ? of_slices(cx, a->self, a->dim.v, false, out) : of_elements(cx, a->self, false, a->inverse, out);
}
bool ts__unique_consecutive_impl(ts_cx *cx, const ts__unique_consecutive_args *a, ts_out *out) {
  return a->dim.given ? of_slices(cx, a->self, a->dim.v, true, out) : of_elements(cx, a->self, true, a->inverse, out);
}
