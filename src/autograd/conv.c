/* Three products, each linear in both operands and each other's gradients: with <a, b> the sum of a * b,
   <g, conv(x, w)> = <conv_input(g, w), x> = <conv_weight(g, x), w>. */
#include "formulas.h"

/* Windows beyond those that `like` has: a transposed convolution with output padding leaves them out. */
static ts_tensor *cropped(ts_cx *cx, ts_tensor *t, const ts_tensor *like) {
  for (int d = 2; t && d < t->ndim; d++)
    if (t->sizes[d] > like->sizes[d]) t = ts_narrow(cx, t, d, 0, like->sizes[d]);
  return t;
}

void ts__conv_grad(ts_cx *cx, const ts__conv_args *a, const ts_back *b, ts__conv_args *g) {
  ts_tensor *grad = g->self && g->weight ? ts_contiguous(cx, b->grad, NULL) : b->grad; /* once, for both */
  if (g->self) g->self = ts__conv_input(cx, grad, CONJ(a->weight), ts_sizes_of(a->self), a->stride, a->padding, a->dilation, a->groups);
  if (g->weight) g->weight = ts__conv_weight(cx, grad, CONJ(a->self), ts_sizes_of(a->weight), a->stride, a->padding, a->dilation, a->groups);
  if (g->bias) {
    int64_t dims[4] = {0, 2, 3, 4};
    g->bias = ts_sum(cx, b->grad, (ts_ints){dims, b->grad->ndim - 1}, false, TS_DTYPE_NONE);
  }
}

void ts__conv_input_grad(ts_cx *cx, const ts__conv_input_args *a, const ts_back *b, ts__conv_input_args *g) {
  if (g->grad) g->grad = cropped(cx, ts__conv(cx, b->grad, CONJ(a->weight), NULL, a->stride, a->padding, a->dilation, a->groups), a->grad);
  if (g->weight) g->weight = ts__conv_weight(cx, CONJ(a->grad), b->grad, ts_sizes_of(a->weight), a->stride, a->padding, a->dilation, a->groups);
}

void ts__conv_weight_grad(ts_cx *cx, const ts__conv_weight_args *a, const ts_back *b, ts__conv_weight_args *g) {
  if (g->grad) g->grad = cropped(cx, ts__conv(cx, CONJ(a->self), b->grad, NULL, a->stride, a->padding, a->dilation, a->groups), a->grad);
  if (g->self) g->self = ts__conv_input(cx, CONJ(a->grad), b->grad, ts_sizes_of(a->self), a->stride, a->padding, a->dilation, a->groups);
}
