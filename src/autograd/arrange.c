/* Elements put elsewhere, repeated, or written into a copy. */
#include <string.h>
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

void ts_tril_grad(ts_cx *cx, const ts_tril_args *a, const ts_back *b, ts_tril_args *g) { g->self = ts_tril(cx, b->grad, a->diagonal); }
void ts_triu_grad(ts_cx *cx, const ts_triu_args *a, const ts_back *b, ts_triu_args *g) { g->self = ts_triu(cx, b->grad, a->diagonal); }

void ts_fill_diagonal__grad(ts_cx *cx, const ts_fill_diagonal__args *a, const ts_back *b, ts_fill_diagonal__args *g) {
  g->self = ts_fill_diagonal_(cx, ts_clone(cx, b->grad, NULL), ts_int(0), a->wrap);
}

void ts_block_diag_grad(ts_cx *cx, const ts_block_diag_args *a, const ts_back *b, ts_block_diag_args *g) {
  int64_t r = 0, c = 0;
  for (int64_t k = 0; k < a->tensors.n; k++) {
    const ts_tensor *t = a->tensors.v[k];
    int64_t rows = t->ndim == 2 ? t->sizes[0] : 1, cols = t->ndim ? t->sizes[t->ndim - 1] : 1;
    if (g->tensors.v[k]) g->tensors.v[k] = ts_reshape(cx, ts_narrow(cx, ts_narrow(cx, b->grad, 0, r, rows), 1, c, cols), ts_sizes_of(t));
    r += rows;
    c += cols;
  }
}

/* ---- copies with src written into a view: what was there gets no gradient, src that of the view ---- */

static ts_tensor *nothing(ts_cx *cx, const ts_tensor *src, const ts_tensor *grad) { return ts_zeros(cx, ts_sizes_of(src), (ts_dtype)grad->dtype); }

void ts_diagonal_scatter_grad(ts_cx *cx, const ts_diagonal_scatter_args *a, const ts_back *b, ts_diagonal_scatter_args *g) {
  if (g->self) g->self = ts_diagonal_scatter(cx, b->grad, nothing(cx, a->src, b->grad), a->offset, a->dim1, a->dim2);
  if (g->src) g->src = ts_diagonal(cx, b->grad, a->offset, a->dim1, a->dim2);
}

void ts_select_scatter_grad(ts_cx *cx, const ts_select_scatter_args *a, const ts_back *b, ts_select_scatter_args *g) {
  if (g->self) g->self = ts_select_scatter(cx, b->grad, nothing(cx, a->src, b->grad), a->dim, a->index);
  if (g->src) g->src = ts_select(cx, b->grad, a->dim, a->index);
}

void ts_slice_scatter_grad(ts_cx *cx, const ts_slice_scatter_args *a, const ts_back *b, ts_slice_scatter_args *g) {
  if (g->self) g->self = ts_slice_scatter(cx, b->grad, nothing(cx, a->src, b->grad), a->dim, a->start, a->end, a->step);
  if (g->src) g->src = ts__slice(cx, b->grad, a->dim, a->start, a->end, a->step);
}

void ts_as_strided_scatter_grad(ts_cx *cx, const ts_as_strided_scatter_args *a, const ts_back *b, ts_as_strided_scatter_args *g) {
  /* In the memory that the result had: its strides are those of a copy of self. */
  ts_tensor *like = ts_empty_like(cx, a->self, (ts_dtype)b->grad->dtype);
  ts_tensor *grad = like ? ts_copy_(cx, like, b->grad, false) : NULL;
  if (g->self) g->self = ts_as_strided_scatter(cx, grad, nothing(cx, a->src, b->grad), a->size, a->stride, a->storage_offset);
  if (g->src) g->src = ts_as_strided(cx, grad, a->size, a->stride, a->storage_offset);
}
