/* Tensors made of a rule instead of data: constants, ranges, identity. */
#include "fill.h"
#include <inttypes.h>
#include <math.h>
#include <string.h>
#include "../core/vmath.h"
#include "../gen/ops.h"
#include "elementwise.h"
#include "kernels.h"

bool ts_fill_scalar(ts_cx *cx, ts_tensor *t, ts_scalar value) {
  if (value.kind == TS_NUM_NONE) return true;
  if (!ts_fits(cx, value, (ts_dtype)t->dtype)) return false;
  if (t->numel == 0) return true;
  if (ts_is_zero(value) && !signbit(value.f) && value.i == 0 && ts_is_contiguous(t)) {
    memset(ts_data(t), 0, (size_t)(t->numel * ts_itemsize((ts_dtype)t->dtype)));
    return true;
  }
  ts_tensor *one = ts_wrap_scalar(cx, value);
  return one && ts_raw_copy(cx, t, one);
}

bool ts_filled(ts_cx *cx, ts_out *out, ts_ints size, ts_dtype dtype, ts_scalar value) {
  ts_tensor *t = ts_result(cx, out, 0, ts_or_default(cx, dtype), (int)size.n, size.v);
  return t && ts_fill_scalar(cx, t, value);
}

bool ts_filled_like(ts_cx *cx, ts_out *out, ts_tensor *self, ts_dtype dtype, ts_scalar value) {
  ts_tensor *t = ts_empty_like(cx, self, dtype == TS_DTYPE_NONE ? (ts_dtype)self->dtype : dtype);
  return (out->t[0] = t) != NULL && ts_fill_scalar(cx, t, value);
}

bool ts_filled_new(ts_cx *cx, ts_out *out, ts_tensor *self, ts_ints size, ts_dtype dtype, ts_scalar value) {
  return ts_filled(cx, out, size, dtype == TS_DTYPE_NONE ? (ts_dtype)self->dtype : dtype, value);
}

bool ts_empty_strided_impl(ts_cx *cx, const ts_empty_strided_args *a, ts_out *out) {
  if (a->size.n != a->stride.n)
    return ts_fail(cx, TS_ERR_ARGUMENT, "dimensionality of sizes (%d) must match dimensionality of strides (%d)", (int)a->size.n, (int)a->stride.n);
  return (out->t[0] = ts_empty_strided(cx, ts_or_default(cx, a->dtype), (int)a->size.n, a->size.v, a->stride.v)) != NULL;
}

/* Host numbers are of the default dtype whatever their value; bigints are integers. */
static ts_dtype dtype_of(const ts_cx *cx, ts_scalar v) {
  return v.kind == TS_NUM_BOOL ? TS_BOOL : v.big ? TS_INT64 : v.kind == TS_NUM_COMPLEX ? ts_default_complex(cx) : ts_or_default(cx, TS_DTYPE_NONE);
}

bool ts_full_impl(ts_cx *cx, const ts_full_args *a, ts_out *out) {
  return ts_filled(cx, out, a->size, a->dtype == TS_DTYPE_NONE ? dtype_of(cx, a->fill_value) : a->dtype, a->fill_value);
}

bool ts_full_like_impl(ts_cx *cx, const ts_full_like_args *a, ts_out *out) {
  return ts_filled_like(cx, out, a->self, a->dtype, a->fill_value);
}

bool ts_new_full_impl(ts_cx *cx, const ts_new_full_args *a, ts_out *out) {
  return ts_filled_new(cx, out, a->self, a->size, a->dtype, a->fill_value);
}

bool ts_fill_impl(ts_cx *cx, const ts_fill_args *a, ts_out *out) {
  if (a->value->ndim != 0)
    return ts_fail(cx, TS_ERR_SHAPE, "fill only supports 0-dimension value tensor but got tensor with %d dimensions.", a->value->ndim);
  if (a->value->wrapped_number && !ts_fits(cx, ts_read_scalar(a->value, ts_data(a->value)), (ts_dtype)a->self->dtype)) return false;
  ts_tensor *t = out->t[0] ? out->t[0] : ts_empty_like(cx, a->self, (ts_dtype)a->self->dtype);
  out->t[0] = t;
  return t && ts_raw_copy(cx, t, a->value);
}

/* Values i -> start + i * step, in double for floats and int64 for integers, then converted. */
static bool ramp(ts_cx *cx, ts_out *out, ts_dtype d, int64_t n, ts_scalar start, ts_scalar step) {
  bool whole = ts_is_integral(d, true) && start.kind == TS_NUM_INT && step.kind == TS_NUM_INT;
  ts_tensor *t = ts_empty(cx, whole ? TS_INT64 : TS_FLOAT64, 1, &n);
  if (!t) return false;
  if (whole) {
    int64_t *v = ts_data(t);
    for (int64_t i = 0; i < n; i++) v[i] = (int64_t)((uint64_t)start.i + (uint64_t)i * (uint64_t)step.i);
  } else {
    double *v = ts_data(t);
    for (int64_t i = 0; i < n; i++) v[i] = start.f + (double)i * step.f;
  }
  return (out->t[0] = ts_raw_cast(cx, t, d)) != NULL;
}

bool ts_arange_impl(ts_cx *cx, const ts_arange_args *a, ts_out *out) {
  ts_scalar start = a->start, end = a->end, step = a->step;
  if (end.kind == TS_NUM_NONE) {
    end = start;
    start = ts_int(0);
  }
  if (end.kind == TS_NUM_NONE) return ts_fail(cx, TS_ERR_ARGUMENT, "missing required argument 'end'");
  if (start.kind == TS_NUM_NONE) start = ts_int(0);
  if (start.kind == TS_NUM_COMPLEX || end.kind == TS_NUM_COMPLEX || step.kind == TS_NUM_COMPLEX)
    return ts_fail(cx, TS_ERR_DTYPE, "a complex number has no place in a range");
  bool whole = start.kind != TS_NUM_FLOAT && end.kind != TS_NUM_FLOAT && step.kind != TS_NUM_FLOAT;
  ts_dtype d = a->dtype != TS_DTYPE_NONE ? a->dtype : whole ? TS_INT64 : ts_or_default(cx, TS_DTYPE_NONE);
  const bool to_whole = !whole && ts_is_integral(d, false) && fabs(start.f) < 9e18 && fabs(end.f) < 9e18 && fabs(step.f) < 9e18;
  if (to_whole && d == TS_INT64) { /* PyTorch counts int64 ones by whole steps */
    start = ts_int((int64_t)start.f);
    end = ts_int((int64_t)end.f);
    step = ts_int((int64_t)step.f);
  }
  if (step.f == 0) return ts_fail(cx, TS_ERR_ARGUMENT, "step must be nonzero");
  if (!isfinite(start.f) || !isfinite(end.f) || !isfinite(step.f))
    return ts_fail(cx, TS_ERR_ARGUMENT, "unsupported range: %g -> %g by %g", start.f, end.f, step.f);
  if (step.f > 0 ? end.f < start.f : end.f > start.f)
    return ts_fail(cx, TS_ERR_ARGUMENT, "upper bound and larger bound inconsistent with step sign");
  double count = ceil((end.f - start.f) / step.f);
  if (count > 1e15) return ts_fail(cx, TS_ERR_MEMORY, "the range has too many values (%g)", count);
  if (to_whole) {
    start = ts_int((int64_t)start.f);
    step = ts_int((int64_t)step.f);
  }
  return ramp(cx, out, d, (int64_t)count, start, step);
}

/* PyTorch fills from both ends towards the middle, so that the last value is exact. */
static bool between(ts_cx *cx, ts_out *out, ts_dtype d, double start, double end, int64_t n, bool power, double base) {
  if (n < 0) return ts_fail(cx, TS_ERR_ARGUMENT, "number of steps must be non-negative");
  ts_tensor *t = ts_empty(cx, TS_FLOAT64, 1, &n);
  if (!t) return false;
  const bool whole = ts_is_integral(d, true) && !power;
  if (whole) {
    start = trunc(start);
    end = trunc(end);
  }
  double *v = ts_data(t), step = n > 1 ? (end - start) / (double)(n - 1) : 0;
  if (d == TS_FLOAT32 || whole) step = n > 1 ? (double)(((float)end - (float)start) / (float)(n - 1)) : 0;
  for (int64_t i = 0; i < n; i++) {
    double x = i < n / 2 || n == 1 ? start + step * (double)i : end - step * (double)(n - i - 1);
    if (whole) x = trunc((float)x);
    v[i] = power ? vm_pow(base, x) : x;
  }
  return (out->t[0] = ts_raw_cast(cx, t, d)) != NULL;
}

bool ts_linspace_impl(ts_cx *cx, const ts_linspace_args *a, ts_out *out) {
  if (a->start.kind == TS_NUM_COMPLEX || a->end.kind == TS_NUM_COMPLEX) { /* both parts by themselves */
    ts_dtype d = a->dtype == TS_DTYPE_NONE ? ts_default_complex(cx) : a->dtype, part = ts_part_dtype(d);
    ts_out re = {0}, im = {0};
    if (!ts_is_complex(d)) return ts_fail(cx, TS_ERR_DTYPE, "linspace(): inferred dtype complex64 can't be safely cast to passed dtype %s", ts_dtype_name(d));
    if (!between(cx, &re, part, a->start.f, a->end.f, a->steps, false, 0) || !between(cx, &im, part, a->start.im, a->end.im, a->steps, false, 0)) return false;
    return (out->t[0] = ts_complex(cx, re.t[0], im.t[0])) != NULL;
  }
  return between(cx, out, ts_or_default(cx, a->dtype), a->start.f, a->end.f, a->steps, false, 0);
}

bool ts_logspace_impl(ts_cx *cx, const ts_logspace_args *a, ts_out *out) {
  if (a->start.kind == TS_NUM_COMPLEX || a->end.kind == TS_NUM_COMPLEX) return ts_fail(cx, TS_ERR_UNSUPPORTED, "complex bounds are not supported");
  return between(cx, out, ts_or_default(cx, a->dtype), a->start.f, a->end.f, a->steps, true, a->base);
}

bool ts_eye_impl(ts_cx *cx, const ts_eye_args *a, ts_out *out) {
  int64_t m = a->m.given ? a->m.v : a->n;
  if (a->n < 0) return ts_fail(cx, TS_ERR_ARGUMENT, "n must be greater or equal to 0, got %" PRId64, a->n);
  if (m < 0) return ts_fail(cx, TS_ERR_ARGUMENT, "m must be greater or equal to 0, got %" PRId64, m);
  ts_tensor *t = ts_full_zero(cx, ts_or_default(cx, a->dtype), 2, (const int64_t[]){a->n, m});
  if (!t) return false;
  int64_t diagonal = a->n < m ? a->n : m;
  ts_tensor *ones = ts_alias(cx, t, 1, &diagonal, (const int64_t[]){m + 1}, 0);
  out->t[0] = t;
  return ones && ts_fill_scalar(cx, ones, ts_int(1));
}
