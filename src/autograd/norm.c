#include "formulas.h"

void ts__normalize_grad(ts_cx *cx, const ts__normalize_args *a, const ts_back *b, ts__normalize_args *g) {
  ts_tensor *r[3] = {NULL};
  if (!b->grad) return;
  ts__normalize_backward(cx, b->grad, a->self, a->weight, b->results[0], b->results[1], a->dims, a->weight_dims, a->training, a->eps, r);
  if (g->self) g->self = r[0];
  if (g->weight) g->weight = r[1];
  if (g->bias) g->bias = r[2];
}

typedef struct { ts_tensor *normal; ts_ints dims; bool training; } projection;
static ts_tensor *plus(ts_cx *cx, ts_tensor *a, ts_tensor *b) { return a && b ? ADD(a, b) : a ? a : b; }
static ts_tensor *mean(ts_cx *cx, ts_tensor *t, ts_ints dims) { return ts_mean(cx, t, dims, true, TS_DTYPE_NONE); }

/* t less its mean and less its part along the normalised input: what changes of statistics take away. */
static ts_tensor *project(ts_cx *cx, ts_tensor *t, const projection *p) {
  if (!p->training) return t;
  return SUB(SUB(t, mean(cx, t, p->dims)), MUL(p->normal, mean(cx, MUL(t, p->normal), p->dims)));
}

/* A weight, its sizes along dims, ready to broadcast against self. */
static ts_tensor *spread(ts_cx *cx, ts_tensor *t, ts_ints dims, const ts_tensor *self) {
  int64_t sizes[TS_MAX_DIM];
  if (!t) return NULL;
  for (int d = 0; d < self->ndim; d++) sizes[d] = 1;
  for (int64_t i = 0; i < dims.n; i++) sizes[dims.v[i]] = self->sizes[dims.v[i]];
  return ts_reshape(cx, t, (ts_ints){sizes, self->ndim});
}

/* With n = (x - mean) rstd, u = g w and P the projection, the backward is rstd P(u), sum(g n), sum(g). Their gradients in
   turn, v, vw and vb, give those of g, w and x; x acts through n (whose own gradient is rstd P) and through rstd. */
void ts__normalize_backward_grad(ts_cx *cx, const ts__normalize_backward_args *a, const ts_back *b, ts__normalize_backward_args *g) {
  ts_tensor *v = b->grads[0], *vw = spread(cx, b->grads[1], a->weight_dims, a->self), *vb = spread(cx, b->grads[2], a->weight_dims, a->self);
  ts_tensor *w = spread(cx, a->weight, a->weight_dims, a->self), *s = a->rstd, *grad = NULL, *of_normal = NULL, *of_rstd = NULL;
  ts_tensor *centred = SUB(a->self, a->training && cx->grad_mode ? mean(cx, a->self, a->dims) : a->mean);
  /* For derivatives still higher the statistics must be functions of x; else what the forward found will do. */
  if (a->training && cx->grad_mode) s = ts_rsqrt(cx, ADD(mean(cx, ts_square(cx, centred), a->dims), NUM(a->eps)));
  projection p = {MUL(centred, s), a->dims, a->training};
  ts_tensor *u = w ? MUL(a->grad, w) : a->grad;
  if (v) {
    ts_tensor *pv = MUL(s, project(cx, v, &p));
    grad = w ? MUL(w, pv) : pv;
    if (g->weight && w) g->weight = ts_reshape(cx, ts_sum_to_size(cx, MUL(a->grad, pv), ts_sizes_of(w)), ts_sizes_of(a->weight));
    if (g->self && a->training) {
      ts_tensor *both = ADD(MUL(v, mean(cx, MUL(u, p.normal), a->dims)), MUL(u, mean(cx, MUL(v, p.normal), a->dims)));
      of_normal = NEG(MUL(both, s));
      of_rstd = MUL(MUL(s, s), MUL(p.normal, mean(cx, MUL(v, project(cx, u, &p)), a->dims)));
    }
  }
  if (vw) {
    grad = plus(cx, grad, MUL(vw, p.normal));
    of_normal = plus(cx, of_normal, MUL(vw, a->grad));
  }
  if (g->grad) g->grad = plus(cx, grad, vb);
  if (g->self && of_normal) {
    g->self = MUL(s, project(cx, of_normal, &p));
    if (of_rstd) g->self = SUB(g->self, of_rstd);
  }
}

/* Higher derivatives are those of plain ops. */
void ts__rms_normalize_grad(ts_cx *cx, const ts__rms_normalize_args *a, const ts_back *b, ts__rms_normalize_args *g) {
  ts_tensor *r[2] = {NULL}, *of[2] = {a->self, a->weight};
  if (!b->grads[0]) return;
  if (cx->grad_mode) {
    for (int k = 0; k < 2; k++) of[k] = ts_twin(cx, of[k]);
    ts_tensor *w = spread(cx, of[1], a->dims, a->self), *y = MUL(of[0], ts_rsqrt(cx, ADD(mean(cx, ts_square(cx, of[0]), a->dims), NUM(a->eps))));
    if (w) y = MUL(y, w);
    if (!ts_differentiate_again(cx, &y, b->grads, 1, of, 2, r)) return;
  } else if (!ts__rms_normalize_backward(cx, b->grads[0], a->self, a->weight, b->results[0], a->dims, r)) {
    return;
  }
  if (g->self) g->self = r[0];
  if (g->weight) g->weight = r[1];
}
