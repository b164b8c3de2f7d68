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
static ts_tensor *times(ts_cx *cx, ts_tensor *a, ts_tensor *b) { return ts_mul(cx, a, b); }
static ts_tensor *minus(ts_cx *cx, ts_tensor *a, ts_tensor *b) { return ts_add(cx, a, b, ts_int(-1)); }
static ts_tensor *plus(ts_cx *cx, ts_tensor *a, ts_tensor *b) { return a && b ? ts_add(cx, a, b, ts_int(1)) : a ? a : b; }
static ts_tensor *mean(ts_cx *cx, ts_tensor *t, const projection *p) { return ts_mean(cx, t, p->dims, true, TS_DTYPE_NONE); }

/* t less its mean and less its part along the normalised input: what changes of statistics take away. */
static ts_tensor *project(ts_cx *cx, ts_tensor *t, const projection *p) {
  if (!p->training) return t;
  return minus(cx, minus(cx, t, mean(cx, t, p)), times(cx, p->normal, mean(cx, times(cx, t, p->normal), p)));
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
  projection p = {times(cx, minus(cx, a->self, a->mean), s), a->dims, a->training};
  ts_tensor *u = w ? times(cx, a->grad, w) : a->grad;
  if (v) {
    ts_tensor *pv = times(cx, s, project(cx, v, &p));
    grad = w ? times(cx, w, pv) : pv;
    if (g->weight) {
      int64_t sizes[TS_MAX_DIM];
      for (int64_t i = 0; i < a->weight->ndim; i++) sizes[i] = a->weight->sizes[i];
      ts_tensor *like = ts_sum_to_size(cx, times(cx, a->grad, pv), ts_sizes_of(w));
      g->weight = ts_reshape(cx, like, (ts_ints){sizes, a->weight->ndim});
    }
    if (g->self && a->training) {
      ts_tensor *both = plus(cx, times(cx, v, mean(cx, times(cx, u, p.normal), &p)), times(cx, u, mean(cx, times(cx, v, p.normal), &p)));
      of_normal = times(cx, both, times(cx, s, ts_wrap_scalar(cx, ts_int(-1))));
      of_rstd = times(cx, times(cx, s, s), times(cx, p.normal, mean(cx, times(cx, v, project(cx, u, &p)), &p)));
    }
  }
  if (vw) {
    grad = plus(cx, grad, times(cx, vw, p.normal));
    of_normal = plus(cx, of_normal, times(cx, vw, a->grad));
  }
  if (g->grad) g->grad = plus(cx, grad, vb);
  if (g->self && of_normal) {
    g->self = times(cx, s, project(cx, of_normal, &p));
    if (of_rstd) g->self = minus(cx, g->self, of_rstd);
  }
}
