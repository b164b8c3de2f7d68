/* Cutting: the gradients of the pieces are joined. */
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
