/* Cholesky factors and solving with them. Gradients of symmetric matrices are symmetric, as PyTorch's. */
#include "linalg.h"

/* gA = L^-H sym(tril(L^H gL)) L^-1 */
void ts_linalg_cholesky_ex_grad(ts_cx *cx, const ts_linalg_cholesky_ex_args *a, const ts_back *b, ts_linalg_cholesky_ex_args *g) {
  if (!g->A || !b->grad) return;
  ts_tensor *l = a->upper ? MH(b->result) : b->result, *gl = a->upper ? MH(b->grad) : b->grad;
  ts_tensor *x = ts_tril(cx, MM(MH(l), gl), 0);
  x = MUL(ADD(x, MH(ts_tril(cx, x, -1))), NUM(0.5));
  g->A = LOWER(l, UPPER(MH(l), x, true, false), false, false);
}

void ts_cholesky_solve_grad(ts_cx *cx, const ts_cholesky_solve_args *a, const ts_back *b, ts_cholesky_solve_args *g) {
  ts_tensor *gb = ts_cholesky_solve(cx, b->grad, a->input2, a->upper);
  if (g->self) g->self = gb;
  if (!g->input2) return;
  ts_tensor *x = MM(gb, MH(b->result)), *both = ADD(x, MH(x));
  g->input2 = NEG(a->upper ? MM(a->input2, both) : MM(both, a->input2));
}

void ts_cholesky_inverse_grad(ts_cx *cx, const ts_cholesky_inverse_args *a, const ts_back *b, ts_cholesky_inverse_args *g) {
  if (!g->self) return;
  ts_tensor *x = b->result, *both = MM(x, MM(ADD(b->grad, MH(b->grad)), x));
  g->self = NEG(a->upper ? MM(a->self, both) : MM(both, a->self));
}
