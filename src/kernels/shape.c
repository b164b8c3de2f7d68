/* Shape ops made of views. */
#include <inttypes.h>
#include <string.h>
#include "../gen/ops.h"
#include "kernels.h"
#include "views.h"

static bool give(ts_out *out, ts_tensor *t) { return (out->t[0] = t) != NULL; }

bool ts_view_as_impl(ts_cx *cx, const ts_view_as_args *a, ts_out *out) { return give(out, ts_view(cx, a->self, ts_sizes_of(a->other))); }
bool ts_reshape_as_impl(ts_cx *cx, const ts_reshape_as_args *a, ts_out *out) { return give(out, ts_reshape(cx, a->self, ts_sizes_of(a->other))); }
bool ts_expand_as_impl(ts_cx *cx, const ts_expand_as_args *a, ts_out *out) { return give(out, ts_expand(cx, a->self, ts_sizes_of(a->other), false)); }
bool ts_broadcast_to_impl(ts_cx *cx, const ts_broadcast_to_args *a, ts_out *out) { return give(out, ts_expand(cx, a->self, a->size, false)); }
bool ts_ravel_impl(ts_cx *cx, const ts_ravel_args *a, ts_out *out) { return give(out, ts_reshape(cx, a->self, TS_INTS(-1))); }

bool ts_T_impl(ts_cx *cx, const ts_T_args *a, ts_out *out) {
  int64_t dims[TS_MAX_DIM];
  int n = a->self->ndim;
  for (int d = 0; d < n; d++) dims[d] = n - 1 - d;
  return give(out, ts_permute(cx, a->self, (ts_ints){dims, n}));
}

/* The transpose of matrices or batches of them; 0-d tensors stay as they are. */
static bool matrix_transpose(ts_cx *cx, ts_tensor *self, const char *name, bool conjugated, ts_out *out) {
  if (self->ndim == 1) return ts_fail(cx, TS_ERR_SHAPE, "tensor.%s is only supported on matrices or batches of matrices. Got 1-D tensor.", name);
  ts_tensor *turned = self->ndim ? ts_transpose(cx, self, -2, -1) : ts_view(cx, self, TS_INTS_EMPTY);
  return give(out, conjugated ? ts_conj(cx, turned) : turned);
}
bool ts_mT_impl(ts_cx *cx, const ts_mT_args *a, ts_out *out) { return matrix_transpose(cx, a->self, "mT", false, out); }
bool ts_mH_impl(ts_cx *cx, const ts_mH_args *a, ts_out *out) { return matrix_transpose(cx, a->self, "mH", true, out); }
bool ts_adjoint_impl(ts_cx *cx, const ts_adjoint_args *a, ts_out *out) { return matrix_transpose(cx, a->self, "adjoint()", true, out); }
bool ts_H_impl(ts_cx *cx, const ts_H_args *a, ts_out *out) {
  int n = a->self->ndim;
  if (n == 1 || n > 2)
    return ts_fail(cx, TS_ERR_SHAPE, "tensor.H is only supported on matrices (2-D tensors). Got %d-D tensor.%s", n,
                   n > 2 ? " For batches of matrices, consider using tensor.mH" : "");
  return matrix_transpose(cx, a->self, "H", true, out);
}

bool ts_flatten_impl(ts_cx *cx, const ts_flatten_args *a, ts_out *out) {
  ts_tensor *self = a->self;
  int first, last;
  if (!ts_wrap_dim(cx, a->start_dim, self->ndim, &first) || !ts_wrap_dim(cx, a->end_dim, self->ndim, &last)) return false;
  if (first > last) return ts_fail(cx, TS_ERR_ARGUMENT, "flatten() has invalid args: start_dim cannot come after end_dim");
  if (self->ndim == 0) return give(out, ts_reshape(cx, self, TS_INTS(1)));
  if (first == last) return give(out, self);
  int64_t sizes[TS_MAX_DIM];
  int n = 0;
  for (int d = 0; d < self->ndim; d++) {
    if (d > first && d <= last) sizes[n - 1] *= self->sizes[d];
    else sizes[n++] = self->sizes[d];
  }
  return give(out, ts_reshape(cx, self, (ts_ints){sizes, n}));
}

bool ts_unflatten_impl(ts_cx *cx, const ts_unflatten_args *a, ts_out *out) {
  ts_tensor *self = a->self;
  int dim;
  if (!ts_wrap_dim(cx, a->dim, self->ndim, &dim)) return false;
  if (a->sizes.n <= 0) return ts_fail(cx, TS_ERR_ARGUMENT, "sizes must be non-empty");
  if (self->ndim - 1 + a->sizes.n > TS_MAX_DIM) return ts_fail(cx, TS_ERR_SHAPE, "a tensor has at most %d dimensions", TS_MAX_DIM);
  int64_t sizes[TS_MAX_DIM], known = 1, whole = self->ndim ? self->sizes[dim] : 1;
  int hole = -1, n = 0;
  bool fits = true;
  for (int d = 0; d < dim; d++) sizes[n++] = self->sizes[d];
  for (int64_t i = 0; i < a->sizes.n; i++) {
    if (a->sizes.v[i] == -1 && hole < 0) hole = n;
    else if (a->sizes.v[i] < 0) return ts_fail(cx, TS_ERR_SHAPE, a->sizes.v[i] == -1 ? "only one dimension can be inferred" : "invalid shape dimension %" PRId64, a->sizes.v[i]);
    else fits = fits && !__builtin_mul_overflow(known, a->sizes.v[i], &known);
    sizes[n++] = a->sizes.v[i];
  }
  if (hole >= 0) {
    fits = fits && known > 0 && whole % known == 0;
    if (fits) sizes[hole] = whole / known;
  } else {
    fits = fits && known == whole;
  }
  if (!fits)
    return ts_fail(cx, TS_ERR_SHAPE, "Provided sizes %s don't multiply up to the size of dim %d (%" PRId64 ") in the input tensor",
                   ts_sizes_text((int)a->sizes.n, a->sizes.v, (char[160]){0}, 160), dim, whole);
  for (int d = dim + 1; d < self->ndim; d++) sizes[n++] = self->sizes[d];
  return give(out, ts_view(cx, self, (ts_ints){sizes, n}));
}

bool ts_movedim_impl(ts_cx *cx, const ts_movedim_args *a, ts_out *out) {
  ts_tensor *self = a->self;
  ts_ints from = a->source, to = a->destination;
#define DIMS(list) ts_sizes_text((int)(list).n, (list).v, (char[160]){0}, 160)
  if (from.n != to.n)
    return ts_fail(cx, TS_ERR_ARGUMENT, "Invalid source or destination dims: source (%s dims) should contain the same number of dims as destination (%s dims)", DIMS(from), DIMS(to));
  int place[TS_MAX_DIM]; /* of each destination: the source that goes there */
  uint64_t used = 0, taken = 0;
  for (int64_t i = 0; i < from.n; i++) {
    int f, t;
    if (!ts_wrap_dim(cx, from.v[i], self->ndim, &f) || !ts_wrap_dim(cx, to.v[i], self->ndim, &t)) return false;
    if (used >> f & 1) return ts_fail(cx, TS_ERR_ARGUMENT, "repeated dim in `source` (%s)", DIMS(from));
    if (taken >> t & 1) return ts_fail(cx, TS_ERR_ARGUMENT, "repeated dim in `destination` (%s)", DIMS(to));
    used |= (uint64_t)1 << f;
    taken |= (uint64_t)1 << t;
    place[t] = f;
  }
  int64_t dims[TS_MAX_DIM];
  for (int d = 0, next = 0; d < self->ndim; d++) {
    if (taken >> d & 1) {
      dims[d] = place[d];
      continue;
    }
    while (used >> next & 1) next++;
    dims[d] = next++;
  }
  return give(out, ts_permute(cx, self, (ts_ints){dims, self->ndim}));
}
