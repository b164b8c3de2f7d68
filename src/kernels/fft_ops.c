/* The functions of torch.fft, made of the three transforms of fft.c. */
#include <stdlib.h>
#include <string.h>
#include "compose.h"
#include "kernels.h"

enum { NONE, BY_ROOT, BY_N };

/* What norm means in a direction; -1 and an error when it is no mode. */
static int normalization(ts_cx *cx, const char *norm, bool forward) {
  if (!norm || strcmp(norm, "backward") == 0) return forward ? NONE : BY_N;
  if (strcmp(norm, "forward") == 0) return forward ? BY_N : NONE;
  if (strcmp(norm, "ortho") == 0) return BY_ROOT;
  ts_fail(cx, TS_ERR_ARGUMENT, "Invalid normalization mode: \"%s\"", norm);
  return -1;
}

/* Integers become float32; where asked, real becomes complex. */
static ts_tensor *promoted(ts_cx *cx, ts_tensor *x, bool to_complex) {
  ts_dtype d = (ts_dtype)x->dtype;
  if (ts_is_half(d)) return ts_fail(cx, TS_ERR_DTYPE, "Unsupported dtype %s", ts_dtype_name(d)), NULL;
  if (ts_is_integral(d, true)) d = TS_FLOAT32;
  if (to_complex && d == TS_FLOAT32) d = TS_COMPLEX64;
  if (to_complex && d == TS_FLOAT64) d = TS_COMPLEX128;
  return d == x->dtype ? x : ts__to_dtype(cx, x, d);
}

/* ---- dims and sizes: n[i] points along at[i] ---- */

typedef struct { int64_t count, at[TS_MAX_DIM], n[TS_MAX_DIM]; } extent;
static ts_ints dims_of(const extent *e) { return (ts_ints){e->at, e->count}; }

static bool points(ts_cx *cx, int64_t n) {
  return n >= 1 || ts_fail(cx, TS_ERR_SHAPE, "Invalid number of data points (%lld) specified", (long long)n);
}

/* s and dim as given: dims of s alone are the last ones; -1 in s keeps the size; checked and complete. */
static bool extent_of(ts_cx *cx, const ts_tensor *x, ts_ints s, ts_ints dim, extent *e) {
  uint64_t seen = 0;
  e->count = dim.n >= 0 ? dim.n : s.n >= 0 ? s.n : x->ndim;
  if (s.n >= 0 && dim.n >= 0 && s.n != dim.n) return ts_fail(cx, TS_ERR_ARGUMENT, "When given, dim and shape arguments must have the same length");
  if (dim.n < 0 && s.n > x->ndim)
    return ts_fail(cx, TS_ERR_ARGUMENT, "Got shape with %lld values but input tensor only has %d dimensions.", (long long)s.n, x->ndim);
  for (int64_t i = 0; i < e->count; i++) {
    int d;
    if (!ts_wrap_dim(cx, dim.n >= 0 ? dim.v[i] : x->ndim - e->count + i, x->ndim, &d)) return false;
    if (x->ndim == 0) return ts_fail(cx, TS_ERR_INDEX, "Dimension specified as %lld but tensor has no dimensions", (long long)dim.v[i]);
    if (seen >> d & 1) return ts_fail(cx, TS_ERR_ARGUMENT, "FFT dims must be unique");
    seen |= (uint64_t)1 << d;
    e->at[i] = d;
    e->n[i] = s.n >= 0 && s.v[i] != -1 ? s.v[i] : x->sizes[d];
  }
  for (int64_t i = 0; i < e->count; i++)
    if (!points(cx, e->n[i])) return false;
  return true;
}

/* Cut or filled up with zeros to the extent. */
static ts_tensor *resized(ts_cx *cx, ts_tensor *x, const extent *e) {
  int64_t pad[2 * TS_MAX_DIM] = {0};
  bool any = false;
  for (int64_t i = 0; x && i < e->count; i++) {
    int d = (int)e->at[i];
    int64_t has = x->sizes[d], n = e->n[i];
    if (n < has) x = ts_narrow(cx, x, d, 0, n);
    if (n > has) pad[2 * (x->ndim - 1 - d) + 1] = n - has, any = true;
  }
  return x && any ? ts_constant_pad_nd(cx, x, (ts_ints){pad, 2 * x->ndim}, ts_int(0)) : x;
}

/* ---- one dim ---- */

static bool one(ts_cx *cx, const ts_tensor *x, ts_opt_int n, int64_t dim, extent *e) {
  int64_t points_given = n.v;
  if (n.given && !points(cx, n.v)) return false;
  return extent_of(cx, x, n.given ? (ts_ints){&points_given, 1} : TS_NO_INTS, (ts_ints){&dim, 1}, e);
}
/* For results that are real: n from the size of the half spectrum. */
static bool one_real(ts_cx *cx, const ts_tensor *x, ts_opt_int n, int64_t dim, extent *e, int64_t *n_out) {
  int d;
  if (!ts_wrap_dim(cx, dim, x->ndim, &d)) return false;
  *n_out = n.given ? n.v : x->ndim ? 2 * (x->sizes[d] - 1) : 0;
  if (!points(cx, *n_out)) return false;
  return one(cx, x, (ts_opt_int){true, *n_out / 2 + 1}, dim, e);
}
#define REAL_ONLY(x, what)                                                                                                      \
  if (ts_is_complex((ts_dtype)(x)->dtype)) return ts_fail(cx, TS_ERR_DTYPE, what, ts_dtype_name((ts_dtype)(x)->dtype))

static bool to_complex(ts_cx *cx, ts_tensor *x, ts_opt_int n, int64_t dim, const char *norm, bool forward, ts_out *out) {
  extent e;
  int mode = normalization(cx, norm, forward);
  if (mode < 0 || !(x = promoted(cx, x, false)) || !one(cx, x, n, dim, &e) || !(x = resized(cx, x, &e))) return false;
  if (ts_is_complex((ts_dtype)x->dtype)) out->t[0] = ts__fft_c2c(cx, x, dims_of(&e), mode, forward);
  else if ((x = ts__fft_r2c(cx, x, dims_of(&e), mode, false))) out->t[0] = forward ? x : ts_conj_physical(cx, x);
  return out->t[0] != NULL;
}
static bool to_half(ts_cx *cx, ts_tensor *x, ts_opt_int n, int64_t dim, const char *norm, bool forward, ts_out *out) {
  extent e;
  int mode = normalization(cx, norm, forward);
  if (mode < 0 || !(x = promoted(cx, x, false)) || !one(cx, x, n, dim, &e) || !(x = resized(cx, x, &e))) return false;
  x = ts__fft_r2c(cx, x, dims_of(&e), mode, true);
  return x && (out->t[0] = forward ? x : ts_conj_physical(cx, x)) != NULL;
}
static bool to_real(ts_cx *cx, ts_tensor *x, ts_opt_int n, int64_t dim, const char *norm, bool forward, ts_out *out) {
  extent e;
  int64_t n_out;
  int mode = normalization(cx, norm, forward);
  if (mode < 0 || !(x = promoted(cx, x, true)) || !one_real(cx, x, n, dim, &e, &n_out) || !(x = resized(cx, x, &e))) return false;
  return (out->t[0] = ts__fft_c2r(cx, forward ? ts_conj_physical(cx, x) : x, dims_of(&e), mode, n_out)) != NULL;
}

bool ts_fft_fft_impl(ts_cx *cx, const ts_fft_fft_args *a, ts_out *out) { return to_complex(cx, a->self, a->n, a->dim, a->norm, true, out); }
bool ts_fft_ifft_impl(ts_cx *cx, const ts_fft_ifft_args *a, ts_out *out) { return to_complex(cx, a->self, a->n, a->dim, a->norm, false, out); }
bool ts_fft_rfft_impl(ts_cx *cx, const ts_fft_rfft_args *a, ts_out *out) {
  REAL_ONLY(a->self, "rfft expects a real input tensor, but got %s");
  return to_half(cx, a->self, a->n, a->dim, a->norm, true, out);
}
bool ts_fft_ihfft_impl(ts_cx *cx, const ts_fft_ihfft_args *a, ts_out *out) {
  REAL_ONLY(a->self, "ihfft expects a real input tensor, but got %s");
  return to_half(cx, a->self, a->n, a->dim, a->norm, false, out);
}
bool ts_fft_irfft_impl(ts_cx *cx, const ts_fft_irfft_args *a, ts_out *out) { return to_real(cx, a->self, a->n, a->dim, a->norm, false, out); }
bool ts_fft_hfft_impl(ts_cx *cx, const ts_fft_hfft_args *a, ts_out *out) { return to_real(cx, a->self, a->n, a->dim, a->norm, true, out); }

/* ---- several dims ---- */

static bool complex_n(ts_cx *cx, ts_tensor *x, ts_ints s, ts_ints dim, const char *norm, bool forward, ts_out *out) {
  extent e;
  int mode = normalization(cx, norm, forward);
  /* Cut before it is converted. */
  if (mode < 0 || !extent_of(cx, x, s, dim, &e) || !(x = resized(cx, x, &e)) || !(x = promoted(cx, x, true))) return false;
  return (out->t[0] = ts__fft_c2c(cx, x, dims_of(&e), mode, forward)) != NULL;
}

/* Real to half. Backwards the last dim goes first, by a conjugate, then the others. */
static bool half_n(ts_cx *cx, ts_tensor *x, ts_ints s, ts_ints dim, const char *norm, bool forward, const char *op, ts_out *out) {
  extent e;
  int mode = normalization(cx, norm, forward);
  if (mode < 0) return false;
  if (ts_is_complex((ts_dtype)x->dtype))
    return ts_fail(cx, TS_ERR_DTYPE, "%s expects a real-valued input tensor, but got %s", op, ts_dtype_name((ts_dtype)x->dtype));
  if (!(x = promoted(cx, x, false)) || !extent_of(cx, x, s, dim, &e)) return false;
  if (e.count == 0) return ts_fail(cx, TS_ERR_ARGUMENT, "%s must transform at least one axis", op);
  if (!(x = resized(cx, x, &e))) return false;
  if (forward) return (out->t[0] = ts__fft_r2c(cx, x, dims_of(&e), mode, true)) != NULL;
  x = ts_conj_physical(cx, ts__fft_r2c(cx, x, (ts_ints){e.at + e.count - 1, 1}, mode, true));
  if (x && e.count > 1) x = ts__fft_c2c(cx, x, (ts_ints){e.at, e.count - 1}, mode, false);
  return (out->t[0] = x) != NULL;
}

static bool real_n(ts_cx *cx, ts_tensor *x, ts_ints s, ts_ints dim, const char *norm, bool forward, const char *op, ts_out *out) {
  extent e;
  int mode = normalization(cx, norm, forward);
  if (mode < 0) return false;
  /* The sizes are those of the result: the last one is looked at apart. */
  int64_t given[TS_MAX_DIM], n = -1, count = dim.n >= 0 ? dim.n : s.n >= 0 ? s.n : x->ndim;
  if (count == 0) return ts_fail(cx, TS_ERR_ARGUMENT, "%s must transform at least one axis", op);
  if (s.n > 0 && s.n <= TS_MAX_DIM) {
    memcpy(given, s.v, (size_t)s.n * sizeof *given);
    n = s.v[s.n - 1];
    if (n != -1) {
      if (!points(cx, n)) return false;
      given[s.n - 1] = n / 2 + 1;
    }
    s.v = given;
  }
  if (!extent_of(cx, x, s, dim, &e)) return false;
  int last = (int)e.at[e.count - 1];
  if (n == -1) n = 2 * (x->sizes[last] - 1);
  if (!points(cx, n) || !(x = resized(cx, x, &e)) || !(x = promoted(cx, x, true))) return false;
  if (forward) {
    if (e.count > 1) x = ts__fft_c2c(cx, x, (ts_ints){e.at, e.count - 1}, mode, true);
    return (out->t[0] = ts__fft_c2r(cx, ts_conj_physical(cx, x), (ts_ints){&e.at[e.count - 1], 1}, mode, n)) != NULL;
  }
  return (out->t[0] = ts__fft_c2r(cx, x, dims_of(&e), mode, n)) != NULL;
}

#define SEVERAL(name, call)                                                                               \
  bool ts_fft_##name##n_impl(ts_cx *cx, const ts_fft_##name##n_args *a, ts_out *out) {                    \
    const char *op = #name "n";                                                                           \
    (void)op;                                                                                             \
    return call;                                                                                          \
  }                                                                                                       \
  bool ts_fft_##name##2_impl(ts_cx *cx, const ts_fft_##name##2_args *a, ts_out *out) {                    \
    const char *op = #name "n";                                                                           \
    (void)op;                                                                                             \
    return call;                                                                                          \
  }
SEVERAL(fft, complex_n(cx, a->self, a->s, a->dim, a->norm, true, out))
SEVERAL(ifft, complex_n(cx, a->self, a->s, a->dim, a->norm, false, out))
SEVERAL(rfft, half_n(cx, a->self, a->s, a->dim, a->norm, true, op, out))
SEVERAL(ihfft, half_n(cx, a->self, a->s, a->dim, a->norm, false, op, out))
SEVERAL(irfft, real_n(cx, a->self, a->s, a->dim, a->norm, false, op, out))
SEVERAL(hfft, real_n(cx, a->self, a->s, a->dim, a->norm, true, op, out))

/* ---- frequencies and shifts ---- */

static ts_tensor *frequencies(ts_cx *cx, int64_t n, double d, ts_dtype dtype, int64_t first, int64_t split, int64_t count) {
  if (dtype == TS_DTYPE_NONE) dtype = TS_FLOAT32;
  if (!ts_is_inexact(dtype)) return ts_fail(cx, TS_ERR_DTYPE, "requires a floating point or complex dtype"), NULL;
  if (n < 0) return ts_fail(cx, TS_ERR_SHAPE, "Trying to create tensor with negative dimension %lld: [%lld]", (long long)n, (long long)n), NULL;
  ts_tensor *x = ts_arange(cx, ts_int(0), ts_int(count), ts_int(1), ts_is_complex(dtype) ? TS_FLOAT64 : dtype);
  if (!x) return NULL;
  if (split < count) {
    ts_tensor *low = ts_narrow(cx, x, 0, 0, split), *high = ts_narrow(cx, x, 0, split, count - split);
    x = ts_cat(cx, (ts_list){(ts_tensor *[]){low, SUB(high, INT(split - first)), NULL}, 2}, 0);
  }
  x = MUL(x, NUM(1 / ((double)n * d)));
  return x && x->dtype != dtype ? ts__to_dtype(cx, x, dtype) : x;
}
bool ts_fft_fftfreq_impl(ts_cx *cx, const ts_fft_fftfreq_args *a, ts_out *out) {
  return (out->t[0] = frequencies(cx, a->n, a->d, a->dtype, -(a->n / 2), a->n - a->n / 2, a->n)) != NULL;
}
bool ts_fft_rfftfreq_impl(ts_cx *cx, const ts_fft_rfftfreq_args *a, ts_out *out) {
  return (out->t[0] = frequencies(cx, a->n, a->d, a->dtype, 0, a->n / 2 + 1, a->n / 2 + 1)) != NULL;
}

static bool shifted(ts_cx *cx, ts_tensor *x, ts_ints dim, int extra, ts_out *out) {
  int64_t shifts[TS_MAX_DIM], all[TS_MAX_DIM];
  ts_ints dims = dim.n >= 0 ? dim : (ts_ints){all, x->ndim};
  if (dims.n > TS_MAX_DIM) return ts_fail(cx, TS_ERR_ARGUMENT, "more dims than a tensor can have");
  for (int i = 0; i < x->ndim; i++) all[i] = i;
  for (int64_t i = 0; i < dims.n; i++) {
    int d;
    if (!ts_wrap_dim(cx, dims.v[i], x->ndim, &d)) return false;
    shifts[i] = x->ndim ? (x->sizes[d] + extra) / 2 : 0;
  }
  return (out->t[0] = ts_roll(cx, x, (ts_ints){shifts, dims.n}, dims)) != NULL;
}
bool ts_fft_fftshift_impl(ts_cx *cx, const ts_fft_fftshift_args *a, ts_out *out) { return shifted(cx, a->self, a->dim, 0, out); }
bool ts_fft_ifftshift_impl(ts_cx *cx, const ts_fft_ifftshift_args *a, ts_out *out) { return shifted(cx, a->self, a->dim, 1, out); }
