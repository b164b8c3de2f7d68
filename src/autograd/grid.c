/* Sampling at points is linear in the image; by a coordinate it is a sampling with one more derivative taken. */
#include <string.h>
#include "formulas.h"

/* <grad, sampling of image> differentiated by grid. */
static ts_tensor *by_grid(ts_cx *cx, ts_tensor *grad, ts_tensor *image, ts_tensor *grid, int64_t mode, int64_t padding, bool align, ts_ints orders) {
  if (mode == 1) return ts_zeros_like(cx, grid, TS_DTYPE_NONE); /* nearest */
  ts_tensor *parts[3];
  for (int64_t k = 0; k < orders.n; k++) {
    int64_t more[3] = {0};
    memcpy(more, orders.v, (size_t)orders.n * sizeof *more);
    more[k]++;
    parts[k] = ts_sum(cx, MUL(grad, ts__grid_sample(cx, image, grid, mode, padding, align, (ts_ints){more, orders.n})), TS_INTS(1), false, TS_DTYPE_NONE);
  }
  return ts_stack(cx, (ts_list){parts, orders.n}, -1);
}

void ts__grid_sample_grad(ts_cx *cx, const ts__grid_sample_args *a, const ts_back *b, ts__grid_sample_args *g) {
  if (g->self) g->self = ts__grid_sample_adjoint(cx, b->grad, a->grid, (ts_ints){a->self->sizes + 2, a->self->ndim - 2}, a->mode, a->padding, a->align_corners, a->orders);
  if (g->grid) g->grid = by_grid(cx, b->grad, a->self, a->grid, a->mode, a->padding, a->align_corners, a->orders);
}

void ts__grid_sample_adjoint_grad(ts_cx *cx, const ts__grid_sample_adjoint_args *a, const ts_back *b, ts__grid_sample_adjoint_args *g) {
  if (g->grad) g->grad = ts__grid_sample(cx, b->grad, a->grid, a->mode, a->padding, a->align_corners, a->orders);
  if (g->grid) g->grid = by_grid(cx, a->grad, b->grad, a->grid, a->mode, a->padding, a->align_corners, a->orders);
}
