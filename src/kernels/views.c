/* Views: new sizes and strides over the same storage. */
#include <inttypes.h>
#include <string.h>
#include "../gen/ops.h"
#include "kernels.h"
#include "views.h"

static bool give(ts_cx *cx, ts_tensor *self, ts_out *out, int ndim, const int64_t *sizes, const int64_t *strides, int64_t offset) {
  return (out->t[0] = ts_alias(cx, self, ndim, sizes, strides, offset)) != NULL;
}

bool ts_as_strided_impl(ts_cx *cx, const ts_as_strided_args *a, ts_out *out) {
  ts_tensor *self = a->self;
  int64_t offset = a->storage_offset.given ? a->storage_offset.v : self->offset, numel;
  if (a->size.n != a->stride.n)
    return ts_fail(cx, TS_ERR_ARGUMENT, "mismatch in length of strides and shape: %" PRId64 " sizes, %" PRId64 " strides", a->size.n, a->stride.n);
  if (!ts_numel_of(cx, (int)a->size.n, a->size.v, &numel)) return false;
  int64_t need = numel ? 1 : 0, item = ts_itemsize((ts_dtype)self->dtype);
  bool sane = offset >= 0 && offset < INT64_MAX / 32;
  for (int64_t d = 0; d < a->size.n && numel; d++) {
    int64_t reach;
    if (a->stride.v[d] < 0) return ts_fail(cx, TS_ERR_ARGUMENT, "Negative strides are not supported at the moment, got strides: %s", ts_sizes_text((int)a->stride.n, a->stride.v, (char[160]){0}, 160));
    sane = sane && !__builtin_mul_overflow(a->size.v[d] - 1, a->stride.v[d], &reach) && !__builtin_add_overflow(need, reach, &need) && need < INT64_MAX / 32;
  }
  if (!sane || (numel && (offset + need) * item > self->storage->nbytes))
    return ts_fail(cx, TS_ERR_ARGUMENT,
                   "setStorage: sizes %s, strides %s, storage offset %" PRId64 ", and itemsize %" PRId64
                   " requiring a storage size of %" PRId64 " are out of bounds for storage of size %" PRId64,
                   ts_sizes_text((int)a->size.n, a->size.v, (char[160]){0}, 160), ts_sizes_text((int)a->stride.n, a->stride.v, (char[160]){0}, 160),
                   offset, item, sane ? (offset + need) * item : INT64_MAX, self->storage->nbytes);
  return (out->t[0] = ts_alias(cx, self, (int)a->size.n, a->size.v, a->stride.v, offset)) != NULL;
}

bool ts_expand_impl(ts_cx *cx, const ts_expand_args *a, ts_out *out) {
  ts_tensor *self = a->self;
  int ndim = (int)a->size.n, lead = ndim - self->ndim;
  int64_t sizes[TS_MAX_DIM], strides[TS_MAX_DIM];
  if (ndim > TS_MAX_DIM) return ts_fail(cx, TS_ERR_SHAPE, "a tensor has at most %d dimensions, got %d", TS_MAX_DIM, ndim);
  if (lead < 0)
    return ts_fail(cx, TS_ERR_SHAPE, "the number of sizes provided (%d) must be greater or equal to the number of dimensions in the tensor (%d)", ndim, self->ndim);
  for (int d = ndim - 1; d >= 0; d--) {
    int64_t want = a->size.v[d], has = d < lead ? 1 : self->sizes[d - lead];
    if (want == -1) {
      if (d < lead) return ts_fail(cx, TS_ERR_SHAPE, "The expanded size of the tensor (-1) isn't allowed in a leading, non-existing dimension %d", d);
      want = has;
    }
    if (want != has && has != 1)
      return ts_fail(cx, TS_ERR_SHAPE, "The expanded size of the tensor (%" PRId64 ") must match the existing size (%" PRId64 ") at non-singleton dimension %d.  Target sizes: %s.  Tensor sizes: %s",
                     want, has, d, ts_sizes_text(ndim, a->size.v, (char[160]){0}, 160), TS_TEXT(self));
    sizes[d] = want;
    if (self->ndim == 0 || (has == 1 && want != 1)) strides[d] = 0;
    else if (d >= lead) strides[d] = self->strides[d - lead];
    else strides[d] = d + 1 < ndim ? sizes[d + 1] * strides[d + 1] : 1; /* as a new dim of size 1 */
  }
  return give(cx, self, out, ndim, sizes, strides, self->offset);
}

bool ts_infer_sizes(ts_cx *cx, ts_ints shape, int64_t numel, int64_t *sizes) {
  int64_t known = 1;
  int hole = -1;
  bool ok = shape.n <= TS_MAX_DIM;
  const char *text = ok ? ts_sizes_text((int)shape.n, shape.v, (char[160]){0}, 160) : "of too many dims";
  for (int i = 0; i < shape.n && ok; i++) {
    sizes[i] = shape.v[i];
    if (shape.v[i] == -1) {
      if (hole >= 0) return ts_fail(cx, TS_ERR_SHAPE, "only one dimension can be inferred, got shape '%s'", text);
      hole = i;
    } else if (shape.v[i] < 0) {
      return ts_fail(cx, TS_ERR_SHAPE, "invalid shape dimension %" PRId64 " in shape '%s'", shape.v[i], text);
    } else {
      ok = !__builtin_mul_overflow(known, shape.v[i], &known);
    }
  }
  if (ok && hole >= 0) {
    if (known == 0) return ts_fail(cx, TS_ERR_SHAPE, "cannot reshape tensor of %" PRId64 " elements into shape %s because the unspecified dimension size -1 can be any value and is ambiguous", numel, text);
    ok = numel % known == 0;
    sizes[hole] = numel / known;
    known *= sizes[hole];
  }
  if (!ok || known != numel) return ts_fail(cx, TS_ERR_SHAPE, "shape '%s' is invalid for input of size %" PRId64, text, numel);
  return true;
}

bool ts_view_strides(const ts_tensor *t, int ndim, const int64_t *sizes, int64_t *strides) {
  if (t->numel == 0) {
    ts_contiguous_strides(ndim, sizes, strides);
    return true;
  }
  /* Walk runs of old dims that are contiguous among themselves and fill each with new dims, from the back. */
  int view = ndim - 1;
  int64_t base = t->ndim ? t->strides[t->ndim - 1] : 1, run = 1, filled = 1;
  for (int d = t->ndim - 1; d >= 0; d--) {
    run *= t->sizes[d];
    if (d > 0 && (t->sizes[d - 1] == 1 || t->strides[d - 1] == run * base)) continue;
    while (view >= 0 && (filled < run || sizes[view] == 1)) {
      strides[view] = filled * base;
      filled *= sizes[view--];
    }
    if (filled != run) return false;
    if (d > 0) {
      base = t->strides[d - 1];
      run = filled = 1;
    }
  }
  for (; view >= 0; view--) {
    if (sizes[view] != 1) return false;
    strides[view] = filled * base;
  }
  return true;
}

bool ts_view_impl(ts_cx *cx, const ts_view_args *a, ts_out *out) {
  int64_t sizes[TS_MAX_DIM], strides[TS_MAX_DIM];
  if (!ts_infer_sizes(cx, a->size, a->self->numel, sizes)) return false;
  if (!ts_view_strides(a->self, (int)a->size.n, sizes, strides))
    return ts_fail(cx, TS_ERR_SHAPE, "view size is not compatible with input tensor's size and stride (at least one dimension spans across two contiguous subspaces). Use .reshape(...) instead. (shape %s to %s)",
                   TS_TEXT(a->self), ts_sizes_text((int)a->size.n, sizes, (char[160]){0}, 160));
  return give(cx, a->self, out, (int)a->size.n, sizes, strides, a->self->offset);
}

bool ts_view_dtype_impl(ts_cx *cx, const ts_view_dtype_args *a, ts_out *out) {
  ts_tensor *self = a->self;
  const ts_dtype to = a->dtype == TS_DTYPE_NONE ? (ts_dtype)self->dtype : a->dtype;
  const int64_t mine = ts_itemsize((ts_dtype)self->dtype), item = ts_itemsize(to);
  const char *was = ts_dtype_name((ts_dtype)self->dtype), *is = ts_dtype_name(to);
  int64_t sizes[TS_MAX_DIM], strides[TS_MAX_DIM], offset = self->offset;
  int last = self->ndim - 1;
  if (self->ndim) {
    memcpy(sizes, self->sizes, (size_t)self->ndim * sizeof *sizes);
    memcpy(strides, self->strides, (size_t)self->ndim * sizeof *strides);
  }
  if (mine != item) {
    if (self->ndim == 0) return ts_fail(cx, TS_ERR_SHAPE, "self.dim() cannot be 0 to view %s as %s (different element sizes)", was, is);
    if (self->strides[last] != 1 && self->sizes[last] != 1) return ts_fail(cx, TS_ERR_SHAPE, "self.stride(-1) must be 1 to view %s as %s (different element sizes), but got %" PRId64, was, is, self->strides[last]);
    const int64_t more = mine > item ? mine / item : 1, fewer = mine > item ? 1 : item / mine;
    if (sizes[last] % fewer) return ts_fail(cx, TS_ERR_SHAPE, "self.size(-1) must be divisible by %" PRId64 " to view %s as %s (different element sizes), but got %" PRId64, fewer, was, is, sizes[last]);
    if (offset % fewer) return ts_fail(cx, TS_ERR_SHAPE, "self.storage_offset() must be divisible by %" PRId64 " to view %s as %s (different element sizes), but got %" PRId64, fewer, was, is, offset);
    for (int d = 0; d < last; d++) {
      if (strides[d] % fewer) return ts_fail(cx, TS_ERR_SHAPE, "self.stride(%d) must be divisible by %" PRId64 " to view %s as %s (different element sizes), but got %" PRId64, d, fewer, was, is, strides[d]);
      strides[d] = strides[d] * more / fewer;
    }
    sizes[last] = sizes[last] * more / fewer;
    strides[last] = 1;
    offset = offset * more / fewer;
  }
  return (out->t[0] = ts_over_storage(cx, self->storage, to, self->ndim, sizes, strides, offset)) != NULL;
}

bool ts_reshape_impl(ts_cx *cx, const ts_reshape_args *a, ts_out *out) {
  int64_t sizes[TS_MAX_DIM], strides[TS_MAX_DIM];
  if (!ts_infer_sizes(cx, a->shape, a->self->numel, sizes)) return false;
  ts_ints shape = {sizes, a->shape.n};
  ts_tensor *t = a->self;
  if (!ts_view_strides(t, (int)shape.n, sizes, strides)) t = ts_clone(cx, t, "contiguous_format");
  return (out->t[0] = ts_view(cx, t, shape)) != NULL;
}

bool ts_transpose_impl(ts_cx *cx, const ts_transpose_args *a, ts_out *out) {
  ts_tensor *self = a->self;
  int d0, d1;
  if (!ts_wrap_dim(cx, a->dim0, self->ndim, &d0) || !ts_wrap_dim(cx, a->dim1, self->ndim, &d1)) return false;
  int64_t sizes[TS_MAX_DIM], strides[TS_MAX_DIM];
  for (int d = 0; d < self->ndim; d++) {
    int from = d == d0 ? d1 : d == d1 ? d0 : d;
    sizes[d] = self->sizes[from];
    strides[d] = self->strides[from];
  }
  return give(cx, self, out, self->ndim, sizes, strides, self->offset);
}

bool ts_unsqueeze_impl(ts_cx *cx, const ts_unsqueeze_args *a, ts_out *out) {
  ts_tensor *self = a->self;
  int dim;
  if (self->ndim >= TS_MAX_DIM) return ts_fail(cx, TS_ERR_SHAPE, "a tensor has at most %d dimensions", TS_MAX_DIM);
  if (!ts_wrap_dim(cx, a->dim, self->ndim + 1, &dim)) return false;
  int64_t sizes[TS_MAX_DIM], strides[TS_MAX_DIM];
  for (int d = 0, from = 0; d <= self->ndim; d++) {
    if (d == dim) {
      sizes[d] = 1;
      strides[d] = d < self->ndim ? self->sizes[d] * self->strides[d] : 1;
    } else {
      sizes[d] = self->sizes[from];
      strides[d] = self->strides[from++];
    }
  }
  return give(cx, self, out, self->ndim + 1, sizes, strides, self->offset);
}

bool ts_detach_impl(ts_cx *cx, const ts_detach_args *a, ts_out *out) { return (out->t[0] = ts_shallow(cx, a->self)) != NULL; }

bool ts_narrow_impl(ts_cx *cx, const ts_narrow_args *a, ts_out *out) {
  ts_tensor *self = a->self;
  int dim;
  if (self->ndim == 0) return ts_fail(cx, TS_ERR_SHAPE, "narrow() cannot be applied to a 0-dim tensor.");
  if (!ts_wrap_dim(cx, a->dim, self->ndim, &dim)) return false;
  int64_t size = self->sizes[dim], start = a->start, sizes[TS_MAX_DIM];
  if (a->length < 0) return ts_fail(cx, TS_ERR_ARGUMENT, "narrow(): length must be non-negative.");
  if (start < -size || start > size)
    return ts_fail(cx, TS_ERR_INDEX, "start out of range (expected to be in range of [%" PRId64 ", %" PRId64 "], but got %" PRId64 ")", -size, size, start);
  if (start < 0) start += size;
  if (a->length > size - start)
    return ts_fail(cx, TS_ERR_INDEX, "start (%" PRId64 ") + length (%" PRId64 ") exceeds dimension size (%" PRId64 ").", start, a->length, size);
  memcpy(sizes, self->sizes, self->ndim * sizeof *sizes);
  sizes[dim] = a->length;
  return give(cx, self, out, self->ndim, sizes, self->strides, self->offset + start * self->strides[dim]);
}


bool ts_permute_impl(ts_cx *cx, const ts_permute_args *a, ts_out *out) {
  ts_tensor *self = a->self;
  if (a->dims.n != self->ndim)
    return ts_fail(cx, TS_ERR_SHAPE, "number of dimensions in the tensor input does not match the length of the desired ordering of dimensions i.e. input.dim() = %d is not equal to len(dims) = %" PRId64, self->ndim, a->dims.n);
  int64_t sizes[TS_MAX_DIM], strides[TS_MAX_DIM];
  uint64_t seen = 0;
  for (int d = 0; d < self->ndim; d++) {
    int from;
    if (!ts_wrap_dim(cx, a->dims.v[d], self->ndim, &from)) return false;
    if (seen >> from & 1) return ts_fail(cx, TS_ERR_ARGUMENT, "duplicate dims are not allowed.");
    seen |= (uint64_t)1 << from;
    sizes[d] = self->sizes[from];
    strides[d] = self->strides[from];
  }
  return give(cx, self, out, self->ndim, sizes, strides, self->offset);
}

bool ts_t_impl(ts_cx *cx, const ts_t_args *a, ts_out *out) {
  ts_tensor *self = a->self;
  int n = self->ndim;
  if (n > 2) return ts_fail(cx, TS_ERR_SHAPE, "expects a tensor with <= 2 dimensions, but self is %dD", n);
  if (n < 2) return give(cx, self, out, n, self->sizes, self->strides, self->offset);
  const int64_t sizes[2] = {self->sizes[1], self->sizes[0]}, strides[2] = {self->strides[1], self->strides[0]};
  return give(cx, self, out, 2, sizes, strides, self->offset);
}

bool ts_squeeze_impl(ts_cx *cx, const ts_squeeze_args *a, ts_out *out) {
  ts_tensor *self = a->self;
  uint64_t mask = a->dim.n < 0 ? UINT64_MAX : 0;
  for (int64_t i = 0; i < a->dim.n; i++) {
    int d;
    if (!ts_wrap_dim(cx, a->dim.v[i], self->ndim, &d)) return false;
    if (mask >> d & 1) return ts_fail(cx, TS_ERR_ARGUMENT, "dim %d appears multiple times in the list of dims", d);
    mask |= (uint64_t)1 << d;
  }
  int64_t sizes[TS_MAX_DIM], strides[TS_MAX_DIM];
  int n = 0;
  for (int d = 0; d < self->ndim; d++) {
    if (self->sizes[d] == 1 && mask >> d & 1) continue;
    sizes[n] = self->sizes[d];
    strides[n++] = self->strides[d];
  }
  return give(cx, self, out, n, sizes, strides, self->offset);
}

bool ts_select_impl(ts_cx *cx, const ts_select_args *a, ts_out *out) {
  ts_tensor *self = a->self;
  int dim;
  if (self->ndim == 0) return ts_fail(cx, TS_ERR_INDEX, "select() cannot be applied to a 0-dim tensor.");
  if (!ts_wrap_dim(cx, a->dim, self->ndim, &dim)) return false;
  int64_t size = self->sizes[dim], index = a->index, sizes[TS_MAX_DIM], strides[TS_MAX_DIM];
  if (index < -size || index >= size)
    return ts_fail(cx, TS_ERR_INDEX, "index %" PRId64 " out of range for tensor of size %s at dimension %d", index, TS_TEXT(self), dim);
  if (index < 0) index += size;
  int n = 0;
  for (int d = 0; d < self->ndim; d++) {
    if (d == dim) continue;
    sizes[n] = self->sizes[d];
    strides[n++] = self->strides[d];
  }
  return give(cx, self, out, n, sizes, strides, self->offset + index * self->strides[dim]);
}

bool ts__slice_impl(ts_cx *cx, const ts__slice_args *a, ts_out *out) {
  ts_tensor *self = a->self;
  int dim;
  if (self->ndim == 0) return ts_fail(cx, TS_ERR_INDEX, "slice() cannot be applied to a 0-dim tensor.");
  if (!ts_wrap_dim(cx, a->dim, self->ndim, &dim)) return false;
  if (a->step == 0) return ts_fail(cx, TS_ERR_ARGUMENT, "slice step cannot be zero");
  if (a->step < 0) return ts_fail(cx, TS_ERR_ARGUMENT, "step must be greater than zero");
  int64_t size = self->sizes[dim], start = a->start.given ? a->start.v : 0, end = a->end.given ? a->end.v : size;
  if (start < 0) start += size;
  if (end < 0) end += size;
  start = start < 0 ? 0 : start > size ? size : start;
  end = end < start ? start : end > size ? size : end;
  int64_t sizes[TS_MAX_DIM], strides[TS_MAX_DIM];
  memcpy(sizes, self->sizes, self->ndim * sizeof *sizes);
  memcpy(strides, self->strides, self->ndim * sizeof *strides);
  sizes[dim] = (end - start) / a->step + ((end - start) % a->step != 0);
  /* Of a step beyond the dim one element is left, whose stride means nothing. */
  if (__builtin_mul_overflow(strides[dim], a->step, &strides[dim])) strides[dim] = self->strides[dim];
  return give(cx, self, out, self->ndim, sizes, strides, self->offset + start * self->strides[dim]);
}

static bool diagonal_of(ts_cx *cx, ts_tensor *self, int64_t offset, int64_t dim1, int64_t dim2, ts_tensor **view) {
  int d1, d2;
  if (!ts_wrap_dim(cx, dim1, self->ndim, &d1) || !ts_wrap_dim(cx, dim2, self->ndim, &d2)) return false;
  if (d1 == d2) return ts_fail(cx, TS_ERR_ARGUMENT, "diagonal dimensions cannot be identical %" PRId64 ", %" PRId64, dim1, dim2);
  int64_t rows = self->sizes[d1], cols = self->sizes[d2], sizes[TS_MAX_DIM], strides[TS_MAX_DIM], length = 0;
  if (offset >= 0 && offset < cols) length = rows < cols - offset ? rows : cols - offset;
  if (offset < 0 && offset > -rows) length = rows + offset < cols ? rows + offset : cols;
  int n = 0;
  for (int d = 0; d < self->ndim; d++) {
    if (d == d1 || d == d2) continue;
    sizes[n] = self->sizes[d];
    strides[n++] = self->strides[d];
  }
  sizes[n] = length;
  strides[n++] = self->strides[d1] + self->strides[d2];
  int64_t shift = length == 0 ? 0 : offset >= 0 ? offset * self->strides[d2] : -offset * self->strides[d1];
  return (*view = ts_alias(cx, self, n, sizes, strides, self->offset + shift)) != NULL;
}

bool ts_diagonal_impl(ts_cx *cx, const ts_diagonal_args *a, ts_out *out) {
  return diagonal_of(cx, a->self, a->offset, a->dim1, a->dim2, &out->t[0]);
}

bool ts_unfold_impl(ts_cx *cx, const ts_unfold_args *a, ts_out *out) {
  ts_tensor *self = a->self;
  int dim;
  if (!ts_wrap_dim(cx, a->dimension, self->ndim, &dim)) return false;
  if (self->ndim >= TS_MAX_DIM) return ts_fail(cx, TS_ERR_SHAPE, "a tensor has at most %d dimensions", TS_MAX_DIM);
  int64_t whole = self->ndim ? self->sizes[dim] : 1, stride = self->ndim ? self->strides[dim] : 1;
  if (a->size < 0) return ts_fail(cx, TS_ERR_ARGUMENT, "size is %" PRId64 " but must be >= 0", a->size);
  if (a->size > whole) return ts_fail(cx, TS_ERR_ARGUMENT, "maximum size for tensor at dimension %d is %" PRId64 " but size is %" PRId64, dim, whole, a->size);
  if (a->step <= 0) return ts_fail(cx, TS_ERR_ARGUMENT, "step is %" PRId64 " but must be > 0", a->step);
  int64_t sizes[TS_MAX_DIM], strides[TS_MAX_DIM];
  int n = self->ndim;
  memcpy(sizes, self->sizes, n * sizeof *sizes);
  memcpy(strides, self->strides, n * sizeof *strides);
  sizes[n] = a->size;
  strides[n] = stride;
  if (n) {
    sizes[dim] = (whole - a->size) / a->step + 1;
    if (__builtin_mul_overflow(stride, a->step, &strides[dim])) strides[dim] = stride;
  }
  return give(cx, self, out, n + 1, sizes, strides, self->offset);
}

/* ---- gradients: zeros, with grad in the window ---- */

bool ts__slice_backward_impl(ts_cx *cx, const ts__slice_backward_args *a, ts_out *out) {
  int dim;
  if (!ts_wrap_dim(cx, a->dim, (int)a->size.n, &dim)) return false;
  ts_tensor *whole = ts_full_zero(cx, (ts_dtype)a->grad->dtype, (int)a->size.n, a->size.v);
  if (!whole) return false;
  out->t[0] = whole;
  if (a->grad->numel == 0) return true;
  int64_t strides[TS_MAX_DIM];
  memcpy(strides, whole->strides, whole->ndim * sizeof *strides);
  if (__builtin_mul_overflow(strides[dim], a->step, &strides[dim])) strides[dim] = whole->strides[dim]; /* a single element */
  ts_tensor *window = ts_alias(cx, whole, whole->ndim, a->grad->sizes, strides, a->start * whole->strides[dim]);
  return window && ts_raw_copy(cx, window, a->grad);
}

bool ts__diagonal_backward_impl(ts_cx *cx, const ts__diagonal_backward_args *a, ts_out *out) {
  ts_tensor *whole = ts_full_zero(cx, (ts_dtype)a->grad->dtype, (int)a->size.n, a->size.v), *window;
  out->t[0] = whole;
  return whole && diagonal_of(cx, whole, a->offset, a->dim1, a->dim2, &window) && ts_raw_copy(cx, window, a->grad);
}

bool ts__unfold_backward_impl(ts_cx *cx, const ts__unfold_backward_args *a, ts_out *out) {
  ts_tensor *grad = a->grad, *whole = ts_full_zero(cx, (ts_dtype)grad->dtype, (int)a->size.n, a->size.v);
  out->t[0] = whole;
  int dim, n = (int)a->size.n;
  if (!whole || !ts_wrap_dim(cx, a->dim, n, &dim)) return false;
  if (grad->numel == 0) return true;
  ts_loop add = ts_loops.binary[TS_BIN_ADD][grad->dtype];
  if (!add) return ts_fail(cx, TS_ERR_DTYPE, "not implemented for %s", ts_dtype_name((ts_dtype)grad->dtype));
  int64_t windows = n ? grad->sizes[dim] : 0, length = grad->sizes[n];
  if (n && length >= 16 && windows <= 8 * length) { /* one window after the other */
    int64_t sizes[TS_MAX_DIM], from[TS_MAX_DIM];
    memcpy(sizes, grad->sizes, n * sizeof *sizes);
    memcpy(from, grad->strides, n * sizeof *from);
    sizes[dim] = length;
    from[dim] = grad->strides[n];
    for (int64_t k = 0; k < windows; k++) {
      ts_tensor *window = ts_alias(cx, whole, n, sizes, whole->strides, k * a->step * whole->strides[dim]);
      ts_tensor *part = ts_alias(cx, grad, n, sizes, from, grad->offset + k * grad->strides[dim]);
      if (!window || !part) return false;
      ts_iterate(3, (ts_tensor *const[]){window, window, part}, n, sizes, add, NULL, 0);
    }
    return true;
  }
  /* Element k of all windows at once: they do not overlap unless step is 0. */
  int64_t strides[TS_MAX_DIM], step = n ? whole->strides[dim] : 0;
  memcpy(strides, whole->strides, n * sizeof *strides);
  if (n && __builtin_mul_overflow(step, a->step, &strides[dim])) strides[dim] = step; /* a single window */
  for (int64_t k = 0; k < grad->sizes[n]; k++) {
    ts_tensor *window = ts_alias(cx, whole, n, grad->sizes, strides, k * step);
    ts_tensor *part = ts_alias(cx, grad, n, grad->sizes, grad->strides, grad->offset + k * grad->strides[n]);
    if (!window || !part) return false;
    ts_iterate(3, (ts_tensor *const[]){window, window, part}, n, grad->sizes, add, NULL, 0);
  }
  return true;
}
