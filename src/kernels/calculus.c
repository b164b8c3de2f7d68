/* Differences, gradients, areas under curves: composed of other ops. */
#include <inttypes.h>
#include "compose.h"
#include "kernels.h"

/* n slices of dim from `start` (from the end, when negative). */
static ts_tensor *part(ts_cx *cx, ts_tensor *t, int64_t dim, int64_t start, int64_t n) { return ts_narrow(cx, t, dim, start, n); }

/* ---- diff ---- */

static bool fits_beside(ts_cx *cx, const ts_tensor *self, int dim, const ts_tensor *other) {
  if (!other) return true;
  if (other->ndim != self->ndim)
    return ts_fail(cx, TS_ERR_SHAPE, "diff expects prepend or append to be the same dimension as input (shapes %s and %s)", TS_TEXT(other), TS_TEXT(self));
  for (int d = 0; d < self->ndim; d++)
    if (d != dim && self->sizes[d] != other->sizes[d])
      return ts_fail(cx, TS_ERR_SHAPE, "diff expects the shape of tensor to prepend or append to match that of input except along the differencing dimension; input.size(%d) = %" PRId64 ", but got tensor.size(%d) = %" PRId64,
                     d, self->sizes[d], d, other->sizes[d]);
  return true;
}

bool ts_diff_impl(ts_cx *cx, const ts_diff_args *a, ts_out *out) {
  ts_tensor *t = a->self, *parts[3];
  int dim, n = 0;
  if (t->ndim == 0) return ts_fail(cx, TS_ERR_SHAPE, "diff expects input to be at least one-dimensional");
  if (!ts_wrap_dim(cx, a->dim, t->ndim, &dim) || !fits_beside(cx, t, dim, a->prepend) || !fits_beside(cx, t, dim, a->append)) return false;
  if (a->n < 0) return ts_fail(cx, TS_ERR_ARGUMENT, "order must be non-negative but got %" PRId64, a->n);
  if (a->n == 0) return (out->t[0] = ts_clone(cx, t, NULL)) != NULL;
  if (a->prepend) parts[n++] = a->prepend;
  parts[n++] = t;
  if (a->append) parts[n++] = a->append;
  if (n > 1 && !(t = ts_cat(cx, (ts_list){parts, n}, dim))) return false;
  const int64_t size = t->sizes[dim];
  for (int64_t k = 0; k < a->n && k < size && t; k++) {
    ts_tensor *late = part(cx, t, dim, 1, size - k - 1), *early = part(cx, t, dim, 0, size - k - 1);
    t = t->dtype == TS_BOOL ? ts_logical_xor(cx, late, early) : SUB(late, early);
  }
  if (t == a->self) t = ts_clone(cx, t, NULL);
  return (out->t[0] = t) != NULL;
}

/* ---- gradient ---- */

/* Three numbers times three neighbours along dim: the slices from the given ones on, n of each. */
static ts_tensor *combined(ts_cx *cx, ts_tensor *t, int64_t dim, const int64_t from[3], int64_t n, ts_tensor *const c[3]) {
  ts_tensor *sum = MUL(c[0], part(cx, t, dim, from[0], n));
  return ADD(ADD(sum, MUL(c[1], part(cx, t, dim, from[1], n))), MUL(c[2], part(cx, t, dim, from[2], n)));
}

static ts_tensor *even_gradient(ts_cx *cx, ts_tensor *t, int64_t dim, double h, int64_t order) {
  const int64_t n = t->sizes[dim];
  ts_tensor *parts[3] = {NULL, DIV(DIV(SUB(part(cx, t, dim, 2, n - 2), part(cx, t, dim, 0, n - 2)), NUM(h)), NUM(2)), NULL};
  if (order == 1) {
    parts[0] = DIV(SUB(part(cx, t, dim, 1, 1), part(cx, t, dim, 0, 1)), NUM(h));
    parts[2] = DIV(SUB(part(cx, t, dim, n - 1, 1), part(cx, t, dim, n - 2, 1)), NUM(h));
  } else {
    parts[0] = combined(cx, t, dim, (const int64_t[]){0, 1, 2}, 1, (ts_tensor *const[]){NUM(-1.5 / h), NUM(2 / h), NUM(-0.5 / h)});
    parts[2] = combined(cx, t, dim, (const int64_t[]){n - 3, n - 2, n - 1}, 1, (ts_tensor *const[]){NUM(0.5 / h), NUM(-2 / h), NUM(1.5 / h)});
  }
  return parts[0] && parts[1] && parts[2] ? ts_cat(cx, (ts_list){parts, 3}, dim) : NULL;
}

/* Weights of three neighbours at distances d1 and d2, for the derivative at the first, the middle or the last of them. */
static void weights(ts_cx *cx, ts_tensor *d1, ts_tensor *d2, int place, ts_tensor *c[3]) {
  ts_tensor *both = ADD(d1, d2), *left = MUL(d1, both), *right = MUL(d2, both), *middle = MUL(d1, d2);
  if (place == 0) {
    c[0] = ts_neg(cx, DIV(ADD(d1, both), left));
    c[1] = DIV(both, middle);
    c[2] = ts_neg(cx, DIV(d1, right));
  } else if (place == 1) {
    c[0] = ts_neg(cx, DIV(d2, left));
    c[1] = DIV(SUB(d2, d1), middle);
    c[2] = DIV(d1, right);
  } else {
    c[0] = DIV(d2, left);
    c[1] = ts_neg(cx, DIV(both, middle));
    c[2] = DIV(ADD(d2, both), right);
  }
}

static ts_tensor *uneven_gradient(ts_cx *cx, ts_tensor *t, int64_t dim, ts_tensor *where, int64_t order) {
  const int64_t n = t->sizes[dim];
  int64_t sizes[TS_MAX_DIM];
  for (int d = 0; d < t->ndim; d++) sizes[d] = d == dim ? -1 : 1;
  ts_tensor *x = ts_reshape(cx, where, (ts_ints){sizes, t->ndim}), *h = SUB(part(cx, x, dim, 1, n - 1), part(cx, x, dim, 0, n - 1)), *c[3], *parts[3];
  weights(cx, part(cx, h, dim, 0, n - 2), part(cx, h, dim, 1, n - 2), 1, c);
  parts[1] = combined(cx, t, dim, (const int64_t[]){0, 1, 2}, n - 2, c);
  if (order == 1) {
    parts[0] = DIV(SUB(part(cx, t, dim, 1, 1), part(cx, t, dim, 0, 1)), part(cx, h, dim, 0, 1));
    parts[2] = DIV(SUB(part(cx, t, dim, n - 1, 1), part(cx, t, dim, n - 2, 1)), part(cx, h, dim, n - 2, 1));
  } else {
    weights(cx, part(cx, h, dim, 0, 1), part(cx, h, dim, 1, 1), 0, c);
    parts[0] = combined(cx, t, dim, (const int64_t[]){0, 1, 2}, 1, c);
    weights(cx, part(cx, h, dim, n - 3, 1), part(cx, h, dim, n - 2, 1), 2, c);
    parts[2] = combined(cx, t, dim, (const int64_t[]){n - 3, n - 2, n - 1}, 1, c);
  }
  return parts[0] && parts[1] && parts[2] ? ts_cat(cx, (ts_list){parts, 3}, dim) : NULL;
}

/* n: how many spacings were given, -1 for a single number; numbers or coordinates. */
static bool gradient(ts_cx *cx, ts_tensor *self, int64_t n, const double *numbers, ts_tensor *const *coordinates, ts_ints dims, int64_t order, ts_out *out) {
  uint64_t mask = 0;
  const int64_t count = dims.n >= 0 ? dims.n : self->ndim;
  if (self->dtype == TS_UINT8) return ts_fail(cx, TS_ERR_DTYPE, "torch.gradient does not support uint8 input.");
  if (n >= 0 && dims.n >= 0 && n != dims.n)
    return ts_fail(cx, TS_ERR_ARGUMENT, "torch.gradient expected spacing to be unspecified, a scalar or it's spacing and dim arguments to have the same length, but got a spacing argument of length %" PRId64 " and a dim argument of length %" PRId64 ".", n, dims.n);
  if (n >= 0 && n != count)
    return ts_fail(cx, TS_ERR_ARGUMENT, "torch.gradient expected spacing to be unspecified, a scalar or a list of length %" PRId64 " but got a list of length %" PRId64, count, n);
  if (order != 1 && order != 2) return ts_fail(cx, TS_ERR_ARGUMENT, "torch.gradient only supports edge_order=1 and edge_order=2.");
  ts_tensor **list = ts_temp(cx, count * (int64_t)sizeof *list + 1);
  int at[TS_MAX_DIM];
  if (count > TS_MAX_DIM) return ts_fail(cx, TS_ERR_ARGUMENT, "more dims than there are");
  for (int64_t k = 0; k < count; k++) {
    at[k] = (int)k;
    if (dims.n >= 0 && !ts_wrap_dim(cx, dims.v[k], self->ndim, &at[k])) return false;
    if (mask >> at[k] & 1) return ts_fail(cx, TS_ERR_ARGUMENT, "dim %d appears multiple times in the list of dims", at[k]);
    mask |= (uint64_t)1 << at[k];
    if (self->ndim == 0 || self->sizes[at[k]] < order + 1)
      return ts_fail(cx, TS_ERR_SHAPE, "torch.gradient expected each dimension size to be at least edge_order+1 (shape %s)", TS_TEXT(self));
    if (!coordinates) continue;
    if (coordinates[k]->ndim == 0) continue; /* a distance */
    if (coordinates[k]->ndim != 1)
      return ts_fail(cx, TS_ERR_SHAPE, "torch.gradient expected each element of spacing to have one dimension, but got an element with %d dimensions!", coordinates[k]->ndim);
    if (coordinates[k]->numel != self->sizes[at[k]])
      return ts_fail(cx, TS_ERR_SHAPE, "torch.gradient expected one coordinate for each element of dim %d (%" PRId64 "), got %" PRId64, at[k], self->sizes[at[k]], coordinates[k]->numel);
  }
  if (!list) return false;
  for (int64_t k = 0; k < count; k++) {
    if (coordinates && coordinates[k]->ndim) list[k] = uneven_gradient(cx, self, at[k], coordinates[k], order);
    else list[k] = even_gradient(cx, self, at[k], coordinates ? ts_read_scalar(coordinates[k], ts_data(coordinates[k])).f : numbers[n < 0 ? 0 : k], order);
    if (!list[k]) return false;
  }
  out->list = (ts_list){list, count};
  return true;
}

bool ts_gradient_impl(ts_cx *cx, const ts_gradient_args *a, ts_out *out) {
  const double h = a->spacing.kind == TS_NUM_NONE ? 1 : a->spacing.f;
  return gradient(cx, a->self, -1, &h, NULL, a->dim, a->edge_order, out);
}
bool ts_gradient_list_impl(ts_cx *cx, const ts_gradient_list_args *a, ts_out *out) {
  return gradient(cx, a->self, a->spacing.n, a->spacing.v, NULL, a->dim, a->edge_order, out);
}
bool ts_gradient_coordinates_impl(ts_cx *cx, const ts_gradient_coordinates_args *a, ts_out *out) {
  return gradient(cx, a->self, a->spacing.n, NULL, a->spacing.v, a->dim, a->edge_order, out);
}

/* ---- trapezoids ---- */

static bool refuse_bool(ts_cx *cx, const ts_tensor *y, const ts_tensor *x) {
  if (y->dtype != TS_BOOL && (!x || x->dtype != TS_BOOL)) return true;
  return ts_fail(cx, TS_ERR_DTYPE, x ? "received a bool input for `x` or `y`, but bool is not supported" : "received a bool input for `y`, but bool is not supported");
}

static bool trapezoid_dim(ts_cx *cx, const ts_tensor *y, int64_t given, int *dim) {
  if (y->ndim == 0) return ts_fail(cx, TS_ERR_INDEX, "Dimension specified as %d but tensor has no dimensions", (int)given);
  return ts_wrap_dim(cx, given, y->ndim, dim);
}

/* Sums of neighbours along dim. */
static ts_tensor *neighbours(ts_cx *cx, ts_tensor *t, int64_t dim) {
  const int64_t n = t ? t->sizes[dim] - 1 : 0;
  return ADD(part(cx, t, dim, 1, n), part(cx, t, dim, 0, n));
}

/* The steps between sample points x, so that they stand beside neighbours of y; dim counts from the end. */
static ts_tensor *steps(ts_cx *cx, ts_tensor *y, int dim, ts_tensor *x, int64_t *x_dim) {
  int64_t sizes[TS_MAX_DIM];
  if (x->ndim == 1) {
    if (x->numel != y->sizes[dim]) {
      ts_fail(cx, TS_ERR_SHAPE, "There must be one `x` value for each sample point (%" PRId64 " for %" PRId64 ")", x->numel, y->sizes[dim]);
      return NULL;
    }
    for (int d = 0; d < y->ndim; d++) sizes[d] = d == dim ? -1 : 1;
    x = ts_reshape(cx, x, (ts_ints){sizes, y->ndim});
  } else if (x->ndim < y->ndim) {
    for (int d = 0; d < y->ndim; d++) sizes[d] = d < y->ndim - x->ndim ? 1 : x->sizes[d - (y->ndim - x->ndim)];
    x = ts_reshape(cx, x, (ts_ints){sizes, y->ndim});
  }
  if (!x) return NULL;
  *x_dim = x->ndim == y->ndim ? dim : x->ndim - y->ndim + dim;
  const int64_t n = x->sizes[*x_dim] - 1;
  return SUB(part(cx, x, *x_dim, 1, n), part(cx, x, *x_dim, 0, n));
}

static ts_tensor *empty_area(ts_cx *cx, ts_tensor *y, int dim) { return ts_sum(cx, y, TS_INTS(dim), false, (ts_dtype)y->dtype); }

bool ts_trapezoid_impl(ts_cx *cx, const ts_trapezoid_args *a, ts_out *out) {
  ts_tensor *y = a->y;
  int dim;
  if (!trapezoid_dim(cx, y, a->dim, &dim)) return false;
  if (y->sizes[dim] == 0) return (out->t[0] = empty_area(cx, y, dim)) != NULL;
  if (!refuse_bool(cx, y, NULL)) return false;
  if (a->dx.kind == TS_NUM_BOOL) return ts_fail(cx, TS_ERR_ARGUMENT, "Currently, we only support dx as a real number.");
  ts_tensor *ends = MUL(ADD(ts_select(cx, y, dim, 0), ts_select(cx, y, dim, -1)), NUM(0.5));
  return (out->t[0] = MUL(SUB(ts_sum(cx, y, TS_INTS(dim), false, TS_DTYPE_NONE), ends), ts_wrap_scalar(cx, a->dx))) != NULL;
}

bool ts_trapezoid_x_impl(ts_cx *cx, const ts_trapezoid_x_args *a, ts_out *out) {
  ts_tensor *y = a->y, *h;
  int dim;
  int64_t x_dim;
  if (!trapezoid_dim(cx, y, a->dim, &dim)) return false;
  if (y->sizes[dim] == 0) return (out->t[0] = empty_area(cx, y, dim)) != NULL;
  if (!refuse_bool(cx, y, a->x) || !(h = steps(cx, y, dim, a->x, &x_dim))) return false;
  return (out->t[0] = DIV(ts_sum(cx, MUL(neighbours(cx, y, dim), h), TS_INTS(dim - y->ndim), false, TS_DTYPE_NONE), NUM(2))) != NULL;
}

bool ts_cumulative_trapezoid_impl(ts_cx *cx, const ts_cumulative_trapezoid_args *a, ts_out *out) {
  ts_tensor *y = a->y;
  int dim;
  if (!trapezoid_dim(cx, y, a->dim, &dim)) return false;
  if (y->sizes[dim] == 0) return (out->t[0] = ts_clone(cx, y, NULL)) != NULL;
  if (!refuse_bool(cx, y, NULL)) return false;
  if (a->dx.kind == TS_NUM_BOOL) return ts_fail(cx, TS_ERR_ARGUMENT, "Currently, we only support dx as a real number.");
  return (out->t[0] = ts_cumsum(cx, MUL(neighbours(cx, y, dim), NUM(a->dx.f / 2)), dim, TS_DTYPE_NONE)) != NULL;
}

bool ts_cumulative_trapezoid_x_impl(ts_cx *cx, const ts_cumulative_trapezoid_x_args *a, ts_out *out) {
  ts_tensor *y = a->y, *h;
  int dim;
  int64_t x_dim;
  if (!trapezoid_dim(cx, y, a->dim, &dim)) return false;
  if (y->sizes[dim] == 0) return (out->t[0] = ts_clone(cx, y, NULL)) != NULL;
  if (!refuse_bool(cx, y, a->x) || !(h = steps(cx, y, dim, a->x, &x_dim))) return false;
  return (out->t[0] = DIV(ts_cumsum(cx, MUL(neighbours(cx, y, dim), h), dim - y->ndim, TS_DTYPE_NONE), NUM(2))) != NULL;
}

/* ---- renorm ---- */
