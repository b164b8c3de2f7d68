/* Copies and conversions: what core/tensor.h promises of ts_raw_*. */
#include <string.h>
#include "elementwise.h"
#include "kernels.h"
#include "turn.h"

typedef struct { ts_loop convert; int64_t item; } spread;
static void spread_row(char *const *p, const int64_t *s, int64_t n, const void *params) {
  const spread *job = params;
  (void)s;
  ts_spread(job->convert, job->item, p[0], p[1], n);
}
void ts_spread(ts_loop convert, int64_t item, char *out, char *in, int64_t n) {
  _Alignas(16) char one[16];
  convert((char *const[]){one, in}, (const int64_t[]){item, 0}, 1, NULL);
#define SPREAD(T)                                             \
  {                                                           \
    T x, *to = (T *)out;                                      \
    memcpy(&x, one, sizeof x);                                \
    for (int64_t k = 0; k < n; k++) to[k] = x;                \
  }
  if (item == 1) memset(out, *one, (size_t)n);
  else if (item == 2) SPREAD(uint16_t)
  else if (item == 4) SPREAD(uint32_t)
  else if (item == 8) SPREAD(uint64_t)
  else for (int64_t k = 0; k < n; k++) memcpy(out + k * 16, one, 16);
}

bool ts_raw_copy(ts_cx *cx, ts_tensor *dst, ts_tensor *src) {
  if (!dst || !src || !ts_check_writable(cx, dst)) return false; /* NULL: could not be made, and that is said */
  int n;
  int64_t sizes[TS_MAX_DIM];
  if (!ts_broadcast_sizes(cx, dst->ndim, dst->sizes, src->ndim, src->sizes, &n, sizes)) return false;
  if (n != dst->ndim || memcmp(sizes, dst->sizes, (size_t)n * sizeof *sizes) != 0)
    return ts_fail(cx, TS_ERR_SHAPE, "output with shape %s doesn't match the broadcast shape %s", TS_TEXT(dst),
                   ts_sizes_text(n, sizes, (char[160]){0}, 160));
  if (dst->numel == 0) return true;
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
  ts_iter it;
  ts_iter_init(&it, 2, (ts_tensor *const[]){dst, src}, n, sizes);
  const int64_t item = ts_itemsize(to);
  const spread job = {loop, item};
  if (it.strides[0][1] == 0 && it.strides[0][0] == item && it.sizes[0] > 4) {
    ts_iter_run(&it, spread_row, &job, 0);
  } else if (!ts_iter_turned(&it, 1, ts_itemsize(from), loop, NULL, 0)) {
    ts_iter_widen(&it);
    ts_iter_run(&it, loop, NULL, 0);
  }
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
