/* What is made of products: chains, powers, the exponential; cross products, inner products and Vandermonde matrices. */
#include <math.h>
#include <string.h>
#include "../gen/ops.h"
#include "linalg.h"

bool ts_matrix_power_impl(ts_cx *cx, const ts_matrix_power_args *a, ts_out *out) {
  ts_tensor *x = a->self, *r = NULL;
  if (!ts_check_square(cx, x, "A")) return false;
  if (a->n == 0) {
    ts_tensor *one = ts_eye(cx, ts_rows(x), (ts_opt_int){false, 0}, (ts_dtype)x->dtype);
    return (out->t[0] = ts_copy_(cx, ts_clone(cx, x, NULL), one, false)) != NULL; /* its gradient is zero, not absent */
  }
  if (a->n < 0) x = ts_linalg_inv(cx, x);
  const uint64_t n = a->n < 0 ? -(uint64_t)a->n : (uint64_t)a->n;
  if (n == 1) return (out->t[0] = a->n < 0 ? x : ts_clone(cx, x, NULL)) != NULL;
  for (uint64_t bit = n; bit && !ts_failed(cx); bit >>= 1) {
    if (bit & 1) r = r ? ts_matmul(cx, r, x) : x;
    if (bit > 1) x = ts_matmul(cx, x, x);
  }
  return (out->t[0] = r) != NULL;
}

/* x + c y */
static ts_tensor *plus(ts_cx *cx, ts_tensor *x, double c, ts_tensor *y) { return ts_add(cx, x, y, ts_float(c)); }

/* The Taylor polynomial of degree m (a multiple of 4) by Paterson and Stockmeyer: products with powers up to the fourth. */
static ts_tensor *taylor(ts_cx *cx, ts_tensor *x, int m) {
  double c[24] = {1};
  if (!x) return NULL;
  for (int i = 1; i <= m; i++) c[i] = c[i - 1] / i;
  ts_tensor *one = ts_eye(cx, ts_rows(x), (ts_opt_int){false, 0}, (ts_dtype)x->dtype);
  ts_tensor *x2 = ts_matmul(cx, x, x), *x3 = ts_matmul(cx, x2, x), *x4 = ts_matmul(cx, x2, x2), *p = ts_mul(cx, x4, ts_wrap_scalar(cx, ts_float(c[m])));
  for (int j = m - 4; j >= 0; j -= 4) {
    if (j < m - 4) p = ts_matmul(cx, p, x4);
    p = plus(cx, plus(cx, plus(cx, plus(cx, p, c[j], one), c[j + 1], x), c[j + 2], x2), c[j + 3], x3);
  }
  return p;
}

/* exp(x) = taylor(x / 2^s)^(2^s), with an s of its own for each matrix. The bounds on the 1-norm hold the remainder below
   the rounding of the dtype. */
bool ts_matrix_exp_impl(ts_cx *cx, const ts_matrix_exp_args *a, ts_out *out) {
  ts_tensor *x = a->self;
  if (!ts_check_square(cx, x, "A")) return false;
  const ts_dtype d = (ts_dtype)x->dtype;
  if (!ts_is_inexact(d)) return ts_fail(cx, TS_ERR_DTYPE, "Expected a floating point or complex tensor as input. Got %s", ts_dtype_name(d));
  if (x->numel == 0) return (out->t[0] = ts_clone(cx, x, NULL)) != NULL;
  if (ts_rows(x) == 1) return (out->t[0] = ts_exp(cx, x)) != NULL;
  static const struct { int m; double single, twice; } bounds[] = {{4, 5.1e-2, 3.4e-4}, {8, 0.58, 4.9e-2}, {12, 1.46, 0.29}, {16, 1.46, 0.78}};
  const bool twice = d == TS_FLOAT64 || d == TS_COMPLEX128;
  const double most = twice ? bounds[3].twice : bounds[2].single;
  ts_tensor *norms = ts_amax(cx, ts_sum(cx, ts_abs(cx, x), TS_INTS(-2), false, TS_DTYPE_NONE), TS_INTS(-1), false);
  if (!norms || !(norms = ts_raw_cast(cx, norms, TS_FLOAT64)) || !(norms = ts_raw_contiguous(cx, norms))) return false;
  ts_tensor *scales = ts_empty_batch(cx, x, TS_FLOAT64, -1), *halvings = ts_empty_batch(cx, x, TS_INT64, -1);
  if (!scales || !halvings) return false;
  double largest = 0;
  int64_t rounds = 0;
  bool strange = false;
  for (int64_t i = 0; i < norms->numel; i++) {
    const double norm = ((double *)ts_data(norms))[i];
    int s = 0;
    if (isfinite(norm) && norm > most) {
      frexp(norm / most, &s);
      if (ldexp(most, s - 1) >= norm) s--;
    }
    ((int64_t *)ts_data(halvings))[i] = s;
    ((double *)ts_data(scales))[i] = isfinite(norm) ? ldexp(1, -s) : NAN;
    strange = strange || !isfinite(norm);
    largest = fmax(largest, isfinite(norm) ? ldexp(norm, -s) : most);
    if (s > rounds) rounds = s;
  }
  int degree = 0;
  while (degree < 3 && largest > (twice ? bounds[degree].twice : bounds[degree].single)) degree++;
  if (rounds || strange) x = ts_mul(cx, x, ts_raw_cast(cx, ts_unsqueeze(cx, ts_unsqueeze(cx, scales, -1), -1), twice ? TS_FLOAT64 : TS_FLOAT32));
  x = taylor(cx, ts_raw_cast(cx, x, ts_is_half(d) ? TS_FLOAT32 : d), bounds[degree].m);
  halvings = ts_unsqueeze(cx, ts_unsqueeze(cx, halvings, -1), -1);
  for (int64_t i = 0; i < rounds && !ts_failed(cx); i++) {
    ts_tensor *squared = ts_matmul(cx, x, x);
    x = norms->numel == 1 ? squared : ts_where(cx, ts_gt(cx, halvings, ts_wrap_scalar(cx, ts_int(i))), squared, x);
  }
  return x && (out->t[0] = ts_raw_cast(cx, x, d)) != NULL;
}

/* The product of matrices [i, j] in the order that `split` names. */
static ts_tensor *chain(ts_cx *cx, ts_tensor *const *m, const int64_t *split, int64_t n, int64_t i, int64_t j) {
  if (i == j) return m[i];
  const int64_t k = split[i * n + j];
  ts_tensor *left = chain(cx, m, split, n, i, k);
  return ts_mm(cx, left, chain(cx, m, split, n, k + 1, j));
}

/* Finds the cheapest order: cost[i][j] = min over k of cost[i][k] + cost[k + 1][j] + the last product. */
static ts_tensor *cheapest(ts_cx *cx, ts_tensor *const *m, int64_t n) {
  double *cost = ts_temp(cx, n * n * (int64_t)sizeof *cost);
  int64_t *split = ts_temp(cx, n * n * (int64_t)sizeof *split);
  if (!cost || !split) return NULL;
  for (int64_t i = 0; i < n; i++) cost[i * n + i] = 0;
  for (int64_t span = 1; span < n; span++)
    for (int64_t i = 0; i + span < n; i++) {
      const int64_t j = i + span;
      cost[i * n + j] = INFINITY;
      for (int64_t k = i; k < j; k++) {
        const double c = cost[i * n + k] + cost[(k + 1) * n + j] + (double)ts_rows(m[i]) * (double)ts_cols(m[k]) * (double)ts_cols(m[j]);
        if (c < cost[i * n + j]) {
          cost[i * n + j] = c;
          split[i * n + j] = k;
        }
      }
    }
  return chain(cx, m, split, n, 0, n - 1);
}

bool ts_linalg_multi_dot_impl(ts_cx *cx, const ts_linalg_multi_dot_args *a, ts_out *out) {
  const int64_t n = a->tensors.n;
  if (n < 2) return ts_fail(cx, TS_ERR_ARGUMENT, "expected at least 2 tensors but got %" PRId64, n);
  ts_tensor **m = ts_temp(cx, n * (int64_t)sizeof *m);
  if (!m) return false;
  memcpy(m, a->tensors.v, (size_t)n * sizeof *m);
  const bool row = m[0]->ndim == 1, column = m[n - 1]->ndim == 1;
  for (int64_t i = 0; i < n; i++) {
    const bool outer = i == 0 || i == n - 1;
    if (outer && m[i]->ndim != 1 && m[i]->ndim != 2) return ts_fail(cx, TS_ERR_SHAPE, "the %s tensor must be 1D or 2D but got %dD", i ? "last" : "first", m[i]->ndim);
    if (!outer && m[i]->ndim != 2) return ts_fail(cx, TS_ERR_SHAPE, "tensor %" PRId64 " must be 2D but got %dD", i, m[i]->ndim);
    if (m[i]->dtype != m[0]->dtype)
      return ts_fail(cx, TS_ERR_DTYPE, "all tensors must have the same dtype but tensor 0 is %s and tensor %" PRId64 " %s", ts_dtype_name((ts_dtype)m[0]->dtype), i, ts_dtype_name((ts_dtype)m[i]->dtype));
  }
  for (int64_t i = 0; i + 1 < n; i++)
    if (m[i]->sizes[m[i]->ndim - 1] != m[i + 1]->sizes[0])
      return ts_fail(cx, TS_ERR_SHAPE, "tensors %" PRId64 " and %" PRId64 " with shapes %s and %s cannot be multiplied", i, i + 1, TS_TEXT(m[i]), TS_TEXT(m[i + 1]));
  if (row) m[0] = ts_unsqueeze(cx, m[0], 0);
  if (column) m[n - 1] = ts_unsqueeze(cx, m[n - 1], 1);
  if (!m[0] || !m[n - 1]) return false;
  ts_tensor *r = cheapest(cx, m, n);
  if (r && row) r = ts_select(cx, r, 0, 0);
  if (r && column) r = ts_select(cx, r, -1, 0);
  return (out->t[0] = r) != NULL;
}

bool ts_chain_matmul_impl(ts_cx *cx, const ts_chain_matmul_args *a, ts_out *out) {
  if (a->matrices.n < 1) return ts_fail(cx, TS_ERR_ARGUMENT, "Expecting at least 1 matrix");
  for (int64_t i = 0; i < a->matrices.n; i++)
    if (a->matrices.v[i]->ndim != 2) return ts_fail(cx, TS_ERR_SHAPE, "Tensor dimension is %d, expected 2 instead.", a->matrices.v[i]->ndim);
  return (out->t[0] = a->matrices.n == 1 ? ts_clone(cx, a->matrices.v[0], NULL) : ts_linalg_multi_dot(cx, a->matrices)) != NULL;
}

bool ts_linalg_cross_impl(ts_cx *cx, const ts_linalg_cross_args *a, ts_out *out) {
  ts_tensor *x = a->self, *y = a->other, *part[3];
  int dim;
  if (x->ndim != y->ndim) return ts_fail(cx, TS_ERR_SHAPE, "inputs must have the same number of dimensions.");
  if (!ts_wrap_dim(cx, a->dim, x->ndim, &dim)) return false;
  if (x->ndim == 0 || x->sizes[dim] != 3 || y->sizes[dim] != 3)
    return ts_fail(cx, TS_ERR_SHAPE, "inputs dimension %" PRId64 " must have length 3. Got %" PRId64 " and %" PRId64, a->dim, x->ndim ? x->sizes[dim] : 1, y->ndim ? y->sizes[dim] : 1);
  for (int i = 0; i < 3; i++) {
    const int j = (i + 1) % 3, k = (i + 2) % 3;
    ts_tensor *plus = ts_mul(cx, ts_narrow(cx, x, dim, j, 1), ts_narrow(cx, y, dim, k, 1));
    part[i] = ts_sub(cx, plus, ts_mul(cx, ts_narrow(cx, x, dim, k, 1), ts_narrow(cx, y, dim, j, 1)), ts_int(1));
    if (!part[i]) return false;
  }
  return (out->t[0] = ts_cat(cx, (ts_list){part, 3}, dim)) != NULL;
}

bool ts_cross_impl(ts_cx *cx, const ts_cross_args *a, ts_out *out) {
  int64_t dim = a->dim.v;
  if (!a->dim.given) {
    for (dim = 0; dim < a->self->ndim && a->self->sizes[dim] != 3; dim++) {}
    if (dim == a->self->ndim) return ts_fail(cx, TS_ERR_SHAPE, "no dimension of size 3 in input of shape %s", TS_TEXT(a->self));
  }
  return (out->t[0] = ts_linalg_cross(cx, a->self, a->other, dim)) != NULL;
}

bool ts_linalg_vecdot_impl(ts_cx *cx, const ts_linalg_vecdot_args *a, ts_out *out) {
  if (!ts_is_inexact((ts_dtype)a->x->dtype)) return ts_fail(cx, TS_ERR_DTYPE, "Expected a floating point or complex tensor as input. Got %s", ts_dtype_name((ts_dtype)a->x->dtype));
  if (a->x->dtype != a->y->dtype)
    return ts_fail(cx, TS_ERR_DTYPE, "Expected x and y to have the same dtype, but found x of type %s and y of type %s instead", ts_dtype_name((ts_dtype)a->x->dtype), ts_dtype_name((ts_dtype)a->y->dtype));
  return (out->t[0] = ts_sum(cx, ts_mul(cx, ts_conj(cx, a->x), a->y), TS_INTS(a->dim), false, TS_DTYPE_NONE)) != NULL;
}

bool ts_linalg_diagonal_impl(ts_cx *cx, const ts_linalg_diagonal_args *a, ts_out *out) {
  return (out->t[0] = ts_diagonal(cx, a->A, a->offset, a->dim1, a->dim2)) != NULL;
}

/* 1, x, x^2, ... along a new last dim of n. */
static ts_tensor *powers(ts_cx *cx, ts_tensor *x, int64_t n) {
  int64_t sizes[TS_MAX_DIM];
  if (x->ndim >= TS_MAX_DIM) return ts_unsqueeze(cx, x, -1);
  memcpy(sizes, x->sizes, (size_t)x->ndim * sizeof *sizes);
  sizes[x->ndim] = n > 0 ? n - 1 : 0;
  const ts_ints shape = {sizes, x->ndim + 1};
  ts_tensor *rest = ts_cumprod(cx, ts_expand(cx, ts_unsqueeze(cx, x, -1), shape, false), -1, TS_DTYPE_NONE);
  if (!rest || n == 0) return rest;
  sizes[x->ndim] = 1;
  ts_tensor *parts[2] = {ts_full(cx, shape, ts_int(1), (ts_dtype)rest->dtype), rest};
  return parts[0] ? ts_cat(cx, (ts_list){parts, 2}, -1) : NULL;
}

bool ts_linalg_vander_impl(ts_cx *cx, const ts_linalg_vander_args *a, ts_out *out) {
  ts_tensor *x = a->x;
  if (x->dtype == TS_BOOL) return ts_fail(cx, TS_ERR_DTYPE, "supports floating point, complex, and integer tensors, but got bool");
  if (x->ndim == 0) x = ts_unsqueeze(cx, x, 0);
  if (!x) return false;
  const int64_t n = a->N.given ? a->N.v : x->sizes[x->ndim - 1];
  if (n <= 1) return ts_fail(cx, TS_ERR_ARGUMENT, "N must be greater than 1.");
  return (out->t[0] = powers(cx, x, n)) != NULL;
}

bool ts_vander_impl(ts_cx *cx, const ts_vander_args *a, ts_out *out) {
  if (a->x->ndim != 1) return ts_fail(cx, TS_ERR_SHAPE, "x must be a one-dimensional tensor, got shape %s", TS_TEXT(a->x));
  const int64_t n = a->N.given ? a->N.v : a->x->sizes[0];
  if (n < 0) return ts_fail(cx, TS_ERR_ARGUMENT, "N must be non-negative, got %" PRId64, n);
  ts_tensor *p = powers(cx, a->x, n);
  return (out->t[0] = a->increasing ? p : ts_flip(cx, p, TS_INTS(-1))) != NULL;
}
