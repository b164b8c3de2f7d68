#include "formulas.h"

void ts__fft_c2c_grad(ts_cx *cx, const ts__fft_c2c_args *a, const ts_back *b, ts__fft_c2c_args *g) {
  g->self = ts__fft_c2c(cx, b->grad, a->dim, a->normalization, !a->forward);
}

/* x with all but the first and, of an even n, the last of its n / 2 + 1 values along dim times factor: those stand for two. */
static ts_tensor *weigh_pairs(ts_cx *cx, ts_tensor *x, int64_t dim, int64_t n, double factor) {
  int64_t half = n / 2 + 1, pairs = (n - 1) / 2, sizes[TS_MAX_DIM];
  if (!x || pairs == 0) return x;
  for (int i = 0; i < x->ndim; i++) sizes[i] = 1;
  sizes[dim < 0 ? dim + x->ndim : dim] = half;
  ts_tensor *w = ts_ones(cx, TS_INTS(half), x->dtype == TS_COMPLEX128 ? TS_FLOAT64 : TS_FLOAT32);
  ts_fill_(cx, ts_narrow(cx, w, 0, 1, pairs), NUM(factor));
  return MUL(x, ts_reshape(cx, w, (ts_ints){sizes, x->ndim}));
}

void ts__fft_r2c_grad(ts_cx *cx, const ts__fft_r2c_args *a, const ts_back *b, ts__fft_r2c_args *g) {
  if (!a->onesided) {
    g->self = ts_real(cx, ts__fft_c2c(cx, b->grad, a->dim, a->normalization, false));
    return;
  }
  int64_t last = a->dim.v[a->dim.n - 1], n = a->self->sizes[last < 0 ? last + a->self->ndim : last];
  g->self = ts__fft_c2r(cx, weigh_pairs(cx, b->grad, last, n, 0.5), a->dim, a->normalization, n);
}

void ts__fft_c2r_grad(ts_cx *cx, const ts__fft_c2r_args *a, const ts_back *b, ts__fft_c2r_args *g) {
  int64_t last = a->dim.v[a->dim.n - 1];
  g->self = weigh_pairs(cx, ts__fft_r2c(cx, b->grad, a->dim, a->normalization, true), last, a->last_dim_size, 2);
}
