/* Cutting and joining. */
#include <string.h>
#include "formulas.h"

/* Gradients of several results, zeros for those that nothing depends on. */
static ts_list filled(ts_cx *cx, const ts_back *b) {
  ts_list list = {ts_temp(cx, b->n_out * (int64_t)sizeof *list.v + 1), b->n_out};
  for (int64_t k = 0; list.v && k < b->n_out; k++) {
    const ts_meta *m = &b->outs[k];
    list.v[k] = b->grads[k] ? b->grads[k] : ts_zeros(cx, (ts_ints){m->sizes, m->ndim}, (ts_dtype)m->dtype);
  }
  return list;
}

void ts_unbind_grad(ts_cx *cx, const ts_unbind_args *a, const ts_back *b, ts_unbind_args *g) {
  g->self = ts_stack(cx, filled(cx, b), a->dim);
}

void ts_split_with_sizes_grad(ts_cx *cx, const ts_split_with_sizes_args *a, const ts_back *b, ts_split_with_sizes_args *g) {
  g->self = ts_cat(cx, filled(cx, b), a->dim);
}

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
