/* Making, copying and converting tensors. */
#include <string.h>
#include "../core/graph.h"
#include "../gen/ops.h"
#include "complex.h"
#include "kernels.h"

/* The strides of a memory format for t's sizes; preserve is told apart, as NULL is. */
static bool format_strides(ts_cx *cx, const char *format, int ndim, const int64_t *sizes, int64_t *strides) {
  const bool last2 = strcmp(format, "channels_last") == 0, last3 = strcmp(format, "channels_last_3d") == 0;
  if (strcmp(format, "contiguous_format") == 0) {
    ts_contiguous_strides(ndim, sizes, strides);
    return true;
  }
  if (!last2 && !last3)
    return ts_fail(cx, TS_ERR_ARGUMENT, "memory_format must be one of 'contiguous_format', 'preserve_format', 'channels_last' and 'channels_last_3d', not '%s'", format);
  if (ndim != (last2 ? 4 : 5)) return ts_fail(cx, TS_ERR_SHAPE, "required rank %d tensor to use %s format", last2 ? 4 : 5, format);
  int64_t step = 1;
  for (int k = 0; k < ndim; k++) { /* channels vary fastest, then width, height, ..., and the batch slowest */
    int d = k == 0 ? 1 : k == ndim - 1 ? 0 : ndim - k;
    strides[d] = step;
    step *= sizes[d] > 1 ? sizes[d] : 1;
  }
  return true;
}

static bool preserves(const char *format) { return !format || strcmp(format, "preserve_format") == 0; }

bool ts_clone_impl(ts_cx *cx, const ts_clone_args *a, ts_out *out) {
  const ts_tensor *self = a->self;
  int64_t strides[TS_MAX_DIM];
  ts_dtype d = (ts_dtype)self->dtype;
  if (preserves(a->memory_format)) out->t[0] = ts_empty_like(cx, self, d);
  else if (format_strides(cx, a->memory_format, self->ndim, self->sizes, strides)) out->t[0] = ts_empty_strided(cx, d, self->ndim, self->sizes, strides);
  return out->t[0] && ts_raw_copy(cx, out->t[0], a->self);
}

bool ts_contiguous_impl(ts_cx *cx, const ts_contiguous_args *a, ts_out *out) {
  const ts_tensor *self = a->self;
  const char *format = a->memory_format ? a->memory_format : "contiguous_format";
  int64_t strides[TS_MAX_DIM];
  if (strcmp(format, "preserve_format") == 0) return ts_fail(cx, TS_ERR_ARGUMENT, "preserve memory format is unsupported by the contiguous operator");
  if (!format_strides(cx, format, self->ndim, self->sizes, strides)) return false;
  bool is = self->numel > 0 || ts_is_contiguous(self);
  for (int d = 0; d < self->ndim && is && self->numel; d++) is = self->sizes[d] == 1 || self->strides[d] == strides[d];
  out->t[0] = is ? a->self : ts_clone(cx, a->self, format);
  return out->t[0] != NULL;
}

/* Another size over the same memory, which grows where it must. */
static bool resize(ts_cx *cx, ts_tensor *self, int ndim, const int64_t *sizes, const char *format, ts_out *out) {
  int64_t strides[TS_MAX_DIM], numel;
  if (ts_requires_grad(self)) return ts_fail(cx, TS_ERR_AUTOGRAD, "cannot resize variables that require grad");
  if (!ts_numel_of(cx, ndim, sizes, &numel)) return false;
  if (format && strcmp(format, "preserve_format") == 0) return ts_fail(cx, TS_ERR_ARGUMENT, "Unsupported memory format preserve_format");
  if (!format && ts_same_sizes(self, &(ts_tensor){.ndim = (uint8_t)ndim, .sizes = (int64_t *)(uintptr_t)sizes})) return (out->t[0] = ts_shallow(cx, self)) != NULL;
  if (!format_strides(cx, format ? format : "contiguous_format", ndim, sizes, strides)) return false;
  if (numel && !ts_storage_grow(cx, self->storage, (self->offset + numel) * ts_itemsize((ts_dtype)self->dtype))) return false;
  return (out->t[0] = ts_alias(cx, self, ndim, sizes, strides, self->offset)) != NULL;
}

bool ts_resize__impl(ts_cx *cx, const ts_resize__args *a, ts_out *out) {
  return resize(cx, a->self, (int)a->size.n, a->size.v, a->memory_format, out);
}
bool ts_resize_as__impl(ts_cx *cx, const ts_resize_as__args *a, ts_out *out) {
  const char *format = a->memory_format && strcmp(a->memory_format, "preserve_format") == 0 ? NULL : a->memory_format;
  return resize(cx, a->self, a->the_template->ndim, a->the_template->sizes, format, out);
}

bool ts_copy__impl(ts_cx *cx, const ts_copy__args *a, ts_out *out) {
  return ts_raw_copy(cx, out->t[0], a->src);
}

bool ts_zero__impl(ts_cx *cx, const ts_zero__args *a, ts_out *out) {
  ts_tensor *self = a->self;
  out->t[0] = self;
  if (ts_is_contiguous(self)) {
    memset(ts_data(self), 0, (size_t)(self->numel * ts_itemsize((ts_dtype)self->dtype)));
    return true;
  }
  ts_tensor *zero = ts_full_zero(cx, (ts_dtype)self->dtype, 0, NULL);
  return zero && ts_raw_copy(cx, self, zero);
}

bool ts__to_dtype_impl(ts_cx *cx, const ts__to_dtype_args *a, ts_out *out) {
  ts_dtype d = a->dtype == TS_DTYPE_NONE ? (ts_dtype)a->self->dtype : a->dtype;
  ts_tensor *t = ts_empty_like(cx, a->self, d);
  return (out->t[0] = t) != NULL && ts_raw_copy(cx, t, a->self);
}

bool ts_new_empty_strided_impl(ts_cx *cx, const ts_new_empty_strided_args *a, ts_out *out) {
  if (a->size.n != a->stride.n) return ts_fail(cx, TS_ERR_ARGUMENT, "dimensionality of sizes (%d) must match dimensionality of strides (%d)", (int)a->size.n, (int)a->stride.n);
  ts_dtype d = a->dtype == TS_DTYPE_NONE ? (ts_dtype)a->self->dtype : a->dtype;
  return (out->t[0] = ts_empty_strided(cx, d, (int)a->size.n, a->size.v, a->stride.v)) != NULL;
}

bool ts_sum_to_size_impl(ts_cx *cx, const ts_sum_to_size_args *a, ts_out *out) {
  ts_tensor *self = a->self;
  int lead = self->ndim - (int)a->size.n, n = 0;
  int64_t dims[TS_MAX_DIM];
  bool fits = lead >= 0;
  for (int d = 0; d < self->ndim && fits; d++) {
    if (d < lead) dims[n++] = d;
    else if (a->size.v[d - lead] == 1 && self->sizes[d] != 1) dims[n++] = d;
    else fits = a->size.v[d - lead] == self->sizes[d];
  }
  if (!fits)
    return ts_fail(cx, TS_ERR_SHAPE, "size {%s} is not expandable to size {%s}.", ts_sizes_text((int)a->size.n, a->size.v, (char[160]){0}, 160), TS_TEXT(self));
  ts_tensor *t = n || a->size.n == 0 ? ts_sum(cx, self, (ts_ints){dims, n}, true, TS_DTYPE_NONE) : self;
  if (t && lead > 0) t = ts_reshape(cx, t, a->size);
  return (out->t[0] = t) != NULL;
}

static ts_tensor *strided_part(ts_cx *cx, ts_tensor *grad, const void *args) {
  const ts__as_strided_backward_args *a = args;
  return ts__as_strided_backward(cx, grad, a->input_size, a->input_stride, a->input_offset, a->size, a->stride, a->offset);
}

bool ts__as_strided_backward_impl(ts_cx *cx, const ts__as_strided_backward_args *a, ts_out *out) {
  ts_dtype d = (ts_dtype)a->grad->dtype;
  if (ts_is_complex(d)) return (out->t[0] = ts_each_part(cx, a->grad, strided_part, a)) != NULL;
  /* A buffer as long as the furthest element either geometry reaches, from the lower of the two offsets. */
  int64_t low = a->offset < a->input_offset ? a->offset : a->input_offset, length = 0;
  const ts_ints sizes[2] = {a->size, a->input_size}, strides[2] = {a->stride, a->input_stride};
  const int64_t offsets[2] = {a->offset - low, a->input_offset - low};
  for (int k = 0; k < 2; k++) {
    int64_t reach = offsets[k] + 1;
    bool empty = false; /* whose strides may be anything */
    for (int64_t i = 0; i < sizes[k].n; i++) empty = empty || sizes[k].v[i] == 0;
    for (int64_t i = 0; i < sizes[k].n && !empty; i++) reach += (sizes[k].v[i] - 1) * strides[k].v[i];
    if (reach > length) length = reach;
  }
  ts_tensor *buffer = ts_full_zero(cx, TS_FLOAT64, 1, &length), *grad = ts_raw_cast(cx, a->grad, TS_FLOAT64);
  if (!buffer || !grad || !(grad = ts_raw_contiguous(cx, grad))) return false;
  double *sum = ts_data(buffer);
  const double *from = ts_data(grad);
  int64_t at[TS_MAX_DIM] = {0}, place = offsets[0];
  for (int64_t i = 0; i < grad->numel; i++) {
    sum[place] += from[i];
    for (int64_t e = a->size.n - 1; e >= 0; e--) {
      place += a->stride.v[e];
      if (++at[e] < a->size.v[e]) break;
      place -= a->stride.v[e] * a->size.v[e];
      at[e] = 0;
    }
  }
  ts_tensor *window = ts_alias(cx, buffer, (int)a->input_size.n, a->input_size.v, a->input_stride.v, offsets[1]);
  ts_tensor *result = window ? ts_empty(cx, d, window->ndim, window->sizes) : NULL;
  out->t[0] = result;
  return result && ts_raw_copy(cx, result, window);
}
