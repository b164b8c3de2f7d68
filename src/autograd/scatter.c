/* Reductions at places that an index names: scatterReduce, segmentReduce. */
#include <string.h>
#include "formulas.h"

static bool is(const char *word, const char *a, const char *b) { return strcmp(word, a) == 0 || (b && strcmp(word, b) == 0); }

/* The part of src that index covers; and a gradient of it, zero elsewhere. */
static ts_tensor *part_of(ts_cx *cx, ts_tensor *src, const ts_tensor *index) {
  for (int d = 0; src && d < src->ndim && d < index->ndim; d++)
    if (src->sizes[d] != index->sizes[d]) src = ts_narrow(cx, src, d, 0, index->sizes[d]);
  return src;
}
static ts_tensor *spread(ts_cx *cx, ts_tensor *grad, const ts_tensor *src) {
  for (int d = 0; grad && d < src->ndim && d < grad->ndim; d++) {
    int64_t sizes[TS_MAX_DIM];
    if (grad->sizes[d] == src->sizes[d]) continue;
    memcpy(sizes, grad->sizes, grad->ndim * sizeof *sizes);
    sizes[d] = src->sizes[d];
    grad = ts__slice_backward(cx, grad, (ts_ints){sizes, grad->ndim}, d, 0, 1);
  }
  return grad;
}

static ts_tensor *same(ts_cx *cx, ts_tensor *x, ts_tensor *best) {
  return ts_logical_or(cx, ts_eq(cx, x, best), ts_logical_and(cx, ts_isnan(cx, x), ts_isnan(cx, best)));
}

/* What flows into factors x of products whose other factors (zeros left out) make `others`, given how many zeros there are. */
static ts_tensor *factor_grad(ts_cx *cx, ts_tensor *flow, ts_tensor *x, ts_tensor *zeros) {
  ts_tensor *zero = ts_eq(cx, x, NUM(0)), *rest = DIV(flow, ts_masked_fill(cx, x, zero, NUM(1)));
  return ts_where(cx, ts_eq(cx, zeros, ts__to_dtype(cx, zero, TS_INT64)), rest, NUM(0));
}

void ts_scatter_reduce_grad(ts_cx *cx, const ts_scatter_reduce_args *a, const ts_back *b, ts_scatter_reduce_args *g) {
  ts_tensor *self = a->self, *index = a->index, *src = part_of(cx, a->src, index), *grad = b->grad, *of_self = grad, *of_src = NULL;
  const int64_t dim = a->dim;
  /* Places that index names count only with include_self. */
#define WITHOUT(t) (a->include_self ? (t) : ts_scatter_value(cx, t, dim, index, ts_int(0), NULL))
  if (index->numel == 0) {
    if (g->self) g->self = grad;
    if (g->src) g->src = ZERO(a->src);
    return;
  }
  if (is(a->reduce, "sum", NULL)) {
    of_src = ts_gather(cx, grad, dim, index, false);
  } else if (is(a->reduce, "mean", NULL)) {
    ts_tensor *n = WITHOUT(ts_ones_like(cx, self, TS_DTYPE_NONE));
    n = ts_scatter_add(cx, n, dim, index, ts_ones_like(cx, src, TS_DTYPE_NONE));
    of_self = DIV(grad, n);
    of_src = ts_gather(cx, of_self, dim, index, false);
  } else if (is(a->reduce, "prod", NULL)) {
    ts_tensor *zero = ts__to_dtype(cx, ts_eq(cx, src, NUM(0)), TS_INT64);
    ts_tensor *zeros = ts_scatter_add(cx, WITHOUT(ts__to_dtype(cx, ts_eq(cx, self, NUM(0)), TS_INT64)), dim, index, zero);
    ts_tensor *others = ts_scatter_reduce(cx, ts_masked_fill(cx, self, ts_eq(cx, self, NUM(0)), NUM(1)), dim, index,
                                          ts_masked_fill(cx, src, ts_eq(cx, src, NUM(0)), NUM(1)), a->reduce, a->include_self);
    ts_tensor *flow = MUL(grad, others);
    of_self = factor_grad(cx, flow, self, zeros);
    of_src = factor_grad(cx, ts_gather(cx, flow, dim, index, false), src, ts_gather(cx, zeros, dim, index, false));
  } else {
    ts_tensor *mine = WITHOUT(ts__to_dtype(cx, same(cx, self, b->result), (ts_dtype)self->dtype));
    ts_tensor *its = ts__to_dtype(cx, same(cx, src, ts_gather(cx, b->result, dim, index, false)), (ts_dtype)self->dtype);
    ts_tensor *each = DIV(grad, ts_scatter_add(cx, mine, dim, index, its));
    of_self = MUL(mine, each);
    of_src = MUL(its, ts_gather(cx, each, dim, index, false));
  }
  if (g->self) g->self = WITHOUT(of_self);
  if (g->src) g->src = spread(cx, of_src, a->src);
}

void ts_segment_reduce_grad(ts_cx *cx, const ts_segment_reduce_args *a, const ts_back *b, ts_segment_reduce_args *g) {
  ts_tensor *data = a->data, *grad = b->grad, *ids = ts__segment_ids(cx, data, a->lengths, a->offsets, a->axis);
  const int64_t axis = a->axis < 0 ? a->axis + data->ndim : a->axis;
  int64_t sizes[TS_MAX_DIM];
  if (!ids || !grad) return;
  for (int d = 0; d < data->ndim; d++) sizes[d] = d < ids->ndim ? ids->sizes[d] : 1;
  ids = ts_expand(cx, ts_reshape(cx, ids, (ts_ints){sizes, data->ndim}), ts_sizes_of(data), false);
  /* One more segment, of what belongs to none. */
  memcpy(sizes, grad->sizes, grad->ndim * sizeof *sizes);
  sizes[axis]++;
  const ts_ints wide = {sizes, grad->ndim};
#define AT(t) ts_gather(cx, ts__slice_backward(cx, t, wide, axis, 0, 1), axis, ids, false)
#define TOTAL(t) ts_scatter_add(cx, ts_zeros(cx, wide, (ts_dtype)data->dtype), axis, ids, ts__to_dtype(cx, t, (ts_dtype)data->dtype))
  ts_tensor *flow = AT(grad);
  if (is(a->reduce, "mean", NULL)) {
    flow = DIV(flow, ts_gather(cx, TOTAL(ts_ones_like(cx, data, TS_DTYPE_NONE)), axis, ids, false));
  } else if (is(a->reduce, "max", "min")) {
    ts_tensor *best = same(cx, data, AT(b->result)), *n = ts_clamp(cx, ts_gather(cx, TOTAL(best), axis, ids, false), NUM(1), NULL);
    flow = ts_where(cx, best, DIV(flow, n), NUM(0));
  } else if (is(a->reduce, "prod", NULL)) {
    ts_tensor *zero = ts_eq(cx, data, NUM(0));
    ts_tensor *others = ts_segment_reduce(cx, ts_masked_fill(cx, data, zero, NUM(1)), a->reduce, a->lengths, NULL, a->offsets, a->axis, a->unsafe, a->initial);
    ts_tensor *zeros = ts__to_dtype(cx, ts_gather(cx, TOTAL(zero), axis, ids, false), TS_INT64);
    flow = factor_grad(cx, MUL(flow, AT(others)), data, zeros);
  }
  g->data = flow;
}
