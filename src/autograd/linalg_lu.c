/* LU, solving with it, general solving, inverses. P is a constant throughout. */
#include "linalg.h"

/* Rows of x in the order that the exchanges of pivots give them (P^T x), or back (P x). */
static ts_tensor *permuted(ts_cx *cx, ts_tensor *x, ts_tensor *pivots, bool back) {
  if (!x) return NULL;
  ts_tensor *from = ts_unsqueeze(cx, ts__lu_permutation(cx, pivots, x->sizes[x->ndim - 2], back), -1);
  while (from && from->ndim < x->ndim) from = ts_unsqueeze(cx, from, 0);
  return ts_take_along_dim(cx, x, from, (ts_opt_int){true, -2});
}

/* P^T A = L U. With A1, L1, U1 the square parts: a wide A has U2 = L^-1 A2, a tall one L2 = A2 U^-1; what they pass on to
   L and U joins the square formula gA1 = L^-H (tril(L^H gL, -1) + triu(gU U^H)) U^-H. */
void ts_linalg_lu_factor_ex_grad(ts_cx *cx, const ts_linalg_lu_factor_ex_args *a, const ts_back *b, ts_linalg_lu_factor_ex_args *g) {
  if (!g->A || !b->grad) return;
  const int64_t m = a->A->sizes[a->A->ndim - 2], n = a->A->sizes[a->A->ndim - 1], k = m < n ? m : n;
  ts_tensor *lu = b->results[0], *grad = b->grad, *rest = NULL;
  ts_tensor *square = m == n ? lu : ts_narrow(cx, ts_narrow(cx, lu, -2, 0, k), -1, 0, k);
  ts_tensor *gs = m == n ? grad : ts_narrow(cx, ts_narrow(cx, grad, -2, 0, k), -1, 0, k);
  ts_tensor *lower = ADD(ts_tril(cx, square, -1), ts_eye(cx, k, (ts_opt_int){false, 0}, (ts_dtype)lu->dtype)), *upper = ts_triu(cx, square, 0);
  ts_tensor *below = MM(MH(lower), ts_tril(cx, gs, -1)), *above = MM(ts_triu(cx, gs, 0), MH(upper));
  if (m < n) {
    ts_tensor *g2 = ts_narrow(cx, grad, -1, k, n - k), *u2 = ts_narrow(cx, lu, -1, k, n - k);
    below = SUB(below, MM(g2, MH(u2)));
    rest = UPPER(MH(lower), g2, true, true);
  } else if (m > n) {
    ts_tensor *g2 = ts_narrow(cx, grad, -2, k, m - k), *l2 = ts_narrow(cx, lu, -2, k, m - k);
    above = SUB(above, MM(MH(l2), g2));
    rest = LOWER(MH(upper), g2, false, false);
  }
  ts_tensor *x = ADD(ts_tril(cx, below, -1), ts_triu(cx, above, 0));
  x = UPPER(MH(lower), LOWER(MH(upper), x, false, false), true, true);
  if (rest) {
    ts_tensor *parts[2] = {x, rest};
    x = ts_cat(cx, (ts_list){parts, 2}, m < n ? -1 : -2);
  }
  g->A = permuted(cx, x, b->results[1], true);
}

void ts__lu_solve_grad(ts_cx *cx, const ts__lu_solve_args *a, const ts_back *b, ts__lu_solve_args *g) {
  ts_tensor *lu = a->LU, *x = b->result, *grad = b->grad;
  bool adjoint = a->adjoint;
  if (g->B) g->B = ts__lu_solve(cx, lu, a->pivots, grad, a->left, !adjoint);
  if (!g->LU) return;
  if (!a->left) { /* X A = B is A^H X^H = B^H */
    x = MH(x);
    grad = MH(grad);
    adjoint = !adjoint;
  }
  ts_tensor *gu, *gl;
  if (!adjoint) { /* Z = L^-1 P^T B, X = U^-1 Z */
    ts_tensor *gz = LOWER(MH(lu), grad, true, false), *z = MM(ts_triu(cx, lu, 0), x);
    gu = MM(gz, MH(x));
    gl = MM(UPPER(MH(lu), gz, true, true), MH(z));
  } else { /* W = U^-H B, Y = P^T X = L^-H W */
    ts_tensor *y = permuted(cx, x, a->pivots, false), *gw = LOWER(lu, permuted(cx, grad, a->pivots, false), true, true);
    ts_tensor *w = ADD(y, MM(MH(ts_tril(cx, lu, -1)), y));
    gu = MM(w, MH(UPPER(lu, gw, true, false)));
    gl = MM(y, MH(gw));
  }
  g->LU = NEG(ADD(ts_triu(cx, gu, 0), ts_tril(cx, gl, -1)));
}

void ts__linalg_solve_ex_grad(ts_cx *cx, const ts__linalg_solve_ex_args *a, const ts_back *b, ts__linalg_solve_ex_args *g) {
  if (!b->grad) return;
  ts_tensor *x = b->results[0], *r[4] = {0};
  /* The factors at hand will do unless the gradient is to be differentiated. */
  if (cx->grad_mode) ts__linalg_solve_ex(cx, MH(a->A), b->grad, a->left, false, r);
  else r[0] = ts__lu_solve(cx, b->results[1], b->results[2], b->grad, a->left, true);
  if (g->B) g->B = r[0];
  if (g->A) g->A = NEG(a->left ? MM(r[0], MH(x)) : MM(MH(x), r[0]));
}

void ts_linalg_inv_ex_grad(ts_cx *cx, const ts_linalg_inv_ex_args *a, const ts_back *b, ts_linalg_inv_ex_args *g) {
  (void)a;
  if (!g->A || !b->grad) return;
  ts_tensor *h = MH(b->result);
  g->A = NEG(MM(h, MM(b->grad, h)));
}

void ts_linalg_solve_triangular_grad(ts_cx *cx, const ts_linalg_solve_triangular_args *a, const ts_back *b, ts_linalg_solve_triangular_args *g) {
  ts_tensor *x = b->result, *gb = ts_linalg_solve_triangular(cx, MH(a->A), b->grad, !a->upper, a->left, a->unitriangular);
  if (g->B) g->B = gb;
  if (!g->A) return;
  ts_tensor *ga = NEG(a->left ? MM(gb, MH(x)) : MM(MH(x), gb));
  g->A = a->upper ? ts_triu(cx, ga, a->unitriangular) : ts_tril(cx, ga, -(int64_t)a->unitriangular);
}
