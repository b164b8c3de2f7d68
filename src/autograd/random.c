#include "formulas.h"

/* In-place fillers: nothing of the old values is left. */
void ts_zero_self_grad(ts_cx *cx, const void *args, const ts_back *b, void *wanted) {
  (void)args;
  *(ts_tensor **)wanted = ts_zeros_like(cx, b->grad, TS_DTYPE_NONE); /* self is the first field of every args struct */
}

/* Of the slopes themselves no derivative is known: gradients of gradients are refused rather than wrong. */
void ts__gamma_slope_grad(ts_cx *cx, const ts__gamma_slope_args *a, const ts_back *b, ts__gamma_slope_args *g) {
  (void)a, (void)b, (void)g;
  ts_fail(cx, TS_ERR_AUTOGRAD, "the derivative of '_gammaSlope' is not implemented");
}
void ts__dirichlet_grad_grad(ts_cx *cx, const ts__dirichlet_grad_args *a, const ts_back *b, ts__dirichlet_grad_args *g) {
  (void)a, (void)b, (void)g;
  ts_fail(cx, TS_ERR_AUTOGRAD, "the derivative of '_dirichletGrad' is not implemented");
}

void ts__standard_gamma_grad(ts_cx *cx, const ts__standard_gamma_args *a, const ts_back *b, ts__standard_gamma_args *g) {
  g->self = ts_mul(cx, b->grad, ts__gamma_slope(cx, a->self, b->result));
}

/* A number of a row moves with its own concentration as a beta number does; the others make room in proportion. */
void ts__sample_dirichlet_grad(ts_cx *cx, const ts__sample_dirichlet_args *a, const ts_back *b, ts__sample_dirichlet_args *g) {
  ts_tensor *x = b->result, *alpha = a->self;
  ts_tensor *total = ts_expand(cx, ts_sum(cx, alpha, TS_INTS(-1), true, TS_DTYPE_NONE), ts_sizes_of(alpha), false);
  ts_tensor *moved = ts_sub(cx, b->grad, ts_sum(cx, ts_mul(cx, x, b->grad), TS_INTS(-1), true, TS_DTYPE_NONE), ts_int(1));
  g->self = ts_mul(cx, ts__dirichlet_grad(cx, x, alpha, total), moved);
}
