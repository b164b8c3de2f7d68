/* Copies and conversions: what core/tensor.h promises of ts_raw_*. */
#include <string.h>
#include "kernels.h"

bool ts_raw_copy(ts_cx *cx, ts_tensor *dst, ts_tensor *src) {
  if (!ts_check_writable(cx, dst)) return false;
  if (dst->numel == 0) return true;
  int n;
  int64_t sizes[TS_MAX_DIM];
  if (!ts_broadcast_sizes(cx, dst->ndim, dst->sizes, src->ndim, src->sizes, &n, sizes)) return false;
  if (n != dst->ndim || memcmp(sizes, dst->sizes, (size_t)n * sizeof *sizes) != 0)
    return ts_fail(cx, TS_ERR_SHAPE, "output with shape %s doesn't match the broadcast shape %s", TS_TEXT(dst),
                   ts_sizes_text(n, sizes, (char[160]){0}, 160));
  if (ts_overlaps(dst, src)) {
    ts_tensor *apart = ts_empty(cx, (ts_dtype)src->dtype, src->ndim, src->sizes);
    if (!apart || !ts_raw_copy(cx, apart, src)) return false;
    src = apart;
  }
  if (dst->dtype == src->dtype && ts_same_sizes(dst, src) && ts_is_contiguous(dst) && ts_is_contiguous(src)) {
    memmove(ts_data(dst), ts_data(src), (size_t)(dst->numel * ts_itemsize((ts_dtype)dst->dtype)));
    return true;
  }
  ts_dtype from = (ts_dtype)src->dtype, to = (ts_dtype)dst->dtype;
  ts_loop loop = ts_loops.cast[from][to];
  if (!loop) return ts_fail(cx, TS_ERR_DTYPE, "cannot convert %s to %s", ts_dtype_name(from), ts_dtype_name(to));
  ts_iterate(2, (ts_tensor *const[]){dst, src}, n, sizes, loop, NULL, 0);
  return true;
}

ts_tensor *ts_raw_contiguous(ts_cx *cx, ts_tensor *t) {
  if (!t || ts_is_contiguous(t)) return t;
  ts_tensor *c = ts_empty(cx, (ts_dtype)t->dtype, t->ndim, t->sizes);
  return c && ts_raw_copy(cx, c, t) ? c : NULL;
}

ts_tensor *ts_raw_cast(ts_cx *cx, ts_tensor *t, ts_dtype dtype) {
  if (!t || t->dtype == dtype) return t;
  ts_tensor *c = ts_empty_like(cx, t, dtype);
  if (!c || !ts_raw_copy(cx, c, t)) return NULL;
  c->wrapped_number = t->wrapped_number;
  return c;
}
