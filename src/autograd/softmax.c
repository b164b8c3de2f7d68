#include "formulas.h"

/* The dim that the kernel took. */
static int64_t dim_of(ts_opt_int dim, int ndim) { return dim.given ? dim.v : ndim == 0 || ndim == 1 || ndim == 3 ? 0 : 1; }
static ts_tensor *sum_along(ts_cx *cx, ts_tensor *t, int64_t dim) { return ts_sum(cx, t, TS_INTS(dim), true, TS_DTYPE_NONE); }

void ts_softmax_grad(ts_cx *cx, const ts_softmax_args *a, const ts_back *b, ts_softmax_args *g) {
  g->self = ts__softmax_backward_data(cx, b->grad, b->result, dim_of(a->dim, a->self->ndim));
}
void ts_log_softmax_grad(ts_cx *cx, const ts_log_softmax_args *a, const ts_back *b, ts_log_softmax_args *g) {
  g->self = ts__log_softmax_backward_data(cx, b->grad, b->result, dim_of(a->dim, a->self->ndim));
}

/* Of y (g - sum(g y)). */
void ts__softmax_backward_data_grad(ts_cx *cx, const ts__softmax_backward_data_args *a, const ts_back *b, ts__softmax_backward_data_args *g) {
  ts_tensor *v = b->grad, *y = a->output;
  if (g->grad) g->grad = ts__softmax_backward_data(cx, v, y, a->dim);
  if (g->output) {
    ts_tensor *centred = SUB(a->grad, sum_along(cx, MUL(a->grad, y), a->dim));
    g->output = SUB(MUL(v, centred), MUL(a->grad, sum_along(cx, MUL(v, y), a->dim)));
  }
}

/* Of g - exp(y) sum(g). */
void ts__log_softmax_backward_data_grad(ts_cx *cx, const ts__log_softmax_backward_data_args *a, const ts_back *b, ts__log_softmax_backward_data_args *g) {
  ts_tensor *v = b->grad, *p = ts_exp(cx, a->output);
  if (g->grad) g->grad = SUB(v, sum_along(cx, MUL(v, p), a->dim));
  if (g->output) g->output = NEG(MUL(MUL(v, p), sum_along(cx, a->grad, a->dim)));
}
