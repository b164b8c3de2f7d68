/* Linear algebra with gradients of gradients, in which each allocation fails in turn. */
#include "check.h"
#include "autograd/engine.h"
#include "gen/ops.h"
#include "kernels/kernels.h"

/* Two matrices of 3, far from singular; or (n = 1) one. */
static ts_tensor *matrices(ts_cx *cx, int64_t n, bool symmetric) {
  ts_tensor *t = ts_empty(cx, TS_FLOAT64, 3, (int64_t[]){n, 3, 3});
  double *p = t ? ts_data(t) : NULL;
  for (int64_t i = 0; p && i < 9 * n; i++) {
    const int64_t row = i / 3 % 3, col = i % 3;
    p[i] = (row == col ? 4 : 0) + (symmetric ? 1.0 / (double)(1 + row + col) : 0.1 * (double)i);
  }
  return t;
}

static ts_tensor *total(ts_cx *cx, ts_tensor *t) { return ts_sum(cx, t, TS_NO_INTS, false, TS_DTYPE_NONE); }
static ts_tensor *plus(ts_cx *cx, ts_tensor *x, ts_tensor *y) { return ts_add(cx, x, total(cx, y), ts_int(1)); }

typedef ts_tensor *(*loss_fn)(ts_cx *cx, ts_tensor *a);

static ts_tensor *factors(ts_cx *cx, ts_tensor *a) {
  ts_tensor *r[4] = {0}, *lu[3] = {0};
  if (!ts_linalg_lu(cx, a, true, r) || !ts_linalg_lu_factor_ex(cx, ts_narrow(cx, a, -2, 0, 2), true, false, lu)) return NULL;
  return plus(cx, plus(cx, total(cx, ts_matmul(cx, r[1], r[1])), r[2]), lu[0]);
}
static ts_tensor *solutions(ts_cx *cx, ts_tensor *a) {
  ts_tensor *lu[2] = {0}, *x = ts_linalg_solve(cx, a, ts_narrow(cx, a, 0, 0, 1), true);
  if (!ts_linalg_lu_factor(cx, a, true, lu)) return NULL;
  ts_tensor *y = ts_linalg_lu_solve(cx, lu[0], lu[1], a, false, true);
  return plus(cx, plus(cx, plus(cx, total(cx, x), y), ts_linalg_inv(cx, a)), ts_linalg_solve_triangular(cx, a, x, true, false, false));
}
static ts_tensor *determinants(ts_cx *cx, ts_tensor *a) {
  ts_tensor *r[2] = {0};
  if (!ts_slogdet(cx, a, r)) return NULL;
  return plus(cx, plus(cx, total(cx, ts_det(cx, a)), ts_logdet(cx, a)), r[1]);
}
/* One of the two is singular. */
static ts_tensor *singular_determinants(ts_cx *cx, ts_tensor *a) {
  ts_tensor *parts[2] = {a, ts_sub(cx, a, ts_narrow(cx, a, -2, 0, 1), ts_int(1))};
  return parts[1] ? total(cx, ts_det(cx, ts_cat(cx, (ts_list){parts, 2}, 0))) : NULL;
}
static ts_tensor *symmetric(ts_cx *cx, ts_tensor *a) {
  ts_tensor *l = ts_linalg_cholesky(cx, a, false), *u = ts_cholesky(cx, a, true), *ld[3] = {0};
  if (!ts_linalg_ldl_factor(cx, a, false, ld)) return NULL;
  return plus(cx, plus(cx, total(cx, ts_cholesky_inverse(cx, l, false)), ts_cholesky_solve(cx, a, u, true)), ts_linalg_ldl_solve(cx, ld[0], ld[1], a, true));
}
static ts_tensor *products(ts_cx *cx, ts_tensor *a) {
  ts_tensor *m = ts_select(cx, a, 0, 0), *chain[3] = {m, m, m};
  if (!m) return NULL;
  ts_tensor *s = plus(cx, total(cx, ts_matrix_exp(cx, a)), ts_matrix_power(cx, a, -3));
  s = plus(cx, plus(cx, s, ts_linalg_multi_dot(cx, (ts_list){chain, 3})), ts_linalg_cross(cx, a, m ? ts_unsqueeze(cx, m, 0) : NULL, -1));
  return plus(cx, plus(cx, s, ts_linalg_vander(cx, m, (ts_opt_int){false, 0})), ts_linalg_tensorinv(cx, ts_reshape(cx, m, TS_INTS(3, 3, 1)), 1));
}

static bool twice(ts_cx *cx, void *data) {
  const loss_fn loss = *(loss_fn *)data;
  ts_kernels_init();
  ts_tensor *a = matrices(cx, loss == symmetric ? 1 : 2, loss == symmetric);
  if (!a) return false;
  a->requires_grad = true;
  ts_tensor *roots[] = {loss(cx, a)}, *inputs[] = {a};
  if (!roots[0]) return false;
  ts_list first = ts__autograd_grad(cx, (ts_list){roots, 1}, (ts_list){inputs, 1}, (ts_list){NULL, -1}, true, true);
  if (ts_failed(cx) || first.n != 1 || !first.v[0]) return false;
  roots[0] = total(cx, ts_mul(cx, first.v[0], first.v[0]));
  if (!roots[0]) return false;
  ts_list second = ts__autograd_grad(cx, (ts_list){roots, 1}, (ts_list){inputs, 1}, (ts_list){NULL, -1}, false, false);
  return !ts_failed(cx) && second.n == 1 && second.v[0];
}

#define EACH(name)                                                            \
  TEST(each_allocation_of_##name##_may_fail) {                                \
    loss_fn loss = name;                                                      \
    check_scenario s = {twice, &loss};                                        \
    CHECK(check_each_allocation(check_in_context, &s) > 20);                  \
  }
EACH(factors)
EACH(solutions)
EACH(determinants)
EACH(singular_determinants)
EACH(symmetric)
EACH(products)

CHECK_MAIN
