#include "formulas.h"

/* Where both are equal each gets half. */
static ts_tensor *shared(ts_cx *cx, ts_tensor *grad, ts_tensor *x, ts_tensor *y, ts_tensor *loses) {
  return ts_drop(cx, loses, ts_where(cx, ts_eq(cx, x, y), DIV(grad, NUM(2)), grad));
}

void ts_maximum_grad(ts_cx *cx, const ts_maximum_args *a, const ts_back *b, ts_maximum_args *g) {
  if (g->self) g->self = shared(cx, b->grad, a->self, a->other, ts_lt(cx, a->self, a->other));
  if (g->other) g->other = shared(cx, b->grad, a->self, a->other, ts_gt(cx, a->self, a->other));
}

void ts_minimum_grad(ts_cx *cx, const ts_minimum_args *a, const ts_back *b, ts_minimum_args *g) {
  if (g->self) g->self = shared(cx, b->grad, a->self, a->other, ts_gt(cx, a->self, a->other));
  if (g->other) g->other = shared(cx, b->grad, a->self, a->other, ts_lt(cx, a->self, a->other));
}

void ts_fmax_grad(ts_cx *cx, const ts_fmax_args *a, const ts_back *b, ts_fmax_args *g) {
  ts_tensor *first = ts_logical_or(cx, ts_ge(cx, a->self, a->other), ts_isnan(cx, a->other));
  if (g->self) g->self = ts_keep(cx, first, b->grad);
  if (g->other) g->other = ts_drop(cx, first, b->grad);
}

void ts_fmin_grad(ts_cx *cx, const ts_fmin_args *a, const ts_back *b, ts_fmin_args *g) {
  ts_tensor *first = ts_logical_or(cx, ts_le(cx, a->self, a->other), ts_isnan(cx, a->other));
  if (g->self) g->self = ts_keep(cx, first, b->grad);
  if (g->other) g->other = ts_drop(cx, first, b->grad);
}

void ts_where_grad(ts_cx *cx, const ts_where_args *a, const ts_back *b, ts_where_args *g) {
  if (g->self) g->self = ts_keep(cx, a->condition, b->grad);
  if (g->other) g->other = ts_drop(cx, a->condition, b->grad);
}

void ts_masked_fill_grad(ts_cx *cx, const ts_masked_fill_args *a, const ts_back *b, ts_masked_fill_args *g) {
  if (g->self) g->self = ts_drop(cx, a->mask, b->grad);
  if (g->value) g->value = ts_keep(cx, a->mask, b->grad);
}

/* On the bounds the gradient is the input's. */
static void clamped(ts_cx *cx, ts_tensor *grad, ts_tensor *x, ts_tensor *min, ts_tensor *max, ts_tensor **gx, ts_tensor **gmin, ts_tensor **gmax) {
  if (*gx) {
    ts_tensor *above = min ? ts_ge(cx, x, min) : NULL, *below = max ? ts_le(cx, x, max) : NULL;
    *gx = ts_keep(cx, !above ? below : !below ? above : ts_logical_and(cx, above, below), grad);
  }
  if (gmin && *gmin) {
    ts_tensor *under = ts_lt(cx, x, min);
    *gmin = ts_keep(cx, max ? ts_logical_and(cx, under, ts_lt(cx, min, max)) : under, grad);
  }
  if (gmax && *gmax) {
    ts_tensor *over = ts_gt(cx, x, max);
    *gmax = ts_keep(cx, min ? ts_logical_or(cx, over, ts_lt(cx, max, min)) : over, grad);
  }
}

void ts_clamp_grad(ts_cx *cx, const ts_clamp_args *a, const ts_back *b, ts_clamp_args *g) {
  clamped(cx, b->grad, a->self, a->min, a->max, &g->self, &g->min, &g->max);
}

void ts_clamp_min_grad(ts_cx *cx, const ts_clamp_min_args *a, const ts_back *b, ts_clamp_min_args *g) {
  clamped(cx, b->grad, a->self, a->min, NULL, &g->self, &g->min, NULL);
}

void ts_clamp_max_grad(ts_cx *cx, const ts_clamp_max_args *a, const ts_back *b, ts_clamp_max_args *g) {
  clamped(cx, b->grad, a->self, NULL, a->max, &g->self, NULL, &g->max);
}
