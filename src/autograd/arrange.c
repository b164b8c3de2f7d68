/* Elements put elsewhere or repeated. */
#include "formulas.h"

void ts_flip_grad(ts_cx *cx, const ts_flip_args *a, const ts_back *b, ts_flip_args *g) { g->self = ts_flip(cx, b->grad, a->dims); }

void ts_roll_grad(ts_cx *cx, const ts_roll_args *a, const ts_back *b, ts_roll_args *g) {
  int64_t *back = ts_temp(cx, a->shifts.n * (int64_t)sizeof *back);
  for (int64_t i = 0; back && i < a->shifts.n; i++) back[i] = (int64_t)(0 - (uint64_t)a->shifts.v[i]);
  if (back) g->self = ts_roll(cx, b->grad, (ts_ints){back, a->shifts.n}, a->dims);
}

void ts_repeat_grad(ts_cx *cx, const ts_repeat_args *a, const ts_back *b, ts_repeat_args *g) {
  const ts_tensor *self = a->self;
  int n = (int)a->repeats.n, lead = n - self->ndim, wide = 0, m = 0;
  int64_t sizes[2 * TS_MAX_DIM], dims[2 * TS_MAX_DIM];
  if (b->grad->numel == 0) {
    g->self = ts_zeros(cx, ts_sizes_of(self), (ts_dtype)b->grad->dtype);
    return;
  }
  for (int d = 0; d < n; d++) {
    if (a->repeats.v[d] != 1) {
      dims[m++] = wide;
      sizes[wide++] = a->repeats.v[d];
    }
    if (d >= lead && self->sizes[d - lead] != 1) sizes[wide++] = self->sizes[d - lead];
  }
  ts_tensor *t = ts_reshape(cx, b->grad, (ts_ints){sizes, wide});
  if (m) t = ts_sum(cx, t, (ts_ints){dims, m}, false, TS_DTYPE_NONE);
  g->self = ts_reshape(cx, t, ts_sizes_of(self));
}

void ts_repeat_interleave_grad(ts_cx *cx, const ts_repeat_interleave_args *a, const ts_back *b, ts_repeat_interleave_args *g) {
  const ts_tensor *self = a->self;
  int64_t before = 1, n = self->numel, after = 1;
  if (a->dim.given && self->ndim) {
    int dim = (int)(a->dim.v < 0 ? a->dim.v + self->ndim : a->dim.v);
    for (int d = 0; d < dim; d++) before *= self->sizes[d];
    for (int d = dim + 1; d < self->ndim; d++) after *= self->sizes[d];
    n = self->sizes[dim];
  }
  ts_tensor *t = ts_reshape(cx, b->grad, TS_INTS(before, n, a->repeats, after));
  g->self = ts_reshape(cx, ts_sum(cx, t, TS_INTS(2), false, TS_DTYPE_NONE), ts_sizes_of(self));
}
