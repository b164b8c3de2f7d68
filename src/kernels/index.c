/* Indexing by tensors: index, index_put. */
#include <inttypes.h>
#include <string.h>
#include "../gen/ops.h"
#include "index.h"
#include "kernels.h"
#include "place.h"

/* The index tensors, one for each dim of self (NULL: the whole dim), masks replaced by the coordinates of what they choose. */
static bool expand_masks(ts_cx *cx, const ts_tensor *self, ts_list indices, ts_tensor **dims) {
  int n = 0;
  memset(dims, 0, TS_MAX_DIM * sizeof *dims);
  for (int64_t k = 0; k < indices.n; k++) {
    ts_tensor *t = indices.v[k];
    if (!t) {
      n++;
    } else if (t->dtype == TS_BOOL || t->dtype == TS_UINT8) {
      bool fits = n + t->ndim <= self->ndim;
      for (int d = 0; d < t->ndim && fits; d++) {
        if (t->sizes[d] != self->sizes[n + d])
          return ts_fail(cx, TS_ERR_INDEX, "The shape of the mask %s at index %d does not match the shape of the indexed tensor %s at index %d",
                         TS_TEXT(t), d, TS_TEXT(self), n + d);
      }
      if (!fits) return ts_fail(cx, TS_ERR_INDEX, "too many indices for tensor of dimension %d", self->ndim);
      ts_tensor *rows = ts_nonzero_rows(cx, t);
      for (int d = 0; d < t->ndim && rows; d++)
        if (!(dims[n++] = ts_alias(cx, rows, 1, rows->sizes, rows->strides, d))) return false;
      if (!rows) return false;
    } else if (t->dtype == TS_INT64 || t->dtype == TS_INT32) {
      if (n < TS_MAX_DIM) dims[n] = ts_raw_cast(cx, t, TS_INT64);
      n++;
    } else {
      return ts_fail(cx, TS_ERR_INDEX, "tensors used as indices must be long, int, byte or bool tensors (got %s)", ts_dtype_name((ts_dtype)t->dtype));
    }
    if (n > self->ndim) return ts_fail(cx, TS_ERR_INDEX, "too many indices for tensor of dimension %d", self->ndim);
  }
  return !ts_failed(cx);
}

/* offsets += stride * (position, counted from the start) */
static void offset_loop(char *const *p, const int64_t *s, int64_t n, const void *params) {
  const int64_t *size_stride = params;
  for (int64_t k = 0; k < n; k++) {
    const int64_t v = *(const int64_t *)(p[1] + k * s[1]);
    *(int64_t *)(p[0] + k * s[0]) += (v < 0 ? v + size_stride[0] : v) * size_stride[1];
  }
}

static const char *shapes_text(ts_cx *cx, ts_tensor *const *dims, int n) {
  char *text = ts_temp(cx, 64 * 24 + 1);
  if (!text) return "";
  text[0] = 0;
  for (int d = 0; d < n; d++)
    if (dims[d] && strlen(text) < 1300) strcat(strcat(text, text[0] ? ", " : ""), TS_TEXT(dims[d]));
  return text;
}

bool ts_index_walk(ts_cx *cx, const ts_tensor *self, ts_list indices, ts_walk *w) {
  ts_tensor *dims[TS_MAX_DIM];
  if (!expand_masks(cx, self, indices, dims)) return false;
  int n_index = 0, first = -1, last = -1, used = 0;
  int64_t index_sizes[TS_MAX_DIM];
  for (int d = 0; d < self->ndim; d++) {
    if (!dims[d]) continue;
    int64_t one[TS_MAX_DIM];
    int n = 0;
    if (!ts_broadcast_sizes(cx, n_index, index_sizes, dims[d]->ndim, dims[d]->sizes, &n, one)) {
      ts_clear_error(cx);
      return ts_fail(cx, TS_ERR_INDEX, "shape mismatch: indexing tensors could not be broadcast together with shapes %s", shapes_text(cx, dims, self->ndim));
    }
    memcpy(index_sizes, one, (size_t)n * sizeof *one);
    n_index = n;
    if (first < 0) first = d;
    last = d;
    used++;
  }
  if (used == 0) return ts_fail(cx, TS_ERR_INDEX, "no index tensors");
  if (self->ndim - used + n_index > TS_MAX_DIM) return ts_fail(cx, TS_ERR_SHAPE, "a tensor has at most %d dimensions", TS_MAX_DIM);
  /* Index dims stand where the indices stand when those are neighbours, else in front. */
  int place = last - first + 1 == used ? first : 0, m = 0, index_at = -1;
  for (int d = 0; d <= self->ndim; d++) {
    if (m == place && index_at < 0) {
      index_at = m;
      for (int k = 0; k < n_index; k++, m++) {
        w->sizes[m] = index_sizes[k];
        w->strides[m] = 0;
      }
    }
    if (d == self->ndim || dims[d]) continue;
    w->sizes[m] = self->sizes[d];
    w->strides[m++] = self->strides[d];
  }
  w->ndim = m;
  int64_t count = 1;
  for (int k = 0; k < n_index; k++) count *= index_sizes[k];
  ts_tensor *at = NULL;
  w->step = 1;
  for (int d = 0; d < self->ndim; d++) {
    if (!dims[d]) continue;
    int64_t size = self->sizes[d];
    if (used == 1) {
      at = ts_positions(cx, dims[d], size, d, true);
      w->step = self->strides[d];
      if (!at) return false;
    } else {
      int64_t least, most;
      if (count && size == 0) return ts_fail(cx, TS_ERR_INDEX, "index is out of bounds for dimension with size 0");
      if (dims[d]->numel) {
        if (!ts_index_range(cx, dims[d], &least, &most)) return false;
        if (least < -size || most >= size)
          return ts_fail(cx, TS_ERR_INDEX, "index %" PRId64 " is out of bounds for dimension %d with size %" PRId64, most >= size ? most : least, d, size);
      }
      if (!at && !(at = ts_full_zero(cx, TS_INT64, n_index, index_sizes))) return false;
      ts_iterate(2, (ts_tensor *const[]){at, dims[d]}, n_index, index_sizes, offset_loop, (const int64_t[]){size, self->strides[d]}, 0);
    }
  }
  /* The positions under the whole walk: the same for every element of a dim that is not indexed. */
  int64_t strides[TS_MAX_DIM] = {0};
  for (int k = 0; k < at->ndim; k++) strides[index_at + n_index - at->ndim + k] = at->sizes[k] == 1 ? 0 : at->strides[k];
  w->at = ts_alias(cx, at, w->ndim, w->sizes, strides, at->offset);
  return w->at != NULL;
}

bool ts__index_impl(ts_cx *cx, const ts__index_args *a, ts_out *out) {
  ts_walk w;
  if (!ts_index_walk(cx, a->self, a->indices, &w)) return false;
  ts_tensor *t = out->t[0] = ts_empty(cx, (ts_dtype)a->self->dtype, w.ndim, w.sizes);
  return t && ts_pick(cx, &w, t, a->self);
}

bool ts_index_put_impl(ts_cx *cx, const ts_index_put_args *a, ts_out *out) {
  ts_tensor *self = a->self, *values = a->values;
  ts_walk w;
  ts_place_kind kind = a->accumulate ? TS_PLACE_ADD : TS_PLACE_COPY;
  if (values->dtype != self->dtype)
    return ts_fail(cx, TS_ERR_DTYPE, "Index put requires the source and destination dtypes match, got %s for the destination and %s for the source.",
                   ts_dtype_name((ts_dtype)self->dtype), ts_dtype_name((ts_dtype)values->dtype));
  if (!ts_index_walk(cx, self, a->indices, &w)) return false;
  bool fits = values->ndim <= w.ndim;
  for (int d = 1; d <= values->ndim && fits; d++) fits = values->sizes[values->ndim - d] == 1 || values->sizes[values->ndim - d] == w.sizes[w.ndim - d];
  if (!fits)
    return ts_fail(cx, TS_ERR_SHAPE, "shape mismatch: value tensor of shape %s cannot be broadcast to indexing result of shape %s", TS_TEXT(values),
                   ts_sizes_text(w.ndim, w.sizes, (char[160]){0}, 160));
  ts_tensor *target = ts_target(cx, self, out), *work = ts_place_begin(cx, target, kind);
  if (!work) return false;
  values = ts_apart(cx, values, work);
  /* The walk follows the strides of what is written, which may be a copy. */
  bool alike = memcmp(work->strides, self->strides, self->ndim * sizeof *self->strides) == 0;
  if (!alike && !ts_index_walk(cx, work, a->indices, &w)) return false;
  w.at = ts_apart(cx, w.at, work);
  return values && w.at && ts_place(cx, &w, work, values, kind) && ts_place_end(cx, target, work);
}
