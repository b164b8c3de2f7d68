/* Elements chosen by a mask. */
#include <inttypes.h>
#include <string.h>
#include "../gen/ops.h"
#include "kernels.h"
#include "place.h"

static int64_t count(const uint8_t *v, int64_t n) {
  int64_t total = 0;
  for (int64_t k = 0; k < n;) { /* a byte counter per block keeps the loop in vectors */
    int64_t end = k + 8192 < n ? k + 8192 : n;
    int32_t part = 0;
    for (; k < end; k++) part += v[k] != 0;
    total += part;
  }
  return total;
}

ts_tensor *ts_nonzero_rows(ts_cx *cx, ts_tensor *t) {
  ts_tensor *mask = ts_raw_contiguous(cx, ts_raw_cast(cx, t, TS_BOOL));
  if (!mask) return NULL;
  const uint8_t *v = ts_data(mask);
  int n = t->ndim;
  const int64_t sizes[2] = {count(v, mask->numel), n};
  ts_tensor *rows = ts_empty(cx, TS_INT64, 2, sizes);
  if (!rows) return NULL;
  int64_t *to = ts_data(rows);
  if (n == 1) {
    for (int64_t k = 0, left = sizes[0]; left; k++) {
      *to = k;
      if (v[k]) to++, left--;
    }
    return rows;
  }
  if (n == 2) {
    const int64_t cols = t->sizes[1];
    for (int64_t i = 0, left = sizes[0]; left; i++, v += cols)
      for (int64_t k = 0; k < cols && left; k++) {
        to[0] = i;
        to[1] = k;
        if (v[k]) to += 2, left--;
      }
    return rows;
  }
  int64_t at[TS_MAX_DIM] = {0}, inner = n ? t->sizes[n - 1] : 1;
  for (int64_t k = 0, left = n ? sizes[0] : 0; left; k += inner) {
    for (int64_t i = 0; i < inner; i++) {
      if (!v[k + i]) continue;
      memcpy(to, at, (size_t)(n - 1) * sizeof *to);
      to[n - 1] = i;
      to += n;
      left--;
    }
    for (int d = n - 2; d >= 0; d--) {
      if (++at[d] < t->sizes[d]) break;
      at[d] = 0;
    }
  }
  return rows;
}

bool ts_nonzero_impl(ts_cx *cx, const ts_nonzero_args *a, ts_out *out) { return (out->t[0] = ts_nonzero_rows(cx, a->self)) != NULL; }
bool ts_argwhere_impl(ts_cx *cx, const ts_argwhere_args *a, ts_out *out) { return (out->t[0] = ts_nonzero_rows(cx, a->self)) != NULL; }

bool ts__nonzero_tuple_impl(ts_cx *cx, const ts__nonzero_tuple_args *a, ts_out *out) {
  ts_tensor *t = a->self->ndim ? a->self : ts_unsqueeze(cx, a->self, 0), *rows = t ? ts_nonzero_rows(cx, t) : NULL;
  if (!rows) return false;
  out->list = ts_unbind(cx, rows, 1);
  return !ts_failed(cx);
}

/* The mask as bools; 8-bit integers pass for one, as in PyTorch. */
static ts_tensor *as_mask(ts_cx *cx, ts_tensor *mask, bool bytes) {
  if (mask->dtype == TS_BOOL) return mask;
  if (bytes && mask->dtype == TS_UINT8) return ts_raw_cast(cx, mask, TS_BOOL);
  ts_fail(cx, TS_ERR_DTYPE, "expected BoolTensor or ByteTensor for mask, got %s", ts_dtype_name((ts_dtype)mask->dtype));
  return NULL;
}

static ts_tensor *stretched(ts_cx *cx, ts_tensor *t, int ndim, const int64_t *sizes) {
  return t ? ts_raw_contiguous(cx, ts_expand(cx, t, (ts_ints){sizes, ndim}, true)) : NULL;
}

/* Elements of `from` where the mask is set, in order, to consecutive places; or the other way round. */
static void pack(char *to, const char *from, const uint8_t *mask, int64_t n, int64_t item, bool back) {
  for (int64_t k = 0; k < n; k++) {
    if (mask[k]) {
      switch (item) {
        case 1: *to = *from; break;
        case 2: memcpy(to, from, 2); break;
        case 4: memcpy(to, from, 4); break;
        case 8: memcpy(to, from, 8); break;
        default: memcpy(to, from, 16);
      }
    }
    to += back || mask[k] ? item : 0;
    from += !back || mask[k] ? item : 0;
  }
}

bool ts_masked_select_impl(ts_cx *cx, const ts_masked_select_args *a, ts_out *out) {
  int n;
  int64_t sizes[TS_MAX_DIM];
  ts_tensor *mask = as_mask(cx, a->mask, true);
  if (!mask || !ts_broadcast_sizes(cx, mask->ndim, mask->sizes, a->self->ndim, a->self->sizes, &n, sizes)) return false;
  mask = stretched(cx, mask, n, sizes);
  ts_tensor *self = mask ? stretched(cx, a->self, n, sizes) : NULL;
  if (!self) return false;
  const int64_t length = count(ts_data(mask), mask->numel);
  ts_tensor *t = out->t[0] = ts_empty(cx, (ts_dtype)self->dtype, 1, &length);
  if (t) pack(ts_data(t), ts_data(self), ts_data(mask), mask->numel, ts_itemsize((ts_dtype)t->dtype), false);
  return t != NULL;
}

bool ts_masked_scatter_impl(ts_cx *cx, const ts_masked_scatter_args *a, ts_out *out) {
  ts_tensor *self = a->self, *mask = as_mask(cx, a->mask, true), *source = a->source;
  int n;
  int64_t sizes[TS_MAX_DIM];
  if (!mask) return false;
  if (source->dtype != self->dtype)
    return ts_fail(cx, TS_ERR_DTYPE, "expected self and source to have same dtypes but got %s and %s", ts_dtype_name((ts_dtype)self->dtype), ts_dtype_name((ts_dtype)source->dtype));
  if (!ts_broadcast_sizes(cx, mask->ndim, mask->sizes, self->ndim, self->sizes, &n, sizes)) return false;
  const bool inplace = out->t[0] == self;
  if (inplace && !ts_same_sizes(self, &(ts_tensor){.ndim = (uint8_t)n, .sizes = sizes}))
    return ts_fail(cx, TS_ERR_SHAPE, "output with shape %s doesn't match the broadcast shape %s", TS_TEXT(self), ts_sizes_text(n, sizes, (char[160]){0}, 160));
  if (inplace && !ts_check_writable(cx, self)) return false;
  mask = stretched(cx, mask, n, sizes);
  source = mask ? ts_raw_contiguous(cx, source) : NULL;
  if (!source) return false;
  if (count(ts_data(mask), mask->numel) > source->numel)
    return ts_fail(cx, TS_ERR_SHAPE, "Number of elements of source < number of ones in mask (%" PRId64 " < %" PRId64 ")", source->numel, count(ts_data(mask), mask->numel));
  ts_tensor *t = ts_empty(cx, (ts_dtype)self->dtype, n, sizes);
  if (!t || !ts_raw_copy(cx, t, self)) return false;
  pack(ts_data(t), ts_data(source), ts_data(mask), mask->numel, ts_itemsize((ts_dtype)t->dtype), true);
  if (!inplace) out->t[0] = t;
  return !inplace || ts_raw_copy(cx, self, t);
}
