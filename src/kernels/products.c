/* Products over counted dims: tensordot, inner, kron. */
#include <inttypes.h>
#include <string.h>
#include "../gen/ops.h"
#include "kernels.h"

static bool give(ts_out *out, ts_tensor *t) { return (out->t[0] = t) != NULL; }

static bool tensordot(ts_cx *cx, ts_tensor *x, ts_tensor *y, ts_ints xd, ts_ints yd, ts_out *out) {
  if (xd.n != yd.n) return ts_fail(cx, TS_ERR_ARGUMENT, "both dimension lists should have same length");
  int64_t x_dims[TS_MAX_DIM], y_dims[TS_MAX_DIM], shape[2 * TS_MAX_DIM], summed = 1, rows = 1, cols = 1;
  uint64_t x_used = 0, y_used = 0;
  int n = 0, m = 0;
  if (xd.n > TS_MAX_DIM) return ts_fail(cx, TS_ERR_ARGUMENT, "too many dims (%" PRId64 ")", xd.n);
  for (int64_t i = 0; i < xd.n; i++) {
    int d, e;
    if (!ts_wrap_dim(cx, xd.v[i], x->ndim, &d) || !ts_wrap_dim(cx, yd.v[i], y->ndim, &e)) return false;
    if (x_used >> d & 1 || y_used >> e & 1) return ts_fail(cx, TS_ERR_ARGUMENT, "dim %d appears multiple times in the list of dims", x_used >> d & 1 ? d : e);
    x_used |= (uint64_t)1 << d;
    y_used |= (uint64_t)1 << e;
    x_dims[i] = d;
    y_dims[i] = e;
    int64_t sx = x->ndim ? x->sizes[d] : 1, sy = y->ndim ? y->sizes[e] : 1;
    if (sx != sy && sx != 1 && sy != 1)
      return ts_fail(cx, TS_ERR_SHAPE, "contracted dimensions need to match, but first has size %" PRId64 " in dim %d and second has size %" PRId64 " in dim %d", sx, d, sy, e);
  }
  /* A size of 1 broadcasts: the other side is summed first. */
  ts_dtype dtype = (ts_dtype)x->dtype;
  for (int64_t i = 0; i < xd.n && x && y && x->ndim && y->ndim; i++) {
    int64_t sx = x->sizes[x_dims[i]], sy = y->sizes[y_dims[i]];
    if (sx == 1 && sy != 1) y = ts_sum(cx, y, TS_INTS(y_dims[i]), true, (ts_dtype)y->dtype);
    if (sy == 1 && sx != 1) x = ts_sum(cx, x, TS_INTS(x_dims[i]), true, dtype);
  }
  if (!x || !y) return false;
  int64_t x_order[TS_MAX_DIM], y_order[TS_MAX_DIM];
  for (int d = 0; d < x->ndim; d++) {
    if (x_used >> d & 1) continue;
    x_order[n++] = d;
    shape[m++] = x->sizes[d];
    rows *= x->sizes[d];
  }
  int front = 0;
  for (int64_t i = 0; i < xd.n && x->ndim; i++) {
    x_order[n++] = x_dims[i];
    summed *= x->sizes[x_dims[i]];
  }
  for (int64_t i = 0; i < yd.n && y->ndim; i++) y_order[front++] = y_dims[i];
  for (int d = 0; d < y->ndim; d++) {
    if (y_used >> d & 1) continue;
    y_order[front++] = d;
    shape[m++] = y->sizes[d];
    cols *= y->sizes[d];
  }
  if (m > TS_MAX_DIM) return ts_fail(cx, TS_ERR_SHAPE, "a tensor has at most %d dimensions, got %d", TS_MAX_DIM, m);
  x = ts_reshape(cx, ts_permute(cx, x, (ts_ints){x_order, x->ndim}), TS_INTS(rows, summed));
  y = ts_reshape(cx, ts_permute(cx, y, (ts_ints){y_order, y->ndim}), TS_INTS(summed, cols));
  return give(out, ts_reshape(cx, ts_mm(cx, x, y), (ts_ints){shape, m}));
}

bool ts_tensordot_impl(ts_cx *cx, const ts_tensordot_args *a, ts_out *out) {
  return tensordot(cx, a->self, a->other, a->dims_self, a->dims_other, out);
}

bool ts_tensordot_count_impl(ts_cx *cx, const ts_tensordot_count_args *a, ts_out *out) {
  int64_t n = a->dims, x_dims[TS_MAX_DIM], y_dims[TS_MAX_DIM];
  if (n < 0) return ts_fail(cx, TS_ERR_ARGUMENT, "tensordot expects dims >= 0, but got dims=%" PRId64, n);
  if (n > a->self->ndim || n > a->other->ndim)
    return ts_fail(cx, TS_ERR_ARGUMENT, "tensordot expects dims < ndim_a and ndim_b, but got dims=%" PRId64 " for tensors of %d and %d dimensions", n, a->self->ndim, a->other->ndim);
  for (int64_t i = 0; i < n; i++) {
    x_dims[i] = a->self->ndim - n + i;
    y_dims[i] = i;
  }
  return tensordot(cx, a->self, a->other, (ts_ints){x_dims, n}, (ts_ints){y_dims, n}, out);
}

bool ts_inner_impl(ts_cx *cx, const ts_inner_args *a, ts_out *out) {
  const ts_tensor *x = a->self, *y = a->other;
  if (x->ndim == 0 || y->ndim == 0) return give(out, ts_mul(cx, a->self, a->other));
  if (x->sizes[x->ndim - 1] != y->sizes[y->ndim - 1])
    return ts_fail(cx, TS_ERR_SHAPE, "inner() the last dimension must match on both input tensors but got shapes %s and %s", TS_TEXT(x), TS_TEXT(y));
  return give(out, ts_tensordot(cx, a->self, a->other, TS_INTS(-1), TS_INTS(-1)));
}

bool ts_kron_impl(ts_cx *cx, const ts_kron_args *a, ts_out *out) {
  const ts_tensor *x = a->self, *y = a->other;
  int n = x->ndim > y->ndim ? x->ndim : y->ndim;
  int64_t xs[TS_MAX_DIM], ys[TS_MAX_DIM], shape[TS_MAX_DIM];
  if (2 * n > TS_MAX_DIM) return ts_fail(cx, TS_ERR_SHAPE, "at most %d dimensions are supported, got %d", TS_MAX_DIM / 2, n);
  for (int d = 0; d < n; d++) {
    int dx = d - (n - x->ndim), dy = d - (n - y->ndim);
    xs[2 * d] = dx < 0 ? 1 : x->sizes[dx];
    ys[2 * d + 1] = dy < 0 ? 1 : y->sizes[dy];
    xs[2 * d + 1] = ys[2 * d] = 1;
    if (__builtin_mul_overflow(xs[2 * d], ys[2 * d + 1], &shape[d])) return ts_fail(cx, TS_ERR_MEMORY, "the size of dim %d overflows", d);
  }
  ts_tensor *t = ts_mul(cx, ts_reshape(cx, a->self, (ts_ints){xs, 2 * n}), ts_reshape(cx, a->other, (ts_ints){ys, 2 * n}));
  return give(out, ts_reshape(cx, t, (ts_ints){shape, n}));
}
