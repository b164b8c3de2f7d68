/* Padding: with a value in any number of dims, or with what is there in one to three. */
#include <inttypes.h>
#include <string.h>
#include "../gen/ops.h"
#include "elementwise.h"
#include "fill.h"
#include "kernels.h"
#include "resample.h"

bool ts_constant_pad_nd_impl(ts_cx *cx, const ts_constant_pad_nd_args *a, ts_out *out) {
  ts_tensor *self = a->self;
  int64_t n = a->pad.n < 0 ? 0 : a->pad.n, sizes[TS_MAX_DIM], window[TS_MAX_DIM], from = self->offset, to = 0, whole[TS_MAX_DIM];
  if (n % 2) return ts_fail(cx, TS_ERR_ARGUMENT, "Length of pad must be even but instead it equals %" PRId64, n);
  if (n / 2 > self->ndim) return ts_fail(cx, TS_ERR_SHAPE, "Length of pad should be no more than twice the number of dimensions of the input. Pad length is %" PRId64 " while the input has %d dimensions.", n, self->ndim);
  for (int d = 0; d < self->ndim; d++) {
    int64_t size = self->sizes[d], k = self->ndim - 1 - d, before = k < n / 2 ? a->pad.v[2 * k] : 0, after = k < n / 2 ? a->pad.v[2 * k + 1] : 0;
    if (__builtin_add_overflow(size, before, &sizes[d]) || __builtin_add_overflow(sizes[d], after, &sizes[d]) || sizes[d] < 0)
      return ts_fail(cx, TS_ERR_SHAPE, "The input size %" PRId64 ", plus negative padding %" PRId64 " and %" PRId64 " resulted in a negative output size, which is invalid. Check dimension %d of your input.", size, before, after, d);
    /* Cropping may take more than there is from one side, to be padded on the other. */
    window[d] = size + (before < 0 ? before : 0);
    if (window[d] >= 0 && after < 0) window[d] += after;
    int64_t cut = before < 0 && before > INT64_MIN ? -before : 0;
    if (window[d] < 0) return ts_fail(cx, TS_ERR_SHAPE, "start (%" PRId64 ") + length (%" PRId64 ") exceeds dimension size (%" PRId64 ").", cut, window[d], size);
    from += cut * self->strides[d];
    whole[d] = before > 0 ? before : 0;
  }
  ts_tensor *t = ts_empty(cx, (ts_dtype)self->dtype, self->ndim, sizes);
  if (!t) return false;
  int64_t inside = 1;
  for (int d = 0; d < self->ndim; d++) to += whole[d] * t->strides[d], inside *= window[d];
  if (!ts_fits(cx, a->value, (ts_dtype)self->dtype)) return false;
  if (inside < t->numel && !ts_fill_scalar(cx, t, a->value)) return false;
  if (inside) {
    ts_tensor *source = ts_alias(cx, self, self->ndim, window, self->strides, from), *target = ts_alias(cx, t, t->ndim, window, t->strides, to);
    if (!source || !target || !ts_raw_copy(cx, target, source)) return false;
  }
  out->t[0] = t;
  return true;
}

/* Modes but for constant: the last one to three dims, of an input with one or two dims more. */
static bool pad_with_itself(ts_cx *cx, ts_tensor *self, ts_ints pad, ts_resample_kind kind, ts_out *out) {
  int n = (int)(pad.n / 2);
  if (n < 1 || n > 3 || self->ndim < n + 1 || self->ndim > n + 2)
    return ts_fail(cx, TS_ERR_UNSUPPORTED, "Only 2D, 3D, 4D, 5D padding with non-constant padding are supported for now");
  const char *text = TS_TEXT(self);
  int64_t sizes[3];
  double before[3];
  for (int d = self->ndim == n + 2; d < self->ndim; d++)
    if (self->sizes[d] == 0)
      return ts_fail(cx, TS_ERR_SHAPE, "Expected %dD or %dD (batch mode) tensor with possibly 0 batch size and other non-zero dimensions for input, but got: %s", n + 1, n + 2, text);
  for (int d = 0; d < n; d++) {
    int dim = self->ndim - n + d;
    int64_t size = self->sizes[dim], left = pad.v[2 * (n - 1 - d)], right = pad.v[2 * (n - 1 - d) + 1];
    if (left > INT32_MAX || left < -INT32_MAX || right > INT32_MAX || right < -INT32_MAX) return ts_fail(cx, TS_ERR_ARGUMENT, "padding (%" PRId64 ", %" PRId64 ") is too large", left, right);
    if (kind == TS_RESAMPLE_REFLECT && (left >= size || right >= size))
      return ts_fail(cx, TS_ERR_SHAPE, "Argument #%d: Padding size should be less than the corresponding input dimension, but got: padding (%" PRId64 ", %" PRId64 ") at dimension %d of input %s", 2 * (n - d) + 2, left, right, dim, text);
    if (kind == TS_RESAMPLE_CIRCULAR && (left > size || right > size)) return ts_fail(cx, TS_ERR_SHAPE, "Padding value causes wrapping around more than once.");
    if (__builtin_add_overflow(size, left, &sizes[d]) || __builtin_add_overflow(sizes[d], right, &sizes[d]) || sizes[d] < 0 || (n == 1 && sizes[d] == 0 && kind != TS_RESAMPLE_CIRCULAR)) {
      if (kind == TS_RESAMPLE_CIRCULAR) return ts_fail(cx, TS_ERR_SHAPE, "Negative padding value is resulting in an empty dimension.");
      return ts_fail(cx, TS_ERR_SHAPE, "input (%c: %" PRId64 ") is too small. Calculated output %c: %" PRId64, "DHW"[3 - n + d], size, "DHW"[3 - n + d], size + left + right);
    }
    before[d] = (double)left;
  }
  return (out->t[0] = ts__resample(cx, self, (ts_ints){sizes, n}, kind, (ts_floats){before, n}, false)) != NULL;
}

bool ts_pad_impl(ts_cx *cx, const ts_pad_args *a, ts_out *out) {
  if (a->pad.n % 2) return ts_fail(cx, TS_ERR_SHAPE, "Padding length must be divisible by 2");
  if (a->pad.n / 2 > a->self->ndim) return ts_fail(cx, TS_ERR_SHAPE, "Padding length too large");
  if (!strcmp(a->mode, "constant"))
    return (out->t[0] = ts_constant_pad_nd(cx, a->self, a->pad, a->value.kind == TS_NUM_NONE ? ts_int(0) : a->value)) != NULL;
  if (a->value.kind != TS_NUM_NONE && a->value.f != 0) return ts_fail(cx, TS_ERR_ARGUMENT, "Padding mode \"%s\" doesn't take in value argument", a->mode);
  if (!strcmp(a->mode, "reflect")) return pad_with_itself(cx, a->self, a->pad, TS_RESAMPLE_REFLECT, out);
  if (!strcmp(a->mode, "replicate")) return pad_with_itself(cx, a->self, a->pad, TS_RESAMPLE_REPLICATE, out);
  if (!strcmp(a->mode, "circular")) return pad_with_itself(cx, a->self, a->pad, TS_RESAMPLE_CIRCULAR, out);
  return ts_fail(cx, TS_ERR_UNSUPPORTED, "Unrecognised padding mode %s", a->mode);
}
