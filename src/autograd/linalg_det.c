/* Determinants: d det = det tr(A^-1 dA), and where A is singular, what that goes to. */
#include "linalg.h"

/* Batches of numbers as the matrices that they are times the identity. */
static ts_tensor *scaled_identity(ts_cx *cx, ts_tensor *x, int64_t n) {
  if (!x) return NULL;
  return MUL(ts_unsqueeze(cx, ts_unsqueeze(cx, x, -1), -1), ts_eye(cx, n, (ts_opt_int){false, 0}, (ts_dtype)x->dtype));
}

/* 1, x0, x0 x1, ...: products of all elements before each one of the last dim. */
static ts_tensor *before(ts_cx *cx, ts_tensor *x) {
  if (!x) return NULL;
  ts_tensor *first = ts_narrow(cx, x, -1, 0, 1), *parts[2] = {ts_ones_like(cx, first, TS_DTYPE_NONE), ts_narrow(cx, x, -1, 0, x->sizes[x->ndim - 1] - 1)};
  if (!parts[0] || !parts[1]) return NULL;
  return ts_cumprod(cx, ts_cat(cx, (ts_list){parts, 2}, -1), -1, TS_DTYPE_NONE);
}

/* The gradient of det by singular values: A = U S V^H has the cofactors conj(det U det V^H) U adj(S) V^H. */
static ts_tensor *by_singular_values(ts_cx *cx, ts_tensor *a, ts_tensor *grad) {
  ts_tensor *r[3] = {0};
  if (!ts_linalg_svd(cx, a, true, NULL, r)) return NULL;
  ts_tensor *others = MUL(before(cx, r[1]), ts_flip(cx, before(cx, ts_flip(cx, r[1], TS_INTS(-1))), TS_INTS(-1)));
  ts_tensor *d = MUL(ts_unsqueeze(cx, MUL(grad, CONJ(MUL(ts_det(cx, r[0]), ts_det(cx, r[2])))), -1), others);
  return MM(MUL(r[0], ts_unsqueeze(cx, d, -2)), r[2]);
}

static ts_tensor *by_solving(ts_cx *cx, ts_tensor *a, ts_tensor *grad, ts_tensor *det) {
  ts_tensor *r[4] = {0};
  if (a) ts__linalg_solve_ex(cx, MH(a), scaled_identity(cx, MUL(grad, CONJ(det)), a->sizes[a->ndim - 1]), true, false, r);
  return r[0];
}

/* Places where t (a batch of bools) is `which`. */
static ts_tensor *places(ts_cx *cx, const ts_tensor *t, bool which) {
  const uint8_t *v = ts_data(t);
  int64_t n = 0;
  for (int64_t i = 0; i < t->numel; i++) n += v[i] == which;
  ts_tensor *list = ts_empty(cx, TS_INT64, 1, &n);
  for (int64_t i = n = 0; list && i < t->numel; i++)
    if (v[i] == which) ((int64_t *)ts_data(list))[n++] = i;
  return list;
}

/* Differentiable: matrices that are singular, or so near it that the inverse times the determinant has lost most digits,
   one way, all others the other. */
static ts_tensor *each_its_way(ts_cx *cx, ts_tensor *a, ts_tensor *grad, ts_tensor *det, ts_tensor *lu) {
  const bool twice = a->dtype == TS_FLOAT64 || a->dtype == TS_COMPLEX128;
  ts_tensor *u = ts_abs(cx, ts_diagonal(cx, lu, 0, -2, -1)), *least = ts_amin(cx, u, TS_INTS(-1), false), *most = ts_amax(cx, u, TS_INTS(-1), false);
  ts_tensor *small = ts_le(cx, least, MUL(most, NUM(twice ? 1e-5 : 1e-3)));
  if (!small || !(small = ts_raw_contiguous(cx, small))) return NULL;
  ts_tensor *where[2] = {places(cx, small, false), places(cx, small, true)};
  if (!where[0] || !where[1]) return NULL;
  if (where[1]->numel == 0) return by_solving(cx, a, grad, det);
  if (where[0]->numel == 0) return by_singular_values(cx, a, grad);
  const int64_t n = a->sizes[a->ndim - 1];
  ts_tensor *flat = ts_reshape(cx, a, TS_INTS(-1, n, n)), *parts[2];
  grad = ts_reshape(cx, grad, TS_INTS(-1));
  det = ts_reshape(cx, det, TS_INTS(-1));
#define PART(x, i) ts_index_select(cx, x, 0, where[i])
  parts[0] = by_solving(cx, PART(flat, 0), PART(grad, 0), PART(det, 0));
  parts[1] = by_singular_values(cx, PART(flat, 1), PART(grad, 1));
#undef PART
  if (!parts[0] || !parts[1]) return NULL;
  ts_tensor *order = ts_argsort(cx, ts_cat(cx, (ts_list){where, 2}, 0), 0, false, false);
  return ts_reshape(cx, ts_index_select(cx, ts_cat(cx, (ts_list){parts, 2}, 0), 0, order), ts_sizes_of(a));
}

void ts__linalg_det_grad(ts_cx *cx, const ts__linalg_det_args *a, const ts_back *b, ts__linalg_det_args *g) {
  if (!g->A || !b->grad) return;
  if (cx->grad_mode && a->A->numel) g->A = each_its_way(cx, a->A, b->grad, b->results[0], b->results[1]);
  else g->A = MUL(ts_unsqueeze(cx, ts_unsqueeze(cx, b->grad, -1), -1), ts__linalg_cofactors(cx, b->results[1], b->results[2]));
}

void ts__linalg_slogdet_grad(ts_cx *cx, const ts__linalg_slogdet_args *a, const ts_back *b, ts__linalg_slogdet_args *g) {
  ts_tensor *grad = b->grads[1], *sign = b->results[0];
  if (!g->A) return;
  if (ts_is_complex((ts_dtype)a->A->dtype)) { /* a turning sign adds an imaginary part */
    ts_tensor *turn = b->grads[0] ? NEG(ts_imag(cx, MUL(CONJ(b->grads[0]), sign))) : NULL;
    if (turn) grad = ts_complex(cx, grad ? grad : ZERO(turn), turn);
    else if (grad) grad = ts_complex(cx, grad, ZERO(grad));
  }
  if (!grad) return;
  ts_tensor *right = scaled_identity(cx, grad, a->A->sizes[a->A->ndim - 1]), *r[4] = {0};
  if (cx->grad_mode) ts__linalg_solve_ex(cx, MH(a->A), right, true, false, r);
  else r[0] = ts__lu_solve(cx, b->results[1], b->results[2], right, true, true);
  g->A = r[0];
}
