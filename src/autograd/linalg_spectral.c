/* Singular values, eigenvalues and QR. Vectors are fixed only up to signs (phases, where complex) and, where values repeat,
   up to rotations: gradients are right for what does not depend on that. */
#include "linalg.h"

#define DIAG(x) ts_diagonal(cx, x, 0, -2, -1)
#define EMBED(x) ts_diag_embed(cx, x, 0, -2, -1)
#define ROW(x) ts_unsqueeze(cx, x, -2)
#define COLUMN(x) ts_unsqueeze(cx, x, -1)

static ts_tensor *skew(ts_cx *cx, ts_tensor *x) { return SUB(x, MH(x)); }
static int64_t last(const ts_tensor *t, int from_end) { return t->sizes[t->ndim - from_end]; }

/* v[j] - v[i] at (i, j), and 1 on the diagonal. */
static ts_tensor *gaps(ts_cx *cx, ts_tensor *v) {
  if (!v) return NULL;
  return ADD(SUB(ROW(v), COLUMN(v)), ts_eye(cx, last(v, 1), (ts_opt_int){false, 0}, (ts_dtype)v->dtype));
}

/* Fails unless the imaginary part of x vanishes: a loss that depends on phases has no gradient. */
static bool phase_free(ts_cx *cx, ts_tensor *x, const char *text) {
  if (!x || !ts_is_complex((ts_dtype)x->dtype)) return !ts_failed(cx);
  ts_tensor *rest = ts_detach(cx, ts_abs(cx, ts_imag(cx, x)));
  ts_tensor *bad = rest && rest->numel ? ts_raw_cast(cx, ts_amax(cx, ts_reshape(cx, rest, TS_INTS(-1)), TS_INTS(0), false), TS_FLOAT64) : NULL;
  ts_tensor *scale = bad ? ts_raw_cast(cx, ts_amax(cx, ts_reshape(cx, ts_abs(cx, ts_detach(cx, x)), TS_INTS(-1)), TS_INTS(0), false), TS_FLOAT64) : NULL;
  if (!scale) return !ts_failed(cx);
  const double off = *(const double *)ts_data(bad), size = *(const double *)ts_data(scale);
  return off <= 1e-2 + 1e-2 * size || ts_fail(cx, TS_ERR_AUTOGRAD, "%s", text);
}

void ts__svd_grad(ts_cx *cx, const ts__svd_args *a, const ts_back *b, ts__svd_args *g) {
  ts_tensor *U = b->results[0], *S = b->results[1], *Vh = b->results[2], *gU = b->grads[0], *gS = b->grads[1], *gVh = b->grads[2], *x;
  if (!a->compute_uv) {
    ts_fail(cx, TS_ERR_AUTOGRAD, "the gradient needs the singular vectors, which were not computed");
    return;
  }
  const int64_t k = last(S, 1), m = last(U, 2), n = last(Vh, 1);
  U = ts_narrow(cx, U, -1, 0, k);
  Vh = ts_narrow(cx, Vh, -2, 0, k);
  if (gU) gU = ts_narrow(cx, gU, -1, 0, k);
  if (gVh) gVh = ts_narrow(cx, gVh, -2, 0, k);
  if (ts_failed(cx)) return;
  if (!gU && !gVh) {
    g->A = m >= n ? MM(U, MUL(COLUMN(gS), Vh)) : MM(MUL(U, ROW(gS)), Vh);
    return;
  }
  ts_tensor *UgU = gU ? skew(cx, MM(MH(U), gU)) : NULL, *VgV = gVh ? skew(cx, MM(Vh, MH(gVh))) : NULL;
  ts_tensor *E = gaps(cx, MUL(S, S));
  if (!phase_free(cx, ts_plus(cx, UgU ? DIAG(UgU) : NULL, VgV ? DIAG(VgV) : NULL),
                  "The singular vectors in the complex case are specified up to multiplication by e^{i phi}. The specified loss function depends on this phase term, making it ill-defined."))
    return;
  x = DIV(ts_plus(cx, UgU ? MUL(UgU, ROW(S)) : NULL, VgV ? MUL(COLUMN(S), VgV) : NULL), E);
  if (gS) x = ADD(x, EMBED(gS));
  if (gU && gVh && ts_is_complex((ts_dtype)U->dtype)) x = ADD(x, EMBED(DIV(DIAG(UgU), MUL(S, NUM(2)))));
  if (m > k && gU) {
    ts_tensor *rest = DIV(gU, ROW(S));
    g->A = MM(ADD(MM(U, x), SUB(rest, MM(U, MM(MH(U), rest)))), Vh);
  } else if (n > k && gVh) {
    ts_tensor *rest = DIV(gVh, COLUMN(S));
    g->A = MM(U, ADD(MM(x, Vh), SUB(rest, MM(MM(rest, MH(Vh)), Vh))));
  } else {
    g->A = m >= n ? MM(U, MM(x, Vh)) : MM(MM(U, x), Vh);
  }
}

void ts__eigh_grad(ts_cx *cx, const ts__eigh_args *a, const ts_back *b, ts__eigh_args *g) {
  ts_tensor *L = b->results[0], *V = b->results[1], *gL = b->grads[0], *gV = b->grads[1];
  if (!a->compute_v) {
    ts_fail(cx, TS_ERR_AUTOGRAD, "the gradient needs the eigenvectors, which were not computed");
    return;
  }
  if (!gV) {
    g->A = MM(MUL(V, ROW(gL)), MH(V));
    return;
  }
  ts_tensor *x = MM(MH(V), gV);
  if (!phase_free(cx, DIAG(x), "The eigenvectors in the complex case are specified up to multiplication by e^{i phi}. The specified loss function depends on this quantity, so it is ill-defined.")) return;
  x = DIV(skew(cx, x), MUL(gaps(cx, L), NUM(2)));
  if (ts_is_complex((ts_dtype)V->dtype)) x = SUB(x, EMBED(DIAG(x)));
  if (gL) x = ADD(x, EMBED(gL));
  g->A = MM(V, MM(x, MH(V)));
}

/* Of A = V diag(L) V^-1: V^-H X V^H with X from the gradients of L (diagonal) and of V. */
void ts__eig_grad(ts_cx *cx, const ts__eig_args *a, const ts_back *b, ts__eig_args *g) {
  ts_tensor *L = b->results[0], *V = b->results[1], *gL = b->grads[0], *gV = b->grads[1], *x;
  if (!a->compute_v) {
    ts_fail(cx, TS_ERR_AUTOGRAD, "the gradient needs the eigenvectors, which were not computed");
    return;
  }
  ts_tensor *Vh = MH(V);
  if (!gV) {
    x = MUL(COLUMN(gL), Vh);
  } else {
    ts_tensor *VgV = MM(Vh, gV), *along = DIAG(VgV);
    if (!phase_free(cx, along, "The eigenvectors in the complex case are specified up to multiplication by e^{i phi}. The specified loss function depends on this quantity, so it is ill-defined.")) return;
    x = SUB(VgV, MUL(MM(Vh, V), ROW(ts_real(cx, along))));
    x = DIV(x, ts_conj(cx, gaps(cx, L)));
    x = SUB(x, EMBED(DIAG(x)));
    if (gL) x = ADD(x, EMBED(gL));
    x = MM(x, Vh);
  }
  x = ts_linalg_solve(cx, Vh, x, true);
  g->A = ts_is_complex((ts_dtype)a->A->dtype) ? x : ts_real(cx, x);
}

/* Of a square or tall A = Q R. */
static ts_tensor *tall_qr(ts_cx *cx, ts_tensor *Q, ts_tensor *R, ts_tensor *gQ, ts_tensor *gR) {
  ts_tensor *x = NULL;
  if (gR) x = MM(gR, MH(R));
  if (gQ) x = x ? SUB(x, MM(MH(Q), gQ)) : NEG(MM(MH(Q), gQ));
  x = ts_triu(cx, x, 0);
  x = SUB(ADD(x, MH(x)), EMBED(ts_real(cx, DIAG(x))));
  x = ts_plus(cx, MM(Q, x), gQ);
  return LOWER(MH(R), x, false, false);
}

void ts_linalg_qr_grad(ts_cx *cx, const ts_linalg_qr_args *a, const ts_back *b, ts_linalg_qr_args *g) {
  ts_tensor *Q = b->results[0], *R = b->results[1], *gQ = b->grads[0], *gR = b->grads[1];
  if (a->mode[0] == 'r' && a->mode[1] == '\0') {
    ts_fail(cx, TS_ERR_AUTOGRAD, "The derivative of linalg.qr depends on Q, which is not computed when mode='r'. Please use linalg.qr(A, mode='reduced') if you are going to differentiate through linalg.qr.");
    return;
  }
  const int64_t m = last(Q, 2), n = last(R, 1);
  if (a->mode[0] == 'c' && m > n) {
    ts_fail(cx, TS_ERR_AUTOGRAD, "The QR decomposition is not differentiable when mode='complete' and nrows > ncols.");
    return;
  }
  if (m >= n) {
    g->A = tall_qr(cx, Q, R, gQ, gR);
    return;
  }
  /* A = Q (R1, R2): the part on the left is a square QR, the other one Q R2. */
  ts_tensor *gA2 = NULL, *gR1 = NULL;
  if (gR) {
    ts_tensor *gR2 = ts_narrow(cx, gR, -1, m, n - m);
    gQ = ts_plus(cx, gQ, MM(MM(Q, ts_narrow(cx, R, -1, m, n - m)), MH(gR2)));
    gA2 = MM(Q, gR2);
    gR1 = ts_narrow(cx, gR, -1, 0, m);
  }
  ts_tensor *gA1 = tall_qr(cx, Q, ts_narrow(cx, R, -1, 0, m), gQ, gR1);
  if (!gA2) gA2 = ZERO(ts_narrow(cx, R, -1, m, n - m));
  if (ts_failed(cx)) return;
  g->A = ts_cat(cx, (ts_list){(ts_tensor *[]){gA1, gA2}, 2}, -1);
}

/* Golub and Pereyra's derivative of the pseudo-inverse P: dP = -P dA P + P P^H dA^H (I - A P) + (I - P A) dA^H P^H P. */
static ts_tensor *pinv_grad(ts_cx *cx, ts_tensor *A, ts_tensor *P, ts_tensor *grad) {
  ts_tensor *Ph = MH(P), *G = MH(grad), *left = MM(MM(G, P), Ph), *right = MM(Ph, MM(P, G));
  left = SUB(left, MM(A, MM(P, left)));
  right = SUB(right, MM(MM(right, P), A));
  return SUB(ADD(left, right), MM(MM(Ph, grad), Ph));
}

void ts_linalg_pinv_grad(ts_cx *cx, const ts_linalg_pinv_args *a, const ts_back *b, ts_linalg_pinv_args *g) {
  g->A = pinv_grad(cx, a->A, b->result, b->grad);
}

/* X = P B with the pseudo-inverse P of A. */
void ts__lstsq_grad(ts_cx *cx, const ts__lstsq_args *a, const ts_back *b, ts__lstsq_args *g) {
  ts_tensor *P = ts_linalg_pinv(cx, a->A, NULL, false, NULL, NULL), *grad = b->grad;
  if (!grad || !P) return;
  if (g->A) g->A = pinv_grad(cx, a->A, P, MM(grad, MH(a->B)));
  if (g->B) g->B = MM(MH(P), grad);
}

/* Vector i turns by the pseudo-inverse of (value i) - A, which is a regular matrix's inverse less the vector's own part. */
void ts__lobpcg_grad(ts_cx *cx, const ts__lobpcg_args *a, const ts_back *b, ts__lobpcg_args *g) {
  ts_tensor *D = b->results[0], *Ut = ts_mT(cx, b->results[1]), *gD = b->grads[0], *gUt = b->grads[1] ? ts_mT(cx, b->grads[1]) : NULL, *rows = NULL;
  if (!g->A || !D) return;
  if (gD) rows = MUL(COLUMN(gD), Ut);
  if (gUt) {
    ts_tensor *unit = ts_eye(cx, last(a->A, 1), (ts_opt_int){false, 0}, (ts_dtype)a->A->dtype);
    ts_tensor *M = ADD(SUB(MUL(COLUMN(COLUMN(D)), unit), a->A), MUL(COLUMN(Ut), ROW(Ut)));
    ts_tensor *own = MUL(Ut, ts_sum(cx, MUL(Ut, gUt), TS_INTS(-1), true, TS_DTYPE_NONE));
    rows = ts_plus(cx, rows, SUB(ts_squeeze(cx, ts_linalg_solve(cx, M, COLUMN(gUt), true), TS_INTS(-1)), own));
  }
  ts_tensor *x = MM(ts_mT(cx, rows), Ut);
  g->A = MUL(ADD(x, ts_mT(cx, x)), NUM(0.5));
}
