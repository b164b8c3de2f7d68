#include "formulas.h"

void ts__embedding_grad(ts_cx *cx, const ts__embedding_args *a, const ts_back *b, ts__embedding_args *g) {
  if (g->weight) g->weight = ts__embedding_backward(cx, b->grad, a->indices, a->weight->sizes[0], a->padding_idx, a->scale_grad_by_freq);
}

void ts__embedding_backward_grad(ts_cx *cx, const ts__embedding_backward_args *a, const ts_back *b, ts__embedding_backward_args *g) {
  if (g->grad) g->grad = ts__embedding_double_backward(cx, b->grad, a->indices, a->padding_idx, a->scale_grad_by_freq);
}

void ts__embedding_double_backward_grad(ts_cx *cx, const ts__embedding_double_backward_args *a, const ts_back *b, ts__embedding_double_backward_args *g) {
  if (g->grad) g->grad = ts__embedding_backward(cx, b->grad, a->indices, a->grad->sizes[0], a->padding_idx, a->scale_grad_by_freq);
}

/* ---- bags ---- */

/* The gradient of each index's bag. */
static ts_tensor *of_bags(ts_cx *cx, ts_tensor *grad, ts_tensor *bags) { return ts_index_select(cx, grad, 0, bags); }

void ts__embedding_bag_grad(ts_cx *cx, const ts__embedding_bag_args *a, const ts_back *b, ts__embedding_bag_args *g) {
  if (g->weight) {
    ts_tensor *rows = of_bags(cx, b->grad, a->bags);
    if (a->scale) rows = MUL(rows, ts_unsqueeze(cx, a->scale, 1));
    g->weight = ts__embedding_backward(cx, rows, a->indices, a->weight->sizes[0], a->padding_idx, a->scale_grad_by_freq);
  }
  if (a->scale && g->scale) {
    ts_tensor *each = ts_sum(cx, MUL(of_bags(cx, b->grad, a->bags), ts__embedding(cx, a->weight, a->indices, -1, false)), TS_INTS(1), false, TS_DTYPE_NONE);
    g->scale = a->padding_idx < 0 ? each : ts_drop(cx, ts_eq(cx, a->indices, ts_wrap_scalar(cx, ts_int(a->padding_idx))), each);
  }
}

void ts__embedding_bag_max_grad(ts_cx *cx, const ts__embedding_bag_max_args *a, const ts_back *b, ts__embedding_bag_max_args *g) {
  if (!b->grad || !g->weight) return;
  const int64_t n = a->indices->numel, width = a->weight->sizes[1];
  ts_tensor *rows = ts_scatter_add(cx, ts_zeros(cx, TS_INTS(n + 1, width), (ts_dtype)b->grad->dtype), 0, b->result, b->grad);
  g->weight = ts__embedding_backward(cx, ts_narrow(cx, rows, 0, 0, n), a->indices, a->weight->sizes[0], a->padding_idx, false);
}
