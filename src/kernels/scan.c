/* Cumulative ops: each result takes in the elements up to it. */
#include "scan.h"
#include "../core/threads.h"
#include "../gen/ops.h"
#include "kernels.h"

typedef struct { ts_scan scan; ts_scan_loop loop; } job;

static void range(void *arg, int64_t begin, int64_t end) {
  const job *j = arg;
  j->loop(&j->scan, begin, end);
}

/* self, in the dtype of the loop, scanned along dim; NULL: failed. */
static ts_tensor *scan(ts_cx *cx, ts_scan_id id, ts_tensor *self, ts_tensor *factor, int64_t given, bool reverse, ts_tensor **where) {
  int dim;
  if (!self || !ts_wrap_dim(cx, given, self->ndim, &dim)) return NULL;
  ts_dtype d = ts_reduce_dtype((ts_dtype)self->dtype);
  ts_scan_loop loop = ts_loops.scan[id][d];
  if (!loop) {
    ts_fail(cx, TS_ERR_DTYPE, "not implemented for %s", ts_dtype_name((ts_dtype)self->dtype));
    return NULL;
  }
  self = ts_raw_contiguous(cx, ts_raw_cast(cx, self, d));
  factor = ts_raw_contiguous(cx, ts_raw_cast(cx, factor, d));
  ts_tensor *out = self ? ts_empty(cx, d, self->ndim, self->sizes) : NULL;
  if (out && where) *where = ts_empty(cx, TS_INT64, self->ndim, self->sizes);
  if (!out || ts_failed(cx)) return NULL;
  job j = {{ts_data(out), ts_data(self), factor ? ts_data(factor) : NULL, where ? ts_data(*where) : NULL, 1, 1, reverse}, loop};
  int64_t outer = 1;
  for (int k = 0; k < self->ndim; k++) *(k < dim ? &outer : k == dim ? &j.scan.n : &j.scan.inner) *= self->sizes[k];
  int64_t each = j.scan.n * j.scan.inner;
  if (out->numel) ts_parallel_for(outer, each >= 16384 ? 1 : 16384 / each, range, &j);
  return out;
}

/* Sums and products: integers in int64, unless a dtype is asked for. */
static bool accumulate(ts_cx *cx, ts_scan_id id, ts_tensor *self, int64_t dim, ts_dtype asked, ts_out *out) {
  ts_dtype to = asked != TS_DTYPE_NONE ? asked : ts_is_integral((ts_dtype)self->dtype, true) ? TS_INT64 : (ts_dtype)self->dtype;
  ts_tensor *t = scan(cx, id, ts_raw_cast(cx, self, to), NULL, dim, false, NULL);
  return (out->t[0] = ts_raw_cast(cx, t, to)) != NULL;
}

bool ts_cumsum_impl(ts_cx *cx, const ts_cumsum_args *a, ts_out *out) { return accumulate(cx, TS_SCAN_SUM, a->self, a->dim, a->dtype, out); }
bool ts_cumprod_impl(ts_cx *cx, const ts_cumprod_args *a, ts_out *out) { return accumulate(cx, TS_SCAN_PROD, a->self, a->dim, a->dtype, out); }

bool ts__cumsum_back_impl(ts_cx *cx, const ts__cumsum_back_args *a, ts_out *out) {
  return (out->t[0] = ts_raw_cast(cx, scan(cx, TS_SCAN_SUM, a->self, NULL, a->dim, true, NULL), (ts_dtype)a->self->dtype)) != NULL;
}

bool ts__recurrence_impl(ts_cx *cx, const ts__recurrence_args *a, ts_out *out) {
  if (!ts_same_sizes(a->self, a->factor)) return ts_fail(cx, TS_ERR_SHAPE, "shapes differ: %s and %s", TS_TEXT(a->self), TS_TEXT(a->factor));
  return (out->t[0] = ts_raw_cast(cx, scan(cx, TS_SCAN_RECUR, a->self, a->factor, a->dim, a->reverse, NULL), (ts_dtype)a->self->dtype)) != NULL;
}

bool ts_logcumsumexp_impl(ts_cx *cx, const ts_logcumsumexp_args *a, ts_out *out) {
  return (out->t[0] = ts_raw_cast(cx, scan(cx, TS_SCAN_LOG, a->self, NULL, a->dim, false, NULL), (ts_dtype)a->self->dtype)) != NULL;
}

bool ts_cummax_impl(ts_cx *cx, const ts_cummax_args *a, ts_out *out) {
  return (out->t[0] = ts_raw_cast(cx, scan(cx, TS_SCAN_MAX, a->self, NULL, a->dim, false, &out->t[1]), (ts_dtype)a->self->dtype)) != NULL;
}
bool ts_cummin_impl(ts_cx *cx, const ts_cummin_args *a, ts_out *out) {
  return (out->t[0] = ts_raw_cast(cx, scan(cx, TS_SCAN_MIN, a->self, NULL, a->dim, false, &out->t[1]), (ts_dtype)a->self->dtype)) != NULL;
}
