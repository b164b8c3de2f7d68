/* Comparisons, selection by a condition, bounds, logic. */
#include <math.h>
#include <string.h>
#include "../gen/ops.h"
#include "elementwise.h"
#include "fill.h"

/* ---- selection ---- */

static ts_loop select_loop(ts_dtype d) {
  int64_t size = ts_itemsize(d);
  return ts_loops.select[size == 1 ? 0 : size == 2 ? 1 : size == 4 ? 2 : size == 8 ? 3 : 4];
}

/* a where condition, else b, both of dtype d. */
static bool choose(ts_cx *cx, ts_tensor *condition, ts_tensor *a, ts_tensor *b, ts_dtype d, ts_out *out) {
  ts_elementwise_job job = {select_loop(d), NULL, {TS_BOOL, d, d}, d, d, true};
  return ts_run_elementwise(cx, (ts_tensor *const[]){condition, a, b}, 3, &job, out);
}

bool ts_where_impl(ts_cx *cx, const ts_where_args *a, ts_out *out) {
  if (a->condition->dtype != TS_BOOL && a->condition->dtype != TS_UINT8)
    return ts_fail(cx, TS_ERR_DTYPE, "where expected condition to be a boolean tensor, but got a tensor with dtype %s",
                   ts_dtype_name((ts_dtype)a->condition->dtype));
  ts_dtype d = ts_result_type((ts_tensor *const[]){a->self, a->other}, 2);
  return choose(cx, a->condition, a->self, a->other, d, out);
}

bool ts__where_tuple_impl(ts_cx *cx, const ts__where_tuple_args *a, ts_out *out) {
  out->list = ts__nonzero_tuple(cx, a->condition);
  return !ts_failed(cx);
}

bool ts__where_self_impl(ts_cx *cx, const ts__where_self_args *a, ts_out *out) {
  return (out->t[0] = ts_where(cx, a->condition, a->self, a->other)) != NULL;
}

bool ts_masked_fill_impl(ts_cx *cx, const ts_masked_fill_args *a, ts_out *out) {
  ts_dtype d = (ts_dtype)a->self->dtype;
  if (a->mask->dtype != TS_BOOL && a->mask->dtype != TS_UINT8)
    return ts_fail(cx, TS_ERR_DTYPE, "expected mask dtype to be bool but got %s", ts_dtype_name((ts_dtype)a->mask->dtype));
  if (a->value->ndim != 0)
    return ts_fail(cx, TS_ERR_SHAPE, "masked_fill only supports a 0-dimensional value tensor, but got tensor with %d dimension(s) (shape %s).",
                   a->value->ndim, TS_TEXT(a->value));
  if (ts_is_complex((ts_dtype)a->value->dtype) && !ts_is_complex(d)) return ts_fail(cx, TS_ERR_DTYPE, "value cannot be converted to type %s without overflow", ts_dtype_name(d));
  if (a->value->wrapped_number && !ts_fits(cx, ts_read_scalar(a->value, ts_data(a->value)), d)) return false;
  return choose(cx, a->mask, a->value, a->self, d, out);
}

/* ---- bounds ---- */

bool ts_fits(ts_cx *cx, ts_scalar s, ts_dtype d) {
  static const double low[] = {0, 0, -128, -32768, -2147483648.0, -0x1p63}, high[] = {1, 255, 127, 32767, 2147483647.0, 0x1p63};
  if (s.im != 0 && !ts_is_complex(d)) return ts_fail(cx, TS_ERR_ARGUMENT, "value cannot be converted to type %s without overflow", ts_dtype_name(d));
  if (!ts_is_integral(d, false)) return true;
  /* As PyTorch, small negative numbers may stand for large unsigned ones. */
  double floor = d == TS_UINT8 ? -255 : low[d];
  bool fits = s.kind == TS_NUM_FLOAT ? s.f >= floor && (d == TS_INT64 ? s.f < high[d] : s.f < high[d] + 1) : s.i >= (int64_t)floor && (d == TS_INT64 || s.i <= (int64_t)high[d]);
  return fits || ts_fail(cx, TS_ERR_ARGUMENT, "value cannot be converted to type %s without overflow", ts_dtype_name(d));
}

/* One pass for numbers; tensors, and integers, by maximum and minimum. */
bool ts_clamped(ts_cx *cx, ts_tensor *x, ts_tensor *min, ts_tensor *max, ts_out *out) {
  ts_tensor *in[3] = {x};
  int n = 1;
  if (min) in[n++] = min;
  if (max) in[n++] = max;
  ts_dtype d = ts_result_type(in, n);
  bool numbers = (!min || min->wrapped_number) && (!max || max->wrapped_number);
  if (d == TS_BOOL && numbers) return ts_fail(cx, TS_ERR_DTYPE, "not implemented for bool");
  for (int i = 1; i < n && numbers; i++)
    if (!ts_fits(cx, ts_read_scalar(in[i], ts_data(in[i])), d)) return false;
  if (numbers && ts_is_float(d)) {
    double low = min ? ts_read_scalar(min, ts_data(min)).f : -INFINITY, high = max ? ts_read_scalar(max, ts_data(max)).f : INFINITY;
    if (low != low || high != high) low = high = NAN;
    ts_scalar params[3] = {ts_float(low), ts_float(high), ts_none()};
    if (x->dtype != d && !(x = ts_raw_cast(cx, x, d))) return false;
    if (low != low) { /* x < NaN never holds: written as scaling by NaN */
      params[0] = ts_float(NAN);
      return ts_unary(cx, x, out, TS_UN_SCALE, TS_SAME, params);
    }
    return ts_unary(cx, x, out, TS_UN_CLAMP, TS_SAME, params);
  }
  if (x->dtype != d && !(x = ts_raw_cast(cx, x, d))) return false;
  if (!max) return ts_binary(cx, x, min, out, TS_BIN_MAX, TS_SAME, NULL);
  if (!min) return ts_binary(cx, x, max, out, TS_BIN_MIN, TS_SAME, NULL);
  ts_out raised = {0};
  return ts_binary(cx, x, min, &raised, TS_BIN_MAX, TS_SAME, NULL) && ts_binary(cx, raised.t[0], max, out, TS_BIN_MIN, TS_SAME, NULL);
}

bool ts_clamp_impl(ts_cx *cx, const ts_clamp_args *a, ts_out *out) {
  if (!a->min && !a->max) return ts_fail(cx, TS_ERR_ARGUMENT, "At least one of 'min' or 'max' must not be None");
  return ts_clamped(cx, a->self, a->min, a->max, out);
}

/* ---- logic ---- */

bool ts_logical(ts_cx *cx, ts_tensor *a, ts_tensor *b, ts_out *out, ts_binary_id id) {
  ts_elementwise_job job = {ts_loops.binary[id][TS_BOOL], NULL, {TS_BOOL, TS_BOOL}, TS_BOOL, TS_BOOL, false};
  return ts_run_elementwise(cx, (ts_tensor *const[]){a, b}, 2, &job, out);
}

bool ts_logical_not_impl(ts_cx *cx, const ts_logical_not_args *a, ts_out *out) {
  ts_elementwise_job job = {ts_loops.test[TS_TEST_LOGICAL_NOT][TS_BOOL], NULL, {TS_BOOL}, TS_BOOL, TS_BOOL, true};
  return ts_run_elementwise(cx, &a->self, 1, &job, out);
}

/* Integers and bools alone. */
bool ts_bitwise(ts_cx *cx, ts_tensor *a, ts_tensor *b, ts_out *out, ts_binary_id id) {
  return ts_needs_tensor(cx, a, b) && ts_binary(cx, a, b, out, id, id == TS_BIN_SHL || id == TS_BIN_SHR ? TS_NO_BOOL : TS_NO_FLOAT, NULL);
}

bool ts_isreal_impl(ts_cx *cx, const ts_isreal_args *a, ts_out *out) {
  if (ts_is_complex((ts_dtype)a->self->dtype)) return (out->t[0] = ts_eq(cx, ts_imag(cx, a->self), ts_wrap_scalar(cx, ts_int(0)))) != NULL;
  return ts_filled_like(cx, out, a->self, TS_BOOL, ts_bool(true));
}

/* ---- closeness ---- */

bool ts_isclose_impl(ts_cx *cx, const ts_isclose_args *a, ts_out *out) {
  ts_tensor *x = a->self, *y = a->other;
  if (x->dtype != y->dtype)
    return ts_fail(cx, TS_ERR_DTYPE, "%s did not match %s", ts_dtype_name((ts_dtype)x->dtype), ts_dtype_name((ts_dtype)y->dtype));
  if (!(a->rtol >= 0)) return ts_fail(cx, TS_ERR_ARGUMENT, "rtol must be greater than or equal to zero, but got %g", a->rtol);
  if (!(a->atol >= 0)) return ts_fail(cx, TS_ERR_ARGUMENT, "atol must be greater than or equal to zero, but got %g", a->atol);
  ts_tensor *close = ts_eq(cx, x, y);
  if (a->equal_nan && ts_is_inexact((ts_dtype)x->dtype)) close = ts_logical_or(cx, close, ts_logical_and(cx, ts_isnan(cx, x), ts_isnan(cx, y)));
  if (a->rtol != 0 || a->atol != 0) {
    if (!ts_is_inexact((ts_dtype)x->dtype)) {
      x = ts_raw_cast(cx, x, TS_FLOAT32);
      y = ts_raw_cast(cx, y, TS_FLOAT32);
    }
    if (!x || !y) return false;
    ts_tensor *allowed = ts_add(cx, ts_abs(cx, ts_mul(cx, y, ts_wrap_scalar(cx, ts_float(a->rtol)))), ts_wrap_scalar(cx, ts_float(a->atol)), ts_int(1));
    ts_tensor *error = ts_abs(cx, ts_sub(cx, x, y, ts_int(1)));
    close = ts_logical_or(cx, close, ts_logical_and(cx, ts_isfinite(cx, error), ts_le(cx, error, allowed)));
  }
  return (out->t[0] = close) != NULL;
}

static bool all_true(const ts_tensor *t) {
  const uint8_t *p = ts_data(t); /* a fresh, dense result */
  for (int64_t i = 0; i < t->numel; i++)
    if (!p[i]) return false;
  return true;
}

bool ts_allclose_impl(ts_cx *cx, const ts_allclose_args *a, ts_out *out) {
  ts_tensor *close = ts_isclose(cx, a->self, a->other, a->rtol, a->atol, a->equal_nan);
  if (close) out->scalar = ts_bool(all_true(close));
  return close != NULL;
}

bool ts_equal_impl(ts_cx *cx, const ts_equal_args *a, ts_out *out) {
  out->scalar = ts_bool(false);
  if (!ts_same_sizes(a->self, a->other)) return true;
  ts_tensor *same = ts_eq(cx, a->self, a->other);
  if (same) out->scalar = ts_bool(all_true(same));
  return same != NULL;
}
