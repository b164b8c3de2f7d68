/* Sampling at points is linear in the image; by a coordinate it is a sampling with one more derivative taken. */
#include <string.h>
#include "formulas.h"

static ts_ints image_sizes(const ts_tensor *image) { return (ts_ints){image->sizes + 2, image->ndim - 2}; }
/* orders with one derivative more by coordinate k. */
static ts_ints one_more(ts_ints orders, int64_t k, int64_t *room) {
  memcpy(room, orders.v, (size_t)orders.n * sizeof *room);
  room[k]++;
  return (ts_ints){room, orders.n};
}

void ts__grid_sample_grad(ts_cx *cx, const ts__grid_sample_args *a, const ts_back *b, ts__grid_sample_args *g) {
  if (g->self) g->self = ts__grid_sample_adjoint(cx, b->grad, a->grid, image_sizes(a->self), a->mode, a->padding, a->align_corners, a->orders);
  if (g->grid) g->grid = ts__grid_sample_by_grid(cx, b->grad, a->self, a->grid, a->mode, a->padding, a->align_corners, a->orders);
}

void ts__grid_sample_adjoint_grad(ts_cx *cx, const ts__grid_sample_adjoint_args *a, const ts_back *b, ts__grid_sample_adjoint_args *g) {
  if (g->grad) g->grad = ts__grid_sample(cx, b->grad, a->grid, a->mode, a->padding, a->align_corners, a->orders);
  if (g->grid) g->grid = ts__grid_sample_by_grid(cx, a->grad, b->grad, a->grid, a->mode, a->padding, a->align_corners, a->orders);
}

/* Coordinate k of the result is the sum over channels of grad times the sampling with one more derivative by k. */
void ts__grid_sample_by_grid_grad(ts_cx *cx, const ts__grid_sample_by_grid_args *a, const ts_back *b, ts__grid_sample_by_grid_args *g) {
  ts_tensor *grad = NULL, *self = NULL, *grid = NULL;
  for (int64_t k = 0; k < a->orders.n; k++) {
    int64_t room[3];
    ts_ints more = one_more(a->orders, k, room);
    ts_tensor *h = ts_unsqueeze(cx, ts_select(cx, b->grad, -1, k), 1), *scaled = MUL(a->grad, h), *part;
    if (g->grad) {
      part = MUL(h, ts__grid_sample(cx, a->self, a->grid, a->mode, a->padding, a->align_corners, more));
      grad = grad ? ADD(grad, part) : part;
    }
    if (g->self) {
      part = ts__grid_sample_adjoint(cx, scaled, a->grid, image_sizes(a->self), a->mode, a->padding, a->align_corners, more);
      self = self ? ADD(self, part) : part;
    }
    if (g->grid) {
      part = ts__grid_sample_by_grid(cx, scaled, a->self, a->grid, a->mode, a->padding, a->align_corners, more);
      grid = grid ? ADD(grid, part) : part;
    }
  }
  if (g->grad) g->grad = grad;
  if (g->self) g->self = self;
  if (g->grid) g->grid = grid;
}
