#include "formulas.h"

void ts_cat_grad(ts_cx *cx, const ts_cat_args *a, const ts_back *b, ts_cat_args *g) {
  int64_t at = 0;
  int64_t dim = a->dim < 0 ? a->dim + b->outs[0].ndim : a->dim;
  for (int64_t k = 0; k < a->tensors.n; k++) {
    const ts_tensor *t = a->tensors.v[k];
    bool nothing = t->ndim == 1 && t->sizes[0] == 0; /* joined whatever the shape of the others */
    if (g->tensors.v[k] && nothing) g->tensors.v[k] = ts_zeros(cx, ts_sizes_of(t), (ts_dtype)t->dtype);
    if (nothing) continue;
    if (g->tensors.v[k]) g->tensors.v[k] = ts_narrow(cx, b->grad, dim, at, t->sizes[dim]);
    at += t->sizes[dim];
  }
}

void ts_stack_grad(ts_cx *cx, const ts_stack_args *a, const ts_back *b, ts_stack_args *g) {
  for (int64_t k = 0; k < g->tensors.n; k++)
    if (g->tensors.v[k]) g->tensors.v[k] = ts_select(cx, b->grad, a->dim, k);
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
